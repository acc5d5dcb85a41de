"""What all pictures share: palette, fonts, axes, and the bytes of the SVG.

Pictures are drawn with matplotlib's object interface; nothing global stays changed. Lines carry
an id ``series-<n>-<k>`` and legend entries ``legend-<n>``, so that a small script on the page
can toggle a series and read values; the picture is complete without it.
"""

from __future__ import annotations

import html
import io
import itertools
import json
import re
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator
from numpy.typing import NDArray

from ...core.errors import shorten
from ..text import number, superscript

# Okabe and Ito's palette (colour-blind safe), darkened where it would be too light on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8A6D00", "#56B4E9", "#000000")
DASHES: tuple[Any, ...] = ("solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
INK, MUTED, GRID, BAND = "#1b1f24", "#57606a", "#e3e6ea", 0.18
FONT_STACK = "'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif"
MOST_POINTS = 1600  # of one line
MOST_OF_ALL = 16000  # of all lines of one axes, which keeps a page of many variants small
LONGEST_LABEL = 60
LONGEST_DESCRIPTION = 1000

RC = {
    "svg.fonttype": "none",
    "svg.hashsalt": "halodot",
    "font.family": ["DejaVu Sans"],
    "font.size": 10.5,
    "axes.titlesize": 10.5,
    "axes.labelsize": 10.5,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.fontsize": 9.5,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.7,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.unicode_minus": True,
    "path.simplify": True,
    "text.parse_math": False,  # a dollar sign in a user's label is a dollar sign
}


def style() -> Any:
    """Return the context in which a picture is built and saved; it restores what was set.

    It starts from the defaults of matplotlib, so that a user's own settings change no byte.
    """
    kept = {k: v for k, v in mpl.rcParamsDefault.items() if not k.startswith("backend")}
    return mpl.rc_context({**kept, **RC})


def new_figure(width: float = 6.4, height: float = 4.0) -> Figure:
    """Return an empty figure [inch] that lays itself out."""
    layout = ConstrainedLayoutEngine(w_pad=0.07, h_pad=0.06)
    return Figure(figsize=(width, height), layout=layout)


def colour(k: int) -> str:
    """Return the colour of series `k`."""
    return PALETTE[k % len(PALETTE)]


def dashes(k: int) -> Any:
    """Return the line style of series `k`: a second mark where colours repeat or fail."""
    return DASHES[(k // len(PALETTE) + k) % len(DASHES)]


def thin(x: NDArray[Any], y: NDArray[Any], most: int = MOST_POINTS) -> NDArray[np.int64]:
    """Return indices of at most `most` points that keep every peak of `y`.

    >>> y = np.zeros(10_000); y[4321] = 1.0
    >>> 4321 in thin(np.arange(10_000.0), y)
    True
    """
    n = len(x)
    if n <= most:
        return np.arange(n)
    edges = np.linspace(0, n, most // 2 + 1).astype(np.int64)
    keep = {0, n - 1}
    for a, b in itertools.pairwise(edges):
        part = y[a:b]
        if np.isfinite(part).any():
            keep.add(int(a + np.nanargmin(part)))
            keep.add(int(a + np.nanargmax(part)))
    return np.array(sorted(keep), dtype=np.int64)


def safe(label: str) -> str:
    """Return a user's label as it may stand in a picture: printable and short."""
    return shorten(label, LONGEST_LABEL) if label else ""


def draw_line(
    ax: Any, x: NDArray[Any], y: NDArray[Any], series: int, *, among: int = 1, **kwargs: Any
) -> Line2D:
    """Draw one line of series number `series`, thinned, with the id the script looks for.

    `among` is how many lines share the picture.
    """
    index = thin(x, y, max(MOST_OF_ALL // max(among, 1), 60) if among > 10 else MOST_POINTS)
    kwargs.setdefault("color", colour(series))
    kwargs.setdefault("linestyle", dashes(series))
    (line,) = ax.plot(np.asarray(x)[index], np.asarray(y)[index], **kwargs)
    tag(line, series)
    return line


def tag(artist: Any, series: int) -> None:
    """Give an artist the id of its series; `to_svg` numbers what shares one."""
    artist.set_gid(f"series-{series}")


def label_axes(ax: Any, x: str, y: str) -> None:
    """Set both axis labels (each with its unit) and a light grid."""
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.grid(True, color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)


def log_axis(ax: Any, which: str = "y") -> None:
    """Make an axis logarithmic with powers of ten in plain characters."""
    axis = ax.yaxis if which == "y" else ax.xaxis
    (ax.set_yscale if which == "y" else ax.set_xscale)("log")
    low, high = ax.get_ylim() if which == "y" else ax.get_xlim()
    decades = np.log10(high / low) if low > 0 else 1.0
    if decades >= 1.5:
        axis.set_major_locator(LogLocator(10, numticks=7))
        axis.set_major_formatter(FuncFormatter(_power))
        axis.set_minor_formatter(FuncFormatter(lambda *_: ""))
    else:
        axis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))
        axis.set_minor_formatter(FuncFormatter(lambda *_: ""))


def _power(value: float, _position: object = None) -> str:
    exponent = round(float(np.log10(value))) if value > 0 else 0
    return f"10{superscript(exponent)}"


def legend(
    figure: Figure, labels: Sequence[str], looks: Sequence[dict[str, Any]] | None = None
) -> None:
    """Put one legend for all axes above them; no legend for a single unnamed series.

    Parameters
    ----------
    looks
        Colour and line style of each series where they are not those of its number.
    """
    if not [label for label in labels if label]:
        return
    looks = looks or [{"color": colour(k), "linestyle": dashes(k)} for k in range(len(labels))]
    handles = [
        Line2D([], [], linewidth=2.2, label=safe(label) or "trace", **look)
        for label, look in zip(labels, looks, strict=True)
    ]
    legend_of(figure, handles)


def legend_of(figure: Figure, handles: Sequence[Any]) -> None:
    """Put a legend of given handles above the axes, tagged for the script."""
    longest = max(len(handle.get_label()) for handle in handles)
    # as many columns as fit the width, so that nothing runs off the page
    columns = max(1, int(figure.get_size_inches()[0] / (0.085 * longest + 0.65)))
    box: Any = figure.legend(
        handles=list(handles),
        loc="outside upper left",
        ncols=min(columns, len(handles)),
        frameon=False,
        handlelength=2.4,
        columnspacing=1.4,
    )
    for k, (handle, text) in enumerate(zip(box.legend_handles, box.get_texts(), strict=True)):
        handle.set_gid(f"legend-{k}-mark")
        text.set_gid(f"legend-{k}-text")


def to_svg(figure: Figure, name: str, title: str, description: str = "") -> str:
    """Return the figure as an SVG element with its own ids, a title and the scales of its axes.

    Parameters
    ----------
    name
        Unique on the page; every id inside the picture starts with it.
    title, description
        Read out by a screen reader; user text is escaped.
    """
    buffer = io.StringIO()
    with style(), warnings.catch_warnings():
        # only the width is measured with this font; the reader's browser draws any script
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(
            buffer,
            format="svg",
            metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = text.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "").replace(
        "xlink:href", "href"
    )
    running = itertools.count()

    def own_id(match: re.Match[str]) -> str:
        suffix = f"-{next(running)}" if match[1].startswith("series-") else ""
        return f'id="{name}-{match[1]}{suffix}"'

    text = re.sub(r'\bid="([^"]+)"', own_id, text)
    text = re.sub(r'(href="|url\()#', rf"\g<1>#{name}-", text)
    text = text.replace("'DejaVu Sans'", FONT_STACK)
    scales = html.escape(json.dumps(_scales(figure)), quote=True)
    inside = f"<title>{_words(title)}</title><desc>{_words(description or title)}</desc>"
    # no wider than 1.1 times its natural size, so that letters are as large in every picture
    widest = figure.get_size_inches()[0] * 96 * 1.1 / 16
    look = f'style="max-width: {widest:.3g}rem"'
    head = f'<svg class="plot" role="img" {look} data-name="{name}" data-axes="{scales}" '
    return re.sub(
        r"<svg ([^>]*)>", lambda m: f"{head}{m[1]}>\n {inside}", text, count=1
    ).strip() + ("\n")


def _words(text: str) -> str:
    return html.escape(shorten(text, LONGEST_DESCRIPTION))


def _scales(figure: Figure) -> list[dict[str, Any]]:
    """Where each axes lies in the picture and what it spans, for reading values by mouse."""
    width, height = figure.get_size_inches() * 72
    out = []
    for ax in figure.axes:
        if ax.get_gid() == "plain" or not ax.axison:
            continue
        box = ax.get_position()
        scales = [ax.get_xscale(), ax.get_yscale()]
        if not set(scales) <= {"linear", "log"}:
            continue
        corner = (box.x0 * width, (1 - box.y1) * height)
        size = (box.width * width, box.height * height)
        out.append(
            {
                "box": [_r(v) for v in (*corner, *size)],
                "x": [*map(_r, ax.get_xlim()), scales[0], ax.get_xlabel()],
                "y": [*map(_r, ax.get_ylim()), scales[1], ax.get_ylabel()],
            }
        )
    return out


def _r(value: float) -> float:
    return float(f"{value:.6g}")


def biggest(arrays: Iterable[NDArray[Any]]) -> float:
    """Return the largest finite magnitude in any of `arrays`, 0 for none."""
    largest = 0.0
    for a in arrays:
        good = np.abs(np.asarray(a, dtype=float))
        good = good[np.isfinite(good)]
        if good.size:
            largest = max(largest, float(good.max()))
    return largest
