"""One material of the library and the rule that joins several sources into one value."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..core.constants import Z90
from ..core.errors import InputError, nearest
from ..core.sourced import Basis, Sourced
from .schema import TEXT, Quantity, declared

_RANK: dict[Basis, int] = {"given": 0, "sourced": 1, "fitted": 1, "computed": 1, "assumed": 2}
# Mean range of n normal draws in standard deviations (Tippett), n = 2, 3, ...
_RANGE_OVER_SD = (1.128, 1.693, 2.059, 2.326, 2.534, 2.704, 2.847, 2.970, 3.078)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a data file: a value as one source gives it, in SI (energies in eV)."""

    kind: str
    name: str
    quantity: str
    value: Sourced
    place: str = ""
    text: str = ""
    where: str = ""

    @property
    def is_preferred(self) -> bool:
        """Whether the row alone decides the value (its note starts with 'preferred')."""
        return self.value.note.lower().startswith("preferred")


def combine(rows: Sequence[Row]) -> Sourced:
    """Join the rows of one quantity into one value with a 90 % interval.

    Rows whose note starts with "preferred" stand alone; otherwise given outranks sourced, fitted
    and computed, which outrank assumed. The value is the median of the highest rank present. With
    n >= 2 values the ends are ``median -+ 1.645 R / d2(n)``, R the range of *all* values and d2
    the mean range of n normal draws in standard deviations (two values alone span only half of
    what they stand for), on a logarithmic scale where all values are positive. The interval always
    covers every row with its own interval and the default width of the quantity. A single value
    keeps its own interval, or gets the default width; a single value given by the user without
    interval is exact.

    Parameters
    ----------
    rows
        Rows of one quantity, at least one.

    Examples
    --------
    >>> rows = [Row("perovskite", "X", "band_gap", Sourced(v, "eV", basis="sourced"))
    ...         for v in (2.0, 2.2)]
    >>> gap = combine(rows)
    >>> gap.value, round(gap.low, 2), round(gap.high, 2)
    (2.1, 1.83, 2.41)
    """
    quantity = declared(rows[0].quantity)
    known = [r for r in rows if r.value.is_known]
    if not known:
        return rows[0].value
    known = [r for r in known if r.is_preferred] or known
    best = min(_RANK[r.value.basis] for r in known)
    deciding = [r.value for r in known if _RANK[r.value.basis] == best]
    value = statistics.median(float(v) for v in deciding)
    low, high = _interval([r.value for r in known], value, quantity)
    bases = [v.basis for v in deciding]
    sources = tuple(dict.fromkeys(s for r in known for s in r.value.sources))
    notes = tuple(dict.fromkeys(r.value.note for r in known if r.value.note))
    basis = bases[0] if len(set(bases)) == 1 else "sourced"
    return Sourced(value, quantity.unit, low, high, basis, sources, "; ".join(notes))


def _interval(
    values: Sequence[Sourced], value: float, quantity: Quantity
) -> tuple[float | None, float | None]:
    """Ends of the 90 % interval of `values` about `value`; (None, None) where exact."""
    numbers = [float(v) for v in values]
    if len(values) == 1:
        only = values[0]
        if only.low is not None:
            return only.low, only.high
        if only.basis == "given" or quantity.width == 0.0:
            return None, None
        return _clip(*_default_ends(value, quantity.width), quantity)
    lows = [v if s.low is None else s.low for v, s in zip(numbers, values, strict=True)]
    highs = [v if s.high is None else s.high for v, s in zip(numbers, values, strict=True)]
    d2 = _RANGE_OVER_SD[min(len(values), len(_RANGE_OVER_SD) + 1) - 2]
    if min(numbers) > 0.0:
        reach = math.exp(Z90 * math.log(max(numbers) / min(numbers)) / d2)
        spread = (value / reach, value * reach)
    else:
        half = Z90 * (max(numbers) - min(numbers)) / d2
        spread = (value - half, value + half)
    floor = _default_ends(value, quantity.width)
    low, high = min(*lows, spread[0], floor[0]), max(*highs, spread[1], floor[1])
    return (None, None) if low == high else _clip(low, high, quantity)


def _default_ends(value: float, width: float) -> tuple[float, float]:
    ends = (value / (1.0 + width), value * (1.0 + width))
    return min(ends), max(ends)


def _clip(low: float, high: float, quantity: Quantity) -> tuple[float, float]:
    return max(low, quantity.low), min(high, quantity.high)


@dataclass(frozen=True)
class Entry:
    """One material with its values.

    Parameters
    ----------
    kind, name
        As in the data files.
    rows
        Quantity name to the rows that speak of it.
    """

    kind: str
    name: str
    rows: Mapping[str, tuple[Row, ...]]

    def quantity(self, name: str) -> Sourced:
        """Return quantity `name` in SI (energies in eV); unknown, with the reason, if absent.

        Raises
        ------
        InputError
            If no quantity of that name is declared at all, or it is a text.

        Examples
        --------
        >>> Entry("electrode", "Xx", {}).quantity("work_function").basis
        'unknown'
        """
        unit = declared(name).unit
        if unit == TEXT:
            raise InputError(name, unit, "a number", f"use Entry.text('{name}')")
        if name not in self.rows:
            return Sourced.unknown(unit, f"the library has no {name} of {self.kind} {self.name}")
        return combine(self.rows[name])

    def has(self, name: str) -> bool:
        """Whether quantity or text `name` is known."""
        if name not in self.rows:
            return False
        return declared(name).unit == TEXT or self.quantity(name).is_known

    def require(self, name: str) -> Sourced:
        """Return quantity `name`, which must be known.

        Raises
        ------
        InputError
            If it is unknown; the remedy says how to give it.
        """
        value = self.quantity(name)
        if not value.is_known:
            raise InputError(
                f"{self.kind} {self.name}: {name}",
                "unknown",
                declared(name).doc,
                f"give it in a TOML file beside the study: [[material]] kind = '{self.kind}', "
                f"name = '{self.name}', [material.values] {name} = '... {declared(name).unit}'",
            )
        return value

    def text(self, name: str, default: str = "") -> str:
        """Return text `name`, `default` where there is none."""
        if declared(name).unit != TEXT:
            raise InputError(name, declared(name).unit, "a text", f"use Entry.quantity('{name}')")
        return self.rows[name][0].text if name in self.rows else default

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names of the material."""
        return tuple(r.text for r in self.rows.get("alias", ()))

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of everything that the library holds of this material."""
        return tuple(sorted(self.rows))


def unknown_name(kind: str, name: str, known: Sequence[str]) -> InputError:
    """Return the error for a name that the library does not have."""
    return InputError(kind, name, f"a {kind} of the library or of a file", nearest(name, known))
