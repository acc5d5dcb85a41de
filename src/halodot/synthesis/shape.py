r"""Shape of the dots: a softmax over scores of what blocks facets and what joins dots.

Compact layers of ligand on one pair of facets stop their growth (platelets); dots that touch with
bare facets join into lines (rods, wires); a shell that binds weakly lets corners dissolve
(spheres); else the slow {100} facets of the lattice stay (cubes). The score of a shape adds up what
favours it,

.. math:: z_k = b_k + \sum_i w_{ki} f_i, \qquad P_k = e^{z_k} / \sum_l e^{z_l}

with f_i between 0 and 1: `cold` (a logistic of temperature about 115 degC), `chilled` (below about
5 degC), `short` chains (below about 11 carbons), `amine` (excess of amine over acid), `acid`
(excess of acid while hot), `lean` (little ligand), `rich` (much ligand per lead), `polar` solvent,
`attached`, the share of dots that have joined, and `starved`, little caesium in the cold: a
platelet of n layers holds n - 1 caesium for n lead. Weights and offsets are priors set so that the
statements of the review (Sec. 3.2 and 3.3, refs 47, 96, 101, 102, 126 to 130) come out: they are
put in, not predicted. Draws of the weights give the interval of each probability.

Hexapods, dodecapods and zigzag chains come out only where the recipe names their protocol
(`PROTOCOLS`; review refs 105 to 107, 129); otherwise they are not predicted and get no
probability.

Range: caesium lead halides in liquids. Milling, glass and vapour have shapes of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.randomness import generator
from ..core.sourced import Sourced
from .flask import Flask
from .priors import interval

FloatArray = NDArray[np.float64]

SHAPES = ("cube", "sphere", "platelet", "rod", "wire")
EXOTIC = ("hexapod", "dodecapod", "zigzag chain")
KNOWN_TO_DOTS = ("cube", "sphere", "platelet", "rod", "wire")
FACTORS = (
    "cold", "chilled", "short", "amine", "acid", "lean", "rich", "polar", "attached", "starved",
)  # fmt: skip
CELSIUS = 273.15
# score of each shape: offset, then one weight per factor; 90 % of a weight lies within its half
OFFSETS = {"cube": 0.0, "sphere": -3.0, "platelet": -4.0, "rod": -5.5, "wire": -5.5}
WEIGHTS: dict[str, dict[str, float]] = {
    "cube": {},
    "sphere": {"chilled": 4.5, "short": 1.2, "acid": 4.0, "lean": 2.5},
    "platelet": {"cold": 1.5, "short": 3.4, "amine": 1.5, "rich": 0.8, "starved": 3.6},
    "rod": {"polar": 4.2, "short": 0.5, "attached": 4.5},
    "wire": {"polar": 1.0, "amine": 0.5, "attached": 7.5},
}
PROTOCOLS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "halide clusters": (("hexapod",), "halide seed clusters grow arms", "ref107"),
    "segmented flow and 36 h": (("hexapod",), "slow attachment after segmented flow", "ref105"),
    "Cs4PbBr6 seeds": (("dodecapod",), "cuboctahedral Cs4PbBr6 seeds in excess caesium", "ref106"),
    "attachment, excess Pb": (("zigzag chain",), "dots join at corners", "ref129"),
    "attachment, less Pb": (("rod",), "dots join side by side", "ref129"),
    "PbX2 on wires": (("rod",), "PbX2 cuts wires into rods", "ref102"),
}
_LIKELY = 0.75  # of the shape that a named protocol is reported to give
_LIKELY_ENDS = (0.4, 0.95)
_RELATIVE = 0.5 / 1.645  # sd of a weight over itself
_OFFSET_SD = 0.6
NAMES = {
    "cold": "a temperature below about 115 degC",
    "chilled": "a temperature near or below 0 degC",
    "short": "short chains",
    "amine": "amine in excess of acid",
    "acid": "acid in excess of amine while hot",
    "lean": "little ligand",
    "rich": "much ligand per lead",
    "polar": "a polar solvent",
    "attached": "dots that join",
    "starved": "little caesium in the cold",
}


THICKEST = 3.5e-9  # of platelets whose growth ligands blocked; six layers [m]


def fitting(shape: str, size: float) -> tuple[str, str]:
    """Return the shape that goes with a size [m], and a note where it is not the one asked about.

    >>> fitting("platelet", 8e-9)[0], fitting("platelet", 2e-9)[0]
    ('cube', 'platelet')
    """
    if shape != "platelet" or size <= THICKEST:
        return shape, ""
    return "cube", (
        f"platelets are the most probable shape, but {size * 1e9:.2g} nm is no thickness of one: "
        'taken as cubes; shape = "platelet" with a size says otherwise'
    )


@dataclass(frozen=True)
class Conditions:
    """What decides on the shape.

    Attributes
    ----------
    temperature
        [K]
    chain
        Carbon atoms of the amine's chain.
    amine_acid
        Amine over acid [1].
    ligand_lead
        Acid and amine over lead [1].
    polarity
        Of the liquid that the dots grow in, 0 (alkane) to 1 (water).
    attached
        Share of the dots that have joined [1].
    protocol
        Key of `PROTOCOLS`, empty without one.
    caesium_lead
        Caesium over lead [1].
    """

    temperature: float
    chain: float = 18.0
    amine_acid: float = 1.0
    ligand_lead: float = 16.0
    polarity: float = 0.0
    attached: float = 0.0
    protocol: str = ""
    caesium_lead: float = 1.0


@dataclass(frozen=True)
class Shapes:
    """Probabilities by shape, the most probable one that the dot model knows, and why.

    Attributes
    ----------
    probabilities
        They sum to 1.
    shape
        One of `KNOWN_TO_DOTS`.
    reason
        One sentence.
    """

    probabilities: dict[str, Sourced]
    shape: str
    reason: str


def step(x: float) -> float:
    """Return the logistic function of `x`, between 0 and 1.

    >>> step(0.0)
    0.5
    """
    return 1.0 / (1.0 + math.exp(-min(max(x, -500.0), 500.0)))


def factors(c: Conditions) -> FloatArray:
    """Return f_i of `FACTORS`, each between 0 and 1.

    >>> bool(factors(Conditions(453.15))[0] < 0.05)
    True
    """
    ratio = math.log(max(c.amine_acid, 1e-6))
    ligand = math.log(max(c.ligand_lead, 1e-6))
    warm = c.temperature - CELSIUS
    cold = step((115.0 - warm) / 12.0)
    return np.array(
        [
            cold,
            step((4.0 - warm) / 4.0),
            step((11.0 - c.chain) / 1.2),
            step((ratio - math.log(2.0)) / 0.3),
            step((-ratio - math.log(1.4)) / 0.15) * (1.0 - cold),
            step((math.log(7.0) - ligand) / 0.12),
            step((ligand - math.log(40.0)) / 0.3),
            step((c.polarity - 0.4) / 0.06),
            min(max(c.attached, 0.0), 1.0),
            cold * step((0.5 - c.caesium_lead) / 0.08),
        ]
    )


def attached_share(count: float) -> float:
    """Return the share of dots in a pair or more when each dot met `count` others on average.

    Second-order aggregation of equal dots leaves ``1/(1 + n/2)`` of the particles and
    ``1/(1 + n/2)^2`` of the dots single.

    >>> attached_share(0.0), round(attached_share(2.0), 2)
    (0.0, 0.75)
    """
    return 1.0 - 1.0 / (1.0 + 0.5 * max(count, 0.0)) ** 2


def probabilities(c: Conditions, draws: int = 200, seed: int = 0) -> FloatArray:
    """Return the probability of each of `SHAPES`, shape [1 + draws, 5], the first nominal."""
    weights = np.array([[WEIGHTS[s].get(f, 0.0) for f in FACTORS] for s in SHAPES])
    offsets = np.array([OFFSETS[s] for s in SHAPES])
    rng = generator(seed, "shape")
    scale = 1.0 + _RELATIVE * rng.standard_normal((draws, *weights.shape))
    shift = _OFFSET_SD * rng.standard_normal((draws, offsets.size)) * (offsets < 0.0)
    scale, shift = (
        np.concatenate([np.ones((1, *weights.shape)), scale]),
        np.concatenate([np.zeros((1, offsets.size)), shift]),
    )
    score = offsets + shift + (weights * scale) @ factors(c)
    odds = np.exp(score - score.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def predict(c: Conditions, draws: int = 200, seed: int = 0) -> Shapes:
    """Return the shapes that conditions give.

    Examples
    --------
    >>> predict(Conditions(443.15)).shape
    'cube'
    >>> predict(Conditions(298.15, chain=8.0, amine_acid=3.0)).shape
    'platelet'
    """
    found = probabilities(c, draws, seed)
    note = "from priors that hold the statements of the review"
    named = {s: interval(found[:, i], note) for i, s in enumerate(SHAPES)}
    reason = _reason(c, max(SHAPES, key=lambda s: float(named[s])))
    if c.protocol:
        named, reason = _by_protocol(c.protocol, named)
    best = max((s for s in KNOWN_TO_DOTS if s in named), key=lambda s: float(named[s]))
    return Shapes(named, best, reason)


def _reason(c: Conditions, shape: str) -> str:
    pull = {f: w * x for (f, w), x in zip(_weights(shape), factors(c), strict=True)}
    strong = [NAMES[f] for f in sorted(pull, key=lambda f: -pull[f]) if pull[f] > 0.5]
    if shape == "cube" or not strong:
        return "cube: nothing in the recipe blocks or joins {100} facets"
    return f"{shape}: favoured by " + " and ".join(strong[:3])


def _weights(shape: str) -> list[tuple[str, float]]:
    return [(f, WEIGHTS[shape].get(f, 0.0)) for f in FACTORS]


def _by_protocol(protocol: str, plain: dict[str, Sourced]) -> tuple[dict[str, Sourced], str]:
    """A named protocol gives its shape with the stated confidence, the rest as without it."""
    shapes, why, reference = PROTOCOLS[protocol]
    target = shapes[0]
    left = 1.0 - float(plain[target]) if target in plain else 1.0
    found = {
        s: _scaled(q, (1.0 - _LIKELY) / max(left, 1e-9)) for s, q in plain.items() if s != target
    }
    note = f"named protocol ({why}); how often it works was not read"
    found[target] = Sourced(_LIKELY, "1", *_LIKELY_ENDS, "assumed", (reference,), note)
    return found, f"{target}: {why} (review, {reference})"


def _scaled(q: Sourced, by: float) -> Sourced:
    low, high = (min(1.0, float(q if e is None else e) * by) for e in (q.low, q.high))
    value = float(q) * by
    return Sourced(value, "1", min(low, value), max(high, value), q.basis, q.sources, q.note)


ASPECT = (3.0, 2.0, 6.0)  # of rods, with the ends of the interval


def rod_length(width: Sourced) -> Sourced:
    """Length of rods of known width [m].

    >>> round(rod_length(Sourced(5e-9, "m")).in_unit("nm").value)
    15
    """
    value, low, high = (a * float(width) for a in ASPECT)
    why = "rods of 5 nm are 10 or 25 nm long (review, ref128)"
    return Sourced(value, "m", low, high, "assumed", ("ref128",), why)


def protocol_of(flask: Flask, words: tuple[str, ...] = ()) -> str:
    """Return the protocol that the additives of a recipe name, or an empty text.

    >>> from halodot.core.sourced import Sourced as Q
    >>> n = Q(1e-4, "mol")
    >>> pot = Flask("hot_injection", "CsPbBr3", n, n, {"Br": n}, n, n, Q(1e-5, "m3"),
    ...             Q(450.0, "K"), Q(5.0, "s"))
    >>> protocol_of(pot, ("Cs4PbBr6 seeds",)), protocol_of(pot)
    ('Cs4PbBr6 seeds', '')
    """
    wanted = {_plain(w) for w in (*flask.additives, *words)}
    return next((name for name in PROTOCOLS if _plain(name) in wanted), "")


def _plain(text: str) -> str:
    return "".join(ch for ch in text.lower() if ch.isalnum())
