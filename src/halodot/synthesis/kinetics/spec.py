"""Constants of nucleation and growth: priors by halide, none of them measured on these dots.

What they were set with. Textbook orders of magnitude: diffusivity of small complexes in a hot
viscous solvent, surface energy of a ligated ionic crystal, prefactor of nucleation. Calibrated by
hand, once, on qualitative behaviour: the bromide is to be over within about a second of a hot
injection and to broaden from then on, the iodide to narrow for about 20 s and then to broaden
(Koolyk et al. 2016). What the model says of those two is therefore no prediction. The halides
differ in solubility, barrier of growth and barrier of nucleation, and in their lattice constant.
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
    0.03
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
        why="set so that a hot injection of CsPbBr3 is used up in about a second; a decade each way",
    )
    dissolution_energy: Sourced = quantity(
        "eV",
        "enthalpy of dissolution: how the solubility rises with temperature",
        low=-2.0,
        high=3.0,
        default="0.4 eV",
        interval=("0.1 eV", "0.8 eV"),
        why="order of salts with ligand complexes; no calorimetry read",
    )
    diffusivity: Sourced = quantity(
        "m^2/s",
        "of the monomer at 170 degC",
        low=1e-20,
        high=1e-7,
        default="4e-10 m^2/s",
        interval=("5e-11 m^2/s", "2e-9 m^2/s"),
        why="complex of 1 nm by Stokes and Einstein in 0.5 to 2 mPa s",
    )
    diffusion_barrier: Sourced = quantity(
        "eV",
        "activation energy of the diffusivity",
        low=0.0,
        high=2.0,
        default="0.15 eV",
        interval=("0.08 eV", "0.3 eV"),
        why="flow of long alkenes",
    )
    surface_rate: Sourced = quantity(
        "m/s",
        "rate constant of attachment to a ligated face at 170 degC",
        low=1e-15,
        high=1e2,
        default="1.5e-5 m/s",
        interval=("1.5e-6 m/s", "1.5e-4 m/s"),
        why="set so that a hot injection of CsPbBr3 is used up in about a second",
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
        default="0.03 J/m^2",
        interval=("0.01 J/m^2", "0.06 J/m^2"),
        why="ligated ionic crystals; no value for CsPbBr3 was found",
    )
    nucleation_prefactor: Sourced = quantity(
        "1/(m^3*s)",
        "nuclei per volume and time without barrier at 170 degC",
        low=1e5,
        high=1e45,
        default="1e25 1/(m^3*s)",
        interval=("1e23 1/(m^3*s)", "1e28 1/(m^3*s)"),
        why="set so that dots of CsPbBr3 end near 9 nm; below the textbook's 1e33 to 1e36, as "
        "monomer comes off its ligands slowly",
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


_HALIDES: dict[str, dict[str, object]] = {"Cl": {}, "Br": {}, "I": {}}


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
