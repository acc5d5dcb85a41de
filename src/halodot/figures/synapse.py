"""Figures of synapse tests: responses, plasticity of short and long term, timing, energy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .decay_models import CLEARLY, MODELS, Fit, exponents, fit, mean_lifetimes
from .event_energy import energy_figures
from .plasticity import plasticity_figures
from .state import Figure, Figures
from .synapse_curves import Curves, curves
from .synapse_runs import SETTLED, Run, measured_name, read_runs
from .timing import timing_figures
from .tools import known_unless

Array = NDArray[np.float64]
LEAST = 6  # points of a decay that is fitted
LATE = 0.02  # of the height at which a decay starts to count: the fit starts at its top


def extract_synapse(trace: Trace) -> Figures:
    """Extract figures of synapse tests, simulated or measured.

    Each sweep of the record is one run from rest. Which test it belongs to is read from the column
    ``test``, or from its pulses where there is none: see `synapse_curves.curves`.

    Raises
    ------
    InputError
        If the record has no current against time, or no stimulus that pulses.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> t = np.linspace(0.0, 4.0, 401)
    >>> light = np.where((t > 0.995) & (t < 1.105), 1.0, 0.0)
    >>> current = 1.0 + np.where(t > 1.1, np.exp(-(t - 1.1) / 0.5), np.clip(10 * (t - 1), 0, 1))
    >>> columns = {"time": t, "light": light, "current": current}
    >>> f = extract_synapse(make_trace("synapse", columns, {"current": "A"}))
    >>> round(f["epsc_peak"].value.value, 6), round(f["epsc_decay_time"].value.value, 2)
    (1.0, 0.5)
    """
    name = measured_name(trace)
    runs = read_runs(trace)
    found = curves(runs)
    unit = trace.units.get(name, "A")
    how = _how(found.single)
    figures = [
        *_response(found.single, unit, how),
        *_decay(found.single),
        *plasticity_figures(found, how),
        *_retention(found),
        *timing_figures(found),
        *energy_figures(trace, found.single),
    ]
    notes = (*trace.notes, f"responses read {how}; {len(runs)} runs from rest")
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, notes)


def _how(run: Run) -> str:
    if run.after:
        return f"between pulses, from {SETTLED:g} widths after the end of a pulse on"
    return "from the start of a pulse to the start of the next"


def _response(run: Run, unit: str, how: str) -> list[Figure]:
    """The response to a single pulse, its sign, and how fast it rises."""
    a1 = float(run.responses[0])
    hidden = run.hidden(0)
    text = f"A1: largest departure from the baseline, read {how}; negative where the current falls."
    words = "A1 has the sign of the baseline (excitatory, EPSC) or the opposite one (IPSC)"
    up = a1 * run.baseline >= 0.0
    sign = known_unless(hidden, computed(1.0, "1"))
    rest = run.baseline if run.baseline else None
    none = Sourced.unknown("1", "no current at rest")
    share = none if rest is None else known_unless(hidden, computed(abs(a1 / rest), "1"))
    return [
        Figure("baseline", computed(run.baseline, unit), "Median current before the first pulse."),
        Figure("epsc_peak", known_unless(hidden, computed(a1, unit)), text),
        Figure("epsc_relative", share, "|A1| over the current at rest."),
        Figure(
            "postsynaptic_sign",
            sign,
            f"{words}; without current at rest, a positive one is excitatory.",
            ("excitatory" if up else "inhibitory") if sign.is_known else "",
        ),
        Figure("epsc_rise_time", known_unless(hidden, _rise(run)), RISE),
    ]


RISE = "From 10 to 90 % of A1, along the first response up to its peak."


def _rise(run: Run) -> Sourced:
    e = run.events[0]
    rows = np.arange(max(e.first - 1, 0), e.next)
    size = np.abs(run.value[rows] - run.baseline)
    top = int(np.argmax(size))
    if top < 1:
        return Sourced.unknown("s", "the response has its peak in the first row of the pulse")
    climb = np.maximum.accumulate(size[: top + 1]) / size[top]
    low, high = np.interp([0.1, 0.9], climb, run.time[rows[: top + 1]])
    return computed(float(high - low), "s")


def _tail(run: Run) -> tuple[Array, Array]:
    """Time since the top of what follows the last event, and the departure over that top."""
    t, y = run.decay()
    if not np.any(y):
        return t[:0], y[:0]
    top = int(np.argmax(np.abs(y)))
    return t[top:] - t[top], y[top:] / y[top]


def _fits(t: Array, y: Array, models: slice) -> list[tuple[Fit, float]]:
    """Fits of a decay with the time that each counts in [s]."""
    above = np.flatnonzero(y < np.exp(-1.0))
    scale = float(t[above[0]]) if len(above) and above[0] > 0 else float(t[-1])
    sigma, chosen = np.ones(len(t)), tuple(MODELS)[models]
    return [(fit(m, t / scale, y, sigma), scale) for m in chosen]


def _decay(run: Run) -> list[Figure]:
    """How the response to the reference pulse fades, by the simplest law that holds."""
    names = ("epsc_decay_time", "epsc_decay_fast", "epsc_decay_slow")
    words = (
        "Amplitude-weighted mean lifetime of the decay after the last pulse of the shortest run",
        "Fast component of two exponentials.",
        "Slow component of two exponentials.",
    )
    t, y = _tail(run)
    reason = run.hidden(run.count - 1) or _flat(t, y)
    if reason:
        return [
            Figure(n, Sourced.unknown("s", reason), f"{w.rstrip('.')}.")
            for n, w in zip(names, words, strict=True)
        ]
    fits = [f for f in _fits(t, y, slice(0, 3)) if len(f[0].x) < len(t)]
    lowest = min(f.aicc for f, _ in fits)
    best, scale = min((f for f in fits if f[0].aicc <= lowest + CLEARLY), key=lambda f: len(f[0].x))
    drawn = best.drawn()[:, : best.shape]
    mean = mean_lifetimes(best.model.name, best.log)[0]
    means = np.array([mean_lifetimes(best.model.name, d)[0] for d in drawn[:300]])
    figures = [
        Figure(names[0], _interval(mean * scale, means * scale, "s"), f"{words[0]}."),
        Figure(
            "epsc_decay_model",
            computed(1.0, "1"),
            "The simplest of one, two and a stretched exponential within 10 of the lowest AICc.",
            best.model.name,
        ),
    ]
    if best.model.name == "bi-exponential":
        taus = np.array([exponents(d)[0] for d in drawn[:300]])
        for k in (0, 1):
            value = float(exponents(best.log)[0][k]) * scale
            figures.append(
                Figure(names[k + 1], _interval(value, taus[:, k] * scale, "s"), words[k + 1])
            )
    return figures


def _flat(t: Array, y: Array) -> str:
    if len(t) < LEAST:
        return f"fewer than {LEAST} points after the last pulse"
    fallen = 1.0 - float(np.min(y))
    if fallen < LATE:
        return f"what is left falls by {100 * fallen:.2g} % in {t[-1]:.3g} s: no decay"
    return ""


def _interval(value: float, drawn: Array, unit: str) -> Sourced:
    low, high = (float(q) for q in np.percentile(drawn, [5, 95]))
    return computed(value, unit, min(low, value), max(high, value))


def _retention(found: Curves) -> list[Figure]:
    """Fit I = I_inf + (I_0 - I_inf) exp(-(t/tau)^beta) after the longest train."""
    law = "of I = I_inf + (I_0 - I_inf) exp(-(t/tau)^beta) after the last pulse of the longest run"
    named = (
        ("retention_time_constant", "s", f"tau {law}."),
        ("retention_exponent", "1", f"beta {law}; 1 is an exponential."),
        ("retention_floor", "1", f"(I_inf - I_rest) / (I_0 - I_rest) {law}."),
    )
    run = found.longest or found.single
    t, y = _tail(run)
    reason = run.hidden(run.count - 1) or _flat(t, y)
    if reason:
        return [Figure(n, Sourced.unknown(u, reason), w) for n, u, w in named]
    best, scale = _fits(t, y, slice(2, 3))[0]
    x, drawn = best.x, best.drawn()
    floor = x[3] / (np.exp(x[0]) + x[3])
    floors = drawn[:, 3] / (np.exp(drawn[:, 0]) + drawn[:, 3])
    values = (
        _interval(float(np.exp(x[1])) * scale, np.exp(drawn[:, 1]) * scale, "s"),
        _interval(float(np.exp(x[2])), np.exp(drawn[:, 2]), "1"),
        _interval(float(floor), floors, "1"),
    )
    return [Figure(n, v, w) for (n, _, w), v in zip(named, values, strict=True)]
