"""Parameter sets of other device simulators as stacks of the charge engine.

One module a peer, each with `read(source) -> Deck`: `simsalabim`, `sesame`, `ionmonger`,
`driftfusion` and `devsim`. A parameter that the engine has no counterpart for is refused by name.
"""

from .deck import Deck, Schedule, cyclic

__all__ = ["Deck", "Schedule", "cyclic"]
