"""Exchange of ions against closed forms: balances, equilibria, the gap of two halides, times."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.synthesis.treatment import anion_exchange as ax
from halodot.synthesis.treatment import cation_exchange as cx
from halodot.synthesis.treatment import miscibility as mc

ONE = np.ones(1)


def problem(reagent=1.0, start=0.0, selectivity=1.0, w=0.0, kinds=1, rate=1.0, threshold=None):
    """One run of equal dots that begin at once."""
    wait = np.zeros(kinds) if threshold is None else threshold
    grid = np.full((1, kinds), rate)
    return ax.Exchange(
        np.full(kinds, start), np.full(kinds, 1.0 / kinds), reagent * ONE, ONE,
        selectivity * ONE, w * ONE, grid, grid, wait,
    )  # fmt: skip


def test_ideal_exchange_relaxes_exponentially_to_the_mean() -> None:
    """K = 1, w = 0: dx/dt = (s - x) / tau, s = 1 - x / r, so x goes as exp(-(1 + 1/r) t)."""
    r, time = 2.0, np.linspace(0.0, 3.0, 31)
    course = ax.solve(problem(r), time, 200)
    exact = r / (1.0 + r) * -np.expm1(-(1.0 + 1.0 / r) * time)
    # implicit Euler of 6,000 steps is off by half a step
    assert course.shares[:, 0, 0] == pytest.approx(exact, abs=1.5e-3)


def test_error_of_a_step_is_of_first_order() -> None:
    time, r = np.array([0.0, 1.0]), 2.0
    exact = r / (1.0 + r) * -np.expm1(-(1.0 + 1.0 / r))
    errors = [
        abs(float(ax.solve(problem(r), time, n).shares[-1, 0, 0]) - exact) for n in (40, 80, 160)
    ]
    order = np.log2(np.array(errors[:-1]) / errors[1:])
    assert order == pytest.approx(np.ones(2), abs=0.05)


@pytest.mark.parametrize("w", [-1.0, 0.0, 1.5])
@pytest.mark.parametrize("selectivity", [0.1, 1.0, 20.0])
def test_the_course_ends_at_the_equilibrium(w: float, selectivity: float) -> None:
    end = ax.solve(problem(0.7, 0.2, selectivity, w), np.array([0.0, 2000.0]), 400)
    rest = ax.equilibrium(0.2, 0.7 * ONE, selectivity * ONE, w * ONE)
    # the implicit step is exact at rest
    assert float(end.shares[-1, 0, 0]) == pytest.approx(float(rest.mean[0]), abs=1e-6)


def test_law_of_mass_action_without_interaction() -> None:
    """x / (1 - x) = K s / (1 - s) with the balance r = r s + x gives a quadratic equation."""
    k, r = 5.0, 0.8
    a, b, c = (1.0 - k) / r, (k - 1.0) + k / r + 1.0, -k
    roots = np.roots([a, b, c])
    x = float(next(v for v in roots if 0.0 < v < min(1.0, r)))
    rest = ax.equilibrium(0.0, r * ONE, k * ONE, 0.0 * ONE)
    assert float(rest.mean[0]) == pytest.approx(x, abs=1e-9)


@pytest.mark.parametrize("w", [2.05, 2.5, 3.4, 6.0])
def test_binodal_is_the_common_tangent(w: float) -> None:
    """Both ends have the same slope and lie on one tangent of the free energy of mixing."""
    x = float(mc.binodal(w))

    def energy(v: float) -> float:
        return v * np.log(v) + (1.0 - v) * np.log1p(-v) + w * v * (1.0 - v)

    slope = (energy(1.0 - x) - energy(x)) / (1.0 - 2.0 * x)
    assert float(mc.potential(x, w)) == pytest.approx(slope, abs=1e-9)
    assert x < float(mc.spinodal(w)) < 0.5


@pytest.mark.parametrize("w", [2.2, 3.4, 5.0])
def test_spinodal_is_where_the_free_energy_turns(w: float) -> None:
    x = float(mc.spinodal(w))
    assert 1.0 / (x * (1.0 - x)) == pytest.approx(2.0 * w, rel=1e-9)


def test_near_the_critical_point_the_gap_closes_as_a_square_root() -> None:
    """Mean field: 1/2 - x -> sqrt(3 (w - 2) / 8) for the binodal, and by sqrt(3) less inside."""
    over = 1e-4
    half_width = 0.5 - float(mc.binodal(2.0 + over))
    assert half_width == pytest.approx(np.sqrt(3.0 * over / 8.0), rel=1e-3)
    inside = 0.5 - float(mc.spinodal(2.0 + over))
    assert half_width / inside == pytest.approx(np.sqrt(3.0), rel=1e-3)
    assert float(mc.binodal(1.99)) == 0.5


def test_lever_rule_in_the_gap() -> None:
    """On the plateau the solution is even, so the dots hold what it does not."""
    w, r = 3.4, 1.0
    rest = ax.equilibrium(0.0, r * ONE, ONE, w * ONE)
    low = float(mc.binodal(w))
    share = (0.5 - low) / (1.0 - 2.0 * low)
    assert float(rest.rich[0]) == pytest.approx(share, rel=1e-9)
    assert float(rest.mean[0]) == pytest.approx(0.5, rel=1e-9)


def test_a_population_in_the_gap_splits_and_each_part_is_at_rest() -> None:
    waits = ax.wait_quantiles(24)
    course = ax.solve(problem(1.0, w=3.4, kinds=24, threshold=waits), np.geomspace(1e-9, 300, 40))
    last, s = course.shares[-1, 0], float(course.solution[-1, 0])
    assert np.any(last < 0.2)
    assert np.any(last > 0.8)
    assert not np.any((last > 0.2) & (last < 0.8))
    wanted = np.log(s / (1.0 - s))
    assert mc.potential(last, 3.4) == pytest.approx(np.full(24, wanted), abs=1e-3)


def test_the_same_dots_do_not_split_where_halides_mix() -> None:
    waits = ax.wait_quantiles(24)
    course = ax.solve(problem(1.0, w=0.5, kinds=24, threshold=waits), np.geomspace(1e-9, 300, 40))
    assert float(np.ptp(course.shares[-1, 0])) < 1e-6
    assert np.ptp(course.shares[:, 0], axis=1).max() > 0.1  # but they do not go together


def test_diffusion_time_of_a_cube_of_ten_nanometres() -> None:
    """(5 nm)^2 / (pi^2 1e-13 cm2/s) is 0.25 s (synthesis notes, 2.3)."""
    _, inside = ax.exchange_time(np.array([1e-8]), ONE, 1e-17 * ONE)
    assert float(inside[0, 0]) == pytest.approx(0.2533, rel=1e-3)


def test_surface_time_grows_as_the_size_and_diffusion_as_its_square() -> None:
    surface, inside = ax.exchange_time(np.array([1e-8, 2e-8]), ONE, 1e-17 * ONE)
    assert float(surface[0, 1] / surface[0, 0]) == pytest.approx(2.0)
    assert float(inside[0, 1] / inside[0, 0]) == pytest.approx(4.0)


def test_waiting_in_pure_reagent_is_exponential() -> None:
    """Of dots that exchange at once when they begin, exp(-t) are untouched at time t."""
    kinds = 400
    grid = np.full((1, kinds), 1.0)
    p = ax.Exchange(
        np.zeros(kinds), np.full(kinds, 1.0 / kinds), 1e9 * ONE, ONE, ONE, 0.0 * ONE,
        1e4 * grid, grid, ax.wait_quantiles(kinds),
    )  # fmt: skip
    time = np.linspace(0.0, 2.0, 201)
    course = ax.solve(p, time, 4)
    untouched = np.mean(course.shares[:, 0] < 0.5, axis=1)
    # dots begin over the first tenth of their wait, and quickly at this rate
    assert untouched == pytest.approx(np.exp(-time), abs=0.02)


@pytest.mark.parametrize("constant", [1e-3, 0.3, 1.0, 30.0])
@pytest.mark.parametrize("added", [0.1, 1.0, 8.0])
def test_cations_obey_mass_action(constant: float, added: float) -> None:
    y = float(cx.equilibrium(added, constant, 1.0))
    assert y**2 / ((1.0 - y) * (added - y)) == pytest.approx(constant, rel=1e-9)
    assert 0.0 < y < min(1.0, added)


def test_solubility_limits_the_cations() -> None:
    assert float(cx.equilibrium(1e3, 10.0, 0.08)) == 0.08
    assert float(cx.equilibrium(0.0, 10.0, 0.08)) == 0.0


def test_smaller_ions_contract_more_and_in_proportion() -> None:
    cell = 5.87e-10
    order = [float(cx.contraction(m, 0.05, cell)) for m in ("Zn", "Mn", "Cd", "Sn")]
    assert order == sorted(order)
    assert order[-1] < 0.0
    zinc = -2.0 * 0.05 * (1.19e-10 - 0.74e-10) / cell
    assert order[0] == pytest.approx(zinc, rel=1e-9)
    assert float(cx.contraction("Zn", 0.1, cell)) == pytest.approx(2.0 * zinc, rel=1e-9)


def test_light_brings_manganese_in_proportion_and_then_no_more() -> None:
    dose = np.array([0.0, 1e-4, 1e6])
    x, y = cx.photoinduced(dose, 0.1, 0.05, 0.08)
    assert x[0] == y[0] == 0.0
    assert y[1] == pytest.approx(0.05 * x[1], rel=1e-4)
    assert x[2] == pytest.approx(1.0, abs=1e-4)
    assert y[2] == pytest.approx(0.08 * -np.expm1(-0.05 / 0.08), rel=1e-4)
