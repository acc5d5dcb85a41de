"""Kinetic Monte Carlo on a packing: drift, mobility, diffusion and relaxation with their errors.

`walk`: independent carriers, each alone in the box; `crowd`: carriers together, at most one on a
dot. Of the time given, the first half lets them settle; over the second half, of length T,

    v = <r> / T,     mu = v . F / F^2,     D = <(r - <r>)^2> / 2T  along each axis,

with standard errors from the scatter of independent carriers (`walk`) or of blocks of time
(`crowd`). T has to be long enough that a carrier forgets where it began: traps of depth sigma^2/kT
are then met many times.

Range: 3 sigma / kT and below in minutes; deeper traps ask for the master equation, which both agree
with within their errors. Exclusion: exact dynamics, no Coulomb forces.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.randomness import generator
from ...core.status import Status
from .master import occupation
from .rates import Hops

F = NDArray[np.float64]
MOST = 2**62


@dataclass(frozen=True)
class Walk:
    """What independent carriers did; every mean with its standard error.

    Attributes
    ----------
    velocity, velocity_error
        Drift of the second half [3], [m/s].
    mobility, mobility_error
        Along the field [m2/Vs]; NaN without one.
    diffusion, diffusion_error
        Along each axis [3], [m2/s].
    times, energy, energy_error
        Times [k] [s], mean energy of the carriers at each [k] [eV].
    hops
        Hops of all carriers.
    status
        Whether every carrier came to the end.
    """

    velocity: F
    velocity_error: F
    mobility: float
    mobility_error: float
    diffusion: F
    diffusion_error: F
    times: F
    energy: F
    energy_error: F
    hops: int
    status: Status


@dataclass(frozen=True)
class Crowd:
    """What carriers that exclude one another did.

    Attributes
    ----------
    velocity, velocity_error
        Mean drift of a carrier over the second half [3], [m/s].
    mobility, mobility_error
        Along the field [m2/Vs]; NaN without one.
    energy
        Mean energy of the carriers over the second half [eV].
    attempts, hops
        Attempts and hops that found their dot free.
    status
        Whether the run came to the end.
    """

    velocity: F
    velocity_error: F
    mobility: float
    mobility_error: float
    energy: float
    attempts: int
    hops: int
    status: Status


@dataclass(frozen=True)
class Roads:
    """The hops as the kernels read them: 32-bit dots, box edges as one code, summed chances.

    The hops of a dot stand in falling order of their rate, as the kernels look from the first on.
    """

    start: NDArray[np.int32]
    target: NDArray[np.int32]
    wraps: NDArray[np.int8]
    chance: F
    dwell: F

    @property
    def arrays(self) -> tuple[NDArray, ...]:
        """The arguments of a kernel, in order."""
        return self.start, self.target, self.wraps, self.chance, self.dwell


def roads(hop: Hops, force: F | None = None) -> Roads:
    """Return the hops under a force [eV/m] as the kernels read them.

    Examples
    --------
    >>> from halodot.film.transport import hops, pack
    >>> way = roads(hops(pack("cube", 64), equal=1.0, kT=0.025))
    >>> [round(float(x), 3) for x in way.chance[:6]]
    [0.167, 0.333, 0.5, 0.667, 0.833, 1.0]
    """
    dots, rate = hop.dots, hop.rates(force)
    out = dots.leaving(rate)
    order = np.lexsort((-rate, dots.source))  # the likely hops of a dot come first
    rate, wraps = rate[order], dots.wraps[order]
    sums = np.concatenate([[0.0], np.cumsum(rate / out[dots.source])])
    chance = sums[1:] - sums[dots.start[dots.source]]
    last = dots.start[1:][np.diff(dots.start) > 0] - 1
    chance[last] = 1.0
    dwell = np.divide(1.0, out, out=np.full(len(out), 1e300), where=out > 0.0)
    code = (wraps + 1) @ np.array([9, 3, 1])
    return Roads(
        dots.start.astype(np.int32), dots.target[order].astype(np.int32), code.astype(np.int8),
        chance, dwell,
    )  # fmt: skip


def walk(
    hop: Hops,
    force: F | None = None,
    *,
    carriers: int = 1000,
    hops_each: float = 2000.0,
    samples: int = 8,
    begin: Literal["equilibrium", "anywhere"] = "equilibrium",
    seed: int = 0,
    most: int = MOST,
) -> Walk:
    """Return drift, diffusion and energy of carriers that walk alone.

    Parameters
    ----------
    hop
        Dots, levels and rates.
    force
        Force on a carrier [3], [eV/m].
    carriers
        Number of independent carriers.
    hops_each
        Hops of a carrier in the mean, at equilibrium; sets the time.
    samples
        Times at which energies are read, an even number.
    begin
        Dots drawn from equilibrium, or ``anywhere``, to see the carriers relax.
    seed, most
        Root of the random draws; hops at which a carrier gives up.

    Examples
    --------
    >>> from halodot.film.transport import hops, pack
    >>> hop = hops(pack("cube", 64, size=9e-9, gap=1e-9), equal=1e9, kT=0.025)
    >>> done = walk(hop, carriers=400, hops_each=50.0)
    >>> bool(abs(done.diffusion[0] / (1e9 * 1e-16) - 1.0) < 0.4)
    True
    """
    from .walk_kernel import walks

    if carriers < 2 or samples < 2 or samples % 2:
        raise InputError("carriers, samples", (carriers, samples), "2 or more, even samples", "8")
    dots, way = hop.dots, roads(hop, force)
    rng = generator(seed, "film.transport", "walk")
    p = occupation(hop.energies, hop.kT)
    duration = hops_each / float(p @ dots.leaving(hop.rates(force)))
    times = duration * np.arange(1, samples + 1) / samples
    first = rng.choice(dots.count, carriers, p=p if begin == "equilibrium" else None)
    stream = rng.integers(0, 2**64, carriers, dtype=np.uint64)
    at = np.zeros((carriers, samples), dtype=np.int32)
    edges = np.zeros((carriers, samples, 3), dtype=np.int32)
    count, whole = walks(*way.arrays, first.astype(np.int32), stream, times, most, at, edges)
    r = dots.positions[at] + dots.box * edges
    half = samples // 2
    path, span = r[:, -1] - r[:, half - 1], times[-1] - times[half - 1]
    velocity, velocity_error = _mean(path / span)
    spread = (path - path.mean(axis=0)) ** 2 / (2.0 * span) * carriers / (carriers - 1)
    diffusion, diffusion_error = _mean(spread)
    energy, energy_error = _mean(hop.energies[at])
    return Walk(
        velocity, velocity_error, *_along(force, path / span), diffusion,
        diffusion_error, times, energy, energy_error, count,
        Status.OK if whole else Status.MAX_STEPS,
    )  # fmt: skip


def _mean(values: F) -> tuple[F, F]:
    """Mean over the first axis and its standard error."""
    return np.mean(values, axis=0), np.std(values, axis=0, ddof=1) / math.sqrt(len(values))


def _along(force: F | None, each: F) -> tuple[float, float]:
    """Mobility along the field and its standard error."""
    size2 = 0.0 if force is None else float(np.sum(np.square(force)))
    if size2 == 0.0 or force is None:
        return math.nan, math.nan
    value, error = _mean(each @ np.asarray(force) / size2)
    return float(value), float(error)


def crowd(
    hop: Hops,
    carriers: int,
    force: F | None = None,
    *,
    hops_each: float = 2000.0,
    blocks: int = 20,
    seed: int = 0,
    most: int = MOST,
) -> Crowd:
    """Return drift and energy of carriers that exclude one another.

    Parameters
    ----------
    hop
        Dots, levels and rates.
    carriers
        Carriers in the box, fewer than dots.
    force
        Force on a carrier [3], [eV/m].
    hops_each
        Attempts of a carrier in the mean, at equilibrium; sets the time.
    blocks
        Blocks of the second half, from whose scatter the error comes.
    seed, most
        Root of the random draws; attempts at which the run gives up.

    Examples
    --------
    >>> from halodot.film.transport import hops, pack
    >>> hop = hops(pack("cube", 64, size=9e-9, gap=1e-9), equal=1e9, kT=0.025)
    >>> done = crowd(hop, 32, hops_each=100.0)
    >>> 0.4 < done.hops / done.attempts < 0.6
    True
    """
    from .walk_kernel import crowds

    dots = hop.dots
    if not 1 <= carriers < dots.count or blocks < 2:
        raise InputError("carriers", carriers, f"1 to {dots.count - 1}", "fewer than dots")
    way, rng = roads(hop, force), generator(seed, "film.transport", "crowd")
    p = occupation(hop.energies, hop.kT, carriers / dots.count)
    odds = np.log(np.maximum(p, 1e-300)) - np.log1p(-np.minimum(p, 1.0 - 1e-16))
    first = np.argsort(odds + rng.gumbel(size=dots.count))[-carriers:]  # drawn without return
    duration = hops_each * carriers / float(p @ dots.leaving(hop.rates(force)))
    times = 0.5 * duration * (1.0 + np.arange(blocks + 1) / blocks)
    at = np.zeros((blocks + 1, carriers), dtype=np.int32)
    edges = np.zeros((blocks + 1, carriers, 3), dtype=np.int32)
    stream = rng.integers(0, 2**64, 1, dtype=np.uint64)
    attempts, count = crowds(*way.arrays, first.astype(np.int32), stream, times, most, at, edges)
    r = np.mean(dots.positions[at] + dots.box * edges, axis=1)
    each = np.diff(r, axis=0) / np.diff(times)[:, None]
    velocity, error = _mean(each)
    return Crowd(
        velocity, error, *_along(force, each), float(np.mean(hop.energies[at])),
        attempts, count, Status.OK if attempts < most else Status.MAX_STEPS,
    )  # fmt: skip
