"""Studies S1 to S11: a recipe per method gives a population of dots, each number with interval."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from halodot import runs
from halodot.dot import characterise
from halodot.dot.state import DotProperties
from halodot.study import Study, load, shipped
from halodot.synthesis import make
from halodot.synthesis.methods import METHODS
from halodot.synthesis.state import DotPopulation

KEYS = [f"s{k}" for k in range(1, 12)]
OWN_METHOD = {
    "s1": "hot_injection",
    "s2": "larp",
    "s3": "ligand_assisted",
    "s4": "emulsion",
    "s5": "ultrasonication",
    "s6": "solvothermal",
    "s7": "microwave",
    "s8": "microfluidic",
    "s9": "mechanochemical",
    "s10": "laser_glass",
    "s11": "cvd",
}


def study(key: str, label: str = "") -> Study:
    variants = dict(load(shipped()[key]).variants)
    return variants[label] if label else next(iter(variants.values()))


@lru_cache(maxsize=40)
def made(key: str, label: str = "") -> tuple[DotPopulation, DotProperties]:
    file, one = load(shipped()[key]), study(key, label)
    assert one.recipe is not None
    population = make(one.recipe, file.library)
    return population, characterise(population, file.library, 300.0)


def test_every_method_has_its_study() -> None:
    found = {v.recipe.method for k in KEYS for _, v in load(shipped()[k]).variants if v.recipe}
    assert found == set(METHODS)


@pytest.mark.parametrize("key", KEYS)
def test_a_study_gives_a_population_with_intervals(key: str) -> None:
    recipe = study(key).recipe
    assert recipe is not None
    assert recipe.method == OWN_METHOD[key]
    population, dots = made(key)
    for q in (population.size, population.size_spread, dots.pl_energy, dots.pl_fwhm, dots.plqy):
        assert q.low is not None
        assert q.high is not None
        assert q.low <= float(q) <= q.high
        assert q.low < q.high
    assert sum(float(q) for q in population.shapes.values()) == pytest.approx(1.0, abs=0.02)
    if population.phases:
        assert sum(float(q) for q in population.phases.values()) == pytest.approx(1.0, abs=0.02)
    assert population.extras["theoretical_yield"].is_known
    assert any("hazard: " in note and "H360" in note for note in population.notes)


def test_additives_raise_the_yield() -> None:
    """IDA and NiCl2 (review, Table 1, refs 134 and 140); the pairs themselves are calibrated."""
    for plain, helped in (
        ("CsPbI3, 170 C", "CsPbI3, 170 C, IDA"),
        ("CsPbCl3, 210 C", "CsPbCl3, 210 C, NiCl2"),
    ):
        before, after = (float(made("s1", label)[1].plqy) for label in (plain, helped))
        assert after > before


def test_glass_is_erased_and_annealed_back() -> None:
    extras = made("s10")[0].extras
    assert float(extras["erased_share"]) < 0.1
    assert float(extras["rewritten_share"]) > 0.9


def test_grinding_starts_with_other_phases() -> None:
    early, late = (made("s9", label)[0].phases for label in ("1 min", "20 min"))
    assert float(early["CsPbBr3"]) < float(late["CsPbBr3"])
    rich, poor = (made("s9", label)[0].phases for label in ("excess CsBr", "excess PbBr2"))
    assert max(rich, key=lambda n: float(rich[n])) == "Cs4PbBr6"
    assert float(poor["CsPb2Br5"]) > 0.2


def test_more_bromide_in_the_salts_is_redder() -> None:
    labels = ("Br 0.33", "Br 0.5", "Br 0.67", "Br 0.83", "Br 1")
    energies = [float(made("s3", label)[1].pl_energy) for label in labels]
    assert energies == sorted(energies, reverse=True)


def test_a_fitted_size_is_never_called_predicted() -> None:
    """Every hot injection of Table 1 is in the fit."""
    sizes = [r for r in load(shipped()["s1"]).study.reported if r.name == "size"]
    assert {r.role for r in sizes if "Table 1" in r.place} == {"calibrated"}
    assert len([r for r in sizes if "Table 1" in r.place]) == 20


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_a_study_runs_and_its_report_tells_the_hazards(key: str, tmp_path: Path) -> None:
    done = runs.run(load(shipped()[key]), tmp_path / key)
    assert not [result.failure for _, result in done.results if result.failure]
    assert done.status.is_good
    for c in done.comparisons:
        assert c.computed.is_known or c.note, f"{c.variant}: {c.name}"
        assert c.place, f"{c.variant}: {c.name} has no place"
    assert done.report is not None
    page = done.report.read_text(encoding="utf-8")
    assert "hazard:" in page
    assert "H360" in page
