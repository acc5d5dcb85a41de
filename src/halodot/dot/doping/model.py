"""A doped ensemble with its rates drawn: from host, ions and sites to yields."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.sourced import Sourced
from ..draws import Draw
from . import content as ct
from . import rates
from .equations import System
from .host import Host
from .kinds import Kind
from .solution import steady

FloatArray = NDArray[np.float64]

DOTS = 4  # classes of size and ion numbers, in each draw of the parameters
_TRAPS = 5  # classes of traps per dot: 0, 1, 2, 3, more
_DRAWN = ("level", "radiative", "loss", "traps", "trap_rate")


@dataclass(frozen=True)
class Doped:
    """A doped ensemble.

    Attributes
    ----------
    host, kinds
        Drawn.
    unknown
        Symbols without rates.
    sites
        M of the dots of mean size, drawn.
    size_spread
        Standard deviation of the size over its mean.
    temperature
        [K]
    """

    host: Host
    kinds: tuple[Kind, ...]
    unknown: tuple[str, ...]
    sites: FloatArray
    size_spread: float
    temperature: float

    @property
    def emitters(self) -> tuple[Kind, ...]:
        """The kinds that take energy up."""
        return tuple(k for k in self.kinds if k.emits)

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.sites)

    def with_content(self, symbol: str, value: float) -> Doped:
        """Return the same ensemble with another content of one dopant."""
        kinds = tuple(
            replace(k, content=np.full(self.draws, value)) if k.ion.symbol == symbol else k
            for k in self.kinds
        )
        return replace(self, kinds=kinds)

    def first(self, count: int) -> Doped:
        """Return the first draws only; the very first is the central one."""
        kinds = tuple(
            replace(
                k,
                content=k.content[:count],
                values={n: v[:count] for n, v in k.values.items()},
            )
            for k in self.kinds
        )
        cut = {n: getattr(self.host, n)[:count] for n in _DRAWN}
        return replace(self, host=replace(self.host, **cut), kinds=kinds, sites=self.sites[:count])


@dataclass(frozen=True)
class Yields:
    """Photons for each absorbed photon: of the host (draws,), of each ion (draws, emitters)."""

    host: FloatArray
    ions: FloatArray
    converged: NDArray[np.bool_]

    @property
    def total(self) -> FloatArray:
        """All photons."""
        return self.host + self.ions.sum(axis=1)


def sites_of(family: str, core: FloatArray, lattice: Sourced, draw: Draw) -> FloatArray:
    """Return M of dots with core volume `core` [m3], drawn."""
    return ct.site_count(family, core, draw(ct.cell_edge(family, lattice)))


def losses_left(doped: Doped) -> FloatArray:
    """Return the share of the losses to defects that the passivating ions leave, drawn."""
    left = np.ones(doped.draws)
    for k in doped.kinds:
        if "passivated_sites" in k.values:
            left = left * rates.left_dark(k.content, k.values["passivated_sites"])
    return left


@dataclass(frozen=True)
class Ensemble:
    """Rates of all dots of all draws, draw by draw, and the weights of the dots (draws, dots)."""

    system: System
    weights: FloatArray


def system(doped: Doped, classes: int = DOTS) -> Ensemble:
    """Return the dots of every draw: `classes` of size and ion numbers, each with its traps."""
    n, emitters = doped.draws, doped.emitters
    left = losses_left(doped)
    traps, chance = _traps(doped.host.traps * left)
    at = np.repeat(ct.classes(classes, len(emitters) + 1), traps.shape[1], axis=0)
    dots = len(at)
    size = _normal(at[:, 0]) * doped.size_spread if classes > 1 else np.zeros(dots)
    volume = np.maximum(1.0 + size, 0.2) ** 3
    sites = np.maximum(np.round(doped.sites[:, None] * volume / volume.mean()), 1.0).ravel()

    def spread(v: ArrayLike) -> FloatArray:
        return np.repeat(np.broadcast_to(np.asarray(v, float), (n,)), dots)

    columns = [_column(doped, k, np.tile(at[:, i + 1], n), sites, spread, left)
               for i, k in enumerate(emitters)]  # fmt: skip
    empty = np.zeros((n * dots, 0))
    joined = {
        name: np.stack([c[name] for c in columns], axis=1) if columns else empty
        for name in ("ions", "transfer", "back", "annihilation", "ion_radiative", "ion_loss",
                     "ion_thermal")
    }  # fmt: skip
    states = rates.EXCITON_STATES
    trapped = np.tile(traps, (1, classes)).ravel() * spread(doped.host.trap_rate)
    found = System(
        radiative=spread(doped.host.radiative),
        loss=spread(doped.host.loss * left) + trapped,
        exciton_thermal=spread(rates.boltzmann(doped.host.level, doped.temperature, states)),
        sites=sites,
        order=np.array([k.values["ions_per_exciton"][0] for k in emitters]),
        exchange=_exchange(emitters, n, dots),
        **joined,
    )
    return Ensemble(found, np.tile(chance, (1, classes)) / classes)


def _traps(mean: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Numbers of traps and the Poisson chance of each, (draws, classes); the last holds the rest.

    One class without traps where there are none in any draw.
    """
    if not np.any(mean > 0.0):
        return np.zeros((len(mean), 1)), np.ones((len(mean), 1))
    number = np.tile(np.arange(float(_TRAPS)), (len(mean), 1))
    chance = np.exp(-mean)[:, None] * np.ones_like(number)
    for k in range(1, _TRAPS - 1):
        chance[:, k] = chance[:, k - 1] * mean / k
    few = chance[:, :-1].sum(axis=1)
    chance[:, -1] = np.maximum(1.0 - few, 0.0)
    used = (chance[:, :-1] * number[:, :-1]).sum(axis=1)
    rest = np.maximum(chance[:, -1], 1e-12)
    number[:, -1] = np.maximum((mean - used) / rest, _TRAPS - 1.0)
    return number, chance


def _column(
    doped: Doped,
    k: Kind,
    at: FloatArray,
    sites: FloatArray,
    spread: rates.Spread,
    left: FloatArray,
) -> dict[str, FloatArray]:
    """The rates of one kind of ion in all dots."""
    v = {name: spread(x) for name, x in k.values.items()}
    content, temperature = spread(k.content), doped.temperature
    order, energy = v["ions_per_exciton"], v["level_energy"]
    number = ct.ion_numbers(at, sites, content)
    forward, back = rates.transfer(
        v["transfer_rate"],
        sites,
        spread(doped.host.level) - order * energy,
        temperature,
        order,
        v["level_degeneracy"],
        v.get("pair_escape_rate", spread(np.inf)),
    )
    paired = number >= order  # one ion alone cannot share an exciton
    light = 1.0 / v["level_lifetime"]
    return {
        "ions": number,
        "transfer": forward * paired,
        "back": back * paired,
        "annihilation": v["exciton_loss_rate"] / sites,
        "ion_radiative": light,
        "ion_loss": v["level_loss_rate"] * spread(left)
        + rates.quenching(light, content, v["quenching_content"]),
        "ion_thermal": rates.boltzmann(energy, temperature, v["level_degeneracy"]),
    }


def _exchange(emitters: tuple[Kind, ...], draws: int, dots: int) -> FloatArray:
    count = len(emitters)
    w = np.zeros((draws, count, count))
    for i, a in enumerate(emitters):
        for j, b in enumerate(emitters):
            if i != j and "ion_transfer_rate" in a.values:
                below = b.values["level_energy"] < a.values["level_energy"]
                w[:, i, j] = np.where(below, a.values["ion_transfer_rate"], 0.0)
    return np.repeat(w, dots, axis=0)


def _normal(at: FloatArray) -> FloatArray:
    from scipy.special import ndtri

    return np.asarray(ndtri(at))


def yields(doped: Doped, excitation: ArrayLike, classes: int = DOTS) -> Yields:
    """Return the yields at `excitation` photons per dot and second, scalar or one a draw.

    Larger dots absorb more, in proportion to their volume; light of the dark is not counted.
    """
    return yields_of(system(doped, classes), excitation)


def yields_of(found: Ensemble, excitation: ArrayLike) -> Yields:
    """Return the yields of dots whose rates stand already."""
    s, weights = found.system, found.weights
    draws, dots = weights.shape
    sites = s.sites.reshape(draws, dots)
    told = np.broadcast_to(np.asarray(excitation, float), (draws,))[:, None]
    g = told * sites / (weights * sites).sum(axis=1, keepdims=True)
    at = steady(s, g.ravel())
    dark = s.ion_thermal / (1.0 + s.ion_thermal)
    host = s.radiative * (at.excitons - s.exciton_thermal)
    ions = s.ions * s.ion_radiative * (at.excited - dark)
    count = ions.shape[1]
    by_ion = (weights[..., None] * ions.reshape(draws, dots, count)).sum(axis=1) / told
    good = np.asarray(at.converged.reshape(draws, dots).all(axis=1))
    return Yields((weights * host.reshape(draws, dots)).sum(axis=1) / told[:, 0], by_ion, good)
