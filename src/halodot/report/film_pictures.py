"""Which pictures the optional tables of a film have: coating, barrier, ageing, bending, cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import ReportInput


def plans(result: ReportInput) -> Iterator[tuple]:
    """Yield (stage, caption, is wide, maker of the picture)."""
    films = [(v.label, v.film) for v in result.variants if v.film is not None]
    if not any(film.extras for _, film in films):
        return
    from .plots import coating, life

    for caption, wide, make in (
        (
            "Peclet number of a drying drop and whether it leaves a coffee ring; bars are 90 %"
            " intervals. Grey: the critical Peclet number, a prior.",
            True,
            coating.ring_chances,
        ),
        ("One dried drop of each ink.", False, coating.drops),
        ("Thickness over a patch of the film, as printed or sprayed.", True, coating.maps),
        (
            "Set voltages that follow from the spread of thickness alone; bands hold the 90 %"
            " interval of the spread. Films with holes are left out.",
            False,
            coating.set_voltages,
        ),
        (
            "Water through the barrier; the mark is the time lag, bands are 90 % intervals.",
            True,
            life.barriers,
        ),
        (
            "What ageing leaves; bands are 90 % intervals, from rates that are priors.",
            False,
            life.ageing,
        ),
        ("Strain through the bent stack; squares are films of dots.", False, life.bending),
        (
            "Cost by part, and what moves it: each input at the ends of its interval.",
            True,
            life.costs,
        ),
    ):
        yield "film", caption, wide, lambda name, make=make: make(films, name)
