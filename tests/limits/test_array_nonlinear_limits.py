"""Limits of nonlinear cells: ohmic ones, single cells, scalar root finding, ranges."""

import numpy as np
import pytest
from scipy.optimize import brentq

from halodot.array import Crossbar
from halodot.array.ends import Ends
from halodot.array.laws import (
    Linear,
    Sinh,
    Tabulated,
    TwoSided,
    knots,
    monotone,
    rectifying,
    shape_of,
)
from halodot.array.nonlinear import NonlinearCrossbar, cell_currents
from halodot.array.selector import Diode, Exponential, Series, Threshold, Transistor
from halodot.array.state import Shape
from halodot.core.constants import BOLTZMANN
from halodot.core.errors import HalodotError, InputError
from halodot.core.status import Status

RNG = np.random.default_rng(6)
G, V = RNG.uniform(1e-5, 1e-3, (12, 9)), RNG.uniform(-0.2, 0.2, 12)
ONE = np.ones((1, 1))


def test_small_voltages_are_linear():
    small = 1e-4 * V
    expected = Crossbar(G, 10.0).solve(small).current[0]
    found = NonlinearCrossbar(Sinh(G, 0.1), 10.0) @ small
    # sinh(x)/x - 1 = x^2 / 6 with x = 2e-4.
    np.testing.assert_allclose(found, expected, atol=2e-8 * np.abs(expected).max())


@pytest.mark.parametrize("ends", [Ends(), Ends("both", "top", 50.0, 20.0)])
def test_linear_law_is_the_linear_crossbar(ends):
    expected = Crossbar(G, 10.0, ends=ends).solve(V).current[0]
    found = NonlinearCrossbar(Linear(G), 10.0, ends=ends) @ V
    np.testing.assert_allclose(found, expected, atol=1e-11 * np.abs(expected).max())


def test_without_resistance_every_cell_has_its_whole_voltage():
    law = Sinh(G, 0.05, 0.1)
    expected = (G * 0.1 * np.sinh(V / 0.05)[:, None] / np.sinh(0.1 / 0.05)).sum(axis=0)
    np.testing.assert_allclose(NonlinearCrossbar(law) @ V, expected, rtol=1e-10)


@pytest.mark.parametrize("volts", [-1.5, -0.2, 1e-3, 0.4, 2.0])
def test_one_cell_with_its_wires_is_a_scalar_equation(volts):
    law = Sinh(1e-3 * ONE, 0.1)
    found = (NonlinearCrossbar(law, 100.0) @ [volts])[0]
    expected = brentq(
        lambda i: 1e-4 * np.sinh((volts - 200.0 * i) / 0.1) - i, -0.1, 0.1, xtol=1e-16
    )
    assert found == pytest.approx(expected, rel=1e-9, abs=0.0)


PAIRS = {
    "ohmic and exponential": (
        Linear(1e-4 * ONE), lambda x: 1e-4 * x,
        Exponential(1e-9 * ONE, 0.05), lambda x: 1e-9 * np.sinh(x / 0.05),
    ),
    "sinh and diode": (
        Sinh(1e-5 * ONE, 0.3), lambda x: 3e-6 * np.sinh(x / 0.3),
        Diode(1e-12 * ONE, 1.2, 320.0, 1e-10),
        lambda x: 1e-12 * np.expm1(x / (1.2 * 320 * BOLTZMANN)) + 1e-10 * x,
    ),
    "ohmic and threshold": (
        Linear(1e-4 * ONE), lambda x: 1e-4 * x,
        Threshold(0.4 * ONE, 1e-2, 1e-9, 0.01),
        lambda x: 1e-9 * x + (1e-2 - 1e-9) * 0.01 * (
            np.logaddexp(0, (x - 0.4) / 0.01) - np.logaddexp(0, (-x - 0.4) / 0.01)
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("volts", [-1.0, -0.3, -1e-3, 1e-6, 0.1, 0.41, 1.0])
@pytest.mark.parametrize("name", PAIRS)
def test_series_is_a_scalar_equation(name, volts):
    cell, of_cell, selector, of_selector = PAIRS[name]
    x = brentq(
        lambda x: of_cell(x) - of_selector(volts - x), min(0.0, volts), max(0.0, volts), xtol=1e-18
    )
    # The less steep of the two says the current to more digits.
    both = of_cell(x), of_selector(volts - x)
    found = float(cell_currents(Series(cell, selector), volts * ONE)[0, 0])
    assert min(abs(found / i - 1) for i in both) < 1e-9
    turned = float(cell_currents(Series(selector, cell), volts * ONE)[0, 0])
    assert turned == pytest.approx(found, rel=1e-9, abs=0.0)


def test_slopes_are_derivatives():
    """What Newton's method takes as slope is the slope of what it takes as current."""
    from halodot.array.nonlinear import Cells

    curves = Shape(np.linspace(-1, 1, 9), np.linspace(-8, 8, 9) ** 3, np.linspace(-8, 8, 9))
    laws = [pair[k] for pair in PAIRS.values() for k in (0, 2)]
    laws += [Series(a, b) for a, _, b, _ in PAIRS.values()]
    laws += [Tabulated(3e-5 * ONE, curves, 1e-5, 1e-4, 0.125), rectifying(Sinh(ONE, 0.2), 9.0)]
    for law in laws:
        parts = Cells(law)
        for v in (-0.7, -0.31, 0.05, 0.33, 0.9):
            at = [parts.at((v + h) * ONE, 0.4 * v * ONE) for h in (-1e-5, 0.0, 1e-5)]
            slope = (at[2][0] - at[0][0])[0, 0] / 2e-5
            assert at[1][1][0, 0] == pytest.approx(slope, rel=2e-5, abs=1e-14)


def test_each_side_has_its_own_law():
    law = TwoSided(Sinh(2e-5 * ONE, 0.3), rectifying(Linear(1e-4 * ONE), 50.0))
    up, down = (float(cell_currents(law, v * ONE)[0, 0]) for v in (0.6, -0.6))
    assert up == pytest.approx(2e-5 * 0.3 * np.sinh(2.0), rel=1e-12, abs=0.0)
    assert down == pytest.approx(-0.6 * 1e-4 / 50.0, rel=1e-12, abs=0.0)
    circuit = NonlinearCrossbar(law, 1e3)
    assert (circuit @ [-0.6])[0] == pytest.approx(-0.6 / (50.0 / 1e-4 + 2e3), rel=1e-9, abs=0.0)


def test_transistors_add_their_resistance_or_open_the_row():
    enabled = np.arange(12) % 3 == 0
    law = Series(Linear(G), Transistor(5e3, enabled))
    expected = Crossbar(np.where(enabled[:, None], 1 / (1 / G + 5e3), 0.0), 10.0) @ V
    found = NonlinearCrossbar(law, 10.0) @ V
    np.testing.assert_allclose(found, expected, atol=1e-11 * np.abs(expected).max())


def test_a_selector_cuts_half_selected_cells():
    bare = cell_currents(Linear(1e-4 * ONE), [[0.5]]) / cell_currents(Linear(1e-4 * ONE), [[1.0]])
    law = Series(Linear(1e-4 * ONE), Exponential(1e-10, 0.04))
    cut = cell_currents(law, [[0.5]]) / cell_currents(law, [[1.0]])
    assert bare == 0.5
    assert cut < 0.1


VOLTS = np.linspace(-1, 1, 41)
CURVES = Shape(VOLTS, np.sinh(VOLTS / 0.2) / np.sinh(0.5), VOLTS / 0.1)


def test_table_meets_its_knots_and_mixes_by_state():
    for conductance, x in ((1e-6, 0.0), (1e-4, 1.0), (5.05e-5, 0.5)):
        law = Tabulated(conductance * ONE, CURVES, 1e-6, 1e-4, 0.1)
        k = 33
        expected = 0.1 * ((1 - x) * 1e-6 * CURVES.low[k] + x * 1e-4 * CURVES.high[k])
        found = float(cell_currents(law, VOLTS[k] * ONE)[0, 0])
        assert found == pytest.approx(expected, rel=1e-12, abs=0.0)
        read = float(cell_currents(law, 0.1 * ONE)[0, 0])
        assert read == pytest.approx(0.1 * conductance, rel=1e-12, abs=0.0)


def test_table_between_knots_follows_the_curve():
    law = Tabulated(1e-6 * ONE, CURVES, 1e-6, 1e-4, 0.1)
    for v in (-0.97, -0.013, 0.02, 0.33):
        expected = 1e-7 * np.sinh(v / 0.2) / np.sinh(0.5)
        # Knots every 50 mV of a curve that turns over 200 mV.
        assert float(cell_currents(law, v * ONE)[0, 0]) == pytest.approx(expected, rel=5e-3, abs=0)


def test_states_beyond_the_ends_keep_the_curve_of_the_end():
    low, lower = (
        cell_currents(Tabulated(g * ONE, CURVES, 1e-6, 1e-4, 0.1), 0.4 * ONE) for g in (1e-6, 5e-7)
    )
    assert lower == pytest.approx(low / 2, rel=1e-12, abs=0.0)


def test_outside_the_table_is_said():
    law = Tabulated(np.full((2, 2), 5e-5), CURVES, 1e-6, 1e-4, 0.1)
    assert NonlinearCrossbar(law, 1.0).product([0.5, 0.9]).status is Status.OK
    assert NonlinearCrossbar(law, 1.0).product([0.5, 1.2]).status is Status.OUTSIDE_RANGE


def test_monotone_leaves_good_curves_and_mends_noise():
    same = monotone(CURVES)
    np.testing.assert_allclose(same.low, CURVES.low, rtol=1e-12, atol=1e-15)
    noisy = CURVES.low + 0.5 * np.sin(40 * VOLTS)
    with pytest.raises(InputError, match="monotone"):
        knots(Shape(VOLTS, noisy, CURVES.high))
    mended = monotone(Shape(VOLTS, noisy, CURVES.high))
    assert knots(mended).shape == (6, 41)
    assert np.abs(mended.low - noisy).max() < 1.1


@pytest.mark.parametrize(
    "make",
    [
        lambda: Linear(-ONE),
        lambda: Sinh(ONE, 0.0),
        lambda: Sinh(ONE, [[np.nan]]),
        lambda: Sinh(ONE, 0.001, 0.2),
        lambda: Tabulated(ONE, CURVES, 1e-4, 1e-6, 0.1),
        lambda: Tabulated(ONE, Shape(VOLTS[::-1], VOLTS, VOLTS), 1e-6, 1e-4, 0.1),
        lambda: Tabulated(ONE, Shape(VOLTS, VOLTS, -VOLTS), 1e-6, 1e-4, 0.1),
        lambda: rectifying(Linear(ONE), 0.0),
        lambda: TwoSided(Series(Linear(ONE), Linear(ONE)), Linear(ONE)),
        lambda: Series(Series(Linear(ONE), Linear(ONE)), Linear(ONE)),
        lambda: Series(Linear(ONE), Exponential(0.0, 0.1)),
        lambda: Series(Linear(ONE), Threshold(0.1, 1e-9, 1e-3)),
        lambda: Series(Linear(ONE), Transistor(1e3, [1])),
        lambda: Series(Linear(np.ones((3, 2))), Linear(np.ones((2, 3)))),
        lambda: Exponential(1e-9, 0.1),
    ],
)
def test_bad_laws_are_refused(make):
    with pytest.raises(InputError):
        NonlinearCrossbar(make(), 1.0)


def test_shapes_and_laws_of_a_crossbar():
    crossbar = NonlinearCrossbar(Sinh(G, 0.1), "10 ohm")
    assert shape_of(crossbar.law) == crossbar.shape == (12, 9)
    assert crossbar.product(V).current.shape == (9,)
    assert crossbar.product([V, V]).current.shape == (2, 9)
    other = crossbar.with_law(Linear(G))
    assert other.wire_resistance == 10.0
    np.testing.assert_allclose(other @ V, Crossbar(G, 10.0) @ V, rtol=1e-9)
    np.testing.assert_allclose(other.currents(np.ones((12, 9))), G)
    assert not (crossbar @ np.zeros(12)).any()


def test_what_did_not_converge_is_raised(monkeypatch):
    from halodot.array import nonlinear

    monkeypatch.setattr(nonlinear, "STEPS", 1)
    with pytest.raises(HalodotError, match="converge"):
        _ = NonlinearCrossbar(Sinh(G, 0.01), 10.0) @ V
