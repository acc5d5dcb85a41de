"""TOML files of users: read with precise errors, walked, edited by dotted key, written."""

from __future__ import annotations

import copy
import math
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from .errors import InputError, shorten

SIZE_LIMIT = 2_000_000
_DEPTH = 24
_TEXT_LIMIT = 20_000
_PART = re.compile(r"([A-Za-z0-9_-]+)((?:\[\d{1,6}\])*)")


def read(path: str | Path) -> dict[str, Any]:
    """Return the tables of a TOML file.

    Raises
    ------
    InputError
        If it cannot be read, is larger than 2 MB, not UTF-8, not TOML, or holds a value that no
        study can use (not a number, infinite, beyond 64 bits, a control character).
    """
    name = str(path)
    raw = _bytes(Path(path), name)
    try:
        text = raw.decode("utf-8-sig")  # editors may put a byte order mark in front
    except UnicodeDecodeError as e:
        line = raw[: e.start].count(b"\n") + 1
        found = f"byte {raw[e.start]:#04x} at offset {e.start} (line {line})"
        raise InputError(name, found, "UTF-8 text", "save the file as UTF-8") from None
    return parse(text, name)


def parse(text: str, name: str = "study") -> dict[str, Any]:
    """Return the tables of TOML `text`; errors name the line and column.

    Examples
    --------
    >>> parse("[film]\\nligand = 'OA'")
    {'film': {'ligand': 'OA'}}
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise InputError(name, str(e), "TOML text", "mend the line named above") from None
    except (ValueError, RecursionError) as e:  # an integer of 5000 digits, brackets 1000 deep
        raise InputError(name, shorten(str(e)), "TOML that can be read", "simplify it") from None
    _check(data, "", 0)
    return data


def _bytes(path: Path, name: str) -> bytes:
    try:
        info = path.stat()
        if stat.S_ISDIR(info.st_mode):
            raise InputError(name, "a folder", "a TOML file", "name the file inside it")
        if not stat.S_ISREG(info.st_mode):
            raise InputError(name, "not a regular file", "a TOML file", "save it to a file first")
        if info.st_size > SIZE_LIMIT:
            size = f"{info.st_size / 1e6:.3g} MB"
            raise InputError(name, size, "a TOML file of at most 2 MB", "is it the right file?")
        return path.read_bytes()
    except InputError:
        raise
    except FileNotFoundError:
        remedy = "check the name; `halodot new` writes a file to start from"
        raise InputError(name, "no such file", "a TOML file", remedy) from None
    except (OSError, ValueError) as e:
        reason = e.strerror if isinstance(e, OSError) else str(e)
        raise InputError(name, str(reason), "a TOML file that can be read", "") from None


def _check(value: object, field: str, depth: int) -> None:
    """Refuse what TOML can hold and no study can use."""
    if depth > _DEPTH:
        raise InputError(field, "tables in tables", f"at most {_DEPTH} levels", "simplify it")
    if isinstance(value, dict):
        for key, inner in value.items():
            _check(inner, f"{field}.{key}" if field else str(key), depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check(inner, f"{field}[{index}]", depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError(field, value, "a finite number", "leave the key out if it is not known")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise InputError(field, f"an integer of {value.bit_length()} bits", "at most 64 bits", "")
    elif isinstance(value, str):
        if len(value) > _TEXT_LIMIT:
            raise InputError(field, value, f"at most {_TEXT_LIMIT} characters", "shorten it")
        if any(ord(c) < 32 and c not in "\n\t" for c in value):
            raise InputError(field, value, "text without control characters", "remove them")


def override(data: dict[str, Any], key: str, value: object) -> dict[str, Any]:
    """Return a copy of `data` with the value at the dotted `key` replaced.

    Parameters
    ----------
    data
        Tables as `read` gives them.
    key
        ``film.ligand`` or ``device.layer[1].thickness``; tables on the way are made, list
        entries must exist. Whether the key is known is for the spec to say.

    Raises
    ------
    InputError
        If the key is malformed, leads through something that is no table, or past a list's end.

    Examples
    --------
    >>> override({"layer": [{"a": 1}, {"a": 2}]}, "layer[1].a", 5)
    {'layer': [{'a': 1}, {'a': 5}]}
    """
    parts = _parts(key)
    result = copy.deepcopy(data)
    here: Any = result
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if isinstance(part, int):
            _check_index(here, part, key)
            here[part], here = (value, None) if last else (here[part], here[part])
        elif not isinstance(here, dict):
            raise InputError(key, here, "a key that leads through tables", "check the key")
        elif last:
            here[part] = value
        else:
            here = here.setdefault(part, [] if isinstance(parts[index + 1], int) else {})
    return result


def _parts(key: str) -> list[str | int]:
    parts: list[str | int] = []
    for word in key.split("."):
        match = _PART.fullmatch(word)
        if match is None:
            example = "a dotted key such as film.ligand or device.layer[1].thickness"
            raise InputError(shorten(key), word, example, "count list entries from 0")
        parts.append(match[1])
        parts += [int(n) for n in re.findall(r"\d+", match[2])]
    return parts


def _check_index(here: object, index: int, key: str) -> None:
    if not isinstance(here, list):
        raise InputError(key, here, "a list where the key has [n]", "leave the [n] out")
    if index >= len(here):
        allowed = f"0 to {len(here) - 1}" if here else "no entry: the list is empty"
        raise InputError(key, index, allowed, "count list entries from 0")


def scalar(text: str) -> object:
    """Read one value typed on the command line: as TOML where it is TOML, else as text.

    Examples
    --------
    >>> scalar("0.5"), scalar("30 nm"), scalar("true"), scalar("[0, 1]")
    (0.5, '30 nm', True, [0, 1])
    """
    word = text.strip()
    try:
        data = tomllib.loads(f"x = {word}")
    except (ValueError, RecursionError):
        return word
    value = data["x"] if list(data) == ["x"] else word
    _check(value, "value", 0)
    return value if isinstance(value, bool | int | float | str | list | dict) else word


def dumps(data: dict[str, Any]) -> str:
    """Return `data` as TOML text."""
    import tomli_w

    return tomli_w.dumps(data)
