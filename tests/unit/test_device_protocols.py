"""Protocols become the drives they describe, and say what is wrong with those that cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.spec import Spec, build
from halodot.device.extrapolation import extrapolated
from halodot.device.protocols import Protocol
from halodot.device.waveform import Waveform
from halodot.device.waveform_file import read, with_files
from halodot.device.waveforms import of
from halodot.figures import extract
from halodot.figures.limits import make_trace


class Holder(Spec):
    protocol: Protocol


def made(**table) -> Waveform:
    return of(build(Holder, {"protocol": table}).protocol)


def at(wave: Waveform, time) -> np.ndarray:
    return np.interp(time, wave.time, wave.voltage)


def light_at(wave: Waveform, time, source=0) -> np.ndarray:
    light = wave.light if wave.light.ndim == 1 else wave.light[:, source]
    return np.interp(time, wave.time, light)


def test_overlapping_trains_add_and_light_has_its_own_clock():
    electrical = [
        {"amplitude": "1 V", "width": "10 ms", "period": "100 ms", "count": 2},
        {"amplitude": "0.5 V", "width": "100 ms", "delay": "5 ms"},
    ]
    optical = [{"width": "1 ms", "period": "10 ms", "count": 3, "delay": "50 ms", "source": 1}]
    wave = made(kind="pulses", read_voltage="0.1 V", baseline="1 s", after="1 s",
                electrical=electrical, optical=optical)  # fmt: skip
    # from the end of the baseline: first pulse 0.1 to 10.1 ms, second train from 6 to 106 ms
    expected = {0.5: 0.1, 1.003: 1.0, 1.008: 1.4, 1.05: 0.5, 1.103: 1.4, 1.109: 1.0, 1.5: 0.1}
    for time, volts in expected.items():
        assert at(wave, time) == pytest.approx(volts, rel=1e-9), time
    lit = [1.0505, 1.0605, 1.0705]
    assert light_at(wave, lit, 1) == pytest.approx(1.0, rel=1e-9)
    assert light_at(wave, [1.055, 1.0805], 1) == pytest.approx(0.0, abs=1e-12)
    assert light_at(wave, lit, 0) == pytest.approx(0.0, abs=1e-12)
    assert np.all(np.diff(wave.outputs) > 0)
    assert wave.outputs[-1] <= wave.time[-1]
    assert len(np.unique(wave.sweep)) == 6  # every pulse of every train has rows


def test_a_program_waits_first_and_serves_every_source():
    wave = made(kind="sweep", corners=["0.5 V", "1 V"], rate="1 V/s", light=0.3)
    program = wave.program(hold=2.0, sources=2)
    assert program.light.shape == (3, 2)
    assert program.light == pytest.approx(0.3)
    assert np.interp([0.0, 2.0, 2.25], program.time, program.voltage) == pytest.approx(
        [0.5, 0.5, 0.75]
    )
    assert program.outputs == pytest.approx(wave.outputs + 2.0)


def test_a_staircase_is_read_at_the_end_of_every_step():
    wave = made(kind="steps", corners=["0 V", "0.3 V", "-0.1 V"], height="0.1 V", dwell="2 s")
    assert wave.kind == "iv"
    expected = [0.0, 0.1, 0.2, 0.3, 0.2, 0.1, 0.0, -0.1]
    assert at(wave, wave.outputs) == pytest.approx(expected, abs=1e-12)
    assert np.diff(wave.outputs) == pytest.approx(2.0)
    assert at(wave, wave.outputs[:-1] + 0.1) == pytest.approx(expected[1:], abs=1e-12)


def test_steps_without_a_voltage_open_the_terminals():
    step = [{"voltage": "1 V", "duration": "1 s"}, {"duration": "2 s", "light": 0.5}]
    wave = made(kind="steps", step=[*step, step[0]])
    middle = 0.5 * (wave.time[1:] + wave.time[:-1])
    assert wave.closed is not None
    assert wave.closed.tolist() == ((middle < 1.0) | (middle > 3.0)).tolist()
    assert light_at(wave, [0.5, 2.0, 3.5]) == pytest.approx([0.0, 0.5, 0.0])


@pytest.mark.parametrize("between", ["short", "open"])
def test_reads_of_a_retention_stand_at_the_read_voltage_and_nothing_between(between):
    wave = made(kind="retention", write_voltage="2 V", write_time="1 s", read_voltage="0.2 V",
                duration="1000 s", points=20, between=between)  # fmt: skip
    assert at(wave, wave.outputs) == pytest.approx(0.2, rel=1e-9)
    assert wave.outputs[0] > wave.origin
    gaps = 0.5 * (wave.outputs[1:-1] + wave.outputs[:-2])  # of the longer ones
    if between == "short":
        assert wave.closed is None
        assert at(wave, gaps[5:]) == pytest.approx(0.0, abs=1e-9)
    else:
        assert wave.closed is not None
        segment = np.searchsorted(wave.time, gaps[5:]) - 1
        assert not wave.closed[segment].any()
        assert wave.closed[np.searchsorted(wave.time, wave.outputs) - 1].all()


def test_endurance_reads_both_states_of_every_cycle():
    wave = made(kind="endurance", program_voltage="2 V", program_time="10 ms",
                erase_voltage="-3 V", erase_time="20 ms", read_voltage="0.1 V", read_time="1 ms",
                cycles=4)  # fmt: skip
    assert at(wave, wave.outputs) == pytest.approx(0.1)
    assert wave.extra["cycle"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert wave.extra["programmed"].tolist() == [1, 0] * 4
    before = at(wave, wave.outputs - 1.5e-3)
    assert before == pytest.approx(np.tile([2.0, -3.0], 4))
    held = np.linspace(0, wave.time[-1], 20001)
    assert np.mean(at(wave, held) == -3.0) == pytest.approx(80e-3 / wave.time[-1], rel=0.01)


def test_extrapolated_cycles_are_marked_and_never_counted_as_done():
    cycle = np.repeat(np.arange(1.0, 9.0), 2)
    on = np.tile([1.0, 0.0], 8)
    current = np.where(on == 1, -1e-3 * cycle**-0.5, -1e-6)
    columns = {"cycle": cycle, "programmed": on, "current": current, "time": cycle}
    trace = extrapolated(make_trace("endurance", columns, {"current": "A"}), 8e4)
    far = trace.columns["extrapolated"] == 1
    assert trace.columns["cycle"][far].max() == pytest.approx(8e4)
    assert trace.columns["current"][far & (trace.columns["programmed"] == 1)][-1] == pytest.approx(
        -1e-3 * 8e4**-0.5, rel=1e-9
    )
    found = extract(trace)
    assert found["cycles"].value.value == 8
    assert found["on_off_ratio_end"].value.value == pytest.approx(1e3 * 8**-0.5)
    assert found["on_off_ratio_extrapolated"].value.value == pytest.approx(1e3 * 8e4**-0.5)
    assert "EXTRAPOLATED" in found["on_off_ratio_extrapolated"].value.note
    assert any("EXTRAPOLATED" in note for note in trace.notes)


def test_a_state_whose_current_changes_sign_is_not_extrapolated():
    cycle = np.repeat(np.arange(1.0, 9.0), 2)
    current = np.where(np.arange(16) % 4 < 2, 1e-6, -1e-6)
    columns = {"cycle": cycle, "programmed": np.tile([1.0, 0.0], 8), "current": current}
    trace = extrapolated(make_trace("endurance", columns, {"current": "A"}), 1e6)
    assert len(trace) == 16
    assert sum("no sign" in note for note in trace.notes) == 2


def test_open_terminals_from_the_first_moment():
    wave = made(kind="open_circuit", light_time="1 ms", decay_time="1 s", light=0.5)
    assert wave.closed is not None
    assert not wave.closed.any()
    assert light_at(wave, wave.outputs[wave.sweep == 0]) == pytest.approx(0.5)
    assert light_at(wave, wave.outputs[wave.sweep == 1]) == pytest.approx(0.0, abs=1e-12)


def test_a_file_is_read_in_its_units_and_stands_in_the_study(tmp_path: Path):
    (tmp_path / "w.csv").write_text("# mine\ntime (ms);Voltage [mV];light\n0;0;0\n\n5;500;1\n")
    assert read(tmp_path / "w.csv") == {"time": [0.0, 5e-3], "voltage": [0.0, 0.5],
                                        "level": [0.0, 1.0]}  # fmt: skip
    data = {"protocol": [{"kind": "waveform", "file": "w.csv"}, {"kind": "sweep"}]}
    filled = with_files(data, tmp_path)["protocol"][0]
    wave = made(**filled)
    assert at(wave, 2.5e-3) == pytest.approx(0.25)
    assert light_at(wave, 2.5e-3) == pytest.approx(0.5)
    assert with_files({"protocol": [filled]}, tmp_path / "elsewhere")["protocol"] == [filled]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time,volts\n0,1\n1,2\n", "head 'volts'"),
        ("time (V),voltage\n0,1\n1,2\n", "unit that converts to s"),
        ("time,voltage\n0,1\n1,x\n", "line 3"),
        ("time,voltage\n0,1\n1\n", "1 cells"),
        ("voltage,light\n0,1\n1,1\n", "0 columns time"),
        ("time,voltage\n", "at least two lines"),
    ],
)
def test_a_file_that_cannot_be_read_names_its_place(text, says, tmp_path: Path):
    (tmp_path / "w.csv").write_text(text)
    data = {"protocol": [{"kind": "waveform", "file": "w.csv"}]}
    with pytest.raises(InputError, match=says) as e:
        with_files(data, tmp_path)
    assert e.value.field == "protocol[0].file"


PULSE = {"amplitude": "1 V", "width": "10 ms", "period": "50 ms"}
ENDURANCE = {"kind": "endurance", "program_voltage": "1 V", "program_time": "1 s",
             "erase_voltage": "-1 V", "erase_time": "1 s", "read_voltage": "0.1 V",
             "read_time": "1 s"}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ({"kind": "pulses", "read_voltage": "0 V"}, "protocol.amplitude"),
        ({"kind": "pulses", "read_voltage": "0 V", "amplitude": "1 V"}, "protocol.width"),
        ({"kind": "pulses", "read_voltage": "1 V", "electrical": [PULSE]},
         "protocol.electrical[0].amplitude"),
        ({"kind": "pulses", "read_voltage": "0 V",
          "optical": [{"width": "1 s", "period": "0.5 s"}]}, "protocol.optical[0].period"),
        ({"kind": "pulses", "read_voltage": "0 V", "light": 0.5, "optical": [{"width": "1 s"}]},
         "protocol.optical"),
        ({"kind": "pulses", "read_voltage": "0 V", "electrical": [
            {"amplitude": "1 V", "width": "1 s", "count": 3}]}, "protocol.electrical[0].period"),
        ({"kind": "steps"}, "protocol.step"),
        ({"kind": "steps", "corners": ["0 V", "1 V"], "dwell": "1 s"}, "protocol.height"),
        ({"kind": "steps", "rise": "2 s", "step": [
            {"voltage": "1 V", "duration": "1 s"}, {"voltage": "2 V", "duration": "1 s"}]},
         "protocol.rise"),
        ({"kind": "waveform"}, "protocol.time"),
        ({"kind": "waveform", "time": [0, 1], "voltage": [0]}, "protocol.voltage"),
        ({"kind": "waveform", "time": [0, 0], "voltage": [0, 1]}, "protocol.time[1]"),
        ({"kind": "waveform", "time": [0, 1], "voltage": [0, 1], "level": [0, 2]},
         "protocol.level"),
        ({"kind": "impedance", "lowest": "1 MHz", "highest": "1 Hz"}, "protocol.lowest"),
        (ENDURANCE | {"cycles": 1}, "protocol.cycles"),
        ({"kind": "sweep", "corners": ["0 V", "1 V"], "rate": "1 V/s", "step": "1e-6 V"},
         "protocol.step"),
    ],
)  # fmt: skip
def test_protocols_that_cannot_be_name_the_field_and_a_remedy(table, field):
    with pytest.raises(InputError) as e:
        made(**table)
    assert e.value.field == field
    assert e.value.allowed


def test_a_sweep_under_compliance_is_cut_by_the_voltage_of_the_source():
    """At the compliance the device takes a smaller voltage, which turns back in mid-sweep."""
    up = np.linspace(0.0, 2.0, 41)
    source = np.concatenate([up, up[-2::-1]])
    on = np.arange(81) >= 30  # sets at 1.5 V, stays on
    device = np.where(on & (source > 0.2), 0.2, source)
    current = np.where(on, np.minimum(source, 0.2) * 1e-3, source * 1e-6)
    columns = {"voltage": device, "source_voltage": source, "current": current}
    found = extract(make_trace("iv", columns, {"current": "A"}))
    assert found["set_voltage"].value.value == pytest.approx(1.5, abs=0.05)
    assert found["compliance"].value.value == pytest.approx(2e-4)
