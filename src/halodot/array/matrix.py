"""Weights written to tiles of crossbar: products, converters, ageing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.status import Status, worst
from . import ageing, converters
from .converters import Converter, Pulses
from .crossbar import Crossbar, read_matrix
from .mapping import Mapping
from .population import Cells, Device
from .state import Readout, Shape
from .writing import Written

F = NDArray[np.float64]
Noise = Callable[["Tile", F, F], F]


def crossbar(conductance: F, device: Device, readout: Readout, shape: Shape | None) -> Any:
    """Return the solver of one tile: `Crossbar`, or `NonlinearCrossbar` for cells with a curve."""
    ends = None
    if device.source_resistance > 0.0 or device.ground_resistance > 0.0:
        from .ends import Ends

        ends = Ends(
            source_resistance=device.source_resistance, ground_resistance=device.ground_resistance
        )
    if readout.cells == "linear":
        if ends is None:
            return Crossbar(conductance, device.wire_resistance)
        return Crossbar(conductance, device.wire_resistance, ends=ends)
    if shape is None:
        raise InputError(
            "cells", "nonlinear", "a device whose current-voltage curve is known",
            "cells = 'linear'",
        )  # fmt: skip
    from .laws import Tabulated
    from .nonlinear import NonlinearCrossbar

    law = Tabulated(conductance, shape, device.low, device.high, device.read_voltage)
    return NonlinearCrossbar(law, device.wire_resistance, ends=ends)


@dataclass(frozen=True)
class Tile:
    """One crossbar with the place of its weights in the matrix.

    Attributes
    ----------
    rows, columns
        Inputs and outputs of the matrix that it serves.
    crossbar
        `Crossbar`, or `NonlinearCrossbar` where cells follow a curve.
    conductance
        [word lines, bit lines] [S], at the read voltage.
    lines, place
        Its lines among those of the mapping, and what its result counts (bit slices).
    ends
        Currents that its converters span [A]; None where they are not calibrated.
    """

    rows: slice
    columns: slice
    crossbar: Any
    conductance: F
    lines: slice
    place: float = 1.0
    ends: tuple[float, float] | None = None


@dataclass(frozen=True)
class Reading:
    """Result of a matrix product on tiles.

    Attributes
    ----------
    output
        [batch, outputs], in units of weight times input.
    cell_energy
        Drive voltage times current of ideal wires, per input vector, mean over the batch [J].
    conversions
        Bit lines converted per input vector.
    clipped
        Share of the conversions that lay beyond the ends of the converter [1].
    steps
        Reads of the array one after another for one input vector.
    line_drive
        Sum over driven lines of cells on the line times its voltage squared [V2], mean.
    word_lines
        Word lines of all tiles.
    """

    output: F
    cell_energy: float
    conversions: int
    status: Status
    clipped: float = 0.0
    steps: int = 1
    line_drive: float = 0.0
    word_lines: int = 0


@dataclass(frozen=True)
class ProgrammedMatrix:
    """Weights written to tiles of crossbar, ready to multiply.

    Attributes
    ----------
    fresh, cells
        Conductances just written [inputs, lines] [S], and the ends of each cell.
    shape
        Current-voltage curve of the cells, for those that are not linear.
    age
        Since they were written [s].
    written
        What writing took, pulse by pulse; None where cells were written directly.
    key
        (seed, draw, part) of the draws of noise; draw None is without any.
    """

    tiles: tuple[Tile, ...]
    device: Device
    scale: float
    outputs: int
    read_time: float
    adc_bits: int | None
    mapping: Mapping
    readout: Readout
    fresh: F
    cells: Cells
    key: tuple[int, int | None, int]
    shape: Shape | None = None
    age: float = 0.0
    written: Written | None = None

    def multiply(self, inputs: ArrayLike, read: int = 0) -> Reading:
        """Multiply inputs [batch, inputs] in -1 ... 1 with the weights, as the array does.

        Parameters
        ----------
        read
            Number of the read: where reads are noisy, one number is one draw of the noise. The
            noise of an input depends on its place in the batch, not on those after it.

        Raises
        ------
        InputError
            If an input lies outside -1 ... 1, is negative where inputs are not signed, or the
            converters need a calibration first.
        """
        x = self._read_inputs(inputs)
        pulses = converters.coded(
            x, self.readout.coding, self.readout.dac_bits, linear=self.readout.cells == "linear"
        )
        statuses, clipped = [Status.OK], []
        total = np.zeros((len(x), self.outputs))
        for number, tile in enumerate(self.tiles):
            converter = self._converter(tile, number)
            for k, pulse in enumerate(pulses):
                current, status = self._current(tile, pulse, self._noise(read, number, k))
                statuses.append(status)
                if converter is not None:
                    current, share = converter.convert(current)
                    clipped.append(share)
                counts = tile.place * pulse.place
                total[:, tile.columns] += counts * self.mapping.difference(current)
        factor = self.scale / (self.device.read_voltage * self.device.span)
        return Reading(
            total * factor,
            *self._drive(x, len(pulses)),
            worst(*statuses),
            float(np.mean(clipped)) if clipped else 0.0,
            len(pulses),
            *self._lines(x),
        )

    def _read_inputs(self, inputs: ArrayLike) -> F:
        x = read_matrix(inputs, "inputs", (2,), "[batch, inputs]")
        if x.shape[1] != len(self.fresh):
            raise InputError(
                "inputs", f"shape {x.shape}", f"[batch, {len(self.fresh)}]", "one number a weight"
            )
        if np.abs(x).max() > 1.0 + 1e-9:
            raise InputError("inputs", float(np.abs(x).max()), "-1 to 1", "divide by the largest")
        if not self.readout.signed and x.min() < 0.0:
            raise InputError("inputs", float(x.min()), "0 to 1", "signed_inputs = true")
        return x

    def _current(self, tile: Tile, pulse: Pulses, noise: Noise) -> tuple[F, Status]:
        """Line currents [batch, lines], mean over the pulses that are converted together."""
        statuses = [Status.OK]
        current, mean = np.zeros((1, 1)), np.zeros((1, 1))
        for x, share in pulse.parts:
            volts = np.ascontiguousarray(x[:, tile.rows]) * self.device.read_voltage
            product = tile.crossbar.product(volts)
            statuses.append(product.status)
            current, mean = current + share * product.current, mean + share * volts
        return noise(tile, mean, current), worst(*statuses)

    def _noise(self, read: int, number: int, pulse: int) -> Noise:
        """Return what adds noise to currents of one read, tile and pulse; nothing where none is."""
        seed, draw, part = self.key
        own, lines = self.device.read_noise, self.readout.line_noise
        if draw is None or (own == 0.0 and not lines):
            return lambda _tile, _volts, current: current
        rng = generator(seed, "array.read", draw, part, read, number, pulse)
        time, temperature = self.read_time, float(self.readout.temperature)
        if lines and time <= 0.0:
            raise InputError("read_time", "unknown", "a time, for the noise of it", "'100 ns'")

        def noisy(tile: Tile, volts: F, current: F) -> F:
            variance = own**2 * (volts**2 @ tile.conductance**2)
            if lines:
                variance += converters.line_variance(volts, tile.conductance, time, temperature)
            return np.asarray(current + np.sqrt(variance) * rng.standard_normal(current.shape))

        return noisy

    def _converter(self, tile: Tile, number: int) -> Converter | None:
        if self.adc_bits is None:
            return None
        low, high = self._ends(tile)
        seed, draw, part = self.key
        readout = self.readout
        if draw is None or not (float(readout.adc_offset) or float(readout.adc_gain)):
            return Converter(self.adc_bits, low, high)
        rng = generator(seed, "array.converters", draw, part, number)
        offset, gain = rng.standard_normal((2, tile.conductance.shape[1]))
        return Converter(
            self.adc_bits, low, high,
            float(readout.adc_offset) * offset, 1.0 + float(readout.adc_gain) * gain,
        )  # fmt: skip

    def _ends(self, tile: Tile) -> tuple[float, float]:
        kind = self.readout.adc_range
        if kind == "calibrated":
            if tile.ends is None:
                raise InputError(
                    "adc_range", "calibrated, without calibration", "a batch of inputs first",
                    "use matrix.calibrated(inputs)",
                )  # fmt: skip
            return tile.ends
        if kind == "fixed":
            full = float(self.readout.adc_full_scale)
        else:
            # set when the cells were written: converters do not follow cells that fade
            written = self.fresh[tile.rows, tile.lines].sum(axis=0)
            full = self.device.read_voltage * float(written.max())
        return (-full if self.readout.signed else 0.0), full

    def calibrated(self, inputs: ArrayLike) -> ProgrammedMatrix:
        """Let the converters span what these inputs [batch, inputs] give, tile by tile.

        Returns itself where the converters do not ask for it.
        """
        if self.adc_bits is None or self.readout.adc_range != "calibrated":
            return self
        x, readout = self._read_inputs(inputs), self.readout
        linear = readout.cells == "linear"
        pulses = converters.coded(x, readout.coding, readout.dac_bits, linear=linear)
        quiet = self._noise_free
        tiles = []
        for tile in self.tiles:
            currents = [self._current(tile, pulse, quiet)[0] for pulse in pulses]
            low, high = min(c.min() for c in currents), max(c.max() for c in currents)
            tiles.append(replace(tile, ends=(min(float(low), 0.0), max(float(high), 0.0))))
        return replace(self, tiles=tuple(tiles))

    @staticmethod
    def _noise_free(_tile: Tile, _volts: F, current: F) -> F:
        return current

    def _drive(self, x: F, steps: int) -> tuple[float, int]:
        """Energy of the cells [J] and conversions."""
        squared = converters.drives(x, self.readout.coding, self.readout.dac_bits)
        squared *= self.device.read_voltage**2
        power = sum(
            float((squared[:, t.rows] @ t.conductance.sum(axis=1)).mean()) for t in self.tiles
        )
        lines = steps * sum(t.conductance.shape[1] for t in self.tiles)
        return power * self.read_time, lines

    def _lines(self, x: F) -> tuple[float, int]:
        """Cells on driven lines times voltage squared [V2], and word lines."""
        readout = self.readout
        if readout.coding == "width":
            squared = (converters.rounded(x, readout.dac_bits) != 0.0).astype(float)
        else:
            squared = converters.drives(x, readout.coding, readout.dac_bits)
        squared = squared.mean(axis=0) * self.device.read_voltage**2
        driven = sum(float(squared[t.rows].sum()) * t.conductance.shape[1] for t in self.tiles)
        return driven, sum(t.conductance.shape[0] for t in self.tiles)

    @property
    def conductance(self) -> F:
        """Conductances as they are now, [inputs, lines of the mapping] [S]."""
        found = np.empty_like(self.fresh)
        for tile in self.tiles:
            found[tile.rows, tile.lines] = tile.conductance
        return found

    def transfer(self) -> F:
        """Return line current over input voltage, wires included, [inputs, lines] [S]."""
        if self.readout.cells != "linear":
            raise InputError("cells", "nonlinear", "linear cells, for a transfer matrix", "")
        found = np.empty_like(self.fresh)
        for tile in self.tiles:
            found[tile.rows, tile.lines] = tile.crossbar.transfer().current
        return found

    def holding(self, conductance: ArrayLike) -> ProgrammedMatrix:
        """Return the same tiles with cells at `conductance` [inputs, lines] [S], as given.

        Raises
        ------
        InputError
            If the shape is not that of `fresh`, or an entry is negative.
        """
        held = read_matrix(conductance, "conductance", (2,), "[inputs, lines]")
        if held.shape != self.fresh.shape:
            raise InputError("conductance", f"shape {held.shape}", f"{self.fresh.shape}", "")
        return replace(self._with(held), fresh=held, age=0.0)

    def at(self, time: float) -> ProgrammedMatrix:
        """Return the matrix as it is `time` [s] after it was written.

        Raises
        ------
        InputError
            If the time is negative or not finite.

        Notes
        -----
        Range: the law of the decay that was measured, or simulated; reading disturbs nothing.
        """
        aged = ageing.relaxed(self.fresh, self.cells, self.device.decay, time)
        return replace(self._with(aged), age=time)

    def _with(self, conductance: F) -> ProgrammedMatrix:
        tiles = []
        for tile in self.tiles:
            G = conductance[tile.rows, tile.lines]
            solver = crossbar(G, self.device, self.readout, self.shape)
            tiles.append(replace(tile, conductance=G, crossbar=solver))
        return replace(self, tiles=tuple(tiles))
