"""Structures as files: a unit cell as CIF, a dot of N x N x N cells as XYZ.

A dot of N cells an edge ends either in AX planes (every octahedron whole: N^3 B, (N + 1)^3 A and
3 N^2 (N + 1) X) or in BX2 planes (N^3 A, (N + 1)^3 B, 3 N (N + 1)^2 X). Neither is neutral: with
the formal charges +1, +2, -1 they carry 3 N + 1 and 3 N + 2 charges, which ligands or missing
surface ions balance in a real dot. Atoms stand where the bulk has them: nothing is relaxed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import InputError, nearest
from ..core.randomness import generator
from ..library import Library
from .cells import Cell, unit_cell
from .cif import plain_text, symmetric_text, symmetry
from .composition import Composition, parse
from .filling import atoms_of, doped_shares, fill
from .octahedra import Array

TERMINATIONS = ("AX", "BX2")
MOST_CELLS = 40
MOST_ATOMS = 500_000
_ANGSTROM = 1e-10


@dataclass(frozen=True)
class Dot:
    """A dot atom by atom.

    Parameters
    ----------
    formula
        As asked for.
    phase, termination
        "alpha" etc.; "AX", "BX2", or "cells" where whole cells are stacked.
    cells
        Cells along the three edges.
    ions
        Number of each ion (a molecular cation counts as one).
    charge
        Sum of the formal charges [elementary charges].
    edge
        Largest distance of two planes of ions along each edge [m].
    symbols, places
        Elements and coordinates ``[atom, 3]`` [m].
    seed
        Of the places on shared sites and of the turns of molecules.
    notes
        What to know of the structure.
    """

    formula: str
    phase: str
    termination: str
    cells: tuple[int, int, int]
    ions: dict[str, int]
    charge: int
    edge: tuple[float, float, float]
    symbols: tuple[str, ...]
    places: Array
    seed: int
    notes: tuple[str, ...] = ()

    @property
    def stoichiometry(self) -> str:
        """Ions and their numbers, Cs216Pb125Br450."""
        return "".join(f"{s}{n}" for s, n in self.ions.items())


def termination_of(text: str, composition: Composition) -> str:
    """Return "AX" or "BX2" for what a user writes: CsX, AX, CsBr, PbBr2, BX2 or PbX2.

    Raises
    ------
    InputError
        If it names neither.

    Examples
    --------
    >>> termination_of("CsX", parse("CsPbBr3"))
    'AX'
    """
    words: dict[str, str] = {}
    halides = ("X", *composition.site("X"))
    cations = {"AX": ("A", *composition.site("A"))}
    cations["BX2"] = ("B", *composition.site("B"), *composition.site("B'"))
    for kind, heads in cations.items():
        tail = kind[2:]
        words |= {f"{h}{x}{tail}": kind for h in heads for x in halides}
    if text not in words:
        allowed = "one of " + ", ".join(words)
        raise InputError("termination", text, allowed, nearest(text, words))
    return words[text]


def read_cells(text: str) -> tuple[int, int, int]:
    """Return the cells along the three edges from "5x5x5" or "5".

    Raises
    ------
    InputError
        If these are not one or three whole numbers from 1 to 40.

    Examples
    --------
    >>> read_cells("5x5x3")
    (5, 5, 3)
    """
    parts = text.lower().replace("×", "x").split("x")
    parts = parts * 3 if len(parts) == 1 else parts
    numbers = [int(p) if p.strip().isascii() and p.strip().isdigit() else 0 for p in parts]
    if len(numbers) != 3 or not all(1 <= n <= MOST_CELLS for n in numbers):
        raise InputError("cells", text, f"NxNxN, each from 1 to {MOST_CELLS}", "5x5x5")
    return numbers[0], numbers[1], numbers[2]


def dot(
    formula: str,
    lib: Library,
    cells: tuple[int, int, int],
    *,
    phase: str | None = None,
    termination: str | None = None,
    seed: int = 1,
) -> Dot:
    """Return a dot cut from the crystal.

    Parameters
    ----------
    formula
        For example ``CsPbBr3``.
    lib
        Library with the lattice constants.
    cells
        Pseudocubic cells along the edges, counted in octahedra (one B site each); unit cells for
        families that are no perovskites.
    phase, termination
        As in `unit_cell`; "AX" if None, or what `termination_of` reads.
    seed
        Of what is drawn.

    Raises
    ------
    InputError
        If the structure is not known, or the dot would be too large.

    Examples
    --------
    >>> cube = dot("CsPbBr3", Library.builtin(), (3, 3, 3))
    >>> cube.stoichiometry, cube.charge
    ('Cs64Pb27Br108', 10)
    """
    composition = parse(formula)
    cell = unit_cell(composition, lib, phase)
    volume = 1.0 if cell.pseudocubic is None else float(np.linalg.det(cell.pseudocubic))
    if float(np.prod(cells)) / volume * len(cell.roles) > MOST_ATOMS:
        raise InputError("cells", "x".join(map(str, cells)), f"at most {MOST_ATOMS} sites", "")
    if cell.ideal is None:
        if termination is not None:
            allowed = f"nothing: whole cells are stacked for {composition.family} {cell.phase}"
            remedy = "leave it out, or name another phase (--phase gamma)"
            raise InputError("termination", termination, allowed, remedy)
        kind, (roles, places) = "cells", _stacked(cell, cells)
    else:
        kind = termination_of(termination or "AX", composition)
        roles, places = _cut(cell, cells, kind)
    rng = generator(seed, "crystal", composition.formula, *cells)
    ions = fill(composition, roles, rng)
    symbols, points = atoms_of(ions, places, rng)
    spans = places @ _axes(cell).T
    edge = tuple(float(x) for x in spans.max(axis=0) - spans.min(axis=0))
    return Dot(
        composition.formula, cell.phase, kind, cells, _ordered(ions, composition),
        _charge(ions, composition), edge, tuple(symbols), points, seed,  # type: ignore[arg-type]
        (*cell.notes, *_notes(composition)),
    )  # fmt: skip


def _axes(cell: Cell) -> Array:
    """Unit vectors along the edges of a dot."""
    vectors = cell.vectors
    if cell.pseudocubic is not None:
        vectors = np.linalg.inv(cell.pseudocubic) @ cell.vectors
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1)[:, None])


def _cut(cell: Cell, cells: tuple[int, int, int], kind: str) -> tuple[list[str], Array]:
    """All sites whose place in the untilted lattice lies inside the cuboid."""
    if cell.ideal is None or cell.pseudocubic is None:
        raise ValueError("only networks with a pseudocubic lattice can be cut")
    # AX planes lie half a constant outside the outermost B sites, BX2 planes hold them
    low = np.full(3, -0.5) if kind == "AX" else np.zeros(3)
    high = low + np.array(cells)
    reach = max(cells) + 2
    shifts = np.array(list(np.ndindex(*(2 * reach + 1,) * 3))) - reach
    # a cheap first cut by the origin of each cell, then by each site
    origins = shifts @ cell.pseudocubic
    near = np.all((origins > low - 3.0) & (origins < high + 3.0), axis=1)
    roles: list[str] = []
    places: list[Array] = []
    for shift, origin in zip(shifts[near], origins[near], strict=True):
        where = origin + cell.ideal
        inside = np.all((where > low - 1e-6) & (where < high + 1e-6), axis=1)
        for k in np.flatnonzero(inside):
            roles.append(cell.roles[k])
            places.append((shift + cell.positions[k]) @ cell.vectors)
    return roles, np.array(places)


def _stacked(cell: Cell, cells: tuple[int, int, int]) -> tuple[list[str], Array]:
    shifts = np.array(list(np.ndindex(*cells)))
    inside = cell.positions - np.floor(cell.positions)
    points = (shifts[:, None] + inside[None]).reshape(-1, 3) @ cell.vectors
    return list(cell.roles) * len(shifts), points


def _ordered(ions: Sequence[str], composition: Composition) -> dict[str, int]:
    found = Counter(ions)
    order = [s for role, _ in composition.sites for s in doped_shares(composition, role)]
    return {s: found[s] for s in dict.fromkeys(order) if found[s]}


def _charge(ions: Sequence[str], composition: Composition) -> int:
    from .elements import species

    states, known = dict(composition.oxidation), species()
    total = Counter(ions)
    return sum(n * states.get(s, known[s].oxidation_states[0]) for s, n in total.items())


def _notes(composition: Composition) -> tuple[str, ...]:
    notes = ["cut from the bulk, not relaxed"]
    if composition.is_mixed or any(d.fraction for d in composition.dopants):
        notes.append("shared sites are filled at random from the seed")
    if any(d.fraction is None for d in composition.dopants):
        notes.append("dopants without a share are left out")
    if {"MA", "FA"} & set(composition.site("A")):
        notes.append("molecular cations are rigid and turned at random from the seed")
    return tuple(notes)


def write_xyz(cluster: Dot, path: str | Path) -> Path:
    """Write a dot as XYZ, whole or not at all; the comment line says what it is.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    from ase import Atoms
    from ase.io import write

    comment = (
        f"{cluster.stoichiometry} charge={cluster.charge:+d} phase={cluster.phase} "
        f"termination={cluster.termination} cells={'x'.join(map(str, cluster.cells))} "
        f"seed={cluster.seed}; {'; '.join(cluster.notes)}"
    )
    atoms = Atoms(list(cluster.symbols), positions=cluster.places / _ANGSTROM)
    return replace_file(
        path, lambda p: write(p, atoms, format="xyz", comment=comment, fmt="%14.6f")
    )


def write_cif(
    formula: str, path: str | Path, lib: Library, *, phase: str | None = None, seed: int = 1
) -> tuple[Cell, tuple[str, ...]]:
    """Write one unit cell as CIF, whole or not at all, and return its cell and notes.

    The file holds the symmetry operations and one site of each kind. With molecular cations,
    which are turned at random from `seed`, it lists every atom in P1, and so says the cell.

    Raises
    ------
    InputError
        If the structure is not known or the file cannot be written.
    """
    composition = parse(formula)
    cell = unit_cell(composition, lib, phase)
    shares = {r: doped_shares(composition, r) for r in sorted(set(cell.roles))}
    notes = list(cell.notes)
    if {"MA", "FA"} & {s for inside in shares.values() for s in inside}:
        text, more = _turned(cell, shares, generator(seed, "crystal", composition.formula))
        cell, notes = replace(cell, space_group="P1", number=1), notes + more
    else:
        text = symmetric_text(cell, shares)
        if any(len(inside) > 1 for inside in shares.values()):
            notes.append("shared sites carry occupancies")
    replace_file(path, lambda p: p.write_text(text, encoding="ascii"))
    return cell, tuple(notes)


def _turned(
    cell: Cell, shares: Mapping[str, Mapping[str, float]], rng: np.random.Generator
) -> tuple[str, list[str]]:
    """Every atom of a cell with molecules, the main ion on shared sites, and what to know."""
    ions = [_main(shares[r]) for r in cell.roles]
    inside = cell.positions - np.floor(cell.positions)
    symbols, points = atoms_of(ions, inside @ cell.vectors, rng)
    notes = ["molecular cations are rigid and turned at random: every atom is listed, in P1"]
    if any(len(s) > 1 for s in shares.values()):
        notes.append("shared sites show their main ion only (molecules have no occupancy here)")
    return plain_text(cell.vectors, symbols, points), notes


def _main(shares: Mapping[str, float]) -> str:
    return max(shares, key=lambda s: (shares[s], s))


def space_group(formula: str, lib: Library, phase: str | None = None) -> tuple[str, int]:
    """Return the space group that spglib finds, each role of a site taken as one element.

    Examples
    --------
    >>> space_group("CsPbBr3", Library.builtin(), "gamma")
    ('Pnma', 62)
    """
    data = symmetry(unit_cell(parse(formula), lib, phase))
    return str(data.international), int(data.number)


def replace_file(path: str | Path, write: Any) -> Path:
    """Write a file through a neighbour that takes its place when it is whole.

    Raises
    ------
    InputError
        If the folder does not exist or cannot be written.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        if target.is_dir():
            raise InputError("output file", str(path), "a file, not a folder", "name a file in it")
        write(temporary)
        os.replace(temporary, target)
    except OSError as e:
        reason = e.strerror or "cannot be written"
        raise InputError("output file", str(path), f"a file that can be written ({reason})",
                         "name a folder that exists") from None  # fmt: skip
    finally:
        temporary.unlink(missing_ok=True)
    return target
