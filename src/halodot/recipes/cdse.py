"""What random folds hide: sizes of CdSe from 234 published hot injections, by paper and at random.

Not a perovskite and in no prediction of halodot: the set is large enough, and names its papers, to
show how much better a regression looks when syntheses of one paper stand on both sides of a split
(akkaneror/Hot_injection, MIT; J. Phys. Chem. C 2020, 10.1021/acs.jpcc.0c05993).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .scoring import folds
from .training import read_recipes

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

TARGET, PAPER = "Diameter_nm", "Citation"
_OUTCOMES = (TARGET, "Absorbance max (nm)", "PL max (nm)", "Diameter from", PAPER)


def read() -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Features, diameters [nm] and the number of the paper of each row."""
    import pandas as pd

    raw = read_recipes("cdse_hot_injection", "CdSe_raw.csv").dropna(subset=[TARGET])
    paper = raw[PAPER].str.strip().str.lower().factorize()[0].astype(np.int64)
    inputs = raw.drop(columns=list(_OUTCOMES))
    numbers = inputs.select_dtypes("number")
    words = inputs.drop(columns=numbers.columns).fillna("None")
    hot = pd.get_dummies(words).to_numpy(dtype=float)
    x = np.column_stack([_logarithms(numbers), hot])
    return x, raw[TARGET].to_numpy(dtype=float), paper


def _logarithms(numbers: pd.DataFrame) -> FloatArray:
    """Amounts and times act by factors; zeros stay apart."""
    values = numbers.fillna(0.0).to_numpy(dtype=float)
    return np.where(values > 0.0, np.log(np.maximum(values, 1e-6)), -8.0)


def errors(seed: int = 0) -> dict[str, float]:
    """Mean absolute errors of the diameter [nm]: random folds, papers left out, the median.

    >>> found = errors()
    >>> found["random folds"] < 0.7 * found["papers left out"]
    True
    """
    from sklearn.ensemble import ExtraTreesRegressor

    x, y, paper = read()
    splits = {"random folds": np.arange(len(y)), "papers left out": paper}
    found = {}
    for name, key in splits.items():
        miss = np.empty(len(y))
        for test in _parts(key, seed):
            trees = ExtraTreesRegressor(200, random_state=seed).fit(x[~test], y[~test])
            miss[test] = np.abs(trees.predict(x[test]) - y[test])
        found[name] = float(miss.mean())
    flat = np.empty(len(y))
    for test in _parts(paper, seed):
        flat[test] = np.abs(np.median(y[~test]) - y[test])
    return found | {"median": float(flat.mean())}


def _parts(key: NDArray[np.int64], seed: int) -> Iterator[NDArray[np.bool_]]:
    """Ten folds at random; every paper by itself."""
    count = len(np.unique(key))
    return folds(key, seed, 10 if count == len(key) else count)
