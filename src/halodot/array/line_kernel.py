r"""Line-eliminated conjugate gradients for one crossbar with resistive wires (numba).

Conductances are in units of the largest cell g, resistances in units of 1/g, voltages in units of
the largest input. With wire segments :math:`\rho_w`, :math:`\rho_b`, cells a, sources c inside the
cells (a cell carries :math:`a (w - b) + c`) and each line tied to its terminal by a resistance at
its head, at its tail or at both, Kirchhoff's law at the word nodes w and the bit nodes b reads

.. math:: W w = s_w + A b - c, \qquad B b = s_b + A w + c, \qquad A = \mathrm{diag}(a)

with W tridiagonal along the word lines and B along the bit lines. Eliminating w leaves
:math:`(B - A W^{-1} A) b = \dots`, symmetric positive definite, solved by conjugate gradients with
B as preconditioner.

Each line is eliminated from its tail towards its head (word lines: right to left, bit lines: top to
bottom). What lies beyond node k is one conductance and one current,

.. math:: y_k = a_k + \frac{y_{k+1}}{1 + \rho y_{k+1}}, \qquad
          i_k = a_k b_k + \frac{i_{k+1}}{1 + \rho y_{k+1}},

sums of positive terms, so that nothing cancels; a tail adds its conductance to the first y. At the
head, behind the resistance R, :math:`w_0 = (V + R i_0) / (1 + R y_0)`, for a line that is not tied
there :math:`w_0 = i_0 / y_0`; then :math:`w_k = (w_{k-1} + \rho i_k) / (1 + \rho y_k)`. All of it
holds for :math:`\rho = 0` and R = 0 as well: a line without resistance is one node, and one at a
fixed voltage drops out of the unknowns. What is stored of a line are the transmissions
:math:`1 / (1 + \rho y_k)` and, at its head, :math:`R / (1 + R y_0)`.

Bit voltages are counted from those of their terminals, in units of `beta`, the scale at which
currents move them: neither very good wires nor very poor cells underflow.

Word-line data are stored in blocks of `LANES` word lines, [block, bit line, lane], so that the
recurrence along a line runs over `LANES` independent lines at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import kernel

LANES = 8
FLOOR = 1e-40
# Reassociation lets sums run in vector lanes; NaN and infinities keep their meaning.
FAST = {"reassoc", "contract", "arcp", "nsz"}
F = NDArray[np.float64]
B = NDArray[np.bool_]


@kernel(fastmath=FAST)
def blocked(a: F) -> F:
    """Return `a` [word, bit] as [block, bit, lane]; missing word lines have no cells."""
    m, n = a.shape
    out = np.zeros(((m + LANES - 1) // LANES, n, LANES))
    for i in range(m):
        for j in range(n):
            out[i // LANES, j, i % LANES] = a[i, j]
    return out


@kernel
def head_factor(resistance: float, beyond: float) -> float:
    """Voltage at the head of a line per current that arrives there: R / (1 + R y)."""
    if np.isinf(resistance):
        return 1.0 / beyond if beyond > 0.0 else 0.0
    return resistance / (1.0 + resistance * beyond)


@kernel
def word_pivots(ab: F, rho: float, head: F, tail: F) -> tuple[F, F]:
    """Transmissions of the word lines, and their voltages for one volt at the terminal.

    `head` [word] are resistances (infinite: not tied), `tail` [word] conductances.
    """
    blocks, n, _ = ab.shape
    m = head.size
    inverse, unit = np.zeros_like(ab), np.zeros_like(ab)
    for c in range(blocks):
        beyond, given = np.zeros(LANES), np.zeros(LANES)
        for k in range(min(LANES, m - c * LANES)):
            beyond[k] = given[k] = tail[c * LANES + k]
        for j in range(n - 1, 0, -1):
            for k in range(LANES):
                y = ab[c, j, k] + beyond[k]
                inverse[c, j, k] = 1.0 / (1.0 + rho * y)
                unit[c, j, k] = given[k]
                beyond[k] = y * inverse[c, j, k]
                given[k] *= inverse[c, j, k]
        for k in range(min(LANES, m - c * LANES)):
            y, R = ab[c, 0, k] + beyond[k], head[c * LANES + k]
            inverse[c, 0, k] = head_factor(R, y)
            direct = 0.0 if np.isinf(R) else 1.0 / (1.0 + R * y)
            unit[c, 0, k] = direct + inverse[c, 0, k] * given[k]
        for j in range(1, n):
            for k in range(LANES):
                unit[c, j, k] = inverse[c, j, k] * (rho * unit[c, j, k] + unit[c, j - 1, k])
    return inverse, unit


@kernel
def bit_pivots(a: F, rho: float, head: F, tail: F) -> F:
    """Transmissions of the bit lines, eliminated from the top; ends as for `word_pivots`."""
    m, n = a.shape
    inverse = np.empty_like(a)
    beyond = tail.copy()
    for i in range(m - 1):
        for j in range(n):
            y = a[i, j] + beyond[j]
            inverse[i, j] = 1.0 / (1.0 + rho * y)
            beyond[j] = y * inverse[i, j]
    for j in range(n):
        inverse[m - 1, j] = head_factor(head[j], a[m - 1, j] + beyond[j])
    return inverse


@kernel(fastmath=FAST)
def drive(unit: F, voltage: F, w: F) -> None:
    """w = W^-1 s for terminal voltages `voltage`, padded to whole blocks; blocked."""
    blocks, n, _ = unit.shape
    for c in range(blocks):
        for j in range(n):
            for k in range(LANES):
                w[c, j, k] = unit[c, j, k] * voltage[c * LANES + k]


@kernel(fastmath=FAST)
def word_response(ab: F, inv_w: F, rho: float, beta: float, b: F, c: F, w: F) -> None:
    """w = W^-1 (A beta b - c), blocked; `b` is [word, bit], `c` too or empty (no sources)."""
    blocks, n, _ = ab.shape
    m = b.shape[0]
    sources = c.size > 0
    for x in range(blocks):
        rows = min(LANES, m - x * LANES)
        for k in range(rows):
            for j in range(n):
                w[x, j, k] = ab[x, j, k] * (beta * b[x * LANES + k, j])
            if sources:
                for j in range(n):
                    w[x, j, k] -= c[x * LANES + k, j]
        for k in range(rows, LANES):
            for j in range(n):
                w[x, j, k] = 0.0
        for j in range(n - 2, -1, -1):
            for k in range(LANES):
                w[x, j, k] += inv_w[x, j + 1, k] * w[x, j + 1, k]
        for k in range(LANES):
            w[x, 0, k] *= inv_w[x, 0, k]
        for j in range(1, n):
            for k in range(LANES):
                w[x, j, k] = inv_w[x, j, k] * (rho * w[x, j, k] + w[x, j - 1, k])


@kernel(fastmath=FAST)
def bit_forward(r: F, inv_b: F, z: F, step: float, b: F, p: F, s: F) -> None:
    """b += step p, r -= step s, and the sweep of B^-1 r from the top, row by row."""
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
def bit_backward(r: F, inv_b: F, kappa: float, beta: float, z: F) -> float:
    """Finish z = B^-1 r / beta from the bottom; return r.z. `kappa` is rho / beta."""
    m, n = r.shape
    total = 0.0
    for j in range(n):
        z[m - 1, j] *= inv_b[m - 1, j] / beta
        total += r[m - 1, j] * z[m - 1, j]
    for i in range(m - 2, -1, -1):
        part = 0.0
        for j in range(n):
            z[i, j] = inv_b[i, j] * (kappa * z[i, j] + z[i + 1, j])
            part += r[i, j] * z[i, j]
        total += part
    return total


@kernel(fastmath=FAST)
def direction(
    ab: F, inv_w: F, rho: float, beta: float, r: F, z: F, turn: float, p: F, q: F, s: F, f: F
) -> float:
    """p = z + turn p, q = B p (by recurrence), s = q - beta A W^-1 A p; return p.s."""
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
                w[k] = inv_w[c, j, k] * (rho * f[j, k] + w[k])
                f[j, k] = ab[c, j, k] * w[k]
        for k in range(rows):
            i = c * LANES + k
            part = 0.0
            for j in range(n):
                s[i, j] = q[i, j] - beta * f[j, k]
                part += p[i, j] * s[i, j]
            total += part
    return total


@kernel(fastmath=FAST)
def still_moving(b: F, p: F, step: float, watched: B, settled: float) -> bool:
    """Whether the last step changed a watched voltage by more than `settled` of itself.

    `watched` [2, bit]: the top and the bottom node of each bit line.
    """
    m, n = b.shape
    for j in range(n):
        if watched[1, j] and abs(step * p[m - 1, j]) > settled * abs(b[m - 1, j]):
            return True
        if watched[0, j] and abs(step * p[0, j]) > settled * abs(b[0, j]):
            return True
    return False


@kernel(fastmath=FAST)
def conjugate_gradients(
    ab: F,
    inv_w: F,
    inv_b: F,
    scales: tuple[float, float, float],
    r: F,
    b: F,
    work: F,
    f: F,
    tolerance: float,
    settled: float,
    limit: int,
    watched: B,
) -> int:
    """Solve S b = r from b = 0; `r` becomes the residual. Return the steps.

    Returns -1 if the steps ran out and -2 if the numbers did.

    Ends when the residual has fallen by `tolerance` in the norm of B^-1 and the watched voltages
    have settled to `settled` one by one: on lossy lines they may be many decades below the largest.
    Voltages that cancel to nothing never settle; `FLOOR` ends that. `scales` are rho of the word
    lines, rho of the bit lines and beta.
    """
    rho, rho_b, beta = scales
    kappa = rho_b / beta
    b[:] = 0.0
    work[:] = 0.0
    p, q, s, z = work[0], work[1], work[2], work[3]
    first, before, step = 0.0, 1.0, 0.0
    for count in range(limit + 1):
        bit_forward(r, inv_b, z, step, b, p, s)
        now = bit_backward(r, inv_b, kappa, beta, z)
        if count == 0:
            first = now
        if not now >= 0.0:
            return -2
        if now <= tolerance * tolerance * first and (
            now <= FLOOR * FLOOR * first or not still_moving(b, p, step, watched, settled)
        ):
            return count
        turn = now / before if count > 0 else 0.0
        curvature = direction(ab, inv_w, rho, beta, r, z, turn, p, q, s, f)
        if not curvature > 0.0:
            return -2
        step = now / curvature
        before = now
    return -1


@kernel(fastmath=FAST)
def bit_load(ab: F, w: F, reference: F, c: F, r: F) -> None:
    """r = A (w - reference) + c as [word, bit]; w blocked, `reference` [bit], c may be empty."""
    m, n = r.shape
    for i in range(m):
        for j in range(n):
            x = w[i // LANES, j, i % LANES] - reference[j]
            r[i, j] = ab[i // LANES, j, i % LANES] * x
    if c.size > 0:
        r += c


@kernel
def store(ab: F, c: F, reference: F, beta: float, w: F, b: F, word: F, bit: F, cell: F) -> None:
    """Write voltages and cell currents [word, bit] from blocked `w` and scaled `b`."""
    m, n = b.shape
    for i in range(m):
        for j in range(n):
            shift = b[i, j] * beta
            v = w[i // LANES, j, i % LANES]
            word[i, j] = v
            bit[i, j] = reference[j] + shift
            cell[i, j] = ab[i // LANES, j, i % LANES] * ((v - reference[j]) - shift)
    if c.size > 0:
        cell += c


@kernel
def bit_currents(head: F, tail: F, beta: float, b: F, cell: F, out: F) -> None:
    """Current out of each bit line at its terminal: from the voltages at its tied ends.

    A line at one fixed voltage all along carries the sum of its cells.
    """
    m, n = b.shape
    for j in range(n):
        if head[j] == 0.0:
            out[j] = 0.0
            for i in range(m):
                out[j] += cell[i, j]
        else:
            out[j] = b[m - 1, j] * (beta / head[j]) + b[0, j] * beta * tail[j]
