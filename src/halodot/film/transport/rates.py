"""Rates of hops on a packing: Marcus and Miller-Abrahams, in detailed balance.

Site energy of dot i of width L_i: E_i = b ln(L_i / L) + static part, b = dE/d ln L. A hop i -> j
gains or pays dE = E_j - E_i - f . d_ij, with f the force on the carrier [eV/m] and d_ij its way.
With nu_ij = nu_ji the rate between equal levels (`film.hopping.hop_rate`: coupling, gap, phonon),

    Marcus            k_ij = nu_ij exp(-dE / 2kT) exp(-dE^2 / 4 lambda kT)
    Miller-Abrahams   k_ij = nu_ij exp(-dE / 2kT) exp(-|dE| / 2kT) = nu_ij min(1, exp(-dE / kT))

Both are a part that the way back shares times exp(-dE / 2kT), so that k_ij / k_ji = exp(-dE / kT)
to the last digit. The first is Marcus's exp(-(lambda + dE)^2 / 4 lambda kT) written out.

Range: hops one by one (coupling below lambda / 4); Coulomb forces between carriers left out.

References: R. A. Marcus, Rev. Mod. Phys. 65, 599 (1993), doi 10.1103/RevModPhys.65.599; A. Miller
and E. Abrahams, Phys. Rev. 120, 745 (1960), doi 10.1103/PhysRev.120.745.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.randomness import generator
from .. import hopping
from .packing import Packing

F = NDArray[np.float64]
Law = Literal["marcus", "miller_abrahams"]
LAWS = ("marcus", "miller_abrahams")


@dataclass(frozen=True)
class Hops:
    """All that a carrier needs to move: the packing, levels, and how fast it hops.

    Attributes
    ----------
    dots
        Where it may go.
    energies
        Site energies [n], [eV].
    equal
        Rate of each hop between equal levels, the same both ways [m], [1/s].
    kT, reorganisation
        Thermal and Marcus reorganisation energy [eV].
    law
        ``marcus`` or ``miller_abrahams``.
    """

    dots: Packing
    energies: F
    equal: F
    kT: float  # noqa: N815
    reorganisation: float = 0.1
    law: str = "marcus"

    def shared(self, force: F | None = None) -> F:
        """Return the part of every rate that the way back shares [m], [1/s]."""
        step = self.step(force)
        if self.law == "marcus":
            return self.equal * np.exp(-(step**2) / (4.0 * self.reorganisation * self.kT))
        return self.equal * np.exp(-np.abs(step) / (2.0 * self.kT))

    def step(self, force: F | None = None) -> F:
        """Return E_j - E_i - f . d of every hop [m], [eV]."""
        here, there = self.energies[self.dots.source], self.energies[self.dots.target]
        step: F = there - here
        return step if force is None else step - self.work(force)

    def work(self, force: F) -> F:
        """Return f . d, the work of the field along every hop [m], [eV]."""
        way: F = self.dots.offset @ np.asarray(force, dtype=float)
        return way

    def rates(self, force: F | None = None) -> F:
        """Return k_ij of every hop [m], [1/s]."""
        rate: F = self.shared(force) * np.exp(-self.step(force) / (2.0 * self.kT))
        return rate


def level_rate(
    dots: Packing,
    *,
    mass: float = 0.15,
    decay: float = 9e9,
    reorganisation: float = 0.1,
    phonon: float = 0.0192,
    kT: float = 0.02585,
    rounded: bool = False,
) -> F:
    """Return nu_ij of every hop from the couplings of `film.hopping` [m], [1/s].

    Parameters
    ----------
    dots
        The packing; the coupling of two widths is that of their geometric mean.
    mass
        Carrier mass [electron masses].
    decay
        Decay of the rate with the gap [1/m].
    reorganisation, phonon, kT
        Energies of `film.hopping.hop_rate` [eV].
    rounded
        Spheres, which face one another with less than their width.

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> nu = level_rate(pack("cube", 64, size=9e-9, gap=1e-9))
    >>> coupling = hopping.contact_coupling(9e-9, 0.15)
    >>> one = hopping.hop_rate(coupling, 1e-9, 9e9, 0.1, 0.0192, 0.02585)
    >>> round(float(nu[0]) / one, 12)
    1.0
    """
    width: Any = np.sqrt(dots.sizes[dots.source] * dots.sizes[dots.target])
    across: Any = hopping.contact_coupling(width, mass)
    if rounded:
        across = across * hopping.sphere_overlap(width, decay)
    across = across * np.exp(-0.5 * decay * dots.gap)
    return np.asarray(hopping.hop_rate(across, 0.0, decay, reorganisation, phonon, kT))


def hops(
    dots: Packing,
    *,
    equal: F | float,
    kT: float,
    slope: float = 0.0,
    static: float = 0.0,
    mean_size: float | None = None,
    reorganisation: float = 0.1,
    law: str = "marcus",
    seed: int = 0,
) -> Hops:
    """Return carriers' hops on a packing, with levels drawn.

    Parameters
    ----------
    dots
        The packing.
    equal
        Rate between equal levels, one number or one a hop [1/s].
    kT
        Thermal energy [eV].
    slope
        Level against ln(width) [eV].
    static
        Standard deviation of the part that does not follow from the width [eV].
    mean_size
        Width at which the level is zero [m]; default: geometric mean of the dots.
    reorganisation, law
        Marcus reorganisation energy [eV]; ``marcus`` or ``miller_abrahams``.
    seed
        Root of the random draws.

    Raises
    ------
    InputError
        For a law that is not known.

    Examples
    --------
    >>> from halodot.film.transport.packing import pack
    >>> hop = hops(pack("cube", 64), equal=1e9, kT=0.025, static=0.05)
    >>> k = hop.rates()
    >>> bool(np.allclose(k / k[hop.dots.back], np.exp(-hop.step() / 0.025)))
    True
    """
    if law not in LAWS:
        raise InputError("law", law, " or ".join(LAWS), "marcus")
    if kT <= 0.0 or reorganisation <= 0.0:
        raise InputError("kT, reorganisation", (kT, reorganisation), "above zero", "0.0259 eV")
    logs = np.log(dots.sizes)
    middle = float(np.mean(logs)) if mean_size is None else np.log(mean_size)
    noise = generator(seed, "film.transport", "levels").standard_normal(dots.count)
    energies = slope * (logs - middle) + static * noise
    return Hops(
        dots, energies, np.broadcast_to(equal, dots.gap.shape) * 1.0, kT, reorganisation, law
    )
