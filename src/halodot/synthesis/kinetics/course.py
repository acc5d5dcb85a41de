"""What a reactor does in time: temperature, feed of monomer, solubility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.errors import InputError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """Conditions of one batch, linear between the times.

    Attributes
    ----------
    time
        Rising, the first is the start [s], shape [times].
    temperature
        [K], shape [times].
    monomer
        Free monomer at the start [mol/m3]: the ion in short supply, as formula units.
    feed
        Monomer set free or added [mol/m3 s], shape [times].
    solubility_factor
        Solubility over that of `Constants` at the same temperature [1], shape [times]: what an
        antisolvent, ligands or an excess of the other ion make of it.

    Examples
    --------
    >>> Course.of(monomer=5.0, temperature=443.0, time=[0.0, 10.0]).temperature.tolist()
    [443.0, 443.0]
    """

    time: FloatArray
    temperature: FloatArray
    monomer: float
    feed: FloatArray
    solubility_factor: FloatArray

    @classmethod
    def of(
        cls,
        *,
        monomer: float,
        temperature: ArrayLike,
        time: ArrayLike,
        feed: ArrayLike = 0.0,
        solubility_factor: ArrayLike = 1.0,
    ) -> Course:
        """Build a course; a single number holds for all times.

        Raises
        ------
        InputError
            If times do not rise, a length differs, or a value is not finite or of wrong sign.
        """
        t = np.asarray(time, dtype=np.float64)
        if t.ndim != 1 or t.size < 2 or not np.all(np.diff(t) > 0.0) or not np.isfinite(t).all():
            raise InputError("course.time", time, "at least two rising times [s]", "np.linspace")
        given = {
            "temperature": (temperature, 1.0),
            "feed": (feed, 0.0),
            "solubility_factor": (solubility_factor, 1e-30),
        }
        arrays = {name: _along(name, x, low, t.size) for name, (x, low) in given.items()}
        if not (np.isfinite(monomer) and monomer >= 0.0):
            raise InputError("course.monomer", monomer, "zero or more mol/m3")
        return cls(t, arrays["temperature"], float(monomer), arrays["feed"],
                   arrays["solubility_factor"])  # fmt: skip

    @property
    def total(self) -> float:
        """Monomer at the start and fed until the end [mol/m3]."""
        return self.monomer + float(np.trapezoid(self.feed, self.time))


def _along(name: str, values: ArrayLike, low: float, count: int) -> FloatArray:
    found = np.asarray(values, dtype=np.float64)
    if found.shape not in ((), (count,)):
        raise InputError(f"course.{name}", found.shape, f"one number, or {count} along the times")
    if not np.isfinite(found).all() or np.any(found < low):
        raise InputError(f"course.{name}", values, f"finite and at least {low:g}")
    return np.ascontiguousarray(np.broadcast_to(found, (count,)))


def fine(end: float, shortest: float = 1e-3, count: int = 120) -> FloatArray:
    """Times from 0 to `end` [s], close together at the start.

    >>> fine(10.0, count=4).round(3).tolist()
    [0.0, 0.001, 0.1, 10.0]
    """
    return np.concatenate([[0.0], np.geomspace(min(shortest, 0.5 * end), end, count - 1)])


def hot_injection(
    monomer: float,
    bath: float,
    *,
    time: float,
    drop: float = 0.0,
    recovery: float = 30.0,
    mixing: float = 0.05,
    quench: float = 3.0,
    quench_temperature: float = 298.15,
    after: float = 10.0,
) -> Course:
    """Return the course of a hot injection: cooled by what is injected, mixed, quenched in ice.

    Parameters
    ----------
    monomer
        Once all is mixed [mol/m3].
    bath
        Temperature before the injection [K].
    time
        From injection to quench [s].
    drop, recovery
        Fall of temperature on injection [K] and time constant of its return [s].
    mixing
        Time constant of mixing [s].
    quench, quench_temperature, after
        Time constant of cooling in ice [s], where it leads [K], and how long it is followed [s].
    """
    before = fine(time, min(1e-3, 0.02 * mixing))
    later = time + fine(after, 1e-2, 40)[1:]
    hot = bath - drop * np.exp(-before / recovery)
    cold = quench_temperature + (hot[-1] - quench_temperature) * np.exp(-(later - time) / quench)
    t = np.concatenate([before, later])
    return mixed(monomer, mixing, t, np.concatenate([hot, cold]))


def antisolvent(
    monomer: float,
    temperature: float,
    *,
    time: float,
    fall: float,
    mixing: float = 0.1,
) -> Course:
    """Return the course of a step in solubility down to the share `fall`, mixed in `mixing` [s]."""
    t = fine(time, min(1e-3, 0.02 * mixing))
    factor = fall ** (1.0 - np.exp(-t / mixing))
    return Course.of(monomer=monomer, temperature=temperature, time=t, solubility_factor=factor)


def mixed(
    monomer: float,
    mixing: float,
    time: ArrayLike,
    temperature: ArrayLike,
    solubility_factor: ArrayLike = 1.0,
) -> Course:
    """Return a course in which `monomer` [mol/m3] enters with the time constant `mixing` [s].

    The feed is scaled so that its integral over the straight pieces is what has entered.
    """
    t = np.asarray(time, dtype=np.float64)
    feed = np.exp(-t / mixing)
    inside = monomer * (1.0 - float(np.exp(-(t[-1] - t[0]) / mixing)))
    feed *= inside / float(np.trapezoid(feed, t))
    return Course.of(
        monomer=0.0,
        temperature=temperature,
        time=t,
        feed=feed,
        solubility_factor=solubility_factor,
    )
