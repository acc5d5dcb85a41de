"""What an eye makes of a scene: the light of each of its cells, and of a flat device.

The field of view is the hemisphere ahead, 180 degrees wide and high. It is rendered on pixels of
equal solid angle on a golden spiral, which has no rows that an edge could cross all at once; a
pixel on the edge of an object is covered in part. A cell sees the mean of the scene over a Gaussian
around its direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .spec import EyeSpec, Stimulus
from .stimulus import Film

F = NDArray[np.float64]
PIXEL = np.radians(2.5)  # edge of a pixel at most
SOFT = 2.0  # width of an edge over the distance of pixels
OVERLAP = 1.5  # width of what a cell sees over the step between cells, so that none is missed
BLOCK = 64  # moments that are rendered at once


@dataclass(frozen=True)
class Grid:
    """Directions over the hemisphere ahead.

    Attributes
    ----------
    azimuth, elevation
        Of each direction [rad]; shape [N].
    direction
        Unit vectors: ahead, right, up; shape [N, 3].
    solid_angle
        Around each direction [sr], together 2 pi; shape [N].
    step
        Between directions [rad].
    """

    azimuth: F
    elevation: F
    direction: F
    solid_angle: F
    step: float


def grid(count: int) -> Grid:
    """Return `count` x `count` directions at equal steps of azimuth and of elevation.

    >>> round(float(grid(7).solid_angle.sum() / np.pi), 12)
    2.0
    """
    edges = np.linspace(-0.5 * np.pi, 0.5 * np.pi, count + 1)
    middle = 0.5 * (edges[1:] + edges[:-1])
    elevation, azimuth = (a.ravel() for a in np.meshgrid(middle, middle, indexing="ij"))
    share = np.repeat(np.diff(np.sin(edges)), count) * np.pi / count
    return Grid(azimuth, elevation, unit(azimuth, elevation), share, np.pi / count)


def spiral(step: float) -> Grid:
    """Return directions of equal solid angle, about `step` [rad] apart, on a golden spiral.

    Ahead is in its middle, so that a disc there takes as many of them as its solid angle.

    >>> round(float(spiral(0.05).solid_angle.sum() / np.pi), 12)
    2.0
    """
    count = int(np.ceil(2.0 * np.pi / step**2))
    k = np.arange(count)
    ahead = 1.0 - (k + 0.5) / count
    around = np.pi * (3.0 - np.sqrt(5.0)) * k
    beside = np.sqrt(1.0 - ahead**2)
    right, up = beside * np.cos(around), beside * np.sin(around)
    return Grid(
        np.arctan2(right, ahead), np.arcsin(up), np.stack([ahead, right, up], axis=-1),
        np.full(count, 2.0 * np.pi / count), float(np.sqrt(2.0 * np.pi / count)),
    )  # fmt: skip


def unit(azimuth: F, elevation: F) -> F:
    """Return unit vectors (ahead, right, up) of directions [rad]; shape [..., 3]."""
    flat = np.cos(elevation)
    return np.stack([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)], axis=-1)


@dataclass(frozen=True)
class Eye:
    """Cells, pixels, and how much of each pixel each cell sees (columns sum to 1).

    Attributes
    ----------
    cells, pixels
        Directions of the cells and of the rendered scene.
    seen
        Shape [pixels, cells].
    """

    cells: Grid
    pixels: Grid
    seen: F


def compound_eye(spec: EyeSpec) -> Eye:
    """Return a compound eye; pixels are at most half as wide as what a cell sees.

    >>> eye = compound_eye(EyeSpec(cells=4))
    >>> eye.seen.shape[1], bool(np.allclose(eye.seen.sum(axis=0), 1.0))
    (16, True)
    """
    cells = grid(spec.cells)
    wide = OVERLAP * cells.step
    if spec.acceptance is not None:
        wide = np.radians(float(spec.acceptance))
    pixels = spiral(min(PIXEL, 0.5 * wide))
    apart = np.arccos(np.clip(pixels.direction @ cells.direction.T, -1.0, 1.0))
    seen = np.exp(-4.0 * np.log(2.0) * (apart / wide) ** 2) * pixels.solid_angle[:, None]
    return Eye(cells, pixels, seen / seen.sum(axis=0))


def field() -> Grid:
    """Return the pixels that a flat device looks at."""
    return spiral(PIXEL)


def coverage(shape: str, angle: F, azimuth: F, pixels: Grid) -> F:
    """Return the part of each pixel that the object covers; shape [T, pixels].

    Parameters
    ----------
    shape
        ``disc``, or ``square`` that faces the eye; its half width l spans half of `angle`.
    angle, azimuth
        Of the object in time [rad]; shape [T].
    """
    if not angle.any():
        return np.zeros((len(angle), len(pixels.direction)))
    stands = bool((azimuth == azimuth[0]).all())
    inside = 0.5 * angle[:, None] - _apart(shape, azimuth[:1] if stands else azimuth, pixels)
    inside /= SOFT * pixels.step
    inside += 0.5
    return np.clip(inside, 0.0, 1.0, out=inside)


def _apart(shape: str, azimuth: F, pixels: Grid) -> F:
    """Return how far each pixel is from the middle [rad], as the edge of the shape counts it."""
    towards = unit(azimuth, np.zeros_like(azimuth))
    ahead = np.clip(towards @ pixels.direction.T, -1.0, 1.0)
    if shape == "disc":
        return np.asarray(np.arccos(ahead))
    sideways = np.stack([-np.sin(azimuth), np.cos(azimuth), np.zeros_like(azimuth)], axis=-1)
    across = np.abs(sideways @ pixels.direction.T)
    up = np.abs(pixels.direction[:, 2])
    return np.asarray(np.arctan2(np.maximum(across, up[None, :]), ahead))


def light_of_cells(eye: Eye, film: Film, spec: Stimulus) -> F:
    """Return the light of each cell, as a fraction of full light; shape [T, cells].

    Uniform dimming gives every cell the mean of the scene (`brightness`).
    """
    if film.kind == "dimming":
        return np.repeat(brightness(eye.pixels, film, spec)[:, None], eye.seen.shape[1], axis=1)
    parts = [c @ eye.seen for c in _covered(film, spec, eye.pixels)]
    return _lit(np.concatenate(parts), spec)


def brightness(pixels: Grid, film: Film, spec: Stimulus) -> F:
    """Return the irradiance of a flat device that looks ahead, over that of a full field.

    Lambert's cosine counts; a disc ahead covers sin(theta/2)^2 of it. Shape [T].
    """
    weight = pixels.direction[:, 0] * pixels.solid_angle
    parts = [c @ (weight / weight.sum()) for c in _covered(film, spec, pixels)]
    return _lit(np.concatenate(parts), spec)


def _covered(film: Film, spec: Stimulus, pixels: Grid) -> list[F]:
    pieces = range(0, len(film.angle), BLOCK)
    cut = [slice(k, k + BLOCK) for k in pieces]
    return [coverage(spec.shape, film.angle[c], film.azimuth[c], pixels) for c in cut]


def _lit(covered: F, spec: Stimulus) -> F:
    bright, behind = float(spec.object_light), float(spec.background_light)
    return np.clip(behind + (bright - behind) * covered, 0.0, 1.0)


def seen_angle(eye: Eye, light: F, spec: Stimulus) -> F:
    """Return the angular size [rad] of a disc as large as what the cells see; shape [T].

    The cells know the light of object and background, and sum the solid angle that the object
    takes: Omega = 2 pi (1 - cos(theta/2)).
    """
    bright, behind = float(spec.object_light), float(spec.background_light)
    taken = (light - behind) / (bright - behind) @ eye.cells.solid_angle
    return np.asarray(2.0 * np.arccos(np.clip(1.0 - taken / (2.0 * np.pi), -1.0, 1.0)))
