"""What a user may set of a film: ligand, treatment, packing, and any measured property."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from .tables import FilmTables


class WashSpec(Spec):
    """Soaking in a solvent that takes ligands off, ``wash = {solvent = "methyl acetate"}``."""

    solvent: str = Field(description="a solvent of the library with a ligand removal per wash")
    cycles: int = Field(default=1, ge=1, le=50, description="number of washes")
    removal: Sourced | None = quantity(
        "1", "share of the ligands one wash takes off", low=0.0, high=1.0, optional=True
    )


class AnnealSpec(Spec):
    """Heating of the finished film, ``anneal = {temperature = "100 C", duration = "30 min"}``."""

    temperature: Sourced = quantity("K", "annealing temperature", low=273.0, high=700.0)
    duration: Sourced = quantity("s", "annealing time", low=0.0, high=1e6)


class ExchangeSpec(Spec):
    """Another ligand in place of the first, ``exchange = {ligand = "DDAB", share = 0.8}``."""

    ligand: str = Field(description="the ligand that comes in")
    share: Sourced | None = quantity(
        "1", "share of sites it takes; default: by how firmly both bind", low=0, high=1,
        optional=True,
    )  # fmt: skip
    excess: Sourced = quantity(
        "1",
        "new ligand in solution over the old, where no share is given",
        low=0.0,
        high=1e6,
        default=10.0,
        interval=(3.0, 30.0),
        why="an exchange is done with much of the new ligand; amounts differ",
    )


class RipenSpec(Spec):
    """Growth of large dots at the cost of small ones, ``ripen = {growth = 1.5}``."""

    growth: Sourced = quantity(
        "1",
        "mean size after over before",
        low=1.0,
        high=20.0,
        default=1.5,
        interval=(1.1, 2.5),
        why="sizes before and after were not read",
    )
    necks: Sourced = quantity(
        "1",
        "share of contacts that grow together",
        low=0.0,
        high=1.0,
        default=0.1,
        interval=(0.0, 0.25),
        why="from none to just below percolation (1/3)",
    )
    defects_left: Sourced = quantity(
        "1",
        "share of traps and vacancies that the new surface keeps",
        low=0.0,
        high=1.0,
        default=0.03,
        interval=(0.005, 0.2),
        why="material laid down near equilibrium closes its surface; the share is not known",
    )


class DopantSpec(Spec):
    """A foreign ion on the lead site, ``dopant = {element = "Ag", content = 0.02}``."""

    element: str = Field(description="a dopant of the library with a charge on the lead site")
    content: Sourced = quantity("1", "ions per lead site", low=0.0, high=0.2)
    ionised: Sourced | None = quantity(
        "1", "share that gives a carrier; default: prior of the library", low=0.0, high=1.0,
        optional=True,
    )  # fmt: skip


class GateSpec(Spec):
    """A transistor that asks the film for its apparent mobility; all stated priors."""

    charge: Sourced = quantity(
        "m-2",
        "carriers per area that the gate induces",
        low=1e12,
        high=1e18,
        default="1e12 cm-2",
        interval=("3e11 cm-2", "3e12 cm-2"),
        why="10 to 40 V on 300 nm of SiO2 are 0.7 to 2.9e12 per cm2",
    )
    layers: Sourced = quantity(
        "1",
        "layers of dots that share them",
        low=1.0,
        high=1000.0,
        default=2.0,
        interval=(1.0, 3.0),
        why="Debye lengths of a few nm to one or two dots",
    )
    time: Sourced = quantity(
        "s",
        "time the gate stands before the current is read",
        low=1e-9,
        high=1e9,
        default="1 s",
        interval=("0.1 s", "10 s"),
        why="a sweep of tens of points takes seconds to minutes",
    )
    thickness: Sourced = quantity(
        "m",
        "thickness of the film that feeds ions to the gate",
        low=1e-9,
        high=1e-4,
        default="40 nm",
        interval=("20 nm", "80 nm"),
        why="a few layers of dots",
    )
    residual: Sourced = quantity(
        "m-3",
        "free carriers of the majority at 300 K, in a film without dopant; the charge that holds "
        "them stays when dopants are added, and is left out where `doping` is given",
        low=0.0,
        high=1e27,
        default="1e15 cm-3",
        interval=("1e14 cm-3", "1e16 cm-3"),
        why="not measured; the films are p-type as reported. It decides how much of the gate "
        "mobile ions screen, and so what an undoped film shows",
    )
    majority: Literal["hole", "electron"] = Field(
        default="hole",
        description="kind of the residual carriers; the films are p-type as reported",
    )
    hole_trap_depth: Sourced = quantity(
        "eV",
        "depth of hole traps above the valence edge",
        low=0.0,
        high=2.0,
        default="0.15 eV",
        interval=("0.05 eV", "0.25 eV"),
        why="states of loose bromide stay near the valence edge; not measured",
    )


class TransportSpec(Spec):
    """How the mobility is computed, ``transport = {method = "packing", sites = 20000}``."""

    method: Literal["closed_form", "packing"] = Field(
        default="closed_form", description="closed form, or master equation on packings"
    )
    sites: int = Field(default=2000, ge=64, le=1_000_000, description="dots of a packing")
    realisations: int = Field(default=3, ge=1, le=100, description="packings; they give the error")
    missing: Sourced = quantity(
        "1", "share of places without a dot", low=0.0, high=0.95, default=0.0,
        why="no holes unless stated",
    )  # fmt: skip
    order: Sourced | None = quantity(
        "1", "1 superlattice, 0 random; default: by packing", low=0.0, high=1.0, optional=True
    )
    energy_transfer: bool = Field(
        default=False, description="also how excitons go from dot to dot; on packings"
    )
    acceptor_density: Sourced | None = quantity(
        "m-3", "acceptors that take excitons, per volume", low=0.0, high=1e28, optional=True
    )
    acceptor_radius: Sourced = quantity(
        "m",
        "Foerster radius of an acceptor",
        low=1e-10,
        high=3e-8,
        default="6 nm",
        interval=("3 nm", "9 nm"),
        why="usual for dyes with overlap; assumed",
    )
    law: Literal["marcus", "miller_abrahams"] = Field(
        default="marcus", description="rate of a hop between unequal levels"
    )


class HoppingSpec(Spec):
    """Model parameters shared by all films; each default is a stated prior."""

    tunnelling_decay: Sourced | None = quantity(
        "1/m", "decay of the hopping rate with the gap", low=1e9, high=3e10, optional=True
    )
    reorganisation_energy: Sourced = quantity(
        "eV",
        "Marcus reorganisation energy of a hop between dots",
        low=0.005,
        high=1.0,
        default="0.10 eV",
        interval=("0.05 eV", "0.20 eV"),
        why="a large polaron in a dot of 5-10 nm; no measurement for hops between these dots read",
    )
    phonon_energy: Sourced = quantity(
        "eV",
        "phonon that sets the adiabatic limit of the hopping rate",
        low=0.001,
        high=0.1,
        default="19.2 meV",
        interval=("15 meV", "25 meV"),
        why="the single dominant LO mode of CsPbBr3, 155 1/cm, read second-hand; used for all",
    )
    static_disorder: Sourced | None = quantity(
        "eV",
        "site-energy disorder besides the size spread (1 standard deviation)",
        low=0.0,
        high=0.3,
        optional=True,
    )
    disorder_exponent: Sourced = quantity(
        "1",
        "C in exp(-C (sigma/kT)^2)",
        low=0.1,
        high=1.0,
        default=4.0 / 9.0,
        interval=(0.38, 0.50),
        why="4/9 of the Gaussian disorder model; 0.42 on the lattice at vanishing density",
    )
    contact_gap: Sourced = quantity(
        "m",
        "gap that is left between bare cores",
        low=0.0,
        high=2e-9,
        default="0.29 nm",
        interval=("0.20 nm", "0.45 nm"),
        why="half a pseudocubic lattice constant: two ionic planes in contact",
    )


class SurfaceSpec(Spec):
    """Priors of ions and traps at places where a ligand is missing."""

    neck_barrier: Sourced = quantity(
        "eV",
        "barrier of two bare facets to grow together",
        low=0.1,
        high=3.0,
        default="1.15 eV",
        interval=("0.95 eV", "1.35 eV"),
        why="minutes at 100 C, weeks at room temperature, as films are seen to behave; assumed",
    )
    adsorption_energy: Sourced | None = quantity(
        "eV",
        "free energy that a ligand gains from solution (1 mol/l) to surface; default: that of the "
        "library",
        low=0.0,
        high=2.0,
        optional=True,
    )
    traps_per_missing_ligand: Sourced = quantity(
        "1",
        "share of missing ligands that leave an electronic trap",
        low=0.0,
        high=1.0,
        default=1e-3,
        interval=(1e-4, 1e-2),
        why="defect tolerance: of order 0.1-1 trap a dot, as quantum yields below one suggest",
    )
    vacancies_per_missing_ligand: Sourced = quantity(
        "1",
        "share of missing ligands that leave a mobile halide vacancy",
        low=0.0,
        high=1.0,
        default=1e-2,
        interval=(1e-3, 5e-2),
        why="a lost ligand pair takes a halide along; the share that stays mobile is not known",
    )
    bulk_vacancy_density: Sourced = quantity(
        "m-3",
        "mobile halide vacancies inside the cores",
        low=1e18,
        high=1e27,
        default="1e18 cm-3",
        interval=("1e17 cm-3", "1e19 cm-3"),
        why="range in use for halide perovskites; no count for CsPbBr3 dots read",
    )
    vacancy_attempt: Sourced = quantity(
        "1/s",
        "attempt frequency of a vacancy hop",
        low=1e10,
        high=1e14,
        default="3e12 1/s",
        interval=("1e12 1/s", "1e13 1/s"),
        why="of the order of a lattice vibration",
    )
    surface_softening: Sourced = quantity(
        "1",
        "share of the migration barrier that a bare surface takes away",
        low=0.0,
        high=0.95,
        default=0.5,
        interval=(0.3, 0.6),
        why="computed V_Br barrier at CsPbBr3 (001) is half of bulk, capping restores it "
        "(arXiv 2105.07686, abstract); linear in coverage is our choice",
    )
    bulk_activation: Sourced | None = quantity(
        "eV",
        "migration barrier of a vacancy in the bulk; default: that of the library",
        low=0.0,
        high=3.0,
        optional=True,
    )
    silver_activation: Sourced = quantity(
        "eV",
        "migration barrier of a silver ion inside the cores, where an electrode gives silver",
        low=0.0,
        high=3.0,
        default="0.40 eV",
        interval=("0.21 eV", "0.67 eV"),
        why="none read for CsPbBr3; Ag2S has 0.21 to 0.67 eV (J. Chem. Phys. 128, 014704), taken "
        "as the range",
    )
    hop_length: Sourced = quantity(
        "m",
        "distance of one vacancy hop",
        low=1e-10,
        high=1e-9,
        default="0.42 nm",
        interval=("0.39 nm", "0.45 nm"),
        why="pseudocubic lattice constant over sqrt(2): 0.40 (Cl) to 0.44 nm (I)",
    )
    ion_crossing: Sourced = quantity(
        "1",
        "slowing of ions where they pass from dot to dot",
        low=1e-8,
        high=1.0,
        default=0.3,
        interval=(0.01, 1.0),
        why="not known: from no obstacle to a ligand shell that lets one in a hundred pass",
    )


class FilmSpec(FilmTables):
    """A film of dots; every property of it can be given directly and then wins over the model."""

    formula: str = Field(default="", description="composition; needed only where no dots are given")
    ligand: str = Field(default="", description="ligand of the film; empty: as the dots come")
    wash: WashSpec | None = Field(default=None, description="ligand removal by a solvent")
    anneal: AnnealSpec | None = Field(default=None, description="heating of the film")
    exchange: ExchangeSpec | None = Field(default=None, description="another ligand comes in")
    ripen: RipenSpec | None = Field(default=None, description="large dots grow from small ones")
    dopant: tuple[DopantSpec, ...] = Field(
        default=(), description="foreign ions on the lead site, one table or a list of them"
    )
    gate: GateSpec = Field(
        default_factory=GateSpec, description="the transistor of the apparent mobility"
    )
    transport: TransportSpec = Field(
        default_factory=TransportSpec, description="how the mobility is computed"
    )
    core_constants: str = Field(
        default="", description="CSV with wavelength_nm,n,k of the cores, beside the study"
    )
    free_ligand: Sourced | None = quantity(
        "mol/m3",
        "ligand left free in the ink: sets the coverage by binding equilibrium",
        low=0.0,
        high=1e5,
        optional=True,
    )
    ink_temperature: Sourced = quantity(
        "K",
        "temperature of the ink and of the bath of an exchange, where ligands come and go",
        low=200.0,
        high=500.0,
        default="300 K",
        why="inks are used and ligands exchanged at room temperature",
    )
    stripped_fraction: Sourced | None = quantity(
        "1", "share of the ligands taken off, instead of wash", low=0.0, high=1.0, optional=True
    )
    coverage: Sourced | None = quantity(
        "1",
        "share of a full ligand shell before treatment; kept by an exchange, site for site",
        low=0.0,
        high=1.0,
        optional=True,
    )
    packing: Literal["superlattice", "random"] = Field(
        default="random", description="superlattice or random packing"
    )
    random_packing_density: Sourced | None = quantity(
        "1",
        "space filled by randomly packed dots with their shells; default: by shape",
        low=0.34,
        high=1.0,
        optional=True,
    )
    necking_fraction: Sourced = quantity(
        "1",
        "share of neighbour contacts that have grown together",
        low=0.0,
        high=1.0,
        default=0.0,
        why="ligands keep dots apart; ripening or annealing above 100 C fuses some",
    )
    temperature: Sourced | None = quantity(
        "K", "temperature of the film; default: that of the dots", low=30, high=600, optional=True
    )
    draws: int = Field(
        default=200, ge=0, le=100_000, description="draws for the intervals; 0: no intervals"
    )
    seed: int = Field(default=0, ge=0, description="root of the random draws")
    hopping: HoppingSpec = Field(default_factory=HoppingSpec, description="parameters of hopping")
    surface: SurfaceSpec = Field(default_factory=SurfaceSpec, description="ions and traps")

    dot_size: Sourced | None = quantity(
        "m", "core size, instead of that of the dots", low=1e-9, high=1e-6, optional=True
    )
    size_spread: Sourced | None = quantity(
        "1", "relative spread of the core size", low=0.0, high=1.0, optional=True
    )
    spacing: Sourced | None = quantity(
        "m", "gap between neighbouring cores", low=0.0, high=1e-7, optional=True
    )
    mobility_electron: Sourced | None = quantity(
        "m2/Vs", "electron mobility of the film", low=1e-18, high=1.0, optional=True
    )
    mobility_hole: Sourced | None = quantity(
        "m2/Vs", "hole mobility of the film", low=1e-18, high=1.0, optional=True
    )
    poole_frenkel: Sourced | None = quantity(
        "1",
        "field exponent of the mobility, the number in (m/V)^0.5",
        low=-0.01,
        high=0.01,
        optional=True,
    )
    relative_permittivity: Sourced | None = quantity(
        "1", "static permittivity of the film", low=1.0, high=1e4, optional=True
    )
    refractive_index: Sourced | None = quantity(
        "1", "refractive index of the film", low=1.0, high=5.0, optional=True
    )
    electron_affinity: Sourced | None = quantity(
        "eV", "conduction edge below vacuum", low=0.5, high=8.0, optional=True
    )
    ionization_energy: Sourced | None = quantity(
        "eV", "valence edge below vacuum", low=1.0, high=12.0, optional=True
    )
    density_of_states_electron: Sourced | None = quantity(
        "m-3", "effective density of states, electrons", low=1e20, high=1e29, optional=True
    )
    density_of_states_hole: Sourced | None = quantity(
        "m-3", "effective density of states, holes", low=1e20, high=1e29, optional=True
    )
    trap_density: Sourced | None = quantity(
        "m-3", "electronic traps per volume", low=0.0, high=1e28, optional=True
    )
    trap_depth: Sourced | None = quantity(
        "eV", "depth of the traps below the conduction edge", low=0.0, high=4.0, optional=True
    )
    capture_electron: Sourced | None = quantity(
        "m3/s", "capture coefficient of a trap, electrons", low=0.0, high=1e-8, optional=True
    )
    capture_hole: Sourced | None = quantity(
        "m3/s", "capture coefficient of a trap, holes", low=0.0, high=1e-8, optional=True
    )
    radiative_coefficient: Sourced | None = quantity(
        "m3/s", "bimolecular recombination", low=0.0, high=1e-10, optional=True
    )
    ion_density: Sourced | None = quantity(
        "m-3", "mobile halide vacancies of the film", low=0.0, high=1e28, optional=True
    )
    ion_mobility: Sourced | None = quantity(
        "m2/Vs", "mobility of the ions", low=1e-30, high=1e-4, optional=True
    )
    ion_activation: Sourced | None = quantity(
        "eV", "activation energy of the ion mobility", low=0.0, high=3.0, optional=True
    )
    absorption: Sourced | None = quantity(
        "1/m", "absorption coefficient at the first exciton", low=0.0, high=1e9, optional=True
    )
    doping: Sourced | None = quantity(
        "m-3", "net fixed doping, donors positive", low=-1e28, high=1e28, optional=True
    )

    @field_validator("dopant", mode="before")
    @classmethod
    def _one_dopant(cls, value: Any) -> Any:
        """A single table stands for a list of one."""
        return [value] if isinstance(value, dict | DopantSpec) else value


# Fields of FilmSpec that replace the field of the same name in FilmProperties.
OVERRIDES = (
    "dot_size",
    "spacing",
    "mobility_electron",
    "mobility_hole",
    "poole_frenkel",
    "relative_permittivity",
    "refractive_index",
    "electron_affinity",
    "ionization_energy",
    "density_of_states_electron",
    "density_of_states_hole",
    "trap_density",
    "trap_depth",
    "capture_electron",
    "capture_hole",
    "radiative_coefficient",
    "ion_density",
    "ion_mobility",
    "ion_activation",
    "absorption",
    "doping",
)
