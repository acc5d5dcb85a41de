"""One ligand in place of another: how much of it, and what the mixed shell is like.

Two ligands that compete for the same sites of the surface hold them in proportion to their
amounts and to how firmly they bind,

    share = r / (1 + r),      r = excess exp((E_new - E_old) / kT),

with `excess` the new ligand in solution over the old. A mixed shell of n = share new ligands
behaves as a melt of both: lengths, overlap and binding are averages by number, its permittivity
and index as well (their difference between organic ligands is small).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

MIXED = (
    "length",
    "interdigitation",
    "coverage",
    "grafting",
    "binding",
    "adsorption_energy",
    "decay_scale",
    "ligand_permittivity",
    "ligand_index",
)


def share(excess: float, new: float, old: float, kT: float) -> float:
    """Return the share of sites that the new ligand holds in equilibrium [1]; energies in eV.

    Examples
    --------
    >>> share(1.0, 1.5, 1.5, 0.025), share(0.0, 1.8, 1.5, 0.025)
    (0.5, 0.0)
    """
    if excess <= 0.0:
        return 0.0
    x = math.log(excess) + (new - old) / kT
    return 0.5 * (1.0 + math.tanh(0.5 * x))


def mixed(x: Mapping[str, float], kT: float) -> dict[str, float]:
    """Return the inputs `x` of a film with those of its mixed shell.

    `x` holds ``new_length`` and so on beside ``length``, and either ``exchange_share`` or,
    where that is NaN, ``exchange_excess``.
    """
    part = x["exchange_share"]
    if math.isnan(part):
        part = share(x["exchange_excess"], x["new_binding"], x["binding"], kT)
    shell = {n: (1.0 - part) * x[n] + part * x[f"new_{n}"] for n in MIXED}
    return dict(x) | shell | {"exchanged": part}
