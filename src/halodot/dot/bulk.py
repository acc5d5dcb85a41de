"""Bulk parameters of a composition as the dot model needs them, mixed and completed with notes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..core.constants import RYDBERG
from ..core.sourced import Basis, Sourced, assumed
from ..crystal.composition import parse
from ..library import Library
from ..library.mixing import end_member, mix
from .gap_convention import PHONON, SLOPE, gap_at

_READ = (
    "band_gap",
    "band_gap_temperature",
    "gap_temperature_slope",
    "phonon_energy",
    "electron_affinity",
    "ionization_energy",
    "electron_mass",
    "hole_mass",
    "reduced_mass",
    "exciton_binding_energy",
    "permittivity_exciton",
    "permittivity_optical",
    "permittivity_static",
    "kane_energy",
    "remote_band",
    "confinement_scale",
    "gap_correction",
    "lattice_constant",
)
# What holds for an end member of ABX3 whose own value is not at hand, before mixing.
_COMMON = {
    "kane_energy": assumed(15.0, "eV", 11.0, 19.0, "assumed: as in CsPbBr3"),
    "remote_band": assumed(
        3.0, "1", 1.4, 4.4, "assumed: between CsPbI3 (critical points) and CsPbBr3 (sizing)"
    ),
    "confinement_scale": assumed(
        1.0, "1", 0.88, 1.1, "assumed: bare carriers; a polaron would be heavier"
    ),
    "gap_correction": assumed(
        0.015, "eV", -0.03, 0.055, "assumed: half of what sizing data ask for CsPbBr3"
    ),
}


@dataclass(frozen=True)
class Bulk:
    """What is known of a bulk composition. Energies in eV, the rest in SI.

    Attributes
    ----------
    family
        ``ABX3`` and so on.
    values
        Quantity of the library to its value, mixed over the end members and completed.
    localised
        Whether the exciton sits on a few atoms, where no effective-mass model holds.
    notes
        Every completion that was made.
    members
        End members and their shares.
    """

    formula: str
    family: str
    values: dict[str, Sourced]
    localised: bool
    notes: tuple[str, ...]
    members: dict[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Sourced:
        return self.values[name]

    @property
    def missing(self) -> str:
        """Why the effective-mass model cannot be used, or an empty text."""
        if self.localised:
            return (
                f"the exciton of {self.formula} is localised and non-hydrogenic: a Wannier-Mott "
                "model with effective masses does not hold"
            )
        if self.family != "ABX3":
            return (
                f"the two-band model of the levels holds for ABX3 only; {self.formula} is "
                f"{self.family}"
            )
        for name in ("band_gap", "exciton_binding_energy"):
            if not self.values[name].is_known:
                return self.values[name].note
        return ""


def bulk(formula: str, library: Library) -> Bulk:
    """Collect the bulk parameters of `formula`; what is not known stays unknown with a reason.

    Mixed compositions are linear in their end members, the gap with bowing; dopants are left out.

    Raises
    ------
    InputError
        If the formula cannot be read.

    Examples
    --------
    >>> lib = Library.builtin()
    >>> gaps = [float(bulk(f, lib)["band_gap"]) for f in ("CsPbBr3", "CsPb(Br0.5I0.5)3", "CsPbI3")]
    >>> gaps[0] > gaps[1] > gaps[2]
    True
    """
    composition = parse(formula).host
    known = library.names("perovskite")
    listed = next((n for n in (formula, composition.formula) if n in known), None)
    members = {listed: 1.0} if listed else composition.end_members
    values = {name: _mixed(library, members, name, composition.family) for name in _READ}
    characters = [
        library.entry("perovskite", m).text("exciton_character") for m in members if m in known
    ]
    if members and all(
        m in known and library.entry("perovskite", m).quantity("band_gap").basis == "given"
        for m in members
    ):
        why = "the gap was given, and stands as it is"
        values["gap_correction"] = Sourced(0.0, "eV", 0.0, 0.0, "given", (), why)
    localised = "localised" in characters
    notes: list[str] = []
    if len(members) > 1:
        parts = ", ".join(f"{x:.3g} {name}" for name, x in members.items())
        notes.append(f"bulk values of {formula} are mixed from {parts}")
    if parse(formula).dopants:
        notes.append("the dopants are not in the model of the levels")
    if not localised and composition.family == "ABX3" and values["band_gap"].is_known:
        at_room = gap_at(library, members)
        _complete(values, notes, float(at_room if at_room.is_known else values["band_gap"]))
    return Bulk(formula, composition.family, values, localised, tuple(notes), dict(members))


def _mixed(library: Library, members: Mapping[str, float], name: str, family: str) -> Sourced:
    """A quantity of the mixture; end members of ABX3 may fall back on what is common to them."""
    common = _COMMON.get(name)
    if common is None or family != "ABX3":
        return mix(library, members, name)

    def of(member: str) -> Sourced:
        q = end_member(library, member, name)
        return q if q.is_known else common

    return mix(library, members, name, of)


def _complete(values: dict[str, Sourced], notes: list[str], gap: float) -> None:
    """Fill what follows from other values or from lead halides at large; every step is noted.

    `gap` is the quasiparticle gap at room temperature [eV], which the masses go with.
    """

    def fill(name: str, q: Sourced) -> None:
        if not values[name].is_known and q.is_known:
            values[name] = q
            notes.append(f"{name}: {q.note}")

    values |= _masses(values, gap)
    fill("permittivity_optical", assumed(4.5, "1", 3.6, 6.0, "assumed: range of lead halides"))
    optical = values["permittivity_optical"]
    why = "assumed: 1.8 times the optical permittivity, as in CsPbX3 (1.7 to 2.3)"
    fill("permittivity_exciton", _scaled(optical, 1.8, why, 0.7, 1.6))
    fill("permittivity_static", assumed(20.0, "1", 10.0, 40.0, "assumed: range of lead halides"))
    fill(
        "exciton_binding_energy", _hydrogen(values["reduced_mass"], values["permittivity_exciton"])
    )
    fill("lattice_constant", assumed(6e-10, "m", 5.5e-10, 6.4e-10, "assumed: range of ABX3"))
    fill("phonon_energy", PHONON)
    fill("gap_temperature_slope", SLOPE)
    reference = "assumed: the temperature of the bulk gap is not stated; taken as 300 K"
    fill("band_gap_temperature", assumed(300.0, "K", 300.0, 300.0, reference))


def _masses(values: dict[str, Sourced], gap: float) -> dict[str, Sourced]:
    """Masses of the two band edges from Kane energy, remote bands and gap.

    Tight-binding masses go with gaps that are too small by 1 eV; of published masses only the
    ratio of electron and hole is kept.
    """
    kane, remote = values["kane_energy"], values["remote_band"]

    def reduced(e_p: float, gamma: float) -> float:
        return 1.0 / (gamma + 2.0 * e_p / (3.0 * gap))

    value = reduced(float(kane), float(remote))
    parts = [
        (reduced(_end(kane, end), float(remote)), reduced(float(kane), _end(remote, end)))
        for end in ("low", "high")
    ]
    high, low = (value * math.exp(_joint([p / value for p in pair])) for pair in parts)
    note = "1 / (gamma + 2 E_P / 3 E_g) with the Kane energy and the remote bands"
    sources = tuple(dict.fromkeys((*kane.sources, *remote.sources)))
    mu = Sourced(value, "1", min(low, value), max(high, value), "computed", sources, note)
    electron, hole = values["electron_mass"], values["hole_mass"]
    ratio = float(electron) / float(hole) if electron.is_known and hole.is_known else 1.0
    return {
        "reduced_mass": mu,
        "electron_mass": _scaled(mu, 1.0 + ratio, note, basis="computed"),
        "hole_mass": _scaled(mu, 1.0 + 1.0 / ratio, note, basis="computed"),
    }


def _end(q: Sourced, name: str) -> float:
    end = q.low if name == "low" else q.high
    return float(q) if end is None else end


def _joint(factors: list[float]) -> float:
    """Logarithm of the joint factor of independent ones, with the sign of their sum."""
    logs = [math.log(f) for f in factors]
    return math.copysign(math.hypot(*logs), sum(logs))


def _scaled(
    q: Sourced,
    factor: float,
    why: str,
    low: float = 1.0,
    high: float = 1.0,
    basis: Basis = "assumed",
) -> Sourced:
    """`q` times `factor`, its interval widened by the factors `low` and `high`."""
    value = float(q) * factor
    ends = ((q.low or float(q)) * factor * low, (q.high or float(q)) * factor * high)
    return replace(q, value=value, low=ends[0], high=ends[1], basis=basis, note=why)


def _hydrogen(reduced: Sourced, permittivity: Sourced) -> Sourced:
    """Binding energy Ry mu / eps^2 with the ends of both."""
    value = RYDBERG * float(reduced) / float(permittivity) ** 2
    spread = math.hypot(
        math.log((reduced.high or float(reduced)) / float(reduced)),
        2.0 * math.log((permittivity.high or float(permittivity)) / float(permittivity)),
    )
    note = "computed as Ry mu / eps^2 from the reduced mass and the permittivity of the exciton"
    ends = (value * math.exp(-spread), value * math.exp(spread))
    return Sourced(value, "eV", *ends, "computed", reduced.sources, note)
