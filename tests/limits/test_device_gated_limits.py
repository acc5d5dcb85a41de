"""Transistors in light and in time against closed forms: gain, threshold shift, supply."""

from __future__ import annotations

import math

import numpy as np
import pytest

from halodot.core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.device import measure
from halodot.device.charge.build import EPS0
from halodot.device.gated import POINTS
from halodot.device.lateral import supply_rate
from halodot.device.spec import DeviceSpec, FromFile, Pulses, Retention, Steps, Transfer
from halodot.device.transistor import channel_points, integral
from halodot.library import Library

LIBRARY = Library.builtin()
WIDTH, LENGTH, THICK, OXIDE = 1e-3, 50e-6, 30e-9, 100e-9
CAPACITANCE = EPS0 * 3.9 / OXIDE
SHEET = THICK * ELEMENTARY_CHARGE * WIDTH / LENGTH
KT = BOLTZMANN * 300.0


def device(
    carrier="hole", *, light="1 W/m2", trap=None, gate="4.4 eV", accuracy="default", **channel
):
    """A depleted channel of one carrier whose contacts keep the other out."""
    oxide = {"name": "oxide", "thickness": f"{OXIDE} m", "carriers": False}
    oxide |= {"relative_permittivity": 3.9, "electron_affinity": "0.9 eV", "band_gap": "9 eV"}
    film = {"name": "channel", "thickness": f"{THICK} m", "relative_permittivity": 3.5}
    film |= {"electron_affinity": "3.0 eV", "band_gap": "2.2 eV", "absorption": "1e5 m-1"}
    film |= {f"effective_dos_{band}": "1e26 m-3" for band in ("conduction", "valence")}
    other = "electron" if carrier == "hole" else "hole"
    film |= {f"{carrier}_mobility": "1e-6 m2/Vs", f"{other}_mobility": "1e-14 m2/Vs"}
    if trap:
        film["trap"] = [trap]
    source = {"kind": f"ohmic_{carrier}", f"velocity_{other}": "0 m/s", "work_function": "4 eV"}
    table = {
        "kind": "transistor",
        "layer": [oxide, film | channel],
        "left": {"work_function": gate},
    }
    table |= {"source": source, "channel_width": "1 mm", "channel_length": "50 um"}
    table["accuracy"] = accuracy
    if light:
        table["light"] = {"intensity": light, "wavelength": "500 nm"}
    return build(DeviceSpec, table)


def electron_trap(density="1e24 m-3", capture_hole="0 m3/s"):
    """A deep trap for electrons."""
    trap = {"density": density, "depth": "1.0 eV", "charge": "acceptor"}
    return trap | {"capture_electron": "1e-12 m3/s", "capture_hole": capture_hole}


def pairs(trace):
    """Pairs per volume and time in light [m-3 s-1]."""
    photons = float(np.max(trace.columns["light"])) * 500e-9 / (6.62607015e-34 * 299792458.0)
    return photons * trace.parameters["absorbed_share"].value / THICK


def record(spec, kind, **protocol):
    table = {"kind": kind, "drain": "-0.01 V"} | protocol
    cls = {"pulses": Pulses, "steps": Steps, "retention": Retention, "waveform": FromFile}[kind]
    trace = measure(None, spec, build(cls, table), LIBRARY)
    assert trace.status.is_good
    return trace


def step(voltage, duration, light=0.0):
    return {"voltage": voltage, "duration": duration, "light": light}


def test_supply_is_diffusion_drift_and_contacts_in_series():
    mu, length = 1e-8, 50e-6
    diffusion = math.pi**2 * mu * KT / length**2
    assert supply_rate(mu, length, 0.0, 300.0) == pytest.approx(diffusion, rel=1e-9, abs=0.0)
    drift = supply_rate(mu, length, -30.0, 300.0) - diffusion
    assert drift == pytest.approx(mu * 30.0 / length**2, rel=1e-9, abs=0.0)
    slow = supply_rate(mu, length, 0.0, 300.0, 1e-6)  # a contact slower than the channel
    assert slow == pytest.approx(1.0 / (1.0 / diffusion + length / 2e-6), rel=1e-9, abs=0.0)
    assert supply_rate(mu, length, 0.0, 300.0, 0.0) == 0.0
    assert supply_rate(mu, length, 0.0, 300.0, barrier=2.0) == 0.0


def test_a_thin_channel_fills_at_the_rate_of_supply():
    """Below the onset carriers bend no bands: p rises as 1 - exp(-k t) after a step of the gate."""
    rate = supply_rate(1e-10, LENGTH, -0.01, 300.0)
    spec = device(hole_mobility="1e-10 m2/Vs", light="", accuracy="single")
    levels = [step("0.4 V", f"{30.0 / rate} s"), step("0 V", f"{10.0 / rate} s")]
    trace = record(spec, "steps", step=levels, points=30, rise=f"{1e-4 / rate} s")
    rows = trace.sweep == 1
    time, current = trace.columns["time"][rows], -trace.columns["drain_current"][rows]
    time = time - 30.0 / rate
    early = (time > 0.05 / rate) & (time < 2.0 / rate)
    assert early.sum() > 5
    share = current[early] / current[-1]
    assert share == pytest.approx(-np.expm1(-rate * time[early]), rel=0.03, abs=0.0)


def test_gain_is_lifetime_over_transit_time():
    """Electrons held for tau by traps: each pair sends tau mu V/L^2 holes through the contacts."""
    # holes everywhere: tau = 1/(c_p p) is that of a doped film
    doped = 1e22
    spec = device(
        trap=electron_trap("1e23 m-3", "1e-20 m3/s"),
        light="1e-3 W/m2",
        donor_density=f"{-doped} m-3",
        gate="4.962 eV",  # flat band
    )
    trace = record(spec, "steps", step=[step("0 V", "1 s"), step("0 V", "1 s", 1.0)], points=9)
    current = np.abs(trace.columns["drain_current"])
    holes = current[8] / (SHEET * 1e-6 * 0.01)
    assert holes == pytest.approx(doped, rel=0.3, abs=0.0)
    tau = 1.0 / (1e-20 * holes)
    extra = current[-1] - current[8]
    held = pairs(trace) * tau
    gain = extra / (ELEMENTARY_CHARGE * pairs(trace) * THICK * WIDTH * LENGTH)
    channel = ELEMENTARY_CHARGE * holes * THICK / KT  # F/m2; the gate answers for the rest
    answered = channel / (channel + CAPACITANCE)
    expected = answered * tau * 1e-6 * 0.01 / LENGTH**2
    assert gain == pytest.approx(expected, rel=0.02, abs=0.0)
    assert held < 0.05 * doped  # linear: light moves the density by little


def test_full_traps_shift_the_threshold_by_their_charge():
    full = 3e22
    spec = device(
        trap=electron_trap(f"{full} m-3"), light="10 W/m2", radiative_coefficient="1e-14 m3/s"
    )
    table = {"kind": "transfer", "gate": ["20 V", "-20 V"], "drain": ["-0.1 V"], "points": 41}
    table |= {"lights": [0.0, 1.0], "hold": "5 s", "rate": "20 V/s", "current_floor": "0 A"}
    trace = measure(None, spec, build(Transfer, table), LIBRARY)
    assert trace.status.is_good
    found = []
    for sweep in (1, 3):  # back sweeps: all traps are full by then
        rows = trace.sweep == sweep
        v, i = trace.columns["gate_voltage"][rows], -trace.columns["drain_current"][rows]
        on = v < -12.0
        slope, cut = np.polyfit(v[on], i[on], 1)
        found.append(-cut / slope)
    # the traps sit over the film: those far from the gate shift a little more than q N t / C
    shift = ELEMENTARY_CHARGE * full * THICK / CAPACITANCE
    over = 1.0 + 0.5 * THICK / 3.5 * 3.9 / OXIDE
    assert shift < found[1] - found[0] < 1.02 * shift * over


@pytest.mark.parametrize(
    ("carrier", "charge", "sign"), [("hole", "acceptor", 1), ("electron", "donor", -1)]
)
def test_carriers_held_in_dots_move_the_threshold_towards_more_current(carrier, charge, sign):
    trap = {"density": "1e23 m-3", "depth": "1.1 eV", "charge": charge}
    trap |= {"capture_electron": "1e-12 m3/s", "capture_hole": "1e-12 m3/s"}
    trap["capture_hole" if carrier == "hole" else "capture_electron"] = "1e-24 m3/s"
    spec = device(carrier, trap=trap, gate="4.1 eV", light="0.1 W/m2")
    trace = record(
        spec, "pulses", read_voltage="0 V", optical=[{"width": "50 ms", "period": "0.2 s"}],
        baseline="0.1 s", after="0.1 s", drain=f"{-0.01 * sign} V",
    )  # fmt: skip
    current = trace.columns["drain_current"] * -sign
    assert current[-1] > 10.0 * current[0] >= 0.0  # and it stays on in the dark


def test_the_current_returns_after_light():
    spec = device(trap=electron_trap("1e22 m-3", "1e-18 m3/s"), gate="4.9 eV", light="10 W/m2")
    trace = record(
        spec, "steps", step=[step("0 V", "1 s"), step("0 V", "0.1 s", 1.0), step("0 V", "1e5 s")],
        points=12,
    )  # fmt: skip
    current = np.abs(trace.columns["drain_current"])
    assert current[23] > 1.5 * current[11]
    assert current[-1] == pytest.approx(current[11], rel=2e-3, abs=0.0)


def test_a_record_in_time_of_a_slow_gate_is_the_transfer_curve():
    spec = device(light="", gate="4.9 eV")
    table = {"kind": "transfer", "gate": ["5 V", "-15 V"], "drain": ["-0.01 V"], "points": 21}
    table |= {"current_floor": "0 A", "rate": "10 V/s"}
    curve = measure(None, spec, build(Transfer, table), LIBRARY)
    trace = record(spec, "waveform", time=[0.0, 2.0], voltage=[5.0, -15.0], points=20, hold="0 s")
    first = curve.sweep == 0
    on = curve.columns["drain_current"][first][1:] < -1e-12
    assert on.sum() > 10
    ratio = trace.columns["drain_current"][on] / curve.columns["drain_current"][first][1:][on]
    assert np.all(np.abs(ratio - 1.0) < 0.03)  # one point of the channel stands for nine


@pytest.mark.parametrize("drain", [-0.01, -0.05, -0.1, -0.5])
@pytest.mark.parametrize("above", [-0.3, -0.1, 0.0, 0.1, 0.5])
def test_few_points_of_the_channel_serve_below_threshold_and_above(drain, above):
    """G = ln(1 + exp((above + V_ch)/kT)), an even sheet above threshold that V_ch empties."""

    def conductance(v):
        return np.log1p(np.exp((above + v) / KT))

    points = channel_points(drain, counts=POINTS)
    fine = np.linspace(0.0, drain, 20001)
    expected = np.trapezoid(conductance(fine), fine)
    assert integral(points, conductance(points), drain) == pytest.approx(
        expected, rel=0.08 if drain < -0.11 else 0.02, abs=0.0
    )


@pytest.mark.parametrize("drain", ["-0.01 V", "-0.1 V"])
def test_a_record_below_threshold_is_the_transfer_curve(drain):
    spec = device(light="", gate="4.9 eV")
    table = {"kind": "transfer", "gate": ["0.05 V", "-0.11 V"], "drain": [drain]}
    table |= {"current_floor": "0 A", "rate": "0.16 V/s", "points": 5}
    curve = measure(None, spec, build(Transfer, table), LIBRARY)
    said = {"time": [0.0, 1.0], "voltage": [0.05, -0.11], "points": 4, "hold": "0 s"}
    trace = record(spec, "waveform", drain=drain, **said)
    there = curve.columns["drain_current"][1:5]
    assert there[-1] / there[0] > 10.0  # below threshold
    ratio = trace.columns["drain_current"] / there
    assert np.all(np.abs(ratio - 1.0) < 0.04)


def test_light_while_writing_is_kept_as_a_shift():
    spec = device(trap=electron_trap("1e23 m-3"), light="0.1 W/m2", gate="4.9 eV")
    said = {"write_voltage": "0 V", "write_time": "0.1 s", "read_voltage": "0 V", "points": 5}
    said |= {"duration": "10 s"}
    lit = record(spec, "retention", write_light=1.0, **said)
    dark = record(spec, "retention", **said)
    assert lit.columns["light"].max() == 0.0
    assert np.all(lit.columns["drain_current"] < 1.5 * dark.columns["drain_current"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"drain": None}, "protocol.drain"),
        ({"between": "open"}, "protocol.between"),
        ({"drain": "0 V", "write_light": 2.0}, "write_light"),
    ],
)
def test_a_record_of_a_transistor_needs_a_drain_voltage_and_a_gate(change, field):
    table = {"kind": "retention", "write_voltage": "1 V", "write_time": "1 s", "drain": "-1 V"}
    table |= {"read_voltage": "0 V", "duration": "1 s"} | change
    table = {k: v for k, v in table.items() if v is not None}
    with pytest.raises(InputError) as e:
        measure(None, device(), build(Retention, table), LIBRARY)
    assert e.value.field.endswith(field)


def test_a_far_drain_thins_the_channel():
    """Up to pinch-off the current goes as V_ov V_D - V_D^2/2."""
    spec = device(light="", gate="4.9 eV", accuracy="single")
    near, far = (
        record(spec, "steps", drain=v, step=[step("-10 V", "1 s")], points=3, hold="1 s")
        for v in ("-0.1 V", "-8 V")
    )
    ratio = far.columns["drain_current"][-1] / near.columns["drain_current"][-1]
    points = channel_points(-8.0, counts=POINTS)
    assert (points[0], points[-1]) == (0.0, -8.0)
    over = 10.0  # V above the threshold, about
    law = (over * 8.0 - 0.5 * 8.0**2) / (over * 0.1)
    assert ratio == pytest.approx(law, rel=0.05, abs=0.0)
    capacitance = far.parameters["gate_capacitance"].value  # up to the channel, not through it
    assert capacitance == pytest.approx(CAPACITANCE, rel=1e-9, abs=0.0)
