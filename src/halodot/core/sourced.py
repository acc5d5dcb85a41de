"""A number that says where it came from."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from .constants import Z90
from .units import convert

Basis = Literal["given", "sourced", "fitted", "computed", "assumed", "unknown"]
BASES: tuple[Basis, ...] = ("given", "sourced", "fitted", "computed", "assumed", "unknown")


@dataclass(frozen=True, slots=True)
class Sourced:
    """A value in SI (energies in eV), its 90 % interval, its basis and its sources.

    Parameters
    ----------
    value
        The number, or None where it is unknown.
    unit
        SI unit, eV for energies, "1" for a pure number.
    low, high
        Ends of the 90 % interval; None where the value is taken as exact.
    basis
        given (stated by the user) | sourced | fitted | computed | assumed | unknown.
    sources
        Keys of the bibliography, or free text where the user names a source.
    note
        Why, for an assumed value; the reason, for an unknown one.
    """

    value: float | None
    unit: str = "1"
    low: float | None = None
    high: float | None = None
    basis: Basis = "computed"
    sources: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def unknown(cls, unit: str, reason: str) -> Sourced:
        """Return an unknown value with its reason."""
        return cls(None, unit, basis="unknown", note=reason)

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def __float__(self) -> float:
        if self.value is None:
            raise ValueError(f"value is unknown: {self.note}")
        return self.value

    def with_value(self, value: float) -> Sourced:
        """Return the same quantity fixed at `value`, without interval (one draw of it)."""
        return replace(self, value=value, low=None, high=None)

    def sample(self, rng: np.random.Generator) -> Sourced:
        """Draw once from the interval: log-normal where both ends are positive, else normal.

        The 5 % and 95 % points of the distribution are `low` and `high`; each side of the
        median `value` has its own width.
        """
        deviate = float(rng.standard_normal()) / Z90
        if self.value is None or self.low is None or self.high is None:
            return self
        v, end = self.value, self.high if deviate > 0 else self.low
        if v > 0 and self.low > 0:
            return self.with_value(v * math.exp(abs(deviate) * math.log(end / v)))
        return self.with_value(v + abs(deviate) * (end - v))

    def in_unit(self, unit: str) -> Sourced:
        """Return the same quantity converted to `unit`."""

        def to(x: float | None) -> float | None:
            return None if x is None else convert(x, self.unit, unit)

        return replace(self, value=to(self.value), low=to(self.low), high=to(self.high), unit=unit)

    def to_json(self, unit: str | None = None) -> dict[str, Any]:
        """Return the JSON form (`value`, `low`, `high`, `basis`, `sources`), in `unit`."""
        q = self if unit is None else self.in_unit(unit)
        if q.value is None:
            return {"value": None, "basis": "unknown", "reason": q.note}
        if not math.isfinite(q.value):
            return {"value": None, "basis": "unknown", "reason": "no finite number came out"}
        low, high = (q.value if x is None else x for x in (q.low, q.high))
        body: dict[str, Any] = {
            "value": q.value,
            "low": low if math.isfinite(low) else None,
            "high": high if math.isfinite(high) else None,
            "basis": q.basis,
            "sources": list(q.sources),
        }
        if q.note:
            body["note"] = q.note
        return body


def computed(
    value: float,
    unit: str,
    low: float | None = None,
    high: float | None = None,
    sources: tuple[str, ...] = (),
    note: str = "",
) -> Sourced:
    """Shorthand for a computed value."""
    return Sourced(value, unit, low, high, "computed", sources, note)


def assumed(value: float, unit: str, low: float, high: float, why: str) -> Sourced:
    """Shorthand for an assumed value, which always carries an interval and a reason."""
    return Sourced(value, unit, low, high, "assumed", (), why)
