"""Which pictures a task has, beside those that every score has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from ..task.state import Score

# (function, caption, wide) of each picture; one that the score has nothing for is left out
RESERVOIR = (
    ("memory_by_delay", "What is left of an input after so many steps.", False),
    ("run_by_run", "Each run beside the linear read-out of the same inputs.", False),
    ("over_period", "How the period of the input was found.", False),
)
LOOMING = (
    ("responses", "Angle, light and response of approaches; time in units of l/v.", True),
    ("peaks", "Peak of the response before the collision against l/v.", False),
    ("controls", "Responses to controls over that to the approach.", False),
    ("eye", "The compound eye: cells that answer, and sides told.", False),
    ("mapped", "Where the device would work: time scale against bias.", False),
)
INFERENCE = (
    ("ladder", "From software down to the array, one cause after another.", False),
    ("over_time", "Read again some time after programming.", False),
)
LEARNING = (
    ("by_epoch", "Learning by pulses beside ideal steps and software.", False),
    ("steps", "What one pulse does, over the range of a cell.", False),
)
LOGIC = (
    ("gate_outputs", "Every output of the gate by its inputs, and the threshold.", False),
    ("gate_window", "Which function the circuit is, by setting and threshold.", False),
    ("gate_stream", "The first operations of one cell.", True),
)
GATED = (
    ("gated_transfer", "Transfer curve of the transistor and its two states on it.", False),
    ("gated_retention", "Both states against the time since writing.", False),
)
# task -> its module of plots and its pictures
PICTURES = {
    "digits": ("learning", INFERENCE),
    "mnist": ("learning", INFERENCE),
    "learning": ("learning", LEARNING),
    "reservoir": ("reservoir", RESERVOIR),
    "vowels": ("reservoir", RESERVOIR),
    "firing": ("reservoir", RESERVOIR),
    "looming": ("looming", LOOMING),
    "logic": ("circuits", LOGIC),
    "gated_memory": ("circuits", GATED),
}
Plan = tuple[str, str, bool, Callable[[str], str | None]]


def plans(score: Score) -> Iterator[Plan]:
    """Yield the pictures of a score as the page takes them."""
    if score.task not in PICTURES:
        return
    module, pictures = PICTURES[score.task]
    for name, caption, wide in pictures:
        yield "task", caption, wide, _maker(module, name, score)


def _maker(module: str, name: str, score: Score) -> Callable[[str], str | None]:
    def make(svg: str) -> str | None:
        function = getattr(import_module(f".plots.{module}", __package__), name)
        found: str | None = function(score, svg)
        return found

    return make
