"""From a coating to its thickness, its evenness and its coffee ring, each with an interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ...core.sourced import Sourced
from ...core.spec import Spec
from ...core.status import Status, worst
from ...library import Library
from ..sampling import bounds_of, propagate
from . import deposits, drop, ink, marangoni, ring, set_voltage, wet
from .methods import METHODS
from .spec import (
    OF_INK,
    TABLE_OF,
    CoatingSpec,
    InkjetSpec,
    LayersSpec,
    SpinSpec,
    SpraySpec,
    VapourSpec,
)

F = NDArray[np.float64]
Numbers = Mapping[str, F]
UNITS = {
    "film_thickness": "m",
    "thickness_spread": "1",
    "drying_time": "s",
    "peclet": "1",
    "z_number": "1",
    "ring_chance": "1",
    "ring_share": "1",
    "ring_width": "1",
    "drop_radius": "m",
    "dot_diffusivity": "m2/s",
    "thermal_marangoni": "1",
    "solutal_marangoni": "1",
    "set_voltage": "V",
    "set_voltage_spread": "1",
}
DRY = ("film_thickness", "thickness_spread", "set_voltage", "set_voltage_spread")
TABLES: dict[str, type[Spec]] = {
    "spin": SpinSpec,
    "inkjet": InkjetSpec,
    "spray": SpraySpec,
    "layer_by_layer": LayersSpec,
    "evaporation": VapourSpec,
}
BOILING = 9e4  # Pa; above, the ink boils rather than dries
FLATTEST = math.radians(40.0)  # contact angle up to which a drop is thin
DILUTE = 0.05  # share of dots up to which an ink flows as its solvent does


@dataclass(frozen=True)
class Coating:
    """What a coating gives.

    Attributes
    ----------
    values
        By name, as in `UNITS`, and ``coffee_ring``: yes or no, with the reason in its note; unknown
        where the verdict is undecided.
    curves
        ``drop_position``, ``drop_profile``: one dried drop [m]; ``film_map`` and
        ``film_map_width``: thickness over a patch of the film [m], where it is not flat.
    verdict
        ``ring``, ``even``, ``undecided``, ``unknown`` or ``no solvent``; `confidence` in the
        likelier of ring and even, 0.5 to 1.
    status
        ``OUTSIDE_RANGE`` where a law or the set voltage is beyond its range, ``UNKNOWN`` where the
        library lacks a property of a solvent.
    """

    values: dict[str, Sourced]
    curves: dict[str, F] = field(default_factory=dict)
    verdict: str = "no solvent"
    confidence: float = 1.0
    reason: str = ""
    notes: tuple[str, ...] = ()
    status: Status = Status.OK


def coat(
    spec: CoatingSpec, library: Library | None = None, dot_size: Sourced | None = None
) -> Coating:
    """Return thickness, evenness and coffee-ring verdict of a coating.

    Parameters
    ----------
    spec
        Method, ink and priors.
    library
        The built-in one where None.
    dot_size
        Core size of the dots [m], for how fast they diffuse.

    Raises
    ------
    InputError
        If a solvent is missing or not in the library, or two do not mix.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> nonane = coat(build(CoatingSpec, {"method": "inkjet", "solvent": "n-nonane"}))
    >>> round(nonane.values["peclet"].value), nonane.verdict
    (155, 'ring')
    """
    mixture, found = ink.of(spec, library or Library.builtin())
    inputs = _inputs(spec, mixture, found, dot_size)
    units = UNITS if mixture.names else {n: UNITS[n] for n in DRY}
    table = TABLES[spec.method]
    values = propagate(
        partial(_model, spec, mixture),
        inputs,
        units,
        draws=spec.draws,
        seed=spec.seed,
        bounds=bounds_of(CoatingSpec, table),
    )
    range_ = _set_voltages(spec, values)
    if not mixture.names:
        reason = "evaporation uses no solvent"
        values |= {n: Sourced.unknown(u, reason) for n, u in UNITS.items() if n not in DRY}
        values["coffee_ring"] = Sourced.unknown("yes_no", reason)
        return Coating(values, _curves(spec, values), reason=reason, status=range_)
    judged = _judged(spec, mixture, values, inputs)
    notes = judged.notes + ((values["set_voltage"].note,) if range_ is not Status.OK else ())
    return replace(judged, status=worst(judged.status, range_), notes=notes)


def _set_voltages(spec: CoatingSpec, values: dict[str, Sourced]) -> Status:
    """Say of set voltages beyond their range that they are bounds; whether they are."""
    uneven, places = values["thickness_spread"].value, spec.weakest_of
    if uneven is None or set_voltage.is_whole(uneven, places):
        return Status.OK
    reason = (
        f"set voltages are bounds, outside the range: the thickness varies by {uneven:.2g} of its "
        f"mean, and above {set_voltage.edge(places):.2g} a film has holes that short cells"
    )
    for name in ("set_voltage", "set_voltage_spread"):
        values[name] = replace(values[name], note=reason)
    return Status.OUTSIDE_RANGE


def _inputs(
    spec: CoatingSpec, mixture: ink.Ink, found: dict[str, Sourced], dot_size: Sourced | None
) -> dict[str, Sourced]:
    """Everything that the model of this method uses, by name."""
    inputs = dict(found)
    for owner in (spec, getattr(spec, TABLE_OF[spec.method])):
        for n in type(owner).model_fields:
            value = getattr(owner, n)
            is_used = bool(mixture.names) or n not in OF_INK
            if isinstance(value, Sourced) and is_used:
                inputs[n] = value
    inputs["particle_diameter"] = ink.diameter(spec, dot_size)
    pitch = spec.layers.dot_pitch
    is_known = dot_size is not None and dot_size.is_known
    inputs["dot_pitch"] = inputs["particle_diameter"] if _is_prior(pitch) and is_known else pitch
    return inputs


def _is_prior(q: Sourced) -> bool:
    return q.basis == "assumed"


def _model(spec: CoatingSpec, mixture: ink.Ink, x: Numbers) -> dict[str, F]:
    """All outputs from one set of numbers, or from arrays of draws."""
    out: dict[str, F] = wet.drying(mixture, x) if mixture.names else {}
    thickness, uneven = METHODS[spec.method](spec, x, out)
    grain = x["dot_pitch"] / np.sqrt(12.0) / thickness
    total = np.sqrt(x["base_roughness"] ** 2 + uneven**2 + grain**2)
    out["film_thickness"], out["thickness_spread"] = thickness, total
    places = spec.weakest_of
    out["set_voltage"] = set_voltage.centre(thickness, total, x["critical_field"], places)
    out["set_voltage_spread"] = set_voltage.spread(total, places)
    return out


def _judged(
    spec: CoatingSpec, mixture: ink.Ink, values: dict[str, Sourced], inputs: dict[str, Sourced]
) -> Coating:
    """Add the verdict: chance of a ring in closed form, and why."""
    middle = _model(spec, mixture, {n: np.array([_or_nan(q)]) for n, q in inputs.items()})
    pe, q = values["peclet"], spec.critical_peclet
    if pe.value is None:
        values["ring_chance"] = Sourced.unknown("1", pe.note)
        values["coffee_ring"] = Sourced.unknown("yes_no", pe.note)
        return Coating(values, {}, "unknown", 0.5, pe.note, mixture.warnings, status=Status.UNKNOWN)
    chance = _chance(q, float(pe.value), middle)
    note = "chance that the critical Peclet number, a prior, is exceeded"
    values["ring_chance"] = Sourced(chance, "1", note=note)
    verdict, sure = ring.verdict(chance), max(chance, 1.0 - chance)
    reason = _reason(spec, values, chance)
    values["coffee_ring"] = (
        Sourced.unknown("yes_no", f"undecided, chance of a ring {chance:.0%}: {reason}")
        if verdict == "undecided"
        else Sourced(float(verdict == "ring"), "yes_no", note=f"{sure:.0%} sure: {reason}")
    )
    beyond = _beyond(spec, float(middle["boiling"][0]))
    notes = (*mixture.warnings, *beyond, *_warnings(spec, values))
    status = Status.OUTSIDE_RANGE if beyond else Status.OK
    return Coating(values, _curves(spec, values), verdict, sure, reason, notes, status)


def _or_nan(q: Sourced) -> float:
    return float("nan") if q.value is None else q.value


def _chance(q: Sourced, pe: float, middle: dict[str, F]) -> float:
    held = middle["held_back"]
    critical = np.array([float(q)])
    if q.low is None or q.high is None or q.low <= 0.0 or q.low == q.high:
        return float(ring.in_doubt((np.array([pe]) > critical) * (1.0 - held))[0])
    low, high = np.array([q.low]), np.array([q.high])
    return float(ring.chance(np.array([pe]), critical, low, high, held)[0])


def _reason(spec: CoatingSpec, values: dict[str, Sourced], chance: float) -> str:
    pe, time = float(values["peclet"]), float(values["drying_time"])
    word = "above" if pe > float(spec.critical_peclet) else "below"
    text = f"Pe {pe:.3g} is {word} the critical {float(spec.critical_peclet):.3g}"
    text += f"; it dries in {time:.2g} s"
    thermal, solutal = (float(values[f"{n}_marangoni"]) for n in ("thermal", "solutal"))
    if abs(solutal) > marangoni.STRONG:
        way = "outward, which frees the edge" if solutal > 0.0 else "inward, which frees no edge"
        text += f"; the solvent that stays pulls the surface {way}"
    if thermal > marangoni.STRONG:
        text += "; cooling pulls the surface inward against the ring"
    if ring.verdict(chance) == "undecided":
        text += "; a close call"
    return text


def _beyond(spec: CoatingSpec, pressure: float) -> list[str]:
    """What lies outside the range of the laws."""
    notes = []
    if pressure > BOILING:
        notes.append("the ink boils at this temperature; the drying law does not hold")
    if float(spec.contact_angle) > FLATTEST:
        notes.append("the contact angle is above 40 degrees; the law is that of a thin drop")
    solids = float(spec.concentration) / float(spec.solids_density)
    if solids >= float(spec.packing):
        notes.append(
            f"{solids:.0%} of the ink would be dots, more than a dry film holds; taken as "
            f"{float(spec.packing):.0%}"
        )
    elif solids > DILUTE:
        notes.append(f"{solids:.0%} of the ink are dots; the laws are for dilute inks")
    return notes


def _warnings(spec: CoatingSpec, values: dict[str, Sourced]) -> list[str]:
    notes = []
    z = values["z_number"].value
    if spec.method == "inkjet" and z is not None and not drop.PRINTABLE[0] < z < drop.PRINTABLE[1]:
        low, high = drop.PRINTABLE
        why = "satellites" if z > high else "it does not leave the nozzle"
        notes.append(f"Z {z:.3g} is outside {low:g} to {high:g} (remembered): {why}")
    radius = values["drop_radius"].value
    if spec.method == "inkjet" and radius and float(spec.inkjet.pitch) > 1.4142 * radius:
        notes.append("the pitch leaves gaps between drops: no closed film")
    sheet = {"spin": "a spun sheet dries uneven", "layer_by_layer": "a layer is rinsed and drained"}
    if spec.method in sheet:
        notes.append(f"the ring is judged for a drop of this ink; {sheet[spec.method]} instead")
    if len(spec.blend) > 1:
        notes.append("the blend is taken as ideal (Raoult), mixed well while it dries")
    return notes


def _curves(spec: CoatingSpec, values: dict[str, Sourced]) -> dict[str, F]:
    """Arrays for pictures: one dried drop, a patch of the film."""
    thickness = values["film_thickness"].value
    if thickness is None:
        return {}
    curves: dict[str, F] = {}
    if values["ring_share"].is_known:
        radius, share, w = (float(values[n]) for n in ("drop_radius", "ring_share", "ring_width"))
        r = np.linspace(-1.15, 1.15, 401)
        critical = spec.critical_peclet
        curves["critical_peclet"] = np.array(
            [
                float(critical) if e is None else e
                for e in (critical.low, critical.value, critical.high)
            ]
        )
        curves["drop_position"] = r * radius
        curves["drop_profile"] = ring.profile(np.abs(r), np.array(share), np.array(w))
        if spec.method == "inkjet":
            cell = deposits.printed_map(radius, float(spec.inkjet.pitch), share, w)
            dried, line = (
                np.array(float(q)) for q in (values["drying_time"], spec.inkjet.line_time)
            )
            cell = cell.mean() + (cell - cell.mean()) * deposits.unmerged(dried, line)
            curves["film_map"] = np.tile(cell * thickness, (3, 3))
            curves["film_map_width"] = np.array([3.0 * float(spec.inkjet.pitch)])
        if spec.method == "spray":
            covering = deposits.shot_noise(
                np.array(float(spec.spray.wet_thickness)), spec.spray.passes,
                drop.volume(np.array(radius), np.array(float(spec.contact_angle))),
                np.array(radius), np.array(0.0),
            )  # fmt: skip
            count = float(covering) ** -2
            patch = deposits.sprayed_map(count, share, w, spec.seed)
            curves["film_map"] = patch * thickness
            curves["film_map_width"] = np.array([deposits.PATCH * radius])
    if spec.method == "evaporation":
        v = spec.vapour
        r = np.linspace(-1.0, 1.0, 201) * float(v.substrate_radius)
        place = (np.array(float(v.distance)), np.array(float(v.cosine_exponent)))
        axis = float(v.rate) * float(v.duration)
        curves["film_position"] = r
        curves["film_profile"] = axis * deposits.vapour_profile(r, *place)
    return curves


def named(coating: Coating) -> dict[str, Sourced]:
    """Values of a coating, with the verdict's certainty among them."""
    sure = Sourced(coating.confidence, "1", note=coating.reason)
    if not coating.values["ring_chance"].is_known:
        sure = Sourced.unknown("1", coating.reason)
    return coating.values | {"ring_confidence": replace(sure)}
