"""Silver and bismuth in films: refs 143 and 164, through carriers, traps and ions only."""

from __future__ import annotations

from functools import cache

import pytest

from halodot.core.spec import build
from halodot.film import FilmProperties, FilmSpec, assemble
from halodot.film.calibration import LIGAND, reference_dots
from halodot.library import Library

LIBRARY = Library.builtin()
DOTS = reference_dots(LIBRARY)


@cache
def film(silver: float = 0.0, bismuth: float = 0.0, temperature: str = "300 K") -> FilmProperties:
    dopants = [
        {"element": e, "content": c} for e, c in (("Ag", silver), ("Bi", bismuth)) if c > 0.0
    ]
    keys = {"ligand": LIGAND, "dopant": dopants, "temperature": temperature, "draws": 0}
    return assemble(DOTS, build(FilmSpec, keys), LIBRARY)


def extra(name: str, *dopants: float, temperature: str = "300 K") -> float:
    return float(film(*dopants, temperature=temperature).extras[name])


def test_silver_raises_the_apparent_mobility_by_three_orders_and_not_that_of_the_film() -> None:
    gain = extra("apparent_mobility_hole", 0.02) / extra("apparent_mobility_hole")
    assert 1e2 < gain < 1e4  # review, Table 2 and section 4.1: 1e3
    assert float(film(0.02).mobility_hole) == pytest.approx(float(film().mobility_hole))


def test_silver_moves_the_fermi_level_down_and_bismuth_up() -> None:
    undoped = extra("fermi_level")
    assert extra("fermi_level", 0.02) < undoped < extra("fermi_level", 0.0, 0.02)
    # both: what is left of the silver decides
    assert extra("fermi_level", 0.02) < extra("fermi_level", 0.02, 0.01) < undoped


def test_a_film_with_silver_conducts_without_a_gate_and_one_with_bismuth_does_not() -> None:
    """Depletion (normally on) and enhancement (normally off) of ref 143."""
    gate = 0.5e12 * 1e4 / 12e-9  # carriers of a weak gate in the first layer of dots [m-3]
    assert extra("free_hole_density", 0.02) > 0.02 * gate
    assert extra("free_hole_density", 0.0, 0.02) < 1e-6 * gate


def test_silver_holds_vacancies() -> None:
    assert float(film(0.02).ion_density) < 0.05 * float(film().ion_density)
    assert extra("ion_following_time", 0.02) > 5.0 * extra("ion_following_time")
    # a donor is positive as the vacancies are, and holds none
    assert float(film(0.0, 0.02).ion_density) == float(film().ion_density)


def test_more_silver_shows_more_until_its_holes_fill_the_dots() -> None:
    shown = [extra("apparent_mobility_hole", c) for c in (0.001, 0.003, 0.01, 0.03)]
    assert shown == sorted(shown)
    film_value = float(film().mobility_hole)
    assert shown[-1] < 3.0 * film_value  # unmasked, not created


def test_a_bismuth_film_gates_only_when_its_ions_are_frozen() -> None:
    cold = extra("apparent_mobility_hole", 0.0, 0.01, temperature="180 K")
    warm = extra("apparent_mobility_hole", 0.0, 0.01)
    assert cold > 1e6 * warm
