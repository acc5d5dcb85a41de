"""The strip recipe -> dots -> film -> device -> figures -> array -> task with key numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.sourced import Sourced
from .model import Variant
from .summary import figure_text, main_figures, scored, wavelength
from .text import pretty_name, value_text

Rows = list[tuple[str, str]]
OF_TABLES = ("film_thickness", "thickness_spread", "peclet", "wvtr", "film_lifetime", "film_cost")
MOST_FIGURES = 6
_LEAST_SHARE = 0.05
MOST_VALUES = 6  # side by side in one line of a card; more stand in the tables


@dataclass(frozen=True)
class Card:
    """One stage of the strip: its key numbers, one value a variant; no rows where absent."""

    name: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def cards(variants: Sequence[Variant]) -> list[Card]:
    """Return the seven stages of the flow for these variants."""
    return [Card(name, _side_by_side([rows(v) for v in variants])) for name, rows in STAGES]


def _side_by_side(columns: Sequence[Rows]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Join the rows of all variants by name; one value where they agree."""
    names = dict.fromkeys(name for column in columns for name, _ in column)
    out = []
    for name in names:
        values = tuple(dict(column).get(name, "–") for column in columns)
        out.append((name, _few(values)))
    return tuple(out)


def _few(values: tuple[str, ...]) -> tuple[str, ...]:
    """All values where they are few, else each once, else the first and the last."""
    distinct = tuple(dict.fromkeys(values))
    if len(distinct) == 1 or (len(values) > MOST_VALUES >= len(distinct)):
        return distinct
    if len(values) <= MOST_VALUES:
        return values
    return (values[0], f"… ({len(values)} variants)", values[-1])


def _of(state: Any, *names: str) -> Rows:
    rows = []
    for name in names:
        q = getattr(state, name)
        if isinstance(q, Sourced) and q.is_known:
            rows.append((pretty_name(name), value_text(q, name)))
    return rows


def _recipe(v: Variant) -> Rows:
    p = v.population
    if p is None:
        return []
    rows = [("dots", f"{p.formula} {p.shape}"), *_of(p, "size", "size_spread")]
    rows += [("ligand", p.ligand), ("phase", p.phase), *_shares("crystallised as", p.phases)]
    rows += [*_shares("shapes", p.shapes), *_of(p, "surface_coverage")]
    made = p.extras.get("theoretical_yield")
    if made is not None and made.is_known:
        rows.append(("theoretical yield", value_text(made)))
    return rows


def _shares(name: str, found: dict[str, Sourced]) -> Rows:
    """Names with their shares in per cent, the largest first; those below 5 % are left out."""
    known = [(n, float(q)) for n, q in found.items() if q.is_known and float(q) >= _LEAST_SHARE]
    ranked = sorted(known, key=lambda pair: -pair[1])
    text = ", ".join(f"{n} {100.0 * share:.0f} %" for n, share in ranked)
    return [(name, text)] if text else []


def _dots(v: Variant) -> Rows:
    if v.dots is None:
        return []
    peak = wavelength(v.dots)
    rows = [("emission peak", value_text(peak))] if peak else []
    return rows + _of(v.dots, "optical_gap", "pl_fwhm", "plqy", "radiative_lifetime")


def _film(v: Variant) -> Rows:
    if v.film is None:
        return []
    names = ("spacing", "mobility_electron", "mobility_hole", "trap_density", "ion_density")
    more = [
        (pretty_name(name), value_text(v.film.extras[name], name))
        for name in OF_TABLES
        if name in v.film.extras and v.film.extras[name].is_known
    ]
    return [("ligand", v.film.ligand), *_of(v.film, *names), *more]


def _device(v: Variant) -> Rows:
    rows = [("stack", " / ".join(layer.name for layer in v.stack))] if v.stack else []
    kinds = dict.fromkeys(t.kind for t in v.traces)
    for kind in kinds:
        points = sum(len(t) for t in v.traces if t.kind == kind)
        rows.append((f"{kind} record", f"{points} points"))
    return rows


def _figures(v: Variant) -> Rows:
    found = main_figures(v, (), MOST_FIGURES)
    return [(pretty_name(f.name), figure_text(f)) for f in found]


def _array(v: Variant) -> Rows:
    a = v.array
    if a is None:
        return []
    rows = [("size", f"{a.word_lines} × {a.bit_lines}")]
    rows += _of(a.cell, "conductance_low", "conductance_high", "cycle_to_cycle")
    levels = "analogue" if a.cell.levels is None else str(a.cell.levels)
    return [*rows, ("levels", levels), *_of(a, "wire_resistance")]


def _task(v: Variant) -> Rows:
    s = v.score
    if s is None:
        return []
    rows = [("task", pretty_name(s.task))]
    for name, q in ((s.measure, s.value), ("baseline", s.baseline), ("chance", s.chance)):
        if q.is_known:
            rows.append((name, scored(s, q)))
    return rows + _of(s, "energy", "latency")


STAGES: tuple[tuple[str, Callable[[Variant], Rows]], ...] = (
    ("recipe", _recipe),
    ("dots", _dots),
    ("film", _film),
    ("device", _device),
    ("figures", _figures),
    ("array", _array),
    ("task", _task),
)
