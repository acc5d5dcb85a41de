"""The treatment `anion_exchange`: dots of one halide, or two, and a reagent or other dots."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core.constants import BOLTZMANN
from ...core.errors import InputError
from ...core.sourced import Sourced
from ...crystal.composition import Composition, parse
from ...library import Library
from ..state import DotPopulation, History
from . import anion_exchange as ax
from .drawing import DRAWS, arrhenius, constants, summary
from .lattices import FORMULAS, axis_of, between, binned, lattice, perovskite, scaled, with_site
from .miscibility import CRITICAL, binodal, interaction, spinodal
from .spec import ROOM, AnionExchange

FloatArray = NDArray[np.float64]

_SIZES, _WAITS = 5, 12
_STEPS = 12
_NAMES = (
    "added", "selectivity", "exchange_time", "surface_barrier", "diffusivity",
    "diffusion_barrier", "iodide_slowing", "waiting", "nucleus_size", "nucleus_waiting",
    "switching", "free_halide", "strain_interaction",
)  # fmt: skip
_PRIOR = "from rates that are priors"
_REAGENTS = {
    "PbX2": "PbX2 brings lead as well, which mends the surface",
    "alkylammonium": "alkylammonium halide brings no metal; an excess of amine may strip PbX2",
    "ZnX2": "zinc may enter the lattice as well, which is not counted",
    "TMS-X": "trimethylsilyl halide leaves the lattice as it is (synthesis notes)",
    "dots": "the other dots are taken to have the same sizes",
}


@dataclass(frozen=True)
class _Pair:
    """The two halides, and their shares in what meets."""

    incoming: str
    outgoing: str
    start: float  # share of the incoming halide in the dots
    other: float  # and in the other dots, 1 for a reagent


def exchange_anions(population: DotPopulation, t: AnionExchange, library: Library) -> DotPopulation:
    """Return the dots after an anion exchange, with its history.

    Raises
    ------
    InputError
        If the dots are no ABX3, more than two halides meet, or nothing is there to exchange.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.synthesis import DotsSpec, given
    >>> dots = given(build(DotsSpec, {"formula": "CsPbBr3", "size": "9 nm"}))
    >>> added = {"kind": "anion_exchange", "halide": "Cl", "added": 3}
    >>> exchange_anions(dots, build(AnionExchange, added), Library.builtin()).formula
    'CsPb(Cl0.7936Br0.2064)3'
    """
    run = _run(population, t, library)
    history = _history(run)
    return _handed(run, history, _extras(run))


@dataclass(frozen=True)
class _Run:
    """What goes in and what came out of one exchange, all draws."""

    population: DotPopulation
    t: AnionExchange
    library: Library
    composition: Composition
    pair: _Pair
    drawn: dict[str, FloatArray]
    w: FloatArray  # [draws]
    axis: FloatArray  # [steps]
    problem: ax.Exchange
    sizes: FloatArray  # [kinds]
    course: ax.Course

    @property
    def shares(self) -> FloatArray:
        """Of the incoming halide in each kind of dots, shape [steps, draws, kinds]."""
        found = self.course.shares
        if self.t.against == "time":
            return found
        return found[-1].reshape(len(self.axis), DRAWS, found.shape[-1])

    @property
    def solution(self) -> FloatArray:
        """Of the incoming halide in solution, shape [steps, draws]."""
        found = self.course.solution
        return found if self.t.against == "time" else found[-1].reshape(-1, DRAWS)

    @property
    def mean(self) -> FloatArray:
        """Of the incoming halide in all dots, shape [steps, draws]."""
        moles = self.problem.moles
        return np.asarray(self.shares @ (moles / moles.sum()))


def _run(population: DotPopulation, t: AnionExchange, library: Library) -> _Run:
    composition = perovskite(population.formula, "treatment.kind")
    pair = _pair(composition, t)
    drawn = constants(t, _NAMES)
    w = _interaction(composition, pair, library, t, drawn)
    axis = axis_of(t.against, float(t.time), float(t.added), t.points)
    problem, sizes = _problem(population, pair, t, drawn, w, axis)
    time = axis if t.against == "time" else axis_of("time", float(t.time), 0.0, 12)
    course = ax.solve(problem, time, _STEPS)
    return _Run(population, t, library, composition, pair, drawn, w, axis, problem, sizes, course)


def _pair(composition: Composition, t: AnionExchange) -> _Pair:
    own = composition.site("X")
    met = parse(t.formula).site("X") if t.formula else {str(t.halide): 1.0}
    names = sorted({*own, *met})
    if len(names) > 2:
        raise InputError(
            "treatment.halide", ", ".join(names), "two halides at once",
            "exchange one halide after the other",
        )  # fmt: skip
    gains = {x: met.get(x, 0.0) - own.get(x, 0.0) for x in names}
    incoming = max(gains, key=lambda x: gains[x])
    if gains[incoming] <= 0.0:
        raise InputError(
            "treatment.halide", incoming, "a halide that the dots do not consist of", "another one"
        )
    outgoing = next(x for x in names if x != incoming)
    return _Pair(incoming, outgoing, own.get(incoming, 0.0), met.get(incoming, 0.0))


def _shares(pair: _Pair, x: float) -> dict[str, float]:
    return {pair.incoming: x, pair.outgoing: 1.0 - x}


def _interaction(
    composition: Composition,
    pair: _Pair,
    library: Library,
    t: AnionExchange,
    drawn: dict[str, FloatArray],
) -> FloatArray:
    """Return w = W / kT of the pair."""
    ends = [lattice(with_site(composition, "X", _shares(pair, x)), library) for x in (0.0, 1.0)]
    kt = BOLTZMANN * float(t.temperature)
    return np.asarray(interaction(drawn["strain_interaction"], *ends) / kt)


def _problem(
    population: DotPopulation,
    pair: _Pair,
    t: AnionExchange,
    drawn: dict[str, FloatArray],
    w: FloatArray,
    axis: FloatArray,
) -> tuple[ax.Exchange, FloatArray]:
    """Return the exchange of all draws (and amounts), and the sizes of the kinds."""
    spread = float(population.size_spread) if population.size_spread.is_known else 0.1
    sizes = np.repeat(ax.size_quantiles(float(population.size), spread, _SIZES), _WAITS)
    threshold = np.tile(ax.wait_quantiles(_WAITS), _SIZES)
    rate, hazard = _rates(sizes, pair, t, drawn)
    own = sizes**3 / np.sum(sizes**3)
    start, moles = np.full(len(sizes), pair.start), own
    count = len(axis) if t.against == "amount" else 1
    added = np.tile(drawn["added"], count)
    if t.against == "amount":
        added = np.repeat(axis / max(float(t.added), 1e-300), DRAWS) * added
    reagent, in_reagent = np.maximum(added, 1e-9), np.ones(len(added))
    if t.reagent == "dots":
        q = float(t.added)
        free = np.tile(drawn["free_halide"], count) * (1.0 + q)
        mixed = (pair.start + q * pair.other) / (1.0 + q)
        reagent, in_reagent = free, np.full(len(free), mixed)
        start = np.concatenate([start, np.full(len(start), pair.other)])
        moles = np.concatenate([own, q * own])
        threshold, sizes = np.tile(threshold, 2), np.tile(sizes, 2)
        rate, hazard = np.tile(rate, (1, 2)), np.tile(hazard, (1, 2))
    problem = ax.Exchange(
        start, moles, reagent, in_reagent, np.tile(drawn["selectivity"], count),
        np.tile(w, count), np.tile(rate, (count, 1)), np.tile(hazard, (count, 1)), threshold,
    )  # fmt: skip
    return problem, sizes


def _rates(
    sizes: FloatArray, pair: _Pair, t: AnionExchange, drawn: dict[str, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return 1 / tau and the rate at which waiting ends [1/s], shape [draws, kinds]."""
    temperature = float(t.temperature)
    surface = drawn["exchange_time"] / arrhenius(drawn["surface_barrier"], temperature, ROOM)
    inside = drawn["diffusivity"] * arrhenius(drawn["diffusion_barrier"], temperature, ROOM)
    if "I" in (pair.incoming, pair.outgoing):
        inside = inside / drawn["iodide_slowing"]
    total = np.add(*ax.exchange_time(sizes, surface, inside))
    wait = drawn["waiting"][:, None] * total
    if pair.incoming == "I":
        late = sizes > drawn["nucleus_size"][:, None]
        wait = np.where(late, drawn["nucleus_waiting"][:, None] * wait, wait)
        total = np.where(late, drawn["switching"][:, None] * total, total)
    return 1.0 / total, 1.0 / np.maximum(wait, 1e-30)


def _history(run: _Run) -> History:
    t, pair, mean, moles = run.t, run.pair, run.mean, run.problem.moles
    nominal = run.shares[:, 0]
    grid = between(nominal, FORMULAS)
    formulas = tuple(with_site(run.composition, "X", _shares(pair, float(x))) for x in grid)
    cells = np.array([lattice(f, run.library) for f in formulas])
    at_start = lattice(run.population.formula, run.library)
    weights = binned(nominal, moles, grid)
    spread = np.sqrt(np.average((nominal - mean[:, :1]) ** 2, axis=1, weights=moles))
    reagent = run.problem.reagent.reshape(-1, DRAWS)[:, 0]
    low, high = np.percentile(mean, (5.0, 95.0), axis=1)
    rich = np.average(nominal > 0.5, axis=1, weights=moles)
    low, high = np.minimum(low, mean[:, 0]), np.maximum(high, mean[:, 0])
    curves = {
        "exchanged_share": mean[:, 0],
        "exchanged_share_low": low,
        "exchanged_share_high": high,
        f"share_{pair.incoming}": mean[:, 0],
        f"share_{pair.incoming}_low": low,
        f"share_{pair.incoming}_high": high,
        f"share_{pair.outgoing}": 1.0 - mean[:, 0],
        f"share_{pair.outgoing}_low": 1.0 - high,
        f"share_{pair.outgoing}_high": 1.0 - low,
        "share_spread": spread,
        "halide_in_dots": nominal @ moles,
        "halide_in_solution": reagent * run.solution[:, 0],
    }
    return History(
        axis_name="time" if t.against == "time" else "halide added over lattice halide",
        axis_unit="s" if t.against == "time" else "1",
        axis=run.axis,
        formulas=formulas,
        weights=weights,
        size=float(run.population.size) * (weights @ cells) / at_start,
        phases={f"rich in {pair.incoming}": rich, f"rich in {pair.outgoing}": 1.0 - rich},
        optical_density=float(t.optical_density),
        curves=curves,
    )


def _extras(run: _Run) -> dict[str, Sourced]:
    problem, course, drawn, t = run.problem, run.course, run.drawn, run.t
    held = problem.reagent * course.solution + course.shares @ problem.moles
    error = float(np.max(np.abs(held - problem.total) / problem.total))
    inside = drawn["diffusivity"] * arrhenius(
        drawn["diffusion_barrier"], float(t.temperature), ROOM
    )
    middle = np.array([np.median(run.sizes)])
    surface, through = ax.exchange_time(middle, drawn["exchange_time"], inside)
    found = {
        "exchanged_share": summary(run.mean[-1], "1", f"share of the halide; {_PRIOR}"),
        "exchanged_share_spread": summary(
            np.std(run.shares[-1], axis=1), "1", f"standard deviation over the dots; {_PRIOR}"
        ),
        "exchange_time": summary(
            1.0 / np.median(problem.rate[:DRAWS], axis=1), "s", "of one dot; a prior"
        ),
        "surface_time": summary(surface[:, 0], "s", "surface and release; a prior"),
        "diffusion_time": summary(through[:, 0], "s", "inside the dot; prefactor is a prior"),
        "halide_balance_error": Sourced(error, "1", note="largest over all steps and draws"),
        "interaction_energy": summary(
            run.w * BOLTZMANN * float(t.temperature), "eV", "of the two halides; by what mixes"
        ),
    }
    if t.reagent != "dots":
        rest = ax.equilibrium(run.pair.start, drawn["added"], drawn["selectivity"], run.w)
        found["exchanged_share_equilibrium"] = summary(
            rest.mean, "1", "from the balance and the selectivity, which is a prior"
        )
    return found | _gap(run.w)


def _gap(w: FloatArray) -> dict[str, Sourced]:
    some = w > CRITICAL
    note = f"in {float(np.mean(some)):.0%} of the draws; set by what mixes at 300 K"
    found = {"miscibility_gap": Sourced(float(some[0]), "yes_no", note=note)}
    for name, edge in (("binodal", binodal(w)), ("spinodal", spinodal(w))):
        for end, x in (("low", edge), ("high", 1.0 - edge)):
            found[f"{name}_{end}"] = (
                summary(x, "1", "share of the incoming halide")
                if some[0]
                else Sourced.unknown("1", "the two halides mix at this temperature")
            )
    return found


def _handed(run: _Run, history: History, extras: dict[str, Sourced]) -> DotPopulation:
    """The dots at the end; of a split population those that are more."""
    population, t, pair = run.population, run.t, run.pair
    notes = [f"anion exchange with {t.reagent}: {_REAGENTS[t.reagent]}"]
    x, phases = float(run.mean[-1, 0]), {}
    rich = float(history.phases[f"rich in {pair.incoming}"][-1])
    if run.w[0] > CRITICAL and 0.05 < rich < 0.95:
        ends = [_side(run, history, side) for side in (False, True)]
        x = ends[1] if rich >= 0.5 else ends[0]
        for value, share in zip(ends, (1.0 - rich, rich), strict=True):
            name = with_site(run.composition, "X", _shares(pair, round(value, 4)))
            phases[name] = Sourced(share, "1", note="the population is split")
        notes.append(
            f"{pair.incoming} and {pair.outgoing} do not mix: the dots split into two "
            "compositions; what follows is of the more numerous"
        )
    formula = with_site(run.composition, "X", _shares(pair, round(x, 4)))
    grown = lattice(formula, run.library) / lattice(population.formula, run.library)
    return replace(
        population,
        formula=formula,
        size=scaled(population.size, grown),
        lateral=population.lateral and scaled(population.lateral, grown),
        length=population.length and scaled(population.length, grown),
        phase="unknown",
        phases=phases or {formula: Sourced(1.0, "1")},
        notes=(*population.notes, *notes),
        extras=population.extras | extras,
        history=history,
    )


def _side(run: _Run, history: History, rich: bool) -> float:
    """Mean composition of the dots on one side of the gap at the end."""
    grid = [parse(f).site("X").get(run.pair.incoming, 0.0) for f in history.formulas]
    x = np.array(grid)
    weight = history.weights[-1] * ((x > 0.5) == rich)
    return float(np.average(x, weights=np.maximum(weight, 1e-12)))
