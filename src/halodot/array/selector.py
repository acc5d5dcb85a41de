r"""What is put in series with a cell, so that half a voltage opens it much less than half.

=============  ===================================================================================
`Exponential`  :math:`I_0 \sinh(v / v_0)`: mixed ionic-electronic conductors and the like
`Threshold`    poor conductor below a voltage of either sign, good one above, without hysteresis
`Diode`        :math:`I_s [\exp(v / n V_T) - 1] + G_l v`
`Transistor`   a resistance in enabled rows, an open switch in all others (1T1R)
=============  ===================================================================================

`Series` joins a cell and its selector. Both are laws on their own as well. A selector with
snap-back (two currents at one voltage) is not of this kind: it would need a history.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..core.constants import BOLTZMANN
from ..core.errors import InputError
from .laws import DIODE, LINEAR, SINH, THRESHOLD, Law, Terms, positive, terms


@dataclass(frozen=True)
class Exponential:
    """Bidirectional exponential selector.

    Attributes
    ----------
    current_scale
        I_0 [A].
    voltage_scale
        v_0 [V]: the slope is v_0 ln 10 per decade.
    """

    current_scale: ArrayLike
    voltage_scale: ArrayLike

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        """Return (forward, reverse) of each element."""
        size = positive(self.current_scale, "current_scale", "A")
        scale = positive(self.voltage_scale, "voltage_scale", "V")
        one = terms(SINH, size, scale, volts=(-80.0 * scale, 80.0 * scale))
        return ((one, one),)


@dataclass(frozen=True)
class Threshold:
    r"""Bidirectional switch: conductance G_off below the threshold, G_on for what is beyond it.

    .. math:: I = G_{off} v + (G_{on} - G_{off}) w \left[ \ln(1 + e^{(v - V_t)/w})
              - \ln(1 + e^{(-v - V_t)/w}) \right]

    Attributes
    ----------
    threshold
        V_t [V].
    on_conductance, off_conductance
        [S]
    width
        w [V], over which it turns on.
    """

    threshold: ArrayLike
    on_conductance: ArrayLike
    off_conductance: ArrayLike
    width: ArrayLike = 0.01

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        """Return (forward, reverse) of each element."""
        on = positive(self.on_conductance, "on_conductance", "S")
        off = positive(self.off_conductance, "off_conductance", "S", zero=True)
        if (on < off).any():
            raise InputError("on_conductance", on, "no less than off_conductance", "swap the two")
        more = positive(on - off, "on_conductance", "S", zero=True)
        at, width = positive(self.threshold, "threshold", "V"), positive(self.width, "width", "V")
        one = terms(THRESHOLD, off, more, at, width, linear=(0, 1))
        return ((one, one),)


@dataclass(frozen=True)
class Diode:
    """Junction that conducts in one direction.

    Attributes
    ----------
    saturation_current
        I_s [A].
    ideality, temperature
        n [1] and T [K].
    leakage
        Ohmic conductance beside it [S].
    """

    saturation_current: ArrayLike
    ideality: ArrayLike = 1.0
    temperature: float = 300.0
    leakage: ArrayLike = 0.0

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        """Return (forward, reverse) of each element."""
        size = positive(self.saturation_current, "saturation_current", "A")
        ideality = positive(self.ideality, "ideality", "1")
        scale = ideality * positive(self.temperature, "temperature", "K") * BOLTZMANN
        leak = positive(self.leakage, "leakage", "S", zero=True)
        bounds = -np.inf, 80.0 * scale
        one = terms(DIODE, size, scale, leak, linear=(0, 2), volts=bounds)
        return ((one, one),)


@dataclass(frozen=True)
class Transistor:
    """Access transistor, a resistance in the enabled word lines (linear region).

    Attributes
    ----------
    on_resistance
        [ohm]
    enabled
        Which word lines are, [word lines].
    off_conductance
        Leakage of the others [S].
    """

    on_resistance: float
    enabled: ArrayLike
    off_conductance: float = 0.0

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        """Return (forward, reverse) of each element."""
        rows = np.asarray(self.enabled)
        if rows.dtype.kind != "b" or rows.ndim != 1:
            raise InputError("enabled", rows.dtype, "true or false for each word line", "")
        on = 1.0 / positive(self.on_resistance, "on_resistance", "ohm")
        off = positive(self.off_conductance, "off_conductance", "S", zero=True)
        one = terms(LINEAR, np.where(rows, on, off)[:, None])
        return ((one, one),)


@dataclass(frozen=True)
class Series:
    """A cell and its selector, one after the other.

    Attributes
    ----------
    cell, selector
        Laws of one element each.

    Examples
    --------
    >>> from halodot.array.laws import Linear
    >>> from halodot.array.nonlinear import cell_currents
    >>> law = Series(Linear([[1e-3]]), Transistor(1e3, [True]))
    >>> print(cell_currents(law, [[0.2]]))
    [[0.0001]]
    """

    cell: Law
    selector: Law

    def elements(self) -> tuple[tuple[Terms, Terms], ...]:
        """Return (forward, reverse) of each element."""
        parts = self.cell.elements(), self.selector.elements()
        if any(len(p) != 1 for p in parts):
            raise InputError("law", "a series inside a series", "two single laws", "")
        return (parts[0][0], parts[1][0])
