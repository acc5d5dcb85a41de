"""The study file: every stage's spec in one TOML file, read, resolved, varied, drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from .array.spec import ArraySpec
from .core import tomlfile
from .core.errors import InputError, nearest
from .core.randomness import generator
from .core.runfolder import code_version, hash_of
from .core.sourced import Sourced
from .core.spec import Spec, build, quantity, quantity_of
from .core.tomlfile import override
from .crystal.spec import CrystalSpec
from .device import waveforms
from .device.light import files_of
from .device.spec import DeviceSpec, Protocol, needs, voltages
from .device.waveform_file import with_files
from .dot.spec import DotModel
from .film.spec import FilmSpec
from .inheritance import find, inherited, shipped
from .library import Library
from .reported import Reported, published
from .synthesis.spec import DotsSpec, RecipeSpec
from .synthesis.state import DotPopulation
from .synthesis.treatment.spec import Treatment
from .task.spec import TaskSpec

__all__ = [
    "Reported", "Study", "StudyFile", "draw", "find", "load", "override", "published", "resolve",
    "shipped", "uncertain",
]  # fmt: skip


class Header(Spec):
    """What the study is, and how often it is drawn."""

    id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="short name of letters, digits, - and _, used for folders",
    )
    title: str = Field(min_length=1, max_length=200, description="one line")
    description: str = Field(default="", max_length=4000, description="a sentence or two")
    base: str = Field(
        default="",
        max_length=200,
        description="another study, by its id or file, whose tables are taken where this one has "
        "none; lists, such as the protocols, are replaced as a whole",
    )
    variant: str = Field(
        default="", max_length=60, description="which variant of the base is taken"
    )
    references: tuple[str, ...] = Field(default=(), description="sources, e.g. 'ref188' or a DOI")
    seed: int = Field(default=1, ge=0, le=2**32 - 1, description="root of all random draws")
    draws: int = Field(
        default=19,
        ge=0,
        le=10_000,
        description="draws of all intervals; 0: no intervals. The range of 19 draws holds 90 %",
    )


class Dots(DotsSpec):
    """Dots given directly, in place of a recipe, and how they are modelled."""

    model: DotModel = Field(default_factory=DotModel, description="parameters of the dot model")


class Crystal(CrystalSpec):
    """A lattice by its formula; dots bring their own, unless this table stands beside them."""

    formula: str = Field(max_length=200, description="composition, e.g. CsPbBr3 or Cs2AgBiBr6")
    size: Sourced | None = quantity(
        "m",
        "of the crystal, where its phases depend on it; default: that of the dots, else bulk",
        low=3e-10,
        high=1e-4,
        optional=True,
    )
    temperature: Sourced | None = quantity(
        "K", "of the lattice; default: that of the dots", low=1.0, high=900.0, optional=True
    )


class Variant(Spec):
    """One way to run the study, by values that differ from the tables above."""

    label: str = Field(min_length=1, max_length=60, description="shown in legends and file names")
    set: dict[str, Any] = Field(
        default_factory=dict, description="dotted keys and values, {'film.ligand' = 'DDAB'}"
    )


class Study(Spec):
    """Everything that a user may set, from the flask to the task; each stage may be absent."""

    library: tuple[str, ...] = Field(
        default=(), max_length=20, description="files of own materials, beside the study"
    )
    study: Header = Field(description="id, title, seed, draws")
    crystal: Crystal | None = Field(default=None, description="the lattice alone, without dots")
    recipe: RecipeSpec | None = Field(default=None, description="the synthesis of the dots")
    dots: Dots | None = Field(default=None, description="dots given directly, without recipe")
    treatment: tuple[Treatment, ...] = Field(
        default=(), max_length=20, description="what is done to the finished dots, in order"
    )
    film: FilmSpec | None = Field(default=None, description="the film of dots")
    device: DeviceSpec | None = Field(default=None, description="stack, contacts and geometry")
    protocol: tuple[Protocol, ...] = Field(default=(), max_length=40, description="what is done")
    array: ArraySpec | None = Field(default=None, description="a crossbar of the device")
    task: TaskSpec | None = Field(default=None, description="what the array has to do")
    variant: tuple[Variant, ...] = Field(default=(), max_length=60, description="runs to compare")
    reported: tuple[Reported, ...] = Field(default=(), max_length=200, description="published")

    @property
    def temperature(self) -> float:
        """Lattice temperature of the dots: their own, else the film's, else the device's [K]."""
        named = (
            self.dots.temperature if self.dots else None,
            self.film.temperature if self.film else None,
            self.device.temperature if self.device else None,
        )
        return next((float(q) for q in named if q is not None), 300.0)

    def lattice(self, population: DotPopulation | None) -> tuple[str, float | None, float]:
        """Formula, size [m] (None: bulk) and temperature [K] of the lattice, from the dots."""
        own = self.crystal
        formula = own.formula if own else population.formula if population else ""
        size = own.size if own and own.size else population.size if population else None
        temperature = own.temperature if own else None
        known = size is not None and size.is_known
        return (
            formula,
            float(size) if size is not None and known else None,
            self.temperature if temperature is None else float(temperature),
        )

    @model_validator(mode="after")
    def _joined(self) -> Study:
        _check_stages(self)
        _check_protocols(self)
        labels = [v.label for v in self.variant]
        for k, label in enumerate(labels):
            if label in labels[:k]:
                raise _wrong(f"variant[{k}].label", label, "a label of its own", "rename it")
        for k, reported in enumerate(self.reported):
            for row in reported.rows:
                if row.variant and row.variant not in labels:
                    remedy = nearest(row.variant, labels) or "the study has no [[variant]]"
                    raise _wrong(f"reported[{k}].variant", row.variant, "a variant", remedy)
        return self


def _wrong(field: str, value: object, allowed: str, remedy: str) -> InputError:
    return InputError(field, value, allowed, remedy)


def _check_stages(s: Study) -> None:
    """Refuse a stage whose stage before it is missing."""
    missing = "nothing (it is missing)"
    if not (s.crystal or s.recipe or s.dots or s.film or s.device):
        allowed = "one of [crystal], [recipe], [dots], [film], [device]"
        raise _wrong("film", missing, allowed, "add one")
    if s.recipe and s.dots:
        allowed = "either [recipe] or [dots], as a recipe makes the dots"
        raise _wrong("dots", s.dots.formula, allowed, "remove one of the two tables")
    if s.treatment and not (s.recipe or s.dots):
        raise _wrong("treatment", missing, "a study with [recipe] or [dots]", "add one")
    if s.device and not s.protocol:
        allowed = "at least one table [[protocol]]: what is measured on the device"
        raise _wrong("protocol", missing, allowed, "add [[protocol]] kind = ...")
    for name, value, before in (
        ("protocol", s.protocol, "device"),
        ("array", s.array, "device"),
        ("task", s.task, "array"),
    ):
        if value and getattr(s, before) is None:
            raise _wrong(before, missing, f"a table, as [{name}] needs it", f"add [{before}]")
    if s.device:
        for k, layer in enumerate(s.device.layer):
            if layer.material == "film" and s.film is None:
                field = f"device.layer[{k}].material"
                raise _wrong(field, "film", "a study with [film]", "add [film], or another name")


def _check_protocols(s: Study) -> None:
    """Refuse protocols that the device does not understand or that cannot be carried out."""
    known = needs(s.device.kind) if s.device else ()
    for k, protocol in enumerate(s.protocol):
        field = f"protocol[{k}]"
        if protocol.kind not in known:
            allowed = "for this device one of " + ", ".join(known)
            raise _wrong(f"{field}.kind", protocol.kind, allowed, nearest(protocol.kind, known))
        for name in ("corners", "gate", "drain"):
            if isinstance(raw := getattr(protocol, name, None), tuple):
                voltages(raw, f"{field}.{name}")
        if protocol.kind not in ("transfer", "output"):
            try:
                waveforms.of(protocol)
            except InputError as e:
                where = e.field.replace("protocol", field, 1)
                raise _wrong(where, e.value, e.allowed, e.remedy) from None


@dataclass(frozen=True)
class StudyFile:
    """A study with the files beside it.

    Attributes
    ----------
    study
        The study as given.
    variants
        (label, study) for each way to run it; one with an empty label where none are declared.
    library
        The built-in library with the study's own files.
    folder
        Where the study and its own files stand.
    beside
        Name and content of each own file, so that a run folder can be run again.
    """

    study: Study
    variants: tuple[tuple[str, Study], ...]
    library: Library
    folder: Path = Path()
    beside: tuple[tuple[str, bytes], ...] = ()

    @property
    def identity(self) -> str:
        """Hash of all that decides the results: resolved study, own files, code and data."""
        files = (f"{name}\0{hash_of(body.hex())}" for name, body in self.beside)
        return hash_of(tomlfile.dumps(resolve(self.study)), code_version(), *files)


def load(path: str | Path) -> StudyFile:
    """Read a study file, or a shipped study by its id.

    Raises
    ------
    InputError
        Names the field, the value, what is allowed and what to try.

    Examples
    --------
    >>> load("no_such_study.toml")
    Traceback (most recent call last):
    ...
    halodot.core.errors.InputError: no_such_study.toml: no such file cannot be used
      allowed: a TOML file
      try: check the name; `halodot new` writes a file to start from
    """
    where = find(path)
    return from_data(tomlfile.read(where), where.parent)


def from_data(data: dict[str, Any], folder: str | Path = ".") -> StudyFile:
    """Validate the tables of a study whose own files stand in `folder`."""
    data = inherited(data, folder)
    raw, data = data, with_files(data, folder)
    study = build(Study, data)
    paths = [_beside(Path(folder), name, k) for k, name in enumerate(study.library)]
    library = Library.builtin().with_files(paths) if paths else Library.builtin()
    variants = [(v.label, _varied(raw, folder, v, k)) for k, v in enumerate(study.variant)]
    for name, varied in (*variants, ("", study)):
        _check_names(varied, library, f"variant '{name}', " if name else "")
    _check_labels(study, [varied for _, varied in variants] or [study])
    for k, reported in enumerate(study.reported):
        try:
            published(reported)
        except InputError as e:
            where = f"reported[{k}].{'review' if reported.review else 'value'}, {e.field}"
            raise InputError(where, e.value, e.allowed, e.remedy) from None
    named = dict(zip(study.library, paths, strict=True)) | _files_of_light(
        (study, *(varied for _, varied in variants)), Path(folder)
    )
    if len(named) > len(paths):
        library = replace(library, folder=Path(folder))
    files = tuple((name, p.read_bytes()) for name, p in named.items())
    return StudyFile(study, tuple(variants) or (("", study),), library, Path(folder), files)


def _check_labels(study: Study, variants: list[Study]) -> None:
    """Refuse a reported figure of a protocol that no variant has."""
    labels = {p.label for varied in variants for p in varied.protocol if p.label}
    for k, reported in enumerate(study.reported):
        for row in reported.rows:
            if row.protocol and row.protocol not in labels:
                remedy = nearest(row.protocol, labels) or "no protocol has a label"
                raise _wrong(f"reported[{k}].protocol", row.protocol, "a label", remedy)


def _files_of_light(studies: tuple[Study, ...], folder: Path) -> dict[str, Path]:
    """Files of spectra and optical constants that the devices read, by name."""
    found = {}
    for device in (s.device for s in studies if s.device is not None):
        for name in files_of(device.light, device.optics):
            if not (folder / name).is_file():
                raise InputError("device.light", name, "a file beside the study", "check the name")
            found[name] = folder / name
    return found


def _check_names(study: Study, library: Library, before: str) -> None:
    """Look up the names that no stage needs when a given value stands in their place."""
    wash = study.film.wash if study.film else None
    for field, kind, name in (
        ("dots.ligand", "ligand", study.dots.ligand if study.dots else ""),
        ("film.ligand", "ligand", study.film.ligand if study.film else ""),
        ("film.wash.solvent", "solvent", wash.solvent if wash else ""),
    ):
        if name:
            try:
                library.entry(kind, name)
            except InputError as e:
                raise InputError(before + field, e.value, e.allowed, e.remedy) from None


def _beside(folder: Path, name: str, index: int) -> Path:
    path = folder / name
    if Path(name).name != name or not name.lower().endswith((".csv", ".toml")):
        allowed = "the name of a .csv or .toml file in the folder of the study"
        raise InputError(f"library[{index}]", name, allowed, "put the file beside the study")
    if name == "study.toml":
        raise InputError(f"library[{index}]", name, "another name than study.toml", "rename it")
    if not path.is_file():
        raise InputError(f"library[{index}]", name, "a file beside the study", "check the name")
    return path


def _varied(data: dict[str, Any], folder: str | Path, variant: Variant, index: int) -> Study:
    for key, value in variant.set.items():
        if key.split(".", 1)[0].split("[", 1)[0] in ("variant", "reported", "library"):
            field = f"variant[{index}].set"
            raise InputError(field, key, "a key of study, dots, film, device, ...", "")
        try:
            data = override(data, key, value)
        except InputError as e:
            field = f"variant[{index}].set, {e.field}"
            raise InputError(field, e.value, e.allowed, e.remedy) from None
    return build(Study, with_files(data, folder))


def resolve(spec: Spec) -> dict[str, Any]:
    """Return all values of `spec`, defaults included, as tables that build the same spec."""
    fields = type(spec).model_fields.items()
    found = ((f.alias or name, _plain(getattr(spec, name))) for name, f in fields)
    return {name: value for name, value in found if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Sourced):
        return _quantity(value)
    if isinstance(value, Spec):
        return resolve(value)
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def _quantity(q: Sourced) -> dict[str, Any]:
    def text(x: float | None) -> object:
        return x if x is None or q.unit == "1" else f"{x!r} {q.unit}"

    body = {"value": text(q.value), "low": text(q.low), "high": text(q.high), "basis": q.basis}
    body |= {"sources": list(q.sources) or None, "note": q.note or None}
    return {k: v for k, v in body.items() if v is not None}


def quantities(spec: Spec, root: str = "") -> Iterator[tuple[str, Sourced]]:
    """Yield (dotted key, value) of every quantity in `spec`."""
    for name in type(spec).model_fields:
        yield from _inside(getattr(spec, name), f"{root}.{name}" if root else name)


def _inside(value: Any, key: str) -> Iterator[tuple[str, Sourced]]:
    if isinstance(value, Sourced):
        yield key, value
    elif isinstance(value, Spec):
        yield from quantities(value, key)
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _inside(inner, f"{key}[{index}]")


def uncertain(study: Study) -> Iterator[tuple[str, Sourced]]:
    """Yield (dotted key, value) of every quantity of `study` that carries an interval."""
    return ((key, q) for key, q in quantities(study) if q.low is not None)


def draw(study: Study, k: int) -> Study:
    """Return `study` with every interval replaced by its `k`-th draw.

    A quantity is drawn from (seed, k, its key) alone, so that variants share their draws and
    differ only by what they set. Protocols that are not repeated in draws are left out.
    """

    def drawn(value: Any, key: str) -> Any:
        if isinstance(value, Sourced):
            if value.low is None:
                return value
            return value.sample(generator(study.study.seed, "draw", k, key))
        if isinstance(value, Spec):
            fields = type(value).model_fields
            new = {n: drawn(getattr(value, n), f"{key}.{n}") for n in fields}
            return value.model_copy(update={n: _bounded(value, n, v) for n, v in new.items()})
        if isinstance(value, tuple):
            return tuple(drawn(v, f"{key}[{i}]") for i, v in enumerate(value))
        return value

    result: Study = drawn(study, "")
    kept = tuple(p for p in result.protocol if p.in_draws)
    return result.model_copy(update={"protocol": kept})


def _bounded(spec: Spec, name: str, value: Any) -> Any:
    """A drawn value within the bounds that its field declares."""
    declared = quantity_of(type(spec), name)
    if declared is None or not isinstance(value, Sourced) or value.value is None:
        return value
    inside = float(min(max(value.value, declared["low"]), declared["high"]))
    return value if inside == value.value else value.with_value(inside)
