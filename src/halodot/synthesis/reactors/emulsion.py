r"""Emulsion: every droplet is a batch of its own.

The demulsifier draws the polar solvent out of a droplet of diameter d in a time that grows with its
surface, ``tau = tau_m (d / d_mean)^2``; three droplets, the middles of equal shares of the volume
of a log-normal distribution, are grown apart and pooled by volume. A droplet that holds the monomer
for fewer than one dot as the bulk would make them holds one smaller dot,

.. math:: L = L_{bulk} \min(1, N^{1/3}), \qquad N = n V,

and Poisson numbers of dots per droplet add ``1/(3 sqrt N)`` to the spread: below about 100 nm
droplets are templates, above they are vials.

Range: micrometre to micro-emulsions; droplets do not merge. Diameter and spread are priors.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from ...core.sourced import Sourced
from ..process_spec import EmulsionProcess
from .outcome import Batch, FloatArray, Outcome, at_room_temperature, grown, outcome
from .step import course

_DROPLETS = 3
_BINS = 120


def droplets(mean: float, spread: float) -> list[float]:
    """Diameters [m] at the middles of equal shares of the volume, log-normal about `mean`.

    >>> [round(1e6 * d, 3) for d in droplets(1e-6, 0.0)]
    [1.0, 1.0, 1.0]
    """
    s2 = math.log1p(spread**2)
    # the volume-weighted median of a log-normal of number mean m lies at m exp(2.5 s2)
    centre = math.log(mean) + 2.5 * s2
    points = (NormalDist().inv_cdf((i + 0.5) / _DROPLETS) for i in range(_DROPLETS))
    return [math.exp(centre + math.sqrt(s2) * z) for z in points]


def run(batch: Batch, process: EmulsionProcess) -> Outcome:
    """Return what the droplets of an emulsion make of `batch`."""
    mean = float(process.droplet_diameter)
    found, weights, sizes, spreads = [], [], [], []
    for d in droplets(mean, float(process.droplet_spread)):
        mixing = max(float(process.mixing_time) * (d / mean) ** 2, 1e-4)
        c = course(batch, mixing, float(batch.flask.time))
        growth = grown(batch, c, at_room_temperature(batch), _BINS)
        each = float(growth.number[-1]) * math.pi / 6.0 * d**3
        if not np.isfinite(growth.mean_size[-1]) or each <= 0.0:
            continue
        limited = min(1.0, each ** (1.0 / 3.0))
        found.append(growth)
        weights.append(float(growth.number[-1]) / max(limited, 1e-9) ** 3)
        sizes.append(float(growth.mean_size[-1]) * limited)
        spreads.append(
            math.hypot(float(growth.spread[-1]), 1.0 / (3.0 * math.sqrt(max(each, 1.0))))
        )
    note = "emulsion: droplets as batches of their own"
    if not found:
        mixing, time = float(process.mixing_time), float(batch.flask.time)
        growth = grown(batch, course(batch, mixing, time), at_room_temperature(batch))
        return outcome(growth, note + "; nothing nucleated")
    middle = found[len(found) // 2]
    typical = Sourced(
        float(middle.number[-1]) * math.pi / 6.0 * mean**3, "1", note="a mean droplet"
    )
    pooled = _pooled(np.array(weights), np.array(sizes), np.array(spreads))
    return outcome(middle, note, pooled, extras={"dots_per_droplet": typical})


def _pooled(weight: FloatArray, size: FloatArray, spread: FloatArray) -> tuple[float, float]:
    """Mean and spread of a mixture of populations by number."""
    w = weight / weight.sum()
    mean = float(w @ size)
    second = float(w @ (size**2 * (1.0 + spread**2)))
    return mean, math.sqrt(max(second - mean**2, 0.0)) / mean
