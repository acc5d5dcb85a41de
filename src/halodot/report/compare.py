"""Reported against computed: one rule of scoring for the page and for the atlas.

- A value that was put in (`input`) or that set a parameter (`calibrated`) is shown and never
  counted: a fitted number is not a prediction.
- A predicted number succeeds when the reported value lies in its 90 % interval, or, where the
  report itself is a range, when the two intervals meet. A number without interval claims to be
  exact and is judged as such.
- Where only a bound was reported, the computed value itself must respect it: a wide interval
  does not help.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..core.errors import InputError, nearest
from ..core.sourced import Sourced
from ..core.units import is_unit
from .model import Bound, Comparison, Kind, Role

ROLES: tuple[Role, ...] = ("input", "calibrated", "predicted")
BOUNDS: tuple[Bound, ...] = ("=", ">", "<")
ROUNDING = 1e-9  # relative; unit conversions round in the 15th digit, a real miss is larger


def compare(
    name: str,
    reported: Sourced,
    computed: Sourced,
    *,
    unit: str | None = None,
    bound: Bound = "=",
    role: Role = "predicted",
    place: str = "",
    note: str = "",
    kind: Kind = "number",
    variant: str = "",
) -> Comparison:
    """Put a reported figure beside the computed one and judge it.

    Parameters
    ----------
    reported, computed
        In any units of the same kind.
    unit
        Unit to show both in; the unit of `reported` by default.
    bound
        ``>`` or ``<`` where the paper gives only a bound.

    Raises
    ------
    InputError
        If the units differ in kind, or `role` or `bound` is not known.

    Examples
    --------
    >>> c = compare("set_voltage", Sourced(0.95, "V"), Sourced(1.1, "V", 0.8, 1.5))
    >>> c.within, round(c.ratio, 2)
    (True, 1.16)
    """
    if role not in ROLES:
        raise InputError(f"{name}.role", role, "one of " + ", ".join(ROLES), nearest(role, ROLES))
    if bound not in BOUNDS:
        raise InputError(f"{name}.bound", bound, "one of = > <", "write '=' for a plain value")
    unit = unit or reported.unit
    for which, q in (("reported", reported), ("computed", computed)):
        if q.is_known and not is_unit(q.unit, unit):
            allowed = f"a unit that converts to {unit}"
            raise InputError(f"{name}.{which}", q.unit, allowed, "compare like with like")
    pair = [q.in_unit(unit) if q.is_known else q for q in (reported, computed)]
    note = note or (pair[1].note if not pair[1].is_known else "")
    verdict = judge(pair[0], pair[1], bound, kind) if role == "predicted" else None
    return Comparison(
        name, unit, bound, pair[0], pair[1], role, place, verdict, note, kind, variant
    )


def judge(reported: Sourced, computed: Sourced, bound: Bound, kind: Kind) -> bool | None:
    """Return whether a prediction holds, None where one of the two is unknown."""
    a, b = computed.value, reported.value
    if a is None or b is None or not math.isfinite(a):
        return None
    if kind == "yes_no":
        return bool(a) == bool(b)
    slack = ROUNDING * max(abs(a), abs(b))
    if bound == ">":
        return a >= b - slack
    if bound == "<":
        return a <= b + slack
    low, high = ends(computed)
    reported_low, reported_high = ends(reported)
    return low <= reported_high + slack and high >= reported_low - slack


def ends(q: Sourced) -> tuple[float, float]:
    """Return the interval of a known value, the value itself where it has none.

    >>> ends(Sourced(2.0, "V"))
    (2.0, 2.0)
    """
    value = float(q)
    return (value if q.low is None else q.low, value if q.high is None else q.high)


@dataclass(frozen=True)
class Tally:
    """How a list of comparisons came out; only predictions are judged.

    Attributes
    ----------
    judged, within
        Predictions with both values known, and those of them that hold.
    unknown
        Comparisons where one of the two values is not known.
    calibrated, inputs
        Shown, never counted.
    median_factor
        Median over judged ``=`` numbers of max(ratio, 1/ratio); None without any.
    median_width
        Median ratio high/low of their intervals: a wide interval is an easy success.
    """

    judged: int
    within: int
    unknown: int
    calibrated: int
    inputs: int
    median_factor: float | None
    median_width: float | None

    @property
    def sentence(self) -> str:
        """The score in words."""
        if not self.judged:
            return "No reported figure is predicted and judged."
        holds = "holds" if self.within == 1 else "hold"
        text = f"{self.within} of {self.judged} predicted figures {holds}"
        if self.median_factor is not None:
            text += f" (median factor off {self.median_factor:.2g}"
            width = self.median_width
            text += f", median interval spans a factor {width:.2g})" if width else ")"
        return f"{text}; {self.calibrated} calibrated and {self.inputs} put in are not counted."


def tally(comparisons: Iterable[Comparison]) -> Tally:
    """Count what was predicted, what holds, and how far off the numbers are."""
    rows = tuple(comparisons)
    judged = [c for c in rows if c.role == "predicted" and c.within is not None]
    factors, widths = [], []
    for c in judged:
        ratio = c.ratio
        if c.bound != "=" or ratio is None or ratio <= 0:
            continue
        factors.append(max(ratio, 1 / ratio))
        low, high = ends(c.computed)
        if low > 0:
            widths.append(high / low)
    return Tally(
        judged=len(judged),
        within=sum(c.within is True for c in judged),
        unknown=sum(not (c.reported.is_known and c.computed.is_known) for c in rows),
        calibrated=sum(c.role == "calibrated" for c in rows),
        inputs=sum(c.role == "input" for c in rows),
        median_factor=statistics.median(factors) if factors else None,
        median_width=statistics.median(widths) if widths else None,
    )


def to_json(c: Comparison) -> dict[str, Any]:
    """Return a comparison with the keys of ``halodot atlas --json``.

    >>> to_json(compare("memory", Sourced(1.0), Sourced(1.0), kind="yes_no"))["computed"]
    True
    """

    def plain(value: float | None) -> float | bool | None:
        if value is None or not math.isfinite(value):
            return None
        return bool(value) if c.kind == "yes_no" else value

    known = c.computed.is_known and c.kind == "number"
    low, high = ends(c.computed) if known else (None, None)
    return {
        "name": c.name,
        "unit": c.unit,
        "kind": c.kind,
        "bound": c.bound,
        "reported": plain(c.reported.value),
        "computed": plain(c.computed.value),
        "low": low,
        "high": high,
        "ratio": c.ratio,
        "role": c.role,
        "within": c.within,
        "note": c.note,
    }
