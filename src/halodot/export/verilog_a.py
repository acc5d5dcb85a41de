"""A filament as a Verilog-A module: the kernels themselves, their state a node with ``ddt``.

No hidden variable keeps a state, so that what comes out does not depend on the steps of a solver.
Parameters are in SI with energies in eV, the state in nm so that tolerances of volts suit it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..device.filament.growth import conductance, speed, wear_rate
from .model import MOST, OFFSET, STIFF, STOP, Filament, wrapped
from .translate import CELL, EXPM1, number, with_callees

F = NDArray[np.float64]
POSITIVE = frozenset((
    "length", "tip", "hop", "atom", "volume", "charge", "attempt", "tension", "resistivity",
    "point", "temperature", "half_light", "damage_hot", "compliance", "compliance_reset",
    "film_heat",
))  # fmt: skip

USE = """Use: compile with a Verilog-A compiler, as in
  openvaf {name}.va
and in ngspice with OSDI: `pre_osdi {name}.osdi` in .control, then
  .model cell {name}
  N1 left right light shape wear cell
left, right: terminals of the study ({active} is the active electrode). light: voltage is the
fraction of full light, 0 to 1 ({light}). shape: its voltage is the shape in nm (below 0: minus the
gap; above: growth of the radius). wear: -ln(1 - share of ligands lost). The last two are states:
leave them open, read them, set them with .ic. An operating point holds them at w0 and wear0.
The compiler brings disciplines.vams; where yours does not, take that of the standard."""

ASSUMED = """Assumptions: one filament, one coordinate (docs/theory/filament_reduced.md); noise left
out, the barrier of the way taken at its median (parameter shift). The stack beside the filament is
a table over voltage and light, straight lines between its points, its edge slopes outside. Current
is refused beyond the compliance by a resistance of {stiff:g} V / compliance. A filament that has
gone, or is as wide as the film is thick, stops over {stop:g} nm."""


def module(part: Filament) -> str:
    """Return the module of a filament.

    Examples
    --------
    >>> from halodot.export import of_study
    >>> text = module(of_study("m9").filament)
    >>> text.count("ddt(")
    2
    """
    origin, device = part.origin, part.device
    light = f"{float(part.full_light):g} W/m2" if part.full_light.is_known else "not used: no light"
    active = "left" if device.sign > 0 else "right"
    head = origin.head(
        "Verilog-A module: a filament that grows and thins", "//",
        USE.format(name=origin.name, active=active, light=light),
        ASSUMED.format(stiff=STIFF, stop=1e9 * STOP),
        *([f"Said when the model was made: {'; '.join(origin.notes)}"] if origin.notes else []),
    )  # fmt: skip
    near, far = ("left", "right") if device.sign > 0 else ("right", "left")
    lines = [
        *head, '`include "disciplines.vams"', "",
        f"module {origin.name}(left, right, light, shape, wear);",
        "  inout left, right, light, shape, wear;",
        "  electrical left, right, light, shape, wear, inner;",
        f"  branch ({near}, inner) source_;", f"  branch (inner, {far}) cell_;", "",
        *(f"  {line}" for line in _parameters(part)), "",
        *(f"  {line}".rstrip() for line in _functions(part)),
        *(f"  {line}" for line in _analog()),
        "endmodule", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _parameters(part: Filament) -> list[str]:
    lines = []
    for name, value, unit, what in part.parameters():
        lines += [f"// {CELL}{name} [{unit}]: {line}" if k == 0 else f"//   {line}"
                  for k, line in enumerate(wrapped(what, 12 + len(name)))]  # fmt: skip
        bounds = " from (0:inf)" if name in POSITIVE else ""
        lines.append(f"parameter real {CELL}{name} = {number(value)}{bounds};")
    start = -part.device.cell.length * 1e9
    return [
        *lines,
        "// shift [eV]: of the barriers on the way of this filament",
        f"parameter real shift = {number(part.shift)};",
        "// full_light [W/m2]: that the film takes at full light",
        f"parameter real full_light = {number(part.device.back.absorbed)};",
        "// w0 [nm], wear0 [1]: states at the operating point",
        f"parameter real w0 = {number(start)};",
        "parameter real wear0 = 0.0;",
    ]


def _functions(part: Filament) -> list[str]:
    back = part.device.back
    kernels = with_callees(speed, conductance, wear_rate)
    text = [EXPM1, *(f.text for f in kernels.values())]
    text += table("background", back.current, back.volts, back.light)
    text += table("near", back.near, back.volts, back.light)
    return "\n".join(text).splitlines()


def _analog() -> list[str]:
    stop = number(STOP)
    most = number(MOST)
    offset = number(OFFSET)
    return [
        "real volts, lit, w, lost, metal, share, passing, hot, rate, stopped;",
        "analog begin",
        f"  V(source_) <+ {CELL}series * I(source_)",
        f"    + {number(STIFF)} / {CELL}compliance * max(I(source_) - {CELL}compliance, 0.0)",
        f"    - {number(STIFF)} / {CELL}compliance_reset"
        f" * max(-I(source_) - {CELL}compliance_reset, 0.0);",
        "  volts = V(cell_);",
        "  lit = min(max(V(light), 0.0), 1.0);",
        "  w = 1e-9 * V(shape);",
        "  lost = -hd_expm1(-max(V(wear), 0.0));",
        "  metal = hd_conductance(w);",
        f"  I(cell_) <+ 1e-15 * sinh(max(-{most}, min({most}, hd_background(lit, volts))))"
        " + metal * volts;",
        "  share = min(max(hd_near(lit, volts), 0.0), 1.0);",
        "  rate = hd_speed(w, volts, share, lit * full_light, lost, (metal * volts) * volts, shift,"
        " passing, hot);",
        "  // the filament stays between the electrodes",
        "  if (rate < 0.0)",
        f"    stopped = min(max((w + {CELL}length) / {stop}, 0.0), 1.0);",
        "  else",
        f"    stopped = min(max(({CELL}length - w) / {stop}, 0.0), 1.0);",
        '  if (analysis("static")) begin',
        "    I(shape) <+ V(shape) - w0;",
        "    I(wear) <+ V(wear) - wear0;",
        "  end else begin",
        "    I(shape) <+ -1e9 * rate * stopped;",
        "    I(wear) <+ -hd_wear_rate(w, passing, hot);",
        "  end",
        "  // counted from far off zero, so that relative tolerances do not crowd where it joins",
        f"  I(shape) <+ ddt(V(shape) + {offset});",
        "  I(wear) <+ ddt(V(wear));",
        "end",
    ]


def table(name: str, values: F, volts: F, light: F) -> list[str]:
    """Return functions that interpolate as `reduced.table` does, to the last bit.

    Parameters
    ----------
    values
        [light, volts].

    Examples
    --------
    >>> rows = np.array([[0.0, 1.0]])
    >>> print(table("line", rows, np.array([0.0, 2.0]), np.zeros(1))[0].splitlines()[-3].strip())
    hd_line = 0.0 + (volts - 0.0) / 2.0 * 1.0;
    """
    if len(light) == 1:
        body = _straight(f"hd_{name}", "volts", volts, values[0])
        return [_function(name, "lit, volts", "", body)]
    rows = [
        _function(f"{name}_{j}", "volts", "", _straight(f"hd_{name}_{j}", "volts", volts, row))
        for j, row in enumerate(values)
    ]
    body = []
    for j in range(len(light) - 1):
        step = number(float(light[j + 1] - light[j]))
        inside = [
            f"low = hd_{name}_{j}(volts);",
            f"s = (lit - {number(float(light[j]))}) / {step};",
            f"hd_{name} = low + min(max(s, 0.0), 1.0) * (hd_{name}_{j + 1}(volts) - low);",
        ]
        body += _case("lit", light, j, inside)
    return [*rows, _function(name, "lit, volts", "low, s", body)]


def _straight(result: str, x: str, at: F, y: F) -> list[str]:
    lines = []
    for k in range(len(at) - 1):
        first, step = number(float(at[k])), number(float(at[k + 1] - at[k]))
        rise = number(float(y[k + 1] - y[k]))
        inside = f"{result} = {number(float(y[k]))} + ({x} - {first}) / {step} * {rise};"
        lines += _case(x, at, k, [inside])
    return lines


def _case(x: str, at: F, k: int, inside: list[str]) -> list[str]:
    """One interval of an if-chain; the first and the last go on outside."""
    if len(at) == 2:
        return inside
    last = k == len(at) - 2
    test = "end else begin" if last else f"if ({x} <= {number(float(at[k + 1]))}) begin"
    head = test if k == 0 or last else f"end else {test}"
    return [head, *(f"  {line}" for line in inside), *(["end"] if last else [])]


def _function(name: str, inputs: str, reals: str, body: list[str]) -> str:
    names = f"{inputs}, {reals}" if reals else inputs
    return "\n".join(
        [f"analog function real hd_{name};", f"  input {inputs};", f"  real {names};", "  begin",
         *(f"    {line}" for line in body), "  end", "endfunction"]
    )  # fmt: skip
