"""The verb of this stage: score an array on a task, beside its baselines."""

from __future__ import annotations

from importlib import import_module

from ..array.state import Array
from .classification.spec import Digits
from .spec import TaskSpec
from .state import Score

# name of a task -> the module whose `evaluate` does it
MODULES = {
    "digits": "classification.inference",
    "mnist": "classification.inference",
    "learning": "classification.learning",
    "reservoir": "reservoir.capacity",
    "vowels": "reservoir.vowels",
    "firing": "reservoir.firing",
    "looming": "looming.evaluate",
    "logic": "circuit.logic",
    "gated_memory": "circuit.gated",
}


def evaluate(array: Array, spec: TaskSpec | None = None) -> Score:
    """Run a task on an array.

    Parameters
    ----------
    array
        From `array.build`, or put together by hand.
    spec
        Which task; the 8 x 8 digits where None.

    Examples
    --------
    >>> from halodot import array
    >>> from halodot.figures.state import Figures
    >>> evaluate(array.build(Figures("iv", "empty", ()))).value.is_known
    False
    """
    from threadpoolctl import threadpool_limits

    spec = Digits() if spec is None else spec
    module = import_module(f".{MODULES[spec.name]}", __package__)
    # small matrices: threads that wait for one another cost five times the work
    with threadpool_limits(1):
        score: Score = module.evaluate(array, spec)
    return score
