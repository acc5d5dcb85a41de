"""What a study says of a device reaches the engine: units, areas, temperature, names."""

from __future__ import annotations

import math

import numpy as np
import pytest

from halodot.core.constants import ELEMENTARY_CHARGE
from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.device import resolve
from halodot.device.assembly import stack_of
from halodot.device.illumination import illuminate
from halodot.device.spec import DeviceSpec
from halodot.film import FilmSpec, assemble
from halodot.film.calibration import reference_dots
from halodot.library import Library

LIBRARY = Library.builtin()
ION = {"name": "Ag", "density": "1e18 cm-3", "mobility": "1e-10 cm2/Vs", "charge": 1}
CAPTURE = {"capture_electron": "1e-8 cm3/s", "capture_hole": "1e-9 cm3/s"}


def layer(**changes):
    keys = {"name": "slab", "thickness": "100 nm", "carriers": True}
    keys |= {"relative_permittivity": "6", "electron_affinity": "4 eV", "band_gap": "2 eV"}
    keys |= {"effective_dos_conduction": "1e26 m-3", "effective_dos_valence": "1e26 m-3"}
    keys |= {"electron_mobility": "1e-7 m2/Vs", "hole_mobility": "1e-7 m2/Vs"}
    return keys | changes


def stack(layers, film=None, **changes):
    sides = {"left": {"work_function": "5 eV"}, "right": {"work_function": "5 eV"}}
    table = {"kind": "two_terminal", "area": "2 mm2", "layer": layers} | sides | changes
    spec = build(DeviceSpec, table)
    found, contacts = resolve(spec, film, LIBRARY)
    lit = illuminate(found, spec.light, spec.optics, library=LIBRARY)
    return stack_of(spec, found, contacts["left"], contacts["right"], lit)


def test_ions_of_two_kinds_move_by_the_law_of_arrhenius_and_keep_the_layer_neutral():
    own = {"ion_density": "2e18 cm-3", "ion_mobility": "1e-9 cm2/Vs", "ion_charge": -1}
    ion = ION | {"activation_energy": "0.3 eV", "charge": 2, "jump": "0.4 nm", "limit": "1e20 cm-3"}
    made = stack([layer(**own, ion=[ion])], temperature="330 K").layers[0]
    first, second = made.ions
    assert (first.charge, first.density, first.mobility) == (-1, 2e24, 1e-13)
    rise = math.exp(-0.3 / 8.617333e-5 * (1 / 330 - 1 / 300))
    assert second.mobility == pytest.approx(1e-14 * rise, rel=1e-6, abs=0.0)
    assert (second.name, second.charge, second.jump, second.limit) == ("Ag", 2, 4e-10, 1e26)
    assert made.fixed_charge == pytest.approx(2e24 - 2 * 1e24, abs=1.0)
    bare = stack([layer(ion=[ION | {"compensated": False}])]).layers[0]
    assert bare.fixed_charge == 0.0


def test_traps_of_a_distribution_keep_their_number_and_lie_below_the_edge():
    trap = CAPTURE | {"density": "1e17 cm-3", "depth": "0.6 eV", "charge": "acceptor"}
    wide = trap | {"distribution": "gaussian", "width": "50 meV"}
    tail = trap | {"distribution": "exponential", "width": "30 meV", "depth": "2 eV",
                   "tail": "valence"}  # fmt: skip
    level, *rest = stack([layer(trap=[trap, wide, tail])]).layers[0].traps
    assert (level.density, level.energy, level.charge) == (1e23, pytest.approx(4.6), "acceptor")
    assert (level.capture_electron, level.capture_hole) == pytest.approx((1e-14, 1e-15), abs=0.0)
    assert sum(t.density for t in rest) == pytest.approx(2e23, rel=1e-9)
    gaussian, exponential = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    shares = np.array([t.density for t in gaussian]) / 1e23
    energies = np.array([t.energy for t in gaussian])
    assert shares @ energies == pytest.approx(4.6, rel=1e-9)
    assert math.sqrt(shares @ (energies - 4.6) ** 2) == pytest.approx(0.05, rel=1e-6)
    assert all(t.energy < 6.0 for t in exponential)  # above the valence edge, into the gap


def test_a_circuit_is_handed_over_per_area():
    circuit = {"series_resistance": "50 ohm", "shunt_resistance": "1 Mohm", "compliance": "1 mA"}
    made = stack([layer()], circuit=circuit).circuit
    assert made.series_resistance == pytest.approx(50 * 2e-6, abs=0.0)
    assert made.shunt_resistance == pytest.approx(2.0)
    assert made.compliance == pytest.approx(500.0)
    free = stack([layer()]).circuit
    assert (free.series_resistance, free.compliance) == (0.0, math.inf)
    assert math.isinf(free.shunt_resistance)


def test_an_electrode_exchanges_ions_at_its_exchange_current():
    left = {"work_function": "4.3 eV", "compact_capacitance": "20 uF/cm2", "tunnel_mass": 0.3}
    left |= {"exchange": [{"ion": "Ag", "current_density": "1 mA/cm2", "transfer": 0.4}]}
    made = stack([layer(ion=[ION | {"charge": 2}])], left=left).left
    assert made.compact_capacitance == pytest.approx(0.2)
    assert made.tunnel_mass == 0.3
    (one,) = made.exchange
    assert (one.species, one.density, one.transfer) == ("Ag", 1e24, 0.4)
    current = one.velocity * one.density * 2 * ELEMENTARY_CHARGE
    assert current == pytest.approx(10.0, rel=1e-9)


def test_an_ion_that_the_layer_lacks_is_refused_by_name():
    left = {"work_function": "4.3 eV", "exchange": [{"ion": "Agg", "velocity": "1 cm/s"}]}
    with pytest.raises(InputError, match="Ag") as e:
        stack([layer(ion=[ION])], left=left)
    assert e.value.field == "device.left.exchange[0].ion"


def test_velocities_may_be_infinite_and_both_carriers_have_their_own():
    made = stack([layer(transfer_velocity="inf", transfer_velocity_hole="1 m/s"), layer()],
                 left={"work_function": "5 eV", "velocity_electron": "inf"})  # fmt: skip
    assert math.isinf(made.layers[0].transfer_velocity)
    assert made.layers[0].transfer_velocity_hole == 1.0
    assert math.isinf(made.left.velocity_electron)


def test_statistics_fields_and_barriers_reach_the_engine():
    barrier = layer(name="oxide", tunnelling=True, thickness="3 nm", tunnel_mass=0.3)
    del barrier["carriers"]
    most = layer(statistics_valence="gaussian", width_valence="70 meV", density_exponent=1,
                 width_conduction="60 meV", statistics_conduction="fermi_dirac",
                 poole_frenkel="1e-4 (m/V)^0.5", poole_frenkel_hole="2e-4 (m/V)^0.5",
                 auger_electron="1e-28 cm6/s", dipole="0.1 V")  # fmt: skip
    made = stack([most, barrier, layer()]).layers
    first, second = made[0], made[1]
    assert (first.statistics_conduction, first.statistics_valence) == ("fermi_dirac", "gaussian")
    assert (first.width_conduction, first.width_valence) == pytest.approx((0.06, 0.07))
    assert (first.poole_frenkel, first.poole_frenkel_hole) == pytest.approx((1e-4, 2e-4))
    assert (first.density_exponent, first.dipole) == (1.0, 0.1)
    assert first.auger_electron == pytest.approx(1e-40, abs=0.0)
    assert (second.tunnelling, second.carriers, second.tunnel_mass) == (True, False, 0.3)


def test_gaussian_states_of_a_film_take_its_disorder_and_its_light_that_of_the_dots():
    dots = reference_dots(LIBRARY)
    film = assemble(dots, build(FilmSpec, {}), LIBRARY)
    spec = layer(name="dots", material="film", statistics_conduction="gaussian")
    spec = {k: spec[k] for k in ("name", "material", "thickness", "statistics_conduction")}
    made = stack([spec], film=film).layers[0]
    assert made.width_conduction == pytest.approx(film.disorder_electron.value)
    assert film.emission_energy == dots.pl_energy
    with pytest.raises(InputError) as e:
        stack([layer(statistics_conduction="gaussian")])
    assert e.value.field == "device.layer[0].width_conduction"


def test_the_ions_of_a_film_warm_up_with_its_own_barrier():
    film = assemble(reference_dots(LIBRARY), build(FilmSpec, {}), LIBRARY)
    spec = {"name": "dots", "material": "film", "thickness": "100 nm"}
    cold, warm = (stack([spec], film=film, temperature=f"{t} K").layers[0] for t in (300, 330))
    rise = math.exp(-film.ion_activation.value / 8.617333e-5 * (1 / 330 - 1 / 300))
    ratio = warm.ions[0].mobility / cold.ions[0].mobility
    assert ratio == pytest.approx(rise, rel=1e-6)
    assert warm.electron_mobility == cold.electron_mobility  # no activation: a note says so


def test_each_light_source_has_its_own_pairs():
    light = [{"intensity": "10 W/m2", "wavelength": "450 nm"},
             {"intensity": "20 W/m2", "wavelength": "450 nm", "from_side": "right"}]  # fmt: skip
    made = stack([layer(absorption="1e5 1/cm")], light=light).layers[0]
    pairs = [np.trapezoid(rate, depth) for depth, rate in made.sources]
    assert pairs[1] / pairs[0] == pytest.approx(2.0, rel=1e-3)
    one = stack([layer(absorption="1e5 1/cm")], light=light[0]).layers[0]
    assert np.trapezoid(one.generation[1], one.generation[0]) == pytest.approx(pairs[0])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"layer": [layer(transfer_velocity="1e9 m/s")]}, "device.layer[0].transfer_velocity"),
        ({"layer": [layer(ion=[ION, ION])]}, "device.layer[0].ion[1].name"),
        ({"layer": [layer(tunnelling=True)]}, "device.layer[0].carriers"),
        ({"left": {"work_function": "5 eV", "exchange": [{"ion": "Ag"}]}},
         "device.left.exchange[0].current_density"),
        ({"layer": [layer(trap=[CAPTURE | {"density": "1 cm-3", "depth": "1 eV",
                                           "distribution": "uniform"}])]},
         "device.layer[0].trap[0].width"),
        ({"light": {"intensity": "1 W/m2", "spectrum": "led", "wavelength": "450 nm"}},
         "device.light.fwhm"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(change, field):
    sides = {"left": {"work_function": "5 eV"}, "right": {"work_function": "5 eV"}}
    table = {"kind": "two_terminal", "area": "2 mm2", "layer": [layer()]} | sides | change
    with pytest.raises(InputError) as e:
        build(DeviceSpec, table, root="device")
    assert e.value.field == field
    assert e.value.remedy


def test_too_many_ions_are_refused_before_the_engine():
    dense = layer(ion=[ION | {"density": "5e21 cm-3"}])
    with pytest.raises(InputError) as e:
        stack([dense])
    assert e.value.field == "device.layer[0].ion[0].density"
    six = [ION | {"name": f"ion {k}"} for k in range(6)]
    with pytest.raises(InputError, match="four species"):
        stack([layer(ion=six)])
