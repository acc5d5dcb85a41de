"""A filament beside a stack that is followed in time: a memory one way, light the other."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.device.measure import measure
from halodot.device.protocols import Steps
from halodot.device.spec import DeviceSpec
from halodot.library import Library

STACK = {
    "kind": "two_terminal",
    "accuracy": "single",
    "area": "0.04 mm2",
    "circuit": {"compliance": "0.1 mA"},
    "layer": [
        {"name": "PMMA", "material": "PMMA", "tunnelling": True, "thickness": "1 nm"},
        {
            "name": "dots",
            "thickness": "60 nm",
            "relative_permittivity": 10,
            "electron_affinity": "3.9 eV",
            "band_gap": "2.4 eV",
            "effective_dos_conduction": "2e18 cm-3",
            "effective_dos_valence": "2e18 cm-3",
            "electron_mobility": "1e-3 cm2/Vs",
            "hole_mobility": "1e-3 cm2/Vs",
            "radiative_coefficient": "1e-10 cm3/s",
            "refractive_index": 2.0,
            "ion": [
                {"name": "V_Br", "charge": 1, "density": "1e19 cm-3", "mobility": "1e-7 cm2/Vs"},
                {"name": "Br", "charge": -1, "density": "1e19 cm-3", "mobility": "1e-7 cm2/Vs"},
            ],
        },
    ],
    "left": {"electrode": "Ag"},
    "right": {"work_function": "5.6 eV", "tunnel_mass": 0.15},
    "filament": {
        "electrode": "left",
        "beside": "following",
        "species": [{"name": "Ag"}],
        "reduced": {"noise": False},
    },
}


def record(volts, beside="following", compliance="0.1 mA"):
    filament = {**STACK["filament"], "beside": beside}
    circuit = {"compliance": compliance}
    spec = DeviceSpec(**{**STACK, "filament": filament, "circuit": circuit})
    step = {"voltage": f"{volts} V", "duration": "2 ms"}
    steps = Steps(kind="steps", step=[step], points=12)
    return measure(None, spec, steps, Library.builtin())


def test_light_comes_out_one_way_and_a_filament_forms_the_other():
    dark, lit = record(4.0), record(-4.0)
    assert dark.status.is_good
    assert lit.status.is_good
    assert dark.columns["gap"][-1] == 0.0
    assert lit.columns["gap"][-1] > 0.0
    assert lit.columns["luminance"][-1] > 1e6 * dark.columns["luminance"][-1]
    assert lit.columns["luminance"][-1] > 10 * lit.columns["luminance"][0]


def test_without_a_filament_the_current_is_that_of_the_stack_alone():
    """What the engine gives for the same stack without the table [device.filament]."""
    lit = record(-4.0, compliance="1 A")
    spec = DeviceSpec(**{k: v for k, v in STACK.items() if k not in ("filament", "circuit")})
    step = {"voltage": "-4.0 V", "duration": "2 ms"}
    plain = measure(None, spec, Steps(kind="steps", step=[step], points=12), Library.builtin())
    for name in ("current", "emission"):
        late = slice(4, None)  # the rest before the record differs by the ramp
        found, alone = lit.columns[name][late], plain.columns[name][late]
        assert found == pytest.approx(alone, rel=0.03, abs=0.0)


def test_currents_of_filament_and_stack_add():
    both = record(4.0)
    assert np.all(np.isfinite(both.columns["ion_current_density"]))
    assert abs(both.columns["current"][-1]) <= 1.05e-4
    tabulated = record(4.0, beside="steady")
    assert "luminance" not in tabulated.columns
    assert both.columns["voltage"] == pytest.approx(tabulated.columns["voltage"], rel=1e-9)
