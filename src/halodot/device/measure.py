"""The verb of this stage: put a device under a protocol and record it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ..core.sourced import Sourced
from ..film.state import FilmProperties
from ..library import Library
from .consistency import check_protocol, check_stack
from .lateral import channel_index
from .spec import DeviceSpec, Logic, Output, Synapse, Transfer, _Protocol
from .stack import (
    ResolvedContact,
    ResolvedLayer,
    resolve_contact,
    resolve_layers,
)
from .state import Trace

if TYPE_CHECKING:
    from .charge.layers import Stack
    from .synapse import Played


def resolve(
    spec: DeviceSpec, film: FilmProperties | None, library: Library
) -> tuple[list[ResolvedLayer], dict[str, ResolvedContact]]:
    """Find every value of the device without running it.

    Returns
    -------
    Layers from left to right, and the contacts by name (left, right, source).

    Raises
    ------
    InputError
        If a value is missing, a name unknown, or parts do not go together.
    """
    layers = resolve_layers(spec, film, library)
    check_stack(spec, layers)
    channel = layers[channel_index(spec, layers)]
    beside = {"left": layers[0], "right": layers[-1], "source": channel}
    contacts = {}
    for name in ("left", "right", "source"):
        contact = getattr(spec, name)
        if contact is not None:
            contacts[name] = resolve_contact(contact, f"device.{name}", beside[name], library)
    if spec.along is not None and spec.along.drain is not None:
        contacts["drain"] = resolve_contact(
            spec.along.drain, "device.along.drain", channel, library
        )
    return layers, contacts


def resolved_values(
    spec: DeviceSpec, film: FilmProperties | None, library: Library
) -> dict[str, Sourced]:
    """Every value that the device uses, by dotted key, for `halodot check` and the report."""
    layers, contacts = resolve(spec, film, library)
    values: dict[str, Sourced] = {}
    for k, layer in enumerate(layers):
        for name, value in layer.values.items():
            if layer.carriers or name in ("relative_permittivity", "electron_affinity", "band_gap"):
                values[f"device.layer[{k}].{name}"] = value
    for name, contact in contacts.items():
        values[f"device.{name}.work_function"] = contact.work_function
    return values


def measure(
    film: FilmProperties | None, spec: DeviceSpec, protocol: _Protocol, library: Library
) -> Trace:
    """Simulate a device under one protocol.

    Parameters
    ----------
    film
        The dot film, for layers whose material is ``film``; may be None if there are none.
    spec
        Stack, contacts, geometry.
    protocol
        A sweep, pulse train or retention read of two terminals, or a transfer or output
        measurement of a transistor.

    Returns
    -------
    Trace
        Points that did not converge carry their status; their values are NaN.

    Raises
    ------
    InputError
        If protocol and device do not fit, or a value is missing.
    """
    from . import composite

    check_protocol(spec, protocol)
    if isinstance(protocol, Synapse | Logic):
        return composite.run(protocol, _player(film, spec, protocol, library))
    return _measured(film, spec, protocol, library)


def _player(
    film: FilmProperties | None, spec: DeviceSpec, protocol: Synapse | Logic, library: Library
) -> Callable[[Played], Trace]:
    """What plays the runs of a composite protocol; those of a transistor share its rest."""
    if spec.kind != "transistor" or spec.along is not None:
        return lambda one: _measured(film, spec, one, library)
    from . import gated

    layers, contacts = resolve(spec, film, library)
    drain = float(protocol.drain or 0.0)
    gate, source = contacts["left"], contacts["source"]
    made = gated.ready(spec, layers, gate, source, library, drain)
    return lambda one: gated.run(spec, one, made)


def _measured(
    film: FilmProperties | None, spec: DeviceSpec, protocol: _Protocol, library: Library
) -> Trace:
    """One record of one device."""
    from . import along, gated, transistor, two_terminal
    from .sheet import path_of

    layers, contacts = resolve(spec, film, library)
    if spec.along is not None:
        assert isinstance(protocol, Transfer | Output)  # check_protocol refuses all others
        path = path_of(spec, film, library, layers, contacts)
        return along.run(spec, protocol, path, layers, library)
    if isinstance(protocol, Transfer):
        gate, source = contacts["left"], contacts["source"]
        return transistor.transfer(spec, protocol, layers, gate, source, library)
    if isinstance(protocol, Output):
        gate, source = contacts["left"], contacts["source"]
        return transistor.output(spec, protocol, layers, gate, source, library)
    if spec.kind == "transistor":
        gate, source = contacts["left"], contacts["source"]
        drain = float(protocol.drain or 0.0)
        made = gated.ready(spec, layers, gate, source, library, drain)
        return gated.run(spec, protocol, made)
    ends = contacts["left"], contacts["right"]
    if spec.filament is not None:
        from .filament import device as filament

        return filament.run(spec, protocol, layers, *ends, library, film)
    at = partial(_stack_at, film, spec, library)
    return two_terminal.run(spec, protocol, layers, *ends, library, at)


def _stack_at(
    film: FilmProperties | None, spec: DeviceSpec, library: Library, temperature: float
) -> Stack:
    """The device at another lattice temperature [K]: states and mobilities move with it."""
    from .assembly import stack_of
    from .illumination import illuminate

    warm = spec.model_copy(
        update={"temperature": Sourced(temperature, "K", basis="computed", note="heated")}
    )
    layers, contacts = resolve(warm, film, library)
    lit = illuminate(layers, spec.light, spec.optics, library=library, folder=library.folder)
    return stack_of(warm, layers, contacts["left"], contacts["right"], lit)
