r"""Bands of the reference route: conduction and valence edge at R with their coupling.

A halide perovskite has an s-like valence band and a conduction band of total angular momentum 1/2.
With spin the envelope has four components ``(c_up, c_down, v_up, v_down)`` and

.. math:: H = \begin{pmatrix} E_c + C K(\gamma_e) & (P/\sqrt 3)\, \sigma\cdot k \\
                        (P/\sqrt 3)\, \sigma\cdot k & E_v - C K(\gamma_h) \end{pmatrix},
   \quad C = \hbar^2/2m_0, \quad K(\gamma) = k\,\gamma\,k, \quad P^2 = E_P C.

Reference: Even et al., J. Phys. Chem. C 118, 11566 (2014), 10.1021/jp503337a.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.constants import KINETIC
from ...core.errors import InputError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Bands:
    """The bulk of a dot and the wall around it.

    Parameters
    ----------
    gap
        Of the bulk [eV].
    kane_energy
        ``E_P`` of the coupling [eV]; 0 leaves two uncoupled bands.
    gamma_electron, gamma_hole
        Remote bands and the free electron, in units of ``hbar^2 / 2 m0``; above 0, so that the
        bands bend away from the gap and no state of the grid falls into it.
    barrier_electron, barrier_hole
        Height of the wall [eV]; both infinite means that the wave function ends at the surface.
    outer_mass
        Of either carrier in the wall [electron masses].
    outer_coupling
        Coupling in the wall as a fraction of that inside.

    Raises
    ------
    InputError
        If a value lies outside its range, or one barrier is infinite and the other is not.

    Examples
    --------
    >>> bands = Bands(gap=2.3, kane_energy=20.0, gamma_electron=3.0, gamma_hole=4.0)
    >>> round(bands.electron_mass, 3), round(bands.hole_mass, 3), bands.hard
    (0.17, 0.145, True)
    """

    gap: float
    kane_energy: float
    gamma_electron: float
    gamma_hole: float
    barrier_electron: float = math.inf
    barrier_hole: float = math.inf
    outer_mass: float = 1.0
    outer_coupling: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            above = field.name not in ("kane_energy", "outer_coupling")
            if not (value > 0.0 if above else value >= 0.0):
                raise InputError(field.name, value, "a number above 0" if above else "0 or more")
        if math.isinf(self.barrier_electron) != math.isinf(self.barrier_hole):
            raise InputError(
                "barrier_hole", self.barrier_hole, "infinite or finite as barrier_electron is"
            )

    @property
    def hard(self) -> bool:
        """Whether the wave function ends at the surface."""
        return math.isinf(self.barrier_electron)

    @property
    def coupling(self) -> float:
        """``P / sqrt 3`` [eV m]."""
        return math.sqrt(self.kane_energy * KINETIC / 3.0)

    @property
    def electron_mass(self) -> float:
        """At the band edge, ``1 / (gamma_e + E_P / 3 E_g)`` [electron masses]."""
        return 1.0 / (self.gamma_electron + self.kane_energy / (3.0 * self.gap))

    @property
    def hole_mass(self) -> float:
        """At the band edge, ``1 / (gamma_h + E_P / 3 E_g)`` [electron masses]."""
        return 1.0 / (self.gamma_hole + self.kane_energy / (3.0 * self.gap))

    @property
    def swapped(self) -> Bands:
        """The same with electron and hole exchanged: its levels are exchanged as well."""
        return Bands(
            gap=self.gap,
            kane_energy=self.kane_energy,
            gamma_electron=self.gamma_hole,
            gamma_hole=self.gamma_electron,
            barrier_electron=self.barrier_hole,
            barrier_hole=self.barrier_electron,
            outer_mass=self.outer_mass,
            outer_coupling=self.outer_coupling,
        )

    def dispersion(self, k: ArrayLike, spacing: float = 0.0) -> tuple[FloatArray, FloatArray]:
        r"""Energy of the bulk bands at `k`, above and below their edges [eV].

        Parameters
        ----------
        k
            Wave vector, shape [..., directions] [m-1].
        spacing
            Of the grid or lattice [m]; 0 gives the continuum. With it ``k`` becomes
            ``sin(k a)/a`` in the coupling and ``k^2`` becomes ``2 (1 - cos k a)/a^2``.
        """
        q = np.asarray(k, float)
        first, second = np.square(q), np.square(q)
        if spacing > 0.0:
            first = np.square(np.sin(q * spacing) / spacing)
            second = 2.0 * (1.0 - np.cos(q * spacing)) / spacing**2
        remote = KINETIC * second.sum(-1)
        upper = 0.5 * self.gap + self.gamma_electron * remote
        lower = 0.5 * self.gap + self.gamma_hole * remote
        root = np.sqrt(0.25 * (upper + lower) ** 2 + self.coupling**2 * first.sum(-1))
        middle = 0.5 * (upper - lower)
        return (
            np.asarray(middle + root - 0.5 * self.gap),
            np.asarray(-middle + root - 0.5 * self.gap),
        )
