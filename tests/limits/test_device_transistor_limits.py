"""The gradual channel against its closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.spec import build
from halodot.device import measure
from halodot.device.charge.build import EPS0
from halodot.device.spec import DeviceSpec, Output, Transfer
from halodot.library import Library

LIBRARY = Library.builtin()
MOBILITY, WIDTH, LENGTH, CAPACITANCE = 1e-5, 1e-3, 50e-6, EPS0 * 3.9 / 100e-9


def p_channel():
    oxide = {"name": "oxide", "thickness": "100 nm", "carriers": False}
    oxide |= {"relative_permittivity": 3.9, "electron_affinity": "0.9 eV", "band_gap": "9 eV"}
    channel = {"name": "channel", "thickness": "30 nm", "relative_permittivity": 10}
    channel |= {"electron_affinity": "3.9 eV", "band_gap": "2.3 eV"}
    channel |= {f"effective_dos_{band}": "1e25 m-3" for band in ("conduction", "valence")}
    channel |= {f"{carrier}_mobility": "1e-5 m2/Vs" for carrier in ("electron", "hole")}
    table = {"kind": "transistor", "layer": [oxide, channel], "left": {"work_function": "4.5 eV"}}
    table["source"] = {"work_function": "5.9 eV", "kind": "ohmic_hole"}
    return build(DeviceSpec, table | {"channel_width": "1 mm", "channel_length": "50 um"})


def transfer(drain, gate="-40 V"):
    table = {"kind": "transfer", "gate": ["0 V", gate], "drain": [drain], "points": 81}
    trace = measure(None, p_channel(), build(Transfer, table | {"current_floor": "0 A"}), LIBRARY)
    assert trace.status.is_good
    first = trace.sweep == 0
    return trace.columns["gate_voltage"][first], -trace.columns["drain_current"][first]


def test_subthreshold_current_does_not_depend_on_the_drain_voltage():
    """Carriers enter by diffusion within kT/q of the source, whatever the drain is at."""
    _, far = transfer("-40 V", "-4 V")
    _, near = transfer("-1 V", "-4 V")
    below = (near > 1e-16) & (near < 1e-9)
    assert below.sum() >= 5
    assert far[below] == pytest.approx(near[below], rel=0.1, abs=0.0)  # interpolation of ln G


def test_square_law_in_saturation():
    gate, current = transfer("-40 V")
    slope, cut = np.polyfit(gate[gate < -15.0], np.sqrt(current[gate < -15.0]), 1)
    law = 0.5 * WIDTH / LENGTH * MOBILITY * CAPACITANCE
    # the accumulation layer is nanometres thick, not a sheet: 1.3 % of the capacitance
    assert slope**2 == pytest.approx(law, rel=0.02, abs=0.0)
    assert -3.0 < -cut / slope < 0.0


def test_output_curve_meets_the_transfer_curve():
    gate, current = transfer("-40 V")
    table = {"kind": "output", "drain": ["0 V", "-40 V"], "gate": ["-20 V"], "points": 21}
    trace = measure(None, p_channel(), build(Output, table | {"current_floor": "0 A"}), LIBRARY)
    end = -trace.columns["drain_current"][-1]
    # two interpolations of the same integral; no ions, so no history
    assert end == pytest.approx(np.interp(20.0, -gate, current), rel=0.02, abs=0.0)
    assert trace.columns["drain_current"][0] == pytest.approx(0.0, abs=1e-15)  # 0 V: no current


def test_no_drain_voltage_no_current():
    _, current = transfer("0 V", "-4 V")
    assert not current.any()
