"""From figures of merit of one device to what an array needs to know of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ..core.sourced import Sourced
from ..device.state import Trace
from ..figures.state import Figures
from .spec import ArraySpec
from .state import CellModel

SPREADS = (
    "cycle_to_cycle", "device_to_device", "conductance_spread", "read_noise", "stuck_low",
    "stuck_high",
)  # fmt: skip
CORRELATION = 0.5  # of the ends, where nothing is known: they share area and thickness


def cell(figures: Figures, spec: ArraySpec, measured: CellModel | None = None) -> CellModel:
    r"""Return what an array needs to know of one device.

    A two-terminal sweep gives :math:`G = 1/R` of its two states at the read voltage (one of them
    from the on/off ratio if need be); a transfer curve gives :math:`G = |I/V|` of the channel at
    its drain voltage. What is missing stays unknown, with its reason.

    The intervals of both ends and of their ratio give the correlation of the ends,

    .. math:: \rho = (s_l^2 + s_h^2 - s_r^2) / 2 s_l s_h

    with half widths s of the logarithms; without a ratio 0.5 is assumed.

    Parameters
    ----------
    figures
        With `resistance_on`, `resistance_off`, `on_off_ratio`, `read_voltage`, or with
        `on_current`, `off_current`, `drain_voltage`.
    spec
        What it sets (basis not "assumed") wins over records, and the cell says so.
    measured
        What records of the device say; its unknown fields fall back on figures and priors.

    Notes
    -----
    Range: the two states measured are taken as ends of a range that can be programmed in between,
    where no update was measured; that is an assumption, and noted.

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
    low, high, voltage, notes = _of_figures(figures)
    correlation = correlation_of(low, high, _get(figures, "on_off_ratio", "1"))
    if measured is not None:
        if measured.conductance_low.is_known and measured.conductance_high.is_known:
            low, high, notes = _ordered(measured.conductance_low, measured.conductance_high, [])
            correlation = measured.end_correlation
        notes = [*measured.notes, *notes]
        if measured.read_voltage.is_known:
            voltage = measured.read_voltage
    if spec.read_voltage is not None:
        known = measured is not None and measured.read_voltage.is_known
        if measured is not None and known and measured.read_voltage != spec.read_voltage:
            notes.append(_both("read_voltage", spec.read_voltage, measured.read_voltage))
        voltage = spec.read_voltage
    spreads = {}
    batch = _of_cycles(figures, low, high)
    for name in SPREADS:
        found = None if measured is None else getattr(measured, name)
        if found is None or not found.is_known or found.basis == "given":
            found = batch.get(name)
        spreads[name], said = _choose(name, getattr(spec, name), found)
        notes += said
    none = [n for n, q in spreads.items() if q.basis == "assumed" and float(q) == 0.0]
    if none:
        notes.append(f"assumed none, as nothing was measured: {', '.join(none)}")
    notes += _said(low, high, spec, measured)
    return CellModel(
        low,
        high,
        _magnitude(voltage),
        levels=spec.levels,
        notes=tuple(notes),
        update=None if measured is None else measured.update,
        decay=None if measured is None else measured.decay,
        shape=None if measured is None else measured.shape,
        end_correlation=correlation,
        **spreads,
    )


def of_traces(traces: Sequence[Trace], figures: Sequence[Figures], spec: ArraySpec) -> CellModel:
    """Return what simulated records say of a device beside its figures of merit.

    `characterise`, without the range where no pulses were recorded: figures hold it with the
    intervals of all draws, the nominal record without.
    """
    from .characterise import characterise

    found = characterise(traces, figures, spec)
    if found.update is not None:
        return found
    none = Sourced.unknown("S", "no pulses were recorded")
    notes = tuple(n for n in found.notes if not n.startswith(("range:", "assumed:")))
    return replace(found, conductance_low=none, conductance_high=none, notes=notes)


def _of_figures(figures: Figures) -> tuple[Sourced, Sourced, Sourced, list[str]]:
    """Low and high conductance [S], read voltage [V], notes."""
    if "on_current" in figures and "resistance_on" not in figures:
        ends, voltage = _channel(figures), "drain_voltage"
    else:
        ends, voltage = _resistances(figures), "read_voltage"
    low, high, notes = _ordered(*ends, [])
    return low, high, _get(figures, voltage, "V"), notes


def _of_cycles(figures: Figures, low: Sourced, high: Sourced) -> dict[str, Sourced]:
    """Spreads that figures of many cycles and devices hold.

    The larger relative spread of both states between devices; from cycle to cycle that of the on
    state, which is one write without verifying, over the range.
    """
    found = {}
    every = [_get(figures, f"resistance_{s}_device_cv", "1") for s in ("on", "off")]
    known = [q for q in every if q.is_known and math.isfinite(float(q))]
    if known:
        found["device_to_device"] = max(known, key=float)
    cycle = _get(figures, "resistance_on_cycle_cv", "1")
    if not cycle.is_known and not known:
        cycle = _get(figures, "resistance_on_cv", "1")
    if (
        cycle.is_known
        and math.isfinite(float(cycle))
        and low.is_known
        and high.is_known
        and float(high) > float(low)
    ):
        share = float(high) / (float(high) - float(low))
        ends = [None if e is None else max(e * share, 0.0) for e in (cycle.low, cycle.high)]
        found["cycle_to_cycle"] = Sourced(
            float(cycle) * share, "1", ends[0], ends[1], "computed", cycle.sources,
            "spread of the on state from cycle to cycle",
        )  # fmt: skip
    return found


def _choose(name: str, own: Sourced, found: Sourced | None) -> tuple[Sourced, list[str]]:
    """The study's number where it is set, else the record's, else the prior; and what to say."""
    if own.basis != "assumed":
        return own, [] if found is None else [_both(name, own, found)]
    if found is not None:
        return found, [f"{name}: {float(found):.3g}, {found.basis} from the records of the device"]
    if float(own) == 0.0:
        return own, []
    return own, [f"assumed: {name} {float(own):.3g} ({own.note})"]


def _both(name: str, own: Sourced, found: Sourced) -> str:
    return (
        f"{name}: the study sets {float(own):.3g} {own.unit}, which is used; "
        f"records of the device say {float(found):.3g}"
    )


def _said(
    low: Sourced, high: Sourced, spec: ArraySpec, measured: CellModel | None
) -> Iterator[str]:
    """What must be said of the range and of the curve of the cells."""
    if low.is_known and high.is_known and float(low) >= float(high):
        yield (
            f"both states conduct {float(high):.3g} S: there is no range to program, and what an "
            "array of it gives is noise"
        )
    if measured is None or measured.update is None:
        yield "assumed: every conductance between the two measured states can be programmed"
    if spec.cells == "linear":
        yield "assumed: cells are linear up to the read voltage"


def correlation_of(low: Sourced, high: Sourced, ratio: Sourced) -> float:
    """Return the correlation of the logarithms of both ends; 0.5 where the ratio says nothing.

    >>> S = Sourced
    >>> ends = S(1e-6, "S", 1e-7, 1e-5), S(1e-4, "S", 1e-5, 1e-3)
    >>> correlation_of(*ends, S(100.0, "1", 100.0, 100.0)), correlation_of(*ends, S(100.0, "1"))
    (1.0, 0.5)
    """
    widths = [_width(q) for q in (low, high, ratio)]
    s_low, s_high, s_ratio = widths
    if s_low is None or s_high is None or s_ratio is None or s_low * s_high == 0.0:
        return CORRELATION
    found = (s_low**2 + s_high**2 - s_ratio**2) / (2.0 * s_low * s_high)
    return min(max(found, -1.0), 1.0)


def _width(q: Sourced) -> float | None:
    """Half the width of the logarithm of an interval; None where there is none."""
    if not q.is_known or q.low is None or q.high is None or q.low <= 0.0:
        return None
    return 0.5 * math.log(q.high / q.low) if math.isfinite(q.high) else None


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


def _ordered(
    low: Sourced, high: Sourced, notes: Iterable[str]
) -> tuple[Sourced, Sourced, list[str]]:
    if low.value is not None and high.value is not None and low.value > high.value:
        note = "the state called off conducts better than the one called on: the two were swapped"
        return high, low, [*notes, note]
    return low, high, [*notes]
