"""What a table of recipes gives: light from families that were learned, else from physics alone.

Every row goes to the first family that claims it (`synthesis.learned`). The others get the size
that published syntheses of their method show (`synthesis.sizes`) and the light of such dots;
what the dot model does not know of the peak widens their interval.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.constants import HC, Z90
from ..crystal.composition import parse
from ..library import Library
from ..synthesis import sizes
from ..synthesis.columns import Columns
from ..synthesis.drives import Drives, dipole_density
from ..synthesis.learned import antisolvent, mixed_halide
from ..synthesis.learned.antisolvent import Solvents
from ..synthesis.learned.plain import Plain, plain
from ..synthesis.learned.residual import Hyper
from ..synthesis.polarity import of_solvent
from . import sense, training
from .columns import Read, read
from .light import Lights, default_lights
from .unlearned import forecast, is_plain, phases_of, shapes_of, widths, yields

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

COLUMNS_OUT = (
    "status", "pl_peak_nm", "pl_peak_nm_low", "pl_peak_nm_high", "fwhm_meV", "plqy", "size_nm",
    "size_nm_low", "size_nm_high", "shape", "phase", "in_domain", "assumed", "note",
)  # fmt: skip
LEVELS = (0.05, 0.5, 0.95)
_HALIDES = ("Cl", "Br", "I")
_CELL = 0.587  # nm, of the drives' unit cells
_SALT_SIZE = 9.0  # nm, cubes whose light the mixed-halide family starts from
_NUMBERS = COLUMNS_OUT[1:9]
_FAR = "outside the measured recipes: the mechanism and its spread alone; "
_UNSEEN = "no synthesis with this antisolvent was measured: its strength is from its dipoles; "
_OTHER_PHASE = "another compound takes most of the lead: the light is that of the dots there are; "
_RICH = 2.6  # halide per lead beyond what PbBr2 brings
_LIQUIDS = ("toluene", "n-hexane", "n-octane", "cyclohexane", "1-octadecene")
_NOMINAL = 0.98  # bromide share
_DULL = ("alkane", "alkene", "aromatic", "cycloalkane")  # liquids without a dipole of note
_APOLAR = 3.0  # dipole density [debye2 mol/L] below which a liquid is more solvent


@dataclass(frozen=True)
class Widths:
    """Width [meV] and yield of the antisolvent family, plain processes."""

    fwhm: Plain
    plqy: Plain

    def of(
        self, rows: Columns, solvents: Solvents, peak: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Logarithm of the width [meV] and yield of rows whose PL peak is `peak` [nm]."""
        found = []
        for model in (self.fwhm, self.plqy):
            middle = np.zeros(len(rows))
            for fraction, share in antisolvent.FRACTIONS:
                unstated = replace(rows, fraction=np.where(rows.fraction, rows.fraction, fraction))
                middle += share * model.predict(width_features(unstated, solvents, peak))[0]
            found.append(middle)
        return found[0], found[1]


@dataclass(frozen=True)
class Predictor:
    """Everything that was learned.

    Attributes
    ----------
    library, lights
        Where solvents and the light of dots come from.
    oleate, salts
        The two families.
    widths
        Of the first.
    """

    library: Library
    lights: Lights
    oleate: antisolvent.Trained
    salts: mixed_halide.Trained
    widths: Widths

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Predict a table; see `predict`."""
        import pandas as pd

        table = read(rows, self.library)
        out = pd.DataFrame(index=rows.index, columns=list(COLUMNS_OUT), dtype=object)
        found = self._forecast(table)
        status = np.array([p or "ok" for p in table.problems], dtype=object)
        status[table.where] = found.pop("status")
        out["status"] = status
        for name, values in found.items():
            column = np.full(len(rows), None, dtype=object)
            column[table.where] = values
            out[name] = column
        for name in _NUMBERS:
            out[name] = out[name].astype(float)
        return out

    def of_columns(self, columns: Columns) -> dict[str, Any]:
        """Predict rows that are columns already, caesium lead halides; see `predict`."""
        formulas = [_formula(row) for row in columns.halides]
        count = len(columns)
        compositions = [parse(f) for f in formulas]
        blank: list[tuple[str, ...]] = [()] * count
        return self._forecast(Read(columns, np.arange(count), [""] * count, compositions, blank))

    def _forecast(self, table: Read) -> dict[str, Any]:
        """Columns of the answer for the rows that could be read."""
        columns, count = table.columns, len(table.columns)
        result: dict[str, Any] = {name: np.full(count, np.nan) for name in _NUMBERS}
        notes = np.full(count, "", dtype=object)
        inside = np.zeros(count, dtype=bool)
        status = sense.problems(columns, table.compositions)
        doubts = sense.doubts(columns, table.compositions)
        table = _of_their_salts(table)
        usable = status == ""
        plain = usable & np.array([is_plain(c) for c in table.compositions], dtype=bool)
        oleate = plain & antisolvent.claims(columns)
        salts = plain & mixed_halide.claims(columns)
        rest = usable & ~oleate & ~salts
        for mask, family in ((oleate, self._oleate), (salts, self._salts)):
            if mask.any():
                values, known, note = family(columns.rows(mask))
                for name, x in values.items():
                    result[name][mask] = x
                inside[mask], notes[mask] = known, note
        said: dict[int, str] = {}
        if rest.any():
            which = np.flatnonzero(rest)
            values, found = forecast(table, which, self.lights)
            for name, x in values.items():
                result[name][which] = x
            inside[which], notes[which] = found.known, found.note
            status[which] = found.problem
            said = {int(which[k]): shape for k, shape in found.shape.items()}
        good = status == ""
        dull = np.isnan(result["plqy"]) & good
        result["plqy"][dull] = yields(columns.rows(dull))
        shape = shapes_of(columns, result["size_nm"], said)
        phase = phases_of(columns, table.compositions)
        named = [c.host.formula for c in table.compositions]
        other = np.array(
            [p not in (None, n) for p, n in zip(phase, named, strict=True)], dtype=bool
        )
        inside &= ~other
        notes[other] += _OTHER_PHASE
        notes += doubts
        assumed = ["; ".join(a) for a in table.assumed]
        words: dict[str, Any] = {"shape": shape, "phase": phase, "in_domain": inside}
        for name, column in (words | {"assumed": assumed, "note": notes}).items():
            result[name] = np.array(column, dtype=object)
            result[name][~good] = None
        for name in _NUMBERS:
            result[name][~good] = np.nan
        return {**result, "status": np.where(good, "ok", status)}

    def _oleate(self, rows: Columns) -> tuple[dict[str, FloatArray], BoolArray, Any]:
        known = solvents_of(rows, self.library)
        apolar = known.density < _APOLAR
        rows = replace(
            rows,
            antisolvent=np.where(apolar, "", rows.antisolvent),
            antisolvent_amount=np.where(apolar, 0.0, rows.antisolvent_amount),
            antisolvent_volume=np.where(apolar, 0.0, rows.antisolvent_volume),
        )
        mixture, novelty = self.oleate.predict(rows, known)
        low, middle, high = mixture.quantiles(LEVELS).T
        high = np.maximum(np.minimum(high, self.oleate.ceiling), middle + 0.5 * (middle - low))
        fwhm, plqy = self.widths.of(rows, known, middle)
        values = {"pl_peak_nm": middle, "pl_peak_nm_low": low, "pl_peak_nm_high": high}
        values |= {"fwhm_meV": np.exp(fwhm), "plqy": np.clip(plqy, 0.01, 0.99)}
        values |= self._thickness(low, middle, high)
        measured = list(self.oleate.drives.effects)
        unseen = (rows.antisolvent != "") & ~np.isin(rows.antisolvent, measured)
        rich = rows.halide_ratio > _RICH
        other = ~np.isin(rows.solvent, ("", *_LIQUIDS))
        far = antisolvent.is_new(novelty) | unseen | rich | other
        note = np.where(antisolvent.is_new(novelty), _FAR, "").astype(object)
        note[unseen] += _UNSEEN
        note[rich] += "no measured recipe had more halide than its lead salt brings; "
        note[other] += "measured recipes had toluene; "
        return values, ~far, note

    def _thickness(
        self, low: FloatArray, middle: FloatArray, high: FloatArray
    ) -> dict[str, FloatArray]:
        """Sizes [nm] behind peaks [nm] of platelets and of what they grow into."""
        curve = _need(self.lights, "CsPbBr3", "platelet")
        size = curve.size_of(1e-9 * middle)
        model = Z90 * 1e9 * curve.spread_of(size)
        ends = [
            middle - np.hypot(middle - low, model), middle + np.hypot(high - middle, model)
        ]  # fmt: skip
        below, above = (curve.size_of(1e-9 * e) for e in ends)
        above = np.clip(above, size, np.maximum(size, 1e-9 * sizes.WINDOWS["antisolvent"].high))
        return {"size_nm": 1e9 * size, "size_nm_low": 1e9 * below, "size_nm_high": 1e9 * above}

    def _salts(self, rows: Columns) -> tuple[dict[str, FloatArray], BoolArray, Any]:
        mixture, novelty = self.salts.predict(rows)
        low, middle, high = mixture.quantiles(LEVELS).T
        size = np.full(len(rows), _SALT_SIZE)
        window = sizes.WINDOWS["larp"]
        values = {"pl_peak_nm": middle, "pl_peak_nm_low": low, "pl_peak_nm_high": high,
                  "size_nm": size, "size_nm_low": np.full_like(size, window.low),
                  "size_nm_high": np.full_like(size, window.high)}  # fmt: skip
        values["fwhm_meV"] = widths(rows, size, self.lights)
        nominal = rows.bromide > _NOMINAL
        far = mixed_halide.is_new(novelty) | nominal
        note = np.where(mixed_halide.is_new(novelty), _FAR, "").astype(object)
        note[nominal] += "peaks of pure bromide in this set are a nominal 523 nm; "
        return values, ~far, note + "size from the window of the method: a prior alone; "


def predict(rows: pd.DataFrame) -> pd.DataFrame:
    """Predict what recipes give, one row out for every row in, in the same order.

    Parameters
    ----------
    rows
        Columns of `columns.COLUMNS_IN`; all but ``method`` and ``composition`` may be missing.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS_OUT` on the same index. ``status`` is ``ok`` or says why a row has no
        prediction; ``assumed`` names what the row does not state; intervals hold 90 %.

    Raises
    ------
    InputError
        For a column that is missing or misspelt; never for a single row.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"method": ["antisolvent"], "composition": ["CsPbBr3"],
    ...     "cs_umol": [2.0], "pbbr2_umol": [5.0], "antisolvent": ["ethanol"],
    ...     "antisolvent_umol": [15000.0], "volume_mL": [2.5]})
    >>> bool(470.0 < predict(rows).pl_peak_nm[0] < 515.0)
    True
    """
    return trained()(rows)


@lru_cache(maxsize=1)
def trained() -> Predictor:
    """The predictor trained on all that ships, with the kernels that ship."""
    return learn(numbers=shipped())


@lru_cache(maxsize=1)
def shipped() -> dict[str, Any]:
    """Kernels and factors that `scoring` found, by family."""
    path = resources.files("halodot") / "library" / "data" / "recipes" / "trained.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def learn(
    exclude: Callable[[pd.DataFrame], Any] | None = None,
    numbers: dict[str, Any] | None = None,
    library: Library | None = None,
    lights: Lights | None = None,
) -> Predictor:
    """Train a predictor.

    Parameters
    ----------
    exclude
        Takes a training table (`training`) and gives a mask of rows to leave out.
    numbers
        Kernels and factors by family (`shipped`); learned anew where None.
    """
    known = library or Library.builtin()
    light = lights or default_lights()
    first, second = training.antisolvent(), training.mixed_halide()
    if exclude is not None:
        first, second = (t[~np.asarray(exclude(t), dtype=bool)] for t in (first, second))
    saved = numbers or {}

    def hyper(name: str) -> Hyper | None:
        return Hyper(**{**saved[name], "lengths": tuple(saved[name]["lengths"])}) if saved else None

    widen = saved.get("widen", {"oleate": 1.0, "salts": 1.0})
    rows, solvents, peaks = oleate_rows(first, known)
    own = drives_of(saved["drives"]) if saved and exclude is None else None
    oleate = antisolvent.train(
        rows, solvents, peaks, by_cells(light), hyper("oleate"), widen["oleate"], own
    )
    features = width_features(rows, solvents, peaks)
    has_yield = first["plqy"].notna().to_numpy()
    widths = Widths(
        plain(features, np.log(first["fwhm_meV"].to_numpy(dtype=float)), hyper("fwhm")),
        plain(features[has_yield], first["plqy"].to_numpy(dtype=float)[has_yield], hyper("plqy")),
    )
    salts = mixed_halide.train(
        read(second.drop(columns=["key", "pl_peak_nm", "count"]), known).columns,
        second["pl_peak_nm"].to_numpy(dtype=float),
        by_bromide(light),
        hyper("salts"),
        widen["salts"],
    )
    return Predictor(known, light, oleate, salts, widths)


def kernels(found: Predictor) -> dict[str, Any]:
    """Return kernels and drives of a predictor as they are shipped."""
    fwhm, plqy = found.widths.fwhm.residual, found.widths.plqy.residual
    parts: dict[str, Any] = {
        "oleate": found.oleate,
        "salts": found.salts,
        "fwhm": fwhm,
        "plqy": plqy,
    }
    found_kernels = {name: asdict(part.hyper) for name, part in parts.items()}
    d = found.oleate.drives
    drives = {"values": d.values, "effects": d.effects, "covariance": d.covariance.tolist()}
    return found_kernels | {"drives": drives}


def drives_of(saved: dict[str, Any]) -> Drives:
    """Return drives as they are shipped."""
    return Drives(saved["values"], saved["effects"], np.array(saved["covariance"], dtype=float))


def oleate_rows(table: pd.DataFrame, library: Library) -> tuple[Columns, Solvents, FloatArray]:
    """Columns, solvents and PL peaks [nm] of rows of `training.antisolvent`."""
    inputs = table.drop(columns=["key", "pl_peak_nm", "fwhm_meV", "plqy"])
    columns = read(inputs, library).columns
    return columns, solvents_of(columns, library), table["pl_peak_nm"].to_numpy(dtype=float)


def solvents_of(rows: Columns, library: Library) -> Solvents:
    """Dipole density and polarity of the antisolvent of each row."""
    names = np.unique(rows.antisolvent)
    density = {n: _density(n, library) for n in names}
    polarity = {n: of_solvent(n, library) for n in names}
    return Solvents(
        np.array([density[n] for n in rows.antisolvent], dtype=float),
        np.array([polarity[n] for n in rows.antisolvent], dtype=float),
    )


# delta_P = 37.4 mu / sqrt(V) in MPa^0.5, debye and cm3/mol (Hansen and Beerbower 1971; remembered,
# unverified), so that delta_P^2 = 1.399 mu^2/V with V in L/mol
_BEERBOWER = 1.399


def _density(name: str, library: Library) -> float:
    """Dipole density [debye2 mol/L]; from Hansen's polar part where no dipole is listed."""
    if not name:
        return 1.0
    entry = library.entry("solvent", name)
    if entry.has("dipole_moment") and entry.has("molar_volume"):
        moment, volume = (float(entry.quantity(q)) for q in ("dipole_moment", "molar_volume"))
        return dipole_density(moment, volume)
    if entry.has("polar_energy_density"):
        return max(float(entry.quantity("polar_energy_density")) * 1e-6 / _BEERBOWER, 0.1)
    return 0.1 if entry.text("solvent_class") in _DULL else 20.0


def width_features(rows: Columns, solvents: Solvents, peak: FloatArray) -> FloatArray:
    """Features of widths and yields: the peak, the flask, the solvent, the fraction."""
    dose = np.log1p(0.01 * rows.antisolvent_amount / rows.lead)
    rich = np.log(rows.caesium_ratio)
    return np.column_stack([peak, rich, dose, dose * solvents.polarity, rows.fraction])


def by_cells(lights: Lights) -> Callable[[FloatArray], FloatArray]:
    """PL peak [nm] of platelets of CsPbBr3 against their thickness in unit cells."""
    curve = _need(lights, "CsPbBr3", "platelet")
    return lambda n: 1e9 * curve.peak_of(n * _CELL * 1e-9)


def by_bromide(lights: Lights) -> Callable[[FloatArray], FloatArray]:
    """PL energy [eV] of cubes of CsPb(Br,Cl)3 against their bromide share."""
    x = np.linspace(0.0, 1.0, 11)
    halides = np.column_stack([1.0 - x, x, np.zeros_like(x)])
    size = np.full_like(x, 1e-9 * _SALT_SIZE)
    energy = HC / lights.of(halides, "cube", "peak_of", size)
    return lambda share: np.interp(share, x, energy)


def _of_their_salts(table: Read) -> Read:
    """The table with the compositions that the salts of its rows make."""
    made = list(table.compositions)
    for i, composition in enumerate(made):
        formula = sense.as_salts(composition, table.columns.halides[i])
        made[i] = parse(formula) if formula else composition
    return replace(table, compositions=made)


def _formula(halides: FloatArray) -> str:
    """Formula of the caesium lead halide with these shares of Cl, Br and I."""
    inner = "".join(f"{h}{x:.4f}" for h, x in zip(_HALIDES, halides, strict=True) if x > 0.0)
    return f"CsPb({inner})3"


def _need(lights: Lights, formula: str, shape: str) -> Any:
    curve = lights.curve(formula, shape)
    if curve is None:
        raise ValueError(f"the dot model has no levels of {formula}")
    return curve
