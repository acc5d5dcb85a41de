"""Reactors: what each does to a batch, and what their limits are."""

from dataclasses import replace

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.library import Library
from halodot.synthesis import RecipeSpec, kinetics, make
from halodot.synthesis.flask import Flask
from halodot.synthesis.kinetics import Course, constants, priors
from halodot.synthesis.methods import METHODS
from halodot.synthesis.process_spec import (
    AntisolventProcess,
    EmulsionProcess,
    FlowProcess,
    GlassProcess,
    HotInjectionProcess,
    RampProcess,
    SonicationProcess,
    VapourProcess,
)
from halodot.synthesis.reactors import (
    emulsion,
    flow,
    glass,
    injection,
    ramp,
    sonication,
    step,
    vapour,
)
from halodot.synthesis.reactors import outcome as results
from halodot.synthesis.reactors.attachment import joined
from halodot.synthesis.reactors.outcome import Batch
from halodot.synthesis.reagents import flask_of
from halodot.synthesis.sizes import of_reactor
from halodot.synthesis.state import DotPopulation

LIBRARY = Library.builtin()


def made(method: str, formula: str = "CsPbBr3", **more: object) -> DotPopulation:
    return make(build(RecipeSpec, {"method": method, "formula": formula, **more}), LIBRARY)


def batch(method: str = "hot_injection", celsius: float = 170.0, time: float = 5.0) -> Batch:
    n = Sourced(1e-4, "mol")
    pot = Flask(
        method, "CsPbBr3", n, n, {"Br": n}, n, n, Sourced(1e-5, "m3"),
        Sourced(celsius + 273.15, "K"), Sourced(time, "s"),
    )  # fmt: skip
    return Batch(pot, constants(priors({"Br": 1.0})), monomer=8.0)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Course]:
    """Courses that were grown."""
    courses: list[Course] = []
    grow = kinetics.grow

    def spy(course: Course, *args: object, **more: object) -> object:
        courses.append(course)
        return grow(course, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(results, "grow", spy)
    return courses


@pytest.mark.parametrize("method", METHODS)
def test_every_method_makes_dots_of_a_minimal_recipe(method: str) -> None:
    p = made(method)
    assert p.status.is_good
    assert 5e-10 < float(p.size) <= 1e-6
    assert p.size.low is not None
    assert p.size.high is not None
    assert p.size.low < float(p.size) < p.size.high
    assert 0.0 < float(p.size_spread) < 1.0
    assert sum(float(q) for q in p.shapes.values()) == pytest.approx(1.0, abs=1e-9)
    if p.phases:
        assert sum(float(q) for q in p.phases.values()) == pytest.approx(1.0, abs=1e-6)
    lengths = {len(p.curves[n]) for n in p.curves if n.startswith("growth_")}
    assert len(lengths) <= 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("formula", ["Cs2AgBiBr6", "CsSnI3"])
def test_lead_free_formulas_say_not_modelled(method: str, formula: str) -> None:
    p = made(method, formula)
    assert p.phases == {}
    assert any("not modelled" in note for note in p.notes)
    assert p.status.name == "OUTSIDE_RANGE"


def test_lead_free_flask_gives_the_ion_in_short_supply_to_growth(seen: list[Course]) -> None:
    spec = build(RecipeSpec, {"method": "hot_injection", "formula": "CsSnI3"})
    pot = flask_of(spec, LIBRARY)
    make(spec, LIBRARY)
    short = min(float(pot.caesium), float(pot.lead)) / float(pot.volume)
    assert seen[0].total == pytest.approx(short, rel=1e-6)


def test_population_balance_keeps_its_mass_in_every_liquid() -> None:
    for method in METHODS[:8]:
        error = made(method).extras["balance_error"]
        assert abs(float(error)) < 1e-6, method


@pytest.mark.parametrize("method", ["mechanochemical", "laser_glass", "cvd"])
def test_a_table_gets_the_size_of_the_recipe(method: str) -> None:
    pot = flask_of(build(RecipeSpec, {"method": method, "formula": "CsPbBr3"}), LIBRARY)
    ligand = (float(pot.acid) + float(pot.amine)) / float(pot.lead)
    found = of_reactor(method, "CsPbBr3", float(pot.temperature), float(pot.time), ligand)
    dots = made(method)
    assert found is not None
    assert float(found) == pytest.approx(float(dots.size), rel=1e-9)
    assert found.low == pytest.approx(dots.size.low, rel=1e-9)
    assert found.high == pytest.approx(dots.size.high, rel=1e-9)
    assert (found.shape, found.phases_modelled) == (dots.shape, bool(dots.phases))
    assert of_reactor("larp", "CsPbBr3", 298.0, 10.0) is None


@pytest.mark.parametrize(
    ("method", "celsius", "time", "told"),
    [
        ("laser_glass", 25.0, 1200.0, "temperature_C is 25"),
        ("laser_glass", 700.0, 1200.0, "no dots grow"),
        ("laser_glass", 420.0, 0.0, "no dots grow"),
        ("laser_glass", 420.0, 1e8, "time_s is 1e+08"),
        ("cvd", -100.0, 600.0, "temperature_C is -100"),
        ("cvd", 1100.0, 600.0, "temperature_C is 1100"),
        ("cvd", 300.0, 0.0, "time_s is 0"),
        ("mechanochemical", 25.0, 0.001, "time_s is 0.001"),
        ("mechanochemical", 25.0, 1e8, "time_s is 1e+08"),
    ],
)
def test_a_reactor_says_why_it_cannot(method: str, celsius: float, time: float, told: str) -> None:
    found = of_reactor(method, "CsPbBr3", 273.15 + celsius, time)
    assert found is not None
    assert found.size is None
    assert told in found.reason


def test_a_recipe_in_which_nothing_grows_is_refused() -> None:
    with pytest.raises(InputError, match="no dots grow"):
        made("laser_glass", temperature="700 degC")


def test_shape_and_size_go_together() -> None:
    """A platelet is thin; the window of an antisolvent synthesis is that of cubes."""
    p = made("antisolvent")
    assert float(p.shapes["platelet"]) > float(p.shapes["cube"])
    assert p.shape == "cube"
    assert any("no thickness of one" in note for note in p.notes)
    assert made("antisolvent", size="2 nm").shape == "platelet"
    assert made("antisolvent", shape="platelet", size="8 nm").shape == "platelet"


def test_measured_size_and_shape_stand() -> None:
    p = made("larp", size="6 nm", shape="sphere", size_spread=0.2)
    assert (p.size.value, p.shape, p.size_spread.value) == (6e-9, "sphere", 0.2)


def test_same_recipe_gives_the_same_dots() -> None:
    first, second = made("larp"), made("larp")
    assert first.shapes == second.shapes
    assert first.phases == second.phases


class TestInjection:
    def test_course_drops_and_is_quenched(self, seen: list[Course]) -> None:
        injection.run(batch(), HotInjectionProcess())
        t, warm = seen[0].time, seen[0].temperature
        assert warm[0] == pytest.approx(443.15 - 10.0)
        quenched = warm[t > 5.0]
        # Newton's cooling starts at the rate of the ice bath
        slope = (quenched[0] - warm[t <= 5.0][-1]) / (t[t > 5.0][0] - 5.0)
        assert slope == pytest.approx(-5.0, rel=0.06)
        assert quenched[-1] < 273.15 + 15.0

    def test_all_of_the_monomer_is_fed(self, seen: list[Course]) -> None:
        injection.run(batch(), HotInjectionProcess())
        assert seen[0].total == pytest.approx(8.0, rel=1e-6)

    def test_time_in_the_heat_is_ripening(self) -> None:
        short, long = (
            injection.run(batch(time=t), HotInjectionProcess()).size for t in (5.0, 600.0)
        )
        assert long > 1.05 * short


class TestStep:
    def test_solubility_falls_to_that_of_the_mixture(self) -> None:
        b = replace(batch("larp", 25.0), solubility_factor=0.2)
        k = results.at_room_temperature(b)
        c = step.course(b, 0.1, 10.0)
        assert c.solubility_factor[0] * k.solubility == pytest.approx(10.0 * b.monomer)
        assert c.solubility_factor[-1] == pytest.approx(0.2, rel=1e-6)

    def test_a_slow_pour_makes_larger_dots(self) -> None:
        sizes = [
            step.run(batch("larp", 25.0, 60.0), build(AntisolventProcess, {"mixing_time": t})).size
            for t in ("10 ms", "300 ms", "5 s")
        ]
        assert sizes[0] < sizes[1] < sizes[2]


class TestEmulsion:
    def test_large_droplets_are_vials(self) -> None:
        process = build(EmulsionProcess, {"droplet_diameter": "100 um", "droplet_spread": 0.0})
        b = batch("emulsion", 25.0, 30.0)
        vial = step.run(b, build(AntisolventProcess, {"mixing_time": "0.3 s"}))
        found = emulsion.run(b, process)
        assert found.size == pytest.approx(vial.size, rel=0.02)
        assert found.spread == pytest.approx(vial.spread, rel=0.1)

    def test_a_small_droplet_holds_one_dot_of_its_content(self) -> None:
        d = 20e-9
        process = build(
            EmulsionProcess,
            {"droplet_diameter": f"{d} m", "droplet_spread": 0.0, "mixing_time": "0.3 s"},
        )
        b = batch("emulsion", 25.0, 30.0)
        content = b.monomer * b.constants.molar_volume * np.pi / 6.0 * d**3
        found = emulsion.run(b, process)
        assert found.size == pytest.approx(content ** (1.0 / 3.0), rel=0.15)

    def test_droplets_hold_equal_shares_of_the_volume(self) -> None:
        rng = np.random.default_rng(3)
        s2 = np.log1p(0.4**2)
        d = np.exp(-0.5 * s2 + np.sqrt(s2) * rng.standard_normal(400_000)) * 1e-6
        d.sort()
        volume = np.cumsum(d**3) / np.sum(d**3)
        middles = d[np.searchsorted(volume, [1.0 / 6.0, 0.5, 5.0 / 6.0])]
        # the mean of the sample is that of the droplets
        assert emulsion.droplets(1e-6, 0.4) == pytest.approx(middles, rel=0.02, abs=0.0)

    def test_nothing_nucleated_is_told(self, seen: list[Course]) -> None:
        b = replace(batch("emulsion", 25.0, 30.0), monomer=1e-9)
        found = emulsion.run(b, EmulsionProcess())
        assert any("nothing nucleated" in note for note in found.notes)
        assert seen[-1].time[-1] == pytest.approx(30.0)

    def test_spread_of_droplets_broadens_dots(self) -> None:
        narrow, wide = (
            emulsion.run(
                batch("emulsion", 25.0, 30.0),
                build(EmulsionProcess, {"droplet_diameter": "30 nm", "droplet_spread": s}),
            ).spread
            for s in (0.05, 0.6)
        )
        assert wide > 1.2 * narrow


class TestFlow:
    @pytest.mark.parametrize(
        "settings",
        [
            {"segmented": True},
            {"flow_rate": "20 mL/h", "channel_diameter": "1.6 mm"},
            {"flow_rate": "1 mL/h", "channel_diameter": "0.2 mm"},
        ],
    )
    def test_residence_times_have_the_mean_of_volume_over_flow(
        self, settings: dict[str, object]
    ) -> None:
        process = build(FlowProcess, settings)
        t = np.geomspace(0.01, 300.0, 20_000) * process.residence_time
        weight = flow.residence(process, t)
        assert weight.sum() == pytest.approx(1.0)
        # half of a laminar mean's tail beyond 300 residence times is 1/600
        assert weight @ t == pytest.approx(process.residence_time, rel=0.02)

    def test_the_tail_of_laminar_flow_leaves_with_the_last_output(self) -> None:
        process = build(FlowProcess, {"flow_rate": "20 mL/h", "channel_diameter": "1.6 mm"})
        t = np.linspace(0.0, 4.0, 4001)
        weight = flow.residence(process, t * process.residence_time)
        # 1/64 of the flow stays for longer than 4 tau; without its wait the mean is 15/16 tau
        assert weight[-1] == pytest.approx(1.0 / 64.0, rel=0.01)
        assert weight @ t == pytest.approx(15.0 / 16.0, rel=1e-3)

    def test_taylor_and_aris_spread(self) -> None:
        process = build(FlowProcess, {"flow_rate": "1 mL/h", "channel_diameter": "0.2 mm"})
        tau, u, d = process.residence_time, flow.speed(process), 2e-4
        t = np.linspace(0.0, 4.0, 40_001) * tau
        weight = flow.residence(process, t)
        spread = np.sqrt(weight @ (t - weight @ t) ** 2) / tau
        axial = 1e-9 + u**2 * (0.5 * d) ** 2 / (48.0 * 1e-9)  # by the radius: 48
        assert spread == pytest.approx(np.sqrt(2.0 * axial / (u * u * tau)), rel=0.01)

    def test_laminar_flow_has_its_first_exit_at_half_the_mean(self) -> None:
        process = build(FlowProcess, {"flow_rate": "20 mL/h", "channel_diameter": "1.6 mm"})
        t = np.geomspace(0.01, 300.0, 4000) * process.residence_time
        weight = flow.residence(process, t)
        assert t[weight > 0.0][0] == pytest.approx(0.5 * process.residence_time, rel=0.01)

    def test_segments_mix_faster_and_spread_less(self) -> None:
        plain, segmented = (build(FlowProcess, {"segmented": s}) for s in (False, True))
        assert flow.mixing_time(segmented) < flow.mixing_time(plain)
        t = np.geomspace(0.1, 100.0, 4000) * plain.residence_time
        for process, low, high in ((plain, 0.1, 2.0), (segmented, 0.04, 0.06)):
            weight = flow.residence(process, t)
            spread = np.sqrt(weight @ (t - weight @ t) ** 2) / process.residence_time
            assert low < spread < high

    def test_cold_flow_is_a_step_and_hot_flow_is_not(self, seen: list[Course]) -> None:
        flow.run(batch("microfluidic", 25.0, 60.0), FlowProcess())
        flow.run(batch("microfluidic", 170.0, 60.0), FlowProcess())
        cold, hot = seen
        assert cold.solubility_factor[0] > 100.0 * cold.solubility_factor[-1]
        assert hot.solubility_factor[0] == hot.solubility_factor[-1]

    def test_faster_flow_mixes_faster(self) -> None:
        slow, fast = (build(FlowProcess, {"flow_rate": f"{q} mL/h"}) for q in (1, 15))
        assert flow.mixing_time(fast) < flow.mixing_time(slow)


class TestRamp:
    def test_dissolved_salt_is_what_there_was(self) -> None:
        b = batch("solvothermal", 160.0, 1800.0)
        t = np.linspace(0.0, 3000.0, 4000)
        c = ramp.course(b, t, np.minimum(298.0 + 0.1 * t, 433.0))
        assert c.total == pytest.approx(8.0, rel=1e-3)

    def test_fast_heating_dissolves_later_in_temperature(self) -> None:
        b = batch("microwave", 160.0, 600.0)

        def half(rate: float) -> float:
            t = np.linspace(0.0, 600.0 + 135.0 / rate, 20_000)
            warm = np.minimum(298.0 + rate * t, 433.0)
            c = ramp.course(b, t, warm)
            gone = np.cumsum(c.feed) / c.feed.sum()
            return float(warm[np.searchsorted(gone, 0.5)])

        assert half(3.0) > half(0.08) + 10.0

    def test_longer_hold_grows_on(self) -> None:
        short, long = (
            ramp.run(batch("solvothermal", 160.0, t), RampProcess()).size for t in (300.0, 7200.0)
        )
        assert long > short


class TestSonication:
    def test_joints_come_with_time_and_level_off(self) -> None:
        found = [
            sonication.joints(batch("ultrasonication", 95.0, t), 1e21, 368.0, 3e6)
            for t in (60.0, 600.0, 6e4, 6e5)
        ]
        assert found[1] == pytest.approx(10.0 * found[0], rel=0.05)
        assert found[3] == pytest.approx(found[2], rel=0.01)

    def test_longer_sonication_turns_cubes_into_wires(self) -> None:
        wires = [
            float(made("ultrasonication", time=t).shapes["wire"]) for t in ("2 min", "1 h", "3 h")
        ]
        assert wires[0] < wires[1] < wires[2]
        assert made("ultrasonication", time="3 h").shape == "wire"

    def test_power_warms_the_liquid(self) -> None:
        p = sonication.run(batch("ultrasonication", 95.0, 60.0), SonicationProcess())
        assert float(p.extras["local_temperature"]) > 368.15


def test_attachment_is_smoluchowski_without_ligands() -> None:
    """8 kT / 3 eta for equal spheres, times number and time."""
    rate = 8.0 * 1.380649e-23 * 300.0 / (3.0 * 0.6e-3)
    assert joined(1e20, 2.0, 300.0, 0.0) == pytest.approx(2.0 * rate * 1e20, rel=1e-9)


class TestGlass:
    def test_written_erased_and_grown_back(self) -> None:
        sizes = glass.history(GlassProcess(), glass.GlassSpec())
        written, grown, gone, back = sizes
        assert written == 0.0
        assert gone < 0.05 * grown
        assert back == pytest.approx(grown, rel=0.02)

    def test_rich_glass_grows_as_the_root_of_time(self) -> None:
        spec = build(glass.GlassSpec, {"seed_density": "1e15 1/m3"})
        t = np.geomspace(1e3, 1e5, 5)
        sizes = [glass.step(0.0, 693.15, x, spec) for x in t]
        # 1 % for the seed of half a nanometre and the implicit step
        assert np.polyfit(np.log(t), np.log(sizes), 1)[0] == pytest.approx(0.5, abs=0.01)

    def test_exhausted_glass_ripens_as_the_cube_root(self) -> None:
        spec = build(glass.GlassSpec, {"ripening": "1e-27 m3/s"})
        t = np.geomspace(1e5, 1e7, 5)
        sizes = [glass.step(0.0, 693.15, x, spec) for x in t]
        assert np.polyfit(np.log(t), np.log(sizes), 1)[0] == pytest.approx(1.0 / 3.0, abs=0.01)

    def test_early_growth_is_twice_diffusivity_times_share(self) -> None:
        spec = build(glass.GlassSpec, {"seed_density": "1e15 1/m3"})
        drive = 1.0 - np.exp(20.0 * (693.15 / float(spec.solvus) - 1.0))
        square = 4.0 * float(spec.diffusivity) * float(spec.crystal_share) * drive * 1e5
        assert glass.step(0.0, 693.15, 1e5, spec) == pytest.approx(square**0.5, rel=0.02)

    def test_nothing_jumps_at_the_solvus(self) -> None:
        spec, start = glass.GlassSpec(), 6e-9
        above, hot = (glass.step(start, float(spec.solvus) + dt, 10.0) for dt in (0.1, 10.0))
        assert above == pytest.approx(start, rel=0.02)
        warm = float(spec.solvus) + 10.0
        d = glass.arrhenius(float(spec.diffusivity), float(spec.barrier), warm)
        drive = 1.0 - np.exp(20.0 * (warm / float(spec.solvus) - 1.0))
        square = start**2 + 4.0 * d * float(spec.crystal_share) * drive * 10.0
        assert hot == pytest.approx(max(square, 0.0) ** 0.5, rel=1e-6)

    def test_hotter_glass_gives_larger_dots(self) -> None:
        sizes = [glass.step(0.0, 273.15 + c, 600.0) for c in (380.0, 420.0, 460.0)]
        assert sizes[0] < sizes[1] < sizes[2]

    def test_extras_tell_erased_from_rewritten(self) -> None:
        p = made("laser_glass")
        assert float(p.extras["erased_share"]) < 0.05
        assert float(p.extras["rewritten_share"]) == pytest.approx(1.0, abs=0.05)


class TestVapour:
    def test_thickness_is_flux_times_time(self) -> None:
        once = vapour.thickness(848.15, 600.0, 1.22e-4)
        assert vapour.thickness(848.15, 1200.0, 1.22e-4) == pytest.approx(2.0 * once, rel=1e-12)
        p, m, r = float(vapour.PRESSURE), vapour.MOLAR_MASS, 8.31446261815324
        flux = p / np.sqrt(2.0 * np.pi * m * r * 848.15)
        assert once == pytest.approx(float(vapour.ARRIVAL) * flux * 1.22e-4 * 600.0, rel=1e-9)

    def test_it_is_flagged_as_physics_only(self) -> None:
        found = vapour.run(batch("cvd", 300.0), VapourProcess())
        assert found.physics_only
        assert made("cvd").status.name == "OUTSIDE_RANGE"
        assert any("physics only" in note for note in made("cvd").notes)
