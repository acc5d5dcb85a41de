"""The charge engine in limits with a closed form."""

from __future__ import annotations

import numpy as np
import pytest

from charge_cells import transport
from halodot.device.charge.build import EPS0, ChargeContact, ChargeIon, ChargeLayer, Q, build
from halodot.device.charge.kernel import ELECTRON, HOLE, ION, PHI
from halodot.device.charge.simulate import Simulation


def slab(**changes):
    values = {
        "thickness": 2e-7,
        "relative_permittivity": 6.0,
        "electron_affinity": 4.0,
        "band_gap": 2.4,
        "dos_conduction": 1e26,
        "dos_valence": 1e26,
        "electron_mobility": 1e-8,
        "hole_mobility": 1e-8,
    } | changes
    return ChargeLayer(**values)


def metal(work_function, **changes):
    return ChargeContact(
        **(
            {"work_function": work_function, "velocity_electron": 1e9, "velocity_hole": 1e9}
            | changes
        )
    )


def test_mott_gurney():
    layer = slab()
    record = Simulation(build([layer], metal(4.0), metal(4.0), nodes=400)).steady(
        np.array([200.0, 400.0])
    )
    v = record.voltage
    law = 9 / 8 * EPS0 * 6.0 * 1e-8 * v**2 / layer.thickness**3
    # ohmic contacts shift V by some 40 kT/q: 1 V in 200
    assert record.current_density == pytest.approx(law, rel=0.02)
    assert record.current_density[1] / record.current_density[0] == pytest.approx(4.0, rel=0.02)


def test_ohmic_conductor():
    layer = slab(fixed_charge=1e22)
    cell = build(
        [layer],
        metal(4.0 + 0.02585 * np.log(1e26 / 1e22)),
        metal(4.0 + 0.02585 * np.log(1e26 / 1e22)),
        nodes=60,
    )
    record = Simulation(cell).steady(np.array([0.01]))
    law = Q * 1e22 * 1e-8 * 0.01 / layer.thickness
    # contacts are set to the same density up to the digits of kT/q
    assert record.current_density[0] == pytest.approx(law, rel=2e-3)


def test_thermionic_emission_limit():
    """A Schottky contact of small velocity passes q S n_eq, whatever the bulk does."""
    layer = slab(electron_mobility=1e-2, hole_mobility=1e-12)
    left = ChargeContact(work_function=4.5, velocity_electron=10.0, velocity_hole=1e-6)
    cell = build([layer], left, metal(4.5), nodes=80)
    record = Simulation(cell).steady(np.array([-2.0]))
    law = Q * 10.0 * 1e26 * np.exp(-0.5 / cell.problem.thermal_voltage)
    assert abs(record.current_density[0]) == pytest.approx(law, rel=5e-3)  # q S << drift velocity


def test_image_force_lowers_the_barrier_by_the_schottky_law():
    layer = slab(electron_mobility=1e-2, hole_mobility=1e-12)
    values = []
    for image in (False, True):
        left = ChargeContact(
            work_function=4.7, velocity_electron=1.0, velocity_hole=1e-6, image_force=image
        )
        cell = build([layer], left, metal(4.7), nodes=80)
        values.append(abs(Simulation(cell).steady(np.array([-5.0])).current_density[0]))
    field = 5.0 / layer.thickness
    lowering = np.sqrt(Q * field / (4 * np.pi * EPS0 * 6.0)) / cell.problem.thermal_voltage
    assert np.log(values[1] / values[0]) == pytest.approx(
        lowering, rel=0.02
    )  # the shift takes 0.08 V of 5


def test_dark_equilibrium_carries_no_current_and_flat_levels():
    cell = build([transport(), transport(fixed_charge=-1e23)], metal(4.2), metal(5.9), nodes=60)
    s = Simulation(cell)
    record = s.steady(np.array([0.0]))
    scale = Q * 1e23 * 1e-6 * 1.0 / 1e-7
    assert abs(record.current_density[0]) < 1e-12 * scale
    n, p = s.state.X[ELECTRON], s.state.X[HOLE]
    assert n * p == pytest.approx(cell.problem.ni2, rel=1e-8)


def test_ions_follow_poisson_boltzmann():
    """Blocked ions between two contacts at 0.2 V: a exp(z phi) is uniform, content kept."""
    ion = ChargeIon(name="a", density=1e23, mobility=1e-12, charge=1, limit=1e28)
    layer = slab(ions=(ion,), fixed_charge=-1e23, electron_mobility=1e-12, hole_mobility=1e-12)
    cell = build([layer], metal(5.2), metal(5.2), nodes=120)
    s = Simulation(cell)
    assert s.settle(1e4 * s.ion_time(), voltage=0.2).is_good
    level = np.log(s.state.X[ION]) + s.state.X[PHI]
    assert np.ptp(level) < 1e-4
    assert (s.state.X[ION] * cell.problem.volume).sum() == pytest.approx(
        1e23 * layer.thickness, rel=1e-9
    )
    debye = np.sqrt(EPS0 * 6.0 * cell.problem.thermal_voltage / (Q * 1e23))
    middle = np.searchsorted(cell.position, 0.5 * layer.thickness)
    assert debye < layer.thickness / 10  # the bulk is screened, so its field is nearly gone
    field = np.gradient(s.state.X[PHI], cell.position)[middle] * cell.problem.thermal_voltage
    assert abs(field) < 0.02 * 0.2 / layer.thickness


def test_site_exclusion_caps_the_ion_density():
    ion = ChargeIon(name="a", density=1e26, mobility=1e-12, charge=1, limit=2e26)
    layer = slab(ions=(ion,), fixed_charge=-1e26)
    cell = build([layer], metal(5.2), metal(5.2), nodes=120)
    s = Simulation(cell)
    assert s.settle(1e4 * s.ion_time(), voltage=1.0).is_good
    # full to the last site; beyond a millionth of free ones crowding grows linearly
    assert s.state.X[ION].max() == pytest.approx(2e26, rel=1e-5)


def test_displacement_current_of_a_blocking_capacitor():
    layer = slab(carriers=False, electron_mobility=0.0, hole_mobility=0.0)
    s = Simulation(build([layer], metal(4.5), metal(4.5), nodes=30))
    record = s.drive(
        np.array([0.0, 1e-3]), np.array([0.0, 1.0]), np.zeros(2), np.linspace(1e-4, 1e-3, 10)
    )
    law = EPS0 * 6.0 / layer.thickness * 1e3
    assert record.current_density == pytest.approx(law, rel=1e-9)  # linear problem: exact


def test_trap_occupation_relaxes_with_its_own_rate():
    """Electrons emitted from a full deep level: the transient follows c_n n_1."""
    depth = 0.6
    layer = slab(
        electron_mobility=1e-4,
        hole_mobility=1e-20,
        trap_density=1e18,
        trap_energy=4.0 + depth,
        trap_charge="acceptor",
        capture_electron=1e-15,
        capture_hole=0.0,
    )
    cell = build([layer], metal(4.4, velocity_electron=0.0), metal(4.4), nodes=60)
    s = Simulation(cell)
    s.settle(1.0)
    rate = 1e-15 * 1e26 * np.exp(-depth / cell.problem.thermal_voltage)
    start = s.state.trap[0, 0].copy()
    s.drive(
        np.array([0.0, 1e-3 / rate, 1.0 / rate]),
        np.array([0.0, -3.0, -3.0]),
        np.zeros(3),
        np.array([1.0 / rate]),
    )
    middle = len(start) // 2
    fall = s.state.trap[0, 0, middle] / start[middle]
    assert fall == pytest.approx(np.exp(-1.0), rel=0.02)  # filling by the few free electrons left
