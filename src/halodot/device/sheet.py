"""The channel of a transistor as a charge sheet from source to drain, for the charge engine.

The channel layer is one sheet of thickness t that faces the gate through the insulators (C per
area). Averaged over t, Poisson's equation along the channel reads

    d/dx (eps dphi/dx) + q (p - n + ...) + C (V_G - V_fb - phi) / t = 0,

so that the potential follows its contacts within lambda = sqrt(eps t / C) and the gate elsewhere.
Layers between a metal and the sheet (an injection layer) are crossed over the length `overlap` of
the contact, not over the edge of the sheet. A path of cross-section A(x) is a path of the sheet's
cross-section whose densities of everything, and permittivity, are A(x)/A times larger:

    d/dx (A J) = A R   with   n' = (A/A_0) n,  k' = k A_0/A   for pairs and captures.

The stack runs from the drain (left end, where the engine applies the voltage) to the source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.errors import InputError
from ..film.state import FilmProperties
from ..library import Library
from .assembly import charge_contact, charge_layer
from .charge import layers as engine
from .charge.build import Cell, discretise
from .charge.grid import Grid, assemble_grid, bounds, debye_length, nodes_of
from .illumination import Illumination, Rate, illuminate
from .spec import Along, DeviceSpec
from .stack import ResolvedContact, ResolvedLayer, resolve_contact, resolve_row
from .transistor import insulator_capacitance

Array = NDArray[np.float64]
# Nodes an e-fold of distance from an end, along the middle, an e-fold of distance from a zone.
# Twice as many move currents and widths by 0.2 %.
ENDS, MIDDLE, ZONE = 4.0, 80.0, 60.0
FINEST = 1e-9  # m, where nodes at the ends of the sheet start to grow
FASTEST = 1e12  # m/s, of a surface velocity


@dataclass(frozen=True)
class Path:
    """The layers that a current passes, resolved: insulators and sheet, contacts and their layers.

    `source_layers` and `drain_layers` count from their metal.
    """

    insulators: tuple[ResolvedLayer, ...]
    sheet: ResolvedLayer
    gate: ResolvedContact
    source: ResolvedContact
    drain: ResolvedContact
    source_layers: tuple[ResolvedLayer, ...] = ()
    drain_layers: tuple[ResolvedLayer, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A channel ready for the engine.

    Attributes
    ----------
    stack
        From the drain (left) to the source, with its gate.
    index
        Of the sheet among the layers of the stack.
    capacitance
        Of the gate insulator [F/m2].
    width, length, thickness
        Of the channel [m].
    nodes
        Wanted along the sheet; 0: `grid_of` chooses.
    """

    stack: engine.Stack
    index: int
    capacitance: float
    width: float
    length: float
    thickness: float
    lit: Illumination
    nodes: int = 0

    @property
    def area(self) -> float:
        """Cross-section that the current passes [m2]."""
        return self.width * self.thickness

    @property
    def start(self) -> float:
        """Position at which the sheet begins, counted from the drain metal [m]."""
        return float(sum(a.thickness for a in self.stack.layers[: self.index]))

    def is_slow(self) -> bool:
        """Whether something moves or is stored that does not follow a sweep at once."""
        return any(
            any(i.density > 0.0 and i.mobility > 0.0 for i in a.ions)
            or any(t.charge != "neutral" and t.density > 0.0 for t in a.traps)
            or (a.trap_density > 0.0 and a.trap_charge != "neutral")
            for a in self.stack.layers
        )

    def cell(self, gate: float, grid: Grid) -> Cell:
        """Return the cell at a gate voltage [V]; the gate faces the sheet alone."""
        return self.at_gate(discretise(self.stack, grid), gate)

    def at_gate(self, cell: Cell, gate: float) -> Cell:
        """Return the same cell at another gate voltage [V]."""
        made = cell.with_gate(gate)
        rows = made.problem.gate.copy()
        rows[0, cell.layer != self.index] = 0.0
        return replace(made, problem=made.problem._replace(gate=rows))


def path_of(
    spec: DeviceSpec,
    film: FilmProperties | None,
    library: Library,
    layers: list[ResolvedLayer],
    contacts: dict[str, ResolvedContact],
) -> Path:
    """Return the path of the current of a transistor that is solved along its channel.

    Raises
    ------
    InputError
        If the stack is no insulator below one channel layer, or has what one sheet cannot have.
    """
    options = spec.along or Along()
    *below, sheet = layers
    if not sheet.carriers or any(a.carriers for a in below) or not below:
        found = ", ".join(f"{a.name} ({'carriers' if a.carriers else 'insulator'})" for a in layers)
        raise InputError(
            "device.layer",
            found,
            "insulators, then one layer with carriers: along its channel a device is one sheet",
            "give contact layers as along.source_layer and along.drain_layer, or leave "
            "[device.along] out",
        )
    if spec.interface:
        raise InputError(
            "device.interface",
            f"{len(spec.interface)} interfaces",
            "none: along its channel a device is one sheet",
            "put the traps into the channel layer, or leave [device.along] out",
        )
    near = {}
    for side in ("source", "drain"):
        field = f"device.along.{side}_layer"
        given = getattr(options, f"{side}_layer")
        for k, layer in enumerate(given):
            if layer.tunnelling:
                raise InputError(
                    f"{field}[{k}].tunnelling", "true", "a layer with carriers", "leave it out"
                )
        near[side] = resolve_row(given, field, film, library, float(spec.temperature))
    metal = {"source": spec.source, "drain": options.drain or spec.source}
    ends = {
        side: resolve_contact(contact, f"device.{side}", (*near[side], sheet)[0], library)
        for side, contact in metal.items()
        if contact is not None  # DeviceSpec refuses a transistor without source
    }
    return Path(
        insulators=tuple(below),
        sheet=sheet,
        gate=contacts["left"],
        source=ends["source"],
        drain=ends["drain"],
        source_layers=near["source"],
        drain_layers=near["drain"],
    )


def sheet_of(spec: DeviceSpec, path: Path, library: Library | None) -> Sheet:
    """Return the charge sheet of a transistor.

    Raises
    ------
    InputError
        If a contact exchanges ions that the layer beside it does not have.
    """
    upright = [*path.insulators, path.sheet]
    folder = library.folder if library is not None else None
    lit = illuminate(upright, spec.light, spec.optics, library=library, folder=folder)
    thickness, length = float(path.sheet.thickness), float(spec.channel_length or 0.0)
    mean = tuple(_averaged(rate, thickness) for rate in lit.rates[-1])
    middle = replace(charge_layer(path.sheet, mean), thickness=length)
    overlap = spec.along.overlap if spec.along is not None else None
    share = float(overlap) / thickness if overlap is not None else 1.0
    dark: tuple[Rate, ...] = tuple(0.0 for _ in mean)
    near_drain = [_widened(charge_layer(a, dark), share) for a in path.drain_layers]
    near_source = [_widened(charge_layer(a, dark), share) for a in path.source_layers]
    if near_source:
        middle = _faster(middle, share)
    capacitance = insulator_capacitance(upright)
    stack = engine.Stack(
        layers=(*near_drain, middle, *reversed(near_source)),
        left=_end(path.drain, (*path.drain_layers, path.sheet)[0], "device.drain", share),
        right=_end(path.source, (*path.source_layers, path.sheet)[0], "device.source", share),
        temperature=float(spec.temperature),
        gate=engine.Gate(
            capacitance=capacitance,
            thickness=thickness,
            work_function=float(path.gate.work_function),
        ),
    )
    width = float(spec.channel_width or 0.0)
    nodes = spec.nodes_per_layer
    return Sheet(stack, len(near_drain), capacitance, width, length, thickness, lit, nodes)


def _averaged(rate: Rate, thickness: float) -> float:
    """Mean over the thickness of the film of the pairs that light makes [m-3 s-1]."""
    if not isinstance(rate, tuple):
        return rate
    depth, profile = rate
    inside = depth <= thickness
    return float(np.trapezoid(profile[inside], depth[inside]) / thickness)


def _end(
    contact: ResolvedContact, beside: ResolvedLayer, field: str, share: float
) -> engine.ChargeContact:
    """A metal that feeds the path over `share` times the edge of the sheet."""
    made = charge_contact(contact, beside, field)
    wide = {
        name: min(getattr(made, name) * share, FASTEST)
        for name in ("velocity_electron", "velocity_hole")
    }
    return replace(made, **wide)


def _faster(layer: engine.ChargeLayer, share: float) -> engine.ChargeLayer:
    """The sheet, whose carriers pass to the layer at the source over a wider face."""
    hole = layer.transfer_velocity_hole
    return replace(
        layer,
        transfer_velocity=layer.transfer_velocity * share,
        transfer_velocity_hole=None if hole is None else hole * share,
    )


def _widened(layer: engine.ChargeLayer, share: float) -> engine.ChargeLayer:
    """A layer of a cross-section `share` times that of the sheet, as one of the sheet's."""
    layer = _faster(layer, share)
    traps = tuple(
        replace(
            t,
            density=t.density * share,
            capture_electron=t.capture_electron / share,
            capture_hole=t.capture_hole / share,
        )
        for t in layer.traps
    )
    ions = tuple(replace(i, density=i.density * share, limit=i.limit * share) for i in layer.ions)
    return replace(
        layer,
        relative_permittivity=layer.relative_permittivity * share,
        dos_conduction=layer.dos_conduction * share,
        dos_valence=layer.dos_valence * share,
        fixed_charge=layer.fixed_charge * share,
        radiative=layer.radiative / share,
        auger_electron=layer.auger_electron / share**2,
        auger_hole=layer.auger_hole / share**2,
        trap_density=layer.trap_density * share,
        capture_electron=layer.capture_electron / share,
        capture_hole=layer.capture_hole / share,
        traps=traps,
        ions=ions,
    )


def grid_of(sheet: Sheet, zone: tuple[float, float] | None = None, refine: float = 1.0) -> Grid:
    """Nodes crowded at both ends of the sheet and, if given, at a zone (middle, width) [m].

    The number of nodes up to x is the sum of asinh((x - c)/w) of each crowd and a uniform part.

    Parameters
    ----------
    zone
        Counted from the drain end of the sheet.
    refine
        Factor on all numbers of nodes.
    """
    layers, temperature = sheet.stack.layers, sheet.stack.temperature
    parts: list[Array | None] = []
    for k, (layer, ends) in enumerate(zip(layers, bounds(layers), strict=True)):
        assert ends is not None  # contact layers that tunnel are refused
        if k == sheet.index:
            parts.append(ends[0] + _along(ends[1] - ends[0], zone, refine, sheet.nodes))
            continue
        count = round(refine * nodes_of(layer, 0, temperature))
        first = debye_length(layer, temperature) / 3.0
        parts.append(_graded(ends, count, first))
    return assemble_grid(layers, parts)


def _graded(ends: tuple[float, float], count: int, first: float) -> Array:
    from ..numerics.grid import stretch_for

    length = ends[1] - ends[0]
    s = stretch_for(first, length, count)
    shape = np.tanh(s * np.linspace(-1.0, 1.0, count)) / math.tanh(s)
    part = ends[0] + length * 0.5 * (1.0 + shape)
    part[0], part[-1] = ends
    return np.asarray(part)


def _along(length: float, zone: tuple[float, float] | None, refine: float, wanted: int) -> Array:
    crowds = [(0.0, FINEST, ENDS), (length, FINEST, ENDS)]
    if zone is not None:
        crowds.append((min(max(zone[0], 0.0), length), max(zone[1], FINEST), ZONE))
    probes = [np.linspace(0.0, length, 2001)]
    reach = np.sinh(np.linspace(-14.0, 14.0, 1401))
    for middle, width, _ in crowds:
        probes.append(np.clip(middle + width * reach, 0.0, length))
    x = np.unique(np.concatenate(probes))
    count = MIDDLE * x / length
    for middle, width, weight in crowds:
        count += weight * (np.arcsinh((x - middle) / width) + np.arcsinh(middle / width))
    nodes = wanted or max(round(refine * count[-1]), 20)
    grid = np.interp(np.linspace(0.0, count[-1], nodes + 1), count, x)
    grid[0], grid[-1] = 0.0, length
    return np.asarray(grid)
