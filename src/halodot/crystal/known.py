"""Every number that is known of a formula, by name, for studies to stand beside what is reported.

Names carry no unit; values are in SI (energies in eV). Yes and no are 1.0 and 0.0 with the unit
"yes_no". What is not known is there as well, with its reason.
"""

from __future__ import annotations

from ..core.sourced import Sourced, computed
from ..library import Library
from .description import bartel_perovskite, perovskite_probability
from .limits import BARTEL_LIMIT
from .radii import REFERENCE_SET
from .remarks import YES_NO, monoclinic, segregation
from .state import Crystal
from .summary import ROOM, characterise


def figures(
    formula: str,
    library: Library | None = None,
    size: float | None = None,
    temperature: float = ROOM,
) -> dict[str, Sourced]:
    """Return every number that is known of a formula.

    Parameters
    ----------
    formula
        For example ``CsPbI3``.
    library
        The built-in one if None.
    size
        Edge of a cube [m]; the bulk if None. Another shape counts as the cube with as much
        surface per volume: a platelet as one of three times its thickness.
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
    c = characterise(formula, library, size, temperature)
    found: dict[str, Sourced] = {
        "tolerance_factor": c.tolerance_factor,
        "octahedral_factor": c.octahedral_factor,
        "bartel_tau": c.bartel_tau,
        "tolerance_factor_printed": c.printed,
        "lattice_constant": c.lattice_constant,
        **c.lattice,
        "molar_mass": computed(c.composition.molar_mass, "kg/mol"),
        "free_energy_gamma_above_delta": c.free_energy,
        "crossover_size": c.crossover_size,
        "perovskite_probability": perovskite_probability(c),
        **{f"transition_temperature_{name}": q for name, q in c.transitions.items()},
        **_verdicts(c),
    }
    for name, sets in c.by_set.items():
        found |= {f"{name}_{s}": q for s, q in sets.items()}
    for phase in ("alpha", "beta", "gamma", "delta"):
        unknown = Sourced.unknown("1", c.stability_reason or f"no {phase} phase of it is known")
        found[f"stable_phase_probability_{phase}"] = c.probability.get(phase, unknown)
    return found


def _verdicts(c: Crystal) -> dict[str, Sourced]:
    """Yes and no: what the numbers say in words."""
    stable = perovskite_probability(c)
    found = {
        "bartel_perovskite": _below(c.by_set["bartel_tau"][REFERENCE_SET]),
        "charge_balanced": computed(float(c.composition.charge == 0.0), YES_NO),
        "perovskite_stable": _more_likely(stable),
        "monoclinic_product_reported": monoclinic(c.composition),
        "halide_segregation": segregation(c.composition),
    }
    for phase in ("alpha", "beta", "gamma", "delta"):
        found[f"stable_phase_is_{phase}"] = (
            computed(float(c.stable_phase == phase), YES_NO)
            if c.stable_phase
            else Sourced.unknown(YES_NO, c.stability_reason)
        )
    return found


def _more_likely(q: Sourced) -> Sourced:
    if q.value is None:
        return Sourced.unknown(YES_NO, q.note)
    return computed(float(q.value > 0.5), YES_NO, sources=q.sources)


def _below(tau: Sourced) -> Sourced:
    """Whether tau marks a perovskite, unknown where its interval holds the limit."""
    verdict = bartel_perovskite(tau)
    if verdict is None:
        reason = tau.note if tau.value is None else f"its interval holds the limit {BARTEL_LIMIT}"
        return Sourced.unknown(YES_NO, reason)
    return computed(float(verdict), YES_NO, sources=tau.sources)
