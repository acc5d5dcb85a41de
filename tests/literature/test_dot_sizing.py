"""Published size-energy rows against the model, source by source, bad rows included.

Calibrated: what `calibration` fits, on CsPbBr3 platelets and cubes and on MAPbBr3 spheroids (the
4.1 nm cube lies 0.15 eV below other groups). What counts here are the rows left out of the fit.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.dot import DotModel, DotProperties, calibration, characterise
from halodot.dot.calibration import Prediction, Row
from halodot.dot.limits import infinite_box
from halodot.library import Library
from halodot.library.tables import table
from halodot.synthesis.state import DotPopulation

HC = 1239.84  # [eV nm]
PLATELETS = "CsPbBr3 nanoplatelet PL_peak"
CUBES = "CsPbBr3 cube band_gap"
SPHEROIDS = "MAPbBr3 spheroid PL_peak"


def dots(
    formula: str, shape: str, nm: float, model: DotModel | None = None, kelvin: float = 300.0
) -> DotProperties:
    size = Sourced(nm * 1e-9, "m", basis="given")
    population = DotPopulation(formula, shape, size, Sourced(0.05, "1", basis="given"), "OA")
    return characterise(population, Library.builtin(), kelvin, model)


@lru_cache(maxsize=1)
def rows() -> tuple[tuple[str, float, Sourced], ...]:
    """(group, measured energy, computed) of every row with size and energy."""
    found = []
    for r in calibration.rows():
        d = dots(r.formula, r.shape, r.size * 1e9, kelvin=r.temperature)
        found.append((r.group, r.measured, d.pl_energy if r.emitted else d.optical_gap))
    return tuple(found)


@lru_cache(maxsize=1)
def rows_left_out() -> tuple[Prediction, ...]:
    return calibration.leave_out(id)


@lru_cache(maxsize=1)
def sources_left_out() -> tuple[Prediction, ...]:
    return calibration.leave_out(lambda r: r.source)


def errors(found: Sequence[Prediction], group: str) -> np.ndarray:
    return np.array([p.error for p in found if p.row.group == group])


def own() -> list[Row]:
    return [r for r in calibration.rows() if not r.repeated]


def test_all_rows_are_there() -> None:
    assert len(rows()) == 43
    assert [len([r for r in own() if r.group == g]) for g in (PLATELETS, CUBES, SPHEROIDS)] == [
        8,
        2,
        11,
    ]


def test_platelets_left_out_one_by_one() -> None:
    found = errors(rows_left_out(), PLATELETS)
    assert np.abs(found).mean() < 0.015


def test_hybrid_spheroids_left_out_one_by_one() -> None:
    found = errors(rows_left_out(), SPHEROIDS)
    assert np.abs(found).mean() < 0.025


def test_cubes_lie_under_every_fit() -> None:
    """The source lies below others by up to 0.15 eV: model above it, by less than that."""
    found = errors(sources_left_out(), CUBES)
    assert np.all((found > 0.0) & (found < 0.15))


@pytest.mark.parametrize("found", [rows_left_out, sources_left_out])
def test_intervals_of_what_was_left_out_cover(found: type) -> None:
    covered = [p.covered for p in found()]
    # 21 rows: 17 to 20
    assert 0.8 <= np.mean(covered) <= 0.97


def test_intervals_say_something() -> None:
    """Half widths of dots of 4 nm and more stay under 0.15 eV, 0.1 eV in the mean."""
    half = [
        0.5 * (q.high - q.low)
        for formula in ("CsPbBr3", "CsPbI3", "CsPbCl3")
        for nm in (5.0, 7.0, 9.0, 12.0)
        for q in [dots(formula, "cube", nm).optical_gap]
        if q.low is not None and q.high is not None
    ]
    assert len(half) == 12
    assert max(half) < 0.15
    assert np.mean(half) < 0.1


def test_the_formula_that_the_review_prints_is_worse() -> None:
    """E_g - E_b - Stokes + hbar^2 pi^2 / 2 mu r^2 with r half the size, same masses."""
    layers = np.array([r.size for r in own() if r.group == PLATELETS])
    measured = np.array([r.measured for r in own() if r.group == PLATELETS])
    box = 2.40 - 0.0325 - 0.028 + infinite_box(layers / 2.0, 0.126, 1)
    assert np.abs(box - measured).mean() > 10.0 * 0.015


def test_defaults_are_what_the_fit_finds() -> None:
    found = calibration.fit(own())
    library, model = Library.builtin(), DotModel()
    for name, value in found.values.items():
        if name in ("barrier", "stokes_shift"):
            default = float(getattr(model, name))
        else:
            formula, quantity = name.split(".")
            default = float(library.entry("perovskite", formula).require(quantity))
        # the shipped numbers are rounded: a third of a standard error
        assert default == pytest.approx(value, abs=found.deviation(name) / 3.0), name


def test_stokes_shift_holds_the_pairs_of_spectra() -> None:
    shifts = [float(r["value"]) for r in table("size_energy") if r["quantity"] == "stokes_shift"]
    prior = calibration.PRIORS["stokes_shift"]
    assert prior[0] == pytest.approx(np.median(shifts) * 1e-3, abs=prior[1])
    stokes = DotModel().stokes_shift
    assert stokes.low < np.median(shifts) * 1e-3 < stokes.high


def test_nine_nanometre_bromide_is_green_and_lives_nanoseconds() -> None:
    d = dots("CsPbBr3", "cube", 9.0)
    assert 500.0 < HC / float(d.pl_energy) < 530.0
    # 3.16 ns at 76.1 % and 2.42 ns at 99.8 %: radiative 4.15 and 2.42 ns
    low, high = d.radiative_lifetime.low, d.radiative_lifetime.high
    assert low < 4.15e-9 < high
    assert low < 2.42e-9 < high
