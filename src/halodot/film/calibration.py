"""The one fitted number of the film stage: the tunnelling decay.

The mobility falls as exp(-beta gap), so one measured film mobility fixes beta once the rest is
chosen. It is fitted to the undoped film of ref 164, 8e-7 cm2/Vs (the review states that doping
raises the mobility by three orders of magnitude to 8e-4), taken as 10 nm cubes with their
oleyl shell as delivered; ligand and size are not stated there and are our reading. Each draw
of all other inputs asks for its own beta; their 5 % and 95 % points are the interval. The
value serves every film, and this mobility is never counted as a prediction.
"""

from __future__ import annotations

import numpy as np

from ..core.randomness import generator
from ..core.sourced import Sourced
from ..dot.state import DotProperties
from ..library import Library
from . import inputs
from .assembly import drawn, fixed_case
from .evaluate import Case, evaluate
from .spec import FilmSpec

TARGET = Sourced(8e-11, "m2/Vs", 3e-11, 2.4e-10, "sourced", ("ref164", "review"))
BRACKET = (1e9, 3e10)  # 1/m


def fit_decay(
    dots: DotProperties, spec: FilmSpec, library: Library, target: Sourced = TARGET
) -> Sourced:
    """Return the tunnelling decay [1/m] at which the film has the hole mobility `target`.

    Raises
    ------
    ValueError
        If no decay between 1 and 30 per nm gives it.
    """
    case, found = fixed_case(dots, spec), inputs.collect(dots, spec, library)
    rng = generator(spec.seed, "film", "calibration")
    asked = [_solve(case, drawn(found, rng), target.sample(rng)) for _ in range(spec.draws)]
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
