"""The page of the atlas: one file that opens offline, a card for each system."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from . import atlas_files, compare
from .atlas_pictures import between_devices
from .model import Comparison
from .page import comparison_row, environment, part
from .text import pretty_name

if TYPE_CHECKING:
    from ..atlas import Atlas, Entry


def render(found: Atlas) -> str:
    """Return the page of an atlas as text; the same atlas gives the same bytes."""
    style, script = part("style.css") + part("atlas.css"), part("script.js") + part("atlas.js")
    across = [(e.id, *row) for e in found.entries for row in e.across]
    context: dict[str, Any] = {
        "style": Markup(style),
        "script": Markup(script),
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "sentences": atlas_files.sentences(found),
        "good": found.is_whole,
        "cards": [_card(e, k) for k, e in enumerate(found.entries)],
        "choices": _choices(found),
        "across": between_devices(across),
        "misses": [_listed(*row) for row in atlas_files.misses(found)],
        "wide": [_listed(*row) for row in atlas_files.too_wide(found)],
        "doubtful": [
            (e.id, pretty_name(c.name), c.doubt)
            for e in found.entries for c in e.comparisons if c.doubt
        ],
        "unknown": [
            (e.id, pretty_name(c.name), c.note or c.computed.note)
            for e in found.entries for c in e.comparisons
            if not (c.reported.is_known and c.computed.is_known)
        ],
        "failed": [(e.id, e.reason) for e in found.entries if e.reason],
        "rules": (compare.__doc__ or "").strip().split("\n\n", 1)[1],
    }  # fmt: skip
    return environment().get_template("atlas.html").render(context)


def _listed(name: str, c: Comparison) -> dict[str, Any]:
    return {"system": name, "why": c.note, **comparison_row(c)}


def _choices(found: Atlas) -> dict[str, list[str]]:
    """What the page can be filtered by."""
    return {
        "mechanism": sorted({e.mechanism for e in found.entries if e.mechanism}),
        "material": sorted({e.material for e in found.entries if e.material}),
        "year": sorted({str(e.year) for e in found.entries if e.year}),
        "status": sorted({e.status for e in found.entries}),
    }


def _card(e: Entry, order: int) -> dict[str, Any]:
    t = compare.tally(e.comparisons)
    return {
        "e": e,
        "order": order,
        "anchor": e.id.lower(),
        "kind": "transistor" if e.id.startswith("T") else "memory",
        "score": f"{t.within} of {t.judged} predictions hold" if t.judged else "",
        "share": t.within / t.judged if t.judged else -1.0,
        "rows": [comparison_row(c) for c in e.comparisons],
        "report": f"{e.id}/report.html" if e.status != "failed" else "",
        "seconds": f"{e.cpu_s:.0f} s of CPU time" if e.cpu_s else "",
    }
