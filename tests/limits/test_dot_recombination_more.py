"""Surfaces against volumes, and the cascade of a pulse summed by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.dot import walls
from halodot.dot.absorption import volume
from halodot.dot.recombination import poisson, pulse_yield, quantum_yield, surface

LIGHT, TRAP, AUGER = 2.5e8, 4e9, 5e-11
STEP = 1e-14  # outward along every normal [m]

# shape, size, lateral, length [m]
SHAPES = [
    ("cube", 9e-9, None, None),
    ("sphere", 7e-9, None, None),
    ("platelet", 2.4e-9, 1.5e-8, None),
    ("rod", 4e-9, None, 2.1e-8),
    ("cuboid", 5e-9, 1.2e-8, 1.2e-8),
]


def grown(edge: float | None, step: float) -> float | None:
    return None if edge is None else edge + 2.0 * step


def shell(shape: str, edges: tuple[float | None, ...]) -> float:
    """Surface as dV/dn: the volume between walls moved out and in by `STEP`."""
    out, back = (
        float(volume(shape, cast("float", e[0]), *e[1:]))
        for e in ([grown(x, s) for x in edges] for s in (STEP, -STEP))
    )
    return (out - back) / (2.0 * STEP)


@pytest.mark.parametrize(("shape", "size", "lateral", "length"), SHAPES)
def test_walls_are_the_derivative_of_the_volume(
    shape: str, size: float, lateral: float | None, length: float | None
) -> None:
    far = walls.far_side(size, shape, lateral, length)
    found = float(walls.surface_to_volume(size, shape, far))
    whole = float(volume(shape, size, lateral, length))
    # central difference of a cubic: STEP^2, and rounding
    assert found == pytest.approx(shell(shape, (size, lateral, length)) / whole, abs=0.0, rel=1e-6)
    assert float(walls.mean_chord(size, shape, far)) == pytest.approx(
        4.0 / found, abs=0.0, rel=1e-12
    )
    assert float(walls.volume(size, shape, far, 3e-9)) == pytest.approx(whole, abs=0.0, rel=1e-9)


def test_an_endless_wire_has_walls_about_it_only() -> None:
    size, length = 5e-9, 1e-3
    around = (float(volume("wire", size + s, None, length)) for s in (2.0 * STEP, -2.0 * STEP))
    out, back = around
    expected = (out - back) / (2.0 * STEP) / float(volume("wire", size, None, length))
    assert float(walls.surface_to_volume(size, "wire")) == pytest.approx(
        expected, abs=0.0, rel=1e-6
    )


@pytest.mark.parametrize(
    ("shape", "size", "lateral", "length"),
    [*SHAPES, ("cuboid", 5e-9, 8e-9, 1.2e-8), ("wire", 4e-9, None, 3e-8)],
)
def test_the_surface_that_traps_is_the_derivative_of_the_volume(
    shape: str, size: float, lateral: float | None, length: float | None
) -> None:
    kept = {
        n: None if v is None else Sourced(v, "m")
        for n, v in (("size", size), ("lateral", lateral), ("length", length))
    }
    dots = cast("Any", SimpleNamespace(shape=shape, **kept))
    expected = shell(shape, (size, lateral, length))
    assert surface(dots) == pytest.approx(expected, abs=0.0, rel=1e-6)  # rounding


def by_hand(j: int, traps: float, rate: float = TRAP, life: float = AUGER) -> float:
    """Chance that the exciton lost from j of them makes light, over the dots of n traps."""
    light, auger = j**2 * LIGHT, j**2 * (j - 1) / (4.0 * life)
    return sum(
        math.exp(-traps) * traps**n / math.factorial(n) * light / (light + auger + n * j * rate)
        for n in range(60)
    )


@pytest.mark.parametrize("traps", [0.2, 1.5])
@pytest.mark.parametrize("life", [5e-11, 2e-9])
def test_two_excitons_race_light_auger_and_twice_the_traps(traps: float, life: float) -> None:
    few = 1e-3
    first, second, third = (float(1.0 - poisson(few, j).sum()) for j in (0, 1, 2))
    photons = few * float(pulse_yield(traps, TRAP, LIGHT, life, few))
    found = (photons - first * float(quantum_yield(traps, TRAP, LIGHT))) / second
    # a third exciton in few / 3 of these dots; photons to 15 digits over second, 5e-7
    assert found == pytest.approx(by_hand(2, traps, life=life), abs=0.0, rel=third / second + 1e-6)


def test_a_dot_with_one_trap_kind_and_two_excitons_by_numbers() -> None:
    # k_r = 1, tau_XX = 1/4, k_t = 6: of two excitons light has 4, Auger 4 and n traps 12 n
    few, traps = 1e-3, 0.7
    second = float(1.0 - poisson(few, 1).sum())
    photons = few * float(pulse_yield(traps, 6.0, 1.0, 0.25, few))
    weak = float(1.0 - poisson(few, 0).sum()) * float(quantum_yield(traps, 6.0, 1.0))
    n = np.arange(41)
    expected = float(np.sum(poisson(traps, 40) * 4.0 / (8.0 + 12.0 * n)))
    assert (photons - weak) / second == pytest.approx(
        expected, abs=0.0, rel=5e-4
    )  # a third exciton


@pytest.mark.parametrize("excitons", [0.5, 2.0])
def test_the_cascade_is_the_sum_over_excitons_and_traps(excitons: float) -> None:
    traps = 0.8
    chance = poisson(excitons, 40)
    steps = [by_hand(j, traps) for j in range(1, 31)]
    photons = sum(float(chance[n]) * sum(steps[:n]) for n in range(1, 31))
    found = float(pulse_yield(traps, TRAP, LIGHT, AUGER, excitons))
    assert found == pytest.approx(photons / excitons, abs=0.0, rel=1e-5)  # tail of eight deviations
