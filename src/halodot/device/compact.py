"""A device as a circuit sees it: the reduced model of a simulated device, ready for any drive.

Circuits and tasks ask for a state, a voltage and a light, and get a current; what is behind it
(`filament.device`) they do not know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced
from ..core.status import Status
from .state import Compact, Drive, Response

if TYPE_CHECKING:
    from ..film.state import FilmProperties
    from ..library import Library
    from .filament.device import Device
    from .spec import DeviceSpec, _Protocol

Array = NDArray[np.float64]
DARK = Sourced.unknown("W/m2", "the device has no [[device.light]]")
NARROWEST = 0.2  # of the thickness: a cell scattered further down is not a cell
FULL = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)  # of full light, for the tables


def compact(
    film: FilmProperties | None,
    spec: DeviceSpec,
    protocols: tuple[_Protocol, ...],
    library: Library,
    label: str = "",
) -> Compact:
    """Return the circuit model of a device.

    Parameters
    ----------
    film
        Hand-over of the film, where a layer is made of it.
    protocols
        They say up to which voltage the stack is tabulated, and how fast it is driven.

    Raises
    ------
    InputError
        If the device has no reduced model: today that is a device without ``[device.filament]``.
    """
    if spec.filament is None:
        raise InputError(
            "device.filament", "nothing", "a device with a filament, which has a reduced model",
            "add [device.filament], or use a task that reads figures of merit",
        )  # fmt: skip
    from .filament.device import prepare
    from .measure import resolve
    from .spec import Capacitance, Impedance, Steady
    from .waveforms import of

    waves = [(p, of(p)) for p in protocols if not isinstance(p, Steady | Impedance | Capacitance)]
    if not waves:
        raise InputError("protocol", "none in time", "at least one sweep or pulse", "add one")
    protocol, wave = max(waves, key=lambda pair: float(np.max(np.abs(pair[1].voltage))))

    def made(scale: float) -> tuple[Device, tuple[str, ...]]:
        one = scaled(spec, scale)
        layers, contacts = resolve(one, film, library)
        device, notes = prepare(
            one, protocol, wave, layers, contacts["left"], contacts["right"], library, film,
            FULL if spec.light else (0.0,),
        )  # fmt: skip
        return replace(device, seed=-1), notes  # histories of chance are those of the circuit

    device, notes = made(1.0)
    light = float(spec.light[0].intensity) if spec.light else None
    return of_filament(
        device, label, float(np.max(np.abs(wave.voltage))),
        DARK if light is None else Sourced(light, "W/m2", basis="given"),
        Sourced(float(spec.area or 0.0), "m2", basis="given"), notes, lambda s: made(s)[0],
    )  # fmt: skip


def scaled(spec: DeviceSpec, scale: float) -> DeviceSpec:
    """Return the device with its layers of dots (else the one at the active electrode) thicker."""
    own = [k for k, layer in enumerate(spec.layer) if layer.material == "film"]
    if not own:
        own = [0 if spec.filament is None or spec.filament.electrode == "left" else -1]
    layers = list(spec.layer)
    for k in own:
        q = layers[k].thickness
        layers[k] = layers[k].model_copy(update={"thickness": q.with_value(float(q) * scale)})
    return spec.model_copy(update={"layer": tuple(layers)})


def of_filament(
    device: Device, label: str, largest: float, light: Sourced, area: Sourced,
    notes: tuple[str, ...] = (), scale_to: Callable[[float], Device] | None = None,
) -> Compact:  # fmt: skip
    """Return the circuit model of a filament in its stack.

    Parameters
    ----------
    scale_to
        Relative thickness of the film -> the device with it; where None, another cell differs by
        the length of its filament alone.
    """

    def like(other: Device) -> Compact:
        return of_filament(other, label, largest, light, area, notes, scale_to)

    def march(drive: Drive, start: Array | None, seed: int) -> Response:
        return _march(device, drive, start, seed)

    def another(spread: float, seed: int) -> Compact:
        scale = 1.0 + spread * float(generator(seed, "device.another").standard_normal())
        scale = max(scale, NARROWEST)
        if scale == 1.0:
            return like(device)
        if scale_to is None:
            length = device.cell.length * scale
            return like(replace(device, cell=device.cell._replace(length=length)))
        other, c = scale_to(scale), device.cell
        return like(
            replace(other, cell=other.cell._replace(series=c.series, compliance=c.compliance))
        )

    def with_series(resistance: float) -> Compact:
        more = device.cell._replace(series=device.cell.series + resistance)
        return like(replace(device, cell=more))

    def with_compliance(current: float) -> Compact:
        less = device.cell._replace(compliance=current)
        return like(replace(device, cell=less))

    cell = device.cell
    return Compact(
        kind="filament",
        label=label,
        march=march,
        another=another,
        with_series=with_series,
        rest=np.array([-cell.length, 0.0]),
        largest_voltage=largest,
        full_light=light,
        area=area,
        parameters={
            "thickness": Sourced(cell.length, "m", basis="computed"),
            "compliance": Sourced(cell.compliance, "A", basis="given"),
            "series_resistance": Sourced(cell.series, "ohm", basis="given"),
            "temperature": Sourced(cell.temperature, "K", basis="given"),
        },
        model=device,
        notes=notes,
        with_compliance=with_compliance,
    )


def _march(device: Device, drive: Drive, start: Array | None, seed: int) -> Response:
    from .filament.reduced import CURRENT, HEAT, SHAPE, VOLTS, WEAR, march

    cell, back = device.cell, device.back
    begin = np.array([-cell.length, 0.0]) if start is None else np.asarray(start, dtype=float)
    time = np.ascontiguousarray(drive.time, dtype=np.float64)
    rows, end, steps = march(
        cell, time, np.ascontiguousarray(device.sign * drive.voltage, dtype=np.float64),
        np.ascontiguousarray(drive.light, dtype=np.float64), np.ones(len(time) - 1, dtype=np.bool_),
        np.ascontiguousarray(drive.outputs, dtype=np.float64), back.current, back.near, back.light,
        back.volts, back.absorbed, begin, device.spread, device.sites, seed,
    )  # fmt: skip
    good = steps > 0 and bool(np.isfinite(rows[:, CURRENT]).all())
    return Response(
        voltage=device.sign * rows[:, VOLTS],
        current=device.sign * rows[:, CURRENT],
        states={
            "shape": rows[:, SHAPE],
            "temperature": rows[:, HEAT],
            "ligand_loss": rows[:, WEAR],
        },
        end=end,
        status=Status.OK if good else Status.MAX_STEPS,
    )
