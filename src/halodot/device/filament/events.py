"""What each particle of the lattice may do next, and how fast (numba).

Ion on site i, next to film sites j: hop, gain z (phi_j - phi_i). Next to a metal site j: reduction
where it stands, the electron from j. Atom of the filament: oxidation where it stands, the electron
to j, with the gain

    E_f - (9 e - sum_j e_ij) - z (V_j - phi_i),    e = (2/5) gamma Omega^(2/3),

the energy of an ion above an atom at a kink (nine bonds of eighteen, that of the bulk electrode),
less what its own bonds miss, less the work of the overpotential. Bonds reach the six nearest and
the twelve next sites; a flat face cuts five for each atom, half of each is its surface energy.
Thin or rough filaments then dissolve faster without being told. Creep: an atom moves along the
filament to one of 18 sites around it that have bonds to offer. The active electrode gives ions to
the sites before it and takes them back. `phi_i` of a site at metal is what the film would have
there: the mean of its neighbours, metal ones weighted with the contact's conductance. Where bonds
but no metal face is at hand the electron comes from the film, without overpotential.

Every step and its way back obey detailed balance in a given potential. An atom without any bond
leaves; its return, slower by exp((9 e - E_f) / kT), is left out, and an atom within metal stays.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...numerics.compiled import kernel
from .chance import add_up, put
from .rates import step_rate

F = NDArray[np.float64]
I8 = NDArray[np.int64]
I4 = NDArray[np.int32]
I1 = NDArray[np.int8]
B = NDArray[np.bool_]
U = NDArray[np.uint64]

EMPTY, METAL, ACTIVE, INERT = 0, 5, 9, 10  # ions 1 to 4, atoms 5 to 8, electrodes 9 and 10
MOST_SPECIES = 4
CHANNELS = 24
EXIT, BARE = 6, 7  # back into the electrode; reduced without a metal face at hand
KINK = 9.0  # bonds of an atom at a kink
WHOLE = 18  # bonds of an atom within metal
IONS, ATOMS, FREE, HOPS, CREEPS, ENTRIES, EXITS = range(7)
REDUCED, OXIDISED, BLOCKED, FULL, DIRTY, JOINED, TOP = range(7, 14)  # TOP: numbers in use
COUNTERS = 14


class Sites(NamedTuple):
    """The lattice, as kernels read it; sites are flat indices."""

    near: I4
    corners: I4
    reach: I4
    depth: I4
    barrier: F  # [species, site], of a hop [eV]
    foot: I1  # sites of the flat inert electrode among the 18 around
    door: I4  # sites before the active electrode that it may give ions to
    opened: I1  # whether a site is one of them


class Kinds(NamedTuple):
    """Numbers of the species, one entry each; energies in eV."""

    charge: F
    attempt: F
    redox: F
    share: F
    formation: F
    creep: F
    supplied: B
    bond: F  # [species, species, active electrode, inert electrode]


class Board(NamedTuple):
    """What stands where; everything here changes."""

    kind: I1
    touch: I1  # metal among the 18 sites around
    who: I4  # particle on a site
    place: I4  # site of a particle
    free: I4  # stack of particle numbers not in use
    stack: I4  # work space of walks through the filament
    label: I1  # bit 1: metal joined to the active electrode, bit 2: to the inert one
    tree: F  # rates of the particles, then of the doors
    unit: F  # potential for one volt at the active electrode
    own: F  # potential of the ions' charge [V], none in metal
    tally: I8
    stream: U


class Now(NamedTuple):
    """What holds for the moment."""

    volts: float  # active electrode against the inert one
    thermal: float  # kT [eV]
    slowed: float  # factor on hops in the film
    lulled: float  # factor on creep
    calmed: float  # factor on redox steps
    contact: float  # conductance of an edge between metal and film over one within the film
    dimmed: float  # fall of hop barriers under light [eV]
    eased: float  # fall of redox and creep barriers under light [eV]
    pins: bool  # filament sites are held at potentials of the electrodes


@kernel
def aim(i: int, c: int, sites: Sites) -> int:
    """Return site number c of the 18 around site i, -1 beyond the electrodes."""
    return sites.near[i, c] if c < 6 else sites.corners[i, c - 6]


@kernel
def film_potential(i: int, sites: Sites, board: Board, now: Now) -> float:
    """Return the potential [V] that the film has, or would have, on site i beside metal."""
    total, weights = 0.0, 0.0
    for d in range(6):
        j = sites.near[i, d]
        weight = now.contact if board.kind[j] >= METAL else 1.0
        total += weight * (now.volts * board.unit[j] + board.own[j])
        weights += weight
    return total / weights


@kernel
def uncovered(i: int, sites: Sites, board: Board, now: Now) -> None:
    """Give site i, that metal has left, the potentials that the film has there."""
    unit, own, weights = 0.0, 0.0, 0.0
    for d in range(6):
        j = sites.near[i, d]
        weight = now.contact if board.kind[j] >= METAL else 1.0
        unit += weight * board.unit[j]
        own += weight * board.own[j]
        weights += weight
    board.unit[i], board.own[i] = unit / weights, own / weights


@kernel
def bonds(i: int, species: int, but: int, sites: Sites, kinds: Kinds, board: Board) -> float:
    """Return the energy [eV] of the bonds an atom on site i has, site `but` beside it left out."""
    if len(kinds.charge) == 1:
        lost = kinds.bond[0, 0] - kinds.bond[0, MOST_SPECIES + 1]
        return (board.touch[i] - (but >= 0)) * kinds.bond[0, 0] - sites.foot[i] * lost
    total = 0.0
    if board.touch[i] == 0:
        return total
    for c in range(18):
        j = aim(i, c, sites)
        if j < 0 or j == but:
            continue
        other = board.kind[j]
        if other >= METAL:
            residue = other == INERT and sites.depth[j] < sites.depth[len(sites.depth) - 1]
            total += kinds.bond[species, species if residue else other - METAL]
    return total


@kernel
def ion_channels(i: int, sites: Sites, kinds: Kinds, board: Board, now: Now, rates: F) -> float:
    """Fill the rates of the ion on site i: six ways, and back into the electrode; return the sum.

    A way that leads to another ion counts: the step is then drawn in vain, which is exact.
    """
    near, kind, unit, own = sites.near, board.kind, board.unit, board.own
    species = kind[i] - 1
    barrier, volts = sites.barrier[species], now.volts
    charge, attempt = kinds.charge[species], kinds.attempt[species]
    here = volts * unit[i] + own[i]
    film, total, held, faces = 0.0, 0.0, 0.0, 0
    if board.touch[i] > 0:
        film = film_potential(i, sites, board, now)
        held = bonds(i, species, -1, sites, kinds, board)
    whole = KINK * kinds.bond[species, species]
    redox, back = kinds.redox[species] - now.eased, 1.0 - kinds.share[species]
    rates[EXIT], rates[BARE] = 0.0, 0.0
    for d in range(6):
        j = near[i, d]
        other = kind[j]
        there = volts * unit[j] + own[j]
        if other < METAL:
            top = max(barrier[i], barrier[j]) - now.dimmed
            gain = charge * (there - here)
            rates[d] = now.slowed * step_rate(max(top, 0.0), gain, 0.5, attempt, now.thermal)
        else:
            gain = whole - held - kinds.formation[species] + charge * (there - film)
            faces += 1
            rates[d] = now.calmed * step_rate(redox, gain, back, attempt, now.thermal)
            if other == ACTIVE and kinds.supplied[species] and sites.opened[i]:
                gain = charge * (there - film) - kinds.formation[species]
                rates[EXIT] = now.calmed * step_rate(redox, gain, back, attempt, now.thermal)
                total += rates[EXIT]
        total += rates[d]
    if held > 0.0 and faces == 0:
        gain = whole - held - kinds.formation[species]
        rates[BARE] = now.calmed * step_rate(redox, gain, back, attempt, now.thermal)
        total += rates[BARE]
    return total


@kernel
def atom_channels(i: int, sites: Sites, kinds: Kinds, board: Board, now: Now, rates: F) -> float:
    """Fill the rates of the atom on site i: oxidation by way of six, creep to 18; their sum."""
    if board.touch[i] == WHOLE:
        rates[:] = 0.0
        return 0.0
    species = board.kind[i] - METAL
    attempt, charge = kinds.attempt[species], kinds.charge[species]
    held = bonds(i, species, -1, sites, kinds, board)
    whole = KINK * kinds.bond[species, species]
    film = film_potential(i, sites, board, now)
    redox, share = kinds.redox[species] - now.eased, kinds.share[species]
    total, faces = 0.0, 0
    for d in range(6):
        j = sites.near[i, d]
        rates[d] = 0.0
        if board.kind[j] >= METAL:
            over = now.volts * board.unit[j] + board.own[j] - film
            gain = kinds.formation[species] + held - whole - charge * over
            rates[d] = now.calmed * step_rate(redox, gain, share, attempt, now.thermal)
            total += rates[d]
            faces += 1
    if faces == 0:
        gain = kinds.formation[species] + held - whole
        rates[0] = now.calmed * step_rate(redox, gain, share, attempt, now.thermal)
        total += rates[0]
    for c in range(18):
        rates[6 + c] = creep_rate(i, c, species, held, sites, kinds, board, now)
        total += rates[6 + c]
    return total


@kernel
def creep_rate(
    i: int, c: int, species: int, held: float, sites: Sites, kinds: Kinds, board: Board, now: Now
) -> float:  # fmt: skip
    """Return the rate of creep number c of the atom on site i, zero where it cannot go."""
    j = aim(i, c, sites)
    if j < 0 or board.kind[j] != EMPTY or board.touch[j] < 2:
        return 0.0
    gained = bonds(j, species, i, sites, kinds, board)
    if gained == 0.0:
        return 0.0
    top = max(kinds.creep[species] - now.eased, 0.0) + max(held - gained, 0.0)
    return now.lulled * kinds.attempt[species] * math.exp(-top / now.thermal)


@kernel
def door_channels(i: int, sites: Sites, kinds: Kinds, board: Board, now: Now, rates: F) -> float:
    """Fill the rates at which the active electrode gives each species to site i; their sum."""
    film, total = film_potential(i, sites, board, now), 0.0
    for s in range(len(kinds.charge)):
        rates[s] = 0.0
        if kinds.supplied[s]:
            gain = kinds.formation[s] - kinds.charge[s] * (now.volts - film)
            redox = kinds.redox[s] - now.eased
            rate = step_rate(redox, gain, kinds.share[s], kinds.attempt[s], now.thermal)
            rates[s] = now.calmed * rate
            total += rates[s]
    return total


@kernel
def particle_rate(p: int, sites: Sites, kinds: Kinds, board: Board, now: Now, rates: F) -> float:
    """Fill the rates of particle p, ion or atom; their sum."""
    i = board.place[p]
    if board.kind[i] < METAL:
        return ion_channels(i, sites, kinds, board, now, rates)
    return atom_channels(i, sites, kinds, board, now, rates)


@kernel
def set_all(sites: Sites, kinds: Kinds, board: Board, now: Now) -> tuple[float, float, float]:
    """Compute every rate anew; return the sums of those of hops in the film, of creep, of all."""
    rates, room, half = np.empty(CHANNELS), len(board.place), len(board.tree) >> 1
    hops, creeps = 0.0, 0.0
    for p in range(board.tally[TOP]):
        i = board.place[p]
        if i < 0:
            board.tree[half + p] = 0.0
            continue
        board.tree[half + p] = particle_rate(p, sites, kinds, board, now, rates)
        if board.kind[i] < METAL:
            for d in range(6):
                hops += rates[d] if board.kind[sites.near[i, d]] < METAL else 0.0
        else:
            for c in range(6, CHANNELS):
                creeps += rates[c]
    for k in range(len(sites.door)):
        rate = door_channels(sites.door[k], sites, kinds, board, now, rates)
        board.tree[half + room + k] = rate
    add_up(board.tree)
    return hops, creeps, board.tree[1]


@kernel
def set_around(i: int, sites: Sites, kinds: Kinds, board: Board, now: Now, rates: F) -> None:
    """Compute the rates anew that may change with what stands on site i, its own included."""
    if board.kind[i] != EMPTY:
        p = board.who[i]
        put(board.tree, p, particle_rate(p, sites, kinds, board, now, rates))
    for d in range(sites.reach.shape[1]):
        j = sites.reach[i, d]
        if j >= 0 and 0 < board.kind[j] < ACTIVE:
            p = board.who[j]
            put(board.tree, p, particle_rate(p, sites, kinds, board, now, rates))
