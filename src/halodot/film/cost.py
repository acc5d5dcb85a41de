"""What a square metre of film costs.

    dots    m = d f rho / (u y)                  mass of dots made per area of film
    cost    c = [m (a + v (s (1 - r) + b r + w (1 - r)) + h_m W) + h_A W + e] / Y

d, f, rho: thickness, share of core and its density; u: share of the ink that ends in the film; y:
yield of synthesis and washing; a: precursors per mass of dots; v: solvent per mass; s, b, w: price
of solvent, of recycling it and of disposal; r: share recycled; h_m, h_A, W: hours of work per mass
and per area, and the wage; e: equipment and energy per area; Y: share of the film that is good.

Inputs have two sets of priors, ``laboratory`` and ``scaled_up`` (recycling, automation, ink-jet).
They are round guesses with wide intervals. The abstract of the techno-economic model that the
review cites as ref 207 gives more than 50 and about 2 to 3 USD/m2 for the two ends; the sets were
written with those in mind, so that the agreement is no prediction. What moves between them, and
what the cost is most sensitive to (`tornado`), is what the model says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ..core.errors import InputError
from ..core.sourced import Sourced, assumed
from ..core.spec import Spec, quantity
from .sampling import bounds_of, propagate

F = NDArray[np.float64]
CORE_DENSITY = assumed(4800.0, "kg/m3", 4300.0, 5200.0, "CsPbBr3 from its cell; Cl to I")
PARTS = ("precursors", "solvent", "labour", "equipment", "rejects")
UNITS = {"film_cost": "USD/m2", "dots_per_area": "kg/m2"} | {f"cost_{p}": "USD/m2" for p in PARTS}
OF_SOLVENT = (
    "solvent_volume",
    "solvent_price",
    "recycled",
    "recycling_price",
    "disposal_price",
)
_LAB, _SCALE = "a laboratory; a round guess", "a plant; a round guess"


Three = tuple[float, float, float]  # value, low, high


def _pair(unit: str, lab: Three, scale: Three) -> tuple[Sourced, Sourced]:
    a, b = lab, scale
    return assumed(a[0], unit, a[1], a[2], _LAB), assumed(b[0], unit, b[1], b[2], _SCALE)


# name -> prior of the laboratory, prior of the plant
PRIORS: dict[str, tuple[Sourced, Sourced]] = {
    "ink_utilisation": _pair("1", (0.3, 0.05, 0.6), (0.9, 0.75, 0.98)),
    "synthesis_yield": _pair("1", (0.5, 0.3, 0.7), (0.8, 0.65, 0.9)),
    "film_yield": _pair("1", (0.8, 0.6, 0.95), (0.92, 0.8, 0.98)),
    "precursor_price": _pair("USD/kg", (1500.0, 700.0, 4000.0), (500.0, 250.0, 1000.0)),
    "solvent_volume": _pair("m3/kg", (0.4, 0.15, 1.0), (0.1, 0.05, 0.2)),
    "solvent_price": _pair("USD/m3", (8e3, 3e3, 3e4), (3e3, 1.5e3, 6e3)),
    "recycled": _pair("1", (0.0, 0.0, 0.0), (0.95, 0.85, 0.99)),
    "recycling_price": _pair("USD/m3", (500.0, 200.0, 1500.0), (200.0, 80.0, 500.0)),
    "disposal_price": _pair("USD/m3", (1500.0, 500.0, 4000.0), (800.0, 300.0, 2000.0)),
    "labour_per_mass": _pair("h/kg", (300.0, 100.0, 900.0), (10.0, 3.0, 30.0)),
    "labour_per_area": _pair("h/m2", (0.3, 0.1, 1.0), (0.01, 0.003, 0.03)),
    "wage": _pair("USD/h", (30.0, 15.0, 60.0), (30.0, 15.0, 60.0)),
    "equipment": _pair("USD/m2", (4.0, 1.0, 12.0), (0.7, 0.3, 1.5)),
}


class CostSpec(Spec):
    """Prices and yields; what is not given is a prior of the chosen scale."""

    scale: Literal["laboratory", "scaled_up"] = Field(
        default="laboratory", description="which set of priors: laboratory or scaled_up"
    )
    film_thickness: Sourced | None = quantity(
        "m", "of the film; default: as coated, else 300 nm", low=1e-9, high=1e-2, optional=True
    )
    core_share: Sourced = quantity(
        "1", "share of the film that is core", low=0.01, high=1.0, default=0.5,
        interval=(0.35, 0.65), why="dots of 8 to 10 nm in oleyl shells",
    )  # fmt: skip
    ink_utilisation: Sourced | None = quantity(
        "1", "share of the ink that ends in the film", low=1e-4, high=1.0, optional=True
    )
    synthesis_yield: Sourced | None = quantity(
        "1", "yield of synthesis and washing", low=1e-3, high=1.0, optional=True
    )
    film_yield: Sourced | None = quantity(
        "1", "share of the film that is good", low=1e-3, high=1.0, optional=True
    )
    precursor_price: Sourced | None = quantity(
        "USD/kg", "precursors and ligands per mass of dots", low=0.0, high=1e8, optional=True
    )
    solvent_volume: Sourced | None = quantity(
        "m3/kg", "solvent per mass of dots, washing included", low=0.0, high=1e3, optional=True
    )
    solvent_price: Sourced | None = quantity(
        "USD/m3", "of fresh solvent", low=0.0, high=1e8, optional=True
    )
    recycled: Sourced | None = quantity(
        "1", "share of the solvent that is recycled", low=0.0, high=1.0, optional=True
    )
    recycling_price: Sourced | None = quantity(
        "USD/m3", "of recycling", low=0.0, high=1e7, optional=True
    )
    disposal_price: Sourced | None = quantity(
        "USD/m3", "of disposal", low=0.0, high=1e7, optional=True
    )
    labour_per_mass: Sourced | None = quantity(
        "h/kg", "work per mass of dots", low=0.0, high=1e6, optional=True
    )
    labour_per_area: Sourced | None = quantity(
        "h/m2", "work per area of film", low=0.0, high=1e5, optional=True
    )
    wage: Sourced | None = quantity("USD/h", "with overheads", low=0.0, high=1e4, optional=True)
    equipment: Sourced | None = quantity(
        "USD/m2", "equipment and energy per area", low=0.0, high=1e6, optional=True
    )
    draws: int = Field(default=400, ge=0, le=100_000, description="draws for the intervals")
    seed: int = Field(default=0, ge=0, description="root of the random draws")


DEFAULT_THICKNESS = assumed(300e-9, "m", 150e-9, 600e-9, "a film that absorbs; not stated")


@dataclass(frozen=True)
class Bar:
    """One input of the tornado: the cost [USD/m2] at the ends of its interval."""

    name: str
    low: float
    high: float

    @property
    def swing(self) -> float:
        """Distance between both."""
        return abs(self.high - self.low)


@dataclass(frozen=True)
class Priced:
    """What a film costs: `values` as in `UNITS`, `tornado` with the widest bar first."""

    values: dict[str, Sourced]
    tornado: tuple[Bar, ...]
    curves: dict[str, F]
    notes: tuple[str, ...] = ()


def price(spec: CostSpec, film: Sourced | None = None, *, is_dry: bool = False) -> Priced:
    """Return the cost of a square metre of film and what it hangs on.

    Parameters
    ----------
    film
        Thickness of the film [m] where `spec` names none.
    is_dry
        Whether the film is laid down without a solvent; none is charged then.

    Raises
    ------
    InputError
        If a solvent is priced for a dry film.

    Examples
    --------
    >>> lab, plant = (price(CostSpec(scale=s)) for s in ("laboratory", "scaled_up"))
    >>> lab.values["film_cost"].value > 10 * plant.values["film_cost"].value
    True
    """
    inputs = prices(spec, film)
    if is_dry:
        inputs |= _without_solvent(spec)
    values = propagate(
        cost, inputs, UNITS, draws=spec.draws, seed=spec.seed, bounds=bounds_of(CostSpec)
    )
    bars = tornado(inputs)
    curves = {
        "cost_low": np.array([b.low for b in bars]),
        "cost_high": np.array([b.high for b in bars]),
        "cost_input": np.array([float(list(inputs).index(b.name)) for b in bars]),
    }
    flagged = [n for n, q in inputs.items() if q.basis == "assumed"]
    notes = (f"{len(flagged)} of {len(inputs)} prices and yields are priors, not quotes",)
    dry = ("the film is laid down dry: no solvent is charged",) if is_dry else ()
    return Priced(values, bars, curves, (notes if flagged else ()) + dry)


def _without_solvent(spec: CostSpec) -> dict[str, Sourced]:
    for name in OF_SOLVENT:
        given = getattr(spec, name)
        if given is not None and float(given) > 0.0:
            allowed = "no solvent: the film is laid down dry"
            raise InputError(f"cost.{name}", str(given), allowed, "remove it")
    return {"solvent_volume": Sourced(0.0, "m3/kg", note="laid down dry")}


def prices(spec: CostSpec, film: Sourced | None = None) -> dict[str, Sourced]:
    """Return every input by name: as given, or the prior of the scale."""
    column = 0 if spec.scale == "laboratory" else 1
    inputs = {n: getattr(spec, n) or pair[column] for n, pair in PRIORS.items()}
    known = film is not None and film.is_known
    inputs["film_thickness"] = spec.film_thickness or (
        film if film is not None and known else DEFAULT_THICKNESS
    )
    return inputs | {"core_share": spec.core_share, "core_density": CORE_DENSITY}


def cost(x: Mapping[str, F]) -> dict[str, F]:
    """Return cost and its parts [USD/m2] from numbers or arrays of draws."""
    kept = x["film_thickness"] * x["core_share"] * x["core_density"]
    mass = kept / (x["ink_utilisation"] * x["synthesis_yield"])
    fresh = 1.0 - x["recycled"]
    litre = (x["solvent_price"] + x["disposal_price"]) * fresh + x["recycling_price"] * x[
        "recycled"
    ]
    parts = {
        "precursors": mass * x["precursor_price"],
        "solvent": mass * x["solvent_volume"] * litre,
        "labour": (mass * x["labour_per_mass"] + x["labour_per_area"]) * x["wage"],
        "equipment": x["equipment"] + 0.0 * mass,
    }
    whole = np.asarray(sum(parts.values()))
    parts["rejects"] = whole * (1.0 / x["film_yield"] - 1.0)
    out = {f"cost_{name}": value for name, value in parts.items()}
    return out | {"film_cost": whole / x["film_yield"], "dots_per_area": mass}


def tornado(inputs: Mapping[str, Sourced]) -> tuple[Bar, ...]:
    """Return the cost with one input at a time at the ends of its interval, widest first."""

    def at(name: str, value: float) -> float:
        x = {n: np.array(float(q if n != name else replace(q, value=value)))
             for n, q in inputs.items()}  # fmt: skip
        return float(cost(x)["film_cost"])

    bars = [
        Bar(n, at(n, q.low), at(n, q.high))
        for n, q in inputs.items()
        if q.low is not None and q.high is not None and q.low < q.high
    ]
    return tuple(sorted(bars, key=lambda b: -b.swing))


def tornado_names(indices: F) -> list[str]:
    """Return the names of inputs by their place, as the curve ``cost_input`` holds them."""
    names = list(prices(CostSpec()))
    return [names[int(k)] for k in indices]
