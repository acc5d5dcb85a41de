"""What a crossbar accepts, refuses and returns."""

import numpy as np
import pytest

from halodot.array import Crossbar, crossbar_reference
from halodot.array import crossbar as module
from halodot.array.ends import Ends, write_scheme
from halodot.core.errors import HalodotError, InputError
from halodot.core.status import Status

G = np.array([[1e-4, 2e-5, 0.0], [5e-5, 1e-4, 3e-5]])
V = np.array([0.1, 0.2])


def test_without_wire_resistance_it_is_the_plain_product():
    assert np.array_equal(Crossbar(G, 0.0) @ V, V @ G)


def test_shapes_follow_the_input():
    crossbar = Crossbar(G, "1 ohm")
    assert (crossbar @ V).shape == (3,)
    assert (crossbar @ [V, V, V, V]).shape == (4, 3)
    assert crossbar.solve(V).word_voltage.shape == (1, 2, 3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (9, 3), (3, 9), (8, 8), (17, 5)])
def test_all_routes_agree(shape):
    rng = np.random.default_rng(1)
    cells, volts = rng.uniform(0, 1e-3, shape), rng.uniform(-0.2, 0.2, (40, shape[0]))
    crossbar = Crossbar(cells, 10.0)
    one_by_one = np.vstack([Crossbar(cells, 10.0).solve(v).current for v in volts])
    by_transfer = crossbar.product(volts)
    assert by_transfer.method == "transfer matrix"
    assert by_transfer.status is Status.OK
    # Normwise: inputs of both signs cancel in single currents.
    assert np.abs(by_transfer.current - one_by_one).max() < 1e-11 * np.abs(one_by_one).max()


def test_the_route_changes_with_reuse():
    crossbar = Crossbar(np.full((8, 8), 1e-4), 1.0)
    methods = [crossbar.product(np.ones(8)).method for _ in range(9)]
    assert methods[:7] == ["conjugate gradients"] * 7
    assert methods[7:] == ["transfer matrix"] * 2


def test_cells_that_do_not_conduct():
    assert not (Crossbar(np.zeros((3, 4)), 1.0) @ np.ones(3)).any()
    cells = G.copy()
    cells[0] = 0.0
    assert (Crossbar(cells, 1.0) @ [1.0, 0.0] == 0.0).all()
    assert not (Crossbar(G, 1.0) @ np.zeros(2)).any()


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ([[-1e-6, 1.0]], "conductance[0, 0]"),
        ([[1.0, np.nan]], "conductance[0, 1]"),
        ([[np.inf]], "conductance[0, 0]"),
        ([[]], "conductance"),
        ([1.0, 2.0], "conductance"),
        (1.0, "conductance"),
        ([[1 + 1j]], "complex128"),
        ([[None]], "object"),
        ([["1"]], "dtype"),
        ([[True]], "bool"),
        ([[1.0], [1.0, 2.0]], "conductance"),
        (np.ma.masked_less([[1.0, 2.0]], 1.5), "masked"),
        ([[1e300, 1e300]], "conductance"),
    ],
)
def test_bad_conductances_are_refused_by_name(bad, named):
    with pytest.raises(InputError, match="cannot be used") as e:
        Crossbar(bad, 1e20)
    assert named in str(e.value)


@pytest.mark.parametrize(
    "bad",
    [
        [0.1, np.nan],
        [0.1, np.inf],
        [0.1],
        [0.1, 0.2, 0.3],
        [[0.1], [0.2]],
        [],
        np.empty((0, 2)),
        np.ones((1, 1, 2)),
        [1j, 0],
        ["a", "b"],
        None,
    ],
)
@pytest.mark.parametrize("wire", [0.0, 1.0])
def test_bad_voltages_are_refused_by_name(bad, wire):
    with pytest.raises(InputError) as e:
        Crossbar(np.full((2, 3), 1e3), wire).product(bad)
    assert e.value.field.startswith("voltage")


def test_currents_beyond_floats_are_refused():
    with pytest.raises(InputError, match="voltage"):
        Crossbar(np.full((2, 3), 1e3), 0.0).product([1e308, 1e308])


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf, "1 nm", "", "x", None, 1j, True, [1]])
def test_bad_wire_resistance_is_refused(bad):
    with pytest.raises(InputError, match="wire_resistance"):
        Crossbar(G, bad)


def test_very_good_wires_neither_underflow_nor_lose_digits():
    for wire in (1e-12, 1e-100, 1e-300):
        # Wires of this kind lower the currents by less than rounding.
        np.testing.assert_allclose(Crossbar(G, wire) @ V, V @ G, rtol=1e-13)


def test_conductances_are_copied_and_frozen():
    mine = G.copy()
    crossbar = Crossbar(mine, 1.0)
    mine[:] = 0.0
    assert (crossbar.conductance == G).all()
    assert not crossbar.conductance.flags.writeable


def test_running_out_of_steps_goes_to_the_direct_solver_and_says_so(monkeypatch):
    expected = Crossbar(G, 100.0).solve(V).current
    monkeypatch.setattr(module, "STEP_LIMIT", 1)
    crossbar = Crossbar(G, 100.0)
    product = crossbar.product([V])
    assert product.method == "sparse direct"
    np.testing.assert_allclose(product.current, expected, rtol=1e-11)
    assert crossbar.transfer().method == "sparse direct"


def test_what_did_not_converge_is_not_returned_as_good(monkeypatch):
    monkeypatch.setattr(crossbar_reference, "RESIDUAL_LIMIT", -1.0)
    crossbar = Crossbar(G, 1.0)
    assert crossbar.product(V).status is Status.NOT_CONVERGED
    assert crossbar.solve(V).status is Status.NOT_CONVERGED
    with pytest.raises(HalodotError, match="Kirchhoff"):
        _ = crossbar @ V


@pytest.mark.parametrize(
    ("ends", "named"),
    [
        (Ends(driven="up"), "driven"),
        (Ends(driven=["left"]), "driven"),
        (Ends(driven=3), "driven"),
        (Ends(held="left"), "held"),
        (Ends(source_resistance=-1.0), "source_resistance"),
        (Ends(source_resistance="1 nm"), "source_resistance"),
        (Ends(source_resistance=[1.0]), "source_resistance"),
        (Ends(ground_resistance=[1.0, np.nan, 2.0]), "ground_resistance[1]"),
        (Ends(ground_resistance=True), "ground_resistance"),
        (Ends(floating_word=[2]), "floating_word"),
        (Ends(floating_word=[-1]), "floating_word"),
        (Ends(floating_bit=[0.5]), "floating_bit"),
    ],
)
def test_bad_ends_are_refused_by_name(ends, named):
    with pytest.raises(InputError) as e:
        Crossbar(G, 1.0, ends=ends)
    assert e.value.field.startswith(named)


def test_a_floating_line_takes_no_voltage():
    crossbar = Crossbar(G, 1.0, ends=Ends(floating_word=[1], floating_bit=[0]))
    with pytest.raises(InputError, match="floats"):
        crossbar.product([0.1, 0.1])
    with pytest.raises(InputError, match="bit_voltage"):
        crossbar.product([0.1, 0.0], [0.1, 0.0, 0.0])
    assert crossbar.product([0.1, 0.0]).current[0] == 0.0


def test_bit_voltages_follow_the_batch():
    crossbar = Crossbar(G, 1.0)
    one, many = [0.0, 0.1, 0.2], [[0.0, 0.1, 0.2]] * 4
    assert crossbar.product(V, one).current.shape == (3,)
    assert crossbar.product([V, V], one).current.shape == (2, 3)
    assert crossbar.product(V, many).current.shape == (4, 3)
    with pytest.raises(InputError, match="bit_voltage"):
        crossbar.product([V, V], many)
    with pytest.raises(InputError, match="bit_voltage"):
        crossbar.product(V, [0.1])


@pytest.mark.parametrize("ends", [Ends(), Ends("both", "top", 20.0, 5.0), Ends(floating_bit=(1,))])
def test_all_routes_agree_with_other_ends(ends):
    rng = np.random.default_rng(1)
    for shape in ((9, 4), (4, 9), (17, 17)):
        cells, volts = rng.uniform(0, 1e-3, shape), rng.uniform(-0.2, 0.2, (40, shape[0]))
        crossbar = Crossbar(cells, 10.0, bit_wire_resistance=3.0, ends=ends)
        together = crossbar.product(volts)
        assert together.method == "transfer matrix"
        expected = Crossbar(cells, 10.0, bit_wire_resistance=3.0, ends=ends).solve(volts).current
        assert np.abs(together.current - expected).max() < 1e-11 * np.abs(expected).max()


def test_other_cells_on_the_same_wires():
    ends = Ends("both", "top", 20.0, 5.0)
    first = Crossbar(G, 10.0, bit_wire_resistance=3.0, ends=ends)
    before = first @ V
    other = first.with_conductance(2 * G)
    expected = Crossbar(2 * G, 10.0, bit_wire_resistance=3.0, ends=ends) @ V
    np.testing.assert_allclose(other @ V, expected, rtol=1e-12)
    np.testing.assert_allclose(first @ V, before, rtol=1e-12)
    assert other.wires is first.wires
    with pytest.raises(InputError, match="conductance"):
        first.with_conductance(-G)
    # Ends for two word lines do not fit three unless they are the same for all.
    assert first.with_conductance(np.ones((3, 3))).shape == (3, 3)


def test_the_direct_solver_knows_other_ends(monkeypatch):
    ends = Ends("both", "top", 20.0, 5.0, floating_bit=(1,))
    expected = Crossbar(G, 100.0, ends=ends).solve(V, [0.1, 0.0, -0.1])
    monkeypatch.setattr(module, "STEP_LIMIT", 0)
    product = Crossbar(G, 100.0, ends=ends).product(V, [0.1, 0.0, -0.1])
    assert product.method == "sparse direct"
    np.testing.assert_allclose(product.current, expected.current[0], rtol=1e-10, atol=1e-18)


@pytest.mark.parametrize(
    "bad", [{"scheme": "V"}, {"row": 2}, {"column": -1}, {"voltage": np.nan}, {"row": True}]
)
def test_bad_schemes_are_refused(bad):
    given = {"row": 0, "column": 0, "voltage": 1.0} | bad
    with pytest.raises(InputError, match=next(iter(bad))):
        write_scheme((2, 3), **given)


@pytest.mark.parametrize("shape", [(6, 4), (4, 6)])
def test_many_inputs_with_bit_voltages_take_the_matrices(shape):
    rng = np.random.default_rng(2)
    m, n = shape
    cells = rng.uniform(0, 1e-3, shape)
    volts, held = rng.uniform(-1, 1, (40, m)), rng.uniform(-1, 1, (40, n))
    ends = Ends("both", "top", 20.0, 5.0, floating_bit=(1,))
    held[:, 1] = 0.0
    crossbar = Crossbar(cells, 10.0, ends=ends)
    assert crossbar.product(volts[:3], held[:3]).method == "conjugate gradients"
    found = crossbar.product(volts, held)
    assert found.method == "transfer matrix"
    expected = Crossbar(cells, 10.0, ends=ends).solve(volts, held).current
    assert np.abs(found.current - expected).max() < 1e-11 * np.abs(expected).max()
    again = crossbar.product(volts[0], held[0])
    assert again.method == "transfer matrix"
    np.testing.assert_allclose(again.current, expected[0], atol=1e-11 * np.abs(expected).max())
