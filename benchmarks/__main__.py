"""Run ``run()`` of every ``bench_*.py`` and write ``latest.json``; a group name runs one group."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from . import run_group

FOLDER = Path(__file__).parent
KEYS = ("name", "cpu_s", "peak_mb", "peer", "peer_cpu_s", "ratio", "note")


def groups() -> list[str]:
    """Names of all groups: charge for ``bench_charge.py``."""
    return sorted(p.stem.removeprefix("bench_") for p in FOLDER.glob("bench_*.py"))


def rows(group: str, alone: bool = False) -> Iterator[dict[str, Any]]:
    """The results of one group, each with exactly the keys of `latest.json`.

    Each group has a process of its own, so that the peak of one is not counted for the next.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        for row in apart.submit(run_group, group, alone).result():
            yield {key: row.get(key) for key in KEYS}


def main(only: str = "") -> int:
    """Run the groups, print a line for each result and write all of them."""
    known = groups()
    if only and only not in known:
        print(f"ONLY={only} is no group; one of {', '.join(known)}", file=sys.stderr)
        return 2
    latest = FOLDER / "latest.json"
    chosen = [only] if only else known
    kept = json.loads(latest.read_text()) if only and latest.is_file() else []
    found = [r for r in kept if r["name"].split(".")[0] not in chosen]
    for group in chosen:
        for row in rows(group, alone=bool(only)):
            found.append(row)
            peer = f"{row['ratio']:.3g} x {row['peer']}" if row["ratio"] else "no peer"
            print(f"{row['name']:<32} {row['cpu_s']:>10.4g} s  {peer}  {row['note'] or ''}")
    latest.write_text(json.dumps(found, indent=1) + "\n")
    print(latest)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
