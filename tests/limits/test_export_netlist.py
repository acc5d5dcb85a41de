"""A crossbar as a netlist, solved by nodal analysis of its text: the currents of the crossbar."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from halodot.array.crossbar import Crossbar
from halodot.core.errors import InputError
from halodot.export.netlist import crossbar
from ngspice_runs import NGSPICE, needs_ngspice
from spice_circuits import source_currents

SHAPES = [(1, 1), (1, 4), (5, 1), (3, 7), (8, 8), (16, 12)]


def made(
    rng: np.random.Generator, shape: tuple[int, int], wire: float
) -> tuple[Crossbar, np.ndarray]:
    conductance = 10.0 ** rng.uniform(-6.0, -3.0, shape) * (rng.uniform(size=shape) > 0.2)
    return Crossbar(conductance, wire), rng.uniform(-0.2, 0.2, shape[0])


@pytest.mark.parametrize("wire", [0.0, 1.0, 30.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_netlist_is_the_crossbar(shape: tuple[int, int], wire: float) -> None:
    array, volts = made(np.random.default_rng(sum(shape)), shape, wire)
    currents = source_currents(crossbar(array, volts))
    found = np.array([currents[f"vh_{j}"] for j in range(shape[1])])
    expected = array @ volts
    assert np.max(np.abs(found - expected)) <= 1e-10 * max(np.max(np.abs(expected)), 1e-30)


def test_a_missing_segment_is_seen() -> None:
    array, volts = made(np.random.default_rng(1), (4, 4), 30.0)
    text = re.sub(
        r"^Rb_3_2 (\S+) (\S+) .*$", r"Rb_3_2 \1 \2 1e-6", crossbar(array, volts), flags=re.M
    )
    found = source_currents(text)["vh_2"]
    assert abs(found / (array @ volts)[2] - 1.0) > 1e-4


def test_one_voltage_a_word_line() -> None:
    with pytest.raises(InputError, match="word lines"):
        crossbar(Crossbar([[1e-3]], 1.0), np.zeros(2))


@needs_ngspice
@pytest.mark.parametrize("n", [2, 32])
def test_ngspice_agrees(n: int, tmp_path: Path) -> None:
    array, volts = made(np.random.default_rng(n), (n, n), 2.0)
    (tmp_path / "x.cir").write_text(crossbar(array, volts), encoding="ascii")
    assert NGSPICE is not None
    done = subprocess.run([NGSPICE, "-b", "x.cir"], cwd=tmp_path, capture_output=True, text=True,
                          timeout=120, check=False)  # fmt: skip
    found = {k: float(v) for k, v in re.findall(r"i\((vh_\d+)\) = (\S+)", done.stdout)}
    expected = array @ volts
    currents = np.array([found[f"vh_{j}"] for j in range(n)])
    assert np.max(np.abs(currents - expected)) < 1e-9 * np.max(np.abs(expected))
