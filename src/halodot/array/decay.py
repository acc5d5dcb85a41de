r"""How a written conductance fades: a stretched exponential above what stays, with what is sure.

.. math:: G(t) = G_r + (G_0 - G_r) \left[ k + (1 - k) e^{-(t/\tau)^\beta} \right]

A record that ends before the decay does leaves :math:`\tau`, :math:`\beta` and the kept share k
entangled. They are therefore not fitted to one best point: the likelihood is followed on a grid of
:math:`\ln\tau` and :math:`\beta` (0.2 to 16; above 1 a state holds and then breaks), with
:math:`G_0` and what stays integrated in closed form between nothing kept and nothing lost.
Intervals hold 90 % of that. A time beyond the record is an extrapolation and says so.

Reference: G. Williams, D. C. Watts, Trans. Faraday Soc. 66, 80 (1970), doi:10.1039/TF9706600080.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced
from .spreads import joined
from .state import Decay

F = NDArray[np.float64]
LEAST_POINTS = 6
DRAWS = 4000
MOST_POINTS = 240  # of one fit: longer records are averaged in log time
# stretched below 1; above 1 a state that holds and then breaks, as a filament does
STRETCHES = np.concatenate([np.linspace(0.2, 1.0, 33), np.geomspace(1.06, 16.0, 24)])
FAR = 0.05  # of a rms misfit over G_0 - G_r: beyond, the law is said not to hold
SURE = 16.0  # by which a decay has to beat a constant, twice ln L: chance gives 14 in one of 300
EDGES = (0.05, 0.95)


@dataclass(frozen=True)
class Law:
    """One record of a decay and what it says.

    Attributes
    ----------
    time, stretch, kept
        tau [s], beta [1] and k [1] with their intervals.
    start, rest
        G_0 and G_r [S] or [A], as the record.
    measured
        Length of the record [s].
    misfit
        Root mean square distance of the record over G_0 - G_r [1].
    """

    label: str
    time: Sourced
    stretch: Sourced
    kept: Sourced
    start: float
    rest: float
    measured: float
    misfit: float
    drawn: F


def fit(time: F, value: F, rest: float | None = None, label: str = "") -> Law | None:
    """Fit one record; None where nothing fades beyond its noise.

    Parameters
    ----------
    time
        Since the write ended [s], increasing, shape [points].
    value
        Conductance or current, shape [points].
    rest
        That of the state that was not written; 0 where None.

    Raises
    ------
    InputError
        If fewer than six points are finite, or time does not rise.

    Examples
    --------
    >>> t = np.geomspace(0.1, 100.0, 60)
    >>> y = 1e-6 + 4e-6 * (0.25 + 0.75 * np.exp(-((t / 5.0) ** 0.6)))
    >>> law = fit(t, y + 1e-9 * np.random.default_rng(1).standard_normal(60), rest=1e-6)
    >>> round(law.time.value, 1), round(law.stretch.value, 2), round(law.kept.value, 2)
    (5.0, 0.6, 0.25)
    """
    t, y = _points(label, time, value)
    base = 0.0 if rest is None else float(rest)
    size = max(float(np.max(np.abs(y - base))), 1e-300)
    z = (y - base) / size
    sign = 1.0 if float(z[np.argmax(np.abs(z))]) >= 0.0 else -1.0
    z = sign * z
    positive = t[t > 0.0]
    span = math.log(t[-1]), math.log(max(float(positive[0]), 1e-6 * float(t[-1])))
    grid = np.linspace(span[1] - 1.5, span[0] + math.log(30.0), 48)
    posterior = _posterior(t, z, grid)
    for _ in range(3):  # closer where the likelihood is
        weight = np.exp(posterior.cost.min() - posterior.cost).sum(axis=1)
        live = np.flatnonzero(weight > 1e-5 * weight.max())
        width = grid[1] - grid[0]
        low, high = float(grid[live[0]] - width), float(grid[live[-1]] + width)
        if len(live) > 20:
            break
        grid = np.linspace(low, min(high, span[0] + math.log(30.0) + width), 48)
        posterior = _posterior(t, z, grid)
    constant = max(float(np.sum((z - z.mean()) ** 2)), 1e-300)
    if len(z) * math.log(constant / float(posterior.rest.min())) < SURE:
        return None
    return _law(label, t, z, grid, posterior, sign * size, base)


@dataclass(frozen=True)
class _Posterior:
    cost: F
    lost: F
    stays: F
    cov: F
    rest: F


def _points(label: str, time: F, value: F) -> tuple[F, F]:
    t, y = (np.asarray(a, dtype=np.float64) for a in (time, value))
    good = np.isfinite(t) & np.isfinite(y) & (t >= 0.0)
    t, y = t[good], y[good]
    if len(t) < LEAST_POINTS or np.any(np.diff(t) <= 0.0):
        found = f"{len(t)} points" if len(t) < LEAST_POINTS else "times that do not rise"
        allowed = f"{LEAST_POINTS} or more points in rising time"
        raise InputError(label or "decay", found, allowed, "check the column of time")
    if len(t) <= MOST_POINTS:
        return t, y
    edges = np.geomspace(max(t[1], 1e-6 * t[-1]), t[-1] * 1.0001, MOST_POINTS)
    of = np.searchsorted(edges, t)
    kept = np.unique(of)
    return (np.array([t[of == k].mean() for k in kept]),
            np.array([y[of == k].mean() for k in kept]))  # fmt: skip


def _posterior(t: F, z: F, grid: F) -> _Posterior:
    """-ln L over (ln tau, beta), what is lost and what stays integrated out, both 0 or above."""
    fade = faded(np.log(np.maximum(t, 1e-300))[None, None, :] - grid[:, None, None],
                 STRETCHES[None, :, None])  # fmt: skip
    n = len(t)
    e1, e2 = fade.sum(-1), np.maximum((fade**2).sum(-1), 1e-12)
    z0, z1, z2 = float(z.sum()), fade @ z, float(z @ z)
    det = np.maximum(n * e2 - e1**2, 1e-12 * n * e2)
    lost, stays = (n * z1 - e1 * z0) / det, (e2 * z0 - e1 * z1) / det
    rest = z2 - lost * z1 - stays * z0
    alone = np.maximum(z1 / e2, 0.0)  # nothing stays
    below = stays < 0.0
    rest = np.where(below, z2 - 2 * alone * z1 + alone**2 * e2, rest)
    none = lost < 0.0
    rest = np.where(none, z2 - z0**2 / n, rest)
    floor = 1e-16 * z2
    rest = np.maximum(rest, floor)
    variance = rest / max(n - 4, 1)
    cov = np.array([[n / det, -e1 / det], [-e1 / det, e2 / det]]) * variance
    # with the start given, what is lost lies between none and all of it
    start = np.maximum(lost + stays, 1e-12)
    inside = _mass(lost, _own(cov), start)
    unbound = np.maximum(z2 - lost * z1 - stays * z0, floor)
    cost = 0.5 * (n - 2) * np.log(np.where(inside > 1e-8, unbound, rest)) + 0.5 * np.log(det)
    return _Posterior(cost - np.log(np.maximum(inside, 1e-8)), lost, stays, cov, rest)


def _own(cov: F) -> F:
    """Standard deviation of what is lost where the start is held."""
    total = cov[0, 0] + cov[1, 1] + 2.0 * cov[0, 1]
    with_start = cov[0, 0] + cov[0, 1]
    held = cov[0, 0] - with_start**2 / np.maximum(total, 1e-300)
    return np.asarray(np.sqrt(np.maximum(held, 1e-300)))


def _mass(mean: F, sd: F, top: F) -> F:
    """Share of a normal law between 0 and `top`."""
    from scipy.special import ndtr

    return np.asarray(ndtr((top - mean) / sd) - ndtr(-mean / sd))


def faded(log_time: F, stretch: F | float) -> F:
    """exp(-(t/tau)^beta) of ln(t/tau)."""
    return np.asarray(np.exp(-np.exp(np.clip(stretch * log_time, -700.0, 7.0))))


def _law(label: str, t: F, z: F, grid: F, p: _Posterior, size: float, base: float) -> Law:
    rng = generator(0, "array.decay")
    weight = np.exp(p.cost.min() - p.cost).ravel()
    weight[weight < 1e-9] = 0.0
    chosen = rng.choice(len(weight), DRAWS, p=weight / weight.sum())
    i, j = np.unravel_index(chosen, p.cost.shape)
    log_tau = grid[i] + (grid[1] - grid[0]) * (rng.random(DRAWS) - 0.5)
    between = j + rng.random(DRAWS) - 0.5
    stretch = np.interp(between, np.arange(len(STRETCHES)), STRETCHES)
    lost, stays = _amplitudes(p, i, j, rng)
    kept = stays / np.maximum(stays + lost, 1e-300)
    best = np.unravel_index(int(np.argmin(p.cost)), p.cost.shape)
    a, b = max(float(p.lost[best]), 0.0), max(float(p.stays[best]), 0.0)
    rms = math.sqrt(float(p.rest[best]) / len(t)) / max(a + b, 1e-300)
    note = "" if float(np.quantile(log_tau, 0.95)) < math.log(t[-1]) else (
        f"EXTRAPOLATED: a decay beyond the measured {t[-1]:.3g} s is not excluded")  # fmt: skip
    if rms > FAR:
        said = f"the law misses the record by {100 * rms:.0f} % rms"
        note = f"{note}; {said}" if note else said
    miss, bound = 0.0, ""
    if best[1] <= 1:
        fade = faded(np.log(np.maximum(t, 1e-300)) - grid[best[0]], float(STRETCHES[best[1]]))
        miss = float(np.max(np.abs(z - b - a * fade))) / max(a + b, 1e-300)
        # what the law loses before the first row was not seen
        share = (b + a * fade[[0, -1]]) / max(a + b, 1e-300)
        miss = max(miss, float(share[1] / max(share[0], 1e-3) - share[1]))
        bound = f"the stretch lies at its bound {STRETCHES[0]:g}: it fades slower than the law; "
        bound += f"the interval holds the misfit of {miss:.2g}"
        note = f"{note}; {bound}" if note else bound
    return Law(
        label,
        _quoted(np.exp(log_tau), "s", note),
        _quoted(stretch, "1", bound),
        _widened(_quoted(kept, "1", note), miss),
        base + size * (a + b),
        base,
        float(t[-1]),
        rms,
        np.column_stack([log_tau, stretch, kept]),
    )


def _amplitudes(p: _Posterior, i: NDArray[np.intp], j: NDArray[np.intp],
                rng: np.random.Generator) -> tuple[F, F]:  # fmt: skip
    """Draw the start, then what is lost of it, between none and all."""
    from scipy.special import ndtr, ndtri

    lost, stays, cov = p.lost[i, j], p.stays[i, j], p.cov[:, :, i, j]
    total = cov[0, 0] + cov[1, 1] + 2.0 * cov[0, 1]
    shift = np.sqrt(np.maximum(total, 0.0)) * rng.standard_normal(len(i))
    start = np.maximum(lost + stays + shift, 1e-12)
    mean = lost + (cov[0, 0] + cov[0, 1]) / np.maximum(total, 1e-300) * shift
    sd = _own(cov)
    ends = ndtr(-mean / sd), ndtr((start - mean) / sd)
    drawn = mean + sd * ndtri(ends[0] + (ends[1] - ends[0]) * rng.random(len(i)))
    # far outside, the nearer end
    nearest = np.clip(mean, 0.0, start)
    drawn = np.where(np.isfinite(drawn), np.clip(drawn, 0.0, start), nearest)
    return drawn, start - drawn


def _quoted(drawn: F, unit: str, note: str) -> Sourced:
    low, mid, high = (float(q) for q in np.quantile(drawn, (EDGES[0], 0.5, EDGES[1])))
    return Sourced(mid, unit, low, high, "fitted", (), note)


def _widened(q: Sourced, by: float) -> Sourced:
    """Interval of a share with a misfit on either side."""
    low, high = float(q if q.low is None else q.low), float(q if q.high is None else q.high)
    return replace(q, low=max(low - by, 0.0), high=min(high + by, 1.0))


def law_of(laws: Sequence[Law]) -> Decay | None:
    """Join the decays of several records and devices; None where there is none.

    Times are joined in their logarithm, each with its own error, by random effects.
    """
    if not laws:
        return None
    span = Sourced(max(law.measured for law in laws), "s", basis="fitted", note="longest record")
    if len(laws) == 1:
        return Decay(laws[0].time, laws[0].stretch, laws[0].kept, span)
    note = next((law.time.note for law in laws if law.time.note), "")
    parts = []
    for k in range(3):
        values = np.array([float(np.median(law.drawn[:, k])) for law in laws])
        errors = np.array([float(np.std(law.drawn[:, k])) for law in laws])
        q, _ = joined(values, errors, "1", "decays")
        ends = (float(q), float(q.low or 0.0), float(q.high or 0.0))
        if k == 0:
            parts.append([math.exp(v) for v in ends])
        else:
            bounds = (STRETCHES[0], STRETCHES[-1]) if k == 1 else (0.0, 1.0)
            parts.append([float(np.clip(v, *bounds)) for v in ends])
    said = f"{len(laws)} records joined by random effects" + (f"; {note}" if note else "")
    time, stretch, kept = (
        Sourced(v[0], unit, v[1], v[2], "fitted", (), said)
        for v, unit in zip(parts, ("s", "1", "1"), strict=True)
    )
    return Decay(time, stretch, kept, span)


def left(decay: Decay, time: F) -> F:
    """Share of G_0 - G_r that is left after `time` [s].

    >>> one = Sourced(1.0, "1")
    >>> d = Decay(Sourced(2.0, "s"), one, Sourced(0.5, "1"), Sourced(10.0, "s"))
    >>> left(d, np.array([0.0, 2.0, 1e9])).round(4).tolist()
    [1.0, 0.6839, 0.5]
    """
    t = np.maximum(np.asarray(time, dtype=np.float64), 0.0)
    kept = float(decay.kept)
    fade = faded(np.log(np.maximum(t, 1e-300) / float(decay.time)), float(decay.stretch))
    return np.asarray(kept + (1.0 - kept) * fade)


def parts(decay: Decay, count: int = 6) -> tuple[F, F]:
    """Return weights [1] and time constants [s] of exponentials that make up what fades.

    Of :math:`e^{-(t/\\tau)^\\beta}` between tau/300 and 30 tau, least squares with weights at 0
    or above that add up to 1; the largest distance is below 0.02 for six of them and beta above
    0.35. A break (beta above 1) is no sum of exponentials: one of the same mean time stands for it.

    >>> d = Decay(Sourced(2.0, "s"), Sourced(1.0, "1"), Sourced(0.0, "1"), Sourced(9.0, "s"))
    >>> weights, times = parts(d)
    >>> weights.tolist(), times.tolist()
    ([1.0], [2.0])
    """
    from scipy.optimize import nnls

    tau, stretch = float(decay.time), float(decay.stretch)
    if stretch > 0.999 or count == 1:
        return np.ones(1), np.array([tau / stretch * math.gamma(1.0 / stretch)])
    reach = min(3.0 / stretch, 9.0)  # e-folds of times on either side
    times = np.exp(np.linspace(-1.3 * reach, 0.8 * reach, count))
    t = np.concatenate([[0.0], np.geomspace(1e-4, 1e3, 400)])
    target = np.exp(-(t**stretch))
    best: tuple[float, F, F] | None = None
    for shift in np.linspace(-1.0, 1.0, 9):
        moved = times * math.exp(shift)
        matrix = np.vstack([np.exp(-t[:, None] / moved), 1e3 * np.ones((1, count))])
        weights, miss = nnls(matrix, np.concatenate([target, [1e3]]))
        if best is None or miss < best[0]:
            best = miss, weights, moved
    assert best is not None  # nine shifts were tried
    _, weights, moved = best
    live = weights > 1e-6
    return np.asarray(weights[live] / weights[live].sum()), np.asarray(tau * moved[live])
