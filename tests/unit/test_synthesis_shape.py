"""Shapes: probabilities, and the statements of the review that the priors were set with."""

import numpy as np
import pytest

from halodot.core.sourced import Sourced
from halodot.synthesis.flask import Flask
from halodot.synthesis.shape import (
    EXOTIC,
    PROTOCOLS,
    Conditions,
    attached_share,
    factors,
    predict,
    probabilities,
    protocol_of,
)
from halodot.synthesis.surface import PASSIVANTS, coverage

CELSIUS = 273.15


def at(celsius: float, **more: object) -> Conditions:
    return Conditions(CELSIUS + celsius, **more)  # type: ignore[arg-type]


# place in the review, conditions, shape it names
STATEMENTS = [
    ("ref16: hot injection, 140 to 200 degC", at(170.0), "cube"),
    ("ref45: microwave", at(160.0), "cube"),
    ("ref126: 0.6 mL acid, 0.3 mL amine", at(170.0, amine_acid=0.48, ligand_lead=15.0), "sphere"),
    ("ref96: 0 degC", at(0.0), "sphere"),
    ("ref127: short amine at room temperature", at(25.0, chain=8.0, amine_acid=2.0), "platelet"),
    ("ref101: long sonication", at(95.0, attached=0.9), "wire"),
    ("ref128: butanol under a tip", at(60.0, polarity=0.586, attached=0.4), "rod"),
]


@pytest.mark.parametrize(("place", "conditions", "shape"), STATEMENTS)
def test_statement_of_the_review(place: str, conditions: Conditions, shape: str) -> None:
    found = predict(conditions)
    assert found.shape == shape, place
    assert found.reason.startswith(shape)


def test_long_chains_keep_cubes() -> None:
    thin = [float(predict(at(25.0, chain=n)).probabilities["platelet"]) for n in (6, 8, 12, 18)]
    assert np.all(np.diff(thin) < 0.0)


def test_heat_takes_platelets_away() -> None:
    found = [probabilities(at(t, chain=8.0), draws=0)[0, 2] for t in (25.0, 80.0, 120.0, 170.0)]
    assert np.all(np.diff(found) < 0.0)


def test_polar_liquid_raises_what_attachment_makes() -> None:
    rods = [float(predict(at(60.0, polarity=p)).probabilities["rod"]) for p in (0.0, 0.3, 0.6)]
    assert rods[0] < rods[1] < rods[2]


def test_probabilities_sum_to_one() -> None:
    for _, conditions, _ in STATEMENTS:
        found = predict(conditions).probabilities
        assert sum(float(q) for q in found.values()) == pytest.approx(1.0, abs=1e-12)
        for q in found.values():
            assert q.low is not None
            assert q.high is not None
            assert q.low <= float(q) <= q.high


@pytest.mark.parametrize("name", PROTOCOLS)
def test_named_protocol_gives_its_shape(name: str) -> None:
    found = predict(at(170.0, protocol=name)).probabilities
    assert max(found, key=lambda s: float(found[s])) == PROTOCOLS[name][0][0]
    assert sum(float(q) for q in found.values()) == pytest.approx(1.0, abs=1e-12)


def test_exotic_shapes_need_their_protocol() -> None:
    for t in (0.0, 25.0, 100.0, 200.0):
        assert not set(EXOTIC) & set(predict(at(t, attached=0.9)).probabilities)


def test_shape_stays_one_that_dots_know() -> None:
    assert predict(at(170.0, protocol="halide clusters")).shape == "cube"


def test_attached_share_is_that_of_second_order_aggregation() -> None:
    """dN/dt = -k N^2 / 2 with n = k N0 t: N1/N0 = 1/(1 + n/2)^2 of the dots stay single."""
    steps, n = 100_000, 3.0
    total = single = 1.0
    for _ in range(steps):
        single -= single * total * n / steps
        total -= 0.5 * total**2 * n / steps
    assert 1.0 - single == pytest.approx(attached_share(n), rel=1e-4)


def test_factors_stay_between_zero_and_one() -> None:
    wild = Conditions(1.0, chain=0.0, amine_acid=1e9, ligand_lead=0.0, polarity=5.0, attached=7.0)
    assert np.all((factors(wild) >= 0.0) & (factors(wild) <= 1.0))


def flask(**more: object) -> Flask:
    n = Sourced(1.5e-3, "mol")
    body: dict[str, object] = {
        "method": "hot_injection",
        "formula": "CsPbI3",
        "caesium": n,
        "lead": n,
        "halides": {"I": n},
        "acid": n,
        "amine": n,
        "volume": Sourced(6.25e-6, "m3"),
        "temperature": Sourced(443.0, "K"),
        "time": Sourced(5.0, "s"),
    }
    body |= more
    return Flask(**body)  # type: ignore[arg-type]


def test_protocol_is_found_in_any_spelling() -> None:
    assert protocol_of(flask(), ("cs4pbbr6-seeds",)) == "Cs4PbBr6 seeds"
    assert protocol_of(flask(additives={"halide clusters": Sourced(1e-5, "mol")}))


class TestSurface:
    def test_reference_is_that_of_the_dot_model(self) -> None:
        assert float(coverage(flask())) == pytest.approx(0.9, abs=0.005)

    def test_washing_bares_the_surface(self) -> None:
        found = [float(coverage(flask(), Sourced(float(n), "1"))) for n in (0, 2, 5)]
        assert found[0] > found[1] > found[2]

    def test_little_ligand_bares_the_surface(self) -> None:
        lean = flask(acid=Sourced(1e-5, "mol"), amine=Sourced(1e-5, "mol"))
        assert float(coverage(lean)) < float(coverage(flask())) - 0.1

    @pytest.mark.parametrize("name", PASSIVANTS)
    def test_passivant_gives_its_own_pair_of_yields_back(self, name: str) -> None:
        """Traps scale with empty sites and surface: calibrated once, by construction."""
        p = PASSIVANTS[name]
        first, second = p.sizes or (1.0, 1.0)
        traps = -np.log(p.without) * p.factor * (second / first) ** 2
        assert np.exp(-traps) == pytest.approx(p.with_it, rel=1e-12)

    def test_nickel_counts_as_metal_or_by_name(self) -> None:
        by_amount = coverage(flask(metals={"Ni": Sourced(1e-5, "mol")}))
        assert float(by_amount) == float(coverage(flask(), words=("NiCl2",)))
        assert float(by_amount) > 0.998
