"""Elements and cations that a formula may hold: weights and oxidation states."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..library.tables import table

A_CATIONS = ("Cs", "Rb", "K", "MA", "FA")
HALIDES = ("F", "Cl", "Br", "I")
# Molecular cations as atoms: methylammonium CH3NH3+, formamidinium CH(NH2)2+.
MOLECULES = {"MA": {"C": 1, "N": 1, "H": 6}, "FA": {"C": 1, "N": 2, "H": 5}}


@dataclass(frozen=True, slots=True)
class Species:
    """An element or molecular cation.

    Parameters
    ----------
    symbol
        As written in a formula.
    molar_mass
        [kg/mol]
    oxidation_states
        Usual ones in halides, the most common first; empty where it has no place in one.
    """

    symbol: str
    molar_mass: float
    oxidation_states: tuple[int, ...]


@lru_cache(maxsize=1)
def species() -> dict[str, Species]:
    """Return all species by symbol.

    References
    ----------
    Abridged standard atomic weights, IUPAC, 10.1515/pac-2019-0603.

    Examples
    --------
    >>> species()["Pb"].oxidation_states
    (2,)
    """
    found: dict[str, Species] = {}
    for row in table("atomic_weights"):
        states = tuple(int(s) for s in row["oxidation_states"].split())
        found[row["symbol"]] = Species(row["symbol"], float(row["atomic_weight"]) * 1e-3, states)
    for name, atoms in MOLECULES.items():
        mass = sum(found[e].molar_mass * n for e, n in atoms.items())
        found[name] = Species(name, mass, (1,))
    return found
