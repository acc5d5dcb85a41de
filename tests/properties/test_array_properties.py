"""Random crossbars against the sparse direct solver."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.array import Crossbar
from halodot.array.crossbar_reference import solve_reference

sizes = st.integers(1, 20)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    sizes,
    sizes,
    st.integers(0, 10**6),
    st.floats(-6, 3),
    st.floats(0, 0.9),
    st.sampled_from([-1.0, 0.0]),
)
def test_equal_to_the_direct_solver(m, n, seed, decade, open_share, lowest):
    """r G from 1e-6 to 1e3 over four decades of conductance, some cells open, both signs."""
    rng = np.random.default_rng(seed)
    a = 10 ** rng.uniform(decade - 4, decade, (m, n))
    a[rng.random((m, n)) < open_share] = 0.0
    wire = 10 ** rng.uniform(-1, 3)
    volts = rng.uniform(lowest, 1.0, (2, m))
    fast = Crossbar(a / wire, wire).solve(volts)
    slow = solve_reference(a / wire, volts, Crossbar(a / wire, wire).wires)
    scale = np.abs(slow.current).max()
    # The direct solver itself keeps about 1e-15 (m + n)^2 of the currents of good wires.
    assert np.abs(fast.current - slow.current).max() <= 1e-9 * scale
    assert np.abs(fast.word_voltage - slow.word_voltage).max() < 1e-9
    assert np.abs(fast.bit_voltage - slow.bit_voltage).max() < 1e-9
    assert fast.status.is_good


@settings(max_examples=50, deadline=None, derandomize=True)
@given(sizes, sizes, st.integers(0, 10**6))
def test_one_sign_in_one_sign_out(m, n, seed):
    rng = np.random.default_rng(seed)
    current = Crossbar(rng.uniform(0, 1e-3, (m, n)), 10.0) @ rng.uniform(0, 1, m)
    assert (current >= 0).all()
