"""The two ends of a device: metals, free surfaces, and the circuit.

A metal holds the potential, directly, behind a compact layer of capacitance C,

    eps E_0 = C (phi_metal - phi_0),

or through the circuit. Carriers cross at a surface velocity,

    J_n = v_n (n - n_0 e^(b - gamma)),    J_p = v_p (p - p_0 e^(-b - gamma)),

where n_0 and p_0 belong to the barrier of the metal and b is what the field takes off it [kT]: the
image force lowers it, and carriers tunnel through its top (`tunnelling.contact_boost`; positive for
electrons, negative for holes). The bands at the contact are taken to lie at the lowered
barrier, phi_0 = phi_metal + b, so that equilibrium stays equilibrium. An ion that the electrode
gives and takes follows Butler-Volmer with eta the overpotential over the compact layer (none
without such a layer),

    J = v [ a_0 e^(s z eta + c_0) - a e^(-(1 - s) z eta + c) ],

c being the crowding of the sites (`fluxes.crowding_of`), c_0 that at the balanced density a_0.

With a compact layer b is the drop over it, phi_0 - phi_metal.

The circuit closes the system by J_source = g (V_source - V) = J + V g_shunt: a resistance in
series, one in parallel. A source that reaches its compliance gives that current instead (and
voltage again as soon as that asks for less), and one with open terminals none.
"""

from __future__ import annotations

import numpy as np

from ...numerics.compiled import kernel
from .fluxes import crowding_of
from .problem import CLOSED, ELECTRON, ION, PHI, SURFACE, Array, Problem, Workspace
from .tunnelling import contact_boost

# way of driving a circuit: by its voltage, or by a current (over q), 0 at open terminals
DRIVEN, OPEN = np.inf, 0.0
# columns of `Problem.contact`
LOWERING, KIND, TUNNEL_MASS, BARRIER, COMPACT, BUILT_IN = 4, 5, 6, 7, 9, 10


@kernel
def _neighbour(P: Problem, side: int) -> tuple:
    """Node at an end, its neighbour, the edge between them."""
    n = P.volume.shape[0]
    return (0, 1, 0) if side == 0 else (n - 1, n - 2, n - 2)


@kernel
def _fix(W: Workspace, side: int, i: int, s: int) -> None:
    """Empty row s of an end node, which is to hold no conservation law but a condition."""
    W.fixed[i, s] = True
    W.local[i, s, :] = 0.0
    W.lower[i, s, :] = 0.0
    if side == 0:
        for c in range(W.rhs.shape[1]):
            W.local[1, s, c] -= W.upper[0, s, c] - W.into[0, s, c]
        W.upper[i, s, :] = 0.0


@kernel
def _couple(W: Workspace, side: int, s: int, c: int, value: float) -> None:
    """Couple a balance of an end node to its neighbour beyond what flows between them."""
    n = W.rhs.shape[0]
    if side == 0:
        W.upper[0, s, c] += value
        W.local[1, s, c] += value
    else:
        W.lower[n - 1, s, c] += value


@kernel
def _surface(P: Problem, side: int, X: Array, level: float, W: Workspace) -> None:
    """Free surface: flat band, carriers at the given quasi-Fermi level."""
    i, _, _ = _neighbour(P, side)
    D, R = W.local[i], W.rhs[i]
    if not P.active[0, i]:
        return
    for s in range(1, 3):
        sign = 1.0 if s == ELECTRON else -1.0
        band = P.band_n[i] if s == ELECTRON else P.band_p[i]
        excess, slope = W.gamma[2 * s - 2, i], W.gamma[2 * s - 1, i]
        target = np.exp(min(sign * (X[PHI, i] + band - level) - excess, 300.0))
        _fix(W, side, i, s)
        R[s] = X[s, i] - target
        D[s, s] = X[s, i] + target * slope
        D[s, PHI] = -sign * target


@kernel
def barrier_shift(P: Problem, side: int, W: Workspace, here: Array, inner: Array) -> float:
    """What the field at a contact takes off its barrier [kT], electrons less holes.

    The field is that at the metal itself, from Gauss's law over the half volume of its node (that
    of the first edge would be of first order in its length). `here` and `inner` [m] receive the
    slopes to the unknowns of the node and its neighbour.
    """
    c = P.contact[side]
    here[:] = 0.0
    inner[:] = 0.0
    if c[LOWERING] == 0.0 and c[TUNNEL_MASS] == 0.0:
        return 0.0
    i, _, edge = _neighbour(P, side)
    sign = 1.0 if side == 0 else -1.0
    near, far = (W.out[edge], W.into[edge]) if side == 0 else (W.into[edge], W.out[edge])
    # field that pulls electrons in [V/m]
    pull = (sign * W.flow[edge, PHI] + W.rhs[i, PHI]) / P.permittivity[edge]
    b, rise = contact_boost(pull, c[LOWERING], c[BARRIER], c[TUNNEL_MASS], P.thermal_voltage)
    shift, slope = b, rise
    b, rise = contact_boost(-pull, c[LOWERING], c[BARRIER + 1], c[TUNNEL_MASS], P.thermal_voltage)
    shift, slope = shift - b, (slope + rise) / P.permittivity[edge]
    for s in range(here.shape[0]):
        here[s] = slope * (sign * near[PHI, s] + W.local[i, PHI, s])
        inner[s] = slope * sign * far[PHI, s]
    return shift


@kernel
def _injection(
    P: Problem, side: int, X: Array, shift: float, here: Array, inner: Array, W: Workspace
) -> None:
    """Carriers that cross between metal and film."""
    i, _, _ = _neighbour(P, side)
    D, R = W.local[i], W.rhs[i]
    c = P.contact[side]
    for s in range(1, 3):
        sign = 1.0 if s == ELECTRON else -1.0
        excess, steep = W.gamma[2 * s - 2, i], W.gamma[2 * s - 1, i]
        target = c[s + 1] * np.exp(sign * shift - excess)
        R[s] += c[s - 1] * (X[s, i] - target)
        D[s, s] += c[s - 1] * (X[s, i] + target * steep)
        if c[LOWERING] > 0.0 or c[TUNNEL_MASS] > 0.0 or c[COMPACT] < np.inf:
            for j in range(here.shape[0]):
                D[s, j] -= c[s - 1] * target * sign * here[j]
                _couple(W, side, s, j, -c[s - 1] * target * sign * inner[j])


@kernel
def exchange_rate(P: Problem, side: int, k: int, phi: float, a: float, phi_end: float) -> tuple:
    """Charge over q that an ion carries into the electrode; its slopes to phi and ln a."""
    i = 0 if side == 0 else P.volume.shape[0] - 1
    z, velocity = P.ion_charge[k, i], P.exchange[side, k, 0]
    balanced, symmetry = P.exchange[side, k, 1], P.exchange[side, k, 2]
    top = P.ion_limit[k, i]
    eta = min(max(z * (phi_end - phi), -200.0), 200.0)
    crowd, rise = crowding_of(a / top)
    free, _ = crowding_of(balanced / top)
    entering = velocity * balanced * np.exp(symmetry * eta + free)
    leaving = velocity * a * np.exp(min(crowd - (1.0 - symmetry) * eta, 300.0))
    by_phi = z * (symmetry * entering + (1.0 - symmetry) * leaving)
    return z * (leaving - entering), z * by_phi, z * leaving * (1.0 + rise)


@kernel
def _terminal(P: Problem, X: Array, phi_end: float, a0: float, way: float, W: Workspace) -> None:
    """Row of the potential at the left end if a circuit is attached to it.

    `W.metal` holds the potential of the metal and its derivatives to the unknowns of both nodes.
    """
    _fix(W, 0, 0, PHI)
    D, N, R = W.local[0], W.upper[0], W.rhs[0]
    e = P.permittivity[0] * P.thermal_voltage / P.h[0]
    leak = P.circuit[1] * P.thermal_voltage
    metal = W.metal[2, 0]
    given, slope = way, 0.0
    if way == DRIVEN:
        slope = P.circuit[0] * P.thermal_voltage
        given = slope * (phi_end - metal)
    total = e * (a0 * (X[PHI, 0] - X[PHI, 1]) + W.history[PHI, 0] - W.history[PHI, 1])
    for s in range(X.shape[0]):
        D[PHI, s] = -(slope + leak) * W.metal[0, s]
        N[PHI, s] = -(slope + leak) * W.metal[1, s]
    D[PHI, PHI] -= e * a0
    N[PHI, PHI] += e * a0
    for s in range(1, X.shape[0]):
        total += W.flux[0, s, 0]
        D[PHI, PHI] -= W.flux[0, s, 1]
        N[PHI, PHI] -= W.flux[0, s, 2]
        D[PHI, s] -= W.flux[0, s, 3]
        N[PHI, s] -= W.flux[0, s, 4]
    total += leak * (metal + P.contact[0, BUILT_IN])
    W.metal[2, 1] = total
    R[PHI] = given - total


@kernel
def _set_metal(P: Problem, X: Array, shift: float, here: Array, inner: Array, W: Workspace) -> None:
    """Potential of the left metal under a circuit, from Gauss's law if a compact layer is there."""
    W.metal[0] = -here
    W.metal[1] = -inner
    W.metal[2] = 0.0
    W.metal[0, PHI] += 1.0
    W.metal[2, 0] = X[PHI, 0] - shift
    if P.contact[0, COMPACT] < np.inf:
        share = 1.0 / (P.contact[0, COMPACT] * P.thermal_voltage)
        W.metal[2, 0] -= share * (W.rhs[0, PHI] + W.flow[0, PHI])
        for s in range(X.shape[0]):
            W.metal[0, s] -= share * (W.local[0, PHI, s] + W.out[0, PHI, s])
            W.metal[1, s] -= share * W.into[0, PHI, s]


@kernel
def asked_way(P: Problem, phi_end: float, way: float, W: Workspace) -> float:
    """Way of driving that the solution just found asks for: a source clamps at its compliance."""
    top = P.circuit[2]
    if P.circuit[0] == 0.0 or top == np.inf or way == OPEN:
        return way
    if way == DRIVEN:
        given = W.metal[2, 1]
        return top if given > top else (-top if given < -top else way)
    wanted = P.circuit[0] * P.thermal_voltage * (phi_end - W.metal[2, 0])
    return DRIVEN if wanted / way < 1.0 else way


@kernel
def end_terms(
    P: Problem, side: int, X: Array, phi_end: float, a0: float, way: float, W: Workspace
) -> None:
    """Rows of an end: contact (potential, surface velocities, ions) or free surface.

    `phi_end` is the potential of the metal or the quasi-Fermi level of the surface; `way` is
    DRIVEN, or the current over q that the source of the circuit gives.
    """
    c = P.contact[side]
    i, _, _ = _neighbour(P, side)
    if c[KIND] == CLOSED:
        return
    if c[KIND] == SURFACE:
        _surface(P, side, X, phi_end, W)
        return
    D, R = W.local[i], W.rhs[i]
    here, inner = np.zeros(X.shape[0]), np.zeros(X.shape[0])
    shift = barrier_shift(P, side, W, here, inner)
    driven = side == 0 and P.circuit[0] > 0.0
    metal = phi_end
    if driven:
        _set_metal(P, X, shift, here, inner, W)
        metal = W.metal[2, 0]
    if c[COMPACT] < np.inf:  # the compact layer stands between the metal's level and the bands
        shift = X[PHI, i] - metal
        here[PHI] = 1.0
        if driven:
            here -= W.metal[0]
            inner -= W.metal[1]
    for k in range(P.ion_charge.shape[0]):
        s = ION + k
        if P.exchange[side, k, 0] > 0.0 and P.active[1 + k, i]:
            behind = metal if c[COMPACT] < np.inf else X[PHI, i]
            f, by_phi, by_a = exchange_rate(P, side, k, X[PHI, i], X[s, i], behind)
            R[s] += f
            D[s, s] += by_a
            if c[COMPACT] == np.inf:
                continue
            D[s, PHI] += by_phi
            if driven:
                for j in range(X.shape[0]):
                    D[s, j] -= by_phi * W.metal[0, j]
                    _couple(W, side, s, j, -by_phi * W.metal[1, j])
    if P.active[0, i]:
        _injection(P, side, X, shift, here, inner, W)
    if driven:
        _terminal(P, X, phi_end, a0, way, W)
    elif c[COMPACT] == np.inf:
        _fix(W, side, i, PHI)
        N = W.upper[i] if side == 0 else W.lower[i]
        D[PHI] = -here
        D[PHI, PHI] += 1.0
        N[PHI] = -inner
        R[PHI] = X[PHI, i] - phi_end - shift
    else:
        R[PHI] += c[COMPACT] * P.thermal_voltage * (phi_end - X[PHI, i])
        D[PHI, PHI] -= c[COMPACT] * P.thermal_voltage
