"""A claim: one statement about one system, with the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..core.errors import InputError, nearest
from ..core.units import parse
from .vocabulary import BOUNDS, CONFIDENCES, PLACES, canonical_condition, term

_MANTISSA = re.compile(r"^-?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$")
_ROUND = 1e-9


@dataclass(frozen=True, slots=True)
class Claim:
    """What one place says about one quantity of one subject.

    Parameters
    ----------
    subject
        System (T1, M9, P3 ...), material, or "*" for a rule that holds for every subject.
    ref
        Number in the reference list of the review, "" where none is given.
    quantity, condition
        Name from the vocabulary; "name=value; name=value". Claims are compared only when
        both agree.
    value
        Float in SI (energies in eV) for numbers, canonical text for the rest.
    unit
        SI unit of a number, else "text".
    half_digit
        Half of the last printed digit, in `unit`.
    spread
        Printed plus-minus, in `unit`; 0 where none is printed.
    bound
        "=", ">" or "<".
    place, locator
        Kind of place (see `vocabulary.PLACES`) and where in it.
    confidence
        How it was read (see `vocabulary.CONFIDENCES`).
    source
        Key of the bibliography of the text in which it was read.
    printed
        Value and unit as printed.
    note
        Anything that a reader must know.
    parents
        Quantities that it follows from, where it is derived.
    """

    subject: str
    ref: str
    quantity: str
    condition: str
    value: float | str
    unit: str
    half_digit: float
    spread: float
    bound: str
    place: str
    locator: str
    confidence: str
    source: str
    printed: str
    note: str = field(default="", compare=False)
    parents: tuple[str, ...] = ()

    @property
    def number(self) -> float | None:
        """The value where it is a number."""
        return self.value if isinstance(self.value, float) else None

    @property
    def is_remembered(self) -> bool:
        """Whether nobody read it again."""
        return self.confidence == "M"

    @property
    def customary(self) -> tuple[float | str, str]:
        """Value and unit as printed.

        >>> from halodot.library.review import entries
        >>> entries("T1", 153)[1].customary
        (0.24, 'cm2/Vs')
        """
        if self.number is None:
            return self.value, "text"
        number, _, unit = self.printed.removeprefix(self.bound).strip().partition(" ")
        return float(number), unit or "1"

    def contradicts(self, other: Claim) -> bool:
        """Whether both cannot hold: numbers beyond rounding and bounds, words by being unequal."""
        a, b = self.number, other.number
        if a is None or b is None:
            return self.value != other.value
        slack = self.half_digit + other.half_digit + self.spread + other.spread
        slack += _ROUND * max(abs(a), abs(b))
        if self.bound == other.bound:
            return self.bound == "=" and abs(a - b) > slack
        floor = a if self.bound == ">" else b if other.bound == ">" else None
        ceiling = a if self.bound == "<" else b if other.bound == "<" else None
        exact = a if self.bound == "=" else b
        lowest = exact if floor is None else floor
        highest = exact if ceiling is None else ceiling
        return lowest - highest > slack


def claim(row: Mapping[str, str]) -> Claim:
    """Read one row of a claims table.

    Raises
    ------
    InputError
        If the quantity, unit, value, bound, place or confidence cannot be used.

    Examples
    --------
    >>> c = claim({"subject": "M9", "ref": "142", "quantity": "set_voltage", "value": "1",
    ...            "unit": "V", "place": "table"})
    >>> c.value, c.half_digit, c.source
    (1.0, 0.5, 'review')
    """
    quantity = term(row["quantity"])
    field_name = f"{row['subject']}.{quantity.name}"
    place = _known(row["place"], PLACES, f"{field_name}.place")
    bound = _known(row.get("bound") or "=", BOUNDS, f"{field_name}.bound")
    confidence = _known(row.get("confidence") or "R", CONFIDENCES, f"{field_name}.confidence")
    text, unit = row["value"], row["unit"] or "1"
    value: float | str
    if quantity.kind == "number":
        value, half, spread = _number(text, unit, row.get("spread", ""), quantity.unit, field_name)
    else:
        value, half, spread = quantity.canonical(text), 0.0, 0.0
    printed = text if unit in ("1", "text") else f"{text} {unit}"
    return Claim(
        subject=row["subject"],
        ref=row.get("ref", ""),
        quantity=quantity.name,
        condition=canonical_condition(row.get("condition", "")),
        value=value,
        unit=quantity.unit,
        half_digit=half,
        spread=spread,
        bound=bound,
        place=place,
        locator=row.get("locator", ""),
        confidence=confidence,
        source=row.get("source") or "review",
        printed=printed if bound == "=" else f"{bound} {printed}",
        note=row.get("note", ""),
    )


def _known(word: str, known: Iterable[str], field_name: str) -> str:
    words = tuple(known)
    if word not in words:
        raise InputError(field_name, word, "one of " + ", ".join(words), nearest(word, words))
    return word


def _number(
    text: str, unit: str, spread: str, target: str, field_name: str
) -> tuple[float, float, float]:
    """Value, half of its last printed digit and its spread, all in `target`."""

    def read(number: str | float) -> float:
        if unit == target:
            return float(number)
        given = str(number) if unit == "1" else f"{number!s} {unit}"
        return parse(given, target, field=field_name)

    match = _MANTISSA.match(text)
    if match is None:
        raise InputError(field_name, text, "a number such as 0.19 or 2.4e-1", "check the row")
    half = 0.5 * 10.0 ** (int(match[3] or 0) - len(match[2] or ""))
    value = read(text)
    half_digit = read(repr(float(text) + half)) - value
    width = read(repr(float(text) + float(spread))) - value if spread else 0.0
    return value, half_digit, width
