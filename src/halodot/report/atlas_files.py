"""What an atlas leaves behind: its JSON, its table, its page; and its summary in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import compare
from .model import Comparison
from .tables import as_csv
from .text import number

if TYPE_CHECKING:
    from ..atlas import Atlas, Entry

COLUMNS = (
    "name", "unit", "kind", "bound", "reported", "computed", "low", "high", "ratio", "role",
    "within", "note",
)  # fmt: skip


def write(found: Atlas) -> None:
    """Write ``atlas.json``, ``atlas.csv`` and ``atlas.html`` into the folder of the atlas."""
    from .atlas_page import render

    body = json.dumps(to_json(found), indent=1, ensure_ascii=False, allow_nan=False)
    put(found.folder / "atlas.json", body + "\n")
    put(found.folder / "atlas.csv", table(found))
    put(found.page, render(found))


def put(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(path)


def to_json(found: Atlas) -> dict[str, Any]:
    """Return an atlas with the keys of ``halodot atlas --json``."""
    systems = [
        {
            "id": e.id,
            "title": e.title,
            "status": e.status,
            "reason": e.reason,
            "figures": [compare.to_json(c) for c in e.comparisons],
        }
        for e in found.entries
    ]
    return {"systems": systems, "summary": counts(found)}


def counts(found: Atlas) -> dict[str, Any]:
    """Return the score of an atlas by name."""
    t = found.tally
    return {
        "systems": len(found.entries),
        **{s: sum(e.status == s for e in found.entries) for s in ("ok", "incomplete", "failed")},
        "predicted_numbers": t.numbers,
        "predicted_numbers_within": t.numbers_within,
        "share_within": t.share,
        "plain_numbers": t.plain,
        "plain_numbers_within": t.plain_within,
        "yes_no": t.yes_no,
        "yes_no_within": t.yes_no_within,
        "too_wide": t.too_wide,
        "doubtful": t.doubtful,
        "unknown": t.unknown,
        "calibrated": t.calibrated,
        "inputs": t.inputs,
        "median_factor_off": t.median_factor,
        "median_interval_factor": t.median_width,
        "cpu_s": round(sum(e.cpu_s for e in found.entries), 1),
    }


def table(found: Atlas) -> str:
    """Return every declared figure of every system as CSV."""
    rows = []
    for e in found.entries:
        about = [e.id, e.title, e.mechanism, e.material, str(e.year or ""), e.status]
        for c in e.comparisons:
            body = compare.to_json(c)
            rows.append([*about, c.variant, c.protocol, *(_cell(body[k]) for k in COLUMNS)])
        if not e.comparisons:
            rows.append([*about, "", "", *("" for _ in COLUMNS[:-1]), e.reason])
    head = ("system", "title", "mechanism", "material", "year", "status", "variant", "protocol")
    return as_csv((*head, *COLUMNS), rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def sentences(found: Atlas) -> list[str]:
    """Return the score in words, a sentence each."""
    t, n = found.tally, counts(found)
    states = ", ".join(f"{n[s]} {s}" for s in ("ok", "incomplete", "failed") if n[s])
    lines = [f"{n['systems']} systems: {states}."]
    if t.numbers and t.share is not None:
        lines.append(
            f"{t.numbers_within} of {t.numbers} predicted numbers hold ({100 * t.share:.0f} %); of "
            f"those that are neither bound nor ratio, {t.plain_within} of {t.plain} lie in their "
            "90 % interval."
        )
    else:
        lines.append("No predicted number is judged.")
    if t.median_factor is not None:
        line = f"Half of the numbers are less than a factor {number(t.median_factor)} off"
        width = t.median_width
        lines.append(
            line + (f"; half of the intervals span less than {number(width)}." if width else ".")
        )
    if t.yes_no:
        lines.append(f"{t.yes_no_within} of {t.yes_no} yes-or-no predictions hold.")
    lines.append(
        f"Not counted: {t.too_wide} too wide, {t.unknown} unknown, {t.calibrated} calibrated, "
        f"{t.inputs} put in; {t.doubtful} reported values are doubtful and marked."
    )
    return lines


def misses(found: Atlas) -> list[tuple[str, Comparison]]:
    """Return (system, comparison) of every prediction that does not hold and is narrow enough."""
    rows = ((e.id, c) for e in found.entries for c in e.comparisons)
    return [(name, c) for name, c in rows if c.within is False and not c.too_wide]


def too_wide(found: Atlas) -> list[tuple[str, Comparison]]:
    """Return (system, comparison) of every prediction whose interval says too little."""
    return [(e.id, c) for e in found.entries for c in e.comparisons if c.too_wide]


def system_line(e: Entry) -> str:
    """Return a system in one line: its score, its CPU time, and why it is not ok.

    >>> from halodot.atlas import Entry
    >>> system_line(Entry("T9", "Stepped floating gates", "failed", "no study"))
    'T9   failed       Stepped floating gates: no study'
    """
    head = f"{e.id:<4} {e.status:<12}"
    if e.status == "failed":
        return f"{head} {e.title}: {e.reason}"
    t = compare.tally(e.comparisons)
    parts = [f"numbers {t.numbers_within}/{t.numbers}", f"yes/no {t.yes_no_within}/{t.yes_no}"]
    for count, word in ((t.too_wide, "too wide"), (t.unknown, "unknown"), (t.doubtful, "doubtful")):
        parts += [f"{count} {word}"] if count else []
    score = ", ".join(parts)
    why = f"  ({e.reason})" if e.reason else ""
    return f"{head} {e.title[:44]:<44}  {score:<44} {e.cpu_s:6.1f} s{why}"


def row_line(name: str, c: Comparison) -> str:
    """Return a comparison in one line, with its likely reason."""
    where = ", ".join(x for x in (c.variant, c.protocol) if x)
    where = f" ({where})" if where else ""
    body = compare.to_json(c)
    unit = "" if c.unit == "1" else f" {c.unit}"
    if c.kind == "yes_no":
        told = f"reported {_cell(body['reported'])}, computed {_cell(body['computed'])}"
    else:
        interval = f" [{body['low']:.3g}, {body['high']:.3g}]" if body["low"] is not None else ""
        bound = "" if c.bound == "=" else f"{c.bound} "
        told = f"reported {bound}{body['reported']:.3g}{unit}, "
        told += f"computed {body['computed']:.3g}{interval}{unit}"
    note = f": {c.note}" if c.note else ""
    return f"{name} {c.name}{where}: {told}{note}"
