"""Coating against closed forms, direct integration of its equations, and random films."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.film import sampling
from halodot.film.coating import (
    CoatingSpec,
    blend,
    coat,
    deposits,
    drop,
    marangoni,
    ring,
    set_voltage,
    spin,
)


def a(x: float) -> np.ndarray:
    return np.array(x)


def one(keys: dict[str, object]) -> dict[str, Sourced]:
    return coat(build(CoatingSpec, {"method": "inkjet", "draws": 0, **keys})).values


def test_a_thin_cap_has_the_volume_of_its_parabola() -> None:
    radius, angle = 50e-6, 0.17
    exact, _ = quad(
        lambda r: 2 * math.pi * r * 0.5 * radius * angle * (1 - (r / radius) ** 2), 0, radius
    )
    assert float(drop.volume(a(radius), a(angle))) == pytest.approx(exact, rel=1e-9, abs=0.0)
    back = drop.contact_radius(drop.volume(a(radius), a(angle)), a(angle))
    assert float(back) == pytest.approx(radius, rel=1e-12, abs=0.0)


def test_a_drop_loses_its_mass_at_the_rate_of_popov() -> None:
    radius, angle, density, vapour, d, h = 40e-6, 0.2, 700.0, 0.03, 7e-6, 0.25
    rate = 4 * radius * d * vapour * (1 - h)
    time = float(drop.drying_time(*(a(x) for x in (radius, angle, density, vapour, d, h))))
    assert rate * time == pytest.approx(density * math.pi * radius**3 * angle / 4, rel=1e-12)


def test_drying_goes_with_the_square_of_the_radius_and_stops_in_saturated_air() -> None:
    small, large = (one({"solvent": "n-octane", "contact_radius": r}) for r in ("20 um", "60 um"))
    assert large["drying_time"].value == pytest.approx(9 * small["drying_time"].value, rel=1e-9)
    moist = one({"solvent": "n-octane", "background": 0.9})
    dry = one({"solvent": "n-octane"})
    assert moist["drying_time"].value == pytest.approx(10 * dry["drying_time"].value, rel=1e-9)
    assert moist["peclet"].value == pytest.approx(0.1 * dry["peclet"].value, rel=1e-9)


def test_an_ink_dries_faster_when_warm() -> None:
    cold, warm = (one({"solvent": "n-decane", "temperature": t}) for t in ("25 degC", "60 degC"))
    heat, turn = 51.37e3, 1 / 333.15 - 1 / 298.15
    # Clausius and Clapeyron, and the ideal gas at the other temperature; 1e-3: R from constants
    ratio = math.exp(-heat / 8.314462 * turn) * 298.15 / 333.15
    found = cold["drying_time"].value / warm["drying_time"].value
    assert found == pytest.approx(ratio, rel=1e-3)


def test_a_blend_of_one_solvent_is_that_solvent() -> None:
    pure = one({"solvent": "n-nonane"})
    split = one({"blend": {"n-nonane": 0.3, "nonane": 0.7}})
    for name in ("drying_time", "peclet", "z_number", "ring_chance"):
        assert split[name].value == pytest.approx(pure[name].value, rel=1e-6, abs=0.0)


def test_a_pure_drop_has_the_peclet_number_of_its_velocity() -> None:
    x = one({"solvent": "toluene"})
    velocity = 50e-6 / x["drying_time"].value
    by_hand = velocity * 50e-6 / x["dot_diffusivity"].value
    assert x["peclet"].value == pytest.approx(by_hand, rel=1e-3)  # the quadrature of the blend


def test_raoult_in_closed_form_equals_its_integration() -> None:
    moles, p, k = [a(1e-10), a(3e-10)], [a(2000.0), a(30.0)], a(1e-12)

    def rhs(_: float, n: np.ndarray) -> list[float]:
        return [-1e-12 * q * m / n.sum() for q, m in zip((2000.0, 30.0), n, strict=True)]

    end = float(blend.drying_time(moles, p, k))
    found = solve_ivp(rhs, (0, end), [1e-10, 3e-10], rtol=1e-9, atol=1e-22, method="LSODA")
    assert found.y[:, -1].sum() < 1e-4 * 4e-10  # gone at that time, and not before
    late = np.interp(0.98 * end, found.t, found.y.sum(axis=0))
    assert late > 1e-3 * 4e-10


def test_diffusion_in_a_blend_is_the_integral_over_its_drying() -> None:
    moles, p, k = [2e-10, 1e-10], [800.0, 10.0], 1e-12
    eta, width, temperature = [6e-4, 2e-3], 12e-9, 298.15

    def speed(n: np.ndarray) -> float:
        x = np.maximum(n, 0.0) / np.maximum(n, 0.0).sum()
        mixed = math.exp(float(x @ np.log(eta)))
        return float(drop.diffusivity(a(mixed), a(width), a(temperature)))

    def rhs(_: float, y: np.ndarray) -> list[float]:
        n = np.maximum(y[:2], 1e-22)
        return [*(-k * np.array(p) * n / n.sum()), speed(n)]

    end = 0.9999 * sum(n / (k * q) for n, q in zip(moles, p, strict=True))
    y = solve_ivp(rhs, (0, end), [*moles, 0.0], rtol=1e-9, atol=1e-24, method="LSODA").y
    got = blend.diffused(
        [a(n) for n in moles], [a(q) for q in p], [a(v) for v in eta], a(k), a(width),
        a(temperature),
    )  # fmt: skip
    assert float(got) == pytest.approx(y[2, -1], rel=2e-3, abs=0.0)  # quadrature of 240 steps


def test_solvent_that_stays_pulls_the_surface_outward_where_its_tension_is_higher() -> None:
    up = one({"blend": {"n-octane": 1, "n-tetradecane": 1}})["solutal_marangoni"].value
    down = one({"blend": {"toluene": 1, "n-tetradecane": 1}})["solutal_marangoni"].value
    assert up > 0 > down  # toluene has the higher tension and leaves first
    assert one({"solvent": "toluene"})["solutal_marangoni"].value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("w", [0.01, 0.05, 0.3])
def test_a_profile_keeps_its_mean_and_its_spread(w: float) -> None:
    share = 0.8
    mean, _ = quad(lambda r: 2 * r * float(ring.profile(a(r), a(share), a(w))), 0, 1, limit=400)
    square, _ = quad(
        lambda r: 2 * r * (float(ring.profile(a(r), a(share), a(w))) - 1) ** 2, 0, 1, limit=400
    )
    assert mean == pytest.approx(1.0, rel=1e-6)
    got = float(ring.roughness(a(share), a(w)))
    assert got == pytest.approx(math.sqrt(square), rel=1e-5)


def test_chance_of_a_ring_is_half_at_the_critical_number() -> None:
    three = [a(x) for x in (3.0, 1.0, 9.0)]
    half = float(ring.chance(a(3.0), *three, a(0.0)))
    assert half == pytest.approx(0.5, rel=1e-12)
    # at the 95 % point of the prior the chance is 0.95, less the doubt of one in twenty
    end = float(ring.chance(a(9.0), *three, a(0.0)))
    assert end == pytest.approx(0.05 + 0.9 * 0.95, rel=1e-9)


def test_thinning_without_evaporation_is_that_of_emslie() -> None:
    k, h0, time = 4e5, 1e-4, 30.0
    found = solve_ivp(lambda _, h: -2 * k * h**3, (0, time), [h0], rtol=1e-10, atol=1e-16)
    exact = h0 / math.sqrt(1 + 4 * k * h0**2 * time)
    assert found.y[0, -1] == pytest.approx(exact, rel=1e-6, abs=0.0)


@pytest.mark.parametrize("start", [3e-6, 2e-4])
def test_spinning_equals_the_integration_of_its_equations(start: float) -> None:
    eta, rho, speed, rate, share = 5e-4, 860.0, 200.0, 3e-6, 0.01
    k = rho * speed**2 / (3 * eta)
    h = float(spin.wet_thickness(a(eta), a(rate), a(rho), a(speed)))

    def rhs(_: float, y: np.ndarray) -> list[float]:
        return [-2 * k * y[0] ** 3 - rate, -2 * k * y[0] ** 2 * y[1]]

    def empty(_: float, y: np.ndarray) -> float:
        return float(y[0] - 1e-12)

    empty.terminal = True  # type: ignore[attr-defined]
    y0 = [start, share * start]
    found = solve_ivp(rhs, (0, 1e3), y0, events=empty, rtol=1e-9, atol=1e-18, method="LSODA")
    solids = float(spin.solids(a(share), a(start), a(h)))
    assert solids == pytest.approx(found.y[1, -1], rel=1e-4, abs=0.0)
    time = float(spin.drying_time(a(start), a(h), a(rate)))
    assert time == pytest.approx(found.t[-1], rel=1e-4, abs=0.0)


def test_a_flooded_film_forgets_its_start_and_follows_the_root_of_the_speed() -> None:
    h = a(4e-6)
    assert float(spin.solids(a(0.01), a(1e-3), h)) == pytest.approx(4e-8, rel=1e-6, abs=0.0)
    assert float(spin.drying_time(a(1.0), h, a(3e-6))) == pytest.approx(
        spin.WHOLE * 4e-6 / 3e-6, rel=1e-5
    )
    keys = {"method": "spin", "solvent": "toluene"}
    slow, fast = (one({**keys, "spin": {"speed": s}}) for s in ("1000 rpm", "4000 rpm"))
    ratio = slow["film_thickness"].value / fast["film_thickness"].value
    assert ratio == pytest.approx(2.0, rel=1e-3)  # omega^(-1/2); the start layer is 50 h_w


def test_vapour_leaves_a_spun_disc_as_its_sherwood_number_says() -> None:
    speed, d, radius, c = 200.0, 7e-6, 0.02, 0.62
    sherwood = c * math.sqrt(speed * radius**2 / 1.56e-5) * (1.56e-5 / d) ** (1 / 3)
    exact = sherwood * d / radius * 0.03 / 700.0
    rate = spin.evaporation(*(a(x) for x in (speed, 0.03, 700.0, d, 0.0, c)))
    assert float(rate) == pytest.approx(exact, rel=1e-9, abs=0.0)


def test_a_spun_film_is_its_solids_over_its_packing() -> None:
    keys = {"method": "spin", "solvent": "toluene"}
    loose, dense = (one({**keys, "packing": p})["film_thickness"].value for p in (0.5, 0.75))
    assert loose / dense == pytest.approx(1.5, rel=1e-9)


def test_dots_diffuse_faster_in_a_warm_ink() -> None:
    cold, warm = (
        one({"solvent": "n-decane", "temperature": t})["dot_diffusivity"].value
        for t in ("25 degC", "60 degC")
    )
    flow = math.exp(0.3 * 51.37e3 / 8.314462 * (1 / 298.15 - 1 / 333.15))
    assert warm / cold == pytest.approx(333.15 / 298.15 * flow, rel=1e-3)


def test_a_drying_drop_cools_by_the_heat_that_crosses_it() -> None:
    rate, heat, depth, conductivity = 0.01, 4e5, 4e-6, 0.13
    found = marangoni.cooling(a(rate), a(heat), a(depth), a(conductivity))
    power = rate * heat  # W/m2, through a layer of this depth and conductivity
    assert conductivity * float(found) / depth == pytest.approx(power, rel=1e-12)


def test_printing_keeps_the_dots_that_land() -> None:
    cell = deposits.printed_map(50e-6, 37e-6, 0.6, 0.1)
    assert cell.mean() == pytest.approx(1.0, abs=0.01)  # midpoints of a profile with an edge
    x = one({"solvent": "n-octane", "inkjet": {"pitch": "40 um", "passes": 3}})
    dots = 3 * math.pi * (50e-6) ** 3 * math.radians(10) / 4 * 20 / 3300
    assert x["film_thickness"].value == pytest.approx(dots / 0.75 / (40e-6) ** 2, rel=1e-9, abs=0.0)


def test_a_sprayed_film_is_as_uneven_as_poisson_says() -> None:
    covering, share, w = 30.0, 0.5, 0.2
    own = float(ring.roughness(a(share), a(w)))
    radius, volume = 50e-6, 1e-14
    wet = covering * volume / (math.pi * radius**2)
    exact = float(deposits.shot_noise(a(wet), 1, a(volume), a(radius), a(own)))
    assert exact == pytest.approx(math.sqrt((1 + own**2) / covering), rel=1e-12)
    maps = [deposits.sprayed_map(covering, share, w, seed) for seed in range(12)]
    found = float(np.std(np.concatenate([m.ravel() for m in maps])))
    # twelve patches of 20 drop areas: the spread of the spread is about 5 %
    assert found == pytest.approx(exact, rel=0.12)


def test_layers_are_a_binomial_count() -> None:
    rng = np.random.default_rng(2)
    height = rng.binomial(10, 0.8, 40_000)
    assert float(deposits.layered(10, a(0.8), a(1.0))) == pytest.approx(8.0)
    spread = float(deposits.layer_noise(10, a(0.8)))
    assert spread == pytest.approx(height.std() / height.mean(), rel=0.02)  # 0.35 % of 40,000


def test_vapour_from_a_small_source_is_its_integral() -> None:
    radius, distance, m = 0.05, 0.2, 1.0

    def h(r: float) -> float:
        return (1 + (r / distance) ** 2) ** (-(m + 3) / 2)

    mean = quad(lambda r: 2 * r * h(r), 0, radius)[0] / radius**2
    square = quad(lambda r: 2 * r * h(r) ** 2, 0, radius)[0] / radius**2
    place = (a(radius), a(distance), a(m))
    assert float(deposits.vapour_mean(*place)) == pytest.approx(mean, rel=1e-9)
    spread = float(deposits.vapour_spread(*place))
    assert spread == pytest.approx(math.sqrt(square / mean**2 - 1), rel=1e-6)


def test_set_voltages_follow_the_thickness() -> None:
    one_place = float(set_voltage.spread(a(0.1)))
    assert one_place == pytest.approx(0.1, rel=1e-12)
    assert float(set_voltage.centre(a(1e-7), a(0.1), a(1e7))) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("places", [1, 2, 1000, 10**9])
def test_set_voltages_end_where_the_film_has_holes(places: int) -> None:
    edge = set_voltage.edge(places)
    assert set_voltage.is_whole(0.99 * edge, places)
    assert not set_voltage.is_whole(1.01 * edge, places)
    # at s (m_N + 2 s_N) = 1 the spread is one half, and beyond it is held there
    for s in (edge, 3.0 * edge):
        assert float(set_voltage.spread(a(s), places)) == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("places", [2, 30, 1000])
def test_the_thinnest_of_many_places_sets(places: int) -> None:
    rng = np.random.default_rng(3)
    thinnest = 1.0 + 0.05 * rng.standard_normal((4000, places)).min(axis=1)
    mean = float(set_voltage.centre(a(1.0), a(0.05), a(1.0), places))
    assert mean == pytest.approx(thinnest.mean(), rel=2e-3)  # 0.05 / sqrt(4000), three of them
    spread = float(set_voltage.spread(a(0.05), places))
    assert spread == pytest.approx(thinnest.std() / thinnest.mean(), rel=0.05)


def test_set_voltages_of_a_map_lie_within_it_and_fall_with_more_places() -> None:
    patch = 1e-7 * np.linspace(0.5, 1.5, 1001)
    alone = set_voltage.of_map(patch, 1e7, cells=5000)
    assert alone.mean() == pytest.approx(1.0, abs=0.015)
    assert alone.std() == pytest.approx(1.0 / math.sqrt(12.0), rel=0.03)
    assert set_voltage.of_map(patch, 1e7, places=9, cells=5000).mean() == pytest.approx(
        0.6, abs=0.01
    )  # minimum of nine uniform numbers: 1/10 of the range


def test_thin_films_spread_more() -> None:
    keys = {"method": "spin", "solvent": "n-octane"}
    thin, thick = (one({**keys, "concentration": c}) for c in ("2 mg/mL", "60 mg/mL"))
    assert thin["set_voltage_spread"].value > 2 * thick["set_voltage_spread"].value
    assert thin["set_voltage"].value < thick["set_voltage"].value


def test_intervals_of_a_product_of_log_normals_add_in_squares() -> None:
    x = {n: Sourced(1.0, "1", 1 / f, f, "assumed") for n, f in (("p", 2.0), ("q", 3.0))}
    out = sampling.propagate(lambda y: {"r": y["p"] * y["q"]}, x, {"r": "1"}, draws=20_000)["r"]
    width = math.exp(math.hypot(math.log(2.0), math.log(3.0)))
    assert out.high == pytest.approx(width, rel=0.03)  # quantile of 20,000 draws
    assert out.low == pytest.approx(1 / width, rel=0.03)
    assert "q, p" in out.note
