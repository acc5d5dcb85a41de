"""A transistor whose gate hangs on a memristor: what it keeps, and what the memristor alone would.

Random bits are written to and erased from cells, and read as drain currents; retention, reads in a
row, writing by light and levels follow. Thresholds are chosen on other cells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array, Compact
from ...core.errors import InputError
from ...core.randomness import generator
from ...core.sourced import Sourced, computed
from ...core.spec import read_quantity
from ...core.status import Status, worst
from ..state import Score
from .drawing import drawn
from .memory import MemoryCell, law_of
from .shares import balanced, best_threshold, clustered, counted, over_cells
from .spec import GatedMemory

F = NDArray[np.float64]
B = NDArray[np.bool_]
OTHERS = 1_000_000  # number from which cells are not those of the training
GOOD = 0.99  # of the bits, for a draw to count as a memory
INSTANTS = 13  # of a retention record
CHANCE = computed(0.5, "1", note="a cell that always reads the same")
ASSUMPTIONS = (
    "the transistor is not part of the study's device: its law and its numbers are assumed",
    "the gate takes no steady current; its capacitance is left out of writes and reads, and "
    "checked against the read time",
    "a switch bridges the load while the memristor is written or erased (write_resistance)",
    "the memristor alone is read at the same voltage, and that read leaves no trace, which "
    "favours it",
)


@dataclass(frozen=True)
class _Stream:
    """Bits written to one cell, and what was read."""

    bits: B
    gate: F
    drain: F
    bare: F
    write_energy: float
    erase_energy: float
    read_energy: float
    bare_energy: float
    end: F
    status: Status


@dataclass(frozen=True)
class _Kept:
    """What became of the states of one cell: arrays [2: erased, written] or of levels."""

    times: F
    drains: F  # [2, times]
    lost: float  # s; infinite where no bit was lost, NaN where that is not known
    flipped: int | None  # states that reads in a row turned; None where that is not known
    shift: float  # largest relative change of the gate voltage by them
    by_light: bool | None
    in_dark: bool | None
    light_energy: float
    levels: F  # [levels, 2: drain, bare]
    status: Status


@dataclass(frozen=True)
class _Sense:
    """A threshold [A] and whether written cells lie above it."""

    threshold: float
    above: bool

    def written(self, values: F | float) -> B:
        """Return which currents are read as written."""
        return (np.asarray(values) > self.threshold) == self.above


@dataclass(frozen=True)
class _Draw:
    """One draw of device and transistor."""

    streams: list[_Stream]
    kept: list[_Kept]
    said: list[B]
    bare_said: list[B]
    sense: _Sense
    settling: tuple[float, float]
    cell: MemoryCell
    statuses: tuple[Status, ...]


def evaluate(array: Array, spec: GatedMemory | None = None) -> Score:
    """Write, erase and read random bits, and follow what is kept.

    Parameters
    ----------
    array
        With a device that has dynamics (`Array.compact`).

    Raises
    ------
    InputError
        If it has none, or a voltage leaves what the device was solved for.
    """
    spec = GatedMemory() if spec is None else spec
    if array.compact is None:
        raise InputError(
            "task", "gated_memory, of a device without dynamics", "a device with a circuit model",
            "add [device.filament], or leave the task out",
        )  # fmt: skip
    load = _load(spec, array.compact(None))
    every = [_one(array, spec, load, None)]
    every += [_one(array, drawn(spec, array.seed, k), load, k) for k in range(spec.draws)]
    return _score(array, spec, every)


def _load(spec: GatedMemory, compact: Compact) -> float:
    """Geometric mean [ohm] of the nominal states at the read voltage, where none is given."""
    if spec.load is not None:
        return float(spec.load)
    cell = MemoryCell(spec, compact, 1.0, law_of(spec.transistor))
    found = []
    state: F | None = None
    for bit in (False, True):
        state = _set(cell, state, bit, -1)[0]
        bare = cell.read(state, -1).bare
        if bare <= 0.0:
            raise InputError(
                "task.load", "none given, and none can be chosen: no current at the read voltage",
                "a resistance", 'load = "1 Mohm"',
            )  # fmt: skip
        found.append(abs(float(spec.read_voltage)) / bare)
    return math.sqrt(found[0] * found[1])


def _set(cell: MemoryCell, state: F | None, bit: bool, seed: int) -> tuple[F, float, Status]:
    s = cell.spec
    volts, time = (
        (s.write_voltage, s.write_time) if bit else (s.erase_voltage, s.erase_time)
    )  # fmt: skip
    return cell.pulse(state, float(volts), float(time), 0.0, float(s.write_resistance), seed)


def _one(array: Array, spec: GatedMemory, load: float, draw: int | None) -> _Draw:
    assert array.compact is not None  # the caller has asked
    compact, law = array.compact(draw), law_of(spec.transistor)
    seed = int(
        generator(array.seed, "gated.draw", -1 if draw is None else draw).integers(2**31 - 1)
    )
    spread = float(spec.cell_spread)

    def cell(number: int) -> MemoryCell:
        chosen = int(generator(seed, "gated.cell", number).integers(2**31 - 1))
        one = compact.another(spread, chosen) if spread > 0.0 else compact
        return MemoryCell(spec, one, load, law)

    taught = [_stream(cell(c), seed, c) for c in range(spec.training_cells)]
    noise = float(spec.sense_noise)
    sense = _learn([(s.drain, s.bits) for s in taught], noise)
    bare_sense = _learn([(s.bare, s.bits) for s in taught], noise)
    numbers = range(OTHERS, OTHERS + (spec.cells if draw is None else spec.draw_cells))
    cells = [cell(c) for c in numbers]
    streams = [_stream(one, seed, c) for one, c in zip(cells, numbers, strict=True)]
    rng = generator(seed, "gated.sense")

    def read(values: F, by: _Sense) -> B:
        return by.written(values + noise * rng.standard_normal(len(values)))

    said = [read(s.drain, sense) for s in streams]
    bare_said = [read(s.bare, bare_sense) for s in streams]
    kept = [
        _keep(one, s, sense, seed, c) for one, s, c in zip(cells, streams, numbers, strict=True)
    ]
    nominal = MemoryCell(spec, compact, load, law)
    sets = [_set(nominal, None, bit, -1) for bit in (False, True)]
    settled = [nominal.settling(s[0]) for s in sets]
    statuses = (
        *(s.status for s in (*taught, *streams)), *(k.status for k in kept), *(s[2] for s in sets),
        *(status for _, status in settled),
    )  # fmt: skip
    times = (settled[0][0], settled[1][0])
    return _Draw(streams, kept, said, bare_said, sense, times, nominal, statuses)


def _learn(pairs: Sequence[tuple[F, B]], noise: float) -> _Sense:
    """Choose a threshold, and on which side of it written cells lie."""
    values = np.concatenate([v for v, _ in pairs])
    bits = np.concatenate([b for _, b in pairs])
    known = np.isfinite(values)
    values, bits = values[known], bits[known]
    if not bits.any() or bits.all():
        raise InputError(
            "task", "no read of a training cell that is a number, for one of the two states",
            "a device that can be followed through writes and reads", "other voltages or times",
        )  # fmt: skip
    above = bool(np.median(values[bits]) >= np.median(values[~bits]))
    threshold, _ = best_threshold(values, bits == above, noise)
    return _Sense(threshold, above)


def _seeds(seed: int, number: int, name: str) -> Callable[[], int]:
    rng = generator(seed, "gated.chance", name, number)
    return lambda: int(rng.integers(2**31 - 1))


def _stream(cell: MemoryCell, seed: int, number: int) -> _Stream:
    """Write or erase random bits one after another, and read each."""
    count, chance = cell.spec.cycles, _seeds(seed, number, "stream")
    rng = generator(seed, "gated.bits", number)
    bits = rng.random(count) < 0.5
    bits[rng.permutation(count)[:2]] = [False, True]
    state, _, status = _set(cell, None, False, chance())
    rows, spent = [], {True: [], False: []}  # type: ignore[var-annotated]
    statuses = [status]
    for bit in bits:
        state, energy, status = _set(cell, state, bool(bit), chance())
        spent[bool(bit)].append(energy)
        found = cell.read(state, chance())
        state = found.state
        statuses += [status, found.status]
        rows.append((found.gate, found.drain, found.bare, found.energy, found.bare_energy))
    table = np.array(rows).T
    return _Stream(
        bits, table[0], table[1], table[2], float(np.mean(spent[True])),
        float(np.mean(spent[False])), float(table[3].mean()), float(table[4].mean()), state,
        worst(*statuses),
    )  # fmt: skip


def _keep(cell: MemoryCell, stream: _Stream, sense: _Sense, seed: int, number: int) -> _Kept:
    """Retention, reads in a row, light and levels of one cell after its stream."""
    s, chance = cell.spec, _seeds(seed, number, "keep")
    last = float(s.retention_time)
    times = np.geomspace(min(float(s.read_time), 1e-3 * last), last, INSTANTS)
    state, drains, firsts, turned, shifts = stream.end, [], [], [], []
    statuses: list[Status] = []
    for bit in (False, True):
        state, _, put = _set(cell, state, bit, chance())
        followed, status = cell.kept(state, times, chance())
        reads = [cell.read(x, chance()) for x in followed]
        drains.append([r.drain for r in reads])
        firsts.append(_first_lost(times, np.array(drains[-1]), sense, bit))
        gates, repeated = cell.reads(state, chance(), s.reads)
        end = float(cell.drain_current(gates)[-1])
        turned.append(bool(sense.written(end)) != bit if math.isfinite(end) else None)
        shifts.append(float(np.max(np.abs(gates - gates[0]))))
        statuses += [put, status, *(r.status for r in reads), repeated]
    by_light, in_dark, energy, shone = _light(cell, state, sense, chance)
    levels, stepped = _levels(cell, state, chance)
    swing = max(abs(float(s.read_voltage)), 1e-300)
    flipped = None if None in turned else sum(bool(t) for t in turned)
    return _Kept(
        times, np.array(drains), float(np.min(firsts)), flipped, float(np.max(shifts)) / swing,
        by_light, in_dark, energy, levels, worst(*statuses, shone, stepped),
    )  # fmt: skip


def _first_lost(times: F, drains: F, sense: _Sense, bit: bool) -> float:
    """When a bit is first read wrong [s]: infinite where never, NaN where a read before is none."""
    gone = ~np.isfinite(drains) | (sense.written(drains) != bit)
    if not gone.any():
        return math.inf
    k = int(np.argmax(gone))
    return float(times[k]) if math.isfinite(drains[k]) else math.nan


def _light(
    cell: MemoryCell, state: F, sense: _Sense, chance: Callable[[], int]
) -> tuple[bool | None, bool | None, float, Status]:  # fmt: skip
    """Whether light and its voltage write an erased cell, and that voltage alone; energy [J]."""
    s, full = cell.spec, cell.compact.full_light
    if s.light <= 0.0 or not full.is_known:
        return None, None, math.nan, Status.OK
    volts, time, found = float(s.light_voltage), float(s.light_time), []
    statuses: list[Status] = []
    for light in (s.light, 0.0):
        erased, _, put = _set(cell, state, False, chance())
        after, _, lit = cell.pulse(erased, volts, time, light, float(s.write_resistance), chance())
        read = cell.read(after, chance())
        found.append(bool(sense.written(read.drain)) if math.isfinite(read.drain) else None)
        statuses += [put, lit, read.status]
    area = cell.compact.area
    energy = s.light * float(full) * float(area) * time if area.is_known else math.nan
    return found[0], found[1], energy, worst(*statuses)


def _levels(cell: MemoryCell, state: F, chance: Callable[[], int]) -> tuple[F, Status]:
    """Drain and bare current of the erased state and of writes through each resistance."""
    s, rows = cell.spec, []
    statuses: list[Status] = []
    paths = [float(read_quantity(r, "ohm", field="level_resistances")) for r in s.level_resistances]
    for path in (None, *paths):
        state, _, put = _set(cell, state, False, chance())
        statuses.append(put)
        if path is not None:
            state, _, put = cell.pulse(
                state, float(s.write_voltage), float(s.write_time), 0.0, path, chance()
            )
        found = cell.read(state, chance())
        rows.append((found.drain, found.bare))
        statuses += [put, found.status]
    return np.array(rows), worst(*statuses)


def told_apart(values: F, separation: float, noise: float = 0.0) -> int:
    """Return how many levels can be told apart: shape [levels, cells], currents [A].

    A level reaches `separation` standard deviations to either side of its median, those of the
    log of the current among cells and that of a read, `noise` [A]. From the lowest on, a level
    counts where it begins above the end of the last one that counted.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = np.exp(np.array([0.0, 0.1, 3.0])[:, None] + 0.1 * rng.standard_normal((3, 50)))
    >>> told_apart(x, 2.0)
    2
    """
    logs = np.log(np.maximum(values, 1e-30))
    middle, wide = np.median(logs, axis=1), separation * logs.std(axis=1, ddof=1)
    begins = np.exp(middle - wide) - separation * noise
    ends = np.exp(middle + wide) + separation * noise
    order = np.argsort(middle)
    count, last = 1, int(order[0])
    for k in order[1:]:
        if begins[k] > ends[last] * (1.0 + 1e-6):
            count, last = count + 1, int(k)
    return count


def _of(array: Array) -> tuple[Status, ...]:
    """What of the array's status concerns a circuit of single devices: not what a cell lacks."""
    return () if array.status.is_good else (array.status,)


def _over(
    every: list[_Draw], read: Callable[[_Draw], Sequence[float]], unit: str, note: str = "cells",
    middle: str = "mean",
) -> Sourced:  # fmt: skip
    return over_cells(read(every[0]), [read(d) for d in every[1:]], unit, note, middle)


def _rights(d: _Draw, bare: bool = False) -> list[float]:
    said = d.bare_said if bare else d.said
    return [
        balanced(x, s.bits) if np.isfinite(s.bare if bare else s.drain).all() else math.nan
        for x, s in zip(said, d.streams, strict=True)
    ]


def _score(array: Array, spec: GatedMemory, every: list[_Draw]) -> Score:
    value = _over(every, _rights, "1")
    baseline = _over(every, lambda d: _rights(d, bare=True), "1", "memristors alone")
    others = _others(spec, every)
    slow = max(t for d in every for t in d.settling)
    statuses = [*_of(array), *(x for d in every for x in d.statuses)]
    notes = [*array.notes, *ASSUMPTIONS]
    if slow > float(spec.read_time):
        statuses.append(Status.OUTSIDE_RANGE)
        notes.append(
            f"the gate settles in up to {slow:.2g} s, longer than the read of "
            f"{float(spec.read_time):.2g} s: reads are those of a settled gate"
        )
    write, read = others["energy_write"], others["energy_read"]
    return Score(
        task=spec.name,
        value=value,
        baseline=baseline,
        chance=CHANCE,
        energy=computed(
            float(write) + float(read), "J", (write.low or 0.0) + (read.low or 0.0),
            (write.high or 0.0) + (read.high or 0.0), note="a write and a read",
        ),
        latency=computed(
            float(spec.read_time), "s", note=f"of a read; its gate settles within {slow:.2g} s"
        ),
        measure="share of bits read back",
        verdict=_verdict(spec, every, value, baseline, others),
        others=others,
        details=_details(every[0]),
        status=worst(*statuses),
        notes=tuple(notes),
    )  # fmt: skip


def _states(s: _Stream, name: str) -> tuple[float, float]:
    """Medians of `gate`, `drain` or `bare` of written and erased reads."""
    x = getattr(s, name)
    return float(np.median(x[s.bits])), float(np.median(x[~s.bits]))


def _others(spec: GatedMemory, every: list[_Draw]) -> dict[str, Sourced]:
    def over(read: Callable[[_Stream], float], unit: str, middle: str = "median") -> Sourced:
        return _over(every, lambda d: [read(s) for s in d.streams], unit, "cells", middle)

    first = every[0]
    pairs = [(said, s.bits) for said, s in zip(first.said, first.streams, strict=True)]
    failing = sum(bool((a != b).any()) for a, b in pairs)
    found = {
        "drain_on_off_ratio": over(lambda s: _ratio(*_states(s, "drain")), "1"),
        "bare_on_off_ratio": over(lambda s: _ratio(*_states(s, "bare")), "1"),
        "memory_window_V": over(lambda s: abs(np.subtract(*_states(s, "gate"))), "V"),
        "gate_written": over(lambda s: _states(s, "gate")[0], "V"),
        "gate_erased": over(lambda s: _states(s, "gate")[1], "V"),
        "drain_written": over(lambda s: _states(s, "drain")[0], "A"),
        "drain_erased": over(lambda s: _states(s, "drain")[1], "A"),
        "failure_probability": _failures(every[:1]),
        "failing_cells": counted(failing, len(pairs), "share of cells ever wrong"),
        "retention_s": _retention(spec, every),
        "read_disturb": _disturbed(spec, first.kept),
        "read_disturb_shift": _over(
            every, lambda d: [k.shift for k in d.kept], "1", "cells, of the gate over the read "
            "voltage", "median",
        ),
        "levels": _levels_of(spec, every, 0),
        "bare_levels": _levels_of(spec, every, 1),
        "energy_write": over(lambda s: s.write_energy, "J", "mean"),
        "energy_erase": over(lambda s: s.erase_energy, "J", "mean"),
        "energy_read": over(lambda s: s.read_energy, "J", "mean"),
        "bare_energy_read": over(lambda s: s.bare_energy, "J", "mean"),
        "settling_time": _over(every, lambda d: [max(d.settling)], "s", "devices"),
        "load": computed(first.cell.load, "ohm"),
    }  # fmt: skip
    if len(every) > 1:
        found["failure_over_draws"] = _failures(every[1:])
    return found | _optical(first.kept)


def _failures(every: list[_Draw]) -> Sourced:
    """Share of wrong bits; its interval is over draws, or over the cells of a single one."""
    groups = [[(a, s.bits) for a, s in zip(d.said, d.streams, strict=True)] for d in every]
    one = len(every) == 1
    parts = [[p] for p in groups[0]] if one else groups
    wrong = [sum(int(np.sum(a != b)) for a, b in g) for g in parts]
    total = [sum(len(b) for _, b in g) for g in parts]
    return clustered(wrong, total, "bits wrong", "cells" if one else "draws")


def _ratio(a: float, b: float) -> float:
    low, high = sorted((a, b))
    return high / max(low, 1e-30)


def _retention(spec: GatedMemory, every: list[_Draw]) -> Sourced:
    """Median time at which the first bit of a cell is read wrong; cells that keep both count full.

    Times are those of the record, which steps by factors; where no nominal cell loses a bit it is
    a lower bound.
    """
    last, first = float(spec.retention_time), every[0].kept
    q = _over(
        every, lambda d: [float(np.minimum(k.lost, last)) for k in d.kept], "s",
        f"cells, those that keep both bits counted as {last:.3g} s", "median",
    )  # fmt: skip
    if not q.is_known or any(math.isfinite(k.lost) for k in first):
        return q
    note = f"lower bound: no bit was lost in {last:.3g} s, in {len(first)} cells; {q.note}"
    return computed(last, "s", q.low, q.high, note=note)


def _disturbed(spec: GatedMemory, kept: list[_Kept]) -> Sourced:
    turned = [k.flipped for k in kept if k.flipped is not None]
    return clustered(turned, [2] * len(turned), f"states turned by {spec.reads} reads in a row",
                     "cells")  # fmt: skip


def _levels_of(spec: GatedMemory, every: list[_Draw], which: int) -> Sourced:
    """Levels of the nominal device: those of a draw have too few cells to be told apart."""
    values = np.array([k.levels[:, which] for k in every[0].kept]).T
    if not np.isfinite(values).all():
        return Sourced.unknown("1", "a read of a level is no number")
    count = told_apart(values, spec.level_separation, float(spec.sense_noise))
    return computed(float(count), "1", note=f"of {len(values)} that were tried, erased among them")


def _optical(kept: list[_Kept]) -> dict[str, Sourced]:
    lit = [k.by_light for k in kept if k.by_light is not None]
    dark = [k.in_dark for k in kept if k.in_dark is not None]
    if not lit:
        why = "no optical write was tried or could be followed, or the device has no light"
        unknown = Sourced.unknown("1", why)
        return {"optical_write": unknown, "dark_write": unknown,
                "energy_light": Sourced.unknown("J", why)}  # fmt: skip
    energy = float(np.mean([k.light_energy for k in kept]))
    known = Sourced.unknown("J", "the area of the cell is not known")
    if math.isfinite(energy):
        known = computed(energy, "J", note="light on the cell in an optical write")
    return {
        "optical_write": counted(sum(lit), len(lit), f"{sum(lit)} of {len(lit)} cells"),
        "dark_write": counted(sum(dark), len(dark), f"{sum(dark)} of {len(dark)} cells"),
        "energy_light": known,
    }


def _verdict(
    spec: GatedMemory, every: list[_Draw], value: Sourced, baseline: Sourced,
    others: dict[str, Sourced],
) -> str:  # fmt: skip
    ratio, bare = float(others["drain_on_off_ratio"]), float(others["bare_on_off_ratio"])
    window = float(others["memory_window_V"])
    what = "more" if ratio > 1.2 * bare else "less" if ratio < bare / 1.2 else "as much as"
    word = f"{what} than" if what != "as much as" else what
    lost = others["retention_s"]
    bound = "lower bound" in lost.note
    keeps = "what is kept without supply is not known"
    if lost.is_known:
        keeps = f"no bit is lost in {float(lost):.2g} s" if bound else (
            f"half of the cells have lost a bit after {float(lost):.2g} s"
        )  # fmt: skip
    disturbed, failing = others["read_disturb"], others["failing_cells"]
    reads = f"what {spec.reads} reads turn is not known"
    if disturbed.is_known:
        reads = f"{spec.reads} reads turn {100 * float(disturbed):.2g} % of the states"
    text = (
        f"The gate moves by {window:.2g} V between the states, which parts the drain currents by "
        f"{ratio:.2g}, {word} the memristor alone at {float(spec.read_voltage):.2g} V "
        f"({bare:.2g}); {_percent(value)} of the bits are read back right after they were written "
        f"(memristor alone {_percent(baseline)}), in cells of which {100 * float(failing):.2g} % "
        f"(at most {100 * float(failing.high or 0.0):.2g} %) are ever wrong; {keeps}; {reads}; "
        f"a read takes "
        f"{float(others['energy_read']):.2g} J (memristor alone "
        f"{float(others['bare_energy_read']):.2g} J)"
    )
    light = others["optical_write"]
    if light.is_known:
        text += (
            f"; light writes {100 * float(light):.0f} % of the cells, its voltage alone "
            + _percent(others["dark_write"], 0)
        )
    if len(every) > 1:
        good = sum(float(np.mean(_rights(d))) >= GOOD for d in every[1:])
        text += (
            f"; in {good} of {len(every) - 1} draws of what is not known {GOOD:.0%} of the bits "
            "are read back right after they were written"
        )
    above = every[0].sense.above
    return text + f". Written cells {'conduct' if above else 'block'} the channel."


def _percent(q: Sourced, digits: int = 1) -> str:
    return f"{100 * float(q):.{digits}f} %" if q.is_known else "an unknown share"


def _details(first: _Draw) -> dict[str, object]:
    cell, streams, kept = first.cell, first.streams, first.kept
    gates = np.linspace(
        min(0.0, float(cell.spec.read_voltage)), max(0.0, float(cell.spec.read_voltage)), 101
    )
    return {
        "gate_axis": gates,
        "drain_curve": cell.drain_current(gates),
        "gate": np.array([s.gate for s in streams]),
        "drain": np.array([s.drain for s in streams]),
        "bare": np.array([s.bare for s in streams]),
        "bits": np.array([s.bits for s in streams]).astype(int),
        "threshold": first.sense.threshold,
        "retention_times": kept[0].times,
        "retention_drain": np.array([k.drains for k in kept]),
        "levels": np.array([k.levels for k in kept]),
        "shares_per_cell": np.array(
            [balanced(a, s.bits) for a, s in zip(first.said, streams, strict=True)]
        ),
    }
