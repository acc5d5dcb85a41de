"""The grid route converges with the square of the spacing."""

import numpy as np
import pytest

from halodot.dot.reference import Bands, levels
from halodot.dot.reference.closed_forms import matched_levels

HARD = Bands(2.3, 6.0, 8.0, 10.0)
SOFT = Bands(2.3, 6.0, 8.0, 10.0, 1.0, 0.8, 0.3)
EDGE = 4e-9


def ground(shape: str, bands: Bands, counts: tuple[int, ...]) -> np.ndarray:
    """Lowest electron and hole at each count of cells, shape [counts, 2]."""
    found = [levels(shape, EDGE, bands, EDGE / c) for c in counts]
    return np.array([[f.electron_energies[0], f.hole_energies[0]] for f in found])


@pytest.mark.parametrize("bands", [HARD, SOFT], ids=["hard", "soft"])
@pytest.mark.parametrize("shape", ["slab", "sphere"])
def test_order_two_toward_the_matched_levels(shape: str, bands: Bands) -> None:
    counts = (80, 160, 320)
    exact = [matched_levels(shape, EDGE, b)[0] for b in (bands, bands.swapped)]
    errors = np.abs(ground(shape, bands, counts) - exact)
    for error in errors.T:
        order = -np.polyfit(np.log(counts), np.log(error), 1)[0]
        assert abs(order - 2.0) < 0.15


@pytest.mark.parametrize(
    ("shape", "bands", "counts"),
    [
        ("wire", HARD, (12, 24, 48)),
        pytest.param("wire", SOFT, (14, 28, 56), marks=pytest.mark.slow),
        ("cube", HARD, (5, 10, 20)),
    ],
    ids=["wire-hard", "wire-soft", "cube-hard"],
)
def test_order_two_of_successive_differences(
    shape: str, bands: Bands, counts: tuple[int, ...]
) -> None:
    steps = np.abs(np.diff(ground(shape, bands, counts), axis=0))
    orders = np.log2(steps[0] / steps[1])
    assert np.abs(orders - 2.0).max() < 0.15


def test_a_surface_half_way_between_sites_has_order_one_where_the_coupling_ends() -> None:
    """Why fine grids put surfaces on sites: the lattice placement is not meant to converge."""
    counts = (80, 160, 320)
    exact = matched_levels("slab", EDGE, SOFT)[0]
    errors = [
        abs(levels("slab", EDGE, SOFT, EDGE / c, lattice=True).electron_energies[0] - exact)
        for c in counts
    ]
    assert -np.polyfit(np.log(counts), np.log(errors), 1)[0] < 1.6
