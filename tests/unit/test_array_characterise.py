"""Traces, measured or simulated, to a cell: range, spreads apart, drives, what stays unknown."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from halodot.array.characterise import characterise, examine
from halodot.array.reading import cut_runs
from halodot.array.shape import current, shape_of
from halodot.array.spec import ArraySpec
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.device.state import Trace

sys.path.insert(0, str(Path(__file__).parents[1]))
from measured_device import Planted, cycles, fading, sweep, train, weights

P = Planted()


def listed(
    device: int, span: tuple[float, float], rng: np.random.Generator, count: int = 3
) -> Trace:
    g = weights(cycles(P, span, count, rng))
    parameters = {"device": Sourced(float(device), "1"), "read_voltage": Sourced(0.1, "V")}
    return Trace("pulses", f"d{device}", {"conductance": g}, {"conductance": "S"},
                 np.zeros(len(g), np.int64), parameters)  # fmt: skip


def many(devices: int, spread: float, seed: int) -> list[Trace]:
    rng = np.random.default_rng(seed)
    out = []
    for d in range(devices):
        f = np.exp(spread * rng.standard_normal())
        out.append(listed(d, (P.low * f, P.high * f), rng))
    return out


def test_planted_cell_is_found_again() -> None:
    found = examine(many(6, 0.12, 1), (), ArraySpec())
    cell = found.cell
    assert found.up is not None
    assert found.down is not None
    assert found.up.label.low <= P.label_up <= found.up.label.high
    assert found.down.label.low <= P.label_down <= found.down.label.high
    assert cell.cycle_to_cycle.value == pytest.approx(P.cycle_to_cycle, rel=0.15)
    assert cell.conductance_high.value == pytest.approx(P.high, rel=0.12)
    assert cell.read_voltage.value == 0.1
    assert cell.end_correlation > 0.5


def test_device_spread_covers_and_is_not_the_pooled_one() -> None:
    hits = []
    for seed in range(8):
        q = characterise(many(5, 0.12, seed), (), ArraySpec()).device_to_device
        hits.append(q.low <= 0.12 <= q.high)
    assert float(np.mean(hits)) >= 0.6
    alike = characterise(many(8, 0.0, 3), (), ArraySpec()).device_to_device
    assert alike.value < 0.03
    assert alike.low == 0.0


def test_steps_of_all_devices_stand_on_one_range() -> None:
    cell = characterise(many(6, 0.3, 2), (), ArraySpec())
    assert cell.update is not None
    assert cell.update.potentiation is not None
    steps = cell.update.potentiation
    ends = {d: steps.before[steps.device == d].min() for d in np.unique(steps.device)}
    assert np.ptp(list(ends.values())) < 0.1 * float(cell.conductance_high)


def test_one_device_says_what_it_cannot_tell() -> None:
    cell = characterise(many(1, 0.0, 3), (), ArraySpec())
    assert not cell.device_to_device.is_known
    assert "one device" in cell.device_to_device.note
    assert not cell.stuck_low.is_known
    assert cell.decay is None
    assert cell.shape is None


def test_nothing_usable_is_unknown_with_its_reason() -> None:
    cell = characterise([], (), ArraySpec())
    assert not cell.is_known
    assert cell.update is None
    assert cell.conductance_low.note
    assert cell.read_voltage.note


def test_stuck_devices_are_set_apart_and_counted() -> None:
    traces = many(12, 0.05, 4)
    rng = np.random.default_rng(5)
    flat = P.high * (1.0 + 0.003 * rng.standard_normal(200))
    climbing = np.concatenate([np.linspace(P.high, 1.01 * P.high, 100)] * 2)
    for k, g in enumerate((climbing, flat)):
        parameters = {"device": Sourced(20.0 + k, "1"), "read_voltage": Sourced(0.1, "V")}
        traces.append(Trace("pulses", "s", {"conductance": g}, {"conductance": "S"},
                            np.zeros(200, np.int64), parameters))  # fmt: skip
    cell = characterise(traces, (), ArraySpec())
    assert cell.stuck_high.value > 0.05
    assert cell.stuck_low.value == 0.0
    assert cell.stuck_high.low < cell.stuck_high.value < cell.stuck_high.high
    assert cell.device_to_device.value < 0.2


def test_pulses_in_time_with_their_volatile_part() -> None:
    rng = np.random.default_rng(6)
    t, v, i = train(P, (P.low, P.high), rng)
    trace = Trace("pulses", "t", {"time": t, "voltage": v, "current": i}, {"current": "A"},
                  np.zeros(len(t), np.int64))  # fmt: skip
    found = examine([trace], (), ArraySpec())
    update = found.cell.update
    assert update is not None
    assert update.potentiation is not None
    assert update.depression is not None
    assert len(update.potentiation.before) == P.pulses
    assert update.potentiation.amplitude.value == pytest.approx(2.0)
    assert update.depression.amplitude.value == pytest.approx(-2.0)
    assert update.potentiation.duration.value == pytest.approx(0.02, rel=0.6)
    assert found.cell.read_voltage.value == pytest.approx(0.1)
    assert found.up is not None
    assert found.up.label.low <= P.label_up <= found.up.label.high
    assert 0.05 < found.volatile.value < 0.3


def test_light_up_and_voltage_down() -> None:
    time, light, gate, amps, G = [0.0, 0.5, 1.0], [0.0] * 3, [0.0] * 3, [1e-9] * 3, 1e-9
    start = 1.0
    for on in (True, False):
        for _ in range(20):
            G = G + 0.1 * (2e-8 - G) if on else G - 0.15 * (G - 1e-9)
            time += [start + 0.1, start + 0.2, start + 0.3, start + 0.7, start + 1.0]
            light += [5.0 if on else 0.0] * 2 + [0.0] * 3
            gate += [0.0 if on else -20.0] * 2 + [0.0] * 3
            amps += [G] * 5
            start += 1.0
    columns = {"time": np.array(time), "light": np.array(light), "gate_voltage": np.array(gate),
               "drain_current": -np.array(amps)}  # fmt: skip
    trace = Trace("pulses", "photo", columns, {"drain_current": "A"}, np.zeros(len(time), np.int64),
                  {"drain_voltage": Sourced(-0.5, "V")})  # fmt: skip
    cell = characterise([trace], (), ArraySpec())
    update = cell.update
    assert update is not None
    assert update.potentiation is not None
    assert update.depression is not None
    assert update.potentiation.drive == "optical"
    assert update.depression.drive == "electrical"
    assert update.potentiation.amplitude.value == pytest.approx(5.0)
    assert cell.conductance_high.value == pytest.approx(1e-8 * 3.6, rel=0.15)
    assert any("by light" in n for n in cell.notes)


def test_short_read_pulses_between_writes_are_told_apart() -> None:
    time, volts, amps = [0.0], [0.0], [0.0]
    G, t = 1e-6, 0.0
    for up in (True, False):
        for _ in range(15):
            for level in (2.0 if up else -2.0, 0.2):
                if abs(level) > 1.0:
                    G += 0.1 * ((6e-6 - G) if up else (1e-6 - G))
                for v in (0.0, level, level, 0.0):
                    t += 0.01
                    time.append(t)
                    volts.append(v)
                    amps.append(v * G)
    first = [0.01 * k for k in range(4)]
    time = first + [x + 0.05 for x in time]
    volts, amps = [0.0, 0.2, 0.2, 0.0, *volts], [0.0, 2e-7, 2e-7, 0.0, *amps]
    columns = {"time": np.array(time), "voltage": np.array(volts), "current": np.array(amps)}
    trace = Trace("pulses", "r", columns, {"current": "A"}, np.zeros(len(time), np.int64))
    cell = characterise([trace], (), ArraySpec())
    assert cell.update is not None
    assert cell.update.potentiation is not None
    after = 1e-6 + 5e-6 * (1.0 - 0.9**15) * 0.9**15
    assert cell.conductance_low.value == pytest.approx(after, rel=1e-3, abs=0.0)
    assert len(cell.update.potentiation.before) == 15


def test_sweeps_give_range_and_shape() -> None:
    rng = np.random.default_rng(8)
    traces = []
    for d in range(3):
        loops = [sweep((P.low, P.high), rng) for _ in range(4)]
        v, i = (np.concatenate([loop[k] for loop in loops]) for k in (0, 1))
        traces.append(Trace("iv", f"iv{d}", {"voltage": v, "current": i}, {"current": "A"},
                            np.zeros(len(v), np.int64),
                            {"device": Sourced(float(d), "1"),
                             "read_voltage": Sourced(0.1, "V")}))  # fmt: skip
    cell = characterise(traces, (), ArraySpec())
    assert cell.conductance_low.value == pytest.approx(P.low, rel=0.03)
    assert cell.conductance_high.value == pytest.approx(P.high, rel=0.03)
    shape = cell.shape
    assert shape is not None
    for curve, bend in ((shape.low, 0.5), (shape.high, 0.9)):
        expected = np.sinh(shape.volts / bend) / np.sinh(0.1 / bend)
        inside = np.abs(shape.volts) <= 0.8
        assert curve[inside] == pytest.approx(expected[inside], rel=0.06, abs=0.05)
        assert np.interp(0.1, shape.volts, curve) == pytest.approx(1.0, rel=1e-9)
        assert np.all(np.diff(curve) >= 0.0)
    assert 0.8 < shape.volts[-1] < 1.05  # the set voltage is 1 V
    amps = current(shape, [0.1, -0.1], 1.0, P.low, P.high, 0.1)
    assert amps[0] == pytest.approx(0.1 * P.high, rel=1e-9, abs=0.0)
    assert amps[1] == pytest.approx(-0.1 * P.high, rel=0.05, abs=0.0)


def test_a_sweep_without_two_states_has_no_shape() -> None:
    v = np.concatenate([np.linspace(0, 1, 40), np.linspace(1, 0, 40)])
    trace = Trace("iv", "r", {"voltage": v, "current": 1e-6 * v}, {}, np.zeros(80, np.int64))
    assert shape_of([trace], 0.1) is None
    assert shape_of([trace], None) is None


def test_the_users_read_voltage_wins() -> None:
    spec = build(ArraySpec, {"read_voltage": "50 mV"})
    assert characterise(many(1, 0.0, 1), (), spec).read_voltage.value == 0.05


def test_retention_beside_pulses_gives_the_decay() -> None:
    rng = np.random.default_rng(11)
    t = np.geomspace(0.5, 3000.0, 60)
    traces = many(3, 0.0, 12)
    for d in range(3):
        traces.append(Trace("retention", f"r{d}", {"time": t, "conductance": fading(
            P, (P.low, P.high), t, rng)}, {"conductance": "S"}, np.zeros(60, np.int64),
            {"device": Sourced(float(d), "1")}))  # fmt: skip
    decay = characterise(traces, (), ArraySpec()).decay
    assert decay is not None
    assert decay.time.low <= P.tau * 1.05
    assert decay.time.high >= P.tau * 0.95
    assert decay.kept.value == pytest.approx(P.kept, abs=0.04)
    assert decay.measured.value == pytest.approx(3000.0)


def test_turns_are_not_looked_for_at_the_luckiest_reading() -> None:
    rng = np.random.default_rng(13)
    for count in (1, 2, 6):
        runs = cycles(P, (P.low, P.high), count, rng)
        lengths = [len(r) for r in cut_runs(weights(runs))]
        assert lengths == [P.pulses + 1] * (2 * count)


def test_devices_that_were_measured_are_the_cells_that_are_drawn():
    """Characterise a batch of a wide spread, draw cells of it: the same medians and spread."""
    rng = np.random.default_rng(4)
    ends = rng.normal(0.0, 0.6, 400)
    low, high = 1e-6 * np.exp(ends), 1e-4 * np.exp(ends)
    from halodot.array.characterise import _relative
    from halodot.array.population import Device, draw_cells

    spread = _relative(float(np.std(np.log(high))))
    device = Device(float(np.median(low)), float(np.median(high)), 0.1, 0.0, 0.0, 0.0, None,
                    device_to_device=spread, end_correlation=1.0)  # fmt: skip
    cells = draw_cells(device, (300, 300), rng)
    assert np.std(np.log(cells.high)) == pytest.approx(float(np.std(np.log(high))), rel=0.02)
    assert np.median(cells.high) == pytest.approx(float(np.median(high)), rel=0.02)
