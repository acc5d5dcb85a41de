"""Draws of the constants of a spec: its values first, then samples of their intervals."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..core.constants import Z90
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..core.spec import Spec

FloatArray = NDArray[np.float64]
S = TypeVar("S", bound=Spec)


@lru_cache(maxsize=32)
def defaults(kind: type[S]) -> S:
    """Return the spec of a kind with nothing set; built once.

    >>> from halodot.synthesis.surface import SurfaceSpec
    >>> defaults(SurfaceSpec) is defaults(SurfaceSpec)
    True
    """
    return kind()


def sampled(spec: Spec, count: int, seed: int = 0) -> dict[str, FloatArray]:
    """Return every quantity of `spec` as its value followed by `count` draws.

    Shapes are [1 + count]. A positive quantity with a positive interval is drawn log-normally,
    others normally, each side of the value with its own width.

    Examples
    --------
    >>> from halodot.synthesis.speciation import SpeciationSpec
    >>> drawn = sampled(SpeciationSpec(), 200)["acid_base"]
    >>> float(drawn[0]), 0.04 < float((drawn > 60.0).mean()) < 0.2
    (10.0, True)
    """
    found = {}
    for name in type(spec).model_fields:
        q = getattr(spec, name)
        if isinstance(q, Sourced) and q.is_known:
            rng = generator(seed, "priors", type(spec).__name__, name)
            found[name] = _draws(q, rng.standard_normal(count) / Z90)
    return found


def _draws(q: Sourced, deviate: FloatArray) -> FloatArray:
    value = float(q)
    if q.low is None or q.high is None:
        return np.full(deviate.size + 1, value)
    end = np.where(deviate > 0.0, q.high, q.low)
    if value > 0.0 and q.low > 0.0:
        drawn = value * np.exp(np.abs(deviate) * np.log(end / value))
    else:
        drawn = value + np.abs(deviate) * (end - value)
    return np.concatenate([[value], drawn])


def interval(draws: FloatArray, note: str, unit: str = "1") -> Sourced:
    """Return the first of `draws` with the 90 % interval of all, computed from priors.

    >>> interval(np.array([0.5, 0.5, 0.5]), "a test").high
    0.5
    """
    low, high = (float(x) for x in np.quantile(draws, (0.05, 0.95)))
    value = float(draws[0])
    ends = min(low, value), max(high, value)
    return Sourced(value, unit, *ends, "computed", (), note)


def log_odds(share: float) -> float:
    """Return ln(p / (1 - p)) of a share, finite at 0 and 1.

    >>> log_odds(0.5)
    0.0
    """
    clipped = min(max(share, 1e-12), 1.0 - 1e-12)
    return math.log(clipped / (1.0 - clipped))
