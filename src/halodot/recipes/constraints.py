"""What a laboratory has and allows: reagents at hand, largest amounts, volume, temperature.

A constraint never filters proposals afterwards. Reagents that are ruled out take their route, or
one choice of it, out of the search; temperatures narrow its range; and a batch is made larger
until everything can be weighed, or smaller where it would need too much of anything, as a whole,
which leaves every ratio and concentration as it was. What comes out therefore cannot break a
limit; `violations` says so independently, for tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from ..core.errors import InputError, nearest
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from ..core.units import is_unit, parse

if TYPE_CHECKING:
    import pandas as pd

    from ..library.entry import Entry

FloatArray = NDArray[np.float64]

CELSIUS = 273.15
CS_OLEATE = 20.0  # stock of caesium oleate [umol/mL], as in three quarters of the antisolvent set
STOCK_LIGAND = 0.01  # volume of each ligand in the stock of lead bromide: remembered, unverified
EXCHANGE_LIGAND = 2e-3  # of each ligand to dissolve an exchange reagent [mL/umol]: assumed
LEAST_MASS = 5e-6  # that a balance weighs to a few percent [kg]: assumed
LEAST_VOLUME = 2e-8  # that a pipette measures to a few percent [m3]: assumed
LARGEST = 5.0  # times that a batch is made larger at most: assumed
# Column of a recipe -> reagent to weigh and its moles per mole in the column.
SALTS = {
    "csbr_umol": ("CsBr", 1.0),
    "cscl_umol": ("CsCl", 1.0),
    "csi_umol": ("CsI", 1.0),
    "cs_umol": ("Cs2CO3", 0.5),
    "pbbr2_umol": ("PbBr2", 1.0),
    "pbcl2_umol": ("PbCl2", 1.0),
    "pbi2_umol": ("PbI2", 1.0),
    "znbr2_umol": ("ZnBr2", 1.0),
}
LIQUIDS = {"oa_mL": "oleic acid", "oam_mL": "oleylamine"}
_MARGIN = 0.995  # under a limit: cutting digits may leave more of what fills a volume up
HALIDE_WORDS = {"chloride": "Cl", "bromide": "Br", "iodide": "I"}
AMOUNTS = (*SALTS, *LIQUIDS, "antisolvent_umol", "volume_mL", "dots_umol", "exchange_umol")
_KINDS = ("reagent", "solvent")
_MADE_OF = {"caesium oleate": "Cs2CO3"}  # the recipes here make it from the carbonate


@lru_cache(maxsize=256)
def _entry(word: str) -> Entry:
    from ..library import Library

    return Library.builtin().find(word, _KINDS)


def reagent(word: str, field: str = "reagent") -> str:
    """Return the one name of a reagent or solvent of the library.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> reagent("butanol"), reagent("OAm"), reagent("lead chloride")
    ('1-butanol', 'oleylamine', 'PbCl2')
    """
    try:
        name = _entry(word.strip()).name
    except InputError as e:
        raise InputError(field, word, e.allowed, e.remedy) from None
    return _MADE_OF.get(name, name)


def contains(name: str, halide: str) -> bool:
    """Whether a salt brings a halide.

    >>> contains("PbCl2", "Cl"), contains("CsI", "Cl"), contains("chloroform", "Cl")
    (True, False, False)
    """
    brings = _entry(name).text("brings")
    return any(part.split(":")[0] == halide for part in brings.split())


def molar_mass(name: str) -> float:
    """Mass of one mole of a reagent or solvent [kg/mol].

    >>> round(molar_mass("PbBr2") * 1e3, 1)
    367.0
    """
    return float(_entry(name).require("molar_mass"))


def mass_density(name: str) -> float:
    """Of a liquid [kg/m3]."""
    return float(_entry(name).require("mass_density"))


def is_liquid(name: str) -> bool:
    """Whether it is measured by volume."""
    return _entry(name).has("mass_density")


@lru_cache(maxsize=64)
def molarity(name: str) -> float:
    """Moles of a pure liquid in its volume [mol/m3].

    >>> round(molarity("ethanol") * 1e-3, 1)
    17.0
    """
    return mass_density(name) / molar_mass(name)


class ConstraintsSpec(Spec):
    """What proposals must keep to.

    Examples
    --------
    >>> c = ConstraintsSpec(without=("chloride", "dmf"), volume="5 mL")
    >>> c.allows("PbCl2"), c.allows("DMF"), c.allows("PbBr2")
    (False, False, True)
    """

    without: tuple[str, ...] = Field(
        default=(), max_length=50, description="reagents ruled out, or chloride, bromide, iodide"
    )
    at_hand: tuple[str, ...] | None = Field(
        default=None, max_length=100, description="the only reagents there are; absent: all"
    )
    at_most: dict[str, str] = Field(
        default_factory=dict, description="largest amount of a reagent: PbBr2 = '50 mg'"
    )
    only_method: str | None = Field(default=None, description="the one method to use")
    volume: Sourced | None = quantity(
        "m3", "largest volume of a batch", low=1e-9, high=1.0, optional=True
    )
    temperature_high: Sourced | None = quantity(
        "K", "highest temperature of a flask", low=200.0, high=900.0, optional=True
    )
    temperature_low: Sourced | None = quantity(
        "K", "lowest temperature of a flask", low=200.0, high=900.0, optional=True
    )

    @field_validator("without")
    @classmethod
    def _known(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_halide_or_reagent(w, "without") for w in words)

    @field_validator("at_hand")
    @classmethod
    def _known_stock(cls, words: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if words is None else tuple(reagent(w, "at_hand") for w in words)

    @field_validator("at_most")
    @classmethod
    def _known_limits(cls, limits: dict[str, str]) -> dict[str, str]:
        named = {reagent(k, "at_most"): v for k, v in limits.items()}
        for name, text in named.items():
            _limit(name, text)
        return named

    @field_validator("only_method")
    @classmethod
    def _known_method(cls, word: str | None) -> str | None:
        from ..synthesis.methods import METHODS, canonical

        if word is None:
            return None
        if canonical(word) not in METHODS:
            raise InputError("only_method", word, ", ".join(METHODS), nearest(word, METHODS))
        return canonical(word)

    def allows(self, name: str) -> bool:
        """Whether a reagent may be used."""
        halides = [HALIDE_WORDS[w] for w in self.without if w in HALIDE_WORDS]
        if name in self.without or any(contains(name, x) for x in halides):
            return False
        return self.at_hand is None or name in self.at_hand

    def temperatures(self, low: float, high: float) -> tuple[float, float] | None:
        """The part of a range [K] that is allowed, None where nothing is left."""
        if self.temperature_low is not None:
            low = max(low, float(self.temperature_low))
        if self.temperature_high is not None:
            high = min(high, float(self.temperature_high))
        return (low, high) if low <= high else None


def _halide_or_reagent(word: str, field: str) -> str:
    plain = word.strip().lower()
    return plain if plain in HALIDE_WORDS else reagent(word, field)


def _limit(name: str, text: str) -> tuple[str, float]:
    """A largest amount as (kind, SI value): kind is mol, kg or m3."""
    unit = text.lstrip("0123456789.,+-eE ").strip()
    for si in ("kg", "mol", "m3"):
        if unit and is_unit(unit, si):
            return si, parse(text, si, field=f"at_most.{name}")
    allowed = "an amount with its unit, as mass, moles or volume"
    raise InputError(f"at_most.{name}", text, allowed, f"{name} = '50 mg'")


@dataclass(frozen=True)
class Use:
    """Of one reagent in a row: moles [mol], mass [kg], volume [m3]; what is not known is nan."""

    moles: float
    mass: float
    volume: float


def uses(row: pd.Series) -> dict[str, Use]:
    """Amount of every reagent that one recipe states.

    Parameters
    ----------
    row
        A recipe with the columns of the table verb.

    Examples
    --------
    >>> import pandas as pd
    >>> used = uses(pd.Series({"pbbr2_umol": 100.0, "oa_mL": 0.5}))
    >>> round(float(used["PbBr2"].mass) * 1e6, 1), round(float(used["oleic acid"].volume) * 1e6, 3)
    (36.7, 0.5)
    """
    found: dict[str, Use] = {}
    for column, (name, share) in SALTS.items():
        if _given(row, column):
            _add(found, name, share * row[column] * 1e-6)
    for column, name in LIQUIDS.items():
        if _given(row, column):
            found[name] = Use(float("nan"), float("nan"), row[column] * 1e-6)
    for column, name in (("antisolvent_umol", "antisolvent"), ("exchange_umol", "exchange")):
        word = row.get(_NAMED[name])
        if _given(row, column) and isinstance(word, str) and word:
            _add(found, word, row[column] * 1e-6)
    _pour(found, _in_stocks(row, found))
    solvent = row.get("solvent")
    if isinstance(solvent, str) and solvent and _given(row, "volume_mL"):
        found[solvent] = Use(float("nan"), float("nan"), _solvent_volume(row, found))
    if _given(row, "exchange_umol"):
        needed = EXCHANGE_LIGAND * row["exchange_umol"]
        _pour(found, dict.fromkeys(LIQUIDS.values(), needed))
    return found


_NAMED = {"antisolvent": "antisolvent", "exchange": "exchange_reagent"}


def _in_stocks(row: pd.Series, found: dict[str, Use]) -> dict[str, float]:
    """Ligands [mL] of the stocks of an antisolvent synthesis, where no column states them."""
    acid, amine = LIQUIDS.values()
    second = row.get("antisolvent")
    if row.get("method") != "antisolvent" or acid in found or second not in found:
        return {}
    oleate = row["cs_umol"] / CS_OLEATE
    stock = row["volume_mL"] - oleate - found[second].volume * 1e6
    return {acid: oleate + STOCK_LIGAND * stock, amine: STOCK_LIGAND * stock}


def _pour(found: dict[str, Use], volumes: dict[str, float]) -> None:
    """Add volumes [mL] of liquids."""
    for name, volume in volumes.items():
        there = found[name].volume if name in found else 0.0
        found[name] = Use(float("nan"), float("nan"), there + volume * 1e-6)


def _solvent_volume(row: pd.Series, found: dict[str, Use]) -> float:
    """What the total volume leaves for the solvent."""
    second = row.get("antisolvent")
    others = [*LIQUIDS.values()] + ([second] if isinstance(second, str) else [])
    taken = sum(found[n].volume for n in others if n in found)
    return max(0.0, row["volume_mL"] * 1e-6 - taken)


def _given(row: pd.Series, column: str) -> bool:
    value = row.get(column)
    return isinstance(value, int | float) and value > 0.0  # not a number is not above zero


def _add(found: dict[str, Use], name: str, moles: float) -> None:
    known = found.get(name)
    total = moles + (known.moles if known else 0.0)
    mass = total * molar_mass(name)
    volume = mass / mass_density(name) if is_liquid(name) else float("nan")
    found[name] = Use(total, mass, volume)


def batched(rows: pd.DataFrame, constraints: ConstraintsSpec) -> pd.DataFrame:
    """Make batches large enough to weigh, and so small that no amount is above its limit.

    Amounts are then cut to four digits, never rounded up.
    """
    larger = _larger(rows)
    factor = np.array(
        [_factor(row, constraints, f) for (_, row), f in zip(rows.iterrows(), larger, strict=True)]
    )
    new = rows.copy()
    for column in AMOUNTS:
        if column in new:
            new[column] = floor_digits(new[column].to_numpy(float) * factor)
    return new


def _larger(rows: pd.DataFrame) -> FloatArray:
    """By how much batches grow until salts and liquids can be measured, at most `LARGEST`."""
    part = np.full(len(rows), np.inf)
    from_stocks = (rows["method"] == "antisolvent").to_numpy()
    for column, (name, share) in SALTS.items():
        if column in rows:
            moles = 1e-6 * rows[column].to_numpy(float)
            of_stock = moles / CS_OLEATE / LEAST_VOLUME if column == "cs_umol" else np.inf
            weighed = moles * share * molar_mass(name) / LEAST_MASS
            part = np.fmin(part, _if_any(np.where(from_stocks, of_stock, weighed)))
    for column in (c for c in LIQUIDS if c in rows):
        part = np.fmin(part, _if_any(1e-6 * rows[column].to_numpy(float) / LEAST_VOLUME))
    if "exchange_umol" in rows:
        molar = np.array([molar_mass(name) for name in rows["exchange_reagent"]])
        part = np.fmin(part, 1e-6 * rows["exchange_umol"].to_numpy(float) * molar / LEAST_MASS)
    return np.clip(np.ceil(2.02 / part) / 2.0, 1.0, LARGEST)


def _if_any(part: FloatArray) -> FloatArray:
    return np.where(part > 0.0, part, np.inf)


def floor_digits(x: FloatArray, digits: int = 4) -> FloatArray:
    """Cut to significant digits, toward zero.

    >>> floor_digits(np.array([0.0123456, 99.999])).tolist()
    [0.01234, 99.99]
    """
    x = np.asarray(x, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.floor(np.log10(np.abs(x)))
    step = 10.0 ** (np.where(np.isfinite(power), power, 0.0) - digits + 1)
    cut = np.trunc(x / step * (1.0 + 1e-12)) * step
    return np.array([float(f"{v:.{digits}g}") for v in np.minimum(cut, x)])


def _factor(row: pd.Series, constraints: ConstraintsSpec, factor: float) -> float:
    if constraints.volume is not None and _given(row, "volume_mL"):
        factor = min(factor, float(constraints.volume) * 1e6 / row["volume_mL"])
    if constraints.at_most:
        used = uses(row)
        for name, text in constraints.at_most.items():
            if name in used:
                factor = min(factor, _MARGIN * _limit_over(name, text, used[name]))
    return factor


def _limit_over(name: str, text: str, use: Use) -> float:
    """Largest amount over the amount used, in the kind that the limit is given in."""
    kind, limit = _limit(name, text)
    amount = _amount(use, kind)
    if not np.isfinite(amount):
        allowed = "a volume, as this recipe measures it by volume"
        raise InputError(f"at_most.{name}", text, allowed, f"{name} = '5 mL'")
    return limit / amount if amount > 0.0 else np.inf


def _amount(use: Use, kind: str) -> float:
    return {"mol": use.moles, "kg": use.mass, "m3": use.volume}[kind]


def violations(row: pd.Series, constraints: ConstraintsSpec) -> list[str]:
    """Every limit that a recipe breaks, as sentences; empty for what the search proposes."""
    used = uses(row)
    wrong = [f"{name} is ruled out" for name in used if not constraints.allows(name)]
    for name, text in constraints.at_most.items():
        kind, limit = _limit(name, text)
        amount = _amount(used[name], kind) if name in used else 0.0
        if amount > limit * (1.0 + 1e-9):
            wrong.append(f"more than {text} of {name}")
    if constraints.volume is not None and row["volume_mL"] > float(constraints.volume) * (
        1e6 + 1e-6
    ):
        wrong.append("the volume is too large")
    kelvin = row["temperature_C"] + CELSIUS
    if constraints.temperatures(kelvin - 1e-6, kelvin + 1e-6) is None:
        wrong.append(f"{row['temperature_C']:.4g} degC is out of the limits")
    if constraints.only_method not in (None, row["method"]):
        wrong.append(f"the method is {row['method']}")
    return wrong


def first_forbidden(names: Iterable[str], constraints: ConstraintsSpec) -> str:
    """The first of the reagents that may not be used, or an empty text."""
    return next((n for n in names if not constraints.allows(n)), "")
