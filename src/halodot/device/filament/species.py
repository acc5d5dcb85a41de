"""What is known or taken of the ions that build filaments, by their name.

A row is what stands for a field of `Species` that a study does not give. Silver: no barrier in a
halide perovskite is known to us; those of Ag2S span 0.21 to 0.67 eV.
"""

from __future__ import annotations

from typing import Any

_PAN = "10.1021/acs.nanolett.7b05023"
_BIEGA = "arXiv:2105.07686"


def _taken(value: str, low: str, high: str, why: str) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, "basis": "assumed", "note": why}


def _read(value: str, low: str, high: str, source: str, why: str) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, "basis": "sourced", "sources": (source,),
            "note": why}  # fmt: skip


def _metal(
    volume: float, tension: tuple[float, float, float], resistivity: tuple[str, str, str],
    path: str, surface: tuple[str, str, str],
) -> dict[str, Any]:  # fmt: skip
    value, low, high = tension
    return {
        "supplied": True,
        "atomic_volume": {"value": f"{volume} nm3", "basis": "assumed",
                          "note": "handbook density of the metal"},
        "surface_energy": _taken(f"{value} J/m2", f"{low} J/m2", f"{high} J/m2",
                                 "of the bare metal, lowered by ligands that bind to it"),
        "resistivity": _taken(*resistivity, "of the bulk metal to ten times it, for defects"),
        "mean_free_path": path,
        "creep_barrier": _taken(*surface, "adatoms and steps of the metal under ligands"),
    }  # fmt: skip


def _vacancy(volume: float, bulk: dict[str, Any], surface: dict[str, Any]) -> dict[str, Any]:
    return {
        "supplied": False,
        "barrier_inside": bulk,
        "barrier_surface": surface,
        "formation_energy": _taken("0.15 eV", "0.05 eV", "0.25 eV",
                                   "level at which the vacancy takes an electron; not measured"),
        "atomic_volume": {"value": f"{volume} nm3", "basis": "assumed",
                          "note": "a third of the unit cell, one vacancy for each halide"},
        "surface_energy": _taken("0.15 J/m2", "0.08 J/m2", "0.3 J/m2",
                                 "vacancy chains hold less than metals; not measured"),
        "resistivity": _taken("1e-5 ohm m", "1e-6 ohm m", "1e-4 ohm m",
                              "of a chain of vacancies, hundred times a metal; not measured"),
        "mean_free_path": "1 nm",
        "creep_barrier": _taken("0.5 eV", "0.4 eV", "0.7 eV",
                                "about the barrier of the vacancy itself; not measured"),
    }  # fmt: skip


PRESETS: dict[str, dict[str, Any]] = {
    "Ag": _metal(0.01706, (0.5, 0.3, 0.9), ("4e-8 ohm m", "1.6e-8 ohm m", "1.6e-7 ohm m"),
                 "53 nm", ("0.45 eV", "0.35 eV", "0.6 eV")),
    "Cu": _metal(0.01181, (0.7, 0.4, 1.3), ("4e-8 ohm m", "1.7e-8 ohm m", "1.7e-7 ohm m"),
                 "40 nm", ("0.55 eV", "0.4 eV", "0.75 eV")),
    "V_Br": _vacancy(
        0.0675,
        _read("0.44 eV", "0.38 eV", "0.5 eV", _PAN, "0.44 +- 0.02 eV in wires, widened for films"),
        _read("0.22 eV", "0.18 eV", "0.3 eV", _BIEGA, "half of that of the bulk at a bare face"),
    ),
    "V_I": _vacancy(
        0.081,
        _taken("0.38 eV", "0.28 eV", "0.5 eV", "iodides conduct ions better than bromides"),
        _taken("0.19 eV", "0.13 eV", "0.28 eV", "half of that of the bulk, as in the bromide"),
    ),
    "V_Cl": _vacancy(
        0.0587,
        _taken("0.48 eV", "0.38 eV", "0.6 eV", "chlorides hold their ions tighter than bromides"),
        _taken("0.24 eV", "0.18 eV", "0.34 eV", "half of that of the bulk, as in the bromide"),
    ),
}  # fmt: skip
