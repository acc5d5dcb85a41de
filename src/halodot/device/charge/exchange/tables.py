"""Values of a peer's file, asked for by name: what nobody asks for is refused, not ignored."""

from __future__ import annotations

import ast
import csv
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ....core.errors import InputError, nearest

NO_LIMIT = 1e32  # site density of ions that do not crowd [m-3]

Text = Mapping[str, object]
Source = str | Path | Mapping[str, object]

_OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
}


def plain(unit: str) -> str:
    """Spelling of a unit without signs that carry no meaning.

    >>> plain("m^2/Vs") == plain("m2 / Vs")
    True
    """
    return "".join(c for c in unit.lower() if c not in " ^()").replace("ohms", "ohm")


class Parameters:
    """One table of names and values.

    Parameters
    ----------
    place
        What the user calls it, for messages.
    values
        Text or numbers by name.
    units
        Unit of each value as the file states it; blank where it states none.

    >>> p = Parameters("L1", {"L": "5e-7", "colour": "red"}, {"L": "m"})
    >>> p.number("L", "m")
    5e-07
    >>> p.finish("a layer parameter")
    Traceback (most recent call last):
    ...
    halodot.core.errors.InputError: L1.colour: red cannot be used
      allowed: a layer parameter
      try: one of L
    """

    def __init__(self, place: str, values: Text, units: Mapping[str, str] | None = None) -> None:
        self.place, self.values, self.units = place, dict(values), dict(units or {})
        self.asked: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether a value stands there."""
        return str(self.values.get(name, "")).strip() != ""

    def text(self, name: str, default: str | None = None) -> str:
        """Value as text; without a default it must be there."""
        self.asked.add(name)
        if self.has(name):
            return str(self.values[name]).strip()
        if default is None:
            raise InputError(f"{self.place}.{name}", "nothing", "a value", f"give {name}")
        return default

    def number(
        self,
        name: str,
        unit: str = "",
        default: float | None = None,
        *,
        low: float = -math.inf,
        above: float = -math.inf,
    ) -> float:
        """Value as a number in `unit`; a file that states another unit is refused."""
        if default is not None and not self.has(name):
            self.asked.add(name)
            return default
        word = self.text(name)
        stated = self.units.get(name, "")
        if stated and unit and plain(stated).split("package")[0] != plain(unit):
            raise InputError(f"{self.place}.{name}", stated, f"the unit {unit}")
        value = number(word, f"{self.place}.{name}", self.values)
        if not (value >= low and value > above):
            bound = f"at least {low:g}" if value < low else f"above {above:g}"
            raise InputError(f"{self.place}.{name}", word, f"a number {bound}")
        return value

    def choice(self, name: str, allowed: Iterable[int], default: int | None = None) -> int:
        """Value of a switch."""
        value = self.number(name, "", None if default is None else float(default))
        options = sorted(allowed)
        if value not in options:
            words = ", ".join(str(a) for a in options)
            raise InputError(f"{self.place}.{name}", self.text(name), f"one of {words}")
        return int(value)

    def refuse(self, name: str, value: object, why: str, remedy: str = "") -> InputError:
        """Error that says why a value has no counterpart in the engine."""
        return InputError(f"{self.place}.{name}", value, why, remedy)

    def skip(self, names: Iterable[str]) -> None:
        """Let names stand that concern only the peer's own solver or files."""
        self.asked.update(names)

    def finish(self, what: str) -> None:
        """Refuse every name that nobody asked for."""
        for name in self.values:
            if name not in self.asked:
                field = f"{self.place}.{name}"
                raise InputError(field, self.values[name], what, nearest(name, self.asked))


def number(word: str, place: str, names: Text | None = None) -> float:
    """Read a number, or arithmetic on numbers and other names.

    >>> number("24*eps0", "epsp", {"eps0": "0.5"})
    12.0
    """
    try:
        return float(word.replace(",", ".") if word.count(",") == 1 else word)
    except ValueError:
        pass
    try:
        return _evaluate(ast.parse(word.replace("^", "**"), mode="eval").body, place, names or {})
    except (SyntaxError, ZeroDivisionError, OverflowError, RecursionError) as error:
        raise InputError(place, word, "a number") from error


def _evaluate(node: ast.expr, place: str, names: Text) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand, place, names)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = (_evaluate(a, place, names) for a in (node.left, node.right))
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.Name) and node.id in names:
        return number(str(names[node.id]), place, {k: v for k, v in names.items() if k != node.id})
    if isinstance(node, ast.Call) and len(node.args) == 1:
        called = _FUNCTIONS.get(ast.unparse(node.func))
        if called is not None:
            return called(_evaluate(node.args[0], place, names))
    raise InputError(place, ast.unparse(node), "a number, or arithmetic on the other parameters")


def listing(path: Path) -> list[dict[str, str]]:
    """Rows of a comma-separated file by the names of its first line."""
    if not path.is_file():
        raise InputError(str(path), "no such file", "a parameter file")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{k: (v or "").strip() for k, v in row.items() if k} for row in csv.DictReader(file)]


def flat(source: Source, place: str) -> Parameters:
    """Parameters of a mapping or of a `parameter,value,unit` list."""
    if isinstance(source, Mapping):
        return Parameters(place, source)
    rows = listing(Path(source))
    if not rows or not {"parameter", "value"} <= set(rows[0]):
        raise InputError(str(source), "no such columns", "the columns parameter,value,unit")
    values = {row["parameter"]: row["value"] for row in rows}
    return Parameters(place, values, {row["parameter"]: row.get("unit", "") for row in rows})


def columns(path: Path, names: tuple[str, ...]) -> list[list[str]]:
    """Words of a table separated by blanks whose first line names the columns.

    Text after `*` is a comment; columns after the named ones are left alone.
    """
    if not path.is_file():
        raise InputError(str(path), "no such file", f"a table with the columns {' '.join(names)}")
    lines = [line.split("*")[0].split() for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [words for words in lines if words]
    if not rows or tuple(rows[0][: len(names)]) != names:
        found = " ".join(rows[0]) if rows else "nothing"
        raise InputError(str(path), found, f"a first line that reads {' '.join(names)}")
    if len(rows) < 2:
        raise InputError(str(path), "no rows", "at least one row of numbers")
    for words in rows[1:]:
        if len(words) < len(names):
            raise InputError(str(path), " ".join(words), f"{len(names)} numbers")
    return [words[: len(names)] for words in rows[1:]]
