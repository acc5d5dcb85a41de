"""One cell of a transistor memory: a memristor and a load before the gate, pulses and reads."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...array.state import Compact, Drive, Response
from ...core.randomness import generator
from ...core.status import Status, worst
from .law import TransistorLaw
from .solver import GROUND, Capacitor, Cell, Element, Resistor, Source, Wave, solve
from .spec import GatedMemory, TransistorSpec

F = NDArray[np.float64]
EDGE = 1e-3  # of a pulse, for which it rises and falls
CLOSE = 0.1  # of the drain current: what counts as settled


def law_of(t: TransistorSpec) -> TransistorLaw:
    """Return the compact law of a transistor.

    >>> law = law_of(TransistorSpec())
    >>> law.sign, round(law.gain * 1e6, 3)
    (-1.0, 0.6)
    """
    square = float(t.width) * float(t.length)
    return TransistorLaw(
        sign=-1.0 if t.polarity == "p" else 1.0,
        threshold=float(t.threshold),
        gain=float(t.mobility) * float(t.capacitance) * float(t.width) / float(t.length),
        swing=float(t.swing),
        leakage=float(t.leakage),
        capacitance=float(t.capacitance) * square,
    )


@dataclass(frozen=True)
class Reading:
    """One read.

    Attributes
    ----------
    gate
        Voltage of the gate against ground [V].
    drain
        Size of the drain current [A].
    bare
        Size of the current of the memristor alone at the same read voltage [A].
    state
        Of the memristor after the read.
    energy
        Of the divider and of the channel for one read [J].
    bare_energy
        Of the memristor read alone [J].
    """

    gate: float
    drain: float
    bare: float
    state: F
    energy: float
    bare_energy: float
    status: Status


@dataclass(frozen=True)
class MemoryCell:
    """A memristor, its load and its transistor."""

    spec: GatedMemory
    compact: Compact
    load: float
    law: TransistorLaw

    def pulse(
        self, state: F | None, voltage: float, time: float, light: float, resistance: float,
        seed: int,
    ) -> tuple[F, float, Status]:  # fmt: skip
        """Apply one pulse over memristor and `resistance`; the state after, energy [J], status."""
        corners = np.array([0.0, EDGE, 1.0 - EDGE, 1.0]) * time
        steps = np.array([0.0, 1.0, 1.0, 0.0])
        # closer together where a cell may switch early; the last time is the end of the pulse
        shares = np.concatenate([np.geomspace(1e-4, 0.9, 25), [1.0 - EDGE, 1.0]])
        found = self.compact.with_series(resistance).follow(
            Drive(corners, voltage * steps, light * steps, shares * time), state, seed
        )
        source = np.interp(shares, np.array([0.0, EDGE, 1.0 - EDGE, 1.0]), voltage * steps)
        energy = float(np.trapezoid(np.abs(source * found.current), shares * time))
        return found.end, energy, found.status

    def gate_voltage(self, current: F | float) -> F:
        """Return the gate voltage [V] for a current of the divider [A] at the read voltage."""
        over_load = self.load * np.asarray(current, dtype=float)
        supply = float(self.spec.read_voltage)
        found: F = over_load if self.spec.side == "supply" else supply - over_load
        return found

    def drain_current(self, gate: F | float) -> F:
        """Return the size of the drain current [A] for gate voltages against ground [V]."""
        s = self.spec
        source = s.source_voltage
        if source is None:
            source = s.read_voltage if s.transistor.polarity == "p" else None
        at = 0.0 if source is None else float(source)
        with np.errstate(invalid="ignore"):  # what is no number stays none
            return np.abs(self.law.current(np.asarray(gate) - at, float(s.drain_voltage)))

    def _read(self, state: F | None, seed: int, count: int, load: float) -> Response:
        """Pulses of the read voltage, half of one between two; the rows stand at their ends."""
        time, volts = float(self.spec.read_time), float(self.spec.read_voltage)
        starts: F = 1.5 * time * np.arange(count, dtype=float)[:, None]
        corners = starts + time * np.array([0.0, EDGE, 1.0 - EDGE, 1.0])
        steps = volts * np.tile(np.array([0.0, 1.0, 1.0, 0.0]), count)
        outputs = (starts + time * (1.0 - EDGE)).ravel()
        compact = self.compact.with_series(load) if load > 0.0 else self.compact
        drive = Drive(np.asarray(corners.ravel()), np.asarray(steps), np.zeros(4 * count), outputs)
        return compact.follow(drive, state, seed)

    def read(self, state: F | None, seed: int) -> Reading:
        """Read once, through the gate and the memristor alone (whose read leaves no trace)."""
        s, time = self.spec, float(self.spec.read_time)
        through = self._read(state, seed, 1, self.load)
        alone = self._read(state, seed, 1, 0.0)
        current, bare = float(through.current[0]), float(alone.current[0])
        gate = float(self.gate_voltage(current))
        drain = float(self.drain_current(gate))
        volts = abs(float(s.read_voltage))
        return Reading(
            gate, drain, abs(bare), through.end,
            time * (volts * abs(current) + abs(float(s.drain_voltage)) * drain),
            time * volts * abs(bare), worst(through.status, alone.status),
        )  # fmt: skip

    def reads(self, state: F | None, seed: int, count: int) -> tuple[F, Status]:
        """Return the gate voltage [V] of `count` reads in a row, from one state on."""
        done = self._read(state, seed, count, self.load)
        return self.gate_voltage(done.current), done.status

    def kept(self, state: F, times: F, seed: int) -> tuple[list[F], Status]:
        """Return the states after `times` [s] at 0 V, one followed into the next."""
        compact, found, before = self.compact.with_series(self.load), [], 0.0
        status = Status.OK
        for k, t in enumerate(times):
            span = float(t) - before
            drive = Drive(np.array([0.0, span]), np.zeros(2), np.zeros(2), np.array([span]))
            chance = seed if seed < 0 else int(generator(seed, "kept", k).integers(2**31 - 1))
            done = compact.follow(drive, state, chance)
            state, before, status = done.end, float(t), worst(status, done.status)
            found.append(state)
        return found, status

    def circuit(self, state: F | None, wave: Wave, seed: int = -1) -> tuple[Element, ...]:
        """Return the divider at a read with the capacitance of the gate, as a circuit."""
        cell_at, load_at = ("in", "gate"), ("gate", GROUND)
        if self.spec.side == "ground":
            cell_at, load_at = load_at, cell_at
        capacitance = max(self.law.capacitance, 1e-18)
        return (
            Source("supply", "in", GROUND, wave),
            Cell("memristor", *cell_at, self.compact, start=state, seed=seed),
            Resistor("load", *load_at, self.load),
            Capacitor("gate", "gate", GROUND, capacitance),
        )

    def settling(self, state: F | None) -> tuple[float, Status]:
        """Return how long a read takes until the drain current is within a tenth of its end [s].

        The supply comes up in a thousandth of the time constant of load and gate, which is the
        slowest that there is; the memristor can only shorten it.
        """
        tau = self.load * max(self.law.capacitance, 1e-18)
        edge = EDGE * tau
        time = np.concatenate(
            [np.linspace(0.0, edge, 6), np.geomspace(1.05 * edge, 20.0 * tau, 240)]
        )
        wave = Wave(np.array([0.0, edge]), np.array([0.0, float(self.spec.read_voltage)]))
        done = solve(self.circuit(state, wave), time)
        drain = self.drain_current(done.voltage["gate"])
        away = np.abs(np.log(np.maximum(drain, 1e-30) / max(float(drain[-1]), 1e-30)))
        late = np.flatnonzero(away > math.log1p(CLOSE))
        return (float(time[late[-1] + 1]) if len(late) and late[-1] + 1 < len(time) else 0.0), (
            done.status
        )
