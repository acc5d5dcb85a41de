"""The linearised equations are the kernel's own at any real rate of growth."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from charge_cells import channel_cell, electrode_cell, full_cell, states_cell
from halodot.device.charge.admittance import system
from halodot.device.charge.ends import DRIVEN, LOWERING, TUNNEL_MASS
from halodot.device.charge.kernel import assemble, blocks
from halodot.device.charge.problem import new_workspace
from halodot.device.charge.simulate import Simulation

CASES = (
    (full_cell, 0.5, (1.0,)),
    (states_cell, 0.2, (0.5, 0.2)),
    (electrode_cell, 0.05, (0.0,)),
    (partial(electrode_cell, compact=np.inf), 0.05, (0.0,)),
    (channel_cell, 1.0, (0.0,)),
)


@pytest.mark.parametrize("rate", [1e-3, 1e2, 1e8])
@pytest.mark.parametrize(("make", "voltage", "light"), CASES)
def test_blocks_at_a_real_rate_equal_those_of_a_time_step(make, voltage, light, rate):
    """A step with d/dt x = s (x - x_0) has the Jacobian J(s)."""
    cell = make()
    contact = cell.problem.contact.copy()
    # traps in the half volume of a contact answer at rest in what the image force takes off it
    contact[:, [LOWERING, TUNNEL_MASS]] = 0.0
    P = cell.problem._replace(circuit=np.array([0.0, 0.0, np.inf]), contact=contact)
    device = Simulation(replace(cell, problem=P))
    assert device.settle(voltage=voltage, light=np.array(light)).is_good
    S, L, W = device.state, system(device), new_workspace(P)
    W.history[:], W.trap_history[:], W.face_history[:] = (-rate * a for a in S)
    assemble(P, S.X, rate, device.light, *device.potentials(voltage), DRIVEN, W)
    local, lower, upper = L.local.copy(), L.lower.copy(), L.upper.copy()
    for i, stored in enumerate(L.storage):
        local[i] += rate * np.diag(stored)
    for q, (i, k) in enumerate(zip(L.place, L.rate, strict=True)):
        share = -rate / (k * (k + rate))
        a, b = L.pull[q], L.answer[q]
        local[i] += share * np.outer(a[0], b[0])
        upper[i] += share * np.outer(a[0], b[1])
        lower[i + 1] += share * np.outer(a[1], b[0])
        local[i + 1] += share * np.outer(a[1], b[1])
        local[i + 1] += share * np.where(L.fixed[i + 1], 0.0, a[0])[:, None] * b[1]  # see `solve`
    size = np.abs([W.lower, W.local, W.upper, W.out, W.into]).max(axis=(0, 3))[:, :, None]
    for found, exact in ((lower, W.lower), (local, W.local), (upper, W.upper)):
        # 1e-11: occupations of the state and of its densities agree to Newton's tolerance squared
        assert (np.abs(found - exact) <= 1e-11 * size).all()
    for one, other in ((L.out, W.out), (L.into, W.into), (L.fixed, W.fixed)):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(("make", "voltage", "light"), CASES)
def test_sources_are_the_derivatives_to_potentials_and_light(make, voltage, light):
    cell = make()
    P = cell.problem._replace(circuit=np.array([0.0, 0.0, np.inf]))
    device = Simulation(replace(cell, problem=P))
    assert device.settle(voltage=voltage, light=np.array(light)).is_good
    X, L, W = device.state.X, system(device), new_workspace(P)
    ends = np.array(device.potentials(voltage))

    def residual(shift, more):
        assemble(P, X, 0.0, device.light + more, *(ends + shift), DRIVEN, W)
        return -blocks(W)[3]

    none, d = np.zeros(len(device.light)), 1e-3
    for side in range(2):
        shift = d * np.eye(2)[side]
        slope = (residual(shift, none) - residual(-shift, none)) / (2.0 * d)
        # 1e-6: differences of 1e-3; the round-off of what else stands in a row
        noise = 1e-12 * np.abs(blocks(W)[1]).max(axis=2)
        assert (np.abs(slope - L.push[side]) <= 1e-6 * np.abs(slope) + noise).all()
    for c in range(len(none)):
        more = np.eye(len(none))[c]
        slope = residual(0.0, more) - residual(0.0, none)
        noise = 1e-14 * np.abs(blocks(W)[1]).max(axis=2)
        assert (np.abs(slope - L.shine[c]) <= 1e-9 * np.abs(slope) + noise).all()
