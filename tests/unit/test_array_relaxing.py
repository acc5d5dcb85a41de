"""A measured device in a circuit: pulses as recorded, fading as fitted, nothing beyond that."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.array.decay import left
from halodot.array.relaxing import compact_of
from halodot.array.state import CellModel, Decay, Steps, Update
from halodot.array.update_laws import Map
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.status import Status
from halodot.device.state import Compact, Drive

S = Sourced
LOW, HIGH = 1e-6, 5e-6


def steps(rising: bool, height: float, drive: str = "electrical", rate: float = 0.03) -> Steps:
    law = Map("exponential", rate, rate, LOW, HIGH, rising)
    g = np.concatenate([law.run(40)[:-1]])
    change = np.diff(law.run(40))
    unit = "V" if drive == "electrical" else "W/m2"
    return Steps(g, change, np.zeros(40, np.int64), np.zeros(40, np.int64), drive, S(height, unit),
                 S(0.02, "s"))  # fmt: skip


def cell(decay: Decay | None = None, **changes: object) -> CellModel:
    update = Update(steps(True, 2.0), steps(False, -2.0))
    given: dict[str, object] = {"update": update, "decay": decay} | changes
    return CellModel(S(LOW, "S"), S(HIGH, "S"), S(0.1, "V"), S(0.01, "1"), **given)  # type: ignore[arg-type]


DECAY = Decay(S(5.0, "s"), S(0.7, "1"), S(0.3, "1"), S(100.0, "s"))


def pulsed(height: float, count: int, rest: float = 0.0, reads: int = 1, width: float = 0.02,
           edge: float = 1e-4) -> Drive:  # fmt: skip
    t, v, out = [0.0], [0.1], []
    for _ in range(count):
        a = t[-1] + 0.05
        t += [a, a + edge, a + edge + width, a + 2 * edge + width]
        v += [0.1, height, height, 0.1]
        out.append(t[-1])
    if rest:
        out += list(t[-1] + np.geomspace(0.01 * rest, rest, reads))
        t.append(out[-1])
        v.append(0.1)
    return Drive(np.array(t), np.array(v), np.zeros(len(t)), np.array(out))


def test_pulses_move_it_as_the_record_says() -> None:
    got = compact_of(cell()).follow(pulsed(2.0, 40))
    law = Map("exponential", 0.03, 0.03, LOW, HIGH, True)
    expected = law.progress(law.run(40))[1:]
    # an edge counts from half its height
    assert got.states["fraction"] == pytest.approx(expected, rel=0.02)
    G = got.current / 0.1
    assert pytest.approx(LOW + (HIGH - LOW) * got.states["fraction"], rel=1e-9, abs=0.0) == G


def test_depression_comes_back() -> None:
    c = compact_of(cell())
    up = c.follow(pulsed(2.0, 30))
    down = c.follow(pulsed(-2.0, 40), up.end)
    assert down.states["fraction"][-1] < 0.25 * up.states["fraction"][-1]
    assert np.all(np.diff(down.states["fraction"]) <= 0.0)


def test_what_was_written_fades_as_the_decay_says() -> None:
    c = compact_of(cell(DECAY))
    got = c.follow(pulsed(2.0, 1, rest=100.0, reads=20))
    x = got.states["fraction"]
    t = np.geomspace(1.0, 100.0, 20)
    assert x[1:] / x[0] == pytest.approx(left(DECAY, t), abs=0.03)


def test_steps_of_the_record_do_not_matter() -> None:
    c = compact_of(cell(DECAY))
    d = pulsed(2.0, 10, rest=20.0, reads=3)
    fine = Drive(d.time, d.voltage, d.light, np.unique(np.concatenate([d.outputs, np.linspace(
        0.0, d.time[-1], 400)])))  # fmt: skip
    assert c.follow(d).end == pytest.approx(c.follow(fine).end, rel=1e-3)
    # and cut in two
    middle = 17
    a = c.follow(Drive(d.time[:middle], d.voltage[:middle], d.light[:middle], d.time[1:middle]))
    t = d.time[middle - 1 :] - d.time[middle - 1]
    b = c.follow(Drive(t, d.voltage[middle - 1 :], d.light[middle - 1 :], t[1:]), a.end)
    assert b.end == pytest.approx(c.follow(d).end, rel=1e-9)


def test_reading_does_nothing() -> None:
    c = compact_of(cell(DECAY))
    d = Drive(np.array([0.0, 1.0]), np.array([0.1, 0.1]), np.zeros(2), np.array([1.0]))
    assert c.follow(d).end == pytest.approx(np.zeros(len(c.rest)))


def test_heights_that_were_not_measured_are_refused() -> None:
    c = compact_of(cell())
    for height in (1.0, 0.5, -1.0):
        with pytest.raises(InputError, match="measured heights"):
            c.follow(pulsed(height, 1))
    with pytest.raises(InputError):
        c.follow(pulsed(3.0, 1))  # beyond the largest
    slow = Drive(np.array([0.0, 1.0]), np.array([0.0, 2.0]), np.zeros(2), np.array([1.0]))
    with pytest.raises(InputError, match="ramp"):
        c.follow(slow)


def test_or_assumed_with_a_status_that_says_so() -> None:
    c = compact_of(cell(), pulses_between="assume")
    got = c.follow(pulsed(1.7, 1))
    assert got.status is Status.OUTSIDE_RANGE
    full = c.follow(pulsed(2.0, 1))
    assert full.status is Status.OK
    assert got.states["fraction"][0] == pytest.approx(0.1 * full.states["fraction"][0], rel=0.05)


def test_between_two_measured_heights_the_rate_is_interpolated() -> None:
    update = Update(steps(True, 2.0), steps(False, -2.0), (steps(True, 1.0, rate=0.003),))
    c = compact_of(cell(update=update))
    x = [c.follow(pulsed(h, 1)).states["fraction"][0] for h in (1.0, 1.5, 2.0)]
    assert x[1] == pytest.approx((x[0] * x[2]) ** 0.5, rel=0.2)
    assert x[0] < x[1] < x[2]


def test_light_drives_it() -> None:
    update = Update(steps(True, 5.0, "optical"), steps(False, -2.0))
    c = compact_of(cell(update=update))
    assert c.full_light.value == 5.0
    d = pulsed(0.1, 5)
    level = np.zeros(len(d.time))
    for k in range(5):
        level[1 + 4 * k + 1 : 1 + 4 * k + 3] = 1.0
    got = c.follow(Drive(d.time, np.full(len(d.time), 0.1), level, d.outputs))
    assert got.states["fraction"][-1] > 0.15
    with pytest.raises(InputError, match="measured heights"):
        c.follow(Drive(d.time, np.full(len(d.time), 0.1), 0.5 * level, d.outputs))
    half = compact_of(cell(update=update), pulses_between="assume")
    dose = half.follow(Drive(d.time, np.full(len(d.time), 0.1), 0.5 * level, d.outputs))
    assert dose.states["fraction"][-1] == pytest.approx(0.5 * got.states["fraction"][-1], rel=0.1)
    with pytest.raises(InputError):
        compact_of(cell()).follow(Drive(d.time, np.full(len(d.time), 0.1), level, d.outputs))


def test_chance_is_that_of_updates_and_of_its_seed() -> None:
    rng = np.random.default_rng(2)
    law = Map("exponential", 0.03, 0.03, LOW, HIGH, True)
    before, change = [], []
    for _ in range(10):
        x = [0.0]
        for _ in range(40):
            x.append(float(law.after(np.array(x[-1]))) + 0.01 * rng.standard_normal())
        g = law.conductance(np.array(x))
        before.append(g[:-1])
        change.append(np.diff(g))
    noisy = Steps(np.concatenate(before), np.concatenate(change), np.zeros(400, np.int64),
                  np.repeat(np.arange(10), 40).astype(np.int64), "electrical", S(2.0, "V"),
                  S(0.02, "s"))  # fmt: skip
    c = compact_of(cell(update=Update(noisy, None)))
    drive = pulsed(2.0, 1)
    draws = [c.follow(drive, seed=k).states["fraction"][0] for k in range(200)]
    assert c.follow(drive, seed=3).states["fraction"] == pytest.approx(
        c.follow(drive, seed=3).states["fraction"]
    )
    kind = c.model.kinds[0]
    assert float(np.std(draws)) == pytest.approx(kind.scatter, rel=0.2)
    assert kind.scatter == pytest.approx(0.01, rel=0.15)


def test_cells_of_a_batch_scatter_with_the_correlation_of_their_ends() -> None:
    c = compact_of(cell(end_correlation=0.9))
    others: list[Compact] = [c.another(0.2, k) for k in range(300)]
    ends = np.log([[o.model.low, o.model.high] for o in others])
    assert ends.std(axis=0) == pytest.approx([0.2, 0.2], rel=0.15)
    assert np.corrcoef(ends.T)[0, 1] == pytest.approx(0.9, abs=0.05)


def test_a_series_resistor_divides_the_voltage() -> None:
    c = compact_of(cell()).with_series(1e5)
    d = Drive(np.array([0.0, 1.0]), np.array([0.1, 0.1]), np.zeros(2), np.array([0.5]))
    got = c.follow(d)
    assert got.voltage[0] == pytest.approx(0.1 / (1.0 + LOW * 1e5), rel=1e-9)
    assert got.current[0] == pytest.approx(got.voltage[0] * LOW, rel=1e-9, abs=0.0)


def test_what_is_missing_is_said() -> None:
    bare = cell(update=Update(Steps(np.ones(20), np.ones(20), np.zeros(20, int), np.zeros(20, int)),
                              None))  # fmt: skip
    with pytest.raises(InputError, match="pulse_width"):
        compact_of(bare)
    with pytest.raises(InputError):
        compact_of(cell(update=None))
    assert any("stays" in n for n in compact_of(cell()).notes)
