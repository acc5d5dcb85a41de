"""Strain of a film in a bent stack.

    E_i' = E_i / (1 - nu_i^2)                          wide strips: plane strain
    y_n  = sum_i E_i' t_i y_i / sum_i E_i' t_i         neutral plane; y_i: middle of layer i
    eps(y) = (y - y_n) / R                             R: radius of the neutral plane

Layers stand from the inner side of the bend outward: a film outside is stretched, one inside is
pressed. Pure bending of thin, well-bonded elastic layers, t << R; no slip, no creep, no built-in
strain. For one layer eps = t / 2R at its face. A film cracks where its largest stretch exceeds an
onset, a prior: no test of CsPbBr3 dots was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity
from ...library import Library
from ..sampling import below, bounds_of, propagate, sample

F = NDArray[np.float64]
DOTS = "dot film"
UNITS = {
    "neutral_plane": "m",
    "film_strain": "1",
    "largest_strain": "1",
    "critical_radius": "m",
    "crack_chance": "1",
}
MECHANICAL = ("youngs_modulus", "poisson_ratio")


class BentLayer(Spec):
    """One layer, ``{material = "PET", thickness = "50 um"}``; dots are ``dot film``."""

    material: str = Field(description="a barrier of the library or of a file; dots: dot film")
    thickness: Sourced = quantity("m", "of the layer", low=1e-10, high=0.1)
    youngs_modulus: Sourced | None = quantity(
        "Pa", "of the layer; default: that of the library", low=1e3, high=2e12, optional=True
    )


class BendingSpec(Spec):
    """A stack and the radius that it is bent to."""

    layer: tuple[BentLayer, ...] = Field(
        min_length=1, max_length=50, description="from the inner side of the bend outward"
    )
    radius: Sourced = quantity("m", "of the neutral plane", low=1e-6, high=1e3)
    crack_onset: Sourced | None = quantity(
        "1", "stretch at which the film cracks; default: that of the library",
        low=1e-5, high=1.0, optional=True,
    )  # fmt: skip
    draws: int = Field(default=400, ge=0, le=100_000, description="draws for the intervals")
    seed: int = Field(default=0, ge=0, description="root of the random draws")


@dataclass(frozen=True)
class Bent:
    """What bending gives: `values` as in `UNITS`, `curves` of strain through the stack."""

    values: dict[str, Sourced]
    curves: dict[str, F]
    notes: tuple[str, ...] = ()


def bend(spec: BendingSpec, library: Library | None = None) -> Bent:
    """Return the strain of the film of dots in a bent stack.

    Raises
    ------
    InputError
        If a material is unknown or the stack has not exactly one layer of dots.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> stack = [{"material": "PET", "thickness": "50 um"},
    ...          {"material": "dot film", "thickness": "200 nm"}]
    >>> bent = bend(build(BendingSpec, {"layer": stack, "radius": "1 mm"}))
    >>> 0.02 < bent.values["film_strain"].value < 0.03
    True
    """
    known = library or Library.builtin()
    entries = [known.entry("barrier", layer.material) for layer in spec.layer]
    dots = [k for k, e in enumerate(entries) if e.name == DOTS]
    if len(dots) != 1:
        allowed = f"a stack with one layer of material = '{DOTS}'"
        raise InputError("bending.layer", f"{len(dots)} such layers", allowed, "add or join them")
    inputs: dict[str, Sourced] = {"radius": spec.radius}
    inputs["crack_onset"] = spec.crack_onset or entries[dots[0]].require("crack_strain")
    for k, (layer, entry) in enumerate(zip(spec.layer, entries, strict=True)):
        inputs[f"thickness.{k}"] = layer.thickness
        inputs[f"youngs_modulus.{k}"] = layer.youngs_modulus or entry.require("youngs_modulus")
        inputs[f"poisson_ratio.{k}"] = entry.require("poisson_ratio")
    model = partial(_model, len(entries), dots[0])
    drawn = {n: unit for n, unit in UNITS.items() if n != "crack_chance"}
    values = propagate(
        model, inputs, drawn, draws=spec.draws, seed=spec.seed, bounds=bounds_of(BendingSpec)
    )
    chance = _chance(spec, model, inputs)
    values |= {"crack_chance": chance, "film_cracks": _verdict(chance)}
    total = sum(float(layer.thickness) for layer in spec.layer)
    thick = total > 0.2 * float(spec.radius)
    notes = ("the stack is thick against the radius; thin-layer bending is rough",) if thick else ()
    return Bent(values, _curves(spec, inputs, dots[0], float(values["neutral_plane"])), notes)


def neutral_plane(thickness: F, stiffness: F) -> F:
    """Height of the neutral plane above the inner face [m].

    Parameters
    ----------
    thickness, stiffness
        Of the layers, shape [layers, ...]: [m] and plane-strain modulus [Pa].

    Examples
    --------
    >>> float(neutral_plane(np.array([2e-6]), np.array([1e9])))
    1e-06
    """
    middle = np.cumsum(thickness, axis=0) - 0.5 * thickness
    weight = stiffness * thickness
    return np.asarray((weight * middle).sum(axis=0) / weight.sum(axis=0))


def strain(height: F, plane: F, radius: F) -> F:
    """Strain at a height above the inner face; positive is stretch."""
    return (height - plane) / radius


def _stack(count: int, x: Mapping[str, F]) -> tuple[F, F]:
    thickness = np.array([x[f"thickness.{k}"] for k in range(count)])
    modulus = [
        x[f"youngs_modulus.{k}"] / (1.0 - x[f"poisson_ratio.{k}"] ** 2) for k in range(count)
    ]
    return thickness, np.array(modulus)


def _model(count: int, film: int, x: Mapping[str, F]) -> dict[str, F]:
    thickness, stiffness = _stack(count, x)
    plane = neutral_plane(thickness, stiffness)
    tops = np.cumsum(thickness, axis=0)
    top, bottom = tops[film], tops[film] - thickness[film]
    upper, lower = strain(top, plane, x["radius"]), strain(bottom, plane, x["radius"])
    worst = np.where(np.abs(upper) > np.abs(lower), upper, lower)
    stretched = np.maximum(upper, lower)
    faces = np.maximum(strain(tops[-1], plane, x["radius"]), plane / x["radius"])
    return {
        "neutral_plane": plane,
        "film_strain": worst,
        "largest_strain": faces,
        "stretch": stretched,
        "critical_radius": np.maximum(stretched * x["radius"], 0.0) / x["crack_onset"],
    }


def _chance(spec: BendingSpec, model: partial[dict[str, F]], inputs: dict[str, Sourced]) -> Sourced:
    """Chance that the onset, a prior, lies below the stretch: its distribution in closed form.

    What else is uncertain is averaged over draws, where there are any.
    """
    bounds = bounds_of(BendingSpec)
    drawn = {
        n: sample(n, q, spec.draws, spec.seed, bounds)
        if spec.draws
        else np.array([float("nan") if q.value is None else q.value])
        for n, q in inputs.items()
    }
    chance = below(inputs["crack_onset"], model(drawn)["stretch"])
    note = "chance that the crack onset, a prior, lies below the stretch"
    return Sourced(float(np.mean(chance)), "1", note=note)


def _verdict(chance: Sourced) -> Sourced:
    return Sourced(
        float(float(chance) > 0.5), "yes_no", note=f"chance {float(chance):.0%}; {chance.note}"
    )


def _curves(spec: BendingSpec, inputs: dict[str, Sourced], film: int, plane: float) -> dict[str, F]:
    thickness = np.array([float(layer.thickness) for layer in spec.layer])
    edges = np.concatenate([[0.0], np.cumsum(thickness)])
    return {
        "bending_height": edges,
        "bending_strain": (edges - plane) / float(spec.radius),
        "bending_film": edges[film : film + 2],
        "bending_onset": np.array([float(inputs["crack_onset"])]),
    }
