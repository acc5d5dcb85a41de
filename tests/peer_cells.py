"""Peers' parameter sets of tests/data/peer_cases (see its README.md) on the engine."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from halodot.device.charge.build import Cell, build
from halodot.device.charge.exchange import Deck, simsalabim
from halodot.device.charge.layers import Stack

DATA = Path(__file__).parent / "data" / "peer_cases"


def rows(name: str) -> dict[str, np.ndarray]:
    """Columns of one table; words are left as words."""
    with (DATA / f"{name}.csv").open() as file:
        lines = list(csv.DictReader(file))
    found = {}
    for key in lines[0]:
        words = [line[key] for line in lines]
        try:
            found[key] = np.array([float(word) for word in words])
        except ValueError:
            found[key] = np.array(words)
    return found


def table(name: str) -> dict[str, np.ndarray]:
    """Columns of a table of SIMsalabim."""
    return rows(f"simsalabim_{name}")


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


def deck(name: str, *, illuminated: bool = True, **keys) -> Deck:
    """A SIMsalabim parameter set, with the light of its own optics where it asks for them."""
    path = DATA / f"simsalabim_{name}_parameters.csv"
    if name.startswith("default"):
        thickness = float(keys.get("change", {}).get("l2.L", 5e-7))
        light = generation_profile(thickness) if illuminated else 0.0
        return simsalabim.read(path, generation={2: light}, **keys)
    return simsalabim.read(path, **keys)


def cell(name: str, nodes: int | list[int], *, illuminated: bool = False) -> Cell:
    """A SIMsalabim parameter set on a given grid."""
    return discretised(deck(name, illuminated=illuminated).stack, nodes)


def discretised(stack: Stack, nodes: int | list[int], stretch: float = 3.0) -> Cell:
    """A stack on a given grid."""
    return build(
        stack.layers,
        stack.left,
        stack.right,
        interfaces=stack.interfaces,
        temperature=stack.temperature,
        nodes=nodes,
        stretch=stretch,
        circuit=stack.circuit,
    )
