"""Absolute scales of light: Einstein's relation, free pairs in two dimensions, fields, weights."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.dot.absorption import aspect_ratio, cross_section, depolarisation, local_field, volume
from halodot.dot.emission import continuous, ensemble, monolayers
from halodot.dot.lifetime import radiative_lifetime
from halodot.dot.spectra import Light, Series, _sizes, absorption, flat_exciton, sommerfeld
from halodot.library import Library

E, EPS0, M0, HBAR, C = (
    1.602176634e-19,
    8.8541878128e-12,
    9.1093837015e-31,
    1.054571817e-34,
    299792458.0,
)
INNER, OUTER, KANE, MASS = 4.8, 2.1, 15.0, 0.126
ONE = np.ones(1)


def light(shape: str = "cube", **change: Any) -> Light:
    """A dot whose bulk absorbs nothing in the window, so that only the given lines count."""
    dot = Light(shape, 9e-9, None, None, 2.42, 0.15, -0.2, 9.0, 0.033, MASS, KANE, 0.05, 3e-9,
                INNER, OUTER, 1.0)  # fmt: skip
    return replace(dot, **change)


def one_line(at: float, strength: float) -> Series:
    """One line, and a second one without strength beyond every window."""

    def series(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        ones = np.ones((sizes.size, 1))
        return ones * [at, at + 9.0], ones * [strength, 0.0]

    return series


def area(dot: Light, at: float, strength: float, width: float = 0.01) -> float:
    energy = np.linspace(at - 0.1, at + 0.1, 4001)
    sizes = np.array([dot.size])
    sigma = absorption(dot, one_line(at, strength), sizes, ONE, width, energy)
    return float(np.trapezoid(sigma, energy))


def cube_field(inner: float = INNER) -> float:
    return (3.0 * OUTER / (inner + 2.0 * OUTER)) ** 2


@pytest.mark.parametrize(("at", "strength"), [(2.4, 1.0), (1.8, 12.0)])
def test_absorption_and_emission_of_the_first_line_obey_einstein(
    at: float, strength: float
) -> None:
    # g lambda^2 / (4 n^2) of each bright state in frequency: int sigma dE = 3 pi^2 (hbar c)^2
    # hbar A / (n E)^2, energies in eV; four states share the pair, one of them dark
    field = cube_field()
    tau = radiative_lifetime(at, KANE, strength, 300.0, field, OUTER)
    bright = 4.0 / 3.0 / float(tau)
    hbar = HBAR / E
    einstein = 3.0 * np.pi**2 * (hbar * C) ** 2 * hbar * bright / (OUTER * at**2)
    assert area(light(), at, strength) == pytest.approx(
        einstein, abs=0.0, rel=1e-4
    )  # digits of constants


@pytest.mark.parametrize(("at", "strength"), [(2.4, 1.0), (1.8, 12.0)])
def test_the_first_line_has_two_thirds_of_the_kane_energy(at: float, strength: float) -> None:
    # pi e^2 hbar / (2 eps0 m0 c n) f in m2 J; f = 2 |p|^2 / (m0 E) with |p|^2 / m0 = E_P / 3
    oscillator = 2.0 / (at * E) * (KANE * E / 3.0) * strength * cube_field()
    expected = np.pi * E**2 * HBAR / (2.0 * EPS0 * M0 * C) * oscillator / np.sqrt(OUTER) / E
    assert area(light(), at, strength) == pytest.approx(
        expected, abs=0.0, rel=1e-5
    )  # digits of constants


def platelet_step(energy: np.ndarray, binding: float, side: float = 3e-8) -> np.ndarray:
    """Absorption of the step alone: a series whose only line has no strength, subband at 2.4 eV."""
    dot = light("platelet", size=2.4e-9, lateral=side, inner=OUTER, pair_binding=binding)
    series = one_line(2.4 - binding, 0.0)
    return absorption(dot, series, np.array([2.4e-9]), ONE, 1e-3, energy)


def test_the_step_of_a_platelet_is_that_of_free_pairs_in_a_box() -> None:
    side, top = 3e-8, 500.0
    # pairs of equal states (n, m) of a square box of this side with a kinetic energy below `top`
    quantum = HBAR**2 / (2.0 * MASS * M0 * E) * (np.pi / side) ** 2
    most = np.sqrt(top / quantum)
    n = np.arange(1, int(most) + 1)
    count = float(np.sum(n[:, None] ** 2 + n**2 < most**2))
    count += most  # the axes n = 0 and m = 0, half of which a quarter circle counts as its own
    per_pair = np.pi * E**2 * HBAR / (2.0 * EPS0 * M0 * C) / np.sqrt(OUTER) * (2.0 / 3.0 * KANE) / E
    energy = np.linspace(2.5, 3.0, 6)
    found = platelet_step(energy, 0.0, side) * energy / per_pair
    np.testing.assert_allclose(found, count / top, rtol=1e-3)  # circle of Gauss, radius 390


def test_attraction_in_two_dimensions_dies_out_as_in_three() -> None:
    # 1 + pi sqrt(R/E) to first order in both; R a quarter of the two-dimensional binding
    rydberg, kinetic = 1e-6, np.array([0.3, 0.5])
    gain = platelet_step(2.4 + kinetic, 4.0 * rydberg) / platelet_step(2.4 + kinetic, 0.0)
    three = sommerfeld(kinetic, rydberg)
    # second order: x^2 / 12 of x = 0.01
    np.testing.assert_allclose(gain - 1.0, three - 1.0, rtol=3e-3)
    np.testing.assert_allclose(gain - 1.0, np.pi * np.sqrt(rydberg / kinetic), rtol=1e-3)


def test_attraction_doubles_the_foot_of_the_step() -> None:
    above = np.array([0.01])  # exp(-2 pi sqrt(R/E)) of R = 0.05 is 8e-7
    gain = platelet_step(2.4 + above, 0.2) / platelet_step(2.4 + above, 0.0)
    assert float(gain[0]) == pytest.approx(2.0, abs=0.0, rel=1e-5)


@pytest.mark.parametrize("ratio", [0.3, 1.0, 4.0, 30.0])
def test_the_step_has_the_factor_of_shinada_and_sugano(ratio: float) -> None:
    # exp(x) / cosh(x) with x = pi sqrt(R/E)
    rydberg = 0.02
    energy = np.array([2.4 + rydberg * ratio])
    gain = platelet_step(energy, 4.0 * rydberg) / platelet_step(energy, 0.0)
    x = np.pi / np.sqrt(ratio)
    # above six standard deviations of the step
    assert float(gain[0]) == pytest.approx(float(np.exp(x) / np.cosh(x)), abs=0.0, rel=1e-6)


def test_the_series_of_flat_excitons_joins_the_step() -> None:
    # lines at -R/(n - 1/2)^2 of strength 1/(2n - 1)^3: their strength per energy for large n is
    # that of the step at its foot; a_B and R belong together, R = hbar^2 / (2 mu a_B^2)
    radius, side = 3e-9, 3e-8
    rydberg = HBAR**2 / (2.0 * MASS * M0 * radius**2) / E
    first = float(flat_exciton(side**2, np.array([1e-14]), radius)[0])
    n = 400.0
    density = first / (2.0 * n - 1.0) ** 3 / (2.0 * rydberg / (n - 0.5) ** 3)
    energy = np.array([2.4 + 0.01])
    pair = area(light("platelet", lateral=side, inner=OUTER), 2.4, 1.0)
    # the step takes no part in that line: it is two decades below and is taken off
    away = np.linspace(2.3, 2.5, 4001)
    dot = light("platelet", lateral=side, inner=OUTER)
    rest = absorption(dot, one_line(2.4, 0.0), np.array([9e-9]), ONE, 0.01, away)
    pair -= float(np.trapezoid(rest, away))
    foot = float(platelet_step(energy, 4.0 * rydberg)[0]) * float(energy[0]) / 2.4 / pair
    assert foot == pytest.approx(density, abs=0.0, rel=2e-3)  # exp(-2 pi sqrt(R/0.01)) is 1e-4


@pytest.mark.parametrize("lengths", [(9e-9, 9e-7), (9e-9, 9e-5)])
def test_long_rods_take_the_light_along_them_whole(lengths: tuple[float, float]) -> None:
    size, length = lengths
    # one third of the light is along the axis and unchanged, two thirds see a cylinder
    across = (2.0 * OUTER / (INNER + OUTER)) ** 2
    needle = (1.0 + 2.0 * across) / 3.0
    ratio = area(light("rod", size=size, length=length), 2.4, 1.0) / area(light(), 2.4, 1.0)
    # N = ln(aspect) / aspect^2 = 5e-4 at a hundred, times the contrast
    assert ratio == pytest.approx(needle / cube_field(), abs=0.0, rel=2e-3)


def test_wide_platelets_take_the_light_along_them_whole() -> None:
    def line(lateral: float) -> float:
        dot = light("platelet", size=2.4e-9, lateral=lateral)
        energy = np.linspace(2.3, 2.5, 4001)
        with_line, without = (
            absorption(dot, one_line(2.4, s), np.array([2.4e-9]), ONE, 0.01, energy)
            for s in (1.0, 0.0)
        )
        return float(np.trapezoid(with_line - without, energy))

    disc = (2.0 + (OUTER / INNER) ** 2) / 3.0
    assert line(2.4e-6) / line(2.4e-9) == pytest.approx(
        disc / cube_field(), abs=0.0, rel=5e-3
    )  # pi/4 D/L


def known(value: float | None) -> Sourced | None:
    return None if value is None else Sourced(value, "m", basis="given")


@pytest.mark.parametrize(
    ("shape", "size", "lateral", "length", "along"),
    [
        ("cube", 9e-9, None, None, 1.0 / 3.0),
        ("sphere", 9e-9, None, None, 1.0 / 3.0),
        ("rod", 5e-9, None, 5e-7, 0.0),
        ("wire", 5e-9, None, 5e-7, 0.0),
        ("cuboid", 5e-9, 5e-9, 5e-7, 0.0),
        ("platelet", 2e-9, 2e-7, None, 1.0),
    ],
)
def test_shapes_screen_along_their_axis_as_needles_and_discs(
    shape: str, size: float, lateral: float | None, length: float | None, along: float
) -> None:
    aspect = aspect_ratio(shape, Sourced(size, "m"), known(lateral), known(length))
    assert float(depolarisation(aspect)) == pytest.approx(along, abs=0.02)  # pi/2 of 1/100
    # and the cross-section at 3.1 eV over the volume is in proportion to the field of that shape
    library = Library.builtin()

    def per_volume(shape: str, *edges: float | None) -> float:
        first, second, third = (known(e) for e in edges)
        sigma = cross_section(
            "CsPbBr3", shape, cast("Sourced", first), 3.1, library, second, length=third
        )
        return float(sigma) / float(volume(shape, cast("float", edges[0]), *edges[1:]))

    from halodot.dot import DotModel
    from halodot.dot.bulk import bulk

    inner = float(bulk("CsPbBr3", library)["permittivity_optical"])
    outer = float(DotModel().ligand_permittivity)
    fields = [float(local_field(inner, outer, a)) for a in (aspect, 1.0)]
    ratio = per_volume(shape, size, lateral, length) / per_volume("cube", 9e-9, None, None)
    assert ratio == pytest.approx(fields[0] / fields[1], abs=0.0, rel=1e-9)  # central draws
    if along != pytest.approx(1.0 / 3.0):
        assert ratio > 1.1  # both limits let more light in than a cube


@pytest.mark.parametrize("spread", [0.05, 0.15, 0.3])
def test_platelets_of_n_monolayers_count_n_times(spread: float) -> None:
    sizes, weight = monolayers(6.0, spread, 1.0)
    by_number = np.exp(-0.5 * ((sizes - 6.0) / (6.0 * spread)) ** 2)
    np.testing.assert_allclose(weight / by_number, 1.0 * sizes, rtol=1e-12)


def sourced(value: float) -> Sourced:
    return Sourced(value, "m")


@pytest.mark.parametrize("power", [0.0, 3.0])
def test_an_ensemble_of_platelets_is_counted_or_weighed_by_volume(power: float) -> None:
    dots = cast("Any", SimpleNamespace(shape="platelet", size=sourced(3e-9)))
    context = cast("Any", SimpleNamespace(material={"lattice_constant": sourced(0.6e-9)}))
    sizes, weight = _sizes(dots, context, 0.2, power)
    n = np.round(sizes / 0.6e-9)
    by_number = np.exp(-0.5 * (n - 5.0) ** 2)  # spread of one monolayer
    expected = by_number * (n if power else 1.0)  # one area: the volume is the thickness
    np.testing.assert_allclose(weight / weight.sum(), expected / expected.sum(), rtol=1e-9)
    # and the mean by number is the mean size
    if not power:
        assert np.average(sizes, weights=weight) == pytest.approx(
            3e-9, abs=0.0, rel=1e-3
        )  # cut at 3 sd


def moment(power: int, spread: float) -> float:
    """<(L/mean)^power> of a normal distribution cut at three standard deviations."""
    z = np.linspace(-3.0, 3.0, 200_001)
    p = np.exp(-0.5 * z**2)
    return float(np.average((1.0 + spread * z) ** power, weights=p))


@pytest.mark.parametrize("power", [0, 1, 3])
@pytest.mark.parametrize("spread", [0.05, 0.2])
def test_sizes_are_normal_by_number(power: int, spread: float) -> None:
    sizes, weight = continuous(1e-8, spread, float(power))
    for k in (1, 2):
        found = np.average((sizes / 1e-8) ** k, weights=weight)
        # 61 points; the ends of the cut count whole in place of half, 0.05 % of the weight
        expected = moment(power + k, spread) / moment(power, spread)
        assert found == pytest.approx(expected, abs=0.0, rel=1e-3)


def test_the_mean_of_an_emission_is_that_of_its_dots() -> None:
    # a line much sharper than the spread shows p(E) = p(L) L^3 |dL/dE|; with E linear in L the
    # Jacobian is constant and the mean of E that of L^4 over L^3
    spread, slope = 0.06, -1.0
    found = ensemble(lambda s: 2.4 + slope * (s / 1e-8 - 1.0), 1e-8, spread, 0.02)
    mean = float(np.average(found.energy, weights=found.spectrum))
    expected = moment(4, spread) / moment(3, spread) - 1.0
    assert (mean - 2.4) / slope == pytest.approx(expected, abs=0.0, rel=0.01)  # cut at 3 sd


def test_the_peak_of_a_bent_emission_has_its_jacobian() -> None:
    # E = 2 + 0.4 / x, so L = 0.4 / (E - 2): p(E) ~ exp(-(x - 1)^2 / 2 s^2) x^3 dx/dE, and
    # dx/dE ~ x^2 puts the maximum of p(E) at (1 - x) x = -5 s^2
    spread = 0.1
    found = ensemble(lambda s: 2.0 + 0.4e-8 / s, 1e-8, spread, 0.012)
    x = 0.5 * (1.0 + np.sqrt(1.0 + 20.0 * spread**2))
    # the line adds 5 meV in squares to 40 meV of spread
    assert found.peak == pytest.approx(2.0 + 0.4 / x, abs=1.5e-3)
    plain = 2.0 + 0.4 / (0.5 * (1.0 + np.sqrt(1.0 + 12.0 * spread**2)))  # without the Jacobian
    assert abs(found.peak - plain) > 4e-3
