r"""Laws of one pulse: how a pulse moves a conductance, depending on where it stands.

With the progress :math:`s` through the range in the direction of the pulses, 0 at its start and 1
at its end, :math:`w = G/G_{mid}`, and :math:`v` the change of one pulse in the middle of the range,

.. math::
   \text{linear: } \frac{ds}{dp} = v , \qquad
   \text{exponential: } \frac{ds}{dp} = v - b (s - \tfrac12) , \\
   \text{logarithmic: } \frac{ds}{dp} = v e^{-k (s - 1/2)} , \qquad
   \text{power: } \frac{dw}{dp} = \pm c\, w^{1 - \alpha}

The exponential one is NeuroSim's curve :math:`G = B (1 - e^{-P/A}) + G_{min}` with
:math:`b = 1/A` in pulses; the power law is Jang's :math:`G^\alpha` linear in the pulses; the
logarithmic one is a conductance that goes with the logarithm of their number. All are integrated
in closed form over any number of pulses.

Reference: P.-Y. Chen, X. Peng, S. Yu, IEEE TCAD 37, 3067 (2018), doi:10.1109/TCAD.2018.2789723;
J.-W. Jang et al., IEEE Electron Device Lett. 36, 457 (2015), doi:10.1109/LED.2015.2418342.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced

F = NDArray[np.float64]
LINEAR, EXPONENTIAL, LOGARITHMIC, POWER = range(4)
NAMES = ("linear", "exponential", "logarithmic", "power")
LABEL = 10.10  # of NeuroSim's table: 10.10 x the largest distance from the straight line
LEAST = 1e-3  # of an argument that noise may drive to or below zero
NOT_JUDGED = Sourced.unknown("1", "not judged")


@dataclass(frozen=True)
class Map:
    """A law with its parameters, for one direction of one kind of pulse.

    Attributes
    ----------
    name
        ``linear``, ``exponential``, ``logarithmic`` or ``power``.
    rate
        Change of one pulse in the middle of the range, over the range [1].
    bend
        b, k or alpha of the law [1]; 0, 0 and 1 are linear.
    low, high
        Ends of the range [S].
    rising
        Whether pulses raise the conductance.
    r2, r2_cross
        Share of the scatter of whole runs that the law explains from their first value: of the
        runs it was fitted to, and of runs that were held out.
    aicc
        Corrected information criterion of its likelihood; the lower the better.
    """

    name: str
    rate: float
    bend: float
    low: float
    high: float
    rising: bool
    r2: float = math.nan
    r2_cross: float = math.nan
    aicc: float = math.nan
    uncertain: F = field(default_factory=lambda: np.zeros((2, 2)), repr=False, compare=False)

    @property
    def family(self) -> int:
        """Number of the law."""
        return NAMES.index(self.name)

    @property
    def middle(self) -> float:
        """Middle of the range over its width: w = 1 + (s - 1/2) / middle, rising."""
        return 0.5 * (self.high + self.low) / (self.high - self.low)

    def progress(self, conductance: F) -> F:
        """Return s of conductances [S]."""
        span = self.high - self.low
        G = np.asarray(conductance, dtype=np.float64)
        return (G - self.low) / span if self.rising else (self.high - G) / span

    def conductance(self, progress: F) -> F:
        """Return the conductance [S] at progress s."""
        span = self.high - self.low
        s = np.asarray(progress, dtype=np.float64)
        return self.low + s * span if self.rising else self.high - s * span

    def change(self, before: F, pulses: F | float = 1.0) -> F:
        """Return the mean change [S] that so many equal pulses make from `before` [S].

        >>> law = Map("linear", 0.1, 0.0, 1e-6, 2e-6, rising=False)
        >>> law.change(np.array([2e-6, 1.5e-6])).round(9).tolist()
        [-1e-07, -1e-07]
        """
        s = self.progress(before)
        return self.conductance(self.after(s, pulses)) - np.asarray(before, dtype=np.float64)

    def after(self, s: F, pulses: F | float = 1.0) -> F:
        """Return the progress after so many pulses from `s`."""
        n = np.asarray(pulses, dtype=np.float64)
        if self.family == LINEAR:
            return np.asarray(s + self.rate * n)
        if self.family == EXPONENTIAL:
            return np.asarray(s + (self.rate - self.bend * (s - 0.5)) * shrink(self.bend, n))
        if self.family == LOGARITHMIC:
            if abs(self.bend) < 1e-6:
                return np.asarray(s + self.rate * n)
            grown = self.bend * self.rate * n * np.exp(-self.bend * (s - 0.5))
            return np.asarray(s + np.log(np.maximum(1.0 + grown, LEAST)) / self.bend)
        return self._power(s, n)

    def _power(self, s: F, n: F) -> F:
        side = 1.0 if self.rising else -1.0
        w = np.maximum(1.0 + side * (s - 0.5) / self.middle, LEAST)
        step = side * self.rate * n / self.middle
        if abs(self.bend) < 1e-6:
            moved = w * np.exp(step)
        else:
            moved = np.maximum(w**self.bend + self.bend * step, LEAST) ** (1.0 / self.bend)
        return np.asarray(s + side * (moved - w) * self.middle)

    def run(self, pulses: int) -> F:
        """Return the conductance [S] after 0, 1, ... `pulses` pulses from the start of the range.

        >>> g = Map("exponential", 0.02, 0.0, 0.0, 1.0, rising=True).run(2)
        >>> g.round(6).tolist()
        [0.0, 0.02, 0.04]
        """
        return self.conductance(self.after(np.zeros(pulses + 1), np.arange(pulses + 1.0)))


def shrink(b: float, n: F) -> F:
    """Return (1 - exp(-b n)) / b, which is n for b = 0."""
    if abs(b) < 1e-9:
        return np.asarray(n, dtype=np.float64)
    return np.asarray(-np.expm1(-b * n) / b)


def label_of(curvature: float) -> float:
    """NeuroSim's nonlinearity label of a run whose exponent runs over `curvature` = P_max / A.

    10.10 x the largest distance of g(p) = (1 - exp(-c p)) / (1 - exp(-c)) from p; negative where
    the run starts slowly.

    >>> round(label_of(2.0), 2), label_of(0.0)
    (2.4, 0.0)
    """
    c = abs(curvature)
    if c < 1e-4:
        return math.copysign(LABEL * c / 8.0, curvature) if c else 0.0
    at = -math.log(-math.expm1(-c) / c) / c
    distance = math.expm1(-c * at) / math.expm1(-c) - at
    return math.copysign(LABEL * distance, curvature)


def curvature_of(label: float) -> float:
    """Return P_max / A of a NeuroSim label: the inverse of `label_of`.

    >>> round(curvature_of(label_of(3.0)), 9)
    3.0
    """
    size, low, high = abs(label), 0.0, 1e4
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if label_of(middle) < size else (low, middle)
    return math.copysign(0.5 * (low + high), label) if label else 0.0
