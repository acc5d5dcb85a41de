"""The drain current of a transistor as a circuit sees it: five numbers and one formula."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]


@dataclass(frozen=True)
class TransistorLaw:
    """A field-effect transistor without gate current.

    Attributes
    ----------
    sign
        +1 for an n channel, -1 for a p channel.
    threshold
        Gate-source voltage at which the channel forms [V]; negative for a usual p channel.
    gain
        Mobility times gate capacitance times W / L [A/V2].
    swing
        Below threshold [V/decade].
    leakage
        Least drain current, in the sense of the drain voltage [A].
    capacitance
        Of the whole gate [F].
    """

    sign: float
    threshold: float
    gain: float
    swing: float
    leakage: float
    capacitance: float

    def current(self, gate: F | float, drain: F | float) -> F:
        r"""Return the drain current [A] for gate-source and drain-source voltages [V].

        With :math:`s = S / \ln 10` and :math:`f(x) = \ln^2(1 + e^{x / 2 s})`,

        .. math:: I = 2 k s^2 [f(V_G - V_T) - f(V_G - V_T - V_D)],

        which is the square law :math:`k [(V_G - V_T) V_D - V_D^2/2]` above threshold and
        :math:`e^{(V_G - V_T)/s}` below: the interpolation of Enz, Krummenacher and Vittoz,
        doi:10.1007/BF01239381, with the swing measured instead of its ideal value.

        Examples
        --------
        >>> law = TransistorLaw(-1.0, -1.0, 1e-6, 0.1, 0.0, 0.0)
        >>> bool(np.isclose(law.current(-5.0, -8.0), -0.5e-6 * 16.0))
        True
        """
        s = self.swing / math.log(10.0)
        over = self.sign * (np.asarray(gate, dtype=float) - self.threshold)
        across = self.sign * np.asarray(drain, dtype=float)
        forward = np.logaddexp(0.0, over / (2.0 * s)) ** 2
        backward = np.logaddexp(0.0, (over - across) / (2.0 * s)) ** 2
        flowing = 2.0 * self.gain * s * s * (forward - backward)
        found: F = self.sign * (flowing + self.leakage * np.tanh(across / 0.025))
        return found
