r"""A cell for CrossSim: a device class for 3.x, and tables of updates as its 2.0 trains with.

The class does to a matrix of targets what `array.programming` does with ``direct`` writing, in
CrossSim's normalisation, conductance over the high end of the range. A table holds, on a grid of
conductances, the quantiles of the change of one pulse: mean of `array.update.sampler`, scatter of
the measured pulses weighted by their distance in conductance,

.. math:: \Delta G(c; G) = \mu(G) + s\,[q_c(G) - \bar q(G)]

with s such that mean and standard deviation are those of the pulses when rows are drawn as CrossSim
draws them, to the nearest of equally spaced c.

Formats: sandialabs/cross-sim, simulator/devices/readme.md ("Adding a new custom device model") of
3.1; examples/lookup_table_generation and cross_sim/xbar_simulator/parameters/numeric_params.py of
2.0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from ..array.state import CellModel, Decay, Steps
from ..array.update import LEAST_STEPS, sampler
from ..core.errors import InputError
from .cell_numbers import (
    Numbers,
    as_json,
    both,
    camel,
    head,
    missing,
    numbers,
    pulse,
    put,
    put_json,
    unknown_notes,
)
from .model import Origin

F = NDArray[np.float64]
VERSION = "3.1"
TABLE_VERSION = "2.0"
CONDUCTANCES, PARTS = 101, 201  # columns and rows of a table

USE = """Follows the documented custom devices of CrossSim {version}. Use:
  import {module}
  {module}.configure(params)    # a CrossSimParameters; time=... for drift
Importing it makes the class known under its name. Conductances are over the high end, {high:.6g} S:
1 is the high end and LOW the low end; times in s."""

LEFT_OUT = """Not carried over: light, which CrossSim does not have; current against voltage of a
cell (CrossSim takes it as linear by default); intervals of the numbers, which the JSON holds; and
memory of which cell is which: device to device spread and stuck cells are drawn anew whenever a
matrix is set."""


@dataclass(frozen=True)
class Table:
    """Quantiles of the change of one pulse.

    Attributes
    ----------
    conductance
        Equally spaced [S], shape [columns].
    part
        Cumulative probability, 0 to 1, equally spaced [1], shape [rows].
    change
        [S], shape [rows, columns]; rises with `part`.
    """

    conductance: F
    part: F
    change: F

    @property
    def weight(self) -> F:
        """Probability of each row, drawn to the nearest: half for the first and the last."""
        weight = np.full(len(self.part), 1.0 / (len(self.part) - 1))
        weight[[0, -1]] *= 0.5
        return weight

    @property
    def mean(self) -> F:
        """Mean change at each conductance [S]."""
        return np.asarray(self.weight @ self.change)

    @property
    def spread(self) -> F:
        """Standard deviation of the change at each conductance [S]."""
        return np.asarray(np.sqrt(self.weight @ (self.change - self.mean) ** 2))


def write(cell: CellModel, folder: Path, name: str, origin: Origin | None = None) -> list[Path]:
    """Write ``name_crosssim.py`` and ``.json``, and two tables where pulses go both ways.

    Parameters
    ----------
    folder
        Made if it does not exist.
    name
        Start of the file names; the class is named after it.
    origin
        Where the cell comes from, for the heads.

    Raises
    ------
    InputError
        If the ends of the range or the errors of writing are unknown, or measured pulses of one
        direction go the other way on the whole.
    """
    found = numbers(cell)
    module = f"{name}_crosssim"
    reason = missing(cell)
    made: list[tuple[str, Table, Steps]] = []
    if not reason:
        pairs = tuple(zip(("increasing", "decreasing"), both(cell), strict=True))
        few = min(len(steps.before) for _, steps in pairs)
        if few < LEAST_STEPS:
            reason = f"{few} pulses of one direction were measured, {LEAST_STEPS} are needed"
        else:
            noise = found.errors["read_noise"]
            made = [(way, table(steps, found, noise, rising=way == "increasing"), steps)
                    for way, steps in pairs]  # fmt: skip
    body = {
        "format": f"CrossSim {VERSION} custom device; look-up tables of CrossSim {TABLE_VERSION}",
        "class": camel(name),
        "Rmin_ohm": 1.0 / found.high,
        "Rmax_ohm": 1.0 / found.low if found.low > 0.0 else None,
        "cell_bits": cell_bits(cell.levels),
        "tables": {way: f"{name}_dG_{way}.txt" for way, _, _ in made} or None,
        "tables_missing": reason or None,
        "cell": as_json(cell),
    }
    return [
        put(folder, f"{module}.py", device(cell, module, reason, origin)),
        put_json(folder, f"{module}.json", body),
        *(put(folder, f"{name}_dG_{way}.txt", table_text(t, s, origin)) for way, t, s in made),
    ]


def table(steps: Steps, found: Numbers, read_noise: float, *, rising: bool) -> Table:
    """Return the quantiles of the change of one pulse from end to end of the range.

    Parameters
    ----------
    steps
        Measured pulses of one direction; where none was measured, those at the end count.
    read_noise
        Standard deviation of a reading over itself [1], of which a measured change holds two: taken
        out of the scatter, as in `array.writing`.
    rising
        Whether the pulses shall raise the conductance.

    Raises
    ------
    InputError
        If on average over the range they do not, which CrossSim refuses.
    """
    measured = sampler(steps)
    before = measured.before
    rest = measured.change - measured.mean
    order = np.argsort(rest, kind="stable")
    sorted_rest, sorted_before = rest[order], before[order]
    span = max(float(before[-1] - before[0]), 1e-300)
    width = span * min(max(0.6 * len(before) ** -0.2, 0.04), 0.3)
    noise = read_noise * 0.5 * (found.low + found.high)
    scatter = float(np.mean(rest**2))
    share = math.sqrt(max(1.0 - 2.0 * noise**2 / scatter, 0.0)) if scatter > 0.0 else 1.0
    grid = np.linspace(found.low, found.high, CONDUCTANCES)
    part = np.linspace(0.0, 1.0, PARTS)
    made = Table(grid, part, np.empty((PARTS, CONDUCTANCES)))
    row = made.weight
    for j, G in enumerate(np.clip(grid, before[0], before[-1])):
        weight = np.exp(-0.5 * ((sorted_before - G) / width) ** 2)
        weight /= weight.sum()
        centre = float(weight @ sorted_rest)
        own = math.sqrt(max(float(weight @ sorted_rest**2) - centre**2, 0.0))
        quantile = np.interp(part, np.cumsum(weight) - 0.5 * weight, sorted_rest)
        quantile -= row @ quantile
        shown = math.sqrt(float(row @ quantile**2))
        here = float(np.interp(G, before, measured.mean))
        made.change[:, j] = here + quantile * (share * own / shown if shown > 0.0 else 0.0)
    average = float(made.mean.mean())
    if not (average > 0.0 if rising else average < 0.0):
        raise InputError(
            "array.cell.update", f"pulses {'up' if rising else 'down'} change G by {average:.3g} S",
            f"a mean change {'above' if rising else 'below'} 0 over the range",
            "check the polarity of the pulses, or measure more of them",
        )  # fmt: skip
    return made


def table_text(made: Table, steps: Steps, origin: Origin | None = None) -> str:
    """Return a table as CrossSim reads it: one line of text, G, cumulative probability, changes."""
    whence = f"; study {origin.study} {origin.variant} {origin.identity}" if origin else ""
    plain = whence.encode("ascii", "replace").decode().replace("\n", " ")
    first = (
        "1st row = G in S, 2nd row = cumulative probability, 3rd row onward = change of one pulse"
        f" in S (rows = probability, columns = G); CrossSim {TABLE_VERSION} dG_lookup; pulse:"
        f" {pulse(steps)}; volatility and light not carried over; written by halodot"
        f" {__version__}{plain}"
    )
    rows = [made.conductance, made.part, *made.change]
    return "\n".join([first, *(",".join(f"{x:.9e}" for x in row) for row in rows), ""])


def cell_bits(levels: int | None) -> int:
    """Return CrossSim's bits of a cell: 0, analogue, where levels are not a power of two.

    >>> cell_bits(16), cell_bits(10), cell_bits(None)
    (4, 0, 0)
    """
    if levels is None or levels < 2 or levels & (levels - 1):
        return 0
    return levels.bit_length() - 1


def device(cell: CellModel, module: str, no_tables: str, origin: Origin | None = None) -> str:
    """Return the module with the device class.

    Parameters
    ----------
    no_tables
        Why there are no tables of updates; empty where there are.
    """
    found = numbers(cell)
    name = camel(module.removesuffix("_crosssim"))
    rmax = f"{1.0 / found.low!r}  # ohm" if found.low > 0.0 else "None  # the low end is 0 S"
    e, decay = found.errors, cell.decay
    drift = []
    if decay is not None:
        values = float(decay.time), float(decay.stretch), float(decay.kept)
        length = repr(float(decay.measured)) if decay.measured.is_known else "math.inf"
        drift = [f"TAU, BETA, KEPT = {', '.join(map(repr, values))}  # s, 1, 1",
                 f"MEASURED = {length}  # s, length of the record"]  # fmt: skip
    lines = [
        *head(origin, "Device for CrossSim: errors of writing, decay and noise of reading", "#",
              *_said(cell, found, module, no_tables)),
        *IMPORTS[decay is not None],
        f"RMIN = {1.0 / found.high!r}  # ohm", f"RMAX = {rmax}",
        f"LOW = {found.low / found.high!r}  # low end of the range over the high end",
        f"CELL_BITS = {cell_bits(cell.levels)}",
        f"CYCLE_TO_CYCLE = {e['cycle_to_cycle']!r}  # of one write, over the range",
        f"CONDUCTANCE_SPREAD = {e['conductance_spread']!r}  # after writing, over the conductance",
        f"DEVICE_TO_DEVICE = {e['device_to_device']!r}  # of the ends, over themselves",
        f"END_CORRELATION = {cell.end_correlation!r}  # of the logarithms of both ends",
        f"STUCK_LOW, STUCK_HIGH = {e['stuck_low']!r}, {e['stuck_high']!r}  # share of cells",
        f"READ_NOISE = {e['read_noise']!r}  # of a reading, over itself",
        *drift, "", "",
        *(CLASS if decay is None else [*CLASS, *DRIFT]), *CONFIGURE[decay is not None],
    ]  # fmt: skip
    return "\n".join(lines).replace("@NAME@", name) + "\n"


def _said(cell: CellModel, found: Numbers, module: str, no_tables: str) -> list[str]:
    said = [USE.format(version=VERSION, module=module, high=found.high), LEFT_OUT,
            *unknown_notes(found)]  # fmt: skip
    if cell.levels is not None and cell_bits(cell.levels) == 0:
        said.append(f"The {cell.levels} levels of the cell are not a power of two: CELL_BITS is 0,"
                    " analogue.")  # fmt: skip
    said.append(_drift_note(cell.decay))
    said.append(
        f"No tables of updates: {no_tables}." if no_tables else
        f"The tables *_dG_increasing.txt and *_dG_decreasing.txt are for training in CrossSim"
        f" {TABLE_VERSION} (numeric_params.dG_lookup.file_increasing, file_decreasing); {VERSION}"
        " does not train in situ."
    )  # fmt: skip
    return said


def _drift_note(decay: Decay | None) -> str:
    if decay is None:
        return "No decay of the device is known: drift_error is not there, time must be 0."
    return (
        "Drift: back to the low end of each cell's range by a stretched exponential, part of it"
        " kept; beyond the length of the record it is extrapolated, and warns."
    )


_IMPORTS = """
import math
@WARNINGS@
from simulator.backend import ComputeBackend
from simulator.devices.idevice import EmptyDevice

xp = ComputeBackend()
"""
IMPORTS = tuple(_IMPORTS.replace("@WARNINGS@", more).split("\n")
                for more in ("", "import warnings\n"))  # fmt: skip

CLASS = '''class @NAME@(EmptyDevice):
    """Errors over the high end of the range, drawn for a whole matrix of targets."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if abs(self.Gmin_norm - LOW) > 1e-6:
            raise ValueError(f"@NAME@ needs Gmin/Gmax = {LOW}: set Rmin and Rmax with configure()")

    def _normal(self, like):
        return xp.random.normal(scale=1.0, size=like.shape).astype(like.dtype)

    def _written(self, target):
        """Conductance after one write of each cell, and the ends of its range."""
        share = (target - LOW) / (1.0 - LOW)
        s = math.sqrt(math.log1p(DEVICE_TO_DEVICE**2))
        first, second = self._normal(target), self._normal(target)
        second = END_CORRELATION * first + math.sqrt(1.0 - END_CORRELATION**2) * second
        low = LOW * xp.exp(s * first)
        high = xp.exp(s * second)
        middle = xp.sqrt(low * high)
        crossed = low > high
        low, high = xp.where(crossed, middle, low), xp.where(crossed, middle, high)
        moved = share + CYCLE_TO_CYCLE * self._normal(target)
        written = xp.maximum(low + (high - low) * moved, 0.0)
        written = xp.maximum(written * (1.0 + CONDUCTANCE_SPREAD * self._normal(target)), 0.0)
        return written, low, high

    def _held(self, written, low, high):
        """Cells that are stuck, where they are stuck."""
        chance = xp.random.uniform(size=written.shape)
        written = xp.where(chance < STUCK_LOW, low, written)
        return xp.where(chance >= 1.0 - STUCK_HIGH, high, written)

    def programming_error(self, input_):
        return self._held(*self._written(input_)).astype(input_.dtype)

    def read_noise(self, input_):
        return input_ * (1.0 + READ_NOISE * self._normal(input_))
'''.rstrip().split("\n")

DRIFT = """
    def drift_error(self, input_, time):
        if time > MEASURED:
            warnings.warn(f"EXTRAPOLATED: decay was measured to {MEASURED} s", stacklevel=2)
        written, low, high = self._written(input_)
        left = KEPT + (1.0 - KEPT) * math.exp(-((time / TAU) ** BETA))
        return self._held(low + (written - low) * left, low, high).astype(input_.dtype)
""".rstrip().split("\n")

_CONFIGURE = '''

def configure(params, time=0.0):
    """Set the device of a CrossSimParameters, read `time` s after writing."""
    device = params.xbar.device
    device.Rmin = RMIN
    device.infinite_on_off_ratio = RMAX is None
    if RMAX is not None:
        device.Rmax = RMAX
    device.cell_bits = CELL_BITS
    device.clip_conductance = False
    device.time = time
@DRIFT@
    for error in errors:
        error.enable = True
        error.model = "@NAME@"
'''
WITHOUT_DRIFT = """    if time != 0:
        raise ValueError("no decay of this device is known: time must be 0")
    errors = (device.programming_error, device.read_noise)"""
WITH_DRIFT = "    errors = (device.programming_error, device.read_noise, device.drift_error)"
CONFIGURE = tuple(_CONFIGURE.replace("@DRIFT@", text).rstrip().split("\n")
                  for text in (WITHOUT_DRIFT, WITH_DRIFT))  # fmt: skip
