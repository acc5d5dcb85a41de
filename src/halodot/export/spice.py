"""A filament as an ngspice subcircuit: behavioural sources and one capacitor for each state.

The equations are those of `device.filament.growth` and `reduced`, in nanometres and logarithms, so
that a solver whose tolerances are volts and amperes meets numbers near one. Left out is chance.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE
from ..device.filament.growth import HOTTEST, WARM
from ..device.filament.rates import LARGEST, LORENZ
from .model import MOST, OFFSET, STIFF, STOP, Filament, wrapped

F = NDArray[np.float64]
NM = 1e9
# unit of `model.FIELDS` -> unit in the netlist and the factor to it
UNITS = {
    "m": ("nm", NM), "m3": ("nm3", NM**3), "1/m": ("1/nm", 1.0 / NM), "ohm m": ("ohm nm", NM),
    "J/m2": ("eV/nm2", 1e-18 / ELEMENTARY_CHARGE), "W/m/K": ("W/nm/K", 1.0 / NM),
}  # fmt: skip
LITTLE = 1e-18  # F, across the cell: far below its own, for solvers
FAR = 3.0  # of the largest voltage of the table: what is above counts as that in the rates
OF_INSTANCE = ("length", "tip", "redox", "creep", "temperature", "series", "compliance",
               "compliance_reset", "growth", "thinning")  # fmt: skip
NOT_USED = frozenset(("half_light", "lowering", "redox_share"))

OPTIONS = "method=gear reltol=1e-5 itl4=100"
USE = """Use: .include this file, then
  X1 left right light {name}
left, right: the terminals of the study ({active} is the active electrode).
light: a node whose voltage is the fraction of full light, 0 to 1 ({light}).
States: v(x1.w), the shape in nm (below 0: minus the gap, above: growth of the radius), and
v(x1.wear), -ln(1 - share of ligands lost). They start from w0 and wear0.
Every number on the .subckt line can be given to an instance: X1 a b l {name} w0=0.5
Integrate with .options {options}
and give .tran a largest step that resolves the sweep, such as 1e-3 of it."""

ASSUMED = """Assumptions: one filament, one coordinate (docs/theory/filament_reduced.md).
Noise is left out: the scatter of atoms, and the way of each new filament, whose barrier is
lowered by the parameter shift, here its median.
The stack beside the filament is a table of its current over voltage and light, straight lines
between its points, and goes on straight outside; rates take more than {far:g} times its largest
voltage as that.
Current is refused beyond the compliance by {stiff:g} V / compliance: to {error:g} of it a volt.
A filament that has gone stops over the last {stop:g} nm at the electrode."""


def subcircuit(part: Filament) -> str:
    """Return the subcircuit of a filament.

    Parameters
    ----------
    part
        See `model.filament`. Lengths become nm, surface energy eV/nm2; energies stay in eV.

    Examples
    --------
    >>> from halodot.export import of_study
    >>> text = subcircuit(of_study("m9").filament)
    >>> text.splitlines()[-1]
    '.ends'
    """
    device, origin = part.device, part.origin
    light = f"{float(part.full_light):g} W/m2" if part.full_light.is_known else "not used: no light"
    active = "left" if device.sign > 0 else "right"
    head = origin.head(
        "Subcircuit for ngspice: a filament that grows and thins",
        "*",
        USE.format(name=origin.name, active=active, light=light, options=OPTIONS),
        ASSUMED.format(far=FAR, stiff=STIFF, error=1.0 / STIFF, stop=STOP * NM),
        *([f"Said when the model was made: {'; '.join(origin.notes)}"] if origin.notes else []),
    )
    ends = "a o" if device.sign > 0 else "o a"
    return "\n".join([*head, *_parameters(part, ends), *_circuit(part), ".ends", ""])


def number(value: float) -> str:
    """Return a number that ngspice reads back, infinity as one out of reach.

    >>> number(math.inf), number(0.1)
    ('1e+30', '0.1')
    """
    if math.isinf(value):
        value = math.copysign(1e30, value)
    return repr(float(value))


def _parameters(part: Filament, ends: str) -> list[str]:
    """The .subckt line with what an instance may set, and the rest as .param."""
    given, inside = [], []
    for name, raw, unit, what in part.parameters():
        shown, factor = UNITS.get(unit, (unit, 1.0))
        value = number(raw * factor)
        said = [f"* {line}" for line in wrapped(f"{name} [{shown}]: {what}")]
        if name in OF_INSTANCE:
            given += [(said, f"+ {name}={value}")]
        else:
            inside += [*said, f".param {name}={value}"]
    length = number(-part.device.cell.length * NM)
    own = [
        f"+ w0={length} wear0=0 shift={number(part.shift)}",
        *(line for _, line in given),
    ]
    told = [line for said, _ in given for line in said]
    return [
        "* w0 [nm]: shape at the start; wear0 [1]; shift [eV]: of the barriers on the way",
        *told, f".subckt {part.origin.name} {ends} light", *own, *inside,
        f".param kb={BOLTZMANN!r} ; eV/K",
        f".param full_light={number(part.device.back.absorbed)} ; W/m2 absorbed at full light",
        f".param stop={number(STOP * NM)} ; nm",
    ]  # fmt: skip


def _functions(far: str) -> list[str]:
    """Functions of the state: the same formulas as the kernels of `growth` and `rates`."""
    return [
        "* Newton iterations that went astray must find back: nothing below may run over",
        ".func within(x, a, b) {min(max(x, a), b)}",
        "* w: shape nm; v: voltage of the cell; n: share of it near the active electrode",
        ".func wide(w) {within(w, 0, length)}",
        ".func gap(w) {within(-w, 0, length)}",
        ".func radius(w) {tip + wide(w)}",
        ".func section(w) {pi*radius(w)*radius(w)}",
        ".func rho(w) {resistivity*(1 + 0.375*path/radius(w))}",
        ".func rest(w) {length - gap(w)}",
        ".func lnmetal(w) {-decay*gap(w) - ln(rho(w)*rest(w)/section(w)"
        " + 1/(point*max(section(w)/(atom*atom), 1)))}",
        f".func along(w) {{8*{LORENZ!r}*section(w)/(rho(w)*length)}}",
        ".func beside(w) {2*pi*film_heat*length/ln(1 + 0.5*length/radius(w))}",
        f".func warmed(w, p, a, h) {{min(a + p/(along(w)*0.5*(a + h) + beside(w)), {HOTTEST:g})}}",
        ".func ambient(l) {temperature + warming*full_light*within(l, 0, 1)}",
        ".func reached(w, n) {within(n, 0, 1) + (1 - within(n, 0, 1))*(1 - gap(w)/length)}",
        f".func volts(v) {{within(v, -{far}, {far})}}",
        ".func work(w, v) {charge*volts(v)*(1 - 0.5*min(wide(w)/tip, 1))}",
        ".func sites(w) {max(1, gap(w)/hop)}",
        ".func first(w, v, n) {formation - interface*reached(w, n)*work(w, v)}",
        ".func down(w, v, n) {0.5*(1 - interface*reached(w, n))*work(w, v)/sites(w)}",
        ".func last(w, v, n) {first(w, v, n) - (sites(w) - 1)*down(w, v, n)}",
        ".func whole(w, v) {tension*volume/radius(w) - work(w, v)}",
        f".func kt(t) {{kb*within(t, 0.5*temperature, {HOTTEST:g})}}",
        "* top of the barrier b of a step that raises the energy by g, of which s counts there",
        ".func top(b, g, s) {max(max(b + s*g, g), 0)}",
        "* ln of 1 + e^-x + ... of n terms; f = |x|",
        ".func lnrow(x, f, n) {0.5*(f - x)*(n - 1) + ln((1 - exp(-f*n))/(1 - exp(-f)))}",
    ]


def _circuit(part: Filament) -> list[str]:
    """All sources; the order is that of the kernels."""
    back = part.device.back
    far = number(FAR * float(np.max(np.abs(back.volts))))
    most = number(_most(back.current, back.volts))
    return [
        *_functions(far),
        "* source: series resistance, and a limit of the current either way",
        "Vcurrent a m 0",
        f"Blimit m d V = series*i(Vcurrent) + {STIFF:g}/compliance*max(i(Vcurrent)-compliance, 0)"
        f" - {STIFF:g}/compliance_reset*max(-i(Vcurrent)-compliance_reset, 0)",
        "* current beside the filament, asinh(I / 1 fA), and share of the voltage near the active"
        " electrode",
        *_table("Bback", "back", back.current, back.volts, back.light, -1e3, 1e3),
        *_table("Bnear", "near", back.near, back.volts, back.light, 0.0, 1.0),
        "* what flows, and the temperature of the filament K",
        f"Bcell d o I = 1e-15*sinh(within(v(back), -{most}, {most}))"
        f" + exp(lnmetal(v(w)))*v(d,o) + max(v(d,o)-{far}, 0) + min(v(d,o)+{far}, 0)",
        f"Ccell d o {LITTLE:g}",
        f"Bhot hot 0 V = {_hot()}",
        *_flux(),
        *_speed(part.device.cell.damage > 0.0),
    ]


def _most(values: F, volts: F) -> float:
    """Largest entry where the edge slopes lead to, within `FAR`."""
    more = (FAR - 1.0) * float(np.max(np.abs(volts)))
    slopes = np.abs(np.diff(values, axis=1)) / np.diff(volts)
    steepest = float(max(slopes[:, 0].max(), slopes[:, -1].max()))
    return min(float(np.max(np.abs(values))) + more * steepest, MOST)


def _hot() -> str:
    """Metal conducts heat the better the warmer it is: `growth.heated` goes round four times."""
    text = ambient = "ambient(v(light))"
    for _ in range(4):
        text = f"warmed(v(w), exp(lnmetal(v(w)))*volts(v(d,o))*volts(v(d,o)), {ambient}, {text})"
    return text


def _flux() -> list[str]:
    """Steps in a row (`growth.flux`): their waiting times as logarithms."""
    at = "v(w), v(d,o), v(near)"
    waits = "v(wait1)", "v(wait2)", "v(wait3)"
    longest = f"max({waits[0]}, max({waits[1]}, {waits[2]}))"
    backward = "driven(v(w), v(d,o), v(hot))"
    return [
        "* fall of barriers under light, barrier at metals, hops: eV",
        ".func eased(l) {lowering*within(l, 0, 1)*full_light/(within(l, 0, 1)*full_light"
        " + half_light)}",
        ".func covered(k) {coverage*exp(-within(k, 0, 100))}",
        ".func metal(l, k) {redox + redox_shift*covered(k) - redox_share*eased(l)}",
        ".func hops(l, k) {max(bare + (inside - bare)*restored*covered(k) - eased(l), 0)}",
        f".func driven(w, v, t) {{within(whole(w, v)/kt(t), -{LARGEST:g}, {LARGEST:g})}}",
        "* oxidation, hops, reduction: ln of the waiting time in s, each weighed by the energy"
        " before it",
        f"Bwait1 wait1 0 V = top(metal(v(light), v(wear)), first({at}), transfer)/kt(v(hot))"
        " - ln(attempt)",
        f"Bwait2 wait2 0 V = sites(v(w)) < 1.000001 ? -100 : first({at})/kt(v(hot))"
        f" + lnrow(down({at})/kt(v(hot)), max(abs(down({at})/kt(v(hot))), 1e-7),"
        " max(sites(v(w)) - 1, 1e-6))"
        f" + top(hops(v(light), v(wear)), -down({at}), 0.5)/kt(v(hot)) - ln(attempt)",
        f"Bwait3 wait3 0 V = last({at})/kt(v(hot)) - ln(attempt)"
        f" + top(metal(v(light), v(wear)), whole(v(w), v(d,o)) - last({at}), 1-transfer)"
        "/kt(v(hot))",
        "* what passes between the metals, nm/s",
        "Bpasses passes 0 V = growth*atom"
        f"*exp(within(max({backward}, 0) - {longest}, -600, ln(attempt) + 0.1) - shift/kt(v(hot)))"
        f"*(exp(-max({backward}, 0)) - exp(min({backward}, 0)))"
        f"/({' + '.join(f'exp({wait}-{longest})' for wait in waits)})",
    ]


def _speed(wears: bool) -> list[str]:
    """Creep (`growth.creep_speed`), the states, and the loss of ligands (`growth.wear_rate`)."""
    wear = (
        "0.5*max(damage_hot, damage)"
        f"*exp({WARM:g}*kb/kt(v(hot))*ln(damage/max(damage_hot, damage)))"
        "*exp(damage_exponent*ln(max(section(v(w))/(atom*atom), 1)))"
        "*abs(v(passes))/(v(w) > 0 ? radius(v(w)) : length)"
    )
    return [
        "* surface diffusion, nm/s",
        ".func wave(w) {max(2*pi*radius(w)/max(rest(w), 1e-6), sqrt(0.5))}",
        ".func unstable(w) {wave(w)*wave(w)*max(1 - wave(w)*wave(w), 0)}",
        f".func curved(w, t) {{min(tension*volume/(radius(w)*kt(t)), {LARGEST:g})}}",
        "Bdrawn drawn 0 V = thinning*0.0625*attempt*tension*atom**6/kt(v(hot))"
        "*exp(-max(creep + adhesion*(1 - exp(-within(v(wear), 0, 100)))"
        " - redox_share*eased(v(light)), 0)/kt(v(hot)))"
        "*unstable(v(w))/(radius(v(w))*section(v(w))/pi*ln(1 + 2*radius(v(w))/atom))"
        "*(exp(curved(v(w), v(hot))) - 1)/curved(v(w), v(hot))",
        "* states: 1 F, amperes are nm/s; the filament stays between the electrodes",
        "Bnet net 0 V = v(passes) - v(drawn)",
        "Bshape 0 w I = v(net)*(v(net) < 0 ? min(max((v(w)+length)/stop, 0), 1)"
        " : min(max((length-v(w))/stop, 0), 1))",
        f"* charge counts from {-OFFSET:g} nm: relative tolerances of it do not crowd at contact",
        f"Voffset offset 0 {-OFFSET:g}",
        f"Cshape w offset 1 ic={{w0+{OFFSET:g}}}",
        f"Bloss 0 wear I = {wear if wears else '0'}",
        "Closs wear 0 1 ic={wear0}",
        ".ic v(w)={w0} v(wear)={wear0}",
    ]


def _table(
    element: str, node: str, values: F, volts: F, light: F, low: float, high: float
) -> list[str]:
    """A table over light and voltage: hats over light, straight lines over voltage."""
    wide = float(volts[-1] - volts[0])
    rows = []
    for j in range(len(light)):
        pairs = _straight(volts, values[j], wide)
        text = f"pwl(volts(v(d,o)), {', '.join(pairs)})"
        rows.append(text if len(light) == 1 else f"({text})*({_hat(light, j)})")
    body = "\n+ + ".join(rows)
    return [f"{element} {node} 0 V = max({number(low)}, min({number(high)}, {body}))"]


def _straight(volts: F, values: F, more: float) -> list[str]:
    """Points, with the edge slopes carried on by `more` volts times a thousand."""
    far = 1e3 * more
    first = values[0] - far * (values[1] - values[0]) / (volts[1] - volts[0])
    last = values[-1] + far * (values[-1] - values[-2]) / (volts[-1] - volts[-2])
    x = [volts[0] - far, *volts, volts[-1] + far]
    y = [first, *values, last]
    pairs = [f"{float(a)!r},{float(b)!r}" for a, b in zip(x, y, strict=True)]
    return [p if k % 4 else f"\n+ {p}" for k, p in enumerate(pairs)]


def _hat(light: F, j: int) -> str:
    points = [f"{float(x)!r},{1.0 if k == j else 0.0}" for k, x in enumerate(light)]
    return f"pwl(v(light), {', '.join(points)})"
