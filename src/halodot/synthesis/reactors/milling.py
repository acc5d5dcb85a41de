r"""Milling: solid salts react where their surfaces touch, then the product is sheared into flakes.

Amounts of CsX (a), PbX2 (b), CsPbX3 (p), Cs4PbX6 (q), CsPb2X5 (r), per lead, by contacts of
surfaces, each of which grows as the two-thirds power of an amount (linear for the last traces):

.. math::

    a + b &\to p                & 3a + p &\to q  &\quad b + p &\to r \\
    q + 3b &\to 4p              & r + a &\to 2p  &      q + 3r &\to 7p

Locally one salt is in excess, so both foreign phases form; once all is mixed they meet and vanish.
The caesium salt is the softer and smears over the product, hence Cs4PbX6 comes before CsPb2X5. The
rate scales with the frequency of strokes. Caesium and lead are conserved to 1e-8. Flakes thin
as

.. math:: \dot L = -(L - L_\infty) / \tau_e,

from grains that are as large as in a dry mill, or as small as the ligand can cover, and fresh
surface outgrows the ligand: coverage is the ligand there is over the sites there are, so long
milling gives thin, blue-shifted and dim flakes.

The rate of the first contacts was set so that five minutes at 10 Hz give a phase-pure product, that
of thinning so that flakes are confined after ten hours (dry milling, CORE 7779651; review ref 108):
calibrated once, not predicted. That both foreign phases come first, in this order of amounts,
follows from the reactions and from the assumed softness.

Range: stoichiometric salts, dry or damp, up to a day.
"""

from __future__ import annotations

import numpy as np

from ...core.sourced import Sourced
from ...core.spec import Spec, quantity
from ..priors import defaults
from ..process_spec import MillingProcess
from .outcome import Batch, FloatArray, Outcome

SALTS = ("CsX", "PbX2", "CsPbX3", "Cs4PbX6", "CsPb2X5")
CAESIUM = np.array([1.0, 0.0, 1.0, 4.0, 1.0])
LEAD = np.array([0.0, 1.0, 1.0, 1.0, 2.0])
# what each contact changes, in the order of the docstring
CHANGES = np.array(
    [
        [-1.0, -1.0, 1.0, 0.0, 0.0],
        [-3.0, 0.0, -1.0, 1.0, 0.0],
        [0.0, -1.0, -1.0, 0.0, 1.0],
        [0.0, -3.0, 4.0, -1.0, 0.0],
        [-1.0, 0.0, 2.0, 0.0, -1.0],
        [0.0, 0.0, 7.0, -1.0, -3.0],
    ]
)
PAIRS = ((0, 1), (0, 2), (1, 2), (3, 1), (4, 0), (3, 4))
STROKES = 10.0  # Hz at which the rates hold
_SITES = 3e18  # of ligands on a facet [1/m2]
_AVOGADRO = 6.02214076e23
_BEST_COVER = 0.9
_BINDING = 0.5  # share of the ligand that is on a surface
_LAST = 1e-3  # amount below which the last grains vanish one by one and not by their surface
_NOTHING = 1e-8  # amount below the tolerance of the integration
_POINTS = 121


class MillingSpec(Spec):
    """Rates of contact and of thinning.

    Examples
    --------
    >>> MillingSpec().contact_rate.value
    0.012
    """

    contact_rate: Sourced = quantity(
        "1/s",
        "of CsX with PbX2 at 10 strokes a second",
        low=1e-7,
        high=1e3,
        default="0.012 1/s",
        interval=("0.006 1/s", "0.024 1/s"),
        why="set so that five minutes give a phase-pure product",
    )
    caesium_smear: Sourced = quantity(
        "1",
        "of the soft caesium salt with the product, over the first contact",
        low=0.0,
        high=100.0,
        default=3.0,
        interval=(1.5, 6.0),
        why="CsX is soft and smears; assumed above that of lead halide",
    )
    lead_smear: Sourced = quantity(
        "1",
        "of lead halide with the product, over the first contact",
        low=0.0,
        high=100.0,
        default=0.06,
        interval=(0.02, 0.15),
        why="CsPb2X5 was seen in traces only",
    )
    healing: Sourced = quantity(
        "1",
        "of foreign phases with the salts and with one another, over the first contact",
        low=0.0,
        high=100.0,
        default=1.2,
        interval=(0.6, 2.5),
        why="foreign phases are gone when the salts are",
    )
    grain: Sourced = quantity(
        "m",
        "thickness of the crystals that first form",
        low=1e-9,
        high=1e-4,
        default="80 nm",
        interval=("40 nm", "300 nm"),
        why="bulk-like after five minutes; no size read",
    )
    covered_grain: Sourced = quantity(
        "1",
        "edge of grains over that at which the ligand just covers them",
        low=0.01,
        high=100.0,
        default=1.0,
        interval=(0.5, 2.0),
        why="sites of a facet and the share that binds are known to a factor of two at best",
    )
    thinnest: Sourced = quantity(
        "m",
        "thickness that shearing ends at",
        low=3e-10,
        high=1e-6,
        default="4 nm",
        interval=("2 nm", "6 nm"),
        why="a few cells; below them a flake breaks",
    )
    thinning: Sourced = quantity(
        "s",
        "time constant of thinning at 10 strokes a second",
        low=1.0,
        high=1e8,
        default="3 h",
        interval=("1.5 h", "6 h"),
        why="set so that flakes are confined after ten hours",
    )


def contacts(amounts: FloatArray, rates: FloatArray) -> FloatArray:
    """Rate of each reaction [1/s] from amounts per lead, shape [6]."""
    there = np.maximum(amounts, 0.0)
    surface = there / np.cbrt(there + _LAST)
    left, right = (surface[[p[i] for p in PAIRS]] for i in (0, 1))
    return np.asarray(rates * left * right)


def react(
    caesium: float, time: FloatArray, spec: MillingSpec | None = None, frequency: float = STROKES
) -> FloatArray:
    """Amounts of `SALTS` per lead at `time` [s], shape [times, 5].

    Parameters
    ----------
    caesium
        Caesium over lead [1].

    Examples
    --------
    >>> found = react(1.0, np.array([0.0, 60.0, 300.0]))
    >>> bool(found[1, 3] > found[1, 4] > 0.0), bool(abs(found @ CAESIUM - 1.0).max() < 1e-7)
    (True, True)
    """
    from scipy.integrate import solve_ivp

    s = spec or defaults(MillingSpec)
    each = np.array([1.0, *(float(x) for x in (s.caesium_smear, s.lead_smear))])
    rates = np.concatenate([each, np.full(3, float(s.healing))])
    rates = rates * float(s.contact_rate) * frequency / STROKES
    start = np.array([caesium, 1.0, 0.0, 0.0, 0.0])

    def speed(_: float, extent: FloatArray) -> FloatArray:
        return contacts(start + extent @ CHANGES, rates)

    t = np.asarray(time, dtype=np.float64)
    found = solve_ivp(
        speed, (t[0], t[-1]), np.zeros(len(PAIRS)), "LSODA", t, rtol=1e-7, atol=1e-10
    )  # fmt: skip
    # amounts follow from the extents of reactions, so that every element is conserved
    amounts = start + found.y.T @ CHANGES
    return np.asarray(np.where(np.abs(amounts) < _NOTHING, 0.0, amounts))


def sheared(time: FloatArray | float, spec: MillingSpec, frequency: float) -> FloatArray:
    """Share of the grains that shearing has turned into flakes after `time` [s]."""
    return np.asarray(-np.expm1(-np.asarray(time) * frequency / STROKES / float(spec.thinning)))


def thickness(
    time: FloatArray | float, spec: MillingSpec, frequency: float, grain: float | None = None
) -> FloatArray:
    """Thickness [m] after `time` [s] of grains of `grain` [m] at first, of the spec if None."""
    start, end = float(spec.grain) if grain is None else grain, float(spec.thinnest)
    return np.asarray(end + (max(start, end) - end) * (1.0 - sheared(time, spec, frequency)))


def grain_with(ligand: float, spec: MillingSpec, molar_volume: float) -> float:
    """Edge of the first grains [m]: as in a dry mill, or where `ligand` per lead covers a cube."""
    covered = 6.0 * _SITES * molar_volume / (_AVOGADRO * max(ligand, 1e-9))
    return min(float(spec.grain), float(spec.covered_grain) * covered)


def cover(ligand: float, size: float, molar_volume: float, flakes: float = 1.0) -> float:
    """Share of the sites that the ligand of the mill covers [1].

    Parameters
    ----------
    ligand
        Per lead [1]; half of it binds.
    size
        Thickness of flakes, or edge of grains [m].
    molar_volume
        Of the product [m3/mol].
    flakes
        Share of the product that is flakes and not grains [1].
    """
    faces = 2.0 * flakes + 6.0 * (1.0 - flakes)
    sites = _SITES * faces / size * molar_volume / _AVOGADRO
    return _BEST_COVER * min(1.0, _BINDING * ligand / sites)


def run(batch: Batch, process: MillingProcess) -> Outcome:
    """Return what milling makes of `batch`."""
    spec, f = defaults(MillingSpec), float(process.frequency)
    end, flask = max(float(batch.flask.time), 1.0), batch.flask
    time = np.concatenate([[0.0], np.geomspace(min(1.0, 0.5 * end), end, _POINTS - 1)])
    amounts = react(flask.caesium_ratio, time, spec, f)
    volume = batch.constants.molar_volume
    ligand = (float(flask.amine) + float(flask.acid)) / float(flask.lead)
    grain = grain_with(ligand, spec, volume)
    flakes, flat = thickness(time, spec, f, grain), float(sheared(end, spec, f))
    formed = amounts[:, 2:] * LEAD[2:]
    share = formed / np.maximum(formed.sum(axis=1, keepdims=True), 1e-300)
    covered = cover(ligand, float(flakes[-1]), volume, flat)
    note = "from rates that were set with one milling series"
    phases = {name: _wide(float(share[-1, i]), note) for i, name in enumerate(SALTS[2:])}
    curves = {f"share_{name}": share[1:, i] for i, name in enumerate(SALTS[2:])}
    curves |= {"growth_time": time[1:], "growth_mean_size": flakes[1:]}
    return Outcome(
        size=float(flakes[-1]),
        spread=0.3,
        curves=curves,
        extras={"crystallised_share": Sourced(float(formed[-1].sum()), "1", note=note)},
        phases=phases,
        shapes=_shapes(flat),
        coverage=_wide(covered, "ligand in the mill over sites of the flakes"),
        size_prior=_thickness_interval(end, spec, f, (ligand, volume)),
        lateral=Sourced(5e-8, "m", 1e-8, 3e-7, "assumed", (), "flakes; no size read"),
        notes=("milling: salts react where they touch, then flakes are sheared off",),
    )


def _wide(share: float, note: str) -> Sourced:
    """A share with odds that are known to a factor of three either way."""
    low, high = (share / (share + (1.0 - share) * by) for by in (3.0, 1.0 / 3.0))
    return Sourced(share, "1", low, high, "computed", (), note)


def _shapes(flat: float) -> dict[str, Sourced]:
    """Flakes once sheared, grains before."""
    note = "share of the grains that shearing has turned into flakes"
    return {"platelet": _wide(flat, note), "cube": _wide(1.0 - flat, note)}


def _thickness_interval(
    time: float, spec: MillingSpec, frequency: float, made_of: tuple[float, float]
) -> Sourced:
    ligand, volume = made_of

    def at(which: str) -> float:
        s = _end(spec, which)
        return float(thickness(time, s, frequency, grain_with(ligand, s, volume)))

    note = "thickness by shearing; its rate was set with one series, its limits are priors"
    return Sourced(at("value"), "m", at("low"), at("high"), "computed", (), note)


def _end(spec: MillingSpec, which: str) -> MillingSpec:
    """The spec with grain, limit and time constant at their values or one end of each."""
    if which == "value":
        return spec
    names = ("grain", "thinnest", "thinning", "covered_grain")
    ends = {n: getattr(spec, n).with_value(float(getattr(getattr(spec, n), which))) for n in names}
    return spec.model_copy(update=ends)
