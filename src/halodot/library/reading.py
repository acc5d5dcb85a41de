"""Reading a file of materials (CSV or TOML): every refusal names file, row and column."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from pathlib import Path

from ..core.errors import InputError, OutOfRangeError, nearest
from ..core.sourced import BASES, Basis, Sourced
from ..core.spec import read_quantity
from ..core.units import engineering, is_unit, parse
from .entry import Row
from .schema import COLUMNS, KINDS, TEXT, Quantity, declared

_NEEDED = ("kind", "name", "quantity", "value", "unit")
_SIZE_LIMIT = 20_000_000
_MASS_UNITS = {"m0": "1", "m_e": "1"}


def read_file(path: str | Path) -> list[Row]:
    """Read one CSV or TOML file of materials.

    Raises
    ------
    InputError
        If the file cannot be read, is not UTF-8, or holds anything that is not understood.
    """
    where = Path(path)
    try:
        if where.stat().st_size > _SIZE_LIMIT:
            raise InputError(str(path), f"{where.stat().st_size} bytes", "at most 20 MB", "")
        raw = where.read_bytes()
    except OSError as e:
        raise InputError(str(path), str(e.strerror), "a readable CSV or TOML file", "") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        row = raw[: e.start].count(b"\n") + 1
        raise InputError(
            f"{path}, row {row}", raw[e.start : e.start + 8], "UTF-8 text", "save it as UTF-8"
        ) from None
    if where.suffix.lower() == ".toml":
        return _read_toml(text, where.name)
    return read_csv(text, where.name, "given")


def read_csv(text: str, file: str, basis: Basis) -> list[Row]:
    """Read CSV `text` of `file`; rows without basis get `basis`."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = [c.strip() for c in next(reader, [])]
        _check_header(header, file)
        for cells in reader:
            if not any(c.strip() for c in cells):
                continue
            where = f"{file}, row {reader.line_num}"
            if len(cells) > len(header):
                raise InputError(where, cells[-1], f"{len(header)} columns", "quote text with ','")
            padded = [c.strip() for c in cells] + [""] * (len(header) - len(cells))
            rows.append(_row(dict(zip(header, padded, strict=True)), where, basis))
    except csv.Error as e:
        raise InputError(f"{file}, row {reader.line_num}", str(e), "comma-separated text") from None
    return rows


def _check_header(header: list[str], file: str) -> None:
    for name in header:
        if name not in COLUMNS:
            raise InputError(f"{file}, row 1", name, "columns " + ", ".join(COLUMNS), "")
    for name in _NEEDED:
        if header.count(name) != 1:
            allowed = "one column each of " + ", ".join(_NEEDED)
            raise InputError(f"{file}, row 1, column {name}", ", ".join(header), allowed)


def _row(cell: Mapping[str, str], where: str, default_basis: Basis) -> Row:
    kind, name = cell["kind"], cell["name"]
    _check_material(kind, name, where)
    quantity = declared(cell["quantity"], f"{where}, column quantity")
    basis = cell.get("basis") or default_basis
    if basis not in BASES:
        raise InputError(f"{where}, column basis", basis, "one of " + ", ".join(BASES))
    sources = tuple(s.strip() for s in cell.get("source", "").split(";") if s.strip())
    note, place = cell.get("note", ""), cell.get("place", "")
    if basis == "unknown":
        value = Sourced(None, quantity.unit, None, None, "unknown", sources, note or "not known")
        return Row(kind, name, quantity.name, value, place, "", where)
    if quantity.unit == TEXT:
        return Row(
            kind,
            name,
            quantity.name,
            Sourced(None, TEXT, None, None, basis, sources, note),
            place,
            _text(cell["value"], f"{where}, column value"),
            where,
        )
    numbers = _numbers(cell, quantity, where)
    value = Sourced(numbers[0], quantity.unit, numbers[1], numbers[2], basis, sources, note)
    _check_value(value, quantity, where)
    return Row(kind, name, quantity.name, value, place, "", where)


def _numbers(
    cell: Mapping[str, str], quantity: Quantity, where: str
) -> tuple[float, float | None, float | None]:
    """Value, low and high of a CSV row in the unit of `quantity`."""
    unit = _unit(cell["unit"], quantity)
    if not is_unit(unit or "1", quantity.unit):
        allowed = f"a unit that converts to {quantity.unit} ({quantity.doc})"
        raise InputError(f"{where}, column unit", cell["unit"], allowed)

    def read(column: str) -> float:
        # the number alone first, so that a unit typed into the value column is reported there
        text = cell.get(column, "")
        parse(text, "1", field=f"{where}, column {column}", doc="the unit has its own column")
        field = f"{where}, column {column}"
        return parse(f"{text} {unit}", quantity.unit, field=field, doc=quantity.doc)

    low = read("low") if cell.get("low") else None
    high = read("high") if cell.get("high") else None
    return read("value"), low, high


def _unit(unit: str, quantity: Quantity) -> str:
    return _MASS_UNITS.get(unit, unit) if quantity.name.endswith("_mass") else unit


def _text(text: str, where: str) -> str:
    if not text or len(text) > 500 or not text.isprintable():
        raise InputError(where, text, "printable text of 1 to 500 characters")
    return text


def _check_material(kind: str, name: str, where: str) -> None:
    if kind not in KINDS:
        raise InputError(
            f"{where}, column kind", kind, "one of " + ", ".join(KINDS), nearest(kind, KINDS)
        )
    if not name or len(name) > 120 or not name.isprintable():
        raise InputError(f"{where}, column name", name, "a name of 1 to 120 printable characters")


def _check_value(q: Sourced, quantity: Quantity, where: str) -> None:
    for column, x in (("value", q.value), ("low", q.low), ("high", q.high)):
        if x is not None and not quantity.low <= x <= quantity.high:
            low, high = (engineering(b, quantity.unit) for b in (quantity.low, quantity.high))
            allowed = f"{low} to {high} ({quantity.name}, {quantity.doc})"
            found = engineering(x, quantity.unit)
            raise OutOfRangeError(f"{where}, column {column}", found, allowed, "check the unit")
    if (q.low is None) != (q.high is None):
        raise InputError(f"{where}, column low", q.low, "both low and high, or neither")
    if q.value is None or q.low is None or q.high is None:
        return
    if not q.low <= q.value <= q.high:
        found = f"value {q.value:g}, low {q.low:g}, high {q.high:g}"
        raise InputError(f"{where}, column low", found, "low <= value <= high")


def _read_toml(text: str, file: str) -> list[Row]:
    try:
        body = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as e:
        raise InputError(file, str(e), "TOML text with tables [[material]]") from None
    for key in body:
        if key != "material":
            raise InputError(f"{file}, {key}", key, "tables [[material]]", "did you mean material?")
    tables = body.get("material")
    if not isinstance(tables, list):
        raise InputError(f"{file}, material", tables, "tables [[material]]", "use double brackets")
    return [r for i, t in enumerate(tables) for r in _material(t, f"{file}, material[{i}]")]


def _material(table: object, where: str) -> list[Row]:
    if not isinstance(table, dict):
        raise InputError(where, table, "a table with kind, name and values")
    for key in table:
        if key not in ("kind", "name", "values", "aliases"):
            allowed = "kind, name, aliases, values"
            raise InputError(
                f"{where}.{key}", table[key], allowed, nearest(key, allowed.split(", "))
            )
    kind, name = str(table.get("kind", "")), str(table.get("name", ""))
    _check_material(kind, name, where)
    values, aliases = table.get("values", {}), table.get("aliases", [])
    if not isinstance(values, dict):
        raise InputError(f"{where}.values", values, "a table [material.values]")
    if not isinstance(aliases, list):
        raise InputError(f"{where}.aliases", aliases, "a list of names")
    rows = [_toml_value(kind, name, q, raw, f"{where}.{q}") for q, raw in values.items()]
    for alias in aliases:
        words = _text(str(alias), f"{where}.aliases")
        value = Sourced(None, TEXT, basis="given")
        rows.append(Row(kind, name, "alias", value, "", words, where))
    return rows


def _toml_value(kind: str, name: str, quantity_name: str, raw: object, where: str) -> Row:
    quantity = declared(quantity_name, where)
    if quantity.unit == TEXT:
        value = Sourced(None, TEXT, basis="given")
        words = raw if isinstance(raw, str) else ""
        return Row(kind, name, quantity_name, value, "", _text(words, where), where)
    q = read_quantity(raw, quantity.unit, field=where, doc=quantity.doc)
    _check_value(q, quantity, where)
    return Row(kind, name, quantity_name, q, "", "", where)
