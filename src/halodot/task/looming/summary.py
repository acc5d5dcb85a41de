"""What many draws and histories say together: a number with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...core.sourced import Sourced, computed
from ..circuit.shares import clustered
from .trials import Sweep

F = NDArray[np.float64]
ENOUGH = 19  # draws whose range holds 90 % of the next


def spread(values: Sequence[float], draws: Sequence[int | None], unit: str) -> Sourced:
    """Return the median of the nominal device, with what the next device and history leaves.

    The interval is that of all histories of all draws, 5 % on either side (plotting positions
    p (n + 1)), widened to the median; of fewer than 19 draws it is the range of all histories, the
    nominal device's too, and the note says so.
    Where a history has no such number it is left out, and the note counts them.

    Parameters
    ----------
    values
        One a history; NaN where there is none.
    draws
        Which draw each belongs to; None is the nominal device.
    """
    found = np.array(values, dtype=float)
    good = np.isfinite(found)
    if not good.any():
        return Sourced.unknown(unit, "in no history of any draw is there such a number")
    nominal = np.array([d is None for d in draws])
    chosen = found[good & nominal]
    middle = float(np.median(chosen if chosen.size else found[good]))
    count = len({d for d in draws if d is not None})
    ends = good & ~nominal if count >= ENOUGH and (good & ~nominal).any() else good
    low, high = _ends(found[ends], count)
    note = said(draws, int(good.sum()))
    if not chosen.size:
        note += "; none of the nominal device, so that the median is that of the draws"
    return computed(middle, unit, min(low, middle), max(high, middle), note=note)


def said(draws: Sequence[int | None], good: int) -> str:
    """What an interval holds, in words."""
    count = len({d for d in draws if d is not None})
    note = f"nominal device, and {count} draws of what is not known of it"
    if count < ENOUGH:
        note += ", fewer than the 19 whose range holds 90 % of the next"
    if good < len(draws):
        note += f"; {good} of {len(draws)} histories have it"
    return note


def _ends(values: F, draws: int) -> tuple[float, float]:
    if draws < ENOUGH:
        return float(values.min()), float(values.max())
    low, high = np.quantile(values, [0.05, 0.95], method="weibull")
    return float(low), float(high)


def share(yes: int, total: int, note: str = "") -> Sourced:
    """Return a share with its exact 90 % interval (Clopper and Pearson, 1934).

    >>> q = share(0, 10)
    >>> q.value, q.low, round(q.high, 3)
    (0.0, 0.0, 0.259)
    """
    from scipy.stats import beta

    low = float(beta.ppf(0.05, yes, total - yes + 1)) if yes else 0.0
    high = float(beta.ppf(0.95, yes + 1, total - yes)) if yes < total else 1.0
    return computed(yes / total, "1", low, high, note=note)


def directed(right: Sequence[int], approaches: int) -> Sourced:
    """Return the share of directions that are right, its interval over eyes.

    Of a single eye it is over its approaches, and says nothing of other eyes.

    Parameters
    ----------
    right
        How many of the `approaches` of each eye.
    """
    if len(right) == 1:
        return share(right[0], approaches, f"left, front or right, {approaches} approaches of one "
                     "eye: the interval does not hold other eyes")  # fmt: skip
    return clustered(right, [approaches] * len(right), "directions right (left, front or right)",
                     "eyes")  # fmt: skip


def majority(found: Sequence[Sweep], what: Sequence[bool], lost: int = 0) -> tuple[int, int]:
    """Return in how many draws more than half of the histories do, and how many draws there are.

    The nominal device counts where nothing was drawn; histories of one draw are not independent.

    Parameters
    ----------
    lost
        Draws that could not be driven; they count as draws that do not.
    """
    draws = {s.draw for s in found}
    if len(draws) > 1 or lost:
        draws.discard(None)
    hits = 0
    for draw in draws:
        mine = [w for s, w in zip(found, what, strict=True) if s.draw == draw]
        hits += sum(mine) * 2 > len(mine)
    return hits, len(draws) + lost


def numbers(found: Sequence[Sweep], prefix: str = "", lost: int = 0) -> dict[str, Sourced]:
    """Return all that is said of sweeps, by name; `lost` draws could not be driven."""
    draws = [s.draw for s in found]

    def of(values: Sequence[float], unit: str) -> Sourced:
        return spread(values, draws, unit)

    out = {
        "r2": of([s.line.r2 for s in found], "1"),
        "alpha": of([s.line.alpha for s in found], "1"),
        "delay_s": of([s.line.delay for s in found], "s"),
        "threshold_angle_deg": of([s.line.angle for s in found], "deg"),
        "threshold_spread_deg": of([s.line.spread for s in found], "deg"),
        "non_monotonic": of([s.line.peaks for s in found], "1"),
        "pass_share": share(
            *majority(found, [s.line.passes for s in found], lost),
            note="draws of which more than half of the histories pass; those that cannot be driven "
            "do not",
        ),
        "bias": of([s.bias for s in found], "V"),
    }
    for control in found[0].controls:
        out[f"{control}_ratio"] = of([s.ratio(control) for s in found], "1")
        whole = [s.ratio(control, "integral") for s in found]
        out[f"{control}_integral_ratio"] = of(whole, "1")
    return {prefix + name: q for name, q in out.items()}
