"""Gates of light (and voltage) with one device each: are they gates, and do they drive others?

A device and a load divide the voltage of a supply; a clocked comparator reads the load. Setting
and threshold are chosen on some cells, what is scored are other cells on other bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array, Compact
from ...core.errors import InputError
from ...core.randomness import generator
from ...core.sourced import Sourced, computed
from ...core.status import worst
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
from .shares import counted, margin, median_of, next_one, widest
from .spec import PhotonicLogic

F = NDArray[np.float64]
GOOD = 0.99  # share right from which a setting counts as that function
CIRCUITS = 2  # of several gates, in each draw of the device
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
    every = [_one(first, spec, array.seed, None, spec.function)]
    function = every[0].function
    for k in range(spec.draws):
        bench = benches(k)
        if bench is not None:
            every.append(_one(bench, bench.spec, array.seed, k, function))
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
            load = load_for(spec, nominal) if spec.load is None else float(spec.load)
            return lambda k: DynamicBench(_drawn(spec, array.seed, k), make(k), load, array.seed)
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
    return lambda k: _recorded(recorded, array.seed, _drawn(spec, array.seed, k), k)


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
    load = 1.0 / math.sqrt(max(float(table.min()), 1e-15) * float(table.max()))
    if spec.load is not None:
        load = float(spec.load)
    if draw is not None:
        draws = [[f[name].draws for name in NAMES] for f in protocols]
        rows = [[d[draw] if draw < len(d) else None for d in row] for row in draws]
        if any(not isinstance(x, float | int) for row in rows for x in row):
            return None
        table = np.array(rows, dtype=float) / abs(voltage)
    labels = tuple(f.label for f in protocols)
    return RecordedBench(spec, table, labels, voltage, load, seed)


def _one(
    bench: Bench, spec: PhotonicLogic, seed: int, draw: int | None, function: str
) -> _Draw:  # fmt: skip
    """Train and use one draw; the photoresistor goes through the same."""
    named = int(generator(seed, "circuit.draw", -1 if draw is None else draw).integers(2**31 - 1))
    trained = train(bench, spec, named, spec.training_cells)
    cells = range(spec.cells)
    bits = [stream(spec.operations, named, "use", c) for c in cells]
    runs = {
        f: [
            use(bench, spec, trained.gates[f], b, OTHERS - 1 - c, named)
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
        use(plain, spec, taught.gates[function], b, OTHERS - 1 - c, named).right
        for c, b in zip(cells, bits, strict=True)
    ]
    adders, trees = [], []
    if spec.cascade:
        circuits = cells if draw is None else cells[:CIRCUITS]
        adders = [half_adder(bench, spec, trained, c, named) for c in circuits]
        trees = [tree(bench, spec, trained, c, named) for c in circuits]
    plain_margin = margins(taught.medians[0])[function]
    return _Draw(function, bench, trained, runs, beside, plain_margin, adders, trees)


def _score(array: Array, spec: PhotonicLogic, function: str, every: list[_Draw]) -> Score:
    first = every[0]
    runs = [r for d in every for r in d.runs[function]]
    gate = first.trained.gates[function]
    note = "cells" if len(every) == 1 else f"cells of {len(every)} draws"
    value = next_one([r.right for r in runs], "1", note)
    plain = next_one([p for d in every for p in d.plain], "1", f"photoresistors beside {note}")
    others = _others(spec, function, every, note)
    statuses = [r.answer.status for d in every for f in FUNCTIONS for r in d.runs[f]]
    status = worst(array.status, *statuses)
    electrical = others["energy_electrical"]
    optical = others["energy_optical"]
    energy = _sum(electrical, optical)
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
        energy=energy,
        latency=_latency(spec),
        measure="share of right outputs",
        verdict=_verdict(function, first, gate, value, plain, others),
        others=others,
        details=_details(spec, first, function),
        status=status,
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


def _others(
    spec: PhotonicLogic, function: str, every: list[_Draw], note: str
) -> dict[str, Sourced]:  # fmt: skip
    first, found = every[0], {}
    runs = [r for d in every for r in d.runs[function]]
    wrong, total = sum(r.wrong for r in runs), sum(len(r.said) for r in runs)
    found["share_right"] = computed((total - wrong) / total, "1", note="of all outputs")
    found["failure_probability"] = counted(wrong, total, f"{wrong} of {total} outputs wrong")
    failing = sum(r.wrong > 0 for r in runs)
    found["failing_cells"] = counted(
        failing, len(runs), f"{failing} of {len(runs)} cells ever wrong"
    )
    for f in FUNCTIONS:
        these = [r for d in every for r in d.runs[f]]
        gate, word = first.trained.gates[f], f.lower()
        whole = sum(r.wrong == 0 for r in these)
        found[f"is_{word}"] = counted(
            whole, len(these), f"{whole} of {len(these)} cells never wrong"
        )
        found[f"{word}_share"] = next_one([r.right for r in these], "1", note)
        m = [margins(d.trained.medians[d.trained.gates[f].setting])[f] for d in every]
        found[f"{word}_margin"] = _range(m, "1", "medians of training cells, each draw")
        found[f"{word}_window"] = _window(first.trained, gate)
        found[f"{word}_threshold"] = computed(gate.threshold, "V", note="chosen on training cells")
    found["noise_margin"] = _worst_margin(first.runs[function])
    found["photoresistor_margin"] = _range([d.plain_margin for d in every], "1", "each draw")
    gains = [r.right - p for d in every for r, p in zip(d.runs[function], d.plain, strict=True)]
    found["advantage"] = next_one(gains, "1", f"{note}, device less photoresistor")
    if spec.cascade:
        found["half_adder"] = next_one([x for d in every for x in d.adders], "1", "circuits")
        found["tree"] = next_one([x for d in every for x in d.trees], "1", "circuits")
    found |= _drive(spec, first, function)
    found |= _energies(spec, runs, note)
    rest = float(spec.rest) + float(_latency(spec))
    if spec.reset_voltage is not None:
        rest += float(spec.reset_time) + float(spec.rest)
    found["cycle_time"] = computed(rest, "s", note="of an operation with reset and rest")
    found["load"] = computed(first.bench.load, "ohm")
    return found


def _range(values: list[float], unit: str, note: str) -> Sourced:
    if len(values) == 1:
        return computed(values[0], unit, note="nominal device")
    return median_of(values, unit, note)


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


def _energies(spec: PhotonicLogic, runs: list[Run], note: str) -> dict[str, Sourced]:
    d = spec.decision_energy
    ends = [_end(d, e) for e in (d.low, d.high)]
    cells = np.array([r.answer.electrical for r in runs])
    supply = next_one(cells, "J", f"{note}, of an operation")
    found = {"energy_electrical": supply}
    if supply.is_known and supply.low is not None and supply.high is not None:
        found["energy_electrical"] = computed(
            float(supply) + float(d), "J", supply.low + ends[0], supply.high + ends[1],
            note=f"supply {float(supply):.3g} J and one decision of {float(d):.3g} J",
        )  # fmt: skip
    light = np.array([r.answer.optical for r in runs])
    if np.isfinite(light).any():
        optical = next_one(light, "J", f"{note}, light on the cell in an operation")
        e = spec.emitter_efficiency
        low, high = (_end(e, x) for x in (e.low, e.high))
        found["energy_optical"] = optical
        found["energy_emitter"] = computed(
            float(optical) / float(e), "J", float(optical) / high, float(optical) / low,
            note="electrical energy of the emitters that make this light",
        )  # fmt: skip
    else:
        why = "irradiance or area of the cell is not known"
        found["energy_optical"] = found["energy_emitter"] = Sourced.unknown("J", why)
    return found


def _verdict(
    function: str, first: _Draw, gate: Chosen, value: Sourced, plain: Sourced,
    others: dict[str, Sourced],
) -> str:  # fmt: skip
    failing = others["failure_probability"]
    label = first.bench.labels[gate.setting]
    can = [f for f in FUNCTIONS if float(others[f"{f.lower()}_share"]) >= GOOD]
    which = " and ".join(can) if can else "no function"
    beside = "better than" if float(value) > float(plain) + 0.01 else "no better than"
    if float(value) < float(plain) - 0.01:
        beside = "worse than"
    text = (
        f"With a comparator the device makes {which} at {100 * GOOD:.0f} % right or more; its "
        f"{function} ({label}) is right in {100 * float(value):.1f} %, wrong in "
        f"{100 * float(failing):.2g} % of the outputs (at most "
        f"{100 * float(failing.high or 0):.2g} %), {beside} a photoresistor in its "
        f"place ({100 * float(plain):.1f} %)"
    )
    if "half_adder" in others:
        text += (
            f"; a half adder of three gates with restoring comparators is right in "
            f"{100 * float(others['half_adder']):.1f} %"
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
