"""The mechanism report on curves of known law: a table of what is taken for what."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.constants import epsilon_0

from halodot.core.sourced import Sourced
from halodot.figures import extract
from halodot.figures.limits import ideal_switch, make_trace
from halodot.figures.mechanism import report_of
from halodot.figures.mechanism_branches import Given, judge_branch
from halodot.figures.reader import read
from halodot.figures.transport_laws import LAWS, fit_law, slope_of, tunnel_slope

FILES = Path(__file__).parents[1] / "data" / "instruments"
KT = 0.025852  # eV at 300 K
EACH = 28
NAMES = (
    "ohmic", "sclc", "sclc_traps", "schottky", "poole_frenkel", "fowler_nordheim",
    "direct_tunnelling", "trap_filled_limit",
)  # fmt: skip


def smooth_law(name: str, v: np.ndarray, thickness: float, area: float, rng) -> np.ndarray:
    if name == "ohmic":
        return 10 ** rng.uniform(-9, -3) * v
    if name == "sclc":
        mobility = 10 ** rng.uniform(-10, -6)
        return 9 / 8 * epsilon_0 * 20 * mobility * area * v**2 / thickness**3
    if name == "sclc_traps":
        return 10 ** rng.uniform(-9, -5) * v ** rng.uniform(2.6, 6)
    eps = rng.uniform(3, 8)
    slope = slope_of(eps, thickness, 300.0, emission=name == "schottky")
    prefactor = 10 ** rng.uniform(-11, -7)
    return prefactor * np.exp(slope * np.sqrt(v)) * (v if name == "poole_frenkel" else 1.0)


def curve(name: str, rng) -> tuple[np.ndarray, np.ndarray, Given]:
    thickness, area = rng.uniform(60, 150) * 1e-9, 1e-8
    top, n = rng.uniform(1, 4), int(rng.integers(50, 150))
    v = np.linspace(top / n, top, n)
    if name == "fowler_nordheim":
        thickness, barrier = rng.uniform(2, 6) * 1e-9, rng.uniform(0.2, 0.8)
        b = tunnel_slope(barrier, thickness)
        v = np.linspace(max(b / 25, barrier), max(b / 25, barrier) + top, n)
        i = 1e-5 * v**2 * np.exp(-b / v)
    elif name == "direct_tunnelling":
        scale = rng.uniform(1, 4) * 1e-9 / (2 * KT * thickness)
        top = rng.uniform(3, 8) / scale
        v = np.linspace(top / n, top, n)
        i = 1e-9 * np.sinh(v * scale)
    elif name == "trap_filled_limit":
        limit = rng.uniform(0.3, 0.6) * top
        i = 1e-9 * np.where(v < limit, v ** rng.uniform(1, 2.5), 10 ** rng.uniform(1, 3) * v**2)
    else:
        i = smooth_law(name, v, thickness, area, rng)
    noise = rng.uniform(0.005, 0.03)
    i = i * np.exp(noise * rng.standard_normal(n))
    return v, i, Given(thickness, area, 300.0, 20.0, 4.0)


def confusion() -> dict[str, Counter[str]]:
    rng = np.random.default_rng(20)
    table: dict[str, Counter[str]] = {}
    for name in NAMES:
        row: Counter[str] = Counter()
        for _ in range(EACH):
            report = judge_branch("off", 1, *curve(name, rng))
            assert report is not None
            row.update(c.name for c in report.candidates if c.verdict == "supported")
        table[name] = row
    return table


def test_confusion_over_two_hundred_curves():
    table = confusion()
    assert EACH * len(NAMES) >= 200
    for name, row in table.items():
        assert row[name] >= 0.9 * EACH, (name, row)
        wrong = sum(row.values()) - row[name]
        assert wrong <= 0.03 * EACH, (name, row)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("seed", range(5))
def test_two_laws_side_by_side_are_no_certainty(share, seed):
    rng = np.random.default_rng(seed)
    v = np.linspace(0.03, 3.0, 100)
    slope = slope_of(4.0, 1e-7, 300.0, emission=False)
    first = v * np.exp(slope * np.sqrt(v))
    second = v**2.0
    i = 1e-9 * (share * first / first[50] + (1 - share) * second / second[50])
    i = i * np.exp(0.01 * rng.standard_normal(100))
    report = judge_branch("off", 1, v, i, Given(1e-7, 1e-8, 300.0, 20.0, 4.0))
    assert report is not None
    assert [c.name for c in report.candidates if c.verdict == "supported"] == []


def test_space_charge_with_thermal_carriers_is_space_charge():
    v = np.geomspace(0.01, 5.0, 80)
    i = 1e-7 * v + 3e-7 * v**2
    report = judge_branch("off", 1, v, i, Given(1e-7, 1e-8, 300.0, 20.0, 4.0))
    assert report is not None
    assert (report.best.name, report.best.verdict) == ("sclc", "supported")
    assert report.power[0] < 1.3
    assert report.power[1] > 1.7


def test_an_impossible_permittivity_contradicts():
    v = np.linspace(0.02, 2.0, 100)
    i = 1e-9 * v * np.exp(slope_of(0.3, 1e-7, 300.0, emission=False) * np.sqrt(v))
    report = judge_branch("off", 1, v, i, Given(1e-7, 1e-8, 300.0, 20.0, 4.0))
    assert report is not None
    verdict = {c.name: c for c in report.candidates}["poole_frenkel"]
    assert verdict.verdict == "contradicted"
    assert verdict.value == pytest.approx(0.3, rel=1e-3)


def test_without_thickness_a_lowered_barrier_stays_possible():
    v = np.linspace(0.02, 2.0, 100)
    i = 1e-9 * v * np.exp(4.0 * np.sqrt(v))
    report = judge_branch("off", 1, v, i, Given())
    assert report is not None
    best = report.best
    assert (best.name, best.verdict) == ("poole_frenkel", "possible")
    assert any("--thickness" in s for s in best.sentences)
    assert any("one temperature" in s for s in best.sentences)


def test_a_narrow_range_decides_nothing():
    v = np.linspace(1.0, 1.3, 40)
    rng = np.random.default_rng(2)
    i = 1e-9 * np.exp(slope_of(4.0, 1e-7, 300.0, emission=True) * np.sqrt(v))
    i = i * np.exp(0.02 * rng.standard_normal(40))
    report = judge_branch("off", 1, v, i, Given(1e-7, 1e-8, 300.0, 20.0, 4.0))
    assert report is not None
    assert sum(c.verdict == "possible" for c in report.candidates) >= 2
    assert all(c.verdict != "supported" for c in report.candidates)


def test_slopes_and_their_inverse():
    assert slope_of(4.0, 1e-7, 300.0, emission=True) == pytest.approx(
        math.sqrt(1.602176634e-19 / (4 * math.pi * epsilon_0 * 4.0 * 1e-7)) / KT, rel=1e-4
    )
    # phi = 1 eV, 1 nm: 6.83 V/nm, the usual number
    assert tunnel_slope(1.0, 1e-9) == pytest.approx(6.83, rel=2e-3)
    v = np.linspace(1.0, 4.0, 60)
    fit = fit_law(LAWS["fowler_nordheim"], v, v**2 * np.exp(-5.0 / v))
    assert fit.slope == pytest.approx(-5.0, rel=1e-9)


def test_filament_of_a_jump_with_an_ohmic_on_state():
    report = report_of(ideal_switch(1.0, -0.8, noise=0.01))
    assert report.of("filament").verdict == "supported"
    assert report.of("trap_filling").verdict == "contradicted"
    assert report.of("interface").verdict == "contradicted"


def test_area_decides_on_a_filament():
    small, large = (
        replace(ideal_switch(1.0, -0.8, on=r), parameters={"area": Sourced(a, "m2")})
        for r, a in ((1e3, 1e-8), (1e2, 1e-7))
    )
    assert report_of(small, [large]).of("filament").verdict == "contradicted"
    same = replace(ideal_switch(1.0, -0.8, on=1.05e3), parameters={"area": Sourced(1e-7, "m2")})
    text = report_of(small, [same]).of("filament")
    assert text.verdict == "supported"
    assert any("hardly changes" in s for s in text.sentences)


def trap_filled_loop() -> tuple[np.ndarray, np.ndarray]:
    up = np.linspace(0.02, 3.0, 150)
    out = np.where(up < 1.5, 1e-9 * up**2, 1e-6 * up**2)
    v = np.concatenate([up, up[::-1]])
    return v, np.concatenate([out, 1e-6 * up[::-1] ** 2])


def test_trap_filling_of_a_jump_with_a_square_on_state():
    v, i = trap_filled_loop()
    rng = np.random.default_rng(3)
    i = i * np.exp(0.01 * rng.standard_normal(len(i)))
    report = report_of(make_trace("iv", {"voltage": v, "current": i}, {}))
    assert report.of("trap_filling").verdict == "supported"
    assert report.of("filament").verdict == "contradicted"


def ion_loops(rates: tuple[float, ...], tau: float = 1.0) -> dict[str, np.ndarray]:
    """Loops of a conductance that follows the voltage with a time constant."""
    rows: dict[str, list[float]] = {"voltage": [], "current": [], "time": []}
    clock = 0.0
    for rate in rates:
        state, step = 0.0, 0.02
        up = np.arange(0.02, 2.0, step)
        for v in np.concatenate([up, up[::-1]]):
            dt = step / rate
            clock += dt
            state += (v - state) * (1.0 - math.exp(-dt / tau))
            rows["voltage"].append(float(v))
            rows["current"].append(float(1e-6 * v * (0.3 + state)))
            rows["time"].append(clock)
    return {k: np.array(x) for k, x in rows.items()}


def test_ions_at_an_interface_follow_the_rate():
    one = report_of(make_trace("iv", ion_loops((1.0,)), {}))
    assert one.of("interface").verdict == "possible"
    assert one.of("filament").verdict != "supported"
    several = report_of(make_trace("iv", ion_loops((0.3, 1.0, 30.0)), {}))
    assert several.of("interface").verdict == "supported"


def test_temperature_series_decides():
    report = report_of(read(FILES / "iv_temperatures.csv", "mechanism").trace)
    assert report.activation is not None
    # 0.35 eV less 0.04 eV sqrt(V / V) was put in
    lowest = report.activation.voltages[0]
    assert report.activation.energy == pytest.approx(0.35 - 0.04 * math.sqrt(lowest), abs=0.01)
    assert report.activation.field_slope == pytest.approx(-0.04, rel=0.1)
    branch = report.branch("only")
    assert branch is not None
    assert (branch.best.name, branch.best.verdict) == ("poole_frenkel", "supported")
    assert all(c.verdict == "contradicted" for c in branch.candidates if "tunnelling" in c.name)


def test_a_current_that_is_not_activated_is_no_emission():
    v, t = np.tile(np.linspace(0.05, 2.0, 40), 3), np.repeat([260.0, 300.0, 340.0], 40)
    i = 1e-9 * v * np.exp(4.0 * np.sqrt(v))
    columns = {"voltage": v, "current": i, "temperature": t}
    trace = replace(make_trace("iv", columns, {}), sweep=np.repeat(np.arange(3), 40))
    branch = report_of(trace).branch("only")
    assert branch is not None
    thermal = [c for c in branch.candidates if c.name in ("schottky", "poole_frenkel")]
    assert all(c.verdict == "contradicted" for c in thermal)


def test_figures_of_a_loop_name_the_mechanism():
    f = extract(ideal_switch(1.0, -0.8))
    assert f["mechanism_filament"].category == "supported"
    assert f["mechanism_filament"].value.value == 1.0
    assert f["mechanism_on"].category == "ohmic"


def test_the_report_is_plain_data():
    import json

    body = report_of(ideal_switch(1.0, -0.8)).to_json()
    assert json.loads(json.dumps(body))["device"][0]["mechanism"] == "filament"
