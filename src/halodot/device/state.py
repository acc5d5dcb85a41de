"""What a measurement hands over: a trace, simulated or measured, and a device for circuits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.status import Status

Array = NDArray[np.float64]
# What the column `test` of a record of synapse tests counts.
SYNAPSE_TESTS = (
    "epsc",
    "ppf",
    "srdp",
    "high_pass",
    "sndp",
    "sddp",
    "sidp",
    "stp_ltp",
    "learning",
    "stdp",
    "morse",
)


@dataclass(frozen=True)
class Trace:
    """One record of an experiment, simulated or read from an instrument's file.

    All arrays have the length of `time` (or of the record, where time was not written).

    Attributes
    ----------
    kind
        ``iv`` (two-terminal sweep), ``transfer``, ``output``, ``pulses``, ``retention``,
        ``endurance``, ``open_circuit``, ``waveform``, ``impedance``, ``capacitance``,
        ``synapse``, ``logic``.
    label
        Shown in legends, for example ``after ligand stripping``.
    columns
        Name -> array in SI. Names used: ``time`` [s], ``voltage`` [V] (two-terminal, or drain),
        ``current`` [A], ``current_density`` [A/m2], ``gate_voltage`` [V], ``drain_voltage`` [V],
        ``drain_current`` [A], ``light`` [W/m2], ``ion_density_mean`` [m-3]. ``voltage`` is that
        across the device; ``source_voltage`` [V] stands beside it where a circuit or open
        terminals (NaN) part them. ``error`` is the estimated numerical error of the current
        density [A/m2], ``voltage_error`` [V] that of an open-circuit voltage,
        ``relative_error`` [1] that of an admittance. Rows of bad status hold NaN but for what
        was applied. ``extrapolated`` is 1 where a row was not simulated. ``test`` counts in
        `SYNAPSE_TESTS`, ``condition`` is what that test varies; ``input_a``, ``input_b`` are 0 or
        1, ``read`` is 1 at the end of the pulses of a gate and 2 where its output is stored.
    units
        Name -> SI unit of each column.
    sweep
        Index of the sweep each row belongs to (0, 1, ...), direction changes included.
    parameters
        What the figures of merit need and the record does not hold, in SI: ``area`` [m2],
        ``channel_width`` [m], ``channel_length`` [m], ``gate_capacitance`` [F/m2],
        ``thickness`` [m], ``read_voltage`` [V].
    point_status
        A status per row.
    profiles
        Name -> array over depth, for plots: ``position``, ``conduction_edge``,
        ``valence_edge``, ``fermi_electron``, ``fermi_hole``, ``ion_density`` ...
    """

    kind: str
    label: str
    columns: dict[str, Array]
    units: dict[str, str]
    sweep: NDArray[np.int64]
    parameters: dict[str, Sourced] = field(default_factory=dict)
    point_status: tuple[Status, ...] = ()
    status: Status = Status.OK
    profiles: dict[str, Array] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.sweep)


@dataclass(frozen=True)
class Drive:
    """What a circuit does to one cell: straight lines of source voltage and light between corners.

    Attributes
    ----------
    time, voltage, light
        Corners: time increasing from 0 [s], source voltage [V], fraction of full light [1].
    outputs
        Times of the record, increasing, within the corners [s].
    """

    time: Array
    voltage: Array
    light: Array
    outputs: Array


@dataclass(frozen=True)
class Response:
    """What a cell did under a `Drive`, a number for each of its outputs.

    Attributes
    ----------
    voltage, current
        Across the cell itself, behind series resistance and compliance [V], and through it [A].
    states
        Name -> array, for example ``shape`` [m] and ``ligand_loss`` [1] of a filament.
    end
        State at the last corner, to go on from.
    """

    voltage: Array
    current: Array
    states: dict[str, Array]
    end: Array
    status: Status = Status.OK


@dataclass(frozen=True)
class Compact:
    """A device as a circuit sees it: a state that voltage and light move, and a current.

    Attributes
    ----------
    kind
        ``filament`` (the reduced model of a simulated device) or ``measured`` (fitted to records).
    label
        Shown in tables, for example ``OGB, low compliance``.
    march
        (drive, start, seed) -> `Response`; `seed` -1 leaves out all noise, `start` None is rest.
        One seed is one history: chance of this cell in this run.
    another
        (relative spread, seed) -> another cell of the same batch, its geometry scattered.
    with_series
        Resistance [ohm] -> the same cell behind a further resistor, the load of a circuit: source
        voltages count from beyond it, `Response.voltage` is that of the cell.
    rest
        State of a cell that nothing was done to.
    largest_voltage
        That the tables of the model reach [V]; a larger drive is refused.
    full_light
        Irradiance that a light of 1 stands for [W/m2]; unknown where there is no light.
    area
        Of the cell that the light falls on [m2].
    parameters
        For exports and reports, by name.
    with_compliance
        Current [A] -> the same cell under a source that gives no more; None where it has no limit.
    model
        The numbers behind `march`, for exports: what it is depends on `kind`.
    """

    kind: str
    label: str
    march: Callable[[Drive, Array | None, int], Response]
    another: Callable[[float, int], Compact]
    with_series: Callable[[float], Compact]
    rest: Array
    largest_voltage: float
    full_light: Sourced
    area: Sourced
    parameters: dict[str, Sourced] = field(default_factory=dict)
    model: Any = None
    notes: tuple[str, ...] = ()
    with_compliance: Callable[[float], Compact] | None = None

    def follow(self, drive: Drive, start: Array | None = None, seed: int = -1) -> Response:
        """Drive the cell from `start` (rest where None).

        Raises
        ------
        InputError
            If corners do not increase in time, the drive goes beyond `largest_voltage`, or its
        light leaves 0 to 1.
        """
        if len(drive.time) < 2 or float(np.min(np.diff(drive.time))) <= 0.0:
            allowed = "at least two corners, each later than the one before"
            raise InputError("drive time", "corners that do not increase", allowed, "sort them")
        largest = float(np.max(np.abs(drive.voltage)))
        if largest > self.largest_voltage * (1.0 + 1e-9):
            raise InputError(
                "drive voltage", f"{largest:g} V", f"at most {self.largest_voltage:g} V, the "
                "largest of the protocols that this device was solved for",
                "drive it less, or add a protocol that goes there",
            )  # fmt: skip
        if float(np.min(drive.light)) < 0.0 or float(np.max(drive.light)) > 1.0 + 1e-9:
            raise InputError("drive light", "outside 0 to 1", "fractions of full light", "scale it")
        return self.march(drive, start, seed)
