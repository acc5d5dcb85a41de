"""The verb of treatments: a population of dots and what is done to it, to a population."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...library import Library
from ..state import DotPopulation, History

if TYPE_CHECKING:
    from .spec import Treatment


def treat(population: DotPopulation, treatment: Treatment, library: Library) -> DotPopulation:
    """Return the dots after `treatment`, with the history of all treatments so far.

    Parameters
    ----------
    population
        As a synthesis, or the treatment before, hands it over.
    treatment
        One of the specs of `spec`.
    library
        Where lattice constants come from.

    Raises
    ------
    InputError
        If the treatment cannot be done to such dots.

    Notes
    -----
    Histories of one axis are joined, the second where the first ended; else the last one stands.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.synthesis import DotsSpec, given
    >>> from halodot.synthesis.treatment.spec import AnionExchange
    >>> dots = given(build(DotsSpec, {"formula": "CsPbBr3", "size": "9 nm"}))
    >>> added = {"kind": "anion_exchange", "halide": "I", "added": 1}
    >>> treat(dots, build(AnionExchange, added), Library.builtin()).history.axis_name
    'time'
    """
    after = _by_kind(population, treatment, library)
    history = after.history
    if population.history is not None and history is not None:
        history = joined(population.history, history)
    return replace(after, history=history)


def _by_kind(population: DotPopulation, t: Treatment, library: Library) -> DotPopulation:
    if t.kind == "anion_exchange":
        from .halides import exchange_anions

        return exchange_anions(population, t, library)
    if t.kind == "cation_exchange":
        from .cation_exchange import exchange_cations

        return exchange_cations(population, t, library)
    if t.kind == "transformation":
        from .transformation import transform

        return transform(population, t, library)
    from .heterostructure import grow_partner

    return grow_partner(population, t)


def joined(before: History, after: History) -> History:
    """Return one history of two that follow each other; the later one where axes differ.

    Examples
    --------
    >>> one = History("time", "s", np.array([0.0, 2.0]), ("A",), np.ones((2, 1)), np.ones(2))
    >>> two = History("time", "s", np.array([0.0, 1.0]), ("B",), np.ones((2, 1)), np.ones(2))
    >>> joined(one, two).axis.tolist(), joined(one, two).formulas
    ([0.0, 2.0, 3.0], ('A', 'B'))
    """
    if (before.axis_name, before.axis_unit) != (after.axis_name, after.axis_unit):
        return after
    left, right = len(before.axis), len(after.axis) - 1
    first = len(before.formulas)
    weights = np.zeros((left + right, first + len(after.formulas)))
    weights[:left, :first] = before.weights
    weights[left:, first:] = after.weights[1:]
    return replace(
        after,
        axis=np.concatenate([before.axis, before.axis[-1] + after.axis[1:]]),
        formulas=(*before.formulas, *after.formulas),
        weights=weights,
        size=np.concatenate([before.size, after.size[1:]]),
        phases=_together(before.phases, after.phases, left, right, 0.0),
        curves=_together(before.curves, after.curves, left, right, np.nan),
    )


def _together(
    before: dict[str, np.ndarray], after: dict[str, np.ndarray], left: int, right: int, gap: float
) -> dict[str, np.ndarray]:
    names = dict.fromkeys((*before, *after))
    none = (np.full(left, gap), np.full(right + 1, gap))
    return {n: np.concatenate([before.get(n, none[0]), after.get(n, none[1])[1:]]) for n in names}
