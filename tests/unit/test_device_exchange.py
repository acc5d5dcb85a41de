"""Readers of other simulators' parameter sets: what is read, mapped, and refused by name."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from halodot.core.errors import InputError
from halodot.device.charge.exchange import devsim, driftfusion, ionmonger, sesame, simsalabim
from peer_cells import DATA, deck, table

LAYER = {
    "L": 2e-7, "eps_r": 20, "E_c": 4, "E_v": 5.6, "N_c": 1e25, "mu_n": 1e-4, "mu_p": 2e-4,
    "k_direct": 1e-17, "G_ehp": 1e27,
}  # fmt: skip
SETUP = {"T": 300, "leftElec": -1, "W_L": 4.1, "W_R": 5.4, "Vmin": 0, "Vmax": 1, "Vstep": 0.5}


def read(*layers, setup=None, **keys):
    tables = {f"L{k + 1}": LAYER | given for k, given in enumerate(layers or ({},))}
    return simsalabim.read({"simulation_setup": SETUP | (setup or {}), **tables}, **keys)


# --- SIMsalabim ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["test1", "test2", "test4"])
def test_logarithmic_voltages_are_those_the_peer_ran(name):
    assert deck(name).voltages == pytest.approx(
        table(f"{name}_reference")["Vext_V"], rel=1e-3
    )  # 4 digits


def test_even_voltages_are_those_the_peer_ran():
    expected = table("default_simss_jv_run")["Vext_V"]
    assert deck("default_simss").voltages == pytest.approx(expected, abs=1e-9)
    assert read(setup={"Vscan": -1}).voltages == (1.0, 0.5, 0.0)


def test_bias_goes_to_the_anode():
    cathode_left, anode_left = read(), read(setup={"leftElec": 1, "W_L": 5.4, "W_R": 4.1})
    assert cathode_left.voltage_factor == cathode_left.current_factor == -1.0
    assert anode_left.voltage_factor == anode_left.current_factor == 1.0


def test_negative_velocities_and_shunts_are_infinite():
    stack = read(setup={"S_n_L": -1e-7, "S_p_L": 3.0, "R_shunt": -5e3, "R_series": 0.1}).stack
    assert stack.left.velocity_electron == math.inf
    assert stack.left.velocity_hole == 3.0
    assert stack.circuit.shunt_resistance == math.inf
    assert stack.circuit.series_resistance == 0.1
    assert read(setup={"R_shunt": 2.0}).stack.circuit.shunt_resistance == 2.0


def test_flat_band_work_function_is_that_of_the_bare_doping():
    ions = {"N_cation": 1e23, "mu_cation": 0}  # pinned ions do not count
    vt = 300 * simsalabim.KB_EV
    donors = read({"N_D": 1e22} | ions, setup={"W_L": "sfb"}).stack
    assert donors.left.work_function == pytest.approx(4 + vt * math.log(1e3))
    assert donors.layers[0].fixed_charge == pytest.approx(1.1e23)
    acceptors = read({"N_A": 1e22}, setup={"W_R": "sfb"}).stack
    assert acceptors.right.work_function == pytest.approx(5.6 - vt * math.log(1e3))
    assert read(setup={"W_L": "sfb"}).stack.left.work_function == pytest.approx(4.8)


def test_ions_share_their_content_with_the_layers_they_may_enter():
    mobile = {"ionsMayEnter": 1, "mu_anion": 1e-12, "mu_cation": 1e-12}
    full = mobile | {"N_anion": 3e22}
    layers = read(mobile, full, {}, full | {"L": 1e-7}).stack.layers
    names = [[ion.name for ion in a.ions] for a in layers]
    assert names == [["anion"], ["anion"], [], ["anion 2"]]
    assert [a.ions[0].density for a in layers if a.ions] == pytest.approx([1.5e22, 1.5e22, 3e22])
    assert all(ion.charge == -1 for a in layers for ion in a.ions)


def test_traps_of_the_last_interface_block_do_not_exist():
    traps = {"N_t_int": 1e13, "E_t_int": 4.8, "intTrapType": 1, "C_n_int": 1e-14, "C_p_int": 2e-14}
    (face,) = read(traps, traps).stack.interfaces
    assert (face.after, face.trap_charge, face.capture_hole) == (0, "donor", 2e-14)
    assert face.trap_density == 1e13


def test_trap_files_carry_absolute_densities(tmp_path):
    (tmp_path / "traps.txt").write_text("E Ntraps\n4.6 2e20 * middle\n4.9 5e20\n")
    trap = {"N_t_bulk": 1, "bulkTrapFile": "traps.txt", "bulkTrapType": -1, "C_n_bulk": 1e-14}
    path = native(tmp_path, [LAYER | trap])
    levels = simsalabim.read(path).stack.layers[0].traps
    assert [(t.energy, t.density) for t in levels] == [(4.6, 2e20), (4.9, 5e20)]
    assert {t.charge for t in levels} == {"acceptor"}


def native(folder, layers, **setup):
    """The peer's own text files."""
    lines = ["** SimSS Simulation Setup:", ""]
    for k, values in enumerate(layers):
        lines.append(f"l{k + 1} = L{k + 1}_parameters.txt   * parameter file")
        text = "\n".join(f"{name} = {value}   * , a comment" for name, value in values.items())
        (folder / f"L{k + 1}_parameters.txt").write_text("**General****\n" + text + "\n")
    lines += [f"{name} = {value}  * note" for name, value in (SETUP | setup).items()]
    path = folder / "simulation_setup.txt"
    path.write_text("\n".join(lines))
    return path


def test_native_files_and_mappings_say_the_same(tmp_path):
    other = LAYER | {"E_c": 3.9, "mu_n": "1E-6"}
    assert simsalabim.read(native(tmp_path, [LAYER, other])) == read({}, {"E_c": 3.9, "mu_n": 1e-6})


def test_generation_files_are_stretched_over_the_stack(tmp_path):
    (tmp_path / "gen.txt").write_text("x G_ehp\n0 1e27\n2 3e27\n")
    layers = [LAYER, LAYER | {"layerGen": 0}]
    stack = simsalabim.read(native(tmp_path, layers, genProfile="gen.txt")).stack
    depth, rate = stack.layers[0].generation
    assert depth == pytest.approx([0.0, 2e-7])
    assert rate == pytest.approx([1e27, 2e27])
    assert stack.layers[1].generation == 0.0


def test_optical_files_give_the_generation_of_the_transfer_matrix(tmp_path):
    """Index 1 everywhere: nothing is reflected and the light decays as exp(-alpha x)."""
    from scipy.constants import c, h

    wave, k, flat = 500e-9, 0.01, "4e-7 1 {0}\n6e-7 1 {0}\n"
    (tmp_path / "air.txt").write_text("lambda n k\n" + flat.format(0))
    (tmp_path / "film.txt").write_text("lambda n k\n" + flat.format(k))
    (tmp_path / "light.txt").write_text("lambda I\n4e-7 1e9\n6e-7 1e9\n")
    optics = {"nkSubstrate": "air.txt", "nkTCO": "air.txt", "nkBE": "air.txt", "L_TCO": 0,
              "spectrum": "light.txt", "lambda_min": wave, "lambda_max": wave, "L_BE": 1e-7,
              "genProfile": "calc"}  # fmt: skip
    path = native(tmp_path, [LAYER | {"nkLayer": "film.txt"}], **optics)
    depth, rate = simsalabim.read(path).stack.layers[0].generation
    alpha, flux = 4 * math.pi * k / wave, 1e9 * 1e-9 * wave / (h * c)
    expected = flux * alpha * np.exp(-alpha * depth)  # reflections of order k^2 left out
    assert rate == pytest.approx(expected, rel=2e-2, abs=0.0)
    assert np.trapezoid(rate, depth) == pytest.approx(flux * -math.expm1(-alpha * 2e-7), rel=3e-3)
    (tmp_path / "film.txt").unlink()
    with pytest.raises(InputError, match=r"film\.txt is missing"):
        simsalabim.read(path)


def test_time_tables_start_settled_and_open_terminals_where_they_say_so(tmp_path):
    (tmp_path / "tVG.txt").write_text("t Vext G_frac\n0 0.5 1\n1e-3 0.5 0\n2e-3 oc 0\n")
    found = simsalabim.read(native(tmp_path, [LAYER], tVGFile="tVG.txt"))
    course = found.schedule
    assert course.start == "settled"
    assert course.closed == (True, False)
    assert course.light.tolist() == [1.0, 0.0, 0.0]
    (tmp_path / "tVG.txt").write_text("t Vext G_frac\n0 0.5 1\n0 oc 0.1\n")
    steady = simsalabim.read(native(tmp_path, [LAYER], tVGFile="tVG.txt"))
    assert steady.lights == (1.0, 0.1)
    assert steady.voltages[0] == 0.5
    assert math.isnan(steady.voltages[1])


def test_langevin_coefficient():
    from scipy.constants import e, epsilon_0

    layer = read({"useLangevin": 1, "preLangevin": 0.5}).stack.layers[0]
    assert layer.radiative == pytest.approx(0.5 * e * 3e-4 / (20 * epsilon_0), rel=1e-12, abs=0.0)
    assert read().stack.layers[0].radiative == 1e-17


def test_field_exponents_count_only_where_they_are_switched_on():
    layer = read({"gamma_n": 1e-4, "gamma_p": 2e-4, "mobpDep": 1}).stack.layers[0]
    assert (layer.poole_frenkel, layer.poole_frenkel_hole) == (0.0, 2e-4)


@pytest.mark.parametrize(
    ("layer", "setup", "named"),
    [
        ({"fieldDepG": 1}, {}, "L1.fieldDepG"),
        ({"mu_m": 1}, {}, "L1.mu_m"),
        ({"bulkTrapType": 2}, {}, "L1.bulkTrapType"),
        ({"N_t_bulk": 1e20, "E_t_bulk": 3.0, "C_n_bulk": 1e-14}, {}, "L1.E_t_bulk"),
        ({"N_t_bulk": 1e20, "E_t_bulk": 4.8}, {}, "L1.C_n_bulk"),
        ({"N_anion": 1e22, "mu_anion": 1e-12}, {}, "L1.ionsMayEnter"),
        ({"useLangevin": 1, "gamma_n": 1e-4, "mobnDep": 1}, {}, "L1.useLangevin"),
        ({"eps_r": "twenty"}, {}, "L1.eps_r"),
        ({"L": -1}, {}, "L1.L"),
        ({}, {"W_L": 3.0}, "simulation_setup.W_L"),
        ({}, {"genProfile": "calc"}, "simulation_setup.genProfile"),
        ({}, {"R_shunt": 0}, "simulation_setup.R_shunt"),
        ({}, {"Vdist": 2, "Vacc": 0.5}, "simulation_setup.Vacc"),
        ({}, {"colour": "red"}, "simulation_setup.colour"),
    ],
)
def test_what_the_engine_cannot_do_is_refused_by_name(layer, setup, named):
    with pytest.raises(InputError) as caught:
        read(layer, setup=setup)
    assert caught.value.field == named


def test_held_ions_become_a_slow_schedule():
    ions = {"N_anion": 1e22, "mu_anion": 1e-12, "ionsMayEnter": 1, "mu_cation": 1e-12}
    held = read(ions, setup={"fixIons": 1, "preCond": 1, "Vpre": 0.8})
    assert held.schedule.voltage.tolist() == [0.8, 0.0, 0.5, 1.0]
    assert held.schedule.start == "settled"
    assert held.stack.layers[0].ions[0].mobility == simsalabim.FROZEN
    assert read(ions, setup={"fixIons": 1}).schedule.voltage[0] == 0.0
    with pytest.raises(InputError, match=r"deck\.run\(\)"):
        held.steady()
    assert read(setup={"fixIons": 1}).voltages == (0.0, 0.5, 1.0)  # no ions, nothing to hold


def test_a_stated_unit_must_be_the_right_one(tmp_path):
    path = tmp_path / "list.csv"
    rows = [("simulation_setup", k, v, "") for k, v in SETUP.items()]
    rows += [("L1", k, v, "nm" if k == "L" else "") for k, v in LAYER.items()]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("file", "parameter", "value", "unit"), *rows])
    with pytest.raises(InputError, match=r"L1\.L"):
        simsalabim.read(path)


def test_changes_name_a_layer_as_the_peers_command_line_does():
    changed = deck("test6", change={"l1.G_ehp": 1e24, "T": 250}).stack
    assert changed.layers[0].generation == 1e24
    assert changed.temperature == pytest.approx(250.0)
    with pytest.raises(InputError, match=r"change\.l7\.L"):
        deck("test6", change={"l7.L": 1e-7})


# --- Sesame --------------------------------------------------------------------------------------

MATERIAL = {
    "Nc": 1e19,
    "Nv": 1e19,
    "Eg": 1.5,
    "epsilon": 10,
    "mu_e": 320,
    "mu_h": 40,
    "affinity": 4.0,
}


def test_sesame_list_states_the_junction():
    found = sesame.read(DATA / "sesame_test1_hetero_pn_parameters.csv")
    left, right = found.stack.layers
    assert (left.thickness, right.thickness) == pytest.approx((5e-7, 2.5e-6), rel=1e-9, abs=0.0)
    assert (left.fixed_charge, right.fixed_charge) == pytest.approx((1e23, -1e21))
    assert (left.band_gap, right.band_gap, right.electron_affinity) == (2.4, 1.5, 4.05)
    assert left.traps[0].energy == pytest.approx(4.15 + 1.2)  # mid-gap
    assert left.traps[0].density * left.traps[0].capture_hole == pytest.approx(1e8)
    assert left.generation == pytest.approx(1e24)
    assert found.stack.left.velocity_hole == math.inf
    assert found.voltage_factor == -1.0  # forward bias raises the p side, here the right one


def test_sesame_sheets_cut_a_layer_and_share_their_capture():
    region = dict(MATERIAL, L=1e-4, ND=1e16, G=([0.0, 1e-4], [1e20, 3e20]))
    sheet = {
        "location": 2.5e-5,
        "N": 1e12,
        "sigma_e": 1e-15,
        "sigma_h": 2e-15,
        "E": 0.1,
        "transition": (1, -1),
    }
    stack = sesame.read({"regions": [region], "defects": [sheet]}).stack
    assert [a.thickness for a in stack.layers] == pytest.approx([2.5e-7, 7.5e-7], rel=1e-9, abs=0.0)
    depth, rate = stack.layers[1].generation
    assert np.interp(0.0, depth, rate) == pytest.approx(1.5e26)
    assert [f.trap_charge for f in stack.interfaces] == ["donor", "acceptor"]
    speed = math.sqrt(3 * 1.380649e-23 * 300 / 9.1093837e-31)
    capture = sum(f.capture_electron for f in stack.interfaces)  # over both kinds, one side
    assert capture == pytest.approx(0.5 * 1e-19 * speed, rel=1e-6, abs=0.0)
    assert stack.interfaces[0].trap_energy == pytest.approx(4.0 + 0.75 - 0.1)


@pytest.mark.parametrize(
    ("system", "named"),
    [
        ({"regions": [dict(MATERIAL, L=1e-4, tails=1)]}, "regions[0].tails"),
        ({"regions": [dict(MATERIAL, L=1e-4)], "left": {"type": "neutral"}}, "left.type"),
        (
            {
                "regions": [dict(MATERIAL, L=1e-4)],
                "defects": [{"location": 1, "N": 1, "sigma_e": 1, "sigma_h": 1, "E": 0}],
            },
            "defects[0].location",
        ),
        ({"regions": []}, "sesame.regions"),
    ],
)
def test_sesame_refuses_by_name(system, named):
    with pytest.raises(InputError) as caught:
        sesame.read(system)
    assert caught.value.field == named


# --- IonMonger -----------------------------------------------------------------------------------

IONMONGER = DATA / "ionmonger_default_parameters.csv"


def test_ionmonger_vacancies_and_their_activation():
    left, middle, right = ionmonger.read(IONMONGER).stack.layers
    (vacancy,) = middle.ions
    vt = ionmonger.BOLTZMANN_EV * 298
    expected = 6.5e-8 * math.exp(-0.58 / vt) / vt
    assert vacancy.mobility == pytest.approx(expected, rel=1e-5, abs=0.0)
    assert vacancy.density == -middle.fixed_charge == 1.6e25
    assert (left.fixed_charge, right.fixed_charge) == (1e24, -1e24)
    assert middle.relative_permittivity == pytest.approx(24.1)


def test_ionmonger_contacts_align_with_the_doped_layers():
    stack = ionmonger.read(IONMONGER).stack
    depth = ionmonger.BOLTZMANN_EV * 298 * math.log(50.0)
    assert stack.left.work_function == pytest.approx(4.0 + depth)
    assert stack.right.work_function == pytest.approx(5.1 - depth)
    moved = ionmonger.read(IONMONGER, change={"Ect": "-4.2"}).stack
    assert moved.left.work_function == 4.2


def test_ionmonger_interfaces_have_the_peers_rate():
    """(nE p - ni2/kE) / (nE/vpE + p/vnE + ni (1/(kE vpE) + 1/vnE)), from the level alone."""
    stack = ionmonger.read(IONMONGER).stack
    (face, _), (electrons, absorber, _) = stack.interfaces, stack.layers
    vt = ionmonger.BOLTZMANN_EV * stack.temperature
    ni = math.sqrt(8.1e24 * 5.8e24) * math.exp(-0.85 / vt)
    ratio = 8.1e24 / 5e25 * math.exp(-0.3 / vt)  # kE, densities in the absorber over the layer
    n1 = electrons.dos_conduction * math.exp((4.0 - face.trap_energy) / vt)
    p1 = absorber.dos_valence * math.exp((face.trap_energy - 5.4) / vt)
    assert n1 == pytest.approx(ni / ratio, rel=1e-9)
    assert p1 == pytest.approx(ni, rel=1e-9)
    assert face.trap_density * face.capture_electron == pytest.approx(1e5)
    assert face.trap_density * face.capture_hole == pytest.approx(10.0)


def test_ionmonger_light_uniform_or_absorbed_is_as_many_pairs():
    depth, rate = ionmonger.read(IONMONGER).stack.layers[1].generation
    even = ionmonger.read(IONMONGER, absorption="uniform").stack.layers[1].generation
    assert np.trapezoid(rate, depth) == pytest.approx(even * 4e-7, rel=1e-5)
    assert rate[0] > rate[-1]
    inverted = ionmonger.read(IONMONGER, change={"inverted": "true"}).stack.layers[1].generation
    assert inverted[1][0] < inverted[1][-1]


def test_ionmonger_scripts_say_what_lists_say(tmp_path):
    with IONMONGER.open() as file:
        rows = [(r["parameter"], r["value"]) for r in csv.DictReader(file)]
    lines = ["function params = parameters(iter)", "if nargin<1, iter=1; end"]
    lines += [f"{name} = {value}; % {name} (unit)" for name, value in rows if name != "phidisp"]
    lines += ["D = @(Dinf, EA) Dinf*exp(-EA/(kB*T)); % diffusivity relation"]
    lines += ["% Ect   = -4.1; % cathode", "%% Non-dimensionalise", "nonsense = 3;"]
    path = tmp_path / "parameters.m"
    path.write_text("\n".join(lines))
    even = "uniform"
    assert ionmonger.read(path, absorption=even) == ionmonger.read(IONMONGER, absorption=even)


@pytest.mark.parametrize("name", ["betaE", "stats", "NonlinearFP", "mystery"])
def test_ionmonger_refuses_by_name(name):
    with pytest.raises(InputError, match=name):
        ionmonger.read(IONMONGER, change={name: 1})


def test_ionmonger_protocols():
    found = ionmonger.course([1.1, "tanh", 5.0, 1.2, "linear", 12.0, 0.0], points=50)
    assert (found.time[-1], found.voltage[0], found.voltage[-1]) == (17.0, 1.1, 0.0)
    assert found.voltage[50] == pytest.approx(1.2)
    assert found.voltage[25] > 1.19  # fast first
    with pytest.raises(InputError, match="applied_voltage"):
        ionmonger.course(["open-circuit"])


def test_lifetimes_belong_to_their_carriers():
    """1/tau of electrons is density x electron capture, in every peer."""
    (absorber,) = ionmonger.read(IONMONGER).stack.layers[1].traps
    assert absorber.density * absorber.capture_electron == pytest.approx(1 / 3e-9)
    assert absorber.density * absorber.capture_hole == pytest.approx(1 / 3e-7)
    region = dict(MATERIAL, L=1e-4, tau_e=2e-9, tau_h=5e-9)
    (level,) = sesame.read({"regions": [region]}).stack.layers[0].traps
    assert level.density * level.capture_electron == pytest.approx(5e8)
    silicon = devsim.read(dict(devsim.DIODE) | {"taun": 1e-7}).stack.layers[0].traps[0]
    assert silicon.density * silicon.capture_electron == pytest.approx(1e7)
    spiro = driftfusion.read(TABLE).stack.layers[0].traps[0]
    assert spiro.density * spiro.capture_electron == pytest.approx(1e6)


# --- Driftfusion and DEVSIM ----------------------------------------------------------------------

TABLE = DATA / "driftfusion_spiro_mapi_tio2_parameters.csv"


def test_driftfusion_list():
    stack = driftfusion.read(TABLE).stack
    spiro, absorber, titania = stack.layers
    assert (stack.left.work_function, stack.right.work_function) == (4.8, 4.2)
    assert stack.left.velocity_electron == pytest.approx(1e5)
    doping = 1e25 * math.exp(-0.1 / (driftfusion.KB_EV * 300))
    assert spiro.fixed_charge == pytest.approx(-doping)
    assert titania.fixed_charge == pytest.approx(doping)
    assert [ion.charge for ion in absorber.ions] == [1, -1]
    assert absorber.ions[0].mobility == pytest.approx(1e-14, rel=1e-9, abs=0.0)
    assert absorber.ions[0].limit == pytest.approx(1.21e28)
    assert abs(absorber.fixed_charge) < 1.0
    first = stack.interfaces[0]
    assert first.trap_density * first.capture_electron == pytest.approx(0.1)
    assert first.trap_density * first.capture_hole == pytest.approx(1e5)


def test_driftfusion_native_tables_say_what_lists_say(tmp_path):
    wide: dict[str, dict[str, str]] = {}
    with TABLE.open() as file:
        for row in csv.DictReader(file):
            line = wide.setdefault(row["row"], {"layer_type": row["layer_type"]})
            line[row["parameter"]] = row["value"]
    wide["0"] |= {"optical_model": "1.00E+00", "N_ionic_species": "1.00E+00"}
    names = list(dict.fromkeys(name for line in wide.values() for name in line))
    path = tmp_path / "device.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(wide.values())
    with pytest.raises(InputError, match="optical_model"):
        driftfusion.read(path)
    found = driftfusion.read(path, uniform=True)
    assert found.stack == driftfusion.read(TABLE, mobile=1).stack
    assert found.stack.layers[1].fixed_charge == pytest.approx(-1e24)  # under the cations


def test_devsim_constants_are_reproduced():
    from scipy.constants import e, epsilon_0, k

    found = devsim.read()
    layer = found.stack.layers[0]
    assert k * found.stack.temperature / e == pytest.approx(1.3806503e-23 * 300 / 1.6e-19)
    eps_over_q = layer.relative_permittivity * epsilon_0 / e
    assert eps_over_q == pytest.approx(11.1 * 8.85e-12 / 1.6e-19, rel=1e-9)
    assert found.current_factor * e == pytest.approx(1e-4 * 1.6e-19, rel=1e-9, abs=0.0)
    with pytest.raises(InputError, match="p1"):
        devsim.read(dict(devsim.DIODE) | {"n1": 1e12})
