r"""Monolayer counts of a mixture of platelets from its emission bands.

Bands of one width are fitted first (`bands`). Then every rising series of counts is a hypothesis
for the series of falling band energies, with

.. math:: E_j = E(N_j) + t \, \sigma(N_j) + \epsilon_j, \quad t \sim N(0, 1), \;
          \epsilon \sim N(0, 15\,\mathrm{meV}):

the error of the level model moves the whole ladder (t, integrated over), and each band stands by
its own within 15 meV. Two bands so fix the counts better than one. Prior 1/N a count. The share of
a count is the area of its bands over all, weighted by the probability of each series.

Shares are of the emitted light, not of the platelets: yields differ and light moves to the thicker
ones. Range: 2 to 12 monolayers.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.sourced import Sourced
from .bands import SURE, Bands, Window, emission_window, gaussian_bands, stands_out
from .forward import COUNTS, Forward, Question, predict, thicknesses
from .given import Spectrum
from .sizing import counted
from .spectrum import remarks
from .spread import narrowest
from .state import SizeAnswer, SpectrumFit

FloatArray = NDArray[np.float64]

OWN = 0.015  # standard error of one band beside the whole ladder [eV], assumed
LADDER = np.linspace(-3.0, 3.0, 121)
WIDER = 4.0  # window of a mixture, in full widths of its strongest band


def platelet_spectrum(question: Question, spectrum: Spectrum) -> SizeAnswer:
    """Return monolayer counts, their shares and the fit of an emission spectrum."""
    table = predict(question, thicknesses(question))
    window = emission_window(spectrum, WIDER, narrowest(table.width))
    bands = gaussian_bands(window)
    _refuse_noise(spectrum, window, bands)
    shares = bands.areas / bands.areas.sum()
    counts, named, chance = assign(table, bands.centres, shares)
    strongest = int(np.argmax(shares))
    centre, width = float(bands.centres[strongest]), bands.width
    error = 1.645 * max(bands.misfit * width, 0.5 * float(window.energy[1] - window.energy[0]))
    peak = Sourced(centre, "eV", centre - error, centre + error, "fitted")
    shown = SpectrumFit(
        "pl",
        window.energy,
        window.data,
        bands.curves.sum(axis=0) + bands.background,
        _parts(bands, named),
        spectrum.axis,
        peak,
        Sourced(width, "eV", width * np.exp(-bands.misfit), width * np.exp(bands.misfit), "fitted"),
        bands.misfit,
    )
    none = Sourced.unknown("1", "the spread of platelets is that of their counts")
    answer = counted(question, table, peak, counts, none, chance)
    series = ", ".join(
        f"{c:.4g} eV as {n} ({s:.0%} of the light)"
        for c, n, s in zip(bands.centres, named, shares, strict=True)
    )
    notes = (*answer.notes, f"bands, probability {chance:.0%}: {series}", *remarks(shown))
    return replace(answer, spectrum=shown, notes=notes)


def _refuse_noise(spectrum: Spectrum, window: Window, bands: Bands) -> None:
    curve = bands.curves.sum(axis=0)
    rest = window.data - curve - bands.background
    clear = stands_out(1.0, curve - curve.mean(), rest)
    if clear < SURE:
        found = f"no band above the noise: they stand {clear:.2g} standard errors out of the rest"
        raise InputError(spectrum.label, found, f"bands of {SURE:g} or more", "measure longer")


def assign(
    table: Forward, centres: FloatArray, shares: FloatArray
) -> tuple[dict[int, float], tuple[int, ...], float]:
    """Return the share of each count, the most probable series of counts, and its probability.

    Parameters
    ----------
    table
        Peak of every thickness of `COUNTS`.
    centres, shares
        Bands, highest energy first, and their share of the area.
    """
    energy, below, above = table.spread_of(table.sizes)
    series = list(combinations(range(len(COUNTS)), len(centres)))
    logs = np.array([_log_evidence(centres, energy, below, above, k) for k in series])
    logs -= np.array([np.log(COUNTS[list(k)]).sum() for k in series])
    chance = np.exp(logs - logs.max())
    chance /= chance.sum()
    total = dict.fromkeys((int(n) for n in COUNTS), 0.0)
    for k, p in zip(series, chance, strict=True):
        for index, share in zip(k, shares, strict=True):
            total[int(COUNTS[index])] += float(p * share)
    best = int(np.argmax(chance))
    return total, tuple(int(COUNTS[i]) for i in series[best]), float(chance[best])


def _log_evidence(
    centres: FloatArray,
    energy: FloatArray,
    below: FloatArray,
    above: FloatArray,
    series: tuple[int, ...],
) -> float:
    at = list(series)
    sigma = np.where(LADDER[:, None] < 0.0, below[at], above[at])
    moved = energy[at] + LADDER[:, None] * sigma
    log = -0.5 * (((centres - moved) / OWN) ** 2).sum(axis=1) - 0.5 * LADDER**2
    return float(np.logaddexp.reduce(log))


def _parts(bands: Bands, named: tuple[int, ...]) -> dict[str, FloatArray]:
    parts = {f"{n} monolayers": c for n, c in zip(named, bands.curves, strict=True)}
    return parts | {"background": bands.background}
