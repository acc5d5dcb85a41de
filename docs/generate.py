"""Write what follows from the code: keys of a study file, validation, theory pictures."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, get_args, get_origin

from halodot.core.spec import Spec, quantity_of
from halodot.core.units import engineering
from halodot.study import Study
from halodot.template import models_of

PAGE = Path(__file__).parent / "study-file.md"
HEAD = """# Every key of a study file

Generated from the code by `make docs`; do not edit. A quantity is text with a unit (`"10 nm"`), or
a table `{ value, low, high, basis, source, note }` where `low` and `high` are the ends of its 90 %
interval. `...` as default means: taken from the stage before, from the library, or required.
"""


def page() -> str:
    """Return the page."""
    lines = [HEAD]
    seen: set[type[Spec]] = set()
    _tables("", Study, lines, seen)
    return "\n".join(lines) + "\n"


def _tables(key: str, spec: type[Spec], lines: list[str], seen: set[type[Spec]]) -> None:
    if spec in seen:
        return
    seen.add(spec)
    lines += [f"## {f'`[{key}]`' if key else 'Top level'}", ""]
    lines += [f"{(spec.__doc__ or '').strip().splitlines()[0]}", ""]
    lines += ["| key | meaning | range | default |", "|---|---|---|---|"]
    inner = []
    for name, field in spec.model_fields.items():
        models = models_of(field.annotation)
        path = f"{key}.{name}" if key else name
        inner += [(path if len(models) == 1 else f"{path}: {m.__name__}", m) for m in models]
        text = field.description or _meaning(spec, name)
        lines.append(f"| `{field.alias or name}` | {text} | {_range(spec, name)} |"
                     f" {_default(spec, name, bool(models))} |")  # fmt: skip
    lines.append("")
    for path, model in inner:
        _tables(path, model, lines, seen)


def _meaning(spec: type[Spec], name: str) -> str:
    """What a key without description is for: a word that is fixed names its table."""
    return "names this table" if len(_choices(spec, name)) == 1 else ""


def _choices(spec: type[Spec], name: str) -> tuple[str, ...]:
    """The words that a key may be, as a study file writes them."""
    annotation = spec.model_fields[name].annotation
    found = get_args(annotation) if get_origin(annotation) is Literal else ()
    return tuple(f'"{x}"' if isinstance(x, str) else str(x) for x in found)


def _range(spec: type[Spec], name: str) -> str:
    declared = quantity_of(spec, name)
    if declared is None:
        return ", ".join(f"`{x}`" for x in _choices(spec, name))
    low, high = (engineering(declared[k], declared["unit"]) for k in ("low", "high"))
    return f"{low} to {high}"


def _default(spec: type[Spec], name: str, is_table: bool) -> str:
    declared, field = quantity_of(spec, name), spec.model_fields[name]
    if declared is not None:
        return "..." if declared["default"] is None else f"`{declared['default']}`"
    if field.is_required():
        return "required"
    if is_table or field.default in (None, (), ""):
        return "..."
    return f"`{field.default}`" if isinstance(field.default, bool | int | float | str) else "..."


if __name__ == "__main__":
    import figures
    import validation

    for target, text in ((PAGE, page()), (validation.PAGE, validation.page())):
        target.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{target}\n")
    for target in figures.render([]):
        sys.stdout.write(f"{target}\n")
