"""What a device with a filament says of itself: leakage, and the model behind its numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from halodot.core.spec import build
from halodot.device.measure import measure
from halodot.device.protocols import Sweep
from halodot.device.spec import DeviceSpec
from halodot.library import Library

FILM = {
    "name": "film",
    "thickness": "30 nm",
    "relative_permittivity": 10,
    "electron_affinity": "3.9 eV",
    "band_gap": "2.4 eV",
    "effective_dos_conduction": "2e18 cm-3",
    "effective_dos_valence": "2e18 cm-3",
    "electron_mobility": "1e-3 cm2/Vs",
    "hole_mobility": "1e-3 cm2/Vs",
}


def notes_of(circuit: dict[str, Any]) -> str:
    device = {
        "kind": "two_terminal",
        "area": "1e-4 cm2",
        "layer": [FILM],
        "left": {"work_function": "4.3 eV"},
        "right": {"work_function": "4.7 eV"},
        "circuit": circuit,
        "filament": {"electrode": "left", "species": [{"name": "Ag"}]},
    }
    sweep = {"kind": "sweep", "corners": ["0 V", "2 V", "0 V"], "rate": "1 V/s", "step": "0.2 V"}
    trace = measure(None, build(DeviceSpec, device), build(Sweep, sweep), Library.builtin())
    assert np.isfinite(trace.columns["current"]).all()
    return " ".join(trace.notes)


@pytest.mark.parametrize("leaks", [True, False])
def test_a_device_without_leakage_says_so(leaks: bool) -> None:
    circuit = {"compliance": "1 uA"} | ({"shunt_resistance": "1e9 ohm"} if leaks else {})
    said = notes_of(circuit)
    assert ("no leakage" in said) != leaks
    assert "not fitted to the lattice model" in said
    assert "first joins at" in said
