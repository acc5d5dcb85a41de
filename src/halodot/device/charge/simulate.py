"""A cell with a state: start it, settle it, sweep it, follow a drive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.constants import ELEMENTARY_CHARGE
from ...core.status import Status
from .build import Cell
from .currents import (
    COLUMNS,
    EMISSION,
    LOSS,
    PART_ION,
    PART_N,
    PART_P,
    POTENTIAL,
    RESOLUTION,
    SPREAD,
    TOTAL,
    write_row,
)
from .drive import Drive, History, follow, rest, sweep_steady
from .ends import DRIVEN, OPEN, asked_way
from .equilibrium import equilibrium
from .newton import ion_error, newton_steady, occupations
from .problem import ELECTRON, HOLE, ION, LEAST, PHI, State, new_state, new_workspace
from .stepping import Tolerances, copy_state

Array = NDArray[np.float64]
CONTINUITY = 1e-3  # largest difference of the current between faces, relative
NOTHING = 1e-14  # current density that counts as none [A/m2]
FIRST, LONGEST = 1e-12, 1e8  # s, first step of waiting for rest, and how long to wait at most
ION_LOSS = 1e-6  # largest sum of what had to be corrected of the ion content, relative

_STATUS = {
    0: Status.OK,
    1: Status.NOT_CONVERGED,
    2: Status.STEP_TOO_SMALL,
    3: Status.MAX_STEPS,
}


@dataclass(frozen=True)
class Record:
    """What came out of a run, one row per output.

    Attributes
    ----------
    time, voltage, light
        [s], across the device [V], [1] (of the first source)
    source_voltage
        That of the source, which a resistance in series or a compliance keeps from the device [V].
    current_density
        Total, displacement and shunt included, positive along x [A/m2].
    spread
        Mean deviation over the faces of the grid [A/m2].
    electron, hole, ion
        Parts of the conduction current, averaged over the thickness [A/m2].
    emission
        Net radiative recombination of the stack [pairs m-2 s-1].
    resolution
        Smallest current density that the digits resolve [A/m2].
    ion_error
        Relative loss of ions since the record began, summed over its steps.
    error
        Estimated numerical error of the current density [A/m2]; NaN where none was made.
    status
        One per row.
    states
        Unknowns at the last outputs, if asked for, shape [s, 3 + K, N].
    steps
        Time steps accepted.
    """

    time: Array
    voltage: Array
    source_voltage: Array
    light: Array
    current_density: Array
    spread: Array
    electron: Array
    hole: Array
    ion: Array
    emission: Array
    resolution: Array
    ion_error: Array
    error: Array
    status: tuple[Status, ...]
    states: Array
    steps: int


class Simulation:
    """A cell with a state: settle it, sweep it, drive it. Not shared between threads."""

    def __init__(self, cell: Cell, tolerances: Tolerances | None = None) -> None:
        self.cell = cell
        self.tolerances = tolerances or Tolerances()
        p = cell.problem
        self._work = new_workspace(p)
        self._states = tuple(new_state(p) for _ in range(4))
        self._guess = new_state(p)
        self.voltage = 0.0
        self.light: Array = np.zeros(p.generation.shape[0])
        self.status = self._start()

    @property
    def state(self) -> State:
        """The present solution (copied by nobody: read only)."""
        return self._states[0]

    def potentials(self, voltage: float) -> tuple[float, float]:
        """Boundary potentials in kT/q when `voltage` is applied to the left contact."""
        return self.cell.potentials(voltage)

    def lights(self, light: float | Array) -> Array:
        """Fractions of full light of every source; one number serves for the first."""
        values = np.zeros(self.cell.problem.generation.shape[0])
        values[: np.size(light)] = light
        return values

    def _start(self) -> Status:
        """Equilibrium in the dark at 0 V with the ions still where they were put."""
        X, p = self.state.X, self.cell.problem
        left, right = self.potentials(0.0)
        x = self.cell.position
        if self.cell.built_in[1] == 0.0:
            X[PHI] = -p.band_n[-1] + 40.0
        else:
            X[PHI] = left + (right - left) * (x - x[0]) / (x[-1] - x[0])
        X[ION:] = np.maximum(self.cell.ion_mean, LEAST)
        used = equilibrium(p, self.state, left, right, self._work, 400)
        for s in (ELECTRON, HOLE):
            X[s, ~p.active[0]] = LEAST
            np.maximum(X[s], LEAST, out=X[s])
        return Status.OK if used > 0 else Status.NOT_CONVERGED

    def settle(
        self,
        duration: float = 0.0,
        *,
        voltage: float | None = None,
        light: float | Array | None = None,
        way: float = DRIVEN,
    ) -> Status:
        """Bring the cell to its steady state at `voltage` [V] and `light` [1], ions included.

        The steady equations are solved at once; where that fails, by implicit steps in time of up
        to `duration` [s] (by default a thousand times that of ionic diffusion). Continuation in
        bias and light is automatic: a step that fails is halved. After a failure the cell stands
        at the last bias and light at which it came to rest.
        """
        if not self.status.is_good:
            return self.status
        v1 = self.voltage if voltage is None else voltage
        g1 = self.light if light is None else self.lights(light)
        v0, g0 = self.voltage, self.light
        span = duration or min(1e3 * self.ion_time(), LONGEST)
        done, step = 0.0, 1.0
        backup = copy_of(self.state)
        while done < 1.0:
            s = min(1.0, done + step)
            g = g1 if s == 1.0 else _between(g0, g1, s)
            code = self._rest(v0 + s * (v1 - v0), g, span, way)
            if code == 0:
                done, step = s, step * 2
                backup = copy_of(self.state)
                continue
            copy_state(self.state, backup)
            step *= 0.5
            if step < 1e-2 or (v0 == v1 and np.array_equal(g0, g1)):
                self.voltage, self.light = v0 + done * (v1 - v0), _between(g0, g1, done)
                self.status = _STATUS[code]
                return self.status
        self.voltage, self.light = v1, g1
        return Status.OK

    def _rest(self, voltage: float, light: Array, duration: float, way: float) -> int:
        """Steady state near the present one: by Newton's method, or by waiting."""
        if self._newton(voltage, light, way, 25):
            return 0
        p, t, W = self.cell.problem, self.tolerances, self._work
        left, right = self.potentials(voltage)
        code = int(rest(p, self._states, W, light, left, right, way, duration, FIRST, t))
        if code == 0:
            self._newton(voltage, light, way, 12)  # what waiting has not reached, if it can be
        return code

    def _newton(self, voltage: float, light: Array, way: float, limit: int) -> bool:
        """Try the steady equations from the present state; it stays if they fail."""
        p, t, new = self.cell.problem, self.tolerances, self._states[3]
        left, right = self.potentials(voltage)
        for _ in range(3):
            copy_state(new, self.state)
            used = newton_steady(
                p, new.X, light, left, right, way, self._work, t.newton, t.newton_floor, limit
            )
            if used < 0:
                return False
            asked = asked_way(p, left, way, self._work)
            if asked == way:
                occupations(p, new, 0.0, self._work)
                copy_state(self.state, new)
                return True
            way = asked
        return False

    def steady(
        self,
        voltages: Array,
        *,
        light: float | Array = 0.0,
        duration: float = 0.0,
    ) -> Record:
        """Steady currents at `voltages` [V]; ions are at rest too.

        `duration` [s] is what counts as steady where the equations cannot be solved at once.
        """
        v = np.asarray(voltages, float)
        g = self.lights(light)
        rows = np.full((len(v), COLUMNS), np.nan)
        status = [Status.NOT_CONVERGED] * len(v)
        p, t, before = self.cell.problem, self.tolerances, self.status
        left = v / p.thermal_voltage - self.cell.built_in[0]
        right = -self.cell.built_in[1]
        k = 0
        while k < len(v):
            status[k] = self.settle(duration, voltage=float(v[k]), light=g)
            self.status = before  # the next voltage starts from the last state that came to rest
            if status[k].is_good:
                self._snapshot(rows[k])
                reached = int(
                    sweep_steady(
                        p, self._states, self._work, g, left, right, DRIVEN, k + 1, t, rows
                    )
                )
                status[k + 1 : reached] = [Status.OK] * (reached - k - 1)
                k = reached - 1
                self.voltage = float(v[k])
            k += 1
        lights = np.full(len(v), g[0])
        return _record(self.cell, np.zeros(len(v)), v, lights, rows, status)

    def _snapshot(self, row: Array) -> None:
        p, W = self.cell.problem, self._work
        none = np.zeros(self.state.X.shape[1])
        level = -self.cell.built_in[1]
        write_row(p, self.state, 0.0, none, level, W, ion_error(p, self.state.X), row)

    def ion_time(self) -> float:
        """Time in which the ions diffuse through the stack [s], 1 s without ions."""
        p = self.cell.problem
        mobility = p.mobility[2:][p.mobility[2:] > 0]
        if not len(mobility):
            return 1.0
        length = self.cell.position[-1] - self.cell.position[0]
        return float(length**2 / (mobility.min() * p.thermal_voltage))

    def drive(
        self,
        time: Array,
        voltage: Array,
        light: Array,
        outputs: Array,
        *,
        closed: NDArray[np.bool_] | None = None,
        snapshots: int = 0,
        history: History | None = None,
    ) -> Record:
        """Follow a piecewise linear drive from the present state.

        Parameters
        ----------
        time
            Corners [s], from 0; jumps take a finite time.
        voltage, light
            At the corners [V], [1] (or [corners, sources]); the first must be the present ones.
        outputs
            Times at which the current is recorded [s].
        closed
            Per segment: False opens the terminals.
        snapshots
            Number of last outputs at which the full solution is kept.
        history
            Where the accepted steps are kept, if wanted.
        """
        p = self.cell.problem
        left = voltage / p.thermal_voltage - self.cell.built_in[0]
        lights = np.array([self.lights(one) for one in light])
        way = np.full(len(time) - 1, DRIVEN)
        if closed is not None:
            way[~np.asarray(closed, dtype=bool)] = OPEN
        rows = np.full((len(outputs), COLUMNS), np.nan)
        codes = np.full(len(outputs), 1, dtype=np.int64)
        shots = np.zeros((snapshots, *self.state.X.shape))
        steps = 0
        if self.status.is_good:
            steps = int(
                follow(
                    p,
                    self._states,
                    self._guess,
                    self._work,
                    Drive(time, left, -self.cell.built_in[1], lights, way),
                    outputs,
                    1e-2 * float(np.diff(time).min()),
                    self.tolerances,
                    rows,
                    codes,
                    shots,
                    no_history(p) if history is None else history,
                )
            )
        self.voltage, self.light = float(voltage[-1]), lights[-1]
        status = [_STATUS[int(c)] for c in codes]
        if not all(s.is_good for s in status):
            self.status = status[-1]
        volts = np.interp(outputs, time, voltage)
        shown = np.interp(outputs, time, lights[:, 0])
        record = _record(self.cell, outputs, volts, shown, rows, status)
        return replace(record, states=shots, steps=steps)


def no_history(p: Any) -> History:
    """Return a history that keeps nothing."""
    one = new_state(p)
    return History(
        one.X[None][:0], one.trap[None][:0], one.face[None][:0], np.zeros(0), np.zeros(0, np.int64)
    )


def _between(a: Array, b: Array, s: float) -> Array:
    """Light between two settings, even in its logarithm where both shine."""
    both = (a > 0) & (b > 0)
    safe_a, safe_b = np.where(both, a, 1.0), np.where(both, b, 1.0)
    return np.where(both, safe_a * (safe_b / safe_a) ** s, a + s * (b - a))


def copy_of(state: State) -> State:
    """Return a state of its own."""
    return State(*(a.copy() for a in state))


def _record(
    cell: Cell, time: Array, source: Array, light: Array, rows: Array, status: list[Status]
) -> Record:
    checked = [
        one if not one.is_good or kept else Status.NOT_CONVERGED
        for one, kept in zip(status, _holds_together(rows), strict=True)
    ]
    p = cell.problem
    volts = (rows[:, POTENTIAL] + cell.built_in[0]) * p.thermal_voltage
    voltage = volts if p.circuit[0] > 0.0 else source
    shunt = voltage * p.circuit[1] * ELEMENTARY_CHARGE
    return Record(
        time=time,
        voltage=voltage,
        source_voltage=source,
        light=light,
        current_density=rows[:, TOTAL] + shunt,
        spread=rows[:, SPREAD],
        electron=rows[:, PART_N],
        hole=rows[:, PART_P],
        ion=rows[:, PART_ION],
        emission=rows[:, EMISSION],
        resolution=rows[:, RESOLUTION],
        ion_error=rows[:, LOSS],
        error=np.full(len(time), np.nan),
        status=tuple(checked),
        states=np.empty((0, 0, 0)),
        steps=0,
    )


def _holds_together(rows: Array) -> NDArray[np.bool_]:
    """Whether the current of a row is finite, equal at every face, and its ions are all there."""
    current, spread = np.abs(rows[:, TOTAL]), rows[:, SPREAD]
    largest = np.max(current[np.isfinite(current)], initial=0.0)
    allowed = np.maximum(CONTINUITY * np.maximum(current, 1e-6 * largest), rows[:, RESOLUTION])
    allowed = np.maximum(allowed, NOTHING)
    with np.errstate(invalid="ignore"):
        held: NDArray[np.bool_] = (spread <= allowed) & (rows[:, LOSS] < ION_LOSS)
    return held & np.isfinite(current)
