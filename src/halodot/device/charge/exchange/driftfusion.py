"""Device tables of Driftfusion: electrodes, layers, and interfaces of finite width.

Read are its native tables (one row a layer, properties in columns) and `row,layer_type,material,
parameter,value,unit` lists. What the peer means: lengths in cm, densities in cm^-3, energies in eV,
negative below vacuum; `EF0` is the Fermi level of a bare layer and thereby its doping; `Ncat` and
`Nani` are ions of both signs whose mean densities compensate, with the site limits `c_max` and
`a_max`; an interface is a zone about 1 nm wide over which the bands and densities of states are
graded and which recombines with the surface velocities sn and sp. Here the zones have no width:
neighbours meet abruptly, with continuous quasi-Fermi levels and one level of traps between them.
The voltage raises the left electrode and the current is that along x, in A/cm2.

Calado et al., J. Comput. Electron. 21, 960 (2022), doi:10.1007/s10825-021-01827-z.
"""

from __future__ import annotations

import math
from pathlib import Path

from scipy import constants

from ....core.errors import InputError
from ..layers import ChargeContact, ChargeInterface, ChargeIon, ChargeLayer, Stack
from .deck import Deck, Schedule, lifetimes
from .tables import NO_LIMIT, Parameters, listing

KB_EV = constants.k / constants.e
SHEET = 1e16  # m-2, splits a recombination velocity into density and capture
NEVER = 1e50  # s; the peer writes 1e100 for no recombination
_OTHER = (
    "layer_points", "xmesh_coeff", "vsr_zone_loc", "Red", "Green", "Blue", "xmesh_type", "side",
    "material", "layer_type", "row", "stack",
)  # fmt: skip
_ZONE = (
    "thickness", "Phi_EA", "Phi_IP", "EF0", "Nc", "Nv", "Ncat", "Nani", "c_max", "a_max", "mu_n",
    "mu_p", "mu_c", "mu_a", "epp", "g0", "B", "taun", "taup",
)  # fmt: skip


def read(
    source: str | Path,
    *,
    temperature: float = 300.0,
    mobile: int | None = None,
    schedule: Schedule | None = None,
    uniform: bool = False,
) -> Deck:
    """Return what a device table of Driftfusion describes.

    Parameters
    ----------
    source
        Native table or list.
    temperature
        [K]; the peer's default, its tables do not state it.
    mobile
        Ion species: 1 (cations; anions are pinned) or 2. None: as the table says, else 2.
    schedule
        Voltage and light.
    uniform
        Take g0 as the uniform generation also where the table asks for the peer's own optics.

    Raises
    ------
    InputError
        Unknown or missing property, or generation by the peer's optics.
    """
    rows = _rows(Path(source))
    vt = KB_EV * temperature
    notes = ["interface zones have no width here"]
    head = rows[0]
    model = head.text("optical_model", "0").lower()
    if model != "uniform" and (model[:1].isalpha() or float(model) != 0.0):
        if not uniform:
            raise head.refuse("optical_model", model, "0 (uniform generation g0)", "uniform=True")
        notes.append("uniform generation g0 in place of the peer's optics")
    species = mobile or int(head.number("N_ionic_species", "", 2.0))
    if species not in (1, 2):
        raise head.refuse("N_ionic_species", species, "1 or 2")
    if mobile is None and not head.has("N_ionic_species"):
        notes.append("both ion species move; the table does not say how many do")
    electrodes = [p for p in rows if p.text("layer_type") == "electrode"]
    if len(electrodes) != 2 or rows[0] is not electrodes[0] or rows[-1] is not electrodes[1]:
        raise InputError("layer_type", len(electrodes), "an electrode in the first and last row")
    layers: list[ChargeLayer] = []
    faces: list[ChargeInterface] = []
    for p in rows[1:-1]:
        kind = p.text("layer_type")
        if kind in ("layer", "active"):
            layers.append(_layer(p, vt, species))
        elif kind in ("interface", "junction") and layers:
            faces.append(_face(p, len(layers) - 1))
        else:
            raise p.refuse("layer_type", kind, "layer, active or, between two of them, interface")
    ends = [_electrode(p) for p in electrodes]
    return Deck(
        stack=Stack(
            layers=tuple(layers),
            left=ends[0],
            right=ends[1],
            interfaces=tuple(f for f in faces if f.trap_density > 0.0),
            temperature=temperature,
        ),
        voltage_factor=1.0,
        current_factor=1e-4,
        current_unit="A cm-2",
        schedule=schedule,
        notes=tuple(notes),
    )


def _rows(path: Path) -> list[Parameters]:
    """One table of properties a row of the device."""
    lines = listing(path)
    if not lines or "layer_type" not in lines[0]:
        raise InputError(str(path), "no layer_type", "a device table of Driftfusion")
    if "parameter" not in lines[0]:
        made = [Parameters(f"row {k + 1}", line) for k, line in enumerate(lines)]
        for p in made:
            p.values = {k: v for k, v in p.values.items() if p.has(k)}
        return made
    found: dict[str, dict[str, object]] = {}
    units: dict[str, dict[str, str]] = {}
    for line in lines:
        row = found.setdefault(line["row"], {"layer_type": line["layer_type"]})
        row[line["parameter"]] = line["value"]
        units.setdefault(line["row"], {})[line["parameter"]] = line.get("unit", "")
    return [Parameters(f"row {k}", v, units[k]) for k, v in found.items()]


def _electrode(p: Parameters) -> ChargeContact:
    p.skip([*_OTHER, "optical_model", "N_ionic_species"])
    speeds = [0.01 * p.number(s, "cm/s", math.inf, low=0.0) for s in ("sn", "sp")]
    end = ChargeContact(
        work_function=-p.number("EF0", "eV"), velocity_electron=speeds[0], velocity_hole=speeds[1]
    )
    p.finish("a property of an electrode of Driftfusion")
    return end


def _ions(p: Parameters, species: int) -> tuple[ChargeIon, ...]:
    """Mobile ions; those that are pinned are compensated where they are."""
    mobile = []
    for name, word, short, sign in (("cation", "Ncat", "c", 1), ("anion", "Nani", "a", -1)):
        density = 1e6 * p.number(word, "cm^-3", 0.0, low=0.0)
        mobility = 1e-4 * p.number(f"mu_{short}", "cm^2/Vs", 0.0, low=0.0)
        limit = min(1e6 * p.number(f"{short}_max", "cm^-3", NO_LIMIT, above=0.0), NO_LIMIT)
        if density > 0.0 and mobility > 0.0 and (sign > 0 or species == 2):
            mobile.append(
                ChargeIon(name=name, density=density, mobility=mobility, charge=sign, limit=limit)
            )
    return tuple(mobile)


def _layer(p: Parameters, vt: float, species: int) -> ChargeLayer:
    p.skip(_OTHER)
    top, bottom = -p.number("Phi_EA", "eV"), -p.number("Phi_IP", "eV")
    nc, nv = (1e6 * p.number(a, "cm^-3", above=0.0) for a in ("Nc", "Nv"))
    level = -p.number("EF0", "eV", -0.5 * (top + bottom))
    if not top < level < bottom:
        raise p.refuse("EF0", -level, "a level between Phi_IP and Phi_EA")
    n0, p0 = nc * math.exp((top - level) / vt), nv * math.exp((level - bottom) / vt)
    ions = _ions(p, species)
    tau_n, tau_p = (p.number(a, "s", math.inf, above=0.0) for a in ("taun", "taup"))
    energy = -p.number("Et", "eV", -0.5 * (top + bottom))
    recombines = min(tau_n, tau_p) < NEVER
    layer = ChargeLayer(
        thickness=0.01 * p.number("thickness", "cm", above=0.0),
        relative_permittivity=p.number("epp", "relative", above=0.0),
        electron_affinity=top,
        band_gap=bottom - top,
        dos_conduction=nc,
        dos_valence=nv,
        electron_mobility=1e-4 * p.number("mu_n", "cm^2/Vs", above=0.0),
        hole_mobility=1e-4 * p.number("mu_p", "cm^2/Vs", above=0.0),
        fixed_charge=n0 - p0 - sum(i.charge * i.density for i in ions),
        radiative=1e-6 * p.number("B", "cm^3/s", 0.0, low=0.0),
        traps=(lifetimes(tau_n, tau_p, energy),) if recombines else (),
        ions=ions,
        transfer_velocity=math.inf,
        generation=1e6 * p.number("g0", "cm^-3 s^-1", 0.0, low=0.0),
    )
    p.finish("a property of a layer of Driftfusion")
    return layer


def _face(p: Parameters, after: int) -> ChargeInterface:
    """Level of traps of an interface; its own bands and ions only shape the peer's zone."""
    p.skip([*_OTHER, *_ZONE])
    speeds = [0.01 * p.number(s, "cm/s", 0.0, low=0.0) for s in ("sn", "sp")]
    face = ChargeInterface(
        after=after,
        trap_density=SHEET if min(speeds) > 0.0 else 0.0,
        trap_energy=-p.number("Et", "eV"),
        capture_electron=speeds[0] / SHEET,
        capture_hole=speeds[1] / SHEET,
    )
    p.finish("a property of an interface of Driftfusion")
    return face
