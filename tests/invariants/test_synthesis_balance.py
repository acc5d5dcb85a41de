"""Whatever a reactor does: mass is kept, nothing turns negative, numbers add up."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.randomness import generator
from halodot.synthesis.kinetics import Constants, Course, Growth, constants, grow, priors
from halodot.synthesis.kinetics.spec import KineticsSpec


def drawn(rng: np.random.Generator) -> Constants:
    """Constants of a halide at random, drawn from their priors."""
    spec = priors({str(rng.choice(["Cl", "Br", "I"])): 1.0})
    names = KineticsSpec.model_fields
    return constants(spec.model_copy(update={n: getattr(spec, n).sample(rng) for n in names}))


def course_of(rng: np.random.Generator) -> Course:
    """Ramps, feeds and steps in solubility at random."""
    count = int(rng.integers(2, 8))
    time = np.concatenate([[0.0], np.sort(rng.uniform(1e-3, 10.0 ** rng.uniform(-1, 3), count))])
    feeding = rng.random() < 0.5
    return Course.of(
        monomer=float(rng.uniform(0.1, 30.0)) * (rng.random() < 0.8),
        temperature=rng.uniform(290.0, 490.0, count + 1),
        time=time,
        feed=rng.uniform(0.0, 20.0 / time[-1], count + 1) if feeding else 0.0,
        solubility_factor=10.0 ** rng.uniform(-2.0, 1.0, count + 1),
    )


def check(found: Growth) -> None:
    assert found.status.is_good, found.status
    assert found.balance_error < 1e-6
    assert np.all(found.monomer >= 0.0)
    assert np.all(found.density >= 0.0)
    assert np.all(found.counts >= 0.0)
    assert np.all(np.diff(found.nuclei) >= -1e-6 * found.nuclei.max(initial=0.0))
    assert np.all((found.consumed >= -1e-12) & (found.consumed <= 1.0 + 1e-9))
    on_grid = (found.density * np.diff(found.edges)).sum(axis=1)
    np.testing.assert_allclose(on_grid, found.number, rtol=1e-6, atol=1e-9 * found.number.max())


@pytest.mark.parametrize("seed", range(30))
def test_mass_is_kept_through_any_course(seed: int) -> None:
    rng = generator(seed, "kinetics")
    found = grow(course_of(rng), drawn(rng), bins=120)
    check(found)
    assert np.all(found.number <= found.nuclei * (1.0 + 1e-6) + 1.0)


@pytest.mark.parametrize("seed", range(8))
def test_mass_is_kept_with_seeds(seed: int) -> None:
    rng = generator(seed, "kinetics", "seeds")
    edges = rng.uniform(1.5e-9, 2e-8, 60)
    seeds = (edges, 10.0 ** rng.uniform(18.0, 21.0, 60))
    check(grow(course_of(rng), drawn(rng), seeds=seeds, bins=120))


@pytest.mark.parametrize("halide", ["Cl", "Br", "I"])
def test_dots_that_do_not_dissolve_are_all_that_were_born(halide: str) -> None:
    k = constants(priors({halide: 1.0}))
    course = Course.of(monomer=8.0, temperature=443.15, time=[0.0, 0.5])
    found = grow(course, k)
    assert found.number[-1] == pytest.approx(found.nuclei[-1], rel=1e-6)


def test_what_dissolves_comes_back_as_monomer() -> None:
    k = constants(priors()).changed(nucleation_prefactor=1e-200)
    course = Course.of(monomer=0.0, temperature=443.15, time=[0.0, 1e4], solubility_factor=1e3)
    seeds = ([4e-9, 6e-9], [1e20, 1e20])
    found = grow(course, k, seeds=seeds, outputs=[0.0, 1e4])
    within = 1e20 * (4e-9**3 + 6e-9**3) / k.molar_volume
    assert found.number[-1] == 0.0
    assert found.monomer[-1] == pytest.approx(within, rel=1e-9)


def test_same_course_same_bytes() -> None:
    k = constants(priors({"I": 1.0}))
    course = Course.of(monomer=8.0, temperature=443.15, time=[0.0, 20.0])
    one, two = (grow(course, k) for _ in range(2))
    assert one.density.tobytes() == two.density.tobytes()


def test_an_empty_flask_grows_nothing() -> None:
    course = Course.of(monomer=0.0, temperature=443.15, time=[0.0, 20.0])
    found = grow(course, constants(priors()))
    assert found.status.is_good
    assert found.number[-1] == 0.0
    assert np.isnan(found.mean_size[-1])


def test_a_spent_budget_is_said() -> None:
    course = Course.of(monomer=8.0, temperature=443.15, time=[0.0, 0.1, 20.0])
    found = grow(course, constants(priors()), budget=150)
    assert found.status.name == "MAX_STEPS"
    assert found.time.size < 3
