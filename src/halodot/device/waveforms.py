"""Protocols of a two-terminal device as piecewise linear drives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.errors import InputError
from .protocols import (
    TWO_TERMINAL,
    Capacitance,
    Endurance,
    FromFile,
    Impedance,
    OpenCircuit,
    Pulses,
    Retention,
    Steady,
    Steps,
    Sweep,
    voltages,
)
from .synapse import Played, gates, runs
from .synaptic import Logic, Synapse
from .trains import pulses
from .waveform import EDGE, Array, Waveform, check_rows, crowded

__all__ = ["Waveform", "of", "pulses", "retention", "steady", "steps", "sweep"]


EARLY = 1e-6  # of a span in log time: its first row, where none is given
RESOLVED = 1e-9  # of the time before it: the shortest time that is told apart


def _path(corners: Array, cycles: int) -> Array:
    """Corner voltages of so many cycles, without repeating one where a cycle closes."""
    again = corners if corners[0] != corners[-1] else corners[1:]
    return np.concatenate([corners, *([again] * (cycles - 1))])


def _corners(raw: tuple[str | float, ...]) -> Array:
    corners = np.array(voltages(raw, "protocol.corners"))
    if np.any(np.diff(corners) == 0.0):
        raise InputError(
            "protocol.corners", list(raw), "neighbours that differ", "drop the repeated one"
        )
    return corners


def _counts(path: Array, step: float, field: str) -> Array:
    """Points on each leg of a path."""
    counts = np.maximum(1, np.ceil(np.abs(np.diff(path)) / step - 1e-9))
    check_rows(field, int(min(counts.sum(), 1e15)), "use a larger step")
    return counts.astype(int)


def sweep(p: Sweep) -> Waveform:
    """Cyclic sweep through the corner voltages at a constant rate."""
    v = _path(_corners(p.corners), p.cycles)
    counts = _counts(v, float(p.step), "protocol.step")
    time = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(v)) / float(p.rate))])
    outputs, index = [], []
    for k, n in enumerate(counts):
        outputs.append(time[k] + (time[k + 1] - time[k]) * np.arange(1, n + 1) / n)
        index.append(np.full(n, k))
    light = np.full(len(time), p.light)
    return Waveform(time, v, np.concatenate(outputs), np.concatenate(index), "iv", light)


def steady(p: Steady) -> Waveform:
    """Voltages at which the device comes to rest, one a second for want of a time."""
    start, end = voltages(p.voltage, "protocol.voltage")
    return _bias(np.linspace(start, end, p.points), p.light, "iv")


def _bias(v: Array, light: float, kind: str) -> Waveform:
    time = np.arange(len(v), dtype=float)
    return Waveform(time, v, time, np.zeros(len(v), dtype=np.int64), kind, np.full(len(v), light))


def steps(p: Steps) -> Waveform:
    """A staircase read at the end of every step, or a list of steps recorded in time."""
    if p.corners:
        return _staircase(p)
    spans = [float(s.duration) for s in p.step]
    check_rows("protocol.points", len(spans) * p.points, "use fewer points")
    corners, lights, closed, out, index = [], [], [], [], []
    start, v, g = 0.0, 0.0, p.light
    for k, (s, span) in enumerate(zip(p.step, spans, strict=True)):
        v = v if s.voltage is None else float(s.voltage)
        g = p.light if s.light is None else s.light
        edge = 0.0 if k == 0 else _edge(p, spans, k)
        corners += [(start + edge, v), (start + span, v)]
        lights += [g, g]
        closed += [s.voltage is not None] * (1 if k == 0 else 2)
        out.append(crowded(start + edge, span - edge, p.points))
        index.append(np.full(p.points, k))
        start += span
    time, voltage = np.array(corners).T
    return Waveform(
        time,
        voltage,
        np.minimum(np.concatenate(out), start),
        np.concatenate(index),
        "waveform",
        np.array(lights),
        None if all(closed) else np.array(closed),
    )


def _edge(p: Steps, spans: list[float], k: int) -> float:
    """Time of the edge between step k - 1 and k."""
    if p.rise is None:
        return EDGE * min(spans[k - 1], spans[k])
    if float(p.rise) >= spans[k]:
        raise InputError(
            "protocol.rise",
            f"{float(p.rise):.4g} s",
            f"less than every step (step {k} takes {spans[k]:.4g} s)",
            "use a shorter rise",
        )
    return float(p.rise)


def _staircase(p: Steps) -> Waveform:
    assert p.height is not None  # Steps refuses corners without
    assert p.dwell is not None
    path, dwell = _corners(p.corners), float(p.dwell)
    counts = _counts(path, float(p.height), "protocol.height")
    levels, index = [path[:1]], [np.zeros(1, dtype=np.int64)]
    for k, n in enumerate(counts):
        levels.append(path[k] + (path[k + 1] - path[k]) * np.arange(1, n + 1) / n)
        index.append(np.full(n, k))
    v = np.concatenate(levels)
    edge = EDGE * dwell if p.rise is None else float(p.rise)
    if edge >= dwell:
        raise InputError(
            "protocol.rise", f"{edge:.4g} s", f"less than dwell ({dwell:.4g} s)", "shorten it"
        )
    ends = dwell * np.arange(1, len(v) + 1, dtype=np.float64)
    time = np.concatenate([[0.0], np.repeat(ends, 2)[:-1]])
    time[2::2] += edge
    voltage = np.repeat(v, 2)
    return Waveform(time, voltage, ends, np.concatenate(index), "iv", np.full(len(time), p.light))


def retention(p: Retention) -> Waveform:
    """A write pulse, then reads at a constant voltage, spaced evenly in log time after it."""
    write, span = float(p.write_time), float(p.duration)
    edge = EDGE * min(write, span)
    start = write + 2 * edge
    v_write, v_read = float(p.write_voltage), float(p.read_voltage)
    corners = [(0.0, 0.0), (edge, v_write), (edge + write, v_write)]
    first = _first(p, min(edge, EARLY * span), "duration", span, start)
    out = start + np.geomspace(first, span, p.points)
    out[-1] = start + span
    closed = [True] * 3
    if p.between == "read":
        corners += [(start, v_read), (start + span, v_read)]
        closed += [True]
    else:
        corners.append((start, 0.0))
        before = start
        for read in out.tolist():
            length = 0.1 * (read - start) if p.read_time is None else float(p.read_time)
            on = read - min(length, 0.5 * (read - before))
            up = on + EDGE * (read - on)
            corners += [(on, 0.0), (up, v_read), (read, v_read)]
            closed += [p.between == "short", True, True]
            if p.between == "short":
                before = read + EDGE * (read - on)
                corners.append((before, 0.0))
                closed.append(True)
            else:
                before = read
        closed = closed[: len(corners) - 1]
    time, voltage = np.array(corners).T
    light = np.full(len(time), p.light)
    if p.write_light is not None:
        light[1:3] = p.write_light
    return Waveform(
        time,
        voltage,
        out,
        np.zeros(p.points, dtype=np.int64),
        "retention",
        light,
        None if all(closed) else np.array(closed),
        origin=start,
    )


def _first(
    p: Retention | OpenCircuit, default: float, name: str, span: float, before: float
) -> float:
    """Time of the first row of a part that takes `span` and starts `before` into the record [s]."""
    if p.first is None:  # floored where the digits of the time end
        return min(max(default, RESOLVED * span, RESOLVED * before), 0.5 * span)
    first = float(p.first)
    if not RESOLVED * before <= first < span:
        least = f"{RESOLVED * before:.2g} s to " if before > 0.0 else "less than "
        allowed = f"{least}{name} ({span:.4g} s)"
        raise InputError("protocol.first", f"{first:.4g} s", allowed, f"change it, or {name}")
    return first


def endurance(p: Endurance) -> Waveform:
    """Program, read, erase, read, again and again; a row for each read."""
    spans = [float(x) for x in (p.program_time, p.read_time, p.erase_time, p.read_time)]
    levels = [float(x) for x in (p.program_voltage, p.read_voltage, p.erase_voltage)]
    levels.append(levels[1])
    edge = EDGE * min(spans)
    start, corners, out = 0.0, [(0.0, levels[1])], []
    for k in range(4 * p.cycles):
        corners += [(start + edge, levels[k % 4]), (start + edge + spans[k % 4], levels[k % 4])]
        start = corners[-1][0]
        if k % 2:
            out.append(start)
    time, voltage = np.array(corners).T
    row = np.arange(2 * p.cycles)
    extra = {"cycle": (row // 2 + 1).astype(np.float64), "programmed": np.where(row % 2, 0.0, 1.0)}
    light = np.full(len(time), p.light)
    return Waveform(time, voltage, np.array(out), row // 2, "endurance", light, extra=extra)


def open_circuit(p: OpenCircuit) -> Waveform:
    """Terminals open at the first moment: light on for a while, then the dark."""
    lit, dark, v = float(p.light_time), float(p.decay_time), float(p.voltage)
    first = _first(p, EARLY * lit, "light_time", lit, 0.0)
    decay = _first(p, EARLY * dark, "decay_time", dark, lit)
    edge = EDGE * min(first, decay)
    time = np.array([0.0, edge, edge + lit, 2 * edge + lit, 2 * edge + lit + dark])
    light = p.light * np.array([0.0, 1.0, 1.0, 0.0, 0.0])
    out = [
        edge + np.geomspace(first, lit, p.points),
        2 * edge + lit + np.geomspace(decay, dark, p.points),
    ]
    return Waveform(
        time,
        np.full(5, v),
        np.minimum(np.concatenate(out), time[-1]),
        np.repeat([0, 1], p.points),
        "open_circuit",
        light,
        np.zeros(4, dtype=bool),
    )


def from_file(p: FromFile) -> Waveform:
    """The corners that a study or its file gives, joined by straight lines."""
    time, voltage = np.array(p.time), np.array(p.voltage)
    level = np.array(p.level) if p.level else np.full(len(time), p.light)
    _check_table(p)
    time = time - time[0]
    out = time[1:] if p.points == 0 else time[-1] * np.arange(1, p.points + 1) / p.points
    index = np.zeros(len(out), dtype=np.int64)
    return Waveform(time, voltage, out, index, "waveform", level)


def _check_table(p: FromFile) -> None:
    if len(p.time) < 2:
        given = p.file or "nothing (it is missing)"
        allowed = "file = a CSV beside the study, or lists time and voltage of at least two corners"
        raise InputError("protocol.time", given, allowed, "add file = 'waveform.csv'")
    for name, values in (("voltage", p.voltage), ("level", p.level)):
        if len(values) != len(p.time) and (values or name == "voltage"):
            allowed = f"one for each of the {len(p.time)} times"
            raise InputError(f"protocol.{name}", f"{len(values)} values", allowed, "fill it up")
    steps_of = np.diff(np.array(p.time))
    if not np.all(steps_of > 0):
        k = int(np.argmax(~(steps_of > 0)))
        raise InputError(
            f"protocol.time[{k + 1}]",
            p.time[k + 1],
            f"later than the time before it, {p.time[k]:g} s",
            "a jump takes a finite time: give it two times",
        )
    if p.level and not 0.0 <= min(p.level) <= max(p.level) <= 1.0:
        allowed = "0 to 1, fractions of device.light"
        raise InputError("protocol.level", [min(p.level), max(p.level)], allowed, "scale it")
    if not np.all(np.abs(np.array(p.voltage)) <= 1e4):
        raise InputError("protocol.voltage", max(p.voltage, key=abs), "-10 kV to 10 kV", "volts")


def small_signal(p: Impedance | Capacitance) -> Waveform:
    """Biases at which a small-signal protocol stands, in its rows."""
    if isinstance(p, Capacitance):
        start, end = voltages(p.voltage, "protocol.voltage")
        return _bias(np.linspace(start, end, p.points), p.light, "capacitance")
    low, high = float(p.lowest), float(p.highest)
    if not low < high:
        raise InputError(
            "protocol.lowest", f"{low:g} Hz", f"below highest ({high:g} Hz)", "swap the two"
        )
    wave = _bias(np.full(p.points, float(p.voltage)), p.light, "impedance")
    wave.extra["frequency"] = np.geomspace(low, high, p.points)
    return wave


_MAKERS: dict[Any, Callable[[Any], Waveform]] = {
    Sweep: sweep,
    Steady: steady,
    Steps: steps,
    Pulses: pulses,
    Retention: retention,
    Endurance: endurance,
    OpenCircuit: open_circuit,
    FromFile: from_file,
    Impedance: small_signal,
    Capacitance: small_signal,
    # the first of many; `composite.run` plays them all
    Synapse: lambda p: runs(p)[0].wave,
    Logic: lambda p: gates(p)[0].wave,
    Played: lambda p: p.wave,
}


def of(protocol: object) -> Waveform:
    """Return the waveform of a two-terminal protocol.

    Raises
    ------
    InputError
        If its values do not go together, or the protocol is one of a transistor.
    """
    maker = _MAKERS.get(type(protocol))
    if maker is None:
        raise InputError(
            "protocol.kind",
            getattr(protocol, "kind", protocol),
            " or ".join([", ".join(TWO_TERMINAL[:-1]), TWO_TERMINAL[-1]]),
            "a two-terminal device has no gate; set device.kind = 'transistor' for transfer and "
            "output",
        )
    return maker(protocol)
