"""Ordinary files of a laboratory: pulse trains, devices in columns, units and read voltages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from halodot.array.characterise import characterise as cell_of
from halodot.array.decay import fit, left
from halodot.array.levels import levels_of
from halodot.array.spec import ArraySpec
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.device.state import Trace
from halodot.measured import characterise, read_folder

UP = 1e-5 + 9e-5 * (1 - np.exp(-np.arange(41) / 20)) / (1 - np.exp(-2))


def train(base: float, before: float) -> str:
    """+2 V x 40, then -2.5 V x 40, of 1 ms; read at 0.1 V after each."""
    levels = [(2.0, g) for g in UP[1:]] + [(-2.5, g) for g in UP[::-1][1:]]
    rows, t = [], 0.0

    def hold(v: float, g: float, count: int) -> None:
        nonlocal t
        for _ in range(count):
            rows.append(f"{t:.5f},{v:g},{v * g:.6e}")
            t += 2e-4

    hold(0.0, UP[0], round(before / 2e-4))
    for v, g in levels:
        hold(v, g, 5)
        hold(base, g, 5)
        hold(0.1, g, 10)
        hold(base, g, 5)
    return "Time (s),Voltage (V),Current (A)\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(("base", "before"), [(0.0, 0.0), (0.1, 0.0), (0.0, 0.01), (0.1, 0.01)])
def test_write_erase_and_read_in_one_train(tmp_path: Path, base: float, before: float) -> None:
    (tmp_path / "train.csv").write_text(train(base, before), encoding="utf-8")
    found = characterise(tmp_path)
    assert float(found.cell.read_voltage) == pytest.approx(0.1)
    assert [(r.amplitude, r.rises) for r in found.found.runs] == [(2.0, True), (-2.5, False)]
    assert [len(r.reading) for r in found.found.runs][1] == 41
    assert len(found.found.runs[0].reading) >= 40
    assert found.cell.read_voltage.basis == "computed"


def test_two_small_levels_after_each_pulse_are_refused() -> None:
    x = np.tile([2.0, 0.0, 0.1, 0.0, 0.3, 0.0], 10)
    with pytest.raises(InputError, match="several small levels"):
        levels_of(x)
    assert levels_of(x, 0.3).read == 0.3


def weights(header: str, factor: float = 1e6, columns: int = 1, top: str = "") -> str:
    G = np.concatenate([UP, UP[::-1][1:]]) * factor
    lines = [f"{k},{','.join(f'{g * (1 + 0.2 * c):.5g}' for c in range(columns))}"
             for k, g in enumerate(G, 1)]  # fmt: skip
    return f"{top}Pulse,{header}\n" + "\n".join(lines) + "\n"


def test_devices_in_columns_and_by_letters(tmp_path: Path) -> None:
    text = weights("Device 1 (uS),Device 2 (uS),Device 3 (uS)", columns=3)
    (tmp_path / "ltp.csv").write_text(text, encoding="utf-8")
    records = read_folder(tmp_path)
    assert records.devices == ("1", "2", "3")
    highs = [float(t.columns["conductance"].max()) for t in records.traces]
    assert highs == pytest.approx([1e-4, 1.2e-4, 1.4e-4], rel=1e-3)
    other = tmp_path / "b"
    (other / "device B").mkdir(parents=True)
    (other / "devA_ltp.csv").write_text(weights("G (uS)"), encoding="utf-8")
    (other / "device B" / "ltp.csv").write_text(weights("G (uS)"), encoding="utf-8")
    assert set(read_folder(other).devices) == {"A", "B"}


@pytest.mark.parametrize(
    ("header", "factor"), [('"Current, A x 1e-9"', 1e4), ("Current (1;5 nA)", 1e4),
                           ("Current", 1e6), ("Current", 1e3)],
)  # fmt: skip
def test_units_that_are_not_understood_are_refused(
    tmp_path: Path, header: str, factor: float
) -> None:
    text = weights(header, factor, top="# Vread = 0.1 V\n")
    (tmp_path / "ltp.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="unit"):
        read_folder(tmp_path)


def test_resistance_after_pulses(tmp_path: Path) -> None:
    rows = "\n".join(f"{k},{1e-3 / g:.6g}" for k, g in enumerate([*UP, *UP[::-1]], 1))
    (tmp_path / "ltp.csv").write_text(f"Pulse,Resistance (kOhm)\n{rows}\n", encoding="utf-8")
    cell = characterise(tmp_path).cell
    assert float(cell.conductance_low) == pytest.approx(1e-5, rel=1e-3)
    assert float(cell.conductance_high) == pytest.approx(1e-4, rel=1e-3)


@pytest.mark.parametrize(
    ("top", "volts"), [("Read voltage (V),0.1\n\n", 0.1), ("1 s pulses; read at 0.5 V\n", 0.5),
                       ("Write +2 V; read 0.1 V\n", 0.1)],
)  # fmt: skip
def test_read_voltage_as_it_is_written(tmp_path: Path, top: str, volts: float) -> None:
    (tmp_path / "ltp.csv").write_text(weights("Current (uA)", top=top), encoding="utf-8")
    assert float(characterise(tmp_path).cell.read_voltage) == pytest.approx(volts)


def test_a_bump_is_no_retention(tmp_path: Path) -> None:
    t = np.arange(0.0, 20.0, 0.05)
    y = 10.0 + 30.0 * np.where(t < 2.0, 0.0, np.exp(-(t - 2.0) / 0.8))
    text = "t (s),I (nA)\n" + "\n".join(f"{a:.3f},{b:.4f}" for a, b in zip(t, y, strict=True))
    (tmp_path / "d1.csv").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="rises from a baseline"):
        read_folder(tmp_path)


def test_records_that_do_not_fade_count_in_a_batch() -> None:
    rng = np.random.default_rng(3)
    t = np.geomspace(1.0, 1e4, 60)
    traces = []
    for k in range(10):
        share = 0.1 + 0.9 * np.exp(-t / 100.0) if k == 0 else np.ones(60)
        G = 1e-5 * share * (1 + 0.002 * rng.standard_normal(60))
        parameters = {"device": Sourced(float(k), "1"), "read_voltage": Sourced(0.1, "V")}
        columns = {"time": t, "conductance": G}
        units = {"time": "s", "conductance": "S"}
        traces.append(
            Trace("retention", f"d{k}", columns, units, np.zeros(60, np.int64), parameters)
        )
    decay = cell_of(traces, (), ArraySpec()).decay
    assert decay is not None
    assert float(left(decay, np.array([1e4]))[0]) == pytest.approx(0.91, abs=0.02)
    assert "1 of 10" in decay.kept.note


def test_a_power_law_lies_at_the_bound_and_says_so() -> None:
    t = np.geomspace(1.0, 1e4, 80)
    noise = 1e-8 * np.random.default_rng(1).standard_normal(80)
    law = fit(t, 1e-4 * t**-0.05 + noise)
    assert law is not None
    assert "bound" in law.kept.note
    assert "bound" in law.stretch.note
    assert law.kept.high is not None
    assert law.kept.low is not None
    assert law.kept.high - law.kept.low > 0.02
