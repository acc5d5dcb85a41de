"""A study as what can be exported of it: its circuit model, its cell, its records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import InputError, nearest
from .model import Filament, Origin, filament, origin_of

if TYPE_CHECKING:
    from ..array.state import CellModel
    from ..device.state import Compact, Trace
    from ..study import Study, StudyFile


@dataclass(frozen=True)
class Exported:
    """One variant of a study; what is asked for is computed then, and once.

    Attributes
    ----------
    file, study, variant
        The study file, the variant as a study, and its label.
    """

    file: StudyFile
    study: Study
    variant: str

    @cached_property
    def origin(self) -> Origin:
        """Where it comes from."""
        return origin_of(self.file, self.study, self.variant)

    @cached_property
    def compact(self) -> Compact | None:
        """The device as a circuit sees it; None where it has no such model."""
        from .. import chain
        from ..device.compact import compact

        if self.study.device is None or self.study.device.filament is None:
            return None
        solid = chain.matter(self.study, self.file.library).film
        return compact(
            solid, self.study.device, self.study.protocol, self.file.library, self.variant
        )

    @cached_property
    def filament(self) -> Filament:
        """The filament of a device that has one.

        Raises
        ------
        InputError
            If it has none; says what can be exported.
        """
        made = self.compact
        if made is None or made.kind != "filament":
            raise self.refused("a device with [device.filament]")
        origin = origin_of(self.file, self.study, self.variant, made.notes)
        return filament(made.model, origin, made.full_light)

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """Its records, at nominal values."""
        from .. import chain

        if not self.study.protocol:
            raise InputError(
                "protocol", "none in this study", "at least one [[protocol]] to record",
                "add one, or export another study",
            )  # fmt: skip
        return chain.measure(self.study, self.file.library).traces

    @cached_property
    def cell(self) -> CellModel:
        """The cell that an array is made of, from all records."""
        from ..array.build import build
        from ..array.spec import ArraySpec
        from ..figures import extract

        figures = []
        for trace in self.traces:
            try:
                figures.append(extract(trace, self.file.library))
            except InputError:  # a record too short for figures
                continue
        if not figures:
            raise self.refused("records with figures of merit")
        spec = self.study.array or ArraySpec()
        seed, every = self.study.study.seed, tuple(figures)
        return build(figures[0], spec, seed, every=every, traces=self.traces).cell

    @cached_property
    def measured(self) -> Compact | None:
        """The device by the law of its pulses; None where none were recorded."""
        from ..array.relaxing import compact_of

        if not self.study.protocol or self.cell.update is None:
            return None
        try:
            return compact_of(self.cell, label=self.variant, pulses_between="assume")
        except InputError:
            return None

    def refused(self, needed: str) -> InputError:
        """Return the error that says what this study offers instead."""
        offers = ["traces"] if self.study.protocol else []
        if self.study.device is not None and self.study.device.filament is not None:
            offers = ["spice", "verilog-a", "nir", *offers]
        elif self.measured is not None:
            offers = ["spice", "crosssim", "aihwkit", *offers]
        allowed = f"{needed}; of this study can be exported: {', '.join(offers) or 'nothing'}"
        return InputError(
            "export --to", f"study {self.file.study.study.id}", allowed,
            f"--to {offers[0]}" if offers else "add [device] and [[protocol]]",
        )  # fmt: skip


def of_study(study: str | Path | StudyFile, variant: str | None = None) -> Exported:
    """Return one variant of a study, to export it.

    Parameters
    ----------
    variant
        Label; the first variant where it is None.

    Raises
    ------
    InputError
        If there is no such variant.

    Examples
    --------
    >>> of_study("m9").variant
    'OGB, low compliance'
    """
    from ..study import StudyFile, load

    file = study if isinstance(study, StudyFile) else load(study)
    known = dict(file.variants)
    label = next(iter(known)) if variant is None else variant
    if label not in known:
        words = [name for name in known if name]
        remedy = nearest(label, words) if words else "leave --variant out"
        raise InputError("--variant", label, "a variant of the study", remedy)
    return Exported(file, known[label], label)


Writer = Callable[[Exported, Path], list[Path]]
