r"""Reading one cell of a passive array: what the others add to its current.

The addressed word line is at the read voltage, the addressed bit line is read at 0 V, all other
lines are as the scheme says (`ends.write_scheme`). A cell can be read if its current when on stays
above that of an off cell whatever the others hold,

.. math:: M = \frac{I_{on} - I_{off}}{I_{on}},

with the least current of an on cell and the largest of an off cell over the patterns looked at: 1
is an ideal array, 0 or less cannot be read.

>>> import numpy as np
>>> bare = read_margin((8, 8), 1e-4, 1e-6, voltage=1.0, scheme="floating")
>>> held = read_margin((8, 8), 1e-4, 1e-6, voltage=1.0, scheme="grounded")
>>> print(f"{bare.margin:.2f} {held.margin:.2f}")
-2.17 0.99
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.status import Status, worst
from .ends import Ends, Resistance, write_scheme
from .laws import Law, Linear, shape_of
from .nonlinear import NonlinearCrossbar

F = NDArray[np.float64]
Cells = Callable[[F], Law]


@dataclass(frozen=True)
class Read:
    """One read: current out of the addressed bit line [A], and of the cell alone on ideal wires."""

    current: float
    alone: float
    status: Status


def read_cell(
    law: Law,
    row: int,
    column: int,
    voltage: float,
    *,
    scheme: str = "floating",
    wire_resistance: Resistance = 0.0,
    bit_wire_resistance: Resistance | None = None,
    ends: Ends | None = None,
) -> Read:
    """Read the cell at `row`, `column` of an array with `law`.

    Parameters
    ----------
    voltage
        At the addressed word line [V].
    scheme
        ``floating`` | ``grounded`` | ``V/2`` | ``V/3``, see `ends.write_scheme`.
    wire_resistance, bit_wire_resistance, ends
        As for `crossbar.Crossbar`; floating lines are those of the scheme.
    """
    from .nonlinear import cell_currents

    bias = write_scheme(shape_of(law), row, column, voltage, scheme)
    crossbar = NonlinearCrossbar(
        law, wire_resistance, bit_wire_resistance=bit_wire_resistance, ends=bias.ends(ends)
    )
    found = crossbar.product(bias.word, bias.bit)
    alone = float(cell_currents(law, voltage)[row, column])
    return Read(float(found.current[column]), alone, found.status)


@dataclass(frozen=True)
class Margin:
    """Currents of one cell when on and when off, over patterns of all others.

    Attributes
    ----------
    on, off
        [A], shape [patterns].
    """

    on: F
    off: F
    status: Status

    @property
    def margin(self) -> float:
        """Difference of the least on and the largest off current over the former [1]."""
        size, sign = np.abs(self.on), np.sign(self.on[0]) or 1.0
        return float((size.min() - (sign * self.off).max()) / size.min())

    @property
    def ratio(self) -> float:
        """Least on current over largest off current [1]."""
        return float(np.abs(self.on).min() / np.abs(self.off).max())


def read_margin(
    shape: tuple[int, int],
    on: float,
    off: float,
    *,
    voltage: float,
    scheme: str = "floating",
    cells: Cells = Linear,
    patterns: int | None = None,
    seed: int = 0,
    position: tuple[int, int] | None = None,
    wire_resistance: Resistance = 0.0,
    bit_wire_resistance: Resistance | None = None,
    ends: Ends | None = None,
) -> Margin:
    """Read one cell on and off in arrays of two states.

    Parameters
    ----------
    shape
        Word lines, bit lines.
    on, off
        Conductances at the read voltage [S].
    voltage
        Read voltage [V].
    cells
        Makes a law from conductances [word lines, bit lines]; for example
        ``lambda G: Series(Sinh(G, 0.2), Exponential(1e-9, 0.05))``.
    patterns
        None: the worst of the two uniform surroundings, all others on and all others off (sneak
        currents are largest in the first, wires lose most there too). A number: that many random
        patterns, on and off with equal chance.
    seed
        Of random patterns.
    position
        Row and column of the cell; the one with the longest wires if None.

    Examples
    --------
    >>> margin = read_margin((64, 64), 1e-4, 1e-6, voltage=0.2, scheme="V/2", patterns=3)
    >>> margin.on.shape
    (3,)
    """
    if not 0.0 <= off < on:
        raise InputError("off", off, f"conductance from 0 to below that of on ({on:g} S)", "")
    row, column = _farthest(shape, ends) if position is None else position
    if not (0 <= row < shape[0] and 0 <= column < shape[1]):
        raise InputError("position", position, f"a cell of an array of {shape}", "")
    currents: list[list[float]] = [[], []]
    statuses = []
    for held in _surroundings(shape, on, off, patterns, seed):
        for place, state in enumerate((on, off)):
            G = held.copy()
            G[row, column] = state
            read = read_cell(
                cells(G),
                row,
                column,
                voltage,
                scheme=scheme,
                wire_resistance=wire_resistance,
                bit_wire_resistance=bit_wire_resistance,
                ends=ends,
            )
            currents[place].append(read.current)
            statuses.append(read.status)
    return Margin(np.array(currents[0]), np.array(currents[1]), worst(*statuses))


def _farthest(shape: tuple[int, int], ends: Ends | None) -> tuple[int, int]:
    """Cell with the longest way to its terminals."""
    m, n = shape
    tied = Ends() if ends is None else ends
    column = {"left": n - 1, "right": 0, "both": n // 2}.get(str(tied.driven), n - 1)
    row = {"bottom": 0, "top": m - 1, "both": m // 2}.get(str(tied.held), 0)
    return row, column


def _surroundings(
    shape: tuple[int, int], on: float, off: float, patterns: int | None, seed: int
) -> list[F]:
    if patterns is None:
        return [np.full(shape, on), np.full(shape, off)]
    if isinstance(patterns, bool) or patterns < 1:
        raise InputError("patterns", patterns, "a number of 1 or more, or None", "patterns=20")
    rng = generator(seed, "array.sneak", patterns)
    return [np.where(rng.random(shape) < 0.5, on, off) for _ in range(patterns)]


def margins(sizes: Sequence[int], on: float, off: float, **options: object) -> F:
    """Return the read margin of square arrays of each size [1]; NaN where a read failed.

    Parameters
    ----------
    sizes
        Lines of the arrays.
    on, off, options
        As for `read_margin`.
    """
    found = [read_margin((n, n), on, off, **options) for n in sizes]  # type: ignore[arg-type]
    return np.array([x.margin if x.status.is_good else np.nan for x in found])


def largest_size(
    target: float, on: float, off: float, *, most: int = 512, **options: object
) -> int:
    """Return the size of the largest square array, up to `most`, with a margin of `target`.

    The size is doubled while the margin holds and then bisected: margins fall with the size. 0 if
    no array of 2 x 2 has it.

    Parameters
    ----------
    target
        Read margin below 1 [1].
    on, off, options
        As for `read_margin`.

    Examples
    --------
    >>> largest_size(0.1, 1e-4, 1e-6, voltage=1.0, scheme="floating")
    3
    """
    if not target < 1.0:
        raise InputError("target", target, "a margin below 1", "target=0.1")

    def holds(n: int) -> bool:
        return bool(margins([n], on, off, **options)[0] >= target)

    good, bad = 1, 2
    while bad <= most and holds(bad):
        good, bad = bad, 2 * bad
    bad = min(bad, most + 1)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good if good > 1 else 0
