r"""Where the lines of a crossbar are tied, and through which resistances.

Every line has one terminal: a source at a given voltage, or a virtual ground. It reaches the line
at one end or at both, each time through one wire segment and, beside it, a resistance of the
source (word lines) or of the ground (bit lines). A floating line is tied nowhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.units import parse

F = NDArray[np.float64]
Resistance = float | str | Sourced

WORD_SIDES = ("left", "right", "both")
BIT_SIDES = ("bottom", "top", "both")


def read_resistance(raw: object, field: str = "wire_resistance") -> float:
    """Return a resistance [ohm]; text carries its unit ("1 ohm").

    >>> read_resistance("2 kohm")
    2000.0
    """
    value = parse(raw, "ohm", field=field) if isinstance(raw, str) else raw
    if isinstance(value, bool | complex | np.complexfloating):
        raise InputError(field, raw, "a real number of ohm, 0 or more", "for example '1 ohm'")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as e:
        raise InputError(field, raw, "a number of ohm, 0 or more", "for example '1 ohm'") from e
    if not (math.isfinite(number) and number >= 0.0):
        raise InputError(field, raw, "a finite resistance of 0 ohm or more", "for example '1 ohm'")
    return number


@dataclass(frozen=True)
class Ends:
    """How the lines of a crossbar are tied to their terminals.

    Attributes
    ----------
    driven
        Where sources feed the word lines: ``left``, ``right`` or ``both``; or one of them for each
        line.
    held
        Where bit lines are held: ``bottom``, ``top`` or ``both``; or one of them for each line.
    source_resistance, ground_resistance
        Between a terminal and the wire segment at the end of its line, at each tied end [ohm]: one
        number or text for all lines, or one for each line.
    floating_word, floating_bit
        Indices of lines that are tied to nothing.

    Examples
    --------
    >>> Ends(driven="both", source_resistance="50 ohm").tied_word(3, 1.0)[0]
    array([51., 51., 51.])
    """

    driven: str | Sequence[str] = "left"
    held: str | Sequence[str] = "bottom"
    source_resistance: Resistance | ArrayLike = 0.0
    ground_resistance: Resistance | ArrayLike = 0.0
    floating_word: Sequence[int] = ()
    floating_bit: Sequence[int] = ()

    def tied_word(self, lines: int, segment: float) -> tuple[F, F]:
        """Resistances [ohm] from the terminals to the first and to the last node of word lines.

        Infinite where a line is not tied. Shapes [word lines].
        """
        sides = _sides(self.driven, "driven", WORD_SIDES, lines)
        own = _resistances(self.source_resistance, "source_resistance", lines)
        return _tied(sides, WORD_SIDES, own + segment, self.floating("word", lines))

    def tied_bit(self, lines: int, segment: float) -> tuple[F, F]:
        """Resistances [ohm] from the terminals to the last (bottom) and first node of bit lines.

        Infinite where a line is not tied. Shapes [bit lines].
        """
        sides = _sides(self.held, "held", BIT_SIDES, lines)
        own = _resistances(self.ground_resistance, "ground_resistance", lines)
        return _tied(sides, BIT_SIDES, own + segment, self.floating("bit", lines))

    def floating(self, kind: str, lines: int) -> NDArray[np.bool_]:
        """Which of the ``word`` or ``bit`` lines are tied to nothing, shape [lines]."""
        field = f"floating_{kind}"
        raw = self.floating_word if kind == "word" else self.floating_bit
        chosen = np.zeros(lines, dtype=bool)
        given = np.asarray(raw)
        if given.size == 0:
            return chosen
        if given.dtype.kind not in "iu" or given.ndim != 1:
            raise InputError(field, raw, "a list of line indices", f"{field}=[0, 2]")
        outside = (given < 0) | (given >= lines)
        if outside.any():
            raise InputError(field, int(given[outside][0]), f"indices 0 to {lines - 1}", "")
        chosen[given] = True
        return chosen

    def mirrored(self) -> Ends:
        """Return the ends of the array with word and bit lines exchanged (transposed)."""
        across = {"left": "top", "right": "bottom", "top": "left", "bottom": "right"}
        return Ends(
            _renamed(self.held, across),
            _renamed(self.driven, across),
            self.ground_resistance,
            self.source_resistance,
            self.floating_bit,
            self.floating_word,
        )


def _renamed(sides: str | Sequence[str], across: dict[str, str]) -> str | Sequence[str]:
    if isinstance(sides, str):
        return across.get(sides, sides)
    return tuple(across.get(s, s) for s in sides)


def _sides(raw: object, field: str, known: tuple[str, ...], lines: int) -> list[str]:
    allowed = ", ".join(known)
    if isinstance(raw, str):
        sides = [raw] * lines
    else:
        if not isinstance(raw, Sequence | np.ndarray) or len(raw) != lines:
            raise InputError(field, raw, f"{allowed}; or one for each of {lines} lines", "")
        sides = [str(s) for s in raw]
    for s in sides:
        if s not in known:
            raise InputError(field, s, allowed, f"{field}={known[0]!r}")
    return sides


def _resistances(raw: object, field: str, lines: int) -> F:
    if isinstance(raw, str | Sourced) or np.ndim(raw) == 0:  # type: ignore[arg-type]
        return np.full(lines, read_resistance(raw, field))
    values = list(raw)  # type: ignore[call-overload]
    if len(values) != lines:
        raise InputError(field, f"{len(values)} numbers", f"one, or one for each of {lines}", "")
    return np.array([read_resistance(x, f"{field}[{k}]") for k, x in enumerate(values)])


def _tied(
    sides: list[str], known: tuple[str, ...], total: F, floating: NDArray[np.bool_]
) -> tuple[F, F]:
    near, far, _ = known
    chosen = np.array(sides)
    head = np.where(floating | (chosen == far), np.inf, total)
    tail = np.where(floating | (chosen == near), np.inf, total)
    # A terminal without any resistance fixes the whole line: its other end changes nothing.
    fixed = (head == 0.0) | (tail == 0.0)
    return np.where(fixed, 0.0, head), np.where(fixed, np.inf, tail)


@dataclass(frozen=True)
class Wires:
    """The wires and ends of a crossbar [ohm], infinite where a line is not tied.

    Attributes
    ----------
    word, bit
        Of one segment.
    word_head, word_tail
        From the terminal to the first and to the last node of each word line, [word lines].
    bit_head, bit_tail
        From the terminal to the last (bottom) and to the first node of each bit line, [bit lines].
    """

    word: float
    bit: float
    word_head: F
    word_tail: F
    bit_head: F
    bit_tail: F

    @property
    def shape(self) -> tuple[int, int]:
        """Number of word lines and of bit lines."""
        return self.word_head.size, self.bit_head.size

    @property
    def word_floats(self) -> NDArray[np.bool_]:
        """Word lines tied to nothing."""
        return np.isinf(self.word_head) & np.isinf(self.word_tail)

    @property
    def bit_floats(self) -> NDArray[np.bool_]:
        """Bit lines tied to nothing."""
        return np.isinf(self.bit_head) & np.isinf(self.bit_tail)

    @property
    def all_fixed(self) -> bool:
        """Whether every line is at the voltage of its terminal all along."""
        return not (self.word_head.any() or self.bit_head.any())

    @property
    def largest(self) -> float:
        """Largest resistance of all [ohm]."""
        every = np.concatenate([self.word_head, self.word_tail, self.bit_head, self.bit_tail])
        return float(max(self.word, self.bit, every[np.isfinite(every)].max(initial=0.0)))


def wires(shape: tuple[int, int], word: float, bit: float, ends: Ends) -> Wires:
    """Return the wires of an array with segments of `word` and `bit` ohm and these ends."""
    m, n = shape
    return Wires(word, bit, *ends.tied_word(m, word), *ends.tied_bit(n, bit))


def leaking(wires: Wires, conductance: float) -> Wires:
    """Return `wires` with the floating lines tied to 0 V by a small `conductance` [S]."""
    if not (wires.word_floats.any() or wires.bit_floats.any()):
        return wires
    word = np.where(wires.word_floats, 1.0 / conductance, wires.word_head)
    bit = np.where(wires.bit_floats, 1.0 / conductance, wires.bit_head)
    return Wires(wires.word, wires.bit, word, wires.word_tail, bit, wires.bit_tail)


@dataclass(frozen=True)
class Bias:
    """Voltages of all lines while one cell is addressed.

    Attributes
    ----------
    word, bit
        [word lines], [bit lines] [V]; 0 for floating lines.
    floating_word, floating_bit
        Indices of lines that are tied to nothing.
    """

    word: F
    bit: F
    floating_word: tuple[int, ...] = ()
    floating_bit: tuple[int, ...] = ()

    def ends(self, ends: Ends | None = None) -> Ends:
        """Return `ends` with the floating lines of this scheme."""
        base = Ends() if ends is None else ends
        return Ends(
            base.driven,
            base.held,
            base.source_resistance,
            base.ground_resistance,
            self.floating_word,
            self.floating_bit,
        )


SCHEMES = ("floating", "grounded", "V/2", "V/3")


def write_scheme(
    shape: tuple[int, int], row: int, column: int, voltage: float, scheme: str = "V/2"
) -> Bias:
    """Return the voltages that put `voltage` across one cell and less across all others.

    Parameters
    ----------
    shape
        Word lines, bit lines.
    row, column
        The addressed cell; its word line is at `voltage`, its bit line at 0 V.
    voltage
        [V], of either sign.
    scheme
        The other lines: ``floating`` (tied to nothing), ``grounded`` (0 V), ``V/2`` (all at half
        the voltage), ``V/3`` (word lines at a third, bit lines at two thirds).

    Examples
    --------
    >>> bias = write_scheme((2, 3), 0, 1, 3.0, "V/3")
    >>> print(bias.word, bias.bit)
    [3. 1.] [2. 0. 2.]
    """
    m, n = shape
    if scheme not in SCHEMES:
        raise InputError("scheme", scheme, ", ".join(SCHEMES), "scheme='V/2'")
    for field, index, lines in (("row", row, m), ("column", column, n)):
        if isinstance(index, bool) or not 0 <= index < lines:
            raise InputError(field, index, f"an index from 0 to {lines - 1}", "")
    if not math.isfinite(voltage):
        raise InputError("voltage", voltage, "a finite voltage", "")
    shares = {"V/2": (1 / 2, 1 / 2), "V/3": (1 / 3, 2 / 3)}.get(scheme, (0.0, 0.0))
    word, bit = np.full(m, voltage * shares[0]), np.full(n, voltage * shares[1])
    word[row], bit[column] = voltage, 0.0
    if scheme != "floating":
        return Bias(word, bit)
    others = tuple(i for i in range(m) if i != row), tuple(j for j in range(n) if j != column)
    return Bias(word, bit, *others)
