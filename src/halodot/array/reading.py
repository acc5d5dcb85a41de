"""Traces -> runs of pulses, states of sweeps, and decays: what characterisation starts from.

Device and cycle of a record stand in its columns ``device`` and ``repeat`` (or ``cycle``), else in
its parameters of these names; where neither is there, all is of device 0 and cycles are counted.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..device.state import Trace
from .levels import levels_of
from .state import Steps

F = NDArray[np.float64]
LIGHT = ("light", "light_power")
STIMULI = (*LIGHT, "source_voltage", "voltage", "gate_voltage")
MEASURED = ("conductance", "current", "drain_current")
WIDEST = 75  # readings of the median in which turns are looked for
ALIKE = 0.05  # relative: amplitudes and widths closer than this are the same
NAN = math.nan


@dataclass(frozen=True)
class PulseRun:
    """Equal pulses one after another on one device.

    Attributes
    ----------
    reading
        Conductance before the first pulse and after each [S].
    amplitude
        [V] or [W/m2]; NaN where it was not written.
    duration, energy, optical_energy
        Of one pulse [s], [J], [J]; NaN where they are not known.
    volatile
        Share of each response that was gone at the end of the gap after it [1].
    """

    device: int
    cycle: int
    reading: F
    drive: str = "electrical"
    amplitude: float = NAN
    duration: float = NAN
    energy: float = NAN
    optical_energy: float = NAN
    volatile: F = field(default_factory=lambda: np.zeros(0))

    @property
    def rises(self) -> bool:
        """Whether the pulses raise the conductance."""
        k = max(len(self.reading) // 10, 1)
        return float(np.median(self.reading[-k:])) > float(np.median(self.reading[:k]))


@dataclass(frozen=True)
class Fading:
    """A record of a written state: time since the write ended [s], its value, and that of rest."""

    device: int
    time: F
    value: F
    rest: float | None
    label: str


def number_of(trace: Trace, name: str) -> int | None:
    """Number of the device or cycle that the parameters state."""
    q = trace.parameters.get(name)
    return None if q is None or not q.is_known else round(float(q))


def known(trace: Trace, *names: str) -> float | None:
    """First of the parameters that is known."""
    for name in names:
        q = trace.parameters.get(name)
        if q is not None and q.is_known:
            return float(q)
    return None


def pieces(trace: Trace) -> list[tuple[int, int | None, NDArray[np.int64]]]:
    """Device, cycle and rows of every sweep of a record."""
    device = trace.columns.get("device")
    cycle = trace.columns.get("repeat", trace.columns.get("cycle"))
    found = []
    for rows in _sweeps(trace):
        keys = [np.zeros(len(rows)) if c is None else np.nan_to_num(c[rows], nan=-1.0)
                for c in (device, cycle)]  # fmt: skip
        both = np.column_stack(keys)
        for key in np.unique(both, axis=0):
            own = rows[np.all(both == key, axis=1)]
            of = number_of(trace, "device") or 0 if device is None else round(float(key[0]))
            number = number_of(trace, "cycle") if cycle is None else round(float(key[1]))
            found.append((of, number, own))
    return found


def _sweeps(trace: Trace) -> list[NDArray[np.int64]]:
    """Rows of every sweep; of a simulated train, which numbers its pulses, all that goes on."""
    time = trace.columns.get("time")
    if trace.kind == "pulses" and time is not None and len(time) and np.all(np.diff(time) > 0.0):
        return [np.arange(len(trace.sweep))]
    return [np.flatnonzero(trace.sweep == k) for k in np.unique(trace.sweep)]


def conductance_of(trace: Trace, rows: NDArray[np.int64], read: float | None) -> F | None:
    """Conductance [S] of the rows; None where the record holds none, or no voltage."""
    if "conductance" in trace.columns and trace.units.get("conductance", "S") == "S":
        return trace.columns["conductance"][rows]
    name = next((n for n in MEASURED[1:] if n in trace.columns), "")
    if name:
        current = trace.columns[name][rows]
    elif "current_density" in trace.columns and (area := known(trace, "area")) is not None:
        current = trace.columns["current_density"][rows] * area
    else:
        return None
    bias = _bias(trace, rows, name, read)
    if bias is None:
        return None
    good = np.abs(bias) > 1e-9
    return np.divide(current, bias, out=np.full(len(rows), NAN), where=good)


def _bias(trace: Trace, rows: NDArray[np.int64], name: str, read: float | None) -> F | None:
    """Voltage across the current path, row by row."""
    order = ["voltage", "drain_voltage"]
    if name == "drain_current":
        order.reverse()
    if "time" in trace.columns:
        for column in order:
            if column in trace.columns and np.any(np.isfinite(trace.columns[column][rows])):
                return trace.columns[column][rows]
    given = known(trace, "read_voltage", "drain_voltage")
    given = read if given is None else given
    return None if given is None else np.full(len(rows), given)


def read_voltage_of(traces: Sequence[Trace]) -> float | None:
    """Voltage at which the records were read: as stated, else the level they rest at."""
    for trace in traces:
        if "gate_voltage" in trace.columns:  # its read voltage is that of the gate
            continue
        if (given := known(trace, "read_voltage")) is not None:
            return given
    for trace in traces:
        names = ("drain_voltage", "voltage") if "gate_voltage" in trace.columns else ("voltage",)
        if trace.kind not in ("pulses", "retention", "synapse") or "time" not in trace.columns:
            continue
        for name in names:
            column = trace.columns.get(name)
            if column is None or not np.any(np.isfinite(column)):
                continue
            level = _read_level(trace, name, column[np.isfinite(column)])
            if level is not None and abs(level) > 1e-6 * float(np.nanmax(np.abs(column))):
                return level
    for trace in traces:
        if trace.kind != "iv" and (given := known(trace, "drain_voltage")) is not None:
            return given
    return None


def _read_level(trace: Trace, name: str, column: F) -> float | None:
    """Voltage at which a record in time is read; None where it does not tell."""
    if trace.kind == "retention" or not _moves(column):
        return float(np.median(column))
    if name != "voltage":
        return float(column[0])
    try:
        return levels_of(column).read
    except InputError:
        return None


def pulse_runs(traces: Sequence[Trace], read: float | None) -> tuple[list[PulseRun], list[str]]:
    """Every run of equal pulses of records of pulses, or of synapse tests where there are none."""
    kinds = {t.kind for t in traces}
    wanted = "pulses" if "pulses" in kinds else "synapse"
    found: list[PulseRun] = []
    notes = []
    for trace in traces:
        if trace.kind != wanted:
            continue
        stimulus = [s for s in STIMULI if s in trace.columns and _moves(trace.columns[s])]
        runs: list[PulseRun] = []
        for device, cycle, rows in pieces(trace):
            G = conductance_of(trace, rows, read)
            if G is None:
                notes.append(f"{trace.label}: no conductance: give read_voltage")
                break
            if "time" in trace.columns and stimulus:
                try:
                    runs += timed_runs(trace, rows, G, device)
                except InputError as e:
                    notes.append(f"{trace.label}: not read: {e.value}; {e.remedy}")
            else:
                runs += listed_runs(trace, rows, G, device, cycle)
        if not runs and not notes:
            notes.append(f"{trace.label}: no run of pulses that can be read")
        found += runs
    return _numbered(found), notes


def _numbered(runs: list[PulseRun]) -> list[PulseRun]:
    """Number the cycles of each device where they have no number of their own."""
    count: dict[tuple[int, bool], int] = {}
    out = []
    for run in runs:
        key = run.device, run.rises
        count[key] = count.get(key, -1) + 1
        out.append(replace(run, cycle=count[key]))
    return out


def _moves(x: F) -> bool:
    good = x[np.isfinite(x)]
    return bool(len(good)) and float(np.ptp(good)) > 1e-6 * max(float(np.max(np.abs(good))), 1e-300)


def listed_runs(
    trace: Trace, rows: NDArray[np.int64], G: F, device: int, cycle: int | None
) -> list[PulseRun]:
    """Runs of a list of conductances, one after each pulse."""
    amplitude = trace.columns.get("voltage")
    light = trace.columns.get("light")
    drive = "electrical" if light is None or not np.any(light[rows] > 0.0) else "optical"
    applied = amplitude[rows] if amplitude is not None else None
    base = PulseRun(
        device, cycle or 0, G, "optical" if known(trace, "pulse_light") else drive,
        known(trace, "pulse_light", "pulse_voltage") or NAN, known(trace, "pulse_width") or NAN,
    )  # fmt: skip
    if applied is not None and _moves(applied) and np.all(np.isfinite(applied)):
        return _by_amplitude(base, G, applied)
    out = []
    down = known(trace, "depression_voltage")
    for part in cut_runs(G):
        run = replace(base, reading=part)
        if not run.rises and down is not None:
            run = replace(run, amplitude=down, drive="electrical")
        out.append(run)
    return out


def _by_amplitude(base: PulseRun, G: F, applied: F) -> list[PulseRun]:
    """Cut where the amplitude of the pulses changes; row k is what pulse k left."""
    edges = [0]
    for k in range(1, len(applied)):
        if not _alike(applied[k], applied[k - 1]):
            edges.append(k)
    edges.append(len(applied))
    out = []
    for a, b in itertools.pairwise(edges):
        start = max(a - 1, 0)
        if b - start >= 3 and applied[a] != 0.0:
            out.append(replace(base, reading=G[start:b], amplitude=float(applied[a])))
    return out


def _alike(a: float, b: float) -> bool:
    return abs(a - b) <= ALIKE * max(abs(a), abs(b))


def cut_runs(weight: F) -> list[F]:
    """Cut a list of weights where it turns; equal runs are cut at their common length.

    A turn that is looked for at the highest reading would always end a run with a lucky one.

    >>> [p.tolist() for p in cut_runs(np.array([0.0, 1, 2, 3, 4, 3, 2, 1, 0]))]
    [[0.0, 1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0, 0.0]]
    """
    from scipy.signal import find_peaks

    good = weight[np.isfinite(weight)]
    if len(good) < 3 or float(np.ptp(good)) == 0.0:
        return []
    width = min(max(3, len(good) // 60), WIDEST) | 1
    edge = np.pad(good, width // 2, mode="edge")
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(edge, width), axis=1)
    span = float(np.quantile(smooth, 0.98) - np.quantile(smooth, 0.02))
    turns = []
    for side in (1.0, -1.0):
        found = [int(k) for k in find_peaks(side * smooth, prominence=0.4 * span)[0]]
        turns += [_kink(good, k, width, side) for k in found if 1 < k < len(good) - 2]
    turns.sort()
    turns = _regular(turns, len(good))
    edges = [0, *turns, len(good) - 1]
    out = [good[a : b + 1] for a, b in itertools.pairwise(edges)]
    return [p for p in out if len(p) >= 3]


def _kink(y: F, near: int, width: int, side: float) -> int:
    """Row near which the slope of straight lines before and after changes most to that side."""
    reach = max(width, 5)
    best, most = near, -math.inf
    for k in range(max(near - width, 2), min(near + width, len(y) - 3) + 1):
        slopes = []
        for part in (y[max(k - reach, 0) : k + 1], y[k : k + reach + 1]):
            x = np.arange(len(part)) - 0.5 * (len(part) - 1)
            slopes.append(float(x @ part) / max(float(x @ x), 1.0))
        turned = side * (slopes[0] - slopes[1])
        if turned > most:
            best, most = k, turned
    return best


def _regular(turns: list[int], rows: int) -> list[int]:
    """Turns at equal distances, where what was found lies near such a comb.

    A list that holds a whole number of runs of the usual length starts with a whole one.
    """
    if len(turns) < 2:
        half = round(0.5 * (rows - 1))
        return [half] if turns and rows % 2 and abs(turns[0] - half) <= 2 else turns
    lengths = np.diff(turns)
    usual = float(np.median(lengths))
    length = round(usual)
    if length < 4 or np.any(np.abs(lengths - length) > max(3.0, 0.12 * length)):
        return turns
    number = round((rows - 1) / usual)
    if number == len(turns) + 1 and (rows - 1) % number == 0:
        length = (rows - 1) // number
        whole = [length * (k + 1) for k in range(len(turns))]
        if max(abs(a - b) for a, b in zip(whole, turns, strict=True)) <= max(3, length // 8):
            return whole
    first = round(float(np.median(np.array(turns) - length * np.arange(len(turns)))))
    comb = [first + length * k for k in range(len(turns))]
    return comb if comb[-1] < rows - 1 and comb[0] > 0 else turns


@dataclass(frozen=True)
class Event:
    """One pulse: rows [start, end), times of its edges [s], its level, and its channel."""

    start: int
    end: int
    on: float
    off: float
    level: float
    channel: str


def timed_runs(trace: Trace, rows: NDArray[np.int64], G: F, device: int) -> list[PulseRun]:
    """Runs of a record in time: read between pulses, late in each gap."""
    t = trace.columns["time"][rows]
    events, reads = _events(trace, rows)
    if not events:
        return []
    G = np.where(reads, G, NAN)
    edges = [(0, events[0].start)]
    edges += [(a.end, b.start) for a, b in itertools.pairwise(events)]
    edges.append((events[-1].end, len(t)))
    late = np.array([_late(G[a:b]) for a, b in edges])
    soon = np.array([_soon(G[a:b]) for a, b in edges])
    out: list[PulseRun] = []
    groups: list[list[int]] = []
    for k, e in enumerate(events):
        if groups and _same(events[groups[-1][-1]], e):
            groups[-1].append(k)
        else:
            groups.append([k])
    for group in groups:
        if not math.isfinite(late[group[0]]):
            group = group[1:]  # no reading stands before the first pulse of a record
        reading = late[group[0] : group[-1] + 2] if group else late[:0]
        if len(reading) < 2 or not np.all(np.isfinite(reading)):
            continue
        e = events[group[0]]
        jump = soon[group[0] + 1 : group[-1] + 2] - reading[:-1]
        gone = soon[group[0] + 1 : group[-1] + 2] - reading[1:]
        share = np.divide(gone, jump, out=np.full(len(jump), NAN), where=np.abs(jump) > 0.0)
        energy, light = _energies(trace, rows, [events[k] for k in group])
        drive = "optical" if e.channel in LIGHT else "electrical"
        width = float(np.median([events[k].off - events[k].on for k in group]))
        out.append(PulseRun(device, 0, reading, drive, e.level, width, energy, light, share))
    return out


def _same(a: Event, b: Event) -> bool:
    return a.channel == b.channel and _alike(a.level, b.level) and (a.level > 0) == (b.level > 0)


def _late(gap: F) -> float:
    good = gap[np.isfinite(gap)]
    return float(np.median(good[-max(len(good) // 3, 1) :])) if len(good) else NAN


def _soon(gap: F) -> float:
    good = gap[np.isfinite(gap)]
    return float(good[0]) if len(good) else NAN


def _events(trace: Trace, rows: NDArray[np.int64]) -> tuple[list[Event], NDArray[np.bool_]]:
    """Writing pulses of all channels in order, and the rows at which the device is read."""
    t = trace.columns["time"][rows]
    names = [s for s in STIMULI if s in trace.columns and _moves(trace.columns[s][rows])]
    if "source_voltage" in names and "voltage" in names:
        names.remove("voltage")
    reads = np.ones(len(rows), bool)
    events: list[Event] = []
    for name in names:
        x = np.nan_to_num(trace.columns[name][rows])
        if name in ("voltage", "source_voltage"):
            found, own = _writing(trace, x, t, name)
            reads &= own
        else:
            found = _pulses(x, t, name, float(x[0]))
        for e in found:
            reads[e.start : e.end] = False
        events += found
    return sorted(events, key=lambda e: e.start), reads


def _pulses(
    x: F, t: F, name: str, rest: float, reads: NDArray[np.bool_] | None = None
) -> list[Event]:
    """Departures from rest, cut where the device is read and where the sign turns."""
    height = x - rest
    top = float(np.max(np.abs(height)))
    if top == 0.0:
        return []
    out: list[Event] = []
    off = np.abs(height) <= 0.02 * top
    if reads is not None:
        off |= reads
    state = np.where(off, 0.0, np.sign(height))
    edges = np.concatenate([[0], np.flatnonzero(np.diff(state)) + 1, [len(x)]]).astype(int)
    for start, end in itertools.pairwise(edges.tolist()):
        if off[start]:
            continue
        part = height[start:end]
        level = float(part[np.argmax(np.abs(part))])
        plateau = part[np.abs(part) > 0.9 * abs(level)]
        # edges half way to the rows beside them, no further than rows of the pulse are apart
        apart = float(np.median(np.diff(t[start:end]))) if end - start > 1 else math.inf
        on = float(t[start]) - 0.5 * min(float(t[start] - t[max(start - 1, 0)]), apart)
        stop = float(t[end - 1]) + 0.5 * min(float(t[min(end, len(t) - 1)] - t[end - 1]), apart)
        out.append(Event(start, end, on, stop, rest + float(np.median(plateau)), name))
    return out


def _writing(trace: Trace, x: F, t: F, name: str) -> tuple[list[Event], NDArray[np.bool_]]:
    """Pulses that write, and the rows at which the device is read.

    Raises
    ------
    InputError
        If it cannot be told which level reads.
    """
    found = levels_of(x, known(trace, "read_voltage"))
    events = _pulses(x, t, name, found.rest, found.reads)
    least = 1.3 * abs(found.read or 0.0)
    return [e for e in events if abs(e.level) > least], found.reads


def _energies(
    trace: Trace, rows: NDArray[np.int64], events: Sequence[Event]
) -> tuple[float, float]:
    """Median electrical and optical energy of the pulses [J]; NaN where not recorded."""
    t = trace.columns["time"][rows]

    def integral(y: F, e: Event) -> float:
        end = min(e.end, len(t) - 1)
        return float(np.sum(y[e.start : end] * np.diff(t[e.start : end + 1])))

    current = trace.columns.get("current", trace.columns.get("drain_current"))
    name = "drain_voltage" if "drain_current" in trace.columns else "voltage"
    bias = trace.columns.get(name)
    electrical = optical = NAN
    if current is not None and bias is not None:
        power = np.abs(current[rows] * bias[rows])
        electrical = float(np.median([integral(power, e) for e in events]))
    area = known(trace, "area", "illuminated_area")
    width, length = known(trace, "channel_width"), known(trace, "channel_length")
    if area is None and width is not None and length is not None:
        area = width * length
    if "light" in trace.columns and area is not None:
        dose = np.nan_to_num(np.abs(trace.columns["light"][rows])) * area
        optical = float(np.median([integral(dose, e) for e in events]))
    return electrical, optical if optical else NAN


def steps_of(runs: Sequence[PulseRun]) -> tuple[Steps, ...]:
    """Join runs of the same drive, direction and amplitude, those of most pulses first."""
    groups: list[list[PulseRun]] = []
    for run in runs:
        for group in groups:
            a = group[0]
            same = a.drive == run.drive and a.rises == run.rises
            both = math.isnan(a.amplitude) and math.isnan(run.amplitude)
            if same and (both or _alike(a.amplitude, run.amplitude)):
                group.append(run)
                break
        else:
            groups.append([run])
    groups.sort(key=lambda g: -sum(len(r.reading) for r in g))
    return tuple(_steps(group) for group in groups)


def _steps(group: Sequence[PulseRun]) -> Steps:
    first = group[0]
    sizes = [len(r.reading) - 1 for r in group]
    unit = "W/m2" if first.drive == "optical" else "V"

    def typical(values: Sequence[float], unit: str, why: str) -> Sourced:
        good = [v for v in values if math.isfinite(v)]
        if not good:
            return Sourced.unknown(unit, why)
        return Sourced(float(np.median(good)), unit, basis="computed", note="of the records")

    return Steps(
        np.concatenate([r.reading[:-1] for r in group]),
        np.concatenate([np.diff(r.reading) for r in group]),
        np.repeat([r.device for r in group], sizes).astype(np.int64),
        np.repeat([r.cycle for r in group], sizes).astype(np.int64),
        first.drive,
        typical([r.amplitude for r in group], unit, "the records do not say it"),
        typical([r.duration for r in group], "s", "the records do not say it"),
        typical([r.energy for r in group], "J", "voltage and current of a pulse not recorded"),
        typical([r.optical_energy for r in group], "J", "no light, or no area"),
    )
