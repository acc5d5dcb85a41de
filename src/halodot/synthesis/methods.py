"""Names of the methods, one spelling everywhere, and the words that mean the same."""

from __future__ import annotations

METHODS = (
    "hot_injection",
    "larp",
    "antisolvent",
    "ligand_assisted",
    "emulsion",
    "ultrasonication",
    "solvothermal",
    "microwave",
    "microfluidic",
    "mechanochemical",
    "laser_glass",
    "cvd",
)
ALIASES = {
    "room_temperature": "ligand_assisted",
    "ligand_assisted_reprecipitation": "larp",
    "reprecipitation": "larp",
    "microemulsion": "emulsion",
    "sonication": "ultrasonication",
    "hydrothermal": "solvothermal",
    "flow": "microfluidic",
    "ball_milling": "mechanochemical",
    "milling": "mechanochemical",
    "laser": "laser_glass",
    "femtosecond_laser": "laser_glass",
    "chemical_vapour_deposition": "cvd",
    "chemical_vapor_deposition": "cvd",
}


def canonical(word: str) -> str:
    """Return the method that `word` names, or the word in its usual spelling if none is known.

    >>> canonical("Hot-Injection"), canonical("ball milling")
    ('hot_injection', 'mechanochemical')
    """
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    return ALIASES.get(plain, plain)
