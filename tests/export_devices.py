"""Filaments to export without running the charge engine, and their reduced model as it is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from halodot.core.sourced import Sourced
from halodot.core.spec import build
from halodot.device.filament.device import Device, cell_of
from halodot.device.filament.growth import Cell, wear_rate
from halodot.device.filament.reduced import Background, slope
from halodot.device.spec import DeviceSpec
from halodot.export.model import Filament, Origin, filament

SPEC = {
    "kind": "two_terminal",
    "area": "0.04 mm2",
    "layer": [{"name": "film", "thickness": "60 nm"}],
    "left": {"work_function": "4.3 eV"},
    "right": {"work_function": "4.7 eV"},
    "circuit": {"compliance": "10 uA", "series_resistance": "300 ohm"},
    "filament": {
        "electrode": "left",
        "species": [{"name": "Ag", "redox_barrier": "0.83 eV", "creep_barrier": "0.67 eV"}],
        "ligands": {"damage": 1e-4, "coverage": 0.8},
    },
}


def cell(**changes: float) -> Cell:
    return cell_of(build(DeviceSpec, SPEC), 0.8, 60e-9)._replace(**changes)


def background(lights: int = 1, largest: float = 2.0) -> Background:
    """A current that rises faster than the voltage, and in light by decades."""
    half = np.geomspace(0.05, largest, 6)
    volts = np.concatenate([-half[::-1], [0.0], half])
    light = np.linspace(0.0, 1.0, lights) if lights > 1 else np.zeros(1)
    current = np.array([1e-11 * volts * (1.0 + volts**2) * (1.0 + 300.0 * x) for x in light])
    near = np.array([0.9 - 0.02 * volts - 0.1 * x for x in light])
    return Background(light, volts, np.arcsinh(current / 1e-15), near, 200.0 * (lights > 1))


def device(lights: int = 1, sign: float = 1.0, **changes: float) -> Device:
    return Device(cell(**changes), background(lights), sign, 0.02, 1e9, -1)


def exported(made: Device, name: str = "x") -> Filament:
    return filament(made, Origin(name, "A test device"), Sourced(1000.0, "W/m2", basis="given"))


def random_device(rng: np.random.Generator) -> Device:
    """A device whose every number is drawn."""
    usual = device(lights=int(rng.integers(1, 4)), sign=float(rng.choice([-1.0, 1.0])))
    c = usual.cell
    return replace(usual, cell=c._replace(
        length=c.length * rng.uniform(0.5, 1.5), tip=c.tip * rng.uniform(0.8, 1.3),
        redox=c.redox + rng.uniform(-0.03, 0.05), creep=c.creep + rng.uniform(-0.05, 0.1),
        interface=rng.uniform(0.65, 0.9), transfer=rng.uniform(0.4, 0.6),
        series=10 ** rng.uniform(1.0, 4.0), compliance=10 ** rng.uniform(-7.0, -3.5),
        compliance_reset=10 ** rng.uniform(-4.0, -2.0), temperature=rng.uniform(280.0, 340.0),
        resistivity=c.resistivity * rng.uniform(0.5, 3.0), formation=rng.uniform(0.2, 0.4),
        restored=rng.uniform(0.0, 1.0), lowering=rng.uniform(0.0, 0.1),
        redox_share=rng.uniform(0.0, 1.0), adhesion=rng.uniform(0.1, 0.5),
        damage=10 ** rng.uniform(-7.0, -2.0), damage_exponent=rng.uniform(0.0, 1.2),
        growth=10 ** rng.uniform(-0.5, 0.5), thinning=10 ** rng.uniform(-0.5, 0.5),
        warming=rng.uniform(0.0, 0.05), charge=float(rng.integers(1, 3)),
    ))  # fmt: skip


def states(
    rng: np.random.Generator, c: Cell, count: int
) -> list[tuple[float, float, float, float]]:
    """Shapes [m], voltages [V], lights and wear, -ln(1 - lost), clear of both electrodes."""
    edge = 2e-11
    found = []
    for k in range(count):
        w = rng.uniform(-1e-9, 1e-9) if k % 2 else rng.uniform(edge - c.length, c.length / 4)
        found.append((w, rng.uniform(-2.4, 2.4), rng.uniform(0.0, 1.0), rng.uniform(0.0, 2.0)))
    return found


def expected(
    part: Filament, w: float, volts: float, light: float, wear: float
) -> tuple[float, float, float]:
    """dw/dt [m/s], loss [1/s] and current [A] of the kernels, `volts` being that of the cell."""
    made = part.device
    b = made.back
    bare = made.cell._replace(series=0.0, compliance=math.inf, compliance_reset=math.inf)
    lost = -math.expm1(-wear)
    rate, passing, hot, _, current = slope(
        bare, w, lost, volts, light, True, part.shift, b.current, b.near, b.light, b.volts,
        b.absorbed,
    )  # fmt: skip
    return rate, wear_rate(bare, w, passing, hot), current
