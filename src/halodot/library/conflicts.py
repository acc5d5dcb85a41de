"""Contradictions in the literature, found by comparing claims, and which side is used.

Two claims are compared when they speak of the same quantity of the same subject and reference
under the same condition, in different places. Beside that: a claim against what is known
independently, opposite signs of one trend in two references, and one number under two names.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .claim import Claim
from .derived import derived
from .vocabulary import COMPARED, term

NAMES = {
    "value": "two numbers for one quantity",
    "category": "two words for one thing",
    "trend": "two signs for one trend",
    "order": "against what is known",
    "name": "one number under two names",
    "sources": "two references with opposite trends",
}
_RANK = {kind: i for i, kind in enumerate(NAMES)}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A contradiction, with every claim that takes part and what is used.

    Parameters
    ----------
    kind
        value | category | trend | order | name | sources (see `NAMES`).
    subject, refs, quantity, condition
        What it is about.
    claims
        All claims compared, both sides, each with its place.
    used
        The claims that are used; empty where neither can be.
    low, high
        Ends of the used numbers in SI; None for words and where none is used.
    why
        The rule that chose.
    """

    kind: str
    subject: str
    refs: tuple[str, ...]
    quantity: str
    condition: str
    claims: tuple[Claim, ...]
    used: tuple[Claim, ...]
    low: float | None
    high: float | None
    why: str

    @property
    def parents(self) -> tuple[str, ...]:
        """Quantities that the compared words follow from; empty where the claims are printed.

        >>> from halodot.library.review import conflicts
        >>> [c.parents for c in conflicts() if c.refs == ("188",)]
        [('set_voltage', 'reset_voltage')]
        """
        return tuple(dict.fromkeys(p for c in self.claims for p in c.parents))

    @property
    def used_text(self) -> str:
        """What is used, as printed.

        >>> from halodot.library.review import conflicts
        >>> [c.used_text for c in conflicts() if c.subject == "M9"]
        ['Ag']
        """
        named = self.kind == "name"
        printed = (f"{c.quantity} {c.printed}" if named else c.printed for c in self.used)
        words = list(dict.fromkeys(printed))
        if not words:
            return "neither"
        return words[0] if len(words) == 1 or self.low == self.high else " to ".join(words)


def find(claims: Iterable[Claim]) -> tuple[Conflict, ...]:
    """Return every contradiction among `claims` and what follows from them."""
    given = tuple(claims)
    everything = (*given, *derived(given))
    groups = _within(everything)
    refuted = refuted_claims(groups, everything)
    own = [_resolved(kind, group, refuted) for kind, group in groups]
    found = [*own, *_between_references(everything, own), *_one_number_two_names(everything)]
    return tuple(sorted(found, key=_order))


def _order(c: Conflict) -> tuple[str, int, int, str, str]:
    digits = "".join(x for x in c.subject if x.isdigit())
    is_system = c.subject[:1] in "PSXTM" and digits == c.subject[1:] and bool(digits)
    letter = c.subject[:1] if is_system else "~" + c.subject
    return letter, int(digits) if is_system else 0, _RANK[c.kind], c.quantity, c.condition


def _within(claims: Sequence[Claim]) -> list[tuple[str, list[Claim]]]:
    """Groups of one subject, reference, quantity and condition that do not agree."""
    known: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    groups: dict[tuple[str, str, str, str], list[Claim]] = defaultdict(list)
    for c in claims:
        if term(c.quantity).kind not in COMPARED:
            continue
        if c.place == "reference":
            known[c.quantity, c.condition].append(c)
        else:
            groups[c.subject, c.ref, c.quantity, c.condition].append(c)
    found = []
    for (subject, _, quantity, condition), group in groups.items():
        order = [k for k in known[quantity, condition] if k.subject in (subject, "*")]
        members = _unique([*group, *order])
        if any(_opposed(a, b) for a, b in itertools.combinations(members, 2)):
            against = any(_opposed(a, b) for a in group for b in order)
            plain = {"number": "value", "label": "category"}
            kind = term(quantity).kind
            found.append(("order" if against else plain.get(kind, kind), members))
    return found


def _unique(claims: Iterable[Claim]) -> list[Claim]:
    seen: dict[tuple[object, ...], Claim] = {}
    for c in claims:
        seen.setdefault((c.value, c.bound, c.place, c.source, c.locator), c)
    return list(seen.values())


def _opposed(a: Claim, b: Claim) -> bool:
    return a.place != b.place and a.contradicts(b)


def refuted_claims(
    groups: Sequence[tuple[str, list[Claim]]], claims: Sequence[Claim]
) -> set[Claim]:
    """Set and reset voltages whose signs contradict what their mechanism allows."""
    wrong = {
        (c.subject, c.ref, c.place, c.source)
        for kind, group in groups
        if kind == "order"
        for c in group
        for k in group
        if c.quantity == "switching_polarity" and k.place == "reference" and _opposed(c, k)
    }
    return {
        c
        for c in claims
        if c.quantity in ("set_voltage", "reset_voltage")
        and (c.subject, c.ref, c.place, c.source) in wrong
    }


def _resolved(kind: str, group: Sequence[Claim], refuted: set[Claim]) -> Conflict:
    used, why = choose([c for c in group if not c.is_remembered], refuted)
    first = next(c for c in group if c.place != "reference")
    return _conflict(kind, group, used, why, first.subject)


def _conflict(
    kind: str, group: Sequence[Claim], used: Sequence[Claim], why: str, subject: str
) -> Conflict:
    numbers = [c.number for c in used if c.number is not None]
    low, high = (min(numbers), max(numbers)) if numbers else (None, None)
    refs = tuple(sorted({c.ref for c in group if c.ref}, key=int))
    quantities = " / ".join(dict.fromkeys(c.quantity for c in group))
    condition = group[0].condition
    return Conflict(
        kind, subject, refs, quantities, condition, tuple(group), tuple(used), low, high, why
    )


def choose(claims: Sequence[Claim], refuted: set[Claim]) -> tuple[list[Claim], str]:
    """Return the claims to use among contradicting ones, and the rule that chose them.

    In this order: what is known beats a print; values whose signs contradict the mechanism are
    left out; the source itself beats a text about it; the reference list dates a paper; a
    printed series beats a sentence; two places beat one; else all stand and span an interval.
    """
    known = [c for c in claims if c.place == "reference"]
    if known and all(c in known or c.parents for c in claims):
        return known, "two printed numbers cannot hold together: they are not used as a pair"
    if known:
        return known, "what is known independently beats a single print"
    left = [c for c in claims if c not in refuted]
    if left and len(left) < len(claims):
        prefix = "values whose signs contradict the mechanism are left out; "
        if not _disagree(left):
            return left, prefix + "one value remains"
        used, why = choose(left, set())
        return used, prefix + why
    for rule, why in _PREFERENCES:
        kept = [c for c in claims if rule(c)]
        if kept and not _disagree(kept):
            return kept, why
    agreed = _most_places(claims)
    if agreed:
        return agreed, "two independent places beat one"
    if all(c.number is not None for c in claims):
        return list(claims), "no place outweighs the other: the interval spans both"
    return [], "no place outweighs the other: both are kept, neither is used"


def _is_own(c: Claim) -> bool:
    return c.confidence in ("A", "T") and c.source == f"ref{c.ref}"


_PREFERENCES = (
    (_is_own, "the text of the source itself beats the review"),
    (lambda c: c.place == "bibliography", "the entry with volume and pages dates the paper"),
    (
        lambda c: c.confidence == "D" and c.quantity.startswith("size_trend"),
        "a printed series of numbers beats a sentence about its sign",
    ),
)


def _disagree(claims: Sequence[Claim]) -> bool:
    return any(a.contradicts(b) for a, b in itertools.combinations(claims, 2))


def _most_places(claims: Sequence[Claim]) -> list[Claim]:
    """The claims of the one value that stands in two or more places, more than any other."""
    camps = [[c for c in claims if not c.contradicts(a)] for a in claims]
    sizes = [len({(c.place, c.source) for c in camp}) for camp in camps]
    best = max(sizes)
    winners = [camp for camp, n in zip(camps, sizes, strict=True) if n == best]
    if best < 2 or any(camp != winners[0] for camp in winners):
        return []
    return winners[0]


def _between_references(claims: Sequence[Claim], own: Sequence[Conflict]) -> list[Conflict]:
    """Pairs of references with opposite signs of one trend, same material or same method."""
    settled = {(c.subject, c.refs, c.quantity, c.condition): c.used for c in own}
    trends: dict[tuple[str, str], dict[tuple[str, str], list[Claim]]] = {}
    for c in claims:
        if term(c.quantity).kind != "trend" or c.place == "reference" or not c.ref:
            continue
        shared = c.condition if "method=" in c.condition else f"{c.subject}; {c.condition}"
        trends.setdefault((c.quantity, shared), {}).setdefault((c.subject, c.ref), []).append(c)
    found = []
    for by_reference in trends.values():
        spoken = []
        for (subject, ref), group in by_reference.items():
            key = (subject, (ref,), group[0].quantity, group[0].condition)
            spoken.append(settled.get(key, (group[0],)))
        for a, b in itertools.combinations([s[0] for s in spoken if s], 2):
            if a.ref != b.ref and {a.value, b.value} == {"rises", "falls"}:
                why = "different recipes: the sign is not universal, neither is used alone"
                subject = a.subject if a.subject == b.subject else f"{a.subject}, {b.subject}"
                found.append(_conflict("sources", (a, b), (), why, subject))
    return found


def _one_number_two_names(claims: Sequence[Claim]) -> list[Conflict]:
    """The same number of one device, printed as two quantities of one family."""
    groups: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    for c in claims:
        family = term(c.quantity).family
        if family and c.number is not None and c.confidence != "D":
            groups[c.subject, c.ref, family].append(c)
    found = []
    for group in groups.values():
        for c in group:
            same = [
                k for k in group if math.isclose(k.number or 0.0, c.number or 0.0, rel_tol=1e-9)
            ]
            others = [k for k in same if k.quantity != c.quantity and k.place != c.place]
            if others and same[0] is c:
                used = [k for k in same if _is_own(k)]
                why = "the source itself names the quantity" if used else (
                    "the other name is only remembered: the kind of quantity is open, "
                    "not a target of a comparison"
                )  # fmt: skip
                found.append(_conflict("name", same, used, why, c.subject))
    return found
