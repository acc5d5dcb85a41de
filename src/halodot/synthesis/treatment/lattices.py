"""Compositions on the way: a site with other shares, a lattice constant between two ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.sourced import Sourced
from ...crystal.composition import Composition, parse
from ...library import Library
from ...library.mixing import mix

FloatArray = NDArray[np.float64]

FORMULAS = 33  # compositions of a history
_DIGITS = 6


def with_site(composition: Composition, role: str, shares: Mapping[str, float]) -> str:
    """Return the formula of `composition` with `shares` on the site `role`.

    >>> with_site(parse("CsPbBr3"), "X", {"Br": 0.7, "Cl": 0.3})
    'CsPb(Br0.7Cl0.3)3'
    """
    kept = {s: round(x, _DIGITS) for s, x in shares.items() if round(x, _DIGITS) > 0.0}
    site = tuple(sorted(kept.items(), key=lambda pair: (-pair[1], pair[0])))
    sites = tuple((r, site if r == role else s) for r, s in composition.sites)
    return parse(replace(composition, sites=sites).formula).formula


def perovskite(formula: str, field: str) -> Composition:
    """Return the composition of dots that a treatment understands.

    Raises
    ------
    InputError
        If it is no ABX3.
    """
    composition = parse(formula)
    if composition.family != "ABX3":
        raise InputError(field, formula, "dots of ABX3", "transform them first")
    return composition


def lattice(formula: str, library: Library) -> float:
    """Return the lattice constant [m] of ABX3, that of CsPbBr3 where it is not known."""
    found = mix(library, parse(formula).host.end_members, "lattice_constant")
    return float(found) if found.is_known else 5.87e-10


def scaled(q: Sourced, factor: float) -> Sourced:
    """Return a length and its interval times `factor`.

    >>> scaled(Sourced(1.0, "m", 0.5, 2.0), 2.0).high
    4.0
    """
    if not q.is_known:
        return q
    low, high = (None if e is None else e * factor for e in (q.low, q.high))
    return replace(q, value=float(q) * factor, low=low, high=high)


def binned(values: FloatArray, moles: FloatArray, grid: FloatArray) -> FloatArray:
    """Return the share of the moles at each point of an even `grid`, the mean kept.

    A value between two points counts for both in proportion to how near it is.

    Parameters
    ----------
    values
        Shape [steps, kinds], within the grid.
    moles
        Shape [kinds].
    grid
        Shape [points].

    Examples
    --------
    >>> binned(np.array([[0.25]]), np.ones(1), np.array([0.0, 1.0])).tolist()
    [[0.75, 0.25]]
    """
    steps, points = values.shape[0], len(grid)
    share = np.broadcast_to(moles / moles.sum(), values.shape)
    if points == 1:
        return np.ones((steps, 1))
    place = np.clip((values - grid[0]) / (grid[1] - grid[0]), 0.0, points - 1.0)
    left = np.minimum(place.astype(int), points - 2)
    right_part = place - left
    out = np.zeros((steps, points))
    row = np.arange(steps)[:, None]
    np.add.at(out, (row, left), share * (1.0 - right_part))
    np.add.at(out, (row, left + 1), share * right_part)
    return out


def between(values: FloatArray, points: int = FORMULAS) -> FloatArray:
    """Return an even grid from the least to the largest of `values`, one point where equal."""
    low, high = float(values.min()), float(values.max())
    if high - low < 10.0**-_DIGITS:
        return np.array([low])
    return np.linspace(low, high, points)


def axis_of(against: str, time: float, amount: float, points: int) -> FloatArray:
    """Return the axis of a history: times, evenly spaced in their logarithm, or amounts.

    Amounts are closer where there is little, as most happens there.

    >>> axis_of("amount", 60.0, 2.0, 3).tolist()
    [0.0, 0.5, 2.0]
    """
    if against == "amount":
        return np.asarray(amount * np.linspace(0.0, 1.0, points) ** 2)
    if time <= 0.0:
        return np.zeros(1)
    return np.concatenate([[0.0], np.geomspace(1e-4 * time, time, points - 1)])
