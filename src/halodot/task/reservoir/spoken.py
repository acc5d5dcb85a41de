"""The utterances of the Japanese Vowels set: nine speakers, twelve cepstra in time.

M. Kudo, J. Toyama and M. Shimbo, Pattern Recognit. Lett. 20, 1103 (1999),
doi:10.1016/S0167-8655(99)00077-X; UCI repository, doi:10.24432/C5NS47. The files come with sktime.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError

F = NDArray[np.float64]
SPEAKERS, CHANNELS, TRAINING = 9, 12, 270


@dataclass(frozen=True)
class Utterances:
    """All utterances; the first 270 are the training set of the data set.

    Attributes
    ----------
    frames
        [frames, 12] each.
    speakers
        0 to 8, shape [640].
    """

    frames: tuple[F, ...]
    speakers: NDArray[np.int64]


@lru_cache(maxsize=1)
def utterances() -> Utterances:
    """Read the set from sktime.

    Raises
    ------
    InputError
        If sktime is not installed.
    """
    try:
        from sktime.datasets import load_japanese_vowels
    except ImportError as e:
        raise InputError(
            "task.name", "vowels", "a task whose data are at hand: this one needs sktime",
            "pip install sktime",
        ) from e  # fmt: skip
    frames: list[F] = []
    speakers: list[int] = []
    for split in ("train", "test"):
        table, names = load_japanese_vowels(split=split, return_X_y=True)
        frames += [np.stack([np.asarray(c, dtype=float) for c in row], axis=1) for row in
                   table.to_numpy()]  # fmt: skip
        speakers += [int(name) - 1 for name in names]
    return Utterances(tuple(frames), np.array(speakers, dtype=np.int64))


def division(speakers: NDArray[np.int64], run: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which utterances are for training: as in the data set in run 0, 30 a speaker else."""
    chosen = np.zeros(len(speakers), dtype=bool)
    if run == 0:
        chosen[:TRAINING] = True
        return chosen
    for speaker in range(SPEAKERS):
        own = np.flatnonzero(speakers == speaker)
        chosen[rng.choice(own, TRAINING // SPEAKERS, replace=False)] = True
    return chosen


def averaged(frames: F, every: int) -> F:
    """Average every few frames; a rest of the last ones counts as they are.

    >>> averaged(np.array([[1.0], [3.0], [5.0]]), 2)[:, 0].tolist()
    [2.0, 5.0]
    """
    starts = np.arange(0, len(frames), every)
    sums = np.add.reduceat(frames, starts, axis=0)
    return np.asarray(sums / np.diff(np.append(starts, len(frames)))[:, None])


def segments(states: F, count: int) -> F:
    """Return the means over `count` parts of a sequence [steps, n], one after the other.

    >>> segments(np.array([[1.0], [3.0], [5.0]]), 2).tolist()
    [2.0, 5.0]
    """
    return np.concatenate([part.mean(axis=0) for part in np.array_split(states, count)])


def resampled(frames: F, count: int) -> F:
    """Return `count` frames, evenly spaced over an utterance, one after the other."""
    at = np.linspace(0.0, len(frames) - 1.0, count)
    grid = np.arange(len(frames))
    return np.stack([np.interp(at, grid, c) for c in frames.T], axis=1).ravel()
