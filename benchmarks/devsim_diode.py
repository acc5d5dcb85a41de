"""DEVSIM's own diode_1d, as its package ships it, timed: run as a program, prints CPU seconds.

The last line is JSON: processor time without imports, bias [V] and current of the contact [A/cm2]
at each. Exit code 3 says that DEVSIM is not there or finds no linear algebra.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import runpy
import sys
import tempfile
import time
from pathlib import Path

EXAMPLE = Path(sys.prefix) / "devsim_data/examples/diode/diode_1d.py"


def main() -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.path.insert(0, str(EXAMPLE.parent))
    try:
        # what the example imports
        import devsim.python_packages.model_create
        import devsim.python_packages.simple_physics  # noqa: F401
        import diode_common  # noqa: F401
    except (ImportError, RuntimeError) as e:
        print(f"{type(e).__name__}: {e}", file=sys.stderr)
        return 3
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        start = time.process_time()
        with contextlib.redirect_stdout(said):
            runpy.run_path(str(EXAMPLE))
        spent = time.process_time() - start
    words = [line.split("\t") for line in said.getvalue().splitlines()]
    rows = [w for w in words if w[0] == "top" and len(w) == 5]
    bias, current = ([float(w[k]) for w in rows] for k in (1, 4))
    print(json.dumps({"cpu_s": spent, "bias": bias, "current": current}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
