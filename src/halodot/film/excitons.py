"""Excitons that go from dot to dot, and to acceptors: what `film.transport` adds where asked.

The radius R_0 between equal dots follows from the overlap of their own emission and absorption
(`transport.foerster_radius`), the yield of the dots and the index of the film; hops, decay and the
red shift from one linear system on the packing (`transport.migration`). Acceptors at a density c
anywhere in space, with a Foerster radius of their own, take the share of `transfer_yield`.
Range: dots with spectra; homogeneous lines of one width; the red shift is that of one packing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.constants import HC
from ..core.sourced import Sourced
from ..dot.state import DotProperties
from .evaluate import Case

if TYPE_CHECKING:
    from .spec import TransportSpec
    from .transport.packing import Packing

FWHM = 2.0 * math.sqrt(2.0 * math.log(2.0))  # over standard deviation
LINE = 0.05  # eV, full width of one dot where the dots do not say
ROUGH = "from one packing; equal lines of all dots"


def foerster_radius(dots: DotProperties, index: float) -> Sourced:
    """Return the Foerster radius between equal dots [m]; unknown without their spectra."""
    from .transport.energy_transfer import foerster_radius as radius

    if "absorption_spectrum" not in dots.curves or not dots.emission_energy.size:
        return Sourced.unknown("m", "the dots have no spectra")
    if not dots.plqy.is_known:
        return Sourced.unknown("m", "the yield of the dots is not known")
    energy = dots.emission_energy
    wavelength = (HC / energy)[::-1]
    per_wavelength = (dots.emission_spectrum * energy**2)[::-1]
    section = np.interp(
        energy, dots.curves["absorption_energy"], dots.curves["absorption_spectrum"]
    )[::-1]
    found = radius(wavelength, per_wavelength, section, float(dots.plqy), index)
    return Sourced(found, "m", 0.8 * found, 1.25 * found, "computed", note=ROUGH)


def migrate(
    case: Case,
    x: Mapping[str, float],
    out: Mapping[str, float],
    packing: Packing,
    dots: DotProperties,
    spec: TransportSpec,
) -> dict[str, Sourced]:
    """Return radius [m], red shift [eV] and shares [1] of energy transfer by name.

    Parameters
    ----------
    case, x, out
        The film at the middle of all inputs.
    packing
        One packing of its dots.
    dots
        With emission and absorption.
    spec
        Acceptors, if there are any.
    """
    radius = foerster_radius(dots, out["refractive_index"])
    found = {"foerster_radius": radius}
    if radius.value is not None and not math.isnan(x["lifetime"]):
        found["emission_shift"] = _shift(case, x, packing, dots, radius.value)
    if spec.acceptor_density is not None:
        from .transport.energy_transfer import transfer_yield

        taken = transfer_yield(float(spec.acceptor_density), float(spec.acceptor_radius))
        note = "acceptors anywhere in space, a donor that stays"
        found["energy_transfer_yield"] = Sourced(taken, "1", note=note)
    return found


def _shift(
    case: Case, x: Mapping[str, float], packing: Packing, dots: DotProperties, radius: float
) -> Sourced:
    from .transport.energy_transfer import exciton_hops, migration

    line = dots.extras.get("homogeneous_width")
    width = (LINE if line is None or line.value is None else line.value) / FWHM
    tau = x["lifetime"] * float(dots.plqy)  # of all decay, as the radius holds the yield
    hop = exciton_hops(packing, _levels(x, packing), radius, tau, width, case.kT)
    done = migration(hop, tau)
    if not done.status.is_good:
        return Sourced.unknown("eV", done.status.value)
    return Sourced(done.red_shift, "eV", note=ROUGH)


def _levels(x: Mapping[str, float], packing: Packing) -> NDArray[np.float64]:
    logs = np.log(packing.sizes)
    slope = x["slope_electron"] + x["slope_hole"]
    levels: NDArray[np.float64] = slope * (logs - logs.mean())
    return levels
