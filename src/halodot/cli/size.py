"""``halodot size FORMULA --pl-peak PEAK``: the dots behind a measured peak or spectrum."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .arguments import add_library

if TYPE_CHECKING:
    from ..dot.inverse import Concentration, SizeAnswer
    from ..dot.inverse.given import Spectrum
    from ..library import Library

_TEXTS = {
    "pl-peak": ("'503 nm'", "peak of the emission, as wavelength or photon energy"),
    "absorption-peak": ("'488 nm'", "first maximum of the absorption"),
    "peak-error": ("'1 nm'", "standard error of that peak (none where not given)"),
    "fwhm": ("'20 nm'", "full width of the emission, for the spread of the sizes"),
    "lateral": ("'20 nm'", "lateral size of a platelet"),
    "temperature": ("'300 K'", "of the lattice (default 300 K)"),
    "size": ("'9 nm'", "known size, for a concentration without a peak"),
    "absorbance": ("0.42", "decadic absorbance above the baseline, for the concentration"),
    "at": ("'400 nm'", "wavelength or photon energy of --absorbance"),
    "path": ("'1 cm'", "length of the cuvette (default 1 cm)"),
    "dilution": ("100", "how many times the solution was diluted before (default 1)"),
}
_PICTURES = (".png", ".svg", ".pdf")
_BESIDE = {
    "at": "absorbance",
    "path": "absorbance",
    "dilution": "absorbance",
    "of": "spectrum",
    "columns": "spectrum",
    "plot": "spectrum",
}


def register(verbs: Any) -> None:
    """Add the verb to the command line."""
    p: argparse.ArgumentParser = verbs.add_parser(
        "size",
        help="size and spread of the dots behind a measured peak or spectrum, and how many",
        description="The way back: size of the inorganic core with its 90 %% interval from a "
        "peak or a whole spectrum, and the concentration from an absorbance.",
    )
    p.add_argument("formula", metavar="FORMULA", help="such as CsPbBr3 or 'CsPb(Br0.7Cl0.3)3'")
    p.add_argument("--shape", default="cube", metavar="SHAPE", help="cube (default), sphere ...")
    for name, (example, text) in _TEXTS.items():
        p.add_argument(f"--{name}", metavar=example, help=text)
    p.add_argument("--spectrum", metavar="FILE", help="measured spectrum, as the instrument wrote")
    p.add_argument("--of", metavar="pl|absorption", help="what --spectrum holds (default pl)")
    p.add_argument("--columns", metavar="ROLE=N,...", help="wavelength=1,intensity=3:counts")
    p.add_argument("--plot", metavar="FILE.png", help="draw data, fit and residual")
    add_library(p)
    p.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Size the dots, count them where asked, and print; exit code 1 for a bad status or a guess."""
    from ..dot.inverse.description import tell, tell_concentration
    from ..library import Library
    from .output import exit_code, print_flat, print_json

    library = Library.builtin().with_files(args.materials)
    _check(args)
    answer = None if args.size is not None else _answer(args, library)
    found = _concentration(args, answer, library)
    if answer is not None:
        body = tell(answer, found)
        if args.plot:
            _draw(answer, args.plot)
            body["plot"] = args.plot
    else:
        assert found is not None  # a known size without an absorbance was refused
        body = {"formula": args.formula, "shape": args.shape} | tell_concentration(found)
    if args.json:
        print_json(body)
    else:
        print_flat(body)
    return 0 if answer is None else exit_code(answer.status)


def _check(args: argparse.Namespace) -> None:
    """Refuse options that say nothing together."""
    from ..core.errors import InputError

    peaks = [n for n in ("pl_peak", "absorption_peak", "spectrum") if getattr(args, n) is not None]
    if args.size is not None and (peaks or args.absorbance is None):
        allowed = "a known size only for --absorbance, and then no peak"
        raise InputError("--size", args.size, allowed, "leave it out to infer the size")
    for name, other in _BESIDE.items():
        if getattr(args, name) is not None and getattr(args, other) is None:
            remedy = f"give --{other} as well"
            raise InputError(f"--{name}", getattr(args, name), f"only beside --{other}", remedy)
    if args.plot is not None and not args.plot.lower().endswith(_PICTURES):
        allowed = "a name that ends in " + ", ".join(_PICTURES)
        raise InputError("--plot", args.plot, allowed, "--plot out.png")
    if args.absorbance is not None and args.at is None:
        allowed = "the wavelength or photon energy of the absorbance"
        raise InputError("--at", "nothing (it is missing)", allowed, "--at '400 nm'")


def _answer(args: argparse.Namespace, library: Library) -> SizeAnswer:
    from ..dot import size_from

    return size_from(
        args.formula,
        pl_peak=args.pl_peak,
        absorption_peak=args.absorption_peak,
        spectrum=None if args.spectrum is None else spectrum_of(args),
        fwhm=args.fwhm,
        peak_error=args.peak_error,
        shape=args.shape,
        lateral=args.lateral,
        temperature=args.temperature if args.temperature is not None else "300 K",
        library=library,
    )


def spectrum_of(args: argparse.Namespace) -> Spectrum:
    """Read the file of a spectrum; of several in it, the first."""
    from ..core.errors import InputError, nearest
    from ..dot.inverse.given import Spectrum
    from ..figures.reader import read
    from .figures import columns_of

    kind = args.of if args.of is not None else "pl"
    if kind not in ("pl", "absorption"):
        allowed = "pl or absorption"
        raise InputError("--of", kind, allowed, nearest(kind, ("pl", "absorption")))
    trace = read(args.spectrum, "spectrum", columns=columns_of(args.columns), of=kind).trace
    first = trace.sweep == trace.sweep[0]
    axis = "wavelength" if "wavelength" in trace.columns else "energy"
    return Spectrum(
        kind, axis, trace.columns[axis][first], trace.columns["intensity"][first], trace.label
    )


def _concentration(
    args: argparse.Namespace, answer: SizeAnswer | None, library: Library
) -> Concentration | None:
    from ..core.spec import read_quantity
    from ..dot import concentration_from

    if args.absorbance is None:
        return None
    common: dict[str, Any] = {
        "absorbance": args.absorbance,
        "at": args.at,
        "path": args.path if args.path is not None else "1 cm",
        "dilution": args.dilution if args.dilution is not None else "1",
        "library": library,
    }
    if answer is not None:
        return concentration_from(answer, **common)
    lateral = args.lateral
    kelvin = args.temperature if args.temperature is not None else "300 K"
    return concentration_from(
        formula=args.formula,
        shape=args.shape,
        size=read_quantity(args.size, "m", field="--size", doc="of the inorganic core"),
        lateral=None if lateral is None else read_quantity(lateral, "m", field="--lateral"),
        temperature=float(read_quantity(kelvin, "K", field="--temperature")),
        **common,
    )


def _draw(answer: SizeAnswer, path: str) -> None:
    from ..report.plots.sizes import save

    save(answer, path)
