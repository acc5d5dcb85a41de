"""Gates whose tables are known: a photoresistor, a memory that switches, records of outputs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from circuit_cells import linear, switch
from halodot import array
from halodot.array.state import Array, Compact, Drive, Response
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.figures.state import Figure, Figures
from halodot.task.circuit.bench import (
    COMBINATIONS,
    DynamicBench,
    RecordedBench,
    load_for,
    photoresistor,
)
from halodot.task.circuit.gates import OTHERS, Chosen, margins, stream, train, truth_of, use
from halodot.task.circuit.logic import _benches, evaluate
from halodot.task.circuit.shares import (
    balanced,
    best_threshold,
    clustered,
    counted,
    expected,
    over_cells,
)
from halodot.task.circuit.spec import PhotonicLogic

F = NDArray[np.float64]
QUIET = {
    "cell_spread": 0.0, "noise": "0 V", "offset": "0 V", "hysteresis": "0 V", "repeat_spread": 0.0,
    "cells": 4, "training_cells": 2, "operations": 12, "light_levels": [1.0],
}  # fmt: skip
MEMORY = {
    "drive": [
        {"label": "or", "a": {"voltage": "3 V"}, "b": {"light": 1.0}, "bias": "1 V"},
        {"label": "and", "a": {"voltage": "1 V"}, "b": {"light": 1.0}, "bias": "0.1 V"},
    ],
    "output": "stored", "read_voltage": "0.1 V", "reset_voltage": "-3 V", "load": "10 kohm",
    "reset_load": "1 ohm",
}  # fmt: skip


def tile(compact: Compact | None, figures: tuple[Figures, ...] = ()) -> Array:
    made = array.build(Figures("iv", "", ()), seed=4)
    ask = None if compact is None else (lambda _draw: compact)
    return replace(made, status=Status.OK, compact=ask, figures=figures)


def memory(**changes: float) -> Compact:
    """Sets at 2 V in the dark and at 0.8 V in full light; 1 mS and 1 nS."""
    return switch(1e-3, 1e-9, 2.0, -1.0, by_light=1.2, **changes)


def gate(**changes: object) -> PhotonicLogic:
    return build(PhotonicLogic, {**QUIET, **changes})


def test_a_photoresistor_with_two_lights_divides_as_its_conductance_says() -> None:
    dark, slope, load = 1e-7, 9e-7, 1e5
    bench = DynamicBench(gate(), linear(dark, slope), load, 1)
    found = bench.answer(0, COMBINATIONS, -1, 1)
    g = dark + slope * np.array([0.0, 0.5, 0.5, 1.0])
    assert found.output == pytest.approx(0.1 * g * load / (1.0 + g * load), rel=1e-6, abs=0.0)
    # light of 100 W/m2 on 1e-8 m2 for 0.1 s, on average half of it
    assert found.optical == pytest.approx(0.5 * 100.0 * 1e-8 * 0.1, rel=1e-12, abs=0.0)
    joule = np.mean(0.1**2 * g / (1.0 + g * load)) * 0.1
    assert found.electrical == pytest.approx(float(joule), rel=2e-3, abs=0.0)  # edges of 1e-3


def test_two_lights_on_a_photoresistor_are_and_as_well_as_or_by_the_threshold() -> None:
    score = evaluate(tile(linear(1e-7, 9e-7)), gate(load="100 kohm"))
    assert float(score.others["and_share"]) == float(score.others["or_share"]) == 1.0
    # a photoresistor in place of a photoresistor adds nothing
    assert float(score.others["advantage"]) == 0.0
    assert score.baseline.value == 1.0
    assert float(score.others["half_adder"]) == float(score.others["tree"]) == 1.0
    assert not score.others["direct_gain"].is_known


def test_a_memory_that_light_helps_is_or_at_high_bias_and_and_at_low_bias() -> None:
    score = evaluate(tile(memory()), gate(**MEMORY))
    assert score.value.value == 1.0
    assert score.others["is_and"].value == score.others["is_or"].value == 1.0
    assert score.details["settings"] == ["or, light 1", "and, light 1"]
    assert score.details["chosen_settings"] == {"AND": 1, "OR": 0}
    on = 0.1 * 1e-3 * 1e4 / (1.0 + 1e-3 * 1e4)
    off = 0.1 * 1e-9 * 1e4 / (1.0 + 1e-9 * 1e4)
    assert score.details["medians"][1] == pytest.approx([off, off, off, on], rel=1e-9, abs=0.0)
    assert score.details["medians"][0] == pytest.approx([off, on, on, on], rel=1e-9, abs=0.0)
    exact = 2.0 * (on - off) / (on + off)
    assert score.others["noise_margin"].value == pytest.approx(exact, rel=1e-9)
    assert score.others["half_adder"].value == 1.0
    # output swing over the 0.9 V of the voltage input of the gate that is scored
    chosen = 0.9 if score.details["function"] == "AND" else 2.0
    assert score.others["direct_gain"].value == pytest.approx((on - off) / chosen, rel=1e-9)


def test_a_reset_through_the_load_may_not_reach_the_device() -> None:
    """-3 V over 1 mS and 10 kohm leave 0.27 V of the 1 V that it takes."""
    through = {k: v for k, v in MEMORY.items() if k != "reset_load"}
    score = evaluate(tile(memory()), gate(**through))
    assert score.value.value < 0.9


def test_a_state_goes_on_where_the_load_is_bridged_for_a_reset() -> None:
    """-0.5 V resets nothing: what was set stays set through every change of the load."""
    kept = {**MEMORY, "reset_voltage": "-0.5 V"}
    bench = DynamicBench(gate(**kept), memory(), 1e4, 1)
    bits = np.array([[1, 1], [0, 0], [0, 0]], dtype=bool)
    found = bench.answer(0, bits, -1, 1).output
    assert found == pytest.approx(np.full(3, found[0]), rel=1e-9)
    assert found[0] > 0.05


def test_the_photoresistor_has_the_conductances_of_the_device() -> None:
    """For 00 and 11, also where much of the supply falls over the load."""
    spec = gate()
    bench = DynamicBench(spec, linear(1e-6, 9e-5), 1e5, 1)
    outputs = bench.answer(0, COMBINATIONS, -1, 1).output
    plain = photoresistor(bench, spec, 0, outputs, 1)
    assert plain.dark == pytest.approx(1e-6, rel=1e-6, abs=0.0)
    assert plain.slope == pytest.approx(9e-5, rel=1e-6, abs=0.0)
    again = plain.answer(0, COMBINATIONS, -1, 1).output
    assert again == pytest.approx(outputs, rel=1e-6, abs=0.0)


def test_a_stored_output_is_that_of_its_own_read_voltage() -> None:
    """Read at 0.1 V after inputs of 1 V and 3 V: still the conductances of the device."""
    spec = gate(**MEMORY)
    bench = DynamicBench(spec, switch(1e-3, 1e-7, 2.0, -1.0, by_light=1.2), 1e4, 1)
    outputs = bench.answer(0, COMBINATIONS, -1, 1).output
    plain = photoresistor(bench, spec, 0, outputs, 1)
    assert plain.dark == pytest.approx(1e-7, rel=1e-6, abs=0.0)
    assert plain.dark + plain.slope == pytest.approx(1e-3, rel=1e-6, abs=0.0)


def test_every_draw_has_cells_of_its_own() -> None:
    """Of a device that is known, draws differ by nothing else."""
    spec = gate(cell_spread=0.3, load="100 kohm", draws=4, draw_cells=1, cascade=False)
    table = record("x", [1e-8, 1e-7, 1e-7, 2e-7], draws=1)
    same = replace(
        table, figures=tuple(replace(f, draws=(f.value.value,) * 4) for f in table.figures)
    )
    made = replace(tile(None, (same,)), seed=193)
    benches = _benches(made, spec.model_copy(update={"measured_voltage": Sourced(1.0, "V")}))
    outputs = [benches(k).answer(0, COMBINATIONS, OTHERS, 1).output[3] for k in range(4)]
    assert len({round(x, 12) for x in outputs}) == 4
    again = [benches(k).answer(0, COMBINATIONS, OTHERS, 1).output[3] for k in range(4)]
    assert again == outputs


def test_status_of_training_and_of_cascades_is_not_lost() -> None:
    limited = replace(linear(1e-7, 9e-7), another=lambda _s, _n: limited)
    inner = limited.march
    count = iter(range(10**6))

    def march(drive: Drive, start: F | None, seed: int) -> Response:
        found = inner(drive, start, seed)
        return replace(found, status=Status.MAX_STEPS) if next(count) == 0 else found

    first = replace(limited, march=march, with_series=lambda _r: first)
    score = evaluate(tile(first), gate(load="100 kohm", cascade=False))
    assert score.status is Status.MAX_STEPS  # the first stream is one of training


def test_energy_of_emitters_holds_the_light_that_is_not_known() -> None:
    spec = gate(
        measured_voltage="0.2 V", load="1 Mohm", cascade=False, draws=2, cell_spread=0.1,
        drive=[{"label": "x", "a": {"light": 0.2}, "b": {"light": 0.2}}], area="1e-8 m2",
        full_light={"value": "100 W/m2", "low": "1 W/m2", "high": "1e4 W/m2", "basis": "assumed",
                    "note": "t"},
    )  # fmt: skip
    found = evaluate(tile(None, (record("x", [1e-9, 1e-8, 1e-8, 2e-8], draws=2),)), spec).others
    light, emitter, e = found["energy_optical"], found["energy_emitter"], spec.emitter_efficiency
    assert light.low < light.high
    assert emitter.low == pytest.approx(light.low / e.high, rel=1e-12, abs=0.0)
    assert emitter.high == pytest.approx(light.high / e.low, rel=1e-12, abs=0.0)


def test_without_a_reset_a_memory_remembers_the_operation_before() -> None:
    never = {k: v for k, v in MEMORY.items() if k != "reset_voltage"}
    score = evaluate(tile(memory()), gate(**never))
    # once set it stays: ones are right, zeros after the first one are not
    assert score.value.value < 0.9
    assert score.others["failure_probability"].value > 0.1


def test_a_memory_that_ignores_some_pulses_fails_as_often() -> None:
    """Sets and resets are each ignored with p: a Markov chain of two states."""
    score = evaluate(
        tile(memory(chance=0.2)),
        gate(**MEMORY, cells=12, operations=40, training_cells=2, cascade=False, function="OR"),
    )
    # q: on at the end of an operation; p q: still on after a reset that may be ignored
    p = 0.2
    q = 0.75 / (1.0 + 0.75 * p)
    exact = 0.25 * p * q + 0.75 * (1.0 - p * q) * p
    found = score.others["failure_probability"]
    assert found.value == pytest.approx(exact, abs=4.0 * math.sqrt(exact / 480))
    assert found.low < exact < found.high


@pytest.mark.parametrize("function", ["AND", "OR"])
def test_truth_tables(function: str) -> None:
    expected_table = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1]}[function]
    assert truth_of(function, COMBINATIONS).astype(int).tolist() == expected_table


def test_a_constant_output_scores_chance_whatever_the_function() -> None:
    bits = stream(4000, 1)
    for function in ("AND", "OR"):
        for said in (np.zeros(4000, dtype=bool), np.ones(4000, dtype=bool)):
            assert balanced(said, truth_of(function, bits)) == 0.5


def test_a_comparator_with_noise_fails_as_its_normal_law_says() -> None:
    """Outputs 0 and 1 V, threshold in the middle, noise s: wrong in erfc(1/(2 sqrt(2) s))/2."""
    sd = 0.4
    spec = gate(**{**MEMORY, "read_voltage": "1 V", "drive": MEMORY["drive"][:1]},
                noise=f"{sd} V", threshold="0.5 V", operations=100, cells=4, cascade=False,
                function="OR")  # fmt: skip
    on = 1e-3 * 1e4 / (1.0 + 1e-3 * 1e4)
    high, low = (0.5 * math.erfc(x / sd / math.sqrt(2.0)) for x in (on - 0.5, 0.5))
    score = evaluate(tile(memory()), spec)
    wrong = 0.75 * high + 0.25 * low
    found = score.others["failure_probability"]
    assert found.value == pytest.approx(wrong, abs=4.0 * math.sqrt(wrong / 400))
    assert found.low < wrong < found.high


def test_comparators_differ_by_their_offset() -> None:
    """A signal one standard deviation below the threshold: 15.9 % of the comparators say 1."""
    spec = gate(offset="10 mV")
    bench = RecordedBench(spec, np.full((1, 4), 1e-9), ("x",), 1.0, 1e9, 5)  # 0.5 V
    chosen = Chosen("AND", 0, 0.51, 1.0)
    said = np.array([use(bench, spec, chosen, COMBINATIONS, c, 3).said for c in range(600)])
    assert (said == said[:, :1]).all()  # one offset for each comparator
    assert said[:, 0].mean() == pytest.approx(0.158655, abs=4 * math.sqrt(0.1335 / 600))


def test_the_load_is_the_geometric_mean_of_both_states() -> None:
    spec = gate(**{k: v for k, v in MEMORY.items() if k != "load"})
    assert load_for(spec, memory()) == pytest.approx(1e6, rel=1e-5)


def test_the_best_threshold_lies_where_both_errors_balance() -> None:
    """Zeros at 1 and ones at 3 with equal noise: 2, where the share is ndtr(1/s)."""
    from scipy.special import ndtr

    x = np.array([1.0, 3.0])
    threshold, share = best_threshold(x, np.array([False, True]), 0.5)
    assert threshold == pytest.approx(2.0, rel=0.02)
    assert share == pytest.approx(ndtr(2.0), abs=1e-4)
    assert expected(x, np.array([False, True]), np.array([3.0]), 0.5)[0] == pytest.approx(
        0.5 * (0.5 + ndtr(4.0))
    )


@pytest.mark.parametrize(("wrong", "total"), [(0, 30), (3, 30), (15, 30), (29, 30), (30, 30)])
def test_the_ends_of_a_share_leave_five_percent(wrong: int, total: int) -> None:
    from scipy.stats import binom

    q = counted(wrong, total)
    if wrong < total:
        assert binom.cdf(wrong, total, q.high) == pytest.approx(0.05, rel=1e-6)
    if wrong > 0:
        assert binom.sf(wrong - 1, total, q.low) == pytest.approx(0.05, rel=1e-6)


def test_intervals_of_shares_cover_in_nine_of_ten() -> None:
    rng, p, n = np.random.default_rng(2), 0.1, 60
    draws = [counted(int(k), n) for k in rng.binomial(n, p, 4000)]
    assert 0.89 < np.mean([q.low <= p <= q.high for q in draws]) < 0.97


@pytest.mark.parametrize("draws", [12, 19, 40])
def test_intervals_of_clusters_cover_where_a_few_carry_all_failures(draws: int) -> None:
    """A third of the draws fails in 15 %, the others never: 5 % on average."""
    rng, held = np.random.default_rng(7), []
    for _ in range(1500):
        p = np.where(rng.random(draws) < 1.0 / 3.0, 0.15, 0.0)
        q = clustered(rng.binomial(24, p).tolist(), [24] * draws)
        held.append(q.low <= 0.05 <= q.high)
    assert np.mean(held) >= 0.89


def test_a_range_of_few_draws_says_so_whatever_their_cells() -> None:
    rng = np.random.default_rng(1)
    few, enough = rng.random((12, 2)).tolist(), rng.random((19, 2)).tolist()
    assert "less than 90 %" in over_cells([0.5], few, "1", "cells").note
    assert "less than 90 %" not in over_cells([0.5], enough, "1", "cells").note


def test_ranges_over_draws_cover_the_next_also_where_cells_are_twins() -> None:
    rng, held = np.random.default_rng(3), []
    for _ in range(1500):
        x = rng.standard_normal(20)
        q = over_cells([0.0], [[v, v] for v in x[:19]], "1", "cells")
        held.append(q.low <= x[19] <= q.high)
    assert np.mean(held) >= 0.88


def record(label: str, outputs: list[float], draws: int = 0) -> Figures:
    named = [
        Figure(
            f"output_{code}", Sourced(x, "A"), "", draws=tuple(x * (1 + k) for k in range(draws))
        )
        for code, x in zip(("00", "01", "10", "11"), outputs, strict=True)
    ]
    return Figures("logic", label, tuple(named))


def test_recorded_outputs_become_a_divider() -> None:
    product = record("weak", [1e-9, 1e-9, 1e-9, 1e-8])
    saturated = record("strong", [1e-9, 1e-8, 1e-8, 1e-8])
    spec = gate(measured_voltage="-0.2 V", load="1 Mohm", cascade=True)
    score = evaluate(tile(None, (product, saturated)), spec)
    assert score.details["settings"] == ["weak", "strong"]
    assert score.details["chosen_settings"] == {"AND": 0, "OR": 1}
    g = np.array([1e-9, 1e-8]) / 0.2
    low, high = 0.2 * g * 1e6 / (1.0 + g * 1e6)
    assert score.details["medians"][0] == pytest.approx([low, low, low, high], rel=1e-9, abs=0.0)
    assert margins(score.details["medians"][0])["AND"] == pytest.approx(
        2.0 * (high - low) / (high + low), rel=1e-9
    )
    assert score.others["half_adder"].value == 1.0
    assert not score.others["energy_optical"].is_known


def test_draws_of_records_are_used() -> None:
    spec = gate(measured_voltage="0.2 V", load="1 ohm", draws=3, cascade=False)
    score = evaluate(tile(None, (record("x", [0.0, 1e-4, 1e-4, 2e-4], draws=3),)), spec)
    assert "of 3 draws" in score.value.note
    more = gate(measured_voltage="0.2 V", load="1 ohm", draws=4, cascade=False)
    score = evaluate(tile(None, (record("x", [0.0, 1e-4, 1e-4, 2e-4], draws=3),)), more)
    assert any(n.startswith("1 of 4 draws") for n in score.notes)


def test_cells_of_a_record_scatter_as_stated() -> None:
    spec = gate(cell_spread=0.3, repeat_spread=0.1, measured_voltage="1 V")
    bench = RecordedBench(spec, np.full((1, 4), 1e-9), ("x",), 1.0, 1.0, 5)
    cells = np.array([bench.answer(0, stream(50, 1), c, c).output for c in range(400)])
    logs = np.log(cells)
    assert logs.mean(axis=1).std() == pytest.approx(math.sqrt(math.log1p(0.09)), rel=0.1)
    assert logs.std(axis=1).mean() == pytest.approx(math.sqrt(math.log1p(0.01)), rel=0.05)


def test_training_and_scored_cells_differ_and_results_repeat() -> None:
    spec = gate(cell_spread=0.2, noise="1 mV", load="100 kohm")
    one, two = (evaluate(tile(linear(1e-7, 9e-7)), spec) for _ in range(2))
    assert one.value == two.value
    assert one.details["outputs"].tolist() == two.details["outputs"].tolist()
    bench = DynamicBench(spec, linear(1e-7, 9e-7), 1e5, 4)
    trained = train(bench, spec, 4, 2)
    a, b = (use(bench, spec, trained.gates["OR"], COMBINATIONS, c, 4) for c in (0, 1))
    assert a.answer.output.tolist() != b.answer.output.tolist()


@pytest.mark.parametrize(
    ("changes", "compact", "words"),
    [
        ({"drive": [{"a": {"light": 0.7}, "b": {"light": 0.7}}]}, True, "full light together"),
        ({"drive": [{"a": {"light": 0.7, "voltage": "1 V"}, "b": {"light": 0.1}}]}, True, "both"),
        ({"light_levels": [2.0]}, True, "up to 1"),
        ({"model": "compact"}, False, "without dynamics"),
        ({}, False, "neither dynamics"),
        ({"drive": [{"bias": "200 V"}]}, True, "largest"),
        ({"drive": [{"bias": "0 V"}]}, True, "no current at the read"),
    ],
)
def test_what_cannot_be_run_is_refused(
    changes: dict[str, object], compact: bool, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        evaluate(tile(linear(1e-7, 9e-7) if compact else None), gate(**changes))
