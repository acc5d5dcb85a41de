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
_ENDS = (0.6, 1000.0)  # nm: a unit cell, and what is no dot any more
_NO_PHASES = ("laser_glass",)


@dataclass(frozen=True)
class Window:
    """Sizes reported for a method: 90 % of them [nm], whether rows stand behind it, and whose."""

    low: float
    high: float
    published: bool
    source: str

    @property
    def mean(self) -> float:
        """Mean of ln(size / nm)."""
        return 0.5 * math.log(self.low * self.high)

    @property
    def sd(self) -> float:
        """Standard deviation of ln(size / nm)."""
        return 0.5 * math.log(self.high / self.low) / Z90


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


_NO_WINDOW = Window(4.0, 40.0, False, "no sizes of this method were reported")


@dataclass(frozen=True)
class Estimate:
    """Mean and standard deviation of ln(size / nm), and where they come from."""

    mean: float
    sd: float
    notes: tuple[str, ...]
    status: Status
    basis: Basis
    sources: tuple[str, ...]


@dataclass(frozen=True)
class ReactorAnswer:
    """What a mill, a glass or a vapour alone says of the dots.

    Attributes
    ----------
    size
        [m] with its interval; None where there is a `reason`.
    shape
        The most probable.
    phases_modelled
        Whether the method has competing phases.
    reason
        Why there is no size, or an empty text.
    """

    size: Sourced | None
    shape: str
    phases_modelled: bool
    reason: str = ""

    @property
    def low(self) -> float | None:
        """Lower end of the size [m]."""
        return None if self.size is None else self.size.low

    @property
    def high(self) -> float | None:
        """Upper end of the size [m]."""
        return None if self.size is None else self.size.high

    def __float__(self) -> float:
        return math.nan if self.size is None else float(self.size)


@lru_cache(maxsize=4096)
def of_reactor(
    method: str, formula: str, temperature: float, time: float, ligand: float = 0.2
) -> ReactorAnswer | None:
    """Return what a mill, a glass or a vapour gives, where the reactor alone says it.

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
    >>> of_reactor("cvd", "CsPbBr3", 573.15, 0.0).reason
    'time_s is 0: cvd takes 0.1 to 1e+06 s'
    """
    if method in WINDOWS or method == "hot_injection":
        return None
    from .kinetics import constants, priors
    from .process_spec import process_of
    from .reactors import reactor_of
    from .reactors.outcome import Batch
    from .recipe_spec import TEMPERATURES, TIMES

    reason = _refused(method, temperature, time)
    if reason:
        return ReactorAnswer(None, "", method not in _NO_PHASES, reason)
    given = {TIMES[method]: Sourced(time, "s")}
    if method in TEMPERATURES:
        given[TEMPERATURES[method]] = Sourced(temperature, "K")
    one, none = Sourced(1e-3, "mol"), Sourced(0.0, "mol")
    flask = Flask(
        method, formula, one, one, {}, none, Sourced(1e-3 * ligand, "mol"), Sourced(1e-5, "m3"),
        Sourced(temperature, "K"), Sourced(time, "s"),
    )  # fmt: skip
    shares = {x: s for x, s in parse(formula).site("X").items() if x in HALIDES}
    batch = Batch(flask, constants(priors(shares or None)), 0.0)
    found = reactor_of(method)(batch, process_of(method, given))
    shape = max(found.shapes, key=lambda name: float(found.shapes[name]))
    modelled, size = method not in _NO_PHASES, found.size_prior
    if size is None or not size.is_known:
        return ReactorAnswer(None, shape, modelled, "" if size is None else size.note)
    return ReactorAnswer(size, shape, modelled)


def _refused(method: str, temperature: float, time: float) -> str:
    """Why a method cannot be run at a temperature [K] for a time [s], or an empty text."""
    from ..core.spec import quantity_of
    from .process_spec import PROCESSES
    from .recipe_spec import TEMPERATURES, TIMES

    asked = (
        (TIMES.get(method), "time_s", time, "s", 0.0),
        (TEMPERATURES.get(method), "temperature_C", temperature, "degC", hot_injection.CELSIUS),
    )
    for name, column, value, unit, zero in asked:
        limits = quantity_of(PROCESSES[method], name) if name else None
        if limits is None:
            continue
        low, high = limits["low"], limits["high"]
        if not low <= value <= high:
            ends = f"{low - zero:.4g} to {high - zero:.4g} {unit}"
            return f"{column} is {value - zero:.4g}: {method} takes {ends}"
    return ""


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


def injected(
    temperature: float,
    shares: dict[str, float],
    ratio: float | None,
    has_additive: bool = False,
    temperature_sd: float = 0.0,
) -> tuple[float, float]:
    """Mean and standard deviation of ln(size / nm) of a hot injection, for files and tables.

    Parameters
    ----------
    temperature
        Of the injection [K]; beyond those published the mean is that of the nearest one.
    shares
        Of Cl, Br, I among the halide.
    ratio
        Halide over lead in the flask, None where it is not stated. Below 3 it counts as 3: lead
        halide alone leaves no halide over.
    temperature_sd
        Of a temperature that is not stated [K].

    Examples
    --------
    >>> injected(413.15, {"Br": 1.0}, 2.0) == injected(413.15, {"Br": 1.0}, 3.0)
    True
    """
    low, high = hot_injection.RANGE
    at_least = None if ratio is None else max(ratio, hot_injection.STOICHIOMETRIC)
    near, own = (
        hot_injection.regressors(t, shares, at_least, has_additive)
        for t in (min(max(temperature, low), high), temperature)
    )
    fitted = hot_injection.trained()
    mean, sd = fitted.predict(near, near[:2])[0], fitted.predict(own, own[:2])[1]
    slope = float(fitted.mean[1]) / hot_injection.STEP
    floor, top = (math.log(end) for end in _ENDS)
    return min(max(mean, floor), top), math.hypot(sd, slope * temperature_sd)


def window(method: str) -> Window:
    """Return the window of sizes of a method, a wide one where none was reported.

    >>> window("larp").published, window("cvd").published
    (True, False)
    """
    return WINDOWS.get(method, _NO_WINDOW)


def bounded(mean: float, sd: float) -> tuple[float, float, float]:
    """Return a size and its 90 % interval [nm] of mean and deviation of ln(size / nm), as of dots.

    >>> bounded(0.0, 10.0)
    (1.0, 0.6, 1000.0)
    """
    floor, top = (math.log(end) for end in _ENDS)
    logs = (mean, mean - Z90 * sd, mean + Z90 * sd)
    value, low, high = (round(math.exp(min(max(x, floor), top)), 12) for x in logs)
    return value, low, high


def _injected(flask: Flask, composition: Composition, has_additive: bool) -> Estimate:
    ratio = None if "halides" in flask.assumed else flask.halide_ratio
    warm = flask.temperature
    width = 0.0 if warm.low is None or warm.high is None else warm.high - warm.low
    mean, sd = injected(
        float(warm), composition.site("X"), ratio, has_additive, width / (2.0 * Z90)
    )
    papers = sorted({s.paper for s in hot_injection.published()})
    note = (
        f"size regressed on {len(hot_injection.published())} hot injections of {len(papers)} "
        "papers, whose trends with temperature have opposite signs"
    )
    sources = ("review", *(f"ref{p}" for p in papers))
    return Estimate(mean, sd, (note,), Status.OK, "fitted", sources)


def _window(flask: Flask) -> Estimate:
    w = window(flask.method)
    note = f"size from the window reported for {flask.method} ({w.source}): a prior alone"
    return Estimate(w.mean, w.sd, (note,), Status.OK, "assumed", (w.source,))


def _outside(flask: Flask, composition: Composition) -> str:
    if flask.method == "hot_injection":
        return hot_injection.outside(composition, float(flask.temperature), float(flask.time))
    lead, caesium = composition.site("B").get("Pb", 0.0), composition.site("A").get("Cs", 0.0)
    if composition.family != "ABX3" or lead < 0.5 or caesium < 0.5:
        return f"no {flask.method} of this family is on record"
    return "" if window(flask.method).published else f"no sizes of {flask.method} are on record"


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
