"""Figures of an endurance record: the two states against the cycle, measured or simulated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .iv import LEAST_CURRENT
from .state import Figure, Figures
from .tools import spread

Array = NDArray[np.float64]


def extract_endurance(trace: Trace) -> Figures:
    """Extract cycles, on/off ratio at the start and the end, and its drift with the cycle.

    Rows marked `extrapolated` never enter a figure without that word in its name.

    Raises
    ------
    InputError
        If the record has not both states of two cycles.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> n = np.repeat(np.arange(1.0, 11.0), 2)
    >>> on = np.tile([True, False], 10)
    >>> columns = {"cycle": n, "programmed": on * 1.0, "current": np.where(on, 1e-3 / n, 1e-6)}
    >>> f = extract_endurance(make_trace("endurance", columns, {"current": "A"}))
    >>> round(f["on_off_ratio_start"].value.value), round(f["on_off_ratio_end"].value.value)
    (1000, 100)
    >>> round(f["ratio_drift"].value.value, 6)
    -1.0
    """
    marked = trace.columns.get("extrapolated", np.zeros(len(trace))) > 0
    every = [(c, r) for c, r in _devices(trace, ~marked) if len(c) >= 2]
    if not every:
        raise InputError(
            trace.label, "fewer than two cycles", "columns cycle, programmed and current", ""
        )
    cycle = max((c for c, _ in every), key=lambda c: float(c[-1]))
    text = "Larger over smaller |current| of the two states read in one cycle"
    words = "Slope of log10(on/off ratio) against log10(cycle) over the last half of the cycles."
    figures = [
        Figure("cycles", _over([float(c[-1]) for c, _ in every], "1"), "Cycles that were done."),
        Figure(
            "measured_share",
            _over([min(len(c) / max(float(c[-1] - c[0]) + 1.0, 1.0), 1.0) for c, _ in every]),
            "Cycles of which both states were read over all cycles up to the last: a few points on "
            "a long axis show little of endurance.",
        ),
        Figure("on_off_ratio_start", _over([float(r[0]) for _, r in every]), f"{text}, the first."),
        Figure("on_off_ratio_end", _over([float(r[-1]) for _, r in every]), f"{text}, the last."),
        Figure(
            "on_off_ratio_least", _over([float(r.min()) for _, r in every]), f"{text}, the least."
        ),
        Figure("ratio_drift", _drifts(every), words),
    ]
    if "cycles_to_failure" in trace.parameters:
        words = "Cycles until the two states differ by less than a factor 10, or wear is complete; "
        words += "a few cycles are simulated at each of several states of wear."
        figures.append(Figure("cycles_to_failure", trace.parameters["cycles_to_failure"], words))
    if marked.any():
        far, beyond = _ratios(trace, marked)
        if len(far):
            note = f"EXTRAPOLATED from {cycle[-1]:.4g} cycles; no wear in it"
            figures += [
                Figure("cycles_extrapolated", computed(float(far[-1]), "1", note=note),
                       "Last cycle of the extrapolation."),
                Figure("on_off_ratio_extrapolated", computed(float(beyond[-1]), "1", note=note),
                       f"{text}, along the lines of log |current| at the last cycle."),
            ]  # fmt: skip
    low = np.abs(trace.columns["current"][~marked])
    low = low[np.isfinite(low) & (low > 0.0)]
    notes = trace.notes
    if trace.units.get("current") == "A" and float(low.min()) < LEAST_CURRENT:
        note = f"off current down to {low.min():.2g} A, less than can be measured: such ratios are "
        notes = (*notes, note + "of the model alone")
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, notes)


def _over(values: list[float], unit: str = "1") -> Sourced:
    """One device: its value; several: median and range."""
    return computed(values[0], unit) if len(values) == 1 else spread(values, unit, "")


def _drifts(every: list[tuple[Array, Array]]) -> Sourced:
    found = [_drift(c, r) for c, r in every]
    known = [float(q) for q in found if q.is_known]
    return _over(known) if known else found[0]


def _devices(trace: Trace, rows: NDArray[np.bool_]) -> list[tuple[Array, Array]]:
    """Cycles and ratios of each device; a record that numbers none is of one."""
    of = trace.columns.get("device", np.zeros(len(trace)))
    return [_ratios(trace, rows & (of == k)) for k in np.unique(of)]


def _ratios(trace: Trace, rows: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Cycles of which both states were read, and the ratio of the larger to the smaller."""
    current = np.abs(trace.columns["current"])
    good = rows & np.isfinite(current) & (current > 0)
    states = []
    for state in (1.0, 0.0):
        here = good & (trace.columns["programmed"] == state)
        states.append(dict(zip(trace.columns["cycle"][here], current[here], strict=True)))
    both = sorted(set(states[0]) & set(states[1]))
    pairs = [(states[0][n], states[1][n]) for n in both]
    return np.array(both), np.array([max(p) / min(p) for p in pairs])


def _drift(cycle: Array, ratio: Array) -> Sourced:
    late = cycle > 0.5 * cycle[-1]
    if np.sum(late) < 2:
        return Sourced.unknown("1", "too few cycles for a slope")
    return computed(float(np.polyfit(np.log10(cycle[late]), np.log10(ratio[late]), 1)[0]), "1")
