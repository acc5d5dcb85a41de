"""Steps of gate voltage and light before a transfer curve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.device import measure
from halodot.device.lateral import needs_feeding
from halodot.device.measure import resolve
from halodot.device.protocols import Level
from halodot.device.spec import DeviceSpec, Transfer
from halodot.device.state import Trace
from halodot.device.written import corners
from halodot.library import Library

LIBRARY = Library.builtin()


def level(**given: Any) -> Level:
    """One step."""
    return build(Level, given)


def test_corners_of_steps_start_at_rest_in_the_dark() -> None:
    time, volts, light = corners(
        [level(voltage="5 V", duration="1 s", light=1.0), level(voltage="0 V", duration="10 s")]
    )
    assert volts.tolist() == [0.0, 5.0, 5.0, 0.0, 0.0]
    assert light.tolist() == [0.0, 1.0, 1.0, 0.0, 0.0]
    assert time == pytest.approx([0.0, 1e-3, 1.0, 1.01, 11.0])


def test_an_open_gate_is_refused() -> None:
    with pytest.raises(InputError, match="before"):
        corners([level(duration="1 s")])


def device() -> dict[str, Any]:
    """A p channel over wrapped dots that absorb."""
    dots = {
        "name": "dots",
        "thickness": "12 nm",
        "electron_affinity": "3.8 eV",
        "band_gap": "2.2 eV",
        "relative_permittivity": 10,
        "effective_dos_conduction": "1e24 m-3",
        "effective_dos_valence": "1e24 m-3",
        "electron_mobility": "1e-4 cm2/Vs",
        "hole_mobility": "1e-4 cm2/Vs",
        "radiative_coefficient": "2e-18 m3/s",
        "absorption": "5e4 cm-1",
        "carriers": True,
        "shell": {"material": "oligomeric silica", "thickness": "1.4 nm", "dot_size": "9 nm"},
    }
    channel = {"name": "channel", "material": "pentacene", "thickness": "40 nm"}
    return {
        "kind": "transistor",
        "accuracy": "single",
        "nodes_per_layer": 9,
        "channel_width": "1 mm",
        "channel_length": "50 um",
        "layer": [
            {"name": "oxide", "material": "SiO2", "thickness": "100 nm"},
            dots,
            {**channel, "radiative_coefficient": "1e-10 cm3/s"},
        ],
        "left": {"work_function": "5.0 eV"},
        "source": {"electrode": "Au", "kind": "ohmic_hole", "velocity_electron": "0 m/s"},
        "light": {"intensity": "1 mW/cm2", "wavelength": "405 nm", "from_side": "right"},
    }


def curve(*before: dict[str, Any]) -> Trace:
    """A short transfer curve after some steps."""
    protocol = {"kind": "transfer", "gate": ["10 V", "-10 V"], "drain": ["-0.05 V"]}
    protocol |= {"rate": "20 V/s", "points": 9, "before": list(before)}
    spec = build(DeviceSpec, device())
    trace = measure(None, spec, build(Transfer, protocol), LIBRARY)
    assert trace.status.is_good
    return trace


def test_light_writes_without_gate_and_a_gate_alone_in_the_dark_does_not() -> None:
    fresh = curve()
    dark = curve({"voltage": "0 V", "duration": "30 s"})
    lit = curve({"voltage": "0 V", "duration": "30 s", "light": 1.0})
    at = np.argmin(np.abs(fresh.columns["gate_voltage"][:9]))
    now = {n: -t.columns["drain_current"][at] for n, t in (("f", fresh), ("d", dark), ("l", lit))}
    assert now["d"] == pytest.approx(now["f"], rel=1e-3)
    assert now["l"] > 10.0 * now["f"]  # electrons that stayed hold holes in the channel
    waited = curve(
        {"voltage": "0 V", "duration": "30 s", "light": 1.0},
        {"voltage": "0 V", "duration": "1e5 s"},
    )
    later = -waited.columns["drain_current"][at]
    assert now["f"] < later < now["l"]


def test_a_channel_is_fed_along_its_length_where_something_floats_or_is_kept_out() -> None:
    def needed(given: dict[str, Any]) -> bool:
        spec = build(DeviceSpec, given)
        layers, contacts = resolve(spec, None, LIBRARY)
        return needs_feeding(spec, layers, contacts["source"])

    wrapped = {k: v for k, v in device().items() if k != "light"}
    gold = {"electrode": "Au", "kind": "ohmic_hole"}
    assert needed({**wrapped, "source": gold})
    plain = {**wrapped, "layer": [wrapped["layer"][0], wrapped["layer"][2]]}
    assert needed(plain)  # electrons are kept out
    assert not needed({**plain, "source": gold})
    assert needed({**plain, "source": gold, "light": device()["light"]})
    film = {**plain["layer"][1], "name": "film"}
    below = {"layer": [plain["layer"][0], film, plain["layer"][1]], "channel": "film"}
    assert needed({**plain, **below, "source": gold})
