"""Several files, or levels of light given by hand, as one trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..device.state import Trace
from .reader import SWEPT, Reading, Understood, read
from .tools import sweeps_of


def read_several(
    paths: Sequence[str | Path],
    kind: str,
    *,
    columns: Mapping[str, str] | None = None,
    parameters: Mapping[str, Sourced] | None = None,
    light: Sequence[float] = (),
    of: str = "",
) -> Reading:
    """Read files of one device as one trace, such as a dark and several lit curves.

    Parameters
    ----------
    light
        Irradiance [W/m2] of each curve in order (a curve there and back counts once), or of each
        file; empty where headers or file names say it. Other arguments as of `reader.read`.

    Raises
    ------
    InputError
        If a file cannot be read, or there are not as many levels as curves or files.
    """
    readings = [read(p, kind, columns=columns, parameters=parameters, of=of) for p in paths]
    joined = readings[0] if len(readings) == 1 else _join(readings)
    if not len(light):
        return joined
    return replace(joined, trace=with_light(joined.trace, light, [len(r.trace) for r in readings]))


def _join(readings: Sequence[Reading]) -> Reading:
    traces = [r.trace for r in readings]
    names = list(dict.fromkeys(n for t in traces for n in t.columns))
    columns = {
        n: np.concatenate([t.columns.get(n, np.full(len(t), np.nan)) for t in traces])
        for n in names
    }
    sweep, offset = [], 0
    for t in traces:
        sweep.append(t.sweep + offset)
        offset = int(sweep[-1][-1]) + 1
    parameters: dict[str, Sourced] = {}
    for t in reversed(traces):
        parameters |= t.parameters
    units = {n: u for t in reversed(traces) for n, u in t.units.items()}
    label = ", ".join(t.label for t in traces)
    trace = Trace(traces[0].kind, label, columns, units, np.concatenate(sweep), parameters)
    return Reading(_with_bias(trace, traces), _understood([r.understood for r in readings]))


def _with_bias(trace: Trace, traces: Sequence[Trace]) -> Trace:
    """A drain voltage stated in one file belongs to its rows alone."""
    stated = [t.parameters.get("drain_voltage") for t in traces]
    values = {float(q) for q in stated if q is not None and q.is_known}
    if trace.kind != "transfer" or len(values) < 2 or "drain_voltage" in trace.columns:
        return trace
    pieces = [
        np.full(len(t), np.nan if q is None or not q.is_known else float(q))
        for t, q in zip(traces, stated, strict=True)
    ]
    columns = {**trace.columns, "drain_voltage": np.concatenate(pieces)}
    return replace(trace, columns=columns, units={**trace.units, "drain_voltage": "V"})


def _understood(found: Sequence[Understood]) -> Understood:
    first = found[0]
    return replace(
        first,
        columns=tuple(dict.fromkeys(c for u in found for c in u.columns)),
        sweeps=sum(u.sweeps for u in found),
        blocks=sum(u.blocks for u in found),
        rows_kept=sum(u.rows_kept for u in found),
        rows_dropped=sum(u.rows_dropped for u in found),
        parameters=tuple(dict.fromkeys(p for u in found for p in u.parameters)),
        notes=tuple(dict.fromkeys(n for u in found for n in u.notes)),
    )


def with_light(trace: Trace, light: Sequence[float], files: Sequence[int] = ()) -> Trace:
    """Return the trace with an irradiance [W/m2] for each curve, file, or for all rows.

    >>> from halodot.figures.limits import make_trace
    >>> t = make_trace("transfer", {"gate_voltage": np.array([0.0, 1, 2, 3])}, {})
    >>> with_light(t, [5.0]).columns["light"].tolist()
    [5.0, 5.0, 5.0, 5.0]
    """
    groups = _curves(trace)
    sweeps = sweeps_of(trace)
    if len(light) == 1:
        pieces = [np.arange(len(trace))]
    elif len(light) == len(files):
        pieces = np.split(np.arange(len(trace)), np.cumsum(files)[:-1])
    elif len(light) == len(groups):
        pieces = groups
    elif len(light) == len(sweeps):
        pieces = sweeps
    else:
        count = (
            f"{len(groups)} curves"
            if len(groups) == len(sweeps)
            else (f"{len(groups)} curves ({len(sweeps)} one-way sweeps)")
        )
        allowed = f"one level, or one for each of {count}"
        raise InputError("--light", f"{len(light)} levels", allowed, '--light "0; 1 mW/cm2"')
    column = np.full(len(trace), np.nan)
    for rows, level in zip(pieces, light, strict=True):
        column[rows] = level
    columns = {**trace.columns, "light": column}
    return replace(trace, columns=columns, units={**trace.units, "light": "W/m2"})


def _curves(trace: Trace) -> list[np.ndarray]:
    """Rows of each curve; a sweep that comes back from where the last one ended belongs to it."""
    name = SWEPT.get(trace.kind)
    found: list[np.ndarray] = []
    for rows in sweeps_of(trace):
        x = trace.columns[name][rows] if name else np.zeros(len(rows))
        if found and name:
            before = trace.columns[name][found[-1]]
            span = max(float(np.ptp(before)), float(np.ptp(x)), 1e-30)
            if len(before) and abs(float(x[0]) - float(before[-1])) < 0.05 * span:
                found[-1] = np.concatenate([found[-1], rows])
                continue
        found.append(rows)
    return found
