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
_PHOTO = (
    "responsivity", "responsivity_voltage", "external_quantum_efficiency", "photoconductive_gain",
    "detectivity", "photo_to_dark_ratio", "photocurrent", "responsivity_exponent",
    "photocurrent_exponent",
)  # fmt: skip
_MECHANISM = (
    "mechanism_filament", "mechanism_trap_filling", "mechanism_interface", "mechanism_off",
    "mechanism_on", "mechanism_only", "activation_energy",
    *(f"power_{where}_{state}" for where in ("lower", "upper") for state in ("off", "on", "only")),
)  # fmt: skip
_SPREADS = tuple(
    f"{name}_{what}"
    for name in (
        "set_voltage",
        "threshold_voltage_switch",
        "reset_voltage",
        "resistance_on",
        "resistance_off",
    )
    for what in ("cv", "distribution", "weibull_shape", "weibull_scale", "cycle_cv", "device_cv")
)

NAMES: dict[str, tuple[str, ...]] = {
    "iv": (
        "compliance", "cycles", "hold_voltage", "hysteresis_area", "hysteresis_index",
        "light_at_set_voltage", "loop_direction", "maximum_window", "on_off_ratio", "polarity",
        "read_voltage",
        "short_circuit_current", "open_circuit_voltage", "fill_factor",
        "rectification_ratio", "reset_power", "reset_voltage", "resistance_off", "resistance_on",
        "set_power", "set_voltage", "switching", "threshold_voltage_switch", "volatile",
        *_MECHANISM, "on_current", "read_power_on", "read_power_off", *_SPREADS, *_PHOTO,
    ),
    "transfer": (
        *_ALONG,
        "drain_voltage", "gate_leakage", "hysteresis_voltage", "on_current", "on_off_ratio",
        "polarity", "subthreshold_swing", "threshold_voltage", "threshold_voltage_saturation",
        "threshold_voltage_linear", "off_current", "reliability_factor_saturation",
        "reliability_factor_linear", "transconductance", "contact_limited", "memory_window",
        "threshold_shift", *_PHOTO, *(f"mobility_{c}{side}" for c in "np" for side in _SIDES),
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
        "train_gain", "weight_maximum", "weight_minimum", "photocurrent_rise_time",
        "photocurrent_fall_time", "delay_time", "delay_slope", "relaxation_time", "volatile",
        "jang_alpha_potentiation", "jang_alpha_depression", "symmetry_error", "symmetry_point",
        "update_signal_to_noise",
    ),
    "synapse": (
        "baseline", "charge_per_event", "charge_per_event_response", "cutoff_frequency",
        "cutoff_frequency_excess", "energy_per_event", "energy_per_event_peak", "epsc_decay_fast",
        "epsc_decay_model", "epsc_decay_slow", "epsc_decay_time", "epsc_peak", "epsc_relative",
        "epsc_rise_time", "learning_left", "learning_saving", "ltp_retained_share",
        "morse_letters", "morse_separability", "morse_separability_charge", "morse_unit",
        "optical_energy_per_event", "paired_pulse", "postsynaptic_sign", "ppf_c1", "ppf_c2",
        "ppf_gap", "ppf_index", "ppf_index_excess", "ppf_index_residual", "ppf_tau1", "ppf_tau2",
        "reciprocity", "retention_exponent", "retention_floor", "retention_time_constant",
        "sddp_exponent", "sddp_gain", "sidp_exponent", "sidp_gain", "sndp_gain", "srdp_gain",
        "stdp_amplitude_negative", "stdp_amplitude_positive", "stdp_shape", "stdp_time_negative",
        "stdp_time_positive", "stp_retained_share", "stp_to_ltp",
        "stp_to_ltp_by",
    ),
    "logic": (
        "and_margin", "failure_probability", "is_and", "is_or", "logic_function",
        "logic_function_during", "logic_function_stored", "logic_ratio", "logic_threshold",
        "noise_margin", "noise_margin_during", "noise_margin_stored", "or_margin", "output_00",
        "output_01", "output_10", "output_11",
    ),
    "waveform": (
        "charge", "current_largest", "current_last", "current_rise_time", "light_rise_time",
        "luminance_last",
    ),
    "endurance": (
        "cycles", "cycles_extrapolated", "cycles_to_failure", "on_off_ratio_end",
        "on_off_ratio_extrapolated", "on_off_ratio_least", "on_off_ratio_start", "ratio_drift",
        "measured_share",
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
