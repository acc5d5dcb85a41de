r"""A passive crossbar with resistive wires, solved exactly.

Word lines are driven at their left end, bit lines are held at 0 V at their bottom end; `ends` says
otherwise. One wire segment of resistance r lies between neighbouring cells, and one between each
driven or held end and its first cell. The cells are linear conductances.

One input costs a few steps of conjugate gradients (`line_solver`). Because the array is linear,
all inputs follow from one transfer matrix, whose columns (or, by reciprocity, rows) cost one solve
each: `crossbar @ voltages` switches to it once as many inputs were asked for as it costs solves.
"""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import HalodotError, InputError
from ..core.status import Status, worst
from .crossbar_reference import judge, solve_reference
from .ends import Ends, Resistance, Wires, read_resistance
from .ends import wires as make_wires
from .state import CrossbarSolution

if TYPE_CHECKING:
    from .line_solver import Lines

F = NDArray[np.float64]

STEP_LIMIT = 2000


def read_matrix(raw: object, field: str, dimensions: tuple[int, ...], shape: str) -> F:
    """Return `raw` as finite real floats with an allowed number of dimensions.

    Raises
    ------
    InputError
        For complex, object, text or boolean entries, NaN or infinity, an empty or masked array, or
        another number of dimensions.
    """
    if np.ma.isMaskedArray(raw) and np.ma.is_masked(raw):
        raise InputError(field, "masked entries", "an array without masked entries", "fill them")
    try:
        found = np.asarray(raw)
    except (ValueError, TypeError) as e:
        raise InputError(
            field, str(e), f"real numbers, {shape}", "give rows of equal length"
        ) from e
    if found.dtype.kind not in "iuf":
        raise InputError(field, f"dtype {found.dtype}", "integers or real floats", "convert it")
    if found.ndim not in dimensions or found.size == 0:
        raise InputError(field, f"shape {found.shape}", f"{shape}, not empty", "check the axes")
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(found, dtype=np.float64)
    bad = ~np.isfinite(values)
    if bad.any():
        where = tuple(int(k) for k in np.argwhere(bad)[0])
        raise InputError(
            f"{field}{list(where)}",
            float(values[where]),
            "finite numbers",
            f"{int(bad.sum())} entries are NaN or infinite; replace them, for example by 0",
        )
    return values


def read_voltages(
    raw: object, field: str, lines: int, floating: NDArray[np.bool_]
) -> tuple[F, bool]:
    """Return voltages [batch, lines], and whether they were one input [lines].

    Floating lines have no source: their entries must be 0.
    """
    shape = f"[{lines} lines] or [batch, {lines} lines]"
    volts = read_matrix(raw, field, (1, 2), shape)
    if volts.shape[-1] != lines:
        raise InputError(field, f"shape {volts.shape}", shape, "one voltage per line")
    single = volts.ndim == 1
    volts = np.atleast_2d(volts)
    if volts[:, floating].any():
        line = int(np.flatnonzero(floating & volts.any(axis=0))[0])
        raise InputError(f"{field}[{line}]", "a voltage", "0: the line floats", "tie it, or give 0")
    return volts, single


def read_both(
    voltage: object, bit_voltage: object, shape: tuple[int, int], wires: Wires
) -> tuple[F, F, bool]:
    """Return voltages of word and bit lines, [batch, lines] each, and whether they are one input.

    ``bit_voltage`` None is 0 V; one row of either serves the whole batch.
    """
    volts, single = read_voltages(voltage, "voltage", shape[0], wires.word_floats)
    if bit_voltage is None:
        return volts, np.zeros((len(volts), shape[1])), single
    held, alone = read_voltages(bit_voltage, "bit_voltage", shape[1], wires.bit_floats)
    count = max(len(volts), len(held))
    if len(volts) not in (1, count) or len(held) not in (1, count):
        allowed = f"{len(volts)} rows as in voltage, or one"
        raise InputError("bit_voltage", f"{len(held)} rows", allowed, "give equal batches")
    wide = np.broadcast_to(volts, (count, shape[0])), np.broadcast_to(held, (count, shape[1]))
    return wide[0].copy(), wide[1].copy(), single and alone


def check_range(current: F) -> None:
    """Refuse currents beyond the range of floats."""
    if not np.isfinite(current).all():
        raise InputError("voltage", "too large", "currents within the range of floats", "")


def _times(volts: F, matrix: F) -> F:
    """Matrix product that leaves overflow to the check of the result."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(volts @ matrix)


@dataclass(frozen=True)
class Product:
    """Bit-line currents of a batch and how they were found.

    Attributes
    ----------
    current
        [A], shape [batch, bit lines], or [bit lines] for one input.
    residual
        Largest current left over at a node over the largest current at a wire end; for a transfer
        matrix that of its columns, or how far it is from one solve [1].
    method
        ``product`` | ``conjugate gradients`` | ``transfer matrix`` | ``sparse direct``.
    """

    current: F
    residual: float
    status: Status
    method: str


class Crossbar:
    """A crossbar of linear cells with resistive wires.

    Parameters
    ----------
    conductance
        [word lines, bit lines] [S], 0 or more.
    wire_resistance
        Of one segment [ohm], 0 or more, or text with a unit.
    bit_wire_resistance
        Of one segment of the bit lines, where it is another.
    ends
        Where lines are tied and through which resistances, see `ends.Ends`.

    Raises
    ------
    InputError
        If an entry is negative, not finite or not real, the array is empty, or a shape is wrong.

    Notes
    -----
    Range: any size that fits in memory. Every result carries the imbalance of Kirchhoff's law.
    Where cells conduct far better than a wire segment (r G over about 10) the conjugate gradients
    may run out of steps; the same equations then go to the sparse direct solver, `method` says so.

    Examples
    --------
    >>> crossbar = Crossbar([[1e-4, 0.0], [5e-5, 1e-4]], wire_resistance=0.0)
    >>> print(crossbar @ [0.1, 0.2])
    [2.e-05 2.e-05]
    >>> Crossbar([[1e-3]], ends=Ends(source_resistance="1 kohm")) @ [0.2]
    array([0.0001])
    """

    def __init__(
        self,
        conductance: ArrayLike,
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
        self._wires: Wires | None = None
        self._take(conductance)

    def _take(self, conductance: ArrayLike) -> None:
        G = read_matrix(conductance, "conductance", (2,), "[word lines, bit lines]")
        if (G < 0).any():
            where = tuple(int(k) for k in np.argwhere(G < 0)[0])
            raise InputError(f"conductance{list(where)}", float(G[where]), "0 S or more", "")
        self.conductance = G.copy()
        self.conductance.flags.writeable = False
        if self._wires is None or self._wires.shape != G.shape:
            tied = self.wire_resistance, self.bit_wire_resistance, self.ends
            self._wires = make_wires(self.shape, *tied)
        self._highest = float(G.max())
        if not math.isfinite(self.wires.largest * self._highest * G.size):
            raise InputError("conductance", self._highest, "r G within the range of floats", "")
        self._prepared: Lines | None = None
        self._transfer: Product | None = None
        self._own: Product | None = None
        self._seen = self._biased = 0

    def with_conductance(self, conductance: ArrayLike) -> Crossbar:
        """Return a crossbar of other cells on the same wires and ends.

        Examples
        --------
        >>> Crossbar([[1e-3]], "10 ohm").with_conductance([[2e-3]]).wire_resistance
        10.0
        """
        other = copy(self)
        other._take(conductance)
        return other

    @property
    def shape(self) -> tuple[int, int]:
        """Number of word lines and of bit lines."""
        m, n = self.conductance.shape
        return m, n

    @property
    def wires(self) -> Wires:
        """Segments and ends of all lines [ohm]."""
        assert self._wires is not None
        return self._wires

    @property
    def ir_drop_number(self) -> float:
        r"""First-order voltage loss along both lines, :math:`\bar G (r_w n^2 + r_b m^2) / 2` [1].

        Counted with one tied end and without resistances of sources and grounds.
        """
        m, n = self.shape
        loss = self.wire_resistance * n * n + self.bit_wire_resistance * m * m
        return loss * float(self.conductance.mean()) / 2

    def __matmul__(self, voltage: ArrayLike) -> F:
        """Return the bit-line currents [A]; raise if they did not converge."""
        product = self.product(voltage)
        if not product.status.is_good:
            raise HalodotError(
                f"crossbar: {product.status.value} Kirchhoff imbalance {product.residual:.1e}; "
                "r G is far above 1, lower the wire resistance."
            )
        return product.current

    def product(self, voltage: ArrayLike, bit_voltage: ArrayLike | None = None) -> Product:
        """Return the bit-line currents with residual and status, by the cheapest exact route.

        Parameters
        ----------
        voltage
            At the word lines, [word lines] or [batch, word lines] [V].
        bit_voltage
            At the terminals of the bit lines, [bit lines] or [batch, bit lines] [V]; 0 V if None.

        Examples
        --------
        >>> Crossbar([[1e-3]], "10 ohm").product([0.2]).method
        'transfer matrix'
        """
        volts, held, single = read_both(voltage, bit_voltage, self.shape, self.wires)
        volts, held, _ = self._grounded(volts, held)
        if self._is_plain:
            current = _times(volts, self.conductance) - held * self.conductance.sum(axis=0)
            found = Product(current, 0.0, Status.OK, "product")
        else:
            found = self._many(volts, held)
        check_range(found.current)
        if single:
            return Product(found.current[0], found.residual, found.status, found.method)
        return found

    def _many(self, volts: F, held: F) -> Product:
        """One by one, or by the matrices once as many inputs were asked for as they cost."""
        biased = bool(held.any())
        self._seen += len(volts)
        self._biased += len(volts) if biased else 0
        cost = min(self.shape) if self._transfer is None else 0
        if biased and self._own is None:
            cost += self.shape[1]
        asked = self._biased if biased and self._own is None else self._seen
        if asked < cost:
            return self._solve(volts, held, keep=False)[0]
        basis = self.transfer()
        current, residual, status = _times(volts, basis.current), basis.residual, basis.status
        if biased:
            own = self._bit_transfer()
            current = current + _times(held, own.current)
            residual, status = max(residual, own.residual), worst(status, own.status)
        return Product(current, residual, status, basis.method)

    def _bit_transfer(self) -> Product:
        """Currents out of the bit lines for one volt at each of them in turn."""
        if self._own is None:
            n = self.shape[1]
            inputs = np.eye(n)
            inputs[:, self.wires.bit_floats] = 0.0
            self._own = self._solve(np.zeros((n, self.shape[0])), inputs, keep=False)[0]
        return self._own

    def solve(self, voltage: ArrayLike, bit_voltage: ArrayLike | None = None) -> CrossbarSolution:
        """Return currents and all node voltages of one input or a batch; see `product`.

        A line that no cell connects to any source is given as 0 V.

        Examples
        --------
        >>> solution = Crossbar([[1e-3]], "10 ohm").solve([[0.2]])
        >>> print(f"{solution.current[0, 0]:.4e}")
        1.9608e-04
        """
        volts, held, _ = read_both(voltage, bit_voltage, self.shape, self.wires)
        if self._is_plain:
            shape = (len(volts), *self.shape)
            word = np.broadcast_to(volts[:, :, None], shape).copy()
            bit = np.broadcast_to(held[:, None, :], shape).copy()
            with np.errstate(over="ignore", invalid="ignore"):
                current = _times(volts, self.conductance) - held * self.conductance.sum(axis=0)
                given = volts * self.conductance.sum(axis=1) - _times(held, self.conductance.T)
            check_range(current)
            return CrossbarSolution(current, word, bit, 0.0, Status.OK, given)
        volts, held, shift = self._grounded(volts, held)
        found, solution = self._solve(volts, held, keep=True)
        check_range(found.current)
        word, bit = solution.word_voltage + shift, solution.bit_voltage + shift
        given = solution.word_current
        return CrossbarSolution(found.current, word, bit, found.residual, found.status, given)

    def transfer(self) -> Product:
        """Return the matrix T [word lines, bit lines] [S] with current = voltage @ T.

        Equal to the conductances without any resistance; symmetric in its ends: T is also the
        matrix of the currents at the driven ends for voltages at the held ends (reciprocity).
        """
        if self._transfer is None:
            self._transfer = self._make_transfer()
        return self._transfer

    def _make_transfer(self) -> Product:
        if self._is_plain:
            return Product(self.conductance, 0.0, Status.OK, "product")
        m, n = self.shape
        if m > n:
            return self._reciprocal_transfer()
        inputs = np.eye(m)
        inputs[:, self.wires.word_floats] = 0.0
        found = self._solve(inputs, np.zeros((m, n)), keep=False)[0]
        method = "transfer matrix" if found.method == "conjugate gradients" else found.method
        return Product(found.current, found.residual, found.status, method)

    def _reciprocal_transfer(self) -> Product:
        """That of the mirrored array, one solve per bit line; checked with one input."""
        m, n = self.shape
        there = Crossbar(
            self.conductance.T,
            self.bit_wire_resistance,
            bit_wire_resistance=self.wire_resistance,
            ends=self.ends.mirrored(),
        ).transfer()
        T = there.current.T.copy()
        probe = np.where(self.wires.word_floats, 0.0, np.linspace(0.5, 1.0, m))[None, :]
        check = self._solve(probe, np.zeros((1, n)), keep=False)[0]
        size = float(np.abs(check.current).max())
        apart = float(np.abs(probe @ T - check.current).max() / size) if size > 0.0 else 0.0
        residual = max(apart, check.residual, there.residual)
        return Product(T, residual, judge(residual), there.method)

    @property
    def _is_plain(self) -> bool:
        """Whether wires have no influence: no resistance anywhere, or no cell conducts."""
        return self._highest == 0.0 or self.wires.all_fixed

    def _grounded(self, volts: F, held: F) -> tuple[F, F, F]:
        """Count voltages from that of the bit lines, where it is one; return it as well."""
        shift = np.zeros((len(volts), 1, 1))
        floats = self.wires.word_floats.any() or self.wires.bit_floats.any()
        if not held.any() or floats or (held != held[:, :1]).any():
            return volts, held, shift
        shift[:, 0, 0] = held[:, 0]
        return volts - held[:, :1], np.zeros_like(held), shift

    def _lines(self) -> Lines:
        from .line_solver import prepare

        if self._prepared is None:
            self._prepared = prepare(self.conductance, self.wires, self._highest)
        return self._prepared

    def _solve(self, volts: F, held: F, keep: bool) -> tuple[Product, CrossbarSolution]:
        from .line_solver import Accuracy, forward

        scale = np.maximum(np.abs(volts).max(axis=1), np.abs(held).max(axis=1))[:, None]
        scale[scale == 0.0] = 1.0
        accuracy = Accuracy(limit=STEP_LIMIT)
        found = forward(self._lines(), volts / scale, held / scale, accuracy, keep=keep)
        if found.steps < 0:
            return self._direct(volts, held, keep)
        word, bit = found.word, found.bit
        if keep:
            word *= scale[:, :, None]
            bit *= scale[:, :, None]
        with np.errstate(over="ignore", under="ignore"):
            current = found.current * self._highest * scale
            given = found.word_current * self._highest * scale
        residual, status = found.imbalance, judge(found.imbalance)
        solution = CrossbarSolution(current, word, bit, residual, status, given)
        return Product(current, residual, status, "conjugate gradients"), solution

    def _direct(self, volts: F, held: F, keep: bool) -> tuple[Product, CrossbarSolution]:
        found = solve_reference(self.conductance, volts, self.wires, held, keep=keep)
        return Product(found.current, found.residual, found.status, "sparse direct"), found
