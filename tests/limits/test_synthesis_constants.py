"""Numbers inside the models of synthesis and treatment against what they are derived from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from halodot.core.constants import Z90
from halodot.core.spec import build
from halodot.dot import heterojunction
from halodot.dot.curves import light_curve
from halodot.library import Library
from halodot.recipes import exchanging
from halodot.synthesis import DotsSpec, given
from halodot.synthesis.kinetics import attachment, halide_equilibrium
from halodot.synthesis.reactors import milling
from halodot.synthesis.treatment import spec
from halodot.synthesis.treatment.lattices import lattice
from halodot.synthesis.treatment.treating import treat

LIB = Library.builtin()
JOULE = 1.380649e-23  # Boltzmann's constant [J/K]


def dots(formula: str = "CsPbBr3"):
    return given(build(DotsSpec, {"formula": formula, "size": "9 nm"}))


def exchanged(table: dict):
    return treat(dots(), build(spec.AnionExchange, {"kind": "anion_exchange", **table}), LIB)


@pytest.mark.parametrize("ratio", [5.0, 10.0, 30.0])
def test_slopes_of_the_surface_equilibrium_are_its_derivatives(ratio: float) -> None:
    p, step = np.array([1.4, 0.45, 440.0, 0.8]), np.array([1e-5, 1e-5, 1e-2, 1e-5])
    value, slope = halide_equilibrium._model(p, 420.0, ratio)
    for k, h in enumerate(step):
        near = [halide_equilibrium._model(p + s * h * np.eye(4)[k], 420.0, ratio)[0]
                for s in (1, -1)]  # fmt: skip
        assert slope[k] == pytest.approx((near[0] - near[1]) / (2.0 * h), rel=1e-5, abs=1e-12)
    assert value > p[0]


def test_bare_dots_meet_as_often_as_equal_spheres_diffuse() -> None:
    """Smoluchowski, 4 pi (2 D) (2 r) with D = kT / (6 pi eta r)."""
    eta, radius = 0.6e-3, 5e-9
    d = JOULE * 300.0 / (6.0 * np.pi * eta * radius)
    by_diffusion = 4.0 * np.pi * (2.0 * d) * (2.0 * radius)
    assert float(attachment.kernel(0.0, 300.0)) == pytest.approx(by_diffusion, rel=1e-6, abs=0.0)


def test_ligand_of_a_mill_covers_two_faces_of_a_flake_and_six_of_a_cube() -> None:
    size, molar = 1e-8, 1.2e-4
    ligand_sites = 0.5 * 1e-3 * 6.02214076e23 / molar  # bound, per volume of product
    for flakes, faces in ((1.0, 2.0), (0.0, 6.0)):
        share = ligand_sites / (3e18 * faces / size)
        assert milling.cover(1e-3, size, molar, flakes) == pytest.approx(0.9 * share, rel=1e-6)


def test_iodide_is_slower_inside_a_dot() -> None:
    table = {"halide": "I", "added": 1.0, "waiting": 0.0, "nucleus_size": "1 um",
             "exchange_time": "1 us", "diffusivity": "1e-22 m2/s"}  # fmt: skip
    slow, fast = (
        float(exchanged({**table, "iodide_slowing": s}).extras["exchange_time"]) for s in (10, 1)
    )
    assert slow == pytest.approx(10.0 * fast, rel=1e-3)


@pytest.mark.parametrize("halide", ["Cl", "I"])
def test_edge_of_the_history_follows_the_lattice(halide: str) -> None:
    after = exchanged({"halide": halide, "added": 3.0})
    assert after.history is not None
    ends = after.history.size[[0, -1]]
    assert ends[0] == pytest.approx(9e-9, rel=1e-6)
    expected = lattice(after.formula, LIB) / lattice("CsPbBr3", LIB)
    assert ends[1] / ends[0] == pytest.approx(expected, rel=1e-4)
    assert (ends[1] < ends[0]) == (halide == "Cl")


def test_strain_shift_is_slope_times_contraction() -> None:
    table = {"kind": "cation_exchange", "metal": "Zn", "added": 3, "strain_slope": "6 eV"}
    extras = treat(dots(), build(spec.CationExchange, table), LIB).extras
    expected = -6.0 * float(extras["lattice_contraction"])
    assert float(extras["strain_shift"]) == pytest.approx(expected, rel=1e-9)


def test_a_step_of_one_kt_is_open_by_the_fermi_factor() -> None:
    one = np.ones(1)
    kt = JOULE * 300.0 / 1.602176634e-19
    rate = heterojunction.transfer_rate(kt * one, -99.0 * one, one, one, one, 300.0)
    assert float(rate[0]) == pytest.approx(1.0 / (1.0 + np.exp(-1.0)), rel=1e-6)


def test_error_of_the_peak_is_half_of_what_one_deviation_of_the_constant_does() -> None:
    rows = pd.DataFrame({"exchange_umol": [150.0], "dots_umol": [100.0]})
    assert exchanging.ratio_of(rows)[0] == 1.0
    k = spec.AnionExchange.model_fields["selectivity"].get_default(call_default_factory=True)
    sd = np.log(k.high / k.low) / (2.0 * Z90)
    ends = [exchanging.resting(np.ones(1), "Cl", float(np.exp(s * sd)))[0] for s in (-1, 0, 1)]
    # the peak moves from green in proportion to the share
    moved = (465.0 - exchanging.GREEN) / ends[1] * (np.array([ends[0], ends[2]]) - ends[1])
    found = exchanging.peak_error(rows, np.array([465.0]), "Cl")[0]
    assert found == pytest.approx(np.mean(np.abs(moved)), rel=1e-6)


def test_interval_of_the_light_curve_is_that_of_its_inputs() -> None:
    """With one uncertain number, added to the energy, the interval is that of the number."""
    from halodot.core.sourced import Sourced
    from halodot.dot import characterise
    from halodot.synthesis.state import DotPopulation

    curve = light_curve("CsPbBr3", "cube", LIB)
    assert curve is not None
    size = Sourced(2.5e-9, "m", basis="given")
    alone = DotPopulation("CsPbBr3", "cube", size, Sourced(0.08, "1", basis="given"), "OA+OAm")
    peak = characterise(alone, LIB, 298.0).pl_energy
    assert peak.low is not None
    assert peak.high is not None
    k = int(np.argmin(np.abs(curve.size - 2.5e-9)))
    width = 1239.841984e-9 * (1.0 / curve.low[k] - 1.0 / curve.high[k])
    assert width == pytest.approx(peak.high - peak.low, rel=0.25)
