"""There and back: the forward model at the size that comes back gives what was measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from halodot.core.constants import HC
from halodot.core.sourced import Sourced
from halodot.dot import size_from
from halodot.dot.inverse.forward import Forward, Question, predict, with_ensemble
from halodot.dot.inverse.given import Spectrum
from halodot.dot.inverse.posterior import over_sizes, quantile
from halodot.dot.inverse.spread import spread_from
from halodot.library import Library

LIBRARY = Library.builtin()


@pytest.fixture(scope="module")
def question() -> Question:
    return Question("CsPbBr3", "cube", "pl", 300.0, LIBRARY)


@pytest.fixture(scope="module")
def table(question: Question) -> Forward:
    return predict(question)


def sharp(table: Forward) -> Forward:
    """The same central curve, as good as exact: what is left is the inversion alone."""
    return replace(table, low=table.centre - 1e-3, high=table.centre + 1e-3)


@pytest.mark.parametrize("size", [2.5e-9, 4e-9, 6.5e-9, 9e-9])
@pytest.mark.parametrize("spread", [0.05, 0.15])
def test_peak_and_width_of_characterise_give_size_and_spread_back(
    question: Question, table: Forward, size: float, spread: float
) -> None:
    dots = question.dots(size, spread)
    exact = sharp(with_ensemble(table, spread))
    sizes, density = over_sizes(exact, float(dots.pl_energy))
    # grid of 20 sizes and the steps of the ensemble sum: 1.5 meV on a slope of 50 meV or more
    assert float(quantile(sizes, density, 0.5)) == pytest.approx(size, rel=0.04)
    alone = question.dots(size).pl_fwhm
    single = replace(exact, width=alone.with_value(float(alone)))
    found = spread_from(single, np.array([size]), float(dots.pl_fwhm))
    back = question.dots(size, float(found)).pl_fwhm
    # `characterise` sums sizes on a power law through one slope, here on the curve itself: 10 %
    assert float(back) == pytest.approx(float(dots.pl_fwhm), rel=0.12)


def test_the_curvature_of_an_ensemble_is_not_left_out(question: Question, table: Forward) -> None:
    dots = question.dots(3e-9, 0.2)
    sizes, density = over_sizes(sharp(table), float(dots.pl_energy))
    assert abs(float(quantile(sizes, density, 0.5)) / 3e-9 - 1.0) > 0.01  # planted: no offset


def test_the_verb_finds_what_characterise_was_given(question: Question) -> None:
    dots = question.dots(4e-9, 0.12)
    peak, fwhm = float(dots.pl_energy), float(dots.pl_fwhm)
    answer = size_from("CsPbBr3", pl_peak=f"{peak:.6f} eV", fwhm=f"{fwhm:.6f} eV", library=LIBRARY)
    assert answer.verdict.startswith("determined")
    assert answer.size.low < 4e-9 < answer.size.high
    assert answer.size_spread.low < 0.12 < answer.size_spread.high
    assert answer.size.value == pytest.approx(4e-9, rel=0.2)  # median and centre differ by skew


@pytest.mark.parametrize("axis", ["energy", "wavelength"])
def test_a_spectrum_of_characterise_gives_size_and_spread_back(
    question: Question, axis: str
) -> None:
    dots = question.dots(4.5e-9, 0.12)
    energy = np.linspace(2.2, 3.0, 300)
    y = np.interp(energy, dots.emission_energy, dots.emission_spectrum, left=0.0, right=0.0)
    y += 0.01 * np.random.default_rng(3).standard_normal(300)
    if axis == "energy":
        given = Spectrum("pl", axis, energy, 700.0 * y + 40.0)
    else:
        given = Spectrum("pl", axis, HC / energy, y * energy**2)  # counts per wavelength
    answer = size_from("CsPbBr3", spectrum=given, library=LIBRARY)
    assert answer.spectrum is not None
    assert answer.spectrum.peak.value == pytest.approx(float(dots.pl_energy), abs=3e-3)
    assert answer.spectrum.fwhm.value == pytest.approx(float(dots.pl_fwhm), rel=0.04)  # noise
    assert answer.size.low < 4.5e-9 < answer.size.high
    assert answer.size_spread.low < 0.12 < answer.size_spread.high
    assert answer.spectrum.misfit < 0.02


@pytest.mark.parametrize("formula", ["CsPbI3", "CsPb(Br0.5Cl0.5)3"])
def test_other_compositions_and_an_absorption_peak_close(formula: str) -> None:
    dots = Question(formula, "sphere", "absorption", 300.0, LIBRARY).dots(5e-9)
    answer = size_from(
        formula, absorption_peak=f"{float(dots.optical_gap):.6f} eV", shape="sphere",
        library=LIBRARY,
    )  # fmt: skip
    assert answer.size.low < 5e-9 < answer.size.high


def test_a_peak_with_an_error_is_known_less_well() -> None:
    exact = size_from("CsPbBr3", pl_peak="480 nm", library=LIBRARY)
    rough = size_from("CsPbBr3", pl_peak="480 nm", peak_error="8 nm", library=LIBRARY)
    assert rough.peak.low < rough.peak.value < rough.peak.high
    assert rough.size.high / rough.size.low > exact.size.high / exact.size.low


def test_a_size_shrinks_as_the_peak_goes_blue(table: Forward) -> None:
    sizes = [
        float(quantile(*over_sizes(table, energy), 0.5)) for energy in (2.45, 2.55, 2.65, 2.75)
    ]
    assert sizes == sorted(sizes, reverse=True)


def test_intervals_are_sourced_values_with_their_sources() -> None:
    size = size_from("CsPbBr3", pl_peak="480 nm", library=LIBRARY).size
    assert isinstance(size, Sourced)
    assert size.basis == "computed"
    assert size.sources
    assert "prior" in size.note
