"""What a user may set of a device: stack, contacts, geometry, protocols."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity

WHY_VELOCITY = "collection velocity of a metal, fast enough not to limit a dot film"


class Layer(Spec):
    """One layer of the stack; what is not given comes from the film stage or the library."""

    name: str = Field(min_length=1, max_length=80, description="shown in the stack drawing")
    material: str = Field(
        default="", description="name in the library, or 'film' for the dot film of this study"
    )
    thickness: Sourced = quantity("m", "layer thickness", low=2e-10, high=1e-3)
    carriers: bool | None = Field(
        default=None,
        description="whether electrons and holes enter; by default not in an insulator",
    )
    relative_permittivity: Sourced | None = quantity(
        "1", "static relative permittivity", low=1, high=1e4, optional=True
    )
    electron_affinity: Sourced | None = quantity(
        "eV", "conduction edge below vacuum", low=-2, high=10, optional=True
    )
    band_gap: Sourced | None = quantity("eV", "transport gap", low=0.05, high=15, optional=True)
    effective_dos_conduction: Sourced | None = quantity(
        "m-3", "effective density of conduction states", low=1e20, high=1e29, optional=True
    )
    effective_dos_valence: Sourced | None = quantity(
        "m-3", "effective density of valence states", low=1e20, high=1e29, optional=True
    )
    electron_mobility: Sourced | None = quantity(
        "m2/Vs", "electron mobility", low=1e-20, high=10, optional=True
    )
    hole_mobility: Sourced | None = quantity(
        "m2/Vs", "hole mobility", low=1e-20, high=10, optional=True
    )
    poole_frenkel: Sourced | None = quantity(
        "(m/V)^0.5", "field exponent of both mobilities", low=0, high=1e-2, optional=True
    )
    donor_density: Sourced | None = quantity(
        "m-3", "fixed donors, less acceptors", low=-1e28, high=1e28, optional=True
    )
    radiative_coefficient: Sourced | None = quantity(
        "m3/s", "bimolecular recombination", low=0, high=1e-8, optional=True
    )
    trap_density: Sourced | None = quantity("m-3", "bulk traps", low=0, high=1e28, optional=True)
    trap_depth: Sourced | None = quantity(
        "eV", "trap level below the conduction edge", low=0, high=15, optional=True
    )
    trap_charge: Literal["neutral", "donor", "acceptor"] = Field(
        default="neutral", description="donor: positive when empty; acceptor: negative when filled"
    )
    capture_electron: Sourced | None = quantity(
        "m3/s", "electron capture coefficient", low=0, high=1e-6, optional=True
    )
    capture_hole: Sourced | None = quantity(
        "m3/s", "hole capture coefficient", low=0, high=1e-6, optional=True
    )
    ion_density: Sourced | None = quantity(
        "m-3", "mean density of mobile ions", low=0, high=1e28, optional=True
    )
    ion_mobility: Sourced | None = quantity(
        "m2/Vs", "ion mobility", low=1e-30, high=1e-4, optional=True
    )
    ion_charge: Literal[-1, 1] | None = Field(default=None, description="charge number")
    ion_limit: Sourced | None = quantity(
        "m-3", "largest ion density (sites)", low=1e18, high=1e29, optional=True
    )
    ion_compensation: bool = Field(
        default=True, description="fixed counter charge keeps the layer neutral on average"
    )
    transfer_velocity: Sourced = quantity(
        "m/s",
        "velocity at which carriers cross to the next layer",
        low=1e-6,
        high=1e7,
        default="1e4 m/s",
        interval=("1e3 m/s", "1e5 m/s"),
        why="order of the thermal velocity of emission over an interface",
    )
    generation: Sourced | None = quantity(
        "m-3 s-1", "uniform generation at full light", low=0, high=1e36, optional=True
    )
    absorption: Sourced | None = quantity(
        "m-1", "absorption coefficient at the light's wavelength", low=0, high=1e9, optional=True
    )


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
        "surface velocity of electrons",
        low=0,
        high=1e12,
        default="1e5 m/s",
        why=WHY_VELOCITY,
    )
    velocity_hole: Sourced = quantity(
        "m/s", "surface velocity of holes", low=0, high=1e12, default="1e5 m/s", why=WHY_VELOCITY
    )
    image_force: bool = Field(default=True, description="lower the barrier with the field")


class Interface(Spec):
    """Traps at the boundary between layer `after` and the next one."""

    after: int = Field(ge=0, description="index of the layer on the left, from 0")
    trap_density: Sourced = quantity("m-2", "traps per area", low=0, high=1e20)
    trap_energy: Sourced = quantity("eV", "trap level below vacuum", low=0, high=15)
    trap_charge: Literal["neutral", "donor", "acceptor"] = "neutral"
    capture_electron: Sourced = quantity("m3/s", "electron capture", low=0, high=1e-6)
    capture_hole: Sourced = quantity("m3/s", "hole capture", low=0, high=1e-6)


class Light(Spec):
    """Illumination through the left contact (Beer-Lambert where layers have an absorption)."""

    intensity: Sourced = quantity("W/m2", "intensity at full light", low=0, high=1e9)
    wavelength: Sourced = quantity("m", "wavelength", low=1e-7, high=2e-5)


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
    interface: tuple[Interface, ...] = ()
    light: Light | None = None
    area: Sourced | None = quantity("m2", "device area", low=1e-18, high=1, optional=True)
    channel_width: Sourced | None = quantity("m", "channel width", low=1e-9, high=1, optional=True)
    channel_length: Sourced | None = quantity(
        "m", "channel length", low=1e-9, high=0.1, optional=True
    )
    temperature: Sourced = quantity(
        "K", "lattice temperature", low=20, high=700, default="300 K", why="room temperature"
    )
    nodes_per_layer: int = Field(default=0, ge=0, le=2000, description="0: chosen by thickness")

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
        for k, face in enumerate(self.interface):
            if face.after > len(self.layer) - 2:
                raise InputError(
                    f"device.interface[{k}].after",
                    face.after,
                    f"0 to {len(self.layer) - 2}",
                    "count layers from 0 at the left",
                )
        return self


class _Protocol(Spec):
    label: str = Field(default="", description="shown in legends")
    in_draws: bool = Field(
        default=True,
        description="repeat this record in every draw; false: its figures get no interval",
    )
    hold: Sourced = quantity(
        "s",
        "rest at the first voltage before the record starts",
        low=0,
        high=1e9,
        default="0 s",
        why="no rest unless asked for",
    )
    light: float = Field(
        default=0.0, ge=0, le=1, description="light during the record, fraction of device.light"
    )


class Sweep(_Protocol):
    """A cyclic voltage sweep of a two-terminal device."""

    kind: Literal["sweep"]
    corners: tuple[str | float, ...] = Field(
        min_length=2, max_length=60, description="voltages visited, e.g. ['0 V', '1 V', '0 V']"
    )
    rate: Sourced = quantity("V/s", "sweep rate", low=1e-9, high=1e12)
    step: Sourced = quantity(
        "V",
        "spacing of the record",
        low=1e-6,
        high=10,
        default="20 mV",
        why="usual for a source meter",
    )
    cycles: int = Field(default=1, ge=1, le=1000)
    read_voltage: Sourced | None = quantity(
        "V", "voltage at which the two states are compared", low=-1e3, high=1e3, optional=True
    )


class Steady(_Protocol):
    """Steady currents, ions at rest too: the limit of an infinitely slow sweep."""

    kind: Literal["steady"]
    voltage: tuple[str | float, str | float] = Field(description="start and end, ['0 V', '1 V']")
    points: int = Field(default=41, ge=2, le=2000)


class Pulses(_Protocol):
    """A train of voltage pulses, read between them."""

    kind: Literal["pulses"]
    amplitude: Sourced = quantity("V", "pulse height", low=-1e3, high=1e3)
    width: Sourced = quantity("s", "pulse width", low=1e-12, high=1e6)
    period: Sourced = quantity("s", "from pulse to pulse", low=1e-12, high=1e7)
    count: int = Field(default=10, ge=1, le=10000)
    read_voltage: Sourced = quantity("V", "voltage between pulses", low=-1e3, high=1e3)


class Retention(_Protocol):
    """A write pulse, then reads at times spaced evenly in log time."""

    kind: Literal["retention"]
    write_voltage: Sourced = quantity("V", "write voltage", low=-1e3, high=1e3)
    write_time: Sourced = quantity("s", "write time", low=1e-12, high=1e6)
    read_voltage: Sourced = quantity("V", "read voltage", low=-1e3, high=1e3)
    duration: Sourced = quantity("s", "span of the record", low=1e-9, high=1e9)
    points: int = Field(default=40, ge=3, le=2000)


class _Gated(_Protocol):
    current_floor: Sourced = quantity(
        "A",
        "smallest drain current that is read: leakage and noise",
        low=0,
        high=1e-3,
        default="1 pA",
        interval=("0.1 pA", "10 pA"),
        why="leakage and noise of a usual probe station",
    )


class Transfer(_Gated):
    """Drain current against gate voltage, there and back, at one or more drain voltages."""

    kind: Literal["transfer"]
    gate: tuple[str | float, str | float] = Field(description="start and end, ['20 V', '-60 V']")
    drain: tuple[str | float, ...] = Field(
        min_length=1, max_length=20, description="drain voltages"
    )
    rate: Sourced = quantity(
        "V/s",
        "gate sweep rate",
        low=1e-9,
        high=1e12,
        default="1 V/s",
        why="usual for a source meter",
    )
    points: int = Field(default=61, ge=5, le=2000)


class Output(_Gated):
    """Drain current against drain voltage at several gate voltages."""

    kind: Literal["output"]
    drain: tuple[str | float, str | float] = Field(description="start and end")
    gate: tuple[str | float, ...] = Field(min_length=1, max_length=20, description="gate voltages")
    rate: Sourced = quantity(
        "V/s",
        "drain sweep rate",
        low=1e-9,
        high=1e12,
        default="1 V/s",
        why="usual for a source meter",
    )
    points: int = Field(default=41, ge=5, le=2000)


def _kind(table: object) -> object:
    return table.get("kind") if isinstance(table, dict) else getattr(table, "kind", None)


# By a function: pydantic accepts no field as discriminator that has a validator before it.
Protocol = Annotated[
    Annotated[Sweep, Tag("sweep")]
    | Annotated[Steady, Tag("steady")]
    | Annotated[Pulses, Tag("pulses")]
    | Annotated[Retention, Tag("retention")]
    | Annotated[Transfer, Tag("transfer")]
    | Annotated[Output, Tag("output")],
    Discriminator(_kind),
]


def voltages(raw: tuple[str | float, ...], field: str) -> list[float]:
    """Read a list of voltages such as ``['0 V', '1 V']`` as floats [V]."""
    from ..core.units import parse

    values: list[float] = []
    for k, text in enumerate(raw):
        value = parse(text, "V", field=f"{field}[{k}]", doc="voltage")
        if abs(value) > 1e4:
            raise InputError(f"{field}[{k}]", text, "-10 kV to 10 kV", "check the unit")
        values.append(value)
    return values


def needs(kind: str) -> tuple[str, ...]:
    """Protocols that a device of `kind` understands."""
    two: tuple[str, ...] = ("sweep", "steady", "pulses", "retention")
    return two if kind == "two_terminal" else ("transfer", "output")
