r"""Exact levels where matching gives them: slab and sphere, and the hard box of the lattice.

Inside, energy and wave number are joined by

.. math:: (\tfrac{E_g}{2} + C\gamma_e k^2 - E)(\tfrac{E_g}{2} + C\gamma_h k^2 + E)
          + \tfrac{P^2}{3} k^2 = 0,

with one root k^2 > 0 and one below 0 (it heals the surface). A state is the sum of both; with
A = cos, B = sin in a slab and A = j0, B = j1 in a sphere its envelopes are A and B in the
conduction and valence band, or B and A. Between hard walls both vanish at the surface. In a wall
without coupling they decay by themselves, and the fluxes

.. math:: C\gamma_e c' + \tfrac{P}{2\sqrt3} v, \qquad C\gamma_h v' + \tfrac{P}{2\sqrt3} c

are continuous (c and v up to a phase of 90 degrees), as the symmetrised coupling asks for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from ...core.constants import KINETIC
from ...core.errors import InputError
from .bands import Bands

FloatArray = NDArray[np.float64]

_SCAN = 1000  # energies between which a sign change is looked for


def matched_levels(
    shape: str, size: float, bands: Bands, swap: bool = False, top: float = 1.0
) -> FloatArray:
    """Electron levels below `top` of one symmetry, lowest first, above the band edge [eV].

    Parameters
    ----------
    shape
        ``slab`` of thickness `size` or ``sphere`` of diameter `size` [m].
    bands
        With coupling inside and none in the wall; `Bands.swapped` gives the holes.
    swap
        False: the conduction envelope is even (slab) or s-like with j = 1/2 (sphere). True: odd
        or p-like with j = 1/2.
    top
        Where the search ends [eV].

    Raises
    ------
    InputError
        For another shape, or bands without coupling inside or with coupling in the wall.

    Examples
    --------
    >>> bands = Bands(gap=2.3, kane_energy=20.0, gamma_electron=3.0, gamma_hole=4.0)
    >>> matched_levels("slab", 6e-9, bands, top=0.3).round(4).tolist()
    [0.0542]
    """
    if shape not in ("slab", "sphere"):
        raise InputError("shape", shape, "slab or sphere")
    if bands.kane_energy == 0.0 or bands.outer_coupling > 0.0:
        raise InputError("bands", bands, "kane_energy above 0 and outer_coupling of 0")
    ceiling = min(top, bands.barrier_electron * (1.0 - 1e-9))
    energies = 0.5 * bands.gap + ceiling * np.linspace(1e-6, 1.0, _SCAN)
    values = [_mismatch(e, shape, size, bands, swap) for e in energies]
    found = [
        brentq(_mismatch, low, high, args=(shape, size, bands, swap), xtol=1e-15, rtol=1e-14)
        for low, high, a, b in zip(energies, energies[1:], values, values[1:], strict=False)
        if a * b < 0.0
    ]
    return np.array(found) - 0.5 * bands.gap


def _mismatch(energy: float, shape: str, size: float, bands: Bands, swap: bool) -> float:
    """Determinant of the conditions at the surface."""
    columns = []
    for square in _roots(energy, bands):
        c, dc, v, dv = _inside(energy, square, shape, 0.5 * size, bands, swap)
        scale = max(abs(c), abs(v) * 10.0, abs(dc) * size)
        column = (c, v) if bands.hard else _fluxes(energy, (c, dc, v, dv), shape, size, bands, swap)
        columns.append((column[0] / scale, column[1] / scale))
    (a, b), (d, e) = columns
    return a * e - b * d


def _roots(energy: float, bands: Bands) -> FloatArray:
    """Both squares of the wave number at `energy` from the middle of the gap [m-2]."""
    upper, lower = 0.5 * bands.gap - energy, 0.5 * bands.gap + energy
    electron, hole = KINETIC * bands.gamma_electron, KINETIC * bands.gamma_hole
    linear = electron * lower + hole * upper + bands.coupling**2
    half = 0.5 * (linear + np.sqrt(linear**2 - 4.0 * electron * hole * upper * lower))
    return np.array([-upper * lower / half, -half / (electron * hole)])


def _inside(
    energy: float, square: float, shape: str, r: float, bands: Bands, swap: bool
) -> tuple[float, float, float, float]:
    """Envelopes c and v with their slopes at the surface, of one root."""
    A, F = _waves(square, shape, r)
    slope = square * A - (2.0 * F / r if shape == "sphere" else 0.0)
    weight = 0.5 * bands.gap + KINETIC * bands.gamma_hole * square + energy
    p = bands.coupling
    if swap:
        return weight * F, weight * slope, p * square * A, -p * square * F
    return weight * A, -weight * F, -p * F, -p * slope


def _waves(square: float, shape: str, r: float) -> tuple[float, float]:
    """``A(k r)`` and ``k B(k r)``; for k^2 < 0 both over exp(|k| r), which may be huge."""
    k = np.sqrt(abs(square))
    x = k * r
    if square > 0.0:
        sine, cosine = np.sin(x), np.cos(x)
        slab, ball = (cosine, sine), (sine / x, sine / x**2 - cosine / x)
        sign = 1.0
    else:
        sine, cosine = -0.5 * np.expm1(-2.0 * x), 0.5 * (1.0 + np.exp(-2.0 * x))
        slab, ball = (cosine, sine), (sine / x, cosine / x - sine / x**2)
        sign = -1.0
    A, B = ball if shape == "sphere" else slab
    return float(A), float(sign * k * B)


def _fluxes(
    energy: float,
    inside: tuple[float, float, float, float],
    shape: str,
    size: float,
    bands: Bands,
    swap: bool,
) -> tuple[float, float]:
    """What is left of the flux of either band after matching to its decay in the wall."""
    c, dc, v, dv = inside
    outer = KINETIC / bands.outer_mass
    heights = (bands.barrier_electron - energy, bands.barrier_hole + energy)
    kappas = [np.sqrt((0.5 * bands.gap + height) / outer) for height in heights]
    first, second = (
        _decay(kappa, 0.5 * size, shape, p_like)
        for kappa, p_like in zip(kappas, (swap, not swap), strict=True)
    )
    half = 0.5 * bands.coupling
    return (
        outer * first * c + KINETIC * bands.gamma_electron * dc + half * v,
        outer * second * v + KINETIC * bands.gamma_hole * dv + half * c,
    )


def _decay(kappa: float, r: float, shape: str, p_like: bool) -> float:
    """Minus the logarithmic slope of the wave in the wall [m-1]."""
    if shape == "slab":
        return kappa
    if p_like:
        return kappa * kappa * r / (kappa * r + 1.0) + 2.0 / r
    return kappa + 1.0 / r


def lattice_box(count: int, directions: int, bands: Bands, spacing: float) -> float:
    r"""Lowest electron of a hard box of the lattice, above the band edge [eV].

    On each axis the state is the sum of a wave and of the second root of the dispersion, so that
    both envelopes vanish on the first missing sites, ``l = (N + 1) a / 2`` from the middle:

    .. math:: \cot(k l) = \frac{w_2}{w_1} \frac{\sin k a}{\sin q a} \cot(q l), \quad
              w_i = \tfrac{E_g}{2} + C\gamma_h (X_i + X_\perp) + E,

    with ``X = 2 (1 - cos k a)/a^2``, q the second root at the same energy and the same motion along
    the other axes. Without the second root ``k = pi / (N + 1) a``, too high by half of a cell.

    Parameters
    ----------
    count
        Cells along each confined axis.
    directions
        1 for a slab (exact), 2 for a wire and 3 for a cube (mixing of axes at edges and corners
        is left out: within 1 % of the grid).
    bands
        With coupling; hard walls are taken whatever its barriers.
    spacing
        Lattice constant [m].

    Examples
    --------
    >>> bands = Bands(gap=2.3, kane_energy=20.0, gamma_electron=3.0, gamma_hole=4.0)
    >>> round(lattice_box(5, 1, bands, 0.6e-9), 4)
    0.1223
    """
    if bands.kane_energy == 0.0:
        raise InputError("bands", bands, "kane_energy above 0")
    hard = np.pi / ((count + 1) * spacing)
    args = (count, directions, bands, spacing)
    k = brentq(_box_mismatch, 1e-6 * hard, hard, args=args, xtol=1e-3, rtol=1e-14)
    return float(bands.dispersion(np.full(directions, k), spacing)[0])


def _box_mismatch(k: float, count: int, directions: int, bands: Bands, a: float) -> float:
    energy = float(bands.dispersion(np.full(directions, k), a)[0]) + 0.5 * bands.gap
    electron, hole = KINETIC * bands.gamma_electron, KINETIC * bands.gamma_hole
    p2, first = bands.coupling**2, 2.0 * (1.0 - np.cos(k * a)) / a**2
    upper = 0.5 * bands.gap + electron * (directions - 1) * first
    lower = 0.5 * bands.gap + hole * (directions - 1) * first
    linear = electron * (lower + energy) + hole * (upper - energy) + p2
    second = -linear / (electron * hole - 0.25 * p2 * a**2) - first
    sine = np.sqrt(abs(second * (1.0 - 0.25 * a**2 * second)))  # |sin q a| / a
    decay = np.tanh(np.arcsinh(sine * a) * 0.5 * (count + 1))
    # the second root decays from site to site, with the sign turning each time if it lies above
    # the top of the lattice dispersion
    turns = second > 0.0
    cotangent = decay if turns and count % 2 == 0 else 1.0 / decay
    cotangent = cotangent if turns else -cotangent
    w1, w2 = (lower + hole * x + energy for x in (first, second))
    angle = 0.5 * k * (count + 1) * a
    ratio = w2 * np.sin(k * a) / a / sine * cotangent
    return float(w1 * np.cos(angle) - ratio * np.sin(angle))
