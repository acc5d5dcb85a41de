r"""From records of one kind of device to what an array needs to know of it.

The same function takes simulated and measured records. What the records do not say stays unknown,
with its reason: nothing is invented here. Spread between devices and spread between cycles are
estimated apart (`spreads`), scatter of updates apart from noise of reading (`update`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..device.state import Trace
from ..figures.state import Figures
from .decay import Law, law_of
from .decay import fit as fit_decay
from .reading import Fading, PulseRun, pulse_runs, read_voltage_of, steps_of
from .shape import shape_of
from .spreads import LEAST_DEVICES, OneWay, one_way
from .state import CellModel, Decay, Steps, Update
from .states import Ends, endurance_ends, fadings, run_ends, sweep_ends
from .update import Fit
from .update import fit as fit_update

if TYPE_CHECKING:
    from .spec import ArraySpec

F = NDArray[np.float64]
STUCK = 0.2  # of the usual range on a logarithmic axis: less is a cell that does not move
LEAST_YIELD = 10  # devices from which a share of stuck ones is quoted
STATES_K = 2.0  # standard deviations of reading between two states
MOST_DECAYS = 60  # records of a decay that are joined


@dataclass(frozen=True)
class Characterised:
    """A cell and how it was come by.

    Attributes
    ----------
    up, down
        Fits of the pulses that raise and lower the conductance; None where there are too few.
    low, high
        Ends of the range: mean of ln G, its spread between devices, and between cycles.
    ends
        Device -> (low, high) of each cycle [S].
    laws
        Decays, one a record; `fading` are the records themselves.
    states
        Conductances that can be told apart: the range over 2 standard deviations of reading [1].
    volatile
        Share of the response to a pulse that is gone before the next one [1].
    runs
        Of pulses, as measured: each device in its own range.
    source
        What the range was read from.
    """

    cell: CellModel
    up: Fit | None
    down: Fit | None
    low: OneWay | None
    high: OneWay | None
    ends: Ends
    laws: tuple[Law, ...]
    fading: tuple[Fading, ...]
    states: Sourced
    volatile: Sourced
    runs: tuple[PulseRun, ...]
    source: str


def characterise(traces: Sequence[Trace], figures: Sequence[Figures], spec: ArraySpec) -> CellModel:
    """Return the cell that records of one kind of device describe.

    Parameters
    ----------
    traces
        Of kinds pulses, synapse, retention, iv, endurance; others are passed over. See `reading`
        for how device and cycle of a record are told.
    figures
        Of the same records, simulated or measured: their read voltage is taken where nothing else
        states one.
    spec
        A `read_voltage` that it sets wins over the records; `levels` are passed on. Its priors are
        not used here: `array.cell` puts them where this is unknown.

    Returns
    -------
    CellModel
        With unknown values where the records say nothing, and None for `update`, `decay` and
        `shape`.

    Examples
    --------
    >>> from halodot.array.spec import ArraySpec
    >>> from halodot.core.sourced import Sourced
    >>> t = np.tile(np.concatenate([np.linspace(0, 1, 21), np.linspace(1, 0, 21)[1:-1]]), 3)
    >>> trace = Trace("pulses", "a", {"conductance": 1e-6 + 4e-6 * t}, {"conductance": "S"},
    ...     np.zeros(len(t), np.int64), {"read_voltage": Sourced(0.1, "V")})
    >>> cell = characterise([trace], (), ArraySpec())
    >>> round(cell.conductance_high.value * 1e6, 3), cell.read_voltage.value
    (5.0, 0.1)
    """
    return examine(traces, figures, spec).cell


def examine(traces: Sequence[Trace], figures: Sequence[Figures], spec: ArraySpec) -> Characterised:
    """Return the cell of `characterise` with the fits and records behind it."""
    read, read_voltage = _read_voltage(traces, figures, spec)
    runs, notes = pulse_runs(traces, read)
    ends, source = _range(traces, runs, read)
    moving, stuck, notes_stuck = _stuck(ends)
    runs = [r for r in runs if r.device in moving or not moving]
    low, high = (_one_way(moving, k) for k in (0, 1))
    span = None if low is None or high is None else (_exp(low.mean), _exp(high.mean))
    groups = steps_of(_common(runs, moving, span))
    update = _update(groups)
    pair = (update.potentiation, update.depression) if update else (None, None)
    fits = [None if s is None or span is None else fit_update(s, *_ends_of(span)) for s in pair]
    volatile = _volatile(runs)
    laws, fading, decay = _decay(traces, read, span)
    scatter = _pooled([f.cycle_to_cycle for f in fits if f], "no run of pulses long enough")
    noise = _pooled([f.read_noise for f in fits if f], "no run of pulses long enough")
    conductances = _conductances(span, low, high)
    cell = CellModel(
        *conductances,
        read_voltage,
        scatter,
        spec.levels,
        conductance_spread=Sourced.unknown("1", "what comes after writing was not measured"),
        device_to_device=_device_spread(moving, low, high),
        stuck_low=stuck[0],
        stuck_high=stuck[1],
        update=update,
        decay=decay,
        shape=shape_of(traces, read),
        read_noise=_of_itself(noise, span),
        end_correlation=_correlation(moving),
    )
    every = [*notes, *notes_stuck, *_said(source, volatile, fits, update)]
    states = _states(noise, fits)
    cell = replace(cell, notes=tuple(dict.fromkeys(every)))
    behind = low, high, ends, laws, fading, states, volatile, tuple(runs), source
    return Characterised(cell, fits[0], fits[1], *behind)


def _read_voltage(
    traces: Sequence[Trace], figures: Sequence[Figures], spec: ArraySpec
) -> tuple[float | None, Sourced]:
    if spec.read_voltage is not None:
        return float(spec.read_voltage), spec.read_voltage
    stated = read_voltage_of(traces)
    note = "as the records state it, or the level at which they are read"
    if stated is None:
        for f in figures:
            if f.kind == "iv" and "read_voltage" in f and f["read_voltage"].value.is_known:
                stated = float(f["read_voltage"].value)
                note = (
                    "no record states it: taken where the states of a sweep lie furthest apart; "
                    "every conductance from a current goes with 1 over it: give the read voltage"
                )
                return stated, Sourced(abs(stated), "V", basis="assumed", note=note)
    if stated is None:
        reason = "no record states the voltage it was read at"
        return None, Sourced.unknown("V", reason)
    return stated, Sourced(abs(stated), "V", basis="computed", note=note)


def _range(
    traces: Sequence[Trace], runs: Sequence[PulseRun], read: float | None
) -> tuple[Ends, str]:
    """Ends of the range from the records that say most of what can be programmed."""
    found = run_ends(runs)
    if found:
        return found, "runs of pulses"
    found = endurance_ends(traces, read)
    if found:
        return found, "both states of endurance cycles"
    found = sweep_ends(traces, read) if read else {}
    return found, "both ways of current-voltage sweeps at the read voltage" if found else ""


def _stuck(ends: Ends) -> tuple[Ends, tuple[Sourced, Sourced], list[str]]:
    """Set cells apart that do not move; their share where enough devices were looked at."""
    spans = {d: float(np.median([_decades(e) for e in own])) for d, own in ends.items()}
    usual = float(np.median(list(spans.values()))) if spans else 0.0
    moving = {d: own for d, own in ends.items() if spans[d] >= STUCK * usual and spans[d] > 0.0}
    held = [d for d in ends if d not in moving]
    k = len(ends)
    middles = [math.sqrt(abs(a * b)) for own in moving.values() for a, b in own]
    middle = float(np.median(middles)) if middles else 0.0
    high = sum(float(np.median([b for _, b in ends[d]])) > middle for d in held)
    notes = (
        [f"{len(held)} of {k} devices do not move and are left out of the range"] if held else []
    )
    if k < LEAST_YIELD:
        reason = f"{k} of the {LEAST_YIELD} devices that a share of stuck cells needs"
        return moving, (Sourced.unknown("1", reason), Sourced.unknown("1", reason)), notes
    return moving, (_share(len(held) - high, k), _share(high, k)), notes


def _decades(ends: tuple[float, float]) -> float:
    low, high = ends
    return math.log(high / low) if low > 0.0 and high > low else max(high - low, 0.0) * 1e-300


def _share(count: int, number: int) -> Sourced:
    """Share with the interval of Jeffreys, doi:10.1214/ss/1009213286."""
    from scipy.stats import beta

    low, high = (float(beta.ppf(q, count + 0.5, number - count + 0.5)) for q in (0.05, 0.95))
    return Sourced(count / number, "1", 0.0 if count == 0 else low, high, "fitted", (),
                   f"{count} of {number} devices")  # fmt: skip


def _one_way(ends: Ends, k: int) -> OneWay | None:
    """Random effects of ln G at one end of the range."""
    groups = [np.log([e[k] for e in own if e[k] > 0.0]) for own in ends.values()]
    groups = [g for g in groups if len(g)]
    return one_way(groups, "1") if groups else None


def _exp(mean: Sourced) -> float:
    return math.exp(float(mean))


def _ends_of(span: tuple[float, float]) -> tuple[float, float]:
    return (span[0], span[1]) if span[0] < span[1] else (span[1], span[0])


def _conductances(
    span: tuple[float, float] | None, low: OneWay | None, high: OneWay | None
) -> tuple[Sourced, Sourced]:
    if span is None or low is None or high is None:
        reason = "no record shows both ends of a range of conductance, in siemens or with a voltage"
        return Sourced.unknown("S", reason), Sourced.unknown("S", reason)
    found = []
    for end in (low, high):
        q = end.mean
        ends = [None if x is None else math.exp(x) for x in (q.low, q.high)]
        found.append(Sourced(math.exp(float(q)), "S", ends[0], ends[1], "fitted", (),
                             q.note.replace("mean", "geometric mean")))  # fmt: skip
    return found[0], found[1]


def _device_spread(ends: Ends, low: OneWay | None, high: OneWay | None) -> Sourced:
    """Relative spread of the ends between devices: that of both together."""
    if low is None or high is None:
        return Sourced.unknown("1", "no range")
    both = (low.between, high.between)
    if not all(q.is_known for q in both):
        return next(q for q in both if not q.is_known)
    means = _log_means(ends)
    value = math.sqrt(0.5 * sum(float(q) ** 2 for q in both))
    lows, highs = ([float(q.low or 0.0) for q in both], [float(q.high or 0.0) for q in both])
    # ends that vary alike tell one spread, not two; apart, their mean is surer
    alike = abs(_alike(means)) if len(means) >= LEAST_DEVICES else 1.0
    shrink = math.sqrt(0.5 * (1.0 + alike**2))
    top = math.sqrt(0.5 * sum(h**2 for h in highs))
    bottom = math.sqrt(0.5 * sum(x**2 for x in lows))
    note = f"between {low.devices} devices: low end {float(both[0]):.3g}, high end "
    note += f"{float(both[1]):.3g}; cycles are taken off"
    if "each run once" in both[0].note:
        note = both[0].note
    width = max(value - shrink * (value - bottom), 0.0), value + shrink * (top - value)
    return Sourced(_relative(value), "1", _relative(width[0]), _relative(width[1]), "fitted", (),
                   note)  # fmt: skip


def _relative(sigma: float) -> float:
    """Standard deviation over the mean of log-normal values whose logarithms spread by `sigma`.

    >>> round(_relative(0.7), 3)
    0.795
    """
    return math.sqrt(math.expm1(min(sigma, 5.0) ** 2))


def _update(groups: Sequence[Steps]) -> Update | None:
    """The kind of pulse with most of them in each direction, the others beside."""
    up = [s for s in groups if float(np.mean(s.change)) > 0.0]
    down = [s for s in groups if float(np.mean(s.change)) < 0.0]
    if not up and not down:
        return None
    return Update(up[0] if up else None, down[0] if down else None, (*up[1:], *down[1:]))


def _volatile(runs: Sequence[PulseRun]) -> Sourced:
    shares = np.concatenate([np.zeros(0), *(r.volatile for r in runs)])
    shares = shares[np.isfinite(shares)]
    if len(shares) < 3:
        return Sourced.unknown("1", "no record in time shows what follows a pulse")
    low, mid, high = (float(np.clip(q, 0.0, 1.0)) for q in np.quantile(shares, (0.05, 0.5, 0.95)))
    return Sourced(mid, "1", low, high, "fitted", (), f"{len(shares)} pulses, 90 % of them")


def _decay(
    traces: Sequence[Trace], read: float | None, span: tuple[float, float] | None
) -> tuple[tuple[Law, ...], tuple[Fading, ...], Decay | None]:
    """Join the decays of retention records, or of what follows pulses where there are none."""
    from ..core.errors import InputError

    kept, tails = fadings(traces, read)
    for chosen in (kept, tails):
        laws: list[Law] = []
        shown: list[Fading] = []
        for f in chosen[:MOST_DECAYS]:
            rest = f.rest
            if rest is None and span is not None and _written(f, span):
                rest = span[0]
            try:
                law = fit_decay(f.time, f.value, rest, f.label)
            except InputError:
                continue
            shown.append(replace(f, rest=rest))
            if law is not None:
                laws.append(law)
        if shown:
            joint = law_of(laws)
            whole = _mixed(joint, laws, shown, span) if joint else _stable(shown)
            return tuple(laws), tuple(shown), whole
    return (), (), None


def _mixed(
    law: Decay,
    laws: Sequence[Law],
    shown: Sequence[Fading],
    span: tuple[float, float] | None,
) -> Decay:
    """Decay of a batch of which some records do not fade: these keep all of what was written.

    Times are those of the records that fade; the share that stays is the mean over all, with the
    error of that mean between records. A low state that does not move was not written.
    """
    labels = {one.label for one in laws}
    least = 0.5 * min(one.start for one in laws)
    steady = [
        f
        for f in shown
        if f.label not in labels
        and float(np.median(f.value[:3])) >= least
        and (span is None or _written(f, span))
    ]
    if not steady:
        return law
    from scipy.stats import t as student

    each = [float(np.median(one.drawn[:, 2])) for one in laws] + [1.0] * len(steady)
    n, fading = len(each), len(laws) / len(each)
    mean = float(law.kept) * fading + (1.0 - fading)
    half = float(student.ppf(0.95, n - 1)) * float(np.std(each, ddof=1)) / math.sqrt(n)
    note = f"{len(laws)} of {n} records fade beyond their noise; the others keep all"
    note += f"; {law.kept.note}" if law.kept.note else ""
    kept = Sourced(mean, "1", max(mean - half, 0.0), min(mean + half, 1.0), "fitted", (), note)
    longest = max(float(f.time[-1]) for f in shown)
    measured = Sourced(longest, "s", basis="fitted", note="longest record")
    return replace(law, kept=kept, measured=measured)


def _written(f: Fading, span: tuple[float, float]) -> bool:
    return float(np.median(f.value[:3])) > 1.05 * span[0]


def _stable(shown: Sequence[Fading]) -> Decay:
    """Nothing fades beyond the noise of the records."""
    longest = max(float(f.time[-1]) for f in shown)
    note = f"no record fades beyond its noise within {longest:.3g} s"
    return Decay(
        Sourced(1e3 * longest, "s", longest, 1e6 * longest, "assumed", (), f"EXTRAPOLATED: {note}"),
        Sourced(1.0, "1", 0.3, 1.0, "assumed", (), note),
        Sourced(1.0, "1", 0.9, 1.0, "fitted", (), note),
        Sourced(longest, "s", basis="fitted", note="longest record"),
    )


def _pooled(values: Sequence[Sourced], none: str) -> Sourced:
    """Root mean square of both directions."""
    good = [q for q in values if q.is_known]
    if not good:
        return Sourced.unknown("1", values[0].note if values else none)

    def root(ends: Sequence[float]) -> float:
        return math.sqrt(float(np.mean(np.square(ends))))

    ends = [root([float(q if e is None else e) for q, e in
                  ((q, getattr(q, name)) for q in good)]) for name in ("low", "high")]  # fmt: skip
    note = "; ".join(dict.fromkeys(q.note for q in good))
    return Sourced(root([float(q) for q in good]), "1", ends[0], ends[1], "fitted", (), note)


def _of_itself(noise: Sourced, span: tuple[float, float] | None) -> Sourced:
    """Noise of a read over the conductance in the middle of the range."""
    if not noise.is_known or span is None:
        return Sourced.unknown("1", noise.note or "no range")
    ratio = abs(span[1] - span[0]) / (0.5 * (span[0] + span[1]))
    ends = [None if x is None else x * ratio for x in (noise.low, noise.high)]
    note = f"of the middle of the range; {noise.note}"
    return Sourced(float(noise) * ratio, "1", ends[0], ends[1], "fitted", (), note)


def _states(noise: Sourced, fits: Sequence[Fit | None]) -> Sourced:
    """Range over 2 standard deviations of reading, at most one more than the pulses of a run."""
    most = max((f.pulses + 1 for f in fits if f is not None), default=0)
    if not noise.is_known or not most:
        return Sourced.unknown("1", "no run of pulses long enough")

    def count(sd: float) -> float:
        return min(1.0 / (STATES_K * sd) if sd > 0.0 else float(most), float(most))

    ends = [count(float(noise if x is None else x)) for x in (noise.high, noise.low)]
    note = f"range over {STATES_K:g} standard deviations of a read, at most {most} of a run"
    return Sourced(count(float(noise)), "1", ends[0], ends[1], "fitted", (), note)


def _correlation(ends: Ends) -> float:
    """Of the logarithms of both ends between devices; 0.5 where too few were measured."""
    means = _log_means(ends)
    if len(means) < LEAST_DEVICES or np.any(np.ptp(means, axis=0) == 0.0):
        return 0.5
    return _alike(means)


def _alike(means: F) -> float:
    return float(np.asarray(np.corrcoef(means.T))[0, 1])


def _log_means(ends: Ends) -> F:
    """Mean logarithms of the low and the high end of every device [devices, 2]."""
    rows = [np.mean(np.log([e for e in own if min(e) > 0.0]), axis=0)
            for own in ends.values() if any(min(e) > 0.0 for e in own)]  # fmt: skip
    return np.array(rows).reshape(-1, 2)


def _common(
    runs: Sequence[PulseRun], ends: Ends, span: tuple[float, float] | None
) -> list[PulseRun]:
    """Put the runs of each device from its own range on the common one.

    The spread between devices stands apart; left in, it would count as scatter of pulses.
    """
    if span is None or len(ends) < 2 or span[1] <= span[0]:
        return list(runs)
    out = []
    for run in runs:
        own = np.mean(ends[run.device], axis=0)
        share = (run.reading - own[0]) / max(float(own[1] - own[0]), 1e-300)
        out.append(replace(run, reading=span[0] + share * (span[1] - span[0])))
    return out


def _said(
    source: str, volatile: Sourced, fits: Sequence[Fit | None], update: Update | None
) -> list[str]:
    notes = [f"range: from {source}"] if source else []
    if source and "pulses" not in source:
        notes.append("assumed: every conductance between the two measured states can be programmed")
    if volatile.is_known and float(volatile) > 0.05:
        notes.append(f"{100 * float(volatile):.0f} % of what a pulse does is gone before the next")
    for name, f in zip(("potentiation", "depression"), fits, strict=True):
        if f is None and update is not None:
            notes.append(f"{name}: no law, too few pulses")
    if update is not None:
        if update.further:
            notes.append(
                f"{len(update.further)} further kinds of pulse, of other amplitude or drive"
            )
        drives = {s.drive for s in (update.potentiation, update.depression) if s is not None}
        if drives == {"electrical", "optical"}:
            notes.append("one direction is driven by light, the other by voltage")
    return notes
