r"""Share of the surface that carries a ligand or a passivant as dots leave the flask.

A site is empty with the odds that desorption and washing leave it,

.. math:: 1 - \theta = (1 - \theta_0) \, \frac{1 + K(T_0) c_0}{1 + K(T) c} \, r^{w - w_0}
          \prod_a f_a, \qquad K(T) = K_0 e^{E/kT}

about a reference: the oleic acid and oleylamine of a usual hot injection, w_0 = 2 washes, where
``theta_0 = 0.9`` by definition (the dot model's fitted traps belong to that shell). c is acid and
amine in the flask at the temperature T at which the ligands last equilibrate, no higher than 400 K
as dots cool with their ligands; each wash multiplies the empty share by r. An additive a leaves the
share f_a of the empty sites: ``f_a = ln Phi_with / ln Phi_without`` of one reported pair of yields,
as the yield of dots with a Poisson number of strong traps is ``exp(-traps)``. Each pair sets its
own f_a, so a yield of the same additive and halide is calibrated, never predicted. Where both sizes
are known f_a is divided by the ratio of the surfaces.

Range: alkyl ligands; colloidal dots. Coverage of glass, vapour and milled dots is not modelled here
(milling gives its own).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from .flask import Flask
from .priors import defaults, interval, sampled

FloatArray = NDArray[np.float64]

REFERENCE_COVERAGE = 0.9
REFERENCE_WASHES = 2.0
_REFERENCE_LIGAND = 480.0  # acid and amine of a usual hot injection [mol/m3]
_COLDEST, _WARMEST = 300.0, 400.0
_LEAST = 1e-4  # empty share that no wash or additive goes below


class SurfaceSpec(Spec):
    """Constants of the ligand shell in the flask.

    Examples
    --------
    >>> SurfaceSpec().wash_factor.value
    1.3
    """

    affinity: Sourced = quantity(
        "m3/mol",
        "of acid and amine for a surface site at 300 K",
        low=1e-9,
        high=1e9,
        default="0.1 m3/mol",
        interval=("0.02 m3/mol", "0.5 m3/mol"),
        why="ligands exchange quickly and wash off; no isotherm was read",
    )
    desorption: Sourced = quantity(
        "eV",
        "heat of adsorption from the liquid",
        low=0.0,
        high=2.0,
        default="0.25 eV",
        interval=("0.1 eV", "0.45 eV"),
        why="far below the 1.5 eV in vacuum, as the liquid solvates the ligand",
    )
    wash_factor: Sourced = quantity(
        "1",
        "by which each wash multiplies the empty share",
        low=1.0,
        high=20.0,
        default=1.3,
        interval=(1.1, 1.8),
        why="washing with antisolvents costs yield; no count of ligands per wash was read",
    )
    washes: Sourced = quantity(
        "1",
        "number of washes where the recipe does not say",
        low=0.0,
        high=20.0,
        default=2.0,
        interval=(1.0, 3.0),
        why="one or two rounds of precipitation are usual",
    )


@dataclass(frozen=True)
class Passivant:
    """A reported pair of yields without and with an additive [1], with the sizes [m] if known."""

    without: float
    with_it: float
    source: str
    sizes: tuple[float, float] | None = None

    @property
    def factor(self) -> float:
        """Share of the empty sites that it leaves [1]."""
        found = math.log(self.with_it) / math.log(self.without)
        if self.sizes:
            found *= (self.sizes[0] / self.sizes[1]) ** 2
        return found


PASSIVANTS = {
    "ida": Passivant(0.80, 0.95, "review, Table 1, ref134", (13.6e-9, 12e-9)),
    "ni": Passivant(0.024, 0.965, "review, Table 1, ref140", (9e-9, 11e-9)),
    "thiol": Passivant(0.761, 0.998, "10.1039/C9NA00292H"),
    "oxalicacid": Passivant(0.11, 0.89, "synthesis of blue CsPbBr3 at 451 nm, abstract"),
    "silica": Passivant(0.46, 0.716, "SiO2 coating, abstract"),
}
_WORDS = {
    "iminodibenzoic": "ida",
    "ida": "ida",
    "nicl2": "ni",
    "nibr2": "ni",
    "thiol": "thiol",
    "oxalic": "oxalicacid",
    "sio2": "silica",
    "silica": "silica",
    "tmos": "silica",
    "aptes": "silica",
}


def passivants(flask: Flask, words: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the keys of `PASSIVANTS` that are in the flask or among the additives by name.

    >>> from halodot.core.sourced import Sourced as Q
    >>> n = Q(1e-4, "mol")
    >>> pot = Flask("hot_injection", "CsPbCl3", n, n, {"Cl": n}, n, n, Q(1e-5, "m3"),
    ...             Q(480.0, "K"), Q(5.0, "s"), metals={"Ni": n})
    >>> passivants(pot, ("IDA",))
    ('ida', 'ni')
    """
    found = {"ni"} if float(flask.metals.get("Ni", Sourced(0.0))) > 0.0 else set()
    for text in (*flask.additives, *words):
        plain = "".join(ch for ch in text.lower() if ch.isalnum())
        found |= {key for word, key in _WORDS.items() if word in plain}
    return tuple(sorted(found))


def coverage(
    flask: Flask,
    washes: Sourced | None = None,
    words: tuple[str, ...] = (),
    spec: SurfaceSpec | None = None,
    draws: int = 200,
) -> Sourced:
    """Return the share of the surface sites that is covered as dots leave the flask [1].

    Parameters
    ----------
    washes
        Number of washes; of the spec where None.
    words
        Additives by name beside those of the flask.

    Examples
    --------
    >>> from halodot.core.sourced import Sourced as Q
    >>> n = Q(1.5e-3, "mol")
    >>> pot = Flask("hot_injection", "CsPbI3", n, n, {"I": n}, n, n, Q(6.25e-6, "m3"),
    ...             Q(440.0, "K"), Q(5.0, "s"))
    >>> round(float(coverage(pot)), 3), float(coverage(pot, words=("IDA",))) > 0.95
    (0.9, True)
    """
    k = sampled(spec or defaults(SurfaceSpec), draws)
    if washes is not None:
        k["washes"] = 0.0 * k["washes"] + float(washes)
    ligand = (float(flask.acid) + float(flask.amine)) / float(flask.volume)
    warm = min(max(float(flask.temperature), _COLDEST), _WARMEST)
    names = passivants(flask, words)
    factor = math.prod(PASSIVANTS[name].factor for name in names)

    def held(temperature: float, concentration: float) -> FloatArray:
        heat = k["desorption"] / BOLTZMANN * (1.0 / temperature - 1.0 / _COLDEST)
        return np.asarray(1.0 + k["affinity"] * concentration * np.exp(heat))

    empty = (1.0 - REFERENCE_COVERAGE) * held(_WARMEST, _REFERENCE_LIGAND) / held(warm, ligand)
    empty = empty * k["wash_factor"] ** (k["washes"] - REFERENCE_WASHES) * factor
    covered = 1.0 - np.clip(empty, _LEAST, 1.0)
    note = "about 0.9 of a usual washed hot injection; affinity and washing are priors"
    if names:
        told = "; ".join(f"{n} from its yields ({PASSIVANTS[n].source})" for n in names)
        note += f"; {told}: calibrated, not predicted"
    return interval(covered, note)
