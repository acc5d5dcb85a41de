"""What a user may set about the flask (``[recipe]``) or about dots given directly (``[dots]``)."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, model_validator

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from .recipe_spec import RecipeSpec, Shape

__all__ = ["DotsSpec", "RecipeSpec", "Shape"]

# Which sizes a shape takes beside its first, in the order in which they are written.
_MORE = {"cuboid": ("lateral", "length"), "rod": ("length",), "platelet": ("lateral",)}


class DotsSpec(Spec):
    """Dots given directly, in place of a recipe.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> build(DotsSpec, {"formula": "CsPbBr3", "size": "9 nm"}).size.value
    9e-09
    """

    formula: str = Field(max_length=200, description="composition, e.g. CsPbBr3")
    shape: Shape = Field(default="cube", description="of the inorganic core")
    size: Sourced | None = quantity(
        "m",
        "edge of a cube, diameter of a sphere, thickness of a platelet, width of a wire, without "
        "ligands; '5 nm x 20 nm' for a rod, '5 nm x 6 nm x 8 nm' for a cuboid",
        low=3e-10,
        high=1e-6,
        optional=True,
    )
    monolayers: int | None = Field(
        default=None, ge=1, le=100, description="thickness of a platelet in lattice constants"
    )
    size_spread: Sourced | None = quantity(
        "1", "standard deviation of the size over its mean", low=0.0, high=1.0, optional=True
    )
    lateral: Sourced | None = quantity(
        "m",
        "lateral size of a platelet, second edge of a cuboid",
        low=3e-10,
        high=1e-4,
        optional=True,
    )
    length: Sourced | None = quantity(
        "m", "of a rod, third edge of a cuboid", low=3e-10, high=1e-4, optional=True
    )
    ligand: str = Field(default="OA+OAm", max_length=120, description="ligand shell")
    temperature: Sourced | None = quantity(
        "K", "of the lattice, for all that is said of the dots", low=1.0, high=900.0, optional=True
    )

    @model_validator(mode="before")
    @classmethod
    def _edges(cls, data: Any) -> Any:
        """Read '5 nm x 20 nm' as the sizes that the shape has, in their order."""
        if not isinstance(data, dict) or not isinstance(data.get("size"), str):
            return data
        words = [w for w in re.split(r"\s*[x×*]\s*", data["size"].strip()) if w]
        if len(words) < 2:
            return data
        shape = data.get("shape", "cube")
        names = ("size", *_MORE.get(shape, ()))
        if len(words) > len(names):
            allowed = f"{len(names)} length(s) for a {shape}: " + " x ".join(names)
            raise InputError("size", data["size"], allowed, 'shape = "rod" or "cuboid"')
        unit = re.sub(r"^[-+0-9.eE\s]+", "", words[-1])
        full = [w if re.search(r"[a-zA-Zµμ]", w) else f"{w} {unit}" for w in words]
        given = dict(zip(names, full, strict=False))
        twice = [n for n in given if n != "size" and data.get(n) is not None]
        if twice:
            raise InputError(twice[0], data[twice[0]], "either here or in size", "give it once")
        return {**data, **given}

    @model_validator(mode="after")
    def _one_size(self) -> DotsSpec:
        if (self.size is None) == (self.monolayers is None):
            found = "nothing" if self.size is None else "both"
            allowed = "either size, or monolayers for a platelet"
            raise InputError("size", found, allowed, 'size = "9 nm"')
        if self.shape == "rod" and self.length is None:
            raise InputError("length", "nothing", "the length of a rod", 'size = "5 nm x 20 nm"')
        if (
            self.shape == "rod"
            and self.size
            and self.length
            and float(self.length) < float(self.size)
        ):
            allowed = f"at least the width, {float(self.size):.4g} m"
            remedy = 'width x length, or shape = "platelet" or "cuboid"'
            raise InputError("length", _shown(self.length), allowed, remedy)
        owners = {"monolayers": "platelet", "lateral": "platelet or cuboid"}
        for name, owner in (owners | {"length": "rod or cuboid"}).items():
            if self.shape not in owner and getattr(self, name) is not None:
                allowed = f"nothing, as only a {owner} has it"
                remedy = f'shape = "{owner.split()[0]}"'
                raise InputError(name, _shown(getattr(self, name)), allowed, remedy)
        return self


def _shown(value: object) -> object:
    return f"{float(value):.4g} m" if isinstance(value, Sourced) else value
