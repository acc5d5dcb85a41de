"""Every number that is known of a formula, by name, for studies to stand beside what is reported.

Names carry no unit; values are in SI (energies in eV). Yes and no are 1.0 and 0.0 with the unit
"yes_no". What is not known is there as well, with its reason.
"""

from __future__ import annotations

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..library import Library
from .limits import BARTEL_LIMIT
from .phases import check_temperature
from .radii import REFERENCE_SET
from .summary import characterise

YES_NO = "yes_no"


def figures(
    formula: str,
    library: Library | None = None,
    size: float | None = None,
    temperature: float = 300.0,
) -> dict[str, Sourced]:
    """Return every number that is known of a formula.

    Parameters
    ----------
    formula
        For example ``CsPbI3``.
    library
        The built-in one if None.
    size
        Edge of a cube [m]; the bulk if None.
    temperature
        [K]

    Raises
    ------
    InputError
        If the formula cannot be read, or size or temperature make no sense.

    Examples
    --------
    >>> found = figures("CsPbBr3")
    >>> round(float(found["tolerance_factor"]), 3), found["bartel_perovskite"].value
    (0.862, 1.0)
    """
    check_temperature(temperature)
    if size is not None and not 0.0 < size < 1e-3:
        raise InputError("size", size, "above 0 and below 1 mm", "10 nm")
    c = characterise(formula, library)
    found: dict[str, Sourced] = {
        "tolerance_factor": c.tolerance_factor,
        "octahedral_factor": c.octahedral_factor,
        "bartel_tau": c.bartel_tau,
        "tolerance_factor_printed": c.printed,
        "lattice_constant": c.lattice_constant,
        "crossover_size": c.crossover_size,
        "bartel_perovskite": _below(c.by_set["bartel_tau"][REFERENCE_SET]),
    }
    for name, sets in c.by_set.items():
        found |= {f"{name}_{s}": q for s, q in sets.items()}
    return found


def _below(tau: Sourced) -> Sourced:
    """Whether tau marks a perovskite, unknown where its interval holds the limit."""
    if tau.value is None:
        return Sourced.unknown(YES_NO, tau.note)
    low, high = (tau.value if x is None else x for x in (tau.low, tau.high))
    if low < BARTEL_LIMIT <= high:
        return Sourced.unknown(YES_NO, f"the interval of tau holds its limit {BARTEL_LIMIT}")
    return computed(float(high < BARTEL_LIMIT), YES_NO, sources=tau.sources)
