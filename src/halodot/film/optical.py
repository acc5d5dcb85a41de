"""Complex index n + ik of the film over wavelength, from its cores and its ligands.

Effective medium with complex permittivities eps = (n + ik)^2: cores in ligands between
Maxwell-Garnett and Bruggeman (weight as in `permittivity`), the solid in voids by Bruggeman,

    f (e_c - e)/(e_c + 2e) + (1 - f) (e_m - e)/(e_m + 2e) = 0,    the root with Im e >= 0.

Where a table of n and k of the core is given, it is used. Else k follows from the absorption cross
section sigma of a dot in its solvent of index n_s, undone by the local field,

    sigma / V = (2 pi / lambda n_s) |3 n_s^2 / (n_c^2 + 2 n_s^2)|^2 2 n_c k_c,

with one n_c for all wavelengths: k is then good, n lacks the dispersion of the exciton.
Without either the film has the single index of `FilmProperties.refractive_index`. The index of
the ligands stands for that of the solvent.

Range: dots much smaller than the wavelength in the film, k_c < n_c.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.constants import HC
from ..dot.state import DotProperties
from ..optics.constants import OpticalConstants
from . import spacing
from .evaluate import Case

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]


def film_index(
    core: ComplexArray, ligand: float, fill: float, towards_bruggeman: float, solid: float
) -> ComplexArray:
    """Return n + ik of the film.

    Parameters
    ----------
    core
        n + ik of the cores at each wavelength.
    ligand
        Index of the ligands.
    fill
        Share of the solid that cores fill; `solid` the share of space that is not void.
    towards_bruggeman
        0: Maxwell-Garnett, 1: Bruggeman.

    Examples
    --------
    >>> bare = film_index(np.array([2.0 + 0.1j]), 1.5, 1.0, 0.0, 1.0)
    >>> complex(np.round(bare[0], 9))
    (2+0.1j)
    """
    eps, matrix = core**2, ligand**2 + 0j
    x = fill * (eps - matrix) / (eps + 2.0 * matrix)
    low = matrix * (1.0 + 2.0 * x) / (1.0 - x)
    dense = low + towards_bruggeman * (_bruggeman(eps, matrix, fill) - low)
    index: ComplexArray = np.sqrt(_bruggeman(dense, 1.0 + 0j, solid))
    return index


def _bruggeman(core: ComplexArray, matrix: complex, fill: float) -> ComplexArray:
    b = (3.0 * fill - 1.0) * core + (2.0 - 3.0 * fill) * matrix
    root = np.sqrt(b**2 + 8.0 * core * matrix)
    root = np.where((b + root).imag < -1e-15, -root, root)
    found: ComplexArray = (b + root) / 4.0
    return found


def core_from_cross_section(
    energy: Array, section: Array, volume: float, index: float, solvent: float
) -> tuple[Array, ComplexArray]:
    """Return wavelengths, rising [m], and n + ik of the cores at them.

    Parameters
    ----------
    energy, section
        Photon energy [eV] and absorption cross section of a dot [m2].
    volume
        Of the core [m3].
    index, solvent
        Real index of the core, and of the solvent for which `section` holds.
    """
    wavelength = HC / energy[::-1]
    field = 3.0 * solvent**2 / (index**2 + 2.0 * solvent**2)
    k = section[::-1] / volume * wavelength * solvent / (4.0 * np.pi * index * field**2)
    core: ComplexArray = np.asarray(index + 1j * k, dtype=np.complex128)
    return wavelength, core


def curves(
    case: Case,
    x: Mapping[str, float],
    out: Mapping[str, float],
    dots: DotProperties | None,
    constants: OpticalConstants | None,
) -> dict[str, Array]:
    """Return ``film_wavelength`` [m], ``film_n`` and ``film_k``; nothing where no k is known.

    Parameters
    ----------
    case, x, out
        The film at the middle of all inputs.
    dots, constants
        Dots with their absorption cross section; table of the cores, which goes first.
    """
    if constants is not None and constants.wavelength.size > 1:
        wavelength, core = constants.wavelength, constants.at(constants.wavelength)
    elif dots is not None and "absorption_spectrum" in dots.curves:
        lateral = x["lateral"] if case.shape == "platelet" else None
        volume = spacing.core_volume(case.shape, x["size"], lateral)
        energy, section = dots.curves["absorption_energy"], dots.curves["absorption_spectrum"]
        index = float(np.sqrt(x["core_optical"]))
        wavelength, core = core_from_cross_section(
            energy, section, volume, index, x["ligand_index"]
        )
    else:
        return {}
    solid = out["solid"]
    mix = x["effective_medium"]
    film = film_index(core, x["ligand_index"], out["fill_fraction"] / solid, mix, solid)
    return {"film_wavelength": wavelength, "film_n": film.real, "film_k": film.imag}
