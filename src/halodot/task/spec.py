"""What a user may set of a task: one spec a task, told apart by its name."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from .classification.spec import Digits


def _name(given: Any) -> str:
    return str(given.get("name", "digits") if isinstance(given, dict) else given.name)


# By a function: without a name it is the digits, and the error of another name lists them.
TaskSpec = Annotated[Annotated[Digits, Tag("digits")], Discriminator(_name)]
