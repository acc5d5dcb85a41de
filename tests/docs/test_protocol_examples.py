"""Every table on the page of protocols is one, and every kind has a table."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from halodot.core.spec import Spec, build
from halodot.device.protocols import Protocol, needs
from halodot.device.waveforms import of

PAGE = (Path(__file__).parents[2] / "docs/protocols.md").read_text(encoding="utf-8")
TABLES = [
    tomllib.loads(text)
    for text in re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
]


class Holder(Spec):
    protocol: Protocol


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t["kind"])
def test_a_table_is_a_protocol(table):
    protocol = build(Holder, {"protocol": table}).protocol
    if table["kind"] in ("transfer", "output"):
        return  # no waveform: the gate stack is swept at points of the channel
    wave = of(protocol)
    assert len(wave.outputs) == len(wave.sweep) > 1
    assert np.all(np.diff(wave.time) > 0)
    assert np.all(np.diff(wave.outputs) > 0)
    assert wave.outputs[-1] <= wave.time[-1] * (1 + 1e-12)
    assert len(wave.light) == len(wave.voltage) == len(wave.time)
    assert wave.closed is None or len(wave.closed) == len(wave.time) - 1


def test_every_kind_has_a_table():
    assert {t["kind"] for t in TABLES} == {*needs("two_terminal"), *needs("transistor")}
