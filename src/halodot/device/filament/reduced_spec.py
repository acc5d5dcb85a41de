"""The table [device.filament.reduced]: what the reduced filament needs beside the lattice model."""

from __future__ import annotations

from pydantic import Field

from ...core.sourced import Sourced
from ...core.spec import Spec, quantity


class Reduced(Spec):
    """One filament as a gap, a radius and its wear."""

    tip_radius: Sourced = quantity(
        "m",
        "radius of the tip, the thinnest that conducts",
        low=1e-10,
        high=1e-8,
        default="0.4 nm",
        interval=("0.3 nm", "0.5 nm"),
        why="a few atoms across",
    )
    interface_share: Sourced = quantity(
        "1",
        "share of the voltage at the active electrode that falls at its face",
        low=0.01,
        high=0.98,
        default=0.8,
        interval=(0.65, 0.92),
        why="mobile halide ions screen the inside of the film, and of two faces in series the "
        "slower one, where metal turns into ions, takes most",
    )
    adhesion: Sourced = quantity(
        "eV",
        "added to the creep barrier where dots have lost their ligands",
        low=0,
        high=2,
        default="0.3 eV",
        interval=("0.15 eV", "0.5 eV"),
        why="metal wets a bare halide face and not one of hydrocarbon; not measured",
    )
    damage_hot: Sourced = quantity(
        "1",
        "share of the ligands lost on a way were there no barrier to it: what heat tends to",
        low=1e-4,
        high=1,
        default=0.3,
        interval=(0.1, 1.0),
        why="not every atom that passes comes near the head of a ligand",
    )
    growth_factor: Sourced = quantity(
        "1",
        "on the growth, against steps in a row",
        low=1e-6,
        high=1e6,
        default=1.0,
        interval=(0.3, 3.0),
        why="a guess; a fit to the lattice model gave 2, with another interface_share",
    )
    thinning_factor: Sourced = quantity(
        "1",
        "on the thinning, against surface diffusion on a smooth wire",
        low=1e-6,
        high=1e6,
        default=1.0,
        interval=(0.3, 3.0),
        why="a guess; not fitted to the lattice model",
    )
    compliance_reset: Sourced | None = quantity(
        "A",
        "largest current while the active electrode is negative; by default that of the circuit",
        low=1e-18,
        high=1e3,
        optional=True,
    )
    spent: float = Field(
        default=0.95,
        gt=0,
        lt=1,
        description="share of the ligands lost at which a cell counts as worn out even if it "
        "still switches",
    )
    noise: bool = Field(default=True, description="scatter from cycle to cycle")
    seed: int = Field(default=1, ge=0, le=2**31 - 1, description="of the scatter")
