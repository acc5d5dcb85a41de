"""A variability study as a page, a table and flat JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from .page import environment, part
from .plots.variability import against_spread
from .tables import as_csv
from .task_page import with_scale
from .text import number

if TYPE_CHECKING:
    from ..variability import Point, Variability

COLUMNS = ("variant", "spread", "measure", "value", "low", "high", "note")


def flat(found: Variability) -> dict[str, Any]:
    """Return all batches as plain data."""
    return {
        "id": found.file.study.study.id,
        "settings": asdict(found.settings),
        "baseline_accuracy": found.baseline.to_json(),
        "status": found.status.name.lower(),
        "points": [
            {
                "variant": p.variant,
                "thickness_spread": p.spread,
                **{name: q.to_json() for name, q in p.named().items()},
                "status": p.status.name.lower(),
                "notes": list(p.notes),
            }
            for p in found.points
        ],
    }


def table(found: Variability) -> str:
    """Return all batches as CSV, one number a row."""
    rows = [
        (p.variant, repr(p.spread), name, *(_cell(x) for x in (q.value, q.low, q.high)),
         "; ".join(x for x in (q.note, *p.notes) if x))
        for p in found.points
        for name, q in p.named().items()
    ]  # fmt: skip
    return as_csv(COLUMNS, rows)


def _cell(x: float | None) -> str:
    return "" if x is None else repr(x)


def lines(found: Variability) -> list[str]:
    """Return a line of text for each batch."""
    return [
        f"{p.variant or 'the device'}, spread {number(100 * p.spread)} %: "
        f"{_words(p)}" + (f"  ({p.status.value})" if not p.status.is_good else "")
        for p in found.points
    ]


def _words(p: Point) -> str:
    q = p.named()
    return (
        f"{with_scale(q['states'])} states, yield {with_scale(q['yield'], 100)} %, "
        f"accuracy {with_scale(q['accuracy'], 100)} %"
    )


def render(found: Variability) -> str:
    """Return the page; the same study gives the same bytes."""
    how = found.settings
    context = {
        "style": Markup(part("style.css")),
        "title": found.file.study.study.title,
        "id": found.file.study.study.id,
        "picture": Markup(against_spread(found, "variability") or ""),
        "rows": [
            {
                "variant": p.variant,
                "spread": f"{number(100 * p.spread)} %",
                "states": with_scale(p.states),
                "working": with_scale(p.working, 100),
                "accuracy": with_scale(p.accuracy, 100),
                "note": "; ".join([*p.notes, *(() if p.status.is_good else (p.status.value,))]),
            }
            for p in found.points
        ],
        "how": how,
        "misread": number(100 * how.misread),
    }  # fmt: skip
    return environment().get_template("variability.html").render(context)
