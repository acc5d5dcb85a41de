"""Random physical stacks and the voltage loops they are put through, from one seeded function.

All comes out of a stream of numbers between 0 and 1, so that a property test can feed it with its
own stream and shrink what it finds: zeros give a thin dark intrinsic layer with few mechanisms.
Ranges are wide but physical: dopings and traps stay below the densities of states, ions are
compensated, metals lie inside the gap, fields stay below what matter stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...core.constants import ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY
from ...core.randomness import generator
from .layers import (
    ChargeContact,
    ChargeInterface,
    ChargeIon,
    ChargeLayer,
    ChargeTrap,
    Circuit,
    IonExchange,
    Stack,
    Statistics,
    TrapCharge,
)

Array = NDArray[np.float64]
T = TypeVar("T")

OUTPUTS = 40
MOST_LAYERS = 6
THICKNESS = (5e-9, 1e-6)  # m
MEAN_FIELD = 5e8  # V/m, largest (bias + built-in) / thickness
OFFSET = 1.0  # eV, largest between neighbouring bands
SMALLEST_GAP, LARGEST_GAP = 0.3, 4.5  # eV
PEAK = (0.05, 20.0)  # V
RATE = (1e-5, 1e6)  # V/s
SUNS = (1e-2, 1e4)
ONE_SUN = 2.5e27  # m-3 s-1, mean generation in an absorber half a micrometre thick
BOOST = math.log(1e6)  # largest Poole-Frenkel exponent at the highest field to expect
CHARGE = ELEMENTARY_CHARGE / VACUUM_PERMITTIVITY  # V m
CHARGES: tuple[TrapCharge, ...] = ("neutral", "donor", "acceptor")
KINDS: tuple[Statistics, ...] = ("boltzmann", "blakemore", "fermi_dirac", "gaussian")


@dataclass(frozen=True)
class Case:
    """A random stack and its program.

    Attributes
    ----------
    start
        "settled": the stack has come to rest in its light at 0 V; "rest": in the dark, and the
        light comes up with the first ramp.
    time, voltage, light
        Corners of the loop 0, V, -V, 0 [s], [V], [suns].
    outputs
        Times of the points [s].
    """

    stack: Stack
    start: Literal["rest", "settled"]
    time: Array
    voltage: Array
    light: Array
    outputs: Array


class Dice:
    """Numbers of given ranges out of a stream of numbers in [0, 1); zeros give the simplest.

    >>> dice = Dice(lambda: 0.5)
    >>> dice.uniform(2.0, 4.0), round(dice.log(1.0, 100.0)), dice.chance(0.4), dice.pick("abc")
    (3.0, 10, False, 'b')
    """

    def __init__(self, share: Callable[[], float]) -> None:
        self.share = share

    def uniform(self, low: float, high: float) -> float:
        """Evenly distributed."""
        return low + (high - low) * self.share()

    def log(self, low: float, high: float) -> float:
        """Evenly distributed on a logarithmic scale."""
        return float(low * math.exp(self.share() * math.log(high / low)))

    def chance(self, probability: float) -> bool:
        """Whether something with this probability happens."""
        return self.share() > 1.0 - probability

    def pick(self, among: Sequence[T]) -> T:
        """One of `among`, all alike."""
        return among[min(int(self.share() * len(among)), len(among) - 1)]

    def sign(self) -> int:
        """1 or -1."""
        return self.pick((1, -1))


def draw(seed: int, index: int) -> Case:
    """Draw stack `index` of `seed`.

    >>> case = draw(7, 0)
    >>> draw(7, 0).stack.temperature == case.stack.temperature
    True
    >>> 1 <= len(case.stack.layers) <= 6, len(case.outputs)
    (True, 40)
    """
    return compose(Dice(generator(seed, "random stacks", index).random))


def compose(dice: Dice) -> Case:
    """Compose a stack and its loop from what the dice say."""
    temperature = dice.uniform(200.0, 400.0)
    suns = dice.log(*SUNS) if dice.chance(0.6) else 0.0
    layers = _layers(dice, suns)
    contacts, built_in = _contacts(dice, layers)
    total = sum(a.thickness for a in layers)
    peak = dice.log(PEAK[0], min(PEAK[1], MEAN_FIELD * total - built_in))
    layers = _with_field(dice, layers, peak + built_in)
    stack = Stack(
        layers=tuple(layers),
        left=contacts[0],
        right=contacts[1],
        interfaces=tuple(_interfaces(dice, layers)),
        temperature=temperature,
        circuit=_circuit(dice),
    )
    return _case(dice, stack, peak, suns)


def _case(dice: Dice, stack: Stack, peak: float, suns: float) -> Case:
    start: Literal["rest", "settled"] = "rest" if dice.chance(0.3) else "settled"
    time = peak / dice.log(*RATE) * np.array([0.0, 1.0, 3.0, 4.0])
    light = np.full(4, suns)
    if start == "rest":
        light[0] = 0.0
    return Case(
        stack=stack,
        start=start,
        time=time,
        voltage=dice.sign() * peak * np.array([0.0, 1.0, -1.0, 0.0]),
        light=light,
        outputs=time[-1] * (np.arange(1, OUTPUTS + 1) / OUTPUTS),
    )


def _layers(dice: Dice, suns: float) -> list[ChargeLayer]:
    count = 1 + min(int(MOST_LAYERS * dice.share()), MOST_LAYERS - 1)
    kinds = _kinds(dice, count)
    edges = _bands(dice, kinds)
    found: list[ChargeLayer] = []
    for k, kind in enumerate(kinds):
        chi, bottom = edges[k]
        if kind == "tunnel":
            found.append(_tunnel(dice, edges[k - 1], edges[k + 1]))
            continue
        layer = _bare(dice, chi, bottom)
        if kind == "insulator":
            layer = replace(layer, carriers=False, fixed_charge=_stored(dice, layer))
        else:
            layer = _semiconductor(dice, layer)
        before = found[-1].ions if found else ()
        likely = 0.5 if kind == "insulator" else 0.45
        found.append(_with_ions(dice, layer, before) if dice.chance(likely) else layer)
    return _lit(dice, found, suns)


def _bands(dice: Dice, kinds: Sequence[str]) -> list[tuple[float, float]]:
    """Affinity and ionisation energy of each layer [eV], steps within the largest offset.

    A tunnel layer takes those of the layer before it, so that its neighbours are in reach too.
    """
    chi = dice.uniform(3.0, 4.5)
    edges = [(chi, chi + dice.uniform(0.8, 3.5))]
    for kind in kinds[1:]:
        if kind == "tunnel":
            edges.append(edges[-1])
            continue
        reach = OFFSET if dice.chance(0.5) else 0.3
        chi, bottom = (e + dice.uniform(-reach, reach) for e in edges[-1])
        chi = min(max(chi, 1.5), 5.0)
        bottom = max(bottom, edges[-1][1] - OFFSET, chi + SMALLEST_GAP)
        bottom = min(bottom, edges[-1][1] + OFFSET, chi + LARGEST_GAP)
        # a gap that closes opens downward from the valence edge
        edges.append((min(chi, bottom - SMALLEST_GAP), bottom))
    return edges


def _kinds(dice: Dice, count: int) -> list[str]:
    """Tunnel layers stand between semiconductors, insulators anywhere."""
    kinds = ["insulator" if dice.chance(0.12) else "semiconductor" for _ in range(count)]
    for k in range(1, count - 1):
        if kinds[k - 1] == "semiconductor" == kinds[k + 1] and dice.chance(0.12):
            kinds[k] = "tunnel"
    return kinds


def _bare(dice: Dice, chi: float, bottom: float) -> ChargeLayer:
    return ChargeLayer(
        thickness=dice.log(*THICKNESS),
        relative_permittivity=dice.log(2.0, 100.0),
        electron_affinity=chi,
        band_gap=bottom - chi,
        dos_conduction=dice.log(1e23, 1e27),
        dos_valence=dice.log(1e23, 1e27),
        electron_mobility=dice.log(1e-12, 1e-1),
        hole_mobility=dice.log(1e-12, 1e-1),
        transfer_velocity=math.inf if dice.chance(0.1) else dice.log(1e1, 1e5),
        transfer_velocity_hole=dice.log(1e1, 1e5) if dice.chance(0.3) else None,
        dipole=dice.uniform(-0.3, 0.3) if dice.chance(0.2) else 0.0,
    )


def _tunnel(dice: Dice, before: tuple[float, float], after: tuple[float, float]) -> ChargeLayer:
    """A barrier within the largest offset of both neighbours."""
    high, low = min(before[0], after[0]), max(before[1], after[1])
    chi = dice.uniform(high, max(before[0], after[0]) - OFFSET)
    bottom = dice.uniform(low, min(before[1], after[1]) + OFFSET)
    layer = _bare(dice, chi, bottom)
    return replace(
        layer,
        thickness=dice.uniform(5e-9, 8e-9),
        carriers=False,
        tunnelling=True,
        tunnel_mass=dice.uniform(0.1, 1.0),
    )


def _stored(dice: Dice, layer: ChargeLayer) -> float:
    """Charge fixed in an insulator, which nothing screens: it bends the bands by 1 V at most."""
    if not dice.chance(0.3):
        return 0.0
    limit = 2.0 * layer.relative_permittivity / (CHARGE * layer.thickness**2)  # 2 eps V / q L^2
    return dice.sign() * dice.log(1e-3 * limit, limit)


def _semiconductor(dice: Dice, layer: ChargeLayer) -> ChargeLayer:
    layer = _with_statistics(dice, layer)
    most = 0.1 * min(_room(layer, "conduction"), _room(layer, "valence"))
    doping = dice.sign() * dice.log(1e20, min(1e25, most)) if dice.chance(0.5) else 0.0
    layer = replace(
        layer,
        fixed_charge=doping,
        radiative=dice.log(1e-19, 1e-14),
        auger_electron=dice.log(1e-43, 1e-39) if dice.chance(0.25) else 0.0,
        auger_hole=dice.log(1e-43, 1e-39) if dice.chance(0.25) else 0.0,
    )
    return _with_traps(dice, layer, most)


def _room(layer: ChargeLayer, band: Literal["conduction", "valence"]) -> float:
    """States that a band holds near its edge [m-3]; the flanks of a gaussian hold few."""
    states = layer.dos_conduction if band == "conduction" else layer.dos_valence
    kind = layer.statistics_conduction if band == "conduction" else layer.statistics_valence
    return (0.1 if kind == "gaussian" else 1.0) * states


def _with_statistics(dice: Dice, layer: ChargeLayer) -> ChargeLayer:
    """Not Boltzmann in half of the layers; gaussian bands need a gap for their tails."""
    if not dice.chance(0.5):
        return layer
    kinds = KINDS if layer.band_gap > 1.2 else KINDS[:3]
    one, other = dice.pick(kinds), dice.pick(kinds)
    return replace(
        layer,
        statistics_conduction=one,
        statistics_valence=other,
        width_conduction=dice.uniform(0.04, 0.12) if one == "gaussian" else 0.0,
        width_valence=dice.uniform(0.04, 0.12) if other == "gaussian" else 0.0,
        density_exponent=dice.uniform(0.1, 1.0)
        if "gaussian" in (one, other) and dice.chance(0.3)
        else 0.0,
    )


def _capture(dice: Dice) -> tuple[float, float]:
    """Both coefficients [m3/s]; now and then a level sees one band only."""
    electron, hole = dice.log(1e-17, 1e-12), dice.log(1e-17, 1e-12)
    blind = dice.pick((0, 0, 0, 0, 0, 0, 0, 0, 1, 2))
    return (0.0 if blind == 1 else electron), (0.0 if blind == 2 else hole)


def _with_traps(dice: Dice, layer: ChargeLayer, most: float) -> ChargeLayer:
    if not dice.chance(0.6):
        return layer
    count = dice.pick((1, 1, 2, 4))
    levels = []
    for _ in range(count):
        electron, hole = _capture(dice)
        levels.append(
            ChargeTrap(
                density=dice.log(1e18, min(1e25, most)) / count,
                energy=layer.electron_affinity + dice.uniform(0.05, 0.95) * layer.band_gap,
                charge=dice.pick(CHARGES),
                capture_electron=electron,
                capture_hole=hole,
            )
        )
    first = levels[0]
    return replace(
        layer,
        trap_density=first.density,
        trap_energy=first.energy,
        trap_charge=first.charge,
        capture_electron=first.capture_electron,
        capture_hole=first.capture_hole,
        traps=tuple(levels[1:]),
    )


def _lit(dice: Dice, layers: list[ChargeLayer], suns: float) -> list[ChargeLayer]:
    """Light in the semiconductor of the narrowest gap and in some of the others."""
    gaps = [a.band_gap if a.carriers else math.inf for a in layers]
    narrow = min(gaps)
    if suns == 0.0 or not math.isfinite(narrow):
        return layers
    return [
        _absorbing(dice, a, suns) if g == narrow or (g < 2.8 and dice.chance(0.4)) else a
        for a, g in zip(layers, gaps, strict=True)
    ]


def _absorbing(dice: Dice, layer: ChargeLayer, suns: float) -> ChargeLayer:
    """Light, even or dying out along the layer; pairs recombine before they fill the bands."""
    rate = ONE_SUN * dice.uniform(0.2, 2.0)
    layer = replace(
        layer,
        dos_conduction=max(layer.dos_conduction, 1e24),
        dos_valence=max(layer.dos_valence, 1e24),
    )
    states = 0.3 * min(_room(layer, "conduction"), _room(layer, "valence"))
    generation: float | tuple[Array, Array] = rate
    if dice.chance(0.5):
        depth = np.linspace(0.0, layer.thickness, 33)
        away = depth if dice.chance(0.5) else layer.thickness - depth
        generation = (depth, rate * np.exp(-away / dice.log(3e-8, 1e-6)))
    least = rate * suns / states**2
    return replace(layer, generation=generation, radiative=max(layer.radiative, least))


def _with_ions(dice: Dice, layer: ChargeLayer, before: tuple[ChargeIon, ...]) -> ChargeLayer:
    """One or two species and the fixed charge that compensates them."""
    first = dice.sign() * dice.pick((1, 1, 1, 2))
    charges = [first]
    if dice.chance(0.4):
        charges.append(-first if dice.chance(0.7) else -int(math.copysign(1, first)))
    density = dice.log(1e20, 1e27)
    ions, fixed = [], layer.fixed_charge
    for charge in charges:
        largest = 1e28 / (2.0 * density)
        ions.append(
            ChargeIon(
                name=_name(dice, charge, before),
                density=density,
                mobility=dice.log(1e-20, 1e-8),
                charge=charge,
                limit=2.0 * density * dice.log(1.0, max(largest, 1.0)),
                jump=dice.uniform(2e-10, 6e-10) if dice.chance(0.2) else 0.0,
            )
        )
        fixed -= charge * density
    return replace(layer, ions=tuple(ions), fixed_charge=fixed)


def _name(dice: Dice, charge: int, before: tuple[ChargeIon, ...]) -> str:
    """The name a neighbour uses lets the ions cross, another one blocks them."""
    kind = f"{'cation' if charge > 0 else 'anion'} {abs(charge)}"
    taken = {ion.name for ion in before}
    names = (f"{kind}a", f"{kind}b")
    shared = [n for n in names if n in taken]
    if shared and dice.chance(0.5):
        return shared[0]
    return next(n for n in names if n not in taken)


def _contacts(
    dice: Dice, layers: Sequence[ChargeLayer]
) -> tuple[tuple[ChargeContact, ChargeContact], float]:
    """Metals inside the gaps beside them, and the built-in voltage they give [V]."""
    room = 0.6 * MEAN_FIELD * sum(a.thickness for a in layers)
    dipoles = [a.dipole for a in layers[:-1]]
    ends = [_gap(a) for a in (layers[0], layers[-1])]
    left = dice.uniform(*ends[0])
    right = dice.uniform(max(ends[1][0], left - room), min(ends[1][1], left + room))
    built_in = abs(left - right) + sum(abs(d) for d in dipoles)
    return (_contact(dice, left, layers[0]), _contact(dice, right, layers[-1])), built_in


def _gap(layer: ChargeLayer) -> tuple[float, float]:
    top = layer.electron_affinity
    return top - 0.1, top + layer.band_gap + 0.1


def _contact(dice: Dice, work_function: float, layer: ChargeLayer) -> ChargeContact:
    exchange: tuple[IonExchange, ...] = ()
    if layer.ions and dice.chance(0.2):
        ion = dice.pick(layer.ions)
        exchange = (
            IonExchange(
                species=ion.name,
                velocity=dice.log(1e-14, 1e-4),
                density=ion.density * dice.log(0.1, 1.0),
                transfer=dice.uniform(0.3, 0.7),
            ),
        )
    return ChargeContact(
        work_function=work_function,
        velocity_electron=math.inf if dice.chance(0.15) else dice.log(1e0, 1e7),
        velocity_hole=math.inf if dice.chance(0.15) else dice.log(1e0, 1e7),
        image_force=dice.chance(0.4),
        tunnel_mass=dice.uniform(0.1, 1.0) if dice.chance(0.2) else 0.0,
        compact_capacitance=dice.log(1e-2, 1.0) if dice.chance(0.1) else math.inf,
        exchange=exchange,
    )


def _with_field(dice: Dice, layers: list[ChargeLayer], voltage: float) -> list[ChargeLayer]:
    """Poole-Frenkel exponents that keep the mobilities within bounds at the field of each layer.

    Charge that the whole voltage depletes, doping or ions, may hold a higher field than the mean.
    """
    series = sum(a.thickness / a.relative_permittivity for a in layers)
    found = []
    for a in layers:
        if not a.carriers or not dice.chance(0.35):
            found.append(a)
            continue
        mean = voltage / (series * a.relative_permittivity)
        net = abs(a.fixed_charge) + max((ion.density for ion in a.ions), default=0.0)
        depleted = math.sqrt(2.0 * net * voltage * CHARGE / a.relative_permittivity)
        most = BOOST / math.sqrt(max(mean, depleted))
        electron = dice.log(1e-5, max(min(1e-3, most), 2e-5))
        hole = dice.log(1e-5, max(min(1e-3, most), 2e-5)) if dice.chance(0.5) else None
        found.append(replace(a, poole_frenkel=electron, poole_frenkel_hole=hole))
    return found


def _interfaces(dice: Dice, layers: Sequence[ChargeLayer]) -> list[ChargeInterface]:
    """Traps at borders of two semiconductors, inside the gap that both share."""
    found = []
    for k, (a, b) in enumerate(pairwise(layers)):
        top = max(a.electron_affinity, b.electron_affinity) + 0.05
        bottom = min(a.electron_affinity + a.band_gap, b.electron_affinity + b.band_gap) - 0.05
        if not (a.carriers and b.carriers) or bottom <= top or not dice.chance(0.35):
            continue
        electron, hole = _capture(dice)
        found.append(
            ChargeInterface(
                after=k,
                trap_density=dice.log(1e12, 1e16),
                trap_energy=dice.uniform(top, bottom),
                trap_charge=dice.pick(CHARGES),
                capture_electron=electron,
                capture_hole=hole,
            )
        )
    return found


def _circuit(dice: Dice) -> Circuit:
    return Circuit(
        series_resistance=dice.log(1e-6, 1e-1) if dice.chance(0.3) else 0.0,
        shunt_resistance=dice.log(1e-2, 1e4) if dice.chance(0.15) else math.inf,
        compliance=dice.log(1e-1, 1e5) if dice.chance(0.1) else math.inf,
    )
