"""A two-terminal device with a filament: every protocol gives the record that others give."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.randomness import generator
from ...core.sourced import Sourced
from ...core.status import Status, worst
from ..spec import (
    Capacitance,
    DeviceSpec,
    Endurance,
    Impedance,
    Retention,
    Steady,
    Sweep,
    _Protocol,
)
from ..state import Trace
from ..waveform import Waveform
from .growth import Cell, conductance
from .reduced import CURRENT, HEAT, SHAPE, SOURCE, VOLTS, WEAR, Background, march
from .spec import FilamentSpec

if TYPE_CHECKING:
    from ...film.state import FilmProperties
    from ...library import Library
    from ..charge.simulate import Record
    from ..record import Recorded
    from ..stack import ResolvedContact, ResolvedLayer

Array = NDArray[np.float64]
UNITS = {"gap": "m", "filament_radius": "m", "temperature": "K", "ligand_loss": "1"}
BARE = 0.5  # share of a shell where nobody knows of ligands
DEGENERATE = 1e25  # m-3, doping at which a layer conducts like an electrode
LEVELS = (0.0, 0.01, 0.1, 0.3, 1.0)  # of the largest light, for the tables


@dataclass(frozen=True)
class Device:
    """A filament in its stack, ready for any waveform.

    Attributes
    ----------
    cell, back
        Numbers of the filament, and what the stack does without.
    sign
        +1 where the active electrode is the left one.
    spread, sites
        Of the barriers from place to place [eV], and how many places the area has.
    seed
        Of the scatter; -1 without.
    """

    cell: Cell
    back: Background
    sign: float
    spread: float
    sites: float
    seed: int

    def follow(
        self, wave: Waveform, hold: float = 0.0, start: tuple[float, float] | None = None
    ) -> tuple[Array, Array, int]:
        """Follow a waveform; rows as `reduced.COLUMNS` says, the end (w, share lost), steps."""
        program = wave.program(hold, 1)
        closed = program.closed
        if closed is None:
            closed = np.ones(len(program.time) - 1, dtype=np.bool_)
        begin = np.array(start or (-self.cell.length, 0.0))
        back = self.back
        rows: Array
        rows, end, steps = march(
            self.cell, program.time, self.sign * program.voltage, program.light, closed,
            program.outputs, back.current, back.near, back.light, back.volts, back.absorbed,
            begin, self.spread, self.sites, self.seed,
        )  # fmt: skip
        return rows, end, int(steps)


def cell_of(spec: DeviceSpec, coverage: float, length: float) -> Cell:
    """Return the numbers of the filament of a device."""
    f = spec.filament
    assert f is not None  # the caller asks only then
    s, ligands, light, reduced = f.species[0], f.ligands, f.lighting, f.reduced
    if ligands.coverage is not None:
        coverage = float(ligands.coverage)
    volume, heating = float(s.atomic_volume), spec.heating
    atom = volume ** (1.0 / 3.0)
    area = float(spec.area or 0.0)
    most = float(spec.circuit.compliance or math.inf)
    return Cell(
        length=length, tip=float(reduced.tip_radius), hop=float(s.hop_length), atom=atom,
        volume=volume, charge=float(s.charge), attempt=float(s.attempt),
        inside=float(s.barrier_inside), bare=float(s.barrier_surface),
        restored=float(ligands.surface_restored), coverage=coverage,
        redox=_redox(f, atom), redox_shift=float(ligands.redox_shift),
        transfer=float(s.transfer), formation=float(s.formation_energy),
        tension=float(s.surface_energy), creep=float(s.creep_barrier),
        resistivity=float(s.resistivity), path=float(s.mean_free_path),
        decay=float(f.gap_decay), point=float(f.point_conductance),
        film_heat=float(f.thermal_conductivity), temperature=float(spec.temperature),
        warming=float(heating.thermal_resistance) * area if heating else 0.0,
        lowering=float(light.lowering), half_light=float(light.half_light),
        redox_share=float(light.redox_share), damage=float(ligands.damage),
        damage_hot=float(reduced.damage_hot), damage_exponent=float(ligands.damage_exponent),
        adhesion=float(reduced.adhesion),
        interface=float(reduced.interface_share), series=float(spec.circuit.series_resistance),
        compliance=most, compliance_reset=float(reduced.compliance_reset or most),
        growth=float(reduced.growth_factor), thinning=float(reduced.thinning_factor),
    )  # fmt: skip


def _redox(f: FilamentSpec, atom: float) -> float:
    """Redox barrier [eV]: given, or from an exchange current density at 300 K."""
    s = f.species[0]
    if s.exchange_current_density is None:
        return float(s.redox_barrier)
    from ...core.constants import BOLTZMANN, ELEMENTARY_CHARGE

    most = s.charge * ELEMENTARY_CHARGE * float(s.attempt) / atom**2
    return float(BOLTZMANN * 300.0 * math.log(most / float(s.exchange_current_density)))


def way_of(layers: list[ResolvedLayer], active: str) -> float:
    """Return the way [m] of a filament: all layers up to one that is doped like an electrode."""
    ordered = layers if active == "left" else layers[::-1]
    while len(ordered) > 1 and abs(ordered[-1]["donor_density"]) >= DEGENERATE:
        ordered = ordered[:-1]
    return sum(float(layer.thickness) for layer in ordered)


def prepare(
    spec: DeviceSpec, protocol: _Protocol, wave: Waveform, layers: list[ResolvedLayer],
    left: ResolvedContact, right: ResolvedContact, library: Library | None,
    film: FilmProperties | None, levels: tuple[float, ...] = LEVELS,
) -> tuple[Device, tuple[str, ...]]:  # fmt: skip
    """Solve the stack, and bring the filament's numbers together."""
    from ..assembly import stack_of
    from ..illumination import illuminate
    from .background import background

    f = spec.filament
    assert f is not None
    folder = library.folder if library is not None else None
    lit = illuminate(layers, spec.light, spec.optics, library=library, folder=folder)
    stack = stack_of(spec, layers, left, right, lit)
    brightest = float(np.max(wave.light))
    lights = np.zeros(1)
    if levels is not LEVELS or brightest > 0.0:
        lights = np.array(levels) * (brightest if levels is LEVELS else 1.0)
    absorbed = float(spec.light[0].intensity) * lit.absorbed_share if spec.light else 0.0
    area = float(spec.area or 0.0)
    shunt = spec.circuit.shunt_resistance
    back, notes = background(
        stack, area=area, active=f.electrode, largest=float(np.max(np.abs(wave.voltage))),
        lights=lights, duration=_standing(wave), absorbed=absorbed,
        shunt=float(shunt) if shunt is not None else math.inf,
    )  # fmt: skip
    extras = film.extras if film is not None else {}
    known = extras.get("ligand_coverage")
    coverage = float(known) if known is not None and known.is_known else BARE
    length = way_of(layers, f.electrode)
    seed = int(generator(f.reduced.seed, "filament", protocol.label).integers(2**31 - 1))
    device = Device(
        cell=cell_of(spec, coverage, length), back=back,
        sign=1.0 if f.electrode == "left" else -1.0, spread=float(f.barrier_spread),
        sites=float(f.sites) * area, seed=seed if f.reduced.noise else -1,
    )  # fmt: skip
    if shunt is None:
        notes = (
            *notes,
            "no leakage beside the stack (device.circuit.shunt_resistance is not given): the off "
            "current and on/off ratios are those of a film without any pinhole",
        )
    said = [*notes, *(n for layer in layers for n in layer.notes)]
    if brightest > 0.0:
        said += lit.notes
    if len(f.species) > 1:
        said.append(f"the filament is of {f.species[0].name}; other ions are left to the stack")
    return device, tuple(said)


def _standing(wave: Waveform) -> float:
    """Longest time for which at least half of the largest voltage stands [s]."""
    volts, best, start = np.abs(wave.voltage), 0.0, math.nan
    high = volts >= 0.5 * float(np.max(volts))
    for k, t in enumerate(wave.time):
        if high[k] and math.isnan(start):
            start = float(wave.time[max(k - 1, 0)])
        if not high[k]:
            start = math.nan
        elif t - start > best:
            best = float(t - start)
    return best or float(wave.time[-1] - wave.time[0])


def run(
    spec: DeviceSpec, protocol: _Protocol, layers: list[ResolvedLayer], left: ResolvedContact,
    right: ResolvedContact, library: Library | None = None, film: FilmProperties | None = None,
) -> Trace:  # fmt: skip
    """Put a device with a filament under a protocol, from rest: no filament, all ligands there.

    Raises
    ------
    InputError
        For a small signal or currents at rest, which a filament has none of.
    """
    from ..waveforms import of
    from .wear import worn

    if isinstance(protocol, Steady | Impedance | Capacitance):
        raise InputError(
            "protocol.kind", protocol.kind, "a protocol in time for a device with a filament",
            "use a sweep, or leave device.filament out",
        )  # fmt: skip
    wave = of(protocol)
    device, notes = prepare(spec, protocol, wave, layers, left, right, library, film)
    rows, _, steps = device.follow(wave, float(protocol.hold))
    parameters = {"thickness": Sourced(device.cell.length, "m", basis="computed")}
    if isinstance(protocol, Sweep) and protocol.set_at is not None and spec.light:
        from . import brightness

        every = brightness.LEVELS
        wide, _ = prepare(spec, protocol, wave, layers, left, right, library, film, every)
        full = float(spec.light[0].intensity)
        parameters["light_at_set_voltage"] = brightness.light_for(
            wide, wave, float(protocol.set_at), full
        )
    notes = (*notes, _told(device, rows, steps))
    beside = None
    stands = isinstance(protocol, Retention | Endurance)  # ions are at rest most of the time
    if spec.filament is not None and spec.filament.beside == "following" and not stands:
        beside = _beside(spec, protocol, wave, device, rows, layers, left, right, library)
    trace = traced(spec, protocol, wave, device, rows, parameters, notes, beside)
    if isinstance(protocol, Endurance):
        return worn(trace, device, protocol, spec)
    return trace


def _beside(
    spec: DeviceSpec, protocol: _Protocol, wave: Waveform, device: Device, rows: Array,
    layers: list[ResolvedLayer], left: ResolvedContact, right: ResolvedContact,
    library: Library | None,
) -> tuple[Record, list[ResolvedLayer]]:  # fmt: skip
    """Carriers, ions and light of the stack in time, and the layers they are of."""
    from ..assembly import stack_of
    from ..illumination import illuminate
    from .beside import followed

    folder = library.folder if library is not None else None
    lit = illuminate(layers, spec.light, spec.optics, library=library, folder=folder)
    stack = stack_of(spec, layers, left, right, lit)
    full = np.array([float(s.intensity) for s in spec.light])
    volts = device.sign * rows[:, VOLTS]
    hold = float(protocol.hold)
    return followed(stack, wave, hold, volts, full, spec.nodes_per_layer), layers


def traced(
    spec: DeviceSpec, protocol: _Protocol, wave: Waveform, device: Device, rows: Array,
    parameters: dict[str, Sourced], notes: tuple[str, ...],
    beside: tuple[Record, list[ResolvedLayer]] | None = None,
) -> Trace:  # fmt: skip
    """Return the trace of rows of the reduced model, with what the stack does beside it in time."""
    from ..record import Recorded, trace_of

    area = float(spec.area or 1.0)
    light = sum(float(s.intensity) for s in spec.light[:1])
    columns = {
        "time": wave.outputs - wave.origin,
        "voltage": device.sign * rows[:, VOLTS],
        "current_density": device.sign * rows[:, CURRENT] / area,
        "light": np.interp(wave.outputs, wave.time, wave.program().light) * light,
        "gap": np.maximum(-rows[:, SHAPE], 0.0),
        "filament_radius": device.cell.tip + np.maximum(rows[:, SHAPE], 0.0),
        "temperature": rows[:, HEAT],
        "ligand_loss": rows[:, WEAR],
    }
    c = spec.circuit
    if c.compliance is not None or float(c.series_resistance) > 0.0:
        columns["source_voltage"] = np.interp(wave.outputs, wave.time, wave.voltage)
    good = np.isfinite(rows[:, CURRENT])
    status = tuple(Status.OK if g else Status.MAX_STEPS for g in good)
    found = Recorded(columns, status, notes=notes, units=UNITS)
    if beside is not None:
        found, more = _joined(found, device, rows, *beside, spec)
        parameters = parameters | more
    trace = trace_of(spec, protocol, wave, found, parameters)
    return replace(trace, notes=tuple(dict.fromkeys(trace.notes)))


def _joined(
    found: Recorded, device: Device, rows: Array, record: Record, layers: list[ResolvedLayer],
    spec: DeviceSpec,
) -> tuple[Recorded, dict[str, Sourced]]:  # fmt: skip
    """Add the current of the stack in time to that of the filament, and its light."""
    from ..shine import with_light_out
    from .beside import columns_of

    area = float(spec.area or 1.0)
    metal = np.array([conductance(device.cell, w) for w in rows[:, SHAPE]])
    current = metal * found.columns["voltage"] / area + record.current_density
    status = tuple(worst(a, b) for a, b in zip(found.status, record.status, strict=True))
    columns = found.columns | {"current_density": current} | columns_of(record)
    return with_light_out(replace(found, columns=columns, status=status), spec, layers)


def _told(device: Device, rows: Array, steps: int) -> str:
    hot = float(np.nanmax(rows[:, HEAT], initial=0.0))
    thick = device.cell.tip + max(float(np.nanmax(rows[:, SHAPE], initial=-1.0)), 0.0)
    whole = rows[:, SHAPE] >= 0.0
    at = device.sign * rows[:, SOURCE]
    changes = ""
    for text, which in (("joins", whole[1:] & ~whole[:-1]), ("parts", whole[:-1] & ~whole[1:])):
        if which.any():
            changes += f"the filament first {text} at {at[1:][which][0]:.3g} V; "
    return (
        f"{changes}reduced filament, {abs(steps)} steps; up to {hot:.0f} K and "
        f"{1e9 * thick:.2g} nm of radius in what was recorded; "
        "not fitted to the lattice model, which with the same "
        "barriers sets later by orders of magnitude: fitted barriers are those of this model"
    )
