"""Decays against steady yields, mean field against the full master equation, classes of dots."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.dot.doping import limits, model, sweeps
from halodot.dot.doping.solution import pulsed, steady
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

SIZE, SPREAD = Sourced(9e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")


def dots(formula: str) -> model.Doped:
    population = DotPopulation(formula, "cube", SIZE, SPREAD, "OA")
    return sweeps.doped_dots(population, Library.builtin(), 300.0, draws=3)


@pytest.mark.parametrize("order", [1.0, 2.0])
def test_the_area_under_a_weak_decay_is_the_steady_yield(order: float) -> None:
    s = limits.single_acceptor(12.0, order=order, back=1e4 if order == 1.0 else 0.0)
    late = pulsed(s, 1e-5)
    found = steady(s, 1e-6)
    host = np.trapezoid(late.excitons, late.time) * s.radiative[0] / 1e-5
    ion = np.trapezoid(late.excited[:, 0], late.time) * 12.0 * 1e3 / 1e-5
    assert host == pytest.approx(found.excitons[0] * s.radiative[0] / 1e-6, rel=5e-3)  # 40/decade
    assert ion == pytest.approx(found.excited[0, 0] * 12.0 * 1e3 / 1e-6, rel=2e-3)


def test_the_area_error_falls_with_the_square_of_the_step() -> None:
    s = limits.single_acceptor(12.0)
    exact = 1e8 / 1.22e10
    errors = []
    for decades in (10, 20):
        late = pulsed(s, 1e-5, decades)
        errors.append(abs(np.trapezoid(late.excitons, late.time) * 1e8 / 1e-5 - exact))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.15)  # trapezoids


def exact_yield(ions: int, excitation: float, rate: dict[str, float]) -> float:
    """Photons of the ions per absorbed photon from the master equation of (excitons, excited)."""
    most, n = 2, ions + 1
    index = np.arange((most + 1) * n).reshape(most + 1, n)
    w = np.zeros((index.size, index.size))  # w[to, from]
    for x in range(most + 1):
        for m in range(n):
            here = index[x, m]
            if x < most:
                w[index[x + 1, m], here] += excitation
            if x:
                w[index[x - 1, m], here] += x * (rate["host"] + rate["annihilation"] * m)
                if m < ions:
                    w[index[x - 1, m + 1], here] += x * rate["transfer"] * (ions - m)
            if m:
                w[index[x, m - 1], here] += m * rate["ion"]
    w -= np.diag(w.sum(axis=0))
    w[-1] = 1.0
    p = np.linalg.solve(w, np.eye(index.size)[-1]).reshape(most + 1, n)
    return float((p.sum(axis=0) * np.arange(n)).sum() * rate["ion"] / excitation)


def test_the_mean_field_meets_the_master_equation_as_ions_grow_in_number() -> None:
    errors = []
    for ions in (5, 10, 20, 40):
        # transfer to all ions, light per ion and losses alike, half of the ions excited
        rate = {"host": 1e8, "transfer": 1e9 / ions, "annihilation": 2e9 / ions, "ion": 1e3}
        s = limits.single_acceptor(
            ions, radiative=1e8, loss=0.0, transfer=1e9 / ions, annihilation=2e9 / ions
        )
        g = 1e3 * ions
        mean = steady(s, g).excited[0, 0] * ions * 1e3 / g
        errors.append(abs(mean - exact_yield(ions, g, rate)) / mean)
    order = np.log2(np.array(errors[:-1]) / errors[1:])
    assert order == pytest.approx(1.0, abs=0.15)
    assert errors[-1] < 5e-3


@pytest.mark.parametrize(
    ("formula", "excitation", "error"),
    [
        ("CsPbCl3:Mn(2%)", 1.0, 0.02),
        ("CsPbCl3:Mn(2%)", 1e4, 0.02),
        ("CsPb(Cl0.7Br0.3)3:Yb(5%)", 1e3, 0.02),
        ("CsPb(Cl0.7Br0.3)3:Yb(0.1%)", 1.0, 0.08),  # four ions a dot: coarse classes
    ],
)
def test_four_classes_of_dots_stand_for_many(formula: str, excitation: float, error: float) -> None:
    d = dots(formula)
    few, many = (model.yields(d, excitation, n).total[0] for n in (model.DOTS, 64))
    assert few == pytest.approx(many, rel=error)
