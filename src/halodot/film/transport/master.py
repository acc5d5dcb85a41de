"""Steady master equation of hopping carriers, one at a time or so many that they block one another.

Occupations p_i of the dots, carriers blocked by one another in the mean,

    sum_j [ p_j (1 - p_i) k_ji - p_i (1 - p_j) k_ij ] = 0,      sum_i p_i = N.

Without (1 - p) it is the equation of one carrier, exact. At zero field p is Fermi's (Boltzmann's)
occupation f_i at one chemical potential. A weak field is a network of resistors (Miller and
Abrahams): with p_i = f_i + f_i (1 - f_i) y_i and C_ij = f_i (1 - f_j) k_ij = C_ji,

    sum_j C_ij (y_i - y_j) = -sum_j C_ij w_ij / kT,             w_ij = force . d_ij,
    v = (1 / 2N) sum_ij C_ij (w_ij / kT + y_i - y_j) d_ij,      mu = v / field,

symmetric and solved by conjugate gradients, the mobility right to the square of what is left. A
strong field takes Newton steps, each solved by BiCGSTAB after an incomplete factorisation; as
nothing is lost, the matrix is singular, and a rank-one term holds N. Only clusters that lead around
the box (`clusters.ways`) are solved for; carriers on all others rest, and count in the mean.

Velocity v is that of a carrier in the mean; D = mu kT (low density). The residual is what arrives
less what leaves, summed without sign, relative to the net traffic over all hops (in a weak field to
what the field drives); above 1e-8 the status is `Status.NOT_CONVERGED`.

Range: mean field neglects that the occupations of neighbours are correlated: exact for one carrier
and for equal levels in a weak field, good to some per cent otherwise (compare `monte_carlo`).

References: A. Miller and E. Abrahams, Phys. Rev. 120, 745 (1960), doi 10.1103/PhysRev.120.745;
W. F. Pasveer et al., Phys. Rev. Lett. 94, 206601 (2005), doi 10.1103/PhysRevLett.94.206601.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.status import Status, worst
from .clusters import ways, without
from .packing import matrix
from .rates import Hops

F = NDArray[np.float64]
TOLERANCE = 1e-8
LARGEST_STEP = 2.0  # of a chemical potential in one Newton step [kT]
SHIFT = 1e-6  # keeps the factors of a singular matrix finite
NO_TRAFFIC = 1e-7  # of the gross: a net traffic below this is round-off


@dataclass(frozen=True)
class Steady:
    """Where the carriers are and how fast they drift.

    Attributes
    ----------
    occupation
        Carriers on each dot [n], they sum to `filling` n, or to one where `filling` is zero.
    velocity
        Mean velocity of a carrier [3], [m/s]; of a vanishing field: per 1 V/m.
    mobility
        Along the field [m2/Vs].
    residual
        Imbalance relative to the traffic [1].
    iterations
        Of the linear solver.
    status
        Whether the residual is small.
    """

    occupation: F
    velocity: F
    mobility: float
    residual: float
    iterations: int
    status: Status


def occupation(energies: F, kT: float, filling: float = 0.0) -> F:
    """Return the occupation without a field [n].

    Parameters
    ----------
    energies
        Site energies [n], [eV].
    kT
        Thermal energy [eV].
    filling
        Carriers per dot; 0: one carrier on all dots, without exclusion.

    Examples
    --------
    >>> p = occupation(np.array([0.0, 0.025]), 0.025)
    >>> round(float(p[1] / p[0]), 6)
    0.367879
    """
    if not 0.0 <= filling < 1.0:
        raise InputError("filling", filling, "0 to below 1 carrier per dot", "0: one carrier")
    lowest = float(np.min(energies))
    weight = np.exp(-(energies - lowest) / kT)
    if filling == 0.0:
        return np.asarray(weight / np.sum(weight))
    from scipy.optimize import brentq
    from scipy.special import expit

    wide = 40.0 * kT + float(np.ptp(energies))
    level = brentq(
        lambda m: float(np.mean(expit((m - energies) / kT))) - filling,
        lowest - wide, lowest + 2.0 * wide, xtol=1e-15 * wide,
    )  # fmt: skip
    p = expit((level - energies) / kT)
    return np.asarray(p * (filling / np.mean(p)))


def weak_field(hop: Hops, filling: float = 0.0, axis: int = 0) -> Steady:
    """Return drift and mobility in a vanishing field along `axis`.

    Parameters
    ----------
    hop
        Dots, levels and rates.
    filling
        Carriers per dot; 0: a single carrier.
    axis
        Direction of the field.

    Examples
    --------
    >>> from halodot.film.transport import hops, pack
    >>> steady = weak_field(hops(pack("cube", 64, size=9e-9, gap=1e-9), equal=1e9, kT=0.025))
    >>> round(steady.mobility * 0.025 / (1e9 * (10e-9) ** 2), 9)
    1.0
    """
    dots, f = hop.dots, occupation(hop.energies, hop.kT, filling)
    free = 1.0 - f[dots.target] if filling else 1.0
    c = f[dots.source] * free * hop.rates()
    c = 0.5 * (c + c[dots.back])  # equal but for round-off
    cluster, around = ways(dots)
    c = np.where(around[cluster, axis][dots.source], c, 0.0)
    way = dots.offset[:, axis] / hop.kT
    leaving = dots.leaving(c)
    drive = -dots.leaving(c * way)
    y, steps = _conjugate_gradients(hop, c, leaving, drive)
    current = c * (way + y[dots.source] - y[dots.target])
    left = dots.leaving(current)
    total = float(np.sum(f))
    velocity = 0.5 * (current @ dots.offset) / total
    residual = float(np.sum(np.abs(left)) / max(np.sum(np.abs(c * way)), 1e-300))
    # the heat of the current, which errs upwards only, and never below zero
    mobility = (
        0.5 * hop.kT * float(np.sum(c * (way + y[dots.source] - y[dots.target]) ** 2)) / total
    )
    return Steady(f, velocity, mobility, residual, steps, _verdict(residual))


def _verdict(residual: float) -> Status:
    return Status.OK if residual < TOLERANCE else Status.NOT_CONVERGED


def _conjugate_gradients(hop: Hops, c: F, leaving: F, drive: F) -> tuple[F, int]:
    """Potentials of the network of conductances `c`, scaled so that every dot leaves with one."""
    from scipy.sparse.linalg import LinearOperator, cg

    dots = hop.dots
    scale = 1.0 / np.sqrt(np.where(leaving > 0.0, leaving, 1.0))
    within = matrix(dots, c * scale[dots.source] * scale[dots.target])
    shape = (dots.count, dots.count)
    system = LinearOperator(shape, matvec=lambda x: x - within @ x, dtype=float)
    steps = [0]
    z, _ = cg(
        system, drive * scale, rtol=1e-11, maxiter=20_000,
        callback=lambda _: steps.__setitem__(0, steps[0] + 1),
    )  # fmt: skip
    return z * scale, steps[0]


def steady(hop: Hops, force: F, filling: float = 0.0, steps: int = 40) -> Steady:
    """Return the steady state under a field of any strength.

    Parameters
    ----------
    hop
        Dots, levels and rates.
    force
        Force on a carrier [3], [eV/m]: the field in V/m for one positive charge.
    filling
        Carriers per dot; 0: a single carrier, where the equation is linear.
    steps
        Largest number of Newton steps.

    Examples
    --------
    >>> from halodot.film.transport import hops, pack
    >>> hop = hops(pack("cube", 64, size=9e-9, gap=1e-9), equal=1e9, kT=0.025, static=0.03)
    >>> still = steady(hop, np.zeros(3))
    >>> float(np.abs(still.velocity).max()) < 1e-15 * 1e9 * 10e-9  # of rate times pitch
    True
    """
    force = np.asarray(force, dtype=float)
    cluster, around = ways(hop.dots)
    if len(around) == 1 and around.any():
        return _connected(hop, force, filling, steps)
    p = occupation(hop.energies, hop.kT, filling)
    velocity, residual, spent, states = np.zeros(3), 0.0, 0, [Status.OK]
    for number in np.flatnonzero(around.any(axis=1)):
        kept = cluster == number
        share = float(np.sum(p[kept]) / np.sum(p))
        part = replace(
            hop, dots=without(hop.dots, kept), energies=hop.energies[kept],
            equal=hop.equal[kept[hop.dots.source]],
        )  # fmt: skip
        found = _connected(part, force, float(np.mean(p[kept])) if filling else 0.0, steps)
        p[kept] = found.occupation if filling else found.occupation * share
        velocity += share * found.velocity
        residual, spent = max(residual, found.residual), spent + found.iterations
        states.append(found.status)
    return Steady(p, velocity, _along(velocity, force), residual, spent, worst(*states))


def _along(velocity: F, force: F) -> float:
    size = float(force @ force)
    return float(velocity @ force) / size if size else float("nan")


def _connected(hop: Hops, force: F, filling: float, steps: int) -> Steady:
    """Steady state where hops join every dot to every other."""
    k, blocked = hop.rates(force), 1.0 if filling else 0.0
    p = occupation(hop.energies, hop.kT, filling)
    total, spent = float(np.sum(p)), 0
    state = _Balance(hop, k, blocked)
    residual = state.residual(p)
    for _ in range(steps):
        if residual < 0.01 * TOLERANCE:
            break
        try:
            with np.errstate(invalid="raise", divide="raise", over="raise"):
                change, used = state.newton(p, total - float(np.sum(p)))
                p = _advanced(p, change, blocked)
        except (RuntimeError, FloatingPointError):  # rates too far apart for round-off
            return Steady(p, np.full(3, np.nan), float("nan"), residual, spent, _verdict(np.inf))
        spent += used
        before, residual = residual, state.residual(p)
        if residual > 0.5 * before and residual < TOLERANCE:
            break
    velocity = state.velocity(p)
    return Steady(p, velocity, _along(velocity, force), residual, spent, _verdict(residual))


def _advanced(p: F, change: F, blocked: float) -> F:
    """Take a Newton step; many carriers along their own chemical potentials, so that 0 < p < 1."""
    if not blocked:
        return p + change
    rise = np.clip(change / (p * (1.0 - p)), -LARGEST_STEP, LARGEST_STEP)  # in kT
    growth = np.exp(rise)
    return np.asarray(p * growth / (1.0 - p + p * growth))


@dataclass(frozen=True)
class _Balance:
    """Arrivals less departures of every dot, and the Newton step towards none."""

    hop: Hops
    k: F
    blocked: float

    def net(self, p: F) -> F:
        """Carriers over every hop less those back [m], [1/s]."""
        dots = self.hop.dots
        gross = p[dots.source] * (1.0 - self.blocked * p[dots.target]) * self.k
        return np.asarray(gross - gross[dots.back])

    def residual(self, p: F) -> float:
        """Imbalance relative to net traffic; where none flows to `NO_TRAFFIC`."""
        dots, net = self.hop.dots, self.net(p)
        imbalance = float(np.sum(np.abs(dots.leaving(net))))
        gross = float(np.sum(p[dots.source] * self.k))
        return imbalance / max(float(np.sum(np.abs(net))), NO_TRAFFIC * gross)

    def velocity(self, p: F) -> F:
        """Mean velocity of the carriers [3], [m/s]."""
        return np.asarray(0.5 * (self.net(p) @ self.hop.dots.offset) / float(np.sum(p)))

    def newton(self, p: F, lacking: float) -> tuple[F, int]:
        """Change of the occupation that balances all dots and adds `lacking` carriers."""
        from scipy.sparse import identity
        from scipy.sparse.linalg import LinearOperator, bicgstab, spilu

        dots, k, b = self.hop.dots, self.k, self.blocked
        i, j = dots.source, dots.target
        wide = p * (1.0 - b * p)  # change = wide y, which makes the system nearly symmetric
        leaving = dots.leaving(b * p[j] * k[dots.back] + (1.0 - b * p[j]) * k) * wide
        scale = 1.0 / np.sqrt(np.where(leaving > 0.0, leaving, 1.0))
        arriving = ((1.0 - b * p[i]) * k[dots.back] + b * p[i] * k) * wide[j]
        within = matrix(dots, arriving * scale[i] * scale[j])
        held = wide * scale / float(np.sqrt(np.sum((wide * scale) ** 2)))
        norm = float(np.sqrt(np.sum((wide * scale) ** 2)))
        imbalance = -dots.leaving(self.net(p))
        shape, steps = (dots.count, dots.count), [0]
        system = LinearOperator(
            shape, matvec=lambda z: z - within @ z + held * (held @ z), dtype=float
        )
        factors = spilu(
            ((1.0 + SHIFT) * identity(dots.count) - within).tocsc(), drop_tol=1e-2, fill_factor=3,
            permc_spec="NATURAL", diag_pivot_thresh=0.0, options={"SymmetricMode": True},
        )  # fmt: skip
        z, _ = bicgstab(
            system, imbalance * scale + held * (lacking / norm), maxiter=1000,
            rtol=1e-5 if b else 1e-10, M=LinearOperator(shape, factors.solve),
            callback=lambda _: steps.__setitem__(0, steps[0] + 1),
        )  # fmt: skip
        return wide * scale * z, steps[0]
