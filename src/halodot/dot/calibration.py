r"""What the published sizing data say about the few numbers that nothing else gives.

Maximum of the posterior: independent priors (from other measurements, stated below) times normal
errors of the rows,

.. math:: \min_\theta \sum_i \frac{(E_i - E(\theta, x_i))^2}{\sigma_i^2}
          + \sum_k \frac{(\theta_k - \theta_k^0)^2}{s_k^2},

with the covariance of the parameters from the Jacobian at the minimum. Rows enter once. No
parameter belongs to a source: each belongs to a material or to all of them.

- CsPbBr3: remote bands, correction of the bulk gap at room temperature;
- MAPbBr3: the same correction, and a scale on the kinetic energies. Its one published series moves
  by 0.6 of what bare carriers would; a carrier dressed by a Froehlich polaron of coupling 2.4 to
  2.7 (the couplings of MAPbI3) is heavier by 1.6. Plates of the stated thickness with bare carriers
  would fit as well, as the series calls its dots spheroids, so that the two cannot be told apart;
- all: height of the wall, Stokes shift.

`leave_out` fits without some rows and predicts them. The interval of a row whose source is in the
fit holds the parameters and the scatter of rows; that of a new source holds also how far
laboratories lie apart (`DotModel.source_error`) and the structural error of the model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..core.constants import HC, Z90
from ..library import Library
from ..library.tables import table
from .bulk import bulk
from .gap_convention import gap_at
from .sizing import Core, energies
from .spec import DotModel

FloatArray = NDArray[np.float64]

SHAPES = {"nanoplatelet": "platelet", "cube": "cube", "spheroid": "sphere"}
PEAKS = ("PL_peak", "band_gap", "absorption_peak")
FITTED = ("CsPbBr3", "MAPbBr3")

# name -> prior mean, prior standard error, why
PRIORS: dict[str, tuple[float, float, str]] = {
    "CsPbBr3.remote_band": (
        3.0,
        1.3,
        "masses 0.126 and 0.18 of CsPbBr3; critical points of CsPbI3",
    ),
    "CsPbBr3.gap_correction": (0.0, 0.025, "two bulk gaps, 0.02 eV apart, and their slope"),
    "MAPbBr3.gap_correction": (0.0, 0.03, "one bulk gap whose kind is not stated"),
    "MAPbBr3.confinement_scale": (0.8, 0.2, "between bare carriers and polarons of coupling 2.5"),
    "barrier": (6.0, 2.0, "gap of a saturated ligand, half of it on each side, and more"),
    "stokes_shift": (
        0.04,
        0.01,
        "0.045 eV, median of 13 pairs of spectra of platelets; less in cubes",
    ),
}
# Scatter of one row about its own source [eV].
ROW = {"nanoplatelet": 0.012, "cube": 0.08, "spheroid": 0.018}


@dataclass(frozen=True)
class Row:
    """One measured peak.

    Attributes
    ----------
    source
        Laboratory, as the table names it.
    group
        Material, shape and quantity in words.
    formula, kind, size, temperature
        Kind of shape as the table names it; [m], [K].
    measured
        [eV]
    emitted
        Whether it is an emission peak.
    repeated
        Whether it restates another row (raw spectra behind a table of the same source).
    """

    source: str
    group: str
    formula: str
    kind: str
    size: float
    temperature: float
    measured: float
    emitted: bool
    repeated: bool = False

    @property
    def shape(self) -> str:
        """Shape of the model."""
        return SHAPES[self.kind]


@dataclass(frozen=True)
class Prediction:
    """A row with what a fit without it says."""

    row: Row
    value: float
    low: float
    high: float

    @property
    def error(self) -> float:
        """Predicted minus measured [eV]."""
        return self.value - self.row.measured

    @property
    def covered(self) -> bool:
        """Whether the measured value lies in the 90 % interval."""
        return self.low <= self.row.measured <= self.high


@dataclass(frozen=True)
class Fit:
    """Parameters by name, with their covariance in the order of `PRIORS`."""

    values: dict[str, float]
    covariance: FloatArray

    def deviation(self, name: str) -> float:
        """Standard error of a parameter."""
        at = list(self.values).index(name)
        return float(np.sqrt(self.covariance[at, at]))


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """Return every published row with a size and an energy, each measurement once.

    >>> len([r for r in rows() if not r.repeated])
    21
    """
    found = []
    for r in table("size_energy"):
        if not r["size_nm"] or r["quantity"] not in PEAKS or r["note"].startswith("same row"):
            continue
        value = float(r["value"])
        raw = r["note"].startswith("sample")
        found.append(
            Row(
                source=r["source_doi"].split(" ")[0],
                group=f"{r['material']} {r['shape']} {r['quantity']}" + (" raw" if raw else ""),
                formula=r["material"],
                kind=r["shape"],
                size=float(r["size_nm"]) * 1e-9,
                temperature=float(r["temperature_K"]),
                measured=HC / (value * 1e-9) if r["unit"] == "nm" else value,
                emitted=r["quantity"] == "PL_peak",
                repeated=raw,
            )
        )
    return tuple(found)


@lru_cache(maxsize=32)
def _material(formula: str, temperature: float) -> tuple[Core, float]:
    """Core of a material with nothing fitted, and the optical gap of the bulk beside it."""
    library, model = Library.builtin(), DotModel()
    values = bulk(formula, library)
    core = Core(
        gap=float(gap_at(library, values.members, temperature)),
        kane_energy=float(values["kane_energy"]),
        remote=float(values["remote_band"]),
        binding_energy=float(values["exciton_binding_energy"]),
        lattice=float(values["lattice_constant"]),
        barrier=float(model.barrier),
        optical=float(values["permittivity_optical"]),
        phonon_energy=float(values["phonon_energy"]),
        mass_ratio=float(values["electron_mass"]) / float(values["hole_mass"]),
        outer_mass=float(model.outer_mass),
        outside=float(model.ligand_permittivity),
    )
    return core, float(model.lateral_default)


def peak(
    values: dict[str, float], formula: str, shape: str, size: FloatArray, temperature: float
) -> tuple[FloatArray, FloatArray]:
    """Return (optical gap, its shift from the bulk exciton) [eV] with the parameters `values`."""
    core, lateral = _material(formula, temperature)
    core = replace(
        core,
        gap=float(np.asarray(core.gap)) + values.get(f"{formula}.gap_correction", 0.0),
        remote=values.get(f"{formula}.remote_band", core.remote),
        scale=values.get(f"{formula}.confinement_scale", 1.0),
        barrier=values["barrier"],
    )
    found = energies(size, shape, core, lateral if shape == "platelet" else None).optical_gap
    edge = float(np.asarray(core.gap)) - float(np.asarray(core.binding_energy))
    return found, found - edge


def model(values: dict[str, float], sample: Sequence[Row]) -> tuple[FloatArray, FloatArray]:
    """Return (peak as measured, shift from the bulk) of every row [eV]."""
    energy, shift = np.zeros(len(sample)), np.zeros(len(sample))
    keys = [(r.formula, r.shape, r.temperature) for r in sample]
    for key in dict.fromkeys(keys):
        at = [i for i, k in enumerate(keys) if k == key]
        sizes = np.array([sample[i].size for i in at])
        energy[at], shift[at] = peak(values, key[0], key[1], sizes, key[2])
    return energy - values["stokes_shift"] * np.array([r.emitted for r in sample]), shift


def fit(sample: Sequence[Row]) -> Fit:
    """Return the parameters that the rows and the priors make most probable.

    Examples
    --------
    >>> found = fit([r for r in rows() if not r.repeated])
    >>> 4.0 < found.values["barrier"] < 10.0
    True
    """
    from scipy.optimize import least_squares

    start = np.array([mean for mean, _, _ in PRIORS.values()])
    scale = np.array([error for _, error, _ in PRIORS.values()])
    measured = np.array([r.measured for r in sample])
    sd = np.array([ROW[r.kind] for r in sample])

    def residuals(z: FloatArray) -> FloatArray:
        values = dict(zip(PRIORS, start + scale * z, strict=True))
        return np.concatenate([(model(values, sample)[0] - measured) / sd, z])

    # no wall below 1 eV, no negative mass
    lowest = np.where(start > 0.1, (0.2 * start - start) / scale, -8.0)
    best = least_squares(residuals, np.zeros(len(start)), bounds=(lowest, 8.0), diff_step=1e-4)
    spread = np.linalg.inv(best.jac.T @ best.jac) * np.outer(scale, scale)
    return Fit(dict(zip(PRIORS, (float(v) for v in start + scale * best.x), strict=True)), spread)


def predict(found: Fit, sample: Sequence[Row], known: Sequence[Row]) -> tuple[Prediction, ...]:
    """Predict `sample` with 90 % intervals; `known` are the rows of the fit."""
    value, shift = model(found.values, sample)
    slopes = _slopes(found, sample)
    parameters = np.einsum("ik,kl,il->i", slopes, found.covariance, slopes)
    settings = DotModel()
    apart = (settings.source_error.high or 0.0) / Z90
    share = float(settings.structural_error)
    seen = {r.source for r in known}
    out = []
    for i, row in enumerate(sample):
        variance = parameters[i] + ROW[row.kind] ** 2
        if row.source not in seen:
            variance += apart**2 + (share * shift[i]) ** 2
        half = Z90 * float(np.sqrt(variance))
        v = float(value[i])
        out.append(Prediction(row, v, v - half, v + half))
    return tuple(out)


def _slopes(found: Fit, sample: Sequence[Row]) -> FloatArray:
    """d(peak)/d(parameter), central differences over a tenth of the prior."""
    columns = []
    for name, (_, error, _) in PRIORS.items():
        step = 0.1 * error
        up, down = (found.values | {name: found.values[name] + s * step} for s in (1.0, -1.0))
        columns.append((model(up, sample)[0] - model(down, sample)[0]) / (2.0 * step))
    return np.stack(columns, axis=1)


def leave_out(
    key: Callable[[Row], object], sample: Sequence[Row] | None = None
) -> tuple[Prediction, ...]:
    """Leave out all rows with the same `key` in turn and predict them from the rest.

    Parameters
    ----------
    key
        ``lambda r: r.source`` for whole sources, ``id`` for single rows.
    sample
        The rows; by default all that are not repeated.

    Returns
    -------
    tuple of Prediction
        In the order of the groups.
    """
    chosen = [r for r in rows() if not r.repeated] if sample is None else list(sample)
    out: list[Prediction] = []
    for value in dict.fromkeys(key(r) for r in chosen):
        kept = [r for r in chosen if key(r) != value]
        left = [r for r in chosen if key(r) == value]
        out += predict(fit(kept), left, kept)
    return tuple(out)
