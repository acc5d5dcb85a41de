r"""Closed forms of crossbars with resistive wires."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]


def single_cell(conductance: float, voltage: float, wire_resistance: float) -> float:
    """Return the current of a 1 x 1 array: one cell in series with two segments [A].

    >>> round(single_cell(1e-3, 0.2, 10.0) * 1e6, 3)
    196.078
    """
    return voltage / (2 * wire_resistance + 1 / conductance)


def ladder(
    conductance: float,
    cells: int,
    voltage: float,
    wire_resistance: float,
    source_resistance: float = 0.0,
    ground_resistance: float = 0.0,
) -> F:
    r"""Return the bit-line currents of one word line with equal cells [A].

    Each cell in series with the segment below it and the resistance to ground there is a shunt
    :math:`G' = G / [1 + (r + R_g) G]` of a ladder with series resistance r, open at its end:

    .. math:: w_k = V' \frac{\cosh[(n - k + 1/2) \kappa]}{\cosh[(n + 1/2) \kappa]},\qquad
              2 \cosh\kappa = 2 + r G',\qquad I_k = G' w_k,\quad k = 1 \dots n

    A source resistance leaves :math:`V' = V - R_s I` before the first segment, where the line
    takes :math:`I = (V' - w_1) / r`.

    >>> round(float(ladder(1e-3, 1, 0.2, 10.0)[0]) * 1e6, 3)
    196.078
    >>> round(float(ladder(1e-3, 1, 0.2, 10.0, 980.0)[0]) * 1e6, 3)
    100.0
    """
    shunt = conductance / (1 + (wire_resistance + ground_resistance) * conductance)
    kappa = 2 * np.arcsinh(np.sqrt(wire_resistance * shunt) / 2)
    k = np.arange(cells + 1)
    # exp(-x) forms stay finite for long lines: cosh(a)/cosh(b) = e^(a-b) (1+e^-2a)/(1+e^-2b).
    a, b = (cells - k + 0.5) * kappa, (cells + 0.5) * kappa
    profile = np.exp(a - b) * (1 + np.exp(-2 * a)) / (1 + np.exp(-2 * b))
    taken = shunt * profile[1:].sum() if cells else 0.0
    return np.asarray(shunt * voltage / (1 + source_resistance * taken) * profile[1:])


def ladder_from_both(conductance: float, cells: int, voltage: float, wire_resistance: float) -> F:
    r"""Return the currents of one word line with equal cells, driven at both ends [A].

    As `ladder`, with the node before the first and the node after the last cell at V:
    :math:`w_k = V \cosh[(k - (n + 1)/2) \kappa] / \cosh[(n + 1) \kappa / 2]`.

    >>> round(float(ladder_from_both(1e-3, 1, 0.2, 10.0)[0]) * 1e6, 3)
    197.044
    """
    shunt = conductance / (1 + wire_resistance * conductance)
    kappa = 2 * np.arcsinh(np.sqrt(wire_resistance * shunt) / 2)
    a = np.abs(np.arange(1, cells + 1) - (cells + 1) / 2) * kappa
    b = (cells + 1) / 2 * kappa
    profile = np.exp(a - b) * (1 + np.exp(-2 * a)) / (1 + np.exp(-2 * b))
    return np.asarray(shunt * voltage * profile)


def sneak(cell: float, others: float, shape: tuple[int, int], voltage: float) -> float:
    r"""Return the current of one cell read with all other lines floating, ideal wires [A].

    The n - 1 other cells of its word line, the (m - 1)(n - 1) cells away from both lines and the
    m - 1 others of its bit line, all of conductance G, are in series beside it:

    .. math:: I = V \left\{ G_{cell} + \left[ \frac{1}{(n-1) G} + \frac{1}{(m-1)(n-1) G}
              + \frac{1}{(m-1) G} \right]^{-1} \right\}

    >>> round(sneak(1e-6, 1e-4, (2, 2), 1.0) * 1e6, 3)
    34.333
    """
    m, n = shape
    if min(m, n) == 1:
        return cell * voltage
    beside = others / (1 / (n - 1) + 1 / ((m - 1) * (n - 1)) + 1 / (m - 1))
    return (cell + beside) * voltage


def first_order(conductance: F, voltage: F, wire_resistance: float) -> F:
    r"""Return the bit-line currents [A] to first order in the wire resistance.

    .. math:: I_j = \sum_i G_{ij} (V_i - \delta w_{ij} - b_{ij}),\quad
       \delta w_{ij} = r \sum_{j'} G_{ij'} V_i \min(j, j'),\quad
       b_{ij} = r \sum_{i'} G_{i'j} V_{i'} (m + 1 - \max(i, i'))

    with lines counted from 1. The error falls with the square of the resistance.
    """
    m, n = conductance.shape
    i, j = np.arange(1, m + 1), np.arange(1, n + 1)
    cell = conductance * voltage[:, None]
    drop = wire_resistance * cell @ np.minimum.outer(j, j)
    rise = wire_resistance * (m + 1 - np.maximum.outer(i, i)) @ cell
    return np.asarray((conductance * (voltage[:, None] - drop - rise)).sum(axis=0))


def differential_share(on_off_ratio: float) -> float:
    """Return the part of the largest cell current that carries the weight, 1 - off/on [1].

    >>> differential_share(10.0)
    0.9
    """
    return 1.0 - 1.0 / on_off_ratio
