"""Distributions of trap levels: moments, filling against the integral, convergence."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from scipy.special import expit

from halodot.core.errors import InputError
from halodot.device.charge.traps import Shape, distribution

# n-th moment about the centre or edge, width 1
MOMENTS = {
    "gaussian": lambda n: float(np.prod(np.arange(n - 1, 0, -2))) if n % 2 == 0 else 0.0,
    "exponential": lambda n: float(factorial(n)),
    "uniform": lambda n: 0.5**n / (n + 1) if n % 2 == 0 else 0.0,
}


@pytest.mark.parametrize("kind", MOMENTS)
@pytest.mark.parametrize("levels", [1, 2, 5, 8])
def test_moments_are_kept(kind: Shape, levels: int) -> None:
    traps = distribution(kind, 3e22, 4.5, 0.06, levels=levels)
    assert len(traps) == levels
    assert sum(t.density for t in traps) == pytest.approx(3e22, rel=1e-13)
    for n in range(1, 2 * levels):
        mean = sum(t.density * ((t.energy - 4.5) / 0.06) ** n for t in traps) / 3e22
        assert mean == pytest.approx(MOMENTS[kind](n), rel=1e-9, abs=1e-11)


def filled(kind: Shape, levels: int, width: float, level: np.ndarray) -> np.ndarray:
    """Share of levels below the Fermi level; energies in kT below vacuum."""
    traps = distribution(kind, 1.0, 0.0, width, levels=levels)
    energy = np.array([t.energy for t in traps])
    share = np.array([t.density for t in traps])
    return expit(energy[None, :] - level[:, None]) @ share


@pytest.mark.parametrize(
    ("kind", "width", "errors"),
    [
        ("gaussian", 2.0, {3: 2e-2, 7: 1.5e-3, 13: 1e-4}),
        ("gaussian", 4.0, {3: 9e-2, 7: 2.5e-2, 21: 1.5e-3}),
        ("exponential", 2.0, {3: 3e-2, 7: 5e-3, 13: 1e-3}),
        ("uniform", 10.0, {3: 2e-2, 7: 2e-4, 9: 3e-5}),
    ],
)
def test_filling_approaches_the_integral(
    kind: Shape, width: float, errors: dict[int, float]
) -> None:
    """The bounds are those that the theory page states."""
    level = np.linspace(-10.0 - 4.0 * width, 10.0 + 12.0 * width, 201)
    sure = filled(kind, 150, width, level)  # spacing far below kT
    for levels, bound in errors.items():
        error = np.max(np.abs(filled(kind, levels, width, level) - sure))
        assert 0.3 * bound < error < bound


def test_a_tail_points_into_the_gap() -> None:
    conduction = distribution("exponential", 1.0, 4.0, 0.05)
    valence = distribution("exponential", 1.0, 6.0, 0.05, side="above", charge="donor")
    assert all(t.energy > 4.0 for t in conduction)
    assert all(t.energy < 6.0 for t in valence)
    assert {t.charge for t in valence} == {"donor"}


def test_captures_go_to_every_level_and_nonsense_is_refused() -> None:
    for trap in distribution("uniform", 1.0, 4.0, 0.5, capture_electron=1e-14, capture_hole=2e-14):
        assert (trap.capture_electron, trap.capture_hole) == (1e-14, 2e-14)
    with pytest.raises(InputError):
        distribution("uniform", 1.0, 4.0, 0.5, levels=0)
    with pytest.raises(InputError):
        distribution("lorentz", 1.0, 4.0, 0.5)  # type: ignore[arg-type]
