"""What contacts give a channel along its length, and what a diluted or widened layer becomes."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from halodot.core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from halodot.device.along import Channel
from halodot.device.charge.build import RICHARDSON
from halodot.device.charge.kernel import ELECTRON, HOLE
from halodot.device.charge.layers import ChargeContact, ChargeIon, ChargeLayer, ChargeTrap, Stack
from halodot.device.lateral import fed, supply_rate
from halodot.device.sheet import _widened
from halodot.device.transistor import injection_current

KT = BOLTZMANN * 300.0
LAYER = ChargeLayer(
    thickness=3e-8, relative_permittivity=3.0, electron_affinity=3.0, band_gap=2.2,
    dos_conduction=1e26, dos_valence=2e26, electron_mobility=1e-8, hole_mobility=1e-8,
    radiative=1e-16, auger_electron=1e-42, auger_hole=2e-42, trap_density=1e21,
    capture_electron=1e-15, capture_hole=2e-15, fixed_charge=1e20,
    traps=(ChargeTrap(density=1e22, energy=4.0, capture_electron=1e-14, capture_hole=2e-14),),
    ions=(ChargeIon(name="V", density=1e23, mobility=1e-15, charge=1, limit=1e27),),
)  # fmt: skip


def test_both_contacts_emit_what_fills_a_channel():
    mobility, length, barrier = 1e-4, 5e-5, 0.5
    inside = math.pi**2 * mobility * KT / length**2
    emitted = RICHARDSON * 300.0**2 * math.exp(-barrier / KT) / ELEMENTARY_CHARGE  # m-2 s-1, one
    over = 1e22 * length / (2.0 * emitted)
    assert 0.01 < over * inside < 100.0  # neither of the two alone
    expected = 1.0 / (1.0 / inside + over)
    found = supply_rate(mobility, length, 0.0, 300.0, barrier=barrier)
    assert found == pytest.approx(expected, rel=1e-9, abs=0.0)


@pytest.mark.parametrize(("work", "low"), [(3.1, "electron"), (5.1, "hole")])
def test_a_metal_near_a_band_feeds_its_carrier_and_not_the_other(work, low):
    contact = SimpleNamespace(velocity_electron=1e4, velocity_hole=1e4)
    source = SimpleNamespace(work_function=work, spec=contact)
    metal = ChargeContact(work_function=4.0)
    stack = Stack(layers=(LAYER,), left=metal, right=None, temperature=300.0)
    layer = fed(stack, SimpleNamespace(channel_length=5e-5), 0, source, -0.1).layers[0]
    rates = {"electron": layer.supply_electron, "hole": layer.supply_hole}
    other = "hole" if low == "electron" else "electron"
    assert rates[low] > 0.0
    assert rates[other] == 0.0  # 2 eV of barrier


@pytest.mark.parametrize(("work", "barriers"), [(3.4, (0.4, 1.8)), (4.9, (1.9, 0.3))])
def test_a_source_emits_over_the_barrier_of_each_band(work, barriers):
    spec = SimpleNamespace(temperature=300.0, channel_width=1e-3)
    channel = {"electron_affinity": 3.0, "band_gap": 2.2}
    layer = type("Layer", (), {"thickness": 3e-8, "__getitem__": lambda _, n: channel[n]})()
    found = injection_current(spec, layer, SimpleNamespace(work_function=work))
    area = 3e-8 * 1e-3 * RICHARDSON * 300.0**2
    expected = [area * math.exp(-b / KT) for b in barriers]
    assert found == pytest.approx(expected, rel=1e-9, abs=0.0)


def test_a_widened_layer_recombines_and_stores_as_it_did():
    """A layer of ten times the cross-section: all that it does, per length of the path, tenfold."""
    wide, share, n = _widened(LAYER, 10.0), 10.0, 1e21
    assert wide.radiative * (share * n) ** 2 == pytest.approx(share * 1e-16 * n**2, rel=1e-12)
    auger = wide.auger_electron * (share * n) ** 3
    assert auger == pytest.approx(share * 1e-42 * n**3, rel=1e-12, abs=0.0)
    assert wide.auger_hole == pytest.approx(2.0 * wide.auger_electron, rel=1e-12, abs=0.0)
    for was, now in ((LAYER, wide), (LAYER.traps[0], wide.traps[0])):
        density = "trap_density" if was is LAYER else "density"
        assert getattr(now, density) == share * getattr(was, density)
        for name in ("capture_electron", "capture_hole"):
            caught = getattr(now, density) * getattr(now, name) * share * n
            expected = share * getattr(was, density) * getattr(was, name) * n
            assert caught == pytest.approx(expected, rel=1e-12, abs=0.0)
    assert wide.ions[0].density / wide.ions[0].limit == pytest.approx(1e-4, rel=1e-12, abs=0.0)
    assert wide.ions[0].density == share * 1e23
    assert wide.fixed_charge == share * 1e20


def test_pairs_diffuse_as_far_as_the_fewer_carriers_live():
    """tau of the minority: 1e18 m-3 that recombine at 1e24 m-3/s live a microsecond."""
    X = np.zeros((3, 4))
    X[ELECTRON], X[HOLE] = 1e18, 1e22
    problem = SimpleNamespace(mobility=np.full((2, 3), 1e-5), thermal_voltage=KT)
    fake = SimpleNamespace(
        cell=SimpleNamespace(problem=problem),
        simulation=SimpleNamespace(state=SimpleNamespace(X=X)),
        _inside=lambda: np.ones(4, bool),
        rates=lambda: (np.linspace(0.0, 3e-6, 4), np.full(4, 1e24), None),
    )
    expected = math.sqrt(1e-5 * KT * 1e-6)
    for fewer in (ELECTRON, HOLE):
        X[ELECTRON], X[HOLE] = (1e18, 1e22) if fewer == ELECTRON else (1e22, 1e18)
        assert Channel._diffusion(fake, 1e-6) == pytest.approx(expected, rel=1e-9, abs=0.0)
