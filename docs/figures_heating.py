"""Figure of the theory page heating: balance of heat, warming in time, runaway."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from halodot.core.constants import BOLTZMANN
from halodot.device.charge.heating import Sink, follow, steady
from halodot.device.charge.layers import ChargeContact, ChargeLayer, Stack
from halodot.device.charge.mobility import arrhenius
from halodot.device.charge.run import Program
from halodot.report.plots import style as st

_DENSITY, _LENGTH, _MOBILITY, _ACTIVATION = 1e23, 1e-7, 1e-6, 0.3
_SINK = Sink(resistance=1e-4, capacity=1.0)
_CHARGE = 1.602176634e-19


def heating() -> Figure:
    """Two panels: temperature against voltage, and against time at three voltages."""
    with st.style():
        figure = st.new_figure(7.4, 3.4)
        still, moving = figure.subplots(1, 2)
        _still(still)
        _moving(moving)
        figure.draw_without_rendering()
    return figure


def _conductor(temperature: float) -> Stack:
    """A doped layer whose mobility is thermally activated, between ohmic contacts."""
    level = 4.0 + BOLTZMANN * temperature * math.log(1e25 / _DENSITY)
    metal = ChargeContact(work_function=level, velocity_electron=1e9, velocity_hole=1e9)
    layer = ChargeLayer(
        thickness=_LENGTH,
        relative_permittivity=10.0,
        electron_affinity=4.0,
        band_gap=2.5,
        dos_conduction=1e25,
        dos_valence=1e25,
        electron_mobility=arrhenius(_MOBILITY, _ACTIVATION, temperature),
        hole_mobility=1e-12,
        fixed_charge=_DENSITY,
    )
    return Stack(layers=(layer,), left=metal, right=metal, temperature=temperature)


def _conductance(temperature: np.ndarray) -> np.ndarray:
    """Of the layer [S/m2]."""
    rise = 1.0 / temperature - 1.0 / 300.0
    mobility = _MOBILITY * np.exp(-_ACTIVATION / BOLTZMANN * rise)
    return _CHARGE * _DENSITY * mobility / _LENGTH


def _threshold() -> float:
    a = _ACTIVATION / BOLTZMANN
    hot = np.array([0.5 * (a - math.sqrt(a * a - 4.0 * a * 300.0))])
    return math.sqrt(float((hot[0] - 300.0) / (_SINK.resistance * _conductance(hot)[0])))


def _still(ax: Axes) -> None:
    warm = np.linspace(300.0, 355.0, 400)
    volts = np.sqrt((warm - 300.0) / (_SINK.resistance * _conductance(warm)))
    turn = int(np.argmax(volts))
    ax.plot(volts[: turn + 1], warm[: turn + 1], color=st.PALETTE[6], lw=1, label="rests: formula")
    ax.plot(volts[turn:], warm[turn:], color=st.PALETTE[6], lw=1, ls="--", label="does not hold")
    record = steady(_conductor, _threshold() * np.linspace(0.0, 1.05, 22), _SINK)
    ax.plot(record.voltage, record.temperature, "o", ms=4, color=st.PALETTE[0], label="engine")
    ax.axvspan(_threshold(), 0.9, color=st.PALETTE[1], alpha=st.BAND, lw=0, label="runs away")
    ax.set(xlim=(0.0, 0.9), xlabel="voltage (V)", ylabel="temperature of the lattice (K)")
    ax.legend(loc="upper left")


def _moving(ax: Axes) -> None:
    unit = _SINK.time
    outputs = unit * np.linspace(0.05, 8.0, 160)
    time = unit * np.array([0.0, 1e-3, 8.0])
    for k, share in enumerate((0.7, 0.95, 1.1)):
        peak = share * _threshold()
        drive = Program(time, np.array([0.0, peak, peak]), np.zeros(3), outputs)
        record = follow(_conductor, drive, _SINK)
        label = f"{share:g} of the threshold"
        ax.plot(outputs / unit, record.temperature, color=st.PALETTE[k], label=label)
    ax.set(xlabel="time over R C", ylim=(300.0, 400.0), ylabel="temperature of the lattice (K)")
    ax.legend(loc="upper left")
