"""Lossless JSON for hand-over objects: what a checkpoint holds.

Floats are kept to the last bit, arrays as base64 of their bytes. Only frozen dataclasses of this
package can be read back, so that a checkpoint is data and never code.
"""

from __future__ import annotations

import base64
import importlib
import json
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from .status import Status

_PACKAGE = __name__.split(".", 1)[0]


def dumps(value: object) -> str:
    """Return `value` as JSON text.

    >>> loads(dumps({"a": (1.0, float("inf"))}))
    {'a': (1.0, inf)}
    """
    return json.dumps(_encode(value), ensure_ascii=False)


def loads(text: str) -> Any:
    """Return the object that `dumps` wrote.

    Raises
    ------
    ValueError
        If the text is not of this form or names a class that is no dataclass of the package.
    """
    return _decode(json.loads(text))


def _encode(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return {"!": "float", "hex": value.hex()}
    if isinstance(value, list):
        return [_encode(v) for v in value]
    if isinstance(value, tuple):
        return {"!": "tuple", "items": [_encode(v) for v in value]}
    if isinstance(value, dict):
        return {"!": "dict", "items": [[_encode(k), _encode(v)] for k, v in value.items()]}
    if isinstance(value, Status):
        return {"!": "status", "name": value.name}
    if isinstance(value, np.generic):
        return _encode(value.item())
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return {"!": "array", "dtype": value.dtype.str, "shape": list(value.shape), "data": data}
    if is_dataclass(value) and not isinstance(value, type):
        body = {f.name: _encode(getattr(value, f.name)) for f in fields(value) if f.init}
        kind = type(value)
        return {"!": "dataclass", "of": f"{kind.__module__}:{kind.__qualname__}", "fields": body}
    raise TypeError(f"no lossless JSON for {type(value).__name__}")


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(v) for v in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("!")
    if kind == "float":
        return float.fromhex(value["hex"])
    if kind == "tuple":
        return tuple(_decode(v) for v in value["items"])
    if kind == "dict":
        return {_decode(k): _decode(v) for k, v in value["items"]}
    if kind == "status":
        return Status[value["name"]]
    if kind == "array":
        flat = np.frombuffer(base64.b64decode(value["data"]), dtype=np.dtype(value["dtype"]))
        return flat.reshape(value["shape"]).copy()
    if kind == "dataclass":
        return _dataclass(value["of"])(**{k: _decode(v) for k, v in value["fields"].items()})
    raise ValueError(f"unknown kind {kind!r} in a checkpoint")


def _dataclass(name: str) -> Any:
    module, _, qualname = name.partition(":")
    if module.split(".", 1)[0] != _PACKAGE or "." in qualname:
        raise ValueError(f"{name!r} is not a class of {_PACKAGE}")
    found = getattr(importlib.import_module(module), qualname, None)
    if not (isinstance(found, type) and is_dataclass(found)):
        raise ValueError(f"{name!r} is not a dataclass")
    return found
