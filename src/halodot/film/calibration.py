"""The one fitted number of the film stage: the tunnelling decay.

The mobility falls as exp(-beta gap), so one measured film mobility fixes beta once the rest is
chosen. It is fitted to the undoped film of ref 164, 8e-7 cm2/Vs (the review states that doping
raises the mobility by three orders of magnitude to 8e-4), taken as 10 nm cubes with their
oleyl shell as delivered; ligand and size are not stated there and are our reading. Each draw
of the other inputs asks for its own beta; their 5 % and 95 % points are the interval. The gap
stays at its middle meanwhile: every film draws its own gap later, and it must not count twice.
The value serves every film, and this mobility is never counted as a prediction.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.constants import KINETIC
from ..core.randomness import generator
from ..core.sourced import Sourced, computed
from ..dot.state import DotProperties
from ..library import Library
from . import inputs
from .assembly import drawn, fixed_case
from .evaluate import Case, evaluate
from .spec import FilmSpec

TARGET = Sourced(8e-11, "m2/Vs", 3e-11, 2.4e-10, "sourced", ("ref164", "review"))
BRACKET = (1e9, 3e10)  # 1/m
UNREAD = (
    "band_gap",
    "optical_gap",
    "pl_energy",
    "pl_fwhm",
    "exciton_binding",
    "bohr_radius",
    "plqy",
    "cie_x",
    "cie_y",
)
GAP = ("length", "interdigitation", "coverage", "contact_gap", "size")


def reference_dots(library: Library, size: float = 10e-9) -> DotProperties:
    """Return cubes of CsPbBr3 with what a film needs, levels from hard walls.

    Each level lies at 3 hbar^2 pi^2 / (2 m L^2) above its edge, so that its slope against
    ln L is minus twice that. Everything that a film does not read is unknown.
    """
    bulk = library.entry("perovskite", "CsPbBr3")
    shift = {
        c: 3.0 * (2.0 * KINETIC) * math.pi**2 / (2.0 * float(bulk.require(f"{c}_mass")) * size**2)
        for c in ("electron", "hole")
    }
    affinity, ionization = (bulk.require(n) for n in ("electron_affinity", "ionization_energy"))
    unread: dict[str, Any] = {n: Sourced.unknown("1", "not read by a film") for n in UNREAD}
    return DotProperties(
        formula="CsPbBr3",
        shape="cube",
        ligand="OA/OAm",
        size=computed(size, "m", 0.95 * size, 1.05 * size),
        size_spread=computed(0.08, "1", 0.05, 0.12),
        temperature=300.0,
        radiative_lifetime=computed(5e-9, "s", 3e-9, 1e-8),
        electron_affinity=affinity.with_value(float(affinity) - shift["electron"]),
        ionization_energy=ionization.with_value(float(ionization) + shift["hole"]),
        electron_mass=bulk.require("electron_mass"),
        hole_mass=bulk.require("hole_mass"),
        confinement_electron=computed(shift["electron"], "eV"),
        confinement_hole=computed(shift["hole"], "eV"),
        level_slope_electron=computed(-2.0 * shift["electron"], "eV"),
        level_slope_hole=computed(-2.0 * shift["hole"], "eV"),
        permittivity_static=bulk.require("permittivity_static"),
        permittivity_optical=bulk.require("permittivity_optical"),
        colour="",
        **unread,
    )


def fit_decay(
    dots: DotProperties, spec: FilmSpec, library: Library, target: Sourced = TARGET
) -> Sourced:
    """Return the tunnelling decay [1/m] at which the film has the hole mobility `target`.

    Raises
    ------
    ValueError
        If no decay between 1 and 30 per nm gives it.

    Examples
    --------
    >>> library = Library.builtin()
    >>> beta = fit_decay(reference_dots(library), FilmSpec(draws=20), library)
    >>> 6e9 < float(beta) < 7e9
    True
    """
    case, found = fixed_case(dots, spec), inputs.collect(dots, spec, library)
    rng = generator(spec.seed, "film", "calibration")
    middle = {n: found[n] for n in GAP}
    asked = [
        _solve(case, drawn(found, rng) | middle, target.sample(rng)) for _ in range(spec.draws)
    ]
    low, high = (float(v) for v in np.quantile(asked, (0.05, 0.95)))
    value = _solve(case, found, target)
    note = "from one film, taken as cubes with an oleyl shell as delivered"
    return Sourced(value, "1/m", low, high, "fitted", target.sources, note)


def _solve(case: Case, found: dict[str, Sourced], target: Sourced) -> float:
    """The decay that gives the target; it lies outside `BRACKET` for no sensible film."""
    from scipy.optimize import brentq

    numbers = {n: float("nan") if q.value is None else q.value for n, q in found.items()}
    wanted = np.log(float(target))

    def miss(decay: float) -> float:
        film = evaluate(case, numbers | {"tunnelling_decay": decay}, {})
        return float(np.log(film["mobility_hole"]) - wanted)

    return float(brentq(miss, *BRACKET, rtol=1e-6))
