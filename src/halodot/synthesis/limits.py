"""Closed forms that the models of a synthesis must meet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def halide_ratio_of_cube(cells: float) -> float:
    """Halide over lead of a halide-terminated cube of `cells` unit cells an edge, ``3 + 3/n``.

    It holds ``n^3`` lead and ``3 n^2 (n + 1)`` halide ions.

    >>> halide_ratio_of_cube(10.0)
    3.3
    """
    return 3.0 + 3.0 / cells


def cells_of_cube(halide_ratio: float) -> float:
    """Unit cells an edge of a halide-terminated cube with `halide_ratio` above 3.

    >>> round(cells_of_cube(3.3), 6)
    10.0
    """
    return 3.0 / (halide_ratio - 3.0)


def ripening_rate(control: str, coefficient: float) -> float:
    """Growth of ``<L>^3`` (diffusion) or ``<L>^2`` (surface) in the long time of ripening.

    A cube with c_eq = c0 (1 + l/L) follows dL/dt = (K/L) (1/L* - 1/L), K = 4 Vm D c0 l, under
    diffusion control and dL/dt = K (1/L* - 1/L), K = 2 Vm k c0 l, under surface control: the laws
    of spheres of that radius with another K. Hence (Lifshitz, Slyozov; Wagner) <L> = L* and
    d<L>^3/dt = 4K/9; <L> = 8/9 L* and d<L>^2/dt = 32K/81.

    >>> ripening_rate("diffusion", 9.0)
    4.0
    """
    return 4.0 * coefficient / 9.0 if control == "diffusion" else 32.0 * coefficient / 81.0


def ripening_shape(control: str, ratio: FloatArray) -> FloatArray:
    """Stationary density of u = L / L* while dots ripen [1], not normalised.

    >>> ripening_shape("surface", np.array([2.5])).tolist()
    [0.0]
    """
    end = 1.5 if control == "diffusion" else 2.0
    u = np.minimum(ratio, end * (1.0 - 1e-9))
    with np.errstate(under="ignore"):
        if control == "diffusion":
            f = u**2 * (3.0 + u) ** (-7 / 3) * (end - u) ** (-11 / 3) * np.exp(-u / (end - u))
        else:
            f = u * (end - u) ** -5.0 * np.exp(-3.0 * u / (end - u))
    return np.where((ratio > 0.0) & (ratio < end), f, 0.0)


def ripening_spread(control: str) -> float:
    """Standard deviation of L over its mean while dots ripen [1].

    >>> round(ripening_spread("diffusion"), 3), round(ripening_spread("surface"), 3)
    (0.215, 0.354)
    """
    u = np.linspace(0.0, 2.0, 200_001)
    f = ripening_shape(control, u)
    mean = float((f * u).sum() / f.sum())
    return float(np.sqrt((f * (u - mean) ** 2).sum() / f.sum()) / mean)


def members_of_chains(number: float, kernel: float, time: float) -> float:
    """Number average of dots in a particle under second-order attachment, 1 + N beta t / 2."""
    return 1.0 + 0.5 * number * kernel * time
