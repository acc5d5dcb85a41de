"""Unit cells of every family and phase whose structure is known, sites named by their role.

Perovskite cells also hold where each site would be in the untilted lattice, in units of the
pseudocubic constant, with B sites at whole numbers; that is how a cube is cut from any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..core.errors import InputError, nearest
from ..core.sourced import Sourced
from ..library import Library
from .composition import Composition, parse
from .lattice import AXES, PHASES_OF, lattice_constants
from .octahedra import (
    PBNM,
    PNMA_MIRROR,
    Array,
    delta_coordinates,
    gamma_coordinates,
    halide_x_beta,
    isolated_coordinates,
)
from .radii import radii, site_radius

SPACE_GROUPS = {
    "alpha": ("Pm-3m", 221), "beta": ("P4/mbm", 127), "gamma": ("Pbnm", 62),
    "delta": ("Pnma", 62), "double": ("Fm-3m", 225), "A4BX6": ("R-3c", 167),
    "A3B2X9": ("P-3m1", 164),
}  # fmt: skip
PSEUDOCUBIC = {
    "alpha": np.eye(3),
    "beta": np.array([[1.0, 1.0, 0.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    "gamma": np.array([[1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 2.0]]),
}


_REMEDY = "give it in a file with --materials"


@dataclass(frozen=True)
class Cell:
    """A unit cell.

    Parameters
    ----------
    phase
        "alpha", "beta", "gamma", "delta" or "hexagonal".
    vectors
        Rows are the cell vectors [m].
    roles
        "A", "B", "B'" or "X" of every site.
    positions
        Fractional coordinates, ``[site, 3]`` [1].
    space_group, number
        Of the sites, each role taken as one element.
    pseudocubic
        Cell vectors of the untilted lattice, in pseudocubic constants; None for other networks.
    ideal
        Places of the sites in the untilted lattice, in pseudocubic constants; None likewise.
    sources, notes
        Of the lattice constants.
    """

    phase: str
    vectors: Array
    roles: tuple[str, ...]
    positions: Array
    space_group: str
    number: int
    pseudocubic: Array | None = None
    ideal: Array | None = None
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def unit_cell(composition: Composition, lib: Library, phase: str | None = None) -> Cell:
    """Return the unit cell of `composition` in `phase`.

    Parameters
    ----------
    composition
        Parsed formula.
    lib
        Library with the lattice constants.
    phase
        "alpha", "beta", "gamma", "delta" for ABX3; the only one of the other families if None,
        "alpha" for ABX3.

    Raises
    ------
    InputError
        If the family has no such phase, or its structure or cell is not known.

    Examples
    --------
    >>> cell = unit_cell(parse("CsPbBr3"), Library.builtin(), "gamma")
    >>> cell.space_group, len(cell.roles)
    ('Pbnm', 20)
    """
    known = PHASES_OF.get(composition.family, ())
    if not known:
        raise InputError("formula", composition.formula, "a family whose structure is known: "
                         + ", ".join(PHASES_OF), "CsPbBr3")  # fmt: skip
    phase = known[0] if phase is None else phase
    if phase not in known:
        allowed = f"a phase of {composition.family}: " + ", ".join(known)
        raise InputError("phase", phase, allowed, nearest(phase, known))
    constants = lattice_constants(composition, lib)
    axes = {axis: constants[f"lattice_{axis}_{phase}"] for axis in AXES[phase]}
    for axis, q in axes.items():
        if not q.is_known:
            name = f"lattice_{axis}_{phase} of {composition.host.formula}"
            raise InputError(name, "unknown", f"a lattice constant ({q.note})", _REMEDY)
    return _built(composition, phase, axes, lib)


def _built(composition: Composition, phase: str, axes: Mapping[str, Sourced], lib: Library) -> Cell:
    size = {axis: float(q) for axis, q in axes.items()}
    if composition.family in ("A2BX6", "A2BB'X6"):
        cell = _double(composition, size["a"])
    elif composition.family == "A3B2X9":
        cell = _layered(size["a"], size["c"])
    elif composition.family == "A4BX6":
        cell = _isolated(size["a"], size["c"], bond_length(composition, lib))
    elif phase == "delta":
        cell = _delta(size, bond_length(composition, lib))
    else:
        cell = _perovskite(phase, size)
    sources = tuple(dict.fromkeys(s for q in axes.values() for s in q.sources))
    notes = tuple(dict.fromkeys(f"lattice constants: {q.note}" for q in axes.values() if q.note))
    return Cell(**{**cell.__dict__, "sources": sources, "notes": notes})


def bond_length(composition: Composition, lib: Library) -> float:
    """Return the length of a bond B-X [m]: of the gamma perovskite of the same ions, or the radii.

    Perovskite cells are measured, so that their bond is better than a sum of radii.
    """
    relative = "".join(s for s, _ in dict(composition.sites)["A"][:1])
    network = f"{relative}{_text(composition, 'B')}{_text(composition, 'X')}3"
    gamma = lattice_constants(parse(network), lib)
    a, b, c = (gamma[f"lattice_{x}_gamma"] for x in "abc")
    if a.is_known and b.is_known and c.is_known:
        cell = np.array([float(a), float(b), float(c)])
        x, y, z = gamma_coordinates(*(float(v) * 1e10 for v in cell))["X1"]
        return float(np.linalg.norm(np.array([x, y - 0.5, z]) * cell))
    r = radii(composition)
    if not (r.b.is_known and r.x.is_known):
        raise InputError("formula", composition.formula, "ions with known radii", r.b.note)
    return float(r.b) + float(r.x)


def _text(composition: Composition, role: str) -> str:
    site = composition.site(role)
    inside = "".join(f"{s}{x:g}" if x < 1.0 else s for s, x in site.items())
    return f"({inside})" if len(site) > 1 else inside


def _orthogonal(size: Mapping[str, float]) -> Array:
    a = size["a"]
    return np.diag([a, size.get("b", a), size.get("c", a)])


def _perovskite(phase: str, size: Mapping[str, float]) -> Cell:
    if phase == "alpha":
        sites = [("B", (0, 0, 0)), ("A", (0.5, 0.5, 0.5))]
        sites += [("X", (0.5, 0, 0)), ("X", (0, 0.5, 0)), ("X", (0, 0, 0.5))]
        plain = sites
    elif phase == "beta":
        sites, plain = (_beta_sites(x) for x in (halide_x_beta(size["a"], size["c"]), 0.25))
    else:
        cell = tuple(size[x] * 1e10 for x in "abc")
        tilted = gamma_coordinates(*cell)
        flat = {"A": (0.0, 0.0, 0.25), "X1": (0.0, 0.5, 0.25), "X2": (0.75, 0.25, 0.0)}
        sites, plain = _gamma_sites(tilted), _gamma_sites(flat)
    shift = np.array([0.5, 0.5, 0.0]) if phase == "gamma" else np.zeros(3)
    matrix = PSEUDOCUBIC[phase]
    ideal = np.array([p for _, p in plain]) @ matrix + shift
    return Cell(
        phase, _orthogonal(size), tuple(r for r, _ in sites), np.array([p for _, p in sites]),
        *SPACE_GROUPS[phase], matrix, ideal,
    )  # fmt: skip


Sites = list[tuple[str, tuple[float, float, float]]]


def _beta_sites(x: float) -> Sites:
    found: Sites = [("B", (0, 0, 0)), ("B", (0.5, 0.5, 0)), ("A", (0, 0.5, 0.5))]
    found += [("A", (0.5, 0, 0.5)), ("X", (0, 0, 0.5)), ("X", (0.5, 0.5, 0.5))]
    found += [("X", (x, x + 0.5, 0)), ("X", (-x, 0.5 - x, 0))]
    return [*found, ("X", (0.5 - x, x, 0)), ("X", (0.5 + x, -x, 0))]


def _gamma_sites(free: Mapping[str, tuple[float, float, float]]) -> Sites:
    """All 20 sites of Pbnm, images kept apart by their place in the list of operations."""
    found: Sites = [
        ("B", (0.5, 0, 0)),
        ("B", (0.5, 0, 0.5)),
        ("B", (0, 0.5, 0)),
        ("B", (0, 0.5, 0.5)),
    ]
    found += [("A", PBNM[k](*free["A"])) for k in (0, 1, 3, 7)]
    found += [("X", PBNM[k](*free["X1"])) for k in (0, 1, 3, 7)]
    return found + [("X", o(*free["X2"])) for o in PBNM]


def _delta(size: Mapping[str, float], bond: float) -> Cell:
    free = delta_coordinates(*(size[x] * 1e10 for x in "abc"), bond * 1e10)
    sites: Sites = [(name[0], o(*p)) for name, p in free.items() for o in PNMA_MIRROR]
    positions = np.array([p for _, p in sites])
    return Cell("delta", _orthogonal(size), tuple(r for r, _ in sites), positions,
                *SPACE_GROUPS["delta"])  # fmt: skip


def _double(composition: Composition, a: float) -> Cell:
    """Fm-3m: every second B site holds B' (or nothing); halides nearer to the smaller of them."""
    here = site_radius(composition, ("B",), "VI")
    halide = site_radius(composition, ("X",), "VI")
    there = site_radius(composition, ("B'",), "VI") if composition.site("B'") else None
    x, vacant = 0.25, there is None
    if here.is_known and halide.is_known:
        own = float(here) + float(halide)
        if there is None:
            x = min(own / a, 0.25)
        elif there.is_known:
            x = 0.5 * own / (own + float(there) + float(halide))
    roles, frac, ideal = [], [], []
    for place in np.ndindex(2, 2, 2):
        spot, even = np.array(place, dtype=float), sum(place) % 2 == 0
        roles.append("A")
        frac.append(0.5 * spot + 0.25)
        ideal.append(spot + 0.5)
        if even or not vacant:
            roles.append("B" if even else "B'")
            frac.append(0.5 * spot)
            ideal.append(spot)
        for axis in np.eye(3):
            roles.append("X")
            frac.append(0.5 * spot + (x if even else 0.5 - x) * axis)
            ideal.append(spot + 0.5 * axis)
    return Cell(
        "alpha", a * np.eye(3), tuple(roles), np.array(frac), *SPACE_GROUPS["double"],
        2.0 * np.eye(3), np.array(ideal),
    )  # fmt: skip


def _hexagonal(a: float, c: float) -> Array:
    return np.array([[a, 0.0, 0.0], [-0.5 * a, 0.5 * np.sqrt(3.0) * a, 0.0], [0.0, 0.0, c]])


def _layered(a: float, c: float) -> Cell:
    """P-3m1: cubic perovskite along [111] with every third layer of B left out, undistorted."""
    sites: Sites = [("A", (0, 0, 0)), ("A", (1 / 3, 2 / 3, 2 / 3)), ("A", (2 / 3, 1 / 3, 1 / 3))]
    sites += [("B", (1 / 3, 2 / 3, 1 / 6)), ("B", (2 / 3, 1 / 3, 5 / 6))]
    sites += [("X", (0.5, 0, 0)), ("X", (0, 0.5, 0)), ("X", (0.5, 0.5, 0))]
    u = 1 / 6
    for x, y in ((u, -u), (u, 2 * u), (-2 * u, -u)):
        sites += [("X", (x, y, 1 / 3)), ("X", (-x, -y, 2 / 3))]
    positions = np.array([p for _, p in sites])
    return Cell("hexagonal", _hexagonal(a, c), tuple(r for r, _ in sites), positions,
                *SPACE_GROUPS["A3B2X9"])  # fmt: skip


def _isolated(a: float, c: float, bond: float) -> Cell:
    from ase.spacegroup import Spacegroup

    free = isolated_coordinates(a * 1e10, c * 1e10, bond * 1e10)
    basis = {"B": [(0.0, 0.0, 0.0)], "A": [(0.0, 0.0, 0.25), free["A2"]], "X": [free["X"]]}
    roles: list[str] = []
    positions: list[Array] = []
    for role, places in basis.items():
        for place in places:
            images, _ = Spacegroup(167).equivalent_sites([place])
            roles += [role] * len(images)
            positions += list(images)
    return Cell("hexagonal", _hexagonal(a, c), tuple(roles), np.array(positions),
                *SPACE_GROUPS["A4BX6"])  # fmt: skip
