r"""A crossbar of nonlinear cells with resistive wires: Newton's method on linear crossbars.

Each step replaces a cell by the tangent of its law, a conductance and a current source beside it,
and solves that linear crossbar with the line-eliminated kernel. Its node voltages v and cell
currents j obey the wires exactly, so that what is left of Kirchhoff's law is
:math:`I(v) - j`, cell by cell, without any difference of neighbouring voltages.

Laws rise with the voltage: the solution is unique, the minimum of the co-content

.. math:: \Phi = \sum_{wires} \frac{(\Delta u)^2}{2 r} + \sum_{cells} \int_0^v I \, dv

Steep cells that overshoot take their next voltage from the current that the linear crossbar gave
them (`law_kernel.limit_steps`). If that does not settle, the search goes on along Newton's
direction to where the co-content no longer falls; its slope there needs the cells alone,

.. math:: \Phi'(\lambda) = -(1-\lambda) D + \sum [I(v + \lambda \delta) - I(v) - \lambda I' \delta]
          \delta, \qquad D = \sum [j - I(v)] \delta
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import HalodotError
from ..core.status import Status, worst
from .crossbar import Product, read_both, read_matrix
from .crossbar_reference import judge, solve_reference
from .ends import Ends, Resistance, Wires, leaking, read_resistance
from .ends import wires as make_wires
from .laws import Law, Terms, shape_of
from .state import CrossbarSolution

if TYPE_CHECKING:
    from .line_solver import Solves

F = NDArray[np.float64]

STEPS = 80
LIMITED_STEPS = 20
SETTLED = 1e-11
TIGHT = 1e-12
LOOSE = 1e-3
STEPS_OF_LOOSE = 100
# Of the slope at the start: where a search along a direction ends.
FLAT = 0.3
_TERMINALS = ("current", "word_current")
# Of what the best cell carries at the largest voltage: no current. FAINT [A], [S]: the same.
NOTHING = 1e-12
FAINT = 1e-30
# Leak of a floating line to 0 V, of the best cell: without any, rounding would set the potential
# of what nothing ties.
LEAK = 1e-13
ROUNDING = 32 * 2.220446049250313e-16


class Cells:
    """All cells of a law on one array: currents and slopes at given voltages."""

    def __init__(self, law: Law) -> None:
        self.shape = shape_of(law)
        pairs = law.elements()
        self._parts = tuple(_packed(pair, self.shape) for pair in pairs)
        self.paired = len(pairs) == 2
        self._bounds = [(reverse.volts[0], forward.volts[1]) for forward, reverse in pairs]

    @property
    def _arguments(self) -> tuple[Any, Any, bool]:
        return self._parts[0], self._parts[-1], self.paired

    def at(self, v: F, inner: F) -> tuple[F, F]:
        """Currents [A] and slopes [S] at `v` [V]; `inner` holds guesses of inner voltages."""
        from . import law_kernel as kernel

        current, slope = np.empty_like(v), np.empty_like(v)
        kernel.currents(*self._arguments, v, inner, current, slope)
        return current, slope

    def limit(self, before: F, v: F, aim: F, current: F, inner: F) -> int:
        """Move overshooting voltages `v` back in place; return how many."""
        from . import law_kernel as kernel

        return int(kernel.limit_steps(*self._arguments, before, v, aim, current, inner))

    def hold(self, v: F, inner: F) -> bool:
        """Whether all voltages lie where the laws were given."""
        shares = (inner, v - inner) if self.paired else (v,)
        parts = zip(shares, self._bounds, strict=True)
        return all(bool(((x >= low) & (x <= high)).all()) for x, (low, high) in parts)


def _packed(pair: tuple[Terms, Terms], shape: tuple[int, int]) -> tuple[Any, F, F, F]:
    codes = np.array([side.code for side in pair], dtype=np.int64)
    parameters = np.empty((2, 4, *shape))
    for s, side in enumerate(pair):
        for k, p in enumerate(side.parameters):
            parameters[s, k] = p
    return codes, parameters, pair[0].table, pair[1].table


def cell_currents(law: Law, voltage: ArrayLike) -> F:
    """Return the current of every cell [A] at `voltage` across it [word lines, bit lines] [V]."""
    cells = Cells(law)
    v = np.broadcast_to(np.asarray(voltage, dtype=float), cells.shape).copy()
    return cells.at(v, 0.5 * v)[0]


@dataclass(frozen=True)
class Operating:
    """What one input leaves: currents and voltages, and how the steps went.

    Attributes
    ----------
    current, word_current
        Out of the bit lines, into the word lines [A].
    word, bit, across
        Node voltages and voltages across the cells [word lines, bit lines] [V].
    residuals
        Of each step: largest current left over at a node over the largest at a terminal.
    """

    current: F
    word_current: F
    word: F
    bit: F
    across: F
    residuals: tuple[float, ...]
    status: Status


class NonlinearCrossbar:
    """A crossbar of cells with any law, with resistive wires.

    Parameters
    ----------
    law
        See `laws` and `selector`; one of its parts is [word lines, bit lines].
    wire_resistance, bit_wire_resistance, ends
        As for `crossbar.Crossbar`.

    Examples
    --------
    >>> from halodot.array.laws import Sinh
    >>> crossbar = NonlinearCrossbar(Sinh([[1e-3]], 0.1), "10 ohm")
    >>> product = crossbar.product([0.2])
    >>> product.method, product.status.name
    ('newton', 'OK')
    """

    def __init__(
        self,
        law: Law,
        wire_resistance: Resistance = 0.0,
        *,
        bit_wire_resistance: Resistance | None = None,
        ends: Ends | None = None,
    ) -> None:
        self.wire_resistance = read_resistance(wire_resistance)
        self.bit_wire_resistance = (
            self.wire_resistance
            if bit_wire_resistance is None
            else read_resistance(bit_wire_resistance, "bit_wire_resistance")
        )
        self.ends = Ends() if ends is None else ends
        self._take(law)

    def _take(self, law: Law) -> None:
        self.law, self._cells = law, Cells(law)
        tied = self.wire_resistance, self.bit_wire_resistance, self.ends
        self.wires: Wires = make_wires(self.shape, *tied)

    def with_law(self, law: Law) -> NonlinearCrossbar:
        """Return a crossbar of other cells on the same wires and ends."""
        other = copy(self)
        other._take(law)
        return other

    @property
    def shape(self) -> tuple[int, int]:
        """Number of word lines and of bit lines."""
        return self._cells.shape

    def __matmul__(self, voltage: ArrayLike) -> F:
        """Return the bit-line currents [A]; raise if they did not converge."""
        product = self.product(voltage)
        if not product.status.is_good:
            raise HalodotError(f"crossbar: {product.status.value} Kirchhoff {product.residual:.1e}")
        return product.current

    def product(self, voltage: ArrayLike, bit_voltage: ArrayLike | None = None) -> Product:
        """Return the bit-line currents with residual and status.

        Parameters
        ----------
        voltage
            At the word lines, [word lines] or [batch, word lines] [V].
        bit_voltage
            At the terminals of the bit lines, [bit lines] or [batch, bit lines] [V]; 0 V if None.
        """
        volts, held, single = read_both(voltage, bit_voltage, self.shape, self.wires)
        found = self._batch(volts, held)
        current = np.array([x.current for x in found])
        return Product(current[0] if single else current, *_judged(found), "newton")

    def solve(self, voltage: ArrayLike, bit_voltage: ArrayLike | None = None) -> CrossbarSolution:
        """Return currents and all node voltages of one input or a batch; see `product`."""
        volts, held, _ = read_both(voltage, bit_voltage, self.shape, self.wires)
        found = self._batch(volts, held)
        current, given = (np.array([getattr(x, k) for x in found]) for k in _TERMINALS)
        word, bit = np.array([x.word for x in found]), np.array([x.bit for x in found])
        return CrossbarSolution(current, word, bit, *_judged(found), given)

    def currents(self, across: ArrayLike) -> F:
        """Return the current of every cell [A] at the voltages `across` them [V]."""
        shape = "[word lines, bit lines]"
        v = read_matrix(across, "across", (2,), shape)
        return cell_currents(self.law, v)

    def _batch(self, volts: F, held: F) -> list[Operating]:
        found: list[Operating] = []
        for v, u in zip(volts, held, strict=True):
            before = found[-1].across if found and found[-1].status.is_good else None
            found.append(operating_point(self._cells, self.wires, v, u, before))
        return found


def _judged(found: list[Operating]) -> tuple[float, Status]:
    return max(x.residuals[-1] for x in found), worst(*(x.status for x in found))


def operating_point(
    cells: Cells, wires: Wires, volts: F, held: F, start: F | None = None
) -> Operating:
    """Solve one input; `start` are voltages across the cells from which to begin [V]."""
    return _Newton(cells, wires, volts, held).run(start)


class _Newton:
    """One input on its way to the operating point."""

    def __init__(self, cells: Cells, wires: Wires, volts: F, held: F) -> None:
        self.cells, self.wires, self.volts, self.held = cells, wires, volts, held
        self.size = max(float(np.abs(volts).max()), float(np.abs(held).max()))
        self.inner = np.zeros(cells.shape)
        self.residuals: list[float] = []

    def run(self, start: F | None) -> Operating:
        ideal = np.subtract.outer(self.volts, self.held)
        solved, v = self._begin(ideal if start is None else start)
        best, chosen = np.inf, (v, solved.cell[0])
        for count in range(STEPS):
            current, slope = self.cells.at(v, self.inner)
            tolerance = self._tolerance()
            solved = self._linear(slope, current - slope * v, tolerance)
            new, aim = solved.word[0] - solved.bit[0], solved.cell[0]
            if not np.isfinite(aim).all():
                self.residuals.append(np.inf)
                break
            there, steep = self.cells.at(new, self.inner)
            left = self._left_over(there - aim, steep, solved)
            self.residuals.append(max(left, solved.imbalance if tolerance <= TIGHT else left))
            if tolerance <= TIGHT and left <= SETTLED:
                return self._finish(solved, new)
            if left < best:
                best, chosen = left, (new.copy(), aim)
            if count < LIMITED_STEPS:
                self.cells.limit(v, new, aim, there, self.inner)
                v = new
            elif count == LIMITED_STEPS:
                v, consistent = chosen
            else:
                v, consistent = self._search(v, consistent, current, slope, new, aim, there)
        return self._finish(solved, new)

    def _begin(self, v: F) -> tuple[Solves, F]:
        """Start from the linear crossbar of the chords of the laws at `v`."""
        current, slope = self.cells.at(v, self.inner)
        chord = np.divide(current, v, out=slope.copy(), where=v != 0.0)
        solved = self._linear(chord, np.zeros_like(v), LOOSE)
        return solved, solved.word[0] - solved.bit[0]

    def _tolerance(self) -> float:
        """Solve the linear crossbars no better than the tangents are."""
        if not self.residuals:
            return LOOSE
        expected = 0.01 * self.residuals[-1] ** 2
        return float(np.clip(expected, TIGHT, LOOSE)) if expected > 1e-10 else TIGHT

    def _linear(self, slope: F, sources: F, tolerance: float) -> Solves:
        from .line_solver import Accuracy, Solves, forward, prepare

        scale = max(float(slope.max()), FAINT)
        wires = leaking(self.wires, LEAK * scale)
        lines = prepare(slope, wires, scale)
        accuracy = Accuracy(tolerance, 10.0 * tolerance, partial=True)
        if tolerance > TIGHT:
            accuracy = Accuracy(tolerance, 10.0 * tolerance, STEPS_OF_LOOSE, partial=True)
        inputs = self.volts[None], self.held[None]
        found = forward(lines, *inputs, accuracy, keep=True, sources=sources / scale)
        if tolerance <= TIGHT and (found.steps < 0 or not judge(found.imbalance).is_good):
            direct = self._direct(slope, sources, wires)
            if direct is not None:
                return direct
        ends = found.current * scale, found.word_current * scale
        cell = found.cell * scale
        return Solves(*ends, found.word, found.bit, cell, found.imbalance, found.steps)

    def _direct(self, slope: F, sources: F, wires: Wires) -> Solves | None:
        """Solve a linear crossbar by elimination; None where it is singular to rounding."""
        from .line_solver import Solves

        inputs = self.volts[None], wires, self.held[None]
        try:
            found = solve_reference(slope, *inputs, sources=sources)
        except RuntimeError:
            return None
        word, bit = found.word_voltage, found.bit_voltage
        cell = slope * (word - bit) + sources
        return Solves(found.current, found.word_current, word, bit, cell, found.residual, 0)

    def _left_over(self, difference: F, slope: F, solved: Solves) -> float:
        """Largest current left over at a cell, rounding of its voltage apart, over the scale."""
        ends = solved.current, solved.word_current
        least = max(NOTHING * float(slope.max()) * self.size, FAINT)
        largest = max(least, *(float(np.abs(x).max()) for x in ends))
        rounding = ROUNDING * (slope * self.size + np.abs(solved.cell[0]))
        worst_cell = float(np.maximum(np.abs(difference) - rounding, 0.0).max())
        return worst_cell / largest if largest > 0.0 else worst_cell

    def _search(
        self, v: F, consistent: F, current: F, slope: F, new: F, aim: F, there: F
    ) -> tuple[F, F]:
        """Go along Newton's direction until the co-content no longer falls."""
        step = new - v
        fall = float(((consistent - current) * step).sum())
        share, low, high = 1.0, 0.0, 1.0
        for _ in range(40):
            at = there if share == 1.0 else self.cells.at(v + share * step, self.inner)[0]
            bend = float(((at - current - share * slope * step) * step).sum())
            rise = bend - (1.0 - share) * fall
            if fall <= 0.0 or abs(rise) <= FLAT * fall or (share == 1.0 and rise <= 0.0):
                break
            low, high = (low, share) if rise > 0.0 else (share, high)
            share = 0.5 * (low + high)
        return v + share * step, consistent + share * (aim - consistent)

    def _finish(self, solved: Solves, across: F) -> Operating:
        residual = self.residuals[-1]
        status = judge(residual)
        if status.is_good and not self.cells.hold(across, self.inner):
            status = Status.OUTSIDE_RANGE
        ends = solved.current[0], solved.word_current[0]
        return Operating(
            *ends, solved.word[0], solved.bit[0], across, tuple(self.residuals), status
        )
