"""Draws of what a task assumes: every quantity of a spec with an interval, once."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from ...core.randomness import generator
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity_of

S = TypeVar("S", bound=Spec)


def drawn(spec: S, seed: int, number: int) -> S:
    """Return `spec` with each quantity drawn from its interval, kept within its bounds.

    A quantity is drawn from (seed, number, its key) alone.

    Examples
    --------
    >>> from halodot.task.circuit.spec import TransistorSpec
    >>> one = drawn(TransistorSpec(), 1, 0)
    >>> float(one.mobility) != 3e-5, one == drawn(TransistorSpec(), 1, 0)
    (True, True)
    """
    return _inside(spec, seed, number, "")


def _inside(spec: S, seed: int, number: int, root: str) -> S:
    found: dict[str, object] = {}
    for name in type(spec).model_fields:
        value, key = getattr(spec, name), f"{root}{name}"
        if isinstance(value, Spec):
            found[name] = _inside(value, seed, number, f"{key}.")
        elif isinstance(value, Sourced) and value.low is not None:
            one = value.sample(generator(seed, "circuit.spec", number, key))
            declared = quantity_of(type(spec), name) or {"low": -np.inf, "high": np.inf}
            inside = min(max(float(one), declared["low"]), declared["high"])
            found[name] = one.with_value(inside)
    return spec.model_copy(update=found)
