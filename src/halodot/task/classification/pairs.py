r"""Weights held by pairs of cells that are moved by pulses.

With the nominal range :math:`G_l \dots G_h` and the weight :math:`w_m` that it stands for,

.. math:: W = \frac{w_m}{G_h - G_l} (G^+ - G^-) .

Where only the first cell of a pair moves, a weight spans twice as much for the same range.
A wanted change becomes pulses by the mean step (`gain`), so that on average it is made as wanted
by cells that are linear.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .pulse_kernel import give, write
from .pulses import Steps

F = NDArray[np.float64]
I4 = NDArray[np.int32]
FULL = 0.9  # of its range: a pair that can only be moved up is then reset and written again
EMPTY = 0.05  # of its range: a cell counts as reset
ROUNDS = 4000  # pulses after which a cell that does not get where it should is given up


@dataclass
class Tally:
    """What was done to cells: pulses, and the time slots they took row by row."""

    up: int = 0
    down: int = 0
    slots_up: int = 0
    slots_down: int = 0
    resets: int = 0
    slots_reset: int = 0

    def add(self, other: Tally) -> None:
        """Add up another."""
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Pairs:
    """The cells of one matrix [inputs, outputs], two a weight: plus, minus, plus, minus ...

    Attributes
    ----------
    low, high
        Ends of the range of each cell [S], shape [inputs, 2 outputs].
    held
        Cells that do not move.
    place
        Of each cell in its range, 0 ... 1 in the direction of `up`.
    kind
        ``both``, ``reference`` or ``one_way``.
    span
        Nominal range [S], which `largest` stands for.
    mirrored
        Whether pulses that count as up lower the conductance.
    fading
        Share of a change that stays [1], and time in which the rest goes [s]; None where all stays.
    pulse_times
        Of a pulse up and a pulse down [s].
    """

    low: F
    high: F
    held: NDArray[np.bool_]
    place: F
    steps: Steps
    kind: str
    span: float
    largest: float
    rng: np.random.Generator
    mirrored: bool = False
    fading: tuple[float, float] | None = None
    pulse_times: tuple[float, float] = (0.0, 0.0)
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.settle()

    def settle(self) -> None:
        """Take the cells as they stand for their rest: nothing of it passes."""
        self._before = self.place.copy()
        self._passing = np.zeros_like(self.place)
        self._counted = 0.0

    @property
    def unit(self) -> float:
        """Weight that the nominal range of one cell stands for, with the sign of a pulse up [1]."""
        size = 2.0 * self.largest if self.kind == "reference" else self.largest
        return -size if self.mirrored else size

    @property
    def gain(self) -> float:
        """Mean change of a weight by one pulse, in size [1]."""
        each = abs(self.unit) * self.steps.size()
        return 2.0 * each if self.kind == "both" else each

    def conductance(self) -> F:
        """Of each cell [S]."""
        place = 1.0 - self.place if self.mirrored else self.place
        return np.asarray(self.low + place * (self.high - self.low))

    def weights(self, seen: F | None = None) -> F:
        """Return W [inputs, outputs] of conductances `seen` [S] (with wires); own ones where None.

        The sign follows the conductances, whichever way pulses move them.
        """
        G = self.conductance() if seen is None else seen
        return np.asarray(abs(self.unit) / self.span * (G[:, 0::2] - G[:, 1::2]))

    def change(self, wanted: F, rule: str, most: int) -> None:
        """Move weights by `wanted` [inputs, outputs], as nearly as `rule` and cells allow."""
        if self.steps.continuous:
            self._slide(wanted)
        elif rule == "sign":
            above = np.abs(wanted) > np.abs(wanted).mean()
            self.pulse(np.where(above, np.sign(wanted), 0.0).astype(np.int32))
        else:
            number = np.abs(wanted) / self.gain + self.rng.random(wanted.shape)
            number = np.minimum(np.floor(number), most)
            self.pulse((np.sign(wanted) * number).astype(np.int32))

    def coincide(self, inputs: F, errors: F, rate: float, length: int) -> None:
        """Move weights by -rate x_i d_j of one image with random trains on both lines.

        The chance of a pulse in a slot is c r x on a word line and c d / r on a bit line with
        c = sqrt(rate / (length gain)) and r such that both largest chances are equal: a cell gets
        rate x d / gain pulses on average (T. Gokmen and Y. Vlasov, Front. Neurosci. 10, 333 (2016),
        doi:10.3389/fnins.2016.00333).
        """
        x, d = inputs, np.abs(errors)
        if self.steps.continuous:
            self._slide(-rate * np.outer(x, errors))
            return
        if x.max() <= 0.0 or d.max() <= 0.0:
            return
        scale = np.sqrt(rate / (length * self.gain))
        balance = np.sqrt(d.max() / x.max())
        rows = self.rng.random((length, len(x))) < scale * balance * x
        lines = self.rng.random((length, len(d))) < scale / balance * d
        met = rows.astype(np.float32).T @ lines.astype(np.float32)
        self.pulse((-np.sign(errors) * met).astype(np.int32), slots=length)

    def _slide(self, wanted: F) -> None:
        """Make the change without pulses, up to the ends."""
        part = wanted / self.unit
        free = ~self.held
        if self.kind == "both":
            part = 0.5 * part
            self.place[:, 1::2] -= part * free[:, 1::2]
        self.place[:, 0::2] += part * free[:, 0::2]
        np.clip(self.place, 0.0, 1.0, out=self.place)

    def rest(self, time: float) -> None:
        """Let `time` [s] pass: what passes of all changes so far falls off exponentially."""
        if self.fading is None:
            return
        kept, lasts = self.fading
        self._passing += (1.0 - kept) * (self.place - self._before)
        lost = -np.expm1(-time / lasts) * self._passing
        self.place = np.clip(self.place - lost, 0.0, 1.0)
        self._passing -= lost
        self._before = self.place.copy()

    def pulsing_time(self) -> float:
        """Return how long pulses took since this was asked last, row by row [s]."""
        up, down = self.pulse_times
        total = up * self.tally.slots_up + down * (self.tally.slots_down + self.tally.slots_reset)
        since, self._counted = total - self._counted, total
        return since

    def pulse(self, number: I4, slots: int | None = None) -> float:
        """Give each weight pulses, with sign; return the sum of all changes of place.

        Parameters
        ----------
        number
            [inputs, outputs]; a positive one raises the weight.
        slots
            Time slots in each direction; as many as the longest of each row where None.
        """
        toward = -number if self.mirrored else number
        cells = np.zeros(self.place.shape, dtype=np.int32)
        if self.kind == "one_way":
            cells[:, 0::2] = np.maximum(toward, 0)
            cells[:, 1::2] = np.maximum(-toward, 0)
        else:
            cells[:, 0::2] = toward
            if self.kind == "both":
                cells[:, 1::2] = -toward
        moved = self._give(cells, slots)
        if self.kind == "one_way":
            self.refresh()
        return moved

    def _give(self, cells: I4, slots: int | None = None) -> float:
        """Give cells [inputs, 2 outputs] pulses, with sign."""
        up, down = np.maximum(cells, 0), np.maximum(-cells, 0)
        done = Tally(int(up.sum()), int(down.sum()))
        if done.up + done.down == 0:
            return 0.0
        done.slots_up = int(up.max(axis=1).sum()) if slots is None else slots
        done.slots_down = int(down.max(axis=1).sum()) if slots is None else slots
        if slots is not None and self.kind == "one_way":
            done.slots_down = 0  # the trains for the second cells run where these would
            done.slots_up = 2 * slots
        self.tally.add(done)
        none = np.zeros((2, 1))
        up_table = none if self.steps.up is None else self.steps.up
        down_table = none if self.steps.down is None else self.steps.down
        return float(
            give(self.place.reshape(-1), cells.reshape(-1), up_table, down_table,
                 self.held.reshape(-1), self.rng)
        )  # fmt: skip

    def refresh(self) -> None:
        """Reset full pairs and write their difference again, pulse by pulse, reading between."""
        full = np.maximum(self.place[:, 0::2], self.place[:, 1::2]) > FULL
        if not full.any():
            return
        G = self.conductance()
        apart = G[:, 0::2] - G[:, 1::2]
        both = np.repeat(full, 2, axis=1)
        self._reset(both)
        low = self.conductance()
        side = -1.0 if self.mirrored else 1.0
        range_ = np.maximum(self.high - self.low, 1e-300)
        target = np.zeros_like(self.place)
        for first, second, sign in ((0, 1, side), (1, 0, -side)):
            rise = np.abs(apart) + side * (low[:, second::2] - low[:, first::2])
            wanted = np.where((sign * apart > 0) & full, rise, 0.0)
            target[:, first::2] = np.clip(wanted / range_[:, first::2], 0.0, FULL)
        self._bring(target, both & (target > self.place), up=True)

    def _bring(self, target: F, chosen: NDArray[np.bool_], *, up: bool) -> None:
        """Pulse cells in one direction, reading after each, to half a step from their target."""
        table = self.steps.up if up else self.steps.down
        if table is None:
            return
        close = 0.5 * float(np.abs(table).mean())
        free = chosen & ~self.held
        used = write(self.place.reshape(-1), target.reshape(-1), free.reshape(-1), table, close,
                     ROUNDS, self.rng).reshape(free.shape)  # fmt: skip
        total, slots = int(used.sum()), int(used.max(axis=1).sum())
        self.tally.add(Tally(up=total, slots_up=slots) if up else Tally(0, total, 0, slots))

    def _reset(self, chosen: NDArray[np.bool_]) -> None:
        """Bring cells to the start of their range: by pulses down where these are known."""
        free = chosen & ~self.held
        self.tally.resets += int(free.sum())
        self.tally.slots_reset += int(free.any(axis=1).sum())
        if self.steps.down is not None:
            self._bring(np.full_like(self.place, EMPTY), free, up=False)
        else:
            self.place[free] = 0.0
