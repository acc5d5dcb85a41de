r"""Rate equations of excitons and dopant ions in one dot, many dots at once.

x excitons and a share f_i of excited ions of each kind i, N_i ions on M sites:

.. math::
    \dot x &= G - K (x - x_0) - \sum_i (T_i + A_i) \\
    N_i \dot f_i &= q_i T_i - D_i + \sum_j (W_{ji} - W_{ij}) \\
    T_i &= k_i N_i x (1 - f_i)^{q_i} - k'_i N_i f_i^{q_i}   \\
    A_i &= a_i N_i f_i (x - x_0), \qquad
    D_i = d_i N_i [f_i - r_i (1 - f_i)] \\
    W_{ij} &= w_{ij} N_i N_j [f_i (1 - f_j) - (r_i / r_j) f_j (1 - f_i)] / M

q_i ions share one exciton (two where the quantum is cut), A is the loss of an exciton to an ion
that is excited already, D the decay of the ions, W the transfer between ions of two kinds. r and
x_0 are the Boltzmann factors of ions and exciton: every process has its reverse, so that in the
dark nothing flows at equilibrium (k' follows from k, see `rates`).

Range: mean field, that is numbers of ions and excitons are not correlated within a dot: exact at
low excitation, good to about 1/N_i at saturation; x below about 1 (no Auger recombination between
excitons here). References: Dexter 1953, 10.1063/1.1699044; detailed balance: van Roosbroeck and
Shockley 1954, 10.1103/PhysRev.94.1558.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

_ROUNDS = 60
_CONVERGED = 1e-9
_KEEP = 0.1  # of the distance to a bound that a step of Newton's method leaves


@dataclass(frozen=True)
class System:
    """Rates of a batch of B dots with S kinds of ions. Rates in [1/s], shares in [1].

    Attributes
    ----------
    radiative, loss
        Of the exciton, shape (B,).
    exciton_thermal
        x_0, excitons in the dark at equilibrium (B,).
    ions
        N, shape (B, S).
    sites
        M, shape (B,).
    transfer, back
        k and k' per ion, shape (B, S).
    order
        q, 1 or 2, shape (S,).
    annihilation
        a per excited ion, shape (B, S).
    ion_radiative, ion_loss
        Their sum is d, shape (B, S).
    ion_thermal
        r, shape (B, S).
    exchange
        w from kind i to j, shape (B, S, S), zero where i lies below j.
    """

    radiative: FloatArray
    loss: FloatArray
    exciton_thermal: FloatArray
    ions: FloatArray
    sites: FloatArray
    transfer: FloatArray
    back: FloatArray
    order: FloatArray
    annihilation: FloatArray
    ion_radiative: FloatArray
    ion_loss: FloatArray
    ion_thermal: FloatArray
    exchange: FloatArray

    @property
    def decay(self) -> FloatArray:
        """K of the exciton [1/s]."""
        return self.radiative + self.loss

    @property
    def ion_decay(self) -> FloatArray:
        """d of the ions [1/s]."""
        return self.ion_radiative + self.ion_loss


@dataclass(frozen=True)
class Steady:
    """A steady state: excitons x (B,), shares f (B, S) and which of the B dots converged."""

    excitons: FloatArray
    excited: FloatArray
    converged: NDArray[np.bool_]


def slopes(
    s: System, excitation: ArrayLike, x: FloatArray, f: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return dx/dt (B,) and df/dt (B, S) [1/s].

    Parameters
    ----------
    s
        Rates.
    excitation
        G, photons absorbed per dot and second, scalar or (B,).
    x, f
        Excitons (B,) and excited shares (B, S).
    """
    hot = x[:, None]
    events = s.transfer * hot * (1.0 - f) ** s.order - s.back * f**s.order
    killed = s.annihilation * f * (hot - s.exciton_thermal[:, None])
    decayed = s.ion_decay * (f - s.ion_thermal * (1.0 - f))
    passed, received = _exchanged(s, f)
    gone = (s.ions * (events + killed)).sum(axis=1)
    dx = np.asarray(excitation) - s.decay * (x - s.exciton_thermal) - gone
    return dx, s.order * events - decayed + received - passed


def _density(s: System) -> FloatArray:
    return np.asarray(s.ions / s.sites[:, None])


def _exchanged(s: System, f: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Quanta passed on and received per ion and second, net of their reverse."""
    share, w, b = _density(s), s.exchange, _uphill(s)
    free = 1.0 - f
    net = f[:, :, None] * free[:, None, :] - b * f[:, None, :] * free[:, :, None]
    passed = (w * net * share[:, None, :]).sum(axis=2)
    received = (w * net * share[:, :, None]).sum(axis=1)
    return passed, received


def _uphill(s: System) -> FloatArray:
    """r_i / r_j where i passes to j, else 0."""
    low = np.where(s.exchange > 0.0, s.ion_thermal[:, None, :], 1.0)
    high = np.where(s.exchange > 0.0, s.ion_thermal[:, :, None], 0.0)
    return np.asarray(np.divide(high, low, out=np.zeros_like(low), where=low > 0.0))


def jacobian(s: System, x: FloatArray, f: FloatArray) -> FloatArray:
    """Return the derivatives of `slopes`, shape (B, 1 + S, 1 + S), x first."""
    q, n = s.order, s.ions
    free = 1.0 - f
    by_x = s.transfer * free**q
    events_f = -s.transfer * x[:, None] * q * free ** (q - 1.0) - s.back * q * f ** (q - 1.0)
    killed_f = s.annihilation * (x - s.exciton_thermal)[:, None]
    count, kinds = f.shape
    j = np.zeros((count, kinds + 1, kinds + 1))
    j[:, 0, 0] = -s.decay - (n * (by_x + s.annihilation * f)).sum(axis=1)
    j[:, 0, 1:] = -n * (events_f + killed_f)
    j[:, 1:, 0] = q * by_x
    diagonal = q * events_f - s.ion_decay * (1.0 + s.ion_thermal)
    share, w, b = _density(s), s.exchange, _uphill(s)
    # d(net)/d(f_i) and d(net)/d(f_j)
    up = free[:, None, :] + b * f[:, None, :]
    down = -f[:, :, None] - b * free[:, :, None]
    diagonal += (w * down * share[:, :, None]).sum(axis=1)
    diagonal -= (w * up * share[:, None, :]).sum(axis=2)
    j[:, 1:, 1:] = (w * up * share[:, :, None]).swapaxes(1, 2) - w * down * share[:, None, :]
    index = np.arange(kinds)
    j[:, 1 + index, 1 + index] += diagonal
    return j


def steady(s: System, excitation: ArrayLike) -> Steady:
    """Solve for the steady state by Newton's method inside the bounds 0 < x, 0 < f < 1.

    Examples
    --------
    >>> from halodot.dot.doping.limits import single_acceptor
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


def take(s: System, index: slice | NDArray[np.int64]) -> System:
    """Return the dots `index` of a batch."""
    return System(**{k: v if k == "order" else v[index] for k, v in vars(s).items()})
