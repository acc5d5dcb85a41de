"""Size that published syntheses show for a flask, with what they disagree on.

Hot injections go through the regression of `hot_injection`; other methods have the window of sizes
that was reported for them, a prior. A flask outside what was published gets an interval half as
wide again on a logarithmic scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from ..core.constants import Z90
from ..core.sourced import Basis, Sourced
from ..core.status import Status
from ..crystal.composition import Composition, parse
from . import hot_injection
from .flask import HALIDES, Flask

_OUTSIDE = 1.5


@dataclass(frozen=True)
class Window:
    """Sizes reported for a method: 90 % of them [nm], whether rows stand behind it, and whose."""

    low: float
    high: float
    published: bool
    source: str


WINDOWS = {
    "larp": Window(5.0, 15.0, True, "RSC Adv. 7, 10391 (2017)"),
    "ligand_assisted": Window(4.0, 15.0, True, "RSC Adv. 7, 10391 (2017)"),
    "antisolvent": Window(2.5, 15.0, True, "github.com/leoluber/synthesizer"),
    "emulsion": Window(2.0, 12.0, True, "review, Table 1, ref138"),
    "microfluidic": Window(1.8, 15.0, True, "review, Table 1, ref137"),
    "ultrasonication": Window(5.0, 20.0, False, "cubes; sizes not read"),
    "solvothermal": Window(6.0, 25.0, False, "cubes; sizes not read"),
    "microwave": Window(6.0, 25.0, False, "cubes; sizes not read"),
}


@dataclass(frozen=True)
class Estimate:
    """Mean and standard deviation of ln(size / nm), and where they come from."""

    mean: float
    sd: float
    notes: tuple[str, ...]
    status: Status
    basis: Basis
    sources: tuple[str, ...]


@lru_cache(maxsize=4096)
def of_reactor(
    method: str, formula: str, temperature: float, time: float, ligand: float = 0.2
) -> Sourced | None:
    """Return the size that a mill, a glass or a vapour gives, where the reactor alone says it.

    The same answer as in `making.make`, for tables; None for other methods.

    Parameters
    ----------
    temperature, time
        Of the reaction [K], [s].
    ligand
        Acid and amine per lead [1].

    Examples
    --------
    >>> float(of_reactor("mechanochemical", "CsPbBr3", 298.15, 36_000.0, 1e-3)) < 1e-8
    True
    """
    if method in WINDOWS or method == "hot_injection":
        return None
    from .kinetics import constants, priors
    from .process_spec import process_of
    from .reactors import reactor_of
    from .reactors.outcome import Batch
    from .recipe_spec import TEMPERATURES, TIMES

    given = {TIMES[method]: Sourced(time, "s"), TEMPERATURES.get(method, ""): None}
    if method in TEMPERATURES:
        given[TEMPERATURES[method]] = Sourced(temperature, "K")
    process = process_of(method, {key: q for key, q in given.items() if q is not None})
    one, none = Sourced(1e-3, "mol"), Sourced(0.0, "mol")
    flask = Flask(
        method, formula, one, one, {}, none, Sourced(1e-3 * ligand, "mol"), Sourced(1e-5, "m3"),
        Sourced(temperature, "K"), Sourced(time, "s"),
    )  # fmt: skip
    shares = {x: s for x, s in parse(formula).site("X").items() if x in HALIDES}
    batch = Batch(flask, constants(priors(shares or None)), 0.0)
    return reactor_of(method)(batch, process).size_prior


def predict(flask: Flask, composition: Composition, has_additive: bool = False) -> Estimate:
    """Return the size of the dots of `flask` as published syntheses have it.

    >>> from halodot.core.sourced import Sourced as Q
    >>> from halodot.crystal.composition import parse
    >>> n = Q(1e-4, "mol")
    >>> pot = Flask("larp", "CsPbBr3", n, n, {"Br": Q(3e-4, "mol")}, n, n, Q(1e-5, "m3"),
    ...             Q(298.0, "K"), Q(5.0, "s"))
    >>> round(math.exp(predict(pot, parse("CsPbBr3")).mean), 1)
    8.7
    """
    found = _injected(flask, composition, has_additive)
    if flask.method != "hot_injection":
        found = _window(flask)
    problem = _outside(flask, composition)
    if not problem:
        return found
    notes = (*found.notes, "outside the published syntheses: " + problem)
    return Estimate(
        found.mean, _OUTSIDE * found.sd, notes, Status.OUTSIDE_RANGE, found.basis, found.sources
    )


def _injected(flask: Flask, composition: Composition, has_additive: bool) -> Estimate:
    ratio = None if "halides" in flask.assumed else flask.halide_ratio
    x = hot_injection.regressors(
        float(flask.temperature), composition.site("X"), ratio, has_additive
    )
    mean, sd = hot_injection.trained().predict(x, x[:2])
    papers = sorted({s.paper for s in hot_injection.published()})
    note = (
        f"size regressed on {len(hot_injection.published())} hot injections of {len(papers)} "
        "papers, whose trends with temperature have opposite signs"
    )
    sources = ("review", *(f"ref{p}" for p in papers))
    return Estimate(mean, sd, (note,), Status.OK, "fitted", sources)


def _window(flask: Flask) -> Estimate:
    w = WINDOWS[flask.method]
    mean = 0.5 * math.log(w.low * w.high)
    sd = 0.5 * math.log(w.high / w.low) / Z90
    note = f"size from the window reported for {flask.method} ({w.source}): a prior alone"
    return Estimate(mean, sd, (note,), Status.OK, "assumed", (w.source,))


def _outside(flask: Flask, composition: Composition) -> str:
    if flask.method == "hot_injection":
        return hot_injection.outside(composition, float(flask.temperature))
    lead, caesium = composition.site("B").get("Pb", 0.0), composition.site("A").get("Cs", 0.0)
    if composition.family != "ABX3" or lead < 0.5 or caesium < 0.5:
        return f"no {flask.method} of this family is on record"
    return "" if WINDOWS[flask.method].published else f"no sizes of {flask.method} are on record"


def with_composition(
    estimate: tuple[float, float], ratio: float, cell: float
) -> tuple[tuple[float, float], str]:
    """Join an estimate with the size of a halide-terminated cube whose X/Pb was measured.

    >>> (mean, sd), note = with_composition((2.0, 0.5), 3.3, 5.87e-10)
    >>> sd < 0.5
    True
    """
    found = hot_injection.composition_estimate(ratio, cell)
    if found is None:
        return estimate, "the halide ratio of the dots is that of the bulk and says no size"
    return (
        hot_injection.joined(estimate, found),
        "joined with the size of a halide-terminated cube, X/Pb = 3 + 3/n",
    )
