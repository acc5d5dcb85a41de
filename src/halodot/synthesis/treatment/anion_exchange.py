r"""Anion exchange: halide of dots against halide in solution, dot by dot.

x is the share of the incoming halide in a dot, s its share of the halide in solution, which holds
r halides per halide of the dots. Every exchange is one for one, so that

.. math:: r s + \sum_i m_i x_i = \text{const}, \qquad
          \frac{dx_i}{dt} = \frac{a_i}{\tau_i} \left[ s (1 - x_i) e^{u_i} -
          (1 - s) x_i e^{-u_i} \right], \qquad u = \tfrac12 \ln K - \tfrac{w}{2} (1 - 2 x),

with m_i the share of dots of kind i in the lattices. It rests at ``K s / (1 - s) = e^{mu(x)}``,
the regular solution of `miscibility`; with K = 1 and w = 0 it is ``dx/dt = (s - x) / tau``. Where
two halides do not mix, dots that went first keep the halide and the others fall back: the
population splits. The surface, release from the reagent and diffusion inside follow one another,

.. math:: \tau = \tau_s \frac{L}{10\,\text{nm}} e^{E_s / kT - E_s / kT_0} +
          \frac{(L/2)^2}{\pi^2 D}, \qquad D = D_{300} e^{-E_D / kT + E_D / kT_0}.

A dot begins (a_i from 0 to 1) when its hazard ``int s dt / tau_w`` passes a number that is
exponentially distributed over the dots. Where iodide enters bromide or chloride, dots above a size
need a nucleus: they wait longer and then switch at once.

Steps are implicit in x and s. x after a step is a rising function of s, so that s is the root of
the balance between 0 and 1: any step is stable and conserves halide to rounding.

Range: two halides; all dots meet the same solution; no loss of dots. Accuracy: times to two
decades, as every rate is a prior; shares follow the balance where K is near 1.
Sources: activation energy of Cl-Br interdiffusion, Pan et al., Nano Lett. 2018; waiting times,
10.1063/5.0149821; mixed dots, New J. Chem. 44, 20592 (2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .miscibility import binodal, potential

FloatArray = NDArray[np.float64]

REFERENCE_SIZE = 1e-8
_HALVINGS = 200


@dataclass(frozen=True)
class Exchange:
    """What is solved, in batches: rows are runs, columns kinds of dots.

    Attributes
    ----------
    start
        Share of the incoming halide in each kind, shape [kinds].
    moles
        Lattice halide of each kind over that of the dots asked about, shape [kinds].
    reagent
        Halide in solution over halide of those dots, shape [runs].
    reagent_share
        Of the incoming halide in it at the start, shape [runs].
    selectivity, interaction
        K and w = W / kT, shape [runs].
    rate
        1 / tau [1/s], shape [runs, kinds].
    hazard
        Rate at which waiting ends in pure reagent [1/s], shape [runs, kinds].
    threshold
        Hazard at which each kind begins, shape [kinds].
    """

    start: FloatArray
    moles: FloatArray
    reagent: FloatArray
    reagent_share: FloatArray
    selectivity: FloatArray
    interaction: FloatArray
    rate: FloatArray
    hazard: FloatArray
    threshold: FloatArray

    @property
    def total(self) -> FloatArray:
        """Incoming halide in dots and solution, shape [runs]."""
        return np.asarray(self.reagent * self.reagent_share + self.moles @ self.start)


@dataclass(frozen=True)
class Course:
    """Solution of an `Exchange`: shares in dots [times, runs, kinds] and in solution."""

    time: FloatArray
    shares: FloatArray
    solution: FloatArray


def exchange_time(
    size: FloatArray, surface: FloatArray, diffusivity: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the times of the surface step and of diffusion inside [s].

    Parameters
    ----------
    size
        Edges [m], shape [kinds].
    surface
        Of a dot of 10 nm [s], shape [runs].
    diffusivity
        [m2/s], shape [runs].

    Examples
    --------
    >>> one = np.array([1.0])
    >>> _, inside = exchange_time(np.array([1e-8]), one, 1e-17 * one)
    >>> round(float(inside[0, 0]), 2)
    0.25
    """
    at = surface[:, None] * size / REFERENCE_SIZE
    inside = (0.5 * size) ** 2 / (np.pi**2 * diffusivity[:, None])
    return at, inside


def solve(problem: Exchange, time: FloatArray, steps: int = 10) -> Course:
    """Return the course of an exchange at `time` [s], which starts at 0.

    Parameters
    ----------
    time
        Rising, shape [times].
    steps
        Steps between two times.
    """
    p = problem
    runs, kinds = p.rate.shape
    x = np.broadcast_to(p.start, (runs, kinds)).copy()
    s = np.array(p.reagent_share, float)
    passed = np.zeros((runs, kinds))
    shares, solution = [x], [s]
    for begin, end in pairwise(time.tolist()):
        step = (end - begin) / steps
        for _ in range(steps):
            passed = passed + step * p.hazard * s[:, None]
            x, s = _step(p, x, s, step * p.rate * begun(passed, p.threshold))
        shares.append(x)
        solution.append(s)
    return Course(time, np.array(shares), np.array(solution))


def begun(passed: FloatArray, threshold: FloatArray) -> FloatArray:
    """Return 0 before a dot has waited for long enough, 1 after, over a tenth of its wait."""
    return np.asarray(np.clip((passed - threshold) / (0.1 * threshold + 1e-12), 0.0, 1.0))


def _step(
    p: Exchange, x: FloatArray, s: FloatArray, reach: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """One implicit step; `reach` is step over time constant, shape [runs, kinds]."""
    u = 0.5 * np.log(p.selectivity)[:, None] - 0.5 * p.interaction[:, None] * (1.0 - 2.0 * x)
    into, out = reach * np.exp(u), reach * np.exp(-u)

    def at(s: FloatArray) -> FloatArray:
        new, old = into * s[:, None], out * (1.0 - s[:, None])
        return np.asarray((x + new) / (1.0 + new + old))

    total = p.total  # that of the start, so that rounding does not add up
    low, high = np.zeros_like(s), np.ones_like(s)
    trial = s
    for _ in range(_HALVINGS):
        value = at(trial)
        excess = p.reagent * trial + value @ p.moles - total
        if np.all(np.abs(excess) < 1e-12 * (1.0 + total)):
            break
        low, high = np.where(excess < 0.0, trial, low), np.where(excess < 0.0, high, trial)
        slope = p.reagent + ((into * (1.0 - value) + out * value) / (
            1.0 + into * trial[:, None] + out * (1.0 - trial[:, None])
        )) @ p.moles  # fmt: skip
        newton = trial - excess / slope
        inside = (newton > low) & (newton < high)
        trial = np.where(inside, newton, 0.5 * (low + high))
    return at(trial), trial


@dataclass(frozen=True)
class Rest:
    """Equilibrium of one population with its flask.

    Attributes
    ----------
    mean
        Share of the incoming halide over all dots.
    low, high
        The two compositions where the population is split, else both the mean.
    rich
        Share of the dots at `high`, 1 where there is one composition.
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    rich: FloatArray


def equilibrium(
    start: float, reagent: FloatArray, selectivity: FloatArray, interaction: FloatArray
) -> Rest:
    """Return the equilibrium of dots that start at `start` in `reagent` of one halide.

    Parameters
    ----------
    start
        Share of the incoming halide in the dots at the start [1].
    reagent
        Incoming halide in solution over lattice halide, shape [runs].
    selectivity, interaction
        K and w = W / kT, shape [runs].

    Examples
    --------
    >>> one = np.ones(1)
    >>> round(float(equilibrium(0.0, 3.0 * one, one, 0.0 * one).mean[0]), 6)
    0.75
    """
    total = start + reagent
    edge = binodal(interaction)
    # on the plateau between the binodals the solution is fixed: K s / (1 - s) = 1
    shared = total - reagent / (1.0 + selectivity)
    gap = (interaction > 2.0) & (shared > edge) & (shared < 1.0 - edge)
    rich = np.clip((shared - edge) / np.maximum(1.0 - 2.0 * edge, 1e-12), 0.0, 1.0)
    # off the plateau the root lies on one side of it, where the potential rises with x
    most = np.minimum(1.0, total)
    above = shared >= 1.0 - edge
    high = np.where((interaction > 2.0) & ~above, np.minimum(edge, most), most)
    low = np.where((interaction > 2.0) & above, 1.0 - edge, np.maximum(total - reagent, 0.0))
    low = np.minimum(low, high)
    for _ in range(_HALVINGS):
        x = 0.5 * (low + high)
        more = _drive(x, total, reagent, selectivity, interaction) > 0.0
        low, high = np.where(more, x, low), np.where(more, high, x)
    single = 0.5 * (low + high)
    mean = np.where(gap, shared, single)
    return Rest(
        mean, np.where(gap, edge, mean), np.where(gap, 1.0 - edge, mean), np.where(gap, rich, 1.0)
    )


def _drive(
    x: FloatArray, total: FloatArray, reagent: FloatArray, selectivity: FloatArray, w: FloatArray
) -> FloatArray:
    """Affinity of the exchange over kT at x; the solution follows from the balance."""
    tiny = 1e-300
    s = np.clip((total - x) / np.maximum(reagent, tiny), tiny, 1.0)
    left = np.maximum(1.0 - s, 1e-16)
    inside = np.clip(x, tiny, 1.0 - 1e-16)
    return np.asarray(np.log(selectivity * s / left) - potential(inside, w))


def wait_quantiles(count: int) -> FloatArray:
    """Return numbers that stand for `count` equal classes of an exponential law of mean about 1.

    >>> bool(0.9 < wait_quantiles(12).mean() < 1.0)
    True
    """
    middle = (np.arange(count) + 0.5) / count
    return np.asarray(-np.log1p(-middle))


def size_quantiles(mean: float, spread: float, count: int) -> FloatArray:
    """Return sizes [m] that stand for `count` equal classes of a log-normal law.

    >>> size_quantiles(1e-8, 0.0, 3).tolist()
    [1e-08, 1e-08, 1e-08]
    """
    from scipy.special import ndtri

    middle = ndtri((np.arange(count) + 0.5) / count)
    return np.asarray(mean * np.exp(np.sqrt(np.log1p(spread**2)) * middle))
