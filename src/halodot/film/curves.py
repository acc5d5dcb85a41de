"""Film mobility against temperature and ligand length, and ions against electrons, as arrays.

Every point is the whole film evaluated once more at the middle of all inputs, with nothing but the
temperature, or the length of the ligand, changed. Levels of the dots stay those handed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from . import apparent
from .evaluate import Case, evaluate

Array = NDArray[np.float64]
TEMPERATURES = np.linspace(140.0, 360.0, 23)  # K
LENGTHS = np.linspace(0.2e-9, 3.0e-9, 15)  # m
SHOWN = ("apparent_mobility_hole", "ionic_over_electronic", "ion_following_share")


def curves(
    case: Case, x: Mapping[str, float], given: Mapping[str, float], has_doping: bool
) -> dict[str, Array]:
    """Return the arrays by name, on the axes ``film_temperature`` and ``film_ligand_length``."""
    cases = [replace(case, temperature=float(t)) for t in TEMPERATURES]
    films = [evaluate(c, x, given) for c in cases]
    shown = apparent.evaluate(cases, [x] * len(cases), films, has_doping)
    found = {"film_temperature": TEMPERATURES, "film_ligand_length": LENGTHS}
    found |= {f"{n}_by_temperature": shown[n] for n in SHOWN}
    by_length = [evaluate(case, {**x, "length": float(n)}, given) for n in LENGTHS]
    for carrier in ("electron", "hole"):
        name = f"mobility_{carrier}"
        found[f"{name}_by_temperature"] = np.array([f[name] for f in films])
        found[f"{name}_by_length"] = np.array([f[name] for f in by_length])
    return found
