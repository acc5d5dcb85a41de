"""DEVSIM's diode with 128-bit numbers on a finer mesh: a program that prints JSON.

The diode of DEVSIM's own example diode_1d through its `simple_physics`; the argument divides its
mesh spacings. Exit code 3 says that DEVSIM is not there or finds no linear algebra.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys

WIDTH, MIDDLE = 1e-5, 0.5e-5  # cm
BIASES = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]


def mesh(ds, finer):
    ds.create_1d_mesh(mesh="dio")
    for place, spacing, tag in ((0.0, 1e-7, "top"), (MIDDLE, 1e-9, "mid"), (WIDTH, 1e-7, "bot")):
        ds.add_1d_mesh_line(mesh="dio", pos=place, ps=spacing / finer, tag=tag)
    for tag in ("top", "bot"):
        ds.add_1d_contact(mesh="dio", name=tag, tag=tag, material="metal")
    ds.add_1d_region(mesh="dio", material="Si", region="r", tag1="top", tag2="bot")
    ds.finalize_mesh(mesh="dio")
    ds.create_device(mesh="dio", device="d")


def equations(ds, physics, models):
    at = {"device": "d", "region": "r"}
    physics.SetSiliconParameters("d", "r", 300)
    for name in ("taun", "taup"):
        ds.set_parameter(**at, name=name, value=1e-8)
    models.CreateNodeModel("d", "r", "NetDoping", f"1e18*(step(x-{MIDDLE})-step({MIDDLE}-x))")
    models.CreateSolution("d", "r", "Potential")
    physics.CreateSiliconPotentialOnly("d", "r")
    for name in ("top", "bot"):
        ds.set_parameter(device="d", name=physics.GetContactBiasName(name), value=0.0)
        physics.CreateSiliconPotentialOnlyContact("d", "r", name)
    ds.solve(type="dc", absolute_error=1.0, relative_error=1e-12, maximum_iterations=30)
    for name, start in (("Electrons", "IntrinsicElectrons"), ("Holes", "IntrinsicHoles")):
        models.CreateSolution("d", "r", name)
        ds.set_node_values(**at, name=name, init_from=start)
    physics.CreateSiliconDriftDiffusion("d", "r")
    for name in ("top", "bot"):
        physics.CreateSiliconDriftDiffusionAtContact("d", "r", name)


def current(ds, contact):
    names = ("ElectronContinuityEquation", "HoleContinuityEquation")
    return sum(ds.get_contact_current(device="d", contact=contact, equation=n) for n in names)


def main(finer):
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        import devsim as ds
        import devsim.python_packages.model_create as models
        import devsim.python_packages.simple_physics as physics
    except (ImportError, RuntimeError) as e:
        sys.stderr.write(f"{type(e).__name__}: {e}\n")
        return 3
    for name in ("extended_solver", "extended_model", "extended_equation"):
        ds.set_parameter(name=name, value=True)
    rows = []
    with contextlib.redirect_stdout(io.StringIO()):
        mesh(ds, finer)
        equations(ds, physics, models)
        for bias in BIASES:
            ds.set_parameter(device="d", name=physics.GetContactBiasName("top"), value=bias)
            for _ in range(2):
                ds.solve(type="dc", absolute_error=1.0, relative_error=1e-14, maximum_iterations=60)
            rows.append([bias, current(ds, "top"), current(ds, "bot")])
    sys.stdout.write(json.dumps(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
