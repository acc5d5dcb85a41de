"""A published figure in a study file: what is reported, and which computed value it is held to."""

from __future__ import annotations

from typing import Literal, cast

from pydantic import Field, model_validator

from .core.errors import InputError
from .core.sourced import Sourced
from .core.spec import Spec
from .core.units import is_unit, parse

__all__ = ["Bound", "Other", "Reported", "condition", "published"]

Bound = Literal["=", ">", "<"]


class Other(Spec):
    """Where the second figure of a ratio or a difference stands; what is empty is as in the row."""

    variant: str = Field(default="", description="label of the variant")
    protocol: str = Field(default="", description="label of the protocol")
    name: str = Field(default="", max_length=80, description="name of the figure")


class Reported(Spec):
    """A published figure to stand beside the computed one."""

    name: str = Field(
        min_length=1,
        max_length=80,
        description="a figure of merit, or a property of the dots, the film or the crystal",
    )
    value: bool | float | str | None = Field(
        default=None, description="number in `unit`, text with a unit, or true / false"
    )
    low: float | None = Field(default=None, description="where a range was reported, in `unit`")
    high: float | None = Field(default=None, description="where a range was reported, in `unit`")
    unit: str = Field(default="1", max_length=40, description="unit to compare in")
    bound: Bound = Field(default="=", description="> or < where only a bound")
    role: Literal["input", "calibrated", "predicted"] = Field(
        description="input: put in; calibrated: a parameter was set with it; predicted: neither"
    )
    place: str = Field(default="", description="where it stands, e.g. 'ref 188, Table 3'")
    review: str = Field(
        default="", description="an entry of the review, e.g. 'M1.on_off_ratio', in place of value"
    )
    condition: str = Field(default="", description="of the entry of the review, where it has one")
    variant: str = Field(default="", description="label of the variant; empty: the first")
    protocol: str = Field(default="", description="label of the protocol; empty: any with it")
    over: Other | None = Field(
        default=None, description="the value is a ratio: this figure over that one"
    )
    less: Other | None = Field(
        default=None, description="the value is a difference: this figure less that one"
    )
    is_: str = Field(
        default="",
        alias="is",
        max_length=80,
        description="asks for yes or no: '> 1', '< 0', '>= 2.5 V', or a category such as 'AND'",
    )
    doubt: str = Field(
        default="", description="why the published value is doubtful; it is marked, not dropped"
    )
    note: str = Field(default="", description="what to know when reading the pair")

    @property
    def others(self) -> tuple[Other, ...]:
        """The second figure of a ratio or difference, where there is one."""
        return tuple(o for o in (self.over, self.less) if o is not None)

    @property
    def rows(self) -> tuple[Reported | Other, ...]:
        """The row itself and what it is held to."""
        return (self, *self.others)

    @property
    def is_yes_no(self) -> bool:
        """Whether the row asks for yes or no and not for a number."""
        return bool(self.is_) or isinstance(self.value, bool)

    @model_validator(mode="after")
    def _one_value(self) -> Reported:
        _check_relation(self)
        is_range = self.low is not None and self.high is not None
        if self.is_ and (self.value is None or isinstance(self.value, bool)) and not self.review:
            return self
        if (self.value is None and not is_range) == (not self.review):
            raise InputError(
                "reported.value",
                "nothing" if self.value is None else self.value,
                "either value (or low and high) with its unit, or review",
                "give value = 1.2 and unit = 'V', or review = 'M1.set_voltage'",
            )
        return self


def _check_relation(r: Reported) -> None:
    """Refuse a row that asks for two things at once, or for nothing."""
    if r.over is not None and r.less is not None:
        allowed = "either over (a ratio) or less (a difference)"
        raise InputError("reported.less", "beside over", allowed, "write two rows")
    for key, other in (("over", r.over), ("less", r.less)):
        same = Other(variant=r.variant, protocol=r.protocol, name=r.name)
        if other is not None and _filled(other, same) == same:
            allowed = "a table with another variant, protocol or name than the row"
            raise InputError(f"reported.{key}", other.model_dump(), allowed, "name what differs")
    if r.is_:
        condition(r)
        if not (r.value is None or isinstance(r.value, bool)) or r.review or r.low is not None:
            allowed = "no value, true or false, as 'is' asks for yes or no"
            raise InputError("reported.value", r.value, allowed, "remove value, low, high, review")
        if r.bound != "=":
            allowed = "no bound, as 'is' states the condition"
            raise InputError("reported.bound", r.bound, allowed, "remove bound")


def _filled(other: Other, row: Other) -> Other:
    return Other(**{n: getattr(other, n) or getattr(row, n) for n in Other.model_fields})


def condition(r: Reported) -> tuple[str, str]:
    """Return sign and threshold of a row's ``is``, or "=" and the category that it names.

    Raises
    ------
    InputError
        If what follows the sign is no number.

    Examples
    --------
    >>> row = {"name": "set_voltage", "role": "predicted", "unit": "V"}
    >>> condition(Reported(**row, **{"is": "> 0.5"})), condition(Reported(**row, **{"is": "AND"}))
    (('>', '0.5 V'), ('=', 'AND'))
    """
    text = r.is_.strip()
    sign = next((s for s in (">=", "<=", ">", "<") if text.startswith(s)), "")
    if not sign:
        if not text or not text[0].isalpha():
            allowed = "a sign and a number such as '> 1' or '<= 0.5 V', or a category"
            raise InputError("reported.is", r.is_, allowed, "is = '> 1'")
        return "=", text
    rest = text.removeprefix(sign).strip()
    try:
        float(rest)
    except ValueError:
        unit = rest.partition(" ")[2].strip()
        parse(rest, unit or "1", field="reported.is")
        return sign, rest
    return sign, rest if r.unit == "1" else f"{rest} {r.unit}"


def published(reported: Reported) -> tuple[Sourced, Bound]:
    """Return the published value, as given or from the review, and its bound.

    Raises
    ------
    InputError
        If the unit is no unit, or the review has no such entry.
    """
    if reported.is_:
        sources = (reported.place,) if reported.place else ()
        return Sourced(float(reported.value is not False), "1", None, None, "sourced", sources), "="
    if reported.review:
        from .library import review

        subject, _, name = reported.review.partition(".")
        bound = reported.bound
        if bound == "=":
            bound = cast("Bound", review.reported_bound(subject, name, reported.condition))
        value = review.reported(subject, name, reported.condition)
        if value.basis == "assumed" and reported.role != "input":
            allowed = "a value that was read in its source; this one is only remembered"
            raise InputError(reported.review, value.note, allowed, "leave the row out")
        return value, bound
    if not is_unit(reported.unit, reported.unit):
        raise InputError("unit", reported.unit, "a unit, '1' for a pure number", "unit = 'V'")
    sources = (reported.place,) if reported.place else ()
    low, high = reported.low, reported.high
    number = reported.value
    if number is None:
        number = 0.5 * (float(low or 0.0) + float(high or 0.0))
    if isinstance(number, str):
        if not any(c.isdigit() for c in number):
            allowed = "a number, text with number and unit, true or false; no category"
            remedy = "ask for a yes or no, such as stable_phase_is_delta with value = true"
            raise InputError("value", number, allowed, remedy)
        number = parse(number, reported.unit)
    return Sourced(float(number), reported.unit, low, high, "sourced", sources), reported.bound
