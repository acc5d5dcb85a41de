"""One branch of a loop against every law of conduction: weight, residuals, plausibility, verdict.

A verdict is one of `supported`, `possible`, `contradicted`. A law is supported only if it fits
within the noise, the record tells it from the other laws that are left, and its parameter was
checked and is plausible.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .transport_laws import (
    FLOOR,
    LAWS,
    LawFit,
    barrier_of,
    fit_law,
    fit_with_leak,
    mobility_of,
    noise_of_log,
    permittivity_of,
)

Array = NDArray[np.float64]
SUPPORTED, POSSIBLE, CONTRADICTED = "supported", "possible", "contradicted"
FEWEST = 8
LEAST_BEND = 0.3  # of ln(I/V): what a lowered barrier must bring over the branch
FIRM = 0.9  # Akaike weight from which a law is told from the others
MISFIT = 2.5  # rms over noise from which a structured residual is a misfit
THICK = 1e-8  # m, through which nothing tunnels directly
TITLES = {
    "ohmic": "ohmic",
    "sclc": "SCLC, trap-free",
    "sclc_traps": "SCLC, exponential traps",
    "schottky": "Schottky emission",
    "poole_frenkel": "Poole-Frenkel",
    "fowler_nordheim": "Fowler-Nordheim",
    "trap_assisted_tunnelling": "trap-assisted tunnelling",
    "direct_tunnelling": "direct tunnelling or hopping",
    "trap_filled_limit": "trap-filled limit",
}
THERMAL = ("schottky", "poole_frenkel")
TUNNELLING = ("fowler_nordheim", "trap_assisted_tunnelling", "direct_tunnelling")


@dataclass(frozen=True)
class Given:
    """What is known of the device in SI; NaN where it is not."""

    thickness: float = math.nan
    area: float = math.nan
    temperature: float = 300.0
    permittivity: float = math.nan
    optical_permittivity: float = math.nan
    reach: float = math.nan  # largest voltage of the branch


@dataclass(frozen=True)
class Candidate:
    """A law and what the branch says of it."""

    name: str
    verdict: str
    weight: float
    rms: float
    neighbours: float
    parameter: str = ""
    value: float = math.nan
    plausible: bool | None = None
    sentences: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the candidate as plain data."""
        return {
            "mechanism": self.name,
            "verdict": self.verdict,
            "akaike_weight": round(self.weight, 6),
            "rms_of_ln_current": self.rms,
            "residual_correlation": round(self.neighbours, 4),
            "parameter": self.parameter,
            "parameter_value": self.value if math.isfinite(self.value) else None,
            "plausible": self.plausible,
            "evidence": list(self.sentences),
        }


@dataclass(frozen=True)
class BranchReport:
    """A branch: its points used, the noise and power of it, and the candidates, best first."""

    state: str
    sign: int
    voltage: Array
    current: Array
    noise: float
    power: tuple[float, float]
    candidates: tuple[Candidate, ...]
    fits: Mapping[str, LawFit] = field(default_factory=dict)

    @property
    def best(self) -> Candidate:
        """The first candidate: supported, else the most likely that is possible."""
        return self.candidates[0]

    def to_json(self) -> dict[str, Any]:
        """Return the branch as plain data."""
        return {
            "state": self.state,
            "polarity": "positive" if self.sign > 0 else "negative",
            "voltage_from_V": float(self.voltage[0]),
            "voltage_to_V": float(self.voltage[-1]),
            "points": len(self.voltage),
            "noise_of_ln_current": self.noise,
            "power_low": self.power[0],
            "power_high": self.power[1],
            "candidates": [c.to_json() for c in self.candidates],
        }


def judge_branch(state: str, sign: int, v: Array, i: Array, given: Given) -> BranchReport | None:
    """Judge every law on one branch of |V|, |I|; None with fewer than eight points.

    >>> v = np.linspace(0.02, 2.0, 80)
    >>> report = judge_branch("off", 1, v, 1e-6 * v, Given())
    >>> report.best.name, report.best.verdict
    ('ohmic', 'supported')
    """
    good = (v > 0) & (i > 0) & np.isfinite(i)
    v, i = v[good], i[good]
    if len(v) < FEWEST:
        return None
    given = replace(given, reach=float(v[-1]))
    noise = max(noise_of_log(np.log(i)), FLOOR)
    fits = {name: fit_law(law, v, i) for name, law in LAWS.items()}
    jump = filled_limit(v, i)
    pure = {n: f for n, f in fits.items() if not _misfit(f, noise)}
    leaky = {} if pure or jump else _with_leaks(v, i, noise)
    powers = _powers(v, i)
    found: list[Candidate] = []
    weights = _weights(fits, pure, leaky, given)
    for name, fit in fits.items():
        beside = leaky.get(name)
        used = beside[0] if beside else fit
        share = beside[1] if beside else 0.0
        found.append(_candidate(name, used, share, weights, noise, given, powers))
    if jump is not None:
        found = [_not_across(c) for c in found]
        found.append(_limit(jump, given))
    order = {SUPPORTED: 0, POSSIBLE: 1, CONTRADICTED: 2}
    found.sort(key=lambda c: (order[c.verdict], -c.weight, c.rms))
    return BranchReport(state, sign, v, i, noise, powers, tuple(found), fits)


def _misfit(fit: LawFit, noise: float) -> bool:
    """The residual is larger than the noise and bends, which noise does not."""
    return fit.rms > MISFIT * noise or (fit.rms > 1.4 * noise and fit.runs > 0.7)


def _with_leaks(v: Array, i: Array, noise: float) -> dict[str, tuple[LawFit, float]]:
    found = {}
    for name in ("sclc", "sclc_traps", *THERMAL, "fowler_nordheim"):
        fit, share = fit_with_leak(LAWS[name], v, i)
        if not _misfit(fit, noise):
            found[name] = fit, share
    return found


def _weights(
    fits: Mapping[str, LawFit],
    pure: Mapping[str, LawFit],
    leaky: Mapping[str, tuple[LawFit, float]],
    given: Given,
) -> dict[str, float]:
    """Akaike weights among the laws that fit and whose parameter is not impossible."""
    every = {n: leaky[n][0] if n in leaky else f for n, f in fits.items()}
    left = {n: f for n, f in every.items() if n in pure or n in leaky}
    left = {n: f for n, f in left.items() if _plausible(n, f, given)[2] is not False}
    left = left or every
    least = min(f.aicc for f in left.values())
    raw = {n: math.exp(-0.5 * (f.aicc - least)) for n, f in left.items()}
    total = sum(raw.values())
    return {n: raw.get(n, 0.0) / total for n in fits}


def _candidate(
    name: str,
    fit: LawFit,
    share: float,
    weights: Mapping[str, float],
    noise: float,
    given: Given,
    powers: tuple[float, float],
) -> Candidate:
    title, weight = TITLES[name], weights[name]
    parameter, value, plausible, said = _plausible(name, fit, given)
    sentences = [_fit_sentence(fit, noise, share)]
    bad = _misfit(fit, noise)
    rivals = [TITLES[n] for n, w in weights.items() if n != name and w > 0.05]
    if said:
        sentences.append(said)
    if bad or plausible is False:
        verdict = CONTRADICTED
    elif weight < FIRM:
        verdict = POSSIBLE if weight > 0.01 else CONTRADICTED
        also = " and ".join(rivals) or "another law"
        sentences.append(f"The record does not tell it from {also}." if weight > 0.01 else
                         f"{also} fits far better.")  # fmt: skip
    elif share and name != "sclc":
        verdict = POSSIBLE
        sentences.append("It needs an ohmic path beside it, so it is not the only one at work.")
    elif share and not (powers[0] < 1.3 and powers[1] > 1.7):
        verdict = POSSIBLE
        sentences.append("Neither the ohmic nor the square part is wide enough to be sure.")
    elif plausible is None and name not in ("ohmic", "sclc"):
        verdict = POSSIBLE
    else:
        verdict = SUPPORTED
    if name in THERMAL and verdict != CONTRADICTED:
        sentences.append("Whether it is activated is not decidable from one temperature.")
    if name in TUNNELLING and verdict == SUPPORTED:
        verdict = SUPPORTED if plausible else POSSIBLE
        hops = name == "direct_tunnelling" and given.thickness > THICK
        sentences.append(
            "Hopping is activated: a second temperature would tell."
            if hops
            else "Tunnelling hardly depends on temperature: a second one would tell."
        )
    del title
    return Candidate(
        name, verdict, weight, fit.rms, fit.runs, parameter, value, plausible, tuple(sentences)
    )


def _fit_sentence(fit: LawFit, noise: float, share: float) -> str:
    x, y = fit.law.axes
    beside = " beside an ohmic path" if share else ""
    text = f"{y} against {x}{beside}: rms {100 * fit.rms:.2g} % of I, noise {100 * noise:.2g} %"
    if fit.rms > 1.4 * noise and fit.runs > 0.7:
        return text + f", and the residuals bend (correlation {fit.runs:.2f})."
    return text + "."


def _plausible(name: str, fit: LawFit, given: Given) -> tuple[str, float, bool | None, str]:
    """Name and value of the physical parameter, whether it is plausible, and why."""
    if name in THERMAL:
        return _permittivity(name, fit, given)
    if name == "sclc":
        return _mobility(fit, given)
    if name == "sclc_traps":
        power = fit.slope
        width = (power - 1.0) * given.temperature
        ok = 2.15 <= power <= 12.0
        text = f"The exponent is {power:.3g}: " + (
            f"traps of a characteristic temperature of {width:.0f} K." if ok
            else "exponential traps need more than 2 (2 is trap-free), and hardly more than 12."
        )  # fmt: skip
        return "exponent", power, ok, text
    if name == "fowler_nordheim":
        return _barrier(fit, given)
    if name == "trap_assisted_tunnelling":
        falls = fit.slope < 0
        text = "Its slope alone holds both trap depth and distance, so that it is not checked."
        text = text if falls else "The current must fall with 1/V."
        return "slope", -fit.slope, None if falls else False, text
    if name == "direct_tunnelling":
        return _hop(fit, given)
    return "", math.nan, None, ""


def _permittivity(name: str, fit: LawFit, given: Given) -> tuple[str, float, bool | None, str]:
    reach = fit.slope * math.sqrt(given.reach)
    if fit.slope <= 3.0 * fit.error or (name == "poole_frenkel" and reach < LEAST_BEND):
        return "permittivity", math.nan, False, "The slope is not above zero: no lowered barrier."
    if math.isnan(given.thickness):
        text = 'The slope is not checked: give --thickness "100 nm".'
        return "permittivity", math.nan, None, text
    emission = name == "schottky"
    value = permittivity_of(fit.slope, given.thickness, given.temperature, emission=emission)
    low = given.optical_permittivity if given.optical_permittivity == given.optical_permittivity \
        else 2.0  # fmt: skip
    high = given.permittivity if given.permittivity == given.permittivity else 30.0
    ok = 0.7 * low <= value <= 1.5 * max(high, low)
    text = f"The slope stands for a permittivity of {value:.3g}, "
    text += f"between the optical and the static one ({low:.3g} to {max(high, low):.3g})." if ok \
        else f"where {low:.3g} (optical) to {max(high, low):.3g} (static) is possible."  # fmt: skip
    return "permittivity", value, ok, text


def _mobility(fit: LawFit, given: Given) -> tuple[str, float, bool | None, str]:
    if math.isnan(given.thickness) or math.isnan(given.area):
        return "mobility", math.nan, None, "The mobility is not checked: give thickness and area."
    eps = given.permittivity if given.permittivity == given.permittivity else 20.0
    value = mobility_of(math.exp(fit.intercept), given.thickness, given.area, eps)
    ok = 1e-16 <= value <= 0.1
    text = f"Mott-Gurney gives a mobility of {1e4 * value:.2g} cm2/Vs"
    return "mobility", value, ok, text + (", which is possible." if ok else ": not possible.")


def _barrier(fit: LawFit, given: Given) -> tuple[str, float, bool | None, str]:
    if fit.slope >= 0:
        return "barrier", math.nan, False, "ln I/V^2 must fall with 1/V."
    if -fit.slope < max(3.0 * fit.error, 0.15 * given.reach):
        return "barrier", math.nan, False, "It does not bend away from the square law."
    if math.isnan(given.thickness):
        return "barrier", math.nan, None, 'The barrier is not checked: give --thickness "5 nm".'
    value = barrier_of(-fit.slope, given.thickness)
    ok = 0.1 <= value <= 6.0
    text = f"The slope stands for a barrier of {value:.2g} eV over the whole thickness"
    return "barrier", value, ok, text + ("." if ok else ": not possible.")


def _hop(fit: LawFit, given: Given) -> tuple[str, float, bool | None, str]:
    if fit.slope * given.reach < 1.0:
        return "hop", math.nan, False, "It does not bend away from the ohmic law."
    if math.isnan(given.thickness):
        return "hop", math.nan, None, "The distance is not checked: give a thickness."
    thermal = 8.617333262e-5 * given.temperature
    value = 2.0 * thermal * given.thickness * fit.slope
    ok = 2e-10 <= value <= 2e-8
    text = f"As hops along the field their distance is {1e9 * value:.2g} nm"
    if given.thickness > THICK:
        text += "; direct tunnelling through more than 10 nm is not possible"
    return "hop", value, ok, text + ("." if ok else ": not possible.")


def _powers(v: Array, i: Array) -> tuple[float, float]:
    """Powers d ln I / d ln V in the lower and the upper third of the range of ln V."""
    x, y = np.log(v), np.log(i)
    edges = (x[0] + (x[-1] - x[0]) / 3.0, x[0] + 2.0 * (x[-1] - x[0]) / 3.0)
    ends = []
    for rows in (x <= edges[0], x >= edges[1]):
        rows = rows if np.sum(rows) >= 3 else (x <= x[2] if rows[0] else x >= x[-3])
        ends.append(float(np.polyfit(x[rows], y[rows], 1)[0]))
    return ends[0], ends[1]


@dataclass(frozen=True)
class Jump:
    """A steep rise between two gentle parts of a branch."""

    voltage: float
    steepness: float
    ratio: float
    below: float
    above: float


def filled_limit(v: Array, i: Array) -> Jump | None:
    """Find the steep rise of a trap-filled limit, None where the power never exceeds six.

    >>> v = np.geomspace(0.1, 10.0, 80)
    >>> i = np.where(v < 2.0, 1e-9 * v**2, 1e-7 * v**2)
    >>> round(filled_limit(v, i).voltage, 1)
    2.0
    """
    x, y = np.log(v), np.log(i)
    step = np.diff(y) / np.diff(x)
    noise = noise_of_log(y)
    steep = (step > 6.0) & (np.diff(y) > 4.0 * noise)
    if not steep.any() or steep[0] or len(v) < FEWEST:
        return None
    k = int(np.argmax(np.diff(y) * steep))
    first = k
    while first > 0 and steep[first - 1]:
        first -= 1
    last = k
    while last < len(steep) - 1 and steep[last + 1]:
        last += 1
    if first < 3 or last > len(steep) - 4:
        return None
    ratio = math.exp(float(y[last + 1] - y[first]))
    below = float(np.polyfit(x[: first + 1], y[: first + 1], 1)[0])
    above = float(np.polyfit(x[last + 1 :], y[last + 1 :], 1)[0])
    if ratio < 3.0 or below > 4.0 or above > 4.0:
        return None
    return Jump(float(0.5 * (v[first] + v[last + 1])), float(step[k]), ratio, below, above)


def _not_across(c: Candidate) -> Candidate:
    """No smooth law holds across a jump."""
    return Candidate(
        c.name, CONTRADICTED, 0.0, c.rms, c.neighbours, c.parameter, c.value, c.plausible,
        (*c.sentences[:1], "No smooth law holds across the jump."),
    )  # fmt: skip


def _limit(jump: Jump, given: Given) -> Candidate:
    from scipy.constants import e, epsilon_0

    text = f"The current rises by a factor {jump.ratio:.2g} at {jump.voltage:.3g} V, from a power "
    text += f"of {jump.below:.2g} to one of {jump.above:.2g}."
    square = 1.6 <= jump.above <= 2.4
    said = [text]
    value = math.nan
    plausible: bool | None = None
    if given.thickness == given.thickness:
        eps = given.permittivity if given.permittivity == given.permittivity else 20.0
        value = 2.0 * eps * epsilon_0 * jump.voltage / (e * given.thickness**2)
        plausible = 1e19 <= value <= 1e27
        said.append(f"Filling them takes {1e-6 * value:.2g} traps per cm3.")
    if square and plausible is not False:
        verdict = SUPPORTED
        said.append("Above it the square law of empty space charge holds, as it must.")
    elif 0.85 <= jump.above <= 1.2:
        verdict = CONTRADICTED
        said.append("Above it the current is ohmic, where trap-free space charge goes as V^2.")
    else:
        verdict = POSSIBLE if plausible is not False else CONTRADICTED
        said.append("The power above it is not the 2 of trap-free space charge.")
    return Candidate(
        "trap_filled_limit", verdict, 1.0, 0.0, 0.0, "trap_density", value, plausible, tuple(said)
    )
