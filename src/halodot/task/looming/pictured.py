"""What pictures of the looming task need: arrays by name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...array.state import Compact
from .eye import Eye
from .neuron import bias_of
from .trials import Setup, Sweep, run

F = NDArray[np.float64]


def pictured(
    setup: Setup, found: list[Sweep], device: Compact, root: int, answers: list[tuple[F, F]]
) -> dict[str, Any]:  # fmt: skip
    """Return peaks of all histories, and the nominal device without chance beside the reference.

    ``ratio`` [N]; ``peak_time`` [histories, N]; ``draw`` [histories], -1 the nominal device;
    ``trace_tau``, ``trace_light``, ``trace_response``, ``trace_angle`` [N, readings] and
    ``reference_tau``, ``reference_response`` [N, 2000]; the same of the controls, ``control_...``.
    """
    out: dict[str, Any] = {
        "ratio": np.array([s.film.ratio for s in setup.sweep]),
        "peak_time": np.array([s.tau for s in found]),
        "draw": np.array([-1 if s.draw is None else s.draw for s in found]),
        "passes": np.array([float(s.line.passes) for s in found]),
        "alpha": np.array([s.line.alpha for s in found]),
        "delay": np.array([s.line.delay for s in found]),
    }
    out["reference_tau"] = np.array([p[0] for p in answers])
    out["reference_response"] = np.array([p[1] for p in answers])
    spec = setup.spec
    bias = bias_of(device, spec.neuron, setup.longest)
    if np.isnan(bias):
        return out
    calm = run(setup, [device] * spec.neuron.copies, bias, None, -1, root, "one")
    count = len(setup.sweep)
    for name, shown, records in (
        ("trace", setup.sweep, calm.records[:count]),
        ("control", setup.controls, calm.records[count:]),
    ):
        out[f"{name}_time"] = np.array([r.time for r in records])
        tau = [s.film.tau[0] - r.time for s, r in zip(shown, records, strict=True)]
        out[f"{name}_tau"] = np.array(tau)
        out[f"{name}_response"] = np.array([r.response for r in records])
        for what, values in (("light", [s.light[:, 0] for s in shown]),
                             ("angle", [s.film.angle for s in shown])):  # fmt: skip
            at = [np.interp(r.time, s.film.time, v)
                  for r, s, v in zip(records, shown, values, strict=True)]  # fmt: skip
            out[f"{name}_{what}"] = np.array(at)
    out["calm_peak_time"] = calm.tau
    for control in calm.controls:
        out[f"ratios_{control}"] = np.array([s.ratio(control) for s in found])
        out[f"integral_ratios_{control}"] = np.array([s.ratio(control, "integral") for s in found])
    return out


def pictured_eye(setup: Setup, eye: Eye, seen: list[Sweep]) -> dict[str, Any]:
    """Return peaks of the eye, its cells, and what each cell answers in the middle of the sweep."""
    out: dict[str, Any] = {
        "eye_azimuth": eye.cells.azimuth,
        "eye_elevation": eye.cells.elevation,
        "eye_step": eye.cells.step,
        "eye_peak_time": np.array([s.tau for s in seen]),
    }
    for control in seen[0].controls:
        out[f"eye_ratios_{control}"] = np.array([s.ratio(control) for s in seen])
    first = seen[0]
    if first.records:
        record = first.records[setup.middle]
        peak = first.peaks[setup.middle]
        at = int(np.argmax(record.response))
        if peak.is_found:
            at = int(np.argmin(np.abs(record.time - peak.time)))
        out["eye_current"] = np.abs(record.current[at])
        out["eye_response"] = record.response
        out["eye_tau"] = setup.sweep[setup.middle].film.tau[0] - record.time
    return out
