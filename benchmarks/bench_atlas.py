"""The atlas of devices: all systems where it is asked for by name, else a few.

`make bench ONLY=atlas` runs every system on two cores, which takes minutes, and gives
``atlas.all``; `make bench` runs three of them, so that it stays short, and gives ``atlas.some``.
CPU seconds are those of all processes of the atlas, compiled kernels in their cache, nothing of an
earlier atlas kept.
"""

from __future__ import annotations

import json
import tempfile
from typing import Any

from .measuring import fresh

SOME = ("T12", "M2", "M9")
CODE = """
import json, resource, sys, time
from halodot.atlas import atlas
start = time.monotonic()
found = atlas({only!r}, {folder!r})
used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
from halodot.report.atlas_files import counts
print(json.dumps({{
    "cpu_s": sum(u.ru_utime + u.ru_stime for u in used),
    "wall_s": time.monotonic() - start,
    "peak_mb": max(u.ru_maxrss for u in used) / 1024,
    "slowest": max((e.cpu_s, e.id) for e in found.entries),
    **counts(found),
}}))
"""


def row(name: str, only: tuple[str, ...]) -> dict[str, Any]:
    """One line of latest.json."""
    with tempfile.TemporaryDirectory() as place:
        child = fresh("-c", CODE.format(only=only, folder=f"{place}/atlas"))
    said = json.loads(child.output.splitlines()[-1])
    slowest, which = said["slowest"]
    note = (
        f"{said['systems']} systems in {said['wall_s']:.0f} s wall: {said['ok']} ok, "
        f"{said['incomplete']} incomplete, {said['failed']} failed; "
        f"{said['predicted_numbers_within']} of {said['predicted_numbers']} predicted numbers "
        f"hold; slowest {which}, {slowest:.0f} s; memory is that of the largest process"
    )
    return {
        "name": name,
        "cpu_s": said["cpu_s"],
        "peak_mb": said["peak_mb"],
        "peer": None,
        "peer_cpu_s": None,
        "ratio": None,
        "note": note,
    }


def run() -> list[dict[str, Any]]:
    """A few systems, among other groups."""
    return [row("atlas.some", SOME)]


def run_alone() -> list[dict[str, Any]]:
    """Every system, where the group is asked for by name."""
    return [row("atlas.all", ())]


if __name__ == "__main__":
    print(run())
