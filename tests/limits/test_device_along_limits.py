"""A transistor along its channel against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.constants import ELEMENTARY_CHARGE
from halodot.core.spec import build
from halodot.device import measure
from halodot.device.channel_laws import (
    WIDTH,
    WIDTH_90,
    ambipolar_current,
    similarity,
    unipolar_current,
    zone_length,
    zone_position,
)
from halodot.device.charge.build import EPS0
from halodot.device.spec import DeviceSpec, Output, Transfer
from halodot.library import Library

LIBRARY = Library.builtin()
MOBILITY, WIDE, LONG, CAPACITANCE = 1e-5, 1e-3, 50e-6, EPS0 * 3.9 / 300e-9
SHEET, PAIRS = 10e-9, 1e-16
BETA = WIDE * CAPACITANCE * MOBILITY / LONG
ELECTRONS = {"work_function": "3.9 eV", "kind": "ohmic_electron"}
HOLES = {"work_function": "6.3 eV", "kind": "ohmic_hole"}


def device(source, along, channel=None, **more):
    oxide = {"name": "oxide", "thickness": "300 nm", "carriers": False}
    oxide |= {"relative_permittivity": 3.9, "electron_affinity": "0.9 eV", "band_gap": "9 eV"}
    sheet = {"name": "channel", "thickness": "10 nm", "relative_permittivity": 6}
    sheet |= {"electron_affinity": "3.9 eV", "band_gap": "2.4 eV"}
    sheet |= {f"effective_dos_{band}": "1e26 m-3" for band in ("conduction", "valence")}
    sheet |= {f"{carrier}_mobility": "1e-5 m2/Vs" for carrier in ("electron", "hole")}
    sheet |= {"radiative_coefficient": f"{PAIRS} m3/s", "refractive_index": 1.8} | (channel or {})
    table = {"kind": "transistor", "layer": [oxide, sheet], "left": {"work_function": "5.1 eV"}}
    table |= {"source": source, "channel_width": "1 mm", "channel_length": "50 um"}
    return build(DeviceSpec, table | ({} if along is None else {"along": along}) | more)


def emitter(channel=None):
    return device(ELECTRONS, {"drain": HOLES}, channel)


def transfer(spec, gate, drain, points=13):
    table = {"kind": "transfer", "gate": gate, "drain": [drain], "points": points}
    trace = measure(None, spec, build(Transfer, table | {"current_floor": "0 A"}), LIBRARY)
    assert trace.status.is_good
    return {name: values[:points] for name, values in trace.columns.items()}


def test_square_law_of_one_carrier():
    found = transfer(device(HOLES, {}), ["0 V", "-40 V"], "-40 V", 9)
    slope, cut = np.polyfit(found["gate_voltage"][3:], np.sqrt(-found["drain_current"][3:]), 1)
    assert slope**2 == pytest.approx(0.5 * BETA, rel=0.01, abs=0.0)
    # the gate stands 1.2 eV from the valence edge, the channel half an eV below it at threshold
    assert -1.5 < -cut / slope < 0.0
    law = unipolar_current(BETA, 40.0 - cut / slope, 40.0)
    assert -found["drain_current"][-1] == pytest.approx(law, rel=0.01, abs=0.0)


def test_output_curve_of_one_carrier_saturates():
    table = {"kind": "output", "drain": ["0 V", "-40 V"], "gate": ["-20 V"], "points": 9}
    protocol = build(Output, table | {"current_floor": "0 A"})
    trace = measure(None, device(HOLES, {}), protocol, LIBRARY)
    current = -trace.columns["drain_current"]
    laws = [unipolar_current(BETA, 19.4, -v) for v in trace.columns["drain_voltage"]]
    assert current == pytest.approx(laws, rel=0.05, abs=1e-12)  # threshold known to 0.1 V
    assert current[-1] == pytest.approx(current[-3], rel=0.02, abs=0.0)  # saturated


def test_ambipolar_current_and_place_of_the_zone():
    found = transfer(emitter(), ["15 V", "45 V"], "60 V", 7)
    laws = [ambipolar_current(BETA, BETA, v, 60.0) for v in found["gate_voltage"]]
    assert found["drain_current"] == pytest.approx(laws, rel=0.035, abs=0.0)  # the zone takes volts
    places = [LONG * zone_position(1.0, 1.0, v, 60.0) for v in found["gate_voltage"]]
    assert found["recombination_position"] == pytest.approx(places, abs=0.012 * LONG)
    assert found["recombination_position"][3] == pytest.approx(0.5 * LONG, rel=1e-3, abs=0.0)


def test_faster_electrons_push_the_zone_to_the_drain():
    found = transfer(emitter({"electron_mobility": "4e-5 m2/Vs"}), ["20 V", "40 V"], "60 V", 5)
    places = [LONG * zone_position(4.0, 1.0, v, 60.0) for v in found["gate_voltage"]]
    assert found["recombination_position"] == pytest.approx(places, abs=0.03 * LONG)


@pytest.mark.parametrize("slower", [1.0, 0.01])
def test_width_of_the_zone_is_that_of_drift_and_recombination(slower):
    channel = {"radiative_coefficient": f"{PAIRS * slower} m3/s"}
    found = transfer(emitter(channel), ["28 V", "32 V"], "60 V", 5)
    length = zone_length(MOBILITY, SHEET, PAIRS * slower, CAPACITANCE)
    # a zone of half the channel no longer is a similarity solution
    assert found["recombination_width"][2] == pytest.approx(WIDTH * length, rel=0.12, abs=0.0)
    if slower == 1.0:
        # diffusion adds 0.3 %, the nodes 0.2 %
        assert found["recombination_width"][2] == pytest.approx(WIDTH * length, rel=0.01, abs=0.0)
        wide = found["recombination_width_90"][2]
        assert wide == pytest.approx(WIDTH_90 * length, rel=0.02, abs=0.0)


def test_similarity_solution_holds_its_own_content():
    x, rate = similarity()
    total = 2.0 * np.trapezoid(rate, x)
    # the whole current recombines: its equivalent width is 4 / 2^(1/2)
    assert total == pytest.approx(4.0 / np.sqrt(2.0), rel=2e-3, abs=0.0)


def test_every_pair_of_carriers_that_meets_emits():
    found = transfer(emitter(), ["25 V", "35 V"], "60 V", 5)
    pairs = ELEMENTARY_CHARGE * found["emission_rate"]
    assert pairs == pytest.approx(found["drain_current"], rel=5e-3, abs=0.0)


def test_finer_nodes_leave_the_zone_where_it_is(monkeypatch):
    from halodot.device import along, sheet

    coarse = transfer(emitter(), ["28 V", "32 V"], "60 V", 5)
    monkeypatch.setattr(along, "grid_of", lambda s, z=None: sheet.grid_of(s, z, 2.0))
    fine = transfer(emitter(), ["28 V", "32 V"], "60 V", 5)
    for name in ("recombination_width", "drain_current", "emission_rate"):
        assert coarse[name][2] == pytest.approx(fine[name][2], rel=0.01, abs=0.0)


def test_linear_regime_is_that_of_the_gradual_channel():
    through = transfer(device(HOLES, None), ["-10 V", "-40 V"], "-1 V", 7)
    along = transfer(device(HOLES, {}), ["-10 V", "-40 V"], "-1 V", 7)
    # a sheet has no depth: the gate stack loses 2 % of its capacitance to it, and 0.2 V
    assert along["drain_current"][2:] == pytest.approx(
        through["drain_current"][2:], rel=0.05, abs=0.0
    )


def test_contact_resistance_is_that_of_two_lengths():
    source = {"work_function": "5.9 eV", "velocity_hole": "1e5 m/s"}
    at = {}
    for length in (20e-6, 50e-6):
        spec = device(source, {}, channel_length=f"{length} m")
        at[length] = transfer(spec, ["0 V", "-40 V"], "-1 V", 5)
    resistance = {length: 1.0 / -found["drain_current"][-1] for length, found in at.items()}
    a, b = sorted(resistance)
    slope = (resistance[b] - resistance[a]) / (b - a)
    by_length = (resistance[a] - slope * a) * WIDE
    inside = np.mean([found["contact_resistance"][-1] for found in at.values()])
    # the barrier passes more in the shorter channel: its resistance is not the same in both
    assert inside == pytest.approx(by_length, rel=0.2, abs=0.0)
    assert by_length > 20.0


def test_an_overlap_ten_times_longer_lowers_a_contact_layer_tenfold():
    layer = {"name": "injector", "thickness": "200 nm", "relative_permittivity": 6}
    layer |= {"electron_affinity": "3.9 eV", "band_gap": "2.4 eV", "donor_density": "-1e24 m-3"}
    layer |= {f"effective_dos_{band}": "1e26 m-3" for band in ("conduction", "valence")}
    layer |= {f"{carrier}_mobility": "1e-11 m2/Vs" for carrier in ("electron", "hole")}
    layer |= {"transfer_velocity": "inf"}
    bare = transfer(device(HOLES, {}), ["-30 V", "-40 V"], "-1 V", 5)
    extra = []
    for overlap in ("100 nm", "1 um"):
        along = {"source_layer": [layer], "overlap": overlap}
        found = transfer(device(HOLES, along), ["-30 V", "-40 V"], "-1 V", 5)
        extra.append(1.0 / -found["drain_current"][-1] - 1.0 / -bare["drain_current"][-1])
    ohmic = 200e-9 / (ELEMENTARY_CHARGE * 1e24 * 1e-11 * WIDE * 100e-9)
    assert extra[0] == pytest.approx(ohmic, rel=0.1, abs=0.0)
    assert extra[0] / extra[1] == pytest.approx(10.0, rel=0.1, abs=0.0)


def test_no_drain_voltage_no_current():
    table = {"kind": "output", "drain": ["0 V", "-4 V"], "gate": ["-20 V"], "points": 5}
    protocol = build(Output, table | {"current_floor": "0 A"})
    found = measure(None, device(HOLES, {}), protocol, LIBRARY).columns["drain_current"]
    assert abs(found[0]) < 1e-9 * abs(found[-1])


def test_electrons_and_holes_are_mirror_images():
    channel = {"electron_mobility": "1e-6 m2/Vs"}
    one = transfer(emitter(channel), ["20 V", "40 V"], "60 V", 5)
    channel = {"hole_mobility": "1e-6 m2/Vs"}
    other = transfer(emitter(channel), ["20 V", "40 V"], "60 V", 5)
    assert one["drain_current"] == pytest.approx(other["drain_current"][::-1], rel=1e-4, abs=0.0)
    mirrored = LONG - other["recombination_position"][::-1]
    assert one["recombination_position"] == pytest.approx(mirrored, rel=1e-3, abs=0.0)
