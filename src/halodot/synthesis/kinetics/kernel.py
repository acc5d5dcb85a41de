r"""Population balance of growing cubes on a moving grid, implicit in time (numba).

Dots are kept as cohorts: `number` of dots per volume that all have the volume v. A cohort moves
along its characteristic, so that a narrow distribution is not smeared by a grid. The unknowns are

.. math:: y = (v_1 \dots v_n,\; N_o,\; W_o,\; c)

with :math:`N_o, W_o` number and total volume of the cohort that is being born, c the monomer:

.. math::

    \dot v = 3 L^2 G(L), \quad \dot N_o = J, \quad \dot W_o = J v_* + N_o \dot v(W_o / N_o), \quad
    \dot c = \text{feed} - (\textstyle\sum_i N_i \dot v_i + \dot W_o) / V_m

Growth :math:`G = A (c - c_0 e^{\ell/L}) / (L/2 + \delta)` with the capillary length
:math:`\ell = 4 \gamma V_m / RT`; nucleation
:math:`J = J_0 (1 - 1/S) \exp(-\ell^3 / 2 V_c \ln^2 S)` at the edge
:math:`\ell/\ln S + \sqrt{2 V_c/3 \ell}`, where the energy lies kT below its maximum. Below the
smallest edge a cohort dissolves exponentially.

One step is TR-BDF2 (second order, stable for any step). Its matrix has an arrow: every cohort
meets only itself and c, so a Newton step costs O(n). The row of c is the sum of the others, which
keeps c + sum N v / Vm to round-off.

`q` holds what temperature sets: (A, delta, c_0, l, J_0, T). `fixed` holds (Vm, Vc, smallest
volume, a number of dots per volume and a rate of nucleation that count as none).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...numerics.compiled import kernel

F = NDArray[np.float64]
GAMMA = 2.0 - math.sqrt(2.0)
DIAGONAL = 1.0 - math.sqrt(0.5)
W = math.sqrt(2.0) / 4.0
STEEPEST = 60.0  # largest exponent of Gibbs-Thomson and of a nucleation barrier
GONE = 1e-2  # share of the smallest volume at which a cohort is counted as dissolved
ITERATIONS = 16
DONE, MAX_STEPS, TOO_SMALL = 0, 1, 2


@kernel
def growth(v: float, c: float, q: F, smallest: float) -> tuple[float, float, float]:
    """Rate of change of the volume of a dot [m3/s], and its derivatives by v and by c."""
    at = max(v, smallest)
    edge = at ** (1.0 / 3.0)
    steep = min(q[3] / edge, STEEPEST)
    equilibrium = q[2] * math.exp(steep)
    path = 0.5 * edge + q[1]
    area = 3.0 * edge * edge
    by_c = area * q[0] / path
    rate = by_c * (c - equilibrium)
    if v < smallest:
        share = v / smallest
        return rate * share, rate / smallest, by_c * share
    by_edge = rate * (2.0 / edge - 0.5 / path) + by_c * equilibrium * steep / edge
    return rate, by_edge / area, by_c


@kernel
def nucleation(c: float, q: F, fixed: F) -> tuple[float, float, float, float]:
    """Nuclei per volume and time J [1/m3 s], volume of one v [m3], dJ/dc and d(J v)/dc."""
    volume, smallest = fixed[1], fixed[2]
    if c <= q[2]:
        return 0.0, smallest, 0.0, 0.0
    drive = math.log(c / q[2])
    length, net = q[3], q[4] * (1.0 - q[2] / c)
    barrier = length**3 / (2.0 * volume * drive * drive) if length > 0.0 else 0.0
    rate = net * math.exp(-min(barrier, STEEPEST))
    if barrier > STEEPEST or rate < fixed[4]:
        return 0.0, smallest, 0.0, 0.0
    by_c = rate * (q[2] / (c * (c - q[2])) + 2.0 * barrier / (drive * c))
    edge = length / drive + math.sqrt(2.0 * volume / (3.0 * length)) if length > 0.0 else 0.0
    if edge**3 < smallest:
        return rate, smallest, by_c, by_c * smallest
    narrower = 3.0 * edge * edge * length / (drive * drive * c)
    return rate, edge**3, by_c, by_c * edge**3 - rate * narrower


@kernel
def rates(
    y: F, number: F, n: int, q: F, feed: float, fixed: F, f: F, by_v: F, by_c: F, born: F
) -> None:
    """Fill f = dy/dt, the derivatives of each cohort, and those of the one being born.

    `born` = (dJ/dc, dW/dc, dW/dN, dW/dW).
    """
    c, molar, smallest = y[n + 2], fixed[0], fixed[2]
    taken = 0.0
    for i in range(n):
        f[i], by_v[i], by_c[i] = growth(y[i], c, q, smallest)
        taken += number[i] * f[i]
    rate, volume, rate_by_c, volume_by_c = nucleation(c, q, fixed)
    mean = y[n + 1] / y[n] if y[n] > 0.0 else volume
    own, own_v, own_c = growth(mean, c, q, smallest)
    f[n] = rate
    f[n + 1] = rate * volume + y[n] * own
    f[n + 2] = feed - (taken + f[n + 1]) / molar
    born[0] = rate_by_c
    born[1] = volume_by_c + y[n] * own_c
    born[2] = own - mean * own_v
    born[3] = own_v
    if rate == 0.0 and y[n] == 0.0:
        born[:] = 0.0


@kernel
def solve(
    dh: float, r: F, y: F, f: F, number: F, n: int, by_v: F, by_c: F, born: F, molar: float, x: F
) -> bool:  # fmt: skip
    """Solve (1 - dh df/dy) x = r; False where the step is too long for it.

    A dot about to vanish shrinks ever faster, and its own slope would forbid long steps; the
    secant to v = 0 takes its place and leads Newton to the branch on which it has dissolved.
    """
    total, pull = r[n + 2], 0.0
    for i in range(n):
        pivot = 1.0 - dh * by_v[i]
        if pivot < 0.1:
            if f[i] >= 0.0:
                return False
            pivot = 1.0 - dh * f[i] / y[i]
        x[i] = r[i] / pivot
        by_c[i] = dh * by_c[i] / pivot
        total += number[i] * (r[i] - x[i]) / molar
        pull += number[i] * by_c[i] / molar
    pivot = 1.0 - dh * born[3]
    if pivot < 0.1:
        return False
    own = (r[n + 1] + dh * born[2] * r[n]) / pivot
    slope = dh * (born[1] + dh * born[2] * born[0]) / pivot
    total += (r[n + 1] - own) / molar
    pull += slope / molar
    if 1.0 + pull < 0.1:
        return False
    x[n + 2] = total / (1.0 + pull)
    for i in range(n):
        x[i] += by_c[i] * x[n + 2]
    x[n] = r[n] + dh * born[0] * x[n + 2]
    x[n + 1] = own + slope * x[n + 2]
    return True


@kernel
def size_of(x: F, y: F, number: F, n: int, q: F, fixed: F) -> float:
    """Size of a change x of y: relative in c, in number and in what stands in dots.

    Changes of cohorts are weighed by volume, so that a few that vanish hold nothing up.
    """
    dots, volume, apart = y[n] + fixed[3], abs(y[n + 1]), abs(x[n + 1])
    for i in range(n):
        dots += number[i]
        volume += number[i] * y[i]
        apart += number[i] * abs(x[i])
    found = abs(x[n + 2]) / (abs(y[n + 2]) + 0.01 * q[2])
    found = max(found, abs(x[n]) / dots)
    return max(found, apart / (3.0 * volume + fixed[3] * fixed[2]))


@kernel
def stage(
    dh: float, known: F, y: F, number: F, n: int, q: F, feed: float, fixed: F, tolerance: float,
    f: F, by_v: F, by_c: F, born: F, x: F, r: F,
) -> bool:  # fmt: skip
    """Solve y - dh f(y) = known by Newton from y; False where that fails."""
    for turn in range(ITERATIONS):
        rates(y, number, n, q, feed, fixed, f, by_v, by_c, born)
        for i in range(n + 3):
            r[i] = known[i] + dh * f[i] - y[i]
        if not solve(dh, r, y, f, number, n, by_v, by_c, born, fixed[0], x):
            return False
        clean = True
        for i in range(n):
            if y[i] + x[i] < 0.0 and y[i] > fixed[2]:
                y[i], clean = 0.5 * fixed[2], False
            else:
                y[i] += x[i]  # may pass zero where dissolution is linear; `remove` settles it
        y[n] += x[n]
        y[n + 1] += x[n + 1]
        c, c0 = y[n + 2], q[2]
        if c + x[n + 2] < 0.0:
            y[n + 2], clean = 0.1 * c, False
        elif turn < 6 and q[3] <= 0.0 and c + x[n + 2] < c0 < c:  # barrierless: a kink at c0
            y[n + 2], clean = c0 + 0.1 * (c - c0), False
        else:
            y[n + 2] += x[n + 2]
        found = size_of(x, y, number, n, q, fixed)
        if not math.isfinite(found):
            return False
        if clean and found < tolerance:
            return True
    return False


@kernel
def step(
    h: float, y: F, number: F, n: int, q: F, feed: F, fixed: F, tolerance: float, work: F, new: F
) -> float:
    """One TR-BDF2 step into `new`; returns its error as `size_of`, -1 where it failed.

    `q` [3, 6] and `feed` [3] hold for the beginning, the inner stage and the end.
    """
    m = n + 3
    dh = DIAGONAL * h
    first, inner, known = work[0], work[1], work[2]
    f, by_v, by_c, born, x, r = work[3], work[4], work[5], work[6], work[7], work[8]
    rates(y, number, n, q[0], feed[0], fixed, first, by_v, by_c, born)
    for i in range(m):
        known[i] = y[i] + dh * first[i]
        inner[i] = y[i]
    newton = 0.02 * tolerance
    if not stage(dh, known, inner, number, n, q[1], feed[1], fixed, newton, f, by_v, by_c, born,
                 x, r):  # fmt: skip
        return -1.0
    a = 1.0 / (GAMMA * (2.0 - GAMMA))
    for i in range(m):
        r[i] = (inner[i] - known[i]) / dh  # the slope at the inner stage
        known[i] = a * inner[i] + (1.0 - a) * y[i]
        new[i] = inner[i]
        inner[i] = r[i]
    if not stage(dh, known, new, number, n, q[2], feed[2], fixed, newton, f, by_v, by_c, born,
                 x, r):  # fmt: skip
        return -1.0
    for i in range(m):
        last = (new[i] - known[i]) / dh
        r[i] = h * (
            ((1.0 - W) / 3.0 - W) * first[i]
            + (1.0 / 3.0) * inner[i]
            + (DIAGONAL / 3.0 - DIAGONAL) * last
        )
    rates(new, number, n, q[2], feed[2], fixed, f, by_v, by_c, born)
    if not solve(dh, r, new, f, number, n, by_v, by_c, born, fixed[0], x):
        return -1.0
    return size_of(x, new, number, n, q[2], fixed)


@kernel
def conditions(t: float, course: F, p: F, q: F) -> float:
    """Fill `q` for the time t; return the feed [mol/m3 s].

    `course` [4, times] holds time, temperature, feed and solubility factor. `p` holds Vm, the
    temperature of reference, then value and activation energy (over kT of reference) of
    diffusivity, surface rate, solubility and nucleation prefactor, then 4 gamma Vm / R.
    """
    times = course[0]
    k = min(max(np.searchsorted(times, t) - 1, 0), times.size - 2)
    share = min(max((t - times[k]) / (times[k + 1] - times[k]), 0.0), 1.0)
    kelvin = course[1, k] + share * (course[1, k + 1] - course[1, k])
    cold = 1.0 - p[1] / kelvin
    diffusivity = p[2] * math.exp(p[3] * cold)
    surface = p[4] * math.exp(p[5] * cold)
    factor = course[3, k] + share * (course[3, k + 1] - course[3, k])
    q[0] = 2.0 * p[0] * diffusivity
    q[1] = diffusivity / surface
    q[2] = p[6] * math.exp(p[7] * cold) * factor
    q[3] = p[10] / kelvin
    q[4] = p[8] * math.exp(p[9] * cold)
    q[5] = kelvin
    return course[2, k] + share * (course[2, k + 1] - course[2, k])


@kernel
def sort(y: F, number: F, n: int) -> None:
    """Order cohorts by volume, largest first; they nearly are."""
    for i in range(1, n):
        v, k, j = y[i], number[i], i
        while j > 0 and y[j - 1] < v:
            y[j], number[j] = y[j - 1], number[j - 1]
            j -= 1
        y[j], number[j] = v, k


@kernel
def remove(y: F, number: F, n: int, fixed: F) -> int:
    """Take out dissolved cohorts; what is left of them returns to the monomer."""
    kept = 0
    tail = y[n : n + 3].copy()
    for i in range(n):
        if y[i] < GONE * fixed[2]:
            tail[2] += number[i] * y[i] / fixed[0]
        else:
            y[kept], number[kept] = y[i], number[i]
            kept += 1
    y[kept : kept + 3] = tail
    return kept


@kernel
def close(y: F, number: F, n: int, most: int) -> int:
    """Turn the cohort being born into one of the others, joining two alike where it is full."""
    if n == most:
        best, at = np.inf, 0
        for i in range(n - 1):
            apart = y[i] ** (1.0 / 3.0) - y[i + 1] ** (1.0 / 3.0)
            loss = apart * apart * number[i] * number[i + 1] / (number[i] + number[i + 1])
            if loss < best:
                best, at = loss, i
        both = number[at] + number[at + 1]
        y[at] = (number[at] * y[at] + number[at + 1] * y[at + 1]) / both
        number[at] = both
        for i in range(at + 1, n + 2):
            y[i] = y[i + 1]
        for i in range(at + 1, n - 1):
            number[i] = number[i + 1]
        n -= 1
    count, volume, c = y[n], y[n + 1], y[n + 2]
    number[n], y[n] = count, volume / count
    y[n + 1], y[n + 2], y[n + 3] = 0.0, 0.0, c
    return n + 1


@kernel
def width(y: F, n: int, i: int) -> float:
    """Range of edges that cohort i stands for: to the middles of its neighbours."""
    edge = y[i] ** (1.0 / 3.0)
    above = y[i - 1] ** (1.0 / 3.0) - edge if i > 0 else 0.0
    below = edge - y[i + 1] ** (1.0 / 3.0) if i < n - 1 else 0.0
    return 0.5 * (above + below) if 0 < i < n - 1 else above + below


@kernel
def split(y: F, number: F, n: int, fixed: F) -> int:
    """Cut the coarsest cohort in two, keeping number and volume."""
    best, at, gap = 0.0, -1, 0.0
    for i in range(n):
        wide = width(y, n, i)
        coarse = number[i] * wide * wide
        if coarse > best and y[i] > fixed[2] and wide**3 < y[i]:
            best, at, gap = coarse, i, wide
    if at < 0:
        return n
    for i in range(n + 3, at + 1, -1):
        y[i] = y[i - 1]
    for i in range(n, at + 1, -1):
        number[i] = number[i - 1]
    shift = 0.75 * gap * y[at] ** (2.0 / 3.0)
    y[at + 1] = y[at] - shift
    y[at] += shift
    number[at] *= 0.5
    number[at + 1] = number[at]
    return n + 1


@kernel
def longest(y: F, number: F, n: int, q: F, fixed: F, spacing: float, most: int) -> float:
    """Longest step that still resolves the dots born in it by one bin of size, or of number."""
    rate, volume = nucleation(y[n + 2], q, fixed)[:2]
    if rate <= 0.0:
        return np.inf
    twice = 8.0 * volume
    speed = growth(twice, y[n + 2], q, fixed[2])[0] / (3.0 * twice)
    dots = np.sum(number[:n])
    fine = spacing / max(speed, 1e-300)
    return max(fine, dots / (most * rate))


@kernel
def advance(
    y: F, number: F, n: int, course: F, p: F, fixed: F, outputs: F, tolerance: float,
    most: int, spacing: float, fixed_step: float, budget: int, regrid: bool,
    sizes: F, counts: F, state: F,
) -> tuple[int, int, int]:  # fmt: skip
    """Follow the cohorts through `course`; returns (verdict, outputs written, steps).

    `sizes`, `counts` [outputs, most + 1] take volume and number of the cohorts (zero where there
    is none), `state` [outputs, 5] takes monomer, supersaturation, temperature, nuclei born, fed.
    A positive `fixed_step` switches the control of the error off.
    """
    work, new = np.empty((9, most + 8)), np.empty(most + 8)
    q, feed = np.empty((3, 6)), np.empty(3)
    nodes = course[0]
    t, node, written, steps = nodes[0], 1, 0, 0
    nuclei, fed = 0.0, 0.0
    h = fixed_step if fixed_step > 0.0 else 1e-7 * (nodes[-1] - nodes[0])
    while True:
        while written < outputs.size and outputs[written] <= t * (1.0 + 1e-14) + 1e-300:
            conditions(t, course, p, q[0])
            sizes[written, :n] = y[:n]
            counts[written, :n] = number[:n]
            if y[n] > 0.0:
                sizes[written, n], counts[written, n] = y[n + 1] / y[n], y[n]
            state[written, 0], state[written, 1] = y[n + 2], y[n + 2] / q[0, 2]
            state[written, 2], state[written, 3], state[written, 4] = q[0, 5], nuclei, fed
            written += 1
        if written == outputs.size:
            return DONE, written, steps
        if steps >= budget:
            return MAX_STEPS, written, steps
        while nodes[node] <= t * (1.0 + 1e-14):
            node += 1
        feed[0] = conditions(t, course, p, q[0])
        end = min(nodes[node], outputs[written])
        limit = end - t
        if fixed_step <= 0.0:
            limit = min(limit, longest(y, number, n, q[0], fixed, spacing, most))
        hit = h >= 0.999 * limit
        tried = limit if hit else min(h, 0.5 * (end - t)) if h > 0.5 * (end - t) else h
        feed[1] = conditions(t + GAMMA * tried, course, p, q[1])
        feed[2] = conditions(t + tried, course, p, q[2])
        error = step(tried, y, number, n, q, feed, fixed, tolerance, work, new)
        steps += 1
        if fixed_step <= 0.0 and (error < 0.0 or error > tolerance):
            h = tried * (0.25 if error < 0.0 else max(0.2, 0.9 * (tolerance / error) ** (1 / 3)))
            if h < max(4e-16 * t, 1e-30):
                return TOO_SMALL, written, steps
            continue
        if error < 0.0:
            return TOO_SMALL, written, steps
        t = end if tried == end - t else t + tried
        fed += 0.5 * tried * (feed[0] + feed[2])
        nuclei += new[n] - y[n]
        y[: n + 3] = new[: n + 3]
        if fixed_step <= 0.0:
            grown = min(4.0, 0.9 * (tolerance / max(error, 1e-300)) ** (1.0 / 3.0))
            h = max(h, tried * grown) if hit and grown > 1.0 else tried * grown
        if regrid:
            n = remove(y, number, n, fixed)
            if y[n] > 1e-6 * np.sum(number[:n]) / most:
                n = close(y, number, n, most)
            elif nucleation(y[n + 2], q[2], fixed)[0] == 0.0:  # too few to follow
                y[n + 2] += y[n + 1] / fixed[0]
                nuclei -= y[n]
                y[n], y[n + 1] = 0.0, 0.0
            sort(y, number, n)
            while 1 < n < most - most // 8:
                grown_to = split(y, number, n, fixed)
                if grown_to == n:
                    break
                n = grown_to
