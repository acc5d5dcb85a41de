"""Tables of a run: figures and inputs as CSV, and one flat JSON object."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..answers import planck_times_light
from ..core.sourced import Sourced
from . import compare

if TYPE_CHECKING:
    from ..chain import Result
    from ..dot.state import DotProperties
    from ..runs import Run
    from ..task.state import Score

# SI unit -> (customary unit, ending of a key)
CUSTOMARY = {
    "1": ("1", ""),
    "m": ("nm", "_nm"),
    "m2": ("m2", "_m2"),
    "m-3": ("cm-3", "_per_cm3"),
    "m-2": ("cm-2", "_per_cm2"),
    "m2/Vs": ("cm2/Vs", "_cm2_per_Vs"),
    "V/dec": ("V/dec", "_V_per_dec"),
    "A/m2": ("A/cm2", "_A_per_cm2"),
    "1/s": ("1/s", "_per_s"),
    "kg/m2/s": ("g/m2/d", "_g_per_m2_d"),
}
_OF_THE_RUN = ("status", "notes")  # keys of the dots that the run has for itself
_COLUMNS = ("value", "low", "high", "unit", "basis", "sources", "note")


def keyed(name: str, q: Sourced) -> tuple[str, dict[str, Any]]:
    """Return the JSON key of a value, which ends in its unit, and the value in that unit.

    >>> keyed("size", Sourced(9e-9, "m"))[0]
    'size_nm'
    """
    unit, ending = CUSTOMARY.get(q.unit, (q.unit, "_" + _word(q.unit)))
    return name + ("" if name.endswith(ending) else ending), q.to_json(unit)


def yes_or_no(name: str, q: Sourced) -> tuple[str, dict[str, Any]]:
    """Return the JSON key and form of a yes or no, kept as 1 or 0."""
    if q.value is None:
        return name, q.to_json()
    return name, {"value": bool(q.value), "basis": q.basis, "sources": list(q.sources)}


def _word(unit: str) -> str:
    return unit.replace("/", "_per_").replace("-", "_per_").replace(" ", "_").replace("^", "")


def figures(results: Iterable[tuple[str, Result]]) -> str:
    """Return every figure of merit of every record as CSV."""
    rows = []
    for label, result in results:
        for index, found in enumerate(result.figures):
            where = [label, str(index), found.kind, found.label]
            rows += [
                [*where, f.name, f.category, *_cells(f.value), f.definition] for f in found.figures
            ]
    head = ("variant", "protocol", "kind", "label", "figure", "category", *_COLUMNS, "definition")
    return as_csv(head, rows)


def inputs(values: Iterable[tuple[str, Sourced]]) -> str:
    """Return every quantity that went in as CSV."""
    return as_csv(("key", *_COLUMNS), [[key, *_cells(q)] for key, q in values])


def curves(dots: DotProperties) -> str:
    """Return the spectra and decays of dots as CSV, one line a point.

    Curves stand on axes of their own, so that a line names its curve and where on its axis it is.
    """
    found = {"emission_energy": dots.emission_energy, "emission_spectrum": dots.emission_spectrum}
    found |= dots.curves
    rows: list[list[str]] = []
    for name, values in found.items():
        stem = name.split("_", 1)[0]
        energy, time = found.get(f"{stem}_energy"), found.get(f"{stem}_time")
        if name.endswith(("_energy", "_time")):
            continue
        axis = energy if energy is not None else time
        if axis is None or axis.shape != values.shape:
            continue
        for x, y in zip(axis.tolist(), values.tolist(), strict=True):
            at = ["", "", f"{1e9 * x:.8g}"] if energy is None else _photon(x)
            rows.append([name, *at, f"{y:.8g}"])
    return as_csv(("curve", "energy_eV", "wavelength_nm", "time_ns", "value"), rows)


def _photon(energy: float) -> list[str]:
    wavelength = f"{1e9 * planck_times_light() / energy:.8g}" if energy > 0.0 else ""
    return [f"{energy:.8g}", wavelength, ""]


def _cells(q: Sourced) -> list[str]:
    numbers = ["" if x is None else repr(x) for x in (q.value, q.low, q.high)]
    return [*numbers, q.unit, q.basis, "; ".join(q.sources), q.note]


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A text that a spreadsheet would run as a formula gets a blank in front of it."""
    return f" {cell}" if cell[:1] in ("=", "@") else cell


def flat(run: Run) -> dict[str, Any]:
    """Return a run as one flat JSON object: status, figures, comparisons."""
    header = run.file.study.study
    body: dict[str, Any] = {
        "id": header.id,
        "title": header.title,
        "status": run.status.name.lower(),
        "status_text": run.status.value,
        "draws": header.draws,
    }
    for label, result in run.results:
        several = len(result.figures) > 1
        for index, found in enumerate(result.figures):
            where = f"{label}." if label else ""
            where += f"{found.label or index}." if several else ""
            for f in found.figures:
                key, value = keyed(f.name, f.value)
                if f.category:
                    value = {"value": f.category, "basis": f.value.basis, "note": f.value.note}
                body[where + key] = value
        if result.dots and not (result.film or result.figures):
            from ..dot import describe

            where = f"{label}." if label else ""
            said = describe(result.dots)
            body |= {where + k: v for k, v in said.items() if k not in _OF_THE_RUN}
        if result.population:
            from ..synthesis.description import describe as of_flask

            where = f"{label}." if label else ""
            body |= {where + k: v for k, v in of_flask(result.population).items()}
        for name, q in result.crystal.items():
            key, value = yes_or_no(name, q) if q.unit == "yes_no" else keyed(name, q)
            body[(f"{label}." if label else "") + key] = value
        if result.score:
            where = f"{label}." if label else ""
            body |= {where + k: v for k, v in of_score(result.score).items()}
    body["notes"] = list(dict.fromkeys(_notes(run)))
    body["comparisons"] = [compare.to_json(c) for c in run.comparisons]
    return body


def of_score(score: Score) -> dict[str, Any]:
    """Return a score under flat keys: its measure, `baseline_...`, energy, latency, the others."""
    named = {name: q for name, q in score.named().items() if name != "value"}
    body: dict[str, Any] = dict(keyed(name, q) for name, q in named.items())
    return body | ({"verdict": score.verdict} if score.verdict else {})


def _notes(run: Run) -> Iterable[str]:
    for _, result in run.results:
        for stage in (result.population, result.dots, result.film, *result.traces, *result.figures):
            if stage is not None:
                yield from stage.notes
