"""Nonlinear crossbars beside SciPy's root finders, and Newton's own rate of convergence."""

import numpy as np
import pytest
from scipy.optimize import root

from halodot.array import nonlinear
from halodot.array.crossbar_reference import network
from halodot.array.ends import Ends
from halodot.array.laws import Linear, Sinh, Tabulated, TwoSided, rectifying
from halodot.array.nonlinear import NonlinearCrossbar, cell_currents, operating_point
from halodot.array.selector import Diode, Exponential, Series, Threshold, Transistor
from halodot.array.state import Shape

SHAPE = (5, 4)
RNG = np.random.default_rng(2)
G = 1 / RNG.uniform(1e3, 1e5, SHAPE)
V = RNG.uniform(-1, 1, SHAPE[0])
VOLTS = np.linspace(-1.5, 1.5, 61)
CURVES = Shape(VOLTS, np.sinh(VOLTS / 0.3) / np.sinh(0.1 / 0.3), VOLTS / 0.1)
LAWS = {
    "linear": Linear(G),
    "sinh": Sinh(G, 0.2, 0.1),
    "steep sinh": Sinh(G, 0.06),
    "table": Tabulated(G, CURVES, 1e-5, 1e-3, 0.1),
    "rectifying": rectifying(Sinh(G, 0.2), 50.0),
    "anti-parallel": TwoSided(Diode(np.full(SHAPE, 1e-9)), Linear(G)),
    "exponential selector": Series(Sinh(G, 0.5), Exponential(1e-8, 0.08)),
    "threshold selector": Series(Linear(G), Threshold(0.3, 1e-2, 1e-8, 0.02)),
    "diode selector": Series(Linear(G), Diode(1e-10, 1.5, leakage=1e-9)),
    "transistors": Series(Linear(G), Transistor(2e3, [True, False, True, True, False])),
}
ENDS = {
    "default": Ends(),
    "both": Ends("both", "both", 20.0, 5.0),
    "floating": Ends("right", "top", 20.0, floating_word=(1,), floating_bit=(0, 2)),
}


def kirchhoff(law, wires, x, volts):
    """What is left over at all nodes, and what flows out of the bit terminals."""
    net = network(np.zeros(SHAPE), wires)
    nodes = np.zeros(net.laplacian.shape[0])
    nodes[net.word_terminal] = volts
    free = np.unique(np.concatenate([net.word.ravel(), net.bit.ravel()]))
    nodes[free] = x
    cells = cell_currents(law, nodes[net.word] - nodes[net.bit])
    flow = net.laplacian @ nodes
    np.add.at(flow, net.word, cells)
    np.subtract.at(flow, net.bit, cells)
    return flow[free], -flow[net.bit_terminal], nodes[free]


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("name", LAWS)
def test_equal_to_a_dense_root_finder(name, ends):
    law, wires = LAWS[name], (10.0, 4.0)
    volts = np.where(np.isin(np.arange(SHAPE[0]), ENDS[ends].floating_word), 0.0, V)
    crossbar = NonlinearCrossbar(law, wires[0], bit_wire_resistance=wires[1], ends=ENDS[ends])
    s = crossbar.solve(volts)
    assert s.status.is_good
    scale = np.abs(s.current).max()
    found = np.concatenate([s.word_voltage.ravel(), s.bit_voltage.ravel()])
    left, out, _ = kirchhoff(law, crossbar.wires, found, volts)
    # Neighbouring voltages differ by 1e-4 V or so over 4 ohm: their rounding is 1e-16 A.
    assert np.abs(left).max() < 1e-9 * scale + 1e-15
    tied = ~crossbar.wires.bit_floats
    assert np.abs(out - s.current[0])[tied].max() < 1e-9 * scale + 1e-15

    # From voltages that are 10 mV off, in units that suit MINPACK.
    start = found + 0.01 * np.cos(np.arange(found.size))
    other = root(
        lambda x: kirchhoff(law, crossbar.wires, x, volts)[0] * 1e4, start, method="hybr", tol=1e-13
    )
    if other.success:
        out = kirchhoff(law, crossbar.wires, other.x, volts)[1]
        assert np.abs(out - s.current[0])[tied].max() < 1e-6 * scale


def dense_newton(law, crossbar, volts, steps=200):
    """Damped Newton with a numerical Jacobian on all nodes: shares nothing but the law."""
    x = np.zeros(2 * SHAPE[0] * SHAPE[1])
    left, out, _ = kirchhoff(law, crossbar.wires, x, volts)
    for _ in range(steps):
        J = np.empty((x.size, x.size))
        for k in range(x.size):
            up = x.copy()
            up[k] += 1e-7
            J[:, k] = (kirchhoff(law, crossbar.wires, up, volts)[0] - left) / 1e-7
        step = np.linalg.lstsq(J, -left, rcond=1e-15)[0]
        share = 1.0
        while share > 1e-6:
            tried = kirchhoff(law, crossbar.wires, x + share * step, volts)
            if np.abs(tried[0]).sum() < np.abs(left).sum():
                break
            share /= 2
        else:
            break
        x, left, out = x + share * step, tried[0], tried[1]
    return out


@pytest.mark.parametrize("name", ["sinh", "table", "rectifying", "exponential selector"])
def test_equal_to_a_dense_newton_from_zero(name):
    crossbar = NonlinearCrossbar(LAWS[name], 10.0)
    found = crossbar.product(V)
    out = dense_newton(LAWS[name], crossbar, V)
    # Its residual stalls where wires of 10 ohm round: 1e-13 A of 1e-4 A.
    np.testing.assert_allclose(found.current, out, rtol=1e-5, atol=1e-8 * np.abs(out).max())


@pytest.mark.parametrize("name", ["sinh", "steep sinh", "rectifying", "anti-parallel"])
def test_convergence_is_quadratic(name):
    crossbar = NonlinearCrossbar(LAWS[name], 100.0)
    residuals = np.array(
        operating_point(crossbar._cells, crossbar.wires, V, np.zeros(SHAPE[1])).residuals
    )
    used = residuals[(residuals < 0.05) & (residuals > 1e-13)]
    assert used.size >= 2
    # Each residual is of the order of the square of the one before.
    assert (used[1:] <= 3 * used[:-1] ** 2 + 1e-12).all()


@pytest.mark.parametrize("name", LAWS)
def test_the_search_along_the_co_content_gives_the_same(name, monkeypatch):
    """The safeguard alone, without taking voltages from currents."""
    expected = NonlinearCrossbar(LAWS[name], 10.0).product(V)
    monkeypatch.setattr(nonlinear, "LIMITED_STEPS", 0)
    found = NonlinearCrossbar(LAWS[name], 10.0).product(V)
    assert found.status.is_good
    np.testing.assert_allclose(
        found.current, expected.current, atol=1e-9 * np.abs(expected.current).max()
    )


def test_a_batch_is_its_inputs_one_by_one():
    crossbar = NonlinearCrossbar(LAWS["exponential selector"], 10.0)
    volts = RNG.uniform(-1, 1, (6, SHAPE[0]))
    together = crossbar.product(volts).current
    alone = np.array([crossbar.product(v).current for v in volts])
    np.testing.assert_allclose(together, alone, atol=1e-9 * np.abs(alone).max())


@pytest.mark.parametrize(
    "law",
    [
        lambda G: Sinh(G, 0.1, 0.2),
        lambda G: Sinh(G, 0.02, 0.2),
        lambda G: Series(Linear(G), Exponential(1e-8, 0.03)),
    ],
)
def test_strong_loss_in_the_wires_converges(law):
    """1 to 100 kohm cells, 5 ohm a segment: the loss number is over 40 at 128 x 128."""
    n = 128
    rng = np.random.default_rng(0)
    cells, volts = 1 / rng.uniform(1e3, 1e5, (n, n)), rng.uniform(0, 0.2, n)
    s = NonlinearCrossbar(law(cells), 5.0).solve(volts)
    assert s.status.is_good
    across = s.word_voltage[0] - s.bit_voltage[0]
    total = cell_currents(law(cells), across).sum(axis=0)
    np.testing.assert_allclose(s.current[0], total, atol=1e-8 * s.current.max())
    assert s.current.sum() < 0.7 * cell_currents(law(cells), volts[:, None]).sum()


def test_running_out_of_steps_is_said(monkeypatch):
    monkeypatch.setattr(nonlinear, "STEPS", 2)
    product = NonlinearCrossbar(LAWS["steep sinh"], 100.0).product(V)
    assert not product.status.is_good
    assert product.residual > 1e-9
