"""Random laws, selectors, wires and ends: Kirchhoff's law from node voltages, and symmetries."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.array.crossbar_reference import network
from halodot.array.ends import Ends
from halodot.array.laws import Linear, Sinh, Tabulated, TwoSided, rectifying
from halodot.array.nonlinear import NonlinearCrossbar, cell_currents
from halodot.array.selector import Diode, Exponential, Series, Threshold, Transistor
from halodot.array.state import Shape

VOLTS = np.linspace(-2, 2, 81)
CURVES = Shape(VOLTS, np.sinh(VOLTS / 0.3) / np.sinh(0.1 / 0.3), VOLTS / 0.1)
sizes, seeds = st.integers(1, 8), st.integers(0, 10**6)
wires = st.sampled_from([0.0, 1e-2, 1.0, 100.0])


def cells_of(rng, G):
    some = np.clip(G, 1e-7, 1e-4)
    return [
        Linear(G),
        Sinh(G, rng.uniform(0.06, 0.3, G.shape), 0.1),
        Tabulated(some, CURVES, 1e-6, 1e-4, 0.1),
        rectifying(Sinh(G, 0.2), 100.0),
    ][rng.integers(4)]


def selector_of(rng, lines):
    return [
        Exponential(10 ** rng.uniform(-11, -6), rng.uniform(0.03, 0.2)),
        Threshold(rng.uniform(0.1, 1), 1e-2, 1e-9, rng.choice([0.01, 0.05])),
        Diode(10 ** rng.uniform(-13, -8), leakage=1e-10),
        Transistor(1e3, rng.random(lines) < 0.6, 1e-10),
        TwoSided(Diode(1e-12), Linear(1e-9)),
    ][rng.integers(5)]


def problem(m, n, seed):
    rng = np.random.default_rng(seed)
    G = 10 ** rng.uniform(-7, -3, (m, n))
    G[rng.random((m, n)) < rng.choice([0.0, 0.3])] = 0.0
    law = cells_of(rng, G)
    if rng.random() < 0.6:
        law = Series(law, selector_of(rng, m))
    floats = [np.flatnonzero(rng.random(k) < rng.choice([0.0, 0.3])).tolist() for k in (m, n)]
    ends = Ends(
        rng.choice(["left", "right", "both"], m).tolist(),
        rng.choice(["bottom", "top", "both"], n).tolist(),
        rng.choice([0.0, 1.0, 1e3], m).tolist(),
        float(rng.choice([0.0, 10.0, 1e4])),
        *floats,
    )
    V, U = rng.uniform(-1, 1, m), rng.uniform(-1, 1, n) * rng.integers(0, 2)
    V[floats[0]], U[floats[1]] = 0.0, 0.0
    return law, ends, V, U


@settings(max_examples=150, deadline=None, derandomize=True)
@given(sizes, sizes, wires, wires, seeds)
def test_good_means_that_kirchhoffs_law_is_met(m, n, rw, rb, seed):
    law, ends, V, U = problem(m, n, seed)
    crossbar = NonlinearCrossbar(law, rw, bit_wire_resistance=rb, ends=ends)
    s = crossbar.solve(V, U)
    assert s.status.is_good
    net = network(np.zeros((m, n)), crossbar.wires)
    x = np.zeros(net.laplacian.shape[0])
    x[net.word], x[net.bit] = s.word_voltage[0], s.bit_voltage[0]
    x[net.word_terminal], x[net.bit_terminal] = V, U
    current = cell_currents(law, s.word_voltage[0] - s.bit_voltage[0])
    flow = net.laplacian @ x
    np.add.at(flow, net.word, current)
    np.subtract.at(flow, net.bit, current)
    free = np.unique(np.concatenate([net.word.ravel(), net.bit.ravel()]))
    free = np.setdiff1d(free, np.concatenate([net.word_terminal, net.bit_terminal]))
    ends_flow = np.concatenate([flow[net.word_terminal], -flow[net.bit_terminal]])
    said = np.concatenate([s.word_current[0], s.current[0]])
    tied = ~np.concatenate([crossbar.wires.word_floats, crossbar.wires.bit_floats])
    scale = np.abs(said).max()
    # Voltages of about 1 V are rounded to 1e-16 V, and the best conductor carries that.
    rounding = 2e-15 * max(net.laplacian.diagonal().max(), 1e-3)
    assert np.abs(flow[free]).max(initial=0.0) < 1e-9 * scale + rounding
    assert np.abs(ends_flow - said)[tied].max() < 1e-9 * scale + rounding
    # Passive cells take power, they never give any.
    assert V @ s.word_current[0] - U @ s.current[0] >= -1e-9 * scale - rounding


@settings(max_examples=40, deadline=None, derandomize=True)
@given(sizes, sizes, wires, seeds)
def test_odd_laws_give_odd_currents(m, n, wire, seed):
    rng = np.random.default_rng(seed)
    G, V = 10 ** rng.uniform(-6, -3, (m, n)), rng.uniform(-1, 1, m)
    law = Series(Sinh(G, 0.2), Exponential(1e-8, 0.06))
    there, back = (NonlinearCrossbar(law, wire) @ v for v in (V, -V))
    assert np.abs(there + back).max() <= 1e-9 * np.abs(there).max()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(sizes, sizes, wires, seeds)
def test_mirror_images(m, n, wire, seed):
    rng = np.random.default_rng(seed)
    G, V = 10 ** rng.uniform(-6, -3, (m, n)), rng.uniform(-1, 1, m)
    here = NonlinearCrossbar(Sinh(G, 0.2), wire) @ V
    there = NonlinearCrossbar(Sinh(G[::-1, ::-1], 0.2), wire, ends=Ends("right", "top")) @ V[::-1]
    assert np.abs(there[::-1] - here).max() <= 1e-9 * np.abs(here).max()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(sizes, sizes, seeds)
def test_better_cells_carry_more_at_one_sign(m, n, seed):
    """Raising every conductance raises the current that all sources give together."""
    rng = np.random.default_rng(seed)
    G, V = 10 ** rng.uniform(-6, -3, (m, n)), rng.uniform(0, 1, m)
    less, more = (NonlinearCrossbar(Sinh(k * G, 0.2), 5.0).solve(V) for k in (1.0, 1.5))
    assert more.word_current @ V >= less.word_current @ V
