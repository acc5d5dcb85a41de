"""Traces whose figures of merit are known in closed form: the yardsticks of tests and docs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.sourced import Sourced
from ..device.state import Array, Trace


def make_trace(
    kind: str, columns: dict[str, Array], units: dict[str, str], **given: float
) -> Trace:
    """Wrap arrays as a trace of one sweep; `given` are parameters in SI."""
    rows = len(next(iter(columns.values())))
    unit = {"area": "m2", "channel_width": "m", "channel_length": "m", "gate_capacitance": "F/m2"}
    parameters = {k: Sourced(v, unit.get(k, "V"), basis="given") for k, v in given.items()}
    return Trace(kind, "synthetic", columns, units, np.zeros(rows, np.int64), parameters)


def ideal_switch(
    set_voltage: float,
    reset_voltage: float,
    *,
    on: float = 1e3,
    off: float = 1e6,
    span: float = 2.0,
    points: int = 201,
    cycles: int = 1,
    compliance: float = np.inf,
    noise: float = 0.0,
    seed: int = 1,
) -> Trace:
    """Return sweeps 0, +span, -span, 0 of an ohmic two-state device [V, A, ohm].

    It is `off` until V reaches `set_voltage`, then `on` until V reaches `reset_voltage`. `noise`
    is relative. The window is off/on at every voltage, the resistances are `on` and `off`.

    >>> len(ideal_switch(1.0, -1.0, points=11))
    41
    """
    up = np.linspace(0.0, span, points)
    v = np.concatenate([up, up[-2::-1], -up[1:], -up[-2::-1]])
    v = np.concatenate([v, *[v[1:]] * (cycles - 1)])
    current = np.empty_like(v)
    state = off
    for k, x in enumerate(v):
        if x * np.sign(set_voltage) >= abs(set_voltage):
            state = on
        elif x * np.sign(reset_voltage) >= abs(reset_voltage):
            state = off
        current[k] = x / state
    rng = np.random.default_rng(seed)
    current = current * np.exp(noise * rng.standard_normal(len(v)))
    current = np.clip(current, -compliance, compliance)
    return make_trace("iv", {"voltage": v, "current": current}, {"voltage": "V", "current": "A"})


def square_law(
    gate: Array,
    drain: Array | float,
    *,
    mobility: float = 1e-5,
    threshold: float = -5.0,
    width: float = 1e-3,
    length: float = 5e-5,
    capacitance: float = 1e-4,
    sign: int = -1,
    leak: float = 0.0,
) -> Array:
    """Drain current [A] of the gradual-channel square law (p channel for sign = -1).

    Linear: I = (W/L) mu C ((Vg - Vt) Vd - Vd^2/2); beyond pinch-off I = (W/2L) mu C (Vg - Vt)^2.

    Reference: S. M. Sze, Physics of Semiconductor Devices, doi:10.1002/0470068329.

    >>> round(float(square_law(np.array([-25.0]), -60.0)[0] / -4e-6), 12)
    1.0
    """
    over = np.maximum(sign * (np.asarray(gate) - threshold), 0.0)
    vd = np.minimum(np.abs(drain), over)
    beta = width / length * mobility * capacitance
    return np.asarray(sign * (beta * (over * vd - 0.5 * vd**2) + leak))


def neurosim_curve(p: Array, a: float) -> Array:
    """Normalised weight update g(p) = (1 - exp(-p/a)) / (1 - exp(-1/a)), 0 <= p <= 1.

    Reference: P.-Y. Chen, X. Peng, S. Yu, IEEE TCAD 37, 3067 (2018),
    doi:10.1109/TCAD.2018.2789723.

    >>> neurosim_curve(np.array([0.0, 1.0]), 0.5).tolist()
    [0.0, 1.0]
    """
    return np.asarray(np.expm1(-p / a) / np.expm1(-1.0 / a))


def neurosim_label(a: float) -> float:
    """Nonlinearity label of `neurosim_curve`: 10.10 x its largest distance from the straight line.

    The maximum stands at p* = -a ln(a (1 - exp(-1/a))). For a < 0 the curve is mirrored.

    >>> round(neurosim_label(0.5), 2)
    2.4
    """
    b = abs(a)
    at = -b * np.log(b * -np.expm1(-1.0 / b))
    return float(np.sign(a) * 10.10 * (neurosim_curve(np.array([at]), b)[0] - at))


def leaky_integrator(
    runs: Sequence[Sequence[tuple[float, float, float]]],
    *,
    rest: float = 1.0,
    parts: Sequence[tuple[float, float]] = ((1.0, 1.0),),
    step: float = 0.01,
    after: float = 10.0,
) -> Trace:
    """Return light pulses on a sum of leaky integrators, dx/dt = g s(t) - x/tau, I = rest + sum x.

    Parameters
    ----------
    runs
        For each run from rest its pulses: start [s], width [s], height [W/m2].
    parts
        Gain g and time constant tau [s] of each integrator.
    step
        Of the record [s]; pulses start and end half way between its rows where they are
        multiples of it.

    A pulse of width w and height h leaves g h tau (1 - exp(-w/tau)), which decays as exp(-t/tau).

    >>> t = leaky_integrator([[(1.0, 1.0, 2.0)]])
    >>> round(float(t.columns["current"].max()), 3)
    2.261
    """
    columns: dict[str, list[Array]] = {"time": [], "light": [], "current": []}
    sweep = []
    for k, pulses in enumerate(runs):
        last = max(start + width for start, width, _ in pulses)
        t = np.arange(0.0, last + after, step) + 0.5 * step
        light, current = np.zeros(len(t)), np.full(len(t), rest)
        for start, width, height in pulses:
            light += height * ((t > start) & (t < start + width))
            for gain, tau in parts:
                on = np.clip(t - start, 0.0, width)
                off = np.clip(t - start - width, 0.0, None)
                current -= gain * height * tau * np.expm1(-on / tau) * np.exp(-off / tau)
        for name, values in (("time", t), ("light", light), ("current", current)):
            columns[name].append(values)
        sweep.append(np.full(len(t), k, np.int64))
    joined = {name: np.concatenate(values) for name, values in columns.items()}
    units = {"time": "s", "light": "W/m2", "current": "A"}
    return Trace("synapse", "synthetic", joined, units, np.concatenate(sweep), {})
