"""A layer of wrapped dots becomes planes of dots between tunnelling layers."""

from __future__ import annotations

from typing import Any

import pytest

from halodot.core.errors import InputError
from halodot.core.spec import build
from halodot.device.charge.layers import ChargeLayer
from halodot.device.floating import connected
from halodot.device.measure import resolve
from halodot.device.spec import DeviceSpec
from halodot.device.stack import ResolvedLayer
from halodot.library import Library

LIBRARY = Library.builtin()


def dots(**over: Any) -> dict[str, Any]:
    """A layer of wrapped dots."""
    return {
        "name": "dots",
        "thickness": "30 nm",
        "electron_affinity": "3.7 eV",
        "band_gap": "2.4 eV",
        "relative_permittivity": 7.9,
        "carriers": True,
        "electron_mobility": "1e-4 cm2/Vs",
        "hole_mobility": "1e-4 cm2/Vs",
        "effective_dos_conduction": "1e24 m-3",
        "effective_dos_valence": "1e24 m-3",
        "absorption": "1e4 cm-1",
        "shell": {"material": "oligomeric silica", "thickness": "1 nm", "dot_size": "8 nm"},
    } | over


def layers(*given: dict[str, Any], **over: Any) -> list[ResolvedLayer]:
    """Layers of a transistor, resolved."""
    device = {
        "kind": "transistor",
        "channel_width": "1 mm",
        "channel_length": "50 um",
        "layer": list(given),
        "left": {"work_function": "4.3 eV"},
        "source": {"work_function": "5.0 eV", "kind": "ohmic_hole"},
    }
    return resolve(build(DeviceSpec, device | over), None, LIBRARY)[0]


OXIDE = {"name": "oxide", "material": "SiO2", "thickness": "100 nm"}
CHANNEL = {"name": "pentacene", "material": "pentacene", "thickness": "40 nm"}


def test_planes_alternate_with_walls_and_fill_the_layer() -> None:
    found = layers(OXIDE, dots(thickness="31 nm"), CHANNEL)
    inside = found[1:-1]
    assert [a.carriers for a in inside] == [False, True] * 3 + [False]
    assert [a.spec.tunnelling for a in inside] == [False, False, True, False, True, False, True]
    nm = [round(float(a.thickness) * 1e9, 6) for a in inside]
    assert nm == [2.0, 8.0, 2.0, 8.0, 2.0, 8.0, 1.0]  # the nanometre left over lies at the oxide


def test_states_light_and_permittivity_belong_to_the_covered_share() -> None:
    plane = layers(OXIDE, dots(), CHANNEL)[2]
    covered = 0.64
    assert plane["effective_dos_valence"] == pytest.approx(2 * covered / 8e-9**3, rel=1e-12)
    assert plane["absorption"] == pytest.approx(covered * 1e6, rel=1e-12)
    silica = 3.9
    assert plane["relative_permittivity"] == pytest.approx(
        covered * 7.9 + (1 - covered) * silica, rel=1e-12
    )
    assert plane.spec.statistics_conduction == "gaussian"


def test_pairs_and_captures_of_a_plane_are_those_of_its_dots() -> None:
    trap = {"density": "1e22 m-3", "depth": "1 eV", "capture_electron": "1e-14 m3/s"}
    trap |= {"capture_hole": "1e-15 m3/s"}
    said = {"radiative_coefficient": "2e-18 m3/s", "auger_electron": "1e-42 m6/s", "trap": [trap]}
    plane = layers(OXIDE, dots(**said), CHANNEL)[2]
    covered = 0.64
    n = covered * 1e24  # mean density of a plane whose dots hold 1e24 m-3
    assert plane["radiative_coefficient"] * n * n == pytest.approx(covered * 2e30, rel=1e-9)
    assert plane["auger_electron"] * n**3 == pytest.approx(covered * 1e30, rel=1e-9)
    level = plane.spec.trap[0]
    assert float(level.density) == pytest.approx(covered * 1e22, rel=1e-9)
    lost = float(level.density) * float(level.capture_electron)
    assert lost == pytest.approx(1e22 * 1e-14, rel=1e-9)


def test_a_channel_on_either_side_is_reached_through_one_shell() -> None:
    found = layers(OXIDE, {**CHANNEL, "name": "below"}, dots(), CHANNEL)
    assert [a.spec.tunnelling for a in found] == [False, False, True] + [False, True] * 3 + [False]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([OXIDE, dots(thickness="9 nm"), CHANNEL], "thickness"),
        ([OXIDE, dots(), dots(), CHANNEL], "shell"),
        ([OXIDE, {**OXIDE, "tunnelling": True}, dots(), CHANNEL], "shell"),
        ([OXIDE, dots(carriers=False), CHANNEL], "shell"),
        ([OXIDE, dots(shell={"material": "SiO2", "thickness": "1 nm"}), CHANNEL], "dot_size"),
        ([OXIDE, dots(shell={"material": "glue", "thickness": "1 nm"}), CHANNEL], "material"),
    ],
)
def test_what_cannot_be_wrapped_is_refused(given: list[dict[str, Any]], field: str) -> None:
    with pytest.raises(InputError, match=field):
        layers(*given)


def test_traps_at_interfaces_are_refused_beside_wrapped_dots() -> None:
    traps = {"after": 0, "trap_density": "1e12 cm-2", "trap_energy": "4 eV"}
    traps |= {"capture_electron": "1e-8 cm3/s", "capture_hole": "1e-8 cm3/s"}
    with pytest.raises(InputError, match="interface"):
        layers(OXIDE, dots(), CHANNEL, interface=[traps])


def test_the_channel_is_what_touches_the_last_or_the_fed_layer() -> None:
    one = ChargeLayer(
        thickness=1e-8,
        relative_permittivity=3.0,
        electron_affinity=4.0,
        band_gap=2.0,
        dos_conduction=1e25,
        dos_valence=1e25,
        electron_mobility=1e-8,
        hole_mobility=1e-8,
    )
    wall = ChargeLayer(**{**vars(one), "carriers": False})
    fed = ChargeLayer(**{**vars(one), "supply_electron": 1e6})
    assert connected([wall, one, wall, one, one]) == [False, False, False, True, True]
    assert connected([wall, fed, wall, one]) == [False, True, False, False]
    assert connected([wall, one, fed, one, wall, one]) == [False, True, True, True, False, False]
