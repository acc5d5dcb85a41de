"""``halodot size``: keys, exit codes, files as instruments write them, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from halodot.cli.main import main
from halodot.core.constants import HC
from halodot.dot.emission import FWHM_OVER_SD

FILES = Path(__file__).parents[1] / "data" / "instruments"
KEYS = [
    "size_nm", "size_at_least_nm", "size_at_most_nm", "size_spread", "peak_eV", "peak_nm",
    "bulk_limit_eV", "bulk_limit_nm", "stokes_shift_meV",
]  # fmt: skip


def ask(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict:
    assert main(["size", *words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def gaussian(energy: np.ndarray, centre: float, width: float) -> np.ndarray:
    return np.exp(-0.5 * ((energy - centre) / (width / FWHM_OVER_SD)) ** 2)


def german(path: Path) -> str:
    """Two platelet bands per wavelength, as a spectrometer in Germany writes them."""
    nm = np.linspace(400.0, 520.0, 481)
    energy = HC / (nm * 1e-9)
    y = gaussian(energy, 2.863, 0.09) + 0.5 * gaussian(energy, 2.695, 0.09)
    y = 1000.0 * y * (energy / 2.8) ** 2 + np.random.default_rng(1).normal(100.0, 8.0, 481)
    rows = "".join(f"{a:.2f};{b:.2f}\n".replace(".", ",") for a, b in zip(nm, y, strict=True))
    path.write_bytes(("Wellenlänge [nm];Intensität (counts)\n" + rows).encode("latin-1"))
    return str(path)


def test_a_peak_gives_the_flat_keys(capsys: pytest.CaptureFixture[str]) -> None:
    body = ask(capsys, "CsPbBr3", "--pl-peak", "480 nm", "--fwhm", "28 nm")
    for key in KEYS:
        assert set(body[key]) >= {"value", "basis"}, key
    for key in ("size_nm", "size_spread"):
        assert body[key]["low"] <= body[key]["value"] <= body[key]["high"]
        assert body[key]["basis"] == "computed"
    assert body["peak_nm"]["value"] == pytest.approx(480.0, rel=1e-9)  # there and back
    ends = body["size_nm"]
    factor = (ends["high"] / ends["low"]) ** 0.5  # how well, in words
    assert body["verdict"] == f"determined within a factor {factor:.2g}"
    assert body["status"] == "Converged."


def test_a_platelet_gives_a_probability_for_each_count(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--shape", "platelet", "--lateral", "20 nm", "--temperature", "300 K")
    body = ask(capsys, "CsPbBr3", "--pl-peak", "461 nm", *words)
    shares = [v for k, v in body.items() if k.endswith("_probability")]
    assert len(shares) > 1
    assert sum(shares) == pytest.approx(1.0, abs=0.02)  # those below 0.1 % are not listed
    assert body["monolayers"]["low"] <= 3 <= body["monolayers"]["high"]
    assert body["size_spread"]["value"] is None


def test_what_is_not_determined_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    body = ask(capsys, "CsPbBr3", "--pl-peak", "528 nm")
    assert body["verdict"] in ("lower bound only", "upper end from the prior")
    body = ask(capsys, "CsPbBr3", "--pl-peak", "600 nm", code=1)
    assert body["verdict"] == "lower bound only"
    assert body["size_nm"]["value"] is None
    assert "bulk limit" in body["size_nm"]["reason"]
    assert body["size_at_least_nm"]["value"] > 0.0
    assert "Computed outside" in body["status"]
    assert "nothing limits the size upward" in body["size_at_most_nm"]["reason"]
    above = ask(capsys, "CsPbBr3", "--pl-peak", "350 nm", code=1)
    assert above["verdict"] == "upper bound only"
    assert "nothing limits the size downward" in above["size_at_least_nm"]["reason"]


def test_the_size_of_the_model_peak_goes_there_and_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["dot", "CsPbBr3", "--size", "7 nm", "--size-spread", "10 %", "--json"]) in (0, 1)
    peak = json.loads(capsys.readouterr().out)["pl_peak_eV"]["value"]
    back = ask(capsys, "CsPbBr3", "--pl-peak", f"{peak:.6f} eV")
    # the spread moves the peak a little differently in the interpolated table
    assert back["size_of_model_peak_nm"]["value"] == pytest.approx(7.0, rel=0.02)
    low, high = back["size_nm"]["low"], back["size_nm"]["high"]
    assert low < back["size_of_model_peak_nm"]["value"] < high


@pytest.mark.parametrize(
    ("width", "words"),
    [("60 nm", "wider than any size spread explains"), ("5 nm", "narrower than a single dot")],
)
def test_a_width_that_is_not_that_of_dots_is_a_bad_verdict(
    width: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    body = ask(capsys, "CsPbBr3", "--pl-peak", "503 nm", "--fwhm", width, code=1)
    assert body["verdict"].startswith(words)
    assert body["size_spread"]["value"] is None
    assert words in body["size_spread"]["reason"]


def uv_vis(path: Path, header: str, copies: int = 1) -> str:
    nm = np.linspace(380.0, 600.0, 441)
    energy = HC / (nm * 1e-9)
    y = 0.4 * gaussian(energy, 2.55, 0.1) + 0.3 * (1 + np.tanh((energy - 2.85) / 0.1))
    rows = "".join(f"{a:.1f}" + f",{b:.5f}" * copies + "\n" for a, b in zip(nm, y, strict=True))
    path.write_text(header + "\n" + rows)
    return str(path)


@pytest.mark.parametrize(
    "header",
    [
        "Wavelength (nm),Abs", "Wavelength nm.,Abs.", "Wavelength (nm),Absorbance", "nm,A",
        "Wavelength (nm),OD", "Wavelength (nm),Extinction", "Wavelength (nm),Int.",
        "Wavelength (nm),Intensity (a.u.)", "Wavelength (nm),Absorbance (AU)",
    ],
)  # fmt: skip
def test_an_export_of_a_uv_vis_spectrometer_is_read(
    header: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = uv_vis(tmp_path / "a.csv", header)
    body = ask(capsys, "CsPbBr3", "--spectrum", file, "--of", "absorption")
    assert body["peak_eV"]["value"] == pytest.approx(2.55, abs=0.01)  # a tenth of the width


@pytest.mark.parametrize(
    ("header", "copies", "of", "said"),
    [
        ("Wavelength (nm),%T", 1, "absorption", "transmission"),
        ("Wavelength (nm),Blank,Sample", 2, "absorption", "2 (Blank), 3 (Sample)"),
        ("Wavelength (nm),Abs blank,Abs sample", 2, "absorption", "2 (Abs blank)"),
        ("Wavelength (nm),Abs", 1, "pl", "--of absorption"),
        ("Wavelength (nm),PL", 1, "absorption", "--of pl"),
    ],
)
def test_a_column_that_cannot_be_told_is_asked_for(
    header: str,
    copies: int,
    of: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = uv_vis(tmp_path / "a.csv", header, copies)
    assert main(["size", "CsPbBr3", "--spectrum", file, "--of", of]) == 2
    message = capsys.readouterr().err
    assert said in message
    assert ("--columns" in message) == ("blank" in header.lower())


def test_absorption_and_emission_in_one_file_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nm = np.linspace(380.0, 600.0, 441)
    energy = HC / (nm * 1e-9)
    absorbed = 0.4 * gaussian(energy, 2.55, 0.1) + 0.3 * (1 + np.tanh((energy - 2.85) / 0.1))
    rows = zip(nm, absorbed, gaussian(energy, 2.47, 0.1), strict=True)
    text = "Wavelength (nm),Abs,PL\n" + "".join(f"{a},{b:.5f},{c:.5f}\n" for a, b, c in rows)
    (tmp_path / "a.csv").write_text(text)
    for of, peak in (("absorption", 2.55), ("pl", 2.47)):
        body = ask(capsys, "CsPbBr3", "--spectrum", str(tmp_path / "a.csv"), "--of", of)
        assert body["peak_eV"]["value"] == pytest.approx(peak, abs=0.012)


def test_a_spectrum_of_an_instrument_is_fitted_and_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "out.png"
    file = str(FILES / "spectrometer_utf16.txt")
    body = ask(capsys, "CsPbBr3", "--spectrum", file, "--plot", str(picture))
    # 515 nm and 20 nm were written; the Jacobian moves the peak by a meV
    assert body["peak_nm"]["value"] == pytest.approx(515.0, abs=1.0)
    assert body["fwhm_meV"]["value"] == pytest.approx(93.5, rel=0.03)
    assert body["axis"] == "wavelength"
    assert any("lambda2" in note for note in body["notes"])
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_mixture_of_platelets_in_a_file_with_decimal_commas(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "out.svg"
    words = ("--shape", "platelet", "--plot", str(picture))
    body = ask(capsys, "CsPbBr3", "--spectrum", german(tmp_path / "a.csv"), *words)
    assert body["peak_eV"]["value"] == pytest.approx(2.863, abs=3e-3)
    assert body["monolayers_2_share"] > 0.1
    assert body["monolayers_3_share"] > 0.1
    assert any("2.863 eV as" in note or "2.862 eV as" in note for note in body["notes"])
    assert "monolayers" in picture.read_text()


def test_an_absorption_in_a_file_of_several_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    energy = np.linspace(2.0, 3.4, 300)
    y = 0.4 * gaussian(energy, 2.55, 0.1) + 0.3 * (1 + np.tanh((energy - 2.85) / 0.1))
    rows = "".join(f"{e:.4f},{k},{a:.5f}\n" for k, (e, a) in enumerate(zip(energy, y, strict=True)))
    (tmp_path / "a.csv").write_text("Energy (eV),Point,Absorbance\n" + rows)
    words = ("--of", "absorption", "--columns", "energy=1,intensity=3")
    body = ask(capsys, "CsPbBr3", "--spectrum", str(tmp_path / "a.csv"), *words)
    assert body["measured"] == "absorption"
    assert body["peak_eV"]["value"] == pytest.approx(2.55, abs=0.01)
    assert body["size_nm"]["low"] < body["size_nm"]["high"]


def test_an_absorbance_gives_a_concentration(capsys: pytest.CaptureFixture[str]) -> None:
    absorbance = ("--absorbance", "0.42", "--at", "400 nm", "--path", "1 cm", "--dilution", "100")
    known = ask(capsys, "CsPbBr3", "--size", "9 nm", *absorbance)
    inferred = ask(capsys, "CsPbBr3", "--pl-peak", "485 nm", *absorbance)
    for body in (known, inferred):
        for key in ("dots_nmol", "formula_units_mmol", "lead_mmol"):
            value = body[f"concentration_{key}_per_L"]
            assert 0.0 < value["low"] < value["value"] < value["high"]
        units = body["formula_units_per_dot"]["value"]
        ratio = body["concentration_formula_units_mmol_per_L"]["value"] * 1e6
        ratio /= body["concentration_dots_nmol_per_L"]["value"]
        assert ratio == pytest.approx(units, rel=0.5)  # medians of skewed draws
    assert "verdict" not in known
    assert inferred["verdict"].startswith("determined within a factor")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "peak"),
        (("--pl-peak", "503"), "pl_peak"),
        (("--pl-peak", "503 nm", "--absorption-peak", "490 nm"), "pl_peak and absorption_peak"),
        (("--pl-peak", "503 nm", "--shape", "cub"), "shape"),
        (("--pl-peak", "503 nm", "--shape", "rod"), "shape"),
        (("--pl-peak", "503 nm", "--plot", "a.png"), "--plot"),
        (("--pl-peak", "503 nm", "--of", "pl"), "--of"),
        (("--pl-peak", "503 nm", "--at", "400 nm"), "--at"),
        (("--pl-peak", "503 nm", "--absorbance", "0.4"), "--at"),
        (("--pl-peak", "503 nm", "--size", "9 nm"), "--size"),
        (("--size", "9 nm"), "--size"),
        (("--size", "9", "--absorbance", "0.4", "--at", "400 nm"), "--size"),
        (("--spectrum", "no_such.csv"), "no_such.csv"),
        (("--spectrum", str(FILES / "spectrometer_utf16.txt"), "--of", "pll"), "--of"),
        (("--spectrum", str(FILES / "spectrometer_utf16.txt"), "--plot", "a.gif"), "--plot"),
        (("--pl-peak", "503 nm", "--materials", "no_such.csv"), "no_such.csv"),
    ],
)
def test_bad_input_is_named(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["size", "CsPbBr3", *words]) == 2
    message = capsys.readouterr().err
    assert said in message.splitlines()[0]
    assert "allowed" in message


def test_a_formula_without_levels_is_refused_with_its_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["size", "Cs2AgBiBr6", "--pl-peak", "600 nm"]) == 2
    assert "Wannier" in capsys.readouterr().err


def test_own_materials_move_the_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = ask(capsys, "CsPbBr3", "--pl-peak", "480 nm")
    own = tmp_path / "own.csv"
    own.write_text(
        "kind,name,quantity,value,low,high,unit,basis,source,place,note\n"
        "perovskite,CsPbBr3,kane_energy,6,5.9,6.1,eV,assumed,mine,,\n"
    )
    heavy = ask(capsys, "CsPbBr3", "--pl-peak", "480 nm", "--materials", str(own))
    assert heavy["size_nm"]["value"] != plain["size_nm"]["value"]


def test_people_read_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "CsPbBr3", "--pl-peak", "480 nm"]) == 0
    assert "verdict" in capsys.readouterr().out
