"""What a user may set of a task: one spec a task, told apart by its name."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from .circuit.spec import GatedMemory, PhotonicLogic
from .classification.spec import Digits, Learning, Mnist
from .looming.spec import Looming
from .reservoir.spec import Firing, Reservoir, Vowels


def _name(given: Any) -> str:
    return str(given.get("name", "digits") if isinstance(given, dict) else given.name)


# By a function: without a name it is the digits.
TaskSpec = Annotated[
    Annotated[Digits, Tag("digits")]
    | Annotated[Mnist, Tag("mnist")]
    | Annotated[Learning, Tag("learning")]
    | Annotated[Reservoir, Tag("reservoir")]
    | Annotated[Vowels, Tag("vowels")]
    | Annotated[Firing, Tag("firing")]
    | Annotated[Looming, Tag("looming")]
    | Annotated[PhotonicLogic, Tag("logic")]
    | Annotated[GatedMemory, Tag("gated_memory")],
    Discriminator(_name),
]
