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
    "blocks",
    "full_rhs",
    "join",
    "set_excess",
    "set_fluxes",
]


@kernel
def _edge_terms(P: Problem, X: Array, W: Workspace) -> None:
    """Displacement and currents along the edges: flows between the rows of both their nodes."""
    F, out, into, flow = W.flux, W.out, W.into, W.flow
    m, vt = X.shape[0], P.thermal_voltage
    h, permittivity, dipole, mobility = P.h, P.permittivity, P.dipole, P.mobility
    for i in range(h.shape[0]):
        e = permittivity[i] * vt / h[i]
        flow[i, PHI] = e * (X[PHI, i + 1] - X[PHI, i] - dipole[i])
        out[i, PHI, PHI] = -e
        into[i, PHI, PHI] = e
        for s in range(1, m):
            if mobility[s - 1, i] == 0.0:
                continue
            sign = -1.0 if s == ELECTRON else 1.0
            flow[i, s] = sign * F[i, s, 0]
            out[i, s, PHI], into[i, s, PHI] = sign * F[i, s, 1], sign * F[i, s, 2]
            out[i, s, s], into[i, s, s] = sign * F[i, s, 3], sign * F[i, s, 4]
    W.upper[:] = into


@kernel
def _idle_rows(active: NDArray[np.bool_], W: Workspace) -> None:
    """Rows of species that are not there: nothing changes."""
    n, m = W.rhs.shape
    for i in range(n):
        for s in range(1, m):
            if not active[max(0, s - HOLE), i]:
                if i < n - 1:  # an extra coupling stands twice: see `blocktridiagonal.solve`
                    for c in range(m):
                        W.local[i + 1, s, c] -= W.upper[i, s, c] - W.into[i, s, c]
                W.local[i, s, :] = 0.0
                W.lower[i, s, :] = 0.0
                W.upper[i, s, :] = 0.0
                W.local[i, s, s] = 1.0
                W.rhs[i, s] = 0.0
                W.fixed[i, s] = True


@kernel
def full_rhs(W: Workspace, rhs: Array) -> None:
    """Write minus the residual, flows included, of the system that `assemble` left in `W`."""
    n, m = rhs.shape
    for i in range(n):
        for s in range(m):
            rhs[i, s] = W.rhs[i, s]
            if not W.fixed[i, s]:
                if i < n - 1:
                    rhs[i, s] -= W.flow[i, s]
                if i > 0:
                    rhs[i, s] += W.flow[i - 1, s]


@kernel
def join(W: Workspace, lower: Array, diagonal: Array, upper: Array, rhs: Array) -> None:
    """Write the system that `assemble` left in `W` as plain blocks and right-hand side.

    Row i reads lower[i] x[i-1] + diagonal[i] x[i] + upper[i] x[i+1] = rhs[i].
    """
    n, m = rhs.shape
    lower[:] = W.lower
    diagonal[:] = W.local
    upper[:] = W.upper
    full_rhs(W, rhs)
    for i in range(n):
        for s in range(m):
            if W.fixed[i, s]:
                continue
            if i < n - 1:
                diagonal[i, s] += W.out[i, s]
            if i > 0:
                lower[i, s] -= W.out[i - 1, s]
                diagonal[i, s] -= W.into[i - 1, s] if W.fixed[i - 1, s] else W.upper[i - 1, s]


def blocks(W: Workspace) -> tuple[Array, Array, Array, Array]:
    """Return lower, diagonal and upper blocks and right-hand side of the assembled system."""
    found = np.zeros_like(W.local), np.zeros_like(W.local), np.zeros_like(W.local)
    rhs = np.zeros_like(W.rhs)
    join(W, *found, rhs)
    return (*found, rhs)


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
    """Fill the workspace with what `blocktridiagonal.solve` needs for a step of Newton's method.

    Unknowns are d phi and d ln(density); `rhs` is minus the residual without flows. `join` makes
    plain blocks of it.

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
    W.local[:] = 0.0
    W.lower[:] = 0.0
    W.rhs[:] = 0.0
    W.fixed[:] = False
    if P.excess.shape[0] > 0:
        set_excess(P, X, W.gamma)
    set_fluxes(P, X, W.gamma, W.flux)
    _edge_terms(P, X, W)
    node_terms(P, X, a0, light, phi_right, W)
    for q in range(P.face.shape[0]):
        face_terms(P, q, X, a0, W)
    end_terms(P, 0, X, phi_left, a0, way, W)
    end_terms(P, 1, X, phi_right, a0, way, W)
    _idle_rows(P.active, W)
    np.negative(W.rhs, W.rhs)
