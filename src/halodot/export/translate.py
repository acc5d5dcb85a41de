"""Functions of our kernels, as they stand, in Verilog-A.

What is exported is then what runs: the text comes from the source of the kernels, so that it cannot
drift from them. Understood is the small Python they are written in: floats, one value or a tuple
returned, ``if`` with early returns, ``for _ in range(n)``, calls of other kernels and of `math`.
"""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..core.errors import HalodotError

INFINITE = 1e300  # stands for infinity: nothing computed here reaches it
PREFIX = "hd_"
CELL = "cell_"
# words of Verilog-A that occur as names in Python
RESERVED = frozenset((
    "above", "abstol", "access", "always", "analog", "and", "assign", "begin", "branch", "buf",
    "case", "cross", "deassign", "default", "defparam", "delay", "disable", "discipline",
    "domain", "edge", "else", "end", "event", "final", "first", "flow", "for", "force", "fork",
    "from", "function", "generate", "genvar", "ground", "if", "inf", "initial", "input",
    "integer", "join", "large", "last", "macromodule", "medium", "module", "nand", "nature",
    "noise", "nor", "not", "or", "output", "parameter", "potential", "primitive", "pull",
    "real", "reg", "release", "repeat", "scalared", "signed", "slew", "small", "specify",
    "string", "strong", "supply", "table", "task", "time", "transition", "tri", "units",
    "unsigned", "vectored", "wand", "weak", "while", "wire", "wor", "xor",
))  # fmt: skip
_MATH = {"exp": "exp", "log": "ln", "sqrt": "sqrt", "sinh": "sinh", "cos": "cos", "expm1": "expm1"}
_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
# no expm1 in the language: e^x - 1 = 2 e^(x/2) sinh(x/2), without cancellation
EXPM1 = f"""analog function real {PREFIX}expm1;
  input x;
  real x;
  {PREFIX}expm1 = 2.0 * exp(0.5 * x) * sinh(0.5 * x);
endfunction
"""


class UntranslatableError(HalodotError):
    """A kernel uses Python that this translator does not know: extend it beside the kernel."""


@dataclass(frozen=True)
class Function:
    """A kernel in Verilog-A: its text, what it returns, and which kernels it calls."""

    name: str
    text: str
    arguments: tuple[str, ...]
    results: tuple[str, ...]
    calls: tuple[Callable[..., Any], ...]


def with_callees(*kernels: Callable[..., Any]) -> dict[str, Function]:
    """Return the kernels and all that they call, callees first, by their Python name."""
    found: dict[str, Function] = {}

    def visit(kernel: Callable[..., Any]) -> None:
        plain = _plain(kernel)
        if plain.__name__ in found:
            return
        made = translated(kernel)
        for callee in made.calls:
            visit(callee)
        found[plain.__name__] = made

    for kernel in kernels:
        visit(kernel)
    return found


def translated(kernel: Callable[..., Any]) -> Function:
    """Return one kernel as an ``analog function real``.

    The first result is the value of the function, further ones are outputs; the argument that is a
    `Cell` is left out, as its numbers are parameters of the module.

    Raises
    ------
    UntranslatableError
        Where the kernel uses more of Python than said above.

    Examples
    --------
    >>> from halodot.device.filament.rates import light_lowering
    >>> print(translated(light_lowering).text.splitlines()[0])
    // Return the fall of a barrier [eV] under light [W/m2]: linear at first, then saturating.
    """
    return _Writer(_plain(kernel)).function()


def number(value: float) -> str:
    """Return a real literal that reads back as the same float.

    >>> number(1.0), number(math.inf), number(-2e-19)
    ('1.0', '1e+300', '-2e-19')
    """
    if math.isinf(value):
        value = math.copysign(INFINITE, value)
    return repr(float(value))


def _plain(kernel: Any) -> Callable[..., Any]:
    return getattr(kernel, "py_func", kernel)


def safe(name: str) -> str:
    """Return a name that is none of the words of Verilog-A."""
    name = name.strip("_") or "turn"
    return f"{name}_" if name in RESERVED else name


class _Writer:
    """Writes one function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        assert isinstance(tree, ast.FunctionDef)
        self.tree, self.scope = tree, function.__globals__
        self.name = PREFIX + tree.name.strip("_")
        self.cell = {a.arg for a in tree.args.args if ast.unparse(a.annotation or a) == "Cell"}
        self.arguments = [a.arg for a in tree.args.args if a.arg not in self.cell]
        self.locals: dict[str, None] = {}
        self.counters: dict[str, None] = {}
        self.calls: list[Callable[..., Any]] = []
        self.results = [self.name, *(f"{self.name}_{k}" for k in range(2, self._count() + 1))]

    def _count(self) -> int:
        """How many values come back."""
        returned = [n.value for n in ast.walk(self.tree) if isinstance(n, ast.Return)]
        sizes = {len(v.elts) if isinstance(v, ast.Tuple) else 1 for v in returned}
        if len(sizes) != 1:
            raise UntranslatableError(f"{self.name}: {sizes} results")
        return sizes.pop()

    def function(self) -> Function:
        """Return the whole function."""
        body = self.tree.body
        if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        text = self._block(body, 2)
        assigned = [a for a in self.arguments if a in self.locals]
        inputs = [f"{safe(a)}_in" if a in assigned else safe(a) for a in self.arguments]
        outputs = self.results[1:]
        reals = [*inputs, *outputs, *(safe(n) for n in self.locals)]
        said = (ast.get_docstring(self.tree) or "").split("\n\n")[0].replace("\n", "\n// ")
        head = [f"// {said}"] if said else []
        head += [f"analog function real {self.name};", f"  input {', '.join(inputs)};"]
        head += [f"  output {', '.join(outputs)};"] if outputs else []
        head += [f"  real {', '.join(dict.fromkeys(reals))};"]
        head += [f"  integer {', '.join(self.counters)};"] if self.counters else []
        copies = [f"    {safe(a)} = {safe(a)}_in;" for a in assigned]
        lines = [*head, "  begin", *copies, *text, "  end", "endfunction", ""]
        return Function(
            self.name, "\n".join(lines), tuple(inputs), tuple(self.results), tuple(self.calls)
        )

    def _block(self, body: list[ast.stmt], depth: int) -> list[str]:
        """Statements; what follows an early return goes into the other branch."""
        lines: list[str] = []
        pad = "  " * depth
        for k, statement in enumerate(body):
            if isinstance(statement, ast.If):
                lines.append(f"{pad}if ({self._expr(statement.test)}) begin")
                lines += self._block(statement.body, depth + 1)
                rest = statement.orelse
                if isinstance(statement.body[-1], ast.Return):
                    rest = [*rest, *body[k + 1 :]]
                if rest:
                    lines += [f"{pad}end else begin", *self._block(rest, depth + 1)]
                lines.append(f"{pad}end")
                if isinstance(statement.body[-1], ast.Return):
                    return lines
            else:
                lines += [pad + line for line in self._statement(statement, depth)]
        return lines

    def _statement(self, s: ast.stmt, depth: int) -> list[str]:
        if isinstance(s, ast.Return):
            values = s.value.elts if isinstance(s.value, ast.Tuple) else [s.value]
            return [f"{r} = {self._expr(v)};" for r, v in zip(self.results, values, strict=True)]
        if isinstance(s, ast.Assign):
            return self._assign(s.targets, s.value)
        if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name):
            sign, name = _BINARY[type(s.op)], self._local(s.target.id)
            return [f"{name} = {name} {sign} ({self._expr(s.value)});"]
        if isinstance(s, ast.For) and isinstance(s.target, ast.Name):
            return self._loop(s, depth)
        raise UntranslatableError(f"{self.name}: {ast.unparse(s)}")

    def _assign(self, targets: list[ast.expr], value: ast.expr) -> list[str]:
        if len(targets) != 1:
            raise UntranslatableError(f"{self.name}: several targets")
        target = targets[0]
        if isinstance(target, ast.Name):
            return [f"{self._local(target.id)} = {self._expr(value)};"]
        assert isinstance(target, ast.Tuple)
        names = [n.id for n in target.elts if isinstance(n, ast.Name)]
        if isinstance(value, ast.Call):
            given = self._arguments(value)
            made = [self._local(n) for n in names]
            called = self._callee(value.func)
            return [f"{made[0]} = {called}({', '.join([*given, *made[1:]])});"]
        assert isinstance(value, ast.Tuple)
        used = {n.id for v in value.elts[1:] for n in ast.walk(v) if isinstance(n, ast.Name)}
        if used & set(names):
            raise UntranslatableError(f"{self.name}: {ast.unparse(value)} needs the old values")
        pairs = zip(names, value.elts, strict=True)
        return [f"{self._local(n)} = {self._expr(v)};" for n, v in pairs]

    def _loop(self, s: ast.For, depth: int) -> list[str]:
        assert isinstance(s.target, ast.Name)
        if not (isinstance(s.iter, ast.Call) and ast.unparse(s.iter.func) == "range"):
            raise UntranslatableError(f"{self.name}: a loop over {ast.unparse(s.iter)}")
        name, count = safe(s.target.id), self._expr(s.iter.args[0])
        self.counters[name] = None
        inner = [line[2 * depth :] for line in self._block(s.body, depth + 1)]
        count = str(int(float(count)))
        head = f"for ({name} = 0; {name} < {count}; {name} = {name} + 1) begin"
        return [head, *inner, "end"]

    def _local(self, name: str) -> str:
        self.locals[name] = None
        return safe(name)

    def _arguments(self, call: ast.Call) -> list[str]:
        plain = [a for a in call.args if not (isinstance(a, ast.Name) and a.id in self.cell)]
        return [self._expr(a) for a in plain]

    def _callee(self, function: ast.expr) -> str:
        kernel = self.scope[ast.unparse(function)]
        self.calls.append(kernel)
        return PREFIX + _plain(kernel).__name__.strip("_")

    def _expr(self, e: ast.expr | None) -> str:
        """Return an expression with the brackets of the Python tree: the same order, bit by bit."""
        if isinstance(e, ast.Constant) and isinstance(e.value, int | float):
            return number(float(e.value))
        if isinstance(e, ast.Name):
            return self._name(e.id)
        if isinstance(e, ast.Attribute):
            return self._attribute(e)
        if isinstance(e, ast.UnaryOp):
            sign = "!" if isinstance(e.op, ast.Not) else "-"
            return f"({sign}{self._expr(e.operand)})"
        if isinstance(e, ast.BinOp):
            return self._binary(e)
        if isinstance(e, ast.Compare) and len(e.ops) == 1:
            sign = _COMPARE[type(e.ops[0])]
            return f"({self._expr(e.left)} {sign} {self._expr(e.comparators[0])})"
        if isinstance(e, ast.BoolOp):
            sign = " && " if isinstance(e.op, ast.And) else " || "
            return f"({sign.join(self._expr(v) for v in e.values)})"
        if isinstance(e, ast.IfExp):
            parts = (e.test, e.body, e.orelse)
            return "({} ? {} : {})".format(*(self._expr(p) for p in parts))
        if isinstance(e, ast.Call):
            return self._call(e)
        raise UntranslatableError(f"{self.name}: {ast.unparse(e) if e else 'nothing'}")

    def _name(self, name: str) -> str:
        if name in self.locals or name in self.arguments:
            return safe(name)
        value = self.scope[name]
        if not isinstance(value, int | float):
            raise UntranslatableError(f"{self.name}: {name} is no number")
        return number(float(value))

    def _attribute(self, e: ast.Attribute) -> str:
        owner = ast.unparse(e.value)
        if owner in self.cell:
            return CELL + e.attr
        if owner == "math":
            return number(getattr(math, e.attr))
        raise UntranslatableError(f"{self.name}: {ast.unparse(e)}")

    def _binary(self, e: ast.BinOp) -> str:
        left, right = self._expr(e.left), self._expr(e.right)
        if isinstance(e.op, ast.Pow):
            return f"pow({left}, {right})"
        if type(e.op) not in _BINARY:
            raise UntranslatableError(f"{self.name}: {ast.unparse(e)}")
        return f"({left} {_BINARY[type(e.op)]} {right})"

    def _call(self, e: ast.Call) -> str:
        name = ast.unparse(e.func)
        given = self._arguments(e)
        if name in ("min", "max"):
            text = given[0]
            for other in given[1:]:
                text = f"{name}({text}, {other})"
            return text
        if name == "abs":
            return f"abs({given[0]})"
        if name.startswith("math."):
            made = _MATH.get(name[5:])
            if made is None:
                raise UntranslatableError(f"{self.name}: {name}")
            made = PREFIX + made if made == "expm1" else made
            return f"{made}({', '.join(given)})"
        return f"{self._callee(e.func)}({', '.join(given)})"
