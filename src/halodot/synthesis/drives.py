r"""Thickness of dots made at room temperature: what drives growth beyond the thinnest platelets.

Ligands hold the dots at n0 unit cells. Two things make them thicker, and they add up: an
antisolvent, which strips ligands, and caesium, which feeds growth,

.. math:: n = n_0 + (s\, r)^{\alpha} c^{\alpha \gamma} w^{\alpha\delta}
              + \kappa\, w^{\beta} c^{\epsilon},

r antisolvent over lead (in units of `R0`), w caesium over lead, c lead in the liquid (in units of
`C0`). The strength s of an antisolvent is known where syntheses with it were measured; for
another it is expected from its dipole density,

.. math:: \ln s = \ln s_0 + b \ln \frac{\mu^2 / V_m}{\mu_0^2 / V_0} + u, \quad u \sim N(0, \tau^2),

the reaction field of a polar liquid (Onsager 1936) being what pulls on charged ligands: toluene
comes out a hundred times weaker than an alcohol without being told. u is an effect of each
solvent that its dipole density misses.

Light follows from the thickness through the curve of the dot stage, which is an argument here.
All eleven numbers are fitted to one laboratory (github.com/leoluber/synthesizer) with the priors
of `PRIORS`; what they give elsewhere is a guess. Range: CsPbBr3 from caesium oleate and PbBr2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import Columns

FloatArray = NDArray[np.float64]
Light = Callable[[FloatArray], FloatArray]

R0 = 2000.0  # antisolvent over lead
C0 = 9.1  # lead [mol/m3]
REFERENCE_DENSITY = 50.0  # dipole density [debye2 mol/L], about that of ethanol
# sd of ln s of an antisolvent that was never measured: the effects of four measured ones scatter by
# 0.35, the slope is known to 0.3 over some 0.9 in ln density, and four are few
UNSEEN = 0.55
_NONE = 1e-9  # of r, so that no antisolvent is no drive
_DEBYE = 3.33564e-30

# name: mean, sd
PRIORS: dict[str, tuple[float, float]] = {
    "strength": (0.0, 0.5),
    "alpha": (2.0, 1.5),
    "gamma": (0.0, 0.5),
    "delta": (0.0, 0.7),
    "kappa": (1.0, 2.0),
    "beta": (1.5, 1.0),
    "epsilon": (0.0, 0.7),
    "thinnest": (1.1, 0.3),
    "offset": (0.0, 4.0),
    "fraction": (0.0, 3.0),
    "slope": (0.5, 0.3),
}
_EFFECT = 0.3  # sd of u among the antisolvents that were measured
_ROW = 7.0  # scatter of a row about the mechanism [nm], for the weight of the priors


@dataclass(frozen=True)
class Drives:
    """The fitted numbers by name, and the effect of each measured antisolvent.

    Attributes
    ----------
    values
        Of the names in `PRIORS`; ``offset`` and ``fraction`` [nm], ``thinnest`` and ``kappa``
        logarithms.
    effects
        u by antisolvent.
    covariance
        Of values, then effects, in their order.
    """

    values: dict[str, float]
    effects: dict[str, float]
    covariance: FloatArray

    @property
    def vector(self) -> FloatArray:
        """Values and effects in one row."""
        return np.array([*self.values.values(), *self.effects.values()])

    def moved(self, vector: FloatArray) -> Drives:
        """Return the same with other numbers, in the order of `vector`."""
        names, solvents = list(self.values), list(self.effects)
        return Drives(
            dict(zip(names, map(float, vector[: len(names)]), strict=True)),
            dict(zip(solvents, map(float, vector[len(names) :]), strict=True)),
            self.covariance,
        )


def log_strength(table: Columns, density: FloatArray, drives: Drives) -> FloatArray:
    """Return ln s of the antisolvent of each row; `density` as of `dipole_density`."""
    effect = np.zeros(len(table))
    for name, u in drives.effects.items():
        effect[table.antisolvent == name] = u
    polar = np.log(np.maximum(density, 1e-3) / REFERENCE_DENSITY)
    return np.asarray(drives.values["strength"] + drives.values["slope"] * polar + effect)


def dipole_density(moment: float, molar_volume: float) -> float:
    """Return the dipole density [debye2 mol/L] of `moment` [C m] and `molar_volume` [m3/mol].

    >>> round(dipole_density(1.68 * 3.33564e-30, 58.7e-6), 1)
    48.1
    """
    return (moment / _DEBYE) ** 2 / (molar_volume * 1e3)


def log_drives(
    table: Columns, density: FloatArray, drives: Drives, shift: FloatArray | float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Return the logarithms of both drives, antisolvent and caesium, each shape [rows].

    `shift` is added to ln s: what an antisolvent may be stronger than expected.
    """
    v = drives.values
    is_used = (table.antisolvent_amount > 0.0) & (table.antisolvent != "")
    ratio = np.log(np.where(is_used, table.antisolvent_amount, 0.0) / table.lead / R0 + _NONE)
    rich = np.log(table.caesium_ratio)
    dense = np.log(table.lead_concentration / C0)
    strip = log_strength(table, density, drives) + shift + ratio
    strip = v["alpha"] * (strip + v["gamma"] * dense + v["delta"] * rich)
    feed = v["kappa"] + v["beta"] * rich + v["epsilon"] * dense
    return np.where(is_used, np.clip(strip, -20.0, 8.0), -20.0), np.clip(feed, -20.0, 8.0)


def cells(strip: FloatArray, feed: FloatArray, drives: Drives) -> FloatArray:
    """Return the thickness in unit cells from the logarithms of both drives."""
    total = np.exp(drives.values["thinnest"]) + np.exp(strip) + np.exp(feed)
    return np.clip(total, 1.0, 600.0)


def peak(
    table: Columns,
    density: FloatArray,
    drives: Drives,
    light: Light,
    shift: FloatArray | float = 0.0,
) -> FloatArray:
    """Return the PL peak [nm] of each row; `light` maps unit cells to nm."""
    n = cells(*log_drives(table, density, drives, shift), drives)
    v = drives.values
    return light(n) + v["offset"] + v["fraction"] * table.fraction


def fit(table: Columns, density: FloatArray, measured: FloatArray, light: Light) -> Drives:
    """Fit the numbers to measured PL peaks [nm], outliers counting less (soft L1).

    Parameters
    ----------
    table, density
        Rows and the dipole density of their antisolvents.
    measured
        PL peaks [nm], shape [rows].
    light
        Thickness in unit cells to the PL peak [nm].
    """
    from scipy.optimize import least_squares

    solvents = sorted({str(s) for s in table.antisolvent if s})
    start = Drives(
        {n: m for n, (m, _) in PRIORS.items()}, dict.fromkeys(solvents, 0.0), np.empty((0, 0))
    )
    middle = start.vector
    sd = np.array([*(s for _, s in PRIORS.values()), *(_EFFECT for _ in solvents)])

    def miss(vector: FloatArray) -> FloatArray:
        found = peak(table, density, start.moved(vector), light)
        return np.concatenate([(found - measured) / _ROW, (vector - middle) / sd])

    best = least_squares(miss, middle, loss="soft_l1", max_nfev=2000)
    covariance = np.linalg.inv(best.jac.T @ best.jac)
    found = start.moved(best.x)
    return Drives(found.values, found.effects, covariance)


def uncertainty(
    table: Columns,
    density: FloatArray,
    drives: Drives,
    light: Light,
    shift: FloatArray | float = 0.0,
) -> FloatArray:
    """Standard deviation of the peak [nm] from what is not known of the fitted numbers."""
    vector, step = drives.vector, 1e-3
    columns = []
    for i in range(len(vector)):
        ends = [vector + s * step * np.eye(len(vector))[i] for s in (1.0, -1.0)]
        up, down = (peak(table, density, drives.moved(e), light, shift) for e in ends)
        columns.append((up - down) / (2.0 * step))
    slope = np.stack(columns, axis=1)
    return np.sqrt(np.einsum("ri,ij,rj->r", slope, drives.covariance, slope))
