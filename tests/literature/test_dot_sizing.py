"""Published size-energy rows against the model, source by source, bad rows included.

Calibrated: the wall height and the Stokes shift, on the CsPbBr3 platelets. Predicted: the cubes
(the 4.1 nm row lies 0.15 eV below other groups) and the MAPbBr3 spheroids.
"""

from functools import lru_cache

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.dot import DotModel, DotProperties, characterise
from halodot.library import Library
from halodot.library.tables import table
from halodot.synthesis.state import DotPopulation

HC = 1239.84  # [eV nm]
SHAPES = {"nanoplatelet": "platelet", "cube": "cube", "spheroid": "sphere"}
# 90 % intervals over few, correlated rows: coverage may not fall below this
HONEST = 0.85


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
    for r in table("size_energy"):
        if not r["size_nm"] or r["quantity"] not in ("PL_peak", "band_gap", "absorption_peak"):
            continue
        if r["note"].startswith("same row in eV"):
            continue
        value = float(r["value"])
        energy = HC / value if r["unit"] == "nm" else value
        kelvin = float(r["temperature_K"])
        d = dots(r["material"], SHAPES[r["shape"]], float(r["size_nm"]), kelvin=kelvin)
        # "gap" rows are absorption edges, so they stand beside the optical gap
        computed = d.pl_energy if r["quantity"] == "PL_peak" else d.optical_gap
        raw = " raw" if r["note"].startswith("sample") else ""
        found.append((f"{r['material']} {r['shape']} {r['quantity']}{raw}", energy, computed))
    return tuple(found)


def errors(group: str) -> np.ndarray:
    return np.array([float(c) - m for g, m, c in rows() if g == group])


def test_all_rows_are_there() -> None:
    assert len(rows()) == 43


def test_intervals_cover_all_rows_honestly() -> None:
    inside = [c.low <= m <= c.high for _, m, c in rows()]
    assert np.mean(inside) >= HONEST


def test_intervals_are_not_empty_promises() -> None:
    """Half-widths stay below 0.2 eV above 3 nm: wide, but they say something."""
    for group, _, c in rows():
        if "cube" in group:
            assert 0.5 * (c.high - c.low) < 0.2


def test_platelets_of_two_to_nine_layers() -> None:
    found = errors("CsPbBr3 nanoplatelet PL_peak")
    assert len(found) == 8
    # calibrated rows: mean error 30 meV, no row beyond 60 meV
    assert np.abs(found).mean() < 0.04
    assert np.abs(found).max() < 0.06


def test_box_with_parabolic_bands_is_worse() -> None:
    """The formula that the review prints misses the same rows by far more."""
    from halodot.dot.limits import infinite_box

    layers = np.arange(2, 10) * 0.587e-9
    measured = [m for g, m, _ in rows() if g == "CsPbBr3 nanoplatelet PL_peak"]
    box = 2.417 + infinite_box(layers, 0.147, 1) - 0.0325 - 0.045
    assert np.abs(box - np.sort(measured)[::-1]).mean() > 0.15


def test_cubes_predicted() -> None:
    found = errors("CsPbBr3 cube band_gap")
    # the source lies below others by up to 0.15 eV: model above it, by less than that
    assert np.all((found > 0.0) & (found < 0.15))


def test_hybrid_spheres_predicted() -> None:
    assert np.abs(errors("MAPbBr3 spheroid PL_peak")).mean() < 0.1


def test_default_wall_height_is_the_best_fit() -> None:
    measured = np.sort([m for g, m, _ in rows() if g == "CsPbBr3 nanoplatelet PL_peak"])[::-1]

    def rms(barrier: float) -> float:
        model = DotModel(barrier=Sourced(float(barrier), "eV", basis="given"))
        peaks = [
            float(dots("CsPbBr3", "platelet", n * 0.587, model, 298.0).pl_energy)
            for n in range(2, 10)
        ]
        return float(np.sqrt(np.mean((np.array(peaks) - measured) ** 2)))

    heights = np.array([4.0, 5.0, 6.0, 7.0, 9.0])
    best = heights[np.argmin([rms(h) for h in heights])]
    default = float(DotModel().barrier)
    assert best == pytest.approx(default, abs=1.0)  # grid step


def test_default_stokes_shift_is_the_median() -> None:
    shifts = [float(r["value"]) for r in table("size_energy") if r["quantity"] == "stokes_shift"]
    assert float(DotModel().stokes_shift) == pytest.approx(np.median(shifts) * 1e-3, rel=0.01)
    assert DotModel().stokes_shift.high == pytest.approx(max(shifts) * 1e-3, rel=0.01)


def test_nine_nanometre_bromide_is_green_and_lives_nanoseconds() -> None:
    d = dots("CsPbBr3", "cube", 9.0)
    assert 500.0 < HC / float(d.pl_energy) < 530.0
    # 3.16 ns at 76.1 % and 2.42 ns at 99.8 %: radiative 4.15 and 2.42 ns
    low, high = d.radiative_lifetime.low, d.radiative_lifetime.high
    assert low < 4.15e-9 < high
    assert low < 2.42e-9 < high
