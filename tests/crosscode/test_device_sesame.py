"""The charge engine beside COMSOL's curve of Sesame's first test."""

from __future__ import annotations

import pytest

from halodot.device.charge.exchange import sesame
from peer_cells import DATA, rows

SET = DATA / "sesame_test1_hetero_pn_parameters.csv"


@pytest.fixture(scope="module")
def curve():
    volts = rows("sesame_test1_comsol_jv")["V_V"]
    return sesame.read(SET, voltages=volts).steady("high")


def test_heterojunction_in_the_light(curve):
    expected = rows("sesame_test1_comsol_jv")["J_comsol_A_cm-2"]
    assert all(s.is_good for s in curve.record.status)
    # Sesame finds 8.5e-4; COMSOL is given in 5 digits
    assert curve.current == pytest.approx(expected, rel=2e-3, abs=0.0)


def test_the_grid_is_converged(curve):
    finer = sesame.read(SET, voltages=curve.voltage).steady("high", refine=2)
    assert curve.current == pytest.approx(finer.current, rel=1e-4)


def test_a_mirrored_junction_gives_the_same_curve(curve):
    """Voltage and current keep their signs when the layers are listed from the other side."""
    system = sesame._junction(sesame.flat(SET, "sesame"))
    system |= {"regions": system["regions"][::-1], "voltages": list(curve.voltage)}
    mirrored = sesame.read(system)
    assert mirrored.voltage_factor == 1.0
    assert -mirrored.steady("high").current == pytest.approx(curve.current, rel=1e-4)
