"""From figures of merit to cells and arrays."""

import pytest

from halodot import array
from halodot.array import ArraySpec
from halodot.array.cell import cell
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.figures.state import Figure, Figures

UNITS = {"on_off_ratio": "1", "read_voltage": "V", "drain_voltage": "V"}
UNITS |= {"on_current": "A", "off_current": "A"}


def figures(kind="iv", **values):
    def sourced(name, x):
        return x if isinstance(x, Sourced) else Sourced(x, UNITS.get(name, "ohm"))

    return Figures(kind, "t", tuple(Figure(k, sourced(k, v), "t") for k, v in values.items()))


def test_two_terminal_device():
    model = cell(figures(resistance_on=1e4, resistance_off=1e6, read_voltage=0.1), ArraySpec())
    assert (model.conductance_low.value, model.conductance_high.value) == (1e-6, 1e-4)
    assert model.conductance_high.unit == "S"
    assert model.is_known


@pytest.mark.parametrize("known", ["resistance_on", "resistance_off"])
def test_the_missing_state_follows_from_the_ratio(known):
    value = {"resistance_on": 1e4, "resistance_off": 1e6}[known]
    model = cell(figures(**{known: value}, on_off_ratio=100.0, read_voltage=0.1), ArraySpec())
    assert model.conductance_low.value == pytest.approx(1e-6, rel=1e-12)
    assert model.conductance_high.value == pytest.approx(1e-4, rel=1e-12)


def test_p_channel_transistor():
    given = figures("transfer", on_current=-1e-6, off_current=-1e-9, drain_voltage=-10.0)
    model = cell(given, ArraySpec())
    assert model.conductance_high.value == pytest.approx(1e-7, rel=1e-12)
    assert model.conductance_low.value == pytest.approx(1e-10, rel=1e-12)
    assert model.read_voltage.value == 10.0


def test_transistor_with_a_ratio_instead_of_an_off_current():
    given = figures("transfer", on_current=1e-6, on_off_ratio=1e3, drain_voltage=10.0)
    model = cell(given, ArraySpec())
    assert model.conductance_low.value == pytest.approx(1e-10, rel=1e-12)


def test_intervals_turn_round():
    on = Sourced(1e4, "ohm", 5e3, 2e4, "computed", ("ref142",))
    model = cell(figures(resistance_on=on, resistance_off=1e6, read_voltage=0.1), ArraySpec())
    q = model.conductance_high
    assert (q.low, q.high) == pytest.approx((5e-5, 2e-4), rel=1e-12)
    assert q.sources == ("ref142",)


def test_swapped_states_are_put_in_order_and_noted():
    model = cell(figures(resistance_on=1e6, resistance_off=1e4, read_voltage=0.1), ArraySpec())
    assert model.conductance_low.value < model.conductance_high.value
    assert any("swapped" in n for n in model.notes)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"resistance_on": 1e4, "read_voltage": 0.1},
        {"resistance_on": 1e4, "resistance_off": 1e6},
        {"resistance_on": 0.0, "resistance_off": 1e6, "read_voltage": 0.1},
        {"resistance_on": -1e4, "resistance_off": 1e6, "read_voltage": 0.1},
        {"resistance_on": 1e4, "on_off_ratio": float("inf"), "read_voltage": 0.1},
        {"on_current": 1e-6, "off_current": 1e-9, "drain_voltage": 0.0},
        {"resistance_on": Sourced.unknown("ohm", "no switching"), "read_voltage": 0.1},
    ],
)
def test_what_is_missing_stays_unknown_with_its_reason(given):
    made = array.build(figures(**given), ArraySpec(), seed=1)
    assert made.status is Status.UNKNOWN
    assert not made.cell.is_known
    unknown = [made.cell.conductance_low, made.cell.conductance_high, made.cell.read_voltage]
    assert all(q.note for q in unknown if not q.is_known)
    with pytest.raises(InputError, match="unknown"):
        made.program([[1.0]])


def test_the_spec_sets_what_the_figures_do_not_hold():
    spec = build(ArraySpec, {"read_voltage": "0.3 V", "levels": 16, "adc_bits": 8})
    made = array.build(figures(resistance_on=1e4, resistance_off=1e6), spec, seed=1)
    assert made.status is Status.OK
    assert (made.cell.read_voltage.value, made.cell.levels, made.adc_bits) == (0.3, 16, 8)


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"word_lines": 0}, "word_lines"),
        ({"bit_lines": 1}, "bit_lines"),
        ({"wire_resistance": "1 nm"}, "wire_resistance"),
        ({"wire_resistance": "-1 ohm"}, "wire_resistance"),
        ({"wire_resistence": "1 ohm"}, "wire_resistance"),
        ({"cycle_to_cycle": 2.0}, "cycle_to_cycle"),
        ({"levels": 1}, "levels"),
        ({"read_voltage": "0 V"}, "read_voltage"),
    ],
)
def test_bad_specs_name_the_field(table, named):
    with pytest.raises(InputError) as e:
        build(ArraySpec, table, root="array")
    assert named in str(e.value)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "a"])
def test_bad_seeds_are_refused(seed):
    with pytest.raises(InputError, match="seed"):
        array.build(figures(), ArraySpec(), seed)
