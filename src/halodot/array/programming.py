r"""Signed weights on crossbars: differential pairs, levels, programming errors, tiles.

A weight w takes two cells on neighbouring bit lines. With the largest weight :math:`w_m` and the
range :math:`G_l \dots G_h`,

.. math:: G^\pm = G_l + (G_h - G_l) \max(\pm w, 0) / w_m ,\qquad
          y = \frac{w_m}{V_r (G_h - G_l)} (I^+ - I^-)

so that the common part of both cells cancels, wires aside. Programming moves each conductance by a
normal deviate with two parts: one over the range (write error), one over the conductance itself
(what writing does not remove). Conductances stay at 0 or above.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..core.status import Status, worst
from .crossbar import Crossbar, read_matrix
from .state import Array

F = NDArray[np.float64]


@dataclass(frozen=True)
class Device:
    """One draw of a cell model: plain numbers [S], [V], [1], [ohm]."""

    low: float
    high: float
    read_voltage: float
    programming_spread: float
    conductance_spread: float
    wire_resistance: float
    levels: int | None

    @property
    def span(self) -> float:
        """Programmable range [S]; the conductance itself where there is none."""
        return self.high - self.low if self.high > self.low else max(self.high, 1e-300)


@dataclass(frozen=True)
class Tile:
    """One crossbar with the place of its weights in the matrix."""

    rows: slice
    columns: slice
    crossbar: Crossbar


@dataclass(frozen=True)
class Reading:
    """Result of a matrix product on tiles.

    Attributes
    ----------
    output
        [batch, outputs], in units of weight times input.
    cell_energy
        Dissipated in the cells per input vector, mean over the batch [J].
    conversions
        Bit lines converted per input vector.
    """

    output: F
    cell_energy: float
    conversions: int
    status: Status


@dataclass(frozen=True)
class ProgrammedMatrix:
    """Weights written to tiles of crossbar, ready to multiply."""

    tiles: tuple[Tile, ...]
    device: Device
    scale: float
    outputs: int
    read_time: float
    adc_bits: int | None

    def multiply(self, inputs: ArrayLike) -> Reading:
        """Multiply inputs [batch, inputs] in -1 ... 1 with the weights, as the array does.

        Raises
        ------
        InputError
            If an input lies outside -1 ... 1: word lines reach no more than the read voltage.
        """
        x = read_matrix(inputs, "inputs", (2,), "[batch, inputs]")
        if np.abs(x).max() > 1.0 + 1e-9:
            raise InputError("inputs", float(np.abs(x).max()), "-1 to 1", "divide by the largest")
        volts = x * self.device.read_voltage
        total = np.zeros((len(x), self.outputs))
        power, statuses = 0.0, [Status.OK]
        for tile in self.tiles:
            used = np.ascontiguousarray(volts[:, tile.rows])
            product = tile.crossbar.product(used)
            statuses.append(product.status)
            current = self._convert(product.current)
            total[:, tile.columns] += current[:, 0::2] - current[:, 1::2]
            power += float(((used**2) @ tile.crossbar.conductance.sum(axis=1)).mean())
        factor = self.scale / (self.device.read_voltage * self.device.span)
        lines = sum(t.crossbar.shape[1] for t in self.tiles)
        return Reading(total * factor, power * self.read_time, lines, worst(*statuses))

    def _convert(self, current: F) -> F:
        """Round to the steps of a converter whose full scale is the largest current read."""
        full = float(np.abs(current).max())
        if self.adc_bits is None or full == 0.0:
            return current
        step = full / (2**self.adc_bits - 1)
        return np.round(current / step) * step


def draw_device(array: Array, draw: int | None) -> Device:
    """Fix the uncertain numbers of `array` at one draw; None takes medians and no errors.

    Raises
    ------
    InputError
        If the conductances or the read voltage of the cell are unknown.
    """
    cell = array.cell
    if not cell.is_known:
        named = (cell.conductance_low, cell.conductance_high, cell.read_voltage)
        reason = next(q.note for q in named if not q.is_known)
        raise InputError("array.cell", f"unknown ({reason})", "known conductances", "measure them")
    rng = None if draw is None else generator(array.seed, "array.device", draw)

    def pick(q: Sourced) -> float:
        return float(q if rng is None else q.sample(rng))

    ends = sorted(max(pick(q), 0.0) for q in (cell.conductance_low, cell.conductance_high))
    spreads = [max(pick(q), 0.0) for q in (cell.programming_spread, cell.conductance_spread)]
    if draw is None:
        spreads = [0.0, 0.0]
    wire = max(pick(array.wire_resistance), 0.0)
    volts = float(cell.read_voltage)
    return Device(ends[0], ends[1], volts, spreads[0], spreads[1], wire, cell.levels)


def target_conductance(weights: F, device: Device, scale: float) -> F:
    """Return the aimed pairs [inputs, 2 outputs] [S]: positive, negative, positive, ..."""
    fraction = np.zeros((weights.shape[0], 2 * weights.shape[1]))
    if scale > 0:
        fraction[:, 0::2] = np.maximum(weights, 0.0) / scale
        fraction[:, 1::2] = np.maximum(-weights, 0.0) / scale
    if device.levels is not None:
        fraction = np.round(fraction * (device.levels - 1)) / (device.levels - 1)
    return device.low + (device.high - device.low) * fraction


def disturb(target: F, device: Device, rng: np.random.Generator) -> F:
    """Return conductances as programmed: both spreads, no conductance below 0."""
    write = device.programming_spread * (device.high - device.low)
    own = device.conductance_spread * target
    moved = target + write * rng.standard_normal(target.shape)
    return np.maximum(moved + own * rng.standard_normal(target.shape), 0.0)


def program(
    array: Array, weights: ArrayLike, draw: int | None = None, part: int = 0
) -> ProgrammedMatrix:
    """Write signed weights to as many tiles as they need.

    Parameters
    ----------
    weights
        [inputs, outputs].
    draw
        Number of the programming draw: same array, seed and draw, same conductances. None
        programs without errors.
    part
        Which matrix of several on the same device (layer of a network): own write errors, same
        draw of what is uncertain about the device.

    Examples
    --------
    >>> from halodot.core.sourced import Sourced
    >>> from halodot.array.state import CellModel
    >>> S = Sourced
    >>> cell = CellModel(S(1e-6, "S"), S(1e-4, "S"), S(0.1, "V"), S(0.0, "1"))
    >>> array = Array(cell, 4, 4, S(0.0, "ohm"), seed=1, read_time=S(1e-7, "s"))
    >>> print(program(array, [[1.0, -2.0], [0.5, 0.0]]).multiply([[1.0, 0.5]]).output.round(9))
    [[ 1.25 -2.  ]]
    """
    matrix = read_matrix(weights, "weights", (2,), "[inputs, outputs]")
    device = draw_device(array, draw)
    scale = float(np.abs(matrix).max())
    conductance = target_conductance(matrix, device, scale)
    if draw is not None:
        conductance = disturb(
            conductance, device, generator(array.seed, "array.program", draw, part)
        )
    tiles = tuple(
        Tile(rows, slice(pairs.start // 2, pairs.stop // 2), Crossbar(G, device.wire_resistance))
        for rows, pairs, G in _cut(conductance, array.word_lines, array.bit_lines // 2 * 2)
    )
    time = float(array.read_time) if array.read_time.is_known else 0.0
    return ProgrammedMatrix(tiles, device, scale, matrix.shape[1], time, array.adc_bits)


def _cut(conductance: F, rows: int, lines: int) -> Iterator[tuple[slice, slice, F]]:
    """Cut into tiles of at most `rows` word lines and `lines` bit lines."""
    m, n = conductance.shape
    for i in range(0, m, rows):
        for j in range(0, n, lines):
            down, across = slice(i, min(i + rows, m)), slice(j, min(j + lines, n))
            yield down, across, conductance[down, across]
