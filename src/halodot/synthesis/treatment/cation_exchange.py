r"""Exchange of lead for another divalent metal, and what it does to lattice and gap.

y is the share of the metal M on the lead site, q the metal added per lead. Of
``M + Pb(lattice) = M(lattice) + Pb`` with constant K, the released lead is y and the metal left
is q - y, so that

.. math:: K = \frac{y^2}{(1 - y)(q - y)}, \qquad
          (1 - K) y^2 + K (1 + q) y - K q = 0, \qquad K = K_{300} e^{-H/kT + H/kT_0},

with y never above the solubility. Each dot nears it as ``exp(-t / tau)``, tau of a surface step in
proportion to the size and of diffusion by vacancies, ``(L/2)^2 / (pi^2 D)``, both activated.

Under light in a dihalomethane the flask holds no free metal halide: halide comes from the solvent
as light sets it free, ``x = d Y / (1 + d Y)`` of the lattice halide after d photons a lattice
halide, and every exchanged halide opens the way for c metal ions while there is room,
``y = y_m [1 - exp(-c x / y_m)]``.

The lattice follows Vegard's law with ionic radii of coordination VI,
``d ln a = -2 y f (r_Pb - r_M) / a``; f is 1 where the octahedra shrink alone and 1/2 where their
tilts give way. The light moves by ``dE = -D d ln a``, D > 0 where a smaller lattice has a larger
gap: that is the sign which the review reports, while pressure on hybrid iodides has the other,
so the shift is not of the contraction alone.

Range: y up to the solubility. Accuracy: every constant is a prior; the order of the metals in
contraction (Zn, Mn, Cd, Sn) follows from radii that were read.
Sources: review, Sec. 3.2, refs 115 and 116; radii, 10.1107/S0567739476001551.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.sourced import Sourced
from ...crystal.composition import Composition, parse
from ...library import Library
from ...library.tables import table
from ..state import DotPopulation, History
from .anion_exchange import exchange_time, size_quantiles
from .drawing import DRAWS, arrhenius, constants, drawn, summary
from .lattices import FORMULAS, axis_of, between, binned, lattice, perovskite, scaled, with_site
from .spec import ROOM, CationExchange

FloatArray = NDArray[np.float64]

_SIZES = 9
_NAMES = (
    "added", "exchange_constant", "exchange_enthalpy", "solubility", "exchange_time",
    "surface_barrier", "diffusivity", "diffusion_barrier", "strain_slope", "halide_yield",
    "uptake",
)  # fmt: skip
_TILTS = Sourced(
    1.0, "1", 0.5, 1.0, "assumed", (), "full contraction by the radii; half where tilts give way"
)
_PRIOR = "from constants that are priors"
_SHANNON = "10.1107/S0567739476001551"


def equilibrium(added: ArrayLike, constant: ArrayLike, solubility: ArrayLike) -> FloatArray:
    """Return the share of the metal on the lead site at rest [1].

    Examples
    --------
    >>> round(float(equilibrium(1.0, 1.0, 1.0)), 6)
    0.5
    >>> float(equilibrium(100.0, 1.0, 0.1))
    0.1
    """
    q, k = np.asarray(added, float), np.asarray(constant, float)
    b = k * (1.0 + q)
    # the root between 0 and 1, in the form that does not cancel
    root = 2.0 * k * q / (b + np.sqrt(b**2 + 4.0 * (1.0 - k) * k * q) + 1e-300)
    return np.minimum(root, np.asarray(solubility, float))


def photoinduced(
    dose: ArrayLike, halide_yield: ArrayLike, uptake: ArrayLike, solubility: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the shares of exchanged halide and of the metal after a dose of light [1].

    Parameters
    ----------
    dose
        Photons absorbed per lattice halide.
    halide_yield
        Halide set free per photon.
    uptake
        Metal per exchanged halide while there is room.
    solubility
        Largest share of the metal.

    Examples
    --------
    >>> x, y = photoinduced(20.0, 0.05, 0.05, 0.1)
    >>> float(x), round(float(y), 4)
    (0.5, 0.0221)
    """
    free = np.asarray(dose, float) * halide_yield
    x = np.asarray(free / (1.0 + free))
    room = np.asarray(solubility, float)
    return x, np.asarray(room * -np.expm1(-np.asarray(uptake, float) * x / room))


def radius(metal: str) -> float:
    """Return the radius of a divalent ion, coordination VI, high spin [m].

    >>> radius("Mn"), radius("Pb")
    (8.3e-11, 1.19e-10)
    """
    plain = ("effective_radius", "ionic_radius_CN6_used")
    for row in table("ionic_radii"):
        fits = row["material"] == metal and row["shape"] == "ion 2" and row["note"] != "Low Spin"
        if fits and (row["quantity"].endswith("_CN_VI") or row["quantity"] in plain):
            return round(float(row["value"]) * 1e-10, 13)
    raise LookupError(f"no radius of {metal}2+")


def contraction(metal: str, share: ArrayLike, cell: float, tilts: ArrayLike = 1.0) -> FloatArray:
    """Return ``d ln a`` of a share of metal on the lead site, below 0 for a smaller ion.

    >>> bool(contraction("Zn", 0.05, 5.87e-10) < contraction("Cd", 0.05, 5.87e-10) < 0.0)
    True
    """
    smaller = radius("Pb") - radius(metal)
    return np.asarray(-2.0 * np.asarray(share, float) * np.asarray(tilts, float) * smaller / cell)


def exchange_cations(
    population: DotPopulation, t: CationExchange, library: Library
) -> DotPopulation:
    """Return the dots after a cation exchange, with its history.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.synthesis import DotsSpec, given
    >>> dots = given(build(DotsSpec, {"formula": "CsPbBr3", "size": "9 nm"}))
    >>> added = {"kind": "cation_exchange", "metal": "Zn", "added": 3}
    >>> after = exchange_cations(dots, build(CationExchange, added), Library.builtin())
    >>> bool(after.extras["lattice_contraction"].value < 0.0 < after.extras["strain_shift"].value)
    True
    """
    composition = perovskite(population.formula, "treatment.kind")
    c = constants(t, _NAMES)
    light = t.route == "photoinduced"
    final = float(t.light_dose) if light else float(t.added)
    axis = axis_of(t.against, float(t.time), final, t.points)
    kinds = size_quantiles(float(population.size), _spread(population), _SIZES)
    before = composition.site("B").get(t.metal, 0.0)
    if light:
        x, y = _by_light(axis, t, c)
        y = np.repeat(y[:, :, None], _SIZES, axis=2)
    else:
        x, y = np.zeros((len(axis), DRAWS)), _by_salt(axis, t, c, kinds)
    y = before + (1.0 - before) * y
    moles = kinds**3 / np.sum(kinds**3)
    history = _history(composition, t, axis, x, y, moles, library, population)
    extras = _extras(composition, t, y @ moles, c, library, population)
    if light:
        extras["exchanged_share"] = summary(x[-1], "1", f"share of the halide; {_PRIOR}")
    formula = _formula(composition, t, round(float(x[-1, 0]), 4), round(float(y[-1, 0] @ moles), 4))
    grown = float(history.size[-1]) / float(population.size)
    return replace(
        population,
        formula=formula,
        size=scaled(population.size, grown),
        lateral=population.lateral and scaled(population.lateral, grown),
        length=population.length and scaled(population.length, grown),
        phases={formula: Sourced(1.0, "1")},
        notes=(*population.notes, *_notes(t)),
        extras=population.extras | extras,
        history=history,
    )


def _spread(population: DotPopulation) -> float:
    return float(population.size_spread) if population.size_spread.is_known else 0.1


def _by_salt(
    axis: FloatArray, t: CationExchange, c: dict[str, FloatArray], kinds: FloatArray
) -> FloatArray:
    """Share of the metal, shape [steps, draws, kinds]."""
    temperature = float(t.temperature)
    constant = c["exchange_constant"] * arrhenius(c["exchange_enthalpy"], temperature, ROOM)
    surface = c["exchange_time"] / arrhenius(c["surface_barrier"], temperature, ROOM)
    inside = c["diffusivity"] * arrhenius(c["diffusion_barrier"], temperature, ROOM)
    tau = np.add(*exchange_time(kinds, surface, inside))
    if t.against == "time":
        time, added = axis[:, None, None], c["added"]
        rest = equilibrium(added, constant, c["solubility"])[None]
    else:
        time = np.full((1, 1, 1), float(t.time))
        scale = c["added"] / max(float(t.added), 1e-300)
        rest = equilibrium(axis[:, None] * scale, constant, c["solubility"])
    return np.asarray(rest[..., None] * -np.expm1(-time / tau))


def _by_light(
    axis: FloatArray, t: CationExchange, c: dict[str, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Exchanged halide and share of the metal, each shape [steps, draws]."""
    whole = max(float(t.time), 1e-300)
    dose = axis if t.against == "amount" else float(t.light_dose) * axis / whole
    room = np.minimum(c["solubility"], np.maximum(c["added"], 1e-12))
    return photoinduced(dose[:, None], c["halide_yield"], c["uptake"], room)


def _formula(composition: Composition, t: CationExchange, x: float, y: float) -> str:
    """Composition with y of the metal, and x of the halide exchanged."""
    b = {s: v for s, v in composition.site("B").items() if s != t.metal}
    rest = sum(b.values())
    shares = {s: v / rest * (1.0 - y) for s, v in b.items()} | {t.metal: y}
    halides = {s: (1.0 - x) * v for s, v in composition.site("X").items()}
    if t.route == "photoinduced":
        halides[t.halide] = halides.get(t.halide, 0.0) + x
    return with_site(parse(with_site(composition, "B", shares)), "X", halides)


def _growth(
    composition: Composition, t: CationExchange, x: FloatArray, y: FloatArray, library: Library
) -> tuple[FloatArray, FloatArray]:
    """Edge over that at the start, and how much of the change is of the metal, shape [steps].

    Parameters
    ----------
    x, y
        Exchanged halide, and share of the metal with what was there before, shape [steps].
    """
    before = composition.site("B").get(t.metal, 0.0)
    start = lattice(composition.formula, library)
    by_metal = contraction(t.metal, y - before, start)
    grid = between(x, FORMULAS)
    cells = [lattice(_formula(composition, t, float(one), before), library) for one in grid]
    return np.interp(x, grid, cells) / start * (1.0 + by_metal), by_metal


def _history(
    composition: Composition,
    t: CationExchange,
    axis: FloatArray,
    x: FloatArray,
    y: FloatArray,
    moles: FloatArray,
    library: Library,
    population: DotPopulation,
) -> History:
    light = t.route == "photoinduced"
    along = np.repeat(x[:, :1], len(moles), axis=1) if light else y[:, 0]
    grid = between(along, FORMULAS)
    mean = y @ moles
    metal = np.interp(grid, x[:, 0], mean[:, 0]) if light else grid
    halide = grid if light else np.zeros(len(grid))
    formulas = tuple(
        _formula(composition, t, float(a), float(b)) for a, b in zip(halide, metal, strict=True)
    )
    low, high = np.percentile(mean, (5.0, 95.0), axis=1)
    grown, shrunk = _growth(composition, t, x[:, 0], mean[:, 0], library)
    name = "photons absorbed over lattice halide" if light else "metal added over lead"
    return History(
        axis_name="time" if t.against == "time" else name,
        axis_unit="s" if t.against == "time" else "1",
        axis=axis,
        formulas=formulas,
        weights=binned(along, moles, grid),
        size=float(population.size) * grown,
        optical_density=float(t.optical_density),
        curves={
            "metal_share": mean[:, 0],
            "metal_share_low": np.minimum(low, mean[:, 0]),
            "metal_share_high": np.maximum(high, mean[:, 0]),
            "lattice_contraction": shrunk,
            "exchanged_share": x[:, 0],
        },
    )


def _extras(
    composition: Composition,
    t: CationExchange,
    mean: FloatArray,
    c: dict[str, FloatArray],
    library: Library,
    population: DotPopulation,
) -> dict[str, Sourced]:
    cell = lattice(population.formula, library)
    gained = mean[-1] - composition.site("B").get(t.metal, 0.0)
    shrunk = contraction(t.metal, gained, cell, np.minimum(drawn(_TILTS, "tilts"), 1.0))
    shift = -c["strain_slope"] * shrunk
    return {
        "metal_share": summary(mean[-1], "1", f"of {t.metal} on the lead site; {_PRIOR}"),
        "lattice_contraction": summary(
            shrunk, "1", f"relative change of the lattice constant by radii; share {_PRIOR}",
            (_SHANNON,),
        ),
        "strain_shift": summary(
            shift, "eV", "rise of the gap by the contraction; slope is a prior of one sign"
        ),
        "metal_share_equilibrium": summary(
            equilibrium(
                c["added"],
                c["exchange_constant"]
                * arrhenius(c["exchange_enthalpy"], float(t.temperature), ROOM),
                c["solubility"],
            ),
            "1",
            "from a constant that is a prior; up to the solubility",
        ),
    }  # fmt: skip


def _notes(t: CationExchange) -> tuple[str, ...]:
    first = f"cation exchange with {t.metal}: every rate and constant is a prior"
    if t.route == "photoinduced":
        return (first, "halide exchange driven by light takes the metal along (review, ref 115)")
    if t.metal == "Sn":
        return (
            first,
            "the gap of the alloy with Sn falls in the model of the dots, as it does in bulk "
            "alloys of lead and tin, where ref 116 reports a shift to the blue: a conflict",
        )
    return (first,)
