"""The host as the ions see it: where its exciton lies and how it decays without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.sourced import Sourced, assumed
from ...crystal.composition import parse
from ...library import Library
from ..draws import Draw
from ..spec import DotModel
from ..state import DotProperties

FloatArray = NDArray[np.float64]

_TRAPPED = ("level", "emission", "width", "lifetime", "yield")
_LIFETIME = assumed(5e-9, "s", 1e-9, 3e-8, "lead halide dots at 300 K; unverified")
_YIELD = assumed(0.5, "1", 0.02, 0.99, "no yield of the undoped dots is at hand")


@dataclass(frozen=True)
class Host:
    """A host without its dopants, drawn.

    Attributes
    ----------
    level
        Energy that the exciton can hand over [eV].
    radiative, loss
        Rates of the exciton in a dot without traps [1/s].
    traps, trap_rate
        Mean number of traps per dot [1], Poisson distributed, and the rate of one [1/s].
    peak, width
        Of its emission [eV].
    energy, spectrum
        Shape of its emission; empty for a Gaussian of `peak` and `width`.
    band
        Peak and width with their intervals.
    sources, notes
        What it rests on.
    """

    level: FloatArray
    radiative: FloatArray
    loss: FloatArray
    traps: FloatArray
    trap_rate: FloatArray
    peak: FloatArray
    width: FloatArray
    energy: FloatArray
    spectrum: FloatArray
    band: tuple[Sourced, Sourced]
    sources: tuple[str, ...]
    notes: tuple[str, ...]


def host(dots: DotProperties, library: Library, model: DotModel, draw: Draw) -> Host | str:
    """Return the host of `dots`, or the reason why there is none.

    Levels that the dot model gives come first; else the band of self-trapped excitons of the
    library, weighted over the end members that it knows.
    """
    if dots.optical_gap.is_known and dots.pl_energy.is_known:
        shape = (dots.emission_energy, dots.emission_spectrum)
        return _levelled(dots, model, draw, shape)
    trapped = _trapped(dots.formula, library)
    if trapped is None:
        return f"neither levels nor a band of trapped excitons of {dots.formula} are at hand"
    level, peak, width, life, told = trapped
    none = np.empty(0), np.empty(0)
    radiative = 1.0 / draw(life)
    loss = radiative * _lost(draw(dots.plqy if dots.plqy.is_known else told))
    zero = np.zeros_like(loss)
    rates = (radiative, loss, zero, zero)
    note = f"host emission: a band of self-trapped excitons, {peak.note}"
    return _host(draw, level, rates, (peak, width), none, (note,))


def _levelled(
    dots: DotProperties, model: DotModel, draw: Draw, shape: tuple[FloatArray, FloatArray]
) -> Host:
    """A host whose levels the dot model gives; its traps are those of `recombination`."""
    known = dots.radiative_lifetime.is_known
    radiative = 1.0 / draw(dots.radiative_lifetime if known else _LIFETIME)
    traps = dots.extras.get("traps_per_dot", Sourced.unknown("1", ""))
    zero = np.zeros_like(radiative)
    if traps.is_known:
        rates = (radiative, zero, np.maximum(draw(traps), 0.0), draw(model.trap_rate))
        note = f"{float(traps):.3g} traps a dot without its dopants ({traps.basis})"
    else:
        told = dots.plqy if dots.plqy.is_known else _YIELD
        rates = (radiative, radiative * _lost(draw(told)), zero, zero)
        note = f"yield of {float(told):.3g} without dopants ({told.basis}): {told.note}"
    return _host(draw, dots.optical_gap, rates, (dots.pl_energy, dots.pl_fwhm), shape, (note,))


def _lost(quantum_yield: FloatArray) -> FloatArray:
    """Loss over the radiative rate that leaves a yield."""
    return np.asarray(1.0 / np.clip(quantum_yield, 1e-6, 1.0 - 1e-4) - 1.0)


def _host(
    draw: Draw,
    level: Sourced,
    rates: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    band: tuple[Sourced, Sourced],
    shape: tuple[FloatArray, FloatArray],
    notes: tuple[str, ...],
) -> Host:
    above, width = draw(level), np.abs(draw(band[1]))
    # levels and emission of a dot move together; a trapped exciton relaxes on its own
    peak = float(band[0]) + above - above[0] if shape[0].size else draw(band[0])
    peak = np.minimum(peak, above)
    return Host(above, *rates, peak, width, *shape, band, level.sources, notes)


def _trapped(formula: str, library: Library) -> list[Sourced] | None:
    """Level, peak, width, lifetime and yield of the trapped exciton of a mixture."""
    known = library.names("perovskite")
    shares = {
        name: x
        for name, x in parse(formula).host.end_members.items()
        if name in known and library.entry("perovskite", name).has("trapped_exciton_level")
    }
    if not shares:
        return None
    entries = [
        (x / sum(shares.values()), library.entry("perovskite", n)) for n, x in shares.items()
    ]
    found = []
    for name in _TRAPPED:
        parts = [(x, e.quantity(f"trapped_exciton_{name}")) for x, e in entries]
        ends = [sum(x * float(q if v is None else v) for x, q in parts for v in [getattr(q, end)])
                for end in ("value", "low", "high")]  # fmt: skip
        notes = "; ".join(dict.fromkeys(q.note for _, q in parts if q.note))
        sources = tuple(dict.fromkeys(s for _, q in parts for s in q.sources))
        unit = parts[0][1].unit
        found.append(Sourced(ends[0], unit, ends[1], ends[2], "assumed", sources, notes))
    return found
