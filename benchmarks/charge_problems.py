"""What the charge benchmarks time; as a program, one problem: loop, steady, diode or devices N."""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from . import peers  # puts the readers of the tests on the path
from .measuring import resident_mb

LOOP = (-0.04, 1.24, 0.08)  # V
RATE = 1.0  # V/s
FEW = 100  # nodes of a device in a batch
BOTH = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


class Loop:
    """The zimt cell at 1 V/s: 33 points, the first of which is where the cell settles."""

    kind, peer = "loop", "zimt"

    def __init__(self, nodes: int) -> None:
        from halodot.device.charge.run import Program
        from peer_cells import deck, table

        low, high, step = LOOP
        time = (high - low) / RATE * np.array([0.0, 1.0, 2.0])
        points = 2 * round((high - low) / step)
        outputs = time[-1] * (np.arange(1, points + 1) / points)
        # the positive contact of the peer is the right one, ours the left one
        self.stack = deck("default_zimt").stack
        self.program = Program(time, -np.array([low, high, low]), np.ones(3), outputs)
        self.nodes = nodes
        reference = table("default_zimt_hysteresis_1Vps_dv20mV_run")
        t, expected = reference["t_s"], reference["Jext_A_m-2"]
        self.expected = np.interp(outputs, t - t[0], expected)
        self.voltage = np.interp(outputs, time, [low, high, low])
        self.jsc = abs(float(np.interp(0.04 / RATE, t - t[0], expected)))

    def run(self, accuracy: str = "default") -> Any:
        from halodot.device.charge.run import follow

        return follow(
            self.stack,
            self.program,
            start="settled",
            accuracy=accuracy,
            nodes=peers.split(self.nodes),
        )

    def apart(self, record: Any) -> str:
        return _apart(self, record)


class Steady:
    """The simss cell at the 65 voltages of the peer, ions at rest."""

    kind, peer = "steady", "simss"

    def __init__(self, nodes: int) -> None:
        from peer_cells import deck, table

        reference = table("default_simss_jv_run")
        self.voltage, self.expected = reference["Vext_V"], reference["Jext_A_m-2"]
        self.stack, self.nodes = deck("default_simss").stack, nodes
        self.jsc = abs(float(np.interp(0.0, self.voltage, self.expected)))

    def run(self, accuracy: str = "default") -> Any:
        from halodot.device.charge.run import steady

        return steady(
            self.stack, -self.voltage, light=1.0, accuracy=accuracy, nodes=peers.split(self.nodes)
        )

    def apart(self, record: Any) -> str:
        return _apart(self, record)


class Diode:
    """DEVSIM's silicon diode."""

    def __init__(self) -> None:
        from halodot.device.charge.exchange import devsim

        self.deck = devsim.read()
        self.bias = 0.1 * np.arange(6)

    def run(self) -> Any:
        from halodot.device.charge.run import steady

        return steady(self.deck.stack, self.bias)

    def current(self, record: Any) -> np.ndarray:
        """In the unit of the peer."""
        return np.asarray(self.deck.current_factor * record.current_density)


def _apart(problem: Any, record: Any) -> str:
    """Distance to the curve of the peer."""
    computed = -record.current_density
    curve = peers.Curve(problem.voltage, computed, problem.expected, problem.jsc, record)
    return f"{100 * curve.share_of_jsc:.2g} % of Jsc, {1e3 * curve.volts:.2g} mV from the peer"


def devices(count: int) -> list[tuple[Any, Any]]:
    """The cell of the loop `count` times, each with its own ion mobility."""
    problem = Loop(FEW)
    jobs = []
    for k in range(count):
        factor = 10.0 ** (k / max(count - 1, 1) - 0.5)
        layers = tuple(
            replace(a, ions=tuple(replace(i, mobility=i.mobility * factor) for i in a.ions))
            for a in problem.stack.layers
        )
        jobs.append((replace(problem.stack, layers=layers), problem.program))
    return jobs


def many(count: int) -> dict[str, float]:
    """Run that many devices over the cores, after one that loads the compiled code."""
    from halodot.device.charge.batch import run_many

    follow = partial(run_many, start="settled", accuracy="single", nodes=peers.split(FEW))
    follow(devices(1), workers=1, progress=False)
    before, start = spent(), time.monotonic()
    records = follow(devices(count), progress=False)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "cpu_s": spent() - before,
        "wall_s": time.monotonic() - start,
        "failed": sum(not is_good(r) for r in records),
        "parent_mb": resident_mb(),
        "worker_mb": workers,
    }


def spent() -> float:
    """CPU seconds of this process and its ended children."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, BOTH))


def is_good(record: Any) -> bool:
    """Whether all points of a record are good."""
    return isinstance(record.status, tuple) and all(s.is_good for s in record.status)


if __name__ == "__main__":
    if sys.argv[1] == "devices":
        print(json.dumps(many(int(sys.argv[2]))))
    else:
        made = {"loop": lambda: Loop(400), "steady": lambda: Steady(250), "diode": Diode}
        made[sys.argv[1]]().run(*sys.argv[2:])
        print(json.dumps({"peak_mb": resident_mb()}))
