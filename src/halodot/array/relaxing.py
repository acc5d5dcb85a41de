r"""A measured device with dynamics, as a circuit sees it: pulses move a state that then fades.

.. math::
   x = x_0 + \sum_i x_i , \qquad
   \dot x_0 = k\, r(x) , \quad \dot x_i = (1 - k) w_i\, r(x) - x_i / \tau_i \quad (r > 0) , \\
   \dot x_j = r(x)\, x_j / x \;-\; x_j / \tau_j \quad (r < 0) , \qquad
   I = V_r \left[ (1 - x) G_l h_l(V) + x G_h h_h(V) \right]

x is the conductance within its range; r the rate of the pulses that are on, the measured law of one
pulse over its length; k, :math:`w_i`, :math:`\tau_i` the decay as a sum of exponentials. What
potentiation adds is kept with share k; what depression takes, it takes of every part alike.

A rate is known at the heights that were measured, and between two of them along a straight line of
its logarithm. Up to the read voltage nothing moves. Anything else is refused, or, if that is asked
for, extrapolated with a status that says so: light by its dose, voltage by a decade of the rate in
`DECADE` of the height.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..core.status import Status
from ..device.state import Compact, Drive, Response
from .decay import parts
from .shape import current
from .state import CellModel, Shape, Steps
from .update import fit, runs_of
from .update_laws import Map

F = NDArray[np.float64]
Between = Literal["refuse", "assume"]
ALIKE = 0.05  # relative: a height this near to a measured one is that one
QUIET = 1.05  # of the read voltage: up to here nothing moves
DECADE = 0.15  # of the height, by which the rate falls tenfold where it is assumed
EDGE = 0.5  # of the length of a pulse: a ramp that takes longer holds voltages in between
FULL = 0.98  # of the height at which a pulse is on while it rises
FINE = 0.25  # pulses of one step
ON = 0.02  # of full light: less is dark


@dataclass(frozen=True)
class Kind:
    """Pulses of one height: law, length [s], height [V] or [W/m2], scatter of one over the range.

    `misfit` is the root mean square distance of the records from the law, over the range.
    """

    law: Map
    drive: str
    height: float
    duration: float
    scatter: float
    misfit: float


@dataclass(frozen=True)
class Relaxing:
    """The numbers of a measured device: conductances [S], voltages [V], times [s].

    `weights` and `times` are those of what fades, `kept` the share of what does not.
    """

    low: float
    high: float
    read: float
    kinds: tuple[Kind, ...]
    kept: float
    weights: F
    times: F
    shape: Shape | None
    full_light: float
    between: Between
    series: float = 0.0

    @property
    def rest(self) -> F:
        """State in which nothing was written."""
        return np.zeros(len(self.times) + 1)


def compact_of(
    cell: CellModel, *, label: str = "measured", pulses_between: Between = "refuse"
) -> Compact:
    """Return the device of a measured cell, for circuits, reservoirs and exports.

    Parameters
    ----------
    cell
        With its range, and an update whose pulses have a height and a length.
    pulses_between
        ``refuse`` heights that were not measured, or ``assume`` how the rate goes with them.

    Raises
    ------
    InputError
        If the range or the read voltage is unknown, or no pulse has a law, a height and a length.

    Notes
    -----
    Without a record of decay nothing fades. Cells of one batch (`another`) have ranges scattered in
    proportion; chance (`seed`) is the scatter of single updates.
    """
    if not cell.is_known:
        needed = (cell.conductance_low, cell.conductance_high, cell.read_voltage)
        reason = next(q.note for q in needed if not q.is_known)
        raise InputError("cell", f"unknown ({reason})", "a range and a read voltage", "measure it")
    kinds, notes = _kinds(cell)
    weights, times, kept = np.zeros(0), np.zeros(0), 1.0
    if cell.decay is not None:
        weights, times = parts(cell.decay)
        kept = float(cell.decay.kept)
        if float(cell.decay.stretch) > 1.0 + 1e-9:
            notes.append("decay: the state holds and then breaks; one exponential of the same mean "
                         "time stands for it")  # fmt: skip
        if cell.decay.time.note:
            notes.append(f"decay: {cell.decay.time.note}")
    else:
        notes.append("no decay was recorded: what is written stays")
    heights = [k.height for k in kinds if k.drive == "optical"]
    ends = sorted((float(cell.conductance_low), float(cell.conductance_high)))
    model = Relaxing(
        ends[0], ends[1], abs(float(cell.read_voltage)), kinds, kept, weights, times, cell.shape,
        max(heights, default=0.0), pulses_between,
    )  # fmt: skip
    if pulses_between == "assume":
        notes.append("heights that were not measured: light by its dose, voltage by a decade of "
                     f"the rate in {100 * DECADE:.0f} % of the height; both assumed")  # fmt: skip
    return _compact(model, label, tuple(notes), cell)


def _kinds(cell: CellModel) -> tuple[tuple[Kind, ...], list[str]]:
    """Laws of all pulses whose height and length are known."""
    low, high = float(cell.conductance_low), float(cell.conductance_high)
    update = cell.update
    every: list[Steps] = []
    if update is not None:
        every = [s for s in (update.potentiation, update.depression, *update.further) if s]
    notes, found = [], []
    for steps in every:
        what = f"{len(steps.before)} {steps.drive} pulses"
        if not (steps.amplitude.is_known and steps.duration.is_known):
            lacking = "height" if not steps.amplitude.is_known else "length"
            notes.append(f"{what} left out: their {lacking} is not known")
            continue
        got = fit(steps, low, high)
        if got is None:
            notes.append(f"{what} left out: too few for a law")
            continue
        scatter = float(got.cycle_to_cycle) if got.cycle_to_cycle.is_known else 0.0
        found.append(Kind(got.chosen, steps.drive, float(steps.amplitude), float(steps.duration),
                          scatter, misfit_of(steps, got.chosen)))  # fmt: skip
    if not found:
        raise InputError(
            "cell.update", "; ".join(notes) or "no pulses",
            "pulses with a height and a length, and enough of them for a law",
            'say them in device.toml: pulse_voltage = "2 V", pulse_width = "20 ms"',
        )  # fmt: skip
    return tuple(found), notes


def misfit_of(steps: Steps, law: Map) -> float:
    """Root mean square distance of runs from a law that starts at their first reading [1]."""
    total, count = 0.0, 0
    for run in runs_of(steps):
        s = law.progress(run.reading)
        expected = law.after(np.full(len(s), s[0]), np.concatenate([[0.0], run.pulses.cumsum()]))
        total += float(np.sum((s - expected) ** 2))
        count += len(s)
    return math.sqrt(total / count) if count else math.nan


def _compact(model: Relaxing, label: str, notes: tuple[str, ...], cell: CellModel) -> Compact:
    volts = [abs(k.height) for k in model.kinds if k.drive == "electrical"]
    light = [k for k in model.kinds if k.drive == "optical"]
    parameters = {
        "conductance_low": cell.conductance_low,
        "conductance_high": cell.conductance_high,
        "read_voltage": cell.read_voltage,
        "kept_share": Sourced(model.kept, "1", basis="fitted"),
        "update_misfit": Sourced(
            max(k.misfit for k in model.kinds),
            "1",
            basis="fitted",
            note="largest rms distance of runs from their law, over the range",
        ),
    }
    full = Sourced(model.full_light, "W/m2", basis="given", note="largest that was measured")
    if not light:
        full = Sourced.unknown("W/m2", "no pulses of light were measured")
    return Compact(
        kind="measured",
        label=label,
        march=partial(march, model),
        another=partial(_another, model, label, notes, cell),
        with_series=lambda ohm: _compact(
            replace(model, series=model.series + ohm), label, notes, cell
        ),
        rest=model.rest,
        largest_voltage=max([model.read * QUIET, *volts]) * (1.0 + ALIKE),
        full_light=full,
        area=Sourced.unknown("m2", "not part of a cell"),
        parameters=parameters,
        model=model,
        notes=notes,
    )


def _another(
    model: Relaxing, label: str, notes: tuple[str, ...], cell: CellModel, spread: float, seed: int
) -> Compact:
    """Return another cell of the batch: both ends of its range scattered, alike in part."""
    if not 0.0 <= spread < 10.0:
        raise InputError("spread", spread, "0 or more, relative", "0.1 for ten per cent")
    rng = generator(seed, "array.relaxing", "cell")
    first, second = rng.standard_normal(2)
    r = min(max(cell.end_correlation, -1.0), 1.0)
    second = r * first + math.sqrt(1.0 - r * r) * second
    ends = sorted((model.low * math.exp(spread * first), model.high * math.exp(spread * second)))
    return _compact(replace(model, low=ends[0], high=ends[1]), label, notes, cell)


def march(model: Relaxing, drive: Drive, start: F | None, seed: int) -> Response:
    """Follow a drive from corner to corner; see `Compact.follow`.

    Within a step that is at most a quarter of a pulse the fading is exact and the law of the pulse
    is exact; they take turns, half a step of fading on either side (Strang).
    """
    state = model.rest if start is None else np.array(start, dtype=np.float64)
    if state.shape != model.rest.shape:
        raise InputError("start", state.shape, f"a state of {len(model.rest)} parts",
                         "the end of another response of this cell")  # fmt: skip
    rng = generator(seed, "array.relaxing", "updates") if seed >= 0 else None
    time = np.asarray(drive.time, dtype=np.float64)
    outputs = np.asarray(drive.outputs, dtype=np.float64)
    told: dict[str, list[float]] = {"voltage": [], "current": [], "fraction": [], "kept": []}
    status, k = Status.OK, 0

    def tell(t: float, j: int) -> None:
        share = (t - time[j]) / (time[j + 1] - time[j])
        source = float(drive.voltage[j] + share * (drive.voltage[j + 1] - drive.voltage[j]))
        volt, amp = _divided(model, source, float(state.sum()))
        for name, value in zip(told, (volt, amp, float(state.sum()), float(state[0])), strict=True):
            told[name].append(value)

    for j in range(len(time) - 1):
        here = float(time[j])
        marks = []
        while k < len(outputs) and outputs[k] <= time[j + 1] * (1.0 + 1e-12):
            marks.append(min(max(float(outputs[k]), here), float(time[j + 1])))
            k += 1
        pulses = _on(model, drive, j, state)
        status = Status.OUTSIDE_RANGE if any(p[2] for p in pulses) else status
        for stop in (*marks, float(time[j + 1])):
            state = _held(model, state, stop - here, pulses, rng)
            here = stop
            if len(told["voltage"]) < k and stop in marks:
                tell(stop, j)
    columns = {name: np.array(values) for name, values in told.items()}
    states = {"fraction": columns["fraction"], "kept": columns["kept"]}
    return Response(columns["voltage"], columns["current"], states, state, status)


Pulse = tuple[Kind, float, bool]


def _on(model: Relaxing, drive: Drive, j: int, state: F) -> list[Pulse]:
    """Pulses that are on between two corners: kind, rate over the measured one, and if assumed."""
    span = float(drive.time[j + 1] - drive.time[j])
    found: list[Pulse] = []
    volts = [_divided(model, float(drive.voltage[j + e]), float(state.sum()))[0] for e in (0, 1)]
    found += _electrical(model, volts, span)
    light = [model.full_light * float(drive.light[j + e]) for e in (0, 1)]
    if max(light) > ON * max(model.full_light, 1e-300):
        found += _optical(model, light, span)
    elif max(float(x) for x in drive.light[j : j + 2]) > ON and not model.full_light:
        raise InputError("drive light", "light", "none: no pulses of light were measured", "")
    return [p for p in found if p[1] > 0.0]


def _electrical(model: Relaxing, volts: Sequence[float], span: float) -> list[Pulse]:
    top = max(volts, key=abs)
    if abs(top) <= QUIET * model.read:
        return []
    own = [k for k in model.kinds if k.drive == "electrical" and k.height * top > 0.0]
    if not own:
        return _unmeasured(model, "drive voltage", f"{top:g} V", "no pulses of this sign", None)
    height = abs(top)
    is_edge = abs(volts[1] - volts[0]) > 0.02 * height
    longest = EDGE * min(k.duration for k in own)
    if is_edge and span <= longest:  # a pulse counts from half its height
        share = _above(abs(volts[0]), abs(volts[1]), 0.5 * height)
        if height >= FULL * min(abs(k.height) for k in own):
            return [(k, r * share, a) for k, r, a in _rate(model, own, height, "V")]
        return []
    if is_edge:
        return _unmeasured(model, "drive voltage", f"a ramp of {span:.3g} s", "corners at most "
                           f"{longest:.3g} s apart where the voltage changes",
                           (own, 0.5 * (abs(volts[0]) + abs(volts[1]))))  # fmt: skip
    return _rate(model, own, height, "V")


def _optical(model: Relaxing, light: Sequence[float], span: float) -> list[Pulse]:
    own = [k for k in model.kinds if k.drive == "optical"]
    height = max(light)
    is_edge = abs(light[1] - light[0]) > 0.02 * height
    longest = EDGE * min(k.duration for k in own)
    if is_edge and span <= longest:
        share = _above(light[0], light[1], 0.5 * height)
        return [(k, r * share, a) for k, r, a in _rate(model, own, height, "W/m2")]
    if is_edge:
        return _unmeasured(model, "drive light", f"a ramp of {span:.3g} s", "corners at most "
                           f"{longest:.3g} s apart where the light changes",
                           (own, 0.5 * (light[0] + light[1])))  # fmt: skip
    return _rate(model, own, height, "W/m2")


def _above(a: float, b: float, level: float) -> float:
    """Share of a straight line from a to b that lies above a level."""
    low, high = min(a, b), max(a, b)
    return min(max((high - level) / (high - low), 0.0), 1.0)


def _rate(model: Relaxing, own: Sequence[Kind], height: float, unit: str) -> list[Pulse]:
    """Rate at a height: measured there, or between two that were measured."""
    near = min(own, key=lambda k: abs(abs(k.height) - height))
    if abs(abs(near.height) - height) <= ALIKE * abs(near.height):
        return [(near, 1.0, False)]
    below = [k for k in own if abs(k.height) < height]
    above = [k for k in own if abs(k.height) > height]
    a = max(below, key=lambda k: abs(k.height), default=None)
    b = min(above, key=lambda k: abs(k.height), default=None)
    if a is not None and b is not None and a.law.rising == b.law.rising:
        speeds = [max(abs(k.law.rate), 1e-12) / k.duration for k in (a, b)]
        part = (height - abs(a.height)) / (abs(b.height) - abs(a.height))
        wanted = speeds[0] * (speeds[1] / speeds[0]) ** part
        nearest, speed = (a, speeds[0]) if part < 0.5 else (b, speeds[1])
        return [(nearest, wanted / speed, False)]
    listed = ", ".join(f"{abs(k.height):g}" for k in sorted(own, key=lambda k: abs(k.height)))
    name = "drive voltage" if unit == "V" else "drive light"
    return _unmeasured(model, name, f"{height:g} {unit}", f"measured heights, {listed} {unit}",
                       (own, height))  # fmt: skip


def _unmeasured(
    model: Relaxing, name: str, value: str, allowed: str, own: tuple[Sequence[Kind], float] | None
) -> list[Pulse]:
    """Refuse what was not measured, or say what is assumed of it."""
    if model.between == "refuse" or own is None:
        remedy = "measure pulses of this height, or compact_of(cell, pulses_between='assume')"
        raise InputError(name, value, allowed, remedy)
    kinds, height = own
    near = min(kinds, key=lambda k: abs(abs(k.height) - height))
    ratio = height / abs(near.height)
    rate = ratio if near.drive == "optical" else 10.0 ** ((ratio - 1.0) / DECADE)
    return [(near, rate, True)]


def _held(
    model: Relaxing, state: F, span: float, pulses: Sequence[Pulse],
    rng: np.random.Generator | None,
) -> F:  # fmt: skip
    """State after a time in which the same pulses are on."""
    if span <= 0.0:
        return state
    if not pulses:
        return faded(model, state, span)
    number = max(span * rate / kind.duration for kind, rate, _ in pulses)
    steps = max(math.ceil(number / FINE), 1)
    dt = span / steps
    for _ in range(steps):
        state = faded(model, state, 0.5 * dt)
        for kind, rate, _ in pulses:
            n = dt * rate / kind.duration
            moved = _moved(kind.law, float(state.sum()), n)
            if rng is not None:
                moved += kind.scatter * math.sqrt(n) * float(rng.standard_normal())
            state = added(model, state, moved)
        state = faded(model, state, 0.5 * dt)
    return state


def faded(model: Relaxing, state: F, span: float) -> F:
    """State after a time in which nothing is applied [s]."""
    if not len(model.times):
        return state
    return np.concatenate([state[:1], state[1:] * np.exp(-span / model.times)])


def _moved(law: Map, x: float, n: float) -> float:
    """Change of x by n pulses."""
    s = x if law.rising else 1.0 - x
    after = float(law.after(np.array(s), n))
    change = after - s
    if change < 0.0:  # beyond its saturation a law would turn round
        change = 0.0
    return change if law.rising else -change


def added(model: Relaxing, state: F, change: float) -> F:
    """State after a change of x: gains are shared by the decay, losses by what is there."""
    total = float(state.sum())
    if change >= 0.0:
        shares = np.concatenate([[model.kept], (1.0 - model.kept) * model.weights])
        return np.asarray(state + change * shares)
    if total <= 0.0:
        return state
    return np.asarray(state * max(1.0 + change / total, 0.0))


def _divided(model: Relaxing, source: float, x: float) -> tuple[float, float]:
    """Voltage across the cell and its current, behind the series resistance."""

    def amps(v: float) -> float:
        return float(current(model.shape, v, x, model.low, model.high, model.read))

    if model.series == 0.0 or source == 0.0:
        return source, amps(source)
    if model.shape is None:
        G = model.low + (model.high - model.low) * x
        volt = source / (1.0 + G * model.series)
        return volt, G * volt
    a, b = sorted((0.0, source))
    for _ in range(80):  # the current rises with the voltage
        middle = 0.5 * (a + b)
        if middle + model.series * amps(middle) > source:
            b = middle
        else:
            a = middle
    volt = 0.5 * (a + b)
    return volt, amps(volt)
