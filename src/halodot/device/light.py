"""What a user may set of light: sources, what stands around the device, optical constants."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NoReturn

from pydantic import Field, model_validator

from ..core.errors import InputError, nearest
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity

SPECTRA = ("am15g", "led")
FILES = "name of a CSV file beside the study"


class LightSource(Spec):
    """Light that falls on the device: its intensity, colour, side, and the optics that guide it."""

    intensity: Sourced = quantity("W/m2", "intensity at full light", low=0, high=1e9)
    wavelength: Sourced | None = quantity(
        "m",
        "of monochromatic light, or of the peak of an led",
        low=1e-7,
        high=2e-5,
        optional=True,
    )
    spectrum: str = Field(
        default="",
        max_length=200,
        description="am15g (the sun), led (gaussian with `wavelength` and `fwhm`), or the "
        + FILES
        + " with the columns wavelength_nm,irradiance; empty: monochromatic",
    )
    fwhm: Sourced | None = quantity(
        "m", "full width at half maximum of an led", low=1e-10, high=1e-6, optional=True
    )
    from_side: Literal["left", "right"] = Field(
        default="left", description="contact through which the light comes"
    )
    optics: Literal["beer_lambert", "transfer_matrix"] = Field(
        default="beer_lambert",
        description="beer_lambert: each layer takes exp(-absorption x), no reflection; "
        "transfer_matrix: reflection and interference in the whole stack (see device.optics)",
    )
    angle: Sourced = quantity(
        "rad",
        "angle of incidence (transfer_matrix)",
        low=0,
        high=1.55,
        default="0 deg",
        why="light from straight above",
    )
    polarisation: Literal["s", "p", "unpolarised"] = Field(
        default="unpolarised", description="at an angle (transfer_matrix)"
    )

    @model_validator(mode="after")
    def _complete(self) -> LightSource:
        needed = {"": ["wavelength"], "led": ["wavelength", "fwhm"]}.get(self.spectrum, [])
        for name in needed:
            if getattr(self, name) is None:
                remedy = "add fwhm = '30 nm'" if name == "fwhm" else "add wavelength = '520 nm'"
                missing(f"light.{name}", f"the {name} of the light", remedy)
        for name in ("wavelength", "fwhm"):
            if name not in needed and getattr(self, name) is not None:
                kind = self.spectrum or "monochromatic light"
                raise InputError(
                    f"light.{name}",
                    f"{float(getattr(self, name)):.4g} m",
                    f"nothing: {kind} has none",
                    f"leave {name} out, or set spectrum = 'led'",
                )
        _check_file("light.spectrum", self.spectrum, SPECTRA)
        return self


class OpticalMaterial(Spec):
    """Optical constants of a material, by the name that layers have or name as material."""

    name: str = Field(min_length=1, max_length=80, description="of a layer, or of its material")
    constants: str = Field(
        default="", max_length=200, description=FILES + " with the columns wavelength_nm,n,k"
    )
    refractive_index: Sourced | None = quantity(
        "1", "the same at every wavelength, in place of a file", low=0.01, high=10, optional=True
    )
    extinction_coefficient: Sourced | None = quantity(
        "1", "imaginary part, beside refractive_index", low=0, high=20, optional=True
    )

    @model_validator(mode="after")
    def _one(self) -> OpticalMaterial:
        if bool(self.constants) == (self.refractive_index is not None):
            raise InputError(
                "material.constants",
                self.constants or "nothing (it is missing)",
                "either a file of n and k, or a refractive_index",
                "give one of the two",
            )
        _check_file("material.constants", self.constants)
        return self


class OuterLayer(Spec):
    """A layer between the device and the air: an electrode, a substrate, a capping layer."""

    material: str = Field(
        min_length=1, max_length=80, description="name in device.optics.material or the library"
    )
    thickness: Sourced = quantity("m", "thickness", low=1e-10, high=0.1)
    coherent: bool | None = Field(
        default=None,
        description="whether reflections at its faces interfere; by default below 10 um",
    )


class Optics(Spec):
    """What light meets besides the layers of the device, and optical constants."""

    left: tuple[OuterLayer, ...] = Field(
        default=(), max_length=20, description="left of the device, from left to right"
    )
    right: tuple[OuterLayer, ...] = Field(
        default=(), max_length=20, description="right of the device, from left to right"
    )
    left_index: Sourced = quantity(
        "1", "index of what lies left of all", low=1, high=4, default=1.0, why="air"
    )
    right_index: Sourced = quantity(
        "1", "index of what lies right of all", low=1, high=4, default=1.0, why="air"
    )
    material: tuple[OpticalMaterial, ...] = Field(
        default=(), max_length=40, description="optical constants that the library does not have"
    )


def files_of(sources: Sequence[LightSource], optics: Optics | None = None) -> tuple[str, ...]:
    """Names of the files beside the study that light and optics read.

    >>> files_of([LightSource(intensity="1 W/m2", spectrum="lamp.csv")])
    ('lamp.csv',)
    """
    spectra = [s.spectrum for s in sources if s.spectrum and s.spectrum not in SPECTRA]
    tables = [m.constants for m in (optics.material if optics else ()) if m.constants]
    return tuple(dict.fromkeys([*spectra, *tables]))


def missing(field: str, allowed: str, remedy: str) -> NoReturn:
    """Refuse a table in which something is missing."""
    raise InputError(field, "nothing (it is missing)", allowed, remedy)


def _check_file(field: str, name: str, words: Sequence[str] = ()) -> None:
    """Refuse what is neither a known word nor the name of a CSV file."""
    if not name or name in words:
        return
    if Path(name).name != name or not name.lower().endswith(".csv"):
        remedy = nearest(name, words) if words else "put the file beside the study"
        raise InputError(field, name, " or ".join([*words, "the " + FILES]), remedy)
