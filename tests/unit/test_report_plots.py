"""Pictures: labelled axes with units, the same bytes twice, honest about what is left out."""

from __future__ import annotations

import dataclasses
import functools
import json
import logging
import re
import warnings
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import report_states as rs

from halodot.core.sourced import Sourced
from halodot.core.status import Status
from halodot.report.model import StackLayer
from halodot.report.plots import dots, scores, stack, style, traces
from halodot.report.plots.stack import LEAST_SHARE, DepthMap

PICTURES = {
    "sizes": lambda n: dots.size_distribution([("a", rs.population())], n),
    "emission": lambda n: dots.emission([("", rs.dots())], n),
    "colour": lambda n: dots.chromaticity([("", rs.dots())], n),
    "stack": lambda n: stack.stack_drawing(rs.STACK, rs.loop(), n),
    "ions": lambda n: stack.ion_profile([rs.loop()], n),
    "iv": lambda n: traces.overlay([rs.loop("dark"), rs.loop("light", 30)], "iv", n),
    "transfer": lambda n: traces.overlay([rs.transfer("a", 1e-8)], "transfer", n),
    "output": lambda n: traces.overlay([rs.output()], "output", n),
    "pulses": lambda n: traces.overlay([rs.pulses()], "pulses", n),
    "retention": lambda n: traces.overlay([rs.retention()], "retention", n),
    "ratio": lambda n: scores.reported_against_computed(rs.comparisons(), n),
    "confusion": lambda n: scores.confusion(rs.score(), n),
    "accuracy": lambda n: scores.accuracies([("", rs.score())], n),
}
UNITS = {
    "sizes": ["[nm]", "[1/nm]"],
    "emission": ["[eV]", "[relative to peak]", "[nm]"],
    "colour": ["CIE 1931 x [1]", "CIE 1931 y [1]"],
    "stack": ["[eV]", "[nm]"],
    "ions": ["[nm]", "[cm⁻³]"],
    "iv": ["Voltage [V]", "Current [mA]", "|Current| [A]"],
    "transfer": ["Gate voltage [V]", "[A]", "[√nA]"],
    "output": ["Drain voltage [V]", "Drain current [nA]"],
    "pulses": ["Time [s]", "[nA]", "[mW/cm²]"],
    "retention": ["Time [s]", "[µA]"],
    "ratio": ["Computed over reported [1]"],
    "confusion": ["[count in cell]", "[1]"],
    "accuracy": ["Accuracy [%]"],
}


@functools.cache
def drawn(name):
    """One drawing of each picture, shared by the tests that only read it."""
    return PICTURES[name]("p1")


def words(svg):
    """All text of a picture."""
    root = ET.fromstring(svg)
    return ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("}text")]


def series(svg, number):
    return len(re.findall(rf'id="[^"]*-series-{number}-\d+"', svg))


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_well_formed_and_labelled_with_units(name):
    svg = drawn(name)
    text = " ".join(words(svg))
    for unit in UNITS[name]:
        assert unit in text
    root = ET.fromstring(svg)
    assert root[0].tag.endswith("title")
    assert root[0].text
    assert root[1].tag.endswith("desc")
    assert root.attrib["role"] == "img"


@pytest.mark.parametrize("name", PICTURES)
def test_same_bytes_twice(name):
    assert PICTURES[name]("p1") == drawn(name)


@pytest.mark.parametrize("name", PICTURES)
def test_ids_are_unique_and_belong_to_the_picture(name):
    svg = drawn(name)
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert all(i.startswith("p1-") for i in ids)
    for target in re.findall(r'(?:href="#|url\(#)([^")]+)', svg):
        assert target in ids


def test_drawing_changes_no_global_setting():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    PICTURES["iv"]("p1")
    assert dict(mpl.rcParams) == before


def test_scales_let_a_reader_find_values():
    svg = drawn("iv")
    axes = json.loads(ET.fromstring(svg).attrib["data-axes"])
    assert [a["y"][2] for a in axes] == ["linear", "log"]
    assert axes[0]["x"][3] == "Voltage [V]"
    assert axes[0]["x"][0] < -1.5 < 1.5 < axes[0]["x"][1]


def test_legend_entries_and_series_share_a_number():
    svg = drawn("iv")
    for number in (0, 1):
        assert f'id="p1-legend-{number}-text"' in svg
        assert series(svg, number) >= 2  # linear and logarithmic


def test_points_that_did_not_converge_are_not_drawn_and_counted():
    trace = rs.with_bad_points(rs.loop("light"))
    assert np.isnan(traces.good(trace, "current")).sum() == 30
    svg = traces.overlay([trace], "iv", "p1")
    assert any("30 points not converged, not drawn" in w for w in words(svg))


def test_unknown_and_outside_range_points_stay():
    trace = rs.loop()
    status = tuple([Status.OUTSIDE_RANGE] * len(trace))
    assert not traces.bad_points(dataclasses.replace(trace, point_status=status)).any()


@pytest.mark.parametrize(
    "label", ["cost $5 and $x$", "<b>&amp;</b>", "日本語", "x" * 500, "a\x00b"]
)
def test_any_label_of_a_user_can_be_drawn(label):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = traces.overlay([rs.loop(label)], "iv", "p1")
    shown = " ".join(words(svg))
    assert label[:5].replace("\x00", "\N{REPLACEMENT CHARACTER}") in shown
    assert "<b>" not in svg


def test_fonts_are_found_without_a_word(caplog):
    with caplog.at_level(logging.WARNING):
        PICTURES["iv"]("p1")
    assert not caplog.records


def test_current_density_is_named_and_scaled():
    trace = rs.loop()
    columns = dict(trace.columns)
    columns["current_density"] = columns.pop("current") * 1e6
    units = {"time": "s", "voltage": "V", "current_density": "A/m2"}
    svg = traces.overlay([dataclasses.replace(trace, columns=columns, units=units)], "iv", "p1")
    assert "Current density [mA/cm²]" in words(svg)
    assert "|Current density| [A/cm²]" in words(svg)


def test_thinning_keeps_peaks_and_bounds_the_size():
    x = np.linspace(0, 1, 100_000)
    y = np.sin(5 * x)
    y[31_415] = 7.0
    kept = style.thin(x, y)
    assert len(kept) <= style.MOST_POINTS + 2
    assert {0, 31_415, 99_999} <= set(kept.tolist())
    assert (np.diff(kept) > 0).all()


def test_depth_is_to_scale_where_layers_are_thick_enough():
    place = DepthMap([40e-9, 300e-9])
    assert not place.widened.any()
    # linear: boundaries lie at their share of the whole
    assert place(40e-9) == pytest.approx(40 / 340, rel=1e-12)


def test_thin_layer_is_widened_and_marked():
    place = DepthMap([300e-9, 2e-9, 60e-9])
    assert place.widened.tolist() == [False, True, False]
    widths = np.diff(place.places)
    assert widths.sum() == pytest.approx(1.0, rel=1e-12)  # sums of three
    assert widths[1] == pytest.approx(LEAST_SHARE, rel=1e-12)  # exactly the least share
    assert widths[0] / widths[2] == pytest.approx(5.0, rel=1e-12)  # the others keep their ratio
    assert "2 nm *" in " ".join(words(stack.stack_drawing(rs.TRANSISTOR, None, "p1")))


@pytest.mark.parametrize("n", [1, 3, 40])
def test_equal_layers_of_any_number(n):
    place = DepthMap([1e-9] * n)
    assert np.diff(place.places) == pytest.approx(np.full(n, 1 / n), rel=1e-9)  # sums of n


def test_profile_of_another_depth_is_not_forced_on_the_layers():
    thinner = (StackLayer("a", 10e-9), StackLayer("b", 20e-9))
    svg = stack.stack_drawing(thinner, rs.loop(), "p1")
    assert "Depth [nm]" in words(svg)


def test_log_normal_has_the_mean_and_spread_it_names():
    x = np.linspace(0.01, 60, 200_001)
    y = dots.log_normal(x, 9.0, 2.0)
    step = x[1] - x[0]
    mean = (x * y).sum() * step
    assert mean == pytest.approx(9.0, rel=1e-6)  # trapezium error of a smooth curve
    assert np.sqrt(((x - mean) ** 2 * y).sum() * step) == pytest.approx(2.0, rel=1e-6)  # same


def test_spectral_locus_holds_known_points():
    wavelength, xy = dots.spectral_locus()
    green = xy[np.searchsorted(wavelength, 520)]
    # CIE 1931, 520 nm: 0.0743, 0.8338 in four digits
    assert green == pytest.approx([0.0743, 0.8338], abs=1e-4)


def test_what_is_unknown_is_not_drawn():
    none = dataclasses.replace(rs.population(), size=Sourced.unknown("m", "no recipe"))
    assert dots.size_distribution([("", none)], "p1") is None
    unknown = Sourced.unknown("1", "no spectrum")
    dark = dataclasses.replace(rs.dots(), cie_x=unknown, cie_y=unknown, emission_energy=np.empty(0))
    assert dots.emission([("", dark)], "p1") is None
    assert dots.chromaticity([("", dark)], "p1") is None
    assert traces.overlay([], "iv", "p1") is None
    assert scores.reported_against_computed([], "p1") is None


def test_unknown_spread_still_shows_the_size():
    p = dataclasses.replace(rs.population(), size_spread=Sourced.unknown("1", "not reported"))
    assert "[nm]" in dots.size_distribution([("", p)], "p1")


def test_record_without_any_light_or_current_changes():
    trace = rs.loop()
    zero = {k: np.zeros_like(v) for k, v in trace.columns.items()}
    flat = dataclasses.replace(trace, columns=zero)
    assert "Current" in " ".join(words(traces.overlay([flat], "iv", "p1")))


def test_settings_of_the_user_change_no_byte():
    import matplotlib as mpl

    usual = drawn("accuracy")
    with mpl.rc_context({"font.size": 30, "axes.grid": True, "lines.linewidth": 9}):
        assert PICTURES["accuracy"]("p1") == usual


def test_each_ion_profile_is_drawn_once_with_its_moment():
    first, second = rs.loop("one"), rs.loop("two")
    moved = {**second.profiles, "ion_density_end": 2 * second.profiles["ion_density"]}
    svg = stack.ion_profile([first, dataclasses.replace(second, profiles=moved)], "p1")
    shown = " ".join(words(svg))
    assert "one, before" in shown
    assert "two, after" in shown
    assert "two, before" not in shown  # the same as the first one


@pytest.mark.parametrize("kind", ["iv", "transfer", "output", "pulses", "retention"])
def test_a_record_that_failed_throughout_does_not_stop_the_report(kind):
    make = {"iv": rs.loop, "transfer": lambda: rs.transfer("a", 1e-8), "output": rs.output}
    record = make.get(kind, getattr(rs, kind, None))()
    names = [c for c in record.columns if "current" in c]
    nothing = dict.fromkeys(names, np.full(len(record), np.nan))
    failed = dataclasses.replace(
        record,
        columns=record.columns | nothing,
        point_status=(Status.NOT_CONVERGED,) * len(record),
        status=Status.NOT_CONVERGED,
    )
    traces.overlay([failed], kind, "p1")
    assert traces.overlay([record, failed], kind, "p1")
