"""A measured cell as a device of IBM's aihwkit 1.x: ``PiecewiseStepDevice``.

A weight runs from -1 (low end of the range) to 1 (high end). The size of a step is given at nodes
over that range, up and down, over ``dw_min``; its scatter is a share of the step in aihwkit, and of
the range here: ``dw_min_std`` is set so that both have the same mean square over the nodes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..array.state import CellModel, Steps
from ..array.update import Fit, fit, sampler
from ..core.errors import InputError

F = NDArray[np.float64]
VERSION = "aihwkit 1.x (fields of PiecewiseStepDevice and IOParameters as in 1.1.0)"
NODES = 33  # below 64, the most that aihwkit takes on a GPU
LEAST = 1e-9  # of a relative step: a device of aihwkit never steps back


def write(cell: CellModel, folder: Path, name: str) -> list[Path]:
    """Write ``NAME_aihwkit.json`` and ``NAME_aihwkit.py``, a preset to import.

    Parameters
    ----------
    cell
        With its range and measured pulses of both directions.

    Raises
    ------
    InputError
        If the range is unknown, or pulses of a direction were not measured.
    """
    body = preset(cell)
    folder = Path(folder)
    files = [folder / f"{name}_aihwkit.json", folder / f"{name}_aihwkit.py"]
    files[0].write_text(json.dumps(body, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    files[1].write_text(_module(name, body), encoding="utf-8")
    return files


def preset(cell: CellModel) -> dict[str, Any]:
    """Return the arguments of ``PiecewiseStepDevice``, of the read noise, and what is left out."""
    if not (cell.conductance_low.is_known and cell.conductance_high.is_known):
        raise InputError("cell", "range unknown", "both ends of a range", "measure it")
    update = cell.update
    if update is None or update.potentiation is None or update.depression is None:
        lacking = "pulses" if update is None else (
            "pulses up" if update.potentiation is None else "pulses down")  # fmt: skip
        raise InputError("cell.update", f"no {lacking}", "measured pulses of both directions",
                         "add a record of potentiation and depression")  # fmt: skip
    low, high = sorted((float(cell.conductance_low), float(cell.conductance_high)))
    grid = np.linspace(low, high, NODES)
    ways = [_way(steps, grid, low, high) for steps in (update.potentiation, update.depression)]
    step = float(np.mean([np.mean(w[0]) for w in ways]))
    sizes = np.concatenate([w[0] for w in ways])
    scatter = float(np.sqrt(np.mean([w[1] ** 2 for w in ways])))
    unknown = [n for n in ("device_to_device", "read_noise") if not getattr(cell, n).is_known]
    spread = float(cell.device_to_device) if cell.device_to_device.is_known else 0.0
    noise = float(cell.read_noise) if cell.read_noise.is_known else 0.0
    device: dict[str, Any] = {
        "w_min": -1.0,
        "w_max": 1.0,
        # ends over themselves -> over the weight of the end
        "w_min_dtod": 2.0 * spread * low / (high - low),
        "w_max_dtod": 2.0 * spread * high / (high - low),
        "dw_min": step,
        "dw_min_dtod": 0.0,
        "dw_min_std": scatter / float(np.sqrt(np.mean(sizes**2))),
        "up_down": 0.0,
        "up_down_dtod": 0.0,
        "piecewise_up": np.maximum(ways[0][0] / step, LEAST).tolist(),
        "piecewise_down": np.maximum(ways[1][0] / step, LEAST).tolist(),
    }
    notes = ["the state of rest is at weight -1, not 0: aihwkit decays towards its reset value, so "
             "that the decay of the device is not written; use a reference device"]  # fmt: skip
    return {
        "format": VERSION,
        "class": "PiecewiseStepDevice",
        "device": device,
        "forward": {"w_noise": noise * (high + low) / (high - low),
                    "w_noise_type": "ADDITIVE_CONSTANT"},
        "weight_to_conductance": {"low_S": low, "high_S": high, "rule": "G = low + (high - low) "
                                  "(w + 1) / 2"},
        "unknown": unknown,
        "notes": notes,
    }  # fmt: skip


def _way(steps: Steps, grid: F, low: float, high: float) -> tuple[F, float]:
    """Size of a step at the nodes, and scatter of one update, in weights from -1 to 1."""
    found: Fit | None = fit(steps, low, high)
    if found is not None:
        change = found.chosen.change(grid)
        scatter = float(found.cycle_to_cycle) if found.cycle_to_cycle.is_known else 0.0
    else:
        s = sampler(steps)
        change = np.interp(grid, s.before, s.mean)
        scatter = float(np.std(s.change - s.mean)) / (high - low)
    sign = 1.0 if float(np.mean(change)) > 0.0 else -1.0
    return np.asarray(np.maximum(2.0 * sign * change / (high - low), 0.0)), 2.0 * scatter


_MODULE = '''"""Preset of a measured device for {version}.

    from {module} import rpu_config
    AnalogLinear(4, 2, rpu_config=rpu_config())

A weight w stands for the conductance {rule}, low {low!r} S, high {high!r} S.
Not known of the device, and taken as none: {unknown}.
{notes}
"""

from aihwkit.simulator.configs import IOParameters, PiecewiseStepDevice, SingleRPUConfig
from aihwkit.simulator.parameters.enums import WeightNoiseType

DEVICE = {device}
FORWARD = {forward}


def device(**changes):
    """Return the device; `changes` override its parameters."""
    return PiecewiseStepDevice(**{{**DEVICE, **changes}})


def rpu_config(**changes):
    """Return a configuration of one such device a cell."""
    forward = IOParameters(
        w_noise=FORWARD["w_noise"], w_noise_type=WeightNoiseType[FORWARD["w_noise_type"]]
    )
    return SingleRPUConfig(device=device(**changes), forward=forward)
'''


def _module(name: str, body: dict[str, Any]) -> str:
    mapping = body["weight_to_conductance"]
    return _MODULE.format(
        version=body["format"],
        module=f"{name}_aihwkit",
        rule=mapping["rule"],
        low=mapping["low_S"],
        high=mapping["high_S"],
        unknown=", ".join(body["unknown"]) or "nothing",
        notes="\n".join(body["notes"]),
        device=json.dumps(body["device"], indent=4),
        forward=json.dumps(body["forward"], indent=4),
    )
