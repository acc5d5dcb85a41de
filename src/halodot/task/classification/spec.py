"""What a user may set of a classification task."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from ...core.sourced import Sourced
from ...core.spec import Spec, quantity, read_quantity

PROGRAMMINGS = "independent programmings, each of weights trained on a split of its own"


class _Inference(Spec):
    """Weights of software written to an array and read."""

    hidden: int = Field(
        default=0, ge=0, le=512, description="neurons of a hidden layer; 0 is softmax regression"
    )
    programmings: int = Field(default=19, ge=5, le=1000, description=PROGRAMMINGS)
    training_seed: int = Field(
        default=0, ge=0, description="of the splits into training and test set, and of the training"
    )
    times: tuple[str | float, ...] = Field(
        default=(),
        max_length=20,
        description="times after programming at which the array is read again, '1 day'",
    )

    @field_validator("times")
    @classmethod
    def _are_times(cls, raw: tuple[str | float, ...]) -> tuple[str | float, ...]:
        for text in raw:
            read_quantity(text, "s", field="times", doc="time after programming")
        return raw


class Digits(_Inference):
    """Digits of 8 x 8 pixels, read by an array, and how it is trained and repeated.

    Examples
    --------
    >>> Digits().name
    'digits'
    """

    name: Literal["digits"] = Field(
        default="digits", description="digits: handwritten digits of 8 x 8 pixels, ten classes"
    )


class Mnist(_Inference):
    """Digits of 28 x 28 pixels (5,000 of MNIST), read by an array.

    Examples
    --------
    >>> Mnist(hidden=64).hidden
    64
    """

    name: Literal["mnist"] = Field(
        default="mnist", description="mnist: handwritten digits of 28 x 28 pixels, ten classes"
    )


class Learning(Spec):
    """Training on the array itself: every change of a weight is a number of pulses.

    Examples
    --------
    >>> Learning(rule="sign", epochs=3).pair
    'auto'
    """

    name: Literal["learning"] = Field(
        default="learning", description="learning: digits learned on the array, by pulses"
    )
    data: Literal["digits", "mnist"] = Field(default="digits", description="what is learned")
    hidden: int = Field(
        default=0, ge=0, le=512, description="neurons of a hidden layer; 0 is softmax regression"
    )
    epochs: int = Field(default=10, ge=1, le=1000, description="passes over the training set")
    seeds: int = Field(
        default=7,
        ge=3,
        le=1000,
        description="repetitions, each with its own split, cells, order and noise",
    )
    training_seed: int = Field(default=0, ge=0, description="root of splits and orders")
    rule: Literal["proportional", "sign", "coincidence"] = Field(
        default="proportional",
        description=(
            "how a wanted change becomes pulses. proportional: as many as it takes on average, "
            "rounded by chance; sign: one pulse in its direction where it is above the mean "
            "(Manhattan); coincidence: random trains on both lines, a pulse where two meet"
        ),
    )
    pair: Literal["auto", "both", "reference", "one_way"] = Field(
        default="auto",
        description=(
            "cells of a weight. both: one up, the other down; reference: only the first moves; "
            "one_way: either only up, both reset and written again when full. auto: both, or "
            "one_way where one direction alone is known"
        ),
    )
    reference: Literal["middle", "symmetry_point"] = Field(
        default="middle",
        description=(
            "where cells start: middle of the range, or where a step up is as large as one down"
        ),
    )
    learning_rate: float | None = Field(
        default=None,
        gt=0,
        le=10,
        description=(
            "change of a weight over the gradient of one image, at first; it falls to a tenth; "
            "by default 0.1 for digits, 0.02 for mnist and 0.05 with a hidden layer there"
        ),
    )
    batch: int = Field(default=10, ge=1, le=1000, description="images between two updates")
    largest_weight: Sourced = quantity(
        "1",
        "weight that the whole range of a pair stands for",
        low=1e-3,
        high=1e3,
        default=2.0,
        why="softmax regression of these images learns weights of about this size",
    )
    most_pulses: int = Field(
        default=31, ge=1, le=1000, description="pulses that one update may give a cell"
    )
