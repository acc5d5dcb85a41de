r"""From a wanted peak to recipes: several routes, each with interval, probability and reason.

For every route that the constraints leave, the box of its genes is sampled evenly (Sobol) and
then searched by an optimiser (a tree-structured Parzen estimator of optuna, which takes numbers
and words) for ln of the probability that all wishes are met, with a small weight for the quantum
yield. All routes of a batch are predicted in one call. The answer of a route is the best of
everything that was evaluated.

The model of the flask is an argument, ``predict(rows) -> table``; nothing here knows it.

Range: peaks from 400 to 700 nm, Cs-Pb halides. A recipe is as good as its prediction: the
probability counts the stated interval as true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from ..core.constants import HC, Z90
from ..core.errors import InputError, OutOfRangeError
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from . import acquisition
from .acquisition import PEAK, AcquisitionSpec
from .constraints import ConstraintsSpec
from .routes import Route, holding, routes_to

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
Predictor = Callable[["pd.DataFrame"], "pd.DataFrame"]

SAMPLES = 128  # of each route, spread evenly over its box
BATCH = 24
ROUNDS = 6
_YIELD_WEIGHT = 0.2  # what a yield of 1 over 0 is worth in ln(probability)
_WORTH_TELLING = 0.05  # a route that lands less often than this is named as out of reach
SHORTEST, LONGEST = 400.0, 700.0


class Learned(Protocol):
    """What a campaign knows beyond the predictor (`learning.Lessons`)."""

    def corrected(self, rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
        """Predictions with what the campaign's own measurements say."""

    def success(self, rows: pd.DataFrame) -> FloatArray:
        """Probability that recipes give dots at all."""


class TargetSpec(Spec):
    """What is wanted: a peak, how close, and what else of the light.

    Examples
    --------
    >>> t = TargetSpec(target="470 nm", fwhm="20 nm")
    >>> t.band, round(t.width * 1e3)
    ((465.0, 475.0), 112)
    """

    target: str = Field(max_length=60, description="peak of the emission: '470 nm' or '2.64 eV'")
    within: Sourced = quantity(
        "m",
        "how far from the target still counts",
        low=5e-10,
        high=5e-8,
        default="5 nm",
        why="one recipe repeats to 3.9 nm",
    )
    fwhm: str | None = Field(default=None, max_length=60, description="largest width: '20 nm'")
    plqy: Sourced | None = quantity("1", "lowest quantum yield", low=0.0, high=1.0, optional=True)
    formula: str | None = Field(default=None, max_length=200, description="of the final dots")
    constraints: ConstraintsSpec = Field(
        default_factory=ConstraintsSpec, description="what proposals keep to"
    )
    acquisition: AcquisitionSpec = Field(
        default_factory=AcquisitionSpec, description="priors of the choice"
    )
    seed: int = Field(default=1, ge=0, le=2**31, description="of the search")

    @field_validator("target")
    @classmethod
    def _a_peak(cls, text: str) -> str:
        _wavelength(text)
        return text

    @model_validator(mode="after")
    def _a_width(self) -> TargetSpec:
        if self.fwhm is not None:
            _width(self.fwhm, self.peak)
        if self.formula is not None:
            from ..crystal.composition import parse

            parse(self.formula)
        return self

    @property
    def peak(self) -> float:
        """Wanted peak [nm]."""
        return _wavelength(self.target)

    @property
    def band(self) -> tuple[float, float]:
        """Wanted band [nm]."""
        half = round(float(self.within) * 1e9, 9)
        return self.peak - half, self.peak + half

    @property
    def width(self) -> float | None:
        """Largest FWHM that is wanted [eV]."""
        return None if self.fwhm is None else _width(self.fwhm, self.peak)


def _wavelength(text: str) -> float:
    from ..dot.inverse.given import photon_energy

    nm = round(HC / photon_energy(text, "target") * 1e9, 6)
    if not SHORTEST <= nm <= LONGEST:
        allowed = f"{SHORTEST:.0f} nm to {LONGEST:.0f} nm, where these dots emit"
        raise OutOfRangeError("target", text, allowed, "--target '470 nm'")
    return nm


def _width(text: str, peak: float) -> float:
    from ..dot.inverse.given import energy_width

    return energy_width(text, "fwhm", HC / peak * 1e9)


@dataclass(frozen=True)
class Candidates:
    """Recipes with what is predicted of them and how they score; one index for all.

    Attributes
    ----------
    rows
        Recipes.
    table
        Predictions, the route's own error included.
    probability
        That all wishes are met [1].
    scores
        ln(probability), with a slight pull of the median to the target.
    """

    rows: pd.DataFrame
    table: pd.DataFrame
    probability: FloatArray
    scores: FloatArray

    @property
    def merit(self) -> FloatArray:
        """What the best of several has most of: score, and a little of the yield."""
        return self.scores + _YIELD_WEIGHT * self.table["plqy"].fillna(0.0).to_numpy(float)


@dataclass(frozen=True)
class Suggestion:
    """One recipe of a route.

    Attributes
    ----------
    route, title
        Of the route.
    recipe
        Columns of the table verb; what is not used is left out.
    predicted
        Columns that ``recipes.predict`` gives.
    probability
        Of meeting every wish, the intervals taken as true [1].
    reason
        One sentence.
    protocol
        Steps with amounts to weigh and measure.
    """

    route: str
    title: str
    recipe: dict[str, Any]
    predicted: dict[str, Any]
    probability: float
    reason: str
    protocol: tuple[str, ...]


@dataclass(frozen=True)
class Design:
    """Answer to a target.

    Attributes
    ----------
    spec
        What was wanted.
    suggestions
        Recipes, best first.
    refused
        Routes that constraints or formula close, with the reason.
    out_of_reach
        Open routes that hardly ever land in the band, with how near they come.
    """

    spec: TargetSpec
    suggestions: tuple[Suggestion, ...]
    refused: dict[str, str]
    out_of_reach: dict[str, str]


def default_predictor() -> Predictor:
    """The predictor of the installation."""
    from . import predict

    return predict


def design(spec: TargetSpec, predict: Predictor | None = None, count: int = 1) -> Design:
    """Find recipes for a target.

    Parameters
    ----------
    spec
        What is wanted and what is allowed.
    predict
        Recipes to predictions; the default is `halodot.recipes.predict`.
    count
        Recipes of each route.

    Raises
    ------
    InputError
        If `count` is not between 1 and 50.
    """
    from .explaining import suggestion

    if not 1 <= count <= 50:
        raise InputError("count", count, "1 to 50", "--count 3")
    routes, refused = open_routes(spec)
    found: list[Suggestion] = []
    far: dict[str, str] = {}
    pools = search(spec, routes, predict or default_predictor())
    for route in routes:
        pool = pools[route.name]
        best = _best(pool, spec, count)
        if not best or float(pool.probability[best[0]]) < _WORTH_TELLING:
            far[route.name] = _out_of_reach(pool, best)
        else:
            found += [suggestion(route, pool, i) for i in best]
    found.sort(key=lambda s: -s.probability)
    return Design(spec, tuple(found), refused, far)


def open_routes(spec: TargetSpec) -> tuple[list[Route], dict[str, str]]:
    """Routes that constraints and formula leave, and why the others are closed."""
    found, refused = [], {}
    for route in routes_to(spec.peak):
        left = holding(route, spec.formula)
        if not isinstance(left, str):
            left = left.within(spec.constraints)
        if isinstance(left, str):
            refused[route.name] = left
        else:
            found.append(left)
    return found, refused


def _best(pool: Candidates, spec: TargetSpec, count: int) -> list[int]:
    where = acquisition.coordinates(pool.rows)
    diversity = float(spec.acquisition.diversity)
    return acquisition.choose(pool.merit, where, count, diversity, np.empty((0, where.shape[1])))


def _out_of_reach(pool: Candidates, best: list[int]) -> str:
    if not best:
        return "none of its recipes can be predicted: " + str(pool.table["status"].iloc[0])
    row = pool.table.iloc[best[0]]
    low, high = row[PEAK[1]], row[PEAK[2]]
    return (
        f"its best recipe gives {row[PEAK[0]]:.0f} nm ({low:.0f} to {high:.0f} nm) and lands with "
        f"probability {float(pool.probability[best[0]]):.2g}"
    )


def evaluate(spec: TargetSpec, routes: list[Route], rows: list[pd.DataFrame],
             predict: Predictor, learned: Learned | None = None) -> list[Candidates]:  # fmt: skip
    """Predict the recipes of several routes in one call and score them."""
    tables = predicted(routes, rows, predict)
    return [scored(spec, r, t, learned) for r, t in zip(rows, tables, strict=True)]


def predicted(
    routes: list[Route], rows: list[pd.DataFrame], predict: Predictor
) -> list[pd.DataFrame]:
    """Predictions of the recipes of several routes, each with its own error included."""
    import pandas as pd

    asked = [route.seen(r) for route, r in zip(routes, rows, strict=True)]
    answer = predict(pd.concat(asked, ignore_index=True).drop(columns="route"))
    found, start = [], 0
    for route, own in zip(routes, rows, strict=True):
        table = answer.iloc[start : start + len(own)].set_axis(own.index)
        start += len(own)
        found.append(widened(table, route.own_error(own, _peak(table))))
    return found


def _peak(table: pd.DataFrame) -> FloatArray:
    return table[PEAK[0]].to_numpy(float)


def widened(table: pd.DataFrame, error: FloatArray) -> pd.DataFrame:
    """Add an independent error [nm, standard deviation] to the intervals of the peak."""
    new = table.copy()
    m = _peak(table)
    for name, sign in ((PEAK[1], -1.0), (PEAK[2], 1.0)):
        half = np.abs(table[name].to_numpy(float) - m)
        new[name] = m + sign * np.hypot(half, Z90 * error)
    return new


def scored(
    spec: TargetSpec, rows: pd.DataFrame, table: pd.DataFrame, learned: Learned | None = None
) -> Candidates:
    """Probability that all wishes are met, and the score."""
    if learned is not None:
        table = learned.corrected(rows, table)
    p = acquisition.landing(table, spec.band)
    if spec.width is not None:
        p = p * acquisition.at_most_width(table, spec.width, spec.acquisition)
    if spec.plqy is not None:
        p = p * acquisition.at_least_yield(table, float(spec.plqy), spec.acquisition)
    if learned is not None:
        p = p * learned.success(rows)
    return Candidates(rows, table, p, acquisition.score(table, spec.band, p))


def search(
    spec: TargetSpec, routes: list[Route], predict: Predictor, learned: Learned | None = None
) -> dict[str, Candidates]:
    """Everything that was evaluated on the way to the best recipes, by the name of the route."""
    from .searching import Searcher

    if not routes:
        return {}
    searchers = [Searcher(r, spec.seed) for r in routes]
    pools: list[list[Candidates]] = [[] for _ in routes]
    for turn in range(ROUNDS + 1):
        genes = [s.sample(SAMPLES) if turn == 0 else s.ask(BATCH) for s in searchers]
        rows = [r.rows(g, spec.constraints) for r, g in zip(routes, genes, strict=True)]
        found = evaluate(spec, routes, rows, predict, learned)
        for s, g, pool, c in zip(searchers, genes, pools, found, strict=True):
            s.tell(g, c.merit)
            pool.append(c)
    return {route.name: joined(pool) for route, pool in zip(routes, pools, strict=True)}


def joined(pools: list[Candidates]) -> Candidates:
    """Several sets of candidates as one."""
    import pandas as pd

    return Candidates(
        pd.concat([c.rows for c in pools], ignore_index=True),
        pd.concat([c.table for c in pools], ignore_index=True),
        np.concatenate([c.probability for c in pools]),
        np.concatenate([c.scores for c in pools]),
    )
