"""From a table that people write to `synthesis.columns.Columns`, row by row, nothing refused whole.

A row that cannot be read keeps its place and says why; the others go on.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.errors import HalodotError, InputError, nearest
from ..crystal.composition import Composition, parse
from ..library import Library
from ..synthesis.columns import OLEIC_ACID, OLEYLAMINE, Columns
from ..synthesis.methods import METHODS, canonical

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

SALTS = {  # caesium, lead, halide and which halide in one mole
    "csbr_umol": (1, 0, 1, "Br"),
    "cscl_umol": (1, 0, 1, "Cl"),
    "csi_umol": (1, 0, 1, "I"),
    "cs_umol": (1, 0, 0, ""),
    "pbbr2_umol": (0, 1, 2, "Br"),
    "pbcl2_umol": (0, 1, 2, "Cl"),
    "pbi2_umol": (0, 1, 2, "I"),
    "pbx2_umol": (0, 1, 2, "X"),
    "znbr2_umol": (0, 0, 2, "Br"),
}
NUMBERS = (
    *SALTS, "antisolvent_umol", "volume_mL", "oa_mL", "oam_mL", "temperature_C", "time_s",
)  # fmt: skip
WORDS = ("method", "composition", "antisolvent", "solvent", "fraction")
COLUMNS_IN = (
    "method", "composition", *SALTS, "antisolvent", "antisolvent_umol", "solvent", "volume_mL",
    "oa_mL", "oam_mL", "temperature_C", "time_s", "fraction",
)  # fmt: skip
ASSUMED = ("solvent", "volume_mL", "temperature_C", "time_s", "oa_mL", "oam_mL")
FRACTIONS = {
    "": 0.0, "-": 0.0, "precipitate": 1.0, "p": 1.0, "supernatant": -1.0, "s": -1.0,
}  # fmt: skip
LIMITS = {"temperature_C": (-100.0, 1200.0), "volume_mL": (1e-6, 1e7), "time_s": (0.0, 1e8)}
_HALIDES = ("Cl", "Br", "I")
_TYPO = 0.84


@dataclass(frozen=True)
class Read:
    """A table after reading.

    Attributes
    ----------
    columns
        Of the rows that can be used, in their order.
    where
        Number of each of those rows in the table.
    problems
        Why a row cannot be used, empty where it can; shape [rows of the table].
    compositions
        Of the rows that can be used.
    assumed
        Columns that a row does not state, of the rows that can be used.
    """

    columns: Columns
    where: NDArray[np.int64]
    problems: list[str]
    compositions: list[Composition]
    assumed: list[tuple[str, ...]]


def sentence(error: HalodotError) -> str:
    """An error on one line, for a cell."""
    if isinstance(error, InputError):
        told = f"{error.field}: {error.value} cannot be used; allowed: {error.allowed}"
        return " ".join((told + (f"; try: {error.remedy}" if error.remedy else "")).split())
    return " ".join(str(error).split())


def check_names(names: list[str]) -> list[str]:
    """Return the columns that are not used; refuse one that is a misspelt column.

    Raises
    ------
    InputError
        If ``method`` or ``composition`` is missing, or a name is close to one that is missing.
    """
    for need in ("method", "composition"):
        if need not in names:
            remedy = nearest(need, names) or f"a column {need}"
            raise InputError(need, "no such column", "a column " + need, remedy)
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise InputError(twice, "there twice", "every column once", "remove one")
    unused = [n for n in names if n not in COLUMNS_IN]
    missing = [n for n in COLUMNS_IN if n not in names]
    for name in unused:
        close = difflib.get_close_matches(name, missing, 1, _TYPO)
        if close:
            raise InputError(name, "a column", "one of " + ", ".join(COLUMNS_IN),
                             f"did you mean {close[0]}?")  # fmt: skip
    return unused


def read(rows: pd.DataFrame, library: Library) -> Read:
    """Read a table; `InputError` only for its columns, never for one row."""
    check_names([str(c) for c in rows.columns])
    words = {n: _words(rows, n) for n in WORDS}
    numbers, faults = _numbers(rows)
    solvents = _Solvents(library)
    salts, mixed = _of_salts(numbers), np.nan_to_num(numbers["pbx2_umol"])
    problems = list(faults)
    kept: list[tuple[int, str]] = []
    compositions: list[Composition] = []
    halides: list[FloatArray] = []
    anti: list[str] = []
    solvent: list[str] = []
    fraction: list[float] = []
    for i in range(len(rows)):
        try:
            if problems[i]:
                continue
            if not any(words[name][i] for name in ("method", "composition")):
                raise InputError("row", "nothing", "a method and a composition", "")
            method = _method(words["method"][i])
            composition = _composition(words["composition"][i], salts[i])
            share = _halides(composition, salts[i], float(mixed[i]))
            amount = numbers["antisolvent_umol"][i]
            name = words["antisolvent"][i] if amount > 0.0 else ""
            anti.append(solvents.name(name, "antisolvent"))
            solvent.append(solvents.name(words["solvent"][i], "solvent", strict=False))
            fraction.append(_fraction(words["fraction"][i]))
        except HalodotError as e:
            problems[i] = sentence(e)
            del anti[len(kept) :], solvent[len(kept) :]
            continue
        kept.append((i, method))
        compositions.append(composition)
        halides.append(share)
    where = np.array([i for i, _ in kept], dtype=np.int64)
    methods = np.array([m for _, m in kept], dtype=str)
    n = {name: values[where] for name, values in numbers.items()}
    columns = _columns(methods, np.reshape(halides, (-1, 3)), n, anti, solvent, fraction, solvents)
    stated = {name: ~np.isnan(n[name]) for name in ASSUMED if name != "solvent"}
    stated["solvent"] = np.array([s != "" for s in solvent], dtype=bool)
    assumed = [tuple(a for a in ASSUMED if not bool(stated[a][k])) for k in range(len(where))]
    return Read(columns, where, problems, compositions, assumed)


def _columns(
    methods: NDArray[np.str_],
    halides: FloatArray,
    n: dict[str, FloatArray],
    anti: list[str],
    solvent: list[str],
    fraction: list[float],
    solvents: _Solvents,
) -> Columns:
    amounts = {name: np.nan_to_num(n[name]) * 1e-6 for name in SALTS}
    each = np.array([SALTS[s][:3] for s in SALTS], dtype=float)
    caesium, lead, halide = each.T @ np.array([amounts[s] for s in SALTS])
    names = np.array(anti, dtype=str)
    used = np.where(names != "", np.nan_to_num(n["antisolvent_umol"]) * 1e-6, 0.0)
    molar = np.array([solvents.molar_volume(a) for a in anti])
    return Columns(
        method=methods,
        halides=halides,
        caesium=caesium,
        lead=lead,
        halide=halide,
        has_oleate=amounts["cs_umol"] > 0.0,
        antisolvent=names,
        antisolvent_amount=used,
        antisolvent_volume=used * molar,
        solvent=np.array(solvent, dtype=str),
        volume=n["volume_mL"] * 1e-6,
        acid=n["oa_mL"] * 1e-6 * OLEIC_ACID,
        amine=n["oam_mL"] * 1e-6 * OLEYLAMINE,
        temperature=n["temperature_C"] + 273.15,
        time=n["time_s"],
        fraction=np.array(fraction, dtype=float),
    )


def _words(rows: pd.DataFrame, name: str) -> list[str]:
    if name not in rows:
        return [""] * len(rows)
    missing = rows[name].isna()
    return ["" if m else str(v).strip() for v, m in zip(rows[name], missing, strict=True)]


def _numbers(rows: pd.DataFrame) -> tuple[dict[str, FloatArray], list[str]]:
    """Numbers by column, NaN where empty, and the first fault of each row."""
    import pandas as pd

    faults = [""] * len(rows)
    found = {}
    for name in NUMBERS:
        if name not in rows:
            found[name] = np.full(len(rows), np.nan)
            continue
        text = rows[name].map(lambda v: v.strip() if isinstance(v, str) else v)
        empty = (text.isna() | (text == "")).to_numpy(dtype=bool)
        values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        low, high = LIMITS.get(name, (0.0, 1e12))
        with np.errstate(invalid="ignore"):
            bad = ~empty & ~((values >= low) & (values <= high))
        for i in np.flatnonzero(bad):
            faults[i] = faults[i] or f"{name} = {text.iloc[i]} is no number of {low:g} to {high:g}"
        found[name] = np.where(empty | bad, np.nan, values)
    return found, faults


def _method(word: str) -> str:
    method = canonical(word)
    if method not in METHODS:
        raise InputError("method", word or "nothing", "one of " + ", ".join(METHODS),
                         nearest(method, METHODS))  # fmt: skip
    return method


def _composition(text: str, salts: FloatArray) -> Composition:
    """The formula of a row; halides written with a comma are those of its salts."""
    if not text:
        raise InputError("composition", "nothing", "a formula such as CsPbBr3", "")
    if "," not in text:
        return parse(text)
    total = float(salts.sum())
    if not total > 0.0:
        allowed = "a formula with the share of each halide"
        raise InputError("composition", text, allowed, "CsPb(Br0.7Cl0.3)3")
    inner = "".join(f"{h}{x / total:.4f}" for h, x in zip(_HALIDES, salts, strict=True) if x > 0.0)
    start, end = text.find("("), text.rfind(")")
    if min(start, end) < 0:
        raise InputError("composition", text, "brackets around the halides", "CsPb(Br,Cl)3")
    return parse(text[: start + 1] + inner + text[end:])


def _of_salts(numbers: dict[str, FloatArray]) -> FloatArray:
    """Cl, Br and I of the salts that name their halide [umol], shape [rows, 3]."""
    total = np.zeros((len(numbers["pbx2_umol"]), 3))
    for name, (_, _, count, which) in SALTS.items():
        if which in _HALIDES:
            total[:, _HALIDES.index(which)] += count * np.nan_to_num(numbers[name])
    return total


def _halides(composition: Composition, salts: FloatArray, mixed: float) -> FloatArray:
    """Shares of Cl, Br and I: those of the salts where they say them, else of the formula."""
    formula = composition.site("X")
    own = np.array([formula.get(h, 0.0) for h in _HALIDES])
    own = own / own.sum() if own.sum() > 0.0 else own
    total = salts + own * 2.0 * mixed
    return np.asarray(total / total.sum() if total.sum() > 0.0 else own)


def _fraction(word: str) -> float:
    if word.lower() not in FRACTIONS:
        raise InputError("fraction", word, "precipitate, supernatant or empty", "")
    return FRACTIONS[word.lower()]


class _Solvents:
    """Names and properties of solvents, looked up once each."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._names: dict[tuple[str, bool], str] = {}
        self._volumes: dict[str, float] = {"": 0.0}

    def name(self, word: str, field: str, *, strict: bool = True) -> str:
        """Return the name in the library; a solvent that is not in it keeps its own."""
        if not word:
            return ""
        key = (word, strict)
        if key not in self._names:
            try:
                self._names[key] = self.library.entry("solvent", word).name
            except InputError as e:
                if strict:
                    raise InputError(field, word, e.allowed, e.remedy) from None
                self._names[key] = word
        return self._names[key]

    def molar_volume(self, name: str) -> float:
        """Return the molar volume [m3/mol]; 1e-4 where it is not known."""
        if name not in self._volumes:
            entry = self.library.entry("solvent", name)
            known = entry.has("molar_volume")
            self._volumes[name] = float(entry.quantity("molar_volume")) if known else 1e-4
        return self._volumes[name]
