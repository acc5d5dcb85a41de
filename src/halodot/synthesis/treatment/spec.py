"""What a user may set about a treatment (``[[treatment]]``): what is done to finished dots.

Rates and equilibrium constants of treatments were not read anywhere, so that nearly every default
here is a prior with a wide interval and a reason; what follows from it alone says so.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity

Halide = Literal["Cl", "Br", "I"]
Metal = Literal["Mn", "Zn", "Cd", "Sn"]
Phase = Literal["Cs4PbX6", "CsPbX3", "CsPb2X5"]
Agent = Literal["PbX2", "water", "heat", "Prussian blue", "thiol", "OAm/OA", "CsX"]
ROOM = 300.0  # temperature at which rates and constants below are stated [K]
INTERDIFFUSION = "Pan et al., Nano Lett. 2018"
_NO_RATE = "no rate was read; "


def _sourced(unit: str, doc: str, ends: tuple[float, float], q: Sourced) -> Any:
    extra: dict[str, Any] = {
        "unit": unit, "doc": doc, "low": ends[0], "high": ends[1], "default": None,
    }  # fmt: skip
    return Field(
        default_factory=partial(_same, q), description=doc, json_schema_extra={"quantity": extra}
    )


def _same(q: Sourced) -> Sourced:
    return q


def _time(default: str, why: str) -> Any:
    return quantity(
        "s", "from the addition to the quench", low=0.0, high=1e8, default=default, why=why
    )


def _temperature() -> Any:
    return quantity(
        "K", "of the flask", low=200.0, high=700.0, default="300 K", why="room temperature"
    )


class _Treatment(Spec):
    """What all treatments share."""

    against: Literal["time", "amount"] = Field(
        default="time",
        description="axis of the history: time at the full amount, or amount at the full time",
    )
    points: int = Field(default=25, ge=2, le=400, description="steps of the history")
    temperature: Sourced = _temperature()
    optical_density: Sourced = quantity(
        "1",
        "of the flask at the first exciton, over the path of the light out",
        low=0.0,
        high=100.0,
        default=0.0,
        why="dilute: light is not absorbed again",
    )


class AnionExchange(_Treatment):
    """Halide of the lattice against halide of a reagent, or of other dots.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> table = {"kind": "anion_exchange", "halide": "Cl", "added": 3}
    >>> build(AnionExchange, table).added.value
    3.0
    """

    kind: Literal["anion_exchange"]
    reagent: Literal["PbX2", "alkylammonium", "ZnX2", "TMS-X", "dots"] = Field(
        default="PbX2",
        description="PbX2 with oleylamine and oleic acid, alkylammonium halide, ZnX2, "
        "trimethylsilyl halide, or other dots",
    )
    halide: Halide | None = Field(default=None, description="halide of the reagent")
    formula: str = Field(
        default="", max_length=200, description='of the other dots, for reagent = "dots"'
    )
    added: Sourced = quantity(
        "1",
        "halide added (in the lattice of the other dots) over halide in the lattice of the dots",
        low=0.0,
        high=1e4,
    )
    time: Sourced = _time("10 min", "long against the exchange, which the review calls fast")
    selectivity: Sourced = quantity(
        "1",
        "equilibrium constant: halide of the reagent into the lattice against the one it replaces",
        low=1e-6,
        high=1e6,
        default=1.0,
        interval=(0.2, 5.0),
        why="no constant was read: the lattice takes what the flask holds",
    )
    exchange_time: Sourced = quantity(
        "s",
        "surface and release of a dot of 10 nm in undiluted reagent",
        low=1e-9,
        high=1e9,
        default="1 s",
        interval=("0.03 s", "100 s"),
        why=_NO_RATE + "the review calls the exchange fast (ref 122)",
    )
    surface_barrier: Sourced = quantity(
        "eV",
        "activation energy of that step",
        low=0.0,
        high=3.0,
        default="0.4 eV",
        interval=("0.2 eV", "0.7 eV"),
        why=_NO_RATE + "as in the lattice",
    )
    diffusivity: Sourced = quantity(
        "m2/s",
        "halide in the lattice at 300 K",
        low=1e-26,
        high=1e-8,
        default="3e-13 cm2/s",
        interval=("1e-14 cm2/s", "1e-11 cm2/s"),
        why="prefactor not at hand; the interval is that of synthesis notes",
    )
    diffusion_barrier: Sourced = _sourced(
        "eV",
        "activation energy of halide in the lattice",
        (0.0, 3.0),
        Sourced(
            0.44, "eV", 0.42, 0.46, "sourced", (INTERDIFFUSION,),
            "Cl and Br in nanowires; I is slower",
        ),
    )  # fmt: skip
    iodide_slowing: Sourced = quantity(
        "1",
        "diffusivity of Br and Cl over that of a pair with I",
        low=1.0,
        high=1e6,
        default=10.0,
        interval=(2.0, 100.0),
        why="interdiffusion of I and Br is called limited; how much was not read",
    )
    waiting: Sourced = quantity(
        "1",
        "mean time that a single dot waits before it begins, over the exchange time",
        low=0.0,
        high=1e4,
        default=1.0,
        interval=(0.1, 10.0),
        why="single dots have broad waiting times (10.1063/5.0149821); the mean was not read",
    )
    nucleus_size: Sourced = quantity(
        "m",
        "size above which iodide enters through a nucleus, at once and late",
        low=1e-9,
        high=1e-6,
        default="9 nm",
        interval=("6 nm", "14 nm"),
        why="small dots stay homogeneous, larger ones switch (10.1063/5.0149821); size not read",
    )
    nucleus_waiting: Sourced = quantity(
        "1",
        "waiting time of a dot that needs a nucleus, over that of others",
        low=1.0,
        high=1e4,
        default=5.0,
        interval=(2.0, 30.0),
        why="abrupt after a long wait; factor not read",
    )
    switching: Sourced = quantity(
        "1",
        "exchange time of a dot with a nucleus, over that of others",
        low=1e-4,
        high=1.0,
        default=0.1,
        interval=(0.02, 0.5),
        why="abrupt; factor not read",
    )
    free_halide: Sourced = quantity(
        "1",
        "halide that dots which are mixed keep in solution, over that of their lattices",
        low=1e-6,
        high=10.0,
        default=0.03,
        interval=(0.005, 0.2),
        why="halide travels from dot to dot with ligands; its share was not read",
    )
    strain_interaction: Sourced = _sourced(
        "eV",
        "interaction of two halides over their squared misfit, W = s (ln a2/a1)^2",
        (0.0, 1000.0),
        Sourced(
            6.5, "eV", 4.0, 10.5, "fitted", ("synthesis notes, 2.3",),
            "from what mixes at 300 K: Cl-Br and Br-I do, Cl-I does not; no enthalpy was read",
        ),
    )  # fmt: skip

    @model_validator(mode="after")
    def _one_source(self) -> AnionExchange:
        if (self.reagent == "dots") != bool(self.formula):
            allowed = 'the formula of the other dots with reagent = "dots", else nothing'
            raise InputError(
                "treatment.formula", self.formula or "nothing", allowed, 'formula = "CsPbI3"'
            )
        if (self.reagent == "dots") == (self.halide is not None):
            allowed = "Cl, Br or I for a reagent; nothing where other dots are mixed in"
            raise InputError("treatment.halide", self.halide or "nothing", allowed, 'halide = "Cl"')
        return self


class CationExchange(_Treatment):
    """Lead of the lattice against another divalent metal."""

    kind: Literal["cation_exchange"]
    metal: Metal = Field(description="the other metal")
    route: Literal["bromide", "photoinduced"] = Field(
        default="bromide",
        description="metal halide with oleylamine, or metal acetate in dihalomethane under light",
    )
    added: Sourced = quantity("1", "metal added over lead of the dots", low=0.0, high=1e4)
    time: Sourced = _time("16 h", "overnight (review, Sec. 3.2)")
    exchange_constant: Sourced = quantity(
        "1",
        "equilibrium constant at 300 K of M + Pb(lattice) = M(lattice) + Pb",
        low=1e-9,
        high=1e3,
        default=2e-3,
        interval=(2e-4, 2e-2),
        why="exchange is partial, up to about 10 % (remembered, unverified)",
    )
    exchange_enthalpy: Sourced = quantity(
        "eV",
        "its change with temperature, d ln K / d(1/kT) = -H",
        low=-2.0,
        high=2.0,
        default="0.1 eV",
        interval=("-0.1 eV", "0.3 eV"),
        why="not read; dopants leave on mild heating or come with it",
    )
    solubility: Sourced = quantity(
        "1",
        "largest share of the metal on the lead site",
        low=0.0,
        high=1.0,
        default=0.1,
        interval=(0.05, 0.2),
        why="of the order of 10 % (remembered, unverified)",
    )
    exchange_time: Sourced = quantity(
        "s",
        "surface step of a dot of 10 nm at 300 K",
        low=1e-6,
        high=1e9,
        default="1 h",
        interval=("3 min", "10 h"),
        why=_NO_RATE + "stirred overnight (ref 116)",
    )
    surface_barrier: Sourced = quantity(
        "eV",
        "activation energy of that step",
        low=0.0,
        high=3.0,
        default="0.6 eV",
        interval=("0.3 eV", "1 eV"),
        why=_NO_RATE + "above that of halide",
    )
    diffusivity: Sourced = quantity(
        "m2/s",
        "metal in the lattice at 300 K, by vacancies",
        low=1e-30,
        high=1e-10,
        default="1e-21 m2/s",
        interval=("1e-23 m2/s", "1e-19 m2/s"),
        why=_NO_RATE + "far below that of halide, as dots of 10 nm take hours",
    )
    diffusion_barrier: Sourced = quantity(
        "eV",
        "activation energy of that diffusion",
        low=0.0,
        high=4.0,
        default="0.9 eV",
        interval=("0.5 eV", "1.5 eV"),
        why=_NO_RATE + "vacancies of lead are few and slow",
    )
    strain_slope: Sourced = quantity(
        "eV",
        "how far the gap rises as ln(lattice constant) falls",
        low=-30.0,
        high=50.0,
        default="6 eV",
        interval=("0 eV", "18 eV"),
        why="sign from ref 116 (light goes to the blue); pressure on hybrid iodides lowers the "
        "gap, so that the shift is not of the contraction alone; size unverified",
    )
    halide: Halide = Field(default="Cl", description="of the dihalomethane, photoinduced route")
    light_dose: Sourced = quantity(
        "1",
        "photons absorbed over halide in the lattice, photoinduced route",
        low=0.0,
        high=1e6,
        default=10.0,
        why="nothing was read of the dose",
    )
    halide_yield: Sourced = quantity(
        "1",
        "halide set free per absorbed photon",
        low=0.0,
        high=10.0,
        default=0.05,
        interval=(0.005, 0.5),
        why="not read; electrons of the dots reduce the dihalomethane",
    )
    uptake: Sourced = quantity(
        "1",
        "metal that enters per exchanged halide while there is room",
        low=0.0,
        high=1.0,
        default=0.05,
        interval=(0.01, 0.2),
        why="halide exchange drives Pb to Mn at room temperature (read); share not read",
    )


class Transformation(_Treatment):
    """Cs4PbX6, CsPbX3 and CsPb2X5 into one another.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> table = {"kind": "transformation", "agent": "PbX2", "added": 3}
    >>> build(Transformation, table).to is None
    True
    """

    kind: Literal["transformation"]
    agent: Agent = Field(
        description="what is added, heat, or the ratio of the two ligands; see the theory page"
    )
    to: Phase | None = Field(
        default=None, description="phase that is made; by default what the agent makes"
    )
    added: Sourced = quantity(
        "1",
        "moles of agent per mole of lead in the dots; for OAm/OA the ratio of amine to acid",
        low=0.0,
        high=1e9,
        default=10.0,
        why="an excess",
    )
    time: Sourced = _time("1 h", "long against the reaction")
    reaction_time: Sourced | None = quantity(
        "s",
        "of a dot of 10 nm in an excess at 300 K (heat: 450 K); default: a prior by agent",
        low=1e-9,
        high=1e9,
        optional=True,
    )
    barrier: Sourced = quantity(
        "eV",
        "activation energy of the interface",
        low=0.0,
        high=4.0,
        default="0.6 eV",
        interval=("0.3 eV", "1.1 eV"),
        why="no rate was read",
    )
    capacity: Sourced | None = quantity(
        "1",
        "PbX2 or CsX that one mole of agent brings or takes up; for OAm/OA the ratio at which half "
        "of the lead is in Cs4PbX6; default: a prior by agent",
        low=0.0,
        high=1e3,
        optional=True,
    )


class Heterostructure(_Treatment):
    """A second domain grown on the dots, sharing one face."""

    kind: Literal["heterostructure"]
    partner: str = Field(default="Pb4S3Br2", max_length=80, description="compound of the domain")
    share: Sourced = quantity(
        "1",
        "of one face of the dot that the interface covers",
        low=0.0,
        high=6.0,
        default=0.8,
        interval=(0.4, 1.0),
        why="epitaxial on one face (ref 131); its area was not read",
    )
    partner_gap: Sourced = quantity(
        "eV",
        "band gap of the partner",
        low=0.1,
        high=10.0,
        default="1.9 eV",
        interval=("1.5 eV", "2.3 eV"),
        why="Pb4S3Br2; remembered, unverified",
    )
    partner_affinity: Sourced = quantity(
        "eV",
        "conduction edge of the partner below vacuum",
        low=0.0,
        high=10.0,
        default="3.9 eV",
        interval=("3.3 eV", "4.5 eV"),
        why="not known: the interval holds edges from above to below those of CsPbBr3",
    )
    transfer_velocity: Sourced = quantity(
        "m/s",
        "of a carrier through the interface, where its level falls",
        low=0.0,
        high=1e6,
        default="30 m/s",
        interval=("1 m/s", "1000 m/s"),
        why="transfer of a dot of 9 nm in some 10 ps to 10 ns; not read",
    )


def _kind(table: object) -> object:
    return table.get("kind") if isinstance(table, dict) else getattr(table, "kind", None)


# By a function: pydantic accepts no field as discriminator that has a validator before it.
Treatment = Annotated[
    Annotated[AnionExchange, Tag("anion_exchange")]
    | Annotated[CationExchange, Tag("cation_exchange")]
    | Annotated[Transformation, Tag("transformation")]
    | Annotated[Heterostructure, Tag("heterostructure")],
    Discriminator(_kind),
]
