"""The looming task on devices whose answer is known, on its spec, its chance and its pictures."""

from dataclasses import replace

import numpy as np
import pytest

from halodot import array
from halodot.array.state import Compact, Drive, Response
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.figures.state import Figures
from halodot.task.looming import directions
from halodot.task.looming.evaluate import chance_of, evaluate
from halodot.task.looming.eye import grid
from halodot.task.looming.neuron import bias_of, drive_of, shone, switching_voltage
from halodot.task.looming.peaks import fit_line
from halodot.task.looming.scan import scaled
from halodot.task.looming.spec import EyeSpec, Looming, Neuron, Stimulus
from halodot.task.looming.summary import directed, majority, share, spread
from halodot.task.looming.trials import Sweep

ON = 1e-6
SMALL = {"seeds": 2, "draws": 0, "eye": None}


def switch(low=0.2, high=0.5, threshold=1.0, noise=0.0, slow=0.0, light=True):
    """A cell that conducts 1 uA per volt between two lights under bias, or above its threshold.

    `slow` [s]: it is off again as late as this after the light was there.
    """

    def march(drive, start, seed):
        volts = np.interp(drive.outputs, drive.time, drive.voltage)
        # a shutter shows what was there the moment before
        lit, before = drive.light > 0, np.zeros(len(drive.outputs))
        if lit.any():
            before = np.interp(drive.outputs, drive.time[lit], drive.light[lit])
        if slow:
            before = np.interp(drive.outputs - slow, drive.outputs, before)
        on = ((before > low) & (before < high)) | (volts > threshold)
        scatter = 1.0
        if seed >= 0 and noise:
            scatter = np.exp(noise * np.random.default_rng(seed).standard_normal(len(volts)))
        current = np.where(on, ON * np.maximum(volts, 0.0), 1e-13) * scatter
        return Response(volts, current, {}, np.zeros(1))

    full = Sourced(1000.0, "W/m2") if light else Sourced.unknown("W/m2", "dark")
    return Compact(
        kind="measured", label="t", march=march,
        another=lambda *_: switch(low, high, threshold, noise, slow),
        with_series=lambda _: switch(low, high, threshold, noise, slow),
        rest=np.zeros(1), largest_voltage=2.0, full_light=full, area=Sourced(1e-8, "m2"),
    )  # fmt: skip


def tile(device, draws=None):
    made = array.build(Figures("iv", "t", ()), seed=3)
    by_draw = draws or {}
    return array.Array(
        **{**made.__dict__, "status": Status.OK, "compact": lambda k: by_draw.get(k, device)}
    )


def score(device=None, draws=None, count=0, **table):
    device = switch() if device is None else device
    table["draws"] = count
    return evaluate(tile(device, draws), build(Looming, SMALL | table))


def test_a_fast_switch_passes_at_the_angle_where_it_is_inhibited():
    """Off above sin(theta/2)^2 = 0.5: 90 degrees, alpha = 1, no delay."""
    s = score(neuron={"bias": "0.5 V", "frames": 400, "smoothing": "leaky"})
    assert s.value.value > 0.9999
    assert s.others["alpha"].value == pytest.approx(1.0, abs=0.01)
    assert s.others["threshold_angle_deg"].value == pytest.approx(90.0, abs=1.0)
    assert s.others["threshold_spread_deg"].value < 1.0
    assert s.others["delay_s"].value == pytest.approx(0.0, abs=3e-4)
    assert s.others["pass_share"].value == 1.0
    assert s.others["non_monotonic"].value == 1.0
    # it sees total light: what only brightens is as good as what comes
    assert s.others["dimming_ratio"].value == pytest.approx(1.0, abs=0.01)
    assert s.others["empty_ratio"].value < 1e-6
    assert "does not pass" in s.verdict
    assert "light that changes everywhere" in s.verdict
    assert s.status is Status.OK


def test_a_late_switch_has_its_delay():
    s = score(switch(slow=0.004), neuron={"bias": "0.5 V", "frames": 400})
    assert s.others["delay_s"].value == pytest.approx(0.004, abs=5e-4)
    assert s.others["alpha"].value == pytest.approx(1.0, abs=0.02)
    assert s.latency.value == s.others["delay_s"].value


def test_a_device_that_is_only_excited_has_no_peak():
    s = score(switch(high=2.0), neuron={"bias": "0.5 V"})
    assert s.value.value == 0.0
    assert s.others["non_monotonic"].value == 0.0
    assert not s.others["alpha"].is_known
    assert "misses the marks" in s.verdict


@pytest.mark.parametrize(
    ("readout", "power"), [("lit", 0.25e-6), ("dark", 0.8 * 0.25e-6 + 0.2 * 0.01e-6)]
)
def test_energy_is_voltage_times_current_times_time(readout, power):
    """Always on, 1 uS: at 0.5 V, and behind the shutter at 0.1 V; l/v of 27.5 ms, 10 to 0.2."""
    neuron = {"bias": "0.5 V", "readout": readout, "read_voltage": "0.1 V", "read_share": 0.2}
    s = score(switch(low=-1.0, high=2.0), neuron=neuron, stimulus={"approaches": 5})
    assert s.energy.value == pytest.approx(power * 9.8 * 0.0275, rel=1e-6)
    tau = np.linspace(0.2, 10.0, 200001)
    dose = np.trapezoid(1.0 / (1.0 + tau**2), tau) * 0.0275  # sin^2 of half the angle
    open_for = 0.8 if readout == "dark" else 1.0
    found = s.others["optical_energy_of_approach"].value
    assert found == pytest.approx(1000.0 * 1e-8 * dose * open_for, rel=6e-3)


def test_draws_widen_the_interval_and_silent_ones_count():
    other, dead = switch(high=0.8), switch(low=3.0, threshold=3.0)
    s = score(draws={0: other, 1: dead}, count=2, neuron={"bias_share": 0.5, "frames": 200})
    alpha = s.others["alpha"]
    assert alpha.low == pytest.approx(0.5, abs=0.03)  # sin^2 = 0.8: 2 atan(2)
    assert alpha.value == pytest.approx(1.0, abs=0.03)
    assert alpha.value <= alpha.high < 1.05
    assert s.value.low == 0.0
    assert s.others["pass_share"].value == 0.5
    assert any("do not switch" in n for n in s.notes)
    assert "fewer than the 19" in s.value.note


def test_the_eye_tells_where_from_and_chance_is_told():
    s = score(switch(low=0.05, high=2.0), eye={"cells": 6, "directions": 7, "spread": 0.0},
              neuron={"bias": "0.5 V"}, stimulus={"approaches": 4})  # fmt: skip
    assert s.others["eye_direction_accuracy"].value == 1.0
    assert s.others["eye_direction_by_light"].value == 1.0
    assert s.others["eye_direction_accuracy"].low == pytest.approx(0.05 ** (1 / 7), rel=1e-6)
    # edges of a translating object of 40 degrees never cover as many cells
    assert s.others["eye_translating_ratio"].value < 0.6
    assert s.details["eye_current"].shape == (36,)
    assert s.others["r2_shuffled"].value == pytest.approx(1.0 / 3.0)  # no peaks: 1/(n - 1)


def test_shuffled_ratios_explain_one_in_n_minus_one():
    s = score(neuron={"bias": "0.5 V"})
    q = s.others["r2_shuffled"]
    assert q.value == pytest.approx(1.0 / 7.0, abs=0.05)
    assert q.high > q.value


def test_chance_knows_when_the_films_end():
    """Films of equal length but for their last moment hold little of l/v, scaled ones much."""
    six = {"approaches": 6, "start": 40.0, "closest": 0.4}
    scaled_films = chance_of(build(Looming, {"stimulus": six}), 1)
    assert 0.45 < scaled_films.value < 0.6
    assert scaled_films.high > 0.85
    fixed = chance_of(build(Looming, {"stimulus": six | {"collision_time": "2 s"}}), 1)
    assert fixed.value == pytest.approx(1.0 / 5.0, abs=0.03)


def test_a_draw_passes_with_more_than_half_of_its_histories():
    sweep = Sweep(None, 0, np.zeros(4), (), {}, fit_line(np.ones(4), np.full(4, np.nan)),
                  np.zeros(4), np.zeros(4), 1.0, Status.OK)  # fmt: skip
    found = [replace(sweep, draw=k) for k in (None, 0, 0, 1, 1, 1)]
    passes = [True, True, False, True, True, False]
    assert majority(found, passes) == (1, 2)
    assert majority(found, passes, lost=2) == (1, 4)


def test_directions_of_few_eyes_count_eyes():
    one, many = directed([9], 9), directed([9, 9, 9, 9], 9)
    assert "one eye" in one.note
    assert many.low == pytest.approx(0.05**0.25)


def test_same_seed_same_numbers_and_noise_spreads_them():
    noisy = switch(noise=0.5)
    table = {"neuron": {"bias": "0.5 V", "smoothing": "none"}}
    a, b = score(noisy, **table), score(noisy, **table)
    assert a.others == b.others
    assert np.array_equal(a.details["peak_time"], b.details["peak_time"], equal_nan=True)
    assert a.value.low < a.value.high


def test_a_device_without_a_model_in_time_is_unknown_beside_the_baseline():
    s = evaluate(array.build(Figures("iv", "t", ())), build(Looming, {"eye": None}))
    assert not s.value.is_known
    assert s.status is Status.UNKNOWN
    assert s.baseline.value > 0.999
    dark = score(switch(light=False))
    assert not dark.value.is_known
    assert "no light" in dark.verdict


def test_threshold_is_found_on_a_ramp_in_the_dark():
    cell = switch(threshold=1.2)
    assert switching_voltage(cell, 1.0) == pytest.approx(1.2, abs=0.01)
    assert np.isnan(switching_voltage(switch(threshold=9.0), 1.0))
    assert bias_of(cell, Neuron(bias_share=0.5), 1.0) == pytest.approx(0.6, abs=0.005)
    assert bias_of(cell, build(Neuron, {"bias": "0.3 V"}), 1.0) == 0.3


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"readout": "dark", "read_voltage": "0.1 V"},
        {"readout": "dark", "pulse": "2 ms", "every": "10 ms", "read_voltage": "0.1 V"},
        {"pulse": "2 ms", "every": "10 ms"},
    ],
)
@pytest.mark.parametrize("settle", [0.0, 0.05])
def test_drives_do_what_they_say(table, settle):
    neuron = build(Neuron, table)
    ends, light = np.linspace(0.0, 0.1, 11), np.linspace(0.2, 0.7, 11)
    drive = drive_of(ends, light, neuron, 0.8, settle)
    assert (np.diff(drive.time) > 0.0).all()
    assert (np.diff(drive.outputs) > 0.0).all()
    assert drive.time[[0, -1]] == pytest.approx([0.0, 0.1 + settle])
    volts = np.interp(drive.outputs, drive.time, drive.voltage)
    lights = np.interp(drive.outputs, drive.time, drive.light)
    if neuron.readout == "dark":
        assert volts[0::2] == pytest.approx(0.8)
        assert volts[1::2] == pytest.approx(0.1)
        assert lights[1::2] == pytest.approx(0.0, abs=1e-12)
        lit = drive.outputs[0::2]
        assert lights[0::2] == pytest.approx(np.interp(lit - settle, ends, light))
    else:
        assert volts == pytest.approx(0.8)
        assert lights == pytest.approx(np.interp(drive.outputs - settle, ends, light))
    if neuron.pulse is not None:
        between = np.interp(ends[:-1] + settle + 2e-3, drive.time, drive.voltage)
        assert between == pytest.approx(0.0, abs=1e-12)
        lasts = np.interp(np.linspace(0, 0.1, 20001) + settle, drive.time, drive.voltage)
        assert (lasts > 0.79).mean() == pytest.approx(0.2, abs=0.03)


def test_a_differentiator_turns_light_into_its_rate():
    time = np.linspace(0.0, 1.0, 201)
    neuron = build(Neuron, {"encoding": "rate", "rate_time": "50 ms"})
    found = shone(time, np.sin(4.0 * time)[:, None], neuron)
    assert found[1:-1, 0] == pytest.approx(0.2 * np.abs(np.cos(4.0 * time))[1:-1], abs=1e-3)
    assert shone(time, 100.0 * time[:, None], neuron).max() == 1.0


def test_sides_and_directions():
    g = grid(8)
    one = np.zeros(64)
    one[20] = 1.0
    assert directions.azimuth_of(one, g) == pytest.approx(g.azimuth[20])
    assert np.isnan(directions.azimuth_of(np.zeros(64), g))
    assert [directions.side(np.radians(a)) for a in (-31, -29, 29, 31)] == [
        "left", "front", "front", "right",
    ]  # fmt: skip
    assert directions.side(float("nan")) == "none"


def test_scaling_moves_all_times_together():
    spec = build(Looming, {"neuron": {"pulse": "1 ms", "every": "3 ms", "smoothing_time": "2 ms"},
                           "stimulus": {"collision_time": "0.25 s"}})  # fmt: skip
    s = scaled(spec, 4.0)
    times = (s.stimulus.shortest, s.stimulus.longest, s.stimulus.collision_time, s.neuron.pulse,
             s.neuron.every, s.neuron.smoothing_time, s.neuron.rate_time)  # fmt: skip
    assert [float(q) for q in times] == pytest.approx([0.02, 0.2, 1.0, 4e-3, 0.012, 8e-3, 0.02])
    assert float(s.reference.delay) == 0.027


def test_the_map_says_where_it_passes_and_a_false_alarm_is_told():
    scan = {"scales": [1.0, 10.0], "shares": [0.5]}
    s = score(neuron={"frames": 200}, scan=scan)
    assert s.details["map_r2"].shape == (2, 2, 1)
    assert s.details["map_bias"] == pytest.approx(0.5, abs=0.01)
    assert "silent in an empty scene" in s.verdict
    slow = score(switch(slow=0.02), neuron={"frames": 200}, scan=scan)
    assert "for l/v from 0.05 s" in slow.verdict


def test_the_false_alarm_is_seen():
    always = switch(low=-1.0, high=0.5)
    s = score(always, neuron={"bias": "0.5 V"})
    assert s.others["empty_ratio"].value == pytest.approx(1.0)
    assert "an empty scene" in s.verdict


def test_shares_and_spreads():
    assert share(3, 3).high == 1.0
    assert share(3, 3).low == pytest.approx(0.05 ** (1 / 3))
    q = spread([1.0, 2.0, np.nan, 9.0], [None, None, None, 0], "s")
    assert (q.value, q.low, q.high) == (1.5, 1.0, 9.0)
    assert "3 of 4" in q.note
    assert not spread([np.nan], [None], "s").is_known


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ({"stimulus": {"shortest": "60 ms"}}, "longest"),
        ({"stimulus": {"object_light": 0.0}}, "object_light"),
        ({"stimulus": {"collision_time": "10 ms"}}, "collision_time"),
        ({"stimulus": {"shape": "ring"}}, "shape"),
        ({"neuron": {"pulse": "1 ms"}}, "every"),
        ({"neuron": {"pulse": "5 ms", "every": "1 ms"}}, "pulse"),
        ({"scan": {"scales": [-1.0]}}, "scales"),
        ({"seeds": 1}, "seeds"),
    ],
)
def test_bad_specs_are_refused_with_the_field(table, field):
    with pytest.raises(InputError, match=field):
        build(Looming, table, root="task")


def test_defaults_are_those_of_the_locust():
    assert float(Stimulus().shortest) == 0.005
    assert EyeSpec().cells == 8


def test_an_array_with_a_bias_that_the_device_cannot_take_is_refused():
    limited = switch()
    with pytest.raises(InputError, match="drive voltage"):
        score(limited, neuron={"bias": "5 V"})


def test_pictures_are_drawn_and_say_what_they_show():
    from halodot.report.plots import looming as pictures

    s = score(switch(noise=0.1), eye={"cells": 4, "directions": 3}, neuron={"bias_share": 0.5},
              scan={"scales": [1.0], "shares": [0.5, 0.7]}, stimulus={"approaches": 4})  # fmt: skip
    for name, draw in pictures.PICTURES.items():
        svg = draw(s, f"t-{name}")
        assert svg is not None
        assert svg.startswith("<svg")
    none = evaluate(array.build(Figures("iv", "t", ())), build(Looming, {"eye": None}))
    assert all(draw(none, "t") is None for draw in pictures.PICTURES.values())


def test_a_drive_is_a_drive():
    drive = drive_of(np.array([0.0, 1.0]), np.array([0.0, 1.0]), Neuron(), 0.5, 0.0)
    assert isinstance(drive, Drive)
    assert drive.outputs.tolist() == [1.0]
