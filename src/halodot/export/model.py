"""What every export says of itself, and the numbers of a filament with their units and sources."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .. import __version__
from ..core.sourced import Sourced

if TYPE_CHECKING:
    from ..device.filament.device import Device
    from ..study import Study, StudyFile

WIDTH = 98
STOP = 1e-11  # m, over which a filament comes to rest at an electrode: the slack of our own steps
OFFSET = 1.0  # nm, added to the charge of the state: relative tolerances then do not crowd at 0
STIFF = 1e4  # V, over the compliance: resistance of a source at its limit
MOST = 100.0  # of asinh(I / 1 fA): nothing conducts as well, and no exponent runs over

# field of `growth.Cell`: unit, what it is, where a study sets it
FIELDS: dict[str, tuple[str, str, str]] = {
    "length": ("m", "way from electrode to electrode", ""),
    "tip": ("m", "radius of the tip", "filament.reduced.tip_radius"),
    "hop": ("m", "length of a hop", "filament.species[0].hop_length"),
    "atom": ("m", "edge of the cube of an atom", ""),
    "volume": ("m3", "of an atom", "filament.species[0].atomic_volume"),
    "charge": ("1", "charge number of the ion", ""),
    "attempt": ("Hz", "attempt frequency", "filament.species[0].attempt"),
    "inside": ("eV", "barrier of hops inside dots", "filament.species[0].barrier_inside"),
    "bare": ("eV", "barrier along their bare surface", "filament.species[0].barrier_surface"),
    "restored": ("1", "share of the difference of both that ligands restore",
                 "filament.ligands.surface_restored"),
    "coverage": ("1", "share of the surface under ligands", "filament.ligands.coverage"),
    "redox": ("eV", "barrier between metal and ion", "filament.species[0].redox_barrier"),
    "redox_shift": ("eV", "added to it by a full shell", "filament.ligands.redox_shift"),
    "transfer": ("1", "share of the overpotential that speeds oxidation",
                 "filament.species[0].transfer"),
    "formation": ("eV", "energy of an ion above an atom", "filament.species[0].formation_energy"),
    "tension": ("J/m2", "surface energy", "filament.species[0].surface_energy"),
    "creep": ("eV", "barrier of surface diffusion", "filament.species[0].creep_barrier"),
    "resistivity": ("ohm m", "of the metal", "filament.species[0].resistivity"),
    "path": ("m", "mean free path of its electrons", "filament.species[0].mean_free_path"),
    "decay": ("1/m", "of the conductance of the gap", "filament.gap_decay"),
    "point": ("S", "conductance of one atom", "filament.point_conductance"),
    "film_heat": ("W/m/K", "thermal conductivity of the film", "filament.thermal_conductivity"),
    "temperature": ("K", "of the surroundings", "temperature"),
    "warming": ("K m2/W", "rise for the light absorbed", "heating.thermal_resistance"),
    "lowering": ("eV", "largest fall of barriers under light", "filament.lighting.lowering"),
    "half_light": ("W/m2", "absorbed light of half of it", "filament.lighting.half_light"),
    "redox_share": ("1", "share of it that the redox and creep barriers take",
                    "filament.lighting.redox_share"),
    "damage": ("1", "chance of an atom to knock off a ligand, at 300 K", "filament.ligands.damage"),
    "damage_hot": ("1", "that chance without a barrier", "filament.reduced.damage_hot"),
    "damage_exponent": ("1", "growth of the loss with the atoms across",
                        "filament.ligands.damage_exponent"),
    "adhesion": ("eV", "added to the creep barrier without ligands", "filament.reduced.adhesion"),
    "interface": ("1", "share of the voltage at the active electrode that falls at its face",
                  "filament.reduced.interface_share"),
    "series": ("ohm", "in series with the device", "circuit.series_resistance"),
    "compliance": ("A", "of the source", "circuit.compliance"),
    "compliance_reset": ("A", "of the source, active electrode negative",
                         "filament.reduced.compliance_reset"),
    "growth": ("1", "factor on the growth", "filament.reduced.growth_factor"),
    "thinning": ("1", "factor on the thinning", "filament.reduced.thinning_factor"),
}  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """Where an export comes from, for the head of every file.

    Attributes
    ----------
    study, title, variant
        Its id and title; label of the variant, empty where there is none.
    identity
        Hash of the resolved study, its files, and the code (`StudyFile.identity`).
    notes
        What was said when the model was made.
    sources
        Parameter of `FIELDS` -> basis, source and reason of its value.
    """

    study: str
    title: str = ""
    variant: str = ""
    identity: str = "not of a study file"
    notes: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the model: letters, digits and underscores.

        >>> Origin("m9", variant="OGB, low compliance").name
        'halodot_m9_ogb_low_compliance'
        """
        from ..runs import slug

        words = ["halodot", slug(self.study), *([slug(self.variant)] if self.variant else [])]
        return "_".join(words).replace("-", "_")

    def head(self, what: str, mark: str, *paragraphs: str) -> list[str]:
        """Lines of comment: what it is, from where, units, assumptions and use.

        >>> print(Origin("m9", "A cell").head("Subcircuit", "*", "Use: it.")[0])
        * Subcircuit
        """
        variant = f", variant '{self.variant}'" if self.variant else ""
        said = [
            what,
            f"written by halodot {__version__}; study {self.study}{variant}, {self.identity}",
            *([self.title] if self.title else []),
            *paragraphs,
        ]
        lines: list[str] = []
        for text in said:
            lines += [f"{mark} {line}".rstrip() for line in wrapped(text, len(mark) + 1)]
        return lines


def wrapped(text: str, taken: int = 2) -> list[str]:
    """Return `text` in lines of at most `WIDTH`, its own line breaks kept, plain ASCII."""
    plain = text.translate(_PLAIN).encode("ascii", "replace").decode()
    lines: list[str] = []
    for line in plain.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(line, WIDTH - taken, subsequent_indent=indent) or [""]
    return lines


_PLAIN = str.maketrans({"µ": "u", "μ": "u", "Ω": "ohm", "–": "-", "—": "-", "²": "2", "³": "3",
                        "°": " deg", "×": "x", "·": " ", "→": "->", "≈": "~", "≤": "<=",
                        "≥": ">=", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "..."})  # fmt: skip


@dataclass(frozen=True)
class Filament:
    """A filament in its stack without noise, ready to be written.

    Attributes
    ----------
    device
        As `device.compact` made it.
    shift
        Of the barriers on the way of this filament [eV]: the middle of what `device.spread` and
        `device.sites` give; another way is another number.
    """

    device: Device
    origin: Origin
    shift: float
    full_light: Sourced = field(default_factory=lambda: Sourced.unknown("W/m2", "no light"))

    def parameters(self) -> Iterator[tuple[str, float, str, str]]:
        """Yield (name, value, unit, what it is and where it is from) of the cell."""
        for name, value in self.device.cell._asdict().items():
            unit, what, _ = FIELDS[name]
            source = self.origin.sources.get(name, "")
            yield name, float(value), unit, f"{what}; {source}" if source else what


def filament(device: Device, origin: Origin, full_light: Sourced | None = None) -> Filament:
    """Return what is written of a filament: the noise off, its way the middle one.

    >>> import math
    >>> from halodot.device.filament.reduced import way
    >>> way(0.5, 0.0, 1e9)
    0.0
    """
    from ..device.filament.reduced import way

    shift = float(way(0.5, device.spread, device.sites))
    light = full_light or Sourced.unknown("W/m2", "the device has no light")
    return Filament(device, origin, shift, light)


def origin_of(file: StudyFile, study: Study, variant: str, notes: tuple[str, ...] = ()) -> Origin:
    """Return the origin of an export of a study, with the source of every number."""
    header = file.study.study
    return Origin(
        header.id, header.title, variant, f"hash {file.identity}", notes, sources_of(study)
    )


def sources_of(study: Study) -> dict[str, str]:
    """Return for each parameter of `FIELDS` its basis, source and reason.

    >>> from halodot.study import load
    >>> sources_of(load("m9").study)["redox"][:15]
    'fitted (ref142)'
    """
    from ..study import quantities

    if study.device is None:
        return {}
    values = dict(quantities(study.device))
    found = {name: told(values[key]) for name, (_, _, key) in FIELDS.items() if key in values}
    found["atom"] = "cube root of the volume"
    found["length"] = "sum of the layers on the way"
    if "compliance_reset" not in found and "compliance" in found:
        found["compliance_reset"] = f"as the compliance: {found['compliance']}"
    return found


def told(q: Sourced) -> str:
    """Return basis, sources and reason of a value in a line."""
    sources = f" ({', '.join(q.sources)})" if q.sources else ""
    note = f": {q.note}" if q.note else ""
    return " ".join(f"{q.basis}{sources}{note}".split())
