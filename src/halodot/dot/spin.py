"""Spin of the carriers and of the exciton in a dot: lifetime by channel, dephasing, g-factors.

    1/tau = sum over electron and hole of (Elliott-Yafet + surface + dangling bonds) + exchange

for the exciton (`spin_lifetime`), one carrier's part without exchange for a resident carrier
(`spin_lifetime_electron`, `spin_lifetime_hole`, what a T1 measures). A bulk crystal at low density
has no walls and no partner, which leaves Elliott-Yafet. The channels are in `spin_channels`.

Nuclei stand still on the time of a carrier and turn its spin by another angle in every dot:
``T2* = w hbar / E_n``, ``E_n = E_ref sqrt(V_ref / V)`` (Merkulov et al.), and ``1/T2 = 1/T2* +
1/T1``. These three times, T1 of a carrier, T2 of an ensemble of carriers and the exciton's spin
lifetime, are three quantities.

The g-factors follow the gap E of the dot, with C = hbar^2/m0 and one momentum P for all lead
halides (Kirstein et al.):

    g_e = -5/3 + (4/3) (P^2/C) / E        g_h = 2 - (4/3) (P^2/C) [1/E - 1/(E + D)]

Range: low density, no magnetic field, lead halides with parameters in the library; rates within a
factor of ten where no number was measured. References: Merkulov et al.,
doi:10.1103/PhysRevB.65.205309; Kirstein et al., doi:10.1038/s41467-022-30701-0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import HBAR
from ..core.randomness import generator
from ..core.sourced import Sourced
from . import spin_channels as channels
from . import walls
from .draws import Draw, drawer, summary
from .parts import Context
from .sizing import Core, energies
from .state import DotProperties
from .transport import DRAWS, Crystal, crystal, far_side, library_value, speed

FloatArray = NDArray[np.float64]

UNIVERSAL_KANE = 6.8**2 / 7.62  # P^2/C [eV], P = 6.8 eV A, C = 7.62 eV A^2
_SMALLER = 0.8  # size at which the lifetime is compared with that of the dot
_REACH = 0.15  # standard error of the relation of the g-factors, scatter of lead halides
_FROZEN = 1.0  # lifetime [s] beyond which what the model leaves out decides
_CHANNELS = ("elliott_yafet", "surface", "exchange", "dangling_bonds")
_NAMES = {
    "spin_lifetime": "s",
    "spin_lifetime_electron": "s",
    "spin_lifetime_hole": "s",
    "spin_lifetime_bulk": "s",
    "spin_longer_than_bulk": "yes_no",
    "spin_falls_with_size": "yes_no",
    **{f"spin_rate_{c}": "1/s" for c in _CHANNELS},
    "exchange_splitting": "eV",
}


@dataclass(frozen=True)
class _Inputs:
    """All that the channels need, drawn once for every size."""

    shape: str
    temperature: float
    lateral: FloatArray | None
    carriers: tuple[tuple[FloatArray, FloatArray], ...]  # mass, bulk Elliott-Yafet rate
    phonon: FloatArray
    bohr_radius: FloatArray
    core: Core
    reduced_mass: FloatArray
    binding: FloatArray
    constant: FloatArray
    mixed: FloatArray
    width: FloatArray
    flip: FloatArray
    dangling: FloatArray


@dataclass(frozen=True)
class Rates:
    """Rates of the channels at one size, [electron, hole] where they belong to a carrier [1/s]."""

    elliott_yafet: FloatArray
    surface: FloatArray
    dangling_bonds: FloatArray
    exchange: FloatArray
    splitting: FloatArray

    @property
    def carriers(self) -> FloatArray:
        """T1 rates of an electron and of a hole alone."""
        return self.elliott_yafet + self.surface + self.dangling_bonds

    @property
    def exciton(self) -> FloatArray:
        """Rate of the exciton's spin."""
        return np.asarray(self.carriers.sum(axis=0) + self.exchange)


def g_electron(gap: ArrayLike) -> FloatArray:
    """Electron g-factor of a lead halide with `gap` [eV].

    Examples
    --------
    >>> round(float(g_electron(2.36)), 2)  # 1.73 measured in CsPbBr3 dots
    1.76
    """
    return np.asarray(-5.0 / 3.0 + 4.0 / 3.0 * UNIVERSAL_KANE / np.asarray(gap, float))


def g_hole(gap: ArrayLike, splitting: ArrayLike) -> FloatArray:
    """Hole g-factor of a lead halide with `gap` and spin-orbit `splitting` [eV].

    Examples
    --------
    >>> round(float(g_hole(2.36, 1.44)), 2)  # 0.83 measured in CsPbBr3 dots
    0.7
    """
    e = np.asarray(gap, float)
    far = 1.0 / (e + np.asarray(splitting, float))
    return np.asarray(2.0 - 4.0 / 3.0 * UNIVERSAL_KANE * (1.0 / e - far))


def hyperfine_dephasing(energy: ArrayLike, width: ArrayLike = 1.0) -> FloatArray:
    """Ensemble dephasing by frozen nuclear fields, ``w hbar / E_n`` [s], of an energy [eV].

    Examples
    --------
    >>> round(float(hyperfine_dephasing(3e-6)) * 1e12)
    219
    """
    return np.asarray(np.asarray(width, float) * HBAR / np.asarray(energy, float))


def spin(dots: DotProperties, context: Context) -> DotProperties:
    """Add the spin of `dots`: a part of `parts`.

    Examples
    --------
    >>> from halodot.dot import characterise
    >>> from halodot.library import Library
    >>> from halodot.synthesis.state import DotPopulation
    >>> exact = Sourced(8e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
    >>> dots = characterise(DotPopulation("CsPbI3", "cube", *exact, "OA"), Library.builtin(), 300)
    >>> bool(dots.extras["spin_longer_than_bulk"].value)
    True
    """
    draw = drawer(generator(0, "spin"), DRAWS)
    splitting = library_value(context, "spin_orbit_splitting")
    size = draw(dots.size) if dots.size.is_known else np.empty(0)
    inputs = _inputs(dots, context, splitting, size, draw)
    if isinstance(inputs, str):
        found = {name: Sourced.unknown(unit, inputs) for name, unit in _NAMES.items()}
        carriers = None
    else:
        found, carriers = _lifetimes(inputs, size)
    found |= _dephasing(dots, context, size, carriers, draw)
    found |= _factors(dots, context, splitting, draw)
    return replace(dots, extras={**dots.extras, **found})


def rates(inputs: _Inputs, size: FloatArray) -> Rates:
    """Return the rates of all channels in dots of `size` [m]."""
    shape, t, lateral = inputs.shape, inputs.temperature, inputs.lateral
    box = walls.axes(size, shape, lateral)
    chord = walls.mean_chord(size, shape, lateral)
    ey, hits = [], []
    for mass, bulk in inputs.carriers:
        ey.append(bulk * channels.scattering_share(mass, box, t))
        hits.append(channels.surface(inputs.flip, speed(mass, size, t), chord, inputs.phonon, t))
    splitting = inputs.constant * contact(inputs.core, shape, size, lateral)
    room = walls.volume(size, shape, lateral, inputs.bohr_radius)
    bound = channels.bound_share(room, inputs.reduced_mass, inputs.binding, t)
    width = channels.exciton_width(inputs.width, inputs.phonon, t)
    exchange = channels.exchange(splitting, inputs.mixed, width, bound)
    faces = walls.surface_to_volume(size, shape, lateral)
    dangling = channels.dangling_bonds(inputs.dangling, faces)
    return Rates(np.stack(ey), np.stack(hits), np.stack([dangling] * 2), exchange, splitting)


def contact(
    core: Core, shape: str, size: FloatArray, lateral: FloatArray | None = None
) -> FloatArray:
    """Density at which the bound pair of the level model meets [1/m3].

    `lateral` is the far side of a shape: of a platelet it does not count, as the pair is smaller.
    """
    length = None if lateral is None else float(np.ravel(lateral)[0])
    if shape == "rod" and length is not None:
        return energies(size, shape, core, length=length).contact
    if shape == "cuboid" and length is not None:
        return energies(size, shape, core, length, length).contact
    return energies(size, shape, core).contact


def _inputs(
    dots: DotProperties,
    context: Context,
    splitting: Sourced,
    size: FloatArray,
    draw: Draw,
) -> _Inputs | str:
    """Draw what the channels need, or say what is missing."""
    material, model = context.material, context.model
    polarons = crystal(context)
    factor = library_value(context, "elliott_yafet_factor")
    if not isinstance(polarons, Crystal):
        return polarons
    if not walls.is_known(dots.shape):
        return f"the walls of a {dots.shape} are not described"
    if context.core is None:
        return material.missing
    for q in (factor, splitting, dots.bohr_radius, dots.size):
        if not q.is_known:
            return q.note
    gap, kane, error = draw(material["band_gap"]), draw(material["kane_energy"]), draw(factor)
    error = error / draw(model.polaron_error)
    apart = draw(splitting)
    t = context.temperature
    carriers = []
    for mass, mobility, far in (
        (polarons.mass_n, polarons.mobility_n, None),
        (polarons.mass_p, polarons.mobility_p, apart),
    ):
        x = channels.mixing(kane, mass, gap, far, t)
        bulk = error * channels.elliott_yafet(x, channels.momentum_time(mobility, mass))
        carriers.append((mass, bulk))
    return _Inputs(
        shape=dots.shape,
        temperature=t,
        lateral=far_side(dots, size, draw),
        carriers=tuple(carriers),
        phonon=polarons.phonon,
        bohr_radius=draw(dots.bohr_radius),
        core=context.core,
        reduced_mass=draw(material["reduced_mass"]),
        binding=draw(material["exciton_binding_energy"]),
        constant=draw(model.contact_exchange),
        mixed=np.clip(draw(model.exchange_mixing), 0.0, 1.0),
        width=draw(model.homogeneous_width),
        flip=draw(model.wall_flip),
        dangling=draw(model.dangling_bond_velocity),
    )


def _lifetimes(inputs: _Inputs, size: FloatArray) -> tuple[dict[str, Sourced], FloatArray]:
    """Lifetimes, trends and channels, and the T1 rates of electron and hole."""
    here, smaller = rates(inputs, size), rates(inputs, _SMALLER * size)
    bulk = np.sum([rate for _, rate in inputs.carriers], axis=0)
    exciton = "spin of the exciton; the sum of the rates of four channels"
    resident = "T1 of a carrier without partner, in no magnetic field"
    alone = "electron-hole pair at low density, Elliott-Yafet alone"
    found = {
        "spin_lifetime": _inverse(here.exciton, exciton),
        "spin_lifetime_electron": _inverse(here.carriers[0], resident),
        "spin_lifetime_hole": _inverse(here.carriers[1], resident),
        "spin_lifetime_bulk": _inverse(bulk, alone),
        "spin_longer_than_bulk": _answer(here.exciton, bulk, "longer than in the bulk"),
        "spin_falls_with_size": _answer(
            here.exciton, smaller.exciton, f"shorter at {_SMALLER} times the size"
        ),
        "spin_rate_elliott_yafet": summary(here.elliott_yafet.sum(axis=0), "1/s"),
        "spin_rate_surface": summary(here.surface.sum(axis=0), "1/s"),
        "spin_rate_exchange": summary(here.exchange, "1/s"),
        "spin_rate_dangling_bonds": summary(here.dangling_bonds.sum(axis=0), "1/s"),
        "exchange_splitting": summary(here.splitting, "eV", note="bright from dark exciton"),
    }
    return found, here.carriers


def _inverse(rate: FloatArray, note: str) -> Sourced:
    """A lifetime; unknown where so little is left of every channel that others decide."""
    if rate[0] * _FROZEN < 1.0:
        return Sourced.unknown("s", "no channel of the model acts at this temperature")
    return summary(1.0 / np.maximum(rate, 1.0 / _FROZEN), "s", sources=("review",), note=note)


def _answer(slower: FloatArray, faster: FloatArray, what: str) -> Sourced:
    """Whether the first rate is the lower one, with the share of draws that say so."""
    if max(slower[0], faster[0]) * _FROZEN < 1.0:
        return Sourced.unknown("yes_no", "no channel of the model acts at this temperature")
    draws = slower < faster
    note = f"{what} in {100.0 * float(np.mean(draws)):.0f} % of the draws"
    return Sourced(float(draws[0]), "yes_no", None, None, "computed", ("review",), note)


def _dephasing(
    dots: DotProperties,
    context: Context,
    size: FloatArray,
    carriers: FloatArray | None,
    draw: Draw,
) -> dict[str, Sourced]:
    """Nuclear dephasing of a hole, alone and together with its T1."""
    names = ("hyperfine_dephasing_time", "spin_dephasing_hole")
    energy = library_value(context, "hyperfine_energy")
    reason = energy.note if not energy.is_known else ""
    if not reason and carriers is None:
        reason = "the rates of the spin are not known"
    if reason or carriers is None:
        return {n: Sourced.unknown("s", reason) for n in names}
    reference = draw(context.model.hyperfine_size) ** 3
    lateral = far_side(dots, size, draw)
    room = walls.volume(size, dots.shape, lateral, draw(dots.bohr_radius))
    field = draw(energy) * np.sqrt(reference / room)
    nuclear = hyperfine_dephasing(field, draw(context.model.hyperfine_width))
    total = 1.0 / (1.0 / nuclear + carriers[1])
    note = "T2* of an ensemble of holes by frozen nuclear fields"
    return {
        names[0]: summary(nuclear, "s", sources=energy.sources, note=note),
        names[1]: summary(total, "s", sources=energy.sources, note=note + " and T1"),
    }


def _factors(
    dots: DotProperties, context: Context, splitting: Sourced, draw: Draw
) -> dict[str, Sourced]:
    """g-factors at the gap of the dot without the image charges, which no optics sees."""
    names = ("g_electron", "g_hole")
    binding = context.material["exciton_binding_energy"]
    reason = next((q.note for q in (dots.optical_gap, binding, splitting) if not q.is_known), "")
    if not reason and "Pb" not in context.population.formula:
        reason = "the relation of the g-factors to the gap was tested for lead halides only"
    if reason:
        return {n: Sourced.unknown("1", reason) for n in names}
    gap = draw(dots.optical_gap) + draw(binding)
    scatter = draw(Sourced(0.0, "1", -1.645 * _REACH, 1.645 * _REACH, "assumed"))
    values = (g_electron(gap), g_hole(gap, draw(splitting)))
    sources = ("10.1038/s41467-022-30701-0",)
    note = f"universal relation to the gap, standard error {_REACH} assumed"
    return {
        n: summary(v + scatter, "1", sources=sources, note=note)
        for n, v in zip(names, values, strict=True)
    }
