"""Laws of growth that the mechanism must show, beside what was published.

What was used to set a prior is calibrated and only checked to hold; see `kinetics.spec`.
"""

from __future__ import annotations

import numpy as np
import pytest

from halodot.synthesis.kinetics import Course, Growth, constants, grow, hot_injection, priors
from halodot.synthesis.kinetics import halide_equilibrium as equilibrium

SECONDS = np.array([0.0, 0.3, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 60.0, 80.0])


def injected(halide: str) -> Growth:
    """A hot injection at 170 degC, held."""
    course = Course.of(monomer=8.0, temperature=443.15, time=[0.0, 80.0])
    return grow(course, constants(priors({halide: 1.0})), outputs=SECONDS)


def test_iodide_narrows_for_about_20_s_then_broadens() -> None:
    """Koolyk et al. 2016; calibrated."""
    found = injected("I")
    spread = dict(zip(SECONDS, found.spread, strict=True))
    burst = SECONDS[np.flatnonzero(found.nuclei > 0.99 * found.nuclei[-1])[0]]
    assert burst <= 10.0
    narrowest = SECONDS[2 + int(np.argmin(found.spread[2:]))]
    assert 15.0 <= narrowest <= 25.0
    assert spread[5.0] > 1.5 * spread[20.0]
    assert spread[20.0] < spread[30.0] < spread[40.0] < spread[60.0] < spread[80.0]
    assert spread[80.0] > 1.1 * spread[20.0]


def test_bromide_broadens_from_the_start_for_40_s() -> None:
    """Koolyk et al. 2016; calibrated."""
    found = injected("Br")
    after = found.spread[(SECONDS >= 1.0) & (SECONDS <= 40.0)]
    assert found.nuclei[2] > 0.999 * found.nuclei[-1]  # the burst is over at 1 s
    assert np.all(np.diff(after) > -0.005 * after[:-1])  # one cohort of 300 leaving is 0.3 %
    assert after[-1] > 1.25 * after[0]


def test_monomer_depletes_faster_and_the_critical_size_rises_in_the_bromide() -> None:
    """Koolyk et al. 2016, the reason that they give; calibrated through solubility and barrier."""
    bromide, iodide = injected("Br"), injected("I")
    left = [g.monomer[SECONDS == 2.0][0] / 8.0 for g in (bromide, iodide)]
    assert left[0] < 0.02 < 0.5 < left[1]
    k = [constants(priors({x: 1.0})).capillary_length(443.15) for x in ("Br", "I")]
    critical = [
        length / np.log(g.supersaturation[SECONDS == 2.0][0])
        for length, g in zip(k, (bromide, iodide), strict=True)
    ]
    assert critical[0] > 3.0 * critical[1]


def test_hot_injection_of_the_bromide_is_over_within_a_second() -> None:
    """0.3 to 1 s, as quoted from flow studies; calibrated."""
    k = constants(priors())
    times = np.linspace(0.0, 2.0, 201)
    course = hot_injection(8.0, 448.15, time=5.0, drop=5.0, mixing=0.02)
    found = grow(course, k, outputs=times)
    over = times[np.flatnonzero(found.consumed > 0.95 * found.consumed[-1])[0]]
    assert 0.3 <= over <= 1.0


def sizes_at(halide: str, seconds: float, *celsius: float, **changed: float) -> np.ndarray:
    """Mean size after an injection held for some seconds [m]."""
    k, found = constants(priors({halide: 1.0})).changed(**changed), []
    for t in celsius:
        course = Course.of(monomer=8.0, temperature=t + 273.15, time=[0.0, seconds])
        found.append(float(grow(course, k).mean_size[-1]))
    return np.array(found)


def test_kinetic_branch_makes_smaller_bromide_when_hotter() -> None:
    """Ref 136: 12, 11, 9.0, 7.2 nm; the sign is calibrated through the enthalpy of dissolution."""
    sizes = sizes_at("Br", 10.0, 120.0, 140.0, 160.0, 180.0)
    assert np.all(np.diff(sizes) < 0.0)
    np.testing.assert_allclose(sizes, [12e-9, 11e-9, 9e-9, 7.2e-9], rtol=0.25)


def test_the_sign_hangs_on_the_enthalpy_of_dissolution() -> None:
    """Within its prior both signs occur, as they do between papers."""
    low, high = (sizes_at("Br", 10.0, 120.0, 180.0, dissolution_energy=e) for e in (0.2, 0.5))
    assert low[1] < low[0]
    assert high[1] > high[0]


def test_slow_iodide_is_larger_when_hotter() -> None:
    """Ref 135: 5.7, 7.6, 13.9 nm at 140, 160, 180 degC; predicted in sign, not in size."""
    sizes = sizes_at("I", 10.0, 140.0, 160.0, 180.0)
    assert np.all(np.diff(sizes) > 0.0)


def test_ripening_can_turn_the_trend_with_temperature() -> None:
    """Kept hot for long, warmer flasks end with larger dots: the sign is not universal."""
    sizes = sizes_at("Br", 300.0, 160.0, 200.0)
    assert sizes[1] > sizes[0]


def test_thermodynamic_branch_rises_with_temperature_and_falls_with_halide() -> None:
    """Ref 133, Table 1; calibrated on these four sizes, the fall with Br/Pb is not."""
    warm = [float(equilibrium.equilibrium_size(t, 10.0)) for t in (353.15, 413.15, 433.15, 463.15)]
    assert np.all(np.diff(warm) > 0.0)
    rich = [float(equilibrium.equilibrium_size(463.15, r)) for r in (5.0, 10.0, 20.0, 50.0)]
    assert np.all(np.diff(rich) < 0.0)
    for temperature, ratio, size in equilibrium.published():
        found = equilibrium.equilibrium_size(temperature, ratio)
        assert found.low is not None
        assert found.high is not None
        assert found.low < size * 1e-9 < found.high
    assert not equilibrium.equilibrium_size(433.15, 3.0).is_known


def test_sizes_left_out_lie_within_their_intervals() -> None:
    """The root mean square of ln L is 0.07; optimistic, as the form was chosen seeing the four."""
    assert all(low < size < high for _, size, (_, low, high) in equilibrium.left_out())
    assert equilibrium.left_out_error() == pytest.approx(0.073, abs=0.01)


def test_composition_of_a_halide_ended_cube_meets_three_of_four() -> None:
    """Ref 133, Br/Pb of the dots: 0.2 but for the largest, which is 0.59 off; nothing is fitted."""
    apart = {size: abs(found - printed) for size, printed, found in equilibrium.compositions()}
    assert len(apart) == 4
    assert apart.pop(9.5) == pytest.approx(0.59, abs=0.02)
    assert max(apart.values()) < 0.2
