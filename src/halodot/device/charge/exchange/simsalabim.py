"""Parameter sets of SIMsalabim (programs simss and zimt, versions 5).

Read are the `file,parameter,value,unit` lists, the native text files (`name = value * comment`,
`simulation_setup.txt` with its layer files beside it) and mappings of mappings. What the peer
means by its parameters:

* energies are counted below vacuum, one density of states serves both bands;
* a negative surface velocity or shunt is infinite;
* voltage is positive in forward direction: on the right contact if `leftElec` is -1 (the left
  electrode is the cathode), on the left one if it is 1; current is positive when injected;
* `sfb` as a work function is the Fermi level of the bare doping of the layer beside it;
* ions of neighbouring layers with `ionsMayEnter` share one content; mobility 0 pins them;
* a crossing between layers is a grid edge of mobility nu_int h q/kT, as it is in our engine;
* the interface block of the last layer has no meaning.

Koopmans et al., J. Open Source Softw. 7, 3727 (2022), doi:10.21105/joss.03727.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from scipy import constants

from ..layers import ChargeContact, ChargeLayer, Circuit, Stack
from .deck import Deck, Schedule
from .simsalabim_bias import held_ions, schedule_of, steady_points
from .simsalabim_files import Generation, generation_of, tables
from .simsalabim_layers import contact, doping_of, face, layer_of, species
from .tables import Parameters

KB_EV = constants.Boltzmann / constants.elementary_charge

FROZEN = 1e-40  # m2/Vs, mobility of ions that are held

# what only steers the peer's own solver, its files or its screen
_NUMERICS = (
    "NP",
    "tolPois",
    "maxDelV",
    "maxItPois",
    "maxItSS",
    "maxItTrans",
    "currDiffInt",
    "tolCurr",
    "tolDens",
    "couplePC",
    "minAcc",
    "maxAcc",
    "ignoreNegDens",
    "convVar",
    "failureMode",
    "grad",
    "tolVint",
    "timeout",
    "pauseAtEnd",
    "autoTidy",
    "autoStop",
    "tJFile",
    "fitMode",
    "fitThreshold",
    "JVFile",
    "varFile",
    "limitDigits",
    "outputRatio",
    "scParsFile",
    "logFile",
)
_OPTICS = ("L_TCO", "L_BE", "nkSubstrate", "nkTCO", "nkBE", "spectrum", "lambda_min", "lambda_max")


def read(
    source: str | Path | Mapping[str, Mapping[str, object]],
    *,
    generation: Mapping[int, Generation] | None = None,
    schedule: str | Path | Schedule | None = None,
    change: Mapping[str, object] | None = None,
) -> Deck:
    """Return what a parameter set of SIMsalabim describes.

    Parameters
    ----------
    source
        A `file,parameter,value,unit` list, a native setup file, or
        {"simulation_setup": {...}, "L1": {...}, ...}.
    generation
        At full light, by number of the layer (from 1): a rate [m-3 s-1] or a profile (depth in
        the layer [m], rate). Needed where the peer computes it (`genProfile = calc`) and its
        optical files are not beside the setup.
    schedule
        Of zimt: its `t Vext G_frac` table; without it the one that the setup names, if it exists.
    change
        Other values, named as on the peer's command line: {"T": 300, "l2.L": 1e-7}.

    Raises
    ------
    InputError
        Unknown or missing parameter, a value out of range, or a mechanism that the engine has no
        counterpart for (field-dependent generation).

    >>> layer = dict(L=2e-7, eps_r=22, E_c=2, E_v=6, N_c=1e26, mu_n=1e-7, mu_p=1e-7)
    >>> setup = dict(T=295, leftElec=-1, W_L=2, W_R=2, Vmin=0, Vmax=1, Vstep=0.5)
    >>> deck = read({"simulation_setup": setup, "L1": layer})
    >>> deck.voltages, deck.voltage_factor, deck.stack.left.velocity_electron
    ((0.0, 0.5, 1.0), -1.0, inf)
    """
    setup, layers, folder = tables(source, change or {})
    notes: list[str] = []
    left = setup.choice("leftElec", (-1, 1), -1)
    stack = _stack(setup, layers, folder, generation or {}, notes)
    course = schedule_of(setup, schedule, folder, notes)
    steady = steady_points(setup, folder, notes)
    if course is not None and not isinstance(course, Schedule):
        steady, course = course, None
    held = held_ions(setup, steady) if any(a.ions for a in stack.layers) else None
    if held is not None:
        stack = replace(stack, layers=tuple(_frozen(a) for a in stack.layers))
        steady, course = ((), ()), held
        notes.append("ions stay as they rest at the first voltage: run as a slow schedule")
    setup.finish("a parameter of simulation_setup.txt (SIMsalabim 5)")
    for p in layers:
        p.finish("a layer parameter (SIMsalabim 5)")
    return Deck(
        stack=stack,
        voltage_factor=float(left),
        current_factor=float(left),
        voltages=steady[0],
        lights=steady[1],
        schedule=course,
        notes=tuple(notes),
    )


def _stack(
    setup: Parameters,
    layers: list[Parameters],
    folder: Path,
    generation: Mapping[int, Generation],
    notes: list[str],
) -> Stack:
    """Layers between their contacts, with the circuit."""
    vt = KB_EV * setup.number("T", "K", above=0.0)
    setup.skip([*_NUMERICS, *_OPTICS, *(f"l{k + 1}" for k in range(len(layers)))])
    light = generation_of(setup, layers, folder, generation)
    ions = [species(layers, sign) for sign in (-1, 1)]
    built = tuple(layer_of(p, light[k], [s[k] for s in ions], folder) for k, p in enumerate(layers))
    contacts = [
        contact(setup, s, built[e], doping_of(layers[e]), vt) for s, e in (("L", 0), ("R", -1))
    ]
    _check_langevin(layers, built, contacts, vt, notes)
    faces = tuple(f for k, p in enumerate(layers) for f in face(p, k, len(layers), built, folder))
    return Stack(
        layers=built,
        left=contacts[0],
        right=contacts[1],
        interfaces=faces,
        temperature=vt / KB_EV,
        circuit=_circuit(setup, notes),
    )


def _circuit(setup: Parameters, notes: list[str]) -> Circuit:
    shunt = setup.number("R_shunt", "Ohms m2", -1.0)
    if shunt == 0.0:
        raise setup.refuse("R_shunt", 0, "a positive number, or a negative one for infinite")
    series = setup.number("R_series", "Ohms m2", 0.0, low=0.0)
    if shunt > 0.0 and series > 0.0:
        notes.append("the shunt lies across the device, inside the series resistance")
    shunt = shunt if shunt > 0.0 else math.inf
    return Circuit(series_resistance=series, shunt_resistance=shunt)


def _frozen(layer: ChargeLayer) -> ChargeLayer:
    """Ions that keep their places for longer than any schedule lasts."""
    return replace(layer, ions=tuple(replace(ion, mobility=FROZEN) for ion in layer.ions))


def _check_langevin(
    layers: list[Parameters],
    built: tuple[ChargeLayer, ...],
    ends: list[ChargeContact],
    vt: float,
    notes: list[str],
) -> None:
    """Refuse a Langevin coefficient that follows the field wherever it could be felt.

    It is not felt in the dark where both electrodes inject the same carrier only.
    """
    for k, (p, layer) in enumerate(zip(layers, built, strict=True)):
        follows = layer.poole_frenkel != 0.0 or (layer.poole_frenkel_hole or 0.0) != 0.0
        if p.number("useLangevin", "", 0.0) != 1.0 or not follows:
            continue
        shares = []
        for end in ends:
            barrier = end.work_function - layer.electron_affinity
            shares.append((layer.band_gap - 2.0 * barrier) / vt)  # ln(n/p) beside the electrode
        dark = all(not isinstance(a.generation, tuple) and a.generation == 0.0 for a in built)
        if not (dark and (min(shares) > 20.0 or max(shares) < -20.0)):
            raise p.refuse(
                "useLangevin",
                1,
                "0 with a field-dependent mobility: the engine's coefficient is a constant",
                "useLangevin = 0 and k_direct",
            )
        notes.append(f"L{k + 1}: Langevin coefficient at zero field (one kind of carrier only)")
