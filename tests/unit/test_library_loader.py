"""Reading materials from files: what is accepted, and where a refusal points."""

from pathlib import Path

import pytest

from halodot.core.errors import InputError, OutOfRangeError
from halodot.library import Library

ELECTRODE = '[[material]]\nkind = "electrode"\n'
HEADER = "kind,name,quantity,value,low,high,unit,basis,source,place,note\n"


def csv_library(folder: Path, *rows: str) -> Library:
    path = folder / "mine.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return Library.builtin().with_files([path])


def toml_library(folder: Path, text: str) -> Library:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return Library.builtin().with_files([path])


def test_customary_units_become_si(tmp_path):
    lib = csv_library(
        tmp_path,
        "semiconductor,mine,electron_mobility,2,1,4,cm2/Vs,given,,,",
        "semiconductor,mine,effective_dos_conduction,3e18,,,cm-3,,,,",
        "semiconductor,mine,electron_mass,0.3,,,m0,,,,",
    )
    mine = lib.entry("semiconductor", "mine")
    mobility = mine.quantity("electron_mobility")
    assert (mobility.value, mobility.low, mobility.high) == pytest.approx((2e-4, 1e-4, 4e-4))
    assert mine.quantity("effective_dos_conduction").value == pytest.approx(3e24)
    assert mine.quantity("electron_mass").value == pytest.approx(0.3)
    assert mine.quantity("effective_dos_conduction").basis == "given"


def test_a_file_overrides_value_by_value_and_the_last_file_wins(tmp_path):
    first, second = tmp_path / "a.toml", tmp_path / "b.toml"
    body = ELECTRODE + 'name = "{}"\n[material.values]\nwork_function = "{}"\n'
    first.write_text(body.format("gold", "5.0 eV"), encoding="utf-8")
    second.write_text(body.format("AU", "4.9 eV"), encoding="utf-8")
    lib = Library.builtin().with_files([first, second])
    value = lib.entry("electrode", "Au").quantity("work_function")
    assert (value.value, value.low, value.basis) == (4.9, None, "given")
    assert lib.names("electrode") == Library.builtin().names("electrode")
    # the other values stay
    film = csv_library(tmp_path, "perovskite,CsPbBr3,band_gap,2.4,,,eV,,,,")
    assert film.entry("perovskite", "CsPbBr3").quantity("band_gap").value == 2.4
    assert film.entry("perovskite", "CsPbBr3").quantity("phonon_energy").basis == "sourced"
    assert Library.builtin().entry("perovskite", "CsPbBr3").quantity("band_gap").value == 2.36


def test_toml_with_interval_source_and_alias(tmp_path):
    lib = toml_library(
        tmp_path,
        '[[material]]\nkind = "insulator"\nname = "my oxide"\naliases = ["MO"]\n[material.values]\n'
        'band_gap = {value = "6 eV", low = "5.5 eV", high = "6.5 eV", source = "10.1/x"}\n',
    )
    gap = lib.entry("insulator", "mo").quantity("band_gap")
    assert (gap.value, gap.low, gap.high, gap.sources) == (6.0, 5.5, 6.5, ("10.1/x",))


def test_aliases_added_by_a_user_do_not_drop_the_others(tmp_path):
    lib = toml_library(
        tmp_path, '[[material]]\nkind = "electrode"\nname = "ITO"\naliases = ["glass front"]\n'
    )
    assert lib.entry("electrode", "glass front").name == "ITO"
    assert lib.entry("electrode", "Indium Tin Oxide").name == "ITO"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("perovskite,X,band_gab,2,,,eV,,,,", "row 2, column quantity"),
        ("perovskite,X,band_gap,2,,,nm,,,,", "row 2, column unit"),
        ("perovskite,X,band_gap,2,,,,,,,", "row 2, column unit"),
        ("perovskite,X,band_gap,nan,,,eV,,,,", "row 2, column value"),
        ("perovskite,X,band_gap,1e999,,,eV,,,,", "row 2, column value"),
        ("perovskite,X,band_gap,two,,,eV,,,,", "row 2, column value"),
        ("perovskite,X,band_gap,,,,eV,,,,", "row 2, column value"),
        ("perovskite,X,band_gap,2 eV,,,eV,,,,", "row 2, column value"),
        ("perovskite,X,band_gap,2000,,,eV,,,,", "row 2, column value"),
        ("perovskite,X,band_gap,2,3,1,eV,,,,", "row 2, column low"),
        ("perovskite,X,band_gap,2,1.9,,eV,,,,", "row 2, column low"),
        ("perovskite,X,band_gap,2,,,eV,guess,,,", "row 2, column basis"),
        ("perovskit,X,band_gap,2,,,eV,,,,", "row 2, column kind"),
        ("perovskite,,band_gap,2,,,eV,,,,", "row 2, column name"),
        ("perovskite,X,alias,,,,text,,,,", "row 2, column value"),
        ("perovskite,X,band_gap,2,,,eV,,,,,extra", "row 2"),
    ],
)
def test_a_bad_row_is_named(tmp_path, row, column):
    with pytest.raises(InputError) as caught:
        csv_library(tmp_path, row)
    assert caught.value.field.startswith("mine.csv, " + column)


def test_a_value_out_of_bounds_says_what_is_allowed(tmp_path):
    with pytest.raises(OutOfRangeError, match=r"lattice_constant"):
        csv_library(tmp_path, "perovskite,X,lattice_constant,5.8,,,m,,,,")


def test_duplicates_are_refused(tmp_path):
    row = "perovskite,X,band_gap,{},,,eV,,{},,"
    with pytest.raises(InputError, match="row 2"):
        csv_library(tmp_path, row.format(2, "a"), row.format(2.1, "a"))
    two = csv_library(tmp_path, row.format(2, "a"), row.format(2.1, "b"))
    assert two.entry("perovskite", "X").quantity("band_gap").value == pytest.approx(2.05)
    with pytest.raises(InputError):
        toml_library(tmp_path, '[[material]]\nkind = "electrode"\nkind = "electrode"\n')


def test_unreadable_files_are_refused(tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(HEADER.encode() + b"perovskite,\xff\xfe,band_gap,2,,,eV,,,,\n")
    with pytest.raises(InputError, match="row 2"):
        Library.builtin().with_files([bad])
    with pytest.raises(InputError, match="missing"):
        Library.builtin().with_files([tmp_path / "missing.csv"])
    with pytest.raises(InputError):
        Library.builtin().with_files([tmp_path])
    bad.write_text("kind,name,quantity,value,colour\n", encoding="utf-8")
    with pytest.raises(InputError, match="colour"):
        Library.builtin().with_files([bad])
    bad.write_text(HEADER + 'perovskite,"X,band_gap,2\n', encoding="utf-8")
    with pytest.raises(InputError):
        Library.builtin().with_files([bad])


@pytest.mark.parametrize(
    "text",
    [
        "[material]\nkind = 'electrode'\n",
        "[[materials]]\nkind = 'electrode'\n",
        ELECTRODE + "name = 'X'\ncolour = 'red'\n",
        ELECTRODE + "name = 'X'\nvalues = 3\n",
        ELECTRODE + "name = 'X'\n[material.values]\nwork_function = 4.5\n",
        ELECTRODE + "name = 'X'\n[material.values]\nwork_function = '45 eV'\n",
        ELECTRODE + "name = 'X'\n[material.values]\nwork_functions = '4 eV'\n",
        ELECTRODE,
        "material = 3\n",
        "not toml",
    ],
)
def test_bad_toml_is_refused(tmp_path, text):
    with pytest.raises(InputError, match=r"mine\.toml"):
        toml_library(tmp_path, text)


def test_unknown_names_bring_the_nearest():
    lib = Library.builtin()
    with pytest.raises(InputError, match="CsPbBr3"):
        lib.entry("perovskite", "CsPbBr")
    with pytest.raises(InputError, match="electrode"):
        lib.entry("electrod", "Au")
    with pytest.raises(InputError, match="band_gap"):
        lib.entry("perovskite", "CsPbBr3").quantity("bandgap")
    with pytest.raises(InputError):
        lib.names("metal")
    assert lib.find("ito", ("electrode",)).name == "ITO"
    with pytest.raises(InputError, match="semiconductor or electrode"):
        lib.find("unobtainium", ("semiconductor", "electrode"))


def test_unknown_stays_unknown_with_a_reason():
    entry = Library.builtin().entry("perovskite", "Cs3Bi2Br9")
    gap = entry.quantity("band_gap")
    assert not gap.is_known
    assert "no source" in gap.note
    assert not entry.has("band_gap")
    assert "Cs3Bi2Br9" in entry.quantity("hole_mass").note
    with pytest.raises(InputError, match=r"\[material\.values\]"):
        entry.require("band_gap")


def test_texts_and_numbers_are_kept_apart():
    entry = Library.builtin().entry("semiconductor", "IGZO")
    assert entry.text("carrier_type") == "n"
    assert entry.text("phase_300k", "none") == "none"
    assert "a-IGZO" in entry.aliases
    with pytest.raises(InputError):
        entry.text("band_gap")
    with pytest.raises(InputError):
        entry.quantity("carrier_type")
