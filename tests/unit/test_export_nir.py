"""NIR graphs: written and read equal, their numbers those of the cell, validity said."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.device.state import Compact, Drive, Response
from halodot.export import of_study
from halodot.export.nir_graph import Neuron, graph, neuron, readout, write

nir = pytest.importorskip("nir", reason="nir is not installed here")


def same(a: Any, b: Any) -> bool:
    """Whether two graphs have the same nodes, numbers and edges."""
    if sorted(a.nodes) != sorted(b.nodes) or sorted(a.edges) != sorted(b.edges):
        return False
    for name, node in a.nodes.items():
        other = b.nodes[name]
        if type(node) is not type(other):
            return False
        for key, value in vars(node).items():
            if isinstance(value, np.ndarray) and not np.array_equal(value, getattr(other, key)):
                return False
    return True


def back(made: Any, folder: Path) -> Any:
    nir.write(folder / "x.nir", made)
    return nir.read(folder / "x.nir")


def test_a_neuron_comes_back_as_it_was(tmp_path: Path) -> None:
    made = graph(Neuron(1.3, 0.5, 1e9, 1e-8), np.array([[1e-9, 2e-9], [3e-9, 4e-9]]), np.ones(2))
    read = back(made, tmp_path)
    assert same(made, read)
    node = read.nodes["neuron"]
    assert node.tau == pytest.approx(np.full(2, 10.0))
    assert node.v_threshold.tolist() == [1.3, 1.3]
    assert node.v_reset.tolist() == [0.5, 0.5]
    other = graph(Neuron(1.3, 0.5, 1e9, 2e-8), np.array([[1e-9, 2e-9], [3e-9, 4e-9]]), np.ones(2))
    assert not same(other, read)  # a factor in one number is seen


def test_a_read_out_comes_back_as_it_was(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    weight, bias = rng.normal(size=(3, 5)), rng.normal(size=3)
    for made, node in ((readout(weight, bias), nir.Affine), (readout(weight), nir.Linear)):
        read = back(made, tmp_path)
        assert same(made, read)
        assert isinstance(read.nodes["readout"], node)
        assert np.array_equal(read.nodes["readout"].weight, weight)


def test_a_bias_of_another_length_is_refused() -> None:
    with pytest.raises(InputError, match="bias"):
        readout(np.eye(2), np.ones(3))


def switch(tau: float = 0.0, leak: float = 1e9, high: float = 1.0, low: float = 0.4) -> Compact:
    """A cell that is a leak below `high` volts and conducts until `low`, at once."""

    def march(drive: Drive, start: np.ndarray | None, seed: int) -> Response:
        on = bool(start is not None and start[0] > 0.5)
        current = np.empty(len(drive.outputs))
        for k, t in enumerate(drive.outputs):
            volts = float(np.interp(t, drive.time, drive.voltage))
            on = volts > high or (on and volts > low)
            current[k] = volts / (1e3 if on else leak)
        return Response(current * 0.0, current, {}, np.array([float(on)]))

    unknown = Sourced.unknown("1", "none")
    cell = Compact(
        "stand-in",
        "switch",
        march,
        lambda _spread, _seed: cell,
        lambda _ohm: cell,
        np.zeros(1),
        2.0,
        unknown,
        unknown,
    )
    return cell


def test_an_ideal_switch_is_the_node_itself() -> None:
    made = neuron(switch(), 1e-9)
    assert made.threshold == pytest.approx(1.0, rel=2e-3)
    assert made.hold == pytest.approx(0.4, abs=1.1e-3)  # one step of the sweep
    assert made.tau == pytest.approx(1.0, rel=1e-3)
    assert made.misfit < 0.02  # steps of a three-hundredth of the threshold
    top = made.leak * made.currents
    expected = made.tau * np.log((top - made.hold) / (top - made.threshold))
    assert made.intervals == pytest.approx(expected)


def test_what_does_not_switch_or_let_go_is_refused() -> None:
    with pytest.raises(InputError, match="does not switch"):
        neuron(switch(high=5.0))
    with pytest.raises(InputError, match="not volatile"):
        neuron(switch(low=-1.0))


def test_a_node_below_its_threshold_is_silent() -> None:
    assert math.isnan(Neuron(1.0, 0.4, 1e9, 1e-9).interval(0.9e-9))


def test_a_threshold_switch_is_written_with_its_validity(tmp_path: Path) -> None:
    graph_file, beside = write(of_study("m9"), tmp_path)
    node = nir.read(graph_file).nodes["neuron"]
    said = json.loads(beside.read_text(encoding="utf-8"))
    assert said["units"]["tau"] == "s"
    assert float(node.tau[0]) == pytest.approx(said["leak_ohm"] * said["capacitance_F"])
    assert 0.3 < said["hold_V"] < said["threshold_V"] < 2.0
    assert said["largest_relative_difference"] > 0.1  # a threshold that falls with slower charging
    assert said["holds"] is False
    assert any("short-term plasticity" in text for text in said["not_in_the_graph"])


def test_a_cell_that_stays_is_no_neuron(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not volatile"):
        write(of_study("m9", "OGB, high compliance"), tmp_path)
