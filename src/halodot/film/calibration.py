"""The two fitted numbers of the film stage: one tunnelling decay, one static disorder.

Both serve every film of CsPbBr3. They are fitted to one mobility: what the transistor of the
undoped film of ref 164 shows, 8e-7 cm2/Vs (the review states that silver raises the mobility by
three orders of magnitude, to 8e-4). That mobility is calibrated and never counted as predicted;
those of refs 143, 164 with silver, and 165 are predicted.

One number cannot fix two. Of all pairs that give it, the one is taken that lies nearest to what
was held before,

    minimise ((beta - 9 /nm) / 1.2)^2 + ((sigma - 45 meV) / 14)^2   where mu_app = target

(7 to 11 per nm are quoted for saturated chains, remembered and unverified; 22 to 68 meV are of
the order of line shifts of single dots). As mu_app is the film's mobility times what the gate
leaves to free carriers, which does not depend on beta, each sigma has its beta by one root.

The ligand of ref 164 was not read. The film is taken with octylamine and octanoic acid: the dots
are doped at room temperature (review), and the same group uses short ligands (abstract of
ref 143). With an oleyl shell instead the decay would have to be 3.8 per nm, far below any
saturated chain.

Each draw of what a hop takes, of the target and of the disorder held before asks for its own
pair; their 5 % and 95 % points are the intervals. What every film draws again for itself stays at
its middle meanwhile, as it must not count twice: the gap, and what a gate meets (ions, traps,
carriers at rest). The least certain of these is the density of carriers at rest: a decade more of
it asks for 1.7 per nm more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.constants import KINETIC
from ..core.randomness import generator
from ..core.sourced import Sourced, assumed, computed
from ..dot.state import DotProperties
from ..library import Library
from . import apparent, inputs
from .assembly import drawn, fixed_case
from .evaluate import Case, evaluate
from .spec import FilmSpec

TARGET = Sourced(8e-11, "m2/Vs", 3e-11, 2.4e-10, "sourced", ("ref164", "review"))
LIGAND = "octylamine/octanoic acid"
DECAY_BEFORE = assumed(9e9, "1/m", 7e9, 11e9, "saturated chains; remembered, unverified")
DISORDER_BEFORE = assumed(0.045, "eV", 0.022, 0.068, "line shifts of single dots; assumed")
BRACKET = (1e8, 4e10)  # 1/m
DISORDERS = np.linspace(0.005, 0.085, 9)  # eV
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
HOPS = (
    "reorganisation_energy",
    "phonon_energy",
    "disorder_exponent",
    "packing_density",
    "electron_mass",
    "hole_mass",
    "slope_electron",
    "slope_hole",
    "size_spread",
)
Array = NDArray[np.float64]


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


def fit(
    dots: DotProperties, library: Library, target: Sourced = TARGET, draws: int = 200, seed: int = 0
) -> tuple[Sourced, Sourced]:
    """Return the decay [1/m] and the static disorder [eV] at which the film shows `target`.

    Draws that are too slow even with dots in contact ask for no decay at all, 0.1 per nm.

    Examples
    --------
    >>> library = Library.builtin()
    >>> beta, sigma = fit(reference_dots(library), library, draws=0)
    >>> 5.5e9 < float(beta) < 6.5e9, 0.03 < float(sigma) < 0.04
    (True, True)
    """
    spec = FilmSpec(ligand=LIGAND)
    case, found = fixed_case(dots, spec), inputs.collect(dots, spec, library)
    beta, sigma = _nearest(case, found, float(target), float(DISORDER_BEFORE))
    rng = generator(seed, "film", "calibration")
    middle = {n: q for n, q in found.items() if n not in HOPS}
    asked = [
        _nearest(
            case,
            drawn(found, rng) | middle,
            float(target.sample(rng)),
            float(DISORDER_BEFORE.sample(rng)),
        )
        for _ in range(draws)
    ]
    note = f"fitted to one mobility and what was held before; taken with {LIGAND}"
    decay, disorder = (
        Sourced(v, unit, *_ends([pair[k] for pair in asked]), "fitted", target.sources, note)
        for k, (v, unit) in enumerate(((beta, "1/m"), (sigma, "eV")))
    )
    return decay, disorder


def _ends(values: Sequence[float]) -> tuple[float | None, float | None]:
    if not values:
        return None, None
    low, high = (float(v) for v in np.quantile(values, (0.05, 0.95)))
    return low, high


def _nearest(
    case: Case, found: dict[str, Sourced], target: float, disorder: float
) -> tuple[float, float]:
    """The pair that gives the target nearest to what was held before."""
    x = {n: float("nan") if q.value is None else q.value for n, q in found.items()}
    betas = _decays(case, x, target)
    far = ((betas - float(DECAY_BEFORE)) / _deviation(DECAY_BEFORE)) ** 2
    far = far + ((DISORDERS - disorder) / _deviation(DISORDER_BEFORE)) ** 2
    a, b, _ = np.polyfit(*_around(DISORDERS, far), 2)
    sigma = float(np.clip(-b / (2.0 * a), DISORDERS[0], DISORDERS[-1]))
    return float(np.interp(sigma, DISORDERS, betas)), sigma


def _around(x: Array, y: Array) -> tuple[Array, Array]:
    """The lowest point of `y` and its two neighbours."""
    k = int(np.clip(np.argmin(y), 1, y.size - 2))
    return x[k - 1 : k + 2], y[k - 1 : k + 2]


def _deviation(q: Sourced) -> float:
    assert q.low is not None
    assert q.high is not None
    return (q.high - q.low) / (2.0 * 1.645)


def _decays(case: Case, x: dict[str, float], target: float) -> Array:
    """The decay that each of `DISORDERS` asks for [1/m]."""
    from scipy.optimize import brentq

    rows = [x | {"tunnelling_decay": 6e9, "static_disorder": float(s)} for s in DISORDERS]
    films = [evaluate(case, row, {}) for row in rows]
    shown = apparent.evaluate([case] * len(rows), rows, films, has_doping=False)[
        "apparent_mobility_hole"
    ]
    wanted = target * np.array([f["mobility_hole"] for f in films]) / shown

    def miss(decay: float, row: dict[str, float], mobility: float) -> float:
        film = evaluate(case, row | {"tunnelling_decay": decay}, {})
        return math.log(film["mobility_hole"] / mobility)

    def root(row: dict[str, float], mobility: float) -> float:
        if miss(BRACKET[0], row, mobility) < 0.0:  # too slow even in contact
            return BRACKET[0]
        return float(brentq(miss, *BRACKET, args=(row, mobility), rtol=1e-5))

    return np.array([root(*pair) for pair in zip(rows, wanted, strict=True)])
