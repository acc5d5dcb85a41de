"""What a result says under a name, and that a misspelt name is refused."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import halodot.figures as package
from halodot import runs
from halodot.answers import computed, names, wavelength, width_in_wavelength
from halodot.chain import Result
from halodot.checking import check
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.status import Status
from halodot.figures.names import NAMES, all_names
from halodot.study import StudyFile, from_data, published
from halodot.sweeping import sweep

HC = 1239.841984  # eV nm, CODATA


def study(*reported: dict[str, Any], **tables: Any) -> StudyFile:
    data: dict[str, Any] = {
        "study": {"id": "x", "title": "dots"},
        "dots": {"formula": "CsPbBr3", "size": "9 nm"},
        "reported": [{"role": "predicted", **r} for r in reported],
    }
    return from_data({**data, **tables})


def test_a_study_of_dots_needs_neither_film_nor_protocol() -> None:
    done = runs.run(study({"name": "pl_energy", "value": 2.4, "unit": "eV"}))
    assert done.status is Status.OK
    assert done.comparisons[0].computed.is_known


def test_an_energy_is_compared_as_wavelength_with_the_ends_exchanged() -> None:
    done = runs.run(
        study(
            {"name": "pl_energy", "value": 515, "unit": "nm"},
            {"name": "pl_energy", "value": 2.4, "unit": "eV"},
        )
    )
    nm, ev = (c.computed for c in done.comparisons)
    assert nm.low is not None
    assert nm.high is not None
    assert nm.low < float(nm) < nm.high
    assert float(nm) == pytest.approx(HC / float(ev), rel=1e-8)  # h c of CODATA
    assert nm.low == pytest.approx(HC / float(ev.high or 0.0), rel=1e-8)


def test_a_width_in_nm_spans_the_two_half_points() -> None:
    w = width_in_wavelength(Sourced(0.1, "eV", 0.05, 0.2), Sourced(2.4, "eV"))
    assert 1e9 * float(w) == pytest.approx(HC / 2.35 - HC / 2.45, rel=1e-8)
    assert w.low is not None
    assert w.low < float(w)
    assert not width_in_wavelength(Sourced(0.1, "eV"), Sourced.unknown("eV", "dark")).is_known


def test_a_difference_of_energies_has_no_wavelength() -> None:
    with pytest.raises(InputError, match="converts to nm"):
        runs.run(study({"name": "exciton_binding", "value": 30, "unit": "nm"}))


@pytest.mark.parametrize(("asked", "holds"), [(True, True), (False, False)])
def test_yes_or_no(asked: bool, holds: bool) -> None:
    done = runs.run(study({"name": "bartel_perovskite", "value": asked}))
    assert done.comparisons[0].within is holds


def test_extras_of_the_dots_are_found_by_name() -> None:
    done = runs.run(study())
    dots = done.results[0][1].dots
    assert dots is not None
    dots.extras["spin_lifetime"] = Sourced(3e-12, "s")
    dots.extras["magic"] = Sourced(1.0, "yes_no")
    result = Result(dots=dots)
    assert computed(result, "spin_lifetime", unit="ps").value == 3e-12
    assert computed(result, "magic").unit == "1"
    assert {"spin_lifetime", "magic", "pl_energy"} <= names(result)


def test_a_crystal_alone_is_a_study() -> None:
    reported = [{"name": "tolerance_factor", "value": 0.9, "role": "predicted"}]
    data = {"study": {"id": "p", "title": "lattice"}, "reported": reported,
            "crystal": {"formula": "CsPbBr3"},
            "variant": [{"label": "I", "set": {"crystal.formula": "CsPbI3"}},
                        {"label": "Br"}]}  # fmt: skip
    done = runs.run(from_data(data))
    first, second = (r.crystal["tolerance_factor"] for _, r in done.results)
    assert float(first) < float(second)  # the larger halide
    assert float(done.comparisons[0].computed) == float(first)


@pytest.mark.parametrize("wrong", ["pl_enery", "on_off_ratio"])
def test_a_name_that_nothing_gives_is_refused_with_the_nearest(wrong: str) -> None:
    file = study({"name": wrong, "value": 1.0, "unit": "eV"})
    for work in (runs.run, check):
        with pytest.raises(InputError) as caught:
            work(file)
        assert caught.value.field == "reported[0].name"
    if wrong == "pl_enery":
        assert "'pl_energy'" in caught.value.remedy


def test_a_refused_variant_does_not_lose_the_others() -> None:
    both = [{"label": "bad", "set": {"dots.formula": "CsQq3"}}, {"label": "good"}]
    done = runs.run(study({"name": "pl_energy", "value": 2.4, "unit": "eV"}, variant=both))
    (_, bad), (_, good) = done.results
    assert "Qq" in bad.failure
    assert bad.status is done.status is Status.REFUSED
    assert good.dots is not None
    assert not done.comparisons[0].computed.is_known
    assert "Qq" in done.comparisons[0].note


def test_a_range_may_stand_without_a_value() -> None:
    file = study({"name": "plqy", "low": 50, "high": 80, "unit": "%"})
    value, bound = published(file.study.reported[0])
    assert (value.value, value.low, value.high, bound) == (65.0, 50.0, 80.0, "=")
    with pytest.raises(InputError, match="low and high"):
        study({"name": "plqy", "low": 50, "unit": "%"})


def test_sixty_variants() -> None:
    many = [{"label": f"{k}"} for k in range(60)]
    assert len(study(variant=many).variants) == 60
    with pytest.raises(InputError):
        study(variant=[*many, {"label": "one more"}])


def test_unknown_energy_has_an_unknown_wavelength() -> None:
    assert not wavelength(Sourced.unknown("eV", "dark")).is_known


def test_every_figure_in_the_code_is_a_name_that_studies_may_use() -> None:
    folder = Path(package.__file__).parent
    for kind in (*NAMES, "weights"):
        for node in ast.walk(ast.parse((folder / f"{kind}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Figure":
                name = node.args[0]
                if isinstance(name, ast.Constant):
                    assert name.value in all_names()


def test_a_sweep_of_dots_has_a_row_a_point(tmp_path: Path) -> None:
    path = tmp_path / "dots.toml"
    path.write_text('[study]\nid = "d"\ntitle = "d"\n[dots]\nformula = "CsPbBr3"\nsize = "9 nm"\n')
    points = sweep(path, [("dots.size", ("5 nm", "9 nm", "-1 nm"))], tmp_path / "out")
    assert [p.status for p in points] == ["ok", "ok", "refused"]
    small, large = (p.body["pl_peak_nm"]["value"] for p in points[:2])
    assert small < large
    spectra = (tmp_path / "out" / points[0].folder / "spectra").glob("*.csv")
    assert [p.name for p in spectra] == ["dots.csv"]
