"""At which time scale, and at which bias, would the device do? A coarse map of the nominal one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...array.state import Compact
from ...core.sourced import Sourced
from .eye import Grid
from .neuron import bias_of
from .peaks import GOOD_R2, GOOD_SPREAD
from .spec import Looming
from .trials import run, single

F = NDArray[np.float64]
ALARM = 0.5  # response to an empty scene over that to the slowest approach
NUMBERS = ("r2", "spread", "alpha", "delay", "peaks")  # and "empty", the false alarm


def scaled(spec: Looming, factor: float) -> Looming:
    """Return the spec with all its times multiplied, those of the reference neuron excepted.

    >>> float(scaled(Looming(), 10.0).stimulus.shortest)
    0.05
    """

    def times(q: Sourced) -> Sourced:
        return q.with_value(float(q) * factor)

    stimulus, neuron = spec.stimulus, spec.neuron
    moved: dict[str, Any] = {"shortest": times(stimulus.shortest),
                             "longest": times(stimulus.longest)}  # fmt: skip
    if stimulus.collision_time is not None:
        moved["collision_time"] = times(stimulus.collision_time)
    driven: dict[str, Any] = {"rate_time": times(neuron.rate_time)}
    for name in ("smoothing_time", "pulse", "every"):
        given = getattr(neuron, name)
        if given is not None:
            driven[name] = times(given)
    return spec.model_copy(
        update={
            "stimulus": stimulus.model_copy(update=moved),
            "neuron": neuron.model_copy(update=driven),
        }
    )


def mapped(spec: Looming, device: Compact, pixels: Grid, root: int) -> dict[str, F]:
    """Return the map: scales [S], shares [B], and each of `NUMBERS`, shape [2, S, B].

    ``map_empty`` is the response to an empty scene over that to the slowest approach.

    First without chance, then one history with it. NaN where the device has no threshold, or
    where the bias would pass the largest voltage that it was solved for.
    """
    scan = spec.scan
    out = {n: np.full((2, len(scan.scales), len(scan.shares)), np.nan) for n in (*NUMBERS, "empty")}
    bias_map = np.full((len(scan.scales), len(scan.shares)), np.nan)
    for i, factor in enumerate(scan.scales):
        here = scaled(spec, factor)
        whole_set = single(here, pixels)
        alarm = tuple(c for c in whole_set.controls if c.film.kind == "empty")
        setup = replace(whole_set, controls=alarm)
        whole = bias_of(
            device, here.neuron.model_copy(update={"bias": None, "bias_share": 1.0}), setup.longest
        )
        for j, part in enumerate(scan.shares):
            bias = part * whole
            if np.isnan(bias) or bias > device.largest_voltage:
                continue
            bias_map[i, j] = bias
            for chance in (0, 1):
                cells = [device] * here.neuron.copies
                found = run(setup, cells, bias, None, chance - 1, root, f"map {i} {j}")
                for name in NUMBERS:
                    out[name][chance, i, j] = getattr(found.line, name)
                out["empty"][chance, i, j] = found.ratio("empty")
    named = {f"map_{name}": values for name, values in out.items()}
    axes = {"map_scale": np.array(scan.scales), "map_share": np.array(scan.shares)}
    return axes | named | {"map_bias": bias_map}


def told(found: dict[str, F], shortest: float) -> str:
    """Say in words where the map passes, for the verdict.

    Parameters
    ----------
    shortest
        Smallest l/v at a scale of 1 [s].
    """
    met = (found["map_peaks"] == 1.0) & (found["map_r2"] > GOOD_R2)
    met &= (found["map_spread"] < GOOD_SPREAD) & (found["map_alpha"] > 0.0)
    silent = found["map_empty"] < ALARM  # a device that goes off by itself warns of nothing
    if (met & silent)[0].any():
        return "in the map it meets them, silent in an empty scene, for " + _places(
            found, met & silent, shortest
        )
    if met[0].any():
        return (
            "in the map it meets them for "
            + _places(found, met, shortest)
            + (", but goes off in an empty scene at each of these")
        )
    spread = np.where(found["map_peaks"] == 1.0, found["map_spread"], np.inf)[0]
    if not np.isfinite(spread).any():
        return "in the map no time scale and bias gives every approach a peak"
    i, j = np.unravel_index(int(np.argmin(spread)), spread.shape)
    return (
        "in the map it meets them nowhere, even without chance; nearest is l/v from "
        f"{shortest * found['map_scale'][i]:.3g} s at {found['map_share'][j]:.3g} of the "
        f"threshold, R2 {found['map_r2'][0, i, j]:.3f} and {spread[i, j]:.1f} deg"
    )


def _places(found: dict[str, F], good: NDArray[np.bool_], shortest: float) -> str:
    """Name the places of the map that are good without chance, and say where also with it."""
    return "; ".join(
        f"l/v from {shortest * found['map_scale'][i]:.3g} s at {found['map_share'][j]:.3g} of the "
        "threshold" + (" (with chance too)" if good[1, i, j] else "")
        for i, j in np.argwhere(good[0])
    )
