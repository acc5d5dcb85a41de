"""Many stimuli on one device or one eye: peaks of the sweep, and the controls beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...array.state import Compact
from ...core.randomness import generator
from ...core.status import Status, worst
from .eye import Eye, Grid, brightness, light_of_cells
from .neuron import Record, bias_of, follow, shone
from .peaks import Line, Peak, fit_line, peak_of
from .spec import Looming
from .stimulus import CONTROLS, Film, Kind, even, film, moments, ratios

F = NDArray[np.float64]
MOST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Shown:
    """A stimulus and what falls on the cells: shape [T, cells]."""

    film: Film
    light: F


@dataclass(frozen=True)
class Setup:
    """What is shown and how it is read, for a single neuron or for an eye.

    Attributes
    ----------
    sweep
        The looming object at every l/v.
    controls
        What else is shown, for the l/v in the middle of the sweep; nothing, for the largest.
    frames
        Readings of each stimulus.
    """

    spec: Looming
    sweep: tuple[Shown, ...]
    controls: tuple[Shown, ...]
    frames: int

    @property
    def middle(self) -> int:
        """Which of the sweep the controls stand beside."""
        return len(self.sweep) // 2

    @property
    def longest(self) -> float:
        """Duration of the longest approach [s]."""
        return float(max(s.film.tau[0] for s in self.sweep))

    @property
    def smoothing(self) -> float:
        """Time of the smoothing [s]."""
        given = self.spec.neuron.smoothing_time
        return 0.1 * float(self.spec.stimulus.shortest) if given is None else float(given)


def single(spec: Looming, pixels: Grid) -> Setup:
    """Return the set-up of one neuron, which gets the light of the whole field."""
    frames = spec.neuron.frames
    many = spec.neuron.copies

    def shown(ratio: float, kind: Kind) -> Shown:
        seen = film(spec.stimulus, ratio, frames, kind)
        light = shone(seen.time, brightness(pixels, seen, spec.stimulus), spec.neuron)
        return Shown(seen, np.repeat(light[:, None], many, axis=1))

    return _setup(spec, shown, frames)


def compound(spec: Looming, eye: Eye, frames: int) -> Setup:
    """Return the set-up of an eye with a device behind every cell."""

    def shown(ratio: float, kind: Kind) -> Shown:
        seen = film(spec.stimulus, ratio, frames, kind)
        return Shown(seen, shone(seen.time, light_of_cells(eye, seen, spec.stimulus), spec.neuron))

    return _setup(spec, shown, frames)


def _setup(spec: Looming, shown: Callable[[float, Kind], Shown], frames: int) -> Setup:
    sweep = ratios(spec.stimulus)
    # an empty scene, in which a device may go off by itself, lasts as long as the slowest approach
    lasting = {kind: float(sweep[len(sweep) // 2]) for kind in CONTROLS} | {"empty": sweep[-1]}
    return Setup(
        spec, tuple(shown(float(r), "looming") for r in sweep),
        tuple(shown(float(lasting[kind]), kind) for kind in CONTROLS), frames,
    )  # fmt: skip


@dataclass(frozen=True)
class Sweep:
    """What one device, or eye, with one history of chance did.

    Attributes
    ----------
    tau
        Peaks before the collision [s], NaN where there is none; shape [approaches].
    peaks, controls
        Of the looming object, and of each control by its name.
    line
        Fit of the peaks.
    energy, dose
        Of each approach: electrical [J]; light over full light, times cells and time [s].
    bias
        [V]; NaN where the device has no threshold, and was not driven.
    """

    draw: int | None
    seed: int
    tau: F
    peaks: tuple[Peak, ...]
    controls: dict[str, Peak]
    line: Line
    energy: F
    dose: F
    bias: float
    status: Status
    records: tuple[Record, ...] = field(default=(), repr=False)  # of the first history alone

    def ratio(self, control: str, what: str = "height") -> float:
        """Return the response to a control over that to looming; NaN where that is none."""
        beside = -1 if control == "empty" else len(self.peaks) // 2
        looming = getattr(self.peaks[beside], what)
        return float(getattr(self.controls[control], what) / looming) if looming > 0 else np.nan


def run(
    setup: Setup, cells: Sequence[Compact], bias: float, draw: int | None, seed: int, root: int,
    name: str,
) -> Sweep:  # fmt: skip
    """Show every stimulus of a set-up to cells at a bias.

    Parameters
    ----------
    seed
        Which history; below 0 without chance, and the frames stand where they are.
    root, name
        Of the random draws.
    """
    neuron = setup.spec.neuron
    floor = 0.0 if neuron.count_above is not None else float(neuron.floor)
    records, found = [], []
    for k, shown in enumerate((*setup.sweep, *setup.controls)):
        ends, seeds = chance(setup, shown.film, cells, (root, name, str(draw), seed, k), seed >= 0)
        record = follow(
            cells, shown.film, shown.light, neuron, ends=ends, bias=bias,
            settle=setup.spec.stimulus.settle * shown.film.ratio, smoothing=setup.smoothing,
            seeds=seeds,
        )  # fmt: skip
        records.append(record)
        found.append(peak_of(record.time, record.response, fall=neuron.fall, floor=floor))
    count = len(setup.sweep)
    tau = np.array([s.film.tau[0] - p.time for s, p in zip(setup.sweep, found, strict=False)])
    ratio = np.array([s.film.ratio for s in setup.sweep])
    return Sweep(
        draw, seed, tau, tuple(found[:count]),
        {str(s.film.kind): p for s, p in zip(setup.controls, found[count:], strict=True)},
        fit_line(ratio, tau), np.array([r.energy for r in records[:count]]),
        np.array([r.light for r in records[:count]]), bias, worst(*(r.status for r in records)),
        tuple(records) if draw is None and seed < 1 else (),
    )  # fmt: skip


def chance(
    setup: Setup, seen: Film, cells: Sequence[Compact], key: tuple[int | str, ...], noisy: bool
) -> tuple[F, list[int]]:
    """Return the ends of the frames of one showing [s] and the seed of each cell."""
    phase, seeds = 0.0, [-1] * len(cells)
    if noisy:
        rng = generator(int(key[0]), "looming", *key[1:])
        phase = float(rng.random())
        seeds = [int(s) for s in rng.integers(MOST_SEED, size=len(cells))]
    every = setup.spec.neuron.every
    if every is None:
        tau = moments(setup.spec.stimulus, seen.ratio, setup.frames, phase)
    else:
        tau = even(setup.spec.stimulus, seen.ratio, float(every), phase)
    if seen.kind == "receding":
        return np.asarray(tau[::-1] - tau[-1]), seeds
    if seen.kind == "translating":
        return np.linspace(0.0, float(seen.time[-1]), len(tau)), seeds
    return np.asarray(tau[0] - tau), seeds


def sweeps(
    setup: Setup, device: Compact, cells: Sequence[Compact], draw: int | None, seeds: Sequence[int],
    root: int, name: str,
) -> list[Sweep]:  # fmt: skip
    """Run all histories of one draw; a device without a threshold does not respond."""
    bias = bias_of(device, setup.spec.neuron, setup.longest)
    if np.isnan(bias):
        return [_silent(setup, draw, seed) for seed in seeds]
    return [run(setup, cells, bias, draw, seed, root, name) for seed in seeds]


def _silent(setup: Setup, draw: int | None, seed: int) -> Sweep:
    count = len(setup.sweep)
    none = Peak(float("nan"), 0.0, 0.0)
    tau = np.full(count, np.nan)
    line = fit_line(np.array([s.film.ratio for s in setup.sweep]), tau)
    controls = {str(s.film.kind): none for s in setup.controls}
    empty = np.full(count, np.nan)
    return Sweep(
        draw, seed, tau, (none,) * count, controls, line, empty, empty, float("nan"), Status.OK
    )
