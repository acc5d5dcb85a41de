r"""Signed weights on crossbars: mapping, writing, tiles, products.

A weight is laid on cells by `mapping`; the cells differ by `population`. Writing ``direct`` gives

.. math:: G = G_l + (G_h - G_l) (f + \sigma_c z_1), \qquad G' = G (1 + \sigma_s z_2)

with the ends of each cell, the error of one write (cycle to cycle, over the range) and what moves
afterwards (over the conductance itself). Cells stuck at an end stay there, conductances stay at 0
or above. ``open loop`` and ``verify`` go pulse by pulse (`writing`). Between writing and reading
the cells age (`ageing`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.randomness import generator
from . import ageing
from .crossbar import read_matrix
from .mapping import Block, Mapping
from .matrix import ProgrammedMatrix, Reading, Tile, crossbar
from .population import Cells, Device, draw_cells, draw_device
from .state import Array
from .writing import write_cells

F = NDArray[np.float64]

__all__ = ["Device", "ProgrammedMatrix", "Reading", "Tile", "direct", "draw_device", "program"]


def direct(fraction: F, device: Device, cells: Cells, rng: np.random.Generator | None) -> F:
    """Return conductances [S] after one write of each cell to `fraction` of its range.

    `rng` None writes without error.
    """
    moved = fraction if rng is None else (
        fraction + device.cycle_to_cycle * rng.standard_normal(fraction.shape)
    )  # fmt: skip
    return np.maximum(cells.low + cells.range * moved, 0.0)


def relax(conductance: F, device: Device, rng: np.random.Generator | None) -> F:
    """Return conductances [S] after what moves once writing is over."""
    if rng is None:
        return conductance
    own = device.conductance_spread * rng.standard_normal(conductance.shape)
    return np.maximum(conductance * (1.0 + own), 0.0)


def program(
    array: Array, weights: ArrayLike, draw: int | None = None, part: int = 0, write: int = 0
) -> ProgrammedMatrix:
    """Write signed weights to as many tiles as they need.

    Parameters
    ----------
    weights
        [inputs, outputs].
    draw
        Number of the draw: same array, seed and draw, same device and cells. None programs
        without errors and reads at once.
    part
        Which matrix of several on the same device (layer of a network): own cells and errors, same
        draw of what is uncertain about the device.
    write
        How often these cells were written before: own write errors, same cells.

    Raises
    ------
    InputError
        If the device is not known, or forgets within `Array.writing.hold` and is not refreshed.

    Examples
    --------
    >>> from halodot.core.sourced import Sourced
    >>> from halodot.array.state import CellModel
    >>> S = Sourced
    >>> cell = CellModel(S(1e-6, "S"), S(1e-4, "S"), S(0.1, "V"), S(0.0, "1"))
    >>> array = Array(cell, 4, 4, S(0.0, "ohm"), seed=1, read_time=S(1e-7, "s"))
    >>> print(program(array, [[1.0, -2.0], [0.5, 0.0]]).multiply([[1.0, 0.5]]).output.round(9))
    [[ 1.25 -2.  ]]
    """
    matrix = read_matrix(weights, "weights", (2,), "[inputs, outputs]")
    device = draw_device(array, draw)
    age = ageing.age(array)
    setting = array.writing
    mapping = Mapping(
        setting.mapping, matrix.shape[1], array.bit_lines, device.levels, setting.slices
    )
    scale = float(np.abs(matrix).max())
    fraction = mapping.fractions(matrix, scale)
    of_cells = None if draw is None else generator(array.seed, "array.cells", draw, part)
    cells = draw_cells(device, fraction.shape, of_cells)
    rng = None if draw is None else generator(array.seed, "array.program", draw, part, write)
    written = None
    if rng is None or setting.mode == "direct":
        conductance = direct(fraction, device, cells, rng)
    else:
        places = [(down, block.lines) for down, block in _places(array, mapping, len(fraction))]
        written = write_cells(array, device, cells, fraction, rng, places)
        conductance = written.conductance
    fresh = cells.held(relax(conductance, device, rng))
    made = ProgrammedMatrix(
        tiles=tuple(_tiles(array, device, mapping, fresh)),
        device=device,
        scale=scale,
        outputs=matrix.shape[1],
        read_time=float(array.read_time) if array.read_time.is_known else 0.0,
        adc_bits=array.adc_bits,
        mapping=mapping,
        readout=array.readout,
        fresh=fresh,
        cells=cells,
        key=(array.seed, draw, part),
        shape=array.cell.shape,
        written=written,
    )
    return made if draw is None or device.decay is None else made.at(age)


def _tiles(array: Array, device: Device, mapping: Mapping, conductance: F) -> Iterator[Tile]:
    for down, block in _places(array, mapping, len(conductance)):
        G = conductance[down, block.lines]
        solver = crossbar(G, device, array.readout, array.cell.shape)
        yield Tile(down, block.outputs, solver, G, block.lines, block.place)


def _places(array: Array, mapping: Mapping, inputs: int) -> Iterator[tuple[slice, Block]]:
    """Cut into tiles of at most `word_lines` rows, one block of lines each."""
    for first in range(0, inputs, array.word_lines):
        down = slice(first, min(first + array.word_lines, inputs))
        yield from ((down, block) for block in mapping.blocks())
