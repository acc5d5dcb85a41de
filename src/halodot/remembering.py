"""What was made a moment ago, used again: variants of a study mostly share their dots and film.

A result is looked up by what it is made of: equal specs, the same library object, the same draw.
Nothing is kept beyond the process, and only the latest results are.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")
MOST = 80  # results kept: nominal and draws of a few variants


class Memory:
    """The latest results of functions whose arguments do not change.

    >>> memory, calls = Memory(most=2), []
    >>> [memory(calls.append, k) for k in (1, 1, 2, 3, 1)] and calls
    [1, 2, 3, 1]
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, tuple[Any, Any]] = OrderedDict()

    def __call__(self, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments)``, from memory where the same was asked before."""
        try:
            key = (function, *(_key(a) for a in arguments))
            known = self._known.get(key)
        except TypeError:  # an argument that cannot be compared
            return function(*arguments)
        if known is None:
            known = function(*arguments), arguments  # held, so that no id is given anew
            self._known[key] = known
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        result: T = known[0]
        return result


def _key(argument: Any) -> Hashable:
    """Specs and numbers count by value, partial functions by their parts, all else by identity."""
    from .core.spec import Spec

    if isinstance(argument, partial):
        return (argument.func, argument.args, tuple(sorted(argument.keywords.items())))
    if isinstance(argument, Spec | int | float | str | type(None)):
        hash(argument)
        return (type(argument), argument)
    if isinstance(argument, tuple):
        return tuple(_key(a) for a in argument)
    return id(argument)


remembered = Memory()
