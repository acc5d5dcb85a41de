"""Parts of a device that do not go together are refused by field, before anything runs."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.chain import measure as run_chain
from halodot.checking import check
from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.device import measure, resolve
from halodot.device.spec import DeviceSpec, OpenCircuit, Pulses, Retention, Steady
from halodot.device.waveforms import of
from halodot.library import Library
from halodot.study import Study, StudyFile

LIBRARY = Library.builtin()
ION = {"density": "1e18 cm-3", "mobility": "1e-10 cm2/Vs"}
FACE = {"trap_density": "1e10 cm-2", "trap_energy": "4.5 eV"}
FACE |= {"capture_electron": "1e-8 cm3/s", "capture_hole": "1e-9 cm3/s"}
LIGHT = {"intensity": "1 mW/cm2", "wavelength": "450 nm"}
PULSES = {"kind": "pulses", "read_voltage": "0 V"}
STEADY = {"kind": "steady", "voltage": ["0 V", "0.4 V"], "points": 2}


def layer(**changes):
    keys = {"name": "slab", "thickness": "100 nm"}
    keys |= {"relative_permittivity": "6", "electron_affinity": "4 eV", "band_gap": "1 eV"}
    keys |= {"effective_dos_conduction": "1e26 m-3", "effective_dos_valence": "1e26 m-3"}
    keys |= {"electron_mobility": "1e-7 m2/Vs", "hole_mobility": "1e-7 m2/Vs"}
    return keys | changes


def barrier():
    return layer(name="oxide", thickness="2 nm", tunnelling=True)


def table(*layers, **changes):
    sides = {"left": {"work_function": "4.4 eV"}, "right": {"work_function": "4.4 eV"}}
    return {"kind": "two_terminal", "area": "1 mm2", "layer": list(layers)} | sides | changes


def ion(name, charge=1):
    return ION | {"name": name, "charge": charge}


EXCHANGE = {"work_function": "5 eV", "exchange": [{"ion": "Cu", "velocity": "1e-6 m/s"}]}
MISFITS = {
    "device.layer[1].tunnelling": table(barrier(), barrier(), layer()),
    "device.layer[0].tunnelling": table(barrier()),
    "device.interface[0].after": table(
        layer(), barrier(), layer(), interface=[FACE | {"after": 0}]
    ),
    "device.layer[1].ion[0].charge": table(layer(ion=[ion("Ag")]), layer(ion=[ion("Ag", -1)])),
    "device.layer[0].ion": table(layer(ion=[ion(str(k)) for k in range(5)])),
    "device.left.exchange[0].ion": table(layer(ion=[ion("Ag")]), left=EXCHANGE),
    "device.right.exchange[0].ion": table(layer(ion=[ion("Cu")]), layer(), right=EXCHANGE),
}  # fmt: skip


def study_of(device, protocol):
    """A study of one device and one protocol."""
    head = {"study": {"id": "x", "title": "x", "draws": 0}}
    return build(Study, head | {"device": device, "protocol": [protocol]})


@pytest.mark.parametrize("field", MISFITS)
def test_parts_that_do_not_go_together_are_named(field):
    with pytest.raises(InputError) as e:
        resolve(build(DeviceSpec, MISFITS[field]), None, LIBRARY)
    assert e.value.field == field
    assert e.value.allowed
    assert e.value.remedy


def test_ions_of_one_name_in_layers_apart_may_differ_in_charge():
    apart = table(layer(ion=[ion("Ag")]), layer(), layer(ion=[ion("Ag", -1)]))
    assert len(resolve(build(DeviceSpec, apart), None, LIBRARY)[0]) == 3


def test_a_device_of_one_layer_has_no_interface():
    with pytest.raises(InputError, match="one layer has no interface"):
        build(DeviceSpec, table(layer(), interface=[FACE | {"after": 0}]))


@pytest.mark.parametrize("field", MISFITS)
def test_check_names_what_a_run_could_not_use(field):
    study = study_of(MISFITS[field], STEADY)
    with pytest.raises(InputError) as e:
        check(StudyFile(study, (("", study),), LIBRARY))
    assert e.value.field == field


def test_check_reads_protocols_too():
    lacking = PULSES | {"optical": [{"width": "1 ms", "source": 3}]}
    study = study_of(table(layer(), light=LIGHT), lacking)
    with pytest.raises(InputError, match=r"protocol\.optical\[0\]\.source"):
        check(StudyFile(study, (("", study),), LIBRARY))


@pytest.mark.parametrize("lamps", [0, 1, 2])
def test_a_light_source_that_the_device_lacks_is_refused(lamps):
    spec = build(DeviceSpec, table(layer(), light=[LIGHT] * lamps))
    pulses = build(Pulses, PULSES | {"optical": [{"width": "1 ms", "source": 3}]})
    with pytest.raises(InputError) as e:
        measure(None, spec, pulses, LIBRARY)
    assert e.value.field == "protocol.optical[0].source"
    assert e.value.value == 3


def test_a_steady_record_too_short_for_figures_says_so():
    study = study_of(table(layer(), accuracy="single"), STEADY)
    result = run_chain(study, LIBRARY)
    (found,) = result.figures
    assert not any(f.value.is_known for f in found.figures)
    assert any([*found.notes[1:], *(f.value.note for f in found.figures)])  # the reason
    assert np.all(np.isfinite(result.traces[0].columns["current"]))


def test_a_single_run_says_that_no_error_was_estimated():
    spec = build(DeviceSpec, table(layer(), accuracy="single"))
    trace = measure(None, spec, build(Steady, STEADY), LIBRARY)
    assert "error" not in trace.columns
    assert any("no numerical error was estimated" in note for note in trace.notes)
    judged = measure(None, build(DeviceSpec, table(layer())), build(Steady, STEADY), LIBRARY)
    assert "error" in judged.columns
    assert trace.columns["current"][1] == pytest.approx(judged.columns["current"][1], rel=0.02)


def test_photovoltage_of_a_single_run_has_no_error():
    lit = layer(generation="1e26 m-3 s-1", radiative_coefficient="1e-16 m3/s")
    spec = build(DeviceSpec, table(lit, accuracy="single"))
    open_circuit = {"kind": "open_circuit", "light_time": "1 ms", "decay_time": "1 ms", "points": 4}
    trace = measure(None, spec, build(OpenCircuit, open_circuit), LIBRARY)
    assert not {"error", "voltage_error"} & set(trace.columns)
    assert any("no numerical error was estimated" in note for note in trace.notes)


WRITE = {"kind": "retention", "write_voltage": "2 V", "write_time": "1 s", "read_voltage": "0.1 V"}
OPEN = {"kind": "open_circuit", "light_time": "10 ms", "decay_time": "1 s"}


def test_a_decay_is_seen_from_its_start():
    wave = of(build(Retention, WRITE | {"duration": "10 s"}))
    assert wave.outputs[0] - wave.origin == pytest.approx(1e-5, rel=1e-6, abs=0.0)
    wave = of(build(OpenCircuit, OPEN))
    edge = wave.time[1]
    dark = wave.outputs[wave.sweep == 1] - wave.time[3]
    assert wave.outputs[0] - edge == pytest.approx(1e-8, rel=1e-6, abs=0.0)
    assert dark[0] == pytest.approx(1e-6, rel=1e-6, abs=0.0)
    assert np.all(np.diff(wave.outputs) > 0)
    assert wave.outputs[-1] == wave.time[-1]


def test_the_first_row_of_a_decay_is_a_choice():
    wave = of(build(Retention, WRITE | {"duration": "10 s", "first": "20 ms"}))
    assert wave.outputs[0] - wave.origin == pytest.approx(0.02)
    wave = of(build(OpenCircuit, OPEN | {"first": "1 us"}))
    assert wave.outputs[0] - wave.time[1] == pytest.approx(1e-6, rel=1e-6, abs=0.0)


@pytest.mark.parametrize("first", ["20 s", "1e-12 s"])
def test_a_first_row_outside_the_record_is_refused(first):
    with pytest.raises(InputError) as e:
        of(build(Retention, WRITE | {"duration": "10 s", "first": first}))
    assert e.value.field == "protocol.first"


def test_late_decays_keep_their_order_in_time():
    long = {"light_time": "1e6 s", "decay_time": "1 s"}
    assert np.all(np.diff(of(build(OpenCircuit, OPEN | long)).outputs) > 0)
