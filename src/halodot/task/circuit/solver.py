"""Nodal analysis of small circuits in time, with cells that have dynamics of their own.

Node voltages follow from Kirchhoff's law; resistors, capacitors and sources are linear, the
transistor is solved by Newton's method, and each cell sees the rest of the circuit as a source
behind a resistance, which its own model follows exactly.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...array.state import Compact, Drive, Response
from ...core.errors import InputError
from ...core.status import Status, worst
from .law import TransistorLaw

F = NDArray[np.float64]
GROUND = "0"
SWEEPS = 200  # of the relaxation between cells and the rest
CLOSE = 1e-7  # relative change of a source at which the relaxation ends
STRAIGHT = 1e-13  # relative deviation from a line that is none
NEWTON, SMALL = 60, 1e-11  # iterations, and volts that end them


@dataclass(frozen=True)
class Wave:
    """Straight lines between corners: time increasing [s], value [V] or [1]."""

    time: F
    value: F

    @classmethod
    def constant(cls, value: float) -> Wave:
        """Return a wave that stays at `value`."""
        return cls(np.array([0.0]), np.array([value]))

    def at(self, time: F) -> F:
        """Return the values at `time`; the ends go on."""
        return np.interp(time, self.time, self.value)


@dataclass(frozen=True)
class Resistor:
    """Between two nodes [ohm]."""

    name: str
    plus: str
    minus: str
    resistance: float


@dataclass(frozen=True)
class Capacitor:
    """Between two nodes [F], without charge at the start."""

    name: str
    plus: str
    minus: str
    capacitance: float


@dataclass(frozen=True)
class Source:
    """An ideal voltage source [V] between two nodes."""

    name: str
    plus: str
    minus: str
    voltage: Wave


@dataclass(frozen=True)
class Transistor:
    """A transistor whose gate draws no steady current; its capacitance is an element of its own."""

    name: str
    gate: str
    drain: str
    source: str
    law: TransistorLaw


@dataclass(frozen=True)
class Cell:
    """A device with dynamics between two nodes, and the light on it.

    Attributes
    ----------
    start, seed
        State to begin with (rest where None), and the seed of its chance (-1: none).
    """

    name: str
    plus: str
    minus: str
    compact: Compact
    light: Wave = field(default_factory=lambda: Wave.constant(0.0))
    start: F | None = None
    seed: int = -1


Element = Resistor | Capacitor | Source | Transistor | Cell


@dataclass(frozen=True)
class Solution:
    """Voltages, currents and energies of a circuit in time.

    Attributes
    ----------
    time
        [s], shape [times].
    voltage
        Node -> voltage against ground [V], shape [times].
    current
        Element -> current from its plus to its minus node, for a transistor from drain to source
        [A], shape [times]. That of a source that feeds a circuit is negative.
    responses
        Cell -> what its own model says.
    sweeps
        Of the relaxation.
    """

    time: F
    voltage: dict[str, F]
    current: dict[str, F]
    responses: dict[str, Response]
    sweeps: int
    status: Status

    def energy(self, circuit: Sequence[Element], name: str) -> float:
        """Return the energy that element `name` takes up [J]: negative for a source that gives.

        By the trapezium over the times of the solution.
        """
        element = next(e for e in circuit if e.name == name)
        plus, minus = (
            (element.drain, element.source)
            if isinstance(element, Transistor)
            else (element.plus, element.minus)
        )
        power = (self.voltage[plus] - self.voltage[minus]) * self.current[name]
        return float(np.trapezoid(power, self.time))


def solve(circuit: Sequence[Element], time: F) -> Solution:
    """Follow a circuit over `time`.

    Parameters
    ----------
    circuit
        Elements; node ``"0"`` is ground.
    time
        Times at which everything is solved, increasing from 0 [s]; they must hold every corner of
        the sources and of the light. Capacitors are stepped by the trapezium rule between them.

    Raises
    ------
    InputError
        If nodes float, names repeat, times do not fit, or nothing closes the circuit of a cell.

    Notes
    -----
    A cell between two nodes sees the resistance :math:`R` of the rest of the circuit and a source
    :math:`e = v + R i`, where v is the voltage and i the current of the cell. Where the rest is
    made of resistors and sources, e does not depend on i and one pass is exact. Otherwise e is
    corrected until it stands (waveform relaxation; E. Lelarasmee, A. Ruehli,
    A. Sangiovanni-Vincentelli, doi:10.1109/TCAD.1982.1270004), the cell standing in the circuit
    as a conductance i/v at each time, which makes it Newton's method for a linear one.

    Examples
    --------
    >>> two = [Source("V", "a", "0", Wave.constant(3.0)), Resistor("R", "a", "b", 2.0),
    ...     Resistor("S", "b", "0", 1.0)]
    >>> float(solve(two, np.array([0.0, 1.0])).voltage["b"][0])
    1.0
    """
    time = np.asarray(time, dtype=float)
    _check(circuit, time)
    net = _Net(circuit, time)
    cells = [e for e in circuit if isinstance(e, Cell)]
    nothing = _Norton(np.zeros(len(time)), np.zeros(len(time)))
    stand_in = {c.name: nothing for c in cells}
    if not cells:
        states, good = net.solve(stand_in)
        return _solution(net, states, {}, {}, 0, _converged(good))
    seen = {c.name: net.resistance(c.plus, c.minus) for c in cells}
    behind = {c.name: c.compact.with_series(seen[c.name]) for c in cells}
    outputs = np.concatenate([[1e-6 * time[1]], time[1:]])  # a cell answers after its start
    sources: dict[str, F] = {}
    responses: dict[str, Response] = {}
    before: dict[str, tuple[F, F]] = {}
    status, sweeps, changed = Status.NOT_CONVERGED, 0, True
    while changed and sweeps < SWEEPS:
        states, good = net.solve(stand_in)
        sweeps, changed = sweeps + 1, False
        for c in cells:
            volts = net.across(states, c.plus, c.minus)
            e = volts + seen[c.name] * stand_in[c.name].current(volts)
            last, scale = sources.get(c.name), float(np.max(np.abs(e))) + 1e-12
            if last is not None and float(np.max(np.abs(e - last))) <= CLOSE * scale:
                continue
            changed, sources[c.name] = True, e
            drive = _drive(time, e, c.light.at(time), outputs)
            found = behind[c.name].follow(drive, c.start, c.seed)
            responses[c.name] = found
            # what the cell takes from the circuit, and about where
            points = e - seen[c.name] * found.current, found.current
            stand_in[c.name] = net.norton(*points, before.get(c.name))
            before[c.name] = points
    if not changed:
        status = worst(_converged(good), *(r.status for r in responses.values()))
    currents = {
        c.name: stand_in[c.name].current(net.across(states, c.plus, c.minus)) for c in cells
    }
    return _solution(net, states, currents, responses, sweeps, status)


def _drive(time: F, voltage: F, light: F, outputs: F) -> Drive:
    """A drive whose corners are the times at which voltage or light really bend."""
    bends = np.ones(len(time), dtype=np.bool_)
    middle = (time[1:-1] - time[:-2]) / (time[2:] - time[:-2])
    bends[1:-1] = False
    for x in (voltage, light):
        straight = x[:-2] + middle * (x[2:] - x[:-2])
        bends[1:-1] |= np.abs(x[1:-1] - straight) > STRAIGHT * (float(np.max(np.abs(x))) + 1e-300)
    return Drive(time[bends], voltage[bends], light[bends], outputs)


@dataclass(frozen=True)
class _Norton:
    """A cell as the rest of the circuit sees it: ``i = source + conductance v`` at every time."""

    source: F
    conductance: F

    def current(self, volts: F) -> F:
        return self.source + self.conductance * volts


def _converged(good: bool) -> Status:
    return Status.OK if good else Status.NOT_CONVERGED


def _nodes(element: Element) -> tuple[str, ...]:
    if isinstance(element, Transistor):
        return element.gate, element.drain, element.source
    return element.plus, element.minus


def _check(circuit: Sequence[Element], time: F) -> None:
    names = [e.name for e in circuit]
    repeated = sorted({n for n in names if names.count(n) > 1})
    if repeated:
        raise InputError("circuit", ", ".join(repeated), "names that are used once", "rename one")
    if not any(GROUND in _nodes(e) for e in circuit):
        raise InputError("circuit", "no ground", 'a node "0"', "connect one node to ground")
    if len(time) < 2 or time[0] != 0.0 or bool(np.any(np.diff(time) <= 0.0)):
        raise InputError("time", "not increasing from 0", "two times or more, from 0", "sort them")
    for e in circuit:
        corners = []
        if isinstance(e, Source):
            corners = [e.voltage.time]
        elif isinstance(e, Cell):
            corners = [e.light.time]
        for wave in corners:
            inside = wave[(wave > 0.0) & (wave < time[-1])]
            if not np.array_equal(time[np.searchsorted(time, inside)], inside):
                raise InputError(
                    "time", f"without some corners of {e.name}", "every corner of every wave",
                    "np.union1d(time, wave.time)",
                )  # fmt: skip
        for key in ("resistance", "capacitance"):
            value = getattr(e, key, 1.0)
            if not (np.isfinite(value) and value > 0.0):
                raise InputError(f"{e.name}.{key}", value, "a positive number", "leave it out")


class _Net:
    """The part of a circuit without cells: matrices, and their solution for given cell currents."""

    def __init__(self, circuit: Sequence[Element], time: F) -> None:
        self.circuit, self.time = circuit, time
        found = [n for e in circuit for n in _nodes(e) if n != GROUND]
        self.index = {n: k for k, n in enumerate(dict.fromkeys(found))}
        self.sources = [e for e in circuit if isinstance(e, Source)]
        self.transistors = [e for e in circuit if isinstance(e, Transistor)]
        self.cells = [e for e in circuit if isinstance(e, Cell)]
        n = len(self.index)
        self.size = n + len(self.sources)
        self.steady, self.storing = np.zeros((self.size, self.size)), np.zeros((n, n))
        for e in circuit:
            if isinstance(e, Resistor):
                _stamp(self.steady, self._row(e.plus), self._row(e.minus), 1.0 / e.resistance)
            elif isinstance(e, Capacitor):
                _stamp(self.storing, self._row(e.plus), self._row(e.minus), e.capacitance)
        for k, s in enumerate(self.sources):
            for node, sign in ((s.plus, 1.0), (s.minus, -1.0)):
                row = self._row(node)
                if row is not None:
                    self.steady[row, n + k] = self.steady[n + k, row] = sign
        self.drives = np.zeros((self.size, len(time)))
        for k, s in enumerate(self.sources):
            self.drives[n + k] = s.voltage.at(time)

    def _row(self, node: str) -> int | None:
        return None if node == GROUND else self.index[node]

    def across(self, states: F, plus: str, minus: str) -> F:
        """Return the voltage between two nodes [V], shape [times]."""
        found = np.zeros(states.shape[1])
        for node, sign in ((plus, 1.0), (minus, -1.0)):
            row = self._row(node)
            if row is not None:
                found = found + sign * states[row]
        return found

    def resistance(self, plus: str, minus: str) -> float:
        """Return the resistance [ohm] between two nodes, channels left out.

        A capacitor counts as its resistance over a usual time step: any resistance serves for the
        relaxation, that of what is there makes it short.
        """
        one = np.zeros(self.size)
        matrix = self._with(self.steady, self.storing * 2.0 / float(np.median(np.diff(self.time))))
        for node, sign in ((plus, 1.0), (minus, -1.0)):
            row = self._row(node)
            if row is not None:
                one[row] = sign
        try:
            answer = np.linalg.solve(matrix, one)
            closed = float(np.max(np.abs(matrix @ answer - one))) < 1e-9
        except np.linalg.LinAlgError:
            closed = False
        if not closed:
            raise InputError(
                "circuit", f"no path between {plus} and {minus} beside the cell",
                "resistors, capacitors and sources that close the circuit of every cell",
                "add a load; between two cells in series, a large resistor to ground",
            )  # fmt: skip
        return max(float(one @ answer), 0.0)

    @property
    def at_once(self) -> bool:
        """Whether all times can be solved as one linear system: resistors and sources alone."""
        return not self.transistors and not self.storing.any()

    def norton(self, volts: F, current: F, before: tuple[F, F] | None) -> _Norton:
        """Return what stands for a cell with this voltage and current at each time.

        Its conductance is the secant through the sweep `before`, or through the origin.
        """
        if self.at_once:
            return _Norton(current, np.zeros_like(current))
        top = float(np.max(np.abs(volts))) + 1e-15
        g = _slope(volts, current, 1e-6 * top, np.zeros_like(volts))
        if before is not None:
            g = _slope(volts - before[0], current - before[1], 1e-9 * top, g)
        return _Norton(current - g * volts, g)

    def solve(self, cells: dict[str, _Norton]) -> tuple[F, bool]:
        """Return nodes and source currents [size, times] with these cells, and success."""
        drives = self.drives.copy()
        for c in self.cells:
            for node, sign in ((c.plus, -1.0), (c.minus, 1.0)):
                row = self._row(node)
                if row is not None:
                    drives[row] += sign * cells[c.name].source
        if self.at_once:
            return _linear(self.steady, drives), True
        return self._stepped(drives, cells)

    def _stepped(self, drives: F, cells: dict[str, _Norton]) -> tuple[F, bool]:
        """Trapezium rule over the times, Newton's method for the channels at each of them."""
        n = len(self.index)
        states = np.zeros((self.size, len(self.time)))
        # at the start capacitors hold no charge: very large ones, for one solve
        most = float(self.storing.max(initial=0.0))
        large = 1e9 * float(np.max(np.abs(self.steady))) / most if most > 0.0 else 0.0
        steady = self._at(0, cells)
        first = self._with(steady, large * self.storing)
        states[:, 0], good = self._point(first, drives[:, 0], np.zeros(self.size))
        charging = (drives[:, 0] - self._flow(steady, states[:, 0]))[:n]  # into the capacitors
        for k in range(1, len(self.time)):
            two = 2.0 / (self.time[k] - self.time[k - 1])
            push = drives[:, k].copy()
            push[:n] += two * self.storing @ states[:n, k - 1] + charging
            matrix = self._with(self._at(k, cells), two * self.storing)
            states[:, k], fine = self._point(matrix, push, states[:, k - 1])
            charging = two * self.storing @ (states[:n, k] - states[:n, k - 1]) - charging
            good = good and fine
        return states, good

    def _at(self, k: int, cells: dict[str, _Norton]) -> F:
        """The steady matrix with the conductances of the cells at time number k."""
        matrix = self.steady.copy()
        for c in self.cells:
            g = float(cells[c.name].conductance[k])
            _stamp(matrix, self._row(c.plus), self._row(c.minus), g)
        return matrix

    def _with(self, matrix: F, more: F) -> F:
        n, found = len(self.index), matrix.copy()
        found[:n, :n] += more
        return found

    def _flow(self, steady: F, state: F) -> F:
        found: F = steady @ state
        for t in self.transistors:
            current, _ = self._channel(t, state)
            for node, sign in ((t.drain, 1.0), (t.source, -1.0)):
                row = self._row(node)
                if row is not None:
                    found[row] += sign * current
        return found

    def _channel(self, t: Transistor, state: F) -> tuple[float, F]:
        """Drain current of a transistor, and its slopes with gate, drain and source voltage."""
        rows = [self._row(node) for node in (t.gate, t.drain, t.source)]
        g, d, s = (0.0 if row is None else float(state[row]) for row in rows)
        step = 1e-6
        here = float(t.law.current(g - s, d - s))
        slopes = [
            (float(t.law.current(g + a - s - c, d + b - s - c)) - here) / step
            for a, b, c in ((step, 0.0, 0.0), (0.0, step, 0.0), (0.0, 0.0, step))
        ]
        return here, np.array(slopes)

    def _point(self, matrix: F, drive: F, guess: F) -> tuple[F, bool]:
        """One moment by Newton's method; steps of more than 0.5 V are cut."""
        if not self.transistors:
            return _linear(matrix, drive), True
        state = guess.copy()
        for _ in range(NEWTON):
            residual, slope = matrix @ state - drive, matrix.copy()
            for t in self.transistors:
                current, slopes = self._channel(t, state)
                rows = [self._row(node) for node in (t.gate, t.drain, t.source)]
                for row, sign in ((rows[1], 1.0), (rows[2], -1.0)):
                    if row is None:
                        continue
                    residual[row] += sign * current
                    for column, value in zip(rows, slopes, strict=True):
                        if column is not None:
                            slope[row, column] += sign * value
            move = _linear(slope, -residual)
            volts = move[: len(self.index)]
            largest = float(np.max(np.abs(volts), initial=0.0))
            state = state + move * min(1.0, 0.5 / max(largest, 1e-300))
            if largest < SMALL:
                return state, True
        return state, False

    def current(self, element: Element, states: F, cells: dict[str, F]) -> F:
        """Return the current of an element from plus to minus [A], shape [times]."""
        n = len(self.index)
        if isinstance(element, Cell):
            return cells[element.name]
        if isinstance(element, Resistor):
            return self.across(states, element.plus, element.minus) / element.resistance
        if isinstance(element, Source):
            found: F = states[n + self.sources.index(element)]
            return found
        if isinstance(element, Transistor):
            gate = self.across(states, element.gate, element.source)
            return element.law.current(gate, self.across(states, element.drain, element.source))
        volts = self.across(states, element.plus, element.minus)
        # what the trapezium rule means by the current of a capacitor is the mean over a step
        mean = element.capacitance * np.diff(volts) / np.diff(self.time)
        return np.concatenate([mean[:1], 0.5 * (mean[1:] + mean[:-1]), mean[-1:]])


def _slope(rise: F, current: F, least: float, otherwise: F) -> F:
    """Current over voltage where that is above `least`, nothing for a negative slope."""
    apart = np.abs(rise) > least
    found = np.where(apart, current / np.where(apart, rise, 1.0), otherwise)
    return np.maximum(found, 0.0)


def _stamp(matrix: F, plus: int | None, minus: int | None, value: float) -> None:
    for a, b in ((plus, minus), (minus, plus)):
        if a is not None:
            matrix[a, a] += value
            if b is not None:
                matrix[a, b] -= value


def _linear(matrix: F, right: F) -> F:
    found: F = np.full_like(right, np.nan)
    with contextlib.suppress(np.linalg.LinAlgError):
        found = np.asarray(np.linalg.solve(matrix, right))
    if not np.isfinite(found).all():
        raise InputError(
            "circuit", "its equations have no single solution",
            "every node joined to ground by resistors or sources, no loop of sources alone",
            "look for a node that floats",
        )  # fmt: skip
    return found


def _solution(
    net: _Net, states: F, cells: dict[str, F], responses: dict[str, Response], sweeps: int,
    status: Status,
) -> Solution:  # fmt: skip
    voltage = {GROUND: np.zeros(len(net.time))}
    voltage |= {name: states[row] for name, row in net.index.items()}
    current = {e.name: net.current(e, states, cells) for e in net.circuit}
    return Solution(net.time, voltage, current, responses, sweeps, status)


def decide(
    signal: F, threshold: float, hysteresis: float = 0.0,
    noise: Callable[[int], F] | None = None, before: bool = False,
) -> NDArray[np.bool_]:  # fmt: skip
    """Return what a clocked comparator says at each strobe.

    Parameters
    ----------
    signal
        Input at the strobes, in their order [V] (or [A]); shape [strobes].
    threshold, hysteresis
        It goes high above ``threshold + hysteresis/2``, low below ``threshold - hysteresis/2`` and
        stays otherwise.
    noise
        Number of strobes -> what is added to the input.
    before
        What it said before the first.

    Examples
    --------
    >>> decide(np.array([0.0, 1.1, 0.9, 0.7]), 1.0, 0.4).tolist()
    [False, False, False, False]
    >>> decide(np.array([0.0, 1.3, 0.9, 0.7]), 1.0, 0.4).tolist()
    [False, True, True, False]
    """
    seen = np.asarray(signal, dtype=float)
    if noise is not None:
        seen = seen + noise(len(seen))
    above, below = seen > threshold + 0.5 * hysteresis, seen < threshold - 0.5 * hysteresis
    if hysteresis <= 0.0:
        return np.asarray(above)
    said, state = np.empty(len(seen), dtype=np.bool_), before
    for k in range(len(seen)):
        state = True if above[k] else False if below[k] else state
        said[k] = state
    return said
