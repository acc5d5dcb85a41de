"""A measured cell in ngspice against the same cell here: pulses up and down, and fading."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from halodot.array.relaxing import Kind, Relaxing, _compact, march
from halodot.array.state import CellModel, Shape
from halodot.core.sourced import Sourced
from halodot.device.state import Drive
from halodot.export.behavioural import rate_of, subcircuit
from halodot.export.bench import pwl
from halodot.export.model import Origin
from measured_device import law
from ngspice_runs import NGSPICE, needs_ngspice

LOW, HIGH, READ = 1e-6, 9e-6, 0.1


def cell(kept: float = 0.3) -> Relaxing:
    up = Kind(law(2.0, 50, LOW, HIGH, True), "electrical", 2.0, 0.02, 0.0, 0.01)
    down = Kind(law(1.0, 50, LOW, HIGH, False), "electrical", -1.5, 0.02, 0.0, 0.01)
    light = Kind(law(0.5, 30, LOW, HIGH, True), "optical", 100.0, 0.05, 0.0, 0.01)
    volts = np.array([-2.0, -0.1, 0.0, 0.1, 2.0])
    shape = Shape(
        volts, np.array([-30.0, -1.0, 0.0, 1.0, 30.0]), np.array([-22.0, -1.0, 0.0, 1.0, 22.0])
    )
    return Relaxing(LOW, HIGH, READ, (up, down, light), kept, np.array([0.6, 0.4]),
                    np.array([0.3, 4.0]), shape, 100.0, "refuse", series=1e-3)  # fmt: skip


def drive() -> Drive:
    """Twelve pulses up, five of light, four down, each followed by a read."""
    corners, t = [(0.0, READ, 0.0)], 0.0
    for count, volts, light, width in (
        (12, 2.0, 0.0, 0.02),
        (5, READ, 1.0, 0.05),
        (4, -1.5, 0.0, 0.02),
    ):
        for _ in range(count):
            edge = 1e-4 * width
            corners += [(t + 0.05, READ, 0.0), (t + 0.05 + edge, volts, light)]
            corners += [(t + 0.05 + width, volts, light), (t + 0.05 + width + edge, READ, 0.0)]
            t += 0.05 + width + edge
    corners.append((t + 2.0, READ, 0.0))
    time, voltage, light_ = np.array(corners).T
    return Drive(time, voltage, light_, np.linspace(0.01, time[-1] - 1e-3, 600))


def simulated(text: str, wave: Drive, folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (folder / "x.lib").write_text(text, encoding="ascii")
    end = float(wave.time[-1])
    lines = ["bench", ".include x.lib", f"Vd s 0 {pwl(wave.time, wave.voltage)}",
             f"Vl l 0 {pwl(wave.time, wave.light)}", "X1 s 0 l halodot_x",
             ".options reltol=1e-5", f".tran 1e-3 {end} 0 2e-3", ".control",
             "set wr_singlescale", "run", "let current = -i(vd)",
             "wrdata o.dat v(x1.x) current", ".endc", ".end", ""]  # fmt: skip
    (folder / "x.cir").write_text("\n".join(lines), encoding="ascii")
    assert NGSPICE is not None
    subprocess.run(
        [NGSPICE, "-b", "x.cir"], cwd=folder, capture_output=True, timeout=200, check=False
    )
    t, x, i = np.loadtxt(folder / "o.dat").T
    assert t[-1] > 0.999 * end
    return t, x, i


def written(model: Relaxing) -> str:
    known = [Sourced(v, u, basis="fitted") for v, u in ((LOW, "S"), (HIGH, "S"), (READ, "V"))]
    spread = Sourced(0.0, "1", basis="given")
    return subcircuit(_compact(model, "x", (), CellModel(*known, spread)), Origin("x"))


@needs_ngspice
def test_pulses_and_fading_are_those_of_the_cell(tmp_path: Path) -> None:
    model, wave = cell(), drive()
    ours = march(model, wave, None, -1)
    t, x, i = simulated(written(model), wave, tmp_path)
    apart = np.abs(np.interp(wave.outputs, t, x) - ours.states["fraction"])
    assert np.max(apart) < 0.01  # of the range
    reading = np.isclose(np.interp(wave.outputs, wave.time, wave.voltage), READ) & (
        np.interp(wave.outputs, wave.time, wave.light) == 0.0
    )
    assert np.interp(wave.outputs, t, i)[reading] == pytest.approx(ours.current[reading], rel=0.02)


@needs_ngspice
@pytest.mark.parametrize(
    ("right", "wrong"),
    [("Cq0 q0 0 1 ", "Cq0 q0 0 2 "), (" - v(q1)/", " + v(q1)/"), ("kept=0.3", "kept=0.6")],
)
def test_a_planted_error_is_seen(right: str, wrong: str, tmp_path: Path) -> None:
    model, wave = cell(), drive()
    text = written(model)
    assert right in text
    ours = march(model, wave, None, -1)
    t, x, _ = simulated(text.replace(right, wrong), wave, tmp_path)
    assert np.max(np.abs(np.interp(wave.outputs, t, x) - ours.states["fraction"])) > 0.05


def test_a_rate_is_the_law_over_the_length_of_a_pulse() -> None:
    kind = cell().kinds[0]
    x, rate = rate_of(kind)
    one = float(kind.law.after(np.array(x[20]), 0.01)) - x[20]
    assert rate[20] * 0.01 * kind.duration == pytest.approx(one, rel=0.01)
    assert np.all(rate_of(cell().kinds[1])[1] <= 0.0)
