"""The same residual in plain NumPy: the specification that the compiled kernel is tested against.

Slow, vectorised over the grid, and written for complex numbers too, so that its Jacobian follows
from complex steps to round-off.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .kernel import ELECTRON, HOLE, ION, PHI, SURFACE, Problem


def bernoulli(x: Any) -> Any:
    """x / (exp(x) - 1), by its series near 0, for real or complex x."""
    near = np.abs(x) < 1e-2
    safe = np.where(near, 1.0, x)
    s = x * x
    series = 1.0 - 0.5 * x + s / 12.0 * (1.0 - s / 60.0 * (1.0 - s / 42.0))
    return np.where(near, series, safe / np.expm1(safe))


def residual(
    P: Problem,
    X: Any,
    a0: float,
    H: Any,
    face_history: Any,
    light: float,
    phi_left: float,
    phi_right: float,
) -> Any:
    """Residual of every equation at every node, shape [3 + K, N]; same arguments as the kernel."""
    R = np.zeros_like(X)
    volume, active = P.volume, P.active[0]
    n, p = X[ELECTRON], X[HOLE]
    charge = P.fixed + np.where(active, p - n, 0.0)
    cn, cp, n1, p1 = P.trap[1:5]
    level = np.where(P.trap[6] == 0.0, 0.0, 1.0)
    bottom = level * a0 + cn * (n + n1) + cp * (p + p1)
    filled = (cn * n + cp * p1 - level * H[PHI]) / np.where(bottom == 0, 1.0, bottom)
    trapping = active & (P.trap[0] > 0)
    nt = np.where(trapping, P.trap[0], 0.0)
    charge = charge + nt * (P.trap[5] - P.trap[6] * filled)
    pair = P.radiative * (n * p - P.ni2) - light * P.generation
    R[ELECTRON] = volume * (a0 * n + H[ELECTRON] + pair + nt * cn * (n - (n + n1) * filled))
    R[HOLE] = volume * (a0 * p + H[HOLE] + pair + nt * cp * ((p + p1) * filled - p1))
    for k, z in enumerate(P.ion_charge):
        charge = charge + np.where(P.active[1 + k], z * X[ION + k], 0.0)
        R[ION + k] = volume * z * (a0 * X[ION + k] + H[ION + k])
    R[PHI] = volume * charge
    _add_fluxes(P, X, R)
    _add_faces(P, X, R, a0, face_history)
    _set_ends(P, X, R, (phi_left, phi_right))
    R[ELECTRON][~active] = 0.0
    R[HOLE][~active] = 0.0
    for k in range(len(P.ion_charge)):
        R[ION + k][~P.active[1 + k]] = 0.0
    return R


def _add_fluxes(P: Problem, X: Any, R: Any) -> None:
    vt, phi = P.thermal_voltage, X[PHI]
    displacement = P.permittivity * vt / P.h * np.diff(phi)
    R[PHI, :-1] += displacement
    R[PHI, 1:] -= displacement
    field = np.diff(phi) * vt / P.h
    boost = np.exp(P.field_exponent * (field * field + 1e4) ** 0.25)

    def add(s: int, flux: Any) -> None:
        sign = -1.0 if s == ELECTRON else 1.0
        R[s, :-1] += sign * flux
        R[s, 1:] -= sign * flux

    d = np.diff(phi + P.band_n)
    n, p = X[ELECTRON], X[HOLE]
    scale = P.mobility * vt / P.h
    add(ELECTRON, scale[0] * boost * (n[1:] * bernoulli(d) - n[:-1] * bernoulli(-d)))
    d = np.diff(phi + P.band_p)
    add(HOLE, -scale[1] * boost * (p[1:] * bernoulli(-d) - p[:-1] * bernoulli(d)))
    for k, z in enumerate(P.ion_charge):
        a = X[ION + k]
        d = np.diff(z * phi - np.log(1.0 - a / P.ion_limit[k]))
        add(ION + k, -z * scale[2 + k] * (a[1:] * bernoulli(-d) - a[:-1] * bernoulli(d)))


def _add_faces(P: Problem, X: Any, R: Any, a0: float, history: Any) -> None:
    for q, i in enumerate(P.face):
        area, cn, cp, nl, pl, nr, pr, empty, lost = P.face_trap[:, q]
        n, p = X[ELECTRON, i : i + 2], X[HOLE, i : i + 2]
        tilt = np.exp(0.5 * (X[PHI, i] - X[PHI, i + 1]))
        n1, p1 = np.array([nl * tilt, nr / tilt]), np.array([pl / tilt, pr * tilt])
        stores = 0.0 if lost == 0.0 else 1.0
        bottom = stores * a0 + (cn * (n + n1) + cp * (p + p1)).sum()
        filled = ((cn * n + cp * p1).sum() - stores * history[q]) / bottom
        R[PHI, i : i + 2] += 0.5 * area * (empty - lost * filled)
        R[ELECTRON, i : i + 2] += area * cn * (n * (1.0 - filled) - n1 * filled)
        R[HOLE, i : i + 2] += area * cp * (p * filled - p1 * (1.0 - filled))


def _set_ends(P: Problem, X: Any, R: Any, potential: tuple[float, float]) -> None:
    for side, (i, j) in enumerate(((0, 1), (-1, -2))):
        velocity_n, velocity_p, n_eq, p_eq, lowering, kind = P.contact[side]
        if kind == SURFACE:
            if P.active[0, i]:
                R[ELECTRON, i] = X[ELECTRON, i] - np.exp(X[PHI, i] + P.band_n[i] - potential[side])
                R[HOLE, i] = X[HOLE, i] - np.exp(potential[side] - X[PHI, i] - P.band_p[i])
            continue
        e = (X[PHI, j] - X[PHI, i]) * P.thermal_voltage / P.h[0 if side == 0 else -1]
        w = np.sqrt(e * e + 1e10)
        shift = lowering * (np.sqrt(0.5 * (w + e)) - np.sqrt(0.5 * (w - e)))
        R[PHI, i] = X[PHI, i] - potential[side] - shift
        if P.active[0, i]:
            R[ELECTRON, i] += velocity_n * (X[ELECTRON, i] - n_eq * np.exp(shift))
            R[HOLE, i] += velocity_p * (X[HOLE, i] - p_eq * np.exp(-shift))
