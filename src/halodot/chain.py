"""The program in one page: from the flask to the circuit, each stage handing over to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from . import array, device, dot, figures, film, recipes, synthesis, task
from .answers import aside, with_crystal
from .array.state import Array
from .core.errors import InputError
from .core.sourced import Sourced
from .core.status import Status, worst
from .device.state import Trace
from .dot.state import DotProperties
from .ensemble import Keep, at_once, draw_library, draw_state, with_intervals
from .figures.state import Figures
from .film.state import FilmProperties
from .library import Library
from .study import Study, draw
from .synthesis.state import DotPopulation
from .task.state import Score

HandOver = Callable[[Any], Any]


@dataclass(frozen=True)
class Result:
    """What one run through the flow gives; None or empty where a stage is left out."""

    population: DotPopulation | None = None
    dots: DotProperties | None = None
    film: FilmProperties | None = None
    traces: tuple[Trace, ...] = ()
    figures: tuple[Figures, ...] = ()
    array: Array | None = None
    score: Score | None = None
    crystal: dict[str, Sourced] = field(default_factory=dict)
    aside: tuple[Figures, ...] = ()  # drawn values of film and dots that ratios are asked of
    failure: str = ""  # why it could not be run, beside others that could

    @property
    def status(self) -> Status:
        """The most severe status of all stages."""
        single = (self.population, self.dots, self.film, self.array, self.score)
        stages: list[Any] = [s for s in single if s is not None]
        refused = Status.REFUSED if self.failure else Status.OK
        return worst(refused, *(s.status for s in (*stages, *self.traces, *self.figures)))


def run(study: Study, library: Library, keep: Keep = at_once) -> Result:
    """Run a study: nominal values first, intervals from draws of all that is uncertain."""
    result = keep("nominal", lambda: with_crystal(measure(study, library), study, library))
    one, count = partial(drawn, study, library), len(result.figures)
    nominal = (*result.figures, *aside(result, study))
    found = with_intervals(nominal, one, study.study.draws, keep)
    result = replace(result, figures=found[:count], aside=found[count:])
    if study.array:
        tile = array.build(result.figures[0], study.array, study.study.seed)
        result = replace(result, array=tile)
        if study.task:
            score = keep("score", lambda: task.evaluate(tile, study.task))
            result = replace(result, score=score)
    return result


def measure(study: Study, library: Library, hand_over: HandOver = lambda state: state) -> Result:
    """Go from the recipe, or wherever the study enters, to the figures of merit."""
    population = dots = solid = None
    if study.recipe:
        population = hand_over(recipes.make(study.recipe, library))
    elif study.dots:
        population = hand_over(synthesis.given(study.dots, library))
    if population:
        for treatment in study.treatment:
            population = hand_over(synthesis.treat(population, treatment, library))
        model = study.dots.model if study.dots else None
        dots = dot.characterise(population, library, study.temperature, model)
        if study.recipe and not study.treatment:
            dots = recipes.corrected(dots, study.recipe, library)
        dots = hand_over(dots)
    if study.film:
        solid = hand_over(film.assemble(dots, study.film, library))
    traces, found = [], []
    if study.device:
        for protocol in study.protocol:
            traces.append(device.measure(solid, study.device, protocol, library))
            found.append(_figures(traces[-1], library))
    return Result(population, dots, solid, tuple(traces), tuple(found))


def _figures(trace: Trace, library: Library) -> Figures:
    """Figures of a simulated trace; a record too short for any has none, and says why."""
    try:
        return figures.extract(trace, library)
    except InputError as e:
        note = f"no figures: {e.value} where {e.allowed} is needed"
        return Figures(trace.kind, trace.label, (), trace.status, (*trace.notes, note))


def matter(study: Study, library: Library) -> Result:
    """Return what a study says before anything is measured: crystal, dots and film."""
    unmeasured = study.model_copy(update={"protocol": ()})
    return with_crystal(measure(unmeasured, library), study, library)


def drawn(study: Study, library: Library, k: int) -> tuple[Figures, ...]:
    """Return the figures of draw `k` of the study, the library and every hand-over."""
    seed = study.study.seed
    sample = partial(draw_state, seed=seed, k=k)
    result = measure(draw(study, k), draw_library(library, seed, k), sample)
    found, left_out = iter(result.figures), partial(Figures, figures=())
    kept = (next(found) if p.in_draws else left_out(p.kind, p.label) for p in study.protocol)
    return *kept, *aside(result, study, k)
