"""What holds for the light of every dot: yields between 0 and 1, positive spectra, order."""

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.dot import DotModel, DotProperties, characterise
from halodot.dot.absorption import cross_section
from halodot.library import Library
from halodot.synthesis.state import DotPopulation

LIBRARY = Library.builtin()
CASES = [
    ("CsPbBr3", "cube", 9e-9),
    ("CsPbBr3", "platelet", 2.35e-9),
    ("CsPbI3", "sphere", 8e-9),
    ("CsPbCl3", "cube", 7e-9),
    ("CsPb(Br0.5I0.5)3", "cube", 1e-8),
    ("MAPbBr3", "wire", 6e-9),
    ("CsSnBr3", "cube", 8e-9),
    ("Cs2AgBiBr6", "cube", 8e-9),
]


def exact(value: float, unit: str = "1") -> Sourced:
    return Sourced(value, unit, basis="given")


def dots(
    formula: str,
    shape: str = "cube",
    size: float = 9e-9,
    temperature: float = 300.0,
    **model: object,
) -> DotProperties:
    spread = Sourced(0.1, "1", 0.05, 0.2, "assumed")
    population = DotPopulation(formula, shape, exact(size, "m"), spread, "OA")
    return characterise(population, LIBRARY, temperature, DotModel(**model))  # type: ignore[arg-type]


@pytest.mark.parametrize(("formula", "shape", "size"), CASES)
def test_yields_spectra_and_decays_are_physical(formula: str, shape: str, size: float) -> None:
    d = dots(formula, shape, size)
    if d.plqy.is_known:
        assert d.plqy.low is not None
        assert d.plqy.high is not None
        assert 0.0 <= d.plqy.low <= float(d.plqy) <= d.plqy.high <= 1.0
        decay = d.curves["decay_emission"]
        assert decay[0] == 1.0
        assert np.all(np.diff(decay) < 0.0)
        # the area under the decay over that of light alone is the yield; grid of 300 points
        area = np.trapezoid(decay, d.curves["decay_time"])
        assert area / float(d.radiative_lifetime) == pytest.approx(float(d.plqy), rel=0.01)
    else:
        assert d.plqy.note
    if "absorption_spectrum" in d.curves:
        assert np.all(d.curves["absorption_spectrum"] >= 0.0)
        assert np.all(np.isfinite(d.curves["absorption_spectrum"]))
    for name in ("absorption_cross_section_400nm", "traps_per_dot", "homogeneous_width"):
        assert d.extras[name].is_known or d.extras[name].note


@pytest.mark.parametrize(("formula", "shape", "size"), CASES[:5])
def test_the_spectrum_peaks_where_the_peak_is(formula: str, shape: str, size: float) -> None:
    d = dots(formula, shape, size)
    top = d.emission_energy[d.emission_spectrum.argmax()]
    assert top == pytest.approx(float(d.pl_energy), abs=1e-9)
    assert d.pl_fwhm.low is not None
    assert 0.0 < d.pl_fwhm.low <= float(d.pl_fwhm)


def test_ligands_raise_the_yield_and_narrow_the_line() -> None:
    found = [dots("CsPbBr3", ligand_coverage=exact(c)) for c in (0.5, 0.8, 0.9, 0.97, 1.0)]
    assert np.all(np.diff([float(d.plqy) for d in found]) > 0.0)
    widths = [float(d.pl_fwhm) for d in found]
    assert widths[-1] < widths[0]
    assert np.all(np.diff(widths) <= 1e-12)


@pytest.mark.parametrize("formula", ["CsPbCl3", "CsPbBr3", "CsPbI3"])
def test_a_full_shell_leaves_no_trap(formula: str) -> None:
    d = dots(formula, ligand_coverage=exact(1.0))
    assert float(d.plqy) > 0.99
    assert float(d.extras["pl_lifetime"]) == pytest.approx(float(d.radiative_lifetime), rel=1e-6)


def test_larger_surfaces_hold_more_traps() -> None:
    small, large = (dots("CsPbBr3", size=s, ligand_coverage=exact(0.9)) for s in (6e-9, 12e-9))
    ratio = float(large.extras["traps_per_dot"]) / float(small.extras["traps_per_dot"])
    assert ratio == pytest.approx(4.0, rel=1e-9)  # squares of the sizes


def test_no_lifetime_exceeds_that_of_light() -> None:
    for traps in (0.0, 0.3, 3.0):
        d = dots("CsPbBr3", traps_per_dot=exact(traps))
        assert float(d.extras["pl_lifetime"]) <= float(d.radiative_lifetime) * (1.0 + 1e-9)


def test_strong_pulses_lose_light_to_auger() -> None:
    found = [float(dots("CsPbBr3", excitons_per_pulse=exact(n)).plqy) for n in (0.0, 0.5, 3.0)]
    assert np.all(np.diff(found) < 0.0)


def test_a_biexciton_is_two_trions_of_each_kind_twice() -> None:
    d = dots("CsPbBr3")
    # 1 / tau_XX = 2 (1 / tau_plus + 1 / tau_minus), both trions alike
    pair, trion = (float(d.extras[f"{n}_lifetime"]) for n in ("biexciton", "trion"))
    assert 1.0 / pair == pytest.approx(4.0 / trion, rel=1e-12)


def test_lines_narrow_in_the_cold() -> None:
    widths = [float(dots("CsPbBr3", temperature=t).pl_fwhm) for t in (50.0, 150.0, 300.0)]
    assert np.all(np.diff(widths) > 0.0)


def test_cross_sections_grow_as_the_volume() -> None:
    small, large = (
        float(cross_section("CsPbBr3", "cube", exact(s, "m"), 3.1, LIBRARY)) for s in (5e-9, 1e-8)
    )
    assert np.log2(large / small) == pytest.approx(3.0, rel=1e-6)


def test_no_cross_section_below_the_gap() -> None:
    found = cross_section("CsPbBr3", "cube", exact(9e-9, "m"), 2.0, LIBRARY)
    assert not found.is_known
    assert "below" in found.note


def test_localised_excitons_have_no_such_cross_section() -> None:
    assert not cross_section("Cs2AgBiBr6", "cube", exact(9e-9, "m"), 3.1, LIBRARY).is_known
