"""Tables against the cycle: endurance from files, and lists of values under their own names."""

from __future__ import annotations

import pytest

from halodot.cli.main import main
from halodot.core.errors import InputError
from halodot.figures import READABLE, extract
from halodot.figures.reader import read
from halodot.figures.roles import NEEDS


def figures(tmp_path, text: str, kind: str):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    return extract(read(path, kind).trace)


def test_kinds_that_are_offered_are_read():
    assert set(READABLE) == set(NEEDS)


# 100 at the start, 10 at the end
RATIO = [100.0 / (1.0 + 9.0 * k / 49.0) for k in range(50)]
ENDURANCE = {
    "resistances": "Cycle,R_LRS (kOhm),R_HRS (kOhm)\n"
    + "".join(f"{k + 1},1.0,{r:.6f}\n" for k, r in enumerate(RATIO)),
    "off first": "Cycle,HRS (MOhm),LRS (kOhm)\n"
    + "".join(f"{k + 1},{1e-3 * r:.8f},1.0\n" for k, r in enumerate(RATIO)),
    "currents": "cycle\tI_LRS (uA)\tI_HRS (nA)\n"
    + "".join(f"{k + 1}\t{r:.6f}\t1000\n" for k, r in enumerate(RATIO)),
    "rows": "Cycle,State,I (A)\n"
    + "".join(f"{k + 1},SET,{1e-6 * r:.6e}\n{k + 1},RESET,1e-6\n" for k, r in enumerate(RATIO)),
}


@pytest.mark.parametrize("name", ENDURANCE)
def test_endurance_of_a_file(tmp_path, name):
    f = figures(tmp_path, ENDURANCE[name], "endurance")
    assert f["cycles"].value.value == 50.0
    assert f["on_off_ratio_start"].value.value == pytest.approx(100.0, rel=1e-5)
    assert f["on_off_ratio_end"].value.value == pytest.approx(10.0, rel=1e-5)
    assert f["on_off_ratio_least"].value.value == pytest.approx(10.0, rel=1e-5)
    assert -1.0 < f["ratio_drift"].value.value < -0.7


def test_endurance_of_several_devices(tmp_path):
    head = "Cycle,LRS 1 (Ohm),HRS 1 (Ohm),LRS 2 (Ohm),HRS 2 (Ohm),LRS 3 (Ohm),HRS 3 (Ohm)\n"
    rows = "".join(f"{k},10,1000,10,2000,10,4000\n" for k in range(1, 21))
    f = figures(tmp_path, head + rows, "endurance")
    start = f["on_off_ratio_start"].value
    assert (start.value, start.low, start.high) == pytest.approx((200.0, 100.0, 400.0), rel=1e-9)
    assert f["cycles"].value.value == 20.0


def test_endurance_needs_both_states(tmp_path):
    with pytest.raises(InputError, match="one state in each cycle"):
        figures(
            tmp_path, "Cycle,R (Ohm)\n" + "".join(f"{k},{k}\n" for k in range(1, 9)), "endurance"
        )
    three = "Cycle,R1 (Ohm),R2 (Ohm),R3 (Ohm)\n" + "".join(f"{k},1,2,3\n" for k in range(1, 9))
    with pytest.raises(InputError, match="3 columns"):
        figures(tmp_path, three, "endurance")


def test_endurance_by_the_verb(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text(ENDURANCE["resistances"])
    assert main(["figures", str(path), "--kind", "endurance"]) == 0
    assert "on_off_ratio_end" in capsys.readouterr().out


def test_set_and_reset_are_lists_of_their_own(tmp_path):
    rows = "".join(f"{k},{1.2 + 0.01 * (k % 7)},{-0.9 - 0.01 * (k % 5)}\n" for k in range(1, 36))
    f = figures(tmp_path, "Cycle,Vset (V),Vreset (V)\n" + rows, "values")
    assert f["voltage_set_mean"].value.value == pytest.approx(1.23, rel=1e-9)
    assert f["voltage_reset_mean"].value.value == pytest.approx(-0.92, rel=1e-9)
    assert f["voltage_set_values"].value.value == 35.0
    assert f["voltage_set_mean"].value.unit == "V"
    assert "voltage_mean" not in {x.name for x in f.figures}


def test_columns_that_differ_by_a_number_are_devices(tmp_path):
    rows = "".join(f"{1.0 + 0.01 * (k % 7)},{2.0 + 0.01 * (k % 5)}\n" for k in range(35))
    f = figures(tmp_path, "Vset D1 (V),Vset D2 (V)\n" + rows, "values")
    assert f["devices"].value.value == 2.0
    assert f["values"].value.value == 70.0


def test_a_bound_is_said_to_people(tmp_path, capsys):
    path = tmp_path / "a.csv"
    rows = "".join(f"{v / 2},{1e-13 + (1e-6 if v > 10 else 0.0):.4e}\n" for v in range(-20, 40))
    path.write_text("Vg (V),Id (A)\n" + rows)
    main(["figures", str(path), "--kind", "transfer", "--drain-voltage", "1 V"])
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("subthreshold"))
    assert "upper bound" in line
