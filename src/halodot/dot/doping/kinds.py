"""The kinds of ions of an ensemble with what the library says of them, drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.sourced import Sourced
from ...library import Entry, Library
from ..draws import Draw
from . import content as ct

FloatArray = NDArray[np.float64]

_NEEDED = (
    "level_energy",
    "level_degeneracy",
    "level_lifetime",
    "level_loss_rate",
    "transfer_rate",
    "ions_per_exciton",
    "exciton_loss_rate",
    "quenching_content",
)
_OPTIONAL = ("pair_escape_rate", "ion_transfer_rate")


@dataclass(frozen=True)
class Line:
    """An emission line of an ion, drawn: peak and width [eV], share of the photons [1]."""

    name: str
    energy: Sourced
    width: Sourced
    peaks: FloatArray
    widths: FloatArray
    shares: FloatArray


@dataclass(frozen=True)
class Kind:
    """One kind of ion with its rates drawn, by the names of the library.

    `emits` is false for an ion that only takes defects away.
    """

    ion: ct.Ion
    content: FloatArray
    values: dict[str, FloatArray]
    lines: tuple[Line, ...]
    sources: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def emits(self) -> bool:
        """Whether the ion takes energy up."""
        return "level_energy" in self.values

    @property
    def cuts(self) -> bool:
        """Whether two ions share one exciton."""
        return self.emits and float(self.values["ions_per_exciton"][0]) > 1.5


def kinds(
    found: tuple[ct.Ion, ...], family: str, library: Library, draw: Draw
) -> tuple[tuple[Kind, ...], tuple[str, ...]]:
    """Return the dopants with rates, drawn, and the symbols of those without."""
    known, out, missing = library.names("dopant"), [], []
    for ion in found:
        name = ct.entry_name(ion.symbol, family)
        if name in known:
            out.append(_kind(ion, name, library, draw))
        else:
            missing.append(ion.symbol)
    return tuple(out), tuple(missing)


def _kind(ion: ct.Ion, name: str, library: Library, draw: Draw) -> Kind:
    entry = library.entry("dopant", name)
    quantities = {}
    if entry.has("level_energy"):
        quantities = {n: entry.require(n) for n in _NEEDED}
        quantities |= {n: entry.quantity(n) for n in _OPTIONAL if entry.has(n)}
    if entry.has("passivated_sites"):
        quantities["passivated_sites"] = entry.quantity("passivated_sites")
    values = {n: draw(q) for n, q in quantities.items()}
    sources = tuple(dict.fromkeys(s for q in quantities.values() for s in q.sources))
    notes = tuple(f"{name}: {n} {q.note}" for n, q in quantities.items() if q.basis == "fitted")
    lines = tuple(
        _line(library.entry("dopant", n), draw, values["level_energy"])
        for n in library.names("dopant")
        if n.startswith(name + ": ")
    )
    share = np.clip(draw(ion.content), 0.0, 1.0)
    return Kind(ion, share, values, lines, sources, notes)


def _line(entry: Entry, draw: Draw, level: FloatArray) -> Line:
    """A line, whose photons hold no more than the level gives."""
    energy, width = entry.require("line_energy"), entry.require("line_width")
    shares = draw(entry.require("line_share"))
    peaks = np.minimum(draw(energy), level)
    return Line(entry.name, energy, width, peaks, draw(width), shares)
