"""Mass balance of a flask: what it can make at most, what runs out, what stays behind.

A formula unit takes ``nu_s`` of species s, so that the flask makes at most ``min_s n_s / nu_s``
of them; the species of the minimum is the limiting one and the others leave ``n_s - nu_s n``.
Assumptions: one product of exactly the formula, nothing lost in washing, ligands not weighed.
The interval takes every amount at its low (high) end at once, so it is not too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..core.sourced import Basis, Sourced
from ..crystal.composition import FAMILIES, Composition, parse
from .amounts import product, weakest
from .flask import Flask

_CLOSE = 0.02  # shares of a mixed site closer than this are called the same


@dataclass(frozen=True)
class Balance:
    """What a flask can make.

    Attributes
    ----------
    formula_units
        At most [mol].
    mass
        Theoretical yield of the inorganic dots [kg].
    limiting
        Site that runs out first: ``caesium``, ``lead`` or ``halide``.
    halide
        Of all kinds together [mol].
    excess
        What stays in the flask of each site [mol].
    notes
        In words.
    """

    formula_units: Sourced
    mass: Sourced
    limiting: str
    halide: Sourced
    excess: dict[str, Sourced]
    notes: tuple[str, ...]


def balance(flask: Flask) -> Balance:
    """Return the mass balance of `flask`.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.library import Library
    >>> from halodot.synthesis.reagents import flask_of
    >>> from halodot.synthesis.recipe_spec import RecipeSpec
    >>> salts = [{"name": "CsBr", "amount": "0.4 mmol"}, {"name": "PbBr2", "amount": "0.4 mmol"}]
    >>> recipe = {"method": "larp", "formula": "CsPbBr3", "reagent": salts}
    >>> found = balance(flask_of(build(RecipeSpec, recipe), Library.builtin()))
    >>> found.limiting, round(found.mass.value * 1e6)
    ('caesium', 232)
    """
    composition = parse(flask.formula)
    needed = _needed(composition)
    amounts = _amounts(flask)
    limiting = min(needed, key=lambda s: float(amounts[s]) / needed[s])
    units = _fewest(amounts, needed)
    excess = {
        s: Sourced(max(0.0, float(q) - needed[s] * float(units)), "mol", basis=q.basis)
        for s, q in amounts.items()
    }
    mass = product("kg", units, Sourced(composition.molar_mass, basis="computed"), note=units.note)
    notes = (*_words(flask, limiting, units), *_mixing(flask, composition))
    return Balance(units, mass, limiting, amounts["halide"], excess, notes)


def _needed(composition: Composition) -> dict[str, float]:
    counts = FAMILIES[composition.family]
    lead = counts["B"] + counts.get("B'", 0)
    return {"caesium": float(counts["A"]), "lead": float(lead), "halide": float(counts["X"])}


def _amounts(flask: Flask) -> dict[str, Sourced]:
    halides = list(flask.halides.values())
    low = sum(float(q) if q.low is None else q.low for q in halides)
    high = sum(float(q) if q.high is None else q.high for q in halides)
    halide = Sourced(flask.halide, "mol", low, high, weakest(halides))
    if low == high:
        halide = replace(halide, low=None, high=None)
    return {"caesium": flask.caesium, "lead": flask.lead, "halide": halide}


def _fewest(amounts: dict[str, Sourced], needed: dict[str, float]) -> Sourced:
    """Formula units that every site suffices for [mol]."""

    def fewest(end: str) -> float:
        ends = {s: getattr(q, end) for s, q in amounts.items()}
        return min(
            (float(amounts[s]) if e is None else float(e)) / needed[s] for s, e in ends.items()
        )

    uncertain = any(q.low is not None for q in amounts.values())
    low, high = (fewest("low"), fewest("high")) if uncertain else (None, None)
    basis: Basis = "assumed" if weakest(amounts.values()) == "assumed" else "computed"
    note = "usual amounts of the method" if basis == "assumed" else ""
    return Sourced(fewest("value"), "mol", low, high, basis, (), note)


def _words(flask: Flask, limiting: str, units: Sourced) -> list[str]:
    share = float(units) * _needed(parse(flask.formula))["lead"] / float(flask.lead)
    name = f"the site of {limiting}" if limiting != "halide" and _is_other(flask) else limiting
    source = "assumed, usual amounts" if units.basis == "assumed" else "amounts stated"
    notes = [
        f"mass balance ({source}): {name} runs out first, "
        f"{100.0 * share:.3g} % of the lead can become {flask.formula}"
    ]
    if float(units) == 0.0:
        notes.append(f"nothing of {flask.formula} can form")
    return notes


def _is_other(flask: Flask) -> bool:
    sites = parse(flask.formula)
    return set(sites.site("A")) != {"Cs"} or set(sites.site("B")) != {"Pb"}


def _mixing(flask: Flask, composition: Composition) -> list[str]:
    """Say where the halides of the flask are not in the proportion of the formula."""
    if flask.halide == 0.0:
        return []
    wanted = composition.site("X")
    found = {x: float(q) / flask.halide for x, q in flask.halides.items()}
    names = sorted({*wanted, *found})
    if all(abs(wanted.get(x, 0.0) - found.get(x, 0.0)) <= _CLOSE for x in names):
        return []
    shares = ", ".join(f"{x} {100.0 * found.get(x, 0.0):.3g} %" for x in names)
    return [f"the halides of the flask ({shares}) are not in the proportion of {flask.formula}"]
