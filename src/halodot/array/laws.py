r"""Current against voltage of the cells of an array.

A law gives the current of every cell at any voltage across it. It rises with the voltage and is
zero at zero: then the currents of an array are unique. The conductances that it takes are those at
the read voltage, [word lines, bit lines].

======================  =======================================================================
`Linear`                :math:`G v`
`Sinh`                  :math:`G V_r \sinh(v / v_0) / \sinh(V_r / v_0)`
`Tabulated`             two measured curves, mixed by the state of the cell
`TwoSided`              one law for positive and another for negative voltages
======================  =======================================================================

`selector` has what is put in series with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from .state import Shape

F = NDArray[np.float64]
LINEAR, SINH, DIODE, THRESHOLD, TABLE = 0, 1, 2, 3, 4
NO_TABLE = np.zeros((6, 2))


@dataclass(frozen=True)
class Terms:
    """One side of a law as the kernel takes it.

    Attributes
    ----------
    code
        Which formula.
    parameters
        Four of them, each a number or [word lines, bit lines].
    linear
        Which parameters are currents: all of them times k make k times the current.
    table
        Knots, for tables.
    volts
        Range of voltages within which the law holds.
    """

    code: int
    parameters: tuple[F, F, F, F]
    linear: tuple[int, ...]
    table: F = field(default_factory=lambda: NO_TABLE)
    volts: tuple[Any, Any] = (-np.inf, np.inf)

    def scaled(self, factor: float) -> Terms:
        """Return the same with `factor` times the current."""
        parts = [p * factor if k in self.linear else p for k, p in enumerate(self.parameters)]
        return Terms(self.code, tuple(parts), self.linear, self.table, self.volts)  # type: ignore[arg-type]


class Law(Protocol):
    """What `NonlinearCrossbar` takes: one or two elements in series, each with two sides."""

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        """Return (forward, reverse) of each element."""


def positive(raw: ArrayLike, name: str, unit: str, *, zero: bool = False) -> F:
    """Return finite numbers above 0 (or from 0 on), a scalar or [word lines, bit lines]."""
    wanted = f"numbers of {unit}, {'0 or more' if zero else 'above 0'}"
    try:
        found = np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError) as e:
        raise InputError(name, raw, wanted, "give numbers") from e
    if found.ndim > 2 or found.size == 0:
        raise InputError(name, f"shape {found.shape}", "[word lines, bit lines]", "check the axes")
    bad = ~np.isfinite(found) | (found < 0.0) | ((found == 0.0) & (not zero))
    if bad.any():
        raise InputError(name, float(found[bad].flat[0]), wanted, f"{int(bad.sum())} are not")
    return found


def terms(code: int, *parameters: F, linear: tuple[int, ...] = (0,), **more: Any) -> Terms:
    """Return one side of a law, missing parameters filled with 0."""
    padded = [*parameters, *[np.zeros(())] * (4 - len(parameters))]
    return Terms(code, tuple(padded), linear, **more)  # type: ignore[arg-type]


def shape_of(law: Law) -> tuple[int, int]:
    """Return word lines and bit lines of a law.

    >>> shape_of(Sinh(np.full((2, 3), 1e-5), 0.2))
    (2, 3)
    """
    parts = [p.shape for pair in law.elements() for side in pair for p in side.parameters]
    try:
        shape = np.broadcast_shapes(*parts)
    except ValueError as e:
        raise InputError("law", str(e), "parts of one shape", "check the axes") from e
    if len(shape) != 2:
        allowed = "at least one part with [word lines, bit lines]"
        raise InputError("law", f"shape {shape}", allowed, "np.full((m, n), G)")
    return shape[0], shape[1]


@dataclass(frozen=True)
class Linear:
    """Ohmic cells.

    Attributes
    ----------
    conductance
        [word lines, bit lines] [S], 0 or more.
    """

    conductance: ArrayLike

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        """Return (forward, reverse) of each element."""
        one = terms(LINEAR, positive(self.conductance, "conductance", "S", zero=True))
        return ((one, one),)


@dataclass(frozen=True)
class Sinh:
    r"""Cells with :math:`I = G V_r \sinh(v/v_0) / \sinh(V_r/v_0)`.

    Attributes
    ----------
    conductance
        At the read voltage, [word lines, bit lines] [S], 0 or more.
    voltage_scale
        v_0 [V], a number or one for each cell.
    read_voltage
        V_r [V]; 0: the conductances are those at small voltages.

    Examples
    --------
    >>> from halodot.array.nonlinear import cell_currents
    >>> law = Sinh([[1e-5]], 0.1, read_voltage=0.2)
    >>> round(float(cell_currents(law, [[0.2]])[0, 0]) * 1e6, 9)
    2.0
    """

    conductance: ArrayLike
    voltage_scale: ArrayLike
    read_voltage: float = 0.0

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        """Return (forward, reverse) of each element."""
        G = positive(self.conductance, "conductance", "S", zero=True)
        scale = positive(self.voltage_scale, "voltage_scale", "V")
        x = np.abs(positive(abs(self.read_voltage), "read_voltage", "V", zero=True)) / scale
        if (x > 80.0).any():
            raise InputError("read_voltage", self.read_voltage, "up to 80 voltage_scale", "")
        # x / sinh(x), 1 at 0.
        share = np.where(x > 0.0, x / np.sinh(np.where(x > 0.0, x, 1.0)), 1.0)
        bounds = -80.0 * scale, 80.0 * scale
        one = terms(SINH, G * scale * share, scale, volts=bounds)
        return ((one, one),)


@dataclass(frozen=True)
class Tabulated:
    r"""Cells between a low and a high state with measured curves.

    .. math:: I = V_r \left[ (1-x) G_l s_l(v) + x G_h s_h(v) \right], \qquad
              x = (G - G_l) / (G_h - G_l)

    the part x of a cell is in its high state, the rest in its low state. Beyond the ends a cell
    keeps the curve of the end. Between the knots the currents follow a monotone cubic spline of
    asinh(I / I_0), I_0 being the current a few knots off zero: it is linear below and
    logarithmic above. Beyond the last knots the currents go on along their tangents and the result
    is marked `OUTSIDE_RANGE`.

    Attributes
    ----------
    conductance
        At the read voltage, [word lines, bit lines] [S].
    shape
        Both curves, over their currents at the read voltage; they never fall and have the sign of
        the voltage (`monotone`).
    conductance_low, conductance_high
        G_l and G_h [S].
    read_voltage
        V_r [V].
    """

    conductance: ArrayLike
    shape: Shape
    conductance_low: float
    conductance_high: float
    read_voltage: float

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        """Return (forward, reverse) of each element."""
        G = positive(self.conductance, "conductance", "S", zero=True)
        low = float(positive(self.conductance_low, "conductance_low", "S", zero=True))
        high = float(positive(self.conductance_high, "conductance_high", "S"))
        if high < low:
            raise InputError("conductance_high", high, f"{low:g} S or more", "swap the two")
        read = float(positive(abs(self.read_voltage), "read_voltage", "V"))
        x = (G - low) / (high - low) if high > low else np.ones_like(G)
        inside = np.clip(x, 0.0, 1.0)
        of_low = np.where(x < 0.0, G, (1.0 - inside) * low)
        of_high = np.where(x > 1.0, G, inside * high)
        table = knots(self.shape)
        bounds = float(table[0, 0]), float(table[0, -1])
        parts = of_low * read, of_high * read
        one = terms(TABLE, *parts, linear=(0, 1), table=table, volts=bounds)
        return ((one, one),)


def knots(shape: Shape) -> F:
    """Return the table that the kernel interpolates: volts, both curves with slopes, scales.

    Raises
    ------
    InputError
        If voltages do not rise or a curve falls or has the wrong sign.
    """
    volts = np.asarray(shape.volts, dtype=float)
    if volts.ndim != 1 or volts.size < 2 or not (np.diff(volts) > 0.0).all():
        raise InputError("shape.volts", volts.shape, "rising voltages, two or more", "sort them")
    place = int(np.searchsorted(volts, 0.0))
    known = place < volts.size and volts[place] == 0.0
    at = volts if known else np.insert(volts, place, 0.0)
    table = np.zeros((6, at.size))
    table[0] = at
    for row, name in ((1, "low"), (3, "high")):
        curve = np.asarray(getattr(shape, name), dtype=float)
        if curve.shape != volts.shape or not np.isfinite(curve).all():
            raise InputError(f"shape.{name}", curve.shape, "one finite number a voltage", "")
        curve = curve.copy() if known else np.insert(curve, place, 0.0)
        curve[at == 0.0] = 0.0
        if (np.diff(curve) < 0.0).any():
            allowed = "a curve through zero that never falls"
            raise InputError(f"shape.{name}", "falls", allowed, "array.laws.monotone(shape)")
        scale = small_current(at, curve)
        table[row] = np.arcsinh(curve / scale)
        table[row + 1] = rising_slopes(at, table[row])
        table[5, (row - 1) // 2] = scale
    return table


def small_current(volts: F, curve: F) -> float:
    """Current below which a curve is interpolated as it is, and above by its logarithm.

    That at the fourth smallest voltage, or 8 times that at the smallest: a few knots lie in the
    linear part, and hardly any of a steep curve.
    """
    order = np.argsort(np.abs(volts), kind="stable")
    sizes = np.maximum.accumulate(np.abs(curve[order]))
    some = sizes[sizes > 0.0]
    if some.size == 0:
        return 1.0
    return float(min(some[min(6, some.size - 1)], 8.0 * some[0]))


def rising_slopes(x: F, y: F) -> F:
    """Slopes of a cubic spline at its knots, held to where no interval falls (Hyman 1983).

    A cubic between knots does not fall if its slopes are from 0 to 3 times the secant.
    """
    from scipy.interpolate import CubicSpline

    secants = np.diff(y) / np.diff(x)
    most = 3.0 * np.minimum(np.append(secants, np.inf), np.insert(secants, 0, np.inf))
    return np.clip(CubicSpline(x, y)(x, 1), 0.0, most)


def monotone(shape: Shape) -> Shape:
    """Return the nearest curves through zero that never fall (least squares of asinh-scaled data).

    Noise near zero makes measured curves fall here and there; where this changes a curve by more
    than that, the curve is no law of a passive cell.
    """
    from sklearn.isotonic import isotonic_regression

    volts = np.asarray(shape.volts, dtype=float)
    curves = []
    for raw in (shape.low, shape.high):
        curve = np.asarray(raw, dtype=float)
        scale = float(np.median(np.abs(curve))) or 1.0
        y = np.arcsinh(curve / scale)
        y[volts >= 0.0] = np.maximum(y[volts >= 0.0], 0.0)
        y[volts <= 0.0] = np.minimum(y[volts <= 0.0], 0.0)
        curves.append(np.sinh(isotonic_regression(y)) * scale)
    return Shape(volts, *curves)


@dataclass(frozen=True)
class TwoSided:
    """Cells with one law for positive and another for negative voltages (anti-parallel branches).

    Attributes
    ----------
    forward, reverse
        Laws of one element each.

    Examples
    --------
    >>> from halodot.array.nonlinear import cell_currents
    >>> print(cell_currents(rectifying(Linear([[1e-3]]), 100.0), [[-0.1]]))
    [[-1.e-06]]
    """

    forward: Law
    reverse: Law

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        """Return (forward, reverse) of each element."""
        parts = self.forward.elements(), self.reverse.elements()
        if any(len(p) != 1 for p in parts):
            raise InputError("law", "a series inside TwoSided", "single laws", "Series(TwoSided)")
        return ((parts[0][0][0], parts[1][0][1]),)


@dataclass(frozen=True)
class _Weaker:
    law: Law
    ratio: float

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        return tuple(
            (a.scaled(1 / self.ratio), b.scaled(1 / self.ratio)) for a, b in self.law.elements()
        )


def rectifying(law: Law, ratio: float) -> TwoSided:
    """Return `law` with its negative currents divided by `ratio`."""
    return TwoSided(law, _Weaker(law, float(positive(ratio, "ratio", "1"))))
