r"""Dopant ions of a formula: which, how many of the sites, how many in one dot.

The number N of ions on the M sites of a dot is binomial, and M follows the volume, so that the
spread of sizes adds to that of N. Dots are taken at the middles of equally likely classes (Latin
hypercube), the same for every draw of the parameters: yields are smooth in content and size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.sourced import Sourced, assumed
from ...crystal.composition import Composition, parse
from ...library import Library

FloatArray = NDArray[np.float64]

LARGEST_SHARE = 0.3  # more of a guest on a site is an alloy, not a dopant
# Sites in a cell of the library: pseudocubic, of double perovskites the conventional one.
_SITES = {"ABX3": 1.0, "A2BX6": 4.0, "A2BB'X6": 4.0}
_EDGE = assumed(5.7e-10, "m", 5.2e-10, 6.3e-10, "range of ABX3")
_DOUBLE_EDGE = assumed(1.08e-9, "m", 1.02e-9, 1.15e-9, "range of double perovskites")


@dataclass(frozen=True)
class Ion:
    """One kind of dopant: its symbol and its share of the B (or B') site [1]."""

    symbol: str
    content: Sourced


def ions(formula: str, library: Library, default: Sourced) -> tuple[Ion, ...]:
    """Return the dopants of `formula`, those behind the colon and dilute guests on a B site.

    Parameters
    ----------
    formula
        For example ``CsPbCl3:Mn(2%)`` or ``Cs2Ag(In0.9Tb0.1)Cl6:Bi``.
    library
        A guest on a site counts as a dopant where the library has rates of it.
    default
        Content where the formula gives none.

    Examples
    --------
    >>> lib, one = Library.builtin(), Sourced(0.01, "1", basis="given")
    >>> [(i.symbol, float(i.content)) for i in ions("Cs2Ag(In0.9Tb0.1)Cl6:Bi", lib, one)]
    [('Bi', 0.01), ('Tb', 0.1)]
    """
    composition = parse(formula)
    found = {}
    for d in composition.dopants:
        told = None if d.fraction is None else Sourced(d.fraction, "1", basis="given")
        found[d.symbol] = Ion(d.symbol, told or default)
    for symbol, share in _guests(composition, library).items():
        known = found.get(symbol)
        extra = float(known.content) if known else 0.0
        found[symbol] = Ion(symbol, Sourced(share + extra, "1", basis="given"))
    return tuple(found[s] for s in sorted(found))


def _guests(composition: Composition, library: Library) -> dict[str, float]:
    known, guests = library.names("dopant"), {}
    for role in ("B", "B'"):
        for symbol, share in list(composition.site(role).items())[1:]:
            if share <= LARGEST_SHARE and entry_name(symbol, composition.family) in known:
                guests[symbol] = share
    return guests


def entry_name(symbol: str, family: str) -> str:
    """Return the name of a dopant in the library.

    >>> entry_name("Mn", "ABX3")
    'Mn in ABX3'
    """
    return f"{symbol} in {family}"


def cell_edge(family: str, known: Sourced) -> Sourced:
    """Return the edge of the cell that `site_count` expects, a prior where it is not known."""
    if known.is_known:
        return known
    return _EDGE if family == "ABX3" else _DOUBLE_EDGE


def site_count(family: str, volume_: ArrayLike, edge: ArrayLike) -> FloatArray:
    """Return the number M of sites that dopants may take, at least one.

    One B site in a pseudocubic cell of ABX3; four B' sites in the conventional cell of a double
    perovskite; one in the cell of any other family.

    >>> float(site_count("ABX3", 1e-24, 5e-10)), float(site_count("A2BB'X6", 1e-24, 1e-9))
    (8000.0, 4000.0)
    """
    cells = np.asarray(volume_, float) / np.asarray(edge, float) ** 3
    return np.maximum(np.round(_SITES.get(family, 1.0) * cells), 1.0)


def classes(dots: int, kinds: int) -> FloatArray:
    """Return points of a Latin hypercube in (0, 1), shape (dots, kinds): one dot a row.

    >>> classes(4, 1)[:, 0].tolist()
    [0.125, 0.375, 0.625, 0.875]
    """
    rng = np.random.default_rng(5)
    middle = (np.arange(dots) + 0.5) / dots
    return np.stack([middle if k == 0 else rng.permutation(middle) for k in range(kinds)], axis=1)


def ion_numbers(at: ArrayLike, sites: ArrayLike, content: ArrayLike) -> FloatArray:
    """Return the number of ions in dots at quantiles `at` of the binomial distribution.

    Examples
    --------
    >>> float(ion_numbers(0.5, 1000.0, 0.02)), float(ion_numbers(0.5, 1000.0, 0.0))
    (20.0, 0.0)
    """
    from scipy.special import bdtr

    at, n, c = np.broadcast_arrays(*(np.asarray(v, float) for v in (at, sites, content)))
    mean, sd = n * c, np.sqrt(n * c * (1.0 - c))
    low = np.floor(np.maximum(mean - 6.0 * sd - 2.0, -1.0))
    high = np.minimum(np.ceil(mean + 8.0 * sd + 6.0), n)
    while np.any(high - low > 1.0):
        middle = np.floor(0.5 * (low + high))
        enough = bdtr(middle, n.astype(int), c) >= at
        wide = high - low > 1.0
        high = np.where(wide & enough, middle, high)
        low = np.where(wide & ~enough, middle, low)
    return np.asarray(high)
