"""A phase that fills a share s of a layer, as a layer of its mean densities.

With n = s n' the mean of what has the density n' inside of the phase,

    states, traps, ions, doping, absorption   s times
    pairs and captures                        k/s      (rate s k' n' p' = (k'/s) n p)
    Auger                                     C/s^2
    emission from a trap                      unchanged: capture k/s, states s N
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.sourced import Sourced

if TYPE_CHECKING:
    from .layer import Layer
    from .stack import ResolvedLayer

# name of a value of a layer -> power of the share that it takes
POWERS = {
    "effective_dos_conduction": 1,
    "effective_dos_valence": 1,
    "donor_density": 1,
    "trap_density": 1,
    "ion_density": 1,
    "radiative_coefficient": -1,
    "capture_electron": -1,
    "capture_hole": -1,
    "auger_electron": -2,
    "auger_hole": -2,
}


def times(value: Sourced, factor: float, why: str = "") -> Sourced:
    """Return a value and its interval times a factor; an unknown one stays unknown."""
    ends = [None if x is None else x * factor for x in (value.value, value.low, value.high)]
    note = "; ".join(part for part in (value.note, why) if part)
    return replace(value, value=ends[0], low=ends[1], high=ends[2], note=note)


def diluted(layer: ResolvedLayer, share: float, why: str) -> ResolvedLayer:
    """Return a layer whose states, traps and ions fill `share` of it.

    Light, mobility and permittivity are left: they follow other laws.
    """
    values = dict(layer.values)
    for name, power in POWERS.items():
        if name in values and values[name].is_known:
            values[name] = times(values[name], share**power, why)
    return replace(layer, values=values, spec=_thinned(layer.spec, share))


def _thinned(spec: Layer, share: float) -> Layer:
    """Further traps and ions of a layer, diluted."""
    traps = tuple(
        t.model_copy(
            update={
                "density": times(t.density, share),
                "capture_electron": times(t.capture_electron, 1.0 / share),
                "capture_hole": times(t.capture_hole, 1.0 / share),
            }
        )
        for t in spec.trap
    )
    ions = tuple(
        i.model_copy(
            update={
                "density": times(i.density, share),
                "limit": None if i.limit is None else times(i.limit, share),
            }
        )
        for i in spec.ion
    )
    limit = spec.ion_limit
    return spec.model_copy(
        update={
            "trap": traps,
            "ion": ions,
            "ion_limit": None if limit is None else times(limit, share),
        }
    )
