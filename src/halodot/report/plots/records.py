"""Pictures of records that are no plain time course: impedance, capacitance, endurance, light."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...device.state import Trace
from . import style as st
from .traces import (
    good,
    legend_labels,
    nonzero,
    scale_of,
    sentence,
)

Array = NDArray[np.float64]
MOST_DECADES = 8  # of a luminance


def impedance(traces: Sequence[Trace], name: str) -> str | None:
    """Draw |Z| and -phase against frequency, and the plane of Z."""
    kept = [t for t in traces if {"frequency", "resistance", "reactance"} <= set(t.columns)]
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(8.6, 4.4)
        cells: dict[str, Any] = figure.subplot_mosaic([["size", "plane"], ["phase", "plane"]])
        factor, unit = _of_both(kept)
        for k, t in enumerate(kept):
            f, z = t.columns["frequency"], good(t, "resistance") + 1j * good(t, "reactance")
            st.draw_line(cells["size"], f, np.abs(z), k, among=len(kept))
            st.draw_line(cells["phase"], f, -np.degrees(np.angle(z)), k, among=len(kept))
            st.draw_line(cells["plane"], z.real * factor, -z.imag * factor, k, among=len(kept))
        st.label_axes(cells["size"], "", "|Z| [Ω]")
        st.label_axes(cells["phase"], "Frequency [Hz]", "−Phase of Z [°]")
        st.label_axes(cells["plane"], f"Re Z [{unit}]", f"−Im Z [{unit}]")
        cells["plane"].set_aspect("equal", adjustable="datalim")
        st.log_axis(cells["size"])
        for key in ("size", "phase"):
            st.log_axis(cells[key], "x")
        st.legend(figure, legend_labels(kept))
        return st.to_svg(figure, name, "Impedance", sentence(kept))


def _of_both(kept: Sequence[Trace]) -> tuple[float, str]:
    """One factor and unit for both parts of Z."""
    pairs = [scale_of(kept, key) for key in ("resistance", "reactance")]
    return min(pairs, key=lambda pair: pair[0])


def capacitance(traces: Sequence[Trace], name: str) -> str | None:
    """Draw capacitance against bias, and its inverse square as Mott and Schottky do."""
    kept = [t for t in traces if {"voltage", "capacitance"} <= set(t.columns)]
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(8.6, 3.8)
        plain, squared = figure.subplots(1, 2)
        factor, unit = scale_of(kept, "capacitance")
        for k, t in enumerate(kept):
            v, c = t.columns["voltage"], good(t, "capacitance") * factor
            st.draw_line(plain, v, c, k, among=len(kept))
            st.draw_line(squared, v, nonzero(c) ** -2.0, k, among=len(kept))
        st.label_axes(plain, "Voltage [V]", f"Capacitance [{unit}]")
        st.label_axes(squared, "Voltage [V]", f"1/C² [{unit}⁻²]")
        st.legend(figure, legend_labels(kept))
        return st.to_svg(figure, name, "Capacitance against voltage", sentence(kept))


def endurance(traces: Sequence[Trace], name: str) -> str | None:
    """Draw both states against the cycle; rows that were not simulated are open marks."""
    kept = [t for t in traces if {"cycle", "programmed", "current"} <= set(t.columns)]
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(7.0, 4.2)
        ax = figure.subplots()
        labels: list[str] = []
        looks: list[dict[str, Any]] = []
        for k, t in enumerate(kept):
            far = t.columns.get("extrapolated", np.zeros(len(t))) > 0
            for state, word in ((1.0, "programmed"), (0.0, "erased")):
                series = len(labels)
                look: dict[str, Any] = {"color": st.colour(series), "linestyle": "solid"}
                for marked in (False, True):
                    rows = (t.columns["programmed"] == state) & (far == marked)
                    style = look | ({"linestyle": (0, (1.5, 1.5)), "marker": "o", "markersize": 4,
                                     "markerfacecolor": "white"} if marked else {})  # fmt: skip
                    current = nonzero(np.abs(good(t, "current")[rows]))
                    st.draw_line(ax, t.columns["cycle"][rows], current, series, **style)
                looks.append(look)
                labels.append(", ".join(x for x in (legend_labels(kept)[k], word) if x))
        st.label_axes(ax, "Cycle (open marks: extrapolated, not simulated)", "|Current| [A]")
        st.log_axis(ax)
        st.log_axis(ax, "x")
        st.legend(figure, labels, looks)
        return st.to_svg(figure, name, "Endurance", sentence(kept))


def open_circuit(traces: Sequence[Trace], name: str) -> str | None:
    """Draw the voltage of open terminals in light, then in the dark, against log time."""
    kept = [t for t in traces if {"time", "voltage", "light"} <= set(t.columns)]
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(8.6, 3.8)
        lit, dark = figure.subplots(1, 2, sharey=True)
        for k, t in enumerate(kept):
            shines = t.columns["light"] > 0
            end = float(t.columns["time"][shines].max()) if shines.any() else 0.0
            for ax, rows, start in ((lit, shines, 0.0), (dark, ~shines, end)):
                time = nonzero(t.columns["time"][rows] - start)
                st.draw_line(ax, time, good(t, "voltage")[rows], k, among=len(kept))
        st.label_axes(lit, "Time in light [s]", "Voltage [V]")
        st.label_axes(dark, "Time in the dark [s]", "")
        for ax in (lit, dark):
            if any(len(line.get_xdata()) for line in ax.lines):
                st.log_axis(ax, "x")
        st.legend(figure, legend_labels(kept))
        return st.to_svg(figure, name, "Open terminals", sentence(kept))


def emission(traces: Sequence[Trace], name: str) -> str | None:
    """Draw luminance against voltage and efficiency against luminance, where a device shines."""
    wanted = {"voltage", "luminance", "external_quantum_efficiency"}
    kept = [t for t in traces if t.kind == "iv" and wanted <= set(t.columns)]
    kept = [t for t in kept if np.nanmax(good(t, "luminance"), initial=0.0) >= 1.0]
    if not kept:
        return None
    with st.style():
        figure = st.new_figure(8.6, 4.0)
        bright, efficient = figure.subplots(1, 2)
        top = max(float(np.nanmax(good(t, "luminance"))) for t in kept)
        for k, t in enumerate(kept):
            luminance = nonzero(good(t, "luminance"))
            luminance[luminance < top * 10.0**-MOST_DECADES] = np.nan
            st.draw_line(bright, t.columns["voltage"], luminance, k, among=len(kept))
            share = 100.0 * good(t, "external_quantum_efficiency")
            share[np.isnan(luminance) | (luminance < 1e-2)] = np.nan
            st.draw_line(efficient, luminance, share, k, among=len(kept))
        st.label_axes(bright, "Voltage [V]", "Luminance [cd/m²]")
        st.label_axes(efficient, "Luminance [cd/m²]", "External quantum efficiency [%]")
        st.log_axis(bright)
        st.log_axis(efficient, "x")
        st.legend(figure, legend_labels(kept))
        return st.to_svg(figure, name, "Emitted light", sentence(kept))


PICTURES = {
    "impedance": impedance,
    "capacitance": capacitance,
    "endurance": endurance,
    "open_circuit": open_circuit,
}
