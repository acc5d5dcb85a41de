"""A campaign: proposals go out as a table on disk, measurements come back, the next are better.

``ask`` writes rows into ``DIR/campaign.csv``: a recipe, what is predicted of it, and empty cells
for what will be measured. Fill them in there, or hand a table of results to ``tell``. A recipe that
was made with other amounts is corrected in its cells, a synthesis that gave no dots is marked
``failed = yes``, and recipes of one's own are added as rows without id. Each ``ask`` reads all of
it again and learns from it (`learning`), so that the table is the whole memory of a campaign; what
it aims at stands in ``DIR/campaign.json``.

Both files are replaced in one step and two commands never write at the same time. Nothing that a
person wrote is changed: a measurement that contradicts one already in the table is refused.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import InputError, nearest
from ..core.spec import build
from . import acquisition
from .acquisition import PEAK
from .cells import MEASURED, RECIPE, WORDS, check_measured, number, said_yes
from .inverse import (
    Candidates,
    Predictor,
    TargetSpec,
    default_predictor,
    joined,
    open_routes,
    predicted,
    search,
)
from .learning import LearningSpec, Lessons, Trials
from .ledger import Ledger, replace_file
from .routes import as_written, named

if TYPE_CHECKING:
    import pandas as pd

TABLE = "campaign.csv"
_FIXED = ("target", "formula")
STATE = "campaign.json"
FORMAT = "halodot campaign 1"
PREDICTED = (
    "predicted_pl_peak_nm",
    "predicted_pl_peak_nm_low",
    "predicted_pl_peak_nm_high",
    "predicted_fwhm_meV",
    "predicted_plqy",
    "probability",
)
COLUMNS = ("id", "round", "route", *RECIPE, *PREDICTED, *MEASURED)


@dataclass(frozen=True)
class Asked:
    """Proposals of one round.

    Attributes
    ----------
    round
        Counted from 1.
    proposals
        As they stand in the table, with `reason` and `protocol` for people.
    trials
        How many results were learned from.
    refused
        Routes that give nothing, with the reason.
    """

    round: int
    proposals: tuple[dict[str, Any], ...]
    trials: int
    refused: dict[str, str]


@dataclass(frozen=True)
class Told:
    """What came back.

    Attributes
    ----------
    measured, failed, added
        Rows with a peak, rows marked failed, and recipes of one's own among them.
    best
        The nearest peak to the target so far [nm], None without a measurement.
    target
        [nm]
    open
        Proposals without a result.
    """

    measured: int
    failed: int
    added: int
    best: float | None
    target: float
    open: int


def ask(
    folder: str | Path,
    wanted: dict[str, Any] | None = None,
    count: int = 4,
    predict: Predictor | None = None,
) -> Asked:
    """Propose recipes and write them into the table; the first call starts the campaign.

    Parameters
    ----------
    folder
        Made where it is missing.
    wanted
        Keys of `TargetSpec` as text; the first call needs the target. Later ones may change what
        is allowed and wished, not target and formula.
    count
        Proposals.
    predict
        Recipes to predictions; the default is `halodot.recipes.predict`.

    Raises
    ------
    InputError
        If the folder holds no campaign and nothing is wanted, if it aims at something else, or if
        a cell of the table cannot be read.
    """
    from .explaining import suggestion

    if not 1 <= count <= 100:
        raise InputError("count", count, "1 to 100", "--count 4")
    if wanted is not None and not (Path(folder) / STATE).exists():
        build(TargetSpec, wanted)  # before a folder is made for it
    with _locked(folder, wanted is not None) as path:
        spec = _spec(path, wanted)
        ledger = _open(path)
        number_of_round = 1 + max([int(number(r, "round") or 0) for r in ledger.rows], default=0)
        seeded = spec.model_copy(update={"seed": spec.seed + number_of_round - 1})
        predictor = predict or default_predictor()
        trials = trials_of(ledger, spec, predictor)
        routes, refused = open_routes(spec)
        if not routes:
            raise InputError("constraints", "; ".join(refused.values()), "at least one route", "")
        lessons = Lessons(trials, LearningSpec(), spec.acquisition)
        pools = search(seeded, routes, predictor, lessons)
        by_name = {r.name: r for r in routes}
        pool = joined(list(pools.values()))
        told = []
        for i in _chosen(pool, ledger, spec, count):
            route = by_name[str(pool.rows["route"].iloc[i])]
            s = suggestion(route, pool, i)
            row = _proposal(ledger, number_of_round, pool, i)
            ledger.rows.append(row)
            told.append({**row, "title": s.title, "reason": s.reason, "protocol": s.protocol})
        if not told:
            allowed = "a target that some recipe can be predicted for"
            raise InputError("target", spec.target, allowed, "ease the constraints")
        ledger.write(path / TABLE)
    return Asked(number_of_round, tuple(told), len(trials.worked), refused)


def tell(folder: str | Path, results: str | Path) -> Told:
    """Enter measurements into the table of a campaign.

    Parameters
    ----------
    folder
        Of the campaign.
    results
        A table with the column ``id`` and what was measured, or whole recipes without id.

    Raises
    ------
    InputError
        For a column that is not known, a value that has another unit than its column, an id that
        was never proposed, or a measurement that contradicts one that is there.
    """
    with _locked(folder, False) as path:
        spec = _spec(path, None)
        ledger = _open(path)
        given = Ledger.read(results, "results")
        _canonical(given, ledger)
        added = sum(_enter(ledger, row, line) for line, row in enumerate(given.rows, 2))
        states = [_state(row) for row in ledger.rows]
        ledger.write(path / TABLE)
    peaks = [number(r, MEASURED[0]) for r in ledger.rows]
    known = [p for p in peaks if p is not None]
    best = min(known, key=lambda p: abs(p - spec.peak)) if known else None
    return Told(len(known), states.count("failed"), added, best, spec.peak, states.count("open"))


def trials_of(ledger: Ledger, spec: TargetSpec, predict: Predictor) -> Trials:
    """Rows with a result, as made, beside what the predictor says of them."""
    import pandas as pd

    done = [r for r in ledger.rows if _state(r) != "open"]
    if not done:
        return Trials(pd.DataFrame(), pd.DataFrame(columns=list(PEAK)), *_empty(), ())
    frame = frame_of(done)
    groups = frame.groupby("route", sort=True).indices
    routes = [named(str(n), spec.peak) if n else as_written() for n in groups]
    parts = [frame.iloc[i].dropna(axis=1, how="all") for i in groups.values()]
    table = pd.concat(predicted(routes, parts, predict)).sort_index()
    peak = np.array([number(r, MEASURED[0]) or np.nan for r in done])
    worked = np.array([float(_state(r) == "measured") for r in done])
    return Trials(frame, table, peak, worked, tuple(r.get("batch", "") for r in done))


def _empty() -> tuple[Any, Any]:
    return np.empty(0), np.empty(0)


def frame_of(rows: list[dict[str, str]]) -> pd.DataFrame:
    """Recipes of text cells as a table of numbers and words."""
    import pandas as pd

    columns: dict[str, list[Any]] = {"route": [r.get("route", "") for r in rows]}
    for name in RECIPE:
        if name in WORDS:
            columns[name] = [r.get(name, "") or None for r in rows]
        else:
            columns[name] = [_or_nan(number(r, name)) for r in rows]
    return pd.DataFrame(columns)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _state(row: dict[str, str]) -> str:
    """``measured``, ``failed`` or ``open``."""
    check_measured(row)
    if said_yes(row):
        return "failed"
    return "open" if number(row, MEASURED[0]) is None else "measured"


def _chosen(pool: Candidates, ledger: Ledger, spec: TargetSpec, count: int) -> list[int]:
    where = acquisition.coordinates(pool.rows)
    taken = np.empty((0, where.shape[1]))
    if ledger.rows:
        taken = acquisition.coordinates(frame_of(ledger.rows))
    return acquisition.choose(pool.merit, where, count, float(spec.acquisition.diversity), taken)


def _proposal(ledger: Ledger, turn: int, pool: Candidates, index: int) -> dict[str, str]:
    """Cells of a new row."""
    row = {"id": str(_next_id(ledger)), "round": str(turn)}
    row |= {str(k): _cell(v) for k, v in pool.rows.iloc[index].items()}
    t = pool.table.iloc[index]
    values = (*(t[c] for c in PEAK), t["fwhm_meV"], t["plqy"], pool.probability[index])
    row |= {n: _cell(float(f"{v:.4g}")) for n, v in zip(PREDICTED, values, strict=True)}
    return {c: row.get(c, "") for c in ledger.columns}


def _cell(value: Any) -> str:
    if value is None or value != value:  # only not-a-number differs from itself
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _next_id(ledger: Ledger) -> int:
    numbers = [int(r["id"]) for r in ledger.rows if r.get("id", "").isdigit()]
    return 1 + max(numbers, default=0)


def _canonical(given: Ledger, ledger: Ledger) -> None:
    """Bring the columns of a table of results to the names of the campaign."""
    short = {c.removeprefix("measured_"): c for c in MEASURED}
    known = [*dict.fromkeys([*ledger.columns, *short])]
    for column in given.columns:
        if column not in known:
            remedy = nearest(column, [*MEASURED, "id", *RECIPE])
            raise InputError(f"results.{column}", "a column", "a column of campaign.csv", remedy)
    names = {c: short.get(c, c) for c in given.columns}
    if len(set(names.values())) < len(names):
        twice = next(c for c in names if c != names[c] and names[c] in names)
        raise InputError(f"results.{twice}", "a column twice", "one of both names", names[twice])
    given.rows = [{names[c]: v for c, v in row.items()} for row in given.rows]


def _enter(ledger: Ledger, row: dict[str, str], line: int) -> bool:
    """Enter one row of results; whether it is a recipe of one's own."""
    place = f"results line {line}"
    if _state(row) == "open" and not any(row.get(c, "").strip() for c in MEASURED):
        return False
    key = row.get("id", "").strip()
    if not key:
        _check_own(row, place)
        new = {c: row.get(c, "") for c in ledger.columns}
        ledger.rows.append({**new, "id": str(_next_id(ledger)), "route": ""})
        return True
    found = next((r for r in ledger.rows if r.get("id", "").strip() == key), None)
    if found is None:
        known = ", ".join(r["id"] for r in ledger.rows) or "none yet"
        remedy = "leave id empty for a recipe of your own"
        raise InputError(f"{place}: id", key, f"an id of the campaign: {known}", remedy)
    for column in (*RECIPE, *MEASURED):
        _fill(found, column, row.get(column, ""), place)
    check_measured(found)
    return False


def _fill(found: dict[str, str], column: str, text: str, place: str) -> None:
    """Put a told cell into its place; a measurement is never replaced by another."""
    there = found.get(column, "")
    if not text.strip() or text.strip() == there.strip():
        return
    if column in RECIPE and column not in WORDS:
        number({column: text}, column)
    if column in MEASURED and there.strip():
        remedy = "correct campaign.csv by hand, or leave id empty and repeat the recipe as a row"
        raise InputError(f"{place}: {column}", text, f"{there}, which is there already", remedy)
    found[column] = text


def _check_own(row: dict[str, str], place: str) -> None:
    for column in ("method", "composition"):
        if not row.get(column, "").strip():
            remedy = "give the id of a proposal, or the whole recipe"
            raise InputError(f"{place}: {column}", "nothing", "needed without id", remedy)
    for column in RECIPE:
        if column not in WORDS:
            number(row, column)


def _open(path: Path) -> Ledger:
    """The table, or an empty one; every cell that will be read is checked."""
    if not (path / TABLE).exists():
        return Ledger(list(COLUMNS))
    ledger = Ledger.read(path / TABLE, TABLE)
    missing = [c for c in ("id", "route", "method", "composition") if c not in ledger.columns]
    if missing:
        remedy = "put the column back; an older copy of the table may have it"
        raise InputError(f"{TABLE}.{missing[0]}", "nothing (it is missing)", "a column", remedy)
    ledger.add_columns(list(COLUMNS))
    for row in ledger.rows:
        _state(row)
        for column in RECIPE:
            if column not in WORDS:
                number(row, column)
    return ledger


def _spec(path: Path, wanted: dict[str, Any] | None) -> TargetSpec:
    """What the campaign aims at; wishes and constraints may change on the way, the target not."""
    state = path / STATE
    kept = _kept(state) if state.exists() else None
    if kept is None and wanted is None:
        remedy = "--ask DIR --target '470 nm' starts one"
        raise InputError("campaign", str(path), "a folder that holds a campaign", remedy)
    for key in _FIXED:
        if kept is not None and wanted and key in wanted and wanted[key] != kept.get(key):
            remedy = "start another campaign in another folder"
            raise InputError(key, wanted[key], f"{kept.get(key)}, what this campaign has", remedy)
    now = {**(kept or {}), **(wanted or {})}
    spec = build(TargetSpec, now)
    if now != kept:
        body = {"format": FORMAT, "wanted": now}
        replace_file(state, (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode())
    return spec


def _kept(state: Path) -> dict[str, Any]:
    try:
        body = json.loads(state.read_text(encoding="utf-8"))
        kept = body["wanted"] if body["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        kept = None
    if not isinstance(kept, dict):
        raise InputError(str(state), "no campaign", f"the format {FORMAT}", "start another folder")
    return kept


@contextmanager
def _locked(folder: str | Path, make: bool) -> Iterator[Path]:
    """The folder, to one process at a time."""
    path = Path(folder)
    try:
        if make:
            path.mkdir(parents=False, exist_ok=True)
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except (OSError, ValueError) as e:
        reason = e.strerror if isinstance(e, OSError) and e.strerror else str(e)
        allowed = "the folder of a campaign, or a new name in an existing folder"
        raise InputError("campaign", str(folder), allowed, reason) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            allowed = "a folder that no other command is working in"
            raise InputError("campaign", str(folder), allowed, "wait for it") from None
        yield path
    finally:
        os.close(handle)
