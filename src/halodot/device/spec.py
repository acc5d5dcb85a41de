"""What a user may set of a device: stack, contacts, geometry, protocols."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from ..core.errors import InputError, nearest
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from .filament.spec import FilamentSpec
from .layer import CHARGE_DOC, Charge, Ion, Layer, Trap, check_endless, endless
from .light import LightSource, Optics
from .protocol_base import _Protocol
from .protocols import (
    Capacitance,
    ElectricalTrain,
    Endurance,
    FromFile,
    Impedance,
    Level,
    OpenCircuit,
    OpticalTrain,
    Output,
    Protocol,
    Pulses,
    Retention,
    Steady,
    Steps,
    Sweep,
    Transfer,
    needs,
    voltages,
)
from .synaptic import Logic, Synapse

__all__ = [
    "Capacitance",
    "Circuit",
    "Contact",
    "DeviceSpec",
    "ElectricalTrain",
    "Endurance",
    "Exchange",
    "FromFile",
    "Impedance",
    "Interface",
    "Ion",
    "Layer",
    "Level",
    "LightSource",
    "Logic",
    "OpenCircuit",
    "OpticalTrain",
    "Optics",
    "Output",
    "Protocol",
    "Pulses",
    "Retention",
    "Steady",
    "Steps",
    "Sweep",
    "Synapse",
    "Transfer",
    "Trap",
    "_Protocol",
    "needs",
    "voltages",
]

WHY_VELOCITY = "collection velocity of a metal, fast enough not to limit a dot film"


class Exchange(Spec):
    """Mobile ions that an electrode gives and takes (Butler-Volmer)."""

    ion: str = Field(min_length=1, max_length=40, description="name of the species, e.g. Ag")
    current_density: Sourced | None = quantity(
        "A/m2", "exchange current density at balance", low=0, high=1e10, optional=True
    )
    velocity: Sourced | None = quantity(
        "m/s", "in place of it: exchange velocity at balance", low=0, high=1e6, optional=True
    )
    density: Sourced | None = quantity(
        "m-3",
        "ions in the layer at which the electrode is in balance without overpotential; by default "
        "their mean density",
        low=1e10,
        high=1e28,
        optional=True,
    )
    transfer: float = Field(default=0.5, gt=0, lt=1, description="symmetry factor of the reaction")

    @model_validator(mode="after")
    def _one_rate(self) -> Exchange:
        if (self.current_density is None) == (self.velocity is None):
            raise InputError(
                "exchange.current_density",
                "nothing (it is missing)" if self.velocity is None else "given with velocity",
                "either the exchange current density or the exchange velocity",
                "write current_density = '1 mA/cm2'",
            )
        return self


class Contact(Spec):
    """An electrode at one end of the stack."""

    electrode: str = Field(default="", description="name in the library")
    kind: Literal["schottky", "ohmic", "ohmic_electron", "ohmic_hole"] = Field(
        default="schottky",
        description=(
            "schottky: barrier from the work function; ohmic_electron, ohmic_hole: pinned to the "
            "conduction or valence edge; ohmic: to the one nearer to the work function"
        ),
    )
    work_function: Sourced | None = quantity("eV", "work function", low=1, high=8, optional=True)
    velocity_electron: Sourced = quantity(
        "m/s",
        "surface velocity of electrons; 'inf' holds the density of equilibrium",
        low=0,
        default="1e5 m/s",
        why=WHY_VELOCITY,
    )
    velocity_hole: Sourced = quantity(
        "m/s", "surface velocity of holes", low=0, default="1e5 m/s", why=WHY_VELOCITY
    )
    image_force: bool = Field(default=True, description="lower the barrier with the field")
    tunnel_mass: Sourced | None = quantity(
        "1",
        "mass of tunnelling through the barrier of injection, in electron masses; none without",
        low=0.01,
        high=5,
        optional=True,
    )
    compact_capacitance: Sourced | None = quantity(
        "F/m2", "of a compact (Stern) layer at the metal", low=1e-6, high=1e3, optional=True
    )
    exchange: tuple[Exchange, ...] = Field(
        default=(), max_length=6, description="ions that the electrode gives and takes"
    )

    @model_validator(mode="before")
    @classmethod
    def _read_endless(cls, data: Any) -> Any:
        return endless(data, _SURFACE)

    @model_validator(mode="after")
    def _in_range(self) -> Contact:
        check_endless(self, _SURFACE, "contact")
        return self


_SURFACE = {"velocity_electron": 1e12, "velocity_hole": 1e12}


class Interface(Spec):
    """Traps at the boundary between layer `after` and the next one."""

    after: int = Field(ge=0, description="index of the layer on the left, from 0")
    trap_density: Sourced = quantity("m-2", "traps per area", low=0, high=1e20)
    trap_energy: Sourced = quantity("eV", "trap level below vacuum", low=0, high=15)
    trap_charge: Charge = Field(default="neutral", description=CHARGE_DOC)
    capture_electron: Sourced = quantity("m3/s", "electron capture", low=0, high=1e-6)
    capture_hole: Sourced = quantity("m3/s", "hole capture", low=0, high=1e-6)


class Circuit(Spec):
    """What stands between the source and the device."""

    series_resistance: Sourced = quantity(
        "ohm", "in series with the device", low=0, high=1e15, default="0 ohm", why="none asked for"
    )
    shunt_resistance: Sourced | None = quantity(
        "ohm", "beside the device; none without", low=1e-6, high=1e18, optional=True
    )
    compliance: Sourced | None = quantity(
        "A",
        "largest current that the source gives; none without",
        low=1e-18,
        high=1e3,
        optional=True,
    )


class Heating(Spec):
    """Joule heating of the whole device: one temperature that the power raises."""

    thermal_resistance: Sourced = quantity(
        "K/W", "temperature rise for each watt, to the surroundings", low=0, high=1e12
    )
    heat_capacity: Sourced | None = quantity(
        "J/K",
        "of what is heated; without, the temperature follows at once",
        low=0,
        high=1e3,
        optional=True,
    )


class Along(Spec):
    """Solve a transistor from source to drain: one sheet, both carriers, ions and light."""

    drain: Contact | None = Field(
        default=None, description="drain, where it differs from the source"
    )
    source_layer: tuple[Layer, ...] = Field(
        default=(),
        max_length=6,
        description="between source metal and sheet, counted from the metal",
    )
    drain_layer: tuple[Layer, ...] = Field(
        default=(), max_length=6, description="the same at the drain"
    )
    overlap: Sourced | None = quantity(
        "m",
        "length of the channel over which a contact and its layers feed it; by default the "
        "thickness of the sheet",
        low=1e-9,
        high=1e-2,
        optional=True,
    )


class DeviceSpec(Spec):
    """A device: layers from the left contact to the right one, and how it is read.

    A two-terminal device has `left` and `right` contacts; voltage is applied to the left one and
    current counts positive into it. A transistor has its gate at the left, then the gate
    insulator, then the channel layers; source and drain touch the channel (`source`).
    """

    kind: Literal["two_terminal", "transistor"] = Field(description="how the stack is read")
    layer: tuple[Layer, ...] = Field(min_length=1, max_length=40, description="from left to right")
    left: Contact = Field(description="left contact; the gate of a transistor")
    right: Contact | None = Field(default=None, description="right contact of two terminals")
    source: Contact | None = Field(default=None, description="source and drain of a transistor")
    channel: str = Field(
        default="",
        max_length=80,
        description="name of the layer that source and drain touch; by default the last one",
    )
    along: Along | None = Field(
        default=None,
        description="solve a transistor from source to drain in place of through its thickness",
    )
    interface: tuple[Interface, ...] = ()
    light: tuple[LightSource, ...] = Field(
        default=(), max_length=10, description="light sources: one table, or a list of them"
    )
    optics: Optics | None = Field(
        default=None, description="what light meets besides the layers, and optical constants"
    )
    outcoupling: Sourced | None = quantity(
        "1",
        "share of the emitted photons that leaves; by default from the index of the film",
        low=0,
        high=1,
        optional=True,
    )
    heating: Heating | None = Field(default=None, description="the current heats the device")
    filament: FilamentSpec | None = Field(
        default=None, description="conducting filaments that form and dissolve in the stack"
    )
    area: Sourced | None = quantity("m2", "device area", low=1e-18, high=1, optional=True)
    channel_width: Sourced | None = quantity("m", "channel width", low=1e-9, high=1, optional=True)
    channel_length: Sourced | None = quantity(
        "m", "channel length", low=1e-9, high=0.1, optional=True
    )
    temperature: Sourced = quantity(
        "K", "lattice temperature", low=20, high=700, default="300 K", why="room temperature"
    )
    circuit: Circuit = Field(default_factory=Circuit, description="resistors and compliance")
    accuracy: Literal["default", "high", "single"] = Field(
        default="default",
        description=(
            "numerical error aimed at: below 1e-3 (default) or 1e-4 (high) of the largest "
            "current; single: one run and no estimate of the error"
        ),
    )
    nodes_per_layer: int = Field(default=0, ge=0, le=2000, description="0: chosen by thickness")

    @model_validator(mode="before")
    @classmethod
    def _one_source(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("light"), dict | LightSource):
            return {**data, "light": (data["light"],)}
        return data

    @model_validator(mode="after")
    def _complete(self) -> DeviceSpec:
        needed = {
            "two_terminal": ("right", "area"),
            "transistor": ("source", "channel_width", "channel_length"),
        }[self.kind]
        for name in needed:
            if getattr(self, name) is None:
                doc = DeviceSpec.model_fields[name].description
                raise InputError(
                    f"device.{name}",
                    "nothing (it is missing)",
                    f"{doc}; a {self.kind} needs it",
                    f"add {name} under [device]",
                )
        if self.along is not None and self.kind != "transistor":
            raise InputError(
                "device.along", "given", "of a transistor alone", "leave it out of this device"
            )
        names = [layer.name for layer in self.layer]
        if self.channel and self.channel not in names:
            raise InputError(
                "device.channel",
                self.channel,
                "the name of a layer: " + ", ".join(names),
                nearest(self.channel, names),
            )
        for k, face in enumerate(self.interface):
            last = len(self.layer) - 2
            if last < 0:
                raise InputError(
                    f"device.interface[{k}].after",
                    face.after,
                    "no [[device.interface]]: a device of one layer has no interface",
                    "leave it out, or add the layer on the other side",
                )
            if face.after > last:
                raise InputError(
                    f"device.interface[{k}].after",
                    face.after,
                    f"0 to {last}" if last else "0, the only interface",
                    "count layers from 0 at the left",
                )
        return self
