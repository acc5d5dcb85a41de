"""A small reader of SPICE netlists, so that what we write can be checked without a simulator.

Behavioural expressions are evaluated as they stand; resistors and voltage sources are solved by
modified nodal analysis (C.-W. Ho, A. Ruehli and P. Brennan, IEEE Trans. Circuits Syst. 22, 504
(1975), doi 10.1109/TCS.1975.1084079).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from types import CodeType
from typing import Any

import numpy as np


def joined(text: str) -> list[str]:
    """Lines without comments, continuations joined."""
    lines: list[str] = []
    for raw in text.splitlines():
        line = raw.split(";")[0].rstrip()
        if not line or line.startswith("*"):
            continue
        if line.startswith("+"):
            lines[-1] += " " + line[1:].strip()
        else:
            lines.append(line)
    return lines


def python_of(expression: str) -> str:
    """The expression in Python: nodes as calls, `a ? b : c` turned round."""
    text = _ternary(expression.replace("{", "(").replace("}", ")"))
    text = re.sub(r"\bv\(([\w.]+),\s*([\w.]+)\)", r'(V("\1") - V("\2"))', text)
    text = re.sub(r"\bv\(([\w.]+)\)", r'V("\1")', text)
    return re.sub(r"\bi\(([\w.]+)\)", r'I("\1")', text)


@cache
def compiled(expression: str) -> CodeType:
    return compile(python_of(expression), expression[:40], "eval")


def _ternary(text: str) -> str:
    depth = 0
    for k, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == "?" and depth == 0:
            rest, other = text[k + 1 :], _colon(text[k + 1 :])
            yes, no = _ternary(rest[:other]), _ternary(rest[other + 1 :])
            return f"(({yes}) if ({text[:k]}) else ({no}))"
    if "?" not in text:
        return text
    at = text.index("?")
    start = at
    depth = 0
    while depth >= 0:
        start -= 1
        depth += (text[start] == ")") - (text[start] == "(")
    end, depth = start + 1, 0
    while depth >= 0:
        depth += (text[end] == "(") - (text[end] == ")")
        end += 1
    return _ternary(text[: start + 1] + _ternary(text[start + 1 : end - 1]) + text[end - 1 :])


def _colon(text: str) -> int:
    depth = 0
    for k, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == ":" and depth == 0:
            return k
    raise ValueError(text)


def pwl(x: float, *pairs: float) -> float:
    return float(np.interp(x, pairs[::2], pairs[1::2]))


WORDS: dict[str, Any] = {
    "exp": math.exp, "ln": math.log, "log": math.log, "sqrt": math.sqrt, "sinh": math.sinh,
    "asinh": math.asinh, "min": min, "max": max, "abs": abs, "pi": math.pi, "pwl": pwl,
}  # fmt: skip


@dataclass
class Subcircuit:
    """Numbers, functions and sources of one .subckt."""

    numbers: dict[str, float] = field(default_factory=dict)
    functions: dict[str, Callable[..., float]] = field(default_factory=dict)
    sources: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    ports: list[str] = field(default_factory=list)
    _scope: dict[str, Any] = field(default_factory=dict)

    def value(self, name: str, nodes: dict[str, float], currents: dict[str, float]) -> float:
        """What a behavioural source gives at these node voltages."""
        return float(self._eval(self.sources[name][3], nodes, currents))

    def node(self, name: str, known: dict[str, float]) -> float:
        """Voltage of a node that a source sets, from those that are known; 0 is ground."""
        if name in known:
            return known[name]
        if name == "0":
            return 0.0
        for plus, minus, kind, text in self.sources.values():
            if plus == name and minus == "0" and kind == "V":
                known[name] = float(self._eval(text, known, {}))
                return known[name]
        raise KeyError(name)

    def _eval(self, text: str, nodes: dict[str, float], currents: dict[str, float]) -> float:
        scope = {"V": lambda n: self.node(n, nodes), "I": currents.__getitem__}
        return eval(compiled(text), {**self.scope(), **scope})

    def scope(self) -> dict[str, Any]:
        """Words, numbers and functions, as one dictionary."""
        if "exp" not in self._scope:
            self._scope |= {**WORDS, **self.numbers, **self.functions}
        return self._scope


def subcircuit(text: str, **given: float) -> Subcircuit:
    """Read the first .subckt of a netlist; `given` replaces its numbers, as an instance does."""
    made = Subcircuit()
    for line in joined(text):
        if line.startswith(".subckt"):
            words = line.split()
            made.ports = [w for w in words[2:] if "=" not in w]
            made.numbers |= {k: float(x) for k, x in (w.split("=") for w in words if "=" in w)}
            made.numbers |= given
        elif line.startswith(".param"):
            name, value = line[6:].split("=")
            scope = {**WORDS, **made.numbers}
            made.numbers[name.strip()] = float(eval(value.strip().strip("{}"), scope))
        elif line.startswith(".func"):
            _define(made, line)
        elif line[0] == "B":
            name, plus, minus, rest = line.split(None, 3)
            kind, expression = rest.split("=", 1)
            made.sources[name] = (plus, minus, kind.strip(), expression.strip())
    return made


def _define(made: Subcircuit, line: str) -> None:
    match = re.match(r"\.func (\w+)\(([^)]*)\)\s*\{(.*)\}$", line)
    assert match, line
    name, arguments, body = match.groups()
    names = [a.strip() for a in arguments.split(",")]

    def function(*values: float) -> float:
        return float(
            eval(compiled(body), {**made.scope(), **dict(zip(names, values, strict=True))})
        )

    made.functions[name] = function


def source_currents(text: str) -> dict[str, float]:
    """Current [A] into the first node of every voltage source of a netlist of R and V."""
    parts = [line.split() for line in joined(text) if line[0] in "RVv" and "_" in line]
    nodes = sorted({n for p in parts for n in p[1:3]} - {"0"})
    sources = [p for p in parts if p[0][0].lower() == "v"]
    index = {n: k for k, n in enumerate(nodes)}
    size = len(nodes) + len(sources)
    A, b = np.zeros((size, size)), np.zeros(size)
    for name, plus, minus, *rest in parts:
        ends = [(index[n], s) for n, s in ((plus, 1.0), (minus, -1.0)) if n != "0"]
        if name[0].lower() == "r":
            for i, s in ends:
                for j, t in ends:
                    A[i, j] += s * t / float(rest[0])
        else:
            row = len(nodes) + sources.index([name, plus, minus, *rest])
            for i, s in ends:
                A[i, row] += s
                A[row, i] += s
            b[row] = float(rest[-1])
    lone = ~np.any(A[: len(nodes)] != 0.0, axis=1)
    A[: len(nodes)][lone, np.flatnonzero(lone)] = 1.0
    x = np.linalg.solve(A, b)
    return {p[0]: float(x[len(nodes) + k]) for k, p in enumerate(sources)}
