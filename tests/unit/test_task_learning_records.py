"""Records of a simulated synapse as learning takes them."""

import numpy as np
import pytest

from halodot.array.characterise import characterise
from halodot.array.spec import ArraySpec
from halodot.core.sourced import Sourced
from halodot.device.state import Trace


def synapse(pulses=20, drain=-0.1):
    """A transistor lit and gated in turn; every pulse is a sweep of its own, as simulated."""
    rows, sweep, current = [], [], -1e-8
    for k in range(2 * pulses):
        lit = k < pulses
        for part, light, gate in ((0.0, 0.0, 0.0), (0.2, 10.0, 0.0), (0.4, 0.0, -30.0)):
            on = (light > 0.0) is lit and (gate < 0.0) is not lit
            if part and not on:
                continue
            rows.append((k + part, light * lit, gate * (not lit), current))
            sweep.append(k)
            if on:
                goal = -8e-8 if lit else -1e-8
                current += 0.1 * (goal - current)
    rows.append((2.0 * pulses, 0.0, 0.0, current))
    sweep.append(2 * pulses - 1)
    time, light, gate, drawn = np.array(rows).T
    columns = {"time": time, "light": light, "gate_voltage": gate, "drain_current": drawn,
               "drain_voltage": np.full(len(time), drain)}  # fmt: skip
    given = {"read_voltage": (0.0, "V"), "channel_width": (1e-3, "m"),
             "channel_length": (5e-5, "m")}  # fmt: skip
    return Trace(
        "pulses", "synapse", columns, dict.fromkeys(columns, "1"), np.array(sweep),
        {name: Sourced(v, u) for name, (v, u) in given.items()},
    )  # fmt: skip


def test_trains_of_a_simulated_transistor_are_pulses_up_and_down():
    cell = characterise((synapse(),), (), ArraySpec())
    up, down = cell.update.potentiation, cell.update.depression
    assert (up.drive, down.drive) == ("optical", "electrical")
    assert (len(up.change), len(down.change)) == (20, 20)
    assert up.change[0] == pytest.approx(0.1 * 7e-7, rel=1e-9)
    assert (up.change > 0).all()
    assert (down.change < 0).all()
    assert float(cell.read_voltage) == pytest.approx(0.1, rel=1e-12)
    assert up.optical_energy.is_known
