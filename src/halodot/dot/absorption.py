r"""Absorption of one dot above its gap: cross-section, intrinsic coefficient, molar extinction.

A dot of volume V in a medium of permittivity eps_o absorbs

.. math:: \sigma(E) = \frac{E}{\hbar c} \frac{V}{\sqrt{\epsilon_o}} |f|^2 \epsilon_2(E),
          \qquad f_i = \frac{\epsilon_o}{\epsilon_o + N_i (\epsilon_i - \epsilon_o)},

with the depolarisation factors N of an ellipsoid of its aspect ratio (1/3 for cube and sphere),
averaged over orientations. The bulk eps_2 is that of the four bands at the edge (a Dirac pair of
reduced mass mu and Kane energy E_P) with the Coulomb enhancement of Elliott:

.. math:: \epsilon_2 = \frac{e^2}{6\pi\epsilon_0} \frac{\hbar^2}{2 m_0} \frac{E_P}{E^2}
          \left(\frac{2 m_0 \mu}{\hbar^2}\right)^{3/2} \left[ N(E)
          \frac{2\pi\sqrt{R}}{1 - e^{-2\pi\sqrt{R/\Delta}}} + \sum_n \frac{4\pi R^{3/2}}{n^3}
          \delta(E - E_g + R/n^2) \right],

Delta = E - E_g, R the exciton binding energy, and N the factor of the non-parabolic bands,
``sqrt(1 + Delta/2E_g) (E/E_g) (2 + E_g^2/E^2) / 3`` (about 1.2 for CsPbBr3 at 3.1 eV; a published
k.p calculation finds about 30 %).

Range: 4 to 20 nm, from the gap to 1 eV above; bands that are left out (the M point) only add,
which with the rest is the prior factor `spec.DotModel.absorption_factor`: published calculations
of this kind hold within a factor of two. The volume law L^3 stands beside a published L^2.9, 12 %
apart over a factor of three in size.

References: Elliott, 10.1103/PhysRev.108.1384; k.p of dots, 10.1103/PhysRevB.102.045427; field in a
small ellipsoid: Bohren and Huffman, Absorption and Scattering of Light by Small Particles, ch. 5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import AVOGADRO, COULOMB, HC, KINETIC
from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..library import Library
from .bulk import Bulk, bulk
from .draws import Draw, drawer, summary
from .emission import FWHM_OVER_SD
from .gap_convention import gap_at
from .spec import DotModel

FloatArray = NDArray[np.float64]

HBAR_C = HC / (2.0 * np.pi)  # [eV m]
# pi e^2 hbar / (2 eps0 m0 c): integral of the cross-section per oscillator strength [m2 eV]
LINE = 4.0 * np.pi**2 * COULOMB * KINETIC / HBAR_C
_DRAWS = 400
UNENDED = ("wire", "rod", "cuboid")  # shapes whose volume needs the length
_LEVELS = np.arange(1, 6)


def volume(
    shape: str, size: ArrayLike, lateral: ArrayLike | None = None, length: ArrayLike | None = None
) -> FloatArray:
    """Volume of the core [m3].

    Parameters
    ----------
    shape
        Any of `confinement.SHAPES`; a wire is square and ends at its length.
    size, lateral, length
        As in a `DotPopulation` [m].

    Raises
    ------
    InputError
        If the shape needs a size that is not given.

    >>> float(volume("cube", 1e-8)) == 1e-8**3
    True
    """
    edge = np.asarray(size, float)
    if shape == "cube":
        return np.asarray(edge**3)
    if shape == "sphere":
        return np.asarray(np.pi / 6.0 * edge**3)
    if shape == "platelet":
        return np.asarray(edge * _given(lateral, "lateral", shape) ** 2)
    second = edge if lateral is None else np.asarray(lateral, float)
    return np.asarray(edge * second * _given(length, "length", shape))


def _given(value: ArrayLike | None, name: str, shape: str) -> FloatArray:
    if value is None:
        raise InputError(name, None, f"the {name} of a {shape}", f"give {name}, such as '30 nm'")
    return np.asarray(value, float)


def depolarisation(aspect: ArrayLike) -> FloatArray:
    """Depolarisation factor along the axis of a spheroid of `aspect` = axis over width [1].

    >>> depolarisation([1e-6, 1.0, 1e6]).round(4).tolist()
    [1.0, 0.3333, 0.0]
    """
    a = np.asarray(aspect, float)
    safe = np.where(np.abs(a - 1.0) < 1e-4, 1.0 + 1e-4, a)
    long = np.sqrt(np.maximum(1.0 - safe**-2.0, 1e-300))
    flat = np.sqrt(np.maximum(safe**-2.0 - 1.0, 1e-300))
    prolate = (np.arctanh(np.minimum(long, 1.0 - 1e-15)) / long - 1.0) * (1.0 / long**2 - 1.0)
    oblate = (1.0 + flat**-2.0) * (1.0 - np.arctan(flat) / flat)
    return np.asarray(np.where(safe > 1.0, prolate, oblate))


def local_field(inner: ArrayLike, outer: ArrayLike, aspect: ArrayLike = 1.0) -> FloatArray:
    """Squared ratio of the field inside to that outside, averaged over orientations [1].

    >>> round(float(local_field(4.8, 2.1)), 3) == round((3 * 2.1 / (4.8 + 2 * 2.1)) ** 2, 3)
    True
    """
    out, step = np.asarray(outer, float), np.asarray(inner, float) - np.asarray(outer, float)
    along = depolarisation(aspect)
    across = 0.5 * (1.0 - along)
    fields = [out / (out + n * step) for n in (along, across, across)]
    return np.asarray(sum(f**2 for f in fields) / 3.0)


def permittivity_imaginary(
    energy: ArrayLike,
    gap: ArrayLike,
    reduced_mass: ArrayLike,
    binding: ArrayLike,
    kane_energy: ArrayLike,
    width: float = 0.05,
) -> FloatArray:
    """Imaginary part of the bulk permittivity [1].

    Parameters
    ----------
    energy, gap, binding, kane_energy
        Photon energy, quasiparticle gap, exciton binding energy and Kane energy [eV].
    reduced_mass
        [electron masses]
    width
        Full width at half maximum of every feature [eV].

    Examples
    --------
    >>> round(float(permittivity_imaginary(3.1, 2.4, 0.126, 0.033, 15.0)), 2)
    0.63
    """
    photon, edge, rydberg = (np.asarray(v, float) for v in (energy, gap, binding))
    above = photon - edge
    sd = width / FWHM_OVER_SD
    kinetic = np.maximum(above, 1e-9)
    sommerfeld = (
        2.0 * np.pi * np.sqrt(rydberg) / -np.expm1(-2.0 * np.pi * np.sqrt(rydberg / kinetic))
    )
    continuum = sommerfeld * nonparabolic(photon, edge) * _step(above / sd)
    at = above[..., None] + rydberg[..., None] / _LEVELS**2
    lines = np.exp(-0.5 * (at / sd) ** 2) / (sd * np.sqrt(2.0 * np.pi)) / _LEVELS**3
    bound = 4.0 * np.pi * rydberg**1.5 * lines.sum(axis=-1)
    scale = 2.0 / 3.0 * COULOMB * KINETIC * np.asarray(kane_energy, float) / photon**2
    return np.asarray(
        scale * (np.asarray(reduced_mass, float) / KINETIC) ** 1.5 * (continuum + bound)
    )


def nonparabolic(energy: ArrayLike, gap: ArrayLike) -> FloatArray:
    """Factor of the Dirac bands on the parabolic absorption [1], 1 at the gap.

    >>> float(nonparabolic(2.4, 2.4)), round(float(nonparabolic(3.1, 2.4)), 2)
    (1.0, 1.2)
    """
    ratio = np.maximum(np.asarray(energy, float) / np.asarray(gap, float), 1.0)
    return np.asarray(np.sqrt(0.5 * (ratio + 1.0)) * ratio * (2.0 + ratio**-2.0) / 3.0)


def _step(x: ArrayLike) -> FloatArray:
    from scipy.special import ndtr

    return np.asarray(ndtr(x))


def intrinsic_coefficient(
    energy: ArrayLike, epsilon2: ArrayLike, field: ArrayLike, outer: ArrayLike
) -> FloatArray:
    """Absorption cross-section per volume of core, ``E eps2 |f|^2 / (hbar c n)`` [1/m]."""
    photon = np.asarray(energy, float) / HBAR_C
    index = np.sqrt(np.asarray(outer, float))
    return np.asarray(photon * np.asarray(epsilon2, float) * np.asarray(field, float) / index)


def cross_section(
    formula: str,
    shape: str,
    size: Sourced,
    energy: float,
    library: Library,
    lateral: Sourced | None = None,
    temperature: float = 300.0,
    model: DotModel | None = None,
    length: Sourced | None = None,
) -> Sourced:
    """Absorption cross-section of a dot at photon `energy` [eV], as an interval [m2].

    Unknown with its reason below the gap, more than 1.5 eV above it, and where the bulk values of
    the formula are not known.

    Parameters
    ----------
    formula, shape
        As in a `DotPopulation`.
    size, lateral, length
        [m]; a platelet without lateral size takes that of `model`.
    energy
        Of the photon [eV].
    temperature
        [K]

    Raises
    ------
    InputError
        If the formula cannot be read, or a rod, wire or cuboid comes without its length.

    Examples
    --------
    >>> nine = Sourced(9e-9, "m", basis="given")
    >>> sigma = cross_section("CsPbBr3", "cube", nine, 3.1, Library.builtin())
    >>> sigma.low < 8e-18 < sigma.high
    True
    """
    settings = model if model is not None else DotModel()
    material = bulk(formula, library)
    if material.missing:
        return Sourced.unknown("m2", material.missing)
    if lateral is None and shape == "platelet":
        lateral = settings.lateral_default
    aspect = aspect_ratio(shape, size, lateral, length)
    per_volume = coefficient_draws(material, library, energy, temperature, settings, aspect)
    if isinstance(per_volume, str):
        return Sourced.unknown("m2", per_volume)
    draw = drawer(generator(1, "volume"), _DRAWS)
    side, end = (None if q is None else draw(q) for q in (lateral, length))
    draws = per_volume * volume(shape, draw(size), side, end)
    return summary(draws, "m2", sources=_sources(material), note=_NOTE)


_NOTE = (
    "Elliott absorption of the bulk with local field, times the volume; holds to a factor of about "
    "two"
)


def _sources(material: Bulk) -> tuple[str, ...]:
    used = ("kane_energy", "reduced_mass", "exciton_binding_energy", "permittivity_optical")
    return tuple(dict.fromkeys(s for n in used for s in material[n].sources))


def aspect_ratio(
    shape: str, size: Sourced, lateral: Sourced | None, length: Sourced | None
) -> float:
    """Axis over width of the spheroid that stands for the shape [1]."""
    if shape == "platelet" and lateral is not None:
        return float(size) / float(lateral)
    if length is None or shape in ("cube", "sphere"):
        return 1.0
    return float(length) / float(size)


def coefficient_draws(
    material: Bulk,
    library: Library,
    energy: float,
    temperature: float,
    settings: DotModel,
    aspect: float = 1.0,
) -> FloatArray | str:
    """Draws of the intrinsic coefficient [1/m], centre first; outside the range the reason."""
    draw = drawer(generator(0, "absorption"), _DRAWS)
    gap = draw(gap_at(library, material.members, temperature)) + draw(material["gap_correction"])
    binding = draw(material["exciton_binding_energy"])
    width = float(settings.homogeneous_width) * 1.5  # one dot, and the spread of an ensemble
    if energy < gap[0] - binding[0]:
        return f"{energy:.3g} eV lies below the exciton of the bulk at {gap[0] - binding[0]:.3g} eV"
    if energy > gap[0] + 1.5:
        return f"{energy:.3g} eV is more than 1.5 eV above the gap: bands that the model leaves out"
    epsilon = permittivity_imaginary(
        energy, gap, draw(material["reduced_mass"]), binding, draw(material["kane_energy"]), width
    )
    outer = draw(settings.ligand_permittivity)
    field = local_field(draw(material["permittivity_optical"]), outer, aspect)
    error = _band_error(energy - float(gap[0]), draw)
    factor = error * draw(settings.absorption_factor)
    return intrinsic_coefficient(energy, epsilon, field, outer) * factor


def _band_error(above: float, draw: Draw) -> FloatArray:
    """Factor for what the continuum of the edge leaves out, by the energy `above` the gap [eV].

    Up to 2 either way at the gap, where the levels of the dot are discrete; from 0.8 eV on the M
    point adds, which lies 1.1 eV above the edge of CsPbI3 (2.75 and 1.65 eV, arXiv:2012.14705).
    """
    near = float(np.clip(1.0 - above / 0.5, 0.0, 1.0))
    far = float(np.clip((above - 0.8) / 0.6, 0.0, 1.0))
    ends = 2.0**-near, 2.0**near * 4.0**far
    return draw(Sourced(2.0**far, "1", min(ends[0], 1.0), ends[1], "assumed"))


def molar_extinction(sigma: Sourced) -> Sourced:
    """Decadic molar extinction coefficient ``N_A sigma / ln 10`` of a cross-section [m2/mol].

    >>> round(molar_extinction(Sourced(1e-17, "m2")).value)
    2615383
    """
    if sigma.value is None:
        return Sourced.unknown("m2/mol", sigma.note)
    scale = AVOGADRO / float(np.log(10.0))
    low, high = (None if e is None else e * scale for e in (sigma.low, sigma.high))
    note = "per mole of dots, decadic; " + sigma.note
    return Sourced(sigma.value * scale, "m2/mol", low, high, sigma.basis, sigma.sources, note)
