"""The transistors and memories of the review: every system run by one engine, scored in the open.

Each system is a shipped study. They run in processes of their own, so that one that crashes is a
failed system and no more, and each keeps its run folder and a card, so that an atlas that was
stopped goes on where it was.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from . import chain, runs
from .core import tomlfile
from .core.errors import InputError, nearest
from .core.sourced import Sourced
from .report import compare
from .report.model import Comparison
from .runs import Run
from .study import StudyFile, from_data, load, shipped
from .workers import Progress, Work, folder_of

State = Literal["ok", "incomplete", "failed"]
Watch = Callable[[Progress], None]
FOLDER = "runs/atlas"
MARK = "halodot-atlas.txt"
JOBS = 2
SEVERAL = 3  # systems to run, from which on it pays to load for all of them at once
# figures that are compared across devices, in the names of the records
CROSS: dict[str, tuple[str, ...]] = {
    "on_off_ratio": ("on_off_ratio",),
    "retention_time": ("retention_time", "half_life", "retention_time_extrapolated"),
    "set_voltage": ("set_voltage", "threshold_voltage_switch"),
    "energy_per_event": ("energy_per_event", "energy_per_pulse"),
    "mobility": ("mobility_hole", "mobility_p", "mobility_n", "apparent_mobility_hole"),
}


@dataclass(frozen=True)
class Entry:
    """One system of the atlas.

    Attributes
    ----------
    id, title
        As in the review.
    status
        ``ok``, ``incomplete`` (a declared figure is neither computed nor unknown with a reason,
        or a point did not converge) or ``failed`` (the run did not finish).
    reason
        Why it is not ok.
    comparisons
        Every declared figure, reported beside computed.
    mechanism, material, year
        What the page sorts and filters by.
    about
        What was set with what, as the study says.
    pictures
        (caption, SVG) of the stack, the key records and the comparison.
    across
        (quantity, reported, computed) of the comparison between devices.
    cpu_s
        CPU time of its process [s].
    """

    id: str
    title: str
    status: State
    reason: str = ""
    comparisons: tuple[Comparison, ...] = ()
    mechanism: str = ""
    material: str = ""
    year: int | None = None
    about: str = ""
    pictures: tuple[tuple[str, str], ...] = ()
    across: tuple[tuple[str, Sourced, Sourced], ...] = ()
    cpu_s: float = 0.0
    identity: str = ""


@dataclass(frozen=True)
class Atlas:
    """All systems that were asked for, in the order of the review."""

    entries: tuple[Entry, ...]
    folder: Path

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every declared figure of every system."""
        return tuple(c for e in self.entries for c in e.comparisons)

    @property
    def tally(self) -> compare.Tally:
        """The score over all systems."""
        return compare.tally(self.comparisons)

    @property
    def is_whole(self) -> bool:
        """Whether every system is ok."""
        return all(e.status == "ok" for e in self.entries)

    @property
    def page(self) -> Path:
        """The page with all systems."""
        return self.folder / "atlas.html"

    def __getitem__(self, name: str) -> Entry:
        for entry in self.entries:
            if entry.id == name.upper():
                return entry
        raise KeyError(name)


def atlas(
    only: Sequence[str] = (),
    output: str | Path = FOLDER,
    *,
    draws: int | None = None,
    jobs: int = JOBS,
    watch: Watch | None = None,
    studies: Mapping[str, str | Path] | None = None,
) -> Atlas:
    """Run the systems of the review, write their table and page, and return them.

    Parameters
    ----------
    only
        Systems such as ``("M9", "T3")``; empty: all 25.
    output
        Folder with a run folder for each system, ``atlas.json``, ``atlas.csv`` and ``atlas.html``.
        Systems that are finished there, by the same study, draws and code, are not run again.
    draws
        In place of the draws of each study.
    jobs
        Systems that run at the same time, each in a process of its own.
    watch
        Called with the `Progress` at least every second.
    studies
        Study files by system, in place of the shipped ones.

    Raises
    ------
    InputError
        If a system is not known or the folder cannot be used. What goes wrong inside of a system
        makes that system ``failed`` and stops nothing.
    """
    from .report.atlas_files import write

    ids = chosen(only)
    if jobs < 1 or (draws is not None and draws < 0):
        bad = ("jobs", jobs) if jobs < 1 else ("draws", draws)
        raise InputError(*bad, "a whole number from " + ("1" if jobs < 1 else "0"), "")
    folder = folder_of(output, MARK, "atlas")
    paths: Mapping[str, str | Path] = shipped() if studies is None else studies
    paths = {k.upper(): path for k, path in paths.items()}
    files: dict[str, StudyFile] = {}
    done: dict[str, Entry] = {}
    for name in ids:
        try:
            file = _read(name, paths, draws)
        except InputError as e:
            done[name] = _failed(name, f"{e.field}: {e.remedy or e.allowed}")
            continue
        files[name] = file
    work = Work(folder, Entry, _one, _failed, watch, jobs)
    work.take(files, done)
    if len(work.files) > SEVERAL:
        _warm_up()
    done = work.go(_size)
    found = Atlas(tuple(done[name] for name in ids), folder)
    write(found)
    return found


def chosen(only: Sequence[str]) -> tuple[str, ...]:
    """Return the ids asked for in the order of the review, all of them where none is named.

    >>> chosen(("m9", "T3"))
    ('T3', 'M9')
    """
    known = tuple(_titles())
    wanted = [word.strip().upper() for word in only if word.strip()]
    for word in wanted:
        if word not in known:
            allowed = "systems T1 to T15 and M1 to M10"
            raise InputError("only", word, allowed, nearest(word, known))
    return tuple(k for k in known if not wanted or k in wanted)


def _titles() -> dict[str, str]:
    from .library import review

    return {s.id: s.title for s in review.systems() if s.id[0] in "TM"}


def _read(name: str, paths: Mapping[str, str | Path], draws: int | None) -> StudyFile:
    if name not in paths:
        raise InputError("study", name, "a system with a study file", "the system has none")
    file = load(str(paths[name]))
    if file.study.study.id.upper() != name:
        raise InputError("study.id", file.study.study.id, name.lower(), "name the study by its id")
    return file if draws is None else runs.with_draws(file, draws)


def _warm_up() -> None:
    """Load libraries and compiled kernels, which the processes of the systems then inherit."""
    from .device import measure, storage  # noqa: F401
    from .report import page  # noqa: F401
    from .template import template

    file = from_data(tomlfile.parse(template("transistor")))
    chain.measure(file.study, file.library)


def _failed(name: str, reason: str, cpu_s: float = 0.0) -> Entry:
    return Entry(name, _titles()[name], "failed", reason, cpu_s=cpu_s, **_facts(name))


def entry_of(name: str, done: Run, cpu_s: float = 0.0) -> Entry:
    """Return the card of a system that was run."""
    from .report.atlas_pictures import key_pictures

    missing = [
        c.name for c in done.comparisons for q in (c.computed,) if not q.is_known and not q.note
    ]
    missing += [c.name for c in done.comparisons if not c.reported.is_known and not c.reported.note]
    reason = f"neither computed nor unknown with a reason: {', '.join(missing)}" if missing else ""
    refused = next((r.failure for _, r in done.results if r.failure), "")
    if not done.status.is_good or refused:
        reason = "; ".join(x for x in (reason, refused or done.status.value) if x)
    return Entry(
        name,
        _titles()[name],
        "incomplete" if reason else "ok",
        reason,
        done.comparisons,
        **_facts(name, done),
        about=done.file.study.study.description,
        pictures=key_pictures(name, runs.page(done)),
        across=tuple(_across(name, done)),
        cpu_s=cpu_s,
        identity=done.file.identity,
    )


def _facts(name: str, done: Run | None = None) -> dict[str, Any]:
    """Mechanism, material and year of a system, from the review and its study."""
    from .library import review

    table = [row for rows in ("transistors", "memories") for row in review.tables()[rows]]
    (ref, *_) = next(s.refs for s in review.systems() if s.id == name)
    row = next((r for r in table if str(r.get("reference")) == ref), {})
    material = str(row.get("composition") or "")
    if done is not None and done.file.study.dots is not None:
        material = material or done.file.study.dots.formula
    stated = [c for c in review.entries(name) if c.quantity == "mechanism"]
    mechanism = str(stated[0].value) if stated else "transistor" if name[0] == "T" else "memory"
    year = row.get("year")
    return {
        "mechanism": mechanism.replace("_", " "),
        "material": material,
        "year": int(year) if isinstance(year, float) else _year(ref),
    }


def _year(ref: str) -> int | None:
    """Year of a reference, which its citation gives in brackets."""
    from .library.sources import source

    found = re.findall(r"\((\d{4})\)", source(ref).citation)
    return int(found[-1]) if found else None


def _across(name: str, done: Run) -> Iterator[tuple[str, Sourced, Sourced]]:
    """What is compared between devices: from the rows of the study, else from its records."""
    for quantity, names in CROSS.items():
        rows = [c for c in done.comparisons if c.name in names and not c.relation]
        rows = [c for c in rows if c.kind == "number" and c.computed.is_known]
        if rows:
            first = next((c for c in rows if c.reported.is_known), rows[0])
            yield quantity, first.reported, first.computed
            continue
        found = [f[n].value for _, r in done.results for f in r.figures for n in names if n in f]
        known = next((q for q in found if q.is_known), None)
        if known is not None:
            yield quantity, _reported(name, quantity, known.unit), known


def _reported(name: str, quantity: str, unit: str) -> Sourced:
    from .library import review

    try:
        found = review.reported(name, quantity)
    except InputError:
        return Sourced.unknown(unit, "not reported")
    if found.basis == "assumed":  # remembered, and read by nobody
        return Sourced.unknown(found.unit, found.note)
    return found


def _one(name: str, file: StudyFile, folder: Path, progress: runs.Progress) -> Entry:
    """Run one system, in a process of its own."""
    start = time.process_time()
    done = runs.run(file, folder / name, progress=progress)
    return entry_of(name, done, time.process_time() - start)


def _size(file: StudyFile) -> float:
    """A guess of the seconds that a system takes, where it was never run."""
    return float(sum((1 + v.study.draws) * (1 + len(v.protocol)) for _, v in file.variants))


class _Verb(ModuleType):
    """Lets ``halodot.atlas(...)`` be the verb although a module has its name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Atlas:
        return atlas(*args, **kwargs)


sys.modules[__name__].__class__ = _Verb
