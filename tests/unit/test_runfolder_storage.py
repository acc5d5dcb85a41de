"""A trace survives NetCDF to the last bit, and the same trace gives the same bytes."""

from __future__ import annotations

import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.status import Status
from halodot.device.state import Trace
from halodot.device.storage import load, save, to_csv, to_xarray


def trace() -> Trace:
    n = 5
    return Trace(
        kind="iv",
        label="after µ-stripping",
        columns={"time": np.linspace(0, 1, n), "voltage": np.array([0.1, np.nan, 3, 4, -0.0])},
        units={"time": "s", "voltage": "V"},
        sweep=np.array([0, 0, 0, 1, 1]),
        parameters={
            "area": Sourced(1e-8, "m2", 5e-9, 2e-8, "assumed", ("ref188",), "typical"),
            "thickness": Sourced.unknown("m", "not given"),
        },
        point_status=(Status.OK,) * 4 + (Status.NOT_CONVERGED,),
        status=Status.NOT_CONVERGED,
        profiles={"position": np.linspace(0, 1e-7, 7), "conduction_edge": np.arange(7.0)},
        notes=("first", "second"),
    )


def equal(a: Trace, b: Trace) -> bool:
    for f in fields(Trace):
        x, y = getattr(a, f.name), getattr(b, f.name)
        if isinstance(x, dict) and any(isinstance(v, np.ndarray) for v in x.values()):
            same = list(x) == list(y) and all(x[k].tobytes() == y[k].tobytes() for k in x)
        else:
            same = np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y
        if not same:
            return False
    return True


def test_round_trip_is_exact(tmp_path: Path) -> None:
    save(trace(), tmp_path / "t.nc")
    assert equal(load(tmp_path / "t.nc"), trace())


def test_bytes_do_not_depend_on_the_time_of_writing(tmp_path: Path) -> None:
    save(trace(), tmp_path / "a.nc")
    time.sleep(1.1)  # a time stamp of one second resolution would show
    save(trace(), tmp_path / "b.nc")
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_units_and_status_can_be_read_by_others() -> None:
    data = to_xarray(trace())
    assert data["time"].attrs["units"] == "s"
    assert data["profile_conduction_edge"].attrs["units"] == "eV"
    meanings = data["point_status"].attrs["flag_meanings"].split()
    assert meanings[int(data["point_status"][-1])] == "not_converged"


def test_csv_carries_units_and_the_status_word() -> None:
    lines = to_csv(trace()).splitlines()
    assert lines[0] == "time (s),voltage (V),sweep,status"
    assert lines[-1].endswith("1,not_converged")


def test_what_is_no_trace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.nc").write_bytes(b"junk" * 100)
    for name in ("x.nc", "missing.nc"):
        with pytest.raises(InputError):
            load(tmp_path / name)
