"""The same residual in plain NumPy: the specification that the compiled kernel is tested against.

Slow, vectorised over the grid, and written for complex numbers too, so that its Jacobian follows
from complex steps to round-off. Equations as in `fluxes`, `reactions`, `ends` and `tunnelling`;
where those branch, the branch is chosen here by the real part.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.constants import KINETIC
from . import mobility, statistics, tunnelling
from .ends import BARRIER, BUILT_IN, COMPACT, DRIVEN, KIND, LOWERING, TUNNEL_MASS
from .fluxes import FULL
from .problem import BOLTZMANN_BAND, CONTACT, ELECTRON, HOLE, ION, PHI, SURFACE, Problem

SIGN = {ELECTRON: 1.0, HOLE: -1.0}


def residual(
    P: Problem,
    X: Any,
    a0: float,
    history: Any,
    trap_history: Any,
    face_history: Any,
    light: Any,
    phi_left: Any,
    phi_right: Any,
    way: float = DRIVEN,
) -> Any:
    """Residual of every equation at every node, [3 + K, N]: what `kernel.assemble` negates.

    Parameters
    ----------
    X
        [3 + K, N] potential [kT/q] and densities [m-3].
    a0, history, trap_history, face_history
        d/dt x = a0 x + history [1/s], of shapes [3 + K, N], [T, 2, N] and [2, I]; of
        traps first the filled, then the empty share.
    light
        Fraction of full light of every source [C], or of the first.
    phi_left, phi_right
        Potential of each metal, quasi-Fermi level of a free surface [kT/q].
    way
        `ends.DRIVEN`, or the current over q that the source gives (`ends.OPEN`).

    Notes
    -----
    Any argument but P and `way` may be complex.

    >>> print(f"{bernoulli(0.0):.1f} {bernoulli(1.0):.6f} {bernoulli(-800.0):.1f}")
    1.0 0.581977 800.0
    """
    light, ends = np.atleast_1d(light), (phi_left, phi_right)
    given = (X, a0, history, trap_history, face_history, light, *ends, 1.0)
    R = np.zeros(X.shape, np.result_type(*given))
    gamma = band_excess(P, X)
    J = currents(P, X, gamma)
    _nodes(P, X, gamma, R, a0, history, light)
    _sideways(P, X, gamma, R, phi_right)
    _traps(P, X, gamma, R, a0, trap_history)
    _faces(P, X, gamma, R, a0, face_history)
    outward = np.array([1.0, -1.0, 1.0] + [1.0] * len(P.ion_charge))[:, None] * J
    outward[PHI] = P.permittivity * P.thermal_voltage / P.h * (np.diff(X[PHI]) - P.dipole)
    R[:, :-1] += outward
    R[:, 1:] -= outward
    for side in (0, 1):
        if P.contact[side, KIND] == SURFACE:
            _surface(P, side, X, gamma, R, ends[side])
        elif P.contact[side, KIND] == CONTACT:
            _metal(P, side, X, gamma, J, R, a0, history, ends[side], way)
    R[1:][~_present(P)] = 0.0
    return R


def _present(P: Problem) -> Any:
    return np.concatenate([P.active[:1], P.active])


def bernoulli(x: Any) -> Any:
    """x / (exp(x) - 1), by its series near 0, for real or complex x."""
    x = np.asarray(x)
    size = np.where(x.real > 0.0, x, -x)
    near = np.abs(x) < 1e-2
    safe = np.where(near, 1.0, size)
    far = safe * np.where(x.real > 0.0, np.exp(-safe), 1.0) / -np.expm1(-safe)
    s = x * x
    series = 1.0 - 0.5 * x + s / 12.0 * (1.0 - s / 60.0 * (1.0 - s / 42.0))
    return np.where(near, series, far)


def log1p(z: Any) -> Any:
    """ln(1 + z) with all digits; NumPy loses those of the real part of a complex z."""
    if not np.iscomplexobj(z):
        return np.log1p(z)
    turn = z.imag / (1.0 + z.real)
    return np.log1p(z.real) + 0.5 * np.log1p(turn * turn) + 1j * np.arctan(turn)


def band_excess(P: Problem, X: Any) -> Any:
    """gamma = eta - ln(n/Nc) of electrons and holes [2, N], from the tables of the problem."""
    gamma = np.zeros_like(X[1:3])
    for s, rows in enumerate(P.statistics):
        for row in set(rows) - {BOLTZMANN_BAND}:
            where = rows == row
            gamma[s, where] = _tabulated(
                P.excess[row], np.log(X[1 + s, where]) - P.log_dos[s, where]
            )
    return gamma


def _tabulated(table: Any, ln_x: Any) -> Any:
    """gamma = -ln(1 - x/x_max) + g(t), t = ln x - ln(1 - x/x_max); cubic Hermite g between nodes.

    Below the nodes g tends to its limit as exp(t), beyond their end gamma is a straight line.
    """
    empty, first, per_unit, below, per_site, last, gamma_last, slope_last, tail = table[:9]
    if empty == 0.0:
        return np.zeros_like(ln_x)
    full = -log1p(-np.exp(np.where(ln_x.real > last, last, ln_x)) * per_site)
    t = ln_x + full - first
    g, slope = table[statistics.HEAD :: 2], table[statistics.HEAD + 1 :: 2]
    i = np.clip((t.real * per_unit).astype(int), 0, len(g) - 2)
    s = t * per_unit - i
    inside = (
        (1.0 + 2.0 * s) * (1.0 - s) ** 2 * g[i]
        + s * (1.0 - s) ** 2 * slope[i]
        + s**2 * (3.0 - 2.0 * s) * g[i + 1]
        - s**2 * (1.0 - s) * slope[i + 1]
    )
    outside = below + tail * np.exp(np.where(t.real > 0.0, 0.0, t))
    found = full + np.where(t.real > 0.0, inside, outside)
    return np.where(ln_x.real > last, gamma_last + slope_last * (ln_x - last), found)


def currents(P: Problem, X: Any, gamma: Any) -> Any:
    """Charge currents over q of every species along every edge, [3 + K, N-1]; row PHI is empty."""
    J = np.zeros((len(X), len(P.h)), np.result_type(X, gamma))
    for s in (ELECTRON, HOLE):
        J[s] = _carrier_current(P, s, X, gamma[s - 1])
    field = np.diff(X[PHI]) * P.thermal_voltage / P.h
    for k, z in enumerate(P.ion_charge):
        a = X[ION + k]
        psi = z * X[PHI] + _site_excess(a / P.ion_limit[k])
        speed = P.mobility[2 + k] * P.thermal_voltage / P.h * _hop(P.ion_jump[k] * field)
        d = np.diff(psi)
        J[ION + k] = -z[:-1] * speed * (a[1:] * bernoulli(-d) - a[:-1] * bernoulli(d))
    return np.where(np.concatenate([P.mobility[:1], P.mobility]) > 0.0, J, 0.0)


def _site_excess(share: Any) -> Any:
    """-ln(1 - share) up to `fluxes.FULL` before a full lattice, its tangent from there."""
    over = share - (1.0 - FULL)
    below = np.where(over.real < 0.0, share, 1.0 - FULL)
    return np.where(over.real < 0.0, -log1p(-below), over / FULL - np.log(FULL))


def _carrier_current(P: Problem, s: int, X: Any, gamma: Any) -> Any:
    vt, n, sign = P.thermal_voltage, X[s], SIGN[s]
    psi = X[PHI] + (P.band_n - gamma if s == ELECTRON else P.band_p + gamma)
    d = sign * np.diff(psi)
    drift = np.diff(X[PHI]) * vt / P.h
    root = (drift * drift + 1e4) ** 0.25
    speed = P.mobility[s - 1] * vt / P.h * np.exp(P.field_exponent[s - 1] * root)
    net = n[1:] * bernoulli(d) - n[:-1] * bernoulli(-d)
    for edge in np.flatnonzero(P.tunnel >= 0):
        *heights, length, mass, velocity = P.barrier[P.tunnel[edge]]
        left, right = heights[:2] if s == ELECTRON else heights[2:]
        drop = sign * (X[PHI, edge + 1] - X[PHI, edge]) * vt
        speed[edge] = velocity * np.exp(_barrier(left, right, drop, length, mass))
        net[edge] = n[edge + 1] / (1.0 + np.exp(d[edge])) - n[edge] / (1.0 + np.exp(-d[edge]))
    c, power = P.crowding[s - 1]
    ln_x = np.log(n) - P.log_dos[s - 1]
    return sign * speed * np.exp(_crowd(c, power, 0.5 * (ln_x[1:] + ln_x[:-1]))) * net


def _crowd(c: Any, power: Any, ln_x: Any) -> Any:
    """c (2 x)^power, x levelling off at `mobility.CROWDED` (sharpness 8 in its logarithm)."""
    z = 8.0 * (ln_x - np.log(mobility.CROWDED))
    size = np.where(z.real > 0.0, z, -z)
    beyond = np.where(z.real > 0.0, z, 0.0) + log1p(np.exp(-size))
    return c * np.exp(power * (ln_x - beyond / 8.0 + np.log(2.0)))


def _hop(y: Any) -> Any:
    """sinh(y)/y."""
    near = np.abs(y) < 0.05
    safe = np.where(near, 1.0, y)
    s = y * y
    series = 1.0 + s / 6.0 * (1.0 + s / 20.0 * (1.0 + s / 42.0 * (1.0 + s / 72.0)))
    return np.where(near, series, np.sinh(safe) / safe)


def _barrier(left: float, right: float, drop: Any, length: float, mass: float) -> Any:
    """ln T of a trapezium: -2 sqrt(2 m)/hbar int u/sqrt(u + soft) dx over its positive part.

    u is counted from the higher of the band edges beside it.
    """
    step = left - right - drop
    energy = 0.5 * (step + np.sqrt(step * step + tunnelling.ROUND**2))
    ends = left - energy, left - drop - energy
    high = [np.where(u.real > 0.0, u, 0.0) for u in ends]
    both = min(u.real for u in ends) >= 0.0
    share = 1.0 if both else (high[0] - high[1]) / (ends[0] - ends[1])
    a, b = (np.sqrt(u + tunnelling.SOFT) for u in high)
    mean = (2.0 / 3.0 * (a * a + a * b + b * b) - 2.0 * tunnelling.SOFT) / (a + b)
    return -2.0 * length * np.sqrt(mass / KINETIC) * share * mean


def _nodes(P: Problem, X: Any, gamma: Any, R: Any, a0: Any, history: Any, light: Any) -> None:
    n, p = X[ELECTRON], X[HOLE]
    radiative, auger_n, auger_p = P.pairs
    rate = (radiative + auger_n * n + auger_p * p) * (n * p - P.ni2 * np.exp(-gamma.sum(axis=0)))
    rate = rate - light @ P.generation[: len(light)]
    charge = P.fixed + np.where(P.active[0], p - n, 0.0)
    for s in (ELECTRON, HOLE):
        R[s] += P.volume * (a0 * X[s] + history[s] + rate)
    for k, z in enumerate(P.ion_charge):
        charge = charge + np.where(P.active[1 + k], z * X[ION + k], 0.0)
        R[ION + k] += P.volume * z * (a0 * X[ION + k] + history[ION + k])
    R[PHI] += P.volume * charge


def _sideways(P: Problem, X: Any, gamma: Any, R: Any, level: Any) -> None:
    """Supply of a channel from its ends, and the charge that faces a gate beside a sheet."""
    if P.supply.shape[1]:
        for s, sign, band in ((ELECTRON, 1.0, P.band_n), (HOLE, -1.0, P.band_p)):
            balanced = np.exp(sign * (X[PHI] + band - level) - gamma[s - 1])
            lacking = np.where(P.active[0], P.volume * P.supply[s - 1] * (X[s] - balanced), 0.0)
            R[s] += lacking
    if P.gate.shape[1]:
        R[PHI] += P.volume * P.gate[0] * (P.gate[1] - X[PHI])


def _traps(P: Problem, X: Any, gamma: Any, R: Any, a0: Any, history: Any) -> None:
    """df/dt = c_n n (1 - f) - c_n n_1 f - c_p p f + c_p p_1 (1 - f), solved for the new f."""
    n, p = X[ELECTRON], X[HOLE]
    for level, past in zip(P.trap, history, strict=True):
        total, cn, cp, n1, p1, empty, lost = level
        n1, p1 = n1 * np.exp(-gamma[0]), p1 * np.exp(-gamma[1])
        f, e = _shares(cn * n + cp * p1, cn * n1 + cp * p, lost != 0.0, a0, past)
        number = np.where(P.active[0], P.volume * total, 0.0)
        R[PHI] += number * (empty - lost * f)
        R[ELECTRON] += number * cn * (n * e - n1 * f)
        R[HOLE] += number * cp * (p * f - p1 * e)


def _shares(fill: Any, drain: Any, stores: Any, a0: Any, past: Any) -> tuple[Any, Any]:
    """Filled and empty share: of a level nearly full, 1 - f would have no digits.

    a0 f + past[0] = fill (1 - f) - drain f, and the same for the empty share the other way round;
    a level without charge (`stores` False) has no memory. Shares are not negative.
    """
    bottom = np.where(stores, a0, 0.0) + fill + drain
    bottom = np.where(bottom == 0.0, 1.0, bottom)
    top = [rate - np.where(stores, one, 0.0) for rate, one in zip((fill, drain), past, strict=True)]
    f, e = (np.where(t.real > 0.0, t, 0.0) / bottom for t in top)
    return f, e


def _faces(P: Problem, X: Any, gamma: Any, R: Any, a0: Any, history: Any) -> None:
    """Levels midway between two nodes, in exchange with both; the charge is shared equally."""
    for q, i in enumerate(P.face):
        area, cn, cp, nl, pl, nr, pr, empty, lost = P.face_trap[:, q]
        here = slice(i, i + 2)
        n, p = X[ELECTRON, here], X[HOLE, here]
        # the vacuum level of the traps is the mean of both nodes, dipole or not: one level that
        # both sides see, or a trap would drive a current at equilibrium
        up = 0.5 * (X[PHI, i] - X[PHI, i + 1]) * np.array([1.0, -1.0])
        n1 = np.array([nl, nr]) * np.exp(up - gamma[0, here])
        p1 = np.array([pl, pr]) * np.exp(-up - gamma[1, here])
        fill, drain = (cn * n + cp * p1).sum(), (cn * n1 + cp * p).sum()
        f, e = _shares(fill, drain, lost != 0.0, a0, history[:, q])
        R[PHI, here] += 0.5 * area * (empty - lost * f)
        R[ELECTRON, here] += area * cn * (n * e - n1 * f)
        R[HOLE, here] += area * cp * (p * f - p1 * e)


def _surface(P: Problem, side: int, X: Any, gamma: Any, R: Any, level: Any) -> None:
    """Free surface: no field beyond it, both carriers at the quasi-Fermi level given."""
    i = -side
    n_exponent = X[PHI, i] + P.band_n[i] - level - gamma[0, i]
    p_exponent = level - X[PHI, i] - P.band_p[i] - gamma[1, i]
    R[ELECTRON, i] = X[ELECTRON, i] - np.exp(n_exponent)
    R[HOLE, i] = X[HOLE, i] - np.exp(p_exponent)


def _metal(
    P: Problem,
    side: int,
    X: Any,
    gamma: Any,
    J: Any,
    R: Any,
    a0: Any,
    history: Any,
    phi_end: Any,
    way: float,
) -> None:
    """A metal behind a compact layer or none, at the end `phi_end` of a source or a circuit.

    `R[PHI]` holds the charge of the end's volume and what leaves it inwards: what is missing to
    nought is the displacement that comes from the metal.
    """
    i, vt, c = -side, P.thermal_voltage, P.contact[side]
    driven = side == 0 and P.circuit[0] > 0.0
    shift = _barrier_shift(P, side, R[PHI, i])
    metal = phi_end
    if driven:
        missing = R[PHI, 0] / (c[COMPACT] * vt) if np.isfinite(c[COMPACT]) else 0.0
        metal = X[PHI, 0] - shift - missing
    if np.isfinite(c[COMPACT]):
        shift = X[PHI, i] - metal
    # without a compact layer there is no overpotential: the image force acts on carriers alone
    behind = metal if np.isfinite(c[COMPACT]) else X[PHI, i]
    for k in range(len(P.ion_charge)):
        velocity, balanced, share = P.exchange[side, k]
        z, top = P.ion_charge[k, i], P.ion_limit[k, i]
        if velocity == 0.0:
            continue
        eta = z * (behind - X[PHI, i])
        into_film = balanced * np.exp(share * eta + _site_excess(balanced / top))
        into_metal = X[ION + k, i] * np.exp((share - 1.0) * eta + _site_excess(X[ION + k, i] / top))
        R[ION + k, i] += z * velocity * (into_metal - into_film)
    for s, sign in SIGN.items():
        balanced = c[1 + s] * np.exp(sign * shift - gamma[s - 1, i])
        R[s, i] += c[s - 1] * (X[s, i] - balanced)
    if driven:
        R[PHI, 0] = _terminal(P, X, J, a0, history, phi_end, metal, way)
    elif np.isfinite(c[COMPACT]):
        R[PHI, i] += c[COMPACT] * vt * (phi_end - X[PHI, i])
    else:
        R[PHI, i] = X[PHI, i] - phi_end - shift


def _terminal(
    P: Problem, X: Any, J: Any, a0: Any, history: Any, source: Any, metal: Any, way: float
) -> Any:
    """Current of the source less that of the device and of the shunt, all over q."""
    series, shunt, _ = P.circuit
    vt = P.thermal_voltage
    given = series * vt * (source - metal) if way == DRIVEN else way
    rate = a0 * (X[PHI, 0] - X[PHI, 1]) + history[PHI, 0] - history[PHI, 1]
    device = P.permittivity[0] * vt / P.h[0] * rate + J[:, 0].sum()
    return given - device - shunt * vt * (metal + P.contact[0, BUILT_IN])


def _barrier_shift(P: Problem, side: int, displacement: Any) -> Any:
    """What the field takes off the barrier of a contact [kT]; that of holes counts negative.

    `displacement` is what leaves the end's volume toward the metal, over q: Gauss's law gives the
    field at the metal, inward for electrons.
    """
    c, vt = P.contact[side], P.thermal_voltage
    if c[LOWERING] == 0.0 and c[TUNNEL_MASS] == 0.0:
        return 0.0
    pull = displacement / P.permittivity[-side]
    return sum(
        sign * contact_boost(sign * pull, c[LOWERING], c[BARRIER + s - 1], c[TUNNEL_MASS], vt)
        for s, sign in SIGN.items()
    )


def contact_boost(field: Any, lowering: float, barrier: float, mass: float, vt: float) -> Any:
    """ln of what image force and tunnelling add to emission, as `tunnelling.contact_boost`.

    Image force D = b r (1 + r^8)^(-1/8), r = lowering sqrt(field)/b; tunnelling through the top,

        e^(D/kT) [1 + int_0^u e^s F(s) e^(-G) ds + e^u int_0^far F(t) e^(-G) dt],  u = (b - D)/kT,

    s down from the top to the Fermi level of the metal and t below it.
    """
    if field.real <= 0.0 or barrier <= 0.0 or (lowering == 0.0 and mass == 0.0):
        return 0.0
    r = field / tunnelling.FIELD
    root = np.sqrt(tunnelling.FIELD) * r**2 * (1.0 + r**2) ** -0.75
    ratio = lowering * root / barrier
    image = barrier * ratio * (1.0 + ratio**8) ** -0.125
    if mass == 0.0 or field.real < 1.0:
        return image / vt
    hard = 4.0 / 3.0 * np.sqrt(mass / KINETIC) / root**2
    top = (barrier - image) / vt
    s = top * tunnelling._CUBE
    z = np.exp(s - top)
    near = np.abs(z) < 1e-12
    supply = np.where(near, 1.0, log1p(z) / np.where(near, 1.0, z))
    films = top * tunnelling._SHARE * np.exp(s - _action(image + s * vt, image, hard)) * supply
    far = 1.0 / (1.5 * hard * np.sqrt(barrier) / tunnelling.SEA + 1.0 / tunnelling.DEEPEST) / vt
    t = far * tunnelling._SEA_V
    deep = np.exp(top - _action(barrier + t * vt, image, hard))
    sea = far * tunnelling._SEA_SHARE * deep * (t + log1p(np.exp(-t)))
    return image / vt + np.log(1.0 + films.sum() + sea.sum())


def _action(u: Any, image: Any, hard: Any) -> Any:
    """hard u^1.5 v(f), v = 1 - f + (f ln f)/6, f = (image/u)^2: a triangle that D rounds."""
    if image.real == 0.0:
        return hard * u**1.5
    f = (image / u) ** 2
    g = hard * u**1.5 * (1.0 - f + f * np.log(f) / 6.0)
    return np.where(g.real > 0.0, g, 0.0)
