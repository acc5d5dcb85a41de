r"""PL peak of CsPb(Br,Cl)3 from halide salts at room temperature.

The mechanism is the light of the dots at the composition of the salts, corrected by a line in the
bromide share x (offset and slope: what the size and the lattice model miss),

.. math:: E = E_{dots}(x) + a + b\,(x - 1/2) + r,

and a Gaussian process r in x, ln oleylamine/Pb and ln oleic acid/Pb. In the data the acid and the
amine move the peak by some 20 nm at one composition. Amounts of ligand that are not stated are
given the published ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.constants import HC
from ..columns import Columns
from .residual import Hyper, Mixture, Residual, condition, learn

FloatArray = NDArray[np.float64]
Energy = Callable[[FloatArray], FloatArray]

METHODS = ("antisolvent", "larp", "ligand_assisted")
UNIT = 0.03  # eV
_LINE = (0.1, 0.3)  # sd of a and b [eV]
_ROW = 0.02
_QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)
_NEW = 0.6
_NM = 1e9


@dataclass(frozen=True)
class Trained:
    """The family after training; `energy` maps the bromide share to the PL energy [eV]."""

    line: FloatArray
    hyper: Hyper
    residual: Residual
    energy: Energy
    ligands: FloatArray
    widen: float

    def predict(self, table: Columns) -> tuple[Mixture, FloatArray]:
        """Forecast of the PL peak [nm] and the novelty of each row."""
        row, weight, features = self._scenarios(table)
        base = self.energy(features[:, 0]) + _terms(features[:, 0]) @ self.line
        miss, sd = self.residual.predict(features)
        middle = base + miss
        new = self.residual.novelty(sd)
        mixture = Mixture(row, weight, HC * _NM / middle, HC * _NM / middle**2 * sd * self.widen)
        novelty = np.bincount(row, weight * new, len(table)) / np.bincount(row, weight, len(table))
        return mixture, novelty

    def _scenarios(self, table: Columns) -> tuple[NDArray[np.int64], FloatArray, FloatArray]:
        plain = _features(table)
        missing = np.isnan(plain[:, 1]) | np.isnan(plain[:, 2])
        whole, many = np.flatnonzero(~missing), np.flatnonzero(missing)
        count = len(self.ligands)
        copies = np.repeat(plain[many], count, axis=0)
        fill = np.tile(self.ligands, (len(many), 1))
        copies[:, 1:] = np.where(np.isnan(copies[:, 1:]), fill, copies[:, 1:])
        row = np.concatenate([whole, np.repeat(many, count)])
        weight = np.concatenate([np.ones(len(whole)), np.full(len(copies), 1.0 / count)])
        return row, weight, np.concatenate([plain[whole], copies])


def claims(table: Columns) -> NDArray[np.bool_]:
    """Rows that this family predicts: salts of chloride and bromide, unheated."""
    warm = table.temperature > 320.0
    is_there = (table.lead > 0.0) & (table.caesium > 0.0) & (table.halides[:, 2] < 0.01)
    known = np.isin(table.method, METHODS)
    return known & ~table.has_oleate & is_there & ~warm


def is_new(novelty: FloatArray) -> NDArray[np.bool_]:
    """Whether recipes lie outside what was measured."""
    return novelty > _NEW


def train(
    table: Columns,
    measured: FloatArray,
    energy: Energy,
    hyper: Hyper | None = None,
    widen: float = 1.0,
) -> Trained:
    """Train on measured PL peaks [nm]; the kernel is learned too where `hyper` is None."""
    features = _features(table)
    wanted = HC * _NM / measured - energy(features[:, 0])
    terms = _terms(features[:, 0])
    precision = terms.T @ terms / _ROW**2 + np.diag(np.array(_LINE) ** -2.0)
    line = np.asarray(np.linalg.solve(precision, terms.T @ wanted / _ROW**2), dtype=float)
    miss = wanted - terms @ line
    found = hyper or learn(features, miss, UNIT)
    ligands = _typical(features[:, 1:])
    return Trained(line, found, condition(features, miss, UNIT, found), energy, ligands, widen)


def _features(table: Columns) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        amine = np.log(np.where(table.amine > 0.0, table.amine / table.lead, np.nan))
        acid = np.log(np.where(table.acid > 0.0, table.acid / table.lead, np.nan))
    return np.column_stack([table.bromide, amine, acid])


def _terms(x: FloatArray) -> FloatArray:
    return np.column_stack([np.ones_like(x), x - 0.5])


def _typical(ligands: FloatArray) -> FloatArray:
    """Amounts that stand for those of rows that state none, shape [choices, 2]."""
    order = np.argsort(ligands.sum(axis=1))
    picks = np.quantile(np.arange(len(order)), _QUANTILES).astype(int)
    return np.asarray(ligands[order[picks]])
