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


def take(s: System, index: slice | NDArray[np.int64]) -> System:
    """Return the dots `index` of a batch."""
    return System(**{k: v if k == "order" else v[index] for k, v in vars(s).items()})
