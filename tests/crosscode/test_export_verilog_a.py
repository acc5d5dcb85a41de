"""The Verilog-A module, compiled by OpenVAF, against the kernels: residuals and Jacobian."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export_devices import device, expected, exported, random_device, states
from halodot.export.model import Filament
from halodot.export.verilog_a import module

openvaf = pytest.importorskip("openvaf_py", reason="openvaf-py is not installed here")

STANDARD = """nature Current
  units = "A"; access = I; abstol = 1e-12;
endnature
nature Voltage
  units = "V"; access = V; abstol = 1e-6;
endnature
discipline electrical
  potential Voltage; flow Current;
enddiscipline
"""
LEFT, RIGHT, LIGHT, SHAPE, WEAR, INNER, FLOW = range(7)


class Compiled:
    """A module with its parameters set, evaluated at node voltages."""

    def __init__(self, part: Filament, folder: Path, text: str = "") -> None:
        (folder / "disciplines.vams").write_text(STANDARD, encoding="ascii")
        path = folder / "cell.va"
        path.write_text(text or module(part), encoding="ascii")
        self.module: Any = openvaf.compile_va(str(path))[0]
        self.values = dict.fromkeys(self.module.param_names, 0.0)
        self.values |= {
            f"cell_{k}": min(float(v), 1e300) for k, v in part.device.cell._asdict().items()
        }
        self.values |= {
            "shift": part.shift,
            "full_light": part.device.back.absorbed,
            "mfactor": 1.0,
        }
        self.across = next(n for n in self.values if n.startswith("V(inner,"))
        self.source = next(n for n in self.values if n.endswith(",inner)"))

    def at(self, w: float, volts: float, light: float, wear: float, **more: float) -> Any:
        """Residuals [row] -> (resistive, reactive), and Jacobian (row, column) -> the same."""
        given = self.values | {self.across: volts, "V(light)": light, "V(shape)": 1e9 * w}
        given |= {"V(wear)": wear, self.source: 0.1, "I(source_)": 1e-7} | more
        rows, jacobian = self.module.run_init_eval(given)
        return rows, {(i, j): (a, b) for i, j, a, b in jacobian}


def furthest(part: Filament, made: Compiled, seed: int = 5, count: int = 200) -> float:
    apart, far = 0.0, RIGHT if part.device.sign > 0 else LEFT
    for state in states(np.random.default_rng(seed), part.device.cell, count):
        rows, _ = made.at(*state)
        rate, loss, current = expected(part, *state)
        for found, ours in ((rows[SHAPE][0], -1e9 * rate), (rows[WEAR][0], -loss),
                            (rows[far][0], -current)):  # fmt: skip
            apart = max(apart, abs(found - ours) / max(abs(ours), 1e-300))
    return apart


@pytest.mark.parametrize("seed", range(6))
def test_residuals_are_those_of_the_kernels(seed: int, tmp_path: Path) -> None:
    part = exported(random_device(np.random.default_rng(seed)))
    assert furthest(part, Compiled(part, tmp_path)) < 1e-12


def test_states_are_charges_of_nodes(tmp_path: Path) -> None:
    part = exported(device())
    made = Compiled(part, tmp_path)
    rows, jacobian = made.at(-5e-9, 1.0, 0.0, 0.2)
    more, _ = made.at(-4e-9, 1.0, 0.0, 0.5)
    assert more[SHAPE][1] - rows[SHAPE][1] == pytest.approx(1.0)  # nm, with its sign
    assert more[WEAR][1] - rows[WEAR][1] == pytest.approx(0.3)
    assert jacobian[SHAPE, SHAPE][1] == 1.0
    assert jacobian[WEAR, WEAR][1] == 1.0
    assert "hidden" not in " ".join(made.module.callback_names)


@pytest.mark.parametrize("seed", range(3))
def test_the_jacobian_is_the_derivative_of_the_residuals(seed: int, tmp_path: Path) -> None:
    part = exported(random_device(np.random.default_rng(seed)))
    made = Compiled(part, tmp_path)
    names = {SHAPE: ("w", 1e-9), INNER: ("volts", 1.0), WEAR: ("wear", 1.0), LIGHT: ("light", 1.0)}
    for state in states(np.random.default_rng(seed), part.device.cell, 25):
        at = dict(zip(("w", "volts", "light", "wear"), state, strict=True))
        rows, jacobian = made.at(**at)
        for column, (name, unit) in names.items():
            if column == LIGHT and len(part.device.back.light) == 1:
                continue
            slopes = [ridders(part, at, name, unit, k) for k in range(3)]
            for row, ours in zip((SHAPE, WEAR, INNER), slopes, strict=True):
                found = jacobian.get((row, column), (0.0, 0.0))[0]
                assert found == pytest.approx(ours, rel=2e-5, abs=1e-6 * abs(rows[row][0])), (
                    row,
                    name,
                )


def ridders(part: Filament, at: dict[str, float], name: str, unit: float, which: int) -> float:
    """Derivative of our own residual by differences at four steps, extrapolated."""

    def residual(x: float) -> float:
        rate, loss, current = expected(part, **(at | {name: x}))
        return (-1e9 * rate, -loss, current)[which]

    steps = unit * 2e-5 / 2.0 ** np.arange(4)
    table = np.array([(residual(at[name] + h) - residual(at[name] - h)) / (2 * h) for h in steps])
    for k in range(1, 4):
        table = (4.0**k * table[1:] - table[:-1]) / (4.0**k - 1.0)
    return float(table[0]) * unit


def test_the_source_limits_current_either_way(tmp_path: Path) -> None:
    part = exported(device(compliance=1e-6, compliance_reset=1e-3))
    made = Compiled(part, tmp_path)
    for current, drop in ((5e-7, 1.5e-4), (1.1e-6, 1e3 + 3.3e-4), (-1.1e-3, -1e3 - 0.33)):
        rows, _ = made.at(-5e-9, 1.0, 0.0, 0.0, **{"I(source_)": current, made.source: 0.0})
        assert abs(rows[FLOW][0]) == pytest.approx(abs(drop), rel=1e-9)
        assert math.copysign(1.0, rows[FLOW][0]) == math.copysign(1.0, drop)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("-1e9 * rate", "1e9 * rate"), ("-1e9 * rate", "-1e6 * rate"),
     ("1e-15 * sinh", "1e-12 * sinh"),
     ("metal * volts;", "volts;"), ("cell_growth * cell_atom", "cell_growth"),
     ("w = 1e-9 * V(shape)", "w = V(shape)")],
)  # fmt: skip
def test_a_planted_error_is_seen(right: str, wrong: str, tmp_path: Path) -> None:
    part = exported(device())
    text = module(part)
    assert right in text
    assert furthest(part, Compiled(part, tmp_path, text.replace(right, wrong)), count=20) > 1e-3


def test_a_state_with_the_wrong_sign_is_seen(tmp_path: Path) -> None:
    part = exported(device())
    made = Compiled(part, tmp_path, module(part).replace("ddt(V(shape)", "-ddt(V(shape)"))
    assert made.at(-5e-9, 1.0, 0.0, 0.2)[1][SHAPE, SHAPE][1] == -1.0
