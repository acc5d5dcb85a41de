r"""Coulomb energy of the lowest pair to first order, in a medium of one permittivity.

.. math:: E_C = -\frac{e^2}{4\pi\epsilon_0\epsilon_r}
                \int\!\!\int \frac{\rho_e(r)\,\rho_h(r')}{|r - r'|}\, d^3r\, d^3r'.

On a grid the convolution is a product after a Fourier transform on twice the box, which keeps
periodic images apart. At ``r = r'`` the kernel is ``2.8373/h``, the constant of Ewald's sum for the
simple cubic lattice: with it the sum over points equals the integral up to terms of fourth order
for smooth densities. On shells the potential of a density is summed from the inside and the
outside. Range: strong confinement, where the kinetic energy outweighs E_C; no image charges.

Reference: Brus, J. Chem. Phys. 80, 4403 (1984), 10.1063/1.447218, for the sphere (1.786 / R).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...core.constants import COULOMB
from ...core.errors import InputError
from .levels import Levels

FloatArray = NDArray[np.float64]

_EWALD = 2.837297479481  # potential of the neutralised simple cubic lattice at its own point


def coulomb_first_order(levels: Levels, permittivity: float) -> float:
    """Coulomb energy of the lowest electron and hole, negative [eV].

    Parameters
    ----------
    levels
        Of a dot that is confined in all directions.
    permittivity
        Relative, one value everywhere.

    Raises
    ------
    InputError
        For slabs and wires, whose lowest pair is not bound in a finite volume.

    Examples
    --------
    >>> from halodot.dot.reference import Bands, levels
    >>> bands = Bands(gap=2.3, kane_energy=0.0, gamma_electron=5.0, gamma_hole=5.0)
    >>> ball = levels("sphere", 6e-9, bands, 0.02e-9)
    >>> round(-coulomb_first_order(ball, 1.0) * 3e-9 / COULOMB, 3)  # times e^2 / R
    1.786
    """
    if not permittivity > 0.0:
        raise InputError("permittivity", permittivity, "a number above 0")
    if levels.shape in ("slab", "wire"):
        raise InputError("shape", levels.shape, "a shape that is confined in all directions")
    if levels.radius is not None:
        mean = _between_shells(levels.electron_density, levels.hole_density, levels.radius)
    else:
        mean = _between_sites(levels.electron_density, levels.hole_density) / levels.spacing
    return -COULOMB * mean / permittivity


def _between_sites(first: FloatArray, second: FloatArray) -> float:
    """Mean of 1/r between two densities on sites, in units of 1/spacing."""
    size = [2 * n for n in first.shape]
    squares = [np.square(np.minimum(np.arange(n), n - np.arange(n))).astype(float) for n in size]
    r2 = squares[0][:, None, None] + squares[1][:, None] + squares[2]
    r2[0, 0, 0] = _EWALD**-2
    axes = (0, 1, 2)
    kernel = np.fft.rfftn(1.0 / np.sqrt(r2), axes=axes)
    potential = np.fft.irfftn(np.fft.rfftn(second, size, axes) * kernel, size, axes)
    nx, ny, nz = first.shape
    return float((first * potential[:nx, :ny, :nz]).sum())


def _between_shells(first: FloatArray, second: FloatArray, radius: FloatArray) -> float:
    """Mean of 1/r between two densities on shells [m-1]."""
    # 1 / max(r, r'): charges inside act from the centre, those outside by their own radius
    inner = np.cumsum(second) - second
    outer = (second / radius)[::-1].cumsum()[::-1]
    # a shell of thickness h has its own charge spread over it
    return float((first * (inner / radius + outer)).sum())
