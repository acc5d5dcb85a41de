"""The shipped looming study, made small: what the modelled threshold switch does and does not."""

import pytest

from halodot import chain
from halodot import study as studies
from halodot.library import Library


def scores(label):
    file = studies.load(studies.find("n7"))
    study = dict(file.variants)[label]
    task = study.task.model_copy(update={
        "draws": 0,
        "scan": study.task.scan.model_copy(update={"scales": ()}),
        "eye": study.task.eye.model_copy(update={"directions": 5, "cells": 6}),
    })  # fmt: skip
    return chain.run(study.model_copy(update={"task": task}), Library.builtin()).score


@pytest.mark.slow
def test_a_bright_object_ends_the_response_at_one_angle_but_nothing_is_told_apart():
    s = scores("bright object")
    assert s.value.value > 0.98
    assert s.others["non_monotonic"].value > 0.9
    # it waits and goes off, object or not
    assert s.others["empty_ratio"].value > 0.9
    assert s.others["dimming_ratio"].value > 0.9
    assert s.others["eye_direction_accuracy"].value < 0.7
    assert s.energy.value < 1e-3
    assert "does not pass" in s.verdict


@pytest.mark.slow
def test_a_dark_object_releases_the_cells_that_it_covers():
    s = scores("dark object on a bright field")
    assert s.others["eye_direction_accuracy"].value >= 0.8
    assert s.others["eye_empty_ratio"].value < 0.1
    assert s.others["eye_translating_ratio"].value < 0.6
    # it rises up to the collision, and never falls before
    assert s.others["non_monotonic"].value == 0.0
