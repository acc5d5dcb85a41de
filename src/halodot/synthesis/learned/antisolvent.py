r"""PL peak of CsPbBr3 from oleates at room temperature, with or without antisolvent.

The mechanism is `drives`; a Gaussian process corrects it in the features ln Cs/Pb, ln [Pb], the
dose of antisolvent ``ln(1 + r/100)``, the dose times the relative polarity, the logarithm of the
antisolvent's drive and the fraction of the centrifuge. An antisolvent that was never measured is
given 11 strengths about the expected one; a volume that is not stated five of those published; a
fraction that is not stated both, by how often they were kept. Intervals widen with the share of
the process that no data took away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..columns import Columns
from ..drives import R0, UNSEEN, Drives, Light, fit, log_drives, peak, uncertainty
from .residual import Hyper, Mixture, Residual, condition, learn

FloatArray = NDArray[np.float64]

METHODS = ("antisolvent", "larp", "ligand_assisted")
UNIT = 7.0  # nm
_STRENGTHS = np.linspace(-2.0, 2.0, 11)
_QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
FRACTIONS = ((1.0, 0.72), (-1.0, 0.28))  # precipitate and supernatant, share of the measured rows
_NEW = 0.8  # of the process: beyond it a recipe lies outside what was measured
_STRANGE = 0.3  # by which the half width grows where nothing is known; set on stretches left out
_FLOOR = -3.0


@dataclass(frozen=True)
class Solvents:
    """What is known of the antisolvent of each row: dipole density and relative polarity."""

    density: FloatArray
    polarity: FloatArray

    def rows(self, which: NDArray[np.integer] | NDArray[np.bool_]) -> Solvents:
        """Return the rows `which`."""
        return Solvents(self.density[which], self.polarity[which])


@dataclass(frozen=True)
class Trained:
    """The family after training.

    Attributes
    ----------
    drives, hyper, residual
        Mechanism, kernel and conditioned process.
    light
        Thickness in unit cells to the PL peak [nm].
    volumes
        Logarithm of lead in the liquid, of rows that do not state it.
    widen
        Factor on the half widths that makes 90 % intervals cover 90 % of left-out recipes.
    """

    drives: Drives
    hyper: Hyper
    residual: Residual
    light: Light
    volumes: FloatArray
    widen: float

    @property
    def ceiling(self) -> float:
        """Peak [nm] that the thickest dots reach with the noise of a row: nothing lies beyond."""
        noise = UNIT * self.residual.hyper.noise**0.5 * self.widen
        return float(self.light(np.array([600.0]))[0] + self.drives.values["offset"] + 2.0 * noise)

    def predict(self, table: Columns, solvents: Solvents) -> tuple[Mixture, FloatArray]:
        """Forecast of the PL peak [nm] and the novelty of each row."""
        row, weight, full, known, shift = self._scenarios(table, solvents)
        density, drives = known.density, self.drives
        base = peak(full, density, drives, self.light, shift)
        features = _features(full, known, drives, shift)
        miss, sd = self.residual.predict(features)
        new = self.residual.novelty(sd)
        own = uncertainty(full, density, drives, self.light, shift) * new
        wide = self.widen * (1.0 + _STRANGE * new)
        mixture = Mixture(row, weight, base + miss, np.hypot(sd, own) * wide)
        novelty = np.bincount(row, weight * new, len(table)) / np.bincount(row, weight, len(table))
        return mixture, novelty

    def _scenarios(
        self, table: Columns, solvents: Solvents
    ) -> tuple[NDArray[np.int64], FloatArray, Columns, Solvents, FloatArray]:
        """Rows repeated for what is not known of them, with weights."""
        unseen = (table.antisolvent_amount > 0.0) & ~np.isin(
            table.antisolvent, [*self.drives.effects, ""]
        )
        no_volume = ~(table.volume > 0.0)
        row = np.arange(len(table))
        weight = np.ones(len(table))
        values = [np.zeros(len(table)), np.full(len(table), np.nan), table.fraction]
        kept, share = np.array(FRACTIONS).T
        equal = np.ones(len(self.volumes))
        for index, which, choices, odds in (
            (0, unseen, UNSEEN * _STRENGTHS, _normal(_STRENGTHS)),
            (1, no_volume, self.volumes, equal),
            (2, table.fraction == 0.0, kept, share),
        ):
            row, weight, values = _split(row, weight, values, which[row], index, choices, odds)
        shift, dense, fraction = values
        full = replace(table.rows(row), fraction=fraction)
        own = np.where(np.isnan(dense), 0.0, full.lead / np.exp(np.nan_to_num(dense)))
        volume = np.where(np.isnan(dense), full.volume, own + full.antisolvent_volume)
        return row, weight, replace(full, volume=volume), solvents.rows(row), shift


def claims(table: Columns) -> NDArray[np.bool_]:
    """Rows that this family predicts: CsPbBr3 with oleate and lead, at room temperature."""
    warm = table.temperature > 320.0  # not stated counts as room temperature
    is_there = (table.lead > 0.0) & (table.caesium > 0.0)
    is_bromide = table.bromide > 0.97
    return np.isin(table.method, METHODS) & table.has_oleate & is_there & is_bromide & ~warm


def is_new(novelty: FloatArray) -> NDArray[np.bool_]:
    """Whether recipes lie outside what was measured."""
    return novelty > _NEW


def train(
    table: Columns,
    solvents: Solvents,
    measured: FloatArray,
    light: Light,
    hyper: Hyper | None = None,
    widen: float = 1.0,
    drives: Drives | None = None,
) -> Trained:
    """Train on measured PL peaks [nm]; the kernel and the drives are learned where None."""
    drives = drives or fit(table, solvents.density, measured, light)
    features = _features(table, solvents, drives, 0.0)
    miss = measured - peak(table, solvents.density, drives, light)
    found = hyper or learn(features, miss, UNIT)
    volumes = np.quantile(np.log(table.lead_concentration), _QUANTILES)
    return Trained(drives, found, condition(features, miss, UNIT, found), light, volumes, widen)


def _features(
    table: Columns, solvents: Solvents, drives: Drives, shift: FloatArray | float
) -> FloatArray:
    strip, _ = log_drives(table, solvents.density, drives, shift)
    dose = np.log1p(20.0 * table.antisolvent_amount / table.lead / R0)
    return np.column_stack(
        [
            np.log(table.caesium_ratio),
            np.log(table.lead_concentration),
            dose,
            dose * solvents.polarity,
            np.clip(strip, _FLOOR, 6.0),
            table.fraction,
        ]
    )


def _normal(z: FloatArray) -> FloatArray:
    return np.exp(-0.5 * z**2)


def _split(
    row: NDArray[np.int64],
    weight: FloatArray,
    values: list[FloatArray],
    which: NDArray[np.bool_],
    index: int,
    choices: FloatArray,
    odds: FloatArray,
) -> tuple[NDArray[np.int64], FloatArray, list[FloatArray]]:
    """Repeat the components in `which` once for each choice of `values[index]`."""
    kept, many = np.flatnonzero(~which), np.repeat(np.flatnonzero(which), len(choices))
    order = np.concatenate([kept, many])
    new = [v[order] for v in values]
    new[index] = np.concatenate([values[index][kept], np.tile(choices, int(which.sum()))])
    share = np.concatenate([np.ones(len(kept)), np.tile(odds / odds.sum(), int(which.sum()))])
    return row[order], weight[order] * share, new
