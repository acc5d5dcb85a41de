"""Tasks that an array solves, each beside its software baseline and chance."""

from .evaluate import evaluate
from .spec import TaskSpec
from .state import Score

__all__ = ["Score", "TaskSpec", "evaluate"]
