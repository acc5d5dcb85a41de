"""Ratios, differences and yes-or-no questions between figures of one study.

Variants share their draws: draw k of one has the same temperature, thickness and decay length as
draw k of another, and differs by what the variant sets. A ratio is therefore taken draw by draw,
which keeps what both sides have in common out of its interval. Properties of film and dots are
drawn in the same way where a row asks for them. What carries an interval of its own and no draws,
such as a lattice, is combined at its ends, as if nothing were shared, which is the widest case.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .answers import as_asked, computed, figure
from .core.errors import InputError
from .core.sourced import Sourced
from .core.units import is_unit, parse
from .ensemble import spread
from .reported import Reported, condition, published

if TYPE_CHECKING:
    from .chain import Result

Results = Sequence[tuple[str, "Result"]]
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """A computed value with its draws.

    Attributes
    ----------
    value
        With its interval, or unknown with the reason.
    draws
        Value of each draw, None where it is not known; empty without draws.
    category, words
        The same for a category: the word of the nominal run and of each draw.
    """

    value: Sourced
    draws: tuple[float | None, ...] = ()
    category: str = ""
    words: tuple[str | None, ...] = ()


def answer(row: Reported, results: Results) -> tuple[Sourced, str]:
    """Return the computed value that belongs beside a reported one, and a note on it."""
    unit = published(row)[0].unit
    if not row.others and not row.is_:
        return computed(_result(results, row.variant), row.name, row.protocol, unit), ""
    found, note = _related(row, results)
    if not row.is_:
        return found.value, note
    told, share = _holds(row, found)
    return told, "; ".join(x for x in (note, share) if x)


def _result(results: Results, variant: str) -> Result:
    return next((r for label, r in results if label == variant), results[0][1])


def _related(row: Reported, results: Results) -> tuple[Answer, str]:
    """The number or category that a row asks for, in SI, and what it was made of."""
    hint = row.unit if row.less is not None or not row.others else "1"
    first = _one(results, row.variant, row.name, row.protocol, hint)
    if not row.others:
        return first, ""
    other = row.others[0]
    where = [getattr(other, n) or getattr(row, n) for n in ("variant", "name", "protocol")]
    second = _one(results, where[0], where[1], where[2], hint)
    word = "over" if row.over is not None else "less"
    named = ", ".join(x for x in (other.variant, other.protocol, other.name) if x)
    return _pair(first, second, is_ratio=word == "over"), f"{word} {named}"


def _one(results: Results, variant: str, name: str, protocol: str, unit: str) -> Answer:
    result = _result(results, variant)
    nominal = computed(result, name, protocol, unit)
    found = figure(result, name, protocol)
    if found is None:
        return Answer(nominal)
    if found.category:
        words = tuple(w if isinstance(w, str) else None for w in found.draws)
        return Answer(nominal, (), found.category, words)
    drawn = [Sourced(x, found.value.unit) if isinstance(x, float) else None for x in found.draws]
    converted = (q and as_asked(q, name, unit, result).value for q in drawn)
    return Answer(nominal, tuple(None if x is None else float(x) for x in converted))


def _pair(first: Answer, second: Answer, *, is_ratio: bool) -> Answer:
    """A / B or A - B of the nominal run and of each draw."""
    a, b = first.value, second.value
    unit = a.unit
    if is_ratio:
        unit = "1" if a.unit == b.unit else f"({a.unit})/({b.unit})"
    for which in (first, second):
        if which.category:
            reason = f"a category ({which.category}) has no ratio and no difference"
            return Answer(Sourced.unknown(unit, reason))
        if not which.value.is_known:
            return Answer(Sourced.unknown(unit, which.value.note))
    if not is_ratio and not is_unit(b.unit, a.unit):
        raise InputError("reported.less", b.unit, f"a unit that converts to {a.unit}", "")
    combine = _ratio if is_ratio else operator.sub
    nominal = combine(float(a), float(b))
    if nominal is None or not math.isfinite(nominal):
        return Answer(Sourced.unknown(unit, "the figure that it is divided by is zero"))
    sources = tuple(dict.fromkeys((*a.sources, *b.sources)))
    both = zip(first.draws, second.draws, strict=False)
    draws = tuple(None if x is None or y is None else combine(x, y) for x, y in both)
    value = Sourced(nominal, unit, None, None, "computed", sources)
    known = [x for x in draws if x is not None]
    if known:
        low, high, note = spread(known, len(draws))
        note = note.replace("draws", "draws, each of both figures", 1)
        return Answer(_between(value, (low, high), note), draws)
    ends = [combine(x, y) for x in _ends(a) for y in _ends(b)]
    return Answer(_between(value, [x for x in ends if x is not None], ""))


def _ratio(x: float, y: float) -> float | None:
    return None if y == 0.0 else x / y


def _ends(q: Sourced) -> tuple[float, ...]:
    return tuple(x for x in (q.low, q.high) if x is not None) or (float(q),)


def _between(value: Sourced, found: Sequence[float], note: str) -> Sourced:
    low, high = min(float(value), *found), max(float(value), *found)
    ends = (low, high) if low < high else (None, None)
    return replace(value, low=ends[0], high=ends[1], note=note)


def _holds(row: Reported, found: Answer) -> tuple[Sourced, str]:
    """Whether the condition of a row holds, as 1 or 0, and in how many draws it does.

    The answer is that of most draws, and of the nominal run where there are none or half say so.
    """
    sign, threshold = condition(row)
    q = found.value
    if sign == "=":
        if not found.category:
            why = q.note if not q.is_known else f"{row.name} is a number and no category"
            return Sourced.unknown("1", why), ""
        words = [w for w in found.words if w is not None]
        agree = sum(w.lower() == threshold.lower() for w in words)
        told = _most(agree, len(words), found.category.lower() == threshold.lower())
        return _yes(told, q), f"computed {found.category}" + _share(agree, len(words), threshold)
    if not q.is_known or found.category:
        return Sourced.unknown("1", q.note or f"{row.name} is a category"), ""
    limit = parse(float(threshold) if q.unit == "1" and _plain(threshold) else threshold, q.unit)
    known = [x for x in found.draws if x is not None]
    agree = sum(_SIGNS[sign](x, limit) for x in known)
    text = f"computed {_in_row(q, row)} {sign} {threshold}"
    told = _most(agree, len(known), _SIGNS[sign](float(q), limit))
    return _yes(told, q), text + _share(agree, len(known), "it holds")


def _most(agree: int, of: int, nominal: bool) -> bool:
    """The answer of most draws.

    >>> _most(1, 19, True), _most(10, 19, False), _most(0, 0, True)
    (False, True, True)
    """
    return nominal if 2 * agree == of else 2 * agree > of


def _plain(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def _in_row(q: Sourced, row: Reported) -> str:
    """The number in the unit of the row, where it has one of its kind."""
    if row.unit != "1" and is_unit(q.unit, row.unit):
        q = q.in_unit(row.unit)
    unit = "" if q.unit == "1" else f" {q.unit}"
    interval = "" if q.low is None else f" [{q.low:.3g}, {q.high:.3g}]"
    return f"{float(q):.3g}{interval}{unit}"


def _yes(holds: bool, q: Sourced) -> Sourced:
    return Sourced(float(holds), "1", None, None, "computed", q.sources)


def _share(agree: int, of: int, what: str) -> str:
    return f"; {what} in {agree} of {of} draws" if of else ""
