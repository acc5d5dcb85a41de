"""Every film model against a closed form, or against a numerical integral of its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from halodot.core.constants import BOLTZMANN, ELEMENTARY_CHARGE, KINETIC
from halodot.film import bands, hopping, ions, limits, permittivity, shell, spacing, traps

KT = BOLTZMANN * 300.0


def test_uniform_lattice_hops_with_einstein() -> None:
    d = hopping.diffusivity(1e9, 12e-9)
    mu = hopping.einstein_mobility(d, 300.0)
    assert mu == pytest.approx(
        limits.lattice_mobility(1e9, 12e-9, 300.0), rel=1e-12, abs=0.0
    )  # identity
    assert mu * BOLTZMANN * 300.0 == pytest.approx(1e9 * (12e-9) ** 2, rel=1e-12, abs=0.0)


def test_random_walk_on_the_lattice_has_that_diffusivity() -> None:
    rng = np.random.default_rng(1)
    hops, walkers = 400, 4000
    steps = rng.integers(0, 6, (hops, walkers))
    signs = np.where(steps % 2 == 0, 1, -1)
    x = np.where(steps // 2 == 0, signs, 0).sum(axis=0)
    rate, pitch = 1e9, 10e-9
    time = hops / (6.0 * rate)
    measured = float(np.mean((x * pitch) ** 2)) / (2.0 * time)
    # standard error of the mean square of 4000 walkers is sqrt(2/4000) = 2.2 %; three of them
    assert measured == pytest.approx(hopping.diffusivity(rate, pitch), rel=0.07, abs=0.0)


def test_hopping_rate_reaches_marcus_far_apart_and_the_phonon_close_by() -> None:
    gap, decay = 3e-9, 9e9
    slow = hopping.hop_rate(4e-3, gap, decay, 0.1, 0.0192, KT)
    transfer = 4e-3 * math.exp(-decay * gap / 2.0)
    # the adiabatic correction is k_na / k_ad, here below 1e-9
    assert slow == pytest.approx(limits.marcus_rate(transfer, 0.1, KT), rel=1e-6, abs=0.0)
    fast = hopping.hop_rate(10.0, 0.0, decay, 0.1, 0.0192, KT)
    frequency = 0.0192 / 4.135667696e-15
    assert fast == pytest.approx(frequency * math.exp(-0.1 / (4.0 * KT)), rel=1e-4, abs=0.0)


def test_contact_coupling_is_a_quarter_of_the_free_band() -> None:
    size, mass = 7e-9, 0.2
    band = (2.0 * KINETIC) * (math.pi / size) ** 2 / (2.0 * mass)  # energy at the zone edge
    chain = 2.0 * 2.0 * hopping.contact_coupling(size, mass)  # width 4 J of a chain
    assert chain == pytest.approx(band, rel=1e-12, abs=0.0)


def test_sphere_overlap_is_the_integral_over_the_gap() -> None:
    radius, decay = 5e-9, 9e9
    area, _ = quad(
        lambda r: math.exp(-decay / 2.0 * r**2 / radius) * 2.0 * math.pi * r, 0.0, 30e-9,
        points=[1e-9, 3e-9],
    )  # fmt: skip
    assert hopping.sphere_overlap(2.0 * radius, decay) == pytest.approx(
        area / (2.0 * radius) ** 2, rel=1e-6, abs=0.0
    )


def test_disorder_slows_with_the_square_of_sigma_over_kT() -> None:
    x = np.array([1.0, 2.0, 3.0])
    logs = np.log([hopping.disorder_factor(s * KT, KT, 4.0 / 9.0) for s in x])
    assert np.polyfit(x**2, logs, 1) == pytest.approx([-4.0 / 9.0, 0.0], abs=1e-12)


def test_disorder_adds_in_squares() -> None:
    assert hopping.disorder(-0.3, 0.1, 0.04) ** 2 == pytest.approx(
        0.03**2 + 0.04**2, rel=1e-12, abs=0.0
    )


@pytest.mark.parametrize("neighbours", [6.0, 12.0])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.7])
def test_bridged_rate_solves_its_effective_medium(neighbours: float, share: float) -> None:
    w = neighbours / 2.0 - 1.0

    def miss(k: float) -> float:
        return (1.0 - share) * (1.0 - k) / (1.0 + w * k) + share * (1e4 - k) / (1e4 + w * k)

    root = brentq(miss, 1.0, 1e4, rtol=1e-12)
    assert hopping.bridged_rate(1.0, 1e4, share, neighbours) == pytest.approx(
        root, rel=1e-9, abs=0.0
    )


@pytest.mark.parametrize("neighbours", [6.0, 12.0])
def test_bridges_percolate_at_two_over_z(neighbours: float) -> None:
    at = limits.bond_percolation(neighbours)
    below = hopping.bridged_rate(1e-12, 1.0, 0.9 * at, neighbours)
    above = hopping.bridged_rate(1e-12, 1.0, 1.1 * at, neighbours)
    assert below < 1e-10
    # above threshold the conducting share rises linearly, (p - p_c)/(1 - p_c)
    assert above == pytest.approx(0.1 * at / (1.0 - at), rel=1e-3, abs=0.0)


def test_voids_percolate_at_one_third() -> None:
    assert hopping.void_factor(1.0 / 3.0) == pytest.approx(0.0, abs=1e-15)
    # and follow Bruggeman with an insulator: sigma/sigma_0 = f x mobility ratio
    f = 0.7
    assert f * hopping.void_factor(f) == pytest.approx(
        permittivity.bruggeman(1.0, 1e-9, f), rel=1e-6, abs=0.0
    )


def test_field_exponent_has_baesslers_size_on_his_lattice() -> None:
    # published: 2.9e-4 (cm/V)^0.5 per unit of (sigma/kT)^2 - 2.25, at a = 0.6 nm
    published = 2.9e-4 * 0.1
    got = hopping.field_exponent(4.0 * KT, KT, 0.6e-9)
    assert got == pytest.approx(published * (16.0 - 2.25), rel=1e-12, abs=0.0)


@pytest.mark.parametrize("law", [permittivity.maxwell_garnett, permittivity.bruggeman])
def test_mixtures_have_the_right_ends_slope_and_bounds(law) -> None:
    core, matrix = 20.5, 2.4
    assert law(core, matrix, 0.0) == pytest.approx(matrix, rel=1e-12, abs=0.0)
    assert law(core, matrix, 1.0) == pytest.approx(core, rel=1e-12, abs=0.0)
    dilute = limits.maxwell_garnett_dilute(core, matrix, 1e-5)
    # both laws share the first order in f; the second is of order f^2 x 10
    assert law(core, matrix, 1e-5) - matrix == pytest.approx(dilute - matrix, rel=1e-3, abs=0.0)
    for fill in (0.1, 0.5, 0.9):
        low, high = limits.wiener_bounds(core, matrix, fill)
        assert low < law(core, matrix, fill) < high
        assert law(3.0, 3.0, fill) == pytest.approx(3.0, rel=1e-12, abs=0.0)


def test_bruggeman_solves_its_equation_and_is_symmetric() -> None:
    c, m, f = 20.5, 2.4, 0.45
    e = permittivity.bruggeman(c, m, f)
    assert f * (c - e) / (c + 2 * e) + (1 - f) * (m - e) / (m + 2 * e) == pytest.approx(
        0.0, abs=1e-14
    )
    assert e == pytest.approx(permittivity.bruggeman(m, c, 1.0 - f), rel=1e-12, abs=0.0)


def test_packing_counts_are_exact() -> None:
    assert limits.close_packing() == pytest.approx(spacing.FCC, rel=1e-14, abs=0.0)
    assert spacing.fill_fraction("cube", 10e-9, 2e-9, 1.0) == pytest.approx(
        limits.cube_fill(10e-9, 2e-9), rel=1e-12, abs=0.0
    )
    touching = spacing.fill_fraction("sphere", 10e-9, 0.0, spacing.FCC)
    assert touching == pytest.approx(limits.close_packing(), rel=1e-12, abs=0.0)
    plate = spacing.fill_fraction("platelet", 2e-9, 1e-9, 1.0, 20e-9)
    assert plate == pytest.approx(2.0 / 3.0 * (20.0 / 21.0) ** 2, rel=1e-12, abs=0.0)
    one = spacing.core_surface("platelet", 1.0, 1.0)
    assert one == pytest.approx(spacing.core_surface("cube", 1.0), rel=1e-12, abs=0.0)


def test_gap_ends() -> None:
    assert spacing.gap(2e-9, 0.0, 1.0, 0.0) == pytest.approx(
        4e-9, rel=1e-12, abs=0.0
    )  # two full shells
    assert spacing.gap(2e-9, 1.0, 1.0, 0.0) == pytest.approx(
        2e-9, rel=1e-12, abs=0.0
    )  # one, shared
    assert spacing.gap(2e-9, 0.5, 0.0, 0.3e-9) == pytest.approx(0.3e-9, rel=1e-12, abs=0.0)  # bare


def test_washing_and_heating_decay_exponentially() -> None:
    assert shell.after_wash(1.0, 0.3, 4) == pytest.approx(0.7**4, rel=1e-12, abs=0.0)
    binding = KT * math.log(shell.DESORPTION_ATTEMPT * 100.0)  # one e-fold in 100 s
    assert shell.after_anneal(1.0, binding, 300.0, 100.0) == pytest.approx(
        math.exp(-1.0), rel=1e-9, abs=0.0
    )


def test_ion_mobility_is_arrhenius_with_its_barrier() -> None:
    temperatures = np.array([250.0, 300.0, 350.0])
    mobilities = [ions.mobility(0.42e-9, 3e12, 0.44, 1.0, t) for t in temperatures]
    slope = np.polyfit(1.0 / temperatures, np.log(mobilities * temperatures), 1)[0]
    assert -slope * BOLTZMANN == pytest.approx(0.44, rel=1e-9, abs=0.0)
    # the estimate of 4.6e-10 to 4.6e-9 cm2/Vs for 1e12 to 1e13 1/s, D = l^2 nu exp(-E/kT)/6
    assert ions.mobility(0.42e-9, 1e12, 0.44, 1.0, 300.0) * 1e4 == pytest.approx(
        4.6e-10, rel=0.05, abs=0.0
    )


def test_langevin_and_the_dot_add_as_resistances() -> None:
    encounter = traps.langevin(1e-8, 5.0)
    assert encounter == pytest.approx(
        ELEMENTARY_CHARGE * 1e-8 / (8.8541878128e-12 * 5.0), rel=1e-9, abs=0.0
    )
    dots, lifetime = 5e23, 5e-9
    capped = traps.bimolecular(1e3 / (dots * lifetime), dots, lifetime)
    assert capped == pytest.approx(
        1.0 / (dots * lifetime), rel=2e-3, abs=0.0
    )  # 1/1001 below the cap
    assert traps.bimolecular(encounter, dots, 0.0) == encounter


def test_bulk_states_equal_the_fermi_integral_at_low_density() -> None:
    mass, kT = 0.22, KT
    density = lambda e: (2.0 * mass / (2.0 * KINETIC)) ** 1.5 / (2.0 * math.pi**2) * math.sqrt(e)  # noqa: E731
    total, _ = quad(lambda e: density(e) * math.exp(-e / kT), 0.0, 40.0 * kT)
    assert bands.bulk_states(mass, 300.0) == pytest.approx(total, rel=1e-6, abs=0.0)
