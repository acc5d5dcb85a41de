"""The table of tasks: as a page that opens offline, as JSON, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ..core.sourced import Sourced
from .page import environment, part
from .plots.task_table import table_picture
from .summary import scored
from .tables import of_score
from .text import number, pretty_name, value_text

if TYPE_CHECKING:
    from ..task.state import Score
    from ..tasks import Row, Table


def row_json(row: Row) -> dict[str, Any]:
    """Return one task as a flat object; its numbers end in their units."""
    body: dict[str, Any] = {
        "id": row.id,
        "title": row.title,
        "status": row.status,
        "reason": row.reason,
        "device": row.device,
        "cpu_s": round(row.cpu_s, 2),
    }
    if row.score is not None:
        body |= {"task": row.score.task, "measure": row.score.measure, "better": row.score.better}
        body |= {"value": row.score.value.to_json(), "baseline": row.score.baseline.to_json()}
        body |= of_score(row.score)
    return body


def words_of(row: Row) -> list[str]:
    """Return one task as lines: what it reached beside what, the verdict, energy."""
    head = f"{row.id}  {row.title}"
    if row.score is None:
        return [head, f"  {row.status}: {row.reason}"]
    s = row.score
    line = f"  {s.measure} {with_interval(s, s.value)}, baseline {with_interval(s, s.baseline)}"
    if s.chance.is_known:
        line += f", chance {scored(s, s.chance)}"
    lines = [head, line]
    if s.verdict:
        lines.append(f"  {s.verdict}")
    if s.energy.is_known:
        lines.append(f"  energy {value_text(s.energy, 'energy')}")
    if row.reason:
        lines.append(f"  {row.status}: {row.reason}")
    return lines


def with_interval(score: Score, q: Sourced) -> str:
    """Return a value of a task with its 90 % interval."""
    if not q.is_known:
        return f"unknown ({q.note})"
    if q.low is None or q.high is None or q.low == q.high:
        return scored(score, q)
    if score.measure == "accuracy":
        return f"{scored(score, q)} [{number(100 * q.low)}, {number(100 * q.high)}]"
    return f"{number(float(q))} [{number(q.low)}, {number(q.high)}]"


def render(table: Table) -> str:
    """Return the page of a table of tasks as text; the same table gives the same bytes."""
    context = {
        "style": Markup(part("style.css")),
        "rows": [_shown(row) for row in table.rows],
        "picture": Markup(table_picture([r for r in table.rows if r.score], "tasks") or ""),
    }
    return environment().get_template("tasks.html").render(context)


def _shown(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": row.id,
        "title": row.title,
        "status": row.status,
        "reason": row.reason,
        "device": row.device,
        "value": "",
        "report": "" if row.status == "failed" else f"{row.id}/report.html",
    }
    if row.score is not None:
        s = row.score
        found |= {
            "task": pretty_name(s.task),
            "measure": s.measure,
            "better": s.better,
            "value": with_interval(s, s.value),
            "baseline": with_interval(s, s.baseline),
            "chance": scored(s, s.chance) if s.chance.is_known else "",
            "verdict": s.verdict,
            "energy": value_text(s.energy, "energy") if s.energy.is_known else "",
            "latency": value_text(s.latency, "latency") if s.latency.is_known else "",
            "others": [
                (pretty_name(k), value_text(q, k) if q.is_known else f"unknown: {q.note}")
                for k, q in s.others.items()
            ],
        }
    return found


def with_scale(q: Sourced, scale: float = 1.0) -> str:
    """Return a value with its interval, both times `scale`.

    >>> with_scale(Sourced(0.9, "1", 0.8, 0.95), 100)
    '90 [80, 95]'
    """
    if q.value is None:
        return f"unknown ({q.note})"
    text = number(scale * q.value)
    if q.low is None or q.high is None or q.low == q.high:
        return text
    return f"{text} [{number(scale * q.low)}, {number(scale * q.high)}]"
