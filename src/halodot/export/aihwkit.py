r"""A cell for aihwkit 1.x: a pulsed device for training, and noise of conductances for inference.

Weights -1 to 1 are the range of one cell. A law linear in the conductance (`linear`, `exponential`
of `array.update_laws`) is a `LinearStepDevice`, of which `SoftBoundsDevice` is the case gamma = 1:

.. math::
   \Delta w_\pm = \pm\Delta_\pm (1 \mp \gamma_\pm w + \sigma\xi) , \qquad
   \Delta_+ : \Delta_- = 1 + \min(u, 0) : 1 - \max(u, 0)

with u its `up_down`; any other a `PiecewiseStepDevice`, whose noise is of the step itself. For
inference the errors of a write are a second-order polynomial of the conductance.

Format: IBM/aihwkit 1.2.0, src/aihwkit/simulator/configs/devices.py,
src/aihwkit/inference/noise/custom.py and, for `up_down`, src/rpucuda/rpu_pulsed_device.cpp.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..array.decay import left
from ..array.spreads import joined
from ..array.state import CellModel, Decay, Steps
from ..array.update import LEAST_STEPS, Fit, fit
from ..array.update_laws import EXPONENTIAL, LINEAR
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
VERSION = "1.2"
NODES = 33  # of a piecewise device; aihwkit takes fewer than 64 on a GPU
MICRO = 1e6  # S -> uS
WAYS = ("potentiation", "depression")

USE = """Follows the documented devices of aihwkit {version}. Use:
  from {module} import {name}Device, training, inference
  layer = AnalogLinear(64, 10, rpu_config=training())
Normalisation: weight -1 is G_low = {low:.6g} S, weight +1 is G_high = {high:.6g} S, of one cell
against a reference at half the range (training); for inference a pair of cells, conductances in
uS."""

LEFT_OUT = """Not carried over: light; current against voltage of a cell; the correlation of both
ends between cells; intervals of the numbers, which the JSON holds."""

STUCK = """Cells stuck at an end ({low:.3g} of them low, {high:.3g} high) are left out: aihwkit
fixes corrupt devices at random weights, not at an end."""


@dataclass(frozen=True)
class Training:
    """A pulsed device of aihwkit.

    Attributes
    ----------
    base
        ``LinearStepDevice`` or ``PiecewiseStepDevice``.
    parameters
        Its fields; everything random that is not known is 0.
    up, down
        The fits behind it.
    notes
        What it does not hold.
    """

    base: str
    parameters: dict[str, Any]
    up: Fit
    down: Fit
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Inference:
    """Programming noise as aihwkit takes it.

    Attributes
    ----------
    coefficients
        Of 1, G/G_high, (G/G_high)^2 [uS].
    misfit
        Largest distance of the polynomial from the error of a write over its mean [1].
    weight_noise
        Standard deviation of a weight between readings, root mean square over all [1].
    """

    coefficients: tuple[float, float, float]
    misfit: float
    weight_noise: float


def write(cell: CellModel, folder: Path, name: str, origin: Origin | None = None) -> list[Path]:
    """Write ``name_aihwkit.py`` and ``name_aihwkit.json``.

    Parameters
    ----------
    folder
        Made if it does not exist.
    name
        Start of the file names; the class is named after it.
    origin
        Where the cell comes from, for the head.

    Notes
    -----
    Where no pulses, or those of one direction only, were measured, both files are for inference
    alone, and say what is missing.

    Raises
    ------
    InputError
        If the ends of the range or the errors of writing are unknown, or no update can be fitted.
    """
    found = numbers(cell)
    reason = missing(cell)
    made = None if reason else training(cell, found)
    noise = inference(found)
    module = f"{name}_aihwkit"
    body = {
        "format": f"aihwkit {VERSION}",
        "weight_of": {"-1": "conductance_low", "1": "conductance_high"},
        "training": None if made is None else _training_json(made, camel(name)),
        "training_missing": reason or None,
        "inference": {
            "g_max_uS": found.high * MICRO,
            "g_min_uS": found.low * MICRO,
            "prog_coeff_uS": list(noise.coefficients),
            "misfit": noise.misfit,
            "w_noise": noise.weight_noise,
        },
        "cell": as_json(cell),
    }
    text = preset(cell, module, made, reason, origin)
    return [put(folder, f"{module}.py", text), put_json(folder, f"{module}.json", body)]


def training(cell: CellModel, found: Numbers) -> Training:
    """Fit a pulsed device to the measured pulses.

    Raises
    ------
    InputError
        If there are too few pulses, or those of a direction do not move the device that way.
    """
    steps = both(cell)
    fits = [_fitted(s, way) for s, way in zip(steps, WAYS, strict=True)]
    nodes = np.linspace(found.low, found.high, NODES)
    # 2 over the range: conductance to weight
    moves = [side * 2.0 * f.chosen.change(nodes) / found.span
             for side, f in zip((1.0, -1.0), fits, strict=True)]  # fmt: skip
    for move, way in zip(moves, WAYS, strict=True):
        if float(move.mean()) <= 0.0 or move[NODES // 2] <= 0.0:
            raise InputError(
                f"array.cell.update.{way}", "pulses that do not move the device so in the middle",
                "a mean change in the direction of its name over the range and in its middle",
                "check the polarity of the pulses, and measure over the whole range",
            )  # fmt: skip
    noises = [_noise(f) * 2.0 * (f.chosen.high - f.chosen.low) / found.span for f in fits]
    spread, notes = _between_devices(steps, fits)
    ends = 2.0 * found.errors["device_to_device"] / found.span
    common: dict[str, Any] = {
        "w_max": 1.0, "w_min": -1.0,
        "w_max_dtod": ends * found.high, "w_min_dtod": ends * found.low,
        "dw_min_dtod": spread, "up_down_dtod": 0.0,
        # forgetting goes to the low end; off until lifetime is set
        "lifetime": 0.0, "lifetime_dtod": 0.0, "reset": -1.0, "reset_dtod": 0.0, "reset_std": 0.0,
        "diffusion": 0.0, "corrupt_devices_prob": 0.0, "write_noise_std": 0.0,
    }  # fmt: skip
    if all(f.chosen.family in (LINEAR, EXPONENTIAL) for f in fits):
        base, own = "LinearStepDevice", _linear(moves, noises)
    else:
        base, own = "PiecewiseStepDevice", _piecewise(moves, noises)
        notes.append(
            f"The law is {fits[0].chosen.name} up and {fits[1].chosen.name} down: steps at {NODES}"
            " nodes, and noise in proportion to the step, with the mean square of the measured one,"
            " which does not depend on the conductance."
        )
    return Training(base, own | common, fits[0], fits[1], tuple(notes))


def _fitted(steps: Steps, way: str) -> Fit:
    found = fit(steps)
    if found is None:
        raise InputError(
            f"array.cell.update.{way}", f"{len(steps.before)} pulses",
            f"runs of at least {LEAST_STEPS} pulses in all that move the device",
            "record longer runs of equal pulses",
        )  # fmt: skip
    return found


def _noise(found: Fit) -> float:
    return float(found.cycle_to_cycle) if found.cycle_to_cycle.is_known else 0.0


def _linear(moves: list[F], noises: list[float]) -> dict[str, Any]:
    """Steps at both ends are those of the law; noise has the mean square of both directions."""
    middle = [0.5 * float(move[0] + move[-1]) for move in moves]
    tilt = [0.5 * float(move[0] - move[-1]) for move in moves]
    largest = max(middle)
    return {
        "dw_min": largest,
        "up_down": 1.0 - middle[1] / largest if middle[0] == largest else middle[0] / largest - 1.0,
        "gamma_up": tilt[0] / middle[0], "gamma_down": -tilt[1] / middle[1],
        "gamma_up_dtod": 0.0, "gamma_down_dtod": 0.0,
        "allow_increasing": bool(tilt[0] < 0.0 or tilt[1] > 0.0),
        "mean_bound_reference": True, "mult_noise": False,
        "dw_min_std": math.hypot(*noises) / math.hypot(*middle),
    }  # fmt: skip


def _piecewise(moves: list[F], noises: list[float]) -> dict[str, Any]:
    """Steps at nodes; a law that would turn back near an end stands still there."""
    sizes = [np.maximum(move, 0.0) for move in moves]
    unit = float(np.mean(sizes))
    square = float(np.mean(np.concatenate(sizes) ** 2))
    return {
        "dw_min": unit, "up_down": 0.0,
        "piecewise_up": [float(x) for x in sizes[0] / unit],
        "piecewise_down": [float(x) for x in sizes[1] / unit],
        "dw_min_std": math.sqrt(0.5 * sum(n * n for n in noises) / square),
    }  # fmt: skip


def _between_devices(steps: tuple[Steps, Steps], fits: list[Fit]) -> tuple[float, list[str]]:
    """Standard deviation of the step between devices over its mean, both directions together."""
    scales, errors = [], []
    devices = set(steps[0].device.tolist()) & set(steps[1].device.tolist())
    for number in sorted(devices):
        law, change = [], []
        for s, f in zip(steps, fits, strict=True):
            own = s.device == number
            law.append(f.chosen.change(s.before[own]))
            change.append(s.change[own])
        x, y = np.concatenate(law), np.concatenate(change)
        good = np.isfinite(x) & np.isfinite(y)
        x, y = x[good], y[good]
        square = float(x @ x)
        if len(x) < LEAST_STEPS or square <= 0.0:
            continue
        scale = float(x @ y) / square
        scales.append(scale)
        errors.append(math.sqrt(float(np.mean((y - scale * x) ** 2)) / square))
    if len(scales) < 2:
        return 0.0, ["Steps of one device were measured: dw_min_dtod is not known, 0."]
    mean, spread = joined(np.array(scales), np.array(errors), "1", "sizes of steps")
    return (float(spread) / float(mean) if spread.is_known else 0.0), []


def inference(found: Numbers) -> Inference:
    r"""Return the error of one written conductance as aihwkit takes it.

    Cycle to cycle over the range, what moves afterwards over the conductance, and the ends of the
    range between cells, with a correlation of 0.5 between both:

    .. math:: \sigma^2 = \sigma_c^2 R^2 + \sigma_s^2 G^2 + \sigma_d^2 (L^2 + H^2 + L H)

    with :math:`L = G_l (1 - f)`, :math:`H = G_h f`, f the place in the range R.

    Examples
    --------
    >>> e = {"cycle_to_cycle": 0.1, "conductance_spread": 0.0, "device_to_device": 0.0,
    ...      "read_noise": 0.0}
    >>> found = inference(Numbers(1e-6, 5e-6, e, {}))
    >>> [round(c, 9) + 0.0 for c in found.coefficients]
    [0.4, 0.0, 0.0]
    """
    e = found.errors
    share = np.linspace(0.0, 1.0, 201)
    G = found.low + share * found.span
    ends = (found.low * (1.0 - share)) ** 2 + (found.high * share) ** 2
    ends += found.low * (1.0 - share) * found.high * share
    sigma = MICRO * np.sqrt(
        (e["cycle_to_cycle"] * found.span) ** 2
        + (e["conductance_spread"] * G) ** 2
        + e["device_to_device"] ** 2 * ends
    )
    powers = (G / found.high)[:, None] ** np.arange(3)
    coefficients = np.linalg.lstsq(powers, sigma, rcond=None)[0]
    mean = float(sigma.mean())
    off = float(np.max(np.abs(powers @ coefficients - sigma)))
    a, b, c = (float(x) for x in coefficients)
    noise = e["read_noise"] * math.hypot(_square(found), found.low) / found.span
    return Inference((a, b, c), off / mean if mean > 0.0 else 0.0, noise)


def _square(found: Numbers) -> float:
    """Root mean square of the conductance over the range [S]."""
    return math.sqrt((found.low**2 + found.low * found.high + found.high**2) / 3.0)


def training_noise(found: Numbers) -> float:
    """Return the noise of reading a weight of one cell: root mean square over the range [1]."""
    return 2.0 * found.errors["read_noise"] * _square(found) / found.span


def lifetime(decay: Decay, seconds: float) -> float:
    """Return aihwkit's lifetime [mini-batches] for mini-batches of `seconds`.

    The share of a fresh weight that one mini-batch loses; all of a decay that is exponential and
    keeps nothing, the first mini-batch of another.

    >>> from halodot.core.sourced import Sourced
    >>> one = Sourced(1.0, "1")
    >>> d = Decay(Sourced(2.0, "s"), one, Sourced(0.0, "1"), Sourced(10.0, "s"))
    >>> round(lifetime(d, 0.02), 3)
    100.501
    """
    lost = 1.0 - float(left(decay, np.asarray(seconds)))
    return 1.0 / lost if lost > 0.0 else 0.0


def _training_json(made: Training, name: str) -> dict[str, Any]:
    def law(f: Fit) -> dict[str, Any]:
        best = f.chosen
        return {
            "name": best.name, "rate": best.rate, "bend": best.bend,
            "low_S": best.low, "high_S": best.high,
            "r2": best.r2 if math.isfinite(best.r2) else None,
            "r2_held_out": best.r2_cross if math.isfinite(best.r2_cross) else None,
            "cycle_to_cycle": f.cycle_to_cycle.to_json(),
            "pulses": f.pulses, "devices": f.devices,
        }  # fmt: skip

    return {
        "class": f"{name}Device",
        "base": made.base,
        "parameters": made.parameters,
        "notes": list(made.notes),
        "law": {way: law(f) for way, f in zip(WAYS, (made.up, made.down), strict=True)},
    }


def preset(
    cell: CellModel, module: str, made: Training | None, no_training: str,
    origin: Origin | None = None,
) -> str:  # fmt: skip
    """Return the preset file.

    Parameters
    ----------
    made
        Device for training, None where there is none.
    no_training
        Why there is none.
    """
    found = numbers(cell)
    name = camel(module.removesuffix("_aihwkit"))
    noise = inference(found)
    what = "inference" if made is None else "training and inference"
    base = "" if made is None else made.base
    imports = _INFERENCE_IMPORTS if made is None else _TRAINING_IMPORTS
    lines = [
        *head(origin, f"Preset for aihwkit: {what}", "#",
              *_said(cell, found, module, made, no_training, noise)),
        *imports.replace("@BASE@", base).split("\n"),
        f"G_MAX, G_MIN = {found.high * MICRO!r}, {found.low * MICRO!r}  # uS",
        f"PROG_COEFF = {list(noise.coefficients)!r}  # uS",
        f"W_NOISE_INFERENCE = {noise.weight_noise!r}  # of a weight between readings",
    ]  # fmt: skip
    if cell.decay is not None:
        d = cell.decay
        values = float(d.time), float(d.stretch), float(d.kept)
        lines.append(f"TAU, BETA, KEPT = {', '.join(map(repr, values))}  # s, 1, 1")
    if made is not None:
        lines += [f"W_NOISE_TRAINING = {training_noise(found)!r}", *_device(name, made)]
        lines += [line.replace("@NAME@", name) for line in TRAINING]
    if cell.decay is not None:
        lines += LIFETIME
    return "\n".join([*lines, *INFERENCE, ""])


def _said(
    cell: CellModel, found: Numbers, module: str, made: Training | None, no_training: str,
    noise: Inference,
) -> list[str]:  # fmt: skip
    name = camel(module.removesuffix("_aihwkit"))
    use = USE.format(version=VERSION, module=module, name=name, low=found.low, high=found.high)
    if made is None:
        use = use.replace(f"{name}Device, training, ", "").replace("=training()", "=inference()")
    said = [use, LEFT_OUT, *unknown_notes(found), _forgetting(cell.decay)]
    stuck = found.errors["stuck_low"], found.errors["stuck_high"]
    if max(stuck) > 0.0:
        said.append(STUCK.format(low=stuck[0], high=stuck[1]))
    if noise.misfit > 0.01:
        said.append(f"prog_coeff is up to {noise.misfit:.0%} of the mean error off the error it"
                    " stands for, which is no polynomial.")  # fmt: skip
    if made is None:
        return [*said, f"For inference only: {no_training}."]
    up, down = both(cell)
    return [*said, f"One pulse up: {pulse(up)}; down: {pulse(down)}.", *made.notes]


def _device(name: str, made: Training) -> list[str]:
    lines = ["", "", "@dataclass", f"class {name}Device({made.base}):",
             '    """Weights -1 to 1; fields as in its base class."""', ""]  # fmt: skip
    for key, value in made.parameters.items():
        if isinstance(value, list):
            lines.append(f"    {key}: List[float] = field(default_factory=lambda: [")
            lines += [*(f"        {x!r}," for x in value), "    ])"]
        else:
            lines.append(f"    {key}: {type(value).__name__} = {value!r}")
    return lines


def _forgetting(decay: Decay | None) -> str:
    if decay is None:
        return "No decay of the device is known: weights stay, drift is 0."
    return (
        "Forgetting: aihwkit decays weights once a mini-batch, whose time only you know; set"
        " lifetime of the device to lifetime_of(seconds). Towards weight -1 (reset). For inference"
        " drift is 0: the power law of aihwkit is not the stretched exponential of the device."
    )


_INFERENCE_IMPORTS = """
from math import exp

from aihwkit.inference.converter.conductance import SinglePairConductanceConverter
from aihwkit.inference.noise.custom import StateIndependentNoiseModel
from aihwkit.simulator.configs import InferenceRPUConfig, WeightNoiseType
"""

_TRAINING_IMPORTS = """
from dataclasses import dataclass, field
from math import exp
from typing import List

from aihwkit.inference.converter.conductance import SinglePairConductanceConverter
from aihwkit.inference.noise.custom import StateIndependentNoiseModel
from aihwkit.simulator.configs import (
    InferenceRPUConfig,
    @BASE@,
    SingleRPUConfig,
    WeightNoiseType,
)
"""

TRAINING = '''

def training():
    """One cell a weight, reading noise at forward and backward passes."""
    config = SingleRPUConfig(device=@NAME@Device())
    for way in (config.forward, config.backward):
        way.w_noise = W_NOISE_TRAINING
        way.w_noise_type = WeightNoiseType.ADDITIVE_CONSTANT
    config.mapping.weight_scaling_omega = 1.0
    return config
'''.rstrip().split("\n")

LIFETIME = '''

def lifetime_of(seconds):
    """Lifetime for mini-batches of so many seconds.

    Exact for BETA = 1 and KEPT = 0; else that of the first mini-batch after writing.
    """
    lost = (1.0 - KEPT) * (1.0 - exp(-((seconds / TAU) ** BETA)))
    return 1.0 / lost if lost > 0.0 else 0.0
'''.rstrip().split("\n")

INFERENCE = '''

def noise_model():
    """Errors of writing; reading noise is w_noise of inference()."""
    return StateIndependentNoiseModel(
        g_converter=SinglePairConductanceConverter(g_max=G_MAX, g_min=G_MIN),
        prog_coeff=PROG_COEFF,
        drift_nu_mean=0.0,
        drift_nu_std=0.0,
        read_noise_scale=0.0,
    )


def inference():
    """A pair of cells a weight."""
    config = InferenceRPUConfig(noise_model=noise_model(), drift_compensation=None)
    config.forward.w_noise = W_NOISE_INFERENCE
    config.forward.w_noise_type = WeightNoiseType.ADDITIVE_CONSTANT
    config.mapping.weight_scaling_omega = 1.0
    return config
'''.rstrip().split("\n")
