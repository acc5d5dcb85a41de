"""From a device to the array of it: its records, and its dynamics for tasks that need them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from . import array, device
from .array.state import Array, Compact
from .ensemble import draw_library, draw_state
from .library import Library
from .remembering import remembered
from .study import Study, draw

if TYPE_CHECKING:
    from .chain import Result

Models = Callable[[int | None], Compact]


def tile(study: Study, library: Library, result: Result, measure: Callable[..., Any]) -> Array:
    """Return the array of a device whose protocols gave the traces and figures of `result`."""
    found, compact = result.figures, models(study, library, measure)
    area = study.device.area if study.device is not None else None
    return array.build(
        found[0], study.array, study.study.seed, compact=compact, every=found, area=area,
        traces=result.traces,
    )  # fmt: skip


def models(study: Study, library: Library, measure: Callable[..., Any]) -> Models:
    """Return a function: draw (None: nominal values) -> the device as a circuit sees it.

    Parameters
    ----------
    measure
        `chain.measure`, which makes the film.
    """

    @lru_cache(maxsize=64)
    def model(k: int | None) -> Compact:
        one, known = study, library
        hand_over: Callable[[Any], Any] = _as_it_is
        if k is not None:
            known = remembered(draw_library, library, study.study.seed, k)
            hand_over = partial(draw_state, seed=study.study.seed, k=k)
            one = draw(study, k)
        solid = measure(one.model_copy(update={"protocol": ()}), known, hand_over).film
        assert one.device is not None  # the study checks that
        return device.compact(solid, one.device, study.protocol, known, study.study.title)

    return model


def _as_it_is(state: Any) -> Any:
    return state
