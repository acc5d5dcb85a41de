"""Folders of measured files in many dialects, broken ones among them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from halodot.cli.main import main
from halodot.core.errors import InputError
from halodot.measured import characterise, read_folder
from halodot.measured.naming import device_in
from halodot.measured.report import cell_from

sys.path.insert(0, str(Path(__file__).parents[1]))
from measured_device import Planted, cycles, law, weights, write

DATA = Path(__file__).parents[1] / "data" / "measured_device"
KINDS = {
    "d1_ltp_ltd.csv": "pulses", "d2_ltp_ltd.txt": "pulses", "device 3/weights.dat": "pulses",
    "endurance_d1.csv": "endurance", "iv_d1.csv": "iv", "iv_d2.csv": "iv",
    "ppf_light_d1.csv": "synapse", "pulse_train_d2.csv": "pulses", "retention_d1.txt": "retention",
    "retention_d3.csv": "retention",
}  # fmt: skip


def simple(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def pulses(label: float = 2.0, count: int = 2, unit: float = 1e6, name: str = "G (uS)") -> str:
    p = Planted(label_up=label, label_down=label)
    g = weights(cycles(p, (p.low, p.high), count, np.random.default_rng(1)))
    return f"pulse,{name}\n" + "\n".join(f"{k},{x * unit:.6g}" for k, x in enumerate(g)) + "\n"


def test_the_files_are_those_the_generator_writes(tmp_path: Path) -> None:
    write(tmp_path)
    mine = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*.*")}
    shipped = {p.relative_to(DATA).as_posix(): p.read_bytes() for p in DATA.rglob("*.*")}
    assert mine == shipped


def test_thirteen_dialects_and_what_they_are() -> None:
    records = read_folder(DATA)
    assert {r.name: r.kind for r in records.used} == KINDS
    assert {r.name for r in records.refused} == {"iv_broken.csv", "ltp_relative.csv", "notes.txt"}
    assert all(r.reason for r in records.refused)
    assert records.devices == ("1", "2", "3")
    number = {r.name: round(float(r.traces[0].parameters["device"])) for r in records.used}
    assert number["d2_ltp_ltd.txt"] == number["iv_d2.csv"] == number["pulse_train_d2.csv"] == 1
    assert number["device 3/weights.dat"] == number["retention_d3.csv"] == 2
    said = next(r.said for r in records.used if r.name == "device 3/weights.dat")
    assert any("folder name" in s for s in said)
    assert "weight_unit" in dict(records.refused)["ltp_relative.csv"]


def test_planted_device_is_found_in_the_folder() -> None:
    p = Planted()
    device = characterise(DATA)
    cell, found = device.cell, device.found
    assert found.up is not None
    assert found.down is not None
    assert found.up.label.low <= p.label_up <= found.up.label.high
    assert found.down.label.low <= p.label_down <= found.down.label.high
    assert cell.cycle_to_cycle.low <= p.cycle_to_cycle <= cell.cycle_to_cycle.high
    assert cell.decay is not None
    assert cell.decay.kept.value == pytest.approx(p.kept, abs=0.02)
    assert cell.decay.time.low <= p.tau <= cell.decay.time.high
    assert cell.shape is not None
    assert cell.is_known
    assert set(device.missing) == {"conductance_spread", "stuck_low", "stuck_high"}


def test_one_file_is_enough(tmp_path: Path) -> None:
    simple(tmp_path / "ltp.csv", pulses())
    device = characterise(tmp_path)
    assert device.found.up is not None
    assert not device.cell.read_voltage.is_known
    assert "read_voltage" in device.missing
    assert not device.cell.device_to_device.is_known


def test_side_cars_say_what_files_cannot(tmp_path: Path) -> None:
    simple(tmp_path / "ltp.csv", pulses())
    simple(tmp_path / "ltp.json", json.dumps({"device": "A7", "read_voltage": "0.2 V"}))
    simple(tmp_path / "device.toml", 'read_voltage = "0.1 V"\npulse_voltage = "3 V"\n')
    device = characterise(tmp_path)
    assert device.cell.read_voltage.value == pytest.approx(0.2)
    assert device.records.devices == ("A7",)
    update = device.cell.update
    assert update is not None
    assert update.potentiation is not None
    assert update.potentiation.amplitude.value == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("text", "word"),
    [('read_voltag = "1 V"', "read_voltage"), ('read_voltage = "1 nm"', "V"),
     ("kind = 'ivv'", "iv"), ("read_voltage = 0.1", "unit"), ("columns = 3", "columns")],
)  # fmt: skip
def test_a_wrong_side_car_of_the_folder_is_refused(tmp_path: Path, text: str, word: str) -> None:
    simple(tmp_path / "ltp.csv", pulses())
    simple(tmp_path / "device.toml", text + "\n")
    with pytest.raises(InputError, match=word):
        read_folder(tmp_path)


def test_a_wrong_side_car_of_one_file_takes_that_file_alone(tmp_path: Path) -> None:
    simple(tmp_path / "a.csv", pulses())
    simple(tmp_path / "b.csv", pulses())
    simple(tmp_path / "b.json", "{not json")
    records = read_folder(tmp_path)
    assert [r.name for r in records.used] == ["a.csv"]
    assert [r.name for r in records.refused] == ["b.csv"]


def test_a_folder_with_nothing_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty folder"):
        read_folder(tmp_path)
    simple(tmp_path / "notes.txt", "hello\n")
    with pytest.raises(InputError, match=r"none of which.*\n.*conductance after each pulse"):
        read_folder(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        read_folder(tmp_path / "none")


@pytest.mark.parametrize(
    "text",
    [
        pulses(unit=1.0, name="G (uSx)"),  # a unit that is none
        pulses(unit=1e6, name="G"),  # a weight of 6 without a unit
        pulses(unit=1e6, name="weight (a.u.)"),
        "V (V),I (A)\n" + "\n".join(f"{v},{300 * v}" for v in np.linspace(-2, 2, 30)),
        "wavelength (nm),PL\n500,1\n510,2\n520,1\n",
        "a,b,c\n1,2,3\n2,3,4\n3,4,5\n",
        "",
        "\x00\x01\x02",
    ],
)
def test_what_cannot_be_is_listed_with_its_reason(tmp_path: Path, text: str) -> None:
    simple(tmp_path / "good.csv", pulses())
    simple(tmp_path / "bad.csv", text)
    records = read_folder(tmp_path)
    assert [r.name for r in records.used] == ["good.csv"]
    assert len(records.refused) == 1
    assert records.refused[0].reason


def test_missing_readings_do_not_matter(tmp_path: Path) -> None:
    lines = pulses(count=3).splitlines()
    for k in (20, 51, 90, 200):
        lines[k] = lines[k].split(",")[0] + ",NaN"
    simple(tmp_path / "ltp.csv", "\n".join(lines))
    whole = tmp_path / "whole"
    whole.mkdir()
    simple(whole / "ltp.csv", pulses(count=3))
    a, b = characterise(tmp_path / "whole").found.up, characterise(tmp_path).found.up
    assert a is not None
    assert b is not None
    assert b.label.value == pytest.approx(a.label.value, abs=0.4)


def test_a_table_with_named_devices(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    p = Planted()
    rows = ["device,pulse,G (uS)"]
    for name in ("A1", "B2", "C3"):
        g = weights(cycles(p, (p.low, p.high), 2, rng))
        rows += [f"{name},{k},{x * 1e6:.5g}" for k, x in enumerate(g)]
    simple(tmp_path / "all.csv", "\n".join(rows) + "\n")
    device = characterise(tmp_path)
    assert device.records.devices == ("A1", "B2", "C3")
    assert device.found.up is not None
    assert device.found.up.devices == 3
    assert device.found.up.label.low <= p.label_up <= device.found.up.label.high


def test_a_table_with_numbered_devices(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    p = Planted()
    rows = ["device;pulse;G (uS)"]
    for name in (4, 9):
        g = weights(cycles(p, (p.low, p.high), 2, rng))
        rows += [f"{name};{k};{x * 1e6:.5g}" for k, x in enumerate(g)]
    simple(tmp_path / "all.csv", "\n".join(rows) + "\n")
    assert characterise(tmp_path).records.devices == ("4", "9")


def test_a_huge_file_is_read(tmp_path: Path) -> None:
    p = Planted(pulses=2000)
    up = law(2.0, 2000, p.low, p.high, True)
    rng = np.random.default_rng(4)
    run = up.run(2000) * (1.0 + 0.002 * rng.standard_normal(2001))
    g = np.concatenate([np.concatenate([run, run[-2::-1]])] * 15)
    text = "pulse,G (S)\n" + "\n".join(f"{k},{x:.6e}" for k, x in enumerate(g)) + "\n"
    simple(tmp_path / "long.csv", text)
    device = characterise(tmp_path)
    assert device.found.up is not None
    assert device.found.up.label.value == pytest.approx(2.0, abs=0.2)
    assert device.found.up.pulses in range(1980, 2021)


def test_names_of_devices() -> None:
    names = {"chip2_iv.csv": "2", "Device_007.csv": "7", "r1c3.csv": "r1c3", "sample #4.dat": "4",
             "ltd.csv": "", "cd3.csv": "", "iv_A3.csv": "", "d12/retention.txt": "12"}  # fmt: skip
    assert {k: device_in(k)[0] for k in names} == names


def test_command_writes_device_and_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["array", str(DATA), "-o", str(tmp_path / "out"), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["potentiation_law"] == "exponential"
    assert body["potentiation_r2_held_out"] > 0.97
    assert {f["file"] for f in body["files"]} >= set(KINDS)
    made = {p.name for p in (tmp_path / "out").iterdir()}
    assert made == {"device.json", "weights.svg", "steps.svg", "changes.svg", "decay.svg",
                    "sweeps.svg"}  # fmt: skip
    back = cell_from(tmp_path / "out" / "device.json")
    cell = characterise(DATA).cell
    assert back.conductance_low == cell.conductance_low
    assert np.array_equal(back.update.potentiation.change, cell.update.potentiation.change)


def test_command_without_a_read_voltage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    simple(tmp_path / "ltp.csv", pulses())
    assert main(["array", str(tmp_path)]) == 1
    assert "Not known of this device" in capsys.readouterr().out
    assert main(["array", str(tmp_path), "--read-voltage", "0.1 V"]) == 0
    assert main(["array", str(tmp_path / "none")]) == 2
