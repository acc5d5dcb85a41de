r"""Reprecipitation: a solution of salts meets a liquid that dissolves them badly.

The solubility falls, as both mix, from that of the good solvent to that of the mixture,

.. math:: \ln s(t) = \ln s_1 + (\ln s_0 - \ln s_1) e^{-t/\tau_m}

(solubilities are log-linear in the share of the antisolvent), from ten times what is dissolved to
that of the batch. A slow pour (large tau_m) nucleates while it mixes. Rates at room temperature are
those of a hot flask (see `outcome.at_room_temperature`), so sizes are those of a prior.

Range: LARP, ligand-assisted and antisolvent syntheses between -40 and 120 degC.
"""

from __future__ import annotations

import numpy as np

from ..kinetics import Course
from ..process_spec import AntisolventProcess
from .outcome import Batch, FloatArray, Outcome, at_room_temperature, grown, outcome, times

DILUTE = 10.0  # solubility over content before mixing
_LEAST = 1.0  # s; dots sit in their mixture until they are centrifuged


def run(batch: Batch, process: AntisolventProcess) -> Outcome:
    """Return what mixing with an antisolvent makes of `batch`."""
    growth = grown(
        batch,
        course(batch, float(process.mixing_time), float(batch.flask.time)),
        at_room_temperature(batch),
    )
    note = "antisolvent: solubility falls as the liquids mix"
    if float(process.mixing_time) > 0.2 * float(batch.flask.time):
        note += "; mixing takes a good part of the reaction"
    return outcome(growth, note)


def course(batch: Batch, mixing: float, time: float) -> Course:
    """Return the fall of the solubility over `time` [s] with the time constant `mixing` [s]."""
    t = times(max(time, _LEAST, 5.0 * mixing), min(1e-3, 0.02 * mixing))
    return Course.of(
        monomer=batch.monomer,
        temperature=float(batch.flask.temperature),
        time=t,
        solubility_factor=fall(batch, t, mixing),
    )


def fall(batch: Batch, time: FloatArray, mixing: float) -> FloatArray:
    """Solubility over that of the constants while both liquids mix [1]."""
    k = at_room_temperature(batch)
    start = max(DILUTE * batch.monomer / k.solubility, batch.solubility_factor)
    left = np.exp(-time / mixing)
    found = np.exp(np.log(batch.solubility_factor) + np.log(start / batch.solubility_factor) * left)
    return np.asarray(found)
