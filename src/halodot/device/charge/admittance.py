"""Small-signal answers of a device at rest: impedance, capacitance, modulated light.

No time stepping: the equations are linearised about the state at rest (see `linear.py`) and solved
once per frequency. Between the answer of fast electrons and that of slow ions may lie twenty
decades; every one of them costs the same.

The convention is e^(+i w t): a capacitor has Y = i w C, a positive imaginary part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...core.status import Status
from .build import Q, discretise
from .ends import DRIVEN
from .grid import initial
from .kernel import assemble
from .layers import Circuit, Stack
from .linear import Linearised, linearise
from .problem import ION, Array, new_workspace
from .response import scratch, spectrum
from .simulate import Simulation

Complex = NDArray[np.complex128]

CONTINUITY = 1e-3  # largest difference of the current between faces, relative


@dataclass(frozen=True)
class Spectrum:
    """Small-signal admittance per device area against frequency.

    Attributes
    ----------
    frequency
        [Hz]
    admittance
        dJ/dV at that frequency [S/m2], positive real part for a passive device.
    spread
        Mean deviation of the total current over the edges of the grid [S/m2].
    status
        One per frequency; what is not good is NaN.
    """

    frequency: Array
    admittance: Complex
    spread: Array
    status: tuple[Status, ...]

    @property
    def omega(self) -> Array:
        """Angular frequency [rad/s]."""
        return 2.0 * np.pi * self.frequency

    @property
    def impedance(self) -> Complex:
        """Z = 1/Y [Ohm m2]; a Nyquist plot shows -Im Z against Re Z."""
        return 1.0 / self.admittance

    @property
    def conductance(self) -> Array:
        """Re Y [S/m2]."""
        return self.admittance.real

    @property
    def capacitance(self) -> Array:
        """Im Y / w [F/m2]; negative where the current lags, as in a coil."""
        return self.admittance.imag / self.omega

    def behind(self, circuit: Circuit) -> Spectrum:
        """Return the spectrum seen through a circuit: the shunt beside the device, then the series.

        Y = 1 / (R_series + 1 / (Y_device + 1/R_shunt)).
        """
        beside = self.admittance + 1.0 / circuit.shunt_resistance
        seen = beside / (1.0 + circuit.series_resistance * beside)
        share = np.abs(seen / beside) ** 2  # dY/dY_device
        return replace(self, admittance=seen, spread=self.spread * share)


def admittance(simulation: Simulation, frequencies: Array) -> Spectrum:
    """Small-signal admittance of a device that has come to rest.

    Parameters
    ----------
    simulation
        At its operating point: after `settle` or `steady`. Ions take part at the frequencies that
        they can follow.
    frequencies
        [Hz], positive.

    Raises
    ------
    ValueError
        If a frequency is not positive.

    Notes
    -----
    Solves [J + i w M] d = -dR/dV, traps answering with their own rates. Valid for voltages small
    against kT/q. Laux, doi:10.1109/T-ED.1985.22235.

    >>> import numpy as np
    >>> from halodot.device.charge.build import EPS0, ChargeContact, ChargeLayer, build
    >>> glass = ChargeLayer(
    ...     thickness=1e-7, relative_permittivity=4.0, electron_affinity=1.0, band_gap=9.0,
    ...     dos_conduction=1e25, dos_valence=1e25, electron_mobility=0.0, hole_mobility=0.0,
    ...     carriers=False,
    ... )
    >>> metal = ChargeContact(work_function=4.5)
    >>> seen = admittance(Simulation(build([glass], metal, metal)), np.array([1.0, 1e6]))
    >>> bool(np.allclose(seen.capacitance, 4.0 * EPS0 / 1e-7, rtol=1e-12, atol=0.0))
    True
    """
    linear = system(simulation)
    unit = Q / simulation.cell.problem.thermal_voltage
    return _answer(simulation, linear, linear.push[0], frequencies, unit)


def photocurrent(simulation: Simulation, frequencies: Array, *, source: int = 0) -> Spectrum:
    """Answer of the current at fixed voltage to modulated light, in `admittance` [A/m2].

    Per unit of light, in phase with it in the real part: intensity-modulated photocurrent
    spectroscopy. The photovoltage at fixed current is minus its ratio to the admittance.
    """
    linear = system(simulation)
    return _answer(simulation, linear, linear.shine[source], frequencies, Q)


def system(simulation: Simulation) -> Linearised:
    """Return the linearised equations of a device at rest, without its circuit."""
    P, X = simulation.cell.problem, simulation.state.X
    left, right = simulation.potentials(simulation.voltage)
    if P.circuit[0] > 0.0:  # the metal stands behind a resistance
        W = new_workspace(P)
        assemble(P, X, 0.0, simulation.light, left, right, DRIVEN, W)
        left = float(W.metal[2, 0])
    return linearise(P, X, simulation.light, left, right)


def _answer(
    simulation: Simulation, linear: Linearised, source: Array, frequencies: Array, unit: float
) -> Spectrum:
    at = np.atleast_1d(np.asarray(frequencies, float))
    if not (at > 0).all():
        raise ValueError(f"frequencies must be positive, not {at.min():g} Hz; dc is dJ/dV")
    if not simulation.status.is_good:
        lost = np.full(len(at), np.nan)
        return Spectrum(at, lost + 0j, lost, (simulation.status,) * len(at))
    room = scratch(*linear.storage.shape)
    current, spread = spectrum(linear, 2 * np.pi * at, source, simulation.cell.problem.h, room)
    held = spread <= CONTINUITY * np.abs(current)
    return Spectrum(
        at,
        np.where(held, unit * current, np.nan),
        unit * spread,
        tuple(Status.OK if one else Status.NOT_CONVERGED for one in held),
    )


@dataclass(frozen=True)
class CapacitanceVoltage:
    """Capacitance against bias at one frequency.

    Attributes
    ----------
    voltage
        [V]
    capacitance, conductance
        [F/m2], [S/m2]
    status
        One per voltage.
    """

    voltage: Array
    frequency: float
    capacitance: Array
    conductance: Array
    status: tuple[Status, ...]

    @property
    def mott_schottky(self) -> Array:
        """1/C^2 [m4/F2], a straight line against voltage for uniform doping."""
        return 1.0 / self.capacitance**2

    def doping(self, relative_permittivity: float) -> Array:
        """Density of charge at the edge of the depleted region [m-3].

        N = 2 / (q eps |d(C^-2)/dV|), by central differences; the profile that a C-V meter reports.
        """
        from scipy.constants import epsilon_0

        slope = np.gradient(self.mott_schottky, self.voltage)
        return 2.0 / (Q * epsilon_0 * relative_permittivity * np.abs(slope))


def capacitance_voltage(
    stack: Stack,
    voltages: Array,
    frequency: float,
    *,
    light: float = 0.0,
    nodes: int = 0,
    ions: Literal["settled", "held"] = "settled",
) -> CapacitanceVoltage:
    """C-V curve of a stack without its circuit, each point at rest.

    Parameters
    ----------
    voltages
        Across the device [V].
    frequency
        [Hz]
    light
        Fraction of full light.
    nodes
        Per layer, 0 to choose by thickness.
    ions
        "settled": they come to rest at every voltage, as in a slow sweep; "held": they stay
        where they came to rest at 0 V, as in a fast one.
    """
    bare = replace(stack, circuit=Circuit())
    grid = initial(stack.layers, temperature=stack.temperature, nodes=nodes)
    simulation = Simulation(discretise(bare, grid))
    simulation.settle(voltage=0.0, light=light)
    if ions == "held":
        simulation = _hold_ions(simulation)
    rows, status = np.full(len(voltages), np.nan + 0j), []
    before = simulation.status
    for k, voltage in enumerate(voltages):
        state = simulation.settle(voltage=float(voltage))
        if state.is_good:
            seen = admittance(simulation, np.array([frequency]))
            rows[k], state = seen.admittance[0], seen.status[0]
        status.append(state)
        simulation.status = before  # the next voltage starts from the last that came to rest
    return CapacitanceVoltage(
        np.asarray(voltages, float),
        frequency,
        rows.imag / (2 * np.pi * frequency),
        rows.real,
        tuple(status),
    )


def _hold_ions(simulation: Simulation) -> Simulation:
    """Return the same device in the same state with its ions turned into fixed charge."""
    P, X = simulation.cell.problem, simulation.state.X
    ions = np.where(P.active[1:], P.ion_charge * X[ION:], 0.0).sum(axis=0)
    active = P.active.copy()
    active[1:] = False
    problem = P._replace(
        fixed=P.fixed + ions,
        active=active,
        region=P.region[:0],
        region_total=P.region_total[:0],
        region_closed=P.region_closed[:0],
    )
    held = Simulation(replace(simulation.cell, problem=problem))
    for target, source in zip(held.state, simulation.state, strict=True):
        target[:] = source
    held.voltage, held.light = simulation.voltage, simulation.light
    held.status = simulation.status
    return held
