"""Light sources of a study, the optical constants they meet, and the rates that come out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halodot.core.constants import HC
from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import Spec, build
from halodot.device.illumination import (
    LightSource,
    Optics,
    generation,
    illuminate,
    spectrum_of,
)
from halodot.device.light import files_of
from halodot.device.spec import Layer
from halodot.device.stack import ResolvedLayer
from halodot.library import Library

LIBRARY = Library.builtin()
DARK = {"generation": 0.0, "absorption": 0.0}


def layer(name: str, material: str, thickness: float, carriers: bool = True,
          **values: float) -> ResolvedLayer:  # fmt: skip
    known = {k: Sourced(v, "1") for k, v in ({"band_gap": 2.3} | DARK | values).items()}
    spec = Layer(name=name, thickness=f"{thickness} m")
    return ResolvedLayer(name, material, spec.thickness, carriers, 1, spec, known)


class Lit(Spec):
    """Stands for the device around the light."""

    light: LightSource


def source(**keys: Any) -> LightSource:
    return build(Lit, {"light": {"intensity": "10 mW/cm2"} | keys}, root="device").light


GREEN = {"wavelength": "500 nm"}
CELL = [
    layer("oxide", "ZnO", 40e-9, band_gap=3.3),
    layer("dots", "CsPbBr3", 3e-7, absorption=8e6, generation=1e20),
    layer("top", "PMMA", 3e-8, carriers=False, absorption=1e5),
]


def held(rate: Any, thickness: float) -> float:
    return float(np.trapezoid(rate[1], rate[0])) if isinstance(rate, tuple) else rate * thickness


def test_beer_and_lambert_from_either_side() -> None:
    flux = 100.0 / (HC / 500e-9 * 1.602176634e-19)
    for side in ("left", "right"):
        rates = generation(CELL, source(from_side=side, **GREEN))
        assert rates[0] == 0.0  # a gap of 3.3 eV
        assert rates[2] == 0.0  # no carriers
        expected = flux * -np.expm1(-8e6 * 3e-7) + 1e20 * 3e-7
        assert held(rates[1], 3e-7) == pytest.approx(expected, rel=1e-9)
        assert isinstance(rates[1], tuple)
        depth, rate = rates[1]
        here = depth if side == "left" else 3e-7 - depth
        straight = 1e20 + 8e6 * flux * np.exp(-8e6 * here)
        assert rate == pytest.approx(straight, rel=1e-4, abs=0.0)  # linear between points


def test_the_dark_leaves_the_uniform_generation() -> None:
    assert generation(CELL, None) == [0.0, 1e20, 0.0]
    assert generation(CELL, []) == [0.0, 1e20, 0.0]
    assert illuminate(CELL, None).rates == ((0.0,), (1e20,), (0.0,))


def test_sources_add() -> None:
    blue = source(wavelength="450 nm", from_side="right")
    one, two, both = (generation(CELL, s) for s in (source(**GREEN), blue, [source(**GREEN), blue]))
    assert held(both[1], 3e-7) + 3e13 == pytest.approx(
        held(one[1], 3e-7) + held(two[1], 3e-7), rel=1e-3
    )  # the uniform rate is in each of the two
    parts = illuminate(CELL, [source(**GREEN), blue]).rates[1]
    assert len(parts) == 2
    assert held(parts[0], 3e-7) == pytest.approx(held(one[1], 3e-7), rel=1e-12)


def test_the_transfer_matrix_takes_indices_of_the_library() -> None:
    lit = illuminate(CELL, source(optics="transfer_matrix", **GREEN), library=LIBRARY)
    made = lit.made[0]
    total = made.reflectance + made.transmittance + made.absorptance.sum(axis=0)
    assert total[0] == pytest.approx(1.0, abs=1e-10)
    assert held(lit.rates[1][0], 3e-7) == pytest.approx(made.pairs[1] + 3e13, rel=1e-9)
    assert made.reflectance[0] > 0.03
    assert made.absorptance[2, 0] > 0.0  # without carriers it absorbs and makes no pairs
    assert lit.rates[2] == (0.0,)
    notes = " ".join(lit.notes)
    assert "oxide: no absorption is given" in notes
    assert "dots: n = 2.19 at every wavelength" in notes
    assert "no electrodes" in notes


def test_outer_layers_and_own_constants(tmp_path: Path) -> None:
    (tmp_path / "dots.csv").write_text("# mine\nwavelength_nm,n,k\n300,2.3,0.4\n540,2.1,0.0\n")
    data = {
        "left": [
            {"material": "glass", "thickness": "1 mm"},
            {"material": "ITO", "thickness": "150 nm"},
        ],
        "right": [{"material": "silver", "thickness": "100 nm"}],
        "material": [
            {"name": "ITO", "refractive_index": 1.9, "extinction_coefficient": 0.01},
            {"name": "silver", "refractive_index": 0.05, "extinction_coefficient": 3.0},
            {"name": "dots", "constants": "dots.csv"},
        ],
    }  # fmt: skip
    optics = build(Optics, data, root="device.optics")
    light = source(optics="transfer_matrix", spectrum="am15g")
    lit = illuminate(CELL, light, optics, library=LIBRARY, folder=tmp_path)
    assert lit.inner == 2
    made = lit.made[0]
    assert made.absorptance.shape[0] == 6
    assert made.transmittance.max() < 0.05
    assert made.spectrum.energy.min() >= 2.3  # what lies below makes no pairs in any layer
    assert made.pairs[3] == pytest.approx(
        float((made.spectrum.photon_flux * made.absorptance[3]).sum()), rel=1e-12
    )
    assert held(lit.rates[1][0], 3e-7) == pytest.approx(made.pairs[3] + 3e13, rel=1e-9)
    assert files_of([light], optics) == ("dots.csv",)


def test_a_table_is_not_extended(tmp_path: Path) -> None:
    (tmp_path / "dots.csv").write_text("wavelength_nm,n,k\n560,2.3,0.4\n600,2.1,0.0\n")
    optics = Optics.model_validate({"material": [{"name": "dots", "constants": "dots.csv"}]})
    light = source(optics="transfer_matrix", **GREEN)
    with pytest.raises(InputError, match="560 to 600 nm"):
        illuminate(CELL, light, optics, library=LIBRARY, folder=tmp_path)


def test_a_missing_index_is_named() -> None:
    cell = [layer("mystery", "unobtainium", 1e-7)]
    with pytest.raises(InputError, match=r"device.layer\[0\] \(mystery\)"):
        illuminate(cell, source(optics="transfer_matrix", **GREEN), library=LIBRARY)
    optics = Optics.model_validate({"left": [{"material": "glas", "thickness": "1 mm"}]})
    with pytest.raises(InputError, match="did you mean 'glass'"):
        illuminate(CELL, source(optics="transfer_matrix", **GREEN), optics, library=LIBRARY)


def test_spectra_of_sources(tmp_path: Path) -> None:
    (tmp_path / "lamp.csv").write_text("wavelength_nm,irradiance\n500,1\n510,3\n520,0\n")
    lamp = spectrum_of(source(spectrum="lamp.csv"), tmp_path)
    assert lamp.intensity == pytest.approx(100.0, rel=1e-12)
    assert lamp.power == pytest.approx([100 / 7, 600 / 7], rel=1e-12)
    assert spectrum_of(source(spectrum="am15g")).intensity == pytest.approx(100.0, rel=1e-12)
    led = spectrum_of(source(spectrum="led", wavelength="450 nm", fwhm="20 nm"))
    assert led.wavelength.size == 61


@pytest.mark.parametrize(("keys", "said"), [
    ({}, "device.light.wavelength"),
    ({"spectrum": "led", "wavelength": "500 nm"}, "device.light.fwhm"),
    ({"spectrum": "am15g", "wavelength": "500 nm"}, "device.light.wavelength"),
    ({"wavelength": "500 nm", "fwhm": "20 nm"}, "device.light.fwhm"),
    ({"spectrum": "am15"}, "did you mean 'am15g'"),
    ({"spectrum": "../lamp.csv"}, "device.light.spectrum"),
    ({"wavelength": "500 nm", "optics": "ray"}, "device.light.optics"),
])  # fmt: skip
def test_a_source_says_what_it_needs(keys: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as error:
        source(**keys)
    assert said in str(error.value)


@pytest.mark.parametrize(("body", "said"), [
    ("wavelength_nm,n\n500,2\n", "missing: k"),
    ("wavelength_nm,n,k\n500,2\n", "row 1"),
    ("wavelength_nm,n,k\n500,2,x\n", "row 1"),
    ("wavelength_nm,n,k\n500,2,nan\n", "finite"),
    ("wavelength_nm,n,k\n500,2,0\n500,2,0\n", "each once"),
    ("wavelength_nm,n,k\n500,2,-1\n", "no gain"),
    ("wavelength_nm,n,k\n", "no rows"),
    ("", "missing"),
])  # fmt: skip
def test_bad_tables_are_refused(tmp_path: Path, body: str, said: str) -> None:
    (tmp_path / "dots.csv").write_text(body)
    optics = Optics.model_validate({"material": [{"name": "dots", "constants": "dots.csv"}]})
    with pytest.raises(InputError) as error:
        illuminate(CELL, source(**GREEN), optics, folder=tmp_path)
    assert said in str(error.value)
    assert "dots.csv" in str(error.value)
