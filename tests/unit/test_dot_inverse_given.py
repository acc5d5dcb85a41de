"""What may be given to the way back, and how each bad combination is refused."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.constants import HC
from halodot.core.errors import InputError
from halodot.dot import concentration_from, size_from
from halodot.dot.inverse.given import Spectrum, energy_width, photon_energy

FLAT = Spectrum("pl", "energy", np.linspace(2.0, 3.0, 50), np.ones(50))


@pytest.mark.parametrize(
    ("text", "energy"),
    [
        ("503 nm", HC / 503e-9),
        ("503nm", HC / 503e-9),
        ("0.5 um", HC / 5e-7),
        ("2.46 eV", 2.46),
        ("2.46eV", 2.46),
        ("2460 meV", 2.46),
        ("2,46 eV", 2.46),
    ],
)
def test_a_peak_is_a_wavelength_or_an_energy(text: str, energy: float) -> None:
    assert photon_energy(text, "pl_peak") == pytest.approx(energy, rel=1e-9)  # round-off


@pytest.mark.parametrize("text", ["503", "", "nm", "503 V", "5 nm", "503 m", 503, None, "-503 nm"])
def test_a_peak_without_a_fitting_unit_is_refused(text: object) -> None:
    with pytest.raises(InputError) as caught:
        photon_energy(text, "pl_peak")
    assert caught.value.field == "pl_peak"
    assert "nm" in caught.value.allowed + caught.value.remedy


def test_a_width_in_nm_is_the_difference_of_the_two_edges() -> None:
    peak = HC / 500e-9
    exact = HC / 490e-9 - HC / 510e-9
    assert energy_width("20 nm", "fwhm", peak) == pytest.approx(
        exact, rel=1e-12, abs=0.0
    )  # same formula
    for bad in ("20", "0 nm", "900 nm", "3 eV", "20 K"):
        with pytest.raises(InputError):
            energy_width(bad, "fwhm", peak)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({}, "peak"),
        ({"pl_peak": "500 nm", "absorption_peak": "490 nm"}, "peak"),
        ({"pl_peak": "500 nm", "spectrum": FLAT}, "peak"),
        ({"pl_peak": "500 nm", "shape": "cub"}, "shape"),
        ({"pl_peak": "500 nm", "lateral": "20 nm"}, "lateral"),
        ({"pl_peak": "500 nm", "temperature": "300"}, "temperature"),
        ({"pl_peak": "500 nm", "temperature": "0 K"}, "temperature"),
        ({"pl_peak": "500 nm", "fwhm": "20"}, "fwhm"),
        ({"absorption_peak": "500 nm", "fwhm": "20 nm"}, "fwhm"),
        ({"spectrum": FLAT, "fwhm": "20 nm"}, "fwhm"),
        ({"pl_peak": "500 nm", "peak_error": "2"}, "peak_error"),
    ],
)
def test_a_bad_combination_names_its_field(words: dict, field: str) -> None:
    with pytest.raises(InputError) as caught:
        size_from("CsPbBr3", **words)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("formula", "reason"), [("Cs2AgBiBr6", "localised"), ("Cs4PbBr6", "ABX3"), ("CsPbQ3", "")]
)
def test_a_formula_without_levels_is_refused_with_the_reason(formula: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        size_from(formula, pl_peak="500 nm")
    assert caught.value.field == "formula"
    assert reason in caught.value.allowed


def test_a_spectrum_that_holds_no_band_is_refused() -> None:
    energy = np.linspace(2.2, 2.8, 200)
    band = np.exp(-(((energy - 2.5) / 0.05) ** 2))
    for y, word in (
        (np.ones(200), "no band"),
        (band[:105].repeat(2)[:200], "cut off"),
        (np.random.default_rng(1).standard_normal(200), "no band"),
    ):
        with pytest.raises(InputError, match=word):
            size_from("CsPbBr3", spectrum=Spectrum("pl", "energy", energy, y))
    with pytest.raises(InputError, match="12 points"):
        size_from("CsPbBr3", spectrum=Spectrum("pl", "energy", energy[:12], band[:12]))
    with pytest.raises(InputError, match="absorbance that rises"):
        size_from("CsPbBr3", spectrum=Spectrum("absorption", "energy", energy, energy))


NM = np.linspace(430e-9, 620e-9, 400)


def band(centre: float, width: float) -> np.ndarray:
    return np.exp(-4.0 * np.log(2.0) * ((NM - centre) / width) ** 2)


@pytest.mark.parametrize(("seed", "shape"), [(0, "cube"), (1, "cube"), (2, "platelet")])
def test_noise_is_no_band(seed: int, shape: str) -> None:
    rng = np.random.default_rng(seed)
    white = rng.standard_normal(400)
    for y in (white, np.convolve(white, np.ones(8) / 8.0, "same"), rng.poisson(20.0, 400) * 1.0):
        with pytest.raises(InputError):
            size_from("CsPbBr3", spectrum=Spectrum("pl", "wavelength", NM, y), shape=shape)
    with pytest.raises(InputError):
        size_from("CsPbBr3", spectrum=Spectrum("absorption", "wavelength", NM, white))


def test_a_laser_line_and_a_clipped_top_are_refused_and_a_rounded_top_is_not() -> None:
    dots = band(503e-9, 20e-9)
    line = dots + 2.0 * band(530e-9, 3e-9)
    with pytest.raises(InputError, match="laser"):
        size_from("CsPbBr3", spectrum=Spectrum("pl", "wavelength", NM, line))
    with pytest.raises(InputError, match="equal maxima"):
        size_from("CsPbBr3", spectrum=Spectrum("pl", "wavelength", NM, np.minimum(dots, 0.6)))
    fine = size_from("CsPbBr3", spectrum=Spectrum("pl", "wavelength", NM, dots.round(2)))
    assert fine.spectrum is not None
    assert fine.spectrum.fwhm.low > 0.0


def test_a_noisy_band_keeps_a_positive_width() -> None:
    y = band(503e-9, 20e-9) + 0.5 * np.random.default_rng(3).standard_normal(400)
    found = size_from("CsPbBr3", spectrum=Spectrum("pl", "wavelength", NM, y)).spectrum
    assert found is not None
    assert 0.0 < found.fwhm.low < found.fwhm.value < found.fwhm.high


def test_a_broad_spectrum_is_a_mixture() -> None:
    y = band(503e-9, 45e-9)
    found = size_from("CsPbBr3", spectrum=Spectrum("pl", "wavelength", NM, y))
    assert found.verdict.startswith("wider than any size spread explains")
    assert found.status.name != "OK"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"absorbance": "x", "at": "400 nm"}, "absorbance"),
        ({"absorbance": 0.0, "at": "400 nm"}, "absorbance"),
        ({"absorbance": 0.4, "at": "400"}, "at"),
        ({"absorbance": 0.4, "at": "400 nm", "path": "1"}, "path"),
        ({"absorbance": 0.4, "at": "400 nm", "dilution": 0.5}, "dilution"),
        ({"absorbance": 0.4, "at": "400 nm"}, "size"),
    ],
)
def test_a_bad_absorbance_names_its_field(words: dict, field: str) -> None:
    with pytest.raises(InputError) as caught:
        concentration_from(**words)
    assert caught.value.field == field


def test_a_bound_is_no_size_to_count_with() -> None:
    below = size_from("CsPbBr3", pl_peak="580 nm")
    with pytest.raises(InputError, match="lower bound only"):
        concentration_from(below, absorbance=0.4, at="400 nm")
