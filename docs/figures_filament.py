"""Figure of the theory page on filaments on a lattice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from halodot.core.spec import build
from halodot.device.filament import events as e
from halodot.device.filament.drive import Drive, ramp
from halodot.device.filament.problem import problem_of
from halodot.device.filament.simulate import Cell
from halodot.device.filament.spec import FilamentSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ION = {"name": "Ag", "redox_barrier": "0.3 eV", "adhesion": 0.1, "surface_energy": "0.3 J/m2"}
SHAPE = (20, 24, 24)
LIMITS = ((3e-8, "#3b5bdb"), (3e-6, "#c92a2a"))


def filament() -> Figure:
    """Return the figure: a filament at its set, I-V at two compliances, atoms over time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.5, 3.6), layout="constrained")
    where, curves, atoms = figure.subplots(1, 3)
    spec = build(FilamentSpec, {"species": [ION], "contact_share": 0.2})
    film = replace(problem_of(spec, SHAPE, dot=8), patch=0.02, fastest=(8e9, 8e8, 8e8))
    drive = ramp((2.4,), 1e5, 40)
    wait = Drive(np.linspace(1e-6, 2e-5, 20), np.zeros(20))
    for limit, colour in LIMITS:
        cell, taken = Cell(film, 2), None
        course = cell.play(replace(drive, compliance=limit))
        taken = np.flatnonzero((cell.board.kind >= e.METAL) & (cell.board.kind < e.ACTIVE))
        later = cell.play(wait)
        label = f"{limit * 1e9:.0f} nA"
        curves.semilogy(course.source, np.abs(course.current), color=colour, label=label)
        time = np.append(course.time, course.time[-1] + later.time) * 1e6
        atoms.plot(time, np.append(course.atoms, later.atoms), color=colour, label=label)
        if limit == LIMITS[-1][0]:
            x, y, z = np.unravel_index(taken, film.lattice.padded)
            shade = where.scatter(y * 0.42, x * 0.42, c=z * 0.42, cmap="viridis", s=14)
            figure.colorbar(shade, ax=where, label="depth (nm)")
    where.set(xlim=(0, 24 * 0.42), ylim=(21.5 * 0.42, -0.5 * 0.42), aspect="equal")
    where.set(
        xlabel="across (nm)", ylabel="from the active electrode (nm)", title="end of the sweep"
    )
    curves.set(xlabel="source voltage (V)", ylabel="|current| (A)", title="one sweep up and down")
    atoms.axvline(drive.time[-1] * 1e6, color="0.7", linestyle=":")
    atoms.set(xlabel="time (µs)", ylabel="atoms in the film", title="sweep, then waiting at 0 V")
    curves.legend(frameon=False, fontsize=8, title="compliance")
    return figure
