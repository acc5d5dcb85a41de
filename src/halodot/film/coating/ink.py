"""Properties of an ink at the temperature of its support, from those of its solvents at 25 degC.

    vapour pressure   p(T) = p exp(-H / R_g (1/T - 1/T0))            Clausius and Clapeyron
    viscosity         eta(T) = eta exp(E / R_g (1/T - 1/T0)), E = 0.3 H     Eyring, remembered
    mixtures          ln eta and sigma by mole share, rho by volume share

Range: within about 60 K of 25 degC. The hydrodynamic diameter is the core and two shells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.sourced import Sourced, assumed
from ...library import Library
from . import suitability
from .blend import mole_shares
from .drop import GAS
from .spec import CoatingSpec

F = NDArray[np.float64]
REFERENCE = 298.15
FLOW_SHARE = 0.3  # of the heat of evaporation in the activation of flow
NEEDED = (
    "vapour_pressure",
    "viscosity",
    "surface_tension",
    "mass_density",
    "molar_mass",
    "vaporisation_enthalpy",
)
LIGAND = assumed(2.0e-9, "m", 1.5e-9, 2.5e-9, "one oleyl shell")
DIAMETER = assumed(12e-9, "m", 10e-9, 15e-9, "a core of 8 to 9 nm with its shell")


@dataclass(frozen=True)
class Ink:
    """Solvents of an ink with their shares.

    Attributes
    ----------
    names
        Solvents, as the library calls them.
    shares
        By volume, summing to one.
    moles
        By mole, summing to one.
    warnings
        What these solvents do to dots.
    """

    names: tuple[str, ...]
    shares: tuple[float, ...]
    moles: tuple[float, ...]
    warnings: tuple[str, ...] = ()


def of(spec: CoatingSpec, library: Library) -> tuple[Ink, dict[str, Sourced]]:
    """Return the ink of `spec` and the properties of its solvents, ``viscosity.0`` and so on.

    Raises
    ------
    InputError
        If a solvent is not in the library, or two do not mix.
    """
    shares = spec.parts()
    entries = [library.entry("solvent", name) for name in shares]
    parted = suitability.parted(entries)
    if parted:
        allowed = "solvents that mix; these part into two liquids (remembered)"
        raise InputError("coating.blend", " and ".join(parted), allowed, "leave one of them out")
    found = {f"{q}.{k}": e.quantity(q) for k, e in enumerate(entries) for q in NEEDED}
    volumes = [_molar_volume(found, k) for k in range(len(entries))]
    moles = mole_shares(list(shares.values()), volumes) if entries else []
    names = tuple(e.name for e in entries)
    warnings = tuple(suitability.warnings(entries))
    return Ink(names, tuple(shares.values()), tuple(moles), warnings), found


def _molar_volume(found: Mapping[str, Sourced], k: int) -> float:
    mass, density = found[f"molar_mass.{k}"].value, found[f"mass_density.{k}"].value
    return 1.0 if mass is None or density is None else mass / density


def column(x: Mapping[str, F], ink: Ink, name: str) -> list[F]:
    """Values of one property of all solvents, at 25 degC."""
    return [x[f"{name}.{k}"] for k in range(len(ink.names))]


def pressures(x: Mapping[str, F], ink: Ink) -> list[F]:
    """Vapour pressures [Pa] at the temperature of the support."""
    turn = (1.0 / x["temperature"] - 1.0 / REFERENCE) / GAS
    heats = column(x, ink, "vaporisation_enthalpy")
    return [
        p * np.exp(-h * turn) for p, h in zip(column(x, ink, "vapour_pressure"), heats, strict=True)
    ]


def viscosities(x: Mapping[str, F], ink: Ink) -> list[F]:
    """Viscosities [Pa s] at the temperature of the support."""
    turn = (1.0 / x["temperature"] - 1.0 / REFERENCE) / GAS
    heats = column(x, ink, "vaporisation_enthalpy")
    return [
        eta * np.exp(FLOW_SHARE * h * turn)
        for eta, h in zip(column(x, ink, "viscosity"), heats, strict=True)
    ]


def by_mole(ink: Ink, values: Sequence[F]) -> F:
    """Mean by mole share."""
    return np.asarray(sum(m * v for m, v in zip(ink.moles, values, strict=True)))


def by_volume(ink: Ink, values: Sequence[F]) -> F:
    """Mean by volume share."""
    return np.asarray(sum(s * v for s, v in zip(ink.shares, values, strict=True)))


def diameter(spec: CoatingSpec, core: Sourced | None) -> Sourced:
    """Hydrodynamic diameter [m] of a dot: as given, or core and two shells, or the usual one."""
    if spec.particle_diameter is not None:
        return spec.particle_diameter
    if core is None or core.value is None:
        return DIAMETER
    shell = 2.0 * float(LIGAND)
    low, high = (core.value if e is None else e for e in (core.low, core.high))
    ends = low + 2.0 * float(LIGAND.low or 0.0), high + 2.0 * float(LIGAND.high or 0.0)
    return assumed(core.value + shell, "m", *ends, "core and two shells of oleyl ligands")
