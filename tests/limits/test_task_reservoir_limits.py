"""Memory, capacity and their thresholds against closed forms."""

from math import comb

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.task.reservoir import memory
from halodot.task.reservoir.encode import Point, shares
from halodot.task.reservoir.nodes import follow
from halodot.task.reservoir.readout import regress, software
from halodot.task.reservoir.spec import Pulses
from reservoir_standin import leaky

STEPS, TEST = 3000, slice(1500, 3000)
THRESHOLD = memory.correlation_threshold(1500, 1e-3)


def inputs(seed=0, steps=STEPS):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, steps)


def by_delay(states, u, delays=12, wash=50):
    targets = np.stack([memory.delayed(u, k) for k in range(delays + 1)], axis=1)
    found = regress(states[wash:1500], targets[wash:1500])(states[TEST])
    return memory.squared_correlation(targets[TEST], found, THRESHOLD)


def line(u, taps):
    return np.stack([memory.delayed(u, k) for k in range(taps)], axis=1)


@pytest.mark.parametrize("taps", [1, 3, 7])
def test_a_delay_line_remembers_its_taps(taps):
    u = inputs()
    each = by_delay(line(u, taps), u)
    assert each[:taps].sum() == pytest.approx(taps, abs=1e-6)  # the penalty takes 1e-8
    assert each[:taps] == pytest.approx(1.0, abs=1e-6)
    assert each[taps:] == pytest.approx(0.0, abs=0.02)  # one in a thousand passes the threshold


def test_a_node_without_memory_holds_the_present_alone():
    u = inputs()
    each = by_delay(np.tanh(0.01 * u)[:, None], u)
    assert each[0] == pytest.approx(1.0, abs=1e-4)
    assert (each[1:] == 0.0).all()


def leak(u, a):
    x = np.zeros(len(u))
    for t in range(len(u)):
        x[t] = (a * x[t - 1] if t else 0.0) + u[t]
    return x[:, None]


@pytest.mark.parametrize("a", [0.3, 0.7, 0.9])
def test_a_leaky_integrator_has_one_unit_of_memory_spread_over_delays(a):
    u = inputs(1)
    each = by_delay(leak(u, a), u, 30)
    exact = (1.0 - a**2) * a ** (2.0 * np.arange(31))
    # A correlation over T steps scatters by up to 2 r / sqrt(T) = 0.05, correlated states by more.
    assert each == pytest.approx(exact, abs=0.07)
    assert each.sum() == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("tau", [0.05, 0.2])
def test_a_device_driven_by_pulses_has_the_memory_of_its_leak(tau):
    """Reading after the pulse, x(n+1) = a x(n) + b u(n) with a = exp(-T / tau)."""
    u = inputs(2)
    point = Point(False, 0.0, 1.0, 0.0, 0.02, 0.1, 0.5, tau, tau, 0.0)
    pulses = Pulses(reads_after=1, read_in_pulse=False, prime=False)
    driven = shares(u[:, None], np.ones((1, 1, 1)), np.zeros((1, 1)))
    (current,), status = follow([leaky(tau, ohmic=0.0)], [driven], point, pulses, 0)
    each = by_delay(current, u)
    a = np.exp(-0.1 / tau)
    assert status.is_good
    assert each[:4] == pytest.approx((1.0 - a**2) * a ** (2.0 * np.arange(4)), abs=0.07)


def test_memory_of_a_network_stays_below_its_nodes():
    u = inputs(3)
    states = software(8, 1, np.random.default_rng(0)).states(u[:, None], 1.0)
    assert 3.0 < by_delay(states, u, 40).sum() <= 8.0


def test_shuffled_targets_are_not_remembered():
    u = inputs(4)
    shuffled = np.random.default_rng(9).permutation(u)
    assert by_delay(line(u, 6), shuffled).sum() < 0.02


def test_bias_of_a_finite_record_is_taken_away():
    """Unrelated series have r^2 of 1/(T - 1) in the mean, and none of it is left."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((20, 4000)), rng.standard_normal((20, 4000))
    raw = memory.squared_correlation(a, b, -1.0)
    # standard error: sqrt(2 / 20^2 / 4000)
    assert raw.mean() == pytest.approx(0.0, abs=4.0 * np.sqrt(2.0 / 400 / 4000))
    passed = memory.squared_correlation(a, b, memory.correlation_threshold(20, 0.05)) > 0.0
    assert passed.mean() == pytest.approx(0.05, abs=4.0 * np.sqrt(0.05 / 4000))


@pytest.mark.parametrize(("degree", "window"), [(1, 5), (2, 4), (3, 5)])
def test_as_many_targets_as_monomials(degree, window):
    targets = list(memory.tasks_of(degree, window))
    assert len(targets) == len(set(targets)) == comb(window + degree - 1, degree)
    assert {sum(d for _, d in t) for t in targets} == {degree}


def test_polynomials_are_orthonormal():
    x, weight = np.polynomial.legendre.leggauss(12)
    table = np.stack([memory.legendre(n, x) for n in range(4)])
    assert 0.5 * (table * weight) @ table.T == pytest.approx(np.eye(4), abs=1e-12)


def test_a_shift_register_has_linear_capacity_alone():
    u = inputs(5)
    found = memory.processing(line(u, 6), u, 50, 1e-3)
    assert found[1] == pytest.approx(6.0, abs=1e-9)
    assert found[2] == 0.0
    assert found[3] == 0.0


def test_a_product_of_two_inputs_has_capacity_of_degree_two():
    u = inputs(6)
    states = (u * memory.delayed(u, 2))[:, None]
    found = memory.processing(states, u, 50, 1e-3)
    # the mean of u(t) u(t-2) over the record is taken from the states and not from the target
    assert found == pytest.approx({1: 0.0, 2: 1.0, 3: 0.0}, abs=1e-2)


def test_capacity_never_passes_the_number_of_states():
    u = inputs(7)
    states = software(6, 1, np.random.default_rng(1)).states(3.0 * u[:, None], 1.0)
    total = sum(memory.processing(states, u, 50, 1e-3).values())
    assert 4.0 < total <= 6.0 + 1e-9


def test_noise_has_no_capacity():
    u = inputs(8)
    noise = np.random.default_rng(2).standard_normal((STEPS, 20))
    assert sum(memory.processing(noise, u, 50, 1e-3).values()) == 0.0


def test_capacity_needs_more_steps_than_states():
    with pytest.raises(InputError):
        memory.capacities(np.random.default_rng(0).standard_normal((30, 20)), np.ones((30, 1)), 0.1)


def naive(u, order):
    """The recurrence as it is printed, y(t+1) from u(t)."""
    y = [0.0] * (len(u) + 1)
    at = lambda s, k: s[k] if k >= 0 else 0.0  # noqa: E731
    for t in range(len(u)):
        if order == 2:
            y[t + 1] = 0.4 * y[t] + 0.4 * y[t] * at(y, t - 1) + 0.6 * u[t] ** 3 + 0.1
        else:
            past = sum(at(y, t - i) for i in range(10))
            y[t + 1] = 0.3 * y[t] + 0.05 * y[t] * past + 1.5 * at(u, t - 9) * u[t] + 0.1
    return np.array(y[1:])


@pytest.mark.parametrize("order", [2, 10])
def test_narma_follows_its_recurrence(order):
    u = 0.25 * (inputs(9, 400) + 1.0)
    wanted = naive(u, order)
    assert memory.narma(u, order) == pytest.approx(wanted, rel=1e-12)
    assert memory.nrmse(wanted, memory.narma(u, order)) < 1e-12
    assert memory.nrmse(wanted, np.full(400, wanted.mean())) == pytest.approx(1.0, rel=1e-12)


def test_narma_of_a_constant_input_comes_to_its_fixed_point():
    """y = 0.4 y + 0.4 y^2 + 0.6 u^3 + 0.1."""
    u = 0.2
    y = memory.narma(np.full(300, u), 2)[-1]
    assert y == pytest.approx(0.4 * y + 0.4 * y**2 + 0.6 * u**3 + 0.1, rel=1e-12)


def test_a_runaway_is_refused():
    with pytest.raises(InputError):
        memory.narma(np.full(400, 5.0), 10)


def test_rank_counts_directions_above_noise():
    rng = np.random.default_rng(0)
    true = rng.standard_normal((40, 5)) @ rng.standard_normal((5, 30))
    assert memory.rank(true, 1e-9) == 5
    assert memory.rank(true + 1e-2 * rng.standard_normal(true.shape), 1.1e-2) == 5
    assert memory.rank(1e-2 * rng.standard_normal((40, 30)), 1.2e-2) == 0


def test_capacity_is_freed_of_what_many_states_fit_by_chance():
    """Half of the target is in one of 60 states; unfreed, C would be 0.55 for 600 steps."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(40):
        states = rng.standard_normal((600, 60))
        target = np.sqrt(0.5) * (states[:, :1] + rng.standard_normal((600, 1)))
        found.append(memory.capacities(states, target, 1e-3)[0][0])
    # one capacity scatters by sqrt(2 / 600) or less
    assert np.mean(found) == pytest.approx(0.5, abs=4.0 * np.sqrt(2.0 / 600 / 40))
