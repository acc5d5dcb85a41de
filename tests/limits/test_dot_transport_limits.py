"""Polaron, walls and diffusion against closed forms."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize

from halodot.dot import polaron, walls
from halodot.dot.transport import (
    ambipolar,
    diffusion_coefficient,
    diffusion_length,
    mean_free_path,
    speed,
    wall_mobility,
)

PHONON, ROOM = 0.02, 300.0
BETA = PHONON / (polaron.BOLTZMANN * ROOM)


@pytest.mark.parametrize("temperature", [100.0, 300.0, 1000.0])
def test_weak_coupling_has_the_closed_form(temperature: float) -> None:
    exact = polaron.weak_coupling_mobility(0.2, 1e-3, PHONON, temperature)
    found = float(polaron.mobility(0.2, 1e-3, PHONON, temperature))
    # the next order in alpha is of the size of alpha
    assert found == pytest.approx(exact, rel=3e-3)


def test_cold_weak_coupling_is_feynmans_exponential() -> None:
    alpha, b = 1e-3, 30.0
    temperature = PHONON / (polaron.BOLTZMANN * b)
    free = PHONON / polaron.HBAR * 0.2 * polaron.ELECTRON_MASS_OVER_CHARGE
    fhip = 3.0 / (4.0 * free * alpha * b) * math.exp(b)
    # K1(b/2) is its asymptote within 3/(4 b) = 2.5 %
    assert polaron.weak_coupling_mobility(0.2, alpha, PHONON, temperature) == pytest.approx(
        fhip, rel=0.03
    )


def test_hot_weak_coupling_falls_with_the_root_of_temperature() -> None:
    hot = [polaron.weak_coupling_mobility(0.2, 1e-3, PHONON, t) for t in (2e5, 8e5)]
    assert hot[0] / hot[1] == pytest.approx(2.0, rel=0.01)  # corrections of order b^2 ln b


@pytest.mark.parametrize(("alpha", "energy"), [(1.0, -1.0130), (3.0, -3.1333), (5.0, -5.4401)])
def test_ground_energy_is_feynmans(alpha: float, energy: float) -> None:
    beta = 400.0
    v, w = polaron.variation(alpha, beta)
    found = float(polaron.free_energy(v, w, alpha, beta))
    # (3/b) ln(v/w) is what 400 instead of infinity leaves: 0.1 to 0.5 %
    assert found == pytest.approx(energy - 3.0 / beta * math.log(v / w), rel=2e-3)


@pytest.mark.parametrize(("alpha", "beta"), [(2.39, 0.36), (3.4, 0.97), (0.5, 1.0), (5.0, 2.0)])
def test_the_frequencies_are_those_of_least_energy(alpha: float, beta: float) -> None:
    def energy(p: np.ndarray) -> float:
        w = math.exp(p[0])
        return float(polaron.free_energy(w + math.exp(p[1]), w, alpha, beta))

    starts = [(math.log(w), math.log(0.2 * w)) for w in (2.0, 7.0, 20.0)]
    options = {"xatol": 1e-7, "fatol": 1e-13}
    best = min((minimize(energy, s, method="Nelder-Mead", options=options) for s in starts),
               key=lambda r: r.fun)  # fmt: skip
    v, w = polaron.variation(alpha, beta)
    assert float(w) == pytest.approx(math.exp(best.x[0]), rel=1e-3)
    assert float(polaron.free_energy(v, w, alpha, beta)) <= best.fun + 1e-8


@pytest.mark.parametrize(("alpha", "beta"), [(2.0, 0.74), (5.0, 2.0), (3.0, 0.3)])
def test_the_memory_integral_equals_quadrature(alpha: float, beta: float) -> None:
    v, w = (float(x) for x in polaron.variation(alpha, beta))
    r = (v * v - w * w) / (v * w * w)
    a2 = (0.5 * beta) ** 2 + r * beta / math.tanh(0.5 * v * beta)
    c = r * beta / math.sinh(0.5 * v * beta)

    def kernel(u: float) -> float:
        return math.cos(u) * (u * u + a2 - c * math.cos(v * u)) ** -1.5

    integral = quad(kernel, 0.0, 300.0, limit=4000)[0]
    front = alpha / (3.0 * math.sqrt(math.pi)) * beta**2.5 / math.sinh(beta / 2) * (v / w) ** 3
    # the tail beyond 300 and the truncated series are below 1e-6
    assert float(polaron.friction(v, w, alpha, beta)) == pytest.approx(front * integral, rel=1e-5)


def test_the_table_of_many_equals_one_by_one() -> None:
    rng = np.random.default_rng(3)
    alpha, phonon = rng.uniform(1.0, 4.0, 200), rng.uniform(0.01, 0.03, 200)
    many = polaron.mobility(0.2, alpha, phonon, ROOM)
    few = [float(polaron.mobility(0.2, alpha[i], phonon[i], ROOM)) for i in range(8)]
    # seven Chebyshev nodes over a factor of four
    np.testing.assert_allclose(many[:8], few, rtol=1e-3)


def test_heavier_coupling_is_slower_and_mass_divides() -> None:
    light, heavy = polaron.mobility(np.array([0.1, 0.2]), 2.0, PHONON, ROOM)
    assert light / heavy == pytest.approx(2.0, rel=1e-12)
    assert np.all(np.diff(polaron.mobility(0.2, np.array([1.0, 2.0, 4.0]), PHONON, ROOM)) < 0.0)


def test_einstein_and_the_lengths_of_the_review() -> None:
    volt = 8.617333262e-5 * 300.0
    assert float(diffusion_coefficient(1.0, 300.0)) == pytest.approx(volt, rel=1e-12, abs=0.0)
    # review, Sec. 2.3: CsPbI3 with 20 cm2/Vs and 29 ns, CsPbBr3 with 2.1 cm2/Vs and, say, 3.16 ns
    assert float(diffusion_length(20e-4, 29e-9, 300.0)) == pytest.approx(1.2245e-6, rel=1e-4)
    assert float(diffusion_length(2.1e-4, 3.16e-9, 300.0)) == pytest.approx(1.3098e-7, rel=1e-3)
    # L goes with the root of either
    four = diffusion_length(80e-4, 29e-9, 300.0) / diffusion_length(20e-4, 29e-9, 300.0)
    assert float(four) == pytest.approx(2.0, rel=1e-12)


def test_ambipolar_follows_the_slower_carrier() -> None:
    assert float(ambipolar(5.0, 5.0)) == 5.0
    assert float(ambipolar(1e-9, 1.0)) == pytest.approx(2e-9, rel=1e-8, abs=0.0)


@pytest.mark.parametrize(
    ("shape", "faces"),
    [("cube", 6.0), ("sphere", 6.0), ("wire", 4.0), ("platelet", 2.0), ("rod", 4.0)],
)
def test_surface_and_chord_of_bodies(shape: str, faces: float) -> None:
    area = float(walls.surface_to_volume(1e-8, shape))
    assert area == pytest.approx(faces / 1e-8, rel=1e-12)
    assert float(walls.mean_chord(1e-8, shape)) == pytest.approx(4.0 / area, rel=1e-12, abs=0.0)


def test_walls_limit_like_a_ballistic_carrier() -> None:
    edge = 1e-6  # the standing wave adds nothing here
    v = math.sqrt(8.0 * polaron.BOLTZMANN * ROOM / (math.pi * 0.2 * 5.685630104e-12))
    assert float(speed(0.2, edge, ROOM)) == pytest.approx(v, rel=1e-3)
    one = wall_mobility(0.2, 1e-8, edge, 0.0, ROOM)
    assert float(one) == pytest.approx(1e-8 / (0.2 * 5.685630104e-12 * v), rel=1e-3)
    assert float(wall_mobility(0.2, 1e-8, edge, 0.5, ROOM) / one) == pytest.approx(2.0, rel=1e-9)
    assert float(mean_free_path(one, 0.2, ROOM)) == pytest.approx(1e-8, rel=1e-3)


def test_a_cuboid_and_a_rod_of_equal_edges_are_a_cube() -> None:
    edge = walls.far_side(1e-8, "cuboid", None, None)
    for shape, far in (("cuboid", edge), ("rod", walls.far_side(1e-8, "rod", None, 1e-8))):
        assert far is not None
        assert float(walls.surface_to_volume(1e-8, shape, far)) == pytest.approx(6e8, rel=1e-12)
        assert float(walls.volume(1e-8, shape, far, 3e-9)) == pytest.approx(
            1e-24, rel=1e-12, abs=0.0
        )
