"""What a folder of measured files holds, file by file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..device.state import Trace
from ..figures.state import Figures


class Refused(NamedTuple):
    """A file that is not used, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Record:
    """One file that was read.

    Attributes
    ----------
    name
        Below the folder.
    kind
        ``pulses``, ``synapse``, ``retention``, ``iv``, ``endurance`` ...
    traces
        One for each device that the file holds.
    device, cycle
        As the file names them; empty where it does not.
    said
        How kind, columns, device and conditions were understood.
    """

    name: str
    path: Path
    kind: str
    traces: tuple[Trace, ...]
    device: str
    cycle: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Records:
    """All files of a folder.

    Attributes
    ----------
    used, refused
        Files that were read, and files that were not.
    devices
        Names of the devices, in the order of their numbers.
    figures
        Figures of merit of the records, those of sweeps first; at least one, which may be empty.
    """

    folder: Path
    used: tuple[Record, ...]
    refused: tuple[Refused, ...]
    devices: tuple[str, ...]
    figures: tuple[Figures, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def traces(self) -> tuple[Trace, ...]:
        """Every trace of every file."""
        return tuple(t for r in self.used for t in r.traces)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Files that were used."""
        return tuple(r.path for r in self.used)
