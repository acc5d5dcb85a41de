"""Light is neither made nor lost in a stack, goes both ways alike, and balances emission."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
import tmm

from halodot.device.emission import escape_share
from halodot.optics.constants import OpticalConstants
from halodot.optics.generation import Absorber, generation_profile
from halodot.optics.spectrum import am15g, monochromatic
from halodot.optics.transfer_matrix import Film, solve

WAVES = np.linspace(350e-9, 900e-9, 12)
GLASS, ITO, OXIDE, DOTS, ORGANIC, METAL = (
    Film(1.52 + 1e-7j, 1e-3, coherent=False),
    Film(1.9 + 0.02j, 150e-9),
    Film(2.4, 40e-9),
    Film(2.2 + 0.2j, 300e-9),
    Film(1.7, 50e-9),
    Film(0.2 + 3.5j, 100e-9),
)
STACKS = {
    "film": [DOTS],
    "cell": [GLASS, ITO, OXIDE, DOTS, ORGANIC, METAL],
    "opaque": [GLASS, ITO, Film(2.2 + 0.5j, 2e-5), ORGANIC, METAL],
    "glass behind": [DOTS, ITO, GLASS],
    "glass in between": [DOTS, GLASS, DOTS, ITO],
    "absorbing glass": [Film(1.5 + 3e-5j, 1e-3, coherent=False), DOTS],
}


def fine(film: Film) -> np.ndarray:
    steep = film.thickness * np.geomspace(1e-7, 1.0, 6001)
    return np.unique(np.concatenate((np.linspace(0, film.thickness, 6001), steep)))


@pytest.mark.parametrize("name", list(STACKS))
@pytest.mark.parametrize("angle", [0.0, 0.9])
@pytest.mark.parametrize("pol", ["s", "p", "unpolarised"])
def test_light_is_conserved(name: str, angle: float, pol: str) -> None:
    films = STACKS[name]
    grids = [fine(f) for f in films]
    found = solve(WAVES, films, angle=angle, polarisation=pol, depths=grids)  # type: ignore[arg-type]
    total = found.reflectance + found.transmittance + found.absorptance.sum(axis=0)
    assert np.abs(total - 1).max() < 1e-10
    assert np.min(found.absorptance) >= -1e-14
    for depth, density, share in zip(grids, found.profiles, found.absorptance, strict=True):
        assert density is not None
        # the trapezoid rule over 6001 depths of fringes and decay
        assert np.trapezoid(density, depth, axis=1) == pytest.approx(share, rel=1e-5, abs=1e-13)


def test_light_passes_both_ways_alike() -> None:
    films = STACKS["cell"][1:]
    there = solve(WAVES, films, before=1.0, after=1.5)
    back = solve(WAVES, films[::-1], before=1.5, after=1.0)
    assert there.transmittance == pytest.approx(back.transmittance, rel=1e-11, abs=0.0)


def test_an_opaque_layer_ends_the_stack_without_a_change() -> None:
    """Where tmm lets 1e-30 through, the light behind is the same to 1e-14."""
    films = STACKS["opaque"]
    index = np.array([1.0, *(f.index for f in films), 1.0])
    thick = np.array([np.inf, *(f.thickness for f in films), np.inf])
    kinds = ["i", *("c" if f.coherent else "i" for f in films), "i"]
    with contextlib.redirect_stdout(io.StringIO()):  # it warns there
        whole = tmm.inc_tmm("s", index, thick, kinds, 0.0, WAVES[3])
        shares = tmm.inc_absorp_in_each_layer(whole)
    found = solve(WAVES[3:4], films)
    assert found.reflectance[0] == pytest.approx(whole["R"], rel=1e-12)
    assert found.absorptance[:, 0] == pytest.approx(shares[1:-1], rel=1e-12, abs=1e-14)


def test_profiles_are_those_of_the_library() -> None:
    film = STACKS["cell"][1:]
    index = [1.0, *(f.index for f in film), 1.0]
    thick = [np.inf, *(f.thickness for f in film), np.inf]
    depth = np.linspace(0.0, DOTS.thickness, 7)
    mine = solve(WAVES[5:6], film, depths=[None, None, depth, None, None]).profiles[2]
    data = tmm.coh_tmm("s", index, thick, 0.0, WAVES[5])
    theirs = [tmm.position_resolved(3, x, data)["absor"] for x in depth]
    assert mine is not None
    assert mine[0] == pytest.approx(theirs, rel=1e-10, abs=0.0)


def test_light_that_comes_back_from_a_thick_layer_enters_from_behind() -> None:
    """A profile before an incoherent layer is the mean over the thickness of a coherent one."""
    wave, depth, n = 6e-7, np.linspace(0.0, DOTS.thickness, 9), 1.5
    ends = {"after": 3.0, "depths": [depth, None]}
    thick = 1e-3 + np.arange(64) / 64 * wave / (2 * n)
    all_ = [solve([wave], [DOTS, Film(n, d)], **ends).profiles[0] for d in thick]  # type: ignore[arg-type]
    mine = solve([wave], [DOTS, Film(n, 1e-3, coherent=False)], **ends).profiles[0]  # type: ignore[arg-type]
    assert mine is not None
    assert mine[0] == pytest.approx(np.mean(all_, axis=0)[0], rel=1e-9, abs=0.0)


def cell(gap: float = 2.3) -> list[Absorber]:
    def of(film: Film, gap: float = np.inf) -> Absorber:
        n = complex(film.index)  # type: ignore[arg-type]
        constants = OpticalConstants.constant(n.real, n.imag)
        return Absorber(constants, film.thickness, gap, film.coherent)

    return [of(GLASS), of(ITO), of(OXIDE, 3.2), of(DOTS, gap), of(ORGANIC, 3.0), of(METAL)]


@pytest.mark.parametrize("from_right", [False, True])
def test_pairs_are_the_photons_absorbed_above_the_gap(from_right: bool) -> None:
    made = generation_profile(cell(), am15g(), from_right=from_right)
    total = made.reflectance + made.transmittance + made.absorptance.sum(axis=0)
    assert np.abs(total - 1).max() < 1e-10
    above = am15g().energy >= 2.3
    expected = (am15g().photon_flux * made.absorptance[3])[above].sum()
    profile = made.profiles[3]
    assert profile is not None
    assert made.pairs[3] == pytest.approx(expected, rel=1e-12)
    assert np.trapezoid(profile[1], profile[0]) == pytest.approx(expected, rel=1e-12)
    assert [p is None for p in made.profiles] == [True, True, False, False, False, True]


def test_a_symmetric_stack_is_the_same_from_both_sides() -> None:
    film = Absorber(OpticalConstants.constant(2.2, 0.2), 3e-7, 2.0)
    light = monochromatic(5e-7, 10.0)
    left, right = (generation_profile([film], light, from_right=r).profiles[0] for r in (0, 1))
    assert left is not None
    assert right is not None
    assert right[0] == pytest.approx(left[0], abs=1e-20)
    assert right[1] == pytest.approx(left[1][::-1], rel=1e-12, abs=0.0)
    assert left[1][0] > left[1][-1]


@pytest.mark.parametrize("index", [1.6, 2.0, 2.4])
def test_emission_that_leaves_balances_light_that_is_taken_in(index: float) -> None:
    """A film emits per depth 4 pi n^2 alpha of black-body light, and lets out what it absorbs.

    The mean absorptance over the half space, both faces, over 4 n^2 alpha d is the share of the
    emission that leaves: that of the escape cones for a thick film that absorbs little.
    """
    alpha, d, wave = 1.0, 1e-4, 5e-7
    film = Film(index + 1j * alpha * wave / (4 * np.pi), d, coherent=False)
    nodes, weights = np.polynomial.legendre.leggauss(24)
    squares = 0.5 * (nodes + 1.0)  # sin^2 of the angle: d(sin^2) = 2 sin cos
    taken = [float(solve([wave], [film], angle=np.arcsin(np.sqrt(s))).absorptance[0, 0])
             for s in squares]  # fmt: skip
    face = 0.5 * float(weights @ np.array(taken))  # integral of 2 sin cos a over the half space
    share = 2.0 * face / (4.0 * index**2 * alpha * d)
    assert share == pytest.approx(float(escape_share(index)), rel=5e-4)  # alpha d / 2 is lost
