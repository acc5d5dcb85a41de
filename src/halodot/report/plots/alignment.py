"""Picture of the band edges of dots with a second domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.sourced import Sourced
from ..compare import ends
from ..model import Variant
from . import style as st

_WIDE = 0.38


def edges(variants: Sequence[Variant], name: str) -> str | None:
    """Draw conduction and valence edges of dot and partner, with 90 % intervals as boxes.

    None where no dots have a partner.
    """
    shown = [v for v in variants if v.population is not None and v.population.partner]
    shown = [v for v in shown if v.dots is not None and v.dots.electron_affinity.is_known]
    if not shown:
        return None
    with st.style():
        figure = st.new_figure(1.6 + 2.1 * len(shown), 4.2)
        ax = figure.subplots()
        ticks = []
        for k, v in enumerate(shown):
            ticks += _pair(ax, v, 2.4 * k)
        ax.set_xticks([x for x, _ in ticks], [text for _, text in ticks])
        ax.tick_params(axis="x", length=0)
        st.label_axes(ax, "", "Energy below vacuum [eV]")
        ax.grid(False, axis="x")
        st.legend(figure, ["conduction edge", "valence edge"])
        text = "; ".join(v.label or str(v.population and v.population.formula) for v in shown)
        return st.to_svg(figure, name, "Band edges of the two domains", text)


def _pair(ax: Any, v: Variant, left: float) -> list[tuple[float, str]]:
    population, dots = v.population, v.dots
    if population is None or dots is None:
        return []
    about = population.extras
    domains = (
        (left, dots.formula, (dots.electron_affinity, dots.ionization_energy)),
        (left + 1.0, population.partner, (about["partner_affinity"], about["partner_ionization"])),
    )
    for x, _, levels in domains:
        for k, level in enumerate(levels):
            _level(ax, x, level, k)
    # the partner a line lower, as formulas are long
    return [(x, "\n" * k + st.safe(name)) for k, (x, name, _) in enumerate(domains)]


def _level(ax: Any, x: float, level: Sourced, k: int) -> None:
    low, high = ends(level)
    box = ax.fill_between(
        [x - _WIDE, x + _WIDE], -low, -high, color=st.colour(k), alpha=st.BAND, linewidth=0
    )
    st.tag(box, k)
    line = ax.plot([x - _WIDE, x + _WIDE], [-float(level)] * 2, color=st.colour(k), linewidth=2.2)
    st.tag(line[0], k)
