"""``halodot literature``: what the review and its sources state, and where they disagree."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .output import print_json

if TYPE_CHECKING:
    from ..library.claim import Claim
    from ..library.conflicts import Conflict

WIDTH = 100


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p = verbs.add_parser("literature", help="what the review and its sources state")
    actions = p.add_subparsers(dest="action", metavar="ACTION", required=True)
    tables = actions.add_parser("tables", help="the tables of the review as printed")
    tables.add_argument("name", nargs="?", help="transistors, memories or synthesis_sizes")
    show = actions.add_parser("show", help="every entry about a system, reference or material")
    show.add_argument("key", help="M9, 188, ref188 or CsPbBr3")
    conflicts = actions.add_parser("conflicts", help="contradictions, found by comparing entries")
    sources = actions.add_parser("sources", help="the bibliography")
    sources.add_argument("keys", nargs="*", metavar="KEY", help="review, ref165, 188, DOI, arXiv")
    sources.add_argument("--bibtex", action="store_true", help="print BibTeX")
    for action in (tables, show, conflicts, sources):
        action.add_argument("--json", action="store_true", help="print one JSON object")
        action.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run one action of the verb."""
    actions = {"tables": _tables, "show": _show, "conflicts": _conflicts, "sources": _sources}
    actions[args.action](args)
    return 0


def _write(text: str = "", indent: str = "", hang: str | None = None) -> None:
    """Write `text` wrapped to the width of a terminal."""
    further = indent + "  " if hang is None else hang
    lines = textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=further)
    sys.stdout.write("\n".join(lines or [""]) + "\n")


def _tables(args: argparse.Namespace) -> None:
    from ..core.errors import InputError, nearest
    from ..library.review import tables

    known = tables()
    if args.name is not None and args.name not in known:
        raise InputError("table", args.name, ", ".join(known), nearest(args.name, known))
    chosen = {k: known[k] for k in ([args.name] if args.name else known)}
    if args.json:
        print_json({k: [dict(row) for row in rows] for k, rows in chosen.items()})
        return
    for name, rows in chosen.items():
        _write(f"{name} ({len(rows)} rows)")
        for row in rows:
            _write("; ".join(f"{k} {_cell(v)}" for k, v in row.items() if v is not None), "  ")
        _write()


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def claim_json(c: Claim) -> dict[str, Any]:
    """Return one claim as a table of plain values, number and unit as printed."""
    value, unit = c.customary
    return {
        "subject": c.subject, "ref": c.ref, "quantity": c.quantity, "condition": c.condition,
        "value": value, "unit": unit, "bound": c.bound, "place": c.place, "locator": c.locator,
        "confidence": c.confidence, "source": c.source, "note": c.note,
    }  # fmt: skip


def conflict_json(c: Conflict) -> dict[str, Any]:
    """Return one conflict with every claim in it."""
    units = {k.customary[1] for k in c.used}
    numbers = [k.customary[0] for k in c.used if c.low is not None]
    return {
        "kind": c.kind, "subject": c.subject, "refs": list(c.refs), "quantity": c.quantity,
        "condition": c.condition, "follows_from": list(c.parents),
        "entries": [claim_json(k) for k in c.claims],
        "used": c.used_text, "used_low": min(numbers, default=None),
        "used_high": max(numbers, default=None),
        "used_unit": units.pop() if len(units) == 1 else None, "why": c.why,
    }  # fmt: skip


def _show(args: argparse.Namespace) -> None:
    from ..library.review import conflicts, entries, subject_of, systems
    from ..library.sources import source

    subject, ref = subject_of(args.key)
    claims = entries(args.key)
    around = {c.subject for c in claims} | {subject}
    disputed = [
        c
        for c in conflicts()
        if (ref in c.refs if ref else any(k.subject in around for k in c.claims))
    ]
    titles = [s for s in systems() if s.id == subject or (ref is not None and ref in s.refs)]
    refs = (ref,) if ref else tuple(dict.fromkeys(r for s in titles for r in s.refs))
    if args.json:
        body: dict[str, Any] = {"key": subject or f"ref{ref}", "titles": [s.title for s in titles]}
        body |= {"refs": list(refs), "entries": [claim_json(c) for c in claims]}
        print_json(body | {"conflicts": [conflict_json(c) for c in disputed]})
        return
    for s in titles:
        _write(f"{s.id}  {s.title}")
    for number in refs:
        _write(f"[{number}] {source(number).citation}", "  ", "    ")
    if not titles and not refs:
        _write(str(subject))
    _write()
    _entries(claims, {mark for c in disputed for k in c.claims for mark in _marks(k)})
    if disputed:
        _write()
        _write("Conflicts (marked ! above)")
        _listed(disputed)


def _marks(c: Claim) -> set[tuple[str, ...]]:
    """What a claim in a conflict marks: itself, or the claims that it follows from."""
    if not c.parents:
        return {(c.subject, c.ref, c.quantity, c.condition)}
    return {(c.subject, c.ref, parent, "") for parent in c.parents}


def _entries(claims: Iterable[Claim], marked: set[tuple[str, ...]]) -> None:
    for c in claims:
        about = (c.subject, c.ref, c.quantity)
        mark = "!" if {(*about, c.condition), (*about, "")} & marked else " "
        condition = f" [{c.condition}]" if c.condition else ""
        note = f"; {c.note}" if c.note else ""
        ref = f" ref {c.ref}" if c.ref else f" of {c.source}" if c.source != "review" else ""
        locator = f", {c.locator}" if c.locator else ""
        where = f"({c.place}{ref}{locator}; {c.confidence}{note})"
        _write(f"{mark} {c.quantity}{condition}: {c.printed}  {where}", "", "      ")


def _listed(found: Sequence[Conflict]) -> None:
    for c in found:
        refs = f" ref{'s' if len(c.refs) > 1 else ''} {', '.join(c.refs)}" if c.refs else ""
        condition = f" [{c.condition}]" if c.condition else ""
        parents = f", from {' and '.join(c.parents)}" if c.parents else ""
        _write(f"{c.subject}{refs}: {c.quantity}{condition}{parents}")
        for k in c.claims:
            where = f"{k.place}: {k.locator}" if k.locator else k.place
            named = f"{k.quantity} " if c.kind == "name" else ""
            ref = f"ref {k.ref}, " if c.kind == "sources" else ""
            _write(f"{named}{k.printed}  ({ref}{where})", "    ")
        _write(f"used: {c.used_text}; {c.why}", "    ")
        _write()


def _conflicts(args: argparse.Namespace) -> None:
    from ..library.review import conflicts

    found = conflicts()
    if args.json:
        print_json({"conflicts": [conflict_json(c) for c in found]})
        return
    _listed(found)
    _write(f"{len(found)} conflicts, found by comparing entries.")


def _sources(args: argparse.Namespace) -> None:
    from dataclasses import asdict

    from ..library.sources import bibtex, others, references, resolve

    keys = args.keys or [*others(), *references()]
    if args.json:
        body: dict[str, Any] = {"sources": [asdict(s) for s in resolve(keys)]}
        print_json(body | ({"bibtex": bibtex(keys)} if args.bibtex else {}))
    elif args.bibtex:
        sys.stdout.write(bibtex(keys))
    else:
        for s in resolve(keys):
            note = f" [{s.note}]" if s.note else ""
            licence = f" ({s.licence})" if s.licence else ""
            _write(f"{s.key}: {s.citation}{licence}{note}", "", "    ")
