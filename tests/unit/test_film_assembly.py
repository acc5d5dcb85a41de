"""What a user can set, and what comes back: orderings, overrides, refusals, unknowns."""

from __future__ import annotations

import json

import pytest

from halodot.cli import film as verb
from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.core.status import Status
from halodot.film import FilmProperties, FilmSpec, assemble
from halodot.film.calibration import reference_dots
from halodot.film.spec import OVERRIDES
from halodot.library import Library

LIBRARY = Library.builtin()
DOTS = reference_dots(LIBRARY)
STRIPPED = {"wash": {"solvent": "methyl acetate", "cycles": 2}}


def film(**keys: object) -> FilmProperties:
    return assemble(DOTS, build(FilmSpec, {"draws": 50, **keys}, root="film"), LIBRARY)


@pytest.mark.parametrize(
    ("slower", "faster"),
    [
        ({}, {"ligand": "octylamine/octanoic acid"}),  # shorter ligand
        ({"ligand": "octylamine/octanoic acid"}, {"ligand": "acetate"}),
        ({"ligand": "OGB"}, {"ligand": "DDAB"}),
        ({}, STRIPPED),  # stripped
        ({"hopping": {"static_disorder": "90 meV"}}, {"hopping": {"static_disorder": "30 meV"}}),
        ({"size_spread": 0.4}, {"size_spread": 0.05}),
        ({"temperature": "200 K"}, {"temperature": "300 K"}),  # disorder-limited
        ({"packing": "random"}, {"packing": "superlattice"}),
        ({}, {"necking_fraction": 0.2}),
        ({}, {"anneal": {"temperature": "120 C", "duration": "1 h"}}),
        ({"anneal": {"temperature": "60 C", "duration": "1 h"}},
         {"anneal": {"temperature": "140 C", "duration": "1 h"}}),
    ],
)  # fmt: skip
def test_mobility_orders_as_it_should(slower: dict, faster: dict) -> None:
    low, high = film(**slower), film(**faster)
    for carrier in ("mobility_electron", "mobility_hole"):
        a, b = getattr(low, carrier), getattr(high, carrier)
        assert float(a) < float(b)
        assert a.low < b.low  # common draws: the whole interval moves with the value
        assert a.high < b.high


def test_stripping_frees_ions_and_makes_traps() -> None:
    before, after = film(), film(**STRIPPED)
    assert float(after.ion_activation) < float(before.ion_activation)
    for name in ("ion_mobility", "ion_density", "trap_density", "fill_fraction"):
        assert float(getattr(after, name)) > float(getattr(before, name)), name


@pytest.mark.parametrize("name", OVERRIDES)
def test_what_the_user_gives_wins(name: str) -> None:
    density = "1e17 cm-3"
    text = {
        "dot_size": "8 nm", "spacing": "1.5 nm", "mobility_electron": "0.12 cm2/Vs",
        "mobility_hole": "0.02 cm2/Vs", "poole_frenkel": 1e-4, "relative_permittivity": 7.0,
        "refractive_index": 1.8, "electron_affinity": "4.0 eV", "ionization_energy": "6.4 eV",
        "trap_depth": "0.2 eV", "capture_electron": "1e-10 cm3/s", "ion_mobility": "1e-9 cm2/Vs",
        "capture_hole": "2e-10 cm3/s", "radiative_coefficient": "1e-10 cm3/s",
        "ion_activation": "0.3 eV", "absorption": "1e4 1/cm",
    }.get(name, density)  # fmt: skip
    given = build(FilmSpec, {name: text})
    got = getattr(film(**{name: text}), name)
    assert got == getattr(given, name)
    assert got.basis == "given"


def test_what_follows_from_a_given_value_uses_it() -> None:
    slow, fast = film(mobility_hole="1e-6 cm2/Vs"), film(mobility_hole="1e-3 cm2/Vs")
    # Langevin: proportional to the mobility, the permittivity being the same to rounding
    assert float(fast.capture_hole) / float(slow.capture_hole) == pytest.approx(
        1e3, rel=1e-9, abs=0.0
    )
    near, far = film(spacing="1 nm"), film(spacing="2 nm")
    assert float(near.mobility_hole) > float(far.mobility_hole)
    assert float(near.dot_density) > float(far.dot_density)


def test_every_known_value_lies_in_its_interval() -> None:
    made = film()
    for name in made.__dataclass_fields__:
        q = getattr(made, name)
        if getattr(q, "low", None) is not None:
            assert q.low <= q.value <= q.high, name


def test_no_draws_means_no_intervals() -> None:
    assert film(draws=0).mobility_hole.low is None
    assert float(film(draws=0).mobility_hole) == float(film(draws=60).mobility_hole)


def test_the_same_seed_gives_the_same_film_and_another_seed_another() -> None:
    assert film(seed=3).mobility_hole == film(seed=3).mobility_hole
    assert film(seed=3).mobility_hole.low != film(seed=4).mobility_hole.low


def test_a_film_without_dots_is_what_is_given_and_its_bulk() -> None:
    spec = build(FilmSpec, {"formula": "CsPbBr3", "mobility_hole": "0.02 cm2/Vs"})
    made = assemble(None, spec, LIBRARY)
    assert made.mobility_hole.basis == "given"
    assert made.mobility_electron.basis == "unknown"
    assert "give mobility_electron in [film]" in made.mobility_electron.note
    bulk = LIBRARY.entry("perovskite", "CsPbBr3").quantity("permittivity_static")
    assert float(made.relative_permittivity) == float(bulk)
    assert made.poole_frenkel.value == 0.0
    assert made.ion_density.is_known  # that of the bulk: there is no surface to count
    assert made.trap_density.basis == "unknown"
    assert made.status is Status.OK


def test_a_film_of_nothing_is_unknown_not_wrong() -> None:
    made = assemble(None, FilmSpec(), LIBRARY)
    assert made.electron_affinity.basis == "unknown"
    assert made.spacing.basis == "unknown"


def test_priors_say_so_and_the_fit_names_its_source() -> None:
    made = film()
    assert {made.trap_depth.basis, made.doping.basis, made.absorption.basis} == {"assumed"}
    assert made.trap_depth.note
    assert "ref164" in made.mobility_hole.sources


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({"ligand": "OAA"}, "ligand"),
        ({"wash": {"solvent": "toluenne"}}, "solvent"),
        ({"wash": {"solvent": "water"}}, "film.wash.solvent"),
        ({**STRIPPED, "stripped_fraction": 0.5}, "film.stripped_fraction"),
        ({"necking": 0.1}, "film.necking"),
        ({"mobility_hole": "1 eV"}, "film.mobility_hole"),
        ({"mobility_hole": "-1 cm2/Vs"}, "film.mobility_hole"),
        ({"coverage": 1.2}, "film.coverage"),
        ({"temperature": "3000 K"}, "film.temperature"),
        ({"packing": "loose"}, "film.packing"),
        ({"wash": {"solvent": "acetone", "cycles": 0}}, "film.wash.cycles"),
    ],
)
def test_bad_input_is_refused_at_its_field(keys: dict, field: str) -> None:
    with pytest.raises(InputError) as caught:
        film(**keys)
    assert caught.value.field == field


def test_leaving_the_range_is_said() -> None:
    hot = film(anneal={"temperature": "200 C", "duration": "10 min"})
    assert hot.status is Status.OUTSIDE_RANGE
    assert any("CsPb2Br5" in n for n in hot.notes)
    assert film(hopping={"static_disorder": "200 meV"}).status is Status.OUTSIDE_RANGE


def test_every_ligand_of_the_library_makes_a_film() -> None:
    for name in LIBRARY.names("ligand"):
        made = film(ligand=name, draws=20)
        assert made.ligand == name
        assert made.mobility_hole.is_known


@pytest.mark.parametrize("name", ["OA+OAm", "oleic acid and oleylamine", "oa/oam"])
def test_ligands_answer_to_their_other_names(name: str) -> None:
    assert film(ligand=name).ligand == "OA/OAm"


def test_the_verb_prints_one_flat_object(tmp_path, capsys) -> None:
    study = tmp_path / "f.toml"
    study.write_text(
        '[dots]\nformula = "CsPbBr3"\nsize = "9 nm"\n'
        '[film]\nligand = "DDAB"\nmobility_hole = "0.02 cm2/Vs"\ndraws = 20\n'
    )
    assert verb.run(_args(study)) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["mobility_p_cm2_per_Vs"]["value"] == pytest.approx(0.02, rel=1e-12, abs=0.0)
    assert 0.3 < body["fill_fraction"]["value"] < 0.8
    assert body["spacing_nm"]["low"] < body["spacing_nm"]["value"] < body["spacing_nm"]["high"]
    assert {"relative_permittivity", "ion_density_per_cm3", "mobility_n_cm2_per_Vs"} <= set(body)
    assert (body["ligand"], body["status"]) == ("DDAB", "Converged.")


def test_the_verb_takes_a_recipe_or_dots_but_not_both(tmp_path, capsys) -> None:
    study = tmp_path / "f.toml"
    recipe = '[recipe]\nmethod = "hot injection"\nformula = "CsPbBr3"\ntemperature = "170 C"\n'
    study.write_text(recipe + "[film]\ndraws = 20\n")
    assert verb.run(_args(study)) == 0
    assert 3.0 < json.loads(capsys.readouterr().out)["size_nm"]["value"] < 20.0
    study.write_text(recipe + '[dots]\nformula = "CsPbBr3"\nsize = "9 nm"\n')
    with pytest.raises(InputError) as caught:
        verb.run(_args(study))
    assert caught.value.field == "dots"


def test_the_verb_refuses_unknown_tables(tmp_path) -> None:
    study = tmp_path / "f.toml"
    study.write_text("[flim]\n")
    with pytest.raises(InputError, match="film"):
        verb.run(_args(study))


def _args(path):
    import argparse

    return argparse.Namespace(file=str(path), materials=[], json=True)
