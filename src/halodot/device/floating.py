"""Dots that stand apart in an insulating matrix: floating gates that store charge dot by dot.

A layer with a `shell` is not one film. Its dots sit in planes, each dot wrapped in the matrix, so
that carriers reach them from a neighbouring layer, and pass from plane to plane, by tunnelling
alone. `planes` writes such a layer as what the charge engine knows: planes of dots between
tunnelling layers. Nothing else is needed, since the engine's tunnelling obeys detailed balance and
follows the field.

    coverage c = (a / (a + 2 s))^2            of a plane by dots of edge a in shells s
    density of states = states c / a^3        of a plane, gaussian; no dot holds more
    pairs, captures = k / c, Auger C / c^2    of mean densities, as in `diluted`
    permittivity = c eps_dot + (1 - c) eps_matrix

`escape_rate`, `retention_time` and `window` are the closed forms beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE, KINETIC
from ..core.errors import InputError
from ..core.sourced import Sourced, computed
from ..core.units import engineering
from .charge.build import ELECTRON_MASS
from .diluted import diluted, times

if TYPE_CHECKING:
    from .charge.layers import ChargeLayer
    from .layer import Shell
    from .spec import DeviceSpec
    from .stack import ResolvedLayer

LEAST_REST = 2e-10  # m of bare matrix that is kept as a layer of its own
MADE = ("absorption", "generation")
WIDTHS = ("width_conduction", "width_valence")
STATES = ("effective_dos_conduction", "effective_dos_valence")


def coverage(size: float, shell: float) -> float:
    """Share of a plane that dots of edge `size` [m] in shells of thickness `shell` [m] cover.

    >>> round(coverage(8e-9, 1e-9), 2)
    0.64
    """
    return (size / (size + 2.0 * shell)) ** 2


def plane_count(thickness: float, size: float, shell: float) -> int:
    """Number of planes of wrapped dots that fit into a layer; 0 if not even one does."""
    return int(thickness / (size + 2.0 * shell) * (1.0 + 1e-9))


def check_shells(spec: DeviceSpec) -> None:
    """Refuse wrapped dots beside another barrier, and traps at interfaces of such a stack.

    Raises
    ------
    InputError
        Names the layer or the interface.
    """
    layers = spec.layer
    for k, layer in enumerate(layers):
        beside = [j for j in (k - 1, k + 1) if 0 <= j < len(layers)]
        for j in beside if layer.shell is not None else []:
            if layers[j].tunnelling or layers[j].shell is not None:
                raise InputError(
                    f"device.layer[{k}].shell",
                    f"beside device.layer[{j}], a barrier too",
                    "a layer of wrapped dots beside a plain layer",
                    "make one layer of the two, or the shell thicker",
                )
    if spec.interface and any(layer.shell is not None for layer in layers):
        raise InputError(
            "device.interface",
            f"{len(spec.interface)} in a stack with wrapped dots",
            "none: layers of wrapped dots count as many",
            "put these traps into a thin layer",
        )


def planes(
    layer: ResolvedLayer,
    matrix: ResolvedLayer,
    size: Sourced,
    *,
    open_left: bool,
    open_right: bool,
    field: str,
) -> list[ResolvedLayer]:
    """Write a layer of wrapped dots as planes of dots between tunnelling layers.

    Parameters
    ----------
    layer
        With the values of the bare dots.
    matrix
        The insulator, resolved as a tunnelling layer of the shell's thickness.
    size
        Edge of a dot [m].
    open_left, open_right
        Whether the layer beside has carriers, which then tunnel; otherwise the outer shell is a
        plain insulator. Matrix that is left over goes to a side that is not open.

    Raises
    ------
    InputError
        If not even one plane fits.
    """
    shell = layer.spec.shell
    assert shell is not None
    a, s, total = float(size), float(shell.thickness), float(layer.thickness)
    count = plane_count(total, a, s)
    if count == 0:
        raise InputError(
            f"{field}.thickness",
            engineering(total, "m"),
            f"at least one dot with its shell, {engineering(a + 2 * s, 'm')}",
            "make the layer thicker, or dots and shell smaller",
        )
    rest = max(total - count * (a + 2 * s), 0.0)
    dots = _plane(layer, matrix, size, shell)
    parts: list[ResolvedLayer] = [_wall(matrix, s, "outer shell", tunnelling=open_left)]
    for k in range(count):
        parts.append(replace(dots, name=f"{layer.name} {k + 1}" if count > 1 else layer.name))
        if k < count - 1:
            parts.append(_wall(matrix, 2 * s, "shells", tunnelling=True))
    parts.append(_wall(matrix, s, "shell", tunnelling=open_right))
    if rest >= LEAST_REST:
        end = -1 if open_left and not open_right else 0
        parts[end] = _wall(matrix, s + rest, "matrix", tunnelling=(open_left, open_right)[end])
    return parts


def _wall(matrix: ResolvedLayer, thickness: float, name: str, *, tunnelling: bool) -> ResolvedLayer:
    long = computed(thickness, "m")
    spec = matrix.spec.model_copy(update={"tunnelling": tunnelling, "thickness": long})
    return replace(matrix, name=f"{matrix.name} {name}", thickness=long, spec=spec)


def _plane(
    layer: ResolvedLayer, matrix: ResolvedLayer, size: Sourced, shell: Shell
) -> ResolvedLayer:
    """One plane of dots as a layer of mean densities, with no way along it."""
    a, s = float(size), float(shell.thickness)
    covered = coverage(a, s)
    thinner = diluted(layer, covered, "of the dots alone")
    values = dict(thinner.values)
    dos = computed(float(shell.states) * covered / a**3, "m-3", note="states of a dot in its plane")
    values |= dict.fromkeys(STATES, dos)
    for name in MADE:
        if values[name].is_known:
            values[name] = times(values[name], covered)
    mixed = covered * layer["relative_permittivity"]
    mixed += (1.0 - covered) * matrix["relative_permittivity"]
    values["relative_permittivity"] = computed(mixed, "1")
    for name in WIDTHS:
        values.setdefault(name, shell.disorder)
    limit = {"statistics_conduction": "gaussian", "statistics_valence": "gaussian"}
    spec = thinner.spec.model_copy(update={**limit, "thickness": computed(a, "m"), "shell": None})
    return replace(layer, thickness=computed(a, "m"), spec=spec, values=values)


def connected(layers: Sequence[ChargeLayer]) -> list[bool]:
    """Whether each layer belongs to the channel.

    That is one whose carriers come from the source (`supply_electron`, `supply_hole`), or else the
    last one, with all that touch it without a barrier between. What floats does not carry the
    drain current, however many carriers it holds.
    """
    fed = [k for k, a in enumerate(layers) if a.supply_electron > 0.0 or a.supply_hole > 0.0]
    found = [False] * len(layers)
    for start in fed or [len(layers) - 1]:
        for way in (1, -1):
            k = start
            while 0 <= k < len(layers) and layers[k].carriers:
                found[k] = True
                k += way
    return found


def decay_constant(barrier: float, mass: float) -> float:
    """Decay constant 2 kappa of the tunnelling rate [1/m] under a barrier [eV].

    `mass` in electron masses; 2 kappa = 2 sqrt(2 m barrier)/hbar.

    >>> round(decay_constant(3.0, 0.5) / 1e9, 2)
    12.55
    """
    return 2.0 * math.sqrt(mass * barrier / KINETIC)


def escape_rate(
    barrier: float, thickness: float, mass: float, depth: float, temperature: float = 300.0
) -> float:
    """Rate at which a carrier of a plane of dots tunnels out at a small field [1/s].

    rate = v/depth exp(-2 kappa d), v = sqrt(kT/2 pi m) the velocity with which carriers meet the
    barrier [m/s], `depth` [m] the thickness of the plane. This is what the engine gives to dots
    whose level lies above that of the states outside.

    >>> r = [escape_rate(2.5, d, 0.5, 1e-8) for d in (3e-9, 4e-9)]
    >>> round(math.log(r[0] / r[1]) / decay_constant(2.5, 0.5) / 1e-9, 6)
    1.0
    """
    kt = BOLTZMANN * temperature * ELEMENTARY_CHARGE
    velocity = math.sqrt(kt / (2.0 * math.pi * mass * ELECTRON_MASS))
    return velocity / depth * math.exp(-decay_constant(barrier, mass) * thickness)


def retention_time(
    barrier: float, thickness: float, mass: float, depth: float, temperature: float = 300.0
) -> float:
    """Time in which half of the stored charge has tunnelled out at a small field [s]."""
    return math.log(2.0) / escape_rate(barrier, thickness, mass, depth, temperature)


def window(charge: Sequence[float], capacitance_to_gate: Sequence[float]) -> float:
    """Shift of the threshold by stored charge [V]: -sum Q_k / C_k.

    Parameters
    ----------
    charge
        Of each plane [C/m2].
    capacitance_to_gate
        Of what lies between that plane and the gate [F/m2].

    >>> round(window([-1e-3], [1e-4]), 6)
    10.0
    """
    q, c = np.asarray(charge, float), np.asarray(capacitance_to_gate, float)
    return float(-(q / c).sum())
