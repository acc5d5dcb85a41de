"""What the composition alone says of a dot: bulk gap, its slope in temperature, substitutions.

Also the lead-free families: where no model of the levels holds, what was measured stands in for
it, whatever the size and with a wide interval, and the rest is unknown with its reason.

``a_site_shift = E(A, B, X) - E(Cs, B, X)``, ``b_site_shift = E(A, B, X) - E(A, Pb, X)``, each from
bulk gaps in one convention (`gap_convention`). Range: solid solutions; a localised exciton has no
confinement in this picture, so its numbers carry no size. Expected accuracy: that of the gaps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..core.sourced import Sourced
from ..crystal.composition import Composition, parse
from ..library import Library
from ..library.mixing import difference, end_member, hosted, mix, remarks
from .bulk import Bulk
from .gap_convention import DIRECT, INDIRECT, OPTICAL, gap_at, member_gap, transition
from .parts import Context
from .state import DotProperties

_YES_NO = "yes_no"
_SLOPES = ("gap_temperature_slope", "gap_slope_expansion", "gap_slope_phonon")
_NETWORK = {
    "A2BX6": "every second octahedron of the perovskite is missing: octahedra stand alone",
    "A3B2X9": "octahedra form pairs or layers, not a network in three dimensions",
    "A4BX6": "octahedra stand alone (zero-dimensional)",
    "AB2X5": "layers that are no perovskite",
}
_GUESTS = (
    "guests smaller than lead contract the lattice; pressure lowers the gap of lead halides "
    "(-13 to -41 meV/GPa read for MAPbI3), so the blue shift that the review reports is not an "
    "effect of the contraction alone"
)


def compose(dots: DotProperties, context: Context) -> DotProperties:
    """Add what follows from the composition (a part, see `parts`).

    Examples
    --------
    >>> from halodot.dot import characterise
    >>> from halodot.synthesis.state import DotPopulation
    >>> size = Sourced(5e-9, "m", basis="given"), Sourced(0.1, "1", basis="given")
    >>> population = DotPopulation("Cs2AgBiBr6", "cube", *size, "OA")
    >>> dots = characterise(population, Library.builtin(), 300)
    >>> float(dots.extras["bulk_optical_gap"]), bool(dots.extras["indirect_gap"].value)
    (2.19, True)
    """
    library, composition = context.library, parse(context.population.formula).host
    known = library.names("perovskite")
    listed = next((n for n in (dots.formula, composition.formula) if n in known), None)
    members = {listed: 1.0} if listed else composition.end_members
    extras = _gaps(library, members, context.temperature)
    extras |= _character(library, hosted(library, members)[0], context.material)
    extras |= _substitutions(library, composition, members, context.temperature)
    extras["lattice_constant"] = context.material["lattice_constant"]
    added = tuple(n for n in _remarks(library, composition, members) if n not in dots.notes)
    dots = replace(dots, extras={**dots.extras, **extras}, notes=(*dots.notes, *added))
    is_modelled = composition.family == "ABX3" and not context.material.localised
    return dots if is_modelled else _measured(dots, library, listed)


def _gaps(library: Library, members: Mapping[str, float], temperature: float) -> dict[str, Sourced]:
    """Bulk gaps and how they move with temperature."""
    found = {
        "bulk_gap": gap_at(library, members, temperature),
        "bulk_optical_gap": gap_at(library, members, temperature, OPTICAL),
    }
    found |= {name: mix(library, members, name) for name in _SLOPES}
    found["gap_widens_on_heating"] = _widens(found["gap_temperature_slope"])
    return found


def _widens(slope: Sourced) -> Sourced:
    if not slope.is_known:
        return Sourced.unknown(_YES_NO, slope.note)
    is_open = slope.low is not None and slope.high is not None and slope.low < 0.0 < slope.high
    note = "by the central value; the interval of the slope holds both signs" if is_open else ""
    return _yes(float(slope) > 0.0, slope, note)


def _yes(answer: bool, because: Sourced, note: str = "") -> Sourced:
    return Sourced(float(answer), _YES_NO, None, None, because.basis, because.sources, note)


def _character(
    library: Library, members: Mapping[str, float], material: Bulk
) -> dict[str, Sourced]:
    """Whether the gap is indirect and the exciton localised, as far as it is known."""
    kind, known = transition(library, members), library.names("perovskite")
    indirect = Sourced.unknown(_YES_NO, "whether the gap is direct or indirect was not read")
    if kind in (DIRECT, INDIRECT):
        rows = library.entry("perovskite", next(iter(members))).rows["band_gap_transition"]
        indirect = _yes(kind == INDIRECT, rows[0].value, rows[0].value.note)
    binding = [end_member(library, n, "exciton_binding_energy") for n in members if n in known]
    sources = tuple(dict.fromkeys(s for q in binding for s in q.sources))
    if material.localised:
        bound = Sourced(1.0, _YES_NO, None, None, "sourced", sources)
    elif material.family == "ABX3" and all(q.is_known for q in binding):
        note = "the exciton is described by effective masses"
        bound = Sourced(0.0, _YES_NO, None, None, "computed", sources, note)
    else:
        bound = Sourced.unknown(_YES_NO, "the extent of the exciton was not read")
    return {"indirect_gap": indirect, "localised_exciton": bound}


def _substitutions(
    library: Library, composition: Composition, members: Mapping[str, float], temperature: float
) -> dict[str, Sourced]:
    """Gap against the same compound with Cs, or with Pb, on the site."""
    found: dict[str, Sourced] = {}
    if composition.family != "ABX3":
        return found

    def gap(name: str) -> Sourced:
        return member_gap(library, name, temperature)

    for role, reference, name in (("A", "Cs", "a_site_shift"), ("B", "Pb", "b_site_shift")):
        if composition.site(role) == {reference: 1.0}:
            continue
        pure = ((reference, 1.0),)
        sites = tuple((r, pure if r == role else s) for r, s in composition.sites)
        plain = replace(composition, sites=sites).end_members
        shift = difference(library, members, plain, "band_gap", gap)
        found[name] = replace(shift, note=shift.note or f"against {reference} on the {role} site")
    return found


def _remarks(
    library: Library, composition: Composition, members: Mapping[str, float]
) -> tuple[str, ...]:
    notes = list(remarks(library, members))
    if any(" as a shift of the host" in n for n in notes):
        notes.append(_GUESTS)
    known = library.names("perovskite")
    for name in members:
        if name in known and library.entry("perovskite", name).text("phase_300k") == "delta":
            notes.append(
                f"bulk {name} at 300 K is the delta phase, which is no perovskite and has another, "
                "wider gap: the values hold for a dot that keeps a perovskite phase"
            )
    if composition.family in _NETWORK:
        notes.append(f"{composition.family}: {_NETWORK[composition.family]}")
    return tuple(notes)


def _measured(dots: DotProperties, library: Library, listed: str | None) -> DotProperties:
    """What was measured in place of levels that no model gives, whatever the size."""
    if listed is None:
        return _edges(dots, Sourced.unknown("eV", "binding energies of mixtures were not read"))
    entry = library.entry("perovskite", listed)
    energy, yield_ = entry.quantity("emission_energy"), entry.quantity("emission_yield")
    if "emission_energy" in entry.rows and not dots.pl_energy.is_known:
        dots = replace(dots, pl_energy=energy)
        if energy.is_known and not dots.cie_x.is_known:
            why = Sourced.unknown("1", "the emission peak is known, its width and shape are not")
            dots = replace(dots, cie_x=why, cie_y=why)
    if yield_.is_known and not dots.plqy.is_known:
        dots = replace(dots, plqy=yield_)
    binding = entry.quantity("exciton_binding_energy")
    if binding.is_known and not dots.exciton_binding.is_known:
        dots = replace(dots, exciton_binding=binding)
    return _edges(dots, binding)


def _edges(dots: DotProperties, binding: Sourced) -> DotProperties:
    """The optical edge of the bulk as the least that the gap of a dot can be."""
    edge = dots.extras["bulk_optical_gap"]
    if dots.band_gap.is_known:
        return dots
    if not edge.is_known:
        why = Sourced.unknown("eV", f"{dots.band_gap.note}; {edge.note}")
        return replace(dots, band_gap=why)
    reach = float(binding.high or binding) if binding.is_known else 0.5
    top = float(edge.high or edge) + reach
    note = (
        "the optical edge of the bulk, whatever the size; the interval reaches up by the largest "
        "exciton binding energy, as confinement is not known"
    )
    gap = replace(edge, low=float(edge.low or edge), high=top, note="; ".join((edge.note, note)))
    reason = (
        f"{dots.optical_gap.note}; the edge of the bulk lies at {float(edge):.3g} eV, but it is "
        + ("indirect" if dots.extras["indirect_gap"].value else "weak or of unknown strength")
        + ": the first absorption maximum lies above it by an energy that was not read"
    )
    optical = dots.optical_gap if dots.optical_gap.is_known else Sourced.unknown("eV", reason)
    return replace(dots, band_gap=gap, optical_gap=optical)
