"""Voltages, light and courses in time of SIMsalabim."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from .deck import Schedule
from .tables import Parameters, columns, number

Points = tuple[tuple[float, ...], tuple[float, ...]]
DWELL = 1e5  # s from one voltage to the next where ions are held


def steady_points(setup: Parameters, folder: Path, notes: list[str]) -> Points:
    """Voltages of a simss run and the light at each; empty for a zimt run."""
    light = setup.number("G_frac", "", 1.0, low=0.0)
    setup.number("Vpre", "V", 0.0)
    before, held = (setup.choice(name, (0, 1), 0) for name in ("preCond", "fixIons"))
    if before and not held:
        notes.append("pre-conditioning left out: it does not change a steady state")
    if setup.number("untilVoc", "", 0.0) == 1.0:
        notes.append("the curve is computed beyond open circuit")
    measured = setup.text("expJV", "none")
    if setup.choice("useExpData", (0, 1), 0):
        rows = columns(folder / measured, ("Vext", "Jext"))
        volts = [number(v, measured) for v, _ in rows]
        return tuple(volts), (light,) * len(volts)
    volts = _range(setup)
    return tuple(volts), (light,) * len(volts)


def held_ions(setup: Parameters, points: Points) -> Schedule | None:
    """Schedule of a simss run whose ions stay as they rest at the first voltage, or before it.

    Between two voltages there is time for every carrier and trap, and none for the ions.
    """
    volts, lights = points
    if not setup.choice("fixIons", (0, 1), 0) or not volts:
        return None
    first = setup.number("Vpre", "V", 0.0) if setup.choice("preCond", (0, 1), 0) else volts[0]
    time = np.asarray(DWELL * np.arange(len(volts) + 1), np.float64)
    return Schedule(
        time=time,
        voltage=np.array([first, *volts]),
        light=np.full(len(time), lights[0]),
        outputs=time[1:],
        start="settled",
    )


def _range(setup: Parameters) -> list[float]:
    """Evenly or logarithmically spaced voltages from Vmin to Vmax."""
    spacing = setup.choice("Vdist", (1, 2), 1)
    direction = setup.choice("Vscan", (-1, 1), 1)
    setup.skip(("Vmin", "Vmax", "Vstep", "Vacc", "NJV"))
    if not setup.has("Vmin"):
        return []
    low, high = setup.number("Vmin", "V"), setup.number("Vmax", "V")
    if high < low:
        raise setup.refuse("Vmax", high, f"at least Vmin ({low:g} V)")
    if spacing == 1:
        step = setup.number("Vstep", "V", above=0.0)
        volts = [low + step * k for k in range(int((high - low) / step + 1e-10) + 1)]
    else:
        gather = setup.number("Vacc", "V")
        if low <= gather <= high:
            raise setup.refuse("Vacc", gather, "a voltage outside Vmin to Vmax")
        count = int(setup.number("NJV", "", low=2))
        span = np.linspace(math.log(abs(low - gather)), math.log(abs(high - gather)), count)
        volts = [float(v) for v in gather + math.copysign(1.0, low - gather) * np.exp(span)]
    return volts if direction == 1 else volts[::-1]


def schedule_of(
    setup: Parameters, given: str | Path | Schedule | None, folder: Path, notes: list[str]
) -> Schedule | Points | None:
    """Course of a zimt run: given, or in the file that the setup names if that exists.

    Rows that all stand at t = 0 are steady points (nan: open circuit).
    """
    named = setup.text("tVGFile", "none")
    if isinstance(given, Schedule):
        return given
    if given is None:
        path = folder / named
        if named == "none" or not path.is_file():
            return None
    else:
        path = Path(given)
    rows = columns(path, ("t", "Vext", "G_frac"))
    time, light = (np.array([number(r[k], str(path)) for r in rows]) for k in (0, 2))
    open_ = np.array([r[1].lower() == "oc" for r in rows])
    volts = np.array(
        [math.nan if o else number(r[1], str(path)) for o, r in zip(open_, rows, strict=True)]
    )
    if not np.any(time):
        return tuple(float(v) for v in volts), tuple(float(g) for g in light)
    if time[0] != 0.0 or np.any(np.diff(time) <= 0.0):
        raise setup.refuse(
            "tVGFile", path.name, "times that start at 0, the steady state, and grow", "split it"
        )
    if open_.any() and not open_.all():
        notes.append("open terminals: the voltage of the source then has no meaning")
    filled = np.where(open_, 0.0, volts)
    notes.append("voltage and light run straight from row to row, where the peer steps")
    return Schedule(
        time=time,
        voltage=filled,
        light=light,
        closed=tuple(bool(c) for c in ~open_[1:]) if open_.any() else None,
        outputs=time[1:],
        start="settled",
    )
