"""The mobility that a transistor shows, and what its ions do: a second step over all draws.

`evaluate` gives one film at a time; here a row a draw becomes one array a quantity, as the balance
of charge under a gate (`gating`) is solved for all draws at once. One Fermi level serves both
carriers. It follows from the net fixed charge: that which the user gives as `doping`, or else
that of the dopants beside a residual (`GateSpec`), which is fixed by the free carriers of an
undoped film at room temperature.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from . import gating, ions
from .evaluate import Case, ion_state
from .gating import Channel

Array = NDArray[np.float64]
Rows = Sequence[Mapping[str, float]]
COLDEST, HOTTEST = 60.0, 600.0  # K, between which ions are looked at
ROOM = 300.0  # K, at which the residual carriers are stated
WIDE = 2.0  # eV, a gap where none is known: it keeps the other carriers out
OVERFULL = "is_overfull"

# Name of the extra quantity -> its unit.
UNITS = {
    "apparent_mobility_hole": "m2/Vs",
    "apparent_mobility_electron": "m2/Vs",
    "gate_charge_free": "1",
    "gate_charge_trapped": "1",
    "gate_charge_ionic": "1",
    "gate_charge_opposite": "1",
    "gate_charge_beyond": "1",
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
        Whether the net doping is given, which then is all of the fixed charge; else that of the
        dopants, if any, is added to the residual.

    Returns
    -------
    dict
        The names of `UNITS`, and `OVERFULL`: 1 where carriers at rest, 2 where those of the gate
        were cut at what the levels may hold.
    """
    x, out = _columns(xs), _columns(outs)
    out["kT"] = np.array([c.kT for c in cases])
    if cases[0].is_bulk:
        return {n: np.full(len(outs), np.nan) for n in (*UNITS, OVERFULL)}
    found = _ions(cases, x, out, xs, outs)
    holes, electrons = (_channel(x, out, found, c) for c in ("hole", "electron"))
    gap = out["ionization_energy"] - out["electron_affinity"]
    wide = np.where(np.isnan(gap), WIDE, gap) / out["kT"]
    holes, electrons = (
        replace(holes, other=electrons, gap=wide),
        replace(electrons, other=holes, gap=wide),
    )
    fixed = -out["doping"] if has_doping else _residual(cases[0], x, out, (holes, electrons))
    eta = gating.rest(holes, fixed)
    found |= _carrier(x, out, holes, eta, "hole")
    found |= _carrier(x, out, electrons, -wide - eta, "electron")
    found["electronic_conductivity"] = found["conduction_hole"] + found["conduction_electron"]
    found["ionic_over_electronic"] = found["ionic_conductivity"] / found["electronic_conductivity"]
    # of the majority: against the other edge the gap is needed
    found["fermi_level"] = np.where(np.isnan(gap) & (fixed < 0.0), np.nan, -eta * out["kT"])
    handed = ("silver_ion_mobility", "silver_ion_activation", "necking")
    found |= {"ligand_coverage": out["coverage"]} | {n: out[n] for n in handed}
    at_rest, gated = gating.is_overfull(holes, fixed, _gate_charge(x, out))
    overfull = {OVERFULL: np.where(at_rest, 1.0, np.where(gated, 2.0, 0.0))}
    return {n: found[n] for n in UNITS} | overfull


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
    """Time of the ions to answer to a gate [s].

    What the user gave of them holds at the temperature of the film and is carried to others: the
    number as the model's, the mobility by its own barrier.
    """
    number, speed, _ = ion_state(case, x, out, temperature)
    here, _, _ = ion_state(case, x, out, case.temperature)
    number = out["ion_density"] * (number / here if here > 0.0 else 1.0)
    if out["ions_given"]:
        kT, kT0 = BOLTZMANN * temperature, case.kT
        barrier = out["ion_activation"]
        speed = out["ion_mobility"] * kT0 / kT * math.exp(barrier / kT0 - barrier / kT)
    layers = (out["relative_permittivity"], x["gate_thickness"], temperature)
    return ions.following_time(number, speed, *layers)


def _freezing(case: Case, x: Mapping[str, float], out: Mapping[str, float]) -> float:
    """Temperature at which ions take as long to answer as the gate stands [K]."""
    if math.isnan(out["ion_mobility"]) or math.isnan(out["relative_permittivity"]):
        return math.nan
    low, high = COLDEST, HOTTEST
    if _following(case, x, out, low) < x["gate_time"]:
        return low
    if _following(case, x, out, high) > x["gate_time"]:
        return high
    for _ in range(30):
        middle = 0.5 * (low + high)
        is_slow = _following(case, x, out, middle) > x["gate_time"]
        low, high = (middle, high) if is_slow else (low, middle)
    return 0.5 * (low + high)


def _residual(
    case: Case, x: dict[str, Array], out: dict[str, Array], films: tuple[Channel, Channel]
) -> Array:
    """Acceptors less donors [m-3]: of dopants, and those that the carriers at rest stand for.

    The residual is a charge that stays when the film cools: what gives the stated free carriers,
    with its traps, at room temperature.
    """
    is_hole = case.majority == "hole"
    film = films[0] if is_hole else films[1]
    warmed = out["kT"] / (BOLTZMANN * ROOM)
    warm = replace(film, width=film.width * warmed, depth=film.depth * warmed, other=None, gap=0.0)
    bare = replace(warm, traps=np.zeros_like(warm.traps))
    held = warm.held(gating.rest(bare, x["gate_residual"]))
    return (held if is_hole else -held) - out["doping_by_ions"]


def _gate_charge(x: dict[str, Array], out: dict[str, Array]) -> Array:
    """Charge of the gate per volume of the layers that share it [m-3]."""
    return x["gate_charge"] / (x["gate_layers"] * (out["dot_size"] + out["spacing"]))


def _carrier(
    x: dict[str, Array], out: dict[str, Array], channel: Channel, eta: Array, carrier: str
) -> dict[str, Array]:
    """The film mobility of one carrier as its transistor shows it, and where the charge went."""
    done = gating.gated(channel, eta, _gate_charge(x, out))
    few = np.exp(-channel.exponent * channel.width**2)
    film = out[f"mobility_{carrier}"]
    got = {
        f"apparent_mobility_{carrier}": film * done.mobility / few,
        f"conduction_{carrier}": ELEMENTARY_CHARGE * film * channel.moving(eta) / few,
    }
    if carrier == "electron":
        return got
    return got | {
        "gate_charge_free": done.free,
        "gate_charge_trapped": done.trapped,
        "gate_charge_ionic": done.ionic,
        "gate_charge_opposite": done.opposite,
        "gate_charge_beyond": done.beyond,
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
