"""Mobility of a film from packings of its dots, beside the closed form of `film.evaluate`.

Every realisation packs the dots anew, draws their levels, and solves the master equation: in a
vanishing field as a network of resistors, else under the field. The mean over realisations is the
mobility, boxes without a way across among them with exactly zero, and their scatter its standard
error from the finite box. The closed form takes a lattice of equal rates, slowed by
exp(-C (sigma/kT)^2); what the packing adds is the true number of contacts, gaps that differ, levels
that go with the widths, missing dots and necks that lie at random.

Temperature enters kT, the rates and nothing else: widths and gaps stay.

Effective exponent: C = -ln(D / D_0) / (sigma/kT)^2 on a simple cubic lattice (`disorder_exponent`).

Range: as `rates` and `master`; 1,000 dots give sigma = 2 kT to some per cent, 4 kT need 10,000 and
more (`dots_needed`); uneven dots as far as `packing.strained` says nothing; a field that gives at
most 1 eV a hop. Reference: W. F. Pasveer et al., Phys. Rev. Lett. 94, 206601 (2005),
doi 10.1103/PhysRevLett.94.206601 (C = 0.42).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ...core.constants import BOLTZMANN
from ...core.errors import InputError
from ...core.status import Status, worst
from .. import hopping
from .master import Steady, steady, weak_field
from .packing import JAMMED, LATTICE_FILL, Packing, pack, strained
from .rates import Hops, hops, level_rate

LARGEST_STEP = 1.0  # energy from the field in one hop [eV]


@dataclass(frozen=True)
class FilmMobility:
    """Mobility of a film of dots and how sure the finite box lets us be.

    Attributes
    ----------
    mobility, standard_error
        Mean over realisations and its standard error [m2/Vs].
    closed_form
        The same film by the closed forms of `film.hopping`, exponent 4/9 [m2/Vs].
    disorder
        Standard deviation of the site energies [eV].
    contacts
        Mean number of dots within a gap 0.2 nm above that of touching ones [1].
    residual
        Largest imbalance of the master equation [1].
    realisations
        Packings that were solved.
    spanning
        Share of them through which a way leads [1]; the mobility is zero where none does.
    status
        The worst of all solutions; outside the range where dots are too uneven to pack.
    """

    mobility: float
    standard_error: float
    closed_form: float
    disorder: float
    contacts: float
    residual: float
    realisations: int
    spanning: float
    status: Status


def mobility_of(
    *,
    size: float,
    gap: float,
    mass: float,
    temperature: float,
    spread: float = 0.0,
    level_slope: float = 0.0,
    static_disorder: float = 0.0,
    decay: float = 9e9,
    reorganisation: float = 0.10,
    phonon: float = 0.0192,
    shape: str = "cube",
    order: float = 0.0,
    density: float | None = None,
    missing: float = 0.0,
    necks: float = 0.0,
    field: float = 0.0,
    filling: float = 0.0,
    law: str = "marcus",
    count: int = 1728,
    realisations: int = 4,
    seed: int = 0,
) -> FilmMobility:
    """Return the mobility of a film of dots, averaged over packings.

    Parameters
    ----------
    size, gap
        Core width and gap between touching dots (the ligands' length enters here) [m].
    mass, temperature
        Of the carrier [electron masses]; [K].
    spread
        Standard deviation of ln(width) [1].
    level_slope, static_disorder
        Level against ln(width); standard deviation of what does not follow from it [eV].
    decay, reorganisation, phonon
        As `film.spec.HoppingSpec` has them [1/m, eV, eV].
    shape, order, density, missing, necks
        As `packing.pack` has them; platelets are cubes. Density by default 0.75, spheres 0.62.
    field, filling
        Field [V/m], 0: vanishing; carriers per dot, 0: a single one.
    law
        ``marcus`` or ``miller_abrahams``.
    count, realisations, seed
        Dots of a box, number of boxes, root of the random draws.

    Raises
    ------
    InputError
        For a number outside its range, an unknown shape or law, or no realisation.

    Examples
    --------
    >>> film = mobility_of(size=9e-9, gap=1e-9, mass=0.15, temperature=300.0, order=1.0, count=64)
    >>> round(film.mobility / film.closed_form, 9), film.status.name
    (1.0, 'OK')
    """
    _check(temperature, mass, decay, field * (size + gap), realisations)
    kT, rounded = BOLTZMANN * temperature, shape == "sphere"
    density = density if density is not None else JAMMED if rounded else 0.75
    packed = partial(
        pack, shape, count, size=size, gap=gap, spread=spread, order=order, density=density,
        missing=missing, necks=necks,
    )  # fmt: skip
    linked = partial(
        level_rate, mass=mass, decay=decay, reorganisation=reorganisation, phonon=phonon, kT=kT,
        rounded=rounded,
    )  # fmt: skip
    drawn = partial(
        hops, kT=kT, slope=level_slope, static=static_disorder, mean_size=size,
        reorganisation=reorganisation, law=law,
    )  # fmt: skip
    films = [_drawn(packed, linked, drawn, seed * 100_003 + k) for k in range(realisations)]
    sigma = hopping.disorder(level_slope, spread, static_disorder)
    rates = _rates(size, gap, mass, decay, reorganisation, phonon, kT, rounded)
    space, neighbours = _lattice(shape, order, density, missing)
    closed = closed_form(rates, necks, neighbours, size + gap, sigma, temperature, space)
    return _averaged(films, field, filling, gap, spread, closed, sigma)


def _check(temperature: float, mass: float, decay: float, step: float, realisations: int) -> None:
    above = (
        ("temperature", temperature, "K", "300"), ("mass", mass, "electron masses", "0.15"),
        ("decay", decay, "1/m", "9e9"),
    )  # fmt: skip
    for name, value, unit, remedy in above:
        if not 0.0 < value < math.inf:
            raise InputError(name, value, f"above zero {unit}", remedy)
    if not 0.0 <= step <= LARGEST_STEP:
        raise InputError("field", step, f"0 to {LARGEST_STEP} eV from dot to dot", "1e7 V/m")
    if realisations < 1:
        raise InputError("realisations", realisations, "1 or more", "4")


def dots_needed(sigma: float, kT: float) -> int:
    """Return the dots of a box that hold enough of the deep levels.

    Examples
    --------
    >>> dots_needed(0.05, 0.025), dots_needed(0.1, 0.025)
    (1000, 10000)
    """
    return 1000 if sigma < 3.0 * kT else 10_000


def _lattice(shape: str, order: float, density: float, missing: float) -> tuple[float, float]:
    """Space filled relative to the perfect lattice, and neighbours, as `film.evaluate` has them."""
    filled = order + (1.0 - order) * min(density / LATTICE_FILL[shape], 1.0)
    return filled * (1.0 - missing), 12.0 if shape == "sphere" and order >= 1.0 else 6.0


def _drawn(
    packed: Callable[..., Packing],
    linked: Callable[..., Any],
    drawn: Callable[..., Hops],
    root: int,
) -> Hops:
    """One realisation: dots, their couplings, their levels."""
    dots = packed(seed=root)
    return drawn(dots, equal=linked(dots), seed=root)


def _averaged(
    films: list[Hops], field: float, filling: float, gap: float, spread: float, closed: float,
    sigma: float,
) -> FilmMobility:  # fmt: skip
    """Mean over the realisations and what it is worth."""
    found = [drift(hop, field, filling) for hop in films]
    mean, error = pooled([s.mobility for s in found])
    uneven = any(strained(hop.dots, spread) for hop in films)
    return FilmMobility(
        mobility=mean,
        standard_error=error,
        closed_form=closed,
        disorder=sigma,
        contacts=float(np.mean([_contacts(hop.dots, gap) for hop in films])),
        residual=max(s.residual for s in found),
        realisations=len(found),
        spanning=float(np.mean([s.mobility != 0.0 for s in found])),
        status=worst(*(s.status for s in found), Status.OUTSIDE_RANGE if uneven else Status.OK),
    )


def pooled(values: list[float]) -> tuple[float, float]:
    """Return the mean over realisations and its standard error, NaN for one alone."""
    n = len(values)
    error = float(np.std(values, ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return float(np.mean(values)), error


def drift(hop: Hops, field: float = 0.0, filling: float = 0.0) -> Steady:
    """Return what one realisation says, exactly zero mobility where no way leads across.

    Without a field it is the mean over the three directions, as the box has no preferred one.
    """
    if field:
        return steady(hop, np.array([field, 0.0, 0.0]), filling)
    three = [weak_field(hop, filling, axis) for axis in range(3)]
    mean = float(np.mean([s.mobility for s in three]))
    first = three[0]
    return Steady(
        first.occupation, first.velocity, mean, max(s.residual for s in three),
        sum(s.iterations for s in three), worst(*(s.status for s in three)),
    )  # fmt: skip


def _rates(
    size: float, gap: float, mass: float, decay: float, reorganisation: float, phonon: float,
    kT: float, rounded: bool,
) -> tuple[float, float]:  # fmt: skip
    """Rate across a full gap and through a neck [1/s]."""
    coupling = hopping.contact_coupling(size, mass)
    if rounded:
        coupling *= hopping.sphere_overlap(size, decay)
    across = hopping.hop_rate(coupling, gap, decay, reorganisation, phonon, kT)
    return across, hopping.hop_rate(coupling, 0.0, decay, reorganisation, phonon, kT)


def closed_form(
    rates: tuple[float, float], necks: float, neighbours: float, pitch: float, sigma: float,
    temperature: float, packing: float, exponent: float = 4.0 / 9.0,
) -> float:  # fmt: skip
    """Return the mobility as `film.evaluate` computes it [m2/Vs].

    Parameters
    ----------
    rates, necks
        Rate across a gap and through a neck [1/s], and the share of necks.
    neighbours, pitch
        Of the lattice: number and distance [m].
    sigma, temperature
        Disorder [eV] and [K].
    packing
        Space filled relative to the full lattice; nothing conducts below 1/3.
    exponent
        C in exp(-C (sigma/kT)^2).

    Examples
    --------
    >>> round(closed_form((1e9, 1e9), 0.0, 6.0, 10e-9, 0.0, 300.0, 1.0) * 1e4, 4)
    0.0387
    """
    rate = hopping.bridged_rate(*rates, necks, neighbours)
    slowed = hopping.diffusivity(rate, pitch, neighbours) * hopping.disorder_factor(
        sigma, BOLTZMANN * temperature, exponent
    )
    return hopping.einstein_mobility(slowed, temperature) * max(hopping.void_factor(packing), 0.0)


def _contacts(dots: Packing, gap: float) -> float:
    return float(np.mean(np.bincount(dots.source, dots.gap < gap + 0.2e-9, dots.count)))


def disorder_exponent(
    law: str,
    ratio: float,
    *,
    reorganisation: float = 4.0,
    count: int = 8000,
    realisations: int = 4,
    seed: int = 0,
) -> tuple[float, float]:
    """Return C of a simple cubic lattice of equal gaps, and its standard error.

    The share of carriers that a level holds is that of the Gaussian, exp(sigma^2 / 2 kT^2), and not
    of the sample, whose few deepest dots would scatter it.

    Parameters
    ----------
    law
        ``marcus`` or ``miller_abrahams``.
    ratio, reorganisation
        sigma / kT and lambda / kT [1].
    count, realisations, seed
        Dots of a box, number of boxes, root of the random draws.

    Examples
    --------
    >>> c, error = disorder_exponent("marcus", 2.0, count=1000, realisations=2)
    >>> 0.4 < c < 0.55
    True
    """
    if ratio <= 0.0:
        raise InputError("ratio", ratio, "sigma / kT above zero", "2")
    logs = []
    for number in range(realisations):
        hop = hops(
            pack("cube", count, size=0.9e-8, gap=0.1e-8, seed=seed), equal=1.0, kT=1.0,
            static=ratio, reorganisation=reorganisation, law=law, seed=seed * 100_003 + number,
        )  # fmt: skip
        sampled = float(np.mean(np.exp(-hop.energies))) / math.exp(0.5 * ratio**2)
        logs.append(math.log(drift(hop).mobility * sampled / 1e-16))
    c = -np.array(logs) / ratio**2
    error = float(np.std(c, ddof=1) / math.sqrt(realisations)) if realisations > 1 else math.nan
    return float(np.mean(c)), error
