"""The curated values against the raw tables, and the honesty of their labels."""

from collections import Counter

import pytest

from halodot.library import Library
from halodot.library.schema import KINDS, TEXT
from halodot.library.tables import names, table

LIB = Library.builtin()
OWN = ("perovskites.csv", "semiconductors.csv", "insulators.csv", "electrodes.csv", "solvents.csv")
ROWS = [r for r in LIB.rows if r.where.split(",")[0] in OWN]
REMEMBERED = {
    (r["material"], r["source_doi"].rstrip("?"))
    for t in ("bulk_parameters", "structure_phases")
    for r in table(t)
    if r["confidence"] == "remembered"
}


def test_assumed_numbers_have_an_interval_and_a_reason():
    for row in ROWS:
        if row.value.basis == "assumed" and row.value.unit != TEXT:
            assert row.value.low is not None, row.where
            assert row.value.low < row.value.value < row.value.high or "slope" in row.quantity
            assert row.value.note, row.where


def test_sourced_numbers_have_a_source():
    for row in ROWS:
        if row.value.basis == "sourced":
            assert row.value.sources, row.where


def test_what_is_remembered_never_counts_as_sourced():
    checked = 0
    for row in ROWS:
        if row.value.unit != TEXT and any((row.name, s) in REMEMBERED for s in row.value.sources):
            assert row.value.basis == "assumed", row.where
            checked += 1
    assert checked > 50


@pytest.mark.parametrize(
    ("raw", "ours", "factor"),
    [
        ("bulk_modulus", "bulk_modulus", 1e9),
        ("dielectric_optical", "permittivity_optical", 1.0),
        ("dielectric_static", "permittivity_static", 1.0),
        ("spin_orbit_splitting_CB", "spin_orbit_splitting", 1.0),
        ("electron_mass", "electron_mass", 1.0),
        ("hole_mass", "hole_mass", 1.0),
        ("lattice_constant_cubic", "lattice_constant", 1e-10),
        ("LO_phonon_energy", "phonon_energy", 1e-3),
    ],
)
def test_numbers_are_copied_right(raw, ours, factor):
    compared = 0
    for row in table("bulk_parameters"):
        if row["quantity"] != raw or row["material"] not in LIB.names("perovskite"):
            continue
        entry = LIB.entry("perovskite", row["material"])
        values = [float(r.value) for r in entry.rows[ours] if r.value.is_known]
        # a copy: only the conversion of the unit may round
        assert any(v == pytest.approx(float(row["value"]) * factor, rel=1e-9) for v in values), row
        compared += 1
    assert compared >= 2


def test_every_kind_can_be_read_to_the_end():
    for kind in KINDS:
        for name in LIB.names(kind):
            entry = LIB.entry(kind, name)
            for q in entry.quantities:
                if any(r.value.unit != TEXT for r in entry.rows[q]) and entry.has(q):
                    value = entry.quantity(q)
                    assert value.low is None or value.low <= value.value <= value.high


def test_affinity_gap_and_ionisation_agree_within_their_intervals():
    for kind in ("perovskite", "semiconductor"):
        for name in LIB.names(kind):
            e = LIB.entry(kind, name)
            parts = [e.quantity(q) for q in ("ionization_energy", "electron_affinity", "band_gap")]
            if all(q.is_known for q in parts):
                ie, ea, gap = parts
                assert ie.low - ea.high <= gap.high, name
                assert ie.high - ea.low >= gap.low, name


def test_partners_named_by_the_review_are_there():
    for kind, wanted in {
        "semiconductor": "ZnO pentacene PFO P3HT DPP-DTT C8-BTBT MoS2 MoSe2 WSe2 IGZO DNTT PQT-12",
        "insulator": "PMMA SiO2 Al2O3 PS",
        "electrode": "Ni FTO ITO Ag Au Al Pt Si(n++) Si(p++)",
        "solvent": "toluene hexane ethyl_acetate methanol",
    }.items():
        for name in wanted.split():
            assert LIB.entry(kind, name.replace("_", " "))


def test_the_wrong_viscosities_of_the_antisolvent_table_are_not_used():
    butanol = LIB.entry("solvent", "butanol").quantity("viscosity")
    assert butanol.value == pytest.approx(2.548e-3, rel=1e-9)
    assert not LIB.entry("solvent", "cyclopentanone").quantity("viscosity").is_known


def test_raw_tables_are_whole():
    rows = {name: len(table(name)) for name in names()}
    assert rows["bulk_parameters"] == 170
    assert rows["ionic_radii"] == 85
    assert Counter(r["symbol"] for r in table("atomic_weights")).most_common(1)[0][1] == 1
