"""Figures of short- and long-term plasticity: pairs, rates, numbers, durations, intensities."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced, computed
from .pulses import LIGHT
from .state import Figure
from .synapse_curves import NOISE_SIGMA, Curve, Curves
from .tools import Z90

Array = NDArray[np.float64]
GROWS = 0.1  # by which, over the first, a retained share must grow to count, ...
LEAST_GAIN = 1e-3  # ... and by how much of the peak: below is numerical error
APART = 1.5  # two time constants closer than that are one
LEAST_PAIR = 1e-3  # of A1, by which A2 must differ to be another response
REACH = 10.0  # times the longest gap, over which no time constant is seen; nor below a tenth
SMALL = 0.01  # an amplitude below this share of the other is none


def plasticity_figures(found: Curves, how: str) -> list[Figure]:
    """Figures of all curves of a record; unknown with the reason where a test was not made."""
    return [
        *_pairs(found, how),
        *_pair_fit(found.ppf, found.ppf_noise),
        *_rates(found, how),
        *_gains(found),
        *_doses(found),
        *_retained(found),
    ]


def _pairs(found: Curves, how: str) -> list[Figure]:
    base = f"A1 and A2 read {how}"
    from_rest = f"A2/A1 at the shortest gap, A2 from the baseline before the first pulse; {base}."
    texts = {
        "ppf_index": from_rest,
        "ppf_index_excess": f"(A2 - A1)/A1 at the shortest gap; {base}.",
        "ppf_index_residual": f"A2/A1 at the shortest gap, A2 from what is left of A1 when the "
        f"second pulse starts; {base}.",
        "ppf_gap": "Shortest gap: end of the first pulse to start of the second.",
    }
    if not found.ppf:
        reason = "; ".join(found.hidden) or "no run of two pulses"
        units = dict.fromkeys(texts, "1") | {"ppf_gap": "s"}
        return [Figure(n, Sourced.unknown(units[n], reason), w) for n, w in texts.items()]
    (gap, index), (_, residual) = found.ppf[0], found.ppf_residual[0]
    values = (
        computed(index, "1"),
        computed(index - 1.0, "1"),
        computed(residual, "1"),
        computed(gap, "s"),
    )
    least = max(LEAST_PAIR, found.ppf_noise)
    kind = "facilitation" if index > 1.0 else "depression"
    kind = "none" if abs(index - 1.0) <= least else kind
    values = (_with_noise(index, found.ppf_noise), *values[1:])
    figures = [Figure(n, v, w) for (n, w), v in zip(texts.items(), values, strict=True)]
    text = "Facilitation where A2 > A1 at the shortest gap, depression (PPD) where A2 < A1, none "
    text += f"where they agree within {100 * least:.2g} % of A1 (0.1 %, or the noise)."
    return [*figures, Figure("paired_pulse", computed(1.0, "1"), text, kind)]


def _with_noise(index: float, noise: float) -> Sourced:
    """A2/A1 with the 90 % interval of the noise of both; without noise none."""
    if noise < 1e-9:
        return computed(index, "1")
    half = Z90 / NOISE_SIGMA * noise
    return computed(index, "1", index - half, index + half, note="interval of the noise")


def exponentials(x: Array, y: Array, terms: int) -> tuple[Array, Array]:
    """Fit y = sum C_i exp(-x/tau_i), all C of one sign; return (ln C, ln tau) and covariance.

    Amplitudes are taken over the sign and size of the largest y.

    >>> x = np.array([0.1, 0.5, 1.0, 2.0, 5.0, 10.0])
    >>> q, _ = exponentials(x, 0.6 * np.exp(-x / 0.4) + 0.3 * np.exp(-x / 4.0), 2)
    >>> np.exp(q).round(4).tolist()
    [0.6, 0.4, 0.3, 4.0]
    """
    from scipy.optimize import least_squares

    size = float(np.max(np.abs(y)))
    sign = float(np.sign(y[np.argmax(np.abs(y))]))
    low, high = float(x[0]), float(x[-1])
    guesses = [np.geomspace(low, high, terms + 2)[1:-1], np.geomspace(low, high, terms)]
    guesses.append(np.geomspace(0.3 * low, 0.3 * high, terms))

    def model(q: Array) -> Array:
        q = np.clip(q, -60.0, 60.0)
        return np.asarray(np.exp(q[0::2] - x[:, None] * np.exp(-q[1::2])).sum(axis=1))

    best = None
    for taus in guesses:
        start = np.column_stack([np.full(terms, -math.log(terms)), np.log(taus)]).ravel()
        got = least_squares(
            lambda q: model(q) - sign * y / size, start, x_scale="jac", max_nfev=600
        )
        best = got if best is None or got.cost < best.cost else best
    assert best is not None  # there is a guess
    free = max(len(x) - 2 * terms, 1)
    cov = np.linalg.pinv(best.jac.T @ best.jac) * 2.0 * best.cost / free
    q = best.x.reshape(terms, 2)
    order = np.argsort(q[:, 1])
    at = np.column_stack([2 * order, 2 * order + 1]).ravel()
    q = q[order].ravel()
    q[0::2] += math.log(size)
    return q, cov[np.ix_(at, at)]


def _pair_fit(ppf: Curve, noise: float) -> list[Figure]:
    """PPF(gap) = 1 + C1 exp(-gap/tau1) + C2 exp(-gap/tau2), with as many terms as points bear."""
    law = "of A2/A1 = 1 + C1 exp(-gap/tau1) + C2 exp(-gap/tau2), gap from end to start"
    names = ("ppf_c1", "ppf_tau1", "ppf_c2", "ppf_tau2")
    units, texts = ("1", "s", "1", "s"), [f"{n.split('_')[1].capitalize()} {law}." for n in names]
    x = np.array([g for g, _ in ppf if g > 0.0])
    y = np.array([v - 1.0 for g, v in ppf if g > 0.0])
    reason = ""
    if len(x) < 3:
        reason = f"{len(x)} gaps: a fit needs three, five for two terms"
    elif float(np.max(np.abs(y))) <= max(LEAST_PAIR, noise):
        reason = "A2/A1 - 1 stays within 0.1 %, or within its noise: there is nothing to fit"
    elif np.min(y) < 0.0 < np.max(y):
        reason = "A2/A1 - 1 changes its sign: no sum of decays of one sign"
    if reason:
        return [
            Figure(n, Sourced.unknown(u, reason), w)
            for n, u, w in zip(names, units, texts, strict=True)
        ]
    sign = float(np.sign(y[np.argmax(np.abs(y))]))
    two = len(x) >= 5
    q, cov = exponentials(x, y, 2 if two else 1)
    if two and _one_is_enough(q):
        (q, cov), two = exponentials(x, y, 1), False
    values = [_of_log(q, cov, k, sign if k % 2 == 0 else 1.0, units[k]) for k in range(len(q))]
    values = _within_reach(values, x)
    if not two:
        none = "one exponential describes it" if len(x) >= 5 else "fewer than five gaps: one term"
        values += [Sourced.unknown(u, none) for u in units[2:]]
    return [Figure(n, v, w) for n, v, w in zip(names, values, texts, strict=True)]


def _within_reach(values: list[Sourced], x: Array) -> list[Sourced]:
    """Amplitudes and time constants; unknown where the gaps cannot show such a time."""
    low, high = float(x[0]) / REACH, float(x[-1]) * REACH
    out = []
    for c, tau in zip(values[0::2], values[1::2], strict=True):
        if low <= float(tau) <= high:
            out += [c, tau]
            continue
        why = f"the fit gives {float(tau):.2g} s, which gaps of {x[0]:.3g} to {x[-1]:.3g} s cannot "
        out += [Sourced.unknown(q.unit, f"{why}show") for q in (c, tau)]
    return out


def _one_is_enough(q: Array) -> bool:
    c, tau = np.exp(q[0::2]), np.exp(q[1::2])
    return bool(tau[1] < APART * tau[0] or np.min(c) < SMALL * np.max(c))


def _of_log(q: Array, cov: Array, k: int, sign: float, unit: str) -> Sourced:
    """A fitted value from its logarithm, with the 90 % interval of its standard error."""
    error = min(Z90 * math.sqrt(max(float(cov[k, k]), 0.0)), 40.0)
    value = sign * math.exp(q[k])
    ends = sorted((value * math.exp(-error), value * math.exp(error)))
    return computed(value, unit, ends[0], ends[1])


def _rates(found: Curves, how: str) -> list[Figure]:
    n = found.rates_count or 10
    gain = f"A{n}/A1 at the highest rate of trains of {n} equal pulses; read {how}."
    cut = f"Rate at which A{n}/A1 has fallen to 1/sqrt(2) (-3 dB) of its largest value"
    excess = f"Rate at which A{n}/A1 - 1, what is above no facilitation, has fallen to 1/sqrt(2)"
    if not found.rates:
        reason = "; ".join(found.hidden) or "no trains of three or more pulses"
        return [
            Figure("srdp_gain", Sourced.unknown("1", reason), gain),
            Figure("cutoff_frequency", Sourced.unknown("Hz", reason), f"{cut}."),
            Figure("cutoff_frequency_excess", Sourced.unknown("Hz", reason), f"{excess}."),
        ]
    f, g = (np.array(v) for v in zip(*found.rates, strict=True))
    rises = bool(np.all(np.diff(g) > 0.0))
    shape = "gain rises with the rate throughout" if rises else "gain does NOT rise throughout"
    return [
        Figure("srdp_gain", computed(float(g[-1]), "1", note=f"at {f[-1]:.4g} Hz"), gain),
        Figure("cutoff_frequency", cutoff(f, g, shape), f"{cut}; {shape}."),
        Figure("cutoff_frequency_excess", cutoff(f, g - 1.0, shape), f"{excess}; {shape}."),
    ]


def cutoff(f: Array, gain: Array, note: str = "") -> Sourced:
    """Return the rate below the largest gain at which it has fallen by 3 dB, log-interpolated.

    >>> round(cutoff(np.array([1.0, 10.0]), np.array([0.5, 1.0])).value, 3)
    2.595
    """
    top = int(np.argmax(gain))
    level = float(gain[top]) / math.sqrt(2.0)
    if len(f) < 2 or level <= 0.0:
        return Sourced.unknown("Hz", "no gain above none" if level <= 0.0 else "a single rate")
    below = np.flatnonzero(gain[:top] <= level)
    if not len(below):
        lowest = f"{gain[0] / gain[top]:.3g} of the largest at {f[0]:.4g} Hz"
        return Sourced.unknown("Hz", f"the gain never falls by 3 dB: still {lowest}; {note}")
    k = int(below[-1])
    share = (level - gain[k]) / (gain[k + 1] - gain[k])
    return computed(float(f[k] * (f[k + 1] / f[k]) ** share), "Hz", note=note)


def _gains(found: Curves) -> list[Figure]:
    out = []
    text = "A_N/A1 of the longest train of equal pulses"
    if found.numbers:
        n, gain = found.numbers[-1]
        value = computed(gain, "1", note=f"N = {n:.0f}")
        out.append(Figure("sndp_gain", value, f"{text}, N = {n:.0f}."))
    else:
        out.append(Figure("sndp_gain", Sourced.unknown("1", "no train"), f"{text}."))
    for name, curve, what in (
        ("sddp", found.durations, "width"),
        ("sidp", found.intensities, "height"),
    ):
        ends = f"Response to the largest {what} over that to the smallest, single pulses"
        slope = f"Exponent of the response against the {what}: slope of ln |A1| against ln {what}"
        if len(curve) < 2:
            reason = f"single pulses of one {what}"
            out.append(Figure(f"{name}_gain", Sourced.unknown("1", reason), f"{ends}."))
            out.append(Figure(f"{name}_exponent", Sourced.unknown("1", reason), f"{slope}."))
            continue
        x, y = _logs(curve)
        note = f"{math.exp(x[0]):.3g} to {math.exp(x[-1]):.3g}"
        gain = curve[-1][1] / curve[0][1]
        out.append(Figure(f"{name}_gain", computed(gain, "1", note=note), f"{ends}."))
        exponent = computed(float(np.polyfit(x, y, 1)[0]), "1", note=note)
        out.append(Figure(f"{name}_exponent", exponent, f"{slope}."))
    return out


def _logs(curve: Curve) -> tuple[Array, Array]:
    x, y = (np.array(v) for v in zip(*curve, strict=True))
    return np.log(x), np.log(np.abs(y))


def _doses(found: Curves) -> list[Figure]:
    """Whether a dose acts alike, however it is spread over time."""
    text = "Response to a dose given by width over that to the same dose given by height, where "
    text += "they differ most; 1: only the product of height and time counts (reciprocity)."
    heights = found.single.events[0].heights
    name = "reciprocity"
    if len(heights) != 1 or heights[0][0] not in LIGHT:
        return [Figure(name, Sourced.unknown("1", "no pulse of light alone"), text)]
    if len(found.durations) < 2 or len(found.intensities) < 2:
        return [Figure(name, Sourced.unknown("1", "needs several widths and heights"), text)]
    (w, long), (h, strong) = _logs(found.durations), _logs(found.intensities)
    by_width = w + math.log(abs(heights[0][1]))
    by_height = h + math.log(found.single.events[0].width)
    grid = np.unique(np.concatenate([by_width, by_height]))
    low, high = max(by_width[0], by_height[0]), min(by_width[-1], by_height[-1])
    grid = grid[(grid >= low - 1e-9) & (grid <= high + 1e-9)]
    if len(grid) < 2:
        return [Figure(name, Sourced.unknown("1", "no dose was given in both ways"), text)]
    apart = np.interp(grid, by_width, long) - np.interp(grid, by_height, strong)
    k = int(np.argmax(np.abs(apart)))
    note = f"at {math.exp(grid[k]):.3g} {'J/m2' if heights[0][0] == 'light' else 'J'}"
    return [Figure(name, computed(math.exp(float(apart[k])), "1", note=note), text)]


def _retained(found: Curves) -> list[Figure]:
    at = f"{found.reference:.4g} s after the last pulse, over that response"
    stp = f"Departure {at}, of the fewest pulses (STP)."
    ltp = f"Departure {at}, of the most pulses (LTP); of the strongest condition where the number "
    ltp += "was not varied."
    words = "Yes (1) where the share that is left grows with number, rate, duration or intensity."
    names = ("stp_retained_share", "ltp_retained_share", "stp_to_ltp")
    if not found.retained:
        reason = "needs runs of different number, rate, duration or intensity with a record after"
        return [
            Figure(n, Sourced.unknown("1", reason), w)
            for n, w in zip(names, (stp, ltp, words), strict=True)
        ]
    axis = "number" if "number" in found.retained else next(iter(found.retained))
    curve = found.retained[axis]
    ends = (computed(v, "1", note=f"{axis} {x:.4g}") for x, v in (curve[0], curve[-1]))
    grown = [name for name, c in found.retained.items() if grows(c)]
    how = ", ".join(grown) or "none"
    yes = computed(float(bool(grown)), "1", note=f"of {', '.join(found.retained)}: with {how}")
    return [
        *(Figure(n, v, w) for n, v, w in zip(names, ends, (stp, ltp), strict=False)),
        Figure("stp_to_ltp", yes, words),
        Figure("stp_to_ltp_by", computed(1.0, "1"), "With which of them that share grows.", how),
    ]


def grows(curve: Sequence[tuple[float, float]]) -> bool:
    """Return whether a share grows from the first to the last, and never falls by much.

    >>> grows([(1.0, 0.1), (2.0, 0.3)]), grows([(1.0, 0.3), (2.0, 0.1), (3.0, 0.31)])
    (True, False)
    """
    share = np.array([v for _, v in curve])
    gain = float(share[-1] - share[0])
    enough = gain > max(GROWS * abs(float(share[0])), LEAST_GAIN)
    return bool(enough and np.min(np.diff(share)) > -0.1 * gain)
