"""Reactions of Cs4PbX6, CsPbX3 and CsPb2X5, and the moles in dots and flask.

Every reaction keeps caesium, lead and halide: what the dots lose, the flask holds as PbX2 or CsX,
bound by amine, thiol or water.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.sourced import Sourced, assumed

FloatArray = NDArray[np.float64]

FAMILY = {"Cs4PbX6": "A4BX6", "CsPbX3": "ABX3", "CsPb2X5": "AB2X5"}
LEAD = {"Cs4PbX6": 1.0, "CsPbX3": 1.0, "CsPb2X5": 2.0}  # per formula unit
CAESIUM = {"Cs4PbX6": 4.0, "CsPbX3": 1.0, "CsPb2X5": 1.0}
HALIDE = {"Cs4PbX6": 6.0, "CsPbX3": 3.0, "CsPb2X5": 5.0}


@dataclass(frozen=True)
class Reaction:
    """A reaction of one formula unit: what goes, what comes, salts that it takes (below 0: gives).

    Attributes
    ----------
    source, product
        Phases.
    yields
        Formula units of the product per unit of the source.
    lead_salt, caesium_salt
        PbX2 and CsX taken up per unit of the source.
    """

    source: str
    product: str
    yields: float
    lead_salt: float
    caesium_salt: float


ADD_LEAD = Reaction("Cs4PbX6", "CsPbX3", 4.0, 3.0, 0.0)
MORE_LEAD = Reaction("CsPbX3", "CsPb2X5", 1.0, 1.0, 0.0)
STRIP_CAESIUM = Reaction("Cs4PbX6", "CsPbX3", 1.0, 0.0, -3.0)
ADD_CAESIUM = Reaction("CsPbX3", "Cs4PbX6", 1.0, 0.0, 3.0)
TAKE_LEAD = Reaction("CsPbX3", "Cs4PbX6", 0.25, -0.75, 0.0)
LOSE_LEAD = Reaction("CsPb2X5", "CsPbX3", 1.0, -1.0, 0.0)
REACTIONS = {
    "PbX2": (ADD_LEAD, MORE_LEAD),
    "CsX": (ADD_CAESIUM,),
    "water": (STRIP_CAESIUM,),
    "Prussian blue": (STRIP_CAESIUM,),
    "heat": (STRIP_CAESIUM, LOSE_LEAD),
    "thiol": (TAKE_LEAD,),
    "OAm/OA": (TAKE_LEAD, ADD_LEAD),
}


def _prior(unit: str, value: float, low: float, high: float, why: str) -> Sourced:
    return assumed(value, unit, low, high, why)


TIMES = {
    "PbX2": _prior("s", 10.0, 1.0, 100.0, "seconds (synthesis notes)"),
    "CsX": _prior("s", 600.0, 10.0, 1e4, "no rate was read"),
    "water": _prior("s", 600.0, 30.0, 1e4, "interface limited; no rate was read"),
    "Prussian blue": _prior("s", 3600.0, 300.0, 4e4, "no rate was read"),
    "heat": _prior("s", 600.0, 60.0, 6000.0, "at 450 K; no rate was read"),
    "thiol": _prior("s", 3600.0, 300.0, 4e4, "no rate was read"),
    "OAm/OA": _prior("s", 3600.0, 300.0, 4e4, "no rate was read"),
}
CAPACITIES = {
    "PbX2": Sourced(1.0, "1", basis="given"),
    "CsX": Sourced(1.0, "1", basis="given"),
    "water": _prior("1", 0.1, 0.05, 0.2, "CsX per water at saturation; remembered, unverified"),
    "Prussian blue": _prior("1", 1.0, 0.3, 2.0, "Cs per iron framework; not read"),
    "heat": Sourced(1e12, "1", basis="given"),
    "thiol": _prior("1", 0.5, 0.25, 1.0, "PbX2 per thiol, one to four of them to a lead; not read"),
    "OAm/OA": _prior("1", 2.0, 1.0, 5.0, "amine over acid at half; the ratio decides, its value "
                     "was not read (ref 120)"),
}  # fmt: skip


@dataclass(frozen=True)
class Content:
    """Moles per lead of the dots at the start: phases, and salts in the flask."""

    phases: dict[str, FloatArray]
    lead_salt: FloatArray
    caesium_salt: FloatArray

    def elements(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return caesium, lead and halide, in dots and flask."""
        p = self.phases
        caesium = sum((CAESIUM[k] * n for k, n in p.items()), self.caesium_salt)
        lead = sum((LEAD[k] * n for k, n in p.items()), self.lead_salt)
        salts = 2.0 * self.lead_salt + self.caesium_salt
        return caesium, lead, sum((HALIDE[k] * n for k, n in p.items()), salts)

    def lead_shares(self) -> dict[str, FloatArray]:
        """Return the share of the lead of the dots in each phase."""
        total = sum((LEAD[k] * n for k, n in self.phases.items()), np.zeros_like(self.lead_salt))
        return {k: LEAD[k] * n / total for k, n in self.phases.items()}


def react(start: Content, reaction: Reaction, share: FloatArray) -> Content:
    """Return the content after `share` of the source has reacted.

    Examples
    --------
    >>> one, none = np.ones(1), np.zeros(1)
    >>> start = Content({"Cs4PbX6": one, "CsPbX3": none}, 3.0 * one, none)
    >>> after = react(start, ADD_LEAD, one)
    >>> float(after.phases["CsPbX3"][0]), float(after.lead_salt[0])
    (4.0, 0.0)
    """
    units = share * start.phases[reaction.source]
    phases = dict(start.phases)
    phases[reaction.source] = phases[reaction.source] - units
    phases[reaction.product] = phases.get(reaction.product, 0.0 * units) + reaction.yields * units
    return Content(
        phases,
        start.lead_salt - reaction.lead_salt * units,
        start.caesium_salt - reaction.caesium_salt * units,
    )
