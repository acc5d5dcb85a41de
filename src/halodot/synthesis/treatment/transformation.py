r"""Cs4PbX6, CsPbX3 and CsPb2X5 into one another, mole by mole.

====================  =======================================  ==========================
agent                 reaction                                 limited by
====================  =======================================  ==========================
PbX2                  Cs4PbX6 + 3 PbX2 -> 4 CsPbX3,            PbX2
                      CsPbX3 + PbX2 -> CsPb2X5
CsX                   CsPbX3 + 3 CsX -> Cs4PbX6                CsX
water, Prussian blue  Cs4PbX6 -> CsPbX3 + 3 CsX                CsX that the agent takes up
heat                  Cs4PbX6 -> CsPbX3 + 3 CsX,               nothing
                      CsPb2X5 -> CsPbX3 + PbX2
thiol                 4 CsPbX3 -> Cs4PbX6 + 3 PbX2             PbX2 that the agent takes up
OAm/OA                4 CsPbX3 <-> Cs4PbX6 + 3 PbX2            equilibrium at this ratio
====================  =======================================  ==========================

The interface runs through a dot at constant speed (shrinking core): with f the converted share,
e the agent over what full conversion needs and tau the time of a dot in an excess,

.. math:: \frac{df}{dt} = \frac{3}{\tau} (1 - f)^{2/3} \left(1 - \frac{f}{e}\right), \qquad
          t = \tau \int_u^1 \frac{e \, du'}{e - 1 + u'^3}, \quad u = (1 - f)^{1/3},

so that ``f = 1 - (1 - t/tau)^3`` in an excess and f ends at e below it. tau grows as the size and
is activated. With OAm/OA the end is the share ``rho^3 / (1 + rho^3)`` of lead in Cs4PbX6, rho the
ratio over that at which it is half.

Lead, caesium and halide are counted in the dots and in the flask, where the amine, the thiol or
the water holds them: what was released stays there, bound, and only another ratio of OAm to OA
gives it back; with other agents what is added alone reacts. The size follows from the volumes of
the formula units, ``L'/L = (n' v' / n v)^(1/3)``: a dot of Cs4PbX6 grows by a fifth with PbX2 and
shrinks to three quarters with water.

Range: dots keep their number; what is added joins the dots that are there; shape is not followed
(rods of Cs4PbBr6 and water, ref 121, are not predicted). Accuracy: amounts and sizes follow from
stoichiometry and lattice constants; times are priors of two decades.
Sources: review, Sec. 3.2, refs 117 to 124; spontaneous directions, Materials 11, 717 (2018).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.sourced import Sourced, assumed
from ...crystal.composition import Composition, parse
from ...library import Library
from ...library.mixing import mix
from ..state import DotPopulation, History
from .anion_exchange import REFERENCE_SIZE, size_quantiles
from .drawing import arrhenius, drawn, summary
from .lattices import axis_of, lattice, scaled
from .reactions import (
    ADD_LEAD,
    CAPACITIES,
    FAMILY,
    LEAD,
    REACTIONS,
    TAKE_LEAD,
    TIMES,
    Content,
    Reaction,
    react,
)
from .shrinking_core import core_share
from .spec import ROOM, Transformation

FloatArray = NDArray[np.float64]

_HOT = 450.0  # temperature at which the time of annealing is stated [K]
_SIZES = 7
_RATIO_POWER = 3.0
_VOLUME_AB2X5 = assumed(
    2.74e-28, "m3", 2.66e-28, 2.82e-28,
    "CsPb2Br5, tetragonal, four formula units; remembered, unverified",
)  # fmt: skip


def unit_volume(composition: Composition, phase: str, library: Library) -> float:
    """Return the volume of a formula unit of `phase` with the halides of `composition` [m3].

    Examples
    --------
    >>> round(unit_volume(parse("CsPbBr3"), "Cs4PbX6", Library.builtin()) * 1e27, 3)
    0.471
    """
    cube = lattice(formula_of(composition, "CsPbX3"), library) ** 3
    if phase == "CsPbX3":
        return cube
    if phase == "CsPb2X5":
        return float(_VOLUME_AB2X5) * cube / lattice("CsPbBr3", library) ** 3
    members = parse(formula_of(composition, phase)).end_members
    a, c = (mix(library, members, f"lattice_{axis}_hexagonal") for axis in ("a", "c"))
    if not (a.is_known and c.is_known):
        return 2.32 * cube  # as the bromide
    return float(np.sqrt(0.75) * float(a) ** 2 * float(c) / 6.0)


def formula_of(composition: Composition, phase: str) -> str:
    """Return the formula of `phase` with the ions of `composition`.

    >>> formula_of(parse("CsPb(Br0.5Cl0.5)3"), "Cs4PbX6")
    'Cs4Pb(Br0.5Cl0.5)6'
    """
    return Composition(FAMILY[phase], composition.sites, (), composition.oxidation).formula


def transform(population: DotPopulation, t: Transformation, library: Library) -> DotPopulation:
    """Return the dots after a transformation, with its history.

    Raises
    ------
    InputError
        If the dots hold nothing that the agent acts on.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.synthesis import DotsSpec, given
    >>> dots = given(build(DotsSpec, {"formula": "Cs4PbBr6", "size": "10 nm"}))
    >>> table = {"kind": "transformation", "agent": "PbX2", "added": 6}
    >>> after = transform(dots, build(Transformation, table), Library.builtin())
    >>> after.formula, round(float(after.size) * 1e9, 1)
    ('CsPbBr3', 12.0)
    """
    composition = parse(population.formula)
    start = _content(population, composition)
    reaction = _reaction(t, start, population)
    axis = axis_of(t.against, float(t.time), float(t.added), t.points)
    shares = _converted(population, t, start, reaction, axis)  # [draws, steps]
    base = _with_agent(start, t, reaction, axis, float(_capacity(t)))
    content = react(base, reaction, shares[0])
    last = react(base, reaction, shares[:, -1:])
    return _handed(population, composition, t, reaction, axis, content, last, shares, base, library)


def _content(population: DotPopulation, composition: Composition) -> Content:
    """Moles per lead of the dots, from the shares of the phases or from the formula."""
    family = {v: k for k, v in FAMILY.items()}
    if composition.family not in family:
        raise InputError(
            "treatment.kind", population.formula, "dots of Cs4PbX6, CsPbX3 or CsPb2X5", ""
        )
    found = {k: np.zeros(1) for k in FAMILY}
    named: dict[str, float] = {}
    for f, q in population.phases.items():
        named[parse(f).family] = named.get(parse(f).family, 0.0) + float(q)
    if not named or not set(named) <= set(family):
        named = {composition.family: 1.0}
    for name, share in named.items():
        phase = family[name]
        found[phase] = np.array([share / LEAD[phase]])
    kept = population.extras
    salts = [
        np.array([float(kept[n])]) if n in kept else np.zeros(1)
        for n in ("lead_halide_in_flask", "caesium_halide_in_flask")
    ]
    return Content(found, salts[0], salts[1])


def _reaction(t: Transformation, start: Content, population: DotPopulation) -> Reaction:
    """The reaction of the agent, on the phase that holds most of the lead it can act on."""
    usable = [r for r in REACTIONS[t.agent] if t.to is None or r.product == t.to]
    shares = start.lead_shares()
    best = max(usable, key=lambda r: float(shares[r.source][0]), default=None)
    if t.agent == "OAm/OA" and best is not None:
        rho = (float(t.added) / float(_capacity(t))) ** _RATIO_POWER
        wanted, has = rho / (1.0 + rho), float(shares["Cs4PbX6"][0])
        best = TAKE_LEAD if wanted > has else ADD_LEAD
    if best is None or float(shares[best.source][0]) <= 0.0:
        sources = " or ".join(sorted({r.source for r in REACTIONS[t.agent]}))
        raise InputError(
            "treatment.agent", f"{t.agent} on {population.formula}", f"dots of {sources}",
            "another agent, or leave `to` out",
        )  # fmt: skip
    return best


def _capacity(t: Transformation) -> Sourced:
    return t.capacity or CAPACITIES[t.agent]


def _need(reaction: Reaction, start: Content, agent: str) -> float:
    """Moles of salt that full conversion takes up or gives."""
    salt = reaction.caesium_salt if agent in ("CsX", "water", "Prussian blue") else 0.0
    salt = salt or reaction.lead_salt or reaction.caesium_salt
    return abs(salt) * float(start.phases[reaction.source][0])


def _with_agent(
    start: Content, t: Transformation, reaction: Reaction, axis: FloatArray, capacity: float
) -> Content:
    """The content with the salt that the agent brings, along the axis."""
    amount = axis if t.against == "amount" else np.full(len(axis), float(t.added))
    lead = start.lead_salt + (amount * capacity if t.agent == "PbX2" else 0.0 * amount)
    caesium = start.caesium_salt + (amount * capacity if t.agent == "CsX" else 0.0 * amount)
    if t.agent == "OAm/OA" and reaction is ADD_LEAD:  # what is not in the flask has to be added
        lead = np.maximum(lead, _need(reaction, start, t.agent))
    phases = {k: n + 0.0 * amount for k, n in start.phases.items()}
    return Content(phases, lead, caesium)


def _converted(
    population: DotPopulation, t: Transformation, start: Content, reaction: Reaction,
    axis: FloatArray,
) -> FloatArray:  # fmt: skip
    """Converted share of the source, shape [draws, steps]."""
    tau = drawn(t.reaction_time or TIMES[t.agent], "reaction_time")
    tau = tau / arrhenius(
        drawn(t.barrier, "barrier"), float(t.temperature), _HOT if t.agent == "heat" else ROOM
    )
    capacity = drawn(_capacity(t), "capacity")
    spread = float(population.size_spread) if population.size_spread.is_known else 0.1
    sizes = size_quantiles(float(population.size), spread, _SIZES)
    moles = sizes**3 / np.sum(sizes**3)
    out = np.zeros((len(tau), len(axis)))
    for k, (one, cap) in enumerate(zip(tau, capacity, strict=True)):
        times = one * sizes / REFERENCE_SIZE
        for j, x in enumerate(axis):
            amount = x if t.against == "amount" else float(t.added)
            e = _excess(t, start, reaction, amount, cap)
            if t.against == "amount":
                out[k, j] = core_share(float(t.time) / times, e, 300) @ moles
            else:
                out[k] = core_share(axis[:, None] / times, e, 1500) @ moles
                break
    return np.clip(out, 0.0, 1.0)


def _excess(
    t: Transformation, start: Content, reaction: Reaction, amount: float, capacity: float
) -> float:
    """Agent over what full conversion needs [1]; what the flask holds is bound and not counted."""
    need = _need(reaction, start, t.agent)
    if t.agent == "OAm/OA":
        rho = (amount / capacity) ** _RATIO_POWER
        has = float(start.lead_shares()[reaction.source][0])
        wanted = 1.0 / (1.0 + rho) if reaction is TAKE_LEAD else rho / (1.0 + rho)
        return _end_share(has, wanted, reaction)
    if t.agent == "heat":
        return 1e12
    return amount * capacity / need


def _end_share(has: float, wanted: float, reaction: Reaction) -> float:
    """Share of the source that reacts until `wanted` of the lead of the dots is left in it."""
    # lead in the dots: has (1 - f) in the source, the rest and what the reaction makes in others
    makes = reaction.yields
    others = 1.0 - has
    # has (1 - f) = wanted [has (1 - f) + others + makes has f]
    top = has * (1.0 - wanted) - wanted * others
    return max(top / (has * (1.0 - wanted + wanted * makes)), 0.0)


def _handed(
    population: DotPopulation, composition: Composition, t: Transformation, reaction: Reaction,
    axis: FloatArray, content: Content, last: Content, shares: FloatArray, base: Content,
    library: Library,
) -> DotPopulation:  # fmt: skip
    of_lead = content.lead_shares()
    names = {k: formula_of(composition, k) for k in FAMILY}
    ends = {k: v[:, -1] for k, v in last.lead_shares().items()}
    formula = names[max(of_lead, key=lambda k: float(of_lead[k][-1]))]
    ratio = _growth(composition, reaction, library)
    note = f"of the lead of the dots; {t.agent}, time and capacity are priors"
    phases = {
        names[k]: summary(v, "1", note)
        for k, v in ends.items()
        if max(float(v.max()), float(of_lead[k][0])) > 0.0
    }
    changed = formula == names[reaction.product]
    size = scaled(population.size, ratio if changed else 1.0)
    emitting = reaction.product == "CsPbX3"
    history = History(
        axis_name="time" if t.against == "time" else _amount_name(t),
        axis_unit="s" if t.against == "time" else "1",
        axis=axis,
        formulas=(names["CsPbX3"],),
        weights=np.ones((len(axis), 1)),
        size=np.full(len(axis), float(population.size) * (ratio if emitting else 1.0)),
        phases={names[k]: v for k, v in of_lead.items() if float(np.max(v)) > 0.0},
        curves={"emitting": of_lead["CsPbX3"], **_moles(content)},
    )
    return replace(
        population,
        formula=formula,
        size=size,
        lateral=None if population.lateral is None else scaled(population.lateral, ratio),
        phase="unknown" if changed else population.phase,
        phases=phases,
        notes=(*population.notes, *_notes(t, ratio)),
        extras=population.extras | _extras(t, content, ends, shares, base, ratio),
        history=history,
    )


def _amount_name(t: Transformation) -> str:
    return "OAm over OA" if t.agent == "OAm/OA" else f"{t.agent} over lead"


def _growth(composition: Composition, reaction: Reaction, library: Library) -> float:
    """Edge of a dot after over before."""
    before = unit_volume(composition, reaction.source, library)
    after = reaction.yields * unit_volume(composition, reaction.product, library)
    return float((after / before) ** (1.0 / 3.0))


def _moles(content: Content) -> dict[str, FloatArray]:
    """Moles of each phase and salt, and the elements, per lead of the dots at the start."""
    caesium, lead, halide = content.elements()
    out = {f"moles_{k}": v for k, v in content.phases.items()}
    out |= {"moles_PbX2": content.lead_salt, "moles_CsX": content.caesium_salt}
    return out | {"all_caesium": caesium, "all_lead": lead, "all_halide": halide}


def _extras(
    t: Transformation, content: Content, ends: dict[str, FloatArray], shares: FloatArray,
    base: Content, ratio: float,
) -> dict[str, Sourced]:  # fmt: skip
    error = max(
        float(np.max(np.abs(a - b) / b))
        for a, b in zip(content.elements(), base.elements(), strict=True)
    )
    in_dots = sum(LEAD[k] * float(n[-1]) for k, n in content.phases.items())
    # the next treatment counts per lead of the dots as they are now
    salts = (float(content.lead_salt[-1]) / in_dots, float(content.caesium_salt[-1]) / in_dots)
    note = "per lead of the dots, held by solvent and ligands"
    extras = {
        f"{k.lower()}_share": summary(v, "1", "of the lead of the dots; time is a prior")
        for k, v in ends.items()
    }
    return extras | {
        "converted_share": summary(shares[:, -1], "1", f"with {t.agent}; time is a prior"),
        "size_ratio": Sourced(
            ratio, "1", 0.98 * ratio, 1.02 * ratio,
            note="volumes of the formula units; lattice constants are remembered, unverified",
        ),
        "lead_halide_in_flask": Sourced(salts[0], "1", note=note),
        "caesium_halide_in_flask": Sourced(salts[1], "1", note=note),
        "mole_balance_error": Sourced(error, "1", note="largest of Cs, Pb and X over all steps"),
    }  # fmt: skip


def _notes(t: Transformation, ratio: float) -> tuple[str, ...]:
    notes = [
        f"transformation with {t.agent}: amounts by stoichiometry, size times {ratio:.3f} by the "
        "volumes of the formula units, times from priors",
    ]
    if t.agent == "thiol":
        notes.append(
            "the review has Cs4PbX6 come of thiol (refs 118, 119), where the title of ref 119 "
            "names CsPb2Br5: the first is computed"
        )
    return tuple(notes)
