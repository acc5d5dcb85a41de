"""What the rest of halodot calls: start a cell, settle it, sweep it, follow a drive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.status import Status
from .build import Cell
from .drive import RECORD, Drive, follow, rest
from .kernel import ELECTRON, HOLE, ION, PHI
from .march import State, Tolerances, Workspace, equilibrium

Array = NDArray[np.float64]
CONTINUITY = 1e-3  # largest difference of the current between faces, relative
NOTHING = 1e-14  # current density that counts as none [A/m2]
ION_LOSS = 1e-9  # largest loss of ions, relative

_STATUS = {
    0: Status.OK,
    1: Status.NOT_CONVERGED,
    2: Status.STEP_TOO_SMALL,
    3: Status.MAX_STEPS,
    4: Status.NOT_CONVERGED,
}


@dataclass(frozen=True)
class Record:
    """What came out of a run, one row per output.

    Attributes
    ----------
    time, voltage, light
        [s], [V], [1]
    current_density
        Total, displacement included, positive along x [A/m2].
    spread
        Mean deviation over the faces of the grid [A/m2].
    electron, hole, ion
        Parts of the conduction current, averaged over the thickness [A/m2].
    ion_error
        Relative loss of ions since the record began, summed over its steps.
    status
        One per row.
    states
        Unknowns at the last outputs, if asked for, shape [s, 3 + K, N].
    """

    time: Array
    voltage: Array
    light: Array
    current_density: Array
    spread: Array
    electron: Array
    hole: Array
    ion: Array
    ion_error: Array
    status: tuple[Status, ...]
    states: Array
    steps: int


class Simulation:
    """A cell with a state: settle it, sweep it, drive it. Not shared between threads."""

    def __init__(self, cell: Cell, tolerances: Tolerances | None = None) -> None:
        self.cell = cell
        self.tolerances = tolerances or Tolerances()
        p = cell.problem
        m, n = ION + len(p.ion_charge), len(p.volume)
        self._work = Workspace(
            np.zeros((n, m, m)),
            np.zeros((n, m, m)),
            np.zeros((n, m, m)),
            np.zeros((n, m)),
            np.zeros((m, m + 1)),
            np.zeros((m, n)),
            np.zeros(len(p.face)),
        )
        faces = len(p.face)
        self._states = tuple(
            State(np.full((m, n), 1e-80), np.zeros(n), np.zeros(faces)) for _ in range(4)
        )
        self.voltage, self.light = 0.0, 0.0
        self.status = self._start()

    @property
    def state(self) -> State:
        """The present solution (copied by nobody: read only)."""
        return self._states[0]

    def potentials(self, voltage: float) -> tuple[float, float]:
        """Boundary potentials in kT/q when `voltage` is applied to the left contact."""
        vt = self.cell.problem.thermal_voltage
        left, right = self.cell.built_in
        return voltage / vt - left, -right

    def _start(self) -> Status:
        """Equilibrium in the dark at 0 V with the ions still where they were put."""
        X = self.state.X
        left, right = self.potentials(0.0)
        x = self.cell.position
        if self.cell.built_in[1] == 0.0:
            X[PHI] = -self.cell.problem.band_n[-1] + 40.0
        else:
            X[PHI] = left + (right - left) * (x - x[0]) / (x[-1] - x[0])
        X[ION:] = np.maximum(self.cell.ion_mean, 1e-80)
        used = equilibrium(self.cell.problem, self.state, left, right, 400)
        for s in (ELECTRON, HOLE):
            X[s, ~self.cell.problem.active[0]] = 1e-80
            np.maximum(X[s], 1e-80, out=X[s])
        return Status.OK if used > 0 else Status.NOT_CONVERGED

    def settle(
        self, duration: float, *, voltage: float | None = None, light: float | None = None
    ) -> Status:
        """Bring the cell to `voltage` [V] and `light` [1] and let it rest.

        Rest means implicit steps of `duration` [s], repeated until the potential stands still or
        eight times. Continuation in bias and light is automatic: a step that fails is halved. After
        a failure the cell stands at the last bias and light at which it came to rest.
        """
        if not self.status.is_good:
            return self.status
        v1 = self.voltage if voltage is None else voltage
        g1 = self.light if light is None else light
        v0, g0 = self.voltage, self.light
        done, step = 0.0, 1.0
        backup = State(*(a.copy() for a in self.state))
        while done < 1.0:
            s = min(1.0, done + step)
            code = self._rest(v0 + s * (v1 - v0), g0 + s * (g1 - g0), duration)
            if code == 0:
                done, step = s, step * 2
                backup = State(*(a.copy() for a in self.state))
                continue
            for target, source in zip(self.state, backup, strict=True):
                target[:] = source
            step *= 0.5
            if step < 1e-4 or (v0 == v1 and g0 == g1):
                self.voltage, self.light = v0 + done * (v1 - v0), g0 + done * (g1 - g0)
                self.status = _STATUS[code]
                return self.status
        self.voltage, self.light = v1, g1
        return Status.OK

    def _rest(self, voltage: float, light: float, duration: float) -> int:
        left, right = self.potentials(voltage)
        return int(
            rest(
                self.cell.problem,
                self._states,
                self._work,
                light,
                left,
                right,
                duration,
                duration,
                self.tolerances,
            )
        )

    def steady(self, voltages: Array, *, light: float = 0.0, duration: float = 0.0) -> Record:
        """Steady currents at `voltages` [V]; ions are at rest too.

        `duration` [s] is what counts as steady; by default a thousand times the time in which
        ions diffuse through the stack.
        """
        rows = np.full((len(voltages), RECORD), np.nan)
        status: list[Status] = []
        span = duration or self.ion_time() * 1e3
        before = self.status
        for k, v in enumerate(voltages):
            state = self.settle(span, voltage=float(v), light=light)
            if state.is_good:
                self._snapshot(rows[k])
            status.append(state)
            self.status = before  # the next voltage starts from the last state that came to rest
        lights = np.full(len(voltages), light)
        return _record(
            np.zeros(len(voltages)),
            np.asarray(voltages, float),
            lights,
            rows,
            status,
            np.empty((0, *self.state.X.shape)),
            0,
        )

    def _snapshot(self, row: Array) -> None:
        from .march import currents, ion_error

        n = self.state.X.shape[1]
        row[:6] = currents(self.cell.problem, self.state, 0.0, np.zeros(n - 1))
        row[6] = ion_error(self.cell.problem, self.state.X)

    def ion_time(self) -> float:
        """Time in which the ions diffuse through the stack [s], 1 s without ions."""
        p = self.cell.problem
        mobility = p.mobility[2:][p.mobility[2:] > 0]
        if not len(mobility):
            return 1.0
        length = self.cell.position[-1] - self.cell.position[0]
        return float(length**2 / (mobility.min() * p.thermal_voltage))

    def drive(
        self, time: Array, voltage: Array, light: Array, outputs: Array, *, snapshots: int = 0
    ) -> Record:
        """Follow a piecewise linear drive from the present state.

        Parameters
        ----------
        time
            Corners [s], from 0; jumps take a finite time.
        voltage, light
            At the corners [V], [1]; the first must be the present ones.
        outputs
            Times at which the current is recorded [s].
        snapshots
            Number of last outputs at which the full solution is kept.
        """
        p = self.cell.problem
        left = voltage / p.thermal_voltage - self.cell.built_in[0]
        right = np.full(len(time), -self.cell.built_in[1])
        rows = np.full((len(outputs), RECORD), np.nan)
        codes = np.full(len(outputs), 1, dtype=np.int64)
        shots = np.zeros((snapshots, *self.state.X.shape))
        steps = 0
        if self.status.is_good:
            steps = int(
                follow(
                    p,
                    self._states,
                    self._work,
                    Drive(time, left, right, light),
                    outputs,
                    1e-3 * float(np.diff(time).min()),
                    self.tolerances,
                    rows,
                    codes,
                    shots,
                )
            )
        self.voltage, self.light = float(voltage[-1]), float(light[-1])
        status = [_STATUS[int(c)] for c in codes]
        if not all(s.is_good for s in status):
            self.status = status[-1]
        return _record(
            outputs,
            np.interp(outputs, time, voltage),
            np.interp(outputs, time, light),
            rows,
            status,
            shots,
            steps,
        )


def _record(
    time: Array,
    voltage: Array,
    light: Array,
    rows: Array,
    status: list[Status],
    states: Array,
    steps: int,
) -> Record:
    checked = [
        one if not one.is_good or kept else Status.NOT_CONVERGED
        for one, kept in zip(status, _holds_together(rows), strict=True)
    ]
    return Record(
        time,
        voltage,
        light,
        rows[:, 0],
        rows[:, 1],
        rows[:, 2],
        rows[:, 3],
        rows[:, 4],
        rows[:, 6],
        tuple(checked),
        states,
        steps,
    )


def _holds_together(rows: Array) -> NDArray[np.bool_]:
    """Whether the current of a row is finite, equal at every face, and its ions are all there."""
    current, spread = np.abs(rows[:, 0]), rows[:, 1]
    largest = np.max(current[np.isfinite(current)], initial=0.0)
    allowed = np.maximum(CONTINUITY * np.maximum(current, 1e-6 * largest), rows[:, 5])
    allowed = np.maximum(allowed, NOTHING)
    with np.errstate(invalid="ignore"):
        held: NDArray[np.bool_] = (spread <= allowed) & (rows[:, 6] < ION_LOSS)
    return held & np.isfinite(current)
