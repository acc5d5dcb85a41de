"""A crossbar as a netlist of resistors: exact, with named nodes, for any circuit simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .model import Origin
from .spice import number

if TYPE_CHECKING:
    from ..array.crossbar import Crossbar

F = NDArray[np.float64]

USE = """Use: ngspice -b this file. Word lines are driven at their left end by v_i, bit lines held
at 0 V at their bottom end by vh_j; the current of bit line j into its held end is i(vh_j).
Nodes: w_i_j and b_i_j, the word and the bit line at cell i, j, counted from 0. Without wire
resistance all nodes of a line are one. Units: ohm, V, A. A cell that does not conduct is left
out."""


def crossbar(array: Crossbar, voltage: F, origin: Origin | None = None) -> str:
    """Return a crossbar with one voltage per word line.

    Parameters
    ----------
    array
        Conductances [S] and the resistance of a wire segment [ohm].
    voltage
        [word lines] [V].

    Examples
    --------
    >>> from halodot.array.crossbar import Crossbar
    >>> text = crossbar(Crossbar([[1e-3]], 10.0), np.array([0.2]))
    >>> [line for line in text.splitlines() if line[0] == "R"]
    ['Rw_0_0 s_0 w_0_0 10.0', 'Rb_0_0 b_0_0 g_0 10.0', 'Rc_0_0 w_0_0 b_0_0 1000.0']
    """
    m, n = array.shape
    volts = np.asarray(voltage, dtype=np.float64)
    if volts.shape != (m,):
        from ..core.errors import InputError

        raise InputError("voltage", f"shape {volts.shape}", f"[{m} word lines]", "one each")
    wire = array.wire_resistance
    said = (origin or Origin("crossbar")).head(
        f"Crossbar of {m} word lines and {n} bit lines, {wire:g} ohm a segment", "*", USE
    )
    lines = [*said]
    lines += [f"v_{i} {_word(wire, i, -1)} 0 dc {number(float(x))}" for i, x in enumerate(volts)]
    lines += [f"h_{j} {_bit(wire, m, j, m)} 0 dc 0" for j in range(n)]
    if wire > 0.0:
        lines += _wires(m, n, wire)
    for i in range(m):
        for j in range(n):
            g = float(array.conductance[i, j])
            if g > 0.0:
                ends = f"{_word(wire, i, j)} {_bit(wire, i, j, m)}"
                lines.append(f"Rc_{i}_{j} {ends} {number(1.0 / g)}")
    shown = "print " + " ".join(f"i(vh_{j})" for j in range(n))
    end = [".op", ".control", "set numdgt=15", "run", shown, ".endc", ".end", ""]
    return "\n".join([*_named(lines), *end])


def _named(lines: list[str]) -> list[str]:
    """Sources begin with V in SPICE: v_i is one, h_j becomes vh_j."""
    return [f"v{line}" if line.startswith("h_") else line for line in lines]


def _word(wire: float, i: int, j: int) -> str:
    """Node of a word line; -1 is its driven end."""
    return f"s_{i}" if j < 0 or wire == 0.0 else f"w_{i}_{j}"


def _bit(wire: float, i: int, j: int, rows: int) -> str:
    """Node of a bit line; the number of rows is its held end."""
    return f"g_{j}" if i == rows or wire == 0.0 else f"b_{i}_{j}"


def _wires(m: int, n: int, wire: float) -> list[str]:
    text = number(wire)
    lines = []
    for i in range(m):
        for j in range(n):
            lines.append(f"Rw_{i}_{j} {_word(wire, i, j - 1)} {_word(wire, i, j)} {text}")
            lines.append(f"Rb_{i}_{j} {_bit(wire, i, j, m)} {_bit(wire, i + 1, j, m)} {text}")
    return lines
