"""Mobility inside a dot, lifetime of its carriers, and how far they would get.

    1/mu_dot = 1/mu_crystal + 1/mu_wall       mu_crystal: polaron (`polaron`) times an error
    mu_wall  = q l / ((1 - p) m v)            l = 4 V/S, v^2 = 8 kT/(pi m) + (pi hbar / m L)^2
    D = mu kT/q      L = sqrt(D tau)          ambipolar: 1/mu = (1/mu_n + 1/mu_p)/2

A wall is hit once a mean chord l; the share p of the hits is mirror-like and costs nothing
(Fuchs). In the ground level the carrier hits it with the speed of its standing wave.

Three mobilities have three names. `mobility_dot_n` and `mobility_dot_p`, here, are those of a
carrier inside one core, which terahertz light sees; ``film.mobility`` is that of hops from dot to
dot through the ligands; the mobility among the figures of a transistor is what its current says
after contacts, traps and mobile ions. They differ by decades and none replaces another.

Range: thermal carriers at low density. Where the levels lie more than kT apart a mobility inside
the dot is that of an oscillating field, not of a current. L is that of a medium that goes on
beyond the walls: in a solid of dots the film decides. References: Fuchs,
doi:10.1017/S0305004100019952; review, Sec. 2.3, for D and L.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import BOLTZMANN, HBAR
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..crystal.composition import parse
from ..library.mixing import mix
from . import polaron, walls
from .draws import Draw, drawer, summary
from .parts import Context
from .polaron import ELECTRON_MASS_OVER_CHARGE
from .state import DotProperties

FloatArray = NDArray[np.float64]

DRAWS = 400
_BULK = ("electron_mass", "hole_mass", "permittivity_optical", "permittivity_static")
_MOBILITIES = ("mobility_dot_n", "mobility_dot_p", "mobility_crystal_n", "mobility_crystal_p")
_LENGTHS = ("diffusion_length", "diffusion_length_n", "diffusion_length_p")
_COLD = 8.0  # hbar omega / kT beyond which what the model leaves out decides
_INSIDE = "inside one dot, as terahertz light sees it; not that of a film nor of a transistor"


@dataclass(frozen=True)
class Crystal:
    """Polarons of one crystal, drawn: masses [m0], couplings [1], mobilities [m2/Vs]."""

    mass_n: FloatArray
    mass_p: FloatArray
    coupling_n: FloatArray
    coupling_p: FloatArray
    mobility_n: FloatArray
    mobility_p: FloatArray
    phonon: FloatArray


def diffusion_coefficient(mobility: ArrayLike, temperature: float) -> FloatArray:
    """Einstein's relation ``D = mu kT/q`` [m2/s].

    Parameters
    ----------
    mobility
        [m2/Vs]
    temperature
        [K]

    Examples
    --------
    >>> round(float(diffusion_coefficient(2.1e-4, 300.0)) * 1e4, 4)  # cm2/s
    0.0543
    """
    return np.asarray(np.asarray(mobility, float) * BOLTZMANN * temperature)


def diffusion_length(mobility: ArrayLike, lifetime: ArrayLike, temperature: float) -> FloatArray:
    """``L = sqrt(D tau)`` [m].

    Examples
    --------
    >>> round(float(diffusion_length(20e-4, 29e-9, 300.0)) * 1e6, 2)  # um; the review's CsPbI3
    1.22
    """
    tau = np.asarray(lifetime, float)
    return np.asarray(np.sqrt(diffusion_coefficient(mobility, temperature) * tau))


def ambipolar(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Mobility or diffusivity of as many electrons as holes, ``2 a b / (a + b)``.

    Examples
    --------
    >>> float(ambipolar(1.0, 3.0))
    1.5
    """
    a, b = np.asarray(first, float), np.asarray(second, float)
    return np.asarray(2.0 * a * b / (a + b))


def wall_mobility(
    mass: ArrayLike, chord: ArrayLike, edge: ArrayLike, specularity: ArrayLike, temperature: float
) -> FloatArray:
    """Mobility that the walls alone would leave, ``q l / ((1 - p) m v)`` [m2/Vs].

    Parameters
    ----------
    mass
        [electron masses]
    chord
        Mean path between walls [m].
    edge
        Size that sets the standing wave [m].
    specularity
        Share of mirror-like hits [1].
    temperature
        [K]

    Examples
    --------
    >>> bool(100e-4 < wall_mobility(0.22, 7e-9, 1e-8, 0.0, 300.0) < 300e-4)
    True
    """
    diffuse = np.maximum(1.0 - np.asarray(specularity, float), 1e-3)
    m = np.asarray(mass, float) * ELECTRON_MASS_OVER_CHARGE
    v = speed(mass, edge, temperature)
    return np.asarray(np.asarray(chord, float) / (diffuse * m * v))


def speed(mass: ArrayLike, edge: ArrayLike, temperature: float) -> FloatArray:
    """Mean speed of a carrier between walls, thermal and standing wave [m/s].

    Examples
    --------
    >>> bool(2e5 < speed(0.22, 1e-6, 300.0) < 2.5e5)
    True
    """
    m = np.asarray(mass, float) * ELECTRON_MASS_OVER_CHARGE
    wave = np.pi * HBAR / (m * np.asarray(edge, float))
    return np.asarray(np.sqrt(8.0 * BOLTZMANN * temperature / (np.pi * m) + wave**2))


def mean_free_path(mobility: ArrayLike, mass: ArrayLike, temperature: float) -> FloatArray:
    """Path between collisions that a mobility asks for, ``v mu m / q`` at thermal speed [m].

    Examples
    --------
    >>> round(float(mean_free_path(4500e-4, 0.22, 300.0)) * 1e9)  # nm, in an 11 nm dot
    129
    """
    m = np.asarray(mass, float) * ELECTRON_MASS_OVER_CHARGE
    v = np.sqrt(8.0 * BOLTZMANN * temperature / (np.pi * m))
    return np.asarray(v * np.asarray(mobility, float) * m)


def transport(dots: DotProperties, context: Context) -> DotProperties:
    """Add mobilities, lifetime, D and L to `dots`: a part of `parts`.

    Examples
    --------
    >>> from halodot.dot import characterise
    >>> from halodot.library import Library
    >>> from halodot.synthesis.state import DotPopulation
    >>> exact = Sourced(9e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
    >>> dots = characterise(DotPopulation("CsPbBr3", "cube", *exact, "OA"), Library.builtin(), 300)
    >>> bool(dots.extras["mobility_dot_n"].value < dots.extras["mobility_crystal_n"].value)
    True
    """
    draw = drawer(generator(0, "transport"), DRAWS)
    found = _mobilities(dots, context, draw)
    found["carrier_lifetime"] = _lifetime(dots, context)
    found |= _diffusion(found, context, draw)
    return replace(dots, extras={**dots.extras, **found})


def crystal(context: Context) -> Crystal | str:
    """Return the polarons of the material, or why there are none."""
    material = context.material
    if material.missing:
        return material.missing
    values = [_bulk(context, name) for name in (*_BULK, "phonon_energy")]
    for q in values:
        if not q.is_known:
            return q.note
    return _crystal(*values, context.temperature)


def far_side(dots: DotProperties, size: FloatArray, draw: Draw) -> FloatArray | None:
    """Draw the edge of a dot along the axes that do not have its size [m]."""
    other = [None if q is None else draw(q) for q in (dots.lateral, dots.length)]
    return walls.far_side(size, dots.shape, *other)


def library_value(context: Context, quantity: str) -> Sourced:
    """Return a quantity of the material from the library, mixed over its end members."""
    composition = parse(context.population.formula).host
    known = context.library.names("perovskite")
    names = (context.population.formula, composition.formula)
    listed = next((n for n in names if n in known), None)
    members = {listed: 1.0} if listed else composition.end_members
    return mix(context.library, members, quantity)


def _bulk(context: Context, quantity: str) -> Sourced:
    """The library's own value first: masses of the level model are fitted to sizes of dots."""
    own = library_value(context, quantity)
    return own if own.is_known else context.material[quantity]


@lru_cache(maxsize=64)
def _crystal(
    electron: Sourced,
    hole: Sourced,
    optical: Sourced,
    static: Sourced,
    phonon: Sourced,
    temperature: float,
) -> Crystal:
    """One size after another of one material shares the draws of its polarons."""
    draw = drawer(generator(0, "polaron"), DRAWS)
    masses = np.stack([draw(electron), draw(hole)])
    energy = draw(phonon)
    alpha = polaron.coupling(masses, draw(optical), draw(static), energy)
    mobility = polaron.mobility(masses, alpha, np.stack([energy, energy]), temperature)
    n, p = zip(masses, alpha, mobility, strict=True)
    return Crystal(n[0], p[0], n[1], p[1], n[2], p[2], energy)


def _mobilities(dots: DotProperties, context: Context, draw: Draw) -> dict[str, Sourced]:
    found = crystal(context)
    shape = dots.shape
    if isinstance(found, Crystal) and not walls.is_known(shape):
        found = f"the walls of a {shape} are not described"
    if isinstance(found, str):
        unknown = {k: Sourced.unknown("m2/Vs", found) for k in _MOBILITIES}
        pure = Sourced.unknown("1", found)
        return unknown | {"polaron_coupling_n": pure, "polaron_coupling_p": pure}
    size = draw(dots.size)
    lateral = far_side(dots, size, draw)
    chord = walls.mean_chord(size, shape, lateral)
    mirror = np.clip(draw(context.model.wall_specularity), 0.0, 1.0)
    error = draw(context.model.polaron_error)
    sources = tuple(dict.fromkeys(s for n in _BULK for s in _bulk(context, n).sources))
    frozen = found.phonon[0] / (BOLTZMANN * context.temperature) > _COLD
    limit = "polar phonons only, an upper bound"
    limit += "; they are frozen here, defects decide" if frozen else ""
    extras = {}
    for c in "np":
        mass, bulk = getattr(found, f"mass_{c}"), getattr(found, f"mobility_{c}") * error
        at_wall = wall_mobility(mass, chord, size, mirror, context.temperature)
        inside = 1.0 / (1.0 / bulk + 1.0 / at_wall)
        alpha = getattr(found, f"coupling_{c}")
        extras[f"mobility_dot_{c}"] = summary(inside, "m2/Vs", sources=sources, note=_INSIDE)
        extras[f"mobility_crystal_{c}"] = summary(bulk, "m2/Vs", sources=sources, note=limit)
        extras[f"polaron_coupling_{c}"] = summary(alpha, "1", sources=sources)
    return extras


def _lifetime(dots: DotProperties, context: Context) -> Sourced:
    """Given, that of the decay of the light, or the radiative one times the yield."""
    given = context.model.lifetime_given
    if given is not None:
        return given
    decay = dots.extras.get("pl_lifetime")
    if decay is not None and decay.is_known:
        return decay
    rate, share = dots.radiative_lifetime, dots.plqy
    for q in (rate, share):
        if not q.is_known:
            return Sourced.unknown("s", q.note)
    draw = drawer(generator(0, "carrier lifetime"), DRAWS)
    # A yield above 1 counts photons of a dopant; the exciton it came from lived no longer for it.
    tau = draw(rate) * np.clip(draw(share), 1e-6, 1.0)
    note = "radiative lifetime times the quantum yield: what does not glow is as fast as it takes"
    return summary(tau, "s", sources=(*rate.sources, *share.sources), note=note)


def _diffusion(found: dict[str, Sourced], context: Context, draw: Draw) -> dict[str, Sourced]:
    """D and L of both carriers alone and together; a given mobility stands for both together."""
    tau, given = found["carrier_lifetime"], context.model.mobility_given
    mobility = {f"_{c}": found[f"mobility_dot_{c}"] for c in "np"}
    mobility[""] = given if given is not None else _together(*mobility.values())
    extras = {}
    for end, mu in mobility.items():
        extras[f"diffusion_coefficient{end}"] = _product(mu, None, context.temperature, draw)
        extras[f"diffusion_length{end}"] = _product(mu, tau, context.temperature, draw)
    return {"mobility_ambipolar": mobility[""], **extras}


def _together(n: Sourced, p: Sourced) -> Sourced:
    """Ambipolar mobility; both ends of the interval together, as phonons and walls are shared."""
    if n.value is None or p.value is None:
        return n
    low = float(ambipolar(n.low or n.value, p.low or p.value))
    high = float(ambipolar(n.high or n.value, p.high or p.value))
    value = float(ambipolar(n.value, p.value))
    return Sourced(value, "m2/Vs", low, high, "computed", n.sources, _INSIDE)


def _product(mu: Sourced, tau: Sourced | None, temperature: float, draw: Draw) -> Sourced:
    """D of a mobility, or L where a lifetime comes with it."""
    unit = "m2/s" if tau is None else "m"
    for q in (mu, tau):
        if q is not None and not q.is_known:
            return Sourced.unknown(unit, q.note)
    if tau is None:
        note = "Einstein's relation D = mu kT/q"
        return summary(
            diffusion_coefficient(draw(mu), temperature), unit, sources=mu.sources, note=note
        )
    note = "L = sqrt(D tau) of a medium that goes on beyond the dot; in a solid the film decides"
    length = diffusion_length(draw(mu), draw(tau), temperature)
    return summary(length, unit, sources=(*mu.sources, *tau.sources), note=note)
