r"""Speciation of the flask: what binds to lead, who holds the proton, what is left to react.

Each lead ion has four places that halide X, amine A, or carboxylate and donor solvent C share:

.. math:: s_X = k_X x / D, \quad s_A = k_A m / D, \quad s_C = c / D, \quad
          D = c_0 + c + k_X x + k_A m

with x, m, c the concentrations that are left free and ``c_0 / D`` the places that stay bare.
Places are independent, so that ``PbX_n`` has the binomial share ``p_n = C(4, n) s_X^n (1 - s_X)^(4
- n)``; with ``PbX2 + n X- <-> PbX(2+n)n-`` and ``PbX2 + m RNH2`` these are the complexes of the
flask. The proton goes from acid to amine,

.. math:: \mathrm{RCOOH + RNH_2 \leftrightarrow RCOO^- + RNH_3^+}, \qquad
          \xi^2 = K (c_a - \xi) m.

Moles of lead, halide, amine and acid are conserved exactly: all follow from one root D, as every
free concentration is a closed function of D. Constants are effective, lump a solvent into one
number and are priors; each has an enthalpy (van 't Hoff about 298 K).

The saturated product of free caesium and lead is ``K_s = exp(-dH/RT + dS/R)`` [(mol/m3)^2]; with it
``S = a_Cs a_Pb / K_s`` where ``a_Pb`` is lead that carries three or more halides.

Range: alkyl acids and amines, non-polar or donor solvents, 250 to 500 K. Accuracy: signs and orders
of magnitude; nothing here was fitted to a measured speciation.

References: RSC Adv. 2023, d2ra06491j (plumbates by acid); Almeida et al., review ref 132.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from .flask import Flask
from .priors import defaults, sampled

FloatArray = NDArray[np.float64]

GAS = 8.31446261815324  # [J/mol K]
PLACES = 4
_ROOM = 298.15
_BARE = 1.0  # c_0 [mol/m3]: lead holds less than four partners only where there are none
_TRACE = 1e-12
_HALVINGS = 80  # halvings of a bracket of 24 decades
_DONORS = {"DMF": 12.9e3, "DMSO": 14.1e3, "water": 55.5e3}  # of the pure liquid [mol/m3]


class SpeciationSpec(Spec):
    """Effective constants of the flask.

    Examples
    --------
    >>> SpeciationSpec().halide_over_acid.value
    30.0
    """

    halide_over_acid: Sourced = quantity(
        "1",
        "preference of lead for halide over carboxylate or donor solvent at 298 K",
        low=1e-3,
        high=1e6,
        default=30.0,
        interval=(5.0, 180.0),
        why="lead halide keeps its halide in oleic acid and dissolves in DMF; no constant was read",
    )
    halide_enthalpy: Sourced = quantity(
        "J/mol",
        "enthalpy of that exchange",
        low=-1e5,
        high=1e5,
        default="-5000 J/mol",
        interval=("-20000 J/mol", "10000 J/mol"),
        why="exchange of one anion for another; no value was read",
    )
    amine_over_acid: Sourced = quantity(
        "1",
        "preference of lead for a primary amine over carboxylate at 298 K",
        low=1e-3,
        high=1e6,
        default=3.0,
        interval=(0.8, 12.0),
        why="both dissolve PbX2 only together or hot; no constant was read",
    )
    amine_enthalpy: Sourced = quantity(
        "J/mol",
        "enthalpy of that exchange",
        low=-1e5,
        high=1e5,
        default="-10000 J/mol",
        interval=("-30000 J/mol", "10000 J/mol"),
        why="amines leave lead when heated; no value was read",
    )
    acid_base: Sourced = quantity(
        "1",
        "K of RCOOH + RNH2 <-> RCOO- + RNH3+ at 298 K",
        low=1e-6,
        high=1e9,
        default=10.0,
        interval=(1.0, 100.0),
        why="ion pairs in a non-polar solvent; far below the 1e5 of water",
    )
    acid_base_enthalpy: Sourced = quantity(
        "J/mol",
        "its enthalpy",
        low=-2e5,
        high=1e5,
        default="-40000 J/mol",
        interval=("-70000 J/mol", "-15000 J/mol"),
        why="salts of acid and amine fall apart when heated",
    )
    dissolution_enthalpy: Sourced = quantity(
        "J/mol",
        "of CsPbX3 into free caesium and lead complexes",
        low=-1e5,
        high=3e5,
        default="60000 J/mol",
        interval=("25000 J/mol", "110000 J/mol"),
        why="solubility rises with temperature; no calorimetry was read",
    )
    dissolution_entropy: Sourced = quantity(
        "J/mol/K",
        "with concentrations in mol/m3",
        low=-500.0,
        high=800.0,
        default="150 J/mol/K",
        interval=("90 J/mol/K", "210 J/mol/K"),
        why="0.05 (mol/m3)^2 at room temperature, with 1.5 decades on either side",
    )


@dataclass(frozen=True)
class Totals:
    """What was put in, over the volume [mol/m3], acid and amine free of what they become.

    `donor` is a solvent that binds lead as carboxylate does.
    """

    caesium: FloatArray
    lead: FloatArray
    halide: FloatArray
    acid: FloatArray
    amine: FloatArray
    donor: FloatArray


@dataclass(frozen=True)
class Speciation:
    """Free concentrations [mol/m3] and what lead carries; shapes [1 + draws], the first nominal.

    Attributes
    ----------
    halide, amine, acid
        Free halide, free amine, acid and carboxylate not on lead.
    ammonium
        RNH3+, equal to the carboxylate made with it.
    share_halide, share_amine, share_acid
        Of the places of lead; with the bare ones they sum to 1.
    caesium, lead
        Totals.
    """

    halide: FloatArray
    amine: FloatArray
    acid: FloatArray
    ammonium: FloatArray
    share_halide: FloatArray
    share_amine: FloatArray
    share_acid: FloatArray
    caesium: FloatArray
    lead: FloatArray
    solubility: FloatArray

    def plumbate(self, halides: int) -> FloatArray:
        """Share of the lead that carries this number of halides, 0 to 4."""
        s = self.share_halide
        return np.asarray(comb(PLACES, halides) * s**halides * (1.0 - s) ** (PLACES - halides))

    @property
    def free_lead(self) -> FloatArray:
        """Lead that carries three or four halides [mol/m3]."""
        return np.asarray(self.lead * (self.plumbate(3) + self.plumbate(4)))

    @property
    def ammonium_halide(self) -> FloatArray:
        """Alkylammonium halide that can form from the free ions [mol/m3]."""
        return np.minimum(self.ammonium, self.halide)

    @property
    def supersaturation(self) -> FloatArray:
        """``S = a_Cs a_Pb / K_s`` before anything has formed [1]."""
        return np.asarray(self.caesium * self.free_lead / self.solubility)


def van_t_hoff(
    value: FloatArray, enthalpy: FloatArray, temperature: FloatArray | float
) -> FloatArray:
    """Return an equilibrium constant given at 298 K at another temperature [K].

    >>> float(van_t_hoff(np.array(10.0), np.array(0.0), 450.0))
    10.0
    """
    return np.asarray(value * np.exp(-enthalpy / GAS * (1.0 / temperature - 1.0 / _ROOM)))


def proton_pairs(
    acid: FloatArray, amine: FloatArray, constant: FloatArray, held: FloatArray
) -> FloatArray:
    r"""Return RNH3+ [mol/m3], the root of ``xi^2 = K (acid - xi) m`` with ``m = (amine - xi)/u``.

    Parameters
    ----------
    acid, amine
        Not on lead, and of both together with what lead holds [mol/m3].
    constant
        K [1].
    held
        u: amine that is free or on lead over free amine [1], 1 without lead.

    Examples
    --------
    >>> one = np.array(1.0)
    >>> round(float(proton_pairs(one, one, np.array(1.0), one)), 12)
    0.5
    """
    k = constant
    root = np.sqrt(k**2 * (acid - amine) ** 2 + 4.0 * held * k * acid * amine)
    return np.asarray(2.0 * k * acid * amine / np.maximum(k * (acid + amine) + root, 1e-300))


def speciate(flask: Flask, spec: SpeciationSpec | None = None, draws: int = 0) -> Speciation:
    """Return the speciation of `flask` before anything precipitates.

    Parameters
    ----------
    draws
        Number of draws of the constants beside their values.

    Examples
    --------
    >>> from halodot.synthesis.flask import Flask
    >>> from halodot.core.sourced import Sourced as Q
    >>> pot = Flask("larp", "CsPbBr3", Q(1e-4, "mol"), Q(1e-4, "mol"), {"Br": Q(3e-4, "mol")},
    ...             Q(1e-3, "mol"), Q(5e-4, "mol"), Q(1e-5, "m3"), Q(298.0, "K"), Q(10.0, "s"))
    >>> found = speciate(pot)
    >>> bool(0.0 < found.share_halide[0] < 1.0)
    True
    """
    k = sampled(spec or defaults(SpeciationSpec), draws)
    v = float(flask.volume)
    totals = Totals(
        caesium=np.array(float(flask.caesium) / v),
        lead=np.array(float(flask.lead) / v),
        halide=np.array(flask.halide / v),
        acid=np.array(float(flask.acid) / v),
        amine=np.array(float(flask.amine) / v),
        donor=np.array(donor_of(flask.solvent)),
    )
    return balance(totals, np.array(float(flask.temperature)), k)


def donor_of(solvent: str) -> float:
    """Molecules of a solvent that bind lead [mol/m3]; a tenth of it stays with an antisolvent.

    >>> donor_of("toluene")
    0.0
    """
    return 0.1 * _DONORS.get(solvent, 0.0)


def balance(totals: Totals, temperature: FloatArray, k: dict[str, FloatArray]) -> Speciation:
    """Return the speciation of `totals`, over draws of the constants or over many flasks.

    Parameters
    ----------
    temperature
        [K]
    k
        Constants by the names of `SpeciationSpec`; shapes broadcast with those of `totals`.
    """
    kx = van_t_hoff(k["halide_over_acid"], k["halide_enthalpy"], temperature)
    ka = van_t_hoff(k["amine_over_acid"], k["amine_enthalpy"], temperature)
    kp = van_t_hoff(k["acid_base"], k["acid_base_enthalpy"], temperature)
    sites, acid, amine = PLACES * totals.lead, totals.acid, totals.amine
    partners = acid + totals.donor

    def free(d: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        x = totals.halide / (1.0 + sites * kx / d)
        c = partners / (1.0 + sites / d)
        held = 1.0 + sites * ka / d
        pairs = proton_pairs(c * acid / np.maximum(partners, _TRACE), amine, kp, held)
        return x, c, (amine - pairs) / held, pairs

    shape = np.broadcast(kx, totals.lead).shape
    low, high = np.full(shape, -12.0), np.full(shape, 12.0)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        d = 10.0**middle
        x, c, m, _ = free(d)
        above = _BARE + c + kx * x + ka * m > d
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    d = 10.0 ** (0.5 * (low + high))
    x, c, m, pairs = free(d)
    total = _BARE + c + kx * x + ka * m
    heat = k["dissolution_enthalpy"] / (GAS * temperature)
    saturated = np.exp(k["dissolution_entropy"] / GAS - heat)
    shares = (kx * x / total, ka * m / total, c / total)
    return Speciation(x, m, c, pairs, *shares, totals.caesium, totals.lead, saturated)
