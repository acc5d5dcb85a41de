"""Parameter sets of IonMonger 2: electron layer, perovskite, hole layer, one mobile vacancy.

Read are `parameter,value,unit` lists, the assignments of a `parameters.m` file and mappings; SI
units, energies in eV with the sign of IonMonger (negative below vacuum). What the peer means:

* halide vacancies of mean density N0, charge +1, in the perovskite only, over a uniform counter
  charge; the transport layers hold one carrier each, neutral through their doping dE, dH;
* quasi-Fermi levels are continuous across the interfaces, carriers are at equilibrium at the
  contacts;
* an interface recombines (nE p - ni^2/kE) / (nE/vpE + p/vnE + ni (1/(kE vpE) + 1/vnE)), nE on the
  side of the electron layer and p on that of the perovskite: a level at the intrinsic energy of the
  perovskite, with vnE and vpE as density times capture;
* voltage is positive in forward direction, on the right (hole) contact, photocurrent is positive,
  in mA/cm2; light 1 is the flux Fph, absorbed with the coefficient alpha.

A carrier that the peer leaves out of a transport layer is kept out by a barrier of 1.5 eV.
Courtier et al., J. Comput. Electron. 18, 1435 (2019), doi:10.1007/s10825-019-01396-2.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from ....core.errors import InputError
from ..layers import (
    Array,
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    Stack,
)
from .deck import Deck, Schedule, lifetimes
from .tables import NO_LIMIT, Parameters, Source, flat

BARRIER = 1.5  # eV
SHEET = 1e16  # m-2, splits a recombination velocity into density and capture
SOLVER = (
    "N", "rtol", "atol", "phidisp", "workfolder", "Stats", "OutputFcn", "Verbose", "UseSplits",
    "eps0", "q", "kB", "D", "time_spacing", "light_intensity", "applied_voltage",
)  # fmt: skip
BOLTZMANN_EV = 8.617333262e-5


def read(
    source: Source,
    *,
    absorption: Literal["beer_lambert", "uniform"] = "beer_lambert",
    schedule: Schedule | None = None,
    change: Mapping[str, object] | None = None,
) -> Deck:
    """Return what a parameter set of IonMonger describes.

    Parameters
    ----------
    source
        A `parameter,value,unit` list, a `parameters.m` file or a mapping.
    absorption
        "beer_lambert" as in the peer; "uniform" spreads the same number of pairs evenly.
    schedule
        Voltage and light (`cyclic`, `course`); the protocol of a `parameters.m` is not read.
    change
        Other values by name.

    Raises
    ------
    InputError
        Unknown or missing parameter, or a mechanism without counterpart: bimolecular
        recombination at an interface, drift-type crowding, statistics other than Boltzmann.
    """
    p = _parameters(source)
    p.values.update(change or {})
    p.skip(SOLVER)
    for name, why in (
        ("betaE", "0: bimolecular recombination at an interface is not in the engine"),
        ("betaH", "0: bimolecular recombination at an interface is not in the engine"),
    ):
        if p.number(name, "", 0.0) != 0.0:
            raise p.refuse(name, p.text(name), why)
    if p.has("stats"):
        raise p.refuse("stats", p.text("stats"), "Boltzmann statistics (no entry)")
    if p.text("NonlinearFP", "Diffusion") != "Diffusion":
        raise p.refuse("NonlinearFP", p.text("NonlinearFP"), "Diffusion")
    temperature = p.number("T", "K", above=0.0)
    vt = BOLTZMANN_EV * temperature
    middle = _perovskite(p, vt, absorption)
    left, right = _transport(p, vt, "E"), _transport(p, vt, "H")
    level = _intrinsic(middle, vt)
    stack = Stack(
        layers=(left, middle, right),
        left=_contact(p, "E", left, vt),
        right=_contact(p, "H", right, vt),
        interfaces=tuple(f for k, s in enumerate("EH") for f in _face(p, k, s, level)),
        temperature=temperature,
    )
    p.finish("a parameter of IonMonger 2")
    notes = [f"carriers kept out of a transport layer by a barrier of {BARRIER:g} eV"]
    if absorption == "uniform":
        notes.append("generation even over the perovskite, with the pairs of Beer-Lambert")
    return Deck(
        stack=stack,
        voltage_factor=-1.0,
        current_factor=0.1,
        current_unit="mA cm-2",
        schedule=schedule,
        notes=tuple(notes),
    )


def course(steps: list[object], light: float = 1.0, *, points: int = 100) -> Schedule:
    """Return the schedule of a voltage protocol as IonMonger writes it, under constant light.

    Parameters
    ----------
    steps
        First voltage, then `shape, duration [s], voltage [V]` for each section; shapes are
        "linear", "tanh" (fast, then flattening, t = 0..3) and "cosine" (smooth at both ends).
    points
        Reported points of each section; curved sections are broken into as many straight ones.

    >>> course([1.1, "linear", 11.0, 0.0], points=2).outputs.tolist()
    [5.5, 11.0]
    """
    if not steps or not isinstance(steps[0], int | float) or len(steps) % 3 != 1:
        allowed = "a first voltage, then shape, duration and voltage of each section"
        raise InputError("applied_voltage", steps, allowed, "open circuit has no counterpart here")
    time, voltage = [0.0], [float(steps[0])]
    u = np.linspace(0.0, 1.0, points + 1)[1:]
    shapes = {
        "linear": u,
        "tanh": np.tanh(3.0 * u) / math.tanh(3.0),
        "cosine": 0.5 * (1.0 - np.cos(math.pi * u)),
    }
    for k in range(1, len(steps), 3):
        shape, last, goal = str(steps[k]), float(str(steps[k + 1])), float(str(steps[k + 2]))
        if shape not in shapes or last <= 0.0:
            allowed = "linear, tanh or cosine, and a duration above 0"
            raise InputError(f"applied_voltage[{k}]", (shape, last), allowed)
        t0, v0 = time[-1], voltage[-1]
        time += [float(t) for t in t0 + last * u]
        voltage += [float(v) for v in v0 + (goal - v0) * shapes[shape]]
    return Schedule(
        time=np.array(time),
        voltage=np.array(voltage),
        light=np.full(len(time), light),
        outputs=np.array(time[1:]),
        start="settled",
    )


def _parameters(source: Source) -> Parameters:
    """Names and values; of a `parameters.m` the assignments before the protocol."""
    if isinstance(source, Mapping) or Path(source).suffix != ".m":
        return flat(source, "ionmonger")
    text = Path(source).read_text(encoding="utf-8").split("%% Non-dimensionalise")[0]
    text = re.sub(r"\.\.\.[^\n]*\n", " ", text)
    found: dict[str, object] = {}
    for line in text.splitlines():
        match = re.match(r"\s*([A-Za-z]\w*(?:\.\w+)?)\s*=\s*([^;%]*)", line)
        if match and not line.lstrip().startswith(("function", "if ")):
            found[match.group(1).split(".")[0]] = match.group(2).strip().strip("'")
    return Parameters("ionmonger", found)


def _diffusion(p: Parameters) -> float:
    """Diffusion coefficient of the vacancies [m2/s]: given, or by its activation."""
    prefactor, barrier = p.number("DIinf", "", 0.0), p.number("EAI", "eV", 0.0)
    if p.text("DI").replace(" ", "") == "D(DIinf,EAI)":
        kb = p.number("kB", "VK-1", BOLTZMANN_EV)
        return prefactor * math.exp(-barrier / (kb * p.number("T", "K")))
    return p.number("DI", "m2s-1", low=0.0)


def _perovskite(p: Parameters, vt: float, absorption: str) -> ChargeLayer:
    top, bottom = -p.number("Ec", "eV"), -p.number("Ev", "eV")
    vacancies = p.number("N0", "m-3", low=0.0)
    moves = _diffusion(p) / vt
    ions: tuple[ChargeIon, ...] = ()
    if vacancies > 0.0 and moves > 0.0:
        limit = p.number("Plim", "m-3", NO_LIMIT, above=0.0)
        ions = (
            ChargeIon(name="vacancy", density=vacancies, mobility=moves, charge=1, limit=limit),
        )
    width = p.number("b", "m", above=0.0)
    layer = ChargeLayer(
        thickness=width,
        relative_permittivity=_permittivity(p, "epsp"),
        electron_affinity=top,
        band_gap=bottom - top,
        dos_conduction=p.number("gc", "m-3", above=0.0),
        dos_valence=p.number("gv", "m-3", above=0.0),
        electron_mobility=p.number("Dn", "m2s-1", above=0.0) / vt,
        hole_mobility=p.number("Dp", "m2s-1", above=0.0) / vt,
        fixed_charge=-vacancies if ions else 0.0,
        radiative=p.number("beta", "m3s-1", 0.0, low=0.0),
        auger_electron=p.number("Augn", "m6s-1", 0.0, low=0.0),
        auger_hole=p.number("Augp", "m6s-1", 0.0, low=0.0),
        ions=ions,
        transfer_velocity=math.inf,
        generation=_generation(p, width, absorption),
    )
    tn, tp = p.number("tn", "s", 0.0), p.number("tp", "s", 0.0)
    if tn > 0.0 and tp > 0.0:  # the peer switches SRH off where one of them is 0
        return replace(layer, traps=(lifetimes(tn, tp, _intrinsic(layer, vt)),))
    return layer


def _generation(p: Parameters, width: float, absorption: str) -> float | tuple[Array, Array]:
    flux, alpha = p.number("Fph", "m-2s-1", low=0.0), p.number("alpha", "m-1", above=0.0)
    inverted = p.text("inverted", "false").lower() in ("true", "1")
    if absorption == "uniform":
        return -flux * math.expm1(-alpha * width) / width
    x = np.linspace(0.0, width, 2001)
    depth = width - x if inverted else x
    return x, flux * alpha * np.exp(-alpha * depth)


def _permittivity(p: Parameters, name: str) -> float:
    """Relative permittivity; the peer states the absolute one."""
    return p.number(name, "Fm-1", above=0.0) / p.number("eps0", "Fm-1", 8.8541878128e-12)


def _intrinsic(layer: ChargeLayer, vt: float) -> float:
    """Energy of the intrinsic level below vacuum [eV]."""
    shift = 0.5 * vt * math.log(layer.dos_conduction / layer.dos_valence)
    return layer.electron_affinity + 0.5 * layer.band_gap + shift


def _transport(p: Parameters, vt: float, side: str) -> ChargeLayer:
    """Electron (E) or hole (H) layer."""
    electrons = side == "E"
    band = "c" if electrons else "v"
    edge = -p.number(f"E{band}{side}", "eV")
    dos = p.number(f"g{band}{side}", "m-3", above=0.0)
    mobility = p.number(f"D{side}", "m2s-1", above=0.0) / vt
    top = edge if electrons else -p.number("Ec", "eV") - BARRIER
    bottom = -p.number("Ev", "eV") + BARRIER if electrons else edge
    if p.has(f"Ef{side}"):
        p.skip([f"d{side}"])
        doping = dos * math.exp(-abs(edge + p.number(f"Ef{side}", "eV")) / vt)
    else:
        doping = p.number(f"d{side}", "m-3", above=0.0)
    return ChargeLayer(
        thickness=p.number(f"b{side}", "m", above=0.0),
        relative_permittivity=_permittivity(p, f"eps{side}"),
        electron_affinity=top,
        band_gap=bottom - top,
        dos_conduction=dos,
        dos_valence=dos,
        electron_mobility=mobility,
        hole_mobility=mobility,
        fixed_charge=doping if electrons else -doping,
        transfer_velocity=math.inf,
    )


def _contact(p: Parameters, side: str, layer: ChargeLayer, vt: float) -> ChargeContact:
    """Electrode aligned with the doped layer beside it, or of a given work function."""
    depth = vt * math.log(layer.dos_conduction / abs(layer.fixed_charge))
    if side == "E":
        level = layer.electron_affinity + depth
    else:
        level = layer.electron_affinity + layer.band_gap - depth
    work = -p.number("Ect" if side == "E" else "Ean", "eV", -level)
    return ChargeContact(work_function=work, velocity_electron=math.inf, velocity_hole=math.inf)


def _face(p: Parameters, after: int, side: str, level: float) -> list[ChargeInterface]:
    vn, vp = (p.number(f"v{c}{side}", "ms-1", 0.0, low=0.0) for c in "np")
    if vn == 0.0 or vp == 0.0:  # the peer switches the interface off where one of them is 0
        return []
    return [
        ChargeInterface(
            after=after,
            trap_density=SHEET,
            trap_energy=level,
            capture_electron=vn / SHEET,
            capture_hole=vp / SHEET,
        )
    ]
