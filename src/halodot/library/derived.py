"""Claims that follow from other claims by arithmetic, so that they too can be compared."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from .claim import Claim
from .vocabulary import parts_of, rows_of

# A wavelength outside this window is not absorbed by any dot or partner of the review [m].
ABSORBED_WINDOW = (200e-9, 1200e-9)
PHOTON_ENERGY_WAVELENGTH = 1.2398419843320025e-6  # h c / q [V m], exact from the SI constants
GATED_RATIO = 10.0  # an on/off ratio above this means that the gate works
ROOM = "temperature=300 K"


def derived(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Return what follows from `claims`: trends, polarities, gate action, wavelengths, years."""
    rules = (size_trends, polarities, gate_modulation, absorbed_wavelength, years)
    return tuple(itertools.chain.from_iterable(rule(claims) for rule in rules))


def _follows(c: Claim, quantity: str, value: str, condition: str, why: str, *and_of: str) -> Claim:
    """A word about the subject of `c` that follows from its number (and those of `and_of`)."""
    locator = ": ".join(p for p in (c.locator, why) if p)
    return replace(
        c, quantity=quantity, value=value, condition=condition, unit="text", half_digit=0.0,
        spread=0.0, bound="=", confidence="D", printed=value, locator=locator,
        parents=(c.quantity, *and_of), note="follows from printed numbers",
    )  # fmt: skip


def size_trends(claims: Iterable[Claim]) -> list[Claim]:
    """Sign of size against temperature where a reference prints a series with all else equal."""
    series = defaultdict(list)
    for c in claims:
        parts = parts_of(c.condition)
        if c.quantity != "size" or "temperature" not in parts or c.number is None:
            continue
        kelvin = float(re.sub(r"[^\d.-].*", "", parts.pop("temperature")))
        key = (c.subject, c.ref, c.place, tuple(sorted(parts.items())))
        series[key].append((kelvin, c.number, c))
    found = []
    for (_, _, _, same), points in series.items():
        points.sort(key=lambda p: p[:2])
        steps = [b[1] - a[1] for a, b in itertools.pairwise(points)]
        if not steps or not (min(steps) > 0 or max(steps) < 0):
            continue
        why = f"{len(points)} sizes, {points[0][0]:g} to {points[-1][0]:g} C"
        sign = "rises" if steps[0] > 0 else "falls"
        method = dict(same).get("method", "")
        condition = f"method={method}" if method else ""
        found.append(_follows(points[0][2], "size_trend_temperature", sign, condition, why))
    return found


def polarities(claims: Sequence[Claim]) -> list[Claim]:
    """Signs of set and reset voltage compared, once for each class that has a known polarity."""
    found = []
    ruled = {c.condition for c in claims if _is_rule(c, "switching_polarity")}
    resets = {_where(c): c for c in claims if c.quantity == "reset_voltage"}
    for c in claims:
        other = resets.get(_where(c))
        if c.quantity != "set_voltage" or other is None or not (c.number and other.number):
            continue
        value = "same_sign" if c.number * other.number > 0 else "opposite_sign"
        why = f"set {c.printed}, reset {other.printed}"
        classes = {
            f"{k.quantity}={k.value}"
            for k in claims
            if k.subject == c.subject and k.quantity in ("mechanism", "volatility")
        }
        for k in sorted(classes & ruled):
            found.append(_follows(c, "switching_polarity", value, k, why, "reset_voltage"))
    return found


def _is_rule(c: Claim, quantity: str) -> bool:
    return c.place == "reference" and c.quantity == quantity


def _where(c: Claim) -> tuple[str, ...]:
    return (c.subject, c.ref, c.condition, c.place, c.source)


def gate_modulation(claims: Iterable[Claim]) -> list[Claim]:
    """An on/off ratio printed without a temperature says that the gate works at room temperature.

    Only for devices whose gate action at room temperature is stated somewhere.
    """
    claims = tuple(claims)
    stated = {c.subject for c in claims if c.quantity == "gate_modulation" and c.condition == ROOM}
    return [
        _follows(c, "gate_modulation", "present", ROOM, f"on/off ratio {c.printed}")
        for c in claims
        if c.subject in stated
        and c.quantity == "on_off_ratio"
        and "temperature" not in parts_of(c.condition)
        and (c.number or 0.0) > GATED_RATIO
    ]


def absorbed_wavelength(claims: Sequence[Claim]) -> list[Claim]:
    """Wavelength implied by responsivity and quantum efficiency, R = EQE q lambda / (h c)."""
    found = []
    efficiencies = {
        (c.subject, c.ref, c.condition): c
        for c in claims
        if c.quantity == "external_quantum_efficiency"
    }
    for c in claims:
        other = efficiencies.get((c.subject, c.ref, c.condition))
        if c.quantity != "responsivity" or other is None or not (c.number and other.number):
            continue
        if c.place != other.place:
            continue
        wavelength = PHOTON_ENERGY_WAVELENGTH * c.number / other.number
        inside = ABSORBED_WINDOW[0] <= wavelength <= ABSORBED_WINDOW[1]
        why = f"{c.printed} and {other.printed} give {wavelength * 1e9:.4g} nm"
        value = "inside" if inside else "outside"
        found.append(
            _follows(c, "optical_absorber_window", value, c.condition, why, other.quantity)
        )
    return found


def years(claims: Iterable[Claim]) -> list[Claim]:
    """Year in the reference list, for each reference whose year is stated elsewhere."""
    listed = {r["number"]: r["year"] for r in rows_of("references.csv")}
    first: dict[tuple[str, str], Claim] = {}
    for c in claims:
        if c.quantity == "publication_year" and c.ref in listed:
            first.setdefault((c.subject, c.ref), c)
    return [
        replace(
            c, value=float(listed[ref]), place="bibliography", locator=f"reference {ref}",
            printed=listed[ref], half_digit=0.0, confidence="R", note="",
        )
        for (_, ref), c in first.items()
    ]  # fmt: skip
