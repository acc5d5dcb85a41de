"""Which parts of the filament are joined to which electrode, and what is left between (numba)."""

from __future__ import annotations

import math

import numpy as np

from ...numerics.compiled import kernel
from .events import ACTIVE, DIRTY, INERT, JOINED, METAL, TOP, Board, Now, Sites
from .lattice import I4


@kernel
def joined(i: int, sites: Sites, board: Board, now: Now) -> None:
    """Label the new atom on site i; ask for a new search where it joins parts."""
    found, alike, first = 0, True, True
    unit = board.unit[i]
    for d in range(6):
        j = sites.near[i, d]
        if board.kind[j] >= METAL:
            mine = board.label[j]
            alike &= first or mine == found
            found, first = found | mine, False
            unit = board.unit[j]
    board.label[i] = found
    board.own[i] = 0.0
    if now.pins and found > 0 and not first:
        board.unit[i] = unit
    if not alike:
        board.tally[DIRTY] = 1


@kernel
def parted(i: int, sites: Sites, board: Board) -> None:
    """Ask for a new search where the atom that left site i may have held parts together."""
    board.label[i] = 0
    group = np.arange(6)
    for a in range(6):
        if board.kind[sites.near[i, a]] < METAL:
            group[a] = -1
    for c in range(12):
        if board.kind[sites.corners[i, c]] < METAL:
            continue
        one, other = -1, -1
        for d in range(6):
            if group[d] >= 0 and touching(sites.near[i, d], sites.corners[i, c], sites):
                one, other = (d, other) if one < 0 else (one, d)
        if other >= 0:
            old, new = group[other], group[one]
            for d in range(6):
                group[d] = new if group[d] == old else group[d]
    first = -1
    for d in range(6):
        if group[d] >= 0:
            first = group[d] if first < 0 else first
            if group[d] != first:
                board.tally[DIRTY] = 1


@kernel
def touching(i: int, j: int, sites: Sites) -> bool:
    """Whether two sites share a face."""
    for d in range(6):  # noqa: SIM110 - compiled
        if sites.near[i, d] == j:
            return True
    return False


@kernel
def search(sites: Sites, board: Board, now: Now) -> None:
    """Label all atoms anew, by walking from each electrode; hold them at its potential."""
    last = sites.depth[len(sites.depth) - 1]
    for p in range(board.tally[TOP]):
        if board.place[p] >= 0:
            board.label[board.place[p]] = 0
    for bit, electrode in ((1, ACTIVE), (2, INERT)):
        top = 0
        for p in range(board.tally[TOP]):
            i = board.place[p]
            if i >= 0 and board.kind[i] >= METAL:
                beside = False
                for d in range(6):
                    beside |= board.kind[sites.near[i, d]] == electrode
                if beside:
                    board.label[i] |= bit
                    board.stack[top] = i
                    top += 1
        while top > 0:
            top -= 1
            i = board.stack[top]
            for d in range(6):
                j = sites.near[i, d]
                if METAL <= board.kind[j] < ACTIVE and not board.label[j] & bit:
                    board.label[j] |= bit
                    board.stack[top] = j
                    top += 1
    board.tally[DIRTY], board.tally[JOINED] = 0, 0
    for p in range(board.tally[TOP]):
        if board.place[p] >= 0 and board.label[board.place[p]] == 3:
            board.tally[JOINED] = 1
    if not now.pins:
        return
    for p in range(board.tally[TOP]):
        i = board.place[p]
        if i >= 0 and board.label[i] > 0:
            linear = 1.0 - sites.depth[i] / last  # as in a filament of even width
            mine = board.label[i]
            board.unit[i] = linear if mine == 3 else 1.0 if mine == 1 else 0.0


@kernel
def planes(sites: Sites, board: Board, atoms: I4) -> bool:
    """Count in each plane the atoms that carry current; whether they bridge the film.

    Where the film is bridged only atoms joined to both electrodes count, else those joined to one.
    """
    bridged = False
    for p in range(board.tally[TOP]):
        i = board.place[p]
        bridged |= i >= 0 and board.label[i] == 3
    atoms[:] = 0
    for p in range(board.tally[TOP]):
        i = board.place[p]
        if i >= 0 and (board.label[i] == 3 or (not bridged and board.label[i] > 0)):
            atoms[sites.depth[i]] += 1
    return bridged


@kernel
def gaps(sites: Sites, board: Board, decay: float) -> tuple[float, float]:
    """Return the smallest gap in sites, and the sum over all columns of exp(-decay gap).

    A gap is a run along the film between metal of one electrode and metal of the other; `decay` is
    for one site. Columns without an atom are of the film, not of the filament.
    """
    last = sites.depth[len(sites.depth) - 1]
    across = len(sites.depth) // (last + 1)
    smallest, total = float(last - 1), 0.0
    for p in range(board.tally[TOP]):
        i = board.place[p]
        if i < 0 or board.label[i] == 0 or board.label[i] == 3:
            continue
        toward = across if board.label[i] == 1 else -across
        j, run = i + toward, 0
        while board.kind[j] < METAL:
            j += toward
            run += 1
        if run > 0 and board.label[j] == 3 - board.label[i]:
            smallest = min(smallest, float(run))
            seen = board.label[i] == 2 and board.kind[j] < ACTIVE  # from the other side
            total += 0.0 if seen else math.exp(-decay * run)
    return smallest, total
