r"""Line-eliminated conjugate gradients for one crossbar with resistive wires (numba).

Everything here is dimensionless: :math:`a_{ij} = r G_{ij}` (wire segment times cell), voltages in
units of the largest input. Kirchhoff's law at the word nodes w and the bit nodes b reads

.. math:: W w = s + A b, \qquad B b = A w, \qquad A = \mathrm{diag}(a)

with W tridiagonal along the word lines, B along the bit lines, and s the drive at the first node of
each word line. Eliminating w leaves :math:`(B - A W^{-1} A) b = A W^{-1} s`, symmetric positive
definite, solved by conjugate gradients with B as preconditioner.

Each line is eliminated from its open end. The conductance seen towards that end,
:math:`y_k = a_k + y_{k+1} / (1 + y_{k+1})`, is a sum of positive terms, so the pivots
:math:`1 + y_k` carry no cancellation; only their inverses are kept (all couplings are -1).

Word-line data are stored in blocks of `LANES` word lines, [block, bit line, lane], so that the
recurrence along a line runs over `LANES` independent lines at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import kernel

LANES = 8
SETTLED = 1e-11
FLOOR = 1e-40
# Reassociation lets sums run in vector lanes; NaN and infinities keep their meaning.
FAST = {"reassoc", "contract", "arcp", "nsz"}
F = NDArray[np.float64]


@kernel(fastmath=FAST)
def blocked(a: F) -> F:
    """Return `a` [word, bit] as [block, bit, lane]; missing word lines have no cells."""
    m, n = a.shape
    out = np.zeros(((m + LANES - 1) // LANES, n, LANES))
    for i in range(m):
        for j in range(n):
            out[i // LANES, j, i % LANES] = a[i, j]
    return out


@kernel(fastmath=FAST)
def word_pivots(ab: F) -> F:
    """Inverse pivots of the word lines, eliminated from the open (right) end."""
    blocks, n, _ = ab.shape
    inverse = np.empty_like(ab)
    for c in range(blocks):
        beyond = np.zeros(LANES)
        for j in range(n - 1, -1, -1):
            for k in range(LANES):
                y = ab[c, j, k] + beyond[k]
                inverse[c, j, k] = 1.0 / (1.0 + y)
                beyond[k] = y * inverse[c, j, k]
    return inverse


@kernel(fastmath=FAST)
def bit_pivots(a: F) -> F:
    """Inverse pivots of the bit lines, eliminated from the open (top) end."""
    m, n = a.shape
    inverse = np.empty_like(a)
    beyond = np.zeros(n)
    for i in range(m):
        for j in range(n):
            y = a[i, j] + beyond[j]
            inverse[i, j] = 1.0 / (1.0 + y)
            beyond[j] = y * inverse[i, j]
    return inverse


@kernel(fastmath=FAST)
def drive(voltage: F, inv_w: F, w: F) -> None:
    """w = W^-1 s for inputs `voltage`, blocked; s sits at the first node of each line."""
    blocks, n, _ = inv_w.shape
    m = voltage.size
    for c in range(blocks):
        for k in range(LANES):
            i = c * LANES + k
            w[c, 0, k] = inv_w[c, 0, k] * voltage[i] if i < m else 0.0
        for j in range(1, n):
            for k in range(LANES):
                w[c, j, k] = inv_w[c, j, k] * w[c, j - 1, k]


@kernel(fastmath=FAST)
def word_response(ab: F, inv_w: F, unit: float, b: F, w: F) -> None:
    """w = W^-1 A (unit b), blocked; `b` is [word, bit]."""
    blocks, n, _ = ab.shape
    m = b.shape[0]
    for c in range(blocks):
        rows = min(LANES, m - c * LANES)
        for k in range(rows):
            for j in range(n):
                w[c, j, k] = ab[c, j, k] * (unit * b[c * LANES + k, j])
        for k in range(rows, LANES):
            for j in range(n):
                w[c, j, k] = 0.0
        for j in range(n - 2, -1, -1):
            for k in range(LANES):
                w[c, j, k] += inv_w[c, j + 1, k] * w[c, j + 1, k]
        for k in range(LANES):
            w[c, 0, k] *= inv_w[c, 0, k]
        for j in range(1, n):
            for k in range(LANES):
                w[c, j, k] = inv_w[c, j, k] * (w[c, j, k] + w[c, j - 1, k])


@kernel(fastmath=FAST)
def bit_forward(r: F, inv_b: F, z: F, step: float, b: F, p: F, s: F) -> None:
    """b += step p, r -= step s, and the sweep of B^-1 r from the open end, row by row."""
    m, n = r.shape
    for j in range(n):
        b[0, j] += step * p[0, j]
        r[0, j] -= step * s[0, j]
        z[0, j] = r[0, j]
    for i in range(1, m):
        for j in range(n):
            b[i, j] += step * p[i, j]
            r[i, j] -= step * s[i, j]
            z[i, j] = r[i, j] + inv_b[i - 1, j] * z[i - 1, j]


@kernel(fastmath=FAST)
def bit_backward(r: F, inv_b: F, z: F) -> float:
    """Finish z = B^-1 r from the held end; return r.z."""
    m, n = r.shape
    total = 0.0
    for j in range(n):
        z[m - 1, j] *= inv_b[m - 1, j]
        total += r[m - 1, j] * z[m - 1, j]
    for i in range(m - 2, -1, -1):
        part = 0.0
        for j in range(n):
            z[i, j] = inv_b[i, j] * (z[i, j] + z[i + 1, j])
            part += r[i, j] * z[i, j]
        total += part
    return total


@kernel(fastmath=FAST)
def direction(ab: F, inv_w: F, r: F, z: F, turn: float, p: F, q: F, s: F, f: F) -> float:
    """p = z + turn p, q = B p (by recurrence), s = q - A W^-1 A p; return p.s."""
    blocks, n, _ = ab.shape
    m = r.shape[0]
    w = np.empty(LANES)
    total = 0.0
    for c in range(blocks):
        rows = min(LANES, m - c * LANES)
        for k in range(rows):
            i = c * LANES + k
            for j in range(n):
                p[i, j] = z[i, j] + turn * p[i, j]
                q[i, j] = r[i, j] + turn * q[i, j]
                f[j, k] = p[i, j]
        for k in range(LANES):
            f[n - 1, k] *= ab[c, n - 1, k]
        for j in range(n - 2, -1, -1):
            for k in range(LANES):
                f[j, k] = ab[c, j, k] * f[j, k] + inv_w[c, j + 1, k] * f[j + 1, k]
        for k in range(LANES):
            w[k] = inv_w[c, 0, k] * f[0, k]
            f[0, k] = ab[c, 0, k] * w[k]
        for j in range(1, n):
            for k in range(LANES):
                w[k] = inv_w[c, j, k] * (f[j, k] + w[k])
                f[j, k] = ab[c, j, k] * w[k]
        for k in range(rows):
            i = c * LANES + k
            part = 0.0
            for j in range(n):
                s[i, j] = q[i, j] - f[j, k]
                part += p[i, j] * s[i, j]
            total += part
    return total


@kernel(fastmath=FAST)
def still_moving(b: F, p: F, step: float, column: int) -> bool:
    """Whether the last step changed a wanted voltage by more than `SETTLED` of itself.

    Wanted is `column`, or the row of the held ends where it is negative.
    """
    m, n = b.shape
    if column < 0:
        for j in range(n):
            if abs(step * p[m - 1, j]) > SETTLED * abs(b[m - 1, j]):
                return True
    else:
        for i in range(m):
            if abs(step * p[i, column]) > SETTLED * abs(b[i, column]):
                return True
    return False


@kernel(fastmath=FAST)
def conjugate_gradients(
    ab: F,
    inv_w: F,
    inv_b: F,
    r: F,
    b: F,
    work: F,
    f: F,
    tolerance: float,
    limit: int,
    column: int,
) -> int:
    """Solve S b = r from b = 0; `r` becomes the residual. Return the steps, -1 if over `limit`.

    Ends when the residual has fallen by `tolerance` in the norm of B^-1 and the wanted voltages
    have settled one by one: on lossy lines they may be many decades below the largest voltage.
    Voltages that cancel to nothing never settle; `FLOOR` ends that.
    """
    b[:] = 0.0
    work[:] = 0.0
    p, q, s, z = work[0], work[1], work[2], work[3]
    first, before, step = 0.0, 1.0, 0.0
    for count in range(limit + 1):
        bit_forward(r, inv_b, z, step, b, p, s)
        now = bit_backward(r, inv_b, z)
        if count == 0:
            first = now
        if now < 0.0:
            return -1
        if now <= tolerance * tolerance * first and (
            now <= FLOOR * FLOOR * first or not still_moving(b, p, step, column)
        ):
            return count
        turn = now / before if count > 0 else 0.0
        curvature = direction(ab, inv_w, r, z, turn, p, q, s, f)
        if not curvature > 0.0:
            return -1
        step = now / curvature
        before = now
    return -1


@kernel(fastmath=FAST)
def bit_load(ab: F, w: F, unit: float, r: F) -> None:
    """r = A w / unit as [word, bit] from blocked word voltages."""
    m, n = r.shape
    for i in range(m):
        for j in range(n):
            r[i, j] = ab[i // LANES, j, i % LANES] * w[i // LANES, j, i % LANES] / unit


@kernel
def imbalance(a: F, voltage: F, w: F, b: F) -> float:
    """Largest current left over at a node, over the largest current at a wire end.

    Neighbouring word nodes differ by little where wires are good conductors; the rounding of that
    difference (8 units in the last place of the voltage) is no error of the solution.
    """
    m, n = a.shape
    allowance = 8.0 * 2.220446049250313e-16
    worst, scale = 0.0, 0.0
    for i in range(m):
        scale = max(scale, abs(voltage[i] - w[i, 0]))
    for j in range(n):
        scale = max(scale, abs(b[m - 1, j]))
    for i in range(m):
        for j in range(n):
            cell = a[i, j] * (w[i, j] - b[i, j])
            left = voltage[i] if j == 0 else w[i, j - 1]
            onward = w[i, j] - w[i, j + 1] if j < n - 1 else 0.0
            rounding = allowance * max(abs(left), abs(w[i, j]))
            worst = max(worst, abs(left - w[i, j] - onward - cell) - rounding)
            above = b[i - 1, j] - b[i, j] if i > 0 else 0.0
            below = b[i, j] - b[i + 1, j] if i < m - 1 else b[i, j]
            worst = max(worst, abs(above - below + cell))
    return worst / scale if scale > 0.0 else worst


@kernel
def unblock(w: F, out: F) -> None:
    """Write blocked `w` to `out` [word, bit]."""
    m, n = out.shape
    for i in range(m):
        for j in range(n):
            out[i, j] = w[i // LANES, j, i % LANES]


@kernel
def store(b: F, unit: float, w: F, word: F, bit: F) -> None:
    """bit = unit b, and add blocked `w` to `word`."""
    m, n = b.shape
    for i in range(m):
        for j in range(n):
            bit[i, j] = b[i, j] * unit
            word[i, j] += w[i // LANES, j, i % LANES]
