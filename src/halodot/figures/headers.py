"""Column headers -> what the column is and in which unit it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_PREFIX = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3}
_PREFIX |= {"": 1.0, "c": 1e-2, "k": 1e3, "M": 1e6, "G": 1e9}
_BASE = {"V": "V", "A": "A", "s": "s", "m": "m", "eV": "eV", "S": "S", "W": "W", "Hz": "Hz"}
_BASE |= {"K": "K"}
_BASE |= {"ohm": "ohm", "\u03a9": "ohm", "\u2126": "ohm", "Ohm": "ohm", "F": "F", "J": "J"}
_WORDS = {"volt": "V", "volts": "V", "amp": "A", "amps": "A", "ampere": "A", "amperes": "A"}
_WORDS |= {"sec": "s", "second": "s", "seconds": "s", "secs": "s", "ohms": "ohm", "ev": "eV"}
_WORDS |= {"nanometer": "nm", "nanometers": "nm", "siemens": "S", "milliamps": "mA"}
_WORDS |= {"a.u.": "1", "au": "1", "a.u": "1", "arb. units": "1", "arb.u.": "1", "counts": "1"}
_WORDS |= {"arb.": "1", "cps": "1", "cts": "1", "%": "1", "norm.": "1", "normalized": "1", "-": "1"}
_WORDS |= {"norm": "1", "1": "1", "none": "1", "arb.unit": "1", "arb. unit": "1", "counts/s": "1"}
_WORDS |= {"arb. u.": "1", "arb u": "1", "arb. units": "1", "arb units": "1", "a. u.": "1"}
_WORDS |= {"arbitrary units": "1", "arb": "1", "normalised": "1", "rel. units": "1"}
_SPELT = {"femto": "f", "pico": "p", "nano": "n", "micro": "u", "mikro": "u", "milli": "m"}
_SPELT |= {"centi": "c", "kilo": "k", "mega": "M", "giga": "G"}
_SPELLED = re.compile(
    rf"^(?P<p>{'|'.join(_SPELT)}|[fpnu\u00b5\u03bcmkKMG])?(?:"
    r"(?P<V>volts?)|(?P<A>amp(?:ere)?s?|A)|(?P<s>sec(?:ond)?s?)|(?P<ohm>ohms?)|(?P<S>siemens|mhos?)|"
    r"(?P<W>watts?)|(?P<m>met(?:er|re)s?))\.?$",
    re.IGNORECASE,
)
_HOURS = {"min": 60.0, "mins": 60.0, "minutes": 60.0, "h": 3600.0, "hr": 3600.0, "hrs": 3600.0}
_HOURS |= {"hours": 3600.0, "days": 86400.0}
_POWER_OF_TEN = re.compile(
    r"^(?:[x*\u00d7]\s*)?(?:10\s*(?:\^|\*\*)?\s*(?P<p>[-\u2212\u207b][\d\u00b2\u00b3\u00b9\u2070-\u2079]+"
    r"|(?<=\^)\d+|(?<=\*\*)\d+)|(?:1(?:[.,]0*)?)?[eE](?P<e>[-+\u2212]?\d+))\s*[\u00b7*x\u00d7]?\s*"
    r"(?P<unit>[^\d\s^].*)$"
)
_DIGITS = str.maketrans(
    "\u2212\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "--0123456789"
)
_LENGTH = re.compile(
    r"^(?P<n>[^/]+?)\s*/\s*(?P<d>[cmu\u00b5\u03bcnk]?m)$|"
    r"^(?P<n2>\S+?)[\s\u00b7*.]*(?P<d2>[cmu\u00b5\u03bcn]?m)\s*(?:\^|\*\*)?[-\u207b\u2212][1\u00b9]$"
)
_AREA = re.compile(r"^(?P<n>[^/]+?)\s*(?:/\s*|\s|·)(?P<d>[cmuµnk]?m)\s*(?:\^|\*\*)?\s*-?[2²]$")
_AREA_MINUS = re.compile(r"^(?P<n>\S+?)[\s·*.]*(?P<d>[cmuµnk]?m)\s*(?:\^|\*\*)?[-⁻−][2²]$")


@dataclass(frozen=True)
class Unit:
    """A unit as written: SI value = written value * `factor`."""

    text: str
    si: str
    factor: float


@lru_cache(maxsize=1024)
def unit_of(text: str) -> Unit | None:
    """Read a unit of a header; None where it is no unit.

    >>> unit_of("uA").factor, unit_of("mA/cm2"), unit_of("Forward")
    (1e-06, Unit(text='mA/cm2', si='A/m2', factor=10.0), None)
    """
    raw = text.strip()
    if raw[:1] in "[({" and raw[-1:] in "])}":
        raw = raw[1:-1].strip()
    raw = re.split(r"\s+vs\.?\s|[,;]\s", raw)[0].strip()  # a reference electrode, a remark
    if ten := _POWER_OF_TEN.match(raw):
        unit = unit_of(ten["unit"])
        power = int((ten["p"] or ten["e"]).translate(_DIGITS))
        known = unit is not None and unit.si != "1"
        return Unit(raw, unit.si, unit.factor * 10.0**power) if unit and known else None
    if raw == "GS":
        return None  # gate to source
    name = _WORDS.get(raw.lower(), raw)
    if name == "1":
        return Unit(raw, "1", 0.01 if raw == "%" else 1.0)
    area = _AREA.match(name) or _AREA_MINUS.match(name)
    if area:
        top, bottom = unit_of(area["n"]), unit_of(area["d"])
        if top is None or bottom is None:
            return None
        return Unit(raw, f"{top.si}/m2", float(f"{top.factor / bottom.factor**2:.12g}"))
    if length := _LENGTH.match(name):
        top = unit_of(length["n"] or length["n2"])
        bottom = unit_of(length["d"] or length["d2"])
        if top is None or bottom is None or top.si not in ("A", "S", "V", "W", "ohm"):
            return None
        return Unit(raw, f"{top.si}/m", float(f"{top.factor / bottom.factor:.12g}"))
    if name in ("Å", "angstrom", "Angstrom"):
        return Unit(raw, "m", 1e-10)
    if name.lower() in _HOURS:
        return Unit(raw, "s", _HOURS[name.lower()])
    if name.endswith(".") and len(name) > 2:  # "nm." is an abbreviation
        name = name[:-1]
    for base, si in _BASE.items():
        if name.endswith(base) and name[: -len(base)] in _PREFIX:
            return Unit(raw, si, _PREFIX[name[: -len(base)]])
    if name[:1] in ("K", "T") and name[1:] in ("ohm", "Ohm", "\u03a9", "\u2126", "Hz", "V"):
        factor = 1e3 if name[0] == "K" else 1e12
        return Unit(raw, _BASE[name[1:]], factor)
    return _spelt(raw, name)


def _spelt(raw: str, name: str) -> Unit | None:
    """``nAmp``, ``microA``, ``msec``, ``kiloohms``."""
    found = _SPELLED.match(name)
    if found is None or found["A"] == "a":
        return None
    prefix = found["p"] or ""
    prefix = _SPELT.get(prefix.lower(), prefix if prefix in _PREFIX else prefix.lower())
    base = next(b for b in ("V", "A", "s", "ohm", "S", "W", "m") if found[b])
    return Unit(raw, base, _PREFIX[prefix]) if prefix in _PREFIX else None


# What stands in brackets and is a unit of something that no column here is measured in.
_FOREIGN = re.compile(
    r"^[fpnu\u00b5\u03bcmckKMGT]?(?:dBm?|lux|lx|lm|cd|nits?|suns?|Torr|bar|Pa|N|Oe|Gauss|mol|photons?|"
    r"ppm|rad|deg|[\u00b0\u00ba]\s?[CF]|degC|degF|dec|J|Wh|C|T|A\.?h|VA|eV)$"
)
_SCALED = re.compile(
    r"^(?:[x*\u00d7]\s*1|10\s*(?:\^|\*\*|[-\u2212\u207b])|1?(?:[.,]0*)?[eE][-+\u2212]\d)"
)


def looks_like_unit(text: str) -> bool:
    """Return whether a bracket holds a unit or a factor, understood or not; a remark is none.

    >>> [looks_like_unit(t) for t in ("pA/cell", "dB", "x1e-6 foo", "forward", "1", "S", "300K")]
    [True, True, True, False, False, True, False]
    """
    raw = text.strip()
    if not raw or unit_of(raw) is not None:
        return bool(raw) and not raw.isdigit()
    if _SCALED.match(raw):
        return True
    parts = re.split(r"(\s*[/\u00b7*\u22c5]\s*|\s+)", raw, maxsplit=1)
    first = re.sub(r"\^?[-\u2212\u207b]?[\d\u00b2\u00b3\u00b9\u207b]+$", "", parts[0])
    known = unit_of(first)
    if not first or (known is not None and known.si == "1"):
        return False
    if known is None and not (len(first) > 1 and _FOREIGN.match(first)):
        return False
    if len(parts) < 3 or parts[1].strip():  # alone, or a product or quotient
        return True
    return len(first) > 1 and first.lower() not in _HOURS


def unread_unit(header: str) -> str:
    """Return the unit that a header states and `split_unit` could not use, empty where none.

    >>> [unread_unit(h) for h in ("Id (dB)", "Id (forward)", "Id/Torr", "V (1)", "I/kOhm")]
    ['dB', '', 'Torr', '', 'kOhm']
    """
    for match in _BRACKET.finditer(header):
        if not match[1].isdigit() and looks_like_unit(match[1]):
            return match[1]
    bare = _BRACKET.sub(" ", header).strip()
    tail = re.match(r"^.*?[^\s/]\s*/\s*(?P<unit>\S.*)$", bare)
    tail = tail or re.match(r"^.*\S\s+(?P<unit>[^\s/]+/\S+)$", bare)
    unit = unit_of(tail["unit"]) if tail else None
    if tail and looks_like_unit(tail["unit"]) and (unit is None or unit.si != "1"):
        return tail["unit"]
    return ""


_BRACKET = re.compile(r"[\[({]\s*([^\])}]*?)\s*[\])}]")
# "Drain V" names a voltage: after a blank alone, one letter is no unit.
_TAILS = tuple(
    re.compile(rf"^(?P<name>.*?\S)\s*{mark}(?P<unit>[^\s,]+)\s*$")
    for mark in (r"/\s*", r",\s*", r"\s+in\s+", r"\s+(?=\S\S)")
)
_UNDERSCORE = re.compile(r"^(?P<name>[A-Za-z]\w*?)_(?P<unit>[A-Za-zµμΩ]+?(?:_per_\w+)?)$")


def split_unit(header: str) -> tuple[str, Unit | None]:
    """Split a header into name and unit: ``Id [uA]``, ``Drain I/A``, ``I_DS, nA``, ``voltage_V``.

    >>> split_unit("Drain I/A")[0], split_unit("current_density_mA_per_cm2")[1].factor
    ('Drain I', 10.0)
    """
    text = header.strip().strip("#%!").strip().strip("\"'").strip()
    for match in _BRACKET.finditer(text):
        unit = unit_of(match[1])
        if unit is not None and match[1] and not match[1].isdigit():
            return (text[: match.start()] + text[match.end() :]).strip(), unit
    for pattern in (*_TAILS, _UNDERSCORE):
        tail = pattern.match(text)
        if tail and tail["unit"][-1:] in "])}":
            continue  # the end of a bracket that is no unit
        unit = unit_of(tail["unit"].replace("_per_", "/")) if tail else None
        if tail and unit is not None and _suits(tail["name"].strip(), tail["unit"], unit):
            return tail["name"].strip(), unit
    return text, None


def _suits(name: str, text: str, unit: Unit) -> bool:
    """``I_DS_nA`` and ``t_s`` carry a unit; the S of ``V_S`` and ``I_S`` is a terminal."""
    role = role_of(name, None)
    return agrees(role, unit) if role in SI_OF else len(text) > 1


_ROLES: tuple[tuple[str, str], ...] = (
    (
        "derived",
        r"^(abs|sqrt|log|ln|lg|d[iv]|gm|norm)?_?(abs|sqrt|log10|log|ln|lg)(_|\b|\(|i|$)|^\|",
    ),
    (
        "derived",
        r"^(gm|sd|std|stdev|sem|err|error|delta|sigma)\b|(std|stdev|error)$|^d_?i.*/|^i\w*[_ ]abs$",
    ),
    ("test", r"^test( ?(index|no\.?|number))?$"),
    ("condition", r"^condition"),
    ("input_a", r"^in(put)?[ _]?[a1]$"),
    ("input_b", r"^in(put)?[ _]?[b2]$"),
    ("read", r"^read([ _]?(mark|flag))?$"),
    ("device", r"^(device|dev|sample|chip)[ _]?(no\.?|id|number|#|\d*)$"),
    ("temperature", r"^temp(erature)?(_|\b)|^t ?\[?k\]?$"),
    ("response", r"irf|prompt|instrument ?response|lamp ?profile"),
    (
        "gate_voltage",
        r"^v_?(g|gs|gate|bg|tg)(_|\d|\b)|gate.*(volt|bias|spann|\bv\b|v\d*$)|vgs|^u_?gs?$",
    ),
    ("gate_current", r"^i_?(g|gs|gate)(_|\d|\b)|gate.*(curr|strom|\bi\b|i\d*$)|leak|igs"),
    (
        "drain_voltage",
        r"^v_?(d|ds|drain)(_|\d|\b)|drain.*(volt|bias|spann|\bv\b|v\d*$)|vds|^u_?ds?$",
    ),
    ("drain_current", r"^i_?(d|ds|drain)(_|\d|\b)|drain.*(curr|strom|\bi\b|i\d*$)|ids"),
    (
        "other",
        r"^i_?(s|source|b|bulk|sub)(_|\d|\b)|^source ?i$|^sourcei|^v_?(s|b|bulk)\b|temp|status",
    ),
    ("wavelength", r"wave|lambda|^λ|^wl\b|^nm$"),
    ("energy", r"energy|^e$|^ev$|photon|^hν|^hv$"),
    ("repeat", r"cycle|repeat|^run|^sweep|loop|iteration|^trace\b|segment"),
    ("pulse", r"pulse|number of|^no\.?$|^n$|^#$|^index$|^step$|spike"),
    ("light", r"light|irradian|optical ?power|illumin|^p_?(opt|light)"),
    ("conductance", r"conductance|^g\d*$|weight|synap"),
    ("current_density", r"^j\d*\b|^j_|current ?_?dens"),
    ("resistance", r"resist|^r\d*$|^r_?(on|off|lrs|hrs)$|^(hrs|lrs)$"),
    ("time", r"^t\d*$|time|elapsed|^delay|^t_"),
    ("size", r"size|diam|edge|length|feret|^d\d*$|^l$|width"),
    ("count", r"^count|freq|occurr|^n_?"),
    (
        "voltage",
        r"^v\d*(_|\b)|^u\d*$|volt|bias|(an|cath)ode ?v|source ?v|smu[\w.]*v$|^v\w{0,3}\d*$"
        r"|^[a-f]v\d*$|^(te|be) ?v$|spannung",
    ),
    (
        "current",
        r"^i\d*(_|\b)|curr|anode ?i|cathode ?i|meas\w*i$|smu[\w.]*i$|^i\w{0,4}\d*$|ampere"
        r"|^[a-f]i\d*$|^(te|be) ?i$|strom",
    ),
    (
        "intensity",
        r"intens|count|signal|\bpl\b|^pl|emission|photolum|decay|cts|cps|^y\d*$|^ch\d*|abs|a\.?u",
    ),
)
_COMPILED = tuple((role, re.compile(pattern)) for role, pattern in _ROLES)
# Columns of a spectrum: there Abs is no magnitude, A no current and T no time.
_SPECTRAL: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "transmission",
        re.compile(r"^%? ?(t|r)( ?%)?$|transmi|reflectan|^%|^(t|r) ?[\[(]%"),
    ),
    (
        "absorbance",
        re.compile(
            r"^abs\b|^abs\.|absorb|absorp|^a(?![\w.])|^o\.?d\b|optical ?dens|extinct|^ext\b"
        ),
    ),
    ("emission", re.compile(r"\bpl\b|^pl|emission|photolum|fluor|lumin|count|\bcts\b|\bcps\b")),
    ("intensity", re.compile(r"intens|^int\b|signal")),
)
_BY_UNIT = {
    "V": "voltage",
    "A": "current",
    "A/m2": "current_density",
    "s": "time",
    "S": "conductance",
}
_BY_UNIT |= {"ohm": "resistance", "eV": "energy", "W/m2": "light", "W": "light", "K": "temperature"}
SI_OF = {"voltage": "V", "gate_voltage": "V", "drain_voltage": "V", "current": "A", "time": "s"}
SI_OF |= {"drain_current": "A", "gate_current": "A", "current_density": "A/m2", "intensity": "1"}
SI_OF |= {"conductance": "S", "resistance": "ohm", "wavelength": "m", "energy": "eV", "size": "m"}
SI_OF |= {"count": "1", "light": "W/m2", "pulse": "1", "repeat": "1", "response": "1"}
SI_OF |= dict.fromkeys(("test", "condition", "input_a", "input_b", "read"), "1")
SI_OF |= {"light_power": "W", "state": "1", "device": "1", "value": "1", "temperature": "K"}


PER_WIDTH = "A/m"  # a current over the width of the channel


def role_of(name: str, unit: Unit | None) -> str | None:
    """Name what a column holds from its header, or from its unit alone; None where unclear.

    >>> role_of("AnodeI", None), role_of("I_DS", unit_of("nA")), role_of("Wavelength", None)
    ('current', 'drain_current', 'wavelength')
    """
    text = re.sub(r"\(\d+\)|\.\d+$", "", name).strip().lower().replace("  ", " ")
    role = next((r for r, pattern in _COMPILED if pattern.search(text)), None)
    if role in SI_OF and unit is not None and not agrees(role, unit):
        role = None
    if role is None and unit is not None:
        role = _BY_UNIT.get(unit.si)
    return role


def spectral_role(name: str, unit: Unit | None) -> str | None:
    """Name what a column of a spectrum holds beside its wavelength; None where unclear.

    >>> [spectral_role(n, None) for n in ("Abs.", "A", "PL", "Int.", "%T", "Wavelength", "blank")]
    ['absorbance', 'absorbance', 'emission', 'intensity', 'transmission', None, None]
    """
    text = name.strip().lower()
    if unit is not None and (unit.si not in ("1", "A") or role_of(name, None) in _AXES):
        return None
    if role_of(name, None) in _AXES:
        return None
    return next((role for role, pattern in _SPECTRAL if pattern.search(text)), None)


_AXES = ("wavelength", "energy")


def agrees(role: str, unit: Unit) -> bool:
    """Return whether `unit` is of the kind that `role` is measured in."""
    if role in ("condition", "input_a", "input_b"):
        return True  # a gap, a rate, a height: whatever was varied
    wanted = SI_OF.get(role)
    loose = {"light": ("W", "W/m2", "1"), "count": ("1",), "conductance": ("S", "1", "A")}
    loose |= dict.fromkeys(("current", "drain_current", "gate_current"), (PER_WIDTH,))
    return unit.si == wanted or unit.si in loose.get(role, ())
