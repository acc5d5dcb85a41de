"""The arrays that the kernels work on: a discretised stack, its state, and scratch space."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

PHI, ELECTRON, HOLE, ION = 0, 1, 2, 3
CONTACT, SURFACE, CLOSED = 0, 1, 2
BOLTZMANN_BAND = -1  # row of the excess table of a band with Boltzmann statistics
LEAST, MOST = 1e-80, 1e40  # bounds of a stored density [m-3]


class Problem(NamedTuple):
    """Everything that stays constant while a device is simulated.

    N nodes, K rows of ions, T trap levels a node, C light sources, R ionic regions. Densities
    [m-3], lengths [m], mobilities [m2/Vs], rates in SI, potentials in kT/q.
    """

    thermal_voltage: float
    h: Array  # [N-1] edge lengths
    volume: Array  # [N] control volumes per area
    active: NDArray[np.bool_]  # [1 + K, N] carriers, then each row of ions
    band_n: Array  # [N] chi/kT + ln Nc
    band_p: Array  # [N] (chi + Eg)/kT - ln Nv
    log_dos: Array  # [2, N] ln Nc, ln Nv
    ni2: Array  # [N] of a Boltzmann semiconductor
    statistics: Index  # [2, N] row of the excess table of each band, or BOLTZMANN_BAND
    excess: Array  # [S, statistics.TABLE_SIZE]
    fixed: Array  # [N] fixed charge in units of q
    generation: Array  # [C, N] at full light
    supply: Array  # [2, N] or [2, 0] exchange of electrons and holes with the channel's ends [1/s]
    gate: (
        Array  # [2, N] or [2, 0] charge per kT/q [m-3], and the potential of a gate beside a sheet
    )
    pairs: Array  # [3, N] radiative [m3/s], Auger of electrons and of holes [m6/s]
    trap: Array  # [T, 7, N] N_t, c_n, c_p, n_1, p_1, charge when empty, charge lost when filled
    permittivity: Array  # [N-1] [F/m] over q
    dipole: Array  # [N-1] step of the potential along the edge
    mobility: Array  # [2 + K, N-1]
    field_exponent: Array  # [2, N-1] Poole-Frenkel
    crowding: Array  # [2, 2, N-1] prefactor and exponent of the density dependence
    tunnel: Index  # [N-1] row of `barrier`, or -1
    barrier: Array  # [B, 7] electrons left, right, holes left, right [eV], length, mass, velocity
    ion_charge: Array  # [K, N]
    ion_limit: Array  # [K, N]
    ion_jump: Array  # [K, N-1] y per field [m/V]
    region: Index  # [R, 3] row of ions, first and last node
    region_total: Array  # [R] ions per area put in
    region_closed: NDArray[np.bool_]  # [R] whether the content is conserved
    face: Index  # [I] edges that carry interface traps
    face_trap: Array  # [9, I] N_t, c_n, c_p, n_1 and p_1 left, n_1 and p_1 right, two charges
    contact: Array  # [2, 11] velocities, n_0, p_0, and the columns named in `ends.py`
    exchange: Array  # [2, K, 3] velocity, balanced density, symmetry of an ion at a contact
    circuit: (
        Array  # [3] conductances in series (0: no circuit) and parallel, largest current; over q
    )


class State(NamedTuple):
    """The solution at one time: unknowns [3 + K, N], traps [T, 2, N], interface traps [2, I].

    Filled and empty shares are both stored: each has all its digits when the other is nearly 1.
    """

    X: Array
    trap: Array
    face: Array


class Workspace(NamedTuple):
    """Scratch arrays of one device.

    `history`, `trap_history`, `face_history`: d/dt x = a0 x + history at the new time level; row
    PHI of `history` belongs to the potential.
    """

    local: Array  # [N, m, m] what the rows of a node depend on besides flows
    lower: Array  # [N, m, m] extra couplings to the node before
    upper: Array  # [N, m, m] all couplings to the next node
    out: Array  # [N, m, m] derivatives of the flows along edge i to the node before it
    into: Array  # [N, m, m] and to the node behind it
    flow: Array  # [N, m] flows along edge i
    fixed: NDArray[np.bool_]  # [N, m] rows that are no conservation law
    diagonal: Array
    rhs: Array
    history: Array
    trap_history: Array
    face_history: Array
    flux: Array  # [N-1, m, 5] see fluxes.set_fluxes
    gamma: Array  # [4, N] excess of electrons and its slope, of holes and its slope
    metal: Array  # [3, m] derivatives of the left metal's potential to both end nodes;
    # last row: that potential, and the current that the source gives
    border: Array  # [R, N, m] responses to the pinned densities of the ionic regions


def new_state(P: Problem) -> State:
    """Return an empty state of a problem."""
    m, n = ION + P.ion_charge.shape[0], len(P.volume)
    return State(
        np.full((m, n), LEAST), np.zeros((P.trap.shape[0], 2, n)), np.zeros((2, len(P.face)))
    )


def new_workspace(P: Problem) -> Workspace:
    """Return scratch arrays for a problem."""
    m, n = ION + P.ion_charge.shape[0], len(P.volume)
    return Workspace(
        np.zeros((n, m, m)),
        np.zeros((n, m, m)),
        np.zeros((n, m, m)),
        np.zeros((n, m, m)),
        np.zeros((n, m, m)),
        np.zeros((n, m)),
        np.zeros((n, m), dtype=np.bool_),
        np.zeros((n, m, m)),
        np.zeros((n, m)),
        np.zeros((m, n)),
        np.zeros((P.trap.shape[0], 2, n)),
        np.zeros((2, len(P.face))),
        np.zeros((n - 1, m, 5)),
        np.zeros((4, n)),
        np.zeros((3, m)),
        np.zeros((len(P.region), n, m)),
    )
