"""Hopping on packings against closed forms."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.randomness import generator
from halodot.core.status import Status
from halodot.film import hopping
from halodot.film.transport import (
    Hops,
    disorder_exponent,
    hops,
    level_rate,
    mobility_of,
    occupation,
    pack,
    steady,
    walk,
    weak_field,
)
from halodot.film.transport import energy_transfer as transfer
from halodot.film.transport.clusters import ways, without
from halodot.film.transport.packing import DENSEST, strained
from halodot.film.transport.percolation import THRESHOLDS, conductivity, spans, threshold

KT, RATE, PITCH = 0.025, 1e9, 10e-9
LATTICE = {"size": 9e-9, "gap": 1e-9}
FILM = {"size": 9e-9, "gap": 1.5e-9, "mass": 0.15, "temperature": 300.0}


@pytest.mark.parametrize(("shape", "neighbours"), [("cube", 6), ("sphere", 12)])
@pytest.mark.parametrize("filling", [0.0, 0.3])
def test_a_uniform_lattice_diffuses_with_rate_times_pitch_squared(
    shape: str, neighbours: int, filling: float
) -> None:
    hop = hops(pack(shape, 216, **LATTICE), equal=RATE, kT=KT)
    diffusion = weak_field(hop, filling).mobility * KT
    expected = neighbours / 6 * RATE * PITCH**2 * (1.0 - filling)  # blocked: as many as dots taken
    assert diffusion == pytest.approx(expected, rel=1e-12, abs=0.0)


@pytest.mark.parametrize("law", ["marcus", "miller_abrahams"])
def test_a_field_on_a_uniform_lattice_drifts_in_closed_form(law: str) -> None:
    hop = hops(pack("cube", 64, **LATTICE), equal=RATE, kT=KT, law=law, reorganisation=0.1)
    work = 3.0 * KT
    found = steady(hop, np.array([work / PITCH, 0.0, 0.0])).velocity
    shared = math.exp(-(work**2) / (4 * 0.1 * KT)) if law == "marcus" else math.exp(-work / 2 / KT)
    assert found[0] == pytest.approx(
        2 * RATE * PITCH * shared * math.sinh(work / 2 / KT), rel=1e-10, abs=0.0
    )
    assert np.max(np.abs(found[1:])) < 1e-12 * found[0]


def test_a_chain_of_levels_conducts_as_resistors_in_series() -> None:
    """Layers of alternating level: exact by Kirchhoff, two unlike steps a period."""
    dots, depth = pack("cube", 216, **LATTICE), 0.05
    odd = np.round(dots.positions[:, 0] / PITCH).astype(int) % 2
    hop = hops(dots, equal=RATE, kT=KT, reorganisation=0.1)
    hop = type(hop)(dots, -depth * odd, hop.equal, KT, 0.1, "marcus")
    down = RATE * math.exp(depth / 2 / KT - depth**2 / (4 * 0.1 * KT))
    busy = 1.0 / (1.0 + math.exp(depth / KT))  # share of the carriers on the upper layers
    expected = 2.0 * busy * down * PITCH**2  # D = 2 p_up k_down a^2, as both steps are alike
    assert weak_field(hop).mobility * KT == pytest.approx(expected, rel=1e-9, abs=0.0)


def test_few_missing_dots_cost_what_dilute_vacancies_cost() -> None:
    """Conductivity 1 - 2 x / (1 - G) of site vacancies on the simple cubic lattice, exact for few.

    G = G(0) - G(2a), lattice Green function: the six bonds of a vacancy act as a dipole of two.
    """
    k = 2.0 * math.pi * (np.arange(60) + 0.5) / 60
    kx, ky, kz = np.meshgrid(k, k, k, indexing="ij")
    lattice = 6.0 - 2.0 * (np.cos(kx) + np.cos(ky) + np.cos(kz))
    green = float(np.mean((1.0 - np.cos(2.0 * kx)) / lattice))
    shares = [conductivity(pack("cube", 8000, **LATTICE), np.array([0.99]), s) for s in range(4)]
    assert all(status.is_good for _, status in shares)
    lost = np.mean([(1.0 - found[0]) / 0.01 for found, _ in shares])
    assert lost == pytest.approx(2.0 / (1.0 - green), rel=0.03, abs=0.0)  # 80 vacancies a box


@pytest.mark.parametrize("shape", ["cube", "sphere"])
def test_missing_dots_cut_the_film_at_the_known_threshold(shape: str) -> None:
    dots = pack(shape, 8000)
    found = np.array([threshold(dots, seed) for seed in range(16)])
    error = found.std(ddof=1) / 4.0
    # the mean of a box moves by about (dots)^(-1/(3 nu)) times its own scatter
    assert found.mean() == pytest.approx(THRESHOLDS[shape], abs=0.005 + 3.0 * error)
    below, _ = conductivity(dots, np.array([THRESHOLDS[shape] - 0.06]))
    assert below[0] < 1e-9


def test_carriers_alone_in_disorder_sit_at_minus_sigma_squared_over_kt() -> None:
    rng = generator(3, "levels")
    energies = 2.0 * KT * rng.standard_normal(200_000)
    p = occupation(energies, KT)
    assert p @ energies == pytest.approx(-4.0 * KT, rel=0.02)  # scatter of the deepest dots


def test_einstein_relation_of_walks() -> None:
    dots = pack("cube", 1000, **LATTICE)
    hop = hops(dots, equal=RATE, kT=KT, static=1.5 * KT, seed=5)
    done = walk(hop, carriers=3000, hops_each=3000.0, seed=1)
    expected = np.array([weak_field(hop, axis=a).mobility * KT for a in range(3)])
    assert np.all(np.abs(done.diffusion - expected) < 3.5 * done.diffusion_error)
    assert np.all(done.diffusion_error < 0.04 * expected)


def test_a_uniform_film_has_the_mobility_of_the_closed_form() -> None:
    for necks in (0.0, 1.0):
        film = mobility_of(**FILM, order=1.0, necks=necks, count=64, realisations=1)
        assert film.mobility == pytest.approx(film.closed_form, rel=1e-9, abs=0.0)


def test_the_gap_counts_with_its_decay_length() -> None:
    near, far = (
        mobility_of(**(FILM | {"gap": g}), order=1.0, count=64, realisations=1)
        for g in (1e-9, 2e-9)
    )
    geometry = (10.0 / 11.0) ** 2
    slow = [hopping.hop_rate(hopping.contact_coupling(9e-9, 0.15), g, 9e9, 0.1, 0.0192, 0.025852)
            for g in (1e-9, 2e-9)]  # fmt: skip
    ratio = near.mobility / far.mobility
    assert ratio == pytest.approx(geometry * slow[0] / slow[1], rel=1e-4, abs=0.0)


@pytest.mark.parametrize("law", ["marcus", "miller_abrahams"])
def test_disorder_slows_with_the_exponent_that_the_closed_form_takes(law: str) -> None:
    """-d ln D / d (sigma/kT)^2 between 2 and 3 kT, inside the interval of `HoppingSpec`."""
    c2, c3 = (disorder_exponent(law, r, realisations=2)[0] for r in (2.0, 3.0))
    assert 0.38 < (9.0 * c3 - 4.0 * c2) / 5.0 < 0.50
    # Miller-Abrahams lacks the fast downhill hops, which is a prefactor and not the exponent
    assert (c2 < 0.50) == (law == "marcus")


@pytest.mark.parametrize("shape", ["cube", "sphere"])
@pytest.mark.parametrize("order", [1.0, 0.0])
def test_uneven_dots_do_not_conduct_better_than_even_ones(shape: str, order: float) -> None:
    """Shells do not give way: wider gaps where dots fit badly, none narrower than the ligands."""
    films = [mobility_of(**FILM, shape=shape, order=order, spread=s, count=343, density=0.62)
             for s in (0.0, 0.1, 0.2, 0.3)]  # fmt: skip
    ratios = [film.mobility / film.closed_form for film in films]
    for narrow, wide in itertools.pairwise(ratios):
        assert wide < 1.15 * narrow  # scatter of four small boxes
    assert films[0].status is Status.OK
    assert films[3].status is Status.OUTSIDE_RANGE


def test_spread_leaves_the_space_filled_and_no_gap_below_that_of_the_ligands() -> None:
    for shape, full in (("cube", 1.0), ("sphere", math.pi / 6.0)):
        dots = pack(shape, 1000, **LATTICE, spread=0.15, order=0.0)
        filled = full * np.sum((dots.sizes + 1e-9) ** 3) / dots.volume
        assert filled == pytest.approx(DENSEST[shape], rel=1e-9)
        assert dots.gap.min() == 1e-9
    assert strained(pack("sphere", 500, **LATTICE, spread=0.1))  # no lattice of such spheres
    assert not strained(pack("cube", 512, **LATTICE, spread=0.1))


def test_a_denser_random_film_conducts_better() -> None:
    films = [mobility_of(**FILM, spread=0.05, count=343, density=d) for d in (0.5, 0.75, 1.0)]
    assert films[0].mobility < 0.6 * films[1].mobility < 0.6 * films[2].mobility
    dots = pack("cube", 1000, **LATTICE, order=0.0, density=0.7)
    assert dots.count * 10e-9**3 / dots.volume == pytest.approx(0.7, abs=1e-3)


def test_no_way_across_carries_exactly_nothing() -> None:
    """Below the threshold clusters end in the box, whatever the solver leaves of round-off."""
    cut = mobility_of(**FILM, static_disorder=0.04, order=1.0, missing=0.85, count=1000)
    assert cut.mobility == 0.0
    assert cut.spanning == 0.0
    hop = hops(pack("cube", 1000, **LATTICE, missing=0.75), equal=RATE, kT=KT, static=0.05)
    for filling in (0.0, 0.2):
        still = steady(hop, np.array([1e6, 0.0, 0.0]), filling)
        assert still.status.is_good
        assert np.all(still.velocity == 0.0)
        assert still.occupation.sum() == pytest.approx(filling * 250 or 1.0)


def test_loose_dots_beside_the_way_only_hold_carriers() -> None:
    hop = hops(pack("cube", 1000, **LATTICE, missing=0.5), equal=RATE, kT=KT, static=0.05)
    cluster, around = ways(hop.dots)
    assert len(around) >= 5  # clusters
    for filling in (0.0, 0.2):
        driven = steady(hop, np.array([1e3, 0.0, 0.0]), filling)
        assert driven.status.is_good
        assert driven.mobility == pytest.approx(weak_field(hop, filling).mobility, rel=1e-3)
    free = occupation(hop.energies, KT)[around.any(axis=1)[cluster]].sum()
    alone = without(hop.dots, around.any(axis=1)[cluster])
    only = Hops(alone, hop.energies[around.any(axis=1)[cluster]], np.full(len(alone.gap), RATE), KT)
    assert weak_field(hop).mobility == pytest.approx(free * weak_field(only).mobility, rel=1e-9)


def test_clusters_that_lead_around_are_those_that_join_the_faces_and_close() -> None:
    lattice = pack("cube", 64, **LATTICE)
    rod = without(lattice, np.all(lattice.positions[:, 1:] < 1e-9, axis=1))
    assert ways(rod)[1].tolist() == [[True, False, False]]
    for seed in range(8):
        dots = pack("cube", 1000, **LATTICE, missing=0.68, seed=seed)
        for axis in range(3):
            if ways(dots)[1][:, axis].any():
                assert spans(dots, np.ones(dots.count, dtype=bool), axis)


def test_a_disordered_lattice_at_rest_is_converged() -> None:
    still = steady(hops(pack("cube", 1000, **LATTICE), equal=RATE, kT=KT, static=0.05), np.zeros(3))
    assert still.status.is_good


@pytest.mark.parametrize(
    "change",
    [
        {"gap": -1e-9},
        {"density": 2.0},
        {"missing": 1.0},
        {"field": 1e9},
        {"temperature": 0.0},
        {"mass": 0.0},
        {"size": 0.0},
        {"spread": -0.1},
        {"shape": "sphere", "density": 0.75},
    ],
)
def test_numbers_that_no_film_has_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError) as caught:
        mobility_of(**(FILM | change), count=64, realisations=1)
    assert caught.value.field == list(change)[-1]


def test_a_field_too_strong_for_round_off_says_so() -> None:
    strong = mobility_of(**FILM, static_disorder=0.04, field=9e7, count=343, realisations=1)
    assert strong.status is Status.NOT_CONVERGED


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError):
        disorder_exponent("marcus", 0.0)
    with pytest.raises(InputError):
        mobility_of(**FILM, realisations=0)
    with pytest.raises(InputError):
        hops(pack("cube", 64), equal=1.0, kT=KT, law="hops")
    with pytest.raises(InputError):
        pack("rod")


def test_random_acceptors_quench_as_foerster_says() -> None:
    """Donors amid acceptors at random, drawn one by one, beside the closed form."""
    tau, radius, density, rng = 5e-9, 6e-9, 2e23, generator(1, "acceptors")
    edge, donors = 90e-9, 1500
    times = np.array([0.3, 1.0, 2.0]) * tau
    alive = np.zeros((donors, 3))
    for q in range(donors):
        r = np.sqrt(
            np.sum(((rng.random((rng.poisson(density * edge**3), 3)) - 0.5) * edge) ** 2, 1)
        )
        alive[q] = np.exp(-times / tau * (1.0 + np.sum((radius / r) ** 6)))
    found, error = alive.mean(axis=0), alive.std(axis=0) / math.sqrt(donors)
    expected = transfer.donor_decay(times, tau, density, radius)
    assert np.all(np.abs(found - expected) < 3.0 * error)
    t = np.linspace(0.0, 40.0, 400_001) * tau
    kept = np.trapezoid(transfer.donor_decay(t, tau, density, radius), t) / tau
    assert 1.0 - kept == pytest.approx(transfer.transfer_yield(density, radius), abs=1e-5)


def test_migration_shifts_from_none_to_thermal() -> None:
    dots = pack("cube", 1000, **LATTICE)
    energies = 1.2 * KT * generator(2, "excitons").standard_normal(dots.count)
    shifts = []
    for radius in (1e-9, 6e-9, 9e-9, 60e-9):
        found = transfer.migration(
            transfer.exciton_hops(dots, energies, radius, 5e-9, 0.04, KT), 5e-9
        )
        assert found.status.is_good
        assert found.emitted == pytest.approx(1.0, rel=1e-9)
        shifts.append(found.red_shift)
    assert shifts == sorted(shifts, reverse=True)
    thermal = float(occupation(energies, KT) @ energies - energies.mean())
    assert shifts[0] == pytest.approx(0.0, abs=1e-3 * abs(thermal))
    assert shifts[-1] == pytest.approx(thermal, rel=2e-3, abs=0.0)


def test_a_pair_shares_its_exciton_as_two_rate_equations_say() -> None:
    dots = pack("cube", 64, **LATTICE)
    hop = transfer.exciton_hops(dots, np.zeros(64), 8e-9, 5e-9, 0.04, KT, reach=1.2)
    first = np.zeros(64)
    first[0] = 1.0
    capture = np.full(64, 3.0 / 5e-9)
    done = transfer.migration(hop, 5e-9, capture, first)
    assert done.transferred == pytest.approx(0.75, rel=1e-9, abs=0.0)


def test_rates_of_levels_follow_the_couplings_of_the_closed_form() -> None:
    dots = pack("sphere", 108, **LATTICE)
    found = level_rate(dots, rounded=True)
    coupling = hopping.contact_coupling(9e-9, 0.15) * hopping.sphere_overlap(9e-9, 9e9)
    expected = hopping.hop_rate(coupling, 1e-9, 9e9, 0.1, 0.0192, 0.02585)
    assert found == pytest.approx(np.full(found.shape, expected), rel=1e-9, abs=0.0)
