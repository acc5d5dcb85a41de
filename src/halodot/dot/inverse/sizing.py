"""Size from a peak: the question, the posterior, and in words what it leaves open."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import read_quantity
from ...core.status import Status
from ...library import Library
from ..bulk import bulk
from ..spec import DotModel
from .forward import COUNTS, Z90, Forward, Question, predict, thicknesses, with_ensemble
from .given import Spectrum, energy_width, one_size_shape, photon_energy
from .posterior import OPEN, modes, open_ends, over_counts, over_sizes, quantile
from .spread import spread_from, width_verdict
from .state import SizeAnswer

FloatArray = NDArray[np.float64]

SPREAD = 0.1  # of the ensemble, where no width is given; it moves the peak by a few meV
CERTAIN = 0.5  # a monolayer count below this probability is ambiguous
_NO_WIDTH = "needs the full width of the emission: --fwhm '20 nm', or --spectrum"
_WHOLE = (
    "the thickness of platelets comes in whole monolayers: --spectrum resolves a mixture of counts"
)


def size_from(
    formula: str,
    *,
    pl_peak: object = None,
    absorption_peak: object = None,
    spectrum: Spectrum | None = None,
    fwhm: object = None,
    peak_error: object = None,
    shape: str = "cube",
    lateral: object = None,
    temperature: object = "300 K",
    library: Library | None = None,
    model: DotModel | None = None,
) -> SizeAnswer:
    """Return the size of the dots behind a measured peak or spectrum.

    Parameters
    ----------
    formula
        Such as ``CsPbBr3``.
    pl_peak, absorption_peak
        ``"503 nm"`` or ``"2.46 eV"``; one of the two, or `spectrum`.
    spectrum
        A whole spectrum, from which peak, width and spread are fitted.
    fwhm
        Full width of the emission, for the spread of the sizes.
    peak_error
        Standard error of the measured peak, ``"1 nm"``; none is taken where it is not given.
    shape, lateral, temperature
        As of the verb ``dot``; the lateral size is that of platelets.
    library, model
        As of `characterise`.

    Raises
    ------
    InputError
        If none or several of the peaks are given, a unit is missing, or the formula has no model
        of its levels.

    Notes
    -----
    The prior is uniform in ln(size) from two lattice constants to 12 Bohr radii. The model error
    is that of `characterise`, whose interval at every size enters the posterior (`posterior`).

    Examples
    --------
    >>> answer = size_from("CsPbBr3", pl_peak="480 nm")
    >>> answer.size.low < answer.size.value < answer.size.high
    True
    """
    library = library if library is not None else Library.builtin()
    question = _question(
        formula, _which(pl_peak, absorption_peak, spectrum), shape, lateral, temperature,
        library, model,
    )  # fmt: skip
    if spectrum is not None:
        from .spectrum import size_of_spectrum

        if fwhm is not None or peak_error is not None:
            field = "fwhm" if fwhm is not None else "peak_error"
            raise InputError(field, fwhm or peak_error, "nothing beside a spectrum", "leave it out")
        return size_of_spectrum(question, spectrum)
    field = "pl_peak" if pl_peak is not None else "absorption_peak"
    energy = photon_energy(pl_peak if pl_peak is not None else absorption_peak, field)
    error = 0.0 if peak_error is None else energy_width(peak_error, "peak_error", energy)
    if fwhm is not None and question.measured != "pl":
        raise InputError("fwhm", fwhm, "the width of an emission", "give it beside --pl-peak")
    width = None if fwhm is None else energy_width(fwhm, "fwhm", energy)
    peak = Sourced(energy, "eV", basis="given")
    if error:
        peak = replace(peak, low=energy - Z90 * error, high=energy + Z90 * error)
    return answer(question, peak, error, width)


def answer(
    question: Question, peak: Sourced, error: float = 0.0, fwhm: float | None = None
) -> SizeAnswer:
    """Return the answer to one measured peak [eV] of standard error `error` [eV]."""
    if question.shape == "platelet":
        return _platelet(question, peak, error)
    table = predict(question)
    energy = float(peak)
    if question.measured != "pl":
        sizes, density = over_sizes(table, energy, error)
        none = Sourced.unknown("1", "an absorption peak does not tell the spread")
        return worded(question, table, peak, sizes, density, none)
    table = with_ensemble(predict(question), SPREAD)
    sizes, density = over_sizes(table, energy, error)
    spread = Sourced.unknown("1", _NO_WIDTH)
    if fwhm is not None:
        middle = quantile(sizes, density, (np.arange(9) + 0.5) / 9)
        spread = spread_from(table, middle, fwhm)
        if spread.is_known:
            table = with_ensemble(table, float(spread))
            sizes, density = over_sizes(table, energy, error)
    found = worded(question, table, peak, sizes, density, spread)
    return found if fwhm is None else judged(found, table, fwhm)


def judged(found: SizeAnswer, table: Forward, fwhm: float) -> SizeAnswer:
    """Return `found` with the verdict that its width [eV] is not that of dots, where so."""
    middle = quantile(found.grid, found.density, (np.arange(9) + 0.5) / 9)
    off = width_verdict(table, middle, fwhm)
    if not off:
        return found
    verdict, _, why = off.partition(": ")
    notes = (f"width: {off}", f"the size is that of the peak alone: {found.verdict}", *found.notes)
    spread = Sourced.unknown("1", off)
    verdict += ": " + why.rpartition(": ")[2]
    return replace(
        found, verdict=verdict, size_spread=spread, status=Status.OUTSIDE_RANGE, notes=notes
    )


def _which(pl_peak: object, absorption_peak: object, spectrum: Spectrum | None) -> str:
    given = {"pl_peak": pl_peak, "absorption_peak": absorption_peak, "spectrum": spectrum}
    found = [name for name, value in given.items() if value is not None]
    allowed = "exactly one of pl_peak, absorption_peak, spectrum"
    if not found:
        raise InputError("peak", "nothing (it is missing)", allowed, 'pl_peak = "503 nm"')
    if len(found) > 1:
        remedy = "ask twice and compare; the model has a Stokes shift of its own"
        raise InputError("peak", " and ".join(found), allowed, remedy)
    if spectrum is not None:
        if spectrum.kind not in ("pl", "absorption"):
            raise InputError("spectrum.kind", spectrum.kind, "pl or absorption", "pl")
        return spectrum.kind
    return "pl" if pl_peak is not None else "absorption"


def _question(
    formula: str,
    measured: str,
    shape: str,
    lateral: object,
    temperature: object,
    library: Library,
    model: DotModel | None,
) -> Question:
    shape = one_size_shape(shape)
    side = None
    if lateral is not None:
        if shape not in ("platelet", "wire"):
            allowed = "nothing, as only a platelet or a wire has it"
            raise InputError("lateral", lateral, allowed, 'shape = "platelet"')
        doc = "lateral size of a platelet, length of a wire"
        side = read_quantity(lateral, "m", field="lateral", doc=doc)
        _inside("lateral", lateral, float(side), 3e-10, 1e-4, "0.3 nm to 100 um")
    kelvin = float(read_quantity(temperature, "K", field="temperature", doc="of the lattice"))
    _inside("temperature", temperature, kelvin, 1.0, 900.0, "1 to 900 K")
    material = bulk(formula, library)
    if material.missing:
        allowed = f"a formula whose levels have a model. Here: {material.missing}"
        remedy = "name an ABX3 compound, or give its gap, masses and exciton in --materials FILE"
        raise InputError("formula", formula, allowed, remedy)
    return Question(formula, shape, measured, kelvin, library, model, side)


def _inside(field: str, raw: object, value: float, low: float, high: float, words: str) -> None:
    if not low <= value <= high:
        raise InputError(field, raw, words, "check the unit")


def worded(
    question: Question,
    table: Forward,
    peak: Sourced,
    sizes: FloatArray,
    density: FloatArray,
    spread: Sourced,
) -> SizeAnswer:
    """Say what the posterior leaves open."""
    low, middle, high = (float(q) for q in quantile(sizes, density, (0.05, 0.5, 0.95)))
    smallest, largest = open_ends(density)
    energy, limit = float(peak), table.bulk_limit
    ends = f"{sizes[0] * 1e9:.3g} to {sizes[-1] * 1e9:.3g} nm"
    known = Sourced(middle, "m", low, high, "computed", table.sources, f"prior log-uniform, {ends}")
    bounded = Sourced.unknown("m", "no one-sided bound: size has both ends of its interval")
    out: dict[str, Any] = {"size": known, "size_at_least": bounded, "size_at_most": bounded}
    status, notes = Status.OK, [f"prior of the size: uniform in its logarithm, {ends}"]
    verdict = f"determined within a factor {math.sqrt(high / low):.2g}"
    if energy <= float(limit):
        verdict, why = "lower bound only", _below(energy, limit)
        if limit.low is not None and energy < limit.low:
            status = Status.OUTSIDE_RANGE
        out |= _bound("size_at_least", low, why, table)
    elif smallest and energy > float(table.centre[0]):
        verdict, status = "upper bound only", Status.OUTSIDE_RANGE
        why = f"the peak lies above that of the smallest dots of the model, {sizes[0] * 1e9:.3g} nm"
        out |= _bound("size_at_most", high, why, table)
    elif largest:
        verdict = "upper end from the prior"
        why = f"the peak is not told apart from the bulk limit, {_text(limit)}"
        notes.append(f"{why}: the upper end of the size is that of the prior")
        out["size"] = replace(known, note=known.note + "; " + notes[-1])
        out |= {"size_at_least": replace(known, value=low, low=None, high=None)}
    elif modes(density) > 1:
        verdict = "ambiguous"
        notes.append("several separate sizes give this peak; the interval spans them")
    if not out["size"].is_known:
        notes.append(out["size"].note)
    return SizeAnswer(
        question.formula,
        question.shape,
        question.temperature,
        question.measured,
        peak,
        verdict,
        size_spread=spread,
        bulk_limit=limit,
        stokes_shift=table.stokes_shift,
        size_of_model_peak=_on_curve(table, energy),
        prior=(float(sizes[0]), float(sizes[-1])),
        grid=sizes,
        density=density,
        status=status,
        notes=tuple(notes),
        **out,
    )


def _bound(name: str, value: float, why: str, table: Forward) -> dict[str, Sourced]:
    bound = Sourced(value, "m", basis="computed", sources=table.sources, note="95 % bound; " + why)
    other, side = (
        ("size_at_most", "upward") if name == "size_at_least" else ("size_at_least", "downward")
    )
    return {
        "size": Sourced.unknown("m", why + ": only a bound is known"),
        name: bound,
        other: Sourced.unknown("m", f"{why}: nothing limits the size {side}"),
    }


def _on_curve(table: Forward, energy: float) -> Sourced:
    """Size whose central model peak is `energy` [eV], by the curve that the posterior uses."""
    sizes = np.geomspace(table.sizes[0], table.sizes[-1], 4001)
    curve = np.minimum.accumulate(table.spread_of(sizes)[0])  # falls with size
    if not curve[-1] <= energy <= curve[0]:
        ends = f"{curve[-1]:.4g} to {curve[0]:.4g} eV"
        return Sourced.unknown("m", f"no size of the model has this peak: its curve runs {ends}")
    at = float(np.exp(np.interp(energy, curve[::-1], np.log(sizes[::-1]))))
    note = "central model curve read backwards, without its error and the prior"
    return Sourced(at, "m", basis="computed", sources=table.sources, note=note)


def _below(energy: float, limit: Sourced) -> str:
    why = f"the peak of {energy:.4g} eV lies at or below the bulk limit, {_text(limit)}"
    if limit.low is not None and energy < limit.low:
        why += " and below its interval: check composition, phase, temperature and re-absorption"
    return why


def _text(q: Sourced) -> str:
    if q.low is None or q.high is None:
        return f"{float(q):.4g} eV"
    return f"{float(q):.4g} eV ({q.low:.4g} to {q.high:.4g} eV)"


def _platelet(question: Question, peak: Sourced, error: float) -> SizeAnswer:
    table = predict(question, thicknesses(question))
    share = over_counts(table, float(peak), error)
    counts = {int(n): float(p) for n, p in zip(COUNTS, share, strict=True)}
    return counted(question, table, peak, counts, Sourced.unknown("1", _WHOLE))


def counted(
    question: Question,
    table: Forward,
    peak: Sourced,
    counts: dict[int, float],
    spread: Sourced,
    chance: float | None = None,
) -> SizeAnswer:
    """Return the answer for platelets whose counts have these probabilities, or these shares.

    `chance` is the probability of the naming of the bands, where the counts are shares.
    """
    share = np.array(list(counts.values()))
    steps = np.cumsum(share)
    best = int(COUNTS[np.argmax(share)])
    first, last = (min(int(np.searchsorted(steps, q)), len(steps) - 1) for q in (0.05, 0.95))
    low, high = int(COUNTS[first]), int(COUNTS[last])
    low, high = min(low, best), max(high, best)
    cell = float(table.sizes[0])
    prior = f"prior 1/N for {COUNTS[0]} to {COUNTS[-1]} monolayers of {cell * 1e9:.3g} nm"
    thick = Sourced(best * cell, "m", low * cell, high * cell, "computed", table.sources, prior)
    none = Sourced.unknown("m", "no one-sided bound: size has both ends of its interval")
    out: dict[str, Any] = {"size": thick, "size_at_least": none, "size_at_most": none}
    sure = float(share.max()) if chance is None else chance
    verdict, notes = f"determined, probability {sure:.0%}".replace("%", " %"), [prior]
    if share[-1] > OPEN * share.max():
        verdict, why = "lower bound only", "the peak is near the bulk limit, "
        out |= _bound("size_at_least", low * cell, why + _text(table.bulk_limit), table)
        notes.append(out["size"].note)
    elif sure < CERTAIN:
        verdict = "ambiguous"
        named = ", ".join(f"{n}: {p:.0%}" for n, p in counts.items() if p > 0.1)
        notes.append(f"several counts are likely ({named})")
    single = counts[int(COUNTS[0])] > 0.1
    if single:
        notes.append("one monolayer is outside the range of the level model")
    return SizeAnswer(
        question.formula,
        question.shape,
        question.temperature,
        question.measured,
        peak,
        verdict,
        size_spread=spread,
        bulk_limit=table.bulk_limit,
        stokes_shift=table.stokes_shift,
        prior=(float(table.sizes[0]), float(table.sizes[-1])),
        monolayers=Sourced(float(best), "1", float(low), float(high), "computed", table.sources),
        counts=counts,
        lateral=question.lateral,
        grid=table.sizes,
        density=share,
        status=Status.OUTSIDE_RANGE if single else Status.OK,
        notes=tuple(notes),
        **out,
    )
