"""Keep the rows of a trace that may be used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..device.state import Trace

MEASURED = ("current", "current_density", "drain_current", "conductance", "resistance")


def kept_rows(trace: Trace) -> NDArray[np.bool_]:
    """Return which rows converged and hold a finite number."""
    good = np.ones(len(trace), bool)
    if len(trace.point_status) == len(trace):
        good = np.array([s.is_good for s in trace.point_status], bool)
    measured = [trace.columns[n] for n in MEASURED if n in trace.columns]
    if measured:
        good &= np.any([np.isfinite(x) for x in measured], axis=0)
    return good


def good_points(trace: Trace) -> Trace:
    """Return the trace without the rows that did not converge or were not measured.

    >>> from halodot.core.status import Status
    >>> from halodot.figures.limits import make_trace
    >>> t = make_trace("iv", {"voltage": np.arange(3.0), "current": np.arange(3.0)}, {})
    >>> bad = replace(t, point_status=(Status.OK, Status.NOT_CONVERGED, Status.OK))
    >>> len(good_points(bad)), good_points(bad).notes
    (2, ('1 of 3 points did not converge and were left out',))
    """
    good = kept_rows(trace)
    failed = 0
    if len(trace.point_status) == len(trace):
        failed = sum(not s.is_good for s in trace.point_status)
    if good.all():
        return trace
    notes = trace.notes
    if failed:
        notes = (*notes, f"{failed} of {len(trace)} points did not converge and were left out")
    return replace(
        trace,
        columns={name: x[good] for name, x in trace.columns.items()},
        sweep=trace.sweep[good],
        point_status=tuple(s for s, g in zip(trace.point_status, good, strict=False) if g),
        notes=notes,
    )
