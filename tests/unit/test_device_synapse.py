"""Drives of synapse tests and of gates, and what comes of them on a device."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.device import measure
from halodot.device.spec import DeviceSpec, Logic, Synapse
from halodot.device.state import SYNAPSE_TESTS
from halodot.device.synapse import gates, runs
from halodot.figures import extract
from halodot.library import Library

LIGHT = {"optical": {"width": "10 ms"}}
BASE = {"kind": "synapse", "read_voltage": "0.1 V"}
EVERY = tuple(t for t in SYNAPSE_TESTS if t != "stdp")


def made(**given):
    return runs(build(Synapse, {**BASE, **given}))


def at(run, time):
    return float(np.interp(time, run.wave.time, run.wave.voltage))


def shone(run):
    return np.interp(run.wave.outputs, run.wave.time, run.wave.light[:, 0])


def test_every_test_makes_drives_that_can_be_followed():
    found = made(**LIGHT, tests=[*EVERY, "stdp"], post={"amplitude": "1 V", "width": "5 ms"})
    tests = {r.test for r in found}
    assert tests == set(SYNAPSE_TESTS) - {"ppf", "high_pass", "sndp"}  # runs that others hold
    for r in found:
        w = r.wave
        assert np.all(np.diff(w.time) > 0.0)
        assert np.all(np.diff(w.outputs) > 0.0)
        assert w.outputs[0] > 0.0
        assert w.outputs[-1] <= w.time[-1] * (1.0 + 1e-12)
        assert len(w.time) == len(w.voltage) == len(w.light)
        assert 0.0 <= w.light.min() <= w.light.max() <= 1.0 + 1e-9
        assert all(len(x) == len(w.outputs) for x in w.extra.values())
    assert sum(len(r.wave.outputs) for r in found) < 2500


def test_pairs_of_their_own_where_gaps_are_given():
    found = made(**LIGHT, tests=["ppf", "srdp"], intervals=["20 ms", "40 ms"])
    assert [r.test for r in found].count("ppf") == 2
    gap = next(r for r in found if r.test == "ppf")
    rows = shone(gap) > 0.5
    starts = np.flatnonzero(np.diff(rows.astype(int)) == 1)
    ends = np.flatnonzero(np.diff(rows.astype(int)) == -1)
    t = gap.wave.outputs
    # from row to row; an edge of a hundredth of the width on either side
    assert t[starts[1]] - t[ends[0] + 1] == pytest.approx(20e-3, rel=1e-6)


def test_rates_are_periods_from_start_to_start():
    one, two = made(**LIGHT, tests=["srdp"], rates=["5 Hz", "20 Hz"], count=4)
    assert (one.condition, two.condition) == (5.0, 20.0)
    rows = np.diff((shone(two) > 0.5).astype(int)) == 1
    assert np.diff(two.wave.outputs[1:][rows]) == pytest.approx(np.full(3, 0.05), rel=1e-9)


def test_light_and_voltage_together():
    both = {**LIGHT, "electrical": {"amplitude": "1 V", "width": "4 ms", "delay": "3 ms"}}
    (run,) = made(**both, tests=["epsc"])
    start = run.wave.outputs[1]
    assert at(run, start + 2e-3) == pytest.approx(0.1)
    assert at(run, start + 5e-3) == pytest.approx(1.0)
    assert at(run, start + 9e-3) == pytest.approx(0.1)


def test_overlapping_spikes_of_two_terminals_add():
    spike = {"amplitude": "1 V", "width": "10 ms", "tail_amplitude": "-0.4 V", "tail_time": "40 ms"}
    found = made(electrical=spike, tests=["stdp"], timings=["20 ms", "-20 ms"])
    early, late = found  # sorted by timing
    assert (early.condition, late.condition) == (-0.02, 0.02)
    # steps are counted from 0.1 V: pre 0.9 and tail -0.5, post of the other sign -0.9 and +0.5
    assert float(late.wave.voltage.max()) == pytest.approx(1.0, rel=1e-9)
    low = float(late.wave.voltage.min())  # start of post on the tail of pre
    rise, width, tail = 1e-4, 10e-3, 40e-3
    left = 0.5 * (1.0 - (20e-3 - width - 2 * rise + rise) / tail)
    assert low == pytest.approx(0.1 - 0.9 - left, rel=1e-3)
    assert float(early.wave.voltage.max()) == pytest.approx(0.1 + 0.9 + left, rel=1e-3)


def test_rest_comes_before_whichever_spike_is_first():
    spikes = {**LIGHT, "post": {"amplitude": "1 V", "width": "10 ms"}}
    (run,) = made(**spikes, tests=["stdp"], timings=["-0.5 s"], baseline="0.2 s")
    on = np.interp(run.wave.outputs, run.wave.time, run.wave.voltage) > 0.5
    first = float(run.wave.outputs[on][0])
    assert first == pytest.approx(0.2, rel=1e-2)
    assert float(run.wave.outputs[shone(run) > 0.5][0]) - first == pytest.approx(0.5, rel=1e-2)
    assert run.wave.outputs[0] < 0.2


def test_a_letter_in_units():
    (run,) = made(**LIGHT, tests=["morse"], letters="a", unit="0.2 s")
    assert run.condition == float(ord("A"))
    on = (shone(run) > 0.5).astype(int)
    t = run.wave.outputs
    starts, ends = (t[1:][np.diff(on) == k] for k in (1, -1))
    # dot, gap of one unit, dash; edges of 0.1 ms
    assert ends - starts == pytest.approx([0.2, 0.6], rel=1e-2)
    assert starts[1] - ends[0] == pytest.approx(0.2, rel=1e-2)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "protocol.optical"),
        ({**LIGHT, "tests": ["stdp"]}, "protocol.post"),
        ({**LIGHT, "tests": ["srdp"], "rates": ["200 Hz"]}, "protocol.rates"),
        ({**LIGHT, "tests": ["stp_ltp"], "period": "5 ms"}, "protocol.period"),
        ({**LIGHT, "tests": ["learning"], "pause": "1 ms"}, "protocol.pause"),
        ({**LIGHT, "tests": ["ppf"], "intervals": ["-1 ms"]}, "protocol.intervals[0]"),
        ({**LIGHT, "tests": ["sidp"], "intensities": [2.0]}, "protocol.optical"),
        ({**LIGHT, "tests": ["morse"], "unit": "0.1 ms"}, "protocol.unit"),
        ({"electrical": {"amplitude": "0.1 V", "width": "1 ms"}}, "protocol.electrical.amplitude"),
    ],
)
def test_what_cannot_be_made_is_refused(given, field):
    with pytest.raises(InputError) as caught:
        made(**given)
    assert caught.value.field.endswith(field.removeprefix("protocol."))


def gate(**given):
    light = {"optical": {"width": "10 ms", "light": 0.5}}
    volts = {"electrical": {"amplitude": "1 V", "width": "10 ms"}}
    table = {"kind": "logic", "read_voltage": "0.1 V", "a": light, "b": volts}
    return build(Logic, {**table, **given})


def test_four_combinations_with_the_same_rows():
    found = gates(gate(lag="20 ms", read_after="0.3 s", repeats=2))
    assert [r.condition for r in found] == [0.0, 1.0, 2.0, 3.0] * 2
    times = [r.wave.outputs for r in found]
    assert all(np.array_equal(t, times[0]) for t in times)
    for r in found:
        a, b = r.wave.extra["input_a"][0], r.wave.extra["input_b"][0]
        assert float(r.wave.light.max()) == pytest.approx(0.5 * a)
        assert float(r.wave.voltage.max()) == pytest.approx(1.0 if b else 0.1)
        mark = r.wave.extra["read"]
        during, stored = (r.wave.outputs[mark == k] for k in (1.0, 2.0))
        volts = np.interp(during, r.wave.time, r.wave.voltage)
        assert volts == pytest.approx([1.0 if b else 0.1])
        assert stored - during == pytest.approx([0.3], rel=1e-2)


def device(**given):
    film = {"name": "dots", "thickness": "100 nm", "relative_permittivity": 6}
    film |= {"electron_affinity": "3.6 eV", "band_gap": "2.4 eV", "donor_density": "1e15 cm-3"}
    film |= {f"effective_dos_{b}": "1e20 cm-3" for b in ("conduction", "valence")}
    film |= {f"{c}_mobility": "1e-3 cm2/Vs" for c in ("electron", "hole")}
    trap = {"density": "3e16 cm-3", "depth": "1.85 eV", "charge": "donor"}
    trap |= {"capture_electron": "1e-17 cm3/s", "capture_hole": "1e-10 cm3/s"}
    film |= {"trap": [trap], "absorption": "5e4 1/cm"}
    ends = {s: {"work_function": "3.9 eV", "image_force": False} for s in ("left", "right")}
    light = {"intensity": "1 uW/cm2", "wavelength": "450 nm"}
    table = {"kind": "two_terminal", "area": "0.1 mm2", "layer": [film], "light": light}
    return build(DeviceSpec, {**table, **ends, "accuracy": "single", **given})


def test_a_photoconductor_is_a_synapse():
    p = build(Synapse, {**BASE, **LIGHT, "tests": ["epsc", "srdp", "stp_ltp"], "numbers": [1, 10]})
    trace = measure(None, device(), p, Library.builtin())
    assert trace.kind == "synapse"
    assert trace.status.is_good
    assert len(trace.point_status) == len(trace) == len(trace.columns["test"])
    assert {"time", "voltage", "current", "light", "test", "condition"} <= set(trace.columns)
    assert int(trace.sweep.max()) == 6
    f = extract(trace)
    assert f["postsynaptic_sign"].category == "excitatory"
    # holes wait in traps for a tenth of a second: pulses in between add up
    assert float(f["ppf_index"].value) > 1.5
    assert float(f["srdp_gain"].value) > float(f["ppf_index"].value)
    assert f["energy_per_event"].value.is_known
    # 1 uW/cm2 on 0.1 mm2 for 10 ms, edges of 1 % counted half
    optical = 1e-2 * 1e-7 * 10.1e-3
    assert float(f["optical_energy_per_event"].value) == pytest.approx(optical, rel=2e-2)


def test_a_photoconductor_is_no_gate_of_voltage():
    p = gate(b={"electrical": {"amplitude": "0.2 V", "width": "10 ms"}}, read_after="50 ms")
    bright = device(light={"intensity": "1 mW/cm2", "wavelength": "450 nm"})
    f = extract(measure(None, bright, p, Library.builtin()))
    assert f["logic_function_stored"].category == "A"  # light alone is remembered


def test_a_source_that_the_device_has_not():
    lit = {"optical": {"width": "10 ms", "source": 3}}
    with pytest.raises(InputError) as caught:
        measure(None, device(), build(Synapse, {**BASE, **lit}), Library.builtin())
    assert "source" in caught.value.field
    with pytest.raises(InputError) as caught:
        measure(None, device(), gate(a=lit), Library.builtin())
    assert caught.value.field == "protocol.a.optical.source"


def test_parts_of_a_default_are_said_in_words():
    p = build(Synapse, {**BASE, **LIGHT})
    assert p.tests == ("epsc", "ppf", "srdp", "stp_ltp")
    assert p.response == "auto"
