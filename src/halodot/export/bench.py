"""A netlist that drives an exported cell as the study drives its device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..device.waveform import Waveform
from .model import Filament
from .spice import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

F = NDArray[np.float64]
CORNERS = 400  # of the drive: more are cut, the bench shows how the cell is used
SIMULATED = ("steady", "impedance", "capacitance", "synapse", "logic", "open_circuit")


def testbench(part: Filament, protocols: Sequence[Any]) -> str:
    """Return a netlist with the first protocol in time, its transient and its record.

    Examples
    --------
    >>> from halodot.export import of_study
    >>> study = of_study("m9")
    >>> text = testbench(study.filament, study.study.protocol)
    >>> ".include halodot_m9_ogb_low_compliance.lib" in text
    True
    """
    name = part.origin.name
    label, wave = _first(protocols)
    time, volts = wave.time[:CORNERS], wave.voltage[:CORNERS]
    light = np.asarray(wave.light if wave.light.ndim == 1 else wave.light[:, 0])[:CORNERS]
    end = float(time[-1])
    head = part.origin.head(
        f"Test bench of {name}: protocol '{label}'", "*",
        f"Use: ngspice -b {name}_demo.cir; the record goes to {name}_demo.txt: time s, voltage of "
        "the source V, current A, shape nm, -ln(1 - ligands lost).",
    )  # fmt: skip
    return "\n".join([
        *head, f".include {name}.lib", f"Vdrive source 0 {pwl(time, volts)}",
        f"Vlight light 0 {pwl(time, light)}", f"X1 source 0 light {name}",
        f".options {OPTIONS}", f".tran {end / 2000!r} {end!r} 0 {end / 2000!r}",
        ".control", "set wr_singlescale", "run",
        "let current = -i(vdrive)",
        f"wrdata {name}_demo.txt v(source) current v(x1.w) v(x1.wear)", ".endc", ".end", "",
    ])  # fmt: skip


def _first(protocols: Sequence[Any]) -> tuple[str, Waveform]:
    """First protocol that drives the cell in time with closed terminals; else a triangle of 1 V."""
    from ..device.waveforms import of

    for protocol in protocols:
        if protocol.kind in SIMULATED:
            continue
        wave = of(protocol)
        if wave.closed is None or bool(np.all(wave.closed)):
            return protocol.label or protocol.kind, wave
    t = np.arange(5.0)
    return "a triangle", Waveform(
        t, np.array([0.0, 1.0, 0.0, -1.0, 0.0]), t[1:], np.zeros(4, np.int64), "iv", 0.0 * t
    )


def pwl(time: F, values: F) -> str:
    """Return a piecewise linear source, in lines of four corners.

    >>> pwl(np.array([0.0, 1.0]), np.array([0.0, 2.0]))
    'pwl(\\n+ 0.0 0.0 1.0 2.0)'
    """
    pairs = [f"{float(a)!r} {float(b)!r}" for a, b in zip(time, values, strict=True)]
    rows = [" ".join(pairs[k : k + 4]) for k in range(0, len(pairs), 4)]
    return "pwl(\n+ " + "\n+ ".join(rows) + ")"
