r"""Flow: streams meet, mix in the channel, and leave after different times.

Mean residence time ``tau = V / Q``. Residence times are distributed,

.. math:: E(t) = \tau^2 / 2 t^3 \; (t > \tau/2), \qquad
          \sigma^2/\tau^2 = 2 D_{ax} / u L, \; D_{ax} = D + u^2 d^2 / 192 D

laminar where ``D tau / R^2 < 1`` (no exchange between streamlines), by Taylor and Aris otherwise,
and 5 % wide in segments. Lateral mixing takes ``d^2 / 16 D``, sped up by Dean's vortices in a coil
by ``1 + 0.1 De Sc^(1/2)``; in segments chaotic advection needs ``(d/u) ln(Pe) / 2``. Dots of all
residence times are pooled by their share of the flow, the last at ``4 tau``.

Cold flow (below 80 degC) is an antisolvent step, hot flow an injection without a drop. The two
published trends with flow contradict each other (ref 137 of the review finds larger dots at faster
flow, PTFE tubes with mixed halides smaller ones); the mechanism gives its own and says so.

Range: tubes of 0.1 to 3 mm, Re below 1000. References: Taylor, 10.1098/rspa.1953.0139; Song et al.,
10.1063/1.1618271 (mixing in droplets).
"""

from __future__ import annotations

import math

import numpy as np

from ...core.sourced import Sourced
from ..kinetics.course import mixed
from ..kinetics.run import over_times
from ..process_spec import FlowProcess
from .outcome import (
    Batch,
    FloatArray,
    Outcome,
    at_room_temperature,
    grown,
    outcome,
    scaled,
    times,
)
from .step import course

HOT = 353.15  # [K]
_DIFFUSIVITY = 1e-9  # of a complex in the channel [m2/s]
_KINEMATIC = 1e-6  # of the liquid [m2/s]
_COIL = 0.02  # diameter of the coil [m]
_SEGMENTED_SPREAD = 0.05
_LONGEST = 4.0  # residence times of the mean up to which dots are followed


def residence(process: FlowProcess, time: FloatArray) -> FloatArray:
    """Share of the flow that leaves about each of `time` [s], what leaves later with the last.

    >>> t = np.geomspace(1.0, 500.0, 400)
    >>> mean = float(residence(FlowProcess(segmented=True), t) @ t)
    >>> abs(mean / FlowProcess().residence_time - 1.0) < 0.02
    True
    """
    tau = process.residence_time
    middles = 0.5 * (time[1:] + time[:-1]) / tau
    if process.segmented:
        left = _log_normal(middles, _SEGMENTED_SPREAD)
    elif _DIFFUSIVITY * tau / (0.5 * float(process.channel_diameter)) ** 2 < 1.0:
        left = 1.0 - 0.25 / np.maximum(middles, 0.5) ** 2
    else:
        left = _log_normal(middles, min(math.sqrt(2.0 / _axial_peclet(process)), 1.0))
    return np.diff(left, prepend=0.0, append=1.0)


def _log_normal(x: FloatArray, spread: float) -> FloatArray:
    """Share below `x` of a log-normal law of mean 1."""
    from scipy.special import ndtr

    s2 = math.log1p(spread**2)
    return np.asarray(ndtr((np.log(x) + 0.5 * s2) / math.sqrt(s2)))


def speed(process: FlowProcess) -> float:
    """Mean speed [m/s]."""
    return float(process.flow_rate) / (0.25 * math.pi * float(process.channel_diameter) ** 2)


def _axial_peclet(process: FlowProcess) -> float:
    u, d = speed(process), float(process.channel_diameter)
    spreading = _DIFFUSIVITY + u**2 * d**2 / (192.0 * _DIFFUSIVITY)
    return u * u * process.residence_time / spreading


def mixing_time(process: FlowProcess) -> float:
    """Time constant of mixing in the channel [s]."""
    u, d = speed(process), float(process.channel_diameter)
    if process.segmented:
        return 0.5 * d / u * math.log(max(u * d / _DIFFUSIVITY, math.e))
    dean = u * d / _KINEMATIC * math.sqrt(d / _COIL)
    vortices = 1.0 + 0.1 * dean * math.sqrt(_KINEMATIC / _DIFFUSIVITY)
    return d**2 / (16.0 * _DIFFUSIVITY) / vortices


def run(batch: Batch, process: FlowProcess) -> Outcome:
    """Return what a channel makes of `batch`."""
    tau, mixing = process.residence_time, mixing_time(process)
    end = _LONGEST * tau
    temperature = float(batch.flask.temperature)
    if temperature >= HOT:
        t = times(end, min(1e-3, 0.02 * mixing))
        growth = grown(batch, scaled(mixed(batch.monomer, mixing, t, temperature),
                                     batch.solubility_factor))  # fmt: skip
    else:
        growth = grown(batch, course(batch, mixing, end), at_room_temperature(batch))
    size, spread = over_times(growth, residence(process, growth.time))
    extras = {
        "residence_time": Sourced(tau, "s", note="volume over flow"),
        "mixing_time": Sourced(mixing, "s", note="order of magnitude; coil assumed"),
    }
    note = "flow: dots of all residence times pooled; published trends with flow disagree in sign"
    return outcome(growth, note, (size, spread), extras=extras)
