r"""What an inference costs: energy, latency and area, as estimates with their assumptions.

Read-out of one input vector, read time T for each of its S reads:

- cells: :math:`\sum V_i^2 G_{ij} T`, drive voltage times current of ideal wires. With resistive
  wires the supply gives less (`supply_power`), so this is an upper bound;
- lines: :math:`c N V^2` to charge and discharge each driven word line of N cells;
- drivers: an energy for each word-line pulse;
- converters: conversions times the energy of one, the larger of two laws of effective bits b,
  Walden's :math:`E = F_w 2^b` and the thermal limit of Schreier's,
  :math:`E = \tfrac12\, 10^{(6.02 b + 1.76 - F_s) / 10}`;
- latency: S times the longer of T and the settling of a line, :math:`\tfrac12 r c N^2 \ln 2^{b+1}`
  (a distributed line to half a step);
- refresh, where there is one: energy of writing all cells times latency over its period.

Digital logic, memory, buses and light sources are left out. Every number has an interval, and a
total the 5 % to 95 % quantiles over draws of all of them.

References: R. H. Walden, IEEE J. Sel. Areas Commun. 17, 539 (1999), doi:10.1109/49.761034;
B. Murmann, IEEE Solid-State Circuits Mag. 7(3), 58 (2015), doi:10.1109/MSSC.2015.2442393.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import Z90
from ..core.errors import HalodotError, InputError
from ..core.randomness import generator
from ..core.sourced import Sourced, assumed, computed
from .crossbar import read_matrix
from .matrix import ProgrammedMatrix, Reading
from .state import Array

F = NDArray[np.float64]

BITS = 8  # of converters, where the study takes exact ones
DRAWS = 4000
WALDEN = assumed(
    1e-14, "J", 2e-15, 1e-13, "Walden figure of merit: 10 fJ a step, as published converters of "
    "6 to 10 bit give at 0.1 to 1 GS/s; depends on process and rate",
)  # fmt: skip
SCHREIER = assumed(
    170.0, "1", 160.0, 180.0, "Schreier figure of merit in dB; the best published lie near 185"
)


@dataclass(frozen=True)
class Estimates:
    """What one inference takes on an array; `write_...` what putting the weights there took.

    Attributes
    ----------
    energy, latency
        Of one input vector through all matrices [J], [s].
    area
        Of all cells, periphery left out [m2].
    write_energy, write_optical_energy, write_time
        Of all matrices, electrical and light on the cells apart [J], [J], [s].
    parts
        Of `energy`, by name [J]: cells, lines, drivers, converters.
    """

    energy: Sourced
    latency: Sourced
    area: Sourced
    write_energy: Sourced
    write_optical_energy: Sourced
    write_time: Sourced
    parts: dict[str, Sourced] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


LEFT_OUT = (
    "estimate: digital logic, memory, buses, light sources and the periphery's area are left out",
    "cells dissipate drive voltage times current of ideal wires: an upper bound",
)


def inference(
    array: Array, matrices: Sequence[ProgrammedMatrix], readings: Sequence[Reading]
) -> Estimates:
    """Estimate what one input vector takes through several matrices, one after another.

    Parameters
    ----------
    matrices, readings
        One of each for every product; the mean over a batch stands in a reading.

    Raises
    ------
    InputError
        If their numbers differ or there is none.

    Examples
    --------
    >>> from halodot.array.state import CellModel
    >>> S = Sourced
    >>> cell = CellModel(S(0.0, "S"), S(1e-4, "S"), S(0.1, "V"), S(0.0, "1"))
    >>> array = Array(cell, 4, 4, S(0.0, "ohm"), seed=1, read_time=S(1e-7, "s"))
    >>> matrix = array.program([[1.0]])
    >>> found = inference(array, [matrix], [matrix.multiply([[1.0]])])
    >>> f"{found.parts['cells'].value:.3g}"
    '1e-13'
    """
    if len(matrices) != len(readings) or not matrices:
        raise InputError("readings", len(readings), "one for each matrix, at least one", "")
    parts = _energies(array, readings)
    latency = _latency(array, matrices, readings)
    refresh = _refresh(array, matrices, latency)
    if refresh is not None:
        parts["refresh"] = refresh
    known = all(q.is_known for q in parts.values())
    missing = next((q.note for q in parts.values() if not q.is_known), "")
    names = ", ".join(parts)
    total = (
        propagate(lambda *x: sum(x), tuple(parts.values()), "J", f"estimate: {names}")
        if known
        else Sourced.unknown("J", missing)
    )
    return Estimates(
        total,
        latency,
        _area(array, matrices),
        *_written(matrices),
        parts,
        LEFT_OUT,
    )


def _energies(array: Array, readings: Sequence[Reading]) -> dict[str, Sourced]:
    layout = array.layout
    time = float(array.read_time) if array.read_time.is_known else 0.0
    power = sum(r.cell_energy for r in readings) / time if time else 0.0
    driven = sum(r.line_drive for r in readings)
    pulses = float(sum(r.word_lines * r.steps for r in readings))
    conversions = float(sum(r.conversions for r in readings))
    return {
        "cells": scaled(array.read_time, power, "J", "drive voltage times current, read time"),
        "lines": scaled(layout.line_capacitance, driven, "J", "charging word lines"),
        "drivers": scaled(layout.driver_energy, pulses, "J", f"{pulses:.0f} word-line pulses"),
        "converters": scaled(array.adc_energy, conversions, "J", f"{conversions:.0f} conversions"),
    }


def _refresh(
    array: Array, matrices: Sequence[ProgrammedMatrix], latency: Sourced
) -> Sourced | None:
    """Energy of writing all again, for the time that one inference takes."""
    period = array.writing.refresh
    if period is None:
        return None
    written = _written(matrices)[0]
    if not written.is_known:
        return Sourced.unknown("J", f"refresh: {written.note}")
    if not latency.is_known:
        return Sourced.unknown("J", f"refresh: {latency.note}")
    every = float(period)
    note = f"rewriting every {every:.3g} s, for the latency of one inference"
    return propagate(lambda energy, time: energy * time / every, (written, latency), "J", note)


def _latency(
    array: Array, matrices: Sequence[ProgrammedMatrix], readings: Sequence[Reading]
) -> Sourced:
    if not array.read_time.is_known:
        return array.read_time
    steps = [r.steps for r in readings]
    cells = [max(t.conductance.shape[k] for t in m.tiles) for m in matrices for k in (0, 1)]
    longest = float(max(cells))
    bits = (array.adc_bits or BITS) + 1

    def formula(read: float, wire: float, capacitance: float) -> float:
        settle = 0.5 * wire * capacitance * longest**2 * bits * math.log(2.0)
        return sum(steps) * max(read, settle)

    capacitance = array.layout.line_capacitance
    if not capacitance.is_known:
        return scaled(array.read_time, float(sum(steps)), "s", "read times, settling left out")
    note = f"estimate: {sum(steps)} reads one after another, tiles of a matrix at once"
    return propagate(formula, (array.read_time, array.wire_resistance, capacitance), "s", note)


def _area(array: Array, matrices: Sequence[ProgrammedMatrix]) -> Sourced:
    count = float(sum(m.fresh.size for m in matrices))
    return scaled(array.layout.cell_area, count, "m2", f"{count:.0f} cells, periphery left out")


def _written(matrices: Sequence[ProgrammedMatrix]) -> tuple[Sourced, Sourced, Sourced]:
    """Electrical and optical energy and time of writing all matrices."""
    found = [m.written for m in matrices if m.written is not None]
    if len(found) < len(matrices):
        reason = "cells were written directly: writing = 'verify' or 'open loop' counts pulses"
        return tuple(Sourced.unknown(u, reason) for u in ("J", "J", "s"))  # type: ignore[return-value]
    columns = zip(*((w.energy, w.optical_energy, w.time) for w in found), strict=True)
    return tuple(_sum(list(c)) for c in columns)  # type: ignore[return-value]


def _sum(parts: list[Sourced]) -> Sourced:
    """Sum of quantities that are off together: ends add."""
    for q in parts:
        if not q.is_known:
            return q
    value = sum(float(q) for q in parts)
    low, high = (
        sum(float(q) if getattr(q, k) is None else getattr(q, k) for q in parts)
        for k in ("low", "high")
    )
    return computed(value, parts[0].unit, low, high, note=parts[0].note)


def conversion_energy(bits: int | None) -> Sourced:
    """Return the energy of one conversion of so many bits [J]; 8 where they are exact.

    >>> q = conversion_energy(8)
    >>> f"{q.value:.2e}", q.basis
    ('2.56e-12', 'assumed')
    """
    b = float(BITS if bits is None else bits)

    def formula(walden: float, schreier: float) -> float:
        return max(walden * 2.0**b, 0.5 * 10.0 ** ((6.02 * b + 1.76 - schreier) / 10.0))

    found = propagate(formula, (WALDEN, SCHREIER), "J", "")
    low, high = found.low, found.high
    note = f"{b:.0f} bit by the larger of Walden's 10 fJ a step and Schreier's 170 dB"
    return Sourced(found.value, "J", low, high, "assumed", (), note)


def cell_area(feature: Sourced, device: Sourced | None = None) -> Sourced:
    """Return the area of a cell [m2]: that of the device where it is known, else 4 F2.

    >>> f"{cell_area(Sourced(1e-6, 'm')).value:.3g}"
    '4e-12'
    """
    if device is not None and device.is_known and float(device) > 0.0:
        note = "area of the device; lines beside it are left out"
        return computed(float(device), "m2", device.low, device.high, device.sources, note)
    ends = [None if e is None else 4.0 * e * e for e in (feature.low, feature.high)]
    note = f"4 F2 with F = {float(feature):.3g} m: {feature.note}"
    value = 4.0 * float(feature) ** 2
    return Sourced(value, "m2", ends[0], ends[1], feature.basis, feature.sources, note)


def supply_power(matrix: ProgrammedMatrix, inputs: ArrayLike) -> F:
    """Return what the word-line drivers give [W], wires included, one number an input vector.

    Inputs are heights of pulses here, whatever the coding. Costs a solve of each tile for each
    input.

    Raises
    ------
    HalodotError
        If a tile did not converge.
    """
    x = read_matrix(inputs, "inputs", (2,), "[batch, inputs]")
    power = np.zeros(len(x))
    for tile in matrix.tiles:
        volts = np.ascontiguousarray(x[:, tile.rows]) * matrix.device.read_voltage
        found = tile.crossbar.solve(volts)
        if not found.status.is_good:
            raise HalodotError(f"supply_power: {found.status.value}")
        power += (volts * found.word_current).sum(axis=1)
    return power


def scaled(q: Sourced, factor: float, unit: str, note: str) -> Sourced:
    """Return `q` times a number of 0 or more, with its interval; unknown stays unknown."""
    if not q.is_known:
        return Sourced.unknown(unit, q.note)
    low, high = (None if e is None else e * factor for e in (q.low, q.high))
    said = f"{note}; {q.note}" if q.basis == "assumed" and q.note else note
    return Sourced(float(q) * factor, unit, low, high,
                   "assumed" if q.basis == "assumed" else "computed", q.sources, said)  # fmt: skip


def propagate(
    formula: Callable[..., float], quantities: Sequence[Sourced], unit: str, note: str
) -> Sourced:
    """Return `formula` of quantities with the 5 % and 95 % quantiles over draws of them.

    >>> q = propagate(lambda a, b: a * b, (Sourced(2.0, "1", 1.0, 4.0), Sourced(3.0)), "1", "")
    >>> q.value, bool(2.5 < q.low < 3.5), bool(10.0 < q.high < 14.0)
    (6.0, True, True)
    """
    value = formula(*(float(q) for q in quantities))
    if all(q.low is None for q in quantities):
        return computed(value, unit, note=note)
    rng = generator(0, "array.estimates")
    columns = [_samples(q, rng.standard_normal(DRAWS)) for q in quantities]
    draws = [formula(*row) for row in zip(*columns, strict=True)]
    low, high = np.quantile(draws, [0.05, 0.95])
    return computed(value, unit, min(float(low), value), max(float(high), value), note=note)


def _samples(q: Sourced, deviates: F) -> list[float]:
    """`q` at many standard normal deviates: `population.at_deviate`, all at once."""
    value = float(q)
    if q.low is None or q.high is None:
        return [value] * len(deviates)
    end = np.where(deviates > 0, q.high, q.low)
    part = np.abs(deviates) / Z90
    if value > 0 and q.low > 0:
        return list(value * np.exp(part * np.log(end / value)))
    return list(value + part * (end - value))
