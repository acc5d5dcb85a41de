"""The optimiser of one route: an even sample first, then NSGA-II, in batches.

NSGA-II (Deb et al. 2002, doi 10.1109/4235.996017) keeps a population that trades two aims and
crosses and changes its members; the one of optuna takes numbers, logarithms and words alike. Its
first population is the best of the even sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from .routes import Route

FloatArray = NDArray[np.float64]

_WORST = -1e6


class Searcher:
    """Proposes genes of one route and learns from their scores.

    Parameters
    ----------
    route
        Its variables and choices are the space.
    seed
        The same seed, the same search.
    population
        Members of a generation.
    """

    def __init__(self, route: Route, seed: int, population: int = 24) -> None:
        import warnings

        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._space = _space(route)
        self._route, self._seed = route, seed
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.NSGAIISampler(population_size=population, seed=seed)
        self._study = optuna.create_study(directions=["maximize", "maximize"], sampler=sampler)
        self._open: list[Any] = []
        self._population = population

    def sample(self, count: int) -> pd.DataFrame:
        """Spread genes evenly over the box (scrambled Sobol points)."""
        import pandas as pd
        from scipy.stats import qmc

        from ..core.randomness import generator

        names = [*self._route.variables, *self._route.choices]
        rng = generator(self._seed, "inverse", self._route.name)
        points = qmc.Sobol(len(names), rng=rng).random(count)
        columns: dict[str, Any] = {}
        for v, u in zip(self._route.variables, points.T, strict=False):
            ends = np.log([v.low, v.high]) if v.log else np.array([v.low, v.high])
            x = ends[0] + u * (ends[1] - ends[0])
            columns[v.name] = np.clip(np.exp(x) if v.log else x, v.low, v.high)
        for c, u in zip(self._route.choices, points.T[len(self._route.variables) :], strict=True):
            columns[c.name] = np.array(c.options)[(u * len(c.options)).astype(int)]
        return pd.DataFrame(columns)

    def ask(self, count: int) -> pd.DataFrame:
        """Genes of the next generation."""
        import pandas as pd

        self._open = [self._study.ask(self._space) for _ in range(count)]
        return pd.DataFrame([t.params for t in self._open])

    def tell(self, genes: pd.DataFrame, scores: FloatArray, yields: FloatArray) -> None:
        """Say how the last genes did; those of an even sample start the first population."""
        scores = np.where(np.isfinite(scores), scores, _WORST)
        if self._open:
            for t, s, y in zip(self._open, scores, yields, strict=True):
                self._study.tell(t, [float(s), float(y)])
            self._open = []
            return
        for i in np.argsort(-scores)[: self._population]:
            self._study.enqueue_trial({k: _plain(v) for k, v in genes.iloc[i].items()})


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _space(route: Route) -> dict[str, Any]:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    space: dict[str, Any] = {v.name: FloatDistribution(v.low, v.high, log=v.log)
                             for v in route.variables}  # fmt: skip
    return space | {c.name: CategoricalDistribution(list(c.options)) for c in route.choices}
