r"""Spike trains of four kinds of neurons.

The two-variable neuron of E. M. Izhikevich (IEEE Trans. Neural Netw. 14, 1569 (2003),
doi:10.1109/TNN.2003.820440), t in ms and v in mV:

.. math:: \dot v = 0.04 v^2 + 5 v + 140 - u + I,\quad \dot u = a (b v - u),\quad
          v \ge 30: v \to c, u \to u + d .
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]
STEP = 0.25  # ms
NOISE_TIME = 5.0  # ms, correlation time of a fluctuating current
LATE = 0.25  # of the window, within which the current begins


@dataclass(frozen=True)
class Neuron:
    """One kind; parameters as in the equations, `noise` is the scatter of the current."""

    name: str
    a: float
    b: float
    c: float
    d: float
    current: float
    noise: float = 0.0


# a, b, c, d of the published gallery (tonic spiking, spike frequency adaptation, tonic bursting).
# The currents here are chosen so that the four fire about as often: their rate tells little.
PATTERNS = (
    Neuron("bursting", 0.02, 0.2, -50.0, 2.0, 5.0),
    Neuron("adaptation", 0.01, 0.2, -65.0, 8.0, 30.0),
    Neuron("tonic", 0.02, 0.2, -65.0, 6.0, 14.0),
    Neuron("irregular", 0.02, 0.2, -65.0, 6.0, 8.0, 10.0),
)


def fire(
    neuron: Neuron, count: int, window: float, scatter: float, rng: np.random.Generator
) -> list[F]:
    """Return spike times [s] of `count` neurons of one kind, from 0 to `window`.

    Parameters
    ----------
    window
        [s]; the current begins within its first quarter.
    scatter
        Relative standard deviation of a, d and the current from neuron to neuron.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> [len(t) > 3 for t in fire(PATTERNS[2], 2, 0.4, 0.0, rng)]
    [True, True]
    """

    def drawn(x: float) -> F:
        return np.abs(x * (1.0 + scatter * rng.standard_normal(count)))

    a, d, current = drawn(neuron.a), drawn(neuron.d), drawn(neuron.current)
    begin = rng.uniform(0.0, LATE * 1e3 * window, count)
    v = np.full(count, -70.0)
    u, swing = neuron.b * v, np.zeros(count)
    kick = neuron.noise * np.sqrt(2.0 * STEP / NOISE_TIME)
    spikes: list[list[float]] = [[] for _ in range(count)]
    for k in range(round(1e3 * window / STEP)):
        now = k * STEP
        swing += -swing * STEP / NOISE_TIME + kick * rng.standard_normal(count)
        push = np.where(now >= begin, current + swing, 0.0)
        for _ in range(2):  # halves for v, as in the paper
            v += 0.5 * STEP * (0.04 * v * v + 5.0 * v + 140.0 - u + push)
        u += STEP * a * (neuron.b * v - u)
        fired = v >= 30.0
        for n in np.flatnonzero(fired):
            spikes[n].append(1e-3 * now)
        u = np.where(fired, u + d, u)
        v = np.where(fired, neuron.c, v)
    return [np.array(s) for s in spikes]


def counts(spikes: F, edges: F) -> F:
    """Return how many spikes fall between the edges.

    >>> counts(np.array([0.1, 0.2, 0.7]), np.array([0.0, 0.5, 1.0])).tolist()
    [2.0, 1.0]
    """
    return np.histogram(spikes, edges)[0].astype(float)


def apart(spikes: F, least: float) -> F:
    """Leave out spikes that come within `least` [s] of the last one that is kept.

    >>> apart(np.array([0.0, 0.1, 1.0]), 0.5).tolist()
    [0.0, 1.0]
    """
    kept: list[float] = []
    for t in spikes:
        if not kept or t - kept[-1] >= least:
            kept.append(float(t))
    return np.array(kept)
