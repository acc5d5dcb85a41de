"""The mnist task."""

import numpy as np
import pytest
from test_task_digits import IDEAL, device

from halodot import array, task
from halodot.array import ArraySpec
from halodot.core.spec import build
from halodot.task.classification import data
from halodot.task.classification.spec import Mnist


def test_the_images_are_five_hundred_of_each_digit():
    images, labels = data.images("mnist")
    assert images.shape == (5000, 784)
    assert (np.bincount(labels) == 500).all()
    assert (images.min(), images.max()) == (0.0, 1.0)


@pytest.mark.parametrize("hidden", [0, pytest.param(16, marks=pytest.mark.slow)])
def test_ideal_weights_match_software_and_a_device_comes_near(hidden):
    spec = Mnist(hidden=hidden, programmings=5)
    s = task.evaluate(array.build(device(), build(ArraySpec, IDEAL), 1), spec)
    assert s.value.value == pytest.approx(s.baseline.value, abs=0.005)
    assert s.baseline.value > 0.87
    assert s.others["ideal_accuracy"].value == pytest.approx(s.baseline.value, abs=0.005)
    assert 0.0 < s.energy.value < 1e-6
