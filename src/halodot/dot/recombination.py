r"""Yield and decay of dots with Poisson numbers of traps and of excitons.

A dot with n traps loses its exciton at the rate ``k_r + n k_t``; traps are Poisson distributed with
mean lambda, so that the ensemble decays as

.. math:: I(t) = e^{-k_r t} \exp[-\lambda (1 - e^{-k_t t})], \qquad
          \Phi = k_r \int_0^\infty I \, dt
               = \sum_n \frac{e^{-\lambda} \lambda^n}{n!} \frac{k_r}{k_r + n k_t}:

the yield and the shape of the decay come from the same numbers. Traps stand where ligands are
missing, ``lambda = q (1 - coverage) A rho`` with A the surface, rho the density of sites and q the
share of the empty sites that traps; q is small where states of an empty site stay in the bands
(defect tolerance) and is fitted per halide to `reported_yields`.

A pulse makes a Poisson number of excitons with mean <N>. Of j excitons one is lost to light at
``j^2 k_r`` or to Auger recombination at ``j^2 (j - 1) / (4 tau_XX)``, tau_XX proportional to the
volume; a trion lives 4 tau_XX (both kinds alike). Photons per exciton made are then

.. math:: \Phi = \frac{1}{\langle N \rangle} \sum_N P_N \sum_{j=1}^{N} Q_j.

A second domain of the dot adds a rate of loss (`heterojunction`) to that of light.

Range: no return from a trap, no re-absorption (photon recycling is off), one k_r for all dots. With
one k_r and irreversible traps the mean lifetime never exceeds the radiative one, ``tau = Phi /
k_r``: a passivation that raises the yield and shortens the lifetime, as 10.1039/C9NA00292H reports,
has changed k_r (4.2 to 2.4 ns) or has emptied traps that gave their excitons back.

References: Tachiya, 10.1016/0009-2614(75)80210-0 (Poisson quenching); Klimov et al.,
10.1126/science.287.5455.1011 (Auger decay of dots).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.randomness import generator
from ..core.sourced import Sourced
from ..library.tables import table
from .draws import Draw, drawer, summary
from .heterojunction import lost
from .parts import Context
from .spec import DotModel
from .state import DotProperties

FloatArray = NDArray[np.float64]

_DRAWS = 400
_SITES = 3e18  # ligand sites of a facet, one per lead of a (100) facet of 0.58 nm [1/m2]
COVERED = 0.9  # share of the shell that a washed dot keeps, where the fitted yields belong
_REFERENCE = 6.0 * (9e-9) ** 2  # surface of the dot that they belong to [m2]
_SOURCES = (
    "review",
    "10.1039/C9NA00292H",
    "10.1039/C6RA27665B",
    "10.1039/D2NA00354F",
    "github.com/leoluber/synthesizer",
)
# two rows of iodides say too little alone; they lie on either side of the bromides
_GROUP = {"Cl": "Cl", "Br": "Br, I", "I": "Br, I"}


@lru_cache(maxsize=1)
def reported_yields() -> dict[str, tuple[float, ...]]:
    """Reported yields [1] of dots as they are made, by group of halides.

    The rows of the table `quantum_yields`; a mixture with chloride counts as chloride.

    >>> {group: len(values) for group, values in reported_yields().items()}
    {'Cl': 2, 'Br, I': 11}
    """
    found: dict[str, tuple[float, ...]] = {}
    for row in table("quantum_yields"):
        group = next(g for x, g in _GROUP.items() if x in row["material"])
        found[group] = (*found.get(group, ()), float(row["value"]) / 100.0)
    return found


def poisson(mean: ArrayLike, count: int = 40) -> FloatArray:
    """Probabilities of 0 to `count` at `mean`, along a new last axis.

    >>> bool(abs(poisson(3.0).sum() - 1.0) < 1e-12)
    True
    """
    from scipy.special import gammaln

    n = np.arange(count + 1)
    rate = np.maximum(np.asarray(mean, float), 1e-300)[..., None]
    return np.asarray(np.exp(n * np.log(rate) - rate - gammaln(n + 1.0)))


def quantum_yield(traps: ArrayLike, trap_rate: ArrayLike, radiative_rate: ArrayLike) -> FloatArray:
    r"""Yield of a Poisson number of traps under weak light [1].

    Parameters
    ----------
    traps
        Mean number per dot [1].
    trap_rate, radiative_rate
        Of one trap, and of light [1/s].

    Examples
    --------
    >>> float(quantum_yield(0.0, 1e10, 3e8))
    1.0
    >>> bool(abs(quantum_yield(0.5, 1e18, 3e8) - np.exp(-0.5)) < 1e-6)
    True
    """
    # x = exp(-k_t t) turns the integral of the decay into Kummer's function M(1, 1 + r, -lambda)
    from scipy.special import hyp1f1

    mean = np.asarray(traps, float)
    ratio = np.asarray(radiative_rate, float) / np.maximum(np.asarray(trap_rate, float), 1e-30)
    return np.asarray(hyp1f1(1.0, 1.0 + ratio, -mean))


def decay(time: FloatArray, traps: float, trap_rate: float, radiative_rate: float) -> FloatArray:
    """Emission after a weak pulse, 1 at the start [1].

    >>> float(decay(np.array([0.0]), 0.3, 1e10, 3e8)[0])
    1.0
    """
    quenched = -traps * -np.expm1(-trap_rate * time)
    return np.asarray(np.exp(-radiative_rate * time + quenched))


def pulse_yield(
    traps: ArrayLike,
    trap_rate: ArrayLike,
    radiative_rate: ArrayLike,
    biexciton_lifetime: ArrayLike,
    excitons: float,
) -> FloatArray:
    """Photons per exciton after pulses that make a Poisson number of `excitons` a dot [1].

    The limit of none is `quantum_yield`.

    >>> weak = quantum_yield(0.2, 1e10, 3e8)
    >>> bool(abs(pulse_yield(0.2, 1e10, 3e8, 5e-11, 1e-6) - weak) < 1e-6)
    True
    """
    weak = quantum_yield(traps, trap_rate, radiative_rate)
    if excitons <= 0.0:
        return weak
    count = int(np.ceil(excitons + 8.0 * np.sqrt(excitons) + 8.0))
    chance = poisson(excitons, count)
    # sum over N of P_N sum over j <= N of Q_j is the sum over j of Q_j times P(N >= j)
    tail = 1.0 - np.cumsum(chance)[:-1]
    steps = [weak]
    light, auger = np.asarray(radiative_rate, float), 1.0 / np.asarray(biexciton_lifetime, float)
    for j in range(2, count + 1):
        loss = 0.25 * j**2 * (j - 1) * auger
        # Auger and light race the traps, each of which sees j excitons
        share = j**2 * light / (j**2 * light + loss)
        steps.append(share * quantum_yield(traps, j * np.asarray(trap_rate), j**2 * light + loss))
    photons = sum(q * p for q, p in zip(steps, tail, strict=True))
    return np.asarray(photons / excitons)


def biexciton_lifetime(core: ArrayLike, per_volume: ArrayLike) -> FloatArray:
    """Auger lifetime of a biexciton [s] from the volume [m3] and its scaling [s/m3].

    >>> round(float(biexciton_lifetime(7.29e-25, 7e13)) * 1e12)
    51
    """
    return np.asarray(np.asarray(core, float) * np.asarray(per_volume, float))


@dataclass(frozen=True)
class Traps:
    """Traps per dot of a halide, log-normal, as reported yields have them.

    Attributes
    ----------
    centre, sd
        Of ln(traps per dot); `sd` is that of a dot to come, with what is not known of the centre.
    rows
        Number of reported yields behind the centre.
    """

    centre: float
    sd: float
    rows: int

    @property
    def sourced(self) -> Sourced:
        """Traps per dot with the 90 % interval."""
        value = float(np.exp(self.centre))
        reach = float(np.exp(1.645 * self.sd))
        note = f"fitted to {self.rows} reported yields; rate of a trap far above that of light"
        return Sourced(value, "1", value / reach, value * reach, "fitted", _SOURCES, note)


def fit_traps(yields: dict[str, tuple[float, ...]]) -> dict[str, Traps]:
    """Traps per dot by halide from yields; the spread about each centre is common.

    With k_t >> k_r the yield is ``exp(-lambda)``, so ``ln lambda = ln(-ln(yield))``.

    >>> found = fit_traps(reported_yields())
    >>> found["Cl"].centre > found["Br, I"].centre + 2.0
    True
    """
    from scipy.stats import t

    logs = {k: np.log(-np.log(np.array(v))) for k, v in yields.items() if v}
    free = sum(v.size for v in logs.values()) - len(logs)
    squares = sum(float(((v - v.mean()) ** 2).sum()) for v in logs.values())
    common = np.sqrt(squares / max(free, 1))
    # Student's factor at 5 % over the normal one: few rows
    wide = float(t.ppf(0.95, max(free, 1))) / 1.645
    return {
        k: Traps(float(v.mean()), float(common * wide * np.sqrt(1.0 + 1.0 / v.size)), v.size)
        for k, v in logs.items()
    }


def usual_traps(halides: dict[str, float]) -> Sourced:
    """Traps per dot of a halide mixture: logarithms mix with the shares of the halides.

    >>> usual_traps({"Br": 1.0}).value < usual_traps({"Cl": 0.5, "Br": 0.5}).value
    True
    """
    fitted = fit_traps(reported_yields())
    shares: dict[str, float] = {}
    for halide, share in halides.items():
        if halide in _GROUP:
            shares[_GROUP[halide]] = shares.get(_GROUP[halide], 0.0) + share
    total = sum(shares.values())
    if total <= 0.0:
        return Sourced.unknown("1", "no yields of such halides are at hand")
    centre = sum(share / total * fitted[x].centre for x, share in shares.items())
    sd = max(fitted[x].sd for x in shares)
    return Traps(centre, sd, sum(fitted[x].rows for x in shares)).sourced


def surface(dots: DotProperties) -> float:
    """Surface of the core [m2]; what has no end counts as long as it is wide."""
    first = float(dots.size)
    if dots.shape == "sphere":
        return float(np.pi * first**2)
    second = first if dots.lateral is None else float(dots.lateral)
    third = second if dots.shape == "platelet" else first
    third = third if dots.length is None else float(dots.length)
    return 2.0 * (first * second + second * third + third * first)


def trap_number(dots: DotProperties, context: Context) -> Sourced:
    """Mean traps per dot: given, from the coverage of ligands, or as reported yields have it."""
    model: DotModel = context.model
    if model.traps_per_dot is not None:
        return model.traps_per_dot
    usual = usual_traps(_halides(dots.formula))
    coverage = model.ligand_coverage or context.population.surface_coverage
    if coverage is None or not coverage.is_known or not usual.is_known:
        return usual
    area = surface(dots) / _REFERENCE
    draw = drawer(generator(0, "traps"), _DRAWS)
    empty = np.clip(1.0 - draw(coverage), 0.0, 1.0) / (1.0 - COVERED)
    note = f"in proportion to the empty sites, at {COVERED:.0%} coverage as reported yields have it"
    if model.ligand_coverage is None:
        note += "; coverage by the synthesis"
    return summary(draw(usual) * empty * area, "1", sources=_SOURCES, note=note)


def trap_share(halide: str) -> float:
    """Share of the empty ligand sites that trap [1]: the measure of defect tolerance.

    >>> trap_share("Br") < 0.005 < trap_share("Cl")
    True
    """
    traps = float(fit_traps(reported_yields())[_GROUP[halide]].sourced)
    return traps / (_REFERENCE * _SITES * (1.0 - COVERED))


def _halides(formula: str) -> dict[str, float]:
    from ..crystal.composition import parse

    return parse(formula).host.site("X")


_NAMES = {
    "traps_per_dot": "1",
    "pl_lifetime": "s",
    "biexciton_lifetime": "s",
    "trion_lifetime": "s",
}


def recombine(dots: DotProperties, context: Context) -> DotProperties:
    """Part: yield, lifetime and decay from light, traps and Auger recombination."""
    reason = _unknown_because(dots, context)
    if reason:
        lacking = {n: Sourced.unknown(u, reason) for n, u in _NAMES.items()}
        return replace(dots, extras={**dots.extras, **lacking})
    model = context.model
    traps = trap_number(dots, context)
    draw = drawer(generator(0, "recombination"), _DRAWS)
    mean, rate = np.maximum(draw(traps), 0.0), draw(model.trap_rate)
    light = 1.0 / draw(dots.radiative_lifetime)
    pair = _auger(dots, draw, model)
    away, junction = lost(dots, context, drawer(generator(0, "junction"), _DRAWS))
    sources = (*traps.sources, *dots.radiative_lifetime.sources)
    emitted = light / (light + away)  # of what neither traps nor Auger recombination take
    weak = emitted * quantum_yield(mean, rate, light + away)
    excitons = float(model.excitons_per_pulse)
    note = f"{float(traps):.3g} traps a dot: {traps.note or 'given'}"
    if pair is None and excitons > 0.0:
        made = Sourced.unknown("1", f"Auger recombination: {_endless(dots)}")
    else:
        found = weak
        if pair is not None and excitons > 0.0:
            found = emitted * pulse_yield(mean, rate, light + away, pair, excitons)
        made = summary(found, "1", sources=sources, note=note)
    extras = {
        "traps_per_dot": traps,
        "pl_lifetime": summary(weak / light, "s", sources=sources, note="mean over the decay"),
        **_many_body(pair, _endless(dots)),
        **junction,
    }
    curves = _decay_curves(float(mean[0]), float(rate[0]), float((light + away)[0]))
    return replace(
        dots,
        plqy=made,
        extras={**dots.extras, **extras},
        curves={**dots.curves, **curves},
    )


def _endless(dots: DotProperties) -> str:
    return f"the length of the {dots.shape} is not given"


def _many_body(pair: FloatArray | None, reason: str) -> dict[str, Sourced]:
    if pair is None:
        return {n: Sourced.unknown("s", reason) for n in ("biexciton_lifetime", "trion_lifetime")}
    return {
        "biexciton_lifetime": summary(pair, "s", note="Auger, in proportion to the volume"),
        "trion_lifetime": summary(4.0 * pair, "s", note="four times that of the biexciton"),
    }


def _unknown_because(dots: DotProperties, context: Context) -> str:
    if not dots.radiative_lifetime.is_known:
        return context.material.missing or dots.radiative_lifetime.note
    if "Pb" not in dots.formula and context.model.traps_per_dot is None:
        return f"no quantum yield of {dots.formula} dots is at hand; give traps_per_dot"
    return ""


def _auger(dots: DotProperties, draw: Draw, model: DotModel) -> FloatArray | None:
    """Lifetime of a biexciton [s]; None where the volume is not known."""
    from .absorption import UNENDED, volume

    if dots.shape in UNENDED and dots.length is None:
        return None
    side, end = (None if q is None else draw(q) for q in (dots.lateral, dots.length))
    core = volume(dots.shape, draw(dots.size), side, end)
    return biexciton_lifetime(core, draw(model.auger_per_volume))


def _decay_curves(traps: float, rate: float, light: float) -> dict[str, FloatArray]:
    fast = np.geomspace(1e-4, 1.0, 120) / light
    time = np.concatenate([[0.0], fast[:-1], np.linspace(1.0, 8.0, 180) / light])
    return {"decay_time": time, "decay_emission": decay(time, traps, rate, light)}
