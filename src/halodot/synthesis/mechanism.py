r"""From moles and a process to what the flask gives: speciation, phases, growth, shape, surface.

The order is that of a synthesis. `speciation` says what is free to react, `competing_phases` what
crystallises and how much of it; that and the activity of lead left over set the course of the
reactor (`reactors`), whose dots are grown by the population balance (`kinetics`); ligands, liquid
and joints decide on the shape (`shape`), ligands, washing and additives on the surface (`surface`).

The solubility of the limiting ion falls as the activity of the other rises,
``s / s_ref = a_Pb,ref / a_Pb``, against the usual hot injection in which the constants of growth
were set. This is how more halide makes more and smaller dots on the kinetic branch; on the
thermodynamic branch the halide at the surface does (`kinetics`).

All constants are priors. Where published syntheses say a size, `making` takes theirs and the
mechanism gives spread, curves, phases, shapes and surface.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..core.sourced import Sourced
from ..core.status import Status, worst
from ..crystal.composition import Composition, parse
from ..library import Library
from . import competing_phases, shape, surface
from .flask import Flask
from .kinetics import KineticsSpec, constants, equilibrium_size, priors
from .polarity import of_flask
from .priors import interval
from .process_spec import Process, process_of
from .reactors import reactor_of
from .reactors.attachment import joined
from .reactors.outcome import Batch, Outcome
from .shape import Conditions, Shapes
from .speciation import Speciation, speciate
from .usual import usual

FloatArray = NDArray[np.float64]

DRAWS = 60
HALIDES = ("Cl", "Br", "I")
DRY = ("mechanochemical", "laser_glass")  # no equilibrium with a liquid or vapour
NO_LIQUID = (*DRY, "cvd")
_LEAST_LEFT = 0.02  # of an ion that stays dissolved at least
_NO_ACID = 100.0  # amine over acid where there is no acid
_FACTOR_ENDS = (0.03, 30.0)  # of the solubility; beyond them the activity model is no guide


@dataclass(frozen=True)
class Product:
    """What a flask gives, before it is a population of dots.

    Attributes
    ----------
    outcome
        Of the reactor: size, spread, curves of the mechanism.
    phases, shapes, coverage
        As of `DotPopulation`; `phases` empty where they are not modelled.
    shape
        The most probable that the dot model knows.
    extras, notes
        Of all models together.
    """

    outcome: Outcome
    phases: dict[str, Sourced]
    shapes: dict[str, Sourced]
    shape: str
    coverage: Sourced | None
    extras: dict[str, Sourced] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    status: Status = Status.OK


def evaluate(
    flask: Flask,
    process: Process | None = None,
    kinetics: KineticsSpec | None = None,
    library: Library | None = None,
    words: tuple[str, ...] = (),
    washes: Sourced | None = None,
) -> Product:
    """Return what `flask` gives when it is carried through `process`.

    Parameters
    ----------
    process
        Settings; the priors of the method where None.
    kinetics
        Constants of growth; the priors of the halides where None.
    words
        Additives by name whose amount is not known, protocols of `shape.PROTOCOLS` among them.
    washes
        Number of washes.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> from halodot.synthesis.recipe_spec import RecipeSpec
    >>> from halodot.synthesis.reagents import flask_of
    >>> lib = Library.builtin()
    >>> pot = flask_of(build(RecipeSpec, {"method": "hot_injection", "formula": "CsPbBr3"}), lib)
    >>> found = evaluate(pot, library=lib)
    >>> found.shape, max(found.phases, key=lambda name: float(found.phases[name]))
    ('cube', 'CsPbBr3')
    """
    known = library if library is not None else Library.builtin()
    settings = process if process is not None else process_of(flask.method)
    composition = parse(flask.formula)
    chemistry = _chemistry(flask, composition)
    covered = surface.coverage(flask, washes, words)
    polar = of_flask(flask, known)
    batch = _batch(flask, composition, kinetics, chemistry, float(covered), polar)
    outcome = reactor_of(flask.method)(batch, settings)
    formed = _shapes(flask, outcome, batch, words)
    own = outcome.coverage
    return Product(
        outcome=outcome,
        phases=_phases(chemistry, outcome, composition),
        shapes=formed.probabilities,
        shape=formed.shape,
        coverage=(own if own.is_known else None) if own is not None else covered,
        extras={**_numbers(chemistry), **outcome.extras, **_equilibrium(flask, composition)},
        notes=_notes(flask, chemistry, outcome, formed, composition),
        status=worst(Status.OK, *([Status.OUTSIDE_RANGE] if outcome.physics_only else [])),
    )


@dataclass(frozen=True)
class Chemistry:
    """Speciation and what the pool becomes; None where they are not modelled."""

    speciation: Speciation | None
    pool: competing_phases.Pool | None


def _chemistry(flask: Flask, composition: Composition) -> Chemistry:
    if flask.method in DRY:
        return Chemistry(None, None)
    found = speciate(flask, draws=DRAWS)
    if not competing_phases.is_modelled(composition):
        return Chemistry(found, None)
    pool = competing_phases.compete(flask, found)
    return Chemistry(found, pool if pool.converged else None)


def _batch(
    flask: Flask,
    composition: Composition,
    kinetics: KineticsSpec | None,
    chemistry: Chemistry,
    covered: float,
    polarity: float,
) -> Batch:
    """The flask made ready for its reactor."""
    shares = {x: s for x, s in composition.site("X").items() if x in HALIDES}
    k = constants(kinetics if kinetics is not None else priors(shares or None))
    limiting = min(float(flask.caesium), float(flask.lead)) / float(flask.volume)
    monomer, factor = limiting, 1.0
    if chemistry.speciation is not None and chemistry.pool is not None:
        monomer = float(chemistry.speciation.lead) * float(chemistry.pool.crystallised[0])
        factor = _reference_excess() / excess(chemistry)
    low, high = _FACTOR_ENDS
    return Batch(flask, k, monomer, min(max(factor, low), high), covered, polarity)


def excess(chemistry: Chemistry) -> float:
    """Activity of the ion in excess that is left beside the crystals [mol/m3]."""
    found, pool = chemistry.speciation, chemistry.pool
    assert found is not None
    assert pool is not None
    used = pool.amounts[0, :4] @ competing_phases.ELEMENTS[:4]
    left = np.maximum(pool.content[:2] - used[:2], _LEAST_LEFT * pool.content[:2])
    return float(left.max()) * float(found.free_lead[0])


@lru_cache(maxsize=1)
def _reference_excess() -> float:
    """`excess` of the usual hot injection, in which the constants of growth were set."""
    n = {name: usual("hot_injection", name) for name in ("lead", "volume", "temperature", "time")}
    lead = float(n["lead"])

    def per_lead(name: str) -> Sourced:
        return Sourced(lead * float(usual("hot_injection", name)), "mol")

    flask = Flask(
        "hot_injection",
        "CsPbBr3",
        per_lead("caesium"),
        n["lead"],
        {"Br": per_lead("halide")},
        per_lead("acid"),
        per_lead("amine"),
        Sourced(lead * float(n["volume"]), "m3"),
        n["temperature"],
        n["time"],
    )
    return excess(_chemistry(flask, parse(flask.formula)))


def _shapes(flask: Flask, outcome: Outcome, batch: Batch, words: tuple[str, ...]) -> Shapes:
    """Probabilities of the shapes, by the reactor where it decides."""
    if outcome.shapes:
        best = max(outcome.shapes, key=lambda name: float(outcome.shapes[name]))
        return Shapes(dict(outcome.shapes), best, f"{best}: {outcome.shapes[best].note}")
    return shape.predict(conditions(flask, outcome, batch, words))


def conditions(
    flask: Flask, outcome: Outcome, batch: Batch, words: tuple[str, ...] = ()
) -> Conditions:
    """What decides on the shape of the dots of a flask."""
    met = outcome.met or _stirred(flask, outcome, batch)
    acid, amine = float(flask.acid), float(flask.amine)
    return Conditions(
        temperature=float(flask.temperature),
        chain=flask.chain,
        amine_acid=amine / acid if acid > 0.0 else (1.0 if amine == 0.0 else _NO_ACID),
        ligand_lead=(acid + amine) / float(flask.lead),
        polarity=batch.polarity,
        attached=shape.attached_share(met),
        protocol=shape.protocol_of(flask, words),
        caesium_lead=flask.caesium_ratio,
    )


def _stirred(flask: Flask, outcome: Outcome, batch: Batch) -> float:
    """Dots that each dot joins in a liquid that is only stirred."""
    born = outcome.extras.get("nucleated_density")
    if born is None or not born.is_known:
        return 0.0
    warm = float(flask.temperature)
    time = float(flask.time)
    return joined(float(born), time, warm, batch.ligand_cover, batch.polarity)


def _phases(chemistry: Chemistry, outcome: Outcome, composition: Composition) -> dict[str, Sourced]:
    """Shares of the lead by formula, of the reactor where it knows better."""
    if not competing_phases.is_modelled(composition):
        return {}
    if outcome.phases:
        return {
            competing_phases.formula_of(name, composition): q for name, q in outcome.phases.items()
        }
    return {} if chemistry.pool is None else competing_phases.named(chemistry.pool, composition)


def _numbers(chemistry: Chemistry) -> dict[str, Sourced]:
    """Numbers that speciation and phases say, with the interval of their priors."""
    note = "speciation from priors"
    found: dict[str, Sourced] = {}
    if chemistry.speciation is not None:
        s = chemistry.speciation
        found["free_amine"] = interval(s.amine, note, "mol/m3")
        found["free_halide"] = interval(s.halide, note, "mol/m3")
        found["ammonium"] = interval(s.ammonium, note, "mol/m3")
        found["lead_bound_by_amine"] = interval(s.share_amine, note)
        found["supersaturation_start"] = interval(s.supersaturation, note)
    if chemistry.pool is not None:
        share = chemistry.pool.crystallised
        found["crystallised_share"] = interval(share, "lead in crystals; from priors")
        made = chemistry.pool.amounts[:, 0] / min(1.0, float(chemistry.pool.content[0]))
        found["reaction_yield"] = interval(
            np.minimum(made, 1.0), "CsPbX3 over the salt in short supply; from priors"
        )
    return found


def _equilibrium(flask: Flask, composition: Composition) -> dict[str, Sourced]:
    """Size that the halide of the bath sets, of hot bromide flasks, in which it was calibrated."""
    if flask.method != "hot_injection" or composition.site("X") != {"Br": 1.0}:
        return {}
    return {"equilibrium_size": equilibrium_size(float(flask.temperature), flask.halide_ratio)}


def _notes(
    flask: Flask, chemistry: Chemistry, outcome: Outcome, formed: Shapes, composition: Composition
) -> tuple[str, ...]:
    notes = [*outcome.notes, f"shape {formed.reason}"]
    liquid = flask.method not in NO_LIQUID
    if liquid and not any(name in formed.probabilities for name in shape.EXOTIC):
        notes.append("hexapods, dodecapods and zigzag chains: not predicted without their protocol")
    if not competing_phases.is_modelled(composition):
        notes.append(f"{competing_phases.NOT_MODELLED}: not modelled for {composition.formula}")
        notes.append("growth with the constants of CsPbBr3, as none of this compound are at hand")
    elif chemistry.pool is None and not outcome.phases:
        where = (
            "in a glass are not modelled" if flask.method in DRY else "of such ratios: no balance"
        )
        notes.append(f"competing phases {where}")
    if not outcome.status.is_good:
        notes.append(f"growth: {outcome.status.value}")
    return tuple(notes)
