"""Decays whose components are known: three exponentials, a response, rates; planted errors fail."""

from __future__ import annotations

import math

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.figures import extract
from halodot.figures.decay_models import Response, fit_all
from halodot.figures.limits import make_trace
from halodot.figures.state import Figures

TIME = np.linspace(0.0, 200e-9, 1001)


def gaussian_response(centre: float, width: float) -> np.ndarray:
    return np.exp(-4.0 * math.log(2.0) * ((TIME - centre) / width) ** 2)


def convolved(
    taus: tuple[float, ...], shares: tuple[float, ...], response: np.ndarray
) -> np.ndarray:
    """Convolution on a ten times finer grid than the record, by itself."""
    fine = np.linspace(0.0, 200e-9, 10001)
    r = np.interp(fine, TIME, response)
    decay = sum(a * np.exp(-fine / tau) for a, tau in zip(shares, taus, strict=True))
    full = np.convolve(r / r.sum(), decay)[: len(fine)]
    return full[::10]


def measured(y: np.ndarray, seed: int = 1, response: np.ndarray | None = None, **more) -> Figures:
    counted = np.random.default_rng(seed).poisson(3e4 * y + 10.0).astype(float)
    columns = {"time": TIME, "intensity": counted}
    if response is not None:
        columns["response"] = np.round(1e4 * response)
    trace = make_trace("decay", columns, {})
    trace.parameters.update(more)
    return extract(trace)


def number(figures: Figures, name: str) -> float:
    return float(figures[name].value.value)


def test_three_exponentials_are_found_with_their_shares() -> None:
    y = 0.5 * np.exp(-TIME / 1.5e-9) + 0.3 * np.exp(-TIME / 9e-9) + 0.2 * np.exp(-TIME / 50e-9)
    f = measured(y)
    assert f["model"].category == "tri-exponential"
    for name, tau, share in (("fast", 1.5, 0.5), ("middle", 9.0, 0.3), ("slow", 50.0, 0.2)):
        assert number(f, f"lifetime_{name}") == pytest.approx(tau * 1e-9, rel=0.12)
        assert number(f, f"{name}_share") == pytest.approx(share, rel=0.15)
        for figure in (f"lifetime_{name}", f"{name}_share"):
            value = f[figure].value
            assert value.low < value.value < value.high
    mean = 0.5 * 1.5 + 0.3 * 9.0 + 0.2 * 50.0
    assert number(f, "lifetime_amplitude") == pytest.approx(mean * 1e-9, rel=0.03)
    second = (0.5 * 1.5**2 + 0.3 * 81.0 + 0.2 * 2500.0) / mean
    assert number(f, "lifetime_intensity") == pytest.approx(second * 1e-9, rel=0.03)


@pytest.mark.parametrize("level", [3.0, 20.0, 500.0])
def test_constant_counts_are_no_decay(level: float) -> None:
    for seed in range(4):
        y = np.random.default_rng(seed).poisson(level, len(TIME)).astype(float)
        with pytest.raises(InputError, match=r"flat within its noise|after the maximum"):
            extract(make_trace("decay", {"time": TIME, "intensity": y}, {}))


def test_one_lifetime_stays_one_when_the_background_is_taken_off() -> None:
    for seed in range(6):
        y = np.random.default_rng(seed).poisson(1e4 * np.exp(-TIME / 5e-9) + 30.0) - 30.3
        f = extract(make_trace("decay", {"time": TIME, "intensity": y}, {}))
        assert f["model"].category == "mono-exponential"
        assert number(f, "lifetime_amplitude") == pytest.approx(5e-9, rel=0.01)  # 2.5e5 photons
        assert "whole counts" in f["reduced_chi_square"].value.note


def test_no_exponent_is_above_one() -> None:
    y = np.exp(-((TIME / 20e-9) ** 1.5))  # planted: steeper than any sum of decays
    names = [(f.model.name, f.log) for f in fit_all(TIME / 2e-8, y, np.ones(len(TIME)))]
    exponent = next(math.exp(q[2]) for name, q in names if name == "stretched exponential")
    assert exponent <= 1.0
    f = measured(np.exp(-((TIME / 10e-9) ** 0.6)))
    assert f["model"].category == "stretched exponential"
    assert number(f, "stretching_exponent") == pytest.approx(0.6, rel=0.03)


def test_a_response_as_wide_as_the_lifetime_is_taken_off() -> None:
    response = gaussian_response(20e-9, 3e-9)
    y = convolved((2.5e-9,), (1.0,), response)
    f = measured(y, response=response)
    assert f["model"].category == "mono-exponential"
    assert number(f, "lifetime_amplitude") == pytest.approx(2.5e-9, rel=0.01)  # 4e5 photons
    assert abs(number(f, "reduced_chi_square") - 1.0) < 0.15
    assert any("deconvolved over the whole" in n for n in f.notes)
    assert number(f, "response_width") == pytest.approx(3e-9, rel=0.1)  # steps of 0.2 ns
    blind = measured(y)  # planted: the response is not used
    assert abs(number(blind, "lifetime_amplitude") / 2.5e-9 - 1.0) > 0.03


def test_two_components_behind_a_response_that_is_shifted() -> None:
    response = gaussian_response(20e-9, 1.5e-9)
    y = convolved((4e-9, 25e-9), (0.7, 0.3), response)
    f = measured(np.interp(TIME - 0.7e-9, TIME, y), response=response)
    assert f["model"].category == "bi-exponential"
    assert number(f, "lifetime_fast") == pytest.approx(4e-9, rel=0.05)
    assert number(f, "lifetime_slow") == pytest.approx(25e-9, rel=0.05)
    assert number(f, "fast_share") == pytest.approx(0.7, rel=0.03)
    assert any("shift 7e-10" in n or "shift 6.9" in n or "shift 7.0" in n for n in f.notes)


def test_a_response_of_another_instrument_is_not_used() -> None:
    y = np.where(TIME > 30e-9, np.exp(-np.maximum(TIME - 30e-9, 0.0) / 15e-9), 0.0)
    f = measured(y, response=gaussian_response(90e-9, 25e-9))
    assert any("not that of this decay" in n for n in f.notes)
    assert number(f, "lifetime_amplitude") == pytest.approx(15e-9, rel=0.02)


def test_a_convolution_keeps_the_area_and_adds_the_delay() -> None:
    response = Response(TIME, gaussian_response(20e-9, 2e-9))
    y = response.applied(lambda t: np.exp(-t / 5e-9), 1e-9)
    step = TIME[1] - TIME[0]
    assert y.sum() * step == pytest.approx(5e-9, rel=1e-3)  # trapezoid of a kink
    assert np.sum(TIME * y) / y.sum() == pytest.approx(26e-9, rel=1e-3)  # 20 + 1 + 5 ns


def test_intervals_of_two_components_cover() -> None:
    hits = 0
    for seed in range(10):
        f = measured(0.6 * np.exp(-TIME / 5e-9) + 0.4 * np.exp(-TIME / 30e-9), seed)
        for name, truth in (("lifetime_fast", 5e-9), ("lifetime_slow", 30e-9), ("fast_share", 0.6)):
            value = f[name].value
            hits += value.low <= truth <= value.high
    assert hits >= 21  # 27 of 30 expected, correlated by threes


def test_rates_follow_from_the_quantum_yield() -> None:
    y = 0.6 * np.exp(-TIME / 6e-9) + 0.4 * np.exp(-TIME / 30e-9)
    plain = measured(y)
    assert "radiative_rate" not in plain
    f = measured(y, plqy=Sourced(0.8, "1", 0.75, 0.85, "given"))
    mean = number(f, "lifetime_amplitude")
    radiative, other = number(f, "radiative_rate"), number(f, "nonradiative_rate")
    assert radiative + other == pytest.approx(1.0 / mean, rel=1e-9)  # the sum of both decays
    assert radiative / (radiative + other) == pytest.approx(0.8, rel=1e-9)  # the definition
    assert number(f, "radiative_lifetime") == pytest.approx(mean / 0.8, rel=1e-9)
    loose = f["nonradiative_rate"].value
    assert loose.low == pytest.approx(0.15 / mean, rel=0.1)
    assert loose.high == pytest.approx(0.25 / mean, rel=0.1)
    exact = measured(y, plqy=Sourced(0.8, "1", basis="given"))["nonradiative_rate"].value
    assert exact.high - exact.low < 0.5 * (loose.high - loose.low)
    with pytest.raises(InputError, match="plqy"):
        measured(y, plqy=Sourced(1.3, "1", basis="given"))


def test_a_clipped_band_has_no_figures_and_a_noisy_one_no_negative_width() -> None:
    x = np.linspace(450e-9, 580e-9, 521)
    band = np.exp(-4.0 * math.log(2.0) * ((x - 515e-9) / 20e-9) ** 2)
    clipped = {"wavelength": x, "intensity": np.minimum(band, 0.6)}
    with pytest.raises(InputError, match="equal maxima"):
        extract(make_trace("spectrum", clipped, {}))
    noisy = band + 0.1 * np.random.default_rng(2).standard_normal(len(x))
    f = extract(make_trace("spectrum", {"wavelength": x, "intensity": noisy}, {}))
    for name in ("fwhm", "fwhm_energy", "fwhm_energy_jacobian"):
        assert 0.0 < f[name].value.low <= f[name].value.value
