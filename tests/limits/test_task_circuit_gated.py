"""A transistor gated by a memory whose states, switching and chance are known."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from circuit_cells import linear, switch
from halodot import array
from halodot.array.state import Array, Compact, Drive, Response
from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.figures.state import Figures
from halodot.task.circuit.drawing import drawn
from halodot.task.circuit.gated import _first_lost, _Sense, evaluate, told_apart
from halodot.task.circuit.memory import MemoryCell, law_of
from halodot.task.circuit.spec import GatedMemory, TransistorSpec

F = NDArray[np.float64]
ON, OFF, LOAD = 1e-4, 1e-9, 1e6
QUIET = {
    "cell_spread": 0.0, "sense_noise": "0 A", "cells": 5, "training_cells": 2, "cycles": 8,
    "reads": 20, "load": "1 Mohm", "write_voltage": "3 V", "erase_voltage": "-3 V",
    "write_resistance": "1 ohm", "light_voltage": "1.2 V",
}  # fmt: skip


def memory(**changes: float) -> Compact:
    """Sets at 2 V in the dark, at 0.8 V in full light; resets at -1 V."""
    return switch(ON, OFF, 2.0, -1.0, by_light=1.2, **changes)


def tile(compact: Compact | None) -> Array:
    made = array.build(Figures("iv", "", ()), seed=9)
    ask = None if compact is None else (lambda _draw: compact)
    return replace(made, status=Status.OK, compact=ask)


def task(**changes: object) -> GatedMemory:
    return build(GatedMemory, {**QUIET, **changes})


def divided(g: float) -> float:
    return g * LOAD / (1.0 + g * LOAD)


@pytest.mark.parametrize("side", ["supply", "ground"])
def test_both_states_are_those_of_the_divider(side: str) -> None:
    score = evaluate(tile(memory()), task(side=side))
    written, erased = (divided(g) for g in (ON, OFF))
    if side == "ground":
        written, erased = 1.0 - written, 1.0 - erased
    others = score.others
    assert others["gate_written"].value == pytest.approx(written, rel=1e-6, abs=0.0)
    assert others["gate_erased"].value == pytest.approx(erased, rel=1e-6, abs=0.0)
    assert others["memory_window_V"].value == pytest.approx(abs(written - erased), rel=1e-9)
    law = law_of(TransistorSpec())
    drains = [abs(float(law.current(gate - 1.0, -0.5))) for gate in (written, erased)]
    assert others["drain_on_off_ratio"].value == pytest.approx(max(drains) / min(drains), rel=1e-6)
    assert others["bare_on_off_ratio"].value == pytest.approx(ON / OFF, rel=1e-9)
    # written: the gate of a p channel is at the supply, where its source is
    assert score.verdict.endswith(f"Written cells {'block' if side == 'supply' else 'conduct'} "
                                  "the channel.")  # fmt: skip
    assert score.value.value == score.baseline.value == 1.0
    assert score.status is Status.OK


def test_an_n_channel_turns_the_sense() -> None:
    n = {"polarity": "n", "threshold": "0.5 V"}
    score = evaluate(tile(memory()), task(transistor=n, drain_voltage="0.5 V"))
    assert "Written cells conduct" in score.verdict
    law = law_of(build(TransistorSpec, n))
    exact = float(law.current(divided(ON), 0.5) / law.current(divided(OFF), 0.5))
    assert score.others["drain_on_off_ratio"].value == pytest.approx(exact, rel=1e-6)


def test_light_writes_where_voltage_alone_does_not() -> None:
    score = evaluate(tile(memory()), task())
    assert score.others["optical_write"].value == 1.0
    assert score.others["dark_write"].value == 0.0
    # 100 W/m2 on 1e-8 m2 for 0.1 s
    assert score.others["energy_light"].value == pytest.approx(1e-7, rel=1e-12, abs=0.0)
    bright = evaluate(tile(memory()), task(light_voltage="2.5 V"))
    assert bright.others["dark_write"].value == 1.0


def test_writes_that_are_ignored_fail_as_often() -> None:
    """Bits half and half, each write or erase ignored with p; the bit before stays: p/2."""
    p = 0.3
    score = evaluate(tile(memory(chance=p)), task(cells=20, cycles=40))
    found = score.others["failure_probability"]
    assert found.value == pytest.approx(0.5 * p, abs=4 * math.sqrt(0.15 * 0.85 / 800))
    assert found.low < 0.5 * p < found.high


def test_what_is_kept_and_not_disturbed_is_a_lower_bound() -> None:
    score = evaluate(tile(memory()), task(retention_time="500 s"))
    assert score.others["retention_s"].value == 500.0
    assert "lower bound" in score.others["retention_s"].note
    assert score.others["read_disturb"].value == 0.0
    assert score.others["read_disturb"].high == pytest.approx(1.0 - 0.05**0.2)  # 5 cells
    assert score.others["read_disturb_shift"].value == 0.0


def test_reads_above_the_set_voltage_disturb() -> None:
    score = evaluate(tile(memory()), task(read_voltage="2.5 V"))
    assert score.others["read_disturb"].value == pytest.approx(0.5)  # every erased state turns


def test_a_load_that_shares_the_erase_leaves_the_memory_written() -> None:
    """-3 V over 0.1 mS and 1 Mohm leave 0.03 V of the 1 V that an erase takes."""
    score = evaluate(tile(memory()), task(write_resistance="1 Mohm"))
    assert score.value.value < 0.9


def test_the_settling_of_the_gate_is_that_of_r_and_c() -> None:
    """Gate to (1 - e^(-t/tau)) of its end; the drain is within a tenth of its end when.

    dlnI/dVgs = 1/s below threshold: V_end e^(-t/tau)/s = ln 1.1.
    """
    n = {"polarity": "n", "threshold": "3 V", "leakage": "0 A"}
    cell = MemoryCell(task(transistor=n, drain_voltage="1 V"), linear(1e-6), LOAD,
                      law_of(build(TransistorSpec, n)))  # fmt: skip
    tau = 0.5 * LOAD * cell.law.capacitance  # cell and load side by side
    end, s = 0.5, 0.15 / math.log(10.0)
    found, status = cell.settling(None)
    assert status is Status.OK
    assert found == pytest.approx(tau * math.log(end / s / math.log(1.1)), rel=0.05)


def test_a_read_shorter_than_its_settling_says_so() -> None:
    score = evaluate(tile(memory()), task(read_time="1 ns"))
    assert score.status is Status.OUTSIDE_RANGE
    assert any("longer than the read" in n for n in score.notes)


def test_noise_of_the_amplifier_sets_what_can_be_read() -> None:
    """Both currents far below the noise: half of the bits."""
    score = evaluate(tile(memory()), task(sense_noise="1 A", cells=20, cycles=40))
    assert score.value.value == pytest.approx(0.5, abs=0.1)
    assert score.baseline.value == pytest.approx(0.5, abs=0.1)


def test_levels_are_told_apart_by_their_spread_and_the_noise() -> None:
    rng = np.random.default_rng(3)
    middles = np.array([1e-12, 1e-10, 1e-9, 1.2e-9, 1e-6])
    x = middles[:, None] * np.exp(0.1 * rng.standard_normal((5, 200)))
    assert told_apart(x, 2.0) == 4
    assert told_apart(x, 2.0, noise=1e-10) == 3  # the two lowest are lost in it as well
    assert told_apart(x, 20.0) == 3  # e^4 apart, of 100, 10 and 1000


def test_draws_vary_what_is_assumed_of_the_transistor() -> None:
    spec = task(draws=3)
    one, two = (drawn(spec, 5, k) for k in (0, 1))
    assert one.transistor.mobility != two.transistor.mobility
    assert one.load == spec.load  # given without an interval
    score = evaluate(tile(memory()), spec)
    on_off = score.others["drain_on_off_ratio"]
    assert on_off.low < on_off.value < on_off.high
    assert "of 3 draws" in on_off.note


def test_a_device_without_dynamics_is_refused() -> None:
    with pytest.raises(InputError, match="without dynamics"):
        evaluate(tile(None))


def test_levels_must_be_resistances() -> None:
    with pytest.raises(InputError, match="level_resistances"):
        task(level_resistances=["1 V"])


def broken(compact: Compact, when: Callable[[Drive], bool], bad: Status) -> Compact:
    """A device that cannot be followed through some drives."""

    def march(drive: Drive, start: F | None, seed: int) -> Response:
        found = compact.march(drive, start, seed)
        if not when(drive):
            return found
        return replace(found, current=np.full(len(drive.outputs), np.nan), status=bad)

    return replace(
        compact, march=march, with_series=lambda r: broken(compact.with_series(r), when, bad),
        another=lambda spread, seed: broken(compact.another(spread, seed), when, bad),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "field", "words"),
    [
        (lambda d: len(d.outputs) == 20, "read_disturb", "20 reads turn is not known"),
        (lambda d: len(d.outputs) == 20, "read_disturb_shift", "20 reads turn is not known"),
        (lambda d: bool(d.light.any()), "", ""),
        (lambda d: float(d.time[-1]) > 10.0, "", ""),
    ],
)
def test_what_cannot_be_followed_is_in_the_status_and_no_verdict(
    when: Callable[[Drive], bool], field: str, words: str
) -> None:
    score = evaluate(tile(broken(memory(), when, Status.MAX_STEPS)), task())
    assert score.status is Status.MAX_STEPS
    assert words in score.verdict
    assert not field or not score.others[field].is_known


def test_a_bit_whose_read_is_no_number_is_neither_kept_nor_lost() -> None:
    sense, times = _Sense(1.0, True), np.array([1.0, 2.0, 3.0])
    assert math.isnan(_first_lost(times, np.array([2.0, np.nan, 0.0]), sense, True))
    assert _first_lost(times, np.array([2.0, 0.0, np.nan]), sense, True) == 2.0
    assert _first_lost(times, np.array([2.0, 2.0, 2.0]), sense, True) == math.inf
