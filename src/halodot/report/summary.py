"""The two sentences at the top of a page: did it work, and what came out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scipy import constants

from ..core.sourced import Sourced
from ..dot.state import DotProperties
from ..figures.state import Figure
from ..task.state import Score
from .compare import tally
from .model import ReportInput, StatusLine, Variant
from .text import number, pretty_name, value_text

MOST_FIGURES = 3


def status_sentence(lines: Sequence[StatusLine]) -> str:
    """Say whether everything converged.

    >>> status_sentence([])
    'Everything converged.'
    """
    bad = sum(not line.status.is_good for line in lines)
    others = len(lines) - bad
    if not lines:
        return "Everything converged."
    if not bad:
        warns = "One result carries" if others == 1 else f"{others} results carry"
        return f"Everything converged. {warns} a warning, listed below."
    did = "One result" if bad == 1 else f"{bad} results"
    return f"{did} did not converge, listed below; those points are not drawn and not used."


def summary_sentence(result: ReportInput) -> str:
    """Say the main numbers of the last variant in the order of the flow."""
    if not result.variants:
        return "This study holds no results yet."
    last = result.variants[-1]
    wanted = {c.name for c in result.comparisons}
    found = (_dots(last), _film(last), _figures(last, wanted), _task(last))
    parts = [p for p in found if p]
    text = "; ".join(parts)
    if text and len(result.variants) > 1 and last.label:
        text = f"{last.label}: {text}"
    if result.comparisons:
        text += ("; " if text else "") + tally(result.comparisons).sentence.rstrip(".")
    if not text:
        return "The study ran; it names no figure of merit."
    return text[0].upper() + text[1:] + "."


def wavelength(d: DotProperties) -> Sourced | None:
    """Return the emission peak as a wavelength [m], None where it is unknown."""
    q = d.pl_energy
    if q.value is None:
        return None
    hc = constants.h * constants.c / constants.e
    low, high = (None if e is None else hc / e for e in (q.high, q.low))
    return Sourced(hc / q.value, "m", low, high, q.basis, q.sources)


def seen(d: DotProperties) -> str:
    """Return the colour of the emission, empty where the eye does not see its peak.

    The standard observer is defined from 380 to 780 nm; beyond, the tail alone has a colour.
    """
    peak = wavelength(d)
    visible = peak is not None and 380e-9 <= float(peak) <= 780e-9
    return d.colour if visible else ""


def _dots(v: Variant) -> str:
    if v.dots is not None:
        peak = wavelength(v.dots)
        text = f"{v.dots.formula} {v.dots.shape} dots of {value_text(v.dots.size)}"
        return text + (f" emit at {value_text(peak)}" if peak else "")
    if v.population is not None:
        p = v.population
        return f"{p.formula} {p.shape} dots of {value_text(p.size)}"
    return ""


def _film(v: Variant) -> str:
    if v.film is None:
        return ""
    pairs = (("electrons", v.film.mobility_electron), ("holes", v.film.mobility_hole))
    known = [f"{value_text(q)} for {who}" for who, q in pairs if q.is_known]
    return "film mobility " + " and ".join(known) if known else ""


def main_figures(v: Variant, wanted: Collection[str], most: int) -> list[Figure]:
    """Return the known figures that tell most: compared ones first, then those with interval."""
    known = [f for group in v.figures for f in group.figures if f.value.is_known]

    def rank(f: Figure) -> int:
        return 0 if f.name in wanted else 1 if f.value.low != f.value.high else 2

    return sorted(known, key=rank)[:most]


def figure_text(f: Figure) -> str:
    """Return a figure as it is shown: its word where it is a category, else its value.

    >>> figure_text(Figure("polarity", Sourced(1.0), "by the signs", "bipolar"))
    'bipolar'
    """
    return f.category or value_text(f.value, f.name)


def _figures(v: Variant, wanted: Collection[str]) -> str:
    found = main_figures(v, wanted, MOST_FIGURES)
    return ", ".join(f"{pretty_name(f.name)} {figure_text(f)}" for f in found)


def _task(v: Variant) -> str:
    if v.score is None or not v.score.value.is_known:
        return ""
    if v.score.verdict:
        return f"{pretty_name(v.score.task)}: {v.score.verdict}"
    text = f"{pretty_name(v.score.task)}: {v.score.measure} {scored(v.score, v.score.value)}"
    if v.score.baseline.is_known:
        text += f" (baseline {scored(v.score, v.score.baseline)})"
    return text


def scored(score: Score, q: Sourced) -> str:
    """Return a value of a task as text: accuracies in per cent, anything else as it is."""
    if score.measure == "accuracy":
        return f"{number(100 * float(q))} %"
    return value_text(q)
