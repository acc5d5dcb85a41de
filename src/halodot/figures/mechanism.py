"""Which mechanism a two-terminal curve shows: evidence for each candidate, branch by branch.

Three questions of the device (filament, trap filling, interface) rest on what its branches say:
whether the change of state is a jump, and which law holds before and after it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..device.state import Trace
from .loops import Branch, Loop, branches_of, current_of, loops_of, voltage_of
from .mechanism_branches import (
    CONTRADICTED,
    FIRM,
    POSSIBLE,
    SUPPORTED,
    THERMAL,
    TITLES,
    TUNNELLING,
    BranchReport,
    Candidate,
    Given,
    filled_limit,
    judge_branch,
)
from .state import Figure, Figures
from .switching import Event, compliance_of, find_event
from .temperature_series import (
    Activation,
    activation_of,
    consistent_slope,
    of_one_temperature,
)

ABRUPT = 0.1  # width of the change of state over its voltage
GRADUAL = 0.3
FLAT = 0.02  # relative scatter of a current that an instrument holds
SCLC = ("sclc", "sclc_traps", "trap_filled_limit")
DEVICE = ("filament", "trap_filling", "interface")


@dataclass(frozen=True)
class Statement:
    """A mechanism of the whole device with its verdict and the sentences for and against it."""

    name: str
    verdict: str
    sentences: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the statement as plain data."""
        return {"mechanism": self.name, "verdict": self.verdict, "evidence": list(self.sentences)}


@dataclass(frozen=True)
class Report:
    """Branches, statements on the device, and what a temperature series says."""

    branches: tuple[BranchReport, ...]
    device: tuple[Statement, ...]
    activation: Activation | None = None
    notes: tuple[str, ...] = ()
    given: Given = field(default_factory=Given)

    def branch(self, state: str) -> BranchReport | None:
        """Return the first branch of a state: ``off``, ``on`` or ``only``."""
        return next((b for b in self.branches if b.state == state), None)

    def of(self, name: str) -> Statement:
        """Return what is said of one mechanism of the device."""
        return next(s for s in self.device if s.name == name)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "device": [s.to_json() for s in self.device],
            "branches": [b.to_json() for b in self.branches],
            "activation": self.activation.to_json() if self.activation else None,
            "notes": list(self.notes),
        }


def report_of(trace: Trace, others: Sequence[Trace] = ()) -> Report:
    """Judge every mechanism for a two-terminal record, simulated or measured.

    Parameters
    ----------
    trace
        Kind ``iv``; thickness, area, temperature, permittivity and optical_permittivity are taken
        from its parameters. A column ``temperature`` is a series.
    others
        The same device with other areas (parameter ``area``): a filament does not scale with it.

    Raises
    ------
    InputError
        If no branch has eight points on one polarity.

    Range: the whole voltage drops across the given thickness, at one temperature. Contacts that
    take a share of it shift every parameter that is read from a slope.

    Examples
    --------
    >>> from halodot.figures.limits import ideal_switch
    >>> report = report_of(ideal_switch(1.0, -0.8))
    >>> report.of("filament").verdict, report.branch("on").best.name
    ('supported', 'ohmic')
    """
    given = _given(trace)
    activation = activation_of(trace)
    if activation is not None:
        trace, kelvin = of_one_temperature(trace)
        given = replace(given, temperature=kelvin)
    current, _ = current_of(trace)
    voltage = voltage_of(trace)
    good = np.isfinite(voltage) & np.isfinite(current)
    every = branches_of(voltage[good], current[good])
    loops = loops_of(every)
    found = [(loop, find_event(loop)) for loop in loops]
    branches = _branches(every, found, given)
    if not branches:
        raise InputError(
            trace.label,
            "no branch with eight points above the noise",
            "a voltage sweep on one polarity",
            "sweep with a finer step; check --columns",
        )
    if activation is not None:
        branches = [_with_temperature(b, activation, given.temperature) for b in branches]
    device = (
        _filament(found, branches, _areas((trace, *others)), _few_on(found)),
        _filling(found, branches),
        _interface(trace, found),
    )
    notes = () if _stated(trace, "temperature") or activation else ("temperature taken as 300 K",)
    return Report(tuple(branches), device, activation, notes, given)


def _stated(trace: Trace, name: str) -> bool:
    q = trace.parameters.get(name)
    return q is not None and q.is_known


def _given(trace: Trace) -> Given:
    def read(name: str, default: float = math.nan) -> float:
        return float(trace.parameters[name]) if _stated(trace, name) else default

    return Given(
        thickness=read("thickness"),
        area=read("area"),
        temperature=read("temperature", 300.0),
        permittivity=read("permittivity"),
        optical_permittivity=read("optical_permittivity"),
    )


def _branches(
    every: list[Branch], found: list[tuple[Loop, Event | None]], given: Given
) -> list[BranchReport]:
    """One branch of each state and polarity: off before a set, on after it, only without one."""
    reports: dict[tuple[str, int], BranchReport] = {}

    def add(state: str, branch: Branch, below: float = math.inf, level: float = math.nan) -> None:
        if (state, branch.sign) in reports:
            return
        top = compliance_of(branch)
        top = top if top == top else level
        rows = (branch.i > branch.floor) & (branch.v < below)
        if top == top:
            rows &= branch.i < 0.97 * top
        if state == "on" and _is_plateau(branch.v[rows], branch.i[rows]):
            return  # what the instrument held, not what the device takes
        report = judge_branch(state, branch.sign, branch.v[rows], branch.i[rows], given)
        if report is not None:
            reports[state, branch.sign] = report

    for loop, event in found:
        if event is None:
            continue
        edge = abs(event.voltage) - 0.5 * min(event.width, 0.3 * abs(event.voltage))
        states = ("off", "on") if event.on else ("on", "off")
        if not event.on:  # a gradual reset starts where the current is largest
            edge = min(edge, float(loop.out.v[int(np.argmax(loop.out.i))]))
        add(states[0], loop.out, edge)
        if event.on and abs(event.hold) > 0:
            lost = loop.back.v > abs(event.hold)
            kept = replace(loop.back, v=loop.back.v[lost], i=loop.back.i[lost])
            add(states[1], kept)
        else:
            held = compliance_of(loop.out) if event.on else math.nan
            add(states[1], loop.back, level=held)
    if not reports:
        for branch in every:
            if branch.outward or not any(b.outward and b.sign == branch.sign for b in every):
                add("only", branch)
    order = {"off": 0, "on": 1, "only": 2}
    return [reports[key] for key in sorted(reports, key=lambda k: (order[k[0]], -k[1]))]


def _is_plateau(v: np.ndarray, i: np.ndarray) -> bool:
    """Whether the current stays put while the voltage changes: a compliance, no conduction."""
    return len(v) > 2 and float(v[-1]) > 1.2 * float(v[0]) and float(np.std(np.log(i))) < FLAT


def _verdict_of(branch: BranchReport, name: str) -> str:
    return next((c.verdict for c in branch.candidates if c.name == name), CONTRADICTED)


def _filament(
    found: list[tuple[Loop, Event | None]],
    branches: list[BranchReport],
    areas: str,
    few: Sequence[float] = (),
) -> Statement:
    events = [e for _, e in found if e is not None and e.on]
    if not events:
        return Statement("filament", CONTRADICTED, ("Nothing turns on in this record.",))
    said, against, pro = [], 0, 0
    width = float(np.median([e.width / abs(e.voltage) for e in events]))
    window = float(np.median([e.window for e in events]))
    sudden = np.median([_abrupt(loop, e) for loop, e in found if e is not None and e.on]) > 0.5
    said.append(
        f"The device turns on within {100 * width:.2g} % of its switching voltage, by a factor "
        f"{window:.2g}: {'a jump' if sudden else 'no jump'}."
    )
    pro += bool(sudden) and window >= 10.0
    against += width > GRADUAL and not sudden
    on = [b for b in branches if b.state == "on"]
    if on:
        verdicts = [_verdict_of(b, "ohmic") for b in on]
        power = float(np.median([b.power[1] for b in on]))
        ohmic = SUPPORTED in verdicts
        said.append(
            f"The on state is {'ohmic' if ohmic else 'not ohmic'} (power {power:.2g} at high "
            "voltage), where a metallic or ionic path is."
        )
        pro += ohmic
        against += all(v == CONTRADICTED for v in verdicts) and power > 1.3
    elif few:
        power = float(np.median(few))
        ohmic = abs(power - 1.0) < 0.1
        said.append(
            f"The few points of the on state below the compliance go with the power {power:.2g}: "
            f"{'ohmic' if ohmic else 'not ohmic'}."
        )
        pro += ohmic
        against += power > 1.3
    else:
        said.append("The on state has too few points to judge its law.")
    if areas:
        said.append(areas)
        against += "scales" in areas
        pro += "hardly" in areas
    else:
        said.append("Whether the on current depends on the area is not known from one area.")
    verdict = CONTRADICTED if against else SUPPORTED if pro >= 2 else POSSIBLE
    return Statement("filament", verdict, tuple(said))


def _abrupt(loop: Loop, event: Event) -> bool:
    """A narrow change of state, or a step between neighbours of a factor ten near it."""
    if event.width <= ABRUPT * abs(event.voltage):
        return True
    near = np.abs(loop.out.v - abs(event.voltage)) < GRADUAL * abs(event.voltage)
    i = np.maximum(loop.out.i[near], 1e-30)
    return len(i) > 1 and bool(np.max(np.abs(np.diff(np.log(i)))) >= math.log(10.0))


def _few_on(found: list[tuple[Loop, Event | None]]) -> list[float]:
    """Powers of the voltage on branches back of set loops, of the points below the compliance."""
    powers = []
    for loop, event in found:
        if event is None or not event.on or abs(event.hold) > 0:
            continue
        top = compliance_of(loop.back)
        top = top if top == top else compliance_of(loop.out)
        rows = loop.back.i < (0.97 * top if top == top else math.inf)
        rows &= loop.back.i > loop.back.floor
        if np.sum(rows) >= 3 and not _is_plateau(loop.back.v[rows], loop.back.i[rows]):
            x, y = np.log(loop.back.v[rows]), np.log(loop.back.i[rows])
            powers.append(float(np.polyfit(x, y, 1)[0]))
    return powers


def _areas(traces: Sequence[Trace]) -> str:
    """How the largest current goes with the area, in words; empty with fewer than two areas."""
    rows = []
    for t in traces:
        if _stated(t, "area"):
            current, unit = current_of(t)
            loops = loops_of(branches_of(voltage_of(t), current))
            tops = [at.back.i[len(at.back.i) // 2] for at in loops if find_event(at) is not None]
            if tops and unit == "A":
                rows.append((float(t.parameters["area"]), float(np.median(tops))))
    if len({a for a, _ in rows}) < 2:
        return ""
    x, y = np.log(np.array(rows)).T
    power = float(np.polyfit(x, y, 1)[0])
    how = "hardly changes with" if abs(power) < 0.4 else "scales with"
    return f"The on current {how} the area (power {power:.2g} over {len(rows)} devices)."


def _filling(found: list[tuple[Loop, Event | None]], branches: list[BranchReport]) -> Statement:
    """Trap filling: space-charge laws before and after, the square law once traps are full."""
    off = [b for b in branches if b.state in ("off", "only")]
    on = [b for b in branches if b.state == "on"]
    said, pro, against = [], 0, 0
    jumps = [
        j for loop, e in found if e is not None and (j := filled_limit(loop.out.v, loop.out.i))
    ]
    if jumps:
        above = float(np.median([j.above for j in jumps]))
        said.append(f"Above the jump the current goes with the power {above:.2g} of the voltage.")
    for name, group in (("off", off), ("on", on)):
        laws = {c.name: c.verdict for b in group for c in b.candidates if c.name in SCLC}
        best = [n for n, v in laws.items() if v == SUPPORTED]
        maybe = [n for n, v in laws.items() if v == POSSIBLE]
        if not group:
            continue
        if best:
            said.append(f"The {name} branch is {TITLES[best[0]]}.")
            pro += 1 + (name == "on" and best[0] == "sclc")
        elif maybe:
            said.append(f"The {name} branch may be {TITLES[maybe[0]]}.")
        else:
            said.append(f"The {name} branch is no law of space charge.")
            ohmic = any(_verdict_of(b, "ohmic") == SUPPORTED for b in group)
            against += name == "on" or not ohmic
    if not on:
        only = SUPPORTED if any(b.best.name in SCLC[1:] and b.best.verdict == SUPPORTED
                                for b in off) else POSSIBLE  # fmt: skip
        return Statement("trap_filling", CONTRADICTED if against else only, tuple(said))
    verdict = CONTRADICTED if against else SUPPORTED if pro >= 2 else POSSIBLE
    return Statement("trap_filling", verdict, tuple(said))


def _interface(trace: Trace, found: list[tuple[Loop, Event | None]]) -> Statement:
    """Ions or charge at an interface: a loop that opens gradually and depends on the rate."""
    events = [e for _, e in found if e is not None]
    said: list[str] = []
    areas = [_opening(loop) for loop, _ in found]
    if not found:
        text = "No branch has a way back, so that hysteresis cannot be judged."
        return Statement("interface", POSSIBLE, (text,))
    if not events and max(areas, default=0.0) < 0.02:
        return Statement("interface", CONTRADICTED, ("Out and back agree: no hysteresis.",))
    jump = [e for loop, e in found if e is not None and _abrupt(loop, e) and e.window >= 10.0]
    said.append("The change of state is a jump." if jump else "The loop opens gradually.")
    rates = _rates(trace, found)
    dependent = False
    if len(rates) > 1:
        x = np.log([r for r, _ in rates])
        y = np.array([a for _, a in rates])
        change = abs(float(np.polyfit(x, y, 1)[0]) * float(np.ptp(x)))
        dependent = change > 0.2 * float(np.max(y))
        said.append(
            f"The opening of the loop {'changes' if dependent else 'hardly changes'} with the rate "
            f"({math.exp(float(np.min(x))):.2g} to {math.exp(float(np.max(x))):.2g} V/s)."
        )
    else:
        said.append("Whether it depends on the rate is not known from one rate.")
    if jump:
        return Statement("interface", CONTRADICTED, tuple(said))
    if len(rates) > 1:
        return Statement("interface", SUPPORTED if dependent else CONTRADICTED, tuple(said))
    return Statement("interface", POSSIBLE, tuple(said))


def _opening(loop: Loop) -> float:
    from .loops import at

    v = loop.grid()
    if len(v) < 3:
        return 0.0
    out, back = at(loop.out, v), at(loop.back, v)
    return float(np.trapezoid(np.abs(back - out), v) / np.trapezoid(back + out, v))


def _rates(trace: Trace, found: list[tuple[Loop, Event | None]]) -> list[tuple[float, float]]:
    """Sweep rate [V/s] and opening of each loop, where the record has times and several rates."""
    time = trace.columns.get("time")
    if time is None or not np.any(np.isfinite(time)):
        return []
    rate = np.abs(np.gradient(voltage_of(trace))) / np.maximum(np.abs(np.gradient(time)), 1e-30)
    rows = []
    voltage = voltage_of(trace)
    edges = np.linspace(0, len(voltage), len(found) + 1).astype(int)
    for (loop, _), a, b in zip(found, edges[:-1], edges[1:], strict=True):
        typical = float(np.median(rate[a:b])) if b > a else math.nan
        if typical > 0:
            rows.append((typical, _opening(loop)))
    if not rows or max(r for r, _ in rows) < 2.0 * min(r for r, _ in rows):
        return []
    return rows


def _with_temperature(branch: BranchReport, activation: Activation, kelvin: float) -> BranchReport:
    """Let the activation energy speak for or against each candidate."""
    energy = activation.energy
    changed = []
    for c in branch.candidates:
        said, verdict = [s for s in c.sentences if "one temperature" not in s], c.verdict
        if c.name in THERMAL:
            if energy < 0.03:
                verdict = CONTRADICTED
                said.append(f"The current is activated by {energy:.2g} eV only.")
            else:
                said.append(f"The current is activated by {energy:.2g} eV.")
                fit = branch.fits.get(c.name)
                agrees = fit is not None and consistent_slope(activation, fit.slope, kelvin)
                if agrees and verdict == POSSIBLE and c.weight >= FIRM:
                    verdict = SUPPORTED
                said.append(
                    "That energy falls with sqrt V as the slope says: a lowered barrier."
                    if agrees
                    else "That energy does not fall with sqrt V as the slope says."
                )
        elif c.name in TUNNELLING[:2] or (c.name == "direct_tunnelling" and energy < 0.03):
            if energy > 0.08:
                verdict = CONTRADICTED
                said.append(f"Tunnelling is not activated; the current is, by {energy:.2g} eV.")
            else:
                said.append(f"The current is hardly activated ({energy:.2g} eV), as tunnelling.")
        changed.append(replace(c, verdict=verdict, sentences=tuple(said)))
    order = {SUPPORTED: 0, POSSIBLE: 1, CONTRADICTED: 2}
    changed.sort(key=lambda c: (order[c.verdict], -c.weight, c.rms))
    return replace(branch, candidates=tuple(changed))


def extract_mechanism(trace: Trace) -> Figures:
    """Extract the verdicts as figures: a category each, and the numbers behind them.

    `Report.to_json` of `report_of` holds the evidence of every candidate.

    Examples
    --------
    >>> from halodot.figures.limits import ideal_switch
    >>> f = extract_mechanism(ideal_switch(1.0, -0.8))
    >>> f["mechanism_filament"].category, f["mechanism_on"].category
    ('supported', 'ohmic')
    """
    report = report_of(trace)
    notes = (*trace.notes, *report.notes)
    return Figures(trace.kind, trace.label, tuple(figures_of(report)), trace.status, notes)


def figures_of(report: Report) -> list[Figure]:
    """Return the figures of a report."""
    figures = [_statement(s) for s in report.device]
    for state in ("off", "on", "only"):
        branch = report.branch(state)
        if branch is None:
            continue
        figures += [_best(state, branch.best), *_power(state, branch)]
    if report.activation is not None:
        text = "Slope of ln|I| against 1/kT, at the lowest common voltage."
        figures.append(Figure("activation_energy", report.activation.value, text))
    return figures


def of_loops(trace: Trace) -> list[Figure]:
    """Return the figures of a record of loops, none where no branch can be judged."""
    try:
        return figures_of(report_of(trace))
    except InputError:
        return []


def _statement(s: Statement) -> Figure:
    text = "1 where the evidence supports this mechanism, 0 where it does not; the word is the "
    text += "verdict: supported, possible or contradicted."
    value = computed(float(s.verdict == SUPPORTED), "1", note=" ".join(s.sentences))
    return Figure(f"mechanism_{s.name}", value, text, s.verdict)


def _best(state: str, c: Candidate) -> Figure:
    where = "the branch without change of state" if state == "only" else f"the {state} branch"
    text = f"Law of conduction that fits {where} best and is not contradicted; the number is its "
    text += "Akaike weight."
    word = c.name if c.verdict == SUPPORTED else "undecided"
    note = f"{TITLES[c.name]}: {c.verdict}. {' '.join(c.sentences)}"
    if c.verdict == CONTRADICTED:
        word, note = "none", f"no law fits; the nearest is {note}"
    name = "mechanism_only" if state == "only" else f"mechanism_{state}"
    return Figure(name, computed(c.weight, "1", note=note), text, word)


def _power(state: str, branch: BranchReport) -> list[Figure]:
    text = "Power d ln|I| / d ln|V| in the {} third of the range of ln V of that branch."
    return [
        Figure(f"power_{where}_{state}", _known(p), text.format(where))
        for where, p in zip(("lower", "upper"), branch.power, strict=True)
    ]


def _known(value: float) -> Sourced:
    return computed(value, "1") if math.isfinite(value) else Sourced.unknown("1", "too few points")
