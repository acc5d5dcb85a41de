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
from dataclasses import replace
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
WIDE = (0.8, 1.25)  # of a radius: a sixth root of a factor of four
ROUGH = "overlap, orientation and yield within a factor of four, to the sixth root"
ONE = "from one packing; ends from those of the radius; equal lines of all dots"


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
    return Sourced(found, "m", WIDE[0] * found, WIDE[1] * found, "computed", note=ROUGH)


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
        radii = (radius.value, *(w * radius.value for w in WIDE))
        found["emission_shift"] = _between(*(_shift(case, x, packing, dots, r) for r in radii))
    if spec.acceptor_density is not None:
        found["energy_transfer_yield"] = _taken(spec.acceptor_density, spec.acceptor_radius)
    return found


def _between(middle: Sourced, *ends: Sourced) -> Sourced:
    """The value of `middle` between those of `ends`, as far as they are known."""
    known = [q.value for q in (middle, *ends) if q.value is not None]
    if middle.value is None or len(known) < 3:
        return middle
    return replace(middle, low=min(known), high=max(known), basis="computed")


def _taken(density: Sourced, radius: Sourced) -> Sourced:
    """The share of excitons that acceptors take, with the intervals of both [1]."""
    from .sampling import propagate
    from .transport.energy_transfer import transfer_yield

    found = propagate(
        lambda x: {"taken": np.vectorize(transfer_yield)(x["density"], x["radius"])},
        {"density": density, "radius": radius},
        {"taken": "1"},
    )["taken"]
    note = "acceptors anywhere in space, a donor that stays"
    return replace(found, note="; ".join(n for n in (note, found.note) if n))


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
    return Sourced(done.red_shift, "eV", note=ONE)


def _levels(x: Mapping[str, float], packing: Packing) -> NDArray[np.float64]:
    logs = np.log(packing.sizes)
    slope = x["slope_electron"] + x["slope_hole"]
    levels: NDArray[np.float64] = slope * (logs - logs.mean())
    return levels
