"""Foerster transfer of excitons between dots and to acceptors.

Foerster radius from the overlap of the donor's emission f (area one over wavelength) with the
cross-section s of the acceptor, quantum yield Y, orientation kappa^2 (2/3) and index n:

    R_0^6 = 9 kappa^2 Y / (128 pi^5 n^4) * integral f(l) s(l) l^4 dl.

Transfer over a distance r goes at (R_0 / r)^6 / tau. With acceptors anywhere in space at density c
the donors decay as (Foerster)

    I(t) = exp(-t/tau - 2 g sqrt(t/tau)),    2 g = sqrt(pi) c (4 pi / 3) R_0^3,
    yield lost to acceptors = sqrt(pi) g exp(g^2) erfc(g).

Between dots, levels E_i, Gaussian lines of standard deviation w and a Stokes shift w^2/kT, the only
one in detailed balance, overlap as exp(-dE/2kT - dE^2 / 4 w^2), relative to equal levels: the rate
of Marcus with lambda = w^2/kT, so that the hops are those of `rates`. An exciton hops, decays or
meets an acceptor; its time on each dot solves one sparse linear system,

    n_i (1/tau + a_i) + sum_j (n_i k_ij - n_j k_ji) = s_i,

s_i = 1/n where light makes them. From it follow yield, transfer and the red shift of the emission,
sum(n_i E_i) / sum(n_i) - sum(s_i E_i): none for R_0 = 0, -sigma^2/kT when all is thermal.

Range: dipoles at the centres, r > size; incoherent. R_0 between equal dots is an input or follows
from measured spectra. References: Th. Foerster, Ann. Phys. 437, 55 (1948),
doi 10.1002/andp.19484370105; Z. Naturforsch. A 4, 321 (1949), doi 10.1515/zna-1949-0501.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core.status import Status
from .packing import Packing, matrix, neighbours_within
from .rates import Hops

F = NDArray[np.float64]
TOLERANCE = 1e-8


def foerster_radius(
    wavelength: F, emission: F, cross_section: F, quantum_yield: float, index: float,
    orientation: float = 2.0 / 3.0,
) -> float:  # fmt: skip
    """Return the Foerster radius [m].

    Parameters
    ----------
    wavelength
        Grid [k], [m].
    emission
        Spectrum of the donor per wavelength, any scale [k].
    cross_section
        Of the acceptor [k], [m2].
    quantum_yield, index, orientation
        Yield of the donor without acceptor, refractive index, kappa^2 [1].

    Examples
    --------
    >>> l = np.linspace(500e-9, 540e-9, 201)
    >>> line = np.exp(-(((l - 520e-9) / 8e-9) ** 2))
    >>> round(foerster_radius(l, line, 1e-18 * np.ones_like(l), 0.8, 1.8) * 1e9, 2)
    9.74
    """
    area = float(np.trapezoid(emission, wavelength))
    overlap = float(np.trapezoid(emission * cross_section * wavelength**4, wavelength)) / area
    sixth = 9.0 * orientation * quantum_yield / (128.0 * math.pi**5 * index**4) * overlap
    return float(sixth ** (1.0 / 6.0))


def crowding(density: float, radius: float) -> float:
    """Return Foerster's g of acceptors at `density` [m-3] around donors [1].

    Examples
    --------
    >>> round(crowding(1e24, 6e-9), 4)
    0.8018
    """
    return 0.5 * math.sqrt(math.pi) * density * 4.0 / 3.0 * math.pi * radius**3


def donor_decay(time: F, tau: float, density: float, radius: float) -> F:
    """Return the share of donors still excited [k], acceptors anywhere in space.

    Parameters
    ----------
    time, tau
        Times [k] and lifetime without acceptors [s].
    density, radius
        Acceptors per volume [m-3]; Foerster radius [m].

    Examples
    --------
    >>> float(donor_decay(np.array([0.0]), 5e-9, 1e24, 6e-9)[0])
    1.0
    """
    x = np.asarray(time) / tau
    return np.asarray(np.exp(-x - 2.0 * crowding(density, radius) * np.sqrt(x)))


def transfer_yield(density: float, radius: float) -> float:
    """Return the share of excitons that random acceptors take [1], of a donor that stays.

    Examples
    --------
    >>> round(transfer_yield(1e24, 6e-9), 3)
    0.694
    """
    from scipy.special import erfcx

    g = crowding(density, radius)
    return float(math.sqrt(math.pi) * g * erfcx(g))


def exciton_hops(
    dots: Packing, energies: F, radius: float, tau: float, width: float, kT: float,
    reach: float = 2.5,
) -> Hops:  # fmt: skip
    """Return transfer between all dots nearer than `reach` pitches.

    Parameters
    ----------
    dots, energies
        Packing; energies of the excitons [n], [eV].
    radius, tau
        Foerster radius between equal levels [m]; lifetime [s].
    width, kT
        Standard deviation of the line of one dot, thermal energy [eV].
    reach
        Farthest transfer [pitches]; beyond 2.5 lies 3 % of the sum of r^-6.

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> found = exciton_hops(pack("cube", 216), np.zeros(216), 8e-9, 5e-9, 0.04, 0.025)
    >>> len(found.equal) // 216
    80
    """
    i, j, r = neighbours_within(dots, min(reach * dots.pitch, 0.49 * float(dots.box[0])))
    source, target = np.concatenate([i, j]), np.concatenate([j, i])
    order = np.lexsort((target, source))
    source, target, far = source[order], target[order], np.concatenate([r, r])[order]
    back = np.empty_like(order)
    back[np.lexsort((source, target))] = np.arange(len(order))
    d = dots.positions[target] - dots.positions[source]
    wraps = -np.round(d / dots.box).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=dots.count))])
    linked = replace(
        dots, start=start, target=target, back=back, offset=d + dots.box * wraps, wraps=wraps,
        gap=np.maximum(far - dots.sizes[source], 0.0),
    )  # fmt: skip
    return Hops(linked, energies, (radius / far) ** 6 / tau, kT, width**2 / kT, "marcus")


@dataclass(frozen=True)
class Migration:
    """What becomes of excitons in a film.

    Attributes
    ----------
    time_on
        Mean time that an exciton spends on each dot [n], [s].
    emitted, transferred
        Share that decays on dots (light and own losses) and that acceptors take [1].
    red_shift
        Mean energy at which they decay less that at which they were made [eV], negative to the red.
    residual, status
        Imbalance relative to what is made; whether it is small.
    """

    time_on: F
    emitted: float
    transferred: float
    red_shift: float
    residual: float
    status: Status


def migration(hop: Hops, tau: float, capture: F | None = None, made: F | None = None) -> Migration:
    """Return where excitons decay, how many acceptors take, and the red shift.

    Parameters
    ----------
    hop
        Transfer between the dots, of `exciton_hops`.
    tau
        Lifetime on a dot [s].
    capture
        Rate at which acceptors take an exciton from each dot [n], [1/s].
    made
        Share of the excitons made on each dot [n]; default: equal.

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> hop = exciton_hops(pack("cube", 216), np.zeros(216), 8e-9, 5e-9, 0.04, 0.025)
    >>> done = migration(hop, 5e-9, capture=np.full(216, 2e8))
    >>> round(done.transferred, 9), done.status.name
    (0.5, 'OK')
    """
    from scipy.sparse import diags
    from scipy.sparse.linalg import LinearOperator, bicgstab

    dots, k = hop.dots, hop.rates()
    taken = np.zeros(dots.count) if capture is None else np.asarray(capture, dtype=float)
    s = np.full(dots.count, 1.0 / dots.count) if made is None else made / np.sum(made)
    leave = 1.0 / tau + taken + dots.leaving(k)
    system = (diags(leave) - matrix(dots, k[dots.back])).tocsr()
    shape = (dots.count, dots.count)
    n, _ = bicgstab(
        system, s, x0=s / leave, rtol=1e-12, atol=0.0, maxiter=5000,
        M=LinearOperator(shape, lambda x: x / leave),
    )  # fmt: skip
    residual = float(np.sum(np.abs(system @ n - s)))
    emitted, moved = float(np.sum(n)) / tau, float(n @ taken)
    shift = float(n @ hop.energies) / float(np.sum(n)) - float(s @ hop.energies)
    status = Status.OK if residual < TOLERANCE else Status.NOT_CONVERGED
    return Migration(n, emitted, moved, shift, residual, status)


def captures(dots: Packing, acceptors: F, radius: float, tau: float) -> F:
    """Return the rate at which acceptors at places [a, 3] [m] take excitons from each dot [1/s].

    Nearest images of a periodic box; acceptors nearer than half a core count as touching it.

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> dots = pack("cube", 64)
    >>> round(float(captures(dots, dots.positions[:1] + [8e-9, 0, 0], 8e-9, 1.0)[0]), 9)
    1.0
    """
    rate = np.zeros(dots.count)
    for place in np.atleast_2d(acceptors):
        d = dots.positions - place
        d -= dots.box * np.round(d / dots.box)
        r = np.maximum(np.sqrt(np.einsum("ij,ij->i", d, d)), 0.5 * dots.sizes)
        rate += (radius / r) ** 6 / tau
    return rate
