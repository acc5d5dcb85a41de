"""Four ways for a spin to turn over in a dot, each a rate that adds to the others [1/s].

Elliott-Yafet. A scattering turns a spin as the bands mix it: with the band's own k.p admixture of
the other edge, ``<k' down|k up> = lambda (k x k')``, an electron (p-like edge) has ``lambda =
(hbar^2/2 m0) (E_P/3) / Eg^2`` and a hole (s-like edge, spin-orbit split bands at Eg and Eg + D)
``(hbar^2/2 m0) (E_P/3) [1/Eg^2 - 1/(Eg + D)^2]``. Averaged over directions and thermal energies,

    1/T1 = (10/3) x^2 / tau_p,     x = (E_P/3) (m/m0) kT [...]

In a dot the ground doublet is alone: a standing wave has no k x k' with it, so that the levels
before and after the collision, which are thermal, have to lie above it. The rate is that of the
bulk times ``(1 - 1/Z)^2``, ``Z = prod sum exp(-(n^2 - 1) E_i / kT)`` over the levels of the box.

Surface. Each hit on a wall turns the spin with a chance p. A static wall cannot part a Kramers
pair, so two phonons have to help: ``p v/l N (N + 1) / [N (N + 1)]_300K`` (Raman).

Exchange. Electron and hole split bright from dark states by ``D = C int |psi_e psi_h|^2``. A share
of D turns the spin at ``omega``, until the phase is lost at ``g = width / 2 hbar``: ``omega^2 g /
(g^2 + omega^2)``, motional narrowing while omega < g. It acts on bound pairs only.

Dangling bonds. Spins on the surface flip with the carrier in proportion to surface over volume.

References: Elliott, doi:10.1103/PhysRev.96.266; Maialle et al., doi:10.1103/PhysRevB.47.15776; two
LO phonons: arXiv:2603.03038; the list of channels: review, Sec. 2.2, after its reference 72.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import BOLTZMANN, HBAR, KINETIC
from .polaron import ELECTRON_MASS_OVER_CHARGE

FloatArray = NDArray[np.float64]

ROOM = 300.0  # [K], where the chance of a flip at a wall is stated
_TERMS = np.arange(1, 41)
_DENSE = 0.01  # level spacing over kT below which a sum over levels is an integral


def momentum_time(mobility: ArrayLike, mass: ArrayLike) -> FloatArray:
    """Time between collisions ``mu m / q`` [s], of a mobility [m2/Vs] and a mass [m0].

    Examples
    --------
    >>> bool(5e-15 < momentum_time(60e-4, 0.2) < 1e-14)
    True
    """
    m = np.asarray(mass, float) * ELECTRON_MASS_OVER_CHARGE
    return np.asarray(np.asarray(mobility, float) * m)


def mixing(
    kane: ArrayLike,
    mass: ArrayLike,
    gap: ArrayLike,
    splitting: ArrayLike | None,
    temperature: float,
) -> FloatArray:
    """Spin mixing x of the thermal wave vector [1].

    Parameters
    ----------
    kane, gap
        Kane energy and gap [eV].
    mass
        [electron masses]
    splitting
        Spin-orbit splitting of the other band [eV] for a hole; None for an electron.
    temperature
        [K]

    Examples
    --------
    >>> bool(mixing(14.0, 0.2, 2.3, 0.0, 300.0) == 0.0)  # no spin-orbit coupling, no mixing
    True
    """
    eg = np.asarray(gap, float)
    far = 0.0 if splitting is None else 1.0 / (eg + np.asarray(splitting, float)) ** 2
    thermal = np.asarray(mass, float) * BOLTZMANN * temperature
    return np.asarray(np.asarray(kane, float) / 3.0 * thermal * (1.0 / eg**2 - far))


def elliott_yafet(mixed: ArrayLike, momentum: ArrayLike, share: ArrayLike = 1.0) -> FloatArray:
    """``(10/3) x^2 / tau_p`` times the share of collisions that can turn a spin [1/s].

    Examples
    --------
    >>> float(elliott_yafet(0.003, 1e-14).round(-7))
    3000000000.0
    """
    x = np.asarray(mixed, float)
    return np.asarray(10.0 / 3.0 * x**2 / np.asarray(momentum, float) * np.asarray(share, float))


def scattering_share(mass: ArrayLike, edges: list[FloatArray], temperature: float) -> FloatArray:
    """Share of collisions that begin and end above the ground level, ``(1 - 1/Z)^2`` [1].

    Parameters
    ----------
    mass
        [electron masses]
    edges
        Of the box [m]; with fewer than three the motion is free along the rest: share 1.
    temperature
        [K]

    Examples
    --------
    >>> dot = scattering_share(0.2, [np.array(5e-9)] * 3, 300.0)
    >>> bulk = scattering_share(0.2, [np.array(1e-6)] * 3, 300.0)
    >>> bool(dot < 1e-4), bool(bulk > 0.999)
    (True, True)
    """
    if len(edges) < 3:
        return np.ones(np.broadcast_shapes(np.shape(mass), *(e.shape for e in edges)))
    total = np.asarray(1.0)
    for edge in edges:
        ground = KINETIC * (np.pi / edge) ** 2 / np.asarray(mass, float)
        total = total * _levels(ground / (BOLTZMANN * temperature))
    return np.asarray((1.0 - 1.0 / total) ** 2)


def surface(
    flip: ArrayLike, speed: ArrayLike, chord: ArrayLike, phonon: ArrayLike, temperature: float
) -> FloatArray:
    """Hits on walls that turn the spin with two phonons' help [1/s].

    Parameters
    ----------
    flip
        Chance a hit at 300 K [1].
    speed, chord
        Of the carrier [m/s], mean path between walls [m].
    phonon
        Longitudinal optical phonon [eV].
    temperature
        [K]

    Examples
    --------
    >>> warm, cold = (float(surface(5e-4, 3e5, 6e-9, 0.02, t)) for t in (300.0, 5.0))
    >>> cold < 1e-10 * warm
    True
    """
    hits = np.asarray(speed, float) / np.asarray(chord, float)
    raman = _raman(phonon, temperature) / _raman(phonon, ROOM)
    return np.asarray(np.asarray(flip, float) * hits * raman)


def exchange(
    splitting: ArrayLike, mixed: ArrayLike, width: ArrayLike, bound: ArrayLike = 1.0
) -> FloatArray:
    """Electron-hole exchange, ``omega^2 g / (g^2 + omega^2)`` of the bound pairs [1/s].

    Parameters
    ----------
    splitting
        Bright from dark [eV].
    mixed
        Share of it that turns the spin [1].
    width
        Homogeneous full width of the exciton [eV].
    bound
        Share of pairs that are bound [1].

    Examples
    --------
    >>> slow, fast = (float(exchange(1e-3, 0.25, w)) for w in (0.1, 0.05))
    >>> 1.9 < fast / slow < 2.1  # motional narrowing
    True
    """
    omega = np.asarray(mixed, float) * np.asarray(splitting, float) / HBAR
    # An exciton at 0 K never loses its phase in this model: the rate goes to 0, not to 0/0.
    g = np.maximum(0.5 * np.asarray(width, float) / HBAR, 1e-100)
    return np.asarray(np.asarray(bound, float) * omega**2 / (g + omega**2 / g))


def bound_share(
    volume: ArrayLike, reduced_mass: ArrayLike, binding: ArrayLike, temperature: float
) -> FloatArray:
    """Share of time that one pair in a volume is bound (Saha) [1].

    ``1 / (1 + V / V_s)``, ``V_s = (2 pi hbar^2 / mu kT)^(3/2) exp(E_b / kT)``.

    Examples
    --------
    >>> bool(bound_share(1e-24, 0.126, 0.033, 300.0) > 0.8)
    True
    """
    kt = BOLTZMANN * temperature
    wave = 4.0 * np.pi * KINETIC / (np.asarray(reduced_mass, float) * kt)
    # Beyond 600 the pair is bound in any volume, and exp would leave the floats.
    saha = wave**1.5 * np.exp(np.minimum(np.asarray(binding, float) / kt, 600.0))
    return np.asarray(1.0 / (1.0 + np.asarray(volume, float) / saha))


def exciton_width(width: ArrayLike, phonon: ArrayLike, temperature: float) -> FloatArray:
    """Homogeneous width [eV] of one that is `width` at 300 K, in proportion to the phonons.

    Examples
    --------
    >>> float(exciton_width(0.05, 0.02, 300.0))
    0.05
    """
    scale = occupation(phonon, temperature) / occupation(phonon, ROOM)
    return np.asarray(np.asarray(width, float) * scale)


def dangling_bonds(velocity: ArrayLike, surface_to_volume: ArrayLike) -> FloatArray:
    """Flips with spins on the surface, velocity [m/s] times S/V [1/m] [1/s].

    Examples
    --------
    >>> float(dangling_bonds(0.02, 6e8))
    12000000.0
    """
    return np.asarray(np.asarray(velocity, float) * np.asarray(surface_to_volume, float))


def occupation(phonon: ArrayLike, temperature: float) -> FloatArray:
    """Bose-Einstein occupation of a phonon [1]."""
    x = np.minimum(np.asarray(phonon, float) / (BOLTZMANN * temperature), 600.0)
    return np.asarray(1.0 / np.expm1(x))


def _raman(phonon: ArrayLike, temperature: float) -> FloatArray:
    n = occupation(phonon, temperature)
    return np.asarray(n * (n + 1.0))


def _levels(spacing: FloatArray) -> FloatArray:
    """``sum exp(-(n^2 - 1) y)`` over the levels of one axis."""
    y = np.asarray(spacing, float)
    dense = np.exp(np.minimum(y, _DENSE)) * 0.5 * (np.sqrt(np.pi / np.maximum(y, 1e-300)) - 1.0)
    each = np.exp(-(_TERMS**2 - 1.0) * np.maximum(y, _DENSE)[..., None])
    return np.asarray(np.where(y < _DENSE, np.minimum(dense, 1e100), np.sum(each, axis=-1)))
