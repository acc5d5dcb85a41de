"""A trace as NetCDF and back, to the last bit, and as CSV for people."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.status import Status
from .state import Trace

if TYPE_CHECKING:
    import xarray

_PROFILE_UNITS = (("position", "m"), ("density", "m-3"), ("field", "V/m"), ("potential", "V"))
_STATUSES = list(Status)


def to_xarray(trace: Trace) -> xarray.Dataset:
    """Return `trace` as a dataset: columns over `row`, units in attributes, a status column.

    Parameters
    ----------
    trace
        Simulated or measured.

    Examples
    --------
    >>> t = Trace("iv", "", {"voltage": np.array([0.0, 1.0])}, {"voltage": "V"}, np.array([0, 0]))
    >>> to_xarray(t)["voltage"].attrs["units"]
    'V'
    """
    import xarray

    variables: dict[str, Any] = {
        name: ("row", values, {"units": trace.units.get(name, "1")})
        for name, values in trace.columns.items()
    }
    variables["sweep"] = ("row", trace.sweep, {"units": "1", "long_name": "index of the sweep"})
    variables |= _status_column(trace)
    for name, values in trace.profiles.items():
        dims = tuple(f"depth_{n}" for n in np.shape(values))
        variables[f"profile_{name}"] = (dims, values, {"units": _profile_unit(trace, name)})
    for name, q in trace.parameters.items():
        variables[f"parameter_{name}"] = ((), math.nan if q.value is None else q.value, _attrs(q))
    attrs = {
        "kind": trace.kind,
        "label": trace.label,
        "status": trace.status.name,
        "status_text": trace.status.value,
        "notes": json.dumps(trace.notes, ensure_ascii=False),
        "order": json.dumps([list(trace.columns), list(trace.profiles), list(trace.parameters)]),
    }
    return xarray.Dataset(variables, attrs=attrs)


def from_xarray(data: xarray.Dataset) -> Trace:
    """Return the trace that `to_xarray` turned into `data`."""
    columns, profiles, parameters = json.loads(data.attrs["order"])
    units = {n: str(data[n].attrs["units"]) for n in columns}
    status: tuple[Status, ...] = ()
    if "point_status" in data:
        status = tuple(_STATUSES[int(k)] for k in data["point_status"].values)
    return Trace(
        kind=str(data.attrs["kind"]),
        label=str(data.attrs["label"]),
        columns={n: np.asarray(data[n].values, dtype=float) for n in columns},
        units=units,
        sweep=np.asarray(data["sweep"].values, dtype=np.int64),
        parameters={n: _sourced(data[f"parameter_{n}"]) for n in parameters},
        point_status=status,
        status=Status[str(data.attrs["status"])],
        profiles={n: np.asarray(data[f"profile_{n}"].values) for n in profiles},
        notes=tuple(json.loads(data.attrs["notes"])),
    )


def save(trace: Trace, path: str | Path) -> None:
    """Write `trace` as NetCDF; the same trace always gives the same bytes."""
    data = to_xarray(trace)
    plain = {name: {"_FillValue": None} for name in data.variables}
    data.to_netcdf(path, engine="h5netcdf", encoding=plain)


def load(path: str | Path) -> Trace:
    """Read a trace that `save` wrote.

    Raises
    ------
    InputError
        If the file is missing or no trace of halodot.
    """
    import xarray

    try:
        with xarray.open_dataset(path, engine="h5netcdf", decode_cf=False) as data:
            return from_xarray(data.load())
    except (OSError, KeyError, ValueError, TypeError) as e:
        raise InputError(str(path), str(e), "a NetCDF trace written by halodot", "") from None


def to_csv(trace: Trace) -> str:
    """Return `trace` as CSV text, unit in every column head, status as a word."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = list(trace.columns)
    heads = [f"{n} ({trace.units.get(n, '1')})" for n in names]
    writer.writerow([*heads, "sweep", "status"])
    columns = [trace.columns[n] for n in names]
    for row in range(len(trace)):
        status = trace.point_status[row] if trace.point_status else trace.status
        numbers = [repr(float(c[row])) for c in columns]
        writer.writerow([*numbers, int(trace.sweep[row]), status.name.lower()])
    return out.getvalue()


def _status_column(trace: Trace) -> dict[str, Any]:
    if not trace.point_status:
        return {}
    codes = np.array([_STATUSES.index(s) for s in trace.point_status], dtype=np.int8)
    attrs = {
        "long_name": "status of each row",
        "flag_values": np.arange(len(_STATUSES), dtype=np.int8),
        "flag_meanings": " ".join(s.name.lower() for s in _STATUSES),
    }
    return {"point_status": ("row", codes, attrs)}


def _profile_unit(trace: Trace, name: str) -> str:
    if name in trace.units:
        return trace.units[name]
    return next((unit for word, unit in _PROFILE_UNITS if word in name), "eV")


def _attrs(q: Sourced) -> dict[str, Any]:
    ends = {k: v for k, v in (("low", q.low), ("high", q.high)) if v is not None}
    sources = json.dumps(q.sources, ensure_ascii=False)
    return {"units": q.unit, **ends, "basis": q.basis, "sources": sources, "note": q.note}


def _sourced(scalar: xarray.DataArray) -> Sourced:
    a = scalar.attrs
    value = None if a["basis"] == "unknown" else float(scalar.values)
    low, high = (float(a[k]) if k in a else None for k in ("low", "high"))
    sources = tuple(json.loads(a["sources"]))
    return Sourced(value, str(a["units"]), low, high, a["basis"], sources, str(a["note"]))
