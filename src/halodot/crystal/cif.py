"""A unit cell as CIF: its symmetry operations and one site of each kind.

The operations are those that spglib finds in the cell as it stands, each role of a site taken as
one element, so that a reader gets every atom back and the space group with it. A site that ions
share is one row for each ion, with its share as occupancy. Molecular cations are turned at random
and keep no symmetry: with them every atom is listed, in P1.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..core.errors import InputError
from .cells import Cell
from .octahedra import Array

# Hermann-Mauguin symbols of `halodot.crystal.cells.SPACE_GROUPS` as the CIF dictionary spaces them
SPACED = {
    "Pm-3m": "P m -3 m", "P4/mbm": "P 4/m b m", "Pbnm": "P b n m", "Pnma": "P n m a",
    "Fm-3m": "F m -3 m", "R-3c": "R -3 c", "P-3m1": "P -3 m 1", "P1": "P 1",
}  # fmt: skip
_ANGSTROM = 1e-10
_TOLERANCE = 1e-3  # angstrom; the cells are built to 1e-6


@dataclass(frozen=True)
class Site:
    """One row of the list of atoms.

    Parameters
    ----------
    symbol
        Element.
    place
        Fractional coordinates.
    occupancy
        Share of the site [1].
    """

    symbol: str
    place: tuple[float, float, float]
    occupancy: float = 1.0


def symmetry(cell: Cell) -> Any:
    """Return what spglib finds of a cell, each role of a site taken as one element.

    Raises
    ------
    InputError
        If it finds nothing.
    """
    import spglib

    kinds = {role: k + 1 for k, role in enumerate(sorted(set(cell.roles)))}
    numbers = [kinds[r] for r in cell.roles]
    with warnings.catch_warnings():
        # it announces another way of telling errors; None is told below
        warnings.simplefilter("ignore", DeprecationWarning)
        data = spglib.get_symmetry_dataset(
            (cell.vectors / _ANGSTROM, cell.positions, numbers), symprec=_TOLERANCE
        )
    if data is None:
        raise InputError("structure", cell.phase, "a structure with a space group", "")
    return data


def symmetric_text(cell: Cell, shares: Mapping[str, Mapping[str, float]]) -> str:
    """Return the CIF of a cell whose sites hold atoms, by its operations.

    Parameters
    ----------
    cell
        From `halodot.crystal.cells.unit_cell`.
    shares
        Share of each element on the sites of each role.

    Examples
    --------
    >>> from ..library import Library
    >>> from .cells import unit_cell
    >>> from .composition import parse
    >>> cell = unit_cell(parse("CsPbBr3"), Library.builtin(), "gamma")
    >>> text = symmetric_text(cell, {"A": {"Cs": 1.0}, "B": {"Pb": 1.0}, "X": {"Br": 1.0}})
    >>> "'P b n m'" in text, text.count(" Br ")
    (True, 2)
    """
    data = symmetry(cell)
    operations = [operation(r, t) for r, t in zip(data.rotations, data.translations, strict=True)]
    first = sorted(set(data.equivalent_atoms.tolist()))
    inside = cell.positions - np.floor(cell.positions)
    sites = [
        Site(symbol, tuple(inside[k]), share)
        for k in first
        for symbol, share in shares[cell.roles[k]].items()
    ]
    return text_of(cell.vectors, cell.space_group, cell.number, operations, sites)


def plain_text(vectors: Array, symbols: Sequence[str], points: Array) -> str:
    """Return the CIF that lists every atom, in P1.

    Parameters
    ----------
    vectors, points
        Rows [m].
    symbols
        Elements.
    """
    places = points @ np.linalg.inv(vectors)
    places = places - np.floor(places)
    sites = [Site(s, tuple(p)) for s, p in zip(symbols, places, strict=True)]
    return text_of(vectors, "P1", 1, ["x,y,z"], sites)


def operation(rotation: Array, translation: Array) -> str:
    """Return an operation as the CIF dictionary writes it.

    >>> operation(np.diag([1, -1, 1]), np.array([0.5, 0.0, 0.25]))
    'x+1/2,-y,z+1/4'
    """
    parts = []
    for row, shift in zip(rotation, translation, strict=True):
        turned = "".join(
            f"{'+' if n > 0 else '-'}{name}" for n, name in zip(row, "xyz", strict=True) if n
        )
        share = Fraction(float(shift) % 1.0).limit_denominator(12) % 1
        parts.append(turned.removeprefix("+") + (f"+{share}" if share else ""))
    return ",".join(parts)


def text_of(
    vectors: Array, group: str, number: int, operations: Sequence[str], sites: Sequence[Site]
) -> str:
    """Return a CIF of given cell [m], space group, operations and sites."""
    lengths = np.linalg.norm(vectors, axis=1)
    unit = vectors / lengths[:, None]
    angles = [np.rad2deg(np.arccos(unit[i] @ unit[j])) for i, j in ((1, 2), (0, 2), (0, 1))]
    lines = ["data_halodot"]
    lines += [f"_cell_length_{x}  {v / _ANGSTROM:.6f}" for x, v in zip("abc", lengths, strict=True)]
    names = ("alpha", "beta", "gamma")
    lines += [f"_cell_angle_{x}  {v:.6f}" for x, v in zip(names, angles, strict=True)]
    lines += [
        f"_space_group_name_H-M_alt  '{SPACED[group]}'",
        f"_space_group_IT_number  {number}",
        "",
        "loop_",
        "  _space_group_symop_operation_xyz",
        *(f"  '{o}'" for o in operations),
        "",
        "loop_",
        *(f"  _atom_site_{name}" for name in ("label", "type_symbol")),
        *(f"  _atom_site_fract_{x}" for x in "xyz"),
        "  _atom_site_occupancy",
    ]
    for k, s in enumerate(sites):
        where = " ".join(f"{x:.8f}" for x in s.place)
        lines.append(f"  {s.symbol}{k + 1} {s.symbol} {where} {s.occupancy:.6g}")
    return "\n".join(lines) + "\n"
