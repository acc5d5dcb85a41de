"""Proposals keep to every constraint whatever it is; balances and probabilities hold."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flask_standin import predict
from halodot.core.errors import InputError
from halodot.crystal.composition import parse
from halodot.recipes import acquisition, constraints, exchanging, explaining, inverse, routes
from halodot.recipes.constraints import ConstraintsSpec, uses, violations
from halodot.recipes.inverse import TargetSpec, design
from halodot.recipes.searching import Searcher

REAGENTS = ("DMF", "DMSO", "toluene", "ethanol", "methanol", "cyclopentanone", "PbCl2", "ZnCl2",
            "CsBr", "ZnBr2", "1-octadecene", "chloride")  # fmt: skip
METHODS = ("antisolvent", "larp", "hot_injection")
PEAK = list(acquisition.PEAK)


@st.composite
def limits(draw: st.DrawFn) -> ConstraintsSpec:
    """Constraints of every kind, in any combination."""
    given_: dict[str, object] = {
        "without": tuple(draw(st.sets(st.sampled_from(REAGENTS), max_size=3)))
    }
    if draw(st.booleans()):
        given_["volume"] = f"{draw(st.floats(0.05, 30.0)):.3g} mL"
    if draw(st.booleans()):
        given_["temperature_high"] = f"{draw(st.floats(0.0, 200.0)):.3g} degC"
    if draw(st.booleans()):
        given_["temperature_low"] = f"{draw(st.floats(0.0, 180.0)):.3g} degC"
    if draw(st.booleans()):
        given_["at_most"] = {"PbBr2": f"{draw(st.floats(0.01, 60.0)):.3g} mg",
                             "oleylamine": f"{draw(st.floats(0.01, 1.0)):.3g} mL"}  # fmt: skip
    if draw(st.booleans()):
        given_["only_method"] = draw(st.sampled_from(METHODS))
    return ConstraintsSpec(**given_)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(limits(), st.sampled_from([450.0, 470.0, 640.0]), st.integers(0, 5))
def test_no_recipe_breaks_a_constraint(c: ConstraintsSpec, peak: float, seed: int) -> None:
    for route in routes.routes_to(peak):
        left = route.within(c)
        if isinstance(left, str):
            assert left.startswith("it")
            continue
        rows = left.rows(Searcher(left, seed).sample(8), c)
        assert [v for _, row in rows.iterrows() for v in violations(row, c)] == []
        assert (rows["volume_mL"] > 0.0).all()


def test_the_check_above_sees_a_broken_constraint() -> None:
    route = routes.small_cubes()
    row = route.rows(Searcher(route, 1).sample(4), ConstraintsSpec()).iloc[0]
    broken = {
        "without": ("ZnBr2",), "at_hand": ("PbBr2",), "at_most": {"PbBr2": "1 mg"},
        "only_method": "larp", "volume": "1 mL", "temperature_high": "50 degC",
        "temperature_low": "200 degC",
    }  # fmt: skip
    for key, value in broken.items():
        assert violations(row, ConstraintsSpec(**{key: value})), key


@pytest.mark.parametrize("peak", [470.0, 640.0])
def test_moles_balance_in_every_route(peak: float) -> None:
    for route in routes.routes_to(peak):
        genes = Searcher(route, 3).sample(16)
        rows = route.rows(genes, ConstraintsSpec())
        for i, row in rows.iterrows():
            if route.name == "platelets_antisolvent":
                check_stocks(row, genes.loc[i])
            used = uses(row)
            later = 2.0 * constraints.EXCHANGE_LIGAND * np.nan_to_num(row.get("exchange_umol", 0.0))
            poured = sum(u.volume for u in used.values() if not np.isnan(u.volume))
            assert poured * 1e6 - later == pytest.approx(row["volume_mL"], rel=1e-3)
            assert parse(row["composition"]).formula == row["composition"]
            if route.name.startswith("mixed"):
                check_halides(row, row["composition"])
            if route.name == "exchange":
                check_exchange(row)


def check_stocks(row: pd.Series, genes: pd.Series) -> None:
    """What is not antisolvent is the two stocks, and the antisolvent has its share."""
    poured = uses(row)[row["antisolvent"]].volume * 1e6
    stocks = row["pbbr2_umol"] / genes["lead_umol_per_mL"] + row["cs_umol"] / routes.CS_OLEATE
    assert row["volume_mL"] - poured == pytest.approx(stocks, rel=5e-3)  # four digits are kept
    assert poured / row["volume_mL"] == pytest.approx(genes["antisolvent_share"], rel=5e-3)


def check_halides(row: pd.Series, formula: str) -> None:
    """What is in the flask is in the ratio of the formula."""
    n = {x: row.get(f"cs{x.lower()}_umol", 0.0) for x in ("Cl", "Br", "I")}
    n = {x: (0.0 if np.isnan(m) else m) + 2.0 * row.get(f"pb{x.lower()}2_umol", 0.0)
         for x, m in n.items()}  # fmt: skip
    total = sum(n.values())
    for x, share in parse(formula).site("X").items():
        assert n[x] / total == pytest.approx(share, abs=2e-3)  # formulas have three digits


def check_exchange(row: pd.Series) -> None:
    """What is added is at rest with the final formula: K s / (1 - s) = e^mu, no halide lost."""
    second = next(x for x in parse(row["exchange_to"]).site("X") if x != "Br")
    x = parse(row["exchange_to"]).site("X")[second]
    ratio = 2.0 * row["exchange_umol"] / (3.0 * row["dots_umol"])
    ends = np.array([x - 6e-4, x + 6e-4])  # formulas have three digits
    mu = np.log(ends / (1.0 - ends)) + exchanging.interaction(second) * (1.0 - 2.0 * ends)
    low, high = ends * (1.0 + np.exp(mu))
    assert low <= ratio <= high
    assert row["composition"] == "CsPbBr3"
    most = min(row["cs_umol"], row["pbbr2_umol"], 2.0 * row["pbbr2_umol"] / 3.0)
    assert row["dots_umol"] == pytest.approx(routes.WASHED * most, rel=2e-3)  # four digits


@settings(max_examples=25, deadline=None)
@given(st.floats(0.02, 1.0), st.integers(0, 100))
def test_a_smaller_batch_is_the_same_recipe(factor: float, seed: int) -> None:
    route = routes.routes_to(470.0)[seed % 5]
    genes = Searcher(route, seed).sample(1)
    full = route.rows(genes, ConstraintsSpec())
    volume = float(full["volume_mL"].iloc[0]) * factor
    small = route.rows(genes, ConstraintsSpec(volume=f"{volume} mL"))
    assert float(small["volume_mL"].iloc[0]) <= volume * (1.0 + 1e-12)
    x = acquisition.coordinates(pd.concat([full, small]))
    assert np.abs(x[0] - x[1]).max() < 0.02  # four digits are kept


@settings(max_examples=60, deadline=None)
@given(st.floats(400.0, 700.0), st.floats(0.5, 40.0), st.floats(0.5, 40.0), st.floats(400.0, 700.0))
def test_landing_is_a_probability(m: float, down: float, up: float, at: float) -> None:
    table = pd.DataFrame([[m, m - down, m + up]], columns=PEAK)
    ends = np.linspace(at - 60.0, at + 60.0, 25)
    parts = [acquisition.landing(table, (a, b))[0] for a, b in pairwise(ends)]
    assert min(parts) >= 0.0
    assert sum(parts) == pytest.approx(acquisition.landing(table, (ends[0], ends[-1]))[0], abs=1e-9)
    assert acquisition.landing(table, (m - down, m))[0] == pytest.approx(0.45, abs=1e-6)
    assert acquisition.landing(table, (m, m + up))[0] == pytest.approx(0.45, abs=1e-6)
    assert acquisition.landing(table, (-np.inf, np.inf))[0] == 1.0
    near = [acquisition.landing(table, (m - d, m - d + 1e-4))[0] for d in (1e-4, 0.0)]
    assert near[0] == pytest.approx(near[1], rel=5e-3)  # no jump of the density at the median


@pytest.mark.parametrize("sides", [(40.0, 60.0), (60.0, 40.0), (50.0, 50.0 + 1e-7), (8.0, 12.0)])
def test_the_best_median_is_the_target(sides: tuple[float, float]) -> None:
    """Of wide and skewed intervals the one around the target wins, not one at the band's edge."""
    m = np.linspace(600.0, 640.0, 401)
    table = pd.DataFrame(np.column_stack([m, m - sides[0], m + sides[1]]), columns=PEAK)
    for band in ((615.0, 625.0), (617.0, 623.0)):
        p = acquisition.landing(table, band)
        best = m[acquisition.score(table, band, p).argmax()]
        assert best == pytest.approx(620.0, abs=0.6)
        assert p[200] > 0.95 * p.max()  # and little is lost by it


def test_equal_sides_are_a_normal_distribution() -> None:
    table = pd.DataFrame([[500.0, 480.0, 520.0]], columns=PEAK)
    assert acquisition.landing(table, (500.0, 510.0))[0] == pytest.approx(0.29457, abs=2e-5)


@pytest.mark.parametrize("second", ["Cl", "I"])
def test_the_error_of_an_exchange_is_that_of_its_selectivity(second: str) -> None:
    """r = x (1 + e^mu / K) solved by bisection for K one standard deviation up and down."""
    from scipy.optimize import brentq

    from halodot.synthesis.treatment.spec import AnionExchange

    k = AnionExchange(kind="anion_exchange", halide="I", added="1").selectivity
    assert k.low is not None
    assert k.high is not None
    sd = np.log(k.high / k.low) / 3.28971
    w, r = exchanging.interaction(second), 0.5

    def share(selectivity: float) -> float:
        def excess(x: float) -> float:
            e = x / (1.0 - x) * np.exp(w * (1.0 - 2.0 * x))
            return float(x * (1.0 + e / selectivity) - r)

        return float(brentq(excess, 1e-9, 0.5))

    less, x, more = (share(np.exp(sd * s)) for s in (-1.0, 0.0, 1.0))
    rows = pd.DataFrame({"exchange_umol": [75.0], "dots_umol": [100.0]})
    for peak in (450.0, 600.0):
        error = exchanging.peak_error(rows, np.array([peak]), second)[0]
        assert error == pytest.approx(abs(peak - 515.0) * 0.5 * (more - less) / x, rel=1e-3)


def test_a_row_without_prediction_never_wins() -> None:
    table = pd.DataFrame([[np.nan] * 3, [470.0, 460.0, 480.0]], columns=PEAK)
    p = acquisition.landing(table, (465.0, 475.0))
    assert p[0] == 0.0
    assert acquisition.score(table, (465.0, 475.0), p)[0] == -np.inf


def test_words_of_recipes_do_not_share_a_code() -> None:
    words = sorted({*REAGENTS, "precipitate", "supernatant", "1-butanol", "isopropanol"}
                   | {r.name for r in routes.routes_to(470.0)})  # fmt: skip
    x = acquisition.codes(words)
    assert len(np.unique(x, axis=0)) == len(words)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=5))
def test_amounts_are_cut_never_raised(values: list[float]) -> None:
    x = np.array(values)
    cut = constraints.floor_digits(x)
    assert (cut <= x * (1.0 + 1e-11)).all()  # rounding of floats
    assert (cut >= x * (1.0 - 1.1e-3)).all()


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inverse, "SAMPLES", 64)
    monkeypatch.setattr(inverse, "ROUNDS", 1)


@pytest.mark.usefixtures("_quick")
def test_several_routes_with_intervals_and_reasons() -> None:
    found = design(TargetSpec(target="470 nm"), predict)
    hits = [s for s in found.suggestions
            if s.predicted["pl_peak_nm_low"] < 470.0 < s.predicted["pl_peak_nm_high"]]  # fmt: skip
    assert len({s.route for s in hits}) >= 3
    for s in found.suggestions:
        assert "470 nm" in s.reason or abs(s.predicted["pl_peak_nm"] - 470.0) > 0.5
        assert any(" mg " in step for step in s.protocol)
        assert any(" mL " in step for step in s.protocol)
        assert 0.0 < s.probability <= 1.0
    ordered = [s.probability for s in found.suggestions]
    assert ordered == sorted(ordered, reverse=True)


AMOUNT = re.compile(r"(?<![\w.])(\d[\d.e+-]*) (mg|mL) ")


@pytest.mark.parametrize("limit", [{}, {"volume": "1 mL"}, {"at_most": {"PbBr2": "3 mg"}}])
@pytest.mark.parametrize("peak", [430.0, 640.0])
def test_every_amount_of_a_protocol_can_be_measured(peak: float, limit: dict[str, object]) -> None:
    """At least 5 mg and 20 uL, for halide shares at the ends of their box too."""
    c = ConstraintsSpec(**limit)  # type: ignore[arg-type]
    for route in routes.routes_to(peak):
        for share in (0.0, 0.5, 1.0):
            genes = Searcher(route, 4).sample(8)
            for v in route.variables:
                if v.name == "share":
                    genes["share"] = v.low + share * (v.high - v.low)
            for _, row in route.rows(genes, c).iterrows():
                steps = explaining.protocol(row)[route.method == "antisolvent" :]
                found = [(float(n), unit) for s in steps for n, unit in AMOUNT.findall(s)]
                assert len(found) >= 3
                assert all(n >= {"mg": 5.0, "mL": 0.02}[unit] for n, unit in found), steps


def test_a_batch_that_would_be_too_small_to_weigh_is_made_larger() -> None:
    route = routes.mixed_injection("Cl")
    genes = Searcher(route, 4).sample(4).assign(share=0.05)
    rows = route.rows(genes, ConstraintsSpec())
    mass = rows["pbcl2_umol"] * constraints.molar_mass("PbCl2") * 1e-6
    assert (mass >= constraints.LEAST_MASS).all()
    assert (rows["pbbr2_umol"] <= constraints.LARGEST * 200.0).all()


def test_a_salt_that_is_too_little_to_weigh_drops_out() -> None:
    route = routes.mixed_larp("Cl")
    genes = Searcher(route, 4).sample(2).assign(share=[0.3, 0.7], on_caesium=[0.02, 0.98])
    rows = route.rows(genes, ConstraintsSpec())
    assert rows["cscl_umol"].iloc[0] == 0.0
    assert rows["csbr_umol"].iloc[1] == 0.0
    for _, row in rows.iterrows():
        check_halides(row, row["composition"])


@pytest.mark.usefixtures("_quick")
def test_routes_that_hardly_land_are_listed_apart() -> None:
    found = design(TargetSpec(target="640 nm"), predict)
    assert all(s.probability >= 0.05 for s in found.suggestions)
    assert not found.refused
    assert "small_cubes" in found.out_of_reach
    assert "its best recipe gives" in found.out_of_reach["small_cubes"]
    assert "small_cubes" not in {s.route for s in found.suggestions}


@pytest.mark.usefixtures("_quick")
def test_no_chloride_leaves_pure_bromide() -> None:
    spec = TargetSpec(target="470 nm", constraints=ConstraintsSpec(without=("chloride",)))
    found = design(spec, predict)
    assert {s.recipe["composition"] for s in found.suggestions} == {"CsPbBr3"}
    assert all("exchange_to" not in s.recipe for s in found.suggestions)
    assert "it needs" in found.refused["exchange"]


@pytest.mark.usefixtures("_quick")
def test_a_formula_fixes_the_composition() -> None:
    found = design(TargetSpec(target="480 nm", formula="CsPb(Br0.7Cl0.3)3"), predict)
    finals = {s.recipe.get("exchange_to", s.recipe["composition"]) for s in found.suggestions}
    assert finals == {"CsPb(Br0.7Cl0.3)3"}
    assert found.refused["small_cubes"] == "it makes CsPbBr3"


@pytest.mark.usefixtures("_quick")
def test_the_same_seed_gives_the_same_answer_and_another_one_does_not() -> None:
    spec = TargetSpec(target="470 nm", constraints=ConstraintsSpec(only_method="larp"))
    a, b = design(spec, predict), design(spec, predict)
    other = design(spec.model_copy(update={"seed": 2}), predict)
    assert a.suggestions == b.suggestions
    assert a.suggestions[0].recipe != other.suggestions[0].recipe


@pytest.mark.usefixtures("_quick")
def test_wishes_for_width_and_yield_lower_the_probability() -> None:
    c = ConstraintsSpec(only_method="antisolvent")
    plain, narrow, bright = (
        design(TargetSpec(target="480 nm", constraints=c, **more), predict).suggestions
        for more in ({}, {"fwhm": "25 nm"}, {"plqy": "0.6"})
    )
    assert narrow[0].probability < 0.95 * plain[0].probability
    assert bright[0].probability < 0.95 * plain[0].probability


def test_the_search_beats_an_even_sample_of_the_same_cost() -> None:
    """The optimiser must be worth its name: against as many evenly spread recipes."""
    spec = TargetSpec(target="455 nm", fwhm="22 nm", plqy="0.4")
    route = routes.platelets()
    found = inverse.search(spec, [route], predict)[route.name]
    even = route.rows(Searcher(route, 99).sample(256), spec.constraints)
    baseline = inverse.evaluate(spec, [route], [even], predict)[0]
    assert found.scores.max() > baseline.scores.max()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"target": "470"}, "target"),
        ({"target": "900 nm"}, "target"),
        ({"target": "470 nm", "fwhm": "20"}, "fwhm"),
        ({"target": "470 nm", "plqy": "85"}, "plqy"),
        ({"target": "470 nm", "within": "1 um"}, "within"),
        ({"target": "470 nm", "formula": "CsPbXx3"}, "formula"),
        ({"target": "470 nm", "constraints": {"without": ["unobtainium"]}}, "without"),
        ({"target": "470 nm", "constraints": {"at_most": {"PbBr2": "50"}}}, "at_most"),
        ({"target": "470 nm", "constraints": {"only_method": "alchemy"}}, "only_method"),
    ],
)
def test_wrong_wishes_are_refused_by_name(wrong: dict[str, object], field: str) -> None:
    from halodot.core.spec import build

    with pytest.raises(InputError) as refused:
        build(TargetSpec, wrong)
    assert field in refused.value.field
