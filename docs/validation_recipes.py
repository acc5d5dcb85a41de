"""The part of the validation page on recipes: left-out syntheses beside a plain process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from checks import Check, Found

if TYPE_CHECKING:
    from halodot.recipes.scoring import Left

WHOLE = "a Gaussian process without mechanism on the same features; the median"


@cache
def folds(which: str) -> Left:
    """Predictions of five folds grouped by recipe, three seeds."""
    from halodot.recipes import scoring
    from halodot.recipes.predictor import shipped

    return getattr(scoring, f"{which}_folds")(shipped()["widen"][which])


@cache
def without() -> dict[str, Any]:
    """Predictions of each antisolvent from the others."""
    from halodot.recipes import scoring
    from halodot.recipes.predictor import shipped

    return scoring.antisolvents_left_out(shipped()["widen"]["oleate"])


def error(left: Left, mark: float) -> Found:
    """Mean absolute error of what was left out, with those of the peers."""
    e = left.score("").error
    text = f"{e['halodot']:.2f} nm ({e['plain']:.2f}; {e['median']:.1f})"
    return Found(text, e["halodot"] <= mark)


def covered(left: Left, low: float, high: float) -> Found:
    """Share of left-out rows inside their interval."""
    share = left.score("").coverage
    return Found(f"{100.0 * share:.0f} % of {len(left.measured)}", low <= share <= high)


def pooled() -> Left:
    """All antisolvents together."""
    from halodot.recipes.scoring import join

    return join(list(without().values()))


def least() -> Found:
    """Coverage of the antisolvent that is covered worst."""
    shares = {name: part.score("").coverage for name, part in without().items()}
    worst = min(shares, key=lambda n: shares[n])
    return Found(f"{100.0 * shares[worst]:.0f} % ({worst})", shares[worst] >= 0.75)


def hidden() -> Found:
    """CdSe diameters: error at random folds and with papers left out."""
    from halodot.recipes.cdse import errors

    e = errors()
    text = f"{e['random folds']:.2f} nm at random, {e['papers left out']:.2f} nm by paper"
    return Found(f"{text} (median {e['median']:.2f})", None)


def recipe_checks() -> Iterator[Check]:
    """Checks of the learned part of synthesis."""
    yield Check(
        "PL peak of 215 antisolvent syntheses, five folds grouped by recipe, three seeds",
        WHOLE,
        "<= 6.0 nm",
        lambda: error(folds("oleate"), 6.0),
    )
    yield Check(
        "90 % intervals in those folds",
        "calibrated on the same folds",
        "85 to 95 %",
        lambda: covered(folds("oleate"), 0.85, 0.95),
    )
    yield Check(
        "PL peak with a whole antisolvent left out, pooled over 199 rows",
        WHOLE,
        "<= 12 nm",
        lambda: error(pooled(), 12.0),
    )
    yield Check(
        "90 % intervals of the antisolvent that is covered worst",
        "the spread of an unmeasured strength was chosen with them in view",
        ">= 75 %",
        least,
    )
    yield Check(
        "PL peak of CsPb(Br,Cl)3, 104 distinct recipes, five folds, three seeds",
        WHOLE,
        "<= 3.2 nm",
        lambda: error(folds("salts"), 3.2),
    )
    yield Check(
        "90 % intervals in those folds of CsPb(Br,Cl)3",
        "calibrated on the same folds",
        "85 to 95 %",
        lambda: covered(folds("salts"), 0.85, 0.95),
    )
    yield Check(
        "diameters of CdSe from 234 hot injections, what random folds hide",
        "the same trees, papers kept together",
        "not judged",
        hidden,
    )
