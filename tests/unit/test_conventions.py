"""The sign and index conventions of docs/conventions.md, one test each."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from halodot.array import Crossbar
from halodot.cli.main import main
from halodot.core.sourced import BASES
from halodot.core.spec import build
from halodot.core.units import parse
from halodot.device import measure
from halodot.device.spec import DeviceSpec, Retention, Sweep, Transfer
from halodot.library import Library

PAGE = (Path(__file__).parents[2] / "docs/conventions.md").read_text(encoding="utf-8")
LIBRARY = Library.builtin()


def layer(**changes):
    keys = {"name": "slab", "thickness": "50 nm", "carriers": True}
    keys |= {"relative_permittivity": "6", "electron_affinity": "4 eV", "band_gap": "2 eV"}
    keys |= {"effective_dos_conduction": "1e26 m-3", "effective_dos_valence": "1e26 m-3"}
    keys |= {"electron_mobility": "1e-7 m2/Vs", "hole_mobility": "1e-7 m2/Vs"}
    return keys | changes


def two_terminal(layers, left="4.1 eV", right="4.1 eV"):
    sides = {"left": left, "right": right}
    contacts = {k: {"work_function": w, "image_force": False} for k, w in sides.items()}
    table = {"kind": "two_terminal", "area": "1 mm2", "layer": layers, **contacts}
    return build(DeviceSpec, table)


def currents(device, *corners, rate="1 V/s"):
    sweep = build(Sweep, {"kind": "sweep", "corners": corners, "rate": rate, "step": "0.1 V"})
    trace = measure(None, device, sweep, LIBRARY)
    assert trace.status.is_good
    return trace


def test_a_resistor_takes_positive_current_in_at_its_left_contact():
    trace = currents(two_terminal([layer(donor_density="1e23 m-3")]), "0 V", "0.5 V", "-0.5 V")
    v, i = trace.columns["voltage"], trace.columns["current"]
    apart = np.abs(v) > 1e-9
    assert (np.sign(i)[apart] == np.sign(v)[apart]).all()
    assert i == pytest.approx(trace.columns["current_density"] * 1e-6, rel=1e-12)


def test_displacement_current_is_positive_while_the_voltage_rises():
    blocked = layer(carriers=False)
    trace = currents(two_terminal([blocked]), "0 V", "1 V", "0 V")
    rising = trace.sweep == 0
    assert (trace.columns["current"][rising] > 0).all()
    assert (trace.columns["current"][~rising] < 0).all()


def test_the_contact_of_large_work_function_takes_holes_in_at_positive_voltage():
    # a diode whose p side is at the left conducts when the left is positive
    trace = currents(two_terminal([layer()], "5.9 eV", "4.1 eV"), "0 V", "2 V", "-2 V")
    v, i = trace.columns["voltage"], trace.columns["current"]
    assert i[np.argmax(v)] > 100 * -i[np.argmin(v)] > 0


def test_x_runs_from_the_left_contact_along_the_order_of_the_layers():
    stack = [layer(thickness="10 nm"), layer(thickness="50 nm", electron_affinity="4.2 eV")]
    shape = currents(two_terminal(stack), "0 V", "0.1 V").profiles
    assert shape["position"][0] == 0.0
    assert (np.diff(shape["position"]) > 0).all()
    assert (shape["layer"][shape["position"] < 9e-9] == 0.0).all()
    assert shape["position"][-1] == pytest.approx(60e-9, rel=1e-6)


def test_energies_are_positive_below_vacuum():
    stack = [layer(), layer(electron_affinity="4.3 eV", band_gap="1.5 eV")]
    shape = currents(two_terminal(stack), "0 V", "0.1 V").profiles
    edge = int(np.argmax(shape["layer"] > 0.5))
    step = shape["conduction_edge"][edge] - shape["conduction_edge"][edge - 1]
    # 0.3 eV more affinity is a conduction edge 0.3 eV lower; the potential hardly moves in 0.2 nm
    assert step == pytest.approx(-0.3, abs=0.01)
    gap = shape["conduction_edge"] - shape["valence_edge"]
    assert gap[[0, -1]] == pytest.approx([2.0, 1.5], rel=1e-9)


def test_barrier_of_electrons_is_work_function_minus_affinity_and_levels_follow_the_voltage():
    shape = currents(two_terminal([layer()], "4.3 eV", "4.6 eV"), "0 V", "0.5 V").profiles
    assert shape["conduction_edge"][[0, -1]] == pytest.approx([0.3, 0.6], abs=1e-6)
    assert shape["fermi_electron"] == pytest.approx(0.0, abs=1e-6)
    ends = shape["conduction_edge_end"]
    assert ends[[0, -1]] == pytest.approx([0.3 - 0.5, 0.6], abs=1e-6)


def test_positive_ions_leave_a_positive_left_contact():
    ions = {"ion_density": "1e24 m-3", "ion_mobility": "1e-12 m2/Vs"}
    protocol = {"kind": "retention", "write_voltage": "0.5 V", "write_time": "10 s"}
    protocol |= {"read_voltage": "0.5 V", "duration": "1 s", "points": 3}
    middle = {}
    for charge in (1, -1):
        device = two_terminal([layer(**ions, ion_charge=charge)])
        trace = measure(None, device, build(Retention, protocol), LIBRARY)
        x, a = trace.profiles["position"], trace.profiles["ion_density_end"]
        middle[charge] = np.trapezoid(a * x, x) / np.trapezoid(a, x)
    assert middle[1] > 26e-9  # of 50 nm, which is 25 nm when uniform
    assert middle[-1] < 24e-9


def test_donors_are_positive():
    for sign, more, less in (
        (1, "electron_density", "hole_density"),
        (-1, "hole_density", "electron_density"),
    ):
        device = two_terminal([layer(donor_density=f"{sign}e24 m-3")], "5 eV", "5 eV")
        shape = currents(device, "0 V", "0.1 V").profiles
        half = len(shape["position"]) // 2
        assert shape[more][half] > 1e3 * shape[less][half]


@pytest.mark.parametrize(
    ("sign", "kind", "work"), [(-1, "ohmic_hole", "6 eV"), (1, "ohmic_electron", "4 eV")]
)
def test_drain_current_has_the_sign_of_the_drain_voltage(sign, kind, work):
    oxide = {"name": "oxide", "material": "SiO2", "thickness": "100 nm"}
    table = {"kind": "transistor", "channel_width": "1 mm", "channel_length": "50 um"}
    table |= {"layer": [oxide, layer(thickness="20 nm")], "left": {"work_function": "5 eV"}}
    table |= {"source": {"work_function": work, "kind": kind}}
    gate = [f"{-10 * sign} V", f"{20 * sign} V"]
    protocol = {"kind": "transfer", "gate": gate, "drain": [f"{sign} V"], "points": 5}
    trace = measure(None, build(DeviceSpec, table), build(Transfer, protocol), LIBRARY)
    current = trace.columns["drain_current"][:5]
    assert sign * current[-1] > 1e-9
    assert sign * current[-1] > 1e2 * sign * current[0]


def test_rows_of_a_crossbar_are_driven_at_the_left_and_columns_held_at_the_bottom():
    G, wire = np.full((3, 4), 1e-3), 10.0
    current = Crossbar(G, wire) @ np.full(3, 0.2)
    assert current.shape == (4,)
    assert (np.diff(current) < 0).all()  # column 0 is beside the drivers
    ends = [(Crossbar(G, wire) @ np.eye(3)[i])[0] for i in range(3)]
    assert ends[2] > ends[1] > ends[0] > 0  # the last row is beside the held ends
    one = np.zeros((3, 4))
    one[1, 2] = 1e-3
    alone = Crossbar(one, wire) @ np.array([0.0, 0.2, 0.0])
    assert np.flatnonzero(np.abs(alone) > 1e-12).tolist() == [2]
    assert alone[2] == pytest.approx(0.2 / (1e3 + wire * (3 + 2)), rel=1e-9)  # 3 right, 2 down


def test_energies_are_ev_and_the_rest_si():
    assert parse("1 eV", "eV") == 1.0
    assert parse("1 cm2/Vs", "m2/Vs") == pytest.approx(1e-4, rel=1e-12)


def test_the_bases_of_the_page_are_those_of_the_code():
    table = PAGE.split("## Bases")[1].split("##")[0]
    assert tuple(re.findall(r"^\| (\w+) \|", table, re.MULTILINE)[1:]) == BASES


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["crystal", "CsPbBr3"], 0), (["crystal", "CsAgBr3"], 1), (["crystal", "CsPbXx3"], 2)],
)
def test_exit_codes(arguments, code, capsys):
    assert main(arguments) == code
    assert f"| {code} |" in PAGE
    assert bool(capsys.readouterr().err) == (code == 2)
