"""Carriers and excitons that hop on packings of dots.

One call gives the mobility of a film (arguments by name, SI and eV; see `mobility.mobility_of`):

    mobility_of(size=9e-9, gap=1.5e-9, mass=0.15, temperature=300.0, spread=0.08, level_slope=-0.3,
                static_disorder=0.045, decay=9e9, reorganisation=0.1, phonon=0.0192, shape="cube",
                order=0.0, density=0.75, missing=0.0, necks=0.0, field=0.0, filling=0.0,
                law="marcus", count=1728, realisations=4, seed=0)

returns `mobility`, `standard_error` (finite box), `closed_form` (the same film by `film.hopping`),
`disorder`, `contacts`, `residual`, `spanning` and `status`. In steps: `pack`, `hops`, then
`weak_field` or `steady` (master equation), `walk` or `crowd` (kinetic Monte Carlo).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .master import Steady, occupation, steady, weak_field
    from .mobility import FilmMobility, disorder_exponent, mobility_of
    from .monte_carlo import Crowd, Walk, crowd, walk
    from .packing import Packing, pack
    from .rates import Hops, hops, level_rate

__all__ = [
    "Crowd",
    "FilmMobility",
    "Hops",
    "Packing",
    "Steady",
    "Walk",
    "crowd",
    "disorder_exponent",
    "hops",
    "level_rate",
    "mobility_of",
    "occupation",
    "pack",
    "steady",
    "walk",
    "weak_field",
]

_HOME = {
    "pack": "packing", "Packing": "packing", "Hops": "rates", "hops": "rates",
    "level_rate": "rates", "Steady": "master", "steady": "master", "weak_field": "master",
    "occupation": "master", "mobility_of": "mobility", "FilmMobility": "mobility",
    "disorder_exponent": "mobility", "walk": "monte_carlo", "crowd": "monte_carlo",
    "Walk": "monte_carlo", "Crowd": "monte_carlo",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a model only when it is used, so that start-up stays fast."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
