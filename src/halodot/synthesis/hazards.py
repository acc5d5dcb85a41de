"""What is dangerous about a recipe: hazard statements by reagent, and what the method adds.

The statements (GHS numbers) stand in the library. They are of the pure substances and were
written from memory: a safety data sheet decides, not this list.
"""

from __future__ import annotations

from ..core.errors import InputError
from ..crystal.composition import parse
from ..library import Library
from ..library.entry import Entry
from .recipe_spec import RecipeSpec
from .usual import USUAL

STATEMENTS = {
    "H225": "highly flammable",
    "H226": "flammable",
    "H272": "feeds fire",
    "H290": "corrodes metals",
    "H301": "toxic if swallowed",
    "H302": "harmful if swallowed",
    "H304": "may be fatal if it enters the airways",
    "H311": "toxic on skin",
    "H312": "harmful on skin",
    "H314": "burns skin and eyes",
    "H315": "irritates skin",
    "H317": "may cause skin allergy",
    "H318": "damages eyes",
    "H319": "irritates eyes",
    "H331": "toxic if inhaled",
    "H332": "harmful if inhaled",
    "H334": "may cause asthma",
    "H335": "irritates the airways",
    "H336": "makes drowsy",
    "H341": "may damage genes",
    "H350": "may cause cancer",
    "H351": "suspected of causing cancer",
    "H360": "may damage fertility or the unborn child",
    "H361": "suspected of damaging fertility or the unborn child",
    "H370": "damages organs",
    "H372": "damages organs when used for long",
    "H373": "may damage organs when used for long",
    "H400": "very toxic to water life",
    "H410": "very toxic to water life, for long",
    "H411": "toxic to water life, for long",
    "H412": "harmful to water life, for long",
}
CAVEAT = (
    "hazards are those of the pure substances, written from memory and unverified; "
    "the safety data sheet decides"
)
_LEAD = "the product holds lead that water dissolves: collect all waste, no skin contact"
_TIN = "tin(II) salts are oxidised in air and burn skin"
_OF_METHODS = {
    "hot_injection": "hot oil under inert gas; injected liquid may boil over",
    "solvothermal": "closed vessel under pressure: fill at most two thirds, cool before opening",
    "microwave": "closed vessel heated fast: pressure relief needed",
    "ultrasonication": "aerosol and noise of the tip: closed box, ear protection",
    "microfluidic": "pressurised tubing",
    "mechanochemical": "dust of lead salts: closed jar, open in a fume hood",
    "laser_glass": "open femtosecond laser (class 4); molten glass gives off lead halide vapour",
    "cvd": "vapour of lead and caesium halides above 400 degC: trap the exhaust",
}


def hazards(recipe: RecipeSpec, library: Library) -> tuple[str, ...]:
    """Return the hazards of the reagents, the product and the method, a caveat at the end.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> recipe = {"method": "cvd", "formula": "CsPbBr3", "reagent": [
    ...     {"name": "PbBr2", "amount": "1 mmol"}, {"name": "CsBr", "amount": "1 mmol"}]}
    >>> found = hazards(build(RecipeSpec, recipe), Library.builtin())
    >>> [line.split(":")[0] for line in found if "H360" in line]
    ['PbBr2']
    """
    lines = []
    for name, is_assumed in _named(recipe).items():
        entry = _entry(name, library)
        said = "" if entry is None else _said(entry)
        if said:
            lines.append(f"{name}{' (assumed)' if is_assumed else ''}: {said}")
    sites = parse(recipe.formula)
    metals = {*sites.site("B"), *sites.site("B'")}
    lines += [_LEAD] if "Pb" in metals else []
    lines += [_TIN] if "Sn" in metals else []
    lines += [_OF_METHODS[recipe.method]] if recipe.method in _OF_METHODS else []
    return (*lines, CAVEAT)


def _said(entry: Entry) -> str:
    """Statements in words, and what else the library says of the harm."""
    words = [f"{STATEMENTS[c]} ({c})" for c in entry.text("ghs_statements").split()]
    if not words and entry.has("hazard"):
        words = [entry.text("hazard")]
    return "; ".join(words)


def _named(recipe: RecipeSpec) -> dict[str, bool]:
    """Every substance of the recipe, and whether only the method's habit names it."""
    stated = [r.name for r in recipe.reagent] + [r.solvent for r in recipe.reagent if r.solvent]
    stated += [word for p in recipe.precursors for word in p.replace("/", " ").split()]
    stated += list(recipe.additives)
    names = dict.fromkeys(_salts(stated, recipe), False)
    if not recipe.reagent:
        usual = USUAL[recipe.method]
        groups = ["oleic acid"] * (usual.acid[0] > 0.0) + ["oleylamine"] * (usual.amine[0] > 0.0)
        assumed = [*([] if recipe.precursors else _salts(["PbX2"], recipe)), *groups]
        for name in (*assumed, usual.solvent, usual.antisolvent):
            names.setdefault(name, True)
    if recipe.washing is not None and recipe.washing.solvent:
        names.setdefault(recipe.washing.solvent, False)
    return {name: flag for name, flag in names.items() if name}


def _salts(names: list[str], recipe: RecipeSpec) -> list[str]:
    halides = list(parse(recipe.formula).site("X"))
    spelled = ([n.replace("X", x) for x in halides] if n in ("PbX2", "CsX") else [n] for n in names)
    return [n for several in spelled for n in several]


def _entry(name: str, library: Library) -> Entry | None:
    try:
        return library.find(name, ("reagent", "solvent"))
    except InputError:
        return None
