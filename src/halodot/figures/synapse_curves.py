"""From runs of synapse tests to curves: what each test varies, against what came out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .pulses import LIGHT
from .synapse_runs import Run, alike, same_pulse, trains
from .tools import noise_of

Array = NDArray[np.float64]
NOISE_SIGMA = 3.0  # standard deviations that a difference must exceed
Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Learning:
    """Responses to the first train, to the second, and what the pause left of the last."""

    first: Array
    second: Array
    left: float
    pause: float


@dataclass(frozen=True)
class Curves:
    """What the runs of a record hold; an empty curve where they hold nothing of a test.

    Attributes
    ----------
    single
        The run of one pulse that the others refer to, or a train that starts with it.
    ppf, ppf_residual
        (gap [s], A2/A1), and A2 counted from the residual at the second start.
    ppf_noise
        Departure of A2/A1 from 1 that noise and numerical error alone may give.
    rates, rates_count
        (pulses in a second, A_N/A1), and N.
    numbers
        (n, A_n/A1) of the longest train.
    durations, intensities
        (width [s] or height, response) of single pulses.
    retained
        By what is varied: (value, share of the peak that is left `reference` after the pulses).
    stdp
        (start of post after start of pre [s], relative change of the weight).
    letters
        Code, peak and charge of each letter.
    """

    single: Run
    ppf: Curve = ()
    ppf_residual: Curve = ()
    ppf_noise: float = 0.0
    rates: Curve = ()
    rates_count: int = 0
    numbers: Curve = ()
    durations: Curve = ()
    intensities: Curve = ()
    retained: dict[str, Curve] = field(default_factory=dict)
    reference: float = 0.0
    longest: Run | None = None
    learning: Learning | None = None
    stdp: Curve = ()
    letters: tuple[tuple[str, float, float], ...] = ()
    letter_unit: float = 0.0
    hidden: tuple[str, ...] = ()


def curves(runs: Sequence[Run]) -> Curves:
    """Sort runs into curves: by the column ``test`` where there is one, else by their pulses.

    Without it, two spikes of opposite sign or of two channels at several timings are spike-timing
    runs; two trains with a pause between them are learning; pulses of one and three units are
    letters; all others are single pulses, pairs and trains.
    """
    stdp = [r for r in runs if r.test == "stdp"] or _timed(runs)
    rest = [r for r in runs if not any(r is s for s in stdp)]
    learning = [r for r in rest if _is(r, "learning", _two_trains)]
    morse = [r for r in rest if _is(r, "morse", _dots_and_dashes)]
    if morse and not any(r.test for r in rest):
        morse = _whole_alphabet(rest, morse)
    special = [*learning, *morse]
    plain = [r for r in rest if not any(r is s for s in special)]
    single = _reference(plain or rest or stdp)
    same = [r for r in plain if same_pulse(r.events[0], single.events[0])]
    pairs = _sorted([(r.gap, r) for r in same if r.count >= 2 and not r.hidden(0)])
    rates, count = _rates(same)
    longest = max(same, key=lambda r: (r.count, -r.period), default=None)
    ends = [r.tail for r in plain if r.tail > 0.0]
    reference = min(ends, default=0.0)
    unit, letters = _letters(morse)
    return Curves(
        single=single,
        ppf=tuple((g, _ratio(r, 1)) for g, r in pairs),
        ppf_noise=max((_noise(r) for _, r in pairs[:1]), default=0.0),
        ppf_residual=tuple((g, _from_residual(r)) for g, r in pairs),
        rates=rates,
        rates_count=count,
        numbers=_numbers(longest),
        durations=_singles(plain, single, "width"),
        intensities=_singles(plain, single, "height"),
        retained=_retained(plain, single, reference),
        reference=reference,
        longest=longest,
        learning=_learning(learning[0]) if learning else None,
        stdp=_changes(stdp),
        letters=letters,
        letter_unit=unit,
        hidden=tuple(r.hidden(0) for r in (single,) if r.hidden(0)),
    )


def _is(run: Run, test: str, looks: object) -> bool:
    if run.test:
        return run.test == test
    return bool(callable(looks) and looks(run))


def _timed(runs: Sequence[Run]) -> list[Run]:
    """Runs of two spikes of opposite sign or of two channels, at three timings or more."""
    found = []
    for r in runs:
        if r.test or len(r.spikes) != 2:
            continue
        (one, height), (other, second) = r.spikes[0].heights[0], r.spikes[1].heights[0]
        if one != other or height * second < 0.0:
            found.append(r)
    timings = {round(_timing(r), 12) for r in found}
    return found if len(timings) >= 3 else []


def _timing(run: Run) -> float:
    """Start of post after start of pre: pre is the light, or the positive voltage."""
    if math.isfinite(run.condition):
        return run.condition
    a, b = run.spikes
    (one, height), (other, _) = a.heights[0], b.heights[0]
    swapped = other in LIGHT if one != other else height < 0.0
    return a.start - b.start if swapped else b.start - a.start


def _two_trains(run: Run) -> bool:
    parts = trains(run)
    return len(parts) == 2 and min(len(p) for p in parts) >= 2 and _even(run)


def _even(run: Run) -> bool:
    return all(same_pulse(e, run.events[0]) for e in run.events)


def _dots_and_dashes(run: Run) -> bool:
    widths = [e.width for e in run.events]
    low, high = min(widths), max(widths)
    sorts = all(alike(w, low) or alike(w, high) for w in widths)
    return sorts and 2.5 < high / low < 3.5 and run.count >= 2


def _whole_alphabet(rest: Sequence[Run], morse: Sequence[Run]) -> list[Run]:
    """Letters of dots or dashes alone stand beside those of both, at the same unit."""
    unit = min(e.width for r in morse for e in r.events)
    marks = (unit, 3.0 * unit)
    return [
        r
        for r in rest
        if all(any(_near(e.width, m) for m in marks) for e in r.events)
        and (r.count == 1 or _near(r.gap, unit))
    ]


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 0.15 * b


def _reference(runs: Sequence[Run]) -> Run:
    """The run of the pulse that most runs start with: a single one, else the shortest train."""

    def votes(r: Run) -> int:
        return sum(same_pulse(r.events[0], s.events[0]) for s in runs)

    most = max(votes(r) for r in runs)
    return min((r for r in runs if votes(r) == most), key=lambda r: (r.count, -r.period))


def _ratio(run: Run, k: int) -> float:
    return float(run.responses[k] / run.responses[0])


def _noise(run: Run) -> float:
    """Three standard deviations of A2/A1 from the noise at rest, with the numerical errors."""
    rest = run.value[: run.events[0].first]
    noise = NOISE_SIGMA * math.sqrt(2.0) * noise_of(rest)
    return float((noise + run.errors[0] + run.errors[1]) / abs(run.responses[0]))


def _from_residual(run: Run) -> float:
    """A2 counted from what is left of A1 when the second pulse starts, over A1."""
    left = float(run.value[max(run.events[1].first - 1, 0)]) - run.baseline
    return float((run.responses[1] - left) / run.responses[0])


def _sorted(pairs: list[tuple[float, Run]]) -> list[tuple[float, Run]]:
    """By the first value, one run for each: the shortest train where several share it."""
    kept: list[tuple[float, Run]] = []
    for x, run in sorted(pairs, key=lambda p: (p[0], p[1].count)):
        if not (kept and alike(kept[-1][0], x)):
            kept.append((x, run))
    return kept


def _rates(same: Sequence[Run]) -> tuple[Curve, int]:
    """Gain against rate of trains of one number: that with most rates."""
    long = [r for r in same if r.count >= 3 and not r.hidden(0)]
    named = [r for r in long if r.test in ("srdp", "high_pass")]
    tally = Counter(r.count for r in named or long)
    if not tally:
        return (), 0
    count = max(tally, key=lambda n: (tally[n], n))
    found = _sorted([(1.0 / r.period, r) for r in named or long if r.count == count])
    return tuple((f, _ratio(r, count - 1)) for f, r in found), count


def _numbers(longest: Run | None) -> Curve:
    if longest is None or longest.count < 3 or longest.hidden(0):
        return ()
    return tuple((float(k + 1), _ratio(longest, k)) for k in range(longest.count))


def _height(run: Run) -> float:
    return run.events[0].heights[0][1]


def _singles(plain: Sequence[Run], single: Run, axis: str) -> Curve:
    """Responses to single pulses that differ from the reference in width or height alone."""
    found = [(x, r) for x, r in _along(plain, single, axis) if not r.hidden(0)]
    return tuple((x, float(r.responses[0])) for x, r in found) if len(found) > 1 else ()


def _along(plain: Sequence[Run], single: Run, axis: str) -> list[tuple[float, Run]]:
    ones = [r for r in plain if r.count == 1]
    if axis == "width":
        kept = [r for r in ones if alike(_height(r), _height(single))]
        return _sorted([(r.events[0].width, r) for r in kept])
    kept = [r for r in ones if alike(r.events[0].width, single.events[0].width)]
    return _sorted([(abs(_height(r)), r) for r in kept])


def _retained(plain: Sequence[Run], single: Run, reference: float) -> dict[str, Curve]:
    """Share of the peak that is left, against number, rate, duration and intensity."""
    if reference <= 0.0:
        return {}
    same = [r for r in plain if same_pulse(r.events[0], single.events[0])]
    many = [r for r in same if r.count >= 2]
    numbers: list[tuple[float, Run]] = [(float(r.count), r) for r in same if r.count == 1]
    if many:
        longest = max(many, key=lambda r: r.count)
        numbers += [(float(r.count), r) for r in many if alike(r.period, longest.period)]
    count = Counter(r.count for r in many if r.count >= 3)
    often = max(count, key=lambda n: count[n]) if count else 0
    axes = {
        "number": _sorted(numbers),
        "rate": _sorted([(1.0 / r.period, r) for r in many if r.count == often]),
        "duration": _along(plain, single, "width"),
        "intensity": _along(plain, single, "height"),
    }
    shares = {
        name: tuple((x, _share(r, reference)) for x, r in found if not r.hidden(r.count - 1))
        for name, found in axes.items()
        if len(found) > 1
    }
    return {name: curve for name, curve in shares.items() if len(curve) > 1}


def _share(run: Run, reference: float) -> float:
    return run.departure(reference) / float(run.responses[-1])


def _learning(run: Run) -> Learning:
    first, second = trains(run)[:2] if len(trains(run)) > 1 else _halves(run)
    after, before = run.events[first[-1]], run.events[second[0]]
    left = float(run.value[max(before.first - 1, 0)]) - run.baseline
    return Learning(
        np.abs(run.responses[list(first)]),
        np.abs(run.responses[list(second)]),
        left / float(run.responses[first[-1]]) if run.responses[first[-1]] else math.nan,
        before.start - after.end,
    )


def _halves(run: Run) -> list[range]:
    return [range(run.count // 2), range(run.count // 2, run.count)]


def _changes(runs: Sequence[Run]) -> Curve:
    """Relative change of the weight from before the spikes to the end of the record."""
    found = []
    for r in runs:
        if r.baseline == 0.0:
            continue
        after = r.value[r.events[-1].last :]
        if len(after):
            end = float(np.median(after[-max(len(after) // 4, 1) :]))
            found.append((_timing(r), (end - r.baseline) / abs(r.baseline)))
    return tuple(sorted(found))


def _letters(runs: Sequence[Run]) -> tuple[float, tuple[tuple[str, float, float], ...]]:
    """Unit time, and code, peak and charge of every letter; a code that returns counts once."""
    if not runs:
        return 0.0, ()
    unit = min(e.width for r in runs for e in r.events)
    found: dict[str, tuple[str, float, float]] = {}
    for r in runs:
        code = "".join("." if e.width < 2.0 * unit else "-" for e in r.events)
        peak = float(r.responses[np.argmax(np.abs(r.responses))])
        charge = float(np.trapezoid(r.value - r.baseline, r.time))
        found.setdefault(code, (code, peak, charge))
    return unit, tuple(found.values())
