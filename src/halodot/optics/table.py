"""Reading a table of numbers over wavelength that a user put beside the study."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError

Array = NDArray[np.float64]
LARGEST = 5_000_000  # bytes


def read_columns(path: str | Path, columns: tuple[str, ...], field: str) -> list[Array]:
    """Read the columns of a CSV file, rows in the order of rising `columns[0]`.

    Lines that start with ``#`` are left out. The first other line names the columns; columns
    beyond those asked for are left alone.

    Parameters
    ----------
    path
        The file.
    columns
        Names wanted, the wavelength first.
    field
        Where the user named the file, for messages.

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing, a number is none or not finite, or a
        wavelength is not positive or stands there twice.
    """
    where = Path(path)
    wanted = "a CSV file with the columns " + ",".join(columns)
    try:
        if where.stat().st_size > LARGEST:
            raise InputError(field, where.name, "a file of at most 5 MB", "thin the table out")
        text = where.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InputError(field, str(path), wanted, "check the name; save it as UTF-8") from None
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    header = [name.strip() for name in lines[0].split(",")] if lines else []
    missing = [name for name in columns if name not in header]
    if missing:
        raise InputError(
            f"{field} ({where.name})", ",".join(header), wanted, "missing: " + ", ".join(missing)
        )
    places = [header.index(name) for name in columns]
    rows = [_numbers(line, places, f"{field} ({where.name}, row {k})", wanted)
            for k, line in enumerate(lines[1:], 1)]  # fmt: skip
    if not rows:
        raise InputError(f"{field} ({where.name})", "no rows", wanted, "add rows of numbers")
    table = np.array(sorted(rows))
    if table[0, 0] <= 0.0 or np.any(np.diff(table[:, 0]) <= 0.0):
        raise InputError(
            f"{field} ({where.name})",
            columns[0],
            "positive wavelengths, each once",
            "mend the rows",
        )
    return [table[:, k].copy() for k in range(len(columns))]


def _numbers(line: str, places: list[int], field: str, wanted: str) -> list[float]:
    cells = line.split(",")
    try:
        values = [float(cells[k]) for k in places]
    except (ValueError, IndexError):
        raise InputError(field, line, wanted, "one number in each column") from None
    if not np.all(np.isfinite(values)):
        raise InputError(field, line, wanted + ", finite", "one number in each column")
    return values
