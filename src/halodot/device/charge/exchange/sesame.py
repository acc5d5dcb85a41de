"""One-dimensional systems of Sesame: materials, doping, sheets of defects, contacts.

What the peer means: lengths in cm, densities in cm^-3, energies in eV; the affinity and the gap
place the bands; `Et` and the energy of a defect are counted from mid-gap, upwards; lifetimes give
the Shockley-Read-Hall rate; quasi-Fermi levels are continuous across every junction; an ohmic
contact is neutral and at equilibrium; surface velocities belong to both carriers. The voltage is
positive in forward direction (on the p side), the current is that along x in A/cm2.

Read are mappings

    {"T": 300, "regions": [{"L": 5e-5, "Nc": ..., "ND": 1e17, "G": 1e18}, ...],
     "left": {"type": "ohmic", "Sn": 1e7, "Sp": 1e7}, "right": {...}, "defects": [...],
     "voltages": [...]}

and `parameter,value,unit` lists of a junction of two materials (`Nc_1` ... `affinity_2`,
`junction_x`, `ND_region1`, `NA_region2`). The keys of a region are those of a Sesame material with
`L`, `ND`, `NA` and `G`; those of a defect are `location`, `N`, `sigma_e`, `sigma_h`, `E` and
`transition`. Gaury et al., npj Comput. Mater. 5, 17 (2019), doi:10.1038/s41524-019-0158-y.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import constants

from ....core.errors import InputError
from ..layers import ChargeContact, ChargeInterface, ChargeLayer, Stack, TrapCharge
from .deck import Deck, doped_level, lifetimes
from .tables import Parameters, Source, flat

KB_EV = constants.k / constants.e
INFINITE = 1e20  # cm/s; the peer writes 1e50 and the like
_MATERIAL = ("Nc", "Nv", "Eg", "eps_r", "mu_e", "mu_h", "tau_e", "tau_h", "Et", "affinity")
_SPELLED = {"epsilon": "eps_r"}
_CHARGES: dict[tuple[int, int], tuple[TrapCharge, ...]] = {
    (1, 0): ("donor",),
    (0, -1): ("acceptor",),
    (1, -1): ("donor", "acceptor"),  # two sheets that share the capture, the same at rest
    (0, 0): ("neutral",),
}


def read(source: Source, *, voltages: Sequence[float] = (), light: float = 1.0) -> Deck:
    """Return what a system of Sesame describes.

    Parameters
    ----------
    source
        Mapping or list, see the page of this module.
    voltages
        Steady points [V].
    light
        Share of the given generation.

    Raises
    ------
    InputError
        Unknown or missing parameter, or a defect outside the regions.

    >>> material = dict(Nc=8e17, Nv=2e19, Eg=1.5, epsilon=10, mu_e=320, mu_h=40, tau_e=1e-8,
    ...                 tau_h=1e-8, affinity=4.0)
    >>> left, right = dict(material, L=5e-5, ND=1e17), dict(material, L=2e-4, NA=1e15)
    >>> deck = read({"regions": [left, right]})
    >>> deck.voltage_factor, deck.stack.layers[1].fixed_charge
    (-1.0, -1e+21)
    """
    system: dict[str, Any] = dict(source) if isinstance(source, Mapping) else {}
    if "regions" not in system:
        system = _junction(flat(source, "sesame"))
    p = Parameters("sesame", system)
    temperature = p.number("T", "K", 300.0, above=0.0)
    vt = KB_EV * temperature
    p.skip(["regions", "left", "right", "defects", "voltages"])
    p.finish("T, regions, left, right, defects or voltages")
    regions = _sequence(system, "regions")
    if not regions:
        raise InputError("sesame.regions", "none", "one region at least")
    layers = [_layer(Parameters(f"regions[{k}]", r)) for k, r in enumerate(regions)]
    sheets = _sequence(system, "defects")
    layers, faces = _with_defects(layers, [_masses(r) for r in regions], sheets, vt)
    ends = [_contact(system.get(s, {}), s, layers[e], vt) for s, e in (("left", 0), ("right", -1))]
    volts = tuple(float(v) for v in (voltages if len(voltages) else system.get("voltages", ())))
    forward = -1.0 if layers[-1].fixed_charge < 0.0 else 1.0
    return Deck(
        stack=Stack(
            layers=tuple(layers),
            left=ends[0],
            right=ends[1],
            interfaces=tuple(faces),
            temperature=temperature,
        ),
        voltage_factor=forward,
        current_factor=1e-4,
        current_unit="A cm-2",
        voltages=volts,
        lights=(light,) * len(volts),
    )


def _sequence(system: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = system.get(name, ())
    if not isinstance(found, list | tuple) or not all(isinstance(a, Mapping) for a in found):
        raise InputError(f"sesame.{name}", found, "a list of mappings")
    return list(found)


def _junction(p: Parameters) -> dict[str, Any]:
    """System of a list of two materials that meet at `junction_x`."""
    length, middle = (p.number(a, "cm", above=0.0) for a in ("L", "junction_x"))
    if middle >= length:
        raise p.refuse("junction_x", p.text("junction_x"), "a place inside the length L")
    same = p.text("other_2", "")
    if same not in ("", "as material 1"):
        raise p.refuse("other_2", same, "as material 1, or nothing")
    rate = p.number("G_uniform", "cm^-3 s^-1", 0.0, low=0.0)
    regions: list[dict[str, Any]] = []
    for k, thickness in ((1, middle), (2, length - middle)):
        region: dict[str, Any] = {"L": thickness, "G": rate}
        for name in _MATERIAL:
            own = f"{name}_{k}" if p.has(f"{name}_{k}") or not same else f"{name}_1"
            region[name] = p.number(own, "" if name != "Et" else "eV from midgap")
        for name in ("ND", "NA"):
            region[name] = p.number(f"{name}_region{k}", "cm^-3", 0.0, low=0.0)
        regions.append(region)
    ends = _contact_words(p)
    system: dict[str, Any] = {"regions": regions, "left": ends, "right": ends}
    system["T"] = p.number("T", "K", 300.0, above=0.0)
    p.finish("a parameter of a junction of two materials")
    return system


def _contact_words(p: Parameters) -> dict[str, Any]:
    """Read `ohmic both; S=1e52 (infinite)`: type and velocity of both contacts."""
    text = p.text("contacts", "ohmic both; S=1e52 (infinite)")
    kind, _, rest = text.partition(";")
    velocity = rest.strip().removeprefix("S=").split(" ")[0] or "1e52"
    if kind.strip() != "ohmic both":
        raise p.refuse("contacts", text, "ohmic both; S=<velocity>")
    return {"type": "ohmic", "Sn": velocity, "Sp": velocity}


def _masses(region: Mapping[str, Any]) -> tuple[float, float]:
    masses = [float(region.get(f"mass_{c}", 1.0)) for c in "eh"]
    return masses[0], masses[1]


def _layer(p: Parameters) -> ChargeLayer:
    for other, name in _SPELLED.items():
        if p.has(other):
            p.values[name] = p.values.pop(other)
    p.skip(["mass_e", "mass_h"])
    gap, affinity = p.number("Eg", "eV", above=0.0), p.number("affinity", "eV")
    tau_e, tau_h = (p.number(f"tau_{c}", "s", math.inf, above=0.0) for c in "eh")
    energy = affinity + 0.5 * gap - p.number("Et", "eV", 0.0)
    doping = p.number("ND", "cm^-3", 0.0, low=0.0) - p.number("NA", "cm^-3", 0.0, low=0.0)
    never = math.isinf(tau_e) and math.isinf(tau_h)
    rate = p.values.get("G", 0.0)
    p.skip(["G"])
    layer = ChargeLayer(
        thickness=0.01 * p.number("L", "cm", above=0.0),
        relative_permittivity=p.number("eps_r", above=0.0),
        electron_affinity=affinity,
        band_gap=gap,
        dos_conduction=1e6 * p.number("Nc", "cm^-3", above=0.0),
        dos_valence=1e6 * p.number("Nv", "cm^-3", above=0.0),
        electron_mobility=1e-4 * p.number("mu_e", "cm^2/Vs", above=0.0),
        hole_mobility=1e-4 * p.number("mu_h", "cm^2/Vs", above=0.0),
        fixed_charge=1e6 * doping,
        radiative=1e-6 * p.number("B", "cm^3/s", 0.0, low=0.0),
        auger_electron=1e-12 * p.number("Cn", "cm^6/s", 0.0, low=0.0),
        auger_hole=1e-12 * p.number("Cp", "cm^6/s", 0.0, low=0.0),
        traps=() if never else (lifetimes(tau_e, tau_h, energy),),
        transfer_velocity=math.inf,
        generation=_generation(rate),
    )
    p.finish("a material parameter of Sesame, L, ND, NA or G")
    return layer


def _generation(rate: Any) -> float | tuple[np.ndarray, np.ndarray]:
    """Rate in m-3 s-1: a number, or a profile (depth in the region [cm], rate [cm^-3 s^-1])."""
    if isinstance(rate, tuple | list):
        depth, values = (np.asarray(a, dtype=float) for a in rate)
        return 0.01 * depth, 1e6 * values
    return 1e6 * float(rate)


def _contact(given: Mapping[str, Any], side: str, layer: ChargeLayer, vt: float) -> ChargeContact:
    p = Parameters(side, given)
    kind = p.text("type", "ohmic").lower()
    velocity = [p.number(a, "cm/s", math.inf, low=0.0) for a in ("Sn", "Sp")]
    top, bottom = layer.electron_affinity, layer.electron_affinity + layer.band_gap
    if kind == "schottky":
        work = p.number("work_function", "eV")
    elif kind == "ohmic":
        ni = math.sqrt(layer.dos_conduction * layer.dos_valence) * math.exp(
            -0.5 * layer.band_gap / vt
        )
        majority = doped_level(abs(layer.fixed_charge), ni)
        if layer.fixed_charge >= 0.0:
            work = top + vt * math.log(layer.dos_conduction / majority)
        else:
            work = bottom - vt * math.log(layer.dos_valence / majority)
    else:
        raise p.refuse("type", kind, "ohmic or schottky")
    p.finish("type, Sn, Sp or work_function")
    speeds = [math.inf if s > INFINITE else 0.01 * s for s in velocity]
    return ChargeContact(work_function=work, velocity_electron=speeds[0], velocity_hole=speeds[1])


def _with_defects(
    layers: list[ChargeLayer],
    masses: list[tuple[float, float]],
    sheets: list[Mapping[str, Any]],
    vt: float,
) -> tuple[list[ChargeLayer], list[ChargeInterface]]:
    """Cut the layers at sheets of defects, which become traps between the pieces.

    A sheet of ours faces both pieces, so each of them gets half of the capture.
    """
    faces: list[ChargeInterface] = []
    for number, sheet in enumerate(sorted(sheets, key=lambda a: float(a["location"]))):
        p = Parameters(f"defects[{number}]", sheet)
        at = 0.01 * p.number("location", "cm", above=0.0)
        after, layers, masses = _cut(layers, masses, at, p)
        layer = layers[after]
        speed = [math.sqrt(3.0 * vt * constants.e / (m * constants.m_e)) for m in masses[after]]
        capture = [1e-4 * p.number(f"sigma_{c}", "cm^2", low=0.0) for c in "eh"]
        states = tuple(sorted((int(a) for a in sheet.get("transition", (1, 0))), reverse=True))
        p.skip(["transition"])
        if states not in _CHARGES:
            raise p.refuse("transition", states, "(1, 0), (0, -1), (1, -1) or (0, 0)")
        kinds = _CHARGES[(states[0], states[1])]
        level = layer.electron_affinity + 0.5 * layer.band_gap - p.number("E", "eV")
        for kind in kinds:
            faces.append(
                ChargeInterface(
                    after=after,
                    trap_density=1e4 * p.number("N", "cm^-2", low=0.0),
                    trap_energy=level,
                    trap_charge=kind,
                    capture_electron=0.5 * capture[0] * speed[0] / len(kinds),
                    capture_hole=0.5 * capture[1] * speed[1] / len(kinds),
                )
            )
        p.finish("location, N, sigma_e, sigma_h, E or transition")
    return layers, faces


def _cut(
    layers: list[ChargeLayer], masses: list[tuple[float, float]], at: float, p: Parameters
) -> tuple[int, list[ChargeLayer], list[tuple[float, float]]]:
    """Index of the layer that ends at `at`, cutting one in two where it lies inside."""
    start = 0.0
    for k, layer in enumerate(layers):
        end = start + layer.thickness
        if k + 1 < len(layers) and abs(at - end) < 1e-12:
            return k, layers, masses
        if start + 1e-12 < at < end - 1e-12:
            rate = layer.generation
            first = replace(layer, thickness=at - start)
            rest = replace(layer, thickness=end - at)
            if isinstance(rate, tuple):
                rest = replace(rest, generation=(rate[0] - first.thickness, rate[1]))
            pieces = [*layers[:k], first, rest, *layers[k + 1 :]]
            return k, pieces, [*masses[: k + 1], *masses[k:]]
        start = end
    raise p.refuse("location", at * 100.0, "a place inside the system")
