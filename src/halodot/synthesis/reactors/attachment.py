r"""What polar liquids and ultrasound do to attachment: they bare facets.

The number of others that a dot meets and joins is ``n = N beta t`` with beta the kernel of
`kinetics.attachment` at the share of the surface that is still covered,

.. math:: \theta = \theta_0 (1 - p P) - s

P the polarity of the liquid, which dissolves ligands away, s what a tip shakes off.

Range: dispersed dots; the order of magnitude at best, as beta falls by e over a few per cent of the
surface. References: Mandal et al., Nanoscale Adv. 2020; Jeon et al., Nanoscale Horiz. 2020.
"""

from __future__ import annotations

from ...core.sourced import Sourced
from ...core.spec import Spec, quantity
from ..kinetics.attachment import kernel
from ..priors import defaults


class BaringSpec(Spec):
    """How a liquid bares facets.

    Examples
    --------
    >>> BaringSpec().polar_stripping.value
    0.12
    """

    polar_stripping: Sourced = quantity(
        "1",
        "share of the ligands that a liquid of polarity 1 takes off",
        low=0.0,
        high=1.0,
        default=0.12,
        interval=(0.03, 0.4),
        why="a polar non-solvent strips ligands and triggers attachment (Jeon et al. 2020)",
    )


def joined(
    density: float,
    time: float,
    temperature: float,
    coverage: float,
    polarity: float = 0.0,
    shaken: float = 0.0,
    spec: BaringSpec | None = None,
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
    s = spec or defaults(BaringSpec)
    held = coverage * (1.0 - float(s.polar_stripping) * polarity) - shaken
    return density * time * float(kernel(max(held, 0.0), temperature))
