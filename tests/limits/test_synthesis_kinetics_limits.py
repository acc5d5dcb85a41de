"""Closed forms of nucleation, growth, ripening and attachment; kernel beside plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.synthesis.kinetics import (
    Constants,
    Course,
    attach,
    constants,
    grow,
    growth,
    kernel,
    nucleation,
    over_times,
    pooled,
    priors,
    reference,
    supersaturation,
)
from halodot.synthesis.kinetics import attachment as fusing
from halodot.synthesis.kinetics.population_balance import packed
from halodot.synthesis.limits import (
    members_of_chains,
    ripening_rate,
    ripening_shape,
    ripening_spread,
)

KELVIN = 443.15
BROMIDE = constants(priors())
NEVER = 1e-200  # prefactor at which nothing nucleates


def at(k: Constants, factor: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """What temperature sets, and the fixed numbers, as the kernel reads them."""
    course = Course.of(monomer=8.0, temperature=KELVIN, time=[0.0, 1.0], solubility_factor=factor)
    table, p, fixed = packed(course, k)
    q = np.empty(6)
    kernel.conditions(0.5, table, p, q)
    return q, fixed


def plain(control: str, **values: float) -> Constants:
    """No capillarity and no nucleation unless given, one resistance alone."""
    slow, fast = (1e-14, 1e3) if control == "diffusion" else (1e-2, 1e-6)
    body = {"surface_energy": 0.0, "nucleation_prefactor": NEVER, "solubility": 1.0}
    return BROMIDE.changed(**body | {"diffusivity": slow, "surface_rate": fast} | values)


@pytest.mark.parametrize("gamma", [0.05, 0.0, -0.02])
@pytest.mark.parametrize("edge", [0.7e-9, 1.3e-9, 4e-9, 2e-8])
def test_growth_of_the_kernel_is_that_of_the_page(gamma: float, edge: float) -> None:
    k = BROMIDE.changed(surface_energy=gamma)
    q, fixed = at(k, 0.7)
    for c in (0.01, 0.3, 8.0):
        found = kernel.growth(edge**3, c, q, fixed[2])
        volume = np.array([edge**3])
        expected = reference.swelling(volume, c, KELVIN, 0.7, k)[0]
        assert found[0] == pytest.approx(expected, rel=1e-12, abs=0.0)
        nudge = 1e-6 * edge**3
        up, down = (kernel.growth(edge**3 + s * nudge, c, q, fixed[2])[0] for s in (1, -1))
        assert found[1] == pytest.approx((up - down) / (2 * nudge), rel=1e-6, abs=1e-12)
        up, down = (kernel.growth(edge**3, c * (1 + s * 1e-6), q, fixed[2])[0] for s in (1, -1))
        assert found[2] == pytest.approx((up - down) / (2e-6 * c), rel=1e-6, abs=0.0)


@pytest.mark.parametrize("gamma", [0.05, 0.03, 0.0, -0.02])
def test_nucleation_of_the_kernel_is_that_of_the_page(gamma: float) -> None:
    k = BROMIDE.changed(surface_energy=gamma)
    q, fixed = at(k)
    for s in (0.5, 30.0, 100.0, 400.0):
        rate, volume, by_c, both_by_c = kernel.nucleation(s * q[2], q, fixed)
        expected = float(nucleation.rate(s, KELVIN, k))
        assert rate == pytest.approx(expected if expected > fixed[4] else 0.0, rel=1e-12, abs=0.0)
        if rate > 0.0:
            edge = float(nucleation.nucleus(s, KELVIN, k))
            assert volume == pytest.approx(edge**3, rel=1e-12, abs=0.0)
            nudge = 1e-5 * s * q[2]
            up, down = (kernel.nucleation(s * q[2] + x, q, fixed) for x in (nudge, -nudge))
            slope = (up[0] - down[0]) / (2.0 * nudge)
            assert by_c == pytest.approx(slope, rel=1e-6, abs=0.0)
            slope = (up[0] * up[1] - down[0] * down[1]) / (2.0 * nudge)
            assert both_by_c == pytest.approx(slope, rel=1e-6, abs=0.0)


def test_kernel_steps_as_the_plain_reference_does() -> None:
    rng = np.random.default_rng(3)
    n, k = 12, BROMIDE
    q, fixed = at(k)
    number = rng.uniform(1e19, 2e20, n)
    y = np.concatenate([np.sort(rng.uniform(2e-9, 9e-9, n))[::-1] ** 3, [0.0, 0.0, 7.0]])
    f, by_v, by_c, born = np.empty(n + 3), np.empty(n), np.empty(n), np.empty(4)
    kernel.rates(y, number, n, q, 0.3, fixed, f, by_v, by_c, born)
    expected = reference.rates(y, number, KELVIN, k, feed=0.3)
    np.testing.assert_allclose(f, expected, rtol=1e-11)
    h, new = 2e-3, np.empty(n + 3)
    work = np.empty((9, n + 8))
    three, none = np.stack([q, q, q]), np.zeros(3)
    error = kernel.step(h, y, number, n, three, none, fixed, 1e-9, work, new)
    assert 0.0 <= error < 1e-2
    np.testing.assert_allclose(new, reference.step(h, y, number, KELVIN, k), rtol=1e-7)


def test_the_critical_cube_sits_on_top_of_its_energy() -> None:
    s, k = 60.0, BROMIDE
    edge = float(nucleation.critical_edge(s, KELVIN, k))
    thermal = 1.380649e-23 * KELVIN
    sizes = edge * np.linspace(0.9, 1.1, 2001)
    energy = -(sizes**3) / k.unit_volume * thermal * np.log(s) + 6 * sizes**2 * k.surface_energy
    assert sizes[np.argmax(energy)] == pytest.approx(edge, rel=1e-4, abs=0.0)
    height = float(nucleation.barrier(s, KELVIN, k))
    assert energy.max() / thermal == pytest.approx(height, rel=1e-6)
    past = float(nucleation.nucleus(s, KELVIN, k))
    fallen = -(past**3) / k.unit_volume * np.log(s) + 6 * past**2 * k.surface_energy / thermal
    # one kT below the top, up to the cubic term of the energy
    assert height - fallen == pytest.approx(1.0, abs=0.15)


def test_a_dot_grows_above_the_critical_edge_and_dissolves_below() -> None:
    s, k = 20.0, BROMIDE
    c0 = float(supersaturation.solubility(KELVIN, k))
    edge = float(nucleation.critical_edge(s, KELVIN, k))
    speed = growth.rate([0.99 * edge, edge, 1.01 * edge], s * c0, KELVIN, k)
    assert speed[0] < 0.0 < speed[2]
    assert abs(speed[1]) < 1e-9 * speed[2]


@pytest.mark.parametrize("control", ["diffusion", "surface"])
def test_monomer_falls_exponentially_towards_large_dots(control: str) -> None:
    k, edge, number = plain(control), 40e-9, 1e20
    tau = 1.0 / (6.0 * number * edge**2 * k.surface_rate)
    if control == "diffusion":
        tau = 1.0 / (12.0 * number * edge * k.diffusivity)
    extra = 0.02  # mol/m3: dots grow by 4e-6 of their volume
    course = Course.of(monomer=1.0 + extra, temperature=KELVIN, time=[0.0, 3.0 * tau])
    times = tau * np.linspace(0.0, 3.0, 7)
    found = grow(course, k, seeds=([edge], [number]), outputs=times, tolerance=1e-6)
    expected = extra * np.exp(-times / tau)
    # a step errs by 1e-6 of c, which is 50 times the extra
    np.testing.assert_allclose(found.monomer - 1.0, expected, rtol=1e-3, atol=3e-4 * extra)


@pytest.mark.parametrize("control", ["diffusion", "surface"])
def test_narrowing_is_not_smeared(control: str) -> None:
    k = plain(control, solubility=1e-6)
    power = 2.0 if control == "diffusion" else 1.0
    edges = np.linspace(3e-9, 5e-9, 40)
    seeds = (edges, np.full(40, 2.5e19))
    course = Course.of(monomer=5.0, temperature=KELVIN, time=[0.0, 1e3])
    found = grow(course, k, seeds=seeds, outputs=[0.0, 1e3], tolerance=1e-5, bins=40)
    first, last = found.cohorts[:, :40] ** power
    assert found.mean_size[-1] > 2.0 * found.mean_size[0]
    np.testing.assert_allclose(last[0] - last[-1], first[0] - first[-1], rtol=1e-3)


def test_steady_nucleation_and_growth_make_a_box() -> None:
    k = plain("surface", nucleation_prefactor=1e15, solubility=1e-3, nucleation_barrier=0.0)
    course = Course.of(monomer=1.0, temperature=KELVIN, time=[0.0, 20.0])
    found = grow(course, k, outputs=[0.0, 20.0])
    grown = 2.0 * k.molar_volume * k.surface_rate * 1.0 * 20.0  # dots take 1e-8 of the monomer
    assert found.number[-1] == pytest.approx(2e16 * (1.0 - k.solubility), rel=1e-6)
    assert found.mean_size[-1] == pytest.approx(k.smallest + 0.5 * grown, rel=2e-3)
    assert found.size_sd[-1] == pytest.approx(grown / np.sqrt(12.0), rel=2e-3)


def ripen(control: str, bins: int = 300) -> tuple[float, float, float]:
    """Exponent, rate over its closed form and spread of dots that start in the stationary law."""
    k = plain(control, surface_energy=0.002, surface_rate=1e3 if control == "diffusion" else 1e-6)
    length, power = k.capillary_length(KELVIN), 3 if control == "diffusion" else 2
    start = 20e-9
    transport = 4.0 * k.diffusivity if control == "diffusion" else 2.0 * k.surface_rate
    speed = ripening_rate(control, transport * k.molar_volume * length)
    ratio = np.linspace(0.02, 1.47 if control == "diffusion" else 1.85, bins - 1)
    shape = ripening_shape(control, ratio)
    number = 1e22 * shape / shape.sum()
    mean0 = start * float((shape * ratio).sum() / shape.sum())
    end = 200.0 * mean0**power / speed
    times = np.concatenate([[0.0], np.geomspace(0.1 * end, end, 20)])
    course = Course.of(monomer=1.0 + length / start, temperature=KELVIN, time=[0.0, end])
    there = number > 1e-12 * number.max()
    seeds = (start * ratio[there], number[there])
    found = grow(course, k, seeds=seeds, outputs=times, bins=bins)
    assert found.status.is_good
    mean = found.mean_size[1:]
    exponent = float(np.polyfit(np.log(times[1:]), np.log(mean), 1)[0])
    slope = float(np.polyfit(times[1:], mean**power, 1)[0]) / speed
    return exponent, slope, float(np.mean(found.spread[1:]))


@pytest.mark.parametrize(("control", "exponent"), [("diffusion", 1 / 3), ("surface", 1 / 2)])
def test_ripening_follows_its_law(control: str, exponent: float) -> None:
    found = ripen(control)
    # a few hundred cohorts are left of 1e22 dots after their number fell 200 or 3000 times
    assert found[0] == pytest.approx(exponent, abs=0.04)
    assert found[1] == pytest.approx(1.0, abs=0.08)
    assert found[2] == pytest.approx(ripening_spread(control), rel=0.06)


def test_ripening_laws_integrate_to_known_moments() -> None:
    u = np.linspace(0.0, 2.0, 100_001)
    for control, mean in (("diffusion", 1.0), ("surface", 8.0 / 9.0)):
        f = ripening_shape(control, u)
        assert (f * u).sum() / f.sum() == pytest.approx(mean, rel=1e-6)


def test_negative_surface_energy_has_no_barrier_and_evens_sizes_out() -> None:
    k = BROMIDE.changed(surface_energy=-0.02)
    assert float(nucleation.barrier(2.0, KELVIN, k)) == 0.0
    assert float(nucleation.nucleus(2.0, KELVIN, k)) == k.smallest
    quiet = k.changed(nucleation_prefactor=NEVER)
    seeds = (np.linspace(4e-9, 8e-9, 30), np.full(30, 1e20))
    course = Course.of(monomer=0.01, temperature=KELVIN, time=[0.0, 300.0])
    found = grow(course, quiet, seeds=seeds, outputs=[0.0, 300.0])
    assert found.spread[-1] < 0.8 * found.spread[0]
    assert found.number[-1] == pytest.approx(found.number[0], rel=1e-9)


def test_scarce_ion_and_excess() -> None:
    k = BROMIDE
    product = float(supersaturation.product(KELVIN, k))
    c0 = float(supersaturation.in_balance(50.0, product))
    assert c0 * (c0 + 50.0) == pytest.approx(product, rel=1e-12)
    s = float(supersaturation.supersaturation(8.0, 58.0, KELVIN, k))
    assert s == pytest.approx(8.0 / c0, rel=0.2)  # e far above c
    warm = supersaturation.product([400.0, 450.0], k)
    assert warm[1] > warm[0]
    c, factor = supersaturation.monomer(8.0, 58.0, KELVIN, k)
    assert c == 8.0
    assert factor == pytest.approx(c0 / k.solubility, rel=1e-12)


def test_attachment_is_second_order_and_keeps_the_dots() -> None:
    number, coverage, time = 1e21, 0.4, 120.0
    beta = float(fusing.kernel(coverage, 300.0))
    found = attach(number, [0.0, time], coverage, 300.0)
    assert found.members[-1] == pytest.approx(members_of_chains(number, beta, time), rel=1e-12)
    shares = found.shares(4000)
    kept = found.number[-1] * shares @ np.arange(1, 4001)
    assert kept == pytest.approx(number, rel=1e-9)
    rod = found.length(8e-9, "rod")[-1]
    sheet = found.length(8e-9, "sheet")[-1]
    assert rod == pytest.approx(8e-9 * found.members[-1], rel=1e-12, abs=0.0)
    assert 8e-9 < sheet < 8e-9 * np.sqrt(found.members[-1])  # Jensen


def test_attachment_shares_solve_the_equations_of_smoluchowski() -> None:
    extent, step = 0.8, 1e-5
    p = [n / (1.0 + e) * fusing.shares(e, 60) for e in (extent - step, extent, extent + step)
         for n in (1.0,)]  # fmt: skip
    slope, now = (p[2] - p[0]) / (2.0 * step), p[1]
    gained = np.array([np.sum(now[:k] * now[:k][::-1]) for k in range(60)])
    # d/d tau of n_k is the sum over pairs less 2 n_k N
    np.testing.assert_allclose(slope[:20], gained[:20] - 2.0 * now[:20] * now.sum(), atol=1e-8)


def test_falling_coverage_is_integrated() -> None:
    t = np.linspace(0.0, 60.0, 40)
    coverage = 0.6 - 0.005 * t
    few = attach(1e21, t[::13], coverage[::13], 300.0)
    many = attach(1e21, t, coverage, 300.0)
    assert few.members[-1] == pytest.approx(many.members[-1], rel=1e-9)


def test_batches_pool_by_number() -> None:
    course = Course.of(monomer=8.0, temperature=KELVIN, time=[0.0, 5.0])
    one, two = (grow(Course.of(monomer=m, temperature=KELVIN, time=[0.0, 5.0]), BROMIDE)
                for m in (8.0, 6.0))  # fmt: skip
    both = pooled([one, two], [0.5, 0.5])
    assert min(one.mean_size[-1], two.mean_size[-1]) < both[0]
    assert both[0] < max(one.mean_size[-1], two.mean_size[-1])
    assert pooled([one], [1.0]) == pytest.approx(one.at(5.0), rel=1e-12, abs=0.0)
    late = over_times(grow(course, BROMIDE, outputs=[0.0, 1.0, 5.0]), [0.0, 0.0, 1.0])
    assert late == pytest.approx(one.at(5.0), rel=1e-3, abs=0.0)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("course.time", {"time": [1.0, 0.0]}),
        ("course.temperature", {"temperature": [400.0, 410.0, 420.0]}),
        ("course.feed", {"feed": -1.0}),
        ("course.solubility_factor", {"solubility_factor": 0.0}),
        ("course.monomer", {"monomer": float("nan")}),
    ],
)
def test_a_course_that_cannot_be_is_refused(field: str, given: dict[str, object]) -> None:
    body: dict[str, object] = {"monomer": 5.0, "temperature": 443.0, "time": [0.0, 1.0]}
    with pytest.raises(InputError) as caught:
        Course.of(**body | given)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_seeds_and_outputs_are_checked() -> None:
    course = Course.of(monomer=5.0, temperature=443.0, time=[0.0, 1.0])
    with pytest.raises(InputError, match="seeds"):
        grow(course, BROMIDE, seeds=([1e-9, -1e-9], [1.0, 1.0]))
    with pytest.raises(InputError, match="outputs"):
        grow(course, BROMIDE, outputs=[0.0, 2.0])
    with pytest.raises(InputError, match="halides"):
        priors({"F": 1.0})
