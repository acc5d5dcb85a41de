"""Circuits whose answers are known: dividers, RC, a bridge of cells, a channel with its load."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from circuit_cells import linear, switch
from halodot.core.errors import InputError
from halodot.core.status import Status
from halodot.task.circuit.law import TransistorLaw
from halodot.task.circuit.solver import (
    Capacitor,
    Cell,
    Resistor,
    Source,
    Transistor,
    Wave,
    decide,
    solve,
)

RC_R, RC_C = 1e3, 1e-6


def rising(time: float) -> Wave:
    """A volt that comes up along a straight line in `time`."""
    return Wave(np.array([0.0, time]), np.array([0.0, 1.0]))


def test_a_linear_cell_and_a_resistor_divide_the_voltage_of_the_supply() -> None:
    time = np.linspace(0.0, 1.0, 11)
    light = Wave(np.array([0.0, 0.5, 1.0]), np.array([0.0, 1.0, 0.2]))
    circuit = [
        Source("V", "in", "0", Wave.constant(2.0)),
        Cell("cell", "in", "out", linear(1e-6, 9e-6), light),
        Resistor("R", "out", "0", 1e5),
    ]
    found = solve(circuit, time)
    g = 1e-6 + 9e-6 * light.at(time)
    exact = 2.0 * g * 1e5 / (1.0 + g * 1e5)
    # at time 0 the cell answers just after it: light has come up by 1e-7
    assert found.voltage["out"] == pytest.approx(exact, rel=1e-5, abs=0.0)
    assert found.status is Status.OK


@pytest.mark.parametrize("cell", [False, True])
def test_a_capacitor_charges_along_its_exponential(cell: bool) -> None:
    """Of a ramp over T: v = (1 - (tau/T)(1 - e^(-t/tau))) after T; cell or resistor alike."""
    edge, tau = 1e-5, RC_R * RC_C
    time = np.union1d(np.linspace(0.0, edge, 21), np.linspace(edge, 6e-3, 1201))
    one = Cell("R", "in", "out", linear(1.0 / RC_R)) if cell else Resistor("R", "in", "out", RC_R)
    circuit = [
        Source("V", "in", "0", rising(edge)),
        one,
        Capacitor("C", "out", "0", RC_C),
    ]
    found = solve(circuit, time)
    after = time > edge
    t = time[after]
    exact = 1.0 - tau / edge * (math.exp(edge / tau) - 1.0) * np.exp(-t / tau)
    # trapezium with h/tau = 0.005: (h/tau)^2/12 of what is left
    assert found.voltage["out"][after] == pytest.approx(exact, abs=1e-5)
    assert found.status is Status.OK


def test_a_cell_beside_a_capacitor_obeys_kirchhoff_through_a_switching() -> None:
    time = np.unique(np.concatenate([np.linspace(0.0, 1.0, 801), [0.1]]))
    wave = Wave(np.array([0.0, 0.1, 1.0]), np.array([0.0, 1.0, 1.0]))
    circuit = [
        Source("V", "in", "0", wave),
        Cell("cell", "in", "out", switch(1e-3, 1e-6, 0.5, -0.5)),
        Resistor("R", "out", "0", 1e4),
        Capacitor("C", "out", "0", 1e-6),
    ]
    found = solve(circuit, time)
    assert found.status is Status.OK
    assert found.sweeps < 60
    own = found.responses["cell"].current
    # the cell's own model and the circuit agree about its current
    assert found.current["cell"] == pytest.approx(own, rel=1e-5, abs=1e-9)
    # long after: the divider of the switched cell
    assert found.voltage["out"][-1] == pytest.approx(10.0 / 11.0, rel=1e-4)


def test_two_cells_in_a_bridge_are_two_resistors() -> None:
    time = np.array([0.0, 0.5, 1.0])

    def bridge(cells: bool) -> float:
        def arm(name: str, a: str, b: str, r: float) -> Cell | Resistor:
            return Cell(name, a, b, linear(1.0 / r)) if cells else Resistor(name, a, b, r)

        circuit = [
            Source("V", "in", "0", Wave.constant(3.0)),
            arm("one", "in", "left", 1e3),
            Resistor("two", "left", "0", 2e3),
            Resistor("three", "in", "right", 3e3),
            arm("four", "right", "0", 5e3),
            Resistor("across", "left", "right", 4e3),
        ]
        found = solve(circuit, time)
        assert found.status is Status.OK
        return float(found.current["across"][-1])

    assert bridge(True) == pytest.approx(bridge(False), rel=1e-5, abs=0.0)


def test_the_transistor_has_the_square_law_and_its_swing() -> None:
    law = TransistorLaw(-1.0, -0.5, 2e-6, 0.15, 0.0, 0.0)
    over = 3.0
    assert float(law.current(-0.5 - over, -10.0)) == pytest.approx(
        -0.5 * 2e-6 * over**2, rel=1e-9, abs=0.0
    )
    small = -1e-3
    assert float(law.current(-0.5 - over, small)) == pytest.approx(
        2e-6 * over * small, rel=1e-3, abs=0.0
    )  # less v/2 over the overdrive
    low = law.current(np.array([0.9, 1.05]), -1.0)
    assert float(np.log10(low[0] / low[1])) == pytest.approx(1.0, rel=1e-4)


def test_a_channel_with_a_load_is_the_amplifier_of_textbooks() -> None:
    law = TransistorLaw(1.0, 0.5, 2e-6, 0.1, 0.0, 0.0)
    circuit = [
        Source("supply", "top", "0", Wave.constant(5.0)),
        Source("input", "gate", "0", Wave(np.array([0.0, 1.0]), np.array([0.0, 2.0]))),
        Resistor("load", "top", "drain", 1e5),
        Transistor("T", "gate", "drain", "0", law),
    ]
    found = solve(circuit, np.linspace(0.0, 1.0, 21))
    assert found.status is Status.OK
    gate, drain = found.voltage["gate"][-1], found.voltage["drain"][-1]
    assert drain > gate - 0.5  # it saturates
    assert drain == pytest.approx(5.0 - 1e5 * 0.5 * 2e-6 * 1.5**2, rel=1e-9)
    assert found.voltage["drain"][0] == pytest.approx(5.0, abs=1e-5)  # off


def test_the_gate_of_a_transistor_takes_no_current_from_a_divider() -> None:
    law = TransistorLaw(-1.0, -0.5, 1e-6, 0.1, 1e-12, 0.0)
    circuit = [
        Source("V", "in", "0", Wave.constant(1.0)),
        Cell("cell", "in", "gate", linear(1e-7)),
        Resistor("load", "gate", "0", 1e6),
        Source("S", "source", "0", Wave.constant(1.0)),
        Source("D", "drain", "0", Wave.constant(0.5)),
        Transistor("T", "gate", "drain", "source", law),
    ]
    found = solve(circuit, np.array([0.0, 1.0]))
    gate = 0.1 / 1.1
    assert found.voltage["gate"] == pytest.approx(gate, rel=1e-9)
    assert found.current["T"] == pytest.approx(float(law.current(gate - 1.0, -0.5)), rel=1e-9)


def test_energy_that_sources_give_is_taken_by_the_rest() -> None:
    """Also through a capacitor: it holds C v^2 / 2 of it at the end."""
    time = np.linspace(0.0, 5e-3, 4001)
    circuit = [
        Source("V", "in", "0", Wave(np.array([0.0, 5e-3]), np.array([0.0, 2.0]))),
        Cell("cell", "in", "mid", linear(2e-3)),
        Resistor("R", "mid", "0", 1e3),
        Capacitor("C", "mid", "0", 1e-6),
    ]
    found = solve(circuit, time)
    taken = {e.name: found.energy(circuit, e.name) for e in circuit}
    stored = 0.5 * 1e-6 * float(found.voltage["mid"][-1]) ** 2
    assert sum(taken.values()) == pytest.approx(0.0, abs=1e-4 * taken["R"])
    assert taken["C"] == pytest.approx(stored, rel=1e-4, abs=0.0)
    assert taken["V"] < 0.0 < taken["cell"]


def test_the_trapezium_rule_is_of_second_order() -> None:
    """Of a ramp: v = a (t - tau (1 - e^(-t/tau)))."""
    tau, end = RC_R * RC_C, 2e-3
    circuit = [
        Source("V", "in", "0", Wave(np.array([0.0, end]), np.array([0.0, 1.0]))),
        Resistor("R", "in", "out", RC_R),
        Capacitor("C", "out", "0", RC_C),
    ]
    exact = (end - tau * (1.0 - math.exp(-end / tau))) / end
    steps = (10, 20, 40, 80)
    errors = [
        abs(float(solve(circuit, np.linspace(0.0, end, n + 1)).voltage["out"][-1]) - exact)
        for n in steps
    ]
    orders = [math.log2(a / b) for a, b in pairwise(errors)]
    assert orders == pytest.approx([2.0] * 3, abs=0.05)


def test_a_comparator_with_hysteresis_keeps_what_it_said_between_its_thresholds() -> None:
    ramp = np.concatenate([np.linspace(0, 2, 201), np.linspace(2, 0, 201)])
    said = decide(ramp, 1.0, 0.4)
    assert ramp[np.argmax(said)] == pytest.approx(1.2, abs=0.011)
    back = ramp[201:][np.argmin(said[201:])]
    assert back == pytest.approx(0.8, abs=0.011)


def test_noise_of_a_comparator_flips_the_share_that_its_normal_law_says() -> None:
    rng = np.random.default_rng(1)
    said = decide(np.full(20000, 1.0), 1.5, 0.0, lambda n: 0.5 * rng.standard_normal(n))
    assert said.mean() == pytest.approx(0.158655, abs=4 * math.sqrt(0.1587 * 0.8413 / 20000))


@pytest.mark.parametrize(
    ("circuit", "words"),
    [
        ([Source("V", "a", "0", Wave.constant(1.0)), Resistor("R", "b", "c", 1.0)], "floats"),
        ([Resistor("R", "a", "b", 1.0)], "ground"),
        ([Resistor("R", "a", "0", 1.0), Resistor("R", "a", "0", 1.0)], "once"),
        ([Resistor("R", "a", "0", -1.0)], "positive"),
        (
            [
                Source("V", "a", "0", Wave.constant(1.0)),
                Cell("cell", "a", "b", linear(1.0)),
                Cell("other", "b", "0", linear(1.0)),
            ],
            "no path",
        ),
        ([Source("V", "a", "0", rising(0.3)), Resistor("R", "a", "0", 1.0)], "corner"),
    ],
)
def test_circuits_without_an_answer_are_refused(circuit: list[object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        solve(circuit, np.array([0.0, 1.0]))  # type: ignore[arg-type]
