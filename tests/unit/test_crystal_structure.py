"""Dots of N cells: counts, charges, edges, random filling; files whole or not at all."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.crystal.composition import parse
from halodot.crystal.filling import MOLECULES, atoms_of, counts, doped_shares
from halodot.crystal.lattice import lattice_constants
from halodot.crystal.octahedra import halide_x_beta, tilt_angle_beta
from halodot.crystal.structure import dot, read_cells, replace_file, termination_of, write_cif
from halodot.library import Library

LIB = Library.builtin()


@pytest.mark.parametrize("phase", ["alpha", "beta", "gamma"])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_counts_and_charge_of_both_terminations(phase, n):
    whole = dot("CsPbBr3", LIB, (n, n, n), phase=phase, termination="CsX")
    assert whole.ions == {"Cs": (n + 1) ** 3, "Pb": n**3, "Br": 3 * n**2 * (n + 1)}
    assert whole.charge == 3 * n + 1
    bare = dot("CsPbBr3", LIB, (n, n, n), phase=phase, termination="BX2")
    assert bare.ions == {"Cs": n**3, "Pb": (n + 1) ** 3, "Br": 3 * n * (n + 1) ** 2}
    assert bare.charge == 3 * n + 2


def test_edges_are_cells_times_the_pseudocubic_constant():
    cuboid = dot("CsPbBr3", LIB, (2, 3, 4))
    assert cuboid.edge == pytest.approx((2 * 5.874e-10, 3 * 5.874e-10, 4 * 5.874e-10), rel=1e-9)
    tilted = dot("CsPbI3", LIB, (4, 4, 4), phase="gamma")
    # tilts move the outer ions by up to 0.1 nm at either end
    assert tilted.edge == pytest.approx((4 * 6.18e-10,) * 3, rel=0.08)


def test_every_lead_of_an_ax_dot_keeps_six_halides():
    cube = dot("CsPbI3", LIB, (3, 3, 3), phase="gamma", termination="AX")
    symbols = np.array(cube.symbols)
    lead, halide = cube.places[symbols == "Pb"], cube.places[symbols == "I"]
    near = np.linalg.norm(lead[:, None] - halide[None], axis=2) < 3.4e-10
    assert np.all(near.sum(axis=1) == 6)


def test_double_perovskites_alternate_and_vacancies_stay_empty():
    cube = dot("Cs2AgBiBr6", LIB, (4, 4, 4))
    assert cube.ions == {"Cs": 125, "Ag": 32, "Bi": 32, "Br": 240}
    assert cube.charge == 13
    symbols = np.array(cube.symbols)
    silver, bismuth = (cube.places[symbols == s] for s in ("Ag", "Bi"))
    apart = np.linalg.norm(silver[:, None] - bismuth[None], axis=2).min()
    # half the conventional cell of 11.2 angstrom
    assert apart == pytest.approx(5.6e-10, rel=1e-6)
    ordered = dot("Cs2SnI6", LIB, (2, 2, 2))
    assert ordered.ions["Sn"] == 4


def test_shared_sites_and_dopants_are_filled_from_the_seed():
    formula = "CsPb(Br0.5Cl0.5)3:Mn(2%)"
    one, same, other = (dot(formula, LIB, (5, 5, 5), seed=s) for s in (1, 1, 2))
    assert one.ions == {"Cs": 216, "Pb": 122, "Mn": 3, "Br": 225, "Cl": 225}
    assert one.symbols == same.symbols
    assert one.symbols != other.symbols
    assert one.ions == other.ions
    assert any("at random" in note for note in one.notes)
    assert any("left out" in n for n in dot("CsPbBr3:Ni", LIB, (2, 2, 2)).notes)


def test_counts_are_the_nearest_whole_numbers():
    assert counts({"Br": 0.7, "Cl": 0.3}, 10) == {"Br": 7, "Cl": 3}
    for n in range(40):
        found = counts({"a": 0.61, "b": 0.28, "c": 0.11}, n)
        assert sum(found.values()) == n
        assert abs(found["a"] - 0.61 * n) <= 1.0
    assert doped_shares(parse("Cs2AgInCl6:Bi(10%)"), "B'") == {"In": 0.9, "Bi": 0.1}
    assert doped_shares(parse("Cs2AgInCl6:Bi(10%)"), "B") == {"Ag": 1.0}


@pytest.mark.parametrize(("cation", "atoms"), [("MA", "CNHHHHHH"), ("FA", "CNNHHHHH")])
def test_molecular_cations_are_whole_and_rigid(cation, atoms):
    rng = np.random.default_rng(1)
    symbols, places = atoms_of([cation], np.zeros((1, 3)), rng)
    assert Counter(symbols) == Counter(atoms)
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    body = np.array([p for _, p in MOLECULES[cation]]) * 1e-10
    assert apart == pytest.approx(np.linalg.norm(body[:, None] - body[None], axis=2), rel=1e-9)
    near = np.where(apart < 1e-12, np.inf, apart).min(axis=1)
    # bonds from N-H 1.01 to C-N 1.49 angstrom; no two atoms nearer, none lost
    assert near.min() > 1.0e-10
    assert near.max() < 1.5e-10


def test_other_networks_are_stacked_in_whole_cells():
    chain = dot("CsPbI3", LIB, (1, 3, 1), phase="delta")
    assert (chain.charge, chain.termination) == (0, "cells")
    assert chain.ions == {"Cs": 12, "Pb": 12, "I": 36}
    with pytest.raises(InputError):
        dot("CsPbI3", LIB, (1, 1, 1), phase="delta", termination="AX")


def test_tilts_vanish_where_the_cell_is_cubic():
    a = 6.0
    assert tilt_angle_beta(np.sqrt(2.0) * a, a) == pytest.approx(0.0, abs=1e-7)
    assert halide_x_beta(np.sqrt(2.0) * a, a) == pytest.approx(0.25, abs=1e-7)
    # closed form: cos 10 degrees
    turned = np.sqrt(2.0) * a * np.cos(np.deg2rad(10.0))
    assert np.rad2deg(tilt_angle_beta(turned, a)) == pytest.approx(10.0, rel=1e-9)
    with pytest.raises(InputError):
        tilt_angle_beta(1.5 * a, a)


def test_vegard_mixes_every_axis_linearly():
    pure = [lattice_constants(parse(f), LIB) for f in ("CsPbBr3", "CsPbI3")]
    mixed = lattice_constants(parse("CsPb(Br0.25I0.75)3"), LIB)
    for name in ("lattice_a_alpha", "lattice_b_gamma", "lattice_c_gamma"):
        for end in ("value", "low", "high"):
            ends = [getattr(p[name], end) for p in pure]
            expected = 0.25 * ends[0] + 0.75 * ends[1]
            assert getattr(mixed[name], end) == pytest.approx(expected, rel=1e-12)
        assert mixed[name].basis == "assumed"
    assert not mixed["lattice_a_delta"].is_known


@pytest.mark.parametrize("text", ["", "5x5", "0x5x5", "-1", "5x5x5x5", "axbxc", "99", "2.5"])
def test_bad_cells_are_refused(text):
    with pytest.raises(InputError) as caught:
        read_cells(text)
    assert caught.value.field == "cells"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("CsX", "AX"), ("AX", "AX"), ("CsBr", "AX"), ("PbBr2", "BX2"), ("BX2", "BX2")],
)
def test_terminations_by_their_ions(text, kind):
    assert termination_of(text, parse("CsPbBr3")) == kind
    with pytest.raises(InputError):
        termination_of("SnCl2", parse("CsPbBr3"))


@pytest.mark.parametrize(
    ("formula", "phase"), [("CsPb2Br5", None), ("CsPbBr3", "delta"), ("Cs2AgBiBr6", "gamma"),
                           ("CsPbBr3", "cubic"), ("FA3Bi2Br9", None)]
)  # fmt: skip
def test_unknown_structures_are_refused_with_a_sentence(formula, phase, tmp_path):
    with pytest.raises(InputError) as caught:
        write_cif(formula, tmp_path / "x.cif", LIB, phase=phase)
    assert caught.value.allowed
    assert not list(tmp_path.iterdir())


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    target = tmp_path / "x.cif"
    target.write_text("old", encoding="utf-8")

    def broken(path):
        path.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError):
        replace_file(target, broken)
    assert target.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.cif"]
    with pytest.raises(InputError):
        replace_file(tmp_path / "none" / "x.cif", lambda p: p.write_text("a", encoding="utf-8"))
    with pytest.raises(InputError):
        replace_file(tmp_path, lambda p: p.write_text("a", encoding="utf-8"))
