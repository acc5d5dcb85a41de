"""The table [device.filament]: ions that build conducting filaments in a film of dots."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity
from .reduced_spec import Reduced
from .species import PRESETS

NOT_MEASURED = "not measured in a film of dots; a wide guess"


class Species(Spec):
    """One mobile ion: how it hops, how it meets a metal, what it builds.

    Fields that are not given are those of `species.PRESETS` where the name stands there.
    """

    name: str = Field(min_length=1, max_length=40, description="name, e.g. Ag, Cu, V_Br")
    charge: int = Field(default=1, ge=1, le=3, description="charge number of the ion")
    supplied: bool = Field(
        default=True, description="the active electrode gives and takes it; else it is of the film"
    )
    density: Sourced = quantity(
        "m-3",
        "ions in the film at the start",
        low=0,
        high=1e28,
        default="0 m-3",
        why="none before the first voltage",
    )
    barrier_inside: Sourced = quantity(
        "eV",
        "barrier of a hop inside dots",
        low=0,
        high=3,
        default="0.45 eV",
        interval=("0.3 eV", "0.6 eV"),
        why="not found for metal ions in halide perovskites; Ag2S spans 0.21 to 0.67 eV",
    )
    barrier_surface: Sourced = quantity(
        "eV",
        "barrier of a hop along bare surfaces of dots",
        low=0,
        high=3,
        default="0.25 eV",
        interval=("0.15 eV", "0.38 eV"),
        why="about half of that inside, as for halide vacancies",
    )
    attempt: Sourced = quantity(
        "Hz",
        "attempt frequency of hops and of steps at metals",
        low=1e9,
        high=1e15,
        default="2e12 Hz",
        interval=("1e12 Hz", "1e13 Hz"),
        why="a phonon of the lattice",
    )
    hop_length: Sourced = quantity(
        "m",
        "length of one hop",
        low=5e-11,
        high=2e-9,
        default="0.42 nm",
        interval=("0.35 nm", "0.5 nm"),
        why="distance of halide sites in CsPbBr3",
    )
    redox_barrier: Sourced = quantity(
        "eV",
        "barrier between metal and ion where both are in balance",
        low=0,
        high=3,
        default="0.42 eV",
        interval=("0.34 eV", "0.52 eV"),
        why="exchange currents of 1e3 to 1e6 A/m2, as for silver in fast conductors; not measured",
    )
    exchange_current_density: Sourced | None = quantity(
        "A/m2",
        "in place of the redox barrier: exchange current density of a full face",
        low=1e-20,
        high=1e12,
        optional=True,
    )
    transfer: Sourced = quantity(
        "1",
        "share of the overpotential that speeds oxidation",
        low=0.02,
        high=0.98,
        default=0.5,
        interval=(0.35, 0.65),
        why="a symmetric barrier",
    )
    formation_energy: Sourced = quantity(
        "eV",
        "energy of the ion in the film above the atom in the metal, at one potential",
        low=-3,
        high=5,
        default="0.3 eV",
        interval=("0.15 eV", "0.45 eV"),
        why=NOT_MEASURED,
    )
    atomic_volume: Sourced = quantity(
        "m3",
        "volume of an atom of the filament",
        low=1e-30,
        high=1e-27,
        default="0.017 nm3",
        interval=("0.012 nm3", "0.03 nm3"),
        why="of a usual metal",
    )
    surface_energy: Sourced = quantity(
        "J/m2",
        "of the filament against the film",
        low=0.005,
        high=5,
        default="0.7 J/m2",
        interval=("0.4 J/m2", "1.2 J/m2"),
        why="of a usual metal, lowered by ligands that bind to it",
    )
    resistivity: Sourced = quantity(
        "ohm m",
        "of the filament, without the effect of its size",
        low=1e-9,
        high=1.0,
        default="4e-8 ohm m",
        interval=("1.6e-8 ohm m", "1.6e-7 ohm m"),
        why="of a usual metal with defects",
    )
    mean_free_path: Sourced = quantity(
        "m",
        "of electrons in the bulk of what the filament is made of",
        low=0,
        high=1e-6,
        default="40 nm",
        interval=("20 nm", "60 nm"),
        why="of a usual metal",
    )
    adhesion: Sourced = quantity(
        "1",
        "strength of bonds to the other electrode over those in the filament",
        low=0,
        high=1,
        default=0.5,
        interval=(0.2, 0.85),
        why="oxides and polymers are wetted badly by metals; one is full wetting",
    )
    creep_barrier: Sourced = quantity(
        "eV",
        "barrier of atoms that move along the surface of the filament",
        low=0.05,
        high=3,
        default="0.5 eV",
        interval=("0.35 eV", "0.7 eV"),
        why="adatoms and steps of usual metals",
    )

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("name") in PRESETS:
            return PRESETS[data["name"]] | data
        return data


class Ligands(Spec):
    """What ligands on the dots do to ions, redox steps and wear."""

    coverage: Sourced | None = quantity(
        "1", "share of a full shell; by default that of the dots", low=0, high=1, optional=True
    )
    surface_restored: Sourced = quantity(
        "1",
        "share of the difference of inside and surface barrier that a full shell restores",
        low=0,
        high=1,
        default=0.5,
        interval=(0.15, 0.9),
        why="a salt cap restores nearly the bulk barrier in computations, ligands less",
    )
    redox_shift: Sourced = quantity(
        "eV",
        "added to the redox barrier by a full shell",
        low=-0.5,
        high=1,
        default="0.05 eV",
        interval=("0.01 eV", "0.12 eV"),
        why=NOT_MEASURED,
    )
    damage: Sourced = quantity(
        "1",
        "share of the ligands on its way that is lost when a filament of one atom's width comes "
        "and goes",
        low=0,
        high=1,
        default=1e-4,
        interval=(1e-6, 1e-2),
        why="endurance of 10 to 2e6 cycles is reported, hence between these",
    )
    damage_exponent: Sourced = quantity(
        "1",
        "power of the filament's atoms with which the loss grows",
        low=0,
        high=4,
        default=1.0,
        interval=(0.6, 1.4),
        why="each atom that passes does the same harm",
    )


class Lighting(Spec):
    """What light does to ions."""

    lowering: Sourced = quantity(
        "eV",
        "largest fall of the barriers of hops under strong light",
        low=0,
        high=1,
        default="0.08 eV",
        interval=("0.03 eV", "0.15 eV"),
        why="carriers screen ions and fill their levels; not measured for silver",
    )
    half_light: Sourced = quantity(
        "W/m2",
        "absorbed light at which half of the fall is reached",
        low=1e-9,
        high=1e9,
        default="100 W/m2",
        interval=("10 W/m2", "1000 W/m2"),
        why=NOT_MEASURED,
    )
    redox_share: Sourced = quantity(
        "1",
        "share of that fall by which redox and creep barriers go down",
        low=0,
        high=1,
        default=0.5,
        interval=(0.1, 0.9),
        why=NOT_MEASURED,
    )


class FilamentSpec(Spec):
    """Conducting filaments in the film between two electrodes."""

    electrode: Literal["left", "right"] = Field(
        default="right", description="the active electrode, that gives and takes atoms"
    )
    species: tuple[Species, ...] = Field(min_length=1, max_length=4, description="the mobile ions")
    beside: Literal["steady", "following"] = Field(
        default="steady",
        description="what stands beside the filament: currents at rest, from a table; or carriers, "
        "ions and light followed in time (not in retention and endurance, where they rest)",
    )
    sites: Sourced = quantity(
        "m-2",
        "places where a filament may start, by area",
        low=1e4,
        high=1e19,
        default="1e13 m-2",
        interval=("1e11 m-2", "1e15 m-2"),
        why="one in 0.03 to 3 micrometres: grains of the electrode, pinholes, corners of dots",
    )
    gap_decay: Sourced = quantity(
        "1/m",
        "fall of the conductance with the gap between tip and electrode",
        low=1e8,
        high=5e10,
        default="1e10 1/m",
        interval=("5e9 1/m", "1.5e10 1/m"),
        why="tunnelling under 0.25 to 2 eV",
    )
    point_conductance: Sourced = quantity(
        "S",
        "of a contact of one atom",
        low=1e-9,
        high=1e-3,
        default="77.48 uS",
        interval=("30 uS", "80 uS"),
        why="one channel of electrons of both spins, 2 e2/h, or part of it",
    )
    film_conductivity: Sourced = quantity(
        "S/m",
        "of the film beside the filament, as the lattice model takes it",
        low=1e-14,
        high=1e4,
        default="1e-6 S/m",
        interval=("1e-8 S/m", "1e-4 S/m"),
        why="a device takes that of its own stack in place of this",
    )
    contact_share: Sourced = quantity(
        "1",
        "share of the voltage that falls at each metal face of a film without a filament",
        low=0.001,
        high=0.49,
        default=0.15,
        interval=(0.05, 0.3),
        why="carriers enter dots through ligands and a barrier; not measured",
    )
    space_charge: Sourced = quantity(
        "1",
        "share of the ions' charge that carriers of the film do not screen",
        low=0,
        high=1,
        default=0.02,
        interval=(0.005, 0.1),
        why="dots conduct; without carriers it were 1",
    )
    barrier_spread: Sourced = quantity(
        "eV",
        "standard deviation of the hop barrier from dot to dot",
        low=0,
        high=0.3,
        default="0.02 eV",
        interval=("0.01 eV", "0.04 eV"),
        why="dots differ in facets and ligands; not measured",
    )
    thermal_conductivity: Sourced = quantity(
        "W/m/K",
        "of the film",
        low=1e-3,
        high=1e3,
        default="0.3 W/m/K",
        interval=("0.1 W/m/K", "0.6 W/m/K"),
        why="halide perovskites 0.3 to 0.5, ligands 0.1 to 0.2; remembered, unverified",
    )
    ligands: Ligands = Field(default_factory=Ligands, description="what ligands do")
    lighting: Lighting = Field(default_factory=Lighting, description="what light does")
    reduced: Reduced = Field(default_factory=Reduced, description="the model with one coordinate")

    @model_validator(mode="after")
    def _names(self) -> FilamentSpec:
        names = [s.name for s in self.species]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise InputError(
                    f"filament.species[{i}].name", name, "each species once", "remove one of them"
                )
        if not any(s.supplied or float(s.density) > 0 for s in self.species):
            raise InputError(
                "filament.species[0].density",
                0,
                "ions from the electrode or in the film",
                "write supplied = true or density = '1e25 m-3'",
            )
        return self
