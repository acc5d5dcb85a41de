r"""Hot injection: size from published syntheses, with an interval that shows how they disagree.

Reference 133 of the review finds sizes rising with temperature at Br/Pb = 10, reference 136 finds
them falling: halide-rich flasks are governed by the equilibrium of halide at the surface, others
by supersaturation at injection. No mechanism known decides between them from a recipe alone, so
the logarithm of the size is regressed on temperature, halide and halide-to-lead ratio with an
offset and a slope of its own for each paper (`regression`); for a new recipe both are unknown and
widen the interval.

Where the halide-to-lead ratio of the washed dots is measured, a second estimate is a cube with a
halide-rich surface, ``X/Pb = 3 + 3/n`` with n cells an edge (Dong et al. 2018, Nano Lett. 18,
3716); it enters with its own wide error, as it misses the largest of four published sizes.

Range: Cs-Pb halides, 80 to 210 degC, oleic acid and oleylamine. Growth ends within a second of the
injection; ripening with time is not in the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..core.constants import Z90
from ..crystal.composition import Composition
from ..library.vocabulary import rows_of
from .limits import cells_of_cube
from .regression import Fit, Prior, fit

FloatArray = NDArray[np.float64]

TABLE = "synthesis_sizes.csv"
CELSIUS = 273.15
RANGE = (353.0, 484.0)
_LONG = 600.0  # s in the flask that no published hot injection stayed
_MIDDLE, STEP = 433.15, 50.0  # temperature is counted from 160 degC in steps of 50 K
STOICHIOMETRIC = 3.0
_RATIO_ERROR = 0.12  # sd of X/Pb about 3 + 3/n in four published dots (0.05 to 0.6 off)
_LARGEST_CELLS = 100.0

# ln(size / nm): level, slope per 50 K, offsets of Cl and I, per ln(flask X/Pb over 3), additive
_PRIOR = Prior(
    mean=np.array([np.log(8.0), 0.0, 0.0, 0.0, -0.3, 0.0]),
    sd=np.array([0.5, 0.4, 0.4, 0.4, 0.3, 0.2]),
    between=np.array([0.4, 0.5]),
    within=0.3,
)


@dataclass(frozen=True)
class Synthesis:
    """One published synthesis.

    Attributes
    ----------
    size
        [nm]
    temperature
        [K]
    halides
        Shares of Cl, Br, I.
    ratio
        Halide over lead in the flask, None where it is not stated.
    """

    size: float
    temperature: float
    halides: dict[str, float]
    ratio: float | None
    has_additive: bool
    paper: str

    @property
    def regressors(self) -> FloatArray:
        """Row of the regression."""
        return regressors(self.temperature, self.halides, self.ratio, self.has_additive)


def regressors(
    temperature: float, halides: dict[str, float], ratio: float | None, has_additive: bool
) -> FloatArray:
    """Regressors of one synthesis: level, temperature, Cl, I, flask ratio, additive."""
    warm = (temperature - _MIDDLE) / STEP
    rich = 0.0 if ratio is None else float(np.log(ratio / STOICHIOMETRIC))
    shares = halides.get("Cl", 0.0), halides.get("I", 0.0)
    return np.array([1.0, warm, *shares, rich, float(has_additive)])


@lru_cache(maxsize=1)
def published() -> tuple[Synthesis, ...]:
    """Hot injections of Table 1 of the review.

    A ratio printed beside a Cs/Pb ratio is read as the composition of the dots and left out.

    Examples
    --------
    >>> len(published()), len({s.paper for s in published()})
    (20, 6)
    """
    found = []
    for r in rows_of(TABLE):
        if r["method"] != "hot-injection":
            continue
        halide = next(x for x in ("Cl", "Br", "I") if f"Pb{x}3" in r["material"])
        printed = r["condition"]
        in_flask = printed.startswith("Br/Pb=")
        has_additive = "IDA" in r["ligand"] or "NiCl2" in r["precursor"]
        found.append(
            Synthesis(
                float(r["size_nm"]),
                float(r["temperature_C"]) + CELSIUS,
                {halide: 1.0},
                float(printed.split("=")[1]) if in_flask else None,
                has_additive,
                r["reference"],
            )
        )
    return tuple(found)


def train(rows: Iterable[Synthesis]) -> Fit:
    """Fit the regression to published syntheses."""
    data = tuple(rows)
    x = np.array([s.regressors for s in data])
    papers = sorted({s.paper for s in data})
    number = np.array([papers.index(s.paper) for s in data])
    return fit(np.log([s.size for s in data]), x, x[:, :2], number, _PRIOR)


@lru_cache(maxsize=1)
def trained() -> Fit:
    """The regression on all published syntheses."""
    return train(published())


def interval(fitted: Fit, x: FloatArray) -> tuple[float, float, float]:
    """Median size and its 90 % interval [nm] for regressors `x` of a paper not seen."""
    mean, sd = fitted.predict(x, x[:2])
    low, high = np.exp(mean - Z90 * sd), np.exp(mean + Z90 * sd)
    return float(np.exp(mean)), float(low), float(high)


def left_out() -> list[tuple[Synthesis, tuple[float, float, float]]]:
    """Every published synthesis beside its prediction from the other papers only [nm]."""
    rows = published()
    found = []
    for paper in sorted({s.paper for s in rows}):
        others = train(s for s in rows if s.paper != paper)
        found += [(s, interval(others, s.regressors)) for s in rows if s.paper == paper]
    return found


def composition_estimate(halide_ratio: float, lattice: float) -> tuple[float, float] | None:
    """Mean and standard deviation of ln(size/nm) from the halide-to-lead ratio of the dots.

    None at or below the ratio of the bulk, where the surface says nothing.

    Parameters
    ----------
    halide_ratio
        Of the washed dots.
    lattice
        Lattice constant [m].

    Examples
    --------
    >>> mean, sd = composition_estimate(3.3, 5.87e-10)
    >>> round(float(np.exp(mean)), 2)
    5.87
    """
    surplus = halide_ratio - STOICHIOMETRIC
    if surplus <= STOICHIOMETRIC / _LARGEST_CELLS:
        return None
    cells = cells_of_cube(halide_ratio)
    return float(np.log(cells * lattice * 1e9)), _RATIO_ERROR / surplus


def joined(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    """Two independent normal estimates as one; a disagreement widens the result.

    >>> joined((0.0, 1.0), (0.0, 1.0))[1] < 1.0
    True
    """
    w = np.array([first[1] ** -2.0, second[1] ** -2.0])
    values = np.array([first[0], second[0]])
    mean = float(w @ values / w.sum())
    chi2 = float(w @ (values - mean) ** 2)
    return mean, float(np.sqrt(max(1.0, chi2) / w.sum()))


def outside(composition: Composition, temperature: float, time: float = 0.0) -> str:
    """Why the published syntheses do not cover a recipe, or an empty text."""
    lead, caesium = composition.site("B").get("Pb", 0.0), composition.site("A").get("Cs", 0.0)
    if composition.family != "ABX3" or lead < 0.5 or caesium < 0.5:
        return "no published hot injection of this family is on record"
    if not RANGE[0] <= temperature <= RANGE[1]:
        return "published temperatures run from 80 to 210 degC"
    if time > _LONG:
        return f"none stayed {time:.0f} s in the flask, where dots ripen"
    return ""
