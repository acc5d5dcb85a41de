"""Residual and Jacobian of the coupled equations, one pass over the grid.

Finite volumes: the potential row of a node is Gauss's law of its volume, a carrier row its
continuity; `fluxes.py` has the edges, `reactions.py` the nodes and interfaces, `ends.py` the
contacts and the circuit. `reference.py` is the same in plain NumPy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...numerics.compiled import kernel
from .ends import end_terms
from .fluxes import set_excess, set_fluxes
from .problem import CONTACT, ELECTRON, HOLE, ION, PHI, SURFACE, Array, Problem, State, Workspace
from .reactions import face_terms, node_terms

__all__ = [
    "CONTACT",
    "ELECTRON",
    "HOLE",
    "ION",
    "PHI",
    "SURFACE",
    "Array",
    "Problem",
    "State",
    "Workspace",
    "assemble",
    "set_excess",
    "set_fluxes",
]


@kernel
def _edge_terms(P: Problem, X: Array, W: Workspace) -> None:
    """Displacement and currents along the edges, into the rows of both their nodes."""
    L, D, U, R, F = W.lower, W.diagonal, W.upper, W.rhs, W.flux
    m, vt = X.shape[0], P.thermal_voltage
    h, permittivity, dipole, mobility = P.h, P.permittivity, P.dipole, P.mobility
    for i in range(h.shape[0]):
        e = permittivity[i] * vt / h[i]
        step = e * (X[PHI, i + 1] - X[PHI, i] - dipole[i])
        R[i, PHI] += step
        R[i + 1, PHI] -= step
        D[i, PHI, PHI] -= e
        U[i, PHI, PHI] += e
        D[i + 1, PHI, PHI] -= e
        L[i + 1, PHI, PHI] += e
        for s in range(1, m):
            if mobility[s - 1, i] == 0.0:
                continue
            sign = -1.0 if s == ELECTRON else 1.0
            f, g0, g1 = sign * F[i, s, 0], sign * F[i, s, 1], sign * F[i, s, 2]
            y0, y1 = sign * F[i, s, 3], sign * F[i, s, 4]
            R[i, s] += f
            R[i + 1, s] -= f
            D[i, s, PHI] += g0
            D[i, s, s] += y0
            U[i, s, PHI] += g1
            U[i, s, s] += y1
            L[i + 1, s, PHI] -= g0
            L[i + 1, s, s] -= y0
            D[i + 1, s, PHI] -= g1
            D[i + 1, s, s] -= y1


@kernel
def _idle_rows(active: NDArray[np.bool_], W: Workspace) -> None:
    """Rows of species that are not there: nothing changes."""
    n, m = W.rhs.shape
    for i in range(n):
        for s in range(1, m):
            if not active[max(0, s - HOLE), i]:
                W.diagonal[i, s, :] = 0.0
                W.lower[i, s, :] = 0.0
                W.upper[i, s, :] = 0.0
                W.diagonal[i, s, s] = 1.0
                W.rhs[i, s] = 0.0


@kernel
def assemble(
    P: Problem,
    X: Array,
    a0: float,
    light: Array,
    phi_left: float,
    phi_right: float,
    way: float,
    W: Workspace,
) -> None:
    """Fill the blocks and right-hand side (-residual); unknowns are d phi and d ln(density).

    Parameters
    ----------
    X
        [3 + K, N] potential and densities.
    a0
        d/dt x = a0 x + history, the history being that of the workspace.
    light
        [C] fraction of full generation of each source.
    phi_left, phi_right
        Potential of each metal (quasi-Fermi level of a free surface) in kT/q.
    way
        `ends.DRIVEN`, or the current over q that the source gives (`ends.OPEN`).
    """
    W.lower[:] = 0.0
    W.diagonal[:] = 0.0
    W.upper[:] = 0.0
    W.rhs[:] = 0.0
    if P.excess.shape[0] > 0:
        set_excess(P, X, W.gamma)
    set_fluxes(P, X, W.gamma, W.flux)
    node_terms(P, X, a0, light, W)
    _edge_terms(P, X, W)
    for q in range(P.face.shape[0]):
        face_terms(P, q, X, a0, W)
    end_terms(P, 0, X, phi_left, a0, way, W)
    end_terms(P, 1, X, phi_right, a0, way, W)
    _idle_rows(P.active, W)
    np.negative(W.rhs, W.rhs)
