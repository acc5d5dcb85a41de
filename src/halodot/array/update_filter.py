r"""Likelihood of runs of pulses that are read with noise: an extended Kalman filter.

.. math:: s_{k+1} = f(s_k; n_k) + \sqrt{n_k}\, u_k , \qquad y_k = s_k + r_k

u is the scatter of single updates, which stays in the device and adds up over a run; r is the noise
of a read, which does not. One-step changes of the readings hold both, as a variance
:math:`\lambda = \sigma_u^2 + 2\sigma_r^2` of which the share :math:`\rho = \sigma_u^2/\lambda` is
that of the updates; :math:`\lambda` is taken out in closed form. The first reading of a run tells
where it starts, nothing else does.

Reference: J. Durbin, S. J. Koopman, Time Series Analysis by State Space Methods,
doi:10.1093/acprof:oso/9780199641178.001.0001.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import kernel

F = NDArray[np.float64]
LEAST = 1e-3


@kernel
def moved(family: int, s: float, n: float, v: float, bend: float, side: float, middle: float):  # type: ignore[no-untyped-def]
    """Progress after `n` pulses and its derivative by `s`; see `update_laws`."""
    if family == 0:
        return s + v * n, 1.0
    if family == 1:
        if abs(bend) < 1e-9:
            return s + v * n, 1.0
        left = math.exp(-bend * n)
        return s + (v - bend * (s - 0.5)) * (1.0 - left) / bend, left
    if family == 2:
        if abs(bend) < 1e-6:
            return s + v * n, 1.0
        grown = max(1.0 + bend * v * n * math.exp(-bend * (s - 0.5)), LEAST)
        return s + math.log(grown) / bend, 1.0 / grown
    w = max(1.0 + side * (s - 0.5) / middle, LEAST)
    step = side * v * n / middle
    if abs(bend) < 1e-6:
        after = w * math.exp(step)
    else:
        after = max(w**bend + bend * step, LEAST) ** (1.0 / bend)
    return s + side * (after - w) * middle, (after / w) ** (1.0 - bend)


@kernel
def innovations(y, n, first, family, v, bend, side, middle, share):  # type: ignore[no-untyped-def]
    """Return sum of e^2/S, sum of ln S, and their number, with the variance lambda set to 1."""
    update, read = share, 0.5 * (1.0 - share)
    total, logs, count = 0.0, 0.0, 0
    s, p = 0.0, 0.0
    for k in range(len(y)):
        if first[k]:
            s, p = y[k], read
            continue
        s, slope = moved(family, s, n[k], v, bend, side, middle)
        p = slope * slope * p + n[k] * update
        spread = p + read
        e = y[k] - s
        total += e * e / spread
        logs += math.log(spread)
        count += 1
        gain = p / spread
        s += gain * e
        p *= 1.0 - gain
    return total, logs, count


@kernel
def minus_log_likelihood(y, n, first, family, x, side, middle):  # type: ignore[no-untyped-def]
    """Return -ln L at x = (v, bend, ln(share / (1 - share))) with the best lambda."""
    share = 1.0 / (1.0 + math.exp(-x[2]))
    total, logs, count = innovations(y, n, first, family, x[0], x[1], side, middle, share)
    if not (total > 0.0 and math.isfinite(total) and math.isfinite(logs)) or count == 0:
        return 1e300
    return 0.5 * (count * math.log(total / count) + logs)


@kernel
def curvature(y, n, first, family, x, step, side, middle):  # type: ignore[no-untyped-def]
    """Return -ln L, its gradient and its second derivatives in units of `step`."""
    m = len(x)
    here = minus_log_likelihood(y, n, first, family, x, side, middle)
    ahead, behind = np.zeros(m), np.zeros(m)
    gradient, second = np.zeros(m), np.zeros((m, m))
    z = x.copy()
    for i in range(m):
        z[i] = x[i] + step[i]
        ahead[i] = minus_log_likelihood(y, n, first, family, z, side, middle)
        z[i] = x[i] - step[i]
        behind[i] = minus_log_likelihood(y, n, first, family, z, side, middle)
        z[i] = x[i]
        gradient[i] = 0.5 * (ahead[i] - behind[i])
        second[i, i] = ahead[i] - 2.0 * here + behind[i]
    for i in range(m):
        for j in range(i):
            z[i], z[j] = x[i] + step[i], x[j] + step[j]
            both = minus_log_likelihood(y, n, first, family, z, side, middle)
            z[i], z[j] = x[i] - step[i], x[j] - step[j]
            none = minus_log_likelihood(y, n, first, family, z, side, middle)
            z[i], z[j] = x[i], x[j]
            mixed = both - ahead[i] - ahead[j] + 2.0 * here - behind[i] - behind[j] + none
            second[i, j] = second[j, i] = 0.5 * mixed
    return here, gradient, second


@kernel
def solved(a, b):  # type: ignore[no-untyped-def]
    """Solve a small positive definite system."""
    a, b, m = a.copy(), b.copy(), len(b)
    for i in range(m):
        for j in range(i + 1, m):
            ratio = a[j, i] / a[i, i]
            a[j] -= ratio * a[i]
            b[j] -= ratio * b[i]
    for i in range(m - 1, -1, -1):
        for j in range(i + 1, m):
            b[i] -= a[i, j] * b[j]
        b[i] /= a[i, i]
    return b


@kernel
def maximise(y, n, first, family, x, step, side, middle, most):  # type: ignore[no-untyped-def]
    """Newton steps on -ln L, damped until each goes down; return x, -ln L, second derivatives.

    A parameter whose `step` is 0 is held.
    """
    m, damping, x = len(x), 1e-3, x.copy()
    here, gradient, second = curvature(y, n, first, family, x, step, side, middle)
    for _ in range(most):
        better = False
        for _ in range(12):
            matrix = second.copy()
            for i in range(m):
                matrix[i, i] = abs(second[i, i]) * (1.0 + damping) + 1e-9
                if step[i] == 0.0:
                    matrix[i, i] = 1.0
            for i in range(m):
                for j in range(i):  # keep it positive definite
                    edge = 0.95 * math.sqrt(matrix[i, i] * matrix[j, j]) / (1.0 + damping)
                    matrix[i, j] = min(max(matrix[i, j], -edge), edge)
                    matrix[j, i] = matrix[i, j]
            move = solved(matrix, -gradient)
            trial = x + np.minimum(np.maximum(move, -3e3), 3e3) * step
            trial[2] = min(max(trial[2], -9.0), 9.0)
            value = minus_log_likelihood(y, n, first, family, trial, side, middle)
            if value < here:
                better = True
                damping = max(0.1 * damping, 1e-9)
                break
            damping = max(10.0 * damping, 1e-6)
        if not better:
            break
        gain, x = here - value, trial
        here, gradient, second = curvature(y, n, first, family, x, step, side, middle)
        if gain < 1e-7:
            break
    return x, here, second


def shares(
    y: F, n: F, first: NDArray[np.bool_], family: int, x: F, side: float, middle: float, grid: F
) -> tuple[F, F, int]:
    """Return -ln L and the best lambda at each share of `grid`, and the number of changes."""
    found = np.array(
        [
            innovations(y, n, first, family, float(x[0]), float(x[1]), side, middle, float(q))
            for q in grid
        ]
    )
    count = int(found[0, 2])
    scale = np.maximum(found[:, 0] / count, 1e-300)
    return 0.5 * (count * np.log(scale) + found[:, 1]), scale, count
