"""From responses in time to peaks, and from peaks of many approaches to an angle.

tau_peak = alpha l/v - delta is fitted by least squares; theta_thr = 2 atan(1/alpha). The angular
size one delay before each peak, 2 atan[(l/v) / (tau_peak + delta)], would be the same for all l/v;
half of its range is the spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .reference import threshold_angle
from .stimulus import angular_size

F = NDArray[np.float64]
FEWEST = 4  # peaks that a line is fitted to
AT_TOP = 1e-9  # below the largest response that counts as the top
CUT = 5.0  # times more bent than a moment before: cut off
GOOD_R2, GOOD_SPREAD = 0.98, 3.0  # marks of the test: [1], [deg]


def smoothed(time: F, response: F, kind: str, width: float) -> F:
    """Return a response after the stated smoothing, on the same, uneven times.

    Parameters
    ----------
    kind
        ``leaky``: dy/dt = (x - y) / width from the first response on, x in straight lines between
        its points; ``gaussian``: weights exp(-dt^2 / 2 width^2), of which the part that lies in the
        record counts; ``none``.

    Examples
    --------
    >>> t = np.linspace(0.0, 1.0, 5)
    >>> smoothed(t, np.ones(5), "leaky", 0.1).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    if kind == "none" or width <= 0.0:
        return response
    if kind == "gaussian":
        around = np.exp(-0.5 * ((time[:, None] - time[None, :]) / width) ** 2)
        weight = around * np.gradient(time)[None, :]
        return np.asarray(weight @ response / weight.sum(axis=1))
    h = np.diff(time) / width
    kept = np.exp(-h)
    slope = np.diff(response) / h
    out = np.empty_like(response)
    out[0] = response[0]
    for k in range(len(h)):
        lag = response[k] - slope[k]
        out[k + 1] = (out[k] - lag) * kept[k] + response[k + 1] - slope[k]
    return out


@dataclass(frozen=True)
class Peak:
    """The largest response of one stimulus.

    Attributes
    ----------
    time
        When it stands at its largest for the last time [s]; NaN where it does not rise and fall.
    height
        Largest response, in its unit.
    integral
        Over the stimulus, in that unit times seconds.
    """

    time: float
    height: float
    integral: float

    @property
    def is_found(self) -> bool:
        """Whether the response rises and falls."""
        return bool(np.isfinite(self.time))


def peak_of(time: F, response: F, *, fall: float = 0.5, floor: float = 0.0) -> Peak:
    """Find the peak of a smoothed response.

    It is the last moment at the top: the turn from excitation to inhibition, also of a response
    that is cut off, which is then half way to the next point. Else a parabola is laid through
    the three points around it.

    Parameters
    ----------
    fall
        Share of the rise that has to be lost again before the record ends.
    floor
        Smallest height that counts as a response.
    """
    top = float(response.max())
    integral = float(np.trapezoid(response, time))
    rise = top - float(response[: int(np.argmax(response)) + 1].min())
    last = int(np.flatnonzero(response >= top - AT_TOP * rise)[-1]) if rise > 0.0 else 0
    falls = top - float(response[last:].min()) >= fall * rise
    if not (rise > 0.0 and top > floor and falls) or last in (0, len(time) - 1):
        return Peak(float("nan"), top, integral)
    return Peak(_vertex(time, response, last), top, integral)


def _vertex(time: F, response: F, k: int) -> float:
    """Top of the parabola through points k - 1, k, k + 1, no further than half way to them.

    Where the response bends at k far more than just before, it is cut off there, by a switch that
    opens: it did so between k and k + 1.
    """
    (a, b, c), (p, q, r) = time[k - 1 : k + 2], response[k - 1 : k + 2]
    left, right = (q - p) / (b - a), (r - q) / (c - b)
    bend = (left - right) / (c - a)
    if k > 1:
        earlier = (p - response[k - 2]) / (a - time[k - 2])
        if bend > CUT * abs(earlier - left) / (b - time[k - 2]):
            return float(0.5 * (b + c))
    if bend <= 0.0:
        return float(b)
    found = 0.5 * (a + b) + 0.5 * left / bend
    return float(np.clip(found, 0.5 * (a + b), 0.5 * (b + c)))


@dataclass(frozen=True)
class Line:
    """Peaks of a sweep of l/v, fitted.

    Attributes
    ----------
    alpha, delay
        Slope [1] and minus the intercept [s]; NaN with fewer than `FEWEST` peaks.
    r2
        Of the line; 0 with fewer peaks, as nothing is explained.
    angle
        2 atan(1/alpha) [deg].
    angles
        Angular size one delay before each peak [deg], NaN where there is none.
    spread
        Half of the range of `angles` [deg].
    peaks
        Share of the approaches that have a peak.
    """

    alpha: float
    delay: float
    r2: float
    angle: float
    angles: F
    spread: float
    peaks: float

    @property
    def passes(self) -> bool:
        """Whether every approach has a peak, in line, at one angle."""
        good = self.r2 > GOOD_R2 and self.spread < GOOD_SPREAD
        return bool(self.peaks == 1.0 and self.alpha > 0.0 and good)


def fit_line(ratio: F, tau: F) -> Line:
    """Fit peak times against l/v.

    Parameters
    ----------
    ratio
        l/v [s]; shape [N].
    tau
        Peak before the collision [s], NaN where there is none; shape [N].

    Examples
    --------
    >>> line = fit_line(np.array([0.01, 0.02, 0.03, 0.05]), np.array([0.02, 0.067, 0.114, 0.208]))
    >>> round(line.alpha, 3), round(line.delay, 4), round(line.r2, 9), line.passes
    (4.7, 0.027, 1.0, True)
    """
    good = np.isfinite(tau)
    share = float(good.mean())
    if good.sum() < FEWEST:
        nan = float("nan")
        return Line(nan, nan, 0.0, nan, np.full(len(ratio), nan), nan, share)
    x, y = ratio[good], tau[good]
    offset, about = x - x.mean(), y - y.mean()
    alpha = float(offset @ about / (offset @ offset))
    delay = float(alpha * x.mean() - y.mean())
    total = float(about @ about)
    rest = about - alpha * offset
    r2 = 1.0 - float(rest @ rest) / total if total > 0.0 else 0.0
    angles = np.degrees(angular_size(1.0, (tau + delay) / ratio))
    spread = 0.5 * float(np.ptp(angles[good]))
    return Line(alpha, delay, r2, float(np.degrees(threshold_angle(alpha))), angles, spread, share)


def shuffled(ratio: F, sweeps: Sequence[F], rng: np.random.Generator, times: int = 200) -> F:
    """Return R2 of peaks whose l/v were shuffled; shape [sweeps that have a line x times]."""
    found = []
    for tau in sweeps:
        if np.isfinite(tau).sum() >= FEWEST:
            found += [fit_line(rng.permutation(ratio), tau).r2 for _ in range(times)]
    return np.array(found)
