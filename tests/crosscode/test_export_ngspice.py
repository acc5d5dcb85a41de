"""Exported cells in ngspice against the reduced model, noise off: within 1 %."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from export_devices import device, exported, random_device
from halodot.export import of_study
from halodot.export.model import Filament
from halodot.export.spice import subcircuit
from ngspice_runs import Wave, apart, needs_ngspice, reduced, simulate, wave

pytestmark = needs_ngspice
MARK = 0.01


def loop(largest: float, period: float, light: float = 0.0, back: float = 1.0) -> Wave:
    q = period / 4.0
    volts = (0.0, largest, 0.0, -back * largest, 0.0)
    return wave(*((k * q, v, light) for k, v in enumerate(volts)))


def pulses(volts: list[float], width: float, light: float = 0.0) -> Wave:
    corners, t, edge = [(0.0, 0.0, light)], 0.0, 0.01 * width
    for v in volts:
        corners += [(t + width, 0.0, light), (t + width + edge, v, light)]
        corners += [(t + 2 * width, v, light), (t + 2 * width + edge, 0.0, light)]
        t += 2 * width + edge
    return wave(*corners)


def check(part: Filament, drive: Wave, folder: Path) -> None:
    found = apart(reduced(part, drive), simulate(part, drive, folder), part.device.cell.length)
    assert found.shape < MARK
    assert found.current < MARK


@pytest.mark.parametrize("variant", ["OGB, low compliance", "OGB, high compliance"])
def test_a_loop_of_m9(variant: str, tmp_path: Path) -> None:
    check(of_study("m9", variant).filament, loop(2.0, 8.0), tmp_path)


def test_a_threshold_switch_in_light_and_dark(tmp_path: Path) -> None:
    steps = [(0, 0, 0), (0.1, 0.98, 0), (0.6, 0.98, 0), (0.61, 0.98, 0.25), (1.6, 0.98, 0.25),
             (1.61, 0.4, 0), (1.8, 0.4, 0), (1.9, 2.0, 0.01), (2.2, 0.0, 0.01)]  # fmt: skip
    check(of_study("m8").filament, wave(*steps), tmp_path)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_pulses_of_a_device_turned_either_way(sign: float, tmp_path: Path) -> None:
    part = exported(device(sign=sign, compliance=1e-5))
    volts = [sign * v for v in (1.6, 1.8, -1.5, 1.7)]
    check(part, pulses(volts, 0.02), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_random_devices(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(100 + seed)
    part = exported(random_device(rng))
    light = float(rng.uniform()) * (len(part.device.back.light) > 1)
    sign = part.device.sign
    if seed % 2:
        volts = [sign * float(v) for v in rng.uniform(0.6, 1.0, 3) * 2.0]
        drive = pulses([*volts, -volts[0]], float(10 ** rng.uniform(-4, -1)), light)
    else:
        drive = loop(sign * 2.0, float(10 ** rng.uniform(-2, 1)), light, 0.8)
    check(part, drive, tmp_path)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("Bshape 0 w", "Bshape w 0"), ("Cshape w offset 1 ", "Cshape w offset 2 "),
     (".param attempt=", ".param attempt=1.5*"), ("compliance=1e-05", "compliance=1.1e-05")],
)  # fmt: skip
def test_a_planted_error_is_seen(right: str, wrong: str, tmp_path: Path) -> None:
    part = exported(device(compliance=1e-5))
    text = subcircuit(part)
    assert right in text
    drive = loop(1.8, 2.0)
    theirs = simulate(part, drive, tmp_path, text.replace(right, wrong))
    found = apart(reduced(part, drive), theirs, part.device.cell.length)
    assert max(found.shape, found.current) > 5 * MARK


@pytest.mark.slow
def test_the_result_does_not_hang_on_the_time_step(tmp_path: Path) -> None:
    part, drive = exported(device(compliance=1e-5)), loop(1.8, 2.0)
    for steps in (400, 8000):
        theirs = simulate(part, drive, tmp_path, step=drive.time[-1] / steps)
        found = apart(reduced(part, drive), theirs, part.device.cell.length)
        assert max(found.shape, found.current) < MARK


@pytest.mark.slow
def test_an_instance_may_set_its_numbers(tmp_path: Path) -> None:
    part = exported(device())
    named = subcircuit(part)
    drive = wave((0, 0, 0), (1e-3, 0, 0))
    assert simulate(part, drive, tmp_path, named)["shape"][0] == pytest.approx(-60e-9)
    half = simulate(part, drive, tmp_path, named, given="w0=-30 temperature=310")
    assert half["shape"][0] == pytest.approx(-30e-9)
