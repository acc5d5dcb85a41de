"""A pinned drop of an ink, all numbers of it: drying, Peclet number, flow along the surface, ring.

The laws stand in `drop`, `blend`, `marangoni` and `ring`; here they meet the ink of a spec.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from . import blend, drop, ink, marangoni, ring

F = NDArray[np.float64]
Numbers = Mapping[str, F]


def drying(mixture: ink.Ink, x: Numbers) -> dict[str, F]:
    """A pinned drop of the ink: drying, Peclet number, flow along the surface, ring."""
    angle, temperature = x["contact_angle"], x["temperature"]
    radius = x["contact_radius"]
    if "drop_volume" in x:
        radius = drop.contact_radius(x["drop_volume"], angle)
    size = drop.volume(radius, angle)
    p, eta = ink.pressures(x, mixture), ink.viscosities(x, mixture)
    masses, densities = (ink.column(x, mixture, n) for n in ("molar_mass", "mass_density"))
    moles = [
        s * size * rho / m for s, rho, m in zip(mixture.shares, densities, masses, strict=True)
    ]
    still = 1.0 - x["background"]
    rate = 4.0 * radius * x["vapour_diffusivity"] * still / (drop.GAS * temperature)
    density = ink.by_volume(mixture, densities)
    viscosity = np.exp(ink.by_mole(mixture, [np.log(v) for v in eta]))
    tensions = ink.column(x, mixture, "surface_tension")
    tension = ink.by_mole(mixture, tensions)
    time = blend.drying_time(moles, p, rate)
    moved = blend.diffused(moles, p, eta, rate, x["particle_diameter"], temperature)
    out = {
        "drying_time": time,
        "peclet": radius**2 / moved,
        "z_number": drop.z_number(density, tension, x["nozzle"], viscosity),
        "drop_radius": radius,
        "drop_volume": size,
        "dot_diffusivity": drop.diffusivity(viscosity, x["particle_diameter"], temperature),
        "density": density,
        "viscosity": viscosity,
        "vapour": ink.by_mole(
            mixture,
            [drop.saturated_vapour(a, b, temperature) for a, b in zip(p, masses, strict=True)],
        ),
        "solids": np.minimum(x["concentration"] / x["solids_density"], x["packing"]),
        "boiling": np.maximum.reduce(p),
    }
    return out | _flows(mixture, x, out, tensions, p)


def _flows(
    mixture: ink.Ink, x: Numbers, wet: dict[str, F], tensions: list[F], p: list[F]
) -> dict[str, F]:
    """Marangoni numbers and the ring that is left."""
    depth = marangoni.height(wet["drop_radius"], x["contact_angle"])
    masses = ink.column(x, mixture, "molar_mass")
    heats = ink.column(x, mixture, "vaporisation_enthalpy")
    heat = ink.by_mole(mixture, [h / m for h, m in zip(heats, masses, strict=True)])
    rate = marangoni.flux(
        wet["drop_radius"], wet["vapour"], x["vapour_diffusivity"], x["background"]
    )
    cold = marangoni.cooling(rate, heat, depth, x["heat_conductivity"])
    thermal = marangoni.thermal(
        x["tension_slope"], cold, depth, wet["viscosity"], x["heat_diffusivity"]
    )
    last = int(np.argmin([float(np.mean(v)) for v in p]))
    solutal = marangoni.solutal(
        tensions[last],
        ink.by_mole(mixture, tensions),
        np.array(mixture.moles[last]),
        depth,
        wet["viscosity"],
        x["solvent_diffusivity"],
    )
    kept = (1.0 - marangoni.relief(thermal, x["thermal_relief"])) * (
        1.0 - marangoni.relief(solutal, x["solutal_relief"])
    )
    pe, critical = wet["peclet"], x["critical_peclet"]
    share = ring.share(pe, critical, 1.0 - kept)
    return {
        "thermal_marangoni": thermal,
        "solutal_marangoni": solutal,
        "held_back": 1.0 - kept,
        # a draw holds its own critical number, so that a ring forms or does not
        "ring_chance": np.where(pe > critical, 1.0, 0.0) * kept,
        "ring_share": share,
        "ring_width": ring.width(share, pe, wet["solids"], x["packing"]),
    }
