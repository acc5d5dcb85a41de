"""What a report is made of: the hand-over objects of every stage, and what was compared.

`chain.py` fills a `ReportInput`; `page.write` turns it into a page. Every stage may be absent,
because a study may enter and leave the flow anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..array.state import Array
from ..core.sourced import Sourced
from ..core.status import Status
from ..device.state import Trace
from ..dot.state import DotProperties
from ..figures.state import Figures
from ..film.state import FilmProperties
from ..synthesis.state import DotPopulation
from ..task.state import Score

Bound = Literal["=", ">", "<"]
Role = Literal["input", "calibrated", "predicted"]
Kind = Literal["number", "yes_no"]
Relation = Literal["", "ratio", "difference"]


@dataclass(frozen=True)
class Comparison:
    """One reported figure beside the computed one; made by `compare.compare`.

    Attributes
    ----------
    name
        Figure of merit, for example ``on_off_ratio``.
    unit
        Unit of both values below.
    bound
        ``=``, or ``>`` / ``<`` where the paper gives only a bound.
    reported, computed
        Converted to `unit`. For ``yes_no`` 1 is true and 0 is false.
    role
        ``input`` (put in), ``calibrated`` (a parameter was set with it) or ``predicted``.
    place
        Where the reported value stands: ``ref 188, Table 3``.
    within
        Verdict of a prediction; None for every other role and where a value is unknown.
    note
        Why a value is unknown, or what to know when reading the pair.
    kind
        ``number`` or ``yes_no``.
    variant
        Label of the variant that was compared; empty where there is one.
    protocol
        Label of the record that was compared; empty: any that has the figure.
    relation
        ``ratio`` or ``difference`` where two figures of one device were put together.
    too_wide
        A prediction whose interval is too wide to say anything: never within, never counted.
    doubt
        Why the reported value is doubtful; empty where it is not.
    """

    name: str
    unit: str
    bound: Bound
    reported: Sourced
    computed: Sourced
    role: Role
    place: str = ""
    within: bool | None = None
    note: str = ""
    kind: Kind = "number"
    variant: str = ""
    protocol: str = ""
    relation: Relation = ""
    too_wide: bool = False
    doubt: str = ""

    @property
    def ratio(self) -> float | None:
        """Computed over reported, None where it has no meaning."""
        a, b = self.computed.value, self.reported.value
        if self.kind == "yes_no" or a is None or b is None or b == 0.0:
            return None
        return a / b


@dataclass(frozen=True)
class StackLayer:
    """One layer of a device for the drawing, in order through the depth.

    Attributes
    ----------
    name
        Material as the user named it.
    thickness
        [m]; None for an electrode whose thickness plays no part.
    role
        ``electrode``, ``film`` (the dots), ``semiconductor`` or ``insulator``.
    """

    name: str
    thickness: float | None
    role: str = "semiconductor"


@dataclass(frozen=True)
class SourceNote:
    """One entry of the bibliography and what it was used for.

    Attributes
    ----------
    key
        As in `Sourced.sources`.
    text
        Citation in one line.
    doi
        DOI without resolver, empty where there is none.
    used_for
        Names of the quantities taken from it.
    """

    key: str
    text: str = ""
    doi: str = ""
    used_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class StatusLine:
    """A sentence about one result that is not simply good."""

    place: str
    status: Status
    detail: str = ""


@dataclass(frozen=True)
class Variant:
    """One run through the flow, for example ``before`` or ``after`` a treatment.

    Attributes
    ----------
    label
        Shown in legends and column heads; empty where the study has one variant.
    stack
        Layers of the device for the drawing, in order of depth, electrodes included.
    """

    label: str = ""
    population: DotPopulation | None = None
    dots: DotProperties | None = None
    film: FilmProperties | None = None
    stack: tuple[StackLayer, ...] = ()
    traces: tuple[Trace, ...] = ()
    figures: tuple[Figures, ...] = ()
    array: Array | None = None
    score: Score | None = None
    crystal: dict[str, Sourced] = field(default_factory=dict)
    failure: str = ""


@dataclass(frozen=True)
class ReportInput:
    """Everything that the report of one study shows.

    Attributes
    ----------
    study_title, study_id
        As in the study file; both are text of the user.
    variants
        One for a plain study; several share their plots as overlaid series.
    comparisons
        Reported against computed.
    inputs
        (dotted key of the study, value) for every quantity that went in; the assumed ones are
        listed first on the page.
    sources
        Bibliography of all values used.
    statuses
        Anything not good that the states themselves do not carry.
    resolved_toml
        The study with every default written out.
    versions
        (name, version) of halodot and of the libraries that matter.
    description
        A sentence or two of the study's author.
    """

    study_title: str
    study_id: str = ""
    variants: tuple[Variant, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    inputs: tuple[tuple[str, Sourced], ...] = ()
    sources: tuple[SourceNote, ...] = ()
    statuses: tuple[StatusLine, ...] = ()
    resolved_toml: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    description: str = ""
    notes: tuple[str, ...] = field(default=())
