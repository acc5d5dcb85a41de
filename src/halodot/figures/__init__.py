"""Figures of merit of a trace, simulated or read from an instrument's file."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..device.state import Trace
    from ..library import Library
    from .state import Figures

__all__ = ["KINDS", "READABLE", "extract", "read"]

KINDS = (
    "iv",
    "transfer",
    "output",
    "pulses",
    "retention",
    "spectrum",
    "decay",
    "sizes",
    "waveform",
    "endurance",
    "open_circuit",
    "impedance",
    "capacitance",
    "synapse",
    "logic",
    "values",
    "mechanism",
)

# simulated records alone: no file of an instrument is read as one
SIMULATED = ("waveform", "open_circuit", "impedance", "capacitance")
READABLE = tuple(kind for kind in KINDS if kind not in SIMULATED)


def extract(trace: Trace, library: Library | None = None) -> Figures:
    """Extract the figures of merit of a trace, by its kind.

    Parameters
    ----------
    trace
        Simulated or measured; nothing here asks which.
    library
        Not used by the present kinds; given by the chain to every stage.

    Rows whose point did not converge, or that hold no finite number, are left out and counted in
    the notes; if none is left there are no figures, and the status of the trace says why. What a
    two-terminal sweep would have to read across such a point is unknown.

    Raises
    ------
    InputError
        If the kind is unknown or the record holds no sweep of that kind.

    Examples
    --------
    >>> from halodot.figures.limits import ideal_switch
    >>> f = extract(ideal_switch(set_voltage=1.0, reset_voltage=-0.8))
    >>> f["polarity"].category, round(f["on_off_ratio"].value.value)
    ('bipolar', 1000)
    """
    del library
    from ..core.errors import InputError, nearest
    from .gaps import gaps_of
    from .points import good_points, kept_rows

    if trace.kind not in KINDS:
        raise InputError(
            "trace.kind", trace.kind, "one of " + ", ".join(KINDS), nearest(trace.kind, KINDS)
        )
    from .state import Figures as Found

    every = len(trace)
    beside = (gaps_of(trace, kept_rows(trace)),) if trace.kind == "iv" else ()
    trace = good_points(trace)
    if not len(trace):
        return Found(trace.kind, trace.label, (), trace.status, trace.notes)
    module = importlib.import_module(f".{trace.kind}", __package__)
    try:
        figures: Figures = getattr(module, f"extract_{trace.kind}")(trace, *beside)
    except InputError as e:
        if len(trace) == every:
            raise
        notes = (*trace.notes, f"no figures of what is left: {e.value} where {e.allowed} is needed")
        return Found(trace.kind, trace.label, (), trace.status, notes)
    return figures


def __getattr__(name: str) -> object:
    """Load the reader (and numpy with it) only when it is asked for."""
    if name == "read":
        return importlib.import_module(".reader", __package__).read
    raise AttributeError(name)
