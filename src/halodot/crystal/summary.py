"""Everything that is known of a formula, as a hand-over object."""

from __future__ import annotations

import math

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.status import Status
from ..library import Entry, Library
from ..library.mixing import mix
from .composition import Composition, parse
from .landscape import TEMPERATURES, Landscape, landscape
from .lattice import lattice_constants
from .phases import Phase, bulk_free_energy, check_temperature, phase_at
from .radii import SETS
from .remarks import LIGANDS, MONOCLINIC, SEGREGATION, monoclinic
from .stability import SIZES, crossover, most_probable, probabilities, transitions
from .state import Crystal
from .tolerance import (
    FACTORS,
    NETWORKS,
    PRINTED,
    factor,
    factor_over_sets,
    nearest_set,
    printed,
    sets_that_give_printed,
)

ROOM = 300.0


def characterise(
    formula: str,
    lib: Library | None = None,
    size: float | None = None,
    temperature: float = ROOM,
) -> Crystal:
    """Return lattice and stability of `formula`.

    Parameters
    ----------
    formula
        For example ``CsPb(Br0.7Cl0.3)3``.
    lib
        Library; the built-in one if None.
    size
        Edge of a cube [m]; the bulk if None. Another shape counts as the cube with as much
        surface per volume: a platelet as one of three times its thickness.
    temperature
        [K]

    Raises
    ------
    InputError
        If the formula cannot be read, or size or temperature make no sense.

    Examples
    --------
    >>> round(float(characterise("CsPbBr3").tolerance_factor), 3)
    0.862
    """
    lib = Library.builtin() if lib is None else lib
    if size is not None and not 0.0 < size < math.inf:
        raise InputError("size", size, "a length above zero, edge of a cube", "10 nm")
    check_temperature(temperature)
    composition = parse(formula)
    near = nearest_set(lib, composition)
    phase = _phase(lib, composition)
    over = {name: factor_over_sets(composition, name) for name in FACTORS}
    ground = _within(landscape(composition, lib), size, temperature)
    probability = probabilities(ground, temperature, size) if ground.is_known else {}
    return Crystal(
        composition=composition,
        tolerance_factor=over["tolerance_factor"],
        octahedral_factor=over["octahedral_factor"],
        bartel_tau=over["bartel_tau"],
        printed=printed(lib, composition),
        lattice_constant=mix(lib, composition.end_members, "lattice_constant"),
        lattice=lattice_constants(composition, lib),
        phase=phase.name,
        phase_reason=phase.reason,
        phase_sources=phase.sources,
        size=math.inf if size is None else size,
        temperature=temperature,
        probability=probability,
        stable_phase=most_probable(probability) if ground.decides else "",
        stability_reason=ground.reason,
        free_energy=_free_energy(lib, composition, temperature),
        crossover_size=_crossover(ground, temperature),
        transitions=transitions(ground, size),
        by_set={n: {s: factor(composition, n, s) for s in SETS} for n in FACTORS},
        nearest_set=near[0] if near else "",
        nearest_difference=near[1] if near else None,
        status=Status.OK if composition.charge == 0.0 else Status.OUTSIDE_RANGE,
        notes=_notes(lib, composition, ground),
    )


def _within(ground: Landscape, size: float | None, temperature: float) -> Landscape:
    """The landscape, or none with the reason where size or temperature lie outside it."""
    low, high = TEMPERATURES
    reason = ""
    if not low <= temperature <= high:
        reason = f"free energies hold from {low:g} to {high:g} K, not at {temperature:g} K"
    elif size is not None and not SIZES[0] <= size <= SIZES[1]:
        reason = f"surface and bulk of a cube of {size * 1e9:.3g} nm cannot be told apart"
    if not reason or not ground.is_known:
        return ground
    return Landscape(ground.formula, reason=reason)


def _entry(lib: Library, composition: Composition) -> Entry | None:
    name = composition.host.formula
    return lib.entry("perovskite", name) if name in lib.names("perovskite") else None


def _phase(lib: Library, composition: Composition) -> Phase:
    """Phase of the bulk at 300 K."""
    if composition.is_mixed:
        return Phase("", "the phase of a mixed composition at 300 K is not in the library")
    entry = _entry(lib, composition)
    if entry is None:
        return Phase("", f"the library has no perovskite {composition.host.formula}")
    return phase_at(entry, ROOM)


def _free_energy(lib: Library, composition: Composition, temperature: float) -> Sourced:
    """Free energy of bulk gamma above delta [eV per formula unit]."""
    entry = _entry(lib, composition)
    if entry is None:
        reason = f"no free energies of the phases of {composition.host.formula} at hand"
        return Sourced.unknown("eV", reason)
    return bulk_free_energy(entry, temperature)


def _crossover(ground: Landscape, temperature: float) -> Sourced:
    if not ground.is_known:
        return Sourced.unknown("m", ground.reason)
    return crossover(ground, temperature)


def _notes(lib: Library, composition: Composition, ground: Landscape) -> tuple[str, ...]:
    notes = []
    if composition.charge != 0.0:
        notes.append(f"not neutral: {composition.charge:+.3g} charges a formula unit")
    if composition.family not in NETWORKS:
        notes.append("tolerance factors are formal for this family (no corner-sharing network)")
    if printed(lib, composition).is_known:
        agreeing = sets_that_give_printed(lib)
        pair = " and ".join(PRINTED)
        notes.append(
            f"the printed tolerance factors of {pair} follow from {', '.join(agreeing)}"
            if agreeing
            else f"no named set of radii gives the printed tolerance factors of {pair}"
        )
    if ground.is_known:
        notes.append(
            "the stable phase is the single phase of highest probability; probabilities come from "
            "priors and hold at equilibrium"
        )
    if ground.with_delta:
        notes.append(LIGANDS)
    if monoclinic(composition).is_known:
        notes.append("monoclinic phase: " + MONOCLINIC)
    if len(composition.site("X")) > 1:
        notes.append(SEGREGATION)
    if composition.dopants:
        notes.append("dopants do not enter the factors, the lattice constant and the molar mass")
    return tuple(notes)
