"""Solutions of the rate equations: steady states of many dots, the decay of one.

Newton's method inside the bounds 0 < x, 0 < f < 1; dots where it does not settle start again from
where growing steps of implicit Euler lead. The decay is stiff (picoseconds to milliseconds): BDF.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .equations import System, jacobian, slopes, take

FloatArray = NDArray[np.float64]

_ROUNDS = 60
_CONVERGED = 1e-9
_KEEP = 0.1  # of the distance to a bound that a step of Newton's method leaves


@dataclass(frozen=True)
class Steady:
    """A steady state: excitons x (B,), shares f (B, S) and which of the B dots converged."""

    excitons: FloatArray
    excited: FloatArray
    converged: NDArray[np.bool_]


def steady(s: System, excitation: ArrayLike) -> Steady:
    """Solve for the steady state by Newton's method inside the bounds 0 < x, 0 < f < 1.

    Examples
    --------
    >>> from halodot.dot.doping.limits import single_acceptor
    >>> from halodot.dot.doping.equations import slopes
    >>> s, g = single_acceptor(ions=10.0), 50.0
    >>> found = steady(s, g)
    >>> dx, df = slopes(s, g, found.excitons, found.excited)
    >>> bool(found.converged.all() and abs(dx[0]) < 1e-6 * g)
    True
    """
    g = np.broadcast_to(np.asarray(excitation, float), s.radiative.shape)
    x, f = _start(s, g)
    done = np.zeros(x.shape, bool)
    _iterate(s, g, x, f, done, _ROUNDS)
    if not done.all():
        left = np.flatnonzero(~done)
        x[left], f[left] = _settled(take(s, left), g[left])
        _iterate(s, g, x, f, done, _ROUNDS)
    return Steady(x, f, done)


def _iterate(
    s: System, g: FloatArray, x: FloatArray, f: FloatArray, done: NDArray[np.bool_], rounds: int
) -> None:
    """Newton's method on the dots that are not `done`, in place."""
    for _ in range(rounds):
        left = np.flatnonzero(~done)
        if not left.size:
            return
        x[left], f[left], done[left] = _step(take(s, left), g[left], x[left], f[left])


def _settled(s: System, g: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where dots come from rest by implicit Euler steps that grow: the steady state, roughly."""
    x, f = s.exciton_thermal.copy(), s.ion_thermal / (1.0 + s.ion_thermal)
    size = f.shape[1] + 1
    fastest = np.abs(jacobian(s, x, f)).max(axis=(1, 2))
    slowest = np.minimum(s.decay, s.ion_decay.min(axis=1, initial=np.inf))
    step = 0.1 / fastest
    for _ in range(int(np.log2((1e4 * fastest / slowest).max())) + 4):
        dx, df = slopes(s, g, x, f)
        right = np.concatenate((dx[:, None], df), axis=1)[..., None]
        matrix = np.eye(size) / step[:, None, None] - jacobian(s, x, f)
        change = np.linalg.solve(matrix, right)[..., 0]
        f = np.clip(f + change[:, 1:], _KEEP * f, 1.0 - _KEEP * (1.0 - f))
        x = np.maximum(x + change[:, 0], _KEEP * x)
        step = 2.0 * step
    return x, f


def _step(
    s: System, g: FloatArray, x: FloatArray, f: FloatArray
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """One step of Newton's method inside the bounds, and which dots it left in place."""
    dx, df = slopes(s, g, x, f)
    right = -np.concatenate((dx[:, None], df), axis=1)[..., None]
    step = np.linalg.solve(jacobian(s, x, f), right)[..., 0]
    new_f = np.clip(f + step[:, 1:], _KEEP * f, 1.0 - _KEEP * (1.0 - f))
    new_x = np.maximum(x + step[:, 0], _KEEP * x)
    done = np.abs(new_x - x) <= _CONVERGED * new_x
    done &= (np.abs(new_f - f) <= _CONVERGED * new_f).all(axis=1)
    return new_x, new_f, done


def _start(s: System, g: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Steady state with every ion seen as if the others did not fill."""
    tiny = np.finfo(float).tiny
    x = (g + s.decay * s.exciton_thermal) / (s.decay + (s.ions * s.transfer).sum(axis=1))
    x = np.maximum(x, tiny)
    gain = s.order * s.transfer * x[:, None] + s.ion_decay * s.ion_thermal
    f = gain / (gain + s.ion_decay)
    return x, np.clip(f, tiny, 1.0 - 1e-12)


@dataclass(frozen=True)
class Decay:
    """What follows a short pulse: times [s], excitons and excited shares of one dot."""

    time: FloatArray
    excitons: FloatArray
    excited: FloatArray


def pulsed(s: System, excitons: float = 1e-3, decades: int = 40, dot: int = 0) -> Decay:
    """Integrate one dot after a pulse that leaves `excitons` in it.

    Parameters
    ----------
    s
        Rates.
    excitons
        Mean number of excitons at time zero, ions in the dark equilibrium.
    decades
        Times per decade, from a hundredth of the fastest lifetime to fifteen of the slowest.
    dot
        Index in the batch.

    Examples
    --------
    >>> from halodot.dot.doping.limits import single_acceptor
    >>> late = pulsed(single_acceptor(ions=10.0))
    >>> bool(late.excitons[-1] < 1e-6 * late.excitons[0])
    True
    """
    from scipy.integrate import solve_ivp

    one = take(s, slice(dot, dot + 1))
    fast = float(one.decay[0] + (one.ions * (one.transfer + one.annihilation)).sum())
    slow = min(float(one.decay[0]), float(one.ion_decay.min(initial=np.inf)))
    ends = np.log10(0.01 / fast), np.log10(15.0 / slow)
    time = np.concatenate(([0.0], np.logspace(*ends, int(decades * (ends[1] - ends[0])) + 1)))

    def fun(_: float, y: FloatArray) -> FloatArray:
        dx, df = slopes(one, 0.0, y[:1], y[None, 1:])
        return np.concatenate((dx, df[0]))

    def jac(_: float, y: FloatArray) -> FloatArray:
        return np.asarray(jacobian(one, y[:1], y[None, 1:])[0])

    r = one.ion_thermal[0]
    start = np.concatenate(([excitons], r / (1.0 + r)))
    found = solve_ivp(
        fun, (0.0, time[-1]), start, "BDF", time, jac=jac, rtol=1e-7, atol=1e-13 * excitons
    )
    return Decay(found.t, found.y[0], found.y[1:].T)
