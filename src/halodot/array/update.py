r"""What single pulses do: resampled as measured, and as a law with its goodness.

Two ways from the same `Steps`:

- `sampler`: the change of a pulse at a conductance is that of a measured pulse near it, moved along
  the mean curve from where that pulse stood. Mean and scatter at every conductance are those of the
  record, whatever their form.
- `fit`: the law of `update_laws` that the record asks for, by maximum likelihood of whole runs
  (`update_filter`), which keeps the scatter of single updates apart from the noise of reading.
  Devices are fitted one by one and joined by random effects; each is measured in its own range.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced
from .spreads import joined
from .state import Steps
from .update_laws import EXPONENTIAL, LINEAR, NAMES, POWER, Map, label_of

F = NDArray[np.float64]
NEIGHBOURS = 24  # measured pulses that one is resampled from
LEAST_STEPS = 12  # of a direction, for a law
LEAST_RUN = 4
MOST_SMOOTHED = 4000  # pulses of the mean curve; more are averaged
CLEARLY = 10.0  # of AICc: below, the record does not ask for a bend
DRAWS = 2000
MOST_READINGS = 8_000  # of one fit; more pulses are taken together
FEW = "fewer than {} pulses of one direction"


@dataclass(frozen=True)
class Sampler:
    """Measured changes ordered by conductance, with their mean curve.

    Attributes
    ----------
    before, change
        Sorted by `before` [S].
    mean
        Smooth mean change at `before` [S].
    """

    before: F
    change: F
    mean: F

    def draw(self, before: F, rng: np.random.Generator, read_noise: float = 0.0) -> F:
        """Return a change [S] for each conductance in `before`, any shape.

        Parameters
        ----------
        before
            Conductances [S]; beyond the measured ones those at the end are taken.
        read_noise
            Standard deviation of one read [S]. A measured change holds that of two reads, which
            does not stay in a device: it is taken out of the scatter. 0 gives changes as read.

        Notes
        -----
        Each is the change of one of the nearest `NEIGHBOURS` pulses, plus the difference of the
        mean curve between here and there.
        """
        x = np.asarray(before, dtype=np.float64)
        n, k = len(self.before), min(NEIGHBOURS, len(self.before))
        first = np.clip(np.searchsorted(self.before, x) - k // 2, 0, n - k)
        chosen = first + rng.integers(0, k, x.shape)
        scatter = self.change[chosen] - self.mean[chosen]
        if read_noise > 0.0:
            spread = max(float(np.mean((self.change - self.mean) ** 2)), 1e-300)
            scatter = scatter * math.sqrt(max(1.0 - 2.0 * read_noise**2 / spread, 0.0))
        here = np.interp(x, self.before, self.mean)
        return np.asarray(here + scatter)


def sampler(steps: Steps) -> Sampler:
    """Order the pulses of a record for resampling.

    Raises
    ------
    InputError
        If fewer than three pulses hold finite numbers.

    Examples
    --------
    >>> G = np.linspace(1e-6, 2e-6, 50)
    >>> of = np.zeros(50, np.int64)
    >>> s = sampler(Steps(G, 0.1 * (2.2e-6 - G), of, of))
    >>> change = s.draw(np.array([1.5e-6]), np.random.default_rng(1))
    >>> [float(f"{x:.3g}") for x in change]
    [7e-08]
    """
    good = np.isfinite(steps.before) & np.isfinite(steps.change)
    if np.sum(good) < 3:
        raise InputError("pulses", int(np.sum(good)), "three or more measured pulses", "add runs")
    order = np.argsort(steps.before[good], kind="stable")
    before, change = steps.before[good][order], steps.change[good][order]
    return Sampler(before, change, _smooth(before, change))


def sample(steps: Steps, before: F, rng: np.random.Generator, read_noise: float = 0.0) -> F:
    """Return measured changes [S] at conductances `before` [S]; see `Sampler.draw`."""
    return sampler(steps).draw(before, rng, read_noise)


def _smooth(x: F, y: F) -> F:
    """Mean of y over x by local straight lines of a Gaussian weight, wide enough for the noise."""
    n = len(x)
    span = float(x[-1] - x[0])
    if span <= 0.0 or n < 8:
        return np.full(n, float(np.mean(y)))
    if n > MOST_SMOOTHED:  # means of neighbours say the same
        edges = np.linspace(0, n, MOST_SMOOTHED + 1).astype(np.int64)[:-1]
        count = np.diff(np.append(edges, n))
        middle, mean = (np.add.reduceat(a, edges) / count for a in (x, y))
        return np.asarray(np.interp(x, middle, _smooth(middle, mean)))
    width = span * min(max(0.6 * n**-0.2, 0.04), 0.3)
    at = np.linspace(x[0], x[-1], 81)
    weight = np.exp(-0.5 * ((at[:, None] - x[None, :]) / width) ** 2)
    d = x[None, :] - at[:, None]
    s0, s1, s2 = weight.sum(1), (weight * d).sum(1), (weight * d * d).sum(1)
    t0, t1 = weight @ y, (weight * d) @ y
    level = s0 * s2 - s1 * s1
    flat = level <= 1e-9 * s0 * s2
    value = np.where(flat, t0 / s0, (s2 * t0 - s1 * t1) / np.where(flat, 1.0, level))
    return np.asarray(np.interp(x, at, value))


@dataclass(frozen=True)
class Run:
    """One run of equal pulses on one device: readings [S], and the pulses between them."""

    device: int
    cycle: int
    reading: F
    pulses: F


def runs_of(steps: Steps) -> list[Run]:
    """Put single pulses back together to runs: where a pulse starts as the one before it ended.

    >>> of = np.zeros(3, np.int64)
    >>> steps = Steps(np.array([1.0, 2.0, 7.0]), np.array([1.0, 1.0, 1.0]), of, of)
    >>> [run.reading.tolist() for run in runs_of(steps)]
    [[1.0, 2.0, 3.0], [7.0, 8.0]]
    """
    before, change = steps.before, steps.change
    finite = np.isfinite(before) & np.isfinite(change)
    size = np.maximum(np.abs(before), np.abs(before + change))
    found: list[Run] = []
    start = 0
    for k in range(1, len(before) + 1):
        if k < len(before) and finite[k] and finite[k - 1]:
            same = steps.device[k] == steps.device[k - 1] and steps.cycle[k] == steps.cycle[k - 1]
            if same and abs(before[k] - before[k - 1] - change[k - 1]) <= 1e-9 * size[k - 1]:
                continue
        rows = slice(start, k)
        start = k
        if not np.all(finite[rows]):
            continue
        reading = np.concatenate([before[rows], [before[k - 1] + change[k - 1]]])
        at = rows.start
        found.append(Run(int(steps.device[at]), int(steps.cycle[at]), reading, np.ones(k - at)))
    return found


@dataclass(frozen=True)
class Fit:
    """The law of one direction, its scatter, and how sure both are.

    Attributes
    ----------
    maps
        Every law, fitted to all runs.
    chosen
        The simplest within 10 of the lowest AICc.
    label
        NeuroSim's nonlinearity of the exponential law over `pulses` pulses [1].
    label_spread
        Standard deviation of the label between devices [1].
    cycle_to_cycle
        Standard deviation of one update over the range, read noise taken off [1].
    read_noise
        Standard deviation of one read over the range [1].
    pulses
        Of one run.
    """

    maps: tuple[Map, ...]
    chosen: Map
    label: Sourced
    label_spread: Sourced
    cycle_to_cycle: Sourced
    read_noise: Sourced
    pulses: int
    devices: int

    def draw(self, before: F, rng: np.random.Generator, pulses: float = 1.0) -> F:
        """Return changes [S] of the chosen law with the scatter of single updates."""
        G = np.asarray(before, dtype=np.float64)
        noise = float(self.cycle_to_cycle) if self.cycle_to_cycle.is_known else 0.0
        noise *= (self.chosen.high - self.chosen.low) * math.sqrt(pulses)
        moved = self.chosen.change(G, pulses)
        return np.asarray(moved + noise * rng.standard_normal(G.shape))


def fit(steps: Steps, low: float | None = None, high: float | None = None) -> Fit | None:
    """Fit every law to the runs of one direction; None where there are too few pulses.

    Parameters
    ----------
    low, high
        Ends of the range [S], the same for all devices. Where None, each device has the range that
        its own runs pass, and the laws that are returned have the mean one.

    Examples
    --------
    >>> from .update_laws import curvature_of
    >>> law = Map("exponential", 0.02, 0.03, 1e-6, 5e-6, rising=True)
    >>> g = law.run(50)
    >>> of = np.zeros(50, np.int64)
    >>> found = fit(Steps(g[:-1], np.diff(g), of, of))
    >>> found.chosen.name, round(found.label.value, 2), round(label_of(1.5), 2)
    ('exponential', 1.84, 1.84)
    """
    runs = [r for r in runs_of(steps) if len(r.reading) > LEAST_RUN]
    if sum(len(r.pulses) for r in runs) < LEAST_STEPS:
        return None
    rising = float(np.median([r.reading[-1] - r.reading[0] for r in runs])) > 0.0
    ends = _ends(runs, rising)
    runs = [r for r in runs if r.device in ends]
    if not runs:
        return None
    if low is None or high is None:
        low, high = (float(np.mean([e[k] for e in ends.values()])) for k in (0, 1))
    else:  # runs that pass a part of the range are taken as that part
        ends = dict.fromkeys(ends, (low, high))
    pulses = round(float(np.median([r.pulses.sum() for r in runs])))
    shown = Map("linear", 0.0, 0.0, low, high, rising)
    maps = tuple(_judged(_maximum(shown, family, runs, ends), runs, ends)
                 for family in _families(ends))  # fmt: skip
    best = min(m.aicc for m in maps)
    chosen = min((m for m in maps if m.aicc <= best + CLEARLY),
                 key=lambda m: (m.family != 0, m.aicc))  # fmt: skip
    label, label_spread = _label(shown, runs, ends, pulses)
    scatter, noise = _scatters(chosen, runs, ends)
    return Fit(maps, chosen, label, label_spread, scatter, noise, pulses, len(ends))


Ends = dict[int, tuple[float, float]]


def _families(ends: Ends) -> list[int]:
    """A power law needs positive conductances."""
    return [f for f in range(len(NAMES)) if f != POWER or min(e[0] for e in ends.values()) > 0.0]


def _ends(runs: Sequence[Run], rising: bool) -> Ends:
    """Mean ends of the runs of each device whose conductance moves."""
    found: Ends = {}
    for device in sorted({r.device for r in runs}):
        own = [r.reading for r in runs if r.device == device]
        first, last = (float(np.mean([g[k] for g in own])) for k in (0, -1))
        low, high = (first, last) if rising else (last, first)
        noise = float(np.median([np.median(np.abs(np.diff(g, 2))) for g in own])) / 1.65
        if high - low > 3.0 * noise / math.sqrt(len(own)):
            found[device] = (low, high)
    return found


def _stacked(law: Map, runs: Sequence[Run], ends: Ends) -> tuple[F, F, NDArray[np.bool_]]:
    """Progress of all readings in the range of their device, pulses before each, and starts."""
    total = sum(len(r.reading) for r in runs)
    every = max(1, -(-total // MOST_READINGS))
    y, n, first = [], [], []
    for r in runs:
        low, high = ends[r.device]
        own = replace(law, low=low, high=high)
        at = np.arange(0, len(r.reading), every)
        y.append(own.progress(r.reading[at]))
        n.append(np.concatenate([[0.0], np.diff(np.concatenate([[0.0], r.pulses.cumsum()])[at])]))
        start = np.zeros(len(at), bool)
        start[0] = True
        first.append(start)
    return np.concatenate(y), np.concatenate(n), np.concatenate(first)


def _middle(law: Map, ends: Ends) -> float:
    lows, highs = (np.array([e[k] for e in ends.values()]) for k in (0, 1))
    return float(np.mean(0.5 * (highs + lows) / (highs - lows))) if len(lows) else law.middle


def _maximum(
    law: Map, family: int, runs: Sequence[Run], ends: Ends, start: Map | None = None
) -> Map:
    """Maximise the likelihood of one law; the covariance of rate and bend stands beside it."""
    from .update_filter import maximise

    y, n, first = _stacked(law, runs, ends)
    side, middle = 1.0 if law.rising else -1.0, _middle(law, ends)
    length = max(float(np.median([r.pulses.sum() for r in runs])), 1.0)
    straight = 1.0 if family == POWER else 0.0
    # of the order in which -ln L changes by one: a thousandth of a run's shape
    step = np.array([1e-3 / length, 0.0 if family == LINEAR else 1e-2, 1e-2])
    if family == EXPONENTIAL:
        step[1] /= length
    rate = 1.0 / length if start is None else start.rate
    guesses = BENDS if start is None and family != LINEAR else (0.0,)
    best, cost = None, math.inf
    for bend in guesses:
        at = start.bend if start is not None else straight + bend * step[1] / 1e-2
        x = np.array([rate, at if family != LINEAR else 0.0, 0.0])
        x, here, second = maximise(y, n, first, family, x, step, side, middle, 40)
        if here < cost:
            best, cost = (x, second), here
    if best is None:
        return replace(law, name=NAMES[family])
    x, second = best
    count, k = int(np.sum(~first)), 3 + (family != LINEAR)
    aicc = 2.0 * cost + 2 * k + 2 * k * (k + 1) / max(count - k - 1, 1)
    return replace(law, name=NAMES[family], rate=float(x[0]), bend=float(x[1]), aicc=aicc,
                   uncertain=_covariance(second, step))  # fmt: skip


BENDS = (0.5, -1.0)


def _covariance(second: F, step: F) -> F:
    """Covariance of rate and bend from the second derivatives of -ln L in units of `step`."""
    free = np.flatnonzero(step > 0.0)
    values, vectors = np.linalg.eigh(second[np.ix_(free, free)])
    inverse = (vectors / np.maximum(values, 1e-12)) @ vectors.T
    cov = np.zeros((3, 3))
    cov[np.ix_(free, free)] = inverse
    return np.asarray((cov * np.outer(step, step))[:2, :2])


def _judged(law: Map, runs: Sequence[Run], ends: Ends) -> Map:
    """Add how much of the runs the law explains: of these, and of runs held out of the fit."""
    held = _held_out(runs)
    parts = []
    for group in held:
        rest = [r for k, r in enumerate(runs) if k not in group]
        own = _maximum(law, law.family, rest, ends, law) if len(held) > 1 else law
        parts += [_misfit(own, runs[k], ends[runs[k].device]) for k in group]
    inside = [_misfit(law, r, ends[r.device]) for r in runs]
    return replace(law, r2=_explained(inside), r2_cross=_explained(parts) if len(held) > 1
                   else math.nan)  # fmt: skip


def _held_out(runs: Sequence[Run]) -> list[list[int]]:
    """Up to five groups of runs, whole devices apart where there are five or more."""
    devices = sorted({r.device for r in runs})
    of = [devices.index(r.device) for r in runs] if len(devices) >= 5 else list(range(len(runs)))
    groups = min(5, len(set(of)))
    return [[k for k, g in enumerate(of) if g % groups == j] for j in range(groups)]


def _misfit(law: Map, run: Run, ends: tuple[float, float]) -> tuple[float, float]:
    """Squared distance from the law, started at the first reading, and from the mean; of s."""
    own = replace(law, low=ends[0], high=ends[1])
    s = own.progress(run.reading)
    after = np.concatenate([[0.0], run.pulses.cumsum()])
    expected = own.after(np.full(len(s), s[0]), after)
    return float(np.sum((s - expected) ** 2)), float(np.sum((s - s.mean()) ** 2))


def _explained(parts: Sequence[tuple[float, float]]) -> float:
    rest, whole = (float(np.sum([p[k] for p in parts])) for k in (0, 1))
    return 1.0 - rest / whole if whole > 0.0 else math.nan


@dataclass(frozen=True)
class _Profile:
    """One device at every `ANGLES`: bend and its variance, -ln L, and the variance of changes."""

    bend: F
    variance: F
    cost: F
    level: F
    number: int


def _profile(law: Map, runs: Sequence[Run], ends: Ends) -> _Profile:
    """Follow the likelihood of a law over the share that updates have in the scatter.

    Rate and bend are integrated out (Laplace), without which few pulses of one run would let the
    law take scatter of updates for its own bend.
    """
    from scipy.interpolate import CubicSpline

    from .update_filter import maximise, shares

    y, n, first = _stacked(law, runs, ends)
    side, middle = 1.0 if law.rising else -1.0, _middle(law, ends)
    length = max(float(n.sum()) / len(runs), 1.0)
    bend = 0.0 if law.family == LINEAR else 1e-3 / length if law.family == EXPONENTIAL else 1e-2
    step = np.array([1e-3 / length, bend, 0.0])
    free = step > 0.0
    found = []
    x = np.array([law.rate, law.bend, 0.0])
    for angle in KNOTS:
        share = math.cos(angle) ** 2
        x[2] = math.log(share / (1.0 - share))
        x, cost, second = maximise(y, n, first, law.family, x, step, side, middle, 20)
        inner = second[np.ix_(free, free)]
        volume = float(np.sum(np.log(np.maximum(np.linalg.eigvalsh(inner), 1e-12))))
        one = np.array([share])
        _, scale, number = shares(y, n, first, law.family, x, side, middle, one)
        variance = _covariance(second, step)[1, 1]
        found.append((x[1], variance, cost + 0.5 * volume, math.log(float(scale[0]))))
    inner = np.clip(ANGLES, KNOTS[0], KNOTS[-1])
    bends, variances, costs, levels = CubicSpline(KNOTS, np.array(found))(inner).T
    variances = np.maximum(variances, float(np.min(np.array(found)[:, 1])))
    rest = max(number - int(free.sum()), 1)
    # the variance that was taken out has the degrees of freedom that are left
    costs = costs * (rest / number)
    return _Profile(bends, variances * number / rest, costs, np.exp(levels) * number / rest, number)


ANGLES = np.linspace(0.0, 0.5 * math.pi, 121)
# crowded where one of the two scatters vanishes
KNOTS = 0.25 * math.pi * (1.0 - 0.994 * np.cos(math.pi * np.arange(19) / 18.0))
UNSEEN = 2.706  # of twice ln L: what has less is within 90 %


def _label(law: Map, runs: Sequence[Run], ends: Ends, pulses: int) -> tuple[Sourced, Sourced]:
    """The label of every device and its error, joined over devices."""
    values, errors = [], []
    for device in ends:
        own = [r for r in runs if r.device == device]
        if sum(len(r.pulses) for r in own) < LEAST_STEPS:
            continue
        best = _maximum(law, EXPONENTIAL, own, ends)
        p = _profile(best, own, ends)
        weight = np.exp(p.cost.min() - p.cost)
        weight /= weight.sum()
        bend = float(weight @ p.bend)
        error = math.sqrt(float(weight @ (p.variance + (p.bend - bend) ** 2)))
        values.append(label_of(best.bend * pulses))
        errors.append(0.5 * (label_of((bend + error) * pulses)
                             - label_of((bend - error) * pulses)))  # fmt: skip
    if not values:
        none = Sourced.unknown("1", f"no device with {LEAST_STEPS} pulses of one direction")
        return none, none
    return joined(np.array(values), np.array(errors), "1", "nonlinearity labels")


def _scatters(law: Map, runs: Sequence[Run], ends: Ends) -> tuple[Sourced, Sourced]:
    """Scatter of one update and noise of one read over the range.

    With sigma_u = R cos(a) and 2^(1/2) sigma_r = R sin(a), all devices have one angle a and each
    its own R. Where an end of the angle is not excluded, the interval goes to 0.
    """
    rng = generator(0, "array.update", "scatter")
    profiles = []
    for device in ends:
        own = [r for r in runs if r.device == device]
        if sum(len(r.pulses) for r in own) >= LEAST_STEPS:
            profiles.append(_profile(_maximum(law, law.family, own, ends, law), own, ends))
    if not profiles:
        none = Sourced.unknown("1", f"no device with {LEAST_STEPS} pulses of one direction")
        return none, none
    numbers = np.array([p.number for p in profiles])
    level = (numbers / numbers.sum()) @ np.array([p.level for p in profiles])
    cost = np.sum([p.cost for p in profiles], axis=0)
    cost = cost - cost.min()
    weight = np.exp(-cost) / np.exp(-cost).sum()
    chosen = rng.choice(len(ANGLES), DRAWS, p=weight)
    free = max(int(numbers.sum()) - 2 * len(profiles), 1)
    drawn = np.sqrt(level[chosen] * free / rng.chisquare(free, DRAWS))
    drawn = drawn * np.exp(_range_error(runs, ends) * rng.standard_normal(DRAWS))
    note = f"{len(profiles)} devices, {int(numbers.sum())} pulses"
    best = int(np.argmin(cost))
    parts = []
    for part, edge, what in ((np.cos(ANGLES), -1, "updates"), (np.sin(ANGLES), 0, "reading")):
        size = 1.0 if edge else math.sqrt(0.5)
        value = float(math.sqrt(level[best]) * part[best]) * size
        low, high = (float(q) * size for q in np.quantile(drawn * part[chosen], (0.05, 0.95)))
        resolved = cost[edge] > 0.5 * UNSEEN
        said = note if resolved else f"{note}; a record without scatter of {what} is not excluded"
        low = min(low, value) if resolved else 0.0
        parts.append(Sourced(value, "1", low, max(high, value), "fitted", (), said))
    return parts[0], parts[1]


def _range_error(runs: Sequence[Run], ends: Ends) -> float:
    """Relative error of the mean range, from the scatter of the ranges of single runs."""
    found = []
    for device in ends:
        spans = [abs(r.reading[-1] - r.reading[0]) for r in runs if r.device == device]
        if len(spans) > 1:
            own = float(np.var(spans, ddof=1)) / float(np.mean(spans)) ** 2
            found.append(own / len(spans))
    return math.sqrt(float(np.mean(found)) / len(found)) if found else 0.0
