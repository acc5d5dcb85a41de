"""Light in a stack of coherent and incoherent layers: the transfer-matrix method of `tmm`.

In a coherent layer of index n the field is a forward and a backward wave,
E(x) = v exp(i k x) + w exp(-i k x) with k = 2 pi n cos(theta) / lambda; the Fresnel coefficients
join the amplitudes of neighbouring layers. In a thick (incoherent) layer intensities take the place
of amplitudes. What is absorbed at a depth is the divergence of the Poynting vector there.

Byrnes, arXiv:1603.02720; the library is his `tmm`. One thing is done before it is called: a layer
that lets less than 1e-15 of the light through is where the stack ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
Polarisation = Literal["s", "p", "unpolarised"]

RAYS = 10.0  # least Re/Im of n cos(theta) in an incoherent layer: no rays without a wavelength
IMBALANCE = 1e-8  # of R + T + A, and below zero; round-off leaves 1e-12
OPAQUE = 17.5  # Im(k d) of a layer that transmits exp(-35), 6e-16 of the light


@dataclass(frozen=True)
class Film:
    """One layer in the path of the light.

    Attributes
    ----------
    index
        Complex refractive index n + ik at each wavelength, or one for all [1].
    thickness
        [m]
    coherent
        False for a layer much thicker than the coherence length, such as a substrate.
    """

    index: complex | ComplexArray
    thickness: float
    coherent: bool = True


@dataclass(frozen=True)
class StackOptics:
    """What becomes of light that falls on a stack, as fractions of what falls on it.

    Attributes
    ----------
    wavelength
        [W wavelengths, m]
    reflectance, transmittance
        [W]
    absorptance
        Of each layer [L, W]; with the two above it adds up to one.
    profiles
        Of each layer for which depths were asked: absorbed fraction per depth [W, depths, 1/m],
        else None.
    """

    wavelength: Array
    reflectance: Array
    transmittance: Array
    absorptance: Array
    profiles: tuple[Array | None, ...]


def solve(
    wavelength: ArrayLike,
    films: Sequence[Film],
    *,
    before: float = 1.0,
    after: complex | ComplexArray = 1.0,
    angle: float = 0.0,
    polarisation: Polarisation = "unpolarised",
    depths: Sequence[Array | None] | None = None,
) -> StackOptics:
    """Solve a stack for plane waves that come from the left.

    Parameters
    ----------
    wavelength
        Vacuum wavelengths [m].
    films
        Layers in the order in which light meets them.
    before, after
        Index of the media on both sides [1]; the first is lossless.
    angle
        Of incidence, in the medium before [rad].
    polarisation
        s, p, or the mean of both.
    depths
        For each film the depths at which the absorbed fraction is wanted, from its front [m].

    Raises
    ------
    InputError
        If an index has gain or no positive real part, the angle is not between 0 and 90 degrees, or
        an incoherent layer reflects totally or absorbs within a wavelength.

    Examples
    --------
    >>> glass = Film(1.5, 1e-3, coherent=False)  # both faces: R = 2 r / (1 + r), r = 0.04
    >>> light = solve([500e-9], [glass])
    >>> round(float(light.reflectance[0]), 6), round(float(light.transmittance[0]), 6)
    (0.076923, 0.923077)
    """
    waves = np.atleast_1d(np.asarray(wavelength, float))
    index = _indices(waves, films, before, after)
    if not 0.0 <= angle < math.pi / 2.0:
        raise InputError("angle", f"{angle:.3g} rad", "0 to below pi/2", "angles are in rad")
    wanted = list(depths) if depths is not None else [None] * len(films)
    pols = ("s", "p") if polarisation == "unpolarised" else (polarisation,)
    if angle == 0.0:
        pols = ("s",)
    share = 1.0 / len(pols)
    total = np.zeros((len(films) + 2, waves.size))
    profiles = [None if d is None else np.zeros((waves.size, len(d))) for d in wanted]
    for column, wave in enumerate(waves):
        for pol in pols:
            one = _Wave(pol, float(wave), index[:, column], films, angle)
            total[:, column] += share * one.balance
            for k, depth in enumerate(wanted):
                target = profiles[k]
                if depth is not None and target is not None:
                    target[column] += share * one.profile(k + 1, np.asarray(depth, float))
    return StackOptics(waves, total[0], total[-1], total[1:-1], tuple(profiles))


def _indices(
    waves: Array, films: Sequence[Film], before: float, after: complex | ComplexArray
) -> ComplexArray:
    """Index of every medium at every wavelength [L + 2, W]."""
    media = [before, *(f.index for f in films), after]
    index = np.array([np.broadcast_to(np.asarray(m, np.complex128), waves.shape) for m in media])
    bad = (index.real <= 0.0) | (index.imag < 0.0) | ~np.isfinite(index)
    if np.any(bad):
        raise InputError(
            "refractive index", str(index[bad][0]), "n above 0 and k of at least 0", "no gain"
        )
    if np.any(index[0].imag != 0.0):
        raise InputError("before", str(index[0, 0]), "a real index", "light comes from afar there")
    if any(not 0.0 < f.thickness < math.inf for f in films):
        raise InputError("thickness", str([f.thickness for f in films]), "above 0, finite", "")
    return index


def _no_way(angle: float) -> InputError:
    return InputError(
        "coherent",
        f"false, at an angle of {math.degrees(angle):.3g} degrees",
        "incoherent layers that light can cross at this angle",
        "make layers coherent that absorb within a wavelength or reflect totally",
    )


class _Wave:
    """One plane wave of one polarisation in the stack, as far as it gets."""

    def __init__(
        self, pol: str, wave: float, index: ComplexArray, films: Sequence[Film], angle: float
    ) -> None:
        from tmm import inc_tmm

        sine = index[0] * math.sin(angle)
        self.lossless = index.imag == 0.0
        normal = np.sqrt(index**2 - sine**2)  # n cos(theta); its imaginary part is not negative
        self.decay = 4.0 * math.pi * np.abs(normal.imag) / wave
        thickness = np.array([math.inf, *(f.thickness for f in films), math.inf])
        deep = np.flatnonzero(self.decay[1:-1] * thickness[1:-1] > 2.0 * OPAQUE)
        self.end = int(deep[0]) + 1 if deep.size else len(films) + 1
        keep = slice(0, self.end + 1)
        coherent = ["i", *("c" if f.coherent else "i" for f in films), "i"][keep]
        coherent[-1] = "i"
        thickness = thickness[keep]
        thickness[-1] = math.inf
        self.thickness = thickness
        thick = [k for k, c in enumerate(coherent[1:-1], 1) if c == "i"]
        if any(normal[k].real < RAYS * normal[k].imag for k in thick):
            raise _no_way(angle)
        try:
            self.data: dict[str, Any] = inc_tmm(pol, index[keep], thickness, coherent, angle, wave)
        except AssertionError:  # its check that a wave goes forward where coherence begins
            raise _no_way(angle) from None
        self.balance = self._balance(len(films) + 2)
        if not abs(self.balance.sum() - 1.0) < IMBALANCE or self.balance.min() < -IMBALANCE:
            raise _no_way(angle)

    def _balance(self, media: int) -> Array:
        """Reflected, absorbed by each layer, transmitted."""
        from tmm import inc_absorp_in_each_layer

        parts = np.zeros(media)
        parts[: self.end + 1] = np.real(inc_absorp_in_each_layer(self.data))
        parts[1:-1][self.lossless[1:-1]] = 0.0  # not round-off of either sign
        parts[0] = self.data["R"]
        return parts

    def profile(self, layer: int, depth: Array) -> Array:
        """Absorbed fraction per depth in `layer` (1 is the first film) [1/m]."""
        if layer > self.end or self.lossless[layer]:
            return np.zeros_like(depth)
        decay = float(self.decay[layer])
        if layer == self.end:
            return np.asarray(self.balance[layer] * decay * np.exp(-decay * depth))
        if np.ndim(self.data["stack_from_all"][layer]) == 0:
            return self._incoherent(layer, depth, decay)
        return self._coherent(layer, depth)

    def _incoherent(self, layer: int, depth: Array, decay: float) -> Array:
        """Two intensities that decay in opposite directions, together what the layer absorbs."""
        forward, backward = self.data["VW_list"][self.data["inc_from_all"][layer]]
        passes = decay * self.thickness[layer]
        shape = forward * np.exp(-decay * depth) + backward * np.exp(decay * depth)
        whole = -forward * math.expm1(-passes) + backward * math.expm1(passes)
        return np.asarray(self.balance[layer] * decay * shape / whole)

    def _coherent(self, layer: int, depth: Array) -> Array:
        """Light that enters the group of coherent layers from the front and from the back."""
        from tmm import absorp_analytic_fn

        group, place = self.data["stack_from_all"][layer]
        front, back = self.data["stackFB_list"][group]
        ahead = absorp_analytic_fn().fill_in(self.data["coh_tmm_data_list"][group], place)
        found = front * ahead.run(depth)
        if back != 0.0:
            data = self.data["coh_tmm_bdata_list"][group]
            behind = absorp_analytic_fn().fill_in(data, -1 - place)
            found = found + back * behind.run(self.thickness[layer] - depth)
        return np.asarray(np.real(found))
