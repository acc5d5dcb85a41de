"""Writing pulse by pulse against closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from halodot.array.population import Device, draw_cells
from halodot.array.state import Array, CellModel, Steps, Update, Writing
from halodot.array.update_laws import label_of
from halodot.array.writing import (
    Way,
    disturbing,
    half_pulses,
    mean_path,
    parametric,
    ways,
    write_cells,
)
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced

S = Sourced
LOW, HIGH = 1e-6, 1e-4
SPAN = HIGH - LOW
RNG = np.random.default_rng(11)


def device(**fields):
    plain = {"cycle_to_cycle": 0.0, "conductance_spread": 0.0, "wire_resistance": 0.0}
    return Device(LOW, HIGH, 0.1, levels=None, **(plain | fields))


def write(fraction, update=None, read_time=1e-7, seed=1, dev=None, **setting):
    straight = {"nonlinearity_up": S(0.0, "1"), "nonlinearity_down": S(0.0, "1")}
    model = CellModel(S(LOW, "S"), S(HIGH, "S"), S(0.1, "V"), S(0.0, "1"), update=update)
    array = Array(
        model, 8, 8, S(0.0, "ohm"), seed=1, read_time=S(read_time, "s"),
        writing=Writing(**(straight | setting)),
    )  # fmt: skip
    dev = dev or device()
    rng = np.random.default_rng(seed)
    cells = draw_cells(dev, fraction.shape, rng)
    return write_cells(array, dev, cells, fraction, rng)


def steps(change, before=None, **more):
    """Pulses of one device, `change` over the range at each place in it."""
    g = np.linspace(0.0, 1.0, 401) if before is None else before
    of = np.zeros(len(g), np.int64)
    return Steps(LOW + g * SPAN, np.broadcast_to(change, g.shape) * SPAN, of, of, **more)


EVEN = RNG.random((200, 200)) * 0.9 + 0.05


def test_open_loop_on_straight_steps_misses_by_even_rounding():
    written = write(EVEN, mode="open loop", pulses=50)
    # Error within half a step, its standard deviation that of even rounding.
    assert np.abs(written.error).max() <= 0.5 / 50 + 1e-9
    assert written.spread == pytest.approx(1 / 50 / np.sqrt(12), rel=0.02)
    np.testing.assert_array_equal(written.pulses - 1, np.round(EVEN * 50))


def test_open_loop_noise_grows_with_the_root_of_the_pulses():
    noise = device(cycle_to_cycle=0.002)
    spreads = []
    for place, pulses in ((0.25, 25), (0.81, 81)):
        written = write(np.full((200, 200), place), mode="open loop", pulses=100, dev=noise)
        assert (written.pulses == pulses + 1).all()
        spreads.append(written.spread)
    # 40 000 cells: known to 0.4 %.
    assert spreads[0] == pytest.approx(0.002 * 5, rel=0.02)
    assert spreads[1] == pytest.approx(0.002 * 9, rel=0.02)


@pytest.mark.parametrize("tolerance", [0.02, 0.05])
def test_verify_stops_at_the_first_reading_within_the_tolerance(tolerance):
    written = write(EVEN + 0.05, mode="verify", pulses=100, tolerance=tolerance)
    step = 0.01
    # From below, in steps smaller than the window: even over [-t, -t + step].
    assert written.error.mean() == pytest.approx(-tolerance + step / 2, abs=2e-4)
    assert written.spread == pytest.approx(step / np.sqrt(12), rel=0.02)
    assert written.share_failed == 0.0
    expected = np.ceil((EVEN + 0.05 - tolerance) / step - 1e-9)
    np.testing.assert_array_equal(written.pulses - 1, np.maximum(expected, 0))


def test_verify_without_pulses_enough_leaves_those_beyond_their_reach():
    written = write(EVEN, mode="verify", pulses=100, most_pulses=50, tolerance=0.01)
    reach = 0.5 + 0.01
    np.testing.assert_array_equal(written.failed, np.greater(EVEN, reach + 1e-12))


def test_steps_wider_than_the_window_bounce_and_some_cells_fail():
    written = write(EVEN, mode="verify", pulses=10, tolerance=0.02, most_pulses=60)
    # Straight steps of 0.1 up and down: only targets within 0.02 of a multiple are met.
    met = np.abs(EVEN * 10 - np.round(EVEN * 10)) <= 0.2 + 1e-9
    np.testing.assert_array_equal(~written.failed, met)


def test_noise_of_pulses_lets_verify_try_until_it_fits():
    loose = write(EVEN, mode="verify", pulses=10, tolerance=0.02, most_pulses=200,
                  dev=device(cycle_to_cycle=0.03))  # fmt: skip
    assert loose.share_failed < 0.01
    assert np.abs(loose.error[~loose.failed]).max() <= 0.02


def test_verify_beats_open_loop_where_pulses_are_noisy():
    noisy = device(cycle_to_cycle=0.02)
    open_loop = write(EVEN, mode="open loop", pulses=64, dev=noisy)
    verify = write(EVEN, mode="verify", pulses=64, tolerance=0.02, dev=noisy)
    assert verify.spread < 0.2 * open_loop.spread
    assert verify.pulses.mean() > 1.0


def test_read_noise_in_verify_stays_in_the_error():
    written = write(np.full((50, 50), 0.5), mode="verify", pulses=1000, tolerance=0.002,
                    most_pulses=3000, dev=device(read_noise=0.01))  # fmt: skip
    # Cells stop at the first reading in a window far narrower than the noise: the true value
    # is off by about one reading error, 1 % of 5e-5 S over the range.
    assert written.spread == pytest.approx(0.005, rel=0.5)
    assert np.abs(written.error).max() > 0.002


@pytest.mark.parametrize("label", [-4.0, 0.0, 1.0, 6.0])
@pytest.mark.parametrize("rising", [True, False])
def test_parametric_law_has_its_label_and_ends(label, rising):
    law = parametric(label, 80, rising=rising)
    run = law.run(80)
    assert run[0] == pytest.approx(0.0 if rising else 1.0, abs=1e-9)
    assert run[-1] == pytest.approx(1.0 if rising else 0.0, abs=1e-9)
    assert label_of(law.bend * 80) == pytest.approx(label, abs=1e-6)
    away = run if rising else 1.0 - run
    bend = np.max(np.abs(away - np.linspace(0, 1, 81)))
    # NeuroSim's label is 10.10 x that; 81 points see the maximum to a few in a thousand.
    assert 10.10 * bend == pytest.approx(abs(label), rel=5e-3, abs=1e-6)
    if label:
        assert np.sign(away[40] - 0.5) == np.sign(label)


def test_mean_path_of_a_measured_record_is_its_steps():
    way = ways(
        CellModel(S(LOW, "S"), S(HIGH, "S"), S(0.1, "V"), S(0.0, "1"),
                  update=Update(steps(0.02), None)),
        Writing(), device(),
    )[0]  # fmt: skip
    np.testing.assert_allclose(mean_path(way, 0.0), np.linspace(0, 1, 51), atol=1e-6)


def test_measured_scatter_is_what_cells_get():
    g = RNG.random(4000)
    change = 0.02 + 0.005 * RNG.standard_normal(4000)
    update = Update(steps(change, g), steps(-0.02))
    written = write(np.full((150, 150), 0.5), update, mode="open loop")
    assert (written.pulses == 26).all()
    # The root of 25 pulses; neighbours are drawn again and again, so 10 % is allowed.
    assert written.spread == pytest.approx(0.005 * 5, rel=0.1)


def test_one_way_device_is_erased_to_go_back():
    light = steps(0.08, drive="optical", optical_energy=S(2e-12, "J"), duration=S(1e-3, "s"),
                  energy=S(0.0, "J"))  # fmt: skip
    written = write(EVEN, Update(light, None), mode="verify", tolerance=0.02, most_pulses=30)
    met = np.abs(EVEN / 0.08 - np.round(EVEN / 0.08)) <= 0.25 + 1e-6
    np.testing.assert_array_equal(~written.failed, met)
    assert any("erased" in n for n in written.notes)
    assert written.optical_energy.value == pytest.approx(2e-12 * written.pulses.sum(), rel=1e-12)
    assert written.energy.value == 0.0
    # Cells that are met went up once: one erasing and their pulses.
    np.testing.assert_array_equal((written.pulses - 1)[met], np.round(EVEN / 0.08)[met])


def test_a_one_way_cell_that_went_too_far_tries_again():
    g = RNG.random(3000)
    light = steps(0.1 * RNG.random(3000), g, drive="optical")
    written = write(EVEN, Update(light, None), mode="verify", tolerance=0.02, most_pulses=500)
    assert written.share_failed < 0.01
    assert np.abs(written.error[~written.failed]).max() <= 0.02
    # A window of 0.04 is met by steps of up to 0.1 in well over a third of the climbs.
    assert 1.5 < written.pulses.mean() / (EVEN.mean() / 0.05) < 3.0


def test_a_device_that_only_goes_down_starts_at_the_top():
    written = write(EVEN, Update(None, steps(-0.01)), mode="open loop")
    assert written.spread == pytest.approx(0.01 / np.sqrt(12), rel=0.02)


def test_time_and_energy_are_those_of_the_pulses():
    update = Update(steps(0.1, energy=S(1e-9, "J", 5e-10, 2e-9), duration=S(1e-3, "s")),
                    steps(-0.1, energy=S(1e-9, "J"), duration=S(1e-3, "s")))  # fmt: skip
    fraction = np.array([[0.3, 0.5], [0.0, 0.7]])
    written = write(fraction, update, mode="verify", tolerance=0.01, read_time=1e-4)
    np.testing.assert_array_equal(written.pulses, [[4, 6], [1, 8]])
    assert written.energy.value == pytest.approx(19e-9, rel=1e-12)
    assert (written.energy.low, written.energy.high) == pytest.approx((9.5e-9, 38e-9), rel=1e-12)
    assert written.time.value == pytest.approx(19 * 1.1e-3, rel=1e-12)
    assert written.line_time.value == pytest.approx((6 + 8) * 1.1e-3, rel=1e-12)


def test_cells_with_another_range_miss_open_loop_and_are_verified():
    spread = device(device_to_device=0.2, end_correlation=1.0)
    fraction = np.full((150, 150), 0.5)
    open_loop = write(fraction, mode="open loop", pulses=200, dev=spread)
    # Each cell ends half way up its own range: off by 20 % of its middle.
    assert open_loop.spread == pytest.approx(0.2 * 0.5 * (LOW + HIGH) / SPAN, rel=0.03)
    verify = write(fraction, mode="verify", pulses=200, dev=spread)
    assert verify.spread < 0.01
    assert verify.share_failed < 0.01


def test_stuck_cells_fail():
    written = write(EVEN, mode="verify", pulses=100, dev=device(stuck_high=0.1))
    assert written.share_failed == pytest.approx(0.1, abs=0.01)
    assert (written.conductance[written.failed] == HIGH).all()


def test_verify_spends_all_its_pulses_on_stuck_cells():
    pinned = device(stuck_low=0.1)
    written = write(EVEN, mode="verify", pulses=100, most_pulses=300, dev=pinned)
    rng = np.random.default_rng(1)
    stuck = draw_cells(pinned, EVEN.shape, rng).stuck != 0
    # all targets lie beyond the tolerance of the low end: 300 pulses and the first erasing
    assert (written.pulses[stuck] == 301).all()
    assert written.pulses[~stuck].max() < 110
    np.testing.assert_array_equal(written.failed, stuck)


def test_a_cell_stuck_where_it_should_be_takes_no_pulse():
    written = write(np.ones((4, 4)), mode="verify", dev=device(stuck_high=1.0))
    assert (written.pulses == 1).all()
    assert written.error == pytest.approx(0.0, abs=1e-12)


def test_half_voltage_stays_within_a_tile():
    half = steps(0.0001, amplitude=S(0.5, "V"))
    update = Update(steps(0.1, amplitude=S(1.0, "V")), None, (half,))
    straight = {"nonlinearity_up": S(0.0, "1"), "nonlinearity_down": S(0.0, "1")}
    model = CellModel(S(LOW, "S"), S(HIGH, "S"), S(0.1, "V"), S(0.0, "1"), update=update)
    plain = replace(model, update=replace(update, further=()))
    weights = np.where(RNG.random((24, 6)) < 0.5, 1.0, -1.0)
    moved, still = (
        Array(
            one, 8, 4, S(0.0, "ohm"), seed=1, read_time=S(1e-7, "s"),
            writing=Writing(mode="open loop", **straight),
        ).program(weights, 0)
        for one in (model, plain)
    )  # fmt: skip
    assert len(moved.tiles) == 9
    pulses = moved.written.pulses - 1
    for tile in moved.tiles:
        at = (tile.rows, tile.lines)
        np.testing.assert_allclose(
            (moved.written.error - still.written.error)[at],
            np.minimum(1e-4 * disturbing(pulses[at]), 1.0 - pulses[at] / 10),
            atol=1e-9,
        )
    rows = sum(moved.written.pulses[t.rows, t.lines].max(axis=1).sum() for t in moved.tiles)
    assert rows == 24 * 3 * 11


def test_half_voltage_disturbs_by_the_pulses_that_came_after():
    half = steps(0.0001, amplitude=S(0.5, "V"))
    update = Update(steps(0.1, amplitude=S(1.0, "V")), steps(-0.1, amplitude=S(-1.0, "V")),
                    (half,))  # fmt: skip
    fraction = np.full((10, 10), 0.3)
    plain = write(fraction, replace(update, further=()), mode="verify")
    moved = write(fraction, update, mode="verify")
    assert any("not included" in n for n in plain.notes)
    assert not any("not included" in n for n in moved.notes)
    expected = 1e-4 * disturbing(moved.pulses - 1)
    np.testing.assert_allclose(moved.error - plain.error, expected, atol=1e-9)
    assert expected[0, 0] == pytest.approx(18 * 3e-4, rel=1e-9)
    far = replace(update, further=(steps(0.1, amplitude=S(0.9, "V")),))
    assert half_pulses(far, far.potentiation) is None


def test_half_voltage_has_the_sign_of_its_pulse():
    up, down = steps(0.1, amplitude=S(1.0, "V")), steps(-0.1, amplitude=S(-1.0, "V"))
    half = steps(0.0001, amplitude=S(0.5, "V"))
    update = Update(up, down, (half,))
    assert half_pulses(update, up) is half
    assert half_pulses(update, down) is None
    # cells start at the top and go down: half the voltage up is never there
    written = write(np.full((10, 10), 0.3), Update(None, down, (half,)), mode="verify")
    assert any("pulses down does" in n for n in written.notes)
    assert written.error == pytest.approx(0.0, abs=1e-9)
    back = steps(-0.0001, amplitude=S(-0.5, "V"))
    moved = write(np.full((10, 10), 0.3), Update(None, down, (half, back)), mode="verify")
    np.testing.assert_allclose(moved.error, -1e-4 * disturbing(moved.pulses - 1), atol=1e-9)


def test_scatter_of_half_voltage_grows_with_the_root_of_their_number():
    g = RNG.random(4000)
    half = steps(2e-4 * RNG.standard_normal(4000), g, amplitude=S(0.5, "V"))
    update = Update(steps(0.01, amplitude=S(1.0, "V")), None, (half,))
    fraction = np.full((40, 40), 0.5)
    written = write(fraction, update, mode="open loop")
    count = disturbing(written.pulses - 1)
    assert count[0, 0] == 78 * 50
    rows = count > 1000
    # 800 cells and 4000 measured pulses: about 5 %, and the mean of the record is not quite 0.
    spread = np.std(written.error[rows] / np.sqrt(count[rows]))
    assert spread == pytest.approx(2e-4, rel=0.2)


def test_what_cannot_be_written_is_refused():
    with pytest.raises(InputError, match="no direction"):
        write(EVEN, Update(None, None), mode="verify")
    with pytest.raises(InputError, match="writing"):
        write(EVEN, mode="direct")


def test_a_way_without_noise_is_its_mean():
    way = Way(None, parametric(2.0, 30, rising=True))
    g = np.linspace(0, 1, 7)
    np.testing.assert_allclose(way.draw(g, np.random.default_rng(1)), way.mean(g), rtol=1e-12)
