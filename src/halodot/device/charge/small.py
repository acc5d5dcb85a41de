"""The engine on one page: the physics and the scheme of the compiled one, in plain NumPy.

Unknowns at every node: potential phi [kT/q] and three densities x = n, p, a [m-3] (electrons,
holes, one species of ions) of charge z = -1, 1, z_a. Each particle has an energy w [kT],

    w = z phi + band + gamma(x),   band = -(chi + ln N_c),  chi + E_g - ln N_v,  0,

where gamma is what crowding adds to ln x: -ln(1 - x/limit), with limit = N_c/0.27 or N_v/0.27 in
Blakemore statistics, the density of sites for ions, and infinite for Boltzmann. Equilibrium is
ln x + w = const. With the particle fluxes F and the potential's own equation,

    dx/dt = -dF/dx + G - U - U_t,      F = -(mu kT/q) (dx/dx + x dw/dx)     (no G, U for ions)
    df/dt = (U_tn - U_tp)/N_t,         U_tn = N_t c_n (n (1 - f) - n_1 f),  trap level, filled to f
    U = k (n p - n_i^2),               U_tp = N_t c_p (p f - p_1 (1 - f))
    -d/dx (eps dphi/dx) = q (p - n + z_a a + C + N_t (e_0 - l f))
    J = q (F_p - F_n + z_a F_a) + eps dE/dt,                                the same at every x

and F = S (x - x_0) outward at a contact. n_1, p_1, n_i^2 and x_0 carry exp(-gamma), so that every
rate vanishes in equilibrium. Along an edge of length h with w and x at its ends, the flux that is
exact for constant force is F = (mu kT/q h) (x_0 B(dw) - x_1 B(-dw)), B(y) = y/(exp(y) - 1): it
vanishes exactly where ln x + w is flat. Across an interface mu kT/q h becomes a velocity. All
equations of all nodes are solved together by Newton's method; its Jacobian is taken by complex
steps, so that no derivative is written down.

>>> from halodot.device.charge.layers import ChargeContact, ChargeLayer, Stack
>>> layer = ChargeLayer(
...     thickness=2e-7, relative_permittivity=6.0, electron_affinity=4.0, band_gap=2.4,
...     dos_conduction=1e26, dos_valence=1e26, electron_mobility=1e-8, hole_mobility=1e-8,
... )
>>> ohmic = ChargeContact(work_function=4.0)
>>> trace = steady(discretise(Stack(layers=(layer,), left=ohmic, right=ohmic)), [20.0])
>>> bool(abs(trace.current_density[0] / (9 / 8 * EPS0 * 6.0 * 1e-8 * 20.0**2 / 2e-7**3) - 1) < 0.15)
True
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import constants
from scipy.linalg import solve_banded

from ...core.errors import HalodotError, InputError
from ...numerics.grid import layered
from .layers import ChargeIon, Stack

Array = NDArray[np.float64]
Q, EPS0 = constants.elementary_charge, constants.epsilon_0
NOTHING, STEP, NO_BOUND = 1e-80, 1e-30, (-np.inf, np.inf)  # absent density; complex step
PHI, N, P, A, F = range(5)
CROWDING = {"boltzmann": np.inf, "blakemore": 1.0 / 0.27}
CHARGES = {"neutral": (0.0, 0.0), "donor": (1.0, 1.0), "acceptor": (0.0, 1.0)}  # e_0, l
COVERED = """layers left right temperature thickness relative_permittivity electron_affinity
    band_gap dos_conduction dos_valence electron_mobility hole_mobility carriers fixed_charge
    statistics_conduction statistics_valence radiative trap_density trap_energy trap_charge ions
    capture_electron capture_hole transfer_velocity generation name density mobility charge limit
    work_function velocity_electron velocity_hole"""


class NotConvergedError(HalodotError):
    """Neither Newton's method nor halving the way to it gave a solution."""


class Device(NamedTuple):
    """A stack on a grid: coefficients per node [N], per edge [N - 1], particles n, p, a first."""

    vt: float  # kT/q [V]
    x: Array  # position [m]
    volume: Array  # of the cell of a node, per area [m]
    active: NDArray[np.bool_]  # [3, N]
    z: Array  # [3, N] charge numbers
    band: Array  # [3, N] constant part of w [kT]
    limit: Array  # [3, N]
    local: Array  # [4, N] C, k, G, ions at the start
    trap: Array  # [7, N] N_t, c_n, c_p, n_1, p_1, e_0, l
    eps: Array  # [N - 1] eps kT/q2 h
    velocity: Array  # [3, N - 1] mu kT/q h, or that of an interface [m/s]
    contact: Array  # [2, 3] work function [kT], S_n, S_p of the left and the right contact


class Trace(NamedTuple):
    """Total current [A/m2], its spread over the faces, unknowns phi, n, p, a, f at the end."""

    current_density: Array
    spread: Array
    U: Array


def check(thing: Any, where: str) -> None:
    """Raise InputError if `thing` asks for something that this file does not have."""
    for field in fields(thing):
        name, value = field.name, getattr(thing, field.name)
        foreign = name not in COVERED.split() and value != field.default
        foreign |= name.startswith("statistics") and value not in CROWDING
        if foreign or (name == "right" and not value) or (name == "ions" and len(value) > 1):
            raise InputError(f"{where}.{name}", value, "what charge.small has", "charge.run.follow")
        for part in value if isinstance(value, tuple) else (value,):
            if is_dataclass(part):
                check(part, f"{where}.{name}")


def discretise(stack: Stack, position: ArrayLike | None = None, *, nodes: int = 41) -> Device:
    """Put a stack on nodes at `position` [m], interfaces midway between two; or on its own."""
    check(stack, "stack")
    layers, both = stack.layers, [c for c in (stack.left, stack.right) if c]
    vt, parts = constants.Boltzmann * stack.temperature / Q, [a.thickness for a in layers]
    x = layered(parts, [nodes] * len(parts))[0] if position is None else np.array(position)
    ends, h = np.append(0.0, np.cumsum(parts)), np.diff(x)
    of = np.minimum(np.searchsorted(ends[1:], x), len(layers) - 1)  # layer of a node

    def table(things: Any, *names: str) -> Array:
        return np.array([[float(getattr(a, k)) for a in things] for k in names])[:, of]

    def edge(v: Array) -> Array:  # harmonic mean over h; none where one side has none
        return 2.0 * v[..., 1:] * v[..., :-1] / np.maximum(v[..., 1:] + v[..., :-1], NOTHING) / h

    none = ChargeIon(name="", density=0.0, mobility=0.0, charge=0)
    ions = [(*a.ions, none)[0] for a in layers]
    species = np.array([ion.name for ion in ions])[of]
    start, mu_a, z_a, sites = table(ions, "density", "mobility", "charge", "limit")
    mu_n, mu_p, S = table(layers, "electron_mobility", "hole_mobility", "transfer_velocity")
    Nc, Nv, on = table(layers, "dos_conduction", "dos_valence", "carriers")
    chi, gap, Et = table(layers, "electron_affinity", "band_gap", "trap_energy") / vt
    Nt, cn, cp = table(layers, "trap_density", "capture_electron", "capture_hole")
    C, k_rad, eps_r = table(layers, "fixed_charge", "radiative", "relative_permittivity")
    n1, p1 = np.exp(np.minimum([chi - Et + np.log(Nc), Et - chi - gap + np.log(Nv)], 500.0))
    tags = [[*CHARGES[a.trap_charge], CROWDING[a.statistics_conduction],
             CROWDING[a.statistics_valence]] for a in layers]  # fmt: skip
    e0, lost, crowd_n, crowd_p = np.array(tags)[of].T
    trap = np.array([Nt * on, cn, cp, n1, p1, e0, lost])
    limit = np.array([Nc * crowd_n, Nv * crowd_p, sites])
    band = np.array([-chi - np.log(Nc), chi + gap - np.log(Nv), 0.0 * x])
    z = np.array([-1.0 + 0.0 * x, 1.0 + 0.0 * x, z_a])
    velocity = vt * edge(np.array([on * mu_n, on * mu_p, mu_a]))
    velocity[2, species[1:] != species[:-1]] = 0.0
    cross = (np.diff(of) > 0) & (on[1:] * on[:-1] > 0.0)
    velocity[:2, cross] = np.minimum(S[:-1][cross], 1e9)  # m/s; as good as infinite
    light = [g if isinstance(g := a.generation, tuple) else ([0.0], [g]) for a in layers]
    G = np.choose(of, [np.interp(x - s, *g) for s, g in zip(ends, light, strict=False)])
    contact = np.array([(c.work_function / vt, c.velocity_electron, c.velocity_hole) for c in both])
    contact[:, 1:] = np.minimum(contact[:, 1:], 1e10)
    for i in (0, -1):  # in Boltzmann statistics a metal beyond the edge of a band is pinned to it
        bound = np.isinf(limit[:2, i]) & (on[i] > 0.0)
        contact[i, 0] = np.clip(contact[i, 0], *np.where(bound, chi[i] + [0.0, gap[i]], NO_BOUND))
    volume, eps = 0.5 * (np.append(h, 0.0) + np.append(0.0, h)), vt / Q * edge(EPS0 * eps_r)
    active, local = np.array([on, on, start]) > 0.0, np.array([C, k_rad, G, start])
    return Device(vt, x, volume, active, z, band, limit, local, trap, eps, velocity, contact)


def bernoulli(y: Any) -> Any:
    """B(y) = y / (exp(y) - 1), by its series near 0; real or complex."""
    near, far, s = np.abs(y) < 1e-2, np.real(y) > 500.0, y * y
    series = 1.0 - 0.5 * y + s / 12.0 * (1.0 - s / 60.0 * (1.0 - s / 42.0))
    safe = np.where(near | far, 1.0, y)
    return np.where(near, series, np.where(far, 0.0, safe / np.expm1(safe)))


def fluxes(D: Device, U: Any) -> Any:
    """Particle fluxes F along every edge to the right, and the two that make up each of them."""
    x = U[N:F]
    dw = np.diff(D.z * U[PHI] + D.band - np.log1p(-x / D.limit))
    right, left = D.velocity * x[:, :-1] * bernoulli(dw), D.velocity * x[:, 1:] * bernoulli(-dw)
    return right - left, right + left


def residual(D: Device, U: Any, a0: float, H: Array, light: float, ends: Array) -> Any:
    """Every equation over the cell of every node [4, N], and f; time derivatives are a0 x + H."""
    phi, n, p = U[PHI], U[N], U[P]
    fall = 1.0 - U[N:A] / D.limit[:2]  # exp(-gamma)
    (C, k, G, _), (Nt, cn, cp, _, _, e0, lost) = D.local, D.trap
    n1, p1 = D.trap[3:5] * fall
    ni2 = np.exp(-D.band[N - 1] - D.band[P - 1]) * fall[0] * fall[1]
    stores = lost != 0.0  # a level without charge has no say in time: it follows at once
    rate = stores * a0 + cn * (n + n1) + cp * (p + p1) + NOTHING
    f = (cn * n + cp * p1 - stores * H[F]) / rate  # the level's own equation, solved for f
    e = (cn * n1 + cp * p + stores * (a0 + H[F])) / rate  # 1 - f, with all its digits
    R = np.zeros_like(U[:F])
    R[PHI] = (D.active * D.z * U[N:F]).sum(axis=0) + C + Nt * (e0 - lost * f)
    R[N:] = a0 * U[N:F] + H[N:F]
    R[N] += k * (n * p - ni2) - light * G + Nt * cn * (n * e - n1 * f)
    R[P] += k * (n * p - ni2) - light * G + Nt * cp * (p * f - p1 * e)
    R *= D.volume
    flow = np.vstack([D.eps * np.diff(phi), fluxes(D, U)[0]])
    R[:, :-1] += flow
    R[:, 1:] -= flow
    for side, end in ((0, 0), (1, -1)):
        x0 = np.exp(D.z[:2, end] * D.contact[side, 0] - D.band[:2, end]) * fall[:, end]
        R[N:A, end] += D.contact[side, 1:] * (U[N:A, end] - x0)
        R[PHI, end] = phi[end] - ends[side]
    R[N:] = np.where(D.active, R[N:], U[N:F] - NOTHING)
    return R, f


def newton_step(R: Any, size: int, reach: int) -> Array:
    """Solve R(0) + R'(0) d = 0 where equation i sees unknowns i - reach ... i + reach."""
    width, column = 2 * reach + 1, np.arange(size)  # of unknowns `width` apart it sees one
    J = np.array([R(1j * STEP * (column % width == k)).imag / STEP for k in range(width)])
    scale = np.abs(J).max(axis=0)
    banded = np.zeros((width, size))
    for k in range(width):
        row = column + k - reach
        ok = (row >= 0) & (row < size)
        banded[k, ok] = J[column[ok] % width, row[ok]] / scale[row[ok]]
    return np.asarray(solve_banded((reach, reach), banded, -R(np.zeros(size)).real / scale))


def equilibrium(D: Device) -> Array:
    """Unknowns in the dark at 0 V, ions where they were put: ln x + w = 0 for n and p."""
    U = np.full((5, len(D.x)), NOTHING)
    U[A] = np.maximum(D.local[3], NOTHING)
    U[PHI] = np.interp(D.x, D.x[[0, -1]], -D.contact[:, 0])

    def at(phi: Any) -> Any:
        x = np.exp(-D.z[:2] * phi - D.band[:2])
        x = np.where(D.active[:2], x / (1.0 + x / D.limit[:2]), NOTHING)
        V = np.array([phi, *x, U[A] + 0.0 * phi, U[F] + 0.0 * phi])
        return V, *residual(D, V, 0.0, 0.0 * U, 0.0, -D.contact[:, 0])

    for _ in range(300):
        d = newton_step(lambda d: at(U[PHI] + d)[1][PHI], len(D.x), 1)
        U[PHI] += np.sign(d) * np.minimum(np.abs(d), 1.0 + np.log(np.maximum(np.abs(d), 1.0)))
        if np.abs(d).max() < 1e-11:
            V, _, V[F] = at(U[PHI])
            return np.asarray(V)
    raise NotConvergedError("no equilibrium found")


def solve(D: Device, U: Array, a0: float, H: Array, light: float, voltage: float) -> Array:
    """Newton's method from U; densities go to x (1 + d), for their equations are linear in them."""
    U, best, idle = U.copy(), np.inf, 0
    ends = np.array([voltage / D.vt, 0.0]) - D.contact[:, 0]

    def at(d: Any) -> Any:
        d = d.reshape(-1, 4).T
        V = np.array([U[PHI] + d[PHI], *(U[N:F] * (1.0 + d[N:])), U[F] + 0.0 * d[PHI]])
        return residual(D, V, a0, H, light, ends)[0].T.ravel()

    for _ in range(60):
        d = newton_step(at, 4 * len(D.x), 7).reshape(-1, 4).T
        x = U[N:F]
        left = max(np.abs(d[PHI]).max(), (np.abs(d[N:]) * x / (x + 1.0)).max())  # 1 m-3: nothing
        U[PHI] += np.clip(d[PHI], -40.0, 40.0)
        U[N:F] = np.clip(x * np.maximum(1.0 + d[N:], 0.1), NOTHING, 0.5 * (x + D.limit))
        idle, best = (0 if left < 0.5 * best else idle + 1), min(left, best)
        if left < 1e-11 or (idle > 3 and left < 1e-3):  # the rest is round-off
            U[F] = residual(D, U, a0, H, light, ends)[1]
            return U
    raise NotConvergedError(f"Newton's method stands {left:.1e} away from a solution")


def current(D: Device, U: Array, a0: float, H: Array) -> tuple[float, float]:
    """Total current [A/m2], read where the least cancels, and its spread over the faces."""
    net, gross = fluxes(D, U)
    J = Q * ((D.z[:, 1:] * net).sum(axis=0) - D.eps * np.diff(a0 * U[PHI] + H[PHI]))
    best = J[np.argmin(gross.sum(axis=0))]
    return float(best), float(np.abs(J - best).max())


def rest(D: Device, U: Array, light: float, voltage: float) -> Array:
    """Let everything come to rest: implicit steps, each longer than ions need to cross."""
    ions = D.velocity[2][D.velocity[2] > 0]
    a0 = 1.0 / (30.0 * (D.x[-1] - D.x[0]) * (1.0 / ions).sum()) if len(ions) else 0.0
    for _ in range(20):
        old, U = U, solve(D, U, a0, -a0 * U, light, voltage)
        if np.abs(U[PHI] - old[PHI]).max() < 1e-10 or not a0:
            return U
    raise NotConvergedError("the device does not come to rest")


def steady(D: Device, voltages: ArrayLike, *, light: float = 0.0) -> Trace:
    """Currents at rest at `voltages` [V], ions at rest too, `light` a share of the generation."""
    U, here, rows = equilibrium(D), np.zeros(2), []
    for voltage in np.array(voltages, float):
        goal, share = np.array([light, voltage]), 1.0
        while share:  # of the way to the goal
            try:
                point = here + share * (goal - here)
                U, here, share = rest(D, U, *point), point, float(share < 1.0)
            except (NotConvergedError, np.linalg.LinAlgError) as error:
                share *= 0.5
                if share < 1e-3:
                    raise NotConvergedError(f"stuck at light and voltage {here}") from error
        rows.append(current(D, U, 0.0, 0.0 * U))
    J, spread = np.array(rows).T
    return Trace(J, spread, U)


def transient(D: Device, U: Array, dt: float, voltages: ArrayLike, lights: ArrayLike) -> Trace:
    """Follow voltage [V] and light in steps of dt [s] from U (BDF2; the first step is BDF1)."""
    rows, old = [], U
    for k, (voltage, light) in enumerate(np.array([voltages, lights], float).T):
        a0, H = (1.5 / dt, (0.5 * old - 2.0 * U) / dt) if k else (1.0 / dt, -U / dt)
        old, U = U, solve(D, U, a0, H, light, voltage)
        rows.append(current(D, U, a0, H))
    J, spread = np.array(rows).T
    return Trace(J, spread, U)
