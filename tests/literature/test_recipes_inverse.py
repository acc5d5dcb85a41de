"""Recipes for 470 nm with the shipped predictor, beside measurements that were hidden from it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from halodot.cli.main import main
from halodot.recipes import acquisition, campaign, inverse, predictor, training
from halodot.recipes.constraints import ConstraintsSpec, violations
from halodot.recipes.inverse import Design, Suggestion, TargetSpec, design

TARGET = 470.0
MEASURED = {
    "platelets_antisolvent": training.antisolvent,
    "mixed_halide_room_temperature": training.mixed_halide,
}


@pytest.fixture(scope="module")
def asked() -> Design:
    """The answer of a predictor that has not seen the rows within 5 nm of the target."""
    blind = predictor.learn(
        exclude=lambda rows: (rows.pl_peak_nm - TARGET).abs() <= 5.0, numbers=predictor.shipped()
    )
    return design(TargetSpec(target="470 nm"), blind)


def holds(s: Suggestion, peak: float) -> bool:
    return bool(s.predicted["pl_peak_nm_low"] <= peak <= s.predicted["pl_peak_nm_high"])


def test_at_least_three_routes_to_470_nm(asked: Design) -> None:
    hits = [s for s in asked.suggestions if holds(s, TARGET)]
    assert len({s.route for s in hits}) >= 3
    kinds = {s.recipe.get("exchange_to", s.recipe["composition"]) == "CsPbBr3" for s in hits}
    assert kinds == {True, False}  # by confinement and by composition
    for s in asked.suggestions:
        assert violations(pd.Series(s.recipe), ConstraintsSpec()) == []


@pytest.mark.parametrize("route", list(MEASURED))
def test_the_hidden_measurement_nearest_to_a_proposal_lies_inside(
    asked: Design, route: str
) -> None:
    proposal = next(s for s in asked.suggestions if s.route == route)
    hidden = MEASURED[route]()
    hidden = hidden[(hidden.pl_peak_nm - TARGET).abs() <= 5.0]
    assert len(hidden) >= 10
    assert holds(proposal, nearest(proposal.recipe, hidden))
    assert np.mean([holds(proposal, y) for y in hidden.pl_peak_nm]) >= 0.75  # not that one alone


def nearest(recipe: dict[str, object], hidden: pd.DataFrame) -> float:
    """Peak [nm] of the measured recipe nearest to a proposed one, by what both state."""
    both = [c for c in hidden.columns if c in recipe]
    frame = pd.concat([pd.DataFrame([recipe])[both], hidden[both]], ignore_index=True)
    where = acquisition.coordinates(frame)
    closest = acquisition.distance(where[:1], where[1:])[0].argmin()
    return float(hidden.pl_peak_nm.iloc[int(closest)])


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inverse, "ROUNDS", 0)


@pytest.mark.usefixtures("_quick")
def test_the_row_of_a_route_gives_the_same_peak_in_the_table() -> None:
    """Each route is a row of ``halodot recipe --table``; exchange starts from green dots."""
    shipped = design(TargetSpec(target="470 nm"))
    again = predictor.predict(
        pd.DataFrame([s.recipe for s in shipped.suggestions if s.route != "exchange"])
    )
    peaks = [s.predicted["pl_peak_nm"] for s in shipped.suggestions if s.route != "exchange"]
    assert again.pl_peak_nm.to_numpy() == pytest.approx(np.array(peaks), rel=1e-6)
    assert len(peaks) >= 3
    green = next((s for s in shipped.suggestions if s.route == "exchange"), None)
    assert green is not None
    assert predictor.predict(pd.DataFrame([green.recipe])).pl_peak_nm[0] > 495.0


@pytest.mark.usefixtures("_quick")
def test_red_is_reached_with_iodide() -> None:
    found = design(TargetSpec(target="620 nm"))
    assert found.suggestions
    for s in found.suggestions:
        final = str(s.recipe.get("exchange_to", s.recipe["composition"]))
        assert "I" in final.replace("Cs", "")
        assert "Cl" not in final


@pytest.mark.usefixtures("_quick")
def test_the_verb_prints_rows_with_light_and_protocol(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["recipe", "--target", "470 nm", "--fwhm", "25 nm", "--without", "DMF,ZnBr2",
             "--max-volume", "5 mL", "--at-most", "PbBr2=20 mg"]  # fmt: skip
    assert main([*words, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["target_nm"] == 470.0
    assert "ZnBr2" in body["refused"]["small_cubes"]
    for row in body["routes"]:
        assert row["volume_mL"] <= 5.0
        assert row.get("solvent") != "DMF"
        assert {"method", "composition", "probability", "in_domain", "reason"} <= set(row)
        assert row["pl_peak_nm"]["low"] < row["pl_peak_nm"]["value"] < row["pl_peak_nm"]["high"]
        assert row["pl_peak_nm"]["basis"] == "computed"
    assert main(words) == 0
    text = capsys.readouterr().out
    assert " mg " in text
    assert "not allowed\n  small_cubes: it needs ZnBr2" in text


@pytest.mark.usefixtures("_quick")
def test_the_verbs_of_a_campaign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "c")
    ask = ["recipe", "--ask", folder, "--json"]
    assert main([*ask, "--target", "470 nm", "--count", "2"]) == 0
    rows = json.loads(capsys.readouterr().out)["proposals"]
    assert [r["id"] for r in rows] == ["1", "2"]
    results = tmp_path / "r.csv"
    results.write_text("id,pl_peak_nm\n1,480\n", encoding="utf-8")
    assert main(["recipe", "--tell", folder, str(results), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["measured"], told["open"]) == (1, 1)
    assert told["nearest_pl_peak_nm"]["value"] == 480.0
    assert main([*ask, "--count", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["trials"] == 1
    assert (tmp_path / "c" / campaign.TABLE).exists()


@pytest.mark.parametrize(
    "words",
    [
        ["recipe", "x.toml", "--target", "470 nm"],
        ["recipe", "--fwhm", "20 nm"],
        ["recipe", "--target", "470 nm", "--at-most", "PbBr2"],
        ["recipe", "--ask", "nowhere/at/all"],
        ["recipe", "--tell", "nowhere", "r.csv", "--target", "470 nm"],
        ["recipe", "--target", "470 nm", "--count", "0"],
    ],
)
def test_options_that_say_nothing_together_are_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert "cannot be used" in capsys.readouterr().err
