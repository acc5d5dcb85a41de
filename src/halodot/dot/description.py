"""A dot as one flat table of named values, for the command line and for reports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..core.constants import HC
from ..core.sourced import Sourced
from .state import DotProperties

# Key (unit at its end) to attribute and unit.
_KEYS = {
    "optical_gap_eV": ("optical_gap", "eV"),
    "band_gap_eV": ("band_gap", "eV"),
    "pl_peak_eV": ("pl_energy", "eV"),
    "fwhm_meV": ("pl_fwhm", "meV"),
    "exciton_binding_meV": ("exciton_binding", "meV"),
    "radiative_lifetime_ns": ("radiative_lifetime", "ns"),
    "plqy": ("plqy", "1"),
    "cie_x": ("cie_x", "1"),
    "cie_y": ("cie_y", "1"),
    "bohr_radius_nm": ("bohr_radius", "nm"),
    "electron_affinity_eV": ("electron_affinity", "eV"),
    "ionization_energy_eV": ("ionization_energy", "eV"),
    "confinement_electron_meV": ("confinement_electron", "meV"),
    "confinement_hole_meV": ("confinement_hole", "meV"),
    "electron_mass_m0": ("electron_mass", "1"),
    "hole_mass_m0": ("hole_mass", "1"),
    "size_nm": ("size", "nm"),
    "size_spread": ("size_spread", "1"),
}


def describe(dots: DotProperties) -> dict[str, Any]:
    """Return `dots` as flat keys, uncertain values in their JSON form.

    Examples
    --------
    >>> from halodot.dot import characterise
    >>> from halodot.library import Library
    >>> from halodot.synthesis.state import DotPopulation
    >>> exact = Sourced(9e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
    >>> dots = characterise(DotPopulation("CsPbBr3", "cube", *exact, "OA"), Library.builtin(), 300)
    >>> describe(dots)["confinement_regime"]["value"]
    'intermediate'
    """
    body: dict[str, Any] = {"formula": dots.formula, "shape": dots.shape, "ligand": dots.ligand}
    body["pl_peak_nm"] = _wavelength(dots.pl_energy).to_json("nm")
    for key, (name, unit) in _KEYS.items():
        body[key] = getattr(dots, name).to_json(unit)
    body |= {_named(k, q): _shown(q) for k, q in dots.extras.items()}
    if dots.lateral is not None:
        body["lateral_nm"] = dots.lateral.to_json("nm")
    body["confinement_regime"] = confinement_regime(dots)
    body["colour"] = dots.colour or None
    body["temperature_K"] = dots.temperature
    body["status"] = dots.status.value
    body["notes"] = list(dots.notes)
    return body


# How an extra is shown: SI unit to the unit of the key and the end of its name.
_SHOWN = {
    "m": ("nm", "_nm"),
    "s": ("ns", "_ns"),
    "eV": ("meV", "_meV"),
    "m2": ("cm2", "_cm2"),
    "1/m": ("1/cm", "_per_cm"),
    "m2/mol": ("L/mol/cm", "_L_per_mol_cm"),
    "m2/Vs": ("cm2/Vs", "_cm2_per_Vs"),
    "m2/s": ("cm2/s", "_cm2_per_s"),
    "1": ("1", ""),
    "1/s": ("1/s", "_per_s"),
    "eV/K": ("meV/K", "_meV_per_K"),
}


def _named(name: str, q: Sourced) -> str:
    if q.unit == "yes_no":
        return name
    return name + _SHOWN[q.unit][1]


def _shown(q: Sourced) -> Any:
    if q.unit != "yes_no":
        return q.to_json(_SHOWN[q.unit][0])
    if q.value is None:
        return q.to_json()
    body: dict[str, Any] = {"value": bool(q.value), "basis": q.basis, "sources": list(q.sources)}
    return body | ({"note": q.note} if q.note else {})


def confinement_regime(dots: DotProperties) -> dict[str, Any]:
    """Return the category: strong (half the size below a_B), weak (above 3 a_B) or intermediate."""
    if not dots.bohr_radius.is_known or not dots.size.is_known:
        return {"value": None, "basis": "unknown", "reason": dots.bohr_radius.note}
    ratio = 0.5 * float(dots.size) / float(dots.bohr_radius)
    word = "strong" if ratio < 1.0 else "intermediate" if ratio <= 3.0 else "weak"
    note = f"half the size over the Bohr radius is {ratio:.2g}"
    return {"value": word, "basis": "computed", "sources": [], "note": note}


def _wavelength(energy: Sourced) -> Sourced:
    if energy.value is None:
        return replace(energy, unit="m")
    low, high = (None if e is None else HC / e for e in (energy.high, energy.low))
    return replace(energy, value=HC / energy.value, low=low, high=high, unit="m")
