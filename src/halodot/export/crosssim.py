"""A measured cell as a device of CrossSim 3.x: tables of write error, drift and read noise.

CrossSim 3.x (checked against 3.2) knows a device by its resistances, the error of a programmed
conductance, its drift at a fixed time and its read noise, as methods of a class that takes and
returns conductances over the largest one; pulses it does not know. What pulses do is therefore
written beside it, as a plain table for other uses.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..array.decay import left
from ..array.state import CellModel, Steps
from ..array.update import NEIGHBOURS, sampler
from ..core.errors import InputError

F = NDArray[np.float64]
VERSION = "CrossSim 3.x, as documented for 3.2: simulator/devices/readme.md"
POINTS = 21  # target conductances of the tables
TIMES = 25
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def write(cell: CellModel, folder: Path, name: str) -> list[Path]:
    """Write ``NAME_crosssim.json``, ``NAME_crosssim.py`` and tables of updates.

    Parameters
    ----------
    cell
        With both ends of its range.
    folder, name
        Where, and the stem of the files.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        If the range of the cell is unknown.
    """
    folder = Path(folder)
    body = tables(cell)
    stem = identifier(name)
    body["model"] = stem
    files = [folder / f"{name}_crosssim.json", folder / f"{name}_crosssim.py"]
    files[0].write_text(json.dumps(body, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    files[1].write_text(_module(stem, body), encoding="utf-8")
    if cell.update is not None:
        both = (("up", cell.update.potentiation), ("down", cell.update.depression))
        for direction, steps in both:
            if steps is not None:
                path = folder / f"{name}_update_{direction}.csv"
                path.write_text(update_table(steps), encoding="utf-8")
                files.append(path)
    return files


def tables(cell: CellModel) -> dict[str, Any]:
    """Return the device as CrossSim's parameters and tables over the target conductance.

    Sigma of a programmed conductance is `cycle_to_cycle` of the range with what writing does not
    remove, `conductance_spread` of itself, and the device's own `device_to_device`; of a read it is
    `read_noise` of itself. Unknown ones are 0 and named in `unknown`.
    """
    if not (cell.conductance_low.is_known and cell.conductance_high.is_known):
        note = cell.conductance_low.note or cell.conductance_high.note
        raise InputError("cell", f"range unknown ({note})", "both ends of a range", "measure it")
    low, high = sorted((float(cell.conductance_low), float(cell.conductance_high)))
    if low <= 0.0 or high <= low:
        raise InputError("cell", f"{low:g} to {high:g} S", "0 S < low < high", "")
    spreads, unknown = {}, []
    for key in ("cycle_to_cycle", "conductance_spread", "device_to_device", "read_noise"):
        q = getattr(cell, key)
        spreads[key] = float(q) if q.is_known else 0.0
        unknown += [] if q.is_known else [key]
    G = np.linspace(low, high, POINTS)
    own = np.hypot(spreads["conductance_spread"], spreads["device_to_device"])
    sigma = np.hypot(spreads["cycle_to_cycle"] * (high - low), own * G)
    drift = _drift(cell, G, low)
    if drift is None:
        unknown.append("decay")
    return {
        "format": VERSION,
        "device": {"Rmin": 1.0 / high, "Rmax": 1.0 / low, "infinite_on_off_ratio": False,
                   "cell_bits": int(np.log2(cell.levels)) if cell.levels else 0},
        "read_voltage_V": float(cell.read_voltage) if cell.read_voltage.is_known else None,
        "targets_S": G.tolist(),
        "sigma_programming_S": sigma.tolist(),
        "sigma_read_S": (spreads["read_noise"] * G).tolist(),
        "drift": drift,
        "unknown": unknown,
    }  # fmt: skip


def _drift(cell: CellModel, G: F, low: float) -> dict[str, Any] | None:
    """Mean conductance [S] at times [s] after writing, [targets, times]; rest is the low end."""
    if cell.decay is None:
        return None
    span = float(cell.decay.measured)
    first = max(1e-3 * float(cell.decay.time), 1e-6 * span)
    times = np.concatenate([[0.0], np.geomspace(min(first, 0.5 * span), span, TIMES - 1)])
    mean = low + (G[:, None] - low) * left(cell.decay, times)[None, :]
    return {"times_s": times.tolist(), "mean_S": mean.tolist(), "measured_s": span}


def update_table(steps: Steps) -> str:
    """Return what pulses do as a table: conductance, mean change, scatter, quantiles [S].

    Each row is of the measured pulses nearest to it, as `update.sampler` resamples them.
    """
    s = sampler(steps)
    ends = np.quantile(s.before, (0.01, 0.99))
    grid = np.linspace(float(ends[0]), float(ends[1]), POINTS)
    rows = []
    for G in grid:
        first = int(np.clip(np.searchsorted(s.before, G) - NEIGHBOURS // 2, 0,
                            max(len(s.before) - NEIGHBOURS, 0)))  # fmt: skip
        near = slice(first, first + NEIGHBOURS)
        mean = float(np.interp(G, s.before, s.mean))
        change = mean + s.change[near] - s.mean[near]
        rows.append([float(G), float(change.mean()), float(change.std(ddof=1)),
                     *(float(q) for q in np.quantile(change, QUANTILES))])  # fmt: skip
    unit = "V" if steps.drive == "electrical" else "W/m2"
    height = f"{float(steps.amplitude):g} {unit}" if steps.amplitude.is_known else "not written"
    width = f"{float(steps.duration):g} s" if steps.duration.is_known else "not written"
    head = [
        f"# change of one {steps.drive} pulse; height {height}, length {width}",
        f"# {len(steps.before)} pulses of {len(np.unique(steps.device))} devices",
        "conductance_S,mean_change_S,sd_change_S,"
        + ",".join(f"q{round(100 * q):02d}_S" for q in QUANTILES),
    ]
    return "\n".join([*head, *(",".join(repr(v) for v in row) for row in rows)]) + "\n"


def identifier(name: str) -> str:
    """Return a class name of a file name.

    >>> identifier("my device-2"), identifier("9")
    ('MyDevice2', 'Device9')
    """
    words = "".join(w[:1].upper() + w[1:] for w in re.findall(r"[A-Za-z0-9]+", name))
    return words if words[:1].isalpha() else f"Device{words}"


_MODULE = '''"""{model}: a device for {version}.

Put this file into simulator/devices/custom, or import it before the parameters are made, then

    from {module} import apply
    apply(params)

Not known of the device, and taken as none: {unknown}.
"""

import numpy as np
from simulator.devices.idevice import EmptyDevice

TARGETS = np.array({targets})  # S
SIGMA_PROGRAMMING = np.array({programming})  # S
SIGMA_READ = np.array({read})  # S
TIMES = np.array({times})  # s
MEAN = np.array({mean})  # S, one row a target


class {model}(EmptyDevice):
    """Conductances come and go as shares of the largest one."""

    def __init__(self, device_params, weight_error_params):
        super().__init__(device_params, weight_error_params)
        self.Gmax = 1.0 / device_params.Rmin

    def _noisy(self, share, mean, sigma):
        noise = np.random.normal(size=np.shape(share)) * sigma
        return np.clip((mean + noise) / self.Gmax, 0.0, None)

    def programming_error(self, share):
        G = share * self.Gmax
        return self._noisy(share, G, np.interp(G, TARGETS, SIGMA_PROGRAMMING))

    def read_noise(self, share):
        G = share * self.Gmax
        return self._noisy(share, G, np.interp(G, TARGETS, SIGMA_READ))

    def drift_error(self, share, time):
        G = share * self.Gmax
        column = [np.interp(time, TIMES, row) for row in MEAN]
        sigma = np.interp(G, TARGETS, SIGMA_PROGRAMMING)
        return self._noisy(share, np.interp(G, TARGETS, column), sigma)


def apply(params):
    """Set the device of CrossSim's parameters."""
    device = params.xbar.device
    device.Rmin, device.Rmax = {rmin!r}, {rmax!r}  # ohm
    device.infinite_on_off_ratio = False
    device.cell_bits = {bits}
    for error in (device.programming_error, device.read_noise{drift}):
        error.enable = True
        error.model = "{model}"
    return params
'''


def _module(model: str, body: dict[str, Any]) -> str:
    """Return the Python file of the device."""
    drift = body["drift"]
    targets = body["targets_S"]
    times = drift["times_s"] if drift else [0.0, 1.0]
    mean = drift["mean_S"] if drift else [[g, g] for g in targets]
    return _MODULE.format(
        model=model,
        module=f"{model}_crosssim",
        version=body["format"],
        unknown=", ".join(body["unknown"]) or "nothing",
        targets=targets,
        programming=body["sigma_programming_S"],
        read=body["sigma_read_S"],
        times=times,
        mean=mean,
        rmin=body["device"]["Rmin"],
        rmax=body["device"]["Rmax"],
        bits=body["device"]["cell_bits"],
        drift=", device.drift_error" if drift else "",
    )
