"""Weights on differential pairs."""

import numpy as np
import pytest

from halodot.array.mapping import Mapping
from halodot.array.population import draw_cells
from halodot.array.programming import direct, draw_device, relax
from halodot.array.state import Array, CellModel
from halodot.core.errors import InputError
from halodot.core.randomness import generator
from halodot.core.sourced import Sourced


def of(value, unit):
    return Sourced(float(value), unit)


def make(low=1e-6, high=1e-4, write=0.0, own=0.0, wire=0.0, levels=None, size=(16, 16), **more):
    model = CellModel(
        of(low, "S"), of(high, "S"), of(0.1, "V"), of(write, "1"), levels, (), of(own, "1")
    )
    return Array(model, *size, of(wire, "ohm"), seed=5, read_time=of(1e-7, "s"), **more)


RNG = np.random.default_rng(2)
WEIGHTS = RNG.normal(size=(37, 11))
INPUTS = RNG.uniform(-1, 1, (6, 37))


@pytest.mark.parametrize("size", [(1, 2), (16, 16), (16, 17), (64, 64)])
def test_ideal_tiles_give_the_product(size):
    output = make(size=size).program(WEIGHTS).multiply(INPUTS).output
    # Differences of currents that share the low conductance: a few digits of rounding.
    np.testing.assert_allclose(output, INPUTS @ WEIGHTS, atol=1e-12)


def test_wires_take_away_less_than_first_order_says_twice_over():
    exact = INPUTS @ WEIGHTS
    errors = [
        np.abs(make(wire=r).program(WEIGHTS).multiply(INPUTS).output - exact).max() for r in (1, 2)
    ]
    assert 1.8 < errors[1] / errors[0] < 2.0


def target(weights, device, levels=None, bit_lines=64):
    mapping = Mapping("differential", weights.shape[1], bit_lines, levels)
    fraction = mapping.fractions(weights, float(np.abs(weights).max()))
    return direct(fraction, device, draw_cells(device, fraction.shape, None), None)


def test_pairs_aim_at_one_of_two_cells():
    device = draw_device(make(), None)
    found = target(np.array([[2.0, -1.0, 0.0]]), device)
    middle = 1e-6 + 0.5 * 99e-6
    np.testing.assert_allclose(found, [[1e-4, 1e-6, 1e-6, middle, 1e-6, 1e-6]], rtol=1e-14)


def test_levels():
    device = draw_device(make(levels=3), None)
    found = target(np.linspace(0, 1, 50)[:, None], device, 3)
    assert len(np.unique(found[:, 0])) == 3
    assert found[:, 0].min() == 1e-6
    assert found[:, 0].max() == pytest.approx(1e-4, rel=1e-14)


def test_spreads_have_the_size_they_claim():
    half = np.full((300, 300), 0.5)
    cells = draw_cells(draw_device(make(), None), half.shape, None)
    write = direct(half, draw_device(make(write=0.02), 0), cells, generator(1, "a"))
    held = np.full((300, 300), 5e-5)
    own = relax(held, draw_device(make(own=0.02), 0), generator(1, "a"))
    # 90 000 draws: the standard deviation is known to 0.25 %, four times that is allowed.
    assert write.std() == pytest.approx(0.02 * 99e-6, rel=0.01)
    assert own.std() == pytest.approx(0.02 * 5e-5, rel=0.01)
    wild = relax(held, draw_device(make(own=1.0), 0), generator(1, "a"))
    assert wild.min() == 0.0


def test_draws_repeat_and_differ():
    array = make(write=0.05)
    a, b, c = (array.program(WEIGHTS, d).tiles[0].crossbar.conductance for d in (0, 0, 1))
    d = array.program(WEIGHTS, 0, part=1).tiles[0].crossbar.conductance
    assert (a == b).all()
    assert (a != c).any()
    assert (a != d).any()


def test_converters_round():
    exact = make().program(WEIGHTS).multiply(INPUTS).output
    errors = [
        np.abs(make(adc_bits=k).program(WEIGHTS).multiply(INPUTS).output - exact).std()
        for k in (4, 8, 12)
    ]
    # Four bits more: sixteen times finer, within the scatter of few outputs.
    assert 8 < errors[0] / errors[1] < 32
    assert 8 < errors[1] / errors[2] < 32


def test_energy_is_the_power_of_the_cells_times_the_time():
    reading = make(low=0.0).program(np.array([[1.0]])).multiply([[1.0]])
    assert reading.cell_energy == pytest.approx(0.1**2 * 1e-4 * 1e-7, rel=1e-12)
    assert reading.conversions == 2


def test_weights_of_zero_and_devices_without_range():
    assert not make().program(np.zeros((3, 2))).multiply(np.ones((1, 3))).output.any()
    flat = make(low=1e-5, high=1e-5).program(WEIGHTS).multiply(INPUTS).output
    assert np.isfinite(flat).all()


@pytest.mark.parametrize("bad", [[[np.nan]], [], [1.0], [["a"]]])
def test_bad_weights_and_inputs(bad):
    with pytest.raises(InputError, match="weights"):
        make().program(bad)
    with pytest.raises(InputError, match="inputs"):
        make().program([[1.0]]).multiply(bad)


def test_inputs_above_the_read_voltage_are_refused():
    with pytest.raises(InputError, match="inputs"):
        make().program([[1.0]]).multiply([[1.5]])
