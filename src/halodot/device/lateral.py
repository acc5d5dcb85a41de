"""How source and drain feed a channel along its length.

The carriers of the layers that touch source and drain (the channel) follow the quasi-Fermi level
at their place at a rate

    1/k = 1/(D pi^2/L^2 + mu |V_D|/L^2) + L/2S + n_0 L q/(2 A T^2 exp(-phi_B/kT)),    D = mu kT/q,

for electrons and holes each by itself: the slowest mode of diffusion to both ends, drift to the
drain, and in series with both the contacts. These pass a carrier at the surface velocity S (0
blocks it), and emit it over their barrier phi_B; one that takes a thousand times as long as the
channel to emit n_0 = 1e16 cm-3 blocks. In the dark this is only how long a channel takes to fill.
In light it is what parts photogating from recombination: the carrier that the contacts give stays
at their level, its partner may be caught in dots for longer than 1/k, and each pair then moves tau
k carriers through the contacts.
Range: one rate along the whole channel; a charged sheet under a gate spreads faster than D says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from .charge.build import RICHARDSON

if TYPE_CHECKING:
    from .charge.layers import Stack
    from .spec import DeviceSpec
    from .stack import ResolvedContact, ResolvedLayer

SUPPLIED = 1e22  # m-3, density that a contact must be able to supply
BLOCKING = 1e3  # times as long as the way through the channel: such a contact supplies nothing


def channel_index(spec: DeviceSpec, layers: Sequence[ResolvedLayer]) -> int:
    """Return the place of the layer that source and drain touch; by default the last one.

    A stack may have further layers with carriers above it, as a buried channel has.
    """
    named = [k for k, layer in enumerate(layers) if layer.name == spec.channel]
    return named[-1] if spec.channel and named else len(layers) - 1


def needs_feeding(
    spec: DeviceSpec, layers: Sequence[ResolvedLayer], source: ResolvedContact
) -> bool:
    """Whether a channel in the dark is not simply in balance with its source.

    So it is in a device that has light, where charge may be stored behind a barrier, where the
    channel is not the last layer, and where the contacts keep one carrier out.
    """
    velocities = source.spec.velocity_electron, source.spec.velocity_hole
    barrier = any(layer.spec.tunnelling for layer in layers)
    buried = channel_index(spec, layers) != len(layers) - 1
    return bool(spec.light) or barrier or buried or any(float(v) == 0.0 for v in velocities)


def supply_rate(
    mobility: float,
    length: float,
    drain: float,
    temperature: float,
    velocity: float = math.inf,
    barrier: float = 0.0,
) -> float:
    """Rate at which a carrier follows the ends of a channel [1/s].

    Parameters
    ----------
    mobility
        [m2/Vs]
    length
        Of the channel [m].
    drain
        Drain voltage [V].
    velocity
        Surface velocity of the contacts for this carrier [m/s].
    barrier
        Of the contacts for this carrier [eV].

    >>> round(supply_rate(1e-8, 50e-6, 0.0, 300.0), 3)
    1.021
    """
    if mobility <= 0.0 or velocity <= 0.0:
        return 0.0
    kt = BOLTZMANN * temperature
    inside = mobility * (math.pi**2 * kt + abs(drain)) / length**2  # kT in eV is kT/q in V
    emitted = RICHARDSON * temperature**2 * math.exp(-max(barrier, 0.0) / kt) / ELEMENTARY_CHARGE
    over = SUPPLIED * length / (2.0 * emitted) if emitted > 0.0 else math.inf
    if over > BLOCKING / inside:
        return 0.0
    return 1.0 / (1.0 / inside + length / (2.0 * velocity) + over)


def fed(stack: Stack, spec: DeviceSpec, at: int, source: ResolvedContact, drain: float) -> Stack:
    """Return the stack with layer `at` fed by source and drain along the channel.

    Parameters
    ----------
    at
        Layer that source and drain touch (`channel_index`).
    drain
        Drain voltage [V].
    """
    length, warm = float(spec.channel_length or 1.0), stack.temperature
    own, contact, work = stack.layers[at], source.spec, float(source.work_function)
    over_n = work - own.electron_affinity
    over_p = own.electron_affinity + own.band_gap - work
    velocity_n, velocity_p = float(contact.velocity_electron), float(contact.velocity_hole)
    layer = replace(
        own,
        supply_electron=supply_rate(own.electron_mobility, length, drain, warm, velocity_n, over_n),
        supply_hole=supply_rate(own.hole_mobility, length, drain, warm, velocity_p, over_p),
    )
    return replace(stack, layers=(*stack.layers[:at], layer, *stack.layers[at + 1 :]))
