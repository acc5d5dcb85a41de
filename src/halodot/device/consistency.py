"""Whether the parts of a device go together, and its protocols with it, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..core.errors import InputError, nearest
from ..core.sourced import Sourced
from .protocol_base import MISSING, _Protocol
from .protocols import OpticalTrain, Output, Pulses, Retention, Transfer, needs
from .spec import DeviceSpec
from .stack import ResolvedLayer
from .synaptic import Logic, OpticalSpike, Synapse
from .waveforms import of

MOST_SPECIES = 4  # of mobile ions in a layer, as the engine has rows for them


class _Species(NamedTuple):
    name: str
    charge: int
    field: str  # of its charge


def check_stack(spec: DeviceSpec, layers: Sequence[ResolvedLayer]) -> None:
    """Refuse layers, interfaces and contacts that do not go together.

    Raises
    ------
    InputError
        Two tunnelling layers side by side, or nothing else; traps at an interface of one; more
        than four species of ions in a layer, or one with two charges; exchange of an unknown ion.
    """
    _check_barriers(spec)
    species = [_species(layer, f"device.layer[{k}]") for k, layer in enumerate(layers)]
    _check_species(species)
    for side, here in (("left", species[0]), ("right", species[-1])):
        _check_exchange(spec, side, [one.name for one in here])


def _check_barriers(spec: DeviceSpec) -> None:
    barrier = [layer.tunnelling for layer in spec.layer]
    for k, (a, b) in enumerate(pairwise(barrier)):
        if a and b:
            raise InputError(
                f"device.layer[{k + 1}].tunnelling",
                "true, as in the layer before",
                "tunnelling layers with another layer between them",
                "join the two to one layer, or leave tunnelling out of one",
            )
    if all(barrier):
        raise InputError(
            "device.layer[0].tunnelling",
            "true in the only layer",
            "a tunnelling layer beside another layer",
            "add a layer that carries current, or leave tunnelling out",
        )
    for k, face in enumerate(spec.interface):
        if barrier[face.after] or barrier[face.after + 1]:
            which = face.after if barrier[face.after] else face.after + 1
            raise InputError(
                f"device.interface[{k}].after",
                face.after,
                f"an interface of layers that do not tunnel; device.layer[{which}] does",
                "leave these traps out, or put them into a thin layer beside the barrier",
            )


def _species(layer: ResolvedLayer, field: str) -> list[_Species]:
    """Mobile ions of a layer: that of the fields ``ion_*`` first."""
    own = [_Species(layer.ion_name(), layer.ion_charge, f"{field}.ion_charge")]
    listed = [
        _Species(ion.name, ion.charge, f"{field}.ion[{k}].charge")
        for k, ion in enumerate(layer.spec.ion)
    ]
    return (own if layer["ion_density"] > 0 else []) + listed


def _check_species(species: Sequence[Sequence[_Species]]) -> None:
    for k, here in enumerate(species):
        if len(here) > MOST_SPECIES:
            raise InputError(
                f"device.layer[{k}].ion",
                f"{len(here)} species",
                "at most four species of mobile ions in a layer",
                "leave out those that hardly move",
            )
    for before, here in pairwise(species):
        charges = {one.name: one.charge for one in before}
        for one in here:
            if one.name in charges and one.charge != charges[one.name]:
                raise InputError(
                    one.field,
                    one.charge,
                    f"{charges[one.name]}, the charge of {one.name!r} in the layer before",
                    "give a species one charge, or another name in this layer",
                )


def _check_exchange(spec: DeviceSpec, side: str, names: list[str]) -> None:
    contact = getattr(spec, side)
    for k, exchange in enumerate(contact.exchange if contact is not None else ()):
        if exchange.ion not in names:
            raise InputError(
                f"device.{side}.exchange[{k}].ion",
                exchange.ion,
                "an ion of the layer at this contact: " + (", ".join(names) or "it has none"),
                nearest(exchange.ion, names) if names else "add [[device.layer.ion]] to that layer",
            )


def check_protocol(spec: DeviceSpec, protocol: _Protocol) -> None:
    """Refuse a protocol that the device cannot be put under.

    Raises
    ------
    InputError
        Another kind of device, a light source that it does not have, or values that do not go
        together.
    """
    kind = getattr(protocol, "kind", "")
    if kind not in needs(spec.kind):
        raise InputError(
            "protocol.kind",
            kind,
            f"{' or '.join(needs(spec.kind))} for a {spec.kind} device",
            "change the protocol or device.kind",
        )
    if spec.along is not None and kind not in ("transfer", "output"):
        raise InputError(
            "protocol.kind",
            kind,
            "transfer or output for a transistor solved along its channel",
            "change the protocol, or leave [device.along] out",
        )
    _check_sources(spec, protocol)
    _check_drain(spec, protocol)
    if not isinstance(protocol, Transfer | Output):
        wave = of(protocol)
        if spec.kind == "transistor" and wave.closed is not None:
            raise InputError(
                "protocol.between" if isinstance(protocol, Retention) else "protocol.step",
                "open terminals",
                "a gate voltage at every time: the gate of a transistor stays connected",
                "write between = 'read' or 'short', and give every step its voltage",
            )
    lit = protocol.lights if isinstance(protocol, Transfer) else ()
    if spec.kind == "transistor" and max(lit, default=0.0) > 0.0 and not spec.light:
        raise InputError(
            "protocol.lights", list(lit), "0: this device has no light", "add [device.light]"
        )


def _check_sources(spec: DeviceSpec, protocol: _Protocol) -> None:
    """Every light pulse is of a source that the device has."""
    sources = max(1, len(spec.light))
    for field, pulse in _light_pulses(protocol):
        if pulse.source >= sources:
            raise InputError(
                f"protocol.{field}.source",
                pulse.source,
                f"0 to {sources - 1}: sources count from 0" if sources > 1 else "0, the only one",
                "add [[device.light]], or name a source that the device has",
            )


def _light_pulses(protocol: _Protocol) -> Iterator[tuple[str, OpticalTrain | OpticalSpike]]:
    if isinstance(protocol, Pulses):
        yield from ((f"optical[{k}]", train) for k, train in enumerate(protocol.optical))
    if isinstance(protocol, Synapse) and protocol.optical is not None:
        yield "optical", protocol.optical
    if isinstance(protocol, Logic):
        for name in ("a", "b"):
            spike = getattr(protocol, name).optical
            if spike is not None:
                yield f"{name}.optical", spike


def _check_drain(spec: DeviceSpec, protocol: _Protocol) -> None:
    """A record in time of a transistor needs a drain voltage; two terminals have none."""
    given = protocol.drain is not None
    if spec.kind == "two_terminal" and given:
        raise InputError(
            "protocol.drain",
            f"{float(protocol.drain):g} V" if isinstance(protocol.drain, Sourced) else "given",
            "nothing: a two-terminal device has no drain",
            "leave drain out, or set device.kind = 'transistor'",
        )
    if spec.kind == "transistor" and not given:
        raise InputError(
            "protocol.drain",
            MISSING,
            "the drain voltage during the record; its other voltages are those of the gate",
            "add drain = '-0.1 V'",
        )
