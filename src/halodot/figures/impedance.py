"""Figures of a small-signal record: resistance and capacitance at both ends, relaxation times."""

from __future__ import annotations

import numpy as np

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .state import Figure, Figures

NEEDED = ("frequency", "resistance", "reactance")


def extract_impedance(trace: Trace) -> Figures:
    """Extract resistance and capacitance at the lowest and the highest frequency, and a time.

    Raises
    ------
    InputError
        If a column is missing or the record has fewer than two frequencies.

    Examples
    --------
    >>> from halodot.figures.limits import make_trace
    >>> f = np.geomspace(1.0, 1e6, 121)
    >>> z = 10.0 + 1e4 / (1.0 + 2j * np.pi * f * 1e-4)  # 10 ohm before 10 kohm and 10 nF
    >>> columns = {"frequency": f, "resistance": z.real, "reactance": z.imag}
    >>> found = extract_impedance(make_trace("impedance", columns, {"resistance": "ohm"}))
    >>> print(f"{found['resistance_low_frequency'].value.value:.4g}")
    1.001e+04
    >>> print(f"{found['relaxation_time'].value.value:.2g}")
    0.0001
    """
    missing = [n for n in NEEDED if n not in trace.columns]
    frequency = np.array([]) if missing else trace.columns["frequency"]
    if missing or len(np.unique(frequency)) < 2:
        lacks = f"no {', '.join(missing)}" if missing else "a single frequency"
        raise InputError(trace.label, lacks, "an impedance against frequency", "")
    order = np.argsort(frequency)
    f = frequency[order]
    z = trace.columns["resistance"][order] + 1j * trace.columns["reactance"][order]
    y = 1.0 / z
    omega = 2.0 * np.pi * f
    figures = []
    for k, name in ((0, "low"), (-1, "high")):
        at = f"at {f[k]:.4g} Hz"
        figures += [
            Figure(f"resistance_{name}_frequency", computed(float(z[k].real), "ohm"), f"Re Z {at}"),
            Figure(
                f"capacitance_{name}_frequency",
                computed(float(y[k].imag / omega[k]), "F"),
                f"Im Y / omega {at}; negative where the current lags.",
            ),
        ]
    figures.append(Figure("relaxation_time", _time(f, -z.imag), TIME))
    return Figures(trace.kind, trace.label, tuple(figures), trace.status, trace.notes)


TIME = "1 / (2 pi f) at the largest -Im Z inside the record: the slowest large arc."


def _time(f: np.ndarray, loss: np.ndarray) -> Sourced:
    k = int(np.argmax(loss))
    if k in (0, len(f) - 1) or loss[k] <= 0:
        return Sourced.unknown("s", "-Im Z has no peak inside the record")
    return computed(1.0 / (2.0 * np.pi * float(f[k])), "s")
