r"""Oriented attachment: dots that meet with bare facets join.

.. math:: \dot n = \frac{8 k T}{3 \eta} \, N \, e^{-\theta / \theta_0}

is the number of others that a dot meets and joins in a second: Smoluchowski's rate of Brownian
encounters of N dots per volume, times the chance that ligands let two facets touch. theta is the
covered share of the surface, lowered by a polar liquid, which dissolves ligands away, and by
ultrasound, which shakes them off. Joining conserves volume: rods and wires of the dots' width.

Range: dispersed dots. theta_0 decides by decades and is a prior, so the count is an order of
magnitude. References: Mandal et al., Nanoscale Adv. 2020; Jeon et al., Nanoscale Horiz. 2020.
"""

from __future__ import annotations

import math

from ...core.sourced import Sourced
from ...core.spec import Spec, quantity
from ..priors import defaults

_BOLTZMANN = 1.380649e-23  # [J/K]


class AttachmentSpec(Spec):
    """How easily dots join.

    Examples
    --------
    >>> AttachmentSpec().coverage_scale.value
    0.042
    """

    coverage_scale: Sourced = quantity(
        "1",
        "covered share over which the chance of joining falls by e",
        low=1e-3,
        high=1.0,
        default=0.042,
        interval=(0.03, 0.08),
        why="washed dispersions keep for weeks, stripped ones join in minutes",
    )
    polar_stripping: Sourced = quantity(
        "1",
        "share of the ligands that a liquid of polarity 1 takes off",
        low=0.0,
        high=1.0,
        default=0.12,
        interval=(0.03, 0.4),
        why="a polar non-solvent strips ligands and triggers attachment (Jeon et al. 2020)",
    )
    viscosity: Sourced = quantity(
        "Pa*s",
        "of the liquid",
        low=1e-5,
        high=10.0,
        default="1 mPa*s",
        interval=("0.4 mPa*s", "3 mPa*s"),
        why="toluene to octadecene",
    )


def joined(
    density: float,
    time: float,
    temperature: float,
    coverage: float,
    polarity: float = 0.0,
    shaken: float = 0.0,
    spec: AttachmentSpec | None = None,
) -> float:
    """Return how many others each dot meets and joins within `time` [s].

    Parameters
    ----------
    density
        Dots per volume [1/m3].
    coverage, polarity
        Of the surface and of the liquid [1].
    shaken
        Share of the surface that ultrasound bares [1].

    Examples
    --------
    >>> calm = joined(1e21, 60.0, 298.0, 0.9)
    >>> joined(1e21, 60.0, 298.0, 0.9, shaken=0.1) > 5.0 * calm
    True
    """
    s = spec or defaults(AttachmentSpec)
    held = coverage * (1.0 - float(s.polar_stripping) * polarity) - shaken
    meetings = 8.0 * _BOLTZMANN * temperature / (3.0 * float(s.viscosity)) * density
    return meetings * time * math.exp(-max(held, 0.0) / float(s.coverage_scale))
