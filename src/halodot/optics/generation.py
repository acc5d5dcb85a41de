"""Rates at which light makes pairs, layer by layer and over depth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.constants import HC
from .constants import OpticalConstants
from .spectrum import Spectrum
from .transfer_matrix import Film, Polarisation, solve

Array = NDArray[np.float64]

ROUND_GAP = 1e-9  # a photon at the gap counts as reaching it, whatever the last digits


@dataclass(frozen=True)
class Absorber:
    """A layer in the path of the light.

    Attributes
    ----------
    constants
        Its optical constants.
    thickness
        [m]
    gap
        Least photon energy that makes a pair [eV]; inf where nothing does (electrodes, glass).
    coherent
        False for a thick substrate.
    """

    constants: OpticalConstants
    thickness: float
    gap: float = math.inf
    coherent: bool = True


@dataclass(frozen=True)
class Generation:
    """What light makes of a stack.

    Attributes
    ----------
    profiles
        For each layer depth [m] and rate of pairs [m-3 s-1], None where there are none. Linear
        between its points, a profile integrates to the photons that the layer absorbs.
    spectrum
        Samples of light, as they fall in.
    reflectance, transmittance, absorptance
        Of every sample [W], [W], [L, W]; they add up to one.
    pairs
        Pairs per area and time of each layer [L, m-2 s-1].
    """

    profiles: tuple[tuple[Array, Array] | None, ...]
    spectrum: Spectrum
    reflectance: Array
    transmittance: Array
    absorptance: Array
    pairs: Array


def depth_grid(thickness: float, inner: int = 200, ends: int = 100) -> Array:
    """Depths that resolve fringes inside and steep decay at both faces [m].

    >>> grid = depth_grid(1e-6)
    >>> float(grid[0]), float(grid[-1]), grid.size < 500
    (0.0, 1e-06, True)
    """
    near = np.geomspace(1e-6, 0.5, ends)
    inside = np.linspace(0.0, 1.0, inner + 1)
    return thickness * np.unique(np.concatenate((inside, near, 1.0 - near[::-1])))


def generation_profile(
    layers: Sequence[Absorber],
    spectrum: Spectrum,
    *,
    before: float = 1.0,
    after: float = 1.0,
    angle: float = 0.0,
    polarisation: Polarisation = "unpolarised",
    from_right: bool = False,
) -> Generation:
    """Pairs that light makes in a stack, by the transfer matrix: G(x) = sum of flux x da/dx.

    Each absorbed photon of at least the gap of its layer makes one pair; others heat.

    Parameters
    ----------
    layers
        From left to right, substrate and electrodes included.
    spectrum
        Light that falls in.
    before, after
        Index of the media left and right of the stack [1].
    angle, polarisation
        As in `transfer_matrix.solve`.
    from_right
        Whether the light comes from the right; depths count from the left all the same.

    Examples
    --------
    >>> from .spectrum import monochromatic
    >>> film = Absorber(OpticalConstants.constant(2.0, 0.1), 2e-7, gap=2.3)
    >>> made = generation_profile([film], monochromatic(5e-7, 100.0))
    >>> depth, rate = made.profiles[0]
    >>> flux = float(made.spectrum.photon_flux[0] * made.absorptance[0, 0])
    >>> bool(np.isclose(np.trapezoid(rate, depth), flux, rtol=1e-12))
    True
    """
    order = list(layers)[::-1] if from_right else list(layers)
    waves = spectrum.wavelength
    makes = [_makes(a, waves) for a in order]
    grids = [
        depth_grid(a.thickness) if m.any() else None for a, m in zip(order, makes, strict=True)
    ]
    found = solve(
        waves,
        [Film(a.constants.at(waves), a.thickness, a.coherent) for a in order],
        before=after if from_right else before,
        after=before if from_right else after,
        angle=angle,
        polarisation=polarisation,
        depths=grids,
    )
    flux = spectrum.photon_flux
    profiles: list[tuple[Array, Array] | None] = []
    pairs = np.zeros(len(order))
    for k, (grid, density) in enumerate(zip(grids, found.profiles, strict=True)):
        useful = np.where(makes[k], flux, 0.0)
        pairs[k] = float(useful @ found.absorptance[k])
        profiles.append(None if density is None or grid is None else
                        _conserved(grid, useful @ density, pairs[k]))  # fmt: skip
    absorbed = found.absorptance
    if from_right:
        profiles = [_mirrored(p) for p in profiles[::-1]]
        pairs, absorbed = pairs[::-1], absorbed[::-1]
    return Generation(
        tuple(profiles), spectrum, found.reflectance, found.transmittance, absorbed, pairs
    )


def beer_lambert(
    layers: Sequence[Absorber], spectrum: Spectrum, *, from_right: bool = False
) -> Generation:
    """Pairs that light makes without reflection or interference: each layer takes exp(-alpha x).

    Only layers that make pairs absorb; what is left goes through the rest of the stack.

    Examples
    --------
    >>> from .spectrum import monochromatic
    >>> film = Absorber(OpticalConstants.constant(1.0, absorption=1e7), 2e-7, gap=2.3)
    >>> made = beer_lambert([film], monochromatic(5e-7, 100.0))
    >>> f"{made.absorptance[0, 0]:.6f}"
    '0.864665'
    """
    order = list(layers)[::-1] if from_right else list(layers)
    left = np.ones(spectrum.wavelength.size)
    absorbed, profiles = [], []
    for layer in order:
        makes = _makes(layer, spectrum.wavelength)
        alpha = np.zeros(left.size)
        if makes.any():
            alpha[makes] = layer.constants.absorption_coefficient(spectrum.wavelength[makes])
        share = -left * np.expm1(-alpha * layer.thickness)
        absorbed.append(share)
        profiles.append(_decay(layer.thickness, alpha, left * spectrum.photon_flux))
        left = left * np.exp(-alpha * layer.thickness)
    if from_right:
        profiles, absorbed = [_mirrored(p) for p in profiles[::-1]], absorbed[::-1]
    each = np.array(absorbed).reshape(len(order), left.size)
    return Generation(
        tuple(profiles), spectrum, np.zeros(left.size), left, each, each @ spectrum.photon_flux
    )


def _makes(layer: Absorber, wavelength: Array) -> NDArray[np.bool_]:
    return np.asarray(HC / wavelength >= layer.gap * (1.0 - ROUND_GAP))


def _decay(thickness: float, alpha: Array, flux: Array) -> tuple[Array, Array] | None:
    if not np.any(alpha > 0.0):
        return None
    depth = depth_grid(thickness)
    rate = (alpha * flux) @ np.exp(-np.outer(alpha, depth))
    return _conserved(depth, rate, float(flux @ -np.expm1(-alpha * thickness)))


def _conserved(depth: Array, rate: Array, pairs: float) -> tuple[Array, Array]:
    """Scale a profile so that, linear between its points, it holds exactly `pairs`."""
    held = float(np.trapezoid(rate, depth))
    return depth, rate * (pairs / held) if held > 0.0 else rate


def _mirrored(profile: tuple[Array, Array] | None) -> tuple[Array, Array] | None:
    if profile is None:
        return None
    depth, rate = profile
    return depth[-1] - depth[::-1], rate[::-1]
