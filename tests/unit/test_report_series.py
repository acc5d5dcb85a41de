"""Many dots in one report: the table, the peaks against size, the differences of energies."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from report_states import dots, population, q

from halodot.core.sourced import Sourced
from halodot.report import ensembles, flow, page
from halodot.report.compare import compare
from halodot.report.model import ReportInput, StackLayer, Variant
from halodot.report.plots import series

SIZES = (4e-9, 5e-9, 6e-9, 7e-9, 8e-9, 9e-9, 1e-8, 1.2e-8, 1.5e-8)


def variants(n: int = len(SIZES)) -> tuple[Variant, ...]:
    made = []
    for size in SIZES[:n]:
        d = replace(dots(2.3 + 3e-18 / size**2), size=q(size, "m"))
        made.append(Variant(f"<{1e9 * size:g} nm>", population=population(size), dots=d))
    return tuple(made)


def pairs(rows: tuple[Variant, ...]):
    reported = Sourced(2.43, "eV")
    return tuple(compare("pl_energy", reported, v.dots.pl_energy, variant=v.label) for v in rows)


def lit(rows: tuple[Variant, ...]):
    return [(v.label, v.dots) for v in rows]


def test_every_variant_has_a_row_with_its_interval() -> None:
    rows = ensembles.rows(variants())
    assert [r["label"] for r in rows] == [f"<{1e9 * s:g} nm>" for s in SIZES]
    assert rows[0]["cells"][0] == {"value": "4", "interval": "3.6 to 4.4"}
    assert rows[0]["cells"][2]["value"] != rows[1]["cells"][2]["value"]  # the peak moves


def test_a_refused_variant_keeps_its_reason_and_its_place() -> None:
    rows = ensembles.rows((*variants(2), Variant("bad", failure="no such element")))
    assert rows[-1] == {"label": "bad", "failure": "no such element"}


def test_a_study_of_a_device_has_no_table_of_dots() -> None:
    (one,) = variants(1)
    assert ensembles.rows((replace(one, stack=(StackLayer("Au", None),)),)) == []


def test_each_reported_peak_is_one_mark_on_the_curve_of_its_kind() -> None:
    rows = variants()
    bare = series.peak_against_size(lit(rows), (), "p")
    full = series.peak_against_size(lit(rows), pairs(rows), "p")
    assert bare is not None
    assert full is not None

    def marked(svg: str) -> int:
        return len(re.findall(r'id="p-series-0-\d+"', svg))

    assert marked(full) - marked(bare) == len(rows)
    assert series.peak_against_size(lit(rows[:1]), (), "p") is None  # one size is no curve


def named(formula: str, shape: str):
    return replace(dots(2.4), formula=formula, shape=shape)


def test_materials_differ_by_colour_and_shapes_by_line_and_mark() -> None:
    kinds = [("CsPbBr3", s) for s in ("platelet", "cube", "sphere", "cuboid", "rod", "wire")]
    kinds += [("MAPbBr3", "sphere"), ("CsPbI3", "cube")]
    looks = dict(zip(kinds, series._looks([named(*k) for k in kinds]), strict=True))
    colours = {f: {v.colour for k, v in looks.items() if k[0] == f} for f, _ in kinds}
    assert all(len(c) == 1 for c in colours.values())
    assert len(set.union(*colours.values())) == len(colours)
    assert looks["CsPbI3", "cube"].dashes == looks["CsPbBr3", "cube"].dashes
    assert looks["CsPbI3", "cube"].mark != looks["CsPbBr3", "rod"].mark
    many = series._looks([named(f"Cs{n}", "cube") for n in range(30)])
    assert len({v.colour for v in many}) == 30


@pytest.mark.parametrize(("n", "labels"), [(5, 5), (29, 9)])
def test_spectra_have_names_or_are_grey(n: int, labels: int) -> None:
    lot = [(f"dot {k}", dots(1.8 + 0.04 * k)) for k in range(n)]
    svg = series.spectra(lot, "p")
    assert svg is not None
    assert len(set(re.findall(r'id="p-legend-(\d+)-text"', svg))) == labels
    assert ("21 others" in svg) == (n == 29)
    assert svg.count(series._OTHERS) >= (21 if n == 29 else 0)
    # what the page toggles by an entry of the legend is the line of that entry
    drawn = re.findall(r'id="p-series-(\d+)-\d+"', svg)
    assert sorted(set(map(int, drawn))) == list(range(labels))


@pytest.mark.parametrize(("unit", "value"), [("nm", 500.0), ("eV", 2.479683968)])
def test_photon_energy_in_either_unit(unit: str, value: float) -> None:
    energy = series.energy_of(Sourced(value, unit))
    assert energy is not None
    assert float(energy) == pytest.approx(2.479683968, rel=1e-9)  # h c of CODATA


def test_energies_are_drawn_as_differences_and_not_twice() -> None:
    rows = variants()
    both = (*pairs(rows), compare("plqy", Sourced(0.8, "1"), rows[0].dots.plqy))
    assert len(series.is_drawn_as_deviation(both)) == len(rows)
    text = page.render(ReportInput("many", "x", rows, both))
    assert text.count("Computed minus reported [meV]") >= 1
    assert text.count("Computed over reported [1]") >= 1
    assert "&lt;4 nm" in text  # a label of the user is escaped


def test_a_card_of_many_variants_shows_the_first_and_the_last() -> None:
    card = next(c for c in flow.cards(variants()) if c.name == "recipe")
    size = dict(card.rows)["size"]
    assert len(size) == 3
    assert "9 variants" in size[1]
    few = next(c for c in flow.cards(variants(3)) if c.name == "recipe")
    assert len(dict(few.rows)["size"]) == 3
