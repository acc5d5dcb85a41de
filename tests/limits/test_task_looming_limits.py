"""The looming test against closed forms: the stimulus, the eye, the reference neuron, the fit."""

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.task.looming import reference, software
from halodot.task.looming.eye import (
    brightness,
    compound_eye,
    coverage,
    field,
    grid,
    light_of_cells,
    seen_angle,
)
from halodot.task.looming.peaks import fit_line, peak_of, smoothed
from halodot.task.looming.spec import EyeSpec, Looming, Stimulus
from halodot.task.looming.stimulus import angular_size, angular_speed, even, film, moments, ratios

ALPHA, DELAY = reference.alpha_of(np.radians(24.0)), 0.027


def looming(**stimulus):
    return build(Looming, {"stimulus": stimulus})


def test_the_rate_of_the_angle_is_its_derivative():
    tau = np.linspace(0.01, 0.4, 2001)
    slope = -np.gradient(angular_size(0.02, tau), tau)
    assert angular_speed(0.02, tau)[1:-1] == pytest.approx(slope[1:-1], rel=2e-4)


@pytest.mark.parametrize(("ratio", "expected"), [(0.010, 0.020), (0.030, 0.114), (0.050, 0.208)])
def test_worked_peaks_of_the_reference_neuron(ratio, expected):
    """Threshold 24 degrees, delay 27 ms (Gabbiani, Krapp and Laurent 1999, their worked case)."""
    assert float(reference.peak_time(ratio, ALPHA, DELAY)) == pytest.approx(expected, abs=5e-4)
    time = np.linspace(0.0, 20 * ratio + DELAY, 20001)
    tau = 20 * ratio - time
    peak = peak_of(time, reference.response(ratio, tau, ALPHA, DELAY))
    found = 20 * ratio - peak.time
    assert found == pytest.approx(ALPHA * ratio - DELAY, abs=2e-4 * ratio)
    assert peak.height == pytest.approx(1.0, rel=1e-6)
    angle = np.degrees(angular_size(ratio, np.array([found + DELAY])))[0]
    assert angle == pytest.approx(24.0, abs=0.01)


def sweep(angle, delay, spec, **options):
    alpha, tau = reference.alpha_of(np.radians(angle)), []
    for ratio in ratios(spec):
        time = np.linspace(0.0, 20 * ratio + delay, 20001)
        response = reference.response(ratio, 20 * ratio - time, alpha, delay)
        kind, width = options.get("smoothing", ("none", 0.0))
        tau.append(20 * ratio - peak_of(time, smoothed(time, response, kind, width)).time)
    return fit_line(ratios(spec), np.array(tau))


@pytest.mark.parametrize(("angle", "delay"), [(15.0, 0.035), (24.0, 0.027), (40.0, 0.015)])
def test_the_evaluation_finds_angle_and_delay_of_the_reference(angle, delay):
    line = sweep(angle, delay, Stimulus())
    assert line.r2 == pytest.approx(1.0, abs=1e-7)
    assert line.alpha == pytest.approx(reference.alpha_of(np.radians(angle)), rel=1e-3)
    assert line.delay == pytest.approx(delay, rel=1e-3)
    assert line.angle == pytest.approx(angle, abs=0.02)
    assert line.spread < 0.02
    assert line.passes


def test_a_leaky_membrane_delays_by_its_time_where_it_is_short():
    line = sweep(24.0, 0.027, Stimulus(), smoothing=("leaky", 2e-4))
    assert line.delay == pytest.approx(0.0272, abs=2e-5)
    assert line.angle == pytest.approx(24.0, abs=0.05)


def test_spread_is_seen_where_the_angle_depends_on_speed():
    """A delay that grows with l/v^2 bends the line: peaks no longer lie at one angle."""
    x = ratios(Stimulus())
    straight = fit_line(x, ALPHA * x - DELAY)
    bent = fit_line(x, ALPHA * x - DELAY - 25.0 * x**2)
    assert straight.passes
    assert straight.spread < 1e-6
    assert bent.spread > 3.0
    assert not bent.passes
    missing = ALPHA * x - DELAY
    missing[0] = np.nan
    assert fit_line(x, missing).r2 == pytest.approx(1.0)
    assert not fit_line(x, missing).passes


def test_too_few_peaks_have_no_line():
    line = fit_line(np.arange(1.0, 9.0), np.full(8, np.nan))
    assert (line.r2, line.peaks) == (0.0, 0.0)
    assert np.isnan(line.alpha)


def test_the_flat_device_gets_sin_squared_of_half_the_angle():
    """Lambert's cosine over a disc ahead, and the area that is not covered where it is dark."""
    for bright, behind in ((1.0, 0.0), (0.0, 1.0), (0.7, 0.2)):
        spec = Stimulus(object_light=bright, background_light=behind)
        seen = film(spec, 0.03, 80)
        exact = behind + (bright - behind) * np.sin(0.5 * seen.angle) ** 2
        assert brightness(field(), seen, spec) == pytest.approx(exact, abs=2e-3)


@pytest.mark.parametrize("half", [20.0, 40.0, 70.0])
def test_solid_angles_of_disc_and_square(half):
    """2 pi (1 - cos a), and 4 asin(sin(a)^2) of a square that faces the eye."""
    angle, ahead = np.radians([2.0 * half]), np.zeros(1)
    pixels = field()
    taken = [float((coverage(s, angle, ahead, pixels) @ pixels.solid_angle)[0])
             for s in ("disc", "square")]  # fmt: skip
    a = np.radians(half)
    exact = (2 * np.pi * (1 - np.cos(a)), 4 * np.arcsin(np.sin(a) ** 2))
    assert taken == pytest.approx(exact, rel=6e-3)


def test_edges_are_smooth_in_time():
    """No steps of whole pixels: the light of a slowly growing disc grows by even steps."""
    spec = Stimulus()
    seen = film(spec, 0.03, 400)
    step = np.diff(brightness(field(), seen, spec)) / np.diff(np.sin(0.5 * seen.angle) ** 2)
    step = step[np.degrees(seen.angle[1:]) > 30.0]  # a dozen pixels and more
    assert step.min() > 0.98
    assert step.max() < 1.02


def test_an_object_to_the_side_is_seen_by_the_cells_there():
    eye = compound_eye(EyeSpec(cells=8))
    spec = Stimulus()
    seen = film(spec, 0.03, 40, azimuth=np.radians(50.0))
    light = light_of_cells(eye, seen, spec)
    brightest = int(np.argmax(light[10]))
    assert np.degrees(eye.cells.azimuth[brightest]) == pytest.approx(50.0, abs=12.0)
    assert abs(np.degrees(eye.cells.elevation[brightest])) < 12.0


def test_uniform_light_changes_as_much_in_total():
    spec = Stimulus()
    eye = compound_eye(EyeSpec(cells=6))
    looming_film, dimming = (film(spec, 0.03, 60, kind) for kind in ("looming", "dimming"))
    cells = light_of_cells(eye, dimming, spec)
    total = brightness(eye.pixels, looming_film, spec)
    assert cells == pytest.approx(np.repeat(total[:, None], 36, axis=1), rel=1e-12)


def test_receding_is_looming_backwards_and_an_empty_scene_is_dark():
    spec = Stimulus()
    near, far, none = (film(spec, 0.03, 50, kind) for kind in ("looming", "receding", "empty"))
    assert far.angle == pytest.approx(near.angle[::-1])
    assert np.diff(far.time) == pytest.approx(np.diff(near.time)[::-1])
    assert brightness(field(), none, spec).max() == 0.0
    passing = film(spec, 0.03, 50, "translating")
    assert np.ptp(passing.angle) == 0.0
    assert np.degrees(passing.azimuth[[0, -1]]) == pytest.approx([-110.0, 110.0])


def test_the_angle_is_read_from_the_cells():
    spec = Stimulus()
    eye = compound_eye(EyeSpec(cells=16))
    seen = film(spec, 0.03, 60)
    found = np.degrees(seen_angle(eye, light_of_cells(eye, seen, spec), spec))
    assert np.degrees(seen.angle) == pytest.approx(found, abs=2.0)


@pytest.mark.parametrize("cells", [8, 16, None])
def test_the_reference_neuron_passes_behind_the_rendered_scene(cells):
    spec = looming()
    eye = compound_eye(EyeSpec(cells=cells)) if cells else None
    pixels = eye.pixels if eye else field()
    line = software.line(spec, software.answers(spec, eye, pixels))
    assert line.r2 > 0.9999
    assert line.passes
    # coarse eyes misjudge the size of an object a little, at every speed alike
    assert line.angle == pytest.approx(24.0, abs=0.4)
    assert line.spread < 0.3


def test_frames_have_the_ends_they_should():
    spec = Stimulus()
    for phase in (0.0, 0.3):
        tau = moments(spec, 0.02, 50, phase)
        assert tau[[0, -1]] == pytest.approx([0.2, 0.004])
        assert (np.diff(tau) < 0.0).all()
        steps = even(spec, 0.02, 1e-3, phase)
        assert np.diff(steps)[1:-1] == pytest.approx(-1e-3)
    with pytest.raises(InputError, match=r"neuron\.every"):
        even(spec, 0.02, 1.0)


def test_smoothing_has_its_closed_form():
    """A step through a membrane: 1 - exp(-t/time); a Gaussian keeps a straight line."""
    time = np.concatenate([[0.0, 1e-9], np.sort(np.random.default_rng(1).uniform(1e-9, 1.0, 40))])
    step = np.concatenate([[0.0], np.ones(41)])
    assert smoothed(time, step, "leaky", 0.2)[1:] == pytest.approx(
        1.0 - np.exp(-time[1:] / 0.2), abs=1e-8
    )
    ramp = np.linspace(0.0, 1.0, 401)
    middle = smoothed(ramp, 3.0 * ramp, "gaussian", 0.02)[100:-100]
    assert middle == pytest.approx(3.0 * ramp[100:-100], rel=1e-6)


def test_the_peak_of_a_flat_top_is_its_end_and_a_rise_alone_is_none():
    time = np.linspace(0.0, 1.0, 101)
    top = np.where((time > 0.2) & (time < 0.605), 1.0, 0.0)
    assert peak_of(time, top).time == pytest.approx(0.605, abs=1e-12)
    soft = smoothed(time, top, "leaky", 0.3)
    assert peak_of(time, soft).time == pytest.approx(0.605, abs=1e-12)
    assert not peak_of(time, time).is_found
    assert not peak_of(time, 1.0 - time).is_found
    assert not peak_of(time, np.zeros(101)).is_found
    assert not peak_of(time, 1e-14 * top, floor=1e-12).is_found
    small_fall = np.where(time > 0.8, 0.7, time / 0.8)
    assert not peak_of(time, small_fall, fall=0.5).is_found
    assert peak_of(time, small_fall, fall=0.2).is_found


def test_grids_hold_the_half_sphere():
    g = grid(9)
    assert g.solid_angle.sum() == pytest.approx(2.0 * np.pi)
    assert np.linalg.norm(g.direction, axis=1) == pytest.approx(1.0)
    assert (g.direction @ np.array([1.0, 0.0, 0.0]) > 0.0).all()
    assert float(g.solid_angle @ g.direction[:, 0]) == pytest.approx(np.pi, rel=0.01)
