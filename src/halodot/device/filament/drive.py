"""What is done to the film over time, and what is recorded of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from ...core.errors import InputError
from ...core.status import Status
from .lattice import F


@dataclass(frozen=True, eq=False)
class Drive:
    """Voltage and light over time, in steps; each is recorded at its end.

    Parameters
    ----------
    time
        End of each step [s], rising from above zero.
    volts
        Source voltage of the active electrode against the other in each step [V].
    light
        Absorbed light in each step [W/m2]; dark without.
    compliance
        Largest current of the source [A].
    resistance
        In series with the film [ohm].
    """

    time: F
    volts: F
    light: F = field(default_factory=lambda: np.zeros(0))
    compliance: float = np.inf
    resistance: float = 0.0

    def __post_init__(self) -> None:
        time = np.asarray(self.time, dtype=float)
        if time.ndim != 1 or len(time) == 0 or not (np.diff(np.append(0.0, time)) > 0.0).all():
            raise InputError("drive.time", time[:5], "times that rise from above zero", "sort them")
        for name in ("volts", "light"):
            given = np.asarray(getattr(self, name), dtype=float)
            if name == "light" and len(given) == 0:
                given = np.zeros(len(time))
            if given.shape != time.shape or not np.isfinite(given).all():
                raise InputError(
                    f"drive.{name}", given[:5], f"{len(time)} finite numbers, one a step", ""
                )
            object.__setattr__(self, name, given)
        object.__setattr__(self, "time", time)
        if not self.compliance > 0.0 or not self.resistance >= 0.0:
            raise InputError("drive.compliance", self.compliance, "above zero", "")

    @property
    def steps(self) -> F:
        """Length of each step [s]."""
        return np.diff(np.append(0.0, self.time))


def ramp(
    peaks: tuple[float, ...], rate: float, points: int = 100, light: float = 0.0,
    compliance: float = np.inf,
) -> Drive:  # fmt: skip
    """Return a drive that goes from 0 V to each of `peaks` [V] in turn and back to 0 V.

    Parameters
    ----------
    peaks
        Turning points [V].
    rate
        Volts per second.
    points
        Steps for each leg.
    light
        Absorbed light [W/m2].
    compliance
        Largest current [A], while the voltage is positive and negative alike.

    Examples
    --------
    >>> ramp((1.0, -1.0), 100.0, points=2).volts.tolist()
    [0.25, 0.75, 0.5, -0.5, -0.75, -0.25]
    """
    corners = [0.0, *peaks, 0.0]
    time, volts, now = [], [], 0.0
    for a, b in pairwise(corners):
        length = abs(b - a) / rate
        time += [now + length * (k + 1) / points for k in range(points)]
        volts += [a + (b - a) * (k + 0.5) / points for k in range(points)]
        now += length
    return Drive(np.array(time), np.array(volts), np.full(len(time), light), compliance)


@dataclass(frozen=True, eq=False)
class Course:
    """What the film did, one entry for each step of the drive.

    Parameters
    ----------
    time, source, voltage, current
        Time [s], source voltage and voltage over the film [V], current [A].
    gap
        Smallest distance between the two metals [m], 0 where they are joined.
    radius
        Of a round wire with the atoms of the thinnest plane where joined, of the mean plane else.
    atoms, neck, ions
        Atoms in the film, in the thinnest plane of a joined filament (0 without), ions.
    temperature
        Of the filament [K].
    hops, creeps, entered, left, reduced, oxidised
        Events since the start of the record.
    slowed, lulled, calmed
        Smallest factor in the step on hops in the film, creep, redox steps; 1 if not slowed.
    status
        OK | MAX_STEPS (events used up) | OUTSIDE_RANGE (slowed, too hot, no room for more ions).
    note
        Why, where not OK.
    """

    time: F
    source: F
    voltage: F
    current: F
    gap: F
    radius: F
    atoms: F
    neck: F
    ions: F
    temperature: F
    hops: F
    creeps: F
    entered: F
    left: F
    reduced: F
    oxidised: F
    slowed: F
    lulled: F
    calmed: F
    status: Status = Status.OK
    note: str = ""

    @property
    def conductance(self) -> F:
        """Current over the voltage on the film [S]; zero without voltage."""
        safe = np.where(self.voltage == 0.0, 1.0, self.voltage)
        return np.where(self.voltage == 0.0, 0.0, self.current / safe)

    @property
    def is_joined(self) -> F:
        """Whether the filament reaches from electrode to electrode."""
        return self.gap == 0.0
