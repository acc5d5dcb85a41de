"""``halodot film FILE.toml``: the film that a treatment makes of dots, as a semiconductor."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import film_tables
from .arguments import add_library

if TYPE_CHECKING:
    from ..dot.state import DotProperties
    from ..film import FilmSpec
    from ..film.state import FilmProperties
    from ..library import Library

ROOM = 300.0  # K, where neither dots nor film name a temperature
# Field of FilmProperties -> key of the output and its unit; None keeps the unit.
KEYS = {
    "dot_size": ("size_nm", "nm"),
    "spacing": ("spacing_nm", "nm"),
    "dot_density": ("dot_density_per_cm3", "cm-3"),
    "fill_fraction": ("fill_fraction", None),
    "mobility_electron": ("mobility_n_cm2_per_Vs", "cm2/Vs"),
    "mobility_hole": ("mobility_p_cm2_per_Vs", "cm2/Vs"),
    "disorder_electron": ("disorder_n_eV", None),
    "disorder_hole": ("disorder_p_eV", None),
    "poole_frenkel": ("poole_frenkel_sqrt_m_per_V", None),
    "relative_permittivity": ("relative_permittivity", None),
    "refractive_index": ("refractive_index", None),
    "electron_affinity": ("electron_affinity_eV", None),
    "ionization_energy": ("ionization_energy_eV", None),
    "density_of_states_electron": ("density_of_states_n_per_cm3", "cm-3"),
    "density_of_states_hole": ("density_of_states_p_per_cm3", "cm-3"),
    "trap_density": ("trap_density_per_cm3", "cm-3"),
    "trap_depth": ("trap_depth_eV", None),
    "capture_electron": ("capture_n_cm3_per_s", "cm3/s"),
    "capture_hole": ("capture_p_cm3_per_s", "cm3/s"),
    "radiative_coefficient": ("radiative_coefficient_cm3_per_s", "cm3/s"),
    "ion_density": ("ion_density_per_cm3", "cm-3"),
    "ion_mobility": ("ion_mobility_cm2_per_Vs", "cm2/Vs"),
    "ion_activation": ("ion_activation_eV", None),
    "absorption": ("absorption_per_cm", "1/cm"),
    "doping": ("doping_per_cm3", "cm-3"),
}

# Name among the extras of a film -> key and unit, for those that the film stage always adds.
MORE = {
    "mobility_in_dot_electron": ("mobility_in_dot_n_cm2_per_Vs", "cm2/Vs"),
    "mobility_in_dot_hole": ("mobility_in_dot_p_cm2_per_Vs", "cm2/Vs"),
    "apparent_mobility_electron": ("apparent_mobility_transistor_n_cm2_per_Vs", "cm2/Vs"),
    "apparent_mobility_hole": ("apparent_mobility_transistor_p_cm2_per_Vs", "cm2/Vs"),
    "gate_charge_free": ("gate_charge_free", None),
    "gate_charge_trapped": ("gate_charge_trapped", None),
    "gate_charge_ionic": ("gate_charge_ionic", None),
    "gate_charge_opposite": ("gate_charge_opposite", None),
    "gate_charge_beyond": ("gate_charge_beyond", None),
    "free_hole_density": ("free_hole_density_per_cm3", "cm-3"),
    "fermi_level": ("fermi_level_eV", None),
    "ion_following_time": ("ion_following_time_s", None),
    "ion_following_share": ("ion_following_share", None),
    "decoupling_temperature": ("decoupling_temperature_K", None),
    "ionic_conductivity": ("ionic_conductivity_S_per_m", None),
    "electronic_conductivity": ("electronic_conductivity_S_per_m", None),
    "ionic_over_electronic": ("ionic_over_electronic", None),
    "silver_ion_mobility": ("silver_ion_mobility_cm2_per_Vs", "cm2/Vs"),
    "silver_ion_activation": ("silver_ion_activation_eV", None),
    "ligand_coverage": ("ligand_coverage", None),
    "necking": ("necking", None),
    "mobility_electron_over_closed_form": ("mobility_n_over_closed_form", None),
    "mobility_hole_over_closed_form": ("mobility_p_over_closed_form", None),
    "percolating_share": ("percolating_share", None),
    "neighbours": ("neighbours", None),
    "percolation_threshold": ("percolation_threshold", None),
    "foerster_radius": ("foerster_radius_nm", "nm"),
    "emission_shift": ("emission_shift_eV", None),
    "energy_transfer_yield": ("energy_transfer_yield", None),
}


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "film",
        help="spacing, mobility, permittivity, ions and traps of a film of dots",
        description="Assemble a film from [film] (ligand, treatment or measured values) and, "
        "where given, [recipe] or [dots]. Other tables of a study file are left alone.",
    )
    p.add_argument(
        "file", metavar="FILE.toml", help="a file with [film] and, as a rule, [recipe] or [dots]"
    )
    add_library(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Assemble the film and print it; exit code 1 where it carries a bad status."""
    from .output import print_flat, print_json

    show: Callable[[dict[str, Any]], None] = print_json if args.json else print_flat
    tables = _tables_alone(args.file, args.materials)
    if tables is not None:
        show(tables)
        return 0
    film = _film(args.file, args.materials)
    show(flat(film))
    return 0 if film.status.is_good else 1


def flat(film: FilmProperties) -> dict[str, Any]:
    """Return the flat keys of a film, each ending in its unit."""
    body: dict[str, Any] = {
        "formula": film.formula,
        "ligand": film.ligand,
        "temperature_K": film.temperature,
    }
    for name, (key, unit) in KEYS.items():
        body[key] = getattr(film, name).to_json(unit)
    for name, (key, unit) in MORE.items():
        if name in film.extras:
            body[key] = film.extras[name].to_json(unit)
    body |= film_tables.flat(film.extras)
    body["ion_charge"] = film.ion_charge
    body["status"] = film.status.value
    body["notes"] = list(film.notes)
    return body


def _film(path: str, materials: list[str]) -> FilmProperties:
    from ..core import tomlfile
    from ..core.errors import InputError, nearest
    from ..core.spec import build
    from ..film import FilmSpec, assemble
    from ..library import Library
    from ..study import Study

    data = film_tables.inside_film(tomlfile.read(path))
    known = sorted(Study.model_fields)
    for key in data:
        if key not in known:
            raise InputError(key, data[key], "tables " + ", ".join(known), nearest(key, known))
    library = Library.builtin().with_files([*_beside(path, data), *materials])
    spec = build(FilmSpec, data.get("film", {}), root="film")
    dots = _dots(data, library)
    if dots is None:
        _of_something(spec)
    return assemble(dots, spec, library)


def _of_something(spec: FilmSpec) -> None:
    """Refuse a film without dots that says neither what it is made of nor any of its properties."""
    from ..core.errors import InputError
    from ..film.spec import OVERRIDES

    if not spec.formula and all(getattr(spec, n) is None for n in OVERRIDES):
        allowed = "[dots], [recipe], or the formula or measured properties of a film in [film]"
        raise InputError("film", "nothing is given", allowed, "[dots] with formula and size")


def _tables_alone(path: str, materials: list[str]) -> dict[str, Any] | None:
    """What a file of coating, encapsulation and the like says that names no film and no dots."""
    from ..core import tomlfile
    from ..library import Library

    data = tomlfile.read(path)
    library = Library.builtin().with_files([*_beside(path, data), *materials])
    return film_tables.alone(data, library)


def _beside(path: str, data: dict[str, Any]) -> list[str]:
    from pathlib import Path

    from ..core.errors import InputError

    named = data.get("library", [])
    if not isinstance(named, list) or not all(isinstance(n, str) for n in named):
        raise InputError("library", named, "a list of file names", "library = ['own.csv']")
    return [str(Path(path).parent / n) for n in named]


def _dots(data: dict[str, Any], library: Library) -> DotProperties | None:
    """The dots that a recipe makes or that are given; None where there is neither."""
    from ..core.errors import InputError
    from ..core.spec import build
    from ..dot import characterise
    from ..study import Dots
    from ..synthesis import RecipeSpec, given, make

    if "recipe" in data and "dots" in data:
        allowed = "either [recipe] or [dots], as a recipe makes the dots"
        raise InputError("dots", "given beside [recipe]", allowed, "remove one of the two")
    if "recipe" in data:
        recipe = build(RecipeSpec, data["recipe"], root="recipe")
        return characterise(make(recipe, library), library, float(recipe.observed_at))
    if "dots" not in data:
        return None
    dots = build(Dots, data["dots"], root="dots")
    temperature = ROOM if dots.temperature is None else float(dots.temperature)
    return characterise(given(dots, library), library, temperature, dots.model)
