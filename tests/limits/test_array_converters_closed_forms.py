"""Converters and noise against closed forms."""

import numpy as np
import pytest

from halodot.array.converters import (
    Converter,
    coded,
    drives,
    line_variance,
    quantisation_noise,
    rounded,
)
from halodot.array.state import Array, CellModel, Readout, Shape
from halodot.core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced

S = Sourced
RNG = np.random.default_rng(4)
WEIGHTS = RNG.normal(size=(40, 25))
INPUTS = RNG.uniform(-1, 1, (300, 40))


def array(bits=None, size=(64, 64), time=1e-7, low=1e-6, wire=0.0, **readout):
    cell = CellModel(S(low, "S"), S(1e-4, "S"), S(0.1, "V"), S(0.0, "1"))
    return Array(
        cell, *size, S(wire, "ohm"), seed=3, read_time=S(time, "s"), adc_bits=bits,
        readout=Readout(**readout),
    )  # fmt: skip


# Converters


@pytest.mark.parametrize("bits", [4, 8, 12])
@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 2.0), (-0.3, 1.7)])
def test_rounding_error_is_that_of_even_noise(bits, low, high):
    converter = Converter(bits, low, high)
    x = np.random.default_rng(1).uniform(low, high, (400, 500))
    found, clipped = converter.convert(x)
    # 200 000 samples: a variance is known to 0.2 %; ends cut off half a step of 2^bits.
    assert np.var(found - x) == pytest.approx(converter.step**2 / 12, rel=0.01 + 2.0**-bits)
    assert np.std(found - x) == pytest.approx(
        quantisation_noise(converter.step), rel=0.01 + 2.0**-bits
    )
    assert clipped == 0.0
    assert len(np.unique(found)) <= 2**bits
    assert np.isin(0.0, found) or bits == 12


def test_noise_of_a_product_is_that_of_its_conversions():
    for mode in ("worst case", "calibrated"):
        exact = array(adc_range=mode).program(WEIGHTS).multiply(INPUTS).output
        made = array(10, adc_range=mode).program(WEIGHTS).calibrated(INPUTS)
        reading = made.multiply(INPUTS)
        low, high = made._ends(made.tiles[0])
        step = (high - low) / (2**10 - 1)
        # Two converted lines for each output.
        factor = np.abs(WEIGHTS).max() / (0.1 * 99e-6)
        assert np.std(reading.output - exact) == pytest.approx(
            factor * step * np.sqrt(2 / 12), rel=0.03
        )
        assert reading.clipped == 0.0


def test_full_scale_does_not_depend_on_what_is_being_read():
    for mode in ("worst case", "calibrated"):
        matrix = array(6, adc_range=mode).program(WEIGHTS).calibrated(INPUTS)
        together = matrix.multiply(INPUTS).output
        alone = np.vstack([matrix.multiply(INPUTS[[k]]).output for k in range(5)])
        np.testing.assert_array_equal(together[:5], alone)


def test_calibration_uses_the_bits_better_than_the_worst_case():
    exact = array().program(WEIGHTS).multiply(INPUTS).output
    errors = {}
    for mode in ("worst case", "calibrated"):
        matrix = array(6, adc_range=mode).program(WEIGHTS).calibrated(INPUTS[:100])
        reading = matrix.multiply(INPUTS[100:])
        errors[mode] = np.std(reading.output - exact[100:])
        # Inputs that calibration did not see may lie beyond: a few in a thousand.
        assert reading.clipped < 0.01
    assert errors["calibrated"] < 0.5 * errors["worst case"]


def test_worst_case_is_reached_by_no_input():
    matrix = array(8).program(WEIGHTS)
    for x in (np.ones((1, 40)), -np.ones((1, 40)), np.sign(INPUTS)):
        assert matrix.multiply(x).clipped == 0.0


def test_a_small_fixed_scale_clips_and_says_how_often():
    matrix = array(8, adc_range="fixed", adc_full_scale=S(2e-6, "A")).program(WEIGHTS)
    reading = matrix.multiply(INPUTS)
    currents = INPUTS * 0.1 @ matrix.fresh
    assert reading.clipped == pytest.approx(np.mean(np.abs(currents) > 2e-6), abs=0.01)
    assert reading.clipped > 0.2


def test_calibrated_converters_ask_for_their_batch():
    with pytest.raises(InputError, match="calibrated"):
        array(8, adc_range="calibrated").program(WEIGHTS).multiply(INPUTS)


def test_offset_and_gain_are_of_each_converter_and_stay():
    made = array(14, adc_range="fixed", adc_full_scale=S(5e-5, "A"), adc_offset=S(0.01, "1"),
                 adc_gain=S(0.02, "1"), signed=True)  # fmt: skip
    ideal = array(14, adc_range="fixed", adc_full_scale=S(5e-5, "A"))
    matrix = made.program(WEIGHTS, 0)
    zero = matrix.multiply(np.zeros((3, 40))).output
    assert (zero[0] == zero[2]).all()
    factor = np.abs(WEIGHTS).max() / (0.1 * 99e-6)
    # 25 differences of two offsets: their spread is known to 15 %.
    assert zero[0].std() == pytest.approx(factor * 0.01 * 5e-5 * np.sqrt(2), rel=0.45)
    none = ideal.program(WEIGHTS, 0).multiply(INPUTS).output
    assert np.std(matrix.multiply(INPUTS).output - none) > 0.1
    assert (made.program(WEIGHTS).multiply(INPUTS).output
            == ideal.program(WEIGHTS).multiply(INPUTS).output).all()  # fmt: skip


def test_one_current_off_by_a_gain():
    converter = Converter(16, 0.0, 1.0, offset=np.array([0.1]), gain=np.array([0.5]))
    assert converter.convert(np.array([[0.4]]))[0] == pytest.approx(0.3, abs=1e-4)


def test_a_line_without_current():
    found, clipped = Converter(8, 0.0, 0.0).convert(np.zeros((2, 3)))
    assert not found.any()
    assert clipped == 0.0


# Inputs


@pytest.mark.parametrize("coding", ["amplitude", "width", "serial"])
def test_codings_give_the_same_product_of_rounded_inputs(coding):
    made = array(coding=coding, dac_bits=5)
    x = np.round(INPUTS * 31) / 31
    reading = made.program(WEIGHTS).multiply(INPUTS)
    np.testing.assert_allclose(reading.output, x @ WEIGHTS, atol=1e-11)
    assert reading.steps == (5 if coding == "serial" else 1)


@pytest.mark.parametrize("bits", [1, 3, 8])
def test_parts_of_a_pulse_add_up_to_the_number(bits):
    x = RNG.uniform(-1, 1, (20, 7))
    for coding, linear in (("width", False), ("serial", True), ("amplitude", True)):
        pulses = coded(x, coding, bits, linear=linear)
        whole = sum(p.place * sum(share * part for part, share in p.parts) for p in pulses)
        np.testing.assert_allclose(whole, rounded(x, bits), atol=1e-12)
        if coding != "amplitude":  # all pulses have one height
            heights = np.abs(np.concatenate([part.ravel() for p in pulses for part, _ in p.parts]))
            assert set(np.unique(heights)) <= {0.0, 1.0}


def test_input_rounding_error_is_that_of_even_noise():
    x = np.random.default_rng(2).uniform(-1, 1, 200_000)
    step = 1 / (2**6 - 1)
    assert np.var(rounded(x, 6) - x) == pytest.approx(step**2 / 12, rel=0.02)


def test_energy_of_a_pulse_by_its_height_or_its_width():
    half = np.array([[0.5]])
    assert drives(half, "amplitude", None)[0, 0] == 0.25
    assert drives(half, "width", 8)[0, 0] == pytest.approx(0.5, abs=1 / 255)
    assert drives(np.array([[21 / 31]]), "serial", 5)[0, 0] == 3.0  # 10101: three pulses


def test_zero_inputs_of_pulse_width():
    reading = array(coding="width", dac_bits=4).program(WEIGHTS).multiply(np.zeros((2, 40)))
    assert not reading.output.any()
    assert reading.cell_energy == 0.0


def test_negative_inputs_where_they_are_not_signed():
    made = array(8, signed=False).program(WEIGHTS)
    with pytest.raises(InputError, match="signed_inputs"):
        made.multiply(INPUTS)
    assert made._ends(made.tiles[0])[0] == 0.0


# Noise of currents


def test_noise_is_thermal_at_rest_and_shot_noise_at_high_voltage():
    G, time, kT = np.array([[2e-5]]), 1e-6, BOLTZMANN * 300.0 * ELEMENTARY_CHARGE
    band = 1 / (2 * time)
    rest = line_variance(np.array([[0.0]]), G, time, 300.0)[0, 0]
    assert rest == pytest.approx(4 * kT * 2e-5 * band, rel=1e-6, abs=0.0)
    high = line_variance(np.array([[-2.0]]), G, time, 300.0)[0, 0]
    assert high == pytest.approx(2 * ELEMENTARY_CHARGE * 4e-5 * band, rel=1e-6, abs=0.0)
    x = ELEMENTARY_CHARGE * 0.05 / (2 * kT)
    between = line_variance(np.array([[0.05]]), G, time, 300.0)[0, 0]
    expected = 2 * ELEMENTARY_CHARGE * 2e-5 * 0.05 / np.tanh(x) * band
    assert between == pytest.approx(expected, rel=1e-9, abs=0.0)


def test_noise_of_a_read_has_that_variance_and_falls_with_its_time():
    ones = np.ones((4000, 40))
    spreads = []
    for time in (1e-9, 1e-7):
        made = array(time=time, line_noise=True, low=0.0)
        spreads.append(made.program(np.ones((40, 1)), 0).multiply(ones).output.std())
    currents = line_variance(0.1 * ones[:1], np.full((40, 1), 1e-4), 1e-9, 300.0)[0, 0]
    assert spreads[0] == pytest.approx(np.sqrt(currents) / (0.1 * 1e-4), rel=0.05)
    assert spreads[0] / spreads[1] == pytest.approx(10.0, rel=0.05)
    quiet = array(time=1e-9, line_noise=True).program(np.ones((40, 1))).multiply(ones).output
    assert quiet.std() < 1e-9


# Cells that are not linear

VOLTS = np.linspace(-0.2, 0.2, 41)
CURVE = Shape(
    VOLTS, np.sinh(VOLTS / 0.05) / np.sinh(2.0), np.sinh(VOLTS / 0.05) / np.sinh(2.0)
)  # fmt: skip


def curved(coding="amplitude", bits=None, wire=0.0, shape=CURVE):
    cell = CellModel(S(1e-6, "S"), S(1e-4, "S"), S(0.1, "V"), S(0.0, "1"), shape=shape)
    return Array(
        cell, 64, 64, S(wire, "ohm"), seed=3, read_time=S(1e-7, "s"),
        readout=Readout(cells="nonlinear", coding=coding, dac_bits=bits),
    )  # fmt: skip


def test_heights_are_bent_by_the_curve_of_the_cells():
    found = curved().program(WEIGHTS).multiply(INPUTS[:20]).output
    expected = (np.sinh(2 * INPUTS[:20]) / np.sinh(2.0)) @ WEIGHTS
    # Curves are interpolated between knots of 10 mV: outputs of up to 7 are off by up to 0.006.
    np.testing.assert_allclose(found, expected, atol=0.01)
    assert np.abs(found - INPUTS[:20] @ WEIGHTS).max() > 0.1


@pytest.mark.parametrize("coding", ["width", "serial"])
def test_pulses_of_one_height_do_not_ask_for_linear_cells(coding):
    x = np.round(INPUTS[:20] * 15) / 15
    found = curved(coding, 4).program(WEIGHTS).multiply(x).output
    np.testing.assert_allclose(found, x @ WEIGHTS, atol=1e-9)


def test_a_straight_curve_on_resistive_wires_is_the_linear_array():
    straight = Shape(VOLTS, VOLTS / 0.1, VOLTS / 0.1)
    bent = curved(wire=20.0, shape=straight).program(WEIGHTS).multiply(INPUTS[:20]).output
    plain = array(wire=20.0).program(WEIGHTS).multiply(INPUTS[:20]).output
    # Interpolated between knots, as above; the wires take 100 times that.
    np.testing.assert_allclose(bent, plain, atol=0.01)
    assert np.abs(plain - INPUTS[:20] @ WEIGHTS).max() > 1.0


def test_a_curve_that_is_not_known_is_asked_for():
    with pytest.raises(InputError, match="cells"):
        curved(shape=None).program(WEIGHTS)


def test_resistance_of_sources_and_grounds_takes_its_share():
    made = array(low=0.0, source_resistance=S(300.0, "ohm"), ground_resistance=S(200.0, "ohm"))
    found = made.program([[1.0]]).multiply([[1.0]]).output[0, 0]
    assert found == pytest.approx(1.0 / (1.0 + 1e-4 * 500.0), rel=1e-9)
