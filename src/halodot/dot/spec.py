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
            3.5,
            10.0,
            "joint fit of published sizing data (dot/calibration.py), which hardly moves its prior",
        ),
    )
    stokes_shift: Sourced = _fitted_field(
        "eV",
        "first absorption maximum minus emission peak",
        (0.0, 0.5),
        partial(
            _fitted,
            "eV",
            0.028,
            0.0,
            0.065,
            "joint fit of published sizing data (dot/calibration.py); 13 pairs of spectra of "
            "CsPbBr3 platelets have 0.045, up to 0.098",
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
        "full width of the emission of a single dot with a full ligand shell at 300 K",
        low=1e-4,
        high=0.5,
        default="50 meV",
        interval=("35 meV", "65 meV"),
        why="single CsPbBr3 dots after a surface treatment, 35 to 65 meV "
        "(10.1038/s41467-022-30016-0)",
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
        default=0.1,
        why="what is left of the sizing data beyond the uncertainty of the bulk values",
    )
    source_error: Sourced = quantity(
        "eV",
        "how far the energies of one laboratory lie off another's at equal size",
        low=-0.5,
        high=0.5,
        default="0 eV",
        interval=("-55 meV", "55 meV"),
        why="published sizing curves disagree by 0.05 to 0.15 eV at equal size",
    )
    contact_exchange: Sourced = quantity(
        "eV m3",
        "bright-dark splitting over the density at which a bound pair meets",
        low=1e-32,
        high=1e-25,
        default="247 meV nm3",
        interval=("160 meV nm3", "340 meV nm3"),
        why="calibrated: 32.3 meV of CsPbBr3 platelets of 2 monolayers (10.1002/advs.202103013)",
    )
    dark_brightness: Sourced = quantity(
        "1",
        "light of the dark exciton over that of a bright one, or the share that stays bright",
        low=0.0,
        high=1.0,
        default=0.003,
        interval=(1e-4, 1.0),
        why="no source; matters only where kT is below the bright-dark splitting, where the "
        "interval runs from pairs in equilibrium to pairs that stay bright",
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
    surface_width: Sourced = quantity(
        "eV",
        "full width of the emission of a single dot as made, and of a platelet, at 300 K",
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
    polaron_error: Sourced = quantity(
        "1",
        "factor on the phonon-limited mobility that the polaron model does not explain",
        low=0.01,
        high=10.0,
        default=1.0,
        interval=(0.3, 1.3),
        why="the model leaves out acoustic phonons, defects and further polar modes, so it is "
        "rather an upper bound; not fitted to any mobility",
    )
    wall_specularity: Sourced = quantity(
        "1",
        "share of the hits on the wall of a dot that are mirror-like",
        low=0.0,
        high=1.0,
        default=0.5,
        interval=(0.05, 0.95),
        why="between a rough and a perfect facet; not measured",
    )
    mobility_given: Sourced | None = quantity(
        "m2/Vs",
        "measured mobility, from which D and L are taken in place of the computed one",
        low=0.0,
        high=1e3,
        optional=True,
    )
    lifetime_given: Sourced | None = quantity(
        "s",
        "measured carrier lifetime, from which L is taken",
        low=1e-15,
        high=1e3,
        optional=True,
    )
    exchange_mixing: Sourced = quantity(
        "1",
        "share of the bright-dark splitting that turns the spin of the bright exciton",
        low=0.0,
        high=1.0,
        default=0.1,
        interval=(0.03, 0.4),
        why="calibrated: CsPbI3 dots outlive their bulk (review); platelets, far from cubic, have "
        "0.15 to 0.5",
    )
    wall_flip: Sourced = quantity(
        "1",
        "chance that a hit on the wall at 300 K turns the spin of a carrier",
        low=0.0,
        high=1.0,
        default=5e-4,
        interval=(1e-4, 2e-3),
        why="calibrated: holes in CsPbBr3 dots in glass dephase in 50 ps at 300 K "
        "(arXiv:2409.01065); their size was not read",
    )
    dangling_bond_velocity: Sourced = quantity(
        "m/s",
        "spin flips by dangling bonds per surface over volume",
        low=0.0,
        high=1e6,
        default="1.9 cm/s",
        interval=("0.2 cm/s", "4 cm/s"),
        why="calibrated: T1 of 80 ns at 5 K in CsPbBr3 dots (10.1021/acs.nanolett.1c03292), taken "
        "for edges of 9 nm; an upper bound, as other channels may set it",
    )
    hyperfine_width: Sourced = quantity(
        "1",
        "dephasing time times hyperfine energy over hbar",
        low=0.5,
        high=5.0,
        default=1.8,
        interval=(1.0, 3.3),
        why="1 where the energy is that of the 1/e field, 3.3 where it is a full width at half "
        "maximum; the sources do not say in what was read",
    )
    monolayer_spread: Sourced = _fitted_field(
        "1",
        "standard deviation of the monolayers of platelets whose spread is not given",
        (0.0, 10.0),
        partial(
            _fitted,
            "1",
            0.6,
            0.3,
            0.9,
            "one value for the median emission widths of CsPbBr3 platelets of 2 to 9 monolayers",
        ),
    )
    hyperfine_size: Sourced = quantity(
        "m",
        "edge of the dots whose hyperfine energy the library holds",
        low=1e-9,
        high=1e-7,
        default="9 nm",
        interval=("6 nm", "14 nm"),
        why="not read; usual dots in glass and in solution",
    )
