"""The flask in moles: what every model of a synthesis reads, however the recipe was written.

A recipe says grams, millilitres and molarities; `reagents` turns them into this. What a recipe
leaves out is assumed, carries the basis ``assumed`` and is named in `Flask.assumed`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..core.sourced import Sourced

HALIDES = ("Cl", "Br", "I")


@dataclass(frozen=True)
class Flask:
    """What is in the pot at the moment of reaction. SI: mol, m3, K, s.

    Attributes
    ----------
    method
        One of `methods.METHODS`.
    formula
        Composition that is aimed at.
    caesium, lead
        From all salts [mol]. Lead stands for the B site: tin or bismuth of a lead-free formula
        counts here.
    halides
        Cl, Br and I from all salts [mol].
    metals
        Other cations by symbol (``Mn``, ``Ni``, ``Zn``) [mol].
    acid, amine
        Carboxylic acid and primary amine, of whatever chain [mol].
    chain
        Carbon atoms of the amine's chain (18 for oleylamine).
    solvent, antisolvent
        Names in the library; empty where there is none.
    antisolvent_amount
        [mol]
    additives
        Anything else by reagent name (``IDA``, ``trioctylphosphine``) [mol].
    volume
        Total, after every addition [m3].
    temperature
        Of the reaction [K].
    time
        From mixing to quench [s].
    fraction
        ``precipitate``, ``supernatant`` or empty: what was kept after the centrifuge.
    assumed
        Names of the fields above that the recipe does not state.
    """

    method: str
    formula: str
    caesium: Sourced
    lead: Sourced
    halides: dict[str, Sourced]
    acid: Sourced
    amine: Sourced
    volume: Sourced
    temperature: Sourced
    time: Sourced
    metals: dict[str, Sourced] = field(default_factory=dict)
    chain: float = 18.0
    solvent: str = ""
    antisolvent: str = ""
    antisolvent_amount: Sourced = field(default_factory=lambda: Sourced(0.0, "mol"))
    additives: dict[str, Sourced] = field(default_factory=dict)
    fraction: str = ""
    assumed: tuple[str, ...] = ()

    @property
    def halide(self) -> float:
        """All halide [mol]."""
        return sum(float(x) for x in self.halides.values())

    @property
    def halide_ratio(self) -> float:
        """Halide over lead [1]."""
        return self.halide / float(self.lead)

    @property
    def caesium_ratio(self) -> float:
        """Caesium over lead [1]."""
        return float(self.caesium) / float(self.lead)
