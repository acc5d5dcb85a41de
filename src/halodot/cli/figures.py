"""``halodot figures FILE --kind KIND``: figures of merit of a measured file."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..figures import READABLE

if TYPE_CHECKING:
    from ..core.sourced import Sourced
    from ..figures.reader import Understood
    from ..figures.state import Figures

# option, SI unit, honest bounds, what it is
OPTIONS = {
    "area": ("m2", 1e-18, 1.0, "electrode area, such as '1e-4 cm2'"),
    "channel_width": ("m", 1e-9, 10.0, "channel width, such as '1 mm'"),
    "channel_length": ("m", 1e-9, 1.0, "channel length, such as '50 um'"),
    "gate_capacitance": ("F/m2", 1e-9, 10.0, "capacitance per area, such as '10 nF/cm2'"),
    "thickness": ("m", 1e-10, 1e-2, "film thickness, such as '100 nm'"),
    "read_voltage": ("V", -1e3, 1e3, "where on and off are compared, such as '0.1 V'"),
    "drain_voltage": ("V", -1e3, 1e3, "drain bias of a transfer curve, such as '-60 V'"),
    "illuminated_area": ("m2", 1e-18, 1.0, "area that the light falls on, if not the channel's"),
    "wavelength": ("m", 1e-7, 1e-4, "wavelength of the light, such as '450 nm'"),
    "absorbed_share": ("1", 1e-6, 1.0, "share of the light that is absorbed, such as '30 %'"),
    "temperature": ("K", 1.0, 2000.0, "temperature of the device, such as '300 K'"),
    "permittivity": ("1", 1.0, 1e5, "relative permittivity of the film at rest, such as '20'"),
    "optical_permittivity": ("1", 1.0, 100.0, "square of the refractive index, such as '4'"),
    "threshold": ("A", 0.0, 1e3, "current above which the output of a gate is 1, such as '1 nA'"),
    "spread": ("1", 0.0, 10.0, "relative spread of its output from cycle to cycle, such as '20 %'"),
    "plqy": ("1", 1e-6, 1.0, "quantum yield beside a decay, for its rates, such as '80 %'"),
}
# SI unit of a figure -> unit it is printed in, and how that stands in a key
PRINTED = {
    "m2/Vs": ("cm2/Vs", "cm2_per_Vs"),
    "m": ("nm", "nm"),
    "V/dec": ("V/dec", "V_per_dec"),
    "1/V": ("1/V", "per_V"),
    "1/s": ("1/s", "per_s"),
    "A/W": ("A/W", "A_per_W"),
    "m (Hz)^0.5/W": ("cm (Hz)^0.5/W", "Jones"),
    "J/m2": ("J/m2", "J_per_m2"),
    "1": ("1", ""),
}


def register(verbs: Any) -> None:
    """Add the verb to the parser."""
    p = verbs.add_parser(
        "figures",
        help="figures of merit of a measured file",
        description="Read what an instrument wrote and extract the figures of merit.",
    )
    p.add_argument(
        "file",
        nargs="+",
        help="text files: any separator, decimal mark, encoding and header; several of one device, "
        "such as dark and lit, are read as one record",
    )
    p.add_argument("--kind", required=True, metavar="KIND", help=" | ".join(READABLE))
    for name, (_, _, _, text) in OPTIONS.items():
        p.add_argument("--" + name.replace("_", "-"), metavar="TEXT", help=text.replace("%", "%%"))
    p.add_argument(
        "--columns",
        metavar="ROLE=N,...",
        help="which column is what: voltage=3,current=5 or current=5:uA, counted from 1",
    )
    p.add_argument(
        "--light",
        metavar="TEXT",
        help="irradiance of each curve or file: '0; 1 mW/cm2; 10 mW/cm2'",
    )
    p.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="the same as the option of that name: channel_width='1 mm'; may be repeated",
    )
    p.add_argument("--plot", metavar="FILE", help="with --kind mechanism: write the picture (SVG)")
    p.add_argument("--definitions", action="store_true", help="say how each figure was read")
    p.add_argument("--json", action="store_true", help="print one flat JSON object")
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read the file, extract, print; 1 where the record carries a bad status."""
    from ..figures import extract
    from ..figures.joining import read_several
    from .output import print_flat, print_json

    with_parameters(args)
    reading = read_several(
        args.file,
        args.kind,
        columns=columns_of(args.columns),
        parameters=parameters_of(args),
        light=light_of(args.light),
    )
    figures = extract(reading.trace)
    body = {**flat(figures), **understood(reading.understood)}
    if figures.notes:
        body["notes"] = list(figures.notes)
    if args.kind == "mechanism":
        from ..figures.mechanism import report_of

        report = report_of(reading.trace)
        body["report"] = report.to_json()
        if args.plot:
            from pathlib import Path

            from ..report.plots.mechanism import linearised

            Path(args.plot).write_text(linearised(report, "mechanism") or "", encoding="utf-8")
    if args.definitions or args.json:
        body["definitions"] = {f.name: f.definition for f in figures.figures}
    if args.json:
        print_json(body)
    else:
        listed = body.pop("definitions", {})
        report = body.pop("report", None)
        print_flat(body)
        for line in words_of(report) if report else ():
            print(line)
        print_flat({f"{name}:": text for name, text in listed.items()})
    return 0 if figures.status.is_good else 1


def words_of(report: dict[str, Any]) -> list[str]:
    """Return the mechanism report as lines for people."""
    lines = ["", "Device"]
    for s in report["device"]:
        lines.append(f"  {s['mechanism']}: {s['verdict']}")
        lines += [f"    {text}" for text in s["evidence"]]
    for b in report["branches"]:
        span = f"{b['voltage_from_V']:.3g} to {b['voltage_to_V']:.3g} V, {b['points']} points"
        lines += ["", f"Branch {b['state']}, {b['polarity']} ({span})"]
        for c in b["candidates"]:
            share = f"weight {c['akaike_weight']:.2g}"
            lines.append(f"  {c['mechanism']}: {c['verdict']} ({share})")
            lines += [f"    {text}" for text in c["evidence"]]
    return lines


def flat(figures: Figures) -> dict[str, Any]:
    """Return the figures under keys that end in their unit."""
    body: dict[str, Any] = {"kind": figures.kind, "label": figures.label}
    for figure in figures.figures:
        if figure.category:
            body[figure.name] = figure.category
            body[f"{figure.name}_share"] = figure.value.to_json()
            continue
        unit = figure.value.unit
        shown, suffix = PRINTED.get(unit, (unit, unit))
        key = f"{figure.name}_{suffix}" if suffix else figure.name
        # a value without unit needs no conversion, and a swing's "decade" has none
        body[key] = figure.value.to_json(None if shown == unit else shown)
    return body


def understood(found: Understood) -> dict[str, Any]:
    """Return what was understood of the file, for the user to check."""
    return {
        "file_layout": f"{found.layout}, {found.encoding}",
        "file_columns": list(found.columns),
        "file_sweeps": found.sweeps,
        "file_blocks": found.blocks,
        "file_rows": found.rows_kept,
        "file_rows_dropped": found.rows_dropped,
        "file_parameters": list(found.parameters),
        "file_notes": list(found.notes),
    }


def columns_of(text: str | None) -> dict[str, str]:
    """Read ``voltage=3,current=5:uA``."""
    from ..core.errors import InputError

    columns = {}
    for part in (text or "").split(","):
        role, mark, place = part.partition("=")
        if not part.strip():
            continue
        if not mark or not place.strip():
            raise InputError("--columns", part, "ROLE=N, counted from 1", "voltage=N,current=N")
        columns[role.strip()] = place.strip()
    return columns


def with_parameters(args: argparse.Namespace) -> None:
    """Turn ``--parameter NAME=VALUE`` into the option of that name."""
    from ..core.errors import InputError, nearest

    for text in args.parameter:
        name, mark, value = text.partition("=")
        key = name.strip().replace("-", "_")
        if key not in OPTIONS or not mark:
            allowed = "NAME=VALUE with one of " + ", ".join(OPTIONS)
            raise InputError("--parameter", text, allowed, nearest(key, OPTIONS))
        setattr(args, key, value.strip())


def light_of(text: str | None) -> list[float]:
    """Read ``0; 1 mW/cm2`` as irradiances [W/m2].

    >>> light_of("0; 1 mW/cm2; dark")
    [0.0, 10.0, 0.0]
    """
    from ..core.units import parse

    levels = []
    for part in (text or "").split(";"):
        word = part.strip().lower()
        if not word:
            continue
        dark = word in ("0", "dark", "0.0")
        levels.append(0.0 if dark else parse(part.strip(), "W/m2", field="--light"))
    return levels


def parameters_of(args: argparse.Namespace) -> dict[str, Sourced]:
    """Read the options that say what a file cannot."""
    from ..core.errors import OutOfRangeError
    from ..core.sourced import Sourced
    from ..core.units import parse

    given = {}
    for name, (unit, low, high, text) in OPTIONS.items():
        raw = getattr(args, name)
        if raw is None:
            continue
        option = "--" + name.replace("_", "-")
        value = parse(raw, unit, field=option, doc=text)
        if not low <= value <= high:
            shown = "" if unit == "1" else f" {unit}"
            allowed = f"{low:g} to {high:g}{shown} ({text})"
            raise OutOfRangeError(option, raw, allowed, "check the unit")
        given[name] = Sourced(value, unit, basis="given")
    return given
