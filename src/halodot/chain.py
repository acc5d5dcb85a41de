"""The program in one page: from the flask to the circuit, each stage handing over to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from . import circuits, device, dot, figures, film, recipes, synthesis, task
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
from .remembering import remembered
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
        found = [s.status for s in (*stages, *self.traces, *self.figures)]
        return worst(Status.REFUSED if self.failure else Status.OK, *found)


def run(study: Study, library: Library, keep: Keep = at_once) -> Result:
    """Run a study: nominal values first, intervals from draws of all that is uncertain."""
    result = keep("nominal", lambda: with_crystal(measure(study, library), study, library))
    one, count = partial(drawn, study, library), len(result.figures)
    every = (*result.figures, *aside(result, study))
    found = with_intervals(every, one, study.study.draws, keep)
    result = replace(result, figures=found[:count], aside=found[count:])
    if study.array:
        tile = circuits.tile(study, library, result, measure)
        result = replace(result, array=tile)
        if study.task:
            result = replace(result, score=keep("score", lambda: task.evaluate(tile, study.task)))
    return result


def measure(study: Study, library: Library, hand_over: HandOver = lambda state: state) -> Result:
    """Go from the recipe, or wherever the study enters, to the figures of merit."""
    source = study.recipe, study.dots, study.treatment, study.temperature
    population, dots = remembered(_dots, source, library, hand_over)
    solid = remembered(_film, study.film, dots, library, hand_over)
    spec: Any = study.device  # there where protocols are: the study checks that
    traces = tuple(device.measure(solid, spec, p, library) for p in study.protocol)
    found = tuple(_figures(trace, library) for trace in traces)
    return Result(population, dots, solid, traces, found)


def _dots(source: tuple[Any, ...], library: Library, hand_over: HandOver) -> tuple[Any, Any]:
    """The population of a recipe, or the dots given, as treated, and its properties."""
    recipe, given, treatments, temperature = source
    if not (recipe or given):
        return None, None
    made = recipes.make(recipe, library) if recipe else synthesis.given(given, library)
    population = hand_over(made)
    for treatment in treatments:
        population = hand_over(synthesis.treat(population, treatment, library))
    dots = dot.characterise(population, library, temperature, given.model if given else None)
    if recipe and not treatments:
        dots = recipes.corrected(dots, recipe, library)
    return population, hand_over(dots)


def _film(spec: Any, dots: DotProperties | None, library: Library, hand_over: HandOver) -> Any:
    return hand_over(film.assemble(dots, spec, library)) if spec else None


def _figures(trace: Trace, library: Library) -> Figures:
    """Figures of a simulated trace; a record too short for any has none, and says why."""
    try:
        return figures.extract(trace, library)
    except InputError as e:
        note = f"no figures: {e.value} where {e.allowed} is needed"
        return Figures(trace.kind, trace.label, (), trace.status, (*trace.notes, note))


def matter(study: Study, library: Library) -> Result:
    """Return what a study says before anything is measured: crystal, dots and film."""
    return with_crystal(measure(study.model_copy(update={"protocol": ()}), library), study, library)


def drawn(study: Study, library: Library, k: int) -> tuple[Figures, ...]:
    """Return the figures of draw `k` of the study, the library and every hand-over."""
    library = remembered(draw_library, library, study.study.seed, k)
    result = measure(draw(study, k), library, partial(draw_state, seed=study.study.seed, k=k))
    found = iter(result.figures)
    kept = (next(found) if p.in_draws else Figures(p.kind, p.label, ()) for p in study.protocol)
    return *kept, *aside(result, study, k)
