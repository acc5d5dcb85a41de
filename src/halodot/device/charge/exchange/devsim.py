"""The silicon diode of DEVSIM's examples, and others of the same physics, as a stack.

DEVSIM's `simple_physics`: Boltzmann carriers of intrinsic density n_i, constant mobilities,
recombination (n p - n_i^2) / (taup (n + n1) + taun (p + p1)) and contacts at which charge
neutrality and equilibrium hold. Its constants are rounded, so the stack is given a temperature and
permittivities that reproduce its kT/q and eps/q, and the current its elementary charge.

Lengths in cm, densities in cm^-3; voltage on the left contact, current into that contact positive,
in A/cm2. DEVSIM 2.11, https://devsim.org.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from scipy import constants

from ..layers import ChargeContact, ChargeLayer, ChargeTrap, Stack
from .deck import Deck, doped_level, lifetimes
from .tables import Parameters, Source, flat

# of its example diode_1d
DIODE: Mapping[str, float] = {
    "length": 1e-5,
    "junction": 0.5e-5,
    "acceptors": 1e18,
    "donors": 1e18,
    "taun": 1e-8,
    "taup": 1e-8,
    "q": 1.6e-19,
    "k": 1.3806503e-23,
    "eps_0": 8.85e-14,
    "eps_r": 11.1,
    "n_i": 1e10,
    "mu_n": 400.0,
    "mu_p": 200.0,
    "T": 300.0,
}
DENSITY_OF_STATES = 1e26  # m-3; only n_i enters, the gap is chosen to give it


def read(source: Source = DIODE, *, voltages: tuple[float, ...] = ()) -> Deck:
    """Return an abrupt diode, acceptors on the left.

    Parameters
    ----------
    source
        `parameter,value,unit` list or mapping with the names of `DIODE`, and n1, p1 where they
        are not n_i.
    voltages
        On the left contact [V].

    >>> deck = read()
    >>> [layer.fixed_charge for layer in deck.stack.layers]
    [-1e+24, 1e+24]
    """
    p = flat(source, "devsim")
    charge, boltzmann = p.number("q", "C", constants.e), p.number("k", "J/K", constants.k)
    vt = boltzmann * p.number("T", "K", 300.0, above=0.0) / charge
    ni = 1e6 * p.number("n_i", "cm^-3", above=0.0)
    eps = p.number("eps_0", "F/cm", constants.epsilon_0 / 100.0) * 100.0
    eps *= p.number("eps_r", "", above=0.0) / charge
    length, middle = (p.number(a, "cm", above=0.0) / 100.0 for a in ("length", "junction"))
    if middle >= length:
        raise p.refuse("junction", p.text("junction"), "a place inside the length")
    gap = 2.0 * vt * math.log(DENSITY_OF_STATES / ni)
    doping = [
        -1e6 * p.number("acceptors", "cm^-3", low=0.0),
        1e6 * p.number("donors", "cm^-3", low=0.0),
    ]
    layers = tuple(
        ChargeLayer(
            thickness=thickness,
            relative_permittivity=eps * constants.e / constants.epsilon_0,
            electron_affinity=4.0,
            band_gap=gap,
            dos_conduction=DENSITY_OF_STATES,
            dos_valence=DENSITY_OF_STATES,
            electron_mobility=1e-4 * p.number("mu_n", "cm^2/Vs", above=0.0),
            hole_mobility=1e-4 * p.number("mu_p", "cm^2/Vs", above=0.0),
            fixed_charge=net,
            traps=_trap(p, gap, ni, vt),
            transfer_velocity=math.inf,
        )
        for thickness, net in zip((middle, length - middle), doping, strict=True)
    )
    p.finish("a parameter of DEVSIM's simple diode")
    ends = [_ohmic(layer, ni, vt) for layer in layers]
    return Deck(
        stack=Stack(
            layers=layers,
            left=ends[0],
            right=ends[1],
            temperature=vt * constants.e / constants.k,
        ),
        voltage_factor=1.0,
        current_factor=1e-4 * charge / constants.e,
        current_unit="A cm-2",
        voltages=voltages,
        lights=(0.0,) * len(voltages),
        notes=("temperature and permittivity carry the rounded constants of the peer",),
    )


def _trap(p: Parameters, gap: float, ni: float, vt: float) -> tuple[ChargeTrap, ...]:
    """Level of the lifetimes; n1 p1 is n_i^2 in any consistent set."""
    taun, taup = (p.number(a, "s", math.inf, above=0.0) for a in ("taun", "taup"))
    n1 = 1e6 * p.number("n1", "cm^-3", ni / 1e6, above=0.0)
    p1 = 1e6 * p.number("p1", "cm^-3", ni / 1e6, above=0.0)
    if not math.isclose(n1 * p1, ni * ni, rel_tol=1e-6):
        raise p.refuse("p1", p.text("p1"), "n_i^2/n1, as detailed balance asks")
    if math.isinf(taun) and math.isinf(taup):
        return ()
    energy = 4.0 + 0.5 * gap - vt * math.log(n1 / ni)
    return (lifetimes(taun, taup, energy),)


def _ohmic(layer: ChargeLayer, ni: float, vt: float) -> ChargeContact:
    """Electrode at which the layer is neutral and at equilibrium."""
    net = layer.fixed_charge
    majority = doped_level(abs(net), ni)
    depth = vt * math.log(DENSITY_OF_STATES / majority)
    work = 4.0 + (depth if net >= 0.0 else layer.band_gap - depth)
    return ChargeContact(work_function=work, velocity_electron=math.inf, velocity_hole=math.inf)
