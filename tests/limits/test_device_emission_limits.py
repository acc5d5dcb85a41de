"""Emitted light against closed forms of photometry and of the escape cone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import constants as c

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.device.emission import (
    EmittedLight,
    emitted_light,
    escape_share,
    outcoupling,
    wavelength_spectrum,
)
from halodot.optics.photometry import chromaticity, luminous_efficacy, sensitivity

FIFTH = Sourced(0.2, "1", basis="given")


def line(wavelength: float, width: float = 1e-3) -> tuple[np.ndarray, np.ndarray]:
    """Photon energies and a narrow band at `wavelength` [m]."""
    centre = c.h * c.c / c.e / wavelength
    e = centre + width * np.linspace(-0.5, 0.5, 41)
    return e, np.ones(e.size)


def lit(wavelength: float = 555e-9) -> EmittedLight:
    return emitted_light(
        [1e21, 2e21, 0.0], [300.0, -700.0, 0.0], [3.0, -3.5, 0.0], *line(wavelength), share=FIFTH
    )


def test_a_watt_of_555_nm_is_683_lumen() -> None:
    assert luminous_efficacy(*line(555e-9)) == pytest.approx(683.0, rel=1e-4)


@pytest.mark.parametrize(("nm", "v"), [(450, 0.038), (510, 0.503), (610, 0.503), (650, 0.107)])
def test_the_eye_has_the_sensitivity_of_1924(nm: float, v: float) -> None:
    assert sensitivity(np.array([nm * 1e-9]))[0] == pytest.approx(v, rel=1e-3)  # three digits


def test_equal_power_at_every_wavelength_is_white() -> None:
    e = np.linspace(1.4, 3.6, 20001)
    # photons per energy: power per wavelength over E and times |d lambda / dE|
    assert chromaticity(e, e**-3) == pytest.approx((1 / 3, 1 / 3), abs=1e-4)


def test_heat_is_not_seen() -> None:
    dark = emitted_light([1e21], [100.0], [2.0], *line(1500e-9), share=FIFTH)
    assert dark.luminance[0] == 0.0
    assert not dark.cie_x.is_known
    assert dark.radiance[0] > 0.0


def test_luminance_follows_from_the_photons() -> None:
    light, energy = lit(), c.h * c.c / 555e-9
    exitance = 0.2 * 1e21 * energy
    assert light.radiant_exitance[0] == pytest.approx(exitance, rel=1e-6)
    assert light.radiance[0] == pytest.approx(exitance / math.pi, rel=1e-6)
    assert light.luminance[0] == pytest.approx(683.0 * exitance / math.pi, rel=2e-4)
    assert light.current_efficiency[0] == pytest.approx(light.luminance[0] / 300.0, rel=1e-12)


def test_efficiencies_count_what_goes_through_the_terminals() -> None:
    light = lit()
    expected = 0.2 * c.e * np.array([1e21 / 300.0, 2e21 / 700.0])
    assert light.quantum_efficiency[:2] == pytest.approx(expected, rel=1e-8)
    power = math.pi * light.luminance[:2] / np.array([900.0, 2450.0])
    assert light.power_efficiency[:2] == pytest.approx(power, rel=1e-12)
    assert np.isnan(light.quantum_efficiency[2])
    assert np.isnan(light.power_efficiency[2])


def test_a_device_that_makes_each_electron_a_photon_at_the_photon_energy_is_a_perfect_lamp() -> (
    None
):
    """One photon out an electron at V = E/q: all power is light, 683 lm/W at 555 nm."""
    e, s = line(555e-9)
    whole = Sourced(1.0, "1", basis="given")
    light = emitted_light([1e21], [c.e * 1e21], [float(e.mean())], e, s, share=whole)
    assert light.quantum_efficiency[0] == pytest.approx(1.0, rel=1e-8)
    assert light.power_efficiency[0] == pytest.approx(683.0, rel=2e-4)


def test_the_spectrum_holds_the_photons_and_the_power() -> None:
    e = np.linspace(2.0, 3.0, 2001)
    light = emitted_light(
        [1e21], [100.0], [3.0], e, np.exp(-(((e - 2.4) / 0.04) ** 2)), share=FIFTH
    )
    assert np.trapezoid(light.spectrum[0], e) == pytest.approx(2e20, rel=1e-12)
    wavelength, power = wavelength_spectrum(e, light.spectrum)
    held = np.trapezoid(power[0], wavelength)
    assert held == pytest.approx(light.radiant_exitance[0], rel=1e-5)  # two grids


def test_escape_of_dipoles_is_the_integral_over_the_cones() -> None:
    for n in (1.3, 2.0, 3.5):
        edge = math.asin(1 / n)
        theta = np.linspace(0.0, edge, 20001)
        patterns = {1.0: 0.75 * (1 + np.cos(theta) ** 2), 0.0: 1.5 * np.sin(theta) ** 2,
                    2 / 3: np.ones(theta.size)}  # fmt: skip
        for in_plane, pattern in patterns.items():
            share = np.trapezoid(pattern * np.sin(theta), theta)
            assert escape_share(n, in_plane) == pytest.approx(share, rel=1e-6)


def test_escape_tends_to_the_usual_estimate_and_to_all() -> None:
    assert escape_share(30.0) == pytest.approx(1 / (2 * 30.0**2), rel=1e-3)
    assert escape_share(30.0, 1.0) == pytest.approx(0.75 / 30.0**2, rel=1e-3)
    assert escape_share(1.0) == 1.0


def test_the_index_carries_its_interval_into_the_outcoupling() -> None:
    share = outcoupling(Sourced(2.0, "1", 1.9, 2.2, "assumed"))
    assert share.low == pytest.approx(0.5 * float(escape_share(2.2)), rel=1e-12)
    assert share.high == pytest.approx(2.0 * float(escape_share(1.9)), rel=1e-12)
    assert not outcoupling(Sourced.unknown("1", "no index")).is_known


def test_what_cannot_be_computed_is_said() -> None:
    e, s = line(555e-9)
    with pytest.raises(InputError, match="rows that match"):
        emitted_light([1.0, 2.0], [1.0], [1.0], e, s, share=FIFTH)
    with pytest.raises(InputError, match="outcoupling"):
        emitted_light([1.0], [1.0], [1.0], e, s)
    with pytest.raises(InputError, match="spectrum"):
        emitted_light([1.0], [1.0], [1.0], e[::-1], s, share=FIFTH)
    with pytest.raises(InputError, match="refractive_index"):
        outcoupling(Sourced(0.9, "1", basis="given"))
