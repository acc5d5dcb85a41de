"""From what a laboratory book says to moles in the flask.

The portions of all reagents are summed by ion and by group. What is not stated is usual for the
method (`usual`), scaled to the lead that is stated, and named in `Flask.assumed`.

Assumptions: salts dissolve and dissociate completely before the reaction (what dissolves is left
to the models of the reactor); volumes add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..crystal.composition import FAMILIES, Composition, parse
from ..library import Library
from .amounts import product, total
from .flask import HALIDES, Flask
from .polarity import of_solvent
from .portions import Portion, b_site, brought, inverse, liquid, portions
from .process_spec import FlowProcess
from .recipe_spec import TIMES, RecipeSpec
from .usual import USUAL, usual

GROUPS = ("acid", "amine")
_POURED = ("antisolvent", "larp", "ligand_assisted", "microfluidic")
_AGREEMENT = 0.02  # two statements of one ratio may differ by rounding


@dataclass(frozen=True)
class _Ions:
    caesium: Sourced
    lead: Sourced
    halides: dict[str, Sourced]
    assumed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Shell:
    acid: Sourced
    amine: Sourced
    chain: float
    assumed: frozenset[str]


@dataclass(frozen=True)
class _Liquids:
    solvent: str
    antisolvent: str
    antisolvent_amount: Sourced
    volume: Sourced
    assumed: frozenset[str]


def flask_of(recipe: RecipeSpec, library: Library) -> Flask:
    """Return what is in the flask in moles; what the recipe leaves out is usual for the method.

    Raises
    ------
    InputError
        If a reagent is not in the library or its amount cannot be counted, if an element of the
        formula has no source, or if two statements disagree.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> recipe = {"method": "hot_injection", "formula": "CsPbBr3", "reagent": [
    ...     {"name": "PbBr2", "amount": "69 mg"},
    ...     {"name": "caesium oleate", "amount": "0.4 mL", "concentration": "0.125 M"}]}
    >>> flask = flask_of(build(RecipeSpec, recipe), Library.builtin())
    >>> round(flask.caesium_ratio, 3), flask.halide_ratio, "acid" in flask.assumed
    (0.266, 2.0, True)
    """
    composition = parse(recipe.formula)
    if recipe.washing is not None and recipe.washing.solvent:
        liquid(library, recipe.washing.solvent, "recipe.washing.solvent")
    found, poured = _poured(recipe, portions(recipe, composition, library), library)
    ions = _ions(recipe, composition, found)
    shell = _shell(recipe.method, found, ions.lead)
    liquids = _liquids(recipe, found, ions.lead)
    time, time_assumed = _time(recipe)
    assumed = ions.assumed | shell.assumed | liquids.assumed | time_assumed | poured
    assumed |= frozenset() if recipe.states_temperature else {"temperature"}
    return Flask(
        method=recipe.method,
        formula=recipe.formula,
        caesium=ions.caesium,
        lead=ions.lead,
        halides=ions.halides,
        acid=shell.acid,
        amine=shell.amine,
        chain=shell.chain,
        volume=liquids.volume,
        solvent=liquids.solvent,
        antisolvent=liquids.antisolvent,
        antisolvent_amount=liquids.antisolvent_amount,
        temperature=recipe.temperature,
        time=time,
        metals=_metals(composition, found),
        additives=_others(found),
        fraction=recipe.fraction,
        assumed=tuple(sorted(assumed)),
    )


def _poured(
    recipe: RecipeSpec, found: Sequence[Portion], library: Library
) -> tuple[tuple[Portion, ...], frozenset[str]]:
    """Portions with the antisolvent named as such, and the roles that were guessed.

    Where no role says which liquid is the antisolvent, it is each that holds no salt and differs
    from those that do in the direction in which the usual antisolvent differs from the solvent.
    """
    common = USUAL[recipe.method]
    if recipe.method not in _POURED or any(p.role == "antisolvent" for p in found):
        return tuple(found), frozenset()
    unsaid = {f"recipe.reagent[{i}]" for i, r in enumerate(recipe.reagent) if r.role is None}
    liquids = [p for p in found if p.role == "solvent"]
    hosts = {p.solvent for p in found if p.solvent}
    hosts |= {p.name for p in liquids if p.field not in unsaid or p.name == common.solvent}
    if not hosts:
        return tuple(found), frozenset()
    polar = [of_solvent(name, library) for name in hosts]
    sign = of_solvent(common.antisolvent, library) - of_solvent(common.solvent, library)

    def is_poured(p: Portion) -> bool:
        if p.role != "solvent" or p.field not in unsaid or p.name in hosts:
            return False
        own = of_solvent(p.name, library)
        return own > max(polar) if sign > 0.0 else own < min(polar)

    changed = tuple(replace(p, role="antisolvent") if is_poured(p) else p for p in found)
    return changed, frozenset(f"role of {p.name}" for p in found if is_poured(p))


def _ions(recipe: RecipeSpec, composition: Composition, found: Sequence[Portion]) -> _Ions:
    """Caesium, lead and each halide [mol]; a flask without salts holds what is usual."""
    stated = [p for p in found if p.field.startswith("recipe.reagent")]
    if not any(set(p.brings) - set(GROUPS) for p in stated):
        return _usual_ions(recipe, composition, found)
    for role in ("A", "B", "B'", "X"):
        for species in composition.site(role):
            _check_source(species, stated, recipe.formula)
    for dopant in composition.dopants:
        _check_source(dopant.symbol, found, recipe.formula)
    halides = {x: total("mol", brought(found, (x,))) for x in HALIDES if brought(found, (x,))}
    caesium, lead = (brought(found, s) for s in (composition.site("A"), b_site(composition)))
    ions = _Ions(total("mol", caesium), total("mol", lead), halides)
    _check_ratio(recipe, ions)
    return ions


def _check_source(species: str, found: Sequence[Portion], formula: str) -> None:
    if sum(float(q) for q in brought(found, (species,))) > 0.0:
        return
    example = {"Cs": "Cs2CO3 or caesium oleate", "MA": "MABr", "FA": "FABr"}.get(species, "")
    if species in HALIDES:
        example = f"Pb{species}2 or Cs{species}"
    elif not example:
        example = f"{species}Br2 or {species}Cl2"
    raise InputError(
        "recipe.reagent",
        f"no source of {species}",
        f"reagents that bring every element of {formula}",
        f"add [[recipe.reagent]] name = ..., for {species} such as {example}",
    )


def _check_ratio(recipe: RecipeSpec, ions: _Ions) -> None:
    if recipe.halide_ratio is None:
        return
    found = sum(float(q) for q in ions.halides.values()) / float(ions.lead)
    stated = float(recipe.halide_ratio)
    if abs(found - stated) > _AGREEMENT * stated:
        allowed = f"the halide over lead of the reagents, {found:.4g}"
        raise InputError("recipe.halide_ratio", stated, allowed, "remove it, or mend the amounts")


def _usual_ions(recipe: RecipeSpec, composition: Composition, found: Sequence[Portion]) -> _Ions:
    """What the method usually takes of each ion, with the halide ratio of the recipe if stated."""
    lead = usual(recipe.method, "lead")
    counts = FAMILIES[composition.family]
    metals = counts["B"] + counts.get("B'", 0)
    ratio = recipe.halide_ratio or _for_family(
        usual(recipe.method, "halide"), counts["X"] / metals / 3
    )
    caesium = _for_family(usual(recipe.method, "caesium"), counts["A"] / metals)
    halides = {
        x: total(
            "mol",
            [
                product("mol", lead, ratio, computed(share, "1"), note=lead.note),
                *brought(found, (x,)),
            ],
        )
        for x, share in composition.site("X").items()
    }
    assumed = {"lead", "caesium"} | (set() if recipe.halide_ratio else {"halides"})
    return _Ions(product("mol", lead, caesium, note=lead.note), lead, halides, frozenset(assumed))


def _for_family(ratio: Sourced, factor: float) -> Sourced:
    """A ratio that is usual for ABX3, for a lattice with `factor` times as much of the ion."""
    return product("1", ratio, computed(factor, "1"))


def _shell(method: str, found: Sequence[Portion], lead: Sourced) -> _Shell:
    """Acid and amine [mol] and the chain of the amine.

    A recipe that names a ligand of another kind and no acid (amine) means none; one that names
    no ligand leaves both unsaid.
    """
    said = {g for p in found if p.role != "salt" for g in GROUPS if g in p.brings}
    other = any(p.role == "ligand" and not set(p.brings) & set(GROUPS) for p in found)
    groups, assumed = {}, set()
    for group in GROUPS:
        parts = brought(found, (group,))
        if group not in said and not other:
            prior = usual(method, group)
            parts.append(product("mol", prior, lead, note=prior.note))
            assumed.add(group)
        groups[group] = total("mol", parts)
    amines = [(float(p.moles), p.chain) for p in found if "amine" in p.brings]
    weight = sum(n for n, _ in amines)
    if weight > 0.0:
        chain = sum(n * c for n, c in amines) / weight
    else:
        chain = float(usual(method, "chain"))
        assumed.add("chain")
    return _Shell(groups["acid"], groups["amine"], chain, frozenset(assumed))


def _liquids(recipe: RecipeSpec, found: Sequence[Portion], lead: Sourced) -> _Liquids:
    """Solvent, antisolvent with its moles, and the total volume.

    A recipe that lists reagents and no antisolvent uses none.
    """
    method, assumed = recipe.method, set()
    volumes = _solvents(found)
    solvent = max(volumes, key=lambda n: volumes[n], default="")
    if not solvent and USUAL[method].solvent:
        solvent = USUAL[method].solvent
        assumed.add("solvent")
    drops = [p for p in found if p.role == "antisolvent"]
    antisolvent = max(drops, key=lambda p: float(p.moles)).name if drops else ""
    amount = total("mol", [p.moles for p in drops])
    if not recipe.reagent and USUAL[method].antisolvent:
        prior = usual(method, "antisolvent_ratio")
        antisolvent = USUAL[method].antisolvent
        amount = product("mol", prior, lead, note=prior.note)
        assumed |= {"antisolvent", "antisolvent_amount"}
    volume = recipe.volume
    if volume is None and _says_volume(found, b_site(parse(recipe.formula))):
        volume = total("m3", [p.volume for p in found])
    if volume is None:
        prior = usual(method, "volume")
        volume = product("m3", prior, lead, note=prior.note)
        assumed.add("volume")
    return _Liquids(solvent, antisolvent, amount, volume, frozenset(assumed))


def _says_volume(found: Sequence[Portion], lead: Sequence[str]) -> bool:
    """Whether the liquid that holds the lead is among the reagents, and not a stock alone."""
    return any(
        float(p.volume) > 0.0 and (p.role in ("solvent", "carrier") or set(p.brings) & set(lead))
        for p in found
    )


def _solvents(found: Sequence[Portion]) -> dict[str, float]:
    """Volume [m3] of each liquid that dissolves the salts, those of solutions included."""
    volumes: dict[str, float] = {}
    for p in found:
        name = p.name if p.role == "solvent" else p.solvent
        if name and float(p.volume) > 0.0:
            volumes[name] = volumes.get(name, 0.0) + float(p.volume)
    return volumes


def _time(recipe: RecipeSpec) -> tuple[Sourced, frozenset[str]]:
    """Time of the reaction [s]: the recipe's, the process's, or the usual one."""
    if recipe.time is not None:
        return recipe.time, frozenset()
    process = recipe.process
    if isinstance(process, FlowProcess):
        needed = {"flow_rate", "channel_volume"}
        time = product("s", process.channel_volume, inverse(process.flow_rate))
    elif recipe.method in TIMES:
        needed, time = {TIMES[recipe.method]}, getattr(process, TIMES[recipe.method])
    else:
        needed, time = {"none"}, usual(recipe.method, "time")
    usual_process = type(process)()
    stated = all(getattr(process, n, None) != getattr(usual_process, n, None) for n in needed)
    return time, frozenset() if stated else frozenset({"time"})


def _metals(composition: Composition, found: Sequence[Portion]) -> dict[str, Sourced]:
    """Cations that have no site in the formula [mol]."""
    known = {*composition.site("A"), *b_site(composition), *HALIDES, *GROUPS}
    names = sorted({name for p in found for name in p.brings} - known)
    return {name: total("mol", brought(found, (name,))) for name in names}


def _others(found: Sequence[Portion]) -> dict[str, Sourced]:
    """Ligands and additives that are more than acid, amine, halide or metal [mol]."""
    parts: dict[str, list[Sourced]] = {}
    for p in found:
        plain = set(p.brings) & set(GROUPS) if p.role == "ligand" else p.brings
        if p.role in ("ligand", "additive") and not plain:
            parts.setdefault(p.name, []).append(p.moles)
    return {name: total("mol", items) for name, items in parts.items()}
