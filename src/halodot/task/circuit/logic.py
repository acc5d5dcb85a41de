"""Gates of light (and voltage) with one device each: are they gates, and do they drive others?

A device and a load divide the voltage of a supply; a clocked comparator reads the load. Setting
and threshold are chosen on some cells, what is scored are other cells on other bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array, Compact
from ...core.errors import InputError
from ...core.randomness import generator
from ...core.sourced import Sourced, computed
from ...core.status import Status, worst
from ..state import Score
from .bench import COMBINATIONS, Bench, DynamicBench, RecordedBench, load_for, photoresistor
from .drawing import drawn
from .gates import (
    FUNCTIONS,
    OTHERS,
    Chosen,
    Run,
    Trained,
    half_adder,
    margins,
    stream,
    train,
    tree,
    use,
)
from .shares import clustered, counted, margin, over_cells, widest
from .spec import PhotonicLogic

F = NDArray[np.float64]
GOOD = 0.99  # share right from which a setting counts as that function
CHANCE = computed(0.5, "1", note="an output that never changes, ones and zeros counted alike")
NAMES = ("output_00", "output_01", "output_10", "output_11")
ASSUMPTIONS = (
    "value: mean of the share of ones and the share of zeros that come out right, over random "
    "bits, on cells and bits that chose nothing",
    "the photoresistor beside it has the device's conductance for 00 and 11, is linear in light, "
    "has no memory and is read while the inputs are there; its threshold is chosen as well",
    "energy is that of supply and comparator, and of light on the cell; emitters stand apart",
    "a comparator restores levels between gates: no gate drives the next one by itself",
)


@dataclass(frozen=True)
class _Draw:
    """What one draw of the device gave on cells that chose nothing."""

    function: str
    bench: Bench
    trained: Trained
    runs: dict[str, list[Run]]
    plain: list[float]
    plain_margin: float
    adders: list[float]
    trees: list[float]
    status: Status


def evaluate(array: Array, spec: PhotonicLogic | None = None) -> Score:
    """Send random bits through gates of AND and of OR.

    Parameters
    ----------
    array
        With a device that has dynamics (`Array.compact`), or with figures of logic protocols.

    Raises
    ------
    InputError
        If there is neither, or the drive leaves what the device was solved for.

    Notes
    -----
    Seeds of cells, chance, bits and comparators follow from that of the array. A device with
    dynamics keeps its history over the stream of a cell, resets included.
    """
    spec = PhotonicLogic() if spec is None else spec
    benches = _benches(array, spec)
    first = benches(None)
    assert first is not None  # only a draw may have none
    every = [_one(first, spec, _named(array, None), spec.cells, spec.function)]
    function = every[0].function
    for k in range(spec.draws):
        bench = benches(k)
        if bench is not None:
            every.append(_one(bench, bench.spec, _named(array, k), spec.draw_cells, function))
    return _score(array, spec, function, every)


def _worth(trained: Trained, function: str) -> tuple[float, float]:
    gate = trained.gates[function]
    return gate.share, margins(trained.medians[gate.setting])[function]


def _benches(array: Array, spec: PhotonicLogic) -> Callable[[int | None], Bench | None]:
    """Return draw -> bench, None where a draw has no outputs on record."""
    recorded = [f for f in array.figures if f.kind == "logic" and all(n in f for n in NAMES)]
    make = array.compact
    if spec.model == "compact" and make is None:
        raise InputError(
            "task.model", "compact, of a device without dynamics",
            "a device that has a circuit model", 'model = "figures"',
        )  # fmt: skip
    if spec.model != "figures" and make is not None:
        nominal = _model(make, bool(recorded) and spec.model == "auto")
        if nominal is not None:
            return lambda k: _dynamic(_drawn(spec, array.seed, k), make(k), _named(array, k))
    if not recorded:
        raise InputError(
            "task", "logic, of a device with neither dynamics nor a protocol of kind logic",
            'a device with a circuit model, or a [[protocol]] with kind = "logic"', "add one",
        )  # fmt: skip
    if spec.measured_voltage is None or float(spec.measured_voltage) == 0.0:
        raise InputError(
            "task.measured_voltage", "not given", "the voltage at which outputs were recorded",
            'measured_voltage = "0.1 V"',
        )  # fmt: skip
    return lambda k: _recorded(recorded, _named(array, k), _drawn(spec, array.seed, k), k)


def _named(array: Array, draw: int | None) -> int:
    """Seed of the cells, bits and chance of one draw."""
    rng = generator(array.seed, "circuit.draw", -1 if draw is None else draw)
    return int(rng.integers(2**31 - 1))


def _dynamic(spec: PhotonicLogic, compact: Compact, seed: int) -> DynamicBench:
    load = load_for(spec, compact) if spec.load is None else float(spec.load)
    return DynamicBench(spec, compact, load, seed)


def _drawn(spec: PhotonicLogic, seed: int, draw: int | None) -> PhotonicLogic:
    """The circuit of a draw: what is assumed of it, drawn."""
    return spec if draw is None else drawn(spec, seed, draw)


def _model(make: Callable[[int | None], Compact], may_lack: bool) -> Compact | None:
    """The nominal device; None where it has no dynamics and its records serve as well."""
    try:
        return make(None)
    except InputError:
        if may_lack:
            return None
        raise


def _recorded(
    protocols: list[Any], seed: int, spec: PhotonicLogic, draw: int | None
) -> RecordedBench | None:  # fmt: skip
    """Conductances of the outputs of every logic protocol, nominal or of one draw."""
    voltage = float(spec.measured_voltage or 0.0)
    nominal = [[f[name].value for name in NAMES] for f in protocols]
    lacking = [q.note for row in nominal for q in row if not q.is_known]
    if lacking:
        raise InputError("task", f"outputs that are not known: {lacking[0]}", "known outputs", "")
    table = np.array([[float(q) for q in row] for row in nominal]) / abs(voltage)
    if draw is not None:
        draws = [[f[name].draws for name in NAMES] for f in protocols]
        rows = [[d[draw] if draw < len(d) else None for d in row] for row in draws]
        if any(not isinstance(x, float | int) for row in rows for x in row):
            return None
        table = np.array(rows, dtype=float) / abs(voltage)
    load = 1.0 / math.sqrt(max(float(table.min()), 1e-15) * float(table.max()))
    if spec.load is not None:
        load = float(spec.load)
    labels = tuple(f.label for f in protocols)
    return RecordedBench(spec, table, labels, voltage, load, seed)


def _one(
    bench: Bench, spec: PhotonicLogic, named: int, count: int, function: str
) -> _Draw:  # fmt: skip
    """Train and use one draw of `count` cells; the photoresistor goes through the same."""
    trained = train(bench, spec, named, spec.training_cells)
    cells = range(OTHERS, OTHERS + count)
    bits = [stream(spec.operations, named, "use", c) for c in cells]
    runs = {
        f: [
            use(bench, spec, trained.gates[f], b, c, named)
            for c, b in zip(cells, bits, strict=True)
        ]
        for f in FUNCTIONS
    }
    if function == "best":
        function = max(FUNCTIONS, key=lambda f: _worth(trained, f))
    chosen = trained.gates[function]
    outputs = trained.medians[chosen.setting]
    plain = photoresistor(bench, spec, chosen.setting, outputs, named)
    taught = train(plain, spec, named, spec.training_cells)
    beside = [
        use(plain, spec, taught.gates[function], b, c, named).right
        for c, b in zip(cells, bits, strict=True)
    ]
    adders: list[float] = []
    trees: list[float] = []
    statuses = [trained.status, *(r.answer.status for f in FUNCTIONS for r in runs[f])]
    if spec.cascade:
        circuits = range(len(cells))
        found = [half_adder(bench, spec, trained, cells, k, named) for k in circuits]
        grown = [tree(bench, spec, trained, cells, k, named) for k in circuits]
        adders, trees = [share for share, _ in found], [share for share, _ in grown]
        statuses += [status for _, status in (*found, *grown)]
    plain_margin = margins(taught.medians[0])[function]
    status = worst(*statuses)
    return _Draw(function, bench, trained, runs, beside, plain_margin, adders, trees, status)


def _of(array: Array) -> tuple[Status, ...]:
    """What of the array's status concerns a circuit of single devices: not what a cell lacks."""
    return () if array.status.is_good else (array.status,)


def _over(
    every: list[_Draw], read: Callable[[_Draw], Sequence[float]], unit: str, note: str = "cells"
) -> Sourced:  # fmt: skip
    return over_cells(read(every[0]), [read(d) for d in every[1:]], unit, note)


def _score(array: Array, spec: PhotonicLogic, function: str, every: list[_Draw]) -> Score:
    first = every[0]
    value = _over(every, lambda d: [r.right for r in d.runs[function]], "1")
    plain = _over(every, lambda d: d.plain, "1", "photoresistors")
    others = _others(spec, function, every)
    statuses = [d.status for d in every]
    notes = [*array.notes, *ASSUMPTIONS]
    if len(every) < spec.draws + 1:
        lacking = spec.draws + 1 - len(every)
        notes.append(f"{lacking} of {spec.draws} draws have no outputs on record and do not count")
    if isinstance(first.bench, RecordedBench):
        notes.append(
            "outputs are those of logic protocols, each from rest: no history from operation to "
            "operation; the device is a conductance, current over voltage of its record"
        )
    return Score(
        task=spec.name,
        value=value,
        baseline=plain,
        chance=CHANCE,
        energy=_sum(others["energy_electrical"], others["energy_optical"]),
        latency=_latency(spec),
        measure="share of right outputs",
        verdict=_verdict(function, every, value, plain, others),
        others=others,
        details=_details(spec, first, function),
        status=worst(*_of(array), *statuses),
        notes=tuple(notes),
    )


def _sum(electrical: Sourced, optical: Sourced) -> Sourced:
    if not optical.is_known or not electrical.is_known:
        return electrical
    value = float(electrical) + float(optical)
    low = _end(electrical, electrical.low) + _end(optical, optical.low)
    high = _end(electrical, electrical.high) + _end(optical, optical.high)
    note = "an operation: supply, comparator and light on the cell"
    return computed(value, "J", low, high, note=note)


def _three(q: Sourced) -> tuple[float, float, float]:
    return _end(q, q.low), float(q), _end(q, q.high)


def _end(q: Sourced, end: float | None) -> float:
    return float(q) if end is None else end


def _latency(spec: PhotonicLogic) -> Sourced:
    wait = float(spec.read_after) if spec.output == "stored" else 0.0
    d = spec.decision_time
    low, high = (_end(d, e) for e in (d.low, d.high))
    fixed = float(spec.width) + wait
    return computed(
        fixed + float(d), "s", fixed + low, fixed + high,
        note="inputs, wait and comparator; reset and rest come on top: cycle_time",
    )  # fmt: skip


def _others(spec: PhotonicLogic, function: str, every: list[_Draw]) -> dict[str, Sourced]:
    first, found = every[0], {}
    found["share_right"] = _over(
        every, lambda d: [1.0 - r.wrong / len(r.said) for r in d.runs[function]], "1"
    )
    found["failure_probability"] = _failures(every[:1], function)
    if len(every) > 1:
        found["failure_over_draws"] = _failures(every[1:], function)
    failing = sum(r.wrong > 0 for r in first.runs[function])
    found["failing_cells"] = counted(failing, len(first.runs[function]))
    for f in FUNCTIONS:
        gate, word = first.trained.gates[f], f.lower()
        whole = sum(r.wrong == 0 for r in first.runs[f])
        found[f"is_{word}"] = counted(whole, len(first.runs[f]), "share of cells never wrong")
        found[f"{word}_share"] = _over(every, partial(_rights, f), "1")
        found[f"{word}_margin"] = _over(every, partial(_margin_of, f), "1", "devices")
        found[f"{word}_window"] = _window(first.trained, gate)
        found[f"{word}_threshold"] = computed(gate.threshold, "V", note="chosen on training cells")
    found["noise_margin"] = _worst_margin(first.runs[function])
    found["photoresistor_margin"] = _over(every, lambda d: [d.plain_margin], "1", "devices")
    found["advantage"] = _over(
        every,
        lambda d: [r.right - p for r, p in zip(d.runs[function], d.plain, strict=True)],
        "1",
        "cells, each less a photoresistor",
    )
    if spec.cascade:
        found["half_adder"] = _over(every, lambda d: d.adders, "1", "circuits")
        found["tree"] = _over(every, lambda d: d.trees, "1", "circuits")
    found |= _drive(spec, first, function)
    found |= _energies(spec, function, every)
    rest = float(spec.rest) + float(_latency(spec))
    if spec.reset_voltage is not None:
        rest += float(spec.reset_time) + float(spec.rest)
    found["cycle_time"] = computed(rest, "s", note="of an operation with reset and rest")
    found["load"] = computed(first.bench.load, "ohm")
    return found


def _rights(function: str, d: _Draw) -> list[float]:
    return [r.right for r in d.runs[function]]


def _margin_of(function: str, d: _Draw) -> list[float]:
    """Of the medians of training cells, at the setting that they chose."""
    return [margins(d.trained.medians[d.trained.gates[function].setting])[function]]


def _failures(every: list[_Draw], function: str) -> Sourced:
    """Share of wrong outputs; its interval is over draws, or over the cells of a single one."""
    one = len(every) == 1
    groups = [[r] for r in every[0].runs[function]] if one else [d.runs[function] for d in every]
    wrong = [sum(r.wrong for r in g) for g in groups]
    total = [sum(len(r.said) for r in g) for g in groups]
    return clustered(wrong, total, "outputs wrong", "cells" if one else "draws")


def _window(trained: Trained, gate: Chosen) -> Sourced:
    """Decades of threshold around the chosen one over which the function holds."""
    good = trained.shares[gate.function][gate.setting] >= GOOD
    if not good.any():
        return computed(0.0, "1", note=f"no threshold gives {100 * GOOD:.0f} % right")
    start, stop = widest(good)
    ratio = float(trained.thresholds[stop] / trained.thresholds[start])
    note = f"decades of threshold with {100 * GOOD:.0f} % right, at the chosen light"
    return computed(math.log10(ratio), "1", note=note)


def _worst_margin(runs: list[Run]) -> Sourced:
    """(smallest 1 - largest 0) over their mean, over all operations of all cells."""
    ones = np.concatenate([r.answer.output[r.truth] for r in runs])
    zeros = np.concatenate([r.answer.output[~r.truth] for r in runs])
    each = [
        margin(float(r.answer.output[~r.truth].max()), float(r.answer.output[r.truth].min()))
        for r in runs
        if r.truth.any() and not r.truth.all()
    ]
    low, high = (float(v) for v in np.quantile(each, [0.05, 0.95], method="weibull"))
    value = margin(float(zeros.max()), float(ones.min()))
    return computed(
        value, "1", min(low, value), max(high, value),
        note="smallest 1 and largest 0 of all cells and operations; interval: single cells",
    )  # fmt: skip


def _drive(spec: PhotonicLogic, first: _Draw, function: str) -> dict[str, Sourced]:
    """How many gates an output can light, and whether it could drive one by itself."""
    gate, found = first.trained.gates[function], {}
    compact = first.bench.compact if isinstance(first.bench, DynamicBench) else None
    light = spec.full_light if compact is None else compact.full_light
    area = spec.area if compact is None else compact.area
    known = first.bench.drive(gate.setting)
    inputs = [] if known is None else [known[0].a, known[0].b]
    lights = [known[1] * x.light for x in inputs if known is not None and x.light is not None]
    if lights and light is not None and area is not None and light.is_known and area.is_known:
        one = max(lights) * float(light) * float(area)
        p = spec.emitter_power
        low, value, high = (float(math.floor(x / one)) for x in _three(p))
        note = "gates that the light of one emitter can serve, by power alone"
        found["fan_out"] = computed(value, "1", low, high, note=note)
    else:
        why = "light of the inputs, irradiance or area of the cell are not known"
        found["fan_out"] = Sourced.unknown("1", why)
    electrical = [float(x.voltage) for x in inputs if x.voltage is not None]
    if electrical and known is not None:
        m = first.trained.medians[gate.setting]
        ones = m[[3]] if function == "AND" else m[1:]
        zeros = m[:3] if function == "AND" else m[:1]
        needed = min(abs(v - float(known[0].bias)) for v in electrical)
        swing = float(ones.min() - zeros.max())
        note = "swing of the output over the voltage input that it would have to be; 1 or more: yes"
        found["direct_gain"] = computed(swing / max(needed, 1e-300), "1", note=note)
    else:
        found["direct_gain"] = Sourced.unknown("1", "no input of this gate is a voltage")
    return found


def _energies(spec: PhotonicLogic, function: str, every: list[_Draw]) -> dict[str, Sourced]:
    d = spec.decision_energy
    ends = [_end(d, e) for e in (d.low, d.high)]
    supply = _over(every, lambda x: [r.answer.electrical for r in x.runs[function]], "J")
    found = {"energy_electrical": supply}
    if supply.is_known and supply.low is not None and supply.high is not None:
        found["energy_electrical"] = computed(
            float(supply) + float(d), "J", supply.low + ends[0], supply.high + ends[1],
            note=f"supply {float(supply):.3g} J and one decision of {float(d):.3g} J",
        )  # fmt: skip
    optical = _over(every, lambda x: [r.answer.optical for r in x.runs[function]], "J")
    if not optical.is_known:
        unknown = Sourced.unknown("J", "irradiance or area of the cell is not known")
        return found | {"energy_optical": unknown, "energy_emitter": unknown}
    e = spec.emitter_efficiency
    low, high = (_end(e, x) for x in (e.low, e.high))
    found["energy_optical"] = optical
    found["energy_emitter"] = computed(
        float(optical) / float(e), "J", _end(optical, optical.low) / high,
        _end(optical, optical.high) / low,
        note="electrical energy of the emitters that make this light",
    )  # fmt: skip
    return found


def _verdict(
    function: str, every: list[_Draw], value: Sourced, plain: Sourced, others: dict[str, Sourced]
) -> str:
    first, failing = every[0], others["failure_probability"]
    label = first.bench.labels[first.trained.gates[function].setting]
    can = [f for f in FUNCTIONS if float(others[f"{f.lower()}_share"]) >= GOOD]
    which = " and ".join(can) if can else "neither AND nor OR"
    beside = "better than" if float(value) > float(plain) + 0.01 else "no better than"
    if float(value) < float(plain) - 0.01:
        beside = "worse than"
    text = (
        f"With a comparator the nominal device makes {which} at {100 * GOOD:.0f} % right or more; "
        f"its {function} ({label}) is right in {100 * float(value):.1f} %, wrong in "
        f"{100 * float(failing):.2g} % of the outputs (other cells: at most "
        f"{100 * float(failing.high or 0):.2g} %), {beside} a photoresistor in its "
        f"place ({100 * float(plain):.1f} %), with a margin of "
        f"{float(others[f'{function.lower()}_margin']):.2g} (photoresistor "
        f"{float(others['photoresistor_margin']):.2g})"
    )
    if "half_adder" in others:
        text += (
            f"; a half adder of three gates with restoring comparators is right in "
            f"{100 * float(others['half_adder']):.1f} %"
        )
    if len(every) > 1:
        good = sum(float(np.mean(_rights(function, d))) >= GOOD for d in every[1:])
        text += (
            f". Of {len(every) - 1} draws of what is not known of it, each with setting and "
            f"threshold (and load, where none is given) of its own, {good} make {function} as well"
        )
    return text + "."


def _details(spec: PhotonicLogic, first: _Draw, function: str) -> dict[str, object]:
    """Arrays for pictures: outputs by inputs, windows, and the stream of one cell."""
    runs, trained = first.runs[function], first.trained
    outputs = np.concatenate([r.answer.output for r in runs])
    bits = np.concatenate([r.bits for r in runs])
    trace = runs[0].answer.trace
    return {
        "function": function,
        "settings": list(first.bench.labels),
        "chosen_settings": {f: trained.gates[f].setting for f in FUNCTIONS},
        "chosen_thresholds": {f: trained.gates[f].threshold for f in FUNCTIONS},
        "thresholds": trained.thresholds,
        "and_shares": trained.shares["AND"],
        "or_shares": trained.shares["OR"],
        "medians": trained.medians,
        "outputs": outputs,
        "inputs": (2 * bits[:, 0] + bits[:, 1]).astype(int),
        "shares_per_cell": np.array([r.right for r in runs]),
        "trace": trace[:, : _some(spec, trace)],
        "combinations": COMBINATIONS.astype(int),
    }


def _some(spec: PhotonicLogic, trace: F) -> int:
    """Rows of about eight operations."""
    per = max(trace.shape[1] // max(spec.operations, 1), 1)
    return min(8 * per, trace.shape[1])
