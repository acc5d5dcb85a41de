r"""Hot injection: a cold precursor cools the flask, mixes in, reacts, and an ice bath quenches.

.. math:: T(t) = T_0 - \Delta e^{-t/\tau_r}, \quad
          T(t > t_q) = T_i + (T(t_q) - T_i) e^{-(t - t_q)/\tau_q}, \quad
          \tau_q = (T(t_q) - T_i) / r

with the drop Delta on injection, the return of the heat in tau_r = 30 s and the rate r at which the
ice bath first cools. The precursor mixes with a time constant of 0.05 s. Growth goes on while the
flask cools: that is the quench's share in the size.

Range: tens of millilitres, stirred. Source: textbook; drop and rate are priors of the process.
"""

from __future__ import annotations

from ..kinetics.course import hot_injection
from ..process_spec import HotInjectionProcess
from .outcome import Batch, Outcome, grown, outcome, scaled

ICE = 273.15
_LEAST = 0.05  # s; nobody quenches faster


def run(batch: Batch, process: HotInjectionProcess) -> Outcome:
    """Return what a hot injection makes of `batch`."""
    bath, rate = float(batch.flask.temperature), float(process.cool_rate)
    quench = max((bath - ICE) / rate, 1e-2)
    course = hot_injection(
        batch.monomer,
        bath,
        time=max(float(batch.flask.time), _LEAST),
        drop=float(process.injection_drop),
        quench=quench,
        quench_temperature=ICE,
        after=3.0 * quench,
    )
    growth = grown(batch, scaled(course, batch.solubility_factor))
    return outcome(growth, "hot injection: cooled on injection, quenched in ice")
