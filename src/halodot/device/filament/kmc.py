"""Kinetic Monte Carlo of ions and filament atoms, event by event, without rejection (numba).

All rates stand in a tree of sums; an event is found, and a rate changed, in log2(particles) steps
(A. B. Bortz, M. H. Kalos and J. L. Lebowitz, J. Comput. Phys. 17, 10 (1975),
doi 10.1016/0021-9991(75)90060-1). The one exception: a hop onto a site that another ion holds is
drawn and not done, which leaves the rates of all others alone and the dynamics exact.
"""

from __future__ import annotations

import math

import numpy as np

from ...numerics.compiled import kernel
from .chance import draw, pick, put
from .events import (
    ATOMS,
    BARE,
    BLOCKED,
    CHANNELS,
    CREEPS,
    DIRTY,
    EMPTY,
    ENTRIES,
    EXIT,
    EXITS,
    FREE,
    FULL,
    HOPS,
    IONS,
    JOINED,
    METAL,
    OXIDISED,
    REDUCED,
    TOP,
    Board,
    F,
    Kinds,
    Now,
    Sites,
    aim,
    door_channels,
    particle_rate,
    set_around,
    uncovered,
)
from .paths import joined, parted, search


@kernel
def chosen(rates: F, count: int, total: float, share: float) -> int:
    """Return the channel at `share` of the sum of the first `count` rates."""
    rest, last = share * total, 0
    for c in range(count):
        if rates[c] > 0.0:
            last = c
            if rest < rates[c]:
                return c
            rest -= rates[c]
    return last


@kernel
def enter(i: int, species: int, board: Board) -> int:
    """Put an ion on site i; return its number, -1 where there is no room for another."""
    if board.tally[FREE] == 0:
        board.tally[FULL] += 1
        return -1
    board.tally[FREE] -= 1
    p = board.free[board.tally[FREE]]
    board.place[p], board.who[i] = i, p
    board.kind[i] = species + 1
    board.tally[IONS] += 1
    board.tally[TOP] = max(board.tally[TOP], p + 1)
    return p


@kernel
def leave(p: int, board: Board) -> None:
    """Take ion p off the board."""
    board.kind[board.place[p]] = EMPTY
    board.place[p] = -1
    board.free[board.tally[FREE]] = p
    board.tally[FREE] += 1
    board.tally[IONS] -= 1
    put(board.tree, p, 0.0)


@kernel
def touched(i: int, change: int, sites: Sites, board: Board) -> None:
    """Tell the 18 sites around site i that metal came or went there."""
    for c in range(18):
        j = aim(i, c, sites)
        if j >= 0:
            board.touch[j] += change


@kernel
def move_ion(p: int, c: int, sites: Sites, kinds: Kinds, board: Board, now: Now, rates: F) -> bool:
    """Do what channel c says with ion p; whether the filament changed."""
    i = board.place[p]
    if c == EXIT:
        leave(p, board)
        board.tally[EXITS] += 1
        return False
    j = sites.near[i, min(c, 5)]
    if c != BARE and board.kind[j] == EMPTY:
        board.kind[j], board.kind[i] = board.kind[i], EMPTY
        board.place[p], board.who[j] = j, p
        board.tally[HOPS] += 1
        put(board.tree, p, particle_rate(p, sites, kinds, board, now, rates))
        return False
    if c != BARE and board.kind[j] < METAL:
        board.tally[BLOCKED] += 1
        return False
    board.kind[i] += METAL - 1
    board.tally[IONS] -= 1
    board.tally[ATOMS] += 1
    board.tally[REDUCED] += 1
    touched(i, 1, sites, board)
    joined(i, sites, board, now)
    return True


@kernel
def move_atom(p: int, c: int, sites: Sites, board: Board, now: Now) -> int:
    """Do what channel c says with atom p; return the site that it left."""
    i = board.place[p]
    if c < 6:
        board.kind[i] -= METAL - 1
        board.tally[IONS] += 1
        board.tally[ATOMS] -= 1
        board.tally[OXIDISED] += 1
        touched(i, -1, sites, board)
    else:
        j = aim(i, c - 6, sites)
        board.kind[j], board.kind[i] = board.kind[i], EMPTY
        board.place[p], board.who[j] = j, p
        board.tally[CREEPS] += 1
        touched(i, -1, sites, board)
        touched(j, 1, sites, board)
    parted(i, sites, board)
    uncovered(i, sites, board, now)
    return i


@kernel
def run(
    sites: Sites, kinds: Kinds, board: Board, now: Now, time: float, end: float, changes: int,
    events: int,
) -> tuple[float, int, int]:  # fmt: skip
    """Let events happen until `end`, or until so many changes of the filament, or events.

    Returns the time, the changes and the events done. The rates must have been set.
    """
    rates, room = np.empty(CHANNELS), len(board.place)
    changed, done = 0, 0
    while changed < changes and done < events:
        total = board.tree[1]
        if total <= 0.0:
            return end, changed, done
        step = -math.log(draw(board.stream)) / total
        if time + step > end:
            return end, changed, done
        time += step
        done += 1
        p = pick(board.tree, draw(board.stream))
        share = draw(board.stream)
        if p >= room:
            i = sites.door[p - room]
            total = door_channels(i, sites, kinds, board, now, rates)
            if board.kind[i] == EMPTY:
                species = chosen(rates, len(kinds.charge), total, share)
                q = enter(i, species, board)
                if q >= 0:
                    board.tally[ENTRIES] += 1
                    put(board.tree, q, particle_rate(q, sites, kinds, board, now, rates))
            else:
                board.tally[BLOCKED] += 1
            continue
        i = board.place[p]
        total = particle_rate(p, sites, kinds, board, now, rates)
        if board.kind[i] < METAL:
            if not move_ion(p, chosen(rates, 8, total, share), sites, kinds, board, now, rates):
                continue
            left = i
        else:
            left = move_atom(p, chosen(rates, CHANNELS, total, share), sites, board, now)
            if board.place[p] != left:
                joined(board.place[p], sites, board, now)
        changed += board.place[p] == left  # creep alone asks for no new potential
        if board.tally[DIRTY]:
            was = board.tally[JOINED]
            search(sites, board, now)
            changed += changes * (board.tally[JOINED] != was)  # the current jumps
        set_around(left, sites, kinds, board, now, rates)
        if board.place[p] != left:
            set_around(board.place[p], sites, kinds, board, now, rates)
    return time, changed, done
