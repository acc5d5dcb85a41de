"""Figures of what happens along a channel: where it emits, how wide, what its contacts take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.constants import ELEMENTARY_CHARGE, HC
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .light_out import scaled
from .state import Figure

Array = NDArray[np.float64]
INSIDE = 0.05  # share of the channel beside each contact in which a zone counts as at the contact
LIT = 0.1  # share of the largest emission from which on a row counts as lit
DARK = 1e-9  # pairs for each carrier through the drain below which a channel emits nothing
ON = 0.01  # share of the largest current from which on a channel counts as on
FEW = 3  # rows of the largest current of which the contact resistance is the median


def along_figures(trace: Trace) -> list[Figure]:
    """Figures of a transistor that was solved along its channel; none of any other record.

    The zone is read where it is brightest away from both contacts, else where it is brightest.

    >>> from halodot.figures.limits import make_trace
    >>> columns = {
    ...     "drain_voltage": np.full(3, 9.0),
    ...     "drain_current": np.ones(3),
    ...     "emission_rate": np.array([3e18, 2e18, 1e18]),
    ...     "recombination_position": np.array([0.0, 2e-5, 4e-5]),
    ...     "recombination_width": np.array([1e-7, 1e-6, 1e-6]),
    ... }
    >>> trace = make_trace("transfer", columns, {}, channel_length=5e-5)
    >>> found = {f.name: f.value.value for f in along_figures(trace)}
    >>> found["recombination_zone_width"], round(found["recombination_zone_position"], 3)
    (1e-06, 0.4)
    """
    return [*_zone(trace), *_efficiency(trace), *_colour(trace), *_contacts(trace)]


def _zone(trace: Trace) -> list[Figure]:
    emitted, length = trace.columns.get("emission_rate"), trace.parameters.get("channel_length")
    place = trace.columns.get("recombination_position")
    if emitted is None or place is None or length is None or length.value is None:
        return []
    with np.errstate(invalid="ignore"):
        pairs = ELEMENTARY_CHARGE * emitted > DARK * np.abs(trace.columns["drain_current"])
    lit = np.isfinite(emitted) & pairs & np.isfinite(place)
    if not lit.any():
        return []
    share = place / length.value
    inside = lit & (share > INSIDE) & (share < 1.0 - INSIDE)
    inside &= emitted >= LIT * np.max(emitted[lit])
    rows = np.flatnonzero(inside if inside.any() else lit)
    k = int(rows[np.argmax(emitted[rows])])
    drive = [f"{trace.columns[n][k]:.3g} V {n.split('_')[0]}" for n in _drives(trace)]
    at = ", at " + " and ".join(drive) if drive else ""
    where = "" if inside.any() else "; it stands at a contact"
    found = [
        Figure(f"recombination_zone_{name}", _known(trace, column, k), f"{text}{at}{where}.")
        for name, column, text in (
            ("width", "recombination_width", "Full width at half maximum of the pairs' rate"),
            ("width_90", "recombination_width_90", "Length that holds 90 % of the pairs"),
            ("diffusion_length", "diffusion_length", "sqrt(D tau) in the middle of the zone"),
        )
        if column in trace.columns
    ]
    bright = lit & (emitted >= LIT * np.max(emitted[lit]))
    text = "Middle of the zone over the channel length, from the source"
    found.append(
        Figure("recombination_zone_position", computed(float(share[k]), "1"), f"{text}{at}.")
    )
    text = "Part of the channel that the middle of the zone passes while the light is above a tenth"
    span = float(np.ptp(share[bright]))
    found.append(Figure("recombination_zone_travel", computed(span, "1"), f"{text} of its most."))
    return found


def _drives(trace: Trace) -> list[str]:
    return [n for n in ("gate_voltage", "drain_voltage") if n in trace.columns]


def _known(trace: Trace, column: str, k: int) -> Sourced:
    value = float(trace.columns[column][k])
    if not np.isfinite(value):
        return Sourced.unknown("m", "no pairs recombine with light")
    return computed(value, "m")


def _efficiency(trace: Trace) -> list[Figure]:
    values = trace.columns.get("external_quantum_efficiency")
    emitted = trace.columns.get("emission_rate")
    if values is None or emitted is None or not np.isfinite(values).any():
        return []
    lit = np.isfinite(values) & (values > DARK) & (emitted >= LIT * np.nanmax(emitted))
    if not lit.any():
        return []
    best = scaled(float(np.max(values[lit])), "1", trace.parameters.get("outcoupling"))
    text = "Largest share of photons out to electrons through the drain, of rows with a tenth of "
    return [Figure("external_quantum_efficiency_max", best, text + "the most light or more.")]


def _colour(trace: Trace) -> list[Figure]:
    energy = trace.parameters.get("emission_energy")
    if energy is None or energy.value is None or not _efficiency(trace):
        return []
    low, high = (None if e is None else HC / e for e in (energy.high, energy.low))
    value = computed(HC / energy.value, "m", low, high, note=energy.note)
    return [Figure("emission_wavelength", value, "Vacuum wavelength at the peak of the light.")]


def _contacts(trace: Trace) -> list[Figure]:
    values = trace.columns.get("contact_resistance")
    if values is None:
        return []
    text = "Both contacts together times the width: the drain voltage that the gradual channel, "
    text += "taken from the middle half, does not take, over the current; at the largest currents."
    drain, current = (np.abs(trace.columns[f"drain_{n}"]) for n in ("voltage", "current"))
    good = np.isfinite(values) & (drain > 0.0) & (current >= ON * np.nanmax(current))
    if not good.any():
        why = "both carriers run the channel, or it is pinched off"
        return [Figure("contact_resistance", Sourced.unknown("ohm m", why), text)]
    rows = np.flatnonzero(good & (drain == np.min(drain[good])))
    order = rows[np.argsort(-current[rows], kind="stable")]
    middle = float(np.median(values[order[:FEW]]))
    return [Figure("contact_resistance", computed(middle, "ohm m"), text)]
