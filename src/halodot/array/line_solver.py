"""Solves of one crossbar with the line-eliminated kernel, input by input.

Compiled functions are called one by one from here: each is compiled and cached apart, which keeps
the first call of a fresh installation short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import line_kernel as kernel

F = NDArray[np.float64]


@dataclass(frozen=True)
class Lines:
    """A crossbar ready for solves: dimensionless cells and the inverse pivots of its lines.

    Attributes
    ----------
    a
        r G, [word lines, bit lines].
    unit
        Largest of them; voltages of bit lines are solved in units of it, so that neither very good
        wires nor very poor cells underflow.
    """

    a: F
    blocked: F
    word: F
    bit: F
    unit: float


@dataclass(frozen=True)
class Solves:
    """Result of `forward`.

    Attributes
    ----------
    held
        Voltage of the last node of each bit line over `unit`, [batch, bit lines].
    word, bit
        Node voltages: of all inputs, or of the last alone.
    imbalance
        Largest of Kirchhoff's law over all inputs.
    steps
        Largest number of steps, -1 if an input did not converge.
    """

    held: F
    word: F
    bit: F
    imbalance: float
    steps: int


def prepare(a: F) -> Lines:
    """Eliminate the lines of `a` = r G once; all solves share it."""
    blocked = kernel.blocked(a)
    pivots = kernel.word_pivots(blocked), kernel.bit_pivots(a)
    return Lines(a, blocked, *pivots, float(a.max()))


class _Space:
    """Arrays that all solves of a batch share."""

    def __init__(self, lines: Lines) -> None:
        m, n = lines.a.shape
        self.r, self.b = np.empty((m, n)), np.empty((m, n))
        self.work, self.f = np.empty((4, m, n)), np.zeros((n, kernel.LANES))
        self.w = np.empty_like(lines.blocked)


def _iterate(lines: Lines, space: _Space, column: int, tolerance: float, limit: int) -> int:
    x = space
    pivots = lines.blocked, lines.word, lines.bit
    return int(kernel.conjugate_gradients(*pivots, x.r, x.b, x.work, x.f, tolerance, limit, column))


def forward(lines: Lines, volts: F, tolerance: float, limit: int, *, keep: bool) -> Solves:
    """Solve for every row of `volts` [batch, word lines]; `keep` all node voltages."""
    m, n = lines.a.shape
    held = np.zeros((len(volts), n))
    rows = len(volts) if keep else 1
    word, bit = np.zeros((rows, m, n)), np.zeros((rows, m, n))
    x, most, left_over = _Space(lines), 0, 0.0
    for t, v in enumerate(volts):
        into_word, into_bit = word[t % rows], bit[t % rows]
        kernel.drive(v, lines.word, x.w)
        kernel.unblock(x.w, into_word)
        kernel.bit_load(lines.blocked, x.w, lines.unit, x.r)
        count = _iterate(lines, x, -1, tolerance, limit)
        if count < 0:
            return Solves(held, word, bit, np.inf, -1)
        held[t] = x.b[m - 1]
        kernel.word_response(lines.blocked, lines.word, lines.unit, x.b, x.w)
        kernel.store(x.b, lines.unit, x.w, into_word, into_bit)
        most = max(most, count)
        left_over = max(left_over, float(kernel.imbalance(lines.a, v, into_word, into_bit)))
    return Solves(held, word, bit, left_over, most)


def adjoint(lines: Lines, tolerance: float, limit: int) -> tuple[F, int]:
    """Response of every driven end to one unit at each held end [word, bit], and the steps."""
    m, n = lines.a.shape
    out = np.empty((m, n))
    x, most = _Space(lines), 0
    for j in range(n):
        x.r[:] = 0.0
        x.r[m - 1, j] = 1.0
        count = _iterate(lines, x, j, tolerance, limit)
        if count < 0:
            return out, -1
        kernel.word_response(lines.blocked, lines.word, 1.0, x.b, x.w)
        out[:, j] = x.w[:, 0, :].ravel()[:m] / lines.unit
        most = max(most, count)
    return out, most
