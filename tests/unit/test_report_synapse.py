"""Pictures of synapse tests and of gates: a panel a test, axes with units, four bars."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np

from halodot.core.sourced import Sourced
from halodot.figures.limits import leaky_integrator, make_trace
from halodot.report.plots import traces

W = 0.05


def train(n, period, start=0.5):
    return [(start + k * period, W, 1.0) for k in range(n)]


def words(svg):
    return " | ".join(t.text or "" for t in ET.fromstring(svg).iter() if t.tag.endswith("text"))


def synapse(label="", **given):
    runs = [train(1, 1.0), train(2, 0.1), train(2, 0.4), *(train(5, p) for p in (0.1, 0.3))]
    runs += [[(0.5, 2 * W, 1.0)], [(0.5, W, 2.0)]]
    first = train(4, 0.1)
    runs.append([*first, *train(4, 0.1, first[-1][0] + 2.0)])
    t = leaky_integrator(runs, parts=((1.0, 0.2), (0.2, 2.0)), step=0.01, after=2.0)
    return replace(t, label=label, **given)


def test_a_panel_for_each_test_that_was_made():
    svg = traces.overlay([synapse("wet"), synapse("dry")], "synapse", "p1")
    text = words(svg)
    for label in (
        "After the start of the pulse [s]",
        "Response [mA]",
        "Gap between two pulses [ms]",
        "A2/A1 [1]",
        "Pulse rate [Hz]",
        "A5/A1 [1]",
        "Pulse number n [1]",
        "Pulses [1]",
        "Pulse width [ms]",
        "Irradiance [mW/cm²]",
        "Level reached first [%]",
        "wet",
        "dry",
    ):
        assert label in text
    assert "Post after pre" not in text
    assert svg == traces.overlay([synapse("wet"), synapse("dry")], "synapse", "p1")


def test_a_record_without_pulses_is_not_drawn():
    t = synapse()
    dark = replace(t, columns=t.columns | {"light": 0.0 * t.columns["light"]})
    assert traces.overlay([dark], "synapse", "p1") is None
    assert "A2/A1" in words(traces.overlay([dark, synapse("lit")], "synapse", "p1"))


def gate(label="", **given):
    a, b = np.tile([0.0, 0, 1, 1], 3), np.tile([0.0, 1, 0, 1], 3)
    current = 1e-9 * (1.0 + 99.0 * a * b) * np.linspace(1.0, 1.1, 12)
    columns = {"input_a": a, "input_b": b, "current": current}
    parameters = {k: Sourced(v, "A", basis="given") for k, v in given.items()}
    return replace(
        make_trace("logic", columns, {"current": "A"}), label=label, parameters=parameters
    )


def test_four_bars_and_a_threshold():
    svg = traces.overlay([gate("one"), gate("two", threshold=5e-9)], "logic", "p1")
    text = words(svg)
    for label in ("00", "01", "10", "11", "Inputs a b", "Output [nA]", "one", "two"):
        assert label in text
    lacking = gate()
    lacking = replace(lacking, columns={n: x[:3] for n, x in lacking.columns.items()},
                      sweep=lacking.sweep[:3])  # fmt: skip
    assert traces.overlay([lacking], "logic", "p1") is None
