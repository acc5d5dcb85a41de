"""What a result says under a name: a figure of a record, a property of the dots, of the crystal.

One name means one thing everywhere, so that a reported value needs nothing but the name, a unit
and the variant to find the computed value that belongs beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING

from .core.errors import InputError, nearest
from .core.randomness import generator
from .core.sourced import Sourced
from .core.units import is_unit
from .figures.state import Figure, Figures

if TYPE_CHECKING:
    from .chain import Result
    from .library import Library
    from .study import Study

STAGES = ("film", "dots", "population")
_PHOTON_ENDS = ("_energy", "_gap", "_peak", "_edge", "_onset")
_WIDTH_ENDS = ("_fwhm", "_width")


def computed(result: Result, name: str, protocol: str = "", unit: str = "1") -> Sourced:
    """Return what a result says about `name`, in a unit of the kind of `unit`.

    Records are asked first, then the film, the dots and what their parts added, the crystal.

    Parameters
    ----------
    protocol
        Label of the record to read; empty: any record that has the figure.
    unit
        A photon energy is given as a wavelength where this is a length, with the ends of its
        interval exchanged; yes or no is 1 or 0 of the unit "1".

    Returns
    -------
    Sourced
        Unknown with the reason where nothing gives it.
    """
    if result.failure:
        return Sourced.unknown(unit, result.failure)
    found = list(_found(result, name, protocol))
    if not found:
        return Sourced.unknown(unit, f"nothing in this study computes {name}")
    best = next((q for q in found if q.is_known), found[0])
    return _as_kind_of(unit, name, best, result)


def _found(result: Result, name: str, protocol: str) -> Iterator[Sourced]:
    for figures in result.figures:
        if name in figures and (not protocol or figures.label == protocol):
            yield figures[name].value
    for stage in STAGES:
        value = getattr(getattr(result, stage), name, None)
        if isinstance(value, Sourced):
            yield value
    for more in _extras(result):
        if name in more:
            yield more[name]


def asked(study: Study) -> tuple[str, ...]:
    """Return the names that ratios, differences and yes-or-no rows of a study ask for."""
    rows = (r for r in study.reported if r.others or r.is_)
    return tuple(dict.fromkeys(x.name for r in rows for x in r.rows if x.name))


def aside(result: Result, study: Study, k: int | None = None) -> tuple[Figures, ...]:
    """Return what film and dots say under the names that are asked for draw by draw.

    Parameters
    ----------
    k
        The draw that `result` is of, so that what still has an interval is drawn; None for the
        nominal result.
    """
    found = []
    for name in asked(study):
        stages = (getattr(getattr(result, stage), name, None) for stage in STAGES)
        held = [q for q in stages if isinstance(q, Sourced)]
        held += [more[name] for more in _extras(result)[:-1] if name in more]  # crystals have none
        for q in held[:1]:
            value = q if k is None else q.sample(generator(study.study.seed, "draw", k, name))
            found.append(Figure(name, value, "a property of film or dots"))
    return (Figures("aside", "", tuple(found)),) if found or k is not None else ()


def figure(result: Result, name: str, protocol: str = "") -> Figure | None:
    """Return the figure that `computed` reads, with its draws; None where it has no draws."""
    if result.failure:
        return None
    records = [f for f in result.figures if name in f and (not protocol or f.label == protocol)]
    found = [f[name] for f in records or [f for f in result.aside if name in f]]
    return next((f for f in found if f.value.is_known), found[0] if found else None)


def as_asked(q: Sourced, name: str, unit: str, result: Result) -> Sourced:
    """Return a value of `result` in a unit of the kind of `unit`, as `computed` does."""
    return _as_kind_of(unit, name, q, result)


def _extras(result: Result) -> tuple[dict[str, Sourced], ...]:
    """What the models of film, dots, flask and crystal say beyond the fields of hand-overs."""
    solid = result.film.extras if result.film else {}
    dots = result.dots.extras if result.dots else {}
    flask = result.population.extras if result.population else {}
    task = result.score.named() if result.score else {}
    return task, solid, dots, flask, result.crystal


def names(result: Result) -> set[str]:
    """Return every name under which `result` holds a value, known or not."""
    found = {f.name for figures in result.figures for f in figures.figures}
    for stage in STAGES:
        state = getattr(result, stage)
        if is_dataclass(state):
            found |= {f.name for f in fields(state) if isinstance(getattr(state, f.name), Sourced)}
    return found.union(*_extras(result))


def with_crystal(result: Result, study: Study, library: Library) -> Result:
    """Add the figures of the lattice, where the study asks for more than its stages give."""
    given = names(result) | _of_records(study)
    asked = any(r.name not in given for r in study.reported)
    if study.crystal is None and (result.population is None or not asked):
        return result
    from .crystal import figures

    formula, size, temperature = study.lattice(result.population)
    return replace(result, crystal=figures(formula, library, size, temperature))


def check_names(study: Study, results: Iterable[Result]) -> None:
    """Refuse a ``[[reported]]`` figure whose name no stage of the study can give.

    Parameters
    ----------
    results
        What was computed of the study so far; the records of its protocols may be missing.

    Raises
    ------
    InputError
        Names the nearest name.
    """
    results = tuple(results)
    known = {name for result in results for name in names(result)} | _of_records(study)
    unscored = study.task is not None and all(r.score is None for r in results)
    if not known or unscored:  # every variant was refused; what a score names shows after the task
        return
    for index, reported in enumerate(study.reported):
        for row in reported.rows:
            if row.name and row.name not in known:
                where = f"reported[{index}].name"
                allowed = "a figure of merit, or a property of the dots, the film or the crystal"
                raise InputError(where, row.name, allowed, nearest(row.name, known))


def _of_records(study: Study) -> set[str]:
    """Names that what is measured may give; which of them it gives shows after the run."""
    found: set[str] = set()
    if study.protocol:
        from .figures.names import all_names

        found |= set(all_names())
    return found


def _as_kind_of(unit: str, name: str, q: Sourced, result: Result) -> Sourced:
    if q.unit == "yes_no":
        return replace(q, unit="1")
    if q.unit != "eV" or is_unit(unit, "eV") or not is_unit(unit, "m") or not q.is_known:
        return q
    if name.endswith(_WIDTH_ENDS):
        return width_in_wavelength(q, result.dots.pl_energy) if result.dots else q
    return wavelength(q) if name.endswith(_PHOTON_ENDS) else q


def wavelength(energy: Sourced) -> Sourced:
    """Return the vacuum wavelength [m] of a photon energy [eV]; the ends of the interval swap.

    Examples
    --------
    >>> green = wavelength(Sourced(2.4, "eV", 2.35, 2.45))
    >>> [round(1e9 * x) for x in (green.low, green.value, green.high)]
    [506, 517, 528]
    """
    if energy.value is None:
        return replace(energy, unit="m")
    hc = planck_times_light()
    low, high = (None if e is None else hc / e for e in (energy.high, energy.low))
    return replace(energy, value=hc / energy.value, low=low, high=high, unit="m")


def width_in_wavelength(width: Sourced, peak: Sourced) -> Sourced:
    """Return a width in energy [eV] around `peak` [eV] as a width in wavelength [m].

    ``hc / (E - w/2) - hc / (E + w/2)``, with both ends of the interval at the same peak.

    Examples
    --------
    >>> w = width_in_wavelength(Sourced(0.1, "eV"), Sourced(2.4, "eV"))
    >>> round(1e9 * w.value, 1)
    21.5
    """
    if width.value is None or peak.value is None:
        return Sourced.unknown("m", width.note or peak.note)
    centre, hc = peak.value, planck_times_light()

    def span(w: float | None) -> float | None:
        if w is None:
            return None
        return hc / (centre - 0.5 * w) - hc / (centre + 0.5 * w)

    return replace(
        width, value=span(width.value), low=span(width.low), high=span(width.high), unit="m"
    )


def planck_times_light() -> float:
    """Planck's constant times the speed of light [eV m]."""
    from scipy import constants

    return float(constants.h * constants.c / constants.e)
