"""Mobility on packings instead of the closed form: what a user gets with `film.transport`.

Dots are packed once for both carriers, levels drawn, and the master equation is solved in a
vanishing field along each axis (`transport.mobility.drift`), a few times over. What comes out is
the ratio to the closed form of `hopping` for the same film without missing dots,

    factor = mean over realisations of mu_packing / mu_closed,

boxes without a way across counted with zero, and its standard error; the closed form times this
factor is used from there on, in every draw. Where no box has a way across, the mobility is unknown.
Range: cubes and spheres; the disorder of the middle of all inputs stands for all draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    from .transport.master import Steady
    from .transport.packing import Packing

SHAPES = ("cube", "sphere")
NO_WAY = "no way across any of the packings: too many dots are missing"


@dataclass(frozen=True)
class OnPacking:
    """Ratio of the mobility on packings to the closed form, for each carrier.

    Attributes
    ----------
    factors
        By carrier, with 90 % interval from the realisations; unknown where none has a way across.
    spanning
        Share of the packings with a way across [1].
    connected
        Share of the dots in the largest cluster that hops link [1].
    neighbours
        Mean number of hops that leave a dot [1].
    threshold
        Share of the dots left at which the last way across breaks [1].
    excitons
        What `excitons.migrate` says, where asked.
    notes
        What leaves the range.
    status
        Whether every solution converged, and within the range.
    """

    factors: dict[str, Sourced]
    spanning: Sourced
    connected: Sourced
    neighbours: Sourced
    threshold: Sourced
    excitons: dict[str, Sourced]
    notes: tuple[str, ...]
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
    from .transport.packing import strained

    ratios: dict[str, list[float]] = {"electron": [], "hole": []}
    connected, neighbours, breaks, statuses = [], [], [], []
    notes = _limits(case, x, out, spec)
    excitons: dict[str, Sourced] = {}
    for k in range(spec.realisations):
        packing = _packed(case, x, out, spec, seed + k)
        if k == 0 and (strain := strained(packing, x["size_spread"])):
            notes.append(f"packings: {strain}")
        connected.append(largest_cluster(packing))
        neighbours.append(len(packing.target) / packing.count)
        breaks.append(_threshold(packing, seed + k))
        if spec.energy_transfer and dots is not None and k == 0:
            excitons = migrate(case, x, out, packing, dots, spec)
        for carrier, found in ratios.items():
            solved = _solved(case, x, out, packing, carrier, spec, seed + k)
            found.append(solved.mobility / out[f"mobility_{carrier}"])
            statuses.append(solved.status)
    return OnPacking(
        {c: _factor(v) for c, v in ratios.items()},
        Sourced(float(np.mean([r > 0.0 for r in ratios["hole"]])), "1"),
        _spread(connected),
        _spread(neighbours),
        _spread(breaks),
        excitons,
        tuple(notes),
        worst(*statuses, Status.OUTSIDE_RANGE if notes else Status.OK),
    )


def _limits(
    case: Case, x: Mapping[str, float], out: Mapping[str, float], spec: TransportSpec
) -> list[str]:
    """What is asked of the packings that they cannot give."""
    from .transport.mobility import dots_needed
    from .transport.packing import JAMMED

    notes = []
    sigma = max(out["disorder_electron"], out["disorder_hole"])
    needed = dots_needed(sigma, case.kT)
    if spec.sites < needed:
        deep = f"disorder of {sigma / case.kT:.1f} kT"
        notes.append(f"{deep} asks for packings of {needed} dots, not {spec.sites}")
    if case.shape == "sphere" and case.is_random and x["packing_density"] > JAMMED:
        notes.append(f"random spheres packed to {JAMMED}, not {x['packing_density']:.2f}")
    return notes


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
    from .transport.packing import DENSEST

    order = 0.0 if case.is_random else 1.0
    return pack(
        case.shape,
        spec.sites,
        size=out["dot_size"],
        gap=out["spacing"],
        spread=x["size_spread"],
        order=order if spec.order is None else float(spec.order),
        density=min(x["packing_density"], DENSEST[case.shape]),
        missing=float(spec.missing),
        necks=out["necking"],
        seed=seed,
    )


def _solved(
    case: Case,
    x: Mapping[str, float],
    out: Mapping[str, float],
    dots: Packing,
    carrier: str,
    spec: TransportSpec,
    seed: int,
) -> Steady:
    from .transport import hops, level_rate
    from .transport.mobility import drift

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
    return drift(hop)


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


def _spread(values: list[float]) -> Sourced:
    from .transport.mobility import pooled

    mean, error = pooled(values)
    if not error > 0.0:
        return Sourced(mean, "1")
    return Sourced(mean, "1", mean - Z90 * error, mean + Z90 * error, "computed")


def _factor(ratios: list[float]) -> Sourced:
    """Mean ratio, log-normal with its standard error; unknown where nothing conducts."""
    plain = _spread(ratios)
    mean = float(plain)
    if mean == 0.0:
        return Sourced.unknown("1", NO_WAY)
    if plain.high is None:
        return plain
    wide = math.exp((plain.high - mean) / mean)
    return replace(plain, low=mean / wide, high=mean * wide)
