"""Results of a moment ago are used again only where they are made of the same."""

from __future__ import annotations

from functools import partial

from halodot.core.sourced import Sourced
from halodot.film.spec import FilmSpec
from halodot.remembering import Memory


def counted():
    calls = []

    def work(*arguments):
        calls.append(arguments)
        return len(calls)

    return work, calls


def test_equal_specs_are_one_and_others_are_not():
    work, calls = counted()
    memory = Memory()
    a = FilmSpec(ligand="OA")
    assert memory(work, a, 1) == memory(work, FilmSpec(ligand="OA"), 1) == 1
    assert memory(work, FilmSpec(ligand="DDAB"), 1) == 2
    assert memory(work, a, 2) == 3
    assert len(calls) == 3


def test_the_draw_is_part_of_the_key():
    work, calls = counted()
    memory = Memory()
    for k in (0, 1, 0):
        memory(work, partial(max, 1, default=k))
    assert len(calls) == 2


def test_libraries_count_by_identity_and_are_held():
    work, calls = counted()
    memory = Memory()
    for _ in range(3):
        memory(work, [object()])  # a fresh list each time: its id must not be taken for the last
    assert len(calls) == 3


def test_values_that_differ_only_in_their_basis_differ():
    work, calls = counted()
    memory = Memory()
    for basis in ("given", "fitted"):
        memory(work, FilmSpec(doping=Sourced(1e22, "m-3", basis=basis)))
    assert len(calls) == 2


def test_only_the_latest_are_kept():
    work, calls = counted()
    memory = Memory(most=3)
    for k in (1, 2, 3, 4, 1):
        memory(work, k)
    assert len(calls) == 5
