r"""Which compounds form from the reacting pool: CsPbX3, Cs4PbX6, CsPb2X5, or CsX.

Every compound j and every dissolved form takes the amount n_j that maximises mixing entropy minus
cost under conservation of caesium, lead and halide,

.. math:: n_j = \exp\Big(a_j + \sum_i \nu_{ij} \lambda_i\Big), \qquad \sum_j \nu_{ij} n_j = b_i

with ``nu`` moles of element i in one mole of j and multipliers lambda from the balances: a softmax
over activity quotients whose mole balance is exact. The dual ``sum_j n_j - lambda . b`` is convex
and Newton finds its one minimum. Affinities a_j (in kT, for one mole, against dissolved ions) carry
what speciation knows:

- amine on lead keeps it dissolved: ``-4 ln(1 - s_A)`` for each lead in solution, which favours the
  lead-poor Cs4PbX6;
- Cs4PbX6 is built of PbX4(2-), CsPbX3 of PbX3(-): ``ln(p_4 / p_3)`` from the places on lead, so
  that acid, which takes halide off lead, favours CsPbX3;
- alkylammonium halide favours the layers of CsPb2X5: ``w ln(1 + r / (1 + r/4))`` with
  ``r = [RNH3X]/[Pb]``, as a layer of lead takes up few of them;
- amounts are normalised by all lead.

The affinities are priors whose centres were set so that the directions known from experiment come
out (RSC Adv. 2023 d2ra06491j; Nanoscale 2022 d2nr04102b; Creutz et al. 2018; review refs 118-120):
they are put in, not predicted. Both CsPbX3 + 3 CsX -> Cs4PbX6 and CsPbX3 + PbX2 -> CsPb2X5 are
exothermic in bulk (Materials 11, 717 (2018)); no energies were read.

Range: caesium lead halides. For other formulas the model says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from ..crystal.composition import Composition
from .flask import Flask
from .priors import defaults, interval, sampled
from .speciation import Speciation, SpeciationSpec, Totals, balance

FloatArray = NDArray[np.float64]

# moles of (Cs, Pb, X) in one mole: three compounds, solid CsX, then what stays dissolved
FORMS = ("CsPbX3", "Cs4PbX6", "CsPb2X5", "CsX", "caesium", "lead", "lead halide", "halide")
ELEMENTS = np.array(
    [[1, 1, 3], [4, 1, 6], [1, 2, 5], [1, 0, 1], [1, 0, 0], [0, 1, 0], [0, 1, 2], [0, 0, 1]],
    dtype=float,
)
COMPOUNDS = FORMS[:3]
_PRODUCTS = (ELEMENTS[:, :, None] * ELEMENTS[:, None, :]).reshape(len(FORMS), 9)
_STEPS = 200
_TOLERANCE = 1e-11
_MET = 1e-9  # error of the balances below which a row is solved
_RIDGE = 1e-13  # where one compound holds nearly all of two elements
_FILLED = 4.0  # alkylammonium halide per lead beyond which more does nothing
_FLOOR = 1e-9  # of an element that is absent, so that its logarithm exists
NOT_MODELLED = "competing phases are modelled for caesium lead halides only"


class PhasesSpec(Spec):
    """Affinities of the compounds, in kT for one mole from dissolved ions at the lead content.

    Examples
    --------
    >>> float(PhasesSpec().four_one_six) > float(PhasesSpec().one_one_three)
    True
    """

    one_one_three: Sourced = quantity(
        "1",
        "of CsPbX3",
        low=-50.0,
        high=100.0,
        default=14.0,
        interval=(13.0, 15.0),
        why="nearly all caesium reacts when lead is in excess",
    )
    four_one_six: Sourced = quantity(
        "1",
        "of Cs4PbX6",
        low=-50.0,
        high=200.0,
        default=36.0,
        interval=(34.0, 38.0),
        why="Cs:Pb of 4 gives Cs4PbX6, of 1 CsPbX3; in between both (d2nr04102b)",
    )
    one_two_five: Sourced = quantity(
        "1",
        "of CsPb2X5",
        low=-50.0,
        high=100.0,
        default=14.2,
        interval=(13.2, 15.2),
        why="excess lead stays dissolved with acid and amine unless ammonium halide is there",
    )
    caesium_halide: Sourced = quantity(
        "1",
        "of solid CsX",
        low=-50.0,
        high=50.0,
        default=3.0,
        interval=(1.0, 5.0),
        why="CsBr is left over when Cs:Pb is far above 4 (d2nr04102b)",
    )
    lead_halide: Sourced = quantity(
        "1",
        "of dissolved PbX2 against lead without halide",
        low=-50.0,
        high=50.0,
        default=4.0,
        interval=(3.0, 5.0),
        why="lead gives its halide up last",
    )
    ammonium_weight: Sourced = quantity(
        "1",
        "power of alkylammonium halide over lead in the affinity of CsPb2X5",
        low=0.0,
        high=10.0,
        default=3.0,
        interval=(1.5, 4.5),
        why="alkylammonium bromide drives to CsPb2Br5 (Creutz et al. 2018, introduction)",
    )


@dataclass(frozen=True)
class Pool:
    """What the pool becomes; shapes [1 + draws, ...], the first nominal.

    Attributes
    ----------
    amounts
        Moles of each of `FORMS` over all lead.
    content
        Moles of Cs, Pb, X over all lead that were to be shared out, shape [..., 3].
    converged
        Whether the balances of all rows were met to 1e-9.
    """

    amounts: FloatArray
    content: FloatArray
    converged: bool

    @property
    def shares(self) -> FloatArray:
        """Share of the crystallised lead in each of `COMPOUNDS`."""
        lead = self.amounts[:, :3] * ELEMENTS[:3, 1]
        return np.asarray(lead / lead.sum(axis=1, keepdims=True))

    @property
    def crystallised(self) -> FloatArray:
        """Share of all lead that is in a compound."""
        lead = self.amounts[:, :3] * ELEMENTS[:3, 1]
        return np.asarray(lead.sum(axis=1) / self.content[..., 1])

    @property
    def met(self) -> NDArray[np.bool_]:
        """Whether the balances of each row are met, shape [rows]."""
        off = np.abs(self.amounts @ ELEMENTS - self.content)
        return np.asarray((off < _MET * self.content).all(axis=1))

    @property
    def balance_error(self) -> float:
        """Largest relative error of the balances of Cs, Pb and X."""
        off = self.amounts @ ELEMENTS - self.content
        return float(np.max(np.abs(off) / self.content))


def share_out(affinity: FloatArray, content: FloatArray) -> Pool:
    """Share `content` (Cs, Pb, X over all lead) out among `FORMS`.

    Parameters
    ----------
    affinity
        a_j, shape [rows, 8].
    content
        Shape [3], or [rows, 3].

    Examples
    --------
    >>> only = np.array([[20.0, -99.0, -99.0, -99.0, 0.0, 0.0, 0.0, 0.0]])
    >>> found = share_out(only, np.array([1.0, 1.0, 3.0]))
    >>> round(float(found.amounts[0, 0]), 2), found.balance_error < 1e-9
    (0.99, True)
    """
    b = np.maximum(content, _FLOOR)
    full = np.broadcast_to(b, (affinity.shape[0], 3))
    multipliers = np.log(full) - 4.0
    left = np.arange(len(full))  # rows whose balances are not met yet
    for _ in range(_STEPS):
        a, want, at = affinity[left], full[left], multipliers[left]
        n = _amounts(a, at)
        slope = n @ ELEMENTS - want
        open_ = np.max(np.abs(slope) / want, axis=1) >= _TOLERANCE
        if not open_.any():
            break
        left, a, want, at, n, slope = (x[open_] for x in (left, a, want, at, n, slope))
        step = _newton((n @ _PRODUCTS).reshape(-1, 3, 3), slope)
        step /= np.maximum(1.0, np.abs(step).max(axis=1, keepdims=True) / 3.0)
        multipliers[left] = at + _length(a, want, at, step)[:, None] * step
    n = _amounts(affinity, multipliers)
    found = Pool(n, b, True)
    return replace(found, converged=bool(found.met.all()))


def _newton(curvature: FloatArray, slope: FloatArray) -> FloatArray:
    """Newton step of each row, its curvature scaled to a diagonal of one and held off singular."""
    scale = 1.0 / np.sqrt(np.maximum(curvature.diagonal(axis1=1, axis2=2), 1e-300))
    even = curvature * scale[:, :, None] * scale[:, None, :] + _RIDGE * np.eye(3)
    return np.asarray(scale * np.linalg.solve(even, -(scale * slope)[..., None])[..., 0])


def _amounts(affinity: FloatArray, multipliers: FloatArray) -> FloatArray:
    return np.asarray(np.exp(np.minimum(affinity + multipliers @ ELEMENTS.T, 300.0)))


def _length(a: FloatArray, want: FloatArray, at: FloatArray, step: FloatArray) -> FloatArray:
    """Share of the Newton step of each row that does not raise the dual."""

    def dual(m: FloatArray) -> FloatArray:
        return np.asarray(_amounts(a, m).sum(axis=1) - (m * want).sum(axis=1))

    size, before = np.ones(len(at)), dual(at)
    for _ in range(30):
        worse = dual(at + size[:, None] * step) > before + 1e-12 * np.abs(before)
        if not worse.any():
            break
        size = np.where(worse, 0.5 * size, size)
    return size


def affinities(found: Speciation, k: dict[str, FloatArray]) -> FloatArray:
    """Affinities of `FORMS` from the constants and the speciation, shape [1 + draws, 8]."""
    zero = np.zeros_like(k["one_one_three"])
    kept = -4.0 * np.log(np.maximum(1.0 - found.share_amine, 1e-12))
    isolated = np.log(np.maximum(found.plumbate(4), 1e-12) / np.maximum(found.plumbate(3), 1e-12))
    ammonium = found.ammonium_halide / found.lead
    layered = k["ammonium_weight"] * np.log1p(ammonium / (1.0 + ammonium / _FILLED))
    columns = (
        k["one_one_three"],
        k["four_one_six"] + np.clip(isolated, -8.0, 8.0),
        k["one_two_five"] + layered,
        k["caesium_halide"],
        zero,
        kept,
        k["lead_halide"] + kept,
        zero,
    )
    return np.stack(np.broadcast_arrays(*columns), axis=1)


def compete(flask: Flask, found: Speciation, spec: PhasesSpec | None = None) -> Pool:
    """Return what the pool of `flask` becomes, one row for each draw of the speciation."""
    draws = found.halide.size - 1
    constants = sampled(spec or defaults(PhasesSpec), draws)
    lead = float(flask.lead)
    content = np.array([float(flask.caesium) / lead, 1.0, flask.halide / lead])
    return share_out(affinities(found, constants), content)


def at_a_glance(totals: Totals, temperature: FloatArray) -> FloatArray:
    """Shares of the crystallised lead in `COMPOUNDS` of many flasks, shape [flasks, 3].

    With the constants at their values, as a table of recipes needs them. Not a number where the
    balances could not be met.

    Parameters
    ----------
    totals
        Concentrations, each of shape [flasks].
    temperature
        [K], shape [flasks].

    Examples
    --------
    >>> one = np.ones(2)
    >>> rich = Totals(np.array([10.0, 40.0]), 10.0 * one, np.array([30.0, 60.0]), 150.0 * one,
    ...               75.0 * one, 0.0 * one)
    >>> [COMPOUNDS[i] for i in at_a_glance(rich, 298.0 * one).argmax(axis=1)]
    ['CsPbX3', 'Cs4PbX6']
    """
    k = {name: x[0] for name, x in sampled(defaults(SpeciationSpec), 0).items()}
    found = balance(totals, temperature, k)
    own = {name: x[0] for name, x in sampled(defaults(PhasesSpec), 0).items()}
    content = np.stack([totals.caesium, totals.lead, totals.halide], axis=1) / totals.lead[:, None]
    pool = share_out(affinities(found, own), content)
    return np.where(pool.met[:, None], pool.shares, np.nan)


def is_modelled(composition: Composition) -> bool:
    """Whether this family of compounds is one that the model knows."""
    lead, caesium = composition.site("B").get("Pb", 0.0), composition.site("A").get("Cs", 0.0)
    return composition.family in ("ABX3", "A4BX6", "AB2X5") and lead > 0.5 and caesium > 0.5


def named(pool: Pool, composition: Composition) -> dict[str, Sourced]:
    """Shares of the crystallised lead by formula, with the halides of `composition`.

    >>> from halodot.crystal.composition import parse
    >>> sorted(named(Pool(np.ones((1, 8)), np.ones(3), True), parse("CsPbBr3")))
    ['Cs4PbBr6', 'CsPb2Br5', 'CsPbBr3']
    """
    note = "from priors of the affinities whose directions were put in"
    return {
        formula_of(name, composition): interval(pool.shares[:, index], note)
        for index, name in enumerate(COMPOUNDS)
    }


def formula_of(name: str, composition: Composition) -> str:
    """Return the formula of one of `COMPOUNDS` with the halides of `composition`.

    >>> from halodot.crystal.composition import parse
    >>> formula_of("CsPb2X5", parse("CsPb(Br0.7Cl0.3)3"))
    'CsPb2(Br0.7Cl0.3)5'
    """
    if composition.family == _FAMILIES[COMPOUNDS.index(name)]:
        return composition.host.formula
    metals, count = name.split("X")
    return metals + _halide(dict(composition.sites)["X"], int(count))


_FAMILIES = ("ABX3", "A4BX6", "AB2X5")


def _halide(site: tuple[tuple[str, float], ...], count: int) -> str:
    if len(site) == 1:
        return f"{site[0][0]}{count}"
    return "(" + "".join(f"{symbol}{share:.4g}" for symbol, share in site) + f"){count}"
