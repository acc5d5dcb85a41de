"""Networks trained in software: softmax regression, or one hidden layer of rectified units."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .data import CLASSES, Split

F = NDArray[np.float64]
I8 = NDArray[np.int64]
MANY_IMAGES = 2000  # from here on a hidden layer is trained in batches


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


Network = tuple[Layer, ...]
Multiply = Callable[[int, Layer, F], F]


def trained(data: Split, hidden: int, seed: int) -> Network:
    """Train on the training set of `data`.

    Examples
    --------
    >>> from halodot.task.classification.data import split
    >>> images = split("digits", 0)
    >>> network = trained(images, 0, 0)
    >>> bool((classify(network, images.test, exact) == images.test_labels).mean() > 0.9)
    True
    """
    layers, x = [], data.train
    for weights, bias in _fit(data.train, data.train_labels, hidden, seed):
        reach = max(float(x.max()), 1.0)
        layers.append(Layer(np.vstack([weights * reach, bias]), reach))
        x = np.maximum(x @ weights + bias, 0.0)
    return tuple(layers)


def _fit(x: F, y: I8, hidden: int, seed: int) -> list[tuple[F, F]]:
    """Weights [inputs, outputs] and biases of each layer."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    many = len(x) > MANY_IMAGES
    with warnings.catch_warnings():
        # Stopping early is a choice here: the penalty matters more than the last digit.
        warnings.simplefilter("ignore", ConvergenceWarning)
        if hidden == 0:
            model = LogisticRegression(C=0.1 if many else 1.0, max_iter=30 if many else 200)
            model.fit(x, y)
            return [(model.coef_.T, model.intercept_)]
        how = (
            {"alpha": 0.1, "max_iter": 20, "batch_size": 50, "learning_rate_init": 2e-3}
            if many
            else {"solver": "lbfgs", "alpha": 1.0, "max_iter": 150}
        )
        network = MLPClassifier((hidden,), random_state=seed, **how).fit(x, y)
    return list(zip(network.coefs_, network.intercepts_, strict=True))


def exact(_: int, layer: Layer, inputs: F) -> F:
    """Multiply in software."""
    return inputs @ layer.weights


def classify(network: Network, images: F, multiply: Multiply) -> I8:
    """Return the digit of each image; `multiply(index, layer, inputs)` does the products."""
    x = images
    for index, layer in enumerate(network):
        # Activations above what training saw are cut: word lines reach no more than V_read.
        scaled = np.clip(x / layer.reach, 0.0, 1.0)
        x = multiply(index, layer, with_bias(scaled))
        if index < len(network) - 1:
            x = np.maximum(x, 0.0)
    return np.asarray(np.argmax(x, axis=1), dtype=np.int64)


def with_bias(x: F) -> F:
    """Return inputs with the line that carries the bias, always at the read voltage.

    >>> with_bias(np.array([[0.5]])).tolist()
    [[0.5, 1.0]]
    """
    return np.hstack([x, np.ones((len(x), 1))])


def confusion(labels: I8, found: I8) -> I8:
    """Count [true digit, found digit].

    >>> int(confusion(np.array([1, 1]), np.array([1, 7]))[1, 7])
    1
    """
    table = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    np.add.at(table, (labels, found), 1)
    return table
