"""An array made ready for learning: its cells as pairs, its reading with wires and converters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array, Decay
from ...core.sourced import Sourced, computed
from ...core.status import worst
from .data import Split
from .inference import SHOWN
from .network import with_bias
from .pairs import Pairs
from .pulses import Steps
from .spec import Learning
from .training import REACH

F = NDArray[np.float64]
APART = 0.1  # of the range: ends of pulses and of cells further apart than this are said


def prepared(array: Array) -> tuple[Array, tuple[str, ...]]:
    """Return an array as learning takes it, and what was changed.

    Pairs of cells, one cell a magnitude, any conductance, linear cells; and where pulses were
    recorded the range in which they moved the cells.
    """
    notes = []
    if array.cell.update is None:
        notes.append(
            f"assumed: no pulse of this device is known; {array.writing.pulses} pulses through the "
            "range by NeuroSim's law, with the bend and the scatter that the study assumes"
        )
    if array.readout.cells != "linear":
        notes.append("learning takes cells as linear up to the read voltage")
    writing = replace(array.writing, mapping="differential", slices=1, mode="direct")
    readout = replace(array.readout, cells="linear")
    cell = replace(array.cell, levels=None)
    ends = _pulsed(array)
    if ends is not None:
        low, high = float(cell.conductance_low), float(cell.conductance_high)
        if max(abs(ends[0] - low), abs(ends[1] - high)) > APART * abs(high - low):
            notes.append(
                f"range of learning: {ends[0]:.3g} to {ends[1]:.3g} S, where pulses moved the "
                f"cells, of {low:.3g} to {high:.3g} S of the device"
            )
        named = [Sourced(e, "S", basis="computed", note="ends of the pulses") for e in ends]
        cell = replace(cell, conductance_low=named[0], conductance_high=named[1])
    return replace(array, cell=cell, writing=writing, readout=readout), tuple(notes)


def _pulsed(array: Array) -> tuple[float, float] | None:
    """Ends of the conductance that recorded pulses went through [S]."""
    update = array.cell.update
    known = [] if update is None else [update.potentiation, update.depression]
    seen = [np.concatenate([s.before, s.before + s.change]) for s in known if s is not None]
    values = np.concatenate(seen) if seen else np.empty(0)
    values = values[np.isfinite(values)]
    if not len(values) or values.max() <= max(float(values.min()), 0.0):
        return None
    return max(float(values.min()), 0.0), float(values.max())


@dataclass(frozen=True)
class Pulse:
    """Energy of one pulse, that of its light on the cell [J], and its length [s]."""

    energy: Sourced
    light: Sourced
    duration: Sourced


def pulse_of(array: Array, direction: int) -> Pulse:
    """Return what one pulse up (0) or down (1) costs: measured, else as the study assumes."""
    update, setting = array.cell.update, array.writing
    dark = computed(0.0, "J", note="no light")
    if update is None:
        return Pulse(setting.pulse_energy, dark, setting.pulse_time)
    steps = (update.potentiation, update.depression)[direction]
    if steps is None:
        note = "no pulse of this direction is known"
        return Pulse(*(Sourced.unknown(unit, note) for unit in ("J", "J", "s")))
    light = steps.optical_energy if steps.drive == "optical" else dark
    return Pulse(steps.energy, light, steps.duration)


class Bench:
    """One array under training.

    Parameters
    ----------
    draw
        Of what is uncertain and of the cells; None is without any fault.
    sizes
        [inputs, outputs] of each matrix, bias lines included.

    Attributes
    ----------
    matrices, products, found
        Of the last look: as read, what was read, and the digits given.
    """

    def __init__(
        self,
        array: Array,
        images: Split,
        draw: int | None,
        sizes: Sequence[tuple[int, int]],
        spec: Learning,
    ) -> None:
        self.array, self.images, self.draw, self.spec = array, images, draw, spec
        plain = replace(array, cell=replace(array.cell, decay=None))
        self.blank = [plain.program(np.zeros(size), draw, k) for k, size in enumerate(sizes)]
        self.fading = None if draw is None else passing(array.cell.decay)
        self.read_noise = float(self.blank[0].device.read_noise)
        self.matrices: list[Any] = []
        self.products: list[Any] = []
        self.found = np.empty(0, dtype=np.int64)
        self.looks = 0

    @property
    def status(self) -> Any:
        """The most severe of the last look."""
        return worst(*(p.status for p in self.products))

    def pairs(
        self, steps: Steps, kind: str, rng: np.random.Generator, *, mirrored: bool = False
    ) -> list[Pairs]:
        """Return cells at their start: middle or foot of the range, weights 0 but for errors.

        A hidden layer starts from small random weights, as it could not learn from 0.
        """
        self.steps = steps
        start = 0.5
        if kind == "one_way":
            start = 0.0
        elif self.spec.reference == "symmetry_point":
            start = steps.symmetry_point()
        found = []
        for blank in self.blank:
            shape = blank.fresh.shape
            place = np.full(shape, start)
            pairs = Pairs(
                blank.cells.low, blank.cells.high, blank.cells.stuck != 0, place, steps, kind,
                blank.device.span, float(self.spec.largest_weight), rng, mirrored, self.fading,
                self._pulse_times(),
            )  # fmt: skip
            if len(self.blank) > 1:
                _scatter(pairs, rng)
            if self.draw is not None:
                place += blank.device.cycle_to_cycle * rng.standard_normal(shape)
            np.clip(place, 0.0, 1.0, out=place)
            stuck = blank.cells.stuck
            ends = (1.0, 0.0) if mirrored else (0.0, 1.0)
            place[stuck < 0], place[stuck > 0] = ends
            pairs.settle()
            found.append(pairs)
        return found

    def _pulse_times(self) -> tuple[float, float]:
        times = [pulse_of(self.array, k).duration for k in (0, 1)]
        return tuple(float(t) if t.is_known else 0.0 for t in times)  # type: ignore[return-value]

    def look(self, layers: Sequence[Pairs]) -> tuple[float, list[F]]:
        """Read the test set; return its accuracy, and what wires leave of each conductance."""
        conductance = [p.conductance() for p in layers]
        held = [
            replace(b.holding(G), scale=abs(p.unit))
            for b, G, p in zip(self.blank, conductance, layers, strict=True)
        ]
        self.matrices, shown = [], self.images.train[:SHOWN]
        for k, matrix in enumerate(held):
            inputs = with_bias(shown)
            self.matrices.append(matrix.calibrated(inputs))
            if k < len(held) - 1:
                shown = np.clip(self.matrices[-1].multiply(inputs).output / REACH, 0.0, 1.0)
        self.products, x = [], self.images.test
        for matrix in self.matrices:
            self.products.append(matrix.multiply(with_bias(x), self.looks))
            x = np.clip(self.products[-1].output / REACH, 0.0, 1.0)
        self.found = np.asarray(np.argmax(self.products[-1].output, axis=1), dtype=np.int64)
        self.looks += 1
        shares = [_share(m, G) for m, G in zip(held, conductance, strict=True)]
        return float((self.found == self.images.test_labels).mean()), shares


def _share(matrix: Any, conductance: F) -> F:
    seen = matrix.transfer()
    return np.divide(seen, conductance, out=np.ones_like(seen), where=conductance > 0.0)


def _scatter(pairs: Pairs, rng: np.random.Generator) -> None:
    """Write small random weights."""
    inputs, lines = pairs.place.shape
    width = min(2.0 / math.sqrt(inputs), 0.3 * pairs.largest)
    part = np.clip(width * rng.standard_normal((inputs, lines // 2)) / pairs.unit, -0.9, 0.9)
    if pairs.kind == "one_way":
        pairs.place[:, 0::2] += np.maximum(part, 0.0)
        pairs.place[:, 1::2] += np.maximum(-part, 0.0)
    elif pairs.kind == "both":
        pairs.place[:, 0::2] += 0.5 * part
        pairs.place[:, 1::2] -= 0.5 * part
    else:
        pairs.place[:, 0::2] += part


def passing(decay: Decay | None) -> tuple[float, float] | None:
    """Return the share of a change that stays, and the mean time in which the rest goes [s].

    A stretched law is taken as the exponential of the same mean time.

    >>> S = Sourced
    >>> passing(Decay(S(2.0, "s"), S(0.5), S(0.2), S(10.0, "s")))
    (0.2, 4.0)
    """
    if decay is None or float(decay.kept) >= 1.0:
        return None
    mean = float(decay.time) * math.gamma(1.0 + 1.0 / float(decay.stretch))
    return float(decay.kept), mean
