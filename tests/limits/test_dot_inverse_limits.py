"""Closed forms of the way back: bulk limit, Jacobian, Beer and Lambert, shapes of one band."""

from __future__ import annotations

import math

import numpy as np
import pytest

from halodot.core.constants import HC
from halodot.core.sourced import Sourced
from halodot.core.status import Status
from halodot.dot import concentration_from, size_from
from halodot.dot.absorption import cross_section
from halodot.dot.emission import FWHM_OVER_SD
from halodot.dot.inverse.bands import emission_window, gaussian_bands, independent_points
from halodot.dot.inverse.edge import first_maximum
from halodot.dot.inverse.forward import Question, predict, thicknesses
from halodot.dot.inverse.given import Spectrum
from halodot.library import Library

LIBRARY = Library.builtin()
NINE = Sourced(9e-9, "m", basis="given")


def gaussian(energy: np.ndarray, centre: float, width: float) -> np.ndarray:
    return np.exp(-0.5 * ((energy - centre) / (width / FWHM_OVER_SD)) ** 2)


def test_below_the_bulk_limit_only_a_lower_bound_is_given() -> None:
    limit = float(predict(Question("CsPbBr3", "cube", "pl", 300.0, LIBRARY)).bulk_limit)
    answer = size_from("CsPbBr3", pl_peak=f"{limit - 0.01:.5f} eV", library=LIBRARY)
    assert answer.verdict == "lower bound only"
    assert not answer.size.is_known
    assert "bulk limit" in answer.size.note
    assert answer.prior[0] < answer.size_at_least.value < answer.prior[1]
    assert answer.status is Status.OK
    far = size_from("CsPbBr3", pl_peak=f"{limit - 0.4:.5f} eV", library=LIBRARY)
    assert far.status is Status.OUTSIDE_RANGE
    assert "below its interval" in far.size.note
    # no size gives either peak: both bounds are that of the limit itself
    assert far.size_at_least.value == pytest.approx(answer.size_at_least.value, rel=1e-9)


def test_the_spread_grows_with_the_width_until_no_spread_explains_it() -> None:
    widths = ["12 nm", "20 nm", "25 nm", "30 nm", "40 nm", "60 nm", "100 nm"]
    found = [size_from("CsPbBr3", pl_peak="503 nm", fwhm=w, library=LIBRARY) for w in widths]
    known = [answer.size_spread.value for answer in found if answer.size_spread.is_known]
    assert len(known) >= 3
    assert np.all(np.diff(known) > 0.0)
    off = [answer.status is Status.OUTSIDE_RANGE for answer in found]
    assert off == sorted(off)  # once too wide, always too wide
    assert off[-2:] == [True, True]


def test_above_the_smallest_size_only_an_upper_bound_is_given() -> None:
    answer = size_from("CsPbBr3", absorption_peak="230 nm", library=LIBRARY)
    assert answer.verdict == "upper bound only"
    assert answer.status is Status.OUTSIDE_RANGE
    assert not answer.size.is_known
    assert answer.size_at_most.value < 3e-9


def test_just_above_the_bulk_limit_the_upper_end_is_that_of_the_prior() -> None:
    limit = float(predict(Question("CsPbBr3", "cube", "pl", 300.0, LIBRARY)).bulk_limit)
    answer = size_from("CsPbBr3", pl_peak=f"{limit + 0.004:.5f} eV", library=LIBRARY)
    assert answer.verdict == "upper end from the prior"
    assert answer.size.is_known
    assert answer.size.high > 0.5 * answer.prior[1]


def test_a_platelet_is_as_thick_as_the_verb_dot_makes_it() -> None:
    from halodot.core.spec import build
    from halodot.synthesis import DotsSpec, given

    spec = build(DotsSpec, {"formula": "CsPbBr3", "shape": "platelet", "monolayers": 5})
    thick = float(given(spec, LIBRARY).size)
    question = Question("CsPbBr3", "platelet", "pl", 300.0, LIBRARY)
    assert thicknesses(question)[4] == pytest.approx(thick, rel=1e-9)  # the same product


def test_the_jacobian_moves_a_peak_by_twice_the_variance_over_the_energy() -> None:
    # a Gaussian g(E) measured per wavelength is g E^2: its top lies 2 sd^2 / E to the blue
    energy = np.linspace(2.0, 2.8, 1601)
    width, centre = 0.1, 2.4
    per_wavelength = gaussian(energy, centre, width) * energy**2
    shift = energy[np.argmax(per_wavelength)] - centre
    sd = width / FWHM_OVER_SD
    assert shift == pytest.approx(2.0 * sd**2 / centre, abs=6e-4)  # steps of 0.5 meV
    turned = Spectrum("pl", "wavelength", HC / energy, per_wavelength)
    bands = gaussian_bands(emission_window(turned))
    assert bands.centres[0] == pytest.approx(centre, abs=1e-4)  # the factor takes it back
    assert bands.width == pytest.approx(width, rel=0.01)
    left = Spectrum("pl", "energy", energy, per_wavelength)  # planted: no factor
    assert gaussian_bands(emission_window(left)).centres[0] > centre + 0.5 * shift
    # an absorbance is no density: its numbers stay
    same = Spectrum("absorption", "wavelength", HC / energy, per_wavelength).per_energy()[1]
    np.testing.assert_allclose(same, per_wavelength, rtol=1e-12)


def test_dark_counts_that_are_even_in_wavelength_leave_no_trace() -> None:
    energy = np.linspace(2.0, 3.0, 800)
    counts = gaussian(energy, 2.5, 0.09) * energy**2 + 3.0
    window = emission_window(Spectrum("pl", "wavelength", HC / energy, counts))
    bands = gaussian_bands(window)
    assert bands.misfit < 1e-3  # nothing is left; a background even in energy leaves 0.1
    assert bands.centres[0] == pytest.approx(2.5, abs=1e-4)


def test_two_bands_are_two_and_one_is_one() -> None:
    energy, rng = np.linspace(2.2, 3.2, 500), np.random.default_rng(2)
    noise = 0.01 * rng.standard_normal(500)
    one = gaussian(energy, 2.7, 0.09)
    two = one + 0.5 * gaussian(energy, 2.86, 0.09)
    found = gaussian_bands(emission_window(Spectrum("pl", "energy", energy, one + noise), 4.0))
    assert len(found.centres) == 1
    found = gaussian_bands(emission_window(Spectrum("pl", "energy", energy, two + noise), 4.0))
    np.testing.assert_allclose(found.centres, [2.86, 2.7], atol=3e-3)  # 1 % noise on 90 meV
    assert found.areas[0] / found.areas.sum() == pytest.approx(1 / 3, rel=0.05)  # noise


def test_a_smooth_misfit_counts_a_few_times_and_white_noise_counts_every_point() -> None:
    rng = np.random.default_rng(4)
    white = rng.standard_normal(2000)
    assert independent_points(white) > 1800
    assert independent_points(np.sin(np.linspace(0.0, 20.0, 2000))) < 50


@pytest.mark.parametrize("centre", [2.45, 2.6])
@pytest.mark.parametrize("slope", [0.0, 0.5])
def test_a_shoulder_of_an_absorption_is_found(centre: float, slope: float) -> None:
    energy, rng = np.linspace(2.0, 3.3, 521), np.random.default_rng(6)
    y = 0.5 * gaussian(energy, centre, 0.1) + 0.5 * (1 + np.tanh((energy - centre - 0.25) / 0.1))
    y += slope * (energy - 2.0) + 2e-3 * rng.standard_normal(521)
    peak = first_maximum(Spectrum("absorption", "energy", energy, y)).peak
    assert peak.value == pytest.approx(centre, abs=0.01)  # a tenth of the width
    assert peak.low < centre < peak.high


def test_beer_and_lambert() -> None:
    sigma = float(cross_section("CsPbBr3", "cube", NINE, HC / 400e-9, LIBRARY))
    words = {"formula": "CsPbBr3", "size": NINE, "at": "400 nm", "library": LIBRARY}
    found = concentration_from(absorbance=0.5, **words)
    exact = 0.5 * math.log(10.0) / (6.02214076e23 * sigma * 0.01)
    # the median of 3000 draws of a law a factor of two wide
    assert found.dots.value == pytest.approx(exact, rel=0.15)
    assert found.dots.low < exact < found.dots.high
    more = concentration_from(absorbance=1.0, path="5 mm", dilution=10, **words)
    assert more.dots.value == pytest.approx(40.0 * found.dots.value, rel=1e-9)  # linear
    assert found.units_per_dot.value == pytest.approx((9.0 / 0.587) ** 3, rel=0.05)  # lattice
    assert found.formula_units.value == pytest.approx(
        found.dots.value * found.units_per_dot.value, rel=0.1
    )
    assert found.lead.value == pytest.approx(found.formula_units.value, rel=1e-12)  # one a unit


def test_formula_units_hardly_feel_an_uncertain_size() -> None:
    loose = Sourced(9e-9, "m", 6e-9, 13e-9, "given")
    words = {"formula": "CsPbBr3", "absorbance": 0.5, "at": "400 nm", "library": LIBRARY}
    sharp, wide = (concentration_from(size=s, **words) for s in (NINE, loose))

    def ratio(q: Sourced) -> float:
        return float(q.high) / float(q.low)

    assert ratio(wide.dots) > 1.5 * ratio(sharp.dots)
    assert ratio(wide.formula_units) < 1.3 * ratio(sharp.formula_units)


def test_an_absorbance_below_the_gap_counts_nothing() -> None:
    found = concentration_from(
        formula="CsPbBr3", size=NINE, absorbance=0.1, at="700 nm", library=LIBRARY
    )
    assert not found.dots.is_known
    assert "below" in found.dots.note
