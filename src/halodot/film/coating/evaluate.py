"""From a coating to its thickness, its evenness and its coffee ring, each with an interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ...core.sourced import Sourced
from ...core.spec import Spec, quantity_of
from ...library import Library
from ..sampling import bounds_of, propagate
from . import blend, deposits, drop, ink, marangoni, ring, set_voltage, spin
from .spec import CoatingSpec, InkjetSpec, LayersSpec, SpinSpec, SpraySpec, VapourSpec

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
TABLES: dict[str, tuple[str, type[Spec]]] = {
    "spin": ("spin", SpinSpec),
    "inkjet": ("inkjet", InkjetSpec),
    "spray": ("spray", SpraySpec),
    "layer_by_layer": ("layers", LayersSpec),
    "evaporation": ("vapour", VapourSpec),
}
CLOSE = 0.65  # certainty below which a verdict is called close
BOILING = 9e4  # Pa; above, the ink boils rather than dries


@dataclass(frozen=True)
class Coating:
    """What a coating gives.

    Attributes
    ----------
    values
        By name, as in `UNITS`, and ``coffee_ring``: yes or no, with the reason in its note.
    curves
        ``drop_position``, ``drop_profile``: one dried drop [m]; ``film_map`` and
        ``film_map_width``: thickness over a patch of the film [m], where it is not flat.
    verdict
        ``ring``, ``even`` or ``no solvent``; `confidence` in it, 0.5 to 1.
    """

    values: dict[str, Sourced]
    curves: dict[str, F] = field(default_factory=dict)
    verdict: str = "no solvent"
    confidence: float = 1.0
    reason: str = ""
    notes: tuple[str, ...] = ()


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
        If a solvent is missing or not in the library.

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
    table = TABLES[spec.method][1]
    values = propagate(
        partial(_model, spec, mixture),
        inputs,
        units,
        draws=spec.draws,
        seed=spec.seed,
        bounds=bounds_of(CoatingSpec, table),
    )
    if not mixture.names:
        reason = "evaporation uses no solvent"
        values |= {n: Sourced.unknown(u, reason) for n, u in UNITS.items() if n not in DRY}
        values["coffee_ring"] = Sourced.unknown("yes_no", reason)
        return Coating(values, _curves(spec, values), reason=reason)
    return _judged(spec, mixture, values, inputs)


def _inputs(
    spec: CoatingSpec, mixture: ink.Ink, found: dict[str, Sourced], dot_size: Sourced | None
) -> dict[str, Sourced]:
    """Everything that the model of this method uses, by name."""
    dry = ("concentration", "solids_density", "contact_radius", "contact_angle", "nozzle")
    inputs = dict(found)
    name, table = TABLES[spec.method]
    for owner in (spec, getattr(spec, name)):
        for n in type(owner).model_fields:
            value = getattr(owner, n)
            if quantity_of(type(owner), n) is None or value is None:
                continue
            if mixture.names or n not in dry:
                inputs[n] = value
    inputs["particle_diameter"] = ink.diameter(spec, dot_size)
    if "dot_pitch" not in inputs or (dot_size is not None and dot_size.is_known):
        given = spec.layers.dot_pitch
        is_default = given.basis == "assumed" and dot_size is not None and dot_size.is_known
        inputs["dot_pitch"] = inputs["particle_diameter"] if is_default else given
    del table
    return inputs


def _model(spec: CoatingSpec, mixture: ink.Ink, x: Numbers) -> dict[str, F]:
    """All outputs from one set of numbers, or from arrays of draws."""
    out: dict[str, F] = _wet(mixture, x) if mixture.names else {}
    thickness, uneven = _METHODS[spec.method](spec, mixture, x, out)
    grain = x["dot_pitch"] / np.sqrt(12.0) / thickness
    total = np.sqrt(x["base_roughness"] ** 2 + uneven**2 + grain**2)
    out["film_thickness"], out["thickness_spread"] = thickness, total
    places = spec.weakest_of
    out["set_voltage"] = set_voltage.centre(thickness, total, x["critical_field"], places)
    out["set_voltage_spread"] = set_voltage.spread(total, places)
    return out


def _wet(mixture: ink.Ink, x: Numbers) -> dict[str, F]:
    """A pinned drop of the ink: drying, Peclet number, flow along the surface, ring."""
    angle, temperature = x["contact_angle"], x["temperature"]
    radius = x["contact_radius"]
    if "drop_volume" in x:
        radius = drop.contact_radius(x["drop_volume"], angle)
    size = drop.volume(radius, angle)
    p, eta = ink.pressures(x, mixture), ink.viscosities(x, mixture)
    masses, densities = (ink.column(x, mixture, n) for n in ("molar_mass", "mass_density"))
    moles = [
        s * size * rho / m for s, rho, m in zip(mixture.shares, densities, masses, strict=True)
    ]
    still = 1.0 - x["background"]
    rate = 4.0 * radius * x["vapour_diffusivity"] * still / (drop.GAS * temperature)
    density = ink.by_volume(mixture, densities)
    viscosity = np.exp(ink.by_mole(mixture, [np.log(v) for v in eta]))
    tensions = ink.column(x, mixture, "surface_tension")
    tension = ink.by_mole(mixture, tensions)
    time = blend.drying_time(moles, p, rate)
    moved = blend.diffused(moles, p, eta, rate, x["particle_diameter"], temperature)
    out = {
        "drying_time": time,
        "peclet": radius**2 / moved,
        "z_number": drop.z_number(density, tension, x["nozzle"], viscosity),
        "drop_radius": radius,
        "drop_volume": size,
        "dot_diffusivity": drop.diffusivity(viscosity, x["particle_diameter"], temperature),
        "density": density,
        "viscosity": viscosity,
        "vapour": ink.by_mole(
            mixture,
            [drop.saturated_vapour(a, b, temperature) for a, b in zip(p, masses, strict=True)],
        ),
        "solids": np.minimum(x["concentration"] / x["solids_density"], x["packing"]),
        "boiling": np.maximum.reduce(p),
    }
    return out | _flows(mixture, x, out, tensions, p) | {}


def _flows(
    mixture: ink.Ink, x: Numbers, wet: dict[str, F], tensions: list[F], p: list[F]
) -> dict[str, F]:
    """Marangoni numbers and the ring that is left."""
    depth = marangoni.height(wet["drop_radius"], x["contact_angle"])
    masses = ink.column(x, mixture, "molar_mass")
    heats = ink.column(x, mixture, "vaporisation_enthalpy")
    heat = ink.by_mole(mixture, [h / m for h, m in zip(heats, masses, strict=True)])
    rate = marangoni.flux(
        wet["drop_radius"], wet["vapour"], x["vapour_diffusivity"], x["background"]
    )
    cold = marangoni.cooling(rate, heat, depth, x["heat_conductivity"])
    thermal = marangoni.thermal(
        x["tension_slope"], cold, depth, wet["viscosity"], x["heat_diffusivity"]
    )
    last = int(np.argmin([float(np.mean(v)) for v in p]))
    solutal = marangoni.solutal(
        tensions[last],
        ink.by_mole(mixture, tensions),
        depth,
        wet["viscosity"],
        x["solvent_diffusivity"],
    )
    kept = (1.0 - np.where(thermal > marangoni.STRONG, x["thermal_relief"], 0.0)) * (
        1.0 - np.where(np.abs(solutal) > marangoni.STRONG, x["solutal_relief"], 0.0)
    )
    pe, critical = wet["peclet"], x["critical_peclet"]
    share = ring.share(pe, critical, 1.0 - kept)
    return {
        "thermal_marangoni": thermal,
        "solutal_marangoni": solutal,
        "held_back": 1.0 - kept,
        # a draw holds its own critical number, so that a ring forms or does not
        "ring_chance": np.where(pe > critical, 1.0, 0.0) * kept,
        "ring_share": share,
        "ring_width": ring.width(share, pe, wet["solids"], x["packing"]),
    }


def _spun(spec: CoatingSpec, mixture: ink.Ink, x: Numbers, wet: dict[str, F]) -> tuple[F, F]:
    del spec, mixture
    speed = x["speed"]
    rate = spin.evaporation(
        speed, wet["vapour"], wet["density"], x["vapour_diffusivity"], x["background"],
        x["transfer_coefficient"],
    )  # fmt: skip
    h = spin.wet_thickness(wet["viscosity"], rate, wet["density"], speed)
    wet["drying_time"] = spin.drying_time(x["start_thickness"], h, rate)
    dry = spin.solids(wet["solids"], x["start_thickness"], h) / x["packing"]
    return dry, x["striation"] * wet["ring_share"]


def _printed(spec: CoatingSpec, mixture: ink.Ink, x: Numbers, wet: dict[str, F]) -> tuple[F, F]:
    del mixture
    one, n = wet["drop_volume"], spec.inkjet.passes
    dry = deposits.printed(one, wet["solids"], x["packing"], x["pitch"], n)
    numbers = np.broadcast_arrays(
        wet["drop_radius"], x["pitch"], wet["ring_share"], wet["ring_width"]
    )
    found = [_map_spread(*(float(v) for v in row)) for row in zip(*numbers, strict=True)]
    return dry, np.array(found) * deposits.unmerged(wet["drying_time"], x["line_time"])


def _map_spread(radius: float, pitch: float, share: float, width: float) -> float:
    cell = deposits.printed_map(radius, pitch, share, width)
    return float(cell.std() / cell.mean()) if cell.mean() > 0.0 else 1.0


def _sprayed(spec: CoatingSpec, mixture: ink.Ink, x: Numbers, wet: dict[str, F]) -> tuple[F, F]:
    del mixture
    n = spec.spray.passes
    dry = deposits.sprayed(x["wet_thickness"], wet["solids"], x["packing"], n)
    own = ring.roughness(wet["ring_share"], wet["ring_width"])
    noise = deposits.shot_noise(x["wet_thickness"], n, wet["drop_volume"], wet["drop_radius"], own)
    return dry, noise


def _layered(spec: CoatingSpec, mixture: ink.Ink, x: Numbers, wet: dict[str, F]) -> tuple[F, F]:
    del mixture, wet
    n, filled = spec.layers.cycles, x["filling"]
    return deposits.layered(n, filled, x["dot_pitch"]), deposits.layer_noise(n, filled)


def _evaporated(spec: CoatingSpec, mixture: ink.Ink, x: Numbers, wet: dict[str, F]) -> tuple[F, F]:
    del spec, mixture, wet
    place = (x["substrate_radius"], x["distance"], x["cosine_exponent"])
    mean = x["rate"] * x["duration"] * deposits.vapour_mean(*place)
    return mean, deposits.vapour_spread(*place)


_METHODS = {
    "spin": _spun,
    "inkjet": _printed,
    "spray": _sprayed,
    "layer_by_layer": _layered,
    "evaporation": _evaporated,
}


def _judged(
    spec: CoatingSpec, mixture: ink.Ink, values: dict[str, Sourced], inputs: dict[str, Sourced]
) -> Coating:
    """Add the verdict: chance of a ring in closed form, and why."""
    middle = _model(spec, mixture, {n: np.array([_or_nan(q)]) for n, q in inputs.items()})
    pe, q = values["peclet"], spec.critical_peclet
    if pe.value is None:
        values["ring_chance"] = Sourced.unknown("1", pe.note)
        values["coffee_ring"] = Sourced.unknown("yes_no", pe.note)
        return Coating(values, {}, "unknown", 0.5, pe.note)
    chance = _chance(q, float(pe.value), middle)
    note = "chance that the critical Peclet number, a prior, is exceeded"
    values["ring_chance"] = Sourced(chance, "1", note=note)
    verdict = "ring" if chance > 0.5 else "even"
    sure = max(chance, 1.0 - chance)
    reason = _reason(spec, values, chance)
    values["coffee_ring"] = Sourced(
        float(verdict == "ring"), "yes_no", note=f"{sure:.0%} sure: {reason}"
    )
    notes = list(_warnings(spec, values, float(middle["boiling"][0])))
    return Coating(values, _curves(spec, values), verdict, sure, reason, tuple(notes))


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
        way = "outward, which frees the edge" if solutal > 0.0 else "inward"
        text += f"; the solvent that stays pulls the surface {way}"
    if thermal > marangoni.STRONG:
        text += "; cooling pulls the surface inward against the ring"
    if max(chance, 1.0 - chance) < CLOSE:
        text += "; a close call"
    return text


def _warnings(spec: CoatingSpec, values: dict[str, Sourced], pressure: float) -> list[str]:
    notes = []
    if pressure > BOILING:
        notes.append("the ink boils at this temperature; the drying law does not hold")
    z = values["z_number"].value
    if spec.method == "inkjet" and z is not None and not drop.PRINTABLE[0] < z < drop.PRINTABLE[1]:
        low, high = drop.PRINTABLE
        why = "satellites" if z > high else "it does not leave the nozzle"
        notes.append(f"Z {z:.3g} is outside {low:g} to {high:g} (remembered): {why}")
    radius = values["drop_radius"].value
    if spec.method == "inkjet" and radius and float(spec.inkjet.pitch) > 1.4142 * radius:
        notes.append("the pitch leaves gaps between drops: no closed film")
    if spec.method in ("spin", "layer_by_layer"):
        notes.append("the ring is judged for a drop of this ink; a spun sheet dries uneven instead")
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
    if not coating.values["coffee_ring"].is_known:
        sure = Sourced.unknown("1", coating.reason)
    return coating.values | {"ring_confidence": replace(sure)}
