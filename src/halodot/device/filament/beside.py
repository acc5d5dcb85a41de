"""Carriers, ions and light beside a filament, followed in time by the charge engine.

Filament and stack see one voltage, so that their currents add. The voltage of the device is that of
the reduced model, whose stack is tabulated at rest; what the stack does in time is then followed
under it. The current of the record is that of both; where a source clamps, it may exceed the
compliance by what the stack in time carries beyond the stack at rest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..charge import run as engine
from ..charge.layers import Circuit, Stack

if TYPE_CHECKING:
    from ..charge.simulate import Record
    from ..waveform import Waveform

Array = NDArray[np.float64]


def followed(
    stack: Stack, wave: Waveform, hold: float, volts: Array, light: Array, nodes: int = 0
) -> Record:
    """Return what the stack does in time under the voltage that the filament leaves it.

    Parameters
    ----------
    stack
        Of the device; its circuit stands before both and is not counted again.
    wave
        Of the source.
    hold
        Rest before the record [s].
    volts
        Across the device at the outputs of `wave` [V].
    light
        Full light of every source [W/m2]; only its length counts.
    nodes
        Of each layer.
    """
    program = wave.program(hold, max(1, len(light)))
    time = np.union1d(program.time, program.outputs)
    source = np.interp(time, program.time, program.voltage)
    taken = np.interp(program.outputs, time, source) - volts
    taken = np.where(np.isfinite(taken), taken, 0.0)
    lights = np.asarray(program.light)
    shone = (
        np.interp(time, program.time, lights)
        if lights.ndim == 1
        else np.array([np.interp(time, program.time, one) for one in lights.T]).T
    )
    left = np.interp(time, program.outputs, taken, left=0.0)
    drive = engine.Program(time, source - left, shone, program.outputs)
    bare = replace(stack, circuit=Circuit())
    return engine.follow(bare, drive, accuracy="single", nodes=nodes)


def columns_of(record: Record) -> dict[str, Array]:
    """Return the parts of the current beside the filament, and the radiative pairs."""
    return {
        "electron_current_density": record.electron,
        "hole_current_density": record.hole,
        "ion_current_density": record.ion,
        "emission": record.emission,
    }
