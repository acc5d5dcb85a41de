"""Figures of an output curve: saturation, output conductance, contact non-linearity."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import computed
from ..device.state import Trace
from .along_channel import along_figures
from .state import Figure, Figures
from .tools import runs_of, spread, straight_line

Array = NDArray[np.float64]
LINEAR_WITHIN = 0.1


def extract_output(trace: Trace) -> Figures:
    """Extract the figures of merit of an output family (Id against Vd, one sweep per Vg).

    Only sweeps whose largest current exceeds a tenth of the family's are used: those below
    threshold say nothing about contacts.

    Raises
    ------
    InputError
        If no drain sweep has ten points.

    Examples
    --------
    >>> import numpy as np
    >>> from halodot.figures.limits import make_trace, square_law
    >>> vd = np.linspace(0.0, -60.0, 121)
    >>> columns = {"drain_voltage": vd, "drain_current": square_law(np.full(121, -45.0), vd)}
    >>> f = extract_output(make_trace("output", columns, {}))
    >>> f["saturation_voltage"].value.value, f["saturates"].value.value
    (-31.5, 1.0)
    """
    curves = _curves(trace)
    if not curves:
        raise InputError(
            trace.label,
            "no drain sweep of ten points",
            "a sweep of the drain voltage",
            "check --columns and --kind",
        )
    rows = [_one(v, i) for v, i in curves]
    sign = -1.0 if np.median([s for s, _ in map(_side, curves)]) < 0 else 1.0
    ratio = [r["ratio"] for r in rows]
    bend = [r["bend"] for r in rows]
    figures = [
        Figure("curves", computed(float(len(rows)), "1"), "Sweeps used: above a tenth of the top."),
        Figure(
            "saturates",
            computed(float(np.median(ratio) < 0.1), "1"),
            "1 where the slope in the last fifth is below 10 % of the largest slope.",
        ),
        Figure(
            "saturation_voltage",
            spread([sign * r["knee"] for r in rows], "V", "no curve saturates"),
            "Drain voltage at which 95 % of the final current is reached, on curves that do.",
        ),
        Figure(
            "output_conductance",
            spread([r["end"] for r in rows], "S", ""),
            "Slope d|Id|/d|Vd| of a straight line through the last fifth of each sweep.",
        ),
        Figure(
            "channel_length_modulation",
            spread([r["end"] / r["top"] for r in rows], "1/V", ""),
            "Output conductance over the current at the end of the sweep.",
        ),
        Figure(
            "contact_nonlinearity",
            spread(bend, "1", ""),
            "1 - (mean slope in the first tenth) / (largest slope): 0 for ohmic contacts, 1 for "
            "an S-shaped start.",
        ),
        Figure(
            "linear_start",
            computed(float(np.median(bend) < LINEAR_WITHIN), "1"),
            f"1 where the contact non-linearity is below {LINEAR_WITHIN:g}.",
        ),
    ]
    figures += along_figures(trace)
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, trace.notes)


def _side(curve: tuple[Array, Array]) -> tuple[float, float]:
    v = curve[0]
    return (1.0 if abs(v.max()) >= abs(v.min()) else -1.0), float(np.abs(v).max())


def _curves(trace: Trace) -> list[tuple[Array, Array]]:
    found = []
    for rows in runs_of(trace, "drain_voltage"):
        v, i = trace.columns["drain_voltage"][rows], trace.columns["drain_current"][rows]
        if len(rows) >= 10 and np.ptp(v) > 0:
            order = np.argsort(np.abs(v), kind="stable")
            found.append((v[order], np.abs(i)[order]))
    top = max((float(i.max()) for _, i in found), default=0.0)
    return [(v, i) for v, i in found if i.max() > 0.1 * top]


def _slopes(v: Array, i: Array) -> Array:
    """Local slopes over runs of a tenth of the sweep (at least five points)."""
    width = max(5, len(v) // 10)
    return np.array(
        [straight_line(v[k : k + width], i[k : k + width])[0] for k in range(len(v) - width + 1)]
    )


def _one(v: Array, i: Array) -> dict[str, float]:
    x = np.abs(v)
    keep = np.concatenate([[True], np.diff(x) > 0])
    x, i = x[keep], i[keep]
    slopes = _slopes(x, i)
    last = x >= x[-1] - 0.2 * (x[-1] - x[0])
    end = straight_line(x[last], i[last])[0]
    steepest = float(slopes.max())
    final = float(np.mean(i[last]))
    ratio = max(end, 0.0) / steepest if steepest > 0 else math.nan
    reached = np.flatnonzero(i >= 0.95 * final)
    knee = float(x[reached[0]]) if ratio < 0.1 and len(reached) else math.nan
    bend = 1.0 - float(slopes[0]) / steepest if steepest > 0 else math.nan
    return {"ratio": ratio, "end": end, "top": float(i[-1]), "knee": knee, "bend": bend}
