"""``halodot recipe --target "470 nm"``, ``--ask DIR`` and ``--tell DIR TABLE.csv``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..recipes.campaign import Asked
    from ..recipes.inverse import Design, Suggestion

_TEXTS = {
    "target": ("'470 nm'", "recipes for this peak of the emission, by several routes"),
    "within": ("'5 nm'", "how far from the target still counts (default 5 nm)"),
    "fwhm": ("'20 nm'", "largest width of the emission"),
    "plqy": ("0.5", "lowest quantum yield"),
    "formula": ("FORMULA", "composition of the final dots"),
    "max-volume": ("'5 mL'", "largest volume of a batch"),
    "max-temperature": ("'120 degC'", "highest temperature of a flask"),
    "min-temperature": ("'0 degC'", "lowest temperature of a flask"),
    "only-method": ("METHOD", "the one method to use"),
}
_CONSTRAINTS = {
    "max_volume": "volume",
    "max_temperature": "temperature_high",
    "min_temperature": "temperature_low",
    "only_method": "only_method",
}
_WISHES = ("target", "within", "fwhm", "plqy", "formula", "seed")


def add_options(p: argparse.ArgumentParser) -> None:
    """Add the options of inverse design and campaigns."""
    group = p.add_argument_group("from a colour to recipes")
    for name, (example, text) in _TEXTS.items():
        group.add_argument(f"--{name}", metavar=example, help=text)
    group.add_argument(
        "--without",
        action="append",
        metavar="REAGENT",
        help="a reagent ruled out, or chloride, bromide, iodide; repeatable",
    )
    group.add_argument("--at-hand", metavar="A,B,...", help="the only reagents there are")
    group.add_argument(
        "--at-most",
        action="append",
        metavar="REAGENT=AMOUNT",
        help="largest amount of a reagent, 'PbBr2=50 mg'; repeatable",
    )
    group.add_argument(
        "--count", type=int, metavar="N", help="recipes of each route (1), or in all with --ask (4)"
    )
    group.add_argument("--seed", type=int, help="of the search (default 1)")
    group.add_argument("--ask", metavar="DIR", help="propose the next recipes of a campaign")
    group.add_argument(
        "--tell", nargs=2, metavar=("DIR", "TABLE.csv"), help="enter the results of a campaign"
    )


def is_wanted(args: argparse.Namespace) -> bool:
    """Whether the options ask for recipes and not for the dots of one."""
    return any(getattr(args, n) is not None for n in ("target", "ask", "tell"))


def run(args: argparse.Namespace) -> int:
    """Design, ask or tell; exit code 1 where no route is left."""
    _check(args)
    if args.tell is not None:
        return _tell(args)
    if args.ask is not None:
        return _ask(args)
    return _design(args)


def _check(args: argparse.Namespace) -> None:
    """Refuse options that say nothing together."""
    from ..core.errors import InputError

    if args.file is not None:
        raise InputError("FILE.toml", args.file, "nothing beside --target, --ask or --tell", "")
    if args.materials:
        allowed = "nothing: routes are predicted with the library of the installation"
        raise InputError("--materials", args.materials, allowed, "leave it out")
    if args.ask is not None and args.tell is not None:
        raise InputError("--tell", " ".join(args.tell), "either --ask or --tell", "tell, then ask")
    if args.tell is not None:
        refuse_alone(args, "target")


def refuse_alone(args: argparse.Namespace, *more: str) -> None:
    """Refuse what says something of a target where there is none.

    Raises
    ------
    InputError
        If such an option is given.
    """
    from ..core.errors import InputError

    for name in (*more, *_WISHES[1:], *_CONSTRAINTS, "without", "at_hand", "at_most", "count"):
        if getattr(args, name) is not None:
            option = "--" + name.replace("_", "-")
            allowed = "only beside --target or --ask"
            raise InputError(option, str(getattr(args, name)), allowed, "leave it out")


def wanted(args: argparse.Namespace) -> dict[str, Any]:
    """What the options say, as keys of `recipes.inverse.TargetSpec`."""
    from ..core.errors import InputError

    found = {n: getattr(args, n) for n in _WISHES if getattr(args, n) is not None}
    limits: dict[str, Any] = {
        key: getattr(args, name)
        for name, key in _CONSTRAINTS.items()
        if getattr(args, name) is not None
    }
    if args.without is not None:
        limits["without"] = [w for text in args.without for w in _words(text)]
    if args.at_hand is not None:
        limits["at_hand"] = _words(args.at_hand)
    for text in args.at_most or ():
        name, equals, amount = text.partition("=")
        if not equals:
            raise InputError("--at-most", text, "REAGENT=AMOUNT", "--at-most 'PbBr2=50 mg'")
        limits.setdefault("at_most", {})[name.strip()] = amount.strip()
    return found | ({"constraints": limits} if limits else {})


def _words(text: str) -> list[str]:
    return [w.strip() for w in text.split(",") if w.strip()]


def _design(args: argparse.Namespace) -> int:
    from ..core.spec import build
    from ..recipes.inverse import TargetSpec, design
    from .output import print_json

    spec = build(TargetSpec, wanted(args))
    found = design(spec, count=1 if args.count is None else args.count)
    if args.json:
        print_json(body(found))
    else:
        _show(found)
    return 0 if found.suggestions else 1


def body(found: Design) -> dict[str, Any]:
    """The answer as one flat object; each route is a row of the table verb with its light."""
    low, high = found.spec.band
    return {
        "target_nm": found.spec.peak,
        "band_low_nm": low,
        "band_high_nm": high,
        "routes": [_route(s) for s in found.suggestions],
        "refused": found.refused,
        "out_of_reach": found.out_of_reach,
    }


_INTERVALS = ("pl_peak_nm", "size_nm")
_SINGLE = ("fwhm_meV", "plqy")


def _route(s: Suggestion) -> dict[str, Any]:
    p = s.predicted
    light: dict[str, Any] = {n: _value(p.get(n), p.get(n + "_low"), p.get(n + "_high"))
                             for n in (*_INTERVALS, *_SINGLE)}  # fmt: skip
    rest = {n: p.get(n) for n in ("shape", "phase", "in_domain", "status")}
    head = {"route": s.route, "title": s.title, "probability": s.probability}
    return head | light | rest | {"reason": s.reason} | s.recipe | {"protocol": list(s.protocol)}


def _value(value: Any, low: Any, high: Any) -> dict[str, Any]:
    if value is None or value != value:  # only not-a-number differs from itself
        return {"value": None, "basis": "unknown", "reason": "this recipe says nothing of it"}
    ends = {} if low is None else {"low": low, "high": high}
    return {"value": value, **ends, "basis": "computed", "sources": []}


def _show(found: Design) -> None:
    low, high = found.spec.band
    print(f"{len(found.suggestions)} recipe(s) for {found.spec.peak:.4g} nm "
          f"({low:.4g} to {high:.4g} nm), best first")  # fmt: skip
    print()
    print(f"{'route':<46}{'peak, 90 % (nm)':<22}{'FWHM (nm)':<11}{'PLQY':<7}{'lands':<7}known")
    for s in found.suggestions:
        print(_line(s))
    for s in found.suggestions:
        print(f"\n{s.title}\n  {s.reason}")
        print("  " + ", ".join(f"{k} {_short(v)}" for k, v in s.recipe.items()))
        for n, step in enumerate(s.protocol, 1):
            print(f"  {n}. {step}")
    for title, routes in (("not allowed", found.refused), ("out of reach", found.out_of_reach)):
        if routes:
            print(f"\n{title}")
        for name, why in routes.items():
            print(f"  {name}: {why}")


def _line(s: Suggestion) -> str:
    p = s.predicted
    peak = f"{p['pl_peak_nm']:.0f} [{p['pl_peak_nm_low']:.0f}, {p['pl_peak_nm_high']:.0f}]"
    width = p.get("fwhm_meV")
    fwhm = "-" if width is None or width != width else f"{_in_nm(width, p['pl_peak_nm']):.0f}"
    plqy = p.get("plqy")
    shown = "-" if plqy is None or plqy != plqy else f"{plqy:.2f}"
    known = "yes" if str(p.get("in_domain")).lower() in ("true", "yes", "1") else "no"
    return f"{s.title:<46}{peak:<22}{fwhm:<11}{shown:<7}{s.probability:<7.2f}{known}"


def _in_nm(width: float, peak: float) -> float:
    """Full width in wavelength [nm] of a width [meV] around a peak [nm]."""
    from ..core.constants import HC

    centre = HC * 1e9 / peak
    half = 0.5e-3 * width
    return HC * 1e9 * (1.0 / (centre - half) - 1.0 / (centre + half))


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _ask(args: argparse.Namespace) -> int:
    from ..recipes.campaign import TABLE, ask
    from .output import print_json

    found = ask(args.ask, wanted(args) or None, 4 if args.count is None else args.count)
    if args.json:
        print_json(_asked(found))
        return 0
    print(f"round {found.round}, learned from {found.trials} result(s); in {args.ask}/{TABLE}")
    for row in found.proposals:
        peak = "{predicted_pl_peak_nm} [{predicted_pl_peak_nm_low}, {predicted_pl_peak_nm_high}]"
        print(f"\n{row['id']}. {row['title']}: {peak.format(**row)} nm, lands with probability "
              f"{row['probability']}\n  {row['reason']}")  # fmt: skip
        for n, step in enumerate(row["protocol"], 1):
            print(f"  {n}. {step}")
    print(f"\nFill in measured_pl_peak_nm (or failed = yes) there, or use --tell {args.ask} "
          "RESULTS.csv; then ask again.")  # fmt: skip
    return 0


def _asked(found: Asked) -> dict[str, Any]:
    rows = [{**r, "protocol": list(r["protocol"])} for r in found.proposals]
    return {
        "round": found.round,
        "trials": found.trials,
        "proposals": rows,
        "refused": found.refused,
    }


def _tell(args: argparse.Namespace) -> int:
    from ..recipes.campaign import tell
    from .output import print_flat, print_json

    told = tell(*args.tell)
    best: dict[str, Any] = {
        "value": None,
        "basis": "unknown",
        "reason": "nothing is measured yet",
    }
    if told.best is not None:
        best = {"value": told.best, "low": told.best, "high": told.best, "basis": "given",
                "sources": []}  # fmt: skip
    answer = {
        "measured": told.measured,
        "failed": told.failed,
        "own_recipes": told.added,
        "open": told.open,
        "target_nm": told.target,
        "nearest_pl_peak_nm": best,
    }
    (print_json if args.json else print_flat)(answer)
    return 0
