"""Whether dots stay dispersed in a solvent, and whether solvents mix.

Ethers and ketones precipitate the dots (the review), water and alcohols take ligands or CsX, amides
and sulfoxides dissolve them; any other solvent beyond the Hansen radius of the shell is refused.
Solvents are sorted by class. Pairs of classes that part into two liquids are remembered,
unverified; that table knows only pairs that part over most compositions at room temperature.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from ...library.entry import Entry
from .hansen import Distance, distance

PRECIPITATE = {
    "ether": "ethers precipitate the dots (review, 5)",
    "ketone": "ketones precipitate the dots (review, 5)",
    "alcohol": "alcohols strip ligands and precipitate the dots",
    "water": "water takes CsX from the dots",
    "amide": "coordinates lead and dissolves the dots",
    "sulfoxide": "coordinates lead and dissolves the dots",
}
STRIPPING = {"ester": "esters take ligands off: for washing"}
OILS = frozenset({"alkane", "alkene"})
PARTING = {
    "water": OILS | {"aromatic", "halogenated", "ester", "ether"},
    "amide": OILS,
    "sulfoxide": OILS,
    "nitrile": OILS,
}
PARTING_BY_NAME = {"methanol": OILS}


def refusal(entry: Entry, far: Distance) -> str:
    """Why dots in oleyl shells do not stay dispersed in a solvent; empty where they do."""
    kind = entry.text("solvent_class")
    if kind in PRECIPITATE:
        return PRECIPITATE[kind]
    if far.relative is None:
        return "not judged: neither Hansen triplet nor Hildebrand parameter"
    if far.relative > 1.0:
        return (
            f"Hansen distance {far.value:.1f} MPa^0.5 is beyond the shell, RED {far.relative:.2f}"
        )
    return ""


def warnings(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield what an ink of these solvents does to dots in oleyl shells, solvent by solvent."""
    for entry in entries:
        why = refusal(entry, distance(entry)) or STRIPPING.get(entry.text("solvent_class"), "")
        if why:
            yield f"{entry.name}: {why}; judged for an oleyl shell"


def parted(entries: Sequence[Entry]) -> tuple[str, str] | None:
    """Return the first pair of solvents that part into two liquids, None where all mix.

    Examples
    --------
    >>> from halodot.library import Library
    >>> known = Library.builtin()
    >>> parted([known.entry("solvent", n) for n in ("n-octane", "water")])
    ('n-octane', 'water')
    """
    for a, b in combinations(entries, 2):
        if _parts(a, b) or _parts(b, a):
            return a.name, b.name
    return None


def _parts(a: Entry, b: Entry) -> bool:
    own = PARTING_BY_NAME.get(a.name, PARTING.get(a.text("solvent_class"), frozenset()))
    return b.text("solvent_class") in own
