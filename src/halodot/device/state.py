"""What a measurement hands over: a trace, simulated or measured."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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
