"""What holds for carriers on every packing, law, field and filling."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.film.transport import (
    Hops,
    Packing,
    crowd,
    hops,
    level_rate,
    mobility_of,
    occupation,
    pack,
    steady,
    walk,
    weak_field,
)
from halodot.film.transport.energy_transfer import exciton_hops
from halodot.film.transport.packing import JAMMED

KT = 0.025
LATTICE = {"size": 9e-9, "gap": 1e-9}
PACKINGS = {
    "cubes": {"order": 1.0},
    "uneven cubes": {"order": 1.0, "spread": 0.08},
    "spheres": {"shape": "sphere", "order": 1.0},
    "grains": {"order": 0.6, "spread": 0.05},
    "random": {"order": 0.0, "spread": 0.08, "missing": 0.1, "necks": 0.2},
    "random spheres": {"shape": "sphere", "order": 0.0},
}
LAWS = ("marcus", "miller_abrahams")


@pytest.fixture(scope="module", params=sorted(PACKINGS))
def dots(request: pytest.FixtureRequest) -> Packing:
    return pack(count=343, **LATTICE, **PACKINGS[request.param])


def carried(dots: Packing, law: str) -> Hops:
    return hops(dots, equal=level_rate(dots), kT=KT, slope=-0.3, static=0.03, law=law)


def test_hops_lead_back_over_the_same_way(dots: Packing) -> None:
    there, back = dots.source, dots.back
    assert np.array_equal(back[back], np.arange(len(back)))
    assert np.array_equal(dots.target[back], there)
    assert np.array_equal(dots.wraps[back], -dots.wraps)
    assert np.array_equal(dots.gap[back], dots.gap)
    assert dots.offset[back] == pytest.approx(-dots.offset, rel=1e-12, abs=0.0)
    moved = dots.positions[there] + dots.offset - dots.box * dots.wraps
    assert moved == pytest.approx(dots.positions[dots.target], rel=0.0, abs=1e-15)
    assert np.all(there != dots.target)
    assert np.min(dots.gap) >= 0.0
    assert dots.overlap < 0.03  # spheres of unlike width on a lattice cannot all touch


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("field", [0.0, 1e7])
def test_detailed_balance_to_round_off(dots: Packing, law: str, field: float) -> None:
    hop, force = carried(dots, law), np.array([field, 0.3 * field, 0.0])
    rate = hop.rates(force)
    there = hop.energies[dots.target] - hop.energies[dots.source] - dots.offset @ force
    balance = np.log(rate / rate[dots.back]) * KT
    assert balance == pytest.approx(-there, rel=1e-9, abs=1e-13)


def test_excitons_are_in_detailed_balance() -> None:
    packed = pack(count=343, **LATTICE)
    energies = 0.03 * np.random.default_rng(0).standard_normal(packed.count)
    hop = exciton_hops(packed, energies, 8e-9, 5e-9, 0.04, KT)
    rate = hop.rates()
    assert np.log(rate / rate[hop.dots.back]) * KT == pytest.approx(-hop.step(), abs=1e-13)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("filling", [0.0, 0.2])
def test_no_field_no_current(dots: Packing, law: str, filling: float) -> None:
    hop = carried(dots, law)
    still = steady(hop, np.zeros(3), filling)
    traffic = float(still.occupation @ dots.leaving(hop.rates() * np.abs(dots.offset[:, 0])))
    traffic /= still.occupation.sum()
    assert np.max(np.abs(still.velocity)) < 1e-14 * traffic
    assert still.occupation == pytest.approx(
        occupation(hop.energies, KT, filling), rel=1e-12, abs=0.0
    )


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("filling", [0.0, 0.2])
def test_a_low_field_gives_the_mobility_of_none(dots: Packing, law: str, filling: float) -> None:
    hop = carried(dots, law)
    weak = weak_field(hop, filling)
    field = 1e-4 * KT / dots.pitch
    strong = steady(hop, np.array([field, 0.0, 0.0]), filling)
    assert weak.status.is_good
    assert strong.status.is_good
    tiny = 1e-4 * field * weak.mobility
    assert strong.velocity == pytest.approx(weak.velocity * field, rel=1e-3, abs=tiny)
    assert weak.mobility > 0.0


def test_a_field_drives_along_itself_and_loses_no_carrier(dots: Packing) -> None:
    hop, force = carried(dots, "marcus"), np.array([2.0 * KT / dots.pitch, 0.0, 0.0])
    for filling in (0.0, 0.2):
        for sign in (1.0, -1.0):
            found = steady(hop, sign * force, filling)
            assert found.status.is_good
            assert sign * found.velocity[0] > 0.0
            total = filling * dots.count if filling else 1.0
            assert found.occupation.sum() == pytest.approx(total, rel=1e-7)
            assert found.occupation.min() > 0.0
            assert found.occupation.max() < 1.0


def test_onsager_mobility_is_symmetric(dots: Packing) -> None:
    hop = carried(dots, "marcus")
    x, y = weak_field(hop, axis=0).velocity, weak_field(hop, axis=1).velocity
    assert x[1] == pytest.approx(y[0], rel=1e-7, abs=1e-9 * x[0])


def test_walks_go_along_the_force_and_repeat(dots: Packing) -> None:
    hop, force = carried(dots, "marcus"), np.array([4.0 * KT / dots.pitch, 0.0, 0.0])
    once, again = (walk(hop, force, carriers=100, hops_each=5e3, seed=3) for _ in range(2))
    assert once.velocity[0] > 3.0 * once.velocity_error[0]
    assert np.array_equal(once.velocity, again.velocity)
    together = crowd(hop, 20, force, hops_each=5e3, seed=3)
    assert together.velocity[0] > 3.0 * together.velocity_error[0]
    assert together.hops < together.attempts
    assert together.status.is_good


def test_carriers_relax_downwards() -> None:
    hop = hops(pack(count=1000, **LATTICE), equal=1e9, kT=KT, static=2.0 * KT)
    done = walk(hop, carriers=2000, hops_each=30.0, begin="anywhere", samples=12)
    equilibrium = float(occupation(hop.energies, KT) @ hop.energies)
    assert done.energy[0] > done.energy[-1] + 3.0 * done.energy_error[-1]
    assert done.energy[0] < hop.energies.mean()
    assert done.energy[-1] > equilibrium - 3.0 * done.energy_error[-1]


def test_a_walk_that_is_cut_short_says_so() -> None:
    hop = carried(pack(count=216, **LATTICE), "marcus")
    assert not walk(hop, carriers=2, hops_each=100.0, most=5).status.is_good
    assert not crowd(hop, 2, hops_each=100.0, most=5).status.is_good


def test_shares_come_out_as_asked() -> None:
    dots = pack(count=1000, missing=0.1, necks=0.3, **LATTICE)
    assert dots.count == 900
    assert np.mean(dots.gap == 0.0) == pytest.approx(0.3, abs=0.03)
    loose = pack("sphere", 1000, order=0.0, density=JAMMED, **LATTICE)
    filled = loose.count * np.pi / 6.0 * 10e-9**3 / loose.volume
    assert filled == pytest.approx(JAMMED, rel=1e-9)
    assert loose.overlap < 0.005
    assert np.median(loose.gap[loose.gap < 1.2e-9]) == pytest.approx(1e-9, rel=0.1)


def test_mobility_moves_as_it_must() -> None:
    base = {"size": 9e-9, "gap": 1.5e-9, "mass": 0.15, "temperature": 300.0, "spread": 0.06,
            "level_slope": -0.3, "static_disorder": 0.03, "count": 343,
            "realisations": 3}  # fmt: skip

    def mu(**change: object) -> float:
        found = mobility_of(**(base | change))
        assert found.status.is_good
        return found.mobility

    plain = mu()
    assert mu(gap=2.0e-9) < plain < mu(gap=1.0e-9)
    assert mu(static_disorder=0.06) < plain < mu(static_disorder=0.0)
    assert mu(temperature=250.0) < plain < mu(temperature=350.0)
    assert mu(missing=0.3) < plain < mu(necks=0.3)
    assert mu(filling=0.05) > plain
    assert mu(seed=1) != plain
