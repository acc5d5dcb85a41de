"""Grow dots through a course: the verb of the package and what it hands over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.errors import InputError
from ...core.status import Status
from .course import Course
from .population_balance import Followed, follow
from .spec import Constants

FloatArray = NDArray[np.float64]
BINS = 300
SMALLEST, LARGEST = 1e-9, 1e-7


@dataclass(frozen=True)
class Growth:
    """What came of a course. SI; every array over time has the shape [times, ...].

    Attributes
    ----------
    time
        [s], shape [times].
    temperature
        [K], shape [times].
    edges
        Log grid of the edge length [m], shape [bins + 1].
    density
        Dots per volume and edge length [1/m4], shape [times, bins].
    number
        Dots per volume [1/m3], shape [times].
    mean_size, size_sd
        Number average of the edge length and its standard deviation [m]; NaN without dots.
    monomer
        Free monomer [mol/m3].
    supersaturation
        Monomer over its solubility beside bulk [1].
    nuclei
        Born until then [1/m3].
    consumed
        Share of all monomer, also that still to be fed, that stands in dots [1].
    balance_error
        Largest error of the mass balance over all monomer [1].
    status
        `Status.OK`, or why the end was not reached; arrays then end where it stopped.
    steps
        Time steps taken.
    cohorts, counts
        The moving grid behind: edge length [m] and number [1/m3], zero where there is none,
        shape [times, cohorts].
    """

    time: FloatArray
    temperature: FloatArray
    edges: FloatArray
    density: FloatArray
    number: FloatArray
    mean_size: FloatArray
    size_sd: FloatArray
    monomer: FloatArray
    supersaturation: FloatArray
    nuclei: FloatArray
    consumed: FloatArray
    balance_error: float
    status: Status
    steps: int
    cohorts: FloatArray
    counts: FloatArray

    @property
    def spread(self) -> FloatArray:
        """Standard deviation over mean of the edge length [1], shape [times]."""
        return self.size_sd / self.mean_size

    def at(self, time: float) -> tuple[float, float]:
        """Mean size [m] and spread [1] at `time` [s], between outputs linearly."""
        mean = float(np.interp(time, self.time, self.mean_size))
        return mean, float(np.interp(time, self.time, self.spread))


def grow(
    course: Course,
    constants: Constants,
    *,
    seeds: tuple[ArrayLike, ArrayLike] | None = None,
    outputs: ArrayLike | None = None,
    bins: int = BINS,
    tolerance: float = 3e-4,
    budget: int = 20_000,
) -> Growth:
    """Nucleate, grow and ripen dots through `course`.

    Parameters
    ----------
    course
        What the reactor does.
    constants
        Of the material in its flask.
    seeds
        Dots that are there at the start: edge lengths [m] and numbers per volume [1/m3].
    outputs
        Times to report [s]; those of the course if None.
    bins
        Of the log grid, and the most cohorts that are followed.
    tolerance
        Error of a step, relative in monomer and mean size.
    budget
        Most time steps.

    Raises
    ------
    InputError
        If seeds or outputs cannot be used.

    Examples
    --------
    >>> from halodot.synthesis.kinetics import Course, constants, grow, priors
    >>> course = Course.of(monomer=8.0, temperature=443.0, time=[0.0, 2.0])
    >>> found = grow(course, constants(priors({"Br": 1.0})))
    >>> bool(2e-9 < found.mean_size[-1] < 3e-8), found.balance_error < 1e-9
    (True, True)
    """
    start = _seeds(seeds, bins)
    times = course.time if outputs is None else _outputs(outputs, course)
    raw = follow(course, constants, start, times, bins=bins, tolerance=tolerance, budget=budget)
    return _summary(course, constants, raw, bins)


def pooled(found: list[Growth], weights: ArrayLike, when: int = -1) -> tuple[float, float]:
    """Mean size [m] and spread [1] of batches mixed by volume, at the output `when` of each.

    Droplets of one emulsion, or one flow read at its residence times.
    """
    w = np.asarray(weights, dtype=np.float64)
    number = np.concatenate([x * g.counts[when] for x, g in zip(w, found, strict=True)])
    edge = np.concatenate([g.cohorts[when] for g in found])
    return _moments(number, edge)


def over_times(found: Growth, weights: ArrayLike) -> tuple[float, float]:
    """Mean size [m] and spread [1] of a flow whose parts leave at the outputs of `found`.

    `weights` is the share of the flow that leaves at each output [1], shape [times].
    """
    w = np.asarray(weights, dtype=np.float64)
    return _moments((w[:, None] * found.counts).ravel(), found.cohorts.ravel())


def _moments(number: FloatArray, edge: FloatArray) -> tuple[float, float]:
    total = number.sum()
    if total <= 0.0:
        return float("nan"), float("nan")
    mean = float(number @ edge / total)
    return mean, float(np.sqrt(max(number @ (edge - mean) ** 2 / total, 0.0)) / mean)


def _seeds(seeds: tuple[ArrayLike, ArrayLike] | None, bins: int) -> tuple[FloatArray, FloatArray]:
    if seeds is None:
        return np.empty(0), np.empty(0)
    edge, number = (np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in seeds)
    good = edge.shape == number.shape and edge.ndim == 1 and edge.size <= bins
    if not good or np.any(edge <= 0.0) or np.any(number <= 0.0):
        allowed = f"edges and numbers above zero, alike in length, at most {bins}"
        raise InputError("seeds", [edge.shape, number.shape], allowed)
    order = np.argsort(-edge)
    return edge[order], number[order]


def _outputs(outputs: ArrayLike, course: Course) -> FloatArray:
    t = np.asarray(outputs, dtype=np.float64)
    inside = t.size > 0 and t[0] >= course.time[0] and t[-1] <= course.time[-1]
    if t.ndim != 1 or not inside or np.any(np.diff(t) <= 0.0):
        allowed = f"rising times from {course.time[0]:g} to {course.time[-1]:g} s"
        raise InputError("outputs", outputs, allowed)
    return t


def _summary(course: Course, constants: Constants, raw: Followed, bins: int) -> Growth:
    edge, count = np.cbrt(np.maximum(raw.volumes, 0.0)), raw.counts
    dots = np.where(edge >= 0.999 * constants.smallest, count, 0.0)
    number = dots.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(number > 0.0, (dots * edge).sum(axis=1) / number, np.nan)
        variance = (dots * (edge - mean[:, None]) ** 2).sum(axis=1) / number
    solid = (count * raw.volumes).sum(axis=1) / constants.molar_volume
    brought = course.monomer + solid[0] + raw.fed
    total = max(course.total + float(solid[0]), 1e-300)
    lost = np.abs(solid + raw.monomer - brought) / total
    grid = np.geomspace(min(SMALLEST, 0.5 * constants.smallest), _largest(edge), bins + 1)
    return Growth(
        time=raw.times,
        temperature=raw.temperature,
        edges=grid,
        density=_density(edge, dots, grid),
        number=number,
        mean_size=mean,
        size_sd=np.sqrt(variance),
        monomer=raw.monomer,
        supersaturation=raw.supersaturation,
        nuclei=raw.nuclei,
        consumed=solid / total,
        balance_error=float(lost.max()),
        status=raw.status,
        steps=raw.steps,
        cohorts=np.where(dots > 0.0, edge, 0.0),
        counts=dots,
    )


def _largest(edge: FloatArray) -> float:
    return max(LARGEST, 1.5 * float(edge.max(initial=0.0)))


def _density(edge: FloatArray, count: FloatArray, grid: FloatArray) -> FloatArray:
    """Cohorts as a density on the grid: each spread evenly between its neighbours' middles."""
    out = np.zeros((edge.shape[0], grid.size - 1))
    for row, (x, n) in enumerate(zip(edge, count, strict=True)):
        there = n > 0.0
        if not there.any():
            continue
        order = np.argsort(x[there])
        at, number = x[there][order], n[there][order]
        width = np.gradient(at) if at.size > 1 else np.array([0.0])
        width = np.maximum(width, 1e-3 * at)
        middles = 0.5 * (at[1:] + at[:-1])
        ends = np.concatenate([[at[0] - 0.5 * width[0]], middles, [at[-1] + 0.5 * width[-1]]])
        sums = np.concatenate([[0.0], np.cumsum(number)])
        ends = np.clip(np.maximum.accumulate(ends), grid[0], grid[-1])
        out[row] = np.diff(np.interp(grid, ends, sums, left=0.0))
    return out / np.diff(grid)
