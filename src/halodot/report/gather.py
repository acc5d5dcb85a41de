"""Take from specs and states what the page lists: layers, assumptions, problems, notes."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from ..core.sourced import Sourced
from ..core.status import Status
from .model import ReportInput, StackLayer, StatusLine, Variant

if TYPE_CHECKING:
    from ..device.spec import DeviceSpec

STAGES = ("population", "dots", "film", "array", "score")


def stack_layers(
    device: DeviceSpec, insulators: Collection[str] | None = None
) -> tuple[StackLayer, ...]:
    """Return the layers of a device for its drawing, electrodes included.

    Parameters
    ----------
    insulators
        Names that the library holds as insulators, for layers that do not say; by default
        those of the built-in library.
    """
    if insulators is None:
        from ..library import Library

        insulators = Library.builtin().names("insulator")
    is_transistor = device.kind == "transistor"
    layers = [_electrode(device.left, "gate" if is_transistor else "")]
    for layer in device.layer:
        role = "film" if layer.material == "film" else "semiconductor"
        plain = layer.material in insulators if layer.carriers is None else not layer.carriers
        role = "insulator" if plain else role
        layers.append(StackLayer(layer.name, float(layer.thickness), role))
    right = device.right or device.source
    if right is not None:
        layers.append(_electrode(right, "source" if is_transistor else ""))
    return tuple(layers)


def _electrode(contact: Any, part: str) -> StackLayer:
    return StackLayer(f"{contact.electrode or 'contact'} {part}".strip(), None, "electrode")


def quantities(state: Any) -> dict[str, Sourced]:
    """Return the quantities of a hand-over state by name, nested states and tables included.

    >>> from halodot.report.model import Variant
    >>> quantities(Variant())
    {}
    """
    if isinstance(state, dict):
        return {str(k): q for k, q in state.items() if isinstance(q, Sourced)}
    out: dict[str, Sourced] = {}
    for f in dataclasses.fields(state):
        value = getattr(state, f.name)
        if isinstance(value, Sourced):
            out[f.name] = value
        elif isinstance(value, dict):
            out |= quantities(value)
        elif dataclasses.is_dataclass(value):
            out |= {f"{f.name}.{k}": q for k, q in quantities(value).items()}
    return out


def states(variant: Variant) -> list[tuple[str, Any]]:
    """Return (name, state) of every stage that the variant has."""
    found = [(name, getattr(variant, name)) for name in STAGES]
    return [(name, state) for name, state in found if state is not None]


def holdings(variant: Variant) -> list[tuple[str, Any]]:
    """Return (name, what holds quantities): the crystal, then the states of the stages."""
    crystal = [("crystal", variant.crystal)] if variant.crystal else []
    return [*crystal, *states(variant)]


def assumptions(result: ReportInput) -> list[tuple[str, Sourced]]:
    """Return every assumed value: of the study first, then what the stages assumed.

    A quantity that the stages assume anew in each variant has one row, with the count in its note.
    """
    rows = [(key, q) for key, q in result.inputs if q.basis == "assumed"]
    seen = {(q.value, q.note) for _, q in rows}
    held: dict[str, list[Sourced]] = {}
    for variant in result.variants:
        for name, state in holdings(variant):
            for key, q in quantities(state).items():
                if q.basis == "assumed" and (q.value, q.note) not in seen:
                    seen.add((q.value, q.note))
                    held.setdefault(f"{name}.{key}", []).append(q)
    return rows + [(key, _first_of(found)) for key, found in held.items()]


def _first_of(found: list[Sourced]) -> Sourced:
    more = len(found) - 1
    if not more:
        return found[0]
    values = "one more value" if more == 1 else f"{more} more values"
    note = f"{found[0].note} (and {values} in other variants)"
    return dataclasses.replace(found[0], note=note)


def unknowns(result: ReportInput) -> list[tuple[str, str]]:
    """Return (key, reason) of every property that a stage could not give."""
    rows: dict[tuple[str, str], None] = {}
    for variant in result.variants:
        for name, state in holdings(variant):
            for key, q in quantities(state).items():
                if not q.is_known:
                    rows[(f"{name}.{key}", q.note or "no reason was given")] = None
    return list(rows)


def problems(result: ReportInput) -> list[StatusLine]:
    """Return every status that is not simply good, of states, traces and points."""
    lines = []
    for variant in result.variants:
        before = f"{variant.label}: " if variant.label else ""
        for name, state in states(variant):
            if state.status is not Status.OK:
                lines.append(StatusLine(before + name, state.status))
        for figures in variant.figures:
            if figures.status is not Status.OK:
                lines.append(StatusLine(f"{before}figures of {figures.kind}", figures.status))
        for trace in variant.traces:
            lines += _of_trace(before, trace)
    return lines + list(result.statuses)


def _of_trace(before: str, trace: Any) -> list[StatusLine]:
    place = before + " ".join(x for x in ("record", trace.kind, trace.label) if x)
    counts: dict[Status, int] = {}
    for status in trace.point_status:
        if status is not Status.OK:
            counts[status] = counts.get(status, 0) + 1
    total = len(trace.point_status)
    lines = [StatusLine(place, s, f"{n} of {total} points") for s, n in counts.items()]
    if trace.status is not Status.OK and trace.status not in counts:
        lines.append(StatusLine(place, trace.status))
    return lines


def remarks(result: ReportInput) -> list[tuple[str, str]]:
    """Return (place, note) of every note that a state carries, each note once."""
    rows: dict[str, str] = dict.fromkeys(result.notes, "study")
    for variant in result.variants:
        found = [(name, state.notes) for name, state in states(variant)]
        found += [(f"figures of {f.kind}", f.notes) for f in variant.figures]
        found += [(f"record {t.kind}", t.notes) for t in variant.traces]
        if variant.array is not None:
            found.append(("array.cell", variant.array.cell.notes))
        for place, notes in found:
            for note in notes:
                rows.setdefault(note, place)
    return [(place, note) for note, place in rows.items()]
