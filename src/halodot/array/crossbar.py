r"""A passive crossbar with resistive wires, solved exactly.

Word lines are driven at their left end, bit lines are held at 0 V at their bottom end. One wire
segment of resistance r lies between neighbouring cells, and one between each driven or held end
and its first cell. The cells are linear conductances.

One input costs a few steps of conjugate gradients (`line_solver`). Because the array is linear,
all inputs follow from one transfer matrix, whose columns (or, by reciprocity, rows) cost one solve
each: `crossbar @ voltages` switches to it once as many inputs were asked for as it costs solves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import HalodotError, InputError
from ..core.sourced import Sourced
from ..core.status import Status
from ..core.units import parse
from .crossbar_reference import judge, solve_reference
from .state import CrossbarSolution

if TYPE_CHECKING:
    from .line_solver import Lines

F = NDArray[np.float64]

TOLERANCE = 1e-12
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


def read_resistance(raw: float | str | Sourced) -> float:
    """Return the resistance of one wire segment [ohm]; text carries its unit ("1 ohm")."""
    field = "wire_resistance"
    value = parse(raw, "ohm", field=field) if isinstance(raw, str) else raw
    if isinstance(value, bool | complex | np.complexfloating):
        raise InputError(field, raw, "a real number of ohm, 0 or more", "for example '1 ohm'")
    try:
        number = float(value)
    except (TypeError, ValueError) as e:
        raise InputError(field, raw, "a number of ohm, 0 or more", "for example '1 ohm'") from e
    if not (math.isfinite(number) and number >= 0.0):
        raise InputError(field, raw, "a finite resistance of 0 ohm or more", "for example '1 ohm'")
    return number


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
    """

    def __init__(
        self, conductance: ArrayLike, wire_resistance: float | str | Sourced = 0.0
    ) -> None:
        G = read_matrix(conductance, "conductance", (2,), "[word lines, bit lines]")
        if (G < 0).any():
            where = tuple(int(k) for k in np.argwhere(G < 0)[0])
            raise InputError(f"conductance{list(where)}", float(G[where]), "0 S or more", "")
        self.conductance = G.copy()
        self.conductance.flags.writeable = False
        self.wire_resistance = read_resistance(wire_resistance)
        self._highest = float(G.max())
        if not math.isfinite(self.wire_resistance * self._highest * G.size):
            raise InputError("conductance", self._highest, "r G within the range of floats", "")
        self._prepared: Lines | None = None
        self._transfer: Product | None = None
        self._seen = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Number of word lines and of bit lines."""
        m, n = self.conductance.shape
        return m, n

    @property
    def ir_drop_number(self) -> float:
        r"""First-order voltage loss along both lines, :math:`r \bar G (m^2 + n^2) / 2` [1]."""
        m, n = self.shape
        return self.wire_resistance * float(self.conductance.mean()) * (m * m + n * n) / 2

    def __matmul__(self, voltage: ArrayLike) -> F:
        """Return the bit-line currents [A]; raise if they did not converge."""
        product = self.product(voltage)
        if not product.status.is_good:
            raise HalodotError(
                f"crossbar: {product.status.value} Kirchhoff imbalance {product.residual:.1e}; "
                "r G is far above 1, lower the wire resistance."
            )
        return product.current

    def product(self, voltage: ArrayLike) -> Product:
        """Return the bit-line currents with residual and status, by the cheapest exact route.

        Parameters
        ----------
        voltage
            [word lines] or [batch, word lines] [V].

        Examples
        --------
        >>> Crossbar([[1e-3]], "10 ohm").product([0.2]).method
        'transfer matrix'
        """
        volts, single = self._read_voltage(voltage)
        if self._is_plain:
            found = Product(_times(volts, self.conductance), 0.0, Status.OK, "product")
        else:
            self._seen += len(volts)
            if self._transfer is not None or self._seen >= min(self.shape):
                basis = self.transfer()
                found = Product(
                    _times(volts, basis.current), basis.residual, basis.status, basis.method
                )
            else:
                found = self._solve(volts, keep=False)[0]
        self._check_range(found.current)
        if single:
            return Product(found.current[0], found.residual, found.status, found.method)
        return found

    def solve(self, voltage: ArrayLike) -> CrossbarSolution:
        """Return currents and all node voltages of one input or a batch.

        Examples
        --------
        >>> solution = Crossbar([[1e-3]], "10 ohm").solve([[0.2]])
        >>> print(f"{solution.current[0, 0]:.4e}")
        1.9608e-04
        """
        volts, _ = self._read_voltage(voltage)
        if self._is_plain:
            current = _times(volts, self.conductance)
            self._check_range(current)
            shape = (len(volts), *self.shape)
            word = np.broadcast_to(volts[:, :, None], shape).copy()
            return CrossbarSolution(current, word, np.zeros(shape), 0.0, Status.OK)
        found, word, bit = self._solve(volts, keep=True)
        self._check_range(found.current)
        return CrossbarSolution(found.current, word, bit, found.residual, found.status)

    def transfer(self) -> Product:
        """Return the matrix T [word lines, bit lines] [S] with current = voltage @ T.

        Equal to the conductances without wire resistance; symmetric in its ends: T is also the
        matrix of the currents at the driven ends for voltages at the held ends (reciprocity).
        """
        if self._transfer is None:
            self._transfer = self._make_transfer()
        return self._transfer

    def _make_transfer(self) -> Product:
        if self._is_plain:
            return Product(self.conductance, 0.0, Status.OK, "product")
        m, n = self.shape
        if m <= n:
            found = self._solve(np.eye(m), keep=False)[0]
            method = "transfer matrix" if found.method == "conjugate gradients" else found.method
            return Product(found.current, found.residual, found.status, method)
        return self._reciprocal_transfer()

    def _reciprocal_transfer(self) -> Product:
        """One solve per held end instead of one per driven end, checked with one input."""
        from .line_solver import adjoint

        m, _ = self.shape
        T, steps = adjoint(self._lines(), TOLERANCE, STEP_LIMIT)
        if steps < 0:
            return self._direct(np.eye(m), keep=False)[0]
        T *= self._highest
        probe = np.linspace(0.5, 1.0, m)[None, :]
        check = self._solve(probe, keep=False)[0]
        apart = float(np.abs(probe @ T - check.current).max() / np.abs(check.current).max())
        residual = max(apart, check.residual)
        return Product(T, residual, judge(residual), "transfer matrix")

    @property
    def _is_plain(self) -> bool:
        """Whether wires have no influence: no resistance, or no cell conducts."""
        return self._unit == 0.0

    @property
    def _unit(self) -> float:
        """Largest a = r G: 0 without wire resistance, or where no cell conducts."""
        return self.wire_resistance * self._highest

    def _lines(self) -> Lines:
        from .line_solver import prepare

        if self._prepared is None:
            self._prepared = prepare(self.wire_resistance * self.conductance)
        return self._prepared

    def _solve(self, volts: F, keep: bool) -> tuple[Product, F, F]:
        from .line_solver import forward

        scale = np.abs(volts).max(axis=1, keepdims=True)
        scale[scale == 0.0] = 1.0
        found = forward(self._lines(), volts / scale, TOLERANCE, STEP_LIMIT, keep=keep)
        if found.steps < 0:
            return self._direct(volts, keep)
        word, bit = found.word, found.bit
        if keep:
            word *= scale[:, :, None]
            bit *= scale[:, :, None]
        with np.errstate(over="ignore", under="ignore"):
            current = found.held * self._highest * scale
        residual = found.imbalance
        return Product(current, residual, judge(residual), "conjugate gradients"), word, bit

    def _direct(self, volts: F, keep: bool) -> tuple[Product, F, F]:
        found = solve_reference(self.conductance, volts, self.wire_resistance, keep=keep)
        product = Product(found.current, found.residual, found.status, "sparse direct")
        return product, found.word_voltage, found.bit_voltage

    def _read_voltage(self, voltage: Any) -> tuple[F, bool]:
        m, _ = self.shape
        shape = f"[{m} word lines] or [batch, {m} word lines]"
        volts = read_matrix(voltage, "voltage", (1, 2), shape)
        if volts.shape[-1] != m:
            raise InputError("voltage", f"shape {volts.shape}", shape, "one voltage per word line")
        return np.atleast_2d(volts), volts.ndim == 1

    def _check_range(self, current: F) -> None:
        if not np.isfinite(current).all():
            raise InputError("voltage", "too large", "currents within the range of floats", "")
