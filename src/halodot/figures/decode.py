"""Bytes of an instrument's file -> lines of text, whatever the encoding."""

from __future__ import annotations

import re
from pathlib import Path

from ..core.errors import InputError

SIZE_LIMIT = 500_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def encoding_of(data: bytes) -> str:
    """Name the encoding: byte-order mark first, then the pattern of zero bytes, then UTF-8.

    Windows-1252 is the last resort because every degree sign and micro sign of an old
    instrument program is written in it; bytes that it leaves undefined are read as Latin-1.

    >>> encoding_of("V;I".encode("utf-16-le")), encoding_of("I (µA)".encode("latin-1"))
    ('utf-16-le', 'cp1252')
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    head = data[:4000]
    zeros = [head[k::2].count(0) / max(len(head) // 2, 1) for k in (0, 1)]
    if zeros[1] > 0.4 and zeros[0] < 0.05:
        return "utf-16-le"
    if zeros[0] > 0.4 and zeros[1] < 0.05:
        return "utf-16-be"
    for name in ("utf-8", "cp1252"):
        try:
            data.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    return "latin-1"


def read_lines(path: str | Path) -> tuple[list[str], str]:
    """Return the lines of the file and the encoding they were read with.

    Raises
    ------
    InputError
        If the file is missing, empty, a folder, far too large, or not text.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(str(path), "no such file", "a text file written by an instrument", "")
    if path.stat().st_size > SIZE_LIMIT:
        raise InputError(str(path), f"{path.stat().st_size} bytes", f"< {SIZE_LIMIT} bytes", "")
    data = path.read_bytes()
    name = encoding_of(data)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as e:
        raise InputError(path.name, f"not {name} text ({e.reason})", "text", "") from e
    if not text.strip():
        raise InputError(path.name, "an empty file", "columns of numbers", "export it again")
    _refuse_binary(path.name, text)
    return _NEWLINE.split(text), name


def _refuse_binary(name: str, text: str) -> None:
    """A handful of stray control characters is tolerated, a binary format is not."""
    found = [m.start() for m in _CONTROL.finditer(text[:200_000])]
    if len(found) <= max(2, len(text[:200_000]) // 2000):
        return
    line = text.count("\n", 0, found[0]) + 1
    raise InputError(
        name,
        f"line {line} holds the control character {ord(text[found[0]]):#04x}: a binary file",
        "a text file with columns of numbers (.csv, .txt, .dat, .tsv)",
        "export the data as CSV from the instrument's own program",
    )
