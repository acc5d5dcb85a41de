"""Which ion stands on which site: mixed sites and dopants at random, cations as rigid molecules.

Numbers of ions are the nearest whole ones to the shares (largest remainders), their places are
drawn from a seed. Methylammonium and formamidinium are rigid bodies of usual bond lengths whose
centre of mass sits on the A site, turned at random: real ones rotate within picoseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .composition import Composition
from .octahedra import Array

_SIN, _COS = np.sin(np.deg2rad(70.5)), np.cos(np.deg2rad(70.5))


def counts(shares: Mapping[str, float], n: int) -> dict[str, int]:
    """Return whole numbers nearest to `shares` of `n` sites that add up to `n`.

    Examples
    --------
    >>> counts({"Br": 0.7, "Cl": 0.3}, 12)
    {'Br': 8, 'Cl': 4}
    """
    found = {s: int(np.floor(x * n + 1e-9)) for s, x in shares.items()}
    left = sorted(shares, key=lambda s: (found[s] - shares[s] * n, s))
    for s in left[: n - sum(found.values())]:
        found[s] += 1
    return found


def doped_shares(composition: Composition, role: str) -> dict[str, float]:
    """Return the shares on a site, dopants of known share among them.

    A dopant takes the trivalent site of a double perovskite if it is not monovalent.
    """
    site = composition.site(role)
    target = "B'" if composition.site("B'") else "B"
    if role != target:
        return site
    guests = {d.symbol: d.fraction for d in composition.dopants if d.fraction}
    host = 1.0 - sum(guests.values())
    mixed = {s: host * x for s, x in site.items()}
    for s, x in guests.items():
        mixed[s] = mixed.get(s, 0.0) + x
    return mixed


def fill(composition: Composition, roles: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Return the ion on every site.

    Parameters
    ----------
    composition
        Parsed formula; dopants without a share are left out.
    roles
        Role of every site.
    rng
        Decides places on shared sites.

    Examples
    --------
    >>> from .composition import parse
    >>> fill(parse("CsPbBr3"), ["A", "B"], np.random.default_rng(1))
    ['Cs', 'Pb']
    """
    ions = np.empty(len(roles), dtype=object)
    for role in sorted(set(roles)):
        where = [i for i, r in enumerate(roles) if r == role]
        ions[where] = _placed(doped_shares(composition, role), len(where), rng)
    return [str(s) for s in ions]


def _placed(shares: Mapping[str, float], n: int, rng: np.random.Generator) -> list[str]:
    ions = [s for s, k in counts(shares, n).items() for _ in range(k)]
    if len(set(ions)) > 1:
        ions = [ions[i] for i in rng.permutation(n)]
    return ions


def _molecules() -> dict[str, list[tuple[str, tuple[float, float, float]]]]:
    """Atoms of the molecular cations [angstrom], usual bond lengths and angles."""
    methyl = [("C", (0.0, 0.0, 0.0)), ("N", (0.0, 0.0, 1.49))]
    for k in range(3):
        t, s = 2.0 * np.pi * k / 3.0, 2.0 * np.pi * (k + 0.5) / 3.0
        methyl.append(("H", (1.09 * _SIN * np.cos(t), 1.09 * _SIN * np.sin(t), -1.09 * _COS)))
        up = 1.49 + 1.03 * _COS
        methyl.append(("H", (1.03 * _SIN * np.cos(s), 1.03 * _SIN * np.sin(s), up)))
    x, z = 1.31 * np.sin(np.deg2rad(62.5)), 1.31 * np.cos(np.deg2rad(62.5))
    amid = [("C", (0.0, 0.0, 0.0)), ("H", (0.0, 0.0, -1.09))]
    for side in (1.0, -1.0):
        amid.append(("N", (side * x, 0.0, z)))
        # planar NH2: 120 degrees to either side of the C-N bond
        for turn in (1.0, -1.0):
            angle = np.deg2rad(62.5 + turn * 60.0)
            reach = (x + 1.01 * np.sin(angle), z + 1.01 * np.cos(angle))
            amid.append(("H", (side * reach[0], 0.0, reach[1])))
    return {"MA": methyl, "FA": amid}


MOLECULES = _molecules()


def atoms_of(
    ions: Sequence[str], places: Array, rng: np.random.Generator
) -> tuple[list[str], Array]:
    """Return elements and places [m] with molecular cations written out as atoms.

    Parameters
    ----------
    ions
        Symbols, "MA" and "FA" among them.
    places
        ``[ion, 3]`` [m]
    rng
        Turns the molecules.
    """
    symbols: list[str] = []
    points: list[Array] = []
    for ion, place in zip(ions, places, strict=True):
        if ion not in MOLECULES:
            symbols.append(ion)
            points.append(place)
            continue
        body = np.array([p for _, p in MOLECULES[ion]])
        heavy = np.array([s != "H" for s, _ in MOLECULES[ion]])
        body = (body - body[heavy].mean(axis=0)) @ _rotation(rng).T * 1e-10
        symbols += [s for s, _ in MOLECULES[ion]]
        points += list(place + body)
    return symbols, np.array(points)


def _rotation(rng: np.random.Generator) -> Array:
    """A rotation drawn evenly from all."""
    q, r = np.linalg.qr(rng.standard_normal((3, 3)))
    q = q * np.sign(np.diag(r))
    return np.asarray(q * np.sign(np.linalg.det(q)))
