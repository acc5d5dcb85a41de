"""Light against what was published; misses are counted, not hidden."""

import math

import numpy as np
import pytest

from halodot.core.constants import HC
from halodot.core.sourced import Sourced
from halodot.dot import DotModel, DotProperties, characterise
from halodot.dot.absorption import cross_section, nonparabolic
from halodot.dot.recombination import fit_traps, quantum_yield, reported_yields, trap_share
from halodot.dot.spectra import Light, enhancement
from halodot.library import Library
from halodot.library.tables import table
from halodot.synthesis.state import DotPopulation

LIBRARY = Library.builtin()
SPREAD = Sourced(0.1, "1", 0.05, 0.2, "assumed")
# Median full widths [meV] of monodisperse CsPbBr3 platelets by monolayers, github.com/leoluber/
# synthesizer (Adv. Mater. 2025), in its PL windows: 7, 44, 30, 15, 18, 11, 10 and 32 samples.
PLATELETS = {2: 74, 3: 95, 4: 126, 5: 127, 6: 110, 7: 97, 8: 109, 9: 88}


def dots(formula: str, shape: str, size: float, **model: object) -> DotProperties:
    given = Sourced(size, "m", basis="given")
    population = DotPopulation(formula, shape, given, SPREAD, "OA")
    return characterise(population, LIBRARY, 298.0, DotModel(**model))  # type: ignore[arg-type]


def holds(q: Sourced, value: float) -> bool:
    assert q.low is not None
    assert q.high is not None
    return q.low <= value <= q.high


def test_widths_of_platelets() -> None:
    found = {n: dots("CsPbBr3", "platelet", n * 0.587e-9).pl_fwhm for n in PLATELETS}
    errors = [1e3 * float(q) - PLATELETS[n] for n, q in found.items()]
    # one parameter of the eight medians (monolayer_spread); lines of one width miss by 30 more
    assert np.mean(np.abs(errors)) < 15.0
    assert sum(holds(q, 1e-3 * PLATELETS[n]) for n, q in found.items()) >= 7
    # mixed thicknesses widen the middle of the series, not its ends
    assert max(found, key=lambda n: float(found[n])) in (3, 4, 5)


def test_widths_of_methylammonium_dots_which_nothing_was_fitted_to() -> None:
    rows = [r for r in table("size_energy") if r["material"] == "MAPbBr3"]
    peak = {r["size_nm"]: float(r["value"]) for r in rows if r["quantity"] == "PL_peak"}
    wide = [r for r in rows if r["quantity"] == "PL_FWHM"]
    hits = 0
    for r in wide:
        measured = HC * 1e9 * float(r["value"]) / peak[r["size_nm"]] ** 2
        hits += holds(dots("MAPbBr3", "sphere", float(r["size_nm"]) * 1e-9).pl_fwhm, measured)
    assert len(wide) == 11
    # those of 2.7 to 6 nm are wider than computed, by up to 80 meV
    assert hits >= 7


def test_cross_section_follows_the_published_power() -> None:
    sizes = np.array([5e-9, 12e-9])
    values = [
        float(cross_section("CsPbBr3", "cube", Sourced(float(s), "m"), 3.1, LIBRARY)) for s in sizes
    ]
    power = np.diff(np.log(values))[0] / np.diff(np.log(sizes))[0]
    assert 2.8 < power < 3.1  # arXiv:2004.05093: 2.9


def test_bent_bands_add_about_thirty_percent_at_400_nm() -> None:
    # arXiv:2004.05093: "k.p terms add about 30 % at 3.1 eV"; here without remote bands
    assert 1.1 < float(nonparabolic(3.1, 2.4)) < 1.4


def test_correlation_enhances_light_about_seven_times_at_11_nm() -> None:
    # arXiv:2202.09596, sphere or cube of 11 nm; Bohr radius of CsPbBr3
    light = Light("cube", 11e-9, None, None, 2.4, 0.1, -0.1, 2.4, 0.033, 0.126, 15.0, 0.05,
                  3.07e-9, 4.8, 2.1, 1.0)  # fmt: skip
    cube = float(enhancement(light, np.array([11e-9]))[0])
    ball = float(enhancement(Light(**{**vars(light), "shape": "sphere"}), np.array([11e-9]))[0])
    assert ball < 7.0 < cube


def test_thiol_passivation_changed_the_radiative_lifetime() -> None:
    # 10.1039/C9NA00292H: (76.1 %, 3.16 ns) before, (99.8 %, 2.42 ns) after
    before, after = 3.16 / 0.761, 2.42 / 0.998
    assert before / after == pytest.approx(1.71, rel=0.01)  # digits of the paper
    # no number of irreversible traps raises the mean lifetime over that after passivation
    for traps in (0.05, 0.27, 1.0):
        for rate in (1e7, 1e9, 1e12):
            lifetime = after * float(quantum_yield(traps, rate, 1e9 / after))
            assert lifetime <= after < 3.16
    # the radiative lifetime itself lies in the computed interval
    assert holds(dots("CsPbBr3", "cube", 9e-9).radiative_lifetime, after * 1e-9)


def test_yields_left_out_in_turn_lie_in_the_interval() -> None:
    hits = total = 0
    yields = reported_yields()
    for halide, values in yields.items():
        for k, value in enumerate(values):
            rest = {**yields, halide: values[:k] + values[k + 1 :]}
            q = fit_traps(rest)[halide].sourced
            hits += holds(q, -math.log(value))
            total += 1
    assert total == 13
    # out: 34 % (109 antisolvent syntheses) and 95 % (CsPbI3 with iminodibenzoic acid)
    assert hits >= 11


def test_chlorides_trap_more_than_bromides_and_iodides() -> None:
    shares = {x: trap_share(x) for x in ("Cl", "Br", "I")}
    # defect tolerance: one empty site in a thousand, against one in fifty
    assert shares["Br"] < 3e-3
    assert shares["I"] < 3e-3
    assert shares["Cl"] > 5.0 * shares["Br"]


def test_nickel_leaves_a_hundredth_of_the_traps() -> None:
    # ref 140: 2.4 % before and 96.5 % after; both are put in, what follows is their ratio
    before, after = (-math.log(y) for y in (0.024, 0.965))
    assert before / after > 100.0
    d = dots("CsPbCl3", "cube", 1e-8, traps_per_dot=Sourced(after, "1"))
    assert float(d.plqy) == pytest.approx(0.965, abs=0.005)  # finite rate of the traps


def test_reported_yields_of_the_review_lie_in_the_intervals() -> None:
    # Table 1: both ends of the ranges
    rows = {"CsPbBr3": (0.80, 0.95), "CsPbI3": (0.80, 0.95), "CsPbCl3": (0.024,)}
    for formula, values in rows.items():
        q = dots(formula, "cube", 9e-9).plqy
        assert all(holds(q, v) for v in values), formula


@pytest.mark.parametrize(("formula", "nm"), [("CsPbCl3", 410.0), ("CsPbI3", 685.0)])
def test_the_visible_is_spanned_from_chloride_to_iodide(formula: str, nm: float) -> None:
    # 10.1021/nl5048779: 410 to 685 nm over dots of 4 to 15 nm; the size of each is not given
    peaks = [HC * 1e9 / float(dots(formula, "cube", s).pl_energy) for s in (4e-9, 15e-9)]
    q = dots(formula, "cube", 1e-8).pl_energy
    assert min(peaks) < nm < max(peaks) or holds(q, HC * 1e9 / nm)
