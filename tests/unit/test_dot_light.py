"""Widths, colours and the Stokes shift on their own."""

import numpy as np
import pytest

from halodot.core.constants import HC
from halodot.core.sourced import Sourced
from halodot.dot import DotModel, characterise
from halodot.dot.colour import chromaticity, swatch
from halodot.dot.emission import homogeneous_width
from halodot.library import Library
from halodot.synthesis.state import DotPopulation


def test_lines_narrow_in_the_cold() -> None:
    widths = [float(homogeneous_width(0.05, t, 0.019)) for t in (50.0, 150.0, 300.0, 400.0)]
    assert np.all(np.diff(widths) > 0.0)
    # 5 % stay, 10 % fall as T; 1/(exp(E/kT) - 1) of 19 meV is 0.923 at 300 K and 0.0123 at 50 K
    share = 0.05 + 0.1 / 6.0 + 0.85 * 0.0123 / 0.923
    assert widths[0] == pytest.approx(0.05 * share, rel=0.01)  # three digits of the two numbers


def test_equal_energy_white_has_equal_coordinates() -> None:
    energy = np.linspace(1.4, 3.6, 4001)
    # constant power per wavelength is photons per energy as E^-3
    x, y = chromaticity(energy, energy**-3.0)
    # tables of the 1931 observer at 1 nm, 360 to 830 nm: sums equal to 1e-4
    assert x == pytest.approx(1.0 / 3.0, abs=5e-4)
    assert y == pytest.approx(1.0 / 3.0, abs=5e-4)


@pytest.mark.parametrize(
    ("nm", "x", "y"), [(450.0, 0.1566, 0.0177), (520.0, 0.0743, 0.8338), (600.0, 0.6270, 0.3725)]
)
def test_spectral_lines_lie_on_the_locus(nm: float, x: float, y: float) -> None:
    energy = np.linspace(-0.02, 0.02, 801) + HC / (nm * 1e-9)
    line = np.exp(-0.5 * ((energy - HC / (nm * 1e-9)) / 0.002) ** 2)
    found = chromaticity(energy, line)
    # width of 0.4 nm against tables at 1 nm
    np.testing.assert_allclose(found, (x, y), atol=2e-3)


def test_infrared_has_no_colour() -> None:
    energy = np.linspace(0.9, 1.1, 101)
    assert np.isnan(chromaticity(energy, np.ones(101))[0])


def test_swatches_of_primaries() -> None:
    assert swatch(0.64, 0.33) == "#ff0000"
    assert swatch(0.30, 0.60) == "#00ff00"
    assert swatch(0.15, 0.06) == "#0000ff"


def test_stokes_shift_separates_absorption_and_emission() -> None:
    exact = Sourced(0.07, "eV", basis="given")
    size, spread = Sourced(8e-9, "m", basis="given"), Sourced(1e-3, "1", basis="given")
    population = DotPopulation("CsPbBr3", "cube", size, spread, "OA")
    d = characterise(population, Library.builtin(), 300.0, DotModel(stokes_shift=exact))
    # the spectrum stands on a grid of 1201 points over 0.2 eV
    assert float(d.optical_gap) - float(d.pl_energy) == pytest.approx(0.07, abs=5e-4)
    for gap, peak in ((d.optical_gap.low, d.pl_energy.low), (d.optical_gap.high, d.pl_energy.high)):
        assert gap is not None
        assert peak is not None
        assert gap - peak == pytest.approx(0.07, abs=5e-4)
