"""The contradictions that readers of the review know of are found by comparing its entries."""

import pytest

from halodot.library import review, sources
from halodot.library.review import conflicts, entries, systems, tables
from halodot.library.vocabulary import rows_of

# Known from reading the review beside its sources: subject, quantity, what is used.
KNOWN = [
    ("T1", "mobility_hole", "0.19 cm2/Vs to 0.24 cm2/Vs"),
    ("M9", "electrode_top", "Ag"),
    ("M7", "electrode_top", "Ag"),
    ("M8", "electrode_top", "Ag"),
    ("M5", "mechanism", "halide_vacancy_filament"),
    ("CsPbBr3", "size_trend_temperature", "rises"),
    ("CsPbI3", "most_stable_phase", "orthorhombic_nonperovskite"),
    ("P4", "valence_band_trend_halide", "falls"),
    ("CsPbBr3", "evidence_kind", "experiment"),
    ("M1", "switching_polarity", "opposite_sign"),
    ("M5", "set_voltage", "-2.4 V"),
    ("M5", "reset_voltage", "1.55 V"),
    ("M8", "set_voltage", "1.05 V"),
    ("M8", "reset_voltage", "0.2 V"),
    ("M8", "switching_polarity", "same_sign"),
    ("T13", "oxidation_state", "3"),
    ("M3", "set_voltage", "2.3 V to 2.6 V"),
    ("M3", "on_off_ratio", "1e5 to 6e5"),
    ("T2", "on_off_ratio / photo_to_dark_ratio", "photo_to_dark_ratio 8.1e4"),
    ("T2", "optical_absorber_window", "inside"),
    ("T13", "gate_modulation", "absent"),
    ("M4", "power_consumption / energy_per_event", "neither"),
    ("P4", "publication_year", "2015"),
    ("T9", "publication_year", "2022"),
]


@pytest.mark.parametrize(("subject", "quantity", "used"), KNOWN)
def test_known_contradictions_are_found(subject, quantity, used):
    found = [c for c in conflicts() if (c.subject, c.quantity) == (subject, quantity)]
    assert used in [c.used_text for c in found]
    assert all(len({k.place for k in c.claims}) > 1 for c in found if c.kind != "sources")


def test_two_sizing_trends_with_opposite_signs():
    pairs = {c.refs for c in conflicts() if c.kind == "sources"}
    assert ("135", "136") in pairs


def test_every_conflict_keeps_both_sides_and_a_reason():
    for c in conflicts():
        assert c.why
        assert any(a.contradicts(b) or c.kind == "name" for a in c.claims for b in c.claims)
        assert not any(k.is_remembered for k in c.used)


def test_each_side_of_each_conflict_is_needed():
    """Without the places that disagree with one claim, that claim is disputed no more."""
    for c in conflicts():
        if c.parents or c.kind in ("name", "sources") or "publication_year" in c.quantity:
            continue
        keep = c.claims[0]
        opposed = {k for k in c.claims if k.contradicts(keep)}
        left = review.conflicts(k for k in entries() if k not in opposed)
        assert not any(keep in k.claims and k.kind == c.kind for k in left), c


COLUMNS = {
    "transistors": [
        ("mobility_n_cm2_per_Vs", "mobility_electron", "cm2/Vs"),
        ("mobility_p_cm2_per_Vs", "mobility_hole", "cm2/Vs"),
        ("on_off_ratio", "on_off_ratio", "1"),
        ("year", "publication_year", "1"),
    ],
    "memories": [
        ("v_set_V", "set_voltage", "V"),
        ("v_reset_V", "reset_voltage", "V"),
        ("power_W", "power_consumption", "W"),
        ("on_off_ratio", "on_off_ratio", "1"),
        ("retention_s", "retention_time", "s"),
        ("year", "publication_year", "1"),
    ],
    "synthesis_sizes": [("size_nm", "size", "nm")],
}


@pytest.mark.parametrize("table", COLUMNS)
def test_every_number_of_the_tables_is_an_entry(table):
    for row in tables()[table]:
        printed = [e for e in entries(ref=row["reference"]) if e.place == "table"]
        for column, quantity, unit in COLUMNS[table]:
            if row[column] is None:
                continue
            # Table 3 prints -0.0005 V of ref 193 as set/reset: an operating voltage (its text).
            wanted = {quantity, "minimum_voltage"} if row["reference"] == "193" else {quantity}
            values = [e.customary for e in printed if e.quantity in wanted]
            assert (row[column], unit) in values, (table, row["reference"], column)


def test_every_system_is_there_and_every_device_has_entries():
    ids = [s.id for s in systems()]
    wanted = [("P", 9), ("S", 11), ("X", 5), ("T", 15), ("M", 10)]
    assert ids == [f"{letter}{i}" for letter, n in wanted for i in range(1, n + 1)]
    for s in systems():
        assert entries(s.id) or any(entries(ref=r) for r in s.refs), s.id
        if s.id[0] in "TM":
            assert {e.ref for e in entries(s.id)} - {""} == {s.ref}


def test_every_source_named_by_an_entry_is_in_the_bibliography():
    for e in entries():
        assert sources.source(e.source).key
        assert e.source != f"ref{e.ref}" or e.place in ("abstract", "secondary"), e
        assert not e.ref or f"ref{e.ref}" in sources.references()


def test_the_reference_list_is_complete_and_notes_its_slips():
    rows = rows_of("references.csv")
    assert [r["number"] for r in rows] == [str(i) for i in range(1, 216)]
    assert all(r["authors"] and r["title"] and r["year"] for r in rows)
    assert sum(not r["doi"] for r in rows) == 2  # refs 70 and 88 are books
    assert "misspelt" in sources.source("143").note
    assert sources.source("143").doi == "10.1021/acsnenergylett.0c01295"
