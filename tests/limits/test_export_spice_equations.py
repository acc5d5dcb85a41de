"""The netlist evaluated as text: every source gives what the kernels give."""

from __future__ import annotations

import numpy as np
import pytest

from export_devices import device, expected, exported, random_device, states
from halodot.export.model import STIFF, Filament
from halodot.export.spice import subcircuit
from spice_circuits import Subcircuit, joined
from spice_circuits import subcircuit as read


def given(made: Subcircuit, w: float, volts: float, light: float, wear: float) -> list[float]:
    """dw/dt [m/s], loss [1/s] and current [A] of the text."""
    nodes = {"w": 1e9 * w, "d": volts, "o": 0.0, "light": light, "wear": wear}
    speed = 1e-9 * made.value("Bshape", dict(nodes), {})
    return [speed, made.value("Bloss", dict(nodes), {}), made.value("Bcell", dict(nodes), {})]


def furthest(part: Filament, text: str, seed: int = 3, count: int = 60) -> float:
    """Largest relative difference of text and kernels at random states."""
    made, rng = read(text), np.random.default_rng(seed)
    apart = 0.0
    for state in states(rng, part.device.cell, count):
        for a, b in zip(given(made, *state), expected(part, *state), strict=True):
            apart = max(apart, abs(a - b) / max(abs(b), 1e-30))
    return apart


@pytest.mark.parametrize("seed", range(6))
def test_the_netlist_says_what_the_kernels_compute(seed: int) -> None:
    part = exported(random_device(np.random.default_rng(seed)))
    assert furthest(part, subcircuit(part)) < 1e-10  # roundings of 1e-13 in logarithms, exponents


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("v(passes) - v(drawn)", "v(drawn) - v(passes)"),
        ("growth*atom*exp", "2*growth*atom*exp"),
        ("0.0625*attempt", "0.25*attempt"),
        ("film_heat*length/ln", "length/ln"),
        ("1e-15*sinh", "1e-12*sinh"),
        ("(1 - 0.5*min(wide(w)/tip, 1))", "1"),
        ("- shift/kt", "+ shift/kt"),
        (".param hop=", ".param hop=10*"),
        ("0.375*path", "0.75*path"),
        ("exp(damage_exponent", "exp(0*damage_exponent"),
    ],
)
def test_a_planted_error_is_seen(right: str, wrong: str) -> None:
    part = exported(random_device(np.random.default_rng(1)))
    text = subcircuit(part)
    assert right in text
    assert furthest(part, text.replace(right, wrong)) > 1e-3


def test_a_state_starts_where_the_reduced_model_rests() -> None:
    part = exported(device())
    assert read(subcircuit(part)).numbers["w0"] == pytest.approx(-60.0)
    assert ".ic v(w)={w0} v(wear)={wear0}" in subcircuit(part)


def test_a_filament_stops_at_the_electrode() -> None:
    part = exported(device())
    made, length = read(subcircuit(part)), part.device.cell.length
    below = given(made, -length - 1e-12, -1.0, 0.0, 0.0)[0]
    assert below == 0.0
    assert given(made, -length, 1.5, 0.0, 0.0)[0] > 0.0  # and leaves it again


def test_the_source_limits_current_either_way() -> None:
    part = exported(device(compliance=1e-6, compliance_reset=1e-3))
    made = read(subcircuit(part))
    drop = [made.value("Blimit", {}, {"Vcurrent": i}) for i in (5e-7, 1.0001e-6, -5e-4, -1.0001e-3)]
    assert drop[0] == pytest.approx(300.0 * 5e-7)
    assert drop[1] == pytest.approx(1e-4 * STIFF, rel=0.01)
    assert drop[2] == pytest.approx(-0.15)
    assert drop[3] == pytest.approx(-1e-4 * STIFF, rel=0.4)


def test_the_active_electrode_is_where_the_study_says() -> None:
    for sign, ends in ((1.0, "a o light"), (-1.0, "o a light")):
        text = subcircuit(exported(device(sign=sign)))
        line = next(x for x in joined(text) if x.startswith(".subckt"))
        assert line.startswith(f".subckt halodot_x {ends} ")


def test_every_number_has_a_unit_and_the_head_says_how_to_use_it() -> None:
    text = subcircuit(exported(device(lights=3)))
    names = [line.split("=")[0] for line in joined(text) if line.startswith(".param")]
    names = [n.removeprefix(".param ") for n in names]
    stated = [n for n in names if n not in ("kb", "full_light", "stop")]
    assert all(f"* {name} [" in text for name in stated)
    assert max(len(line) for line in text.splitlines() if line.startswith("*")) <= 100
    for word in (".include", "Noise is", "1000 W/m2", "study x", "halodot 0."):
        assert word in text
