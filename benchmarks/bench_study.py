"""A whole study, from the dots to the figures of merit, with its intervals."""

from __future__ import annotations

import resource
import time
from typing import Any

from halodot import chain
from halodot.core import tomlfile
from halodot.study import find, from_data, shipped
from halodot.template import template


def run() -> list[dict[str, Any]]:
    """CPU time of ``study.m1`` against the flow without the ensemble around it."""
    where = find("m1") if "m1" in shipped() else None
    text = where.read_text(encoding="utf-8") if where else template("memristor")
    file = from_data(tomlfile.parse(text), where.parent if where else ".")
    study = file.variants[0][1]
    chain.measure(study, file.library)  # compile first: run time only

    start = time.process_time()
    chain.measure(study, file.library)
    once = time.process_time() - start
    start = time.process_time()
    chain.run(study, file.library)
    whole = time.process_time() - start
    runs = study.study.draws + 1
    return [
        {
            "name": "study.m1",
            "cpu_s": whole,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "peer": f"{runs} single passes (floor)",
            "peer_cpu_s": runs * once,
            "ratio": runs * once / whole,
            "note": "" if where else "no shipped m1: the template of halodot new memristor",
        }
    ]
