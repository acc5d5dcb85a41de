"""Coffee ring or even film: what a dried drop looks like.

A pinned edge loses most vapour, so that ink flows there and carries dots along. Diffusion brings
them back where it has the time, which the Peclet number says. Of the dots the share

    f = (1 - s) Pe / (Pe + Pe_c)

ends in the ring; s is what flow along the surface takes back (`marangoni.py`). Pe_c is not known
better than "of order one": the prior 3 (1 to 9) is log-normal, and the chance of a ring is that of
Pe > Pe_c, less s, and one verdict in twenty is taken to be wrong either way for reasons outside the
model. It is tied to nothing but this: an ink-jet study found even films for boiling
points of 250 to 265 C, and Pe crosses one to three at tetradecane, 253 C.

The ring is a gamma distribution in the distance x from the edge, as theory finds for large Pe,

    h_ring(x) ~ x exp(-x / w),   w / R = max(sqrt(f phi / 4 phi_m), 1 / Pe) / 2

whose width is that of a wedge that holds the dots at their closest packing phi_m (Popov), or what
diffusion leaves. The rest lies flat. Moore, Vella, Oliver, arXiv:2011.11978 (abstract read).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...core.constants import Z90

F = NDArray[np.float64]
DOUBT = 0.05  # of either verdict, for what is not modelled
UNDECIDED = (0.35, 0.65)  # chances of a ring between which neither verdict is given
NARROWEST, WIDEST = 5e-3, 0.3  # of w / R, so that a profile stays inside the drop


def chance(peclet: F, critical: F, low: F, high: F, held_back: F) -> F:
    """Probability that a ring forms: Pe above its critical value, unless the surface flows.

    Parameters
    ----------
    critical, low, high
        Median and 90 % ends of the critical Peclet number.
    held_back
        s, the chance that flow along the surface keeps a ring from forming.
    """
    width = np.log(high / low) / (2.0 * Z90)
    return in_doubt(_normal(np.log(peclet / critical) / width) * (1.0 - held_back))


def in_doubt(certain: F) -> F:
    """Chance of a ring where the model itself may be wrong."""
    return np.asarray(DOUBT + (1.0 - 2.0 * DOUBT) * certain)


def verdict(chance: float) -> str:
    """``ring``, ``even``, or ``undecided`` where the chance of a ring is near one half.

    >>> verdict(0.9), verdict(0.4)
    ('ring', 'undecided')
    """
    low, high = UNDECIDED
    if low <= chance <= high:
        return "undecided"
    return "ring" if chance > high else "even"


def _normal(x: F) -> F:
    return np.asarray(0.5 * np.vectorize(math.erfc, otypes=[float])(-x / math.sqrt(2.0)))


def share(peclet: F, critical: F, held_back: F) -> F:
    """Share f of the dots that ends in the ring."""
    return (1.0 - held_back) * peclet / (peclet + critical)


def width(ring: F, peclet: F, solids: F, packing: F) -> F:
    """Width w over the radius R; `solids` is the volume share of dots in the ink."""
    wedge = np.sqrt(ring * solids / (4.0 * packing))
    return np.asarray(np.clip(0.5 * np.maximum(wedge, 1.0 / peclet), NARROWEST, WIDEST))


def profile(r: F, ring: F, w: F) -> F:
    """Thickness of one dried drop over its mean, at distances r/R from its middle.

    The mean over the disc is one: 2 integral_0^1 h(r) r dr = 1; zero outside.

    Parameters
    ----------
    r
        Distance over the radius, any shape.
    ring, w
        Share in the ring and its width over the radius; numbers.

    Examples
    --------
    >>> r = np.linspace(0.0, 1.0, 20001)
    >>> bool(abs(np.trapezoid(2 * r * profile(r, 0.7, 0.05), r) - 1.0) < 1e-5)
    True
    """
    x = 1.0 - np.asarray(r, dtype=float)
    inside = x >= 0.0
    x = np.where(inside, x, 0.0)
    peak = x * np.exp(-x / w) / _mass(w)
    return np.where(inside, (1.0 - ring) + ring * peak, 0.0)


def _mass(w: F) -> F:
    """2 integral_0^1 x exp(-x/w) (1 - x) dx."""
    end = np.exp(-1.0 / w)
    first = w**2 - (w**2 + w) * end
    second = 2.0 * w**3 - (2.0 * w**3 + 2.0 * w**2 + w) * end
    return 2.0 * (first - second)


def roughness(ring: F, w: F) -> F:
    """Relative standard deviation of the thickness over one drop, closed form.

    With u = h - (1 - f), sd^2 = f^2 (<peak^2> - 1).
    """
    v = 0.5 * w
    end = np.exp(-1.0 / v)
    # integrals of x^2 and x^3 times exp(-x/v) from 0 to 1
    second = 2.0 * v**3 - (2.0 * v**3 + 2.0 * v**2 + v) * end
    third = 6.0 * v**4 - (6.0 * v**4 + 6.0 * v**3 + 3.0 * v**2 + v) * end
    square = 2.0 * (second - third) / _mass(w) ** 2
    return np.asarray(ring * np.sqrt(np.maximum(square - 1.0, 0.0)))
