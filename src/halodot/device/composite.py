"""Protocols of many runs, each from rest, joined to one record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ..core.sourced import Sourced
from ..core.status import worst
from .state import Trace
from .synapse import Played, Run, gates, runs
from .synaptic import Logic, Synapse

Play = Callable[[Played], Trace]


def run(protocol: Synapse | Logic, play: Play) -> Trace:
    """Play every run of a composite protocol from rest, and join the records.

    Parameters
    ----------
    play
        Runs one waveform on the device from rest and returns its record in time.

    Returns
    -------
    Trace
        Kind ``synapse`` or ``logic``: rows of all runs, one sweep each, with the columns ``test``
        and ``condition``, or ``input_a``, ``input_b``, ``read`` and ``repeat``.
    """
    made = runs(protocol) if isinstance(protocol, Synapse) else gates(protocol)
    played = [_played(protocol, one, k) for k, one in enumerate(made)]
    records = [_labelled(play(p), one) for p, one in zip(played, made, strict=True)]
    parameters = {**records[0].parameters, **_parameters(protocol)}
    return _joined(protocol, records, parameters)


def _played(protocol: Synapse | Logic, one: Run, k: int) -> Played:
    """Run `k` as a record of its own; its label parts the scatter of one cycle from the next."""
    return Played.model_construct(
        kind=one.wave.kind,
        label=f"{protocol.label} run {k}",
        in_draws=protocol.in_draws,
        hold=protocol.hold,
        light=protocol.light,
        drain=protocol.drain,
        read_voltage=protocol.read_voltage,
        wave=replace(one.wave, extra={}),
        pictured=k == 0,
    )


def _labelled(record: Trace, one: Run) -> Trace:
    """The record of a run with the columns that say which run it is."""
    assert len(record) == len(one.wave.outputs)  # every device records where it is asked to
    return replace(
        record,
        columns=record.columns | one.wave.extra,
        units=record.units | dict.fromkeys(one.wave.extra, "1"),
    )


def _joined(
    protocol: Synapse | Logic, records: Sequence[Trace], parameters: dict[str, Sourced]
) -> Trace:
    shared = [n for n in records[0].columns if all(n in r.columns for r in records)]
    columns = {n: np.concatenate([r.columns[n] for r in records]) for n in shared}
    sweep = np.concatenate([np.full(len(r), k, np.int64) for k, r in enumerate(records)])
    count = f"{len(records)} runs, each from rest"
    told = dict.fromkeys(note for r in records for note in r.notes if not _of_one_run(note))
    return Trace(
        kind=protocol.kind,
        label=protocol.label,
        columns=columns,
        units={n: records[0].units[n] for n in shared},
        sweep=sweep,
        parameters=parameters,
        point_status=tuple(s for r in records for s in r.point_status),
        status=worst(*(r.status for r in records)),
        profiles=records[0].profiles,
        notes=(count, *told),
    )


def _of_one_run(note: str) -> bool:
    """Whether a note holds a number of one run, which would stand there once a run."""
    return note.startswith(("total current equal", "estimated numerical error", "at "))


def _parameters(protocol: Synapse | Logic) -> dict[str, Sourced]:
    """What the figures need and the record does not hold."""
    found: dict[str, Sourced] = {"read_voltage": protocol.read_voltage}
    if isinstance(protocol, Logic):
        given = {"threshold": protocol.threshold, "spread": protocol.spread}
        chosen = float(protocol.output == "during")
        found["output_during"] = Sourced(chosen, "1", basis="given", note=protocol.output)
        found |= {name: value for name, value in given.items() if value is not None}
        return found
    if protocol.response != "auto":
        chosen = float(protocol.response == "after")
        found["response_after"] = Sourced(chosen, "1", basis="given", note=protocol.response)
    return found
