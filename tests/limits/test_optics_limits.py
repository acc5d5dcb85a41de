"""Light in stacks against closed forms of optics."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import constants as c

from halodot.core.errors import InputError
from halodot.optics.constants import OpticalConstants
from halodot.optics.generation import Absorber, beer_lambert, generation_profile
from halodot.optics.reciprocity import blackbody_flux, radiative_limit
from halodot.optics.spectrum import am15g, blackbody, led, monochromatic
from halodot.optics.transfer_matrix import Film, Polarisation, solve

GREEN = 550e-9
EXACT = 1e-12  # closed forms: round-off alone


def fresnel(n1: complex, n2: complex, angle: float) -> dict[str, float]:
    """Power reflected at one face, s and p."""
    c1, c2 = np.cos(angle), np.sqrt(1 - (n1 * np.sin(angle) / n2) ** 2 + 0j)
    return {
        "s": float(abs((n1 * c1 - n2 * c2) / (n1 * c1 + n2 * c2)) ** 2),
        "p": float(abs((n2 * c1 - n1 * c2) / (n2 * c1 + n1 * c2)) ** 2),
    }


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.2])
@pytest.mark.parametrize("index", [1.5, 2.2 + 0.3j, 0.2 + 3.5j])
@pytest.mark.parametrize("pol", ["s", "p"])
def test_one_face_reflects_as_fresnel_says(angle: float, index: complex, pol: Polarisation) -> None:
    found = solve([GREEN], [], after=index, angle=angle, polarisation=pol)
    assert found.reflectance[0] == pytest.approx(fresnel(1.0, index, angle)[pol], rel=EXACT)
    assert found.reflectance[0] + found.transmittance[0] == pytest.approx(1.0, rel=EXACT)


def test_no_p_light_comes_back_at_the_brewster_angle() -> None:
    found = solve([GREEN], [], after=1.5, angle=math.atan(1.5), polarisation="p")
    assert found.reflectance[0] < 1e-28


@pytest.mark.parametrize("thickness", [30e-9, 95e-9, 400e-9])
def test_a_film_gives_airys_formula(thickness: float) -> None:
    n, back = 2.1 + 0.15j, 1.5
    first, second = (1 - n) / (1 + n), (n - back) / (n + back)
    turn = np.exp(4j * np.pi * n * thickness / GREEN)
    amplitude = (first + second * turn) / (1 + first * second * turn)
    found = solve([GREEN], [Film(n, thickness)], after=back)
    assert found.reflectance[0] == pytest.approx(abs(amplitude) ** 2, rel=EXACT)


def test_a_quarter_wave_of_the_root_of_the_index_reflects_nothing() -> None:
    n = math.sqrt(2.25)
    found = solve([GREEN], [Film(n, GREEN / (4 * n))], after=2.25)
    assert found.reflectance[0] < 1e-28
    half = solve([GREEN], [Film(n, GREEN / (2 * n))], after=2.25)  # a half wave is not there
    assert half.reflectance[0] == pytest.approx(fresnel(1.0, 2.25, 0.0)["s"], rel=EXACT)


def test_a_mirror_of_quarter_waves_has_its_closed_form() -> None:
    high, low, pairs = 2.35, 1.38, 6
    films = [Film(n, GREEN / (4 * n)) for _ in range(pairs) for n in (high, low)]
    ratio = 1.52 * (high / low) ** (2 * pairs)
    found = solve([GREEN], films, after=1.52)
    assert found.reflectance[0] == pytest.approx(((1 - ratio) / (1 + ratio)) ** 2, rel=EXACT)


def test_a_thick_plate_adds_intensities() -> None:
    n, k, d = 1.5, 2e-6, 1e-3
    r = fresnel(1.0, n, 0.0)["s"]
    passed = math.exp(-4 * math.pi * k * d / GREEN)
    found = solve([GREEN], [Film(n + 1j * k, d, coherent=False)])
    # the sides are taken as lossless in the closed form: k / n = 1e-6
    assert found.transmittance[0] == pytest.approx(
        (1 - r) ** 2 * passed / (1 - r**2 * passed**2), rel=1e-5
    )


def test_incoherent_is_the_mean_of_coherent_over_thickness() -> None:
    n = 2.0
    thick = 1e-3 + np.arange(64) / 64 * GREEN / (2 * n)
    mean = np.mean([solve([GREEN], [Film(n, d)]).reflectance[0] for d in thick])
    assert solve([GREEN], [Film(n, 1e-3, coherent=False)]).reflectance[0] == pytest.approx(
        mean, rel=1e-9
    )  # 64 phases of a smooth periodic function


def test_matched_indices_give_beer_and_lambert() -> None:
    alpha, light = 2e7, monochromatic(GREEN, 100.0)
    # so thin an absorber that k does not reflect: k = 9e-4
    faint = Absorber(OpticalConstants.constant(1.0, absorption=alpha / 1000), 3e-4, gap=2.0)
    traced, plain = generation_profile([faint], light), beer_lambert([faint], light)
    assert plain.pairs[0] == pytest.approx(
        light.photon_flux[0] * -math.expm1(-alpha * 3e-7), rel=EXACT
    )
    assert traced.pairs[0] == pytest.approx(plain.pairs[0], rel=1e-5)  # faces: k^2 / 4
    (depth, rate), (_, straight) = traced.profiles[0], plain.profiles[0]
    assert rate[: len(depth) // 2] == pytest.approx(straight[: len(depth) // 2], rel=2e-3, abs=0.0)


def test_what_one_layer_takes_the_next_does_not_get() -> None:
    light = monochromatic(GREEN, 100.0)
    film = Absorber(OpticalConstants.constant(1.0, absorption=5e6), 2e-7, gap=2.0)
    made = beer_lambert([film, film], light)
    passed = math.exp(-1.0)
    assert made.absorptance[:, 0] == pytest.approx([1 - passed, passed * (1 - passed)], rel=EXACT)
    assert made.transmittance[0] == pytest.approx(passed**2, rel=EXACT)
    assert made.pairs == pytest.approx(made.absorptance[:, 0] * light.photon_flux[0], rel=EXACT)


@pytest.mark.parametrize("coherent", [True, False])
def test_deep_light_decays_with_four_pi_k_over_lambda(coherent: bool) -> None:
    thick = 5e-6 if coherent else 2e-6
    depth = np.linspace(1e-7, 1e-6, 10)  # what comes back from the far side is small there
    k, wave = 0.2, 500e-9
    density = solve([wave], [Film(2.0 + 1j * k, thick, coherent)], depths=[depth]).profiles[0]
    assert density is not None
    slope = np.diff(np.log(density[0])) / np.diff(depth)
    assert slope == pytest.approx(-4 * math.pi * k / wave, rel=0.03)  # the far side, 1 %


def test_photons_per_watt_are_lambda_over_hc() -> None:
    for light in (monochromatic(GREEN, 100.0), led(GREEN, 20e-9, 100.0), am15g()):
        per_sample = light.power * light.wavelength / (c.h * c.c)
        assert light.photon_flux == pytest.approx(per_sample, rel=1e-8)  # digits of the constants


def test_a_gaussian_has_its_width() -> None:
    light = led(GREEN, 20e-9, 1.0, samples=2001)
    above = light.wavelength[light.power >= light.power.max() / 2]
    assert above[-1] - above[0] == pytest.approx(20e-9, rel=0.005)  # a step of the samples


def test_a_black_body_of_the_sun_peaks_where_wien_says() -> None:
    sun = blackbody(5800.0, 1000.0)
    width = np.gradient(sun.wavelength)
    peak = sun.wavelength[np.argmax(sun.power / width)]
    assert peak == pytest.approx(2.897772e-3 / 5800.0, rel=0.01)  # a step of the samples


def test_the_sun_has_the_power_of_the_standard() -> None:
    assert am15g().intensity == pytest.approx(1000.37, rel=1e-5)


def test_no_single_junction_beats_a_third_of_the_sun() -> None:
    """33.7 % at 1.34 eV: Shockley and Queisser's limit with AM1.5G, as tabulated since."""

    def efficiency(gap: float) -> float:
        e = np.linspace(gap, gap + 2.0, 4001)
        flux = am15g().photon_flux @ (am15g().energy >= gap)
        cell = radiative_limit(am15g(), am15g().energy >= gap, e, np.ones(e.size), 298.15)
        assert cell.photocurrent == pytest.approx(c.e * flux, rel=1e-8)
        lost = cell.dark_current * np.expm1(cell.open_circuit_voltage / (c.k * 298.15 / c.e))
        assert lost == pytest.approx(cell.photocurrent, rel=1e-6)  # digits of the constants
        volt = np.linspace(0.0, gap, 4001)
        current = cell.photocurrent - cell.dark_current * np.expm1(volt / (c.k * 298.15 / c.e))
        return float(np.max(volt * current)) / am15g().intensity

    gaps = np.linspace(1.0, 1.7, 71)
    best = max(gaps, key=efficiency)
    assert best == pytest.approx(1.34, abs=0.015)  # a bin of the table is 6 meV wide there
    assert efficiency(1.34) == pytest.approx(0.337, abs=0.001)


def test_a_black_face_emits_as_stefan_and_boltzmann_say() -> None:
    e = np.linspace(1e-5, 4.0, 200_001)
    for temperature in (200.0, 300.0, 400.0):
        power = np.trapezoid(e * blackbody_flux(e, temperature), e) * c.e
        assert power == pytest.approx(c.sigma * temperature**4, rel=1e-5)


def test_total_reflection_leaves_an_evanescent_wave() -> None:
    gap = [solve([GREEN], [Film(1.0, d)], before=1.5, after=1.5, angle=1.0) for d in (1e-7, 1e-5)]
    assert 0.01 < gap[0].transmittance[0] < 0.9  # frustrated by the second prism
    assert gap[1].transmittance[0] < 1e-15
    assert gap[1].reflectance[0] == pytest.approx(1.0, rel=1e-10)
    with pytest.raises(InputError, match="incoherent"):
        solve([GREEN], [Film(1.0, 1e-7, coherent=False)], before=1.5, after=1.5, angle=1.0)


def test_bad_stacks_are_refused() -> None:
    with pytest.raises(InputError, match="gain"):
        solve([GREEN], [Film(2.0 - 0.1j, 1e-7)])
    with pytest.raises(InputError, match="angle"):
        solve([GREEN], [], angle=2.0)
    with pytest.raises(InputError, match="thickness"):
        solve([GREEN], [Film(2.0, 0.0)])
    with pytest.raises(InputError, match="real index"):
        solve([GREEN], [], before=1.5 + 0.1j)
