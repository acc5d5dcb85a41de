"""Put an array together from a measured or simulated device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..core.errors import InputError
from ..core.sourced import Sourced
from ..core.status import Status
from ..device.state import Trace
from ..figures.state import Figures
from . import ageing, estimates
from .cell import cell as cell_of
from .cell import of_traces
from .spec import ArraySpec
from .state import Array, CellModel, Compact, Layout, Readout, Writing


def build(
    figures: Figures,
    spec: ArraySpec | None = None,
    seed: int = 0,
    *,
    compact: Callable[[int | None], Compact] | None = None,
    every: tuple[Figures, ...] = (),
    cell: CellModel | None = None,
    area: Sourced | None = None,
    traces: Sequence[Trace] = (),
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
    cell
        What records say of the device (`array.characterise`): taken where the study sets nothing.
    area
        Of the device [m2], for the area of the array where the study gives none of a cell.
    traces
        Simulated records behind `every`, where no `cell` is given: how the cells forget, their
        curve, and what pulses do.

    Raises
    ------
    InputError
        If the seed is not a whole number of 0 or more, or `cycles` are given without an endurance
        record.

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
    if cell is None and traces:
        cell = of_traces(traces, every or (figures,), spec)
    model = cell_of(figures, spec, cell)
    model = _used(model, spec, every)
    status = figures.status if model.is_known or not figures.status.is_good else Status.UNKNOWN
    writing = _writing(spec)
    time = min(float(q) for q in (writing.hold, writing.refresh) if q is not None)
    model = replace(model, notes=(*model.notes, *ageing.notes(model, time)))
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
        adc_energy=spec.adc_energy or estimates.conversion_energy(spec.adc_bits),
        compact=compact,
        figures=every or (figures,),
        writing=writing,
        readout=_readout(spec),
        layout=Layout(
            line_capacitance=spec.line_capacitance,
            cell_area=spec.cell_area or estimates.cell_area(spec.feature_size, area),
            driver_energy=spec.driver_energy,
        ),
    )


def _used(model: CellModel, spec: ArraySpec, every: tuple[Figures, ...]) -> CellModel:
    """Return the cell after the cycles of the study, with how long it lasts if it is refreshed."""
    endurance = next((f for f in every if f.kind == "endurance"), None)
    if spec.cycles is not None:
        if endurance is None:
            raise InputError(
                "array.cycles", spec.cycles, "a device with an endurance record",
                "add a protocol of kind endurance, or leave cycles out",
            )  # fmt: skip
        model = ageing.worn(model, spec.cycles, endurance) if model.is_known else model
    if spec.refresh is None:
        return model
    name = "cycles_to_failure"
    end = None if endurance is None or name not in endurance else endurance[name].value
    if end is None or not end.is_known:
        note = "refreshed cells wear; how long they last is not known without cycles to failure"
    else:
        note = f"refreshed cells reach {float(end):.3g} cycles, their failure, after "
        note += f"{float(end) * float(spec.refresh):.3g} s"
    return replace(model, notes=(*model.notes, note))


def _writing(spec: ArraySpec) -> Writing:
    unknown = Sourced.unknown("J", "pulse_energy is not set, and no pulse was measured")
    return Writing(
        mapping=spec.mapping,
        slices=spec.slices,
        mode=spec.writing,
        pulses=spec.pulses,
        nonlinearity_up=spec.nonlinearity_up,
        nonlinearity_down=spec.nonlinearity_down,
        tolerance=spec.tolerance,
        most_pulses=spec.most_pulses,
        pulse_time=spec.pulse_time,
        pulse_energy=spec.pulse_energy or unknown,
        hold=spec.hold,
        refresh=spec.refresh,
    )


def _readout(spec: ArraySpec) -> Readout:
    return Readout(
        cells=spec.cells,
        source_resistance=spec.source_resistance,
        ground_resistance=spec.ground_resistance,
        coding=spec.coding,
        dac_bits=spec.dac_bits,
        signed=spec.signed_inputs,
        adc_range=spec.adc_range,
        adc_full_scale=spec.adc_full_scale or Readout().adc_full_scale,
        adc_offset=spec.adc_offset,
        adc_gain=spec.adc_gain,
        line_noise=spec.line_noise,
        temperature=spec.temperature,
    )
