"""Names of the figures of merit that a study may compare: one list for each kind of record.

Which of them a record gives depends on what happens in it; a name that stands in none of these
lists is misspelt. `tests/unit/test_answers.py` compares the lists with the code.
"""

from __future__ import annotations

_ALONG = (
    "recombination_zone_width", "recombination_zone_width_90", "recombination_zone_position",
    "recombination_zone_travel", "recombination_zone_diffusion_length",
    "external_quantum_efficiency_max", "emission_wavelength", "contact_resistance",
)  # fmt: skip
_SIDES = ("", "_saturation", "_saturation_max", "_linear", "_linear_max")

NAMES: dict[str, tuple[str, ...]] = {
    "iv": (
        "compliance", "cycles", "hold_voltage", "hysteresis_area", "hysteresis_index",
        "loop_direction", "maximum_window", "on_off_ratio", "polarity", "read_voltage",
        "short_circuit_current", "open_circuit_voltage", "fill_factor",
        "rectification_ratio", "reset_power", "reset_voltage", "resistance_off", "resistance_on",
        "set_power", "set_voltage", "switching", "threshold_voltage",
    ),
    "transfer": (
        *_ALONG,
        "drain_voltage", "gate_leakage", "hysteresis_voltage", "on_current", "on_off_ratio",
        "polarity", "subthreshold_swing", "threshold_voltage", "threshold_voltage_saturation",
        "threshold_voltage_linear", *(f"mobility_{c}{side}" for c in "np" for side in _SIDES),
    ),
    "output": (
        "channel_length_modulation", "contact_nonlinearity", "curves", "linear_start",
        "output_conductance",
        "saturates", "saturation_voltage",
    ),
    "pulses": (
        "asymmetry_ratio", "baseline", "dose_per_pulse", "dynamic_range", "energy_per_pulse",
        "nonlinearity_depression", "nonlinearity_potentiation", "ppf_index", "pulse_gap",
        "pulse_period", "pulses", "pulses_per_run", "response_first", "retained_share", "states",
        "train_gain", "weight_maximum", "weight_minimum",
    ),
    "retention": (
        "drift_exponent", "half_life", "half_life_extrapolated", "measured_span",
        "on_off_ratio_end", "on_off_ratio_start", "retained_share", "retention_time",
        "retention_time_extrapolated",
    ),
}  # fmt: skip


def all_names() -> tuple[str, ...]:
    """Return every name once.

    >>> "on_off_ratio" in all_names()
    True
    """
    return tuple(dict.fromkeys(name for names in NAMES.values() for name in names))
