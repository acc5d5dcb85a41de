"""What `film.transport` changes in a film, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.dot import DotProperties, characterise
from halodot.film.assembly import assemble
from halodot.film.spec import FilmSpec
from halodot.film.state import FilmProperties
from halodot.library import Library
from halodot.study import Dots
from halodot.synthesis import given

LIBRARY = Library.builtin()
ASKED = {"method": "packing", "sites": 512, "realisations": 2}


@pytest.fixture(scope="module")
def dots() -> DotProperties:
    population = given(build(Dots, {"formula": "CsPbBr3", "size": "9 nm"}), LIBRARY)
    return characterise(population, LIBRARY, 300.0)


def film(dots: DotProperties, asked: dict[str, Any], **keys: Any) -> FilmProperties:
    spec = {"ligand": "OA/OAm", "draws": 0, "transport": asked, **keys}
    return assemble(dots, build(FilmSpec, spec), LIBRARY)


def test_missing_dots_are_missing_everywhere(dots: DotProperties) -> None:
    full, half = (film(dots, ASKED | {"missing": m}, packing="superlattice") for m in (0.0, 0.5))
    for name in ("dot_density", "fill_fraction", "density_of_states_hole", "absorption"):
        ratio = float(getattr(half, name)) / float(getattr(full, name))
        assert ratio == pytest.approx(0.5), name
    assert float(half.relative_permittivity) < 0.7 * float(full.relative_permittivity)


def test_order_is_that_of_all_properties(dots: DotProperties) -> None:
    asked = film(dots, ASKED | {"order": 1.0}, packing="random")
    lattice = film(dots, ASKED, packing="superlattice")
    for name in ("dot_density", "relative_permittivity", "mobility_hole"):
        assert float(getattr(asked, name)) == pytest.approx(float(getattr(lattice, name))), name
    half = float(film(dots, ASKED | {"order": 0.5}).dot_density)
    assert float(film(dots, ASKED).dot_density) < half < float(lattice.dot_density)


def test_a_film_that_is_cut_has_no_known_mobility(dots: DotProperties) -> None:
    cut = film(dots, ASKED | {"missing": 0.85}, packing="superlattice")
    assert not cut.mobility_hole.is_known
    assert "no way across" in cut.mobility_hole.note
    assert float(cut.extras["spanning_share"]) == 0.0


def test_a_box_without_a_way_counts_with_zero() -> None:
    from halodot.film.on_packing import _factor

    found = _factor([0.0, 0.02, 0.04])
    assert float(found) == pytest.approx(0.02)
    assert found.low is not None
    assert 0.0 < found.low < 0.01


@pytest.mark.parametrize(
    "key", [{"missing": 0.5}, {"order": 1}, {"law": "miller_abrahams"}, {"sites": 500}]
)
def test_what_only_packings_read_is_refused_without_them(
    dots: DotProperties, key: dict[str, Any]
) -> None:
    with pytest.raises(InputError) as caught:
        film(dots, key)
    assert caught.value.field == f"film.transport.{next(iter(key))}"


def test_boxes_too_small_for_the_cold_and_uneven_dots_are_named(dots: DotProperties) -> None:
    cold = film(dots, ASKED, temperature="80 K")
    assert any("packings of 10000 dots, not 512" in n for n in cold.notes)
    uneven = film(dots, ASKED, size_spread=0.3)
    assert any("size spread above" in n for n in uneven.notes)
    for made in (cold, uneven):
        assert made.status is Status.OUTSIDE_RANGE


def test_each_carrier_hops_on_its_own_levels(dots: DotProperties) -> None:
    """Electrons with steep levels are slow, and holes do not see it."""
    steep = replace(dots, level_slope_electron=Sourced(-1.5, "eV"))
    before, after = (film(d, ASKED | {"sites": 216}, size_spread=0.1) for d in (dots, steep))
    assert float(after.mobility_hole) == pytest.approx(float(before.mobility_hole), rel=1e-9)
    assert float(after.mobility_electron) < 0.5 * float(before.mobility_electron)
    ratios = [float(f.extras["mobility_hole_over_closed_form"]) for f in (before, after)]
    assert ratios[0] == pytest.approx(ratios[1], rel=1e-9)
