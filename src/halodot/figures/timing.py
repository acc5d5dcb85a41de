"""Figures of learning again, of the timing of two spikes, and of letters."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from .state import Figure
from .synapse_curves import Curve, Curves, Learning
from .tools import straight_line, with_error

Array = NDArray[np.float64]
WEAK = 0.05  # of the stronger side of a window: below, a side does nothing


def timing_figures(found: Curves) -> list[Figure]:
    """Figures of the tests that were made; nothing of the others."""
    figures: list[Figure] = []
    if found.learning is not None:
        figures += _learning(found.learning)
    if found.stdp:
        figures += _window(found.stdp)
    if found.letters:
        figures += _letters(found)
    return figures


def _learning(learned: Learning) -> list[Figure]:
    first, second = learned.first, learned.second
    n1, level = len(first), float(first[-1])
    text = f"(N1 - N2)/N1: N1 = {n1} pulses reach a level from rest, and N2 reach it again after "
    text += f"{learned.pause:.4g} s; the interval is that of counting whole pulses."
    reached = np.flatnonzero(second >= level)
    if len(reached):
        n2 = int(reached[0]) + 1
        saving = computed((n1 - n2) / n1, "1", (n1 - n2) / n1, (n1 - n2 + 1) / n1)
    else:
        reason = f"the level is not reached again within {len(second)} pulses"
        saving = Sourced.unknown("1", reason)
    words = "Share of the last response of the first train that is left when the second starts."
    left = Sourced.unknown("1", "the first train changes nothing")
    if np.isfinite(learned.left):
        left = computed(learned.left, "1")
    return [Figure("learning_saving", saving, text), Figure("learning_left", left, words)]


def _window(curve: Curve) -> list[Figure]:
    """Two exponential sides of a spike-timing window and its class."""
    t, w = (np.array(v) for v in zip(*curve, strict=True))
    top = float(np.max(np.abs(w)))
    figures = []
    for name, side in (("positive", t > 0.0), ("negative", t < 0.0)):
        figures += _side(name, np.abs(t[side]), w[side], top)
    shape = window_class(t, w)
    text = "Signs of the change for post after pre and post before pre; below "
    text += f"{WEAK:.0%} of the other side there is none."
    share = computed(_agreeing(t, w), "1")
    return [*figures, Figure("stdp_shape", share, text, shape)]


def _side(name: str, t: Array, w: Array, top: float) -> list[Figure]:
    order = "after" if name == "positive" else "before"
    law = f"of dw = A exp(-|dt|/tau), post {order} pre, dw the change over the weight at rest"
    amplitude, tau = f"stdp_amplitude_{name}", f"stdp_time_{name}"
    texts = f"A {law}.", f"tau {law}."
    seen = np.abs(w) > WEAK * top
    reason = ""
    if np.sum(seen) < 2:
        reason = f"fewer than two timings with a change, post {order} pre"
    elif np.min(w[seen]) < 0.0 < np.max(w[seen]):
        reason = f"the change has both signs, post {order} pre: no exponential side"
    if not reason:
        slope, cut, cov = straight_line(t[seen], np.log(np.abs(w[seen])))
        if slope >= 0.0:
            reason = f"the change does not fall with the timing, post {order} pre"
    if reason:
        return [
            Figure(amplitude, Sourced.unknown("1", reason), texts[0]),
            Figure(tau, Sourced.unknown("s", reason), texts[1]),
        ]
    sign, size = float(np.sign(w[seen][0])), float(np.exp(cut))
    errors = np.sqrt(np.maximum(np.diag(cov), 0.0))
    return [
        Figure(amplitude, with_error(sign * size, size * float(errors[1]), "1"), texts[0]),
        Figure(tau, with_error(-1.0 / slope, float(errors[0]) / slope**2, "s"), texts[1]),
    ]


def _sums(t: Array, w: Array) -> tuple[float, float]:
    sides = [float(np.mean(w[s])) if np.any(s) else 0.0 for s in (t > 0.0, t < 0.0)]
    return sides[0], sides[1]


def window_class(t: Array, w: Array) -> str:
    """Name the class of a spike-timing window.

    >>> window_class(np.array([-1.0, 1.0]), np.array([-0.2, 0.3]))
    'Hebbian'
    """
    after, before = _sums(t, w)
    top = max(abs(after), abs(before))
    if top == 0.0:
        return "none"
    one, other = (0 if abs(x) < WEAK * top else int(np.sign(x)) for x in (after, before))
    return {
        (1, -1): "Hebbian",
        (-1, 1): "anti-Hebbian",
        (1, 1): "symmetric",
        (-1, -1): "symmetric depressing",
    }.get((one, other), "one-sided")


def _agreeing(t: Array, w: Array) -> float:
    """Share of the timings whose change has the sign of their side."""
    after, before = _sums(t, w)
    wanted = np.where(t > 0.0, after, before)
    return float(np.mean(wanted[t != 0.0] * w[t != 0.0] > 0.0)) if np.any(t != 0.0) else 0.0


def _letters(found: Curves) -> list[Figure]:
    how = "Smallest gap between the responses to two letters over their mean, by"
    count = computed(float(len(found.letters)), "1")
    codes = " ".join(code for code, _, _ in found.letters)
    figures = [
        Figure("morse_letters", count, f"Different letters: {codes}."),
        Figure("morse_unit", computed(found.letter_unit, "s"), "One unit: the shortest pulse."),
    ]
    for name, k, what in (
        ("morse_separability", 1, "largest departure"),
        ("morse_separability_charge", 2, "integral of the departure over the record"),
    ):
        values = [float(letter[k]) for letter in found.letters]
        figures.append(Figure(name, separability(values), f"{how} {what}."))
    return figures


def separability(values: list[float]) -> Sourced:
    """Return the smallest gap between neighbours over the mean of the two.

    >>> round(separability([1.0, 3.0, 2.0]).value, 3)
    0.4
    """
    if len(values) < 2:
        return Sourced.unknown("1", "a single letter")
    pairs = itertools.pairwise(sorted(values, key=abs))
    gaps = [2.0 * abs(b - a) / max(abs(a + b), 1e-300) for a, b in pairs]
    return computed(min(gaps), "1")
