"""A device as a circuit sees it is the device that protocols see."""

from __future__ import annotations

import numpy as np
import pytest

from halodot import chain
from halodot.core.errors import InputError
from halodot.device.compact import compact
from halodot.device.filament.device import prepare
from halodot.device.measure import resolve
from halodot.device.state import Drive
from halodot.device.waveforms import of
from halodot.study import load

FILE = load("m9")
STUDY = dict(FILE.variants)["OGB, high compliance"]


@pytest.fixture(scope="module")
def film():
    return chain.measure(STUDY.model_copy(update={"protocol": ()}), FILE.library).film


@pytest.fixture(scope="module")
def model(film):
    return compact(film, STUDY.device, STUDY.protocol, FILE.library, "m9")


def triangle(top: float) -> Drive:
    time = np.array([0.0, top, 2 * top, 3 * top, 4 * top])
    volts = np.array([0.0, top, 0.0, -top, 0.0])
    return Drive(time, volts, np.zeros(5), np.linspace(0.02, 4 * top, 200))


def test_it_gives_what_the_protocol_gives(film, model) -> None:
    sweep = STUDY.protocol[0]
    wave = of(sweep)
    layers, contacts = resolve(STUDY.device, film, FILE.library)
    device, _ = prepare(STUDY.device, sweep, wave, layers, contacts["left"], contacts["right"],
                        FILE.library, film, (0.0,))  # fmt: skip
    rows, _, _ = device.follow(wave)
    found = model.follow(Drive(wave.time, wave.voltage, wave.light, wave.outputs), seed=device.seed)
    np.testing.assert_array_equal(found.current, device.sign * rows[:, 1])


def test_one_seed_is_one_history_and_none_has_no_chance(model) -> None:
    drive = triangle(2.0)
    one, same, other = (model.follow(drive, seed=s) for s in (4, 4, 5))
    np.testing.assert_array_equal(one.current, same.current)
    assert not np.array_equal(one.states["shape"], other.states["shape"])
    quiet = [model.follow(drive).current for _ in range(2)]
    np.testing.assert_array_equal(*quiet)


def test_it_goes_on_from_its_end(model) -> None:
    drive = triangle(1.5)
    whole = model.follow(drive)
    half = Drive(drive.time[:3], drive.voltage[:3], drive.light[:3], drive.outputs[:100])
    rest = Drive(drive.time[2:] - 3.0, drive.voltage[2:], drive.light[2:], drive.outputs[100:] - 3)
    first = model.follow(half)
    second = model.follow(rest, first.end)
    np.testing.assert_allclose(second.states["shape"], whole.states["shape"][100:], rtol=0.03)


def test_a_load_takes_its_share_of_the_voltage(model) -> None:
    drive = triangle(1.5)
    load_of, own = 2e4, float(model.parameters["series_resistance"])
    found = model.with_series(load_of).follow(drive)
    source = np.interp(drive.outputs, drive.time, drive.voltage)
    np.testing.assert_allclose(
        found.voltage + found.current * (load_of + own), source, atol=2e-6 * 1.5
    )


def test_other_cells_of_the_batch_scatter_in_thickness(model) -> None:
    # 60 nm of the way are dots, which scatter; 20 nm are not
    length = float(model.parameters["thickness"])
    found = [float(model.another(0.05, k).parameters["thickness"]) / length for k in range(300)]
    assert np.mean(found) == pytest.approx(1.0, abs=3 * 0.05 / np.sqrt(300))
    assert np.std(found) == pytest.approx(0.05 * 60 / 80, rel=0.15)
    assert float(model.another(0.0, 3).parameters["thickness"]) == length


def test_a_smaller_compliance_leaves_a_thinner_filament(model) -> None:
    drive = triangle(1.9)
    ends = [model.with_compliance(i).follow(drive).states["shape"].max() for i in (1e-5, 1e-4)]
    assert ends[0] < ends[1]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"voltage": np.array([0.0, 9.0, 0.0])}, "drive voltage"),
        ({"light": np.array([0.0, 1.5, 0.0])}, "drive light"),
        ({"light": np.array([0.0, -0.5, 0.0])}, "drive light"),
        ({"time": np.array([0.0, 2.0, 2.0])}, "drive time"),
    ],
)
def test_a_drive_that_cannot_be_is_refused(model, change, field) -> None:
    given = {"time": np.arange(3.0), "voltage": np.zeros(3), "light": np.zeros(3)} | change
    with pytest.raises(InputError) as e:
        model.follow(Drive(outputs=np.array([0.5]), **given))
    assert e.value.field == field


def test_a_device_without_such_a_model_says_so() -> None:
    file = load("m1")
    with pytest.raises(InputError, match="filament"):
        compact(None, file.study.device, file.study.protocol, file.library)
