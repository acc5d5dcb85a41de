"""Tables of recipes: every row keeps its place, what is empty means what the manual says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from halodot.cli.main import main
from halodot.core.errors import InputError
from halodot.library import Library
from halodot.recipes import predict
from halodot.recipes.columns import COLUMNS_IN, read
from halodot.recipes.predictor import COLUMNS_OUT

GOOD = {
    "method": "antisolvent", "composition": "CsPbBr3", "cs_umol": 2.0, "pbbr2_umol": 5.0,
    "antisolvent": "ethanol", "antisolvent_umol": 15000.0, "volume_mL": 2.5,
    "fraction": "precipitate",
}  # fmt: skip


def table(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame([GOOD | r for r in rows])


def test_a_row_out_for_every_row_in_also_where_it_cannot_be_used() -> None:
    out = predict(table({}, {"method": "alchemy"}, {"pbbr2_umol": "much"}, {"pbbr2_umol": -1.0},
                        {"composition": "Xx"}, {"fraction": "middle"}, {"antisolvent": "whisky"},
                        {"pbbr2_umol": None}, {}))  # fmt: skip
    assert list(out.columns) == list(COLUMNS_OUT)
    assert list(out["status"] == "ok") == [True, *[False] * 7, True]
    bad = out[out["status"] != "ok"]
    assert bad.drop(columns="status").isna().all().all()
    for word, row in zip(("alchemy", "much", "-1", "Xx", "middle", "whisky", "lead"),
                         bad["status"], strict=True):  # fmt: skip
        assert word in row
    first, last = (out.drop(columns=["assumed", "note"]).iloc[k] for k in (0, 8))
    assert (first == last).all()


def test_a_misspelt_column_is_refused_and_another_one_is_not() -> None:
    with pytest.raises(InputError, match="did you mean pbbr2_umol"):
        predict(table({}).rename(columns={"pbbr2_umol": "pbbr2_umoll"}))
    with pytest.raises(InputError, match="composition"):
        predict(table({}).drop(columns="composition"))
    assert predict(table({"remark": "blue, cloudy"}))["status"][0] == "ok"


def test_method_and_composition_are_enough_for_every_method() -> None:
    from halodot.synthesis.methods import METHODS

    rows = pd.DataFrame({"method": METHODS, "composition": "CsPbBr3"})
    out = predict(rows)
    assert (out["status"] == "ok").all()
    assert (out["pl_peak_nm_low"] < out["pl_peak_nm"]).all()
    assert (out["pl_peak_nm"] < out["pl_peak_nm_high"]).all()
    for name in ("solvent", "temperature_C", "oam_mL"):
        assert out["assumed"].str.contains(name).all()


def test_empty_means_the_same_as_no_column() -> None:
    bare = table({}).drop(columns=["fraction"])
    full = bare.assign(**dict.fromkeys(set(COLUMNS_IN) - set(bare.columns), ""))
    pd.testing.assert_frame_equal(predict(bare), predict(full))


def test_an_antisolvent_without_amount_or_name_is_not_used() -> None:
    out = predict(table({"antisolvent_umol": ""}, {"antisolvent": ""}, {"antisolvent_umol": 0.0}))
    assert out["pl_peak_nm"].nunique() == 1
    assert abs(out["pl_peak_nm"][0] - predict(table({}))["pl_peak_nm"][0]) > 5.0


def test_an_unstated_volume_widens_the_interval() -> None:
    out = predict(table({}, {"volume_mL": ""}))
    width = out["pl_peak_nm_high"] - out["pl_peak_nm_low"]
    assert width[1] > width[0]
    assert "volume_mL" in out["assumed"][1]
    assert "volume_mL" not in out["assumed"][0]


def test_halides_come_from_the_salts() -> None:
    rows = pd.DataFrame({"method": "larp", "composition": ["CsPb(Br,Cl)3", "CsPbCl3"],
                         "csbr_umol": 400.0, "pbbr2_umol": [200.0, 0.0],
                         "pbcl2_umol": [200.0, 0.0], "pbx2_umol": [0.0, 400.0]})  # fmt: skip
    found = read(rows, Library.builtin()).columns
    assert found.halides[0] == pytest.approx([1 / 3, 2 / 3, 0.0])
    assert found.halides[1] == pytest.approx([2 / 3, 1 / 3, 0.0])
    assert found.halide_ratio == pytest.approx([3.0, 3.0])


def test_amounts_and_liquids_in_si() -> None:
    found = read(table({"oa_mL": 1.0}), Library.builtin()).columns
    assert found.caesium[0] == pytest.approx(2e-6, rel=1e-12, abs=0.0)
    assert found.volume[0] == pytest.approx(2.5e-6, rel=1e-12, abs=0.0)
    # ethanol: 46.07 g/mol over 785.2 kg/m3
    assert found.antisolvent_volume[0] == pytest.approx(0.015 * 58.7e-6, rel=1e-3, abs=0.0)
    # oleic acid: 0.895 g over 282.46 g/mol
    assert found.acid[0] == pytest.approx(0.895 / 282.46, rel=2e-3, abs=0.0)


def test_rows_do_not_depend_on_each_other() -> None:
    rows = table(*({"pbbr2_umol": float(p)} for p in range(3, 12)))
    whole = predict(rows)
    turned = predict(rows.iloc[::-1].reset_index(drop=True))
    for name in ("pl_peak_nm", "pl_peak_nm_low", "size_nm_high", "plqy"):
        assert np.allclose(whole[name], turned[name][::-1], rtol=1e-9)


def test_a_larger_batch_of_the_same_gives_the_same() -> None:
    grown = {n: 7.0 * float(GOOD[n]) for n in
             ("cs_umol", "pbbr2_umol", "antisolvent_umol", "volume_mL")}  # fmt: skip
    out = predict(table({}, grown))
    assert out["pl_peak_nm"][1] == pytest.approx(out["pl_peak_nm"][0], rel=1e-9)


def test_an_antisolvent_never_measured_is_outside_and_wider() -> None:
    out = predict(table({}, {"antisolvent": "acetone"}))
    assert not out["in_domain"][1]
    width = out["pl_peak_nm_high"] - out["pl_peak_nm_low"]
    assert width[1] > 1.5 * width[0]


def test_the_verb_writes_the_same_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "out.csv"
    table({}, {"method": "alchemy"}).to_csv(source, index=False)
    assert main(["recipe", "--table", str(source), "-o", str(target)]) == 1
    assert capsys.readouterr().out == ""
    written = pd.read_csv(target)
    assert len(written) == 2
    assert written["pl_peak_nm"][0] == pytest.approx(predict(table({}))["pl_peak_nm"][0], rel=1e-5)
    assert main(["recipe", "--table", str(tmp_path / "no.csv")]) == 2
    assert [p.name for p in tmp_path.glob("*.partial")] == []


HARD = {
    "laser_glass": ("25", "700", "-100", "1200"),
    "cvd": ("-100", "1100"),
    "mechanochemical": ("25",),
    "hot_injection": ("-100", "25", "900", "1200"),
}


def test_no_row_takes_the_others_with_it() -> None:
    rows = [
        {"method": m, "composition": "CsPbBr3", "temperature_C": t, "time_s": s}
        for m, warm in HARD.items() for t in warm for s in ("", "0", "0.001", "1e8")
    ]  # fmt: skip
    rows += [{"method": "larp", "composition": "CsPbBr3", "csbr_umol": "1e9", "pbbr2_umol": "1"}]
    rows += [{"method": "larp", "composition": f} for f in ("Cs4PbBr6", "CsSnI3", "Cs3Bi2Br9")]
    out = predict(pd.DataFrame(rows))
    assert out["status"].str.len().min() > 0
    bad = out[out["status"] != "ok"]
    assert bad.drop(columns="status").isna().all().all()
    good = out[out["status"] == "ok"]
    assert (good["size_nm_low"] >= 0.1).all()
    assert (good["size_nm_high"] < 1e7).all()
    assert np.isfinite(good["pl_peak_nm_low"]).all()


def test_salts_that_cannot_make_the_composition_are_refused() -> None:
    out = predict(table({"composition": "CsPbI3"}, {"composition": "MAPbBr3"},
                        {"composition": "CsSnBr3"}, {"antisolvent_umol": 150000.0}))  # fmt: skip
    for word, status in zip(("holds I", "MAPbBr3", "CsSnBr3", "antisolvent"), out["status"],
                            strict=True):  # fmt: skip
        assert word in status


def test_other_shares_than_the_composition_says_are_used_and_told() -> None:
    rows = pd.DataFrame({"method": "larp", "composition": ["CsPb(Br0.9Cl0.1)3", "CsPb(Br,Cl)3"],
                         "csbr_umol": 400.0, "pbbr2_umol": 200.0, "pbcl2_umol": 200.0,
                         "oa_mL": 1.0, "oam_mL": 0.5})  # fmt: skip
    out = predict(rows)
    assert out["pl_peak_nm"][0] == pytest.approx(out["pl_peak_nm"][1], rel=1e-9)
    assert "salts" in out["note"][0]
    assert "salts bring" not in out["note"][1]


def test_a_fraction_that_is_not_stated_is_both() -> None:
    out = predict(table({}, {"fraction": "supernatant"}, {"fraction": ""}))
    low, high = sorted(out["pl_peak_nm"][:2])
    assert low - 0.5 <= out["pl_peak_nm"][2] <= high + 0.5
    assert out["pl_peak_nm_low"][2] <= out["pl_peak_nm_low"][:2].max()
    assert out["fwhm_meV"][2] == pytest.approx(out["fwhm_meV"][:2].mean(), rel=0.1)


def test_a_liquid_without_dipoles_is_no_antisolvent() -> None:
    out = predict(table({"antisolvent": "hexane"}, {"antisolvent": ""}))
    assert abs(out["pl_peak_nm"][0] - out["pl_peak_nm"][1]) < 6.0  # it only dilutes


def test_what_a_spreadsheet_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = ";".join(GOOD)
    line = ";".join(str(v).replace(".", ",") for v in GOOD.values())
    texts = {
        "semicolons.csv": f"{head}\n{line}\n;;;;;;;\n".encode("utf-8-sig"),
        "tabs.txt": f"{head}\n{line}\n".replace(";", "\t").replace(",", ".").encode("utf-16"),
    }
    expected = predict(table({}))["pl_peak_nm"][0]
    for name, raw in texts.items():
        (tmp_path / name).write_bytes(raw)
        assert main(["recipe", "--table", str(tmp_path / name), "-o", str(tmp_path / "o.csv")]) == 0
        assert pd.read_csv(tmp_path / "o.csv")["pl_peak_nm"][0] == pytest.approx(expected, rel=1e-5)
    twice = tmp_path / "twice.csv"
    twice.write_text("method,composition,cs_umol,cs_umol\nlarp,CsPbBr3,1,2\n")
    assert main(["recipe", "--table", str(twice)]) == 2
    assert main(["recipe", "--table", str(twice), "-o", str(twice)]) == 2
    assert "cs_umol" in twice.read_text()
    capsys.readouterr()
