"""A campaign on disk: what people write stays, what is wrong is refused, and it gets there."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from flask_standin import predict
from halodot.core.errors import InputError
from halodot.recipes import campaign, inverse
from halodot.recipes.acquisition import AcquisitionSpec
from halodot.recipes.learning import LearningSpec, Lessons, Trials
from halodot.recipes.ledger import Ledger
from halodot.recipes.routes import named, routes_to

WANTED = {"target": "470 nm"}
SHIFT, NOISE = 12.0, 2.0  # of the hidden laboratory [nm]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inverse, "SAMPLES", 32)
    monkeypatch.setattr(inverse, "ROUNDS", 0)


def rows_of(folder: Path) -> list[dict[str, str]]:
    with open(folder / "campaign.csv", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def hidden(row: dict[str, str], rng: np.random.Generator) -> float:
    """The peak that the hidden laboratory finds [nm]."""
    route = named(row["route"], 470.0)
    frame = campaign.frame_of([row]).dropna(axis=1, how="all")
    m = inverse.predicted([route], [frame], predict)[0]["pl_peak_nm"].iloc[0]
    return float(m) + SHIFT + NOISE * rng.standard_normal()


def results(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_first_ask_writes_recipes_with_empty_cells(tmp_path: Path) -> None:
    asked = campaign.ask(tmp_path / "c", WANTED, 4, predict)
    rows = rows_of(tmp_path / "c")
    assert [r["id"] for r in rows] == ["1", "2", "3", "4"]
    assert len({r["route"] for r in rows}) >= 2  # not four copies of the best
    assert all(r["measured_pl_peak_nm"] == "" and r["method"] for r in rows)
    low, high = (float(rows[0][f"predicted_pl_peak_nm_{e}"]) for e in ("low", "high"))
    assert low < 470.0 < high
    assert asked.trials == 0
    assert all(p["reason"] and p["protocol"] for p in asked.proposals)


def test_a_campaign_reaches_the_target_and_beats_random_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inverse, "SAMPLES", 64)
    monkeypatch.setattr(inverse, "ROUNDS", 1)
    rng = np.random.default_rng(7)
    reached = []
    for turn in range(3):
        asked = campaign.ask(tmp_path / "c", WANTED, 4, predict)
        peaks = [hidden(p, rng) for p in asked.proposals]
        lines = [f"{p['id']},{y:.1f}" for p, y in zip(asked.proposals, peaks, strict=True)]
        told = campaign.tell(
            tmp_path / "c", results(tmp_path / f"{turn}.csv", ["id,pl_peak_nm", *lines])
        )
        reached.append(np.abs(np.array(peaks) - 470.0))
    assert told.measured == 12
    assert told.best is not None
    assert abs(told.best - 470.0) < 3.0
    assert np.median(reached[2]) < 5.0 < np.median(reached[0])  # the shift of 12 nm is learned
    random = random_search(12, rng)
    assert np.median(reached[2]) < 0.5 * np.median(random)
    assert np.mean(reached[2] <= 5.0) > 2.0 * np.mean(random <= 5.0)


def random_search(count: int, rng: np.random.Generator) -> np.ndarray:
    """Misses of recipes drawn evenly from the same routes [nm]."""
    from halodot.recipes.constraints import ConstraintsSpec
    from halodot.recipes.searching import Searcher

    misses = []
    for route in routes_to(470.0):
        rows = route.rows(Searcher(route, 5).sample(8), ConstraintsSpec())
        table = inverse.predicted([route], [rows], predict)[0]
        misses.append(np.abs(table["pl_peak_nm"].to_numpy() + SHIFT - 470.0))
    return rng.permutation(np.concatenate(misses))[:count]


def test_what_a_person_writes_into_the_table_stays(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    campaign.ask(folder, WANTED, 2, predict)
    lines = (folder / "campaign.csv").read_text(encoding="utf-8").splitlines()
    lines[0] += ",who;when"
    lines[1] += ',"Ümit, ""late"" shift"'
    lines[2] += ","
    (folder / "campaign.csv").write_text("\ufeff" + "\r\n".join(lines) + "\r\n", encoding="utf-8")
    before = rows_of(folder)[0]
    campaign.tell(folder, results(tmp_path / "r.csv", ["id,pl_peak_nm,note", "2,481.5,shaken"]))
    campaign.ask(folder, None, 2, predict)
    rows = rows_of(folder)
    assert (folder / "campaign.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows[0] == before
    assert rows[0]["who;when"] == 'Ümit, "late" shift'
    assert rows[1]["measured_pl_peak_nm"] == "481.5"
    assert rows[1]["note"] == "shaken"
    assert len(rows) == 4


def test_a_german_table_stays_german(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    campaign.ask(folder, WANTED, 2, predict)
    ledger = Ledger.read(folder / "campaign.csv")
    ledger.separator = ";"
    ledger.rows[0]["measured_pl_peak_nm"] = "481,5"
    ledger.write(folder / "campaign.csv")
    asked = campaign.ask(folder, None, 1, predict)
    assert asked.trials == 1
    text = (folder / "campaign.csv").read_text(encoding="utf-8")
    assert text.count(";") > 100
    assert "481,5" in text


def test_amounts_that_were_changed_are_what_is_learned_from(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    campaign.ask(folder, WANTED | {"constraints": {"only_method": "antisolvent"}}, 1, predict)
    made = str(round(2.0 * float(rows_of(folder)[0]["cs_umol"]), 4))
    table = ["id,cs_umol,pl_peak_nm", f"1,{made},495"]
    campaign.tell(folder, results(tmp_path / "r.csv", table))
    assert rows_of(folder)[0]["cs_umol"] == made
    ledger = Ledger.read(folder / "campaign.csv")
    spec = inverse.TargetSpec(**WANTED)
    trials = campaign.trials_of(ledger, spec, predict)
    assert float(trials.rows["cs_umol"].iloc[0]) == float(made)


def test_own_recipes_join_without_id(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    campaign.ask(folder, WANTED, 1, predict)
    head = "method,composition,cs_umol,pbbr2_umol,volume_mL,antisolvent,antisolvent_umol,pl_peak_nm"
    own = "antisolvent,CsPbBr3,3,15,3.4,ethanol,30000,468"
    told = campaign.tell(folder, results(tmp_path / "r.csv", [head, own]))
    assert (told.added, told.measured, told.open) == (1, 1, 1)
    assert rows_of(folder)[1]["id"] == "2"
    assert campaign.ask(folder, None, 1, predict).trials == 1


def test_failures_lower_the_probability_around_them(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    first = campaign.ask(folder, WANTED, 3, predict).proposals
    table = ["id,failed", *(f"{p['id']},yes" for p in first if p["route"] == first[0]["route"])]
    told = campaign.tell(folder, results(tmp_path / "r.csv", table))
    assert told.failed >= 1
    assert told.best is None
    trials = campaign.trials_of(
        Ledger.read(folder / "campaign.csv"), inverse.TargetSpec(**WANTED), predict
    )
    lessons = Lessons(trials)
    here = lessons.success(trials.rows.iloc[[0]])[0]
    elsewhere = lessons.success(campaign.frame_of([{"route": "exchange"}]))[0]
    prior = float(AcquisitionSpec().success)
    assert here <= 0.5 * prior * (1.0 + 1e-9)
    assert elsewhere == pytest.approx(prior, rel=1e-3)


def test_without_trials_predictions_are_untouched() -> None:
    empty = Trials(pd.DataFrame(), pd.DataFrame(columns=["pl_peak_nm", "pl_peak_nm_low",
                   "pl_peak_nm_high"]), np.empty(0), np.empty(0), ())  # fmt: skip
    rows = campaign.frame_of([{"method": "larp", "volume_mL": "20", "oa_mL": "1"}])
    table = pd.DataFrame({"pl_peak_nm": [470.0], "pl_peak_nm_low": [460.0],
                          "pl_peak_nm_high": [490.0]})  # fmt: skip
    pd.testing.assert_frame_equal(Lessons(empty).corrected(rows, table), table)


def one_trial(peak: float, batch: str) -> Lessons:
    rows = campaign.frame_of([ROW])
    table = pd.DataFrame(PREDICTION)
    return Lessons(Trials(rows, table, np.array([peak]), np.ones(1), (batch,)))


ROW = {"route": "a", "method": "antisolvent", "cs_umol": "3", "pbbr2_umol": "15", "volume_mL": "3"}
PREDICTION = {"pl_peak_nm": [470.0], "pl_peak_nm_low": [455.0], "pl_peak_nm_high": [500.0]}


def test_one_trial_pulls_its_recipe_and_less_those_of_another_route() -> None:
    lessons = one_trial(485.0, "b1")
    table = pd.DataFrame(PREDICTION)
    same = lessons.corrected(campaign.frame_of([ROW]), table)
    other = lessons.corrected(campaign.frame_of([ROW | {"route": "b"}]), table)
    shifts = [float(t["pl_peak_nm"].iloc[0]) - 470.0 for t in (same, other)]
    assert 0.0 < shifts[1] < 0.6 * shifts[0] < shifts[0] < 15.0
    width = [float((t.pl_peak_nm_high - t.pl_peak_nm_low).iloc[0]) for t in (same, other, table)]
    assert width[0] < width[1] < width[2]


def test_one_trial_is_the_closed_form_of_a_normal_prior() -> None:
    """u = (y - m)/g with noise s: E[u] = u / (1 + s^2/g^2), Var = s^2/g^2 / (1 + s^2/g^2)."""
    lessons, noise, z = one_trial(485.0, "b1"), 3.9, 1.6448536
    g = np.sqrt((30.0 / z) ** 2 - noise**2)
    ratio = (noise / g) ** 2
    got = lessons.corrected(campaign.frame_of([ROW]), pd.DataFrame(PREDICTION)).iloc[0]
    assert got["pl_peak_nm"] - 470.0 == pytest.approx(15.0 / (1.0 + ratio), rel=1e-6)
    half = z * np.hypot(g * np.sqrt(ratio / (1.0 + ratio)), noise)
    assert got["pl_peak_nm_high"] - got["pl_peak_nm"] == pytest.approx(half, rel=1e-5)


def test_another_recipe_of_another_route_shares_laboratory_and_batch_only() -> None:
    lessons, noise, z = one_trial(485.0, "b1"), 3.9, 1.6448536
    far = ROW | {"route": "b", "method": "hot_injection", "temperature_C": "300", "time_s": "1e4"}
    got = lessons.corrected(campaign.frame_of([far]), pd.DataFrame(PREDICTION)).iloc[0]
    ratio = noise**2 / ((30.0 / z) ** 2 - noise**2)
    shared = float(LearningSpec().lab) + float(LearningSpec().batch)
    assert got["pl_peak_nm"] - 470.0 == pytest.approx(shared * 15.0 / (1.0 + ratio), rel=1e-4)


def test_a_large_surprise_widens_what_follows() -> None:
    expected, surprised = one_trial(475.0, ""), one_trial(650.0, "")
    rows, table = campaign.frame_of([ROW | {"route": "b"}]), pd.DataFrame(PREDICTION)
    widths = [
        float((t.pl_peak_nm_high - t.pl_peak_nm_low).iloc[0])
        for t in (lesson.corrected(rows, table) for lesson in (expected, surprised))
    ]
    assert widths[1] > 2.0 * widths[0]


def test_a_shift_outside_of_narrow_intervals_is_learned_not_taken_for_noise() -> None:
    rows = campaign.frame_of([ROW | {"cs_umol": str(c)} for c in (1.5, 2.0, 3.0, 4.5)])
    narrow = pd.DataFrame({"pl_peak_nm": [470.0] * 4, "pl_peak_nm_low": [464.0] * 4,
                           "pl_peak_nm_high": [476.0] * 4})  # fmt: skip
    trials = Trials(rows, narrow, 482.0 + np.array([2.0, -3.0, 1.0, 0.0]), np.ones(4), ("",) * 4)
    new = campaign.frame_of([ROW | {"cs_umol": "3.5"}])
    got = Lessons(trials).corrected(new, narrow.iloc[:1]).iloc[0]
    assert got["pl_peak_nm"] == pytest.approx(482.0, abs=3.0)
    assert got["pl_peak_nm_low"] < 482.0 < got["pl_peak_nm_high"]


@pytest.mark.parametrize(
    ("table", "field"),
    [
        (["id,pl_peak_eV", "1,2.63"], "pl_peak_eV"),
        (["id,pl_peak_nm", "1,2.63"], "measured_pl_peak_nm"),
        (["id,pl_peak_nm", "1,470 nm"], "measured_pl_peak_nm"),
        (["id,plqy", "1,85"], "measured_plqy"),
        (["id,fwhm_meV", "1,0.1"], "measured_fwhm_meV"),
        (["id,pl_peak_nm", "9,470"], "id"),
        (["id,pl_peak_nm,failed", "1,470,perhaps"], "failed"),
        (["id,pl_peak_nm,failed", "1,470,yes"], "failed"),
        (["pl_peak_nm", "470"], "method"),
        (["id,pl_peak_nm,measured_pl_peak_nm", "1,470,471"], "pl_peak_nm"),
        (["id,id", "1,2"], "id"),
        (["id,pl_peak_nm", "1,470,3,4"], "line 2"),
        (["id,pl_peak_nm", "1,nan"], "measured_pl_peak_nm"),
    ],
)
def test_wrong_results_are_refused_and_change_nothing(
    tmp_path: Path, table: list[str], field: str
) -> None:
    campaign.ask(tmp_path / "c", WANTED, 1, predict)
    before = (tmp_path / "c" / "campaign.csv").read_bytes()
    with pytest.raises(InputError) as refused:
        campaign.tell(tmp_path / "c", results(tmp_path / "r.csv", table))
    assert field in refused.value.field
    assert (tmp_path / "c" / "campaign.csv").read_bytes() == before


def test_a_measurement_is_not_replaced_by_another(tmp_path: Path) -> None:
    campaign.ask(tmp_path / "c", WANTED, 1, predict)
    campaign.tell(tmp_path / "c", results(tmp_path / "r.csv", ["id,pl_peak_nm", "1,470"]))
    campaign.tell(tmp_path / "c", tmp_path / "r.csv")  # the same again is no contradiction
    with pytest.raises(InputError, match="there already"):
        campaign.tell(tmp_path / "c", results(tmp_path / "s.csv", ["id,pl_peak_nm", "1,480"]))


def test_a_crash_while_writing_leaves_the_old_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign.ask(tmp_path / "c", WANTED, 1, predict)
    before = (tmp_path / "c" / "campaign.csv").read_bytes()

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as m:
        m.setattr(os, "replace", broken)
        with pytest.raises(OSError, match="No space"):
            campaign.ask(tmp_path / "c", None, 1, predict)
    assert (tmp_path / "c" / "campaign.csv").read_bytes() == before
    assert len(campaign.ask(tmp_path / "c", None, 1, predict).proposals) == 1


def test_a_table_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    campaign.ask(tmp_path / "c", WANTED, 1, predict)

    def edits(rows: pd.DataFrame) -> pd.DataFrame:
        with open(tmp_path / "c" / "campaign.csv", "a", encoding="utf-8") as f:
            f.write("\n")
        return predict(rows)

    with pytest.raises(InputError, match="nobody changes"):
        campaign.ask(tmp_path / "c", None, 1, edits)


def test_two_commands_do_not_work_in_one_folder(tmp_path: Path) -> None:
    campaign.ask(tmp_path / "c", WANTED, 1, predict)

    def asks_again(rows: pd.DataFrame) -> pd.DataFrame:
        with pytest.raises(InputError, match="no other command"):
            campaign.ask(tmp_path / "c", None, 1, predict)
        return predict(rows)

    campaign.ask(tmp_path / "c", None, 1, asks_again)


def test_a_restart_from_disk_proposes_the_same(tmp_path: Path) -> None:
    for name in ("a", "b"):
        campaign.ask(tmp_path / name, WANTED, 2, predict)
    assert rows_of(tmp_path / "a") == rows_of(tmp_path / "b")


def test_the_target_of_a_campaign_is_fixed_and_constraints_are_not(tmp_path: Path) -> None:
    campaign.ask(tmp_path / "c", WANTED, 1, predict)
    with pytest.raises(InputError, match="what this campaign has"):
        campaign.ask(tmp_path / "c", {"target": "480 nm"}, 1, predict)
    campaign.ask(tmp_path / "c", {"constraints": {"without": ["chloride"]}}, 3, predict)
    later = campaign.ask(tmp_path / "c", None, 2, predict)
    assert all(not p["pbcl2_umol"] and not p["cscl_umol"] for p in later.proposals)


def test_without_a_campaign_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--target"):
        campaign.ask(tmp_path, None, 1, predict)
    with pytest.raises(InputError):
        campaign.ask(tmp_path / "new", {"target": "470"}, 1, predict)
    assert not (tmp_path / "new").exists()
