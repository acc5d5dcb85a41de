"""Every exception that halodot raises on purpose."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MESSAGE_LIMIT = 2000
VALUE_LIMIT = 120


def shorten(value: object, limit: int = VALUE_LIMIT) -> str:
    """Return `value` as printable text of at most `limit` characters."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return text if len(text) <= limit else f"{text[: limit - 30]}... ({len(text)} characters)"


class HalodotError(Exception):
    """Base of all errors of halodot."""


class InputError(HalodotError, ValueError):
    """The user gave something that cannot be used.

    Parameters
    ----------
    field
        Where it stands, as the user wrote it: ``device.layer[1].thickness`` or a file name.
    value
        What was found there.
    allowed
        What may stand there.
    remedy
        What to try.
    """

    def __init__(self, field: str, value: object, allowed: str, remedy: str = "") -> None:
        self.field, self.value, self.allowed, self.remedy = field, value, allowed, remedy
        lines = [
            f"{shorten(field)}: {shorten(value)} cannot be used",
            f"  allowed: {shorten(allowed, 700)}",
        ]
        if remedy:
            lines.append(f"  try: {shorten(remedy, 500)}")
        super().__init__("\n".join(lines)[:MESSAGE_LIMIT])


class OutOfRangeError(InputError):
    """A number with the right unit lies outside what the model accepts."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a remedy naming the known words nearest to `word`, or listing what is known.

    >>> nearest("thicknes", ["thickness", "material"])
    "did you mean 'thickness'?"
    """
    words = sorted(known)
    folded: dict[str, str] = {}
    for known_word in words:
        folded.setdefault(known_word.lower(), known_word)
    found = difflib.get_close_matches(word[:80].lower(), list(folded), n=3, cutoff=0.6)
    if found:
        close = [folded[w] for w in found]
        return "did you mean " + " or ".join(f"'{w}'" for w in close) + "?"
    return "one of " + ", ".join(words) if words else ""
