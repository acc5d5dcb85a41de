r"""Size to energy: confinement, attraction and image charges put together, for every shape.

.. math:: E_{qp} = E_g + E_e + E_h + \Sigma, \qquad
          E_{opt} = E_{qp} - B_{dot}

E_e, E_h from `confinement`, Sigma (image charges) and the attraction from `coulomb`. A platelet of
lateral size D adds the in-plane confinement of both carriers to the transport gap, and of the
centre of mass, ``hbar^2 pi^2 / (M D^2)``, to the optical gap. As size grows E_opt -> E_g - E_b.
A box is quantised along all its edges, a wire along two.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import BOHR, KINETIC, RYDBERG
from .confinement import Bands, Level, check_shape, felt_size, hops, level
from .coulomb import Pair, image_energies, pair, screened

FloatArray = NDArray[np.float64]

_HALF_WAVES = 4  # of an excited pair along one axis
# Zeros of the spherical Bessel functions in order, with their degeneracy 2 l + 1.
_BESSEL = (
    (3.141593, 1),
    (4.493409, 3),
    (5.763459, 5),
    (6.283185, 1),
    (6.987932, 7),
    (7.725252, 3),
    (8.182561, 9),
    (9.095011, 5),
)
_SPHERE = 5.377  # d^3 int phi^4 of the s state of a hard sphere


@dataclass(frozen=True)
class Core:
    """Numbers of one core material and its surroundings; scalars or arrays of draws.

    Parameters
    ----------
    gap, kane_energy, binding_energy, barrier, phonon_energy
        Quasiparticle gap, E_P, bulk exciton, wall, LO phonon [eV].
    remote
        Remote bands in the inverse reduced mass [1].
    mass_ratio
        Electron over hole mass [1].
    lattice
        Lattice constant [m].
    optical
        Optical permittivity of the core [1].
    outer_mass, outside
        Mass [electron masses] in, and permittivity [1] of the surroundings.
    scale
        Factor on the kinetic energies [1].
    """

    gap: ArrayLike
    kane_energy: ArrayLike
    remote: ArrayLike
    binding_energy: ArrayLike
    lattice: ArrayLike
    barrier: ArrayLike
    optical: ArrayLike = 4.8
    phonon_energy: ArrayLike = 0.019
    mass_ratio: ArrayLike = 1.0
    outer_mass: ArrayLike = 1.0
    outside: ArrayLike = 2.1
    scale: ArrayLike = 1.0

    @property
    def bands(self) -> Bands:
        """The band edges and their wall."""
        ratio = np.asarray(self.mass_ratio, float)
        asymmetry = (1.0 - ratio) / (1.0 + ratio) / self.reduced_mass
        return Bands(
            self.gap,
            self.kane_energy,
            self.remote,
            self.barrier,
            self.outer_mass,
            self.lattice,
            asymmetry,
            self.scale,
        )

    @property
    def reduced_mass(self) -> FloatArray:
        """Reduced mass of the bare pair at the band edge [electron masses]."""
        kane = 2.0 * np.asarray(self.kane_energy, float) / (3.0 * np.asarray(self.gap, float))
        return np.asarray(1.0 / (np.asarray(self.remote, float) + kane))

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

    @property
    def polaron_radius(self) -> FloatArray:
        """``hbar / sqrt(2 m E_LO)`` of one carrier, m = 2 mu [m]."""
        mass = 2.0 * self.reduced_mass
        return np.asarray(np.sqrt(KINETIC / mass / np.asarray(self.phonon_energy)))


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
        See `coulomb.Pair`; felt is the (shortest) size that the pair feels [m].
    contact
        Density at which electron and hole meet [1/m3]; that of the bulk exciton is
        ``1 / pi a_B^3``.
    strength
        What mixing of the bands leaves of the oscillator strength of the edge [1].
    axes
        Size that the pair feels along each confined axis [m]; three for a sphere.
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
    contact: FloatArray
    strength: FloatArray
    axes: tuple[FloatArray, ...]


def edges(
    shape: str, size: ArrayLike, lateral: ArrayLike | None = None, length: ArrayLike | None = None
) -> tuple[FloatArray, ...]:
    """Return the confined edges of a box, shortest axis of the name first [m].

    Parameters
    ----------
    shape
        Any of `confinement.SHAPES` but the sphere.
    size
        Edge, thickness, width.
    lateral
        Second edge of a cuboid.
    length
        Of a rod, third edge of a cuboid.

    Examples
    --------
    >>> [float(e) for e in edges("rod", 5e-9, length=2e-8)]
    [5e-09, 5e-09, 2e-08]
    """
    first = np.asarray(size, float)
    if shape == "platelet":
        return (first,)
    if shape == "wire":
        return (first, first)
    second = np.asarray(lateral, float) if shape == "cuboid" and lateral is not None else first
    third = np.asarray(length, float) if length is not None and shape != "cube" else second
    return (first, second, third)


def grown(
    shape: str, scale: ArrayLike, lateral: ArrayLike | None, length: ArrayLike | None
) -> tuple[FloatArray | None, FloatArray | None]:
    """Return the second and third size of a dot grown by `scale`: a box grows along all edges.

    >>> grown("rod", 2.0, None, 2e-8)[1].item()
    4e-08
    """
    factor = np.asarray(scale if shape in ("cuboid", "rod") else 1.0, float)
    return (
        None if lateral is None else np.asarray(factor * np.asarray(lateral)),
        None if length is None else np.asarray(factor * np.asarray(length)),
    )


def energies(
    size: ArrayLike,
    shape: str,
    core: Core,
    lateral: ArrayLike | None = None,
    length: ArrayLike | None = None,
) -> Energies:
    """Return the levels of dots of `size`, any number at once.

    Parameters
    ----------
    size
        Edge, diameter, thickness or width of the inorganic core [m].
    shape
        Any of `confinement.SHAPES`.
    core
        Material and surroundings.
    lateral
        Lateral size of a platelet (None is unlimited), second edge of a cuboid [m].
    length
        Of a rod, third edge of a cuboid [m].

    Raises
    ------
    InputError
        If `shape` is not known.

    Notes
    -----
    Boxes of one call share the table of their attraction, that of the median proportions: call it
    again for boxes whose edges stand in another ratio (5 to 20 meV for a factor of two).

    Examples
    --------
    >>> core = Core(2.43, 16.0, 3.6, 0.033, 5.87e-10, 7.0)
    >>> large = energies(1e-6, "cube", core)
    >>> abs(float(large.optical_gap) - (2.43 - 0.033)) < 1e-3
    True
    """
    axes, at, aspect = _confined(size, check_shape(shape), core, lateral, length)
    felt = np.minimum.reduce(np.broadcast_arrays(*axes))
    bound, eps = _bound(felt, shape, core, aspect)
    rise, back = image_energies(felt, shape, eps, core.outside, aspect)
    in_plane = shape == "platelet" and lateral is not None
    flat = _in_plane(lateral) if in_plane and lateral is not None else np.zeros(np.shape(felt))
    in_electron, in_hole = flat / at.electron_mass, flat / at.hole_mass
    in_pair = flat / (at.electron_mass + at.hole_mass)
    gap = np.asarray(core.gap, float)
    transport = gap + at.pair + in_electron + in_hole + rise
    optical = gap + at.pair + in_pair + rise - back - bound.binding
    return Energies(
        at.electron + in_electron + 0.5 * rise,
        at.hole + in_hole + 0.5 * rise,
        transport,
        optical,
        transport - optical,
        at.electron_mass,
        at.hole_mass,
        bound.spread,
        felt,
        meeting(felt, shape, aspect) / bound.spread,
        at.strength,
        axes,
    )


def meeting(felt: ArrayLike, shape: str, aspect: tuple[float, ...] = (1.0, 1.0)) -> FloatArray:
    """Density at which two carriers without attraction meet, ``int phi^4`` [1/m3].

    Per area of a platelet and per length of a wire in units of its size, as `coulomb.Pair.spread`.

    >>> round(float(meeting(1e-9, "cube")) * 1e-27, 3)
    3.375
    """
    volume = np.asarray(felt, float) ** 3
    if shape == "sphere":
        return np.asarray(_SPHERE / volume)
    axes = {"platelet": 1, "wire": 2}.get(shape, 3)
    return np.asarray(1.5**axes / volume / (aspect[0] * aspect[1] if axes == 3 else 1.0))


def excitons(
    size: ArrayLike,
    shape: str,
    core: Core,
    lateral: ArrayLike | None = None,
    length: ArrayLike | None = None,
    count: int = 8,
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Return the absorption series: the pairs of equal envelopes, lowest first.

    Parameters
    ----------
    size, shape, core, lateral, length
        As `energies` takes them.
    count
        How many lines, degenerate ones counted once.

    Returns
    -------
    energies, shape [lines, ...sizes]
        The first is the optical gap; the others lie above it by their kinetic energy, with the
        attraction and the images of the first [eV].
    strengths, shape [lines, ...sizes]
        What mixing of the bands leaves of the oscillator strength of the edge [1].
    degeneracies, shape [lines]
        Pairs of one line, spin apart.

    Notes
    -----
    An excited pair has ``n`` half waves along an axis of the felt size, a sphere the zeros of the
    spherical Bessel functions. Along the free axes of a platelet or wire this is the bottom of a
    subband.

    Examples
    --------
    >>> core = Core(2.43, 13.6, 4.5, 0.033, 5.87e-10, 6.0)
    >>> lines, _, many = excitons(8e-9, "cube", core, count=3)
    >>> bool(lines[0] < lines[1] < lines[2]), many.tolist()
    (True, [1, 3, 3])
    """
    first = energies(size, shape, core, lateral, length).optical_gap
    bands, lattice = core.bands, core.lattice
    if shape == "sphere":
        felt = felt_size(size, bands, sphere=True)
        waves: list[tuple[tuple[FloatArray, ...], int]] = [
            ((np.asarray(2.0 * zero / felt),), many) for zero, many in _BESSEL
        ]
    else:
        found = felt_edges(size, shape, core, lateral, length)
        waves = [
            (tuple(n * np.pi / e for n, e in zip(number, found, strict=True)), 1)
            for number in product(range(1, _HALF_WAVES + 1), repeat=len(found))
        ]
    levels = []
    for wave, many in waves:
        sums = [_beyond(k, lattice) for k in wave]
        at = level(sum(t for t, _ in sums), sum(s for _, s in sums), bands)
        levels.append((at, many))
    return _series(first, levels, count)


def _beyond(wave_number: FloatArray, lattice: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """`hops`, going on as free carriers past the edge of the zone, where no band is left."""
    last = np.pi / np.maximum(lattice, 1e-12)
    remote, coupled = hops(np.minimum(wave_number, last), lattice)
    return remote + KINETIC * (np.maximum(wave_number, last) ** 2 - last**2), coupled


def _series(
    first: FloatArray, levels: list[tuple[Level, int]], count: int
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Join levels of one energy into lines, lowest first."""
    levels.sort(key=lambda found: float(np.ravel(found[0].pair)[0]))
    ground = levels[0][0].pair
    lines: list[tuple[FloatArray, FloatArray, int]] = []
    for at, many in levels:
        energy = first + at.pair - ground
        if lines and np.allclose(energy, lines[-1][0], rtol=1e-9, atol=1e-9):
            lines[-1] = (*lines[-1][:2], lines[-1][2] + many)
        elif len(lines) < count:
            lines.append((energy, at.strength, many))
    return (
        np.stack([e for e, _, _ in lines]),
        np.stack([s for _, s, _ in lines]),
        np.array([many for _, _, many in lines]),
    )


def _confined(
    size: ArrayLike,
    shape: str,
    core: Core,
    lateral: ArrayLike | None,
    length: ArrayLike | None,
) -> tuple[tuple[FloatArray, ...], Level, tuple[float, ...]]:
    """Felt size along each axis, ground level, and aspect of the felt box."""
    bands = core.bands
    if shape == "sphere":
        diameter = felt_size(size, bands, sphere=True)
        return (
            (diameter,) * 3,
            level(*hops(2.0 * np.pi / diameter, core.lattice), bands),
            (1.0, 1.0),
        )
    found = felt_edges(size, shape, core, lateral, length)
    sums = [hops(np.pi / edge, core.lattice) for edge in found]
    at = level(sum(t for t, _ in sums), sum(s for _, s in sums), bands)
    middle = sorted(float(np.median(edge)) for edge in found)
    ratios = tuple(float(f"{m / middle[0]:.2g}") for m in middle[1:])
    aspect = (1.0, 1.0) if shape in ("platelet", "wire", "cube") else ratios
    return found, at, aspect


def felt_edges(
    size: ArrayLike,
    shape: str,
    core: Core,
    lateral: ArrayLike | None = None,
    length: ArrayLike | None = None,
) -> tuple[FloatArray, ...]:
    """Return the edges that a pair in a box feels [m]; equal edges are solved for once."""
    bands = core.bands
    known: dict[int, FloatArray] = {}
    found = []
    for edge in edges(shape, size, lateral, length):
        if id(edge) not in known:
            known[id(edge)] = felt_size(edge, bands)
        found.append(known[id(edge)])
    return tuple(found)


def _bound(
    felt: FloatArray, shape: str, core: Core, aspect: tuple[float, ...]
) -> tuple[Pair, FloatArray]:
    """The pair with the screening that its own distance gives, and that permittivity."""
    eps, outside = core.permittivity, np.asarray(core.outside, float)
    apart = pair(felt, shape, core.bohr_radius, core.binding_energy, 0.0, aspect).distance
    near = screened(apart, core.bohr_radius, eps, core.optical, core.polaron_radius)
    contrast = np.clip((near - outside) / (near + outside), 0.0, 0.9)
    radius = BOHR * near / core.reduced_mass
    binding = RYDBERG * core.reduced_mass / near**2
    return pair(felt, shape, radius, binding, contrast, aspect), near


def _in_plane(lateral: ArrayLike) -> FloatArray:
    """Two directions of a hard square of edge `lateral`, times the mass [eV]."""
    return np.asarray(2.0 * KINETIC * (np.pi / np.asarray(lateral, float)) ** 2)
