"""Layers, contacts, ions and traps of SIMsalabim in the terms of the engine."""

from __future__ import annotations

import math
from pathlib import Path

from scipy import constants

from ..layers import (
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    ChargeTrap,
    TrapCharge,
)
from .simsalabim_files import Generation
from .tables import NO_LIMIT, Parameters, columns, number

TRAP: dict[int, TrapCharge] = {-1: "acceptor", 0: "neutral", 1: "donor"}
_SPLITTING = ("P0", "a", "thermLengDist", "k_f")


def species(layers: list[Parameters], sign: int) -> list[ChargeIon | float]:
    """Ions of one sign in every layer: mobile ones, or the charge density of pinned ones [m-3].

    Neighbouring layers that ions may enter hold one content, spread evenly at the start.
    """
    kind = "cation" if sign > 0 else "anion"
    density = [p.number(f"N_{kind}", "m^-3", 0.0, low=0.0) for p in layers]
    mobility = [p.number(f"mu_{kind}", "m^2/Vs", 0.0, low=0.0) for p in layers]
    enter = [p.number("ionsMayEnter", "", 0.0) == 1.0 for p in layers]
    found: list[ChargeIon | float] = [0.0] * len(layers)
    regions = 0
    for k, p in enumerate(layers):
        if density[k] > 0.0 and mobility[k] == 0.0:
            found[k] = sign * density[k]
        elif density[k] > 0.0 and not enter[k]:
            raise p.refuse("ionsMayEnter", 0, f"1 in a layer that holds a {kind}")
    free = [e and m > 0.0 for e, m in zip(enter, mobility, strict=True)]
    k = 0
    while k < len(layers):
        last = k
        while last < len(layers) and free[last]:
            last += 1
        here = range(k, last)
        thickness = [layers[j].number("L", "m", above=0.0) for j in here]
        content = sum(density[j] * t for j, t in zip(here, thickness, strict=True))
        if content > 0.0:
            regions += 1
            name = kind if regions == 1 else f"{kind} {regions}"
            mean = content / sum(thickness)
            for j in here:
                found[j] = ChargeIon(
                    name=name, density=mean, mobility=mobility[j], charge=sign, limit=NO_LIMIT
                )
        k = last + 1
    return found


def contact(
    setup: Parameters, side: str, layer: ChargeLayer, doping: float, vt: float
) -> ChargeContact:
    """Electrode on side L or R of the stack, beside a layer of net `doping` [m-3]."""
    top, bottom = layer.electron_affinity, layer.electron_affinity + layer.band_gap
    if setup.text(f"W_{side}").lower() == "sfb":
        work = flat_band(layer, doping, vt)
    else:
        work = setup.number(f"W_{side}", "eV")
    if not top <= work <= bottom:
        raise setup.refuse(f"W_{side}", work, f"between the band edges, {top:g} and {bottom:g} eV")
    velocity = [setup.number(f"S_{c}_{side}", "m/s", -1.0) for c in "np"]
    return ChargeContact(
        work_function=work,
        velocity_electron=velocity[0] if velocity[0] >= 0.0 else math.inf,
        velocity_hole=velocity[1] if velocity[1] >= 0.0 else math.inf,
    )


def flat_band(layer: ChargeLayer, doping: float, vt: float) -> float:
    """Fermi level of the bare doping of a layer, mid-gap if it has none [eV below vacuum]."""
    top, bottom = layer.electron_affinity, layer.electron_affinity + layer.band_gap
    if doping > 0.0:
        return top + vt * math.log(layer.dos_conduction / doping)
    if doping < 0.0:
        return bottom - vt * math.log(layer.dos_valence / -doping)
    return 0.5 * (top + bottom)


def doping_of(p: Parameters) -> float:
    """Donors less acceptors of a layer [m-3]."""
    return p.number("N_D", "m^-3", 0.0, low=0.0) - p.number("N_A", "m^-3", 0.0, low=0.0)


def layer_of(
    p: Parameters,
    light: Generation,
    ions: list[ChargeIon | float],
    folder: Path,
) -> ChargeLayer:
    """Layer of one file, with its ions (see `species`) and its generation."""
    top, bottom = p.number("E_c", "eV", low=0.0), p.number("E_v", "eV", low=0.0)
    if bottom <= top:
        raise p.refuse("E_v", bottom, f"an energy below E_c (more than {top:g} eV)")
    if p.choice("fieldDepG", (0, 1), 0):
        raise p.refuse("fieldDepG", 1, "0: field-dependent generation is not in the engine")
    if not p.number("P0", "", 0.0) == 0.0:
        raise p.refuse("P0", p.text("P0"), "0 without field-dependent generation")
    p.skip([*_SPLITTING, "nkLayer"])
    mu_n, mu_p = (p.number(f"mu_{c}", "m^2/Vs", above=0.0) for c in "np")
    field = [
        p.number(f"gamma_{c}", "(m/V)^0.5", 0.0) * p.choice(f"mob{c}Dep", (0, 1), 0) for c in "np"
    ]
    eps = p.number("eps_r", above=0.0)
    langevin = p.number("preLangevin", "", 1.0) * constants.e * (mu_n + mu_p)
    langevin /= constants.epsilon_0 * eps
    direct = p.number("k_direct", "m3/s", 0.0, low=0.0)
    n_c = p.number("N_c", "m^-3", above=0.0)
    doping = doping_of(p)
    traps = _traps(p, "bulk", (top, bottom), folder)
    return ChargeLayer(
        thickness=p.number("L", "m", above=0.0),
        relative_permittivity=eps,
        electron_affinity=top,
        band_gap=bottom - top,
        dos_conduction=n_c,
        dos_valence=n_c,
        electron_mobility=mu_n,
        hole_mobility=mu_p,
        poole_frenkel=field[0],
        poole_frenkel_hole=field[1],
        fixed_charge=doping + sum(i for i in ions if isinstance(i, float)),
        radiative=langevin if p.number("useLangevin", "", 0.0) == 1.0 else direct,
        traps=traps,
        ions=tuple(i for i in ions if isinstance(i, ChargeIon)),
        transfer_velocity=p.number("nu_int_n", "m/s", 1e3, above=0.0),
        transfer_velocity_hole=p.number("nu_int_p", "m/s", 1e3, above=0.0),
        generation=light,
    )


def _traps(
    p: Parameters, kind: str, gap: tuple[float, float], folder: Path
) -> tuple[ChargeTrap, ...]:
    """Levels of the bulk [m-3] or of an interface [m-2]."""
    unit = "m^-3" if kind == "bulk" else "m^-2"
    density = p.number(f"N_t_{kind}", unit, 0.0, low=0.0)
    energy = p.number(f"E_t_{kind}", "eV", gap[0])
    file = p.text(f"{kind}TrapFile", "none")
    charge = TRAP[p.choice(f"{kind}TrapType", (-1, 0, 1), 0)]
    capture = [p.number(f"C_{c}_{kind}", "m^3/s", 0.0, low=0.0) for c in "np"]
    if density == 0.0 and file.lower() != "none":
        raise p.refuse(f"N_t_{kind}", 0, f"a density above 0 beside the file {file}")
    if density == 0.0:
        return ()
    levels = [(energy, density)]
    if file.lower() != "none":
        rows = columns(folder / file, ("E", "Ntraps"))
        levels = [(number(e, file), number(n, file)) for e, n in rows]
    if capture == [0.0, 0.0]:
        raise p.refuse(f"C_n_{kind}", 0, "a capture coefficient of one carrier at least")
    for level, _ in levels:
        if not gap[0] <= level <= gap[1]:
            raise p.refuse(f"E_t_{kind}", level, f"a level between {gap[0]:g} and {gap[1]:g} eV")
    return tuple(
        ChargeTrap(
            density=n,
            energy=e,
            charge=charge,
            capture_electron=capture[0],
            capture_hole=capture[1],
        )
        for e, n in levels
    )


def face(
    p: Parameters, k: int, count: int, layers: tuple[ChargeLayer, ...], folder: Path
) -> list[ChargeInterface]:
    """Traps between layer `k` and the next."""
    if k == count - 1:
        p.skip(["N_t_int", "E_t_int", "intTrapFile", "intTrapType", "C_n_int", "C_p_int"])
        return []
    a, b = layers[k], layers[k + 1]
    tops = a.electron_affinity, b.electron_affinity
    bottoms = a.electron_affinity + a.band_gap, b.electron_affinity + b.band_gap
    if max(tops) > min(bottoms):
        raise p.refuse("E_c", tops[0], "bands that overlap in energy with those of the next layer")
    return [
        ChargeInterface(
            after=k,
            trap_density=t.density,
            trap_energy=t.energy,
            trap_charge=t.charge,
            capture_electron=t.capture_electron,
            capture_hole=t.capture_hole,
        )
        for t in _traps(p, "int", (max(tops), min(bottoms)), folder)
    ]
