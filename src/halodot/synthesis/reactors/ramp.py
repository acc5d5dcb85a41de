r"""Ramp: all precursors heated together in a closed vessel, held, and let cool.

.. math:: T(t) = \min(T_0 + r t, T_h), \qquad \dot c = k(T) \, (c_0 - c_{fed}), \quad
          k = k_{170} \, e^{-(E/k)(1/T - 1/T_{170})}

Solid salts set monomer free as they dissolve, and that drives nucleation: a fast ramp (microwave)
dissolves them late and at once, a slow one (autoclave) early and gently. Growth is followed until
the end of the hold; cooling of a closed vessel is slow and adds ripening that is not modelled.

Range: solvothermal and microwave syntheses. k and E are priors.
"""

from __future__ import annotations

import numpy as np

from ...core.constants import BOLTZMANN
from ...core.sourced import Sourced
from ..kinetics import Course
from ..process_spec import RampProcess
from .outcome import Batch, FloatArray, Outcome, grown, outcome

START = 298.15
REFERENCE = 443.15
DISSOLUTION = Sourced(0.3, "1/s", 0.03, 3.0, "assumed", (), "salts gone in seconds at 170 degC")
BARRIER = Sourced(0.8, "eV", 0.5, 1.2, "assumed", (), "salts dissolve above about 100 degC")
_POINTS = 160


def run(batch: Batch, process: RampProcess) -> Outcome:
    """Return what heating in a closed vessel makes of `batch`."""
    top = float(batch.flask.temperature)
    rise = max(top - START, 1.0) / float(process.ramp_rate)
    hold = max(float(batch.flask.time), 1.0)
    t = np.concatenate([np.linspace(0.0, rise, _POINTS), rise + hold * _late(60)])
    warm = np.minimum(START + float(process.ramp_rate) * t, top)
    growth = grown(batch, course(batch, t, warm))
    kind = process.vessel or "closed vessel"
    return outcome(growth, f"{kind}: salts dissolve as they are heated, then dots grow")


def course(batch: Batch, time: FloatArray, temperature: FloatArray, haste: float = 1.0) -> Course:
    """Return the course of salts that dissolve along a temperature, `haste` times as fast."""
    speed = haste * float(DISSOLUTION) * np.exp(
        -float(BARRIER) / BOLTZMANN * (1.0 / temperature - 1.0 / REFERENCE)
    )  # fmt: skip
    gone = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) * np.diff(time))])
    feed = speed * np.exp(-gone)
    total = float(np.trapezoid(feed, time))
    feed *= batch.monomer * -np.expm1(-gone[-1]) / max(total, 1e-300)
    return Course.of(
        monomer=0.0,
        temperature=temperature,
        time=time,
        feed=feed,
        solubility_factor=batch.solubility_factor,
    )


def _late(count: int) -> FloatArray:
    """From just above 0 to 1, close together at the start."""
    return np.geomspace(1e-3, 1.0, count)
