"""Endurance beyond the cycles that were simulated, and marked as such."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..core.status import Status
from .state import Trace

PER_DECADE = 4  # rows


def extrapolated(trace: Trace, last: float | None) -> Trace:
    """Continue an endurance record to cycle `last` by straight lines of log |I|, log cycle.

    The lines are fitted to the last half of the simulated cycles (at least two), each state by
    itself. Their rows have `extrapolated` = 1 and the status OUTSIDE_RANGE, which the status of
    the trace does not count.

    Examples
    --------
    >>> from halodot.core.status import Status
    >>> cycle = np.repeat(np.arange(1.0, 5.0), 2)
    >>> columns = {"cycle": cycle, "programmed": np.tile([1.0, 0.0], 4), "time": 2.0 * cycle}
    >>> columns["current"] = np.where(columns["programmed"] == 1, 1e-3 * cycle**-0.5, 1e-6)
    >>> t = Trace("endurance", "", columns, {}, cycle.astype(int), point_status=(Status.OK,) * 8)
    >>> long = extrapolated(t, 1e4)
    >>> row = (long.columns["cycle"] == 1e4) & (long.columns["programmed"] == 1)
    >>> print(f"{long.columns['current'][row][0]:.3g}", long.columns["extrapolated"][row][0])
    1e-05 1.0
    """
    columns = dict(trace.columns)
    columns["extrapolated"] = np.zeros(len(trace))
    trace = replace(trace, columns=columns, units={**trace.units, "extrapolated": "1"})
    done = int(columns["cycle"].max())
    if last is None or last <= done:
        return trace
    count = max(1, int(np.ceil(PER_DECADE * np.log10(last / done))))
    cycles = np.geomspace(done, last, count + 1)[1:]
    new: dict[str, list[float]] = {name: [] for name in columns}
    skipped = []
    for state in (1.0, 0.0):
        line = _line(columns, state)
        if line is None:
            skipped.append("programmed" if state else "erased")
            continue
        slope, cut, sign = line
        for n in cycles.tolist():
            row = dict.fromkeys(columns, np.nan)
            row |= {"cycle": n, "programmed": state, "extrapolated": 1.0}
            row["current"] = sign * 10.0 ** (cut + slope * np.log10(n))
            if "current_density" in columns:
                row["current_density"] = row["current"] * _ratio(columns)
            row["voltage"] = float(columns["voltage"][-1]) if "voltage" in columns else np.nan
            for name in new:
                new[name].append(row[name])
    added = len(new["cycle"])
    note = (
        f"cycles 1 to {done} are simulated; those up to {last:.4g} are EXTRAPOLATED along straight "
        "lines of log |I| against log cycle through the last half of them, and are marked so; the "
        "model holds no wear"
    )
    notes = [note] if added else []
    notes += [f"no extrapolation of the {s} state: its current has no sign" for s in skipped]
    return replace(
        trace,
        columns={n: np.concatenate([v, new[n]]) for n, v in columns.items()},
        sweep=np.concatenate([trace.sweep, np.full(added, int(trace.sweep.max()) + 1)]),
        point_status=(*trace.point_status, *([Status.OUTSIDE_RANGE] * added)),
        notes=(*trace.notes, *notes),
    )


def _ratio(columns: dict[str, np.ndarray]) -> float:
    """Current density over current."""
    k = int(np.nanargmax(np.abs(columns["current"])))
    return float(columns["current_density"][k] / columns["current"][k])


def _line(columns: dict[str, np.ndarray], state: float) -> tuple[float, float, float] | None:
    """Slope and intercept of log10 |I| against log10 cycle, and the sign of I."""
    rows = (columns["programmed"] == state) & np.isfinite(columns["current"])
    cycle, current = columns["cycle"][rows], columns["current"][rows]
    late = cycle > 0.5 * cycle.max() if len(cycle) else np.zeros(0, dtype=bool)
    cycle, current = cycle[late], current[late]
    if len(cycle) < 2 or not (np.all(current > 0) or np.all(current < 0)):
        return None
    slope, cut = np.polyfit(np.log10(cycle), np.log10(np.abs(current)), 1)
    return float(slope), float(cut), float(np.sign(current[0]))
