"""Light on a device: the pairs that its sources make in every layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.constants import HC
from ..core.errors import InputError, nearest
from .light import LightSource, OpticalMaterial, Optics, OuterLayer, files_of, missing

if TYPE_CHECKING:
    from ..library import Library
    from ..optics.constants import OpticalConstants
    from ..optics.generation import Absorber, Generation
    from ..optics.spectrum import Spectrum
    from .stack import ResolvedLayer

__all__ = [
    "Illumination",
    "LightSource",
    "OpticalMaterial",
    "Optics",
    "OuterLayer",
    "files_of",
    "generation",
    "illuminate",
    "spectrum_of",
]

Array = NDArray[np.float64]
Rate = float | tuple[Array, Array]

KINDS = ("semiconductor", "insulator", "perovskite", "electrode")


@dataclass(frozen=True)
class Illumination:
    """What all sources together make of the device.

    Attributes
    ----------
    rates
        For each layer and each source, at full light: a rate of pairs or (depth from the left of
        the layer [m], rate) [m-3 s-1].
    made
        For each source what `optics.generation` found; its layers are those of the stack from
        the left medium to the right one, outer layers included.
    inner
        Index of the first layer of the device among these.
    notes
        What was assumed.
    """

    rates: tuple[tuple[Rate, ...], ...]
    made: tuple[Generation, ...]
    inner: int
    notes: tuple[str, ...]

    @property
    def absorbed_share(self) -> float:
        """Share of the photons of the first source that makes pairs in the device."""
        if not self.made:
            return 0.0
        first = self.made[0]
        return float(np.sum(first.pairs) / np.sum(first.spectrum.photon_flux))


def generation(
    layers: Sequence[ResolvedLayer],
    sources: LightSource | Sequence[LightSource] | None,
    optics: Optics | None = None,
    *,
    library: Library | None = None,
    folder: Path | None = None,
) -> list[Rate]:
    """Rate of pairs in every layer with all sources at full light [m-3 s-1].

    The sum of what `illuminate` finds for each source.
    """
    total: list[Rate] = []
    for rates in illuminate(layers, sources, optics, library=library, folder=folder).rates:
        rate = rates[0]
        for other in rates[1:]:
            rate = _added(rate, other)
        total.append(rate)
    return total


def illuminate(
    layers: Sequence[ResolvedLayer],
    sources: LightSource | Sequence[LightSource] | None,
    optics: Optics | None = None,
    *,
    library: Library | None = None,
    folder: Path | None = None,
) -> Illumination:
    """Pairs that each light source makes in each layer.

    A layer's own uniform `generation` counts to the first source. A layer makes pairs of photons
    of at least its gap; without carriers it makes none. Of a spectrum only the part is traced that
    makes pairs somewhere.

    Parameters
    ----------
    layers
        Of the device, from left to right.
    sources
        None for the dark: the uniform generation alone.
    optics
        What stands around the layers, for the transfer matrix.
    library
        Where refractive indices are looked up.
    folder
        Where files of spectra and optical constants stand.

    Raises
    ------
    InputError
        If the refractive index of a layer is not known, or a file cannot be used.
    """
    listed = [sources] if isinstance(sources, LightSource) else list(sources or ())
    around, here = optics or Optics(), folder or Path()
    own = [layer["generation"] for layer in layers]
    made, rates, notes = [], [], []
    for source in listed:
        book = _Constants(around, library, here)
        light = _useful(layers, spectrum_of(source, here))
        found, inner = _trace(layers, source, light, around, book)
        flat = any(a["absorption"] > 0 and a.light is None for a in layers)
        flat = flat and light.wavelength.size > 1
        book.remark(flat, "a layer's absorption is the same at every wavelength up to its gap")
        made.append(found)
        notes += book.notes
        made_here = found.profiles[inner:][: len(layers)]
        rates.append(
            [
                0.0 if p is None else (p[0], _apart(layer, found) * p[1])
                for layer, p in zip(layers, made_here, strict=True)
            ]
        )
    if not rates:
        return Illumination(tuple((value,) for value in own), (), 0, ())
    rates[0] = [_added(a, b) for a, b in zip(own, rates[0], strict=True)]
    first = len(around.left) if listed[0].optics == "transfer_matrix" else 0
    by_layer = tuple(tuple(one[k] for one in rates) for k in range(len(layers)))
    return Illumination(by_layer, tuple(made), first, tuple(dict.fromkeys(notes)))


def spectrum_of(source: LightSource, folder: Path | None = None) -> Spectrum:
    """Return the spectrum of a source at full light.

    >>> green = LightSource(intensity="1 mW/cm2", wavelength="520 nm")
    >>> round(spectrum_of(green).intensity, 9)
    10.0
    """
    from ..optics import spectrum as s

    intensity = float(source.intensity)
    if source.spectrum == "am15g":
        return s.am15g().scaled(intensity)
    if source.spectrum and source.spectrum != "led":
        return s.from_csv((folder or Path()) / source.spectrum, intensity, "device.light.spectrum")
    wavelength = float(source.wavelength or 0.0)
    if source.fwhm is None:
        return s.monochromatic(wavelength, intensity)
    return s.led(wavelength, float(source.fwhm), intensity)


def _useful(layers: Sequence[ResolvedLayer], light: Spectrum) -> Spectrum:
    """Leave out the part of a spectrum that makes no pairs in any layer."""
    gap = min((_edge(layer) for layer in layers if layer.carriers), default=0.0)
    useful = light.above(gap * (1.0 - 1e-9))
    return useful if useful.wavelength.size else light.above(float(light.energy.max()))


def _trace(
    layers: Sequence[ResolvedLayer],
    source: LightSource,
    light: Spectrum,
    around: Optics,
    book: _Constants,
) -> tuple[Generation, int]:
    """Send one source through the stack; also the place of the first layer of the device."""
    from ..optics.generation import Absorber, beer_lambert, generation_profile

    right = source.from_side == "right"
    if source.optics == "beer_lambert":
        plain = [_beer(layer, book) for layer in layers]
        return beer_lambert(plain, light, from_right=right), 0
    stack: list[Absorber] = []
    for side, outer in (("left", around.left), ("", ()), ("right", around.right)):
        if not side:
            stack += [book.layer(layer, k) for k, layer in enumerate(layers)]
        for k, one in enumerate(outer):
            constants = book.outer(one.material, f"device.optics.{side}[{k}].material")
            thick = float(one.thickness)
            coherent = thick < 1e-5 if one.coherent is None else one.coherent
            stack.append(Absorber(constants, thick, coherent=coherent))
    book.remark(not around.left and not around.right, "no electrodes or substrate in the optics")
    made = generation_profile(
        stack,
        light,
        before=float(around.left_index),
        after=float(around.right_index),
        angle=float(source.angle),
        polarisation=source.polarisation,
        from_right=right,
    )
    return made, len(around.left)


class _Constants:
    """Optical constants by layer: the user's first, then the layer's own, then the library's."""

    def __init__(self, optics: Optics, library: Library | None, folder: Path) -> None:
        self.given = {m.name: m for m in optics.material}
        self.library, self.folder = library, folder
        self.notes: list[str] = []

    def remark(self, holds: bool, text: str) -> None:
        """Keep a note where it holds."""
        if holds:
            self.notes.append(f"light: {text}")

    def own(self, *names: str) -> OpticalConstants | None:
        """Return what the user gives under the first of `names` that has something."""
        from ..optics.constants import OpticalConstants

        for name in names:
            if name not in self.given:
                continue
            m = self.given[name]
            if m.constants:
                field = f"device.optics.material '{name}'"
                return OpticalConstants.from_csv(self.folder / m.constants, field)
            k = 0.0 if m.extinction_coefficient is None else float(m.extinction_coefficient)
            n = float(m.refractive_index or 1.0)
            self.remark(True, f"{name}: n = {n:.3g}, k = {k:.3g} at every wavelength")
            return OpticalConstants.constant(n, k, name=name)
        return None

    def layer(self, layer: ResolvedLayer, place: int) -> Absorber:
        """Return a layer of the device as light sees it."""
        from ..optics.constants import OpticalConstants
        from ..optics.generation import Absorber

        gap = _edge(layer) if layer.carriers else math.inf
        thick = float(layer.thickness)
        given = self.own(layer.name, layer.spec.material, layer.material)
        if given is not None:
            return Absorber(given, thick, gap)
        known = layer.values.get("refractive_index")
        index = float(known) if known is not None and known.is_known else 0.0
        index = index or self.looked_up(layer.material)
        if index <= 0.0:
            missing(
                f"device.layer[{place}] ({layer.name})",
                "a refractive index, for optics = 'transfer_matrix'",
                f"add [[device.optics.material]] name = '{layer.name}', refractive_index = 2.0",
            )
        if layer.light is not None:
            return Absorber(layer.light.constants(index, layer.name), thick, gap)
        alpha = layer["absorption"]
        self.remark(alpha <= 0.0, f"{layer.name}: no absorption is given, taken as transparent")
        self.remark(True, f"{layer.name}: n = {index:.3g} at every wavelength")
        longest = HC / layer["band_gap"] * (1.0 + 1e-9) if layer.carriers else math.inf
        constants = OpticalConstants.constant(
            index, absorption=alpha, longest=longest, name=layer.name
        )
        return Absorber(constants, thick, gap)

    def outer(self, material: str, field: str) -> OpticalConstants:
        """Return the constants of an outer layer."""
        from ..optics.constants import OpticalConstants

        given = self.own(material)
        if given is not None:
            return given
        index = self.looked_up(material)
        if index <= 0.0:
            known = [*self.given, *self.names()]
            raise InputError(
                field,
                material,
                "a name of device.optics.material, or a material of the library with an index",
                nearest(material, known) + " Or add [[device.optics.material]].",
            )
        k = self.looked_up(material, "extinction_coefficient")
        self.remark(True, f"{material}: n = {index:.3g}, k = {k:.3g} at every wavelength")
        return OpticalConstants.constant(index, k, name=material)

    def names(self) -> list[str]:
        """Materials of the library that have a refractive index."""
        library = self.library
        if library is None:
            return []
        every = [(kind, name) for kind in KINDS for name in library.names(kind)]
        return [n for kind, n in every if library.entry(kind, n).has("refractive_index")]

    def looked_up(self, material: str, what: str = "refractive_index") -> float:
        """Return a value of the library, 0 where it has none."""
        if self.library is None or not material:
            return 0.0
        for kind in KINDS:
            try:
                entry = self.library.entry(kind, material)
            except InputError:
                continue  # another kind may have it
            if entry.has(what):
                return float(entry.quantity(what))
        return 0.0


def _beer(layer: ResolvedLayer, book: _Constants) -> Absorber:
    """Return a layer that absorbs with its own coefficient, or with the k that the user gives."""
    from ..optics.constants import OpticalConstants
    from ..optics.generation import Absorber

    gap = _edge(layer) if layer.carriers else math.inf
    constants = book.own(layer.name, layer.spec.material, layer.material)
    if constants is None and layer.light is not None:
        constants = layer.light.constants(1.0, layer.name)
    if constants is None:
        constants = OpticalConstants.constant(1.0, absorption=layer["absorption"], name=layer.name)
    return Absorber(constants, float(layer.thickness), gap)


def _edge(layer: ResolvedLayer) -> float:
    """Least photon energy that makes a pair in a layer [eV]."""
    return layer["band_gap"] if layer.light is None else layer.light.gap


def _apart(layer: ResolvedLayer, made: Generation) -> float:
    """Share of the pairs of a layer that come apart."""
    if layer.light is None:
        return 1.0
    return layer.light.yield_of(made.spectrum.wavelength, made.spectrum.photon_flux)


def _added(a: Rate, b: Rate) -> Rate:
    """Sum of two rates, each a number or a profile."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        depth = np.union1d(a[0], b[0])
        return depth, np.interp(depth, *a) + np.interp(depth, *b)
    if isinstance(a, tuple):
        return a[0], a[1] + b
    return (b[0], a + b[1]) if isinstance(b, tuple) else a + b
