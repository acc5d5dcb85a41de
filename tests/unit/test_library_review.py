"""Loading, comparing and citing what the literature states."""

import json
import re
from dataclasses import replace

import pytest

from halodot.cli import literature
from halodot.core.errors import InputError
from halodot.library import review, sources
from halodot.library.claim import claim
from halodot.library.vocabulary import PLACES, canonical_condition, term, terms


def a_claim(value, place="text", **more):
    row = {"subject": "Z1", "ref": "1", "quantity": "on_off_ratio", "unit": "1"}
    return claim(row | {"value": value, "place": place} | more)


# --- reading


def test_numbers_come_in_si_with_half_of_the_last_printed_digit():
    c = a_claim("0.19", quantity="mobility_hole", unit="cm2/Vs")
    assert c.number == pytest.approx(1.9e-5, rel=1e-12)  # exact factor 1e-4
    assert c.half_digit == pytest.approx(5e-7, rel=1e-9)  # half of 0.01 cm2/Vs


def test_an_offset_unit_keeps_the_size_of_its_digits():
    c = a_claim("140", quantity="anneal_temperature", unit="C")
    assert c.number == pytest.approx(413.15, rel=1e-12)
    assert c.half_digit == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"quantity": "set_volage"}, "set_voltage"),
        ({"place": "tabel"}, "table"),
        ({"unit": "nm"}, "on_off_ratio"),
        ({"value": "many"}, "2.4e-1"),
        ({"confidence": "Z"}, "confidence"),
        ({"bound": "~"}, "bound"),
        ({"quantity": "mechanism", "value": "magic"}, "interface_type"),
        ({"quantity": "size_trend_temperature", "value": "up"}, "rises"),
    ],
)
def test_bad_rows_are_refused_with_what_is_allowed(more, word):
    row = {"value": "1e5", "place": "text"} | more
    with pytest.raises(InputError, match=re.escape(word)):
        a_claim(row.pop("value"), row.pop("place"), **row)


def test_conditions_are_equal_whatever_their_order():
    assert canonical_condition(" mode=b ;ligand=a") == canonical_condition("ligand=a; mode=b")


def test_every_entry_uses_the_vocabulary_and_every_word_is_used():
    used = {c.quantity for c in review.entries()} | {"switching_polarity"}
    assert used == set(terms())
    assert {c.place for c in review.entries()} <= set(PLACES)
    assert all(
        len(c.locator.split('"')[1].split()) <= 12 for c in review.entries() if '"' in c.locator
    )


def test_unknown_words_name_the_nearest():
    with pytest.raises(InputError, match="set_voltage"):
        term("set_voltag")
    with pytest.raises(InputError, match="CsPbBr3"):
        review.entries("CsPbBr")


# --- comparing two claims


@pytest.mark.parametrize(
    ("a", "b", "contradict"),
    [
        (("0.19", "="), ("0.24", "="), True),
        (("0.24", "="), ("2.4e-1", "="), False),
        (("0.2", "="), ("0.24", "="), False),  # 0.2 is printed with one digit
        (("1000", "="), ("1e3", "="), False),
        (("1e5", "="), ("6e5", "="), True),
        (("1e5", ">"), ("6e5", "="), False),
        (("1e7", ">"), ("1e5", "="), True),
        (("1e3", "<"), ("1e5", "="), True),
        (("1e5", "<"), ("1e3", "="), False),
        (("1e5", ">"), ("1e7", ">"), False),
        (("1e5", ">"), ("1e3", "<"), True),
        (("1e3", ">"), ("1e5", "<"), False),
    ],
)
def test_numbers_differ_beyond_rounding_and_bounds(a, b, contradict):
    one, two = a_claim(a[0], bound=a[1]), a_claim(b[0], "table", bound=b[1])
    assert one.contradicts(two) is contradict
    assert two.contradicts(one) is contradict


# --- planting contradictions


def planted(*claims):
    """Conflicts that appear when `claims` are added to what ships."""
    before = set(review.conflicts())
    return [c for c in review.conflicts((*review.entries(), *claims)) if c not in before]


PAIRS = [
    (a_claim("3e2"), a_claim("8e2", "table")),
    (a_claim("p", quantity="carrier_type"), a_claim("n", "abstract", quantity="carrier_type")),
    (
        a_claim("rises", quantity="set_voltage_trend_light"),
        a_claim("falls", "figure", quantity="set_voltage_trend_light"),
    ),
    (
        a_claim("rises", quantity="set_voltage_trend_light", condition="method=dry"),
        a_claim("falls", quantity="set_voltage_trend_light", condition="method=dry", ref="2"),
    ),
    (a_claim("3e2"), a_claim("3e2", "abstract", quantity="photo_to_dark_ratio")),
]


@pytest.mark.parametrize(("one", "two"), PAIRS)
def test_a_planted_pair_is_found_and_vanishes_with_one_side(one, two):
    (found,) = planted(one, two)
    assert {one, two} <= set(found.claims)
    assert planted(one) == []
    assert planted(two) == []


def test_a_claim_against_what_is_known_is_found():
    wrong = a_claim("4", quantity="oxidation_state", condition="element=Pb")
    (found,) = planted(wrong)
    assert (found.kind, found.used_text) == ("order", "2")
    assert planted(replace(wrong, value=2.0)) == []


def test_signs_that_the_mechanism_forbids_are_found_and_left_out():
    more = {"unit": "V", "quantity": "set_voltage"}
    rows = [
        a_claim("interface_type", quantity="mechanism", unit="text"),
        a_claim("1.5", "table", **more),
        a_claim("0.5", "table", unit="V", quantity="reset_voltage"),
        a_claim("2.5", "secondary", **more),
    ]
    kinds = {c.quantity: c for c in planted(*rows)}
    assert kinds["switching_polarity"].parents == ("set_voltage", "reset_voltage")
    assert kinds["set_voltage"].used == (rows[3],)
    rows[2] = replace(rows[2], value=-0.5)
    assert {c.quantity for c in planted(*rows)} == {"set_voltage"}


def test_responsivity_and_quantum_efficiency_must_imply_an_absorbed_wavelength():
    """0.2 A/W at 50 % means 496 nm; the same at 5 % would mean 5 um."""
    more = {"place": "abstract", "unit": "A/W"}
    response = a_claim("0.2", quantity="responsivity", **more)
    more = {"place": "abstract", "quantity": "external_quantum_efficiency", "unit": "%"}
    assert planted(response, a_claim("50", **more)) == []
    (found,) = planted(response, a_claim("5", **more))
    assert "4959 nm" in found.claims[0].locator


def test_other_conditions_subjects_or_places_do_not_conflict():
    one = a_claim("3e2")
    assert planted(one, a_claim("8e2", "table", condition="light=on")) == []
    assert planted(one, a_claim("8e2", "table", subject="Z2")) == []
    assert planted(one, a_claim("8e2")) == []


def test_the_choice_follows_the_rules():
    text, table = a_claim("3e2"), a_claim("8e2", "table")
    own = a_claim("9e4", "abstract", confidence="A", source="ref1")
    second = a_claim("8e2", "secondary", confidence="S", source="kwak2021")
    remembered = a_claim("3e2", "secondary", confidence="M", source="remembered")
    assert planted(text, table)[0].used == (text, table)
    assert planted(text, table, own)[0].used == (own,)
    assert set(planted(text, table, second)[0].used) == {table, second}
    assert remembered not in planted(text, table, remembered)[0].used
    words = [
        a_claim(w, p, quantity="volatility") for w, p in (("both", "text"), ("volatile", "table"))
    ]
    assert planted(*words)[0].used == ()


# --- reported values


def test_reported_spans_what_conflicts_and_names_both_sources():
    q = review.reported("M3", "set_voltage", "light=off")
    assert (q.low, q.high, q.basis) == (2.3, 2.6, "sourced")
    assert q.sources == ("review", "nanomaterials2025_873")


def test_reported_says_what_it_cannot_give():
    assert review.reported("M1", "anneal_time").value is None
    assert "photo_to_dark_ratio" in review.reported("T2", "on_off_ratio").note
    assert review.reported("T2", "photo_to_dark_ratio").value == 8.1e4
    assert review.reported("M4", "power_consumption").value is None
    q = review.reported("M6", "energy_per_event")
    assert (q.basis, q.note) == ("assumed", "unverified: remembered")
    assert (q.value / q.low, q.high / q.value) == pytest.approx((3.0, 3.0), rel=1e-12)
    assert "gate_modulation" in review.reported("T13", "on_off_ratio").note
    assert "optical_absorber_window" in review.reported("T2", "responsivity").note


def test_reported_keeps_only_the_magnitude_where_the_sign_is_refuted():
    q = review.reported("M1", "reset_voltage")
    assert (q.low, q.high) == (-0.71, 0.71)


def test_reported_bounds_and_words():
    assert review.reported_bound("M8", "on_off_ratio") == ">"
    assert review.reported_bound("M7", "retention_time") == "="
    assert review.reported_text("M9", "electrode_top") == "Ag"
    assert review.reported_text("M8", "carrier_type") is None
    with pytest.raises(InputError, match="reported_text"):
        review.reported("M9", "electrode_top")
    with pytest.raises(InputError, match="ligand=OGB; mode=volatile"):
        review.reported("M9", "endurance_cycles")


# --- bibliography


@pytest.mark.parametrize("key", ["188", "ref188", "[188]", "Ref. 188", "10.1007/S12274-016-1288-2"])
def test_one_reference_has_many_spellings(key):
    assert sources.source(key).key == "ref188"


def test_unknown_keys_are_refused_and_free_text_is_kept():
    for key, near in (("reviev", "review"), ("ref999", "ref"), ("999", "a DOI"), ("", "a DOI")):
        with pytest.raises(InputError, match=near):
            sources.source(key)
    assert sources.source("arXiv:9999.12345").arxiv == "9999.12345"
    assert sources.source("see doi 10.1021/nl5048779 (cubes)").key == "ref16"
    assert sources.source("own measurement, 3 May").title == "own measurement, 3 May"


def parse_bibtex(text):
    """Entries of `text` as {key: {field: value}}; braces must balance."""
    found = {}
    for block in re.split(r"\n(?=@)", text.strip()):
        head = re.match(r"@(article|book|misc)\{([A-Za-z0-9_]+),\n", block)
        assert head, block
        assert head[2] not in found
        plain = re.sub(r"\\.", "", block)
        assert plain.count("{") == plain.count("}"), block
        fields = re.findall(r"^  (\w+) = \{(.*)\},?$", block, re.MULTILINE)
        assert len(fields) == len(block.strip().splitlines()) - 2
        assert not re.search(r"(?<!\\)[%&#$_]", re.sub(r"^@.*$", "", block, flags=re.MULTILINE))
        found[head[2]] = dict(fields)
    return found


def test_bibtex_of_everything_is_valid_and_keys_are_unique():
    keys = [*sources.others(), *sources.references()]
    entries = parse_bibtex(sources.bibtex(keys))
    assert len(entries) == len({sources.source(k).key for k in keys})
    assert entries["ref142"]["doi"] == "10.1038/s41467-022-29727-1"
    assert entries["ref1"]["author"].startswith("C. M")


def test_bibtex_of_hostile_free_text_is_valid():
    names = ["50% of } A_B & \\input{x} #1 ~^$", "notes a!", "notes a?", "line\nbreak in it"]
    assert len(parse_bibtex(sources.bibtex(names))) == 4


# --- command line


def run(capsys, *words):
    import argparse

    parser = argparse.ArgumentParser()
    literature.register(parser.add_subparsers())
    args = parser.parse_args(["literature", *words])
    assert args.run(args) == 0
    return capsys.readouterr().out


def test_json_is_one_flat_object(capsys):
    found = json.loads(run(capsys, "conflicts", "--json"))["conflicts"]
    one = next(c for c in found if c["subject"] == "T1")
    assert [e["value"] for e in one["entries"]] == [0.19, 0.24]
    assert (one["used_low"], one["used_high"], one["used_unit"]) == (0.19, 0.24, "cm2/Vs")
    shown = json.loads(run(capsys, "show", "ref188", "--json"))
    assert {e["subject"] for e in shown["entries"]} == {"M1"}
    assert list(json.loads(run(capsys, "tables", "memories", "--json"))) == ["memories"]
    body = json.loads(run(capsys, "sources", "188", "review", "--bibtex", "--json"))
    assert [s["key"] for s in body["sources"]] == ["ref188", "review"]
    assert "@article{ref188," in body["bibtex"]


@pytest.mark.parametrize(
    "words",
    [
        ("conflicts",),
        ("tables",),
        ("sources",),
        ("show", "M9"),
        ("show", "133"),
        ("show", "CsPbI3"),
    ],
)
def test_text_fits_a_terminal_and_marks_conflicts(capsys, words):
    text = run(capsys, *words)
    assert max(len(line) for line in text.splitlines()) <= 100
    if words == ("show", "M9"):
        assert text.count("\n! electrode_top") == 3
        assert "table ref 142, Table 3" in text


def test_unknown_names_on_the_command_line_are_refused(capsys):
    for words in (("tables", "memory"), ("show", "M99"), ("sources", "ref777")):
        with pytest.raises(InputError):
            run(capsys, *words)
