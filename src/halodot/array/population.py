r"""What is uncertain of a device, drawn once, and how its cells differ, drawn cell by cell.

Both ends of the range are drawn together. With standard normal deviates :math:`z_l, z_h` of
correlation :math:`\rho` each end is its median times the width of its own interval to the power of
z / z90. An off state that would conduct better than the on state leaves no range: both ends then
stand at their geometric mean.

The range of a cell is :math:`G_{l,h} \exp(s z)` with :math:`s^2 = \ln(1 + \sigma^2)`: log-normal
around the device as its median cell, with the relative standard deviation :math:`\sigma`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.constants import Z90
from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced
from .state import Array, CellModel, Decay

F = NDArray[np.float64]


@dataclass(frozen=True)
class Device:
    """One draw of a cell model and of the lines: plain numbers [S], [V], [1], [ohm]."""

    low: float
    high: float
    read_voltage: float
    cycle_to_cycle: float
    conductance_spread: float
    wire_resistance: float
    levels: int | None
    device_to_device: float = 0.0
    read_noise: float = 0.0
    stuck_low: float = 0.0
    stuck_high: float = 0.0
    end_correlation: float = 0.5
    source_resistance: float = 0.0
    ground_resistance: float = 0.0
    decay: Decay | None = None

    @property
    def span(self) -> float:
        """Programmable range [S]; the conductance itself where there is none."""
        return self.high - self.low if self.high > self.low else max(self.high, 1e-300)


@dataclass(frozen=True)
class Cells:
    """Ends of the range of each cell [S], and the ends that cells are stuck at.

    Attributes
    ----------
    low, high
        [word lines, bit lines] [S].
    stuck
        -1 at the low end, 1 at the high end, 0 works.
    """

    low: F
    high: F
    stuck: NDArray[np.int8]

    @property
    def range(self) -> F:
        """High minus low [S]."""
        return np.asarray(self.high - self.low)

    def held(self, conductance: F) -> F:
        """Return `conductance` [S] with stuck cells where they are stuck."""
        found = np.where(self.stuck < 0, self.low, conductance)
        return np.where(self.stuck > 0, self.high, found)


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
        if not q.is_known:
            return 0.0
        return max(float(q if rng is None else q.sample(rng)), 0.0)

    low, high = _ends(cell, rng)
    names = ("cycle_to_cycle", "conductance_spread", "device_to_device", "read_noise",
             "stuck_low", "stuck_high")  # fmt: skip
    spreads = {name: pick(getattr(cell, name)) for name in names}
    wires = {
        "wire_resistance": pick(array.wire_resistance),
        "source_resistance": pick(array.readout.source_resistance),
        "ground_resistance": pick(array.readout.ground_resistance),
    }
    if draw is None:
        spreads = dict.fromkeys(names, 0.0)
    share = max(spreads["stuck_low"] + spreads["stuck_high"], 1.0)
    spreads |= {name: spreads[name] / share for name in ("stuck_low", "stuck_high")}
    return Device(
        low=low,
        high=high,
        read_voltage=float(cell.read_voltage),
        levels=cell.levels,
        end_correlation=cell.end_correlation,
        decay=_decay(cell.decay, rng),
        **spreads,
        **wires,
    )


def _ends(cell: CellModel, rng: np.random.Generator | None) -> tuple[float, float]:
    low, high = cell.conductance_low, cell.conductance_high
    if rng is None:
        return _in_order(float(low), float(high))
    first, second = rng.standard_normal(2)
    rho = cell.end_correlation
    along = rho * first + math.sqrt(max(1.0 - rho * rho, 0.0)) * second
    return _in_order(at_deviate(low, float(first)), at_deviate(high, float(along)))


def _in_order(low: float, high: float) -> tuple[float, float]:
    low, high = max(low, 0.0), max(high, 0.0)
    return (low, high) if low <= high else (math.sqrt(low * high),) * 2


def at_deviate(q: Sourced, deviate: float) -> float:
    """Return `q` that many standard deviations from its median, each side by its own end.

    The same distribution as `Sourced.sample`, at a deviate that is given.

    >>> round(at_deviate(Sourced(1.0, "S", 0.1, 10.0), 1.6448536), 6)
    10.0
    """
    end = q.high if deviate > 0 else q.low
    value = float(q)
    if end is None or q.low is None or not math.isfinite(end):
        return value
    part = abs(deviate) / Z90
    if value > 0 and q.low > 0:
        return value * math.exp(part * math.log(end / value))
    return value + part * (end - value)


def _decay(decay: Decay | None, rng: np.random.Generator | None) -> Decay | None:
    if decay is None or rng is None:
        return decay
    time, stretch, kept = (q.sample(rng) for q in (decay.time, decay.stretch, decay.kept))
    if kept.value is not None:
        kept = kept.with_value(min(max(kept.value, 0.0), 1.0))
    return replace(decay, time=time, stretch=stretch, kept=kept)


def draw_cells(device: Device, shape: tuple[int, int], rng: np.random.Generator | None) -> Cells:
    """Draw the cells of a matrix; all alike where `rng` is None.

    >>> device = Device(1e-6, 1e-4, 0.1, 0.0, 0.0, 0.0, None, stuck_high=0.5)
    >>> cells = draw_cells(device, (100, 100), np.random.default_rng(1))
    >>> bool(abs((cells.stuck == 1).mean() - 0.5) < 0.02)
    True
    """
    low, high = np.full(shape, device.low), np.full(shape, device.high)
    stuck = np.zeros(shape, dtype=np.int8)
    if rng is None:
        return Cells(low, high, stuck)
    if device.device_to_device > 0:
        s = math.sqrt(math.log1p(device.device_to_device**2))
        first, second = rng.standard_normal(shape), rng.standard_normal(shape)
        rho = device.end_correlation
        along = rho * first + math.sqrt(max(1.0 - rho * rho, 0.0)) * second
        low, high = low * np.exp(s * first), high * np.exp(s * along)
        middle = np.sqrt(low * high)
        crossed = low > high
        low, high = np.where(crossed, middle, low), np.where(crossed, middle, high)
    if device.stuck_low + device.stuck_high > 0:
        u = rng.random(shape)
        stuck[u < device.stuck_low] = -1
        stuck[u >= 1.0 - device.stuck_high] = 1
    return Cells(low, high, stuck)
