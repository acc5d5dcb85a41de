"""Mobility on packings instead of the closed form: what a user gets with `film.transport`.

Dots are packed once for both carriers, levels drawn, and the master equation is solved in a
vanishing field along each axis (`transport.weak_field`), a few times over. What comes out is the
ratio to the closed form of `hopping` at the same numbers,

    factor = exp(mean over realisations of ln(mu_packing / mu_closed)),

with the standard error of that mean; the closed form times this factor is used from there on, in
every draw. Range: cubes and spheres; the disorder of the middle of all inputs stands for all draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..core.constants import Z90
from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.status import Status, worst
from ..dot.state import DotProperties
from .evaluate import Case
from .excitons import migrate

if TYPE_CHECKING:
    from .spec import TransportSpec
    from .transport.packing import Packing

SHAPES = ("cube", "sphere")


@dataclass(frozen=True)
class OnPacking:
    """Ratio of the mobility on packings to the closed form, for each carrier.

    Attributes
    ----------
    factors
        By carrier, with 90 % interval from the realisations.
    connected
        Share of the dots in the largest cluster that hops link [1].
    neighbours
        Mean number of hops that leave a dot [1].
    threshold
        Share of the dots left at which the last way across breaks [1].
    excitons
        What `excitons.migrate` says, where asked.
    status
        Whether every solution converged.
    """

    factors: dict[str, Sourced]
    connected: Sourced
    neighbours: Sourced
    threshold: Sourced
    excitons: dict[str, Sourced]
    status: Status


def compare(
    case: Case,
    x: Mapping[str, float],
    out: Mapping[str, float],
    spec: TransportSpec,
    seed: int,
    dots: DotProperties | None = None,
) -> OnPacking:
    """Return what packings say beside the closed form.

    Parameters
    ----------
    case, x, out
        The film at the middle of all inputs, as `evaluate.evaluate` took and gave it.
    dots
        For energy transfer.

    Raises
    ------
    InputError
        For dots that cannot be packed, or a film whose mobility is not known.
    """
    if case.shape not in SHAPES or case.is_bulk:
        given = "bulk" if case.is_bulk else case.shape
        raise InputError(
            "film.transport.method", given, "a film of cubes or spheres", "closed_form"
        )
    if math.isnan(out["mobility_electron"]) or math.isnan(out["mobility_hole"]):
        raise InputError("film.transport.method", "packing", "a film of known dots", "give [dots]")
    logs: dict[str, list[float]] = {"electron": [], "hole": []}
    connected, neighbours, breaks, statuses = [], [], [], []
    excitons: dict[str, Sourced] = {}
    for k in range(spec.realisations):
        packing = _packed(case, x, out, spec, seed + k)
        connected.append(largest_cluster(packing))
        neighbours.append(len(packing.target) / packing.count)
        breaks.append(_threshold(packing, seed + k))
        if spec.energy_transfer and dots is not None and k == 0:
            excitons = migrate(case, x, out, packing, dots, spec)
        for carrier, found in logs.items():
            mobility, status = _mobility(case, x, out, packing, carrier, spec, seed + k)
            # realisations may leave no way through: the closed form's own floor
            found.append(math.log(max(mobility, 1e-30) / out[f"mobility_{carrier}"]))
            statuses.append(status)
    return OnPacking(
        {c: _spread(v, is_log=True) for c, v in logs.items()},
        _spread(connected),
        _spread(neighbours),
        _spread(breaks),
        excitons,
        worst(*statuses),
    )


def _threshold(packing: Packing, seed: int) -> float:
    """Share of the present dots at which they no longer join the faces; 1 where they never do."""
    from .transport.percolation import spans, threshold

    if not spans(packing, np.ones(packing.count, dtype=bool)):
        return 1.0
    return threshold(packing, seed)


def _packed(
    case: Case, x: Mapping[str, float], out: Mapping[str, float], spec: TransportSpec, seed: int
) -> Packing:
    from .transport import pack

    order = 0.0 if case.is_random else 1.0
    return pack(
        case.shape,
        spec.sites,
        size=out["dot_size"],
        gap=out["spacing"],
        spread=x["size_spread"],
        order=order if spec.order is None else float(spec.order),
        density=x["packing_density"],
        contact=min(x["contact_gap"], out["spacing"]),
        missing=float(spec.missing),
        necks=out["necking"],
        seed=seed,
    )


def _mobility(
    case: Case,
    x: Mapping[str, float],
    out: Mapping[str, float],
    dots: Packing,
    carrier: str,
    spec: TransportSpec,
    seed: int,
) -> tuple[float, Status]:
    from .transport import hops, level_rate, weak_field

    equal = level_rate(
        dots,
        mass=x[f"{carrier}_mass"],
        decay=out["decay"],
        reorganisation=x["reorganisation_energy"],
        phonon=x["phonon_energy"],
        kT=case.kT,
        rounded=case.shape == "sphere",
    )
    hop = hops(
        dots,
        equal=equal,
        kT=case.kT,
        slope=out[f"level_slope_{carrier}"],
        static=x["static_disorder"],
        reorganisation=x["reorganisation_energy"],
        law=spec.law,
        seed=seed,
    )
    ways = [weak_field(hop, axis=axis) for axis in range(3)]
    return float(np.mean([w.mobility for w in ways])), worst(*(w.status for w in ways))


def largest_cluster(dots: Packing) -> float:
    """Return the share of the dots in the largest cluster that hops link [1].

    Examples
    --------
    >>> from halodot.film.transport import pack
    >>> largest_cluster(pack("cube", 64, size=9e-9, gap=1e-9))
    1.0
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(dots.target))
    links = csr_matrix((ones, dots.target, dots.start), shape=(dots.count, dots.count))
    _, labels = connected_components(links, directed=False)
    return float(np.bincount(labels).max() / dots.count)


def _spread(values: list[float], is_log: bool = False) -> Sourced:
    middle = float(np.mean(values))
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    ends = (middle - Z90 * error, middle, middle + Z90 * error)
    low, value, high = (math.exp(v) for v in ends) if is_log else ends
    if error == 0.0:
        return Sourced(value, "1")
    return Sourced(value, "1", low, high, "computed")
