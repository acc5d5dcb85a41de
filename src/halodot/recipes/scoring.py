"""How well recipes are predicted, by leaving out what must not help: recipes, antisolvents, papers.

Replicates of a recipe, and syntheses of a paper, never stand on both sides of a split. Each score
stands beside a plain Gaussian process on the same features without mechanism, and the median of
the training rows. `factors` says by how much intervals must widen to cover 90 % of left-out
recipes; that factor ships, so coverage of the folds is calibrated and that of a left-out
antisolvent is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..library import Library
from ..synthesis import hot_injection
from ..synthesis.learned import antisolvent, mixed_halide
from ..synthesis.learned.plain import plain
from . import training
from .columns import read
from .light import default_lights
from .predictor import LEVELS, by_bromide, by_cells, learn, oleate_rows

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SEEDS = (0, 1, 2)
FOLDS = 5


@dataclass(frozen=True)
class Score:
    """One way of leaving out.

    Attributes
    ----------
    name
        What was left out.
    error
        Mean absolute error, by model: ``halodot``, ``plain``, ``median``.
    coverage
        Share of left-out rows inside their 90 % interval.
    rows
        Number of predictions.
    unit
        Of the error.
    """

    name: str
    error: dict[str, float]
    coverage: float
    rows: int
    unit: str = "nm"


@dataclass(frozen=True)
class Left:
    """Predictions of rows that were left out: measured, middle, ends of the interval, peers."""

    measured: FloatArray
    middle: FloatArray
    low: FloatArray
    high: FloatArray
    plain: FloatArray
    median: FloatArray

    def score(self, name: str) -> Score:
        """Errors and coverage."""
        errors = {n: float(np.abs(getattr(self, n) - self.measured).mean())
                  for n in ("middle", "plain", "median")}  # fmt: skip
        errors["halodot"] = errors.pop("middle")
        inside = (self.measured >= self.low) & (self.measured <= self.high)
        return Score(name, errors, float(inside.mean()), len(self.measured))

    @property
    def stretch(self) -> float:
        """Factor on the half widths at which 90 % would be inside."""
        above = np.where(self.measured > self.middle, self.high, 2.0 * self.middle - self.low)
        ratio = np.abs(self.measured - self.middle) / (above - self.middle)
        return float(np.quantile(ratio, 0.9))


def join(parts: list[Left]) -> Left:
    """Put predictions of several splits together."""
    return Left(*(np.concatenate(c) for c in zip(*(vars(p).values() for p in parts), strict=True)))


def folds(key: NDArray[Any], seed: int, count: int = FOLDS) -> Iterator[BoolArray]:
    """Masks of the rows to leave out, whole keys together.

    >>> masks = list(folds(np.array([1, 1, 2, 3]), 0, 3))
    >>> bool(np.all(sum(m.astype(int) for m in masks) == 1)), bool(masks[0][0] == masks[0][1])
    (True, True)
    """
    order = np.random.default_rng(seed).permutation(np.unique(key))
    for part in np.array_split(order, count):
        yield np.isin(key, part)


def oleate_left_out(test: BoolArray, widen: float) -> Left:
    """Train the antisolvent family without the rows `test` and predict them."""
    library, table = Library.builtin(), training.antisolvent()
    columns, solvents, peaks = oleate_rows(table, library)
    light = by_cells(default_lights())
    rest = ~test
    model = antisolvent.train(
        columns.rows(rest), solvents.rows(rest), peaks[rest], light, widen=widen
    )
    mixture, _ = model.predict(columns.rows(test), solvents.rows(test))
    low, middle, high = mixture.quantiles(LEVELS).T
    high = np.maximum(np.minimum(high, model.ceiling), middle + 0.5 * (middle - low))
    features = _plain_features(columns, solvents)
    peer, _ = plain(features[rest], peaks[rest]).predict(features[test])
    median = np.full(int(test.sum()), np.median(peaks[rest]))
    return Left(peaks[test], middle, low, high, peer, median)


def _plain_features(columns: Any, solvents: Any) -> FloatArray:
    """What the reference study found to matter, without mechanism."""
    dose = np.log1p(columns.antisolvent_amount / columns.lead / 100.0)
    rich, dense = np.log(columns.caesium_ratio), np.log(columns.lead / columns.volume)
    return np.column_stack([rich, dense, dose, dose * solvents.polarity, columns.fraction])


def oleate_folds(widen: float, seeds: tuple[int, ...] = SEEDS) -> Left:
    """Five folds grouped by recipe."""
    key = training.antisolvent()["key"].to_numpy()
    return join([oleate_left_out(test, widen) for s in seeds for test in folds(key, s)])


def antisolvents_left_out(widen: float) -> dict[str, Left]:
    """Every antisolvent left out once; rows without one stay in training."""
    names = training.antisolvent()["antisolvent"].to_numpy()
    return {str(n): oleate_left_out(names == n, widen) for n in np.unique(names) if n}


def salts_left_out(test: BoolArray, widen: float) -> Left:
    """Train the mixed-halide family without the rows `test` and predict them."""
    table = training.mixed_halide()
    columns = read(table.drop(columns=["key", "pl_peak_nm", "count"]), Library.builtin()).columns
    peaks, rest = table["pl_peak_nm"].to_numpy(dtype=float), ~test
    model = mixed_halide.train(
        columns.rows(rest), peaks[rest], by_bromide(default_lights()), widen=widen
    )
    mixture, _ = model.predict(columns.rows(test))
    low, middle, high = mixture.quantiles(LEVELS).T
    features = np.column_stack([columns.bromide, np.log(columns.amine), np.log(columns.acid)])
    peer, _ = plain(features[rest], peaks[rest]).predict(features[test])
    median = np.full(int(test.sum()), np.median(peaks[rest]))
    return Left(peaks[test], middle, low, high, peer, median)


def salts_folds(widen: float, seeds: tuple[int, ...] = SEEDS) -> Left:
    """Five folds of distinct recipes."""
    key = training.mixed_halide()["key"].to_numpy()
    return join([salts_left_out(test, widen) for s in seeds for test in folds(key, s)])


def factors() -> dict[str, float]:
    """Factors on the half widths, so that 90 % of left-out recipes are covered."""
    return {"oleate": oleate_folds(1.0).stretch, "salts": salts_folds(1.0).stretch}


def sizes_left_out() -> tuple[Score, list[str]]:
    """Hot injections of Table 1, each from the other papers only, and what contradicts what."""
    found = hot_injection.left_out()
    ratio = [abs(np.log(s.size / middle)) for s, (middle, _, _) in found]
    inside = [low <= s.size <= high for s, (_, low, high) in found]
    median = []
    for s, _ in found:
        others = [o.size for o, _ in found if o.paper != s.paper]
        median.append(abs(np.log(s.size / np.median(others))))
    errors = {"halodot": float(np.mean(ratio)), "plain": _plain_sizes([s for s, _ in found]),
              "median": float(np.mean(median))}  # fmt: skip
    score = Score("Table 1, a paper left out", errors, float(np.mean(inside)), len(found), "ln nm")
    return score, contradictions()


def _plain_sizes(rows: list[hot_injection.Synthesis]) -> float:
    """Mean error of ln size of a Gaussian process that knows no papers, each paper left out."""
    x, y = np.array([s.regressors[1:] for s in rows]), np.log([s.size for s in rows])
    papers = np.array([s.paper for s in rows])
    miss = []
    for paper in np.unique(papers):
        rest = papers != paper
        miss += list(np.abs(plain(x[rest], y[rest]).predict(x[~rest])[0] - y[~rest]))
    return float(np.mean(miss))


def contradictions() -> list[str]:
    """Papers of Table 1 whose sizes change with temperature in opposite directions."""
    slopes = {}
    rows = hot_injection.published()
    for paper in sorted({s.paper for s in rows}):
        own = [s for s in rows if s.paper == paper and not s.has_additive]
        groups = {(tuple(s.halides), s.ratio) for s in own}
        for group in groups:
            same = [s for s in own if (tuple(s.halides), s.ratio) == group]
            if len({s.temperature for s in same}) > 1:
                t, size = np.array([(s.temperature, np.log(s.size)) for s in same]).T
                slopes[f"ref {paper} ({'/'.join(group[0])})"] = float(np.polyfit(t, size, 1)[0])
    up = [f"{n} {1e2 * v:+.1f} %/K" for n, v in slopes.items() if v > 0.0]
    down = [f"{n} {1e2 * v:+.1f} %/K" for n, v in slopes.items() if v <= 0.0]
    return [f"size rises with temperature: {', '.join(up)}; falls: {', '.join(down)}"]


def scores(widen: dict[str, float] | None = None) -> list[Score]:
    """All scores, in minutes."""
    from .predictor import shipped

    by = widen or shipped()["widen"]
    found = [oleate_folds(by["oleate"]).score("antisolvent set, folds of recipes")]
    parts = antisolvents_left_out(by["oleate"])
    found += [left.score(f"antisolvent set without {name}") for name, left in parts.items()]
    found.append(join(list(parts.values())).score("antisolvent set, an antisolvent left out"))
    found.append(salts_folds(by["salts"]).score("CsPb(Br,Cl)3, folds of recipes"))
    found.append(sizes_left_out()[0])
    return found


def train_and_write(path: str) -> dict[str, Any]:
    """Learn kernels and factors anew and write them where the package ships them."""
    import json
    from pathlib import Path

    from .predictor import kernels

    numbers = kernels(learn()) | {"widen": factors()}
    rounded = json.loads(json.dumps(numbers), parse_float=lambda x: float(f"{float(x):.6g}"))
    Path(path).write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
    return numbers


def table(found: list[Score]) -> str:
    """Return scores as a table of Markdown."""
    lines = [
        "| left out | halodot | plain Gaussian process | median | 90 % intervals cover | rows |",
        "|---|---|---|---|---|---|",
    ]
    for s in found:
        cells = [f"{s.error[n]:.2f} {s.unit}" if n in s.error else "" for n in
                 ("halodot", "plain", "median")]  # fmt: skip
        lines.append(f"| {s.name} | {' | '.join(cells)} | {100 * s.coverage:.0f} % | {s.rows} |")
    return "\n".join(lines)
