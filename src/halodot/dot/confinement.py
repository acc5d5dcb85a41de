r"""Confined levels of a halide perovskite: four coupled bands, a crystal that ends, a finite wall.

At R the valence band is s-like and the conduction band has J = 1/2. Their Kane coupling E_P and the
remote bands (gamma, the part of the inverse masses that the coupling does not give) hop from cell
to cell, so that a pair of electron and hole with wave vector k costs

.. math:: E(k) = \sqrt{(E_g + \gamma\, t)^2 + \tfrac{4}{3} E_P\, s} - E_g, \qquad
          t = \frac{\hbar^2}{2 m_0} \sum_i \frac{2 (1 - \cos k_i a)}{a^2}, \quad
          s = \frac{\hbar^2}{2 m_0} \sum_i \frac{\sin^2 k_i a}{a^2},

which for small k is ``hbar^2 k^2 / 2 mu`` with ``1/mu = gamma + 2 E_P / 3 E_g``; the bands flatten
by themselves as k grows. The wave function of a crystal of N cells vanishes only at the first
missing site, half a cell beyond each face, so the crystal counts as ``L + a``; there the ligand
wall begins, made of the same bands moved apart by V on each side and with the remote term 1/m_out.
The carrier leaks into it over 1/kappa:

.. math:: \tfrac{1}{2} k (L + a) = \arctan\frac{\kappa\, m(E)}{k\, m_w(E)}, \qquad
          \frac{1}{m} = \frac{\gamma}{2} + \frac{E_P / 3}{E_g + E + \ldots}

The coupling mixes the two edges by an angle with ``cos = (E_g + gamma t) / (E_g + E)``; light
along the wave vector keeps cos^2 of its strength, so that ``(2 + cos^2) / 3`` is left of that of
the edge. Each axis is quantised by itself, then the dispersion joins them. A sphere of radius R
has the s state ``k R cot(k R) = 1 - (1 + kappa R) m / m_w``.

Range: above one lattice constant; one isotropic extremum; a wall that is the same on all faces.
The factor `scale` multiplies all kinetic terms (polaron dressing: a carrier that drags the lattice
is heavier), 1 for a bare carrier.

References: BenDaniel and Duke, 10.1103/PhysRev.152.683 (matching of masses); Kane, 10.1016/
0022-3697(57)90013-6; bands at R of halide perovskites, 10.1103/PhysRevB.102.045427.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import KINETIC
from ..core.errors import InputError, nearest

FloatArray = NDArray[np.float64]

SHAPES = ("cube", "cuboid", "platelet", "wire", "rod", "sphere")
_BISECTIONS = 46  # halvings of the wave number between hard walls: 1e-14 of it
HARD = 1e6  # [eV], a wall that nothing enters


@dataclass(frozen=True)
class Bands:
    """The two band edges of the dot and the wall around it; scalars or arrays of draws.

    Parameters
    ----------
    gap
        Of the bulk [eV].
    kane_energy
        E_P [eV].
    remote
        gamma of the pair: what remote bands add to the inverse reduced mass [1].
    barrier
        Height of the wall above each band edge [eV].
    outer_mass
        In the wall [electron masses].
    lattice
        Lattice constant [m]; 0 gives the continuum, which ends at its faces.
    asymmetry
        1/m_e - 1/m_h of the remote bands [1].
    scale
        Factor on all kinetic energies inside [1].
    """

    gap: ArrayLike
    kane_energy: ArrayLike
    remote: ArrayLike
    barrier: ArrayLike = HARD
    outer_mass: ArrayLike = 1.0
    lattice: ArrayLike = 0.0
    asymmetry: ArrayLike = 0.0
    scale: ArrayLike = 1.0

    @property
    def reduced_mass(self) -> FloatArray:
        """Band-edge reduced mass of the bare pair [electron masses]."""
        kane = 2.0 * np.asarray(self.kane_energy, float) / (3.0 * np.asarray(self.gap, float))
        return np.asarray(1.0 / (np.asarray(self.remote, float) + kane))


@dataclass(frozen=True)
class Level:
    """A confined electron and hole.

    Attributes
    ----------
    electron, hole
        Confinement of each [eV].
    electron_mass, hole_mass
        At their energies [electron masses].
    strength
        Strength of the light that the pair absorbs over that at the band edge [1].
    """

    electron: FloatArray
    hole: FloatArray
    electron_mass: FloatArray
    hole_mass: FloatArray
    strength: FloatArray

    @property
    def pair(self) -> FloatArray:
        """Confinement of both [eV]."""
        return self.electron + self.hole


def check_shape(shape: str) -> str:
    """Return `shape` if it is one of `SHAPES`.

    Raises
    ------
    InputError
        For any other word.
    """
    if shape not in SHAPES:
        raise InputError("shape", shape, "one of " + ", ".join(SHAPES), nearest(shape, SHAPES))
    return shape


def hops(wave_number: ArrayLike, lattice: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return (t, s) of one axis, each ``hbar^2 k^2 / 2 m0`` for small k [eV].

    >>> t, s = hops(np.pi / 5.87e-10 / 2, 5.87e-10)
    >>> bool(t > s)
    True
    """
    k, a = np.asarray(wave_number, float), np.asarray(lattice, float)
    safe = np.where(a > 0.0, a, 1.0)
    flat = KINETIC * k**2
    turn = k * safe
    remote = np.where(a > 0.0, 4.0 * KINETIC * (np.sin(0.5 * turn) / safe) ** 2, flat)
    coupled = np.where(a > 0.0, KINETIC * (np.sin(turn) / safe) ** 2, flat)
    return remote, coupled


def pair_energy(remote: ArrayLike, coupled: ArrayLike, bands: Bands) -> FloatArray:
    """Energy of a pair above the gap [eV], from the sums of `hops` over the axes."""
    gap, scale = np.asarray(bands.gap, float), np.asarray(bands.scale, float)
    direct = gap + scale * np.asarray(bands.remote) * remote
    kane = scale * np.asarray(bands.kane_energy, float) * 4.0 / 3.0 * np.asarray(coupled)
    return np.asarray(np.sqrt(direct**2 + kane) - gap)


def level(remote: ArrayLike, coupled: ArrayLike, bands: Bands) -> Level:
    """Split the pair with the sums `remote`, `coupled` of `hops` into electron and hole.

    Examples
    --------
    >>> t, s = hops(np.pi / 1e-8, 0.0)
    >>> round(float(level(t, s, Bands(2.4, 0.0, 10.0)).electron), 4)
    0.0188
    """
    t, scale = np.asarray(remote, float), np.asarray(bands.scale, float)
    half = 0.5 * pair_energy(t, coupled, bands)
    tilt = 0.5 * scale * np.asarray(bands.asymmetry, float) * t
    electron = np.maximum(half + tilt, 0.0)
    hole = np.maximum(half - tilt, 0.0)
    part = 0.5 * np.asarray(bands.remote) * scale
    kane = scale * np.asarray(bands.kane_energy, float) / 3.0
    coupling = kane / (np.asarray(bands.gap, float) + half + part * t)
    skew = 0.5 * scale * np.asarray(bands.asymmetry, float)
    gap = np.asarray(bands.gap, float)
    straight = (gap + 2.0 * part * t) / (gap + 2.0 * half)
    return Level(
        electron,
        hole,
        1.0 / (part + skew + coupling),
        1.0 / (part - skew + coupling),
        (2.0 + straight**2) / 3.0,
    )


def wave_number(length: ArrayLike, bands: Bands, sphere: bool = False) -> FloatArray:
    """Return the wave number of the ground state along one axis [m-1].

    Parameters
    ----------
    length
        Of the crystal along that axis, or diameter of a sphere [m].
    bands
        The bands and their wall.
    sphere
        Whether the axis is the radius of a sphere.

    Notes
    -----
    The phase left over at the wall is monotonic in k, so bisection always converges.

    Examples
    --------
    >>> hard = Bands(gap=2.4, kane_energy=0.0, remote=10.0)
    >>> float((wave_number(1e-8, hard) * 1e-8 / np.pi).round(3))
    1.0
    """
    size = np.asarray(length, float) + np.asarray(bands.lattice, float)
    names = ("gap", "kane_energy", "remote", "barrier", "outer_mass", "lattice", "scale")
    arrays = np.broadcast_arrays(size, *(getattr(bands, n) for n in names))
    size = np.asarray(arrays[0], float)
    flat = Bands(**{n: np.asarray(a, float) for n, a in zip(names, arrays[1:], strict=True)})
    low = np.zeros(size.shape)
    high = (2.0 if sphere else 1.0) * np.pi / size
    for _ in range(_BISECTIONS):
        k = 0.5 * (low + high)
        above = _phase(k, size, flat, sphere) > 0.0
        high, low = np.where(above, k, high), np.where(above, low, k)
    return np.asarray(0.5 * (low + high))


def _phase(k: FloatArray, size: FloatArray, bands: Bands, sphere: bool) -> FloatArray:
    """What remains of the matching condition; negative below the level, positive above."""
    t, s = hops(k, bands.lattice)
    energy = 0.5 * pair_energy(t, s, bands)
    kappa, ratio = _wall(energy, t, bands)
    if not sphere:
        return np.asarray(0.5 * k * size - np.arctan2(kappa * ratio, k))
    radius = 0.5 * size
    x = k * radius
    # x cot x = 1 - ratio (1 + kappa R), written so that it has no pole in 0 < x < pi
    return np.asarray((1.0 - ratio * (1.0 + kappa * radius)) * np.sin(x) - x * np.cos(x))


def _wall(energy: FloatArray, t: FloatArray, bands: Bands) -> tuple[FloatArray, FloatArray]:
    """Decay in the wall [m-1] and the mass inside over that in the wall, at `energy`.

    In the wall ``(E_g/2 + E)^2 = (E_g/2 + V - g y)^2 - (E_P/3) y`` with ``y = hbar^2 kappa^2/2m0``.
    """
    gap, barrier = np.asarray(bands.gap), np.asarray(bands.barrier)
    third = np.asarray(bands.kane_energy) / 3.0
    outer = 1.0 / np.asarray(bands.outer_mass)
    top = 0.5 * gap + barrier
    rest = np.maximum(top**2 - (0.5 * gap + energy) ** 2, 0.0)
    middle = 2.0 * outer * top + third
    y = 2.0 * rest / (middle + np.sqrt(np.maximum(middle**2 - 4.0 * outer**2 * rest, 0.0)))
    scale, remote = np.asarray(bands.scale), 0.5 * np.asarray(bands.remote)
    inside = scale * (remote + third / (gap + energy + remote * scale * t))
    outside = outer + third / (gap + energy + np.maximum(barrier - outer * y, 0.0))
    return np.sqrt(y / KINETIC), outside / inside


def felt_size(length: ArrayLike, bands: Bands, sphere: bool = False) -> FloatArray:
    """Size that the pair feels along an axis: half a cell and the leak on each side included [m].

    ``pi / k``, ``2 pi / k`` for the diameter of a sphere; never less than `length`.
    """
    turns = 2.0 if sphere else 1.0
    felt = turns * np.pi / wave_number(length, bands, sphere)
    return np.asarray(np.maximum(felt, length))
