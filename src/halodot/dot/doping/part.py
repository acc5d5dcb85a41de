"""The part of a dot that its dopants change: yield, bands, colour, decay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...core.randomness import generator
from ...core.sourced import Sourced
from ...library import Library
from ..absorption import volume
from ..draws import drawer, summary
from ..spec import DotModel
from ..state import DotProperties
from . import content as ct
from . import spectrum
from .host import host
from .kinds import Kind, kinds
from .model import Doped, Yields, losses_left, sites_of, system, yields, yields_of
from .solution import Decay, pulsed

if TYPE_CHECKING:
    from ..parts import Context

FloatArray = NDArray[np.float64]

DRAWS = 200
_LONG = ("wire", "rod", "platelet", "cuboid")  # shapes of two sizes
Share = Callable[..., Sourced]
_HALVINGS = 13  # of 15 decades: 0.4 % of the rate


def dope(dots: DotProperties, context: Context) -> DotProperties:
    """Return `dots` with what their dopants change; without dopants as they came.

    The total yield, the spectrum and the colour hold all bands. `pl_energy` and `pl_fwhm` are
    those of the strongest band. New extras: yields, contents, ions per dot, lifetimes and peaks by
    ion (``plqy_mn``), ``plqy_host``, ``quantum_cutting``, ``saturation_rate``.
    """
    model, library = context.model, context.library
    found = ct.ions(dots.formula, library, model.dopant_content)
    if not found:
        return dots
    doped = ensemble(dots, library, model, context.material["lattice_constant"], found)
    if isinstance(doped, str):
        return _without_host(dots, found, doped)
    plain = _unknown(dots, doped.unknown)
    if not doped.kinds:
        return plain
    return _dressed(plain, doped, float(model.excitation_rate))


def ensemble(
    dots: DotProperties,
    library: Library,
    model: DotModel,
    lattice: Sourced,
    found: tuple[ct.Ion, ...],
    draws: int = DRAWS,
) -> Doped | str:
    """Return the doped ensemble, drawn, or the reason why there is no host for the ions.

    Parameters
    ----------
    dots
        The same dots without dopants.
    library, model
        Rates, and what the user sets.
    lattice
        Pseudocubic lattice constant [m].
    found
        The dopants.
    draws
        How many times uncertain rates are drawn, the central values first.
    """
    from ...crystal.composition import parse

    draw = drawer(generator(0, "doping"), draws)
    base = host(dots, library, model, draw)
    if isinstance(base, str):
        return base
    family = parse(dots.formula).family
    lateral = dots.lateral
    if lateral is None and dots.shape in _LONG:
        lateral = model.lateral_default
    core = volume(dots.shape, draw(dots.size), None if lateral is None else draw(lateral))
    sites = sites_of(family, core, lattice, draw)
    known, missing = kinds(found, family, library, draw)
    spread = float(dots.size_spread) if dots.size_spread.is_known else 0.0
    return Doped(base, known, missing, sites, spread, dots.temperature)


def _unknown(dots: DotProperties, symbols: tuple[str, ...]) -> DotProperties:
    extras, notes = dict(dots.extras), list(dots.notes)
    for symbol in symbols:
        reason = f"no rates of {symbol} in {dots.formula.partition(':')[0]} are at hand"
        extras[f"plqy_{symbol.lower()}"] = Sourced.unknown("1", reason)
        notes.append(f"{reason}: the levels and the peak are those without it")
    why = "what " + ", ".join(symbols) + " does to the yield is not known: no rates are at hand"
    return replace(dots, plqy=Sourced.unknown("1", why), extras=extras, notes=tuple(notes))


def _without_host(dots: DotProperties, found: tuple[ct.Ion, ...], reason: str) -> DotProperties:
    extras = {f"plqy_{i.symbol.lower()}": Sourced.unknown("1", reason) for i in found}
    return replace(dots, extras=dots.extras | extras, notes=(*dots.notes, reason))


def _dressed(dots: DotProperties, doped: Doped, excitation: float) -> DotProperties:
    """`dots` with the yields, bands and decays of its dopants."""
    found = yields(doped, excitation)
    if not found.converged[0]:
        reason = "the rate equations of the dopants did not converge"
        return replace(dots, plqy=Sourced.unknown("1", reason), notes=(*dots.notes, reason))
    sources = tuple(dict.fromkeys(s for k in doped.kinds for s in k.sources))
    sources = tuple(dict.fromkeys((*doped.host.sources, *sources)))
    good = found.converged

    def share(v: FloatArray, note: str = "") -> Sourced:
        return summary(v[good], "1", sources=sources, note=note)

    extras = dots.extras | {"plqy_host": share(found.host, "photons of the host band")}
    for i, k in enumerate(doped.emitters):
        extras |= _of_emitter(k, found, i, share)
    for k in doped.kinds:
        extras |= _of_ion(k, doped)
    extras |= _of_all(doped)
    notes = (*dots.notes, *doped.host.notes, *(n for k in doped.kinds for n in k.notes))
    notes += _assumptions(doped, excitation)
    if doped.emitters:
        dots, said = _repainted(dots, doped, found)
        notes += (said,)
    note = f"all bands together, at {excitation:.3g} photons absorbed per dot and second"
    return replace(dots, plqy=share(found.total, note), extras=dots.extras | extras, notes=notes)


def _of_emitter(k: Kind, found: Yields, i: int, share: Share) -> dict[str, Sourced]:
    name, light = k.ion.symbol.lower(), 1.0 / k.values["level_lifetime"]
    main = max(k.lines, key=lambda line: float(line.shares[0]))
    lost = k.values["level_loss_rate"]
    alone = "of one excited ion, without transfer to others"
    return {
        f"plqy_{name}": share(found.ions[:, i], f"photons of {k.ion.symbol}"),
        f"band_ratio_{name}": share(
            found.ions[:, i] / np.maximum(found.host, 1e-12), "photons of the ion over the host's"
        ),
        f"dopant_peak_{name}": main.energy,
        f"dopant_lifetime_{name}": summary(1.0 / (light + lost), "s", note=alone),
    }


def _of_ion(k: Kind, doped: Doped) -> dict[str, Sourced]:
    name = k.ion.symbol.lower()
    number = "mean number of ions in a dot"
    return {
        f"dopant_content_{name}": k.ion.content,
        f"dopants_per_dot_{name}": summary(k.content * doped.sites, "1", note=number),
    }


def _of_all(doped: Doped) -> dict[str, Sourced]:
    extras = {}
    left = losses_left(doped)
    if np.any(left < 1.0):
        extras["passivated_share"] = summary(
            1.0 - left, "1", note="share of the losses to defects that the ions turn off"
        )
    ideal = replace(doped, host=replace(doped.host, traps=0.0 * doped.host.traps))
    s = system(ideal, 1).system
    quick = s.decay + (s.ions * s.transfer).sum(axis=1)
    extras["host_lifetime"] = summary(
        1.0 / quick, "s", note="of the exciton beside its dopants, in a dot without traps"
    )
    for k in doped.kinds:
        if k.cuts:
            enough = float(doped.host.level[0]) > 2.0 * float(k.values["level_energy"][0])
            said = f"exciton of {float(doped.host.level[0]):.2f} eV against twice "
            said += f"{float(k.values['level_energy'][0]):.2f} eV of {k.ion.symbol}"
            extras["quantum_cutting"] = Sourced(float(enough), "yes_no", note=said)
    if doped.emitters:
        extras["saturation_rate"] = saturation(doped)
    return extras


def saturation(doped: Doped) -> Sourced:
    """Return the excitation [photons per dot and second] that halves the yield at weak light.

    Found by bisection in every draw, for dots with the mean number of ions.
    """
    s = system(doped, 1)
    weak = yields_of(s, 1e-6).total
    low, high = np.full(doped.draws, -3.0), np.full(doped.draws, 12.0)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        above = yields_of(s, 10.0**middle).total > 0.5 * weak
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    reason = "the yield does not fall to half below 1e12 photons per dot and second"
    if low[0] > 11.9:
        return Sourced.unknown("1/s", reason)
    note = "photons absorbed per dot and second at which the yield is half of that in weak light"
    return summary(10.0**high, "1/s", note=note)


def _assumptions(doped: Doped, excitation: float) -> tuple[str, ...]:
    notes = [
        "rates of energy transfer are priors that were not verified; see the theory page p8",
    ]
    for k in doped.kinds:
        if k.ion.content.basis != "given":
            text = f"content of {k.ion.symbol} of {float(k.ion.content):.3g} is assumed: "
            notes.append(text + k.ion.content.note)
    crowd = excitation / float(doped.host.radiative[0])
    if crowd > 0.3:
        notes.append(
            f"{crowd:.2g} excitons per dot: Auger recombination between excitons is left out"
        )
    return tuple(notes)


def _repainted(dots: DotProperties, doped: Doped, found: Yields) -> tuple[DotProperties, str]:
    """`dots` with spectrum, colour, peak and decay of all bands, and what was done."""
    energy = spectrum.grid(doped)
    parts = spectrum.bands(doped, found, energy)
    paint = spectrum.colours(doped, found, energy)
    name, peak, width = spectrum.strongest(doped, found)
    curves = dots.curves | {"band_energy": energy, "band_host": parts.host}
    for k, band in zip(doped.emitters, parts.ions, strict=True):
        curves[f"band_{k.ion.symbol.lower()}"] = band
    late = decay(doped)
    curves |= {"doping_time": late.time, "decay_host": late.excitons / late.excitons[0]}
    if "decay_emission" in dots.curves:
        s = system(doped.first(1), 1).system
        gone = float((s.ions * s.transfer)[0].sum()) * dots.curves["decay_time"]
        curves["decay_emission"] = dots.curves["decay_emission"] * np.exp(-gone)
    for i, k in enumerate(doped.emitters):
        top = max(float(late.excited[:, i].max()), 1e-300)
        curves[f"decay_{k.ion.symbol.lower()}"] = late.excited[:, i] / top
    changed = replace(
        dots,
        pl_energy=peak,
        pl_fwhm=width,
        cie_x=paint.x,
        cie_y=paint.y,
        colour=paint.swatch,
        extras=dots.extras | {"dominant_wavelength": paint.dominant},
        emission_energy=energy,
        emission_spectrum=parts.total / parts.total.max(),
        curves=curves,
    )
    return changed, f"peak and width are those of the strongest band ({name}); colour is of all"


def decay(doped: Doped) -> Decay:
    """Return what follows a weak pulse in a dot without traps, of mean size and ion numbers."""
    ideal = replace(doped, host=replace(doped.host, traps=0.0 * doped.host.traps))
    return pulsed(system(ideal.first(1), 1).system)
