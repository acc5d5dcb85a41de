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
        "bottom end; one wire segment lies between neighbouring cells, and one between each driven "
        "or held end and its first cell.",
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
    p.add_argument("--json", action="store_true", help="print one JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Solve and write the currents; return 1 where they did not converge."""
    import numpy as np

    from ..array.crossbar import Crossbar
    from .output import print_flat, print_json

    resistance = _resistance(args.wire_resistance)
    conductance = read_npy(args.conductance)
    crossbar = Crossbar(conductance, resistance)
    product = crossbar.product(read_npy(args.voltage))
    write_npy(args.output, product.current)
    word_lines, bit_lines = crossbar.shape
    body = {
        "output": str(args.output),
        "word_lines": word_lines,
        "bit_lines": bit_lines,
        "inputs": product.current.size // bit_lines,
        "wire_resistance_ohm": resistance,
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


def _resistance(text: str) -> float:
    """Read a plain number as ohm, anything else as a number with its unit."""
    from ..array.ends import read_resistance
    from ..core.errors import InputError

    try:
        number: float | str = float(text)
    except ValueError:
        number = text
    try:
        return read_resistance(number)
    except InputError as e:
        raise InputError("--wire-resistance", text, e.allowed, e.remedy) from None


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
