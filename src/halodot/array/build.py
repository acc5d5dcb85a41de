"""Put an array together from a measured or simulated device."""

from __future__ import annotations

from collections.abc import Callable

from ..core.errors import InputError
from ..core.status import Status
from ..figures.state import Figures
from .cell import cell
from .spec import ArraySpec
from .state import Array, Compact


def build(
    figures: Figures,
    spec: ArraySpec | None = None,
    seed: int = 0,
    *,
    compact: Callable[[int | None], Compact] | None = None,
    every: tuple[Figures, ...] = (),
) -> Array:
    """Return a crossbar of the device whose `figures` are given.

    Parameters
    ----------
    figures
        Figures of merit of an ``iv`` or ``transfer`` trace, simulated or measured.
    spec
        Size, wires, programming and read-out; defaults where None.
    seed
        Root of all programming draws, 0 or more.
    compact
        Draw -> the device as a circuit sees it, for tasks that need its dynamics.
    every
        Figures of all protocols, for tasks that read them.

    Notes
    -----
    A device whose conductances are not known gives an array with status ``UNKNOWN``.

    Examples
    --------
    >>> build(Figures("iv", "empty", ())).status.name
    'UNKNOWN'
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError("seed", seed, "a whole number of 0 or more", "seed = 1")
    spec = ArraySpec() if spec is None else spec
    model = cell(figures, spec)
    status = figures.status if model.is_known or not figures.status.is_good else Status.UNKNOWN
    return Array(
        cell=model,
        word_lines=spec.word_lines,
        bit_lines=spec.bit_lines,
        wire_resistance=spec.wire_resistance,
        seed=seed,
        status=status,
        notes=model.notes,
        read_time=spec.read_time,
        adc_bits=spec.adc_bits,
        adc_energy=spec.adc_energy,
        compact=compact,
        figures=every or (figures,),
    )
