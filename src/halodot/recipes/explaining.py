"""What a proposal says to a chemist: the reason in a sentence, and steps with amounts to weigh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .acquisition import PEAK
from .constraints import (
    AMOUNTS,
    CS_OLEATE,
    EXCHANGE_LIGAND,
    LEAST_MASS,
    LEAST_VOLUME,
    SALTS,
    molar_mass,
    uses,
)
from .inverse import Candidates, Suggestion
from .routes import Route

if TYPE_CHECKING:
    import pandas as pd

_INSTEAD = " DMSO stands for DMF, with which this chemistry was measured."
_OUTSIDE = " It lies outside of what the predictor knows, so the interval is wide."
_STOCKS = (
    "Stocks of this chemistry (remembered, unverified): caesium oleate 0.02 mol/L in oleic acid; "
    "PbBr2 0.01 mol/L in toluene with 1 % by volume each of oleic acid and oleylamine."
)


def suggestion(route: Route, pool: Candidates, index: int) -> Suggestion:
    """Put row `index` of a pool into words."""
    row, predicted = pool.rows.iloc[index], pool.table.iloc[index]
    recipe = {str(k): _plain(v) for k, v in row.items() if _is_used(str(k), v)}
    return Suggestion(
        route.name,
        route.title,
        recipe,
        {str(k): _plain(v) for k, v in predicted.items()},
        float(pool.probability[index]),
        reason(route, row, predicted),
        protocol(row),
    )


def reason(route: Route, row: pd.Series, predicted: pd.Series) -> str:
    """Why the recipe gives its colour."""
    known = {str(k): v for k, v in row.items() if not _empty(v)}
    size = predicted.get("size_nm")
    words: dict[str, Any] = {
        **known,
        "size": "an unknown size" if _empty(size) else f"{size:.1f} nm",
        "peak": f"{predicted[PEAK[0]]:.0f} nm",
        "share": _share(row),
        "halide_ratio": _halide_ratio(row),
    }
    text = route.reason.format(**words)
    if row.get("solvent") == "DMSO":
        text += _INSTEAD
    return text if _is_true(predicted.get("in_domain")) else text + _OUTSIDE


def _is_used(column: str, value: Any) -> bool:
    return column != "route" and not _empty(value) and not (column in AMOUNTS and value == 0.0)


def _is_true(value: Any) -> bool:
    return str(value).strip().lower() in ("true", "yes", "1", "1.0")


def _share(row: pd.Series) -> float:
    from ..crystal.composition import parse

    final = row.get("exchange_to")
    site = parse(final if isinstance(final, str) else row["composition"]).site("X")
    return 1.0 - site.get("Br", 0.0)


def _halide_ratio(row: pd.Series) -> float:
    lead = _number(row, "pbbr2_umol")
    return 2.0 + 2.0 * _number(row, "znbr2_umol") / lead if lead > 0.0 else float("nan")


def _number(row: pd.Series, column: str) -> float:
    value = row.get(column)
    return 0.0 if value is None or _empty(value) else float(value)


def protocol(row: pd.Series) -> tuple[str, ...]:
    """Steps of a recipe, amounts in mg and mL."""
    steps = _FLASKS[str(row["method"])](row)
    if isinstance(row.get("exchange_reagent"), str):
        steps += _exchange(row)
    return tuple(steps)


def _antisolvent(row: pd.Series) -> list[str]:
    used = uses(row)
    caesium = row["cs_umol"] / CS_OLEATE
    second = used[row["antisolvent"]].volume * 1e6
    thin = _times([], [caesium])
    rest = row["volume_mL"] - thin * caesium - second
    if rest < 0.5 * (row["volume_mL"] - caesium - second):
        thin, rest = 1, row["volume_mL"] - caesium - second
    strength = row["pbbr2_umol"] / rest
    thinned = "" if thin == 1 else f" thinned {thin} times with toluene"
    return [
        _STOCKS,
        f"Take {_ml(rest)} of PbBr2 solution at {strength:.3g} mmol/L ({_weighed(strength)}): "
        "the stock thinned with toluene, or made stronger.",
        f"Stir at {row['temperature_C']:.0f} degC, add {_ml(thin * caesium)} of caesium oleate"
        f"{thinned}, then {_ml(second)} of {row['antisolvent']} at once; "
        f"{_ml(row['volume_mL'])} in all.",
        f"Centrifuge and keep the {row['fraction']}; disperse in hexane or toluene.",
    ]


def _injection(row: pd.Series) -> list[str]:
    used = uses(row)
    lead = [n for n in used if n.startswith(("Pb", "Zn")) and n != row.get("exchange_reagent")]
    weighed = [used[n].mass for n in (*lead, "Cs2CO3")]
    k = _times(weighed, [row["oa_mL"], row["oam_mL"]])
    salts = ", ".join(f"{_mg(k * used[n].mass)} {n}" for n in lead)
    return [
        f"Dry {salts} in {_ml(k * used[row['solvent']].volume * 1e6)} {row['solvent']} at 120 degC "
        f"under vacuum, add {_ml(k * row['oa_mL'])} oleic acid and {_ml(k * row['oam_mL'])} "
        "oleylamine and let the salts dissolve under nitrogen.",
        f"Make caesium oleate from {_mg(k * used['Cs2CO3'].mass)} Cs2CO3 in part of that "
        f"octadecene and oleic acid.{_share_of(k, 'each of the two solutions')}",
        f"Set {row['temperature_C']:.0f} degC, inject the caesium oleate at once, wait "
        f"{row['time_s']:.0f} s, cool in an ice bath.",
        "Centrifuge, disperse in hexane or toluene.",
    ]


def _larp(row: pd.Series) -> list[str]:
    used = uses(row)
    names = [n for n, _ in SALTS.values() if n in used]
    k = _times([used[n].mass for n in names], [row["oa_mL"], row["oam_mL"]])
    salts = ", ".join(f"{_mg(k * used[n].mass)} {n}" for n in names)
    poured = used[row["antisolvent"]].volume * 1e6
    return [
        f"Dissolve {salts} in {_ml(k * used[row['solvent']].volume * 1e6)} {row['solvent']} with "
        f"{_ml(k * row['oa_mL'])} oleic acid and {_ml(k * row['oam_mL'])} oleylamine."
        f"{_share_of(k, 'the solution')}",
        f"Inject it into {_ml(poured)} {row['antisolvent']} under vigorous stirring at "
        f"{row['temperature_C']:.0f} degC.",
        "Centrifuge, keep the dispersion.",
    ]


def _exchange(row: pd.Series) -> list[str]:
    name, moles = row["exchange_reagent"], row["exchange_umol"]
    mass = moles * 1e-6 * molar_mass(name)
    k = _times([mass], [EXCHANGE_LIGAND * moles])
    return [
        f"Measure the lead in the washed dots (halodot size --absorbance); the amounts below are "
        f"for {row['dots_umol']:.4g} umol and scale with it.",
        f"Dissolve {_mg(k * mass)} {name} ({k * moles:.4g} umol) in 1-octadecene with "
        f"{_ml(k * EXCHANGE_LIGAND * moles)} each of oleic acid and oleylamine at 100 degC."
        f"{_share_of(k, 'the solution')}",
        "Add it to the dots at room temperature in ten portions, a minute apart, and stop when the "
        "peak is there.",
    ]


def _times(masses: list[float], volumes: list[float]) -> int:
    """How many batches to prepare at once until each mass [kg] and volume [mL] can be measured.

    >>> _times([2e-6], [0.5]), _times([], [0.004]), _times([5e-6], [0.02])
    (5, 5, 1)
    """
    parts = [m / LEAST_MASS for m in masses] + [1e-6 * v / LEAST_VOLUME for v in volumes]
    need = 1.0 / max(min(parts), 1e-9)
    steps = (n * 10**power for power in range(10) for n in (1, 2, 5))
    return next(n for n in steps if n >= need * (1.0 - 1e-9))


def _share_of(times: int, what: str) -> str:
    """What to say where more is prepared than the batch takes."""
    if times == 1:
        return ""
    return (
        f" This is {times} times what the batch takes, so that everything can be measured: use "
        f"1/{times} of {what}, the rest keeps for the next."
    )


_FLASKS = {"antisolvent": _antisolvent, "hot_injection": _injection, "larp": _larp}


def _weighed(strength: float) -> str:
    """What makes 10 mL of a solution of PbBr2 [mmol/L]."""
    return f"{_mg(1e-5 * strength * molar_mass('PbBr2'))} PbBr2 in 10 mL"


def _mg(mass: float) -> str:
    return f"{mass * 1e6:.4g} mg"


def _ml(volume: float) -> str:
    return f"{volume:.3g} mL"


def _empty(value: Any) -> bool:
    return value is None or value != value or value == ""  # only not-a-number differs from itself


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
