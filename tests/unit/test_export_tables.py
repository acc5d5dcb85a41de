"""Files for CrossSim and aihwkit, read back by stand-ins that follow their documentation."""

from __future__ import annotations

import json
import math
import sys
import types
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halodot.array import ageing
from halodot.array.decay import left
from halodot.array.population import Device, draw_cells
from halodot.array.programming import direct, relax
from halodot.array.state import CellModel, Decay, Steps, Update
from halodot.array.update_laws import Map
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.export import aihwkit, crosssim
from halodot.export.cell_numbers import both, numbers
from halodot.export.model import Origin

LOW, HIGH = 1e-6, 5e-6
SPAN = HIGH - LOW


def steps(law: Map, sigma: float, seed: int, runs: int = 20, devices: int = 1,
          between: float = 0.0, pulses: int = 40) -> Steps:  # fmt: skip
    """Runs through the range with scatter `sigma` [S] of every update."""
    rng = np.random.default_rng(seed)
    scale = 1.0 + between * np.random.default_rng(99).standard_normal(devices)
    before, change, device, cycle = [], [], [], []
    for run in range(runs * devices):
        of = run % devices
        G = law.low if law.rising else law.high
        for _ in range(pulses):
            moved = scale[of] * float(law.change(np.array(G))) + sigma * rng.standard_normal()
            before.append(G)
            change.append(moved)
            device.append(of)
            cycle.append(run // devices)
            G += moved
    arrays = (np.array(device, np.int64), np.array(cycle, np.int64))
    return Steps(np.array(before), np.array(change), *arrays, amplitude=Sourced(1.5, "V"))


def law(name: str, label: float, *, rising: bool, pulses: int = 40) -> Map:
    """A law that runs from end to end in so many pulses."""
    if name == "exponential":
        c = label
        return Map(name, 0.5 * c / math.tanh(0.5 * c) / pulses, c / pulses, LOW, HIGH, rising)
    bend, low, high = label, 0.0, 1.0
    for _ in range(100):  # rate such that the run ends at its end
        rate = 0.5 * (low + high)
        end = Map(name, rate, bend, LOW, HIGH, rising).run(pulses)[-1]
        short = (end < HIGH) if rising else (end > LOW)
        low, high = (rate, high) if short else (low, rate)
    return Map(name, rate, bend, LOW, HIGH, rising)


def cell(update: Update | None = None, **changes: Any) -> CellModel:
    S = Sourced
    found = CellModel(S(LOW, "S"), S(HIGH, "S"), S(0.1, "V"), S(0.02), conductance_spread=S(0.03),
                      device_to_device=S(0.05), stuck_low=S(0.02), stuck_high=S(0.01),
                      read_noise=S(0.004), update=update)  # fmt: skip
    return replace(found, **changes)


def linear_update(sigma: float = 0.01 * SPAN, **more: Any) -> Update:
    laws = law("exponential", 1.5, rising=True), law("exponential", 2.5, rising=False)
    up, down = (steps(one, sigma, 5 + k, **more) for k, one in enumerate(laws))
    return Update(up, down)


DECAY = Decay(Sourced(20.0, "s"), Sourced(0.6), Sourced(0.3), Sourced(100.0, "s"))
ORIGIN = Origin("m9", "A memristor", "OGB, µ low", "abc")


# ---------------------------------------------------------------- stand-ins of both programs


class Standin(types.ModuleType):
    """A module that hands out what it was given."""


@pytest.fixture
def crosssim_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """simulator.backend and simulator.devices.idevice, NumPy as backend."""

    class Backend:
        def __init__(self) -> None:
            self.random = np.random.RandomState(7)

        def __getattr__(self, name: str) -> Any:
            return getattr(np, name)

    class EmptyDevice:
        def __init__(self, device_params: Any, _: Any) -> None:
            self.Gmin_norm = device_params.Rmin / device_params.Rmax
            if device_params.infinite_on_off_ratio:
                self.Gmin_norm = 0.0

    for name, content in (
        ("simulator", {}), ("simulator.devices", {}),
        ("simulator.backend", {"ComputeBackend": Backend}),
        ("simulator.devices.idevice", {"EmptyDevice": EmptyDevice}),
    ):  # fmt: skip
        module = Standin(name)
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, name, module)


@dataclass
class PulsedDevice:
    """Documented fields with their defaults, aihwkit 1.2.0 configs/devices.py."""

    corrupt_devices_prob: float = 0.0
    diffusion: float = 0.0
    dw_min: float = 0.001
    dw_min_dtod: float = 0.3
    dw_min_std: float = 0.3
    lifetime: float = 0.0
    lifetime_dtod: float = 0.0
    reset: float = 0.0
    reset_dtod: float = 0.0
    reset_std: float = 0.01
    up_down: float = 0.0
    up_down_dtod: float = 0.01
    w_max: float = 0.6
    w_max_dtod: float = 0.3
    w_min: float = -0.6
    w_min_dtod: float = 0.3
    write_noise_std: float = 0.0

    def scales(self) -> tuple[float, float]:
        return self.dw_min * (1 + min(self.up_down, 0)), self.dw_min * (1 - max(self.up_down, 0))


@dataclass
class LinearStepDevice(PulsedDevice):
    gamma_up: float = 0.0
    gamma_down: float = 0.0
    gamma_up_dtod: float = 0.05
    gamma_down_dtod: float = 0.05
    allow_increasing: bool = False
    mean_bound_reference: bool = True
    mult_noise: bool = True

    def step(self, w: Any, up: bool) -> tuple[Any, float]:
        assert not self.mult_noise
        scale, gamma, bound = (
            (self.scales()[0], self.gamma_up, self.w_max) if up else
            (self.scales()[1], self.gamma_down, self.w_min)
        )  # fmt: skip
        if not self.allow_increasing:
            gamma = abs(gamma)
        size = scale * (1.0 - gamma * w / bound)
        return (size if up else -size), scale * self.dw_min_std


@dataclass
class PiecewiseStepDevice(PulsedDevice):
    piecewise_up: Any = None
    piecewise_down: Any = None

    def step(self, w: Any, up: bool) -> tuple[Any, Any]:
        nodes = self.piecewise_up if up else self.piecewise_down
        at = np.linspace(self.w_min, self.w_max, len(nodes))
        size = self.scales()[0 if up else 1] * np.interp(w, at, nodes)
        return (size if up else -size), size * self.dw_min_std


class Config:
    def __init__(self, device: Any = None, noise_model: Any = None,
                 drift_compensation: Any = None) -> None:  # fmt: skip
        self.device, self.noise_model = device, noise_model
        self.drift_compensation = drift_compensation
        self.forward, self.backward, self.mapping = (types.SimpleNamespace() for _ in range(3))


@pytest.fixture
def aihwkit_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    def given(**values: Any) -> types.SimpleNamespace:
        return types.SimpleNamespace(**values)

    kinds = types.SimpleNamespace(ADDITIVE_CONSTANT="AdditiveConstant")
    for name, content in (
        ("aihwkit", {}), ("aihwkit.inference", {}), ("aihwkit.simulator", {}),
        ("aihwkit.inference.converter", {}), ("aihwkit.inference.noise", {}),
        ("aihwkit.inference.converter.conductance", {"SinglePairConductanceConverter": given}),
        ("aihwkit.inference.noise.custom", {"StateIndependentNoiseModel": given}),
        ("aihwkit.simulator.configs", {
            "LinearStepDevice": LinearStepDevice, "PiecewiseStepDevice": PiecewiseStepDevice,
            "SingleRPUConfig": Config, "InferenceRPUConfig": Config, "WeightNoiseType": kinds}),
    ):  # fmt: skip
        module = Standin(name)
        module.__dict__.update(content)
        monkeypatch.setitem(sys.modules, name, module)


def executed(path: Path) -> dict[str, Any]:
    module = Standin(path.stem)
    sys.modules[path.stem] = module  # dataclasses look their module up
    try:
        exec(compile(path.read_text(), path.name, "exec"), module.__dict__)
    finally:
        del sys.modules[path.stem]
    return module.__dict__


def params() -> Any:
    part = types.SimpleNamespace
    device = part(programming_error=part(), read_noise=part(), drift_error=part(), Rmax=1e4)
    return part(xbar=part(device=device))


# ---------------------------------------------------------------- CrossSim: tables


def read_table(path: Path) -> tuple[Any, Any, Any]:
    """As numeric_params.py of CrossSim 2.0 reads it."""
    G = np.genfromtxt(path, delimiter=",", skip_header=1, max_rows=1)
    part = np.genfromtxt(path, delimiter=",", skip_header=2, max_rows=1)
    return G, part, np.genfromtxt(path, delimiter=",", skip_header=3)


@pytest.mark.parametrize("way", [0, 1])
def test_table_holds_planted_mean_and_spread(tmp_path: Path, way: int) -> None:
    sigma = 0.01 * SPAN
    laws = law("exponential", 1.5, rising=True), law("exponential", 2.5, rising=False)
    made = cell(linear_update(sigma, runs=100), read_noise=Sourced(0.0))
    paths = crosssim.write(made, tmp_path, "halodot_m9", ORIGIN)
    assert [p.name for p in paths] == [
        "halodot_m9_crosssim.py", "halodot_m9_crosssim.json",
        "halodot_m9_dG_increasing.txt", "halodot_m9_dG_decreasing.txt"]  # fmt: skip
    G, part, change = read_table(paths[2 + way])
    assert change.shape == (len(part), len(G))
    assert (part[0], part[-1]) == (0.0, 1.0)
    assert np.all(np.diff(part) > 0.0)
    assert (G[0], G[-1]) == (pytest.approx(LOW, abs=0.0), pytest.approx(HIGH, abs=0.0))
    assert np.ptp(np.diff(G)) < 1e-6 * np.diff(G).max()  # CrossSim wants a regular grid
    assert np.all(np.diff(change, axis=0) >= 0.0)
    # drawn as CrossSim draws: to the nearest row of a random part
    rng = np.random.default_rng(1)
    rows = ((rng.random(40_000) + 0.5 * part[1]) / part[1]).astype(int)
    inner = slice(5, -5)
    drawn = change[rows]
    truth = laws[way].change(G)
    assert np.max(np.abs(drawn.mean(0) - truth)[inner]) < 0.15 * sigma
    assert drawn.std(0)[inner] == pytest.approx(sigma, rel=0.1, abs=0.0)
    assert float(drawn.std(0)[inner].mean()) == pytest.approx(sigma, rel=0.02, abs=0.0)


def test_noise_of_reading_is_taken_out_of_tables(tmp_path: Path) -> None:
    sigma, noise = 0.01 * SPAN, 0.006
    of_read = noise * 0.5 * (LOW + HIGH)
    up = linear_update(sigma, runs=60).potentiation
    assert up is not None
    rng = np.random.default_rng(3)
    read = replace(up, change=up.change + math.sqrt(2.0) * of_read
                   * rng.standard_normal(len(up.change)))  # fmt: skip
    found = numbers(cell())
    made = crosssim.table(read, found, noise, rising=True)
    assert float(made.spread.mean()) == pytest.approx(sigma, rel=0.04, abs=0.0)
    raw = crosssim.table(read, found, 0.0, rising=True)
    assert float(raw.spread.mean()) > 1.15 * sigma


def test_spread_that_grows_with_conductance_stays_where_it_is() -> None:
    rng = np.random.default_rng(4)
    G = rng.uniform(LOW, HIGH, 8_000)
    wide = 0.004 * SPAN + 0.02 * (G - LOW)
    of = np.zeros(len(G), np.int64)
    made = crosssim.table(Steps(G, 0.01 * SPAN + wide * rng.standard_normal(len(G)), of, of),
                          numbers(cell()), 0.0, rising=True)  # fmt: skip
    truth = 0.004 * SPAN + 0.02 * (made.conductance - LOW)
    # pulses within a tenth of the range count: the steep start is smeared
    assert made.spread[20:-10] == pytest.approx(truth[20:-10], rel=0.1, abs=0.0)


def test_pulses_that_go_the_wrong_way_are_refused(tmp_path: Path) -> None:
    update = linear_update(runs=3)
    swapped = Update(update.depression, update.potentiation)
    with pytest.raises(InputError, match="polarity"):
        crosssim.write(cell(swapped), tmp_path, "x")
    with pytest.raises(InputError, match="polarity"):
        aihwkit.write(cell(swapped), tmp_path, "x")


# ---------------------------------------------------------------- CrossSim: device


def crosssim_device(path: Path, time: float = 0.0) -> tuple[Any, Any]:
    module = executed(path)
    given = params()
    module["configure"](given, time)
    device = given.xbar.device
    made = module[device.programming_error.model](device, device.programming_error)
    return made, given


@pytest.mark.usefixtures("crosssim_modules")
def test_crosssim_device_writes_as_the_array_does(tmp_path: Path) -> None:
    made, given = crosssim_device(crosssim.write(cell(), tmp_path, "halodot m9")[0])
    device = given.xbar.device
    assert (device.Rmin, device.Rmax) == (1.0 / HIGH, 1.0 / LOW)
    assert device.read_noise.enable
    assert device.programming_error.model == "HalodotM9"
    e = {k: float(getattr(cell(), k)) for k in aihwkit_names()}
    own = Device(LOW, HIGH, 0.1, e["cycle_to_cycle"], e["conductance_spread"], 0.0, None,
                 e["device_to_device"], 0.0, e["stuck_low"], e["stuck_high"])  # fmt: skip
    rng = np.random.default_rng(2)
    for share in (0.0, 0.5, 1.0):
        target = np.full((300, 300), (LOW + share * SPAN) / HIGH)
        got = made.programming_error(target) * HIGH
        cells = draw_cells(own, target.shape, rng)
        ours = cells.held(relax(direct(np.full(target.shape, share), own, cells, rng), own, rng))
        assert np.median(got) == pytest.approx(np.median(ours), rel=8e-4, abs=0.0)
        assert got.std() == pytest.approx(ours.std(), rel=0.03, abs=0.0)
        for part in (0.05, 0.25):  # stuck cells alone make most of the standard deviation
            widths = [np.quantile(x, 1.0 - part) - np.quantile(x, part) for x in (got, ours)]
            assert widths[0] == pytest.approx(widths[1], rel=0.03, abs=0.0)
    read = made.read_noise(np.full((200, 200), 0.5))
    assert read.std() == pytest.approx(0.002, rel=0.03)


def aihwkit_names() -> tuple[str, ...]:
    return ("cycle_to_cycle", "conductance_spread", "device_to_device", "stuck_low", "stuck_high")


@pytest.mark.usefixtures("crosssim_modules")
def test_crosssim_drift_is_the_decay_of_the_device(tmp_path: Path) -> None:
    S = Sourced
    still = cell(None, cycle_to_cycle=S(0.0), conductance_spread=S(0.0), device_to_device=S(0.0),
                 stuck_low=S(0.0), stuck_high=S(0.0), decay=DECAY)  # fmt: skip
    path = crosssim.write(still, tmp_path, "x")[0]
    made, given = crosssim_device(path, 50.0)
    assert given.xbar.device.time == 50.0
    assert given.xbar.device.drift_error.enable
    got = made.drift_error(np.ones((2, 2)), 50.0) * HIGH
    assert got == pytest.approx(LOW + SPAN * float(left(DECAY, np.array(50.0))), abs=0.0)
    # a cell that was left below its low end goes back up to it, as in the array
    target = np.full((1, 1), 0.2 * LOW / HIGH)
    cells = draw_cells(Device(LOW, HIGH, 0.1, 0.0, 0.0, 0.0, None), (1, 1), None)
    ours = ageing.relaxed(target * HIGH, cells, DECAY, 50.0)
    assert made.drift_error(target, 50.0) * HIGH == pytest.approx(ours, rel=1e-9, abs=0.0)
    assert made.drift_error(np.ones(1), 0) * HIGH == pytest.approx(HIGH, abs=0.0)
    with pytest.warns(UserWarning, match="EXTRAPOLATED"):
        made.drift_error(np.ones(1), 101.0)


@pytest.mark.usefixtures("crosssim_modules")
def test_crosssim_refuses_times_without_a_decay_and_another_range(tmp_path: Path) -> None:
    path = crosssim.write(cell(), tmp_path, "x")[0]
    module = executed(path)
    with pytest.raises(ValueError, match="time must be 0"):
        module["configure"](params(), 1.0)
    given = params()
    module["configure"](given)
    given.xbar.device.Rmax *= 2.0
    with pytest.raises(ValueError, match="set Rmin and Rmax"):
        module["X"](given.xbar.device, None)


@pytest.mark.usefixtures("crosssim_modules")
def test_crosssim_takes_a_low_end_of_zero_and_says_lost_levels(tmp_path: Path) -> None:
    paths = crosssim.write(cell(None, conductance_low=Sourced(0.0, "S"), levels=10), tmp_path, "x")
    made, given = crosssim_device(paths[0])
    assert given.xbar.device.infinite_on_off_ratio
    assert given.xbar.device.cell_bits == 0
    assert np.all(np.isfinite(made.programming_error(np.linspace(0.0, 1.0, 5))))
    assert "10 levels" in paths[0].read_text()
    body = json.loads(paths[1].read_text())
    assert body["tables"] is None
    assert "[[protocol]]" in body["tables_missing"]


# ---------------------------------------------------------------- aihwkit


def weight(G: Any) -> Any:
    return 2.0 * (G - LOW) / SPAN - 1.0


@pytest.mark.usefixtures("aihwkit_modules")
@pytest.mark.parametrize(
    ("name", "labels"),
    [("exponential", (1.5, 2.5)), ("exponential", (2.5, -1.0)), ("logarithmic", (1.5, 2.5))],
)
def test_aihwkit_device_follows_planted_runs(
    tmp_path: Path, name: str, labels: tuple[float, float]
) -> None:
    sigma = 0.01 * SPAN
    laws = law(name, labels[0], rising=True), law(name, labels[1], rising=False)
    up, down = (steps(one, sigma, 11 + k, runs=15) for k, one in enumerate(laws))
    update = Update(up, down)
    paths = aihwkit.write(cell(update), tmp_path, "halodot_m9", ORIGIN)
    module = executed(paths[0])
    device = module["training"]().device
    base: type = LinearStepDevice if name == "exponential" else PiecewiseStepDevice
    assert type(device).__mro__[1] is base
    assert type(device).__name__ == "HalodotM9Device"
    w = np.linspace(-0.95, 0.95, 39)
    square: list[Any] = []
    for one in laws:
        got, noise = device.step(w, one.rising)
        square.append(np.broadcast_to(noise, w.shape) ** 2)
        truth = 2.0 * one.change(LOW + 0.5 * (w + 1.0) * SPAN) / SPAN
        assert np.max(np.abs(got - truth)) < 0.05 * np.mean(np.abs(truth))
        # a whole run from one end to the other
        at = -1.0 if one.rising else 1.0
        for _ in range(40):
            at = float(np.clip(at + device.step(at, one.rising)[0], -1.0, 1.0))
        assert at == pytest.approx(1.0 if one.rising else -1.0, abs=0.06)
    assert math.sqrt(float(np.mean(square))) == pytest.approx(2.0 * sigma / SPAN, rel=0.1)


@pytest.mark.usefixtures("aihwkit_modules")
def test_aihwkit_files_agree_and_nothing_random_is_left_at_its_default(tmp_path: Path) -> None:
    made = cell(linear_update(runs=5), decay=DECAY)
    script, numbers_ = aihwkit.write(made, tmp_path, "halodot_m9", ORIGIN)
    body = json.loads(numbers_.read_text())
    module = executed(script)
    device = module["training"]().device
    for key, value in body["training"]["parameters"].items():
        assert getattr(device, key) == value
    spreads = {f for f in vars(device) if f.endswith(("_dtod", "_std"))}
    assert spreads <= set(body["training"]["parameters"])
    assert device.w_max_dtod == pytest.approx(2.0 * 0.05 * HIGH / SPAN)
    assert device.w_min_dtod == pytest.approx(2.0 * 0.05 * LOW / SPAN)
    model = module["inference"]().noise_model
    assert (model.g_converter.g_max, model.g_converter.g_min) == (
        pytest.approx(5.0), pytest.approx(1.0))  # fmt: skip
    assert model.prog_coeff == body["inference"]["prog_coeff_uS"]
    # a batch loses what the device loses
    for seconds in (0.1, 5.0):
        lost = 1.0 / module["lifetime_of"](seconds)
        assert 1.0 - lost == pytest.approx(float(left(DECAY, np.array(seconds))), rel=1e-12)
        assert module["lifetime_of"](seconds) == pytest.approx(aihwkit.lifetime(DECAY, seconds))
    text = script.read_text()
    for said in ("aihwkit 1.2", "weight -1 is", "light", "m9", "1.5 V", "lifetime_of"):
        assert said in text
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 100


def test_programming_noise_is_that_of_written_cells() -> None:
    made = cell(None, stuck_low=Sourced(0.0), stuck_high=Sourced(0.0))
    found = aihwkit.inference(numbers(made))
    own = Device(LOW, HIGH, 0.1, 0.02, 0.03, 0.0, None, 0.05)
    rng = np.random.default_rng(6)
    for share in (0.05, 0.5, 0.95):
        cells = draw_cells(own, (300, 300), rng)
        ours = relax(direct(np.full((300, 300), share), own, cells, rng), own, rng)
        G = (LOW + share * SPAN) / HIGH
        sigma = sum(c * G**k for k, c in enumerate(found.coefficients)) * 1e-6
        assert sigma == pytest.approx(ours.std(), rel=0.04, abs=0.0)
    assert found.misfit < 0.03


def test_spread_of_steps_between_devices_is_found() -> None:
    one = linear_update(0.005 * SPAN, runs=2, devices=12, between=0.15, pulses=30)
    made = aihwkit.training(cell(one), numbers(cell()))
    assert made.parameters["dw_min_dtod"] == pytest.approx(0.15, rel=0.35)
    alike = linear_update(0.005 * SPAN, runs=2, devices=12, pulses=30)
    assert aihwkit.training(cell(alike), numbers(cell())).parameters["dw_min_dtod"] < 0.03
    single = aihwkit.training(cell(linear_update(runs=4)), numbers(cell()))
    assert single.parameters["dw_min_dtod"] == 0.0
    assert "one device" in single.notes[0]


@pytest.mark.usefixtures("aihwkit_modules")
@pytest.mark.parametrize(
    ("update", "said"),
    [(None, "no pulses were measured"), ("up", "depression is missing")],
)  # fmt: skip
def test_without_both_directions_only_inference(
    tmp_path: Path, update: str | None, said: str
) -> None:
    given = None if update is None else replace(linear_update(runs=2), depression=None)
    script, numbers_ = aihwkit.write(cell(given), tmp_path, "x")
    module = executed(script)
    assert "training" not in module
    assert module["inference"]().noise_model is not None
    body = json.loads(numbers_.read_text())
    assert body["training"] is None
    assert said in body["training_missing"]
    assert "For inference only" in script.read_text()
    assert len(crosssim.write(cell(given), tmp_path, "x")) == 2


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("module", [crosssim, aihwkit])
def test_what_is_not_known_is_refused(tmp_path: Path, module: Any) -> None:
    none = Sourced.unknown("S", "no state was seen")
    with pytest.raises(InputError, match="no state was seen"):
        module.write(cell(None, conductance_high=none), tmp_path, "x")
    with pytest.raises(InputError, match="low end of the range"):
        module.write(cell(None, conductance_low=Sourced(6e-6, "S")), tmp_path, "x")
    no = Sourced.unknown("1", "one run only")
    with pytest.raises(InputError, match="one run only"):
        module.write(cell(None, cycle_to_cycle=no, conductance_spread=no), tmp_path, "x")
    paths = module.write(cell(None, conductance_spread=no), tmp_path, "x")
    assert "conductance_spread (one run only)" in paths[0].read_text().replace("\n# ", " ")
    with pytest.raises(InputError, match="pulses up and down"):
        both(cell())


def test_pulses_that_do_not_reach_the_middle_are_refused() -> None:
    up = replace(law("exponential", 1.5, rising=True), high=LOW + 0.2 * SPAN)
    down = replace(law("exponential", 1.5, rising=False), high=LOW + 0.2 * SPAN)
    update = Update(steps(up, 1e-9, 1), steps(down, 1e-9, 2))
    with pytest.raises(InputError, match="range"):
        aihwkit.training(cell(update), numbers(cell()))
