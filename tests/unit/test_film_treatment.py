"""What a user can set of ligands, dopants and transport of a film, and what is refused."""

from __future__ import annotations

import pytest

from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.film import FilmProperties, FilmSpec, assemble
from halodot.film.calibration import reference_dots
from halodot.library import Library

LIBRARY = Library.builtin()
DOTS = reference_dots(LIBRARY)
HEADS = (
    "carboxylate",
    "ammonium",
    "quaternary",
    "phosphine oxide",
    "thiol",
    "zwitterion",
    "halide",
)


def film(**keys: object) -> FilmProperties:
    return assemble(DOTS, build(FilmSpec, {"draws": 0, **keys}, root="film"), LIBRARY)


def extra(name: str, **keys: object) -> float:
    return float(film(**keys).extras[name])


def test_every_ligand_says_its_head_and_chain() -> None:
    entries = [LIBRARY.entry("ligand", n) for n in LIBRARY.names("ligand")]
    heads = [e.text("head_group") for e in entries if e.has("ligand_length")]
    for head in HEADS:
        assert any(head in h for h in heads), head
    chains = {e.text("chain") for e in entries if e.has("ligand_length")}
    assert chains == {"saturated", "conjugated", "inorganic", "none"}


@pytest.mark.parametrize(("one", "other"), [("OA/OAm", "DDAB"), ("OGB", "DDAB"), ("OGB", "OA/OAm")])
def test_three_ligands_differ_by_length_binding_and_coverage(one: str, other: str) -> None:
    a, b = (LIBRARY.entry("ligand", n) for n in (one, other))
    for quantity in ("ligand_length", "ligand_binding_energy", "ligand_coverage"):
        assert float(a.require(quantity)) != float(b.require(quantity))
    heat = {"anneal": {"temperature": "190 C", "duration": "1 h"}}
    left = [extra("ligand_coverage", ligand=n, **heat) for n in (one, other)]
    start = [extra("ligand_coverage", ligand=n) for n in (one, other)]
    assert left[0] / start[0] != pytest.approx(left[1] / start[1], rel=0.01)


def test_a_conjugated_chain_lets_more_through() -> None:
    bare = {"coverage": 0.8, "spacing": "1 nm"}
    assert float(film(ligand="IDA", **bare).mobility_hole) > 3.0 * float(
        film(ligand="OA", **bare).mobility_hole
    )


def test_exchange_moves_from_one_ligand_to_the_other() -> None:
    ends = [float(film(ligand=n).mobility_hole) for n in ("OA/OAm", "DDAB")]
    parts = [
        float(film(exchange={"ligand": "DDAB", "share": s}).mobility_hole) for s in (0.0, 0.5, 1.0)
    ]
    assert parts[0] == pytest.approx(ends[0], rel=1e-12)
    assert parts[2] == pytest.approx(ends[1], rel=1e-12)
    assert parts == sorted(parts)
    more, less = (film(exchange={"ligand": "DDAB", "excess": e}) for e in (100.0, 1e-3))
    assert float(more.mobility_hole) > float(less.mobility_hole)


def test_heat_grows_necks_where_ligands_have_left() -> None:
    wash = {"wash": {"solvent": "methyl acetate", "cycles": 3}}
    heat = {"anneal": {"temperature": "100 C", "duration": "30 min"}}
    assert extra("necking", **wash) == 0.0
    assert extra("necking", **heat, ligand="OGB") < 0.05 < extra("necking", **wash, **heat)


def test_ripening_grows_dots_and_closes_their_surface() -> None:
    before, after = film(), film(ripen={"growth": 2.0})
    assert float(after.dot_size) == pytest.approx(2.0 * float(before.dot_size))
    assert float(after.trap_density) < 0.1 * float(before.trap_density)
    assert float(after.ion_density) < 0.1 * float(before.ion_density)
    gap = [float(f.ionization_energy) - float(f.electron_affinity) for f in (before, after)]
    assert gap[1] < gap[0]  # less confinement


def test_free_ligand_in_the_ink_fills_the_shell() -> None:
    covered = [extra("ligand_coverage", free_ligand=f"{c} mmol/l") for c in (0.01, 1.0, 100.0)]
    assert covered == sorted(covered)
    assert covered[2] > 0.99


def test_a_superlattice_on_packings_agrees_with_the_closed_form() -> None:
    keys = {"packing": "superlattice", "size_spread": 0.02, "temperature": "300 K"}
    solved = film(**keys, transport={"method": "packing", "sites": 1000, "realisations": 2})
    closed = film(**keys)
    assert float(solved.mobility_hole) == pytest.approx(float(closed.mobility_hole), rel=0.25)
    assert solved.status is Status.OK
    ratios = [solved.extras[f"mobility_{c}_over_closed_form"] for c in ("electron", "hole")]
    # same packings and nearly the same disorder: each carrier over its own closed form
    assert float(ratios[0]) == pytest.approx(float(ratios[1]), rel=0.05)
    assert any("master equation on 2 packings of 1000 dots" in n for n in solved.notes)
    assert "closed form" in closed.mobility_hole.note
    assert float(solved.extras["percolating_share"]) == 1.0


def test_energy_transfer_adds_its_figures_where_asked() -> None:
    from halodot.dot import characterise
    from halodot.study import Dots
    from halodot.synthesis import given

    population = given(build(Dots, {"formula": "CsPbBr3", "size": "9 nm"}), LIBRARY)
    dots = characterise(population, LIBRARY, 300.0)
    asked = {
        "method": "packing",
        "sites": 216,
        "realisations": 1,
        "energy_transfer": True,
        "acceptor_density": "1e18 cm-3",
    }
    spec = build(FilmSpec, {"packing": "superlattice", "transport": asked, "draws": 0})
    made = assemble(dots, spec, LIBRARY)
    assert 4e-9 < float(made.extras["foerster_radius"]) < 16e-9
    # excitons run downhill, by at most sigma^2/kT of their levels
    sigma = abs(sum(float(getattr(dots, f"level_slope_{c}")) for c in ("electron", "hole"))) * 0.1
    assert -3.0 * sigma**2 / 0.02585 < float(made.extras["emission_shift"]) < 0.0
    assert 0.0 < float(made.extras["energy_transfer_yield"]) < 1.0
    assert 0.15 < float(made.extras["percolation_threshold"]) < 0.45
    assert made.curves["film_k"].max() > 0.01


def test_missing_dots_cut_a_packing_apart() -> None:
    keys = {"method": "packing", "sites": 1000, "realisations": 1}
    full, holes = (
        film(packing="superlattice", transport={**keys, "missing": m}) for m in (0.0, 0.5)
    )
    assert float(holes.mobility_hole) < 0.7 * float(full.mobility_hole)
    assert float(holes.extras["percolating_share"]) < 1.0


def test_curves_stand_on_their_axes_and_pass_through_the_film() -> None:
    made = film()
    t = made.curves["film_temperature"]
    for name, values in made.curves.items():
        if name.endswith("_by_temperature"):
            assert values.shape == t.shape, name
    at = made.curves["mobility_hole_by_temperature"][abs(t - 300.0).argmin()]
    assert at == pytest.approx(float(made.mobility_hole), rel=1e-9)


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({"dopant": {"element": "Xx", "content": 0.01}}, "film.dopant.element"),
        ({"dopant": {"element": "Ag", "content": 0.5}}, "film.dopant.content"),
        ({"dopant": {"element": "Ag"}}, "film.dopant.content"),
        ({"exchange": {"ligand": "DDAC"}}, "ligand"),
        ({"exchange": {"ligand": "DDAB", "share": 1.2}}, "film.exchange.share"),
        ({"ripen": {"growth": 0.5}}, "film.ripen.growth"),
        ({"transport": {"method": "guess"}}, "film.transport.method"),
        ({"transport": {"sites": 2}}, "film.transport.sites"),
        ({"transport": {"energy_transfer": True}}, "film.transport.energy_transfer"),
        ({"core_constants": "none.csv"}, "film.core_constants"),
    ],
)
def test_bad_input_is_refused_at_its_field(keys: dict, field: str) -> None:
    with pytest.raises(InputError) as caught:
        film(**keys)
    assert caught.value.field == field


def test_packings_of_nothing_are_refused() -> None:
    spec = build(FilmSpec, {"formula": "CsPbBr3", "transport": {"method": "packing"}})
    with pytest.raises(InputError) as caught:
        assemble(None, spec, LIBRARY)
    assert caught.value.field == "film.transport.method"


def test_pictures_show_each_film_once() -> None:
    from halodot.report.plots import film as pictures

    films = [("a", film()), ("the same", film()), ("b", film(ligand="DDAB"))]
    drawn = [make("p") for *_, make in pictures.plans(films)]
    assert [svg is not None for svg in drawn] == [True, True, True, False]  # no k of these cores
    for svg in drawn[:3]:
        assert svg is not None
        assert "series-1" in svg
        assert "series-2" not in svg
    assert all(make("p") is None for *_, make in pictures.plans([]))
