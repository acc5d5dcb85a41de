r"""What a campaign learns: its own measurements correct the predictor around them.

Trial i has the prediction m_i with a 90 % interval, of which s_i is the standard deviation on the
side where the measurement y_i fell. Part of it is repeatability sigma, the rest g_i = sqrt(s_i^2 -
sigma^2) is what the model does not know, and what trials can tell. In these units the surprise

    u_i = (y_i - m_i) / g_i

is a Gaussian process with mean 0 and variance 1, shared out among four reasons,

    k = v_lab + v_route [same route] + v_batch [same batch of precursors] + v_local Matern(d / l),

with d the distance of two recipes (`acquisition.coordinates`), and noise sigma^2 / g_i^2. A new
recipe then has the median m + g E[u] and the variance g^2 Var[u] + sigma^2; without trials this is
the prediction itself. Intervals are those of the laboratories that were learned from; another one
may be further off than they say. All g grow by the same kappa >= 1, the one that maximises

    ln p(y | kappa) - (ln kappa)^2 / 2,

so that a common shift far outside of narrow intervals is learned, and not taken for noise.

The process is the one of scikit-learn with these parameters held; terms that look at some of the
inputs only have an endless length scale along the others. A batch that was not measured yet has
its share of the variance, which is the drift between batches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.constants import Z90
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from . import acquisition
from .acquisition import PEAK, AcquisitionSpec

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

_ENDLESS = 1e6
_SHARP = 0.1
_SCALES = 2.0 ** (0.5 * np.arange(13))  # kappa, 1 to 64


class LearningSpec(Spec):
    """Priors of what a laboratory's own measurements can differ by.

    Examples
    --------
    >>> s = LearningSpec()
    >>> float(s.lab) + float(s.route) + float(s.batch) < 1.0
    True
    """

    noise: Sourced = quantity(
        "m",
        "standard deviation of the peak of one recipe made again",
        low=1e-10,
        high=5e-8,
        default="3.9 nm",
        interval=("3 nm", "5 nm"),
        why="51 repeated recipes of the antisolvent set within one fraction, same laboratory",
    )
    lab: Sourced = quantity(
        "1",
        "share of the model's variance that is common to all recipes of a laboratory",
        low=0.0,
        high=1.0,
        default=0.3,
        interval=(0.1, 0.5),
        why="assumed: instruments and reagents of one place",
    )
    route: Sourced = quantity(
        "1",
        "share that is common to one route",
        low=0.0,
        high=1.0,
        default=0.25,
        interval=(0.1, 0.5),
        why="assumed: a way of working",
    )
    batch: Sourced = quantity(
        "1",
        "share that is common to one batch of precursors",
        low=0.0,
        high=1.0,
        default=0.15,
        interval=(0.05, 0.4),
        why="assumed: drift between batches is named as the chief problem of such campaigns",
    )
    length: Sourced = quantity(
        "1",
        "distance over which the rest changes, in recipe steps",
        low=0.05,
        high=100.0,
        default=2.0,
        interval=(1.0, 4.0),
        why="assumed: two steps that a chemist would call another recipe",
    )


@dataclass(frozen=True)
class Trials:
    """What was made and measured.

    Attributes
    ----------
    rows
        Recipes as made, with their route.
    table
        What the predictor says of them.
    peak
        Measured peak [nm], nan where it failed.
    worked
        1 for dots, 0 for a failure.
    batch
        Label of the batch of precursors, empty where not stated.
    """

    rows: pd.DataFrame
    table: pd.DataFrame
    peak: FloatArray
    worked: FloatArray
    batch: tuple[str, ...]


class Lessons:
    """Corrections that follow from trials; `inverse.search` takes them as an argument.

    Parameters
    ----------
    trials
        May be empty.
    spec, choice
        Priors.
    """

    def __init__(
        self,
        trials: Trials,
        spec: LearningSpec | None = None,
        choice: AcquisitionSpec | None = None,
    ) -> None:
        self._spec = spec or LearningSpec()
        self._choice = choice or AcquisitionSpec()
        self._where = acquisition.coordinates(trials.rows)
        self._worked = trials.worked
        self._batch = trials.batch[-1] if trials.batch else ""
        self._noise = float(self._spec.noise) * 1e9
        self._process: Any = None
        self._scale = 1.0
        self._learn(trials)

    def _learn(self, trials: Trials) -> None:
        m = trials.table[PEAK[0]].to_numpy(float)
        known = np.isfinite(trials.peak) & np.isfinite(m)
        if not known.any():
            return
        low, high = self._unknown(trials.table)
        g = np.where(trials.peak < m, low, high)[known]
        batch = tuple(b for b, k in zip(trials.batch, known, strict=True) if k)
        inputs = self._inputs(trials.rows[known], batch)
        best = -np.inf
        for scale in _SCALES:
            alpha = (self._noise / (scale * g)) ** 2
            u = (trials.peak - m)[known] / (scale * g)
            fitted = self._prior(inputs.shape[1])(alpha).fit(inputs, u)
            likely = fitted.log_marginal_likelihood_value_ - len(u) * np.log(scale)
            if likely - 0.5 * np.log(scale) ** 2 > best:
                best = likely - 0.5 * np.log(scale) ** 2
                self._process, self._scale = fitted, float(scale)

    def _unknown(self, table: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
        """What the model does not know below and above the median [nm]."""
        m = table[PEAK[0]].to_numpy(float)
        sides = [np.abs(table[c].to_numpy(float) - m) / Z90 for c in PEAK[1:]]
        least = 0.3 * self._noise
        both = [np.sqrt(np.maximum(s**2 - self._noise**2, least**2)) for s in sides]
        return both[0], both[1]

    def _inputs(self, rows: pd.DataFrame, batch: tuple[str, ...]) -> FloatArray:
        """Coordinates, then codes of route and batch, far apart for two words."""
        route = rows["route"] if "route" in rows else [""] * len(rows)
        return np.column_stack(
            [acquisition.coordinates(rows), acquisition.codes(route), acquisition.codes(batch)]
        )

    def _prior(self, width: int) -> Any:
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern

        s, code = self._spec, acquisition.CODE
        lab, route, batch = float(s.lab), float(s.route), float(s.batch)
        local = max(0.05, 1.0 - lab - route - batch)
        scales = np.full((3, width), _ENDLESS)
        scales[0, width - 2 * code : width - code] = _SHARP
        scales[1, width - code :] = _SHARP
        scales[2, : width - 2 * code] = float(s.length)
        held: dict[str, Any] = {"constant_value_bounds": "fixed"}
        kernel = (
            ConstantKernel(lab, **held)
            + ConstantKernel(route, **held) * RBF(scales[0], "fixed")
            + ConstantKernel(batch, **held) * RBF(scales[1], "fixed")
            + ConstantKernel(local, **held) * Matern(scales[2], "fixed", nu=2.5)
        )
        return lambda alpha: GaussianProcessRegressor(kernel, alpha=alpha, optimizer=None)

    def corrected(self, rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
        """Predictions with what the trials say; the predictions themselves without trials."""
        if self._process is None or not len(rows):
            return table
        batch = (self._batch,) * len(rows)
        mean, sd = self._process.predict(self._inputs(rows, batch), return_std=True)
        low, high = (self._scale * g for g in self._unknown(table))
        new = table.copy()
        centre = table[PEAK[0]].to_numpy(float) + np.where(mean < 0.0, low, high) * mean
        new[PEAK[0]] = centre
        new[PEAK[1]] = centre - Z90 * np.hypot(low * sd, self._noise)
        new[PEAK[2]] = centre + Z90 * np.hypot(high * sd, self._noise)
        return new

    def success(self, rows: pd.DataFrame) -> FloatArray:
        """Probability that recipes give dots, from the trials around them."""
        where = acquisition.coordinates(rows)
        return acquisition.success(where, self._where, self._worked, self._choice)
