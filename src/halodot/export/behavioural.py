"""A measured cell as an ngspice subcircuit: the law of its pulses, its fading, its curve.

The equations are those of `array.relaxing`, with rates as tables over the state.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..array.relaxing import Kind, Relaxing
from ..device.state import Compact
from .model import Origin
from .spice import number

F = NDArray[np.float64]
POINTS = 41  # of a rate over the state
SHORT = 1e-3  # of a pulse, for which its law is differentiated
HALF = (0.45, 0.55)  # of its height, between which a pulse comes on

USE = """Use: .include this file, then
  X1 plus minus light {name}
light: a node whose voltage is the fraction of full light, 0 to 1 ({light}).
State: v(x1.x), the conductance within its range (0 low, 1 high); it starts from x0.
Units: S, V, s."""
ASSUMED = """Assumptions: a pulse is on from half of its measured height; between two measured
heights of one sign rates go along a straight line, above the largest they stay (halodot itself
refuses heights that were not measured). What pulses add is kept with the share kept, the rest
fades with the times below; what they take, they take of every part alike. Chance is left out.
Largest rms distance of the measured runs from the law: {misfit:.2g} of the range."""


def subcircuit(compact: Compact, origin: Origin) -> str:
    """Return the subcircuit of a measured cell (`array.relaxing.compact_of`).

    Parameters
    ----------
    compact
        Of kind ``measured``.
    """
    model: Relaxing = compact.model
    full = compact.full_light
    light = f"{float(full):g} W/m2" if full.is_known else "not used: no pulses of light"
    head = origin.head(
        "Subcircuit for ngspice: a measured cell, its pulses and its fading", "*",
        USE.format(name=origin.name, light=light),
        ASSUMED.format(misfit=max(k.misfit for k in model.kinds)),
        *([f"Said when it was fitted: {'; '.join(compact.notes)}"] if compact.notes else []),
    )  # fmt: skip
    lines = [
        *head,
        f".subckt {origin.name} p m light x0=0 series={number(max(model.series, 1e-3))}",
        f".param low={number(model.low)} ; S",
        f".param high={number(model.high)} ; S",
        f".param read={number(model.read)} ; V",
        f".param kept={number(model.kept)} ; share of what is written that stays",
        "Rseries p c {series}",
        ".func within(v, a, b) {min(max(v, a), b)}",
        *_current(model), *_rates(model), *_states(model), ".ends", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _pwl(argument: str, x: F, y: F) -> str:
    pairs = [f"{float(a)!r},{float(b)!r}" for a, b in zip(x, y, strict=True)]
    rows = [", ".join(pairs[k : k + 4]) for k in range(0, len(pairs), 4)]
    return f"pwl({argument}, \n+ " + ", \n+ ".join(rows) + ")"


def _current(model: Relaxing) -> list[str]:
    """Current against voltage in both states, its last slopes going on."""
    if model.shape is None:
        return ["Bcell c m I = v(c,m)*(low + (high - low)*within(v(x), 0, 1))"]
    volts = model.shape.volts
    far = 1e3 * float(np.max(np.abs(volts)))
    lines = []
    for name, y in (("low", model.shape.low), ("high", model.shape.high)):
        ends = [y[0] - far * (y[1] - y[0]) / (volts[1] - volts[0]),
                y[-1] + far * (y[-1] - y[-2]) / (volts[-1] - volts[-2])]  # fmt: skip
        at = np.concatenate([[volts[0] - far], volts, [volts[-1] + far]])
        lines.append(
            f"B{name} h{name} 0 V = {_pwl('v(c,m)', at, np.array([ends[0], *y, ends[1]]))}"
        )
    state = "within(v(x), 0, 1)"
    return [*lines, f"Bcell c m I = read*((1 - {state})*low*v(hlow) + {state}*high*v(hhigh))"]


def rate_of(kind: Kind) -> tuple[F, F]:
    """Return states from 0 to 1 and the change of the state a second there, by a kind of pulse.

    Returns
    -------
    Both [points]; the second in 1/s, its sign that of the change.
    """
    x = np.linspace(0.0, 1.0, POINTS)
    s = x if kind.law.rising else 1.0 - x
    moved = np.maximum(np.asarray(kind.law.after(s, SHORT)) - s, 0.0) / SHORT / kind.duration
    return x, moved if kind.law.rising else -moved


def _rates(model: Relaxing) -> list[str]:
    """Each kind of pulse: its gate over the height, times its law over the state."""
    terms = []
    lines: list[str] = []
    for drive, sign in (("electrical", 1), ("electrical", -1), ("optical", 1)):
        own = sorted((k for k in model.kinds if k.drive == drive and sign * k.height > 0.0),
                     key=lambda k: abs(k.height))  # fmt: skip
        full = model.full_light if drive == "optical" else 1.0
        heights = np.array([abs(k.height) / full for k in own])
        argument = "v(light)" if drive == "optical" else f"{sign}*v(c,m)"
        for j, kind in enumerate(own):
            name = f"r{len(lines)}"
            gate = _pwl(argument, *_gate(heights, j, model.read if drive == "electrical" else 0.0))
            law = _pwl("within(v(x), 0, 1)", *rate_of(kind))
            said = f"* {kind.drive} pulses of {kind.height:g}, {kind.duration:g} s"
            lines.append(f"{said}\nB{name} {name} 0 V = {gate}*{law}")
            terms.append(f"v({name})")
    return [*lines, f"Brate rate 0 V = {' + '.join(terms)}"]


def _gate(heights: F, j: int, quiet: float) -> tuple[F, F]:
    """Hat over the heights: 1 at its own, 0 at its neighbours, on from half of the lowest."""
    first = float(heights[0])
    on, full = (max(h * first, 1.05 * quiet * h / HALF[0]) for h in HALF)
    on, full = (on, full) if full < first else (HALF[0] * first, HALF[1] * first)
    at = [-1.0, 0.0, on, full, *heights, 2.0 * float(heights[-1])]
    hat = [1.0 if k == j else 0.0 for k in range(len(heights))]
    values = np.array([0.0, 0.0, 0.0, hat[0], *hat, hat[-1]])
    return _apart(np.array(at), values)


def _apart(x: F, y: F) -> tuple[F, F]:
    kept = [0, *(k + 1 for k, (a, b) in enumerate(pairwise(x)) if b > a)]
    return x[kept], y[kept]


def _states(model: Relaxing) -> list[str]:
    """What stays and what fades: 1 F each, amperes are 1/s."""
    names = ["q0", *(f"q{k + 1}" for k in range(len(model.times)))]
    shares = ["kept", *(f"(1 - kept)*{number(float(w))}" for w in model.weights)]
    total = " + ".join(f"v({n})" for n in names)
    lines = [f"Btotal x 0 V = {total}"]
    for n, share, tau in zip(names, shares, [np.inf, *model.times], strict=True):
        gain = f"(v(rate) > 0 ? v(rate)*({share}) : v(rate)*v({n})/max(v(x), 1e-6))"
        fade = "" if np.isinf(tau) else f" - v({n})/{number(float(tau))}"
        start = "x0" if n == "q0" else "0"
        lines += [f"B{n} 0 {n} I = {gain}{fade}", f"C{n} {n} 0 1 ic={{{start}}}"]
    starts = " ".join(f"v({n})={{{'x0' if n == 'q0' else '0'}}}" for n in names)
    return [*lines, f".ic {starts}"]
