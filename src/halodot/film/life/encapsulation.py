"""A barrier over a film: water transmission, time lag, and how long the film lasts behind it.

    P(T) = P exp(-E/k (1/T - 1/T0)),  D likewise        each layer, T0 = 25 degC
    WVTR = H p_sat(T) / sum_i d_i / P_i                 H: relative humidity outside
    budget = n M_w d f / V_m                            water that kills the film, per area
    lifetime = lag + budget / WVTR

f is the share of the film that is core, V_m its molar volume, n the water molecules that undo one
formula unit: not known, a prior of two decades. Water from the rim of a device is not counted: give
the seal as a layer. What passes before the steady state is left out; it shortens the lifetime by
less than the lag. `permeation.py` has the laws of layers in series and of pinholes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ...core.constants import AVOGADRO, BOLTZMANN, ELEMENTARY_CHARGE
from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity
from ...library import Library
from ..sampling import bounds_of, propagate
from . import permeation

F = NDArray[np.float64]
REFERENCE = 298.15
GAS = BOLTZMANN * ELEMENTARY_CHARGE * AVOGADRO
WATER = 0.018015  # kg/mol
SATURATED = 3170.0  # Pa, water at 25 degC: python:thermo 0.6.1, library
EVAPORATION = 43.99e3  # J/mol, water
UNITS = {
    "wvtr": "kg/m2/s",
    "time_lag": "s",
    "water_budget": "kg/m2",
    "film_lifetime": "s",
}
POINTS = 120  # of the curve
SHOWN = 40  # draws behind the band of the curve


class BarrierLayer(Spec):
    """One layer, ``{material = "ALD Al2O3", thickness = "25 nm"}``; the first is outside."""

    material: str = Field(description="a barrier of the library or of a file")
    thickness: Sourced | None = quantity(
        "m", "default: that at which the library knows it", low=1e-10, high=1e-1, optional=True
    )
    water_transmission: Sourced | None = quantity(
        "kg/m2/s", "WVTR of this layer, 25 degC, 100 % humidity; above 0, as nothing is tight",
        low=1e-22, high=1.0, optional=True,
    )  # fmt: skip
    water_diffusivity: Sourced | None = quantity(
        "m2/s", "of water in it, 25 degC", low=1e-26, high=1e-4, optional=True
    )
    pinholes: Sourced = quantity(
        "m-2", "holes per area", low=0.0, high=1e14, default="0 m-2", why="none, unless given"
    )
    pinhole_radius: Sourced = quantity(
        "m", "their radius", low=1e-9, high=1e-3, default="0.5 um",
        interval=("0.1 um", "5 um"), why="dust; not measured",
    )  # fmt: skip


class EncapsulationSpec(Spec):
    """A barrier and its surroundings."""

    layer: tuple[BarrierLayer, ...] = Field(
        min_length=1, max_length=50, description="from the outside inward"
    )
    temperature: Sourced = quantity(
        "K", "of the barrier", low=230.0, high=400.0, default="25 degC", why="room"
    )
    humidity: Sourced = quantity(
        "1", "relative humidity outside", low=0.0, high=1.0, default=0.5, interval=(0.3, 0.7),
        why="rooms",
    )  # fmt: skip
    film_thickness: Sourced | None = quantity(
        "m", "of the film; default: as coated, else 200 nm", low=1e-9, high=1e-3, optional=True
    )
    core_share: Sourced = quantity(
        "1", "share of the film that is core", low=0.01, high=1.0, default=0.5,
        interval=(0.35, 0.65), why="dots of 8 to 10 nm in oleyl shells",
    )  # fmt: skip
    molar_volume: Sourced = quantity(
        "m3/mol", "of the cores", low=2e-5, high=1e-3, default="122 cm3/mol",
        interval=("105 cm3/mol", "150 cm3/mol"), why="CsPbBr3, from its cell; CsPbCl3 to CsPbI3",
    )  # fmt: skip
    water_per_formula: Sourced = quantity(
        "1", "water molecules that undo one formula unit", low=1e-4, high=1e4, default=1.0,
        interval=(0.1, 10.0), why="not known: water may act as a catalyst or be bound",
    )  # fmt: skip
    hole_filling: Sourced = quantity(
        "kg/m/s/Pa", "permeability of what fills pinholes", low=1e-22, high=1e-8,
        default="1e-14 kg/m/s/Pa", interval=("1e-15 kg/m/s/Pa", "2e-10 kg/m/s/Pa"),
        why="a polymer that flows in, or air (1.8e-10)",
    )  # fmt: skip
    hole_solubility: Sourced = quantity(
        "kg/m3/Pa", "water that what fills pinholes holds", low=1e-9, high=1.0,
        default="3e-3 kg/m3/Pa", interval=("7e-6 kg/m3/Pa", "1e-2 kg/m3/Pa"),
        why="air (an ideal gas) to a polymer that takes up some per cent",
    )  # fmt: skip
    draws: int = Field(default=400, ge=0, le=100_000, description="draws for the intervals")
    seed: int = Field(default=0, ge=0, description="root of the random draws")


DEFAULT_THICKNESS = Sourced(
    200e-9, "m", 80e-9, 500e-9, "assumed", note="a film of a memory; not stated"
)


@dataclass(frozen=True)
class Sealed:
    """What a barrier gives: `values` as in `UNITS`, `curves` of water against time."""

    values: dict[str, Sourced]
    curves: dict[str, F] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def encapsulate(
    spec: EncapsulationSpec, library: Library | None = None, film: Sourced | None = None
) -> Sealed:
    """Return transmission, time lag and lifetime behind a barrier.

    Parameters
    ----------
    film
        Thickness of the film [m] where `spec` names none.

    Raises
    ------
    InputError
        If a material is not in the library, a layer has no thickness, or pinholes cover it.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> table = {"layer": [{"material": "ALD Al2O3", "thickness": "25 nm"}]}
    >>> round(encapsulate(build(EncapsulationSpec, table)).values["time_lag"].value)
    41667
    """
    inputs = _inputs(spec, library or Library.builtin())
    known = film is not None and film.is_known
    inputs["film_thickness"] = spec.film_thickness or (
        film if film is not None and known else DEFAULT_THICKNESS
    )
    model = partial(_model, len(spec.layer))
    bounds = bounds_of(EncapsulationSpec)
    values = propagate(model, inputs, UNITS, draws=spec.draws, seed=spec.seed, bounds=bounds)
    notes = ["water that enters at the rim is not counted; give the seal as a layer"]
    if any(float(layer.pinholes) > 0.0 for layer in spec.layer):
        notes.append("behind pinholes all is a mean over the area; next to a hole it is faster")
    if all(q.is_known for q in inputs.values()):
        return Sealed(values, _curves(spec, inputs, values), tuple(notes))
    return Sealed(values, {}, tuple(notes))


def _inputs(spec: EncapsulationSpec, library: Library) -> dict[str, Sourced]:
    inputs = {
        n: getattr(spec, n) for n in ("temperature", "humidity", "core_share", "molar_volume")
    }
    more = ("water_per_formula", "hole_filling", "hole_solubility")
    inputs |= {n: getattr(spec, n) for n in more}
    for k, layer in enumerate(spec.layer):
        covered = float(layer.pinholes) * math.pi * float(layer.pinhole_radius) ** 2
        if covered > 1.0:
            field_name = f"encapsulation.layer[{k}].pinholes"
            allowed = f"fewer than cover the layer; these cover it {covered:.3g} times"
            raise InputError(field_name, str(layer.pinholes), allowed, "leave the layer out")
        entry = library.entry("barrier", layer.material)
        at = entry.quantity("barrier_thickness")
        thickness = layer.thickness or at
        if not thickness.is_known:
            field_name = f"encapsulation.layer[{k}].thickness"
            raise InputError(field_name, "nothing (it is missing)", "a thickness", "add it")
        inputs[f"thickness.{k}"] = thickness
        # a WVTR given for the layer is one at its own thickness
        given = layer.water_transmission
        inputs[f"at.{k}"] = at if given is None else thickness
        inputs[f"transmission.{k}"] = given or entry.quantity("water_transmission")
        inputs[f"diffusivity.{k}"] = layer.water_diffusivity or entry.quantity("water_diffusivity")
        inputs[f"activation.{k}"] = entry.quantity("permeation_activation")
        inputs[f"pinholes.{k}"] = layer.pinholes
        inputs[f"pinhole_radius.{k}"] = layer.pinhole_radius
    return inputs


def layers(count: int, x: Mapping[str, F]) -> list[permeation.Layer]:
    """Layers at the temperature of the barrier, pinholes included."""
    kT = 1.0 / x["temperature"] - 1.0 / REFERENCE
    found = []
    for k in range(count):
        d = x[f"thickness.{k}"]
        faster = np.exp(-x[f"activation.{k}"] / BOLTZMANN * kT)
        own = x[f"transmission.{k}"] * x[f"at.{k}"] / SATURATED
        tight = permeation.Layer(d, own * faster, x[f"diffusivity.{k}"] * faster)
        holes = (x[f"pinholes.{k}"], x[f"pinhole_radius.{k}"])
        filling = (x["hole_filling"], x["hole_solubility"])
        found.append(permeation.with_pinholes(tight, *holes, *filling))
    return found


def pressure(x: Mapping[str, F]) -> F:
    """Pressure of water outside [Pa]: humidity times saturation (Clausius and Clapeyron)."""
    turn = (1.0 / x["temperature"] - 1.0 / REFERENCE) * EVAPORATION / GAS
    return x["humidity"] * SATURATED * np.exp(-turn)


def _model(count: int, x: Mapping[str, F]) -> dict[str, F]:
    stack = layers(count, x)
    flow = pressure(x) / permeation.resistance(stack)
    lag = permeation.time_lag(stack)
    moles = x["film_thickness"] * x["core_share"] / x["molar_volume"]
    budget = moles * WATER * x["water_per_formula"]
    with np.errstate(divide="ignore"):
        life = lag + budget / flow
    return {"wvtr": flow, "time_lag": lag, "water_budget": budget, "film_lifetime": life}


def _curves(
    spec: EncapsulationSpec, inputs: dict[str, Sourced], values: dict[str, Sourced]
) -> dict[str, F]:
    """Rate of water [kg/m2 s] and its amount [kg/m2] against time [s], with a band."""
    from ..sampling import sample

    lag = float(values["time_lag"])
    times = np.geomspace(1e-2 * lag, 1e3 * lag, POINTS)
    middle = {n: np.array(float(q)) for n, q in inputs.items()}
    count = len(spec.layer)

    def shown(x: Mapping[str, F]) -> tuple[F, F]:
        found, outside = permeation.course(layers(count, x)), float(pressure(x))
        return found.flux(times) * outside, found.amount(times) * outside

    rate, amount = shown(middle)
    curves = {"barrier_time": times, "barrier_rate": rate, "barrier_amount": amount}
    curves["barrier_lag"] = np.array([lag])
    if spec.draws:
        drawn = {n: sample(n, q, SHOWN, spec.seed, {}) for n, q in inputs.items()}
        drawn["humidity"] = np.clip(drawn["humidity"], 0.0, 1.0)
        many = [shown({n: v[k] for n, v in drawn.items()})[0] for k in range(SHOWN)]
        low, high = np.quantile(many, (0.05, 0.95), axis=0)
        curves |= {"barrier_rate_low": low, "barrier_rate_high": high}
    return curves
