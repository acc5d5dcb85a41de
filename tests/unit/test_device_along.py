"""What a transistor along its channel accepts, and how its figures read."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.device import measure
from halodot.device.charge.grid import bounds
from halodot.device.sheet import _widened, grid_of
from halodot.device.spec import DeviceSpec, Pulses, Transfer
from halodot.device.zone import contact_resistance, zone_of
from halodot.figures.along_channel import along_figures
from halodot.figures.limits import make_trace
from halodot.library import Library

LIBRARY = Library.builtin()


def table(**more):
    oxide = {"name": "oxide", "thickness": "300 nm", "carriers": False}
    oxide |= {"relative_permittivity": 3.9, "electron_affinity": "0.9 eV", "band_gap": "9 eV"}
    sheet = {"name": "channel", "thickness": "10 nm", "relative_permittivity": 6}
    sheet |= {"electron_affinity": "3.9 eV", "band_gap": "2.4 eV"}
    sheet |= {f"effective_dos_{band}": "1e26 m-3" for band in ("conduction", "valence")}
    sheet |= {f"{carrier}_mobility": "1e-5 m2/Vs" for carrier in ("electron", "hole")}
    found = {"kind": "transistor", "layer": [oxide, sheet], "left": {"work_function": "5.1 eV"}}
    found |= {"source": {"work_function": "6.3 eV", "kind": "ohmic_hole"}, "along": {}}
    return found | {"channel_width": "1 mm", "channel_length": "50 um"} | more


TRANSFER = {"kind": "transfer", "gate": ["0 V", "-20 V"], "drain": ["-5 V"], "points": 5}


def refused(found, protocol=TRANSFER, kind=Transfer):
    with pytest.raises(InputError) as caught:
        measure(None, build(DeviceSpec, found), build(kind, protocol), LIBRARY)
    return caught.value


def test_two_channel_layers_are_refused():
    found = table()
    found["layer"].append(found["layer"][1] | {"name": "second"})
    assert refused(found).field == "device.layer"


def test_interfaces_are_refused():
    face = {"after": 0, "trap_density": "1e15 m-2", "trap_energy": "5 eV"}
    face |= {"capture_electron": "1e-15 m3/s", "capture_hole": "1e-15 m3/s"}
    assert refused(table(interface=[face])).field == "device.interface"


def test_pulses_are_refused():
    pulse = {"kind": "pulses", "amplitude": "-5 V", "width": "1 s", "period": "2 s", "count": 2}
    error = refused(table(), pulse | {"read_voltage": "0 V", "drain": "-1 V"}, Pulses)
    assert error.field == "protocol.kind"
    assert "along" in error.remedy


def test_tunnelling_contact_layers_are_refused():
    layer = {"name": "barrier", "material": "SiO2", "thickness": "2 nm", "tunnelling": True}
    error = refused(table(along={"source_layer": [layer]}))
    assert error.field == "device.along.source_layer[0].tunnelling"


def test_a_two_terminal_device_has_no_channel():
    with pytest.raises(InputError, match=r"device\.along"):
        build(
            DeviceSpec,
            table(kind="two_terminal", right={"work_function": "5 eV"}, area="1 mm2"),
        )


def test_an_ion_that_the_channel_lacks_is_refused():
    drain = {"work_function": "6.3 eV", "exchange": [{"ion": "Ag", "velocity": "1e-3 m/s"}]}
    assert refused(table(along={"drain": drain})).field == "device.drain.exchange[0].ion"


def test_a_dark_channel_shows_no_light():
    trace = measure(None, build(DeviceSpec, table()), build(Transfer, TRANSFER), LIBRARY)
    assert "emission_rate" not in trace.columns
    assert {f.name for f in along_figures(trace)} == {"contact_resistance"}


def test_light_makes_carriers_along_the_channel():
    found = table(light={"intensity": "10 mW/cm2", "wavelength": "450 nm"})
    found["layer"][1] |= {"absorption": "1e5 cm-1", "refractive_index": 2.0}
    gate = {"gate": ["20 V", "10 V"], "lights": [0.0, 1.0]}
    trace = measure(None, build(DeviceSpec, found), build(Transfer, TRANSFER | gate), LIBRARY)
    current = -trace.columns["drain_current"]
    lit = trace.columns["light"] > 0.0
    assert lit.sum() == len(lit) // 2
    assert current[lit].min() > 10.0 * current[~lit].max()


def test_a_spike_at_a_contact_is_no_zone():
    x = np.linspace(0.0, 1e-4, 4001)
    volume = np.full(4001, 2.5e-8)
    rate = np.exp(-0.5 * ((x - 5e-5) / 1e-5) ** 2)
    rate[0] = 20.0  # a tenth of a percent of the pairs
    assert zone_of(x, rate, volume).width == pytest.approx(2.355e-5, rel=0.01, abs=0.0)


def test_contact_resistance_is_unknown_where_two_carriers_run():
    x = np.linspace(0.0, 1e-4, 101)
    u = np.sqrt(20.0**2 - (20.0**2 - 19.2**2) * x / 1e-4)
    assert np.isnan(contact_resistance(x, u, np.full(101, 0.1), 1.0, 1e-6, 1e-3))
    assert np.isnan(contact_resistance(x, u + 3.0 * (x > 5e-5), np.zeros(101), 1.0, 1e-6, 1e-3))


def test_figures_read_the_zone_away_from_the_contacts():
    columns = {"drain_voltage": np.full(3, 9.0), "drain_current": np.ones(3)}
    columns |= {"emission_rate": np.array([3e18, 2e18, 1e18])}
    columns |= {"recombination_position": np.array([0.0, 2e-5, 4e-5])}
    columns |= {"recombination_width": np.array([1e-7, 1e-6, 2e-6])}
    columns |= {"external_quantum_efficiency": np.array([0.1, 0.3, 0.2])}
    found = {
        f.name: f.value.value
        for f in along_figures(make_trace("transfer", columns, {}, channel_length=5e-5))
    }
    assert found["recombination_zone_width"] == 1e-6
    assert found["recombination_zone_travel"] == pytest.approx(0.8)
    assert found["external_quantum_efficiency_max"] == 0.3


def test_widening_a_layer_keeps_its_physics():
    from halodot.device.assembly import charge_layer
    from halodot.device.stack import resolve_layers

    spec = build(DeviceSpec, table())
    layer = charge_layer(resolve_layers(spec, None, LIBRARY)[1], (0.0,))
    wide = _widened(layer, 10.0)
    # the same mass action, Debye length and lifetime: n_i and eps ten times, k a tenth
    assert wide.dos_conduction == 10.0 * layer.dos_conduction
    assert wide.relative_permittivity / wide.dos_valence == pytest.approx(
        layer.relative_permittivity / layer.dos_valence, rel=1e-12, abs=0.0
    )
    assert wide.radiative * wide.dos_valence == layer.radiative * layer.dos_valence
    assert wide.hole_mobility == layer.hole_mobility


def test_nodes_crowd_at_the_zone_and_at_both_ends():
    from halodot.device.measure import resolve
    from halodot.device.sheet import path_of, sheet_of

    spec = build(DeviceSpec, table())
    layers, contacts = resolve(spec, None, LIBRARY)
    sheet = sheet_of(spec, path_of(spec, None, LIBRARY, layers, contacts), LIBRARY)
    grid = grid_of(sheet, (2e-5, 1e-7))
    step = np.diff(grid.position)
    assert np.all(step > 0.0)
    assert (grid.position[0], grid.position[-1]) == bounds(sheet.stack.layers)[0]
    near = np.abs(grid.position[1:] - 2e-5) < 1e-7
    assert step[near].max() < 5e-9
    assert step[0] < 1e-9
    assert step[-1] < 1e-9
