"""What must hold for every stack: conservation, continuity, symmetry, no free energy."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from charge_cells import (
    absorber,
    electrode_cell,
    full_cell,
    states_cell,
    transport,
    tunnel_cell,
)
from halodot.device.charge.build import ChargeContact, ChargeIon, build
from halodot.device.charge.fluxes import set_excess, set_fluxes
from halodot.device.charge.kernel import ELECTRON, HOLE, ION, PHI
from halodot.device.charge.problem import new_workspace
from halodot.device.charge.simulate import Simulation


def vacancy(**changes):
    return ChargeIon(
        **({"name": "v", "density": 2e23, "mobility": 1e-12, "charge": 1, "limit": 4e27} | changes)
    )


def memristor(*, mirrored: bool = False, ion: ChargeIon | None = None):
    layers = [
        transport(fixed_charge=1e23, thickness=3e-8),
        absorber(
            ions=(ion or vacancy(),), fixed_charge=-(ion or vacancy()).charge * 2e23, generation=0.0
        ),
    ]
    contacts = [
        ChargeContact(work_function=5.0, image_force=True),
        ChargeContact(work_function=4.5, image_force=True),
    ]
    if mirrored:
        layers, contacts = layers[::-1], contacts[::-1]
    return build(layers, *contacts, nodes=61)


def loop(cell, sign=1.0):
    s = Simulation(cell)
    assert s.settle(1e3 * s.ion_time()).is_good
    t = np.array([0.0, 1.0, 3.0, 4.0])
    v = sign * np.array([0.0, 1.0, -1.0, 0.0])
    return s, s.drive(t, v, np.zeros(4), np.linspace(0.1, 4.0, 40))


def test_loop_conserves_ions_and_current():
    s, record = loop(memristor())
    assert all(x.is_good for x in record.status)
    assert np.max(record.ion_error) < 1e-9
    p = s.cell.problem
    content = (p.volume * s.state.X[ION]).sum()
    assert content == pytest.approx(p.region_total[0], rel=1e-12, abs=0.0)
    # Newton tolerance 1e-8 on currents of a few 1e-3 A/m2 and displacement of the same size
    assert np.max(record.spread) < 1e-5 * np.max(np.abs(record.current_density))
    assert np.min(s.state.X[ELECTRON]) > 0
    assert np.min(s.state.X[HOLE]) > 0


def test_mirrored_stack_gives_the_mirrored_current():
    _, a = loop(memristor())
    _, b = loop(memristor(mirrored=True), sign=-1.0)
    scale = np.max(np.abs(a.current_density))
    # same equations on the mirrored grid; the voltage stands on the other side, so that potentials
    # move by other amounts and steps differ within their tolerance
    assert np.max(np.abs(a.current_density + b.current_density)) < 1e-3 * scale


def test_loop_has_memory_and_its_work_is_positive():
    _, record = loop(memristor())
    work = np.trapezoid(record.voltage * record.current_density, record.time)
    assert work > 0  # a passive device from rest cannot give energy away


CELLS = {
    "full": full_cell,
    "states": states_cell,
    "tunnel": tunnel_cell,
    # alike on both sides: electrodes that differ are a battery
    "electrodes": partial(electrode_cell, right=4.3),
}


def flows(cell, X):
    """Current and one-way currents over q at every face, and the excess of both bands."""
    p, W = cell.problem, new_workspace(cell.problem)
    set_excess(p, X, W.gamma)
    set_fluxes(p, X, W.gamma, W.flux)
    return W.flux[:, :, 0].sum(axis=1), np.abs(W.flux[:, :, 3:]).sum(axis=(1, 2)), W.gamma


@pytest.mark.parametrize("name", CELLS)
def test_equilibrium_is_detailed_balance_with_every_mechanism(name):
    cell = CELLS[name]()
    s = Simulation(cell)
    assert s.settle(voltage=0.0, light=0.0).is_good
    p, X = cell.problem, s.state.X
    net, one_way, gamma = flows(cell, X)
    n, p_, active = X[ELECTRON], X[HOLE], p.active[0]
    counts = active & (np.minimum(n, p_) > 1e3)  # well above the floor of Newton's method
    assert counts.sum() > 10
    # round-off of traps that are nearly full or empty
    balance = p.ni2 * np.exp(-gamma[0] - gamma[2])
    assert np.max(np.abs((n * p_ / balance)[counts] - 1.0)) < 1e-8
    level = np.log(n) + gamma[0] - p.band_n - X[PHI]
    assert np.ptp(level[counts]) < 1e-8
    assert np.max(np.abs(net)) < 1e-13 * np.max(one_way)  # round-off of both directions


@pytest.mark.parametrize("name", CELLS)
def test_a_steady_current_is_equal_at_every_face(name):
    cell = CELLS[name]()
    s = Simulation(cell)
    assert s.settle(voltage=0.4, light=1.0).is_good
    net, one_way, _ = flows(cell, s.state.X)
    plain = ~np.isin(np.arange(len(net)), cell.problem.face)  # interface traps carry some across
    assert np.ptp(net[plain]) < 1e-9 * np.max(one_way)
    assert np.ptp(net[plain]) < 1e-6 * np.abs(net[plain]).mean()


def _opening(speed):
    """Relative opening of the electronic current at 0.5 V between the two directions."""
    _, record = loop(memristor(ion=vacancy(mobility=1e-12 * speed)))
    electronic = record.electron + record.hole
    up, back = electronic[4], electronic[14]
    assert record.voltage[[4, 14]] == pytest.approx([0.5, 0.5], rel=1e-12)
    return abs(up - back) / abs(up + back)


def test_hysteresis_needs_ions_that_follow_neither_at_once_nor_never():
    frozen, between, fast = _opening(1e-7), _opening(0.3), _opening(1e5)
    assert between > 0.1
    assert frozen < 0.1 * between
    assert fast < 0.1 * between


def test_same_run_twice_is_the_same_to_the_last_bit():
    _, first = loop(memristor())
    _, again = loop(memristor())
    assert np.array_equal(first.current_density, again.current_density)
