"""Pictures through the depth of a device: layers, bands, mobile ions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from ...device.state import Trace
from ..model import StackLayer
from ..text import display_scale, number
from . import style as st

FACES = {
    "electrode": ("#c9ced6", "///"),
    "film": ("#f6d9b0", ""),
    "semiconductor": ("#cfe3f3", ""),
    "insulator": ("#eceff3", ".."),
}
LEAST_SHARE = 0.09  # a thinner layer is drawn this wide and marked, so that it can be seen
ELECTRODE_SHARE = 0.07
LEAST_SHIFT = 0.01  # eV, about the width of a line
EDGES = (
    ("conduction_edge", "conduction edge", "#0072B2", "solid"),
    ("valence_edge", "valence edge", "#D55E00", "solid"),
    ("fermi_electron", "Fermi level, electrons", "#0072B2", (0, (5, 2))),
    ("fermi_hole", "Fermi level, holes", "#D55E00", (0, (1.5, 1.5))),
)


class DepthMap:
    """Depth to place in the drawing: to scale, but no layer narrower than `LEAST_SHARE`.

    Attributes
    ----------
    boundaries
        Depths of the layer boundaries [m].
    places
        Where they are drawn, 0 to 1.
    widened
        Whether each layer is drawn wider than its share.
    """

    def __init__(self, thicknesses: Sequence[float]) -> None:
        t = np.asarray(thicknesses, dtype=float)
        share = t / t.sum()
        self.widened = _widened(share)
        left = 1 - LEAST_SHARE * self.widened.sum()
        rest = share[~self.widened].sum()
        drawn = np.where(self.widened, LEAST_SHARE, share * (left / rest if rest > 0 else 1.0))
        self.boundaries = np.concatenate([[0.0], np.cumsum(t)])
        self.places = np.concatenate([[0.0], np.cumsum(drawn / drawn.sum())])

    def __call__(self, depth: NDArray[Any] | float) -> NDArray[np.float64]:
        """Return where `depth` [m] is drawn."""
        return np.interp(depth, self.boundaries, self.places)


def _widened(share: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark layers below the least share, and again those that fall below it by that."""
    marked = share < LEAST_SHARE
    for _ in share:
        rest = share[~marked].sum()
        left = 1 - LEAST_SHARE * marked.sum()
        again = marked | (share * left / rest < LEAST_SHARE if rest > 0 else marked)
        if (again == marked).all():
            break
        marked = again
    return marked if not marked.all() else np.zeros_like(marked)


def stack_drawing(layers: Sequence[StackLayer], trace: Trace | None, name: str) -> str | None:
    """Draw the layers to scale and, where the trace holds them, the bands through the depth.

    Layers below a share of the depth are widened and marked with a star. Electrodes are drawn
    hatched and not to scale.
    """
    inner = [x for x in layers if x.thickness is not None and x.role != "electrode"]
    bands = trace is not None and "conduction_edge" in trace.profiles
    if not inner:
        return None
    depth = DepthMap([float(x.thickness or 0.0) for x in inner])
    with st.style():
        figure = st.new_figure(6.8, 5.2 if bands else 2.2)
        rows = figure.subplots(2, 1, height_ratios=(1, 2.7), squeeze=False) if bands else None
        top = rows[0][0] if rows is not None else figure.subplots()
        _draw_layers(top, layers, inner, depth)
        if rows is not None and trace is not None:
            _draw_bands(rows[1][0], trace, depth)
        names = ", ".join(x.name for x in layers)
        return st.to_svg(figure, name, "Layers and bands of the device", f"Layers: {names}")


def _draw_layers(
    ax: Any, layers: Sequence[StackLayer], inner: Sequence[StackLayer], depth: DepthMap
) -> None:
    ax.set_gid("plain")
    first = layers[: layers.index(inner[0])]
    last = layers[layers.index(inner[-1]) + 1 :]
    for k, layer in enumerate(reversed(first)):
        _block(ax, -(k + 1) * ELECTRODE_SHARE, -k * ELECTRODE_SHARE, layer, False)
    for k, layer in enumerate(last):
        _block(ax, 1 + k * ELECTRODE_SHARE, 1 + (k + 1) * ELECTRODE_SHARE, layer, False)
    for k, layer in enumerate(inner):
        _block(ax, depth.places[k], depth.places[k + 1], layer, bool(depth.widened[k]))
    ax.set_xlim(-max(len(first), 1) * ELECTRODE_SHARE, 1 + max(len(last), 1) * ELECTRODE_SHARE)
    ax.set_ylim(0, 1)
    ax.set_axis_off()
    note = "electrodes not to scale"
    if depth.widened.any():
        note = "* drawn wider than its share; " + note
    ax.text(
        0.5, -0.05, note, transform=ax.transAxes, ha="center", va="top", fontsize=9, color=st.MUTED
    )


def _block(ax: Any, left: float, right: float, layer: StackLayer, widened: bool) -> None:
    face, hatch = FACES.get(layer.role, FACES["semiconductor"])
    ax.add_patch(
        Rectangle(
            (left, 0), right - left, 1, facecolor=face, edgecolor="white", hatch=hatch, linewidth=0
        )
    )
    ax.add_patch(
        Rectangle((left, 0), right - left, 1, facecolor="none", edgecolor=st.INK, linewidth=0.9)
    )
    lines = [st.safe(layer.name)]
    if layer.thickness is not None and layer.role != "electrode":
        lines.append(_thickness(layer.thickness) + (" *" if widened else ""))
    longest = max(len(x) for x in lines)
    sideways = longest * 0.0165 > right - left  # a character is about 1.6 % of the drawing
    ax.text(
        (left + right) / 2,
        0.5,
        "\n".join(lines),
        ha="center",
        va="center",
        fontsize=9.5,
        rotation=90 if sideways else 0,
        linespacing=1.35,
        bbox={"facecolor": face, "edgecolor": "none", "pad": 1.0},
    )


def _thickness(value: float) -> str:
    factor, unit = display_scale(value, "m")
    return f"{number(value * factor)} {unit}"


def _draw_bands(ax: Any, trace: Trace, depth: DepthMap) -> None:
    position = trace.profiles["position"]
    position = position - position[0]
    whole = depth.boundaries[-1]
    # a profile of another depth than the layers (a part of them) would be drawn in wrong places
    fits = abs(position[-1] - whole) < 0.02 * whole
    x = depth(position) if fits else position / position[-1]
    for k, (key, _, shade, line) in enumerate(EDGES):
        if key in trace.profiles:
            drawn = ax.plot(x, trace.profiles[key], color=shade, linestyle=line)
            st.tag(drawn[0], k)
        if ends_elsewhere(trace, key):
            after = ax.plot(x, trace.profiles[f"{key}_end"], color=shade, linewidth=0.9, alpha=0.6)
            st.tag(after[0], k)
    st.label_axes(ax, "", "Energy [eV]")
    ax.set_xlim(-ELECTRODE_SHARE, 1 + ELECTRODE_SHARE)
    ax.grid(False, axis="x")
    if fits:
        for place in depth.places:
            ax.axvline(place, color=st.GRID, linewidth=1.0, zorder=0)
        ax.set_xticks(depth.places, _depth_labels(depth))
        ax.set_xlabel("Depth at the layer boundaries [nm]")
    else:
        shown = np.linspace(0, 1, 6)
        ax.set_xticks(shown, [f"{v * position[-1] * 1e9:.4g}" for v in shown])
        ax.set_xlabel("Depth [nm]")
    present = [row for row in EDGES if row[0] in trace.profiles]
    _name_lines(ax, present)


def ends_elsewhere(trace: Trace, key: str) -> bool:
    """Return whether a band edge lies elsewhere after the record, by more than can be drawn."""
    end = trace.profiles.get(f"{key}_end")
    if end is None or key not in ("conduction_edge", "valence_edge"):
        return False
    return float(np.max(np.abs(end - trace.profiles[key]))) > LEAST_SHIFT


def _depth_labels(depth: DepthMap) -> list[str]:
    return [number(b * 1e9, 4) for b in depth.boundaries]


def _name_lines(ax: Any, present: Sequence[Any]) -> None:
    handles = [
        Line2D([], [], color=shade, linestyle=line, label=text) for _, text, shade, line in present
    ]
    box = ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2, frameon=False
    )
    for k, (handle, text) in enumerate(zip(box.legend_handles, box.get_texts(), strict=True)):
        series = [row[0] for row in EDGES].index(present[k][0])
        handle.set_gid(f"legend-{series}-mark")
        text.set_gid(f"legend-{series}-text")


def ion_profile(traces: Sequence[Trace], name: str) -> str | None:
    """Draw the mobile ions over the depth, at rest and after each record; each profile once."""
    found = _ion_profiles(traces)
    if not found:
        return None
    with st.style():
        figure = st.new_figure(6.4, 3.6)
        ax = figure.subplots()
        for k, (_, position, ions) in enumerate(found):
            density = np.where(ions > 0, ions * 1e-6, np.nan)
            st.draw_line(ax, (position - position[0]) * 1e9, density, k, among=len(found))
        st.label_axes(ax, "Depth [nm]", "Mobile ions [cm⁻³]")
        ax.margins(x=0.01)
        _log_if_wide(ax)
        labels = [label for label, _, _ in found]
        st.legend(figure, labels)
        return st.to_svg(figure, name, "Mobile ions through the depth", "; ".join(labels))


def _ion_profiles(traces: Sequence[Trace]) -> list[tuple[str, NDArray[Any], NDArray[Any]]]:
    """(label, position, density) of the distinct ion profiles, in order."""
    found: list[tuple[str, NDArray[Any], NDArray[Any]]] = []
    for t in traces:
        for key in ("ion_density", "ion_density_end"):
            ions = t.profiles.get(key)
            if ions is None or not (ions > 0).any() or any(_same(ions, x) for _, _, x in found):
                continue
            when = "after" if key.endswith("_end") else "before"
            found.append((f"{t.label or t.kind}, {when}", t.profiles["position"], ions))
    return found


def _same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-3, atol=0.0))


def _log_if_wide(ax: Any) -> None:
    values = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for line in ax.lines])
    values = values[np.isfinite(values)]
    if values.size and values.max() > 5 * values.min():
        top = values.max()
        ax.set_ylim(max(values.min(), top * 1e-12) / 1.5, top * 1.5)
        st.log_axis(ax)
    elif values.size:
        ax.set_ylim(0, values.max() * 1.15)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))
