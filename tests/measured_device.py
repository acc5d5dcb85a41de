"""A folder of made-up measurements of a synapse whose numbers are planted, in many dialects.

`write` makes the folder of ``tests/data/measured_device``: three devices with update, decay, sweeps
and responses to light, as different instruments would have written them, and three files that
cannot be used.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from halodot.array.update_laws import Map, curvature_of

F = NDArray[np.float64]
READ = 0.1  # V


@dataclass(frozen=True)
class Planted:
    """What the made-up device is: S, s, 1."""

    low: float = 0.8e-6
    high: float = 6.0e-6
    label_up: float = 2.6
    label_down: float = 3.4
    pulses: int = 60
    cycle_to_cycle: float = 0.008
    read_noise: float = 0.006
    device_to_device: float = 0.12
    tau: float = 60.0
    stretch: float = 0.65
    kept: float = 0.45


def law(label: float, pulses: int, low: float, high: float, rising: bool) -> Map:
    """Exponential law that goes through the whole range in so many pulses."""
    c = curvature_of(label)
    rate = 1.0 / pulses if abs(c) < 1e-6 else 0.5 * c / math.tanh(0.5 * c) / pulses
    return Map("exponential", rate, c / pulses, low, high, rising)


def ends(p: Planted, device: int, rng: np.random.Generator) -> tuple[float, float]:
    """Range of one device; both ends vary alike."""
    del device
    factor = math.exp(p.device_to_device * rng.standard_normal())
    return p.low * factor, p.high * factor


def cycles(p: Planted, span: tuple[float, float], count: int, rng: np.random.Generator) -> list[F]:
    """Readings of runs up and down in turn; each down run starts where the one up ended."""
    up = law(p.label_up, p.pulses, *span, True)
    down = law(p.label_down, p.pulses, *span, False)
    s, out = 0.0, []
    for _ in range(count):
        for way in (up, down):
            g = [float(way.conductance(np.array(s)))]
            for _ in range(p.pulses):
                s = float(way.after(np.array(s))) + p.cycle_to_cycle * rng.standard_normal()
                g.append(float(way.conductance(np.array(s))))
            s = 1.0 - s
            noise = p.read_noise * (span[1] - span[0]) * rng.standard_normal(len(g))
            out.append(np.array(g) + noise)
    return out


def weights(runs: list[F]) -> F:
    """One list of readings: the turning points are read once."""
    return np.concatenate([runs[0], *[r[1:] for r in runs[1:]]])


def left(p: Planted, t: F) -> F:
    """Share that is left after t [s]."""
    return np.asarray(p.kept + (1.0 - p.kept) * np.exp(-((t / p.tau) ** p.stretch)))


def fading(p: Planted, span: tuple[float, float], t: F, rng: np.random.Generator) -> F:
    """Conductance after writing the high state."""
    G = span[0] + (span[1] - span[0]) * left(p, t)
    return np.asarray(G + 0.008 * (span[1] - span[0]) * rng.standard_normal(len(t)))


def sweep(span: tuple[float, float], rng: np.random.Generator) -> tuple[F, F]:
    """One loop 0, 1.5, 0, -1.5, 0 V of a bipolar switch with sinh branches."""
    top = 1.5
    leg = np.linspace(0.0, top, 61)
    v = np.concatenate([leg, leg[-2::-1], -leg[1:], -leg[-2::-1]])
    current = np.empty_like(v)
    is_high = False
    set_at, reset_at = 1.0 + 0.05 * rng.standard_normal(), -1.1 + 0.05 * rng.standard_normal()
    for k, x in enumerate(v):
        if x >= set_at:
            is_high = True
        if x <= reset_at:
            is_high = False
        bend = 0.9 if is_high else 0.5  # V of the sinh
        G = span[1] if is_high else span[0]
        current[k] = G * READ * math.sinh(x / bend) / math.sinh(READ / bend)
    return v, current * np.exp(0.02 * rng.standard_normal(len(v)))


def train(p: Planted, span: tuple[float, float], rng: np.random.Generator) -> tuple[F, F, F]:
    """Time, voltage and current of a run up and a run down, read at 0.1 V between pulses.

    A fifth of each response is gone, with 60 ms, before the next pulse after 0.4 s.
    """
    up = law(p.label_up, p.pulses, *span, True)
    down = law(p.label_down, p.pulses, *span, False)
    gap = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.38])
    time, volts, amps = [-0.2, -0.1, 0.0], [READ] * 3, []
    s = 0.0
    G0 = span[0]
    amps += [READ * G0] * 3
    start = 0.05
    for way, height in ((up, 2.0), (down, -2.0)):
        for _ in range(p.pulses):
            before = float(way.conductance(np.array(s)))
            s = float(way.after(np.array(s))) + p.cycle_to_cycle * rng.standard_normal()
            after = float(way.conductance(np.array(s)))
            for u in (0.001, 0.01, 0.019):
                time.append(start + u)
                volts.append(height)
                amps.append(height * 0.5 * (before + after))
            for u in gap:
                time.append(start + 0.02 + u)
                volts.append(READ)
                extra = 0.25 * (after - before) * math.exp(-u / 0.06)
                noise = p.read_noise * (span[1] - span[0]) * rng.standard_normal()
                amps.append(READ * (after + extra + noise))
            start += 0.42
        s = 1.0 - s
    return np.array(time) + 0.2, np.array(volts), np.array(amps)


def light_pair(rng: np.random.Generator) -> tuple[F, F, F]:
    """Time, irradiance and current of two light pulses, 0.5 s apart."""
    t = np.arange(0.0, 8.0, 0.02)
    light = np.where(((t > 1.0) & (t < 1.2)) | ((t > 1.7) & (t < 1.9)), 5.0, 0.0)
    x, current = 0.0, []
    for on in light > 0:
        x += 0.02 * ((2.0 * (1.0 - x) if on else 0.0) - x / 0.8)
        current.append(0.5e-9 + 4e-9 * x)
    return t, light, np.array(current) * (1.0 + 0.01 * rng.standard_normal(len(t)))


def _lines(head: list[str], columns: list[F], form: str, between: str, comma: bool) -> str:
    rows = [between.join(format(float(x), form) for x in row) for row in zip(*columns, strict=True)]
    text = "\n".join(rows)
    return "\n".join(head) + "\n" + (text.replace(".", ",") if comma else text) + "\n"


def write(folder: Path, p: Planted | None = None, seed: int = 1) -> Planted:
    """Write the folder; return what was planted."""
    p = Planted() if p is None else p
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    spans = [ends(p, d, rng) for d in range(3)]
    _weights_files(folder, p, spans, rng)
    _time_files(folder, p, spans, rng)
    _state_files(folder, p, spans, rng)
    _rest(folder)
    return p


def _weights_files(folder: Path, p: Planted, spans: list[tuple[float, float]],
                   rng: np.random.Generator) -> None:  # fmt: skip
    g = weights(cycles(p, spans[0], 4, rng))
    head = ["Synapse tester 2.1", "Device;D1", "", "Pulse number,Conductance (uS)"]
    text = _lines(head, [np.arange(len(g)), g * 1e6], ".6g", ",", False)
    (folder / "d1_ltp_ltd.csv").write_text(text, encoding="utf-8")
    g = weights(cycles(p, spans[1], 4, rng))
    head = ["Impulsfolge, Ablage in nA", "Read voltage: 0,1 V", "Pulse #;I (nA)"]
    text = _lines(head, [np.arange(len(g)), g * READ * 1e9], ".6f", ";", True)
    (folder / "d2_ltp_ltd.txt").write_text(text, encoding="utf-16")
    (folder / "device 3").mkdir(exist_ok=True)
    runs = cycles(p, spans[2], 3, rng)
    own = [np.concatenate([runs[k], runs[k + 1][1:]]) for k in (0, 2, 4)]
    cycle = np.concatenate([np.full(len(r), float(k + 1)) for k, r in enumerate(own)])
    n = np.concatenate([np.arange(len(r), dtype=float) for r in own])
    text = _lines(
        ["cycle\tpulse\tG [nS]"], [cycle, n, np.concatenate(own) * 1e9], ".6g", "\t", False
    )
    (folder / "device 3" / "weights.dat").write_text(text, encoding="cp1252")


def _time_files(folder: Path, p: Planted, spans: list[tuple[float, float]],
                rng: np.random.Generator) -> None:  # fmt: skip
    t, v, i = train(p, spans[1], rng)
    text = _lines(["Time (s),Voltage (V),Current (A)"], [t, v, i], ".6e", ",", False)
    (folder / "pulse_train_d2.csv").write_text(text, encoding="utf-8")
    t = np.geomspace(0.5, 3000.0, 70)
    G = fading(p, spans[0], t, rng)
    low = spans[0][0] * (1.0 + 0.01 * rng.standard_normal(len(t)))
    columns = [t / 60.0, G * READ * 1e6, low * READ * 1e6]
    text = _lines(["Time (min)\tI_LRS (uA)\tI_HRS (uA)"], columns, ".6g", "\t", False)
    (folder / "retention_d1.txt").write_text(text, encoding="utf-8")
    G = fading(p, spans[2], t, rng)
    text = _lines(["t (s),G (S)"], [t, G], ".6e", ",", False)
    (folder / "retention_d3.csv").write_text(text, encoding="utf-8")
    t, light, i = light_pair(rng)
    text = _lines(["time (ms);light (mW/cm2);I (pA)"], [t * 1e3, light * 0.1, i * 1e12], ".6g", ";",
                  True)  # fmt: skip
    (folder / "ppf_light_d1.csv").write_text(text, encoding="utf-8-sig")


def _state_files(folder: Path, p: Planted, spans: list[tuple[float, float]],
                 rng: np.random.Generator) -> None:  # fmt: skip
    for device in (0, 1):
        loops = [sweep(spans[device], rng) for _ in range(3)]
        v, i = (np.concatenate([loop[k] for loop in loops]) for k in (0, 1))
        heads = (["SetupTitle, iv", "DataName, V1, I1"], ["AV\tAI"])
        if device == 0:
            text = _lines(heads[0], [v, i], ".5e", ", ", False)
            rows = text.splitlines()
            text = "\n".join([*rows[:2], *(f"DataValue, {r}" for r in rows[2:])]) + "\n"
        else:
            text = _lines(heads[1], [v, i], ".5e", "\t", False)
        (folder / f"iv_d{device + 1}.csv").write_text(text, encoding="utf-8")
    n = np.arange(1.0, 41.0)
    noise = 1.0 + 0.04 * rng.standard_normal((2, len(n)))
    columns = [n, noise[0] / spans[0][1] * 1e-3, noise[1] / spans[0][0] * 1e-3]
    text = _lines(["Cycle,R_LRS (kOhm),R_HRS (kOhm)"], columns, ".5g", ",", False)
    (folder / "endurance_d1.csv").write_text(text, encoding="utf-8")


def _rest(folder: Path) -> None:
    """Side-cars, and files that cannot be used."""
    side = 'read_voltage = "100 mV"\narea = "1e-4 cm2"\n\n'
    side += '[files."*ltp_ltd*"]\npulse_voltage = "2 V"\ndepression_voltage = "-2 V"\n'
    side += 'pulse_width = "20 ms"\n\n[files."*weights*"]\npulse_voltage = "2 V"\n'
    side += 'depression_voltage = "-2 V"\npulse_width = "20 ms"\n'
    (folder / "device.toml").write_text(side, encoding="utf-8")
    beside = {"wavelength": "450 nm", "kind": "synapse"}
    (folder / "ppf_light_d1.json").write_text(json.dumps(beside) + "\n", encoding="utf-8")
    (folder / "notes.txt").write_text("Glovebox was open on Tuesday.\n", encoding="utf-8")
    broken = "Voltage (V),Current (A)\n0.0,1e-9\n0.1,2e-9,7,8\n0.2,x\n"
    (folder / "iv_broken.csv").write_text(broken, encoding="utf-8")
    relative = "pulse,weight (a.u.)\n" + "\n".join(f"{k},{0.1 * k:.2f}" for k in range(20)) + "\n"
    (folder / "ltp_relative.csv").write_text(relative, encoding="utf-8")
