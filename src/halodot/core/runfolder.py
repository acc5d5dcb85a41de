"""Folders of results that can be stopped at any moment, gone on with, and replaced safely.

Work happens in the sibling ``DIR.partial``; it becomes ``DIR`` in one rename when all of it is
whole. A lock held on the open folder itself keeps a second process out and vanishes with its
process, so that no stale lock can stay behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from . import codec
from .errors import InputError

T = TypeVar("T")

FORMAT = "halodot run folder 1"
MANIFEST = "run.json"
TIMINGS = "timings.json"
_CHECKPOINTS = "checkpoints"
_OWNER = "owner.json"
_FIELD = "output folder"


class RunFolder:
    """A run folder being filled; use it in a ``with`` block and call `finish` at its end.

    Parameters
    ----------
    target
        Where the finished folder shall stand.
    identity
        Hash of all that decides the results; checkpoints are used again only under the same one.
    make_parent
        Make the folder above `target` where it is missing.

    Raises
    ------
    InputError
        If `target` exists and is no run folder of halodot, cannot be written, or is being
        written by another process.
    """

    def __init__(self, target: str | Path, identity: str, *, make_parent: bool = False) -> None:
        self.target = _resolved(target)
        self.identity = identity
        self.path = self.target.with_name(self.target.name + ".partial")
        self._replaced = self.target.with_name(self.target.name + ".replaced")
        self._make_parent = make_parent
        self._made_parent = False
        self._lock = -1
        self.resumed = False

    def __enter__(self) -> RunFolder:
        try:
            self._check_target()
            self._check_partial()
            if self._make_parent and not self.target.parent.exists():
                self.target.parent.mkdir()
                self._made_parent = True
            self._acquire()
            self._recover()
            self._prepare()
        except OSError as e:
            self._release()
            raise _unwritable(self.target, e) from None
        except InputError:
            self._release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, InputError):  # this study can never finish: leave nothing behind
            shutil.rmtree(self.path, ignore_errors=True)
            if self._made_parent and not any(self.target.parent.iterdir()):
                self.target.parent.rmdir()
        self._release()
        if isinstance(error, OSError) and error.errno in _DISK:
            raise _unwritable(self.target, error) from None

    def write(self, name: str, content: str | bytes | Callable[[Path], object]) -> Path:
        """Write one file whole or not at all: text, bytes, or a function given a path."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.tmp")
        if isinstance(content, str):
            temporary.write_bytes(content.encode())
        elif isinstance(content, bytes):
            temporary.write_bytes(content)
        else:
            content(temporary)
        os.replace(temporary, path)
        return path

    def write_json(self, name: str, body: object) -> Path:
        """Write `body` as JSON, keys in the order given."""
        text = json.dumps(body, indent=1, ensure_ascii=False, allow_nan=False)
        return self.write(name, text + "\n")

    def checkpoint(self, name: str, compute: Callable[[], T]) -> T:
        """Return the stored result of an earlier start under `name`, or compute and store it."""
        stored = self.stored(name)
        if stored is not None:
            return stored[0]  # type: ignore[no-any-return]
        result = compute()
        self.store(name, result)
        return result

    def stored(self, name: str) -> tuple[Any] | None:
        """Return what an earlier start stored under `name`, in a tuple; None where nothing is."""
        path = self.path / _CHECKPOINTS / f"{name}.json"
        if not path.is_file():
            return None
        try:
            return (codec.loads(path.read_text(encoding="utf-8")),)
        except (ValueError, KeyError, TypeError, ImportError):
            path.unlink()  # damaged: compute it again
            return None

    def store(self, name: str, result: object) -> None:
        """Keep `result` under `name` for a later start."""
        self.write(f"{_CHECKPOINTS}/{name}.json", codec.dumps(result))

    def finish(self, timings: dict[str, Any] | None = None) -> Path:
        """Turn the work into the finished folder, replacing an older run at its place."""
        self._check_target()
        shutil.rmtree(self.path / _CHECKPOINTS, ignore_errors=True)
        files = {n: _digest(self.path / n) for n in _files(self.path) if n != _OWNER}
        if timings is not None:
            self.write_json(TIMINGS, timings)
        self.write_json(MANIFEST, {"format": FORMAT, "identity": self.identity, "files": files})
        (self.path / _OWNER).unlink()
        if self.target.exists():
            os.rename(self.target, self._replaced)
        os.rename(self.path, self.target)
        shutil.rmtree(self._replaced, ignore_errors=True)
        return self.target

    def _check_target(self) -> None:
        if not self.target.parent.is_dir() and not self._make_parent:
            parent = self.target.parent
            allowed = "a place in an existing folder"
            raise InputError(_FIELD, str(self.target), allowed, f"make {parent} first")
        if self.target.exists() and not (is_run(self.target) or _is_empty(self.target)):
            raise InputError(
                _FIELD,
                str(self.target),
                "a new name, an empty folder, or a run folder of halodot (which is replaced)",
                "choose another name with -o; nothing was touched",
            )

    def _check_partial(self) -> None:
        if self.path.exists() and not (_is_partial(self.path) or _is_empty(self.path)):
            allowed = "a name whose work folder NAME.partial is not taken by other files"
            raise InputError(_FIELD, str(self.path), allowed, "choose another name with -o")

    def _acquire(self) -> None:
        """Lock the work folder; what was locked must still be what stands under the name."""
        _drop_locks_in_children()
        while True:
            self.path.mkdir(exist_ok=True)
            self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            _HELD.add(self._lock)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(
                    _FIELD,
                    str(self.target),
                    f"a folder that no other run is writing (process {self._owner()} is)",
                    "wait for it, stop it, or choose another name with -o",
                ) from None
            held = os.fstat(self._lock)
            if self.path.exists() and os.path.samestat(held, self.path.stat()):
                return
            self._release()

    def _release(self) -> None:
        if self._lock >= 0:
            _HELD.discard(self._lock)
            os.close(self._lock)
            self._lock = -1

    def _owner(self) -> object:
        body = _read_json(self.path / _OWNER)
        return body.get("pid", "unknown")

    def _recover(self) -> None:
        """Mend what a run killed between its two last renames left behind."""
        if is_run(self._replaced):
            if self.target.exists():
                shutil.rmtree(self._replaced)
            else:
                os.rename(self._replaced, self.target)

    def _prepare(self) -> None:
        """Keep the checkpoints of the same run; remove everything else."""
        self.resumed = _read_json(self.path / _OWNER).get("identity") == self.identity
        for child in self.path.iterdir():
            if child.name == _CHECKPOINTS and self.resumed:
                for temporary in child.glob(".*.tmp"):
                    temporary.unlink()
            elif child.is_dir() and not child.is_symlink():
                shutil.rmtree(child)
            elif child.name != _OWNER:
                child.unlink()
        body = {"format": FORMAT, "identity": self.identity, "pid": os.getpid()}
        self.write_json(_OWNER, body)


_HELD: set[int] = set()


@lru_cache(maxsize=1)
def _drop_locks_in_children() -> None:
    """Let forked workers close their copy of a lock, which would outlive a killed parent."""

    def close() -> None:
        for lock in _HELD:
            os.close(lock)
        _HELD.clear()

    os.register_at_fork(after_in_child=close)


_DISK = (5, 13, 28, 30, 36, 122)  # EIO, EACCES, ENOSPC, EROFS, ENAMETOOLONG, EDQUOT


def is_run(path: str | Path) -> bool:
    """Return whether `path` is a finished run folder of halodot."""
    return _read_json(Path(path) / MANIFEST).get("format") == FORMAT


def manifest(path: str | Path) -> dict[str, Any]:
    """Return identity and file digests of a finished run folder.

    Raises
    ------
    InputError
        If `path` is not one.
    """
    if not is_run(path):
        raise InputError(_FIELD, str(path), "a finished run folder of halodot", "run it first")
    return _read_json(Path(path) / MANIFEST)


def hash_of(*parts: str) -> str:
    """Return a short hash of texts; the identity of a run is the hash of its resolved study.

    >>> hash_of("a", "b") == hash_of("ab")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:24]


@lru_cache(maxsize=1)
def code_version() -> str:
    """Return a hash of the code and the data of this installation."""
    root = resources.files(__package__.split(".", maxsplit=1)[0])
    digest = hashlib.sha256()
    for path in sorted(Path(str(root)).rglob("*")):
        if path.suffix in (".py", ".csv", ".toml", ".html", ".css") and path.is_file():
            digest.update(str(path.relative_to(str(root))).encode() + path.read_bytes())
    return digest.hexdigest()[:24]


def _resolved(target: str | Path) -> Path:
    try:
        return Path(target).resolve()
    except (OSError, ValueError, RuntimeError) as e:
        raise InputError(_FIELD, str(target), "the name of a folder", str(e)) from None


def _unwritable(target: Path, error: OSError) -> InputError:
    allowed = "a place where a folder can be written"
    return InputError(_FIELD, str(target), allowed, f"the system says: {error.strerror}")


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _is_partial(path: Path) -> bool:
    return is_run(path) or _read_json(path / _OWNER).get("format") == FORMAT


def _read_json(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
