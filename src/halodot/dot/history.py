r"""Light of dots while something is done to them: spectra against time or added amount.

A `History` has the share of the light that dots of each composition absorb at each step. Their
emission is that of the model of the dots at some compositions, moved in energy for those between
(peaks by a cubic through at most five compositions of a row; spectra with the band of a dopant are
mixed instead), so that a step emits

.. math:: I(E) = T(E) \sum_j w_j \Phi_j S_j(E), \qquad
          T = \frac{1 - 10^{-D A(E)}}{\ln 10 \; D A(E)},

S_j of unit area, Phi_j the yield, w_j the share. T is what leaves a flask that emits evenly along
the path of the light and absorbs with the optical density D A(E), A the mean cross-section of the
dots, 1 at their first exciton. Light of greener dots is so taken up by redder ones: the peak lies
too far to the red, and the light too low, until the compositions have become equal.

Range: light that is absorbed again is lost, not emitted once more; no transfer between dots; the
yield is that of usual dots of the composition. Accuracy: that of the peaks of the model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..crystal.composition import parse
from ..synthesis.state import DotPopulation, History
from .emission import half_width
from .parts import Context
from .state import DotProperties

FloatArray = NDArray[np.float64]

_ANCHORS = 5  # compositions of a row that the model is asked for
_ENERGIES = 900
_CALM = 1e-6


@dataclass(frozen=True)
class Glow:
    """Light of dots of one composition.

    Attributes
    ----------
    peak
        Of the emission [eV].
    energy, emission
        Photon energy [eV] and photons per absorbed photon and eV.
    absorbed_energy, absorption
        Photon energy [eV] and cross-section, 1 at the first exciton.
    moves
        Whether the whole spectrum goes with the peak (not with the band of a dopant).
    """

    peak: float
    energy: FloatArray
    emission: FloatArray
    absorbed_energy: FloatArray
    absorption: FloatArray
    moves: bool


def history(dots: DotProperties, context: Context) -> DotProperties:
    """Part: spectra, peak and width along the history of the dots; without one as they came.

    New curves: ``history_axis``, ``history_energy``, ``history_spectra`` (steps by energies, 1 at
    the highest peak of all), ``history_peak``, ``history_fwhm``. New extras: ``start_peak``,
    ``end_peak``, ``end_fwhm``, ``peak_shift``.
    """
    past = context.population.history
    if past is None:
        return dots
    used = [k for k in range(len(past.formulas)) if np.any(past.weights[:, k] > _CALM)]
    glows = lit(past, used, context)
    if not glows:
        reason = "no light of the dots on the way is known"
        names = ("start_peak", "end_peak", "end_fwhm", "peak_shift")
        return replace(dots, extras=dots.extras | {n: Sourced.unknown("eV", reason) for n in names})
    energy = _axis(list(glows.values()))
    spectra = emitted(past, glows, energy)
    peak, width = _peaks(energy, spectra)
    top = max(float(np.nanmax(spectra)), 1e-300)
    curves = {
        "history_axis": past.axis,
        "history_energy": energy,
        "history_spectra": spectra / top,
        "history_peak": peak,
        "history_fwhm": width,
    }
    return replace(
        dots,
        curves=dots.curves | curves,
        extras=dots.extras | _extras(dots, past, glows, peak, width),
    )


def _extras(
    dots: DotProperties,
    past: History,
    glows: dict[int, Glow],
    peak: FloatArray,
    width: FloatArray,
) -> dict[str, Sourced]:
    bright = np.flatnonzero(np.isfinite(peak))
    first, last = (float(peak[bright[k]]) for k in (0, -1))
    below, above = _reach(past, glows)
    model = dots.pl_energy
    errors = [0.0 if e is None or not model.is_known else e - float(model)
              for e in (model.low, model.high)]  # fmt: skip
    low, high = last - float(np.hypot(below, errors[0])), last + float(np.hypot(above, errors[1]))
    note = "of the ensemble; interval of the model of the dots and of what was exchanged"
    moved = "above 0 to the blue; interval of what was exchanged alone"
    change = last - first
    return {
        "start_peak": Sourced(first, "eV", first + errors[0], first + errors[1], note=note),
        "end_peak": Sourced(last, "eV", low, high, note=note),
        "end_fwhm": Sourced(float(width[bright[-1]]), "eV", note="of the ensemble"),
        "peak_shift": Sourced(change, "eV", change - below, change + above, note=moved),
    }


def _reach(past: History, glows: dict[int, Glow]) -> tuple[float, float]:
    """How far the last peak may lie below and above by what is not known of the exchange [eV]."""
    row = [k for k in _rows(past.formulas)[-1] if k in glows]
    for name in ("exchanged_share", "metal_share"):
        ends = [past.curves.get(f"{name}_{end}") for end in ("low", "high")]
        inside = past.weights[:, row].sum(axis=1) > 1.0 - _CALM
        place = past.weights[:, row] @ np.array(row, float)
        if ends[0] is None or ends[1] is None or len(row) < 3 or np.ptp(place[inside]) < 0.5:
            continue
        share = past.curves[name]
        slope, start = np.polyfit(share[inside], place[inside], 1)
        at = [slope * float(e[-1]) + start for e in (ends[0], share, ends[1]) if e is not None]
        peaks = np.interp(np.clip(at, row[0], row[-1]), row, [glows[k].peak for k in row])
        return float(peaks[1] - peaks.min()), float(peaks.max() - peaks[1])
    return 0.0, 0.0


def lit(past: History, used: list[int], context: Context) -> dict[int, Glow]:
    """Return the light of each composition of `used` that the model of the dots knows."""
    glows: dict[int, Glow] = {}
    for whole in _rows(past.formulas):
        met = [k for k in whole if k in used]
        if not met:
            continue
        row = list(range(met[0], met[-1] + 1))
        places = np.unique(np.linspace(0, len(row) - 1, min(_ANCHORS, len(row))).round())
        anchors = [row[int(p)] for p in places]
        known = {k: g for k in anchors if (g := _glow(past, k, context)) is not None}
        if not known:
            continue
        glows |= _whole_row(row, known)
    return glows


def _whole_row(row: list[int], known: dict[int, Glow]) -> dict[int, Glow]:
    """Light of every composition of a row: moved with the peak, or mixed where bands stand."""
    at, peaks = np.array(list(known), float), np.array([g.peak for g in known.values()])
    moves, found = all(g.moves for g in known.values()), {}
    for k in row:
        near = [a for _, a in sorted((abs(a - k), a) for a in known)][:2]
        if k in known or len(near) < 2:
            found[k] = known[near[0]]
        elif moves:
            found[k] = _moved(known[near[0]], _between(at, peaks, float(k)))
        else:
            a, b = sorted(near)
            found[k] = _mixed(known[a], known[b], (k - a) / (b - a))
    return found


def _rows(formulas: tuple[str, ...]) -> list[list[int]]:
    """Cut the compositions where they do not go on evenly: where two histories were joined."""
    content = [_content(f) for f in formulas]
    rows: list[list[int]] = []
    for k in range(len(formulas)):
        row = rows[-1] if rows else []
        if len(row) == 1 or (len(row) > 1 and _even(content[k - 2], content[k - 1], content[k])):
            row.append(k)
        else:
            rows.append([k])
    return rows


def _content(formula: str) -> dict[str, float]:
    return {f"{role} {s}": x for role, site in parse(formula).sites for s, x in site}


def _even(a: dict[str, float], b: dict[str, float], c: dict[str, float]) -> bool:
    """Whether the step from b to c is about that from a to b."""
    names = {*a, *b, *c}
    first = np.array([b.get(n, 0.0) - a.get(n, 0.0) for n in names])
    second = np.array([c.get(n, 0.0) - b.get(n, 0.0) for n in names])
    return bool(np.abs(first - second).max() < 0.3 * np.abs(first).max() + 1e-5)


def _between(at: FloatArray, peaks: FloatArray, k: float) -> float:
    if len(at) == 1:
        return float(peaks[0])
    from scipy.interpolate import CubicSpline

    return float(CubicSpline(at, peaks)(k)) if len(at) > 2 else float(np.interp(k, at, peaks))


def _moved(glow: Glow, peak: float) -> Glow:
    step = peak - glow.peak
    return replace(
        glow, peak=peak, energy=glow.energy + step, absorbed_energy=glow.absorbed_energy + step
    )


def _mixed(a: Glow, b: Glow, share: float) -> Glow:
    """Light of `share` of `b` and the rest of `a`."""
    energy = np.union1d(a.energy, b.energy)
    light = [np.interp(energy, g.energy, g.emission, 0.0, 0.0) for g in (a, b)]
    at = np.union1d(a.absorbed_energy, b.absorbed_energy)
    taken = [np.interp(at, g.absorbed_energy, g.absorption, 0.0) for g in (a, b)]
    emission, absorption = ((1.0 - share) * x + share * y for x, y in (light, taken))
    return replace(a, energy=energy, emission=emission, absorbed_energy=at, absorption=absorption)


def _glow(past: History, k: int, context: Context) -> Glow | None:
    """Light of composition `k` at the size that the dots have when most of them have it."""
    from .characterisation import characterise

    size = float(past.size[int(np.argmax(past.weights[:, k]))])
    own = context.population
    mean = replace(own.size, value=size, low=None, high=None)
    population: DotPopulation = replace(
        own, formula=past.formulas[k], size=mean, history=None, extras={}, notes=(), partner=""
    )
    found = characterise(population, context.library, context.temperature, context.model)
    if not found.pl_energy.is_known or found.emission_energy.size < 2:
        return None
    area = float(np.trapezoid(found.emission_spectrum, found.emission_energy))
    yields = float(found.plqy) if found.plqy.is_known else 1.0
    at = found.curves.get("absorption_energy", found.emission_energy[[0, -1]])
    section = found.curves.get("absorption_spectrum", np.zeros(2))
    edge = float(np.interp(float(found.optical_gap), at, section)) or 1.0
    return Glow(
        peak=float(found.emission_energy[found.emission_spectrum.argmax()]),
        energy=found.emission_energy,
        emission=yields * found.emission_spectrum / area,
        absorbed_energy=at,
        absorption=section / edge,
        moves=not any(n.startswith("plqy_") for n in found.extras),
    )


def _axis(glows: list[Glow]) -> FloatArray:
    lows, highs = [], []
    for g in glows:
        bright = g.energy[g.emission > 1e-4 * g.emission.max()]
        lows.append(bright[0])
        highs.append(bright[-1])
    return np.linspace(min(lows), max(highs), _ENERGIES)


def emitted(past: History, glows: dict[int, Glow], energy: FloatArray) -> FloatArray:
    """Return photons per energy that leave the flask, shape [steps, energies]."""
    kept = list(glows)
    weights = past.weights[:, kept]
    light = np.array([np.interp(energy, g.energy, g.emission, 0.0, 0.0) for g in glows.values()])
    bright = past.curves.get("emitting", np.ones(len(past.axis)))
    made = np.nan_to_num(bright)[:, None] * (weights @ light)
    if past.optical_density <= 0.0:
        return np.asarray(made)
    taken = np.array(
        [np.interp(energy, g.absorbed_energy, g.absorption, 0.0) for g in glows.values()]
    )
    density = past.optical_density * (weights @ taken)
    return np.asarray(made * escape(density))


def escape(density: FloatArray) -> FloatArray:
    """Return the share of the light that leaves a path of an optical `density` [1].

    Examples
    --------
    >>> escape(np.array([0.0, 1.0])).round(3).tolist()
    [1.0, 0.391]
    """
    x = np.log(10.0) * np.maximum(density, 1e-12)
    return np.asarray(-np.expm1(-x) / x)


def _peaks(energy: FloatArray, spectra: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Peak and full width at half maximum of each step [eV]; not a number in the dark."""
    peak, width = np.full(len(spectra), np.nan), np.full(len(spectra), np.nan)
    dark = 1e-9 * float(np.max(spectra))
    for k, light in enumerate(spectra):
        if light.max() <= dark:
            continue
        peak[k] = _top(energy, light)
        width[k] = half_width(energy, light)
    return peak, width


def _top(energy: FloatArray, light: FloatArray) -> float:
    """Energy of the highest point, by a parabola through it and its neighbours."""
    k = int(light.argmax())
    if not 0 < k < len(energy) - 1:
        return float(energy[k])
    (a, b), c = (light[j] - light[k] for j in (k - 1, k + 1)), energy[1] - energy[0]
    return float(energy[k] + 0.5 * c * (a - b) / (a + b)) if a + b < 0.0 else float(energy[k])
