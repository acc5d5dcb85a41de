"""A unit that is written in a header is used, or refused; it is never dropped for plain SI."""

from __future__ import annotations

import re

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.figures.headers import looks_like_unit, split_unit, unit_of, unread_unit
from halodot.figures.reader import read

VG = np.linspace(-10.0, 30.0, 41)
WIDTH = {"channel_width": Sourced(1e-3, "m", basis="given")}


def table(tmp_path, head: str, kind: str = "transfer", **kw):
    path = tmp_path / "a.csv"
    rows = "".join(f"{v},{max(v, 0.0) + 1e-3:.6e}\n" for v in VG)
    path.write_text(f"{head}\n{rows}", encoding="utf-8")
    return read(path, kind, **kw)


@pytest.mark.parametrize(
    ("text", "factor", "si"),
    [
        ("x1e-6 A", 1e-6, "A"),
        ("10^-6 A", 1e-6, "A"),
        ("E-9 A", 1e-9, "A"),
        ("10-9 A", 1e-9, "A"),
        ("\u00d710\u207b\u2076 A", 1e-6, "A"),
        ("nAmp", 1e-9, "A"),
        ("microA", 1e-6, "A"),
        ("uA/um", 1.0, "A/m"),
        ("\u00b5A \u00b5m\u207b\u00b9", 1.0, "A/m"),
        ("mA/mm", 1.0, "A/m"),
        ("msec", 1e-3, "s"),
        ("KOhm", 1e3, "ohm"),
        ("kiloohms", 1e3, "ohm"),
        ("mV vs. Ag/AgCl", 1e-3, "V"),
        ("uA, averaged", 1e-6, "A"),
    ],
)
def test_units_of_labs(text, factor, si):
    unit = unit_of(text)
    assert unit is not None
    assert unit.si == si
    assert unit.factor == pytest.approx(factor, rel=1e-9, abs=0.0)


@pytest.mark.parametrize(
    "head", ["Id (x1e-6 A)", "Id (10^-6 A)", "Id (microA)", "Id [uAmp]", "Id (uA)", "Id/uA"]
)
def test_a_factor_is_applied(tmp_path, head):
    trace = table(tmp_path, f"Vg (V),{head}").trace
    assert trace.columns["drain_current"].max() == pytest.approx(30e-6, rel=1e-3, abs=0.0)


@pytest.mark.parametrize("head", ["Id (uA/um)", "Id/W (A/m)", "Id/uA/um", "Id (uA um-1)"])
def test_a_current_per_width_needs_the_width(tmp_path, head):
    with pytest.raises(InputError, match="--channel-width"):
        table(tmp_path, f"Vg (V),{head}")
    trace = table(tmp_path, f"Vg (V),{head}", parameters=WIDTH).trace
    # 30 A/m on 1 mm
    assert trace.columns["drain_current"].max() == pytest.approx(0.03, rel=1e-3, abs=0.0)


@pytest.mark.parametrize(
    "head", ["Id (dB)", "Id (pA/cell)", "Id (mA rms)", "Id (arb. u.)", "I/kOhm"]
)
def test_what_is_no_unit_of_a_current_is_refused(tmp_path, head):
    with pytest.raises(InputError) as e:
        table(tmp_path, f"Vg (V),{head}")
    assert head in str(e.value)
    unit = re.sub(r".*[(/](?=[^(]*$)|\)", "", head) if "cell" not in head else "pA/cell"
    assert unit in str(e.value)


@pytest.mark.parametrize(
    "head", ["Id (forward)", "Drain I (1)", "Id", "ID(1)", "I_D (sweep 2)", "Id (300K)", "Id@300K"]
)
def test_a_remark_is_no_unit(tmp_path, head):
    reading = table(tmp_path, f"Vg (V),{head}")
    assert reading.trace.columns["drain_current"].max() == pytest.approx(30.0, rel=1e-3)
    assert "no unit written" in " ".join(reading.understood.columns)


@pytest.mark.parametrize(
    "text", ["forward", "1", "300K", "5 V", "sat", "lin", "up", "down", "SMU1", "min", "a b", ""]
)
def test_words_do_not_look_like_units(text):
    assert text == "min" or not looks_like_unit(text)
    assert unread_unit(f"I_min {text}") == ""


def test_a_terminal_is_no_unit():
    assert split_unit("V (GS)")[1] is None
    assert split_unit("V_GS")[1] is None


def test_a_column_named_by_hand_keeps_its_unit(tmp_path):
    with pytest.raises(InputError, match=r"column 2 \(R_LRS \(kOhm\)\).*kOhm"):
        table(tmp_path, "t (s),R_LRS (kOhm)", "retention", columns={"time": "1", "current": "2"})
    held = table(
        tmp_path, "t (s),R_LRS (kOhm)", "retention", columns={"time": "1", "resistance": "2"}
    ).trace
    assert held.columns["resistance"].max() == pytest.approx(3e4, rel=1e-3)
    told = {"time": "1", "current": "2:uA"}
    trace = table(tmp_path, "t (s),Foo (dB)", "retention", columns=told).trace
    assert trace.columns["current"].max() == pytest.approx(3e-5, rel=1e-3, abs=0.0)


def test_a_row_of_units_counts(tmp_path):
    with pytest.raises(InputError, match="dB"):
        table(tmp_path, "Vg,Id\nV,dB")
    trace = table(tmp_path, "Vg,Id\nmV,nA").trace
    assert trace.columns["gate_voltage"].max() == pytest.approx(0.03, rel=1e-9)


@pytest.mark.parametrize("head", ["AI,AV", "Strom,Spannung", "smua.i,smua.v", "CathodeI,CathodeV"])
def test_current_first_is_not_swapped(tmp_path, head):
    trace = table(tmp_path, head, "iv").trace
    assert trace.columns["current"].min() == -10.0


def test_named_columns_that_are_not_understood_are_not_taken_by_position(tmp_path):
    with pytest.raises(InputError, match="1 Time, 2 Foo") as e:
        table(tmp_path, "Time,Foo", "iv")
    assert "voltage=N,current=N" in str(e.value)
    assert len(table(tmp_path, "x,y", "iv").trace) == 41


def test_a_hint_has_no_number_that_is_not_known(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Stamp,Vg (V),Foo,Bar\n" + "".join(f"{k},{k},{k},{k}\n" for k in range(20)))
    with pytest.raises(InputError) as e:
        read(path, "transfer")
    assert '"gate_voltage=2,drain_current=N"' in str(e.value)
    assert "1 Stamp, 2 Vg (V)" in str(e.value)


def test_temperature_in_celsius(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "V (V),I (A),Temp (C)\n" + "".join(f"{k / 10},{k}e-6,27\n" for k in range(1, 21))
    )
    assert read(path, "iv").trace.columns["temperature"][0] == pytest.approx(300.15)


@pytest.mark.parametrize(
    "head", ["ABSID", "|Drain Current| (A)", "|I|", "abs(I) (A)", "ABSI", "Id_abs (A)"]
)
def test_a_magnitude_is_taken_where_no_signed_current_is_there(tmp_path, head):
    reading = table(tmp_path, f"Vg (V),{head}")
    assert reading.trace.columns["drain_current"].max() == pytest.approx(30.0, rel=1e-3)
    assert "magnitude" in " ".join(reading.understood.columns)
    path = tmp_path / "b.csv"
    path.write_text(f"Vg (V),{head},Id (uA)\n" + "".join(f"{v},{v},{v}\n" for v in range(20)))
    both = read(path, "transfer").trace
    assert both.columns["drain_current"].max() == pytest.approx(19e-6, rel=1e-9, abs=0.0)
