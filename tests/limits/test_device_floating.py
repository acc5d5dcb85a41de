"""Floating gates of wrapped dots against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from halodot.core.spec import build
from halodot.device.assembly import cell_of
from halodot.device.charge.kernel import ELECTRON, HOLE
from halodot.device.charge.simulate import Simulation
from halodot.device.charge.stepping import Tolerances
from halodot.device.floating import decay_constant, escape_rate, window
from halodot.device.measure import resolve
from halodot.device.spec import DeviceSpec
from halodot.device.transistor import GateStack
from halodot.library import Library

Q = 1.602176634e-19
EPS0 = 8.8541878128e-12
LIBRARY = Library.builtin()
BARRIER, MASS = 2.4, 0.5  # eV from the dots' conduction edge to that of the shell
SIZE = 9e-9


def device(shell: float, planes: int = 1, **over: object) -> dict:
    """Gate | oxide | wrapped dots | n channel; electrons of the dots stand 0.5 eV above it."""
    bands = {"effective_dos_conduction": "5e24 m-3", "effective_dos_valence": "5e24 m-3"}
    carriers = {"electron_mobility": "10 cm2/Vs", "hole_mobility": "1e-3 cm2/Vs", **bands}
    dots = {
        "name": "dots",
        "thickness": f"{planes * (SIZE + 2 * shell) * 1e9:.6f} nm",
        "electron_affinity": "3.7 eV",
        "band_gap": "2.4 eV",
        "relative_permittivity": 6,
        "carriers": True,
        "shell": {
            "material": "oligomeric silica",
            "thickness": f"{shell * 1e9} nm",
            "dot_size": "9 nm",
            "electron_affinity": f"{3.7 - BARRIER} eV",
        },
        **carriers,
    }
    channel = {
        "name": "channel",
        "thickness": "10 nm",
        "electron_affinity": "4.2 eV",
        "band_gap": "3 eV",
        "relative_permittivity": 10,
        "donor_density": "1e16 cm-3",
        **carriers,
    }
    oxide = {"name": "oxide", "material": "SiO2", "thickness": "100 nm"}
    return {
        "kind": "transistor",
        "channel_width": "1 mm",
        "channel_length": "50 um",
        "nodes_per_layer": 11,
        "layer": [oxide, {**dots, **over}, channel],
        "left": {"work_function": "4.3 eV"},
        "source": {"work_function": "4.2 eV", "kind": "ohmic_electron"},
    }


def cell(shell: float, planes: int = 1, **over: object):
    """Discretised stack of the device above."""
    spec = build(DeviceSpec, device(shell, planes, **over))
    layers, contacts = resolve(spec, None, LIBRARY)
    return cell_of(spec, layers, contacts["left"], None), layers


def stored(one, X: np.ndarray, layer: int = 2) -> float:
    """Electrons per area less holes in a layer [m-2]."""
    here = one.layer == layer
    return float((one.problem.volume * (X[ELECTRON] - X[HOLE]))[here].sum())


def escape(shell: float) -> float:
    """Rate at which few stored electrons leave, by a run of the engine [1/s]."""
    one, _ = cell(shell)
    s = Simulation(one, Tolerances(step=1e-3, leap=400.0, floor=1e10))
    s.settle()
    guess = escape_rate(BARRIER, shell, MASS, SIZE)
    span = 0.5 / guess
    # written by a positive gate, then left alone at its flat band
    time = np.array([0.0, 1e-4 * span, 1e-2 * span, 1.01e-2 * span, 1.1e-2 * span + span])
    volts = np.array([0.0, 12.0, 12.0, 0.0, 0.0])
    outputs = 1.1e-2 * span + span * np.array([0.5, 1.0])
    r = s.drive(time, volts, np.zeros(5), outputs, snapshots=2)
    assert all(x.is_good for x in r.status)
    a, b = (stored(one, x) for x in r.states)
    return math.log(a / b) / (outputs[1] - outputs[0])


@pytest.mark.parametrize("shell", [2e-9, 4e-9, 7e-9])
def test_few_stored_electrons_leave_at_the_closed_rate(shell: float) -> None:
    # 5 %: the field of the gate's work function tilts the barrier a little
    assert escape(shell) == pytest.approx(escape_rate(BARRIER, shell, MASS, SIZE), rel=0.08, abs=0)


def test_retention_grows_with_the_shell_by_twice_kappa() -> None:
    slope = math.log(escape(3e-9) / escape(6e-9)) / 3e-9
    assert slope == pytest.approx(decay_constant(BARRIER, MASS), rel=0.01)


def test_the_window_is_the_charge_over_the_capacitance_to_the_gate() -> None:
    one, layers = cell(3e-9)
    s = Simulation(one, Tolerances(step=1e-2, leap=400.0, floor=1e18))
    s.settle()
    span = 30.0 / escape_rate(BARRIER, 3e-9, MASS, SIZE)  # at a low field: written long before
    r = s.drive(
        np.array([0.0, 1e-3, span, span + 1e-3]),
        np.array([0.0, 40.0, 40.0, 5.0]),
        np.zeros(4),
        np.array([span + 1e-3]),
        snapshots=1,
    )
    X = r.states[0]
    charge = -Q * stored(one, X)
    assert charge < -1e-4  # C/m2, something was written
    # neutral channel: with the same charge in the gate as without stored charge, but shifted
    to_gate = layers[0]["relative_permittivity"] * EPS0 / float(layers[0].thickness)
    beside = layers[1]["relative_permittivity"] * EPS0 / float(layers[1].thickness)
    dots = layers[2]["relative_permittivity"] * EPS0 / (0.5 * SIZE)
    expected = window([charge], [1.0 / (1.0 / to_gate + 1.0 / beside + 1.0 / dots)])
    # electrons of the channel at 5 V, less those that a neutral gate stack has there
    fresh = Simulation(one, Tolerances(step=1e-2, leap=400.0, floor=1e18))
    fresh.settle()
    target = stored(one, X, len(layers) - 1)
    shift = 5.0 - _gate_for(fresh, one, target, len(layers) - 1)
    assert shift == pytest.approx(expected, rel=0.02)  # charge is not at the middle of the dots


def _gate_for(s: Simulation, one, target: float, layer: int) -> float:
    """Gate voltage at which a stack without stored charge has `target` electrons in a layer."""
    gates = np.concatenate([[0.0], np.linspace(5.0, -5.0, 41)])
    time = 1e-6 * np.arange(42)
    r = s.drive(time, gates, np.zeros(42), time[1:], snapshots=41)
    found = [stored(one, x, layer) for x in r.states]
    return float(np.interp(target, found[::-1], gates[:0:-1]))


def test_a_floating_layer_starts_neutral_and_stays_so() -> None:
    one, _ = cell(5e-9)
    s = Simulation(one, Tolerances(step=1e-2, leap=400.0, floor=1e18))
    s.settle()
    assert abs(stored(one, s.state.X)) < 1e10
    r = s.drive(
        np.array([0.0, 1.0, 1e7]), np.array([0.0, 1.0, 1.0]), np.zeros(3), np.array([1e7]),
        snapshots=1,
    )  # fmt: skip
    assert r.status[0].is_good
    assert abs(stored(one, r.states[0])) < 1e10


def test_charge_written_is_kept_for_ten_million_seconds() -> None:
    one, _ = cell(8e-9)
    s = Simulation(one, Tolerances(step=1e-2, leap=400.0, floor=1e18))
    s.settle()
    r = s.drive(
        np.array([0.0, 1e-3, 10.0, 10.001, 1e7]),
        np.array([0.0, 90.0, 90.0, 0.0, 0.0]),
        np.zeros(5),
        np.array([10.001, 1e7]),
        snapshots=2,
    )
    first, last = (stored(one, x) for x in r.states)
    assert all(x.is_good for x in r.status)
    assert first > 1e12
    assert last == pytest.approx(first, rel=0.01)


def test_what_floats_carries_no_drain_current() -> None:
    one, layers = cell(8e-9)
    stack = GateStack(one, 0.0)
    X = np.full((3, len(one.layer)), 1e10)
    X[ELECTRON, one.layer == 2] = 1e26
    nothing, _ = stack.sheet(X)
    X[ELECTRON, one.layer == len(layers) - 1] = 1e26
    assert stack.sheet(X)[0] > 1e10 * nothing
