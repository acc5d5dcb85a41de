"""Spectra of ensembles and colours against closed forms."""

import numpy as np
import pytest

from halodot.core.constants import BOLTZMANN, HC
from halodot.dot.colour import chromaticity
from halodot.dot.emission import (
    FWHM_OVER_SD,
    continuous,
    ensemble,
    half_width,
    homogeneous_width,
    mixture,
    monolayers,
)
from halodot.dot.spectra import Light, absorption, box_series, enhancement


def test_widths_of_a_narrow_ensemble_add_in_squares() -> None:
    slope, spread, width = -0.3, 0.05, 0.04
    found = ensemble(lambda s: 2.4 + slope * np.log(s / 1e-8), 1e-8, spread, width, power=0.0)
    # third order in the spread, and sizes beyond three standard deviations left out
    expected = np.hypot(width, FWHM_OVER_SD * spread * slope)
    assert found.fwhm == pytest.approx(expected, rel=0.02)
    assert found.peak == pytest.approx(2.4, abs=1e-3)  # 1 + 1.5 s^2 of the logarithm


def test_larger_dots_count_by_their_volume() -> None:
    sizes, weight = continuous(1e-8, 0.1, 3.0)
    # <L^4>/<L^3> of a normal distribution: (1 + 6 s^2 + 3 s^4) / (1 + 3 s^2)
    expected = (1.0 + 0.06 + 3e-4) / 1.03
    assert np.average(sizes, weights=weight) / 1e-8 == pytest.approx(expected, rel=1e-3)  # 3 sd


def test_the_width_has_its_three_parts() -> None:
    cold = float(homogeneous_width(0.1, 0.1, 0.019, 0.2, 0.0))
    assert cold == pytest.approx(0.02, rel=1e-9)  # only what stays
    # acoustic alone is linear
    ratio = homogeneous_width(0.1, 150.0, 0.019, 0.0, 1.0) / 0.1
    assert float(ratio) == pytest.approx(0.5, rel=1e-12, abs=0.0)
    # optical alone is the number of phonons
    count = [1.0 / np.expm1(0.019 / (BOLTZMANN * t)) for t in (100.0, 300.0)]
    ratio = homogeneous_width(0.1, 100.0, 0.019, 0.0, 0.0) / 0.1
    assert float(ratio) == pytest.approx(count[0] / count[1], rel=1e-9)


def test_one_thickness_has_the_width_of_one_line() -> None:
    sizes, weight = monolayers(2.4e-9, 0.0, 0.6e-9)
    found = mixture(3.0 - sizes * 1e8, weight, 0.07)
    assert sizes.size == 1
    assert found.fwhm == pytest.approx(0.07, rel=1e-4)  # grid and linear interpolation


def test_neighbours_widen_only_where_they_overlap() -> None:
    def width(step: float) -> float:
        _, weight = monolayers(5.0, 0.1, 1.0)
        return mixture(2.5 - step * np.arange(weight.size), weight, 0.08).fwhm

    # far neighbours are peaks of their own, near ones widen, coinciding ones do nothing
    assert width(0.4) == pytest.approx(0.08, rel=1e-3)  # other lines 10 sd away
    assert width(0.04) > 0.085
    assert width(0.0) == pytest.approx(0.08, rel=1e-3)  # grid


def test_half_width_of_a_triangle() -> None:
    x = np.linspace(-1.0, 1.0, 41)
    assert half_width(x, 1.0 - np.abs(x)) == pytest.approx(1.0, rel=1e-9)  # linear pieces


def cube(size: float = 9e-9, shift: float = 0.15) -> Light:
    return Light("cube", size, None, None, 2.42, shift, -1.5 * shift, 2.4, 0.033, 0.126, 15.0,
                 0.05, 3e-9, 4.8, 2.1, 1.0)  # fmt: skip


def test_broadening_moves_no_strength_of_the_first_line() -> None:
    light, one = cube(shift=0.6), np.array([9e-9])
    energy = np.linspace(2.25, 2.59, 4001)
    series = box_series(light)
    areas = []
    for width in (0.02, 0.05):
        lines = absorption(light, series, one, np.ones(1), width, energy)
        areas.append(np.trapezoid(lines, energy))
    # tails of the second pair, 0.6 eV away
    assert areas[0] == pytest.approx(areas[1], abs=0.0, rel=0.03)


def test_an_ensemble_absorbs_as_the_sum_of_its_dots() -> None:
    light, energy = cube(), np.linspace(2.2, 3.3, 201)
    sizes, weight = np.array([8e-9, 1e-8]), np.array([1.0, 3.0])
    series = box_series(light)
    each = [absorption(light, series, s[None], np.ones(1), 0.05, energy) for s in sizes]
    both = absorption(light, series, sizes, weight, 0.05, energy)
    np.testing.assert_allclose(both, 0.25 * each[0] + 0.75 * each[1], rtol=1e-12)


def test_small_dots_have_free_pairs() -> None:
    light = cube()
    assert float(enhancement(light, np.array([1e-10]))[0]) == pytest.approx(1.0, rel=1e-4)


@pytest.mark.parametrize("nm", [410.0, 480.0, 555.0, 620.0, 685.0])
def test_a_sharp_line_has_the_colour_of_the_table(nm: float) -> None:
    from coloraide.cmfs import CIE_1931_2DEG

    xyz = np.array(CIE_1931_2DEG[int(nm)], dtype=float)
    energy = np.linspace(-0.03, 0.03, 1201) + HC / (nm * 1e-9)
    line = np.exp(-0.5 * ((energy - HC / (nm * 1e-9)) / 0.003) ** 2)
    # a line of 0.6 nm sampled at 1 nm
    np.testing.assert_allclose(chromaticity(energy, line), (xyz / xyz.sum())[:2], atol=3e-3)


def test_the_series_of_the_level_model_tends_to_the_box() -> None:
    from halodot.dot.series import level_series
    from halodot.dot.sizing import Core

    core = Core(2.43, 13.6, 4.5, 0.033, 5.87e-10, 1e3)
    light = Light("cube", 1.2e-8, None, None, 2.45, 0.06, -0.1, 2.43, 0.033, 0.126, 13.6, 0.05,
                  3e-9, 4.8, 2.1, 1.0)  # fmt: skip
    energy, strength = level_series(light, core)(np.array([1.2e-8, 2.4e-8]))
    assert energy[0, 0] == pytest.approx(2.45, rel=1e-12)
    # (221) over (211): n^2 - 3 of 6 over 3; bands that bend take a few per cent
    above = energy - energy[:, :1]
    np.testing.assert_allclose(above[:, 2] / above[:, 1], 2.0, rtol=0.04)
    # twice the size, a quarter of the distance, more as the bands bend and walls are soft
    assert above[0, 1] / above[1, 1] == pytest.approx(4.0, rel=0.15)
    assert strength[1, 0] > strength[0, 0] > 1.0
