"""Which solvent to take for an ink: ranked, with reasons.

A solvent is out where it precipitates or harms the dots (`suitability.py`). Among the rest the
score is the product of

    solubility   exp(-(RED)^2)             far from the shell is worse
    evenness     1 - 0.95 chance of a ring (ring.py); 1 - 0.5 of it for spinning, without drops
    printing     1 inside the window of Z, falling by decades outside, for ink-jet alone
    drying       1 up to a patience (a minute for spinning, an hour for printing), falling beyond

and hazards are flagged, and count as one half where they are to be avoided. The score ranks; it is
no probability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...core.errors import InputError
from ...core.spec import build
from ...library import Library
from ...library.entry import Entry
from . import drop, suitability
from . import ring as rings
from .evaluate import Coating, coat
from .hansen import Distance, distance
from .spec import CoatingSpec, Method

PATIENCE = {"spin": 60.0, "inkjet": 3600.0}  # s, of drying
PATIENCE_ELSE = 600.0
SHORTEST = 0.8e-9  # m; below, a ligand is no alkyl shell for which the distance is meant
WORDS = {"ring": "a ring is likely", "even": "dries even", "undecided": "ring or even, undecided"}
LEFT_BY_RING = 0.05  # of the score; a spun sheet keeps half, as it leaves no drops


@dataclass(frozen=True)
class Choice:
    """One solvent in the ranking.

    Attributes
    ----------
    score
        1 is ideal, 0 is refused.
    reasons
        Why, in words, the decisive first.
    hazard
        Empty where none is known.
    ring_chance, peclet, z_number, drying_time
        Of the drop of comparison; None where the library lacks a property.
    """

    name: str
    score: float
    reasons: tuple[str, ...]
    distance: Distance
    hazard: str = ""
    ring_chance: float | None = None
    peclet: float | None = None
    z_number: float | None = None
    drying_time: float | None = None

    @property
    def is_usable(self) -> bool:
        """Whether the dots stay dispersed in it."""
        return self.score > 0.0


def choose_solvent(
    ligand: str = "OA/OAm",
    method: Method = "inkjet",
    library: Library | None = None,
    *,
    avoid_hazards: bool = True,
    settings: dict[str, object] | None = None,
) -> tuple[Choice, ...]:
    """Return all solvents of the library, the best first, each with its reasons.

    Parameters
    ----------
    ligand
        Shell of the dots, a ligand of the library.
    method
        How the film is laid down.
    avoid_hazards
        Whether a hazard halves the score.
    settings
        Further keys of ``[coating]``, such as drop and nozzle.

    Raises
    ------
    InputError
        If the ligand is unknown or has no alkyl shell, or the method uses no solvent.

    Examples
    --------
    >>> best = choose_solvent()[0]
    >>> best.name.endswith("decane"), best.hazard
    (True, '')
    """
    known = library or Library.builtin()
    shell = known.entry("ligand", ligand)
    length = shell.quantity("ligand_length").value
    if length is None or length < SHORTEST:
        allowed = "a ligand with a chain, such as OA/OAm"
        raise InputError("ligand", ligand, allowed, "short and ionic shells are not modelled")
    if method == "evaporation":
        allowed = "a wet method"
        raise InputError("method", method, allowed, "evaporation uses no solvent")
    rows = []
    for name in known.names("solvent"):
        entry = known.entry("solvent", name)
        keys = {"method": method, "draws": 0, **(settings or {}), "solvent": name}
        rows.append(_choice(entry, coat(build(CoatingSpec, keys), known), method, avoid_hazards))
    return tuple(sorted(rows, key=lambda c: (-c.score, c.name)))


def _choice(entry: Entry, coating: Coating, method: str, avoid_hazards: bool) -> Choice:
    far, hazard = distance(entry), entry.text("hazard")
    shown = {
        n: coating.values[n].value for n in ("ring_chance", "peclet", "z_number", "drying_time")
    }
    refusal = suitability.refusal(entry, far)
    if refusal:
        return Choice(entry.name, 0.0, (refusal,), far, hazard, **shown)
    if shown["peclet"] is None:
        note = coating.values["peclet"].note
        return Choice(entry.name, 0.0, (f"not judged: {note}",), far, hazard, **shown)
    score, reasons = _score(shown, far, method)
    stripping = suitability.STRIPPING.get(entry.text("solvent_class"))
    if stripping:
        score, reasons = 0.2 * score, [*reasons, stripping]
    if hazard:
        score, reasons = score * (0.5 if avoid_hazards else 1.0), [*reasons, hazard]
    return Choice(entry.name, score, tuple(reasons), far, hazard, **shown)


def _score(shown: dict[str, float | None], far: Distance, method: str) -> tuple[float, list[str]]:
    ring, z, time = (float(shown[n] or 0.0) for n in ("ring_chance", "z_number", "drying_time"))
    pe = float(shown["peclet"] or 0.0)
    kept = 0.5 if method == "spin" else LEFT_BY_RING
    score = math.exp(-(float(far.relative or 0.0) ** 2)) * (kept + (1.0 - kept) * (1.0 - ring))
    word = WORDS[rings.verdict(ring)]
    reasons = [f"{word}: Pe {pe:.3g}, chance of a ring {ring:.0%}"]
    low, high = drop.PRINTABLE
    if method == "inkjet" and not low < z < high:
        decades = math.log10(z / high) if z >= high else math.log10(low / z)
        score *= 10.0 ** (-2.0 * decades)
        reasons.append(f"Z {z:.3g} is outside {low:g} to {high:g}")
    patience = PATIENCE.get(method, PATIENCE_ELSE)
    if time > patience:
        score *= patience / time
        reasons.append(f"dries slowly, in {time:.3g} s")
    reasons.append(f"Hansen distance {far.value:.1f} MPa^0.5 ({far.basis})")
    return score, reasons
