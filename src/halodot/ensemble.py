"""Intervals of figures of merit: the same flow with everything uncertain drawn again and again.

The 5 % and 95 % points are those that the next draw would leave on either side in expectation
(position p (n + 1) among n sorted draws), so that few draws give wide intervals and not narrow
ones: from 19 draws the interval is their full range. Fewer than 19 cannot hold 90 % and say so.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Protocol, TypeVar

import numpy as np

from .core.errors import InputError
from .core.randomness import generator
from .core.sourced import Sourced
from .figures.state import Figure, Figures
from .library import Library
from .library.entry import Row, combine

T = TypeVar("T")

ENOUGH = 19
_WORKERS = 2
_WORTH_A_POOL = 3.0  # seconds of work left, below which starting processes costs more


class Keep(Protocol):
    """Returns the stored result of an earlier start under a name, or computes it."""

    def __call__(self, name: str, compute: Callable[[], T]) -> T:
        """Return what `compute` gives."""


@dataclass(frozen=True)
class Draw:
    """One draw: its figures, or why there are none."""

    figures: tuple[Figures, ...] = ()
    failure: str = ""


def at_once(name: str, compute: Callable[[], T]) -> T:
    """Compute without keeping anything."""
    del name
    return compute()


def draw_state(state: T, *, seed: int, k: int) -> T:
    """Return a hand-over object with every interval replaced by its `k`-th draw."""
    if not is_dataclass(state) or isinstance(state, type):
        return state
    new = {}
    for f in fields(state):
        value = getattr(state, f.name)
        if isinstance(value, Sourced) and value.low is not None:
            new[f.name] = value.sample(generator(seed, "draw", k, type(state).__name__, f.name))
    return replace(state, **new)


def draw_library(library: Library, seed: int, k: int) -> Library:
    """Return `library` with every quantity of every material fixed at its `k`-th draw."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in library.rows:
        groups.setdefault((row.kind, row.name, row.quantity), []).append(row)
    rows = (r for key, group in groups.items() for r in _drawn(group, seed, k, key))
    return Library(tuple(rows), library.folder)


def _drawn(rows: list[Row], seed: int, k: int, key: tuple[str, str, str]) -> list[Row]:
    if not any(r.value.is_known for r in rows):  # texts, and what is not known
        return rows
    value = combine(rows)
    if value.low is not None:
        value = value.sample(generator(seed, "draw", k, *key))
    exact = replace(value, low=None, high=None, basis="given")  # no default width is added
    return [replace(rows[0], value=exact)]


def with_intervals(
    nominal: tuple[Figures, ...],
    one: Callable[[int], tuple[Figures, ...]],
    draws: int,
    keep: Callable[[str, Callable[[], Draw]], Draw],
) -> tuple[Figures, ...]:
    """Return the nominal figures with the 90 % interval of `draws` draws.

    Parameters
    ----------
    one
        Gives the figures of draw k; must depend on nothing but k, and be picklable.
    keep
        Stores draws, so that a stopped run goes on where it was.
    """
    if not nominal or draws == 0:
        return nominal
    found = list(_all_draws(one, draws, keep))
    return tuple(_joined(figures, found, index) for index, figures in enumerate(nominal))


def _all_draws(
    one: Callable[[int], tuple[Figures, ...]], draws: int, keep: Callable[..., Draw]
) -> Iterator[Draw]:
    """Draw 0 to n-1 in order; in two processes where the first one shows that it pays."""
    start = time.monotonic()
    yield keep("draw0", lambda: attempt(one, 0))
    left = (time.monotonic() - start) * (draws - 1)
    if left < _WORTH_A_POOL or not _may_fork():
        for k in range(1, draws):
            yield keep(f"draw{k}", lambda k=k: attempt(one, k))
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork")
    watch = (os.getpid(),)
    with ProcessPoolExecutor(_WORKERS, context, die_with_parent, watch) as pool:
        # a stored draw is not started again: keep only asks for the result of a missing one
        futures: dict[int, Any] = {}

        def result(k: int) -> Draw:
            for ahead in range(k, min(k + 2 * _WORKERS, draws)):
                if ahead not in futures:
                    futures[ahead] = pool.submit(attempt, one, ahead)
            done: Draw = futures[k].result()
            return done

        for k in range(1, draws):
            yield keep(f"draw{k}", lambda k=k: result(k))


def _may_fork() -> bool:
    """Whether more processes help: not in one that is itself a worker among others."""
    import multiprocessing

    alone = multiprocessing.parent_process() is None
    return alone and hasattr(os, "register_at_fork") and os.cpu_count() != 1


def attempt(one: Callable[[int], tuple[Figures, ...]], k: int) -> Draw:
    """Run draw `k`; values that cannot be together are a failure of this draw alone."""
    try:
        return Draw(one(k))
    except InputError as e:
        return Draw(failure=f"{e.field}: {e.allowed}")
    except ArithmeticError as e:
        return Draw(failure=str(e) or type(e).__name__)


def die_with_parent(parent: int) -> None:
    """Let a worker end when its parent was killed, and not work or wait on for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _joined(nominal: Figures, found: Sequence[Draw], index: int) -> Figures:
    """The figures of one record with their intervals; `index` is that of the record."""
    drawn = [None if d.failure else d.figures[index] for d in found]
    aligned = [None if d is None or not d.status.is_good else d for d in drawn]
    good = sum(d is not None for d in aligned)
    notes = nominal.notes
    if good < len(found):
        reasons = sorted({d.failure for d in found if d.failure})
        why = f" ({'; '.join(reasons)})" if reasons else ""
        notes += (f"{len(found) - good} of {len(found)} draws did not converge{why}",)
    if good and not any(d.figures for d in aligned if d is not None):
        new = tuple(_not_drawn(f, len(found)) for f in nominal.figures)
    else:
        new = tuple(_interval(f, aligned, good) for f in nominal.figures)
    return replace(nominal, figures=new, notes=notes)


def _not_drawn(figure: Figure, count: int) -> Figure:
    """The figure of a record that no draw holds, `in_draws = false`."""
    return _noted(replace(figure, draws=(None,) * count), "not drawn")


def _interval(figure: Figure, drawn: Sequence[Figures | None], good: int) -> Figure:
    """The figure with the interval of its draws, which always holds the nominal value."""
    nominal = figure.value
    draws = tuple(_value(d, figure) for d in drawn)
    figure = replace(figure, draws=draws)
    if figure.category:
        return _noted(figure, f"the same in {draws.count(figure.category)} of {good} draws")
    values = [x for x in draws if isinstance(x, float)]
    if nominal.value is None:
        return _noted(figure, f"known in {len(values)} of {good} draws") if values else figure
    if not values:
        return figure
    low, high, note = spread(values, good)
    ends = [x for x in (low, high, nominal.value, nominal.low, nominal.high) if x is not None]
    if min(ends) < max(ends):
        nominal = replace(nominal, low=min(ends), high=max(ends))
    return _noted(replace(figure, value=nominal), note)


def _value(drawn: Figures | None, figure: Figure) -> float | str | None:
    """What a draw says under the name of `figure`: a word for a category, else a number."""
    if drawn is None or figure.name not in drawn:
        return None
    found = drawn[figure.name]
    if figure.category:
        return found.category or None
    return None if found.category or found.value.value is None else float(found.value.value)


def spread(values: Sequence[float], of: int) -> tuple[float, float, str]:
    """Return the 5 % and 95 % points of drawn values, and a note on what they hold.

    Parameters
    ----------
    of
        Draws that worked, of which some may not know the value.
    """
    low, high = (float(x) for x in np.quantile(values, (0.05, 0.95), method="weibull"))
    note = f"90 % interval of {len(values)} draws"
    if len(values) < ENOUGH:
        note = f"range of {len(values)} draws, which holds less than 90 %"
    if len(values) < of:
        note += f"; unknown in {of - len(values)} more"
    return low, high, note


def _noted(figure: Figure, note: str) -> Figure:
    old = figure.value
    return replace(figure, value=replace(old, note=f"{old.note}; {note}" if old.note else note))
