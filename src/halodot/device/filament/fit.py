"""Fit the reduced filament to the lattice model, and say what the reduction costs.

Set times at constant voltage give the growth factor and the share of the voltage at the interface;
the time in which a filament comes apart at 0 V gives the thinning factor. What is left of the
differences, as a factor, is the loss of accuracy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.status import Status
from .growth import Cell as Wire
from .problem import Problem
from .reduced import SHAPE, march

Array = NDArray[np.float64]
OPEN, SHUT = 2.5, 1.25  # gaps, in sites, at which a filament counts as broken and as touching


@dataclass(frozen=True)
class Fit:
    """Factors of the reduced model, and how far its times are from those of the lattice.

    Attributes
    ----------
    growth, interface, thinning
        For `reduced.growth_factor`, `reduced.interface_share`, `reduced.thinning_factor`; the last
        is NaN where no filament came apart.
    set_loss
        Largest factor between set times of the two models after the fit.
    lattice, reduced
        Set times at the voltages [s].
    """

    volts: Array
    lattice: Array
    reduced: Array
    growth: float
    interface: float
    thinning: float
    set_loss: float

    @property
    def sentence(self) -> str:
        """What the reduction costs, in words.

        >>> one = np.ones(2)
        >>> Fit(one, one, one, 1.0, 0.8, math.nan, 2.0).sentence
        'set times within a factor 2 of the lattice model from 1 to 1 V; no filament came apart'
        """
        low, high = float(self.volts.min()), float(self.volts.max())
        text = f"set times within a factor {self.set_loss:.2g} of the lattice model "
        text += f"from {low:.3g} to {high:.3g} V"
        if math.isnan(self.thinning):
            return f"{text}; no filament came apart"
        return f"{text}; thinning factor {self.thinning:.2g} from one time at rest"


def lattice_times(
    problem: Problem, volts: Sequence[float], *, compliance: float = 1e-6, longest: float = 10.0,
    rest: float = 0.0, seeds: Sequence[int] = (1, 2, 3), most: int = 5_000_000,
) -> tuple[Array, float]:  # fmt: skip
    """Return set times [s] of the lattice model, and the time at 0 V until one of them is open.

    Geometric means over `seeds`, each time known within a factor 10^(1/4), the steps in which it
    is looked for. A cell that does not set within `longest`, or part within `rest`, or uses up
    `most` events in a step, gives infinity.
    """
    each = [_times(problem, volts, compliance, longest, rest, seed, most) for seed in seeds]
    found = np.exp(np.mean(np.log(np.array([times for times, _ in each])), axis=0))
    return found, float(np.exp(np.mean(np.log([parted for _, parted in each]))))


def _times(
    problem: Problem, volts: Sequence[float], compliance: float, longest: float, rest: float,
    seed: int, most: int,
) -> tuple[list[float], float]:  # fmt: skip
    """The same for one seed."""
    from .drive import Drive
    from .simulate import Cell

    found, parted = [], math.inf
    site = problem.lattice.spacing
    for volt in volts:
        cell, now, at = Cell(problem, seed), 0.0, math.inf
        for end in np.geomspace(1e-8 * longest, longest, 33):
            drive = Drive(np.array([end - now]), np.array([volt]), compliance=compliance)
            course, now = cell.play(drive, most), float(end)
            if course.status is Status.MAX_STEPS:
                break
            if course.gap[-1] <= SHUT * site:
                at = now
                break
        found.append(at)
    if rest > 0.0 and math.isfinite(found[-1]):
        now = 0.0
        for end in np.geomspace(1e-8 * rest, rest, 33):
            course = cell.play(Drive(np.array([end - now]), np.zeros(1)), most)
            now = float(end)
            if course.status is Status.MAX_STEPS:
                break
            if course.gap[-1] >= OPEN * site:
                parted = now
                break
    return found, parted


def _reached(cell: Wire, volts: float, shape: float, start: float, first: float, longest: float,
             rises: bool) -> float:  # fmt: skip
    """Time at which the shape w passes a value at a constant voltage, decade by decade [s]."""
    none, flat = np.zeros(1), np.array([-10.0, 10.0])
    state, begun, span = np.array([start, 0.0]), 0.0, first
    while span <= longest:
        out = np.linspace(0.025, 1.0, 40) * (span - begun)
        rows, state, _ = march(
            cell, np.array([0.0, span - begun]), np.full(2, volts), np.zeros(2),
            np.ones(1, dtype=np.bool_), out, np.zeros((1, 2)), np.ones((1, 2)), none, flat, 0.0,
            state, 0.0, 1.0, -1,
        )  # fmt: skip
        passed = rows[:, SHAPE] >= shape if rises else rows[:, SHAPE] <= shape
        if passed.any():
            return float(begun + out[int(np.argmax(passed))])
        begun, span = span, 2.0 * span
    return math.inf


def set_time(cell: Wire, volts: float, longest: float = 1e4) -> float:
    """Return the time [s] in which the reduced model sets at a constant voltage; inf if longer."""
    return _reached(cell, volts, -cell.hop, -cell.length, 1e-9, longest, rises=True)


def fit(cell: Wire, volts: Sequence[float], times: Array, parted: float = math.inf) -> Fit:
    """Fit growth factor and interface share to set times of the lattice model.

    Parameters
    ----------
    cell
        The reduced model with the numbers of the lattice's film.
    volts, times
        Constant voltages [V] and set times [s]; infinite ones are left out.
    parted
        Time at 0 V in which a thin filament comes apart [s].
    """
    from scipy.optimize import minimize_scalar

    v, t = np.asarray(volts, float), np.asarray(times, float)
    v, t = v[np.isfinite(t)], t[np.isfinite(t)]

    def tried(share: float) -> tuple[float, Array]:
        bare = cell._replace(interface=share, growth=1.0, thinning=0.0, damage=0.0)
        apart = np.log(np.array([set_time(bare, x) for x in v]) / t)
        apart = np.where(np.isfinite(apart), apart, 50.0)
        return float(np.mean(apart)), apart - np.mean(apart)

    best = minimize_scalar(
        lambda share: float(np.sum(tried(share)[1] ** 2)), bounds=(0.05, 0.98), method="bounded",
        options={"xatol": 1e-3},
    )  # fmt: skip
    shift, left = tried(float(best.x))
    thinning = math.nan
    if math.isfinite(parted):
        alone = cell._replace(interface=float(best.x), growth=math.exp(shift), thinning=1.0)
        thinning = rest_time(alone) / parted
    return Fit(
        v, t, t * np.exp(left), math.exp(shift), float(best.x), thinning,
        float(np.exp(np.max(np.abs(left)))),
    )  # fmt: skip


def rest_time(cell: Wire, longest: float = 1e8) -> float:
    """Return the time [s] in which the tip draws back by a site and a half at 0 V."""
    bare = cell._replace(growth=0.0)
    return _reached(bare, 0.0, -1.5 * cell.hop, 0.0, 1e-12, longest, rises=False)
