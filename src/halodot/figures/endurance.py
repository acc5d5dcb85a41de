"""Figures of an endurance record: the two states against the cycle, simulated and extrapolated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .state import Figure, Figures

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
    cycle, ratio = _ratios(trace, ~marked)
    if len(cycle) < 2:
        raise InputError(
            trace.label, "fewer than two cycles", "columns cycle, programmed and current", ""
        )
    text = "Larger over smaller |current| of the two states read in one cycle"
    figures = [
        Figure("cycles", computed(float(cycle[-1]), "1"), "Cycles that were done."),
        Figure(
            "measured_share",
            computed(min(len(cycle) / max(float(cycle[-1] - cycle[0]) + 1.0, 1.0), 1.0), "1"),
            "Cycles of which both states were read over all cycles up to the last: a few points on "
            "a long axis show little of endurance.",
        ),
        Figure("on_off_ratio_start", computed(float(ratio[0]), "1"), f"{text}, the first."),
        Figure("on_off_ratio_end", computed(float(ratio[-1]), "1"), f"{text}, the last."),
        Figure("on_off_ratio_least", computed(float(ratio.min()), "1"), f"{text}, the least."),
        Figure(
            "ratio_drift",
            _drift(cycle, ratio),
            "Slope of log10(on/off ratio) against log10(cycle) over the last half of the cycles.",
        ),
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
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, trace.notes)


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
