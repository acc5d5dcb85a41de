"""Reading single cells of passive arrays."""

import numpy as np
import pytest

from halodot.array import limits
from halodot.array.ends import Ends
from halodot.array.laws import Linear
from halodot.array.selector import Exponential, Series, Transistor
from halodot.array.sneak import largest_size, margins, read_cell, read_margin
from halodot.core.errors import InputError

ON, OFF = 1e-4, 1e-6


@pytest.mark.parametrize("n", [2, 3, 8, 24])
def test_margin_of_a_floating_array_on_ideal_wires(n):
    found = read_margin((n, n), ON, OFF, voltage=0.7)
    on = limits.sneak(ON, OFF, (n, n), 0.7)
    off = limits.sneak(OFF, ON, (n, n), 0.7)
    # Off lines leak 1e-13 of a cell each in the solver.
    assert found.margin == pytest.approx((on - off) / on, rel=1e-8)
    assert found.ratio == pytest.approx(on / off, rel=1e-8)


def test_grounded_lines_on_ideal_wires_see_the_cell_alone():
    read = read_cell(Linear(np.full((6, 6), ON)), 2, 3, 0.5, scheme="grounded")
    assert read.current == pytest.approx(read.alone, rel=1e-9)
    assert read_margin((9, 9), ON, OFF, voltage=0.5, scheme="grounded").margin == pytest.approx(
        1 - OFF / ON, rel=1e-9
    )


@pytest.mark.parametrize(("scheme", "share"), [("V/2", 1 / 2), ("V/3", 1 / 3)])
def test_half_selected_cells_of_the_bit_line_add_their_share(scheme, share):
    m = 7
    found = read_margin((m, m), ON, OFF, voltage=0.6, scheme=scheme)
    on = 0.6 * (ON + share * (m - 1) * OFF)
    off = 0.6 * (OFF + share * (m - 1) * ON)
    assert found.on.min() == pytest.approx(on, rel=1e-9)
    assert found.off.max() == pytest.approx(off, rel=1e-9)


def test_random_patterns_lie_between_the_uniform_ones():
    ends = read_margin((12, 12), ON, OFF, voltage=0.5, wire_resistance=1.0)
    drawn = read_margin((12, 12), ON, OFF, voltage=0.5, wire_resistance=1.0, patterns=8, seed=3)
    assert drawn.margin > ends.margin
    assert (drawn.off <= ends.off.max()).all()
    assert (drawn.off >= ends.off.min()).all()
    again = read_margin((12, 12), ON, OFF, voltage=0.5, wire_resistance=1.0, patterns=8, seed=3)
    assert (again.off == drawn.off).all()


def test_selectors_and_transistors_restore_the_margin():
    bare = margins([8, 16], ON, OFF, voltage=1.0, wire_resistance=1.0)
    cells = lambda G: Series(Linear(G), Exponential(1e-9, 0.05))  # noqa: E731
    cut = margins([8, 16], ON, OFF, voltage=1.0, wire_resistance=1.0, cells=cells)
    assert (cut > bare + 1).all()
    assert cut[0] > cut[1]

    def gated(G):
        rows = np.zeros(len(G), dtype=bool)
        rows[0] = True
        return Series(Linear(G), Transistor(1e3, rows))

    open_rows = margins([8, 16], ON, OFF, voltage=1.0, cells=gated)
    # On ideal wires one enabled row has no way round: both states in series with 1 kohm.
    alone = [1 / (1 / g + 1e3) for g in (ON, OFF)]
    np.testing.assert_allclose(open_rows, 1 - alone[1] / alone[0], rtol=1e-8)


def test_a_negative_read_voltage_gives_the_same_margin():
    there, back = (read_margin((6, 6), ON, OFF, voltage=v).margin for v in (0.5, -0.5))
    assert there == pytest.approx(back, rel=1e-9)


def test_largest_size_is_the_last_with_the_margin():
    size = largest_size(0.3, ON, OFF, voltage=0.5, scheme="V/2", cells=lambda G: Series(
        Linear(G), Exponential(1e-9, 0.08)))  # fmt: skip
    cells = lambda G: Series(Linear(G), Exponential(1e-9, 0.08))  # noqa: E731
    around = margins([size, size + 1], ON, OFF, voltage=0.5, scheme="V/2", cells=cells)
    assert around[0] >= 0.3 > around[1]
    assert largest_size(0.99, ON, OFF, voltage=0.5) == 0
    # Every size holds it: the search ends at its bound.
    assert largest_size(0.5, ON, OFF, most=20, voltage=0.5, scheme="grounded") == 20


def test_the_far_cell_is_the_worst_on_long_wires():
    far = read_margin((16, 16), ON, OFF, voltage=0.5, scheme="grounded", wire_resistance=20.0)
    near = read_margin(
        (16, 16), ON, OFF, voltage=0.5, scheme="grounded", wire_resistance=20.0, position=(15, 0)
    )
    assert far.on.min() < near.on.min()
    other = read_margin(
        (16, 16), ON, OFF, voltage=0.5, scheme="grounded", wire_resistance=20.0,
        ends=Ends("right", "top"),
    )  # fmt: skip
    assert other.on.min() == pytest.approx(far.on.min(), rel=1e-9)


@pytest.mark.parametrize(
    "change", [{"off": 2e-4}, {"patterns": 0}, {"scheme": "half"}, {"position": (9, 0)}]
)
def test_bad_reads_are_refused(change):
    given = {"on": ON, "off": OFF, "voltage": 0.5} | change
    with pytest.raises(InputError):
        read_margin((4, 4), **given)
    with pytest.raises(InputError, match="target"):
        largest_size(1.0, ON, OFF, voltage=0.5)
