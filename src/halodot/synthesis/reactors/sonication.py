r"""Ultrasonication: a tip that dissolves the salts, warms the liquid and bares facets.

The liquid reacts at ``T + c P / V`` with P the power and V the volume (bubbles heat what is beside
them), salts dissolve ten times as fast as in a still flask, and the bared share ``s P / V`` of the
surface lets dots join (`attachment`), so that long sonication makes wires; breakage undoes joints,

.. math:: \dot n = r - b n, \qquad n(t) = (r / b) (1 - e^{-b t}).

Range: tip sonicators in non-polar liquids or butanol, minutes to hours. c, s, b are priors.
Review refs 46, 101, 102, 128.
"""

from __future__ import annotations

import math

import numpy as np

from ...core.sourced import Sourced
from ..process_spec import SonicationProcess
from . import ramp
from .attachment import joined
from .outcome import Batch, Outcome, grown, outcome, times

WARMING = Sourced(4e-6, "K*m3/W", 1e-6, 2e-5, "assumed", (), "4 K for a watt per millilitre")
BARING = Sourced(1.4e-7, "m3/W", 3e-8, 3e-7, "assumed", (), "two fifths of the shell at 3 W/mL")
BREAKAGE = Sourced(1e-4, "1/s", 2e-5, 1e-3, "assumed", (), "joints last for hours")
HASTE = 10.0


def run(batch: Batch, process: SonicationProcess) -> Outcome:
    """Return what sonication makes of `batch`."""
    from dataclasses import replace

    density = float(process.power) / float(batch.flask.volume)
    local = float(batch.flask.temperature) + min(float(WARMING) * density, 150.0)
    t = times(max(float(batch.flask.time), 1.0), 1e-2)
    growth = grown(batch, ramp.course(batch, t, np.full_like(t, local), HASTE))
    met = joints(batch, float(growth.number[-1]), local, density)
    extras = {
        "local_temperature": Sourced(local, "K", note="heating by bubbles is a prior"),
        "joints_per_dot": Sourced(met, "1", note="attachment less breakage; priors"),
    }
    note = "sonication: salts dissolve under the tip, dots with bared facets join with time"
    return replace(outcome(growth, note, extras=extras), met=met)


def joints(batch: Batch, number: float, temperature: float, density: float) -> float:
    """Others that each dot has joined at the end [1], with breakage."""
    bared = min(float(BARING) * density, 0.5)
    second = joined(number, 1.0, temperature, batch.ligand_cover, batch.polarity, bared)
    b = float(BREAKAGE)
    return second / b * -math.expm1(-b * float(batch.flask.time))
