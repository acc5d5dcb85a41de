r"""Electron-hole attraction from strong to weak confinement, and the dielectric step at the wall.

The pair has the trial function ``phi(r_e) phi(r_h) exp(-lambda r)``, phi the ground state between
hard walls at the size that the carriers feel, r their distance. Because phi solves its own
Schroedinger equation, the energy relative to the free pair is exactly

.. math:: -B = \min_\lambda \left[ \frac{\hbar^2 \lambda^2}{2\mu}
               + \langle V \rangle_\lambda \right],

an average over the distance alone with weight ``W(r) exp(-2 lambda r)``, W the distribution of the
distance of two independent carriers. B depends on L / a_B only, in Rydbergs of the bulk exciton:

- L << a_B: ``B = c e^2 / (4 pi eps0 eps L)`` + second order (c = 3.57 for a sphere of diameter L);
- L -> infinity: B -> 1 (the bulk exciton), so the optical gap tends to E_g - E_b;
- platelet, L -> 0: B -> 4 (the two-dimensional hydrogen atom).

The lattice screens an attraction only as far as it can follow: beyond the polaron radius
``rho = hbar / sqrt(2 m E_LO)`` of one carrier (m = 2 mu) the pair sees the permittivity of the bulk
exciton, at small distance the optical one (`screened`, the form of Haken, anchored at the bulk
binding energy).

A variational energy is an upper bound, so B is a lower one, by at most 1/3 of the small kinetic
energy of the centre of mass (about 5 meV for a 10 nm cube).

The dielectric step (ligand and solvent have a smaller permittivity) raises each carrier by its
image charge and strengthens the attraction; most of it cancels in the optical gap. In a sphere
the monopole part is the same in both and the higher multipoles stay in the gap; a box counts as
the sphere with ``1/R = 0.54 (1/L_x + 1/L_y + 1/L_z)``, for a cube that of its volume. For a
platelet the image series of a carrier at mid-plane is summed.

References: Kayanuma, 10.1103/PhysRevB.38.9797 (trial function for spheres); Brus,
10.1063/1.447218 (image terms); Kumagai and Takagahara, 10.1103/PhysRevB.40.12359 (platelets);
Haken, 10.1007/BF01345862 (screening by the lattice).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import COULOMB

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

FloatArray = NDArray[np.float64]

_X = np.geomspace(1e-2, 1e3, 90)  # L / a_B
_DISTANCE = np.exp(np.linspace(np.log(1e-6), np.log(3e4), 1400))  # r / L, logarithmic
_CONTRAST = np.linspace(0.0, 0.9, 7)
_IMAGES = 60
_MULTIPOLES = 40


@dataclass(frozen=True)
class Pair:
    """The bound pair in a dot.

    Attributes
    ----------
    binding
        Energy gained by the attraction between hard walls, images of a platelet included [eV].
    spread
        Average of ``exp(-2 lambda r)``: its inverse is the squared overlap of electron and hole;
        in a platelet an area, in units of the squared thickness, in a wire a length in units of
        its width.
    distance
        Harmonic mean of the distance of the two carriers [m].
    """

    binding: FloatArray
    spread: FloatArray
    distance: FloatArray


def _overlap(u: FloatArray) -> FloatArray:
    """Distribution of the difference of two independent positions with density 2 cos^2(pi x)."""
    u = np.minimum(np.abs(u), 1.0)
    turn = 2.0 * np.pi * u
    return (1.0 - u) * (1.0 + 0.5 * np.cos(turn)) + 0.75 / np.pi * np.sin(turn)


@lru_cache(maxsize=64)
def distance_weight(shape: str, aspect: tuple[float, ...] = (1.0, 1.0)) -> FloatArray:
    """W(r) on the common grid of r / L; of unit integral where all axes are confined.

    For a platelet the integral grows as the area, ``W -> 2 pi r`` at large distance, for a wire as
    the length, ``W -> 2``.

    Parameters
    ----------
    shape
        ``platelet``, ``wire``, ``sphere``, or any box.
    aspect
        The second and the third edge of a box over the first, rising.
    """
    r = _DISTANCE
    if shape == "sphere":
        return _sphere_weight(r)
    if shape == "platelet":
        node, weight = _gauss(24)
        top = np.minimum(1.0, 1.0 / r)
        return 4.0 * np.pi * r**2 * top * (_overlap(r[:, None] * node * top[:, None]) @ weight)
    return _box_weight(r, aspect[0], None if shape == "wire" else aspect[1])


def _gauss(n: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of Gauss and Legendre on 0 to 1."""
    node, weight = np.polynomial.legendre.leggauss(n)
    return 0.5 * (node + 1.0), 0.5 * weight


def _box_weight(r: FloatArray, wide: float, long: float | None) -> FloatArray:
    """W(r) of a box of edges 1, `wide`, `long`; the polar axis along the long (or free) one."""
    node, weight = _gauss(40)
    across = np.sqrt(1.0 + wide**2)
    reach = np.inf if long is None else np.sqrt(across**2 + long**2)
    turn, turn_weight = (0.5 * np.pi * part for part in _gauss(24))
    w = np.zeros_like(r)
    for i in np.flatnonzero(r < reach):
        top = 0.5 * np.pi if r[i] <= across else float(np.arcsin(across / r[i]))
        polar = top * node
        flat = r[i] * np.sin(polar)
        plane = (
            4.0
            * (
                _overlap(flat[:, None] * np.cos(turn))
                * _overlap(flat[:, None] * np.sin(turn) / wide)
            )
            @ turn_weight
            / wide
        )
        along = 1.0 if long is None else _overlap(r[i] * np.cos(polar) / long) / long
        w[i] = 2.0 * r[i] * top * float(weight @ (flat * plane * along))
    return w


def _sphere_weight(r: FloatArray) -> FloatArray:
    """Distance of two independent carriers of density sin^2(2 pi s) / (pi s^2), s < 1/2."""
    s = np.linspace(0.0, 0.5, 2001)
    density = np.zeros_like(s)
    density[1:] = np.sin(2.0 * np.pi * s[1:]) ** 2 / (np.pi * s[1:])  # times s
    total = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(s))])
    w = np.zeros_like(r)
    for i in np.flatnonzero(r < 1.0):
        high, low = np.interp([r[i] + s, np.abs(r[i] - s)], s, total)
        w[i] = 8.0 * np.pi**2 * r[i] * np.trapezoid(density * (high - low), s)
    return w


@lru_cache(maxsize=128)
def _table(
    shape: str, contrast: float, aspect: tuple[float, ...] = (1.0, 1.0)
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(B in Rydbergs, spread, <1/r> in 1/L) on the grid of L / a_B, for one dielectric contrast."""
    from scipy.optimize import minimize_scalar

    r, weight = _DISTANCE, distance_weight(shape, aspect) * _DISTANCE  # d r = r d(ln r)
    weight = weight * (np.log(r[1]) - np.log(r[0]))
    order = np.arange(1, _IMAGES + 1)[:, None]
    potential = 1.0 / r
    if contrast > 0.0:
        images = contrast**order / np.sqrt(r[None, :] ** 2 + order**2)
        potential = potential + 2.0 * images.sum(axis=0)

    def average(decay: float) -> tuple[float, float, float]:
        w = weight * np.exp(-2.0 * decay * r)
        norm = float(w.sum())
        return float(w @ potential) / norm, norm, float(w @ (1.0 / r)) / norm

    def energy(decay: float, x: float) -> float:
        return (decay / x) ** 2 - 2.0 / x * average(decay)[0]  # decay in 1/L, a_B = L/x

    binding, spread, inverse = [], [], []
    for x in _X:
        ends = (1e-3 * x, 5.0 * x)
        best = float(minimize_scalar(energy, bounds=ends, args=(x,), method="bounded").x)
        binding.append(-energy(best, x))
        spread.append(average(best)[1])
        inverse.append(average(best)[2])
    return np.array(binding), np.array(spread), np.array(inverse)


@lru_cache(maxsize=128)
def _curves(
    shape: str, contrast: float, aspect: tuple[float, ...] = (1.0, 1.0)
) -> tuple[CubicSpline, ...]:
    """Logarithms of the columns of `_table` against ln(L / a_B)."""
    from scipy.interpolate import CubicSpline

    columns = _table(shape, contrast, aspect)
    return tuple(CubicSpline(np.log(_X), np.log(column)) for column in columns)


def _read(x: FloatArray, curve: CubicSpline) -> FloatArray:
    """Power-law interpolation in L / a_B; the ends are continued with their slope."""
    at = np.log(x)
    inside = np.clip(at, np.log(_X[0]), np.log(_X[-1]))
    found = curve(inside)
    if np.any(inside != at):
        found = found + curve(inside, 1) * (at - inside)
    return np.asarray(np.exp(found))


def pair(
    size: ArrayLike,
    shape: str,
    bohr_radius: ArrayLike,
    binding_energy: ArrayLike,
    contrast: ArrayLike = 0.0,
    aspect: tuple[float, ...] = (1.0, 1.0),
) -> Pair:
    """Return the bound pair in dots of `size`.

    Parameters
    ----------
    size
        That the carriers feel: edge (the shortest of a box), diameter or thickness [m].
    shape
        Any of `confinement.SHAPES`.
    bohr_radius, binding_energy
        Of the bulk exciton [m, eV].
    contrast
        ``(eps - eps_out) / (eps + eps_out)``, 0 to 0.9; only a platelet uses it here.
    aspect
        Of a box, the two other edges over the shortest, rising.

    Examples
    --------
    >>> bulk = pair(1e-6, "cube", 3e-9, 0.033)
    >>> float(bulk.binding.round(3))
    0.033
    """
    length = np.asarray(size, float)
    x = length / np.asarray(bohr_radius, float)
    ry = np.asarray(binding_energy, float)
    if shape != "platelet":
        binding, spread, inverse = _curves(shape, 0.0, aspect)
        felt = _read(x, spread)
        if shape != "wire":
            felt = np.minimum(felt, 1.0)
        return Pair(ry * _read(x, binding), felt, length / _read(x, inverse))
    q = np.clip(np.asarray(contrast, float), _CONTRAST[0], _CONTRAST[-1])
    x, q = np.broadcast_arrays(np.atleast_1d(x), q)
    step = _CONTRAST[1]
    left = np.minimum((q / step).astype(int), len(_CONTRAST) - 2)
    part = q / step - left
    found = np.zeros((3, *x.shape))
    for i in np.unique(left):
        here = left == i
        for j, share in ((i, 1.0 - part[here]), (i + 1, part[here])):
            curves = _curves(shape, float(_CONTRAST[j]))
            for row, curve in zip(found, curves, strict=True):
                row[here] += share * _read(x[here], curve)
    shape_of = np.broadcast_shapes(length.shape, np.shape(bohr_radius), np.shape(contrast))
    energy, area, inverse = (row.reshape(shape_of) for row in found)
    return Pair(np.asarray(ry * energy), area, np.asarray(length / inverse))


def screened(
    distance: ArrayLike,
    bohr_radius: ArrayLike,
    permittivity: ArrayLike,
    optical: ArrayLike,
    polaron_radius: ArrayLike,
) -> FloatArray:
    """Permittivity between two carriers at `distance` [1].

    ``1/eps = 1/eps_b + (1/eps_opt - 1/eps_b) w``, w falling as ``exp(-r / rho)`` from 1 at r = 0 to
    0 at the Bohr radius, where the pair is the bulk exciton whose permittivity eps_b is known.

    Examples
    --------
    >>> screened([0.0, 3e-9, 9e-9], 3e-9, 7.3, 4.8, 2.8e-9).round(2).tolist()
    [4.8, 7.3, 7.3]
    """
    rho = np.asarray(polaron_radius, float)
    bulk = np.asarray(bohr_radius, float)
    end = np.exp(-bulk / rho)
    share = (np.exp(-np.minimum(distance, bulk) / rho) - end) / (1.0 - end)
    eps, fast = np.asarray(permittivity, float), np.asarray(optical, float)
    fast = np.minimum(fast, eps)
    return np.asarray(1.0 / (1.0 / eps + (1.0 / fast - 1.0 / eps) * share))


@lru_cache(maxsize=1)
def _even_moments() -> FloatArray:
    """<(r/R)^(2 l)> of the s state of a hard sphere, l = 1, 2, ..."""
    node, weight = np.polynomial.legendre.leggauss(80)
    s, w = 0.5 * (node + 1.0), 0.5 * weight
    order = np.arange(1, _MULTIPOLES + 1)[:, None]
    return np.asarray((2.0 * np.sin(np.pi * s) ** 2 * s ** (2 * order)) @ w)


def image_energies(
    size: ArrayLike,
    shape: str,
    permittivity: ArrayLike,
    outside: ArrayLike,
    aspect: tuple[float, ...] = (1.0, 1.0),
) -> tuple[FloatArray, FloatArray]:
    """Return (rise of the transport gap, part that the attraction gives back) [eV].

    Parameters
    ----------
    size
        That the carriers feel, the shortest edge of a box [m].
    shape
        Any of `confinement.SHAPES`.
    permittivity, outside
        Of the core and of what surrounds it.
    aspect
        Of a box, the two other edges over the shortest.

    Notes
    -----
    Sphere of radius R, sum over the multipoles l of the s state, both carriers:
    ``e^2/(4 pi eps0 R) (eps - eps_o)/eps sum_l (l+1)/(eps_o + l (eps + eps_o)) <(r/R)^2l>``;
    its l = 0 term is what the attraction gives back. Platelet of thickness L at mid-plane:
    ``2 e^2/(4 pi eps0 eps L) ln(1/(1-q))``, nothing given back here (`pair` has the images).

    Examples
    --------
    >>> rise, back = image_energies(1e-8, "sphere", 7.3, 7.3)
    >>> float(rise), float(back)
    (0.0, 0.0)
    """
    length, inner, outer = (
        np.asarray(v, float) for v in np.broadcast_arrays(size, permittivity, outside)
    )
    if shape == "platelet":
        q = (inner - outer) / (inner + outer)
        rise = -2.0 * COULOMB / (inner * length) * np.log1p(-q)
        return rise, np.zeros_like(rise)
    radius = _radius(length, shape, aspect)
    monopole = COULOMB / radius * (1.0 / outer - 1.0 / inner)
    order = np.arange(1, _MULTIPOLES + 1)
    lead = (order + 1.0) / (outer[..., None] + order * (inner + outer)[..., None])
    higher = COULOMB / radius * (inner - outer) / inner * (lead @ _even_moments())
    return np.asarray(monopole + higher), np.asarray(monopole)


def _radius(length: FloatArray, shape: str, aspect: tuple[float, ...]) -> FloatArray:
    """Radius of the sphere that stands for a shape of shortest edge `length` [m]."""
    if shape == "sphere":
        return 0.5 * length
    far = 0.0 if shape == "wire" else 1.0 / aspect[1]
    edges = 1.0 + 1.0 / aspect[0] + far
    return np.asarray(3.0 * (0.75 / np.pi) ** (1.0 / 3.0) * length / edges)
