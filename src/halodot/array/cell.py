"""From figures of merit of one device to what an array needs to know of it."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..core.sourced import Sourced
from ..figures.state import Figures
from .spec import ArraySpec
from .state import CellModel


def cell(figures: Figures, spec: ArraySpec) -> CellModel:
    r"""Read the programmable conductance range out of figures of merit.

    A two-terminal sweep gives :math:`G = 1/R` of its two states at the read voltage (one of them
    from the on/off ratio if need be); a transfer curve gives :math:`G = |I/V|` of the channel at
    its drain voltage. What is missing stays unknown, with its reason.

    Parameters
    ----------
    figures
        With `resistance_on`, `resistance_off`, `on_off_ratio`, `read_voltage`, or with
        `on_current`, `off_current`, `drain_voltage`.
    spec
        A `read_voltage` set here replaces that of the figures.

    Notes
    -----
    Range: the cells are taken as linear up to the read voltage. The two states measured are taken
    as ends of a range that can be programmed in between; that is an assumption, and noted.

    Examples
    --------
    >>> from halodot.core.sourced import Sourced
    >>> from halodot.figures.state import Figure
    >>> def figure(name, value, unit):
    ...     return Figure(name, Sourced(value, unit), "example")
    >>> iv = Figures("iv", "", (figure("resistance_on", 1e4, "ohm"),
    ...     figure("resistance_off", 1e6, "ohm"), figure("read_voltage", 0.1, "V")))
    >>> cell(iv, ArraySpec()).conductance_high.value
    0.0001
    """
    transistor = "on_current" in figures and "resistance_on" not in figures
    ends, voltage_name = (
        (_channel(figures), "drain_voltage")
        if transistor
        else (
            _resistances(figures),
            "read_voltage",
        )
    )
    low, high, notes = _ordered(*ends)
    voltage = (
        spec.read_voltage if spec.read_voltage is not None else _get(figures, voltage_name, "V")
    )
    notes.append("assumed: every conductance between the two measured states can be programmed")
    notes.append("assumed: cells are linear up to the read voltage")
    return CellModel(
        low,
        high,
        _magnitude(voltage),
        spec.programming_spread,
        spec.levels,
        tuple(notes),
        spec.conductance_spread,
    )


def _get(figures: Figures, name: str, unit: str) -> Sourced:
    if name in figures:
        return figures[name].value
    return Sourced.unknown(unit, f"the figures of '{figures.kind}' hold no {name}")


def _resistances(figures: Figures) -> tuple[Sourced, Sourced]:
    """Conductance of the off and of the on state [S]."""
    on, off = (_get(figures, f"resistance_{s}", "ohm") for s in ("on", "off"))
    ratio = _get(figures, "on_off_ratio", "1")
    if on.is_known and not off.is_known:
        off = combine(on, ratio, lambda r, k: r * k, "ohm", rising=True)
    elif off.is_known and not on.is_known:
        on = combine(off, ratio, lambda r, k: r / k, "ohm", rising=False)
    one = Sourced(1.0, "1")
    return (
        combine(one, off, lambda x, r: x / r, "S", rising=False),
        combine(one, on, lambda x, r: x / r, "S", rising=False),
    )


def _channel(figures: Figures) -> tuple[Sourced, Sourced]:
    """Conductance of the channel off and on [S]; p channels have both signs negative."""
    drain = _magnitude(_get(figures, "drain_voltage", "V"))
    off, on = (_magnitude(_get(figures, f"{s}_current", "A")) for s in ("off", "on"))
    if on.is_known and not off.is_known:
        ratio = _get(figures, "on_off_ratio", "1")
        off = combine(on, ratio, lambda i, k: i / k, "A", rising=False)
    return (
        combine(off, drain, lambda x, v: x / v, "S", rising=False),
        combine(on, drain, lambda x, v: x / v, "S", rising=False),
    )


def _magnitude(q: Sourced) -> Sourced:
    if q.value is None or q.value >= 0:
        return q
    ends = None if q.low is None else -q.low, None if q.high is None else -q.high
    return Sourced(-q.value, q.unit, ends[1], ends[0], q.basis, q.sources, q.note)


def combine(
    x: Sourced, y: Sourced, formula: Callable[[float, float], float], unit: str, *, rising: bool
) -> Sourced:
    """Combine two positive quantities; `rising` tells whether the result grows with `y`.

    The interval takes the ends of both together (cautious). Unknown, zero or negative divisors
    make the result unknown.

    >>> combine(Sourced(1.0, "1"), Sourced(0.0, "ohm"), lambda a, b: a / b, "S", rising=False).note
    'a figure of merit is 0 or negative (0 ohm)'
    """
    for q in (x, y):
        if q.value is None or not math.isfinite(q.value):
            return Sourced.unknown(unit, q.note or "a figure of merit is not finite")
    if y.value is None or y.value <= 0:
        return Sourced.unknown(unit, f"a figure of merit is 0 or negative ({y.value:g} {y.unit})")
    low, high = _ends(x)
    first, last = _ends(y) if rising else _ends(y)[::-1]
    exact = low == high and first == last
    tiny = 1e-3 * y.value
    return Sourced(
        formula(float(x), float(y)),
        unit,
        None if exact else formula(low, max(first, tiny)),
        None if exact else formula(high, max(last, tiny)),
        "computed",
        tuple(dict.fromkeys(x.sources + y.sources)),
    )


def _ends(q: Sourced) -> tuple[float, float]:
    """Ends of the interval; an end that is missing or infinite falls back on the value."""
    low, high = (
        float(q) if end is None or not math.isfinite(end) else end for end in (q.low, q.high)
    )
    return low, high


def _ordered(low: Sourced, high: Sourced) -> tuple[Sourced, Sourced, list[str]]:
    if low.value is not None and high.value is not None and low.value > high.value:
        note = "the state called off conducts better than the one called on: the two were swapped"
        return high, low, [note]
    return low, high, []
