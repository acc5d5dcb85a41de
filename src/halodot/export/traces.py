"""Records as CSV with a JSON side-car, for any program and for our own readers.

The CSV is what `halodot figures` reads; the side-car says what the file cannot, in the words of
`measured.side`, and under ``about`` all that is known of the record.
"""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..device import storage
from ..device.state import Trace
from ..figures import READABLE
from ..measured.side import KINDS, QUANTITIES
from .model import wrapped

if TYPE_CHECKING:
    from ..core.sourced import Sourced
    from .source import Exported


def write(exported: Exported, folder: Path) -> list[Path]:
    """Write every record of a study; return the files."""
    from ..runs import slug

    paths = []
    for index, trace in enumerate(map(as_measured, exported.traces)):
        protocol = exported.study.protocol[index]
        parts = (slug(exported.variant),) if exported.variant else ()
        name = "_".join((*parts, f"{index}", slug(trace.label or trace.kind)))
        side = side_of(trace, exported, protocol.model_dump(mode="json", exclude_none=True))
        paths += write_trace(trace, folder / f"{name}.csv", side, exported.origin.head(
            f"Record of kind {trace.kind}: {trace.label}", "#", _how(trace, name)))  # fmt: skip
    return paths


def as_measured(trace: Trace) -> Trace:
    """Return a record as an instrument writes it.

    The voltage is that of the source, where one stands behind a resistance or a compliance, and
    that of the cell goes to ``cell_potential``; rows that were not simulated but carried on from
    others are left out.

    Examples
    --------
    >>> import numpy as np
    >>> from halodot.device.state import Trace
    >>> columns = {"voltage": np.array([0.5]), "source_voltage": np.array([1.0])}
    >>> row = Trace("iv", "", columns, {"voltage": "V"}, np.zeros(1, dtype=np.int64))
    >>> float(as_measured(row).columns["voltage"][0])
    1.0
    """
    columns, units = dict(trace.columns), dict(trace.units)
    source = columns.get("source_voltage")
    if source is not None and bool(np.isfinite(source).any()) and "voltage" in columns:
        columns["cell_potential"] = columns["voltage"]
        columns["voltage"] = columns.pop("source_voltage")
        units["cell_potential"] = "V"
    made = replace(trace, columns=columns, units=units)
    carried = columns.get("extrapolated")
    if carried is None or not bool((carried != 0.0).any()):
        return made
    kept = carried == 0.0
    note = f"{int((~kept).sum())} rows that were extrapolated are not part of the file"
    return replace(
        made, columns={k: v[kept] for k, v in columns.items()}, sweep=made.sweep[kept],
        point_status=tuple(itertools.compress(made.point_status, kept)),
        notes=(*made.notes, note),
    )  # fmt: skip


def write_trace(
    trace: Trace, path: Path, side: dict[str, Any], head: list[str] | None = None
) -> list[Path]:
    """Write one record and its side-car.

    Parameters
    ----------
    path
        Of the CSV; the side-car stands beside it.
    head
        Lines of comment above the table.
    """
    text = "\n".join([*(head or []), storage.to_csv(trace)])
    path.write_text(text, encoding="utf-8")
    beside = path.with_suffix(".json")
    beside.write_text(
        json.dumps(side, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )
    return [path, beside]


def side_of(trace: Trace, exported: Exported, protocol: dict[str, Any]) -> dict[str, Any]:
    """Return the side-car of a record: quantities with units, device, cycle, and ``about``."""
    device = exported.study.device
    values = {k: q for k, q in trace.parameters.items() if k in QUANTITIES}
    if device is not None:
        if device.area is not None:
            values.setdefault("area", device.area)
        if device.circuit.compliance is not None:
            values["compliance"] = device.circuit.compliance
        values["temperature"] = device.temperature
        if device.light and device.light[0].wavelength is not None:
            values["wavelength"] = device.light[0].wavelength
    side: dict[str, Any] = {"kind": trace.kind} if trace.kind in KINDS else {"ignore": True}
    side |= {"label": trace.label or trace.kind, "device": exported.origin.name, "cycle": "0"}
    side |= {k: _text(q) for k, q in values.items() if _is_inside(k, q)}
    side["about"] = {
        "written_by": exported.origin.head("", "")[1].strip(),
        "study": exported.file.study.study.id,
        "variant": exported.variant,
        "identity": exported.file.identity,
        "columns": {name: trace.units.get(name, "1") for name in trace.columns}
        | {"sweep": "index of the sweep", "status": "of the row"},
        "parameters": {k: q.to_json() for k, q in trace.parameters.items()},
        "irradiance_W_per_m2": _irradiance(exported),
        "protocol": protocol,
        "status": trace.status.value,
        "notes": list(trace.notes),
        "references": list(exported.file.study.study.references),
    }
    return side


def _is_inside(name: str, q: Sourced) -> bool:
    if q.value is None or not math.isfinite(q.value):
        return False
    _, low, high, _ = QUANTITIES[name]
    return low <= q.value <= high


def _text(q: Sourced) -> str:
    return f"{q.value!r} {q.unit}" if q.unit != "1" else f"{q.value!r}"


def _irradiance(exported: Exported) -> list[float]:
    device = exported.study.device
    return [float(s.intensity) for s in device.light] if device is not None else []


def _how(trace: Trace, name: str) -> str:
    """How to read the file again."""
    if trace.kind not in READABLE:
        return f"Records of kind {trace.kind} are simulated alone; no figures are read from them."
    options = "".join(
        f' --{k.replace("_", "-")} "{_text(q)}"'
        for k, q in trace.parameters.items()
        if k in ("area", "thickness", "read_voltage", "channel_width", "channel_length",
                 "gate_capacitance", "drain_voltage") and q.is_known
    )  # fmt: skip
    lines = wrapped(f"halodot figures {name}.csv --kind {trace.kind}{options}")
    return "Figures: " + " ".join(lines)
