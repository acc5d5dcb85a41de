"""Dots in a matrix: shares, levels, rates and separation against closed forms."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from halodot.core.constants import BOLTZMANN
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.device import measure, resolve
from halodot.device.assembly import charge_layer
from halodot.device.blend import charging_energy, entering, ladder, percolation, separation
from halodot.device.illumination import illuminate
from halodot.device.spec import DeviceSpec, Pulses
from halodot.device.synaptic import Synapse
from halodot.film import assemble
from halodot.film.spec import FilmSpec
from halodot.library import Library

LIBRARY = Library.builtin()
KT = BOLTZMANN * 300.0
FILM = {
    "formula": "CsPbBr3", "electron_affinity": "3.6 eV", "ionization_energy": "6.0 eV",
    "absorption": "1e6 m-1", "fill_fraction": 0.5, "dot_size": "10 nm", "spacing": "2 nm",
    "relative_permittivity": 6,
}  # fmt: skip


def film(**change):
    """A film of dots of which only what a blend asks for is known."""
    given = FILM | change
    units = {"electron_affinity": "eV", "ionization_energy": "eV", "absorption": "1/m"}
    units |= {"dot_size": "m", "spacing": "m"}
    values = {"electron_affinity": 3.6, "ionization_energy": 6.0, "absorption": 1e6}
    values |= {
        "fill_fraction": 0.5,
        "dot_size": 1e-8,
        "spacing": 2e-9,
        "relative_permittivity": 6.0,
    }
    values |= change
    found = assemble(None, build(FilmSpec, {"formula": given["formula"]}), LIBRARY)
    new = {k: Sourced(v, units.get(k, "1"), basis="given") for k, v in values.items()}
    return replace(found, **new)


def device(dots=None, **matrix):
    oxide = {"name": "oxide", "material": "SiO2", "thickness": "100 nm"}
    blend = {"name": "blend", "thickness": "30 nm", "relative_permittivity": 3.0}
    blend |= {"electron_affinity": "3.0 eV", "band_gap": "2.2 eV", "carriers": True}
    blend |= {f"effective_dos_{band}": "1e27 m-3" for band in ("conduction", "valence")}
    blend |= {"electron_mobility": "1e-9 m2/Vs", "hole_mobility": "1e-6 m2/Vs"}
    blend |= matrix
    if dots is not None:
        blend["dots"] = dots
    table = {"kind": "transistor", "layer": [oxide, blend], "left": {"work_function": "4.6 eV"}}
    table |= {"source": {"kind": "ohmic_hole", "work_function": "5 eV"}, "channel_width": "1 mm"}
    table |= {"channel_length": "50 um", "light": {"intensity": "1 W/m2", "wavelength": "450 nm"}}
    return build(DeviceSpec, table)


def blend_of(dots, *, of=None, **matrix):
    layers, _ = resolve(device(dots, **matrix), of or film(), LIBRARY)
    return layers[1]


def test_charging_is_the_coulomb_energy_of_a_sphere():
    radius = 1e-8 * (3.0 / (4.0 * math.pi)) ** (1.0 / 3.0)
    coulomb = 1.602176634e-19 / (4.0 * math.pi * 8.8541878128e-12 * 3.0 * radius)
    assert charging_energy(1e-8, 3.0) == pytest.approx(coulomb, rel=1e-9, abs=0.0)
    assert ladder(0.6, coulomb, 50, KT)[-1] > 3.0 * KT
    assert len(ladder(0.6, coulomb, 50, KT)) == math.floor((0.6 - 3.0 * KT) / coulomb + 0.5)
    assert ladder(-0.1, coulomb, 50, KT) == []


def test_entering_is_limited_by_the_surface_or_by_the_way():
    volume, radius = 1e-24, 6e-9
    assert entering(volume, 1e-9, 1.0, radius) == pytest.approx(volume / 1e-9, rel=1e-5, abs=0.0)
    slow = entering(volume, 1e-15, 1e-12, radius)
    assert slow == pytest.approx(4.0 * math.pi * 1e-12 * radius, rel=1e-3, abs=0.0)
    assert entering(volume, 1e-9, 0.0, radius) == 0.0


def test_matrix_moves_what_percolates_of_it():
    assert percolation(1.0) == 1.0
    assert percolation(0.16) == 0.0
    layer = blend_of({"share": 0.1, "percolation_exponent": 2.0})
    left = 1.0 - 0.1 * 1.2**3
    factor = ((left - 0.16) / 0.84) ** 2
    assert layer["effective_dos_valence"] == pytest.approx(1e27 * left, rel=1e-9, abs=0.0)
    # Kirkpatrick: the conductivity, which is states times mobility, falls by the factor
    conducts = layer["hole_mobility"] * layer["effective_dos_valence"]
    assert conducts == pytest.approx(1e-6 * 1e27 * factor, rel=1e-9, abs=0.0)


def test_a_matrix_recombines_as_fast_inside_of_itself_as_alone():
    own = {"density": "1e22 m-3", "depth": "1 eV", "capture_electron": "1e-14 m3/s"}
    own |= {"capture_hole": "2e-14 m3/s"}
    said = {"radiative_coefficient": "1e-16 m3/s", "auger_hole": "1e-42 m6/s", "trap": [own]}
    layer = blend_of({"share": 0.1}, **said, capture_electron="1e-15 m3/s", trap_density="1e21 m-3")
    m = 1.0 - 0.1 * 1.2**3
    n = m * 1e21  # mean densities of 1e21 m-3 in the matrix
    assert layer["radiative_coefficient"] * n * n == pytest.approx(m * 1e26, rel=1e-9, abs=0.0)
    assert layer["auger_hole"] * n**3 == pytest.approx(m * 1e21, rel=1e-9, abs=0.0)
    assert layer["trap_density"] * layer["capture_electron"] * n == pytest.approx(
        m * 1e21 * 1e-15 * 1e21, rel=1e-9, abs=0.0
    )
    trap = layer.spec.trap[0]
    assert float(trap.density) == pytest.approx(m * 1e22, rel=1e-9, abs=0.0)
    assert float(trap.capture_hole) == pytest.approx(2e-14 / m, rel=1e-9, abs=0.0)


@pytest.mark.parametrize(("insulator", "share"), [("", 0.0), ("PS", 0.4)])
def test_a_held_electron_meets_the_holes_within_a_nanometre_of_its_dot(insulator, share):
    dots = {"share": 0.05, "in_contact": 1.0, "recombination_time": "2 ms"}
    dots |= {"transfer_time": "1 us", "insulator": insulator, "insulator_share": share}
    layer = blend_of(dots, electron_mobility="1e-4 m2/Vs")
    m = 1.0 - 0.05 * 1.2**3 - share
    touched = m / (m + share)
    met = 6.0 * (1e-8) ** 2 * 1e-9 / 2e-3 * touched  # of the holes that stand beside the dot
    for trap in layer.spec.trap:
        assert float(trap.capture_hole) * m == pytest.approx(met, rel=1e-9, abs=0.0)
        taken = 1e-24 / 1e-6 * touched  # over the surface: the way to the dot is short
        assert float(trap.capture_electron) * m == pytest.approx(taken, rel=1e-3, abs=0.0)


def test_inner_dots_share_what_light_makes_by_what_comes_apart():
    dots = {"share": 0.1, "in_contact": 0.5, "inner_rate": 0.02, "transfer_time": "1 ns"}
    layer = blend_of(dots | {"exciton_lifetime": "5 ns"})
    by_rate = sorted({float(t.capture_hole) for t in layer.spec.trap}, reverse=True)
    assert by_rate[1] / by_rate[0] == pytest.approx(0.02, rel=1e-4, abs=0.0)
    taken = sorted({float(t.capture_electron) for t in layer.spec.trap}, reverse=True)
    apart = [1.0 / (1.0 + 1.0 / (5.0 * rate)) for rate in (1.0, 0.02, 0.0004)]
    assert taken[1] / taken[0] == pytest.approx(apart[1] / apart[0], rel=1e-6, abs=0.0)
    assert taken[2] / taken[0] == pytest.approx(apart[2] / apart[0], rel=1e-6, abs=0.0)


def test_dots_hold_electrons_at_the_offset_of_the_bands():
    layer = blend_of({"share": 0.1, "in_contact": 1.0})
    traps = layer.spec.trap
    assert {t.charge for t in traps} == {"acceptor"}  # 6.0 eV lies below 5.2 eV: no holes
    step = charging_energy(1e-8, layer["relative_permittivity"])
    count = sum(float(t.density) for t in traps) / (0.1 / 1e-24)
    assert count == pytest.approx(len(ladder(0.6, step, 8, KT)), rel=1e-9, abs=0.0)
    mean = sum(float(t.density) * float(t.depth) for t in traps)
    mean /= sum(float(t.density) for t in traps)
    expected = np.mean(ladder(0.6, step, 8, KT))
    assert mean == pytest.approx(expected, rel=1e-9, abs=0.0)


def test_type_one_dots_hold_both_and_part_nothing():
    both = film(ionization_energy=5.0)
    layer = blend_of({"share": 0.1}, of=both, electron_affinity="3.2 eV", band_gap="2.4 eV")
    assert {t.charge for t in layer.spec.trap} == {"acceptor", "donor"}
    at = np.array([450e-9])
    assert layer.light.yield_of(at, np.ones(1)) < 1e-3
    holes = [t for t in layer.spec.trap if t.charge == "donor"]
    deepest = min(float(t.depth) for t in holes)  # nearest to the conduction edge
    assert 2.4 - 0.6 < deepest < 2.4


def test_release_of_a_level_balances_its_capture():
    """n_1 c_n of the engine against c_n N exp(-depth/kT) of the blend."""
    layer = blend_of({"share": 0.1, "in_contact": 1.0})
    made = charge_layer(layer, (0.0,))
    for trap, level in zip(layer.spec.trap, made.traps, strict=True):
        released = made.dos_conduction * math.exp(-(level.energy - made.electron_affinity) / KT)
        expected = layer["effective_dos_conduction"] * math.exp(-float(trap.depth) / KT)
        assert released == pytest.approx(expected, rel=1e-9, abs=0.0)


def test_separation_races_the_life_of_the_exciton():
    assert separation(1e-9, 1e-9, (0.5, -0.5), KT) == pytest.approx(0.5, rel=1e-6, abs=0.0)
    assert separation(1e-9, 1e9, (-0.5, -0.5), KT) == pytest.approx(1.0, rel=1e-6, abs=0.0)
    assert separation(1e-9, 1e-9, (0.5, 0.5), KT) < 1e-7
    one = blend_of({"share": 0.1, "in_contact": 1.0, "transfer_time": "1 ns"})
    half = blend_of({"share": 0.1, "in_contact": 0.5, "transfer_time": "1 ns", "inner_rate": 0.0})
    at = np.array([450e-9]), np.ones(1)
    assert one.light.yield_of(*at) == pytest.approx(1.0 / (1.0 + 1.0 / 5.0), rel=1e-6, abs=0.0)
    assert half.light.yield_of(*at) == pytest.approx(0.5 / 1.2, rel=1e-6, abs=0.0)


def test_absorption_of_dots_and_matrix_adds_with_their_shares():
    layer = blend_of({"share": 0.1}, absorption="2e6 m-1")
    left = 1.0 - 0.1 * 1.2**3
    alpha = np.interp(450e-9, layer.light.wavelength, layer.light.absorption)
    assert alpha == pytest.approx(0.1 / 0.5 * 1e6 + left * 2e6, rel=1e-9, abs=0.0)
    red = np.interp(540e-9, layer.light.wavelength, layer.light.absorption)
    assert red == pytest.approx(left * 2e6, rel=1e-9, abs=0.0)  # below the gap of the dots


def test_an_insulator_covers_its_share_of_the_dots():
    bare = blend_of({"share": 0.05})
    kept = blend_of({"share": 0.05, "insulator": "PS", "insulator_share": 0.4})
    lost = [float(layer.spec.trap[0].capture_hole) for layer in (bare, kept)]
    left = 1.0 - 0.05 * 1.2**3 - 0.4
    # holes stand closer in what is left of the matrix, which touches less of the dots
    assert lost[1] / lost[0] == pytest.approx(1.0, rel=1e-9, abs=0.0)
    at = np.array([450e-9]), np.ones(1)
    apart = [layer.light.yield_of(*at) for layer in (bare, kept)]
    assert apart[1] / apart[0] == pytest.approx(left / (left + 0.4), rel=1e-9, abs=0.0)
    assert kept["hole_mobility"] < bare["hole_mobility"]


def test_a_blend_answers_to_light_and_the_same_matrix_alone_does_not():
    said = {"kind": "pulses", "drain": "-0.1 V", "read_voltage": "0 V", "baseline": "0.1 s"}
    said |= {"optical": [{"width": "50 ms"}], "after": "0.1 s"}
    protocol = build(Pulses, said)
    lit = measure(film(), device({"share": 0.1}), protocol, LIBRARY)
    alone = measure(film(), device(), protocol, LIBRARY)
    assert lit.status.is_good
    change = [np.ptp(t.columns["drain_current"]) for t in (lit, alone)]
    assert change[0] > 1e3 * change[1]


def test_runs_of_a_synapse_share_one_rest(monkeypatch):
    from halodot.device.charge.simulate import Simulation

    settled = []
    settle = Simulation.settle
    monkeypatch.setattr(Simulation, "settle", lambda s, *a: settled.append(s) or settle(s, *a))
    said = {"kind": "synapse", "drain": "-0.1 V", "read_voltage": "0 V", "tests": ["epsc", "ppf"]}
    said |= {"intervals": ["0.1 s"], "optical": {"width": "50 ms"}, "after": "0.1 s", "points": 4}
    spec = device({"share": 0.1}).model_copy(update={"accuracy": "single"})
    trace = measure(film(), spec, build(Synapse, said), LIBRARY)
    assert trace.status.is_good
    assert len(np.unique(trace.sweep)) == 2
    assert len(settled) == 1  # of two runs at three points of the channel
    assert trace.profiles


def test_only_pairs_that_come_apart_reach_the_engine():
    spec = device({"share": 0.1, "in_contact": 1.0, "transfer_time": "20 ns"})
    layers, _ = resolve(spec, film(), LIBRARY)
    made = illuminate(layers, spec.light)
    depth, rate = made.rates[1][0]
    photons = made.made[0].spectrum.photon_flux.sum()
    share = made.absorbed_share / (1.0 + 20.0 / 5.0)
    assert np.trapezoid(rate, depth) == pytest.approx(share * photons, rel=1e-9, abs=0.0)


@pytest.mark.parametrize(
    ("dots", "of", "field"),
    [
        ({"share": 0.59}, film(), "dots.share"),
        ({"share": 0.5, "insulator": "PS", "insulator_share": 0.5}, film(), "dots.share"),
        ({"share": 0.1, "insulator_share": 0.5}, film(), "dots.insulator"),
        ({"share": 0.1}, None, "dots"),
        ({"share": 0.1}, film(dot_size=None), "dots.size"),
    ],
)
def test_what_cannot_be_a_blend_is_refused(dots, of, field):
    with pytest.raises(InputError) as e:
        resolve(device(dots), of, LIBRARY)
    assert e.value.field.endswith(field)
