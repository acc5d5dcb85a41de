"""Which columns of a block are swept, measured and accompanying, for each kind of record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..core.errors import InputError, nearest
from .blocks import Block
from .conditions import conditions_of
from .headers import SI_OF, Unit, agrees, role_of, spectral_role, unit_of, unread_unit


@dataclass(frozen=True)
class Need:
    """Roles that a kind accepts: swept and measured (best first), accompanying."""

    swept: tuple[str, ...]
    measured: tuple[str, ...]
    beside: tuple[str, ...] = ()


NEEDS = {
    "iv": Need(
        ("voltage", "drain_voltage"),
        ("current", "drain_current", "current_density"),
        ("time", "light", "light_power", "repeat", "device", "temperature"),
    ),
    "transfer": Need(
        ("gate_voltage", "voltage"),
        ("drain_current", "current"),
        ("drain_voltage", "gate_current", "time", "light", "light_power", "repeat"),
    ),
    "output": Need(
        ("drain_voltage", "voltage"),
        ("drain_current", "current"),
        ("gate_voltage", "gate_current", "time", "light", "light_power", "repeat"),
    ),
    "pulses": Need(
        ("time", "pulse"),
        ("conductance", "current", "drain_current", "resistance"),
        ("voltage", "gate_voltage", "drain_voltage", "light", "light_power", "repeat", "device"),
    ),
    "retention": Need(
        ("time",),
        ("current", "drain_current", "resistance", "conductance", "current_density"),
        ("voltage", "repeat", "device"),
    ),
    "spectrum": Need(("wavelength", "energy"), ("intensity",)),
    "decay": Need(("time",), ("intensity",), ("response",)),
    "sizes": Need((), ("size",), ("count",)),
    "values": Need(
        (), ("voltage", "resistance", "current", "time", "conductance", "value"), ("device",)
    ),
}
NEEDS["endurance"] = Need(("repeat",), ("resistance", "current", "conductance"), ("device",))
NEEDS["mechanism"] = NEEDS["iv"]
_STIMULI = ("voltage", "gate_voltage", "drain_voltage", "light", "light_power", "repeat")
NEEDS["synapse"] = Need(
    ("time",), ("current", "drain_current", "conductance"), (*_STIMULI, "test", "condition")
)
NEEDS["logic"] = Need(
    (),
    ("current", "drain_current", "conductance"),
    ("time", *_STIMULI, "input_a", "input_b", "read"),
)
# Canonical names of the hand-over for roles that mean the same in a kind.
RENAME = {
    "iv": {"drain_voltage": "voltage", "drain_current": "current"},
    "transfer": {"voltage": "gate_voltage", "current": "drain_current"},
    "output": {"voltage": "drain_voltage", "current": "drain_current"},
    "pulses": {"drain_current": "current"},
    "retention": {"drain_current": "current"},
}
RENAME["mechanism"] = RENAME["iv"]
RENAME |= dict.fromkeys(("synapse", "logic"), RENAME["pulses"])
_ALIKE = {"spectrum": {"count": "intensity", "current": "intensity", "conductance": "intensity"}}
_ALIKE["decay"] = {"count": "intensity", "current": "intensity", "voltage": "intensity"}
_ALIKE["endurance"] = {"pulse": "repeat", "count": "repeat", "drain_current": "current"}
_ALIKE["sizes"] = {"wavelength": "size", "intensity": "count", "pulse": "count"}
_BLANK = re.compile(r"blank|baseline|refer|\bref\b|dark|backgr|solvent", re.IGNORECASE)
CELSIUS = re.compile(r"[\u00b0\u00ba]\s?C|deg\.? ?C|[\[(/]\s*C\s*(?:[\])]|$)")
_SUCH = {"V": ("mV", "V"), "A": ("uA", "nA", "A", "uA/um with --channel-width"), "s": ("ms", "s")}
_SUCH |= {"A/m2": ("mA/cm2",), "S": ("uS", "S"), "ohm": ("kOhm", "Ohm"), "m": ("nm", "um")}
_SUCH |= {"eV": ("eV", "meV"), "W/m2": ("mW/cm2", "W/m2"), "W": ("uW", "W"), "K": ("K",)}
_SUCH |= {"1": ("1", "%")}
LEAST = {kind: 1 if kind in ("sizes", "values") else 2 for kind in NEEDS}


@dataclass(frozen=True)
class Picked:
    """One column chosen for a role."""

    role: str
    index: int
    unit: Unit
    how: str


@dataclass(frozen=True)
class Record:
    """One curve of a block: swept and measured columns, and what stands beside.

    `conditions` are what the header of the measured column states: a bias, an irradiance.
    """

    columns: tuple[Picked, ...]
    conditions: Mapping[str, float] = field(default_factory=dict)


def kind_need(kind: str) -> Need:
    """Return what `kind` needs.

    Raises
    ------
    InputError
        If the kind is unknown.
    """
    if kind not in NEEDS:
        raise InputError("--kind", kind, "one of " + ", ".join(NEEDS), nearest(kind, NEEDS))
    return NEEDS[kind]


def find_records(
    name: str, kind: str, block: Block, overrides: Mapping[str, str], of: str = ""
) -> list[Record]:
    """Assign roles to the columns of `block` and pair them into records.

    `of` says what a spectrum is of, ``pl`` or ``absorption``; where empty, it may be either.

    Raises
    ------
    InputError
        If a needed column cannot be told; the option ``--columns`` is named.
    """
    need = kind_need(kind)
    picked = _picked(name, kind, block, overrides)
    if kind == "spectrum" and not overrides:
        picked = _spectral(name, block, picked, of)
    if kind in ("transfer", "output") and not overrides:
        picked = _two_sources(kind, block, picked)
    swept = _first(picked, need.swept)
    measured = _first(picked, need.measured)
    if not measured and not overrides:
        measured = _absolute(name, kind, block, need)
        picked = picked + measured
    free = [k for k in range(len(block.columns)) if k not in {p.index for p in picked}]
    # a column named after its sample is a curve there
    unnamed = (None, "device") if kind in ("spectrum", "decay") else (None,)
    free = [k for k in free if role_of(block.columns[k].name, block.columns[k].unit) in unnamed]
    free = [k for k in free if np.any(np.isfinite(block.data[:, k]))]
    if kind == "spectrum" and not overrides and swept and not measured and len(free) > 1:
        raise _ambiguous(name, block, swept[0], free)
    if not overrides:
        swept, measured = _by_position(name, kind, block, need, swept, measured, free)
    if (need.swept and not swept) or not measured:
        raise _not_told(name, kind, block, need, swept, measured)
    beside = {r: [p for p in picked if p.role == r] for r in need.beside}
    beside |= {
        r: found
        for r in need.measured
        if r != measured[0].role
        and (found := [p for p in picked if p.role == r])
        and {r, measured[0].role} == {"current", "current_density"}
    }
    records = _pair(name, swept, measured, beside)
    return [replace(r, conditions=_conditions(block, r)) for r in records]


_ABSOLUTE = re.compile(r"^abs[_ ]*\(?|^\||\|$|[_ ]?abs$|\)$", re.IGNORECASE)


def _absolute(name: str, kind: str, block: Block, need: Need) -> list[Picked]:
    """Currents written as magnitudes, ``ABSI`` or ``|Id|``, where there is no signed one."""
    found = []
    for k, column in enumerate(block.columns):
        bare = _ABSOLUTE.sub("", column.name.strip()).strip()
        if bare == column.name.strip() or role_of(column.name, None) != "derived":
            continue
        role = role_of(bare, column.unit)
        if role in need.measured and np.any(np.isfinite(block.data[:, k])):
            unit, how = _unit(name, kind, role, block, k)
            said = "the magnitude: no signed one is there"
            found.append(Picked(role, k, unit, f"{said}; {how}" if how else said))
    return [p for p in found if p.role == found[0].role]


def _two_sources(kind: str, block: Block, picked: list[Picked]) -> list[Picked]:
    """Tell gate from drain where a file names only two sources: ``SMU1 V, SMU1 I, SMU2 V ...``.

    The voltage that changes most often is the swept one; each current belongs to its source.
    """
    volts = [p for p in picked if p.role == "voltage"]
    amps = [p for p in picked if p.role == "current"]
    others = {p.role for p in picked} & {"gate_voltage", "drain_voltage", "drain_current"}
    if len(volts) != 2 or len(amps) != 2 or others:
        return picked

    def changes(p: Picked) -> int:
        column = block.data[:, p.index]
        step = np.abs(np.diff(column[np.isfinite(column)]))
        return int(np.sum(step > 1e-3 * max(float(np.nanmax(np.abs(column))), 1e-9)))

    counts = [changes(p) for p in volts]
    if counts[0] == counts[1]:
        return picked
    swept = int(counts[1] > counts[0])
    gate = swept if kind == "transfer" else 1 - swept
    how = "the source that is swept" if kind == "transfer" else "the source that is stepped"
    named = [
        replace(volts[gate], role="gate_voltage", how=how),
        replace(volts[1 - gate], role="drain_voltage", how="the other source"),
        replace(amps[gate], role="gate_current", how="of the gate's source"),
        replace(amps[1 - gate], role="drain_current", how="of the drain's source"),
    ]
    return [p for p in picked if p not in volts and p not in amps] + named


def _conditions(block: Block, record: Record) -> dict[str, float]:
    """Conditions in the headers of a curve; a measured column of the same name wins."""
    found: dict[str, float] = {}
    for p in record.columns[:2]:
        found |= block.columns[p.index].conditions
    held = {p.role for p in record.columns}
    return {k: v for k, v in found.items() if k not in held}


def _by_condition(kind: str, block: Block) -> list[int]:
    """Columns whose header names a condition alone: ``Vd = -5 V``, ``dark``, ``1 mW/cm2``.

    A bare ``light`` is the drive of the light, unless another column of the block is ``dark``.
    """
    if kind not in ("iv", "mechanism", "transfer", "output", "retention", "pulses"):
        return []
    bare = [k for k, c in enumerate(block.columns) if c.conditions and not c.name]
    known = [k for k in bare if any(v == v for v in block.columns[k].conditions.values())]
    return bare if known else []


def _spectral(name: str, block: Block, picked: list[Picked], of: str) -> list[Picked]:
    """Read the measured columns of a spectrum by the words of spectrometers.

    Raises
    ------
    InputError
        If all are transmissions, or all are of the other kind than `of`.
    """
    axes = [p for p in picked if p.role in NEEDS["spectrum"].swept]
    places = {p.index for p in axes}
    found: dict[str, list[int]] = {}
    for k, column in enumerate(block.columns):
        role = spectral_role(column.name, column.unit)
        role = role or ("intensity" if any(p.index == k for p in picked) else None)
        if role and k not in places and np.any(np.isfinite(block.data[:, k])):
            found.setdefault(role, []).append(k)
    through = found.pop("transmission", [])
    if through and not found:
        titles = ", ".join(block.columns[k].text for k in through)
        remedy = "export the absorbance, or turn it: A = 2 - log10(%T)"
        allowed = "an absorbance or an emission"
        raise InputError(name, f"a transmission or reflection: {titles}", allowed, remedy)
    wanted = {"pl": "emission", "absorption": "absorbance"}.get(of)
    other = {"pl": "absorbance", "absorption": "emission"}.get(of, "")
    if wanted and list(found) == [other]:
        titles = ", ".join(block.columns[k].text for k in found[other])
        allowed = f"a column of {wanted} for --of {of}"
        kind = "absorption" if of == "pl" else "pl"
        raise InputError(name, f"a column of {other}: {titles}", allowed, f"--of {kind}")
    if len(found) > 1 and wanted:
        found.pop(other, None)
    chosen = found.get(wanted or "") or [k for columns in found.values() for k in columns]
    if axes and len(chosen) > 1 and any(_BLANK.search(block.columns[k].text) for k in chosen):
        raise _ambiguous(name, block, axes[0], sorted(chosen))
    return axes + [Picked("intensity", k, Unit("1", "1", 1.0), "") for k in sorted(chosen)]


def _ambiguous(name: str, block: Block, swept: Picked, free: Sequence[int]) -> InputError:
    titles = ", ".join(
        f"{k + 1} ({block.columns[k].text})" if block.columns[k].text else f"{k + 1}" for k in free
    )
    return InputError(
        name,
        f"line {block.first_line}: {len(free)} columns may be the measured one: {titles}",
        "one column whose header says what it is, such as Abs, OD, PL, Intensity, Counts",
        f'--columns "{swept.role}={swept.index + 1},intensity={free[-1] + 1}" (column numbers)',
    )


def _picked(name: str, kind: str, block: Block, overrides: Mapping[str, str]) -> list[Picked]:
    need = kind_need(kind)
    wanted = {*need.swept, *need.measured, *need.beside}
    if overrides:
        return [
            _override(name, kind, role, text, wanted, block) for role, text in overrides.items()
        ]
    picked = []
    bare = _by_condition(kind, block)
    for k, column in enumerate(block.columns):
        role = need.measured[0] if k in bare else role_of(column.name, column.unit)
        if role == "light" and column.unit is not None and column.unit.si == "W":
            role = "light_power"
        if role not in wanted:
            role = _ALIKE.get(kind, {}).get(role or "", role)
        if kind == "logic" and column.name.strip().lower() in ("a", "b"):
            role = f"input_{column.name.strip().lower()}"
        if role == "conductance" and column.unit is not None and column.unit.si == "A":
            role = "current"
        if role in wanted and not np.all(np.isnan(block.data[:, k])):
            unit, how = _unit(name, kind, role, block, k)
            picked.append(Picked(role, k, unit, how))
    return picked


def _override(name: str, kind: str, role: str, text: str, wanted: set[str], block: Block) -> Picked:
    if role not in wanted:
        raise InputError(
            "--columns", role, "one of " + ", ".join(sorted(wanted)), nearest(role, wanted)
        )
    place, _, unit_text = text.partition(":")
    titles = [c.text for c in block.columns]
    if place.strip().isdigit() and 1 <= int(place) <= len(titles):
        index = int(place) - 1
    elif place.strip() in titles:
        index = titles.index(place.strip())
    else:
        allowed = f"a column number from 1 to {len(titles)} or a header: {', '.join(titles)}"
        raise InputError(f"--columns {role}", place, allowed, f"--columns {role}=N")
    if unit_text:
        unit = unit_of(unit_text)
        if unit is None or not agrees(role, unit):
            raise _wrong_unit("--columns", role, unit_text, block, index)
        return Picked(role, index, unit, "named by --columns")
    found, how = _unit(name, kind, role, block, index)
    return Picked(role, index, found, "named by --columns" + (f"; {how}" if how else ""))


def _unit(name: str, kind: str, role: str, block: Block, index: int) -> tuple[Unit, str]:
    """Unit as written, or the one that lab habit leaves no doubt about, or a question.

    Raises
    ------
    InputError
        If a unit is written that is not understood or does not suit the role.
    """
    column, values = block.columns[index], block.data[:, index]
    unit, si = column.unit, SI_OF[role]
    if unit is not None and agrees(role, unit):
        return unit, ""
    if si == "1":  # numbers as they stand; for a list of values their unit is said
        return Unit(si, si, 1.0), f"numbers as written, in {unit.text}" if unit else ""
    rest = conditions_of(column.text).rest if column.conditions else column.text
    written = unit.text if unit is not None else unread_unit(rest) if column.name else ""
    if role == "temperature" and CELSIUS.search(column.text):
        return Unit("\u00b0C", "K", 1.0), ""
    if written:
        raise _wrong_unit(name, role, written, block, index)
    if role == "wavelength":
        if np.nanmin(values) > 100 and np.nanmax(values) < 30_000:
            return Unit("nm", "m", 1e-9), "no unit written: nm taken from the range"
        raise _ask_unit(name, role, "nm", index)
    if role == "size":
        raise _ask_unit(name, role, "nm", index)
    if role == "time" and kind == "decay":
        raise _ask_unit(name, role, "ns", index)
    return Unit(si, si, 1.0), f"no unit written: {si} taken"


def _wrong_unit(field: str, role: str, text: str, block: Block, index: int) -> InputError:
    """Refuse a unit that is written and cannot be that of the role."""
    allowed = f"a unit of {SI_OF[role]} for {role}, such as {', '.join(_SUCH[SI_OF[role]])}"
    if unit_of(text) is None:
        what = f"the unit '{text}' is not understood"
    else:
        what = f"the unit '{text}' is not one of {role}"
    title = f" ({block.columns[index].text})" if block.columns[index].text else ""
    return InputError(
        field,
        f"column {index + 1}{title}: {what}",
        allowed,
        f'--columns "{role}={index + 1}:{_SUCH[SI_OF[role]][0]}" with the unit the numbers are in, '
        "beside the other columns; or another column",
    )


def _ask_unit(name: str, role: str, example: str, index: int) -> InputError:
    return InputError(
        name,
        f"the column of {role} has no unit",
        f"a unit in the header, such as '{role.capitalize()} ({example})'",
        f'--columns "{role}={index + 1}:{example}" (column number, unit)',
    )


def _first(picked: Sequence[Picked], roles: Sequence[str]) -> list[Picked]:
    for role in roles:
        found = [p for p in picked if p.role == role]
        if found:
            return found
    return []


def _by_position(
    name: str,
    kind: str,
    block: Block,
    need: Need,
    swept: list[Picked],
    measured: list[Picked],
    free: list[int],
) -> tuple[list[Picked], list[Picked]]:
    """Two unnamed columns are abscissa and ordinate; one unnamed beside a named one follows."""

    def pick(role: str, index: int) -> Picked:
        unit, how = _unit(name, kind, role, block, index)
        return Picked(role, index, unit, "by position" + (f"; {how}" if how else ""))

    filled = [k for k in range(len(block.columns)) if np.any(np.isfinite(block.data[:, k]))]
    titled = [k for k in filled if _telling(block.columns[k].name)]
    bare = kind not in _BY_NAME or not titled
    if need.swept and not swept and not measured and len(filled) == 2 and bare:
        return [pick(need.swept[0], filled[0])], [pick(need.measured[0], filled[1])]
    if need.swept and not swept and measured and len(free) == 1 and free[0] < measured[0].index:
        return [pick(need.swept[0], free[0])], measured
    if not measured and swept and len(free) >= 1 and kind in ("spectrum", "decay"):
        return swept, [pick("intensity", k) for k in free]
    if not measured and swept and len(free) == 1:
        return swept, [pick(need.measured[0], free[0])]
    if kind == "values" and not measured and free:
        return [], [pick("value", k) for k in free]
    if not need.swept and not measured and len(free) == 1:
        return [], [pick(need.measured[0], free[0])]
    return swept, measured


_BY_NAME = ("iv", "mechanism", "transfer", "output")


def _telling(name: str) -> bool:
    """Whether a header says something: x, y, a, b, col 1 and numbers do not."""
    return bool(re.search(r"[A-Za-z]{2}", re.sub(r"col(umn)?|data|row", "", name, flags=re.I)))


def _pair(
    name: str,
    swept: list[Picked],
    measured: list[Picked],
    beside: Mapping[str, list[Picked]],
) -> list[Record]:
    n = len(measured)
    if len(swept) > 1 and n == 1:
        # pairs of columns side by side: the swept one stands before the measured one
        before = [p for p in swept if p.index < measured[0].index]
        swept = before[-1:] or swept[:1]
    if swept and len(swept) not in (1, n):
        raise InputError(
            name,
            f"{len(swept)} columns of {swept[0].role} and {n} of {measured[0].role}",
            "one swept column for all, or one each",
            f'--columns "{swept[0].role}={swept[0].index + 1},'
            f'{measured[0].role}={measured[0].index + 1}" (column numbers)',
        )
    records = []
    for k in range(n):
        columns = [swept[k if len(swept) == n else 0]] if swept else []
        columns.append(measured[k])
        for found in beside.values():
            if len(found) in (1, n):
                columns.append(found[k if len(found) == n else 0])
        records.append(Record(tuple(columns)))
    return records


def _not_told(
    name: str, kind: str, block: Block, need: Need, swept: list[Picked], measured: list[Picked]
) -> InputError:
    """Say what is lacking, number the columns, and guess no number that is not known."""
    titles = [f"{k + 1} {c.text}".strip() for k, c in enumerate(block.columns)]
    lack = need.measured[0] if swept or not need.swept else need.swept[0]
    wants = [*need.swept[:1], need.measured[0]]
    known = {r: f"{p[0].index + 1}" for r, p in zip(wants, (swept, measured)[-len(wants) :],
                                                    strict=True) if p}  # fmt: skip
    example = ",".join(f"{role}={known.get(role, 'N')}" for role in wants)
    return InputError(
        name,
        f"line {block.first_line}: no column of {lack} among: {', '.join(titles)}",
        f"columns of {' and '.join(wants)} for --kind {kind}",
        f'--columns "{example}", with the number of the column for N',
    )
