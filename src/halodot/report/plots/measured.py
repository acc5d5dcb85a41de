"""Pictures of a measured device: what pulses do, how it fades, how it conducts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...array.characterise import Characterised
from ...array.decay import left
from ...array.state import Shape, Steps
from ...array.update import Fit, sampler
from ..text import display_scale
from . import style as st

Array = NDArray[np.float64]
UP, DOWN = 0, 1
WORDS = ("potentiation", "depression")
MOST_RUNS = 12
MOST_DOTS = 1500
BAND = 1.6449  # standard deviations on either side, for 90 %


def pictures(found: Characterised) -> dict[str, str]:
    """Return every picture that the records allow, as SVG by name."""
    drawn = {
        "weights": weights(found),
        "steps": steps(found),
        "changes": changes(found),
        "decay": fading(found),
        "sweeps": shape(found.cell.shape),
    }
    return {name: svg for name, svg in drawn.items() if svg is not None}


def _fits(found: Characterised) -> list[tuple[int, Fit, Steps]]:
    update = found.cell.update
    if update is None:
        return []
    both = zip((found.up, found.down), (update.potentiation, update.depression), strict=True)
    return [(k, f, s) for k, (f, s) in enumerate(both) if f is not None and s is not None]


def weights(found: Characterised, name: str = "weights") -> str | None:
    """Conductance after each pulse: every run, put on one range, and the law through them."""
    fits = _fits(found)
    if not fits:
        return None
    from ...array.update import runs_of

    with st.style():
        figure = st.new_figure(4.0 * len(fits), 3.4)
        cells = figure.subplots(1, len(fits), squeeze=False, sharey=True)[0]
        top = max(float(np.max(s.before)) for _, _, s in fits)
        factor, unit = display_scale(top, "S")
        for ax, (k, f, s) in zip(cells, fits, strict=True):
            runs = [r for r in runs_of(s) if len(r.reading) > 3]
            for run in runs[:MOST_RUNS]:
                n = np.concatenate([[0.0], run.pulses.cumsum()])
                st.draw_line(ax, n, run.reading * factor, k, among=len(runs), linewidth=0.8,
                             alpha=0.5, linestyle="solid")  # fmt: skip
            start = float(np.median([r.reading[0] for r in runs]))
            n = np.arange(f.pulses + 1.0)
            law = f.chosen.conductance(f.chosen.after(f.chosen.progress(np.full(len(n), start)), n))
            st.draw_line(ax, n, law * factor, 6, linewidth=1.8, linestyle=(0, (5, 2)))
            st.label_axes(ax, "Pulse", f"Conductance [{unit}]" if ax is cells[0] else "")
            label = f"{float(f.label):+.2f}" if f.label.is_known else "not known"
            ax.set_title(f"{WORDS[k]}: {f.chosen.name}, NL {label}")
        looks: list[dict[str, Any]] = [{"color": st.colour(k), "linestyle": "solid"}
                                       for k, _, _ in fits]  # fmt: skip
        looks.append({"color": st.colour(6), "linestyle": (0, (5, 2))})
        shown = [f"{WORDS[k]}, every run" for k, _, _ in fits]
        st.legend(figure, [*shown, "fitted law"], looks)
        text = "; ".join(_words(k, f) for k, f, _ in fits)
        return st.to_svg(figure, name, "Conductance against pulse", text)


def _words(k: int, f: Fit) -> str:
    return (f"{WORDS[k]}: {f.chosen.name} law, {f.devices} devices, R2 {f.chosen.r2:.3f}, of runs "
            f"held out {f.chosen.r2_cross:.3f}")  # fmt: skip


def steps(found: Characterised, name: str = "steps") -> str | None:
    """Change of one pulse against the conductance before: dots, resampled band, and the law."""
    fits = _fits(found)
    if not fits:
        return None
    with st.style():
        figure = st.new_figure(4.0 * len(fits), 3.4)
        cells = figure.subplots(1, len(fits), squeeze=False)[0]
        factor, unit = display_scale(max(float(np.max(s.before)) for _, _, s in fits), "S")
        for ax, (k, f, s) in zip(cells, fits, strict=True):
            every = max(1, len(s.before) // MOST_DOTS)
            ax.plot(s.before[::every] * factor, s.change[::every] * factor, ".", markersize=2.5,
                    color=st.colour(k), alpha=0.45)  # fmt: skip
            ends = np.quantile(s.before, (0.01, 0.99))
            grid = np.linspace(float(ends[0]), float(ends[1]), 61)
            draws = sampler(s).draw(np.repeat(grid[:, None], 400, axis=1), np.random.default_rng(1))
            low, high = np.quantile(draws, (0.05, 0.95), axis=1)
            ax.fill_between(grid * factor, low * factor, high * factor, color=st.colour(k),
                            alpha=st.BAND, linewidth=0)  # fmt: skip
            span = f.chosen.high - f.chosen.low
            law = f.chosen.change(grid)
            scatter = np.hypot(float(f.cycle_to_cycle), np.sqrt(2.0) * float(f.read_noise)) * span
            for y, dash in ((law, "solid"), (law - BAND * scatter, ":"), (law + BAND * scatter,
                                                                          ":")):  # fmt: skip
                ax.plot(grid * factor, y * factor, color=st.INK, linestyle=dash, linewidth=1.2)
            ax.axhline(0.0, color=st.MUTED, linewidth=0.8)
            st.label_axes(ax, f"Conductance before [{unit}]",
                          f"Change [{unit}]" if ax is cells[0] else "")  # fmt: skip
            ax.set_title(WORDS[k])
        looks: list[dict[str, Any]] = [{"color": st.colour(k), "linestyle": "solid"}
                                       for k, _, _ in fits]  # fmt: skip
        looks += [{"color": st.INK, "linestyle": "solid"}, {"color": st.INK, "linestyle": ":"}]
        shown = [f"{WORDS[k]}: pulses, resampled 90 %" for k, _, _ in fits]
        st.legend(figure, [*shown, "law", "law, 90 % with scatter and reading"], looks)
        text = "Change of a pulse against the conductance before it, measured and modelled"
        return st.to_svg(figure, name, "Change of a pulse", text)


def changes(found: Characterised, name: str = "changes") -> str | None:
    """Histogram of the changes of a pulse around the law, over the range."""
    fits = _fits(found)
    if not fits:
        return None
    with st.style():
        figure = st.new_figure(5.0, 3.2)
        ax = figure.subplots()
        widest = 0.0
        for k, f, s in fits:
            span = f.chosen.high - f.chosen.low
            rest = 100.0 * (s.change - f.chosen.change(s.before)) / span
            reach = 4.0 * float(np.std(rest))
            widest = max(widest, reach)
            bins = [float(b) for b in np.linspace(-reach, reach, 42)]
            ax.hist(rest, bins, density=True, histtype="stepfilled", color=st.colour(k), alpha=0.3)
            sd = 100.0 * float(np.hypot(float(f.cycle_to_cycle), np.sqrt(2) * float(f.read_noise)))
            grid = np.linspace(-reach, reach, 201)
            if sd > 0.0:
                y = np.exp(-0.5 * (grid / sd) ** 2) / (sd * np.sqrt(2.0 * np.pi))
                st.draw_line(ax, grid, y, k)
        ax.set_xlim(-widest, widest)
        st.label_axes(ax, "Change minus law [% of the range]", "Density [1/%]")
        looks = [{"color": st.colour(k), "linestyle": st.dashes(k)} for k, _, _ in fits]
        shown = [f"{WORDS[k]}: pulses, and scatter with reading" for k, _, _ in fits]
        st.legend(figure, shown, looks)
        return st.to_svg(figure, name, "Scatter of the changes", "Pulses around the fitted law")


def fading(found: Characterised, name: str = "decay") -> str | None:
    """What is left of a written state against time, with the law and where it is extrapolated."""
    decay, laws = found.cell.decay, found.laws
    if decay is None or not found.fading:
        return None
    with st.style():
        figure = st.new_figure(5.4, 3.4)
        ax = figure.subplots()
        shown = []
        by_label = {law.label: law for law in laws}
        for k, f in enumerate(found.fading[:6]):
            law = by_label.get(f.label)
            start = law.start if law else float(np.median(f.value[:3]))
            rest = f.rest or 0.0
            good = f.time > 0.0
            st.draw_line(ax, f.time[good], (f.value[good] - rest) / (start - rest), k, marker=".",
                         markersize=4, linestyle="none")  # fmt: skip
            shown.append(f.label)
        ends = [min(float(f.time[f.time > 0.0][0]) for f in found.fading),
                float(decay.measured) * 10.0]  # fmt: skip
        t = np.geomspace(ends[0], ends[1], 200)
        y = left(decay, t)
        inside = t <= float(decay.measured)
        ax.plot(t[inside], y[inside], color=st.INK, linewidth=1.6)
        ax.plot(t[~inside], y[~inside], color=st.INK, linewidth=1.2, linestyle=":")
        ax.axvspan(float(decay.measured), ends[1], color=st.GRID, alpha=0.6, linewidth=0)
        ax.set_xlim(ends[0], ends[1])
        ax.set_ylim(min(0.0, ax.get_ylim()[0]), None)
        st.label_axes(ax, "Time after writing [s]", "Left of the written state [1]")
        st.log_axis(ax, "x")
        looks: list[dict[str, Any]] = [{"color": st.colour(k), "linestyle": "none", "marker": "."}
                                       for k in range(len(shown))]  # fmt: skip
        looks += [{"color": st.INK, "linestyle": "solid"}, {"color": st.INK, "linestyle": ":"}]
        st.legend(figure, [*shown, "joined law", "extrapolated"], looks)
        return st.to_svg(figure, name, "Decay of a written state", _decay_words(found))


def _decay_words(found: Characterised) -> str:
    d = found.cell.decay
    assert d is not None  # the caller has looked
    return (f"tau {float(d.time):.3g} s, beta {float(d.stretch):.3g}, kept {float(d.kept):.3g}; "
            f"measured for {float(d.measured):.3g} s")  # fmt: skip


def shape(found: Shape | None, name: str = "sweeps") -> str | None:
    """Current of both states over that at the read voltage."""
    if found is None:
        return None
    with st.style():
        figure = st.new_figure(4.8, 3.4)
        ax = figure.subplots()
        for k, y in enumerate((found.low, found.high)):
            good = y != 0.0
            st.draw_line(ax, found.volts[good], np.abs(y[good]), k)
        st.label_axes(ax, "Voltage [V]", "|Current| / that read [1]")
        st.log_axis(ax)
        st.legend(figure, ["low state", "high state"])
        return st.to_svg(figure, name, "Shape of both states", "Each up to where it switches")
