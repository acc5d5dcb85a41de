"""Dark equilibrium: Poisson's equation with all carriers at one Fermi level, ions as they stand."""

from __future__ import annotations

import numpy as np

from ...numerics.compiled import kernel
from .ends import COMPACT, KIND
from .problem import (
    BOLTZMANN_BAND,
    CONTACT,
    ELECTRON,
    HOLE,
    ION,
    PHI,
    Array,
    Problem,
    State,
    Workspace,
)
from .statistics import excess


@kernel
def band_density(P: Problem, s: int, i: int, level: float, gamma: Array) -> tuple:
    """Density at reduced Fermi level `level` (eta + ln N) and its slope to the level.

    Solves ln n + gamma(n) = level by Newton's method; the left side rises by at least its first
    term. Writes the excess into `gamma`.
    """
    row = P.statistics[s - 1, i]
    level = min(max(level, -184.0), 92.0)
    if row == BOLTZMANN_BAND:
        n = np.exp(level)
        return n, n
    dos = P.log_dos[s - 1, i]
    x = min(level, dos)
    value, slope = excess(P.excess[row], x - dos)
    for _ in range(60):
        step = (level - x - value) / (1.0 + slope)
        x += min(max(step, -2.0), 2.0)
        value, slope = excess(P.excess[row], x - dos)
        if abs(step) < 1e-13:
            break
    gamma[2 * s - 2, i], gamma[2 * s - 1, i] = value, slope
    n = np.exp(x)
    return n, n / (1.0 + slope)


@kernel
def _charge(P: Problem, S: State, i: int, gamma: Array) -> tuple:
    """Charge density over q of node i and its slope to the potential; sets densities and traps."""
    X = S.X
    rho, slope = P.fixed[i], 0.0
    for k in range(P.ion_charge.shape[0]):
        if P.active[1 + k, i]:
            rho += P.ion_charge[k, i] * X[ION + k, i]
    if not P.active[0, i]:
        return rho, slope
    n, by_n = band_density(P, ELECTRON, i, X[PHI, i] + P.band_n[i], gamma)
    p, by_p = band_density(P, HOLE, i, -X[PHI, i] - P.band_p[i], gamma)
    X[ELECTRON, i], X[HOLE, i] = n, p
    rho += p - n
    slope -= by_p + by_n
    for t in range(P.trap.shape[0]):
        level = P.trap[t, :, i]
        if level[0] > 0.0:
            # Boltzmann form of the level: n e^gamma against n_1
            free = np.exp(min(max(X[PHI, i] + P.band_n[i], -184.0), 230.0))
            f = free / (free + level[3]) if level[3] > 0.0 else 1.0
            S.trap[t, 0, i], S.trap[t, 1, i] = f, level[3] / (free + level[3])
            rho += level[0] * (level[5] - level[6] * f)
            slope -= level[0] * level[6] * f * (1.0 - f)
    return rho, slope


@kernel
def _faces(P: Problem, S: State, mid: Array, rhs: Array) -> None:
    """Charge of interface traps at equilibrium with each side."""
    for q in range(P.face.shape[0]):
        t = P.face_trap[:, q]
        i = P.face[q]
        tilt = np.exp(0.5 * (S.X[PHI, i] - S.X[PHI, i + 1]))
        for j, n1 in enumerate((t[3] * tilt, t[5] / tilt)):
            level = S.X[PHI, i + j] + P.band_n[i + j]
            free = np.exp(min(max(level, -184.0), 230.0))
            f = free / (free + n1) if n1 > 0.0 else 1.0
            S.face[0, q], S.face[1, q] = f, n1 / (free + n1)
            rhs[i + j] += 0.5 * t[0] * (t[7] - t[8] * f)
            mid[i + j] -= 0.5 * t[0] * t[8] * f * (1.0 - f)


@kernel
def equilibrium(P: Problem, S: State, left: float, right: float, W: Workspace, limit: int) -> int:
    """Damped Newton on the scalar problem; densities and occupations of `S` follow.

    Returns the iterations used or -1.
    """
    n = S.X.shape[1]
    X = S.X
    low, mid, up, rhs = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for iteration in range(limit):
        low[:] = 0.0
        mid[:] = 0.0
        up[:] = 0.0
        for i in range(n):
            rho, slope = _charge(P, S, i, W.gamma)
            rhs[i] = P.volume[i] * rho
            mid[i] = P.volume[i] * slope
        for i in range(P.gate.shape[1]):
            rhs[i] += P.volume[i] * P.gate[0, i] * (P.gate[1, i] - X[PHI, i])
            mid[i] -= P.volume[i] * P.gate[0, i]
        _faces(P, S, mid, rhs)
        for i in range(n - 1):
            e = P.permittivity[i] * P.thermal_voltage / P.h[i]
            d = e * (X[PHI, i + 1] - X[PHI, i] - P.dipole[i])
            rhs[i] += d
            rhs[i + 1] -= d
            mid[i] -= e
            mid[i + 1] -= e
            up[i] += e
            low[i + 1] += e
        for side in range(2):
            c = P.contact[side]
            i = 0 if side == 0 else n - 1
            end = left if side == 0 else right
            if c[KIND] != CONTACT:
                continue
            if c[COMPACT] < np.inf:
                rhs[i] += c[COMPACT] * P.thermal_voltage * (end - X[PHI, i])
                mid[i] -= c[COMPACT] * P.thermal_voltage
            else:
                low[i], up[i], mid[i] = 0.0, 0.0, 1.0
                rhs[i] = X[PHI, i] - end
        for i in range(1, n):
            f = low[i] / mid[i - 1]
            mid[i] -= f * up[i - 1]
            rhs[i] -= f * rhs[i - 1]
        worst, d = 0.0, 0.0
        for i in range(n - 1, -1, -1):
            d = -(rhs[i] + up[i] * d) / mid[i]
            worst = max(worst, abs(d))
            if not abs(d) < 1e12:
                return -1
            size = abs(d)
            X[PHI, i] += d if size < 1.0 else np.sign(d) * (1.0 + np.log(size))
        if worst < 1e-10:
            return iteration + 1
    return -1
