"""A device as the neuron: bias and light on its cell, the current as it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...array.state import Compact, Drive
from ...core.status import Status, worst
from .peaks import smoothed
from .spec import Neuron
from .stimulus import Film

F = NDArray[np.float64]
RAMP = 240  # points of the ramp that finds a threshold
SWITCHES = 10.0  # times: a smaller step of the current on the ramp is no switch
EDGE = 0.1  # of the time that the shutter is closed: for it to close, and to open


@dataclass(frozen=True)
class Record:
    """What cells did under one stimulus.

    Attributes
    ----------
    time
        Of the readings, from the first moment of the stimulus [s]; shape [R].
    current
        As it was read [A]; shape [R, cells].
    lit
        Under light and bias [A]; shape [R, cells].
    response
        Of all cells together, smoothed: current [A], or cells above a current [1]; shape [R].
    energy
        That source gives to all cells, from the first moment on [J].
    light
        On all cells, as a fraction of full light, times time [s].
    """

    time: F
    current: F
    lit: F
    response: F
    energy: float
    light: float
    status: Status


def switching_voltage(cell: Compact, duration: float, floor: float = 1e-11) -> float:
    """Return the voltage at which a cell from rest switches on, in the dark; NaN if it does not.

    It is ramped evenly from zero to the largest voltage of its model within `duration` [s]; the
    largest step of the current between two of 240 readings is the switch, if it is tenfold.
    Currents below `floor` [A] count as this.
    """
    outputs = duration * np.arange(1, RAMP + 1) / RAMP
    ramp = Drive(np.array([0.0, duration]), np.array([0.0, cell.largest_voltage]), np.zeros(2),
                 outputs)  # fmt: skip
    current = np.abs(cell.follow(ramp).current)
    if not np.isfinite(current).all():
        return float("nan")
    steps = np.diff(np.log(np.maximum(current, max(floor, 1e-30))))
    k = int(np.argmax(steps))
    if steps[k] < np.log(SWITCHES):
        return float("nan")
    return cell.largest_voltage * (k + 1.5) / RAMP


def bias_of(cell: Compact, spec: Neuron, duration: float) -> float:
    """Return the bias [V]: given, or a share of `switching_voltage`; NaN where there is none.

    Parameters
    ----------
    duration
        Of the ramp [s], where no pulse says it.
    """
    if spec.bias is not None:
        return float(spec.bias)
    duration = duration if spec.pulse is None else float(spec.pulse)
    return spec.bias_share * switching_voltage(cell, duration, float(spec.floor))


def shone(time: F, light: F, spec: Neuron) -> F:
    """Return what falls on the cells: the light seen, or what a differentiator makes of it.

    >>> t = np.array([0.0, 1.0, 2.0])
    >>> shone(t, 0.2 * t, Neuron(encoding="rate", rate_time="2 s")).round(12).tolist()
    [0.4, 0.4, 0.4]
    """
    if spec.encoding == "light":
        return light
    rate = np.abs(np.gradient(light, time, axis=0))
    return np.minimum(float(spec.rate_time) * rate, 1.0)


def drive_of(ends: F, light: F, spec: Neuron, bias: float, settle: float) -> Drive:
    """Return the drive of one cell.

    Parameters
    ----------
    ends
        Of the frames [s], from 0; shape [R + 1].
    light
        On the cell at these moments; shape [R + 1].
    settle
        How long the first light stands under bias before [s].
    """
    hold = max(settle, 0.0)
    length = np.diff(ends)
    dark = spec.readout == "dark"
    closed = _closed(spec, length)
    lit = length - closed
    pulse = lit if spec.pulse is None else np.minimum(float(spec.pulse), lit * (1.0 - EDGE))
    edge = EDGE * np.minimum(pulse, lit - pulse)  # of the pulse; none where the bias stands
    shut, opened = ends[1:] - closed, ends[1:] - EDGE * closed
    kept = np.interp(shut, ends, light)
    none, held = np.zeros_like(kept), np.full(len(kept), bias)
    looks = np.full(len(kept), float(spec.read_voltage))
    rows = [(ends[:-1], held if spec.pulse is None else none, light[:-1])]
    if spec.pulse is not None:
        for at, volts in ((shut - pulse, none), (shut - pulse + edge, held)):
            rows.append((at, volts, np.interp(at, ends, light)))
    rows.append((shut, held, kept))
    if dark:
        rows += [(shut + EDGE * closed, looks, none), (opened, looks, none)]
    last = (ends[-1:], np.array([0.0 if spec.pulse else bias]), light[-1:])
    time, volts, lights = (
        np.append(np.stack([r[k] for r in rows], axis=1).ravel(), last[k]) for k in range(3)
    )
    keep = np.append(np.diff(time) > 0.0, True)  # a lit reading ends where its frame does
    time, volts, lights = time[keep] + hold, volts[keep], lights[keep]
    if hold > 0.0:
        time, volts = np.append(0.0, time), np.append(volts[0], volts)
        lights = np.append(lights[0], lights)
    outputs = np.stack([shut, opened], axis=1).ravel() if dark else shut
    return Drive(time, volts, lights, outputs + hold)


def follow(
    cells: Sequence[Compact], film: Film, light: F, spec: Neuron, *, ends: F, bias: float,
    settle: float, smoothing: float, seeds: Sequence[int],
) -> Record:  # fmt: skip
    """Show a stimulus to cells that share bias and shutter.

    Parameters
    ----------
    light
        That falls on each cell at the moments of `film`; shape [T, cells].
    ends
        Of the frames, from the first moment of the film [s].
    seeds
        Of the history of each cell; -1 is one without chance.
    """
    opened = 1.0 - spec.read_share if spec.readout == "dark" else 1.0
    reads, lit, energy, total, status = [], [], 0.0, 0.0, Status.OK
    for k, cell in enumerate(cells):
        on = np.interp(ends, film.time, light[:, k])
        drive = drive_of(ends, on, spec, bias, settle)
        found = cell.follow(drive, seed=seeds[k])
        status = worst(status, found.status)
        source = np.interp(drive.outputs, drive.time, drive.voltage)
        pairs = (found.current, found.current)
        if spec.readout == "dark":
            pairs = (found.current[0::2], found.current[1::2])
        lit.append(pairs[0])
        reads.append(pairs[1])
        energy += _energy(found.current, source, spec, ends)
        total += opened * float(np.trapezoid(on, ends))
    current, under = np.stack(reads, axis=1), np.stack(lit, axis=1)
    if spec.count_above is None:
        answer = np.abs(current).sum(axis=1)
    else:
        answer = (np.abs(current) > float(spec.count_above)).sum(axis=1).astype(float)
    # what could not be computed does not respond, and the status says so
    answer = smoothed(ends[1:], np.nan_to_num(answer), spec.smoothing, smoothing)
    return Record(ends[1:], current, under, answer, energy, total, status)


def _closed(spec: Neuron, length: F) -> F:
    """Part of each frame after its lit reading [s]: behind the shutter, or for a pulse to end."""
    if spec.readout == "dark":
        return spec.read_share * length
    return np.zeros(len(length)) if spec.pulse is None else 0.5 * EDGE * spec.read_share * length


def _energy(current: F, source: F, spec: Neuron, ends: F) -> float:
    """Work of the source [J]: each reading stands for the time under the voltage it was made at."""
    power = np.abs(np.nan_to_num(current) * source)
    length = np.diff(ends)
    closed = _closed(spec, length)
    lit = length - closed
    if spec.pulse is not None:
        lit = np.minimum(float(spec.pulse), lit)
    if spec.readout == "lit":
        return float(power @ lit)
    return float(power[0::2] @ lit + power[1::2] @ closed)
