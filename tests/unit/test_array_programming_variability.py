"""What is uncertain of a device is drawn once; what differs between cells, cell by cell."""

from dataclasses import replace

import numpy as np
import pytest

from halodot import array as halodot_array
from halodot.array.cell import cell, correlation_of
from halodot.array.characterise import characterise
from halodot.array.mapping import Mapping
from halodot.array.population import Device, draw_cells, draw_device
from halodot.array.spec import ArraySpec
from halodot.array.state import Array, CellModel, Readout, Writing
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.device.state import Trace
from halodot.figures.state import Figure, Figures

S = Sourced
NONE = S(0.0, "1")
RNG = np.random.default_rng(3)
WEIGHTS = RNG.normal(size=(30, 12))
INPUTS = RNG.uniform(-1, 1, (8, 30))


ENDS = S(1e-6, "S"), S(1e-4, "S")


def array(size=(16, 16), writing=None, ends=ENDS, **cell_fields):
    fields = {"cycle_to_cycle": NONE} | {
        k: v if k in ("levels", "end_correlation") else S(float(v), "1")
        for k, v in cell_fields.items()
    }
    model = CellModel(*ends, S(0.1, "V"), **fields)
    return Array(
        model, *size, S(0.0, "ohm"), seed=7, read_time=S(1e-7, "s"), writing=writing or Writing()
    )


def given(name, q):
    return Figure(name, q, "t")


def measured(**fields):
    ends = S(2e-6, "S"), S(5e-5, "S"), S(0.2, "V")
    return CellModel(*ends, **({"cycle_to_cycle": S(0.03, "1", 0.02, 0.04, "fitted")} | fields))


# One draw of what is uncertain


def test_a_ratio_that_is_known_ties_the_ends_together():
    ends = S(1e-6, "S", 1e-7, 1e-5), S(1e-4, "S", 1e-5, 1e-3)
    tied = array(ends=ends, end_correlation=1.0)
    draws = [draw_device(tied, k) for k in range(200)]
    ratios = np.array([d.high / d.low for d in draws])
    np.testing.assert_allclose(ratios, 100.0, rtol=1e-9)
    assert np.log(np.array([d.high for d in draws])).std() > 1.0


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.8])
def test_drawn_ends_have_the_correlation_and_the_intervals_they_claim(rho):
    ends = S(1e-7, "S", 5e-8, 2e-7), S(1e-4, "S", 5e-5, 2e-4)
    made = array(ends=ends, end_correlation=rho)
    draws = [draw_device(made, k) for k in range(3000)]
    low, high = (np.log([getattr(d, k) for d in draws]) for k in ("low", "high"))
    # 3000 draws: a correlation is known to 0.02, a share of 5 % to 0.4 points.
    assert np.corrcoef(low, high)[0, 1] == pytest.approx(rho, abs=0.06)
    assert np.mean(high > np.log(2e-4)) == pytest.approx(0.05, abs=0.016)
    assert np.mean(low < np.log(5e-8)) == pytest.approx(0.05, abs=0.016)


def test_an_off_state_above_the_on_state_leaves_no_range_and_is_not_swapped():
    ends = S(1e-5, "S", 1e-7, 1e-3), S(1.2e-5, "S", 1e-7, 1e-3)
    draws = [draw_device(array(ends=ends, end_correlation=0.0), k) for k in range(300)]
    closed = [d for d in draws if d.low == d.high]
    # As good as equal and independent: half of the draws cross.
    assert len(closed) == pytest.approx(150, abs=35)
    assert all(d.low <= d.high for d in draws)


def test_correlation_of_the_ends_from_three_intervals():
    low, high = S(1e-6, "S", 1e-7, 1e-5), S(1e-4, "S", 1e-5, 1e-3)
    spread = 10.0 ** np.sqrt(2.0)  # half width of a ratio of independent ends
    ratio = S(100.0, "1", 100.0 / spread, 100.0 * spread)
    assert correlation_of(low, high, ratio) == pytest.approx(0.0, abs=1e-12)
    assert correlation_of(low, high, Sourced.unknown("1", "none")) == 0.5
    wide = S(100.0, "1", 1e-2, 1e6)
    assert correlation_of(low, high, wide) == -1.0


# Cells


def test_device_to_device_has_the_size_it_claims_around_the_median_cell():
    device = Device(1e-6, 1e-4, 0.1, 0.0, 0.0, 0.0, None, device_to_device=0.3)
    cells = draw_cells(device, (300, 300), np.random.default_rng(1))
    for ends, value in ((cells.low, 1e-6), (cells.high, 1e-4)):
        assert np.median(ends) == pytest.approx(value, rel=0.005)
        assert ends.std() / ends.mean() == pytest.approx(0.3, rel=0.02)
    assert (cells.range >= 0).all()


def test_a_cell_keeps_its_ends_over_all_writes_and_another_draw_has_others():
    made = array(device_to_device=0.2, cycle_to_cycle=0.05)
    first, again = (made.program(WEIGHTS, 0, write=k) for k in (0, 1))
    other, part = made.program(WEIGHTS, 1), made.program(WEIGHTS, 0, part=1)
    assert (first.cells.high == again.cells.high).all()
    assert (first.fresh != again.fresh).any()
    assert (first.cells.high != other.cells.high).any()
    assert (first.cells.high != part.cells.high).any()


def test_cycle_to_cycle_averages_over_writes_and_device_to_device_does_not():
    def mean_of_writes(**spread):
        made = array(size=(64, 64), **spread)
        outputs = [made.program(WEIGHTS, 0, write=k).multiply(INPUTS).output for k in range(64)]
        return np.std(np.mean(outputs, axis=0) - INPUTS @ WEIGHTS), np.std(
            outputs - INPUTS @ WEIGHTS
        )

    mean, single = mean_of_writes(cycle_to_cycle=0.02)
    assert mean < single / 5.0
    mean, single = mean_of_writes(device_to_device=0.2)
    assert mean == pytest.approx(single, rel=1e-9)


def test_stuck_cells_have_their_share_and_stay_at_their_end():
    made = array(size=(300, 300), stuck_low=0.1, stuck_high=0.05)
    matrix = made.program(RNG.normal(size=(300, 150)), 0)
    stuck = matrix.cells.stuck
    # 90 000 cells: a share of 0.1 is known to 0.001.
    assert (stuck < 0).mean() == pytest.approx(0.1, abs=0.004)
    assert (stuck > 0).mean() == pytest.approx(0.05, abs=0.003)
    assert (matrix.fresh[stuck < 0] == 1e-6).all()
    assert (matrix.fresh[stuck > 0] == 1e-4).all()


def test_all_cells_stuck_give_one_conductance():
    matrix = array(stuck_high=1.0).program(WEIGHTS, 0)
    assert (matrix.fresh == 1e-4).all()
    np.testing.assert_allclose(matrix.multiply(INPUTS).output, 0.0, atol=1e-12)


def test_read_noise_is_new_at_each_read_and_of_the_size_it_claims():
    made = array(size=(64, 64), read_noise=0.01)
    matrix = made.program(np.ones((40, 1)), 0)
    ones = np.ones((4000, 40))
    a, b = matrix.multiply(ones).output, matrix.multiply(ones, read=1).output
    assert (a == matrix.multiply(ones).output).all()
    assert (a != b).any()
    # Two lines of 40 cells: independent errors of 1 % of 1e-4 S and of 1e-6 S over the range.
    expected = 0.01 * np.sqrt(40 * (1e-4**2 + 1e-6**2)) / 99e-6
    assert a.std() == pytest.approx(expected, rel=0.04)


@pytest.mark.parametrize("readout", [Readout(), Readout(coding="serial", dac_bits=3)])
def test_the_noise_of_an_input_is_its_own_whatever_follows_in_the_batch(readout):
    made = replace(array(size=(4, 4), read_noise=0.05), readout=readout)
    matrix = made.program(WEIGHTS, 0)
    whole = matrix.multiply(INPUTS).output
    for n in (1, 3):
        np.testing.assert_allclose(matrix.multiply(INPUTS[:n]).output, whole[:n], atol=1e-12)


def test_tiles_have_noise_of_their_own():
    # the same cells on four tiles: with one noise for all, it would be four times that of one
    made = array(size=(10, 2), read_noise=0.01)
    found = made.program(np.ones((40, 1)), 0).multiply(np.ones((4000, 40))).output
    expected = 0.01 * np.sqrt(40 * (1e-4**2 + 1e-6**2)) / 99e-6
    assert found.std() == pytest.approx(expected, rel=0.04)


def test_no_spread_gives_exact_weights_in_any_draw():
    for mapping in ("differential", "reference"):
        made = array(writing=Writing(mapping=mapping))
        found = made.program(WEIGHTS, 3).multiply(INPUTS).output
        np.testing.assert_allclose(found, INPUTS @ WEIGHTS, atol=1e-11)


def test_the_common_part_of_a_pair_cancels():
    base = array().program(WEIGHTS)
    shifted = base.holding(base.fresh + 3e-5)
    a, b = (m.multiply(INPUTS).output for m in (base, shifted))
    np.testing.assert_allclose(a, b, atol=1e-11)


# Mappings


@pytest.mark.parametrize("bit_lines", [2, 5, 16, 64])
@pytest.mark.parametrize("mapping", ["differential", "reference"])
def test_tiles_of_any_width_give_the_product(mapping, bit_lines):
    made = array(size=(7, bit_lines), writing=Writing(mapping=mapping))
    matrix = made.program(WEIGHTS)
    assert all(t.conductance.shape[1] <= bit_lines for t in matrix.tiles)
    np.testing.assert_allclose(matrix.multiply(INPUTS).output, INPUTS @ WEIGHTS, atol=1e-11)
    assert (matrix.conductance == matrix.fresh).all()


@pytest.mark.parametrize("mapping", ["differential", "reference"])
@pytest.mark.parametrize(("levels", "slices"), [(4, 1), (4, 3), (3, 2), (2, 6), (16, 2)])
def test_slices_are_digits(mapping, levels, slices):
    made = array(writing=Writing(mapping=mapping, slices=slices), levels=levels)
    steps = levels**slices - 1
    whole = steps if mapping == "differential" else steps // 2
    scale = np.abs(WEIGHTS).max()
    rounded = np.round(WEIGHTS / scale * whole) * scale / whole
    found = made.program(WEIGHTS).multiply(INPUTS).output
    np.testing.assert_allclose(found, INPUTS @ rounded, atol=1e-10)


def test_slices_as_good_as_the_levels_they_replace():
    sliced = array(writing=Writing(slices=2), levels=8).program(WEIGHTS).multiply(INPUTS).output
    fine = array(levels=64).program(WEIGHTS).multiply(INPUTS).output
    np.testing.assert_allclose(sliced, fine, atol=1e-11)


def test_more_levels_are_never_worse_in_expectation():
    many = np.random.default_rng(5).normal(size=(200, 40))
    x = np.random.default_rng(6).uniform(-1, 1, (20, 200))
    errors = [
        np.std(array(size=(256, 128), levels=k).program(many).multiply(x).output - x @ many)
        for k in (2, 3, 5, 9, 17, 33, 65)
    ]
    assert (np.diff(errors) < 0).all()


def test_reference_of_two_levels_has_no_middle():
    with pytest.raises(InputError, match="levels"):
        Mapping("reference", 3, 8, 2)
    with pytest.raises(InputError, match="slices"):
        Mapping("differential", 3, 8, None, 2)


# Which number is taken


def test_records_win_over_priors_and_the_study_over_records():
    iv = Figures("iv", "t", (given("resistance_on", S(1e4, "ohm")),
                             given("resistance_off", S(1e6, "ohm")),
                             given("read_voltage", S(0.1, "V"))))  # fmt: skip
    plain = cell(iv, ArraySpec())
    assert plain.cycle_to_cycle.value == 0.02
    assert any("assumed: cycle_to_cycle" in n for n in plain.notes)
    found = cell(iv, ArraySpec(), measured())
    assert (found.conductance_low.value, found.conductance_high.value) == (2e-6, 5e-5)
    assert (found.cycle_to_cycle.value, found.read_voltage.value) == (0.03, 0.2)
    assert any("fitted from the records" in n for n in found.notes)
    spec = build(ArraySpec, {"cycle_to_cycle": 0.1, "read_voltage": "0.5 V"})
    own = cell(iv, spec, measured())
    assert (own.cycle_to_cycle.value, own.read_voltage.value) == (0.1, 0.5)
    assert sum("which is used" in n for n in own.notes) == 2
    partial = replace(measured(), conductance_low=Sourced.unknown("S", "none"))
    assert cell(iv, ArraySpec(), partial).conductance_low.value == 1e-6


def test_equal_states_are_said():
    flat = Figures("iv", "t", (given("resistance_on", S(1e5, "ohm")),
                               given("resistance_off", S(1e5, "ohm")),
                               given("read_voltage", S(0.1, "V"))))  # fmt: skip
    assert any("no range to program" in n for n in cell(flat, ArraySpec()).notes)


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"slices": 2}, "slices"),
        ({"adc_range": "fixed"}, "adc_full_scale"),
        ({"stuck_low": 0.6, "stuck_high": 0.6}, "stuck_high"),
        ({"coding": "serial"}, "dac_bits"),
        ({"device_to_device": "5 %", "read_noise": 2.0}, "read_noise"),
        ({"writing": "closed"}, "writing"),
        ({"hold": "3"}, "hold"),
        ({"mapping": "offset"}, "mapping"),
    ],
)
def test_settings_that_do_not_fit_are_refused(table, named):
    with pytest.raises(InputError) as e:
        build(ArraySpec, table, root="array")
    assert named in str(e.value)


def test_percent_and_fraction_are_the_same_number():
    percent = build(ArraySpec, {"device_to_device": "5 %", "cycle_to_cycle": "2 %"})
    assert (percent.device_to_device.value, percent.cycle_to_cycle.value) == (0.05, 0.02)


def test_figures_of_many_cycles_and_devices_give_the_spreads():
    values = {"resistance_on": 1e4, "resistance_off": 2e4, "read_voltage": 0.1,
              "resistance_on_cycle_cv": 0.04, "resistance_on_device_cv": 0.1,
              "resistance_off_device_cv": 0.3}  # fmt: skip
    units = {"resistance_on": "ohm", "resistance_off": "ohm", "read_voltage": "V"}
    iv = Figures("iv", "t", tuple(given(k, S(v, units.get(k, "1"))) for k, v in values.items()))
    found = cell(iv, ArraySpec())
    assert found.device_to_device.value == 0.3
    # 4 % of the on state, which is twice the range.
    assert found.cycle_to_cycle.value == pytest.approx(0.08, rel=1e-12)
    assert cell(iv, ArraySpec(), measured()).cycle_to_cycle.value == 0.03
    own = build(ArraySpec, {"device_to_device": 0.0})
    assert cell(iv, own).device_to_device.value == 0.0


def test_from_records_of_pulses_to_cells_written_by_them():
    rise = np.linspace(0.0, 1.0, 26)
    run = np.concatenate([rise, rise[-2::-1]])
    noise = np.random.default_rng(4).normal(0.0, 2e-8, (4, len(run)))
    values = (2e-6 + 8e-6 * run + noise).ravel()
    trace = Trace(
        "pulses", "a", {"conductance": values}, {"conductance": "S"},
        np.zeros(values.size, np.int64), {"read_voltage": S(0.1, "V")},
    )  # fmt: skip
    spec = build(ArraySpec, {"writing": "verify", "tolerance": 0.05, "read_noise": 0.0,
                             "conductance_spread": 0.0, "hold": "0 s"})  # fmt: skip
    made = halodot_array.build(
        Figures("iv", "t", ()), spec, 1, cell=characterise([trace], (), spec)
    )
    assert made.cell.is_known
    assert made.cell.cycle_to_cycle.basis == "fitted"
    matrix = made.program(WEIGHTS, 0)
    assert matrix.written.share_failed < 0.02
    # 25 pulses through the range, for the largest weight.
    assert 20 <= matrix.written.pulses.max() <= 40
    error = np.std(matrix.multiply(INPUTS).output - INPUTS @ WEIGHTS)
    assert error < 0.1 * np.std(INPUTS @ WEIGHTS)


def test_simulated_records_add_what_figures_do_not_hold_and_leave_the_range_to_them():
    t = np.logspace(-2, 4, 60)
    fades = 1e-4 * np.exp(-((t / 1e3) ** 0.6)) + 1e-6
    retention = Trace(
        "retention", "r", {"time": t, "conductance": fades}, {"time": "s", "conductance": "S"},
        np.zeros(60, np.int64), {"read_voltage": S(0.1, "V")},
    )  # fmt: skip
    on = S(1e4, "ohm", 5e3, 2e4)
    iv = Figures("iv", "t", (given("resistance_on", on), given("resistance_off", S(1e6, "ohm")),
                             given("read_voltage", S(0.1, "V"))))  # fmt: skip
    made = halodot_array.build(iv, ArraySpec(), 1, traces=(retention,))
    assert (made.cell.conductance_high.low, made.cell.conductance_high.high) == (5e-5, 2e-4)
    assert made.cell.decay is not None
    assert any("left after 1 s" in n for n in made.notes)
    matrix = made.program(WEIGHTS, 0)
    assert matrix.age == 1.0
    low = matrix.cells.low
    assert (np.abs(matrix.conductance - low) <= np.abs(matrix.fresh - low)).all()
    assert halodot_array.build(iv, ArraySpec(), 1).cell.decay is None
