"""Dots in a periodic box, from superlattice to random, with their neighbours.

A dot of core width L_i wears half a gap g; two dots touch where their centres are

    c_ij = w_bar_ij + g,   w_i = f (L_i + g) - g,   w_bar_ij = (w_i + w_j) / 2

apart, and shells do not give way: no gap is smaller than g, but that of a neck, which is none.
f = 1 on a lattice, where facets face each other, and for spheres. Cubes in a random packing turn:
f = (0.62 x 6 / pi)^(1/3) = 1.058, so that spheres of width f (L + g) fill 0.62 of space where the
dots fill all of it; 0.62 lies a little below random close packing (0.64), where overlaps can still
be taken away. A density below what this packing fills (1 for cubes, 0.62 for spheres) leaves voids:
as many of its dots are taken out at random as it takes.

`order` is the share of places that stand in a superlattice (simple cubic for cubes, face-centred
cubic for spheres): a grain in a random film below one half, a random pocket in a lattice above.
Widths are log-normal with the median L, so that levels proportional to ln L are Gaussian; the box
grows with the mean of (L_i + g)^3, so that the space filled stays. Then all relax: overlapping
shells push each other apart, and bonds of the lattice between equal dots also pull. Missing dots
leave holes.

Range: spread below 0.25. What is left of the overlaps is returned, relative to the pitch; above
0.01 (a lattice of spheres with a spread above 0.03) `strained` says so.
References: force-biased packing after J. Moscinski et al., Mol. Simul. 3, 201 (1989) (idea only,
remembered, unverified); random close packing 0.64, G. D. Scott and D. M. Kilgour, J. Phys. D 2, 863
(1969), doi 10.1088/0022-3727/2/6/311.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.randomness import generator

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741
B = NDArray[np.bool_]

JAMMED = 0.62  # space that the effective spheres of a random packing fill
DENSEST = {"cube": 1.0, "sphere": JAMMED}  # space that dots with shells fill in it
CLOSE_PACKED = 0.64  # of random spheres; what lies above 0.62 is packed as 0.62
SWELLING = {"cube": (JAMMED * 6.0 / math.pi) ** (1.0 / 3.0), "sphere": 1.0}  # f
MOST_SPREAD = 0.25
MOST_OVERLAP = 0.01
REACH = 1.35  # neighbours lie within this many pitches; second ones of a lattice lie at 1.41
BASES = {
    "cube": np.zeros((1, 3)),
    "sphere": 0.5 * np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]], dtype=float),
}
LATTICE_FILL = {"cube": 1.0, "sphere": math.pi / (3.0 * math.sqrt(2.0))}


@dataclass(frozen=True)
class Packing:
    """Dots and the hops between them; edges are directed and sorted by the dot they leave.

    Attributes
    ----------
    positions, sizes, box
        Centres [n, 3], core widths [n] and edges of the periodic box [3], all [m].
    start, target, back
        Hops of dot i are start[i]:start[i + 1] [n + 1]; they lead to target [m]; back [m] is the
        number of the reverse hop.
    offset, gap
        Way of each hop [m, 3] and gap between the two cores [m], both [m].
    wraps
        Box edges that a hop crosses, -1, 0 or 1 along each axis [m, 3].
    pitch
        Mean distance of touching dots [m].
    overlap
        Root mean square overlap of shells left by the relaxation, in pitches [1].
    """

    positions: F
    sizes: F
    box: F
    start: I
    target: I
    back: I
    offset: F
    gap: F
    wraps: I
    pitch: float
    overlap: float = 0.0

    @property
    def count(self) -> int:
        """Number of dots."""
        return len(self.sizes)

    @property
    def source(self) -> I:
        """Dot that each hop leaves [m]."""
        return np.repeat(np.arange(self.count), np.diff(self.start))

    def leaving(self, values: F) -> F:
        """Return the sum of `values` [m] over the hops that leave each dot [n]."""
        return np.asarray(np.bincount(self.source, values, self.count), dtype=float)

    @property
    def volume(self) -> float:
        """Volume of the box [m3]."""
        return float(np.prod(self.box))


def pack(
    shape: str = "cube",
    count: int = 4096,
    *,
    size: float = 10e-9,
    gap: float = 1.5e-9,
    spread: float = 0.0,
    order: float = 1.0,
    density: float | None = None,
    missing: float = 0.0,
    necks: float = 0.0,
    seed: int = 0,
) -> Packing:
    """Return a packing of about `count` dots.

    Parameters
    ----------
    shape
        ``cube`` (simple cubic lattice) or ``sphere`` (face-centred cubic).
    count
        Places for dots; the nearest number that fills a cubic box of lattice cells.
    size, gap
        Median core width and gap between touching dots [m].
    spread
        Standard deviation of ln(core width) [1].
    order
        1: superlattice, 0: random [1].
    density
        Space filled by dots with their shells in a random packing [1]; default: `DENSEST`.
    missing, necks
        Share of places without a dot; share of contacts grown together [1].
    seed
        Root of the random draws.

    Raises
    ------
    InputError
        For a shape that is not known, a length, a share or a density that cannot be.

    Examples
    --------
    >>> dots = pack("cube", 216, size=9e-9, gap=1e-9)
    >>> dots.count, len(dots.target), round(float(dots.gap[0]) * 1e9, 3)
    (216, 1296, 1.0)
    """
    _check(shape, count, order, missing, necks)
    density = DENSEST[shape] if density is None else density
    _check_room(shape, size, gap, spread, density)
    rng = generator(seed, "film.transport", "packing")
    places, edge, ordered = _places(shape, count, order, size + gap, rng)
    n, a = len(places), size + gap
    sizes = size * np.exp(spread * rng.standard_normal(n))
    room = float(np.mean((sizes + gap) ** 3)) ** (1.0 / 3.0) / a
    swollen = np.where(ordered, 1.0, SWELLING[shape])
    width = swollen * (sizes + gap) - gap
    places, edge, overlap = places * room, edge * room, 0.0
    pitch = float(np.mean(swollen)) * a
    if order < 1.0 or spread > 0.0:
        places, overlap = _relaxed(places, width + gap, edge, ordered, pitch)
    keep = np.sort(rng.permutation(n)[: n - round(missing * n)])
    keep = keep[~_voids(ordered, density / DENSEST[shape], rng)[keep]]
    if len(keep) < 2:
        raise InputError("missing", missing, "a share that leaves two dots", "more dots in the box")
    # by planes across the first axis, along which fields act: the solvers' factors stay thin
    if not ordered.all():
        keep = keep[np.lexsort(np.floor(places[keep].T[::-1] / pitch + 0.25))]
    dots = _linked(places[keep] % edge, sizes[keep], width[keep], edge, pitch, gap)
    return necked(replace(dots, overlap=overlap), necks, 1.2 * gap, seed)


def strained(dots: Packing, spread: float = 0.0) -> str:
    """Return in words what of the packing lies outside the range, nothing where all is well.

    Examples
    --------
    >>> strained(pack("cube", 64)), strained(pack("cube", 64), 0.3)
    ('', 'size spread above 0.25')
    """
    if spread > MOST_SPREAD:
        return f"size spread above {MOST_SPREAD}"
    if dots.overlap > MOST_OVERLAP:
        return f"shells overlap by {dots.overlap:.1%} of the pitch: dots this uneven cannot pack so"
    return ""


def _voids(ordered: B, filled: float, rng: np.random.Generator) -> B:
    """Dots that a random packing lacks where it fills `filled` of what it could."""
    loose = np.flatnonzero(~ordered)
    out = np.zeros(len(ordered), dtype=bool)
    if filled < 1.0:
        out[rng.permutation(loose)[: round((1.0 - filled) * len(loose))]] = True
    return out


def _places(
    shape: str, count: int, order: float, pitch: float, rng: np.random.Generator
) -> tuple[F, float, B]:
    """Places before relaxation, edge of the box and which places stand in the lattice."""
    side, thinner = pitch * _cell(shape), DENSEST[shape] / LATTICE_FILL[shape]
    cells = max(4 if shape == "cube" else 3, round((count / len(BASES[shape])) ** (1.0 / 3.0)))
    lattice = (np.indices((cells,) * 3).reshape(3, -1).T[:, None, :] + BASES[shape]) * side
    lattice = lattice.reshape(-1, 3)
    n, edge = len(lattice), cells * side
    if order < 0.5:
        edge *= (order + (1.0 - order) / thinner) ** (1.0 / 3.0)
    from_middle = lattice - 0.5 * cells * side
    r = np.sqrt(np.einsum("ij,ij->i", from_middle, from_middle))
    ranked, split = np.argsort(r, kind="stable"), round(min(order, 1.0 - order) * n)
    inside = ranked[:split]
    radius = 0.5 * float(r[ranked[max(split - 1, 0)]] + r[ranked[min(split, n - 1)]])
    if order >= 0.5:
        kept, filled = ranked[split:], round(split * thinner)
        loose = _scattered(filled, edge, radius, True, rng)
        grain = lattice[kept]
    else:
        loose = _scattered(n - split, edge, radius if split else 0.0, False, rng)
        grain = from_middle[inside] + 0.5 * edge
    ordered = np.arange(len(grain) + len(loose)) < len(grain)
    return np.concatenate([grain, loose]), edge, ordered


def _scattered(count: int, edge: float, radius: float, within: bool, rng: np.random.Generator) -> F:
    """Points anywhere in the box within, or not within, the sphere in its middle."""
    found: list[F] = [np.zeros((0, 3))]
    while sum(map(len, found)) < count:
        points = (rng.random((4 * count + 16, 3)) - 0.5) * edge
        found.append(points[(np.sum(points**2, axis=1) < radius**2) == within])
    return np.concatenate(found)[:count] + 0.5 * edge


def _cell(shape: str) -> float:
    """Edge of the cubic lattice cell in pitches."""
    return 1.0 if shape == "cube" else math.sqrt(2.0)


def _check(shape: str, count: int, order: float, missing: float, necks: float) -> None:
    if shape not in BASES:
        raise InputError("shape", shape, " or ".join(BASES), "pack platelets as cubes")
    if not 27 <= count <= 2_000_000:
        raise InputError("count", count, "27 to 2,000,000 dots", "1,000 dots for a first look")
    if missing == 1.0:
        raise InputError("missing", missing, "0 to below 1", "a share of dots that leaves some")
    for name, value in (("order", order), ("missing", missing), ("necks", necks)):
        if not 0.0 <= value <= 1.0:
            raise InputError(name, value, "0 to 1", "a share, not per cent")


def _check_room(shape: str, size: float, gap: float, spread: float, density: float) -> None:
    lengths = (("size", size, "above zero", "9e-9"), ("gap", gap, "0 or more", "1.5e-9"))
    for name, value, allowed, remedy in lengths:
        if not (value > 0.0 or (name == "gap" and value == 0.0)):
            raise InputError(name, value, allowed + " m", remedy)
    if not 0.0 <= spread <= 1.0:
        raise InputError("spread", spread, "0 to 1, a standard deviation of ln(width)", "0.08")
    most = LATTICE_FILL[shape] if shape == "cube" else CLOSE_PACKED
    if not 0.0 < density <= most:
        raise InputError("density", density, f"above 0, to {most:g} for random {shape}s", "0.62")


def _relaxed(
    points: F, width: F, edge: float, ordered: B, pitch: float, steps: int = 400
) -> tuple[F, float]:
    """Push overlapping dots apart, keep equal ones of a lattice in touch; places and overlap."""
    bonds = _lattice_bonds(points, edge, ordered, pitch)
    moving, left = np.zeros_like(points), 0.0
    for step in range(steps):
        if step % 10 == 0:
            i, j = _pairs(points, edge, (REACH + 0.05) * pitch)
            touch = 0.5 * (width[i] + width[j])
            is_alike = np.abs(width[i] - width[j]) < 1e-6 * pitch
            held = np.isin(i * len(points) + j, bonds) & is_alike
        d = points[j] - points[i]
        d -= edge * np.round(d / edge)
        r = np.sqrt(np.einsum("ij,ij->i", d, d)) + 1e-6 * pitch
        over = touch - r
        pull = np.where(held, over, np.maximum(over, 0.0))
        push = (0.5 * pull / r)[:, None] * d
        moving = 0.8 * moving + 0.25 * (_summed(j, push, points) - _summed(i, push, points))
        speed = np.sqrt(np.einsum("ij,ij->i", moving, moving)) / pitch
        moving *= np.minimum(1.0, 0.1 / (speed + 1e-12))[:, None]
        points = (points + moving) % edge
        left = float(np.sqrt(np.mean(np.maximum(over, 0.0) ** 2))) / pitch
        if np.max(speed) < 1e-5:
            break
    return points, left


def _lattice_bonds(points: F, edge: float, ordered: B, pitch: float) -> I:
    """Codes i n + j of the pairs of ordered dots that are lattice neighbours at the start."""
    i, j = _pairs(points, edge, REACH * pitch)
    d = points[j] - points[i]
    d -= edge * np.round(d / edge)
    r = np.sqrt(np.einsum("ij,ij->i", d, d))
    both = ordered[i] & ordered[j]
    nearest = np.min(r[both], initial=np.inf)
    return np.asarray((i * len(points) + j)[both & (r < 1.2 * nearest)])


def _summed(index: I, values: F, like: F) -> F:
    return np.stack([np.bincount(index, values[:, k], len(like)) for k in range(3)], axis=1)


def _pairs(points: F, edge: float, reach: float) -> tuple[I, I]:
    from scipy.spatial import cKDTree

    found = cKDTree(points % edge, boxsize=edge).query_pairs(reach, output_type="ndarray")
    return found[:, 0].astype(np.int64), found[:, 1].astype(np.int64)


def _linked(points: F, sizes: F, width: F, edge: float, pitch: float, smallest: float) -> Packing:
    i, j = _pairs(points, edge, REACH * pitch)
    source, target = np.concatenate([i, j]), np.concatenate([j, i])
    order = np.lexsort((target, source))
    source, target = source[order], target[order]
    back = np.empty_like(order)
    back[np.lexsort((source, target))] = np.arange(len(order))
    d = points[target] - points[source]
    wraps = -np.round(d / edge).astype(np.int64)
    offset = d + edge * wraps
    apart = np.sqrt(np.einsum("ij,ij->i", offset, offset))
    gap = np.maximum(smallest, apart - 0.5 * (width[source] + width[target]))
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=len(sizes)))])
    box = np.full(3, edge)
    return Packing(points, sizes, box, start, target, back, offset, gap, wraps, pitch)


def necked(dots: Packing, share: float, reach: float, seed: int = 0) -> Packing:
    """Return the packing with `share` of its contacts (gap below `reach` [m]) grown together."""
    if share <= 0.0:
        return dots
    draw = generator(seed, "film.transport", "necks").random(len(dots.gap))
    pair = np.minimum(draw, draw[dots.back])  # the smaller of two draws: P(< p) = 1 - (1 - p)^2
    grown = (pair < 1.0 - math.sqrt(1.0 - share)) & (dots.gap <= reach)
    return replace(dots, gap=np.where(grown, 0.0, dots.gap))


def neighbours_within(dots: Packing, reach: float) -> tuple[I, I, F]:
    """Return every pair (i, j) of dots nearer than `reach` [m] and its distance [m].

    Examples
    --------
    >>> i, j, r = neighbours_within(pack("cube", 216), 11.6e-9)
    >>> len(i) // 216
    3
    """
    i, j = _pairs(dots.positions, float(dots.box[0]), reach)
    d = dots.positions[j] - dots.positions[i]
    d -= dots.box * np.round(d / dots.box)
    return i, j, np.sqrt(np.einsum("ij,ij->i", d, d))


def matrix(dots: Packing, values: F) -> Any:
    """Return the sparse matrix [n, n] that has `values` [m] at (source, target)."""
    from scipy.sparse import csr_matrix

    return csr_matrix((values, dots.target, dots.start), shape=(dots.count, dots.count))
