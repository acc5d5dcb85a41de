"""Dots dispersed in a semiconductor: one layer whose dots absorb, part pairs and hold charge.

Shares of volume: dots with their ligands v = share (1 + gap/a)^3, insulator w, matrix
m = 1 - v - w.

    conductivity sigma_matrix ((m - 0.16)/0.84)^t                percolation of what is left
    mobility     mu_matrix ((m - 0.16)/0.84)^t / m               of the mean density m n'
    absorption   share alpha_core + m alpha_matrix
    levels       dE - (j - 1/2) e^2/(4 pi eps_0 eps r),          j = 1, 2, ... while above 3 kT
    into a dot   1/c = T/V + 1/(4 pi D r)                        of the density beside it, n/m
    out of it    by detailed balance: c N exp(-level/kT)
    recombined   c' = A delta/T_r  x  m/(m + w)                  a partner at the surface
    apart        1/(1 + T/tau)                                   of the excitons of a dot

dE is the offset of the bands that holds the carrier: affinity of the dot less that of the matrix
for electrons, ionization energy of the matrix less that of the dot for holes. Where both are
positive (type I, dot inside) the dot holds both and no pair comes apart; where one is, that carrier
stays and the other leaves. A share x of the dots touches the matrix, x of the others stands one dot
further inside of a cluster, the rest two: the transfer of their excitons' carriers and
recombination are `inner_rate` times as fast with each step. Pairs of light are born in the matrix
here, so capture must bring each class its share of the held carriers: a dot further inside takes
carriers up at the rate of an outer one times the ratio of the shares of their excitons that come
apart, not times `inner_rate`. In the dark this is too fast; it matters little there, since carriers
held by dots are what light made. An insulator covers its share of the surfaces.
Range: dots that do not touch each other form no second path; the field of a charged dot is that of
the mean charge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..core.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMITTIVITY
from ..core.errors import InputError
from ..core.sourced import computed
from .absorbing import Absorbing, even, of_film, together
from .diluted import diluted, times
from .layer import Layer, Trap

if TYPE_CHECKING:
    from ..film.state import FilmProperties
    from ..library import Library
    from .dispersion import Dispersion
    from .stack import ResolvedLayer

THRESHOLD = 0.16  # share at which a phase of a random mixture connects
TOUCH = 1e-9  # m from a dot within which a partner counts as at its surface
SHALLOWEST = 3.0  # kT, depth below which a level does not hold
GROUPS = 2  # levels of a dot that are kept apart; deeper and shallower ones are taken together
MISSING = "nothing (it is missing)"


def percolation(share: float, exponent: float = 2.0, threshold: float = THRESHOLD) -> float:
    """Factor on the conductivity of a phase that fills `share` of the volume.

    >>> percolation(1.0), percolation(0.1), round(percolation(0.58), 3)
    (1.0, 0.0, 0.25)
    """
    if share <= threshold:
        return 0.0
    return float(((share - threshold) / (1.0 - threshold)) ** exponent)


def charging_energy(size: float, permittivity: float) -> float:
    """Energy e^2/(4 pi eps_0 eps r) by which each carrier lifts the next one [eV].

    `size` is the edge of a cube [m]; r that of the sphere of its volume.

    >>> round(charging_energy(10e-9, 3.0), 3)
    0.077
    """
    reach = 4.0 * math.pi * VACUUM_PERMITTIVITY * permittivity * _radius(size)
    return ELEMENTARY_CHARGE / reach


def ladder(offset: float, step: float, most: int, kt: float) -> list[float]:
    """Depths at which a dot holds its first, second ... carrier [eV].

    >>> [round(e, 2) for e in ladder(0.5, 0.1, 8, 0.026)]
    [0.45, 0.35, 0.25, 0.15]
    """
    depths = [offset - (j + 0.5) * step for j in range(most)]
    return [e for e in depths if e > SHALLOWEST * kt]


def entering(volume: float, transfer_time: float, diffusivity: float, radius: float) -> float:
    """Capture coefficient of a dot [m3/s]: transfer over its surface, and the way to it.

    >>> f"{entering(1e-24, 1e-9, 1e-3, 6e-9):.3g}"
    '1e-15'
    """
    if diffusivity <= 0.0:
        return 0.0
    return 1.0 / (transfer_time / volume + 1.0 / (4.0 * math.pi * diffusivity * radius))


@dataclass(frozen=True)
class Mixture:
    """Numbers of a blend that its parts are made of.

    Attributes
    ----------
    size, density
        Edge [m] and number per volume [m-3] of the dots.
    matrix
        Share of volume of the matrix.
    touched
        Share of the surface of a dot in contact that the matrix, and not the insulator, touches.
    """

    size: float
    density: float
    matrix: float
    touched: float
    permittivity: float


def mixture(
    dots: Dispersion, matrix: ResolvedLayer, film: FilmProperties, library: Library, field: str
) -> Mixture:
    """Return the shares of volume of a blend.

    Raises
    ------
    InputError
        If dots with their ligands and the insulator leave no room for the matrix.
    """
    size = dots.size if dots.size is not None else film.dot_size
    if not size.is_known:
        raise InputError(
            f"{field}.size",
            MISSING,
            "the edge of a dot, which no film of this study gives",
            "add size = '9 nm' to dots",
        )
    edge, share = float(size), float(dots.share)
    gap = float(film.spacing) if film.spacing.is_known else 0.0
    wrapped = share * (1.0 + gap / edge) ** 3
    insulator = float(dots.insulator_share)
    left = 1.0 - wrapped - insulator
    if left <= 0.0:
        raise InputError(
            f"{field}.share",
            f"{share:.3g}, {wrapped:.3g} with ligands",
            f"less than {share / wrapped * (1.0 - insulator):.2g}: the matrix must fill the rest",
            "lower share or insulator_share",
        )
    parts = [(left, matrix["relative_permittivity"])]
    if film.relative_permittivity.is_known:
        parts.append((wrapped, float(film.relative_permittivity)))
    if dots.insulator:
        entry = library.entry("insulator", dots.insulator)
        parts.append((insulator, float(entry.quantity("relative_permittivity"))))
    mean = sum(s * e for s, e in parts) / sum(s for s, _ in parts)
    touched = left / (left + insulator)
    return Mixture(edge, share / edge**3, left, touched, mean)


def blended(
    layer: Layer, matrix: ResolvedLayer, film: FilmProperties | None, library: Library, field: str
) -> ResolvedLayer:
    """Return a layer of `matrix` with the dots of the film dispersed in it.

    Raises
    ------
    InputError
        If the study makes no dots, or they are not known well enough.
    """
    dots = layer.dots
    assert dots is not None  # the caller asks only then
    if film is None:
        raise InputError(
            field, "given", "dots: a study with [dots] or [recipe], and [film]", "add [film]"
        )
    for name in ("electron_affinity", "ionization_energy"):
        if not getattr(film, name).is_known:
            raise InputError(f"film.{name}", MISSING, "the levels of the dots", f"add {name}")
    mix = mixture(dots, matrix, film, library, field)
    factor = percolation(mix.matrix, float(dots.percolation_exponent))
    thinner = diluted(matrix, mix.matrix, "of the matrix alone")
    values = dict(thinner.values)
    slower = min(factor / mix.matrix, 1.0)  # of the mean density, so that sigma is factor times
    for name in ("electron_mobility", "hole_mobility"):
        values[name] = times(values[name], slower, "what percolates, of the mean density")
    eps = computed(mix.permittivity, "1", note="mean by volume")
    values["relative_permittivity"] = eps
    well = wells(matrix, film)
    held = _levels(dots, matrix, mix, well)
    light, notes = _light(dots, matrix, film, mix, well)
    traps = tuple(held)
    said = _said(layer.name, mix, factor, well, traps)
    return replace(
        matrix,
        spec=thinner.spec.model_copy(update={"trap": (*thinner.spec.trap, *traps)}),
        values=values,
        notes=(*matrix.notes, said, *notes),
        light=light,
    )


def wells(matrix: ResolvedLayer, film: FilmProperties) -> tuple[float, float]:
    """Depth at which dots hold electrons and holes, negative where they hold none [eV]."""
    chi, gap = matrix["electron_affinity"], matrix["band_gap"]
    return (
        float(film.electron_affinity) - chi,
        chi + gap - float(film.ionization_energy),
    )


def leaving(offset: float, kt: float) -> float:
    """Share of the attempts at which a carrier may leave a dot: 1 downhill, exp(-dE/kT) uphill.

    >>> leaving(-0.3, 0.0259), round(leaving(0.0259, 0.0259), 3)
    (1.0, 0.368)
    """
    return 1.0 if offset <= 0.0 else math.exp(-offset / kt)


def separation(
    transfer_time: float, lifetime: float, well: tuple[float, float], kt: float
) -> float:
    """Share of the excitons of a dot whose carriers come apart, one of them into the matrix.

    >>> round(separation(1e-9, 9e-9, (0.5, -0.7), 0.0259), 3)
    0.9
    """
    rate = sum(leaving(offset, kt) for offset in well) / transfer_time
    return rate / (rate + 1.0 / lifetime)


def classes(
    dots: Dispersion, well: tuple[float, float], kt: float
) -> list[tuple[float, float, float]]:
    """Dots by their way to the matrix: share, rate, share of excitons that come apart."""
    outside, slow = float(dots.in_contact), float(dots.inner_rate)
    time, lifetime = float(dots.transfer_time), float(dots.exciton_lifetime)
    shares = outside, (1.0 - outside) * outside, (1.0 - outside) ** 2
    rates = [slow**k for k in range(len(shares))]
    return [
        (share, rate, separation(time / rate, lifetime, well, kt))
        for share, rate in zip(shares, rates, strict=True)
        if share > 0.0 and rate > 0.0
    ]


def met(density: float, radius: float, reach: float) -> float:
    """Share of the excitons of a matrix that are born within `reach` of a dot.

    >>> round(met(1e23, 6e-9, 8e-9), 2)
    0.65
    """
    shell = 4.0 / 3.0 * math.pi * ((radius + reach) ** 3 - radius**3)
    return -math.expm1(-density * shell)


def _radius(size: float) -> float:
    return size * (3.0 / (4.0 * math.pi)) ** (1.0 / 3.0)


def _levels(
    dots: Dispersion, matrix: ResolvedLayer, mix: Mixture, well: tuple[float, float]
) -> Iterator[Trap]:
    """Trap levels that stand for the dots, outer and inner ones, electrons and holes."""
    kt = BOLTZMANN * matrix.temperature
    volume, surface, radius = mix.size**3, 6.0 * mix.size**2, _radius(mix.size)
    step = charging_energy(mix.size, mix.permittivity)
    # carriers stand in the matrix alone: their density beside a dot is the mean one over its share
    beside = mix.touched / mix.matrix
    lost = surface * TOUCH / float(dots.recombination_time) * beside
    found = classes(dots, well, kt)
    best = max((apart for _, _, apart in found), default=1.0)
    gap = matrix["band_gap"]
    for kind, offset, name in zip(
        ("acceptor", "donor"), well, ("electron_mobility", "hole_mobility"), strict=True
    ):
        depths = ladder(offset, step, dots.carriers_per_dot, kt)
        diffusivity = matrix[name] * kt  # [m2/Vs] times kT/q in V
        taken = entering(volume, float(dots.transfer_time), diffusivity, radius) * beside
        for share, rate, apart in found:
            # see the header: each class its share of what light makes, not `inner_rate`
            into, out = taken * (apart / best if best > 0.0 else rate), lost * rate
            electrons = kind == "acceptor"
            for count, depth in _grouped(depths):
                yield Trap(
                    density=computed(count * share * mix.density, "m-3"),
                    depth=computed(depth if electrons else gap - depth, "eV"),
                    charge="acceptor" if electrons else "donor",
                    capture_electron=computed(into if electrons else out, "m3/s"),
                    capture_hole=computed(out if electrons else into, "m3/s"),
                )


def _grouped(depths: list[float]) -> list[tuple[int, float]]:
    """Levels taken together to at most `GROUPS`: how many, and their mean depth [eV]."""
    size = math.ceil(len(depths) / GROUPS) if depths else 1
    parts = [depths[k : k + size] for k in range(0, len(depths), size)]
    return [(len(p), sum(p) / len(p)) for p in parts]


def _light(
    dots: Dispersion,
    matrix: ResolvedLayer,
    film: FilmProperties,
    mix: Mixture,
    well: tuple[float, float],
) -> tuple[Absorbing | None, tuple[str, ...]]:
    """What the blend absorbs, and the share of pairs that come apart."""
    kt, share = BOLTZMANN * matrix.temperature, float(dots.share)
    outside = float(dots.in_contact) * mix.touched
    apart = mix.touched * sum(x * share for x, _, share in classes(dots, well, kt))
    own = met(mix.density * outside, _radius(mix.size), float(dots.exciton_reach))
    own = max(own, 0.0) if max(well) > 0.0 else 0.0
    parts: list[tuple[Absorbing, float]] = []
    if film.absorption.is_known and film.fill_fraction.is_known:
        scale = share / float(film.fill_fraction)
        found = of_film(film, scale)
        if found is None:
            edge = float(film.ionization_energy) - float(film.electron_affinity)
            found = even(float(film.absorption) * scale, edge)
        parts.append((found, apart))
    if matrix["absorption"] > 0.0:
        parts.append((even(mix.matrix * matrix["absorption"], matrix["band_gap"]), own))
    if not parts:
        return None, (f"{matrix.name}: no absorption of the dots is known, taken as transparent",)
    text = f"{matrix.name}: {100 * apart:.2g} % of the pairs of its dots come apart"
    if len(parts) > 1:
        text += f", {100 * own:.2g} % of those of the matrix"
    return together(parts), (text,)


def _said(
    name: str, mix: Mixture, factor: float, well: tuple[float, float], traps: tuple[Trap, ...]
) -> str:
    held = {
        "electrons": sum(float(t.density) for t in traps if t.charge == "acceptor") / mix.density,
        "holes": sum(float(t.density) for t in traps if t.charge == "donor") / mix.density,
    }
    kept = " and ".join(
        f"{n:.2g} {k} {offset:.2g} eV deep"
        for (k, n), offset in zip(held.items(), well, strict=True)
        if n > 0.0
    )
    return (
        f"{name}: {mix.density:.2g} m-3 dots of {1e9 * mix.size:.3g} nm, each holds up to "
        f"{kept or 'nothing'}; the matrix fills {100 * mix.matrix:.3g} % and conducts "
        f"{factor:.2g} times as well as alone"
    )
