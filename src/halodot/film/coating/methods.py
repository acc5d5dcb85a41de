"""Thickness and unevenness by method, from the numbers of the ink and of the process.

Each function takes the spec, the inputs by name and the numbers of the wet drop, and returns the
thickness of the dry film [m] and the relative spread that the method itself leaves. The laws stand
in `spin` and `deposits`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from . import deposits, ring, spin
from .spec import CoatingSpec

F = NDArray[np.float64]
Numbers = Mapping[str, F]


def _spun(spec: CoatingSpec, x: Numbers, wet: dict[str, F]) -> tuple[F, F]:
    del spec
    speed = x["speed"]
    rate = spin.evaporation(
        speed, wet["vapour"], wet["density"], x["vapour_diffusivity"], x["background"],
        x["transfer_coefficient"],
    )  # fmt: skip
    h = spin.wet_thickness(wet["viscosity"], rate, wet["density"], speed)
    wet["drying_time"] = spin.drying_time(x["start_thickness"], h, rate)
    dry = spin.solids(wet["solids"], x["start_thickness"], h) / x["packing"]
    return dry, x["striation"] * wet["ring_share"]


def _printed(spec: CoatingSpec, x: Numbers, wet: dict[str, F]) -> tuple[F, F]:
    one, n = wet["drop_volume"], spec.inkjet.passes
    dry = deposits.printed(one, wet["solids"], x["packing"], x["pitch"], n)
    numbers = np.broadcast_arrays(
        wet["drop_radius"], x["pitch"], wet["ring_share"], wet["ring_width"]
    )
    found = [_map_spread(*(float(v) for v in row)) for row in zip(*numbers, strict=True)]
    return dry, np.array(found) * deposits.unmerged(wet["drying_time"], x["line_time"])


def _map_spread(radius: float, pitch: float, share: float, width: float) -> float:
    cell = deposits.printed_map(radius, pitch, share, width)
    return float(cell.std() / cell.mean()) if cell.mean() > 0.0 else 1.0


def _sprayed(spec: CoatingSpec, x: Numbers, wet: dict[str, F]) -> tuple[F, F]:
    n = spec.spray.passes
    dry = deposits.sprayed(x["wet_thickness"], wet["solids"], x["packing"], n)
    own = ring.roughness(wet["ring_share"], wet["ring_width"])
    noise = deposits.shot_noise(x["wet_thickness"], n, wet["drop_volume"], wet["drop_radius"], own)
    return dry, noise


def _layered(spec: CoatingSpec, x: Numbers, wet: dict[str, F]) -> tuple[F, F]:
    del wet
    n, filled = spec.layers.cycles, x["filling"]
    return deposits.layered(n, filled, x["dot_pitch"]), deposits.layer_noise(n, filled)


def _evaporated(spec: CoatingSpec, x: Numbers, wet: dict[str, F]) -> tuple[F, F]:
    del spec, wet
    place = (x["substrate_radius"], x["distance"], x["cosine_exponent"])
    mean = x["rate"] * x["duration"] * deposits.vapour_mean(*place)
    return mean, deposits.vapour_spread(*place)


METHODS: dict[str, Callable[[CoatingSpec, Numbers, dict[str, F]], tuple[F, F]]] = {
    "spin": _spun,
    "inkjet": _printed,
    "spray": _sprayed,
    "layer_by_layer": _layered,
    "evaporation": _evaporated,
}
