"""Most probable phase, its probability, and the boundaries between phases.

All priors of `landscape` are drawn; in each draw the dots of edge L share the phases as
``w_p = exp(-N g_p / kT) / sum``, with N = L^3 / v formula units in one dot, and the probability of
a phase is the mean of w_p over the draws. For the bulk the phase of lowest free energy takes all.
The stable phase is the single phase of highest probability. Whether any perovskite beats delta is
another question, with an answer of its own: the perovskite phases together, and their boundary.
Where they share their probability, delta can be the stable phase although a perovskite is likelier.
The band of a boundary holds 90 % of the draws. Small dots at a boundary flicker between phases
even where everything is known: that is in w_p, the rest of the spread is what is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.constants import Boltzmann, elementary_charge

from ..core.errors import InputError
from ..core.randomness import generator
from ..core.sourced import Sourced, computed
from .landscape import (
    DELTA,
    TEMPERATURES,
    Array,
    Landscape,
    central,
    crossover_edges,
    draw,
    free_energies,
    transition_temperatures,
)

DRAWS = 2000
SEED = 67
SIZES = (1e-9, 1e-3)
QUANTILES = (0.05, 0.5, 0.95)
_KT = Boltzmann / elementary_charge


def check_size(size: float | None) -> float:
    """Return the edge [m], infinite for None; refuse what no cube can have.

    Raises
    ------
    InputError
        If the size is below 1 nm or above 1 mm.
    """
    if size is None:
        return np.inf
    if not SIZES[0] <= size <= SIZES[1]:
        raise InputError("size", f"{size * 1e9:.4g} nm", "1 nm to 1 mm, edge of a cube", "10 nm")
    return size


def check_range(temperature: float) -> float:
    """Return the temperature [K]; refuse what the free energies do not reach.

    Raises
    ------
    InputError
        If it lies outside `TEMPERATURES`.
    """
    low, high = TEMPERATURES
    if not low <= temperature <= high:
        allowed = f"{low:g} to {high:g} K, where the free energies hold"
        raise InputError("temperature", f"{temperature:.4g} K", allowed, "300 K")
    return temperature


def shares(draws: Mapping[str, Array], temperature: float, edge: float) -> dict[str, Array]:
    """Return the share of every phase in every draw [1]; they add up to 1.

    Parameters
    ----------
    draws
        From `halodot.crystal.landscape.draw`.
    temperature
        [K]
    edge
        [m]; infinite for the bulk.
    """
    g = free_energies(draws, temperature, edge)
    stack = np.stack(list(g.values()))
    above = stack - stack.min(axis=0)
    if np.isfinite(edge):
        units = edge**3 / draws["lattice_constant"] ** 3
        weights = np.exp(-np.minimum(units * above / (_KT * temperature), 700.0))
    else:
        weights = (above == 0.0).astype(float)
    weights /= weights.sum(axis=0)
    return dict(zip(g, weights, strict=True))


def probabilities(
    ground: Landscape, temperature: float = 300.0, size: float | None = None
) -> dict[str, Sourced]:
    """Return the probability of every phase, the mean share over all draws of the priors.

    It carries no interval: what is not known of the priors is in the probability already.

    Parameters
    ----------
    ground
        From `landscape`.
    temperature
        [K]
    size
        Edge of a cube [m]; the bulk if None.

    Examples
    --------
    >>> from ..library import Library
    >>> from .composition import parse
    >>> from .landscape import landscape
    >>> iodide = landscape(parse("CsPbI3"), Library.builtin())
    >>> bulk = probabilities(iodide)
    >>> max(bulk, key=lambda phase: float(bulk[phase]))
    'delta'
    """
    edge = check_size(size)
    check_range(temperature)
    found = shares(_drawn(ground), temperature, edge)
    return {phase: _mean(w, ground.sources) for phase, w in found.items()}


def _drawn(ground: Landscape) -> dict[str, Array]:
    return draw(ground, generator(SEED, "crystal", ground.formula), DRAWS)


def _mean(weights: Array, sources: tuple[str, ...]) -> Sourced:
    error = float(weights.std()) / float(np.sqrt(len(weights)))
    note = (
        f"mean over {len(weights)} draws of all priors, which are in it: no interval of its own; "
        f"sampling error {error:.2g}"
    )
    return computed(float(weights.mean()), "1", sources=sources, note=note)


def most_probable(probability: Mapping[str, Sourced]) -> str:
    """Return the single phase of highest probability, the one that is called stable.

    >>> odds = {"alpha": 0.3, "gamma": 0.3, "delta": 0.4}
    >>> most_probable({p: computed(x, "1") for p, x in odds.items()})
    'delta'
    """
    return max(probability, key=lambda p: float(probability[p]))


def crossover(
    ground: Landscape, temperature: float = 300.0, surface_difference: float | None = None
) -> Sourced:
    """Return the cube edge below which perovskite beats delta [m], with its 90 % band.

    Parameters
    ----------
    ground
        From `landscape`.
    temperature
        [K]
    surface_difference
        Surface energy of delta above gamma [J/m2]; drawn from its prior if None.
    """
    check_range(temperature)
    if not ground.with_delta:
        return Sourced.unknown("m", ground.reason or f"{ground.formula} has no delta phase")
    edges = _edges(ground, temperature, surface_difference)
    low, high = (float(x) for x in np.quantile(edges, (0.05, 0.95), method="inverted_cdf"))
    middle = central(ground)
    if surface_difference is not None:
        middle["surface_energy_difference"] = np.array([surface_difference])
    value = float(crossover_edges(middle, temperature)[0])
    if not np.isfinite(value):
        return Sourced.unknown("m", f"perovskite wins at every size at {temperature:g} K")
    note = "cube edge; below it a perovskite phase has the lower free energy than delta"
    if not np.isfinite(high):
        note += "; in some draws it does at every size"
    return computed(value, "m", low, high, ground.sources, note)


def _edges(ground: Landscape, temperature: float, difference: float | None) -> Array:
    draws = _drawn(ground)
    if difference is not None:
        draws["surface_energy_difference"] = np.full(DRAWS, difference)
    return crossover_edges(draws, temperature)


def crossover_against(ground: Landscape, temperature: float, surface_differences: Array) -> Array:
    """Return the crossover edge [m] at its 5, 50 and 95 % points for each difference [J/m2].

    Returns
    -------
    Array
        Shape (len(surface_differences), 3); infinite where perovskite wins at every size.

    Raises
    ------
    InputError
        If the free energy of the delta phase is not known.
    """
    check_range(temperature)
    if not ground.with_delta:
        reason = ground.reason or "it has no delta phase"
        raise InputError("formula", ground.formula, f"a compound with a delta phase ({reason})",
                         "CsPbI3")  # fmt: skip
    rows = [_edges(ground, temperature, float(x)) for x in surface_differences]
    return np.stack([np.quantile(e, QUANTILES, method="inverted_cdf") for e in rows])


def transitions(ground: Landscape, size: float | None = None) -> dict[str, Sourced]:
    """Return the temperatures at which two phases cost the same [K], by "gamma_beta" etc.

    "delta_perovskite" is not put in but follows from the free energies (bulk or dot).
    """
    if not ground.is_known:
        return {}
    edge = check_size(size)
    drawn, middle = _drawn(ground), central(ground)
    wide, mid = transition_temperatures(drawn, edge), transition_temperatures(middle, edge)
    found = {"_".join(k): _quantiles(mid[k], wide[k], ground) for k in wide}
    if ground.with_delta:
        found["delta_perovskite"] = _quantiles(
            delta_temperatures(middle, edge), delta_temperatures(drawn, edge), ground
        )
    return found


def _quantiles(middle: Array, drawn: Array, ground: Landscape) -> Sourced:
    low, high = (float(x) for x in np.quantile(drawn, (0.05, 0.95)))
    value = float(middle[0])
    note = "zero of the difference of free energies"
    if low <= TEMPERATURES[0]:
        note += "; up to 100 K: the phase of higher temperature wins wherever the model holds"
    ends = (min(low, value), max(high, value))
    return computed(value, "K", *ends, ground.sources, note)


def delta_temperatures(draws: Mapping[str, Array], edge: float) -> Array:
    """Return where the delta phase stops being the lowest [K], by bisection in every draw.

    Ends of the range stand where it never is, or always is.
    """
    n = len(draws["lattice_constant"])
    low, high = (np.full(n, t) for t in TEMPERATURES)
    for _ in range(24):
        middle = 0.5 * (low + high)
        g = free_energies(draws, middle, edge)
        delta = g["delta"] < np.minimum(np.minimum(g["gamma"], g["beta"]), g["alpha"])
        low, high = np.where(delta, middle, low), np.where(delta, high, middle)
    return 0.5 * (low + high)


@dataclass(frozen=True)
class StabilityMap:
    """Probabilities of the phases over size and temperature, with bands of the boundaries.

    Parameters
    ----------
    formula
        Of the host.
    sizes, temperatures
        Axes [m], [K].
    phases
        Names of the phases.
    probability
        ``[phase, temperature, size]`` [1].
    crossover
        ``[temperature, 3]``: edge below which perovskite beats delta at its 5, 50 and 95 %
        points [m]; empty without delta phase.
    transition
        "gamma_beta", "beta_alpha" -> ``[size, 3]`` [K].
    reason
        Why the delta phase is missing although it might win; empty otherwise.
    """

    formula: str
    sizes: Array
    temperatures: Array
    phases: tuple[str, ...]
    probability: Array
    crossover: Array
    transition: Mapping[str, Array]
    reason: str = ""

    @property
    def best(self) -> NDArray[np.int64]:
        """Index of the phase named by `most_probable`, ``[temperature, size]``."""
        return np.asarray(self.probability.argmax(axis=0), dtype=np.int64)

    @property
    def perovskite(self) -> Array:
        """Probability of the perovskite phases together, ``[temperature, size]`` [1]."""
        kept = [k for k, phase in enumerate(self.phases) if phase != DELTA]
        return np.asarray(self.probability[kept].sum(axis=0))


def stability_map(
    ground: Landscape, sizes: Array | None = None, temperatures: Array | None = None
) -> StabilityMap:
    """Return the phase map of one composition.

    Parameters
    ----------
    ground
        From `landscape`.
    sizes
        Edges of cubes [m]; 2 to 50 nm if None.
    temperatures
        [K]; 100 to 700 K if None.

    Raises
    ------
    InputError
        If no free energies of the composition are known.
    """
    if not ground.is_known:
        raise InputError("formula", ground.formula, "a compound whose phases have free energies "
                         f"({ground.reason})", "CsPbI3 or CsPbBr3")  # fmt: skip
    edges = np.geomspace(2e-9, 50e-9, 49) if sizes is None else sizes
    heats = np.linspace(100.0, 700.0, 61) if temperatures is None else temperatures
    for edge, heat in ((edges.min(), heats.min()), (edges.max(), heats.max())):
        check_size(float(edge))
        check_range(float(heat))
    draws = _drawn(ground)
    probability = np.empty((len(ground.phases), len(heats), len(edges)))
    for i, t in enumerate(heats):
        for j, edge in enumerate(edges):
            found = shares(draws, float(t), float(edge))
            probability[:, i, j] = [found[p].mean() for p in ground.phases]
    crossing = np.empty((0, 3))
    if ground.with_delta:
        rows = [crossover_edges(draws, float(t)) for t in heats]
        crossing = np.stack([np.quantile(r, QUANTILES, method="inverted_cdf") for r in rows])
    return StabilityMap(
        ground.formula, edges, heats, ground.phases, probability, crossing,
        _transition_bands(draws, edges), ground.reason,
    )  # fmt: skip


def _transition_bands(draws: Mapping[str, Array], edges: Array) -> dict[str, Array]:
    rows: dict[str, list[Array]] = {"gamma_beta": [], "beta_alpha": []}
    for edge in edges:
        for pair, t in transition_temperatures(draws, float(edge)).items():
            rows["_".join(pair)].append(np.quantile(t, QUANTILES))
    return {name: np.stack(row) for name, row in rows.items()}


def table_rows(found: StabilityMap) -> list[list[str]]:
    """Return the map as rows of text, head first, one row per temperature and size."""
    head = ["temperature_K", "size_nm", "most_probable_phase"]
    head += [*(f"probability_{p}" for p in found.phases), "perovskite_probability"]
    bands = ("low", "median", "high")
    if len(found.crossover):
        head += [f"crossover_{b}_nm" for b in bands]
    head += [f"transition_{name}_{b}_K" for name in found.transition for b in bands]
    best, perovskite = found.best, found.perovskite
    rows = [head]
    for i, t in enumerate(found.temperatures):
        for j, size in enumerate(found.sizes):
            row = [f"{t:.6g}", f"{size * 1e9:.6g}", found.phases[best[i, j]]]
            row += [f"{p:.4f}" for p in (*found.probability[:, i, j], perovskite[i, j])]
            if len(found.crossover):
                row += [f"{x * 1e9:.5g}" if np.isfinite(x) else "" for x in found.crossover[i]]
            row += [f"{x:.5g}" for band in found.transition.values() for x in band[j]]
            rows.append(row)
    return rows
