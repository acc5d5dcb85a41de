"""Free energies of the phases of one composition against temperature and size.

Per formula unit, above the gamma phase, in a cube of edge L with the volume v per formula unit:

``g_gamma = 6 v sigma_gamma / L``
``g_beta  = s_1 (T_1 - T) + 6 v sigma_beta / L``
``g_alpha = s_1 (T_1 - T) + s_2 (T_2 - T)``
``g_delta = offset - D(T) + 6 v (sigma_gamma + dsigma) / L``

T_1, T_2 are the transition temperatures and s_1, s_2 the entropies gained there, so that in the
bulk each difference is zero at its transition temperature, whatever is drawn. D(T) is the free
energy of gamma above delta from thermodynamic integration, `offset` the error of its functional.
The delta-to-perovskite transition is put in nowhere: it follows, as the zero of the difference.

Surface energies are counted from the alpha phase, because a part common to all phases changes no
order. The negative surface energy of ligated dots (-3.0 to -5.1 eV/nm2) is such a part: it says
that ligands pay for the surface of the gamma phase, and nothing of how phases differ.

Range: cubes of one phase, 100 to 800 K, no kinetics; differences linear in temperature about
their transitions; the two shapes have as many formula units and the same area. The entropies and
both differences of surface energy are priors; the order with size follows from their signs.

References: thermodynamic integration with machine-learned potentials,
github.com/tbraeckevelt/transitions_CsPbI3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.constants import elementary_charge

from ..core.sourced import Sourced, assumed
from ..library import Library
from ..library.mixing import mix
from .composition import Composition
from .phases import FUNCTIONAL_ERROR, free_energy_source, free_energy_table

Array = NDArray[np.float64]

PEROVSKITES = ("gamma", "beta", "alpha")
DELTA = "delta"
TEMPERATURES = (100.0, 800.0)
# The only compound whose delta phase has free energies.
DELTA_KNOWN = "CsPbI3"
_T1, _T2 = "transition_temperature_gamma_beta", "transition_temperature_beta_alpha"
_S1, _S2 = "transition_entropy_gamma_beta", "transition_entropy_beta_alpha"
_TILT, _DELTA = "surface_energy_tilt", "surface_energy_difference"
NEEDED = (_T1, _T2, _S1, _S2, _TILT, "lattice_constant")
_BETA_SHARE = assumed(
    0.5, "1", 0.1, 0.9, "where the tetragonal surface stands between cubic and orthorhombic"
)


@dataclass(frozen=True)
class Landscape:
    """What decides the phase of one composition.

    Parameters
    ----------
    formula
        Of the host.
    priors
        Every uncertain number by its name in the library (SI, energies in eV), also
        "functional_offset" and "beta_share".
    with_delta
        Whether the free energy of the delta phase is known.
    reason
        Why there is no landscape, or why the delta phase is left out.
    """

    formula: str
    priors: Mapping[str, Sourced] = field(default_factory=dict)
    with_delta: bool = False
    reason: str = ""

    @property
    def is_known(self) -> bool:
        """Whether free energies of the perovskite phases are known."""
        return bool(self.priors)

    @property
    def phases(self) -> tuple[str, ...]:
        """Phases with a free energy."""
        if not self.is_known:
            return ()
        return (*PEROVSKITES, "delta") if self.with_delta else PEROVSKITES

    @property
    def decides(self) -> bool:
        """Whether no phase that could be the stable one is missing."""
        return self.is_known and (self.with_delta or not self.reason)

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of all priors."""
        return tuple(dict.fromkeys(s for q in self.priors.values() for s in q.sources))


def landscape(composition: Composition, lib: Library) -> Landscape:
    """Collect what decides the phase of `composition` from the library.

    Parameters
    ----------
    composition
        Parsed formula; a mixed one takes the mean of its end members (Vegard).
    lib
        The library.

    Examples
    --------
    >>> from .composition import parse
    >>> landscape(parse("CsPbI3"), Library.builtin()).phases
    ('gamma', 'beta', 'alpha', 'delta')
    """
    formula, members = composition.host.formula, composition.end_members
    if composition.family != "ABX3":
        return Landscape(formula, reason=f"phases of {composition.family} are not modelled")
    priors = {name: mix(lib, members, name) for name in NEEDED}
    for q in priors.values():
        if not q.is_known:
            return Landscape(formula, reason=q.note)
    priors["beta_share"] = _BETA_SHARE
    if formula == DELTA_KNOWN:
        priors[_DELTA] = lib.entry("perovskite", formula).require(_DELTA)
        priors["functional_offset"] = Sourced(
            0.0, "eV", -FUNCTIONAL_ERROR, FUNCTIONAL_ERROR, "assumed", (free_energy_source(),),
            "error of the density functional",
        )  # fmt: skip
        return Landscape(formula, priors, with_delta=True)
    return Landscape(formula, priors, reason=_why_no_delta(composition))


def _why_no_delta(composition: Composition) -> str:
    """Empty unless an iodide of caesium or formamidinium, the only ones that show the phase."""
    if not composition.site("X").get("I") or not {"Cs", "FA"} & set(composition.site("A")):
        return ""
    return (
        f"a non-perovskite phase of {composition.host.formula} may be the stable one; its free "
        "energy is not at hand"
    )


def draw(ground: Landscape, rng: np.random.Generator, n: int) -> dict[str, Array]:
    """Draw every prior `n` times, each from its own interval; the same order for one seed."""
    return {name: _sample(q, rng, n) for name, q in ground.priors.items()}


def central(ground: Landscape) -> dict[str, Array]:
    """Return the values of all priors as one draw."""
    return {name: np.array([float(q)]) for name, q in ground.priors.items()}


def _sample(q: Sourced, rng: np.random.Generator, n: int) -> Array:
    """`Sourced.sample` for many draws at once."""
    deviate = rng.standard_normal(n) / 1.6448536269514722
    value = float(q)
    if q.low is None or q.high is None:
        return np.full(n, value)
    if value > 0.0 and q.low > 0.0:
        end = np.where(deviate > 0.0, q.high / value, q.low / value)
        return value * np.exp(np.abs(deviate) * np.log(end))
    end = np.where(deviate > 0.0, q.high - value, q.low - value)
    return value + np.abs(deviate) * end


def gamma_above_delta(temperature: Array | float) -> Array:
    """Return D(T) [eV per formula unit]: the table inside it, its parabola outside.

    >>> bool(abs(gamma_above_delta(286.5) - 0.07529) < 1e-9)
    True
    """
    t, g = free_energy_table()
    x = np.asarray(temperature, dtype=float)
    parabola = np.polynomial.Polynomial.fit(t, g, 2)
    inside = np.clip(x, t[0], t[-1])
    return np.interp(x, t, g) + parabola(x) - parabola(inside)


def surface_factor(draws: Mapping[str, Array], edge: float) -> Array:
    """Return 6 v / (L e), which turns J/m2 into eV per formula unit; zero for the bulk."""
    if not np.isfinite(edge):
        return np.zeros_like(draws["lattice_constant"])
    return 6.0 * draws["lattice_constant"] ** 3 / (edge * elementary_charge)


def bulk_energies(draws: Mapping[str, Array], temperature: float | Array) -> dict[str, Array]:
    """Return the bulk free energy of every phase above gamma [eV per formula unit]."""
    first = draws[_S1] * (draws[_T1] - temperature)
    second = draws[_S2] * (draws[_T2] - temperature)
    found = {"gamma": np.zeros_like(first), "beta": first, "alpha": first + second}
    if _DELTA in draws:
        found["delta"] = draws["functional_offset"] - gamma_above_delta(temperature)
    return found


def surface_energies(draws: Mapping[str, Array]) -> dict[str, Array]:
    """Return the surface energy of every phase above alpha [J/m2]."""
    tilt = draws[_TILT]
    share = np.clip(draws["beta_share"], 0.0, 1.0)
    found = {"gamma": tilt, "beta": share * tilt, "alpha": np.zeros_like(tilt)}
    if _DELTA in draws:
        found["delta"] = tilt + draws[_DELTA]
    return found


def free_energies(
    draws: Mapping[str, Array], temperature: float | Array, edge: float = np.inf
) -> dict[str, Array]:
    """Return the free energy of every phase above bulk gamma [eV per formula unit].

    Parameters
    ----------
    draws
        From `draw` or `central`.
    temperature
        [K]
    edge
        Edge of the cube [m]; infinite for the bulk.

    Examples
    --------
    >>> from .composition import parse
    >>> ground = landscape(parse("CsPbBr3"), Library.builtin())
    >>> g = free_energies(central(ground), 300.0)
    >>> min(g, key=lambda phase: g[phase][0])
    'gamma'
    """
    factor, surface = surface_factor(draws, edge), surface_energies(draws)
    bulk = bulk_energies(draws, temperature)
    return {phase: g + factor * surface[phase] for phase, g in bulk.items()}


def crossover_edges(draws: Mapping[str, Array], temperature: float) -> Array:
    """Return the cube edge below which a perovskite phase beats the delta phase [m].

    The largest over the perovskite phases p of ``6 v (sigma_delta - sigma_p) / (g_p - g_delta)``;
    infinite where one of them has the lower free energy in the bulk already.
    """
    bulk, surface = bulk_energies(draws, temperature), surface_energies(draws)
    factor = surface_factor(draws, 1.0)
    edges = np.zeros_like(bulk["gamma"])
    for p in PEROVSKITES:
        excess, gain = bulk[p] - bulk["delta"], factor * (surface["delta"] - surface[p])
        own = np.divide(gain, excess, out=np.full_like(gain, np.inf), where=excess > 0.0)
        edges = np.maximum(edges, own)
    return edges


def transition_temperatures(
    draws: Mapping[str, Array], edge: float = np.inf
) -> dict[tuple[str, str], Array]:
    """Return the zeros of the differences gamma-beta and beta-alpha [K], not below 0 K."""
    six = surface_factor(draws, edge)
    share = np.clip(draws["beta_share"], 0.0, 1.0)
    lower = draws[_T1] - six * draws[_TILT] * (1.0 - share) / draws[_S1]
    upper = draws[_T2] - six * draws[_TILT] * share / draws[_S2]
    return {
        ("gamma", "beta"): np.maximum(lower, 0.0),
        ("beta", "alpha"): np.maximum(upper, 0.0),
    }
