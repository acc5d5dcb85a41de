"""Mobile ions along a channel: what they take with them, and when they no longer do."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.constants import ELEMENTARY_CHARGE
from halodot.core.spec import build
from halodot.device import measure
from halodot.device.charge.build import EPS0
from halodot.device.spec import DeviceSpec, Transfer
from halodot.library import Library

LIBRARY = Library.builtin()
CAPACITANCE, SHEET = EPS0 * 3.9 / 300e-9, 40e-9
HOLES = {"work_function": "6.3 eV", "kind": "ohmic_hole"}


def device(ion_density, ion_mobility, leaves=True):
    oxide = {"name": "oxide", "thickness": "300 nm", "carriers": False}
    oxide |= {"relative_permittivity": 3.9, "electron_affinity": "0.9 eV", "band_gap": "9 eV"}
    sheet = {"name": "channel", "thickness": "40 nm", "relative_permittivity": 6}
    sheet |= {
        "electron_affinity": "3.9 eV",
        "band_gap": "2.4 eV",
        "electron_mobility": "1e-9 m2/Vs",
    }
    sheet |= {f"effective_dos_{band}": "1e26 m-3" for band in ("conduction", "valence")}
    sheet |= {"hole_mobility": "1e-6 m2/Vs"}
    ion = {"name": "vacancy", "density": f"{ion_density} m-3", "mobility": f"{ion_mobility} m2/Vs"}
    sheet |= {"ion": [ion | {"charge": 1}]}
    taken = [{"ion": "vacancy", "velocity": "1e-3 m/s"}] if leaves else []
    table = {"kind": "transistor", "layer": [oxide, sheet], "left": {"work_function": "5.1 eV"}}
    table |= {"channel_width": "1 mm", "channel_length": "20 um", "nodes_per_layer": 60}
    return build(
        DeviceSpec, table | {"source": HOLES, "along": {"drain": HOLES | {"exchange": taken}}}
    )


def swept(spec, hold="30 s"):
    table = {"kind": "transfer", "gate": ["40 V", "-40 V"], "drain": ["-10 V"], "points": 6}
    table |= {"rate": "5 V/s", "hold": hold, "current_floor": "0 A"}
    trace = measure(None, spec, build(Transfer, table), LIBRARY)
    assert trace.status.is_good
    return trace


def on_off(trace):
    current = np.abs(trace.columns["drain_current"][:6])
    return current[-1] / current[0]


def test_fast_ions_leave_and_the_gate_no_longer_empties_the_film():
    """They leave q N t of acceptors behind, more than the gate can pay for: C V_G = 4.6 mC/m2."""
    fast, frozen = swept(device(2e24, 1e-11)), swept(device(2e24, 1e-16))
    assert ELEMENTARY_CHARGE * 2e24 * SHEET > 2.0 * CAPACITANCE * 40.0
    assert on_off(fast) < 3.0
    assert on_off(frozen) > 1e4


def test_what_they_leave_behind_conducts():
    """Gate and acceptors add: sheet charge C (V_0 - V_G) + q N t."""
    current = np.abs(swept(device(2e24, 1e-10)).columns["drain_current"][5])
    charge = CAPACITANCE * 40.0 + ELEMENTARY_CHARGE * 2e24 * SHEET
    # mean over the channel, whose drain end stands at -10 V; threshold known to a volt
    law = 1e-3 / 20e-6 * 1e-6 * (charge - 0.5 * CAPACITANCE * 10.0) * 10.0
    assert current == pytest.approx(law, rel=0.05, abs=0.0)


def test_few_fast_ions_shift_the_threshold_by_their_charge():
    few = swept(device(2e23, 1e-10))
    none = swept(device(2e16, 1e-10))
    assert on_off(few) > 1e4
    shift = ELEMENTARY_CHARGE * 2e23 * SHEET / CAPACITANCE
    gained = [np.abs(t.columns["drain_current"][5]) for t in (few, none)]
    slope = 1e-3 / 20e-6 * 1e-6 * CAPACITANCE * 10.0
    assert (gained[0] - gained[1]) / slope == pytest.approx(shift, rel=0.05, abs=0.0)


def test_a_closed_film_keeps_its_gate():
    """Ions that cannot leave take no charge of the gate: what the source gives adds up to it."""
    closed = swept(device(2e24, 1e-11, leaves=False))
    assert on_off(closed) > 1e3
    ions = closed.profiles["ion_density"]
    mean = np.trapezoid(ions, closed.profiles["position"]) / 20e-6
    assert mean == pytest.approx(2e24, rel=0.02, abs=0.0)  # trapezoids against control volumes


@pytest.mark.slow
def test_steps_of_the_staircase_that_stands_for_a_ramp(monkeypatch):
    from halodot.device import along

    coarse = swept(device(2e24, 1e-12), "0 s").columns["drain_current"]
    monkeypatch.setattr(along, "STRIDE", 1.0)
    fine = swept(device(2e24, 1e-12), "0 s").columns["drain_current"]
    assert coarse[5] == pytest.approx(fine[5], rel=0.01, abs=0.0)
    assert coarse[-1] == pytest.approx(fine[-1], rel=0.02, abs=0.0)
