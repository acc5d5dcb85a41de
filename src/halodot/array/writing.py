r"""Writing cells pulse by pulse: open loop, or verified after every pulse.

A pulse changes a cell as the measured pulses near that conductance did, or by NeuroSim's
exponential law with a normal error of `cycle_to_cycle` of the range. A cell with another range
than the device (device to device) moves in proportion to its own.

Open loop starts at an erased end and gives the number of pulses that brings the mean curve nearest
to the target. Verify reads after every pulse and stops within the tolerance; above the target it
takes a pulse down, or, where pulses go one way only (light up, say), erases the cell and starts
again. With a mean step :math:`\delta` on one side and a small scatter, the first reading within
the tolerance is even over :math:`\min(\delta, 2 t)`, so the error has no standard deviation below
that over :math:`\sqrt{12}`.

While a cell is written, those of its tile on its two lines see half the voltage. What that does is
included where pulses of half the amplitude and the same sign were measured, and said to be left out
where not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from .population import Cells, Device
from .state import Array, CellModel, Steps, Update, Writing
from .update import Sampler, sampler
from .update_laws import Map, curvature_of

F = NDArray[np.float64]
Pulses = NDArray[np.int64]
Place = tuple[slice, slice]  # word lines and bit lines of a tile in the matrix

PATH = 100_000  # pulses of a mean curve at most
BLOCKS = 32  # in which half-selected pulses are taken
HALF = (0.4, 0.6)  # of the amplitude of a write: pulses that tell what half of it does


@dataclass(frozen=True)
class Way:
    """Pulses of one direction, on a range of 0 to 1.

    Attributes
    ----------
    measured
        Sampler of measured pulses, with the range [S] they were measured in; or
    law
        The parametric law, with the standard deviation of one pulse over the range [1].
    steps
        The record, for its pulse length and energies; None of a law.
    """

    measured: Sampler | None
    law: Map | None
    low: float = 0.0
    span: float = 1.0
    spread: float = 0.0
    read_noise: float = 0.0
    steps: Steps | None = None

    def draw(self, g: F, rng: np.random.Generator) -> F:
        """Return the change [1] that one pulse makes at places `g` in the range [1]."""
        if self.measured is not None:
            before = self.low + g * self.span
            noise = self.read_noise * (self.low + 0.5 * self.span)
            return self.measured.draw(before, rng, noise) / self.span
        assert self.law is not None  # a way is one or the other
        return self.law.change(g) + self.spread * rng.standard_normal(g.shape)

    def mean(self, g: F) -> F:
        """Return the mean of that."""
        if self.measured is not None:
            at = self.low + np.asarray(g) * self.span
            return np.asarray(np.interp(at, self.measured.before, self.measured.mean) / self.span)
        assert self.law is not None
        return self.law.change(np.asarray(g, dtype=np.float64))


@dataclass(frozen=True)
class Written:
    """What writing a matrix of cells gave and took.

    Attributes
    ----------
    conductance, target
        [S], shape [word lines, bit lines].
    error
        (conductance - target) over the range of the device [1], same shape.
    pulses
        Of each cell, erasing included; same shape.
    failed
        Cells that never read within the tolerance (verify), or are stuck; same shape.
    energy, optical_energy
        Of all pulses, electrical and of light on the cells [J].
    time
        Of all pulses and reads, one cell after another [s].
    line_time
        The same where the cells of a word line are written at once, one tile after another [s].
    """

    conductance: F
    target: F
    error: F
    pulses: Pulses
    failed: NDArray[np.bool_]
    energy: Sourced
    optical_energy: Sourced
    time: Sourced
    line_time: Sourced
    notes: tuple[str, ...] = ()

    @property
    def share_failed(self) -> float:
        """Share of the cells that failed [1]."""
        return float(self.failed.mean())

    @property
    def spread(self) -> float:
        """Standard deviation of the error over the range [1]."""
        return float(self.error.std())


def parametric(label: float, pulses: int, *, rising: bool) -> Map:
    r"""Return NeuroSim's law from 0 to 1 (or back) in so many pulses.

    With :math:`c = P/A` of the label the change of a pulse in the middle is
    :math:`\coth(c/2)\, c / 2 P`, so that the run ends at its end.

    >>> law = parametric(2.4, 50, rising=True)
    >>> [round(float(g), 6) for g in law.run(50)[[0, -1]]]
    [0.0, 1.0]
    """
    c = curvature_of(label)
    rate = 1.0 / pulses if abs(c) < 1e-6 else 0.5 * c / math.tanh(0.5 * c) / pulses
    return Map("exponential", rate, c / pulses, 0.0, 1.0, rising)


def ways(cell: CellModel, setting: Writing, device: Device) -> tuple[Way | None, Way | None]:
    """Return how pulses move the cell up and down; None where no pulse does.

    The measured update where there is one, else NeuroSim's law with the numbers of the study.
    """
    if cell.update is None:
        labels = float(setting.nonlinearity_up), float(setting.nonlinearity_down)
        laws = [parametric(x, setting.pulses, rising=k == 0) for k, x in enumerate(labels)]
        up, down = (Way(None, law, spread=device.cycle_to_cycle) for law in laws)
        return up, down
    found = [
        None if steps is None else _measured(cell, steps)
        for steps in (cell.update.potentiation, cell.update.depression)
    ]
    return found[0], found[1]


def _measured(cell: CellModel, steps: Steps) -> Way:
    """Return the pulses of a record, on the range of the device that it was taken from."""
    low = float(cell.conductance_low)
    span = max(float(cell.conductance_high) - low, 1e-300)
    noise = float(cell.read_noise) if cell.read_noise.is_known else 0.0
    return Way(sampler(steps), None, low, span, read_noise=noise, steps=steps)


def write_cells(
    array: Array, device: Device, cells: Cells, fraction: F, rng: np.random.Generator,
    tiles: Sequence[Place] = (),
) -> Written:  # fmt: skip
    """Write cells to `fraction` of the range of the device, as `Array.writing` says.

    Parameters
    ----------
    fraction
        0 to 1 [word lines, bit lines].
    tiles
        Where the tiles lie that the matrix is cut to, which share no line; none is one tile.

    Raises
    ------
    InputError
        If no pulse moves the device, or writing is ``direct``.
    """
    setting = array.writing
    up, down = ways(array.cell, setting, device)
    if up is None and down is None:
        raise InputError("cell.update", "no direction", "pulses that move the cell", "direct")
    if setting.mode not in ("open loop", "verify"):
        raise InputError("writing", setting.mode, "open loop or verify", "")
    go = _open_loop if setting.mode == "open loop" else _verify
    target = device.low + (device.high - device.low) * fraction
    state, moves, erased, ok = go(up, down, device, cells, target, setting, rng)
    pulses = moves[0] + moves[1]
    notes = [f"written {setting.mode}: {pulses.mean():.3g} pulses a cell"]
    if array.cell.update is None:
        notes.append(f"assumed: NeuroSim's law with {setting.pulses} pulses through the range")
    if up is None or down is None:
        notes.append("pulses of one direction: cells are erased to the end of the range to go back")
    places = tuple(tiles) or ((slice(None), slice(None)),)
    state, half = _half_selected(array.cell, state, moves, places, rng)
    notes += half
    if (erased > 1).any():
        notes.append("not included: what erasing a cell again does to others on its lines")
    conductance = cells.held(cells.low + cells.range * state)
    span = device.span
    return Written(
        conductance,
        target,
        (conductance - target) / span,
        pulses + erased,
        (~ok) | (cells.stuck != 0),
        *_costs(array, up, down, pulses, erased, places),
        notes=tuple(notes),
    )


# place in the range, pulses up and down, erasing ones, success
Gone = tuple[F, tuple[Pulses, Pulses], Pulses, NDArray[np.bool_]]


def _own(cells: Cells, conductance: F) -> F:
    """Place of conductances in the range of each cell [1]; 0 where it has no range."""
    return np.divide(
        conductance - cells.low, cells.range, out=np.zeros_like(conductance), where=cells.range > 0
    )


def _open_loop(
    up: Way | None, down: Way | None, device: Device, cells: Cells, target: F, setting: Writing,
    rng: np.random.Generator,
) -> Gone:  # fmt: skip
    """Pulses by the mean curve from the erased end; every cell gets those of the device."""
    del cells, setting
    way, start = (up, 0.0) if up is not None else (down, 1.0)
    assert way is not None  # checked before
    wanted = (target - device.low) / device.span
    path = mean_path(way, start)
    side = 1.0 if start == 0.0 else -1.0
    number = np.searchsorted(0.5 * side * (path[1:] + path[:-1]), side * wanted).astype(np.int64)
    g = np.full(target.size, start)
    need = number.ravel()
    for k in range(int(need.max())):
        at = np.flatnonzero(need > k)
        g[at] = np.clip(g[at] + way.draw(g[at], rng), 0.0, 1.0)
    ones = np.ones(target.shape, dtype=np.int64)
    moves = (number, 0 * number) if up is not None else (0 * number, number)
    return g.reshape(target.shape), moves, ones, np.ones(target.shape, dtype=bool)


def mean_path(way: Way, start: float) -> F:
    """Return the mean places in the range after 0, 1, ... pulses from `start` to the other end.

    It ends where pulses stop moving the cell.

    >>> way = Way(None, parametric(0.0, 4, rising=True))
    >>> mean_path(way, 0.0).round(6).tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    side = 1.0 if start == 0.0 else -1.0
    path = [start]
    for _ in range(PATH):
        step = float(way.mean(np.array([path[-1]]))[0])
        if side * step <= 1e-6:
            break
        path.append(min(max(path[-1] + step, 0.0), 1.0))
        if path[-1] == 1.0 - start:
            break
    return np.array(path)


def _verify(
    up: Way | None, down: Way | None, device: Device, cells: Cells, target: F, setting: Writing,
    rng: np.random.Generator,
) -> Gone:  # fmt: skip
    """Pulse and read until within the tolerance, or until the pulses are used up.

    A stuck cell reads where it is stuck, and takes pulses as one that does not get there.
    """
    start = 0.0 if up is not None else 1.0
    low = cells.held(cells.low).ravel()
    span_own = np.where(cells.stuck == 0, cells.range, 0.0).ravel()
    aim, span = target.ravel(), device.span
    g = np.full(aim.size, start)
    moves, erased = np.zeros((2, aim.size), np.int64), np.ones(aim.size, np.int64)
    ok = np.zeros(aim.size, dtype=bool)
    open_cells = np.arange(aim.size)
    for round_ in range(setting.most_pulses + 1):
        G = low[open_cells] + span_own[open_cells] * g[open_cells]
        read = G * (1.0 + device.read_noise * rng.standard_normal(G.size))
        error = (read - aim[open_cells]) / span
        done = np.abs(error) <= setting.tolerance
        ok[open_cells[done]] = True
        open_cells, error = open_cells[~done], error[~done]
        if round_ == setting.most_pulses or not len(open_cells):
            break
        for side, way, chosen in ((0, up, error < 0), (1, down, error > 0)):
            at = open_cells[chosen]
            if way is None:
                g[at] = start
                erased[at] += 1
            else:
                g[at] = np.clip(g[at] + way.draw(g[at], rng), 0.0, 1.0)
                moves[side, at] += 1
    shape = target.shape
    ups, downs = (m.reshape(shape) for m in moves)
    return g.reshape(shape), (ups, downs), erased.reshape(shape), ok.reshape(shape)


def _half_selected(
    cell: CellModel, g: F, moves: tuple[Pulses, Pulses], tiles: Sequence[Place],
    rng: np.random.Generator,
) -> tuple[F, list[str]]:  # fmt: skip
    """Move cells by the pulses of half voltage that those of their tile written after them took.

    `moves` are the pulses up and down of each cell; each has half pulses of its own sign.
    """
    update = cell.update
    mains = (None, None) if update is None else (update.potentiation, update.depression)
    seen, missing = [], []
    for name, main, pulses in zip(("up", "down"), mains, moves, strict=True):
        if not pulses.any():
            continue
        steps = half_pulses(update, main)
        if steps is None:
            missing.append(name)
            continue
        count = np.zeros_like(pulses)
        for place in tiles:
            count[place] = disturbing(pulses[place])
        seen.append((_measured(cell, steps), count.ravel()))
    state = g.ravel().copy()
    for k in range(BLOCKS):
        for way, count in seen:
            # whole pulses a block; the rest falls to the first ones
            share = count // BLOCKS + (k < count % BLOCKS)
            at = np.flatnonzero(share > 0)
            mean, n = way.mean(state[at]), share[at]
            scatter = way.draw(state[at], rng) - mean
            state[at] = np.clip(state[at] + n * mean + np.sqrt(n) * scatter, 0.0, 1.0)
    notes = []
    if seen:
        total = sum(float(count.mean()) for _, count in seen)
        notes.append(f"cells saw {total:.3g} pulses of half the voltage, by the measured ones")
    if missing:
        notes.append(
            f"not included: what half the voltage of pulses {' and '.join(missing)} does to cells "
            "that are not being written"
        )
    return state.reshape(g.shape), notes


def half_pulses(update: Update | None, main: Steps | None) -> Steps | None:
    """Return measured electrical pulses of about half the amplitude of `main`, sign included."""
    if update is None or main is None:
        return None
    if main.drive != "electrical" or not main.amplitude.is_known:
        return None
    for steps in update.further:
        if steps.drive != "electrical" or not steps.amplitude.is_known:
            continue
        if HALF[0] <= float(steps.amplitude) / float(main.amplitude) <= HALF[1]:
            return steps
    return None


def disturbing(pulses: Pulses) -> Pulses:
    """Return how many half-voltage pulses each cell sees after it was written.

    Cells of a tile are written along one word line after another; each pulse goes to the other
    cells of its word line and of its bit line.

    >>> disturbing(np.array([[1, 2], [3, 4]])).tolist()
    [[5, 4], [4, 0]]
    """
    right = np.cumsum(pulses[:, ::-1], axis=1)[:, ::-1] - pulses
    below = np.cumsum(pulses[::-1], axis=0)[::-1] - pulses
    return np.asarray(right + below)


def _costs(
    array: Array, up: Way | None, down: Way | None, pulses: Pulses, erased: Pulses,
    tiles: Sequence[Place],
) -> tuple[Sourced, Sourced, Sourced, Sourced]:  # fmt: skip
    """Energy of pulses, of light, time cell by cell, and time line by line."""
    way = up if up is not None else down
    steps = None if way is None else way.steps
    setting = array.writing
    if steps is None:
        energy, light = setting.pulse_energy, Sourced.unknown("J", "no light")
        duration = setting.pulse_time
    else:
        energy, light, duration = steps.energy, steps.optical_energy, steps.duration
    total = float((pulses + erased).sum())
    lines = float(sum((pulses + erased)[place].max(axis=1).sum() for place in tiles))
    note = f"{total:.0f} pulses, an erasing one counted as the others"
    reads = array.read_time if setting.mode == "verify" else None
    return (
        _times(energy, total, note),
        _times(light, total, note),
        _spent(duration, reads, total, f"{note}, one cell after another"),
        _spent(duration, reads, lines, "the cells of a word line of a tile at once"),
    )


def _times(q: Sourced, factor: float, note: str) -> Sourced:
    if not q.is_known:
        return q
    ends = [None if e is None else e * factor for e in (q.low, q.high)]
    return computed(float(q) * factor, q.unit, ends[0], ends[1], q.sources, note)


def _spent(duration: Sourced, reads: Sourced | None, count: float, note: str) -> Sourced:
    if not duration.is_known:
        return duration
    if reads is None or not reads.is_known:
        return _times(duration, count, note)
    parts = [(q, float(q)) for q in (duration, reads)]
    low, high = (sum(v if e is None else e for e, v in ((getattr(q, k), v) for q, v in parts))
                 for k in ("low", "high"))  # fmt: skip
    total = sum(v for _, v in parts)
    return computed(total * count, "s", low * count, high * count, (), f"{note}, reads included")
