"""A crystal as one flat dictionary for JSON; keys end in their unit."""

from __future__ import annotations

from typing import Any

from ..core.sourced import Sourced
from ..library import Library
from .composition import FAMILIES, Composition
from .limits import BARTEL_LIMIT
from .radii import REFERENCE_SET
from .remarks import category, monoclinic, segregation, yes_no
from .state import Crystal
from .summary import ROOM, characterise


def describe(
    formula: str,
    lib: Library | None = None,
    size: float | None = None,
    temperature: float = ROOM,
) -> dict[str, Any]:
    """Return what is known of `formula` as one flat dictionary for JSON.

    Parameters
    ----------
    formula, lib, size, temperature
        As for `halodot.crystal.summary.characterise`.

    Raises
    ------
    InputError
        If the formula cannot be read, or size or temperature make no sense.

    Examples
    --------
    >>> describe("Cs2AgBiBr6")["family"]
    "A2BB'X6"
    """
    c = characterise(formula, lib, size, temperature)
    return {
        "formula": c.composition.formula,
        "family": c.composition.family,
        **_sites(c.composition),
        "charge_balanced": c.composition.charge == 0.0,
        **_factors(c),
        "lattice_constant_nm": c.lattice_constant.to_json("nm"),
        **{f"{name}_nm": q.to_json("nm") for name, q in c.lattice.items()},
        "molar_mass_g_per_mol": round(c.composition.molar_mass * 1e3, 6),
        **_stability(c),
        "monoclinic_product_reported": yes_no(monoclinic(c.composition)),
        "halide_segregation": yes_no(segregation(c.composition)),
        "status": c.status.value,
        "notes": list(c.notes),
    }


def _sites(composition: Composition) -> dict[str, Any]:
    """Sites, dopants and oxidation states: as text, and each share under its own key."""
    body: dict[str, Any] = {}
    for role, site in composition.sites:
        key = role.replace("'", "_prime") + "_site"
        body[key] = ", ".join(f"{s} {x:g}" for s, x in site)
        body[f"{key}_count"] = FAMILIES[composition.family][role]
        body |= {f"{key}_{s}": x for s, x in site}
    body["dopants"] = ", ".join(map(str, composition.dopants))
    for d in composition.dopants:
        known = Sourced(d.fraction, "1", basis="given")
        unknown = Sourced.unknown("1", "the formula does not say how much")
        body[f"dopant_share_{d.symbol}"] = (unknown if d.fraction is None else known).to_json()
    return body | {f"oxidation_state_{s}": n for s, n in composition.oxidation}


def _factors(c: Crystal) -> dict[str, Any]:
    body: dict[str, Any] = {
        "tolerance_factor": c.tolerance_factor.to_json(),
        "octahedral_factor": c.octahedral_factor.to_json(),
        "bartel_tau": c.bartel_tau.to_json(),
        "bartel_perovskite": bartel_perovskite(c.by_set["bartel_tau"][REFERENCE_SET]),
    }
    for name, sets in c.by_set.items():
        body |= {f"{name}_{s}": q.to_json() for s, q in sets.items()}
    body["tolerance_factor_printed"] = c.printed.to_json()
    body["tolerance_factor_nearest_set"] = c.nearest_set or None
    body["tolerance_factor_nearest_difference"] = c.nearest_difference
    if c.printed.is_known:
        for s, q in c.by_set["tolerance_factor"].items():
            away = float(q) - float(c.printed) if q.is_known else None
            body[f"tolerance_factor_minus_printed_{s}"] = away
    return body


def bartel_perovskite(tau: Sourced) -> bool | None:
    """Whether tau lies below the limit, None where its interval holds the limit.

    Only the reference set counts: the limit was fitted with its radii.
    """
    if tau.value is None:
        return None
    low, high = (tau.value if x is None else x for x in (tau.low, tau.high))
    return None if low < BARTEL_LIMIT <= high else high < BARTEL_LIMIT


def _stability(c: Crystal) -> dict[str, Any]:
    body: dict[str, Any] = {
        "phase_300_K": category(c.phase, "assumed", c.phase_sources, c.phase_reason),
        "size_nm": c.size * 1e9,  # infinite for the bulk, printed as null
        "temperature_K": c.temperature,
        "stable_phase": category(c.stable_phase, "computed", _sources(c), c.stability_reason),
    }
    for phase, q in c.probability.items():
        body[f"stable_phase_probability_{phase}"] = q.to_json()
    body["perovskite_probability"] = perovskite_probability(c).to_json()
    body["crossover_size_nm"] = c.crossover_size.to_json("nm")
    body["free_energy_gamma_above_delta_meV"] = c.free_energy.to_json("meV")
    for name, q in c.transitions.items():
        body[f"transition_temperature_{name}_K"] = q.to_json()
    return body


def _sources(c: Crystal) -> tuple[str, ...]:
    return next((q.sources for q in c.probability.values()), ())


def perovskite_probability(c: Crystal) -> Sourced:
    """Return the probability of all perovskite phases together [1].

    Not the same question as the stable phase: three phases that share it may each lose to delta.
    """
    if not c.stable_phase:
        return Sourced.unknown("1", c.stability_reason)
    delta = c.probability.get("delta")
    if delta is None:
        return Sourced(1.0, "1", None, None, "assumed", (), "no other phase of it is known")
    return Sourced(1.0 - float(delta), "1", None, None, "computed", delta.sources, delta.note)
