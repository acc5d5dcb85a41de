"""What is said of a measured device: flat numbers, lines for people, and files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ..array.state import Steps
from ..array.update import Fit
from ..core import codec
from ..core.errors import InputError
from ..core.sourced import Sourced
from .device import Device

DIRECTIONS = ("potentiation", "depression")


def flat(device: Device) -> dict[str, Any]:
    """Return the numbers of the device under keys that end in their unit."""
    cell, found = device.cell, device.found
    body: dict[str, Any] = {
        "device": device.title,
        "files_used": len({r.name for r in device.records.used}),
        "files_refused": len(device.records.refused),
        "devices": len(device.records.devices),
        "range_from": found.source or "nothing",
        "conductance_low_S": cell.conductance_low,
        "conductance_high_S": cell.conductance_high,
        "read_voltage_V": cell.read_voltage,
        "states": found.states,
        "cycle_to_cycle": cell.cycle_to_cycle,
        "device_to_device": cell.device_to_device,
        "read_noise": cell.read_noise,
        "stuck_low": cell.stuck_low,
        "stuck_high": cell.stuck_high,
        "volatile_share": found.volatile,
    }
    update = cell.update
    both = (None, None) if update is None else (update.potentiation, update.depression)
    for name, fit, steps in zip(DIRECTIONS, (found.up, found.down), both, strict=True):
        body |= _direction(name, fit, steps)
    if cell.decay is not None:
        body |= {
            "decay_time_s": cell.decay.time,
            "decay_stretch": cell.decay.stretch,
            "decay_kept": cell.decay.kept,
            "decay_measured_s": cell.decay.measured,
        }
    return body


def _direction(name: str, fit: Fit | None, steps: Steps | None) -> dict[str, Any]:
    if steps is None:
        return {f"{name}_pulses": 0}
    body: dict[str, Any] = {
        f"{name}_pulses": len(steps.before),
        f"{name}_drive": steps.drive,
        f"{name}_amplitude_{'V' if steps.drive == 'electrical' else 'W_per_m2'}": steps.amplitude,
        f"{name}_duration_s": steps.duration,
        f"{name}_energy_J": steps.energy,
    }
    if steps.optical_energy.is_known:
        body[f"{name}_optical_energy_J"] = steps.optical_energy
    if fit is None:
        return body
    law = fit.chosen
    return body | {
        f"{name}_law": law.name,
        f"{name}_nonlinearity": fit.label,
        f"{name}_nonlinearity_spread": fit.label_spread,
        f"{name}_pulses_per_run": fit.pulses,
        f"{name}_r2": law.r2,
        f"{name}_r2_held_out": law.r2_cross,
        f"{name}_laws_tried": [f"{m.name} (R2 {m.r2:.4f}, held out {m.r2_cross:.4f}, AICc "
                               f"{m.aicc - min(x.aicc for x in fit.maps):+.1f})"
                               for m in fit.maps],
    }  # fmt: skip


def files(device: Device) -> list[dict[str, Any]]:
    """Return every file as it was understood, or why it was not used."""
    named = device.records.devices
    out: list[dict[str, Any]] = []
    for r in device.records.used:
        numbers = {int(float(q)) for t in r.traces
                   if (q := t.parameters.get("device")) is not None and q.is_known}  # fmt: skip
        of = ", ".join(named[k] for k in sorted(numbers) if k < len(named))
        rows = sum(len(t) for t in r.traces)
        out.append({"file": r.name, "kind": r.kind, "device": of or r.device, "cycle": r.cycle,
                    "rows": rows, "understood": list(r.said)})  # fmt: skip
    out += [{"file": name, "refused": why} for name, why in device.records.refused]
    return out


def words(device: Device) -> list[str]:
    """Return the report as lines for people; the numbers stand in `flat`."""
    lines = ["Files as understood"]
    for f in files(device):
        if "refused" in f:
            continue
        cycle = f", cycle {f['cycle']}" if f["cycle"] else ""
        lines.append(f"  {f['file']}: device {f['device'] or '1'}{cycle}, {f['rows']} rows")
        lines += [f"    {text}" for text in f["understood"]]
    if device.records.refused:
        lines += ["", "Files NOT used"]
        lines += [f"  {name}: {why}" for name, why in device.records.refused]
    if device.missing:
        lines += ["", "Not known of this device"]
        lines += [f"  {name}: {text}" for name, text in device.missing.items()]
    notes = [*device.records.notes, *device.cell.notes]
    if notes:
        lines += ["", "Notes", *(f"  {n}" for n in notes)]
    return lines


def write(device: Device, folder: str | Path) -> list[Path]:
    """Write ``device.json`` and the pictures; return what was written.

    ``device.json`` holds the cell without loss (`cell_from`), the numbers of `flat` and the files.

    Raises
    ------
    InputError
        If the folder cannot be made.
    """
    from ..report.plots.measured import pictures

    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise InputError(str(folder), e.strerror or str(e), "a folder that can be made", "") from e
    body = {
        "format": "halodot device 1",
        "numbers": {k: plain(v) for k, v in flat(device).items()},
        "missing": device.missing,
        "notes": list(dict.fromkeys([*device.records.notes, *device.cell.notes])),
        "files": files(device),
        "cell": json.loads(codec.dumps(device.cell)),
    }
    written = [target / "device.json"]
    _whole(written[0], json.dumps(body, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    for name, svg in pictures(device.found).items():
        path = target / f"{name}.svg"
        head = '<?xml version="1.0" encoding="utf-8"?>\n'
        _whole(path, head + svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
               if "xmlns=" not in svg.split(">", 1)[0] else head + svg)  # fmt: skip
        written.append(path)
    return written


def cell_from(path: str | Path) -> Any:
    """Read the cell of a ``device.json`` back.

    Raises
    ------
    InputError
        If the file is none.
    """
    try:
        body = json.loads(Path(path).read_text(encoding="utf-8"))
        return codec.loads(json.dumps(body["cell"]))
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise InputError(str(path), str(e) or type(e).__name__, "a device.json of halodot array",
                         "halodot array FOLDER -o DIR") from e  # fmt: skip


def plain(value: Any) -> Any:
    """Return a number, a quantity or a list as JSON holds it."""
    if isinstance(value, Sourced):
        return value.to_json()
    if isinstance(value, float) and value != value:
        return None
    return value


def _whole(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
