"""Each reagent of a recipe in moles, with what one formula unit of it brings.

Every reagent of the library says what it brings (``PbBr2``: one Pb, two Br; caesium oleate: one
Cs, one carboxylic acid). Solids take no volume; carboxylates count as their acid, ammonium salts
as their amine. ``PbX2`` and ``CsX`` stand for the salts of the halides of the formula.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..core.errors import InputError, nearest
from ..core.sourced import Sourced, computed
from ..crystal.composition import Composition
from ..library import Library
from ..library.entry import Entry
from .amounts import EQUIVALENTS, product, total
from .recipe_spec import Reagent, RecipeSpec
from .usual import usual

_OF_THE_FORMULA = "PbX2", "CsX"


@dataclass(frozen=True)
class Portion:
    """One reagent in moles and millilitres.

    Attributes
    ----------
    name
        In the library.
    role
        salt | ligand | solvent | antisolvent | carrier | additive
    moles
        [mol]
    volume
        Of the liquid that it brings, zero for a solid [m3].
    brings
        Ions and groups of one formula unit: ``{"Pb": 1.0, "Br": 2.0}``.
    chain
        Carbon atoms of its chain, 0 where it has none.
    solvent
        Of the solution it came in.
    field
        Where the recipe states it.
    """

    name: str
    role: str
    moles: Sourced
    volume: Sourced
    brings: dict[str, float]
    chain: float = 0.0
    solvent: str = ""
    field: str = ""


def portions(recipe: RecipeSpec, composition: Composition, library: Library) -> tuple[Portion, ...]:
    """Return every stated reagent in moles, equivalents counted per lead."""
    stated = [*_spelled_out(recipe, composition), *_of_unknown_amount(recipe)]
    found = [_portion(r, where, library) for where, r in stated]
    if not any(p.moles.unit == EQUIVALENTS for p in found):
        return tuple(found)
    counted = b_site(composition)
    lead = total("mol", brought(found, counted))
    for p in found:
        if p.moles.unit == EQUIVALENTS and any(b in p.brings for b in counted):
            allowed = "moles, a mass or a volume, as equivalents count this element"
            raise InputError(f"{p.field}.amount", f"{float(p.moles)} eq", allowed, "'0.2 mmol'")
    if float(lead) == 0.0:
        lead = usual(recipe.method, "lead")
    return tuple(
        replace(p, moles=product("mol", p.moles, lead)) if p.moles.unit == EQUIVALENTS else p
        for p in found
    )


def liquid(library: Library, name: str, where: str) -> Entry:
    """Return a solvent of the library by name or usual abbreviation.

    Examples
    --------
    >>> liquid(Library.builtin(), "ODE", "recipe.reagent[0].solvent").name
    '1-octadecene'
    """
    try:
        return library.entry("solvent", name)
    except InputError as e:
        raise InputError(where, e.value, e.allowed, e.remedy) from None


def _spelled_out(recipe: RecipeSpec, composition: Composition) -> Iterable[tuple[str, Reagent]]:
    """Reagents by name, ``PbX2`` and ``CsX`` as the salts of the halides of the formula."""
    halides = composition.site("X")
    for index, reagent in enumerate(recipe.reagent):
        where = f"recipe.reagent[{index}]"
        if reagent.name not in _OF_THE_FORMULA:
            yield where, reagent
            continue
        for halide, share in halides.items():
            part = {"name": reagent.name.replace("X", halide)}
            amount = reagent.amount
            scaled = product(amount.unit, amount, Sourced(share, basis="given"))
            yield where, reagent.model_copy(update={**part, "amount": scaled})


def _of_unknown_amount(recipe: RecipeSpec) -> Iterable[tuple[str, Reagent]]:
    """Additives that the recipe names without an amount."""
    why = "amount not stated; additives of published syntheses stand between these per lead"
    amount = Sourced(0.2, EQUIVALENTS, 0.02, 2.0, "assumed", (), why)
    for index, name in enumerate(recipe.additives):
        yield f"recipe.additives[{index}]", Reagent(name=name, amount=amount)


def _portion(reagent: Reagent, where: str, library: Library) -> Portion:
    entry = _entry(reagent.name, where, library)
    is_solvent = entry.kind == "solvent"
    role = reagent.role or ("solvent" if is_solvent else entry.text("reagent_role", "additive"))
    moles, volume = _moles_and_volume(reagent, entry, where)
    chain = float(entry.quantity("chain_carbons")) if entry.has("chain_carbons") else 0.0
    solvent = liquid(library, reagent.solvent, f"{where}.solvent").name if reagent.solvent else ""
    brings = {} if is_solvent else _brings(entry)
    return Portion(entry.name, role, moles, volume, brings, chain, solvent, where)


def _entry(name: str, where: str, library: Library) -> Entry:
    for kind in ("reagent", "solvent"):
        try:
            return library.entry(kind, name)
        except InputError:
            continue
    known = [*library.names("reagent"), *library.names("solvent"), *_OF_THE_FORMULA]
    aliases = [a for n in library.names("reagent") for a in library.entry("reagent", n).aliases]
    remedy = nearest(name, [*known, *aliases])
    remedy = remedy if remedy.startswith("did") else "describe it in a file of [[material]] tables"
    written = where if where.startswith("recipe.additives") else f"{where}.name"
    raise InputError(written, name, "a reagent or solvent of the library or of a file", remedy)


def _brings(entry: Entry) -> dict[str, float]:
    """What one formula unit brings, from text such as ``Pb:1 Br:2``."""
    pairs = (word.split(":") for word in entry.text("brings").split())
    return {name: float(count) for name, count in pairs}


def _moles_and_volume(reagent: Reagent, entry: Entry, where: str) -> tuple[Sourced, Sourced]:
    """Moles (or equivalents) and the volume of liquid that come with a reagent."""
    amount, concentration = reagent.amount, reagent.concentration
    none = Sourced(0.0, "m3", basis="given")
    pure = reagent.purity or Sourced(1.0, basis="given")
    if concentration is not None:
        if float(concentration) == 0.0:
            raise InputError(f"{where}.concentration", 0.0, "more than zero", "'0.125 M'")
        if concentration.unit == "kg/m3":
            concentration = product("mol/m3", concentration, inverse(entry.require("molar_mass")))
        if amount.unit == "mol":
            return amount, product("m3", amount, inverse(concentration))
        return product("mol", amount, concentration), amount
    if amount.unit == EQUIVALENTS:
        return amount, none
    mass = entry.require("molar_mass")
    density = reagent.density or entry.quantity("mass_density")
    if amount.unit == "m3":
        if not density.is_known:
            allowed = f"a mass or moles of {entry.name}, whose density is not known"
            remedy = "give density = '0.9 g/mL', or concentration = '0.125 M' of a solution"
            raise InputError(f"{where}.amount", f"{float(amount) * 1e6:.4g} mL", allowed, remedy)
        return product("mol", amount, density, pure, inverse(mass)), amount
    moles = amount
    if amount.unit == "kg":
        moles = product("mol", amount, pure, inverse(mass))
    volume = none
    if density.is_known:
        volume = product("m3", moles, mass, inverse(pure), inverse(density))
    return moles, volume


def inverse(q: Sourced) -> Sourced:
    """Return one over a positive quantity; the ends of its interval swap."""
    low, high = (None if e is None else 1.0 / e for e in (q.high, q.low))
    return replace(q, value=1.0 / float(q), low=low, high=high, unit="1")


def b_site(composition: Composition) -> tuple[str, ...]:
    """Return the species on the B sites of a formula."""
    return tuple(s for role in ("B", "B'") for s in composition.site(role))


def brought(found: Iterable[Portion], species: Iterable[str]) -> list[Sourced]:
    """Return the moles of `species` in each portion that brings one."""
    wanted = tuple(species)
    parts = []
    for p in found:
        count = sum(n for name, n in p.brings.items() if name in wanted)
        if count and p.moles.unit == "mol":
            parts.append(product("mol", p.moles, computed(count, "1")))
    return parts
