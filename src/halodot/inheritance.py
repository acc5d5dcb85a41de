"""Where studies stand, and how one stands on another (``[study] base``)."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from .core import tomlfile
from .core.errors import InputError, nearest

DEEPEST = 5
OWN = ("variant", "reported")  # lists that a base keeps for itself


def find(path: str | Path) -> Path:
    """Return the path of a study file; a bare id such as ``m1`` names a shipped study.

    A folder of that name, such as a run of it, does not hide the id; a file does.
    """
    word = str(path)
    if not word or "\0" in word or len(word) > 4000:
        raise InputError("study", word, "the name of a TOML file", "check the name")
    if word.endswith(".toml") or "/" in word or _is_file(Path(word)):
        return Path(word)
    known = shipped()
    if word.lower() not in known:
        allowed = "a TOML file or the id of a shipped study"
        raise InputError("study", word, allowed, nearest(word.lower(), known) if known else "")
    return known[word.lower()]


def _is_file(path: Path) -> bool:
    return path.exists() and not path.is_dir()


def shipped() -> dict[str, Path]:
    """Return the studies that ship with the package: id in small letters -> path."""
    package = Path(str(resources.files(__package__)))
    folder = package / "studies"
    if not folder.is_dir():  # a checkout: the studies stand beside src/
        folder = package.parents[1] / "studies"
    return {p.stem.split("_", 1)[0].lower(): p for p in sorted(folder.glob("*.toml"))}


def inherited(data: dict[str, Any], folder: str | Path = ".", depth: int = 0) -> dict[str, Any]:
    """Return the tables of a study with those of its base under them, and no base any more.

    Tables are joined key by key, anything else of the study replaces that of the base. Variants
    and reported figures of the base stay with it; the one named ``[study] variant`` is applied.

    Raises
    ------
    InputError
        If the base or its variant is not there, its base goes round in circles, or it stands in
        another folder and brings files of its own.

    Examples
    --------
    >>> own = {"study": {"id": "x", "title": "x", "base": "m9"}, "device": {"area": "1 mm2"}}
    >>> found = inherited(own)
    >>> found["study"]["id"], found["device"]["area"], found["device"]["left"]["electrode"]
    ('x', '1 mm2', 'Ag')
    """
    header = data.get("study")
    if not isinstance(header, dict) or not header.get("base"):
        return data
    name, label = str(header["base"]), header.get("variant", "")
    if depth >= DEEPEST:
        allowed = f"at most {DEEPEST} studies on one another"
        raise InputError("study.base", name, allowed, "do not let them go round in circles")
    path = find(name if not name.endswith(".toml") else Path(folder) / name)
    base = tomlfile.read(path)
    if base.get("library") and path.parent.resolve() != Path(folder).resolve():
        allowed = "a base in the same folder, as it brings files of its own"
        raise InputError("study.base", name, allowed, "copy the base and its files here")
    base = _variant_of(inherited(base, path.parent, depth + 1), str(label), name)
    own = {k: v for k, v in header.items() if k not in ("base", "variant")}
    kept = {k: v for k, v in base.items() if k not in OWN}
    told = {
        k: v for k, v in dict(kept.get("study", {})).items() if k not in ("title", "description")
    }
    kept["study"] = told
    return _joined(kept, data | {"study": own})


def _variant_of(base: dict[str, Any], label: str, name: str) -> dict[str, Any]:
    variants = [v for v in base.get("variant", ()) if isinstance(v, dict)]
    labels = [str(v.get("label", "")) for v in variants]
    if not label:
        return base
    if label not in labels:
        allowed = f"a variant of {name}: " + (", ".join(labels) or "it has none")
        raise InputError("study.variant", label, allowed, nearest(label, labels))
    for key, value in dict(variants[labels.index(label)].get("set", {})).items():
        base = tomlfile.override(base, key, value)
    return base


def _joined(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Join two trees of tables; the one above wins where both say something.

    A quantity ({value, low, ...}) is one thing: it is replaced as a whole.
    """
    found = dict(under)
    for key, value in over.items():
        below = under.get(key)
        found[key] = value
        if isinstance(value, dict) and isinstance(below, dict):
            whole = "value" in value or "value" in below
            found[key] = value if whole else _joined(below, value)
    return found
