"""The reference neuron behind the same eye: what a sweep is worth if the neuron is perfect."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import reference
from .eye import Eye, Grid, brightness, light_of_cells, seen_angle
from .peaks import Line, fit_line, peak_of, smoothed
from .spec import Looming
from .stimulus import film, ratios

F = NDArray[np.float64]
FRAMES = 200  # in which the scene is rendered
READINGS = 2000


def parameters(spec: Looming) -> tuple[float, float]:
    """Return alpha [1] and delay [s] of the reference neuron."""
    angle = np.radians(float(spec.reference.threshold_angle))
    return reference.alpha_of(angle), float(spec.reference.delay)


def angle_in(spec: Looming, ratio: float, eye: Eye | None, pixels: Grid) -> tuple[F, F]:
    """Return time [s] and the angle [rad] that is read from the rendered scene.

    From the cells of the eye by their solid angles; without an eye from the light of the field,
    of which a disc ahead takes sin(theta/2)^2.
    """
    seen = film(spec.stimulus, ratio, FRAMES)
    if eye is not None:
        light = light_of_cells(eye, seen, spec.stimulus)
        return seen.time, seen_angle(eye, light, spec.stimulus)
    behind = float(spec.stimulus.background_light)
    contrast = float(spec.stimulus.object_light) - behind
    part = (brightness(pixels, seen, spec.stimulus) - behind) / contrast
    return seen.time, np.asarray(2.0 * np.arcsin(np.sqrt(np.clip(part, 0.0, 1.0))))


def answer(spec: Looming, ratio: float, eye: Eye | None, pixels: Grid) -> tuple[F, F]:
    """Return time to the collision [s] and the response of the reference neuron, 1 at its peak.

    It goes on for one delay after the collision, as its peak may come then.
    """
    alpha, delay = parameters(spec)
    time, angle = angle_in(spec, ratio, eye, pixels)
    first = spec.stimulus.start * ratio
    if spec.stimulus.collision_time is not None:
        first = float(spec.stimulus.collision_time)
    at = np.linspace(0.0, first + delay, READINGS)
    raw = reference.response_to(time, angle, at, alpha, delay)
    given = spec.neuron.smoothing_time
    width = 0.1 * float(spec.stimulus.shortest) if given is None else float(given)
    kind = spec.neuron.smoothing
    if kind == "gaussian" and width < at[1]:
        kind = "none"  # narrower than the distance of the readings
    out = smoothed(at, raw, kind, width)
    return first - at, out / out.max()


def answers(spec: Looming, eye: Eye | None, pixels: Grid) -> list[tuple[F, F]]:
    """Return `answer` for every l/v of the sweep."""
    return [answer(spec, float(r), eye, pixels) for r in ratios(spec.stimulus)]


def line(spec: Looming, found: list[tuple[F, F]]) -> Line:
    """Fit the peaks of the reference neuron over the sweep, from its `answers`."""
    tau = [
        left[0] - peak_of(left[0] - left, out, fall=spec.neuron.fall).time for left, out in found
    ]
    return fit_line(ratios(spec.stimulus), np.array(tau))
