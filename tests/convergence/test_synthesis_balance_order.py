"""Order of the population balance in the time step and in the number of cohorts."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.synthesis.kinetics import Constants, Course, constants, priors
from halodot.synthesis.kinetics.population_balance import Followed, follow

KELVIN = 443.15


def run(
    k: Constants, course: Course, step: float, *, edges: np.ndarray, regrid: bool, bins: int = 64
) -> Followed:
    seeds = (edges, np.full(edges.size, 1e21 / max(edges.size, 1)))
    end = course.time[[0, -1]]
    return follow(course, k, seeds, end, bins=bins, tolerance=1e-8, budget=10**6,
                  fixed_step=step, regrid=regrid)  # fmt: skip


def order(errors: list[float]) -> float:
    """Slope of the error for steps that halve."""
    x = -np.log(2.0) * np.arange(len(errors))
    return float(np.polyfit(x, np.log(errors), 1)[0])


@pytest.mark.parametrize("nucleating", [False, True])
def test_second_order_in_time(nucleating: bool) -> None:
    """Growth, dissolution, nucleation and a ramp of temperature, on cohorts that stay."""
    base = constants(priors())
    k = base if nucleating else base.changed(nucleation_prefactor=1e-200)
    edges = np.linspace(9e-9, 4e-9, 12)
    end = 0.08
    course = Course.of(monomer=6.0, temperature=[KELVIN, KELVIN - 15.0], time=[0.0, end])
    steps = [end / n for n in (20, 40, 80, 160)]
    exact = run(k, course, end / 2560, edges=edges, regrid=False)
    monomer, mean = [], []
    for h in steps:
        found = run(k, course, h, edges=edges, regrid=False)
        monomer.append(abs(found.monomer[-1] - exact.monomer[-1]))
        mean.append(float(np.abs(found.volumes[-1, :12] - exact.volumes[-1, :12]).max()))
    assert order(monomer) == pytest.approx(2.0, abs=0.15)
    assert order(mean) == pytest.approx(2.0, abs=0.15)


def test_second_order_in_the_number_of_cohorts() -> None:
    """Steady nucleation: n cohorts of a box miss 1/n^2 of its variance and nothing of its mean."""
    k = constants(priors()).changed(
        surface_energy=0.0, nucleation_prefactor=1e15, surface_rate=1e-6, diffusivity=1e-2
    )
    course = Course.of(monomer=1.0, temperature=KELVIN, time=[0.0, 20.0])
    errors = []
    for n in (8, 16, 32, 64):
        found = run(k, course, 20.0 / n, edges=np.empty(0), regrid=True, bins=200)
        edge, count = np.cbrt(found.volumes[-1]), found.counts[-1]
        mean = count @ edge / count.sum()
        sd = np.sqrt(count @ (edge - mean) ** 2 / count.sum())
        grown = 2.0 * k.molar_volume * k.surface_rate * (1.0 - k.solubility) * 20.0
        errors.append(abs(sd * np.sqrt(12.0) / grown - 1.0))
    assert order(errors) == pytest.approx(2.0, abs=0.15)


def test_bins_of_a_hot_injection() -> None:
    """Mean size and spread after the burst, by the default grid and by four times as many bins."""
    from halodot.synthesis.kinetics import grow

    course = Course.of(monomer=8.0, temperature=KELVIN, time=[0.0, 1.0])
    k = constants(priors())
    usual, fine = (grow(course, k, outputs=[0.0, 1.0], bins=n, tolerance=t)
                   for n, t in ((300, 3e-4), (1200, 1e-5)))  # fmt: skip
    assert usual.mean_size[-1] == pytest.approx(fine.mean_size[-1], rel=2e-3, abs=0.0)
    assert usual.spread[-1] == pytest.approx(fine.spread[-1], rel=1e-2)
