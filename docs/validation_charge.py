"""The part of the validation page on the charge engine beside other codes.

Curves are computed from the peers' own parameter sets (tests/data/peer_cases, read by
`halodot.device.charge.exchange`) at high accuracy. Steady curves are set beside one run on 8000
nodes, courses in time beside the default accuracy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from checks import Check, Found, below
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
CLOSED_FORMS = (
    ("test1", "J_SokelHughes_A_m-2", (0.0, 1e9), 1e-4, "Sokel-Hughes, photoconductor"),
    ("test2", "J_Murgatroyd_A_m-2", (3.0, 1e9), 6e-2, "Murgatroyd, above 3 V"),
    ("test4", "J_movingElectrode_A_m-2", (0.0, 0.2), 1.6e-2, "moving electrode, below 0.2 V"),
    ("test4", "J_MottGurney_A_m-2", (4.0, 1e9), 6e-2, "Mott-Gurney, above 4 V"),
)
RATES = (0.1, 1.0, 10.0)  # V/s
STEEP = 1.0  # V; above it curves are compared along the voltage axis


# --- curves --------------------------------------------------------------------------------------


@cache
def steady(name: str, accuracy: str = "high") -> Any:
    """Steady curve of a SIMsalabim set, or of "sesame" or "devsim"."""
    return device(name).steady(accuracy)


@cache
def device(name: str) -> Any:
    """Deck of a peer's parameter set."""
    from halodot.device.charge.exchange import devsim, sesame
    from peer_cells import DATA, deck, rows

    if name == "sesame":
        volts = rows("sesame_test1_comsol_jv")["V_V"]
        return sesame.read(DATA / "sesame_test1_hetero_pn_parameters.csv", voltages=volts)
    if name == "devsim":
        return devsim.read(voltages=tuple(rows("devsim_diode1d_extended_run")["V_V"]))
    return deck(name)


# thickness of the layers of the default cell on the 400 nodes of zimt, which put the interfaces
# half a spacing off [m]; 25, 500 and 10 nm are asked for
ON_THE_GRID = (24.548e-9, 500.270e-9, 9.836e-9)


@cache
def hysteresis(accuracy: str = "high", on_the_grid: bool = False) -> Any:
    """Loop of the default cell of zimt at 1 V/s, 129 points, in the light."""
    from halodot.device.charge.exchange import Schedule
    from peer_cells import table

    reference = table("default_zimt_hysteresis_1Vps_dv20mV_run")
    time, volts = reference["t_s"], reference["Vext_V"]
    corners = np.array([0, int(np.argmax(volts)), len(time) - 1])
    schedule = Schedule(
        time=time[corners], voltage=volts[corners], light=np.ones(3), outputs=time[1:]
    )
    found = device("default_zimt")
    if on_the_grid:
        found = deck_of(ON_THE_GRID)
    return found.swept(schedule).follow(accuracy)


def deck_of(thickness: tuple[float, ...]) -> Any:
    """Default cell of zimt with other thicknesses, its light squeezed into them."""
    from peer_cells import deck

    return deck("default_zimt", change={f"l{k + 1}.L": t for k, t in enumerate(thickness)})


@cache
def step(accuracy: str = "high") -> Any:
    """Current after a step of 1 V on the capacitor with a series resistance (test 7)."""
    from halodot.device.charge.exchange import Schedule
    from peer_cells import table

    time = table("test7_run")["t_s"]
    schedule = Schedule(
        time=np.array([0.0, time[1], time[-1]]),
        voltage=np.array([0.0, 1.0, 1.0]),
        light=np.zeros(3),
        outputs=time[2:],
    )
    return device("test7").swept(schedule).follow(accuracy)


@cache
def loop(rate: float, accuracy: str = "high") -> Any:
    """Loop of the IonMonger cell from rest in the dark, 0 to 1.3 V and back, 1.0398 suns."""
    from halodot.device.charge.exchange import cyclic, ionmonger
    from peer_cells import DATA

    path = DATA / "ionmonger_default_parameters.csv"
    schedule = cyclic(0.0, 1.3, rate, light=1.0398, points=261)
    return ionmonger.read(path, absorption="uniform", schedule=schedule).follow(accuracy)


@cache
def finest(name: str) -> FloatArray:
    """Currents of a steady curve in one run on about 8000 nodes."""
    from halodot.device.charge.run import steady as run

    deck = device(name)
    volts, light = deck.voltage_factor * np.array(deck.voltages), deck.lights[0]
    nodes = 8000 // len(deck.stack.layers)
    record = run(deck.stack, volts, light=light, accuracy="single", nodes=nodes)
    return np.asarray(deck.current_factor * record.current_density)


# --- distances -----------------------------------------------------------------------------------


def good(curve: Any) -> bool:
    """Whether every point of a curve converged."""
    return all(s.is_good for s in curve.record.status)


def distance(test: str, column: str, window: tuple[float, float]) -> float:
    """Root mean square of log10 of computed over closed form."""
    from peer_cells import table

    found, expected = steady(test), table(f"{test}_reference")[column]
    inside = (found.voltage > window[0]) & (found.voltage < window[1])
    return float(np.sqrt(np.mean(np.log10(found.current[inside] / expected[inside]) ** 2)))


def moves(name: str) -> float:
    """Largest relative change of a steady curve with the grid."""
    return float(np.max(np.abs(steady(name).current / finest(name) - 1.0)))


def share(coarse: FloatArray, fine: FloatArray, scale: float, where: Any = slice(None)) -> float:
    """Largest distance of two curves over a current."""
    return float(np.max(np.abs(coarse - fine)[where]) / scale)


@cache
def voltages(accuracy: str = "high") -> FloatArray:
    """Open-circuit voltages of test 6 at the generation rates of the peer [V]."""
    from peer_cells import deck, table

    rates = table("test6_reference")["Gehp_m-3_s-1"]
    decks = [deck("test6", change={"l1.G_ehp": rate}) for rate in rates]
    return np.array([d.open_circuit(top=1.9, accuracy=accuracy) for d in decks])


def voltage_error() -> float:
    """Root mean square distance of these voltages from the closed form [V]."""
    from peer_cells import table

    off = voltages() - table("test6_reference")["Voc_analytic_V"]
    return float(np.sqrt(np.mean(off**2)))


def time_constant() -> float:
    """Decay time of the current of test 7 [s]."""
    curve = step()
    late = curve.time > 1e-6
    return float(-1.0 / np.polyfit(curve.time[late], np.log(curve.current[late]), 1)[0])


@cache
def beside(program: str, accuracy: str = "high") -> tuple[float, float]:
    """Distance of a default cell from the peer: share of Jsc below 1 V, volts above."""
    from peer_cells import table

    if program == "simss":
        reference, curve = table("default_simss_jv_run"), steady("default_simss", accuracy)
        v, j, e = reference["Vext_V"], curve.current, reference["Jext_A_m-2"]
    else:
        reference = table("default_zimt_hysteresis_1Vps_dv20mV_run")
        curve = hysteresis(accuracy, program == "zimt on its grid")
        v, j, e = reference["Vext_V"][1:], curve.current, reference["Jext_A_m-2"][1:]
    turn = int(np.argmax(v)) + 1
    legs = [(v[:turn], j[:turn], e[:turn])]
    if turn < len(v):
        legs.append((v[turn:], j[turn:], e[turn:]))
    v, _, e = legs[0]
    jsc = abs(float(np.interp(0.0, v, e)))
    flat = max(share(j, e, jsc, v < STEEP) for v, j, e in legs)
    steep = max(np.max(np.abs((j - e) / np.gradient(e, v))[v >= STEEP]) for v, j, e in legs)
    return flat, float(steep)


def against(name: str, table: str, column: str, above: float = -1.0) -> float:
    """Largest relative distance of a steady curve from a column of a table."""
    from peer_cells import rows

    found, reference = steady(name), rows(table)
    keep = reference["V_V"] > above
    return float(np.max(np.abs(found.current / reference[column] - 1.0)[keep]))


def crossings(rate: float) -> tuple[float, float]:
    """Open-circuit voltages of the two legs of an IonMonger loop [V]."""
    curve = loop(rate)
    turn, found = int(np.argmax(curve.voltage)), []
    for leg in (slice(0, turn + 1), slice(turn, None)):
        v, j = curve.voltage[leg], curve.current[leg]
        k = int(np.flatnonzero(np.sign(j[:-1]) != np.sign(j[1:]))[0])
        found.append(float(v[k] - j[k] * (v[k + 1] - v[k]) / (j[k + 1] - j[k])))
    return found[0], found[1]


def loop_found(rate: float) -> Found:
    """How much an IonMonger loop moves with the accuracy, and where it crosses zero."""
    coarse, fine = loop(rate, "default"), loop(rate)
    jsc = float(fine.current[0])
    moved = share(coarse.current, fine.current, jsc, fine.current > -jsc)
    up, down = crossings(rate)
    text = f"{100 * moved:.2g} % of Jsc; Voc {up:.4f} V up, {down:.4f} V down"
    return Found(text, bool(moved < 1e-3 and good(coarse) and good(fine)))


# --- rows ----------------------------------------------------------------------------------------


def peer_checks() -> Iterator[Check]:
    """Checks of the charge engine beside other codes."""
    for test, column, window, mark, name in CLOSED_FORMS:
        yield Check(
            f"rms of log10 J, SIMsalabim test {test[4:]}, {name.split(',')[0]}",
            name,
            f"< {mark:g}, that of the peer",
            lambda a=(test, column, window), m=mark: below(distance(*a), m),
        )
    for test in ("test1", "test2", "test4", "default_simss", "sesame", "devsim"):
        label = test.replace("test", "test ").replace("default_", "default cell of ")
        yield Check(
            f"{label}: how far the steady curve moves with the grid",
            "one run on 8000 nodes",
            "< 1e-4" if test == "sesame" else "< 1e-3",
            lambda t=test: below(moves_of(t), 1e-4 if t == "sesame" else 1e-3),
        )
    yield from simsalabim_rows()
    yield from other_rows()


def moves_of(name: str) -> float:
    """`moves`, for a cell with a zero crossing in shares of its current at 0 V."""
    if name not in ("default_simss", "sesame"):
        return moves(name)
    curve, fine = steady(name), finest(name)
    jsc = abs(float(np.interp(0.0, curve.voltage, fine)))
    return share(curve.current, fine, jsc, np.abs(fine) < 1.5 * jsc)


def simsalabim_rows() -> Iterator[Check]:
    """Voltages, time constant and the two default cells."""
    yield Check(
        "open-circuit voltage, nine intensities, SIMsalabim test 6: rms distance",
        "closed form of the peer",
        "< 0.7 mV, that of the peer",
        lambda: below(voltage_error(), 7e-4, "mV", 1e3),
    )
    yield Check(
        "these voltages: how far they move with the accuracy",
        "the default accuracy",
        "< 0.1 mV",
        lambda: below(float(np.max(np.abs(voltages("default") - voltages()))), 1e-4, "mV", 1e3),
    )
    yield Check(
        "decay time after a step, SIMsalabim test 7",
        "R C = 5.0 us (the peer finds 5.36 us)",
        "5.0 us within 0.5 us, that of the peer",
        lambda: Found(f"{time_constant() * 1e6:.4f} us", abs(time_constant() - 5e-6) < 5e-7),
    )
    yield Check(
        "that decay: how far the current moves with the accuracy, of its largest",
        "the default accuracy",
        "< 1e-3",
        lambda: below(share(step("default").current, step().current, step().current.max()), 1e-3),
    )
    for program, what, flat, steep in (
        ("simss", "steady J-V of the default cell, 65 voltages, ions at rest", 1.0, 3.0),
        ("zimt", "loop of the default cell at 1 V/s, 129 points", 1.0, 3.0),
        ("zimt on its grid", "that loop, layers as thick as on the nodes of zimt", 0.3, 1.5),
    ):
        yield Check(
            f"{what}: largest distance below 1.0 V",
            f"SIMsalabim {program.split()[0]} 5.36",
            f"< {flat:g} % of Jsc",
            lambda p=program, m=flat: below(beside(p)[0], m / 100.0, "%", 100.0),
        )
        yield Check(
            f"{what}: largest distance above 1.0 V",
            f"SIMsalabim {program.split()[0]} 5.36",
            f"< {steep:g} mV",
            lambda p=program, m=steep: below(beside(p)[1], m / 1e3, "mV", 1e3),
        )
    yield Check(
        "that loop: how far it moves with the accuracy, where |J| < Jsc",
        "the default accuracy",
        "< 1e-3 of Jsc",
        loop_moves,
    )


def loop_moves() -> Found:
    """Change of the loop of the default cell with the accuracy, over Jsc."""
    coarse, fine = hysteresis("default").current, hysteresis().current
    jsc = abs(float(fine[1]))
    return below(share(coarse, fine, jsc, np.abs(fine) < 1.01 * jsc), 1e-3)


def other_rows() -> Iterator[Check]:
    """Sesame, DEVSIM and IonMonger."""
    cases: tuple[tuple[str, str, str, Callable[[], Found], str], ...] = (
        (
            "J-V of an n-p heterojunction in the light, Sesame test 1: largest relative distance",
            "COMSOL, with 5 digits, shipped with Sesame",
            "< 2e-3 (Sesame: 8.5e-4)",
            lambda: below(against("sesame", "sesame_test1_comsol_jv", "J_comsol_A_cm-2"), 2e-3),
            "",
        ),
        (
            "abrupt silicon diode, 0.2 to 0.5 V: largest relative distance",
            "DEVSIM 2.11.2 with 128-bit numbers",
            "< 1e-3",
            lambda: below(
                against("devsim", "devsim_diode1d_extended_run", "J_A_cm-2", above=0.1001), 1e-3
            ),
            "",
        ),
    )
    for what, peer, mark, work, why in cases:
        yield Check(what, peer, mark, work, why)
    for rate in RATES:
        yield Check(
            f"loop of the IonMonger cell at {rate:g} V/s: how far it moves with the accuracy",
            "the default accuracy (the peer ships no curve)",
            "< 0.1 % of Jsc where J > -Jsc",
            lambda r=rate: loop_found(r),
        )
