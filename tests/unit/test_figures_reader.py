"""Instruments' files of different make: what is understood of each, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.figures import extract
from halodot.figures.headers import role_of, split_unit, unit_of
from halodot.figures.reader import read
from halodot.figures.sweeps import split_directions

FILES = Path(__file__).parents[1] / "data" / "instruments"
# file, kind, rows kept, rows dropped, sweeps, layout, last column's unit or role named
CASES = [
    ("keysight_b1500_bipolar.csv", "iv", 161, 0, 3, "comma-separated, decimal point", "Time"),
    ("keithley_2450_quoted.csv", "iv", 119, 2, 3, "comma-separated, decimal point", "Measured"),
    ("keithley_4200_output.txt", "output", 123, 0, 3, "tab-separated, decimal point", "GateV(3)"),
    ("labview_german_transfer.txt", "transfer", 162, 0, 2, "tab-separated, decimal comma", "I_G"),
    ("export_semicolon_transfer.csv", "transfer", 101, 0, 1, "semicolon-separated", "Ids"),
    ("blocks_with_units_row.csv", "iv", 483, 0, 9, "comma-separated", "Current"),
    ("repeat_column.dat", "iv", 483, 0, 9, "tab-separated", "Cycle"),
    ("side_by_side.csv", "iv", 282, 0, 6, "comma-separated", "I2"),
    ("python_log_timestamps.csv", "iv", 161, 0, 3, "comma-separated", "I"),
    ("diode_density_double_spaced.csv", "iv", 157, 4, 2, "comma-separated", "J"),
    ("threshold_switch_bare.txt", "iv", 201, 0, 2, "blanks-separated", "column 2"),
    ("spectrometer_utf16.txt", "spectrum", 521, 0, 1, "tab-separated", "Intensity"),
    ("ocean_optics_begin_end.txt", "spectrum", 521, 0, 1, "blanks-separated", "column 2"),
    ("tcspc_with_irf.csv", "decay", 1000, 0, 1, "semicolon-separated", "IRF"),
    ("tem_sizes_comma.txt", "sizes", 240, 0, 1, "one column", "Edge length"),
    ("imagej_histogram.csv", "sizes", 12, 0, 1, "comma-separated", "Count"),
    ("retention_two_states.csv", "retention", 92, 0, 2, "comma-separated", "HRS"),
    ("ltp_ltd.csv", "pulses", 128, 0, 2, "comma-separated", "LTD"),
    ("photonic_ppf.csv", "pulses", 2000, 0, 1, "comma-separated", "light"),
    ("origin_phototransistor.txt", "transfer", 324, 0, 4, "tab-separated", "ID"),
    ("light_levels_as_headers.csv", "transfer", 324, 0, 4, "comma-separated", "2 mW/cm2"),
    ("messung_beleuchtung.csv", "transfer", 324, 0, 4, "semicolon-separated", "Beleuchtung"),
    ("id_at_vd.csv", "transfer", 162, 0, 2, "comma-separated", "Id@Vd=-60V (uA)"),
    ("easyexpert_transfer.csv", "transfer", 404, 0, 4, "comma-separated", "Ig"),
    ("memory_window.dat", "transfer", 162, 0, 2, "tab-separated", "DrainI erase"),
    ("photodetector_merged.csv", "iv", 243, 0, 3, "comma-separated", "Current (A)"),
    ("chopped_light.txt", "pulses", 600, 0, 1, "blanks-separated", "light(mW/cm2)"),
    ("set_voltages_four_devices.csv", "values", 160, 0, 4, "semicolon-separated", "Vset D4 (V)"),
    ("iv_temperatures.csv", "mechanism", 400, 0, 4, "comma-separated", "I (A) 320 K"),
    ("synapse_pairs_german.csv", "synapse", 1821, 0, 5, "semicolon-separated", "Light"),
    ("synapse_trains_transistor.txt", "synapse", 1358, 0, 4, "tab-separated", "GateV"),
    ("logic_table.csv", "logic", 20, 0, 1, "comma-separated", "B -> input_b"),
    ("logic_light_and_gate.dat", "logic", 320, 0, 4, "blanks-separated", "P_light"),
]


@pytest.mark.parametrize(("file", "kind", "kept", "dropped", "sweeps", "layout", "named"), CASES)
def test_file_is_understood(file, kind, kept, dropped, sweeps, layout, named):
    found = read(FILES / file, kind).understood
    assert (found.rows_kept, found.rows_dropped, found.sweeps) == (kept, dropped, sweeps)
    assert found.layout.startswith(layout)
    assert any(text.startswith(named) for text in found.columns)


@pytest.mark.parametrize(("file", "kind"), [(c[0], c[1]) for c in CASES])
def test_every_figure_has_a_definition_and_a_reason_where_unknown(file, kind):
    figures = extract(read(FILES / file, kind).trace)
    assert len(figures.figures) >= 6
    for figure in figures.figures:
        assert figure.definition.endswith(".")
        assert figure.value.is_known or figure.value.note


def test_every_file_is_listed():
    assert {p.name for p in FILES.iterdir()} == {c[0] for c in CASES}


def test_units_are_converted():
    trace = read(FILES / "labview_german_transfer.txt", "transfer").trace
    # written in micro- and nanoamperes with decimal commas
    assert np.isclose(np.abs(trace.columns["drain_current"]).max(), 3.0e-5, rtol=0.05)
    assert np.isclose(trace.columns["gate_current"].max(), 1e-10, rtol=1e-12)
    assert np.all(trace.columns["drain_voltage"] == -80.0)
    density = read(FILES / "diode_density_double_spaced.csv", "iv").trace
    # mA/cm2 = 10 A/m2
    assert np.isclose(density.columns["current_density"].max(), 10 * 1e-3 * np.expm1(5), rtol=1e-6)
    pulses = read(FILES / "photonic_ppf.csv", "pulses").trace
    assert pulses.columns["light"].max() == 10.0
    assert np.isclose(pulses.columns["current"].min(), 1e-9, rtol=1e-12)


def test_header_lines_supply_the_geometry():
    parameters = read(FILES / "export_semicolon_transfer.csv", "transfer").trace.parameters
    assert parameters["channel_width"].value == 1e-3
    assert parameters["channel_length"].value == 50e-6
    assert np.isclose(parameters["gate_capacitance"].value, 1e-4, rtol=1e-12)
    assert parameters["drain_voltage"].value == 1.0


def test_side_by_side_sweeps_keep_their_own_voltage():
    trace = read(FILES / "side_by_side.csv", "iv").trace
    first = trace.columns["voltage"][trace.sweep < 3]
    second = trace.columns["voltage"][trace.sweep >= 3]
    assert (first.max(), second.max()) == (2.0, 1.5)


def test_overflow_is_missing_and_not_a_number():
    trace = read(FILES / "keithley_2450_quoted.csv", "iv").trace
    assert np.max(np.abs(trace.columns["current"])) < 1.0


def write(tmp_path: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = tmp_path / "file.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


ROWS = [(0.1 * k, 1e-3 * 0.1 * k) for k in range(1, 21)]
BODY = "".join(f"{v:.3f},{i:.4e}\n" for v, i in ROWS)
REFUSED = [
    (b"", "iv", "empty"),
    ("\n \n", "iv", "empty"),
    (b"PK\x03\x04\x00\x00\x08\x00" + bytes(range(32)) * 20, "iv", "binary"),
    ("hello\nworld\n", "iv", "line 1"),
    ("<html><body>Not found</body></html>", "iv", "line 1"),
    ("V (V)\n1\n2\n3\n", "iv", "one column"),
    ("V (V),I (A)\n", "iv", "no line with 2 numbers"),
    ("V,I\n" + BODY.replace(".", ","), "iv", "4 cells under 2 headers"),
    ("V;I\n" + "".join(f"2;{k},300\n" for k in range(1, 9)), "iv", "may be 1.300 or 1300"),
    ("V,I\n" + BODY + "1,2,3\n", "iv", "line 22: 3 cells"),
    ("x,y,z\n" + "".join(f"{v},{i},0\n" for v, i in ROWS), "iv", "no column of voltage"),
    ("size\n8\n9\n10\n", "sizes", "no unit"),
    ("Time,Counts\n" + "".join(f"{k},{99 - k}\n" for k in range(40)), "decay", "no unit"),
]


@pytest.mark.parametrize(("text", "kind", "said"), REFUSED)
def test_refusals_say_what_was_understood(tmp_path, text, kind, said):
    with pytest.raises(InputError, match=r"cannot be used") as caught:
        read(write(tmp_path, text), kind)
    assert said in str(caught.value)


def test_missing_file_and_unknown_kind(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "nothing.csv", "iv")
    with pytest.raises(InputError, match="transfer"):
        read(write(tmp_path, "V,I\n" + BODY), "transfr")


def test_columns_can_be_named(tmp_path):
    path = write(tmp_path, "a,b,c\n" + "".join(f"{i},{v},7\n" for v, i in ROWS))
    trace = read(path, "iv", columns={"voltage": "2", "current": "1:uA"}).trace
    assert np.allclose(trace.columns["voltage"], [v for v, _ in ROWS], rtol=1e-12)
    assert np.allclose(trace.columns["current"], [1e-6 * i for _, i in ROWS], rtol=1e-12)
    for bad in ({"voltag": "1"}, {"voltage": "9"}, {"voltage": "1:nm"}):
        with pytest.raises(InputError, match="--columns"):
            read(path, "iv", columns={"current": "1", **bad})


@pytest.mark.parametrize(
    ("header", "name", "si", "factor"),
    [
        ("V (V)", "V", "V", 1.0),
        ("Id [uA]", "Id", "A", 1e-6),
        ("Drain I/A", "Drain I", "A", 1.0),
        ("J (mA/cm2)", "J", "A/m2", 10.0),
        ("J (mA cm^-2)", "J", "A/m2", 10.0),
        ("J [mA/cm²]", "J", "A/m2", 10.0),
        ("Wavelength (nm)", "Wavelength", "m", 1e-9),
        ("I_DS, nA", "I_DS", "A", 1e-9),
        ("voltage_V", "voltage", "V", 1.0),
        ("I_DS_nA", "I_DS", "A", 1e-9),
        ("Current in µA", "Current", "A", 1e-6),
        ("R (kOhm)", "R", "ohm", 1e3),
        ("# Time [ms]", "Time", "s", 1e-3),
        ("PL (a.u.)", "PL", "1", 1.0),
    ],
)
def test_units_in_headers(header, name, si, factor):
    found, unit = split_unit(header)
    assert found == name
    assert unit is not None
    assert (unit.si, unit.factor) == (si, pytest.approx(factor, rel=1e-12))


@pytest.mark.parametrize("header", ["V_S", "I_S", "Drain V", "DrainI(1)", "Forward", "V_G"])
def test_names_that_end_like_a_unit_keep_their_name(header):
    assert split_unit(header) == (header, None)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("AnodeV", "voltage"),
        ("AnodeI", "current"),
        ("GateV(2)", "gate_voltage"),
        ("DrainI(2)", "drain_current"),
        ("Vgs", "gate_voltage"),
        ("abs(Id)", "derived"),
        ("sqrt_Id", "derived"),
        ("Cycle", "repeat"),
        ("IRF", "response"),
        ("Edge length", "size"),
        ("Ig", "gate_current"),
    ],
)
def test_roles_of_headers(name, role):
    assert role_of(name, None) == role


def test_a_unit_overrules_a_misleading_name():
    assert role_of("LRS", unit_of("uA")) == "current"
    assert role_of("Sample 3", unit_of("V")) == "voltage"


def test_directions_survive_read_back_noise():
    rng = np.random.default_rng(5)
    ideal = np.concatenate(
        [np.linspace(0, 2, 101), np.linspace(2, -2, 201), np.linspace(-2, 0, 101)]
    )
    noisy = ideal + 1e-3 * rng.standard_normal(len(ideal))
    turns = np.flatnonzero(np.diff(split_directions(noisy)))
    assert len(turns) == 2
    assert np.all(np.abs(turns - [101, 301]) <= 2)


def test_a_family_without_gaps_is_cut_at_its_fly_backs():
    family = np.tile(np.linspace(0, -60, 31), 3)
    assert np.bincount(split_directions(family)).tolist() == [31, 31, 31]


@pytest.mark.parametrize("separator", [",", ";"])
def test_hundred_thousand_rows_are_read(tmp_path, separator):
    v = np.abs((np.arange(100_000) % 1000) - 500) / 250.0
    text = f"V{separator}I\n" + "".join(f"{x:.4f}{separator}{x * 1e-3:.5e}\n" for x in v)
    text = text if separator == "," else text.replace(".", ",")
    trace = read(write(tmp_path, text), "iv").trace
    assert len(trace) == 100_000
    assert np.allclose(trace.columns["voltage"], v, rtol=0, atol=1e-12)
