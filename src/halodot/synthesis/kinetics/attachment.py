r"""Oriented attachment: dots that meet and fuse face to face into rods, wires and sheets.

Second order in the number of particles, with one kernel for all sizes (Smoluchowski):

.. math::

    \dot N = -\tfrac12 \beta N^2, \qquad
    \beta = \beta_0\, e^{-\theta/\theta_0}, \qquad \beta_0 = \frac{8 k T}{3 \eta}

beta_0 is the rate of encounters by diffusion in a solvent of viscosity eta, theta the covered share
of the surface: ligands keep dots apart, a polar non-solvent or washing takes them off. With
tau = N_0/2 times the integral of beta over time the shares of particles that hold k dots are

.. math:: p_k = \frac{\tau^{k-1}}{(1+\tau)^k}, \qquad \langle k \rangle = 1 + \tau

so that the number of dots, hence the volume, is kept. A chain of k dots is k edges long; a sheet is
sqrt(k) edges wide.

Range: beginning of attachment. The kernel does not see that long rods move more slowly, nor that
dots must turn until their faces meet: theta_0 stands for all of it and is a prior alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity

FloatArray = NDArray[np.float64]
DIRECTIONS = {"rod": 1, "wire": 1, "chain": 1, "sheet": 2, "platelet": 2, "cube": 3}


class AttachmentSpec(Spec):
    """What attachment depends on; priors.

    >>> AttachmentSpec().protection.value
    0.03
    """

    protection: Sourced = quantity(
        "1",
        "coverage that makes attachment e times slower",
        low=1e-3,
        high=1.0,
        default=0.03,
        interval=(0.02, 0.05),
        why="covered dots keep for months, dots stripped to half attach within an hour",
    )
    viscosity: Sourced = quantity(
        "Pa*s",
        "of the solvent",
        low=1e-5,
        high=10.0,
        default="0.6 mPa*s",
        interval=("0.2 mPa*s", "3 mPa*s"),
        why="toluene at room temperature; hexane below, octadecene above",
    )


@dataclass(frozen=True)
class Attached:
    """What attachment came to, shape [times].

    Attributes
    ----------
    time
        [s]
    extent
        tau [1].
    number
        Particles per volume [1/m3].
    members
        Number average of dots in a particle [1].
    """

    time: FloatArray
    extent: FloatArray
    number: FloatArray
    members: FloatArray

    def shares(self, largest: int = 50, when: int = -1) -> FloatArray:
        """Share of the particles with 1 ... `largest` dots, shape [largest]."""
        return shares(float(self.extent[when]), largest)

    def length(self, edge: float, shape: str) -> FloatArray:
        """Number average of the grown edge [m] of a ``rod``, ``wire``, ``sheet`` or ``cube``."""
        if shape not in DIRECTIONS:
            raise InputError("shape", shape, "one of " + ", ".join(DIRECTIONS))
        power = 1.0 / DIRECTIONS[shape]
        return np.array([edge * mean_power(float(x), power) for x in self.extent])


def kernel(
    coverage: ArrayLike, temperature: float, spec: AttachmentSpec | None = None
) -> FloatArray:
    """Rate constant of two particles [m3/s] at the covered share `coverage` of their surface."""
    s = spec or AttachmentSpec()
    meet = 8.0 * BOLTZMANN * ELEMENTARY_CHARGE * temperature / (3.0 * float(s.viscosity))
    return meet * np.exp(-np.asarray(coverage, dtype=np.float64) / float(s.protection))


def attach(
    number: float,
    time: ArrayLike,
    coverage: ArrayLike,
    temperature: float,
    spec: AttachmentSpec | None = None,
) -> Attached:
    """Let dots attach while their coverage changes.

    Parameters
    ----------
    number
        Dots per volume at the start [1/m3].
    time
        Rising times [s], shape [times].
    coverage
        Covered share of the surface [1], one number or along the times; log-linear between.

    Examples
    --------
    >>> kept = attach(1e21, [0.0, 1e6], 0.95, 300.0).members[-1]
    >>> stripped = attach(1e21, [0.0, 60.0], 0.3, 300.0).members[-1]
    >>> bool(kept < 1.1), bool(stripped > 10.0)
    (True, True)
    """
    t = np.asarray(time, dtype=np.float64)
    if t.ndim != 1 or t.size < 2 or np.any(np.diff(t) <= 0.0):
        raise InputError("time", time, "at least two rising times [s]")
    beta = np.broadcast_to(kernel(coverage, temperature, spec), t.shape)
    ratio = np.log(beta[1:] / beta[:-1])
    safe = np.where(np.abs(ratio) < 1e-8, 1.0, ratio)
    mean = np.where(np.abs(ratio) < 1e-8, beta[:-1], beta[:-1] * np.expm1(safe) / safe)
    extent = 0.5 * number * np.concatenate([[0.0], np.cumsum(mean * np.diff(t))])
    return Attached(t, extent, number / (1.0 + extent), 1.0 + extent)


def shares(extent: float, largest: int) -> FloatArray:
    """Share of the particles with 1 ... `largest` dots [1].

    >>> shares(1.0, 3).round(6).tolist()
    [0.5, 0.25, 0.125]
    """
    k = np.arange(1, largest + 1)
    return np.exp((k - 1) * np.log(max(extent, 1e-300)) - k * np.log1p(extent))


def mean_power(extent: float, power: float) -> float:
    """Number average of k to `power` [1].

    >>> mean_power(3.0, 1.0)
    4.0
    """
    if power == 1.0:
        return 1.0 + extent
    largest = int(40.0 * (1.0 + extent)) + 10
    found = shares(extent, largest)
    return float(found @ np.arange(1, largest + 1) ** power)
