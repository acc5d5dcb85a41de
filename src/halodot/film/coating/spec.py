"""What a user may set of coating: method, ink, drop, and priors of what is not measured."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from ...core.errors import InputError
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity
from ..stated import stated

Method = Literal["spin", "inkjet", "spray", "layer_by_layer", "evaporation"]
# Table of each method, and keys that say nothing about a film from vapour
TABLE_OF = {
    "spin": "spin",
    "inkjet": "inkjet",
    "spray": "spray",
    "layer_by_layer": "layers",
    "evaporation": "vapour",
}
OF_INK = (
    "concentration",
    "solids_density",
    "particle_diameter",
    "contact_radius",
    "contact_angle",
    "drop_volume",
    "nozzle",
)
PER_SECOND = re.compile(r"(hz|1/s|s-1|s\^-1|/s)$", re.IGNORECASE)


class SpinSpec(Spec):
    """Spin coating, ``spin = {speed = "2000 rpm"}``."""

    speed: Sourced = quantity(
        "rad/s",
        "rotation",
        low=1.0,
        high=2000.0,
        default="2000 rpm",
        interval=("1000 rpm", "4000 rpm"),
        why="usual; not stated",
    )
    start_thickness: Sourced = quantity(
        "m",
        "ink layer when rotation starts",
        low=1e-6,
        high=1e-2,
        default="200 um",
        interval=("50 um", "1 mm"),
        why="flooded; the end thickness hardly depends on it",
    )
    transfer_coefficient: Sourced = quantity(
        "1",
        "C of evaporation from a rotating disc",
        low=0.05,
        high=5.0,
        default=0.55,
        interval=(0.3, 1.0),
        why="laminar rotating disc in still air, cooling left out; remembered, unverified",
    )

    @field_validator("speed", mode="before")
    @classmethod
    def _turns_or_radians(cls, raw: Any) -> Any:
        ends = raw.values() if isinstance(raw, dict) else (raw,)
        for text in ends:
            bare = text.replace(" ", "") if isinstance(text, str) else ""
            if PER_SECOND.search(bare) and "rad" not in bare:
                allowed = "a rotation in rpm or rad/s"
                remedy = "Hz and 1/s do not say whether turns or radians; 50 Hz is 3000 rpm"
                raise InputError("speed", text, allowed, remedy)
        return raw


class InkjetSpec(Spec):
    """A square lattice of drops, ``inkjet = {pitch = "40 um", passes = 2}``."""

    pitch: Sourced = quantity(
        "m",
        "distance of neighbouring drops",
        low=1e-6,
        high=1e-3,
        default="50 um",
        interval=("30 um", "80 um"),
        why="drops that overlap by half; not stated",
    )
    passes: int = Field(default=1, ge=1, le=1000, description="number of passes")
    line_time: Sourced = quantity(
        "s",
        "time until the neighbouring drop lands; slower inks merge with it",
        low=1e-6,
        high=1e4,
        default="1 s",
        interval=("0.1 s", "10 s"),
        why="one line of a printer; not stated",
    )


class SpraySpec(Spec):
    """Drops that fall at random, ``spray = {wet_thickness = "20 um"}``."""

    wet_thickness: Sourced = quantity(
        "m",
        "volume of ink per area and pass",
        low=1e-8,
        high=1e-3,
        default="10 um",
        interval=("3 um", "30 um"),
        why="10 mL per square metre and pass; not stated",
    )
    passes: int = Field(default=4, ge=1, le=1000, description="number of passes")


class LayersSpec(Spec):
    """Dots laid down one layer at a time, ``layers = {cycles = 10}``."""

    cycles: int = Field(default=10, ge=1, le=100_000, description="number of layers")
    filling: Sourced = quantity(
        "1",
        "share of the sites that one cycle fills",
        low=0.05,
        high=1.0,
        default=0.85,
        interval=(0.65, 0.95),
        why="between random sequential adsorption (0.55) and a close layer; not measured",
    )
    dot_pitch: Sourced = quantity(
        "m",
        "height of one layer: dot and ligand",
        low=1e-9,
        high=1e-7,
        default="11 nm",
        interval=("9 nm", "13 nm"),
        why="a 9 nm core and its shell, used where no dots are given",
    )


class VapourSpec(Spec):
    """Solvent-free evaporation, ``vapour = {rate = "0.1 nm/s", duration = "500 s"}``."""

    rate: Sourced = quantity(
        "m/s",
        "growth on the axis",
        low=1e-13,
        high=1e-6,
        default="0.1 nm/s",
        interval=("0.03 nm/s", "0.3 nm/s"),
        why="usual; not stated",
    )
    duration: Sourced = quantity(
        "s", "time of growth", low=0.1, high=1e6, default="500 s", why="chosen for 50 nm"
    )
    distance: Sourced = quantity(
        "m",
        "source to substrate",
        low=0.01,
        high=5.0,
        default="30 cm",
        interval=("20 cm", "50 cm"),
        why="a usual chamber",
    )
    substrate_radius: Sourced = quantity(
        "m", "half the width of the substrate", low=1e-4, high=2.0, default="2.5 cm", why="chosen"
    )
    cosine_exponent: Sourced = quantity(
        "1",
        "m of the source, cos^m",
        low=0.0,
        high=30.0,
        default=1.0,
        interval=(1.0, 3.0),
        why="a flat source; a deep crucible throws narrower",
    )


class CoatingSpec(Spec):
    """How the film is laid down, and from which ink.

    Examples
    --------
    >>> from halodot.core.spec import build
    >>> build(CoatingSpec, {"method": "ink-jet", "solvent": "n-nonane"}).method
    'inkjet'
    """

    method: Method = Field(
        default="spin", description="spin, inkjet, spray, layer_by_layer or evaporation"
    )
    solvent: str = Field(default="", description="a solvent of the library or of a file")
    blend: dict[str, float] = Field(
        default_factory=dict, description="solvents and their shares by volume, instead of solvent"
    )
    spin: SpinSpec = Field(default_factory=SpinSpec, description="spin coating")
    inkjet: InkjetSpec = Field(default_factory=InkjetSpec, description="ink-jet printing")
    spray: SpraySpec = Field(default_factory=SpraySpec, description="spray coating")
    layers: LayersSpec = Field(default_factory=LayersSpec, description="layer by layer")
    vapour: VapourSpec = Field(default_factory=VapourSpec, description="evaporation")
    draws: int = Field(default=400, ge=0, le=100_000, description="draws for the intervals")
    seed: int = Field(default=0, ge=0, description="root of the random draws")

    concentration: Sourced = quantity(
        "kg/m3",
        "dots with their ligands in the ink",
        low=0.01,
        high=1000.0,
        default="20 mg/mL",
        interval=("10 mg/mL", "50 mg/mL"),
        why="usual inks; not stated",
    )
    solids_density: Sourced = quantity(
        "kg/m3",
        "density of dots with their shells",
        low=800.0,
        high=7000.0,
        default="3.3 g/cm3",
        interval=("2.5 g/cm3", "4.2 g/cm3"),
        why="core of 4.8 g/cm3 and ligands of 0.9 g/cm3, about 60 % core by volume",
    )
    packing: Sourced = quantity(
        "1",
        "space filled by dots with their shells in the dry film",
        low=0.34,
        high=1.0,
        default=0.75,
        interval=(0.62, 0.90),
        why="above hard spheres (0.64), as shells give way",
    )
    particle_diameter: Sourced | None = quantity(
        "m",
        "hydrodynamic diameter of a dot; default: core and two shells, else 12 nm",
        low=1e-9,
        high=1e-6,
        optional=True,
    )
    temperature: Sourced = quantity(
        "K", "of ink and support", low=250.0, high=450.0, default="25 degC", why="room"
    )
    background: Sourced = quantity(
        "1", "solvent vapour in the air over saturation", low=0.0, high=0.999, default=0.0,
        why="fresh air",
    )  # fmt: skip
    contact_radius: Sourced = quantity(
        "m", "radius of a drop on the support, unless drop_volume is given", low=1e-6, high=1e-2,
        default="50 um", why="the drop at which solvents are compared",
    )  # fmt: skip
    contact_angle: Sourced = quantity(
        "rad", "contact angle", low=0.01, high=1.0, default="10 deg",
        why="alkanes wet; the drop at which solvents are compared",
    )  # fmt: skip
    drop_volume: Sourced | None = quantity(
        "m3", "volume of a drop; gives the contact radius", low=1e-18, high=1e-6, optional=True
    )
    nozzle: Sourced = quantity(
        "m", "nozzle diameter, the length in Z", low=1e-6, high=1e-3, default="20 um",
        why="the nozzle at which solvents are compared",
    )  # fmt: skip
    vapour_diffusivity: Sourced = quantity(
        "m2/s",
        "solvent vapour in air",
        low=1e-7,
        high=1e-4,
        default="7e-6 m2/s",
        interval=("5e-6 m2/s", "1e-5 m2/s"),
        why="one value for all solvents; heavy alkanes are near 5e-6, hexane near 8e-6",
    )
    critical_peclet: Sourced = quantity(
        "1",
        "Peclet number above which a ring forms",
        low=0.01,
        high=1000.0,
        default=3.0,
        interval=(1.0, 9.0),
        why="of order one; an ink-jet study found even films from 250 to 265 degC, where Pe is "
        "one to three",
    )
    thermal_relief: Sourced = quantity(
        "1",
        "chance that strong thermal flow along the surface keeps a ring away",
        low=0.0,
        high=1.0,
        default=0.15,
        interval=(0.05, 0.4),
        why="seen in volatile liquids (arXiv 2401.09950, abstract), yet hexane and toluene ring",
    )
    solutal_relief: Sourced = quantity(
        "1",
        "chance that strong outward flow between solvents keeps a ring away",
        low=0.0,
        high=1.0,
        default=0.5,
        interval=(0.2, 0.8),
        why="spreading freed the edge of binary alcohols (Sci. Adv. 6, eaba5029, abstract); "
        "not read for alkanes",
    )
    tension_slope: Sourced = quantity(
        "N/(m K)",
        "fall of surface tension with temperature",
        low=1e-6,
        high=1e-3,
        default="1e-4 N/(m K)",
        interval=("8e-5 N/(m K)", "1.2e-4 N/(m K)"),
        why="organic liquids; remembered, unverified",
    )
    heat_conductivity: Sourced = quantity(
        "W/(m K)",
        "of the ink",
        low=0.01,
        high=1.0,
        default="0.13 W/(m K)",
        interval=("0.11 W/(m K)", "0.16 W/(m K)"),
        why="organic liquids; remembered, unverified",
    )
    heat_diffusivity: Sourced = quantity(
        "m2/s",
        "of heat in the ink",
        low=1e-9,
        high=1e-6,
        default="8e-8 m2/s",
        interval=("7e-8 m2/s", "1e-7 m2/s"),
        why="organic liquids; remembered, unverified",
    )
    solvent_diffusivity: Sourced = quantity(
        "m2/s",
        "of one solvent in another",
        low=1e-12,
        high=1e-7,
        default="1e-9 m2/s",
        interval=("5e-10 m2/s", "3e-9 m2/s"),
        why="small molecules in thin liquids; remembered, unverified",
    )
    base_roughness: Sourced = quantity(
        "1",
        "relative spread of thickness that any method leaves",
        low=0.0,
        high=1.0,
        default=0.03,
        interval=(0.01, 0.08),
        why="not measured for these films",
    )
    striation: Sourced = quantity(
        "1",
        "relative spread that drying at large Peclet numbers adds to a spun film",
        low=0.0,
        high=2.0,
        default=0.1,
        interval=(0.03, 0.3),
        why="the review says that fast solvents spoil the evenness; no number",
    )
    critical_field: Sourced = quantity(
        "V/m",
        "field at which a memory of this film sets",
        low=1e4,
        high=1e10,
        default="1e7 V/m",
        interval=("2e6 V/m", "5e7 V/m"),
        why="volts over one to a few hundred nanometres; no thickness of the memories was read",
    )
    weakest_of: int = Field(
        default=1, ge=1, le=10**9, description="independent places of one device; the thinnest sets"
    )

    @field_validator("method", mode="before")
    @classmethod
    def _usual_names(cls, raw: Any) -> Any:
        words = {"ink_jet": "inkjet", "ink_jet_printing": "inkjet", "spin_coating": "spin"}
        words |= {"spray_coating": "spray", "lbl": "layer_by_layer", "vapour": "evaporation"}
        if not isinstance(raw, str):
            return raw
        word = raw.strip().lower().replace("-", "_").replace(" ", "_")
        return words.get(word, word)

    @model_validator(mode="after")
    def _all_used(self) -> CoatingSpec:
        given = stated(self)
        for method, name in TABLE_OF.items():
            if name in given and method != self.method:
                allowed = f"[{TABLE_OF[self.method]}] for method = '{self.method}'"
                raise InputError(f"coating.{name}", "given", allowed, "remove it")
        if {"drop_volume", "contact_radius"} <= given:
            allowed = "either drop_volume or contact_radius, as one gives the other"
            raise InputError("coating.drop_volume", "both given", allowed, "remove one")
        if self.method == "evaporation":
            for name in ("solvent", "blend", *OF_INK):
                if name in given:
                    allowed = "no ink: evaporation uses none"
                    raise InputError(f"coating.{name}", "given", allowed, "remove it")
        return self

    @field_validator("blend")
    @classmethod
    def _shares(cls, shares: dict[str, float]) -> dict[str, float]:
        for name, share in shares.items():
            if not 0.0 < share <= 1e6:
                raise InputError(f"blend.{name}", share, "a share above 0", "leave it out if 0")
        return shares

    def parts(self) -> dict[str, float]:
        """Solvents and their shares by volume, which sum to one; empty where there are none.

        Raises
        ------
        InputError
            If both a solvent and a blend are given, or none for a wet method.
        """
        if self.solvent and self.blend:
            allowed = "either solvent or blend"
            raise InputError("coating.blend", self.blend, allowed, "remove one of the two")
        if self.method == "evaporation":
            return {}
        if not (self.solvent or self.blend):
            missing, allowed = "nothing (it is missing)", "a solvent of the library"
            raise InputError("coating.solvent", missing, allowed, "add solvent = 'n-octane'")
        shares = self.blend or {self.solvent: 1.0}
        whole = sum(shares.values())
        return {name: share / whole for name, share in shares.items()}
