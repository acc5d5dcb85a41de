"""Rate equations of dopants against closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from halodot.dot.doping import limits, rates
from halodot.dot.doping.solution import pulsed, steady

HOST = {"radiative": 2e8, "loss": 3e8}


@pytest.mark.parametrize("excitation", [1e-3, 1.0, 1e3, 1e5, 1e8])
def test_the_excited_share_is_that_of_two_levels(excitation: float) -> None:
    found = steady(limits.single_acceptor(25.0, **HOST), excitation)
    exact = limits.two_level(excitation, 5e8, 1e9, 1e3, 25.0)
    assert found.converged.all()
    assert found.excited[0, 0] == pytest.approx(exact, rel=1e-8, abs=0.0)  # Newton stops at 1e-9


@pytest.mark.parametrize("order", [1.0, 2.0])
def test_weak_light_gives_the_branching_of_the_rates(order: float) -> None:
    s = limits.single_acceptor(10.0, **HOST, order=order, ion_loss=250.0)
    found = steady(s, 1e-6)
    host, ion = limits.low_excitation(2e8, 3e8, 1e10, order, 1e3 / 1250.0)
    assert found.excitons[0] * 2e8 / 1e-6 == pytest.approx(host, rel=1e-6)  # f is 1e-10
    assert found.excited[0, 0] * 10.0 * 1e3 / 1e-6 == pytest.approx(ion, rel=1e-6)


def test_strong_light_excites_every_ion_and_no_more() -> None:
    found = steady(limits.single_acceptor(10.0, **HOST), 1e9)
    ion = found.excited[0, 0] * 10.0 * 1e3 / 1e9
    assert ion == pytest.approx(limits.saturated(10.0, 1e3, 1e9), rel=1e-5)  # 1 - f is 1e-6
    host = found.excitons[0] * 2e8 / 1e9
    assert host == pytest.approx(2.0 / 5.0, rel=1e-3)  # as without ions, but for 1e4 of 1e9


def test_excited_ions_that_take_excitons_lower_the_yield_as_light_grows() -> None:
    # every ion excited: the host loses excitons to N a beside its own losses
    s = limits.single_acceptor(10.0, **HOST, annihilation=1e8)
    host = steady(s, 1e9).excitons[0] * 2e8 / 1e9
    assert host == pytest.approx(2e8 / (5e8 + 10.0 * 1e8), rel=1e-3)  # ions left at rest: 1e-6


def test_back_transfer_shares_the_light_as_in_equilibrium() -> None:
    # both directions far faster than any decay: x / (N f) = k' / k
    s = limits.single_acceptor(10.0, radiative=1.0, loss=0.0, transfer=1e9, back=1e7)
    found = steady(s, 1e-3)
    ratio = found.excitons[0] / (10.0 * found.excited[0, 0])
    assert ratio == pytest.approx(1e7 / 1e9 / 10.0, rel=1e-3)  # 1e3 / 1e7 of net flow


def test_ions_without_number_leave_the_host_alone() -> None:
    s = limits.single_acceptor(0.0, **HOST)
    assert steady(s, 7.0).excitons[0] == pytest.approx(7.0 / 5e8, rel=1e-12, abs=0.0)


def test_many_ions_take_all_the_light() -> None:
    s = limits.single_acceptor(1e6, **HOST, order=2.0)
    found = steady(s, 1.0)
    assert found.excited[0, 0] * 1e6 * 1e3 == pytest.approx(2.0, rel=1e-6)  # 5e8 of 1e15 lost


def test_an_ion_passes_its_energy_to_a_lower_kind() -> None:
    one = limits.single_acceptor(10.0, **HOST)
    pair = replace(
        one,
        ions=np.array([[10.0, 40.0]]),
        transfer=np.array([[1e9, 0.0]]),
        back=np.zeros((1, 2)),
        order=np.ones(2),
        annihilation=np.zeros((1, 2)),
        ion_radiative=np.array([[1e3, 1e2]]),
        ion_loss=np.zeros((1, 2)),
        ion_thermal=np.array([[1e-60, 1e-50]]),
        exchange=np.array([[[0.0, 5e4], [0.0, 0.0]]]),
    )
    found = steady(pair, 1e-3)
    light = pair.ions * pair.ion_radiative * found.excited / 1e-3
    passed = 5e4 * 40.0 / 1000.0  # w times the share of sites
    caught = 1e10 / 1.05e10
    assert light[0] == pytest.approx(
        [caught * 1e3 / (1e3 + passed), caught * passed / (1e3 + passed)], rel=1e-4
    )  # excited shares of 1e-4 at most


def test_a_weak_pulse_decays_with_the_sum_of_the_rates() -> None:
    s = limits.single_acceptor(10.0, **HOST)
    late = pulsed(s, 1e-6)
    early = (late.time < 1e-9) & (late.time > 0.0)
    slope = np.polyfit(late.time[early], np.log(late.excitons[early]), 1)[0]
    assert -slope == pytest.approx(1.05e10, rel=1e-3)  # tolerance of the integration
    end = late.time > 0.1 * late.time[-1]
    tail = np.polyfit(late.time[end][:20], np.log(late.excited[end, 0][:20]), 1)[0]
    assert -tail == pytest.approx(1e3, rel=1e-3)


def test_rates_downhill_are_full_and_uphill_activated() -> None:
    kt = 8.617333262e-5 * 300.0
    down, up = (rates.transfer(1e12, 1e3, d, 300.0, 1.0, 1.0)[0] for d in (0.3, -0.3))
    assert float(down) == pytest.approx(1e9, rel=1e-12)
    assert float(up / down) == pytest.approx(np.exp(-0.3 / kt), rel=1e-9, abs=0.0)


def test_cutting_is_lost_where_the_pair_falls_back() -> None:
    above, below = (
        float(rates.transfer(1e12, 1e3, d, 300.0, 2.0, 0.75, 1e6)[0]) for d in (0.4, -0.1)
    )
    assert above == pytest.approx(1e9, rel=1e-2)  # fall-back of 1e3 against an escape of 1e6
    # uphill: the escape times the equilibrium of pair and exciton
    ratio = rates.EXCITON_STATES / 0.75**2
    kt = 8.617333262e-5 * 300.0
    assert below == pytest.approx(1e6 * np.exp(-0.1 / kt) / ratio, rel=1e-2)


def test_two_defects_in_three_go_dark_where_each_site_has_two_thirds() -> None:
    assert float(rates.left_dark(2 / 3, 1.0)) == pytest.approx(1 / 3)
    assert float(rates.left_dark(0.01, 300.0)) == pytest.approx(np.exp(-3.0), rel=0.02)
