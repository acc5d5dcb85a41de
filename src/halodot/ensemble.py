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
    good = [d for d in found if not d.failure]
    reasons = sorted({d.failure for d in found if d.failure})
    return tuple(
        _joined(figures, [d.figures[index] for d in good], draws, reasons)
        for index, figures in enumerate(nominal)
    )


def _all_draws(
    one: Callable[[int], tuple[Figures, ...]], draws: int, keep: Callable[..., Draw]
) -> Iterator[Draw]:
    """Draw 0 to n-1 in order; in two processes where the first one shows that it pays."""
    start = time.monotonic()
    yield keep("draw0", lambda: attempt(one, 0))
    left = (time.monotonic() - start) * (draws - 1)
    if left < _WORTH_A_POOL or not hasattr(os, "register_at_fork") or os.cpu_count() == 1:
        for k in range(1, draws):
            yield keep(f"draw{k}", lambda k=k: attempt(one, k))
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork")
    watch = (os.getpid(),)
    with ProcessPoolExecutor(_WORKERS, context, _die_with_parent, watch) as pool:
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


def attempt(one: Callable[[int], tuple[Figures, ...]], k: int) -> Draw:
    """Run draw `k`; values that cannot be together are a failure of this draw alone."""
    try:
        return Draw(one(k))
    except InputError as e:
        return Draw(failure=f"{e.field}: {e.allowed}")


def _die_with_parent(parent: int) -> None:
    """Let a worker end when its parent was killed; it would wait for work for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _joined(
    nominal: Figures, drawn: Sequence[Figures], draws: int, reasons: Sequence[str]
) -> Figures:
    drawn = [d for d in drawn if d.status.is_good]
    notes = nominal.notes
    if len(drawn) < draws:
        why = f" ({'; '.join(reasons)})" if reasons else ""
        notes += (f"{draws - len(drawn)} of {draws} draws did not converge{why}",)
    new = tuple(_interval(f, drawn) for f in nominal.figures)
    return replace(nominal, figures=new, notes=notes)


def _interval(figure: Figure, drawn: Sequence[Figures]) -> Figure:
    """The figure with the interval of its draws, which always holds the nominal value."""
    nominal = figure.value
    same = [d[figure.name] for d in drawn if figure.name in d]
    if figure.category:
        equal = sum(f.category == figure.category for f in same)
        return _noted(figure, f"the same in {equal} of {len(drawn)} draws")
    values = [f.value.value for f in same if f.value.value is not None and not f.category]
    if nominal.value is None:
        return _noted(figure, f"known in {len(values)} of {len(drawn)} draws") if values else figure
    if not values:
        return figure
    low, high = (float(x) for x in np.quantile(values, (0.05, 0.95), method="weibull"))
    ends = [x for x in (low, high, nominal.value, nominal.low, nominal.high) if x is not None]
    if min(ends) < max(ends):
        nominal = replace(nominal, low=min(ends), high=max(ends))
    note = f"90 % interval of {len(values)} draws"
    if len(values) < ENOUGH:
        note = f"range of {len(values)} draws, which holds less than 90 %"
    if len(values) < len(drawn):
        note += f"; unknown in {len(drawn) - len(values)} more"
    return _noted(replace(figure, value=nominal), note)


def _noted(figure: Figure, note: str) -> Figure:
    old = figure.value
    return replace(figure, value=replace(old, note=f"{old.note}; {note}" if old.note else note))
