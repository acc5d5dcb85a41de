"""A study file to a finished run folder: run every variant, compare, write, report."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from . import __version__, chain
from .answers import check_names, computed
from .chain import Result
from .core import tomlfile
from .core.errors import InputError
from .core.runfolder import RunFolder, is_run
from .core.sourced import Sourced
from .core.status import Status, worst
from .ensemble import Keep, at_once
from .relations import answer
from .report import compare, gather, tables
from .report.model import (
    Comparison,
    Kind,
    Relation,
    ReportInput,
    SourceNote,
    StatusLine,
    Variant,
)
from .reported import Reported, published
from .study import Study, StudyFile, from_data, load, quantities, resolve

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
__all__ = [
    "Run", "computed", "page", "refuse_another", "run", "slug", "used_sources", "with_draws",
    "write",
]  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A study that was run.

    Attributes
    ----------
    file
        The study as it was run.
    results
        (label, result) of each variant.
    comparisons
        Reported figures beside the computed ones.
    folder
        Where it was written, None where it was not.
    """

    file: StudyFile
    results: tuple[tuple[str, Result], ...]
    comparisons: tuple[Comparison, ...]
    folder: Path | None = None

    @property
    def status(self) -> Status:
        """The most severe status of all variants."""
        return worst(*(result.status for _, result in self.results))

    @property
    def report(self) -> Path | None:
        """The page of the run."""
        return None if self.folder is None else self.folder / "report.html"


def run(
    path: str | Path | StudyFile,
    output: str | Path | None = None,
    *,
    draws: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run a study file, and write a run folder where `output` names one.

    Parameters
    ----------
    path
        A TOML file, the id of a shipped study, or a study already read.
    output
        Folder to write; a finished run of the same study there (the same id) is replaced when the
        new one is whole, and a run that was stopped goes on where it was.
    draws
        In place of ``study.draws``.
    progress
        Called with (what is done now, steps done, steps in all).

    Raises
    ------
    InputError
        If the study or the folder cannot be used, as where it holds a run of another study;
        nothing is left behind then.
    """
    file = path if isinstance(path, StudyFile) else load(path)
    if draws is not None:
        file = with_draws(file, draws)
    if output is None:
        return _run(file, at_once, progress)
    refuse_another(output, file.study.study.id)
    started = datetime.now(UTC)
    clock = time.monotonic()
    make_parent = Path(output).parent == Path("runs")
    with RunFolder(output, file.identity, make_parent=make_parent) as folder:
        seconds: dict[str, float] = {}
        done = _run(file, partial(_timed, folder, seconds), progress)
        write(done, folder)
        timings = {
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 3),
            "resumed": folder.resumed,
            "steps_seconds": {k: round(v, 3) for k, v in seconds.items()},
            "machine": platform.platform(),
            "python": platform.python_version(),
        }
        return Run(done.file, done.results, done.comparisons, folder.finish(timings))


def refuse_another(output: str | Path, name: str) -> None:
    """Refuse a folder that holds the finished run of another study than `name`.

    Raises
    ------
    InputError
        Names both studies; the folder is as it was.
    """
    if not is_run(output):
        return
    there = "unknown"
    with suppress(InputError, KeyError, TypeError):  # a damaged one is not known to be the same
        there = str(tomlfile.read(Path(output) / "study.toml")["study"]["id"])
    if there != name:
        allowed = f"a new name, or a folder with a run of {name}; here is one of another, {there}"
        remedy = "choose another name with -o, or remove the folder; nothing was touched"
        raise InputError("output folder", str(output), allowed, remedy)


def with_draws(file: StudyFile, draws: int) -> StudyFile:
    """Return the study with another number of draws."""
    data = tomlfile.override(resolve(file.study), "study.draws", draws)
    return from_data(data, file.folder)


def _timed(folder: RunFolder, seconds: dict[str, float], name: str, compute: Callable[[], T]) -> T:
    start = time.monotonic()
    result = folder.checkpoint(name, compute)
    seconds[name] = time.monotonic() - start
    return result


def _run(file: StudyFile, keep: Keep, progress: Progress | None) -> Run:
    study = file.study
    each = 1 + (study.study.draws if study.protocol else 0) + (study.task is not None)
    total, done = each * len(file.variants), 0

    def step(label: str, name: str, compute: Callable[[], T]) -> T:
        nonlocal done
        if progress is not None:
            progress(f"{label} {name}".strip(), done, total)
        result = keep(f"{slug(label)}-{name}" if label else name, compute)
        done += 1
        return result

    if study.protocol and study.reported:  # refuse a misspelt name before the long work
        _, first = file.variants[0]
        check_names(study, [chain.matter(first, file.library)])
    results = tuple(
        (label, _one(file, variant, partial(step, label))) for label, variant in file.variants
    )
    check_names(study, (result for _, result in results))
    return Run(file, results, tuple(_compared(r, results, study.study.id) for r in study.reported))


def _one(file: StudyFile, variant: Study, keep: Keep) -> Result:
    """Run one variant; where there are others, a refusal of this one is its result."""
    try:
        return chain.run(variant, file.library, keep)
    except (InputError, ArithmeticError) as e:
        if len(file.variants) == 1:
            raise
        return Result(failure=str(e) or type(e).__name__)


def slug(text: str) -> str:
    """Return `text` as part of a file name.

    >>> slug("After µ-stripping (2x)")
    'after-stripping-2x'
    """
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in text.lower()).split()
    return "-".join(words) or "x"


def _compared(
    reported: Reported, results: tuple[tuple[str, Result], ...], study_id: str
) -> Comparison:
    value, bound = published(reported)
    found, made_of = answer(reported, results)
    kind: Kind = "yes_no" if reported.is_yes_no else "number"
    relation: Relation = "ratio" if reported.over else "difference" if reported.less else ""
    customary = tables.CUSTOMARY.get(value.unit, (value.unit, ""))[0]
    return compare.compare(
        reported.name,
        value,
        found,
        unit="1" if reported.is_ else customary if reported.review else reported.unit,
        bound=bound,
        role=reported.role,
        place=reported.place,
        note="; ".join(x for x in (made_of, reported.note) if x),
        kind=kind,
        variant=reported.variant,
        relation="" if kind == "yes_no" else relation,
        doubt=reported.doubt or _doubt(reported, study_id),
        protocol=reported.protocol,
    )


def _doubt(reported: Reported, study_id: str) -> str:
    """What other places say against a value: of the entry, or of the system under that name."""
    from .library import review

    subject, name = study_id.upper(), reported.name
    if reported.review:
        subject, _, name = reported.review.partition(".")
    elif subject not in {s.id for s in review.systems()}:
        return ""
    try:
        return review.doubt(subject, name, reported.condition)
    except InputError:  # stated under conditions that the row does not name
        return ""


def write(run: Run, folder: RunFolder) -> None:
    """Write the data files and the page of `run`; the same run gives the same bytes."""
    from .device import storage
    from .library import sources
    from .report import write as write_page

    folder.write("study.toml", tomlfile.dumps(resolve(run.file.study)))
    for name, content in run.file.beside:
        folder.write(name, content)
    for label, result in run.results:
        for index, trace in enumerate(result.traces):
            parts = (slug(label),) if label else ()
            name = "_".join((*parts, f"{index}", slug(trace.label or trace.kind)))
            folder.write(f"traces/{name}.nc", partial(storage.save, trace))
            folder.write(f"traces/{name}.csv", storage.to_csv(trace))
        if result.dots and not result.traces:
            folder.write(
                f"spectra/{slug(label) if label else 'dots'}.csv", tables.curves(result.dots)
            )
    folder.write("figures.csv", tables.figures(run.results))
    folder.write("inputs.csv", tables.inputs(quantities(run.file.study)))
    folder.write_json("results.json", tables.flat(run))
    folder.write("sources.bib", sources.bibtex(sorted(used_sources(run))))
    folder.write("report.html", partial(write_page, page(run)))


def page(run: Run) -> ReportInput:
    """Return what the report of `run` shows."""
    file, header = run.file, run.file.study.study
    return ReportInput(
        header.title,
        header.id,
        tuple(_variant(file, label, result) for label, result in run.results),
        run.comparisons,
        tuple(quantities(file.study)),
        tuple(_note(key, names) for key, names in sorted(used_sources(run).items())),
        statuses=tuple(
            StatusLine(label, Status.REFUSED, result.failure)
            for label, result in run.results
            if result.failure
        ),
        resolved_toml=tomlfile.dumps(resolve(file.study)),
        versions=versions(),
        description=header.description,
    )


def _variant(file: StudyFile, label: str, result: Result) -> Variant:
    device = dict(file.variants)[label].device
    stack = gather.stack_layers(device) if device else ()
    stages = {f.name: getattr(result, f.name) for f in fields(Result) if f.name != "aside"}
    return Variant(label, stack=stack, **stages)


def _note(key: str, names: tuple[str, ...]) -> SourceNote:
    from .core.errors import InputError
    from .library.sources import source

    try:
        found = source(key)
    except InputError:  # the user's own word for a source
        return SourceNote(key, used_for=names)
    return SourceNote(key, found.citation, found.doi, names)


def used_sources(run: Run) -> dict[str, tuple[str, ...]]:
    """Return every source of the run and what was taken from it, from the values themselves."""
    found: dict[str, dict[str, None]] = {}
    for name, q in _all_values(run):
        for key in q.sources:
            found.setdefault(key, {})[name] = None
    for key in run.file.study.study.references:
        found.setdefault(key, {})["study"] = None
    return {key: tuple(names) for key, names in found.items()}


def _all_values(run: Run) -> Iterator[tuple[str, Sourced]]:
    yield from quantities(run.file.study)
    for _, result in run.results:
        yield from _sourced("", result)
    for c in run.comparisons:
        yield c.name, c.reported


def _sourced(name: str, value: object) -> Iterator[tuple[str, Sourced]]:
    if isinstance(value, Sourced):
        yield name, value
    elif is_dataclass(value):
        for f in fields(value):
            yield from _sourced(f.name, getattr(value, f.name))
    elif isinstance(value, tuple):
        for inner in value:
            yield from _sourced(name, inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _sourced(str(key), inner)


def versions() -> tuple[tuple[str, str], ...]:
    """Return (name, version) of halodot and of the libraries that the numbers depend on."""
    from importlib.metadata import version

    libraries = ("numpy", "scipy", "numba", "scikit-learn")
    return (("halodot", __version__), *((name, version(name)) for name in libraries))
