"""A peer's run in the terms of the engine: stack, bias, light and signs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ....core.errors import InputError
from ..layers import ChargeTrap, Stack

if TYPE_CHECKING:
    from ..run import Program
    from ..simulate import Record

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Voltage and light over time in the signs of the peer; straight lines between the rows.

    Attributes
    ----------
    time, voltage, light
        [s], [V], share of full light.
    closed
        For each stretch between two rows, whether the terminals are connected.
    outputs
        Times at which the peer reports, above 0 [s].
    start
        "settled": at rest at the first row; "rest": dark, at 0 V, ions at rest.
    """

    time: Array
    voltage: Array
    light: Array
    closed: tuple[bool, ...] | None = None
    outputs: Array
    start: Literal["rest", "settled"] = "settled"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Current against voltage in the signs and the unit of the peer."""

    time: Array
    voltage: Array
    light: Array
    current: Array
    record: Record


@dataclass(frozen=True, kw_only=True)
class Deck:
    """What a peer was told, as a stack and what is done to it.

    Attributes
    ----------
    stack
        With voltage on the left contact and current positive to the right.
    voltage_factor, current_factor
        Voltage of the engine over that of the peer; current of the peer over that of the engine
        (sign, unit and, where it differs, elementary charge of the peer).
    current_unit
        Of the peer.
    voltages, lights
        Steady points that the peer computes [V], and the share of full light at each.
    schedule
        Course of a transient, None for steady points.
    notes
        What was assumed where the parameter set leaves it open.
    """

    stack: Stack
    voltage_factor: float
    current_factor: float
    current_unit: str = "A m-2"
    voltages: tuple[float, ...] = ()
    lights: tuple[float, ...] = ()
    schedule: Schedule | None = None
    notes: tuple[str, ...] = ()

    def program(self) -> Program:
        """Schedule as a program of the engine."""
        from ..run import Program

        s = self.schedule
        if s is None:
            raise InputError("schedule", "none", "a deck with a schedule", "deck.swept(...)")
        closed = None if s.closed is None else np.array(s.closed)
        return Program(s.time, self.voltage_factor * s.voltage, s.light, s.outputs, closed)

    def run(self, accuracy: Literal["default", "high", "single"] = "default") -> Curve:
        """Do what the peer was told: follow the schedule if there is one, else steady points."""
        return self.steady(accuracy) if self.schedule is None else self.follow(accuracy)

    def swept(self, schedule: Schedule) -> Deck:
        """Return the same device on another schedule."""
        return replace(self, schedule=schedule)

    def steady(
        self, accuracy: Literal["default", "high", "single"] = "default", refine: int = 0
    ) -> Curve:
        """Steady points of the peer; one light for all of them.

        Parameters
        ----------
        accuracy, refine
            As of `run.steady`.

        Raises
        ------
        InputError
            The deck has no steady points, or they differ in light.
        """
        from ..run import steady

        if not self.voltages or len(set(self.lights)) != 1:
            allowed = "steady points under one light"
            raise InputError("voltages", self.voltages, allowed, "deck.run() or deck.follow()")
        v = np.array(self.voltages)
        light = self.lights[0]
        record = steady(
            self.stack, self.voltage_factor * v, light=light, accuracy=accuracy, refine=refine
        )
        current = self.current_factor * np.asarray(record.current_density)
        return Curve(
            time=np.zeros(len(v)),
            voltage=v,
            light=np.full(len(v), light),
            current=current,
            record=record,
        )

    def open_circuit(
        self,
        light: float = 1.0,
        *,
        top: float = 3.0,
        accuracy: Literal["default", "high", "single"] = "default",
        refine: int = 0,
    ) -> float:
        """Steady open-circuit voltage between 0 and `top` in the sign of the peer [V].

        Four rounds of ten points, each inside the crossing that the last one found.

        Raises
        ------
        InputError
            The current does not change its sign there.
        """
        low, high = 0.0, top
        for _ in range(4):
            volts = np.linspace(low, high, 10)
            run = replace(self, voltages=tuple(map(float, volts)), lights=(light,) * 10)
            j = run.steady(accuracy, refine).current
            change = np.flatnonzero(np.sign(j[:-1]) != np.sign(j[1:]))
            if not change.size:
                allowed = f"a current that changes sign between 0 and {top:g} V"
                raise InputError("open_circuit", (float(j[0]), float(j[-1])), allowed)
            k = int(change[0])
            low, high = float(volts[k]), float(volts[k + 1])
        return float(low - j[k] * (high - low) / (j[k + 1] - j[k]))

    def follow(
        self, accuracy: Literal["default", "high", "single"] = "default", refine: int = 0
    ) -> Curve:
        """Follow the schedule; parameters as of `run.follow`."""
        from ..run import follow

        start = self.schedule.start if self.schedule else "rest"
        record = follow(self.stack, self.program(), start=start, accuracy=accuracy, refine=refine)
        return Curve(
            time=np.asarray(record.time),
            voltage=np.asarray(record.source_voltage) / self.voltage_factor,
            light=np.asarray(record.light),
            current=self.current_factor * np.asarray(record.current_density),
            record=record,
        )


def cyclic(
    low: float,
    high: float,
    rate: float,
    *,
    light: float = 1.0,
    points: int = 261,
    start: Literal["rest", "settled"] = "rest",
) -> Schedule:
    """Voltage from `low` to `high` and back.

    Parameters
    ----------
    low, high
        [V]
    rate
        [V/s]
    points
        Of the loop, its start included; the start itself is not reported.

    >>> s = cyclic(0.0, 1.3, 0.1, points=261)
    >>> s.time.tolist(), float(s.outputs[0]), len(s.outputs)
    ([0.0, 13.0, 26.0], 0.1, 260)
    """
    if rate <= 0.0 or high <= low or points < 3:
        allowed = "a positive rate, low below high and at least 3 points"
        raise InputError("cyclic", (low, high, rate, points), allowed)
    turn = (high - low) / rate
    return Schedule(
        time=np.array([0.0, turn, 2.0 * turn]),
        voltage=np.array([low, high, low]),
        light=np.full(3, light),
        outputs=np.linspace(0.0, 2.0 * turn, points)[1:],
        start=start,
    )


def doped_level(layer_density: float, ni: float) -> float:
    """Majority density of a neutral layer of net doping `layer_density` >= 0 [m-3].

    >>> doped_level(3.0, 2.0)
    4.0
    """
    half = 0.5 * layer_density
    return float(half + np.hypot(half, ni))


def lifetimes(tau_n: float, tau_p: float, energy: float, density: float = 1e20) -> ChargeTrap:
    """Trap level of given lifetimes.

    R = (n p - ni^2) / (tau_p (n + n1) + tau_n (p + p1)) is that of one neutral level with
    density x capture = 1/tau (Shockley and Read, doi:10.1103/PhysRev.87.835); the split between
    the two factors is free as long as the level carries no charge.

    Parameters
    ----------
    tau_n, tau_p
        Lifetimes of electrons and holes [s]; inf for no capture.
    energy
        Of the level, below vacuum [eV].
    density
        Chosen density of the level [m-3].

    >>> lifetimes(1e-8, 2e-8, 4.5).capture_electron
    1e-12
    """
    if not (tau_n > 0.0 and tau_p > 0.0):
        raise InputError("lifetime", (tau_n, tau_p), "positive times [s]")
    return ChargeTrap(
        density=density,
        energy=energy,
        capture_electron=1.0 / (tau_n * density),
        capture_hole=1.0 / (tau_p * density),
    )
