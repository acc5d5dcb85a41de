"""Constants of nucleation and growth: priors by halide, none of them measured on these dots.

Most monomer sits in complexes with ligands and comes off slowly. Within the few nanometres around
a dot only the free share moves, so diffusivity, surface rate and prefactor of nucleation are those
of a free ion times that share, and one barrier, to free a unit from its ligands, slows all three.

What they were set with. Orders of magnitude: surface energy of a ligated ionic crystal, prefactor
of nucleation, barriers of ligand exchange. Calibrated by hand, once, on qualitative behaviour: a
hot injection of the bromide is over within about a second and broadens from then on; the iodide
narrows for about 20 s and then broadens (Koolyk et al. 2016); dots end at 7 to 9 nm with a spread
of 0.1 to 0.15; hotter injections of the bromide end smaller (ref 136 of the review, which sets the
sign through the enthalpy of dissolution). What the model says of these is no prediction. The
halides differ in solubility, surface energy (the barrier of nucleation), the barrier to free a unit
(growth) and lattice constant, in nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ...core.constants import AVOGADRO, BOLTZMANN, ELEMENTARY_CHARGE
from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import Spec, build, quantity

REFERENCE = 443.15  # K; where every temperature-dependent constant is stated
_GAS = AVOGADRO * BOLTZMANN * ELEMENTARY_CHARGE  # J/mol K


class KineticsSpec(Spec):
    """Constants of CsPbX3 in a flask; the defaults are those of CsPbBr3 at 170 degC.

    Examples
    --------
    >>> KineticsSpec().surface_energy.value
    0.05
    """

    lattice_constant: Sourced = quantity(
        "m",
        "pseudo-cubic cell of one formula unit",
        low=4e-10,
        high=8e-10,
        default="0.587 nm",
        interval=("0.583 nm", "0.591 nm"),
        why="CsPbBr3, remembered, unverified",
    )
    solubility: Sourced = quantity(
        "mol/m^3",
        "monomer beside bulk crystal at 170 degC",
        low=1e-12,
        high=1e4,
        default="0.02 mol/m^3",
        interval=("0.002 mol/m^3", "0.2 mol/m^3"),
        why="calibrated by hand: a hot injection of CsPbBr3 is used up in about a second",
    )
    dissolution_energy: Sourced = quantity(
        "eV",
        "enthalpy of dissolution: how the solubility rises with temperature",
        low=-2.0,
        high=3.0,
        default="0.3 eV",
        interval=("0.1 eV", "0.6 eV"),
        why="order of salts with ligand complexes, no calorimetry read; calibrated by hand so that "
        "hotter injections of CsPbBr3 end smaller (ref 136 of the review): above about 0.4 eV "
        "they end larger",
    )
    diffusivity: Sourced = quantity(
        "m^2/s",
        "of free monomer times its free share, at 170 degC",
        low=1e-20,
        high=1e-7,
        default="5e-14 m^2/s",
        interval=("1e-15 m^2/s", "2e-12 m^2/s"),
        why="1e-10 to 1e-9 m2/s of a small complex times a free share of 1e-6 to 1e-3; calibrated "
        "by hand on the time and the spread of a hot injection",
    )
    diffusion_barrier: Sourced = quantity(
        "eV",
        "activation energy of it: viscosity, and freeing a unit from its ligands",
        low=0.0,
        high=2.0,
        default="0.6 eV",
        interval=("0.2 eV", "1.0 eV"),
        why="0.15 eV of a hot long-chain solvent and the barrier to free a unit",
    )
    surface_rate: Sourced = quantity(
        "m/s",
        "rate constant of attachment to a ligated face at 170 degC",
        low=1e-15,
        high=1e2,
        default="3e-5 m/s",
        interval=("1e-6 m/s", "1e-3 m/s"),
        why="makes diffusion and surface share control of dots of some nanometres; calibrated by "
        "hand on the spread after a hot injection, 0.1 to 0.15",
    )
    growth_barrier: Sourced = quantity(
        "eV",
        "activation energy of attachment: a ligand leaves, a unit enters",
        low=0.0,
        high=3.0,
        default="0.6 eV",
        interval=("0.3 eV", "1.0 eV"),
        why="binding of an alkylammonium to a face, order of magnitude",
    )
    surface_energy: Sourced = quantity(
        "J/m^2",
        "effective free energy of the ligated surface; may be negative",
        low=-0.5,
        high=1.0,
        default="0.05 J/m^2",
        interval=("0.03 J/m^2", "0.07 J/m^2"),
        why="ligated ionic crystals; no value for CsPbBr3 was found",
    )
    nucleation_prefactor: Sourced = quantity(
        "1/(m^3*s)",
        "nuclei per volume and time without barrier at 170 degC",
        low=1e5,
        high=1e45,
        default="1e31 1/(m^3*s)",
        interval=("1e29 1/(m^3*s)", "1e33 1/(m^3*s)"),
        why="below the 1e33 to 1e36 of textbooks by the free share; calibrated by hand so that "
        "dots of CsPbBr3 end near 7 to 9 nm",
    )
    nucleation_barrier: Sourced = quantity(
        "eV",
        "activation energy of the prefactor",
        low=0.0,
        high=4.0,
        default="1.0 eV",
        interval=("0.5 eV", "1.6 eV"),
        why="units lose more ligands in a nucleus than at a face",
    )
    smallest_cells: Sourced = quantity(
        "1",
        "lattice constants along the edge below which a dot dissolves",
        low=1.0,
        high=10.0,
        default="2",
        interval=(1.5, 3.0),
        why="a cube with one full cell inside its surface",
    )


def _entry(value: str, low: str, high: str, why: str) -> dict[str, str]:
    return {"value": value, "low": low, "high": high, "basis": "assumed", "note": why}


_SLOWER = (
    "iodide: freeing a unit from its ligands costs 0.12 eV more than in the bromide, a factor 25; "
    "calibrated by hand on 20 s of narrowing (Koolyk et al.)"
)
_FASTER = "chloride: 0.03 eV less than the bromide, a factor 2; order of magnitude, nothing read"
_HALIDES: dict[str, dict[str, object]] = {
    "Br": {},
    "Cl": {
        "lattice_constant": _entry(
            "0.5605 nm", "0.555 nm", "0.566 nm", "CsPbCl3, remembered, unverified"
        ),
        "solubility": _entry(
            "0.01 mol/m^3", "0.0005 mol/m^3", "0.2 mol/m^3", "below the bromide; nothing read"
        ),
        "surface_energy": _entry(
            "0.06 J/m^2", "0.03 J/m^2", "0.09 J/m^2", "above the bromide as the ions are smaller"
        ),
        "diffusivity": _entry("1.1e-13 m^2/s", "1e-15 m^2/s", "1e-11 m^2/s", _FASTER),
        "diffusion_barrier": _entry("0.57 eV", "0.2 eV", "1.0 eV", _FASTER),
        "surface_rate": _entry("6.6e-5 m/s", "1e-6 m/s", "4e-3 m/s", _FASTER),
        "growth_barrier": _entry("0.57 eV", "0.25 eV", "1.0 eV", _FASTER),
        "nucleation_prefactor": _entry(
            "2.2e31 1/(m^3*s)", "1e29 1/(m^3*s)", "4e33 1/(m^3*s)", _FASTER
        ),
        "nucleation_barrier": _entry("0.97 eV", "0.45 eV", "1.6 eV", _FASTER),
    },
    "I": {
        "lattice_constant": _entry(
            "0.629 nm", "0.622 nm", "0.636 nm", "cubic CsPbI3, remembered, unverified"
        ),
        "solubility": _entry(
            "0.1 mol/m^3",
            "0.01 mol/m^3",
            "1 mol/m^3",
            "five times the bromide; calibrated by hand: monomer is to deplete more slowly",
        ),
        "surface_energy": _entry(
            "0.0355 J/m^2",
            "-0.02 J/m^2",
            "0.06 J/m^2",
            "below the bromide, calibrated by hand with the solubility; ref 135 of the review "
            "finds a negative one in CsPbI3",
        ),
        "diffusivity": _entry("2e-15 m^2/s", "4e-17 m^2/s", "1e-13 m^2/s", _SLOWER),
        "diffusion_barrier": _entry("0.72 eV", "0.3 eV", "1.2 eV", _SLOWER),
        "surface_rate": _entry("1.2e-6 m/s", "4e-8 m/s", "4e-5 m/s", _SLOWER),
        "growth_barrier": _entry("0.72 eV", "0.4 eV", "1.2 eV", _SLOWER),
        "nucleation_prefactor": _entry(
            "4e29 1/(m^3*s)", "4e27 1/(m^3*s)", "4e31 1/(m^3*s)", _SLOWER
        ),
        "nucleation_barrier": _entry("1.12 eV", "0.6 eV", "1.8 eV", _SLOWER),
    },
}


@dataclass(frozen=True)
class Constants:
    """Plain numbers of one draw of a `KineticsSpec`. SI, energies in eV.

    `surface_energy` may be negative: no barrier to nucleation, and small dots the stable ones.
    """

    molar_volume: float
    solubility: float
    dissolution_energy: float
    diffusivity: float
    diffusion_barrier: float
    surface_rate: float
    growth_barrier: float
    surface_energy: float
    nucleation_prefactor: float
    nucleation_barrier: float
    smallest: float
    reference: float = REFERENCE

    @property
    def unit_volume(self) -> float:
        """Of one formula unit [m3]."""
        return self.molar_volume / AVOGADRO

    def capillary_length(self, temperature: float) -> float:
        """``4 gamma Vm / RT`` of a cube [m]."""
        return 4.0 * self.surface_energy * self.molar_volume / (_GAS * temperature)

    def changed(self, **values: float) -> Constants:
        """Return these with other `values`."""
        return replace(self, **values)


def constants(spec: KineticsSpec) -> Constants:
    """Return the plain numbers of `spec`.

    >>> round(constants(KineticsSpec()).molar_volume * 1e6, 1)  # cm3/mol
    121.8
    """
    cell = float(spec.lattice_constant)
    return Constants(
        molar_volume=cell**3 * AVOGADRO,
        solubility=float(spec.solubility),
        dissolution_energy=float(spec.dissolution_energy),
        diffusivity=float(spec.diffusivity),
        diffusion_barrier=float(spec.diffusion_barrier),
        surface_rate=float(spec.surface_rate),
        growth_barrier=float(spec.growth_barrier),
        surface_energy=float(spec.surface_energy),
        nucleation_prefactor=float(spec.nucleation_prefactor),
        nucleation_barrier=float(spec.nucleation_barrier),
        smallest=float(spec.smallest_cells) * cell,
    )


def priors(halides: dict[str, float] | None = None) -> KineticsSpec:
    """Return the priors of CsPbX3 by the shares of its `halides`; of CsPbBr3 without.

    Mixed halides: geometric means of positive constants, means of energies.

    Examples
    --------
    >>> br, iodide = (constants(priors({x: 1.0})) for x in ("Br", "I"))
    >>> iodide.solubility > br.solubility and iodide.surface_rate < br.surface_rate
    True
    """
    shares = {x: s for x, s in (halides or {"Br": 1.0}).items() if s > 0.0}
    unknown = [x for x in shares if x not in _HALIDES]
    if unknown or not shares:
        raise InputError("halides", halides, "shares of Cl, Br and I", 'for example {"Br": 1.0}')
    ends = [(s / sum(shares.values()), build(KineticsSpec, _HALIDES[x])) for x, s in shares.items()]
    return ends[0][1] if len(ends) == 1 else _mixed(ends)


def _mixed(ends: list[tuple[float, KineticsSpec]]) -> KineticsSpec:
    body = {}
    for name in KineticsSpec.model_fields:
        parts = [(s, getattr(spec, name)) for s, spec in ends]
        body[name] = _mean(parts)
    return KineticsSpec(**body)


def _mean(parts: list[tuple[float, Sourced]]) -> Sourced:
    """Mean of priors by share: geometric where every end is positive."""
    first = parts[0][1]

    def mean(values: list[float]) -> float:
        if min(values) > 0.0:
            return math.exp(sum(s * math.log(v) for (s, _), v in zip(parts, values, strict=True)))
        return sum(s * v for (s, _), v in zip(parts, values, strict=True))

    value = mean([float(q) for _, q in parts])
    low = mean([float(q) if q.low is None else q.low for _, q in parts])
    high = mean([float(q) if q.high is None else q.high for _, q in parts])
    why = "between the priors of pure halides: " + first.note
    return Sourced(value, first.unit, min(low, value), max(high, value), "assumed", (), why)
