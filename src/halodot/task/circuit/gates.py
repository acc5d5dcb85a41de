"""Gates: a circuit on the bench and a comparator, trained on some cells and used on others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.randomness import generator
from ...core.status import Status, worst
from .bench import COMBINATIONS, Answer, Bench
from .shares import balanced, best_threshold, expected, margin, thresholds_for
from .solver import decide
from .spec import PhotonicLogic

F = NDArray[np.float64]
B = NDArray[np.bool_]
Cells = Sequence[int]
FUNCTIONS = ("AND", "OR")
OTHERS = 1_000_000  # number from which cells are not those of the training


@dataclass(frozen=True)
class Chosen:
    """What training cells chose for one function: setting, threshold [V], expected share right."""

    function: str
    setting: int
    threshold: float
    share: float


@dataclass(frozen=True)
class Trained:
    """What training cells gave, and what was chosen on them.

    Attributes
    ----------
    gates
        Function -> what was chosen.
    thresholds
        That were tried [V]; shape [thresholds].
    shares
        Function -> balanced share right; shape [settings, thresholds].
    medians
        Outputs for 00, 01, 10 and 11 over cells and operations [V]; shape [settings, 4].
    """

    gates: dict[str, Chosen]
    thresholds: F
    shares: dict[str, F]
    medians: F
    status: Status = Status.OK


@dataclass(frozen=True)
class Run:
    """One gate: what it was asked, what came over the load, what the comparator said."""

    bits: B
    truth: B
    said: B
    answer: Answer

    @property
    def right(self) -> float:
        """Balanced share of right outputs."""
        return balanced(self.said, self.truth)

    @property
    def wrong(self) -> int:
        """How many outputs are wrong."""
        return int(np.sum(self.said != self.truth))


def truth_of(function: str, bits: B) -> B:
    """Return AND or OR of pairs of bits [operations, 2].

    >>> truth_of("OR", np.array([[True, False], [False, False]])).tolist()
    [True, False]
    """
    return np.asarray(bits.all(axis=1) if function == "AND" else bits.any(axis=1))


def stream(count: int, seed: int, *names: str | int) -> B:
    """Return random pairs of bits that hold every combination at least once; shape [count, 2]."""
    rng = generator(seed, "circuit.bits", *names)
    bits = rng.random((count, 2)) < 0.5
    places = rng.permutation(count)[:4]
    bits[places] = COMBINATIONS[rng.permutation(4)]
    return np.asarray(bits)


def read_error(spec: PhotonicLogic) -> float:
    """Return the standard deviation [V] that noise, offset and hysteresis come to together."""
    parts = (float(spec.noise), float(spec.offset), 0.5 * float(spec.hysteresis))
    return math.sqrt(sum(p * p for p in parts))


def train(bench: Bench, spec: PhotonicLogic, seed: int, cells: int) -> Trained:
    """Let `cells` cells of their own choose setting and threshold of each function."""
    settings = range(len(bench.labels))
    streams = [stream(spec.operations, seed, "train", c) for c in range(cells)]
    bits = np.concatenate(streams)
    answers = [
        [
            bench.answer(s, b, c, int(generator(seed, "circuit.train", s, c).integers(2**31 - 1)))
            for c, b in enumerate(streams)
        ]
        for s in settings
    ]
    outputs = np.array([np.concatenate([a.output for a in row]) for row in answers])
    status = worst(*(a.status for row in answers for a in row))
    error = read_error(spec)
    tried = thresholds_for(outputs.ravel(), error)
    which = 2 * bits[:, 0].astype(int) + bits[:, 1]
    medians = np.array([[np.median(outputs[s][which == k]) for k in range(4)] for s in settings])
    gates, shares = {}, {}
    for name in FUNCTIONS:
        truth = truth_of(name, bits)
        shares[name] = np.array([expected(outputs[s], truth, tried, error) for s in settings])
        found = []
        for s in settings:
            if spec.threshold is not None:
                given = float(spec.threshold)
                share = float(expected(outputs[s], truth, np.array([given]), error)[0])
                found.append(Chosen(name, s, given, share))
            else:
                found.append(Chosen(name, s, *best_threshold(outputs[s], truth, error)))
        # among equals the one that the study names first
        gates[name] = max(found, key=lambda c: (round(c.share, 3), round(_room(c, medians), 2)))
    return Trained(gates, tried, shares, medians, status)


def _room(chosen: Chosen, medians: F) -> float:
    """Margin of the function at a setting, which decides between equal shares."""
    return margins(medians[chosen.setting])[chosen.function]


def margins(outputs: F) -> dict[str, float]:
    """Return (smallest 1 - largest 0) over their mean if the outputs were AND, and OR; [4] -> .

    >>> {k: round(v, 3) for k, v in margins(np.array([0.0, 1.0, 1.0, 2.0])).items()}
    {'AND': 0.667, 'OR': 2.0}
    """
    return {
        "AND": margin(float(outputs[:3].max()), float(outputs[3])),
        "OR": margin(float(outputs[0]), float(outputs[1:].min())),
    }


def use(
    bench: Bench, spec: PhotonicLogic, chosen: Chosen, bits: B, cell: int, seed: int,
    place: str = "alone",
) -> Run:  # fmt: skip
    """Send `bits` through one gate: cell number `cell` with the comparator of its `place`."""
    chance = int(generator(seed, "circuit.use", chosen.function, cell, place).integers(2**31 - 1))
    answer = bench.answer(chosen.setting, bits, cell, chance)
    rng = generator(chance, "circuit.comparator")
    offset = float(spec.offset) * float(rng.standard_normal())
    noise = float(spec.noise)
    said = decide(
        answer.output + offset, chosen.threshold, float(spec.hysteresis),
        lambda n: noise * rng.standard_normal(n),
    )  # fmt: skip
    return Run(bits, truth_of(chosen.function, bits), said, answer)


def half_adder(
    bench: Bench, spec: PhotonicLogic, trained: Trained, cells: Cells, number: int, seed: int
) -> tuple[float, Status]:  # fmt: skip
    """Return the share of operations with sum and carry right, of three gates with comparators.

    carry = a AND b, sum = (a OR b) AND NOT carry; a comparator gives its output inverted as well.
    """
    bits = stream(spec.operations, seed, "half adder", number)
    one, two, three = _three(cells, number)
    carry = use(bench, spec, trained.gates["AND"], bits, one, seed, "carry")
    any_ = use(bench, spec, trained.gates["OR"], bits, two, seed, "any")
    then = np.column_stack([any_.said, ~carry.said])
    last = use(bench, spec, trained.gates["AND"], then, three, seed, "sum")
    right = (carry.said == bits.all(axis=1)) & (last.said == (bits[:, 0] ^ bits[:, 1]))
    return float(right.mean()), worst(*(r.answer.status for r in (carry, any_, last)))


def tree(
    bench: Bench, spec: PhotonicLogic, trained: Trained, cells: Cells, number: int, seed: int
) -> tuple[float, Status]:  # fmt: skip
    """Return the balanced share right of (a OR b) AND (c OR d), of three gates."""
    ab, cd = (stream(spec.operations, seed, "tree", side, number) for side in (0, 1))
    one, two, three = _three(cells, number)
    left = use(bench, spec, trained.gates["OR"], ab, one, seed, "left")
    right = use(bench, spec, trained.gates["OR"], cd, two, seed, "right")
    inputs = np.column_stack([left.said, right.said])
    last = use(bench, spec, trained.gates["AND"], inputs, three, seed, "root")
    share = balanced(last.said, np.asarray(ab.any(axis=1) & cd.any(axis=1)))
    return share, worst(*(r.answer.status for r in (left, right, last)))


def _three(cells: Cells, number: int) -> tuple[int, int, int]:
    """Three cells of the batch in a row, each circuit from one further on."""
    one, two, three = (cells[(number + k) % len(cells)] for k in range(3))
    return one, two, three
