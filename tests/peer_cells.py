"""SIMsalabim parameter files as cells of the engine (see tests/data/peer_cases/README.md)."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from halodot.device.charge.build import (
    EPS0,
    Cell,
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    Q,
    build,
)

DATA = Path(__file__).parent / "data" / "peer_cases"
TRAP = {-1: "acceptor", 0: "neutral", 1: "donor"}
INFINITE = 1e9  # m/s; a negative surface velocity means infinite


def parameters(name: str) -> dict[str, dict[str, float]]:
    tables: dict[str, dict[str, float]] = {}
    with (DATA / f"simsalabim_{name}_parameters.csv").open() as file:
        for row in csv.DictReader(file):
            try:
                value = float(row["value"])
            except ValueError:
                continue
            tables.setdefault(row["file"], {})[row["parameter"]] = value
    return tables


def table(name: str) -> dict[str, np.ndarray]:
    with (DATA / f"simsalabim_{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


def generation_profile(thickness: float) -> tuple[np.ndarray, np.ndarray]:
    """The peer's transfer-matrix generation in the absorber, its integral kept."""
    profile = table("default_simss_profiles_0V_run")
    x, rate = profile["x_m"], profile["G_ehp_m-3_s-1"]
    inside = np.flatnonzero(rate > 0)
    left = 0.5 * (x[inside[0] - 1] + x[inside[0]])
    right = 0.5 * (x[inside[-1]] + x[inside[-1] + 1])
    volume = np.gradient(x)
    depth = (x[inside] - left) * thickness / (right - left)
    fine = np.linspace(0.0, thickness, 20001)
    total = np.trapezoid(np.interp(fine, depth, rate[inside]), fine)
    return depth, rate[inside] * float((rate * volume).sum()) / total


def _ions(p: dict[str, float]) -> tuple[tuple[ChargeIon, ...], float]:
    """Mobile ions, and the fixed charge left by those that do not move."""
    if p["N_anion"] <= 0:
        return (), 0.0
    anion = ChargeIon(name="anion", density=p["N_anion"], mobility=p["mu_anion"], charge=-1)
    if p["mu_cation"] == 0:
        return (anion,), p["N_cation"]
    # a steady state does not depend on the mobility, and 1e-30 m2/Vs would never get there
    cation = ChargeIon(name="cation", density=p["N_cation"], mobility=1e-11, charge=1)
    return (anion, cation), 0.0


def cell(name: str, nodes: int | list[int], *, illuminated: bool = False) -> Cell:
    tables = parameters(name)
    setup = tables["simulation_setup"]
    stack = [tables[key] for key in ("L1", "L2", "L3") if key in tables]
    layers = []
    for p in stack:
        ions, fixed = _ions(p)
        langevin = p["preLangevin"] * Q * (p["mu_n"] + p["mu_p"]) / (EPS0 * p["eps_r"])
        light = generation_profile(p["L"]) if illuminated and ions else p["G_ehp"]
        layers.append(
            ChargeLayer(
                thickness=p["L"],
                relative_permittivity=p["eps_r"],
                electron_affinity=p["E_c"],
                band_gap=p["E_v"] - p["E_c"],
                dos_conduction=p["N_c"],
                dos_valence=p["N_c"],
                electron_mobility=p["mu_n"],
                hole_mobility=p["mu_p"],
                poole_frenkel=p["gamma_n"] if p["mobnDep"] else 0.0,
                fixed_charge=fixed,
                radiative=langevin if p["useLangevin"] else p["k_direct"],
                trap_density=p["N_t_bulk"],
                trap_energy=p["E_t_bulk"],
                trap_charge=TRAP[int(p["bulkTrapType"])],  # type: ignore[arg-type]
                capture_electron=p["C_n_bulk"],
                capture_hole=p["C_p_bulk"],
                ions=ions,
                transfer_velocity=p["nu_int_n"],
                generation=light,
            )
        )
    faces = [
        ChargeInterface(
            after=k,
            trap_density=p["N_t_int"],
            trap_energy=p["E_t_int"],
            trap_charge=TRAP[int(p["intTrapType"])],  # type: ignore[arg-type]
            capture_electron=p["C_n_int"],
            capture_hole=p["C_p_int"],
        )
        for k, p in enumerate(stack[:-1])
    ]
    contacts = [
        ChargeContact(work_function=setup[key], velocity_electron=INFINITE, velocity_hole=INFINITE)
        for key in ("W_L", "W_R")
    ]
    return build(
        layers, *contacts, interfaces=faces, temperature=setup["T"], nodes=nodes, stretch=3.0
    )
