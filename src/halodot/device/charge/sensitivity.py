"""Derivatives of a current trace with respect to the numbers of a stack.

Every accepted step solves R(X, history, theta) = 0. By the implicit function theorem its derivative
is one linear solve with the Jacobian of that step and all parameters as right-hand sides,

    J dX = -(dR/dtheta + dR/dhistory dhistory),

carried from step to step, since the history holds the states before. Steps and the number of nodes
are held; the result is the derivative of the discrete trace (to the 1e-8 of differences in theta
alone), which is as far from that of the continuous one as the trace itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.status import Status
from ...numerics.blocktridiagonal import solve, solve_again
from .build import Cell, discretise
from .currents import COLUMNS
from .ends import DRIVEN, OPEN
from .grid import Grid, bounds, initial
from .kernel import assemble
from .layers import Stack
from .parameters import STEP, changed, step_of, value
from .problem import ELECTRON, ION, Array, Problem, State, Workspace, new_workspace
from .run import Program
from .simulate import Simulation
from .stepping import Tolerances, step_coefficients
from .tangents import current_slope, explicit, fill_traps, set_past, shunt_slope
from .trajectory import Trajectory, run, terminal_current, way_of

VOLTAGE, LIGHT = "drive.voltage", "drive.light"  # factors on the drive, 1


@dataclass(frozen=True)
class Sensitivity:
    """Derivatives of a current trace.

    Attributes
    ----------
    parameters, values
        Names, as in `parameters.value`, and the numbers that stand there.
    time, voltage
        Of the outputs [s], [V] (of the source); time is 0 in steady curves.
    current_density
        [A/m2]
    derivative
        [outputs, parameters], dJ/dtheta in A/m2 per unit of the parameter.
    status
        One per output; what is not good is NaN.
    """

    parameters: tuple[str, ...]
    values: Array
    time: Array
    voltage: Array
    current_density: Array
    derivative: Array
    status: tuple[Status, ...]

    @property
    def logarithmic(self) -> Array:
        """dJ/dln(theta) [A/m2]: theta times the derivative."""
        return self.derivative * self.values


class Pair(NamedTuple):
    """A device with one parameter lower and higher by `step`; changes of the drive per unit."""

    step: float
    low: Cell
    high: Cell
    voltage: float
    light: float


def sensitivities(
    stack: Stack,
    program: Program,
    parameters: Sequence[str],
    *,
    start: Literal["rest", "settled"] = "rest",
    tolerance: float = 1e-4,
    nodes: int = 0,
) -> Sensitivity:
    """Derivatives of the current along a program; a forward run and one linear solve a step.

    Parameters
    ----------
    program
        Drive of the source and times of the outputs.
    parameters
        Names such as "layers[0].electron_mobility", "layers[1].ions[0].density",
        "left.work_function", "temperature", "circuit.series_resistance", or "drive.voltage" and
        "drive.light" (factors on the drive).
    start
        As in `run.follow`.
    tolerance
        Of a time step.
    nodes
        Of each layer, 0 to choose by thickness.

    Raises
    ------
    ValueError
        If a name is not known, or its number is 0 where only a relative step makes sense.
    """
    cell, pairs = devices(stack, parameters, nodes)
    simulation = Simulation(cell, Tolerances(step=tolerance))
    ramp, lights = 0.0, np.asarray(program.light, float)
    simulation.settle(voltage=0.0, light=0.0)
    if start == "settled":
        simulation.settle(voltage=float(program.voltage[0]), light=lights[0])
    elif program.voltage[0] != 0.0 or np.any(lights[0] != 0.0):
        ramp = 1e-3 * min(1.0, float(program.time[-1]))
    tangents = rest_tangents(simulation, pairs)
    taken = run(simulation, program, ramp=ramp)
    current, slopes = along(cell, taken, pairs, tangents)
    return Sensitivity(
        tuple(parameters),
        _values(stack, parameters),
        np.asarray(program.outputs, float),
        np.interp(program.outputs, program.time, program.voltage),
        current,
        slopes,
        taken.status,
    )


def steady_sensitivities(
    stack: Stack,
    voltages: Array,
    parameters: Sequence[str],
    *,
    light: float | Array = 0.0,
    nodes: int = 0,
) -> Sensitivity:
    """Derivatives of a steady J-V curve, ions at rest at every voltage; as `sensitivities`.

    >>> from halodot.device.charge.layers import ChargeContact, ChargeLayer
    >>> layer = ChargeLayer(
    ...     thickness=2e-7, relative_permittivity=6.0, electron_affinity=4.0, band_gap=2.4,
    ...     dos_conduction=1e26, dos_valence=1e26, electron_mobility=1e-8, hole_mobility=1e-8,
    ... )
    >>> ohmic = ChargeContact(work_function=4.0, velocity_electron=1e9, velocity_hole=1e9)
    >>> stack = Stack(layers=(layer,), left=ohmic, right=ohmic)
    >>> found = steady_sensitivities(stack, np.array([100.0]), ["layers[0].thickness"])
    >>> exponent = float(found.logarithmic[0, 0] / found.current_density[0])  # Mott, Gurney: -3
    >>> -3.01 < exponent < -2.9
    True
    """
    cell, pairs = devices(stack, parameters, nodes)
    simulation, volts = Simulation(cell), np.asarray(voltages, float)
    J, slopes = np.full(len(volts), np.nan), np.full((len(volts), len(pairs)), np.nan)
    status, before = [], simulation.status
    for k, v in enumerate(volts):
        status.append(simulation.settle(voltage=float(v), light=light))
        if status[-1].is_good:
            J[k], slopes[k] = _steady_current(simulation, pairs)
        simulation.status = before
    return Sensitivity(
        tuple(parameters),
        _values(stack, parameters),
        np.zeros(len(volts)),
        volts,
        J,
        slopes,
        tuple(status),
    )


def _values(stack: Stack, parameters: Sequence[str]) -> Array:
    return np.array([1.0 if p in (VOLTAGE, LIGHT) else value(stack, p) for p in parameters])


def devices(stack: Stack, parameters: Sequence[str], nodes: int) -> tuple[Cell, list[Pair]]:
    """Return the device and, for every parameter, its neighbours on the same grid."""
    grid = initial(stack.layers, temperature=stack.temperature, nodes=nodes)
    cell, pairs = discretise(stack, grid), []
    for name in parameters:
        if name in (VOLTAGE, LIGHT):
            pairs.append(Pair(STEP, cell, cell, float(name == VOLTAGE), float(name == LIGHT)))
            continue
        now, d = value(stack, name), step_of(stack, name)
        stacks = [changed(stack, name, now + s * d) for s in (-1.0, 1.0)]
        low, high = (discretise(s, moved(grid, stack, s)) for s in stacks)
        pairs.append(Pair(d, low, high, 0.0, 0.0))
    return cell, pairs


def moved(grid: Grid, stack: Stack, other: Stack) -> Grid:
    """The grid of a stack on one whose layers are thicker or thinner: nodes keep their share."""
    knots = []
    for one in (stack, other):
        ends = [e for pair in bounds(one.layers) if pair is not None for e in pair]
        knots.append([0.0, *ends, sum(a.thickness for a in one.layers)])
    if knots[0] == knots[1]:
        return grid
    old, new = (np.array(k) for k in knots)
    once = np.concatenate([[True], np.diff(old) > 0.0])
    return replace(grid, position=np.interp(grid.position, old[once], new[once]))


def _drive(cell: Cell, pair: Pair, at: _Level) -> tuple[Array, Array, Array]:
    """Light [3, C], potentials [3, 2] and way of driving of the lower, the higher, the device."""
    lights, ends, ways = [], [], []
    for one, s in ((pair.low, -pair.step), (pair.high, pair.step), (cell, 0.0)):
        lights.append(at.light * (1.0 + s * pair.light))
        ends.append(one.potentials(at.voltage * (1.0 + s * pair.voltage)))
        clamped = at.way not in (DRIVEN, OPEN)
        ways.append(np.copysign(one.problem.circuit[2], at.way) if clamped else at.way)
    return np.array(lights), np.array(ends), np.array(ways)


class _Level(NamedTuple):
    """A converged time level: how it was driven, and d/dt x = a0 x + past."""

    S: State
    a0: float
    past: State
    voltage: float
    light: Array
    way: float


def _tangents(
    cell: Cell, pairs: list[Pair], at: _Level, rates: list[State], W: Workspace, *, steady: bool
) -> list[State]:
    """Derivatives of the state of a time level, given those of its history."""
    S, P = at.S, cell.problem
    m, n = S.X.shape
    out = np.zeros((len(pairs), n, m))
    for k, (pair, rate) in enumerate(zip(pairs, rates, strict=True)):
        both = pair.low.problem, pair.high.problem, pair.step
        explicit(*both, S.X, at.a0, at.past, rate, *_drive(cell, pair, at), W, out[k])
    set_past(W, at.past, at.past, 0.0)
    assemble(P, S.X, at.a0, at.light, *cell.potentials(at.voltage), at.way, W)
    if steady:
        _close(P, S.X, pairs, W, out)
    elif pairs:
        _solve_all(W, out)
    found = []
    for k, (pair, rate) in enumerate(zip(pairs, rates, strict=True)):
        X = out[k].T.copy()
        X[ELECTRON:] *= S.X[ELECTRON:]
        t = State(X, np.zeros_like(S.trap), np.zeros_like(S.face))
        if S.trap.size or S.face.size:
            both = pair.low.problem, pair.high.problem, pair.step
            fill_traps(P, *both, S, t, at.a0, at.past, rate, W)
        found.append(t)
    return found


def _solve_all(W: Workspace, columns: Array) -> None:
    """Solve the assembled system for every column [P, N, m] in place."""
    W.flow[:] = 0.0
    system = W.local, W.lower, W.upper, W.out
    if not solve(*system, W.into, W.flow, W.fixed, W.diagonal, columns[0]):
        raise ArithmeticError("the Jacobian of a converged step is singular")
    for column in columns[1:]:
        solve_again(*system, W.fixed, W.diagonal, column)


def _close(P: Problem, X: Array, pairs: list[Pair], W: Workspace, out: Array) -> None:
    """Solve the steady system, in which every closed region of ions keeps its content.

    One continuity equation of a region follows from its others and gives way to the content.
    """
    regions = np.flatnonzero(P.region_closed)
    columns = np.concatenate([out, np.zeros((len(regions), *out.shape[1:]))])
    weights = []
    for k, r in enumerate(regions):
        row, first, last = P.region[r]
        s, span = ION + row, slice(first, last + 1)
        node = first + int(np.argmax(P.volume[span] * X[s, span]))
        for block in (W.lower, W.local, W.upper):
            block[node, s] = 0.0
        W.local[node, s, s] = 1.0
        W.fixed[node, s] = True
        columns[:, node, s] = 0.0
        columns[len(out) + k, node, s] = 1.0
        weights.append((span, s, P.volume[span] * X[s, span]))
    if not len(columns):
        return
    _solve_all(W, columns)
    out[:] = columns[: len(out)]
    if not len(regions):
        return

    def held(column: Array) -> Array:
        return np.array([w @ column[span, s] for span, s, w in weights])

    gains = np.array([held(c) for c in columns[len(out) :]]).T
    for column, pair in zip(out, pairs, strict=True):
        wanted = _content_change(pair, P, X, regions)
        share = np.linalg.solve(gains, wanted - held(column))
        column += np.tensordot(share, columns[len(out) :], 1)


def _content_change(pair: Pair, P: Problem, X: Array, regions: NDArray[np.int64]) -> Array:
    """What the density of the ions has to bring, beside the change of the volumes."""
    low, high = pair.low.problem, pair.high.problem
    change = []
    for r in regions:
        row, first, last = P.region[r]
        span = slice(first, last + 1)
        grown = ((high.volume - low.volume)[span] * X[ION + row, span]).sum()
        change.append((high.region_total[r] - low.region_total[r] - grown) / (2.0 * pair.step))
    return np.array(change)


def _nothing(S: State) -> State:
    return State(*(np.zeros_like(a) for a in S))


def _at_rest(simulation: Simulation) -> _Level:
    S, voltage = simulation.state, simulation.voltage
    way = way_of(simulation.cell, S, voltage, DRIVEN)
    return _Level(S, 0.0, _nothing(S), voltage, simulation.light, way)


def rest_tangents(simulation: Simulation, pairs: list[Pair]) -> list[State]:
    """Derivatives of a state at rest, ions keeping their number."""
    W, at = new_workspace(simulation.cell.problem), _at_rest(simulation)
    still = [_nothing(at.S) for _ in pairs]
    return _tangents(simulation.cell, pairs, at, still, W, steady=True)


def _steady_current(simulation: Simulation, pairs: list[Pair]) -> tuple[float, Array]:
    W, at = new_workspace(simulation.cell.problem), _at_rest(simulation)
    still = [_nothing(at.S) for _ in pairs]
    tangents = _tangents(simulation.cell, pairs, at, still, W, steady=True)
    return _current(simulation.cell, pairs, at, tangents, still, W)


def _current(
    cell: Cell,
    pairs: list[Pair],
    at: _Level,
    tangents: list[State],
    rates: list[State],
    W: Workspace,
) -> tuple[float, Array]:
    """Terminal current of a time level and its derivatives."""
    row, slopes = np.zeros(COLUMNS), np.zeros(len(pairs))
    set_past(W, at.past, at.past, 0.0)
    ends = cell.potentials(at.voltage)
    J = terminal_current(cell.problem, at.S, at.a0, at.light, *ends, at.way, W, row)
    P = cell.problem
    for k, (pair, t, rate) in enumerate(zip(pairs, tangents, rates, strict=True)):
        given = (P, pair.low.problem, pair.high.problem, pair.step, at.S, t, at.a0, at.past, rate)
        slopes[k] = current_slope(*given, W)
        if P.circuit[1] > 0.0:
            slopes[k] += shunt_slope(*given, *_drive(cell, pair, at), W)
    return float(J), slopes


def along(
    cell: Cell, taken: Trajectory, pairs: list[Pair], start: list[State]
) -> tuple[Array, Array]:
    """Currents and their derivatives at the outputs of a run, NaN where it did not get.

    Parameters
    ----------
    start
        Derivatives of the first state, one for each parameter.

    Returns
    -------
    [outputs] in A/m2 and [outputs, parameters].
    """
    W, steps, T = new_workspace(cell.problem), taken.steps, len(taken.status)
    J, slopes = np.full(T, np.nan), np.full((T, len(pairs)), np.nan)
    last, before = start, start
    for k, out in enumerate(steps.output):
        A, B = taken.states[k], taken.states[max(k - 1, 0)]
        dt, order = float(steps.length[k]), int(steps.order[k])
        a0, c1, c2 = step_coefficients(dt, float(steps.before[k]), order)
        past = _mix(c1, A, c2, B)
        rates = [_mix(c1, t, c2, u) for t, u in zip(last, before, strict=True)]
        S, volts = taken.states[k + 1], float(steps.voltage[k])
        way = way_of(cell, S, volts, float(steps.way[k]))
        at = _Level(S, a0, past, volts, steps.light[k], way)
        now = _tangents(cell, pairs, at, rates, W, steady=False)
        if out >= 0 and taken.status[out].is_good:
            J[out], slopes[out] = _current(cell, pairs, at, now, rates, W)
        last, before = now, last
    return J, slopes


def _mix(c1: float, a: State, c2: float, b: State) -> State:
    return State(*(c1 * x + c2 * y for x, y in zip(a, b, strict=True)))
