"""What every reactor is given, and what it hands back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.constants import BOLTZMANN
from ...core.sourced import Sourced
from ...core.status import Status
from ..flask import Flask
from ..kinetics import Constants, Course, Growth, grow
from ..kinetics.course import fine

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Batch:
    """A flask made ready for a reactor.

    Attributes
    ----------
    flask
        What is in the pot.
    constants
        Of nucleation and growth.
    monomer
        What crystallises, in formula units [mol/m3].
    solubility_factor
        Solubility over that of the flask in which `constants` hold [1].
    ligand_cover
        Share of the surface that ligands cover [1].
    polarity
        Of the liquid in which dots grow [1].
    """

    flask: Flask
    constants: Constants
    monomer: float
    solubility_factor: float = 1.0
    ligand_cover: float = 0.9
    polarity: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What a reactor makes of a batch.

    Attributes
    ----------
    size, spread
        Mean size [m] and standard deviation over mean [1] of the mechanism; NaN where it says
        nothing.
    met
        Others that each dot met and joined, on average [1].
    curves, extras
        As of `DotPopulation`.
    phases
        Shares of the lead by family (``CsPbX3`` ...), where the reactor knows better than
        equilibrium.
    shapes
        Probabilities by shape where the reactor decides.
    coverage
        Of the surface, where the reactor decides.
    size_prior
        Size that only this reactor can give [m], with its interval.
    lateral
        Of flakes [m].
    physics_only
        No published synthesis stands behind any of it.
    """

    size: float
    spread: float
    met: float = 0.0
    curves: dict[str, FloatArray] = field(default_factory=dict)
    extras: dict[str, Sourced] = field(default_factory=dict)
    phases: dict[str, Sourced] = field(default_factory=dict)
    shapes: dict[str, Sourced] = field(default_factory=dict)
    coverage: Sourced | None = None
    size_prior: Sourced | None = None
    lateral: Sourced | None = None
    notes: tuple[str, ...] = ()
    status: Status = Status.OK
    physics_only: bool = False


Reactor = Callable[[Batch, Any], Outcome]


def at_room_temperature(batch: Batch) -> Constants:
    """Constants of salts in a donor solvent, whose reaction is over in seconds at its temperature.

    The barriers of `constants` are those of ligands that leave in a hot flask; a solvated salt has
    none of them, so the rates of 170 degC are taken at the temperature of the batch. Solubility
    keeps its own law, and the surface costs the same in kT.
    """
    k, warm = batch.constants, float(batch.flask.temperature)
    power = -k.dissolution_energy / BOLTZMANN * (1.0 / warm - 1.0 / k.reference)
    return k.changed(
        reference=warm,
        solubility=k.solubility * math.exp(power),
        surface_energy=k.surface_energy * warm / k.reference,
    )


def scaled(course: Course, factor: float) -> Course:
    """Return `course` with its solubility multiplied by `factor`."""
    return replace(course, solubility_factor=course.solubility_factor * factor)


def times(end: float, shortest: float = 1e-3, count: int = 120) -> FloatArray:
    """Times of a course from 0 to `end` [s]."""
    return fine(max(end, 2.0 * shortest), shortest, count)


def grown(
    batch: Batch, course: Course, constants: Constants | None = None, bins: int = 200
) -> Growth:
    """Grow a batch through a course with its own constants, or with others."""
    return grow(course, constants or batch.constants, bins=bins)


def outcome(
    growth: Growth,
    note: str,
    mean_spread: tuple[float, float] | None = None,
    **more: Any,
) -> Outcome:
    """Return a growth as an outcome, with the mean and spread given where they are pooled."""
    size, spread = mean_spread or (float(growth.mean_size[-1]), float(growth.spread[-1]))
    told = {**curves(growth), **more.pop("curves", {})}
    extras = {**numbers(growth), **more.pop("extras", {})}
    notes = (note, *more.pop("notes", ()))
    return Outcome(size, spread, 0.0, told, extras, notes=notes, status=growth.status, **more)


def curves(growth: Growth) -> dict[str, FloatArray]:
    """Mean size, spread and monomer against time, and the last distribution of sizes."""
    born = np.isfinite(growth.mean_size)
    found = {
        "growth_time": growth.time[born],
        "growth_mean_size": growth.mean_size[born],
        "growth_spread": growth.spread[born],
        "growth_monomer": growth.monomer[born],
    }
    last = growth.density[-1]
    area = float(np.sum(last * np.diff(growth.edges)))
    if area > 0.0:
        middle = np.sqrt(growth.edges[1:] * growth.edges[:-1])
        there = last > 1e-6 * last.max()
        found["size_axis"] = middle[there]
        found["size_distribution"] = (last / area)[there]
    return {name: np.ascontiguousarray(x) for name, x in found.items() if x.size}


_PRIOR = "from the population balance, whose constants are priors"


def numbers(growth: Growth) -> dict[str, Sourced]:
    """Numbers that a growth says beside its size."""
    born = np.flatnonzero(growth.consumed > 0.5 * growth.consumed[-1])
    half = float(growth.time[born[0]]) if born.size else float(growth.time[-1])

    def told(value: float, unit: str) -> Sourced:
        if not np.isfinite(value):
            return Sourced.unknown(unit, "nothing nucleated within the time")
        return Sourced(float(value), unit, note=_PRIOR)

    return {
        "mechanism_size": told(float(growth.mean_size[-1]), "m"),
        "growth_half_time": told(half, "s"),
        "supersaturation_peak": told(float(growth.supersaturation.max()), "1"),
        "nucleated_density": told(float(growth.nuclei[-1]), "m-3"),
        "consumed_share": told(float(growth.consumed[-1]), "1"),
        "balance_error": told(growth.balance_error, "1"),
    }
