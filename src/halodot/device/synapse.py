"""Tests of a synapse and of a gate: which drives they are made of, each run from rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.units import parse
from .events import Event, Part, drive, length, part, scaled, train
from .protocol_base import _Protocol
from .state import SYNAPSE_TESTS
from .synaptic import Logic, LogicInput, Synapse
from .waveform import Waveform

# Defaults, in lengths of the pulse.
INTERVALS = (0.5, 1.0, 3.0, 10.0, 30.0)
PERIODS = (30.0, 10.0, 5.0, 2.5, 1.5)
DURATIONS = (0.3, 1.0, 3.0, 10.0)
TIMINGS = (0.5, 2.0, 5.0, 15.0)
PERIOD, PAUSE, AFTER, STORED = 2.0, 10.0, 100.0, 10.0
SLACK = 1.02  # of a period over the pulse in it
MORSE = {
    "A": ".-", "B": "-...", "C": "-.-.", "D": "-..", "E": ".", "F": "..-.", "G": "--.",
    "H": "....", "I": "..", "J": ".---", "K": "-.-", "L": ".-..", "M": "--", "N": "-.",
    "O": "---", "P": ".--.", "Q": "--.-", "R": ".-.", "S": "...", "T": "-", "U": "..-",
    "V": "...-", "W": ".--", "X": "-..-", "Y": "-.--", "Z": "--..", "0": "-----", "1": ".----",
    "2": "..---", "3": "...--", "4": "....-", "5": ".....", "6": "-....", "7": "--...",
    "8": "---..", "9": "----.",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One drive from rest: the test it was made for, and the value that this test varies [SI]."""

    test: str
    condition: float
    wave: Waveform


class Played(_Protocol):
    """One run of a composite protocol, as a record that every device understands.

    `pictured`: whether bands through the depth are wanted of it.
    """

    kind: str
    wave: Any
    pictured: bool = False


def runs(p: Synapse) -> list[Run]:
    """Return all runs of a synapse protocol; one that several tests share is made once.

    The pair of the shortest train also is a pair of `ppf`, the single pulse of `epsc` also the
    first of `sndp`, `sddp`, `sidp` and `stp_ltp`.

    >>> from halodot.core.spec import build
    >>> table = {"kind": "synapse", "read_voltage": "0.1 V", "tests": ["epsc", "ppf"]}
    >>> p = build(Synapse, {**table, "optical": {"width": "10 ms"}})
    >>> [(r.test, round(r.condition, 6)) for r in runs(p)][:3]
    [('epsc', 1.0), ('ppf', 0.0051), ('ppf', 0.0102)]
    """
    return list(_Maker(p).runs())


class _Maker:
    """Lengths of a protocol in seconds, and its runs."""

    def __init__(self, p: Synapse) -> None:
        self.p, self.read = p, float(p.read_voltage)
        spikes = (("electrical", p.electrical), ("optical", p.optical))
        self.parts = tuple(part(s, self.read, f"protocol.{n}") for n, s in spikes if s is not None)
        self.span = length(self.parts)
        self.rest = self.span if p.baseline is None else float(p.baseline)
        self.after = AFTER * self.span if p.after is None else float(p.after)
        self.period = PERIOD * self.span if p.period is None else float(p.period)

    def runs(self) -> Iterator[Run]:
        """Every run once, in the order of the tests."""
        wanted = set(self.p.tests)
        makers: dict[str, Callable[[], Iterator[Run]]] = {
            "epsc": self._single,
            "ppf": self._pairs,
            "srdp": self._rates,
            "stp_ltp": self._numbers,
            "sddp": self._durations,
            "sidp": self._intensities,
            "learning": self._learning,
            "stdp": self._timings,
            "morse": self._letters,
        }
        if wanted & {"sndp", "sddp", "sidp", "stp_ltp"}:
            wanted |= {"epsc"}  # the single pulse, to which they refer
        if "high_pass" in wanted:
            wanted |= {"srdp"}
        if "sndp" in wanted:
            wanted |= {"stp_ltp"}
        if "srdp" in wanted and not self.p.intervals:
            wanted -= {"ppf"}  # the first two pulses of the trains
        for test, make in makers.items():
            if test in wanted:
                yield from make()

    def _run(self, test: str, value: float, events: list[Event]) -> Run:
        wave = drive(
            events,
            read=self.read,
            light=self.p.light,
            after=self.after,
            points=self.p.points,
            kind="synapse",
            extra={"test": float(SYNAPSE_TESTS.index(test)), "condition": value},
        )
        return Run(test, value, wave)

    def _single(self) -> Iterator[Run]:
        yield self._run("epsc", 1.0, [Event(self.rest, self.parts)])

    def _pairs(self) -> Iterator[Run]:
        for gap in self._list("intervals", "s", [k * self.span for k in INTERVALS]):
            events = train(self.parts, 2, self.span + gap, self.rest)
            yield self._run("ppf", gap, events)

    def _rates(self) -> Iterator[Run]:
        for rate in self._list("rates", "Hz", [1.0 / (k * self.span) for k in PERIODS]):
            self._fits("rates", f"{rate:.4g} Hz", 1.0 / rate)
            events = train(self.parts, self.p.count, 1.0 / rate, self.rest)
            yield self._run("srdp", rate, events)

    def _numbers(self) -> Iterator[Run]:
        self._fits("period", f"{self.period:.4g} s", self.period)
        for number in sorted(set(self.p.numbers) - {1}):
            if number < 1:
                raise InputError("protocol.numbers", number, "1 or more", "count pulses")
            events = train(self.parts, number, self.period, self.rest)
            yield self._run("stp_ltp", float(number), events)

    def _durations(self) -> Iterator[Run]:
        own = max(p.width for p in self.parts)
        for width in self._list("durations", "s", [k * own for k in DURATIONS]):
            if abs(width - own) > 1e-9 * own:
                events = [Event(self.rest, scaled(self.parts, width=width / own))]
                yield self._run("sddp", width, events)

    def _intensities(self) -> Iterator[Run]:
        for share in self.p.intensities:
            if not 0.0 < share <= 100.0:
                allowed = "above 0, fractions of the pulse height"
                raise InputError("protocol.intensities", share, allowed, "0.5 is half the height")
            if share != 1.0:
                events = [Event(self.rest, scaled(self.parts, height=share))]
                yield self._run("sidp", share, events)

    def _learning(self) -> Iterator[Run]:
        self._fits("period", f"{self.period:.4g} s", self.period)
        pause = PAUSE * self.span if self.p.pause is None else float(self.p.pause)
        if pause <= 2.0 * self.period:
            allowed = f"more than two periods, {2 * self.period:.4g} s"
            raise InputError("protocol.pause", f"{pause:.4g} s", allowed, "wait longer")
        first = train(self.parts, self.p.count, self.period, self.rest)
        again = train(self.parts, self.p.count, self.period, first[-1].end + pause)
        yield self._run("learning", pause, [*first, *again])

    def _timings(self) -> Iterator[Run]:
        post = self._post()
        both = max(self.span, length(post))
        default = [-k * both for k in reversed(TIMINGS)] + [k * both for k in TIMINGS]
        for delay in self._list("timings", "s", default, signed=True):
            first = self.rest + max(0.0, -delay)
            events = [Event(first, self.parts), Event(first + delay, post)]
            yield self._run("stdp", delay, sorted(events, key=lambda e: e.onset))

    def _post(self) -> tuple[Part, ...]:
        if self.p.post is not None:
            return (part(self.p.post, self.read, "protocol.post"),)
        turned = scaled([p for p in self.parts if p.channel < 0], height=-1.0)
        return tuple(turned)

    def _letters(self) -> Iterator[Run]:
        own = max(p.width for p in self.parts)
        unit = own if self.p.unit is None else float(self.p.unit)
        edges = max(2.0 * p.rise for p in self.parts)
        if unit <= SLACK * edges:
            allowed = f"more than the edges, {edges:.4g} s"
            raise InputError("protocol.unit", f"{unit:.4g} s", allowed, "use a longer unit")
        for letter in dict.fromkeys(self.p.letters.upper()):
            start, events = self.rest, []
            for mark in MORSE[letter]:
                units = 1.0 if mark == "." else 3.0
                events.append(Event(start, scaled(self.parts, width=units * unit / own)))
                start += (units + 1.0) * unit
            yield self._run("morse", float(ord(letter)), events)

    def _fits(self, name: str, given: str, period: float) -> None:
        if period < SLACK * self.span:
            allowed = f"a period above the pulse with its edges, {self.span:.4g} s"
            raise InputError(f"protocol.{name}", given, allowed, "wait longer between pulses")

    def _list(
        self, name: str, unit: str, default: list[float], *, signed: bool = False
    ) -> list[float]:
        """Values of a list of the protocol in SI, sorted."""
        raw = getattr(self.p, name)
        values = [parse(x, unit, field=f"protocol.{name}[{k}]") for k, x in enumerate(raw)]
        for k, value in enumerate(values):
            if not np.isfinite(value) or not (signed or value > 0.0):
                field = f"protocol.{name}[{k}]"
                raise InputError(field, raw[k], f"a positive value in {unit}", "check the sign")
        return sorted(set(values or default))


def gates(p: Logic) -> list[Run]:
    """Return the four combinations of the inputs, none to both, as often as `repeats`.

    >>> from halodot.core.spec import build
    >>> light = {"optical": {"width": "1 s", "light": 0.5}}
    >>> p = build(Logic, {"kind": "logic", "read_voltage": "0 V", "a": light, "b": light})
    >>> [float(r.wave.extra["input_a"][0]) for r in gates(p)]
    [0.0, 0.0, 1.0, 1.0]
    """
    read = float(p.read_voltage)
    a, b = (_input(x, read, f"protocol.{n}") for n, x in (("a", p.a), ("b", p.b)))
    lag = float(p.lag)
    span = max(a.length, lag + b.length)
    after = STORED * span if p.read_after is None else float(p.read_after)
    found = []
    for k in range(p.repeats):
        for one, other in ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)):
            # an input that is 0 keeps its place in time, at the height of the rest
            events = [
                Event(span, scaled((a,), height=one)),
                Event(span + lag, scaled((b,), height=other)),
            ]
            wave = drive(
                events,
                read=read,
                light=p.light,
                after=after,
                points=8,
                kind="logic",
                extra={"input_a": one, "input_b": other, "repeat": float(k)},
            )
            _mark_reads(wave, span + _lit(a, b, lag))
            found.append(Run("logic", 2.0 * one + other, wave))
    return found


def _input(given: LogicInput, read: float, field: str) -> Part:
    spike = given.electrical or given.optical
    assert spike is not None  # LogicInput refuses neither
    name = "electrical" if given.electrical else "optical"
    return part(spike, read, f"{field}.{name}")


def _lit(a: Part, b: Part, lag: float) -> float:
    """From the start of the first pulse to the end of the last plateau [s]."""
    ends = [p.delay + p.rise + p.width for p in (a, b)]
    return max(ends[0], lag + ends[1]) * (1.0 + 1e-9)


def _mark_reads(wave: Waveform, end: float) -> None:
    """Mark the rows of the two reads: 1 at the end of the pulses, 2 stored, 0 others."""
    mark = np.zeros(len(wave.outputs))
    mark[np.flatnonzero(wave.outputs <= end)[-1]] = 1.0
    mark[-1] = 2.0
    wave.extra["read"] = mark
