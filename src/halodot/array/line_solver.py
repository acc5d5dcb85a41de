"""Solves of one crossbar with the line-eliminated kernel, input by input.

Compiled functions are called one by one from here: each is compiled and cached apart, which keeps
the first call of a fresh installation short.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from . import line_kernel as kernel
from .ends import Wires
from .line_balance import imbalance

F = NDArray[np.float64]
NOTHING = np.empty((0, 0))
# Imbalance of Kirchhoff's law above which a solve is done again with the tolerance `SHARP`, unless
# it was not meant to be exact (`LOOSEST`).
GOOD, SHARP, LOOSEST = 1e-10, 1e-16, 1e-11


@dataclass(frozen=True)
class Accuracy:
    """When a solve may end.

    Attributes
    ----------
    tolerance, settled, limit
        Fall of the residual, relative change of the ends of bit lines, most steps.
    partial
        Whether to take what there is when the steps have run out.
    """

    tolerance: float = 1e-12
    settled: float = 1e-11
    limit: int = 2000
    partial: bool = False


@dataclass(frozen=True)
class Lines:
    """A crossbar ready for solves: cells, ends and eliminated lines, in units of `scale`.

    Attributes
    ----------
    scale
        Largest conductance of a cell [S]: the unit of conductance; that of resistance is its
        inverse.
    rho
        Wire segment of word and bit lines.
    word_ends, bit_ends
        Resistance of the head and conductance of the tail, [2, lines].
    blocked, word, unit, bit
        See `line_kernel`.
    beta
        Unit of the bit voltages.
    watched
        Ends of bit lines whose voltages must settle, [2, bit lines].
    """

    scale: float
    rho: tuple[float, float]
    word_ends: F
    bit_ends: F
    blocked: F
    word: F
    unit: F
    bit: F
    beta: float
    watched: NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int]:
        """Word lines, bit lines."""
        return self.word_ends.shape[1], self.bit_ends.shape[1]


@dataclass(frozen=True)
class Solves:
    """Result of `forward`, in units of `Lines.scale`.

    Attributes
    ----------
    current, word_current
        Out of the bit lines [batch, bit lines], into the word lines [batch, word lines].
    word, bit, cell
        Node voltages and cell currents: of all inputs, or of the last alone.
    imbalance
        Largest of Kirchhoff's law over all inputs.
    steps
        Largest number of steps, -1 if an input did not converge.
    """

    current: F
    word_current: F
    word: F
    bit: F
    cell: F
    imbalance: float
    steps: int


def prepare(conductance: F, wires: Wires, scale: float) -> Lines:
    """Eliminate the lines once; all solves share it. `scale` is the largest conductance [S]."""
    a = conductance / scale
    blocked = kernel.blocked(a)
    word_ends = np.array([wires.word_head * scale, 1.0 / _positive(wires.word_tail * scale)])
    bit_ends = np.array([wires.bit_head * scale, 1.0 / _positive(wires.bit_tail * scale)])
    rho = wires.word * scale, wires.bit * scale
    word, unit = kernel.word_pivots(blocked, rho[0], *word_ends)
    bit = kernel.bit_pivots(a, rho[1], *bit_ends)
    beta = max(rho[1], float(bit[-1].max()))
    tied = (bit_ends[0] > 0.0) & np.isfinite(bit_ends[0])
    watched = np.array([bit_ends[1] > 0.0, tied])
    return Lines(scale, rho, word_ends, bit_ends, blocked, word, unit, bit, beta or 1.0, watched)


def _positive(resistance: F) -> F:
    """Tails are never shorts (`ends`), but a tiny one may underflow."""
    return np.maximum(resistance, 1e-300)


class _Space:
    """Arrays that all solves of a batch share."""

    def __init__(self, lines: Lines) -> None:
        m, n = lines.shape
        self.r, self.b = np.empty((m, n)), np.zeros((m, n))
        self.work, self.f = np.empty((4, m, n)), np.zeros((n, kernel.LANES))
        self.w, self.extra = np.empty_like(lines.blocked), np.empty_like(lines.blocked)


def _solve(lines: Lines, x: _Space, volts: F, held: F, c: F, accuracy: Accuracy) -> int:
    """Leave blocked word voltages in `x.w` and scaled bit voltages in `x.b`; return the steps."""
    rho, beta = lines.rho[0], lines.beta
    eliminated = lines.blocked, lines.word, rho
    kernel.drive(lines.unit, volts, x.w)
    if held.any() or c.size:
        given = np.broadcast_to(held, lines.shape).copy()
        kernel.word_response(*eliminated, 1.0, given, c, x.extra)
        x.w += x.extra
    kernel.bit_load(lines.blocked, x.w, held, c, x.r)
    scales = rho, lines.rho[1], beta
    pivots = lines.blocked, lines.word, lines.bit, scales
    ends = accuracy.tolerance, accuracy.settled, accuracy.limit
    count = kernel.conjugate_gradients(*pivots, x.r, x.b, x.work, x.f, *ends, lines.watched)
    kernel.word_response(*eliminated, beta, x.b, NOTHING, x.extra)
    x.w += x.extra
    return int(count)


def forward(
    lines: Lines,
    volts: F,
    held: F,
    accuracy: Accuracy,
    *,
    keep: bool,
    sources: F = NOTHING,
) -> Solves:
    """Solve for every row of `volts` [batch, word lines]; `keep` all node voltages.

    Parameters
    ----------
    held
        Voltages at the terminals of the bit lines [batch, bit lines].
    accuracy
        When a solve may end.
    sources
        Current of each cell beside its conductance [word, bit], or empty; only for one input.
    """
    m, n = lines.shape
    rows = len(volts) if keep else 1
    current, word_current = np.zeros((len(volts), n)), np.zeros((len(volts), m))
    word, bit, cell = (np.zeros((rows, m, n)) for _ in range(3))
    x, most, left_over = _Space(lines), 0, 0.0
    padded = np.zeros(len(lines.blocked) * kernel.LANES)
    for t, (v, u) in enumerate(zip(volts, held, strict=True)):
        found = word[t % rows], bit[t % rows], cell[t % rows]
        padded[:m] = v
        for wanted in (accuracy, replace(accuracy, tolerance=SHARP)):
            count = _solve(lines, x, padded, u, sources, wanted)
            if count < 0 and not accuracy.partial:
                return Solves(current, word_current, word, bit, cell, np.inf, -1)
            kernel.store(lines.blocked, sources, u, lines.beta, x.w, x.b, *found)
            left = float(imbalance(lines.rho, lines.word_ends, lines.bit_ends, v, u, *found))
            # Where the load is far above the currents at the ends, the tolerance is not enough.
            if left <= GOOD or accuracy.tolerance > LOOSEST:
                break
        kernel.bit_currents(*lines.bit_ends, lines.beta, x.b, found[2], current[t])
        word_current[t] = found[2].sum(axis=1)
        most = -1 if count < 0 else max(most, count)
        left_over = max(left_over, left)
    return Solves(current, word_current, word, bit, cell, left_over, most)
