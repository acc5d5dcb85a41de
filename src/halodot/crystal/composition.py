"""Formulas of halide perovskites and their relatives: text to sites and back.

Families: ABX3, A2BX6, A2BB'X6, A3B2X9, A4BX6, AB2X5; sites may be shared, ``CsPb(Br0.7Cl0.3)3``,
``Cs0.9FA0.1PbI3``; dopants follow a colon, ``CsPbCl3:Mn(2%)``, ``Cs2AgInCl6:Bi,Ce``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from ..core.errors import InputError, nearest
from .elements import A_CATIONS, HALIDES, species

LENGTH_LIMIT = 200
TOLERANCE = 1e-3
_MILLION = 1_000_000
_EXAMPLE = "for example CsPbBr3, CsPb(Br0.7Cl0.3)3, Cs2AgBiBr6 or CsPbCl3:Mn(2%)"
_TOKEN = re.compile(r"MA|FA|[A-Z][a-z]?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+|[()]")
_DOPANT = re.compile(r"([A-Z][a-z]?)(?:\(([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s?(%?)\))?")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
# Formula units per site, by family.
FAMILIES: dict[str, dict[str, int]] = {
    "ABX3": {"A": 1, "B": 1, "X": 3},
    "A2BX6": {"A": 2, "B": 1, "X": 6},
    "A2BB'X6": {"A": 2, "B": 1, "B'": 1, "X": 6},
    "A3B2X9": {"A": 3, "B": 2, "X": 9},
    "A4BX6": {"A": 4, "B": 1, "X": 6},
    "AB2X5": {"A": 1, "B": 2, "X": 5},
}

Site = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Dopant:
    """A dopant with its share of the B site [1], None where the formula does not say."""

    symbol: str
    fraction: float | None = None

    def __str__(self) -> str:
        if self.fraction is None:
            return self.symbol
        return f"{self.symbol}({_number(100.0 * self.fraction)}%)"


@dataclass(frozen=True)
class Composition:
    """A parsed formula.

    Parameters
    ----------
    family
        Key of `FAMILIES`.
    sites
        Role ("A", "B", "B'", "X") with the shares of its species [1], largest first.
    dopants
        In the order of their symbols.
    oxidation
        Oxidation state of every species on a site [elementary charges].
    """

    family: str
    sites: tuple[tuple[str, Site], ...]
    dopants: tuple[Dopant, ...] = ()
    oxidation: tuple[tuple[str, int], ...] = ()

    def site(self, role: str) -> dict[str, float]:
        """Return the shares on site `role`, empty where the family has no such site."""
        return dict(dict(self.sites).get(role, ()))

    @property
    def formula(self) -> str:
        """Canonical text; parsing it gives this composition again."""
        text = ""
        for role, site in self.sites:
            text += _site_text(site, FAMILIES[self.family][role])
        return text + (":" + ",".join(map(str, self.dopants)) if self.dopants else "")

    @property
    def host(self) -> Composition:
        """The same composition without dopants."""
        return Composition(self.family, self.sites, (), self.oxidation)

    @property
    def is_mixed(self) -> bool:
        """Whether a site is shared."""
        return any(len(site) > 1 for _, site in self.sites)

    @property
    def charge(self) -> float:
        """Charge of one formula unit with the oxidation states found [elementary charges]."""
        states, counts = dict(self.oxidation), FAMILIES[self.family]
        total = sum(counts[r] * x * states[s] for r, site in self.sites for s, x in site)
        return 0.0 if abs(total) < 1e-5 else total

    @property
    def molar_mass(self) -> float:
        """Mass of one mole of formula units of the host [kg/mol].

        >>> round(parse("CsPbBr3").molar_mass * 1e3, 1)
        579.8
        """
        known, counts = species(), FAMILIES[self.family]
        return sum(counts[r] * x * known[s].molar_mass for r, site in self.sites for s, x in site)

    @property
    def end_members(self) -> dict[str, float]:
        """Pure compounds that the host is made of, with their shares [1].

        >>> parse("CsPb(Br0.7Cl0.3)3").end_members
        {'CsPbBr3': 0.7, 'CsPbCl3': 0.3}
        """
        members: dict[str, float] = {}
        for choice in product(*(site for _, site in self.sites)):
            share, text = 1.0, ""
            for (role, _), (symbol, x) in zip(self.sites, choice, strict=True):
                share *= x
                text += _site_text(((symbol, 1.0),), FAMILIES[self.family][role])
            members[text] = members.get(text, 0.0) + share
        return members


@lru_cache(maxsize=4096)
def _parse(text: str) -> Composition:
    host, colon, tail = text.partition(":")
    if colon and not tail:
        raise _error(text, "dopants after ':'")
    amounts = _amounts(host, text)
    family, sites = _sites(amounts, text)
    return Composition(family, sites, _dopants(tail, text), _oxidation(family, sites))


def parse(text: object) -> Composition:
    """Read a formula.

    Parameters
    ----------
    text
        At most 200 characters; subscript digits are accepted.

    Raises
    ------
    InputError
        If it is not text, holds an unknown element or anything that is no formula, the shares of
        a site do not add up to 1 within 0.001, or no family fits.

    Examples
    --------
    >>> parse("Cs2Ag(In0.9Tb0.1)Cl6:Bi").family
    "A2BB'X6"
    >>> parse("CsPbBr2.1Cl0.9").formula
    'CsPb(Br0.7Cl0.3)3'
    """
    if not isinstance(text, str) or len(text) > LENGTH_LIMIT:
        raise _error(text, f"text of at most {LENGTH_LIMIT} characters")
    plain = text.strip().translate(_SUBSCRIPTS)
    if not plain:
        raise _error(text, "a formula, not an empty text")
    for group, name in (("HC(NH2)2", "FA"), ("CH(NH2)2", "FA"), ("CH3NH3", "MA")):
        plain = plain.replace(group, name)
    return _parse(plain)


def _error(text: object, problem: str, remedy: str = _EXAMPLE) -> InputError:
    return InputError("formula", text, f"a halide perovskite formula: {problem}", remedy)


def _tokens(host: str, text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(host):
        match = _TOKEN.match(host, at)
        if match is None:
            raise _error(text, f"'{host[at]}' at place {at + 1} has no meaning")
        tokens.append(match[0])
        at = match.end()
    return tokens


def _amounts(host: str, text: str) -> list[tuple[str, float]]:
    """Species with their amounts per formula unit, in the order written."""
    flat: list[tuple[str, float]] = []
    group: list[tuple[str, float]] | None = None
    tokens = _tokens(host, text)
    i = 0
    while i < len(tokens):
        token, i = tokens[i], i + 1
        if token == "(":
            if group is not None:
                raise _error(text, "brackets inside brackets have no meaning")
            group = []
            continue
        amount, has_number = 1.0, i < len(tokens) and tokens[i][0] in "0123456789."
        if token == ")" or token[0].isalpha():
            if has_number:
                amount, i = float(tokens[i]), i + 1
        else:
            raise _error(text, f"the number {token} follows no element")
        if token == ")":
            if not group:
                raise _error(text, "')' closes nothing" if group is None else "'()' is empty")
            _check_group(group, text)
            flat += [(s, x * amount) for s, x in group]
            group = None
            continue
        _check_species(token, text)
        (flat if group is None else group).append((token, amount))
    if group is not None:
        raise _error(text, "'(' is not closed")
    return flat


def _check_group(group: list[tuple[str, float]], text: str) -> None:
    total = sum(x for _, x in group)
    if total < TOLERANCE or abs(total - round(total)) > TOLERANCE * max(1.0, total):
        inside = "".join(f"{s}{_number(x)}" for s, x in group)
        raise _error(text, f"the shares in ({inside}) add up to {total:.4g}, not to 1")


def _check_species(symbol: str, text: str) -> None:
    known = species()
    if symbol not in known or not known[symbol].oxidation_states or symbol == "H":
        allowed = [s for s, k in known.items() if k.oxidation_states and s != "H"]
        problem = f"'{symbol}' is no element of one"
        remedy = "name the halide: Cl, Br or I" if symbol == "X" else nearest(symbol, allowed)
        raise _error(text, problem, remedy)


def _sites(amounts: list[tuple[str, float]], text: str) -> tuple[str, tuple[tuple[str, Site], ...]]:
    """Family and sites; sodium stands on the A site unless only the B site has room for it."""
    problems = []
    for extra in (("Na", "Li"), ()):
        roles: dict[str, dict[str, float]] = {"A": {}, "B": {}, "X": {}}
        for symbol, x in amounts:
            role = "X" if symbol in HALIDES else "B"
            role = "A" if symbol in (*A_CATIONS, *extra) else role
            roles[role][symbol] = roles[role].get(symbol, 0.0) + x
        totals = {r: sum(s.values()) for r, s in roles.items()}
        for family, counts in FAMILIES.items():
            wanted = {"A": counts["A"], "B": counts["B"] + counts.get("B'", 0), "X": counts["X"]}
            if any(abs(totals[r] - n) > TOLERANCE * n for r, n in wanted.items()):
                continue
            split = _split_b(roles, family)
            if split is not None:
                return family, tuple((r, _shares(split[r])) for r in counts)
        problems.append(", ".join(f"{r} {_number(x)}" for r, x in totals.items()))
    known = ", ".join(FAMILIES)
    raise _error(
        text,
        f"site totals {problems[0]} fit none of {known} (shares of a site add up to 1 "
        f"within {TOLERANCE:g}; A is one of {', '.join(A_CATIONS)})",
    )


def _split_b(
    roles: Mapping[str, Mapping[str, float]], family: str
) -> dict[str, Mapping[str, float]] | None:
    """Sites of `family`; for a double perovskite monovalent B against the others."""
    if "B'" not in FAMILIES[family]:
        return dict(roles)
    first = {s: x for s, x in roles["B"].items() if species()[s].oxidation_states[0] == 1}
    second = {s: x for s, x in roles["B"].items() if s not in first}
    if any(abs(sum(s.values()) - 1.0) > TOLERANCE for s in (first, second)):
        return None
    return {"A": roles["A"], "B": first, "B'": second, "X": roles["X"]}


def _shares(amounts: Mapping[str, float]) -> Site:
    """Shares in whole millionths that add up to exactly 1, largest first, zeros left out."""
    total = sum(amounts.values())
    millionths = {s: round(_MILLION * x / total) for s, x in amounts.items()}
    largest = max(millionths, key=lambda s: (millionths[s], s))
    millionths[largest] += _MILLION - sum(millionths.values())
    order = sorted((s for s, m in millionths.items() if m), key=lambda s: (-millionths[s], s))
    return tuple((s, millionths[s] / _MILLION) for s in order)


def _oxidation(family: str, sites: tuple[tuple[str, Site], ...]) -> tuple[tuple[str, int], ...]:
    """Oxidation states that make the formula neutral, the usual ones where none do."""
    counts, known = FAMILIES[family], species()
    weights: dict[str, float] = {}
    for role, site in sites:
        for symbol, x in site:
            weights[symbol] = weights.get(symbol, 0.0) + counts[role] * x
    symbols = list(weights)
    usual = tuple(known[s].oxidation_states[0] for s in symbols)
    # a formula of 200 characters could name 60 elements: only those with a choice are varied
    for states in product(*(known[s].oxidation_states for s in symbols[:12])):
        full = (*states, *usual[12:])
        if abs(sum(weights[s] * q for s, q in zip(symbols, full, strict=True))) < 1e-5:
            return tuple(zip(symbols, full, strict=True))
    return tuple(zip(symbols, usual, strict=True))


def _dopants(tail: str, text: str) -> tuple[Dopant, ...]:
    found: dict[str, Dopant] = {}
    for part in filter(None, tail.split(",")):
        match = _DOPANT.fullmatch(part.strip())
        if match is None:
            raise _error(text, f"the dopant '{part}' is not written as Mn, Mn(2%) or Mn(0.02)")
        symbol, number, percent = match.groups()
        _check_species(symbol, text)
        if symbol in HALIDES or symbol in found:
            raise _error(text, f"the dopant {symbol} is a halide or stands twice")
        fraction = None if number is None else float(number) * (0.01 if percent else 1.0)
        if fraction is not None:
            if not 0.0 <= fraction <= 0.5:
                raise _error(text, f"dopant {symbol}: a share of the B site from 0 to 50 %")
            fraction = round(fraction * _MILLION) / _MILLION
        found[symbol] = Dopant(symbol, fraction)
    if tail and not found:
        raise _error(text, "dopants after ':'")
    return tuple(found[s] for s in sorted(found))


def _number(x: float) -> str:
    return f"{x:.6f}".rstrip("0").rstrip(".")


def _site_text(site: Site, count: int) -> str:
    subscript = "" if count == 1 else str(count)
    if len(site) == 1:
        return site[0][0] + subscript
    return "(" + "".join(f"{s}{_number(x)}" for s, x in site) + ")" + subscript
