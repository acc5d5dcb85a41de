r"""How good a proposal is: the probability of landing in the wanted band, and how new it is.

The predictor gives a median m and a 90 % interval whose sides d = m - low and u = high - m need
not be equal. The shifted lognormal distribution has these three quantiles and a smooth density,

    F(x) = Phi(z ln(1 + (x - m) (1/d - 1/u)) / ln(u/d)),     z = 1.645,

which is the normal one for u = d, and P(a <= peak <= b) = F(b) - F(a). (Two half normals would
have a density that jumps at the median, and draw every proposal to one edge of the band.) A width
and a yield that are asked for multiply it with the probability of meeting them. Of recipes that
land equally often the score prefers the one whose median is nearer to the target, and where
nothing lands a small slope toward the band is left for the search to follow.

Of several proposals the second is not a copy of the first: they are chosen one by one, each by its
score plus a bonus that grows with the distance from those chosen, in the coordinates of
`coordinates`, where one unit is a change that a chemist would call another recipe.

Failed syntheses lower the probability of success around them: with the weight
k_i = exp(-d_i^2 / 2) of every trial i of the same route at a distance d_i,

    p = (n_0 p_0 + sum_i k_i s_i) / (n_0 + sum_i k_i),    s_i = 1 for success, 0 for failure.

p_0 and n_0 are assumed: no perovskite data set on record keeps its failures.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.constants import Z90
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

_LEAST = 1e-9
_SLOPE = 0.02  # of the score outside of the band [1/nm]
_PULL = 0.2  # that the score falls from the middle of the band to its edge
_THIN = 1e-6  # narrowest side of an interval [nm]
_NEW = 2.0  # steps over which a recipe becomes another one
_CATEGORIES = {"route": 3.0, "antisolvent": 2.0, "solvent": 2.0, "fraction": 1.0}
CODE = 32


class AcquisitionSpec(Spec):
    """Priors of the choice among proposals.

    Examples
    --------
    >>> float(AcquisitionSpec().success)
    0.85
    """

    fwhm_error: Sourced = quantity(
        "1",
        "standard deviation of ln(FWHM) about its prediction",
        low=0.01,
        high=2.0,
        default=0.2,
        interval=(0.12, 0.35),
        why="the same antisolvent recipe repeats to 0.13; a model adds its own error",
    )
    plqy_error: Sourced = quantity(
        "1",
        "standard deviation of the quantum yield about its prediction",
        low=0.01,
        high=1.0,
        default=0.19,
        interval=(0.12, 0.25),
        why="spread of the quantum yields of the antisolvent set: hardly predictable",
    )
    success: Sourced = quantity(
        "1",
        "probability that a recipe gives dots at all, before any trial",
        low=0.01,
        high=0.999,
        default=0.85,
        interval=(0.5, 0.98),
        why="assumed: failures are not on record in any perovskite data set used here",
    )
    success_weight: Sourced = quantity(
        "1",
        "trials that the prior probability of success counts for",
        low=0.05,
        high=100.0,
        default=1.0,
        interval=(0.3, 3.0),
        why="assumed: one failure at the same place then halves it",
    )
    diversity: Sourced = quantity(
        "1",
        "gain in ln(probability) of a proposal unlike all others over a copy of one",
        low=0.0,
        high=10.0,
        default=1.0,
        interval=(0.5, 2.0),
        why="assumed: a new recipe may be 2.7 times less likely to land than a copy",
    )


def cumulative(x: float | FloatArray, table: pd.DataFrame) -> FloatArray:
    """Probability that the peak lies below `x` [nm] for each row of a prediction."""
    from scipy.special import ndtr

    m, low, high = (table[c].to_numpy(float) for c in PEAK)
    down, up = np.maximum(m - low, _THIN), np.maximum(high - m, _THIN)
    skew = np.log(up / down)
    even = np.abs(skew) < 1e-6
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.log1p(np.maximum((x - m) * (1.0 / down - 1.0 / up), -1.0)) / skew
    return np.asarray(ndtr(Z90 * np.where(even, (x - m) / up, z)), float)


PEAK = ("pl_peak_nm", "pl_peak_nm_low", "pl_peak_nm_high")


def landing(table: pd.DataFrame, band: tuple[float, float]) -> FloatArray:
    """Probability that the peak lands in `band` [nm]; 0 where a row has no prediction.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame([[470.0, 465.0, 480.0]], columns=list(PEAK))
    >>> round(float(landing(rows, (465.0, 480.0))[0]), 3)
    0.9
    """
    p = cumulative(band[1], table) - cumulative(band[0], table)
    return np.where(np.isfinite(p), np.clip(p, 0.0, 1.0), 0.0)


def at_most_width(table: pd.DataFrame, width: float, spec: AcquisitionSpec) -> FloatArray:
    """Probability that the FWHM is at most `width` [eV]."""
    from scipy.special import ndtr

    predicted = table["fwhm_meV"].to_numpy(float) * 1e-3
    with np.errstate(divide="ignore", invalid="ignore"):
        p = ndtr(np.log(width / predicted) / float(spec.fwhm_error))
    return np.where(np.isfinite(p), p, 0.5)


def at_least_yield(table: pd.DataFrame, plqy: float, spec: AcquisitionSpec) -> FloatArray:
    """Probability that the quantum yield is at least `plqy`."""
    from scipy.special import ndtr

    p = ndtr((table["plqy"].to_numpy(float) - plqy) / float(spec.plqy_error))
    return np.where(np.isfinite(p), p, 0.5)


def score(table: pd.DataFrame, band: tuple[float, float], probability: FloatArray) -> FloatArray:
    """ln(probability) with a pull of the median to the middle of the band; -inf if unknown."""
    m, half = table["pl_peak_nm"].to_numpy(float), 0.5 * (band[1] - band[0])
    off = np.abs(m - 0.5 * (band[0] + band[1]))
    pull = _PULL * np.minimum(off / half, 1.0) + _SLOPE * np.maximum(off - half, 0.0)
    result = np.log(np.maximum(probability, 0.0) + _LEAST) - pull
    return np.where(np.isfinite(result), result, -np.inf)


def coordinates(rows: pd.DataFrame) -> FloatArray:
    """Where recipes lie, in steps that a chemist would call another recipe; shape [rows, axes].

    Ratios and concentrations enter by their logarithms, halide shares in steps of 0.1, the
    temperature in steps of 20 K; the size of the batch does not count. Another antisolvent,
    solvent or fraction counts as one or two steps, another route as three.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"route": "a", "pbbr2_umol": 10.0, "cs_umol": 2.0, "volume_mL": 2.0}
    >>> half = {k: v if isinstance(v, str) else 0.5 * v for k, v in row.items()}
    >>> x = coordinates(pd.DataFrame([row, half]))
    >>> float(abs(x[0] - x[1]).max())
    0.0
    """
    amount = {c: _numbers(rows, c) for c in _AMOUNTS}
    volume = np.where(amount["volume_mL"] > 0.0, amount["volume_mL"], 1.0)
    lead = sum(amount[c] for c in ("pbbr2_umol", "pbcl2_umol", "pbi2_umol", "pbx2_umol"))
    caesium = sum(amount[c] for c in ("cs_umol", "csbr_umol", "cscl_umol", "csi_umol"))
    lead = np.where(lead > 0.0, lead, 1.0)
    halides = _halides(amount)
    total = np.maximum(sum(halides.values()), 1e-12)
    columns = [
        _log(caesium / lead) / 0.5,
        _log(lead / volume) / 0.7,
        _log(total / lead) / 0.5,
        halides["Cl"] / total / 0.1,
        halides["I"] / total / 0.1,
        _log(amount["antisolvent_umol"] / volume) / 0.5,
        _log(amount["oa_mL"] / volume) / 0.7,
        _log(amount["oam_mL"] / volume) / 0.7,
        _numbers(rows, "temperature_C") / 20.0,
        _log(_numbers(rows, "time_s")),
        _log(amount["exchange_umol"] / np.maximum(amount["dots_umol"], 1.0)) / 0.5,
    ]
    for name, step in _CATEGORIES.items():
        words = rows[name] if name in rows else [""] * len(rows)
        columns.append(step / np.sqrt(2.0) * codes(words))
    return np.column_stack(columns)


_AMOUNTS = (
    "csbr_umol", "cscl_umol", "csi_umol", "cs_umol", "pbbr2_umol", "pbcl2_umol", "pbi2_umol",
    "pbx2_umol", "znbr2_umol", "antisolvent_umol", "volume_mL", "oa_mL", "oam_mL", "dots_umol",
    "exchange_umol",
)  # fmt: skip


def _numbers(rows: pd.DataFrame, column: str) -> FloatArray:
    if column not in rows:
        return np.zeros(len(rows))
    return np.nan_to_num(rows[column].to_numpy(float), nan=0.0)


def _log(x: FloatArray) -> FloatArray:
    """Logarithm, with nothing far enough from something and finite."""
    return np.log(np.maximum(x, 1e-4))


def _halides(amount: dict[str, FloatArray]) -> dict[str, FloatArray]:
    zinc = amount["znbr2_umol"]
    return {
        "Cl": amount["cscl_umol"] + 2.0 * amount["pbcl2_umol"],
        "Br": amount["csbr_umol"] + 2.0 * (amount["pbbr2_umol"] + zinc),
        "I": amount["csi_umol"] + 2.0 * amount["pbi2_umol"],
    }


def codes(words: Iterable[object]) -> FloatArray:
    """Words as points on a sphere: any two lie about sqrt(2) apart, no word lies at 0.

    A word always has the same point, drawn from itself.

    Examples
    --------
    >>> x = codes(["ethanol", "methanol", ""])
    >>> bool(1.0 < np.linalg.norm(x[0] - x[1]) < 1.8), float(abs(x[2]).max())
    (True, 0.0)
    """
    return np.array([_code(w if isinstance(w, str) else "") for w in words]).reshape(-1, CODE)


@lru_cache(maxsize=1024)
def _code(word: str) -> FloatArray:
    if not word:
        return np.zeros(CODE)
    x = generator(0, "word", word).standard_normal(CODE)
    return np.asarray(x / np.linalg.norm(x), float)


def distance(a: FloatArray, b: FloatArray) -> FloatArray:
    """Distances between recipes in steps, shape [len(a), len(b)]."""
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(a, b), float)


def choose(
    scores: FloatArray, where: FloatArray, count: int, diversity: float, taken: FloatArray
) -> list[int]:
    """Choose up to `count` rows one by one, by score and distance from `taken` and each other.

    Parameters
    ----------
    scores
        ln(probability), shape [rows].
    where
        Coordinates, shape [rows, axes].
    diversity
        Largest bonus; it is reached some steps away.
    taken
        Coordinates of what is there already, shape [any, axes].

    Examples
    --------
    >>> x = np.array([[0.0], [0.01], [3.0]])
    >>> choose(np.array([0.0, -0.01, -0.5]), x, 2, 1.0, np.empty((0, 1)))
    [0, 2]
    """
    chosen: list[int] = []
    near = np.full(len(scores), np.inf)
    if len(taken):
        near = distance(where, taken).min(axis=1)
    for _ in range(min(count, int(np.isfinite(scores).sum()))):
        total = scores + diversity * (1.0 - np.exp(-0.5 * (near / _NEW) ** 2))
        total[chosen] = -np.inf
        best = int(np.argmax(total))
        chosen.append(best)
        near = np.minimum(near, distance(where, where[[best]])[:, 0])
    return chosen


def success(
    where: FloatArray, trials: FloatArray, worked: FloatArray, spec: AcquisitionSpec
) -> FloatArray:
    """Probability that recipes give dots, from trials around them.

    Parameters
    ----------
    where, trials
        Coordinates of proposals and of trials, shape [rows, axes].
    worked
        1 for a trial that gave dots, 0 for one that failed.

    Examples
    --------
    >>> here = np.zeros((1, 1))
    >>> p = success(here, here, np.array([0.0]), AcquisitionSpec())
    >>> bool(p[0] < 0.5)
    True
    """
    weight = float(spec.success_weight)
    if not len(trials):
        return np.full(len(where), float(spec.success))
    k = np.exp(-0.5 * distance(where, trials) ** 2)
    return (weight * float(spec.success) + k @ worked) / (weight + k.sum(axis=1))
