"""The optics of SIMsalabim (`genProfile = calc`) with our transfer matrix.

As in the peer the light passes a thick substrate (incoherent), the transparent electrode, the
layers and the back electrode, which is taken to be without end; every photon between lambda_min and
lambda_max that a layer with layerGen = 1 absorbs makes one pair. The files name the index as
`lambda n k` and the spectrum as `lambda I`, lengths in m and I in W m^-2 per m; samples are 1 nm
apart.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from ....optics.constants import OpticalConstants
from ....optics.generation import Absorber, generation_profile
from ....optics.spectrum import Spectrum
from ..layers import Array
from .tables import Parameters, columns, number

STEP = 1e-9  # m
SUBSTRATE = 1e-3  # m, thick enough to be incoherent
BACK = 5e-6  # m, thick enough to be opaque
ANY = 1e-3  # eV, every photon of the range makes a pair


def missing(setup: Parameters, layers: list[Parameters], folder: Path) -> list[str]:
    """Files that the optics need and that are not there."""
    names = [setup.text(n, "none") for n in ("nkSubstrate", "nkTCO", "nkBE", "spectrum")]
    names += [p.text("nkLayer", "none") for p in layers]
    return [name for name in names if not (folder / name).is_file()]


def profiles(
    setup: Parameters, layers: list[Parameters], makes: list[bool], folder: Path
) -> list[float | tuple[Array, Array]]:
    """Generation of every layer over its depth; 0 where a layer makes no pairs."""
    low, high = (setup.number(f"lambda_{e}", "m", above=0.0) for e in ("min", "max"))
    if high < low:
        raise setup.refuse("lambda_max", high, f"at least lambda_min ({low:g} m)")
    waves = np.asarray(low + STEP * np.arange(round((high - low) / STEP) + 1), np.float64)
    where, power = _table(folder / setup.text("spectrum"), ("lambda", "I"))
    light = Spectrum(waves, np.asarray(STEP * np.interp(waves, where, power), np.float64))
    films = [Absorber(_index(folder / setup.text("nkSubstrate")), SUBSTRATE, coherent=False)]
    electrode = setup.number("L_TCO", "m", 0.0, low=0.0)
    if electrode > 0.0:
        films.append(Absorber(_index(folder / setup.text("nkTCO")), electrode))
    before = len(films)
    for p, makes_pairs in zip(layers, makes, strict=True):
        index = _index(folder / p.text("nkLayer"))
        thickness = p.number("L", "m", above=0.0)
        films.append(Absorber(index, thickness, gap=ANY if makes_pairs else math.inf))
    back = max(BACK, setup.number("L_BE", "m", above=0.0))
    films.append(Absorber(_index(folder / setup.text("nkBE")), back))
    found = generation_profile(films, light).profiles[before:-1]
    return [0.0 if profile is None else profile for profile in found]


def _table(path: Path, names: tuple[str, ...]) -> list[Array]:
    rows = columns(path, names)
    return list(np.array([[number(word, str(path)) for word in row] for row in rows]).T)


def _index(path: Path) -> OpticalConstants:
    wavelength, n, k = _table(path, ("lambda", "n", "k"))
    return OpticalConstants(wavelength, n, k, name=path.name)
