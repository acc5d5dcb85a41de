"""From the flask to the accuracy: working states, yield and accuracy against the film's spread.

For each variant of a study (ligand, compliance, ...) and each relative spread of the film's
thickness between cells, a batch of cells is programmed and erased; what is read of them makes the
array that the digits are read with. Intervals are over draws of all that is not known of the
device, as everywhere; cells of one draw differ by thickness and chance alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from . import array, chain, circuits, runs, task
from .array.scatter import (
    Pulses,
    cell_of,
    measure_cells,
    with_states,
    working_cells,
    working_states,
)
from .array.state import Compact
from .core import tomlfile
from .core.errors import InputError, nearest
from .core.runfolder import RunFolder, hash_of
from .core.sourced import Sourced, computed
from .core.status import Status, worst
from .device.protocols import Endurance
from .ensemble import Keep, at_once
from .figures.state import Figures
from .study import Study, StudyFile, load, resolve
from .task.classification.spec import Digits

SPREADS = (0.01, 0.03, 0.1, 0.3)
MEASURES = ("states", "yield", "accuracy")
PROGRAMMINGS = 5
ENOUGH = 19  # draws whose range holds 90 % of the next
LOWEST, STEPS = 0.3, 13  # of the largest voltage; 10 % apart
NOTHING = Figures("none", "", ())


@dataclass(frozen=True)
class Settings:
    """How a variability study is carried out.

    Attributes
    ----------
    cells, cycles, levels
        Of each batch; levels of the source's current besides off.
    read_noise
        Standard deviation of a reading over itself (assumed).
    misread
        Largest share of reads that may fall on the wrong side between two states.
    ratio
        On over off from which on a cell counts as working.
    wait
        Between writing and reading [s].
    margin
        Of the program voltage over the lowest that writes, which is looked for in each draw, as a
        user of that device would; None takes the voltage of the protocol.
    draws
        Of what is not known of the device; 19 give 90 % intervals.
    """

    cells: int = 24
    cycles: int = 2
    levels: int = 12
    read_noise: float = 0.02
    misread: float = 0.01
    ratio: float = 10.0
    wait: float = 1.0
    draws: int = 19
    margin: float | None = 0.1
    protocol: str = ""

    def checked(self) -> Settings:
        """Return itself, or refuse what cannot be done."""
        for name, low, high in (
            ("cells", 4, 100_000), ("cycles", 1, 10_000), ("levels", 1, 64), ("draws", 1, 10_000),
            ("misread", 1e-6, 0.4), ("read_noise", 0.0, 1.0), ("ratio", 1.0, 1e12),
            ("wait", 1e-9, 1e9),
        ):  # fmt: skip
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(name, value, f"{low:g} to {high:g}", "")
        return self


@dataclass(frozen=True)
class Point:
    """One batch of one variant: every number with its interval over draws.

    Attributes
    ----------
    spread
        Of the thickness between cells, over itself [1].
    states
        That can be told apart, off included.
    working
        Share of cells that are read `ratio` higher after writing than after erasing: the yield.
    accuracy
        Of the digits, read by an array of these cells; what does not switch guesses.
    """

    variant: str
    spread: float
    states: Sourced
    working: Sourced
    accuracy: Sourced
    status: Status = Status.OK
    notes: tuple[str, ...] = ()

    def named(self) -> dict[str, Sourced]:
        """Return the numbers by the names of `MEASURES`."""
        return {"states": self.states, "yield": self.working, "accuracy": self.accuracy}


@dataclass(frozen=True)
class Variability:
    """All batches of a study."""

    file: StudyFile
    points: tuple[Point, ...]
    settings: Settings
    baseline: Sourced
    folder: Path | None = None

    @property
    def status(self) -> Status:
        """The most severe status of all batches."""
        return worst(*(p.status for p in self.points))


def variability(
    path: str | Path | StudyFile,
    output: str | Path | None = None,
    *,
    spreads: Sequence[float] = SPREADS,
    variants: Sequence[str] = (),
    settings: Settings | None = None,
    progress: runs.Progress | None = None,
) -> Variability:
    """Follow what the film's spread, the ligand and the compliance do to a network.

    Parameters
    ----------
    path
        A study, or the id of one, whose device has a circuit model and whose protocols hold one
        of kind ``endurance``: it says how cells are programmed, erased and read.
    spreads
        Relative standard deviations of the thickness between cells.
    variants
        Labels of those to run; all of them where none is named.
    output
        Folder for the table, the plot and the page; work that was stopped goes on there.

    Raises
    ------
    InputError
        If the study has no such device or protocol, or a value cannot be used.
    """
    file = path if isinstance(path, StudyFile) else load(path)
    how = (settings or Settings()).checked()
    for value in spreads:
        if not 0.0 <= value <= 1.0:
            raise InputError("spread", value, "0 to 1, relative to the thickness", "0.1 is 10 %")
    labels = [label for label, _ in file.variants]
    for name in variants:
        if name not in labels:
            raise InputError("variant", name, ", ".join(labels), nearest(name, labels))
    wanted = [(label, s) for label, s in file.variants if not variants or label in variants]
    for _, study in wanted:
        pulses_of(study, how)
    if output is None:
        return _run(file, wanted, tuple(spreads), how, at_once, progress)
    identity = hash_of(file.identity, repr(how), repr(tuple(spreads)), repr(tuple(variants)))
    with RunFolder(output, identity, make_parent=Path(output).parent == Path("runs")) as folder:
        found = _run(file, wanted, tuple(spreads), how, folder.checkpoint, progress)
        _write(found, folder)
        return Variability(file, found.points, how, found.baseline, folder.finish({}))


def pulses_of(study: Study, how: Settings) -> Pulses:
    """Return how cells are written and read, from the protocol of kind ``endurance``."""
    if study.device is None or study.device.filament is None:
        allowed = "a device with a circuit model, that is with [device.filament]"
        raise InputError("device", "none", allowed, "halodot variability m9")
    known = [p for p in study.protocol if isinstance(p, Endurance)]
    chosen = [p for p in known if not how.protocol or p.label == how.protocol]
    if not chosen:
        allowed = "a [[protocol]] of kind endurance"
        labels = [p.label for p in known]
        raise InputError("protocol", how.protocol or "none", allowed, nearest(how.protocol, labels))
    p = chosen[-1]
    return Pulses(
        float(p.program_voltage), float(p.program_time), float(p.erase_voltage),
        float(p.erase_time), float(p.read_voltage), float(p.read_time), how.wait,
        read_noise=how.read_noise,
    )  # fmt: skip


def _run(
    file: StudyFile,
    wanted: list[tuple[str, Study]],
    spreads: tuple[float, ...],
    how: Settings,
    keep: Keep,
    progress: runs.Progress | None,
) -> Variability:
    total, done, points = len(wanted) * how.draws, 0, []
    baseline = task.evaluate(array.build(NOTHING), Digits()).baseline
    for label, study in wanted:
        models = circuits.models(study, file.library, chain.measure)
        draws = []
        for k in range(how.draws):
            if progress is not None:
                progress(f"{label} draw {k}".strip(), done, total)
            name = f"{runs.slug(label)}-{k}"
            draws.append(keep(name, partial(_draw, study, models, spreads, how, k)))
            done += 1
        points += [_joined(label, s, [d[i] for d in draws]) for i, s in enumerate(spreads)]
    return Variability(file, tuple(points), how, baseline)


def _draw(
    study: Study, models: circuits.Models, spreads: tuple[float, ...], how: Settings, k: int
) -> list[dict[str, Any]]:
    """Measure a batch at each spread, with the device at its `k`-th draw."""
    model, pulses = models(k), pulses_of(study, how)
    pulses, told, sought = tuned(model, pulses, how)
    seed, found = study.study.seed, []
    for spread in spreads:
        batch = measure_cells(
            model, pulses, spread=spread, cells=how.cells, cycles=how.cycles, levels=how.levels,
            seed=seed, part=k,
        )  # fmt: skip
        states = working_states(batch, how.misread)
        cell = with_states(cell_of(batch, pulses, how.ratio), states)
        tile = array.build(NOTHING, study.array, seed, cell=cell)
        accuracy, status = None, worst(sought, batch.status)
        if cell.is_known:
            score = task.evaluate(tile, Digits(programmings=PROGRAMMINGS))
            accuracy, status = score.value.value, worst(status, score.status)
        found.append(
            {
                "states": states,
                "yield": float(working_cells(batch, how.ratio).mean()),
                "accuracy": accuracy,
                "status": status,
                "note": told,
            }
        )
    return found


def tuned(model: Compact, pulses: Pulses, how: Settings) -> tuple[Pulses, str, Status]:
    """Return the pulses with the program voltage that a user of this device would find.

    The lowest voltage of `STEPS` to the largest that the model reaches at which a cell without
    chance is read `ratio` higher after writing than after erasing, and `margin` more. The pulse
    of the protocol, and a word, where no voltage does. The status is the most severe of all
    voltages that were tried, as each of them decides which is the lowest.
    """
    if how.margin is None:
        return pulses, "", Status.OK
    top = model.largest_voltage
    sign = 1.0 if pulses.program_voltage > 0.0 else -1.0
    status = Status.OK
    for volts in top * np.geomspace(LOWEST, 1.0, STEPS):
        tried = replace(pulses, program_voltage=sign * float(volts), read_noise=0.0)
        batch = measure_cells(
            model, tried, spread=0.0, cells=1, cycles=2, levels=1, seed=0, quiet=True
        )
        status = worst(status, batch.status)
        if working_cells(batch, how.ratio)[0]:
            raised = sign * min((1.0 + how.margin) * float(volts), top)
            return replace(pulses, program_voltage=raised), "", status
    return pulses, f"no program voltage up to {top:.3g} V writes a state that stays", status


def _joined(label: str, spread: float, draws: list[dict[str, Any]]) -> Point:
    """Join the draws of one batch: median, and the range that the next draw leaves on either side.

    Draws whose device no program voltage writes are left out where others are written, and
    counted: what is studied is a device that works. Where cells do not switch, the network
    guesses: the accuracy is that of chance. What is left out counts in the status: it may have
    been left out because it was not solved.
    """
    dead = [d["note"] for d in draws if d["note"]]
    written = [d for d in draws if not d["note"]]
    notes: tuple[str, ...] = ()
    if dead:
        left_out = ", which are left out" if written else ""
        notes = (f"{len(dead)} of {len(draws)} draws are never written{left_out}: {dead[0]}",)
    status = worst(*(d["status"] for d in draws))
    draws = written or draws
    accuracy = [0.1 if d["accuracy"] is None else float(d["accuracy"]) for d in draws]
    return Point(
        label,
        spread,
        _over([float(d["states"]) for d in draws]),
        _over([float(d["yield"]) for d in draws]),
        _over(accuracy),
        status,
        notes,
    )


def _over(values: list[float]) -> Sourced:
    """Return the median of the draws that are left, and the range of the next one."""
    middle = float(np.median(values))
    low, high = np.quantile(values, [0.05, 0.95], method="weibull") if len(values) > 1 else (
        middle, middle)  # fmt: skip
    note = "" if len(values) >= ENOUGH else f"range of {len(values)} draws holds less than 90 %"
    return computed(middle, "1", min(float(low), middle), max(float(high), middle), note=note)


def _write(found: Variability, folder: RunFolder) -> None:
    from .report.variability_page import flat, render, table

    folder.write("study.toml", tomlfile.dumps(resolve(found.file.study)))
    for name, content in found.file.beside:
        folder.write(name, content)
    folder.write("variability.csv", table(found))
    folder.write_json("variability.json", flat(found))
    folder.write("report.html", render(found))
