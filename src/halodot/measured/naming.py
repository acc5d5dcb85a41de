"""Device and cycle that the name of a file states."""

from __future__ import annotations

import re
from pathlib import PurePath

_START = r"(?:(?<![A-Za-z0-9])|(?<=\d))"
_CROSS = re.compile(_START + r"r(?:ow)?[_-]?(\d+)[_-]?c(?:ol)?[_-]?(\d+)(?!\d)", re.IGNORECASE)
_DEVICE = re.compile(
    _START + r"(?:d|dev|device|sample|chip|cell|junction|pad|dot)[\s_#.-]*"
    r"(?:no\.?[\s_]*)?([A-Z]?\d{1,4}[a-z]?)(?![A-Za-z\d])", re.IGNORECASE,
)  # fmt: skip
_LETTER = re.compile(
    _START + r"(?:dev|device|sample|chip|cell|junction|pad|dot)[\s_#.-]*"
    r"([A-Z])(?![A-Za-z\d])(?!-[A-Z](?![A-Za-z]))", re.IGNORECASE,
)  # fmt: skip
_CYCLE = re.compile(
    _START + r"(?:c|cyc|cycle|run|sweep|rep|repeat|loop|trial)[\s_#.-]*(\d{1,6})(?![A-Za-z\d])",
    re.IGNORECASE,
)


def device_in(path: str) -> tuple[str, str]:
    """Return the device that a path below the folder names, and where it stands; empty where none.

    >>> device_in("d1_c2.csv"), device_in("device 3/iv.txt"), device_in("r2c14_ltp.csv")
    (('1', 'file name'), ('3', 'folder name'), ('r2c14', 'file name'))
    >>> device_in("devA_LTP.csv"), device_in("device b/iv.txt"), device_in("retention.csv")
    (('A', 'file name'), ('B', 'folder name'), ('', ''))
    """
    parts = PurePath(path).parts
    for text, where in [(PurePath(parts[-1]).stem, "file name"),
                        *((p, "folder name") for p in reversed(parts[:-1]))]:  # fmt: skip
        if found := _CROSS.search(text):
            return f"r{int(found[1])}c{int(found[2])}", where
        if found := _DEVICE.search(text):
            return found[1].lstrip("0") or "0", where
        if found := _LETTER.search(text):
            return found[1].upper(), where
    return "", ""


def cycle_in(path: str) -> str:
    """Return the cycle that a file name states; empty where none.

    >>> cycle_in("d1_c2.csv"), cycle_in("device 3, run 12.txt"), cycle_in("iv.csv")
    ('2', '12', '')
    """
    text = _CROSS.sub(" ", PurePath(path).stem)
    found = _CYCLE.search(text)
    return found[1].lstrip("0") or "0" if found else ""
