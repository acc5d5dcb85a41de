"""The page: opens offline, adapts to what there is, escapes what users wrote."""

from __future__ import annotations

import dataclasses
import itertools
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import report_states as rs

from halodot.core.sourced import Sourced
from halodot.core.status import Status
from halodot.figures.state import Figure, Figures
from halodot.report import write
from halodot.report.gather import assumptions, problems, stack_layers, unknowns
from halodot.report.model import ReportInput, SourceNote, StatusLine, Variant
from halodot.report.page import render
from halodot.report.summary import status_sentence, summary_sentence

VOID = {"meta", "br", "link", "img", "input", "hr"}
MOST_BYTES = 3_000_000


class Reader(HTMLParser):
    """Checks nesting and collects what a page holds."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.errors, self.attributes, self.ids = [], [], [], []
        self.headings, self.scripts, self.text = [], 0, []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, k, v or "") for k, v in attrs]
        self.ids += [v for k, v in attrs if k == "id"]
        self.scripts += tag == "script"
        if tag in ("h1", "h2", "h3"):
            self.headings.append([tag, ""])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, k, v or "") for k, v in attrs]
        self.ids += [v for k, v in attrs if k == "id"]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.errors.append((tag, self.getpos()))

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] in ("h1", "h2", "h3"):
            self.headings[-1][1] += data


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def titles(reader):
    return [text for tag, text in reader.headings if tag == "h2"]


@pytest.fixture(scope="module")
def whole():
    return render(rs.memristor())


@pytest.fixture(scope="module")
def pair():
    return render(rs.transistor())


@pytest.mark.parametrize("name", ["whole", "pair"])
def test_page_is_well_formed(name, request):
    reader = read(request.getfixturevalue(name))
    assert reader.errors == []
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    levels = [int(tag[1]) for tag, _ in reader.headings]
    assert levels[0] == 1
    assert max(b - a for a, b in itertools.pairwise(levels)) == 1


@pytest.mark.parametrize("name", ["whole", "pair"])
def test_page_loads_nothing(name, request):
    page = request.getfixturevalue(name)
    for tag, key, value in read(page).attributes:
        if key in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            assert value.startswith(("#", "data:image/png;base64,")), (tag, key, value[:80])
    assert "@import" not in page
    assert not re.search(r"url\(\s*['\"]?(?!#)", page)
    assert "default-src 'none'" in page


def test_page_is_small_and_the_same_bytes_when_written_again(tmp_path, whole):
    path = write(rs.memristor(), tmp_path / "report.html")
    assert path.stat().st_size < MOST_BYTES
    assert path.read_bytes() == whole.encode()


def test_page_of_a_long_sweep_stays_small():
    many = tuple(
        Variant(f"v{k}", traces=(rs.loop(f"run {k}", 1.0 + k, cycles=20),)) for k in range(40)
    )
    page = render(ReportInput("sweep", variants=many))
    assert len(page.encode()) < MOST_BYTES
    assert "The first 24 of 40 records are drawn." in page


def test_no_date_and_no_path_of_the_machine(whole):
    assert "<metadata" not in whole
    assert "dc:date" not in whole
    assert "/work" not in whole
    assert "/home" not in whole


def test_assumptions_stand_first(whole):
    assert titles(read(whole))[0] == "Assumptions"
    assert "no source for this ligand" in whole
    assert [key for key, _ in assumptions(rs.memristor())] == [
        "film.ion_density",
        "device.left.velocity_electron",
        "film.trap_density",
        "array.wire_resistance",
    ]


def test_all_sections_are_there(whole):
    assert titles(read(whole)) == [
        "Assumptions",
        "From flask to circuit",
        "Pictures",
        "Figures of merit",
        "Reported against computed",
        "Warnings and what is not known",
        "All values",
        "Sources",
        "The study",
    ]
    assert whole.count('<svg class="plot"') == 10
    assert "not part of this study" not in whole


def test_an_empty_study_still_gives_a_page():
    page = render(ReportInput("nothing yet"))
    reader = read(page)
    assert reader.errors == []
    assert titles(reader) == ["Assumptions", "From flask to circuit"]
    assert page.count("not part of this study") == 7
    assert "Nothing was assumed." in page


@pytest.mark.parametrize(
    ("field", "gone"),
    [("population", "Size distribution"), ("dots", "Emission spectrum"), ("score", "Confusion")],
)
def test_absent_stage_is_absent(field, gone, whole):
    assert gone in whole
    full = rs.memristor()
    variant = dataclasses.replace(full.variants[0], traces=(), **{field: None})
    page = render(dataclasses.replace(full, variants=(variant,), comparisons=()))
    assert gone not in page
    assert page.count("not part of this study") == 1
    assert read(page).errors == []


EVIL = '<script>alert("x")</script><img src=http://evil.example/x onerror=alert(1)>'


def evil_study():
    trace = dataclasses.replace(rs.loop(EVIL), notes=(EVIL,))
    variant = Variant(EVIL, rs.population(formula=EVIL), rs.dots(formula=EVIL), None,
                      tuple(dataclasses.replace(x, name=EVIL) for x in rs.STACK), (trace,),
                      (rs.figures(EVIL),))  # fmt: skip
    q = Sourced(1.0, "V", 0.5, 2.0, "assumed", (EVIL,), EVIL)
    return ReportInput(
        EVIL, EVIL, (variant, dataclasses.replace(variant, label="other")), rs.comparisons(),
        ((EVIL, q),), (SourceNote(EVIL, EVIL, EVIL, (EVIL,)),),
        (StatusLine(EVIL, Status.NOT_CONVERGED, EVIL),), EVIL, ((EVIL, EVIL),), EVIL, (EVIL,),
    )  # fmt: skip


def test_what_a_user_wrote_is_text():
    page = render(evil_study())
    reader = read(page)
    assert reader.errors == []
    assert reader.scripts == 1
    assert not [a for a in reader.attributes if a[0] == "img" or a[1].startswith("on")]
    assert EVIL in "".join(reader.text)


def test_script_of_the_page_is_the_only_one_allowed(whole):
    import base64
    import hashlib

    script = re.search(r"<script>(.*?)</script>", whole, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in whole


def test_not_converged_points_are_told():
    bad = rs.with_bad_points(rs.loop("light"))
    result = ReportInput("x", variants=(Variant("", traces=(bad,)),))
    (line,) = problems(result)
    assert line.status is Status.NOT_CONVERGED
    assert line.detail == "30 of 480 points"
    page = render(result)
    assert "One result did not converge" in page
    assert "30 points not converged, not drawn" in page


def test_warning_is_not_a_failure():
    lines = [StatusLine("dots", Status.OUTSIDE_RANGE)]
    assert status_sentence(lines).startswith("Everything converged.")
    lines.append(StatusLine("record", Status.MAX_STEPS))
    assert "One result did not converge" in status_sentence(lines)


def test_unknown_values_keep_their_reasons(whole):
    rows = unknowns(rs.memristor())
    assert ("film.capture_hole", "nothing in the library") in rows
    assert "nothing in the library" in whole
    assert "Figures that these records do not give (1)" in whole
    assert "the record holds one cycle" in whole


def test_summary_names_the_main_numbers():
    text = summary_sentence(rs.memristor())
    for part in ("CsPbBr3 cube dots of 9 nm", "514 nm", "on off ratio", "92.5 %", "3 of 5"):
        assert part in text


def test_roles_and_bounds_are_marked(whole):
    row = re.search(r"<tr><td>on off ratio</td>.*?</tr>", whole.split("Ratio</th>")[1])[0]
    assert "&gt; 10⁵" in row
    assert "does not hold" in row
    calibrated = re.search(r"<tr><td>current on</td>.*?</tr>", whole)[0]
    assert "not counted" in calibrated
    assert "holds" not in calibrated


def test_variants_share_pictures_and_stand_side_by_side(pair):
    assert pair.count("Transfer curves</title>") == 1
    assert '<th scope="col" class="n">as cast</th>' in pair
    assert "after methyl acetate" in pair


def test_doi_of_a_source_stands_once(whole):
    note = SourceNote("ref188", "A. Author, J. 1 (2017), doi:10.1/x", "10.1/x", ("set_voltage",))
    page = render(dataclasses.replace(ReportInput("x"), sources=(note,)))
    assert "A. Author, J. 1 (2017) <span" in page
    assert page.count("10.1/x") == 1
    assert "https://doi.org/10.1007/s40820-022-00983-6" in whole


def test_category_is_shown_as_its_word():
    found = Figures("iv", "", (Figure("polarity", Sourced(1.0), "By the signs.", "bipolar"),))
    page = render(ReportInput("x", variants=(Variant("", figures=(found,)),)))
    assert '<td class="n">bipolar</td>' in page


def test_layers_of_a_device():
    from halodot.core.spec import build
    from halodot.device.spec import DeviceSpec

    device = build(DeviceSpec, {
        "kind": "two_terminal", "area": "1 mm2",
        "left": {"electrode": "FTO"}, "right": {"electrode": "Ag"},
        "layer": [{"name": "PMMA", "material": "PMMA", "thickness": "5 nm"},
                  {"name": "dots", "material": "film", "thickness": "300 nm"}],
    })  # fmt: skip
    layers = stack_layers(device)
    assert stack_layers(device, insulators=())[1].role == "semiconductor"
    assert [x.role for x in layers] == ["electrode", "insulator", "film", "electrode"]
    assert layers[2].thickness == pytest.approx(300e-9, rel=1e-12)  # unit conversion


def test_numbers_that_are_not_finite_do_not_break_the_page():
    trace = rs.loop()
    columns = {k: np.where(np.arange(len(v)) == 3, np.nan, v) for k, v in trace.columns.items()}
    broken = dataclasses.replace(trace, columns=columns)
    assert read(render(ReportInput("x", variants=(Variant(traces=(broken,)),)))).errors == []
