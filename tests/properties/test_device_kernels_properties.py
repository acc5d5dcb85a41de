"""What every scalar kernel of the charge engine promises, for any input."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from halodot.device.charge.mobility import density_factor, hop_boost, poole_frenkel
from halodot.device.charge.statistics import density, excess, excess_table
from halodot.device.charge.tunnelling import contact_boost, tunnel_edge

BANDS = st.sampled_from(
    [("blakemore", 0.0), ("fermi_dirac", 0.0), *(("gaussian", w) for w in (0.0, 0.7, 3.0, 6.0))]
)
ANY = st.floats(allow_nan=False, allow_infinity=False)
EV = st.floats(-1.0, 5.0)


@given(band=BANDS, ln_x=st.floats(-60.0, 2.0), step=st.floats(1e-6, 3.0))
def test_filling_a_band_never_gets_cheaper(
    band: tuple[str, float], ln_x: float, step: float
) -> None:
    """gamma rises with density: diffusion is never slower than Boltzmann's."""
    table = excess_table(*band)
    assert excess(table, ln_x + step)[0] >= excess(table, ln_x)[0] - 1e-9
    assert excess(table, ln_x)[1] >= -1e-9


@given(band=BANDS, ln_x=st.floats(-60.0, -0.02))
def test_the_table_inverts_the_integral(band: tuple[str, float], ln_x: float) -> None:
    eta = excess(excess_table(*band), ln_x)[0] + ln_x
    assert abs(np.log(density(eta, *band)) - ln_x) < 3e-9


@given(a=EV, b=EV, drop=st.floats(-8.0, 8.0), mass=st.floats(0.05, 1.0))
def test_tunnelling_looks_the_same_from_behind(
    a: float, b: float, drop: float, mass: float
) -> None:
    ahead, behind = tunnel_edge(a, b, drop, 4e-9, mass), tunnel_edge(b, a, -drop, 4e-9, mass)
    assert ahead[0] <= 0.0
    assert np.allclose(ahead[0], behind[0], rtol=1e-10, atol=1e-12)
    assert np.allclose(ahead[1], -behind[1], rtol=1e-7, atol=1e-7)


@given(a=st.floats(0.0, 4.0), extra=st.floats(0.0, 2.0), drop=st.floats(-6.0, 6.0))
def test_a_higher_or_thicker_barrier_lets_less_through(a: float, extra: float, drop: float) -> None:
    low = tunnel_edge(a, a, drop, 3e-9, 0.3)[0]
    assert tunnel_edge(a + extra, a + extra, drop, 3e-9, 0.3)[0] <= low + 1e-12
    assert tunnel_edge(a, a, drop, 4e-9, 0.3)[0] <= low + 1e-12


@given(a=st.floats(0.0, 4.0), drop=st.floats(0.0, 6.0), step=st.floats(0.0, 1.0))
def test_a_field_opens_a_symmetric_barrier(a: float, drop: float, step: float) -> None:
    low, high = (tunnel_edge(a, a, d, 3e-9, 0.3)[0] for d in (drop, drop + step))
    assert high >= low - 2e-3  # the rounded edge of 10 meV


@given(
    field=st.floats(0.0, 1e10),
    ratio=st.floats(1.0, 3.0),
    lowering=st.sampled_from([0.0, 5e-6, 2e-5]),
    barrier=st.floats(0.0, 2.5),
    mass=st.floats(0.0, 1.0),
)
def test_emission_grows_with_field_and_stays_bounded(
    field: float, ratio: float, lowering: float, barrier: float, mass: float
) -> None:
    vt = 0.0259
    value, slope = contact_boost(field, lowering, barrier, mass, vt)
    # 1e-3: accuracy of the rule; beyond a vanished barrier only the sea below it, 8 eV at most
    assert -1e-12 <= value <= barrier / vt + 2.0 * np.log(8.0 / vt)
    assert mass > 0.0 or value <= barrier / vt + 1e-9
    assert contact_boost(ratio * field, lowering, barrier, mass, vt)[0] >= value - 1e-3
    assert slope * field >= -1e-3
    lighter = contact_boost(field, lowering, barrier, 0.5 * mass, vt)[0]
    assert lighter >= value - 1e-3 or mass == 0.0 or 0.5 * mass == 0.0


@settings(max_examples=300)
@given(a=ANY, b=ANY, c=ANY, band=BANDS)
def test_nothing_is_ever_nan_or_infinite(
    a: float, b: float, c: float, band: tuple[str, float]
) -> None:
    edge = np.clip([a, b, c], -1e100, 1e100)
    for pair in (
        excess(excess_table(*band), float(np.clip(a, -1e100, 1e100))),
        tunnel_edge(*edge, 3e-9, 0.5),
        contact_boost(edge[0], 1e-5, abs(edge[1]), 0.3, 0.0259),
        contact_boost(edge[0], 1e-5, 1.0, min(abs(c), 1e6), 0.0259),
        density_factor(6.0, 0.3, a),
        hop_boost(a),
        poole_frenkel(1e-4, float(edge[0])),
    ):
        assert np.isfinite(pair).all()
