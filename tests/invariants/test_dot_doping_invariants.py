"""Conservation and detailed balance of doped dots, over formulas and random rates."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.dot.doping import model, rates, spectrum, sweeps
from halodot.dot.doping.equations import System, jacobian, slopes
from halodot.dot.doping.solution import steady
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

SIZE, SPREAD = Sourced(9e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
FORMULAS = (
    "CsPb(Cl0.7Br0.3)3:Yb(5%)",
    "CsPbBr3:Yb(5%)",
    "CsPbCl3:Mn(2%)",
    "CsPbCl3:Mn(1%),Yb(3%)",
    "Cs2Ag(In0.9Tb0.1)Cl6:Bi(1%)",
    "CsPbCl3:Ni(3%)",
)
HOT = 4000.0  # [K], where levels of tenths of an eV are well filled


@lru_cache(maxsize=8)
def doped(formula: str) -> model.Doped:
    population = DotPopulation(formula, "cube", SIZE, SPREAD, "OA")
    return sweeps.doped_dots(population, Library.builtin(), 300.0, draws=40)


def hot_dots(count: int = 50) -> System:
    """Random dots with two kinds of ions, one of which cuts, all rates by `rates`."""
    rng = np.random.default_rng(3)
    level, upper, lower = (
        rng.uniform(a, b, count) for a, b in ((0.6, 1.2), (0.4, 0.7), (0.1, 0.3))
    )
    sites = np.full(count, 500.0)
    order = np.array([1.0, 2.0])
    pairs = [
        rates.transfer(10.0 ** rng.uniform(9, 12, count), sites, level - q * e, HOT, q, g, 1e8)
        for q, e, g in ((1.0, upper, 2.0), (2.0, lower, 0.75))
    ]
    exchange = np.zeros((count, 2, 2))
    exchange[:, 0, 1] = 10.0 ** rng.uniform(5, 9, count)

    def two(low: float, high: float) -> np.ndarray:
        return 10.0 ** rng.uniform(low, high, (count, 2))

    return System(
        radiative=10.0 ** rng.uniform(7, 9, count),
        loss=10.0 ** rng.uniform(7, 9, count),
        exciton_thermal=rates.boltzmann(level, HOT, rates.EXCITON_STATES),
        ions=np.round(two(0.5, 2.0)),
        sites=sites,
        transfer=np.stack([p[0] for p in pairs], axis=1),
        back=np.stack([p[1] for p in pairs], axis=1),
        order=order,
        annihilation=two(6, 9),
        ion_radiative=two(2, 5),
        ion_loss=two(2, 5),
        ion_thermal=np.stack(
            [rates.boltzmann(upper, HOT, 2.0), rates.boltzmann(lower, HOT, 0.75)], axis=1
        ),
        exchange=exchange,
    )


def test_nothing_flows_in_the_dark_at_equilibrium() -> None:
    s = hot_dots()
    f = s.ion_thermal / (1.0 + s.ion_thermal)
    dx, df = slopes(s, 0.0, s.exciton_thermal, f)
    # every process and its reverse cancel; left is rounding of the largest of them
    scale = s.decay * s.exciton_thermal
    scale += (s.ions * s.transfer * s.exciton_thermal[:, None]).sum(axis=1)
    assert np.all(np.abs(dx) < 1e-11 * scale)
    fastest = s.ion_decay * f + s.order * s.transfer * s.exciton_thermal[:, None]
    fastest += s.exchange.sum(axis=(1, 2))[:, None]
    assert np.all(np.abs(df) < 1e-11 * fastest)


def test_the_dark_steady_state_is_the_equilibrium() -> None:
    s = hot_dots()
    found = steady(s, 0.0)
    assert found.converged.all()
    share = s.ion_thermal / (1.0 + s.ion_thermal)
    assert found.excitons == pytest.approx(s.exciton_thermal, rel=1e-6)
    assert found.excited == pytest.approx(share, rel=1e-6)


def test_the_derivatives_are_those_of_the_slopes() -> None:
    s = hot_dots(20)
    rng = np.random.default_rng(8)
    x, f = rng.uniform(0.01, 0.5, 20), rng.uniform(0.1, 0.8, (20, 2))
    exact, step = jacobian(s, x, f), 1e-6
    for k in range(3):
        ends = []
        for sign in (1.0, -1.0):
            moved = f.copy()
            if k:
                moved[:, k - 1] += sign * step
            dx, df = slopes(s, 3.0, x + (sign * step if k == 0 else 0.0), moved)
            ends.append(np.concatenate((dx[:, None], df), axis=1))
        slope = (ends[0] - ends[1]) / (2.0 * step)
        size = np.abs(exact).max(axis=2)
        assert np.all(np.abs(slope - exact[:, :, k]) < 1e-6 * size)  # rounding over the step


@pytest.mark.parametrize("excitation", [1e5, 1e7, 1e9])  # well above the light of the heat
def test_every_quantum_absorbed_is_emitted_or_lost(excitation: float) -> None:
    s = hot_dots()
    found = steady(s, excitation)
    x, f = found.excitons, found.excited
    share = s.ion_thermal
    decayed = s.ions * s.ion_decay * (f - share * (1.0 - f))  # net of heat
    events = s.transfer * x[:, None] * (1.0 - f) ** s.order - s.back * f**s.order
    killed = (s.ions * s.annihilation * f * (x - s.exciton_thermal)[:, None]).sum(axis=1)
    out = s.decay * (x - s.exciton_thermal) + (s.ions * events).sum(axis=1) + killed
    assert out == pytest.approx(np.full(50, excitation), rel=1e-5, abs=1e-6 * excitation)
    gained = (s.ions * s.order * events).sum(axis=1)
    assert decayed.sum(axis=1) == pytest.approx(gained, rel=1e-4, abs=1e-5 * excitation)


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("excitation", [1.0, 1e4, 1e7])
def test_photons_and_their_energy_do_not_exceed_what_was_absorbed(
    formula: str, excitation: float
) -> None:
    d = doped(formula)
    found = model.yields(d, excitation)
    cut = any(k.cuts for k in d.emitters)
    assert found.converged.all()
    assert np.all(found.host >= 0.0)
    assert np.all(found.ions >= 0.0)
    assert np.all(found.total <= (2.0 if cut else 1.0) + 1e-9)
    energy = found.host * d.host.peak
    for i, k in enumerate(d.emitters):
        weight = sum(line.shares for line in k.lines)
        mean = sum(line.shares * line.peaks for line in k.lines) / weight
        # lattice heat may lift an exciton that lies below two ions, by their difference
        q = float(k.values["ions_per_exciton"][0])
        step = k.values["level_energy"] - d.host.level / q
        energy = energy + found.ions[:, i] * (mean - np.maximum(step, 0.0))
    assert np.all(energy <= d.host.level * (1.0 + 1e-9))


@pytest.mark.parametrize("formula", FORMULAS[:-1])
def test_the_bands_hold_the_photons_of_the_yields(formula: str) -> None:
    d = doped(formula)
    found = model.yields(d, 1.0)
    energy = spectrum.grid(d)
    area = np.trapezoid(spectrum.bands(d, found, energy).total, energy)
    assert area == pytest.approx(found.total[0], rel=2e-3)  # tails beyond the grid


# one kind of ion each: with two, a kind that fills can leave its light to one that wastes less
@pytest.mark.parametrize("formula", FORMULAS[:3])
def test_dopants_never_emit_more_as_the_light_grows(formula: str) -> None:
    d = doped(formula)
    s = model.system(d)
    ions = [model.yields_of(s, g).ions.sum(axis=1) for g in (1.0, 1e2, 1e4, 1e6, 1e8)]
    assert np.all(np.diff(ions, axis=0) <= 1e-9)
