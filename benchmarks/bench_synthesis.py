"""Population balance of a hot injection, beside SciPy's BDF on a fixed log grid.

Problem: 8 mol/m3 of CsPbBr3 monomer at 170 degC, nucleation, growth and ripening for 10 s, 300
bins. The peer is the usual way: upwind fluxes on 300 fixed bins in numbers, the monomer from the
mass balance, scipy's BDF with the exact Jacobian. It smears narrow distributions; its spread stands
beside ours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from halodot.synthesis.kinetics import Course, Growth, constants, grow, growth, nucleation, priors
from halodot.synthesis.kinetics.supersaturation import solubility

from .measuring import cpu_seconds, peak_mb

BINS, END, MONOMER, KELVIN = 300, 10.0, 8.0, 443.15
CONSTANTS = constants(priors())


def ours() -> Growth:
    """The run that is timed."""
    course = Course.of(monomer=MONOMER, temperature=KELVIN, time=[0.0, END])
    return grow(course, CONSTANTS, outputs=[0.0, 1.0, END], bins=BINS)


class Fixed:
    """Upwind fluxes on fixed bins: the peer."""

    def __init__(self) -> None:
        k = CONSTANTS
        self.edges = np.geomspace(k.smallest, 3e-8, BINS + 1)
        self.middles = np.sqrt(self.edges[1:] * self.edges[:-1])
        self.content = self.middles**3 / k.molar_volume
        self.widths = np.diff(self.edges)
        self.c0 = float(solubility(KELVIN, k))

    def speeds(self, c: float) -> np.ndarray:
        """Of the walls between bins, the first at the smallest edge [m/s]."""
        found = growth.rate(self.edges, c, KELVIN, CONSTANTS)
        found[-1] = min(found[-1], 0.0)
        return found

    def rhs(self, _: float, y: np.ndarray) -> np.ndarray:
        """dy/dt of (numbers, monomer)."""
        number, c = y[:-1], max(y[-1], 1e-9)
        speed = self.speeds(c)
        up = np.concatenate([[0.0], number / self.widths])
        down = np.concatenate([number / self.widths, [0.0]])
        flux = np.where(speed > 0.0, speed * up, speed * down)
        change = flux[:-1] - flux[1:]
        if c > self.c0:
            s = c / self.c0
            born = float(nucleation.rate(s, KELVIN, CONSTANTS))
            at = np.searchsorted(self.edges, float(nucleation.nucleus(s, KELVIN, CONSTANTS))) - 1
            change[max(at, 0)] += born
        return np.append(change, -self.content @ change)

    def jacobian(self, t: float, y: np.ndarray) -> np.ndarray:
        """Exact in the numbers, differences in the monomer."""
        number, c = y[:-1], max(y[-1], 1e-9)
        speed = self.speeds(c)
        full = np.zeros((BINS + 1, BINS + 1))
        i = np.arange(BINS)
        out = np.maximum(speed[1:], 0.0) / self.widths
        back = np.minimum(speed[:-1], 0.0) / self.widths
        full[i, i] = back - out
        full[i[1:], i[:-1]] = out[:-1]
        full[i[:-1], i[1:]] = -back[1:]
        nudge = 1e-6 * c
        above = self.rhs(t, np.append(number, c + nudge))
        full[:, -1] = (above - self.rhs(t, np.append(number, c))) / nudge
        full[-1, :-1] = -self.content @ full[:-1, :-1]
        return full

    def run(self) -> tuple[float, float, float]:
        """Mean size [m] and spread [1] at 1 s, mass error."""
        start = np.zeros(BINS + 1)
        start[-1] = MONOMER
        scale = np.append(np.full(BINS, 1e15), 1e-6)
        found = solve_ivp(self.rhs, (0.0, END), start, "BDF", [1.0, END], jac=self.jacobian,
                          rtol=3e-4, atol=scale)  # fmt: skip
        number = np.maximum(found.y[:-1, 0], 0.0)
        mean = number @ self.middles / number.sum()
        sd = np.sqrt(number @ (self.middles - mean) ** 2 / number.sum())
        lost = abs(found.y[-1, -1] + self.content @ found.y[:-1, -1] - MONOMER) / MONOMER
        return float(mean), float(sd / mean), float(lost)


def row() -> dict[str, Any]:
    """The only row."""
    found = ours()  # compiles
    spent = cpu_seconds(ours, 5)
    peer = Fixed()
    mean, spread, _ = peer.run()
    theirs = cpu_seconds(peer.run, 1)
    note = (
        f"{found.steps} steps, mass kept to {found.balance_error:.0e}; at 1 s "
        f"{found.mean_size[1] * 1e9:.2f} nm, spread {found.spread[1]:.3f}; "
        f"peer {mean * 1e9:.2f} nm, {spread:.3f}"
    )
    return {
        "name": "synthesis.population_balance",
        "cpu_s": spent,
        "peak_mb": peak_mb(ours),
        "peer": f"scipy BDF, upwind on {BINS} fixed log bins",
        "peer_cpu_s": theirs,
        "ratio": theirs / spent,
        "note": note,
    }


def run() -> list[dict[str, Any]]:
    """Return the rows of the group."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return [row()]


if __name__ == "__main__":
    print(run())
