r"""Population balance of cubes that nucleate, grow and ripen, driven through a course.

.. math::

    \partial_t f + \partial_L (G f) = J\, \delta(L - L_*), \qquad
    V_m (\dot c - \text{feed}) = -\int 3 L^2 G f\, dL - J L_*^3

with `nucleation` giving J and L*, `growth` giving G. Ripening is not an extra: with Gibbs and
Thomson small dots dissolve when c has fallen, and what they lose feeds the others.

Numerics in `kernel`; the same equations in plain NumPy in `reference`. The grid moves with the
dots, so that narrowing is not smeared: the difference of L^2 (diffusion control) or of L (surface
control) between two dots without capillarity is kept to the tolerance of the time step. Where the
moving grid is full two alike neighbours join, where it thins out by dissolution the coarsest is
cut; number and volume are kept in both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.constants import BOLTZMANN
from ...core.status import Status
from .course import Course
from .spec import Constants

FloatArray = NDArray[np.float64]
SPAN = 100.0  # largest over smallest size of the log grid
_TRACE = 1e-9  # share of the monomer, as dots of the smallest size, that counts as none
_STATUS = {0: Status.OK, 1: Status.MAX_STEPS, 2: Status.STEP_TOO_SMALL}


@dataclass(frozen=True)
class Followed:
    """Raw result: volumes [m3] and counts [1/m3] of cohorts [times, cohorts], the rest [times]."""

    times: FloatArray
    volumes: FloatArray
    counts: FloatArray
    monomer: FloatArray
    supersaturation: FloatArray
    temperature: FloatArray
    nuclei: FloatArray
    fed: FloatArray
    status: Status
    steps: int


def packed(course: Course, constants: Constants) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Arrays (course, p, fixed) as the kernel reads them."""
    k = constants
    over = 1.0 / (BOLTZMANN * k.reference)
    p = np.array(
        [
            k.molar_volume,
            k.reference,
            k.diffusivity,
            k.diffusion_barrier * over,
            k.surface_rate,
            k.growth_barrier * over,
            k.solubility,
            k.dissolution_energy * over,
            k.nucleation_prefactor,
            k.nucleation_barrier * over,
            k.capillary_length(1.0),
        ]
    )
    rows = [course.time, course.temperature, course.feed, course.solubility_factor]
    span = float(course.time[-1] - course.time[0])
    trace = _TRACE * max(course.total, 1e-12) * k.molar_volume / k.smallest**3
    fixed = np.array([k.molar_volume, k.unit_volume, k.smallest**3, trace, trace / span])
    return np.stack(rows), p, fixed


def follow(
    course: Course,
    constants: Constants,
    seeds: tuple[FloatArray, FloatArray],
    outputs: FloatArray,
    *,
    bins: int,
    tolerance: float,
    budget: int,
    fixed_step: float = 0.0,
    regrid: bool = True,
) -> Followed:
    """Follow the dots; `seeds` are edges [m], largest first, and numbers [1/m3].

    A positive `fixed_step` [s] takes equal steps, and ``regrid=False`` keeps the cohorts as they
    are; both are there to measure the order of convergence.
    """
    from .kernel import advance

    edge, number = seeds
    n = edge.size
    y, counts = np.zeros(bins + 8), np.zeros(bins + 8)
    y[:n], counts[:n], y[n + 2] = edge**3, number, course.monomer
    arrays = packed(course, constants)
    sizes, held = np.zeros((outputs.size, bins + 1)), np.zeros((outputs.size, bins + 1))
    state = np.zeros((outputs.size, 5))
    verdict, written, steps = advance(
        y, counts, n, *arrays, outputs, tolerance, bins, np.log(SPAN) / bins, fixed_step, budget,
        regrid, sizes, held, state,
    )  # fmt: skip
    done = slice(0, written)
    monomer, supersaturation, temperature, nuclei, fed = state[done].T
    return Followed(
        times=outputs[done],
        volumes=sizes[done],
        counts=held[done],
        monomer=monomer,
        supersaturation=supersaturation,
        temperature=temperature,
        nuclei=nuclei,
        fed=fed,
        status=_STATUS[verdict],
        steps=steps,
    )
