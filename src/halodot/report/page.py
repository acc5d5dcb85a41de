"""Write a result as one page that opens offline: no request leaves it, no script is needed."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ..core.sourced import Sourced
from . import ensembles, flow, gather, pictures, summary
from .compare import TOO_WIDE, ends, full_note, tally
from .model import Comparison, ReportInput, SourceNote
from .text import display_scale, interval_text, number, pretty_name, value_text

BASIS_WORDS = {
    "given": "given by the user",
    "sourced": "from a source",
    "fitted": "fitted",
    "computed": "computed",
    "assumed": "assumed",
    "unknown": "unknown",
}
MOST_ASSUMED = 12  # rows before the rest folds away
ROLE_WORDS = {"predicted": "predicted", "calibrated": "calibrated", "input": "put in"}
STAGE_TITLES = {
    "dots": "Dots",
    "film": "Film",
    "device": "Device",
    "figures": "Records",
    "task": "Task",
}


def write(result: ReportInput, path: str | Path) -> Path:
    """Write the page of `result` to `path` and return it.

    The same result gives the same bytes. Everything that a user wrote is escaped, and the page
    forbids its browser to load or run anything that is not part of it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = write(ReportInput("A <b>title</b>"), Path(folder) / "report.html")
    ...     "A &lt;b&gt;title&lt;/b&gt;" in page.read_text(encoding="utf-8")
    True
    """
    path = Path(path)
    path.write_text(render(result), encoding="utf-8", newline="\n")
    return path


def _ignorance(q: Sourced) -> float:
    """Width of the interval: factors for what has one sign, else over the value; 0 if exact."""
    if q.low is None or q.high is None or q.value is None:
        return 0.0
    if q.low * q.high > 0.0:
        return abs(math.log(q.high / q.low))
    return (q.high - q.low) / max(abs(q.value), 1e-30) if q.high > q.low else 0.0


def render(result: ReportInput) -> str:
    """Return the page of `result` as text."""
    style, script = part("style.css"), part("script.js")
    lines = gather.problems(result)
    drawn = pictures.draw(result)
    found = gather.assumptions(result)
    if len(found) > MOST_ASSUMED:
        found = sorted(found, key=lambda row: -_ignorance(row[1]))
    assumed = [_input_row(key, q) for key, q in found]
    figures = _figure_rows(result)
    dots = ensembles.rows(result.variants)
    context: dict[str, Any] = {
        "r": result,
        "style": Markup(style),
        "script": Markup(script),
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "status": summary.status_sentence(lines),
        "status_good": all(line.status.is_good for line in lines),
        "summary": summary.summary_sentence(result),
        "problems": lines,
        "most_assumed": MOST_ASSUMED,
        "assumptions": [row for row in assumed if not row["exact"]],
        "exact": [row for row in assumed if row["exact"]],
        "inputs": [_input_row(k, q) for k, q in result.inputs if q.basis != "assumed"],
        "unknowns": gather.unknowns(result),
        "remarks": gather.remarks(result),
        "cards": flow.cards(result.variants),
        "labels": [v.label or f"variant {k + 1}" for k, v in enumerate(result.variants)],
        "most_values": flow.MOST_VALUES,
        "several": len(result.variants) > 1,
        "dots": dots,
        "stages": _stages(drawn),
        "verdicts": [p for p in drawn if p.stage == "comparison"],
        "figures": [row for row in figures if row["known"]],
        "unread": [row for row in figures if not row["known"]],
        "comparisons": [comparison_row(c) for c in result.comparisons],
        "tally": tally(result.comparisons).sentence if result.comparisons else "",
        "tables": _property_tables(result),
        "sources": [_source_row(s) for s in result.sources],
        "anchors": {s.key: _slug(s.key, k) for k, s in enumerate(result.sources)},
    }
    return environment().get_template("template.html").render(context)


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return what turns templates of this folder into pages."""
    loader = jinja2.PackageLoader("halodot.report", ".")
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pretty"] = pretty_name
    environment.filters["svg"] = Markup  # made by plots.style, which escapes what users wrote
    return environment


def part(name: str) -> str:
    """Return a file of this folder as text."""
    return resources.files("halodot.report").joinpath(name).read_text(encoding="utf-8")


def _source_row(s: SourceNote) -> dict[str, Any]:
    """A source as it is shown; the DOI stands once, as a link in words."""
    text = s.text.removesuffix(f"doi:{s.doi}").rstrip(", ") if s.doi else s.text
    text = "" if text == s.key else text
    return {"key": s.key, "text": text, "doi": s.doi, "used_for": s.used_for}


def _slug(key: str, k: int) -> str:
    return f"source-{k}-" + re.sub(r"[^A-Za-z0-9]+", "-", key)[:40].strip("-")


def _input_row(key: str, q: Sourced) -> dict[str, Any]:
    plain = Sourced(q.value, q.unit)
    return {
        "key": key,
        "value": _cell(plain, key),
        "interval": interval_text(q, key),
        "exact": q.low is None or q.high is None,
        "basis": BASIS_WORDS[q.basis],
        "sources": q.sources,
        "why": q.note,
    }


def _stages(drawn: Sequence[pictures.Picture]) -> list[dict[str, Any]]:
    rows = []
    for stage, title in STAGE_TITLES.items():
        own = [p for p in drawn if p.stage == stage]
        if own:
            rows.append({"title": title, "pictures": own})
    return rows


def _figure_rows(result: ReportInput) -> list[dict[str, Any]]:
    rows = []
    for v in result.variants:
        for group in v.figures:
            place = [v.label, group.label if group.label != v.label else "", group.kind]
            for figure in group.figures:
                rows.append(
                    {
                        "name": figure.name,
                        "record": ", ".join(x for x in place if x),
                        "value": summary.figure_text(figure),
                        "why": figure.value.note,
                        "known": figure.value.is_known,
                        "definition": figure.definition,
                        "basis": BASIS_WORDS[figure.value.basis],
                    }
                )
    return rows


def comparison_row(c: Comparison) -> dict[str, Any]:
    """Return a comparison as the words of a table."""
    verdict = {True: "holds", False: "does not hold", None: "not judged"}[c.within]
    ratio = c.ratio
    if c.role != "predicted":
        verdict = "not counted"
    verdict = TOO_WIDE if c.too_wide else verdict
    return {
        "name": c.name,
        "variant": c.variant,
        "where": ", ".join(x for x in (c.variant, c.protocol) if x),
        "reported": ("" if c.bound == "=" else f"{c.bound} ") + _side(c, c.reported),
        "computed": _side(c, c.computed),
        "interval": _interval(c),
        "ratio": "" if ratio is None else number(ratio),
        "role": c.role,
        "role_words": ROLE_WORDS[c.role],
        "verdict": verdict,
        "verdict_class": {True: "holds", False: "fails", None: "open"}[c.within],
        "place": c.place,
        "note": full_note(replace(c, too_wide=False, variant="", protocol="")),
    }


def _side(c: Comparison, q: Sourced) -> str:
    if q.value is None:
        return "unknown"
    if c.kind == "yes_no":
        return "yes" if q.value else "no"
    return value_text(Sourced(q.value, q.unit))


def _interval(c: Comparison) -> str:
    if not c.computed.is_known or c.kind == "yes_no":
        return ""
    low, high = ends(c.computed)
    if low == high:
        return "none"
    factor, unit = display_scale(float(c.computed), c.computed.unit)
    return f"{number(low * factor)} to {number(high * factor)} {unit}".rstrip()


def _property_tables(result: ReportInput) -> list[dict[str, Any]]:
    """Everything that the stages handed over: one table a stage, one column a variant."""
    tables = []
    for stage in ("crystal", *gather.STAGES):
        columns = []
        for v in result.variants:
            state = getattr(v, stage)
            columns.append({} if state is None else gather.quantities(state))
        names = dict.fromkeys(name for column in columns for name in column)
        if not names:
            continue
        rows = [
            {
                "name": name,
                "cells": [_cell(column.get(name), name) for column in columns],
                "basis": _bases([column[name] for column in columns if name in column]),
                "sources": tuple(
                    dict.fromkeys(s for c in columns if name in c for s in c[name].sources)
                ),
            }
            for name in names
        ]
        alone = stage == "crystal" and not any(gather.states(v) for v in result.variants)
        tables.append({"title": stage, "rows": rows, "open": alone})
    return tables


def _cell(q: Sourced | None, name: str) -> str:
    if q is not None and q.unit == "yes_no":
        return "unknown" if q.value is None else "yes" if q.value else "no"
    return "–" if q is None else value_text(q, name)


def _bases(found: Sequence[Sourced]) -> str:
    return ", ".join(dict.fromkeys(BASIS_WORDS[q.basis] for q in found))
