"""What must hold for any film, whatever is put in."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.core.constants import BOLTZMANN
from halodot.core.randomness import generator
from halodot.core.spec import build
from halodot.film import FilmSpec, assemble, gating, hopping, inputs, ions, limits, permittivity
from halodot.film.assembly import drawn, fixed_case
from halodot.film.calibration import reference_dots
from halodot.film.evaluate import Case, evaluate
from halodot.library import Library

LIBRARY = Library.builtin()
POSITIVE = (
    "dot_density", "fill_fraction", "mobility_electron", "mobility_hole", "relative_permittivity",
    "refractive_index", "density_of_states_electron", "trap_density", "ion_density",
    "ion_mobility", "capture_electron", "capture_hole", "radiative_coefficient", "absorption",
)  # fmt: skip
energies = st.floats(0.005, 0.5)


def _draw(seed: int, **keys: object) -> tuple[Case, dict[str, float]]:
    dots, spec = reference_dots(LIBRARY), FilmSpec(**keys)  # type: ignore[arg-type]
    values = drawn(inputs.collect(dots, spec, LIBRARY), generator(seed, "invariant"))
    numbers = {n: math.nan if q.value is None else q.value for n, q in values.items()}
    return fixed_case(dots, spec), numbers


@pytest.mark.parametrize("packing", ["random", "superlattice"])
@pytest.mark.parametrize("ligand", ["OA/OAm", "DDAB", "none"])
def test_every_draw_is_physical(packing: str, ligand: str) -> None:
    for seed in range(40):
        out = evaluate(*_draw(seed, packing=packing, ligand=ligand), {})
        for name in POSITIVE:
            assert math.isfinite(out[name]), name
            assert out[name] > 0.0 or (name == "trap_density" and out["coverage"] == 1.0), name
        assert out["fill_fraction"] < 1.0
        assert 0.0 <= out["coverage"] <= 1.0
        assert out["ionization_energy"] > out["electron_affinity"]


def test_cores_fill_what_their_number_and_volume_say() -> None:
    for seed in range(20):
        out = evaluate(*_draw(seed), {})
        assert out["fill_fraction"] == pytest.approx(
            out["dot_density"] * out["dot_size"] ** 3, rel=1e-12, abs=0.0
        )


def test_a_film_follows_from_its_parts() -> None:
    """Each property once more, from the model of its own file and the geometry handed over."""
    case, x = _draw(0, packing="superlattice")
    out = evaluate(case, x, {})
    per_dot = out["density_of_states_hole"] / out["dot_density"]
    assert per_dot == pytest.approx(2.0, rel=1e-12, abs=0.0)  # spin
    dense = permittivity.film_permittivity(
        x["core_static"], x["ligand_permittivity"], out["fill_fraction"], x["effective_medium"]
    )
    assert out["relative_permittivity"] == pytest.approx(dense, rel=1e-12, abs=0.0)  # no voids
    assert out["absorption"] == pytest.approx(
        x["core_absorption"] * out["fill_fraction"], rel=1e-12
    )
    met = (out["capture_electron"] + out["capture_hole"]) * x["lifetime"] * out["dot_density"]
    assert out["radiative_coefficient"] * (1.0 + met) == pytest.approx(
        out["capture_electron"] + out["capture_hole"], rel=1e-12, abs=0.0
    )
    expected = hopping.GDM_FIELD * math.sqrt((out["dot_size"] + out["spacing"]) / 0.6e-9)
    sigma = 0.5 * (out["disorder_electron"] + out["disorder_hole"]) / case.kT
    assert out["poole_frenkel"] == pytest.approx(expected * (sigma**2 - 2.25), rel=1e-12, abs=0.0)


def test_missing_ligands_are_counted_once() -> None:
    case, x = _draw(0)
    out = evaluate(case, x, {})
    sites = 6.0 * out["dot_size"] ** 2 * x["grafting"] * (1.0 - out["coverage"])
    missing = out["dot_density"] * sites  # per volume of film
    assert out["trap_density"] == pytest.approx(
        missing * x["traps_per_missing_ligand"], rel=1e-12, abs=0.0
    )
    inside = out["fill_fraction"] * x["bulk_vacancy_density"]
    assert out["ion_density"] == pytest.approx(
        inside + missing * x["vacancies_per_missing_ligand"], rel=1e-12, abs=0.0
    )


def test_voids_thin_the_dense_film() -> None:
    case, x = _draw(0)
    loose = evaluate(case, x | {"packing_density": 0.7}, {})
    dense = evaluate(case, x | {"packing_density": 1.0}, {})
    assert loose["fill_fraction"] == pytest.approx(0.7 * dense["fill_fraction"], rel=1e-12, abs=0.0)
    assert loose["relative_permittivity"] == pytest.approx(
        permittivity.bruggeman(dense["relative_permittivity"], 1.0, 0.7), rel=1e-12, abs=0.0
    )
    assert loose["mobility_hole"] / dense["mobility_hole"] == pytest.approx(
        1.1 / 1.4, rel=1e-9, abs=0.0
    )


def test_close_packed_spheres_have_twelve_neighbours_and_small_contacts() -> None:
    dots, spec = reference_dots(LIBRARY), FilmSpec(packing="superlattice")
    case, x = fixed_case(replace(dots, shape="sphere"), spec), _draw(0)[1]
    # facets and spheres at the same gap, both without the adiabatic limit (under 1 % here)
    x |= {"tunnelling_decay": 9e9, "decay_scale": 1.0}
    spheres = evaluate(case, x, {"spacing": 3e-9})["mobility_hole"]
    cubes = evaluate(fixed_case(dots, spec), x, {"spacing": 3e-9})["mobility_hole"]
    overlap = math.pi / (x["tunnelling_decay"] * x["size"])
    assert spheres / cubes == pytest.approx(12.0 / 6.0 * overlap**2, rel=0.01, abs=0.0)


def test_an_electron_and_a_hole_of_equal_mass_and_disorder_move_alike() -> None:
    case, x = _draw(0)
    x |= {"hole_mass": x["electron_mass"], "slope_hole": x["slope_electron"]}
    out = evaluate(case, x, {})
    assert out["mobility_electron"] == out["mobility_hole"]


def test_the_wider_gap_between_dots_costs_beta_per_length() -> None:
    case, x = _draw(0)
    x |= {"tunnelling_decay": 9e9, "decay_scale": 0.9}
    at = [evaluate(case, x, {"spacing": s})["mobility_hole"] for s in (2.5e-9, 2.6e-9)]
    pitches = [x["size"] + s for s in (2.5e-9, 2.6e-9)]
    packing = math.log((pitches[1] / pitches[0]) ** 2)
    # the adiabatic limit takes away less than 1 % at this gap
    assert math.log(at[0] / at[1]) + packing == pytest.approx(0.9 * 9e9 * 0.1e-9, rel=0.01, abs=0.0)


def test_unknown_in_unknown_out_and_nothing_else() -> None:
    case, x = _draw(0)
    out = evaluate(case, x | {"hole_mass": math.nan}, {})
    lost = {n for n, v in out.items() if math.isnan(v)}
    assert lost == {"mobility_hole", "capture_hole", "radiative_coefficient"}


@settings(max_examples=60, deadline=None)
@given(energies, energies, st.floats(1e-9, 4e-9), st.floats(100.0, 400.0))
def test_a_hop_never_beats_either_limit(coupling: float, lam: float, gap: float, t: float) -> None:
    kT = BOLTZMANN * t
    rate = hopping.hop_rate(coupling, gap, 9e9, lam, 0.02, kT)
    fast = 0.02 / 4.135667696e-15 * math.exp(-lam / (4.0 * kT))
    transfer = coupling * math.exp(-9e9 * gap / 2.0)
    assert rate <= fast * (1.0 + 1e-12)
    assert rate <= limits.marcus_rate(transfer, lam, kT) * (1.0 + 1e-12)


@settings(max_examples=60, deadline=None)
@given(st.floats(1.0, 50.0), st.floats(1.0, 50.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_mixtures_stay_between_their_phases(a: float, b: float, f: float, mix: float) -> None:
    got = permittivity.film_permittivity(a, b, f, mix)
    assert min(a, b) * (1 - 1e-12) <= got <= max(a, b) * (1 + 1e-12)


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-6, 1.0), st.floats(1.0, 1e6), st.floats(0.0, 1.0))
def test_bridges_only_help_and_never_beat_themselves(slow: float, fast: float, p: float) -> None:
    got = hopping.bridged_rate(slow, fast, p)
    assert slow * (1 - 1e-9) <= got <= fast * (1 + 1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.0, 4.0), st.floats(18.0, 24.0), st.floats(18.0, 25.0), st.floats(0.0, 20.0),
    st.floats(18.0, 25.0), st.floats(0.0, 1.0), st.sampled_from([1.0, -1.0]),
)  # fmt: skip
def test_the_charge_of_a_gate_is_somewhere(
    s: float, rest: float, traps: float, depth: float, ionic: float, followed: float, sign: float
) -> None:
    film = gating.channel_of(
        levels=1e24, width=s, exponent=0.44, traps=10.0**traps, depth=depth, ions=10.0**ionic,
        followed=followed, sign=sign,
    )  # fmt: skip
    done = gating.gated(film, gating.rest(film, np.array([10.0**rest])), np.array([3e23]))
    parts = [float(p[0]) for p in (done.free, done.trapped, done.ionic)]
    assert sum(parts) == pytest.approx(1.0, abs=1e-6)  # by bisection, 60 rounds of 210 kT
    assert all(-1e-9 <= p <= 1.0 + 1e-9 for p in parts)
    assert float(done.mobility[0]) >= 0.0


def test_slower_ions_never_hide_more_of_a_gate() -> None:
    dots = reference_dots(LIBRARY)
    shown = []
    for barrier in ("0.3 eV", "0.45 eV", "0.6 eV"):
        spec = build(FilmSpec, {"surface": {"bulk_activation": barrier}, "draws": 0})
        made = assemble(dots, spec, LIBRARY).extras
        shown.append(float(made["apparent_mobility_hole"]))
    assert shown == sorted(shown)


def test_a_way_through_the_surface_is_never_slower_than_the_bulk() -> None:
    case, x = _draw(0)
    for covered in (0.0, 0.5, 1.0):
        out = evaluate(case, x | {"coverage": covered}, {})
        bulk = ions.mobility(
            x["hop_length"], x["vacancy_attempt"], x["bulk_activation"], x["ion_crossing"], 300.0
        )
        assert out["ion_mobility"] >= bulk * (1.0 - 1e-12)
        assert out["ion_activation"] <= x["bulk_activation"] * (1.0 + 1e-12)
