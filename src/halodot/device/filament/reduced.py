"""The reduced filament: one coordinate and its wear, driven by any waveform (numba).

The rates are those of the lattice model (`rates`, joined in `growth`); `fit` compares the two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...numerics.compiled import kernel
from .chance import draw
from .growth import Cell, conductance, speed, wear_rate

Array = NDArray[np.float64]
COLUMNS = 7
VOLTS, CURRENT, SHAPE, HEAT, WEAR, SOURCE, LIGHT = range(COLUMNS)
GAMMA = 1.0 + math.sqrt(0.5)  # of the Rosenbrock steps
SLACK, SHARE = 1e-11, 1e-2  # error of a step: [m], and of w
MOST = 4_000_000  # steps of a run
APART = 1e-9  # m, a gap after which the next filament takes a way of its own


@dataclass(frozen=True)
class Background:
    """What the stack does without a filament: tables over light and voltage.

    Attributes
    ----------
    light
        Fractions of full light, increasing from 0; shape [L].
    volts
        Across the device, active electrode counted positive; shape [V], increasing.
    current
        Through the device [A], in the same sense; shape [L, V].
    near
        Share of the voltage that falls over the layer at the active electrode; shape [L, V].
    absorbed
        Light that the film takes at full light [W/m2].
    """

    light: Array
    volts: Array
    current: Array
    near: Array
    absorbed: float = 0.0


@kernel
def table(values: Array, at_light: Array, at_volts: Array, light: float, volts: float) -> float:
    """Interpolate in a table of light and voltage; the edge slope goes on outside."""
    n, m = len(at_volts), len(at_light)
    k = min(max(int(np.searchsorted(at_volts, volts)) - 1, 0), n - 2)
    u = (volts - at_volts[k]) / (at_volts[k + 1] - at_volts[k])
    low = values[0, k] + u * (values[0, k + 1] - values[0, k])
    if m == 1:
        return low
    j = min(max(int(np.searchsorted(at_light, light)) - 1, 0), m - 2)
    s = (light - at_light[j]) / (at_light[j + 1] - at_light[j])
    low = values[j, k] + u * (values[j, k + 1] - values[j, k])
    high = values[j + 1, k] + u * (values[j + 1, k + 1] - values[j + 1, k])
    return low + min(max(s, 0.0), 1.0) * (high - low)


@kernel
def drawn_current(back: Array, at_light: Array, at_volts: Array, light: float, volts: float,
                  metal: float) -> float:  # fmt: skip
    """Return the current [A] of stack and filament; the table holds asinh(I / 1 fA)."""
    return 1e-15 * math.sinh(table(back, at_light, at_volts, light, volts)) + metal * volts


@kernel
def root(low: float, high: float, share: float, series: float, target: float, back: Array,
         at_light: Array, at_volts: Array, light: float, metal: float) -> float:  # fmt: skip
    """Return V where ``share V + series I(V) = target``, which rises with V.

    False position with halving (Illinois), and a bisection every fourth time.
    """
    a, b = low, high
    fa = share * a + series * drawn_current(back, at_light, at_volts, light, a, metal) - target
    fb = share * b + series * drawn_current(back, at_light, at_volts, light, b, metal) - target
    if fa >= 0.0:
        return a
    if fb <= 0.0:
        return b
    close, side, c = 4e-7 * abs(target), 0, a
    for k in range(100):
        c = 0.5 * (a + b) if k % 4 == 3 else (a * fb - b * fa) / (fb - fa)
        fc = share * c + series * drawn_current(back, at_light, at_volts, light, c, metal) - target
        if abs(fc) <= close or b - a < 1e-12:
            break
        if fc > 0.0:
            b, fb = c, fc
            fa = 0.5 * fa if side == 1 else fa
            side = 1
        else:
            a, fa = c, fc
            fb = 0.5 * fb if side == -1 else fb
            side = -1
    return c


@kernel
def across(source: float, closed: bool, series: float, most: float, least: float, back: Array,
           at_light: Array, at_volts: Array, light: float, metal: float) -> float:  # fmt: skip
    """Return the voltage of the device: what resistance, compliance and open terminals leave.

    A compliance is a bound that is never passed, neither by `most` nor below minus `least`.
    """
    if not closed:
        return root(-3.0, 3.0, 0.0, 1.0, 0.0, back, at_light, at_volts, light, metal)
    dark = drawn_current(back, at_light, at_volts, light, 0.0, metal)
    volts = source
    if series > 0.0:
        wide = abs(source) + series * abs(dark) + 1e-9
        volts = root(-wide, wide, 1.0, series, source, back, at_light, at_volts, light, metal)
    current = drawn_current(back, at_light, at_volts, light, volts, metal)
    if current > most:
        low = min(0.0 if dark < most else -3.0, volts)
        bound = most * (1.0 - 1e-6)
        volts = root(low, volts, 0.0, 1.0, bound, back, at_light, at_volts, light, metal)
    elif current < -least:
        high = max(0.0 if dark > -least else 3.0, volts)
        bound = -least * (1.0 - 1e-6)
        volts = root(volts, high, 0.0, 1.0, bound, back, at_light, at_volts, light, metal)
    return volts


@kernel
def slope(c: Cell, w: float, lost: float, source: float, light: float, closed: bool, shift: float,
          back: Array, near: Array, at_light: Array, at_volts: Array, absorbed: float,
          ) -> tuple[float, float, float, float, float]:  # fmt: skip
    """Return dw/dt, what passes, temperature, voltage and current at one moment."""
    metal = conductance(c, w)
    volts = across(
        source, closed, c.series, c.compliance, c.compliance_reset, back, at_light, at_volts,
        light, metal,
    )  # fmt: skip
    share = min(max(table(near, at_light, at_volts, light, volts), 0.0), 1.0)
    power = metal * volts * volts
    rate, passing, hot = speed(c, w, volts, share, light * absorbed, lost, power, shift)
    current = drawn_current(back, at_light, at_volts, light, volts, metal)
    return rate, passing, hot, volts, current


@kernel
def way(unit: float, spread: float, sites: float) -> float:
    """Return the barrier [eV] of the easiest of many places, from a number between 0 and 1.

    The lowest of N normal numbers: -s sqrt(2 ln N), with the scatter of Gumbel, s / sqrt(2 ln N).
    """
    if spread <= 0.0 or sites <= 1.0:
        return 0.0
    root = math.sqrt(2.0 * math.log(max(sites, 3.0)))
    return spread * (-root + (math.log(-math.log(1.0 - unit)) + 0.5772156649) / root)


@kernel
def tried(
    c: Cell, w: float, lost: float, d: float, v: float, g: float, v2: float, g2: float,
    closed: bool, shift: float, back: Array, near: Array, at_light: Array, at_volts: Array,
    absorbed: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Return the change of w in a step of length d, its error over what is allowed, and the wear.

    Rosenbrock step of second order (J. G. Verwer et al., SIAM J. Sci. Comput. 20, 1456 (1999),
    doi 10.1137/S1064827597326651), L-stable, with Euler for the error; of that order with any
    Jacobian. It is taken ahead, over the way of the step: where growth ends within that way, as
    where the source reaches its limit, it says so. Source and light go from (v, g) to (v2, g2).
    """
    a, passing, hot, _, _ = slope(
        c, w, lost, v, g, closed, shift, back, near, at_light, at_volts, absorbed
    )
    dw = math.copysign(max(1e-13 + 1e-7 * abs(w), min(abs(d * a), SLACK)), a)
    b, _, _, _, _ = slope(
        c, w + dw, lost, v, g, closed, shift, back, near, at_light, at_volts, absorbed
    )
    jacobian = min((b - a) / dw, 0.3 / d)
    damp = 1.0 / (1.0 - GAMMA * d * jacobian)
    one = a * damp
    b, passing2, hot2, _, _ = slope(
        c, w + d * one, lost, v2, g2, closed, shift, back, near, at_light, at_volts, absorbed
    )
    two = (b - 2.0 * one) * damp
    move = d * (1.5 * one + 0.5 * two)
    error = 0.5 * abs(d * (one + two)) / (SLACK + SHARE * abs(w + move))
    wear = 0.5 * d * (wear_rate(c, w, passing, hot) + wear_rate(c, w + move, passing2, hot2))
    return move, max(error, wear * (1.0 - lost) / 0.02), wear


@kernel
def scatter(c: Cell, w: float, move: float, stream: Any) -> float:
    """Return a change of w with the Poisson scatter of the atoms that make it."""
    radius = c.tip + max(w, 0.0)
    atoms = max(math.pi * radius * radius / (c.atom * c.atom), 1.0)
    normal = math.sqrt(-2.0 * math.log(draw(stream))) * math.cos(2.0 * math.pi * draw(stream))
    return move + math.sqrt(abs(move) * c.atom / atoms) * normal


@kernel
def march(
    c: Cell, time: Array, source: Array, light: Array, closed: NDArray[np.bool_], outputs: Array,
    back: Array, near: Array, at_light: Array, at_volts: Array, absorbed: float,
    start: Array, spread: float, sites: float, seed: int,
) -> tuple[Array, Array, int]:  # fmt: skip
    """Follow a waveform from `start` (w, share of ligands lost); return rows, end, steps.

    A negative `seed` leaves out the noise: the Poisson scatter of the atoms that each step brings,
    and the way of each filament. Steps counted negative: there were too many.
    """
    rows = np.full((len(outputs), COLUMNS), np.nan)
    w, lost, t = start[0], start[1], time[0]
    noisy, stream = seed >= 0, np.full(1, abs(seed), dtype=np.uint64)
    shift = way(draw(stream) if noisy else 0.5, spread, sites)
    was_open, h, row, steps = w < -APART, 1e-12, 0, 0
    for k in range(len(time) - 1):
        span = time[k + 1] - time[k]
        rise, glow = (source[k + 1] - source[k]) / span, (light[k + 1] - light[k]) / span
        h = min(h, 1e-3 * span)
        while t < time[k + 1]:
            stop = time[k + 1]
            if row < len(outputs) and outputs[row] < stop:
                stop = outputs[row]
            last = t + h >= stop
            d = stop - t if last else h
            v, g = source[k] + rise * (t - time[k]), light[k] + glow * (t - time[k])
            v2, g2 = v + rise * d, g + glow * d
            move, error, wear = tried(
                c, w, lost, d, v, g, v2, g2, closed[k], shift, back, near, at_light, at_volts,
                absorbed,
            )  # fmt: skip
            steps += 1
            if steps > MOST:
                return rows, np.array([w, lost]), -steps
            if error > 1.0 and d > 1e-15 * max(span, 1e-9):
                h = d * max(0.1, 0.9 / math.sqrt(error))
                continue
            if noisy:
                move = scatter(c, w, move, stream)
            w = min(max(w + move, -c.length), c.length)
            lost = 1.0 - (1.0 - lost) * math.exp(-wear)
            if w < -APART and not was_open and noisy:
                shift = way(draw(stream), spread, sites)
            was_open = w < -APART
            t = stop if last else t + d
            grow = min(4.0, 0.9 / math.sqrt(max(error, 1e-4)))
            h = max(h, d * grow) if last else d * grow
            if row < len(outputs) and t >= outputs[row]:
                _, _, hot, volts, current = slope(
                    c, w, lost, v2, g2, closed[k], shift, back, near, at_light, at_volts, absorbed
                )
                rows[row, VOLTS], rows[row, CURRENT], rows[row, SHAPE] = volts, current, w
                rows[row, HEAT], rows[row, WEAR] = hot, lost
                rows[row, SOURCE], rows[row, LIGHT] = v2, g2
                row += 1
    return rows, np.array([w, lost]), steps
