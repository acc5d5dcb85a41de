"""Conduction through metal, gaps and film: a network of resistors on the sites (numba).

Nodes are the sites, Kirchhoff's law sum_j g_ij (u_i - u_j) = 0 holds at each, the electrodes stand
at 1 and 0 V. Edges: metal to metal g_m, film to film g_f, metal to film `contact` times g_f, metal
to electrode twice the conductance of a point contact. A run of k film sites along the film between
two metals tunnels: its k + 1 edges get at least (k + 1) G_t each, in series G_t.

Solved by conjugate gradients that go on from the last potential, preconditioned with a multigrid
cycle: aggregates of 2 x 2 x 2, red-black smoothing, the coarse correction enlarged (D. Braess,
Computing 55, 379 (1995), doi 10.1007/BF02238488). It ends when every node's own residual over its
conductance is small, so that film nodes count beside metal ones 1e4 times better joined.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.status import Status
from ...numerics.compiled import kernel
from .events import ACTIVE, METAL

F = NDArray[np.float64]
I1 = NDArray[np.int8]

ENLARGED = 1.6
COARSEST = 200
MOST_ROUNDS = 200


@kernel
def edges(
    kind: I1, metal: float, film: float, contact: float, point: float, jump: float, decay: float,
    gx: F, gy: F, gz: F,
) -> None:  # fmt: skip
    """Fill the conductances between sites: gx [nx + 1], gy and gz [nx, ny, nz].

    `jump` and `decay` give the tunnelling conductance of k sites, jump exp(-decay k).
    """
    nx, ny, nz = kind.shape
    for x in range(nx - 1):
        for y in range(ny):
            for z in range(nz):
                a, b = kind[x, y, z], kind[x + 1, y, z]
                gx[x, y, z] = edge(a, b, metal, film, contact, point)
                if x > 0:
                    up, right = kind[x, (y + 1) % ny, z], kind[x, y, (z + 1) % nz]
                    gy[x - 1, y, z] = edge(a, up, metal, film, contact, point)
                    gz[x - 1, y, z] = edge(a, right, metal, film, contact, point)
    for y in range(ny):
        for z in range(nz):
            last = 0
            for x in range(1, nx):
                if kind[x, y, z] < METAL:
                    continue
                k = x - last - 1
                whole = kind[last, y, z] >= ACTIVE and kind[x, y, z] >= ACTIVE
                if k > 0 and not whole:
                    least = (k + 1) * jump * math.exp(-decay * k)
                    for m in range(last, x):
                        gx[m, y, z] = max(gx[m, y, z], least)
                last = x


@kernel
def edge(a: int, b: int, metal: float, film: float, contact: float, point: float) -> float:
    """Return the conductance between sites of kinds a and b."""
    if a < METAL and b < METAL:
        return film
    if a >= METAL and b >= METAL:
        return 2.0 * point if (a >= ACTIVE or b >= ACTIVE) else metal
    return contact * film


@kernel
def diagonal(gx: F, gy: F, gz: F, inverse: F) -> None:
    """Fill one over the sum of the conductances at each node."""
    nx, ny, nz = inverse.shape
    for x in range(nx):
        for y in range(ny):
            for z in range(nz):
                total = gx[x, y, z] + gx[x + 1, y, z] + gy[x, y, z] + gz[x, y, z]
                total += gy[x, (y - 1) % ny, z] + gz[x, y, (z - 1) % nz]
                inverse[x, y, z] = 1.0 / total


@kernel
def coarsen(gx: F, gy: F, gz: F, cx: F, cy: F, cz: F) -> None:
    """Sum the conductances that cross the faces of aggregates."""
    nx, ny, nz = gy.shape
    mx = cy.shape[0]
    cx[:], cy[:], cz[:] = 0.0, 0.0, 0.0
    for x in range(nx + 1):
        before, after = (x - 1) // 2 if x > 0 else -1, x // 2 if x < nx else mx
        if before != after:
            for y in range(ny):
                for z in range(nz):
                    cx[after, y // 2, z // 2] += gx[x, y, z]
    for x in range(nx):
        for y in range(ny):
            for z in range(nz):
                if y // 2 != ((y + 1) % ny) // 2:
                    cy[x // 2, y // 2, z // 2] += gy[x, y, z]
                if z // 2 != ((z + 1) % nz) // 2:
                    cz[x // 2, y // 2, z // 2] += gz[x, y, z]


@kernel(fastmath=True)
def smooth(u: F, right: F, gx: F, gy: F, gz: F, inverse: F, first: int) -> None:
    """Relax the nodes of one colour, then of the other."""
    nx, ny, nz = u.shape
    for half in range(2):
        for x in range(nx):
            low, high = max(x - 1, 0), min(x + 1, nx - 1)
            a, b = (0.0 if x == 0 else 1.0), (0.0 if x == nx - 1 else 1.0)
            for y in range(ny):
                up, down = y + 1 if y < ny - 1 else 0, y - 1 if y > 0 else ny - 1
                for z in range((x + y + half + first) % 2, nz, 2):
                    le, ri = z - 1 if z > 0 else nz - 1, z + 1 if z < nz - 1 else 0
                    flow = right[x, y, z] + a * gx[x, y, z] * u[low, y, z]
                    flow += b * gx[x + 1, y, z] * u[high, y, z]
                    flow += gy[x, y, z] * u[x, up, z] + gy[x, down, z] * u[x, down, z]
                    flow += gz[x, y, z] * u[x, y, ri] + gz[x, y, le] * u[x, y, le]
                    u[x, y, z] = flow * inverse[x, y, z]


@kernel(fastmath=True)
def apply(u: F, gx: F, gy: F, gz: F, inverse: F, out: F) -> None:
    """Fill `out` with the currents that leave each node at potentials u, electrodes at zero."""
    nx, ny, nz = u.shape
    for x in range(nx):
        low, high = max(x - 1, 0), min(x + 1, nx - 1)
        a, b = (0.0 if x == 0 else 1.0), (0.0 if x == nx - 1 else 1.0)
        for y in range(ny):
            up, down = y + 1 if y < ny - 1 else 0, y - 1 if y > 0 else ny - 1
            for z in range(nz):
                le, ri = z - 1 if z > 0 else nz - 1, z + 1 if z < nz - 1 else 0
                flow = a * gx[x, y, z] * u[low, y, z] + b * gx[x + 1, y, z] * u[high, y, z]
                flow += gy[x, y, z] * u[x, up, z] + gy[x, down, z] * u[x, down, z]
                flow += gz[x, y, z] * u[x, y, ri] + gz[x, y, le] * u[x, y, le]
                out[x, y, z] = u[x, y, z] / inverse[x, y, z] - flow


@kernel
def gather(fine: F, coarse: F) -> None:
    """Sum over aggregates."""
    coarse[:] = 0.0
    nx, ny, nz = fine.shape
    for x in range(nx):
        for y in range(ny):
            for z in range(nz):
                coarse[x // 2, y // 2, z // 2] += fine[x, y, z]


@kernel
def spread(coarse: F, factor: float, fine: F) -> None:
    """Add a multiple of the value of its aggregate to each node."""
    nx, ny, nz = fine.shape
    for x in range(nx):
        for y in range(ny):
            for z in range(nz):
                fine[x, y, z] += factor * coarse[x // 2, y // 2, z // 2]


@dataclass(frozen=True, eq=False)
class Level:
    """Conductances and work space of one grid."""

    gx: F
    gy: F
    gz: F
    inverse: F
    u: F
    right: F
    rest: F

    @classmethod
    def empty(cls, shape: tuple[int, int, int]) -> Level:
        """Return a grid of `shape` with nothing in it."""
        nx, ny, nz = shape
        return cls(np.zeros((nx + 1, ny, nz)), *(np.zeros(shape) for _ in range(6)))


class Network:
    """Solver for the networks of one lattice, which remembers the last potential."""

    def __init__(self, shape: tuple[int, int, int], tolerance: float = 1e-6) -> None:
        self.shape, self.tolerance = shape, tolerance
        self.levels = [Level.empty(shape)]
        while np.prod(shape) > COARSEST:
            shape = tuple(-(-n // 2) for n in shape)  # type: ignore[assignment]
            self.levels.append(Level.empty(shape))
        self.rounds = 0
        self.status = Status.OK

    def fill(
        self, kind: I1, metal: float, film: float, contact: float, point: float, jump: float,
        decay: float,
    ) -> None:  # fmt: skip
        """Set all conductances [S] from the kinds of sites [padded shape]."""
        fine = self.levels[0]
        edges(kind, metal, film, contact, point, jump, decay, fine.gx, fine.gy, fine.gz)
        self.prepare()

    def prepare(self) -> None:
        """Form the coarse grids from the conductances of the finest."""
        for one, next_one in zip(self.levels, self.levels[1:], strict=False):
            coarsen(one.gx, one.gy, one.gz, next_one.gx, next_one.gy, next_one.gz)
        for level in self.levels:
            diagonal(level.gx, level.gy, level.gz, level.inverse)

    def cycle(self, k: int = 0) -> None:
        """One symmetric multigrid cycle on level k: `u` from `right`, starting at zero."""
        v = self.levels[k]
        v.u[:] = 0.0
        if k == len(self.levels) - 1:
            for m in range(8):
                smooth(v.u, v.right, v.gx, v.gy, v.gz, v.inverse, m >= 4)
            return
        smooth(v.u, v.right, v.gx, v.gy, v.gz, v.inverse, 0)
        apply(v.u, v.gx, v.gy, v.gz, v.inverse, v.rest)
        np.subtract(v.right, v.rest, out=v.rest)
        gather(v.rest, self.levels[k + 1].right)
        self.cycle(k + 1)
        spread(self.levels[k + 1].u, ENLARGED, v.u)
        smooth(v.u, v.right, v.gx, v.gy, v.gz, v.inverse, 1)

    def solve(self, unit: F, most: int = MOST_ROUNDS) -> float:
        """Bring the potential [padded shape] up to date; return the conductance [S].

        After `most` rounds it is left as it then is: warmer than before, to be gone on with.
        """
        v = self.levels[0]
        inner = np.ascontiguousarray(unit[1:-1])
        out, along = np.empty_like(inner), np.zeros_like(inner)
        apply(inner, v.gx, v.gy, v.gz, v.inverse, out)
        rest = -out
        rest[0] += v.gx[0] * 1.0
        before, self.rounds = 1.0, 0
        self.status = Status.OK if most >= MOST_ROUNDS else self.status
        last = np.zeros_like(inner)
        while float(np.abs(rest * v.inverse).max()) > self.tolerance:
            if self.rounds == most:
                if most >= MOST_ROUNDS:
                    self.status = Status.NOT_CONVERGED
                break
            v.right[:] = rest
            self.cycle()
            now = float(np.vdot(rest, v.u))
            turn = (now - float(np.vdot(last, v.u))) / before if self.rounds else 0.0
            along *= turn
            along += v.u
            apply(along, v.gx, v.gy, v.gz, v.inverse, out)
            step = float(np.vdot(rest, along)) / float(np.vdot(along, out))
            inner += step * along
            last[:] = rest
            rest -= step * out
            before, self.rounds = now, self.rounds + 1
        unit[1:-1] = inner
        return float(np.sum(v.gx[-1] * inner[-1]))


def sparse(network: Network) -> tuple[object, F]:
    """Return the same equations as a SciPy matrix and right-hand side, for checks."""
    from scipy.sparse import coo_matrix

    v = network.levels[0]
    nx, ny, nz = v.u.shape
    index = np.arange(nx * ny * nz).reshape(nx, ny, nz)
    pairs = [
        (index[:-1], index[1:], v.gx[1:-1]),
        (index, np.roll(index, -1, 1), v.gy),
        (index, np.roll(index, -1, 2), v.gz),
    ]
    a = np.concatenate([p[0].ravel() for p in pairs])
    b = np.concatenate([p[1].ravel() for p in pairs])
    g = np.concatenate([p[2].ravel() for p in pairs])
    n = index.size
    off = coo_matrix((-np.append(g, g), (np.append(a, b), np.append(b, a))), shape=(n, n)).tocsc()
    ends = np.zeros(n)
    ends[index[0].ravel()] += v.gx[0].ravel()
    right = ends.copy()
    ends[index[-1].ravel()] += v.gx[-1].ravel()
    total = ends - np.asarray(off.sum(axis=1)).ravel()
    return off + coo_matrix((total, (np.arange(n), np.arange(n))), shape=(n, n)).tocsc(), right
