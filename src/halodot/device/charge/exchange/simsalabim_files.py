"""Files of SIMsalabim: setup, layers, generation profiles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ....core.errors import InputError
from ..layers import Array
from .simsalabim_optics import missing, profiles
from .tables import Parameters, columns, listing, number

Generation = float | tuple[Array, Array]


def tables(
    source: str | Path | Mapping[str, Mapping[str, object]], change: Mapping[str, object]
) -> tuple[Parameters, list[Parameters], Path]:
    """Setup, layers in order, and the folder that file names are relative to."""
    folder = Path()
    if isinstance(source, Mapping):
        made = {name: Parameters(name, values) for name, values in source.items()}
    elif Path(source).suffix == ".csv":
        folder, made = Path(source).parent, lists(Path(source))
    else:
        folder, made = Path(source).parent, _native(Path(source))
    setup = made.pop("simulation_setup", None)
    if setup is None:
        raise InputError(str(source), "no simulation_setup", "a setup and its layers L1, L2, ...")
    names = [f"L{k + 1}" for k in range(len(made))]
    if not names or set(names) != set(made):
        raise InputError("layers", sorted(made), "L1, L2, ... without gaps")
    for key, value in change.items():
        table, _, name = key.rpartition(".")
        target = made.get(table.upper()) if table else setup
        if target is None:
            raise InputError(f"change.{key}", value, "a name such as T or l2.L")
        target.values[name] = value
    return setup, [made[name] for name in names], folder


def lists(path: Path) -> dict[str, Parameters]:
    """Tables of a `file,parameter,value,unit` list by the name of their file."""
    values: dict[str, dict[str, object]] = {}
    units: dict[str, dict[str, str]] = {}
    for row in listing(path):
        if not {"file", "parameter", "value"} <= set(row):
            raise InputError(str(path), sorted(row), "the columns file,parameter,value,unit")
        values.setdefault(row["file"], {})[row["parameter"]] = row["value"]
        units.setdefault(row["file"], {})[row["parameter"]] = row.get("unit", "")
    return {name: Parameters(name, v, units[name]) for name, v in values.items()}


def _native(path: Path) -> dict[str, Parameters]:
    """Setup and layers of text files with lines `name = value * comment`."""
    setup = Parameters("simulation_setup", _assignments(path))
    made = {"simulation_setup": setup}
    while setup.has(f"l{len(made)}"):
        name = f"l{len(made)}"
        made[name.upper()] = Parameters(name.upper(), _assignments(path.parent / setup.text(name)))
    return made


def _assignments(path: Path) -> dict[str, object]:
    if not path.is_file():
        raise InputError(str(path), "no such file", "a parameter file of SIMsalabim")
    found: dict[str, object] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, sign, value = line.split("*")[0].partition("=")
        if sign:
            if name.strip() in found:
                raise InputError(f"{path}: {name.strip()}", value.strip(), "one line a parameter")
            found[name.strip()] = value.strip()
        elif name.strip():
            raise InputError(str(path), line.strip(), "lines that read: name = value * comment")
    return found


def generation_of(
    setup: Parameters,
    layers: list[Parameters],
    folder: Path,
    given: Mapping[int, Generation],
) -> list[Generation]:
    """Generation of every layer at full light: given, uniform, or from the peer's file."""
    makes = [p.choice("layerGen", (0, 1), 1) == 1 for p in layers]
    uniform: list[Generation] = [p.number("G_ehp", "m^-3 s^-1", 0.0, low=0.0) for p in layers]
    profile = setup.text("genProfile", "none")
    if unknown := set(given) - set(range(1, len(layers) + 1)):
        raise InputError("generation", sorted(unknown), f"layers 1 to {len(layers)}")
    if profile.lower() == "none":
        rates = uniform
    elif profile.lower() == "calc":
        rates = _calculated(setup, layers, makes, folder, given)
    else:
        rates = _stretched(folder / profile, layers, makes)
    return [given.get(k + 1, rate) for k, rate in enumerate(rates)]


def _calculated(
    setup: Parameters,
    layers: list[Parameters],
    makes: list[bool],
    folder: Path,
    given: Mapping[int, Generation],
) -> list[Generation]:
    """Rates of the transfer matrix where all optical files are there and nothing is given."""
    need = [k + 1 for k, makes_pairs in enumerate(makes) if makes_pairs and k + 1 not in given]
    absent = missing(setup, layers, folder)
    if not need or setup.number("G_frac", "", 1.0, low=0.0) == 0.0:
        return [0.0] * len(layers)
    if absent:
        raise setup.refuse(
            "genProfile",
            "calc",
            f"none, a file, or calc with all optical files there ({absent[0]} is missing)",
            f"generation={{{need[0]}: (depth, rate)}}, or change={{'G_frac': 0}} for the dark",
        )
    return profiles(setup, layers, makes, folder)


def _stretched(path: Path, layers: list[Parameters], makes: list[bool]) -> list[Generation]:
    """Table `x G_ehp` stretched over the stack, cut at the layers."""
    rows = columns(path, ("x", "G_ehp"))
    x, rate = np.array([[number(w, str(path)) for w in row] for row in rows]).T
    edges = np.concatenate([[0.0], np.cumsum([p.number("L", "m", above=0.0) for p in layers])])
    x = x * edges[-1] / x[-1]
    if np.any(np.diff(x) <= 0.0):
        raise InputError(str(path), "x", "positions that grow from row to row")
    found: list[Generation] = []
    for k, makes_pairs in enumerate(makes):
        inside = x[(x > edges[k]) & (x < edges[k + 1])]
        at = np.concatenate([[edges[k]], inside, [edges[k + 1]]])
        found.append((at - edges[k], np.interp(at, x, rate)) if makes_pairs else 0.0)
    return found
