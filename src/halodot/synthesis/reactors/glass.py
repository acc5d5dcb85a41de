r"""Dots in glass: seeded by a laser, grown by heat, dissolved by more heat, grown back.

A laser leaves seeds in its focus; annealing grows them by diffusion through the glass, first out of
the supersaturated glass, then by ripening,

.. math:: \frac{dL}{dt} = \frac{2 D(T) v}{L} (1 - \psi) \left(1 - \frac{c_s}{c}\right)
          + \frac{K(T)}{3 L^2}, \qquad \psi = n L^3 / v

with v the volume share of crystal that the glass can give, psi the crystallised share and n the
seeds: L^2 grows with time while the glass is rich, L^3 when it is exhausted. ``c_s / c`` is
``exp(20 (T/T_s - 1))``: above the solvus T_s dots shrink by the same law, without ``1 - psi`` (the
glass beside a dot takes in what leaves it) and without ripening, so that L^2 falls evenly in time
and only the enriched glass stays, from which annealing grows them back on the same seeds. D and K
follow Arrhenius laws.

Range: CsPbX3 in borosilicate, germanate and phosphate glasses, 350 to 600 degC for growth. Every
constant is a prior: they were set so that 20 minutes at 420 degC give dots of 4 to 10 nm.
Heat-treated glass: 440 to 530 degC sets the size. Review ref 109.
"""

from __future__ import annotations

import math

import numpy as np

from ...core.constants import BOLTZMANN
from ...core.sourced import Sourced
from ...core.spec import Spec, quantity
from ..priors import defaults
from ..process_spec import GlassProcess
from .outcome import Batch, FloatArray, Outcome

REFERENCE = 693.15  # 420 degC
_STEPS = 400
_SPENT = 0.98  # crystallised share from which ripening leads
_SEED = 5e-10  # edge that the laser leaves and growth starts from [m]


class GlassSpec(Spec):
    """Growth and dissolution in a glass.

    Examples
    --------
    >>> GlassSpec().seed_density.value
    5e+22
    """

    seed_density: Sourced = quantity(
        "1/m3",
        "seeds that the laser leaves",
        low=1e15,
        high=1e27,
        default="5e22 1/m3",
        interval=("5e21 1/m3", "5e23 1/m3"),
        why="dots of some nanometres at a per cent by volume",
    )
    crystal_share: Sourced = quantity(
        "1",
        "volume that all of the glass could crystallise",
        low=1e-6,
        high=0.5,
        default=0.02,
        interval=(0.005, 0.05),
        why="some mole per cent of caesium, lead and halide",
    )
    diffusivity: Sourced = quantity(
        "m2/s",
        "of the slowest ion at 420 degC",
        low=1e-30,
        high=1e-10,
        default="5e-19 m2/s",
        interval=("2e-20 m2/s", "1e-17 m2/s"),
        why="set so that 20 minutes at 420 degC give some nanometres",
    )
    barrier: Sourced = quantity(
        "eV",
        "of diffusion in the glass",
        low=0.1,
        high=10.0,
        default="2 eV",
        interval=("1.2 eV", "3.5 eV"),
        why="network formers near the softening point",
    )
    ripening: Sourced = quantity(
        "m3/s",
        "K of L^3 = K t at 420 degC",
        low=1e-40,
        high=1e-18,
        default="2e-31 m3/s",
        interval=("1e-32 m3/s", "5e-30 m3/s"),
        why="ripening over hours, slower than growth",
    )
    solvus: Sourced = quantity(
        "K",
        "temperature above which dots dissolve",
        low=500.0,
        high=2000.0,
        default="600 degC",
        interval=("540 degC", "700 degC"),
        why="heat treatments stay below 530 degC; lasers erase above",
    )


def arrhenius(value: float, barrier: float, temperature: float) -> float:
    """A rate given at 420 degC at another temperature [K].

    >>> arrhenius(2.0, 1.5, REFERENCE)
    2.0
    """
    power = -barrier / BOLTZMANN * (1.0 / temperature - 1.0 / REFERENCE)
    return value * math.exp(min(power, 60.0))


def step(size: float, temperature: float, time: float, spec: GlassSpec | None = None) -> float:
    """Return the edge of the dots [m] after `time` [s] at `temperature` [K].

    Examples
    --------
    >>> written = step(0.0, 693.15, 1200.0)
    >>> step(written, 1173.15, 1.0) < 0.01 * written
    True
    """
    if time <= 0.0:
        return size
    s = spec or defaults(GlassSpec)
    d = arrhenius(float(s.diffusivity), float(s.barrier), temperature)
    k = arrhenius(float(s.ripening), float(s.barrier), temperature)
    v, n = float(s.crystal_share), float(s.seed_density)
    # below the solvus the glass is supersaturated, above it the sign of the drive turns
    drive = 1.0 - math.exp(min(20.0 * (temperature / float(s.solvus) - 1.0), 5.0))
    x = size**3
    for dt in np.diff(np.concatenate([[0.0], np.geomspace(1e-9 * time, time, _STEPS)])):
        x = _advance(x, float(dt), d, k, (v, n), drive)
    return max(x, 0.0) ** (1.0 / 3.0)


def _advance(
    x: float, dt: float, d: float, k: float, glass: tuple[float, float], drive: float
) -> float:
    """One step of x = L^3, ``dx/dt = 6 d v drive (1 - psi) x^(1/3) + k``, implicit in growth."""
    v, n = glass
    if drive <= 0.0:
        return float(max(x ** (2.0 / 3.0) + 4.0 * d * v * drive * dt, 0.0) ** 1.5)
    edge = max(x ** (1.0 / 3.0), _SEED)
    if x > _SPENT * v / n:  # ripening: the number of dots falls, their volume stays
        return x + k * dt
    grow = 6.0 * d * v * drive * edge * dt
    return (x + grow) / (1.0 + grow * n / v)


def run(batch: Batch, process: GlassProcess) -> Outcome:
    """Return what writing, annealing, erasing and annealing back make of a glass."""
    del batch
    spec = defaults(GlassSpec)
    sizes = history(process, spec)
    note = "growth in glass from priors"
    grown = [step(0.0, float(process.anneal_temperature), float(process.anneal_time), s)
             for s in (spec, _end(spec, "low"), _end(spec, "high"))]  # fmt: skip
    v, n = float(spec.crystal_share), float(spec.seed_density)
    share = np.minimum(n * sizes**3 / v, 1.0)
    erased = float(share[2]) if process.cycles else 0.0
    extras = {
        "crystallised_share": Sourced(float(share[-1]), "1", note=note),
        "erased_share": Sourced(erased, "1", note="left after the laser has erased; " + note),
        "rewritten_share": Sourced(float(share[-1] / max(share[1], 1e-30)), "1", note=note),
    }
    size = _size(float(sizes[-1]), grown, process)
    return Outcome(
        size=float(sizes[-1]),
        spread=0.2,
        curves={
            "glass_step": np.arange(float(sizes.size)),
            "glass_mean_size": sizes,
            "glass_crystallised_share": share,
        },
        extras=extras,
        shapes={"sphere": Sourced(1.0, "1", 0.7, 1.0, "assumed", (), "grown without ligands")},
        coverage=Sourced.unknown("1", "a glass holds no ligands"),
        size_prior=size,
        notes=("laser in glass: seeds, growth by diffusion, erasing above the solvus",),
    )


def _size(last: float, ends: list[float], process: GlassProcess) -> Sourced:
    """Size with its interval; unknown where nothing outgrows the seeds."""
    if last <= _SEED:
        celsius, time = float(process.anneal_temperature) - 273.15, float(process.anneal_time)
        reason = f"no dots grow in the glass at {celsius:.4g} degC within {time:.4g} s"
        return Sourced.unknown("m", reason)
    note = "growth in glass; diffusivity, seeds and content are priors"
    low, high = max(min(*ends, last), _SEED), max(*ends, last)
    return Sourced(last, "m", low, high, "assumed", (), note)


def history(process: GlassProcess, spec: GlassSpec) -> FloatArray:
    """Edge [m] as written, annealed, then erased and annealed back for each cycle."""
    hot, long = float(process.anneal_temperature), float(process.anneal_time)
    sizes = [0.0, step(0.0, hot, long, spec)]
    for _ in range(min(process.cycles, 50)):
        gone = step(sizes[-1], float(process.erase_temperature), float(process.erase_time), spec)
        sizes += [gone, step(gone, hot, long, spec)]
    return np.array(sizes)


def _end(spec: GlassSpec, which: str) -> GlassSpec:
    """Diffusivity at one end of its interval with the content there and seeds at the other."""
    other = {"low": "high", "high": "low"}[which]
    ends = {"diffusivity": which, "crystal_share": which, "seed_density": other}
    fixed = {n: getattr(spec, n).with_value(float(getattr(getattr(spec, n), e)))
             for n, e in ends.items()}  # fmt: skip
    return spec.model_copy(update=fixed)
