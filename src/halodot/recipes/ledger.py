"""The table of a campaign on disk: what people wrote in it stays as they wrote it.

Cells are kept as text; a program that adds rows or fills empty cells changes nothing else, also
not columns that it does not know. Separator (comma, semicolon or tab) and byte-order mark stay
those of the file. A new version is written aside and takes the place of the old one in one rename,
so that a crash leaves either the old or the new one, whole.
"""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass, field
from pathlib import Path

from ..core.errors import InputError

_LARGEST = 20_000_000  # bytes
_SEPARATORS = ",;\t"
_MARK = "\ufeff"


@dataclass
class Ledger:
    """A table of text cells.

    Attributes
    ----------
    columns
        Names, in the order of the file.
    rows
        One dictionary a row, by column.
    """

    columns: list[str]
    rows: list[dict[str, str]] = field(default_factory=list)
    separator: str = ","
    mark: str = ""
    read_as: bytes | None = None

    @classmethod
    def read(cls, path: str | Path, name: str = "table") -> Ledger:
        """Read a table.

        Raises
        ------
        InputError
            If it cannot be read, has no header, or a column twice, or a row too many cells.
        """
        data = _bytes(path, name)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        mark = _MARK if text.startswith(_MARK) else ""
        text = text.removeprefix(_MARK)
        header = text.splitlines()[0] if text.strip() else ""
        separator = max(_SEPARATORS, key=header.count)
        try:
            lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except csv.Error as e:
            raise InputError(name, str(path), "a table of comma separated values", str(e)) from None
        if not lines or not any(lines[0]):
            raise InputError(name, str(path), "a table with a header line", "see campaign.csv")
        columns = [c.strip() for c in lines[0]]
        twice = next((c for c in columns if columns.count(c) > 1), None)
        if twice is not None:
            raise InputError(f"{name}.{twice}", "a column twice", "each column once", "rename one")
        rows = [_row(columns, cells, n, name) for n, cells in enumerate(lines[1:], 2) if any(cells)]
        return cls(columns, rows, separator, mark, data)

    def text(self) -> str:
        """The table as it is written."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=self.separator, lineterminator="\n")
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow([row.get(c, "") for c in self.columns])
        return self.mark + out.getvalue()

    def write(self, path: str | Path) -> None:
        """Replace the file in one step.

        Raises
        ------
        InputError
            If somebody changed it since it was read.
        """
        path = Path(path)
        there = path.read_bytes() if path.exists() else None
        if there != self.read_as:
            allowed = "a table that nobody changes while this command runs"
            raise InputError(path.name, str(path), allowed, "run the command again")
        data = self.text().encode()
        replace_file(path, data)
        self.read_as = data

    def add_columns(self, names: list[str]) -> None:
        """Add missing columns at the end."""
        self.columns += [n for n in names if n not in self.columns]


def replace_file(path: Path, data: bytes) -> None:
    """Write aside, bring it to the disk, rename."""
    aside = path.with_name(f".{path.name}.tmp")
    with open(aside, "wb") as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
    os.replace(aside, path)


def _bytes(path: str | Path, name: str) -> bytes:
    try:
        if Path(path).stat().st_size > _LARGEST:
            raise InputError(name, str(path), "a table below 20 MB", "give the rows of this round")
        return Path(path).read_bytes()
    except (OSError, ValueError) as e:
        reason = e.strerror if isinstance(e, OSError) and e.strerror else str(e)
        raise InputError(name, str(path), "a table that can be read", reason) from None


def _row(columns: list[str], cells: list[str], line: int, name: str) -> dict[str, str]:
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        allowed, remedy = (
            f"at most {len(columns)} cells, as in the header",
            "quote cells with commas",
        )
        raise InputError(f"{name} line {line}", ", ".join(cells), allowed, remedy)
    return dict(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=False))
