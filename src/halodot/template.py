"""A commented study to start from, written out of the specs so that it cannot fall behind them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from .core.spec import Spec, quantity_of
from .core.units import engineering
from .device import spec as device_spec
from .study import Study

_SWEEP = {"kind": "sweep", "corners": ["0 V", "2 V", "-2 V", "0 V"], "rate": "0.5 V/s"}
_TRANSFER = {"kind": "transfer", "gate": ["20 V", "-60 V"], "drain": ["-20 V"]}
_DOTS = {"formula": "CsPbBr3", "shape": "cube", "size": "9 nm", "ligand": "OA+OAm"}

EXAMPLES: dict[str, dict[str, Any]] = {
    "dot": {
        "study": {"id": "my_dots", "title": "Dots of two sizes beside what was measured"},
        "dots": _DOTS,
        "variant": [
            {"label": "9 nm"},
            {"label": "5 nm", "set": {"dots.size": "5 nm"}},
        ],
        "reported": [
            {
                "name": "pl_energy",
                "value": 515.0,
                "unit": "nm",
                "role": "predicted",
                "place": "your own spectrometer",
                "variant": "9 nm",
            }
        ],
    },
    "memristor": {
        "study": {"id": "my_memristor", "title": "A film of dots between two electrodes"},
        "dots": _DOTS,
        "film": {"ligand": "OA+OAm"},
        "device": {
            "kind": "two_terminal",
            "area": "1e-4 cm2",
            "layer": [{"name": "dots", "material": "film", "thickness": "100 nm"}],
            "left": {"electrode": "Au"},
            "right": {"electrode": "ITO"},
        },
        "protocol": [_SWEEP],
    },
    "filament": {
        "study": {"id": "my_switch", "title": "A filament of silver in a film of dots"},
        "dots": _DOTS,
        "film": {"ligand": "OA+OAm"},
        "device": {
            "kind": "two_terminal",
            "area": "1e-4 cm2",
            "layer": [{"name": "dots", "material": "film", "thickness": "100 nm"}],
            "left": {"electrode": "Ag"},
            "right": {"electrode": "ITO"},
            "circuit": {"compliance": "0.1 mA", "shunt_resistance": "1e9 ohm"},
            "filament": {
                "electrode": "left",
                "species": [{"name": "Ag"}],
                "reduced": {"compliance_reset": "20 mA"},
            },
        },
        "protocol": [_SWEEP],
    },
    "transistor": {
        "study": {"id": "my_transistor", "title": "A film of dots as the channel of a transistor"},
        "dots": _DOTS,
        "film": {"ligand": "OA+OAm"},
        "device": {
            "kind": "transistor",
            "channel_width": "1 mm",
            "channel_length": "50 um",
            "layer": [
                {"name": "oxide", "material": "SiO2", "thickness": "300 nm", "carriers": False},
                {"name": "dots", "material": "film", "thickness": "30 nm"},
            ],
            "left": {"electrode": "Au"},
            "source": {"electrode": "Au"},
        },
        "protocol": [_TRANSFER],
    },
}


def template(kind: str) -> str:
    """Return a study of `kind` as TOML; what may be added stands in comments with its unit.

    Examples
    --------
    >>> template("memristor").splitlines()[0]
    '# A halodot study. Run it with: halodot run THIS_FILE'
    """
    lines = [
        "# A halodot study. Run it with: halodot run THIS_FILE",
        "# Lines that start with # are optional; what stands there is the default, or the range.",
        "# A quantity may carry an interval: { value = '9 nm', low = '8 nm', high = '10 nm' }.",
    ]
    for name, value in EXAMPLES[kind].items():
        lines += _table(name, value, Study.model_fields[name].annotation, explain=True)
    return "\n".join(lines) + "\n"


def _table(key: str, value: Any, annotation: Any, *, explain: bool) -> list[str]:
    """A table, or one for each entry of a list; only the first of a list is explained."""
    if isinstance(value, list):
        lines = []
        for index, entry in enumerate(value):
            lines += _one(f"[[{key}]]", key, entry, _spec(annotation, entry), index == 0)
        return lines
    return _one(f"[{key}]", key, value, _spec(annotation, value), explain)


def _one(head: str, key: str, body: dict[str, Any], spec: type[Spec], explain: bool) -> list[str]:
    lines = ["", f"# {(spec.__doc__ or '').strip().splitlines()[0]}", head]
    inner = []
    for name, field in spec.model_fields.items():
        word = field.alias or name
        value = body.get(word)
        if models_of(field.annotation) and isinstance(value, dict | list):
            inner += _table(f"{key}.{name}", value, field.annotation, explain=explain)
        elif value is not None:
            lines.append(f"{word} = {_toml(value)}{_comment(spec, name)}")
        elif explain and models_of(field.annotation) == []:
            lines.append(f"# {word} = {_usual(spec, name)}{_comment(spec, name)}")
    return lines + inner


def _comment(spec: type[Spec], name: str) -> str:
    doc = spec.model_fields[name].description
    declared = quantity_of(spec, name)
    if declared is not None:
        low, high = (engineering(declared[k], declared["unit"]) for k in ("low", "high"))
        doc = f"{doc}; {low} to {high}"
    return f"  # {doc}" if doc else ""


def _usual(spec: type[Spec], name: str) -> str:
    declared = quantity_of(spec, name)
    if declared is not None:
        default = declared["default"]
        return "..." if default is None else _toml(default)
    default = spec.model_fields[name].default
    return (
        "..."
        if default is None or not isinstance(default, bool | int | float | str)
        else (_toml(default))
    )


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{k}" = {_toml(v)}' for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def models_of(annotation: Any) -> list[type[Spec]]:
    """Return the specs that may stand at a field of this annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation] if issubclass(annotation, Spec) else []
    found: list[type[Spec]] = []
    for inner in getattr(annotation, "__args__", ()):
        found += models_of(inner)
    return found


def _spec(annotation: Any, body: dict[str, Any]) -> type[Spec]:
    """The spec of a table; where its kind decides, the one of that kind."""
    models = models_of(annotation)
    if len(models) == 1:
        return models[0]
    kinds: dict[str, type[Spec]] = {
        "sweep": device_spec.Sweep,
        "transfer": device_spec.Transfer,
    }
    return kinds[body["kind"]]
