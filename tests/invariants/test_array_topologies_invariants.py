"""Laws that hold wherever the lines are tied, and proof that the checks would notice."""

import numpy as np
import pytest

from halodot.array import Crossbar
from halodot.array.crossbar_reference import network
from halodot.array.ends import Ends, write_scheme

SHAPE = (9, 14)
TOPOLOGIES = {
    "right and top": Ends("right", "top"),
    "both": Ends("both", "both"),
    "source and ground": Ends(source_resistance=200.0, ground_resistance="50 ohm"),
    "left and right by turns": Ends(["left", "right"] * 4 + ["left"], "both", 30.0),
    "floating lines": Ends("both", "bottom", 10.0, 5.0, (2, 3), (0, 7)),
    "all but one floating": write_scheme(SHAPE, 4, 6, 1.0, "floating").ends(),
}
WIRES = {"both": (5.0, 2.0), "word only": (5.0, 0.0), "bit only": (0.0, 3.0), "none": (0.0, 0.0)}


def problem(ends, batch=2):
    rng = np.random.default_rng(5)
    G = rng.uniform(1e-5, 1e-3, SHAPE)
    G[rng.random(SHAPE) < 0.1] = 0.0
    V, U = rng.uniform(-1, 1, (batch, SHAPE[0])), rng.uniform(-1, 1, (batch, SHAPE[1]))
    V[:, list(ends.floating_word)] = 0.0
    U[:, list(ends.floating_bit)] = 0.0
    return G, V, U


def crossbar(name, wires, G=None):
    ends = TOPOLOGIES[name]
    G = problem(ends)[0] if G is None else G
    word, bit = WIRES[wires]
    return Crossbar(G, word, bit_wire_resistance=bit, ends=ends)


cases = pytest.mark.parametrize("wires", WIRES)
names = pytest.mark.parametrize("name", TOPOLOGIES)


def left_over(G, built, solution, V, U):
    """Kirchhoff's law at all nodes from node voltages and terminals alone."""
    net = network(G, built.wires)
    worst = 0.0
    for t in range(len(V)):
        x = np.zeros(net.laplacian.shape[0])
        x[net.word], x[net.bit] = solution.word_voltage[t], solution.bit_voltage[t]
        x[net.word_terminal], x[net.bit_terminal] = V[t], U[t]
        flow = net.laplacian @ x
        scale = np.abs(solution.current[t]).max() + np.abs(solution.word_current[t]).max()
        ends = np.concatenate([flow[net.word_terminal], -flow[net.bit_terminal]])
        said = np.concatenate([solution.word_current[t], solution.current[t]])
        tied = ~np.concatenate([built.wires.word_floats, built.wires.bit_floats])
        worst = max(worst, np.abs(flow[net.unknown]).max(initial=0.0) / scale)
        worst = max(worst, np.abs(ends - said)[tied].max() / scale)
    return worst


@cases
@names
def test_kirchhoff_at_every_node_and_terminal(name, wires):
    G, V, U = problem(TOPOLOGIES[name])
    built = crossbar(name, wires)
    assert left_over(G, built, built.solve(V, U), V, U) < 1e-10


@pytest.mark.parametrize("name", ["source and ground", "left and right by turns"])
def test_a_wrong_end_breaks_kirchhoff(name):
    """Source resistance left out, ends swapped, a line that should float."""
    G, V, U = problem(TOPOLOGIES[name])
    built = crossbar(name, "both")
    for wrong in (Ends(), Ends("right", "top", 30.0), Ends("both", "both", 200.0, 50.0)):
        other = Crossbar(G, 5.0, bit_wire_resistance=2.0, ends=wrong).solve(V, U)
        assert left_over(G, built, other, V, U) > 1e-4


@cases
@names
def test_superposition(name, wires):
    _, V, U = problem(TOPOLOGIES[name])
    built = crossbar(name, wires)
    words, bits = built.solve(V[:1]).current, built.solve(0 * V[:1], U[:1]).current
    both = built.solve(2 * V[:1], -3 * U[:1]).current
    assert np.abs(both - (2 * words - 3 * bits)).max() < 1e-10 * np.abs(both).max()


@cases
@names
def test_what_goes_in_comes_out(name, wires):
    _, V, U = problem(TOPOLOGIES[name])
    s = crossbar(name, wires).solve(V, U)
    total = s.word_current.sum(axis=1) - s.current.sum(axis=1)
    assert np.abs(total).max() < 1e-10 * np.abs(s.current).max()


@cases
@names
def test_reciprocity(name, wires):
    """A volt at word line i gives to j what a volt at j takes from i."""
    built = crossbar(name, wires)
    m, n = SHAPE
    tied = np.setdiff1d(np.arange(n), TOPOLOGIES[name].floating_bit)
    T = built.transfer().current
    back = built.solve(np.zeros((tied.size, m)), np.eye(n)[tied]).word_current
    np.testing.assert_allclose(-back.T, T[:, tied], atol=1e-10 * T.max())


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_transposed_array(name):
    """The mirrored ends on the transposed array give the transposed transfer matrix."""
    G, _, _ = problem(TOPOLOGIES[name])
    there = Crossbar(G.T, 2.0, bit_wire_resistance=5.0, ends=TOPOLOGIES[name].mirrored())
    T = crossbar(name, "both").transfer().current
    np.testing.assert_allclose(there.transfer().current.T, T, atol=1e-10 * T.max())


@cases
@pytest.mark.parametrize("driven", ["left", "right", "both"])
@pytest.mark.parametrize("held", ["bottom", "top", "both"])
def test_mirror_images(driven, held, wires):
    """Left and right, top and bottom are the same thing seen from the other side."""
    across = {"left": "right", "right": "left", "bottom": "top", "top": "bottom", "both": "both"}
    G, V, U = problem(Ends())
    word, bit = WIRES[wires]
    R = np.arange(1.0, SHAPE[0] + 1)

    def currents(cells, ends, u):
        return Crossbar(cells, word, bit_wire_resistance=bit, ends=ends).solve(V, u).current

    here = currents(G, Ends(driven, held, R, 7.0), U)
    sideways = currents(G[:, ::-1], Ends(across[driven], held, R, 7.0), U[:, ::-1])[:, ::-1]
    np.testing.assert_allclose(sideways, here, atol=1e-11 * np.abs(here).max())
    down = Crossbar(
        G[::-1], word, bit_wire_resistance=bit, ends=Ends(driven, across[held], R[::-1], 7.0)
    ).solve(V[:, ::-1], U)
    np.testing.assert_allclose(down.current, here, atol=1e-11 * np.abs(here).max())


def test_sides_matter():
    """The mirror test above would see ends that are taken for one another."""
    G, V, _ = problem(Ends())
    left, right = (Crossbar(G, 5.0, ends=Ends(d)).solve(V).current for d in ("left", "right"))
    assert np.abs(left / right - 1).max() > 1e-3


@names
def test_equal_voltages_everywhere_give_no_current(name):
    ends = TOPOLOGIES[name]
    V, U = np.full(SHAPE[0], 0.7), np.full(SHAPE[1], 0.7)
    V[list(ends.floating_word)] = 0.0
    U[list(ends.floating_bit)] = 0.0
    s = crossbar(name, "both").solve(V, U)
    assert np.abs(s.current).max() < 1e-16
    assert s.status.is_good


@names
def test_without_resistance_it_is_the_product(name):
    ends = TOPOLOGIES[name]
    if ends.source_resistance or ends.floating_bit:
        return
    G, V, U = problem(ends)
    found = Crossbar(G, 0.0, ends=ends).solve(V, U).current
    np.testing.assert_allclose(found, V @ G - U * G.sum(axis=0), rtol=1e-12)


def test_driving_both_ends_loses_less():
    G, V, _ = problem(Ends())
    loss = [
        np.abs(V) @ G - Crossbar(G, 5.0, ends=ends).solve(np.abs(V)).current
        for ends in (Ends(), Ends("both"), Ends("both", "both"))
    ]
    assert (loss[0] > loss[1]).all()
    assert (loss[1] > loss[2]).all()


def test_floating_lines_carry_no_current_in_total():
    built = crossbar("floating lines", "both")
    _, V, U = problem(TOPOLOGIES["floating lines"])
    s = built.solve(V, U)
    assert np.abs(s.current[:, [0, 7]]).max() == 0.0
    assert np.abs(s.word_current[:, [2, 3]]).max() < 1e-12 * np.abs(s.current).max()
