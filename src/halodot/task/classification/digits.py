"""Handwritten digits, trained in software, read by an array.

1797 images of 8 x 8 pixels come with scikit-learn (a part of the UCI set of Alpaydin and Kaynak,
doi:10.24432/C50P49). 500 of them are held back for the test.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]

CLASSES = 10
TEST_IMAGES = 500


@dataclass(frozen=True)
class Layer:
    """Weights [inputs + 1, outputs]; the last row is the bias. Inputs are divided by `reach`.

    Attributes
    ----------
    reach
        Largest input seen in training: it is what the read voltage stands for.
    """

    weights: F
    reach: float


@dataclass(frozen=True)
class Trained:
    """A network and its test set: images [batch, 64] in 0 ... 1 and their digits."""

    layers: tuple[Layer, ...]
    images: F
    labels: NDArray[np.int64]


@lru_cache(maxsize=8)
def trained(hidden: int, seed: int) -> Trained:
    """Train in software: softmax regression, or one hidden layer of rectified units.

    Examples
    --------
    >>> network = trained(0, 0)
    >>> bool((classify(network, exact) == network.labels).mean() > 0.9)
    True
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(
        images / 16.0, labels, test_size=TEST_IMAGES, random_state=seed, stratify=labels
    )
    coefficients = _fit(train_x, train_y, hidden, seed)
    layers, x = [], train_x
    for weights, bias in coefficients:
        reach = max(float(x.max()), 1.0)
        layers.append(Layer(np.vstack([weights * reach, bias]), reach))
        x = np.maximum(x @ weights + bias, 0.0)
    return Trained(tuple(layers), np.asarray(test_x), np.asarray(test_y, dtype=np.int64))


def _fit(x: F, y: NDArray[np.int64], hidden: int, seed: int) -> list[tuple[F, F]]:
    """Weights [inputs, outputs] and biases of each layer."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    with warnings.catch_warnings():
        # Stopping early is a choice here: the penalty matters more than the last digit.
        warnings.simplefilter("ignore", ConvergenceWarning)
        if hidden == 0:
            model = LogisticRegression(C=1.0, max_iter=200).fit(x, y)
            return [(model.coef_.T, model.intercept_)]
        network = MLPClassifier(
            (hidden,), solver="lbfgs", alpha=1.0, max_iter=150, random_state=seed
        ).fit(x, y)
    return list(zip(network.coefs_, network.intercepts_, strict=True))


Multiply = Callable[[int, Layer, F], F]


def exact(_: int, layer: Layer, inputs: F) -> F:
    """Multiply in software."""
    return inputs @ layer.weights


def classify(network: Trained, multiply: Multiply) -> NDArray[np.int64]:
    """Return the digit of each test image; `multiply(index, layer, inputs)` does the products."""
    x = network.images
    for index, layer in enumerate(network.layers):
        # Activations above what training saw are cut: word lines reach no more than V_read.
        scaled = np.clip(x / layer.reach, 0.0, 1.0)
        inputs = np.hstack([scaled, np.ones((len(x), 1))])
        x = multiply(index, layer, inputs)
        if index < len(network.layers) - 1:
            x = np.maximum(x, 0.0)
    return np.asarray(np.argmax(x, axis=1), dtype=np.int64)


def confusion(labels: NDArray[np.int64], found: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count [true digit, found digit].

    >>> int(confusion(np.array([1, 1]), np.array([1, 7]))[1, 7])
    1
    """
    table = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    np.add.at(table, (labels, found), 1)
    return table
