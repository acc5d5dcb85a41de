"""The mobility that a transistor shows, and what its ions do: a second step over all draws.

`evaluate` gives one film at a time; here a row a draw becomes one array a quantity, as the balance
of charge under a gate (`gating`) is solved for all draws at once. The carriers at rest are those
that dopants give, or that the user gives as `doping`, beside a residual (`GateSpec`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from . import gating, ions
from .evaluate import Case, ion_state
from .gating import Channel

Array = NDArray[np.float64]
Rows = Sequence[Mapping[str, float]]
COLDEST, HOTTEST = 60.0, 600.0  # K, between which ions are looked at

# Name of the extra quantity -> its unit.
UNITS = {
    "apparent_mobility_hole": "m2/Vs",
    "apparent_mobility_electron": "m2/Vs",
    "gate_charge_free": "1",
    "gate_charge_trapped": "1",
    "gate_charge_ionic": "1",
    "free_hole_density": "m-3",
    "fermi_level": "eV",
    "ion_following_time": "s",
    "ion_following_share": "1",
    "decoupling_temperature": "K",
    "ionic_conductivity": "S/m",
    "electronic_conductivity": "S/m",
    "ionic_over_electronic": "1",
    "silver_ion_mobility": "m2/Vs",
    "silver_ion_activation": "eV",
    "ligand_coverage": "1",
    "necking": "1",
}


def evaluate(cases: Sequence[Case], xs: Rows, outs: Rows, has_doping: bool) -> dict[str, Array]:
    """Return the extra quantities of every draw, NaN where an input is not known.

    Parameters
    ----------
    cases
        One a draw; they may differ in temperature.
    xs, outs
        Inputs and properties, one row a draw.
    has_doping
        Whether the net doping is known: given, or that of named dopants.
    """
    x, out = _columns(xs), _columns(outs)
    out["kT"] = np.array([c.kT for c in cases])
    if cases[0].is_bulk:
        return {n: np.full(len(outs), np.nan) for n in UNITS}
    found = _ions(cases, x, out, xs, outs)
    for carrier in ("hole", "electron"):
        found |= _carrier(x, out, found, carrier, has_doping)
    is_n_type = (out["doping"] > 0.0) & has_doping
    both = (found["conduction_electron"], found["conduction_hole"])
    found["electronic_conductivity"] = np.where(is_n_type, *both)
    found["ionic_over_electronic"] = found["ionic_conductivity"] / found["electronic_conductivity"]
    gap = out["ionization_energy"] - out["electron_affinity"]
    found["fermi_level"] = np.where(is_n_type, gap + found["fermi_electron"], -found["fermi_hole"])
    handed = ("silver_ion_mobility", "silver_ion_activation", "necking")
    found |= {"ligand_coverage": out["coverage"]} | {n: out[n] for n in handed}
    return {n: found[n] for n in UNITS}


def _columns(rows: Rows) -> dict[str, Array]:
    return {n: np.array([r[n] for r in rows], dtype=float) for n in rows[0]}


def _ions(
    cases: Sequence[Case], x: dict[str, Array], out: dict[str, Array], xs: Rows, outs: Rows
) -> dict[str, Array]:
    number, speed = out["ion_density"], out["ion_mobility"]
    rows = list(zip(cases, xs, outs, strict=True))
    times = np.array([_following(*row, row[0].temperature) for row in rows])
    frozen = np.array([_freezing(*row) for row in rows])
    return {
        "ion_following_time": times,
        "ion_following_share": -np.expm1(-x["gate_time"] / times),
        "decoupling_temperature": frozen,
        "ionic_conductivity": ELEMENTARY_CHARGE * number * speed,
    }


def _following(
    case: Case, x: Mapping[str, float], out: Mapping[str, float], temperature: float
) -> float:
    """Time of the ions to answer to a gate [s]; what the user gave of them is kept."""
    number, speed, barrier = ion_state(case, x, out, temperature)
    _, here, _ = ion_state(case, x, out, case.temperature)
    if out["ion_mobility"] != here:  # given: its own barrier carries it to other temperatures
        kT, kT0 = BOLTZMANN * temperature, case.kT
        barrier = out["ion_activation"]
        speed = out["ion_mobility"] * kT0 / kT * math.exp(barrier / kT0 - barrier / kT)
    if temperature == case.temperature:
        number = out["ion_density"]
    layers = (out["relative_permittivity"], x["gate_thickness"], temperature)
    return ions.following_time(number, speed, *layers)


def _freezing(case: Case, x: Mapping[str, float], out: Mapping[str, float]) -> float:
    """Temperature at which ions take as long to answer as the gate stands [K]."""
    if math.isnan(out["ion_mobility"]) or math.isnan(out["relative_permittivity"]):
        return math.nan
    low, high = COLDEST, HOTTEST
    for _ in range(30):
        middle = 0.5 * (low + high)
        is_slow = _following(case, x, out, middle) > x["gate_time"]
        low, high = (middle, high) if is_slow else (low, middle)
    return 0.5 * (low + high)


def _carrier(
    x: dict[str, Array], out: dict[str, Array], found: dict[str, Array], carrier: str, known: bool
) -> dict[str, Array]:
    """The film mobility of one carrier as its transistor shows it, and where the charge went."""
    channel = _channel(x, out, found, carrier)
    # an undoped film is taken as of the kind that is gated; doped ones say which kind it is
    residual = channel.held(_at_density(channel, x["gate_residual"]))
    doped = out["doping"] if known else np.zeros_like(residual)
    eta = gating.rest(channel, residual + (doped if carrier == "electron" else -doped))
    pitch = out["dot_size"] + out["spacing"]
    done = gating.gated(channel, eta, x["gate_charge"] / (x["gate_layers"] * pitch))
    few = np.exp(-channel.exponent * channel.width**2)
    film = out[f"mobility_{carrier}"]
    got = {
        f"apparent_mobility_{carrier}": film * done.mobility / few,
        f"conduction_{carrier}": ELEMENTARY_CHARGE * film * channel.moving(eta) / few,
        f"fermi_{carrier}": eta * out["kT"],
    }
    if carrier == "electron":
        return got
    return got | {
        "gate_charge_free": done.free,
        "gate_charge_trapped": done.trapped,
        "gate_charge_ionic": done.ionic,
        "free_hole_density": channel.free(eta),
    }


def _channel(
    x: dict[str, Array],
    out: dict[str, Array],
    found: dict[str, Array],
    carrier: str,
) -> Channel:
    is_hole = carrier == "hole"
    depth = x["gate_hole_trap_depth"] if is_hole else out["trap_depth"]
    return Channel(
        levels=out[f"density_of_states_{carrier}"],
        width=out[f"disorder_{carrier}"] / out["kT"],
        exponent=x["disorder_exponent"],
        traps=out["trap_density"],
        depth=depth / out["kT"],
        ions=out["ion_density"],
        sign=1.0 if is_hole else -1.0,  # halide vacancies are positive
        followed=found["ion_following_share"],
    )


def _at_density(channel: Channel, free: Array) -> Array:
    """Fermi level of `free` carriers outside traps [kT]."""
    bare: dict[str, Any] = {**vars(channel), "traps": np.zeros_like(channel.traps)}
    return gating.rest(Channel(**bare), free)
