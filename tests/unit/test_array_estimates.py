"""Energy, latency and area: how they scale, and that they carry their assumptions."""

from dataclasses import replace

import numpy as np
import pytest

from halodot.array import build, estimates
from halodot.array.estimates import conversion_energy, inference, propagate, supply_power
from halodot.array.limits import single_cell
from halodot.array.spec import ArraySpec
from halodot.array.state import Array, CellModel, Layout, Readout, Steps, Update, Writing
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build as spec_of
from halodot.figures.state import Figures

S = Sourced
RNG = np.random.default_rng(9)
WEIGHTS = RNG.normal(size=(12, 5))
INPUTS = RNG.uniform(-1, 1, (6, 12))
LAYOUT = Layout(S(1e-15, "F"), S(4e-12, "m2"), S(1e-13, "J"))


def array(volts=0.1, high=1e-4, time=1e-7, wire=0.0, writing=None, update=None, **more):
    cell = CellModel(S(0.0, "S"), S(high, "S"), S(volts, "V"), S(0.0, "1"), update=update)
    fields = {"layout": LAYOUT, "adc_energy": S(2e-12, "J")} | more
    return Array(
        cell, 64, 64, S(wire, "ohm"), seed=2, read_time=S(time, "s"),
        writing=writing or Writing(), **fields,
    )  # fmt: skip


def of(made, weights=WEIGHTS, inputs=INPUTS, draw=None):
    matrix = made.program(weights, draw)
    return inference(made, [matrix], [matrix.multiply(inputs)])


def test_cells_are_ohm_s_law_times_the_time():
    found = of(array(), np.array([[1.0]]), np.array([[1.0], [0.5]]))
    assert found.parts["cells"].value == pytest.approx(
        0.1**2 * 1e-4 * 1e-7 * (1 + 0.25) / 2, rel=1e-12, abs=0.0
    )


@pytest.mark.parametrize(
    ("change", "part", "factor"),
    [
        ({"volts": 0.2}, "cells", 4.0),
        ({"volts": 0.2}, "lines", 4.0),
        ({"volts": 0.2}, "converters", 1.0),
        ({"high": 3e-4}, "cells", 3.0),
        ({"time": 5e-7}, "cells", 5.0),
        ({"time": 5e-7}, "drivers", 1.0),
    ],
)
def test_energy_scales_as_it_must(change, part, factor):
    plain, changed = (of(array(**c)).parts[part].value for c in ({}, change))
    assert changed == pytest.approx(factor * plain, rel=1e-9, abs=0.0)


def test_lines_are_charged_to_the_voltage_they_carry():
    found = of(array(), np.ones((12, 5)), np.ones((1, 12)))
    # 12 word lines of 10 cells of 1 fF to 0.1 V.
    assert found.parts["lines"].value == pytest.approx(12 * 10 * 1e-15 * 0.01, rel=1e-12, abs=0.0)
    assert found.parts["drivers"].value == pytest.approx(12 * 1e-13, rel=1e-12, abs=0.0)
    assert found.parts["converters"].value == pytest.approx(10 * 2e-12, rel=1e-12, abs=0.0)
    assert found.energy.value == pytest.approx(
        sum(q.value for q in found.parts.values()), rel=1e-12, abs=0.0
    )
    assert found.area.value == pytest.approx(120 * 4e-12, rel=1e-12, abs=0.0)


def test_bits_one_after_another_cost_their_number():
    serial = of(array(readout=Readout(coding="serial", dac_bits=6)))
    once = of(array(readout=Readout(coding="amplitude", dac_bits=6)))
    for part in ("converters", "drivers"):
        assert serial.parts[part].value == pytest.approx(6 * once.parts[part].value, rel=1e-12)
    assert serial.latency.value == pytest.approx(6 * once.latency.value, rel=1e-12)


def test_matrices_one_after_another():
    made = array()
    matrix = made.program(WEIGHTS)
    reading = matrix.multiply(INPUTS)
    two = inference(made, [matrix] * 2, [reading] * 2)
    assert two.latency.value == pytest.approx(2e-7, rel=1e-12)
    assert two.energy.value == pytest.approx(2 * of(made).energy.value, rel=1e-12)
    with pytest.raises(InputError, match="readings"):
        inference(made, [matrix], [])


def test_long_resistive_lines_settle_slowly():
    weights = RNG.normal(size=(64, 32))
    slow = replace(LAYOUT, line_capacitance=S(1e-12, "F"))
    found = of(array(wire=100.0, layout=slow, adc_bits=7), weights, RNG.uniform(-1, 1, (2, 64)))
    assert found.latency.value == pytest.approx(
        0.5 * 100.0 * 1e-12 * 64**2 * 8 * np.log(2), rel=1e-9
    )


@pytest.mark.parametrize("wire", [0.0, 5.0, 200.0])
def test_supply_gives_no_more_than_ideal_wires(wire):
    made = array(wire=wire)
    matrix = made.program(WEIGHTS)
    given = supply_power(matrix, INPUTS).mean() * 1e-7
    bound = matrix.multiply(INPUTS).cell_energy
    assert given <= bound * (1 + 1e-9)
    if wire == 0.0:
        assert given == pytest.approx(bound, rel=1e-12, abs=0.0)
    else:
        assert given < bound


def test_supply_power_of_one_cell():
    made = replace(array(wire=500.0), bit_lines=2)
    power = supply_power(made.program([[1.0]]), [[1.0]])[0]
    # The other cell of the pair does not conduct.
    assert power == pytest.approx(0.1 * single_cell(1e-4, 0.1, 500.0), rel=0.06)


def test_a_bit_more_doubles_a_conversion_until_noise_quadruples_it():
    energies = [conversion_energy(b).value for b in range(4, 20)]
    ratios = np.array(energies[1:]) / energies[:-1]
    np.testing.assert_allclose(ratios[:3], 2.0, rtol=1e-9)
    np.testing.assert_allclose(ratios[-3:], 4.0, rtol=2e-3)
    q = conversion_energy(None)
    assert (q.basis, q.value) == ("assumed", conversion_energy(8).value)
    assert q.low < q.value < q.high


def test_every_prior_has_an_interval_and_a_reason():
    made = build(Figures("iv", "t", ()), ArraySpec())
    for q in (made.read_time, made.adc_energy, made.layout.cell_area, made.layout.driver_energy,
              made.layout.line_capacitance):  # fmt: skip
        assert q.basis == "assumed"
        assert q.low < q.value < q.high
        assert q.note


def test_energy_covers_its_uncertain_parts():
    uncertain = array(adc_energy=S(2e-12, "J", 5e-13, 8e-12, "assumed", (), "guess"))
    found = of(uncertain)
    assert found.energy.low < found.energy.value < found.energy.high
    assert found.parts["converters"].basis == "assumed"
    assert "guess" in found.parts["converters"].note
    narrow = of(array())
    assert narrow.energy.low is None


def test_propagation_of_a_product_of_log_normals():
    a = S(1.0, "1", 1 / 3.0, 3.0)
    q = propagate(lambda x, y: x * y, (a, a), "1", "")
    width = 3.0 ** np.sqrt(2.0)
    # The 5 % point of 4000 draws is known to 0.03 of a standard deviation, 0.94.
    assert (q.low, q.high) == pytest.approx((1 / width, width), rel=0.1)


def test_unknown_parts_leave_the_total_unknown_with_their_reason():
    found = of(array(layout=Layout(), adc_energy=Sourced.unknown("J", "no converter chosen")))
    assert not found.energy.is_known
    assert found.energy.note
    assert found.parts["cells"].is_known
    assert not found.area.is_known


def test_writing_is_counted_where_pulses_were():
    direct = of(array(), draw=0)
    assert "writing = 'verify'" in direct.write_energy.note
    g = np.linspace(0, 1e-4, 200)
    none = np.zeros(200, np.int64)
    steps = [
        Steps(g, np.full(200, c), none, none, energy=S(1e-9, "J"), duration=S(1e-3, "s"),
              optical_energy=S(3e-9, "J")) for c in (1e-6, -1e-6)
    ]  # fmt: skip
    made = array(writing=Writing(mode="verify"), update=Update(*steps))
    matrix = made.program(WEIGHTS, 0)
    found = inference(made, [matrix], [matrix.multiply(INPUTS)])
    pulses = matrix.written.pulses.sum()
    assert found.write_energy.value == pytest.approx(1e-9 * pulses, rel=1e-12, abs=0.0)
    assert found.write_optical_energy.value == pytest.approx(3e-9 * pulses, rel=1e-12, abs=0.0)
    refreshed = replace(made, writing=Writing(mode="verify", refresh=S(1.0, "s")))
    again = inference(refreshed, [matrix], [matrix.multiply(INPUTS)])
    assert again.parts["refresh"].value == pytest.approx(1e-7 * 1e-9 * pulses, rel=1e-9, abs=0.0)
    # Eight reads an inference, and lines that settle slower than one: the latency counts.
    slow = replace(
        refreshed, readout=Readout(coding="serial", dac_bits=8), wire_resistance=S(100.0, "ohm"),
        layout=replace(LAYOUT, line_capacitance=S(1e-10, "F")),
    )  # fmt: skip
    matrix = slow.program(WEIGHTS, 0)
    later = inference(slow, [matrix], [matrix.multiply(INPUTS)])
    assert later.latency.value > 2 * 8e-7
    assert later.parts["refresh"].value == pytest.approx(
        later.latency.value * later.write_energy.value, rel=1e-9, abs=0.0
    )


def test_area_is_that_of_the_device_where_it_is_known():
    spec = spec_of(ArraySpec, {"feature_size": "2 um"})
    empty = Figures("iv", "t", ())
    assert build(empty, spec).layout.cell_area.value == pytest.approx(16e-12, rel=1e-12, abs=0.0)
    device = build(empty, spec, area=S(1e-8, "m2")).layout.cell_area
    assert (device.value, device.basis) == (1e-8, "computed")
    own = spec_of(ArraySpec, {"cell_area": "1 um^2"})
    assert build(empty, own, area=S(1e-8, "m2")).layout.cell_area.value == 1e-12
    assert estimates.BITS == 8
