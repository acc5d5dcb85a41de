r"""Absorption and emission spectra of an ensemble, on an absolute scale per dot.

A dot of size L absorbs at discrete pairs of confined levels:

.. math:: \sigma(E) = \frac{\pi e^2 \hbar}{2 \epsilon_0 m_0 c} \frac{|f|^2}{\sqrt{\epsilon_o}}
          \sum_n \frac{2 E_P}{3 E_n} g_n K_n \, G(E - E_n).

g is the degeneracy and K the enhancement by the attraction: for the first pair
``1 + c V / (pi a_B^3)``, from the free pair (1) to an exciton that moves as a whole (c = 0.53 in a
cube, 0.61 in a sphere), for the others Sommerfeld's factor. From the second pair on a dot absorbs
at least as its volume of bulk does (`absorption`): unequal pairs and soft walls fill what a box
with hard walls lacks. Higher pairs are wider by a third of their excess energy, which they lose
within tens of femtoseconds.

Each subband of a platelet of area A adds a line of ``K = 2 A / (pi l^2)`` and a step with the
two-dimensional Sommerfeld factor; ``l = a_B [1 - exp(-L / 2 a_B) / 2]`` goes from the bulk to the
two-dimensional radius. Lines have the homogeneous width; sizes are weighted by number in
absorption and by what they absorb in emission (`emission`).

The energies of the lines come from a `Series`: `series.level_series` has those of the level model,
`box_series` scales the levels of a box with hard walls to the confinement of the dot (a limit for
tests, and for levels that were measured).

References: Elliott, 10.1103/PhysRev.108.1384; Shinada and Sugano, 10.1143/JPSJ.21.1936 (two
dimensions); Christol, Lefebvre and Mathieu, 10.1063/1.354224 (between them); Kayanuma,
10.1103/PhysRevB.38.9797 (motion of the centre of mass).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.constants import HC, KINETIC
from ..core.randomness import generator
from ..core.sourced import Sourced
from .absorption import (
    LINE,
    UNENDED,
    aspect_ratio,
    coefficient_draws,
    cross_section,
    intrinsic_coefficient,
    local_field,
    molar_extinction,
    permittivity_imaginary,
    volume,
)
from .colour import chromaticity, swatch
from .draws import Draw, drawer, summary
from .emission import FWHM_OVER_SD, Emission, continuous, homogeneous_width, mixture, monolayers
from .parts import Context
from .recombination import COVERED
from .series import first_exciton, level_series
from .sizing import Core
from .spec import DotModel
from .state import DotProperties

FloatArray = NDArray[np.float64]
Series = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

_DRAWS = 120
_RELAXED = 0.35  # width of a higher pair over its excess energy; assumed
_VIOLET = HC / 400e-9  # 400 nm, the usual wavelength of published cross-sections [eV]
_OVERLAP = {"sphere": 6.0 / np.pi**2}  # of the centre of mass; a cube where not named
_CUBE_OVERLAP = (8.0 / np.pi**2) ** 3
# Kinetic energy of each pair of equal states over that of the first, and degeneracy.
_BOX = ((1.0, 2.0, 3.0, 11.0 / 3.0, 4.0, 14.0 / 3.0), (1.0, 3.0, 3.0, 3.0, 1.0, 6.0))
_LEVELS = {
    "sphere": ((1.0, 2.0457, 3.3655, 4.0, 4.9479), (1.0, 3.0, 5.0, 1.0, 7.0)),  # zeros of j_l
    "platelet": ((1.0, 4.0, 9.0), (1.0, 1.0, 1.0)),
    "wire": ((1.0, 2.5, 4.0, 5.0), (1.0, 2.0, 1.0, 2.0)),
    "rod": ((1.0, 2.5, 4.0, 5.0), (1.0, 2.0, 1.0, 2.0)),
}


@dataclass(frozen=True)
class Light:
    """What the spectrum of a dot follows from. Energies in eV, the rest in SI.

    Attributes
    ----------
    shape, size, lateral, length
        Mean dimensions.
    optical_gap, shift, slope
        First exciton, kinetic energy of the pair in it, d(optical gap)/d(ln size).
    gap, binding, reduced_mass, kane_energy
        Of the bulk at the temperature.
    pair_binding, bohr_radius
        Of the pair in the dot, of the bulk exciton.
    inner, outer
        Optical permittivity of the core and of the surroundings.
    factor
        `DotModel.absorption_factor`.
    """

    shape: str
    size: float
    lateral: float | None
    length: float | None
    optical_gap: float
    shift: float
    slope: float
    gap: float
    binding: float
    reduced_mass: float
    kane_energy: float
    pair_binding: float
    bohr_radius: float
    inner: float
    outer: float
    factor: float

    @property
    def exponent(self) -> float:
        """Local power p of the confinement, ``shift ~ L^-p``."""
        return float(np.clip(-self.slope / max(self.shift, 1e-6), 0.5, 2.5))

    def first(self, sizes: FloatArray) -> FloatArray:
        """First exciton of `sizes` [eV], with the slope of the dot at its mean size."""
        power = self.exponent
        relative = (np.asarray(sizes, float) / self.size) ** -power
        return np.asarray(self.optical_gap - self.slope / power * (relative - 1.0))


def box_series(light: Light) -> Series:
    """Return the series of a box whose confinement is that of the dot.

    The strengths are those of free pairs times the enhancement by attraction, degeneracy included.

    Examples
    --------
    >>> dot = Light("cube", 9e-9, None, None, 2.42, 0.1, -0.15, 2.4, 0.033, 0.126, 15.0, 0.05, 3e-9,
    ...             4.8, 2.1, 1.0)
    >>> energy, strength = box_series(dot)(np.array([9e-9]))
    >>> float(energy[0, 0]), bool(strength[0, 0] > 1.0), energy.shape
    (2.42, True, (1, 6))
    """
    ratio, degeneracy = (np.array(v) for v in _LEVELS.get(light.shape, _BOX))

    def series(sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
        kinetic = light.shift * (sizes / light.size) ** -light.exponent
        above = kinetic[:, None] * (ratio - 1.0)
        strength = degeneracy * sommerfeld(kinetic[:, None] * ratio, light.binding)
        if light.shape == "platelet":
            flat = flat_exciton(float(light.lateral or 0.0) ** 2, sizes, light.bohr_radius)
            strength = np.broadcast_to(flat[:, None], above.shape)
        else:
            strength[:, 0] = enhancement(light, sizes)
        return light.first(sizes)[:, None] + above, strength

    return series


def enhancement(light: Light, sizes: FloatArray) -> FloatArray:
    """Gain of the first pair by attraction, ``1 + c V / (pi a_B^3)`` [1]."""
    overlap = _OVERLAP.get(light.shape, _CUBE_OVERLAP)
    core = volume(light.shape, sizes, light.lateral, light.length)
    return np.asarray(1.0 + overlap * core / (np.pi * light.bohr_radius**3))


def sommerfeld(kinetic: FloatArray, binding: float) -> FloatArray:
    """Enhancement of free pairs of a kinetic energy [eV] in three dimensions [1].

    >>> bool(sommerfeld(np.array([100.0]), 0.01)[0] < 1.04)
    True
    """
    x = 2.0 * np.pi * np.sqrt(binding / np.maximum(kinetic, 1e-9))
    return np.asarray(x / -np.expm1(-x))


def flat_exciton(area: float, thickness: FloatArray, bohr_radius: float) -> FloatArray:
    """Strength of the exciton of a platelet in free pairs, ``2 A / (pi l^2)`` [1].

    >>> thin = flat_exciton(4e-16, np.array([1e-12]), 3e-9)
    >>> bool(abs(thin[0] / (8.0 * 4e-16 / (np.pi * 9e-18)) - 1.0) < 1e-3)
    True
    """
    radius = bohr_radius * (1.0 - 0.5 * np.exp(-thickness / (2.0 * bohr_radius)))
    return np.asarray(2.0 * area / (np.pi * radius**2))


def absorption(
    light: Light,
    series: Series,
    sizes: FloatArray,
    weight: FloatArray,
    width: float,
    energy: FloatArray,
) -> FloatArray:
    """Mean absorption cross-section of a dot over photon `energy` [m2].

    Parameters
    ----------
    series
        Energies and strengths of the lines of each size.
    sizes, weight
        [m] and how many there are.
    width
        Homogeneous full width [eV].
    """
    from scipy.special import ndtr

    sd = width / FWHM_OVER_SD
    aspect = _aspect(light)
    field = float(local_field(light.inner, light.outer, aspect))
    pair = LINE * field / np.sqrt(light.outer) * 2.0 / 3.0 * light.kane_energy
    share = weight / weight.sum()
    total = np.zeros_like(energy)
    lines, strengths = series(sizes)
    for size, at, strength, part in zip(sizes, lines, strengths, share, strict=True):
        wide = sd + _RELAXED / FWHM_OVER_SD * (at - at[0])
        shape = np.exp(-0.5 * ((energy[:, None] - at) / wide) ** 2) / (wide * np.sqrt(2.0 * np.pi))
        pairs = shape * (pair * strength / at)
        if light.shape == "platelet":
            total += part * (pairs.sum(axis=1) + pair / energy * _steps(light, energy, at, sd))
        else:
            core = float(volume(light.shape, size, light.lateral, light.length))
            onset = ndtr((energy - at[1]) / (0.35 * (at[1] - at[0]) + sd))
            least = core * _bulk(light, energy, width, field) * onset
            total += part * (pairs[:, 0] + np.maximum(pairs[:, 1:].sum(axis=1), least))
    return light.factor * total


def _aspect(light: Light) -> float:
    if light.shape == "platelet" and light.lateral is not None:
        return light.size / light.lateral
    return 1.0 if light.length is None else light.length / light.size


def _bulk(light: Light, energy: FloatArray, width: float, field: float) -> FloatArray:
    epsilon = permittivity_imaginary(
        energy, light.gap, light.reduced_mass, light.binding, light.kane_energy, width
    )
    return intrinsic_coefficient(energy, epsilon, field, light.outer)


def _steps(light: Light, energy: FloatArray, lines: FloatArray, sd: float) -> FloatArray:
    """Free pairs of all subbands of a platelet, per energy [1/eV]."""
    from scipy.special import ndtr

    above = energy[:, None] - lines - light.pair_binding
    reach = np.sqrt(light.pair_binding / 4.0 / np.maximum(above, 1e-9))
    enhanced = 2.0 / (1.0 + np.exp(-2.0 * np.pi * reach))
    density = float(light.lateral or 0.0) ** 2 * light.reduced_mass / (4.0 * np.pi * KINETIC)
    return np.asarray(density * (enhanced * ndtr(above / sd)).sum(axis=1))


def emit(centres: FloatArray, weight: FloatArray, width: float, peak: float) -> Emission:
    """Emission of the ensemble, moved so that its peak stands at `peak` [eV]."""
    found = mixture(centres, weight, width)
    return replace(found, energy=found.energy + peak - found.peak, peak=peak)


def single_width(
    shape: str, temperature: float, phonon: FloatArray, settings: DotModel, of: Draw
) -> FloatArray:
    """Homogeneous full width [eV] drawn.

    Dots as they are made, and platelets, couple to surface phonons (`DotModel.surface_width`);
    between the usual coverage and a full shell the width falls to `DotModel.homogeneous_width`.
    """
    treated, bare = of(settings.homogeneous_width), of(settings.surface_width)
    share = np.ones_like(bare)
    if shape != "platelet" and settings.ligand_coverage is not None:
        empty = 1.0 - np.clip(of(settings.ligand_coverage), 0.0, 1.0)
        share = np.minimum(empty / (1.0 - COVERED), 1.0)
    start = np.clip(of(settings.width_residual), 0.0, 0.6)
    linear = np.clip(of(settings.width_acoustic), 0.0, 0.4)
    width = treated + share * (bare - treated)
    return homogeneous_width(width, temperature, phonon, start, linear)


def spectra(dots: DotProperties, context: Context) -> DotProperties:
    """Part: emission of whole monolayers, absorption spectrum and cross-sections of the dots."""
    known = (dots.optical_gap, dots.pl_energy, dots.size, dots.size_spread)
    core = context.core
    if core is None or not all(q.is_known for q in known):
        reason = context.material.missing or "the levels of the dots are not known"
        lacking = {n: Sourced.unknown(u, reason) for n, u in _NAMES.items()}
        return replace(dots, extras={**dots.extras, **lacking})
    light = gather(dots, context, core)
    draw = drawer(generator(0, "light"), _DRAWS)
    width = single_width(
        dots.shape, dots.temperature, draw(context.material["phonon_energy"]), context.model, draw
    )
    emitted, fwhm = _emitted(dots, context, first_exciton(light, core), width, draw)
    x, y = chromaticity(emitted.energy, emitted.spectrum)
    curves, edge = _absorbed(dots, context, level_series(light, core), light, float(width[0]))
    extras = {**dots.extras, **_sections(dots, context, edge)}
    extras["stokes_shift"] = context.model.stokes_shift
    extras["homogeneous_width"] = summary(width, "eV", note="full width of one dot")
    return replace(
        dots,
        pl_fwhm=fwhm,
        emission_energy=emitted.energy,
        emission_spectrum=emitted.spectrum,
        cie_x=_moved(dots.cie_x, x),
        cie_y=_moved(dots.cie_y, y),
        colour=dots.colour if np.isnan(x) else swatch(x, y),
        extras=extras,
        curves={**dots.curves, **curves},
    )


_NAMES = {
    "absorption_cross_section_400nm": "m2",
    "absorption_cross_section_edge": "m2",
    "molar_extinction_400nm": "m2/mol",
    "intrinsic_absorption_400nm": "1/m",
    "stokes_shift": "eV",
    "homogeneous_width": "eV",
}


def _moved(q: Sourced, value: float) -> Sourced:
    """`q` at a new centre, its interval stretched to hold it."""
    if q.value is None or np.isnan(value):
        return q
    low, high = (q.value if e is None else e for e in (q.low, q.high))
    return replace(q, value=value, low=min(low, value), high=max(high, value))


def gather(dots: DotProperties, context: Context, core: Core) -> Light:
    """Collect what the spectra follow from; the optical gap moves less than the free pair."""
    material = context.material
    shift = max(float(dots.confinement_electron) + float(dots.confinement_hole), 1e-4)
    binding, pair = float(material["exciton_binding_energy"]), float(dots.exciton_binding)
    free = float(dots.level_slope_electron) + float(dots.level_slope_hole)
    slope = min(free + max(pair - binding, 0.0), 0.4 * free)
    return Light(
        shape=dots.shape,
        size=float(dots.size),
        lateral=None if dots.lateral is None else float(dots.lateral),
        length=None if dots.length is None else float(dots.length),
        optical_gap=float(dots.optical_gap),
        shift=shift,
        slope=slope,
        gap=float(np.asarray(core.gap)),
        binding=binding,
        reduced_mass=float(material["reduced_mass"]),
        kane_energy=float(material["kane_energy"]),
        pair_binding=pair,
        bohr_radius=float(dots.bohr_radius),
        inner=float(material["permittivity_optical"]),
        outer=float(context.model.ligand_permittivity),
        factor=float(context.model.absorption_factor),
    )


def _spread(dots: DotProperties, context: Context) -> Sourced:
    """Spread of the size: that of monolayers for platelets where none was given."""
    if dots.shape != "platelet" or dots.size_spread.basis != "assumed":
        return dots.size_spread
    layer = float(context.material["lattice_constant"]) / float(dots.size)
    q = context.model.monolayer_spread
    low, high = (float(q) if e is None else e for e in (q.low, q.high))
    return replace(q, value=float(q) * layer, low=low * layer, high=high * layer)


def _sizes(
    dots: DotProperties, context: Context, spread: float, power: float
) -> tuple[FloatArray, FloatArray]:
    """Sizes and weights; `power` 0 counts dots, else what they absorb."""
    size = float(dots.size)
    if dots.shape != "platelet":
        return continuous(size, spread, power)
    sizes, weight = monolayers(size, spread, float(context.material["lattice_constant"]))
    weight = weight if power else weight / sizes
    return sizes * size / sizes[np.abs(sizes - size).argmin()], weight


def _emitted(
    dots: DotProperties,
    context: Context,
    first: Callable[[FloatArray], FloatArray],
    width: FloatArray,
    of: Draw,
) -> tuple[Emission, Sourced]:
    spread = np.maximum(of(_spread(dots, context)), 0.0)
    tilt = of(_slope_factor(dots))
    peak, found = float(dots.pl_energy), []
    for k in range(_DRAWS):
        sizes, weight = _sizes(dots, context, float(spread[k]), 3.0)
        found.append(emit(float(tilt[k]) * first(sizes), weight, float(width[k]), peak))
        if k == 0:
            centre = found[0]
    note = "whole monolayers, each with the width of a bare surface" * (dots.shape == "platelet")
    widths = summary(
        np.array([e.fwhm for e in found]), "eV", sources=dots.pl_fwhm.sources, note=note
    )
    return centre, widths


def _slope_factor(dots: DotProperties) -> Sourced:
    """Relative uncertainty of the slope of the levels."""
    q = dots.level_slope_electron
    if not q.value or q.low is None or q.high is None:
        return Sourced(1.0, "1")
    ends = sorted((max(q.low / q.value, 0.1), max(q.high / q.value, 0.1)))
    return Sourced(1.0, "1", min(ends[0], 1.0), max(ends[1], 1.0), "computed")


def _absorbed(
    dots: DotProperties, context: Context, series: Series, light: Light, width: float
) -> tuple[dict[str, FloatArray], float]:
    """Curves of the mean cross-section, and its value at the first exciton [m2]."""
    if light.length is None and dots.shape in UNENDED:
        return {}, float("nan")
    sizes, weight = _sizes(dots, context, max(float(_spread(dots, context)), 0.0), 0.0)
    top = max(light.optical_gap + 1.0, 3.3)
    energy = np.linspace(light.optical_gap - 0.35, top, 601)
    spectrum = absorption(light, series, sizes, weight, width, energy)
    edge = float(np.interp(light.optical_gap, energy, spectrum))
    return {"absorption_energy": energy, "absorption_spectrum": spectrum}, edge


def _sections(dots: DotProperties, context: Context, edge: float) -> dict[str, Sourced]:
    model, material = context.model, context.material
    if np.isnan(edge):
        reason = f"the length of the {dots.shape} is not given"
        return {n: Sourced.unknown(u, reason) for n, u in _NAMES.items()}
    sigma = cross_section(
        dots.formula, dots.shape, dots.size, _VIOLET, context.library, dots.lateral,
        dots.temperature, model, dots.length,
    )  # fmt: skip
    aspect = aspect_ratio(dots.shape, dots.size, dots.lateral, dots.length)
    per_volume = coefficient_draws(
        material, context.library, _VIOLET, dots.temperature, model, aspect
    )
    intrinsic = (
        Sourced.unknown("1/m", per_volume)
        if isinstance(per_volume, str)
        else summary(per_volume, "1/m", note="cross-section over the volume of the core")
    )
    # the two-dimensional limit makes too strong a line where the thickness nears the Bohr radius
    down = 6.0 if dots.shape == "platelet" else 3.0
    note = "at the first exciton; strengths hold to a factor of three"
    return {
        "absorption_cross_section_400nm": sigma,
        "absorption_cross_section_edge": Sourced(
            edge, "m2", edge / down, edge * 3.0, "computed", (), note
        ),
        "molar_extinction_400nm": molar_extinction(sigma),
        "intrinsic_absorption_400nm": intrinsic,
    }
