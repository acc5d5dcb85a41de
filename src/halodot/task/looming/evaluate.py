"""Score a device as the neuron that warns of a collision."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array, Compact
from ...core.errors import InputError
from ...core.randomness import generator
from ...core.sourced import Sourced, computed
from ...core.status import Status, worst
from ..state import Score
from . import directions, software, summary
from .eye import Eye, compound_eye, field
from .peaks import GOOD_R2, GOOD_SPREAD, Line, fit_line, shuffled
from .pictured import pictured, pictured_eye
from .scan import mapped, told
from .spec import EyeSpec, Looming
from .stimulus import CONTROLS, ratios, span
from .trials import MOST_SEED, Setup, Sweep, compound, single, sweeps

F = NDArray[np.float64]
MEASURE = "R2 of peak time against l/v"
CHANCES = 2000  # sweeps of random moments
NOMINAL = 4  # times as many histories of the nominal device as of a draw: their median is the value
ASSUMPTIONS = (
    "the object comes straight at the eye at an even speed; light falls on a cell as the mean of "
    "the scene over its field of view, and lenses lose nothing",
    "energy is what the source gives to all cells of the neuron during the approach in the middle "
    "of the sweep; light, read-out and shutter are not in it",
    "latency is the fitted delay between threshold angle and peak; below zero the peak comes first",
    "a history with fewer than four peaks has an R2 of 0",
)


def evaluate(array: Array, spec: Looming | None = None) -> Score:
    """Run the looming test on the device of an array.

    Parameters
    ----------
    array
        Of a device that has a model in time (`Array.compact`) with light.
    spec
        What is shown, and how the device is driven and read.

    Returns
    -------
    Score
        Its value is the R2 of peak time against l/v of a single neuron, which gets the light of the
        whole field; `others` holds the fitted numbers, the controls, and the same of the eye
        (``eye_...``). A device without such a model has an unknown value, beside the baseline.

    Raises
    ------
    InputError
        If the nominal device cannot be driven as the spec says.

    Examples
    --------
    >>> from halodot import array
    >>> from halodot.figures.state import Figures
    >>> score = evaluate(array.build(Figures("iv", "empty", ())), Looming(eye=None))
    >>> score.value.is_known, score.baseline.value > 0.999
    (False, True)
    """
    spec = Looming() if spec is None else spec
    eye = compound_eye(spec.eye) if spec.eye else None
    pixels = field()
    answers = software.answers(spec, eye, pixels)
    perfect = software.line(spec, answers)
    baseline = computed(perfect.r2, "1", note="reference neuron, the angle read from the scene")
    device, reason = _nominal(array)
    if device is None:
        return _unknown(spec, baseline, perfect, reason, array.seed)
    alone = single(spec, pixels)
    found, lost = _all(array, spec, alone, device)
    others = summary.numbers(found, lost=lost)
    others["r2_shuffled"] = _shuffled(alone, found, array.seed)
    details: dict[str, Any] = {"shortest": float(spec.stimulus.shortest)}
    details |= pictured(alone, found, device, array.seed, answers)
    seen: list[Sweep] = []
    if eye is not None and spec.eye is not None:
        seen, more, eye_details = _eye(array, spec, spec.eye, eye, device)
        others |= more
        details |= eye_details
    others |= _reference(perfect) | _energies(found, alone, device)
    where = ""
    if spec.scan.scales:
        scanned = mapped(spec, device, pixels, array.seed)
        details |= scanned
        where = told(scanned, float(spec.stimulus.shortest))
    value = others["r2"]
    return Score(
        spec.name, value, baseline, chance_of(spec, array.seed),
        others["energy_of_approach"], others["delay_s"], measure=MEASURE,
        verdict=_verdict(value, others, where, spec.draws > 0), others=others, details=details,
        status=worst(array.status, *(s.status for s in (*found, *seen))),
        notes=(*array.notes, *device.notes, *_lost(spec, lost), *ASSUMPTIONS, *_silences(found)),
    )  # fmt: skip


def _nominal(array: Array) -> tuple[Compact | None, str]:
    """The nominal device, or why there is none that can see."""
    if array.compact is None:
        return None, "the device has no model in time that a circuit could drive"
    device = array.compact(None)
    if not device.full_light.is_known:
        return None, f"the device sees no light: {device.full_light.note}"
    return device, ""


def _all(array: Array, spec: Looming, setup: Setup, device: Compact) -> tuple[list[Sweep], int]:
    """Every history of the nominal device and of every draw; how many draws cannot be driven."""
    found, lost = [], 0
    for draw in (None, *range(spec.draws)):
        try:
            cell = device if draw is None or array.compact is None else array.compact(draw)
            cells = [cell] * spec.neuron.copies
            seeds = range(NOMINAL * spec.seeds if draw is None else spec.seeds)
            found += sweeps(setup, cell, cells, draw, seeds, array.seed, "one")
        except InputError:
            if draw is None:
                raise
            lost += 1
    return found, lost


def _lost(spec: Looming, lost: int) -> tuple[str, ...]:
    return (f"{lost} of {spec.draws} draws could not be driven",) if lost else ()


def _eye(
    array: Array, spec: Looming, own: EyeSpec, eye: Eye, device: Compact
) -> tuple[list[Sweep], dict[str, Sourced], dict[str, Any]]:
    """Sweeps of the compound eye, all that is said of them, and what pictures need."""
    if own.bias_share is not None:
        driven = spec.neuron.model_copy(update={"bias": None, "bias_share": own.bias_share})
        spec = spec.model_copy(update={"neuron": driven})
    setup = compound(spec, eye, own.frames)
    seen: list[Sweep] = []
    sides: list[directions.Found] = []
    details: dict[str, Any] = {}
    lost = 0
    for draw in (None, *range(own.draws)):
        try:
            base = device if draw is None or array.compact is None else array.compact(draw)
            cells = batch(base, eye, float(own.spread), array.seed, draw)
            mine = sweeps(setup, base, cells, draw, range(own.seeds), array.seed, "eye")
        except InputError:
            if draw is None:
                raise
            lost += 1
            continue
        seen += mine
        bias = mine[0].bias
        if own.directions and not np.isnan(bias):
            sides.append(directions.found(setup, eye, cells, bias, draw, 0, array.seed))
        if draw is None:
            details = pictured_eye(setup, eye, mine)
    said = summary.numbers(seen, "eye_", lost)
    if sides:
        for which, name in (("device", "direction_accuracy"), ("light", "direction_by_light")):
            said[f"eye_{name}"] = summary.directed([s.right(which) for s in sides],
                                                   len(sides[0].true))  # fmt: skip
        details |= {
            "side_true": sides[0].true, "side_device": sides[0].device, "side_light": sides[0].light
        }  # fmt: skip
    return seen, said, details


def batch(device: Compact, eye: Eye, spread: float, root: int, draw: int | None) -> list[Compact]:
    """Return one cell behind every lens, of one batch: geometry differs by `spread`."""
    rng = generator(root, "looming cells", str(draw))
    seeds = [int(s) for s in np.atleast_1d(rng.integers(MOST_SEED, size=eye.seen.shape[1]))]
    return [device if spread == 0.0 else device.another(spread, s) for s in seeds]


def _reference(perfect: Line) -> dict[str, Sourced]:
    note = "reference neuron through the same eye and the same evaluation"
    return {
        "reference_alpha": computed(perfect.alpha, "1", note=note),
        "reference_delay_s": computed(perfect.delay, "s", note=note),
        "reference_angle_deg": computed(perfect.angle, "deg", note=note),
        "reference_spread_deg": computed(perfect.spread, "deg", note=note),
    }


def _energies(found: list[Sweep], setup: Setup, device: Compact) -> dict[str, Sourced]:
    """Electrical energy of the approach in the middle of the sweep, and the light on the cells."""
    draws, k = [s.draw for s in found], setup.middle
    out = {"energy_of_approach": summary.spread([float(s.energy[k]) for s in found], draws, "J")}
    if not device.area.is_known:
        return out | {"optical_energy_of_approach": Sourced.unknown("J", device.area.note)}
    full = float(device.full_light) * float(device.area)
    light = [full * float(s.dose[k]) for s in found]
    return out | {"optical_energy_of_approach": summary.spread(light, draws, "J")}


def chance_of(spec: Looming, root: int) -> Sourced:
    """Return the R2 of a response at a random moment of each film, evenly in time.

    Films, their starts and their ends scale with l/v unless `collision_time` is given, so that even
    a moment that knows nothing follows l/v.
    """
    ratio = ratios(spec.stimulus)
    first, last = np.array([span(spec.stimulus, float(r)) for r in ratio]).T
    rng = generator(root, "looming chance")
    taus = last + (first - last) * rng.random((CHANCES, len(ratio)))
    many = np.array([fit_line(ratio, tau).r2 for tau in taus])
    low, high = np.quantile(many, [0.05, 0.95])
    mean = float(many.mean())
    note = "mean and 90 % range of a response at a random moment of each film"
    return computed(mean, "1", min(float(low), mean), max(float(high), mean), note=note)


def _shuffled(setup: Setup, found: list[Sweep], root: int) -> Sourced:
    """R2 of the same peaks with shuffled l/v; without peaks, that of any noise, 1/(n - 1)."""
    ratio = np.array([s.film.ratio for s in setup.sweep])
    many = shuffled(ratio, [s.tau for s in found], generator(root, "looming shuffled"))
    if not many.size:
        return computed(1.0 / (len(ratio) - 1), "1", note="no peaks: expected of noise, 1/(n - 1)")
    low, high = np.quantile(many, [0.05, 0.95])
    mean = float(many.mean())
    note = "mean and 90 % range of shuffled l/v"
    return computed(mean, "1", min(float(low), mean), max(float(high), mean), note=note)


def _verdict(value: Sourced, others: dict[str, Sourced], where: str, drawn: bool) -> str:
    """The single neuron against the marks and the controls; its eye; where the map passes."""
    angle, wide = others["threshold_angle_deg"], others["threshold_spread_deg"]
    peaks, share = float(others["non_monotonic"]), others["pass_share"]
    line = float(value) > GOOD_R2 and wide.is_known and float(wide) < GOOD_SPREAD and peaks == 1.0
    told = f"R2 {float(value):.3f}"
    if angle.is_known and wide.is_known:
        told += f", threshold angle {float(angle):.0f} deg within {float(wide):.1f} deg"
    if peaks < 1.0:
        told += f", {100 * peaks:.0f} % of the approaches rise and fall"
    confused = _confused(others, "")
    word = "passes" if line and not confused else "does not pass"
    parts = [
        f"The device {word} as a looming neuron: it {'meets' if line else 'misses'} the marks of "
        f"peak time and angle ({told}; R2 above {GOOD_R2} and {GOOD_SPREAD:g} deg are asked for)",
        _said(confused, "it"),
    ]
    if drawn:
        low, high = (100 * float(e or 0.0) for e in (share.low, share.high))
        parts.insert(1, f"{100 * float(share):.0f} % of draws meet them ({low:.0f} to {high:.0f})")
    if "eye_r2" in others:
        parts.append(_said(_confused(others, "eye_"), "the eye"))
    if "eye_direction_accuracy" in others:
        found, light = others["eye_direction_accuracy"], others["eye_direction_by_light"]
        parts.append(
            f"the eye tells left, front and right in {100 * float(found):.0f} % of the approaches, "
            f"the light alone in {100 * float(light):.0f} %"
        )
    return "; ".join([*parts, *([where] if where else [])]) + "."


def _confused(others: dict[str, Sourced], prefix: str) -> list[str]:
    """Controls whose response is not surely smaller than that to looming."""
    found = [(name, others[f"{prefix}{name}_ratio"]) for name in CONTROLS]
    return [name for name, q in found if not (q.is_known and float(q.high or 0.0) < 1.0)]


def _said(confused: list[str], who: str) -> str:
    words = {"receding": "a receding object", "translating": "one that passes by",
             "dimming": "light that changes everywhere", "empty": "an empty scene"}  # fmt: skip
    if not confused:
        return f"{who} answers less to every control"
    return f"{who} may answer as much to " + ", ".join(words[name] for name in confused)


def _silences(found: list[Sweep]) -> tuple[str, ...]:
    silent = {s.draw for s in found if np.isnan(s.bias)}
    if not silent:
        return ()
    return (f"{len(silent)} devices do not switch up to the largest voltage of their model, have "
            "no bias, and count as without response",)  # fmt: skip


def _unknown(
    spec: Looming, baseline: Sourced, perfect: Line, reason: str, root: int
) -> Score:  # fmt: skip
    none = Sourced.unknown
    return Score(
        spec.name, none("1", reason), baseline, chance_of(spec, root), none("J", reason),
        none("s", reason),
        measure=MEASURE, verdict=f"Not known: {reason}.", others=_reference(perfect),
        status=Status.UNKNOWN,
    )  # fmt: skip
