"""Synthetic hand-over states for the tests of the report: made up, of realistic size."""

from __future__ import annotations

import dataclasses

import numpy as np

from halodot.array.state import Array, CellModel
from halodot.core.sourced import Sourced, assumed, computed
from halodot.core.status import Status
from halodot.device.state import Trace
from halodot.dot.state import DotProperties
from halodot.figures.state import Figure, Figures
from halodot.film.state import FilmProperties
from halodot.report.compare import compare
from halodot.report.model import ReportInput, SourceNote, StackLayer, StatusLine, Variant
from halodot.synthesis.state import DotPopulation
from halodot.task.state import Score


def q(value, unit, share=0.1, **kwargs):
    return Sourced(value, unit, value * (1 - share), value * (1 + share), **kwargs)


def population(size=9e-9, spread=0.1, formula="CsPbBr3"):
    return DotPopulation(
        formula, "cube", q(size, "m"), q(spread, "1", 0.3), "oleic acid", phase="gamma"
    )


def dots(energy=2.41, colour="#00d85a", x=0.11, y=0.77, formula="CsPbBr3"):
    axis = np.linspace(energy - 0.4, energy + 0.4, 801)
    spectrum = np.exp(-0.5 * ((axis - energy) / 0.042) ** 2)
    values = {
        "size": q(9e-9, "m"), "size_spread": q(0.1, "1"), "band_gap": q(energy + 0.06, "eV", 0.01),
        "optical_gap": q(energy + 0.03, "eV", 0.01), "pl_energy": q(energy, "eV", 0.01),
        "pl_fwhm": q(0.099, "eV"), "exciton_binding": q(0.05, "eV", 0.4),
        "bohr_radius": q(3.5e-9, "m"), "radiative_lifetime": q(6e-9, "s", 0.5),
        "plqy": q(0.85, "1"), "electron_affinity": q(3.5, "eV"), "ionization_energy": q(5.9, "eV"),
        "electron_mass": q(0.13, "1"), "hole_mass": q(0.15, "1"),
        "confinement_electron": q(0.04, "eV"), "confinement_hole": q(0.04, "eV"),
        "level_slope_electron": q(-0.07, "eV"), "level_slope_hole": q(-0.06, "eV"),
        "permittivity_static": q(29.4, "1"), "permittivity_optical": q(4.8, "1"),
        "cie_x": q(x, "1"), "cie_y": q(y, "1", 0.03),
    }  # fmt: skip
    return DotProperties(
        formula=formula, shape="cube", ligand="oleic acid", temperature=300.0, colour=colour,
        emission_energy=axis, emission_spectrum=spectrum, **values,
    )  # fmt: skip


def film(mobility=2e-9, spacing=1.4e-9):
    units = {
        "dot_size": (9e-9, "m"), "spacing": (spacing, "m"), "dot_density": (6e23, "m-3"),
        "fill_fraction": (0.48, "1"), "mobility_electron": (mobility, "m2/Vs"),
        "mobility_hole": (mobility, "m2/Vs"), "disorder_electron": (0.03, "eV"),
        "disorder_hole": (0.028, "eV"), "poole_frenkel": (1e-4, "(m/V)^0.5"),
        "relative_permittivity": (12.0, "1"), "refractive_index": (1.8, "1"),
        "electron_affinity": (3.5, "eV"), "ionization_energy": (5.9, "eV"),
        "density_of_states_electron": (1.2e24, "m-3"), "density_of_states_hole": (1.2e24, "m-3"),
        "trap_density": (1e22, "m-3"), "trap_depth": (0.3, "eV"),
        "capture_electron": (1e-15, "m3/s"), "capture_hole": (1e-15, "m3/s"),
        "radiative_coefficient": (1e-16, "m3/s"), "ion_density": (1e24, "m-3"),
        "ion_mobility": (1e-15, "m2/Vs"), "ion_activation": (0.3, "eV"),
        "absorption": (5e6, "m-1"), "doping": (0.0, "m-3"),
    }  # fmt: skip
    values = {k: q(v, u, 0.4) for k, (v, u) in units.items()}
    values["trap_density"] = assumed(1e22, "m-3", 1e21, 1e23, "no source for this ligand")
    values["capture_hole"] = Sourced.unknown("m3/s", "nothing in the library")
    return FilmProperties("CsPbBr3", "oleic acid", 300.0, **values)


def loop(label="", on=1.0, cycles=1):
    """An interface-type loop: four quarters of a triangle, history in the barrier."""
    quarter = np.linspace(0, 1.5, 120)
    voltage = np.tile(np.concatenate([quarter, quarter[::-1], -quarter, -quarter[::-1]]), cycles)
    state = np.zeros_like(voltage)
    for k in range(1, len(voltage)):
        gain = 0.02 * max(voltage[k] - 0.5, 0) - 0.03 * max(-voltage[k] - 0.3, 0)
        state[k] = np.clip(state[k - 1] + gain, 0, 1)
    current = 1e-9 * np.sinh(voltage * 4) * np.exp(6.5 * state) * on
    n = len(voltage)
    return Trace(
        "iv", label,
        {"time": np.arange(n) * 0.01, "voltage": voltage, "current": current},
        {"time": "s", "voltage": "V", "current": "A"},
        np.repeat(np.arange(4 * cycles), 120), {"area": Sourced(1e-6, "m2")},
        tuple([Status.OK] * n), profiles=bands(),
    )  # fmt: skip


def bands():
    x = np.concatenate([np.linspace(0, 40e-9, 60), np.linspace(40e-9, 340e-9, 200)])
    inside = x > 40e-9
    bend = 0.5 * np.exp(-x / 20e-9) - 0.15 * np.exp(-(340e-9 - x) / 30e-9)
    bend[inside & (np.arange(len(x)) == 60)] = bend[60]
    upper = np.where(inside, -3.5, -4.2) + bend
    lower = np.where(inside, -5.9, -7.5) + bend
    ions = np.where(inside, 1e24 * np.exp(-0.9 + (x - 40e-9) / 150e-9), 0.0)
    flat = np.full_like(x, -4.6)
    return {
        "position": x, "conduction_edge": upper, "valence_edge": lower,
        "fermi_electron": flat + 0.1 * (x / x[-1]), "fermi_hole": flat - 0.1 * (x / x[-1]),
        "ion_density": ions,
    }  # fmt: skip


def transfer(label, mobility):
    up = np.linspace(20, -60, 161)
    gate = np.concatenate([up, up[::-1]])
    shift = np.repeat([0.0, -6.0], 161)
    over = np.maximum(-(gate + 8 - shift), 0)
    drain = -(1e-12 + mobility * 1e-4 * 10 * (over**2 / 2 + 1e-3 * np.exp(-np.abs(gate) / 9)))
    n = len(gate)
    return Trace(
        "transfer", label,
        {"gate_voltage": gate, "drain_voltage": np.full(n, -60.0), "drain_current": drain},
        {"gate_voltage": "V", "drain_voltage": "V", "drain_current": "A"},
        np.repeat([0, 1], 161),
    )  # fmt: skip


def output(label="", mobility=1e-7):
    drain = np.linspace(0, -60, 61)
    gates = np.array([0.0, -20.0, -40.0, -60.0])
    over = np.maximum(-gates - 8, 0)[:, None]
    reach = np.minimum(-drain[None, :], over)
    current = -mobility * 1e-3 * (over * reach - reach**2 / 2)
    return Trace(
        "output", label,
        {"gate_voltage": np.repeat(gates, 61), "drain_voltage": np.tile(drain, 4),
         "drain_current": current.ravel()},
        {"gate_voltage": "V", "drain_voltage": "V", "drain_current": "A"},
        np.repeat(np.arange(4), 61),
    )  # fmt: skip


def pulses(label=""):
    time = np.linspace(0, 10, 4001)
    on = ((time % 1.0) < 0.1) & (time < 6)
    current = np.zeros_like(time)
    for k in range(1, len(time)):
        current[k] = current[k - 1] * np.exp(-0.0025 / 1.4) + (3e-11 if on[k] else 0)
    return Trace(
        "pulses", label,
        {"time": time, "current": current, "voltage": np.full(4001, -0.01), "light": on * 20.0},
        {"time": "s", "current": "A", "voltage": "V", "light": "W/m2"},
        np.zeros(4001, dtype=np.int64),
    )  # fmt: skip


def retention(label=""):
    time = np.geomspace(1, 1e4, 80)
    current = 3e-6 * time**-0.03
    return Trace(
        "retention", label, {"time": time, "current": current}, {"time": "s", "current": "A"},
        np.zeros(80, dtype=np.int64),
    )  # fmt: skip


def figures(label="", ratio=8e4):
    return Figures("iv", label, (
        Figure("on_off_ratio", Sourced(ratio, "1", ratio / 3, ratio * 3),
               "Larger over smaller |I| of the two branches at 0.1 V."),
        Figure("set_voltage", q(0.9, "V"), "Steepest rise of log |I| on the first rising sweep."),
        Figure("endurance", Sourced.unknown("1", "the record holds one cycle"),
               "Cycles until the window falls below 10."),
    ))  # fmt: skip


def array():
    cell = CellModel(q(1e-8, "S"), q(1e-6, "S"), q(0.1, "V"), q(0.05, "1", 0.5), 32)
    return Array(cell, 64, 64, assumed(1.0, "ohm", 0.5, 3.0, "thin-film silver line"), 7)


def score():
    rng = np.random.default_rng(1)
    matrix = rng.poisson(1.2, (10, 10)) + 32 * np.eye(10, dtype=int)
    return Score(
        "digits", computed(0.925, "1", 0.90, 0.945), computed(0.961, "1"), computed(0.1, "1"),
        q(2e-9, "J", 0.5), q(3e-7, "s", 0.5),
        details={"confusion": matrix, "classes": list(range(10))},
    )  # fmt: skip


def comparisons():
    wide = computed(8e4, "1", 2e4, 3e5)
    return (
        compare("on_off_ratio", Sourced(1e5, "1"), wide, bound=">", place="ref 188, Table 3"),
        compare("set_voltage", Sourced(0.95, "V"), computed(0.9, "V", 0.7, 1.2), place="Table 3"),
        compare("reset_voltage", Sourced(-0.71, "V"), computed(-1.3, "V", -1.5, -1.1)),
        compare("power", Sourced(1e-6, "W"), computed(3e-7, "W", 1e-7, 9e-7), bound="<"),
        compare("pl_peak", Sourced(515e-9, "m"), computed(514e-9, "m", 505e-9, 523e-9),
                unit="nm", role="input"),
        compare("current_on", Sourced(1e-3, "A"), computed(1.02e-3, "A"), role="calibrated"),
        compare("retention", Sourced(1e4, "s"), Sourced.unknown("s", "no record that long")),
        compare("volatile", Sourced(0.0), Sourced(0.0), kind="yes_no"),
    )  # fmt: skip


STACK = (
    StackLayer("FTO", None, "electrode"),
    StackLayer("ZnO", 40e-9, "semiconductor"),
    StackLayer("CsPbBr3 dots", 300e-9, "film"),
    StackLayer("Ni", None, "electrode"),
)
TRANSISTOR = (
    StackLayer("Si gate", None, "electrode"),
    StackLayer("SiO2", 300e-9, "insulator"),
    StackLayer("OTS", 2e-9, "insulator"),
    StackLayer("CsPbBr3 dots", 60e-9, "film"),
)
SOURCES = (
    SourceNote("review", "Chen et al., Nano-Micro Letters 15, 16 (2023)",
               "10.1007/s40820-022-00983-6", ("set_voltage", "on_off_ratio")),
    SourceNote("bench notebook 12", "", "", ("film.thickness",)),
)  # fmt: skip
INPUTS = (
    ("device.layer[0].thickness", Sourced(40e-9, "m", basis="given")),
    ("film.ion_density", assumed(1e24, "m-3", 1e23, 1e25, "between bulk and dot estimates")),
    ("device.left.velocity_electron", assumed(1e3, "m/s", 1e2, 1e5, "a metal, fast enough")),
    ("dot.kane_energy", Sourced(28.0, "eV", 25.0, 31.0, "sourced", ("review",))),
)


def memristor():
    """One variant through the whole flow."""
    whole = Variant(
        "", population(), dots(), film(), STACK, (loop(), retention()), (figures(),), array(),
        score(),
    )  # fmt: skip
    return ReportInput(
        "Ni/ZnO/CsPbBr3/FTO memristor", "m1", (whole,), comparisons(), INPUTS, SOURCES,
        (StatusLine("retention", Status.OUTSIDE_RANGE, "longer than the model was checked for"),),
        '[study]\ntitle = "M1"\n', (("halodot", "0.1.0"), ("numpy", "2.4.6")),
        "Interface-type switching by halide vacancies.",
    )  # fmt: skip


def transistor():
    """Two variants before and after ligand stripping, from dots to figures."""
    before = Variant(
        "as cast", None, dots(), film(2e-9, 1.8e-9), TRANSISTOR,
        (transfer("as cast", 1e-9), output("as cast", 1e-9)), (figures("as cast", 1e2),),
    )  # fmt: skip
    after = Variant(
        "after methyl acetate", None, dots(2.38, "#21dd52", 0.14, 0.76), film(4e-8, 0.7e-9),
        TRANSISTOR, (transfer("after methyl acetate", 2e-8), output("after methyl acetate", 2e-8)),
        (figures("after methyl acetate", 3e3),),
    )  # fmt: skip
    return ReportInput("Ligand loss and hopping", "t11", (before, after), comparisons()[:2])


def with_bad_points(trace):
    status = [Status.OK] * len(trace)
    status[200:230] = [Status.NOT_CONVERGED] * 30
    return dataclasses.replace(trace, point_status=tuple(status), status=Status.NOT_CONVERGED)
