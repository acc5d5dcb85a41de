"""What a user may set about the model of a dot; every default is assumed or fitted, with why."""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import Field

from ..core.sourced import Sourced
from ..core.spec import Spec, quantity

PLATELETS = "github.com/leoluber/synthesizer"


def _fitted(unit: str, value: float, low: float, high: float, note: str) -> Sourced:
    return Sourced(value, unit, low, high, "fitted", (PLATELETS,), note)


def _fitted_field(unit: str, doc: str, ends: tuple[float, float], factory: Any) -> Any:
    extra: dict[str, Any] = {
        "unit": unit,
        "doc": doc,
        "low": ends[0],
        "high": ends[1],
        "default": None,
    }
    return Field(default_factory=factory, description=doc, json_schema_extra={"quantity": extra})


class DotModel(Spec):
    """Parameters of the dot model that are the same for every material.

    Examples
    --------
    >>> DotModel(ligand_permittivity="2.4").ligand_permittivity.value
    2.4
    """

    barrier: Sourced = _fitted_field(
        "eV",
        "height of the ligand wall above each band edge",
        (0.5, 20.0),
        partial(
            _fitted,
            "eV",
            6.0,
            3.0,
            12.0,
            "fitted to the emission of CsPbBr3 platelets of 2 to 9 monolayers",
        ),
    )
    stokes_shift: Sourced = _fitted_field(
        "eV",
        "first absorption maximum minus emission peak",
        (0.0, 0.5),
        partial(
            _fitted,
            "eV",
            0.045,
            0.0,
            0.098,
            "median and upper end of 13 CsPbBr3 platelet samples with both spectra; lower end 0, "
            "as the shift of large dots was not read",
        ),
    )
    outer_mass: Sourced = quantity(
        "1",
        "carrier mass in the ligand wall",
        low=0.05,
        high=5.0,
        default=1.0,
        interval=(0.5, 1.5),
        why="free-electron mass; only its product with the barrier matters much",
    )
    ligand_permittivity: Sourced = quantity(
        "1",
        "permittivity of what surrounds the core",
        low=1.0,
        high=20.0,
        default=2.1,
        interval=(1.9, 2.7),
        why="alkyl ligand and non-polar solvent; a film of dots has more",
    )
    homogeneous_width: Sourced = quantity(
        "eV",
        "full width of the emission of a single dot at 300 K",
        low=1e-4,
        high=0.5,
        default="50 meV",
        interval=("35 meV", "65 meV"),
        why="single CsPbBr3 dots at room temperature, 35 to 65 meV",
    )
    lateral_default: Sourced = quantity(
        "m",
        "lateral size of a platelet where none is given",
        low=2e-9,
        high=1e-5,
        default="20 nm",
        interval=("10 nm", "40 nm"),
        why="usual platelets; no size was read",
    )
    structural_error: Sourced = quantity(
        "1",
        "standard error of the model as a share of the confinement shift",
        low=0.0,
        high=1.0,
        default=0.25,
        why="one-band-extremum model with walls that are all alike; published sizing curves "
        "disagree by 0.05 to 0.15 eV at equal size",
    )
    rate_error: Sourced = quantity(
        "1",
        "factor on the radiative rate that the model does not explain",
        low=0.01,
        high=100.0,
        default=1.0,
        interval=(0.5, 2.0),
        why="k.p lifetimes with correlation are published to overestimate by up to about two",
    )
    absorption_factor: Sourced = quantity(
        "1",
        "factor on the absorption above the gap that the bands of the model do not explain",
        low=0.01,
        high=100.0,
        default=1.3,
        interval=(0.7, 2.4),
        why="published calculations of this kind hold within a factor of two "
        "(10.1103/PhysRevB.102.045427); bands that are left out (the M point) only add",
    )
    excitation_rate: Sourced = quantity(
        "1/s",
        "photons absorbed per dot and second",
        low=1e-9,
        high=1e12,
        default="1 1/s",
        why="weak light, below the saturation of any dopant",
    )
    dopant_content: Sourced = quantity(
        "1",
        "share of the B site of a dopant whose content the formula does not give",
        low=0.0,
        high=0.5,
        default=0.01,
        interval=(0.002, 0.05),
        why="the formula gives none; usual contents are some tenths to some percent",
    )
    undoped_plqy: Sourced | None = quantity(
        "1",
        "quantum yield of the same dots without dopants, where it was measured",
        low=1e-6,
        high=1.0,
        optional=True,
    )
    surface_width: Sourced = quantity(
        "eV",
        "full width of the emission of a single dot with a bare surface, and of a platelet, 300 K",
        low=1e-4,
        high=0.5,
        default="92 meV",
        interval=("70 meV", "120 meV"),
        why="single CsPbBr3 dots before surface treatment, 70 to 120 meV: surface phonons "
        "(10.1038/s41467-022-30016-0); a platelet is all surface",
    )
    width_residual: Sourced = quantity(
        "1",
        "share of the width at 300 K that stays at 0 K",
        low=0.0,
        high=1.0,
        default=0.05,
        interval=(0.01, 0.3),
        why="no source read; single dots are narrow in the cold; unverified",
    )
    width_acoustic: Sourced = quantity(
        "1",
        "share of the width at 300 K that grows linearly with temperature",
        low=0.0,
        high=1.0,
        default=0.1,
        interval=(0.02, 0.3),
        why="no source read; the optical phonon dominates in lead halides; unverified",
    )
    ligand_coverage: Sourced | None = quantity(
        "1",
        "share of a full ligand shell; without it the yield follows reported ones",
        low=0.0,
        high=1.0,
        optional=True,
    )
    traps_per_dot: Sourced | None = quantity(
        "1",
        "mean number of traps in a dot, Poisson distributed; overrides the coverage",
        low=0.0,
        high=1e3,
        optional=True,
    )
    trap_rate: Sourced = quantity(
        "1/s",
        "rate at which one trap captures the exciton of its dot",
        low=1e3,
        high=1e15,
        default="1e10 1/s",
        interval=("1e9 1/s", "1e12 1/s"),
        why="no source read; faster than emission, as yields vary more than lifetimes; unverified",
    )
    excitons_per_pulse: Sourced = quantity(
        "1",
        "mean number of excitons that a pulse makes in a dot, Poisson distributed",
        low=0.0,
        high=100.0,
        default=0.0,
        why="weak excitation",
    )
    auger_per_volume: Sourced = quantity(
        "s/m3",
        "Auger lifetime of a biexciton over the volume of the dot",
        low=1e9,
        high=1e18,
        default="7e13 s/m3",
        interval=("2e13 s/m3", "4e14 s/m3"),
        why="50 ps or so for a CsPbBr3 dot of 9 nm; remembered, unverified",
    )
