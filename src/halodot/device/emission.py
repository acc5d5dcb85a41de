"""From radiative pairs to emitted light: outcoupling, efficiency, brightness, colour.

    photons out = outcoupling x pairs                     [m-2 s-1]
    external quantum efficiency = q x photons out / |J|
    radiant exitance M = photons out x mean photon energy [W/m2]
    luminous exitance = 683 lm/W x integral of V(lambda) M_lambda
    luminance L = luminous exitance / pi                  Lambertian: equally bright from all sides
    power efficiency = luminous exitance / (J V)          [lm/W]

Outcoupling of a planar film of index n into air. Light inside the cone sin(theta) < 1/n leaves, the
rest is guided: of isotropic emitters 1 - sqrt(1 - 1/n^2), both cones together, the rear one sent
back by the reflecting electrode. Fresnel reflection takes nothing off as long as the light that it
sends back is not absorbed: detailed balance of a weakly absorbing slab gives just this share. For
large n it is 1/(2 n^2), the usual estimate. The ends of its interval: half of it where the rear
electrode absorbs, twice where the emitters stand so before a mirror that both waves add up (four
times the intensity of one, instead of two).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.constants import ELEMENTARY_CHARGE, HC
from ..core.errors import InputError
from ..core.sourced import Sourced

Array = NDArray[np.float64]


@dataclass(frozen=True)
class EmittedLight:
    """Light of a device at every row of its record; not a number where nothing defines a value.

    Attributes
    ----------
    outcoupling
        Share of the photons that leave [1].
    photon_flux
        That leave the device [m-2 s-1].
    quantum_efficiency
        External, photons out per electron through the terminals [1]; NaN at zero current.
    radiant_exitance
        [W/m2]
    radiance
        Of a Lambertian face [W/(m2 sr)].
    luminance
        Of a Lambertian face [cd/m2].
    current_efficiency
        [cd/A]; NaN at zero current.
    power_efficiency
        Luminous flux over electrical power [lm/W]; NaN where the device takes up no power.
    photon_energy
        Mean [eV].
    luminous_efficacy
        Luminous over radiant flux of the spectrum [lm/W].
    cie_x, cie_y
        Chromaticity; unknown where nothing is visible.
    energy, spectrum
        Photon energies [eV] and photons out per energy at every row [rows, m-2 s-1 eV-1].
    """

    outcoupling: Sourced
    photon_flux: Array
    quantum_efficiency: Array
    radiant_exitance: Array
    radiance: Array
    luminance: Array
    current_efficiency: Array
    power_efficiency: Array
    photon_energy: Sourced
    luminous_efficacy: Sourced
    cie_x: Sourced
    cie_y: Sourced
    energy: Array
    spectrum: Array

    def columns(self) -> dict[str, tuple[Array, str]]:
        """Columns of a record with their SI units.

        What an interval of the outcoupling makes of them is proportional to it.
        """
        return {
            "photon_flux": (self.photon_flux, "m-2 s-1"),
            "quantum_efficiency": (self.quantum_efficiency, "1"),
            "radiance": (self.radiance, "W/(m2 sr)"),
            "luminance": (self.luminance, "cd/m2"),
            "current_efficiency": (self.current_efficiency, "cd/A"),
            "power_efficiency": (self.power_efficiency, "lm/W"),
        }


def escape_share(refractive_index: ArrayLike, in_plane: float = 2.0 / 3.0) -> Array:
    """Share of the emission inside the two escape cones [1].

    1 - c for isotropic emitters, c = sqrt(1 - 1/n^2); dipoles in the plane of the film emit
    3/4 (1 - c) + 1/4 (1 - c^3) there, those across it 3/2 (1 - c) - 1/2 (1 - c^3).

    Parameters
    ----------
    refractive_index
        Of the emitting film, above that of the air outside [1].
    in_plane
        Share of the dipoles that lie in the plane, 2/3 where they are isotropic [1].

    Examples
    --------
    >>> f"{escape_share(2.0):.4f} {1 / (2 * 2.0**2):.4f}"
    '0.1340 0.1250'
    """
    n = np.asarray(refractive_index, float)
    inside = 1.0 / n**2
    cosine = np.sqrt(1.0 - inside)
    one = inside / (1.0 + cosine)  # 1 - c, without the difference of two numbers near one
    three = one * (1.0 + cosine + cosine**2)
    lying, standing = 0.75 * one + 0.25 * three, 1.5 * one - 0.5 * three
    return np.asarray(in_plane * lying + (1.0 - in_plane) * standing)


def outcoupling(refractive_index: Sourced, in_plane: float = 2.0 / 3.0) -> Sourced:
    """Share of the emitted photons that leaves a planar film of a device, with its interval.

    The escape cones of both sides; from half of it (the rear electrode absorbs) to twice
    (constructive interference with the light that a mirror sends back).

    >>> share = outcoupling(Sourced(2.0, "1", basis="given"))
    >>> f"{share.value:.3f} {share.low:.3f} {share.high:.3f}"
    '0.134 0.067 0.268'
    """
    if refractive_index.value is None:
        return Sourced.unknown("1", "the refractive index of the film is not known")
    n, low, high = (
        refractive_index.value if x is None else x
        for x in (refractive_index.value, refractive_index.low, refractive_index.high)
    )
    if not min(n, low) >= 1.0:
        raise InputError("refractive_index", n, "at least 1", "give that of the emitting film")
    share, least, most = (float(escape_share(x, in_plane)) for x in (n, high, low))
    note = (
        "escape cones of a planar film; ends: absorbing rear electrode, constructive interference"
    )
    return Sourced(share, "1", 0.5 * least, min(2.0 * most, 1.0), "computed", (), note)


def emitted_light(
    emission: ArrayLike,
    current_density: ArrayLike,
    voltage: ArrayLike,
    energy: ArrayLike,
    spectrum: ArrayLike,
    *,
    refractive_index: Sourced | None = None,
    share: Sourced | None = None,
) -> EmittedLight:
    """Light that leaves a device.

    Parameters
    ----------
    emission
        Radiative pairs per area and time [rows, m-2 s-1]; each makes one photon.
    current_density, voltage
        [A/m2] and [V], of the same rows.
    energy, spectrum
        Photon energies, rising [eV], and photons per energy there, in any unit.
    refractive_index
        Of the emitting film [1]; gives the outcoupling.
    share
        Outcoupling, where it is known otherwise [1].

    Raises
    ------
    InputError
        If rows do not match, the spectrum is none, or neither index nor outcoupling is known.

    Examples
    --------
    >>> e = np.linspace(2.233, 2.235, 21)  # 555 nm
    >>> lit = emitted_light(
    ...     [1e21], [160.2], [3.0], e, np.ones(21), share=Sourced(0.2, "1", basis="given")
    ... )
    >>> f"{lit.quantum_efficiency[0]:.4f} {lit.luminance[0]:.0f} cd/m2"
    '0.2000 15563 cd/m2'
    """
    pairs, current, bias = (
        np.atleast_1d(np.asarray(a, float)) for a in (emission, current_density, voltage)
    )
    if not pairs.shape == current.shape == bias.shape:
        shapes = f"{pairs.shape}, {current.shape}, {bias.shape}"
        raise InputError("emission", shapes, "rows that match", "give one value a row of each")
    out = share if share is not None else _index(refractive_index)
    if out.value is None:
        raise InputError(
            "outcoupling", "unknown", "a share or the refractive index of the film", out.note
        )
    grid, density = _spectrum(energy, spectrum)
    mean = float(np.trapezoid(grid * density, grid))
    photons = out.value * pairs
    exitance = photons * mean * ELEMENTARY_CHARGE
    efficacy, x, y = _seen(grid, density)
    luminous = exitance * efficacy
    return EmittedLight(
        outcoupling=out,
        photon_flux=photons,
        quantum_efficiency=_ratio(ELEMENTARY_CHARGE * photons, np.abs(current)),
        radiant_exitance=exitance,
        radiance=exitance / math.pi,
        luminance=luminous / math.pi,
        current_efficiency=_ratio(luminous / math.pi, np.abs(current)),
        power_efficiency=_ratio(luminous, current * bias),
        photon_energy=Sourced(mean, "eV"),
        luminous_efficacy=Sourced(efficacy, "lm/W"),
        cie_x=x,
        cie_y=y,
        energy=grid,
        spectrum=photons[:, None] * density,
    )


def _index(index: Sourced | None) -> Sourced:
    if index is None:
        return Sourced.unknown("1", "give refractive_index or share")
    return outcoupling(index)


def _spectrum(energy: ArrayLike, spectrum: ArrayLike) -> tuple[Array, Array]:
    """Grid and photons per energy, normalised to one photon."""
    grid, density = np.asarray(energy, float), np.asarray(spectrum, float)
    good = grid.ndim == 1 and grid.shape == density.shape and grid.size > 1
    good = good and bool(np.all(np.diff(grid) > 0.0) and grid[0] > 0.0 and np.all(density >= 0.0))
    if not good or not np.any(density > 0.0):
        raise InputError(
            "spectrum",
            f"{grid.size} energies, {density.size} values",
            "two or more rising photon energies with values of at least 0, not all zero",
            "give the emission spectrum of the film",
        )
    return grid, density / np.trapezoid(density, grid)


def _seen(grid: Array, density: Array) -> tuple[float, Sourced, Sourced]:
    """Luminous efficacy [lm/W] and chromaticity."""
    from ..optics.photometry import chromaticity, luminous_efficacy

    # the colour matching functions have 1 nm or 5 nm between rows: a line may fall in between
    fine = np.union1d(grid, np.linspace(grid[0], grid[-1], 2001))
    full = np.interp(fine, grid, density)
    x, y = chromaticity(grid, density)
    if math.isnan(x):
        dark = Sourced.unknown("1", "nothing of the spectrum is visible")
        return luminous_efficacy(fine, full), dark, dark
    return luminous_efficacy(fine, full), Sourced(x, "1"), Sourced(y, "1")


def _ratio(above: Array, below: Array) -> Array:
    """`above` over `below`, NaN where `below` is not positive."""
    good = below > 0.0
    return np.where(good, above / np.where(good, below, 1.0), np.nan)


def wavelength_spectrum(energy: Array, spectrum: Array) -> tuple[Array, Array]:
    """Photons per energy as power per wavelength: E^3 / (hc) x q, over rising wavelength [m].

    >>> w, power = wavelength_spectrum(np.array([2.0, 2.5]), np.array([1.0, 1.0]))
    >>> bool(w[0] < w[1])
    True
    """
    power = ELEMENTARY_CHARGE * energy**3 * spectrum / HC
    return (HC / energy)[::-1], power[..., ::-1]
