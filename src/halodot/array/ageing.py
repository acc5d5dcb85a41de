r"""What time and use do to written cells: decay, refusal or refresh, wear.

A cell falls back to the low end of its own range by the law of `CellModel.decay`,

.. math:: G(t) = G_l + (G_0 - G_l) [k + (1 - k) e^{-(t / \tau)^\beta}]

Reading disturbs nothing here, and all cells of a draw share one law.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..figures.state import Figures
from .decay import left
from .population import Cells
from .state import Array, CellModel, Decay

F = NDArray[np.float64]

LEAST_SHARE = 0.5  # of what was written, below which a cell is volatile for a read-out


def retained(decay: Decay | None, time: float) -> float:
    """Return the share of a written change that is left after `time` [s].

    Raises
    ------
    InputError
        If the time is negative or not finite.

    Examples
    --------
    >>> S = Sourced
    >>> decay = Decay(S(10.0, "s"), S(1.0), S(0.2), S(100.0, "s"))
    >>> round(retained(decay, 10.0), 4)
    0.4943
    """
    if not (math.isfinite(time) and time >= 0.0):
        raise InputError("time", time, "a time of 0 s or more", "")
    if decay is None:
        return 1.0
    return float(left(decay, np.asarray(time)))


def relaxed(conductance: F, cells: Cells, decay: Decay | None, time: float) -> F:
    """Return conductances [S] `time` [s] after writing; stuck cells stay where they are.

    Every cell goes to the low end of its own range, from above and from below (a write error).
    """
    share = retained(decay, time)
    return cells.held(cells.low + (conductance - cells.low) * share)


def age(array: Array) -> float:
    """Return how old cells are when they are read [s]: the hold time, or the refresh period.

    Raises
    ------
    InputError
        If less than half of what was written is left by then.
    """
    hold, refresh = float(array.writing.hold), array.writing.refresh
    time = hold if refresh is None else min(hold, float(refresh))
    share = retained(array.cell.decay, time)
    if share < LEAST_SHARE and array.cell.decay is not None:
        lasts = lifetime(array.cell.decay, LEAST_SHARE)
        raise InputError(
            "array.cell", f"volatile: {100 * share:.2g} % of a written change is left after "
            f"{time:.3g} s", f"weights that keep {100 * LEAST_SHARE:.0f} % until they are read",
            f"refresh = '{lasts / 5:.2g} s', or a task that uses the dynamics of the device",
        )  # fmt: skip
    return time


def lifetime(decay: Decay | None, share: float) -> float:
    """Return the time [s] at which `share` of a written change is left; infinite where it stays.

    >>> S = Sourced
    >>> decay = Decay(S(10.0, "s"), S(1.0), S(0.0), S(100.0, "s"))
    >>> round(lifetime(decay, 0.5), 3)
    6.931
    """
    if decay is None or float(decay.kept) >= share:
        return math.inf
    kept = float(decay.kept)
    part = -math.log((share - kept) / (1.0 - kept))
    return float(decay.time) * part ** (1.0 / float(decay.stretch))


def notes(cell: CellModel, time: float) -> tuple[str, ...]:
    """Return what must be said of a read-out `time` [s] after writing."""
    if cell.decay is None:
        return ("assumed: weights stay as written, as no decay of the device is known",)
    share = retained(cell.decay, time)
    found = [f"{100 * share:.3g} % of what is written is left after {time:.3g} s"]
    if cell.decay.measured.is_known and time > float(cell.decay.measured):
        found.append(f"EXTRAPOLATED: decay was measured to {float(cell.decay.measured):.3g} s")
    least = retained(_fastest(cell.decay), time)
    if least < LEAST_SHARE <= share:
        found.append(
            f"draws in which the cells fade fast keep less: {100 * least:.2g} % at the low ends of "
            "the intervals of the decay, where weights are volatile"
        )
    found.append("all cells of a draw decay alike; reading does not disturb them")
    return tuple(found)


def _fastest(decay: Decay) -> Decay:
    """Decay at the low ends of its time and of what is kept."""
    time, kept = decay.time, decay.kept
    if time.low is not None and time.low > 0.0:
        time = time.with_value(time.low)
    if kept.low is not None:
        kept = kept.with_value(min(max(kept.low, 0.0), 1.0))
    return replace(decay, time=time, kept=kept)


def worn(cell: CellModel, cycles: float, figures: Figures) -> CellModel:
    """Return the cell after so many cycles: its on/off ratio closes as endurance says.

    Parameters
    ----------
    figures
        Of kind ``endurance``: `ratio_drift` is the slope of log ratio against log cycle.

    Raises
    ------
    InputError
        If no drift is known, or the cell is past its `cycles_to_failure`.

    Notes
    -----
    The low end rises while the high end stays: an assumption, as figures hold the ratio alone.
    """
    if "ratio_drift" not in figures or not figures["ratio_drift"].value.is_known:
        raise InputError("figures", figures.kind, "endurance with a known ratio_drift", "")
    end = figures["cycles_to_failure"].value if "cycles_to_failure" in figures else None
    if end is not None and end.is_known and cycles > float(end):
        raise InputError("cycles", cycles, f"up to the failure after {float(end):.3g}", "")
    drift = min(float(figures["ratio_drift"].value), 0.0)
    low, high = cell.conductance_low, cell.conductance_high
    factor = max(cycles, 1.0) ** -drift
    said = f"after {cycles:.3g} cycles the on/off ratio is {factor:.3g} times smaller; assumed: "
    return replace(
        cell,
        conductance_low=_capped(low, factor, high),
        notes=(*cell.notes, said + "the low end rises"),
    )


def _capped(low: Sourced, factor: float, high: Sourced) -> Sourced:
    top = float(high)
    ends = [None if e is None else min(e * factor, top) for e in (low.low, low.high)]
    return replace(low, value=min(float(low) * factor, top), low=ends[0], high=ends[1])
