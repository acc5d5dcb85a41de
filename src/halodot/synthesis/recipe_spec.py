"""What a user may set about the flask: ``[recipe]``, as written down in a laboratory book."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ..core.errors import InputError, OutOfRangeError, nearest
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity, read_quantity
from ..core.units import convert
from .amounts import read_amount, read_concentration
from .methods import ALIASES, METHODS, canonical
from .process_spec import PROCESSES, FlowProcess, Process, process_of
from .shape import PROTOCOLS
from .usual import USUAL, usual

Shape = Literal["cube", "cuboid", "platelet", "wire", "rod", "sphere"]
Role = Literal["salt", "ligand", "solvent", "antisolvent", "carrier", "additive"]

# The setting of a process that is the time, or the temperature, of the reaction.
TIMES = {
    "ultrasonication": "duration",
    "solvothermal": "hold",
    "microwave": "hold",
    "mechanochemical": "duration",
    "laser_glass": "anneal_time",
    "cvd": "duration",
}
TEMPERATURES = {"laser_glass": "anneal_temperature", "cvd": "substrate_temperature"}


class Reagent(Spec):
    """One thing that goes into the flask, ``[[recipe.reagent]]``.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> build(Reagent, {"name": "PbBr2", "amount": "69 mg"}).amount.in_unit("mg").value
    69.0
    """

    name: str = Field(
        min_length=1, max_length=120, description="of the library, e.g. PbBr2, oleic acid, ODE"
    )
    amount: Sourced = Field(
        description="'69 mg', '0.188 mmol', '0.5 mL' or '2 eq' (per lead), a total of the batch"
    )
    concentration: Sourced | None = Field(
        default=None, description="of a solution, e.g. '0.125 M' or '10 mg/mL'"
    )
    solvent: str = Field(default="", max_length=120, description="of that solution")
    purity: Sourced | None = quantity(
        "1",
        "share of the mass that is the reagent, e.g. '70 %' for technical oleylamine; else pure",
        low=0.01,
        high=1.0,
        optional=True,
    )
    density: Sourced | None = quantity(
        "kg/m3", "of a liquid whose density the library lacks", low=100.0, high=2e4, optional=True
    )
    role: Role | None = Field(
        default=None,
        description="salt, ligand, solvent, antisolvent, carrier (oil around droplets) or "
        "additive; default: what the library says",
    )

    @field_validator("amount", mode="before")
    @classmethod
    def _amount(cls, raw: Any) -> Sourced:
        return read_amount(raw)

    @field_validator("concentration", mode="before")
    @classmethod
    def _concentration(cls, raw: Any) -> Sourced | None:
        return None if raw is None else read_concentration(raw)

    @model_validator(mode="after")
    def _a_solution(self) -> Reagent:
        if self.solvent and self.concentration is None:
            allowed = "nothing, or the solvent of a solution whose concentration is given"
            remedy = "add concentration = '0.125 M', or a reagent of its own for the solvent"
            raise InputError("solvent", self.solvent, allowed, remedy)
        if self.concentration is not None and self.amount.unit in ("kg", "eq"):
            allowed = "a volume, or moles, of a solution of known concentration"
            raise InputError("amount", f"{self.amount.value} {self.amount.unit}", allowed, "'1 mL'")
        return self


class Washing(Spec):
    """How the dots are taken out of the flask, ``[recipe.washing]``.

    Examples
    --------
    >>> Washing(solvent="methyl acetate", cycles=2).cycles
    2
    """

    solvent: str = Field(default="", max_length=120, description="that makes the dots flocculate")
    cycles: int = Field(default=1, ge=0, le=20, description="of washing and redispersing")
    amount: Sourced | None = quantity(
        "m3", "of that solvent, each time", low=0.0, high=1.0, optional=True
    )


class RecipeSpec(Spec):
    """A synthesis, as written down in a laboratory book.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> recipe = {"method": "hot_injection", "formula": "CsPbBr3", "temperature": "180 degC"}
    >>> build(RecipeSpec, recipe).temperature.value
    453.15
    """

    method: str = Field(description="one of " + ", ".join(METHODS))
    formula: str = Field(max_length=200, description="composition of the dots, e.g. CsPbBr3")
    temperature: Sourced = quantity(
        "K",
        "of the reaction: at injection, of the hold, of the anneal of a glass, of the substrate; "
        "default: usual for the method",
        low=77.0,
        high=1200.0,
        optional=True,
    )
    time: Sourced | None = quantity(
        "s", "from injection or mixing to quench", low=0.0, high=1e7, optional=True
    )
    volume: Sourced | None = quantity(
        "m3", "of all liquids together, antisolvent included", low=1e-12, high=1.0, optional=True
    )
    reagent: tuple[Reagent, ...] = Field(
        default=(), max_length=40, description="tables [[recipe.reagent]]: what goes into the flask"
    )
    process: Process = Field(
        default=None,  # type: ignore[assignment]
        validate_default=True,
        description="how it is carried out; which keys there are depends on the method",
    )
    washing: Washing | None = Field(default=None, description="how the dots are taken out")
    fraction: Literal["", "precipitate", "supernatant"] = Field(
        default="", description="what is kept after the centrifuge"
    )
    halide_ratio: Sourced | None = quantity(
        "1", "halide over lead in the flask", low=0.5, high=500.0, optional=True
    )
    dot_halide_ratio: Sourced | None = quantity(
        "1", "halide over lead measured in the washed dots", low=1.0, high=10.0, optional=True
    )
    precursors: tuple[str, ...] = Field(
        default=(), max_length=20, description="salts used, where no amounts are known"
    )
    ligand: str = Field(
        default="OA+OAm",
        max_length=120,
        description="shell of the dots as they leave the flask; none in glass and from vapour",
    )
    additives: tuple[str, ...] = Field(
        default=(),
        max_length=20,
        description="anything else whose amount is not known, e.g. IDA or NiCl2",
    )
    protocol: str = Field(
        default="",
        max_length=60,
        description="named protocol for a shape: " + ", ".join(sorted(PROTOCOLS)),
    )
    shape: Shape | None = Field(default=None, description="where it was seen; else predicted")
    size: Sourced | None = quantity(
        "m", "where it was measured; else predicted", low=3e-10, high=1e-6, optional=True
    )
    size_spread: Sourced | None = quantity(
        "1", "standard deviation of the size over its mean", low=0.0, high=1.0, optional=True
    )
    lateral: Sourced | None = quantity(
        "m", "lateral size of a platelet", low=3e-10, high=1e-4, optional=True
    )
    observed_at: Sourced = quantity(
        "K",
        "temperature at which the light of the dots is described",
        low=1.0,
        high=900.0,
        default="300 K",
        why="room temperature",
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_where_no_ligand_is(cls, data: Any) -> Any:
        if not isinstance(data, dict) or canonical(str(data.get("method", ""))) not in TEMPERATURES:
            return data
        return {"ligand": "none", **data}

    @model_validator(mode="before")
    @classmethod
    def _usual_temperature(cls, data: Any) -> Any:
        """Put in what the method usually takes, where no temperature is stated."""
        if not isinstance(data, dict) or data.get("temperature") is not None:
            return data
        method = canonical(str(data.get("method", "")))
        if method not in METHODS:
            return data
        named = data.get("process")
        own = named.get(TEMPERATURES.get(method, "")) if isinstance(named, dict) else None
        return {**data, "temperature": usual(method, "temperature") if own is None else own}

    @field_validator("method")
    @classmethod
    def _known_method(cls, method: str) -> str:
        word = canonical(method)
        if word in METHODS:
            return word
        allowed = "a method: " + ", ".join(METHODS)
        raise InputError("method", method, allowed, nearest(word, (*METHODS, *ALIASES)))

    @field_validator("formula")
    @classmethod
    def _says_shares(cls, formula: str) -> str:
        if "," in formula:
            allowed = "a formula with the share of each halide; only tables take it from the salts"
            raise InputError("formula", formula, allowed, "for example CsPb(Br0.7Cl0.3)3")
        return formula

    @field_validator("protocol")
    @classmethod
    def _known_protocol(cls, protocol: str) -> str:
        if protocol and protocol not in PROTOCOLS:
            allowed = "a named protocol: " + ", ".join(sorted(PROTOCOLS))
            raise InputError("protocol", protocol, allowed, nearest(protocol, PROTOCOLS))
        return protocol

    @field_validator("temperature")
    @classmethod
    def _within_method(cls, temperature: Sourced, info: ValidationInfo) -> Sourced:
        method = info.data.get("method", "")
        if method in USUAL:
            low, high = USUAL[method].bounds
            found = convert(float(temperature), "K", "degC")
            if not low - 1e-9 <= found <= high + 1e-9:
                allowed = f"{low:g} to {high:g} degC for {method}"
                raise OutOfRangeError("temperature", f"{found:.4g} degC", allowed, "check the unit")
        return temperature

    @field_validator("process", mode="before")
    @classmethod
    def _process_of_method(cls, raw: Any, info: ValidationInfo) -> Any:
        """Build the process that the method has; its time and temperature are the recipe's."""
        method = info.data.get("method", "")
        if method not in PROCESSES:
            return process_of(METHODS[0])
        if raw is not None and not isinstance(raw, dict):
            return process_of(method, raw)
        table = dict(raw or {})
        for names, name in ((TIMES, "time"), (TEMPERATURES, "temperature")):
            stated = info.data.get(name)
            if method in names and stated is not None:
                _agree(table, names[method], stated, name)
        process = process_of(method, table)
        if isinstance(process, FlowProcess) and info.data.get("time") is not None:
            return _with_time(process, info.data["time"], table)
        return process

    @model_validator(mode="after")
    def _named_once(self) -> RecipeSpec:
        if self.reagent and self.precursors:
            allowed = "nothing, as [[recipe.reagent]] names what is used"
            remedy = "remove precursors, or the reagents"
            raise InputError("precursors", list(self.precursors), allowed, remedy)
        return self

    @property
    def states_temperature(self) -> bool:
        """Whether the recipe itself says at which temperature."""
        return not self.temperature.note.startswith("not stated")


def _agree(table: dict[str, Any], key: str, stated: Sourced, name: str) -> None:
    """Give the process the time (temperature) of the recipe; refuse two that differ."""
    if key not in table:
        table[key] = stated
        return
    own = read_quantity(table[key], stated.unit, field=f"process.{key}")
    if abs(float(own) - float(stated)) > 1e-6 * abs(float(stated)):
        allowed = f"the recipe's {name}, {float(stated):.6g} {stated.unit}"
        raise InputError(f"process.{key}", table[key], allowed, f"give {name} once")


def _with_time(process: FlowProcess, time: Sourced, table: dict[str, Any]) -> FlowProcess:
    """A channel whose volume follows from the flow and the time of the recipe."""
    volume = float(time) * float(process.flow_rate)
    if "channel_volume" not in table:
        derived = Sourced(volume, "m3", basis="computed", note="flow times residence time")
        return process.model_copy(update={"channel_volume": derived})
    if abs(process.residence_time - float(time)) > 0.02 * float(time):
        allowed = f"the recipe's time, {float(time):.4g} s, times the flow: {volume * 1e6:.4g} mL"
        raise InputError("process.channel_volume", table["channel_volume"], allowed, "give one")
    return process
