"""Total current along a channel while its gate charge moves."""

from __future__ import annotations

import numpy as np

from halodot.core.spec import build
from halodot.device.charge.simulate import Simulation
from halodot.device.measure import resolve
from halodot.device.sheet import grid_of, path_of, sheet_of
from halodot.device.spec import DeviceSpec
from halodot.library import Library


def test_what_the_gate_takes_is_no_spread_of_the_total_current():
    """Faces agree on the current once the gate's displacement is taken off with its sign."""
    oxide = {"name": "oxide", "thickness": "300 nm", "carriers": False}
    oxide |= {"relative_permittivity": 3.9, "electron_affinity": "0.9 eV", "band_gap": "9 eV"}
    sheet = {"name": "channel", "thickness": "10 nm", "relative_permittivity": 6}
    sheet |= {"electron_affinity": "3.9 eV", "band_gap": "2.4 eV"}
    sheet |= {f"effective_dos_{band}": "1e26 m-3" for band in ("conduction", "valence")}
    sheet |= {f"{carrier}_mobility": "1e-5 m2/Vs" for carrier in ("electron", "hole")}
    table = {"kind": "transistor", "layer": [oxide, sheet], "left": {"work_function": "5.1 eV"}}
    table |= {"source": {"work_function": "6.3 eV", "kind": "ohmic_hole"}, "along": {}}
    spec = build(DeviceSpec, table | {"channel_width": "1 mm", "channel_length": "5 um"})
    library = Library.builtin()
    layers, contacts = resolve(spec, None, library)
    path = sheet_of(spec, path_of(spec, None, library, layers, contacts), library)
    s = Simulation(path.cell(-10.0, grid_of(path, refine=0.5)))
    assert s.settle().is_good
    span = 1e-7  # of the order of the time in which the channel follows its drain
    found = s.drive(
        np.array([0.0, span]), np.array([0.0, -1.0]), np.zeros(2), np.array([0.5, 1.0]) * span
    )
    assert all(state.is_good for state in found.status)
    current = np.abs(found.current_density)
    # the gate takes a large part of what enters at the drain
    assert np.all(np.abs(found.current_density - found.hole) > 0.2 * current)
    assert np.all(found.spread < 1e-9 * current)
