"""The potential in the film: a fast transform for charge alone, sweeps where metal has grown.

`transform` solves Poisson's equation between two flat electrodes in one pass: sines along the film,
waves across. With filaments the potential for one volt, u, obeys

    sum_j w_ij (u_i - u_j) = 0 in the film,    u = 1 and 0 on metal joined to either electrode,

w = 1 within the film, `contact` at metal, whose faces then take more of the voltage than a site of
the film does, and `WITHIN` in metal that touches no electrode. Red-black sweeps with
over-relaxation go on from the last solution, so that a changed atom costs a few of them
(D. M. Young, Iterative Solution of Large Linear Systems, 1971).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.constants import ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY
from ...numerics.compiled import kernel
from .events import METAL

F = NDArray[np.float64]
I1 = NDArray[np.int8]
WITHIN = 100.0  # weight of an edge within metal that touches no electrode, over one in the film


def transform(charge: NDArray[Any], spacing: float, permittivity: float, smear: float = 0.0) -> F:
    """Return the potential [V] of charges between earthed flat electrodes.

    Parameters
    ----------
    charge
        Elementary charges on each site of the film [nx, ny, nz], electrodes not included.
    spacing
        Edge of a site [m].
    permittivity
        Relative permittivity of the film.
    smear
        Width of the Gaussian that each charge is spread over, in sites; an ion then does not feel
        the charge that it has itself.
    """
    from scipy.fft import dst, idst, irfft2, rfft2

    nx, ny, nz = charge.shape
    k = [np.pi * np.arange(1, nx + 1) / (nx + 1), 2.0 * np.pi * np.fft.fftfreq(ny),
         2.0 * np.pi * np.fft.rfftfreq(nz)]  # fmt: skip
    parts = [2.0 - 2.0 * np.cos(v) for v in k]
    stiff = parts[0][:, None, None] + parts[1][:, None] + parts[2]
    spread = [np.exp(-0.5 * (smear * v) ** 2) for v in k]
    stiff /= spread[0][:, None, None] * spread[1][:, None] * spread[2]
    scale = ELEMENTARY_CHARGE / (VACUUM_PERMITTIVITY * permittivity * spacing)
    waves = rfft2(dst(charge, type=1, axis=0), axes=(1, 2)) / stiff.astype(charge.dtype)
    found = idst(irfft2(waves, s=(ny, nz), axes=(1, 2)), type=1, axis=0)
    return scale * np.ascontiguousarray(found)


@kernel
def sweep(unit: F, kind: I1, label: I1, contact: float, relax: float, times: int) -> float:
    """Sweep over the potential [padded shape] `times` times; return the last largest change."""
    nx, ny, nz = unit.shape
    rich = np.zeros((nx, ny), dtype=np.bool_)  # rows with metal in them
    for x in range(1, nx - 1):
        for y in range(ny):
            for z in range(nz):
                rich[x, y] |= kind[x, y, z] >= METAL
    largest = 0.0
    for _ in range(times):
        largest = 0.0
        for colour in range(2):
            for x in range(1, nx - 1):
                before = contact if x == 1 else 1.0
                after = contact if x == nx - 2 else 1.0
                for y in range(ny):
                    up, down, odd = (y + 1) % ny, (y - 1) % ny, (x + y + colour) % 2
                    metal = rich[x, y] or rich[x - 1, y] or rich[x + 1, y]
                    if metal or rich[x, up] or rich[x, down]:
                        change = at_metal(unit, kind, label, contact, relax, x, y, odd)
                    else:
                        change = in_film(unit, before, after, relax, x, y, odd)
                    largest = max(largest, change)
    return largest


@kernel(fastmath=True)
def in_film(unit: F, before: float, after: float, relax: float, x: int, y: int, odd: int) -> float:
    """Sweep over a row of one colour that no metal stands beside; return the largest change."""
    ny, nz = unit.shape[1:]
    here, lower, upper = unit[x, y], unit[x - 1, y], unit[x + 1, y]
    left, right = unit[x, y - 1 if y > 0 else ny - 1], unit[x, y + 1 if y < ny - 1 else 0]
    weight, largest = 1.0 / (before + after + 4.0), 0.0
    for z in range(odd, nz, 2):
        near = here[z - 1 if z > 0 else nz - 1] + here[z + 1 if z < nz - 1 else 0]
        flow = before * lower[z] + after * upper[z] + left[z] + right[z] + near
        change = flow * weight - here[z]
        here[z] += relax * change
        largest = max(largest, abs(change))
    return largest


@kernel
def at_metal(
    unit: F, kind: I1, label: I1, contact: float, relax: float, x: int, y: int, odd: int
) -> float:
    """Sweep over a row of one colour that metal stands in or beside; return the largest change."""
    ny, nz = unit.shape[1:]
    up, down, largest = (y + 1) % ny, (y - 1) % ny, 0.0
    for z in range(odd, nz, 2):
        if label[x, y, z]:
            continue
        left, right = (z - 1) % nz, (z + 1) % nz
        mine = kind[x, y, z] >= METAL
        metal, film = (WITHIN, contact) if mine else (contact, 1.0)
        a = metal if kind[x + 1, y, z] >= METAL else film
        b = metal if kind[x - 1, y, z] >= METAL else film
        c = metal if kind[x, up, z] >= METAL else film
        d = metal if kind[x, down, z] >= METAL else film
        e = metal if kind[x, y, right] >= METAL else film
        f = metal if kind[x, y, left] >= METAL else film
        flow = a * unit[x + 1, y, z] + b * unit[x - 1, y, z]
        flow += c * unit[x, up, z] + d * unit[x, down, z]
        flow += e * unit[x, y, right] + f * unit[x, y, left]
        change = flow / (a + b + c + d + e + f) - unit[x, y, z]
        unit[x, y, z] += relax * change
        largest = max(largest, abs(change))
    return largest


def relaxation(shape: tuple[int, int, int]) -> float:
    """Return the factor of over-relaxation that suits a film of this shape."""
    return 2.0 / (1.0 + math.sin(math.pi / (shape[0] + 1)))


def flat(shape: tuple[int, int, int], contact: float) -> F:
    """Return the potential for one volt without a filament, padded shape."""
    nx = shape[0]
    drops = np.ones(nx + 1)
    drops[[0, -1]] = 1.0 / contact
    line = 1.0 - np.concatenate(([0.0], np.cumsum(drops))) / drops.sum()
    return np.ascontiguousarray(np.broadcast_to(line[:, None, None], (nx + 2, *shape[1:])))


def contact_weight(share: float, sites: int) -> float:
    """Return the conductance of a contact edge whose two take `share` of the voltage each."""
    return (1.0 - 2.0 * share) / (share * (sites - 1))


def settle(unit: F, kind: I1, label: I1, contact: float, tolerance: float = 1e-6) -> bool:
    """Sweep until nothing changes by more than `tolerance`; whether that was reached."""
    nx, ny, nz = unit.shape
    relax = relaxation((nx - 2, ny, nz))
    return any(sweep(unit, kind, label, contact, relax, 10) < tolerance for _ in range(200))
