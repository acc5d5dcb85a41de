"""From what the engine recorded to a trace: columns, units, notes, bands through the depth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.status import Status, worst
from .spec import DeviceSpec, _Protocol
from .state import Trace
from .waveform import Waveform

Array = NDArray[np.float64]
UNITS = {
    "time": "s",
    "voltage": "V",
    "source_voltage": "V",
    "current": "A",
    "current_density": "A/m2",
    "error": "A/m2",
    "light": "W/m2",
    "electron_current_density": "A/m2",
    "hole_current_density": "A/m2",
    "ion_current_density": "A/m2",
    "emission": "m-2 s-1",
    "cycle": "1",
    "programmed": "1",
    "extrapolated": "1",
    "frequency": "Hz",
    "resistance": "ohm",
    "reactance": "ohm",
    "conductance": "S",
    "capacitance": "F",
    "phase": "rad",
}
SMALL_SHARE = 0.05  # of the points at which ions may lead before a note says so


@dataclass(frozen=True)
class Recorded:
    """Columns of a record, its status a row, and what to say of it.

    Attributes
    ----------
    columns
        In SI, without those that follow from others.
    loss
        Relative loss of ions a row; empty where the engine gives none.
    spread
        Mean deviation of the total current over the faces of the grid [A/m2].
    """

    columns: dict[str, Array]
    status: tuple[Status, ...]
    spread: Array = field(default_factory=lambda: np.zeros(0))
    loss: Array = field(default_factory=lambda: np.zeros(0))
    profiles: dict[str, Array] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    units: dict[str, str] = field(default_factory=dict)

    def saying(self, *notes: str) -> Recorded:
        """Return it with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    def with_columns(self, columns: dict[str, Array]) -> Recorded:
        """Return it with further columns."""
        return replace(self, columns={**self.columns, **columns})

    def showing(self, profiles: dict[str, Array]) -> Recorded:
        """Return it with profiles through the depth."""
        return replace(self, profiles=profiles)


def trace_of(
    spec: DeviceSpec,
    protocol: _Protocol,
    wave: Waveform,
    recorded: Recorded,
    parameters: dict[str, Sourced],
) -> Trace:
    """Return the trace of a two-terminal record; rows of bad status hold NaN but for the drive."""
    area = spec.area
    assert area is not None  # DeviceSpec refuses a two-terminal device without
    good = np.array([s.is_good for s in recorded.status], dtype=bool)
    columns = {}
    for name, values in (recorded.columns | wave.extra).items():
        columns[name] = values if name in _DRIVE else np.where(good, values, np.nan)
        if name == "current_density":
            columns["current"] = columns[name] * float(area)
    first = [n for n in ("time", "frequency", "voltage", "current") if n in columns]
    columns = {n: columns[n] for n in dict.fromkeys([*first, *columns])}
    parameters = {"area": area, "temperature": spec.temperature, **parameters}
    read = getattr(protocol, "read_voltage", None)
    if read is not None:
        parameters["read_voltage"] = read
    if spec.circuit.compliance is not None:
        parameters["compliance"] = spec.circuit.compliance
    return Trace(
        kind=wave.kind,
        label=protocol.label,
        columns=columns,
        units={name: recorded.units.get(name) or UNITS[name] for name in columns},
        sweep=wave.sweep,
        parameters=parameters,
        point_status=recorded.status,
        status=worst(*recorded.status),
        profiles=recorded.profiles,
        notes=(*_numerics(recorded, good), *_carried(columns, good), *recorded.notes),
    )


_DRIVE = ("time", "light", "source_voltage", "cycle", "programmed", "frequency")


def _numerics(r: Recorded, good: NDArray[np.bool_]) -> list[str]:
    """How far the numbers can be trusted."""
    if not good.any() or "current_density" not in r.columns:
        return []
    largest = float(np.max(np.abs(r.columns["current_density"][good])))
    notes = []
    if len(r.spread):
        text = f"total current equal at every face of the grid within {r.spread[good].max():.2g}"
        text += f" A/m2 (largest {largest:.3g} A/m2)"
        if len(r.loss):
            text += f"; ion content kept to {np.max(np.abs(r.loss[good])):.1g}"
        notes.append(text)
    if "error" in r.columns:
        error = r.columns["error"][good]
        if np.isfinite(error).any():
            worst_error = float(np.nanmax(error))
            share = f", {100 * worst_error / largest:.2g} % of the largest" if largest > 0 else ""
            notes.append(f"estimated numerical error up to {worst_error:.2g} A/m2{share}")
    return notes


def _carried(columns: dict[str, Array], good: NDArray[np.bool_]) -> list[str]:
    """Whether ions and displacement carry what looks like a change of resistance."""
    if "electron_current_density" not in columns or not good.any():
        return []
    total = np.abs(columns["current_density"])[good]
    parts = columns["electron_current_density"] + columns["hole_current_density"]
    electronic = np.abs(parts)[good]
    share = float(np.mean(total - electronic > electronic))
    if share <= SMALL_SHARE:
        return []
    return [
        f"at {100 * share:.0f} % of the points ions and displacement carry more than "
        "electrons and holes: there a change of current is no change of resistance"
    ]
