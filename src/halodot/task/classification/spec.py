"""What a user may set of a classification task."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ...core.spec import Spec


class Digits(Spec):
    """Digits of 8 x 8 pixels, read by an array, and how it is trained and repeated.

    Examples
    --------
    >>> Digits().name
    'digits'
    """

    name: Literal["digits"] = Field(
        default="digits", description="digits: handwritten digits of 8 x 8 pixels, ten classes"
    )
    hidden: int = Field(
        default=0, ge=0, le=512, description="neurons of a hidden layer; 0 is softmax regression"
    )
    programmings: int = Field(
        default=8, ge=5, le=1000, description="independent programmings of the array"
    )
    training_seed: int = Field(
        default=0, ge=0, description="of the split into training and test set, and of the training"
    )
