"""A whole study, from the dots to the figures of merit, with its intervals."""

from __future__ import annotations

import resource
from typing import Any

from halodot import chain
from halodot.core import tomlfile
from halodot.study import find, from_data, shipped
from halodot.template import template


def cpu_seconds() -> float:
    """CPU seconds so far of this process and of the workers that have ended."""
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def run() -> list[dict[str, Any]]:
    """CPU time of ``study.m1`` against the flow without the ensemble around it."""
    where = find("m1") if "m1" in shipped() else None
    text = where.read_text(encoding="utf-8") if where else template("memristor")
    file = from_data(tomlfile.parse(text), where.parent if where else ".")
    study = file.variants[0][1]
    chain.measure(study, file.library)  # compile first: run time only

    start = cpu_seconds()
    chain.measure(study, file.library)
    once = cpu_seconds() - start
    start = cpu_seconds()
    chain.run(study, file.library)
    whole = cpu_seconds() - start
    runs = study.study.draws + 1
    return [
        {
            "name": "study.m1",
            "cpu_s": whole,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "peer": f"{runs} single passes (floor)",
            "peer_cpu_s": runs * once,
            "ratio": runs * once / whole,
            "note": "draws differ in cost from the nominal run"
            if where
            else "no shipped m1: the template of halodot new memristor",
        }
    ]
