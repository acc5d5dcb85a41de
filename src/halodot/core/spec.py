"""Specs: what a user may set. Frozen, strict, every quantity declared once.

One declaration of a field, ``thickness: Sourced = quantity("m", "layer thickness", low=1e-10,
high=1e-3)``, feeds validation, `halodot check`, `halodot new` and the docs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from .errors import InputError, OutOfRangeError, nearest, shorten
from .sourced import BASES, Sourced
from .units import engineering, parse

S = TypeVar("S", bound=BaseModel)

_PLAIN_WORDS = {  # pydantic's words are for programmers
    "model_type": "a table",
    "model_attributes_type": "a table",
    "dict_type": "a table",
    "tuple_type": "a list",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
}
_TABLE_KEYS = {"value", "low", "high", "basis", "source", "sources", "note"}


def quantity(
    unit: str,
    doc: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    default: str | float | None = None,
    interval: tuple[str | float, str | float] | None = None,
    why: str = "",
    optional: bool = False,
) -> Any:
    """Declare a quantity field of a spec.

    Parameters
    ----------
    unit
        SI unit of the stored float (eV for energies, "1" for pure numbers).
    doc
        One line shown in errors, docs and templates.
    low, high
        Honest bounds, in `unit`.
    default, interval, why
        Value assumed when the user gives none, its 90 % interval, and the reason.
    optional
        Without default: the field may be absent (None).
    """
    extra = {"unit": unit, "doc": doc, "low": low, "high": high, "default": default}
    kwargs: dict[str, Any] = {"description": doc, "json_schema_extra": {"quantity": extra}}
    if default is not None:
        kwargs["default_factory"] = _default(unit, doc, default, interval, why)
    elif optional:
        kwargs["default"] = None
    return Field(**kwargs)


def _default(
    unit: str,
    doc: str,
    default: str | float,
    interval: tuple[str | float, str | float] | None,
    why: str,
) -> Callable[[], Sourced]:
    def make() -> Sourced:
        ends = (None, None) if interval is None else tuple(parse(x, unit) for x in interval)
        return Sourced(parse(default, unit), unit, ends[0], ends[1], "assumed", (), why or doc)

    return make


def read_quantity(raw: object, unit: str, *, field: str, doc: str = "") -> Sourced:
    """Read a user's value: text with a unit, or a table with value, low, high, basis, source.

    Raises
    ------
    InputError
        If a part of it cannot be read, or the value lies outside its own interval.
    """
    if isinstance(raw, Sourced):
        return raw
    if not isinstance(raw, dict):
        return Sourced(parse(raw, unit, field=field, doc=doc), unit, basis="given")
    for key in raw:
        if key not in _TABLE_KEYS:
            allowed = "a table with " + ", ".join(sorted(_TABLE_KEYS))
            raise InputError(f"{field}.{key}", raw[key], allowed, nearest(str(key), _TABLE_KEYS))
    if "value" not in raw:
        raise InputError(field, raw, "a table with at least 'value'", "add value = '...'")
    value = parse(raw["value"], unit, field=f"{field}.value", doc=doc)
    ends = [
        parse(raw[k], unit, field=f"{field}.{k}", doc=doc) if k in raw else None
        for k in ("low", "high")
    ]
    if (ends[0] is None) != (ends[1] is None):
        raise InputError(field, raw, "both 'low' and 'high', or neither", "give both ends")
    if ends[0] is not None and ends[1] is not None and not ends[0] <= value <= ends[1]:
        raise InputError(field, raw, "low <= value <= high", "put the value inside its interval")
    basis = raw.get("basis", "given" if ends[0] is None else "assumed")
    if basis not in BASES or basis == "unknown":
        raise InputError(f"{field}.basis", basis, "one of " + ", ".join(BASES[:-1]), "")
    named: Any = raw.get("sources", raw.get("source", ()))
    if not isinstance(named, str | list | tuple):
        raise InputError(f"{field}.source", named, "text, or a list of texts", "source = 'ref188'")
    sources = (named,) if isinstance(named, str) else tuple(str(s) for s in named)
    return Sourced(value, unit, ends[0], ends[1], basis, sources, str(raw.get("note", "")))


class Spec(BaseModel):
    """Base of all specs: frozen, unknown keys forbidden, quantities parsed from text."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, validate_default=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _read_quantities(cls, raw: Any, info: ValidationInfo) -> Any:
        declared = quantity_of(cls, info.field_name or "")
        if declared is None or raw is None:
            return raw
        name = info.field_name or ""
        unit, doc = declared["unit"], declared["doc"]
        try:
            q = read_quantity(raw, unit, field=name, doc=doc)
            for x in (q.value, q.low, q.high):
                if x is not None and not declared["low"] <= x <= declared["high"]:
                    low, high = (engineering(declared[k], unit) for k in ("low", "high"))
                    raise OutOfRangeError(name, raw, f"{low} to {high} ({doc})", "check the unit")
        except InputError as e:
            raise PydanticCustomError("halodot", "{m}", {"m": str(e), "e": e}) from e
        return q


def quantity_of(spec: type[BaseModel], name: str) -> dict[str, Any] | None:
    """Return the declaration of quantity field `name` of `spec`, None for other fields."""
    field = spec.model_fields.get(name)
    extra = field.json_schema_extra if field is not None else None
    return extra.get("quantity") if isinstance(extra, dict) else None  # type: ignore[return-value]


def _known_keys(spec: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """Names allowed at the place where the unknown key at the end of `path` stands."""
    current: Any = spec
    union: Any = None
    for part in path[:-1]:
        if isinstance(part, int) or not isinstance(current, type):
            continue
        if not issubclass(current, BaseModel):
            continue
        if part in _by_alias(current):
            union = _by_alias(current)[part]
            current = _model_inside(union)
        else:
            current = _model_inside(union, str(part))
    if isinstance(current, type) and issubclass(current, BaseModel):
        return sorted(_by_alias(current))
    return []


def _by_alias(spec: type[BaseModel]) -> dict[str, Any]:
    return {f.alias or name: f.annotation for name, f in spec.model_fields.items()}


def _model_inside(annotation: Any, kind: str = "") -> Any:
    """The spec class inside an annotation such as ``tuple[Layer, ...]`` or ``Layer | None``.

    Of several classes the one whose field ``kind`` allows `kind`, the first where it is empty.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        own = [annotation.model_fields.get(key) for key in ("kind", "name")]
        words = [w for f in own if f is not None for w in getattr(f.annotation, "__args__", ())]
        fits = not kind or kind in words
        return annotation if fits else None
    for inner in getattr(annotation, "__args__", ()):
        found = _model_inside(inner, kind)
        if found is not None:
            return found
    return None


def _dotted(path: tuple[str | int, ...], root: str) -> str:
    text = root
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def build(spec: type[S], data: object, *, root: str = "") -> S:
    """Validate `data` (a table) as `spec`; the first problem becomes an `InputError`.

    Raises
    ------
    InputError
        Names the field, the value, what is allowed and what to try.
    """
    if not isinstance(data, dict):
        raise InputError(root or spec.__name__, data, "a table", f"write [{root}] key = value")
    try:
        return spec.model_validate(data)
    except ValidationError as e:
        raise _input_error(spec, e, root, data) from None


def _input_error(
    spec: type[BaseModel], error: ValidationError, root: str, data: object
) -> InputError:
    errors = error.errors()
    first = min(errors, key=_rank)
    path = tuple(p for p in first["loc"] if not (isinstance(p, str) and p.startswith("function-")))
    written = _as_written(path, data, keep_last=first["type"] == "missing")
    field = _dotted(written, root)
    original = first.get("ctx", {}).get("e")
    if original is None:
        original = first.get("ctx", {}).get("error")
    if isinstance(original, InputError):
        inner = original.field
        tail = inner.split(".", 1)[1] if "." in inner else ""
        name = field + (f".{tail}" if tail else "") if written else f"{root}.{inner}".lstrip(".")
        return type(original)(name, original.value, original.allowed, original.remedy)
    kind = first["type"]
    if kind == "extra_forbidden":
        known = _known_keys(spec, path)
        return InputError(
            field,
            shorten(first["input"]),
            "a known key: " + ", ".join(known),
            nearest(str(path[-1]), known),
        )
    if kind == "missing":
        return _missing(field, _field_of(spec, path), str(path[-1]))
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _kind_error(field, first)
    said = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    expected = _PLAIN_WORDS.get(kind) or str(first.get("ctx", {}).get("expected", said))
    if kind.startswith("model_"):
        declared = _field_of(spec, path)
        inside = None if declared is None else _model_inside(declared.annotation)
        if declared is not None and inside is not None:
            return InputError(field, first["input"], *_table(field, declared, inside))
    remedy = _doc_of(spec, path)
    if kind == "literal_error" and isinstance(first["input"], str):
        words = expected.replace(" or ", ", ").split(", ")
        remedy = nearest(first["input"], [word.strip("'") for word in words])
    return InputError(field, first["input"], expected, remedy)


def _rank(error: Any) -> int:
    """Unknown keys first; a missing key of the outermost table last, as it would hide the rest."""
    if error["type"] == "extra_forbidden":
        return 0
    return 2 if error["type"] == "missing" and len(error["loc"]) == 1 else 1


def _missing(field: str, declared: FieldInfo | None, name: str) -> InputError:
    """A key that is not there; of a table, with what must stand in it."""
    doc = (declared.description if declared is not None else "") or "a value"
    inside = None if declared is None else _model_inside(declared.annotation)
    if declared is None or inside is None:
        return InputError(field, "nothing (it is missing)", doc, f"add {name} = ...")
    return InputError(field, "nothing (it is missing)", *_table(field, declared, inside))


def _table(field: str, declared: FieldInfo, inside: type[BaseModel]) -> tuple[str, str]:
    """What must stand for a table, and the lines to write."""
    name = re.sub(r"\[\d+\]", "", field)
    head = f"[[{name}]]" if str(declared.annotation).startswith("tuple") else f"[{name}]"
    needed = [f.alias or n for n, f in inside.model_fields.items() if f.is_required()]
    keys = " and ".join(f"{key} = ..." for key in needed)
    allowed = f"a table {head}: {declared.description or 'keys and values'}"
    return allowed, f"write a line {head}" + (f", below it {keys}" if keys else "")


def _kind_error(field: str, first: Any) -> InputError:
    """A table whose `kind` decides what else it may hold, without a known kind."""
    expected = first["ctx"].get("expected_tags", "")
    known = [word.strip("' ") for word in expected.split(",") if word]
    table = first["input"] if isinstance(first["input"], dict) else {}
    key = "name" if "kind" not in table and "name" in table else "kind"
    given = table.get(key) if isinstance(first["input"], dict) else first["input"]
    if given is None:
        given = "nothing (it is missing)"
    allowed = "one of " + ", ".join(known) if known else "the kind of this table"
    return InputError(f"{field}.{key}", given, allowed, nearest(str(given), known))


def _as_written(path: tuple[str | int, ...], data: object, *, keep_last: bool) -> Any:
    """`path` without what pydantic adds to it (the kind chosen among several specs)."""
    here, kept = data, []
    for index, part in enumerate(path):
        try:
            here = here[part]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            if not (keep_last and index == len(path) - 1):
                continue
        kept.append(part)
    return tuple(kept)


def _doc_of(spec: type[BaseModel], path: tuple[str | int, ...]) -> str:
    declared = _field_of(spec, path)
    return "" if declared is None else declared.description or ""


def _field_of(spec: type[BaseModel], path: tuple[str | int, ...]) -> FieldInfo | None:
    """Return the declaration of the last field of `path` that one is found of."""
    current: Any = spec
    union: Any = None
    found: FieldInfo | None = None
    for part in path:
        if isinstance(part, int) or current is None:
            continue
        field = next((f for n, f in current.model_fields.items() if (f.alias or n) == part), None)
        if field is None:
            current = _model_inside(union, part)
            continue
        found, union = field, field.annotation
        current = _model_inside(union)
    return found
