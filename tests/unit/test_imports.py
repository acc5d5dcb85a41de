"""Dependencies point one way; files and functions stay readable; start-up stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import halodot

ROOT = Path(halodot.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
GROUND = ("core", "numerics", "library", "optics")
BEFORE = {  # stage -> the stages whose hand-over it may read
    "crystal": (), "synthesis": ("dot",), "dot": ("synthesis",), "film": ("dot",),
    "device": ("film",), "figures": ("device",), "array": ("figures", "device"), "task": ("array",),
}  # fmt: skip
HEAVY = ("pandas", "scipy", "numba", "matplotlib", "pint", "sklearn", "xarray", "coloraide",
         "pydantic", "jinja2", "tqdm", "h5netcdf", "tmm")  # fmt: skip


def imports(path: Path) -> set[tuple[str, ...]]:
    """Every module of the package that `path` imports, as parts below the package."""
    here = path.relative_to(ROOT).with_suffix("").parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level] if node.level else ()
            module = tuple(node.module.split(".")) if node.module else ()
            if not node.level and module[0] != "halodot":
                continue
            module = base + (module if node.level else module[1:])
            found |= {module} if module else {(a.name,) for a in node.names}
    return found


def allowed(stage: str, target: tuple[str, ...]) -> bool:
    """Whether a file of `stage` may import `target`."""
    top = target[0]
    if top == stage or (stage in GROUND and top in GROUND[: GROUND.index(stage)]):
        return True
    if stage not in BEFORE:
        return False
    if stage in ("synthesis", "dot") and target[:2] == ("crystal", "composition"):
        return True
    return top in GROUND or (top in BEFORE[stage] and target[1:2] == ("state",))


def test_every_stage_imports_only_what_stands_before_it() -> None:
    wrong = []
    for path in FILES:
        stage = path.relative_to(ROOT).parts[0]
        if stage in GROUND or stage in BEFORE:
            wrong += [f"{path.relative_to(ROOT)} imports {'.'.join(t)}"
                      for t in imports(path) if not allowed(stage, t)]  # fmt: skip
    assert wrong == []


def test_the_check_above_sees_a_wrong_import() -> None:
    assert not allowed("film", ("device", "spec"))
    assert not allowed("film", ("dot", "characterisation"))
    assert not allowed("core", ("library",))
    assert allowed("film", ("dot", "state"))


def too_long(path: Path) -> list[str]:
    text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT)
    found = [f"{name} has over 600 lines"] if text.count("\n") > 600 else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            found += [f"{name}: {node.name} has {length} lines"] if length > 80 else []
        if isinstance(node, ast.ClassDef):
            methods = [f.name for f in node.body if isinstance(f, ast.FunctionDef)]
            public = sum(not m.startswith("_") for m in methods)
            found += [f"{name}: {node.name} has {public} public methods"] if public > 12 else []
    return found


def test_files_functions_and_classes_stay_short() -> None:
    assert [line for path in FILES for line in too_long(path)] == []


def test_the_chain_fits_on_a_page() -> None:
    assert (ROOT / "chain.py").read_text(encoding="utf-8").count("\n") < 120


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_loads_nothing_heavy(argument: str) -> None:
    code = (
        "import sys\nfrom halodot.cli.main import main\n"
        f"try:\n    main([{argument!r}])\nexcept SystemExit:\n    pass\n"
        f"print([m for m in {HEAVY} if m in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
