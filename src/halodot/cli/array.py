"""``halodot array FOLDER|STUDY``: measured files, or a study, to the device of an array."""

from __future__ import annotations

import argparse
import sys
from typing import Any


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p = verbs.add_parser(
        "array",
        help="measured files to a device that networks can be built of",
        description="Read a folder of measured files (sweeps, pulses, retention, endurance, "
        "responses to light), or simulate a study, and say what an array needs to know of the "
        "device: range, states, update of a pulse, spread between cycles and devices, decay.",
    )
    p.add_argument("device", metavar="FOLDER|STUDY", help="measured files, or a study")
    p.add_argument("--variant", default="", metavar="LABEL", help="of a study that has several")
    p.add_argument("--read-voltage", metavar="TEXT", help="where no file says it: '100 mV'")
    p.add_argument(
        "-o", "--output", metavar="DIR", help="write device.json and pictures (SVG) there"
    )
    p.add_argument("--json", action="store_true", help="one flat JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Characterise, print, write; 1 where the device has no range or no read voltage."""
    from ..array.spec import ArraySpec
    from ..core.spec import build
    from ..measured import characterise
    from ..measured.report import files, flat, words, write
    from .output import print_flat, print_json

    spec = None
    if args.read_voltage is not None:
        spec = build(ArraySpec, {"read_voltage": args.read_voltage})
    device = characterise(args.device, spec, args.variant)
    written = write(device, args.output) if args.output else []
    body = flat(device)
    if args.json:
        body |= {"missing": device.missing, "notes": list(device.cell.notes)}
        body |= {"files": files(device), "written": [str(p) for p in written]}
        print_json(body)
    else:
        print_flat(body)
        sys.stdout.write("\n" + "\n".join(words(device)) + "\n")
        for path in written:
            sys.stdout.write(f"{path}\n")
    if not device.cell.is_known:
        sys.stderr.write(
            "halodot: the device has no range or no read voltage: see 'not known'; "
            "a read voltage is given with --read-voltage here, or with "
            "--set array.read_voltage=... of halodot task\n"
        )
    return 0 if device.cell.is_known else 1
