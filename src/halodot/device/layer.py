"""What a user may set of a layer of a device: bands, transport, traps, mobile ions, absorption."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import Field, model_validator

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.spec import Spec, quantity
from .dispersion import Dispersion

Charge = Literal["neutral", "donor", "acceptor"]
StatisticsName = Literal["boltzmann", "blakemore", "fermi_dirac", "gaussian"]
CHARGE_DOC = "donor: positive when empty; acceptor: negative when filled"
STATISTICS_DOC = (
    "occupation of the band: boltzmann (thin), blakemore (site limit), fermi_dirac (parabolic "
    "band), gaussian (disordered sites; the edge given is then the centre of the gaussian)"
)
ACTIVATION = "activation energy of the {}, which counts as given at 300 K"


def endless(data: Any, limits: dict[str, float]) -> Any:
    """Read the text ``inf`` in the velocities `limits` names; refuse finite ones above them.

    Parameters
    ----------
    data
        A table before it is validated.
    limits
        Name of a velocity -> its largest finite value [m/s].
    """
    if not isinstance(data, dict):
        return data
    out = dict(data)
    for name in limits:
        raw = out.get(name)
        text = raw.get("value") if isinstance(raw, dict) else raw
        if isinstance(text, str) and text.strip().split(" ")[0] in ("inf", "infinite"):
            out[name] = Sourced(math.inf, "m/s", basis="given")
    return out


def check_endless(spec: Spec, limits: dict[str, float], table: str) -> None:
    """Refuse finite velocities of `spec` (a `table` of the device) above their limit."""
    for name, limit in limits.items():
        value = getattr(spec, name)
        if value is not None and math.isfinite(float(value)) and float(value) > limit:
            raise InputError(
                f"{table}.{name}",
                f"{float(value):.4g} m/s",
                f"up to {limit:.4g} m/s, or 'inf'",
                "write 'inf'",
            )


class Ion(Spec):
    """A species of mobile ions of a layer; layers with ions of one name exchange them."""

    name: str = Field(min_length=1, max_length=40, description="of the species, e.g. 'V_Br' or Ag")
    density: Sourced = quantity("m-3", "mean density at the start", low=1e10, high=1e28)
    mobility: Sourced = quantity("m2/Vs", "mobility at 300 K", low=1e-30, high=1e-4)
    charge: Literal[-3, -2, -1, 1, 2, 3] = Field(description="charge number")
    activation_energy: Sourced | None = quantity(
        "eV", ACTIVATION.format("mobility"), low=0, high=3, optional=True
    )
    limit: Sourced | None = quantity(
        "m-3", "largest density (sites); by default 4e21 cm-3", low=1e18, high=1e29, optional=True
    )
    jump: Sourced | None = quantity(
        "m",
        "length of a hop: in high fields the mobility grows as sinh(y)/y, y = z q E jump / 2kT",
        low=0,
        high=5e-9,
        optional=True,
    )
    compensated: bool = Field(
        default=True, description="fixed counter charge keeps the layer neutral on average"
    )


class Trap(Spec):
    """Traps of a layer: one level, or a distribution of levels."""

    density: Sourced = quantity("m-3", "of all levels together", low=0, high=1e28)
    depth: Sourced = quantity(
        "eV", "below the conduction edge: the level, or the middle of the levels", low=-1, high=15
    )
    distribution: Literal["level", "gaussian", "exponential", "uniform"] = Field(
        default="level",
        description="of the levels; exponential: a tail from `depth` into the gap",
    )
    width: Sourced | None = quantity(
        "eV",
        "standard deviation (gaussian), decay energy (exponential) or full width (uniform)",
        low=1e-3,
        high=2,
        optional=True,
    )
    tail: Literal["conduction", "valence"] = Field(
        default="conduction", description="the band that an exponential tail belongs to"
    )
    charge: Charge = Field(default="neutral", description=CHARGE_DOC)
    capture_electron: Sourced = quantity("m3/s", "electron capture", low=0, high=1e-6)
    capture_hole: Sourced = quantity("m3/s", "hole capture", low=0, high=1e-6)

    @model_validator(mode="after")
    def _has_width(self) -> Trap:
        if self.distribution != "level" and self.width is None:
            raise InputError(
                "trap.width",
                "nothing (it is missing)",
                f"the width of a {self.distribution} distribution",
                "add width = '50 meV', or distribution = 'level'",
            )
        return self


class Shell(Spec):
    """Dots of a layer, each wrapped in an insulator: carriers reach them by tunnelling alone."""

    material: str = Field(min_length=1, description="insulator of the library around the dots")
    thickness: Sourced = quantity(
        "m", "from a dot to the outside of its shell; between two dots twice this", low=2e-10,
        high=5e-8,
    )  # fmt: skip
    dot_size: Sourced | None = quantity(
        "m", "edge of a dot; by default that of the film", low=5e-10, high=1e-7, optional=True
    )
    states: Sourced = quantity(
        "1",
        "electrons, and holes, that a dot can hold",
        low=1,
        high=100,
        default=2,
        interval=(1, 8),
        why="two spins in the lowest level; eight with the level above",
    )
    disorder: Sourced = quantity(
        "eV",
        "standard deviation of the levels of the dots",
        low=1e-3,
        high=0.5,
        default="60 meV",
        interval=("30 meV", "100 meV"),
        why="spread of sizes, and the energy that the second carrier of a dot costs",
    )
    tunnel_mass: Sourced | None = quantity(
        "1", "in the shell, in electron masses; by default 0.5", low=0.01, high=5, optional=True
    )
    electron_affinity: Sourced | None = quantity(
        "eV", "of the shell, in place of the library's", low=-2, high=10, optional=True
    )
    band_gap: Sourced | None = quantity(
        "eV", "of the shell, in place of the library's", low=0.05, high=15, optional=True
    )


class Layer(Spec):
    """One layer of the stack; what is not given comes from the film stage or the library."""

    name: str = Field(min_length=1, max_length=80, description="shown in the stack drawing")
    material: str = Field(
        default="", description="name in the library, or 'film' for the dot film of this study"
    )
    thickness: Sourced = quantity("m", "layer thickness", low=2e-10, high=1e-3)
    carriers: bool | None = Field(
        default=None,
        description="whether electrons and holes enter; by default not in an insulator",
    )
    tunnelling: bool = Field(
        default=False,
        description="a thin insulator that carriers cross by tunnelling (direct, Fowler-Nordheim)",
    )
    tunnel_mass: Sourced | None = quantity(
        "1",
        "mass in the barrier, in electron masses; by default 0.5",
        low=0.01,
        high=5,
        optional=True,
    )
    shell: Shell | None = Field(
        default=None,
        description="the layer is dots in an insulating matrix: planes of dots that tunnel",
    )
    dots: Dispersion | None = Field(
        default=None,
        description="dots of this study dispersed in the layer, which is their matrix",
    )
    relative_permittivity: Sourced | None = quantity(
        "1", "static relative permittivity", low=1, high=1e4, optional=True
    )
    electron_affinity: Sourced | None = quantity(
        "eV", "conduction edge below vacuum", low=-2, high=10, optional=True
    )
    band_gap: Sourced | None = quantity("eV", "transport gap", low=0.05, high=15, optional=True)
    effective_dos_conduction: Sourced | None = quantity(
        "m-3", "effective density of conduction states", low=1e20, high=1e29, optional=True
    )
    effective_dos_valence: Sourced | None = quantity(
        "m-3", "effective density of valence states", low=1e20, high=1e29, optional=True
    )
    statistics_conduction: StatisticsName = Field(default="boltzmann", description=STATISTICS_DOC)
    statistics_valence: StatisticsName = Field(default="boltzmann", description=STATISTICS_DOC)
    width_conduction: Sourced | None = quantity(
        "eV",
        "standard deviation of gaussian conduction states; by default the film's disorder",
        low=1e-3,
        high=0.5,
        optional=True,
    )
    width_valence: Sourced | None = quantity(
        "eV",
        "standard deviation of gaussian valence states; by default the film's disorder",
        low=1e-3,
        high=0.5,
        optional=True,
    )
    electron_mobility: Sourced | None = quantity(
        "m2/Vs", "electron mobility", low=1e-20, high=10, optional=True
    )
    hole_mobility: Sourced | None = quantity(
        "m2/Vs", "hole mobility", low=1e-20, high=10, optional=True
    )
    electron_activation_energy: Sourced | None = quantity(
        "eV", ACTIVATION.format("electron mobility"), low=0, high=2, optional=True
    )
    hole_activation_energy: Sourced | None = quantity(
        "eV", ACTIVATION.format("hole mobility"), low=0, high=2, optional=True
    )
    density_exponent: Sourced | None = quantity(
        "1",
        "growth of both mobilities with the density of carriers in gaussian states: 0 none, 1 the "
        "law of Pasveer et al.",
        low=0,
        high=2,
        optional=True,
    )
    poole_frenkel: Sourced | None = quantity(
        "(m/V)^0.5", "field exponent of both mobilities", low=0, high=1e-2, optional=True
    )
    poole_frenkel_hole: Sourced | None = quantity(
        "(m/V)^0.5",
        "field exponent of the hole mobility, where it differs",
        low=0,
        high=1e-2,
        optional=True,
    )
    donor_density: Sourced | None = quantity(
        "m-3", "fixed donors, less acceptors", low=-1e28, high=1e28, optional=True
    )
    radiative_coefficient: Sourced | None = quantity(
        "m3/s", "bimolecular recombination", low=0, high=1e-8, optional=True
    )
    auger_electron: Sourced | None = quantity(
        "m6/s", "Auger coefficient of two electrons and a hole", low=0, high=1e-34, optional=True
    )
    auger_hole: Sourced | None = quantity(
        "m6/s", "Auger coefficient of two holes and an electron", low=0, high=1e-34, optional=True
    )
    trap_density: Sourced | None = quantity("m-3", "bulk traps", low=0, high=1e28, optional=True)
    trap_depth: Sourced | None = quantity(
        "eV", "trap level below the conduction edge", low=0, high=15, optional=True
    )
    trap_charge: Charge = Field(default="neutral", description=CHARGE_DOC)
    capture_electron: Sourced | None = quantity(
        "m3/s", "electron capture coefficient", low=0, high=1e-6, optional=True
    )
    capture_hole: Sourced | None = quantity(
        "m3/s", "hole capture coefficient", low=0, high=1e-6, optional=True
    )
    trap: tuple[Trap, ...] = Field(
        default=(), max_length=10, description="further traps, beside the level above"
    )
    ion_density: Sourced | None = quantity(
        "m-3", "mean density of mobile ions", low=0, high=1e28, optional=True
    )
    ion_mobility: Sourced | None = quantity(
        "m2/Vs", "ion mobility", low=1e-30, high=1e-4, optional=True
    )
    ion_activation_energy: Sourced | None = quantity(
        "eV", ACTIVATION.format("ion mobility"), low=0, high=3, optional=True
    )
    ion_charge: Literal[-3, -2, -1, 1, 2, 3] | None = Field(
        default=None, description="charge number"
    )
    ion_limit: Sourced | None = quantity(
        "m-3", "largest ion density (sites)", low=1e18, high=1e29, optional=True
    )
    ion_jump: Sourced | None = quantity(
        "m", "length of a hop of the ion, for high fields", low=0, high=5e-9, optional=True
    )
    ion_compensation: bool = Field(
        default=True, description="fixed counter charge keeps the layer neutral on average"
    )
    ion: tuple[Ion, ...] = Field(
        default=(), max_length=6, description="further species of mobile ions"
    )
    transfer_velocity: Sourced = quantity(
        "m/s",
        "velocity at which carriers cross to the next layer, at most 1e7 m/s; 'inf' keeps their "
        "quasi-Fermi levels continuous",
        low=1e-6,
        default="1e4 m/s",
        interval=("1e3 m/s", "1e5 m/s"),
        why="order of the thermal velocity of emission over an interface",
    )
    transfer_velocity_hole: Sourced | None = quantity(
        "m/s", "of the holes, where it differs", low=1e-6, optional=True
    )
    dipole: Sourced | None = quantity(
        "V", "step of the potential on the way to the next layer", low=-3, high=3, optional=True
    )
    emission_energy: Sourced | None = quantity(
        "eV",
        "peak of the emitted light; by default of the dots, else of the gap",
        low=0.1,
        high=10,
        optional=True,
    )
    emission_width: Sourced | None = quantity(
        "eV", "full width at half maximum of the emitted light", low=1e-3, high=2, optional=True
    )
    refractive_index: Sourced | None = quantity(
        "1", "for light, the same at every wavelength", low=1, high=10, optional=True
    )
    generation: Sourced | None = quantity(
        "m-3 s-1", "uniform generation at full light", low=0, high=1e36, optional=True
    )
    absorption: Sourced | None = quantity(
        "m-1", "absorption coefficient at the light's wavelength", low=0, high=1e9, optional=True
    )

    @model_validator(mode="before")
    @classmethod
    def _read_endless(cls, data: Any) -> Any:
        return endless(data, _VELOCITIES)

    @model_validator(mode="after")
    def _consistent(self) -> Layer:
        check_endless(self, _VELOCITIES, "layer")
        names = [ion.name for ion in self.ion]
        for k, name in enumerate(names):
            if name in names[:k]:
                raise InputError(
                    f"layer.ion[{k}].name", name, "each species once in a layer", "rename it"
                )
        if self.tunnelling and self.carriers:
            raise InputError(
                "layer.carriers",
                "true",
                "false: a tunnel barrier has no carriers of its own",
                "leave carriers or tunnelling out",
            )
        if self.dots is not None and (self.material == "film" or self.shell is not None):
            raise InputError(
                "layer.dots",
                "given to a layer of dots",
                "a layer of another semiconductor, in which the dots are dispersed",
                "name the matrix as material, or leave dots out",
            )
        if self.shell is not None and (self.tunnelling or self.carriers is False):
            raise InputError(
                "layer.shell",
                "given to an insulator",
                "a layer of dots: these hold the carriers, the shell is the insulator",
                "leave carriers and tunnelling out, or the shell",
            )
        return self


_VELOCITIES = {"transfer_velocity": 1e7, "transfer_velocity_hole": 1e7}
