"""How a film ages in air: water, oxygen, light and heat, each a rate that is hardly known.

    k_water  = k_w H^m e(theta) a(T)                   H: relative humidity
    k_oxygen = k_o (x_O2 / 0.21) (I / I0) e(theta) a(T)      oxygen acts where there is light
    k_light  = k_l (I / I0) a(T)                       I0 = 1000 W/m2
    k_heat   = nu exp(-E_h / kT)                       loss of ligands, then of the dot
    a(T)     = exp(-E/k (1/T - 1/T0)),   e(theta) = (1 - theta) + b theta
    left     = exp(-(k t)^beta),   k = k_water + k_oxygen + k_light + k_heat

theta is the share of a full ligand shell, b what a full shell lets pass. Behind a barrier water
comes no faster than it passes: 1/k_water' = 1/k_water + budget/WVTR, and oxygen is held back as
much as water is, an assumption. No rate was read for films of CsPbBr3 dots: each is a prior of two
decades, so that the answer is an order of magnitude; `left` is light that is left, or any figure
that falls with the share of intact dots. The only published hint, 100 days in air without loss of a
CsPbBr3/DNTT transistor (review, ref 154), was not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ...core.constants import BOLTZMANN
from ...core.sourced import Sourced, assumed
from ...core.spec import Spec, quantity
from ..sampling import bounds_of, propagate, sample

F = NDArray[np.float64]
REFERENCE = 298.15
SUN = 1000.0
AIR = 0.21
POINTS = 81
ATTEMPTS = 1e13  # 1/s, of a bond
KEPT = 0.8  # the share whose time is given as lifetime
CAUSES = ("water", "oxygen", "light", "heat")
UNITS = {"survival": "1", "air_lifetime": "s"} | {f"loss_by_{c}": "1/s" for c in CAUSES}
SHELL = assumed(0.85, "1", 0.7, 1.0, "a film as delivered; no count of ligands read")


def _decades(why: str, value: str, low: str, high: str, doc: str) -> Sourced:
    found: Sourced = quantity(
        "1/s", doc, low=0.0, high=1e3, default=value, interval=(low, high), why=why
    )
    return found


class AgeingSpec(Spec):
    """Surroundings of a film and priors of what they do to it."""

    duration: Sourced = quantity(
        "s", "time of the curve", low=1.0, high=1e10, default="100 day", why="asked for"
    )
    humidity: Sourced = quantity(
        "1", "relative humidity at the barrier, or at the bare film", low=0.0, high=1.0,
        default=0.5, interval=(0.3, 0.7), why="rooms",
    )  # fmt: skip
    oxygen: Sourced = quantity(
        "1", "share of oxygen in the gas", low=0.0, high=1.0, default=0.21, why="air"
    )
    light: Sourced = quantity(
        "W/m2", "irradiance that the film absorbs", low=0.0, high=1e7, default="0 W/m2",
        why="stored in the dark",
    )  # fmt: skip
    temperature: Sourced = quantity(
        "K", "of the film", low=200.0, high=600.0, default="25 degC", why="room"
    )
    coverage: Sourced | None = quantity(
        "1", "share of a full ligand shell; default: that of the film, else 0.85",
        low=0.0, high=1.0, optional=True,
    )  # fmt: skip
    water_rate: Sourced = _decades(
        "bare dots lose their light in days to months; two decades", "5e-7 1/s", "5e-8 1/s",
        "5e-6 1/s", "k_w of bare dots in saturated air",
    )  # fmt: skip
    oxygen_rate: Sourced = _decades(
        "photo-oxidation; no rate read, two decades", "1e-6 1/s", "1e-7 1/s", "1e-5 1/s",
        "k_o of bare dots in air under one sun",
    )  # fmt: skip
    light_rate: Sourced = _decades(
        "light without air; no rate read, two decades", "3e-7 1/s", "3e-8 1/s", "3e-6 1/s",
        "k_l under one sun",
    )  # fmt: skip
    heat_barrier: Sourced = quantity(
        "eV", "E_h of the loss of ligands", low=0.3, high=5.0, default="1.4 eV",
        interval=("1.2 eV", "1.7 eV"), why="binding of the shell (film_ligands), 1.2 to 1.8 eV",
    )  # fmt: skip
    activation: Sourced = quantity(
        "eV", "E of the other rates", low=0.0, high=3.0, default="0.5 eV",
        interval=("0.3 eV", "0.8 eV"), why="no Arrhenius plot read",
    )  # fmt: skip
    humidity_order: Sourced = quantity(
        "1", "m", low=0.0, high=5.0, default=1.5, interval=(1.0, 2.5),
        why="between one water molecule and adsorbed layers",
    )  # fmt: skip
    leak: Sourced = quantity(
        "1", "b, what a full shell lets pass", low=0.0, high=1.0, default=0.1,
        interval=(0.02, 0.4), why="ligands keep water off but come and go; not measured",
    )  # fmt: skip
    stretching: Sourced = quantity(
        "1", "beta", low=0.1, high=1.0, default=0.8, interval=(0.5, 1.0),
        why="dots differ; decays of films are rarely single exponentials",
    )  # fmt: skip
    draws: int = Field(default=400, ge=0, le=100_000, description="draws for the intervals")
    seed: int = Field(default=0, ge=0, description="root of the random draws")


@dataclass(frozen=True)
class Aged:
    """What ageing gives: `values` as in `UNITS`, `curves` of what is left against time."""

    values: dict[str, Sourced]
    curves: dict[str, F] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def age(
    spec: AgeingSpec,
    coverage: Sourced | None = None,
    barrier: Mapping[str, Sourced] | None = None,
) -> Aged:
    """Return what is left of a film after a time in given surroundings.

    Parameters
    ----------
    coverage
        Of the film's ligand shell [1], where `spec` names none.
    barrier
        ``wvtr`` [kg/m2 s] and ``water_budget`` [kg/m2] of an encapsulation; None: bare.

    Examples
    --------
    >>> left = age(AgeingSpec()).values["survival"]
    >>> left.low < left.value < left.high
    True
    """
    inputs = {n: q for n in type(spec).model_fields if isinstance(q := getattr(spec, n), Sourced)}
    known = coverage is not None and coverage.is_known
    inputs["coverage"] = spec.coverage or (coverage if coverage is not None and known else SHELL)
    sealed = barrier is not None and all(q.is_known for q in barrier.values())
    if barrier is not None and sealed:
        inputs |= {n: barrier[n] for n in ("wvtr", "water_budget")}
    bounds = bounds_of(AgeingSpec)
    values = propagate(
        partial(_model), inputs, UNITS, draws=spec.draws, seed=spec.seed, bounds=bounds
    )
    notes = ("rates of ageing are priors of two decades: the lifetime is an order of magnitude",)
    return Aged(values, _curves(spec, inputs, bounds), notes)


def rates(x: Mapping[str, F]) -> dict[str, F]:
    """Rates of loss [1/s] by cause."""
    turn = 1.0 / x["temperature"] - 1.0 / REFERENCE
    faster = np.exp(-x["activation"] / BOLTZMANN * turn)
    bare = (1.0 - x["coverage"]) + x["leak"] * x["coverage"]
    suns = x["light"] / SUN
    water = x["water_rate"] * x["humidity"] ** x["humidity_order"] * bare * faster
    oxygen = x["oxygen_rate"] * x["oxygen"] / AIR * suns * bare * faster
    if "wvtr" in x:
        supply = x["wvtr"] / x["water_budget"]
        held = supply / np.maximum(supply + water, 1e-300)
        held = np.where(water > 0.0, held, 1.0)  # its limit as the room dries
        water, oxygen = water * held, oxygen * held
    heat = ATTEMPTS * np.exp(-x["heat_barrier"] / (BOLTZMANN * x["temperature"]))
    light = x["light_rate"] * suns * faster
    return {"water": water, "oxygen": oxygen, "light": light, "heat": heat}


def left(x: Mapping[str, F], time: F) -> F:
    """Share that is left after `time` [s]."""
    k = sum(rates(x).values())
    return np.asarray(np.exp(-((k * time) ** x["stretching"])))


def _model(x: Mapping[str, F]) -> dict[str, F]:
    found = rates(x)
    whole = np.asarray(sum(found.values()))
    life = (-np.log(KEPT)) ** (1.0 / x["stretching"]) / np.maximum(whole, 1e-30)
    out = {"survival": left(x, x["duration"]), "air_lifetime": life}
    return out | {f"loss_by_{cause}": k for cause, k in found.items()}


def _curves(
    spec: AgeingSpec, inputs: dict[str, Sourced], bounds: dict[str, tuple[float, float]]
) -> dict[str, F]:
    times = np.linspace(0.0, float(spec.duration), POINTS)
    middle = {n: np.array(float(q)) for n, q in inputs.items()}
    curves = {"ageing_time": times, "ageing_left": left(middle, times)}
    if spec.draws:
        drawn = {n: sample(n, q, spec.draws, spec.seed, bounds) for n, q in inputs.items()}
        many = np.array([left(drawn, np.array(t)) for t in times])
        low, high = np.quantile(many, (0.05, 0.95), axis=1)
        curves |= {"ageing_left_low": low, "ageing_left_high": high}
    return curves
