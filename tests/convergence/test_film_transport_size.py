"""Boxes of more dots and more of them: scatter and mean of the mobility."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.film.transport import hops, mobility_of, pack, weak_field

FILM = {"size": 9e-9, "gap": 1.5e-9, "mass": 0.15, "temperature": 300.0, "static_disorder": 0.03}


def test_scatter_falls_with_the_root_of_the_dots() -> None:
    """Standard deviation over boxes goes as (dots)^-1/2: slope -0.5 in the logarithm."""
    counts, scatter = (216, 1000, 4096), []
    for count in counts:
        dots = pack("cube", count)
        values = [weak_field(hops(dots, equal=1.0, kT=1.0, static=1.0, reorganisation=4.0, seed=s),
                             axis=s % 3).mobility for s in range(40)]  # fmt: skip
        scatter.append(np.std(np.log(values), ddof=1))
    slope = np.polyfit(np.log(counts), np.log(scatter), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.15)  # 40 boxes: each scatter to 11 %


def test_small_and_large_boxes_agree_within_their_errors() -> None:
    small = mobility_of(**FILM, count=343, realisations=12)
    large = mobility_of(**FILM, count=2197, realisations=4, seed=9)
    error = float(np.hypot(small.standard_error, large.standard_error))
    assert abs(small.mobility - large.mobility) < 3.0 * error
    assert error < 0.1 * large.mobility


def test_longer_reach_of_the_neighbours_changes_nothing() -> None:
    """Hops beyond 1.35 pitches of a lattice: with decay 9/nm the next ones are 1e-14 of these."""
    from halodot.film.transport import level_rate
    from halodot.film.transport.packing import neighbours_within

    dots = pack("cube", 216, size=9e-9, gap=1.5e-9)
    near = len(neighbours_within(dots, 1.35 * dots.pitch)[0])
    second = np.exp(-9e9 * (np.sqrt(2.0) - 1.0) * dots.pitch)
    assert near == 3 * 216
    assert second < 1e-14
    assert level_rate(dots).min() > 0.0
