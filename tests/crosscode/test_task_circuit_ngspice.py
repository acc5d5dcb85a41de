"""A circuit of every kind of element beside ngspice, which solves it by its own methods."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from circuit_cells import linear
from halodot.task.circuit.law import TransistorLaw
from halodot.task.circuit.solver import (
    Capacitor,
    Cell,
    Resistor,
    Source,
    Transistor,
    Wave,
    solve,
)

NETLIST = """* divider, gate capacitance and a channel with its load
vsupply in 0 pwl(0 0 1u 2 1m 2 1.001m 0.5 3m 0.5)
vtop top 0 1.5
rcell in gate 20k
rload gate 0 30k
cgate gate 0 10n
rdrain top drain 200k
cdrain drain 0 100p
bt drain 0 i=2*{k}*{s}*{s}*(pow(ln(1+exp((v(gate)-{vt})/(2*{s}))),2) \
- pow(ln(1+exp((v(gate)-{vt}-v(drain))/(2*{s}))),2))
.options reltol=1e-6 abstol=1e-15 vntol=1e-9 method=trap
.tran 0.5u 3m 0 0.5u
.control
run
wrdata {out} v(gate) v(drain)
quit
.endc
.end
"""


@pytest.mark.skipif(shutil.which("ngspice") is None, reason="ngspice is not installed")
@pytest.mark.parametrize("cell", [False, True])
def test_the_solver_agrees_with_ngspice(tmp_path: Path, cell: bool) -> None:
    law = TransistorLaw(1.0, 0.4, 2e-5, 0.12, 0.0, 0.0)
    s = law.swing / np.log(10.0)
    text = NETLIST.format(k=law.gain, s=s, vt=law.threshold, out=tmp_path / "out.txt")
    (tmp_path / "net.cir").write_text(text, encoding="utf-8")
    subprocess.run(["ngspice", "-b", "net.cir"], cwd=tmp_path, check=True, capture_output=True)
    t, gate, _, drain = np.loadtxt(tmp_path / "out.txt").T
    corners = np.array([0.0, 1e-6, 1e-3, 1.001e-3, 3e-3])
    wave = Wave(corners, np.array([0.0, 2.0, 2.0, 0.5, 0.5]))
    time = np.unique(np.concatenate([np.linspace(0.0, 3e-3, 1501), np.linspace(0, 1e-6, 9),
                                     np.linspace(1e-3, 1.001e-3, 9), corners]))  # fmt: skip
    top = Cell("cell", "in", "gate", linear(5e-5)) if cell else Resistor("R", "in", "gate", 2e4)
    found = solve(
        [
            Source("supply", "in", "0", wave),
            Source("top", "top", "0", Wave.constant(1.5)),
            top,
            Resistor("load", "gate", "0", 3e4),
            Capacitor("gate", "gate", "0", 1e-8),
            Resistor("drain", "top", "drain", 2e5),
            Capacitor("drain at", "drain", "0", 1e-10),
            Transistor("T", "gate", "drain", "0", law),
        ],
        time,
    )
    late = t > 2.5e-4  # ngspice starts from the operating point, with its capacitors charged
    for node, theirs in (("gate", gate), ("drain", drain)):
        ours = np.interp(t, time, found.voltage[node])
        assert np.max(np.abs(ours - theirs)[late]) < 5e-4  # V of 1.5; both step by about 1 us
