"""The verb ``export``: one target of one variant of a study, into a folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..core.errors import InputError, nearest
from .source import Exported, Writer, of_study

if TYPE_CHECKING:
    from ..study import StudyFile

FORMAT = "halodot export 1"
MANIFEST = "export.json"


def export(
    study: str | Path | StudyFile,
    to: str,
    output: str | Path | None = None,
    variant: str | None = None,
) -> list[Path]:
    """Write a device, its cell or its records in the words of another program.

    Parameters
    ----------
    study
        A TOML file, the id of a shipped study, or a study already read.
    to
        A name of `TARGETS`.
    output
        Folder; ``exports/ID`` where None. What an earlier export left there stays, but for files
        of the same name.
    variant
        Label; the first one where None.

    Returns
    -------
    list[Path]
        Files that were written: all of them, or none.

    Raises
    ------
    InputError
        If target or variant are unknown, the study does not have what is asked for, or the folder
        holds other things.
    """
    if to not in TARGETS:
        raise InputError("--to", to, "one of " + ", ".join(TARGETS), nearest(to, TARGETS))
    exported = of_study(study, variant)
    name = exported.file.study.study.id
    target = Path(f"exports/{name}" if output is None else output)
    _check(target)
    parent = target.absolute().parent
    made = _folders(parent, output is None)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=parent))
    try:
        _keep(target, work)
        written = TARGETS[to](exported, work)
        _finish(work, exported, to, written)
        _replace(work, target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        for folder in reversed(made):
            folder.rmdir()
        raise
    return [target / path.relative_to(work) for path in written]


def _folders(parent: Path, may_make: bool) -> list[Path]:
    """Make the folder above a default target; another has to exist."""
    if parent.is_dir():
        return []
    if not may_make:
        raise InputError("-o", str(parent), "a place in an existing folder", f"make {parent} first")
    try:
        parent.mkdir()
    except OSError as e:
        raise InputError("-o", str(parent), "a place that can be written", str(e)) from None
    return [parent]


def _check(target: Path) -> None:
    """Refuse a place that holds anything but an export."""
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError("-o", str(target), "the name of a folder", "choose another name")
    if any(target.iterdir()) and manifest(target).get("format") != FORMAT:
        allowed = "a new name, an empty folder, or an export of halodot"
        raise InputError("-o", str(target), allowed, "choose another name; nothing was touched")


def manifest(folder: Path) -> dict[str, Any]:
    """Return what an earlier export says of itself; empty where there is none."""
    try:
        body = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def _keep(target: Path, work: Path) -> None:
    """Take over what an earlier export left."""
    if target.is_dir():
        shutil.copytree(target, work, dirs_exist_ok=True)


def _finish(work: Path, exported: Exported, to: str, written: list[Path]) -> None:
    """Write the manifest: of which study, by which code, each file is."""
    files = dict(manifest(work).get("files", {}))
    for path in written:
        files[path.relative_to(work).as_posix()] = {
            "target": to,
            "study": exported.file.study.study.id,
            "variant": exported.variant,
            "identity": exported.file.identity,
            "halodot": __version__,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
    body = {"format": FORMAT, "files": dict(sorted(files.items()))}
    text = json.dumps(body, indent=1, ensure_ascii=False) + "\n"
    (work / MANIFEST).write_text(text, encoding="utf-8")
    work.chmod(0o777 & ~_umask())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _replace(work: Path, target: Path) -> None:
    """Put the finished folder in the place of the old one."""
    old = work.with_name(f"{work.name}.old")
    if target.exists():
        os.rename(target, old)
    os.rename(work, target)
    shutil.rmtree(old, ignore_errors=True)


def _spice(exported: Exported, folder: Path) -> list[Path]:
    from .bench import testbench
    from .spice import subcircuit

    if exported.compact is None and exported.measured is not None:
        from . import behavioural

        text = behavioural.subcircuit(exported.measured, exported.origin)
        return _texts(folder, {f"{exported.origin.name}.lib": text})
    part = exported.filament
    files = {f"{part.origin.name}.lib": subcircuit(part)}
    files[f"{part.origin.name}_demo.cir"] = testbench(part, exported.study.protocol)
    return _texts(folder, files)


def _verilog_a(exported: Exported, folder: Path) -> list[Path]:
    from .verilog_a import module

    part = exported.filament
    return _texts(folder, {f"{part.origin.name}.va": module(part)})


def _texts(folder: Path, files: dict[str, str]) -> list[Path]:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="ascii")
    return [folder / name for name in files]


def _traces(exported: Exported, folder: Path) -> list[Path]:
    from .traces import write

    return write(exported, folder)


def _nir(exported: Exported, folder: Path) -> list[Path]:
    from .nir_graph import write

    return write(exported, folder)


def _crosssim(exported: Exported, folder: Path) -> list[Path]:
    from .crosssim import write

    return list(write(exported.cell, folder, exported.origin.name, exported.origin))


def _aihwkit(exported: Exported, folder: Path) -> list[Path]:
    from .aihwkit import write

    return list(write(exported.cell, folder, exported.origin.name, exported.origin))


TARGETS: dict[str, Writer] = {
    "spice": _spice,
    "verilog-a": _verilog_a,
    "nir": _nir,
    "crosssim": _crosssim,
    "aihwkit": _aihwkit,
    "traces": _traces,
}
