"""The charge engine beside DEVSIM's silicon diode."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from halodot.device.charge.exchange import devsim
from peer_cells import rows

PROGRAM = Path(__file__).parents[1] / "devsim_diode.py"


def currents(voltages, **keys):
    curve = devsim.read(voltages=tuple(voltages), **keys).steady()
    assert all(s.is_good for s in curve.record.status)
    return curve.current


def test_diode_beside_the_stored_run():
    reference = rows("devsim_diode1d_extended_run")
    found = currents(reference["V_V"])
    assert found == pytest.approx(reference["J_A_cm-2"], rel=1e-3, abs=0.0)


def test_the_run_in_double_precision_above_its_round_off():
    reference = rows("devsim_diode1d_iv_run")
    keep = (reference["contact"] == "top") & (reference["V_V"] > 0.25)
    found = currents(reference["V_V"][keep])
    assert found == pytest.approx(reference["Jtotal_A_cm-2"][keep], rel=1e-3, abs=0.0)


@pytest.mark.slow
def test_diode_beside_devsim_itself():
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "4"], capture_output=True, text=True, check=False
    )
    if done.returncode == 3:
        pytest.skip(f"DEVSIM does not start here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    volts, top, bottom = np.array(json.loads(done.stdout.splitlines()[-1])).T
    assert top[1:] == pytest.approx(-bottom[1:], rel=1e-12, abs=0.0)
    assert currents(volts[1:]) == pytest.approx(top[1:], rel=1e-3, abs=0.0)


def test_a_wrong_lifetime_would_be_seen():
    """At 0.3 V the current is recombination in the junction: more of it, more current."""
    reference = rows("devsim_diode1d_extended_run")["J_A_cm-2"][2]
    shorter = dict(devsim.DIODE) | {"taun": 0.5e-8, "taup": 0.5e-8}
    assert currents([0.3], source=shorter)[0] > 1.4 * reference
    deck = devsim.read(voltages=(0.3,))
    unipolar = replace(deck, voltage_factor=-1.0)  # backwards: no forward current
    assert unipolar.steady().current[0] < 0.0
