"""Which pictures a result has: variants share them as overlaid series."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from ..device.state import Trace
from . import film_pictures, task_pictures
from .model import ReportInput, Variant
from .plots import alignment, dots, film, growth, history, scores, series, stack, traces
from .plots import records as special

MOST_SERIES = 24  # of one picture; more cannot be told apart, the tables hold them all
MOST_STACKS = 3
MOST_TREATED = 12
MANY = 8  # ensembles, from which on they are drawn as a series


@dataclass(frozen=True)
class Picture:
    """One picture of the page: where it belongs, what it shows, and the SVG."""

    stage: str
    caption: str
    svg: str
    wide: bool = False


def draw(result: ReportInput) -> list[Picture]:
    """Return the pictures of a result, in the order of the flow."""
    pictures = []
    for k, (stage, caption, wide, make) in enumerate(_plans(result)):
        svg = make(f"p{k}")
        if svg is not None:
            pictures.append(Picture(stage, caption, svg, wide))
    return pictures


def draw_some(
    result: ReportInput, stages: Collection[str], most: int, prefix: str
) -> list[Picture]:
    """Return the first pictures of some stages; `prefix` keeps their ids apart on one page."""
    pictures: list[Picture] = []
    for k, (stage, caption, wide, make) in enumerate(_plans(result)):
        if stage in stages and len(pictures) < most:
            svg = make(f"{prefix}{k}")
            pictures += [Picture(stage, caption, svg, wide)] if svg is not None else []
    return pictures


def _plans(result: ReportInput) -> Iterator[tuple]:
    yield from _of_dots(result)
    yield from growth.plans(
        [(v.label, v.population) for v in result.variants if v.population is not None]
    )
    yield from _treatments(result)
    yield from film.plans([(v.label, v.film) for v in result.variants if v.film is not None])
    yield from film_pictures.plans(result)
    yield from _stacks(result)
    yield from _records(result)
    yield from _scores(result)


def _of_dots(result: ReportInput) -> Iterator[tuple]:
    shown = result.variants[:MOST_SERIES]
    populations = [(v.label, v.population) for v in shown if v.population is not None]
    yield from _series(result)
    if len(populations) >= MANY:
        return
    yield (
        "dots",
        "Sizes drawn log-normal from mean and spread; the band holds every curve whose mean and"
        " spread lie in their 90 % intervals.",
        False,
        lambda name: dots.size_distribution(populations, name),
    )
    lit = [(v.label, v.dots) for v in shown if v.dots is not None]
    yield "dots", "Emission of the ensemble.", False, lambda name: dots.emission(lit, name)
    yield (
        "dots",
        "Colour of the emission; bars are 90 % intervals.",
        False,
        lambda name: dots.chromaticity(lit, name),
    )


def _series(result: ReportInput) -> Iterator[tuple]:
    """Pictures of many dots side by side."""
    lit = [(v.label, v.dots) for v in result.variants if v.dots is not None]
    yield (
        "dots",
        "Peak of the emission against size, with 90 % intervals as bands; marks are what was"
        " reported.",
        True,
        lambda name: series.peak_against_size(lit, result.comparisons, name),
    )
    if len(lit) < MANY:
        return
    yield (
        "dots",
        "Emission of all ensembles, each in its own colour; grey is not visible.",
        True,
        lambda name: series.spectra(lit, name),
    )
    yield (
        "dots",
        "Colours of the emission with the triangles of sRGB and Rec. 2020; bars are 90 %"
        " intervals.",
        False,
        lambda name: series.gamut(lit, name),
    )


def _treatments(result: ReportInput) -> Iterator[tuple]:
    """Pictures of what was done to finished dots."""
    yield (
        "dots",
        "Band edges of dot and second domain; boxes are 90 % intervals.",
        False,
        lambda name: alignment.edges(result.variants[:MOST_SERIES], name),
    )
    done = history.treated(result.variants)
    for one in done[:MOST_TREATED]:
        before = f"{one.label}: " if one.label else ""
        yield (
            "dots",
            f"{before}Emission along the treatment, what is absorbed again left out.",
            True,
            lambda name, one=one: history.spectra(one, name),
        )
        yield (
            "dots",
            f"{before}Shares along the treatment; bands are 90 % intervals.",
            False,
            lambda name, one=one: history.shares(one, name),
        )
    for axis in dict.fromkeys(h.axis for h in done):
        same = [h for h in done if h.axis == axis]
        yield (
            "dots",
            f"Peak of the emission against {axis[0]}; bands are the full width at half maximum.",
            False,
            lambda name, same=same: history.peak(same[:MOST_SERIES], name),
        )


def _stacks(result: ReportInput) -> Iterator[tuple]:
    seen: list[tuple] = []
    for v in result.variants:
        profiled = next((t for t in v.traces if "conduction_edge" in t.profiles), None)
        if not v.stack or (v.stack, profiled is None) in seen or len(seen) >= MOST_STACKS:
            continue
        seen.append((v.stack, profiled is None))
        caption = "Layers" + (" and bands through the depth." if profiled else " of the device.")
        if profiled and stack.ends_elsewhere(profiled, "conduction_edge"):
            caption += " Thin lines: at the end of the record."
        caption = f"{v.label}: {caption}" if v.label and len(seen) > 1 else caption
        yield (
            "device",
            caption,
            False,
            lambda name, v=v, t=profiled: stack.stack_drawing(v.stack, t, name),
        )
    records = _labelled(result.variants)
    yield (
        "device",
        "Mobile ions through the depth.",
        False,
        lambda name: stack.ion_profile(records[:MOST_SERIES], name),
    )


def _records(result: ReportInput) -> Iterator[tuple]:
    records = _labelled(result.variants)
    captions = {
        "iv": "Current against voltage; arrows follow the sweep.",
        "transfer": "Transfer curves; arrows follow the sweep.",
        "output": "Output curves.",
        "pulses": "Response to pulses.",
        "retention": "Retention.",
        "endurance": "Both states against the cycle.",
        "open_circuit": "Voltage of open terminals.",
        "impedance": "Impedance against frequency, and in the plane.",
        "capacitance": "Capacitance against bias.",
        "waveform": "Record in time.",
        "synapse": "Tests of a synapse, each from rest.",
        "logic": "Outputs of a gate; filled: above the threshold (dashed). Dots are repeats.",
    }
    for kind in dict.fromkeys(t.kind for t in records):
        same = [t for t in records if t.kind == kind]
        caption = captions.get(kind, f"Record of kind {kind}.")
        if len(same) > MOST_SERIES:
            caption += f" The first {MOST_SERIES} of {len(same)} records are drawn."
        yield (
            "figures",
            caption,
            kind in ("iv", "transfer", "impedance", "capacitance", "open_circuit", "synapse"),
            lambda name, same=same, kind=kind: traces.overlay(same[:MOST_SERIES], kind, name),
        )
    yield (
        "figures",
        "Emitted light: luminance against voltage, efficiency against luminance.",
        True,
        lambda name: special.emission(records[:MOST_SERIES], name),
    )


def _labelled(variants: tuple[Variant, ...]) -> list[Trace]:
    """All records, each labelled with its variant where there are several."""
    out = []
    for v in variants:
        for t in v.traces:
            new = v.label and len(variants) > 1 and v.label not in t.label
            label = ", ".join(x for x in (v.label, t.label) if x) if new else t.label
            out.append(replace(t, label=label))
    return out


def _scores(result: ReportInput) -> Iterator[tuple]:
    scored = [(v.label, v.score) for v in result.variants[:MOST_SERIES] if v.score is not None]
    yield (
        "task",
        "What the array reached beside its baseline and chance; bars are 90 % intervals.",
        False,
        lambda name: scores.accuracies(scored, name),
    )
    if scored:
        label, score = scored[-1]
        yield (
            "task",
            f"Confusion matrix{f' of {label}' if label else ''}.",
            False,
            lambda name: scores.confusion(score, name),
        )
        yield from task_pictures.plans(score)
    energies = series.is_drawn_as_deviation(result.comparisons)
    others = [c for c in result.comparisons if id(c) not in energies]
    yield (
        "comparison",
        "Computed minus reported energies of light, with 90 % intervals; 0 is agreement.",
        True,
        lambda name: series.deviations(result.comparisons, name),
    )
    yield (
        "comparison",
        "Computed over reported with 90 % intervals; 1 is agreement. The shape says whether the"
        " figure was predicted.",
        True,
        lambda name: scores.reported_against_computed(others, name),
    )
