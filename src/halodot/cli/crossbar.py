"""``halodot crossbar``: currents of a crossbar with resistive wires, from and to .npy files."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import tokenize
from pathlib import Path
from typing import Any


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p = verbs.add_parser(
        "crossbar",
        help="currents of a crossbar with resistive wires",
        description="Word lines are driven at their left end, bit lines are held at 0 V at their "
        "bottom end, unless options say otherwise; one wire segment lies between neighbouring "
        "cells, and one between each driven or held end and its first cell. Resistances are "
        "numbers in ohm or text with a unit.",
    )
    p.add_argument("conductance", metavar="G.npy", help="[word lines, bit lines] in siemens")
    p.add_argument("voltage", metavar="V.npy", help="[word lines] or [batch, word lines] in volts")
    p.add_argument(
        "--wire-resistance", required=True, metavar="R", help="of one segment: 1 or '1 ohm'"
    )
    p.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="I.npy",
        help="currents in amperes, [bit lines] or [batch, bit lines]",
    )
    p.add_argument("--bit-wire-resistance", metavar="R", help="of the bit lines, if another")
    p.add_argument("--source-resistance", metavar="R", default="0", help="at each driven end")
    p.add_argument("--ground-resistance", metavar="R", default="0", help="at each held end")
    p.add_argument("--driven", choices=("left", "right", "both"), default="left")
    p.add_argument("--held", choices=("bottom", "top", "both"), default="bottom")
    p.add_argument("--floating-word", metavar="0,2", help="word lines that are tied to nothing")
    p.add_argument("--floating-bit", metavar="0,2", help="bit lines that are tied to nothing")
    p.add_argument(
        "--bit-voltage", metavar="U.npy", help="at the held ends, as V.npy; 0 V if not given"
    )
    p.add_argument(
        "--law",
        metavar="LAW",
        default="linear",
        help="of the cells: linear, or 'sinh 0.2 V' for G Vr sinh(V/0.2 V) / sinh(Vr/0.2 V)",
    )
    p.add_argument(
        "--read-voltage", metavar="Vr", default="0", help="at which G was read, for --law sinh"
    )
    p.add_argument("--json", action="store_true", help="print one JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Solve and write the currents; return 1 where they did not converge."""
    import numpy as np

    from ..array.crossbar import Crossbar
    from ..array.ends import Ends
    from .output import print_flat, print_json

    resistance = _number(args.wire_resistance, "--wire-resistance", "ohm")
    other = args.bit_wire_resistance
    ends = Ends(
        args.driven,
        args.held,
        _number(args.source_resistance, "--source-resistance", "ohm"),
        _number(args.ground_resistance, "--ground-resistance", "ohm"),
        _lines(args.floating_word, "--floating-word"),
        _lines(args.floating_bit, "--floating-bit"),
    )
    crossbar = Crossbar(
        read_npy(args.conductance),
        resistance,
        bit_wire_resistance=other and _number(other, "--bit-wire-resistance", "ohm"),
        ends=ends,
    )
    bit_voltage = None if args.bit_voltage is None else read_npy(args.bit_voltage)
    solver = _with_law(crossbar, args.law, args.read_voltage)
    product = solver.product(read_npy(args.voltage), bit_voltage)
    write_npy(args.output, product.current)
    word_lines, bit_lines = crossbar.shape
    body = {
        "output": str(args.output),
        "word_lines": word_lines,
        "bit_lines": bit_lines,
        "inputs": product.current.size // bit_lines,
        "wire_resistance_ohm": resistance,
        "bit_wire_resistance_ohm": crossbar.bit_wire_resistance,
        "law": args.law,
        "ir_drop_number": crossbar.ir_drop_number,
        "current_largest_A": float(np.abs(product.current).max()),
        "method": product.method,
        "kirchhoff_residual": product.residual,
        "status": product.status.name.lower(),
    }
    (print_json if args.json else print_flat)(body)
    if not product.status.is_good:
        sys.stderr.write(f"halodot: {product.status.value}\n")
    return 0 if product.status.is_good else 1


def _with_law(crossbar: Any, text: str, read_voltage: str) -> Any:
    """Return the crossbar itself for linear cells, or one with the law that `text` names."""
    from ..array.laws import Sinh
    from ..array.nonlinear import NonlinearCrossbar
    from ..core.errors import InputError

    name, _, scale = text.strip().partition(" ")
    if name == "linear" and not scale:
        return crossbar
    if name != "sinh" or not scale.strip():
        raise InputError("--law", text, "linear, or sinh with its voltage", "--law 'sinh 0.2 V'")
    volts = _number(scale.strip(), "--law", "V")
    read = _number(read_voltage, "--read-voltage", "V")
    return NonlinearCrossbar(
        Sinh(crossbar.conductance, volts, read),
        crossbar.wire_resistance,
        bit_wire_resistance=crossbar.bit_wire_resistance,
        ends=crossbar.ends,
    )


def _number(text: str, option: str, unit: str) -> float:
    """Read a plain number in `unit`, anything else as a number with its unit; 0 or more."""
    import math

    from ..core.errors import InputError
    from ..core.units import parse

    try:
        value = float(text)
    except ValueError:
        try:
            value = parse(text, unit, field=option)
        except InputError as e:
            raise InputError(option, text, e.allowed, e.remedy) from None
    if not (math.isfinite(value) and value >= 0.0):
        raise InputError(option, text, f"a finite number of {unit}, 0 or more", f"'1 {unit}'")
    return value


def _lines(text: str | None, option: str) -> tuple[int, ...]:
    from ..core.errors import InputError

    try:
        return tuple(int(part) for part in text.split(",")) if text else ()
    except ValueError:
        allowed = "line numbers from 0, with commas"
        raise InputError(option, text, allowed, f"{option} 0,2") from None


def read_npy(path: str) -> Any:
    """Return the array of a .npy file, never unpickling anything.

    The file is mapped first, so that a header that promises more than the file holds is refused
    before memory is asked for.
    """
    import numpy as np

    from ..core.errors import InputError

    allowed = "a .npy file with real numbers, as numpy.save writes it"
    if not Path(path).is_file():
        found = "a folder" if Path(path).is_dir() else "no such file"
        raise InputError(path, found, allowed, "check the path")
    try:
        with open(path, "rb") as file:
            start = file.read(6)
        if start != b"\x93NUMPY":
            kind = "an .npz archive" if start[:2] == b"PK" else "not a .npy file"
            raise InputError(path, kind, allowed, "numpy.save(path, array)")
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        return np.array(mapped)
    except InputError:
        raise
    except (OSError, ValueError, EOFError, OverflowError, MemoryError, RecursionError) as e:
        raise InputError(path, str(e) or type(e).__name__, allowed, "write it again") from e
    except (SyntaxError, tokenize.TokenError, TypeError, KeyError) as e:
        raise InputError(path, f"damaged header ({e})", allowed, "write it again") from e


def write_npy(path: str, values: Any) -> None:
    """Write through a temporary file beside `path`: the old file stays until the new is whole."""
    import numpy as np

    from ..core.errors import InputError

    target = Path(path)
    allowed = "a file name in an existing folder that can be written"
    if target.is_dir():
        raise InputError(path, "a folder", allowed, "add a file name, for example I.npy")
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:60]}.")
        with os.fdopen(handle, "wb") as file:
            np.save(file, values, allow_pickle=False)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except OSError as e:
        raise InputError(path, e.strerror or str(e), allowed, "check folder and disk") from e
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
