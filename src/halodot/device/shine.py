"""Which layer of a device emits light, with what spectrum, and the columns of a record of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN
from ..core.sourced import Sourced, computed
from .emission import emitted_light, outcoupling
from .record import Recorded
from .spec import DeviceSpec
from .stack import ResolvedLayer

Array = NDArray[np.float64]
POINTS = 401  # of the spectrum
BAND_WIDTH = 1.795  # kT: full width at half maximum of sqrt(E) exp(-E/kT)


def emitter(layers: list[ResolvedLayer]) -> ResolvedLayer | None:
    """Return the layer that emits: of those that recombine with light, that of the least gap."""
    bright = [a for a in layers if a.carriers and a["radiative_coefficient"] > 0.0]
    return min(bright, key=lambda a: a["band_gap"], default=None)


def peak_of(layer: ResolvedLayer) -> tuple[Sourced, Sourced]:
    """Peak and full width at half maximum of the light of a layer [eV].

    Given, or that of the dots, else band to band: sqrt(E - E_g) exp(-(E - E_g)/kT) peaks kT/2
    above the gap and is 1.8 kT wide.
    """
    energy, width = layer.emission
    kt = BOLTZMANN * layer.temperature
    gap = layer.values["band_gap"]
    note = "band to band"
    if not energy.is_known:
        energy = computed(float(gap) + 0.5 * kt, "eV", note=note)
    if not width.is_known:
        width = computed(BAND_WIDTH * kt, "eV", note=note)
    return energy, width


def spectrum_of(energy: float, width: float) -> tuple[Array, Array]:
    """Photon energies [eV] and a gaussian of photons per energy, of that width at half maximum."""
    sigma = width / (2.0 * np.sqrt(2.0 * np.log(2.0)))
    low = max(energy - 5.0 * sigma, 0.05 * energy)
    grid = np.linspace(low, energy + 5.0 * sigma, POINTS)
    return grid, np.exp(-0.5 * ((grid - energy) / sigma) ** 2)


def with_light_out(
    recorded: Recorded, spec: DeviceSpec, layers: list[ResolvedLayer]
) -> tuple[Recorded, dict[str, Sourced]]:
    """Add the emitted light to a record, and the parameters that it rests on.

    The column ``emission`` holds the radiative pairs; where the refractive index of the emitting
    layer (or the outcoupling) is known, photons, efficiency and luminance follow.
    """
    layer, pairs = emitter(layers), recorded.columns.get("emission")
    if layer is None or pairs is None:
        columns = {n: v for n, v in recorded.columns.items() if n != "emission"}
        return replace(recorded, columns=columns), {}
    share, index = spec.outcoupling, layer.values["refractive_index"]
    if share is None and float(index) >= 1.0:
        share = outcoupling(index)
    if share is None:
        note = f"{layer.name}: no refractive index, so that only its radiative pairs are recorded"
        return replace(recorded, notes=(*recorded.notes, note)), {}
    energy, width = peak_of(layer)
    grid, shape = spectrum_of(float(energy), float(width))
    columns = recorded.columns
    lit = emitted_light(
        pairs, columns["current_density"], columns["voltage"], grid, shape, share=share
    )
    found = {n.replace("quantum", "external_quantum"): v for n, v in lit.columns().items()}
    parameters = {
        "outcoupling": lit.outcoupling,
        "emission_energy": energy,
        "emission_width": width,
        "cie_x": lit.cie_x,
        "cie_y": lit.cie_y,
    }
    added = {n: values for n, (values, _) in found.items()}
    units = {n: unit for n, (_, unit) in found.items()}
    return (
        replace(recorded, columns=columns | added, units={**recorded.units, **units}),
        {n: q for n, q in parameters.items() if q.is_known},
    )
