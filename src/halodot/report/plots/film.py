"""Pictures of transport in films: against temperature and ligand length; light over wavelength."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...film.state import FilmProperties
from . import style as st

Films = Sequence[tuple[str, FilmProperties]]
CM2 = 1e4  # cm2/Vs in m2/Vs
SHOWN = 1e-9  # of the highest mobility; below, no transistor shows anything
FLAT = 0.05  # of an index; less than this to either side is drawn as flat as it is
MOST = 6  # lines of one picture; more cannot be told apart


def plans(films: Films) -> Iterator[tuple]:
    """Yield (stage, caption, is wide, maker) of every picture that the films can give."""
    shown = _different(films)
    for caption, wide, make in (
        (
            "Hole mobility against temperature: of the film (full) and as a transistor shows it"
            " (dashed), where ions and traps take part of the charge of the gate.",
            True,
            against_temperature,
        ),
        (
            "Ionic over electronic conductivity, and the share of their charge that ions reach"
            " while the gate stands; the mark is where they part.",
            True,
            ions_against_electrons,
        ),
        ("Mobility of the film against the length of its ligand.", False, against_length),
        ("Refractive index and extinction of the film.", False, index),
    ):
        yield "film", caption, wide, lambda name, make=make: make(shown, name)


def _different(films: Films) -> list[tuple[str, FilmProperties]]:
    """Films with curves, none twice: variants of a device share theirs."""
    found: dict[bytes, tuple[str, FilmProperties]] = {}
    for label, film in films:
        if "film_temperature" in film.curves:
            key = b"".join(v.tobytes() for _, v in sorted(film.curves.items()))
            found.setdefault(key, (label, film))
    return list(found.values())[:MOST]


def against_temperature(films: Films, name: str) -> str | None:
    """Draw film and apparent mobility of holes against temperature."""
    if not films:
        return None
    with st.style():
        figure = st.new_figure(8.4, 4.2)
        ax = figure.subplots()
        for k, (_, film) in enumerate(films):
            t = film.curves["film_temperature"]
            lines = ("mobility_hole_by_temperature", "apparent_mobility_hole_by_temperature")
            for key, dash in zip(lines, ("solid", (0, (5, 2))), strict=True):
                st.draw_line(ax, t, CM2 * film.curves[key], k, linestyle=dash)
        highest = CM2 * st.biggest(film.curves[lines[0]] for _, film in films)
        low, high = ax.get_ylim()
        ax.set_ylim(max(low, SHOWN * highest) or None, 3.0 * max(high, highest))
        _finish(figure, ax, films, "Temperature [K]", "Hole mobility [cm2/Vs]")
        return st.to_svg(figure, name, "Mobility against temperature", _said(films))


def ions_against_electrons(films: Films, name: str) -> str | None:
    """Draw the ratio of ionic to electronic conductivity, and what of the ions follows a gate."""
    if not films:
        return None
    with st.style():
        figure = st.new_figure(8.4, 4.2)
        left, right = figure.subplots(1, 2)
        for k, (_, film) in enumerate(films):
            t = film.curves["film_temperature"]
            st.draw_line(left, t, film.curves["ionic_over_electronic_by_temperature"], k)
            st.draw_line(right, t, film.curves["ion_following_share_by_temperature"], k)
            parts = film.extras["decoupling_temperature"]
            if parts.value is not None and t[0] <= parts.value <= t[-1]:
                at = 1.0 - np.exp(-1.0)
                right.plot([parts.value], [at], "o", color=st.colour(k), markersize=6)
        left.axhline(1.0, color=st.MUTED, linewidth=0.9, linestyle=(0, (2, 2)))
        st.label_axes(right, "Temperature [K]", "Ions that follow [1]")
        right.set_ylim(-0.03, 1.03)
        _finish(figure, left, films, "Temperature [K]", "Ionic over electronic conductivity")
        return st.to_svg(figure, name, "Ions against electrons", _said(films))


def against_length(films: Films, name: str) -> str | None:
    """Draw the mobility of holes against ligand length, all else as in each film."""
    if not films:
        return None
    with st.style():
        figure = st.new_figure(6.4, 4.0)
        ax = figure.subplots()
        for k, (_, film) in enumerate(films):
            x = 1e9 * film.curves["film_ligand_length"]
            st.draw_line(ax, x, CM2 * film.curves["mobility_hole_by_length"], k)
        _finish(figure, ax, films, "Length of the ligand [nm]", "Hole mobility [cm2/Vs]")
        return st.to_svg(figure, name, "Mobility against ligand length", _said(films))


def index(films: Films, name: str) -> str | None:
    """Draw n and k of the films whose cores have a known k."""
    known = [(label, film) for label, film in films if "film_wavelength" in film.curves]
    if not known:
        return None
    with st.style():
        figure = st.new_figure(6.4, 4.0)
        upper, lower = figure.subplots(2, 1, sharex=True)
        for k, (_, film) in enumerate(known):
            nm = 1e9 * film.curves["film_wavelength"]
            st.draw_line(upper, nm, film.curves["film_n"], k)
            st.draw_line(lower, nm, film.curves["film_k"], k)
        low, high = upper.get_ylim()
        upper.set_ylim(min(low, 0.5 * (low + high) - FLAT), max(high, 0.5 * (low + high) + FLAT))
        st.label_axes(upper, "", "n")
        st.label_axes(lower, "Wavelength [nm]", "k")
        lower.set_ylim(bottom=0.0)
        st.legend(figure, [label for label, _ in known])
        return st.to_svg(figure, name, "Optical constants of the film", _said(known))


def _finish(figure: Any, ax: Any, films: Films, x: str, y: str) -> None:
    st.label_axes(ax, x, y)
    st.log_axis(ax)
    st.legend(figure, [label for label, _ in films])


def _said(films: Films) -> str:
    return "; ".join(f"{label or film.formula}, {film.ligand}" for label, film in films)
