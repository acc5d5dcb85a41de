r"""Gradient descent on pairs of cells: softmax regression, or one hidden layer.

Cross entropy of the softmax of the outputs z; error of the outputs p - y; a hidden unit is
h = min(max(z, 0), r) / r with r = `REACH`, so that word lines reach no more than the read voltage.
Products and their transposes are read on the array: with its wires and the noise of its reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .data import CLASSES, Split
from .network import with_bias
from .pairs import Pairs

F = NDArray[np.float64]
I8 = NDArray[np.int64]
REACH = 4.0  # of a hidden unit: what the read voltage stands for


@dataclass(frozen=True)
class Course:
    """How to train.

    Attributes
    ----------
    rule
        ``proportional``, ``sign`` or ``coincidence``.
    rate
        Change of a weight over the gradient of one image [1].
    most
        Pulses of one update to one cell, or the length of a train.
    last
        Share of the rate that the last epoch comes close to: large steps find the place, small
        ones hold it.
    read_time
        Of one product [s]: how long cells forget.
    """

    rule: str
    rate: float
    batch: int
    epochs: int
    most: int
    last: float = 0.1
    read_time: float = 0.0

    def falling(self) -> NDArray[np.float64]:
        """Rate of every epoch: down to `last` of the first, in even steps."""
        return np.asarray(self.rate * np.linspace(1.0, self.last, self.epochs + 1)[:-1])


def forward(x: F, weights: Sequence[F]) -> tuple[list[F], F]:
    """Return the inputs of every layer, with bias lines, and the outputs [batch, classes].

    >>> inputs, z = forward(np.ones((1, 1)), [np.array([[1.0, 0.0], [0.0, 2.0]])])
    >>> print(z)
    [[1. 2.]]
    """
    inputs = [with_bias(x)]
    z = inputs[0] @ weights[0]
    for matrix in weights[1:]:
        inputs.append(with_bias(np.clip(z / REACH, 0.0, 1.0)))
        z = inputs[-1] @ matrix
    return inputs, z


def errors(inputs: Sequence[F], z: F, labels: I8, weights: Sequence[F]) -> list[F]:
    """Return the derivative of the cross entropy by the outputs of every layer [batch, outputs]."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    last = e / e.sum(axis=1, keepdims=True)
    last[np.arange(len(labels)), labels] -= 1.0
    found = [last]
    for layer in range(len(weights) - 1, 0, -1):
        active = inputs[layer][:, :-1]
        back = found[0] @ weights[layer][:-1].T
        found.insert(0, back * ((active > 0.0) & (active < 1.0)) / REACH)
    return found


def cross_entropy(z: F, labels: I8) -> float:
    """Return the sum over images of -ln p of their digits.

    >>> round(cross_entropy(np.zeros((1, 10)), np.array([3])), 6)
    2.302585
    """
    top = z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(z - top).sum(axis=1)) + top[:, 0]
    return float((log_sum - z[np.arange(len(labels)), labels]).sum())


Look = Callable[[Sequence[Pairs]], tuple[float, Sequence[F]]]


def train(
    layers: Sequence[Pairs],
    data: Split,
    course: Course,
    rng: np.random.Generator,
    look: Look,
    read_noise: float = 0.0,
) -> list[float]:
    """Train `layers` in place; return the accuracy of the test set before and after each epoch.

    Parameters
    ----------
    look
        Reads the test set as the array does: its accuracy, and for each layer the share of every
        conductance that is left behind the wires [inputs, 2 outputs], which moves slowly.
    read_noise
        Standard deviation of a conductance over itself, anew at every reading [1].
    """
    accuracy, shares = look(layers)
    found = [accuracy]
    for rate in course.falling():
        order = rng.permutation(len(data.train))
        for start in range(0, len(order), course.batch):
            chosen = order[start : start + course.batch]
            weights = [_seen(p, s, read_noise, rng) for p, s in zip(layers, shares, strict=True)]
            update(layers, data.train[chosen], data.train_labels[chosen], weights, course, rate)
        accuracy, shares = look(layers)
        found.append(accuracy)
    return found


def _seen(pairs: Pairs, share: F, noise: float, rng: np.random.Generator) -> F:
    G = pairs.conductance() * share
    if noise > 0.0:
        G *= 1.0 + noise * rng.standard_normal(G.shape)
    return pairs.weights(G)


def update(
    layers: Sequence[Pairs], x: F, labels: I8, weights: Sequence[F], course: Course, rate: float
) -> None:
    """Move the cells by one batch; `weights` are those that were read."""
    inputs, z = forward(x, weights)
    back = errors(inputs, z, labels, weights)
    for pairs, a, d in zip(layers, inputs, back, strict=True):
        if course.rule == "coincidence":
            for one, error in zip(a, d, strict=True):
                pairs.coincide(one, error, rate, course.most)
        else:
            pairs.change(-rate * (a.T @ d), course.rule, course.most)
    _pass_time(layers, len(x), course)


def _pass_time(layers: Sequence[Pairs], images: int, course: Course) -> None:
    """Let cells forget for as long as reading and pulsing took since the last batch."""
    if all(p.fading is None for p in layers):
        return
    reads = images * (2 * len(layers) - 1) * course.read_time
    elapsed = reads + sum(p.pulsing_time() for p in layers)
    for pairs in layers:
        pairs.rest(elapsed)


def shapes(pixels: int, hidden: int) -> tuple[tuple[int, int], ...]:
    """Return the sizes of the matrices, bias lines included.

    >>> shapes(64, 16)
    ((65, 16), (17, 10))
    """
    sizes = [pixels, *([hidden] if hidden else []), CLASSES]
    return tuple((a + 1, b) for a, b in pairwise(sizes))
