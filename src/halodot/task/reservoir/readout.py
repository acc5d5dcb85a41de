"""Linear read-outs, and the software reservoir beside the devices.

Ridge regression on standardised features; the penalty is chosen inside the training set, by its
leave-one-out error (scikit-learn's `RidgeCV`), and so is everything else that is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...array.state import Array
from ...core.status import Status

F = NDArray[np.float64]
I = NDArray[np.int64]  # noqa: E741
PENALTIES = np.logspace(-5, 4, 19)
RADIUS = 0.9  # spectral radius of the software reservoir
LEAKS = (1.0, 0.3)


@dataclass(frozen=True)
class ReadOut:
    """A linear map from features to outputs.

    Attributes
    ----------
    mean, scale
        Of the features in training.
    weights, offset
        [features, outputs] on standardised features, [outputs].
    error
        Mean square error in training, each sample left out once, mean over the outputs.
    """

    mean: F
    scale: F
    weights: F
    offset: F
    error: float

    def __call__(self, features: F) -> F:
        """Return the outputs, shape [samples, outputs]."""
        return np.asarray(((features - self.mean) / self.scale) @ self.weights + self.offset)


def regress(features: F, targets: F) -> ReadOut:
    """Fit outputs to targets, a penalty for each output.

    Parameters
    ----------
    features, targets
        [samples, features], [samples, outputs].

    Examples
    --------
    >>> x = np.linspace(-1.0, 1.0, 50)[:, None]
    >>> bool(abs(regress(x, 3.0 * x)(np.array([[0.5]]))[0, 0] - 1.5) < 1e-3)
    True
    """
    from sklearn.linear_model import RidgeCV

    mean, scale = features.mean(axis=0), features.std(axis=0)
    # A feature that never moved in training says nothing, whatever it does later.
    scale = np.where(scale > 1e-9 * np.maximum(np.abs(mean), 1e-12), scale, np.inf)
    model = RidgeCV(PENALTIES, alpha_per_target=targets.shape[1] > 1)
    model.fit((features - mean) / scale, targets if targets.shape[1] > 1 else targets[:, 0])
    weights = np.atleast_2d(model.coef_).T
    error = -float(np.mean(model.best_score_))
    return ReadOut(mean, scale, weights, np.atleast_1d(model.intercept_), error)


def one_hot(labels: I, classes: int) -> F:
    """Return +1 for the class of each sample and -1 for the others.

    >>> one_hot(np.array([1]), 2).tolist()
    [[-1.0, 1.0]]
    """
    out = -np.ones((len(labels), classes))
    out[np.arange(len(labels)), labels] = 1.0
    return out


def classify(read_out: ReadOut, features: F) -> I:
    """Return the class with the largest output."""
    return np.asarray(np.argmax(read_out(features), axis=1), dtype=np.int64)


def accuracy(train: F, train_labels: I, test: F, test_labels: I) -> float:
    """Train a classifier and return its share of right answers in the test set."""
    classes = int(max(train_labels.max(), test_labels.max())) + 1
    read_out = regress(train, one_hot(train_labels, classes))
    return float((classify(read_out, test) == test_labels).mean())


def best_of(candidates: dict[str, F], labels: I, chosen: I) -> str:
    """Return the name of the features with the smallest leave-one-out error in training.

    Parameters
    ----------
    candidates
        Name -> features [samples, features].
    chosen
        Samples of the training set.
    """
    wanted = one_hot(labels, int(labels.max()) + 1)[chosen]
    errors = {name: regress(f[chosen], wanted).error for name, f in candidates.items()}
    return min(errors, key=lambda name: errors[name])


def on_array(
    array: Array, read_out: ReadOut, features: F, draw: int | None
) -> tuple[I, float, Status]:
    """Classify with the weights written to cells of the array.

    Parameters
    ----------
    draw
        Of the programming; None writes without errors.

    Returns
    -------
    classes [samples], energy of the cells per sample [J], status
        Features beyond three standard deviations of training are cut: word lines reach no more
        than the read voltage.
    """
    reach = 3.0
    inputs = np.clip((features - read_out.mean) / read_out.scale / reach, -1.0, 1.0)
    inputs = np.hstack([inputs, np.ones((len(inputs), 1))])
    weights = np.vstack([reach * read_out.weights, read_out.offset[None, :]])
    reading = array.program(weights, draw).multiply(inputs)
    found = np.asarray(np.argmax(reading.output, axis=1), dtype=np.int64)
    return found, reading.cell_energy, reading.status


@dataclass(frozen=True)
class Software:
    """An echo state network: x' = (1 - a) x + a tanh(W x + V u + b).

    Attributes
    ----------
    within, inputs, offset
        W [nodes, nodes], V [nodes, channels], b [nodes].
    """

    within: F
    inputs: F
    offset: F

    def states(self, sequence: F, leak: float) -> F:
        """Return the states [steps, nodes] under inputs [steps, channels]."""
        x, out = np.zeros(len(self.offset)), np.empty((len(sequence), len(self.offset)))
        pushed = sequence @ self.inputs.T + self.offset
        for t, push in enumerate(pushed):
            x = (1.0 - leak) * x + leak * np.tanh(self.within @ x + push)
            out[t] = x
        return out


def software(nodes: int, channels: int, rng: np.random.Generator) -> Software:
    """Return a random network of spectral radius 0.9, inputs scaled by 0.5."""
    within = rng.standard_normal((nodes, nodes)) / np.sqrt(nodes)
    within *= RADIUS / max(float(np.abs(np.linalg.eigvals(within)).max()), 1e-12)
    inputs = rng.uniform(-0.5, 0.5, (nodes, channels))
    return Software(within, inputs, rng.uniform(-0.2, 0.2, nodes))
