r"""Which cells stand for which weight: differential pairs or a reference line, and bit slices.

A magnitude is a fraction f of the range of conductance. With L levels and S slices it is the whole
number :math:`n = \sum_k d_k L^k` of N = L^S steps, one cell for each digit. Then with
:math:`D_k` the difference of two line currents over :math:`V_r (G_h - G_l)`

.. math:: w = w_m \sum_k p_k D_k, \quad
          p_k = L^k \frac{L - 1}{N - 1} \text{ (pair)}, \quad
          p_k = L^k \frac{L - 1}{n_0} \text{ (reference at } n_0 = \lfloor (N-1)/2 \rfloor)

and p = 1 and 2 for analogue cells. Everything that both cells have in common cancels, wires aside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError

F = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """Lines that share a tile: where they stand, which outputs they serve, with which factor."""

    lines: slice
    outputs: slice
    place: float


@dataclass(frozen=True)
class Mapping:
    """How a matrix [inputs, `outputs`] of weights lies on lines.

    Attributes
    ----------
    kind
        ``differential`` or ``reference``.
    slices, levels
        Cells a magnitude, and levels of one; None is analogue.
    bit_lines
        That a tile has.
    """

    kind: str
    outputs: int
    bit_lines: int
    levels: int | None = None
    slices: int = 1

    def __post_init__(self) -> None:
        if self.slices > 1 and self.levels is None:
            raise InputError("slices", self.slices, "1 where levels is not set", "levels = 4")
        if self.kind == "reference" and self.steps is not None and self.steps < 2:
            raise InputError(
                "levels", self.levels, "3 levels or more, or slices, with a reference line",
                "mapping = 'differential'",
            )  # fmt: skip

    @property
    def steps(self) -> int | None:
        """Steps of a magnitude, N - 1; None for analogue cells."""
        return None if self.levels is None else self.levels**self.slices - 1

    @property
    def _each(self) -> int:
        """Outputs that a tile takes."""
        return self.bit_lines // 2 if self.kind == "differential" else self.bit_lines - 1

    def blocks(self) -> tuple[Block, ...]:
        """Return the groups of lines, slice by slice, that may not be cut apart.

        >>> [b.lines for b in Mapping("reference", 3, 3).blocks()]
        [slice(0, 3, None), slice(3, 5, None)]
        """
        found, first = [], 0
        for k in range(self.slices):
            for start in range(0, self.outputs, self._each):
                outputs = slice(start, min(start + self._each, self.outputs))
                count = outputs.stop - start
                lines = 2 * count if self.kind == "differential" else count + 1
                found.append(Block(slice(first, first + lines), outputs, self._place(k)))
                first += lines
        return tuple(found)

    def _place(self, k: int) -> float:
        if self.steps is None or self.levels is None:
            return 1.0 if self.kind == "differential" else 2.0
        whole = self.steps if self.kind == "differential" else self.steps // 2
        return float(self.levels**k * (self.levels - 1) / whole)

    def fractions(self, weights: F, scale: float) -> F:
        """Return what part of its range each cell aims at [inputs, lines].

        >>> print(Mapping("differential", 1, 4).fractions(np.array([[-0.5]]), 1.0))
        [[0.  0.5]]
        """
        relative = weights / scale if scale > 0 else np.zeros_like(weights)
        if self.kind == "differential":
            pairs = np.stack([np.maximum(relative, 0.0), np.maximum(-relative, 0.0)], axis=2)
            digits = self._digits(pairs.reshape(len(weights), -1))
            wide = [
                d[:, 2 * b.outputs.start : 2 * b.outputs.stop]
                for d in digits
                for b in self.blocks()[: len(self.blocks()) // self.slices]
            ]
            return np.hstack(wide)
        zero = 0.5 if self.steps is None else (self.steps // 2) / self.steps
        digits = self._digits(zero * (1.0 + relative), zero)
        rest = self._digits(np.full((len(weights), 1), zero), zero)
        wide = [
            part
            for d, r in zip(digits, rest, strict=True)
            for b in self.blocks()[: len(self.blocks()) // self.slices]
            for part in (d[:, b.outputs], r)
        ]
        return np.hstack(wide)

    def _digits(self, fraction: F, zero: float = 0.0) -> list[F]:
        """One matrix a slice, digits over the largest one; rounded to steps from `zero`."""
        if self.steps is None or self.levels is None:
            return [fraction]
        number = np.round((fraction - zero) * self.steps) + round(zero * self.steps)
        found = []
        for _ in range(self.slices):
            found.append(np.mod(number, self.levels) / (self.levels - 1))
            number = np.floor_divide(number, self.levels)
        return found

    def difference(self, current: F) -> F:
        """Return what stands for the weights in line currents [batch, lines] of one block.

        >>> print(Mapping("reference", 2, 4).difference(np.array([[3.0, 1.0, 1.0]])))
        [[2. 0.]]
        """
        if self.kind == "differential":
            return np.asarray(current[:, 0::2] - current[:, 1::2])
        return np.asarray(current[:, :-1] - current[:, -1:])
