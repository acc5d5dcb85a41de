"""Film mobilities of the review beside what one decay length and one disorder width give.

Two numbers are fitted to one mobility (undoped film of ref 164); those of refs 143, 164 with
silver and 165 are predicted. Reported values are apparent mobilities of transistors, so they
stand beside the apparent mobility: that of the film times what its gate leaves to free carriers.
"""

from __future__ import annotations

import math
from functools import cache

import pytest

from halodot.core.spec import build
from halodot.film import FilmProperties, FilmSpec, assemble
from halodot.film.calibration import LIGAND, TARGET, fit, reference_dots
from halodot.film.inputs import STATIC_DISORDER, TUNNELLING_DECAY
from halodot.library import Library

LIBRARY = Library.builtin()
DOTS = reference_dots(LIBRARY)
SILVER = {"element": "Ag", "content": {"value": 0.02, "low": 0.005, "high": 0.05}}
BISMUTH = {"element": "Bi", "content": {"value": 0.01, "low": 0.002, "high": 0.03}}
WASHED = {"wash": {"solvent": "methyl acetate", "cycles": 2}, "doping": "-3e16 cm-3"}
FILMS: dict[str, dict] = {
    "undoped": {"ligand": LIGAND},
    "Ag": {"ligand": LIGAND, "dopant": SILVER},
    "Ag, Bi": {"ligand": LIGAND, "dopant": [SILVER, BISMUTH], "temperature": "230 K"},
    "Ag, Bi warm": {"ligand": LIGAND, "dopant": [SILVER, BISMUTH]},
    "Bi": {"ligand": LIGAND, "dopant": BISMUTH},
    "Bi, cold": {"ligand": LIGAND, "dopant": BISMUTH, "temperature": "200 K"},
    "washed": WASHED,
    "washed and ripened": WASHED | {"ripen": {}},
}
REPORTED = {"Ag": 8e-4, "Ag, Bi": 1e-3, "washed and ripened": 2.3e-2}  # cm2/Vs, rising


@cache
def film(name: str) -> FilmProperties:
    return assemble(DOTS, build(FilmSpec, FILMS[name]), LIBRARY)


def apparent(name: str) -> float:
    return float(film(name).extras["apparent_mobility_hole"].in_unit("cm2/Vs"))


def test_the_fitted_pair_follows_from_its_target() -> None:
    beta, sigma = fit(DOTS, LIBRARY, draws=60)
    # stored values are rounded to three digits; with 60 draws ends scatter by 10 to 20 %
    assert float(beta) == pytest.approx(float(TUNNELLING_DECAY), rel=0.01, abs=0.0)
    assert float(sigma) == pytest.approx(float(STATIC_DISORDER), rel=0.02, abs=0.0)
    for got, stored in ((beta, TUNNELLING_DECAY), (sigma, STATIC_DISORDER)):
        assert got.low == pytest.approx(stored.low, rel=0.25, abs=0.0)
        assert got.high == pytest.approx(stored.high, rel=0.25, abs=0.0)


def test_the_undoped_film_is_the_calibration_and_comes_out() -> None:
    # calibrated, not predicted: a decay rounded by 0.1 % over 1.3 nm and a disorder by 0.5 %
    assert apparent("undoped") * 1e-4 == pytest.approx(float(TARGET), rel=0.05, abs=0.0)


@pytest.mark.parametrize("name", list(REPORTED))
def test_predicted_films_lie_within_a_decade(name: str) -> None:
    assert abs(math.log10(apparent(name) / REPORTED[name])) < 1.0
    got = film(name).extras["apparent_mobility_hole"].in_unit("cm2/Vs")
    assert got.low is not None
    assert got.high is not None
    assert got.low < REPORTED[name] < got.high


def test_predicted_films_stand_in_the_reported_order() -> None:
    got = [apparent(name) for name in REPORTED]
    assert got == sorted(got)
    # the reported steps are 1.25 and 23; one is within the error of the other two films
    assert got[2] > got[0] * 2.0


def test_the_other_reading_of_the_ligand_gives_a_decay_of_no_alkane() -> None:
    """With an oleyl shell on the film of ref 164 the decay falls to half of 7 to 11 per nm."""
    from halodot.film import calibration, inputs
    from halodot.film.assembly import fixed_case

    spec = FilmSpec(ligand="OA/OAm")
    found = inputs.collect(DOTS, spec, LIBRARY)
    beta, _ = calibration._nearest(fixed_case(DOTS, spec), found, float(TARGET), 0.045)
    assert beta == pytest.approx(3.8e9, rel=0.05, abs=0.0)


def test_ripening_and_not_stripping_alone_brings_the_gate_back() -> None:
    """Refs 165 and 143 differ in this: a film that lost its ligands only is held by its ions."""
    assert apparent("washed") < apparent("washed and ripened") / 100.0
    assert float(film("washed").extras["gate_charge_ionic"]) > 0.9


def test_electrons_and_ions_part_near_240_K() -> None:
    """Ref 143: no gate at room temperature, a clean one below 240 K, in a short-ligand film."""
    undoped = film("undoped").extras
    parts = undoped["decoupling_temperature"]
    assert parts.low is not None
    assert parts.high is not None
    assert parts.low < 240.0 < parts.high
    assert float(parts) == pytest.approx(240.0, abs=30.0)
    assert float(undoped["gate_charge_ionic"]) > 0.95  # 300 K: ions take the gate's charge
    assert float(film("Ag, Bi").extras["gate_charge_free"]) > 0.5
    assert float(film("Ag, Bi").extras["gate_charge_ionic"]) < 0.1


def test_most_current_in_the_dark_is_electronic() -> None:
    # ref 143, abstract: electrons and not ions carry the dark current of a short-ligand film
    assert float(film("undoped").extras["ionic_over_electronic"]) < 0.1
