"""What time and use do to cells."""

import math
from dataclasses import replace

import numpy as np
import pytest

from halodot.array import ageing, build
from halodot.array.spec import ArraySpec
from halodot.array.state import Array, CellModel, Decay, Writing
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build as spec_of
from halodot.figures.state import Figure, Figures

S = Sourced
RNG = np.random.default_rng(8)
WEIGHTS = RNG.normal(size=(20, 6))
INPUTS = RNG.uniform(-1, 1, (5, 20))


def law(time=100.0, stretch=1.0, kept=0.0, measured=1e4):
    return Decay(S(time, "s"), S(stretch, "1"), S(kept, "1"), S(measured, "s"))


def array(decay=None, stuck=0.0, **writing):
    cell = CellModel(
        S(1e-6, "S"), S(1e-4, "S"), S(0.1, "V"), S(0.0, "1"), decay=decay, stuck_high=S(stuck, "1")
    )
    setting = {"hold": S(0.0, "s")} | writing
    return Array(
        cell, 64, 64, S(0.0, "ohm"), seed=2, read_time=S(1e-7, "s"), writing=Writing(**setting)
    )


@pytest.mark.parametrize("decay", [law(), law(stretch=0.4), law(kept=0.3), law(kept=1.0)])
@pytest.mark.parametrize("time", [0.0, 1.0, 100.0, 1e5])
def test_law_of_retention(decay, time):
    tau, beta, kept = (float(q) for q in (decay.time, decay.stretch, decay.kept))
    share = kept + (1 - kept) * math.exp(-((time / tau) ** beta))
    assert ageing.retained(decay, time) == pytest.approx(share, rel=1e-12)
    fresh = array(decay).program(WEIGHTS, 0)
    aged = fresh.at(time)
    expected = 1e-6 + (fresh.fresh - 1e-6) * share
    np.testing.assert_allclose(aged.conductance, expected, rtol=1e-12)
    # All weights shrink by the same share.
    np.testing.assert_allclose(
        aged.multiply(INPUTS).output, share * fresh.multiply(INPUTS).output, atol=1e-11
    )
    assert aged.age == time


def test_time_counts_from_writing_and_not_from_the_last_look():
    matrix = array(law(stretch=0.5)).program(WEIGHTS, 0)
    once, twice = matrix.at(50.0), matrix.at(20.0).at(50.0)
    assert (once.conductance == twice.conductance).all()
    assert (matrix.conductance == matrix.at(0.0).conductance).all()


def test_hold_is_applied_to_draws_and_not_to_ideal_cells():
    made = array(law(), hold=S(10.0, "s"))
    share = math.exp(-0.1)
    np.testing.assert_allclose(
        made.program(WEIGHTS, 0).multiply(INPUTS).output, share * (INPUTS @ WEIGHTS), atol=1e-11
    )
    np.testing.assert_allclose(
        made.program(WEIGHTS).multiply(INPUTS).output, INPUTS @ WEIGHTS, atol=1e-11
    )


def test_volatile_cells_are_refused_unless_they_are_refreshed():
    volatile = array(law(time=1e-3), hold=S(1.0, "s"))
    with pytest.raises(InputError, match="volatile") as e:
        volatile.program(WEIGHTS, 0)
    assert "refresh" in str(e.value)
    kept = array(law(time=1e-3), hold=S(1.0, "s"), refresh=S(1e-4, "s")).program(WEIGHTS, 0)
    assert kept.age == 1e-4
    assert ageing.retained(kept.device.decay, kept.age) == pytest.approx(math.exp(-0.1), rel=1e-9)
    # The period that is advised leaves them good enough.
    assert ageing.lifetime(law(time=1e-3), 0.5) / 5 < 1e-3 * math.log(2)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_lifetime_is_when_the_share_is_left(share):
    for decay in (law(), law(stretch=0.3), law(kept=0.2)):
        time = ageing.lifetime(decay, share)
        assert ageing.retained(decay, time) == pytest.approx(share, rel=1e-9)
    assert ageing.lifetime(law(kept=0.95), share) == math.inf
    assert ageing.lifetime(None, share) == math.inf


def test_stuck_cells_do_not_decay():
    matrix = array(law(), stuck=0.5).program(WEIGHTS, 0)
    late = matrix.at(1e9)
    stuck = matrix.cells.stuck > 0
    assert (late.conductance[stuck] == 1e-4).all()
    np.testing.assert_allclose(late.conductance[~stuck], 1e-6, rtol=1e-9)


def test_what_is_drawn_of_a_decay_stays_a_law():
    decay = Decay(S(10.0, "s", 1.0, 100.0), S(0.5, "1", 0.3, 0.8), S(0.9, "1", 0.5, 0.99),
                  S(100.0, "s"))  # fmt: skip
    made = array(decay)
    draws = [made.program(WEIGHTS, k).device.decay for k in range(40)]
    assert len({float(d.time) for d in draws}) == 40
    assert all(0.0 <= float(d.kept) <= 1.0 for d in draws)


def test_notes_say_what_was_measured():
    cell = array(law(measured=100.0)).cell
    assert any("EXTRAPOLATED" in n for n in ageing.notes(cell, 1e3))
    assert not any("EXTRAPOLATED" in n for n in ageing.notes(cell, 10.0))
    assert any("no decay" in n for n in ageing.notes(array().cell, 10.0))
    # the median keeps 90 %, a draw at the low end of the time exp(-2)
    wide = replace(law(), time=S(100.0, "s", 5.0, 2000.0))
    assert any("14 % at the low ends" in n for n in ageing.notes(array(wide).cell, 10.0))
    assert not any("low ends" in n for n in ageing.notes(array(wide).cell, 1.0))


@pytest.mark.parametrize("time", [-1.0, math.nan, math.inf])
def test_times_that_are_none(time):
    with pytest.raises(InputError, match="time"):
        array(law()).program(WEIGHTS, 0).at(time)


def endurance(drift=-0.1, end=None):
    found = [Figure("ratio_drift", S(drift, "1"), "t")]
    if end is not None:
        found.append(Figure("cycles_to_failure", S(end, "1"), "t"))
    return Figures("endurance", "t", tuple(found))


def test_wear_closes_the_ratio_by_its_drift():
    worn = ageing.worn(array().cell, 1e4, endurance())
    ratio = float(worn.conductance_high) / float(worn.conductance_low)
    assert ratio == pytest.approx(100 * 1e4**-0.1, rel=1e-12)
    closed = ageing.worn(array().cell, 1e30, endurance())
    assert float(closed.conductance_low) == float(closed.conductance_high)
    assert ageing.worn(array().cell, 1.0, endurance(0.2)).conductance_low.value == 1e-6
    with pytest.raises(InputError, match="cycles"):
        ageing.worn(array().cell, 1e4, endurance(end=1e3))
    with pytest.raises(InputError, match="ratio_drift"):
        ageing.worn(array().cell, 1e4, Figures("iv", "t", ()))


def test_cycles_of_the_study_wear_the_cells_of_the_array():
    iv = Figures("iv", "t", tuple(
        Figure(n, S(v, u), "t") for n, v, u in (("resistance_on", 1e4, "ohm"),
        ("resistance_off", 1e6, "ohm"), ("read_voltage", 0.1, "V"))
    ))  # fmt: skip
    spec = spec_of(ArraySpec, {"cycles": 1e4, "refresh": "10 s"})
    made = build(iv, spec, every=(iv, endurance(end=1e6)))
    ratio = float(made.cell.conductance_high) / float(made.cell.conductance_low)
    assert ratio == pytest.approx(100 * 1e4**-0.1, rel=1e-9)
    assert any("after 1e+07 s" in n for n in made.notes)
    with pytest.raises(InputError, match="cycles"):
        build(iv, spec)
    refreshed = build(iv, spec_of(ArraySpec, {"refresh": "10 s"}))
    assert any("not known" in n for n in refreshed.notes)


def test_converters_do_not_follow_cells_that_fade():
    made = replace(array(law()), adc_bits=8)
    matrix = made.program(WEIGHTS, 0)
    late = matrix.at(300.0)
    assert late._ends(late.tiles[0]) == matrix._ends(matrix.tiles[0])
    share = math.exp(-3.0)
    exact = share * (INPUTS @ WEIGHTS)
    fresh, aged = (
        np.std(m.multiply(INPUTS).output - x)
        for m, x in ((matrix, INPUTS @ WEIGHTS), (late, exact))
    )
    # The same steps for a signal of a twentieth.
    assert aged == pytest.approx(fresh, rel=0.4)


def test_cells_written_below_their_low_end_go_there_too():
    matrix = build_with_errors().program(WEIGHTS, 0)
    assert (matrix.conductance < matrix.cells.low).any()
    late = matrix.at(1e9)
    np.testing.assert_allclose(late.conductance, 1e-6, rtol=1e-9)


def build_with_errors():
    tile = array(law())
    return replace(tile, cell=replace(tile.cell, cycle_to_cycle=S(0.05, "1")))
