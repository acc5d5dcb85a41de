"""The shipped studies of treatments: they run, and say what systems.md asks of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from halodot import runs
from halodot.study import load, shipped

STUDIES = ("x1", "x2", "x3", "x5")


@lru_cache(maxsize=4)
def run(key: str):
    return runs.run(load(shipped()[key]))


def results(key: str) -> dict:
    return dict(run(key).results)


@pytest.mark.slow
@pytest.mark.parametrize("key", STUDIES)
def test_every_reported_figure_is_computed(key: str) -> None:
    done = run(key)
    assert not [result.failure for _, result in done.results if result.failure]
    assert done.status.name in ("OK", "UNKNOWN")
    for c in done.comparisons:
        assert c.computed.is_known, f"{c.variant}: {c.name}"
        assert c.place


@pytest.mark.slow
def test_light_moves_to_the_blue_with_chloride_and_to_the_red_with_iodide() -> None:
    found = results("x1")
    blue, red = (found[f"{x} into CsPbBr3, by amount"].dots.curves for x in ("Cl", "I"))
    # 2 meV: compositions between anchors
    assert np.all(np.diff(blue["history_peak"]) > -2e-3)
    assert np.all(np.diff(red["history_peak"]) < 2e-3)
    back = found["Cl and back to Br"].dots.curves["history_peak"]
    assert back.max() - back[0] > 0.4
    assert abs(back[-1] - back[0]) < 0.03


@pytest.mark.slow
def test_chloride_and_iodide_split_the_population() -> None:
    split = results("x1")["I into CsPbCl3: a gap"].population
    assert len(split.phases) == 2
    assert sum(float(q) for q in split.phases.values()) == pytest.approx(1.0)


@pytest.mark.slow
def test_mixed_dots_show_three_stages() -> None:
    """Two bands with the green one taken up; both move; one band between them."""
    found = results("x1")["CsPbBr3 mixed with CsPb(Br0.09I0.91)3"].dots.curves
    peak = found["history_peak"]
    assert peak[0] < 1.85
    assert 1.95 < peak[-1] < 2.3
    energy, light = found["history_energy"], found["history_spectra"]
    green = np.abs(energy - 2.44).argmin()
    assert 0.01 < light[0, green] / light[0].max() < 0.6
    assert light[-1, green] < 0.02 * light[-1].max()


@pytest.mark.slow
def test_metals_contract_the_lattice_and_light_brings_manganese() -> None:
    found = results("x2")
    order = [float(found[m].population.extras["lattice_contraction"]) for m in ("Zn", "Cd", "Sn")]
    assert order == sorted(order)
    assert order[-1] < 0.0
    lit = found["Mn under UV in CH2Br2, by dose"]
    share = lit.population.history.curves["metal_share"]
    assert np.all(np.diff(share) > 0.0)
    assert float(lit.dots.extras["plqy_mn"]) > 0.0
    assert "Mn" not in found["Mn in CH2Br2, dark"].population.formula


@pytest.mark.slow
def test_phases_follow_reagent_and_time_and_return() -> None:
    found = results("x3")
    for label in ("PbBr2, in time", "Water, by amount", "Prussian blue, by amount"):
        assert np.all(np.diff(found[label].population.history.phases["CsPbBr3"]) >= -1e-12)
    for label, start in (
        ("PbBr2 and thiol: there and back", "Cs4PbBr6"),
        ("OAm/OA: there and back", "CsPbBr3"),
        ("PbBr2 to CsPb2Br5, heat back", "CsPbBr3"),
    ):
        phase = found[label].population.history.phases[start]
        assert phase[0] == pytest.approx(1.0)
        assert phase.min() < 0.05
        assert phase[-1] > 0.95


@pytest.mark.slow
def test_two_domains_have_an_alignment_and_an_exchanged_form() -> None:
    found = results("x5")
    for label in ("CsPbBr3-Pb4S3Br2", "exchanged to CsPbCl3-Pb4S3Br2"):
        both = found[label]
        assert both.population.partner == "Pb4S3Br2"
        for name in ("offset_electron", "offset_hole"):
            assert both.dots.extras[name].is_known
    assert "Cl0.98" in found["exchanged to CsPbCl3-Pb4S3Br2"].population.formula
