"""Laws that every crossbar obeys, and proof that the checks would notice a wrong one."""

import numpy as np
import pytest

from halodot.array import Crossbar, line_balance
from halodot.array.ends import Ends

CASES = {
    "weak": ((24, 40), 1e-4, 1.0),
    "strong": ((40, 24), 1e-3, 5.0),
    "very strong": ((16, 16), 1e-2, 100.0),
    "row": ((1, 30), 1e-3, 10.0),
    "column": ((30, 1), 1e-3, 10.0),
    "cell": ((1, 1), 1e-3, 10.0),
    "odd": ((9, 7), 1e-3, 3.0),
}


def problem(name, batch=3):
    shape, highest, wire = CASES[name]
    rng = np.random.default_rng(7)
    cells = rng.uniform(0.01 * highest, highest, shape)
    cells[rng.random(shape) < 0.1] = 0.0
    return cells, rng.uniform(-0.2, 0.2, (batch, shape[0])), wire


def imbalance(cells, volts, wire, solution):
    """Kirchhoff's law from the node voltages alone, node by node, over the largest current."""
    worst = 0.0
    for v, w, b in zip(volts, solution.word_voltage, solution.bit_voltage, strict=True):
        along = np.diff(np.column_stack([v, w]), axis=1) / wire
        down = np.diff(np.vstack([b, np.zeros(b.shape[1])]), axis=0) / wire
        through = cells * (w - b)
        word_node = -along - through
        word_node[:, :-1] += along[:, 1:]
        bit_node = through + down
        bit_node[1:] -= down[:-1]
        scale = max(np.abs(along).max(), np.abs(down).max())
        worst = max(worst, np.abs(word_node).max() / scale, np.abs(bit_node).max() / scale)
    return worst


@pytest.mark.parametrize("name", CASES)
def test_kirchhoff_at_every_node(name):
    cells, volts, wire = problem(name)
    solution = Crossbar(cells, wire).solve(volts)
    # Differences of neighbouring voltages lose about 1e-16 / (r G) of the current.
    assert imbalance(cells, volts, wire, solution) < 1e-10
    assert solution.residual < 1e-10
    # The current handed over is that of the last segment of each bit line.
    held = solution.bit_voltage[:, -1] / wire
    np.testing.assert_allclose(solution.current, held, rtol=1e-12, atol=1e-25)


PLANTED = {
    "wires of twice the resistance": lambda G, r: (G, 2 * r),
    "wires without resistance": lambda G, r: (G, 1e-9 * r),
    "cells of half the conductance": lambda G, r: (G / 2, r),
    "word lines driven at the right": lambda G, r: (G[:, ::-1], r),
    "bit lines held at the top": lambda G, r: (G[::-1], r),
    "one cell missing": lambda G, r: (np.where(np.arange(G.size).reshape(G.shape) == 3, 0, G), r),
}


@pytest.mark.parametrize("error", PLANTED)
def test_planted_errors_break_kirchhoff(error):
    cells, volts, wire = problem("strong")
    wrong = Crossbar(*PLANTED[error](cells, wire)).solve(volts)
    assert imbalance(cells, volts, wire, wrong) > 1e-5


@pytest.mark.parametrize("name", CASES)
def test_superposition(name):
    cells, volts, wire = problem(name, 2)
    a, b = (Crossbar(cells, wire).solve(v).current[0] for v in volts)
    both = Crossbar(cells, wire).solve(2 * volts[0] - 3 * volts[1]).current[0]
    scale = np.abs(a).max() + np.abs(b).max()
    assert np.abs(both - (2 * a - 3 * b)).max() < 1e-11 * scale


@pytest.mark.parametrize("name", CASES)
def test_reciprocity(name):
    """Driven and held ends change roles when the array is mirrored on its anti-diagonal."""
    cells, _, wire = problem(name)
    there = Crossbar(cells, wire).transfer().current
    back = Crossbar(cells.T[::-1, ::-1], wire).transfer().current
    np.testing.assert_allclose(back.T[::-1, ::-1], there, atol=1e-11 * there.max())


@pytest.mark.parametrize("name", CASES)
def test_scaling(name):
    """Only r G matters: wires k times better and cells k times better give k times the current."""
    cells, volts, wire = problem(name)
    base = Crossbar(cells, wire).solve(volts).current
    scaled = Crossbar(cells * 8, wire / 8).solve(volts).current
    # A power of two: the same digits all the way.
    np.testing.assert_allclose(scaled, 8 * base, rtol=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_power_balance(name):
    """What the sources give is dissipated in cells and wires."""
    cells, volts, wire = problem(name, 1)
    s = Crossbar(cells, wire).solve(volts)
    w, b, v = s.word_voltage[0], s.bit_voltage[0], volts[0]
    given = (v * (v - w[:, 0]) / wire).sum()
    segments = (
        np.diff(np.column_stack([v, w]), axis=1),
        np.diff(np.vstack([b, np.zeros(b.shape[1])]), axis=0),
    )
    lost = (cells * (w - b) ** 2).sum() + sum((x**2).sum() for x in segments) / wire
    np.testing.assert_allclose(given, lost, rtol=1e-10)


def test_wires_only_take_away():
    """With drives of one sign every current falls as wires get worse, and stays positive."""
    cells, volts, _ = problem("strong")
    before = np.abs(volts[0]) @ cells
    for wire in (0.1, 1.0, 10.0, 100.0):
        now = Crossbar(cells, wire) @ np.abs(volts[0])
        assert (now > 0).all()
        assert (now < before).all()
        before = now


@pytest.mark.parametrize("name", ["weak", "strong", "very strong", "odd"])
@pytest.mark.parametrize("ends", [Ends(), Ends("both", "top", 5.0, 2.0), Ends("right", "both")])
def test_the_residual_that_is_reported_sees_a_wrong_voltage(name, ends):
    """A node that is off by 1e-6 of its voltage, a line that is, a cell current that is."""
    cells, volts, wire = problem(name, 1)
    crossbar = Crossbar(cells, wire, ends=ends)
    solution = crossbar.solve(volts)
    lines = crossbar._lines()
    word, bit = solution.word_voltage[0], solution.bit_voltage[0]

    def reported(w, b, factor=1.0):
        current = factor * cells / cells.max() * (w - b)
        given = lines.rho, lines.word_ends, lines.bit_ends, volts[0], np.zeros(cells.shape[1])
        return line_balance.imbalance(*given, w, b, current)

    assert reported(word, bit) < 1e-10
    one = word.copy()
    one[3, 2] *= 1 + 1e-5
    row = bit.copy()
    row[:, 3] *= 1 + 1e-4
    assert reported(one, bit) > 1e-9
    assert reported(word, row) > 1e-9
    assert reported(word, bit, 1 + 1e-6) > 1e-9


def test_currents_far_below_what_the_cells_could_carry():
    """Sources of 100 Mohm: the load on the bit lines is far above the currents that flow."""
    rng = np.random.default_rng(3)
    cells, volts = rng.uniform(1e-3, 1e-1, (29, 10)), rng.uniform(-1, 1, 29)
    ends = Ends("both", "bottom", 1e8, floating_bit=tuple(range(1, 10)))
    solution = Crossbar(cells, 1.0, ends=ends).solve(volts)
    assert solution.status.is_good
    # Cells and wires are nothing beside the sources.
    np.testing.assert_allclose(solution.current[0, 0], 2 * volts.sum() / 1e8, rtol=1e-4)
