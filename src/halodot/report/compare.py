"""Reported against computed: one rule of scoring for the page and for the atlas.

- A value that was put in (`input`) or that set a parameter (`calibrated`) is shown and never
  counted: a fitted number is not a prediction.
- A predicted number succeeds when the reported value lies in its 90 % interval, or, where the
  report itself is a range, when the two intervals meet. A number without interval claims to be
  exact and is judged as such.
- An interval that says too little is ``too wide``: over three decades; over two volts for a
  voltage; for other numbers whose interval holds zero, over twice the larger of the computed and
  the reported magnitude. Such a prediction never succeeds, and it stands in no share.
- A bound must be respected by the computed value itself: a wide interval does not help. It is too
  wide only where the interval also holds values that violate it.
- A ratio of two figures of one device must lie within a factor of 10, on the same side of 1.
- A difference is judged as a number, and must have the sign of the reported one.
- Yes or no must agree. They are tallied apart from the numbers.
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
from .model import Bound, Comparison, Kind, Relation, Role

ROLES: tuple[Role, ...] = ("input", "calibrated", "predicted")
BOUNDS: tuple[Bound, ...] = ("=", ">", "<")
DECADES = 3.0  # of an interval that is too wide
VOLTS = 2.0
SIGNED = 2.0  # times the magnitude, where an interval holds zero
FACTOR = 10.0  # between reported and computed ratio within one device
TOO_WIDE = "too wide"
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
    protocol: str = "",
    relation: Relation = "",
    doubt: str = "",
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
    relation
        ``ratio`` or ``difference`` of two figures of one device.
    doubt
        Why the reported value is doubtful.

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
    a, b = (q.in_unit(unit) if q.is_known else q for q in (reported, computed))
    note = "; ".join(x for x in (note, b.note if not b.is_known else "") if x)
    predicted = role == "predicted"
    verdict = judge(a, b, bound, kind, relation) if predicted else None
    wide = predicted and verdict is not None and is_too_wide(a, b, bound, kind)
    return Comparison(
        name, unit, bound, a, b, role, place, verdict, note, kind, variant, protocol, relation,
        wide, doubt,
    )  # fmt: skip


def judge(
    reported: Sourced, computed: Sourced, bound: Bound, kind: Kind, relation: Relation = ""
) -> bool | None:
    """Return whether a prediction holds, None where one of the two is unknown."""
    a, b = computed.value, reported.value
    if a is None or b is None or not math.isfinite(a):
        return None
    if kind == "yes_no":
        return bool(a) == bool(b)
    if is_too_wide(reported, computed, bound, kind):
        return False
    slack = ROUNDING * max(abs(a), abs(b))
    if bound != "=":
        return a >= b - slack if bound == ">" else a <= b + slack
    low, high = ends(computed)
    reported_low, reported_high = ends(reported)
    if relation == "ratio":
        return _same_side(a, b, 1.0) and _within_a_factor(a, reported_low, reported_high)
    if relation == "difference" and not _same_side(a, b, 0.0):
        return False
    return low <= reported_high + slack and high >= reported_low - slack


def _same_side(a: float, b: float, middle: float) -> bool:
    """Whether a computed value stands where the reported one does, seen from `middle`."""
    return b == middle or (a - middle) * (b - middle) > 0.0


def _within_a_factor(a: float, low: float, high: float) -> bool:
    """Whether `a` is at most a factor `FACTOR` outside of a reported range."""
    if a * low <= 0.0 or a * high <= 0.0:
        return False
    smallest, largest = sorted((abs(low), abs(high)))
    most = FACTOR * (1.0 + ROUNDING)
    return smallest / most <= abs(a) <= largest * most


def is_too_wide(reported: Sourced, computed: Sourced, bound: Bound, kind: Kind) -> bool:
    """Return whether the interval of a computed number says too little to be a prediction.

    Both values are in one unit.

    Examples
    --------
    >>> is_too_wide(Sourced(1.0, "V"), Sourced(1.0, "V", 0.1, 2.2), "=", "number")
    True
    >>> is_too_wide(Sourced(5.0), Sourced(5.0, "1", 1.0, 900.0), "=", "number")
    False
    """
    if kind == "yes_no" or computed.value is None or reported.value is None:
        return False
    low, high = ends(computed)
    if (bound == ">" and low >= reported.value) or (bound == "<" and high <= reported.value):
        return False
    if is_unit(computed.unit, "V"):
        return high - low > (Sourced(VOLTS, "V").in_unit(computed.unit).value or 0.0)
    if not (math.isfinite(low) and math.isfinite(high)):
        return True
    if low < high and low * high <= 0.0:
        return low * high == 0.0 or high - low > SIGNED * max(
            abs(computed.value), abs(reported.value)
        )
    return low < high and abs(math.log10(high / low)) > DECADES


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
        Predictions with both values known and no interval that is too wide, and those that hold.
    numbers, numbers_within
        The numbers among them, without yes or no.
    plain, plain_within
        The numbers among these that are neither bound nor ratio: those whose 90 % interval should
        hold the reported value nine times in ten.
    yes_no, yes_no_within
        The questions among the judged.
    too_wide
        Predictions whose interval says too little; in none of the counts above.
    doubtful
        Rows of any role whose reported value is doubtful.
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
    numbers: int
    numbers_within: int
    plain: int
    plain_within: int
    yes_no: int
    yes_no_within: int
    too_wide: int
    doubtful: int
    unknown: int
    calibrated: int
    inputs: int
    median_factor: float | None
    median_width: float | None

    @property
    def share(self) -> float | None:
        """Share of the predicted numbers that hold."""
        return self.numbers_within / self.numbers if self.numbers else None

    @property
    def sentence(self) -> str:
        """The score in words."""
        wide = f"; {self.too_wide} more with too wide an interval" if self.too_wide else ""
        if not self.judged:
            return f"No reported figure is predicted and judged{wide}."
        holds = "holds" if self.within == 1 else "hold"
        text = f"{self.within} of {self.judged} predicted figures {holds}"
        if self.median_factor is not None:
            text += f" (median factor off {self.median_factor:.2g}"
            width = self.median_width
            text += f", median interval spans a factor {width:.2g})" if width else ")"
        text += wide
        return f"{text}; {self.calibrated} calibrated and {self.inputs} put in are not counted."


def tally(comparisons: Iterable[Comparison]) -> Tally:
    """Count what was predicted, what holds, and how far off the numbers are."""
    rows = tuple(comparisons)
    wide = [c for c in rows if c.too_wide]
    judged = [c for c in rows if c.within is not None and not c.too_wide]
    numbers = [c for c in judged if c.kind == "number"]
    plain = [c for c in numbers if c.bound == "=" and c.relation != "ratio"]
    asked = [c for c in judged if c.kind == "yes_no"]
    factors = [f for f in (factor_off(c) for c in numbers) if f is not None]
    ends_of = [ends(c.computed) for c in numbers if factor_off(c) is not None]
    widths = [high / low for low, high in ends_of if low > 0]
    return Tally(
        judged=len(judged),
        within=_held(judged),
        numbers=len(numbers),
        numbers_within=_held(numbers),
        plain=len(plain),
        plain_within=_held(plain),
        yes_no=len(asked),
        yes_no_within=_held(asked),
        too_wide=len(wide),
        doubtful=sum(bool(c.doubt) for c in rows),
        unknown=sum(not (c.reported.is_known and c.computed.is_known) for c in rows),
        calibrated=sum(c.role == "calibrated" for c in rows),
        inputs=sum(c.role == "input" for c in rows),
        median_factor=statistics.median(factors) if factors else None,
        median_width=statistics.median(widths) if widths else None,
    )


def _held(rows: Iterable[Comparison]) -> int:
    return sum(c.within is True for c in rows)


def factor_off(c: Comparison) -> float | None:
    """Return how far computed and reported are apart, as a factor; None for bounds and signs."""
    ratio = c.ratio
    if c.kind == "yes_no" or c.bound != "=" or ratio is None or ratio <= 0:
        return None
    return max(ratio, 1 / ratio)


def to_json(c: Comparison) -> dict[str, Any]:
    """Return a comparison with the keys of ``halodot atlas --json``.

    The note says in front that an interval is too wide or a reported value doubtful, and which
    variant and record were compared.

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
        "note": full_note(c),
    }


def full_note(c: Comparison) -> str:
    """Return the note of a comparison with all that a reader must know of it."""
    parts = [TOO_WIDE] if c.too_wide else []
    parts += [f"doubtful: {c.doubt}"] if c.doubt else []
    where = ", ".join(x for x in (c.variant, c.protocol) if x)
    parts += [where] if where else []
    return "; ".join([*parts, c.note] if c.note else parts)
