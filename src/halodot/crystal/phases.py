"""Phases against temperature and size.

Bulk: the phase between the transition temperatures of the library. Size: the non-perovskite delta
phase of CsPbI3 has the lower bulk free energy and the higher surface energy, so that cubes below

``L* = 6 dsigma v / dg(T)``

keep the perovskite; ``dg`` is the bulk free energy of gamma above delta for one formula unit of
volume ``v`` and ``dsigma`` the surface energy of delta above gamma. ``dsigma`` was not measured:
it is a prior, and L* is a curve against it.

Range: cubes, 150 to 600 K, no kinetics (a dot may stay metastable above L*). The functional of the
free energies is good to about 20 meV, which moves L* by a third at 300 K.

References: free energies from machine-learned potentials (PBE+D3), table `structure_phases`;
surface energy of ligated dots, Zhao et al. 2020, 10.1021/acsenergylett.9b02395.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.constants import elementary_charge

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..library import Entry
from ..library.tables import table

_QUANTITY = "free_energy_gamma_minus_delta(yellow, Cs type)"
# 90 %: three times what the computed transition (near 645 K) differs from 600 K on heating.
FUNCTIONAL_ERROR = 0.020
_STEPS = (
    ("gamma", "transition_temperature_gamma_beta"),
    ("beta", "transition_temperature_beta_alpha"),
)


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase with what it rests on; `name` is empty where unknown and `reason` says why."""

    name: str
    reason: str = ""
    sources: tuple[str, ...] = ()


def phase_at(entry: Entry, temperature: float, *, non_perovskite: bool = True) -> Phase:
    """Return the phase of the bulk at a temperature.

    Parameters
    ----------
    entry
        A perovskite of the library.
    temperature
        [K]
    non_perovskite
        Whether the delta phase may form; False for dots small enough to keep the perovskite.

    Examples
    --------
    >>> from halodot.library import Library
    >>> iodide = Library.builtin().entry("perovskite", "CsPbI3")
    >>> phase_at(iodide, 300.0).name, phase_at(iodide, 300.0, non_perovskite=False).name
    ('delta', 'gamma')
    """
    check_temperature(temperature)
    if non_perovskite:
        delta = entry.quantity("transition_temperature_delta_alpha")
        if delta.is_known and temperature < float(delta):
            return Phase("delta", "", delta.sources)
    below, known = "", False
    for name, quantity in _STEPS:
        limit = entry.quantity(quantity)
        if limit.is_known:
            known, below = True, name
            if temperature < float(limit):
                # with the lower transition unlisted, what lies below the upper one has no name
                listed = name == "gamma" or entry.has(_STEPS[0][1])
                return Phase(name if listed else "distorted", "", limit.sources)
    if known and below == "beta":
        return Phase("alpha", "", entry.quantity(_STEPS[1][1]).sources)
    return Phase("", f"the library has no transition temperatures of {entry.name}")


def check_temperature(temperature: float) -> None:
    """Raise `InputError` where `temperature` [K] makes no sense."""
    if not 0.0 < temperature < 3000.0:
        raise InputError("temperature", temperature, "above 0 K and below 3000 K", "300 K")


@lru_cache(maxsize=1)
def free_energy_table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return temperatures [K] and free energies of gamma above delta [eV per formula unit]."""
    rows = [r for r in table("structure_phases") if r["quantity"] == _QUANTITY]
    pairs = sorted((float(r["temperature_K"]), float(r["value"]) * 1e-3) for r in rows)
    return np.array([t for t, _ in pairs]), np.array([g for _, g in pairs])


def free_energy_source() -> str:
    """Return the key of the source of `free_energy_table`."""
    return "github.com/tbraeckevelt/transitions_CsPbI3"


def bulk_free_energy(entry: Entry, temperature: float) -> Sourced:
    """Return the free energy of the gamma above the delta phase [eV per formula unit].

    Parameters
    ----------
    entry
        A perovskite of the library; only CsPbI3 is known.
    temperature
        [K]; outside 150 to 600 K the value is unknown.

    Examples
    --------
    >>> from halodot.library import Library
    >>> iodide = Library.builtin().entry("perovskite", "CsPbI3")
    >>> round(float(bulk_free_energy(iodide, 300.0)), 3)
    0.073
    """
    check_temperature(temperature)
    if entry.name != "CsPbI3":
        return Sourced.unknown("eV", f"no free energies of the phases of {entry.name} at hand")
    t, g = free_energy_table()
    if not t[0] <= temperature <= t[-1]:
        return Sourced.unknown("eV", f"free energies are known from {t[0]:g} to {t[-1]:g} K")
    value = float(np.interp(temperature, t, g))
    ends = (value - FUNCTIONAL_ERROR, value + FUNCTIONAL_ERROR)
    return computed(
        value, "eV", *ends, (free_energy_source(),), "PBE+D3(BJ), thermodynamic integration"
    )


def free_energy_of_cube(
    edge: float, bulk: float, surface_difference: float, formula_volume: float
) -> float:
    """Return the free energy of the perovskite above the delta phase in a cube [eV].

    ``g(L) = dg - 6 dsigma v / L`` per formula unit; negative where the perovskite wins.

    Parameters
    ----------
    edge
        [m]
    bulk
        Bulk free energy of gamma above delta [eV per formula unit].
    surface_difference
        Surface energy of delta above gamma [J/m2].
    formula_volume
        [m3]

    Examples
    --------
    >>> round(free_energy_of_cube(5e-9, 0.073, 0.08, 2.49e-28), 3)
    -0.076
    """
    return bulk - 6.0 * surface_difference * formula_volume / (edge * elementary_charge)


def crossover_edge(bulk: float, surface_difference: float, formula_volume: float) -> float:
    """Return the cube edge below which the perovskite has the lower free energy [m].

    Parameters
    ----------
    bulk, surface_difference, formula_volume
        As for `free_energy_of_cube`; `bulk` above zero.

    Examples
    --------
    >>> round(crossover_edge(0.073, 0.08, 2.49e-28) * 1e9, 1)
    10.2
    """
    return 6.0 * surface_difference * formula_volume / (bulk * elementary_charge)


def crossover_curve(
    entry: Entry, temperature: float, surface_differences: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the crossover edge [m] for an array of surface-energy differences [J/m2].

    Raises
    ------
    InputError
        If no free energy is known at `temperature`.
    """
    bulk = bulk_free_energy(entry, temperature)
    if not bulk.is_known or float(bulk) <= 0.0:
        raise InputError("temperature", f"{temperature:g} K", bulk.note or "dg > 0", "300 K")
    volume = float(entry.require("lattice_constant")) ** 3
    return crossover_edge(float(bulk), 1.0, volume) * np.asarray(surface_differences, dtype=float)
