"""Filaments against closed forms: hops, redox balance, networks, potentials, wires."""

from __future__ import annotations

import math

import numpy as np
import pytest

from halodot.core.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY
from halodot.device.filament import rates
from halodot.device.filament.network import Network, sparse
from halodot.device.filament.potential import contact_weight, flat, settle, transform

KT = BOLTZMANN * 300.0


def electrodes(shape: tuple[int, int, int]) -> np.ndarray:
    kind = np.zeros((shape[0] + 2, *shape[1:]), dtype=np.int8)
    kind[0], kind[-1] = 9, 10
    return kind


@pytest.mark.parametrize("gain", [-1.3, -0.2, 0.0, 0.35, 1.1])
@pytest.mark.parametrize("share", [0.3, 0.5])
def test_a_step_and_its_way_back_obey_detailed_balance(gain: float, share: float) -> None:
    there = rates.step_rate(0.4, gain, share, 1e12, KT)
    back = rates.step_rate(0.4, -gain, 1.0 - share, 1e12, KT)
    assert there / back == pytest.approx(math.exp(-gain / KT), rel=1e-10, abs=0.0)


def test_a_hop_is_thermally_activated() -> None:
    slow, fast = (rates.hop_rate(0.44, 1.0, 0.0, 4e-10, 1e12, t) for t in (280.0, 320.0))
    slope = math.log(fast / slow) / (1 / (BOLTZMANN * 280.0) - 1 / (BOLTZMANN * 320.0))
    assert slope == pytest.approx(0.44, rel=1e-10)


def test_drift_of_hops_and_their_diffusion_obey_einstein() -> None:
    """In a weak field: v / F = mu, mu kT / q = D, both from the rates of the two directions."""
    field, jump = 1e4, 4e-10
    there, back = (rates.hop_rate(0.3, 1.0, s * field, jump, 1e12, 300.0) for s in (1, -1))
    diffusion = 0.5 * jump**2 * (there + back)
    mobility = jump * (there - back) / field
    assert mobility * KT == pytest.approx(diffusion, rel=1e-6, abs=0.0)


def test_redox_at_balance_carries_no_current() -> None:
    assert rates.butler_volmer(3.0, 0.0, 0.4, 1.0, 300.0) == 0.0
    tafel = rates.butler_volmer(1.0, 0.3, 0.4, 1.0, 300.0)
    assert math.log(tafel) == pytest.approx(0.4 * 0.3 / KT, rel=1e-4)
    small = rates.butler_volmer(1.0, 1e-6, 0.4, 2.0, 300.0)
    assert small == pytest.approx(2.0 * 1e-6 / KT, rel=1e-4)


def test_thin_wires_dissolve_faster_by_gibbs_and_thomson() -> None:
    radii = np.array([1e-9, 2e-9, 4e-9])
    logs = [math.log(rates.gibbs_thomson(r, 0.7, 1.7e-29, 300.0)) for r in radii]
    slope = np.polyfit(1.0 / radii, logs, 1)[0]
    assert slope == pytest.approx(0.7 * 1.7e-29 / ELEMENTARY_CHARGE / KT, rel=1e-9)


def test_lifetime_of_a_wire_grows_with_the_fourth_power() -> None:
    a, b = (rates.surface_diffusion_lifetime(r, 1e-6, 0.7, 1.7e-29, 0.5, 1e12, 300.0)
            for r in (1e-9, 2e-9))  # fmt: skip
    atom = 1.7e-29 ** (1 / 3)
    logs = math.log(1 + 4e-9 / atom) / math.log(1 + 2e-9 / atom)
    assert b / a == pytest.approx(16.0 * logs, rel=1e-12)


def test_conductances_of_wires_and_gaps() -> None:
    thick = rates.wire_conductance(5e-8, 2e-5, 2e-8, 0.0, 7e-20, 7.7e-5)
    assert thick == pytest.approx(math.pi * 25e-16 / (2e-8 * 2e-5), rel=5e-3)
    one, two = (rates.gap_conductance(g, 7e-20, 1e10, 7e-20, 7.7e-5) for g in (1e-9, 2e-9))
    assert one / two == pytest.approx(math.exp(10.0), rel=1e-9)


def test_heat_leaves_by_the_film_where_a_wire_is_thin() -> None:
    found = rates.joule_temperature(1e-6, 0.3, 1e-10, 2e-8, 1.0, 300.0)
    film = 2 * math.pi * 0.3 * 2e-8 / math.log(1 + 1e-8 / 1e-10)
    assert found - 300.0 == pytest.approx(1e-6 / film, rel=1e-3)


def test_network_of_an_even_film() -> None:
    shape, contact = (9, 6, 5), 0.4
    network, unit = Network(shape, 1e-10), flat(shape, 1.0).copy()
    network.fill(electrodes(shape), 1.0, 2e-3, contact, 5.0, 0.0, 1.0)
    whole = 2e-3 * 30 / (8 + 2 / contact)
    assert network.solve(unit) == pytest.approx(whole, rel=1e-8)


def test_network_of_a_single_filament_in_an_insulator() -> None:
    shape = (12, 8, 8)
    kind = electrodes(shape)
    kind[1:-1, 4, 4] = 5
    network, unit = Network(shape, 1e-10), flat(shape, 1.0).copy()
    network.fill(kind, 1.0, 1e-9, 1.0, 3.0, 0.0, 1.0)
    assert network.solve(unit) == pytest.approx(1.0 / (11.0 + 2.0 / 6.0), rel=1e-6)


def test_network_of_a_filament_with_a_tunnelling_gap() -> None:
    shape, gap, decay = (14, 6, 6), 3, 1.3
    kind = electrodes(shape)
    kind[1 + gap : -1, 3, 3] = 5
    network, unit = Network(shape, 1e-10), flat(shape, 1.0).copy()
    network.fill(kind, 1e3, 1e-9, 1.0, 1e3, 0.5, decay)
    closed = 1.0 / (1.0 / (0.5 * math.exp(-decay * gap)) + (13 - gap) / 1e3 + 1 / 2e3)
    assert network.solve(unit) == pytest.approx(closed, rel=1e-4)


@pytest.mark.parametrize("contrast", [1e2, 1e4, 1e6])
def test_network_beside_a_sparse_direct_solver(contrast: float) -> None:
    from scipy.sparse.linalg import spsolve

    shape = (11, 9, 10)
    kind = electrodes(shape)
    kind[1:-1][np.random.default_rng(1).random(shape) < 0.15] = 5
    kind[4:-1, 4:6, 5] = 5
    network, unit = Network(shape, 1e-9), flat(shape, 1.0).copy()
    network.fill(kind, 1.0, 1.0 / contrast, 0.5, 2.0, 0.1, 2.0)
    found = network.solve(unit)
    matrix, right = sparse(network)
    exact = spsolve(matrix, right).reshape(shape)
    assert network.status.is_good
    assert np.abs(unit[1:-1] - exact).max() < 1e-5
    assert found == pytest.approx(float((network.levels[0].gx[-1] * exact[-1]).sum()), rel=1e-5)


def test_the_transform_beside_a_dense_solve() -> None:
    shape = (5, 4, 6)
    charge = np.random.default_rng(2).normal(size=shape)
    n = charge.size
    index = np.arange(n).reshape(shape)
    dense = 6.0 * np.eye(n)
    for step in ((0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)):
        np.add.at(dense, (index.ravel(), np.roll(index, step, (0, 1, 2)).ravel()), -1.0)
    for x in range(4):
        dense[index[x].ravel(), index[x + 1].ravel()] -= 1.0
        dense[index[x + 1].ravel(), index[x].ravel()] -= 1.0
    scale = ELEMENTARY_CHARGE / (VACUUM_PERMITTIVITY * 8.0 * 5e-10)
    exact = scale * np.linalg.solve(dense, charge.ravel()).reshape(shape)
    found = transform(charge, 5e-10, 8.0)
    assert np.abs(found - exact).max() < 1e-10 * np.abs(exact).max()


def test_sweeps_end_at_the_potential_of_the_network() -> None:
    """Held metal in the sweeps is metal without resistance in the network."""
    shape = (12, 8, 8)
    kind = electrodes(shape)
    kind[6:-1, 4, 4] = 5
    label = np.zeros_like(kind)
    label[kind >= 5], label[0] = 2, 1
    contact = contact_weight(0.15, shape[0])
    swept, solved = flat(shape, contact).copy(), flat(shape, contact).copy()
    swept[label == 2] = 0.0
    assert settle(swept, kind, label, contact, 1e-10)
    network = Network(shape, 1e-10)
    network.fill(kind, 1e9, 1.0, contact, 1e9, 0.0, 1.0)
    network.solve(solved)
    assert np.abs(swept - solved)[1:-1].max() < 1e-6


def test_metal_that_touches_nothing_is_at_one_potential() -> None:
    """An island in a film: no voltage within it, and the network says the same around it."""
    shape = (12, 8, 8)
    kind = electrodes(shape)
    kind[5:9, 3:5, 3:5] = 5
    label = np.zeros_like(kind)
    label[-1], label[0] = 2, 1
    contact = contact_weight(0.15, shape[0])
    swept, solved = flat(shape, contact).copy(), flat(shape, contact).copy()
    settle(swept, kind, label, contact, 1e-10)
    island = swept[5:9, 3:5, 3:5]
    assert island.max() - island.min() < 0.02
    network = Network(shape, 1e-10)
    network.fill(kind, 1e9, 1.0, contact, 1e9, 0.0, 1.0)
    network.solve(solved)
    assert np.abs(swept - solved)[1:-1].max() < 0.01


def test_contacts_take_their_share_of_the_voltage() -> None:
    line = flat((20, 2, 2), contact_weight(0.15, 20))[:, 0, 0]
    assert line[0] - line[1] == pytest.approx(0.15, rel=1e-12)
    assert line[-2] == pytest.approx(0.15, rel=1e-12)
