r"""Size set by equilibrium: surface halide exchanged with the bath (thermodynamic branch).

A cube of n cells an edge whose faces end in halide holds n^3 lead and 3 n^2 (n + 1) halide ions:

.. math:: X/Pb = 3 + 3/n, \qquad L = n a

so the halide in surplus of the crystal, y = 3/n, is a measure of the surface per volume. It takes
up halide from the bath by mass action, up to what the faces can hold:

.. math:: y = y_s \frac{K a_X}{1 + K a_X}, \qquad K = e^{\epsilon/k\,(1/T - 1/T_h)}

.. math:: L = L_s \left(1 + \frac{1}{K a_X}\right), \qquad a_X = \left(\frac{r - 3}{7}\right)^m

with r the ratio of halide to lead in the flask, a_X = 1 at r = 10. More halide: smaller dots, down
to L_s. Warmer: halide leaves the surface, larger dots.

L_s, epsilon and T_h are calibrated on the four sizes of reference 133 of the review at Br/Pb = 10
(its Table 1, 80 to 190 degC) and nothing else; m = 1 would be ideal mass action and is a prior.
The review's text says that the size falls with temperature where its table says that it rises; the
table is used. Three parameters on four points: `left_out` says what that is worth, and even that
flatters, as the form of the isotherm was chosen with the four sizes in view.

Range: CsPbBr3, 80 to 190 degC, flasks rich in halide. Idea: Dong et al., Nano Lett. 18, 3716
(2018); the isotherm is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.constants import BOLTZMANN, Z90
from ...core.sourced import Sourced
from ...library.vocabulary import rows_of

FloatArray = NDArray[np.float64]
CELSIUS = 273.15
RICH = 10.0
LEAST = 3.5  # ratios below leave hardly any halide to exchange with
NOISE = 0.12  # sd of ln L of one synthesis about the curve
CELL = 5.87e-10
# ln(L_s / nm), epsilon [eV], T_h [K], m
PRIOR_MEAN = np.array([np.log(4.0), 0.5, 450.0, 0.7])
PRIOR_SD = np.array([0.3, 0.3, 40.0, 0.3])


@dataclass(frozen=True)
class Calibrated:
    """Normal law of (ln L_s/nm, epsilon [eV], T_h [K], m)."""

    mean: FloatArray
    covariance: FloatArray

    def log_size(self, temperature: float, ratio: float) -> tuple[float, float]:
        """Mean and standard deviation of ln(L/nm) of a synthesis not seen."""
        value, slope = _model(self.mean, temperature, ratio)
        return value, float(np.sqrt(slope @ self.covariance @ slope + NOISE**2))


def published() -> tuple[tuple[float, float, float], ...]:
    """Temperature [K], Br/Pb in the flask and size [nm] of reference 133.

    >>> [size for _, _, size in published()]
    [8.8, 5.3, 4.1, 3.7]
    """
    found = []
    for r in rows_of("synthesis_sizes.csv"):
        if r["reference"] == "133" and r["condition"].startswith("Br/Pb="):
            ratio = float(r["condition"].split("=")[1])
            found.append((float(r["temperature_C"]) + CELSIUS, ratio, float(r["size_nm"])))
    return tuple(found)


def calibrate(rows: tuple[tuple[float, float, float], ...]) -> Calibrated:
    """Posterior of the constants by Gauss-Newton from the prior."""
    weight = np.diag(PRIOR_SD**-2)
    p, sizes = PRIOR_MEAN.copy(), np.log([r[2] for r in rows])

    def distance(q: FloatArray) -> float:
        model = np.array([_model(q, t, ratio)[0] for t, ratio, _ in rows])
        return float(
            np.sum(((sizes - model) / NOISE) ** 2) + (q - PRIOR_MEAN) @ weight @ (q - PRIOR_MEAN)
        )

    precision = weight
    for _ in range(100):
        pairs = [_model(p, t, ratio) for t, ratio, _ in rows]
        slope = np.array([s for _, s in pairs]).reshape(-1, p.size)
        rest = sizes - np.array([v for v, _ in pairs])
        precision = weight + slope.T @ slope / NOISE**2
        way = np.linalg.solve(precision, slope.T @ rest / NOISE**2 + weight @ (PRIOR_MEAN - p))
        share = 1.0
        while share > 1e-4 and distance(p + share * way) > distance(p):
            share *= 0.5
        p = p + share * way
        if np.max(np.abs(way) / PRIOR_SD) < 1e-8:
            break
    return Calibrated(p, np.linalg.inv(precision))


def _model(p: FloatArray, temperature: float, ratio: float) -> tuple[float, FloatArray]:
    """ln(L/nm) and its derivatives by the four constants."""
    log_smallest, energy, half, power = p
    rich = np.log((ratio - 3.0) / (RICH - 3.0))
    inverse = (1.0 / temperature - 1.0 / half) / BOLTZMANN
    loose = float(np.exp(-energy * inverse - power * rich))  # 1 / (K a_X)
    share = loose / (1.0 + loose)
    slope = np.array(
        [1.0, -share * inverse, -share * energy / (BOLTZMANN * half**2), -share * rich]
    )
    return float(log_smallest + np.log1p(loose)), slope


@lru_cache(maxsize=1)
def calibrated() -> Calibrated:
    """The constants from all four sizes."""
    return calibrate(published())


def left_out() -> list[tuple[float, float, tuple[float, float, float]]]:
    """Temperature [K], published size, and size with 90 % interval from the other three [nm]."""
    rows, found = published(), []
    for i, (temperature, ratio, size) in enumerate(rows):
        mean, sd = calibrate(rows[:i] + rows[i + 1 :]).log_size(temperature, ratio)
        ends = np.exp([mean, mean - Z90 * sd, mean + Z90 * sd])
        found.append((temperature, size, (float(ends[0]), float(ends[1]), float(ends[2]))))
    return found


def left_out_error() -> float:
    """Root mean square of ln(size) predicted over published, each from the other three [1]."""
    return float(np.sqrt(np.mean([np.log(p[0] / size) ** 2 for _, size, p in left_out()])))


def equilibrium_size(temperature: float, halide_ratio: float) -> Sourced:
    """Edge of cubes in equilibrium with a bath of that ratio of halide to lead [m].

    Unknown below a ratio of 3.5, where the bath has no halide to exchange.

    Examples
    --------
    >>> [round(float(equilibrium_size(433.15, r)) * 1e9, 1) for r in (5.0, 10.0, 20.0)]
    [7.6, 5.3, 4.5]
    """
    if halide_ratio < LEAST:
        why = f"halide over lead below {LEAST}: no halide for the surface to be in balance with"
        return Sourced.unknown("m", why)
    mean, sd = calibrated().log_size(temperature, halide_ratio)
    ends = np.exp([mean, mean - Z90 * sd, mean + Z90 * sd]) * 1e-9
    note = "surface halide in balance with the bath, calibrated on the four sizes of ref 133"
    return Sourced(float(ends[0]), "m", float(ends[1]), float(ends[2]), "fitted", ("ref133",), note)


def composition(edge: ArrayLike, cell: float = CELL) -> FloatArray:
    """Halide over lead of a cube whose faces end in halide [1].

    >>> round(float(composition(5.87e-9)), 6)
    3.3
    """
    return 3.0 + 3.0 * cell / np.asarray(edge, dtype=np.float64)


def compositions() -> list[tuple[float, float, float]]:
    """Size [nm], printed and computed Br/Pb of the dots of reference 133: nothing is fitted."""
    found = []
    for r in rows_of("synthesis_sizes.csv"):
        if r["reference"] == "133" and "; Br/Pb=" in r["condition"]:
            size = float(r["size_nm"])
            printed = float(r["condition"].split("Br/Pb=")[1])
            found.append((size, printed, float(composition(size * 1e-9))))
    return found
