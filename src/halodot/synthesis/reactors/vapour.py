r"""Chemical vapour deposition: phase and thickness only.

.. math:: h = \alpha \, \frac{p(T_s)}{\sqrt{2 \pi M R T_s}} \, V_m \, t, \qquad
          p = p_{575} \, e^{-(H/R)(1/T_s - 1/T_{575})}

Hertz and Knudsen's flux from the boat, of which the share alpha arrives on the substrate; what the
substrate re-evaporates is part of alpha. Crystals of this thickness lie on the substrate as
platelets; how they nucleate is not modelled.

Range: physics only. No published series was at hand; every constant is a prior of a decade or more.
"""

from __future__ import annotations

import math

from ...core.sourced import Sourced
from ..process_spec import VapourProcess
from ..speciation import GAS
from .outcome import Batch, Outcome

REFERENCE = 848.15  # 575 degC
PRESSURE = Sourced(100.0, "Pa", 10.0, 1e3, "assumed", (), "PbBr2 near 575 degC; not looked up")
HEAT = Sourced(120e3, "J/mol", 90e3, 160e3, "assumed", (), "sublimation of heavy halides")
ARRIVAL = Sourced(1e-5, "1", 1e-6, 1e-4, "assumed", (), "most of the vapour leaves with the argon")
MOLAR_MASS = 0.367  # of PbBr2 [kg/mol]
_THINNEST, _THICKEST = 1e-9, 1e-6
_FACTOR = 15.0  # either way; the three intervals above in quadrature on a logarithmic scale


def thickness(source: float, time: float, molar_volume: float) -> float:
    """Return the deposited thickness [m] after `time` [s] with the boat at `source` [K].

    >>> 1e-9 < thickness(848.15, 600.0, 1.22e-4) < 1e-5
    True
    """
    pressure = float(PRESSURE) * math.exp(-float(HEAT) / GAS * (1.0 / source - 1.0 / REFERENCE))
    flux = pressure / math.sqrt(2.0 * math.pi * MOLAR_MASS * GAS * source)
    return float(ARRIVAL) * flux * molar_volume * time


def run(batch: Batch, process: VapourProcess) -> Outcome:
    """Return phase and thickness of a deposit."""
    found = thickness(float(process.source_temperature), float(process.duration),
                      batch.constants.molar_volume)  # fmt: skip
    kept = min(max(found, _THINNEST), _THICKEST)
    ends = max(kept / _FACTOR, _THINNEST), min(kept * _FACTOR, _THICKEST)
    note = "physics only: flux from the boat, all constants assumed"
    deposit = Sourced(found, "m", found / _FACTOR, found * _FACTOR, "assumed", (), note)
    flat = Sourced(0.8, "1", 0.5, 1.0, "assumed", (), note)
    return Outcome(
        size=kept,
        spread=0.3,
        extras={"deposit_thickness": deposit},
        shapes={"platelet": flat, "cube": Sourced(0.2, "1", 0.0, 0.5, "assumed", (), note)},
        coverage=Sourced.unknown("1", "a deposit carries no ligands"),
        size_prior=Sourced(kept, "m", *ends, "assumed", (), note),
        lateral=Sourced(1e-6, "m", 1e-7, 2e-5, "assumed", (), "crystals seen by eye; not modelled"),
        notes=("vapour deposition: phase and thickness only, physics only",),
        physics_only=True,
    )
