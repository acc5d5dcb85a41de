"""From where: which side of the eye answers while an object comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...array.state import Compact
from .eye import Eye, Grid, light_of_cells
from .neuron import follow, shone
from .peaks import peak_of
from .stimulus import film
from .trials import Setup, chance

F = NDArray[np.float64]
FRONT = np.radians(30.0)  # to either side
OUTERMOST = np.radians(80.0)
SIDES = ("left", "front", "right")


def side(azimuth: float) -> str:
    """Return the sector of a direction [rad]: front is within 30 degrees; "none" for NaN.

    >>> side(-1.0), side(0.1), side(1.0)
    ('left', 'front', 'right')
    """
    if not np.isfinite(azimuth):
        return "none"
    return SIDES[1 + (azimuth > FRONT) - (azimuth < -FRONT)]


def azimuth_of(weight: F, cells: Grid) -> float:
    """Return the azimuth [rad] of the sum of the directions of cells; NaN where all are zero."""
    total = np.abs(weight) @ cells.direction
    if not np.hypot(total[0], total[1]) > 0.0:
        return float("nan")
    return float(np.arctan2(total[1], total[0]))


@dataclass(frozen=True)
class Found:
    """Directions of approaches: where from, what the devices say, and the light alone [rad]."""

    true: F
    device: F
    light: F

    def right(self, which: str) -> int:
        """Return how many sectors are right: of ``device`` or of ``light``."""
        said = getattr(self, which)
        return sum(side(a) == side(b) for a, b in zip(self.true, said, strict=True))


def approaches(count: int) -> F:
    """Return where approaches come from [rad], evenly from 80 degrees left to 80 right."""
    return np.linspace(-OUTERMOST, OUTERMOST, count)


def found(
    setup: Setup, eye: Eye, cells: Sequence[Compact], bias: float, draw: int | None, seed: int,
    root: int,
) -> Found:  # fmt: skip
    """Let the object of the middle of the sweep come from all sides.

    The device's direction is that of the responses summed up to their peak (the whole record where
    there is none); that of the light alone sums its change over the same time.
    """
    spec = setup.spec
    ratio = setup.sweep[setup.middle].film.ratio
    true = approaches(spec.eye.directions if spec.eye else 0)
    said = []
    for k, azimuth in enumerate(true):
        seen = film(spec.stimulus, ratio, setup.frames, azimuth=float(azimuth))
        raw = light_of_cells(eye, seen, spec.stimulus)
        ends, seeds = chance(setup, seen, cells, (root, "side", str(draw), seed, k), seed >= 0)
        record = follow(
            cells, seen, shone(seen.time, raw, spec.neuron), spec.neuron, ends=ends, bias=bias,
            settle=spec.stimulus.settle * ratio, smoothing=setup.smoothing, seeds=seeds,
        )  # fmt: skip
        peak = peak_of(record.time, record.response, fall=spec.neuron.fall)
        until = peak.time if peak.is_found else float(record.time[-1])
        answer = np.nan_to_num(record.current)
        if spec.neuron.count_above is not None:
            answer = (np.abs(answer) > float(spec.neuron.count_above)).astype(float)
        else:
            answer = np.where(np.abs(answer) > float(spec.neuron.floor), answer, 0.0)
        device = _summed(record.time, answer, until)
        light = _summed(seen.time, np.abs(raw - raw[0]), until)
        said.append((azimuth_of(device, eye.cells), azimuth_of(light, eye.cells)))
    pairs = np.array(said).reshape(-1, 2)
    return Found(true, pairs[:, 0], pairs[:, 1])


def _summed(time: F, values: F, until: float) -> F:
    """Integrate each column up to a moment, or to the first reading after it."""
    last = min(int(np.searchsorted(time, until)) + 1, len(time))
    return np.asarray(np.trapezoid(values[:last], time[:last], axis=0)) if last > 1 else values[0]
