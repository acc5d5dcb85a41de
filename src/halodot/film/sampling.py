"""Carry intervals of inputs through a model: one call with arrays of draws.

The same seed draws the same deviates for an input of one name, so that two films differ by what
differs between them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.constants import Z90
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity_of

F = NDArray[np.float64]
Numbers = Mapping[str, F]
Model = Callable[[Numbers], Mapping[str, F]]
Bounds = Mapping[str, tuple[float, float]]
DRAWS = 400
_STRONG = 0.3  # rank correlation from which on an input is named as a reason


def sample(name: str, q: Sourced, count: int, seed: int, bounds: Bounds) -> F:
    """Return `count` draws of a value: log-normal where both ends are positive, else normal.

    Parameters
    ----------
    bounds
        Name -> (low, high); tails beyond what a quantity can be are cut off.

    Returns
    -------
    ndarray, shape (count,)
        In the unit of `q`; NaN where it is unknown.

    Examples
    --------
    >>> bool(sample("x", Sourced(2.0, "1"), 3, 0, {})[2] == 2.0)
    True
    """
    if q.value is None:
        return np.full(count, math.nan)
    if q.low is None or q.high is None:
        return np.full(count, q.value)
    deviate = generator(seed, "film", name).standard_normal(count) / Z90
    if q.value > 0.0 and q.low > 0.0:
        ratio = np.where(deviate > 0.0, q.high / q.value, q.low / q.value)
        drawn = q.value * ratio ** np.abs(deviate)
    else:
        end = np.where(deviate > 0.0, q.high, q.low)
        drawn = q.value + np.abs(deviate) * (end - q.value)
    return np.clip(drawn, *bounds.get(name, (-math.inf, math.inf)))


def below(q: Sourced, x: F) -> F:
    """Return the chance that a draw of `sample` lies below `x`: its distribution, closed form.

    A value without interval is a step.

    Examples
    --------
    >>> below(Sourced(2.0, "1", 1.0, 8.0), np.array([1.0, 2.0, 8.0])).round(2).tolist()
    [0.05, 0.5, 0.95]
    """
    value, at = float(q), np.asarray(x, dtype=float)
    if q.low is None or q.high is None or q.low == q.high:
        return np.where(at > value, 1.0, 0.0)
    if value > 0.0 and q.low > 0.0:
        apart = np.log(np.maximum(at, 1e-300) / value)
        down, up = math.log(value / q.low), math.log(q.high / value)
    else:
        apart, down, up = at - value, value - q.low, q.high - value
    width = np.maximum(np.where(apart > 0.0, up, down), 1e-300)
    deviate = np.clip(Z90 * apart / width, -40.0, 40.0)
    return np.asarray(0.5 * np.vectorize(math.erfc, otypes=[float])(-deviate / math.sqrt(2.0)))


def bounds_of(*specs: type[Spec]) -> dict[str, tuple[float, float]]:
    """Return the declared bounds of every quantity of `specs` by name."""
    found = {}
    for spec in specs:
        for name in spec.model_fields:
            declared = quantity_of(spec, name)
            if declared is not None:
                found[name] = (declared["low"], declared["high"])
    return found


def propagate(
    model: Model,
    inputs: Mapping[str, Sourced],
    units: Mapping[str, str],
    *,
    draws: int = DRAWS,
    seed: int = 0,
    bounds: Bounds | None = None,
) -> dict[str, Sourced]:
    """Return what `model` makes of `inputs`, each value with its 90 % interval.

    Parameters
    ----------
    model
        Takes the inputs by name as arrays of one length and returns the outputs likewise.
    inputs
        With their intervals.
    units
        Output name -> unit; what `model` gives beside these is left out.

    Returns
    -------
    dict
        The note of a value names the assumed inputs that its interval comes from. What could not
        be computed is unknown, with the reason why an input is.

    Examples
    --------
    >>> wide = {"a": Sourced(2.0, "m", 1.0, 4.0, "assumed")}
    >>> out = propagate(lambda x: {"area": x["a"] ** 2}, wide, {"area": "m2"})
    >>> out["area"].value, out["area"].low < 2.0
    (4.0, True)
    """
    middle = model({n: np.array([_number(q)]) for n, q in inputs.items()})
    is_exact = all(q.low is None for q in inputs.values())
    count = 0 if is_exact else draws
    drawn = {n: sample(n, q, count, seed, bounds or {}) for n, q in inputs.items()}
    found = model(drawn) if count else {}
    out = {}
    for name, unit in units.items():
        many = np.asarray(found[name]) if count else np.empty(0)
        out[name] = _value(name, unit, float(middle[name][0]), many, inputs, drawn)
    return out


def _number(q: Sourced) -> float:
    return math.nan if q.value is None else q.value


def _value(
    name: str, unit: str, value: float, many: F, inputs: Mapping[str, Sourced], drawn: Numbers
) -> Sourced:
    if math.isnan(value):
        reasons = dict.fromkeys(q.note for q in inputs.values() if q.value is None)
        return Sourced.unknown(unit, "; ".join(reasons) or f"{name} is not defined here")
    note = _origin(many, inputs, drawn)
    good = many[np.isfinite(many)]
    if not math.isfinite(value) or not good.size:
        return Sourced(value, unit, note=note)
    low, high = (float(v) for v in np.quantile(good, (0.05, 0.95)))
    if low == high == value:
        return Sourced(value, unit, note=note)
    return Sourced(value, unit, min(low, value), max(high, value), note=note)


def _origin(many: F, inputs: Mapping[str, Sourced], drawn: Numbers) -> str:
    """Which assumed inputs move the output, the strongest first."""
    if many.size < 3 or not np.isfinite(many).all() or np.ptp(many) == 0.0:
        return ""
    ranks = _ranks(many)
    found = []
    for name, q in inputs.items():
        x = drawn[name]
        if q.basis != "assumed" or not np.isfinite(x).all() or np.ptp(x) == 0.0:
            continue
        strength = abs(float(np.corrcoef(ranks, _ranks(x))[0, 1]))
        if strength > _STRONG:
            found.append((strength, name))
    names = [name for _, name in sorted(found, reverse=True)[:3]]
    return f"the interval comes from assumed {', '.join(names)}" if names else ""


def _ranks(x: F) -> F:
    return np.argsort(np.argsort(x, kind="stable"), kind="stable").astype(np.float64)
