r"""Size to energy: confinement, attraction and image charges put together.

.. math:: E_{qp} = E_g + E_e + E_h + \Sigma, \qquad
          E_{opt} = E_{qp} - B_{dot}

E_e, E_h from `confinement`, Sigma (image charges) and the attraction from `coulomb`. A platelet of
lateral size D adds the in-plane confinement of both carriers to the transport gap, and of the
centre of mass, ``hbar^2 pi^2 / (M D^2)``, to the optical gap. As size grows E_opt -> E_g - E_b.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .confinement import KINETIC, Band, felt_size, level
from .coulomb import image_energies, pair
from .limits import BOHR, RYDBERG

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Core:
    """Numbers of one core material and its surroundings; scalars or arrays of draws.

    Parameters
    ----------
    gap, binding_energy, barrier
        [eV]
    electron_mass, hole_mass, outer_mass
        [electron masses]
    outside
        Permittivity of the surroundings [1].
    lattice
        Lattice constant [m].
    """

    gap: ArrayLike
    electron_mass: ArrayLike
    hole_mass: ArrayLike
    binding_energy: ArrayLike
    lattice: ArrayLike
    barrier: ArrayLike
    outer_mass: ArrayLike = 1.0
    outside: ArrayLike = 2.1

    @property
    def reduced_mass(self) -> FloatArray:
        """Reduced mass of the pair [electron masses]."""
        e, h = np.asarray(self.electron_mass, float), np.asarray(self.hole_mass, float)
        return np.asarray(e * h / (e + h))

    @property
    def permittivity(self) -> FloatArray:
        """Permittivity that gives the bulk binding energy, ``sqrt(Ry mu / E_b)``."""
        return np.asarray(
            np.sqrt(RYDBERG * self.reduced_mass / np.asarray(self.binding_energy, float))
        )

    @property
    def bohr_radius(self) -> FloatArray:
        """Bohr radius of the bulk exciton [m]."""
        return np.asarray(BOHR * self.permittivity / self.reduced_mass)


@dataclass(frozen=True)
class Energies:
    """Levels of dots of the sizes asked for [eV]; masses and lengths beside them.

    Attributes
    ----------
    electron, hole
        Confinement of the two levels, images included.
    band_gap, optical_gap, binding
        Transport gap, first bright exciton, their difference.
    electron_mass, hole_mass
        At the levels [electron masses].
    spread
        See `coulomb.Pair`; felt is the size that the pair feels [m].
    """

    electron: FloatArray
    hole: FloatArray
    band_gap: FloatArray
    optical_gap: FloatArray
    binding: FloatArray
    electron_mass: FloatArray
    hole_mass: FloatArray
    spread: FloatArray
    felt: FloatArray


def energies(size: ArrayLike, shape: str, core: Core, lateral: ArrayLike | None = None) -> Energies:
    """Return the levels of dots of `size`, any number at once.

    Parameters
    ----------
    size
        Edge, diameter or thickness of the inorganic core [m].
    shape
        ``cube``, ``sphere`` or ``platelet``.
    core
        Material and surroundings.
    lateral
        Lateral size of a platelet [m]; None is unlimited.

    Raises
    ------
    InputError
        If `shape` is not known.

    Examples
    --------
    >>> core = Core(2.36, 0.25, 0.25, 0.033, 5.87e-10, 4.0)
    >>> large = energies(1e-6, "cube", core)
    >>> abs(float(large.optical_gap) - (2.36 - 0.033)) < 1e-3
    True
    """
    length = np.asarray(size, float)
    gap = np.asarray(core.gap, float)

    def band(mass: ArrayLike) -> Band:
        return Band(mass, gap, core.barrier, core.outer_mass, core.lattice)

    electron = level(length, shape, band(core.electron_mass))
    hole = level(length, shape, band(core.hole_mass))
    felt = 0.5 * (felt_size(length, electron, shape) + felt_size(length, hole, shape))
    eps, outside = core.permittivity, np.asarray(core.outside, float)
    contrast = np.clip((eps - outside) / (eps + outside), 0.0, 0.9)
    bound = pair(felt, shape, core.bohr_radius, core.binding_energy, contrast)
    rise, back = image_energies(felt, shape, eps, outside)
    flat = np.zeros(np.shape(felt)) if lateral is None else _in_plane(lateral)
    in_electron, in_hole = flat / electron.mass, flat / hole.mass
    in_pair = flat / (electron.mass + hole.mass)
    transport = gap + electron.energy + hole.energy + in_electron + in_hole + rise
    optical = gap + electron.energy + hole.energy + in_pair + rise - back - bound.binding
    return Energies(
        electron.energy + in_electron + 0.5 * rise,
        hole.energy + in_hole + 0.5 * rise,
        transport,
        optical,
        transport - optical,
        electron.mass,
        hole.mass,
        bound.spread,
        felt,
    )


def _in_plane(lateral: ArrayLike) -> FloatArray:
    """Two directions of a hard square of edge `lateral`, times the mass [eV]."""
    return np.asarray(2.0 * KINETIC * (np.pi / np.asarray(lateral, float)) ** 2)
