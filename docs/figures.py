"""Render the pictures of the pages to PNG.

A picture is a public function without arguments that returns a Figure, in a file `figures_*.py`;
its name is that of the PNG.
"""

from __future__ import annotations

import importlib.util
import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HERE = Path(__file__).parent
FOLDER = HERE / "theory/img"
DPI = 110
LARGEST = 120_000  # bytes of one picture
DRAWING = re.compile(r"^def ([a-z]\w*)\(\) -> Figure:", re.MULTILINE)


def sources() -> dict[str, Path]:
    """Return the files that draw, by the name of their picture."""
    return {
        name: file
        for file in sorted(HERE.glob("figures_*.py"))
        for name in DRAWING.findall(file.read_text(encoding="utf-8"))
    }


def draw(name: str) -> Figure:
    """Return the picture `name`, such as ``p4``."""
    path = sources()[name]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    figure: Figure = getattr(module, name)()
    return figure


def render(names: list[str]) -> list[Path]:
    """Write the pictures `names`, all where there are none; return their places.

    Pictures that come out the same keep their bytes; one above the limit is an error.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    places = []
    for name in names or list(sources()):
        place = FOLDER / f"{name}.png"
        raw = io.BytesIO()
        draw(name).savefig(raw, dpi=DPI, format="png")
        # 256 colours chosen to keep rare ones (swatches), a third of the bytes, no version inside
        way = Image.Quantize.MAXCOVERAGE
        Image.open(raw).convert("RGB").quantize(256, way, dither=Image.Dither.NONE).save(
            place, optimize=True
        )
        size = place.stat().st_size
        if size >= LARGEST:
            raise ValueError(f"{place} has {size} bytes; draw less, or with fewer colours")
        places.append(place)
    return places


if __name__ == "__main__":
    for written in render(sys.argv[1:]):
        sys.stdout.write(f"{written}\n")
