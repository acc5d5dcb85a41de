"""The measured syntheses that ship with halodot, in the columns of the recipe table.

`antisolvent` and `mixed_halide` give rows ready for `recipes.predict` with what was measured and
the key of the recipe, so that replicates stay together. Traps of the originals (their README) are
handled here: a yield of 0 means not measured; the printed masses of CsCl use the molar mass of
PbBr2; two peaks above the gap of CsPbCl3 and one recipe with two peaks 51 nm apart are left out.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

ANTISOLVENTS = {
    "EtOH": "ethanol",
    "MeOH": "methanol",
    "n-BuOH": "1-butanol",
    "CyPen": "cyclopentanone",
    "i-PrOH": "isopropanol",
    "Tol": "",
}
FRACTIONS = {"P": "precipitate", "S": "supernatant"}
_GAP_OF_CHLORIDE = 400.0  # nm; light above it is not that of CsPbCl3
_TORN = 15.0  # nm between peaks of one recipe


def read_recipes(folder: str, name: str, sep: str = ",") -> pd.DataFrame:
    """Read a table of measured syntheses as it was published."""
    import pandas as pd

    path = resources.files("halodot") / "library" / "data" / "recipes" / folder / name
    with path.open(encoding="latin-1") as file:
        return pd.read_csv(file, sep=sep)


def _three_digits(values: pd.Series[float]) -> pd.Series[float]:
    """Values to three digits: recipes that differ by less are one."""
    return values.map(lambda v: float(f"{v:.3g}"))


def antisolvent() -> pd.DataFrame:
    """Return a copy of the antisolvent set; see `_antisolvent`."""
    return _antisolvent().copy()


def mixed_halide() -> pd.DataFrame:
    """Return a copy of the mixed-halide set; see `_mixed_halide`."""
    return _mixed_halide().copy()


@lru_cache(maxsize=1)
def _antisolvent() -> pd.DataFrame:
    """215 syntheses of CsPbBr3 from oleates with five antisolvents or none.

    Columns of the recipe table, then ``key`` (recipe), ``pl_peak_nm``, ``fwhm_meV``, ``plqy``
    (NaN where not measured).

    >>> found = antisolvent()
    >>> len(found), found.key.nunique()
    (215, 163)
    """
    import pandas as pd

    raw = read_recipes("synthesizer_cspbbr3", "dataset_synthesizer.csv", sep=";")
    amounts = raw[["antisolvent", "n_Cs", "n_Pb", "n_As", "V_total"]]
    near = amounts.assign(**{n: _three_digits(amounts[n]) for n in amounts.columns[1:]})
    name = raw["antisolvent"].map(ANTISOLVENTS)
    return pd.DataFrame(
        {
            "method": "antisolvent",
            "composition": "CsPbBr3",
            "cs_umol": raw["n_Cs"],
            "pbbr2_umol": raw["n_Pb"],
            "antisolvent": name,
            "antisolvent_umol": raw["n_As"].where(name != "", float("nan")),
            "solvent": "toluene",
            "volume_mL": raw["V_total"] / 1000.0,
            "fraction": raw["S/P"].map(FRACTIONS).fillna(""),
            "key": near.groupby(list(amounts.columns)).ngroup(),
            "pl_peak_nm": raw["peak_pos"],
            "fwhm_meV": raw["fwhm"] * 1e3,
            "plqy": raw["PLQY"].where(raw["PLQY"] > 0.0),
        }
    )


@lru_cache(maxsize=1)
def _mixed_halide() -> pd.DataFrame:
    """Distinct recipes of CsPb(Br,Cl)3 from halide salts, replicates averaged.

    Columns of the recipe table, then ``key``, ``pl_peak_nm`` and ``count`` of replicates.

    >>> bool(100 <= len(mixed_halide()) <= 105)
    True
    """
    import pandas as pd

    rounds = read_recipes("mars_cspb_brcl", "rounds_0_to_9.csv")
    sheet = read_recipes("mars_cspb_brcl", "sheet3.csv")
    sheet = sheet.rename(columns={"CsCl_mmol_if_printed_used_PbBr2_molar_mass": "CsCl_mmol"})
    inputs = ["CsBr_mmol", "CsCl_mmol", "PbBr2_mmol", "PbCl2_mmol", "OAm_mL", "OA_mL"]
    both = pd.concat([rounds[[*inputs, "PL_peak_nm"]], sheet[[*inputs, "PL_peak_nm"]]])
    both = both.dropna().round(4)
    both = both[both["PL_peak_nm"] > _GAP_OF_CHLORIDE]
    found = both.groupby(inputs, as_index=False)["PL_peak_nm"].agg(["mean", "count", "min", "max"])
    found = found[found["max"] - found["min"] < _TORN].reset_index(drop=True)
    return pd.DataFrame(
        {
            "method": "larp",
            "composition": "CsPb(Br,Cl)3",
            **{f"{s.split('_')[0].lower()}_umol": 1e3 * found[s] for s in inputs[:4]},
            "solvent": "DMF",
            "oa_mL": found["OA_mL"],
            "oam_mL": found["OAm_mL"],
            "key": range(len(found)),
            "pl_peak_nm": found["mean"],
            "count": found["count"],
        }
    )
