"""Whatever the dress of a file, the same numbers come out; junk never ends in a crash."""

from __future__ import annotations

import contextlib
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halodot.core.errors import InputError
from halodot.figures import KINDS, extract
from halodot.figures.limits import ideal_switch, make_trace, square_law
from halodot.figures.numbers import clean, number
from halodot.figures.reader import read
from halodot.figures.sweeps import split_directions

QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
DRESSES = st.sampled_from(
    [
        (",", "."),
        (";", "."),
        (";", ","),
        ("\t", "."),
        ("\t", ","),
        ("  ", "."),
        ("  ", ","),
        ("|", "."),
        ("|", ","),
    ]
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le"])
UNITS = st.sampled_from([("A", 1.0), ("mA", 1e-3), ("uA", 1e-6), ("µA", 1e-6), ("nA", 1e-9)])
HEADERS = st.sampled_from(["{n} ({u})", "{n} [{u}]", "{n}/{u}", "{n} in {u}", "{n}_{u}"])
PREFACES = st.sampled_from(
    ["", "Instrument: 2636B\n\n", "# run 3\n# points = 40\n", "[Header]\nA=1\n"]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@QUICK
@given(
    dress=DRESSES,
    encoding=ENCODINGS,
    unit=UNITS,
    header=HEADERS,
    preface=PREFACES,
    end=ENDS,
    trailing=st.booleans(),
    seed=st.integers(0, 99),
)
def test_any_dress_gives_the_same_numbers(
    tmp_path, dress, encoding, unit, header, preface, end, trailing, seed
):
    separator, mark = dress
    rng = np.random.default_rng(seed)
    v = np.linspace(-1.5, 1.5, 40)
    i = 10.0 ** rng.uniform(-3, 2, 40)
    tail = separator if trailing and separator != "  " else ""
    names = [header.format(n=n, u=u) for n, u in (("Voltage", "V"), ("Current", unit[0]))]
    lines = [separator.join(names) + tail]
    for a, b in zip(v, i, strict=True):
        cells = [f"{a:.5f}".replace(".", mark), f"{b:.6e}".replace(".", mark)]
        lines.append(separator.join(cells) + tail)
    path = Path(tmp_path) / "dress.txt"
    path.write_bytes((preface + "\n".join(lines) + "\n").replace("\n", end).encode(encoding))
    trace = read(path, "iv").trace
    # five and seven digits were written
    assert np.allclose(trace.columns["voltage"], v, rtol=0, atol=1e-5)
    assert np.allclose(trace.columns["current"], i * unit[1], rtol=1e-6)


@QUICK
@given(data=st.binary(max_size=400), kind=st.sampled_from(KINDS))
def test_random_bytes_are_refused_or_read(tmp_path, data, kind):
    path = Path(tmp_path) / "junk.bin"
    path.write_bytes(data)
    # any other exception fails the test
    with contextlib.suppress(InputError):
        extract(read(path, kind).trace)


@QUICK
@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(["1", "2.5", "-3e-9", "x", "", "--", "1,5", "9.9E37", "V", "nm"]),
            min_size=0,
            max_size=4,
        ),
        max_size=25,
    ),
    separator=st.sampled_from([",", ";", "\t", " "]),
    kind=st.sampled_from(KINDS),
)
def test_random_tables_are_refused_or_read(tmp_path, rows, separator, kind):
    path = Path(tmp_path) / "table.txt"
    path.write_text("\n".join(separator.join(r) for r in rows), encoding="utf-8")
    try:
        figures = extract(read(path, kind).trace)
    except InputError:
        return
    for figure in figures.figures:
        assert figure.value.value is None or math.isfinite(figure.value.value)


@QUICK
@given(x=st.floats(-1e30, 1e30, allow_nan=False), mark=st.sampled_from(".,"))
def test_numbers_survive_their_writing(x, mark):
    assert number(clean(f' "{x!r}" '.replace(".", mark)), mark) == x


@QUICK
@given(scale=st.floats(1e-6, 1e6), up=st.floats(0.3, 1.8), down=st.floats(0.3, 1.8))
def test_switching_voltages_do_not_depend_on_the_scale_of_the_current(scale, up, down):
    a = ideal_switch(up, -down)
    columns = {**a.columns, "current": a.columns["current"] * scale}
    f, g = extract(a), extract(make_trace("iv", columns, {}))
    for name in ("set_voltage", "reset_voltage", "on_off_ratio", "hysteresis_area"):
        assert math.isclose(f[name].value.value, g[name].value.value, rel_tol=1e-9)
    assert math.isclose(
        f["resistance_on"].value.value, g["resistance_on"].value.value * scale, rel_tol=1e-9
    )


@QUICK
@given(up=st.floats(0.3, 1.8), down=st.floats(0.3, 1.8))
def test_mirrored_leads_mirror_the_voltages(up, down):
    a = ideal_switch(up, -down)
    f = extract(a)
    g = extract(make_trace("iv", {name: -x for name, x in a.columns.items()}, {}))
    for name in ("set_voltage", "reset_voltage"):
        assert math.isclose(f[name].value.value, -g[name].value.value, abs_tol=1e-9)
    assert math.isclose(f["on_off_ratio"].value.value, g["on_off_ratio"].value.value, rel_tol=1e-9)


@QUICK
@given(
    mobility=st.floats(1e-10, 1e-2),
    threshold=st.floats(-20, 15),
    drain=st.floats(-100, -1),
    offset=st.floats(-5, 5),
)
def test_square_law_is_recovered_wherever_a_regime_is_reached(mobility, threshold, drain, offset):
    vg = np.linspace(20 + offset, -60 + offset, 161)
    i = square_law(vg, drain, mobility=mobility, threshold=threshold)
    trace = make_trace(
        "transfer",
        {"gate_voltage": vg, "drain_current": i},
        {},
        drain_voltage=drain,
        channel_width=1e-3,
        channel_length=5e-5,
        gate_capacitance=1e-4,
    )
    f = extract(trace)
    found = [f["mobility_p_saturation"].value.value, f["mobility_p_linear"].value.value]
    assert any(m is not None for m in found)
    for m in found:
        # the window may hold the one point at the pinch-off: 1e-3
        assert m is None or math.isclose(m, mobility, rel_tol=1e-3)


@QUICK
@given(
    turns=st.lists(st.floats(0.3, 2.0), min_size=1, max_size=6),
    points=st.integers(20, 80),
)
def test_turns_of_a_zigzag_are_found(turns, points):
    corners = [0.0] + [t * (-1) ** k for k, t in enumerate(turns)]
    legs = [np.linspace(a, b, points) for a, b in pairwise(corners)]
    x = np.concatenate([legs[0]] + [leg[1:] for leg in legs[1:]])
    number_of = split_directions(x)
    assert number_of[-1] == len(turns) - 1
    assert np.all(np.diff(number_of) >= 0)


@pytest.mark.parametrize("text", ["1_000", "0x10", "1e", "e5", "1.2.3", "+-1", "--5"])
def test_odd_words_are_no_numbers(text):
    assert number(text, ".") is None
