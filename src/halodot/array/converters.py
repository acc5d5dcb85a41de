r"""From numbers to voltages, and from currents to numbers.

Inputs of b bits are whole numbers n of :math:`2^b - 1` steps, with a sign:

- ``amplitude``: one pulse of height :math:`V_r n / (2^b - 1)`;
- ``width``: one pulse of height :math:`V_r`, as long as n steps; the charge is converted. Nothing
  is asked of the current-voltage curve of the cells;
- ``serial``: b pulses of height :math:`V_r` or 0, converted each, then shifted and added.

A converter of b bits rounds a current between two ends to :math:`2^b` codes, one of them 0, and
clips what lies beyond. Within its ends the error is that of even rounding, with the variance
:math:`\Delta^2 / 12`, :math:`\Delta = (I_h - I_l) / (2^b - 1)`
(W. R. Bennett, Bell Syst. Tech. J. 27, 446 (1948), doi:10.1002/j.1538-7305.1948.tb01340.x).

Noise of a current over the read time T, bandwidth B = 1 / 2T: each cell adds
:math:`2 e G |V| \coth(e |V| / 2 k T) B`, which is thermal, 4 k T G B, at rest, and full shot noise,
2 e I B, at high voltage; a cell of many scattering lengths makes less of the latter.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from ..core.errors import InputError

F = NDArray[np.float64]


@dataclass(frozen=True)
class Pulses:
    """Word-line pulses that are converted together.

    Attributes
    ----------
    parts
        (inputs [batch, inputs] from -1 to 1, share of the read time) one after another.
    place
        What the converted result counts.
    """

    parts: tuple[tuple[F, float], ...]
    place: float


def rounded(x: F, bits: int | None) -> F:
    """Round -1 ... 1 to the steps of `bits` of magnitude.

    >>> print(rounded(np.array([0.3, -0.6]), 1))
    [ 0. -1.]
    """
    if bits is None:
        return x
    steps = 2**bits - 1
    return np.asarray(np.round(x * steps) / steps) + 0.0


def coded(x: F, coding: str, bits: int | None, *, linear: bool) -> tuple[Pulses, ...]:
    """Return the pulses for inputs `x` [batch, inputs].

    Parameters
    ----------
    linear
        Whether the array is linear: a pulse of some width then counts as one of some height.

    Raises
    ------
    InputError
        If ``width`` and ``serial`` have no bits.
    """
    if coding == "amplitude":
        return (Pulses(((rounded(x, bits), 1.0),), 1.0),)
    if bits is None:
        raise InputError("dac_bits", "nothing", f"bits, as coding is {coding}", "dac_bits = 8")
    if coding == "width" and linear:
        return (Pulses(((rounded(x, bits), 1.0),), 1.0),)
    steps = 2**bits - 1
    number, sign = np.round(np.abs(x) * steps).astype(np.int64), np.sign(x)
    if coding == "width":
        slots = np.unique(number)
        edges = np.concatenate([[0], slots[slots > 0]])
        parts = tuple(
            (sign * (number >= stop), float(stop - start) / steps)
            for start, stop in pairwise(edges)
        )
        return (Pulses(parts or ((0.0 * x, 1.0),), 1.0),)
    return tuple(Pulses(((sign * ((number >> k) & 1), 1.0),), 2.0**k / steps) for k in range(bits))


def drives(x: F, coding: str, bits: int | None) -> F:
    """Return for each input the squared voltage times time, over that of a full pulse [1].

    >>> print(drives(np.array([[0.5]]), "amplitude", None), drives(np.array([[0.6]]), "width", 1))
    [[0.25]] [[1.]]
    """
    if coding == "amplitude":
        return np.asarray(rounded(x, bits) ** 2)
    if coding == "width":
        return np.abs(rounded(x, bits))
    return np.asarray(sum((p.parts[0][0] ** 2 for p in coded(x, coding, bits, linear=True)), 0 * x))


@dataclass(frozen=True)
class Converter:
    """Converters at the lines of one tile.

    Attributes
    ----------
    low, high
        Currents that the first and the last code stand for [A]; 0 lies between them.
    offset
        Of each, over the full scale [1], shape [lines]; None is none.
    gain
        Of each [1]; None is 1.
    """

    bits: int
    low: float
    high: float
    offset: F | None = None
    gain: F | None = None

    @property
    def step(self) -> float:
        """Current of one code [A]."""
        return (self.high - self.low) / (2**self.bits - 1)

    def convert(self, current: F) -> tuple[F, float]:
        """Return what the codes stand for [A], [batch, lines], and the share of clipped ones.

        >>> found, clipped = Converter(2, 0.0, 3.0).convert(np.array([[0.4, 1.6, 9.0]]))
        >>> print(found, round(clipped, 3))
        [[0. 2. 3.]] 0.333
        """
        if self.step <= 0.0:
            return np.zeros_like(current), float(np.mean(current != 0.0))
        seen = current if self.gain is None else current * self.gain
        if self.offset is not None:
            seen = seen + self.offset * max(self.high, -self.low)
        first = round(self.low / self.step)
        code = np.round(seen / self.step)
        kept = np.clip(code, first, first + 2**self.bits - 1)
        # half a step beyond the last code is rounding, more is clipping
        beyond = np.abs(seen / self.step - kept) > 1.0 + 1e-9
        return kept * self.step, float(beyond.mean())


def quantisation_noise(step: float) -> float:
    """Return the standard deviation of even rounding, step / sqrt(12).

    >>> round(quantisation_noise(1.0), 6)
    0.288675
    """
    return float(step / np.sqrt(12.0))


def line_variance(volts: F, conductance: F, time: float, temperature: float) -> F:
    """Return the variance of the line currents by thermal and shot noise [A2], [batch, lines].

    Parameters
    ----------
    volts
        [batch, word lines] [V].
    conductance
        [word lines, bit lines] [S].
    time, temperature
        Of one read [s], [K].
    """
    thermal = 2.0 * BOLTZMANN * temperature  # [eV]: e |V| / 2 k T = |V| / thermal
    ratio = np.abs(volts) / thermal
    # x coth(x) -> 1 at 0; above 20, coth is 1 to all digits
    safe = np.clip(ratio, 1e-6, 20.0)
    effective = np.where(ratio > 1e-6, np.abs(volts) / np.tanh(safe), thermal)
    return np.asarray(2.0 * ELEMENTARY_CHARGE * (effective @ conductance) / (2.0 * time))
