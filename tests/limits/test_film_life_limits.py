"""Barriers, ageing, bending and cost against closed forms and series."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.film import cost
from halodot.film.life import (
    AgeingSpec,
    BendingSpec,
    EncapsulationSpec,
    age,
    ageing,
    bend,
    bending,
    encapsulate,
    permeation,
)
from halodot.film.life.permeation import Layer, course, resistance, time_lag, with_pinholes


def a(x: float) -> np.ndarray:
    return np.array(x)


def layer(thickness: float, permeability: float, diffusivity: float) -> Layer:
    return Layer(a(thickness), a(permeability), a(diffusivity))


ONE = [layer(25e-9, 1e-20, 2.5e-21)]
STACKS = [
    ONE,
    [layer(1e-4, 4e-16, 5e-13), layer(2.5e-8, 1e-20, 2.5e-21)],
    [layer(2.5e-8, 1e-20, 2.5e-21), layer(1e-6, 1e-14, 3e-12), layer(2.5e-8, 1e-20, 2.5e-21)],
]


def test_25_nm_of_alumina_let_water_through_after_half_a_day() -> None:
    exact = (25e-9) ** 2 / (6 * 2.5e-21)
    assert float(time_lag(ONE)) == pytest.approx(exact, rel=1e-12)
    assert exact == pytest.approx(4.2e4, rel=0.01)


def test_water_through_one_layer_is_the_series_of_crank() -> None:
    d, permeability, diffusivity = 25e-9, 1e-20, 2.5e-21
    found = course(ONE, cells=80)
    times = np.array([0.15, 0.5, 1.0, 3.0]) * d**2 / diffusivity / 6
    n = np.arange(1, 60)
    sign, decay = (
        (-1.0) ** n,
        np.exp(-np.multiply.outer(times, n**2) * math.pi**2 * diffusivity / d**2),
    )
    flux = permeability / d * (1 + 2 * (decay * sign).sum(axis=1))
    scale = permeability / d
    # second order in the cell width: 1e-4 of the steady flux at 80 cells
    assert found.flux(times) / scale == pytest.approx(flux / scale, abs=2e-4)


@pytest.mark.parametrize("stack", STACKS, ids=["one", "two", "three"])
def test_the_time_lag_of_a_stack_is_that_of_its_course(stack: list[Layer]) -> None:
    exact = float(time_lag(stack))
    assert course(stack, cells=60).lag == pytest.approx(exact, rel=1e-3, abs=0.0)
    late = 20.0 * exact
    amount = float(course(stack, cells=60).amount(a(late)))
    line = (late - exact) / float(resistance(stack))
    assert amount == pytest.approx(line, rel=1e-4, abs=0.0)


def test_a_course_solves_the_diffusion_equation() -> None:
    n, d, diffusivity = 120, 1.0, 1.0
    dx = d / n

    def rhs(_: float, p: np.ndarray) -> np.ndarray:
        edge = np.concatenate([[2 * (1 - p[0])], p[:-1] - p[1:], [2 * p[-1]]]) / dx
        return diffusivity * (edge[:-1] - edge[1:]) / dx

    found = solve_ivp(rhs, (0, 0.3), np.zeros(n), method="BDF", rtol=1e-8, atol=1e-10)
    out = 2 * found.y[-1, -1] / dx
    assert float(course([layer(1, 1, 1)], cells=n).flux(a(0.3))) == pytest.approx(out, rel=1e-4)


def test_order_of_the_cells_is_two() -> None:
    errors = [abs(course(STACKS[1], cells=n).lag / float(time_lag(STACKS[1])) - 1) for n in (8, 32)]
    assert math.log(errors[0] / errors[1]) / math.log(4) == pytest.approx(2.0, abs=0.15)


def test_transmissions_in_series_add_as_resistances() -> None:
    sheets = [
        {"material": "PET", "thickness": "10 um", "water_transmission": f"{w} g/m2/d"}
        for w in (1.0, 4.0)
    ]
    both = build(EncapsulationSpec, {"layer": sheets, "humidity": 1.0, "draws": 0})
    wvtr = encapsulate(both).values["wvtr"].in_unit("g/m2/d").value
    assert wvtr == pytest.approx(1 / (1 / 1.0 + 1 / 4.0), rel=1e-9)


def test_equal_layers_are_one_thick_layer() -> None:
    two = [layer(5e-9, 1e-20, 1e-21)] * 2
    assert float(time_lag(two)) == pytest.approx((1e-8) ** 2 / (6 * 1e-21), rel=1e-12)


def test_a_store_between_tight_layers_holds_water_back_longest() -> None:
    tight, store = layer(2.5e-8, 1e-25, 2.5e-21), layer(1e-6, 1e-14, 3e-12)
    held = float(store.solubility * store.thickness * tight.resistance) / 2
    # a pool filled through one resistance and emptied through an equal one
    assert float(time_lag([tight, store, tight])) == pytest.approx(held, rel=0.01)


def test_pinholes_are_a_parallel_path() -> None:
    filling = a(1e-14), a(1e-3)
    none = with_pinholes(layer(1e-7, 1e-20, 1e-21), a(0.0), a(1e-6), *filling)
    assert float(none.permeability) == pytest.approx(1e-20, rel=1e-12, abs=0.0)
    assert float(none.diffusivity) == pytest.approx(1e-21, rel=1e-12, abs=0.0)
    small = with_pinholes(layer(1e-3, 1e-40, 1e-21), a(1e6), a(1e-7), *filling)
    share = 1e6 * math.pi * 1e-14
    # holes much narrower than the layer is thick: the plain share of the area, 2e-4 off
    assert float(small.permeability) == pytest.approx(share * 1e-14, rel=1e-3, abs=0.0)


def test_holes_in_a_thin_sheet_let_through_what_a_disc_in_a_wall_does() -> None:
    number, radius = 1e8, 1e-5
    sheet = with_pinholes(layer(1e-10, 1e-40, 1e-21), a(number), a(radius), a(1e-14), a(1e-3))
    # a disc takes 4 r P from a half space; one on either side of the wall halves it
    covered = -math.expm1(-number * math.pi * radius**2) / (number * math.pi * radius**2)
    exact = 2.0 * number * radius * 1e-14 * covered
    assert 1.0 / float(sheet.resistance) == pytest.approx(exact, rel=1e-4, abs=0.0)


def test_each_path_keeps_its_own_lag() -> None:
    d, number, radius = 25e-9, 1e6, 5e-7
    holed = with_pinholes(ONE[0], a(number), a(radius), a(1e-14), a(3e-3))
    share, way = -math.expm1(-number * math.pi * radius**2), d + 0.5 * math.pi * radius
    flows = (1 - share) * 1e-20 / d, share * 1e-14 / way
    lags = d**2 / (6 * 2.5e-21), way**2 / (6 * 1e-14 / 3e-3)
    exact = (flows[0] * lags[0] + flows[1] * lags[1]) / sum(flows)
    assert float(time_lag([holed])) == pytest.approx(exact, rel=1e-9)
    assert 1.0 / float(holed.resistance) == pytest.approx(sum(flows), rel=1e-9, abs=0.0)


def test_a_holed_oxide_lets_a_film_die_sooner_than_its_own_lag() -> None:
    def film(**oxide: str) -> dict[str, Sourced]:
        table = {"layer": [{"material": "ALD Al2O3", "thickness": "25 nm", **oxide}], "draws": 0}
        return encapsulate(build(EncapsulationSpec, table)).values

    tight, holed = film(), film(pinholes="100 cm-2")
    assert holed["wvtr"].value > 100 * tight["wvtr"].value
    assert holed["time_lag"].value < 0.01 * tight["time_lag"].value
    with pytest.raises(InputError, match="pinholes"):
        film(pinholes="1e14 m-2", pinhole_radius="1 um")
    with pytest.raises(InputError, match="water_transmission"):
        film(water_transmission="0 g/m2/day")


def test_oxygen_takes_its_rate_from_air_and_one_sun() -> None:
    keys = {"coverage": 0.0, "light": "1000 W/m2", "temperature": "298.15 K", "draws": 0}
    found = age(build(AgeingSpec, keys)).values
    assert found["loss_by_oxygen"].value == pytest.approx(1e-6, rel=1e-9, abs=0.0)
    pure = age(build(AgeingSpec, {**keys, "oxygen": 1.0})).values
    assert pure["loss_by_oxygen"].value == pytest.approx(1e-6 / 0.21, rel=1e-9, abs=0.0)


def test_wide_strips_bend_with_their_plane_strain_modulus() -> None:
    from halodot.library import Library

    sheets = [("PET", 50e-6), ("dot film", 10e-6)]
    table = [{"material": n, "thickness": f"{1e6 * t} um"} for n, t in sheets]
    x = bend(build(BendingSpec, {"layer": table, "radius": "1 mm", "draws": 0})).values
    entries = [Library.builtin().entry("barrier", n) for n, _ in sheets]
    stiff = [
        float(e.quantity("youngs_modulus")) / (1 - float(e.quantity("poisson_ratio")) ** 2) * t
        for e, (_, t) in zip(entries, sheets, strict=True)
    ]
    exact = (stiff[0] * 25e-6 + stiff[1] * 55e-6) / sum(stiff)
    assert x["neutral_plane"].value == pytest.approx(exact, rel=1e-9, abs=0.0)


@pytest.mark.parametrize("draws", [0, 400])
def test_the_chance_of_cracks_is_that_of_the_onset_whatever_the_seed(draws: int) -> None:
    def chance(seed: int) -> float:
        keys = {"layer": [{"material": "dot film", "thickness": "10 um"}], "radius": "0.5 mm"}
        onset = {"value": 0.02, "low": 0.005, "high": 0.06, "basis": "assumed", "note": "a test"}
        spec = build(BendingSpec, {**keys, "crack_onset": onset, "draws": draws, "seed": seed})
        return float(bend(spec).values["crack_chance"])

    # stretch 5 um / 0.5 mm = 1 %; the lower half of the onset is log-normal, 5 % at 0.5 %
    exact = 0.5 * math.erfc(1.6448536 * math.log(2) / math.log(4) / math.sqrt(2))
    for seed in range(4):
        assert chance(seed) == pytest.approx(exact, rel=1e-6)


def test_a_dry_room_lets_a_film_live_for_ever() -> None:
    keys = {"layer": [{"material": "ALD Al2O3"}], "draws": 0}
    wet, dry = (
        encapsulate(build(EncapsulationSpec, {**keys, "humidity": h})).values for h in (0.5, 1e-9)
    )
    ratio = dry["film_lifetime"].value / wet["film_lifetime"].value
    assert ratio == pytest.approx(0.5 / 1e-9, rel=1e-3)  # the lag does not scale
    life = wet["water_budget"].value / wet["wvtr"].value + wet["time_lag"].value
    assert wet["film_lifetime"].value == pytest.approx(life, rel=1e-9)


def test_the_budget_is_moles_of_film() -> None:
    keys = {"layer": [{"material": "PET"}], "draws": 0, "film_thickness": "244 nm"}
    spec = build(EncapsulationSpec, keys)
    # 244 nm, half of it core at 122 cm3/mol, is 1 mmol/m2; water weighs 18.015 g/mol
    budget = encapsulate(spec).values["water_budget"].value
    assert budget == pytest.approx(1e-3 * 18.015e-3, rel=1e-9, abs=0.0)


def test_heat_speeds_both_flow_and_its_onset() -> None:
    def at(t: str) -> dict[str, Sourced]:
        keys = {"layer": [{"material": "PET"}], "draws": 0, "temperature": t}
        return encapsulate(build(EncapsulationSpec, keys)).values

    cold, warm = at("25 degC"), at("60 degC")
    turn = 1 / 333.15 - 1 / 298.15
    faster = math.exp(-0.45 / 8.617333e-5 * turn)
    assert cold["time_lag"].value / warm["time_lag"].value == pytest.approx(faster, rel=1e-6)
    pressure = math.exp(-43.99e3 / 8.314463 * turn)
    ratio = warm["wvtr"].value / cold["wvtr"].value
    assert ratio == pytest.approx(faster * pressure, rel=1e-5)


def test_a_sealed_film_in_a_dry_room_keeps_clear_of_water() -> None:
    dry = {"wvtr": Sourced(0.0, "kg/m2/s"), "water_budget": Sourced(1e-5, "kg/m2")}
    found = age(build(AgeingSpec, {"humidity": 0.0, "draws": 0}), barrier=dry).values
    assert found["loss_by_water"].value == 0.0
    assert found["survival"].value == pytest.approx(1.0, abs=0.02)


def test_a_film_that_nothing_attacks_stays() -> None:
    calm = {"humidity": 0.0, "light": "0 W/m2", "temperature": "250 K", "draws": 0}
    left = age(build(AgeingSpec, calm)).values["survival"].value
    assert left == pytest.approx(1.0, abs=1e-6)


def test_ageing_is_the_solution_of_its_rates() -> None:
    keys = {"stretching": 1.0, "light": "100 W/m2", "draws": 0, "duration": "50 day"}
    found = age(build(AgeingSpec, keys)).values
    k = sum(found[f"loss_by_{c}"].value for c in ageing.CAUSES)
    y = solve_ivp(lambda _, n: -k * n, (0, 50 * 86400), [1.0], rtol=1e-10).y[0, -1]
    assert found["survival"].value == pytest.approx(y, rel=1e-6)
    assert found["air_lifetime"].value == pytest.approx(-math.log(0.8) / k, rel=1e-9)


def test_bare_dots_age_fastest_and_a_barrier_sets_the_pace_of_water() -> None:
    def water(coverage: float, barrier: dict[str, Sourced] | None = None) -> float:
        spec = build(AgeingSpec, {"coverage": coverage, "draws": 0})
        return float(age(spec, barrier=barrier).values["loss_by_water"])

    assert water(0.0) == pytest.approx(5e-7 * 0.5**1.5, rel=1e-9, abs=0.0)
    assert water(1.0) == pytest.approx(0.1 * water(0.0), rel=1e-9, abs=0.0)
    tight = {"wvtr": Sourced(1e-16, "kg/m2/s"), "water_budget": Sourced(1e-5, "kg/m2")}
    assert water(0.0, tight) == pytest.approx(1e-11, rel=1e-3, abs=0.0)
    loose = {"wvtr": Sourced(1e-3, "kg/m2/s"), "water_budget": Sourced(1e-5, "kg/m2")}
    assert water(0.0, loose) == pytest.approx(water(0.0), rel=1e-3, abs=0.0)


def test_a_single_layer_bends_about_its_middle() -> None:
    keys = {"layer": [{"material": "dot film", "thickness": "10 um"}], "radius": "1 mm"}
    x = bend(build(BendingSpec, {**keys, "draws": 0})).values
    assert x["neutral_plane"].value == pytest.approx(5e-6, rel=1e-12, abs=0.0)
    assert abs(x["film_strain"].value) == pytest.approx(10e-6 / 2e-3, rel=1e-12, abs=0.0)
    onset = x["critical_radius"].value
    assert onset == pytest.approx(5e-6 / 0.02, rel=1e-9, abs=0.0)


def test_the_neutral_plane_carries_no_force() -> None:
    t, e = np.array([5e-5, 2e-7, 3e-5]), np.array([4e9, 3e9, 7e10])
    plane = float(bending.neutral_plane(t, e))
    edges = np.concatenate([[0.0], np.cumsum(t)])
    force = e * ((edges[1:] - plane) ** 2 - (edges[:-1] - plane) ** 2) / 2
    assert force.sum() == pytest.approx(0.0, abs=1e-9 * np.abs(force).max())


def test_a_film_between_equal_foils_is_not_strained_and_outside_it_is_stretched() -> None:
    foil, dots = {"material": "PET", "thickness": "25 um"}, {"material": "dots"}
    film = {**dots, "thickness": "100 nm"}

    def strain(*stack: dict[str, str]) -> float:
        keys = {"layer": list(stack), "radius": "1 mm", "draws": 0}
        return float(bend(build(BendingSpec, keys)).values["film_strain"])

    assert abs(strain(foil, film, foil)) < 1e-4  # half of 100 nm over 1 mm
    assert strain(foil, film) == pytest.approx(25e-6 / 2e-3, rel=0.01)
    assert strain(film, foil) == pytest.approx(-25e-6 / 2e-3, rel=0.01)


def test_a_bent_stack_has_one_film() -> None:
    keys = {"layer": [{"material": "PET", "thickness": "25 um"}], "radius": "1 mm"}
    with pytest.raises(InputError, match=r"bending\.layer"):
        bend(build(BendingSpec, keys))


def test_the_cost_adds_up_and_recycling_pays_where_it_is_cheaper_than_solvent() -> None:
    x = cost.price(cost.CostSpec(draws=0)).values
    parts = sum(x[f"cost_{p}"].value for p in cost.PARTS)
    assert x["film_cost"].value == pytest.approx(parts, rel=1e-12)
    inputs = {n: a(float(q)) for n, q in cost.prices(cost.CostSpec()).items()}
    saved = cost.cost(inputs | {"recycled": a(1.0)})["cost_solvent"]
    mass = 300e-9 * 0.5 * 4800 / (0.3 * 0.5)
    assert float(saved) == pytest.approx(mass * 0.4 * 500, rel=1e-9)
    fresh = cost.cost(inputs)["cost_solvent"]
    assert float(fresh) == pytest.approx(mass * 0.4 * (8e3 + 1.5e3), rel=1e-9)


def test_the_tornado_is_sorted_and_spans_the_cost() -> None:
    done = cost.price(cost.CostSpec(scale="scaled_up", draws=0))
    swings = [b.swing for b in done.tornado]
    assert swings == sorted(swings, reverse=True)
    middle = done.values["film_cost"].value
    assert all(min(b.low, b.high) <= middle <= max(b.low, b.high) for b in done.tornado)


def test_the_steady_state_of_a_course_is_the_resistance() -> None:
    found = course(STACKS[2])
    assert found.weights.sum() == pytest.approx(-found.steady, rel=1e-6, abs=0.0)  # dry at first
    assert permeation.CELLS >= 20
