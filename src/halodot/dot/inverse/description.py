"""An answer of the way back as one flat table of named values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...core.constants import HC
from ...core.sourced import Sourced
from .state import Concentration, SizeAnswer

_MOLAR = 1e-3  # mol/m3 to mol/L


def tell(answer: SizeAnswer, concentration: Concentration | None = None) -> dict[str, Any]:
    """Return `answer` as flat keys that end in their unit, values in their JSON form.

    Examples
    --------
    >>> from halodot.dot import size_from
    >>> tell(size_from("CsPbBr3", pl_peak="480 nm"))["verdict"].startswith("determined within")
    True
    """
    body: dict[str, Any] = {
        "formula": answer.formula,
        "shape": answer.shape,
        "measured": answer.measured,
        "verdict": answer.verdict,
        "size_nm": answer.size.to_json("nm"),
        "size_at_least_nm": answer.size_at_least.to_json("nm"),
        "size_at_most_nm": answer.size_at_most.to_json("nm"),
        "size_of_model_peak_nm": answer.size_of_model_peak.to_json("nm"),
        "size_spread": answer.size_spread.to_json(),
    }
    if answer.monolayers is not None:
        body["monolayers"] = answer.monolayers.to_json()
        kind = "share" if answer.spectrum is not None else "probability"
        body |= {f"monolayers_{n}_{kind}": p for n, p in answer.counts.items() if p > 1e-3}
    body["peak_eV"] = answer.peak.to_json("eV")
    body["peak_nm"] = _wavelength(answer.peak).to_json("nm")
    if answer.spectrum is not None:
        body["fwhm_meV"] = answer.spectrum.fwhm.to_json("meV")
        body["misfit"] = answer.spectrum.misfit
        body["axis"] = answer.spectrum.axis
    body["bulk_limit_eV"] = answer.bulk_limit.to_json("eV")
    body["bulk_limit_nm"] = _wavelength(answer.bulk_limit).to_json("nm")
    body["stokes_shift_meV"] = answer.stokes_shift.to_json("meV")
    if answer.lateral is not None:
        body["lateral_nm"] = answer.lateral.to_json("nm")
    if concentration is not None:
        body |= tell_concentration(concentration)
    body["temperature_K"] = answer.temperature
    body["status"] = answer.status.value
    more = concentration.notes if concentration is not None else ()
    body["notes"] = [*answer.notes, *more]
    return body


def tell_concentration(found: Concentration) -> dict[str, Any]:
    """Return a concentration as flat keys, its notes among them."""

    def molar(q: Sourced, scale: float) -> dict[str, Any]:
        return _scaled(q, _MOLAR * scale).to_json()

    return {
        "concentration_dots_nmol_per_L": molar(found.dots, 1e9),
        "concentration_formula_units_mmol_per_L": molar(found.formula_units, 1e3),
        "concentration_lead_mmol_per_L": molar(found.lead, 1e3),
        "cross_section_cm2": found.cross_section.to_json("cm2"),
        "formula_units_per_dot": found.units_per_dot.to_json(),
        "absorbance_at_eV": found.photon_energy,
        "notes": list(found.notes),
    }


def _scaled(q: Sourced, factor: float) -> Sourced:
    low, high = (None if e is None else e * factor for e in (q.low, q.high))
    return q if q.value is None else replace(q, value=q.value * factor, low=low, high=high)


def _wavelength(q: Sourced) -> Sourced:
    if q.value is None:
        return replace(q, unit="m")
    low, high = (None if e is None else HC / e for e in (q.high, q.low))
    return replace(q, value=HC / q.value, low=low, high=high, unit="m")
